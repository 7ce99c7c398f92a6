//! The arithmetic of one limit: due time, elapsed and paused time, from a start, a length and gaps.

use jiff::civil::Date;

use super::hours::Hours;
use super::pause::Gap;
use super::term::Term;

/// What a limit comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// The earliest instant at which the length is used up; for a term in days also its last day.
    At { at: i64, date: Option<Date> },
    /// It cannot be said while a pause has no end.
    Paused,
    /// The calendar never has that much time.
    Never,
}

impl Due {
    /// The instant, if there is one.
    pub fn at(self) -> Option<i64> {
        match self {
            Due::At { at, .. } => Some(at),
            Due::Paused | Due::Never => None,
        }
    }

    /// The last day of a term in days.
    pub fn date(self) -> Option<Date> {
        match self {
            Due::At { date, .. } => date,
            Due::Paused | Due::Never => None,
        }
    }
}

/// A step of a ladder of warnings and escalations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A share of the limit, in thousandths of a percent.
    Share { milli: i64 },
    /// Milliseconds of working time after due; negative before.
    Working { ms: i64 },
    /// Milliseconds on the wall clock after due; negative before.
    Natural { ms: i64 },
}

/// A start, a length, the calendar and the gaps: everything that decides a due time. Costs nothing to make.
#[derive(Debug, Clone, Copy)]
pub struct Reckoning<'a> {
    pub hours: &'a Hours,
    pub term: Term,
    pub start: i64,
    /// As [`super::union`] makes them.
    pub gaps: &'a [Gap],
}

impl Reckoning<'_> {
    fn in_hours(&self) -> bool {
        matches!(self.term, Term::Working { .. })
    }

    /// Time between two instants as the limit counts it, without regard to gaps.
    fn counted(&self, from: i64, to: i64) -> i64 {
        if self.in_hours() {
            self.hours.worked(from, to)
        } else {
            (to - from).max(0)
        }
    }

    fn reach(&self, working: bool, from: i64, length: i64) -> Option<i64> {
        if working {
            self.hours.reach(from, length)
        } else {
            from.checked_add(length.max(0))
        }
    }

    /// The earliest instant at which `length` has run since `from`. One that is the first of a gap moves to the gap's end.
    fn walk(&self, working: bool, from: i64, length: i64) -> Due {
        let (mut at, mut left) = (from, length.max(0));
        for gap in self.gaps {
            if gap.to.is_some_and(|to| to <= at) {
                continue;
            }
            let run = if working {
                self.hours.worked(at, gap.from)
            } else {
                (gap.from - at).max(0)
            };
            if left <= run {
                match self.reach(working, at, left) {
                    Some(reached) if reached < gap.from => {
                        return Due::At {
                            at: reached,
                            date: None,
                        };
                    }
                    _ => left = 0,
                }
            } else {
                left -= run;
            }
            match gap.to {
                Some(to) => at = to,
                None => return Due::Paused,
            }
        }
        match self.reach(working, at, left) {
            Some(at) => Due::At { at, date: None },
            None => Due::Never,
        }
    }

    /// When it is due.
    pub fn due(&self) -> Due {
        match self.term {
            Term::Working { .. } if self.hours.is_empty() => Due::Never,
            Term::Working { ms } => self.walk(true, self.start, ms),
            Term::Wall { ms } => self.walk(false, self.start, ms),
            Term::Fixed { at } => Due::At { at, date: None },
            Term::Days(days) => {
                let Some((date, at)) = days.end(self.hours, self.start, self.gaps) else {
                    return Due::Never;
                };
                match self
                    .gaps
                    .iter()
                    .find(|gap| gap.holds(at) || (gap.to.is_none() && gap.from <= at))
                {
                    None => Due::At { at, date: Some(date) },
                    Some(gap) => gap.to.map_or(Due::Paused, |to| Due::At {
                        at: to,
                        date: Some(self.hours.date_at(to)),
                    }),
                }
            }
        }
    }

    /// Paused time up to `until`, as the limit counts it. Nothing pauses a fixed instant.
    pub fn paused(&self, until: i64) -> i64 {
        if matches!(self.term, Term::Fixed { .. }) {
            return 0;
        }
        let part = |gap: &Gap| self.counted(gap.from, gap.to.map_or(until, |to| to.min(until)));
        self.gaps.iter().map(part).sum()
    }

    /// Time that ran from the start to `until`: without gaps and, for a limit in working time, without closed hours.
    pub fn elapsed(&self, until: i64) -> i64 {
        self.counted(self.start, until) - self.paused(until)
    }

    /// Time that is left at `until`; negative when overdue, None while a pause keeps the end of a term in days open.
    pub fn remaining(&self, until: i64) -> Option<i64> {
        match self.term {
            Term::Working { ms } | Term::Wall { ms } => Some(ms - self.elapsed(until)),
            Term::Days(_) | Term::Fixed { .. } => self.due().at().map(|at| at - until),
        }
    }

    /// When a step of a ladder is reached. None while a pause keeps it open, or when the calendar has not that much time.
    pub fn rung(&self, step: Step) -> Option<i64> {
        match (step, self.term) {
            (Step::Share { milli }, Term::Working { ms } | Term::Wall { ms }) => {
                let part = i128::from(ms) * i128::from(milli) / 100_000;
                self.walk(self.in_hours(), self.start, i64::try_from(part).ok()?).at()
            }
            (Step::Share { milli }, Term::Days(_) | Term::Fixed { .. }) => {
                let whole = i128::from(self.due().at()? - self.start);
                Some(self.start + i64::try_from(whole * i128::from(milli) / 100_000).ok()?)
            }
            (Step::Working { ms }, Term::Working { ms: whole }) if ms < 0 && whole + ms >= 0 => {
                self.walk(true, self.start, whole + ms).at()
            }
            (Step::Working { ms }, _) if ms < 0 => self.hours.back(self.due().at()?, -ms).map(|at| at.max(self.start)),
            (Step::Working { ms }, _) => self.walk(true, self.due().at()?, ms).at(),
            (Step::Natural { ms }, _) => self.due().at()?.checked_add(ms),
        }
    }
}
