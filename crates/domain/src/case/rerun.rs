//! A past case once more, under another standard: its real steps at their real times, with the clocks that the other standard
//! would have set. Nothing here is written down.

use super::apply::advance;
use super::close::callback_needed;
use super::decide::Env;
use super::event::{By, Event, Fact};
use super::plan;
use super::state::{CaseState, Order};
use super::values::{Because, OrderStatus, PromiseKind};
use crate::clock::{BreachReason, ClockCode, ClockStart};
use crate::ids::DepartmentId;

/// What became of one clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub code: ClockCode,
    pub cycle: u32,
    /// When it was due; None where it had not begun or was held without an end.
    pub due_at: Option<i64>,
    pub met_at: Option<i64>,
    /// It was passed, and nothing excused it.
    pub late: bool,
}

/// Work that somebody did on site, as the record has it, with the limits it had to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub department: DepartmentId,
    /// Before this nobody knew of it: the report, or the reopening.
    pub known_at: i64,
    pub accepted_at: i64,
    pub arrived_at: i64,
    pub ended_at: i64,
    /// Due on site, in the round of this work.
    pub on_site_due: Option<i64>,
    /// Due to be done.
    pub finish_due: Option<i64>,
    /// Stretches in which the work waited, within it and in order.
    pub waits: Vec<(i64, i64)>,
}

/// Runs the events of a case, in their order, under the standard of `env`; `env.now` is until when it is looked at. None where
/// the events do not begin with a registration.
pub fn rerun(events: &[Event], env: &Env<'_>) -> Option<CaseState> {
    let mut run = Run { state: None, env: *env };
    let mut step: Option<(i64, BreachReason)> = None;
    for event in events.iter().filter(|event| event.at <= env.now) {
        if step.is_some_and(|(at, _)| at != event.at) {
            run.moved_into_the_past(step.take());
        }
        run.passed(event.at);
        let entered = matches!(event.fact, Fact::Registered { .. });
        let reason = match step {
            Some((_, BreachReason::EnteredLate)) => BreachReason::EnteredLate,
            _ if entered => BreachReason::EnteredLate,
            _ => BreachReason::Change,
        };
        step = Some((event.at, reason));
        run.one(event);
    }
    run.moved_into_the_past(step);
    run.passed(env.now);
    run.state
}

struct Run<'a> {
    state: Option<CaseState>,
    env: Env<'a>,
}

impl Run<'_> {
    /// Limits that passed before `at`.
    fn passed(&mut self, at: i64) {
        let Some(case) = &mut self.state else { return };
        for clock in &mut case.clocks {
            if let Some(due) = clock.unrecorded_breach(at) {
                clock.breach(due, BreachReason::Time);
            }
        }
    }

    /// Limits that a step moved into the past are passed at the step.
    fn moved_into_the_past(&mut self, step: Option<(i64, BreachReason)>) {
        let (Some(case), Some((at, reason))) = (&mut self.state, step) else {
            return;
        };
        for clock in &mut case.clocks {
            if clock.unrecorded_breach(at).is_some() {
                clock.breach(at, reason);
            }
        }
    }

    fn apply(&mut self, event: &Event) {
        advance(&mut self.state, event, self.env.calendars);
    }

    /// A clock event of the other standard, at the time of a real one.
    fn clock_fact(&mut self, of: &Event, fact: Fact) {
        let event = Event {
            at: of.at,
            happened_at: of.happened_at,
            by: By::System {
                name: "rerun".to_owned(),
            },
            fact,
        };
        self.apply(&event);
    }

    fn one(&mut self, event: &Event) {
        let env = Env {
            now: event.at,
            ..self.env
        };
        match &event.fact {
            // The record's own clocks: the other standard sets its own.
            Fact::ClocksStarted { .. }
            | Fact::ClocksRetargeted { .. }
            | Fact::ClockBegun { .. }
            | Fact::ClockBreached { .. }
            | Fact::CalendarReapplied { .. }
            | Fact::StandardReapplied { .. } => {}
            Fact::Registered { .. } | Fact::Reopened { .. } => {
                self.apply(event);
                let Some(case) = &mut self.state else { return };
                self.env.standard.version().clone_into(&mut case.standard);
                let clocks = plan::clocks(case, case.round_started_at, &env);
                if !clocks.is_empty() {
                    self.clock_fact(event, Fact::ClocksStarted { clocks });
                }
            }
            Fact::KindChanged { .. }
            | Fact::LevelChanged { .. }
            | Fact::ItemChanged { .. }
            | Fact::AppointmentChanged { .. } => {
                let Some(before) = self.state.clone() else { return };
                self.apply(event);
                let Some(after) = &self.state else { return };
                let plan::Retarget { changed, dropped } = plan::retarget(&before, after, &env);
                if !(changed.is_empty() && dropped.is_empty()) {
                    let because = Because::Level;
                    let fact = Fact::ClocksRetargeted {
                        changed,
                        dropped,
                        because,
                    };
                    self.clock_fact(event, fact);
                }
            }
            Fact::Completed { .. } | Fact::Answered { .. } => {
                self.apply(event);
                self.begin_callback(event, &env);
                self.begin_filing(event, &env);
            }
            Fact::Promised { clock, kind, .. } => {
                let promised = self.promised(clock, *kind, &env);
                let mut event = event.clone();
                if let Fact::Promised { clock, .. } = &mut event.fact {
                    *clock = promised;
                }
                self.apply(&event);
            }
            _ => self.apply(event),
        }
    }

    fn begin_callback(&mut self, event: &Event, env: &Env<'_>) {
        let Some(case) = self.state.as_ref().filter(|case| callback_needed(case)) else {
            return;
        };
        let waiting = case.clocks.iter().find(|clock| {
            clock.code == ClockCode::Callback
                && clock.cycle == case.cycle
                && clock.started_at.is_none()
                && clock.is_open()
        });
        if let Some(clock) = waiting {
            let (cycle, started_at) = (clock.cycle, event.when());
            let target = clock.limit.map(|limit| limit.target(started_at, env.zone));
            self.clock_fact(
                event,
                Fact::ClockBegun {
                    code: ClockCode::Callback,
                    cycle,
                    started_at,
                    target,
                },
            );
        }
    }

    fn begin_filing(&mut self, event: &Event, env: &Env<'_>) {
        let clock = self
            .state
            .as_ref()
            .and_then(|case| super::complaint::filing(case, env, event.when()));
        if let Some(clock) = clock {
            self.clock_fact(event, Fact::ClocksStarted { clocks: vec![clock] });
        }
    }

    /// The promise with the other standard's limit; a time that the customer named stays.
    fn promised(&self, real: &ClockStart, kind: PromiseKind, env: &Env<'_>) -> ClockStart {
        if kind == PromiseKind::CallBack {
            let limit = env.standard.desk().call_back;
            return ClockStart {
                limit: Some(limit),
                target: real.started_at.map(|at| limit.target(at, env.zone)),
                ladder: env.standard.ladder().to_vec(),
                ..real.clone()
            };
        }
        let rule = self.state.as_ref().and_then(|case| {
            env.standard
                .promise(case.kind, &case.item, case.importance, case.urgency)
        });
        let (Some(rule), Some(at)) = (rule, real.started_at) else {
            return real.clone();
        };
        ClockStart {
            clause: rule.clause.clone(),
            limit: Some(rule.limit),
            target: Some(rule.limit.target(at, env.zone)),
            calendar: env.calendar_of(rule),
            ladder: rule.ladder.clone(),
            ..real.clone()
        }
    }
}

/// What became of each clock of a case that has begun, as seen at `now`.
pub fn outcomes(case: &CaseState, now: i64) -> Vec<Outcome> {
    case.clocks
        .iter()
        .filter(|clock| clock.started_at.is_some())
        .map(|clock| Outcome {
            code: clock.code,
            cycle: clock.cycle,
            due_at: clock.due_at(clock.met_at.or(clock.cancelled_at).unwrap_or(now)),
            met_at: clock.met_at,
            late: (clock.breached_at.is_some() && clock.excused_at.is_none()) || clock.unrecorded_breach(now).is_some(),
        })
        .collect()
}

/// The work on site of a case: orders that were accepted, arrived at and finished. `case` carries the limits to keep, by the
/// record or by [`rerun`]; the steps are the same in both.
pub fn jobs(case: &CaseState, events: &[Event]) -> Vec<Job> {
    let waits = waits(events);
    let done = |order: &&Order| order.status == OrderStatus::Done;
    case.orders
        .iter()
        .filter(done)
        .filter_map(|order| {
            let (accepted_at, arrived_at, ended_at) = (order.accepted_at?, order.arrived_at?, order.ended_at?);
            let due = |code| {
                let of = case
                    .clocks
                    .iter()
                    .find(|clock| clock.code == code && clock.cycle == order.cycle)?;
                of.due_at(of.met_at.or(of.cancelled_at).unwrap_or(ended_at))
            };
            let clip = |(from, to): &(i64, i64)| {
                let (from, to) = ((*from).max(accepted_at), (*to).min(ended_at));
                (to > from).then_some((from, to))
            };
            Some(Job {
                department: order.department.clone(),
                // Of a later round it is known since its order was issued; of the first since the report.
                known_at: if order.cycle == 0 {
                    case.happened_at
                } else {
                    order.issued_at
                },
                accepted_at,
                arrived_at,
                ended_at,
                on_site_due: due(ClockCode::OnSite),
                finish_due: due(ClockCode::Finish),
                waits: waits.iter().filter_map(clip).collect(),
            })
        })
        .filter(|job| job.accepted_at <= job.arrived_at && job.arrived_at <= job.ended_at)
        .collect()
}

/// Stretches in which the work waited: until it went on, or until the time that was said.
fn waits(events: &[Event]) -> Vec<(i64, i64)> {
    let mut out = Vec::new();
    let mut open: Option<(i64, i64)> = None;
    for event in events {
        let when = event.when();
        match &event.fact {
            Fact::WaitStarted { until, .. } => open = Some((when, *until)),
            Fact::Resumed {}
            | Fact::Arrived { .. }
            | Fact::Completed { .. }
            | Fact::Returned { .. }
            | Fact::Reassigned { .. }
            | Fact::Cancelled { .. }
            | Fact::Closed {} => {
                if let Some((from, until)) = open.take() {
                    out.push((from, until.min(when).max(from)));
                }
            }
            _ => {}
        }
    }
    out.extend(open);
    out
}
