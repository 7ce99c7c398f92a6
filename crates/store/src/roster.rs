//! The duty roster: posts, shift patterns, shifts with their check-ins, absences, swaps, hand-overs, keys.

use domain::ids::{
    AbsenceId, CaseId, DepartmentId, HandOverId, KeyLoanId, PatternId, PostId, ShiftId, SiteId, StaffId, SwapId,
};

use crate::case::{CallbackRow, CaseLine};
use crate::seam::{Q, row, sql};

row! {
    /// A post that is held in shifts.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Post {
        pub id: PostId, pub site_id: SiteId, pub code: String, pub name: String, pub name_en: String,
        pub department_id: Option<DepartmentId>, pub extension: String, pub workdays: String, pub weekend: String,
        pub needed: i64, pub checklist: String, pub position: i64, pub active: bool, pub version: i64,
    }
}

row! {
    /// A shift pattern of a post.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Pattern {
        pub id: PatternId, pub site_id: SiteId, pub post_id: PostId, pub sign: String, pub name: String,
        pub name_en: String, pub hours: String, pub position: i64, pub active: bool, pub version: i64,
    }
}

row! {
    /// One shift of one person.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Shift {
        pub id: ShiftId, pub site_id: SiteId, pub post_id: PostId, pub staff_id: StaffId,
        pub pattern_id: Option<PatternId>, pub day: String, pub from_at: i64, pub to_at: i64, pub state: String,
        pub note: String, pub checked_in_at: Option<i64>, pub checked_by: Option<StaffId>, pub late_ms: Option<i64>,
        pub ticks: String, pub remark: String, pub ended_at: Option<i64>, pub made_by: String, pub made_at: i64,
        pub version: i64,
    }
}

row! {
    /// Leave or illness.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Absence {
        pub id: AbsenceId, pub site_id: SiteId, pub staff_id: StaffId, pub kind: String, pub from_at: i64,
        pub to_at: i64, pub note: String, pub made_by: String, pub made_at: i64, pub cancelled_at: Option<i64>,
        pub version: i64,
    }
}

row! {
    /// A swap that was asked for.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Swap {
        pub id: SwapId, pub site_id: SiteId, pub shift_id: ShiftId, pub other_shift_id: Option<ShiftId>,
        pub asker_id: StaffId, pub other_id: StaffId, pub reason: String, pub state: String, pub asked_at: i64,
        pub answered_at: Option<i64>, pub decided_by: Option<StaffId>, pub decided_at: Option<i64>,
        pub decision: String, pub version: i64,
    }
}

row! {
    /// What one shift gave over to the next.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct HandOver {
        pub id: HandOverId, pub site_id: SiteId, pub number: String, pub post_id: PostId, pub shift_id: ShiftId,
        pub giver_id: StaffId, pub state: String, pub given_at: i64, pub next_until: i64, pub body: String,
        pub note: String, pub answered_by: Option<StaffId>, pub answered_at: Option<i64>, pub answer: String,
        pub version: i64,
    }
}

row! {
    /// A key that was lent.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct KeyLoan {
        pub id: KeyLoanId, pub site_id: SiteId, pub post_id: Option<PostId>, pub key_name: String, pub lent_to: String,
        pub purpose: String, pub lent_by: StaffId, pub lent_at: i64, pub until_at: i64, pub returned_at: Option<i64>,
        pub returned_to: Option<StaffId>, pub note: String, pub version: i64,
    }
}

row! {
    /// Somebody of the site who can be put on a shift.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Person {
        pub id: StaffId, pub name: String, pub name_en: String, pub department_id: Option<DepartmentId>,
    }
}

row! {
    /// The document of a case with something in it.
    #[derive(Debug, Clone)]
    pub struct Promising { pub id: CaseId, pub number: String, pub kind: String, pub doc: String }
}

row! {
    /// Who looks after an emergency.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Owner { pub case_id: CaseId, pub staff_id: StaffId, pub since: i64 }
}

row! {
    /// How often the roster of a site was changed.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Change { pub site_id: SiteId, pub n: i64 }
}

/// What the register of check-ins may be narrowed by: shifts that have begun, newest first.
#[derive(Debug, Clone, Default)]
pub struct ShiftFilter {
    pub site: String,
    pub post: Option<String>,
    pub staff: Option<String>,
    pub department: Option<String>,
    /// Checked in late only.
    pub late: bool,
    /// Never checked in only.
    pub missed: bool,
    pub from: i64,
    pub until: i64,
    /// `(from_at, id)` of the last row of the page before.
    pub after: Option<(i64, String)>,
    pub limit: i64,
}

impl ShiftFilter {
    fn variants() -> Vec<ShiftFilter> {
        let some = || Some("x".to_owned());
        vec![
            ShiftFilter {
                limit: 1,
                ..ShiftFilter::default()
            },
            ShiftFilter {
                site: "s".into(),
                post: some(),
                staff: some(),
                department: some(),
                late: true,
                missed: true,
                from: 0,
                until: 1,
                after: Some((1, "x".into())),
                limit: 1,
            },
        ]
    }
}

pub(crate) fn shifts_q(f: &ShiftFilter) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(Shift::COLS, &[])
        .push(
            "FROM roster_shift WHERE site_id = ? AND from_at >= ? AND from_at < ? AND state = 'planned'",
            &[&f.site, &f.from, &f.until],
        )
        .opt("AND post_id = ?", f.post.as_ref())
        .opt("AND staff_id = ?", f.staff.as_ref())
        .opt(
            "AND EXISTS (SELECT 1 FROM roster_post p WHERE p.id = roster_shift.post_id AND p.department_id = ?)",
            f.department.as_ref(),
        )
        .when(f.late, "AND late_ms > 0")
        .when(f.missed, "AND checked_in_at IS NULL")
        .opt2("AND (from_at, id) < (?, ?)", f.after.as_ref())
        .push("ORDER BY from_at DESC, id DESC LIMIT ?", &[&f.limit])
}

/// What the register of hand-overs may be narrowed by, newest first.
#[derive(Debug, Clone, Default)]
pub struct HandOverFilter {
    pub site: String,
    pub post: Option<String>,
    pub state: Option<String>,
    pub from: Option<i64>,
    pub until: Option<i64>,
    /// `(given_at, id)` of the last row of the page before.
    pub after: Option<(i64, String)>,
    pub limit: i64,
}

impl HandOverFilter {
    fn variants() -> Vec<HandOverFilter> {
        vec![
            HandOverFilter {
                limit: 1,
                ..HandOverFilter::default()
            },
            HandOverFilter {
                site: "s".into(),
                post: Some("p".into()),
                state: Some("given".into()),
                from: Some(0),
                until: Some(1),
                after: Some((1, "x".into())),
                limit: 1,
            },
        ]
    }
}

pub(crate) fn hand_overs_q(f: &HandOverFilter) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(HandOver::COLS, &[])
        .push("FROM hand_over WHERE site_id = ?", &[&f.site])
        .opt("AND post_id = ?", f.post.as_ref())
        .opt("AND state = ?", f.state.as_ref())
        .opt("AND given_at >= ?", f.from.as_ref())
        .opt("AND given_at < ?", f.until.as_ref())
        .opt2("AND (given_at, id) < (?, ?)", f.after.as_ref())
        .push("ORDER BY given_at DESC, id DESC LIMIT ?", &[&f.limit])
}

/// Pages of the registers of swaps and keys, newest first.
#[derive(Debug, Clone, Default)]
pub struct PageFilter {
    pub site: String,
    /// `(asked_at, id)` or `(lent_at, id)` of the last row of the page before.
    pub after: Option<(i64, String)>,
    pub limit: i64,
}

impl PageFilter {
    fn variants() -> Vec<PageFilter> {
        vec![
            PageFilter::default(),
            PageFilter {
                site: "s".into(),
                after: Some((1, "x".into())),
                limit: 1,
            },
        ]
    }
}

pub(crate) fn swaps_q(f: &PageFilter) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(Swap::COLS, &[])
        .push("FROM roster_swap WHERE site_id = ?", &[&f.site])
        .opt2("AND (asked_at, id) < (?, ?)", f.after.as_ref())
        .push("ORDER BY asked_at DESC, id DESC LIMIT ?", &[&f.limit])
}

pub(crate) fn loans_q(f: &PageFilter) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(KeyLoan::COLS, &[])
        .push("FROM key_loan WHERE site_id = ?", &[&f.site])
        .opt2("AND (lent_at, id) < (?, ?)", f.after.as_ref())
        .push("ORDER BY lent_at DESC, id DESC LIMIT ?", &[&f.limit])
}

sql! {
    pub fn posts(site: &SiteId) -> Vec<Post> {
        "SELECT ", Post::COLS, " FROM roster_post WHERE site_id = $1 ORDER BY position, id"
    }
    pub fn post(site: &SiteId, id: &PostId) -> Option<Post> {
        "SELECT ", Post::COLS, " FROM roster_post WHERE site_id = $1 AND id = $2"
    }
    pub fn post_insert(row: &Post) { insert "roster_post" }
    pub fn post_save(row: &Post) -> u64 { save "roster_post" }
    pub fn patterns(site: &SiteId) -> Vec<Pattern> {
        "SELECT ", Pattern::COLS, " FROM roster_pattern WHERE site_id = $1 ORDER BY post_id, position, id"
    }
    pub fn pattern(site: &SiteId, id: &PatternId) -> Option<Pattern> {
        "SELECT ", Pattern::COLS, " FROM roster_pattern WHERE site_id = $1 AND id = $2"
    }
    pub fn pattern_insert(row: &Pattern) { insert "roster_pattern" }
    pub fn pattern_save(row: &Pattern) -> u64 { save "roster_pattern" }
    /// Everybody who works at the site, vendors and administrators of the system apart, with the department they belong to.
    pub fn people(site: &SiteId) -> Vec<Person> {
        "SELECT p.id AS id, p.name AS name, p.name_en AS name_en, MIN(r.department_id) AS department_id \
         FROM staff_role r JOIN staff p ON p.id = r.staff_id \
         WHERE r.site_id = $1 AND p.active AND r.role NOT IN ('vendor', 'sysadmin') \
         GROUP BY p.id, p.name, p.name_en ORDER BY p.name, p.id"
    }

    pub fn shift(site: &SiteId, id: &ShiftId) -> Option<Shift> {
        "SELECT ", Shift::COLS, " FROM roster_shift WHERE site_id = $1 AND id = $2"
    }
    pub fn shift_insert(row: &Shift) { insert "roster_shift" }
    pub fn shift_save(row: &Shift) -> u64 { save "roster_shift" }
    /// Planned shifts that begin in `[from, until)`, in order.
    pub fn shifts(site: &SiteId, from: i64, until: i64) -> Vec<Shift> {
        "SELECT ", Shift::COLS, " FROM roster_shift WHERE site_id = $1 AND from_at >= $2 AND from_at < $3 \
         AND state = 'planned' ORDER BY from_at, id"
    }
    pub fn shifts_of(site: &SiteId, staff: &StaffId, from: i64, until: i64) -> Vec<Shift> {
        "SELECT ", Shift::COLS, " FROM roster_shift WHERE site_id = $1 AND staff_id = $2 AND from_at >= $3 \
         AND from_at < $4 AND state = 'planned' ORDER BY from_at, id"
    }
    /// The same person's planned shifts at any site that begin in a stretch: nobody is at two places at once.
    pub fn shifts_anywhere(staff: &StaffId, from: i64, until: i64) -> Vec<Shift> {
        "SELECT ", Shift::COLS, " FROM roster_shift WHERE staff_id = $1 AND from_at >= $2 AND from_at < $3 \
         AND state = 'planned' ORDER BY from_at, id"
    }
    pub fn register(f: &ShiftFilter) -> Vec<Shift> { dynamic shifts_q, ShiftFilter::variants }

    pub fn absence(site: &SiteId, id: &AbsenceId) -> Option<Absence> {
        "SELECT ", Absence::COLS, " FROM roster_absence WHERE site_id = $1 AND id = $2"
    }
    pub fn absence_insert(row: &Absence) { insert "roster_absence" }
    pub fn absence_save(row: &Absence) -> u64 { save "roster_absence" }
    /// Absences that hold and have to do with `[from, until)`.
    pub fn absences(site: &SiteId, from: i64, until: i64) -> Vec<Absence> {
        "SELECT ", Absence::COLS, " FROM roster_absence WHERE site_id = $1 AND to_at > $2 AND from_at < $3 \
         AND cancelled_at IS NULL ORDER BY from_at, id"
    }
    /// Those that have not ended, and those that ended since an instant, cancelled ones too.
    pub fn absences_since(site: &SiteId, since: i64, limit: i64) -> Vec<Absence> {
        "SELECT ", Absence::COLS, " FROM roster_absence WHERE site_id = $1 AND to_at > $2 ORDER BY to_at DESC, id LIMIT $3"
    }

    pub fn swap(site: &SiteId, id: &SwapId) -> Option<Swap> {
        "SELECT ", Swap::COLS, " FROM roster_swap WHERE site_id = $1 AND id = $2"
    }
    pub fn swap_insert(row: &Swap) { insert "roster_swap" }
    pub fn swap_save(row: &Swap) -> u64 { save "roster_swap" }
    pub fn swaps_open(site: &SiteId) -> Vec<Swap> {
        "SELECT ", Swap::COLS, " FROM roster_swap WHERE site_id = $1 AND state IN ('asked', 'agreed') ORDER BY id"
    }
    pub fn swaps_of_shift(shift: &ShiftId) -> Vec<Swap> {
        "SELECT ", Swap::COLS, " FROM roster_swap WHERE shift_id = $1 OR other_shift_id = $1 ORDER BY asked_at, id"
    }
    pub fn swaps(f: &PageFilter) -> Vec<Swap> { dynamic swaps_q, PageFilter::variants }

    pub fn hand_over(site: &SiteId, id: &HandOverId) -> Option<HandOver> {
        "SELECT ", HandOver::COLS, " FROM hand_over WHERE site_id = $1 AND id = $2"
    }
    pub fn hand_over_insert(row: &HandOver) { insert "hand_over" }
    pub fn hand_over_save(row: &HandOver) -> u64 { save "hand_over" }
    pub fn hand_overs(f: &HandOverFilter) -> Vec<HandOver> { dynamic hand_overs_q, HandOverFilter::variants }
    /// Signed off and not accepted.
    pub fn hand_overs_open(site: &SiteId) -> Vec<HandOver> {
        "SELECT ", HandOver::COLS, " FROM hand_over WHERE site_id = $1 AND state IN ('given', 'objected') ORDER BY given_at, id"
    }
    /// The newest of a post.
    pub fn hand_over_last(post: &PostId) -> Option<HandOver> {
        "SELECT ", HandOver::COLS, " FROM hand_over WHERE post_id = $1 ORDER BY given_at DESC, id DESC LIMIT 1"
    }

    /// Emergencies that are not over: calls for help and whatever has the highest urgency, until the work is done and emergency mode is over
    /// (REC-17 to 21).
    pub fn emergencies(site: &SiteId) -> Vec<CaseLine> {
        "SELECT ", CaseLine::COLS, " FROM cases WHERE site_id = $1 AND open AND (kind = 'help' OR urgency = 'emergency') \
         AND (state IN ('registered', 'dispatched', 'accepted', 'on_site', 'waiting') \
         OR EXISTS (SELECT 1 FROM emergency e WHERE e.case_id = cases.id AND e.state = 'running')) \
         ORDER BY registered_at, id LIMIT 200"
    }
    /// Open cases that fall due before an instant, overdue ones too.
    pub fn due_before(site: &SiteId, until: i64) -> Vec<CaseLine> {
        "SELECT ", CaseLine::COLS, " FROM cases WHERE site_id = $1 AND open AND due_at < $2 AND NOT paused \
         ORDER BY due_at, id LIMIT 200"
    }
    /// Open cases in which a reply was promised, kept or not.
    pub fn promising(site: &SiteId) -> Vec<Promising> {
        "SELECT id, number, kind, doc FROM cases WHERE site_id = $1 AND open AND doc LIKE '%\"promises\":[{%' \
         ORDER BY due_at, id LIMIT 500"
    }
    pub fn callbacks_before(site: &SiteId, until: i64) -> Vec<CallbackRow> {
        "SELECT ", CallbackRow::COLS, " FROM callback WHERE site_id = $1 AND open AND due_at < $2 ORDER BY due_at, id LIMIT 200"
    }
    pub fn owners(site: &SiteId) -> Vec<Owner> {
        "SELECT o.case_id AS case_id, o.staff_id AS staff_id, o.since AS since FROM emergency_owner o \
         JOIN cases c ON c.id = o.case_id WHERE o.site_id = $1 AND c.open ORDER BY o.since"
    }
    pub fn owner(site: &SiteId, case: &CaseId) -> Option<StaffId> {
        "SELECT staff_id FROM emergency_owner WHERE site_id = $1 AND case_id = $2"
    }
    pub fn owner_put(case: &CaseId, site: &SiteId, staff: &StaffId, now: i64, hand_over: Option<&HandOverId>) {
        "INSERT INTO emergency_owner (case_id, site_id, staff_id, since, hand_over_id) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (case_id) DO UPDATE SET staff_id = excluded.staff_id, since = excluded.since, \
         hand_over_id = excluded.hand_over_id"
    }

    pub fn loan(site: &SiteId, id: &KeyLoanId) -> Option<KeyLoan> {
        "SELECT ", KeyLoan::COLS, " FROM key_loan WHERE site_id = $1 AND id = $2"
    }
    pub fn loan_insert(row: &KeyLoan) { insert "key_loan" }
    pub fn loan_save(row: &KeyLoan) -> u64 { save "key_loan" }
    pub fn loans_out(site: &SiteId) -> Vec<KeyLoan> {
        "SELECT ", KeyLoan::COLS, " FROM key_loan WHERE site_id = $1 AND returned_at IS NULL ORDER BY until_at, id LIMIT 500"
    }
    pub fn loans(f: &PageFilter) -> Vec<KeyLoan> { dynamic loans_q, PageFilter::variants }

    /// Sites whose roster was ever made, with the counter of its changes.
    pub fn changes() -> Vec<Change> { "SELECT site_id, n FROM roster_change ORDER BY site_id" }
    pub fn change(site: &SiteId) -> Option<i64> { "SELECT n FROM roster_change WHERE site_id = $1" }
    pub fn changed(site: &SiteId) {
        "INSERT INTO roster_change (site_id, n) VALUES ($1, 1) ON CONFLICT (site_id) DO UPDATE SET n = roster_change.n + 1"
    }
    /// Sites that have a roster.
    pub fn sites() -> Vec<SiteId> { "SELECT DISTINCT site_id FROM roster_post WHERE active ORDER BY site_id" }
}
