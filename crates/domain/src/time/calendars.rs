//! The calendars of a site by code and version. A version never changes, so what a case reckoned with stays as it was; a
//! case names code and version and is given the hours when it is loaded.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, DayHours, Exception, Week};
use super::holidays::{self, HolidayYear};
use super::hours::Hours;
use crate::data_error::DataError;

/// Codes of the calendars that every site has.
pub const CODES: [&str; 2] = ["office", "desk"];

/// Which calendar a limit in working time is read in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CalendarRef {
    pub code: String,
    pub version: u32,
}

/// How a calendar of a site is made, beside holidays and exceptions: its usual week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub weekly: Week,
    /// Hours of a make-up working day; absent: the usual ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub make_up: Option<DayHours>,
    /// National holidays are days off, and make-up days working days.
    pub national: bool,
}

impl Plan {
    /// The shipped hours of a calendar: `office` (weekdays with a lunch break, national holidays and make-up days) and `desk`
    /// (every day, 08:00 to 20:00).
    ///
    /// # Errors
    /// [`DataError`] for a calendar that nobody knows.
    pub fn shipped(code: &str) -> Result<Plan, DataError> {
        let hours = |text: &str| text.parse::<DayHours>().map_err(|e| DataError::at(text, &e));
        match code {
            "office" => {
                let weekday = hours("08:30-12:00 13:30-17:30")?;
                let mut weekly = Week::every_day(&weekday);
                weekly.sat = DayHours::default();
                weekly.sun = DayHours::default();
                Ok(Plan {
                    weekly,
                    make_up: Some(weekday),
                    national: true,
                })
            }
            "desk" => Ok(Plan {
                weekly: Week::every_day(&hours("08:00-20:00")?),
                make_up: None,
                national: false,
            }),
            other => Err(DataError::at(other, "there is no such calendar")),
        }
    }

    /// The calendar that follows from the hours, the years' files and the exceptions of company and site.
    pub fn calendar(&self, zone: &str, years: &[HolidayYear], own: &[Exception]) -> Calendar {
        let mut calendar = Calendar {
            weekly: self.weekly.clone(),
            ..Calendar::always(zone)
        };
        if self.national {
            calendar.take_holidays(years, self.make_up.as_ref());
        }
        calendar.exceptions.extend(own.iter().cloned());
        calendar
    }
}

/// An exception that the company or a site made, and the calendars it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Own {
    /// Code of the one calendar; empty for all of them.
    pub code: String,
    pub exception: Exception,
}

impl Own {
    /// Whether it is for this calendar.
    pub fn is_for(&self, code: &str) -> bool {
        self.code.is_empty() || self.code == code
    }
}

/// The calendars of a site, every version that an open case may name.
#[derive(Debug, Default, Clone)]
pub struct Calendars {
    versions: BTreeMap<CalendarRef, Arc<Hours>>,
}

impl Calendars {
    /// The calendars that ship with the product, read in this zone ([`Plan::shipped`]), as their first versions.
    ///
    /// # Errors
    /// [`DataError`] if the zone is unknown or a shipped file is broken; a test rules the latter out.
    pub fn shipped(zone: &str) -> Result<Self, DataError> {
        let mut all = Calendars::default();
        let years = holidays::shipped()?;
        for code in CODES {
            all.add(code, 1, Plan::shipped(code)?.calendar(zone, &years, &[]))?;
        }
        Ok(all)
    }

    /// Adds a version.
    ///
    /// # Errors
    /// [`DataError`] if the calendar cannot be used.
    pub fn add(&mut self, code: &str, version: u32, calendar: Calendar) -> Result<(), DataError> {
        let key = CalendarRef {
            code: code.to_owned(),
            version,
        };
        self.versions.insert(key, Arc::new(Hours::new(calendar)?));
        Ok(())
    }

    /// The newest version of a calendar: what a clock that starts now names.
    pub fn newest(&self, code: &str) -> Option<CalendarRef> {
        self.versions.keys().rfind(|key| key.code == code).cloned()
    }

    /// The hours of a version.
    pub fn hours(&self, of: &CalendarRef) -> Option<Arc<Hours>> {
        self.versions.get(of).cloned()
    }
}
