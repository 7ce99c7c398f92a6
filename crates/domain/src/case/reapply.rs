//! Applying another version of the service standard to an open case: what would move, and doing it.

use super::decide::{Draft, Env, required};
use super::event::Fact;
use super::plan;
use super::state::CaseState;
use super::values::Because;
use crate::clock::{Clock, ClockCode, ClockStart};
use crate::refusal::Refusal;
use crate::time::CalendarRef;

/// A clock that another version would move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub code: ClockCode,
    pub cycle: u32,
    /// Due now; None where it does not run, or is not there yet.
    pub before: Option<i64>,
    /// Due then; None where it would not run, or be dropped.
    pub after: Option<i64>,
    /// The clock would be dropped.
    pub dropped: bool,
    /// It would be past at once: a breach of the moment of the change.
    pub late: bool,
}

/// What the version in `env` would move in an open case at `env.now`; empty for one that it leaves as it is.
pub fn moved(case: &CaseState, env: &Env<'_>) -> Vec<Moved> {
    if !case.is_open() {
        return Vec::new();
    }
    let plan::Retarget { changed, dropped } = plan::reapply(case, env);
    let find = |code: ClockCode| {
        let mine = |clock: &&Clock| clock.code == code && clock.cycle == case.cycle;
        case.clocks.iter().rev().find(mine)
    };
    let mut out = Vec::with_capacity(changed.len() + dropped.len());
    for start in changed {
        let old = find(start.code);
        let before = old
            .filter(|clock| clock.is_open())
            .and_then(|clock| clock.due_at(env.now));
        let breached = old.is_some_and(|clock| clock.breached_at.is_some());
        let (code, cycle) = (start.code, start.cycle);
        let mut new = match old {
            Some(clock) => {
                let mut clock = clock.clone();
                clock.retarget(start, env.now);
                clock
            }
            None => Clock::new(start),
        };
        new.attach(env.calendars);
        let after = new.due_at(env.now);
        out.push(Moved {
            code,
            cycle,
            before,
            after,
            dropped: false,
            late: !breached && after.is_some_and(|due| due < env.now),
        });
    }
    for code in dropped {
        out.push(Moved {
            code,
            cycle: case.cycle,
            before: find(code).and_then(|clock| clock.due_at(env.now)),
            after: None,
            dropped: true,
            late: false,
        });
    }
    out
}

/// The version in force holds for this case from now on. Breaches stay; a limit that this moves into the past is breached now.
pub(super) fn reapply(draft: &mut Draft<'_>, case: &CaseState, reason: &str) -> Result<(), Refusal> {
    let reason = required(reason, "missing-reason")?;
    let new = draft.env.standard.version().to_owned();
    let plan::Retarget { changed, dropped } = plan::reapply(case, &draft.env);
    if case.standard == new && changed.is_empty() && dropped.is_empty() {
        return Err(Refusal::new("refuse-nothing-changed"));
    }
    draft.emit(Fact::StandardReapplied {
        old: case.standard.clone(),
        new,
        reason,
    })?;
    if changed.is_empty() && dropped.is_empty() {
        return Ok(());
    }
    draft.emit(Fact::ClocksRetargeted {
        changed,
        dropped,
        because: Because::Standard,
    })
}

/// What the newest versions of the calendars would move in an open case at `env.now`: limits that would be due at another time,
/// or for certain where they are provisional now.
pub fn moved_by_calendar(case: &CaseState, env: &Env<'_>) -> Vec<Moved> {
    if !case.is_open() {
        return Vec::new();
    }
    let starts = in_newest(case, env);
    let pair = |start: ClockStart| {
        let old = case
            .clocks
            .iter()
            .find(|clock| clock.code == start.code && clock.cycle == start.cycle)?;
        let mut new = old.clone();
        new.retarget(start, env.now);
        new.attach(env.calendars);
        let (was, is) = (old.view(env.now), new.view(env.now));
        let moves = was.due_at != is.due_at || was.provisional != is.provisional;
        moves.then(|| Moved {
            code: old.code,
            cycle: old.cycle,
            before: was.due_at,
            after: is.due_at,
            dropped: false,
            late: old.breached_at.is_none() && is.due_at.is_some_and(|due| due < env.now),
        })
    };
    starts.into_iter().filter_map(pair).collect()
}

/// The open clocks whose calendar has a later version, with their rules in it.
fn in_newest(case: &CaseState, env: &Env<'_>) -> Vec<ClockStart> {
    let newer = |clock: &Clock| {
        let of = clock.calendar.as_ref()?;
        let newest = env.calendars.newest(&of.code).filter(|newest| newest != of)?;
        Some(clock.in_calendar(newest, env.now))
    };
    case.clocks
        .iter()
        .filter(|clock| clock.is_open())
        .filter_map(newer)
        .collect()
}

/// Whether a limit of the case runs in a version of a calendar that is not the newest.
pub fn has_older_calendar(case: &CaseState, env: &Env<'_>) -> bool {
    case.is_open() && !in_newest(case, env).is_empty()
}

/// The newest versions of the working calendars hold for the limits of this case from now on. Breaches stay; a limit that this
/// moves into the past is breached now.
pub(super) fn recalendar(draft: &mut Draft<'_>, case: &CaseState, reason: &str) -> Result<(), Refusal> {
    let reason = required(reason, "missing-reason")?;
    let changed = in_newest(case, &draft.env);
    if changed.is_empty() {
        return Err(Refusal::new("refuse-nothing-changed"));
    }
    let mut calendars: Vec<CalendarRef> = changed.iter().filter_map(|start| start.calendar.clone()).collect();
    calendars.sort();
    calendars.dedup();
    draft.emit(Fact::CalendarReapplied { calendars, reason })?;
    draft.emit(Fact::ClocksRetargeted {
        changed,
        dropped: Vec::new(),
        because: Because::Calendar,
    })
}
