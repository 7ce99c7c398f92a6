//! What was talked about with customers before, during and after service (COM-1), counted over a time. What is hidden from
//! who asks is not in it.

use domain::ids::{SiteId, StaffId};

use crate::seam::{row, sql};

row! {
    /// Calls and visits of one way, kind and outcome.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Talks { pub channel: String, pub kind: String, pub outcome: String, pub n: i64 }
}

row! {
    /// Messages to customers of one way.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Sent { pub channel: String, pub n: i64, pub arrived: i64, pub failed: i64 }
}

row! {
    /// Callbacks that came of one thing: state and, where somebody said so, how satisfied.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct After { pub state: String, pub satisfaction: String, pub n: i64 }
}

row! {
    /// Cases of one item.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct About { pub item: String, pub kind: String, pub n: i64 }
}

sql! {
    /// Calls and visits that happened in a time.
    pub fn talks(site: &SiteId, from: i64, until: i64, me: &StaffId) -> Vec<Talks> {
        "SELECT c.channel AS channel, c.kind AS kind, c.outcome AS outcome, CAST(COUNT(*) AS BIGINT) AS n FROM contact c \
         WHERE c.site_id = $1 AND c.happened_at >= $2 AND c.happened_at < $3 AND NOT EXISTS (SELECT 1 FROM case_hidden h \
         JOIN contact_case k ON k.case_id = h.case_id WHERE h.staff_id = $4 AND k.contact_id = c.id) \
         GROUP BY c.channel, c.kind, c.outcome ORDER BY c.channel, c.kind, c.outcome"
    }
    /// Messages about cases that were written in a time.
    pub fn sent(site: &SiteId, from: i64, until: i64, me: &StaffId) -> Vec<Sent> {
        "SELECT m.channel AS channel, CAST(COUNT(*) AS BIGINT) AS n, \
         CAST(COUNT(*) FILTER (WHERE m.state = 'delivered') AS BIGINT) AS arrived, \
         CAST(COUNT(*) FILTER (WHERE m.state IN ('failed', 'no_channel')) AS BIGINT) AS failed FROM message m \
         WHERE m.site_id = $1 AND m.created_at >= $2 AND m.created_at < $3 AND m.case_id IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM case_hidden h WHERE h.staff_id = $4 AND h.case_id = m.case_id) \
         GROUP BY m.channel ORDER BY m.channel"
    }
    /// Callbacks that were to be made of work done in a time.
    pub fn after(site: &SiteId, from: i64, until: i64, me: &StaffId) -> Vec<After> {
        "SELECT b.state AS state, COALESCE(b.satisfaction, '') AS satisfaction, CAST(COUNT(*) AS BIGINT) AS n FROM callback b \
         WHERE b.site_id = $1 AND b.created_at >= $2 AND b.created_at < $3 \
         AND NOT EXISTS (SELECT 1 FROM case_hidden h WHERE h.staff_id = $4 AND h.case_id = b.case_id) \
         GROUP BY b.state, COALESCE(b.satisfaction, '') ORDER BY b.state, COALESCE(b.satisfaction, '')"
    }
    /// What cases that were registered in a time were about.
    pub fn about(site: &SiteId, from: i64, until: i64, me: &StaffId) -> Vec<About> {
        "SELECT c.item AS item, c.kind AS kind, CAST(COUNT(*) AS BIGINT) AS n FROM cases c \
         WHERE c.site_id = $1 AND c.registered_at >= $2 AND c.registered_at < $3 \
         AND NOT EXISTS (SELECT 1 FROM case_hidden h WHERE h.staff_id = $4 AND h.case_id = c.id) \
         GROUP BY c.item, c.kind ORDER BY c.item, c.kind"
    }
}
