//! Versions of the service standard, what a draft was before, and the long work on them with what it found.

use domain::ids::{CaseId, SiteId, StaffId, StandardId, StandardJobId};

use crate::seam::{Q, row, sql};

row! {
    /// A version. `state` is `draft`, `checked`, `approved` or `dropped`; in force and retired follow from `valid_from`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Version {
        pub id: StandardId, pub site_id: SiteId, pub number: i64, pub label: String, pub document: String,
        pub state: String, pub based_on: String, pub note: String, pub reason: String,
        pub created_by: Option<StaffId>, pub created_at: i64, pub edited_by: Option<StaffId>, pub edited_at: i64,
        pub checked_by: Option<StaffId>, pub checked_at: Option<i64>, pub approved_by: Option<StaffId>,
        pub approved_at: Option<i64>, pub valid_from: Option<i64>, pub dropped_by: Option<StaffId>,
        pub dropped_at: Option<i64>, pub version: i64,
    }
}

row! {
    /// A version as the list shows it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct VersionLine {
        pub id: StandardId, pub number: i64, pub label: String, pub state: String, pub note: String,
        pub created_by: Option<StaffId>, pub edited_at: i64, pub approved_by: Option<StaffId>,
        pub approved_at: Option<i64>, pub valid_from: Option<i64>,
    }
}

row! {
    /// The name of a version and its document.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Written { pub id: StandardId, pub document: String }
}

row! {
    /// What a draft was before a change.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Step {
        pub version_id: StandardId, pub no: i64, pub document: String, pub what: String, pub staff_id: Option<StaffId>,
        pub at: i64,
    }
}

row! {
    /// Long work. `kind` is `compare`, `apply` or `simulate`; `state` is `running`, `stopped`, `done` or `failed`; `standard_id`
    /// is empty for the shipped standard; `params` and `summary` are JSON.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Job {
        pub id: StandardJobId, pub site_id: SiteId, pub number: i64, pub kind: String, pub standard_id: String, pub label: String,
        pub params: String, pub state: String, pub progress: i64, pub total: i64, pub summary: String, pub claim: String,
        pub beat_at: i64, pub stop_wanted: bool, pub created_by: Option<StaffId>, pub created_at: i64,
        pub finished_at: Option<i64>, pub version: i64,
    }
}

row! {
    /// Long work that nobody works on any more.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Left { pub id: StandardJobId, pub site_id: SiteId }
}

row! {
    /// A clock of a case, before and after.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Line {
        pub job_id: StandardJobId, pub no: i64, pub case_id: CaseId, pub number: String, pub kind: String, pub item: String,
        pub department_id: String, pub worker_id: String, pub code: String, pub before_at: Option<i64>,
        pub after_at: Option<i64>, pub met_at: Option<i64>, pub late_before: bool, pub late_after: bool, pub done: bool,
    }
}

row! {
    /// An entry of a case's journal, for running it again.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Happened { pub kind: String, pub body: String }
}

row! {
    /// A case and who has it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Held {
        pub doc: String, pub version: i64, pub department_id: Option<String>, pub worker_id: Option<String>,
    }
}

/// What the rows of a job may be narrowed by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub job: String,
    pub department: Option<String>,
    pub item: Option<String>,
    pub kind: Option<String>,
    pub code: Option<String>,
    pub late_before: Option<bool>,
    pub late_after: Option<bool>,
    /// `no` of the last row of the page before.
    pub after: Option<i64>,
    pub limit: i64,
}

impl Filter {
    fn variants() -> Vec<Filter> {
        let full = Filter {
            job: "j".into(),
            department: Some("d".into()),
            item: Some("i".into()),
            kind: Some("request".into()),
            code: Some("finish".into()),
            late_before: Some(true),
            late_after: Some(true),
            after: Some(1),
            limit: 1,
        };
        vec![
            Filter {
                limit: 1,
                ..Filter::default()
            },
            Filter {
                late_before: Some(false),
                late_after: Some(false),
                ..full.clone()
            },
            full,
        ]
    }
}

pub(crate) fn rows_q(f: &Filter) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(Line::COLS, &[])
        .push("FROM standard_row WHERE job_id = ?", &[&f.job])
        .opt("AND department_id = ?", f.department.as_ref())
        .opt("AND item = ?", f.item.as_ref())
        .opt("AND kind = ?", f.kind.as_ref())
        .opt("AND code = ?", f.code.as_ref())
        .when(f.late_before == Some(true), "AND late_before")
        .when(f.late_before == Some(false), "AND NOT late_before")
        .when(f.late_after == Some(true), "AND late_after")
        .when(f.late_after == Some(false), "AND NOT late_after")
        .opt("AND no > ?", f.after.as_ref())
        .push("ORDER BY no LIMIT ?", &[&f.limit])
}

sql! {
    pub fn insert(row: &Version) { insert "standard_version" }
    pub fn save(row: &Version) -> u64 { save "standard_version" }
    pub fn get(site: &SiteId, id: &StandardId) -> Option<Version> {
        "SELECT ", Version::COLS, " FROM standard_version WHERE site_id = $1 AND id = $2"
    }
    /// The version in force at an instant. None: the shipped one.
    pub fn in_force(site: &SiteId, at: i64) -> Option<StandardId> {
        "SELECT id FROM standard_version WHERE site_id = $1 AND state = 'approved' AND valid_from <= $2 \
         ORDER BY valid_from DESC, number DESC LIMIT 1"
    }
    /// The approved version of a name: what a case remembers.
    pub fn named(site: &SiteId, label: &str) -> Option<StandardId> {
        "SELECT id FROM standard_version WHERE site_id = $1 AND label = $2 AND state = 'approved'"
    }
    pub fn written(id: &StandardId) -> Option<Written> { "SELECT id, document FROM standard_version WHERE id = $1" }
    /// Newest first.
    pub fn list(site: &SiteId, limit: i64) -> Vec<VersionLine> {
        "SELECT ", VersionLine::COLS, " FROM standard_version WHERE site_id = $1 ORDER BY number DESC LIMIT $2"
    }
    /// Names of all versions but one.
    pub fn labels(site: &SiteId, but: &str) -> Vec<String> {
        "SELECT label FROM standard_version WHERE site_id = $1 AND id <> $2 AND state <> 'dropped' ORDER BY number"
    }
    pub fn next_number(site: &SiteId) -> i64 {
        "SELECT COALESCE(MAX(number), 0) + 1 AS next FROM standard_version WHERE site_id = $1"
    }

    pub fn step_insert(row: &Step) { insert "standard_step" }
    pub fn last_step(version: &StandardId) -> Option<Step> {
        "SELECT ", Step::COLS, " FROM standard_step WHERE version_id = $1 ORDER BY no DESC LIMIT 1"
    }
    pub fn step_remove(version: &StandardId, no: i64) -> u64 { "DELETE FROM standard_step WHERE version_id = $1 AND no = $2" }
    /// Removes what is older than the latest changes.
    pub fn steps_trim(version: &StandardId, before: i64) -> u64 { "DELETE FROM standard_step WHERE version_id = $1 AND no < $2" }

    pub fn job_insert(row: &Job) { insert "standard_job" }
    pub fn job(site: &SiteId, id: &StandardJobId) -> Option<Job> {
        "SELECT ", Job::COLS, " FROM standard_job WHERE site_id = $1 AND id = $2"
    }
    /// Newest first.
    pub fn jobs(site: &SiteId, kind: &str, limit: i64) -> Vec<Job> {
        "SELECT ", Job::COLS, " FROM standard_job WHERE site_id = $1 AND kind = $2 ORDER BY number DESC LIMIT $3"
    }
    pub fn next_job(site: &SiteId) -> i64 {
        "SELECT COALESCE(MAX(number), 0) + 1 AS next FROM standard_job WHERE site_id = $1"
    }
    /// Says how far it is; whether it is to stop. Nothing when somebody else has taken it over.
    pub fn beat(id: &StandardJobId, claim: &str, progress: i64, total: i64, now: i64) -> Option<bool> {
        "UPDATE standard_job SET progress = $3, total = $4, beat_at = $5 WHERE id = $1 AND claim = $2 AND state = 'running' \
         RETURNING stop_wanted"
    }
    pub fn rest(id: &StandardJobId, claim: &str, state: &str, summary: &str, finished_at: Option<i64>) -> u64 {
        "UPDATE standard_job SET state = $3, summary = $4, finished_at = $5, stop_wanted = FALSE, version = version + 1 \
         WHERE id = $1 AND claim = $2 AND state = 'running'"
    }
    pub fn want_stop(site: &SiteId, id: &StandardJobId) -> u64 {
        "UPDATE standard_job SET stop_wanted = TRUE WHERE site_id = $1 AND id = $2 AND state = 'running'"
    }
    /// Goes on with what was stopped.
    pub fn go_on(id: &StandardJobId, claim: &str, now: i64) -> u64 {
        "UPDATE standard_job SET state = 'running', claim = $2, beat_at = $3, stop_wanted = FALSE, version = version + 1 \
         WHERE id = $1 AND state = 'stopped'"
    }
    /// Takes work over from a process that has been silent since then.
    pub fn take(id: &StandardJobId, claim: &str, now: i64, silent_since: i64) -> u64 {
        "UPDATE standard_job SET claim = $2, beat_at = $3 WHERE id = $1 AND state = 'running' AND beat_at < $4"
    }
    pub fn left(silent_since: i64) -> Vec<Left> {
        "SELECT ", Left::COLS, " FROM standard_job WHERE state = 'running' AND beat_at < $1 ORDER BY beat_at LIMIT 10"
    }

    pub fn row_insert(row: &Line) { insert "standard_row" }
    pub fn rows(f: &Filter) -> Vec<Line> { dynamic rows_q, Filter::variants }
    pub fn last_row(job: &StandardJobId) -> i64 {
        "SELECT COALESCE(MAX(no), 0) AS last FROM standard_row WHERE job_id = $1"
    }
    /// Removes rows of a job, at most `limit` at a time. The number removed.
    pub fn rows_remove(job: &StandardJobId, limit: i64) -> u64 {
        "DELETE FROM standard_row WHERE job_id = $1 AND no IN (SELECT no FROM standard_row WHERE job_id = $1 ORDER BY no LIMIT $2)"
    }

    /// Open cases, what is due first, first.
    pub fn open_cases(site: &SiteId) -> Vec<CaseId> {
        "SELECT id FROM cases WHERE site_id = $1 AND open ORDER BY due_at, id"
    }
    /// Cases registered in a range, oldest first.
    pub fn registered(site: &SiteId, from: i64, until: i64, limit: i64) -> Vec<CaseId> {
        "SELECT id FROM cases WHERE site_id = $1 AND registered_at >= $2 AND registered_at < $3 \
         ORDER BY registered_at, id LIMIT $4"
    }
    pub fn held(site: &SiteId, id: &CaseId) -> Option<Held> {
        "SELECT ", Held::COLS, " FROM cases WHERE site_id = $1 AND id = $2"
    }
    /// What happened to a case, oldest first.
    pub fn happened(site: &str, case: &str) -> Vec<Happened> {
        "SELECT kind, body FROM journal WHERE site_id = $1 AND case_id = $2 ORDER BY seq"
    }
}
