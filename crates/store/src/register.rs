//! Corrections of what stands in a register: the old text stays (COM-11).

use domain::ids::{CallbackId, CaseId, CorrectionId, SiteId, StaffId};

use crate::seam::{row, sql};

row! {
    /// One correction: what stood there, what stands there now, who, when and why.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CorrectionRow {
        pub id: CorrectionId, pub site_id: SiteId, pub subject_kind: String, pub subject_id: String, pub field: String,
        pub was: String, pub text: String, pub reason: String, pub staff_id: StaffId, pub at: i64,
    }
}

sql! {
    pub fn insert(row: &CorrectionRow) { insert "register_correction" }
    pub fn of_subject(site: &SiteId, kind: &str, id: &str) -> Vec<CorrectionRow> {
        "SELECT ", CorrectionRow::COLS, " FROM register_correction WHERE site_id = $1 AND subject_kind = $2",
        " AND subject_id = $3 ORDER BY at, id"
    }
    /// Takes the words out of an entry's corrections; that it was corrected, by whom and when, stays.
    pub fn erase(site: &SiteId, kind: &str, id: &str) -> u64 {
        "UPDATE register_correction SET was = '', text = '', reason = '' WHERE site_id = $1 AND subject_kind = $2",
        " AND subject_id = $3"
    }
    /// The case that a callback belongs to.
    pub fn case_of_callback(site: &SiteId, id: &CallbackId) -> Option<CaseId> {
        "SELECT case_id FROM callback WHERE site_id = $1 AND id = $2"
    }
}
