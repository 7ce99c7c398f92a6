//! Visitors, the secret addresses of hosts, and which visits were announced by which of them (VIS-3 to VIS-9).

use domain::ids::{SiteId, UnitId, VisitId, VisitLinkId};

use crate::due::Due;
use crate::seam::{Q, row, sql};

row! {
    /// A visit. `doc` is `domain::visit::Visit` as JSON; `badge` is set while it is out, `pass_code` while it is good, `next_at`
    /// while something changes by itself.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct VisitRow {
        pub id: VisitId, pub site_id: SiteId, pub number: String, pub state: String, pub unit_id: Option<UnitId>, pub at: i64,
        pub name: String, pub plate: String, pub badge: Option<String>, pub pass_code: Option<String>, pub overdue: bool,
        pub doc: String, pub next_at: Option<i64>, pub version: i64,
    }
}

row! {
    /// A secret address of a host.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct VisitLink {
        pub id: VisitLinkId, pub token_hash: String, pub site_id: SiteId, pub purpose: String, pub visit_id: Option<VisitId>,
        pub unit_id: Option<UnitId>, pub host: String, pub created_by: String, pub created_at: i64, pub expires_at: i64,
        pub withdrawn_at: Option<i64>,
    }
}

row! {
    /// A visit that a host announced.
    #[derive(Debug, Clone)]
    pub struct Announced { pub visit_id: VisitId, pub link_id: VisitLinkId, pub at: i64 }
}

/// What the register may be narrowed by, newest first.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub site: String,
    pub state: Option<String>,
    pub from: Option<i64>,
    pub until: Option<i64>,
    /// Part of a name, as LIKE takes it.
    pub name: Option<String>,
    pub plate: Option<String>,
    pub after: Option<(i64, String)>,
    pub limit: i64,
}

impl Filter {
    fn variants() -> Vec<Filter> {
        let full = Filter {
            site: "s".into(),
            state: Some("inside".into()),
            from: Some(1),
            until: Some(2),
            name: Some("%x%".into()),
            plate: Some("%x%".into()),
            after: Some((1, "x".into())),
            limit: 1,
        };
        vec![
            Filter {
                limit: 1,
                ..Filter::default()
            },
            full,
        ]
    }
}

pub(crate) fn list_q(f: &Filter) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(VisitRow::COLS, &[])
        .push("FROM visit WHERE site_id = ?", &[&f.site])
        .opt("AND state = ?", f.state.as_ref())
        .opt("AND at >= ?", f.from.as_ref())
        .opt("AND at < ?", f.until.as_ref())
        .opt("AND name LIKE ?", f.name.as_ref())
        .opt("AND plate LIKE ?", f.plate.as_ref())
        .opt2("AND (at, id) < (?, ?)", f.after.as_ref())
        .push("ORDER BY at DESC, id DESC LIMIT ?", &[&f.limit])
}

sql! {
    pub fn insert(row: &VisitRow) { insert "visit" }
    pub fn save(row: &VisitRow) -> u64 { save "visit" }
    pub fn get(site: &SiteId, id: &VisitId) -> Option<VisitRow> {
        "SELECT ", VisitRow::COLS, " FROM visit WHERE site_id = $1 AND id = $2"
    }
    pub fn by_number(site: &SiteId, number: &str) -> Option<VisitRow> {
        "SELECT ", VisitRow::COLS, " FROM visit WHERE site_id = $1 AND number = $2"
    }
    /// The visit whose pass this is.
    pub fn by_pass(site: &SiteId, code: &str) -> Option<VisitRow> {
        "SELECT ", VisitRow::COLS, " FROM visit WHERE site_id = $1 AND pass_code = $2"
    }
    /// Who wears this badge, or has not given it back.
    pub fn by_badge(site: &SiteId, badge: &str) -> Option<VisitRow> {
        "SELECT ", VisitRow::COLS, " FROM visit WHERE site_id = $1 AND badge = $2"
    }
    /// Visits in one state, the oldest first.
    pub fn in_state(site: &SiteId, state: &str, limit: i64) -> Vec<VisitRow> {
        "SELECT ", VisitRow::COLS, " FROM visit WHERE site_id = $1 AND state = $2 ORDER BY at, id LIMIT $3"
    }
    /// Every badge that is out, by number.
    pub fn badges_out(site: &SiteId, limit: i64) -> Vec<VisitRow> {
        "SELECT ", VisitRow::COLS, " FROM visit WHERE site_id = $1 AND badge IS NOT NULL ORDER BY badge LIMIT $2"
    }
    pub fn list(f: &Filter) -> Vec<VisitRow> { dynamic list_q, Filter::variants }
    /// Those of which something may have changed by itself, after an instant and id.
    pub fn passed(now: i64, at: i64, id: &str, limit: i64) -> Vec<Due> {
        "SELECT id, site_id, next_at AS at FROM visit WHERE next_at IS NOT NULL AND next_at <= $1 AND (next_at, id) > ($2, $3) \
         ORDER BY next_at, id LIMIT $4"
    }
    pub fn next_due() -> Option<i64> {
        "SELECT next_at FROM visit WHERE next_at IS NOT NULL ORDER BY next_at, id LIMIT 1"
    }

    pub fn link_insert(row: &VisitLink) { insert "visit_link" }
    pub fn link_by_hash(token_hash: &str) -> Option<VisitLink> {
        "SELECT ", VisitLink::COLS, " FROM visit_link WHERE token_hash = $1"
    }
    /// The addresses of a visit, newest first.
    pub fn links_of(visit: &VisitId) -> Vec<VisitLink> {
        "SELECT ", VisitLink::COLS, " FROM visit_link WHERE visit_id = $1 ORDER BY created_at DESC, id LIMIT 20"
    }
    /// The addresses of a unit's hosts, newest first.
    pub fn links_of_unit(site: &SiteId, unit: &UnitId) -> Vec<VisitLink> {
        "SELECT ", VisitLink::COLS, " FROM visit_link WHERE unit_id = $2 AND site_id = $1 ORDER BY created_at DESC, id LIMIT 20"
    }
    pub fn link_withdraw(site: &SiteId, id: &VisitLinkId, now: i64) -> u64 {
        "UPDATE visit_link SET withdrawn_at = $3 WHERE site_id = $1 AND id = $2 AND withdrawn_at IS NULL"
    }
    /// The host's name goes with the visit that it stands for.
    pub fn links_erase(visit: &VisitId) -> u64 { "UPDATE visit_link SET host = '' WHERE visit_id = $1" }
    /// Hosts of addresses for announcing that ended before an instant.
    pub fn links_forget(site: &SiteId, before: i64) -> u64 {
        "UPDATE visit_link SET host = '' WHERE site_id = $1 AND visit_id IS NULL AND host <> '' AND expires_at < $2"
    }
    /// Passes that are good now by an address.
    pub fn announced_good(link: &VisitLinkId) -> i64 {
        "SELECT count(*) AS n FROM visit_announced a JOIN visit v ON v.id = a.visit_id \
         WHERE a.link_id = $1 AND v.state = 'expected'"
    }
    pub fn announced_insert(row: &Announced) { insert "visit_announced" }
    /// The visits announced by an address, newest first.
    pub fn announced_by(link: &VisitLinkId) -> Vec<VisitRow> {
        "SELECT v.id, v.site_id, v.number, v.state, v.unit_id, v.at, v.name, v.plate, v.badge, v.pass_code, v.overdue, v.doc, \
         v.next_at, v.version FROM visit_announced a JOIN visit v ON v.id = a.visit_id WHERE a.link_id = $1 \
         ORDER BY a.at DESC LIMIT 20"
    }
    pub fn announced_with(visit: &VisitId) -> Option<VisitLinkId> { "SELECT link_id FROM visit_announced WHERE visit_id = $1" }
}
