//! Emergencies, drills, contingency plans and safety training.

use domain::ids::{CaseId, EmergencyId, PlanId, SiteId, StaffId};

use crate::due::Due;
use crate::seam::{row, sql};

row! {
    /// An emergency: the document with what lists ask for.
    #[derive(Debug, Clone)]
    pub struct EmergencyRow {
        pub id: EmergencyId, pub site_id: SiteId, pub case_id: Option<CaseId>, pub number: String, pub drill: bool,
        pub play: String, pub class: String, pub state: String, pub owner_id: StaffId, pub opened_at: i64,
        pub next_at: Option<i64>, pub doc: String, pub version: i64,
    }
}

row! {
    /// One edition of a contingency plan or of a training. `held_at`: when the training was held.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Document {
        pub id: PlanId, pub site_id: SiteId, pub thread_id: PlanId, pub kind: String, pub title: String, pub body: String,
        pub edition: i64, pub made_at: i64, pub made_by: StaffId, pub held_at: Option<i64>, pub review_at: i64,
        pub newest: bool, pub next_at: Option<i64>, pub version: i64,
    }
}

sql! {
    pub fn insert(row: &EmergencyRow) { insert "emergency" }
    pub fn save(row: &EmergencyRow) -> u64 { save "emergency" }
    pub fn get(site: &SiteId, id: &EmergencyId) -> Option<EmergencyRow> {
        "SELECT ", EmergencyRow::COLS, " FROM emergency WHERE site_id = $1 AND id = $2"
    }
    pub fn of_case(case: &CaseId) -> Option<EmergencyRow> {
        "SELECT ", EmergencyRow::COLS, " FROM emergency WHERE case_id = $1 ORDER BY opened_at DESC, id DESC LIMIT 1"
    }
    /// What is not over, oldest first; drills too.
    pub fn running(site: &SiteId) -> Vec<EmergencyRow> {
        "SELECT ", EmergencyRow::COLS, " FROM emergency WHERE site_id = $1 AND state = 'running' \
         ORDER BY opened_at, id LIMIT 50"
    }
    /// Emergencies, or drills, before an instant and id, newest first.
    pub fn page(site: &SiteId, drill: bool, before: i64, id: &str, limit: i64) -> Vec<EmergencyRow> {
        "SELECT ", EmergencyRow::COLS, " FROM emergency WHERE site_id = $1 AND drill = $2 \
         AND (opened_at, id) < ($3, $4) ORDER BY opened_at DESC, id DESC LIMIT $5"
    }
    pub fn count(site: &SiteId, drill: bool, since: i64) -> i64 {
        "SELECT count(*) AS n FROM emergency WHERE site_id = $1 AND drill = $2 AND opened_at >= $3"
    }
    /// What is due by now, after an instant and id.
    pub fn due(now: i64, at: i64, id: &str, limit: i64) -> Vec<Due> {
        "SELECT id, site_id, next_at AS at FROM emergency WHERE next_at IS NOT NULL AND next_at <= $1 AND (next_at, id) > ($2, $3) \
         ORDER BY next_at, id LIMIT $4"
    }
    pub fn next_due() -> Option<i64> {
        "SELECT next_at FROM emergency WHERE next_at IS NOT NULL ORDER BY next_at, id LIMIT 1"
    }

    pub fn document_insert(row: &Document) { insert "safety_document" }
    pub fn document_save(row: &Document) -> u64 { save "safety_document" }
    pub fn document(site: &SiteId, id: &PlanId) -> Option<Document> {
        "SELECT ", Document::COLS, " FROM safety_document WHERE site_id = $1 AND id = $2"
    }
    /// The newest editions, what is looked through first, first.
    pub fn documents(site: &SiteId) -> Vec<Document> {
        "SELECT ", Document::COLS, " FROM safety_document WHERE site_id = $1 AND newest ORDER BY review_at, id LIMIT 500"
    }
    pub fn editions(thread: &PlanId) -> Vec<Document> {
        "SELECT ", Document::COLS, " FROM safety_document WHERE thread_id = $1 ORDER BY edition DESC LIMIT 200"
    }
    pub fn documents_due(now: i64, at: i64, id: &str, limit: i64) -> Vec<Due> {
        "SELECT id, site_id, next_at AS at FROM safety_document WHERE next_at IS NOT NULL AND next_at <= $1 AND (next_at, id) > ($2, $3) \
         ORDER BY next_at, id LIMIT $4"
    }
    pub fn next_document() -> Option<i64> {
        "SELECT next_at FROM safety_document WHERE next_at IS NOT NULL ORDER BY next_at, id LIMIT 1"
    }
}
