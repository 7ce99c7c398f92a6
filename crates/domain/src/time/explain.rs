//! Why it is due then: every stretch from the start, and whether it counts.

use super::deadline::{Deadline, REASON_ENDED};
use super::pause::Hold;
use super::reckon::Reckoning;
use super::term::{DayTerm, DayUnit, Term};
use crate::codes::codes;

codes! {
    /// Whether a stretch counts.
    StretchKind { Counted = "counted", Paused = "paused", Closed = "closed" }
}

/// Reason of a closed stretch: the day on which a term in days began does not count.
pub const FIRST_DAY: &str = "first_day";

/// A stretch of a limit's time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    pub from: i64,
    /// Exclusive.
    pub to: i64,
    pub kind: StretchKind,
    /// Reasons of a pause, names of the holidays of a closed stretch.
    pub why: Vec<String>,
}

impl Deadline {
    /// The stretches of the running cycle from where it counts until it is due or `now`, whichever is later, in order and
    /// without gaps. An end closes the list. Together they are the wall time; what is counted is the elapsed time.
    pub fn explain(&self, now: i64) -> Vec<Stretch> {
        self.course(now, |reckoning, holds, end| {
            let due = reckoning.due().at().unwrap_or(now);
            let until = end.unwrap_or(due.max(now));
            stretches(reckoning, holds, until)
        })
        .unwrap_or_default()
    }
}

impl Reckoning<'_> {
    /// The stretches of a limit from its start to `until`.
    pub fn stretches(&self, holds: &[Hold], until: i64) -> Vec<Stretch> {
        stretches(self, holds, until)
    }
}

/// The stretches of a limit from its start to `until`.
pub(super) fn stretches(reckoning: &Reckoning<'_>, holds: &[Hold], until: i64) -> Vec<Stretch> {
    let mut list: Vec<Stretch> = Vec::new();
    let mut push = |from: i64, to: i64, kind: StretchKind, why: Vec<String>| {
        if to <= from {
            return;
        }
        match list.last_mut() {
            Some(last)
                if last.kind == kind
                    && last.to == from
                    && (last.why == why || (kind == StretchKind::Closed && last.why != [FIRST_DAY])) =>
            {
                last.to = to;
                for name in why {
                    if !last.why.contains(&name) {
                        last.why.push(name);
                    }
                }
            }
            _ => list.push(Stretch { from, to, kind, why }),
        }
    };
    if let Term::Days(term) = reckoning.term {
        for (from, to, kind, why) in days(&term, reckoning, holds, until) {
            push(from, to, kind, why);
        }
        return list;
    }
    // Where anything about the pauses changes.
    let mut marks = vec![reckoning.start, until];
    for hold in holds {
        marks.extend([hold.from, hold.to.unwrap_or(until)]);
    }
    for gap in reckoning.gaps {
        marks.extend([gap.from, gap.to.unwrap_or(until)]);
    }
    marks.retain(|at| (reckoning.start..=until).contains(at));
    marks.sort_unstable();
    marks.dedup();
    let moved = !matches!(reckoning.term, Term::Fixed { .. });
    for pair in marks.windows(2) {
        let &[from, to] = pair else { continue };
        let paused = moved && reckoning.gaps.iter().any(|gap| gap.holds(from));
        let (kind, why) = if paused {
            (StretchKind::Paused, reasons(holds, from))
        } else {
            (StretchKind::Counted, Vec::new())
        };
        if !matches!(reckoning.term, Term::Working { .. }) {
            push(from, to, kind, why);
            continue;
        }
        let closed = |from, to| {
            let names = reckoning.hours.names_between(from, to);
            names.into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let mut at = from;
        for (open, close) in reckoning.hours.open_between(from, to) {
            push(at, open, StretchKind::Closed, closed(at, open));
            push(open, close, kind, why.clone());
            at = close;
        }
        push(at, to, StretchKind::Closed, closed(at, to));
    }
    list
}

/// A term in days by its days: which count, which are off, and which ended in a pause. The day it began, and days off at the
/// end, are closed.
fn days(
    term: &DayTerm,
    reckoning: &Reckoning<'_>,
    holds: &[Hold],
    until: i64,
) -> Vec<(i64, i64, StretchKind, Vec<String>)> {
    let hours = reckoning.hours;
    let last = hours.day_at(until - 1);
    let (first, nominal) = term
        .days(hours, reckoning.start, reckoning.gaps)
        .map_or((hours.day_at(reckoning.start), last), |(first, nominal, _)| {
            (first, nominal)
        });
    let mut list = Vec::new();
    for day in hours.day_at(reckoning.start)..=last {
        let from = hours.midnight(day).max(reckoning.start);
        let to = hours.midnight(day + 1).min(until);
        let cutoff = term.cutoff_of(hours, day);
        let begins = day < first || (day == first && !term.count_start_day && term.n > 0);
        let off = (term.unit == DayUnit::WorkingDay || day > nominal) && !hours.is_workday(day);
        let names = || hours.names_between(from, to).into_iter().map(str::to_owned).collect();
        if begins {
            list.push((from, to, StretchKind::Closed, vec![FIRST_DAY.to_owned()]));
        } else if off {
            list.push((from, to, StretchKind::Closed, names()));
        } else if reckoning.gaps.iter().any(|gap| gap.holds(cutoff)) {
            list.push((from, to, StretchKind::Paused, reasons(holds, cutoff)));
        } else {
            list.push((from, to, StretchKind::Counted, Vec::new()));
        }
    }
    list
}

fn reasons(holds: &[Hold], at: i64) -> Vec<String> {
    let mut why: Vec<String> = holds
        .iter()
        .filter(|hold| hold.from <= at && hold.to.is_none_or(|to| at < to))
        .map(|hold| hold.reason.clone())
        .collect();
    why.sort();
    why.dedup();
    if why.len() > 1 {
        why.retain(|reason| reason != REASON_ENDED);
    }
    why
}
