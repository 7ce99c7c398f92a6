//! Limits and what became of them: the rows that the figures on time and the register of breaches are made of. They are
//! written with the case, in its transaction, and can be made anew from the cases in slices.

use domain::access::{Action, Reach};
use domain::case::{By, CaseState};
use domain::clock::{Clock, ClockCode};
use domain::ids::{CaseId, DepartmentId, StaffId};
use domain::time::Calendars;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;
use store::db::Tx;
use store::ontime::{self as db};
pub use store::ontime::{By as GroupBy, ClockFact, Figure, Filter, Grouped, Which};
use store::seam::Conn;

use crate::case::{self, Reckons};
use crate::ctx::Ctx;
use crate::desk::Desk;
use crate::error::{Error, Res};
use crate::journal;

/// The longest span that figures are made over, in milliseconds: 13 months.
pub const LONGEST_SPAN: i64 = 400 * 86_400_000;
/// Most groups of one breakdown.
pub const MOST_GROUPS: i64 = 500;

/// `2026-11`: the month of an instant at the site.
pub fn month(zone: &TimeZone, at: i64) -> String {
    Timestamp::from_millisecond(at).map_or_else(
        |_| String::new(),
        |t| t.to_zoned(zone.clone()).strftime("%Y-%m").to_string(),
    )
}

/// The state of a row: `running`, `overdue`, `met`, `late`, `cancelled`.
fn state(c: &Clock) -> &'static str {
    match (c.met_at, c.cancelled_at, c.breached_at) {
        (Some(_), _, Some(_)) => "late",
        (Some(_), _, None) => "met",
        (None, Some(_), _) => "cancelled",
        (None, None, Some(_)) => "overdue",
        (None, None, None) => "running",
    }
}

/// Whose limit it is: of who has the order of that round, of who promised, of who calls back; before anybody has it, of
/// who was asked first (DIR-9).
fn responsible(s: &CaseState, c: &Clock) -> (Option<DepartmentId>, Option<StaffId>) {
    let first = || s.first_asked.clone();
    match c.code {
        ClockCode::Promise | ClockCode::Interim => {
            let made = s.promises.iter().find(|p| p.no == c.cycle);
            (None, made.and_then(|p| p.by.staff().cloned()).or_else(first))
        }
        ClockCode::Callback => {
            let callback = s.callbacks.iter().rev().find(|b| b.cycle == c.cycle);
            let caller = callback.and_then(|b| {
                let tried = b.attempts.last().and_then(|a| a.by.staff().cloned());
                tried.or_else(|| b.assignee.clone())
            });
            (None, caller.or_else(first))
        }
        _ => {
            let decided = c.met_at.into_iter().chain(c.breached_at).min();
            let order = s
                .orders
                .iter()
                .rev()
                .find(|o| o.cycle == c.cycle && decided.is_none_or(|at| o.issued_at <= at));
            match order {
                Some(o) => (Some(o.department.clone()), o.worker.clone()),
                None => (None, first()),
            }
        }
    }
}

/// What came of the last request for an excuse of a breach that has none.
fn asked(s: &CaseState, c: &Clock) -> &'static str {
    let last = (s.excuse_requests.iter().rev()).find(|r| r.code == c.code && r.cycle == c.cycle);
    match last.filter(|_| c.excuse.is_none()) {
        None => "",
        Some(request) if request.decision.is_none() => "asked",
        Some(_) => "rejected",
    }
}

/// The rows of a case as its clocks stand.
fn rows(ctx: &Ctx, zone: &TimeZone, calendars: &Calendars, s: &CaseState) -> Vec<ClockFact> {
    let office = calendars.newest("office").and_then(|of| calendars.hours(&of));
    let title = case::title(ctx, s);
    let row = |c: &Clock| {
        let started_at = c.started_at?;
        let m = c.measured(office.as_deref());
        let end = c.met_at.or(c.cancelled_at).unwrap_or(ctx.now);
        let (department_id, worker_id) = responsible(s, c);
        Some(ClockFact {
            id: format!("{}:{}:{}", s.id, c.code, c.cycle),
            site_id: ctx.site.clone(),
            case_id: Some(s.id.clone()),
            consult_id: None,
            case_number: s.number.clone(),
            title: title.clone(),
            code: c.code.as_str().to_owned(),
            cycle: i64::from(c.cycle),
            kind: s.kind.as_str().to_owned(),
            item: s.item.clone(),
            importance: s.importance.as_str().to_owned(),
            department_id,
            worker_id,
            clause: c.clause.clone(),
            started_at,
            due_at: c.due_at(end),
            extended_from: c.extended.as_ref().and_then(|e| e.from),
            met_at: c.met_at,
            breached_at: c.breached_at,
            breach_reason: c.breach_reason.map_or("", |r| r.as_str()).to_owned(),
            excused_at: c.excuse.as_ref().map(|e| e.at).or(c.excused_at),
            excuse: match (&c.excuse, c.excused_at) {
                (Some(e), _) => e.reason.as_str(),
                (None, Some(_)) => "recorded_late",
                (None, None) => "",
            }
            .to_owned(),
            excuse_asked: asked(s, c).to_owned(),
            natural_ms: m.natural_ms,
            working_ms: m.working_ms,
            paused_ms: m.paused_ms,
            state: state(c).to_owned(),
            month: m.decided_at.map_or_else(String::new, |at| month(zone, at)),
            decided_at: m.decided_at,
        })
    };
    s.clocks
        .iter()
        .filter(|c| !c.code.is_handling())
        .filter_map(row)
        .collect()
}

/// Writes what changed of a case's rows. Whose limit it was when it was decided stays: a later hand-over changes nothing.
/// A `new_case` has none yet.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn project(tx: &mut Tx, ctx: &Ctx, s: &CaseState, new_case: bool) -> Res<usize> {
    let reckons = Reckons::of(tx, ctx)?;
    let new = rows(ctx, &reckons.zone, &reckons.calendars, s);
    let old = if new_case || new.is_empty() {
        Vec::new()
    } else {
        db::of_case(tx, &s.id)?
    };
    let mut written = 0;
    for mut row in new {
        let was = old.iter().find(|o| o.id == row.id);
        match was {
            Some(o) if o.decided_at.is_some() => {
                row.department_id.clone_from(&o.department_id);
                row.worker_id.clone_from(&o.worker_id);
            }
            Some(o) if row.department_id.is_none() && o.worker_id == row.worker_id => {
                row.department_id.clone_from(&o.department_id);
            }
            _ if row.department_id.is_none() => {
                row.department_id = department_of(tx, ctx, row.worker_id.as_ref())?;
            }
            _ => {}
        }
        if was != Some(&row) {
            db::put(tx, &row)?;
            written += 1;
        }
    }
    Ok(written)
}

/// The department somebody works in at this site.
pub(crate) fn department_of(c: &mut Conn, ctx: &Ctx, staff: Option<&StaffId>) -> Res<Option<DepartmentId>> {
    let Some(staff) = staff else { return Ok(None) };
    let roles = store::account::roles_of(c, staff)?;
    Ok(roles
        .into_iter()
        .filter(|r| r.site_id == ctx.site)
        .find_map(|r| r.department_id))
}

/// Makes the rows of all cases anew, a slice in each transaction; returns how many cases were looked at and how many rows
/// differed. What is decided keeps whose it was.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn rebuild(desk: &Desk, slice: i64) -> Res<(usize, usize)> {
    let mut after = String::new();
    let (mut looked, mut differed) = (0, 0);
    loop {
        let from = after.clone();
        let places = desk.read_now(move |c| Ok(db::cases_after(c, &from, slice)?))?;
        let Some(last) = places.last() else {
            return Ok((looked, differed));
        };
        after = last.id.as_str().to_owned();
        looked += places.len();
        for place in places {
            let ctx = desk.system("rebuild", &place.site_id);
            let id = place.id;
            differed += desk.write_now(&ctx, move |tx, ctx| again(tx, ctx, &id))?;
        }
    }
}

/// The rows of one case, its promises and requests for more time.
fn again(tx: &mut Tx, ctx: &Ctx, id: &CaseId) -> Res<usize> {
    let seen = case::get(tx, ctx, id)?;
    crate::promise::project(tx, ctx, &seen.state)?;
    project(tx, ctx, &seen.state, false)
}

/// What the figures and the register are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    pub which: Which,
    pub code: String,
    /// An id, `-` for nobody's, or empty.
    pub department: String,
    pub worker: String,
    pub kind: String,
    pub item: String,
    pub from: Option<i64>,
    pub until: Option<i64>,
    pub after: Option<(i64, String)>,
    pub limit: i64,
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// An id; `-` stands for nobody's, which the store writes as an empty text.
fn of(text: &str) -> Option<String> {
    some(text).map(|t| if t == "-" { String::new() } else { t })
}

/// The store's filter, narrowed to what the actor may see.
///
/// # Errors
/// `Forbidden` without the right to reports.
pub fn filter(ctx: &Ctx, a: &Ask) -> Res<Filter> {
    let mut f = Filter {
        site: ctx.site.as_str().to_owned(),
        which: a.which,
        code: some(&a.code),
        department: of(&a.department),
        worker: of(&a.worker),
        kind: some(&a.kind),
        item: some(&a.item),
        month: None,
        from: a.from,
        until: a.until,
        after: a.after.clone(),
        limit: a.limit,
    };
    match ctx.need(Action::ViewReports)? {
        Reach::Own => f.worker = Some(ctx.need_staff()?.id.as_str().to_owned()),
        Reach::Department => {
            let own = ctx.need_staff()?.department.as_ref();
            f.department = Some(own.map_or("-", |d| d.as_str()).to_owned());
        }
        _ => {}
    }
    Ok(f)
}

/// The figures of a period, one line a limit and group.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    pub all: Vec<Figure>,
    pub groups: Vec<Figure>,
    /// Limits that run now, by code: not narrowed by the period.
    pub running: Vec<(String, i64)>,
}

/// Figures on time over a period of at most [`LONGEST_SPAN`].
///
/// # Errors
/// `Forbidden` without the right to reports, `Invalid` without a period or over one that is too long.
pub fn figures(c: &mut Conn, ctx: &Ctx, a: &Ask, by: GroupBy) -> Res<Figures> {
    let (Some(from), Some(until)) = (a.from, a.until) else {
        return Err(Error::field("from", "required"));
    };
    if until <= from || until - from > LONGEST_SPAN {
        return Err(Error::field("until", "invalid-span"));
    }
    let mut f = filter(ctx, a)?;
    f.which = Which::Decided;
    f.limit = MOST_GROUPS;
    let whole = f.department.is_none() && f.worker.is_none();
    let all = db::figures(
        c,
        &Grouped {
            by: GroupBy::Nothing,
            filter: f.clone(),
        },
    )?;
    let groups = if by == GroupBy::Nothing {
        Vec::new()
    } else {
        db::figures(c, &Grouped { by, filter: f })?
    };
    let running = if whole {
        db::running(c, &ctx.site)?.into_iter().map(|r| (r.code, r.n)).collect()
    } else {
        Vec::new()
    };
    Ok(Figures { all, groups, running })
}

/// The register: what was decided, late or in time, newest first.
///
/// # Errors
/// `Forbidden` without the right to reports.
pub fn register(c: &mut Conn, ctx: &Ctx, a: &Ask) -> Res<Vec<ClockFact>> {
    Ok(db::list(c, &filter(ctx, a)?)?)
}

/// How many rows the register has for a question.
///
/// # Errors
/// `Forbidden` without the right to reports.
pub fn count(c: &mut Conn, ctx: &Ctx, a: &Ask) -> Res<i64> {
    Ok(db::count(c, &filter(ctx, a)?)?)
}

/// Writes down that figures were taken away.
///
/// # Errors
/// `Forbidden` without the right to export.
pub fn exported(tx: &mut Tx, ctx: &Ctx, by: GroupBy, rows: i64) -> Res<()> {
    ctx.need(Action::Export)?;
    let body = json!({"list": "ontime", "filter": format!("{by:?}"), "rows": rows});
    journal::now(tx, ctx, "list", "ontime", "exported", body, &["filter"]);
    Ok(())
}

/// Who did it, if it was an account.
pub(crate) fn staff(by: &By) -> Option<StaffId> {
    by.staff().cloned()
}
