//! Promises and requests for more time, as their lists and the head's queue show them.

use domain::ids::{CaseId, DepartmentId, ExtensionId, SiteId, StaffId};

use crate::seam::{Q, row, sql};

row! {
    /// What was promised to a customer (REC-8, CAL-3). `reported_to` holds ids with spaces between (REC-9).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PromiseRow {
        pub id: String, pub site_id: SiteId, pub case_id: CaseId, pub no: i64, pub case_number: String, pub kind: String,
        pub promised: String, pub title: String, pub place: String, pub name: String, pub importance: String,
        pub made_at: i64, pub made_by: Option<StaffId>, pub reported_to: String, pub due_at: i64, pub due_provisional: bool,
        pub first_due_at: Option<i64>, pub first_at: Option<i64>, pub kept_at: Option<i64>, pub kept_by: Option<StaffId>,
        pub state: String, pub open: bool, pub breached: bool,
    }
}

row! {
    /// A request for more time (COM-32).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ExtensionRow {
        pub id: ExtensionId, pub site_id: SiteId, pub case_id: CaseId, pub case_number: String, pub kind: String,
        pub title: String, pub place: String, pub code: String, pub cycle: i64, pub asked_at: i64,
        pub asked_by: Option<StaffId>, pub department_id: Option<DepartmentId>, pub due_at: i64, pub to_at: i64, pub told: String, pub approver: String,
        pub agreed: Option<bool>, pub grade: String, pub approved: Option<bool>, pub state: String, pub open: bool,
        pub ended_at: Option<i64>,
    }
}

/// What the list of promises may be narrowed by.
#[derive(Debug, Clone, Default)]
pub struct PromiseFilter {
    pub site: String,
    pub open: Option<bool>,
    pub breached: bool,
    /// Kept in time.
    pub kept: bool,
    pub due_before: Option<i64>,
    pub made_by: Option<String>,
    pub kind: Option<String>,
    /// When it was promised, from included, until excluded.
    pub from: Option<i64>,
    pub until: Option<i64>,
    /// `(due_at, id)` when open ones are listed, `(made_at, id)` otherwise.
    pub after: Option<(i64, String)>,
    pub limit: i64,
}

impl PromiseFilter {
    fn variants() -> Vec<PromiseFilter> {
        let full = PromiseFilter {
            site: "s".into(),
            open: Some(true),
            breached: true,
            kept: true,
            due_before: Some(1),
            made_by: Some("w".into()),
            kind: Some("inquiry".into()),
            from: Some(0),
            until: Some(1),
            after: Some((1, "x".into())),
            limit: 1,
        };
        vec![
            PromiseFilter {
                limit: 1,
                ..Default::default()
            },
            PromiseFilter {
                open: Some(false),
                ..full.clone()
            },
            full,
        ]
    }
}

pub(crate) fn promises_q(f: &PromiseFilter) -> Q<'_> {
    let open = f.open == Some(true);
    Q::new("SELECT", &[])
        .push(PromiseRow::COLS, &[])
        .push("FROM promise WHERE site_id = ?", &[&f.site])
        .when(open, "AND open")
        .when(f.open == Some(false), "AND NOT open")
        .when(f.breached, "AND breached")
        .when(f.kept, "AND kept_at IS NOT NULL AND NOT breached")
        .opt("AND due_at < ?", f.due_before.as_ref())
        .opt("AND made_by = ?", f.made_by.as_ref())
        .opt("AND kind = ?", f.kind.as_ref())
        .opt("AND made_at >= ?", f.from.as_ref())
        .opt("AND made_at < ?", f.until.as_ref())
        .opt2("AND (due_at, id) > (?, ?)", f.after.as_ref().filter(|_| open))
        .opt2("AND (made_at, id) < (?, ?)", f.after.as_ref().filter(|_| !open))
        .when(open, "ORDER BY due_at, id")
        .when(!open, "ORDER BY made_at DESC, id DESC")
        .push("LIMIT ?", &[&f.limit])
}

/// What the list of requests for more time may be narrowed by.
#[derive(Debug, Clone, Default)]
pub struct ExtensionFilter {
    pub site: String,
    pub open: Option<bool>,
    pub state: Option<String>,
    pub kind: Option<String>,
    pub department: Option<String>,
    pub asked_by: Option<String>,
    pub from: Option<i64>,
    pub until: Option<i64>,
    /// `(due_at, id)` when open ones are listed, `(asked_at, id)` otherwise.
    pub after: Option<(i64, String)>,
    pub limit: i64,
}

impl ExtensionFilter {
    fn variants() -> Vec<ExtensionFilter> {
        let full = ExtensionFilter {
            site: "s".into(),
            open: Some(true),
            state: Some("granted".into()),
            kind: Some("request".into()),
            department: Some("d".into()),
            asked_by: Some("w".into()),
            from: Some(0),
            until: Some(1),
            after: Some((1, "x".into())),
            limit: 1,
        };
        vec![
            ExtensionFilter {
                limit: 1,
                ..Default::default()
            },
            ExtensionFilter {
                open: Some(false),
                ..full.clone()
            },
            full,
        ]
    }
}

pub(crate) fn extensions_q(f: &ExtensionFilter) -> Q<'_> {
    let open = f.open == Some(true);
    Q::new("SELECT", &[])
        .push(ExtensionRow::COLS, &[])
        .push("FROM extension WHERE site_id = ?", &[&f.site])
        .when(open, "AND open")
        .when(f.open == Some(false), "AND NOT open")
        .opt("AND state = ?", f.state.as_ref())
        .opt("AND kind = ?", f.kind.as_ref())
        .opt("AND department_id = ?", f.department.as_ref())
        .opt("AND asked_by = ?", f.asked_by.as_ref())
        .opt("AND asked_at >= ?", f.from.as_ref())
        .opt("AND asked_at < ?", f.until.as_ref())
        .opt2("AND (due_at, id) > (?, ?)", f.after.as_ref().filter(|_| open))
        .opt2("AND (asked_at, id) < (?, ?)", f.after.as_ref().filter(|_| !open))
        .when(open, "ORDER BY due_at, id")
        .when(!open, "ORDER BY asked_at DESC, id DESC")
        .push("LIMIT ?", &[&f.limit])
}

sql! {
    pub fn put(row: &PromiseRow) { insert "promise" "ON CONFLICT (id) DO UPDATE SET case_number = excluded.case_number, \
        kind = excluded.kind, title = excluded.title, place = excluded.place, name = excluded.name, \
        importance = excluded.importance, due_at = excluded.due_at, due_provisional = excluded.due_provisional, \
        first_due_at = excluded.first_due_at, \
        first_at = excluded.first_at, kept_at = excluded.kept_at, kept_by = excluded.kept_by, state = excluded.state, \
        open = excluded.open, breached = excluded.breached" }
    pub fn list(f: &PromiseFilter) -> Vec<PromiseRow> { dynamic promises_q, PromiseFilter::variants }
    pub fn count_open(site: &SiteId) -> i64 { "SELECT count(*) AS n FROM promise WHERE site_id = $1 AND open" }

    pub fn extension_put(row: &ExtensionRow) { insert "extension" "ON CONFLICT (id) DO UPDATE SET \
        case_number = excluded.case_number, kind = excluded.kind, title = excluded.title, place = excluded.place, \
        department_id = excluded.department_id, due_at = excluded.due_at, agreed = excluded.agreed, grade = excluded.grade, approved = excluded.approved, \
        state = excluded.state, open = excluded.open, ended_at = excluded.ended_at" }
    pub fn extensions(f: &ExtensionFilter) -> Vec<ExtensionRow> { dynamic extensions_q, ExtensionFilter::variants }
    pub fn count_extensions(site: &SiteId) -> i64 { "SELECT count(*) AS n FROM extension WHERE site_id = $1 AND open" }
}
