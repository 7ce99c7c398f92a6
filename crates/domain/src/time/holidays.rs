//! The yearly files of national holidays and make-up working days, as the public lists publish them. They are kept and
//! imported in that very form, so that next year's file can be handed in as it is.

use std::collections::HashSet;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, DayHours, Exception, ExceptionKind, Level, day_number};
use crate::data_error::DataError;

/// The files that come with the product, oldest first.
pub const SHIPPED: [&str; 4] = [
    include_str!("../../../../standards/calendars/2023.json"),
    include_str!("../../../../standards/calendars/2024.json"),
    include_str!("../../../../standards/calendars/2025.json"),
    include_str!("../../../../standards/calendars/2026.json"),
];

/// A holiday, or a weekend day on which there is work instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HolidayDay {
    pub name: String,
    #[serde(with = "super::date_text")]
    pub date: Date,
    pub is_off_day: bool,
}

/// One year's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolidayYear {
    pub year: i16,
    /// Where the notice was published.
    #[serde(default)]
    pub papers: Vec<String>,
    pub days: Vec<HolidayDay>,
}

/// Reads and checks a yearly file.
///
/// # Errors
/// [`DataError`] with the date that is wrong: twice in the file, without a name, far from the file's year, a make-up working day
/// that is no weekend day; or a year without any day off.
pub fn parse(json: &str) -> Result<HolidayYear, DataError> {
    let file: HolidayYear = serde_json::from_str(json.trim_start_matches('\u{feff}'))?;
    let whole = file.year.to_string();
    if !(1990..=2199).contains(&file.year) {
        return Err(DataError::at(&whole, "the year is out of range"));
    }
    if !file.days.iter().any(|day| day.is_off_day) {
        return Err(DataError::at(&whole, "the year has no day off"));
    }
    let mut seen = HashSet::new();
    let (Ok(first), Ok(last)) = (Date::new(file.year, 1, 1), Date::new(file.year, 12, 31)) else {
        return Err(DataError::at(&whole, "the year is out of range"));
    };
    for day in &file.days {
        let place = day.date.to_string();
        // A holiday at New Year begins or is made up for in the year beside it.
        let number = day_number(day.date);
        if number < day_number(first) - 14 || number > day_number(last) + 14 {
            return Err(DataError::at(&place, "the date is not of this year"));
        }
        if day.name.trim().is_empty() {
            return Err(DataError::at(&place, "the day has no name"));
        }
        if !seen.insert(day.date) {
            return Err(DataError::at(&place, "the date is there twice"));
        }
        let weekend = matches!(day.date.weekday(), Weekday::Saturday | Weekday::Sunday);
        if !day.is_off_day && !weekend {
            return Err(DataError::at(&place, "a make-up working day is a Saturday or Sunday"));
        }
    }
    Ok(file)
}

/// The years that come with the product.
///
/// # Errors
/// [`DataError`] of the first that is wrong; a test reads them all.
pub fn shipped() -> Result<Vec<HolidayYear>, DataError> {
    SHIPPED.iter().map(|json| parse(json)).collect()
}

impl Calendar {
    /// Takes over national holidays and make-up days. `make_up` are the hours of make-up working days, absent the usual ones.
    /// What an earlier import of the same dates said is replaced; exceptions of the company and the site stay.
    pub fn take_holidays(&mut self, years: &[HolidayYear], make_up: Option<&DayHours>) {
        for day in years.iter().flat_map(|year| &year.days) {
            self.exceptions
                .retain(|e| e.level != Level::National || e.date != day.date || e.until.is_some());
            self.exceptions.push(Exception {
                date: day.date,
                until: None,
                level: Level::National,
                kind: if day.is_off_day {
                    ExceptionKind::Off
                } else {
                    ExceptionKind::Work
                },
                hours: if day.is_off_day { None } else { make_up.cloned() },
                name: day.name.clone(),
            });
        }
        let last = years.iter().map(|year| year.year).max();
        let end = last.and_then(|year| Date::new(year, 12, 31).ok());
        self.published_until = self.published_until.max(end);
    }
}

/// The next year's file is missing and it is time to ask for it: from November on.
pub fn asks_for_next_year(published_until: Option<Date>, today: Date) -> bool {
    today.month() >= 11 && published_until.is_some_and(|until| until.year() <= today.year())
}
