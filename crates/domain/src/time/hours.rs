//! A calendar made fast: working intervals of each year as instants with running sums, so that a due time is two binary
//! searches. A year is compiled when it is first asked for; what it holds depends on the calendar alone.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::calendar::{Calendar, DAY_S, Day, DayKind, DayName, DayRule, date_of, day_number};
use crate::data_error::DataError;

/// First and last year that are reckoned with. Nothing is open outside them, which bounds every search.
const FIRST_YEAR: i16 = 1970;
const LAST_YEAR: i16 = 2199;
const DAY_MS: i64 = 86_400_000;

/// A working interval.
#[derive(Debug, Clone, Copy)]
struct Open {
    from: i64,
    to: i64,
    /// Working time of the year before this interval.
    before: i64,
}

/// A day on which work begins.
#[derive(Debug, Clone, Copy)]
struct WorkDay {
    number: i32,
    /// End of the day's last interval.
    close: i64,
}

#[derive(Debug)]
struct Year {
    from: i64,
    to: i64,
    open: Vec<Open>,
    total: i64,
    days: Vec<WorkDay>,
}

impl Year {
    /// Working time from the start of the year to `at`.
    fn until(&self, at: i64) -> i64 {
        let i = self.open.partition_point(|open| open.from <= at);
        match i.checked_sub(1).and_then(|i| self.open.get(i)) {
            Some(open) => open.before + at.min(open.to) - open.from,
            None => 0,
        }
    }
}

/// A compiled calendar. Instants are unix milliseconds, lengths milliseconds.
#[derive(Debug)]
pub struct Hours {
    calendar: Calendar,
    zone: TimeZone,
    rules: BTreeMap<i32, DayRule>,
    years: Vec<OnceLock<Year>>,
    /// First instant that is not covered by published holidays.
    unpublished: Option<i64>,
    empty: bool,
}

impl Hours {
    /// Compiles a calendar.
    ///
    /// # Errors
    /// [`DataError`] if the calendar cannot be used ([`Calendar::check`]).
    pub fn new(calendar: Calendar) -> Result<Self, DataError> {
        calendar.check()?;
        let zone = calendar.time_zone()?;
        let mut hours = Hours {
            rules: calendar.rules(),
            years: (FIRST_YEAR..=LAST_YEAR).map(|_| OnceLock::new()).collect(),
            unpublished: None,
            empty: calendar.is_empty(),
            calendar,
            zone,
        };
        hours.unpublished = hours
            .calendar
            .published_until
            .map(|date| hours.instant(day_number(date) + 1, 0));
        Ok(hours)
    }

    /// The calendar it was made from.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The zone of the calendar.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// No working time at all, ever.
    pub fn is_empty(&self) -> bool {
        self.empty
    }

    /// The instant lies past the last day whose national holidays are known.
    pub fn is_provisional(&self, due: i64) -> bool {
        self.unpublished.is_some_and(|end| due > end)
    }

    /// The local date of an instant.
    pub fn date_at(&self, at: i64) -> Date {
        date_of(self.day_at(at))
    }

    /// The local day number of an instant.
    pub(super) fn day_at(&self, at: i64) -> i32 {
        let local = at.saturating_add(self.offset_ms(at));
        i32::try_from(local.div_euclid(DAY_MS)).unwrap_or(if at < 0 { i32::MIN / 2 } else { i32::MAX / 2 })
    }

    fn offset_ms(&self, at: i64) -> i64 {
        let stamp = Timestamp::from_millisecond(at).unwrap_or(if at < 0 { Timestamp::MIN } else { Timestamp::MAX });
        i64::from(self.zone.to_offset(stamp).seconds()) * 1_000
    }

    /// The instant of a time of day, in seconds after 00:00 (24:00 and more are on the next days). A time that does not exist
    /// is read with the offset before the gap, one that exists twice is its first occurrence (RFC 5545).
    pub fn instant(&self, day: i32, seconds: i32) -> i64 {
        let date = date_of(day.saturating_add(seconds.div_euclid(DAY_S)));
        let s = seconds.rem_euclid(DAY_S);
        let parts = [s / 3_600, s / 60 % 60, s % 60].map(|n| i8::try_from(n).unwrap_or(0));
        let time = Time::new(parts[0], parts[1], parts[2], 0).unwrap_or(Time::midnight());
        match self.zone.to_timestamp(DateTime::from_parts(date, time)) {
            Ok(stamp) => stamp.as_millisecond(),
            Err(_) => i64::from(day_number(date)) * DAY_MS + i64::from(s) * 1_000,
        }
    }

    /// 00:00 of a day.
    pub(super) fn midnight(&self, day: i32) -> i64 {
        self.instant(day, 0)
    }

    fn compile(&self, year: i16) -> Year {
        let first = day_number(Date::new(year, 1, 1).unwrap_or(Date::MIN));
        let last = day_number(Date::new(year, 12, 31).unwrap_or(Date::MAX));
        let (from, to) = (self.midnight(first), self.midnight(last + 1));
        // Without a change of the offset in reach, an instant is a sum.
        let calm = Timestamp::from_millisecond(from - 3 * DAY_MS).is_ok_and(|start| {
            let next = self.zone.following(start).next();
            next.is_none_or(|change| change.timestamp().as_millisecond() > to + 3 * DAY_MS)
        });
        let offset = self.offset_ms(from);
        let instant = |day: i32, s: i32| {
            if calm {
                i64::from(day) * DAY_MS + i64::from(s) * 1_000 - offset
            } else {
                self.instant(day, s)
            }
        };
        let mut raw: Vec<(i64, i64)> = Vec::with_capacity(800);
        let mut days = Vec::with_capacity(366);
        // Shifts of the two days before may reach into the year.
        for day in first - 2..=last {
            let hours = self.hours_on(day);
            for span in hours.spans() {
                let piece = (instant(day, span.from_s).max(from), instant(day, span.to_s).min(to));
                if piece.0 < piece.1 {
                    raw.push(piece);
                }
            }
            if let Some(end) = hours.spans().last().filter(|_| day >= first) {
                days.push(WorkDay {
                    number: day,
                    close: instant(day, end.to_s),
                });
            }
        }
        raw.sort_unstable();
        let mut open: Vec<Open> = Vec::with_capacity(raw.len());
        let mut total = 0;
        for (from, to) in raw {
            match open.last_mut() {
                Some(last) if from <= last.to => {
                    total += (to - last.to).max(0);
                    last.to = last.to.max(to);
                }
                _ => {
                    open.push(Open {
                        from,
                        to,
                        before: total,
                    });
                    total += to - from;
                }
            }
        }
        Year {
            from,
            to,
            open,
            total,
            days,
        }
    }

    pub(super) fn hours_on(&self, day: i32) -> super::DayHours {
        self.calendar.hours_on(day, self.rules.get(&day))
    }

    fn year(&self, index: usize) -> Option<&Year> {
        let slot = self.years.get(index)?;
        Some(slot.get_or_init(|| self.compile(FIRST_YEAR + i16::try_from(index).unwrap_or(0))))
    }

    /// Index of the year that holds an instant. None before the first and after the last.
    fn index_of(&self, at: i64) -> Option<usize> {
        // The mean year is near enough: the boundary itself decides.
        let guess = usize::try_from(at.max(0) / 31_556_952_000).ok()?;
        let year = self.year(guess)?;
        if at < year.from {
            guess.checked_sub(1)
        } else if at >= year.to {
            (guess + 1 < self.years.len()).then_some(guess + 1)
        } else {
            Some(guess)
        }
    }

    /// Working time between two instants; 0 when they are in the wrong order.
    pub fn worked(&self, from: i64, to: i64) -> i64 {
        if to <= from || self.empty {
            return 0;
        }
        let (Some(first), last) = (self.index_of(from), self.index_of(to)) else {
            return 0;
        };
        let last = last.unwrap_or(self.years.len() - 1);
        let until = |index, at| self.year(index).map_or(0, |year| year.until(at));
        let whole: i64 = (first..last).filter_map(|i| self.year(i)).map(|y| y.total).sum();
        whole + until(last, to) - until(first, from)
    }

    /// The earliest instant at which `length` of working time has passed since `from`; `from` itself for 0. None if the
    /// calendar never has that much.
    pub fn reach(&self, from: i64, length: i64) -> Option<i64> {
        if length <= 0 {
            return Some(from);
        }
        if self.empty {
            return None;
        }
        let mut index = self.index_of(from)?;
        let mut year = self.year(index)?;
        let mut goal = year.until(from).checked_add(length)?;
        while goal > year.total {
            goal -= year.total;
            index += 1;
            year = self.year(index)?;
        }
        let i = year
            .open
            .partition_point(|open| open.before + open.to - open.from < goal);
        year.open.get(i).map(|open| open.from + goal - open.before)
    }

    /// The latest instant from which `length` of working time passes until `to`: the way back. None if there never was that
    /// much.
    pub fn back(&self, to: i64, length: i64) -> Option<i64> {
        if length <= 0 {
            return Some(to);
        }
        let mut index = self.index_of(to)?;
        let mut year = self.year(index)?;
        let mut goal = year.until(to) - length;
        while goal < 0 {
            index = index.checked_sub(1)?;
            year = self.year(index)?;
            goal += year.total;
        }
        let i = year.open.partition_point(|open| open.before <= goal);
        year.open
            .get(i.checked_sub(1)?)
            .map(|open| open.from + goal - open.before)
    }

    /// Work begins on this day.
    pub(super) fn is_workday(&self, day: i32) -> bool {
        !self.hours_on(day).is_empty()
    }

    /// The n-th working day on or after `day`, counted from 1. None if there is none.
    pub(super) fn nth_workday(&self, day: i32, n: u32) -> Option<i32> {
        let mut left = usize::try_from(n.checked_sub(1)?).ok()?;
        let mut index = usize::try_from(date_of(day).year() - FIRST_YEAR).ok()?;
        loop {
            let days = &self.year(index)?.days;
            let first = days.partition_point(|d| d.number < day);
            match days.get(first.checked_add(left)?) {
                Some(found) => return Some(found.number),
                None => left -= days.len() - first,
            }
            index += 1;
        }
    }

    /// Working days in `first..=last`.
    pub(super) fn workdays(&self, first: i32, last: i32) -> u32 {
        let upto = |end: i32| -> usize {
            let index = usize::try_from(date_of(end).year() - FIRST_YEAR).unwrap_or(0);
            let from = usize::try_from(date_of(first).year() - FIRST_YEAR).unwrap_or(0);
            let whole: usize = (from..index).filter_map(|i| self.year(i)).map(|y| y.days.len()).sum();
            let part = self
                .year(index)
                .map_or(0, |y| y.days.partition_point(|d| d.number <= end));
            whole + part
        };
        if last < first {
            return 0;
        }
        // Both ends are counted from the start of the first one's year.
        let index = usize::try_from(date_of(first).year() - FIRST_YEAR).unwrap_or(0);
        let before = self
            .year(index)
            .map_or(0, |y| y.days.partition_point(|d| d.number < first));
        u32::try_from(upto(last).saturating_sub(before)).unwrap_or(u32::MAX)
    }

    /// End of the last interval that begins on this day.
    pub(super) fn close_of(&self, day: i32) -> Option<i64> {
        let index = usize::try_from(date_of(day).year() - FIRST_YEAR).ok()?;
        let days = &self.year(index)?.days;
        let i = days.binary_search_by_key(&day, |d| d.number).ok()?;
        days.get(i).map(|d| d.close)
    }

    /// The working intervals that touch `from..to`, clipped to it, in order.
    pub fn open_between(&self, from: i64, to: i64) -> impl Iterator<Item = (i64, i64)> + '_ {
        let first = self.index_of(from).unwrap_or(0);
        let last = self.index_of(to).unwrap_or(self.years.len() - 1);
        let range = if to > from { first..last + 1 } else { 0..0 };
        range
            .filter_map(|index| self.year(index))
            .flat_map(move |year| {
                let skip = year.open.partition_point(|open| open.to <= from);
                year.open.iter().skip(skip).take_while(move |open| open.from < to)
            })
            .map(move |open| (open.from.max(from), open.to.min(to)))
    }

    /// Names of the exceptions on the days that `from..to` touches.
    pub(super) fn names_between(&self, from: i64, to: i64) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        if to <= from {
            return names;
        }
        for rule in self
            .rules
            .range(self.day_at(from)..=self.day_at(to - 1))
            .map(|(_, rule)| rule)
        {
            for name in &rule.names {
                if !names.contains(&name.zh.as_str()) {
                    names.push(&name.zh);
                }
            }
        }
        names
    }

    /// What a date is, its hours and its names.
    pub fn day(&self, date: Date) -> Day {
        let number = day_number(date);
        self.calendar.day(number, self.rules.get(&number))
    }

    /// Names of the days that `from..to` touches on which there is work although the week has none, or no work although it has
    /// some: make-up days for `work`, holidays and closures otherwise.
    pub fn named(&self, from: i64, to: i64, work: bool) -> Vec<DayName> {
        let mut names: Vec<DayName> = Vec::new();
        if to <= from {
            return names;
        }
        for (day, rule) in self.rules.range(self.day_at(from)..=self.day_at(to - 1)) {
            let day = self.calendar.day(*day, Some(rule));
            let wanted = match day.kind {
                DayKind::MakeUp => work,
                DayKind::Holiday => !work,
                DayKind::Partial => !work,
                DayKind::Working | DayKind::Off => false,
            };
            for name in day.names {
                if wanted && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }
}
