//! Consultations: questions to a superior or a department while somebody waits (REC-7).

use domain::ids::{CaseId, ConsultId, ContactId, DepartmentId, SiteId, StaffId};

use crate::due::Due;
use crate::seam::{row, sql};

row! {
    /// A consultation. `asked_post` is a code of a post, or empty where a department is asked. `form_key` is the key of the
    /// desk's form that it was asked from, until the contact is registered.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ConsultRow {
        pub id: ConsultId, pub site_id: SiteId, pub case_id: Option<CaseId>, pub contact_id: Option<ContactId>,
        pub form_key: String, pub channel: String, pub asked_by: StaffId, pub asked_post: String,
        pub asked_department: Option<DepartmentId>, pub question: String, pub answer: String, pub state: String,
        pub limit_ms: i64, pub asked_at: i64, pub due_at: i64, pub answered_at: Option<i64>,
        pub answered_by: Option<StaffId>, pub ended_at: Option<i64>, pub breached_at: Option<i64>, pub shown: bool,
        pub version: i64,
    }
}

sql! {
    pub fn insert(row: &ConsultRow) { insert "consult" }
    pub fn save(row: &ConsultRow) -> u64 { save "consult" }
    pub fn get(site: &SiteId, id: &ConsultId) -> Option<ConsultRow> {
        "SELECT ", ConsultRow::COLS, " FROM consult WHERE site_id = $1 AND id = $2"
    }
    /// What waits for an answer, oldest first.
    pub fn waiting(site: &SiteId, since: i64) -> Vec<ConsultRow> {
        "SELECT ", ConsultRow::COLS, " FROM consult WHERE site_id = $1 AND state = 'waiting' AND asked_at >= $2 \
         ORDER BY asked_at, id LIMIT 50"
    }
    /// What somebody has asked and still looks at, oldest first.
    pub fn shown(site: &SiteId, by: &StaffId) -> Vec<ConsultRow> {
        "SELECT ", ConsultRow::COLS, " FROM consult WHERE asked_by = $2 AND shown AND site_id = $1 ORDER BY asked_at, id LIMIT 20"
    }
    pub fn of_form(site: &SiteId, key: &str) -> Vec<ConsultRow> {
        "SELECT ", ConsultRow::COLS, " FROM consult WHERE site_id = $1 AND form_key = $2 ORDER BY asked_at, id LIMIT 50"
    }
    pub fn of_case(case: &CaseId) -> Vec<ConsultRow> {
        "SELECT ", ConsultRow::COLS, " FROM consult WHERE case_id = $1 ORDER BY asked_at DESC, id LIMIT 50"
    }
    pub fn of_contact(contact: &ContactId) -> Vec<ConsultRow> {
        "SELECT ", ConsultRow::COLS, " FROM consult WHERE contact_id = $1 ORDER BY asked_at DESC, id LIMIT 50"
    }
    /// Those whose limit has passed without anybody saying so, after an instant and id.
    pub fn passed(now: i64, at: i64, id: &str, limit: i64) -> Vec<Due> {
        "SELECT id, site_id, due_at AS at FROM consult WHERE state = 'waiting' AND breached_at IS NULL AND due_at < $1 \
         AND (due_at, id) > ($2, $3) ORDER BY due_at, id LIMIT $4"
    }
    pub fn next_due() -> Option<i64> {
        "SELECT due_at FROM consult WHERE state = 'waiting' AND breached_at IS NULL ORDER BY due_at, id LIMIT 1"
    }
}
