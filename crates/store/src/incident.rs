//! Mass incidents and who called about them.

use domain::ids::{CaseId, ContactId, IncidentCallerId, IncidentId, SiteId, StaffId};

use crate::seam::{row, sql};

row! {
    /// An incident: the document with what lists ask for.
    #[derive(Debug, Clone)]
    pub struct IncidentRow {
        pub id: IncidentId, pub site_id: SiteId, pub number: String, pub item: String, pub state: String, pub open: bool,
        pub opened_at: i64, pub doc: String, pub version: i64,
    }
}

row! {
    /// Somebody who called about it. `told`: code of what became of the last call back, or empty.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CallerRow {
        pub id: IncidentCallerId, pub site_id: SiteId, pub incident_id: IncidentId, pub case_id: CaseId,
        pub contact_id: ContactId, pub joined_at: i64, pub joined_by: StaffId, pub attempts: i64, pub last_at: Option<i64>,
        pub told: String, pub told_at: Option<i64>, pub told_by: Option<StaffId>, pub version: i64,
    }
}

row! {
    /// A caller with the words of the own case.
    #[derive(Debug, Clone)]
    pub struct CallerLine {
        pub id: IncidentCallerId, pub case_id: CaseId, pub case_number: String, pub name: String, pub phone: String,
        pub place: String, pub joined_at: i64, pub attempts: i64, pub last_at: Option<i64>, pub told: String,
        pub told_at: Option<i64>, pub version: i64,
    }
}

row! {
    /// How many called about an incident.
    #[derive(Debug, Clone)]
    pub struct Counted { pub incident_id: IncidentId, pub callers: i64, pub waiting: i64 }
}

sql! {
    pub fn insert(row: &IncidentRow) { insert "incident" }
    pub fn save(row: &IncidentRow) -> u64 { save "incident" }
    pub fn get(site: &SiteId, id: &IncidentId) -> Option<IncidentRow> {
        "SELECT ", IncidentRow::COLS, " FROM incident WHERE site_id = $1 AND id = $2"
    }
    /// What is not closed, oldest first.
    pub fn open(site: &SiteId) -> Vec<IncidentRow> {
        "SELECT ", IncidentRow::COLS, " FROM incident WHERE site_id = $1 AND open ORDER BY opened_at, id LIMIT 50"
    }
    /// Incidents before an instant and id, newest first.
    pub fn page(site: &SiteId, before: i64, id: &str, limit: i64) -> Vec<IncidentRow> {
        "SELECT ", IncidentRow::COLS, " FROM incident WHERE site_id = $1 AND (opened_at, id) < ($2, $3) \
         ORDER BY opened_at DESC, id DESC LIMIT $4"
    }

    pub fn caller_insert(row: &CallerRow) { insert "incident_caller" }
    pub fn caller_save(row: &CallerRow) -> u64 { save "incident_caller" }
    pub fn caller(site: &SiteId, id: &IncidentCallerId) -> Option<CallerRow> {
        "SELECT ", CallerRow::COLS, " FROM incident_caller WHERE site_id = $1 AND id = $2"
    }
    pub fn caller_of_case(case: &CaseId) -> Option<CallerRow> {
        "SELECT ", CallerRow::COLS, " FROM incident_caller WHERE case_id = $1 ORDER BY joined_at DESC LIMIT 1"
    }
    pub fn callers(incident: &IncidentId) -> Vec<CallerLine> {
        "SELECT k.id AS id, k.case_id AS case_id, c.number AS case_number, c.name AS name, c.phone AS phone, \
         c.place AS place, k.joined_at AS joined_at, k.attempts AS attempts, k.last_at AS last_at, k.told AS told, \
         k.told_at AS told_at, k.version AS version FROM incident_caller k JOIN cases c ON c.id = k.case_id \
         WHERE k.incident_id = $1 ORDER BY k.joined_at, k.id LIMIT 1000"
    }
    /// Everybody who took a call about it.
    pub fn joined_by(incident: &IncidentId) -> Vec<StaffId> {
        "SELECT DISTINCT joined_by FROM incident_caller WHERE incident_id = $1 ORDER BY joined_by"
    }
    /// Of every incident that is not closed, how many called and how many of them were not told.
    pub fn counted(site: &SiteId) -> Vec<Counted> {
        "SELECT k.incident_id AS incident_id, count(*) AS callers, count(*) FILTER (WHERE k.told_at IS NULL) AS waiting \
         FROM incident i JOIN incident_caller k ON k.incident_id = i.id WHERE i.site_id = $1 AND i.open GROUP BY k.incident_id"
    }
    /// Who has not been told.
    pub fn count_waiting(incident: &IncidentId) -> i64 {
        "SELECT count(*) AS n FROM incident_caller WHERE incident_id = $1 AND told_at IS NULL"
    }
    /// Open cases of one item in one building since an instant.
    pub fn alike(site: &SiteId, building: &str, item: &str, since: i64) -> Vec<CaseId> {
        "SELECT id FROM cases WHERE site_id = $1 AND building = $2 AND item = $3 AND open AND registered_at >= $4 LIMIT 50"
    }
}
