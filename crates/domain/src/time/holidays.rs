//! The yearly files of national holidays and make-up working days, as the public lists publish them. They are kept and
//! imported in that very form, so that next year's file can be handed in as it is.

use std::collections::{BTreeMap, HashSet};

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, DayHours, Exception, ExceptionKind, Level, day_number};
use crate::codes::codes;
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

/// What is wrong with a yearly file, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The date or year, or the place in the file (`line 3 column 7`).
    pub place: String,
    pub why: WrongFile,
    /// What the reader of the file's form says, for one that is no such file; otherwise empty.
    pub said: String,
}

codes! {
    /// Why a yearly file is refused.
    WrongFile {
        /// It is not of the form of a yearly file.
        Form = "form",
        /// The year lies outside 1990 to 2199.
        Year = "year",
        /// No day is off.
        NoDayOff = "no_day_off",
        /// A date far from the file's year.
        OtherYear = "other_year",
        NoName = "no_name",
        /// A date is there twice.
        Twice = "twice",
        /// A make-up working day that is no Saturday or Sunday.
        NoWeekend = "no_weekend",
    }
}

impl Wrong {
    fn at(place: &str, why: WrongFile) -> Wrong {
        Wrong {
            place: place.to_owned(),
            why,
            said: String::new(),
        }
    }
}

impl From<Wrong> for DataError {
    fn from(wrong: Wrong) -> Self {
        let why = match wrong.why {
            WrongFile::Form => wrong.said.as_str(),
            WrongFile::Year => "the year is out of range",
            WrongFile::NoDayOff => "the year has no day off",
            WrongFile::OtherYear => "the date is not of this year",
            WrongFile::NoName => "the day has no name",
            WrongFile::Twice => "the date is there twice",
            WrongFile::NoWeekend => "a make-up working day is a Saturday or Sunday",
        };
        DataError::at(&wrong.place, why)
    }
}

/// Reads and checks a yearly file.
///
/// # Errors
/// [`DataError`] with the date that is wrong: twice in the file, without a name, far from the file's year, a make-up working day
/// that is no weekend day; or a year without any day off.
pub fn parse(json: &str) -> Result<HolidayYear, DataError> {
    read(json).map_err(DataError::from)
}

/// As [`parse`], with a code for what is wrong.
///
/// # Errors
/// [`Wrong`].
pub fn read(json: &str) -> Result<HolidayYear, Wrong> {
    let file: HolidayYear = serde_json::from_str(json.trim_start_matches('\u{feff}')).map_err(|e| Wrong {
        place: format!("line {} column {}", e.line(), e.column()),
        why: WrongFile::Form,
        said: e.to_string(),
    })?;
    let whole = file.year.to_string();
    let (Ok(first), Ok(last)) = (Date::new(file.year, 1, 1), Date::new(file.year, 12, 31)) else {
        return Err(Wrong::at(&whole, WrongFile::Year));
    };
    if !(1990..=2199).contains(&file.year) {
        return Err(Wrong::at(&whole, WrongFile::Year));
    }
    if !file.days.iter().any(|day| day.is_off_day) {
        return Err(Wrong::at(&whole, WrongFile::NoDayOff));
    }
    let mut seen = HashSet::new();
    for day in &file.days {
        let place = day.date.to_string();
        // A holiday at New Year begins or is made up for in the year beside it.
        let number = day_number(day.date);
        if number < day_number(first) - 14 || number > day_number(last) + 14 {
            return Err(Wrong::at(&place, WrongFile::OtherYear));
        }
        if day.name.trim().is_empty() {
            return Err(Wrong::at(&place, WrongFile::NoName));
        }
        if !seen.insert(day.date) {
            return Err(Wrong::at(&place, WrongFile::Twice));
        }
        let weekend = matches!(day.date.weekday(), Weekday::Saturday | Weekday::Sunday);
        if !day.is_off_day && !weekend {
            return Err(Wrong::at(&place, WrongFile::NoWeekend));
        }
    }
    Ok(file)
}

/// A day on which two files of a year differ; None where the file does not name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub date: Date,
    pub before: Option<HolidayDay>,
    pub after: Option<HolidayDay>,
}

/// What a new file of a year changes, by date. Everything in it where there was none.
pub fn differences(before: Option<&HolidayYear>, after: &HolidayYear) -> Vec<Difference> {
    let by_date = |year: Option<&HolidayYear>| -> BTreeMap<Date, HolidayDay> {
        let days = year.map(|year| year.days.clone()).unwrap_or_default();
        days.into_iter().map(|day| (day.date, day)).collect()
    };
    let (mut old, new) = (by_date(before), by_date(Some(after)));
    let mut list: Vec<Difference> = new
        .into_iter()
        .map(|(date, day)| Difference {
            date,
            before: old.remove(&date),
            after: Some(day),
        })
        .collect();
    list.extend(old.into_iter().map(|(date, day)| Difference {
        date,
        before: Some(day),
        after: None,
    }));
    list.retain(|d| d.before != d.after);
    list.sort_by_key(|d| d.date);
    list
}

/// The English name of a national holiday, several of them joined; the name itself for any other.
pub fn english(name: &str) -> String {
    let one = |part: &str| match part {
        "元旦" => "New Year's Day".to_owned(),
        "春节" => "Spring Festival".to_owned(),
        "清明节" => "Qingming Festival".to_owned(),
        "劳动节" => "Labour Day".to_owned(),
        "端午节" => "Dragon Boat Festival".to_owned(),
        "中秋节" => "Mid-Autumn Festival".to_owned(),
        "国庆节" => "National Day".to_owned(),
        other => other.to_owned(),
    };
    let parts: Vec<String> = name.split('、').map(|part| one(part.trim())).collect();
    parts.join(" and ")
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
                name_en: String::new(),
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
