//! One call as a source tells it: its parties, and what was already said of them, so that nothing is said twice.

use domain::call::event::{CallEvent, CallKind, Cause, Direction, TransferMode};

/// Most telephones that are asked in one call, and most legs of one telephone.
const MOST_PARTIES: usize = 48;
const MOST_LEGS: usize = 8;

/// What a leg is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Side {
    /// A telephone of the estate.
    Extension(String),
    /// A line to the outside.
    Outside,
    /// A helper of the telephone system that stands for an extension, or for nothing that has a receiver.
    Proxy(Option<String>),
}

/// When a report was made, and its name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct At {
    pub received: i64,
    pub source: Option<i64>,
    /// The source's own name of the report.
    pub id: Option<String>,
    /// Not reported: it follows from what is found after the connection was lost.
    pub after_gap: bool,
}

/// One telephone's part in a call. A telephone may have several legs: two handsets of one extension, a helper and the real one.
#[derive(Debug, Clone)]
pub(super) struct Party {
    /// The source's name of its first leg, which stays its name.
    pub key: String,
    pub extension: Option<String>,
    pub outside: bool,
    pub legs: Vec<Leg>,
    pub offered: bool,
    pub ringing: bool,
    pub answered: bool,
    /// Asked no longer.
    pub over: bool,
    /// `None` after a gap: a hold may have begun or ended in it.
    pub held: Option<bool>,
    pub transferred: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Leg {
    pub uid: String,
    /// Asked no longer.
    pub over: bool,
    pub gone: bool,
}

impl Party {
    fn new(key: &str, extension: Option<String>, outside: bool) -> Party {
        Party {
            key: key.to_owned(),
            extension,
            outside,
            legs: Vec::new(),
            offered: false,
            ringing: false,
            answered: false,
            over: false,
            held: Some(false),
            transferred: false,
        }
    }

    pub fn is_gone(&self) -> bool {
        self.legs.iter().all(|leg| leg.gone)
    }

    /// Whether another leg of the same telephone joins this party: it is asked or talks.
    fn takes_in(&self) -> bool {
        !self.over && (self.legs.is_empty() || !self.is_gone())
    }
}

#[derive(Debug, Clone)]
pub(super) struct Call {
    pub key: String,
    pub direction: Option<Direction>,
    pub caller: Option<String>,
    pub called: Option<String>,
    pub arrived: bool,
    pub parties: Vec<Party>,
    /// The party that began the call.
    pub origin: Option<usize>,
    pub queue: Option<String>,
    pub in_queue: bool,
    /// A person answered: not the one who calls.
    pub answered: bool,
    /// Who asked first to hang up: `true` the outside party.
    pub request: Option<bool>,
    /// Left the queue by hanging up.
    pub abandoned: bool,
    /// Why the last telephone that was asked did not answer.
    pub cause: Option<Cause>,
    /// Every leg that lives is known, so that the call is over when all are gone.
    pub whole: bool,
    pub ended: bool,
}

/// What is said, in order.
#[derive(Debug)]
pub(super) struct Ink {
    pub source: String,
    pub events: Vec<CallEvent>,
}

impl Call {
    pub fn new(key: &str) -> Call {
        Call {
            key: key.to_owned(),
            direction: None,
            caller: None,
            called: None,
            arrived: false,
            parties: Vec::new(),
            origin: None,
            queue: None,
            in_queue: false,
            answered: false,
            request: None,
            abandoned: false,
            cause: None,
            whole: false,
            ended: false,
        }
    }

    /// Says that something happened to this call, with all that is known of it.
    pub fn say(&self, kind: CallKind, party: Option<usize>, at: &At, ink: &mut Ink) -> Option<usize> {
        let mut event = CallEvent::new(&ink.source, &self.key, kind, at.received);
        let party = party.and_then(|index| self.parties.get(index));
        event.at_source = at.source;
        event.direction = self.direction;
        event.caller.clone_from(&self.caller);
        event.called.clone_from(&self.called);
        event.leg_key = party.map(|party| party.key.clone());
        event.extension = party.and_then(|party| party.extension.clone());
        let leg = party.map_or("", |party| party.key.as_str());
        event.event_id = match &at.id {
            _ if at.after_gap => Some(format!("{}{}/{leg}/{kind}", crate::AFTER_GAP, self.key)),
            // One report may say several things; each needs a name of its own.
            Some(id) => Some(format!("{id}/{kind}")),
            None => None,
        };
        ink.events.push(event);
        Some(ink.events.len() - 1)
    }

    /// The last event that was said, to add to it.
    fn add(ink: &mut Ink, index: Option<usize>) -> Option<&mut CallEvent> {
        index.and_then(|index| ink.events.get_mut(index))
    }

    /// The party that a leg belongs to; made where it is not there yet. `None` past the limits.
    pub fn seat(&mut self, uid: &str, side: &Side) -> Option<usize> {
        let (extension, outside) = match side {
            Side::Extension(extension) | Side::Proxy(Some(extension)) => (Some(extension.clone()), false),
            Side::Outside => (None, true),
            Side::Proxy(None) => return None,
        };
        let same = |party: &Party| party.extension.is_some() && party.extension == extension && party.takes_in();
        let index = match self.parties.iter().position(same) {
            Some(index) => index,
            None if self.parties.len() < MOST_PARTIES => {
                self.parties.push(Party::new(uid, extension, outside));
                self.parties.len() - 1
            }
            None => return None,
        };
        let party = self.parties.get_mut(index)?;
        if party.legs.len() >= MOST_LEGS {
            return None;
        }
        party.legs.push(Leg {
            uid: uid.to_owned(),
            over: false,
            gone: false,
        });
        Some(index)
    }

    /// The telephone is asked, before a leg of it is known.
    pub fn ask(&mut self, extension: &str) -> Option<usize> {
        let key = format!("{}/{extension}/{}", self.key, self.parties.len());
        let same = |party: &Party| party.extension.as_deref() == Some(extension) && party.takes_in();
        if let Some(index) = self.parties.iter().position(same) {
            return Some(index);
        }
        if self.parties.len() >= MOST_PARTIES {
            return None;
        }
        self.parties.push(Party::new(&key, Some(extension.to_owned()), false));
        Some(self.parties.len() - 1)
    }

    pub fn arrive(&mut self, party: Option<usize>, at: &At, ink: &mut Ink) {
        if !self.arrived {
            self.arrived = true;
            self.say(CallKind::Arrived, party, at, ink);
        }
    }

    pub fn offer(&mut self, index: usize, at: &At, ink: &mut Ink) {
        let Some(party) = self.parties.get_mut(index) else {
            return;
        };
        // A line to the outside is no extension that is asked.
        if party.outside || party.offered || party.over {
            return;
        }
        party.offered = true;
        let queue = self.queue.clone().filter(|_| self.in_queue);
        let said = self.say(CallKind::Offered, Some(index), at, ink);
        if let Some(event) = Self::add(ink, said) {
            event.queue = queue;
        }
    }

    pub fn ring(&mut self, index: usize, at: &At, ink: &mut Ink) {
        // The one who calls hears it ring. Only where we asked for the call the own telephone rings first.
        let calls = self.origin == Some(index) && self.direction != Some(Direction::Out);
        let Some(party) = self.parties.get_mut(index) else {
            return;
        };
        // After the answer its time would be wrong: unknown is better.
        if calls || party.ringing || party.answered || party.over {
            return;
        }
        party.ringing = true;
        self.say(CallKind::Ringing, Some(index), at, ink);
    }

    pub fn answer(&mut self, index: usize, at: &At, ink: &mut Ink) {
        let origin = self.origin;
        let Some(party) = self.parties.get_mut(index) else {
            return;
        };
        if party.answered {
            return;
        }
        party.answered = true;
        // Whoever calls lifts the own receiver: nobody has answered yet.
        if origin == Some(index) {
            return;
        }
        let outside = party.outside;
        self.answered = true;
        self.cause = None;
        // Whoever asked to hang up before has left, and the call goes on.
        self.request = self.request.filter(|outside| *outside);
        let ours = origin
            .and_then(|origin| self.parties.get(origin))
            .and_then(|party| party.extension.clone());
        let queue = self.queue.clone().filter(|_| self.in_queue);
        // Whoever is asked from now on is not asked by the queue.
        self.in_queue = false;
        let said = self.say(CallKind::Answered, Some(index), at, ink);
        if let Some(event) = Self::add(ink, said) {
            event.queue = queue;
            if outside {
                event.extension = ours;
            }
        }
    }

    /// A leg is asked no longer. The telephone is not, once that holds for all of its legs.
    pub fn end_offer(&mut self, index: usize, uid: Option<&str>, cause: Option<Cause>, at: &At, ink: &mut Ink) {
        let elsewhere = self.answered;
        let Some(party) = self.parties.get_mut(index) else {
            return;
        };
        for leg in &mut party.legs {
            leg.over |= uid.is_none_or(|uid| uid == leg.uid);
        }
        if party.answered || party.over || party.legs.iter().any(|leg| !leg.over && !leg.gone) {
            return;
        }
        party.over = true;
        let cause = match cause {
            Some(Cause::Cancelled) if elsewhere => Some(Cause::ElsewhereAnswered),
            other => other,
        };
        let was_asked = !party.outside && (party.offered || party.ringing);
        if !elsewhere {
            self.cause = cause.or(self.cause);
        }
        if was_asked {
            let said = self.say(CallKind::OfferEnded, Some(index), at, ink);
            if let Some(event) = Self::add(ink, said) {
                event.cause = cause;
            }
        }
    }

    /// A hold by the outside party is not ours, and is not said.
    pub fn hold(&mut self, index: usize, held: bool, at: &At, ink: &mut Ink) {
        let Some(party) = self.parties.get_mut(index).filter(|_| !self.ended) else {
            return;
        };
        if party.outside || party.held == Some(held) {
            return;
        }
        party.held = Some(held);
        self.say(
            if held { CallKind::Held } else { CallKind::Unheld },
            Some(index),
            at,
            ink,
        );
    }

    pub fn transfer(&mut self, index: Option<usize>, mode: TransferMode, target: Option<&str>, at: &At, ink: &mut Ink) {
        if let Some(party) = index.and_then(|index| self.parties.get_mut(index)) {
            // A telephone leaves the call by its transfer, so that it makes one only.
            if party.transferred {
                return;
            }
            party.transferred = true;
        }
        self.request = self.request.filter(|outside| *outside);
        let said = self.say(CallKind::Transferred, index, at, ink);
        if let Some(event) = Self::add(ink, said) {
            event.target = target.map(str::to_owned);
            event.transfer_mode = Some(mode);
        }
    }

    /// A party asked to hang up. A telephone that only rings does not end the call by it.
    pub fn ask_to_end(&mut self, index: usize) {
        let origin = self.origin == Some(index);
        let Some(party) = self.parties.get(index) else { return };
        if self.request.is_none() && (party.outside || party.answered || origin) {
            self.request = Some(party.outside);
        }
    }

    /// A leg is gone; the call with it, if it was the last that matters.
    pub fn lose(&mut self, index: usize, uid: &str, cause: Option<Cause>, at: &At, ink: &mut Ink) {
        let Some(party) = self.parties.get_mut(index) else {
            return;
        };
        for leg in party.legs.iter_mut().filter(|leg| leg.uid == uid) {
            leg.gone = true;
        }
        if party.is_gone() && self.origin != Some(index) {
            self.end_offer(index, None, cause.filter(|cause| *cause != Cause::Normal), at, ink);
        }
        self.end_if_over(cause, at, ink);
    }

    pub fn end_if_over(&mut self, cause: Option<Cause>, at: &At, ink: &mut Ink) {
        if self.is_over() {
            self.end(cause, at, ink);
        }
    }

    fn is_over(&self) -> bool {
        let caller = self.origin.and_then(|origin| self.parties.get(origin));
        let talked = |party: &&Party| party.outside && party.answered;
        match self.direction {
            // The caller's leg ends the call; an agent's does not, the caller may be on the way to the next one.
            Some(Direction::In) if caller.is_some() => caller.is_some_and(Party::is_gone),
            Some(Direction::Out) if self.parties.iter().any(|party| talked(&party)) => {
                self.parties.iter().filter(talked).all(Party::is_gone)
            }
            _ => self.whole && self.parties.iter().all(Party::is_gone),
        }
    }

    pub fn end(&mut self, cause: Option<Cause>, at: &At, ink: &mut Ink) {
        if self.ended {
            return;
        }
        self.ended = true;
        // It called an own telephone and nobody else: there was no call to speak of.
        let ours = self
            .origin
            .and_then(|origin| self.parties.get(origin))
            .is_some_and(|party| !party.outside);
        if ours && !self.arrived {
            return;
        }
        let gave_up = match self.direction {
            Some(Direction::In) => self.abandoned || self.request == Some(true),
            _ => self.request == Some(false) && self.cause.is_none_or(|cause| cause == Cause::Cancelled),
        };
        let cause = match cause {
            _ if at.after_gap => None,
            cause if self.answered => cause,
            _ if gave_up => Some(Cause::Cancelled),
            // The telephone system put the receiver down itself: nobody answered in the time that it allows.
            Some(Cause::Normal) => self
                .cause
                .or((self.direction == Some(Direction::In)).then_some(Cause::NoAnswer)),
            cause => self.cause.or(cause),
        };
        let by_outside = self
            .request
            .filter(|_| !at.after_gap && self.direction != Some(Direction::Internal));
        let said = self.say(CallKind::HungUp, None, at, ink);
        if let Some(event) = Self::add(ink, said) {
            event.cause = cause;
            event.by_outside = by_outside;
        }
    }
}
