//! Face-to-face appointments with customers (ETQ-6).

use domain::ids::{AppointmentId, ContactId, SiteId, StaffId};

use crate::seam::{row, sql};

row! {
    /// An appointment. `document` is the code of a kind, or empty.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct AppointmentRow {
        pub id: AppointmentId, pub site_id: SiteId, pub contact_id: ContactId, pub at: i64, pub with_staff: StaffId,
        pub place: String, pub bring: String, pub state: String, pub verified: Option<bool>, pub document: String,
        pub tail: String, pub note: String, pub made_by: StaffId, pub made_at: i64, pub ended_by: Option<StaffId>,
        pub ended_at: Option<i64>, pub version: i64,
    }
}

sql! {
    pub fn insert(row: &AppointmentRow) { insert "appointment" }
    pub fn save(row: &AppointmentRow) -> u64 { save "appointment" }
    pub fn get(site: &SiteId, id: &AppointmentId) -> Option<AppointmentRow> {
        "SELECT ", AppointmentRow::COLS, " FROM appointment WHERE site_id = $1 AND id = $2"
    }
    /// Newest first.
    pub fn of_contact(contact: &ContactId) -> Vec<AppointmentRow> {
        "SELECT ", AppointmentRow::COLS, " FROM appointment WHERE contact_id = $1 ORDER BY made_at DESC, id DESC LIMIT 20"
    }
    /// Those to come, and those of which nobody has said yet what came of them; the earliest first.
    pub fn planned(site: &SiteId, limit: i64) -> Vec<AppointmentRow> {
        "SELECT ", AppointmentRow::COLS, " FROM appointment WHERE site_id = $1 AND state = 'planned' ORDER BY at, id LIMIT $2"
    }
    /// Those in one state since an instant, newest first.
    pub fn ended(site: &SiteId, state: &str, since: i64, limit: i64) -> Vec<AppointmentRow> {
        "SELECT ", AppointmentRow::COLS, " FROM appointment WHERE site_id = $1 AND state = $2 AND at >= $3 \
         ORDER BY at DESC, id DESC LIMIT $4"
    }
}
