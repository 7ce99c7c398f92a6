//! A working calendar as people write it: weekly hours, exceptions by level, and the zone they are read in. [`super::Hours`]
//! is the same thing made fast.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::data_error::DataError;

/// Seconds of a civil day.
pub const DAY_S: i32 = 86_400;
/// A shift ends at the latest at 24:00 of the day after the one it began on.
const LATEST_S: i32 = 2 * DAY_S;
/// The longest range of days that one exception may span.
const LONGEST_RANGE_DAYS: i32 = 3_700;

codes! {
    /// Who made an exception; a later one in this list overrides an earlier one.
    Level { National = "national", Company = "company", Site = "site" }
}

codes! {
    /// What an exception does to a day.
    ExceptionKind {
        /// No work that day.
        Off = "off",
        /// Work that day (a make-up working day, or a site open on a holiday), with its own hours or the usual ones.
        Work = "work",
        /// Closed for part of the day, whatever the day is otherwise.
        Partial = "partial",
    }
}

/// An interval of a day in seconds after its 00:00, half-open. An end beyond 24:00 belongs to the next morning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub from_s: i32,
    pub to_s: i32,
}

impl Span {
    /// An interval between two times of day; an end at or before the start is on the next day.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn new(from_s: i32, to_s: i32) -> Result<Self, String> {
        let to_s = if to_s <= from_s { to_s + DAY_S } else { to_s };
        if !(0..=DAY_S).contains(&from_s) || to_s > LATEST_S {
            return Err("a time of day is out of range".to_owned());
        }
        Ok(Span { from_s, to_s })
    }
}

/// Reads `HH:MM` or `HH:MM:SS`; hours to 48, for a shift that is written past midnight.
///
/// # Errors
/// A sentence that quotes the text.
pub fn time_of_day(text: &str) -> Result<i32, String> {
    let wrong = || format!("{text:?} is not a time of day");
    let mut seconds = 0;
    let parts: Vec<&str> = text.trim().split(':').collect();
    if !(2..=3).contains(&parts.len()) {
        return Err(wrong());
    }
    for (part, (most, unit)) in parts.iter().zip([(48, 3_600), (59, 60), (59, 1)]) {
        if part.is_empty() || part.len() > 2 || !part.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        let n: i32 = part.parse().map_err(|_| wrong())?;
        if n > most {
            return Err(wrong());
        }
        seconds += n * unit;
    }
    if seconds > LATEST_S { Err(wrong()) } else { Ok(seconds) }
}

fn clock_text(s: i32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{:02}:{:02}", s / 3_600, s / 60 % 60)?;
    if s % 60 == 0 {
        Ok(())
    } else {
        write!(f, ":{:02}", s % 60)
    }
}

/// The intervals of one day, written `08:30-12:00 13:30-17:30`. Always in order and without overlaps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayHours(Vec<Span>);

impl DayHours {
    /// Intervals in any order; overlapping ones become one.
    pub fn new(mut spans: Vec<Span>) -> Self {
        spans.sort_unstable();
        let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
        for span in spans {
            match merged.last_mut() {
                Some(last) if span.from_s <= last.to_s => last.to_s = last.to_s.max(span.to_s),
                _ => merged.push(span),
            }
        }
        DayHours(merged)
    }

    /// In order, without overlaps.
    pub fn spans(&self) -> &[Span] {
        &self.0
    }

    /// Nothing is open.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is left when `closed` is taken away.
    #[must_use]
    pub fn without(&self, closed: Span) -> Self {
        let mut left = Vec::with_capacity(self.0.len() + 1);
        for span in &self.0 {
            let before = (span.from_s, span.to_s.min(closed.from_s));
            let after = (span.from_s.max(closed.to_s), span.to_s);
            for (from_s, to_s) in [before, after] {
                if from_s < to_s {
                    left.push(Span { from_s, to_s });
                }
            }
        }
        DayHours::new(left)
    }
}

impl FromStr for DayHours {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut spans = Vec::new();
        for part in text.split([' ', ',']).filter(|part| !part.is_empty()) {
            let (from, to) = part
                .split_once('-')
                .ok_or_else(|| format!("{part:?} is not an interval"))?;
            spans.push(Span::new(time_of_day(from)?, time_of_day(to)?)?);
        }
        Ok(DayHours::new(spans))
    }
}

impl fmt::Display for DayHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, span) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            clock_text(span.from_s, f)?;
            f.write_str("-")?;
            clock_text(span.to_s, f)?;
        }
        Ok(())
    }
}

impl Serialize for DayHours {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DayHours {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The usual week. A day that is absent is off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Week {
    #[serde(skip_serializing_if = "DayHours::is_empty")]
    pub mon: DayHours,
    #[serde(skip_serializing_if = "DayHours::is_empty")]
    pub tue: DayHours,
    #[serde(skip_serializing_if = "DayHours::is_empty")]
    pub wed: DayHours,
    #[serde(skip_serializing_if = "DayHours::is_empty")]
    pub thu: DayHours,
    #[serde(skip_serializing_if = "DayHours::is_empty")]
    pub fri: DayHours,
    #[serde(skip_serializing_if = "DayHours::is_empty")]
    pub sat: DayHours,
    #[serde(skip_serializing_if = "DayHours::is_empty")]
    pub sun: DayHours,
}

impl Week {
    /// Days in order from Monday.
    pub fn days(&self) -> [&DayHours; 7] {
        [
            &self.mon, &self.tue, &self.wed, &self.thu, &self.fri, &self.sat, &self.sun,
        ]
    }

    /// The same, to write.
    pub fn days_mut(&mut self) -> [&mut DayHours; 7] {
        [
            &mut self.mon,
            &mut self.tue,
            &mut self.wed,
            &mut self.thu,
            &mut self.fri,
            &mut self.sat,
            &mut self.sun,
        ]
    }

    /// The same hours every day.
    pub fn every_day(hours: &DayHours) -> Self {
        let mut week = Week::default();
        week.days_mut().into_iter().for_each(|day| *day = hours.clone());
        week
    }

    fn on(&self, weekday: Weekday) -> &DayHours {
        self.days()[weekday.to_monday_zero_offset().unsigned_abs() as usize % 7]
    }
}

/// Other weekly hours for a part of the year, such as summer hours. The last one that holds a date counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Season {
    #[serde(with = "super::date_text")]
    pub first: Date,
    /// Inclusive.
    #[serde(with = "super::date_text")]
    pub last: Date,
    pub weekly: Week,
}

/// A day or a range of days that is not as the week says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    #[serde(with = "super::date_text")]
    pub date: Date,
    /// Last day of a range, inclusive.
    #[serde(default, with = "super::date_text::option", skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    pub level: Level,
    pub kind: ExceptionKind,
    /// `Work`: the day's own hours, the usual ones where absent. `Partial`: what is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<DayHours>,
    /// Name of the holiday or the reason, shown in explanations.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The same in English; where empty, that of a known national holiday, otherwise `name`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_en: String,
}

/// Name of a holiday or of a reason, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DayName {
    pub zh: String,
    pub en: String,
}

impl Exception {
    /// Its name in both languages; None for one without.
    pub fn named(&self) -> Option<DayName> {
        let en = if self.name_en.is_empty() {
            super::holidays::english(&self.name)
        } else {
            self.name_en.clone()
        };
        (!self.name.is_empty()).then(|| DayName {
            zh: self.name.clone(),
            en,
        })
    }
}

codes! {
    /// What a day is, as a year's page draws it.
    DayKind {
        Working = "working",
        /// A day off of the week.
        Off = "off",
        /// A day off that has a name of its own.
        Holiday = "holiday",
        /// Work on a day that is off otherwise.
        MakeUp = "make_up",
        /// Work with hours of its own, or closed for a part of it.
        Partial = "partial",
    }
}

/// A day of a calendar: what it is, its hours and the names that made it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    pub kind: DayKind,
    pub hours: DayHours,
    pub names: Vec<DayName>,
}

/// When there is work (CAL of the standard): the form that is stored, shown and edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// IANA name of the zone the hours are read in.
    pub zone: String,
    #[serde(default)]
    pub weekly: Week,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seasons: Vec<Season>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
    /// Last day whose national holidays are known. What is due later is provisional. Absent: nothing is provisional.
    #[serde(default, with = "super::date_text::option", skip_serializing_if = "Option::is_none")]
    pub published_until: Option<Date>,
}

/// Exceptions of one day, by level.
#[derive(Debug, Clone, Default)]
pub(super) struct DayRule {
    off: [bool; 3],
    work: [Option<Vec<Span>>; 3],
    partial: Vec<Span>,
    pub(super) names: Vec<DayName>,
}

impl Calendar {
    /// Round the clock, every day.
    pub fn always(zone: &str) -> Self {
        Calendar {
            zone: zone.to_owned(),
            weekly: Week::every_day(&DayHours(vec![Span { from_s: 0, to_s: DAY_S }])),
            seasons: Vec::new(),
            exceptions: Vec::new(),
            published_until: None,
        }
    }

    /// Looks whether it can be used.
    ///
    /// # Errors
    /// [`DataError`] that names the entry: an unknown zone, a range that ends before it begins or is too long, a closure
    /// without hours, the same exception twice.
    pub fn check(&self) -> Result<(), DataError> {
        self.time_zone()?;
        for season in &self.seasons {
            if season.last < season.first {
                return Err(DataError::at(
                    &season.first.to_string(),
                    "the season ends before it begins",
                ));
            }
        }
        let mut seen = HashSet::new();
        for entry in &self.exceptions {
            let place = entry.date.to_string();
            let last = entry.until.unwrap_or(entry.date);
            if last < entry.date {
                return Err(DataError::at(&place, "the range ends before it begins"));
            }
            if day_number(last) - day_number(entry.date) > LONGEST_RANGE_DAYS {
                return Err(DataError::at(&place, "the range is longer than ten years"));
            }
            if entry.kind == ExceptionKind::Partial && entry.hours.as_ref().is_none_or(DayHours::is_empty) {
                return Err(DataError::at(
                    &place,
                    "a partial closure needs the hours that are closed",
                ));
            }
            if entry.kind == ExceptionKind::Off && entry.hours.is_some() {
                return Err(DataError::at(&place, "a day off has no hours"));
            }
            if !seen.insert((entry.date, last, entry.level, entry.kind, format!("{:?}", entry.hours))) {
                return Err(DataError::at(&place, "the same exception is there twice"));
            }
        }
        Ok(())
    }

    /// The zone.
    ///
    /// # Errors
    /// [`DataError`] if nobody knows it.
    pub fn time_zone(&self) -> Result<TimeZone, DataError> {
        TimeZone::get(&self.zone).map_err(|_| DataError::at(&self.zone, "this zone is not known"))
    }

    /// There is no working time and there never will be.
    pub fn is_empty(&self) -> bool {
        let weeks = std::iter::once(&self.weekly).chain(self.seasons.iter().map(|season| &season.weekly));
        let weekly = weeks.flat_map(Week::days).any(|day| !day.is_empty());
        let extra = |e: &Exception| e.kind == ExceptionKind::Work && e.hours.as_ref().is_some_and(|h| !h.is_empty());
        !weekly && !self.exceptions.iter().any(extra)
    }

    fn week_of(&self, date: Date) -> &Week {
        self.seasons
            .iter()
            .rev()
            .find(|season| season.first <= date && date <= season.last)
            .map_or(&self.weekly, |season| &season.weekly)
    }

    /// Exceptions by day number.
    pub(super) fn rules(&self) -> BTreeMap<i32, DayRule> {
        let mut rules: BTreeMap<i32, DayRule> = BTreeMap::new();
        for entry in &self.exceptions {
            let first = day_number(entry.date);
            let last = day_number(entry.until.unwrap_or(entry.date)).min(first + LONGEST_RANGE_DAYS);
            for day in first..=last {
                let rule = rules.entry(day).or_default();
                let level = entry.level as usize;
                let spans = entry.hours.as_ref().map(|hours| hours.spans().to_vec());
                match entry.kind {
                    ExceptionKind::Off => rule.off[level] = true,
                    ExceptionKind::Work => {
                        let hours = spans.unwrap_or_else(|| self.usual(date_of(day)).spans().to_vec());
                        rule.work[level].get_or_insert_default().extend(hours);
                    }
                    ExceptionKind::Partial => rule.partial.extend(spans.unwrap_or_default()),
                }
                if let Some(name) = entry.named().filter(|name| !rule.names.contains(name)) {
                    rule.names.push(name);
                }
            }
        }
        rules
    }

    /// Hours of a day on which there is work: its weekday's, else those of the first working day of the week.
    fn usual(&self, date: Date) -> &DayHours {
        let week = self.week_of(date);
        let own = week.on(date.weekday());
        if own.is_empty() {
            week.days().into_iter().find(|day| !day.is_empty()).unwrap_or(own)
        } else {
            own
        }
    }

    /// A day as it is drawn.
    pub(super) fn day(&self, day: i32, rule: Option<&DayRule>) -> Day {
        let date = date_of(day);
        let usual = self.week_of(date).on(date.weekday());
        let hours = self.hours_on(day, rule);
        let kind = match (rule, hours.is_empty(), usual.is_empty()) {
            (None, false, _) => DayKind::Working,
            (None, true, _) => DayKind::Off,
            (Some(_), true, _) => DayKind::Holiday,
            (Some(_), false, true) => DayKind::MakeUp,
            (Some(_), false, false) if hours == *usual => DayKind::Working,
            (Some(_), false, false) => DayKind::Partial,
        };
        let names = rule.map(|rule| rule.names.clone()).unwrap_or_default();
        Day { kind, hours, names }
    }

    /// The hours that begin on a date: the highest level that says something decides, off beats work within a level, and
    /// partial closures of every level are taken away afterwards.
    pub(super) fn hours_on(&self, day: i32, rule: Option<&DayRule>) -> DayHours {
        let date = date_of(day);
        let Some(rule) = rule else {
            return self.week_of(date).on(date.weekday()).clone();
        };
        let decided = (0..3).rev().find_map(|level| {
            if rule.off[level] {
                return Some(DayHours::default());
            }
            rule.work[level].clone().map(DayHours::new)
        });
        let hours = decided.unwrap_or_else(|| self.week_of(date).on(date.weekday()).clone());
        rule.partial.iter().fold(hours, |hours, closed| hours.without(*closed))
    }
}

/// Days since 1970-01-01.
pub(super) fn day_number(date: Date) -> i32 {
    let (y, m, d) = (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let of_era = y - era * 400;
    let of_year = (153 * ((m + 9) % 12) + 2) / 5 + d - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of a day number; the nearest date there is, outside the range of dates.
pub(super) fn date_of(day: i32) -> Date {
    let z = day.saturating_add(719_468);
    let era = z.div_euclid(146_097);
    let doe = z - era * 146_097;
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i32::from(month <= 2);
    let parts = (
        i16::try_from(year),
        i8::try_from(month),
        i8::try_from(doy - (153 * mp + 2) / 5 + 1),
    );
    match parts {
        (Ok(y), Ok(m), Ok(d)) => Date::new(y, m, d).unwrap_or(Date::MAX),
        _ => Date::MAX,
    }
}
