//! Limits and what became of them: one row for each clock of a case and round. Figures are grouped over these rows, the
//! register of breaches lists them; no document of a case is read for either.

use domain::ids::{CaseId, ConsultId, DepartmentId, SiteId, StaffId};

use crate::seam::{Q, row, sql};

row! {
    /// A limit and what became of it. `decided_at` is when it was met or breached, whichever came first: it never changes
    /// afterwards, and neither does the `month` it belongs to.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ClockFact {
        pub id: String, pub site_id: SiteId, pub case_id: Option<CaseId>, pub consult_id: Option<ConsultId>,
        pub case_number: String, pub title: String, pub code: String, pub cycle: i64, pub kind: String, pub item: String,
        pub importance: String, pub department_id: Option<DepartmentId>, pub worker_id: Option<StaffId>,
        pub clause: String, pub started_at: i64, pub due_at: Option<i64>, pub extended_from: Option<i64>,
        pub met_at: Option<i64>, pub breached_at: Option<i64>, pub breach_reason: String, pub excused_at: Option<i64>,
        pub excuse: String, pub excuse_asked: String, pub natural_ms: Option<i64>, pub working_ms: Option<i64>, pub paused_ms: i64,
        pub state: String, pub decided_at: Option<i64>, pub month: String,
    }
}

row! {
    /// The figures of one group: how many were decided, how many of them in time, how many late ones are excused, and how
    /// long the ones that are done took. Median and 90th percentile by nearest rank; None where none is done.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Figure {
        pub code: String, pub grp: String, pub decided: i64, pub on_time: i64, pub excused: i64, pub done: i64,
        pub median_ms: Option<i64>, pub p90_ms: Option<i64>, pub median_working_ms: Option<i64>,
        pub p90_working_ms: Option<i64>,
    }
}

row! {
    /// How many limits of a kind run now.
    #[derive(Debug, Clone)]
    pub struct Running { pub code: String, pub n: i64 }
}

row! {
    /// A case's place in the order of all, for going through them in slices.
    #[derive(Debug, Clone)]
    pub struct Place { pub id: CaseId, pub site_id: SiteId }
}

/// Which rows of the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Which {
    /// Breached.
    #[default]
    Late,
    /// Breached, without an excuse.
    Unexcused,
    /// Breached, and an excuse is asked for.
    Asked,
    /// Breached and excused.
    Excused,
    /// Breached and still not done.
    Overdue,
    /// Met, and never breached.
    OnTime,
    /// Met or breached: what the figures are made of.
    Decided,
    /// Met, early or late: what the durations are made of.
    Done,
}

impl Which {
    const ALL: [Which; 8] = [
        Which::Late,
        Which::Unexcused,
        Which::Asked,
        Which::Excused,
        Which::Overdue,
        Which::OnTime,
        Which::Decided,
        Which::Done,
    ];
}

/// What the register and the figures may be narrowed by. Instants are those of the decision.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub site: String,
    pub which: Which,
    pub code: Option<String>,
    /// Of an empty text: nobody's.
    pub department: Option<String>,
    pub worker: Option<String>,
    pub kind: Option<String>,
    pub item: Option<String>,
    pub month: Option<String>,
    pub from: Option<i64>,
    pub until: Option<i64>,
    /// `(decided_at, id)` of the last row of the page before.
    pub after: Option<(i64, String)>,
    pub limit: i64,
}

impl Filter {
    fn full(which: Which) -> Filter {
        let some = |t: &str| Some(t.to_owned());
        Filter {
            site: "s".into(),
            which,
            code: some("finish"),
            department: some("d"),
            worker: some("w"),
            kind: some("request"),
            item: some("i"),
            month: some("2026-11"),
            from: Some(0),
            until: Some(1),
            after: Some((1, "x".into())),
            limit: 1,
        }
    }

    fn variants() -> Vec<Filter> {
        let bare = Filter {
            limit: 1,
            ..Filter::default()
        };
        let nobody = Filter {
            department: Some(String::new()),
            worker: Some(String::new()),
            ..Filter::full(Which::Late)
        };
        let mut all = vec![bare, nobody];
        all.extend(Which::ALL.map(Filter::full));
        all
    }

    fn of_nobody(text: Option<&String>) -> bool {
        text.is_some_and(String::is_empty)
    }

    fn named(text: Option<&String>) -> Option<&String> {
        text.filter(|t| !t.is_empty())
    }
}

fn narrowed<'a>(q: Q<'a>, f: &'a Filter) -> Q<'a> {
    q.when(
        f.which == Which::Late,
        "AND breached_at IS NOT NULL AND decided_at IS NOT NULL",
    )
    .when(
        f.which == Which::Unexcused,
        "AND breached_at IS NOT NULL AND excused_at IS NULL AND decided_at IS NOT NULL",
    )
    .when(
        f.which == Which::Asked,
        "AND excuse_asked = 'asked' AND decided_at IS NOT NULL",
    )
    .when(
        f.which == Which::Excused,
        "AND breached_at IS NOT NULL AND excused_at IS NOT NULL AND decided_at IS NOT NULL",
    )
    .when(
        f.which == Which::Overdue,
        "AND state = 'overdue' AND decided_at IS NOT NULL",
    )
    .when(
        f.which == Which::OnTime,
        "AND breached_at IS NULL AND decided_at IS NOT NULL",
    )
    .when(f.which == Which::Decided, "AND decided_at IS NOT NULL")
    .when(
        f.which == Which::Done,
        "AND decided_at IS NOT NULL AND natural_ms IS NOT NULL",
    )
    .opt("AND code = ?", f.code.as_ref())
    .when(Filter::of_nobody(f.department.as_ref()), "AND department_id IS NULL")
    .opt("AND department_id = ?", Filter::named(f.department.as_ref()))
    .when(Filter::of_nobody(f.worker.as_ref()), "AND worker_id IS NULL")
    .opt("AND worker_id = ?", Filter::named(f.worker.as_ref()))
    .opt("AND kind = ?", f.kind.as_ref())
    .opt("AND item = ?", f.item.as_ref())
    .opt("AND month = ?", f.month.as_ref())
    .opt("AND decided_at >= ?", f.from.as_ref())
    .opt("AND decided_at < ?", f.until.as_ref())
}

pub(crate) fn list_q(f: &Filter) -> Q<'_> {
    narrowed(
        Q::new("SELECT", &[])
            .push(ClockFact::COLS, &[])
            .push("FROM clock_fact WHERE site_id = ?", &[&f.site]),
        f,
    )
    .opt2("AND (decided_at, id) < (?, ?)", f.after.as_ref())
    .push("ORDER BY decided_at DESC, id DESC LIMIT ?", &[&f.limit])
}

fn count_q(f: &Filter) -> Q<'_> {
    narrowed(
        Q::new("SELECT count(*) AS n FROM clock_fact WHERE site_id = ?", &[&f.site]),
        f,
    )
}

/// How the figures are grouped, beside by code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    /// All together.
    #[default]
    Nothing,
    Month,
    Department,
    Item,
    Worker,
}

impl By {
    fn column(self) -> &'static str {
        match self {
            By::Nothing => "''",
            By::Month => "month",
            By::Department => "COALESCE(department_id, '')",
            By::Item => "item",
            By::Worker => "COALESCE(worker_id, '')",
        }
    }
}

/// A filter and a grouping.
#[derive(Debug, Clone, Default)]
pub struct Grouped {
    pub by: By,
    pub filter: Filter,
}

impl Grouped {
    fn variants() -> Vec<Grouped> {
        let mut all = Vec::new();
        for by in [By::Nothing, By::Month, By::Department, By::Item, By::Worker] {
            all.extend(Filter::variants().into_iter().map(|filter| Grouped { by, filter }));
        }
        all
    }
}

/// Exact percentiles by nearest rank, on both engines: rows that are done are numbered by how long they took.
fn figures_q(g: &Grouped) -> Q<'_> {
    let part = format!("PARTITION BY code, {}", g.by.column());
    let inner = format!(
        "SELECT code, grp, CAST(count(*) AS BIGINT) AS decided, \
         CAST(SUM(CASE WHEN breached_at IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS on_time, \
         CAST(SUM(CASE WHEN breached_at IS NOT NULL AND excused_at IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT) AS excused, \
         CAST(MAX(m) AS BIGINT) AS done, \
         MAX(CASE WHEN rn = (m + 1) / 2 THEN natural_ms END) AS median_ms, \
         MAX(CASE WHEN rn = (9 * m + 9) / 10 THEN natural_ms END) AS p90_ms, \
         MAX(CASE WHEN rw = (w + 1) / 2 THEN working_ms END) AS median_working_ms, \
         MAX(CASE WHEN rw = (9 * w + 9) / 10 THEN working_ms END) AS p90_working_ms \
         FROM (SELECT code, {} AS grp, natural_ms, working_ms, breached_at, excused_at, \
         count(natural_ms) OVER ({part}) AS m, count(working_ms) OVER ({part}) AS w, \
         ROW_NUMBER() OVER ({part} ORDER BY CASE WHEN natural_ms IS NULL THEN 1 ELSE 0 END, natural_ms) AS rn, \
         ROW_NUMBER() OVER ({part} ORDER BY CASE WHEN working_ms IS NULL THEN 1 ELSE 0 END, working_ms) AS rw \
         FROM clock_fact WHERE site_id = ?",
        g.by.column()
    );
    narrowed(Q::new(&inner, &[&g.filter.site]), &g.filter).push(
        ") AS t GROUP BY code, grp ORDER BY code, grp LIMIT ?",
        &[&g.filter.limit],
    )
}

sql! {
    pub fn put(row: &ClockFact) { insert "clock_fact" "ON CONFLICT (id) DO UPDATE SET case_number = excluded.case_number, \
        title = excluded.title, kind = excluded.kind, item = excluded.item, importance = excluded.importance, \
        department_id = excluded.department_id, worker_id = excluded.worker_id, clause = excluded.clause, \
        case_id = excluded.case_id, started_at = excluded.started_at, due_at = excluded.due_at, \
        extended_from = excluded.extended_from, met_at = excluded.met_at, breached_at = excluded.breached_at, \
        breach_reason = excluded.breach_reason, excused_at = excluded.excused_at, excuse = excluded.excuse, \
        excuse_asked = excluded.excuse_asked, \
        natural_ms = excluded.natural_ms, working_ms = excluded.working_ms, paused_ms = excluded.paused_ms, \
        state = excluded.state, decided_at = excluded.decided_at, month = excluded.month" }
    pub fn of_case(case: &CaseId) -> Vec<ClockFact> {
        "SELECT ", ClockFact::COLS, " FROM clock_fact WHERE case_id = $1 AND consult_id IS NULL ORDER BY id LIMIT 500"
    }
    pub fn get(site: &SiteId, id: &str) -> Option<ClockFact> {
        "SELECT ", ClockFact::COLS, " FROM clock_fact WHERE site_id = $1 AND id = $2"
    }
    pub fn list(f: &Filter) -> Vec<ClockFact> { dynamic list_q, Filter::variants }
    /// How many rows a list has; only for the small lists behind a figure.
    pub fn count(f: &Filter) -> i64 { dynamic count_q, Filter::variants }
    pub fn figures(g: &Grouped) -> Vec<Figure> { dynamic figures_q, Grouped::variants }
    pub fn running(site: &SiteId) -> Vec<Running> {
        "SELECT code, count(*) AS n FROM clock_fact WHERE site_id = $1 AND state = 'running' GROUP BY code ORDER BY code"
    }
    /// The next cases after one, in the order of their ids: for making the rows anew.
    pub fn cases_after(after: &str, limit: i64) -> Vec<Place> {
        "SELECT id, site_id FROM cases WHERE id > $1 ORDER BY id LIMIT $2"
    }
}

#[cfg(test)]
pub(crate) fn asked() -> Vec<(&'static str, Filter)> {
    let some = |t: &str| Some(t.to_owned());
    let base = |which| Filter {
        site: "s".into(),
        which,
        limit: 31,
        ..Filter::default()
    };
    vec![
        ("breaches", base(Which::Late)),
        ("breaches, decided", base(Which::Decided)),
        ("breaches, overdue", base(Which::Overdue)),
        ("breaches, asked", base(Which::Asked)),
        (
            "breaches, department",
            Filter {
                department: some("d"),
                ..base(Which::Late)
            },
        ),
        (
            "breaches, worker",
            Filter {
                worker: some("w"),
                ..base(Which::Late)
            },
        ),
        (
            "breaches, code",
            Filter {
                code: some("finish"),
                ..base(Which::Decided)
            },
        ),
    ]
}
