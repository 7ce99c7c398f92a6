//! The calls that are going on at one telephone system: what its reports have in common, whichever language it speaks. A
//! translator says what a report means for which leg; here it becomes neutral events, each once.
//!
//! The rules that make it bear duplicates and neighbours in the wrong order: whatever is said of a party is said once; a call that
//! ended is remembered for a while, so that a late report does not begin another one.

mod call;
mod expected;
mod gap;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::{HashMap, VecDeque};

use domain::call::event::{CallEvent, CallKind, Cause, Direction, TransferMode};

pub(crate) use call::{At, Side};
use call::{Call, Ink};
use expected::Expected;
use gap::Gap;
pub(crate) use gap::Listed;

use crate::{OpenCall, Plan, Refusal};

/// Most calls that are kept, with the ended ones; the oldest are forgotten first.
const MOST_CALLS: usize = 2_000;
/// Most ended calls that are remembered.
const MOST_ENDED: usize = 256;
/// Longest name of a call or leg that is taken.
const LONGEST_KEY: usize = 160;

/// A party of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot {
    pub call: String,
    index: usize,
    /// The leg is a helper: what it does is not done by a person.
    proxy: bool,
}

/// Where a leg is.
#[derive(Debug, Clone)]
struct Place {
    call: String,
    index: usize,
    /// It moved here and stays, whatever the source calls its call.
    pinned: bool,
    /// What the source calls the leg when it is asked to do something with it.
    label: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Tracker {
    plan: Plan,
    ink: Ink,
    calls: HashMap<String, Call>,
    legs: HashMap<String, Place>,
    /// Keys of the calls, the oldest first.
    order: VecDeque<String>,
    ended: VecDeque<String>,
    expected: VecDeque<Expected>,
    gap: Option<Gap>,
}

impl Tracker {
    pub fn new(source: &str, plan: Plan, open: &[OpenCall]) -> Tracker {
        let mut tracker = Tracker {
            plan,
            ink: Ink {
                source: source.to_owned(),
                events: Vec::new(),
            },
            calls: HashMap::new(),
            legs: HashMap::new(),
            order: VecDeque::new(),
            ended: VecDeque::new(),
            expected: VecDeque::new(),
            gap: None,
        };
        for known in open
            .iter()
            .filter(|known| known.call_key.len() <= LONGEST_KEY)
            .take(MOST_CALLS)
        {
            let call = tracker.call(&known.call_key);
            call.direction = known.direction;
            call.caller.clone_from(&known.caller);
            call.called.clone_from(&known.called);
            call.answered = known.answered;
            call.arrived = true;
        }
        tracker
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What was said since it was last taken.
    pub fn take(&mut self) -> Vec<CallEvent> {
        std::mem::take(&mut self.ink.events)
    }

    /// The call of a leg that is known.
    pub fn call_of(&self, uid: &str) -> Option<&str> {
        self.legs.get(uid).map(|place| place.call.as_str())
    }

    /// The party of a leg that is known.
    pub fn known(&self, uid: &str) -> Option<Spot> {
        let place = self.legs.get(uid)?;
        Some(Spot {
            call: place.call.clone(),
            index: place.index,
            proxy: false,
        })
    }

    /// Whether the leg is the outside party's; `None` if it is not known.
    pub fn is_outside(&self, spot: &Spot) -> Option<bool> {
        Some(self.calls.get(&spot.call)?.parties.get(spot.index)?.outside)
    }

    pub fn extension(&self, spot: &Spot) -> Option<&str> {
        self.calls
            .get(&spot.call)?
            .parties
            .get(spot.index)?
            .extension
            .as_deref()
    }

    /// Names the leg for requests; the name may change.
    pub fn label(&mut self, uid: &str, label: &str) {
        if let Some(place) = self
            .legs
            .get_mut(uid)
            .filter(|place| place.label.as_deref() != Some(label))
        {
            place.label = (label.len() <= LONGEST_KEY).then(|| label.to_owned());
        }
    }

    /// A living leg of the outside party of a call, by its label or name, and the telephone that talks with it.
    pub fn outside_leg(&self, key: &str) -> Option<(&str, Option<Spot>)> {
        let call = self.calls.get(key).filter(|call| !call.ended)?;
        let leg = call
            .parties
            .iter()
            .filter(|party| party.outside)
            .flat_map(|party| &party.legs)
            .find(|leg| !leg.gone)?;
        let talks = |party: &call::Party| !party.outside && party.answered && !party.is_gone();
        let ours = call.parties.iter().rposition(talks);
        let label = self.legs.get(&leg.uid).and_then(|place| place.label.as_deref());
        Some((
            label.unwrap_or(&leg.uid),
            ours.map(|index| Spot {
                call: key.to_owned(),
                index,
                proxy: false,
            }),
        ))
    }

    /// The label or name of the outside party's leg, for sending it on. `unanswered`: only while none of ours talks with it, and not
    /// while it is not known what happened in a gap.
    ///
    /// # Errors
    /// `NoSuchCall`, `Answered`, `NotConnected` while the listing of what goes on is awaited.
    pub fn sendable(&self, key: &str, unanswered: bool) -> Result<&str, Refusal> {
        let (leg, ours) = self.outside_leg(key).ok_or(Refusal::NoSuchCall)?;
        match ours {
            Some(_) if unanswered => Err(Refusal::Answered),
            None if unanswered && self.gap.is_some() => Err(Refusal::NotConnected),
            _ => Ok(leg),
        }
    }

    fn call(&mut self, key: &str) -> &mut Call {
        if !self.calls.contains_key(key) {
            while self.calls.len() >= MOST_CALLS {
                let Some(oldest) = self.ended.pop_front().or_else(|| self.order.pop_front()) else {
                    break;
                };
                self.forget(&oldest);
            }
            self.order.push_back(key.to_owned());
        }
        self.calls.entry(key.to_owned()).or_insert_with(|| Call::new(key))
    }

    fn forget(&mut self, key: &str) {
        let Some(call) = self.calls.remove(key) else { return };
        for leg in call.parties.iter().flat_map(|party| &party.legs) {
            // A leg that moved to another call is that one's.
            if self.legs.get(&leg.uid).is_some_and(|place| place.call == key) {
                self.legs.remove(&leg.uid);
            }
        }
        self.order.retain(|other| other != key);
        self.ended.retain(|other| other != key);
    }

    fn note_end(&mut self, key: &str) {
        if self.calls.get(key).is_none_or(|call| !call.ended) || self.ended.iter().any(|other| other == key) {
            return;
        }
        self.ended.push_back(key.to_owned());
        if self.ended.len() > MOST_ENDED
            && let Some(oldest) = self.ended.pop_front()
        {
            self.forget(&oldest);
        }
    }

    /// A leg was seen. The one whose name is the call's began it. `None` for helpers that stand for nobody, and past the limits.
    pub fn leg(&mut self, uid: &str, key: &str, side: &Side, at: &At) -> Option<Spot> {
        if uid.is_empty() || key.is_empty() || uid.len() > LONGEST_KEY || key.len() > LONGEST_KEY {
            return None;
        }
        let proxy = matches!(side, Side::Proxy(_));
        if let Some(place) = self.legs.get(uid).cloned() {
            let stays = place.pinned || place.call == key || place.call == uid;
            if stays {
                return Some(Spot {
                    call: place.call,
                    index: place.index,
                    proxy,
                });
            }
            return self.move_leg(uid, key, side, at);
        }
        if matches!(side, Side::Proxy(None)) {
            return None;
        }
        let fresh = self.calls.get(key).is_none_or(|call| call.origin.is_none());
        let expected = if uid == key && fresh { self.expected(key) } else { None };
        let call = self.call(key);
        let index = call.seat(uid, side)?;
        if uid == key {
            call.origin = Some(index);
            call.whole = true;
            if let Some(expected) = expected {
                call.direction = Some(Direction::Out);
                call.caller = Some(expected.extension);
                call.called = Some(expected.number);
            } else if *side == Side::Outside && call.direction.is_none() {
                call.direction = Some(Direction::In);
            }
        }
        self.legs.insert(
            uid.to_owned(),
            Place {
                call: key.to_owned(),
                index,
                pinned: false,
                label: None,
            },
        );
        Some(Spot {
            call: key.to_owned(),
            index,
            proxy,
        })
    }

    /// The leg goes over to another call, once, as after an attended transfer. One that answered has answered there as well.
    pub fn move_leg(&mut self, uid: &str, key: &str, side: &Side, at: &At) -> Option<Spot> {
        let from = self.legs.get(uid).cloned();
        if let Some(place) = from.as_ref().filter(|place| place.pinned) {
            let proxy = matches!(side, Side::Proxy(_));
            return Some(Spot {
                call: place.call.clone(),
                index: place.index,
                proxy,
            });
        }
        let mut answered = false;
        if let Some(from) = &from
            && let Some(call) = self.calls.get_mut(&from.call)
        {
            if let Some(party) = call.parties.get_mut(from.index) {
                answered = party.answered;
                for leg in party.legs.iter_mut().filter(|leg| leg.uid == uid) {
                    leg.gone = true;
                }
            }
            call.end_if_over(None, at, &mut self.ink);
            self.note_end(&from.call);
        }
        let index = self.call(key).seat(uid, side)?;
        let label = from.and_then(|from| from.label);
        self.legs.insert(
            uid.to_owned(),
            Place {
                call: key.to_owned(),
                index,
                pinned: true,
                label,
            },
        );
        let spot = Spot {
            call: key.to_owned(),
            index,
            proxy: matches!(side, Side::Proxy(_)),
        };
        if answered {
            self.answered(&spot, at);
        }
        Some(spot)
    }

    /// The first leg of a call came up: the call has arrived. `dialled` is what it dialled, where that is known already.
    pub fn arrived(&mut self, spot: &Spot, caller: Option<&str>, dialled: Option<&str>, at: &At) {
        let Some(call) = self.calls.get_mut(&spot.call) else {
            return;
        };
        if call.origin != Some(spot.index) || call.arrived {
            return;
        }
        let ours = call.parties.get(spot.index).and_then(|party| party.extension.clone());
        if call.direction == Some(Direction::In) {
            call.caller = call.caller.take().or_else(|| caller.map(str::to_owned));
            call.called = call.called.take().or_else(|| dialled.map(str::to_owned));
        } else {
            call.caller = call.caller.take().or(ours);
            if call.direction.is_none() {
                // Dialled by the telephone system itself: where to is not known before it dials.
                let Some(dialled) = dialled else { return };
                call.called = Some(dialled.to_owned());
                call.direction = self
                    .plan
                    .leaves(dialled)
                    .map(|out| if out { Direction::Out } else { Direction::Internal });
            }
        }
        call.arrive(Some(spot.index), at, &mut self.ink);
    }

    /// A telephone or line is asked. `dialled` is what the one who asks dialled.
    pub fn asked(&mut self, spot: &Spot, dialled: Option<&str>, at: &At) {
        let Some(call) = self.calls.get_mut(&spot.call) else {
            return;
        };
        let Some(party) = call.parties.get(spot.index) else {
            return;
        };
        let ours = call
            .origin
            .and_then(|origin| call.parties.get(origin))
            .and_then(|party| party.extension.clone());
        if call.origin.is_some_and(|origin| origin != spot.index) && ours.is_some() {
            // What was dialled may have looked like an extension and be a number outside.
            call.direction = match call.direction {
                Some(Direction::Internal) | None if party.outside && call.parties.len() == 2 => Some(Direction::Out),
                None => Some(Direction::Internal),
                known => known,
            };
            call.caller = call.caller.take().or(ours);
            call.called = call.called.take().or_else(|| dialled.map(str::to_owned));
            let origin = call.origin;
            call.arrive(origin, at, &mut self.ink);
        }
        // Somebody else's program calls an extension first: which way the call goes shows when the next one is asked.
        if call.origin == Some(spot.index) && !call.arrived {
            if call.direction.is_none() {
                return;
            }
            call.arrive(Some(spot.index), at, &mut self.ink);
        }
        call.offer(spot.index, at, &mut self.ink);
    }

    /// An extension is asked before it has a leg.
    pub fn asked_by_queue(&mut self, key: &str, extension: &str, at: &At) {
        let Some(call) = self.calls.get_mut(key) else { return };
        if let Some(index) = call.ask(extension) {
            call.offer(index, at, &mut self.ink);
        }
    }

    /// An extension that has no living leg is asked no longer.
    pub fn refused_to_queue(&mut self, key: &str, extension: &str, cause: Option<Cause>, at: &At) {
        let Some(call) = self.calls.get_mut(key) else { return };
        let asked =
            |party: &call::Party| party.extension.as_deref() == Some(extension) && !party.over && !party.answered;
        if let Some(index) = call.parties.iter().position(asked) {
            call.end_offer(index, None, cause, at, &mut self.ink);
        }
    }

    pub fn queued(&mut self, key: &str, queue: &str, at: &At) {
        let Some(call) = self.calls.get_mut(key) else { return };
        if call.ended || call.in_queue && call.queue.as_deref() == Some(queue) {
            return;
        }
        call.in_queue = true;
        call.queue = Some(queue.to_owned());
        let origin = call.origin;
        call.say(CallKind::Queued, origin, at, &mut self.ink);
        if let Some(event) = self.ink.events.last_mut() {
            event.queue = Some(queue.to_owned());
        }
    }

    pub fn left_queue(&mut self, key: &str, abandoned: bool) {
        if let Some(call) = self.calls.get_mut(key) {
            call.in_queue = false;
            call.abandoned |= abandoned;
        }
    }

    pub fn ringing(&mut self, spot: &Spot, at: &At) {
        if let Some(call) = self.calls.get_mut(&spot.call).filter(|_| !spot.proxy) {
            call.ring(spot.index, at, &mut self.ink);
        }
    }

    pub fn answered(&mut self, spot: &Spot, at: &At) {
        if let Some(call) = self.calls.get_mut(&spot.call).filter(|_| !spot.proxy) {
            call.answer(spot.index, at, &mut self.ink);
        }
    }

    pub fn offer_ended(&mut self, spot: &Spot, uid: &str, cause: Option<Cause>, at: &At) {
        if let Some(call) = self.calls.get_mut(&spot.call) {
            call.end_offer(spot.index, Some(uid), cause, at, &mut self.ink);
        }
    }

    pub fn held(&mut self, spot: &Spot, held: bool, at: &At) {
        if let Some(call) = self.calls.get_mut(&spot.call) {
            call.hold(spot.index, held, at, &mut self.ink);
        }
    }

    /// `spot` is the telephone that handed the call on, where it is known.
    pub fn transferred(&mut self, key: &str, spot: Option<&Spot>, mode: TransferMode, target: Option<&str>, at: &At) {
        let index = spot.filter(|spot| spot.call == key).map(|spot| spot.index);
        if let Some(call) = self.calls.get_mut(key) {
            call.transfer(index, mode, target, at, &mut self.ink);
        }
    }

    /// The telephone of `by` took the call that `target` was asked to take.
    pub fn picked_up(&mut self, target: &Spot, by: &str, side: &Side, at: &At) {
        if let Some(call) = self.calls.get_mut(&target.call) {
            call.end_offer(target.index, None, Some(Cause::ElsewhereAnswered), at, &mut self.ink);
        }
        if self.call_of(by) == Some(target.call.as_str()) {
            return;
        }
        if let Some(spot) = self.move_leg(by, &target.call, side, at) {
            self.answered(&spot, at);
        }
    }

    pub fn asked_to_end(&mut self, spot: &Spot) {
        if let Some(call) = self.calls.get_mut(&spot.call).filter(|_| !spot.proxy) {
            call.ask_to_end(spot.index);
        }
    }

    /// The telephone system took leave of this leg: if it is the outside party's and somebody talked with it, our side ended it.
    pub fn ended_by_us(&mut self, spot: &Spot) {
        if let Some(call) = self.calls.get_mut(&spot.call)
            && call.answered
            && call.parties.get(spot.index).is_some_and(|party| party.outside)
        {
            call.request = call.request.or(Some(false));
        }
    }

    pub fn gone(&mut self, uid: &str, cause: Option<Cause>, at: &At) {
        let Some(place) = self.legs.get(uid) else { return };
        let (key, index) = (place.call.clone(), place.index);
        if let Some(call) = self.calls.get_mut(&key) {
            call.lose(index, uid, cause, at, &mut self.ink);
        }
        self.note_end(&key);
    }

    pub fn recorded(&mut self, key: &str, file: &str, at: &At) {
        if let Some(call) = self.calls.get(key) {
            call.say(CallKind::RecordingReady, None, at, &mut self.ink);
            if let Some(event) = self.ink.events.last_mut() {
                event.recording = Some(file.to_owned());
            }
        }
    }
}
