//! A month of the calendar in a site's zone, as rounds that come back each month are named: `2026-10`.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// A month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(Date);

impl Month {
    /// The month in which an instant lies.
    #[must_use]
    pub fn of(at: i64, zone: &TimeZone) -> Month {
        let at = Timestamp::from_millisecond(at).unwrap_or_default();
        Month(at.to_zoned(zone.clone()).date().first_of_month())
    }

    /// The one before.
    #[must_use]
    pub fn before(self) -> Month {
        Month(self.0.checked_sub(1.month()).unwrap_or(self.0))
    }

    /// The one after.
    #[must_use]
    pub fn after(self) -> Month {
        Month(self.0.checked_add(1.month()).unwrap_or(self.0))
    }

    /// Its first instant, which is the end of the month before.
    #[must_use]
    pub fn start(self, zone: &TimeZone) -> i64 {
        self.0
            .to_zoned(zone.clone())
            .map_or(0, |at| at.timestamp().as_millisecond())
    }

    /// From its first instant until the first of the next.
    #[must_use]
    pub fn bounds(self, zone: &TimeZone) -> (i64, i64) {
        (self.start(zone), self.after().start(zone))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

/// A text that names no month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoMonth;

impl FromStr for Month {
    type Err = NoMonth;
    fn from_str(text: &str) -> Result<Month, NoMonth> {
        let (year, month) = text.split_once('-').ok_or(NoMonth)?;
        let year: i16 = year.parse().map_err(|_| NoMonth)?;
        let month: i8 = month.parse().map_err(|_| NoMonth)?;
        if (2000..=2200).contains(&year) && (1..=12).contains(&month) {
            Ok(Month(date(year, month, 1)))
        } else {
            Err(NoMonth)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_each_other_in_the_sites_zone() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let month: Month = "2026-12".parse().unwrap();
        assert_eq!(month.after().to_string(), "2027-01");
        assert_eq!(month.before().to_string(), "2026-11");
        let (from, until) = month.bounds(&zone);
        assert_eq!((until - from) / 86_400_000, 31);
        assert_eq!((Month::of(from, &zone), Month::of(until - 1, &zone)), (month, month));
        assert_eq!(Month::of(from - 1, &zone), month.before());
        for text in ["", "2026", "2026-13", "1999-01", "x-1"] {
            assert_eq!(text.parse::<Month>(), Err(NoMonth));
        }
    }
}
