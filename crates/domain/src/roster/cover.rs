//! Covered or not: demand, what is held, and the gaps between them.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde::{Deserialize, Serialize};

use crate::time::{DayHours, Span};

const DAY_S: i32 = 86_400;

/// A half-open stretch of time: `from` belongs to it, `to` does not. Unix milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stretch {
    pub from: i64,
    pub to: i64,
}

impl Stretch {
    /// Whether the instant lies in it.
    pub const fn holds(&self, at: i64) -> bool {
        self.from <= at && at < self.to
    }

    /// Whether both have an instant in common.
    pub const fn meets(&self, other: &Stretch) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// Length in milliseconds; 0 for one that holds nothing.
    pub const fn length(&self) -> i64 {
        if self.to > self.from { self.to - self.from } else { 0 }
    }

    /// The part of it inside of another; `None` when they do not meet.
    pub fn within(&self, other: &Stretch) -> Option<Stretch> {
        let (from, to) = (self.from.max(other.from), self.to.min(other.to));
        (from < to).then_some(Stretch { from, to })
    }
}

/// The instant of a time of day, in seconds after the date's 00:00; 24:00 and more are on the next days. A time that the clocks
/// skip is the instant of the jump, so that the times of a day stay in their order; one that comes twice is its first occurrence.
pub fn instant(zone: &TimeZone, date: Date, seconds: i32) -> i64 {
    let days = jiff::Span::new().days(seconds.div_euclid(DAY_S));
    let date = date.checked_add(days).unwrap_or(date);
    let s = seconds.rem_euclid(DAY_S);
    let parts = [s / 3_600, s / 60 % 60, s % 60].map(|n| i8::try_from(n).unwrap_or(0));
    let time = Time::new(parts[0], parts[1], parts[2], 0).unwrap_or(Time::midnight());
    let read = zone.to_ambiguous_zoned(DateTime::from_parts(date, time));
    let skipped = matches!(read.offset(), AmbiguousOffset::Gap { .. });
    let Ok(at) = read.compatible().map(|t| t.timestamp()) else {
        return 0;
    };
    // A time that the clocks skip is the instant of the jump: so times of a day stay in their order.
    let jump = at
        .checked_add(jiff::SignedDuration::from_millis(1))
        .ok()
        .filter(|_| skipped)
        .and_then(|after| zone.preceding(after).next())
        .map(|t| t.timestamp());
    jump.unwrap_or(at).as_millisecond()
}

/// An interval of a date as instants. The end of one interval and the start of the next are the same instant whatever the
/// clocks do that night, because both are read as the same time of the same day.
pub fn on_date(zone: &TimeZone, date: Date, span: Span) -> Stretch {
    let from = instant(zone, date, span.from_s);
    Stretch {
        from,
        to: instant(zone, date, span.to_s).max(from),
    }
}

/// Hours as people write them: an end on the next day is its time of that day (`23:30-07:30`).
pub fn hours_text(hours: &DayHours) -> String {
    let clock = |s: i32| {
        let s = if s > DAY_S { s - DAY_S } else { s };
        format!("{:02}:{:02}", s / 3_600, s / 60 % 60)
    };
    let spans = hours
        .spans()
        .iter()
        .map(|s| format!("{}-{}", clock(s.from_s), clock(s.to_s)));
    spans.collect::<Vec<_>>().join(" ")
}

/// The hours at which a post must be held (COM-9), and by how many at least.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Mondays to Fridays.
    pub workdays: DayHours,
    /// Saturdays and Sundays.
    pub weekend: DayHours,
    /// People at the same time, at least; 0 asks for nobody.
    pub needed: u32,
}

impl Coverage {
    /// Whether the post must be held at some hour at all.
    pub fn is_empty(&self) -> bool {
        self.needed == 0 || (self.workdays.is_empty() && self.weekend.is_empty())
    }

    /// Every hour of every day.
    pub fn is_always(&self) -> bool {
        let whole = |d: &DayHours| {
            let spans = d.spans();
            spans.len() == 1 && spans[0].to_s - spans[0].from_s >= DAY_S
        };
        self.needed > 0 && whole(&self.workdays) && whole(&self.weekend)
    }

    /// The stretches within `window` at which the post must be held, in order and apart from one another.
    pub fn demand(&self, zone: &TimeZone, window: Stretch) -> Vec<Stretch> {
        if self.is_empty() || window.length() == 0 {
            return Vec::new();
        }
        let date_at = |at: i64| {
            jiff::Timestamp::from_millisecond(at)
                .ok()
                .map(|t| t.to_zoned(zone.clone()).date())
        };
        let (Some(first), Some(last)) = (date_at(window.from), date_at(window.to)) else {
            return Vec::new();
        };
        // What began yesterday may reach into the window.
        let mut day = first.yesterday().unwrap_or(first);
        let mut found = Vec::new();
        while day <= last {
            let hours = match day.weekday() {
                Weekday::Saturday | Weekday::Sunday => &self.weekend,
                _ => &self.workdays,
            };
            let inside = hours
                .spans()
                .iter()
                .filter_map(|s| on_date(zone, day, *s).within(&window));
            found.extend(inside);
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        union(found)
    }
}

/// The same time as stretches that are in order and neither overlap nor touch.
pub fn union(mut list: Vec<Stretch>) -> Vec<Stretch> {
    list.retain(|s| s.length() > 0);
    list.sort_unstable();
    let mut out: Vec<Stretch> = Vec::with_capacity(list.len());
    for s in list {
        match out.last_mut() {
            Some(last) if s.from <= last.to => last.to = last.to.max(s.to),
            _ => out.push(s),
        }
    }
    out
}

/// What is left of a stretch when others are taken away, in order.
pub fn minus(whole: Stretch, away: &[Stretch]) -> Vec<Stretch> {
    let mut left = Vec::new();
    let mut from = whole.from;
    for a in union(away.to_vec()) {
        left.push(Stretch {
            from,
            to: a.from.min(whole.to),
        });
        from = from.max(a.to);
    }
    left.push(Stretch { from, to: whole.to });
    left.retain(|s| s.length() > 0);
    left
}

/// When each person is at the post: two overlapping shifts of one person are one person.
pub fn held<P: Ord>(shifts: impl IntoIterator<Item = (P, Stretch)>) -> Vec<Stretch> {
    let mut of: std::collections::BTreeMap<P, Vec<Stretch>> = std::collections::BTreeMap::new();
    for (person, s) in shifts {
        of.entry(person).or_default().push(s);
    }
    of.into_values().flat_map(union).collect()
}

/// A stretch at which fewer people are at the post than there must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub at: Stretch,
    /// Who is there all the same.
    pub present: u32,
    pub needed: u32,
}

/// Everything that `demand` asks for and `held` does not give, in order. One stretch of `held` is one person.
pub fn gaps(demand: &[Stretch], needed: u32, held: &[Stretch]) -> Vec<Gap> {
    if needed == 0 {
        return Vec::new();
    }
    // At each instant at which something changes: by how much demand and people change.
    let mut turns: std::collections::BTreeMap<i64, (i64, i64)> = std::collections::BTreeMap::new();
    for s in demand.iter().filter(|s| s.length() > 0) {
        turns.entry(s.from).or_default().0 += 1;
        turns.entry(s.to).or_default().0 -= 1;
    }
    for s in held.iter().filter(|s| s.length() > 0) {
        turns.entry(s.from).or_default().1 += 1;
        turns.entry(s.to).or_default().1 -= 1;
    }
    let (mut wanted, mut people) = (0_i64, 0_i64);
    let mut out: Vec<Gap> = Vec::new();
    let mut turns = turns.into_iter().peekable();
    while let Some((from, (d, p))) = turns.next() {
        wanted += d;
        people += p;
        let Some((to, _)) = turns.peek().copied() else { break };
        let present = u32::try_from(people).unwrap_or(0);
        if wanted <= 0 || present >= needed {
            continue;
        }
        match out.last_mut() {
            Some(last) if last.at.to == from && last.present == present => last.at.to = to,
            _ => out.push(Gap {
                at: Stretch { from, to },
                present,
                needed,
            }),
        }
    }
    out
}
