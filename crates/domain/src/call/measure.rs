//! The rules of the hotline, read off a call: answered within three rings (COM-10, ANS-1), the wait for a person, holds (ANS-3), who
//! hung up first (CAL-4), calls that were pressed away (ANS-5), long calls (TEL-10). Whose fault something is, is not decided here.
//!
//! A length is taken within the clock of the call. What is still going on is set against `now` by our own receipt of its beginning; so
//! a verdict of a call that has not ended is what is known so far, and the source's own times may mend it.

use serde::{Deserialize, Serialize};

use super::event::{Cause, Direction};
use super::state::{Call, CallEnd, HoldStretch, Leg, Stamp};
use crate::codes::codes;

/// How long the telephone sounds in each ring: 1 s of the cadence of mainland China, 1 s on and 4 s off (GB 3380-1982).
pub const TONE_MS: i64 = 1_000;
/// A caller waits for a person at most so long (habit; REC-7 gives a caller as much for a consultation).
pub const WAIT_MS: i64 = 60_000;
/// Who gave up sooner than this after ringing began had hardly called; counted apart.
pub const SHORT_MS: i64 = 5_000;

/// What is said of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    Met,
    Breached,
    /// The source did not tell enough. Never counted as met.
    Unknown,
    /// It can still be met.
    NotYet {
        /// The last instant at which it is, by our own clock, unix milliseconds.
        due: i64,
    },
    /// The caller gave up before the limit: neither met nor breached.
    GaveUp,
}

/// Within how many rings a call is to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RingRule {
    /// From the start of one ring to the start of the next, in milliseconds.
    pub cadence_ms: u32,
    pub rings: u32,
    /// The limit is when the last ring has sounded, not when the next would begin.
    pub strict: bool,
}

impl Default for RingRule {
    fn default() -> Self {
        RingRule {
            cadence_ms: 5_000,
            rings: 3,
            strict: false,
        }
    }
}

impl RingRule {
    /// From the first ringing to the last instant at which an answer is in time, in milliseconds: the very instant at which the next
    /// ring would start, 15 s of three; in strict mode 11 s.
    #[must_use]
    pub fn limit_ms(self) -> i64 {
        if self.strict {
            self.amber_ms() + TONE_MS
        } else {
            i64::from(self.cadence_ms) * i64::from(self.rings)
        }
    }

    /// From the first ringing to the start of the last ring in time, in milliseconds: from there on it is shown as pressing.
    #[must_use]
    pub fn amber_ms(self) -> i64 {
        i64::from(self.cadence_ms) * i64::from(self.rings.saturating_sub(1))
    }

    /// Rings that were heard in this time: those that began before its end, at least one.
    #[must_use]
    pub fn heard(self, ringing_ms: i64) -> i64 {
        let cadence = i64::from(self.cadence_ms.max(1));
        let begun = ringing_ms.max(0).saturating_add(cadence - 1) / cadence;
        begun.max(1)
    }

    /// Whether the call was answered in time. The clock starts at the first ringing, wherever it rings next.
    #[must_use]
    pub fn verdict(self, call: &Call, now: i64) -> Verdict {
        answered_within(call, call.first_ringing, self.limit_ms(), now)
    }

    /// From when a call that still rings is shown as pressing, by our own clock, unix milliseconds.
    #[must_use]
    pub fn amber_at(self, call: &Call) -> Option<i64> {
        let waiting = call.answered.is_none() && call.ended.is_none();
        let from = call.first_ringing.filter(|_| waiting)?;
        Some(from.received.saturating_add(self.amber_ms()))
    }
}

/// From the first ringing to the answer, or to the end without one, in milliseconds. None where no ringing was reported or it still
/// rings.
#[must_use]
pub fn ringing_ms(call: &Call) -> Option<i64> {
    let until = answer_or_end(call)?;
    Some(until.since(call.first_ringing?))
}

/// From the arrival, or the queue, to the answer by a person or to the end without one, in milliseconds.
#[must_use]
pub fn wait_ms(call: &Call) -> Option<i64> {
    let until = answer_or_end(call)?;
    Some(until.since(call.waits_from()?))
}

fn answer_or_end(call: &Call) -> Option<Stamp> {
    let answered = call.answered.as_ref().map(|answer| answer.when);
    answered.or(call.ended.map(|end| end.when))
}

/// Whether a person answered within `limit_ms` of the arrival, or of the queue where the source does not tell the arrival. Other
/// telephones and queues begin nothing anew.
#[must_use]
pub fn wait(call: &Call, limit_ms: i64, now: i64) -> Verdict {
    answered_within(call, call.waits_from(), limit_ms, now)
}

/// Telephones that a call was for, whoever has it in the end: the one at which it is answered, and those that had stopped ringing before
/// that one was asked (TEL-5). Telephones that ring together are one: whoever of them answers takes nobody's call.
#[must_use]
pub fn meant_for(call: &Call) -> Vec<&str> {
    if !is_judged(call) {
        return Vec::new();
    }
    let begins = |leg: &Leg| leg.ringing.or(leg.offered).or(leg.answered).map(|at| at.received);
    let answer = call.answered.as_ref();
    let answered = answer.and_then(|a| a.extension.as_deref());
    let of = |extension: &str| {
        let legs = call.legs.iter().filter(|l| l.extension.as_deref() == Some(extension));
        legs.filter_map(begins).min()
    };
    // Not answered yet, or nobody knows where: where it rings now, or rang then, if that is one telephone.
    let rang_till = |l: &Leg| l.ended.map(|end| end.when.received);
    let until = answer.map(|a| a.when.received);
    let mut rings = (call.legs.iter())
        .filter(|l| l.ringing.is_some() && rang_till(l).is_none_or(|end| until.is_some_and(|until| end >= until)));
    let alone = rings.next().filter(|_| rings.next().is_none());
    let Some(at) = answered.or_else(|| alone.and_then(|l| l.extension.as_deref())) else {
        return Vec::new();
    };
    let mut all = vec![at];
    if let Some(began) = of(at) {
        // Answered where nothing is told to have rung: it was picked up from where it rang.
        let own = |l: &Leg| l.extension.as_deref() == Some(at) && (l.ringing.is_some() || l.offered.is_some());
        let picked_up = answered.is_some() && !call.legs.iter().any(own);
        let over = |l: &&Leg| l.ringing.is_some() && (picked_up || rang_till(l).is_some_and(|end| end <= began));
        let before = call.legs.iter().filter(over).filter_map(|l| l.extension.as_deref());
        for extension in before {
            if !all.contains(&extension) {
                all.push(extension);
            }
        }
    }
    all
}

/// Whether three rings and the wait are asked of a call: not of one that we make, nor of one inside the house.
#[must_use]
pub fn is_judged(call: &Call) -> bool {
    !matches!(call.direction, Some(Direction::Out | Direction::Internal))
}

/// By when somebody has to act on a call that goes on, by our own clock, unix milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pressing {
    pub due: i64,
    /// So long before that it presses, in milliseconds.
    pub near_ms: i64,
}

/// What is asked of a call that goes on: to be answered within three rings, its caller to be back from hold, a person to be found. None
/// while somebody talks, of a call that is not judged, and of one that has ended.
#[must_use]
pub fn pressing(call: &Call, rules: &Rules) -> Option<Pressing> {
    if call.ended.is_some() {
        return None;
    }
    let after = |from: Stamp, limit_ms: i64, near_ms: i64| Pressing {
        due: from.received.saturating_add(limit_ms),
        near_ms,
    };
    if let Some(hold) = call.holds.iter().rev().find(|hold| hold.to.is_none()) {
        let limit = rules.hold.limit_ms;
        return Some(after(hold.from, limit, limit - rules.hold.remind_ms));
    }
    if call.answered.is_some() || !is_judged(call) {
        return None;
    }
    if let Some(ringing) = call.first_ringing {
        let limit = rules.ring.limit_ms();
        return Some(after(ringing, limit, limit - rules.ring.amber_ms()));
    }
    // Of the wait a quarter is left when it presses.
    Some(after(call.waits_from()?, rules.wait_ms, rules.wait_ms / 4))
}

fn answered_within(call: &Call, from: Option<Stamp>, limit_ms: i64, now: i64) -> Verdict {
    match reckoned(call, from, limit_ms, now) {
        Verdict::Met | Verdict::Breached if call.time_lost => Verdict::Unknown,
        verdict => verdict,
    }
}

fn reckoned(call: &Call, from: Option<Stamp>, limit_ms: i64, now: i64) -> Verdict {
    let Some(from) = from else { return Verdict::Unknown };
    if let Some(answer) = &call.answered {
        return if answer.when.since(from) > limit_ms {
            Verdict::Breached
        } else if call.swept {
            Verdict::Unknown
        } else {
            Verdict::Met
        };
    }
    let Some(end) = call.ended else {
        let due = from.received.saturating_add(limit_ms);
        return if now > due {
            Verdict::Breached
        } else {
            Verdict::NotYet { due }
        };
    };
    // Somebody may have answered where the source does not see it.
    if matches!(end.cause, Some(Cause::Forwarded | Cause::ElsewhereAnswered)) {
        return Verdict::Unknown;
    }
    if end.when.since(from) > limit_ms {
        Verdict::Breached
    } else if call.swept {
        Verdict::Unknown
    } else if gave_up(end) {
        Verdict::GaveUp
    } else {
        // Turned away without an answer: no later one could be in time.
        Verdict::Breached
    }
}

/// Whether an unanswered call ended by the caller, or nothing says otherwise.
fn gave_up(end: CallEnd) -> bool {
    match end.by_outside {
        Some(by_outside) => by_outside,
        None => matches!(end.cause, None | Some(Cause::Normal | Cause::Cancelled)),
    }
}

/// How long a caller may be on hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldRule {
    /// When the person at the desk is reminded, in milliseconds of one stretch.
    pub remind_ms: i64,
    /// Beyond this a call back is to be offered (ANS-3).
    pub limit_ms: i64,
}

impl Default for HoldRule {
    fn default() -> Self {
        HoldRule {
            remind_ms: 15_000,
            limit_ms: 20_000,
        }
    }
}

/// What is said of one hold stretch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HoldJudged {
    pub from: Stamp,
    pub who: Option<String>,
    /// So far, where it goes on; None where its end was never reported.
    pub length_ms: Option<i64>,
    /// A call back was offered in it.
    pub offered: bool,
    /// Of a stretch that goes on, when to remind, by our own clock, unix milliseconds.
    pub remind_at: Option<i64>,
    pub verdict: Verdict,
}

/// What is said of the holds of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Holds {
    /// The source does not tell holds, and nobody recorded one.
    Unknown,
    /// Each stretch; none is none.
    Told(Vec<HoldJudged>),
}

impl HoldRule {
    /// With this limit: reminded five seconds before, of a short one at half of it.
    #[must_use]
    pub fn of(limit_ms: i64) -> HoldRule {
        HoldRule {
            remind_ms: (limit_ms - 5_000).max(limit_ms / 2),
            limit_ms,
        }
    }

    /// Judges each stretch by itself. `tells` is whether the source declares that it tells holds; `offers` are the instants at which a
    /// call back was offered, by our own clock. A consultation while the caller holds has its own clock (REC-7); both run.
    #[must_use]
    pub fn verdicts(self, call: &Call, tells: bool, offers: &[i64], now: i64) -> Holds {
        if call.holds.is_empty() && !tells {
            return Holds::Unknown;
        }
        let judged = call.holds.iter().map(|hold| self.judged(call, hold, offers, now));
        Holds::Told(judged.collect())
    }

    fn judged(self, call: &Call, hold: &HoldStretch, offers: &[i64], now: i64) -> HoldJudged {
        let began = hold.from.received;
        let until = hold.to.map_or(now, |to| to.received);
        let offered = offers.iter().any(|at| (began..=until).contains(at));
        let length_ms = match hold.to {
            // It was on hold when the call ended while nothing was heard: when the caller left is not known.
            Some(to) if call.time_lost && call.ended.is_some_and(|end| end.when == to) => None,
            Some(to) => Some(to.since(hold.from)),
            None if call.swept => None,
            None => Some(now.saturating_sub(began).max(0)),
        };
        let goes_on = hold.to.is_none() && !call.swept;
        let verdict = match length_ms {
            None => Verdict::Unknown,
            Some(length) if length > self.limit_ms && !offered => Verdict::Breached,
            Some(_) if goes_on && !offered => Verdict::NotYet {
                due: began.saturating_add(self.limit_ms),
            },
            Some(_) => Verdict::Met,
        };
        HoldJudged {
            from: hold.from,
            who: hold.who.clone(),
            length_ms,
            offered,
            remind_at: goes_on.then(|| began.saturating_add(self.remind_ms)),
            verdict,
        }
    }
}

codes! {
    /// Who put the receiver down first (CAL-4: after the customer).
    HungUpFirst {
        Outside = "outside",
        Ours = "ours",
        /// The source does not tell.
        Unknown = "unknown",
    }
}

/// Who put the receiver down first after a talk; None where there was no talk or it goes on.
#[must_use]
pub fn hung_up_first(call: &Call) -> Option<HungUpFirst> {
    call.answered.as_ref()?;
    Some(match call.ended?.by_outside {
        Some(true) => HungUpFirst::Outside,
        Some(false) => HungUpFirst::Ours,
        None => HungUpFirst::Unknown,
    })
}

/// Whether somebody called, nobody answered and it is over: the caller is to be called back. One that was closed because its end was
/// lost is among them.
#[must_use]
pub fn is_missed(call: &Call) -> bool {
    let elsewhere = |end: CallEnd| end.cause == Some(Cause::ElsewhereAnswered);
    call.direction == Some(Direction::In) && call.answered.is_none() && call.ended.is_some_and(|end| !elsewhere(end))
}

codes! {
    /// A missed call in which the caller gave up.
    Abandoned {
        /// Within the first seconds of ringing: counted apart.
        Short = "short",
        Waited = "waited",
    }
}

/// Whether the caller gave up, and whether within `short_ms` of ringing. Where no ringing was reported it is not said to be short.
#[must_use]
pub fn abandoned(call: &Call, short_ms: i64) -> Option<Abandoned> {
    let end = call.ended.filter(|_| is_missed(call) && !call.swept)?;
    if !gave_up(end) {
        return None;
    }
    let short = ringing_ms(call).is_some_and(|ms| ms < short_ms);
    Some(if short { Abandoned::Short } else { Abandoned::Waited })
}

codes! {
    /// Why an offer counts as screened (ANS-5).
    ScreenedHow {
        /// The person pressed it away.
        Rejected = "rejected",
        /// The same extension let it ring out again while others were free.
        LetRing = "let_ring",
    }
}

/// An extension at which a call was screened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Screened {
    pub extension: Option<String>,
    pub how: ScreenedHow,
    pub when: Stamp,
}

/// The offers of a call that were screened. `others_free` says of an offer whether other telephones were free at the time; whoever
/// does not know says no, and only what was pressed away is left.
#[must_use]
pub fn screened(call: &Call, others_free: impl Fn(&Leg) -> bool) -> Vec<Screened> {
    let mut rung_out: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for leg in &call.legs {
        let Some(end) = leg.ended.filter(|_| leg.answered.is_none()) else {
            continue;
        };
        let how = match (end.cause, leg.extension.as_deref()) {
            (Some(Cause::Rejected), _) => Some(ScreenedHow::Rejected),
            // A telephone that rings is not busy: it says so when it is pressed away.
            (Some(Cause::Busy), _) if leg.ringing.is_some() => Some(ScreenedHow::Rejected),
            (Some(Cause::NoAnswer), Some(extension)) if others_free(leg) => {
                let again = rung_out.contains(&extension);
                rung_out.push(extension);
                again.then_some(ScreenedHow::LetRing)
            }
            _ => None,
        };
        if let Some(how) = how {
            found.push(Screened {
                extension: leg.extension.clone(),
                how,
                when: end.when,
            });
        }
    }
    found
}

/// Whether the talk holds a line for longer than `limit_ms` (TEL-10). None where there was none, and where its end was lost before
/// that.
#[must_use]
pub fn is_long(call: &Call, limit_ms: i64, now: i64) -> Option<bool> {
    let answered = call.answered.as_ref()?.when;
    let talk = (call.talk_ms()).unwrap_or_else(|| now.saturating_sub(answered.received).max(0));
    let long = talk > limit_ms;
    (long || !call.swept).then_some(long)
}

/// All rules with their settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    pub ring: RingRule,
    pub wait_ms: i64,
    pub hold: HoldRule,
    pub short_ms: i64,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            ring: RingRule::default(),
            wait_ms: WAIT_MS,
            hold: HoldRule::default(),
            short_ms: SHORT_MS,
        }
    }
}
