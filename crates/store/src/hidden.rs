//! From whom complaints are hidden: the person whom one is about sees it in no list, search, counter or export.

use domain::ids::{CaseId, ContactId, SiteId, StaffId};

use crate::seam::{row, sql};

row! {
    /// How many open things of each kind are hidden from somebody.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct HiddenOpen {
        pub staff_id: StaffId, pub queue: i64, pub overdue: i64, pub orders: i64, pub callbacks: i64, pub news: i64,
        pub promises: i64,
    }
}

sql! {
    pub fn put(staff: &StaffId, case: &CaseId, site: &SiteId) -> u64 {
        "INSERT INTO case_hidden (staff_id, case_id, site_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
    }
    pub fn others_drop(case: &CaseId, staff: &StaffId) -> u64 {
        "DELETE FROM case_hidden WHERE case_id = $1 AND staff_id <> $2"
    }
    /// Who may not know of a case.
    pub fn from_whom(case: &CaseId) -> Vec<StaffId> { "SELECT staff_id FROM case_hidden WHERE case_id = $1" }
    /// Complaints about somebody.
    pub fn cases(staff: &StaffId) -> Vec<CaseId> { "SELECT case_id FROM case_hidden WHERE staff_id = $1" }
    /// The calls and visits that such complaints came of.
    pub fn contacts(staff: &StaffId) -> Vec<ContactId> {
        "SELECT k.contact_id AS contact_id FROM case_hidden h JOIN contact_case k ON k.case_id = h.case_id \
         WHERE h.staff_id = $1"
    }
    /// What of the site's counters is hidden from whom.
    pub fn open(site: &SiteId, now: i64) -> Vec<HiddenOpen> {
        "SELECT h.staff_id AS staff_id, CAST(COUNT(*) AS BIGINT) AS queue, \
         CAST(COUNT(*) FILTER (WHERE c.due_at < $2) AS BIGINT) AS overdue, \
         CAST(COALESCE(SUM((SELECT COUNT(*) FROM work_order o WHERE o.case_id = c.id AND o.open)), 0) AS BIGINT) AS orders, \
         CAST(COALESCE(SUM((SELECT COUNT(*) FROM callback b WHERE b.case_id = c.id AND b.open)), 0) AS BIGINT) AS callbacks, \
         CAST(COUNT(*) FILTER (WHERE c.news_at IS NOT NULL) AS BIGINT) AS news, \
         CAST(COALESCE(SUM((SELECT COUNT(*) FROM promise p WHERE p.case_id = c.id AND p.open)), 0) AS BIGINT) AS promises \
         FROM case_hidden h JOIN cases c ON c.id = h.case_id WHERE h.site_id = $1 AND c.open GROUP BY h.staff_id"
    }
}
