//! One cycle of a limit: from its start to its end, with its pauses and its own result.

use std::collections::BTreeMap;

use super::event::{BreachCause, Ending, Rule};
use super::pause::{Gap, Hold, cut, union};
use super::reckon::{Due, Reckoning};
use super::term::Term;

/// The fact that a limit was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breach {
    /// When it was due, or when the change came that moved due into the past.
    pub at: i64,
    pub cause: BreachCause,
}

/// What a limit amounts to at one instant. Lengths in milliseconds of the kind of time that the limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    pub due: Due,
    pub elapsed: i64,
    pub paused: i64,
    /// Negative when overdue.
    pub remaining: Option<i64>,
    /// The due time lies past the last year whose holidays are published.
    pub provisional: bool,
}

/// A cycle or round that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    pub start: i64,
    pub ended_at: i64,
    pub ending: Ending,
    pub breach: Option<Breach>,
    pub excused_at: Option<i64>,
    pub figures: Figures,
}

#[derive(Debug, Clone)]
pub(super) struct Cycle {
    pub(super) start: i64,
    /// From where the limit counts: the start, or a change that said so.
    pub(super) base: i64,
    pub(super) registered_at: i64,
    pub(super) rule: Rule,
    pub(super) holds: Vec<Hold>,
    /// Pauses that last: reason → from, until.
    pub(super) open: BTreeMap<String, (i64, Option<i64>)>,
    /// Stretches between an ending and the reopening.
    pub(super) stops: Vec<Gap>,
    pub(super) end: Option<(i64, Ending)>,
    /// The figures at the end: later changes do not touch them.
    pub(super) sealed: Option<Figures>,
    pub(super) breach: Option<Breach>,
    pub(super) excused_at: Option<i64>,
    /// A change that came after the end and counts if it is reopened.
    pub(super) pending: Option<BreachCause>,
}

impl Cycle {
    pub(super) fn new(start: i64, rule: Rule) -> Self {
        Cycle {
            start,
            base: start,
            registered_at: start,
            rule,
            holds: Vec::new(),
            open: BTreeMap::new(),
            stops: Vec::new(),
            end: None,
            sealed: None,
            breach: None,
            excused_at: None,
            pending: None,
        }
    }

    /// Gaps as they are known at `at`: a pause that ends later has no end yet.
    pub(super) fn gaps(&self, at: i64) -> Vec<Gap> {
        let closed = self.holds.iter().map(|hold| (hold.from, hold.to));
        let open = self
            .open
            .values()
            .map(|(from, until)| (*from, until.filter(|until| *until <= at)));
        let mut gaps = union(closed.chain(open), self.base);
        if let Some(most) = self.rule.most_paused_ms {
            cut(&mut gaps, most);
        }
        if self.stops.is_empty() {
            return gaps;
        }
        let both = gaps.iter().chain(&self.stops).map(|gap| (gap.from, gap.to));
        union(both, self.base)
    }

    pub(super) fn reckoning<'a>(&'a self, gaps: &'a [Gap]) -> Reckoning<'a> {
        Reckoning {
            hours: &self.rule.hours,
            term: self.rule.term,
            start: self.base,
            gaps,
        }
    }

    pub(super) fn figures(&self, at: i64, gaps: &[Gap]) -> Figures {
        let reckoning = self.reckoning(gaps);
        let due = reckoning.due();
        let provisional = match (due, self.rule.term) {
            (_, Term::Fixed { .. } | Term::Wall { .. }) => false,
            (Due::At { date: Some(date), .. }, _) => {
                let known = self.rule.hours.calendar().published_until;
                known.is_some_and(|known| date > known)
            }
            (due, _) => due.at().is_some_and(|at| self.rule.hours.is_provisional(at)),
        };
        Figures {
            due,
            elapsed: reckoning.elapsed(at),
            paused: reckoning.paused(at),
            remaining: reckoning.remaining(at),
            provisional,
        }
    }

    /// Records that time ran out before `now`.
    pub(super) fn tick(&mut self, now: i64) {
        if self.end.is_some() || self.breach.is_some() {
            return;
        }
        if let Some(due) = self.reckoning(&self.gaps(now)).due().at()
            && due < now
        {
            let late = due < self.registered_at;
            self.breach = Some(Breach {
                at: due.max(self.registered_at),
                cause: if late {
                    BreachCause::RegisteredLate
                } else {
                    BreachCause::Time
                },
            });
        }
    }

    /// A change happened at `now`: true if it left the due time in the past.
    pub(super) fn is_past(&self, now: i64) -> bool {
        let due = self.reckoning(&self.gaps(now)).due();
        due.at().is_some_and(|due| due < now)
    }

    pub(super) fn close_pauses(&mut self, at: i64) {
        for (reason, (from, until)) in std::mem::take(&mut self.open) {
            let to = until.map_or(at, |until| until.min(at));
            self.holds.push(Hold {
                from,
                to: Some(to),
                reason,
            });
        }
    }

    pub(super) fn close_pause(&mut self, reason: &str, at: i64) {
        if let Some((from, until)) = self.open.remove(reason) {
            self.holds.push(Hold {
                from,
                to: Some(until.map_or(at, |until| until.min(at))),
                reason: reason.to_owned(),
            });
        }
    }

    pub(super) fn pause(&mut self, reason: &str, at: i64, until: Option<i64>) {
        if self.end.is_some() || !self.rule.pausable.allows(reason) {
            return;
        }
        match self.open.get_mut(reason) {
            // The newest word on its end counts.
            Some((_, known)) if known.is_none_or(|known| known > at) => *known = until,
            _ => {
                self.close_pause(reason, at);
                self.open.insert(reason.to_owned(), (at, until));
            }
        }
    }

    pub(super) fn finish(&mut self, at: i64, ending: Ending) {
        if self.end.is_some() {
            return;
        }
        self.close_pauses(at);
        self.end = Some((at, ending));
        self.sealed = Some(self.figures(at, &self.gaps(at)));
    }

    pub(super) fn past(&self) -> Option<Past> {
        let (ended_at, ending) = self.end?;
        Some(Past {
            start: self.start,
            ended_at,
            ending,
            breach: self.breach,
            excused_at: self.excused_at,
            figures: self.sealed?,
        })
    }
}
