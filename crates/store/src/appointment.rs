//! Face-to-face appointments with customers (ETQ-6).

use domain::ids::{AppointmentId, ContactId, SiteId, StaffId};

use crate::seam::{Q, row, sql};

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

/// Appointments of a site in one state since an instant.
#[derive(Debug, Clone)]
pub struct Filter {
    pub site: SiteId,
    pub state: String,
    pub since: i64,
    /// Only those that this person holds.
    pub with: Option<StaffId>,
    /// The earliest first: what is to come; else the newest.
    pub earliest_first: bool,
    pub limit: i64,
}

impl Filter {
    fn variants() -> Vec<Filter> {
        let of = |with: Option<StaffId>, earliest_first| Filter {
            site: "s".into(),
            state: "planned".into(),
            since: 1,
            with,
            earliest_first,
            limit: 1,
        };
        vec![of(None, true), of(Some("p".into()), false)]
    }
}

pub(crate) fn list_q(f: &Filter) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(AppointmentRow::COLS, &[])
        .push(
            "FROM appointment WHERE site_id = ? AND state = ? AND at >= ?",
            &[&f.site, &f.state, &f.since],
        )
        .opt("AND with_staff = ?", f.with.as_ref())
        .when(f.earliest_first, "ORDER BY at, id")
        .when(!f.earliest_first, "ORDER BY at DESC, id DESC")
        .push("LIMIT ?", &[&f.limit])
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
    pub fn list(f: &Filter) -> Vec<AppointmentRow> { dynamic list_q, Filter::variants }
}
