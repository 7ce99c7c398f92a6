//! How telephones are used: the site's rules, requests for long distance and new telephones, violations, what calls showed by
//! themselves, checks of lines and their faults.

use domain::ids::{
    CallId, CaseId, DepartmentId, FindingId, LineCheckId, LineFaultId, LongDistanceId, NewPhoneId, SiteId, StaffId,
    ViolationId,
};

use crate::due::Due;
use crate::seam::{Q, row, sql};

row! {
    /// What a site says of its telephones.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RulesRow {
        pub site_id: SiteId, pub home: String, pub outside: String, pub paid: String, pub long_ms: i64,
        pub check_days: i64, pub check_due_at: i64, pub next_at: Option<i64>, pub version: i64,
    }
}

row! {
    /// A request for long distance. `number` is personal.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LongDistanceRow {
        pub id: LongDistanceId, pub site_id: SiteId, pub by_id: StaffId, pub department_id: Option<DepartmentId>,
        pub number: String, pub reach: String, pub why: String, pub until_at: Option<i64>, pub asked_line: String,
        pub asked_at: i64, pub state: String, pub line: Option<String>, pub decided_by: Option<StaffId>,
        pub decided_as: Option<String>, pub decided_at: Option<i64>, pub reason: String, pub ended_at: Option<i64>,
        pub ended_by: Option<StaffId>, pub used_call: Option<CallId>, pub version: i64,
    }
}

row! {
    /// A request for a new telephone.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct NewPhoneRow {
        pub id: NewPhoneId, pub site_id: SiteId, pub by_id: StaffId, pub by_department: Option<DepartmentId>,
        pub for_department: Option<DepartmentId>, pub for_staff: Option<StaffId>, pub class: String, pub place: String,
        pub why: String, pub asked_at: i64, pub state: String, pub what: String, pub handled_by: Option<StaffId>,
        pub handled_at: Option<i64>, pub reason: String, pub decided_by: Option<StaffId>, pub decided_at: Option<i64>,
        pub installed_by: Option<StaffId>, pub installed_at: Option<i64>, pub extension: Option<String>,
        pub version: i64,
    }
}

row! {
    /// A violation. `department_id`: that of the person when it was recorded.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ViolationRow {
        pub id: ViolationId, pub site_id: SiteId, pub kind: String, pub about: StaffId,
        pub department_id: Option<DepartmentId>, pub what: String, pub call_id: Option<CallId>,
        pub case_id: Option<CaseId>, pub case_number: String, pub cost_cents: Option<i64>, pub recorded_by: StaffId,
        pub recorded_at: i64, pub answer_by: i64, pub stage: String, pub answer: String, pub answered_at: Option<i64>,
        pub severity: String, pub measure: String, pub reason: String, pub decided_by: Option<StaffId>,
        pub decided_at: Option<i64>, pub charge_cents: Option<i64>, pub recorded: bool, pub open: bool,
        pub next_at: Option<i64>, pub version: i64,
    }
}

row! {
    /// What a call showed.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct FindingRow {
        pub id: FindingId, pub site_id: SiteId, pub call_id: CallId, pub kind: String, pub telephone: String,
        pub staff_id: Option<StaffId>, pub reach: String, pub talk_ms: Option<i64>, pub at: i64, pub open: bool,
        pub done_at: Option<i64>, pub done_by: Option<StaffId>, pub reason: String,
        pub violation_id: Option<ViolationId>, pub version: i64,
    }
}

row! {
    /// How often something was found of a telephone, and the longest talk.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CountRow { pub telephone: String, pub n: i64, pub last_at: i64, pub longest_ms: Option<i64> }
}

row! {
    /// A check of lines. `telephones`: those that were fine, as a list.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CheckRow {
        pub id: LineCheckId, pub site_id: SiteId, pub at: i64, pub by_id: StaffId, pub due_at: i64, pub looked: i64,
        pub faults: i64, pub telephones: String, pub note: String, pub version: i64,
    }
}

row! {
    /// A fault of a telephone or a line.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct FaultRow {
        pub id: LineFaultId, pub site_id: SiteId, pub check_id: LineCheckId, pub telephone: String, pub what: String,
        pub cause: String, pub found_at: i64, pub mender: StaffId, pub mend_by: i64, pub mended_at: Option<i64>,
        pub mended_by: Option<StaffId>, pub done: String, pub charged_to: Option<StaffId>,
        pub charge_cents: Option<i64>, pub charge_why: String, pub charged_at: Option<i64>,
        pub charged_by: Option<StaffId>, pub open: bool, pub next_at: Option<i64>, pub version: i64,
    }
}

/// What a list of requests or violations may be narrowed by; newest first.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub site: String,
    /// Those of one person.
    pub own: Option<String>,
    /// With those of one department: `(person, department)`.
    pub department: Option<(String, String)>,
    pub state: Option<String>,
    /// Of violations.
    pub open: bool,
    pub recorded: bool,
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
                own: Some("p".into()),
                department: Some(("p".into(), "d".into())),
                state: Some("asked".into()),
                open: true,
                recorded: true,
                after: Some((1, "x".into())),
                ..bare
            },
        ]
    }
}

pub(crate) fn long_distance_q(f: &Filter) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(LongDistanceRow::COLS, &[])
        .push("FROM long_distance WHERE site_id = ?", &[&f.site])
        .opt("AND by_id = ?", f.own.as_ref())
        .opt2("AND (by_id = ? OR department_id = ?)", f.department.as_ref())
        .opt("AND state = ?", f.state.as_ref())
        .opt2("AND (asked_at, id) < (?, ?)", f.after.as_ref())
        .push("ORDER BY asked_at DESC, id DESC LIMIT ?", &[&f.limit])
}

pub(crate) fn new_phone_q(f: &Filter) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(NewPhoneRow::COLS, &[])
        .push("FROM new_phone WHERE site_id = ?", &[&f.site])
        .opt("AND by_id = ?", f.own.as_ref())
        .opt2("AND (by_id = ? OR by_department = ?)", f.department.as_ref())
        .opt("AND state = ?", f.state.as_ref())
        .opt2("AND (asked_at, id) < (?, ?)", f.after.as_ref())
        .push("ORDER BY asked_at DESC, id DESC LIMIT ?", &[&f.limit])
}

pub(crate) fn violation_q(f: &Filter) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(ViolationRow::COLS, &[])
        .push("FROM violation WHERE site_id = ?", &[&f.site])
        .opt("AND about = ?", f.own.as_ref())
        .opt2("AND (about = ? OR department_id = ?)", f.department.as_ref())
        .opt("AND stage = ?", f.state.as_ref())
        .when(f.open, "AND open")
        .when(f.recorded, "AND recorded")
        .opt2("AND (recorded_at, id) < (?, ?)", f.after.as_ref())
        .push("ORDER BY recorded_at DESC, id DESC LIMIT ?", &[&f.limit])
}

sql! {
    pub fn rules(site: &SiteId) -> Option<RulesRow> {
        "SELECT ", RulesRow::COLS, " FROM telephone_rules WHERE site_id = $1"
    }
    /// The rules of a site that has none yet.
    pub fn rules_begin(row: &RulesRow) { insert "telephone_rules" "ON CONFLICT (site_id) DO NOTHING" }
    /// 1, or 0 where somebody was faster.
    pub fn rules_save(
        site: &SiteId, version: i64, home: &str, outside: &str, paid: &str, long_ms: i64, check_days: i64, due_at: i64,
        next_at: Option<i64>,
    ) -> u64 {
        "UPDATE telephone_rules SET home = $3, outside = $4, paid = $5, long_ms = $6, check_days = $7, check_due_at = $8, \
         next_at = $9, version = version + 1 WHERE site_id = $1 AND version = $2"
    }
    /// Sites whose lines are to be checked by `now`, after `(at, id)`.
    pub fn rules_due(now: i64, at: i64, id: &str, limit: i64) -> Vec<Due> {
        "SELECT site_id AS id, site_id, next_at AS at FROM telephone_rules WHERE next_at IS NOT NULL AND next_at <= $1 \
         AND (next_at, site_id) > ($2, $3) ORDER BY next_at, site_id LIMIT $4"
    }
    pub fn rules_next_due() -> Option<i64> {
        "SELECT next_at FROM telephone_rules WHERE next_at IS NOT NULL ORDER BY next_at, site_id LIMIT 1"
    }

    pub fn long_distance_insert(row: &LongDistanceRow) { insert "long_distance" }
    pub fn long_distance_save(row: &LongDistanceRow) -> u64 { save "long_distance" }
    pub fn long_distance(site: &SiteId, id: &LongDistanceId) -> Option<LongDistanceRow> {
        "SELECT ", LongDistanceRow::COLS, " FROM long_distance WHERE site_id = $1 AND id = $2"
    }
    pub fn long_distances(f: &Filter) -> Vec<LongDistanceRow> { dynamic long_distance_q, Filter::variants }
    /// Requests for a number on a line, newest first: which of them covers a call, the rules say.
    pub fn long_distance_of(site: &SiteId, number: &str, line: &str) -> Vec<LongDistanceRow> {
        "SELECT ", LongDistanceRow::COLS, " FROM long_distance WHERE site_id = $1 AND number = $2 AND line = $3 \
         ORDER BY asked_at DESC, id DESC LIMIT 100"
    }

    pub fn new_phone_insert(row: &NewPhoneRow) { insert "new_phone" }
    pub fn new_phone_save(row: &NewPhoneRow) -> u64 { save "new_phone" }
    pub fn new_phone(site: &SiteId, id: &NewPhoneId) -> Option<NewPhoneRow> {
        "SELECT ", NewPhoneRow::COLS, " FROM new_phone WHERE site_id = $1 AND id = $2"
    }
    pub fn new_phones(f: &Filter) -> Vec<NewPhoneRow> { dynamic new_phone_q, Filter::variants }

    pub fn violation_insert(row: &ViolationRow) { insert "violation" }
    pub fn violation_save(row: &ViolationRow) -> u64 { save "violation" }
    pub fn violation(site: &SiteId, id: &ViolationId) -> Option<ViolationRow> {
        "SELECT ", ViolationRow::COLS, " FROM violation WHERE site_id = $1 AND id = $2"
    }
    pub fn violations(f: &Filter) -> Vec<ViolationRow> { dynamic violation_q, Filter::variants }
    /// Those whose time for the answer is over by `now`, after `(at, id)`.
    pub fn violation_due(now: i64, at: i64, id: &str, limit: i64) -> Vec<Due> {
        "SELECT id, site_id, next_at AS at FROM violation WHERE next_at IS NOT NULL AND next_at <= $1 \
         AND (next_at, id) > ($2, $3) ORDER BY next_at, id LIMIT $4"
    }
    pub fn violation_next_due() -> Option<i64> {
        "SELECT next_at FROM violation WHERE next_at IS NOT NULL ORDER BY next_at, id LIMIT 1"
    }

    pub fn finding_insert(row: &FindingRow) { insert "call_finding" "ON CONFLICT (call_id, kind, telephone) DO NOTHING" }
    pub fn finding_save(row: &FindingRow) -> u64 { save "call_finding" }
    pub fn finding(site: &SiteId, id: &FindingId) -> Option<FindingRow> {
        "SELECT ", FindingRow::COLS, " FROM call_finding WHERE site_id = $1 AND id = $2"
    }
    pub fn findings_of(call: &CallId) -> Vec<FindingRow> {
        "SELECT ", FindingRow::COLS, " FROM call_finding WHERE call_id = $1 ORDER BY kind, telephone LIMIT 100"
    }
    /// What was told later shows otherwise, and nobody has looked at it yet.
    pub fn finding_drop(id: &FindingId) -> u64 { "DELETE FROM call_finding WHERE id = $1 AND open" }
    /// What nobody has looked at yet, before an instant and id, newest first. Telephones out of reach are counted, not judged one by one.
    pub fn findings_open(site: &SiteId, before: i64, id: &str, limit: i64) -> Vec<FindingRow> {
        "SELECT ", FindingRow::COLS, " FROM call_finding WHERE site_id = $1 AND open AND kind <> 'unreachable' \
         AND (at, id) < ($2, $3) ORDER BY at DESC, id DESC LIMIT $4"
    }
    /// What was looked at, newest first.
    pub fn findings_done(site: &SiteId, limit: i64) -> Vec<FindingRow> {
        "SELECT ", FindingRow::COLS, " FROM call_finding WHERE site_id = $1 AND NOT open ORDER BY at DESC, id DESC LIMIT $2"
    }
    /// Of one kind since an instant, newest first.
    pub fn findings_since(site: &SiteId, kind: &str, from: i64, limit: i64) -> Vec<FindingRow> {
        "SELECT ", FindingRow::COLS, " FROM call_finding WHERE site_id = $1 AND kind = $2 AND at >= $3 \
         ORDER BY at DESC, id DESC LIMIT $4"
    }
    /// The same counted for each telephone, the most first.
    pub fn finding_counts(site: &SiteId, kind: &str, from: i64) -> Vec<CountRow> {
        "SELECT telephone, count(*) AS n, MAX(at) AS last_at, MAX(talk_ms) AS longest_ms FROM call_finding \
         WHERE site_id = $1 AND kind = $2 AND at >= $3 GROUP BY telephone ORDER BY n DESC, telephone LIMIT 500"
    }

    pub fn check_insert(row: &CheckRow) { insert "line_check" }
    pub fn check(site: &SiteId, id: &LineCheckId) -> Option<CheckRow> {
        "SELECT ", CheckRow::COLS, " FROM line_check WHERE site_id = $1 AND id = $2"
    }
    pub fn checks(site: &SiteId, limit: i64) -> Vec<CheckRow> {
        "SELECT ", CheckRow::COLS, " FROM line_check WHERE site_id = $1 ORDER BY at DESC, id DESC LIMIT $2"
    }
    pub fn fault_insert(row: &FaultRow) { insert "line_fault" }
    pub fn fault_save(row: &FaultRow) -> u64 { save "line_fault" }
    pub fn fault(site: &SiteId, id: &LineFaultId) -> Option<FaultRow> {
        "SELECT ", FaultRow::COLS, " FROM line_fault WHERE site_id = $1 AND id = $2"
    }
    /// What is to be mended, the most urgent first.
    pub fn faults_open(site: &SiteId) -> Vec<FaultRow> {
        "SELECT ", FaultRow::COLS, " FROM line_fault WHERE site_id = $1 AND open ORDER BY mend_by, id LIMIT 500"
    }
    pub fn faults(site: &SiteId, limit: i64) -> Vec<FaultRow> {
        "SELECT ", FaultRow::COLS, " FROM line_fault WHERE site_id = $1 ORDER BY found_at DESC, id DESC LIMIT $2"
    }
    pub fn faults_of(check: &LineCheckId) -> Vec<FaultRow> {
        "SELECT ", FaultRow::COLS, " FROM line_fault WHERE check_id = $1 ORDER BY telephone, id LIMIT 2000"
    }
    pub fn fault_due(now: i64, at: i64, id: &str, limit: i64) -> Vec<Due> {
        "SELECT id, site_id, next_at AS at FROM line_fault WHERE next_at IS NOT NULL AND next_at <= $1 \
         AND (next_at, id) > ($2, $3) ORDER BY next_at, id LIMIT $4"
    }
    pub fn fault_next_due() -> Option<i64> {
        "SELECT next_at FROM line_fault WHERE next_at IS NOT NULL ORDER BY next_at, id LIMIT 1"
    }
}
