//! A length of time as the service standard states it, and what it comes to once its start is known.

use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::time::calendar::DAY_S;
use crate::time::{Cutoff, DayTerm, DayUnit};

/// A length of time as the service standard states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "unit", rename_all = "snake_case", deny_unknown_fields)]
pub enum Limit {
    /// Round-the-clock minutes.
    Minute { n: u32 },
    /// Round-the-clock hours.
    Hour { n: u32 },
    /// Days of the calendar, not rolled over days off: 0 ends at 24:00 of the day it began, n at 24:00 of the n-th day after.
    NaturalDay { n: u32 },
    /// Minutes of the calendar's working time.
    WorkingMinute { n: u32 },
    /// Hours of the calendar's working time.
    WorkingHour { n: u32 },
    /// Working days of the calendar, the day it began not counted, until the last one closes.
    WorkingDay { n: u32 },
    /// Months, until 24:00 of the corresponding day.
    Month { n: u32 },
}

/// What a limit comes to once its start is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "as", rename_all = "snake_case")]
pub enum Target {
    /// Running time in milliseconds; pauses move it.
    Running { ms: i64 },
    /// An instant; pauses do not move it.
    Fixed { at: i64 },
    /// Working time of the clock's calendar in milliseconds; pauses move it.
    Working { ms: i64 },
    /// Days of the clock's calendar; a pause over the end of a day moves it.
    Days { term: DayTerm },
}

impl Limit {
    /// The limit for a clock that starts at `started_at`, in the site's zone.
    pub fn target(self, started_at: i64, zone: &TimeZone) -> Target {
        match self {
            Limit::Minute { n } => Target::Running {
                ms: i64::from(n) * 60_000,
            },
            Limit::Hour { n } => Target::Running {
                ms: i64::from(n) * 3_600_000,
            },
            Limit::NaturalDay { n } => Target::Fixed {
                at: end_of_day(started_at, n, zone),
            },
            Limit::WorkingMinute { n } => Target::Working {
                ms: i64::from(n) * 60_000,
            },
            Limit::WorkingHour { n } => Target::Working {
                ms: i64::from(n) * 3_600_000,
            },
            Limit::WorkingDay { n } => Target::Days {
                term: term(DayUnit::WorkingDay, n, Cutoff::Close),
            },
            Limit::Month { n } => Target::Days {
                term: term(DayUnit::Month, n, Cutoff::At(DAY_S)),
            },
        }
    }

    /// The limit is read in a working calendar.
    pub fn needs_calendar(self) -> bool {
        matches!(
            self,
            Limit::WorkingMinute { .. } | Limit::WorkingHour { .. } | Limit::WorkingDay { .. } | Limit::Month { .. }
        )
    }

    /// Whole minutes of a limit that runs round the clock; of others an estimate.
    pub fn minutes(self) -> i64 {
        self.rough_ms() / 60_000
    }

    /// The text code of the unit.
    pub const fn unit(self) -> &'static str {
        match self {
            Limit::Minute { .. } => "minute",
            Limit::Hour { .. } => "hour",
            Limit::NaturalDay { .. } => "natural_day",
            Limit::WorkingMinute { .. } => "working_minute",
            Limit::WorkingHour { .. } => "working_hour",
            Limit::WorkingDay { .. } => "working_day",
            Limit::Month { .. } => "month",
        }
    }

    /// How many of the unit.
    pub const fn n(self) -> u32 {
        match self {
            Limit::Minute { n }
            | Limit::Hour { n }
            | Limit::NaturalDay { n }
            | Limit::WorkingMinute { n }
            | Limit::WorkingHour { n }
            | Limit::WorkingDay { n }
            | Limit::Month { n } => n,
        }
    }

    /// The codes of all units, in the order of a form.
    pub const UNITS: &'static [&'static str] = &[
        "minute",
        "hour",
        "natural_day",
        "working_minute",
        "working_hour",
        "working_day",
        "month",
    ];

    /// A limit of so many units; none for a unit that nobody knows.
    pub fn of(unit: &str, n: u32) -> Option<Limit> {
        Some(match unit {
            "minute" => Limit::Minute { n },
            "hour" => Limit::Hour { n },
            "natural_day" => Limit::NaturalDay { n },
            "working_minute" => Limit::WorkingMinute { n },
            "working_hour" => Limit::WorkingHour { n },
            "working_day" => Limit::WorkingDay { n },
            "month" => Limit::Month { n },
            _ => return None,
        })
    }

    /// For ordering limits of different units; a day counts from its first instant.
    pub(crate) fn rough_ms(self) -> i64 {
        match self {
            Limit::Minute { n } => i64::from(n) * 60_000,
            Limit::Hour { n } => i64::from(n) * 3_600_000,
            Limit::NaturalDay { n } => (i64::from(n) + 1) * 86_400_000,
            // Four working hours are as good as a round-the-clock day; a working week has five days.
            Limit::WorkingMinute { n } => i64::from(n) * 60_000 * 3,
            Limit::WorkingHour { n } => i64::from(n) * 3_600_000 * 3,
            Limit::WorkingDay { n } => (i64::from(n) + 1) * 86_400_000 * 7 / 5,
            Limit::Month { n } => i64::from(n) * 31 * 86_400_000,
        }
    }
}

fn term(unit: DayUnit, n: u32, cutoff: Cutoff) -> DayTerm {
    DayTerm {
        unit,
        n,
        count_start_day: false,
        roll: false,
        cutoff,
        after_close_next_day: false,
    }
}

/// 24:00 of the `days`-th day after the one that `at` falls on. Falls back to 24-hour days outside the calendar's range.
fn end_of_day(at: i64, days: u32, zone: &TimeZone) -> i64 {
    Timestamp::from_millisecond(at)
        .ok()
        .and_then(|instant| {
            let date = instant.to_zoned(zone.clone()).date();
            let next = date.checked_add((i64::from(days) + 1).days()).ok()?;
            Some(next.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
        })
        .unwrap_or_else(|| at.saturating_add((i64::from(days) + 1) * 86_400_000))
}
