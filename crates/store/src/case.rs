//! Cases, work orders and callbacks: the aggregate as one document, its projection for lists beside it.

use domain::ids::{CallbackId, CaseId, DepartmentId, OrderId, PersonId, SiteId, StaffId, UnitId};

use crate::seam::{Q, row, sql};

row! {
    /// A whole row, document included, as it is written.
    #[derive(Debug, Clone)]
    pub struct CaseRow {
        pub id: CaseId, pub site_id: SiteId, pub number: String, pub kind: String, pub item: String, pub title: String,
        pub urgency: String, pub importance: String, pub scope: String, pub fee_kind: String,
        pub fee_cents: Option<i64>, pub state: String, pub open: bool, pub unit_id: Option<UnitId>,
        pub building: String, pub place: String, pub person_id: Option<PersonId>, pub name: String, pub phone: String,
        pub department_id: Option<DepartmentId>, pub worker_id: Option<StaffId>, pub first_asked_id: Option<StaffId>,
        pub repeat_of: Option<CaseId>, pub happened_at: i64, pub registered_at: i64, pub updated_at: i64,
        pub due_at: Option<i64>, pub due_code: String, pub due_provisional: bool, pub next_step_at: Option<i64>, pub paused: bool,
        pub breached: bool, pub reopened: i64, pub rework: i64, pub done_at: Option<i64>, pub closed_at: Option<i64>,
        pub satisfaction: Option<String>, pub solved: Option<bool>, pub doc: String, pub version: i64,
        /// Part of the timer's work that the case belongs to.
        pub shard: i64,
        /// Version of the last change that somebody made: steps of the clocks alone leave it.
        pub acted: i64,
    }
}

row! {
    /// A case as lists and the queue show it.
    #[derive(Debug, Clone)]
    pub struct CaseLine {
        pub id: CaseId, pub number: String, pub kind: String, pub item: String, pub title: String, pub urgency: String,
        pub state: String, pub open: bool, pub place: String, pub name: String,
        pub department_id: Option<DepartmentId>, pub worker_id: Option<StaffId>, pub first_asked_id: Option<StaffId>,
        pub registered_at: i64, pub due_at: Option<i64>, pub due_code: String, pub due_provisional: bool, pub paused: bool,
        pub breached: bool, pub fee_kind: String, pub fee_cents: Option<i64>, pub reopened: i64, pub done_at: Option<i64>,
        pub closed_at: Option<i64>, pub satisfaction: Option<String>, pub version: i64,
        pub news_at: Option<i64>, pub news: String,
    }
}

row! {
    /// The document and the version of a case.
    #[derive(Debug, Clone)]
    pub struct CaseDoc { pub doc: String, pub version: i64, pub acted: i64 }
}

row! {
    /// A work order.
    #[derive(Debug, Clone)]
    pub struct OrderRow {
        pub id: OrderId, pub site_id: SiteId, pub case_id: CaseId, pub number: String, pub kind: String,
        pub item: String, pub title: String, pub place: String, pub urgency: String,
        pub department_id: Option<DepartmentId>, pub worker_id: Option<StaffId>, pub state: String, pub open: bool,
        pub fee_kind: String, pub fee_cents: Option<i64>, pub due_at: Option<i64>, pub due_code: String,
        pub due_provisional: bool, pub paused: bool, pub breached: bool, pub issued_at: i64, pub done_at: Option<i64>,
    }
}

row! {
    /// A callback to be made, or made.
    #[derive(Debug, Clone)]
    pub struct CallbackRow {
        pub id: CallbackId, pub site_id: SiteId, pub case_id: CaseId, pub case_number: String, pub title: String,
        pub place: String, pub name: String, pub kind: String, pub state: String, pub open: bool,
        pub due_at: Option<i64>, pub due_provisional: bool, pub next_try_at: Option<i64>, pub attempts: i64, pub created_at: i64,
        pub closed_at: Option<i64>, pub satisfaction: Option<String>, pub solved: Option<bool>,
    }
}

row! {
    /// An earlier or open case about the same thing.
    #[derive(Debug, Clone)]
    pub struct Similar {
        pub id: CaseId, pub number: String, pub title: String, pub item: String, pub state: String, pub open: bool,
        pub registered_at: i64, pub closed_at: Option<i64>,
    }
}

/// How a list of cases or orders is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// What is due first, first; only for what is open.
    #[default]
    Due,
    /// Newest first.
    Newest,
}

/// What the lists of cases and orders may be narrowed by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub site: String,
    pub open: Option<bool>,
    pub states: Vec<String>,
    pub kind: Option<String>,
    pub department: Option<String>,
    pub worker: Option<String>,
    pub first_asked: Option<String>,
    pub urgency: Option<String>,
    pub building: Option<String>,
    pub unit: Option<String>,
    pub due_before: Option<i64>,
    pub paused: bool,
    pub breached: bool,
    pub from: Option<i64>,
    pub until: Option<i64>,
    pub sort: Sort,
    /// `(due_at, id)` or `(registered_at, id)` of the last row of the page before.
    pub after: Option<(i64, String)>,
    pub limit: i64,
}

/// Due times that are missing sort last. A bound far beyond any real instant, in unix milliseconds.
pub const NO_DUE: i64 = 9_000_000_000_000_000;

impl Filter {
    fn full(sort: Sort) -> Filter {
        Filter {
            site: "s".into(),
            open: Some(true),
            states: vec!["done".into()],
            kind: Some("request".into()),
            department: Some("d".into()),
            worker: Some("w".into()),
            first_asked: Some("f".into()),
            urgency: Some("normal".into()),
            building: Some("3".into()),
            unit: Some("u".into()),
            due_before: Some(1),
            paused: true,
            breached: true,
            from: Some(0),
            until: Some(1),
            sort,
            after: Some((1, "x".into())),
            limit: 1,
        }
    }

    fn variants() -> Vec<Filter> {
        vec![
            Filter {
                limit: 1,
                ..Default::default()
            },
            Filter {
                limit: 1,
                sort: Sort::Newest,
                open: Some(false),
                ..Default::default()
            },
            Filter::full(Sort::Due),
            Filter::full(Sort::Newest),
            Filter {
                open: Some(false),
                ..Filter::full(Sort::Newest)
            },
        ]
    }
}

pub(crate) fn cases_q(f: &Filter) -> Q<'_> {
    narrowed(
        Q::new("SELECT", &[])
            .push(CaseLine::COLS, &[])
            .push("FROM cases WHERE site_id = ?", &[&f.site]),
        f,
    )
    .opt("AND kind = ?", f.kind.as_ref())
    .opt("AND first_asked_id = ?", f.first_asked.as_ref())
    .opt("AND urgency = ?", f.urgency.as_ref())
    .opt("AND building = ?", f.building.as_ref())
    .opt("AND unit_id = ?", f.unit.as_ref())
    .opt("AND registered_at >= ?", f.from.as_ref())
    .opt("AND registered_at < ?", f.until.as_ref())
    .opt2(
        "AND (due_at, id) > (?, ?)",
        f.after.as_ref().filter(|_| f.sort == Sort::Due),
    )
    .opt2(
        "AND (registered_at, id) < (?, ?)",
        f.after.as_ref().filter(|_| f.sort == Sort::Newest),
    )
    .when(f.sort == Sort::Due, "ORDER BY due_at, id")
    .when(f.sort == Sort::Newest, "ORDER BY registered_at DESC, id DESC")
    .push("LIMIT ?", &[&f.limit])
}

pub(crate) fn orders_q(f: &Filter) -> Q<'_> {
    narrowed(
        Q::new("SELECT", &[])
            .push(OrderRow::COLS, &[])
            .push("FROM work_order WHERE site_id = ?", &[&f.site]),
        f,
    )
    .opt("AND kind = ?", f.kind.as_ref())
    .opt("AND urgency = ?", f.urgency.as_ref())
    .opt("AND issued_at >= ?", f.from.as_ref())
    .opt("AND issued_at < ?", f.until.as_ref())
    .opt2(
        "AND (due_at, id) > (?, ?)",
        f.after.as_ref().filter(|_| f.sort == Sort::Due),
    )
    .opt2(
        "AND (issued_at, id) < (?, ?)",
        f.after.as_ref().filter(|_| f.sort == Sort::Newest),
    )
    .when(f.sort == Sort::Due, "ORDER BY due_at, id")
    .when(f.sort == Sort::Newest, "ORDER BY issued_at DESC, id DESC")
    .push("LIMIT ?", &[&f.limit])
}

fn narrowed<'a>(q: Q<'a>, f: &'a Filter) -> Q<'a> {
    q.when(f.open == Some(true), "AND open")
        .when(f.open == Some(false), "AND NOT open")
        .one_of("AND state", &f.states)
        .opt("AND department_id = ?", f.department.as_ref())
        .opt("AND worker_id = ?", f.worker.as_ref())
        .opt("AND due_at < ?", f.due_before.as_ref())
        .when(f.paused, "AND paused")
        .when(f.breached, "AND breached")
}

/// What the list of callbacks may be narrowed by.
#[derive(Debug, Clone, Default)]
pub struct CallbackFilter {
    pub site: String,
    pub open: Option<bool>,
    pub due_before: Option<i64>,
    pub kind: Option<String>,
    /// Department that has the case, and who registered it.
    pub department: Option<String>,
    pub clerk: Option<String>,
    /// When the callback was planned, from included, until excluded.
    pub from: Option<i64>,
    pub until: Option<i64>,
    /// `(due_at, id)` when open ones are listed, `(created_at, id)` otherwise.
    pub after: Option<(i64, String)>,
    pub limit: i64,
}

impl CallbackFilter {
    fn variants() -> Vec<CallbackFilter> {
        let full = CallbackFilter {
            site: "s".into(),
            open: Some(true),
            due_before: Some(1),
            kind: Some("request".into()),
            department: Some("d".into()),
            clerk: Some("s".into()),
            from: Some(0),
            until: Some(1),
            after: Some((1, "x".into())),
            limit: 1,
        };
        vec![
            CallbackFilter {
                limit: 1,
                ..Default::default()
            },
            CallbackFilter {
                open: Some(false),
                ..full.clone()
            },
            full,
        ]
    }
}

pub(crate) fn callbacks_q(f: &CallbackFilter) -> Q<'_> {
    let open = f.open == Some(true);
    Q::new("SELECT", &[])
        .push(CallbackRow::COLS, &[])
        .push("FROM callback WHERE site_id = ?", &[&f.site])
        .when(open, "AND open")
        .when(f.open == Some(false), "AND NOT open")
        .opt("AND due_at < ?", f.due_before.as_ref())
        .opt("AND kind = ?", f.kind.as_ref())
        .opt(
            "AND EXISTS (SELECT 1 FROM cases WHERE cases.id = callback.case_id AND cases.department_id = ?)",
            f.department.as_ref(),
        )
        .opt(
            "AND EXISTS (SELECT 1 FROM cases WHERE cases.id = callback.case_id AND cases.first_asked_id = ?)",
            f.clerk.as_ref(),
        )
        .opt("AND created_at >= ?", f.from.as_ref())
        .opt("AND created_at < ?", f.until.as_ref())
        .opt2("AND (due_at, id) > (?, ?)", f.after.as_ref().filter(|_| open))
        .opt2("AND (created_at, id) < (?, ?)", f.after.as_ref().filter(|_| !open))
        .when(open, "ORDER BY due_at, id")
        .when(!open, "ORDER BY created_at DESC, id DESC")
        .push("LIMIT ?", &[&f.limit])
}

sql! {
    pub fn insert(row: &CaseRow) { insert "cases" }
    pub fn save(row: &CaseRow) -> u64 { save "cases" }
    /// Number of cases of a site. Reads an index from end to end: not for pages.
    pub fn count_all(site: &SiteId) -> i64 { "SELECT count(*) AS n FROM cases WHERE site_id = $1" }
    /// When the newest case was registered.
    pub fn newest_at(site: &SiteId) -> Option<i64> {
        "SELECT registered_at FROM cases WHERE site_id = $1 ORDER BY registered_at DESC, id DESC LIMIT 1"
    }
    /// Whole rows in the order of their registration, after `(at, id)`, registered at the latest at `until`.
    pub fn rows_after(site: &SiteId, at: i64, id: &str, until: i64, limit: i64) -> Vec<CaseRow> {
        "SELECT ", CaseRow::COLS, " FROM cases WHERE site_id = $1 AND (registered_at, id) > ($2, $3) \
         AND registered_at <= $4 ORDER BY registered_at, id LIMIT $5"
    }
    pub fn doc(site: &SiteId, id: &CaseId) -> Option<CaseDoc> {
        "SELECT doc, version, acted FROM cases WHERE site_id = $1 AND id = $2"
    }
    pub fn line(site: &SiteId, id: &CaseId) -> Option<CaseLine> {
        "SELECT ", CaseLine::COLS, " FROM cases WHERE site_id = $1 AND id = $2"
    }
    /// Something came in that the desk has not seen. The version stays: nobody who fills in a form is disturbed.
    pub fn set_news(site: &SiteId, id: &CaseId, at: i64, what: &str) -> u64 {
        "UPDATE cases SET news_at = $3, news = $4 WHERE site_id = $1 AND id = $2"
    }
    pub fn clear_news(site: &SiteId, id: &CaseId) -> u64 {
        "UPDATE cases SET news_at = NULL, news = '' WHERE site_id = $1 AND id = $2 AND news_at IS NOT NULL"
    }
    /// Open cases that come before what is sorted by due time: unseen news, and what is urgent while nothing runs.
    pub fn first(site: &SiteId, no_due: i64, limit: i64) -> Vec<CaseLine> {
        "SELECT ", CaseLine::COLS, " FROM cases WHERE site_id = $1 AND open AND (news_at IS NOT NULL \
         OR (urgency <> 'normal' AND due_at >= $2)) ORDER BY registered_at DESC, id LIMIT $3"
    }
    pub fn id_by_number(site: &SiteId, number: &str) -> Option<CaseId> {
        "SELECT id FROM cases WHERE site_id = $1 AND number = $2"
    }
    pub fn list(f: &Filter) -> Vec<CaseLine> { dynamic cases_q, Filter::variants }
    pub fn of_unit(unit: &UnitId, limit: i64) -> Vec<CaseLine> {
        "SELECT ", CaseLine::COLS, " FROM cases WHERE unit_id = $1 ORDER BY registered_at DESC LIMIT $2"
    }
    /// The newest service requests that are closed.
    pub fn closed_ids(site: &SiteId, limit: i64) -> Vec<CaseId> {
        "SELECT id FROM cases WHERE site_id = $1 AND state = 'closed' AND kind = 'request' \
         ORDER BY registered_at DESC, id DESC LIMIT $2"
    }
    pub fn of_person(person: &PersonId, limit: i64) -> Vec<CaseLine> {
        "SELECT ", CaseLine::COLS, " FROM cases WHERE person_id = $1 ORDER BY registered_at DESC LIMIT $2"
    }
    pub fn open_in_building(site: &SiteId, building: &str, limit: i64) -> Vec<CaseLine> {
        "SELECT ", CaseLine::COLS, " FROM cases WHERE site_id = $1 AND building = $2 AND open \
         ORDER BY item, registered_at DESC LIMIT $3"
    }
    /// Same unit and item since an instant: repeats (90 days) and what may be joined.
    pub fn similar(unit: &UnitId, item: &str, since: i64, limit: i64) -> Vec<Similar> {
        "SELECT ", Similar::COLS, " FROM cases WHERE unit_id = $1 AND item = $2 AND registered_at >= $3 \
         AND state <> 'cancelled' ORDER BY registered_at DESC LIMIT $4"
    }
    /// Complaints of an item at a place in words (no unit) since an instant.
    pub fn similar_at(site: &SiteId, since: i64, item: &str, place: &str, limit: i64) -> Vec<Similar> {
        "SELECT ", Similar::COLS, " FROM cases WHERE site_id = $1 AND kind = 'complaint' AND registered_at >= $2 \
         AND item = $3 AND place = $4 AND state <> 'cancelled' ORDER BY registered_at DESC LIMIT $5"
    }
    /// Cases of a shard whose clock has something to do by `now`, after the last one of the slice before.
    pub fn due_steps(shard: i64, now: i64, after_at: i64, after: &CaseId, limit: i64) -> Vec<CaseDue> {
        "SELECT id, site_id, next_step_at FROM cases WHERE shard = $1 AND next_step_at IS NOT NULL AND next_step_at <= $2 \
         AND (next_step_at, id) > ($3, $4) ORDER BY next_step_at, id LIMIT $5"
    }
    /// What the timer found at a case that has this version still: when to look again, and what is due.
    pub fn set_due(
        site: &SiteId, id: &CaseId, version: i64, next_step_at: Option<i64>, due_at: Option<i64>, due_code: &str,
        due_provisional: bool,
    ) -> u64 {
        "UPDATE cases SET next_step_at = $4, due_at = $5, due_code = $6, due_provisional = $7 WHERE site_id = $1 AND id = $2 AND version = $3"
    }
    /// When the first case of each shard has something to do.
    pub fn next_steps() -> Vec<ShardNext> {
        "SELECT CAST(v.column1 AS BIGINT) AS shard, (SELECT c.next_step_at FROM cases c WHERE c.shard = v.column1 \
         AND c.next_step_at IS NOT NULL ORDER BY c.next_step_at LIMIT 1) AS next_step_at \
         FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14), (15)) AS v"
    }

    pub fn order_put(row: &OrderRow) { insert "work_order" "ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, \
        item = excluded.item, title = excluded.title, place = excluded.place, urgency = excluded.urgency, \
        department_id = excluded.department_id, worker_id = excluded.worker_id, state = excluded.state, \
        open = excluded.open, fee_kind = excluded.fee_kind, fee_cents = excluded.fee_cents, due_at = excluded.due_at, \
        due_code = excluded.due_code, due_provisional = excluded.due_provisional, paused = excluded.paused, breached = excluded.breached, done_at = excluded.done_at" }
    pub fn orders(f: &Filter) -> Vec<OrderRow> { dynamic orders_q, Filter::variants }
    pub fn orders_of(case: &CaseId) -> Vec<OrderRow> {
        "SELECT ", OrderRow::COLS, " FROM work_order WHERE case_id = $1 ORDER BY issued_at LIMIT 20"
    }
    pub fn order(site: &SiteId, id: &OrderId) -> Option<OrderRow> {
        "SELECT ", OrderRow::COLS, " FROM work_order WHERE site_id = $1 AND id = $2"
    }
    pub fn order_by_number(site: &SiteId, number: &str) -> Option<OrderRow> {
        "SELECT ", OrderRow::COLS, " FROM work_order WHERE site_id = $1 AND number = $2"
    }
    /// Orders whose numbers begin so, newest first.
    pub fn orders_numbered(site: &SiteId, from: &str, to: &str, limit: i64) -> Vec<OrderRow> {
        "SELECT ", OrderRow::COLS, " FROM work_order WHERE site_id = $1 AND number >= $2 AND number < $3 \
         ORDER BY number DESC LIMIT $4"
    }
    pub fn callback_put(row: &CallbackRow) { insert "callback" "ON CONFLICT (id) DO UPDATE SET \
        case_number = excluded.case_number, title = excluded.title, place = excluded.place, name = excluded.name, \
        kind = excluded.kind, state = excluded.state, open = excluded.open, due_at = excluded.due_at, \
        due_provisional = excluded.due_provisional, next_try_at = excluded.next_try_at, attempts = excluded.attempts, closed_at = excluded.closed_at, \
        satisfaction = excluded.satisfaction, solved = excluded.solved" }
    pub fn callbacks_of(case: &CaseId) -> Vec<CallbackRow> {
        "SELECT ", CallbackRow::COLS, " FROM callback WHERE case_id = $1 ORDER BY created_at LIMIT 100"
    }
    pub fn callbacks(f: &CallbackFilter) -> Vec<CallbackRow> { dynamic callbacks_q, CallbackFilter::variants }
}

row! {
    /// When the first case of a shard has something to do; none where nothing runs.
    #[derive(Debug, Clone)]
    pub struct ShardNext { pub shard: i64, pub next_step_at: Option<i64> }
}

row! {
    /// A case whose clock wants attention.
    #[derive(Debug, Clone)]
    pub struct CaseDue { pub id: CaseId, pub site_id: SiteId, pub next_step_at: Option<i64> }
}
