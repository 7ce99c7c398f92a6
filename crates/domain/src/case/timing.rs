//! What each event does to the clocks of a case. Part of `apply`: decides nothing.

use super::event::{Event, Fact};
use super::state::CaseState;
use super::values::CallbackEnd;
use crate::clock::{BreachReason, Clock, ClockCode, ClockStart};
use crate::ladder::Climbed;

/// What starts, meets, holds and ends clocks.
pub(super) fn on_clocks(case: &mut CaseState, event: &Event) {
    use ClockCode::{Callback, Feedback, Finish, Interim, OnSite, Response};
    let (at, when) = (event.at, event.when());
    match &event.fact {
        Fact::ClocksStarted { clocks } => clocks.iter().for_each(|start| add_clock(case, start.clone(), at)),
        Fact::ClocksRetargeted { changed, dropped, .. } => {
            for start in changed {
                let same = |clock: &&mut Clock| clock.code == start.code && clock.cycle == start.cycle;
                match case.clocks.iter_mut().find(same) {
                    Some(clock) => clock.retarget(start.clone(), at),
                    None => add_clock(case, start.clone(), at),
                }
            }
            for clock in case
                .clocks
                .iter_mut()
                .filter(|clock| clock.is_open() && dropped.contains(&clock.code))
            {
                clock.cancel(at);
            }
        }
        Fact::ClockBegun {
            code,
            cycle,
            started_at,
            target,
        } => {
            if let Some(clock) = open_clock(case, *code, *cycle) {
                clock.begin(*started_at, *target);
            }
        }
        Fact::ClockBreached {
            code,
            cycle,
            breached_at,
            reason,
        } => {
            breach(case, *code, *cycle, *breached_at, *reason);
        }
        Fact::RungReached { code, cycle, step, .. } => case.climbed.push(Climbed {
            code: *code,
            cycle: *cycle,
            step: *step,
        }),
        Fact::Promised { clock, interim, .. } => {
            add_clock(case, clock.clone(), at);
            if let Some(interim) = interim {
                add_clock(case, interim.clone(), at);
            }
            meet(case, &[Response], when, at);
        }
        Fact::PromiseKept { no, .. } => {
            for code in [ClockCode::Promise, ClockCode::Interim] {
                if let Some(clock) = open_clock(case, code, *no) {
                    clock.meet(when, at);
                }
            }
            meet(case, &[Feedback], when, at);
        }
        Fact::InterimAnswered { .. } => meet(case, &[Response, Feedback, Interim], when, at),
        Fact::ExtensionGranted { code, cycle, to, .. } => {
            if let Some(clock) = open_clock(case, *code, *cycle) {
                clock.extend(at, *to);
            }
        }
        Fact::BreachExcused {
            code, cycle, reason, ..
        } => {
            let same = |clock: &&mut Clock| clock.code == *code && clock.cycle == *cycle;
            if let Some(clock) = case.clocks.iter_mut().find(same) {
                clock.forgive(at, *reason);
            }
        }
        Fact::Accepted { .. } => meet(case, &[Response], when, at),
        Fact::Arrived { .. } => meet(case, &[Response, OnSite], when, at),
        Fact::Noted {
            told_customer: true, ..
        } => meet(case, &[Response, Feedback, Interim], when, at),
        Fact::Completed { .. } | Fact::Answered { .. } | Fact::OutsideReported { .. } => {
            meet(case, &[Response, OnSite, Feedback, Finish, Interim], when, at);
        }
        Fact::ComplaintFiled { .. } => meet(case, &[ClockCode::Filing], when, at),
        // Nobody was called: that is no call in time.
        Fact::CallbackEnded { end, .. } if end.nobody_called() => {
            let cycle = case.cycle;
            let of_round = |clock: &&mut Clock| clock.code == Callback && clock.cycle == cycle;
            case.clocks
                .iter_mut()
                .filter(of_round)
                .for_each(|clock| clock.cancel(at));
        }
        Fact::CallbackEnded { end, .. } if *end != CallbackEnd::Dropped => meet(case, &[Callback], when, at),
        Fact::WaitStarted { reason, until, .. } => {
            case.clocks
                .iter_mut()
                .for_each(|clock| clock.pause(when, Some(*until), *reason));
        }
        Fact::Resumed {} => case.clocks.iter_mut().for_each(|clock| clock.resume(when)),
        Fact::Closed {} | Fact::Cancelled { .. } => case.clocks.iter_mut().for_each(|clock| clock.cancel(at)),
        Fact::Reopened { .. } => {
            let of_round = |clock: &&mut Clock| !clock.code.on_demand() || clock.code == ClockCode::Filing;
            let old = case.clocks.iter_mut().filter(of_round);
            old.for_each(|clock| clock.cancel(at));
        }
        _ => {}
    }
}

fn add_clock(case: &mut CaseState, start: ClockStart, at: i64) {
    if let Some(before) = start.continues {
        let met = |clock: &&mut Clock| clock.code == start.code && clock.cycle == before && clock.met_at.is_some();
        let reopened = case.round_started_at;
        if let Some(clock) = case.clocks.iter_mut().find(met) {
            return clock.go_on(start, reopened);
        }
    }
    let mut clock = Clock::new(start);
    if let Some(waiting) = &case.waiting {
        clock.pause(waiting.since.max(at), Some(waiting.until), waiting.reason);
    }
    case.clocks.push(clock);
}

fn open_clock(case: &mut CaseState, code: ClockCode, cycle: u32) -> Option<&mut Clock> {
    case.clocks
        .iter_mut()
        .find(|clock| clock.code == code && clock.cycle == cycle && clock.is_open())
}

fn meet(case: &mut CaseState, codes: &[ClockCode], when: i64, at: i64) {
    for clock in case.clocks.iter_mut().filter(|clock| codes.contains(&clock.code)) {
        clock.meet(when, at);
    }
}

fn breach(case: &mut CaseState, code: ClockCode, cycle: u32, breached_at: i64, reason: BreachReason) {
    if let Some(clock) = open_clock(case, code, cycle) {
        clock.breach(breached_at, reason);
    }
}
