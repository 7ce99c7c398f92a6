//! One limit with everything that happened to it. What happens is applied in the order of its instants; what happens at the
//! same instant counts as one step, in whatever order it is handed over. The breach is a fact: once there, nothing removes it.

use std::fmt;

use jiff::civil::Date;

use super::cycle::{Breach, Cycle, Figures, Past};
use super::event::{BreachCause, CountFrom, Ending, Event, Reopen, Rule, RuleChange, Shape, What};
use super::pause::{Gap, Hold};
use super::reckon::{Due, Reckoning, Step};
use super::term::Term;
use crate::codes::codes;

/// Reason of the stretch between an ending and the reopening.
pub const REASON_ENDED: &str = "ended";

codes! {
    /// How a limit stands.
    State {
        NotStarted = "not_started",
        /// No message waits for an answer.
        Idle = "idle",
        Running = "running",
        Paused = "paused",
        BreachedOpen = "breached_open",
        Met = "met",
        BreachedDone = "breached_done",
        Cancelled = "cancelled",
        /// The caller hung up.
        Abandoned = "abandoned",
    }
}

/// It cannot be reckoned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The calendar has no working time, or never enough of it.
    CalendarEmpty,
}

impl Trouble {
    /// Its code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Trouble::CalendarEmpty => "calendar_empty",
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::error::Error for Trouble {}

/// How a limit stands at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub state: State,
    pub start: Option<i64>,
    /// None while paused or idle.
    pub due_at: Option<i64>,
    /// The last day of a term in days.
    pub due_date: Option<Date>,
    /// While paused: when it would be due if the pause ended now.
    pub due_if_resumed: Option<i64>,
    pub breach: Option<Breach>,
    pub excused_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub ending: Option<Ending>,
    /// None before the start and while idle.
    pub figures: Option<Figures>,
    /// Earlier cycles and rounds, each with its own result.
    pub past: Vec<Past>,
}

/// A limit. It holds only what happened up to the last instant that was applied.
#[derive(Debug, Clone)]
pub struct Deadline {
    shape: Shape,
    /// Rule of cycles to come.
    rule: Rule,
    /// What was edited in the standard and not yet re-applied.
    published: RuleChange,
    cycle: Option<Cycle>,
    past: Vec<Past>,
}

impl Deadline {
    /// A limit that has not begun.
    pub fn new(shape: Shape, rule: Rule) -> Self {
        Deadline {
            shape,
            rule,
            published: RuleChange::default(),
            cycle: None,
            past: Vec::new(),
        }
    }

    /// A limit after everything that happened up to `now`, in any order. What happens later is not known yet.
    pub fn replay(shape: Shape, rule: Rule, events: &[Event], now: i64) -> Self {
        let mut sorted: Vec<&Event> = events.iter().filter(|event| event.at <= now).collect();
        sorted.sort_by(|a, b| {
            let ranks = (a.at, a.what.rank()).cmp(&(b.at, b.what.rank()));
            ranks.then_with(|| a.what.tie().cmp(&b.what.tie()))
        });
        let mut deadline = Deadline::new(shape, rule);
        for step in sorted.chunk_by(|a, b| a.at == b.at) {
            let whats: Vec<&What> = step.iter().map(|event| &event.what).collect();
            if let Some(first) = step.first() {
                deadline.step(first.at, &whats);
            }
        }
        deadline
    }

    /// Everything that happened at one instant, in the order of [`What::rank`].
    fn step(&mut self, at: i64, whats: &[&What]) {
        if let Some(cycle) = &mut self.cycle {
            cycle.tick(at);
        }
        for what in whats {
            if let What::Start { registered_at, paused } = what {
                self.start(at, *registered_at, paused.as_ref());
            }
        }
        let mut corrected = None;
        for what in whats {
            corrected = self.correct_start(at, what).or(corrected);
        }
        self.settle(at, corrected);
        // Whether it was open before decides which of two opposite events came first.
        let running = self.cycle.as_ref().is_some_and(|cycle| cycle.end.is_none());
        let ends = |what: &&&What| !matches!(what, What::Reopen { .. } | What::Ask);
        let (first, second): (Vec<&What>, Vec<&What>) = whats.iter().partition(|what| ends(what) == running);
        first
            .iter()
            .chain(&second)
            .for_each(|what| self.end_or_reopen(at, what));
        self.pauses(at, whats);
        let mut cause = None;
        for what in whats {
            if let Some(changed) = self.change(at, what) {
                // The first of several changes that leaves due in the past names the reason, unless a later one mends it.
                let past = self.cycle.as_ref().is_some_and(|cycle| cycle.is_past(at));
                cause = if past { cause.or(Some(changed)) } else { None };
            }
        }
        self.settle(at, cause);
        if whats.iter().any(|what| matches!(what, What::Excuse)) {
            self.excuse(at);
        }
    }

    fn start(&mut self, at: i64, registered_at: Option<i64>, paused: Option<&(String, Option<i64>)>) {
        if self.cycle.is_some() || self.shape == Shape::Rounds {
            return;
        }
        let mut cycle = Cycle::new(at, self.rule.clone());
        cycle.registered_at = registered_at.unwrap_or(at).max(at);
        if let Some((reason, until)) = paused {
            cycle.pause(reason, at, *until);
        }
        self.cycle = Some(cycle);
    }

    fn correct_start(&mut self, at: i64, what: &What) -> Option<BreachCause> {
        let cycle = self.cycle.as_mut()?;
        let (to, cause) = match what {
            What::Merge { start } => ((*start).min(cycle.start), BreachCause::Merge),
            What::CorrectStart { to } => ((*to).min(at), BreachCause::Start),
            _ => return None,
        };
        if cycle.end.is_some() {
            cycle.pending = Some(cause);
        }
        if cycle.base == cycle.start {
            cycle.base = to;
        }
        cycle.start = to;
        Some(cause)
    }

    /// Records that the change left the due time in the past.
    fn settle(&mut self, at: i64, cause: Option<BreachCause>) {
        if let (Some(cycle), Some(cause)) = (&mut self.cycle, cause)
            && cycle.end.is_none()
            && cycle.breach.is_none()
            && cycle.is_past(at)
        {
            cycle.breach = Some(Breach { at, cause });
        }
    }

    fn end_or_reopen(&mut self, at: i64, what: &What) {
        if let (What::Ask, Shape::Rounds, None) = (what, self.shape, &self.cycle) {
            self.cycle = Some(Cycle::new(at, self.rule.clone()));
            return;
        }
        let Some(cycle) = &mut self.cycle else { return };
        let ending = match what {
            What::Complete => Ending::Done,
            What::Answer if self.shape == Shape::Rounds => Ending::Answered,
            What::Cancel => Ending::Cancelled,
            What::HangUp => Ending::HungUp,
            What::HandOver if self.shape == Shape::Team && cycle.end.is_none() && cycle.start < at => {
                cycle.finish(at, Ending::HandedOver);
                self.next_cycle(at);
                return;
            }
            What::Reopen { mode } => return self.reopen(at, *mode),
            _ => return,
        };
        cycle.finish(at, ending);
        if self.shape == Shape::Rounds {
            self.past.extend(cycle.past());
            self.cycle = None;
        }
    }

    fn reopen(&mut self, at: i64, mode: Option<Reopen>) {
        let Some(cycle) = self.cycle.as_mut() else { return };
        let Some((ended_at, _)) = cycle.end else { return };
        if mode.unwrap_or(cycle.rule.reopen) == Reopen::NewCycle {
            return self.next_cycle(at);
        }
        cycle.stops.push(Gap {
            from: ended_at,
            to: Some(at),
        });
        cycle.end = None;
        cycle.sealed = None;
        let cause = cycle.pending.take().unwrap_or(BreachCause::Time);
        self.settle(at, Some(cause));
    }

    fn next_cycle(&mut self, at: i64) {
        if let Some(cycle) = self.cycle.take() {
            self.past.extend(cycle.past());
        }
        self.cycle = Some(Cycle::new(at, self.rule.clone()));
    }

    /// A pause and the end of a pause for the same reason at one instant cancel each other, whatever was there before.
    fn pauses(&mut self, at: i64, whats: &[&What]) {
        let Some(cycle) = &mut self.cycle else { return };
        let before: Vec<String> = cycle
            .open
            .iter()
            .filter(|(_, (from, until))| *from < at && until.is_none_or(|until| until > at))
            .map(|(reason, _)| reason.clone())
            .collect();
        let resumed: Vec<&Option<String>> = whats
            .iter()
            .filter_map(|what| match what {
                What::Resume { reason } => Some(reason),
                _ => None,
            })
            .collect();
        let begun: Vec<(&String, Option<i64>)> = whats
            .iter()
            .filter_map(|what| match what {
                What::Pause { reason, until } => Some((reason, *until)),
                _ => None,
            })
            .collect();
        // What ends: of what was there before, if anything, else of what begins now.
        for reason in &resumed {
            for ended in named(reason.as_deref(), &before) {
                cycle.close_pause(&ended, at);
            }
        }
        for (reason, until) in &begun {
            cycle.pause(reason, at, *until);
        }
        for reason in resumed {
            if named(reason.as_deref(), &before).is_empty() {
                let now: Vec<String> = cycle.open.keys().cloned().collect();
                for ended in named(reason.as_deref(), &now) {
                    cycle.close_pause(&ended, at);
                }
            }
        }
    }

    fn change(&mut self, at: i64, what: &What) -> Option<BreachCause> {
        let (change, from, cause) = match what {
            What::Publish { change } => {
                self.published.merge(change);
                return None;
            }
            What::Change { change, from } => (change.clone(), *from, BreachCause::Priority),
            What::Reapply { change, from } => {
                let mut all = std::mem::take(&mut self.published);
                all.merge(change);
                (all, *from, BreachCause::Policy)
            }
            What::ChangeHours { hours, from } => {
                let hours = Some(std::sync::Arc::clone(hours));
                (
                    RuleChange {
                        hours,
                        ..RuleChange::default()
                    },
                    *from,
                    BreachCause::Calendar,
                )
            }
            What::Extend { to } => {
                self.extend(at, *to);
                return None;
            }
            _ => return None,
        };
        change.apply(&mut self.rule);
        let cycle = self.cycle.as_mut()?;
        change.apply(&mut cycle.rule);
        cycle.base = if from == CountFrom::Change { at } else { cycle.start };
        if cycle.end.is_some() {
            cycle.pending = Some(cause);
            return None;
        }
        Some(cause)
    }

    /// An extension holds for this cycle only, and only if it was agreed on in time.
    fn extend(&mut self, at: i64, to: i64) {
        if let Some(cycle) = &mut self.cycle
            && cycle.end.is_none()
            && cycle.breach.is_none()
            && to > at
        {
            cycle.rule.term = Term::Fixed { at: to };
        }
    }

    fn excuse(&mut self, at: i64) {
        if let Some(cycle) = self.cycle.as_mut().filter(|cycle| cycle.breach.is_some()) {
            cycle.excused_at.get_or_insert(at);
        } else if let Some(past) = self.past.iter_mut().rev().find(|past| past.breach.is_some()) {
            past.excused_at.get_or_insert(at);
        }
    }

    /// How it stands at `now`, which is not before the last thing that happened.
    ///
    /// # Errors
    /// [`Trouble`] if the calendar never has the time.
    pub fn view(&self, now: i64) -> Result<View, Trouble> {
        let Some(cycle) = &self.cycle else {
            let idle = self.shape == Shape::Rounds;
            return Ok(View {
                state: if idle { State::Idle } else { State::NotStarted },
                start: None,
                due_at: None,
                due_date: None,
                due_if_resumed: None,
                breach: None,
                excused_at: None,
                ended_at: None,
                ending: None,
                figures: None,
                past: self.past.clone(),
            });
        };
        let mut cycle = cycle.clone();
        cycle.tick(now);
        let gaps = cycle.gaps(now);
        let moves = !matches!(cycle.rule.term, Term::Fixed { .. });
        let is_paused = moves && cycle.end.is_none() && gaps.last().is_some_and(|gap| gap.holds(now));
        let figures = cycle.sealed.unwrap_or_else(|| cycle.figures(now, &gaps));
        let mut due_if_resumed = None;
        if is_paused {
            let mut resumed = cycle.clone();
            resumed.close_pauses(now);
            due_if_resumed = resumed.reckoning(&resumed.gaps(now)).due().at();
            if due_if_resumed.is_none() {
                return Err(Trouble::CalendarEmpty);
            }
        }
        if figures.due == Due::Never {
            return Err(Trouble::CalendarEmpty);
        }
        let due = if is_paused { Due::Paused } else { figures.due };
        let state = match (cycle.end, cycle.breach) {
            (Some((_, Ending::Cancelled)), _) => State::Cancelled,
            (Some((_, Ending::HungUp)), _) => State::Abandoned,
            (Some(_), Some(_)) => State::BreachedDone,
            (Some(_), None) => State::Met,
            (None, Some(_)) => State::BreachedOpen,
            (None, None) if is_paused => State::Paused,
            (None, None) => State::Running,
        };
        Ok(View {
            state,
            start: Some(cycle.start),
            due_at: due.at(),
            due_date: due.date(),
            due_if_resumed,
            breach: cycle.breach,
            excused_at: cycle.excused_at,
            ended_at: cycle.end.map(|(at, _)| at),
            ending: cycle.end.map(|(_, ending)| ending),
            figures: Some(Figures {
                due,
                provisional: figures.provisional && !is_paused,
                ..figures
            }),
            past: self.past.clone(),
        })
    }

    /// When a step of a ladder of the running cycle is reached, as known at `now`.
    pub fn rung(&self, step: Step, now: i64) -> Option<i64> {
        let cycle = self.cycle.as_ref()?;
        cycle.reckoning(&cycle.gaps(now)).rung(step)
    }

    /// What the explanation of the running cycle needs: its rule's reckoning at `now` and the pauses with their reasons.
    pub(super) fn course<T>(
        &self,
        now: i64,
        then: impl FnOnce(&Reckoning<'_>, &[Hold], Option<i64>) -> T,
    ) -> Option<T> {
        let cycle = self.cycle.as_ref()?;
        let gaps = cycle.gaps(now);
        let open = cycle.open.iter().map(|(reason, (from, until))| Hold {
            from: *from,
            to: until.filter(|until| *until <= now),
            reason: reason.clone(),
        });
        let stops = cycle.stops.iter().map(|gap| Hold {
            from: gap.from,
            to: gap.to,
            reason: REASON_ENDED.to_owned(),
        });
        let holds: Vec<Hold> = cycle.holds.iter().cloned().chain(open).chain(stops).collect();
        Some(then(&cycle.reckoning(&gaps), &holds, cycle.end.map(|(at, _)| at)))
    }
}

/// Which of the lasting pauses a resumption ends: the one it names, or the one without a name, or else all.
fn named(reason: Option<&str>, lasting: &[String]) -> Vec<String> {
    match reason {
        Some(reason) => lasting.iter().filter(|r| *r == reason).cloned().collect(),
        None if lasting.iter().any(String::is_empty) => vec![String::new()],
        None => lasting.to_vec(),
    }
}
