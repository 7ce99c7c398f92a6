//! Lengths of time as a rule states them. Terms in days and months follow the Civil Code, art. 201 to 203.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::calendar::{date_of, day_number};
use super::hours::Hours;
use super::pause::Gap;
use crate::codes::codes;

codes! {
    /// What a term in days counts.
    DayUnit { WorkingDay = "working_day", NaturalDay = "natural_day", Month = "month" }
}

/// When the last day ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cutoff {
    /// Close of business; 24:00 on a day without business and for a term of 0 days.
    #[default]
    Close,
    /// Seconds after 00:00 of the last day: 86 400 is 24:00.
    At(i32),
}

/// A term that ends on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayTerm {
    pub unit: DayUnit,
    /// 0 is the day it began, until 24:00.
    pub n: u32,
    /// The day it began is the first one.
    #[serde(default)]
    pub count_start_day: bool,
    /// A last day on a day off moves to the next working day.
    pub roll: bool,
    #[serde(default)]
    pub cutoff: Cutoff,
    /// What comes after closing, or on a day off, counts as received on the next working day.
    #[serde(default)]
    pub after_close_next_day: bool,
}

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "as", rename_all = "snake_case")]
pub enum Term {
    /// Milliseconds of the calendar.
    Working { ms: i64 },
    /// Milliseconds on the wall clock.
    Wall { ms: i64 },
    /// Ends on a day.
    Days(DayTerm),
    /// An instant that was agreed on or ordered; pauses do not move it.
    Fixed { at: i64 },
}

/// Longest term in days or months: some two hundred years, beyond any calendar.
const MOST: u32 = 80_000;

impl DayTerm {
    /// The first day, the last one before and the last one after rolling. Days whose cut-off lies in a pause do not count.
    /// None if the calendar has not that many days.
    pub(super) fn days(&self, hours: &Hours, start: i64, gaps: &[Gap]) -> Option<(i32, i32, i32)> {
        let mut first = hours.day_at(start);
        if self.after_close_next_day && hours.close_of(first).is_none_or(|close| start >= close) {
            first = hours.nth_workday(first + 1, 1)?;
        }
        let mut held = 0;
        let mut last = self.last_day(hours, first, held)?;
        // Each round finds more held days or stops; a pause adds only days that it covers.
        for _ in 0..64 {
            let found = gaps.iter().map(|gap| self.held(hours, *gap, first, last)).sum();
            if found == held {
                break;
            }
            held = found;
            last = self.last_day(hours, first, held)?;
        }
        if self.roll && self.n > 0 && !hours.is_workday(last) {
            return Some((first, last, hours.nth_workday(last, 1)?));
        }
        Some((first, last, last))
    }

    /// The day on which a term that begins at `start` ends, and the instant at which it is over. None if the calendar has not
    /// that many days.
    pub(super) fn end(&self, hours: &Hours, start: i64, gaps: &[Gap]) -> Option<(Date, i64)> {
        let (_, _, last) = self.days(hours, start, gaps)?;
        Some((date_of(last), self.cutoff_of(hours, last)))
    }

    /// The instant at which a day is over for this term.
    pub(super) fn cutoff_of(&self, hours: &Hours, day: i32) -> i64 {
        match self.cutoff {
            Cutoff::At(seconds) => hours.instant(day, seconds),
            Cutoff::Close if self.n == 0 => hours.midnight(day + 1),
            Cutoff::Close => hours.close_of(day).unwrap_or_else(|| hours.midnight(day + 1)),
        }
    }

    fn last_day(&self, hours: &Hours, first: i32, held: u32) -> Option<i32> {
        let n = self.n.checked_add(held).filter(|n| *n <= MOST)?;
        if self.n == 0 && held == 0 {
            return Some(first);
        }
        let days = i32::try_from(n).ok()?;
        match self.unit {
            DayUnit::WorkingDay if self.count_start_day => hours.nth_workday(first, n),
            DayUnit::WorkingDay => hours.nth_workday(first + 1, n),
            DayUnit::NaturalDay => Some(first + days - i32::from(self.count_start_day && self.n > 0)),
            DayUnit::Month => {
                let end = self.months_after(date_of(first))?;
                Some(day_number(end) + i32::try_from(held).ok()?)
            }
        }
    }

    /// The corresponding day, or the month's last where there is none. With the first day counted it is the day before.
    fn months_after(&self, first: Date) -> Option<Date> {
        let months = i32::from(first.year()) * 12 + i32::from(first.month()) - 1 + i32::try_from(self.n).ok()?;
        let (year, month) = (
            i16::try_from(months.div_euclid(12)).ok()?,
            i8::try_from(months.rem_euclid(12) + 1).ok()?,
        );
        match Date::new(year, month, first.day()) {
            Ok(same) if self.count_start_day => same.yesterday().ok(),
            Ok(same) => Some(same),
            Err(_) => Some(Date::new(year, month, 1).ok()?.last_of_month()),
        }
    }

    /// Days that would count, were their cut-off not in this pause.
    fn held(&self, hours: &Hours, gap: Gap, first: i32, last: i32) -> u32 {
        // A cut-off is at most a shift over midnight away from its day.
        let near = |at: i64| hours.day_at(at) - 2..=hours.day_at(at) + 1;
        let from = near(gap.from).find(|day| self.cutoff_of(hours, *day) >= gap.from);
        let to = gap.to.map_or(Some(last), |to| {
            near(to).rev().find(|day| self.cutoff_of(hours, *day) < to)
        });
        let (Some(from), Some(to)) = (from, to) else { return 0 };
        let counted = self.count_start_day || self.n == 0;
        let from = from.max(if counted { first } else { first + 1 });
        let to = to.min(last);
        match self.unit {
            DayUnit::WorkingDay => hours.workdays(from, to),
            DayUnit::NaturalDay | DayUnit::Month => u32::try_from(to - from + 1).unwrap_or(0),
        }
    }
}
