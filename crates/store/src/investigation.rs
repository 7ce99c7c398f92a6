//! Investigations into internal reports (COM-24).

use domain::ids::{CaseId, InvestigationId, SiteId, StaffId};

use crate::due::Due;
use crate::seam::{Q, row, sql};

row! {
    /// One of them. `open`: it waits for the answer, the outcome or the last word; `recorded`: it stands on the person's record.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct InvestigationRow {
        pub id: InvestigationId, pub site_id: SiteId, pub case_id: CaseId, pub case_number: String, pub about: StaffId,
        pub fault: String, pub report: String, pub why: String, pub opened_by: StaffId, pub opened_at: i64,
        pub answer_by: i64, pub stage: String, pub answer: String, pub answered_at: Option<i64>, pub outcome: String,
        pub reason: String, pub decided_by: Option<StaffId>, pub decided_at: Option<i64>, pub objection: String,
        pub objected_at: Option<i64>, pub review: String, pub reviewed_by: Option<StaffId>, pub reviewed_at: Option<i64>,
        pub recorded: bool, pub open: bool, pub next_at: Option<i64>, pub version: i64,
    }
}

/// What the list may be narrowed by; newest first.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub site: String,
    /// Whose reports they are.
    pub about: Option<String>,
    /// Who opened them.
    pub opener: Option<String>,
    pub open: bool,
    pub recorded: bool,
    /// `(opened_at, id)` of the last one of the page before.
    pub after: Option<(i64, String)>,
    pub limit: i64,
}

impl Filter {
    fn variants() -> Vec<Filter> {
        let bare = Filter {
            site: "s".into(),
            limit: 1,
            ..Filter::default()
        };
        vec![
            bare.clone(),
            Filter {
                about: Some("p".into()),
                opener: Some("q".into()),
                open: true,
                recorded: true,
                after: Some((1, "x".into())),
                ..bare
            },
        ]
    }
}

pub(crate) fn list_q(f: &Filter) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(InvestigationRow::COLS, &[])
        .push("FROM investigation WHERE site_id = ?", &[&f.site])
        .opt("AND about = ?", f.about.as_ref())
        .opt("AND opened_by = ?", f.opener.as_ref())
        .when(f.open, "AND open")
        .when(f.recorded, "AND recorded")
        .opt2("AND (opened_at, id) < (?, ?)", f.after.as_ref())
        .push("ORDER BY opened_at DESC, id DESC LIMIT ?", &[&f.limit])
}

sql! {
    pub fn insert(row: &InvestigationRow) { insert "investigation" }
    pub fn save(row: &InvestigationRow) -> u64 { save "investigation" }
    pub fn get(site: &SiteId, id: &InvestigationId) -> Option<InvestigationRow> {
        "SELECT ", InvestigationRow::COLS, " FROM investigation WHERE site_id = $1 AND id = $2"
    }
    /// Those whose time for the answer is over by `now`, after `(at, id)`.
    pub fn due(now: i64, at: i64, id: &str, limit: i64) -> Vec<Due> {
        "SELECT id, site_id, next_at AS at FROM investigation WHERE next_at IS NOT NULL AND next_at <= $1 \
         AND (next_at, id) > ($2, $3) ORDER BY next_at, id LIMIT $4"
    }
    pub fn next_due() -> Option<i64> {
        "SELECT next_at FROM investigation WHERE next_at IS NOT NULL ORDER BY next_at, id LIMIT 1"
    }
    /// Of cases that are hidden from somebody, but for those about themselves.
    pub fn hidden_from(staff: &StaffId) -> Vec<InvestigationId> {
        "SELECT i.id AS id FROM case_hidden h JOIN investigation i ON i.case_id = h.case_id \
         WHERE h.staff_id = $1 AND i.about <> h.staff_id"
    }
    pub fn list(f: &Filter) -> Vec<InvestigationRow> { dynamic list_q, Filter::variants }
}
