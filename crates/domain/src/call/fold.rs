//! Calls from their reports. The reports come twice, late and in any order; the call is the same. There is no step by step: one
//! late report may change what an earlier one meant, and a call has few, so the store folds all of them again each time.
//!
//! # What the adapters owe
//!
//! - A `HungUp` that names a telephone of the estate, by extension or by a leg that another report ties to one, ends that leg
//!   and not the call, unless it says who put the receiver down (`by_outside`): that is said of calls only.
//! - Of an outgoing call, `Ringing` of the outside party names no extension: one that does is of the telephone of the member of
//!   staff, which rings first when a number was clicked. `Answered` is always of the outside party; the extension that it names is the
//!   telephone from which it was called. Lifting the own receiver is no answer.

use std::collections::BTreeMap;

use super::event::{CallEvent, CallKind, Cause, Direction, TransferMode};
use super::state::{Answer, Call, CallEnd, ClockUsed, HoldStretch, Leg, LegEnd, Stamp, Transfer};

/// Reports of one call that count; of those after them only a `HungUp` does. A call has some thirty.
pub const MOST_EVENTS: usize = 500;

/// Whether one more report of a call is worth storing, after so many.
#[must_use]
pub fn has_room(stored: usize, kind: CallKind) -> bool {
    stored < MOST_EVENTS || (kind == CallKind::HungUp && stored < MOST_EVENTS * 2)
}

/// Every call of which there is a report, by source and key.
#[must_use]
pub fn fold_all(events: &[CallEvent]) -> Vec<Call> {
    let mut by_call: BTreeMap<(&str, &str), Vec<&CallEvent>> = BTreeMap::new();
    for event in events {
        by_call.entry((&event.source, &event.call_key)).or_default().push(event);
    }
    by_call
        .into_iter()
        .map(|((source, key), events)| of_one(source, key, &events))
        .collect()
}

/// The call that these reports are of, in whatever order they are given. They are to be of one call; of several, the first by source
/// and key is taken. No reports make a stub without a name.
#[must_use]
pub fn fold(events: &[CallEvent]) -> Call {
    let (source, key) = events
        .iter()
        .map(|event| (event.source.as_str(), event.call_key.as_str()))
        .min()
        .unwrap_or_default();
    let own: Vec<&CallEvent> = events
        .iter()
        .filter(|event| event.source == source && event.call_key == key)
        .collect();
    of_one(source, key, &own)
}

fn of_one(source: &str, key: &str, events: &[&CallEvent]) -> Call {
    let unique = without_duplicates(events);
    // A recording is found long after the call, often by something without the source's clock: it says nothing about when.
    let is_timed = |event: &&CallEvent| event.kind != CallKind::RecordingReady;
    let any_timed = unique.iter().any(|event| is_timed(&event));
    let by_source = unique
        .iter()
        .filter(|event| !any_timed || is_timed(event))
        .all(|event| event.at_source.is_some());
    let clock = if by_source {
        ClockUsed::Source
    } else {
        ClockUsed::Receipt
    };
    let stamp = |event: &CallEvent| Stamp {
        at: event.at_source.filter(|_| by_source).unwrap_or(event.at_received),
        received: event.at_received,
    };
    let mut timed: Vec<(Stamp, &CallEvent)> = unique
        .iter()
        .filter(|event| !any_timed || is_timed(event))
        .map(|event| (stamp(event), event))
        .collect();
    timed.sort_by(|(at, a), (bt, b)| (at.at, order(a)).cmp(&(bt.at, order(b))));
    let mut place = 0;
    timed.retain(|(_, event)| {
        place += 1;
        place <= MOST_EVENTS || event.kind == CallKind::HungUp
    });

    let bound = |pick: fn(Stamp, Stamp) -> Stamp| timed.iter().map(|(when, _)| *when).reduce(pick);
    let none = Stamp { at: 0, received: 0 };
    let first = bound(|a, b| Stamp {
        at: a.at.min(b.at),
        received: a.received.min(b.received),
    });
    let last = bound(|a, b| Stamp {
        at: a.at.max(b.at),
        received: a.received.max(b.received),
    });
    let is_out = timed.iter().rev().find_map(|(_, event)| event.direction) == Some(Direction::Out);
    let mut folding = Folding {
        inside: timed
            .iter()
            .rev()
            // The answer of an outgoing call names the telephone that called, not the one that answered.
            .filter(|(_, event)| !(is_out && event.kind == CallKind::Answered))
            .filter_map(|(_, event)| Some((event.leg_key.as_deref()?, event.extension.as_deref()?)))
            .collect(),
        call: Call {
            source: source.to_owned(),
            key: key.to_owned(),
            clock,
            // What is told later knows better: a call inside the house may turn out to leave it.
            direction: timed.iter().rev().find_map(|(_, event)| event.direction),
            caller: timed.iter().find_map(|(_, event)| event.caller.clone()),
            called: timed.iter().find_map(|(_, event)| event.called.clone()),
            queue: timed.iter().find_map(|(_, event)| event.queue.clone()),
            first: first.unwrap_or(none),
            last: last.unwrap_or(none),
            arrived: None,
            queued: None,
            legs: Vec::new(),
            first_ringing: None,
            answered: None,
            late_answer: None,
            holds: Vec::new(),
            transfers: Vec::new(),
            ended: None,
            recordings: Vec::new(),
            stub: !timed.iter().any(|(_, event)| event.kind == CallKind::Arrived),
            time_lost: false,
            swept: false,
        },
    };
    for (when, event) in &timed {
        folding.one(event, *when);
    }
    let mut call = folding.finished();
    call.recordings = unique.iter().filter_map(|event| event.recording.clone()).collect();
    call.recordings.sort_unstable();
    call.recordings.dedup();
    call.recordings.truncate(MOST_EVENTS);
    call
}

/// What makes two reports one. A source without times and names is taken at its word: what came in at another instant is another
/// report, since a second hold looks like the first sent again.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Identity<'a> {
    Named(&'a str),
    Told(Content<'a>, i64),
    Received(Content<'a>, i64),
}

type Content<'a> = (
    CallKind,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
);

fn identity(event: &CallEvent) -> Identity<'_> {
    let content = (
        event.kind,
        event.leg_key.as_deref(),
        event.extension.as_deref(),
        event.target.as_deref(),
        event.recording.as_deref(),
    );
    match (event.event_id.as_deref(), event.at_source) {
        (Some(name), _) => Identity::Named(name),
        (None, Some(at)) => Identity::Told(content, at),
        (None, None) => Identity::Received(content, event.at_received),
    }
}

/// One report of each. What one of the duplicates leaves out is taken from the others, and the earliest receipt is kept.
fn without_duplicates(events: &[&CallEvent]) -> Vec<CallEvent> {
    let mut same: BTreeMap<Identity<'_>, Vec<&CallEvent>> = BTreeMap::new();
    for event in events {
        same.entry(identity(event)).or_default().push(event);
    }
    same.into_values()
        .filter_map(|mut group| {
            group.sort_by(|a, b| {
                let key = |e: &CallEvent| (e.at_source.is_none(), e.at_source);
                (key(a), order(a), a.at_received).cmp(&(key(b), order(b), b.at_received))
            });
            let (first, rest) = group.split_first()?;
            Some(rest.iter().fold((*first).clone(), |kept, other| filled(kept, other)))
        })
        .collect()
}

fn filled(mut kept: CallEvent, other: &CallEvent) -> CallEvent {
    fn fill<T: Clone>(to: &mut Option<T>, from: Option<&T>) {
        if to.is_none() {
            *to = from.cloned();
        }
    }
    kept.at_received = kept.at_received.min(other.at_received);
    fill(&mut kept.leg_key, other.leg_key.as_ref());
    fill(&mut kept.direction, other.direction.as_ref());
    fill(&mut kept.caller, other.caller.as_ref());
    fill(&mut kept.called, other.called.as_ref());
    fill(&mut kept.extension, other.extension.as_ref());
    fill(&mut kept.queue, other.queue.as_ref());
    fill(&mut kept.target, other.target.as_ref());
    fill(&mut kept.transfer_mode, other.transfer_mode.as_ref());
    fill(&mut kept.cause, other.cause.as_ref());
    fill(&mut kept.by_outside, other.by_outside.as_ref());
    fill(&mut kept.recording, other.recording.as_ref());
    kept
}

type Order<'a> = (
    CallKind,
    Content<'a>,
    (Option<&'a str>, Option<&'a str>, Option<&'a str>, Option<&'a str>),
    (Option<Cause>, Option<TransferMode>, Option<bool>, Option<Direction>),
);

/// The order of reports of one instant: as the kinds are declared, which is how a call goes, and then by what they say. When they
/// came in has no part in it.
fn order(event: &CallEvent) -> Order<'_> {
    (
        event.kind,
        (
            event.kind,
            event.leg_key.as_deref(),
            event.extension.as_deref(),
            event.target.as_deref(),
            event.recording.as_deref(),
        ),
        (
            event.queue.as_deref(),
            event.caller.as_deref(),
            event.called.as_deref(),
            event.event_id.as_deref(),
        ),
        (event.cause, event.transfer_mode, event.by_outside, event.direction),
    )
}

struct Folding<'a> {
    call: Call,
    /// Which leg belongs to which extension.
    inside: BTreeMap<&'a str, &'a str>,
}

impl Folding<'_> {
    fn one(&mut self, event: &CallEvent, when: Stamp) {
        let extension = self.extension(event);
        let is_leg = extension.is_some() && event.by_outside.is_none();
        match event.kind {
            CallKind::HungUp if is_leg => self.leg_ended(event, extension, when),
            CallKind::HungUp => {
                self.call.time_lost |= self.call.ended.is_none() && event.is_after_gap();
                self.call.ended.get_or_insert(CallEnd {
                    when,
                    cause: event.cause,
                    by_outside: event.by_outside,
                });
            }
            CallKind::OfferEnded => self.leg_ended(event, extension, when),
            CallKind::Answered if self.call.ended.is_some() => {
                self.call.late_answer.get_or_insert(Answer { when, extension });
            }
            _ if self.call.ended.is_some() => {}
            CallKind::Answered => self.answered(event, extension, when),
            CallKind::Ringing => self.rings(event, extension, when),
            CallKind::Offered => {
                if let Some(leg) = self.open_leg(event, extension) {
                    let before = leg.ringing.is_none() && leg.answered.is_none();
                    leg.offered = leg.offered.or(before.then_some(when));
                }
            }
            CallKind::Held if self.open_hold().is_none() => self.call.holds.push(HoldStretch {
                from: when,
                to: None,
                who: extension,
            }),
            CallKind::Unheld => self.unheld(when),
            CallKind::Transferred => {
                self.unheld(when);
                self.call.transfers.push(Transfer {
                    when,
                    to: event.target.clone(),
                    mode: event.transfer_mode,
                    who: extension,
                });
            }
            // What leads to an answer and is reported after it has no place in the call.
            CallKind::Arrived if self.call.answered.is_none() => {
                self.call.arrived.get_or_insert(when);
            }
            CallKind::Queued if self.call.answered.is_none() => {
                self.call.queued.get_or_insert(when);
            }
            CallKind::Arrived | CallKind::Queued | CallKind::Held | CallKind::RecordingReady => {}
        }
    }

    fn extension(&self, event: &CallEvent) -> Option<String> {
        let by_leg = || event.leg_key.as_deref().and_then(|key| self.inside.get(key).copied());
        event.extension.as_deref().or_else(by_leg).map(str::to_owned)
    }

    /// Whether a ringing telephone is that of the side that is called.
    fn is_called_side(&self, extension: Option<&str>) -> bool {
        self.call.direction != Some(Direction::Out) || extension.is_none()
    }

    fn rings(&mut self, event: &CallEvent, extension: Option<String>, when: Stamp) {
        if self.call.answered.is_none() && self.is_called_side(extension.as_deref()) {
            self.call.first_ringing.get_or_insert(when);
        }
        if let Some(leg) = self.open_leg(event, extension)
            && leg.answered.is_none()
        {
            leg.ringing.get_or_insert(when);
        }
    }

    fn answered(&mut self, event: &CallEvent, extension: Option<String>, when: Stamp) {
        if self.call.answered.is_none() {
            self.call.time_lost |= event.is_after_gap();
            self.call.answered = Some(Answer {
                when,
                extension: extension.clone(),
            });
        }
        let again = (self.find(event, extension.as_deref()))
            .and_then(|place| self.call.legs.get(place))
            .is_some_and(|leg| leg.answered.is_some());
        if !again && let Some(leg) = self.open_leg(event, extension.clone()) {
            leg.answered = Some(when);
            // Of an outgoing call it is known only now from which telephone it was made.
            leg.extension = leg.extension.take().or(extension);
        }
    }

    fn leg_ended(&mut self, event: &CallEvent, extension: Option<String>, when: Stamp) {
        // A report that comes after the end of the call still says how the leg ended, though not when.
        let when = match self.call.ended {
            Some(end) if end.when.at < when.at => end.when,
            _ => when,
        };
        let known = self.find(event, extension.as_deref());
        let place = match known {
            Some(place) => Some(place),
            None => self.new_leg(event, extension.clone()),
        };
        let Some(leg) = place.and_then(|place| self.call.legs.get_mut(place)) else {
            return;
        };
        if leg.ended.is_some() {
            return;
        }
        leg.ended = Some(LegEnd {
            when,
            cause: event.cause,
        });
        // Who has left holds nobody any more.
        if extension.is_some() && self.open_hold().is_some_and(|hold| hold.who == extension) {
            self.unheld(when);
        }
    }

    /// The last leg that the report can be about.
    fn find(&self, event: &CallEvent, extension: Option<&str>) -> Option<usize> {
        self.call.legs.iter().rposition(|leg| {
            let same_telephone = extension.is_some() && leg.extension.as_deref() == extension;
            match (&event.leg_key, &leg.key) {
                (Some(key), Some(of_leg)) => key == of_leg,
                _ => same_telephone,
            }
        })
    }

    /// The leg that goes on, or a new one where there is none or the last has ended. None where no leg is named.
    fn open_leg(&mut self, event: &CallEvent, extension: Option<String>) -> Option<&mut Leg> {
        let open = self
            .find(event, extension.as_deref())
            .filter(|place| self.call.legs.get(*place).is_some_and(|leg| leg.ended.is_none()));
        let place = match open {
            Some(place) => place,
            None => self.new_leg(event, extension)?,
        };
        let leg = self.call.legs.get_mut(place)?;
        if leg.key.is_none() {
            leg.key.clone_from(&event.leg_key);
        }
        Some(leg)
    }

    fn new_leg(&mut self, event: &CallEvent, extension: Option<String>) -> Option<usize> {
        if extension.is_none() && event.leg_key.is_none() {
            return None;
        }
        self.call.legs.push(Leg {
            key: event.leg_key.clone(),
            extension,
            offered: None,
            ringing: None,
            answered: None,
            ended: None,
        });
        Some(self.call.legs.len() - 1)
    }

    fn open_hold(&self) -> Option<&HoldStretch> {
        self.call.holds.last().filter(|hold| hold.to.is_none())
    }

    fn unheld(&mut self, when: Stamp) {
        if let Some(hold) = self.call.holds.last_mut() {
            hold.to.get_or_insert(when);
        }
    }

    /// With the end, everything in the call ends; and nobody is on hold before somebody has answered.
    fn finished(mut self) -> Call {
        if let Some(end) = self.call.ended {
            self.unheld(end.when);
            for leg in &mut self.call.legs {
                leg.ended.get_or_insert(LegEnd {
                    when: end.when,
                    cause: None,
                });
            }
        }
        if let Some(answer) = &self.call.answered {
            let answered = answer.when;
            self.call
                .holds
                .retain(|hold| hold.from.at >= answered.at || hold.to.is_none_or(|to| to.at > answered.at));
            for hold in &mut self.call.holds {
                hold.from = hold.from.later(answered);
            }
        }
        self.call
    }
}
