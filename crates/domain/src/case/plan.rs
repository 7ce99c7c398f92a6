//! Which clocks a case has by the standard, as it is now.

use super::decide::Env;
use super::state::CaseState;
use super::values::Kind;
use crate::clock::{Bound, BoundSource, Clock, ClockCode, ClockStart, Pause, WaitReason};
use crate::standard::{ClockRule, OnReopen};

/// The clocks of this round. The callback's waits for completion. `pause_from`: since when an appointment holds them.
pub(super) fn clocks(case: &CaseState, pause_from: i64, env: &Env<'_>) -> Vec<ClockStart> {
    let rules = env
        .standard
        .clocks_for(case.kind, &case.item, case.importance, case.urgency);
    ClockCode::ALL
        .iter()
        .filter_map(|code| {
            let rule = rules.iter().find(|rule| rule.code == *code).copied();
            let bounds = bounds(case, *code);
            (rule.is_some() || !bounds.is_empty()).then(|| start(case, *code, rule, bounds, pause_from, env))
        })
        .collect()
}

fn start(
    case: &CaseState,
    code: ClockCode,
    rule: Option<&ClockRule>,
    bounds: Vec<Bound>,
    pause_from: i64,
    env: &Env<'_>,
) -> ClockStart {
    let goes_on = rule.and_then(|rule| continued(case, code, rule));
    let from = goes_on
        .and_then(|clock| clock.started_at)
        .unwrap_or(case.round_started_at);
    let begins = code != ClockCode::Callback;
    let pausable = rule.map(|rule| rule.pausable.clone()).unwrap_or_default();
    // Work by appointment does not run late before the time that the customer chose.
    let appointed =
        matches!(code, ClockCode::OnSite | ClockCode::Finish) && pausable.contains(&WaitReason::CustomerTime);
    let paused = case
        .appointment
        .filter(|appointment| appointed && appointment.from > env.now)
        .map(|a| Pause {
            from: pause_from,
            to: Some(a.from),
            reason: WaitReason::CustomerTime,
            planned: true,
        });
    ClockStart {
        code,
        clause: rule.map(|rule| rule.clause.clone()).unwrap_or_default(),
        limit: rule.map(|rule| rule.limit),
        started_at: begins.then_some(from),
        target: rule.filter(|_| begins).map(|rule| rule.limit.target(from, env.zone)),
        bounds,
        pausable,
        max_pause_ms: rule.and_then(|rule| rule.max_pause_ms),
        paused: paused.into_iter().collect(),
        calendar: rule.and_then(|rule| env.calendar_of(rule)),
        ladder: rule.map_or_else(|| env.standard.ladder().to_vec(), |rule| rule.ladder.clone()),
        cycle: case.cycle,
        continues: goes_on.map(|clock| clock.cycle),
    }
}

/// The clock of the round before that goes on in this one, where the standard says so.
fn continued<'a>(case: &'a CaseState, code: ClockCode, rule: &ClockRule) -> Option<&'a Clock> {
    let before = case
        .cycle
        .checked_sub(1)
        .filter(|_| rule.reopen == OnReopen::Continue)?;
    let met = |clock: &&Clock| clock.code == code && clock.cycle == before && clock.met_at.is_some();
    case.clocks.iter().find(met)
}

/// Instants fixed by the customer or an authority. They bind the first round; a reopened case gets new ones if agreed.
fn bounds(case: &CaseState, code: ClockCode) -> Vec<Bound> {
    let customer = |at: i64| Bound {
        at,
        source: BoundSource::Customer,
    };
    let authority = |at: i64| Bound {
        at,
        source: BoundSource::Authority,
    };
    match code {
        ClockCode::OnSite if case.kind != Kind::Inquiry => {
            let ahead = case.appointment.filter(|a| a.to > case.round_started_at);
            ahead.map(|a| customer(a.to)).into_iter().collect()
        }
        ClockCode::Finish if case.cycle == 0 => case
            .wanted_by
            .map(customer)
            .into_iter()
            .chain(case.authority_by.map(authority))
            .collect(),
        _ => Vec::new(),
    }
}

/// What a change of the case does to its clocks.
pub(super) struct Retarget {
    pub changed: Vec<ClockStart>,
    pub dropped: Vec<ClockCode>,
}

/// The difference between the clocks that run and those that the case as it is now should have. What is met or begun for a
/// callback stays; a new clock counts from the round's start.
pub(super) fn retarget(before: &CaseState, after: &CaseState, env: &Env<'_>) -> Retarget {
    let old = clocks(before, env.now, env);
    let new = clocks(after, env.now, env);
    let this_round = |code: ClockCode| {
        after
            .clocks
            .iter()
            .rev()
            .find(move |clock| clock.code == code && clock.cycle == after.cycle)
    };
    let arrived = after
        .orders
        .iter()
        .any(|order| order.cycle == after.cycle && order.arrived_at.is_some());
    let changed = new
        .iter()
        .filter(|start| match this_round(start.code) {
            Some(clock) if clock.met_at.is_some() => false,
            // Dropped by an earlier change: it counts again.
            Some(clock) if clock.cancelled_at.is_some() => true,
            Some(clock) if start.code == ClockCode::Callback && clock.started_at.is_some() => false,
            Some(_) => !old.contains(start),
            None => after.work().is_none() && !(arrived && start.code == ClockCode::OnSite),
        })
        .cloned()
        .collect();
    let dropped = after
        .clocks
        .iter()
        .filter(|clock| clock.cycle == after.cycle && clock.is_open() && !clock.code.on_demand())
        .filter(|clock| !(clock.code == ClockCode::Callback && clock.started_at.is_some()))
        .map(|clock| clock.code)
        .filter(|code| !new.iter().any(|start| start.code == *code))
        .collect();
    Retarget { changed, dropped }
}

/// The difference between the clocks that run and those that `env.standard` asks for, for a case that stays as it is. What is
/// met stays met; a callback that has begun gets its new limit from when it began; promises stay what was promised.
pub(super) fn reapply(case: &CaseState, env: &Env<'_>) -> Retarget {
    let new = clocks(case, env.now, env);
    let this_round = |code: ClockCode| {
        case.clocks
            .iter()
            .rev()
            .find(move |clock| clock.code == code && clock.cycle == case.cycle)
    };
    let arrived = case
        .orders
        .iter()
        .any(|order| order.cycle == case.cycle && order.arrived_at.is_some());
    let changed = new
        .iter()
        .filter_map(|start| match this_round(start.code) {
            Some(clock) if clock.met_at.is_some() => None,
            Some(clock) => {
                let mut start = start.clone();
                if let Some(begun) = clock.started_at {
                    start.started_at = Some(begun);
                    start.target = start.limit.map(|limit| limit.target(begun, env.zone));
                }
                // What an authority or the customer fixed was no part of a standard.
                (clock.cancelled_at.is_some() || !clock.follows(&start)).then_some(start)
            }
            None => {
                let comes_late = case.work().is_some() || (arrived && start.code == ClockCode::OnSite);
                (!comes_late).then(|| start.clone())
            }
        })
        .collect();
    let dropped = case
        .clocks
        .iter()
        .filter(|clock| clock.cycle == case.cycle && clock.is_open() && !clock.code.on_demand())
        .map(|clock| clock.code)
        .filter(|code| !new.iter().any(|start| start.code == *code))
        .collect();
    Retarget { changed, dropped }
}
