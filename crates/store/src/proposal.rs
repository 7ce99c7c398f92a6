//! Proposals for new services (REC-12 C).

use domain::ids::{CaseId, ProposalId, SiteId, StaffId};

use crate::seam::{Q, row, sql};

row! {
    /// A request for what nobody offers. `reported_to` is the head it was reported to.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ProposalRow {
        pub id: ProposalId, pub site_id: SiteId, pub case_id: CaseId, pub case_number: String, pub title: String,
        pub item: String, pub asked_at: i64, pub asked_by: Option<StaffId>, pub reported_to: StaffId, pub state: String,
        pub decision: String, pub reason: String, pub again_at: Option<i64>, pub decided_at: Option<i64>,
        pub decided_by: Option<StaffId>, pub told_at: Option<i64>, pub told_by: Option<StaffId>, pub told_how: String,
        pub version: i64,
    }
}

/// What the list may be narrowed by. Oldest first where it waits for something, else newest first.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub site: String,
    /// `open`, `decided` or `told`: oldest first.
    pub state: Option<String>,
    /// Put off until before this instant: to be decided again.
    pub again_before: Option<i64>,
    /// `(asked_at, id)`.
    pub after: Option<(i64, String)>,
    pub limit: i64,
}

impl Filter {
    fn variants() -> Vec<Filter> {
        let full = Filter {
            site: "s".into(),
            state: Some("open".into()),
            again_before: Some(1),
            after: Some((1, "x".into())),
            limit: 1,
        };
        vec![
            Filter {
                limit: 1,
                ..Default::default()
            },
            Filter {
                state: None,
                ..full.clone()
            },
            full,
        ]
    }
}

pub(crate) fn list_q(f: &Filter) -> Q<'_> {
    let oldest = f.state.is_some();
    Q::new("SELECT", &[])
        .push(ProposalRow::COLS, &[])
        .push("FROM proposal WHERE site_id = ?", &[&f.site])
        .opt("AND state = ?", f.state.as_ref())
        .opt("AND again_at IS NOT NULL AND again_at < ?", f.again_before.as_ref())
        .opt2("AND (asked_at, id) > (?, ?)", f.after.as_ref().filter(|_| oldest))
        .opt2("AND (asked_at, id) < (?, ?)", f.after.as_ref().filter(|_| !oldest))
        .when(oldest, "ORDER BY asked_at, id")
        .when(!oldest, "ORDER BY asked_at DESC, id DESC")
        .push("LIMIT ?", &[&f.limit])
}

sql! {
    pub fn insert(row: &ProposalRow) { insert "proposal" "ON CONFLICT (site_id, case_id) DO NOTHING" }
    pub fn save(row: &ProposalRow) -> u64 { save "proposal" }
    pub fn get(site: &SiteId, id: &ProposalId) -> Option<ProposalRow> {
        "SELECT ", ProposalRow::COLS, " FROM proposal WHERE site_id = $1 AND id = $2"
    }
    pub fn of_case(site: &SiteId, case: &CaseId) -> Option<ProposalRow> {
        "SELECT ", ProposalRow::COLS, " FROM proposal WHERE site_id = $1 AND case_id = $2"
    }
    pub fn list(f: &Filter) -> Vec<ProposalRow> { dynamic list_q, Filter::variants }
}
