//! The calendars of a site by code and version. A version never changes, so what a case reckoned with stays as it was; a
//! case names code and version and is given the hours when it is loaded.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, DayHours, Week};
use super::holidays;
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

/// The calendars of a site, every version that an open case may name.
#[derive(Debug, Default)]
pub struct Calendars {
    versions: BTreeMap<CalendarRef, Arc<Hours>>,
}

impl Calendars {
    /// The calendars that ship with the product, read in this zone: `office` (weekdays with a lunch break, national holidays and
    /// make-up days) and `desk` (every day, 08:00 to 20:00).
    ///
    /// # Errors
    /// [`DataError`] if the zone is unknown or a shipped file is broken; a test rules the latter out.
    pub fn shipped(zone: &str) -> Result<Self, DataError> {
        let hours = |text: &str| text.parse::<DayHours>().map_err(|e| DataError::at(text, &e));
        let weekday = hours("08:30-12:00 13:30-17:30")?;
        let mut week = Week::every_day(&weekday);
        week.sat = DayHours::default();
        week.sun = DayHours::default();
        let plain = |weekly: Week| Calendar {
            weekly,
            ..Calendar::always(zone)
        };
        let mut office = plain(week);
        office.take_holidays(&holidays::shipped()?, Some(&weekday));
        let desk = plain(Week::every_day(&hours("08:00-20:00")?));
        let mut all = Calendars::default();
        all.add("office", 1, office)?;
        all.add("desk", 1, desk)?;
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
