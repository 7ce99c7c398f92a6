//! How many people the telephone needs (COM-10): from the calls of past weeks, hour by hour of the week.
//!
//! # The formulas
//!
//! Calls come in at random (Poisson) and are answered in the order of their arrival by n people; the lengths of calls, with the work
//! after them, are exponential. With callers of endless patience that is Erlang C (M/M/n), which overstates waits; with exponential patience
//! Erlang A (M/M/n+M, Palm 1946; Garnett, Mandelbaum and Reiman 2002). Both rest on the recursion of Erlang B in its reciprocal form, which
//! adds positive numbers only. The series of Erlang A are positive as well; they are scaled as they grow.
//!
//! # What they do not know
//!
//! Breaks, leave and other work at the desk: the number is that of people who are free for the telephone. Calls that come in waves,
//! as when a pipe bursts.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::measure;
use super::state::Call;
use crate::call::event::Direction;

/// No more people than this are reckoned with.
pub const MOST_PEOPLE: u32 = 500;
/// The longest handling time and patience that are reckoned with: a day.
const LONGEST_S: f64 = 86_400.0;
/// The most calls an hour that are reckoned with.
const MOST_CALLS: f64 = 100_000.0;
/// Terms of a series; with the bounds above some two and a half million are the most that matter.
const MOST_TERMS: u32 = 5_000_000;
/// Beyond this a series is scaled down.
const LARGE: f64 = 1e200;

/// What comes in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// Calls in an hour.
    pub per_hour: f64,
    /// Mean time of one call with the work after it, in seconds.
    pub handling_s: f64,
    /// Mean time that callers are willing to wait, in seconds; None is endless (Erlang C).
    pub patience_s: Option<f64>,
}

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Share of all calls, from 0 to 1.
    pub share: f64,
    /// Seconds within which they are answered.
    pub within_s: f64,
}

impl Default for Target {
    /// 95 % within three rings.
    fn default() -> Self {
        Target {
            share: 0.95,
            within_s: 15.0,
        }
    }
}

/// What is to be expected of so many people.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    pub people: u32,
    /// Share of all calls that are answered in time, from 0 to 1. Who gave up was not answered.
    pub level: f64,
    /// Share of their time in which people are busy, from 0 to 1.
    pub occupancy: f64,
    /// Share of the calls that have to wait, from 0 to 1.
    pub waiting: f64,
    /// Mean wait of all calls in seconds; None where it would grow without end.
    pub mean_wait_s: Option<f64>,
    /// Share of the callers who give up, from 0 to 1; 0 with endless patience.
    pub abandoned: f64,
}

impl Load {
    /// What is to be expected of `people` (at most [`MOST_PEOPLE`]) at the telephone.
    #[must_use]
    pub fn expected(self, people: u32, within_s: f64) -> Expected {
        let people = people.min(MOST_PEOPLE);
        let rate = bounded(self.per_hour, MOST_CALLS) / 3_600.0;
        let handling = bounded(self.handling_s, LONGEST_S);
        let within = bounded(within_s, LONGEST_S);
        if rate * handling <= 0.0 {
            return Expected {
                people,
                level: 1.0,
                occupancy: 0.0,
                waiting: 0.0,
                mean_wait_s: Some(0.0),
                abandoned: 0.0,
            };
        }
        match self.patience_s {
            None => erlang_c(people, rate, handling, within),
            Some(patience) => erlang_a(people, rate, handling, bounded(patience, LONGEST_S).max(1.0), within),
        }
    }

    /// The fewest people who meet the target. None where even [`MOST_PEOPLE`] do not.
    #[must_use]
    pub fn needed(self, target: Target) -> Option<u32> {
        let meets = |people: u32| self.expected(people, target.within_s).level >= target.share;
        if !meets(MOST_PEOPLE) {
            return None;
        }
        let (mut low, mut high) = (0, MOST_PEOPLE);
        // Halves at every step.
        while low < high {
            let middle = low + (high - low) / 2;
            if meets(middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Some(high)
    }
}

fn bounded(x: f64, most: f64) -> f64 {
    if x.is_nan() { 0.0 } else { x.clamp(0.0, most) }
}

/// The reciprocal of Erlang's B, the share of calls that find everybody busy where nobody waits; `load` is in erlangs.
fn reciprocal_b(people: u32, load: f64) -> f64 {
    (1..=people).fold(1.0, |last, n| 1.0 + f64::from(n) / load * last)
}

fn erlang_c(people: u32, rate: f64, handling: f64, within: f64) -> Expected {
    let (load, n) = (rate * handling, f64::from(people));
    if load >= n {
        return Expected {
            people,
            level: 0.0,
            occupancy: 1.0,
            waiting: 1.0,
            mean_wait_s: None,
            abandoned: 0.0,
        };
    }
    // n B / (n − a (1 − B)), divided by B.
    let waiting = n / (load + (n - load) * reciprocal_b(people, load));
    let free = (n - load) / handling;
    Expected {
        people,
        level: (1.0 - waiting * (-free * within).exp()).clamp(0.0, 1.0),
        occupancy: load / n,
        waiting,
        mean_wait_s: Some(waiting / free),
        abandoned: 0.0,
    }
}

/// The sums over t(j) = z/(x+1) · z/(x+2) · … · z/(x+j), j from 0, and over j·t(j).
struct Series {
    /// Natural logarithm of what both sums are to be multiplied with.
    scale: f64,
    sum: f64,
    weighted: f64,
}

fn series(x: f64, z: f64) -> Series {
    let (mut term, mut sum, mut weighted, mut scale) = (1.0_f64, 1.0_f64, 0.0_f64, 0.0_f64);
    for j in 1..=MOST_TERMS {
        let j = f64::from(j);
        term *= z / (x + j);
        sum += term;
        weighted += j * term;
        if z < x + j && term * j <= weighted * 1e-17 {
            break;
        }
        if weighted > LARGE {
            term /= LARGE;
            sum /= LARGE;
            weighted /= LARGE;
            scale += LARGE.ln();
        }
    }
    Series { scale, sum, weighted }
}

/// With p(n) the share of time in which all are busy and nobody waits, p(n+j) = p(n) t(j) for x = nμ/θ and z = λ/θ; and the offered
/// wait V has the density p(n) nμ exp(λ(1 − e^(−θv))/θ − nμv), from which the share served within a time follows.
fn erlang_a(people: u32, rate: f64, handling: f64, patience: f64, within: f64) -> Expected {
    let n = f64::from(people);
    if people == 0 {
        return Expected {
            people,
            level: 0.0,
            occupancy: 1.0,
            waiting: 1.0,
            mean_wait_s: Some(patience),
            abandoned: 1.0,
        };
    }
    let (x, z) = (n * patience / handling, rate * patience);
    let all = series(x, z);
    // Everything is divided by the scale of this series, so that an overload of any size can be told.
    let scaled = |plain: f64| (plain.ln() - all.scale).exp();
    let all_busy = 1.0 / (scaled(reciprocal_b(people, rate * handling) - 1.0) + all.sum);
    let waiting = all_busy * all.sum;
    let abandoned = (all_busy * all.weighted / z).clamp(0.0, 1.0);

    let left = (-within / patience).exp();
    let later = series(x, z * left);
    let grown = z * (1.0 - left) - x * within / patience;
    let beyond = (grown + later.scale - all.scale).exp() * (later.sum - (-later.scale).exp());
    let served_waiting = all_busy * x / z * (all.sum - scaled(1.0) - beyond);
    Expected {
        people,
        level: (1.0 - waiting + served_waiting).clamp(0.0, 1.0),
        occupancy: (rate * handling * (1.0 - abandoned) / n).clamp(0.0, 1.0),
        waiting,
        mean_wait_s: Some(abandoned * patience),
        abandoned,
    }
}

/// How long callers are willing to wait, measured. Who was answered would have waited longer by an unknown time: with
/// exponential patience the likeliest mean is all waits together over the number of those who gave up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Patience {
    /// All waits together, in milliseconds.
    pub waited_ms: i64,
    pub gave_up: u32,
    pub others: u32,
}

impl Patience {
    /// Adds a wait in milliseconds.
    pub fn add_wait(&mut self, wait_ms: i64, gave_up: bool) {
        self.waited_ms = self.waited_ms.saturating_add(wait_ms.max(0));
        if gave_up {
            self.gave_up += 1;
        } else {
            self.others += 1;
        }
    }

    /// Adds a call that came in and is over. Who was turned away by the telephone system did not give up.
    pub fn add(&mut self, call: &Call) {
        let told = call.direction == Some(Direction::In) && !call.swept;
        if let Some(wait_ms) = measure::wait_ms(call).filter(|_| told) {
            self.add_wait(wait_ms, measure::abandoned(call, 0).is_some());
        }
    }

    /// The mean in seconds. None where nobody gave up, or nobody waited.
    #[must_use]
    pub fn mean_s(self) -> Option<f64> {
        let waited = i32::try_from(self.waited_ms / 1_000).map_or(f64::from(i32::MAX), f64::from);
        (self.gave_up > 0 && self.waited_ms >= 1_000).then(|| waited / f64::from(self.gave_up))
    }
}

/// Calls that came in, by day and hour of the week, over a range of whole days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    zone: TimeZone,
    from: Date,
    until: Date,
    /// From Monday: how many such days the range has.
    days: [u32; 7],
    calls: [[u32; 24]; 7],
}

impl Counts {
    /// From a day to before another, on the wall of the zone.
    #[must_use]
    pub fn new(from: Date, until: Date, zone: &TimeZone) -> Counts {
        let whole = from.until(until).map_or(0, |span| span.get_days());
        let whole = u32::try_from(whole).unwrap_or(0);
        let first = place(from.weekday());
        let days = std::array::from_fn(|day| {
            let into = (day + 7 - first) % 7;
            let rest = usize::try_from(whole % 7).unwrap_or(0);
            whole / 7 + u32::from(into < rest)
        });
        Counts {
            zone: zone.clone(),
            from,
            until,
            days,
            calls: [[0; 24]; 7],
        }
    }

    /// Adds a call that came in at an instant, unix milliseconds; outside of the range it is left out.
    pub fn add(&mut self, at: i64) {
        let Ok(instant) = Timestamp::from_millisecond(at) else {
            return;
        };
        let wall = instant.to_zoned(self.zone.clone());
        if wall.date() < self.from || wall.date() >= self.until {
            return;
        }
        let hours = self.calls.get_mut(place(wall.weekday()));
        let hour = usize::try_from(wall.hour()).unwrap_or(usize::MAX);
        if let Some(count) = hours.and_then(|hours| hours.get_mut(hour)) {
            *count = count.saturating_add(1);
        }
    }

    /// Calls in this hour of such a day, on average. None where the range has no such day.
    #[must_use]
    pub fn per_hour(&self, day: Weekday, hour: usize) -> Option<f64> {
        let days = *self.days.get(place(day))?;
        let calls = *self.calls.get(place(day))?.get(hour)?;
        (days > 0).then(|| f64::from(calls) / f64::from(days))
    }

    /// People needed in each hour of the week, from Monday; None where the range has no such day or nobody could meet the target.
    #[must_use]
    pub fn needed(&self, handling_s: f64, patience_s: Option<f64>, target: Target) -> [[Option<u32>; 24]; 7] {
        let mut week = [[None; 24]; 7];
        for (day, hours) in week.iter_mut().enumerate() {
            let days = self.days.get(day).copied().unwrap_or(0);
            for (hour, needed) in hours.iter_mut().enumerate().filter(|_| days > 0) {
                let calls = self.calls.get(day).and_then(|hours| hours.get(hour));
                let load = Load {
                    per_hour: f64::from(calls.copied().unwrap_or(0)) / f64::from(days),
                    handling_s,
                    patience_s,
                };
                *needed = load.needed(target);
            }
        }
        week
    }
}

/// The place of a day in the week, from Monday.
fn place(day: Weekday) -> usize {
    usize::try_from(day.to_monday_zero_offset()).unwrap_or(0)
}
