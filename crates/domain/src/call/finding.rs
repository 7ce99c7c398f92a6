//! What a call that is over shows by itself of how the telephone was used: a paid information line (TEL-9), long distance that nobody
//! approved (TEL-2), a talk that held the line for long, a telephone that could not be reached (TEL-10). Only found: whether it is
//! a violation, people say ([`super::violation`]).

use serde::{Deserialize, Serialize};

use super::event::{Cause, Direction};
use super::line::{Numbering, Reach, ServiceClass, class_needed, dialled_digits, may_call};
use super::measure::is_long;
use super::state::{Call, Leg};
use crate::codes::codes;

/// How long a talk may hold a line where the site says nothing else, in milliseconds: ten minutes (habit).
pub const LONG_MS: i64 = 10 * 60_000;
/// Limits that a site may set, in milliseconds: one minute to two hours.
pub const LONG_RANGE: std::ops::RangeInclusive<i64> = 60_000..=120 * 60_000;

/// A telephone that is on rings within this time after it is asked, in milliseconds (habit).
pub const RINGS_WITHIN_MS: i64 = 5_000;

codes! {
    /// What was found.
    FindingKind {
        /// A paid information line was dialled, whether it answered or not.
        PaidLine = "paid_line",
        /// A long-distance call was put through from a telephone whose class does not reach so far, and no request covers it.
        LongDistance = "long_distance",
        /// The talk was longer than the limit.
        LongCall = "long_call",
        /// A telephone was asked and did not ring.
        Unreachable = "unreachable",
    }
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub kind: FindingKind,
    /// The telephone, as the source writes it.
    pub telephone: String,
    /// What was dialled, of the first two kinds.
    pub reach: Option<Reach>,
}

/// What a site says of its telephones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Habits {
    pub numbering: Numbering,
    /// What is dialled first to get a line; may be empty.
    pub outside: String,
    /// A longer talk holds the line for long, in milliseconds.
    pub long_ms: i64,
}

impl Default for Habits {
    fn default() -> Self {
        Habits {
            numbering: Numbering::default(),
            outside: String::new(),
            long_ms: LONG_MS,
        }
    }
}

impl Habits {
    /// The digits that an outgoing call dialled, without what gets the line. None for a call that went nowhere outside.
    #[must_use]
    pub fn dialled(&self, call: &Call) -> Option<String> {
        if call.direction != Some(Direction::Out) {
            return None;
        }
        let digits = dialled_digits(call.called.as_deref()?).ok()?;
        let without = match digits.strip_prefix(self.outside.as_str()) {
            Some(rest) if !self.outside.is_empty() && rest.len() >= 3 => rest.to_owned(),
            _ => digits,
        };
        Some(without)
    }
}

/// The telephone from which an outgoing call was made, and at which an incoming one was answered. Where nobody answered, it is whoever
/// the source says to call, if that is a telephone of the house.
#[must_use]
pub fn telephone(call: &Call) -> Option<&str> {
    let answered = call.answered.as_ref().and_then(|a| a.extension.as_deref());
    let leg = || call.legs.iter().find_map(|leg| leg.extension.as_deref());
    let caller = || {
        let ours = call.direction == Some(Direction::Out);
        let inside = |n: &&str| (2..=6).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit());
        call.caller.as_deref().filter(|_| ours).filter(inside)
    };
    answered.or_else(leg).or_else(caller)
}

/// Legs whose telephone was asked and did not ring in [`RINGS_WITHIN_MS`]: it is off or cannot be reached. One that was busy or pressed
/// the call away could be reached; one that was asked no longer because somebody else answered is not blamed. Where the source does not
/// tell ringing (`tells_ringing`), silence says nothing, and only what it says itself counts.
#[must_use]
pub fn unreached(call: &Call, tells_ringing: bool) -> Vec<&Leg> {
    let silent = |leg: &&Leg| {
        let (Some(offered), Some(end)) = (leg.offered, leg.ended) else {
            return false;
        };
        if leg.ringing.is_some() || leg.answered.is_some() || leg.extension.is_none() {
            return false;
        }
        let answered = call.answered.as_ref().map(|a| a.when);
        let until = answered.filter(|at| at.at < end.when.at).unwrap_or(end.when);
        match end.cause {
            Some(Cause::Unreachable) => true,
            None | Some(Cause::NoAnswer | Cause::Cancelled | Cause::Normal) => {
                tells_ringing && until.since(offered) >= RINGS_WITHIN_MS
            }
            Some(_) => false,
        }
    };
    // What we dial ourselves is not our telephone; of a lost end nothing is known.
    if call.direction == Some(Direction::Out) || call.swept {
        return Vec::new();
    }
    call.legs.iter().filter(silent).collect()
}

/// What is known beside a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beside {
    /// Class of the telephone from which it was made; None where it is in no register: then only paid information lines are looked for.
    pub class: Option<ServiceClass>,
    /// An approved request covers the number that was dialled.
    pub covered: bool,
    /// The source tells when a telephone rings.
    pub tells_ringing: bool,
}

/// What a call shows once it is over.
#[must_use]
pub fn found(call: &Call, beside: Beside, habits: &Habits, now: i64) -> Vec<Finding> {
    if call.ended.is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let made_from = telephone(call).unwrap_or_default();
    let mut add = |kind, telephone: &str, reach| {
        let new = Finding {
            kind,
            telephone: telephone.to_owned(),
            reach,
        };
        if !found.contains(&new) {
            found.push(new);
        }
    };
    if let Some(dialled) = habits.dialled(call) {
        let reach = class_needed(&dialled, &habits.numbering).ok();
        let allowed = beside
            .class
            .is_none_or(|class| may_call(class, &dialled, &habits.numbering).is_ok());
        if reach == Some(Reach::Paid) {
            add(FindingKind::PaidLine, made_from, reach);
        } else if !allowed && !beside.covered && call.answered.is_some() {
            add(FindingKind::LongDistance, made_from, reach);
        }
    }
    if is_long(call, habits.long_ms, now) == Some(true) {
        add(FindingKind::LongCall, made_from, None);
    }
    for leg in unreached(call, beside.tells_ringing) {
        add(
            FindingKind::Unreachable,
            leg.extension.as_deref().unwrap_or_default(),
            None,
        );
    }
    found
}
