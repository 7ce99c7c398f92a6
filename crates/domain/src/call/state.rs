//! A call as it stands: what [`super::fold`] makes of its reports. Facts only; what is right or late is said in [`super::measure`].

use serde::{Deserialize, Serialize};

use super::event::{Cause, Direction, TransferMode};
use crate::codes::codes;

codes! {
    /// By whose clock the instants of a call are told. It is one for the whole call, so that a length is never one clock less the other.
    ClockUsed {
        /// The telephone system's own: each of its reports has a time.
        Source = "source",
        /// Ours, at which the reports came in.
        Receipt = "receipt",
    }
}

/// An instant of a call by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// By the clock of the call ([`Call::clock`]), unix milliseconds. Lengths between two instants are taken from these.
    pub at: i64,
    /// By our own clock, unix milliseconds. Only this may be set against our own `now`.
    pub received: i64,
}

impl Stamp {
    /// Milliseconds from an earlier instant of the same call by the clock of the call; 0 where it is not earlier.
    #[must_use]
    pub fn since(self, earlier: Stamp) -> i64 {
        self.at.saturating_sub(earlier.at).max(0)
    }

    /// The later of two by the clock of the call.
    #[must_use]
    pub fn later(self, other: Stamp) -> Stamp {
        if other.at > self.at { other } else { self }
    }
}

/// How a leg ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegEnd {
    pub when: Stamp,
    /// None where the source did not say, and where the leg ended with the call.
    pub cause: Option<Cause>,
}

/// One telephone's part in a call. An extension that is asked again has another leg.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// The source's name of it.
    pub key: Option<String>,
    /// None where the source does not say. Of an outgoing call it is the telephone from which it was made.
    pub extension: Option<String>,
    pub offered: Option<Stamp>,
    pub ringing: Option<Stamp>,
    pub answered: Option<Stamp>,
    pub ended: Option<LegEnd>,
}

/// The first answer by a person. That a machine took the call (announcement, queue, voice box) is not reported as an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub when: Stamp,
    /// None where the source does not say. Of an outgoing call it is the telephone from which it was made.
    pub extension: Option<String>,
}

/// A time in which the outside party was on hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldStretch {
    pub from: Stamp,
    /// None while it goes on, and for good where the call was swept in it: its end is not known.
    pub to: Option<Stamp>,
    /// The extension that put the outside party on hold.
    pub who: Option<String>,
}

/// A hand-over to somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    pub when: Stamp,
    /// As the source writes it.
    pub to: Option<String>,
    pub mode: Option<TransferMode>,
    /// The extension that handed it over.
    pub who: Option<String>,
}

/// The end of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallEnd {
    pub when: Stamp,
    pub cause: Option<Cause>,
    /// Who put the receiver down (CAL-4): `Some(true)` the outside party, `Some(false)` our side.
    pub by_outside: Option<bool>,
}

/// A call. No instant in it lies after its end but [`Call::late_answer`]; before the answer lies what leads to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The name under which the telephone system was set up.
    pub source: String,
    /// The source's name of the call.
    pub key: String,
    pub clock: ClockUsed,
    pub direction: Option<Direction>,
    /// As the source writes it. Personal.
    pub caller: Option<String>,
    /// As the source writes it. Personal where it is an outside number.
    pub called: Option<String>,
    pub queue: Option<String>,
    /// The earliest and the latest of its reports: by our own clock, when something was first and last heard of it.
    pub first: Stamp,
    pub last: Stamp,
    /// When it reached the telephone system or left it.
    pub arrived: Option<Stamp>,
    /// When the caller first joined a queue.
    pub queued: Option<Stamp>,
    /// In the order in which they began.
    pub legs: Vec<Leg>,
    /// When a telephone first rang before the answer; of an outgoing call, that of the outside party.
    pub first_ringing: Option<Stamp>,
    pub answered: Option<Answer>,
    /// Reported after the end: a fact that opens nothing again.
    pub late_answer: Option<Answer>,
    /// In order, none in another.
    pub holds: Vec<HoldStretch>,
    pub transfers: Vec<Transfer>,
    pub ended: Option<CallEnd>,
    /// Address or file name of each, in alphabetical order.
    pub recordings: Vec<String>,
    /// Its arrival was never reported: it was known only in the middle.
    pub stub: bool,
    /// When it was answered or ended is not known, only that it was before the instants that stand here: no limit is said to be met
    /// or passed by them.
    #[serde(default)]
    pub time_lost: bool,
    /// Closed by [`super::sweep`] because its end was never reported. It is never counted as met.
    pub swept: bool,
}

impl Call {
    /// From when the caller waits: the arrival, or the queue where the source does not tell it.
    #[must_use]
    pub fn waits_from(&self) -> Option<Stamp> {
        self.arrived.or(self.queued)
    }

    /// From the answer to the end, in milliseconds by the clock of the call. None before the end and without an answer. Of a swept
    /// call it is as much as is known, the least that it was.
    #[must_use]
    pub fn talk_ms(&self) -> Option<i64> {
        let (answered, ended) = (self.answered.as_ref()?, self.ended?);
        Some(ended.when.since(answered.when))
    }

    /// Whether somebody uses this telephone in the call: talks there and has not handed it on, or calls from there.
    #[must_use]
    pub fn talks_at(&self, number: &str) -> bool {
        if self.ended.is_some() {
            return false;
        }
        let ours = matches!(self.direction, Some(Direction::Out | Direction::Internal));
        let handed_on = |since: Stamp| {
            let mut all = self.transfers.iter();
            all.any(|t| t.who.as_deref() == Some(number) && t.when.at >= since.at)
        };
        let talks = |l: &Leg| {
            let here = l.ended.is_none() && l.extension.as_deref() == Some(number);
            l.answered.is_some_and(|since| here && !handed_on(since))
        };
        (ours && self.caller.as_deref() == Some(number)) || self.legs.iter().any(talks)
    }

    /// All finished hold stretches together, in milliseconds.
    #[must_use]
    pub fn hold_ms(&self) -> i64 {
        (self.holds.iter())
            .filter_map(|hold| Some(hold.to?.since(hold.from)))
            .sum()
    }
}
