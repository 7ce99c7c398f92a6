//! Contacts: every call, visit, message or letter that came in (用户来电来访登记表, CAL-2).

use domain::ids::{CaseId, ContactId, DepartmentId, PersonId, SiteId, StaffId, UnitId};

use crate::seam::{Q, row, sql};

row! {
    /// A contact.
    #[derive(Debug, Clone)]
    pub struct Contact {
        pub id: ContactId, pub site_id: SiteId, pub number: String, pub channel: String, pub happened_at: i64,
        pub recorded_at: i64, pub staff_id: Option<StaffId>, pub department_id: Option<DepartmentId>,
        pub person_id: Option<PersonId>, pub unit_id: Option<UnitId>, pub name: String, pub phone: String,
        pub address: String, pub anonymous_reason: String, pub identity_check: String, pub kind: String,
        pub summary: String, pub answer: String, pub outcome: String, pub external_ref: String, pub locale: String,
        pub version: i64,
    }
}

/// What the list may be narrowed by. Newest first.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub site: String,
    pub staff: Option<String>,
    /// The post at which it was written down (COM-11).
    pub department: Option<String>,
    pub channel: Option<String>,
    pub outcome: Option<String>,
    pub unit: Option<String>,
    pub from: Option<i64>,
    pub until: Option<i64>,
    /// `(happened_at, id)` of the last row of the page before.
    pub before: Option<(i64, String)>,
    pub limit: i64,
}

impl Filter {
    fn variants() -> Vec<Filter> {
        let full = Filter {
            site: "s".into(),
            staff: Some("x".into()),
            department: Some("d".into()),
            channel: Some("phone".into()),
            outcome: Some("case".into()),
            unit: Some("u".into()),
            from: Some(0),
            until: Some(1),
            before: Some((1, "x".into())),
            limit: 1,
        };
        vec![
            Filter {
                limit: 1,
                ..Default::default()
            },
            full,
        ]
    }
}

pub(crate) fn list_q(f: &Filter) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(Contact::COLS, &[])
        .push("FROM contact WHERE site_id = ?", &[&f.site])
        .opt("AND staff_id = ?", f.staff.as_ref())
        .opt("AND department_id = ?", f.department.as_ref())
        .opt("AND channel = ?", f.channel.as_ref())
        .opt("AND outcome = ?", f.outcome.as_ref())
        .opt("AND unit_id = ?", f.unit.as_ref())
        .opt("AND happened_at >= ?", f.from.as_ref())
        .opt("AND happened_at < ?", f.until.as_ref())
        .opt2("AND (happened_at, id) < (?, ?)", f.before.as_ref())
        .push("ORDER BY happened_at DESC, id DESC LIMIT ?", &[&f.limit])
}

sql! {
    pub fn insert(row: &Contact) { insert "contact" }
    pub fn save(row: &Contact) -> u64 { save "contact" }
    pub fn get(site: &SiteId, id: &ContactId) -> Option<Contact> {
        "SELECT ", Contact::COLS, " FROM contact WHERE site_id = $1 AND id = $2"
    }
    pub fn by_number(site: &SiteId, number: &str) -> Option<Contact> {
        "SELECT ", Contact::COLS, " FROM contact WHERE site_id = $1 AND number = $2"
    }
    pub fn list(f: &Filter) -> Vec<Contact> { dynamic list_q, Filter::variants }
    pub fn of_unit(unit: &UnitId, limit: i64) -> Vec<Contact> {
        "SELECT ", Contact::COLS, " FROM contact WHERE unit_id = $1 ORDER BY happened_at DESC LIMIT $2"
    }
    pub fn of_person(person: &PersonId, limit: i64) -> Vec<Contact> {
        "SELECT ", Contact::COLS, " FROM contact WHERE person_id = $1 ORDER BY happened_at DESC LIMIT $2"
    }
    pub fn of_case(case: &CaseId) -> Vec<Contact> {
        "SELECT ", Contact::COLS, " FROM contact WHERE id IN (SELECT contact_id FROM contact_case WHERE case_id = $1) \
         ORDER BY happened_at LIMIT 100"
    }
    pub fn link(contact: &ContactId, case: &CaseId) {
        "INSERT INTO contact_case (contact_id, case_id) VALUES ($1, $2) ON CONFLICT (contact_id, case_id) DO NOTHING"
    }
    pub fn cases_of(contact: &ContactId) -> Vec<CaseId> {
        "SELECT case_id FROM contact_case WHERE contact_id = $1"
    }
}
