//! Callbacks in the service standard: who is asked at all, and how often one is tried before a person counts as unreachable.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::check::{Found, Grave, Place};
use crate::case::{AttemptResult, Kind, Satisfaction};
use crate::clock::Limit;
use crate::codes::codes;
use crate::ids::CallbackId;

codes! {
    /// Whom a callback asks.
    Ask {
        /// Everybody.
        Always = "always",
        /// So many in a hundred, by lot.
        Sample = "sample",
        /// Whoever has not said by an own signature to be satisfied.
        UnlessRated = "unless_rated",
    }
}

/// Whom a callback asks after a kind of case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskFile {
    /// Empty: all that no line before names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<Kind>,
    pub ask: Ask,
    /// For a sample: 1 to 99 in a hundred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u32>,
}

/// Callbacks as the file writes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallbackFile {
    pub unreachable_after_attempts: u32,
    /// Minutes or hours.
    pub attempt_spacing: Limit,
    /// The attempts have to lie on so many days.
    #[serde(default = "one_day")]
    pub attempt_days: u32,
    /// The first line that names the kind. None: everybody is asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ask: Vec<AskFile>,
}

/// Documents made before days counted ask for none in particular.
fn one_day() -> u32 {
    1
}

/// When a callback is over without an answer, and whom it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackRule {
    /// Attempts without success that are needed, 1 to 20.
    pub attempts: u32,
    /// Least time between two attempts that both count (ms).
    pub spacing_ms: i64,
    /// Days on which the attempts have to lie, at least 1.
    pub days: u32,
    pub(super) ask: Vec<AskFile>,
}

/// How far the attempts to reach somebody are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tried {
    /// Attempts that count.
    pub counted: u32,
    /// Days on which they lie.
    pub days: u32,
    /// From when the next one counts.
    pub next_counts_at: Option<i64>,
}

impl CallbackFile {
    pub(super) fn built(&self) -> CallbackRule {
        CallbackRule {
            attempts: self.unreachable_after_attempts,
            spacing_ms: self.attempt_spacing.rough_ms(),
            days: self.attempt_days.max(1),
            ask: self.ask.clone(),
        }
    }

    /// Whom a callback asks after this kind of case; the share of a sample.
    #[must_use]
    pub fn asks(&self, kind: Kind) -> (Ask, u32) {
        asks(&self.ask, kind)
    }

    pub(super) fn sound(&self, found: &mut Vec<Found>) {
        let mut error = |code, field| found.push(Found::new(Grave::Error, code, Place::whole(field)));
        if !(1..=20).contains(&self.unreachable_after_attempts) {
            error("attempts", "callback.unreachable_after_attempts");
        }
        if !(1..=self.unreachable_after_attempts.max(1)).contains(&self.attempt_days) {
            error("attempt-days", "callback.attempt_days");
        }
        let wrong = |line: &AskFile| (line.ask == Ask::Sample) != line.percent.is_some_and(|n| (1..=99).contains(&n));
        if self.ask.iter().any(wrong) {
            error("ask-percent", "callback.ask");
        }
    }

    /// CSM-3 asks after each repair, CSR-5 after each complaint.
    pub(super) fn departures(&self, found: &mut Vec<Found>) {
        for (kind, clause) in [(Kind::Request, "CSM-3"), (Kind::Complaint, "CSR-5")] {
            if self.asks(kind).0 != Ask::Always {
                found.push(
                    Found::new(Grave::Departure, "ask-fewer", Place::whole("callback.ask"))
                        .arg("kind", kind)
                        .arg("clause", clause),
                );
            }
        }
    }
}

fn asks(lines: &[AskFile], kind: Kind) -> (Ask, u32) {
    lines
        .iter()
        .find(|line| line.kinds.is_empty() || line.kinds.contains(&kind))
        .map_or((Ask::Always, 100), |line| match line.ask {
            Ask::Sample => (Ask::Sample, line.percent.unwrap_or(100)),
            ask => (ask, 100),
        })
}

impl CallbackRule {
    /// Whom a callback asks after this kind of case; the share of a sample.
    #[must_use]
    pub fn asks(&self, kind: Kind) -> (Ask, u32) {
        asks(&self.ask, kind)
    }

    /// Whether the lot falls on this callback. The lot is in its id, which nobody chooses: the same answer whenever it is asked.
    #[must_use]
    pub fn drawn(&self, kind: Kind, callback: &CallbackId) -> bool {
        match self.asks(kind) {
            (Ask::Sample, percent) => lot(callback.as_str()) % 100 < u64::from(percent),
            _ => true,
        }
    }

    /// Whether the customer's own word makes the call needless. Only a satisfied one does: CSM-3 calls until satisfied.
    #[must_use]
    pub fn spares(&self, kind: Kind, opinion: Option<Satisfaction>) -> bool {
        let content = matches!(opinion, Some(Satisfaction::VerySatisfied | Satisfaction::Satisfied));
        content && self.asks(kind).0 == Ask::UnlessRated
    }

    /// How far the attempts are: enough of them, far enough apart, on enough days; one that reached somebody begins anew.
    /// `day` gives the day of an instant in the site's zone.
    pub fn tried(&self, attempts: impl Iterator<Item = (i64, AttemptResult)>, day: impl Fn(i64) -> i64) -> Tried {
        let (mut counted, mut days, mut last): (u32, u32, Option<i64>) = (0, 0, None);
        for (at, result) in attempts {
            match result {
                AttemptResult::NoAnswer | AttemptResult::WrongNumber => {
                    if last.is_none_or(|last| at.saturating_sub(last) >= self.spacing_ms) {
                        counted += 1;
                        days += u32::from(last.is_none_or(|last| day(last) != day(at)));
                        last = Some(at);
                    }
                }
                _ => (counted, days, last) = (0, 0, None),
            }
        }
        Tried {
            counted,
            days,
            next_counts_at: last.map(|at| at.saturating_add(self.spacing_ms)),
        }
    }

    /// The same with the days of a zone.
    pub fn tried_in(&self, attempts: impl Iterator<Item = (i64, AttemptResult)>, zone: &TimeZone) -> Tried {
        let day = |at: i64| {
            let at = Timestamp::from_millisecond(at).unwrap_or_default();
            let date = at.to_zoned(zone.clone()).date();
            i64::from(date.year()) * 400 + i64::from(date.day_of_year())
        };
        self.tried(attempts, day)
    }

    /// Whether that is enough to stop.
    #[must_use]
    pub fn enough(&self, tried: Tried) -> bool {
        tried.counted >= self.attempts && tried.days >= self.days
    }
}

/// A number that is in an id by chance.
pub(crate) fn lot(id: &str) -> u64 {
    let mut first = [0; 8];
    first
        .iter_mut()
        .zip(Sha256::digest(id))
        .for_each(|(to, from)| *to = from);
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn rule() -> CallbackRule {
        CallbackRule {
            attempts: 3,
            spacing_ms: 2 * HOUR,
            days: 2,
            ask: vec![
                AskFile {
                    kinds: vec![Kind::Suggestion],
                    ask: Ask::Sample,
                    percent: Some(30),
                },
                AskFile {
                    kinds: vec![Kind::Request],
                    ask: Ask::UnlessRated,
                    percent: None,
                },
            ],
        }
    }

    fn tried(at: &[i64]) -> Tried {
        rule().tried(at.iter().map(|h| (h * HOUR, AttemptResult::NoAnswer)), |at| {
            at / (24 * HOUR)
        })
    }

    #[test]
    fn attempts_count_when_they_are_far_apart_and_on_two_days() {
        assert_eq!(tried(&[9, 10, 11]).counted, 2);
        let same_day = tried(&[9, 11, 13, 15]);
        assert_eq!((same_day.counted, same_day.days), (4, 1));
        assert!(!rule().enough(same_day));
        let two = tried(&[9, 11, 33]);
        assert_eq!((two.counted, two.days, two.next_counts_at), (3, 2, Some(35 * HOUR)));
        assert!(rule().enough(two));
        let reached = [
            (9, AttemptResult::NoAnswer),
            (11, AttemptResult::Later),
            (40, AttemptResult::NoAnswer),
        ];
        let anew = rule().tried(reached.iter().map(|(h, r)| (h * HOUR, *r)), |at| at / (24 * HOUR));
        assert_eq!((anew.counted, anew.days), (1, 1));
    }

    #[test]
    fn a_sample_takes_about_its_share_and_says_the_same_again() {
        let drawn = |n: u32| rule().drawn(Kind::Suggestion, &CallbackId::from(format!("01890000-{n}")));
        let taken = (0..1000).filter(|n| drawn(*n)).count();
        assert!((240..360).contains(&taken), "{taken}");
        assert_eq!(drawn(7), drawn(7));
        assert!((0..50).all(|n| rule().drawn(Kind::Complaint, &CallbackId::from(format!("x{n}")))));
    }

    #[test]
    fn only_a_satisfied_customer_is_spared() {
        let spares = |kind, opinion| rule().spares(kind, opinion);
        assert!(spares(Kind::Request, Some(Satisfaction::Satisfied)));
        assert!(!spares(Kind::Request, Some(Satisfaction::Neutral)));
        assert!(!spares(Kind::Request, None));
        assert!(!spares(Kind::Complaint, Some(Satisfaction::VerySatisfied)));
    }
}
