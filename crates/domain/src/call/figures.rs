//! Sums over many calls for the line board: by hour of the day and by person. The share that was answered within three rings is that of
//! the calls of which it is known; those of which it is not stand beside it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::event::Direction;
use super::measure::{self, Abandoned, Holds, Rules, Verdict};
use super::state::Call;
use crate::ids::StaffId;
use crate::share::Share;

/// Hours of a day.
pub const DAY: usize = 24;

/// What a call does not know of itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Around<'a> {
    /// The source declares that it tells holds.
    pub tells_holds: bool,
    /// When a call back was offered, by our own clock.
    pub offers: &'a [i64],
    /// The caller was called back and reached.
    pub called_back: bool,
}

/// Calls added up. `met`, `breached`, `unknown`, `gave_up` and `open` together are `calls`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums {
    /// Calls that came in. Of a person, those that this person answered.
    pub calls: u32,
    pub met: u32,
    pub breached: u32,
    /// No ringing was reported, or the end was lost.
    pub unknown: u32,
    /// The caller gave up before the limit.
    pub gave_up: u32,
    /// Still ringing, still in time.
    pub open: u32,
    /// Nobody answered. Those in which the caller gave up are among them.
    pub missed: u32,
    pub abandoned: u32,
    /// Given up within the first seconds; not among `abandoned`.
    pub abandoned_short: u32,
    /// Missed, then called back and reached.
    pub called_back: u32,
    /// Closed because the end was never reported.
    pub swept: u32,
    /// Answered within the limit of the wait, and not.
    pub wait_met: u32,
    pub wait_breached: u32,
    /// The longest finished hold stretch, in milliseconds. Of a person, of those that this person made.
    pub longest_hold_ms: i64,
    /// Hold stretches beyond the limit without an offer to call back.
    pub hold_breaches: u32,
    /// Calls of which holds are not told.
    pub holds_unknown: u32,
    /// Offers that were screened (ANS-5).
    pub screened: u32,
    /// Of each answered call, in milliseconds.
    waits: Vec<i64>,
}

impl Sums {
    /// Answered within three rings, of those of which it is known.
    #[must_use]
    pub fn in_rings(&self) -> Share {
        Share {
            of: self.met.saturating_add(self.breached),
            hits: self.met,
        }
    }

    /// The mean wait of the answered calls in milliseconds, rounded down.
    #[must_use]
    pub fn mean_wait_ms(&self) -> Option<i64> {
        let count = i64::try_from(self.waits.len()).ok()?;
        self.waits.iter().sum::<i64>().checked_div(count)
    }

    /// Nine out of ten answered calls waited no longer, in milliseconds.
    #[must_use]
    pub fn p90_wait_ms(&self) -> Option<i64> {
        let mut sorted = self.waits.clone();
        sorted.sort_unstable();
        let nine_of_ten = (sorted.len() * 9).div_ceil(10).checked_sub(1)?;
        sorted.get(nine_of_ten).copied()
    }

    fn ring(&mut self, verdict: Verdict) {
        self.calls += 1;
        *match verdict {
            Verdict::Met => &mut self.met,
            Verdict::Breached => &mut self.breached,
            Verdict::Unknown => &mut self.unknown,
            Verdict::GaveUp => &mut self.gave_up,
            Verdict::NotYet { .. } => &mut self.open,
        } += 1;
    }

    fn wait(&mut self, call: &Call, verdict: Verdict) {
        self.waits
            .extend(measure::wait_ms(call).filter(|_| call.answered.is_some()));
        match verdict {
            Verdict::Met => self.wait_met += 1,
            Verdict::Breached => self.wait_breached += 1,
            Verdict::Unknown | Verdict::NotYet { .. } | Verdict::GaveUp => {}
        }
    }

    fn hold(&mut self, finished_ms: Option<i64>, verdict: Verdict) {
        self.longest_hold_ms = self.longest_hold_ms.max(finished_ms.unwrap_or(0));
        self.hold_breaches += u32::from(verdict == Verdict::Breached);
    }
}

/// The line board of a range.
#[derive(Debug, Clone)]
pub struct Board {
    rules: Rules,
    zone: TimeZone,
    pub all: Sums,
    /// By the hour on the wall in which the call came in.
    pub hours: [Sums; DAY],
    pub people: BTreeMap<StaffId, Sums>,
}

impl Board {
    /// An empty board by these rules; the zone says which hour on the wall an instant is.
    #[must_use]
    pub fn new(rules: Rules, zone: &TimeZone) -> Board {
        Board {
            rules,
            zone: zone.clone(),
            all: Sums::default(),
            hours: std::array::from_fn(|_| Sums::default()),
            people: BTreeMap::new(),
        }
    }

    /// Adds a call; those that went out or stayed inside are left out. `person` says who sat at an extension at an instant, by our own
    /// clock.
    pub fn add(&mut self, call: &Call, around: Around<'_>, person: impl Fn(&str, i64) -> Option<StaffId>, now: i64) {
        if matches!(call.direction, Some(Direction::Out | Direction::Internal)) {
            return;
        }
        let rules = self.rules;
        let ring = rules.ring.verdict(call, now);
        let wait = measure::wait(call, rules.wait_ms, now);
        let holds = rules.hold.verdicts(call, around.tells_holds, around.offers, now);
        let screened = measure::screened(call, |_| false);
        let came = call.arrived.map_or(call.first.at, |arrived| arrived.at);
        let hour = Timestamp::from_millisecond(came).map_or(0, |at| at.to_zoned(self.zone.clone()).hour());
        let of_hour = usize::try_from(hour).ok().and_then(|hour| self.hours.get_mut(hour));
        for sums in std::iter::once(&mut self.all).chain(of_hour) {
            sums.ring(ring);
            sums.wait(call, wait);
            sums.swept += u32::from(call.swept);
            sums.screened += u32::try_from(screened.len()).unwrap_or(0);
            if measure::is_missed(call) {
                sums.missed += 1;
                sums.called_back += u32::from(around.called_back);
            }
            match measure::abandoned(call, rules.short_ms) {
                Some(Abandoned::Waited) => sums.abandoned += 1,
                Some(Abandoned::Short) => sums.abandoned_short += 1,
                None => {}
            }
            match &holds {
                Holds::Unknown => sums.holds_unknown += u32::from(call.answered.is_some()),
                Holds::Told(stretches) => {
                    for (judged, stretch) in stretches.iter().zip(&call.holds) {
                        sums.hold(judged.length_ms.filter(|_| stretch.to.is_some()), judged.verdict);
                    }
                }
            }
        }

        let answerer = call
            .answered
            .as_ref()
            .and_then(|answer| person(answer.extension.as_deref()?, answer.when.received));
        if let Some(sums) = answerer.clone().map(|who| self.people.entry(who).or_default()) {
            sums.ring(ring);
            sums.wait(call, wait);
            sums.swept += u32::from(call.swept);
            sums.holds_unknown += u32::from(holds == Holds::Unknown);
        }
        if let Holds::Told(stretches) = &holds {
            for (judged, stretch) in stretches.iter().zip(&call.holds) {
                let who = match judged.who.as_deref() {
                    Some(extension) => person(extension, judged.from.received),
                    None => answerer.clone(),
                };
                if let Some(who) = who {
                    let finished = judged.length_ms.filter(|_| stretch.to.is_some());
                    self.people.entry(who).or_default().hold(finished, judged.verdict);
                }
            }
        }
        for screened in &screened {
            if let Some(who) = (screened.extension.as_deref()).and_then(|at| person(at, screened.when.received)) {
                self.people.entry(who).or_default().screened += 1;
            }
        }
    }
}
