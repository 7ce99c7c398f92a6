//! One report of a telephone system (话务事件), in neutral words. Which system it came from makes no difference from here on.

use serde::{Deserialize, Serialize};

use crate::codes::codes;

codes! {
    /// What happened.
    CallKind {
        /// The call reached the telephone system, or left it.
        Arrived = "arrived",
        /// The caller waits in a queue.
        Queued = "queued",
        /// An extension was asked; its telephone need not ring, it may be out of reach.
        Offered = "offered",
        /// A telephone rings.
        Ringing = "ringing",
        /// An extension is asked no longer, without an answer.
        OfferEnded = "offer_ended",
        /// A person answered.
        Answered = "answered",
        /// The outside party was put on hold.
        Held = "held",
        /// Taken back from hold.
        Unheld = "unheld",
        /// Handed on to somebody else.
        Transferred = "transferred",
        /// The call ended: the leg of the outside party is gone.
        HungUp = "hung_up",
        /// A recording can be fetched.
        RecordingReady = "recording_ready",
    }
}

codes! {
    /// Which way the call goes, seen from the estate.
    Direction { In = "in", Out = "out", Internal = "internal" }
}

codes! {
    /// Whether the other side was asked before the call was handed on (TEL-6).
    TransferMode { Blind = "blind", Attended = "attended" }
}

codes! {
    /// Why a call or an offer ended, where the source says so.
    Cause {
        /// Somebody put the receiver down after talking.
        Normal = "normal",
        Busy = "busy",
        /// The caller gave up before an answer.
        Cancelled = "cancelled",
        /// Nobody answered in the time that the telephone system allows.
        NoAnswer = "no_answer",
        /// The person who was called pressed it away (ANS-5).
        Rejected = "rejected",
        Congestion = "congestion",
        /// The extension is not there or out of reach.
        Unreachable = "unreachable",
        Forwarded = "forwarded",
        /// Another telephone took the call.
        ElsewhereAnswered = "elsewhere_answered",
    }
}

/// How the name of a report begins that was not sent but follows from what was found after a connection was lost: it happened, but
/// earlier than its time says, by up to the length of the gap.
pub const AFTER_GAP: &str = "after-gap:";

/// One report of a telephone system about one call. What a source does not say is `None`, never a guess.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallEvent {
    /// The name under which the telephone system was set up; calls of two systems never mix.
    pub source: String,
    /// The source's own name of this report, where it has one. Two with the same name are one.
    pub event_id: Option<String>,
    /// The source's name of the call; the same for all of its legs.
    pub call_key: String,
    /// The source's name of the leg (one telephone's part in the call) that this is about.
    pub leg_key: Option<String>,
    pub kind: CallKind,
    /// When it happened by the source's own clock, in unix milliseconds.
    pub at_source: Option<i64>,
    /// When it reached us, in unix milliseconds by our own clock that never steps back.
    pub at_received: i64,
    pub direction: Option<Direction>,
    /// The number that calls, as the source writes it. Personal.
    pub caller: Option<String>,
    /// The number that was called, as the source writes it. Personal where it is an outside one.
    pub called: Option<String>,
    /// The telephone inside the estate that this is about.
    pub extension: Option<String>,
    pub queue: Option<String>,
    /// Where a transfer goes.
    pub target: Option<String>,
    pub transfer_mode: Option<TransferMode>,
    pub cause: Option<Cause>,
    /// Who put the receiver down, of a `HungUp` (CAL-4): `Some(true)` the outside party, `Some(false)` our side.
    pub by_outside: Option<bool>,
    /// Address or file name of a recording, of a `RecordingReady`.
    pub recording: Option<String>,
}

impl CallEvent {
    /// Whether its time is only the latest at which it can have happened.
    #[must_use]
    pub fn is_after_gap(&self) -> bool {
        self.event_id.as_ref().is_some_and(|id| id.starts_with(AFTER_GAP))
    }

    /// A report that says nothing but what happened to which call.
    #[must_use]
    pub fn new(source: &str, call_key: &str, kind: CallKind, at_received: i64) -> CallEvent {
        CallEvent {
            source: source.to_owned(),
            event_id: None,
            call_key: call_key.to_owned(),
            leg_key: None,
            kind,
            at_source: None,
            at_received,
            direction: None,
            caller: None,
            called: None,
            extension: None,
            queue: None,
            target: None,
            transfer_mode: None,
            cause: None,
            by_outside: None,
            recording: None,
        }
    }
}
