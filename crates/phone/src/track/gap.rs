//! After the connection was lost: what is still there goes on, what is gone is closed. How it ended, and when, nobody saw.

use std::collections::HashSet;

use domain::call::event::Direction;

use super::{At, Side, Spot, Tracker};

/// Most legs of a listing that are looked at.
const MOST_LISTED: usize = 20_000;

#[derive(Debug)]
pub(super) struct Gap {
    /// Calls and legs that were open when the listing was asked for.
    calls: Vec<String>,
    legs: Vec<String>,
    listed: Vec<Listed>,
}

/// A leg of a listing.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub uid: String,
    pub call: String,
    pub side: Side,
    /// Somebody has lifted the receiver.
    pub up: bool,
    /// Caller and dialled number, of a call's first leg.
    pub caller: Option<String>,
    pub dialled: Option<String>,
}

impl Tracker {
    /// A listing of all legs is asked for.
    pub fn gap_began(&mut self) {
        let open = || {
            self.order
                .iter()
                .filter_map(|key| self.calls.get(key))
                .filter(|call| !call.ended)
        };
        let legs = open()
            .flat_map(|call| &call.parties)
            .flat_map(|party| &party.legs)
            .filter(|leg| !leg.gone);
        let mut gap = Gap {
            calls: open().map(|call| call.key.clone()).collect(),
            legs: legs.map(|leg| leg.uid.clone()).collect(),
            listed: Vec::new(),
        };
        // Whoever is asked is asked no longer before the call itself ends.
        gap.legs.sort_by_key(|uid| self.calls.contains_key(uid));
        self.gap = Some(gap);
        for party in self.calls.values_mut().flat_map(|call| &mut call.parties) {
            party.held = None;
        }
    }

    /// A leg of the listing. The listing has no order, so that it is read when it is complete.
    pub fn gap_seen(&mut self, leg: Listed) {
        if let Some(gap) = self.gap.as_mut().filter(|gap| gap.listed.len() < MOST_LISTED) {
            gap.listed.push(leg);
        }
    }

    /// The listing is complete.
    pub fn gap_over(&mut self, at: &At) {
        let Some(mut gap) = self.gap.take() else { return };
        let at = At {
            id: None,
            after_gap: true,
            ..at.clone()
        };
        // Who called is on the first leg of a call.
        gap.listed.sort_by_key(|leg| leg.uid != leg.call);
        let mut calls = HashSet::new();
        let mut legs = HashSet::new();
        for leg in &gap.listed {
            calls.insert(leg.call.clone());
            legs.insert(leg.uid.as_str());
            calls.extend(self.go_on(leg, &at));
        }
        for key in gap.calls.iter().chain(&calls) {
            if let Some(call) = self.calls.get_mut(key) {
                call.whole = true;
            }
        }
        for uid in gap.legs.iter().filter(|uid| !legs.contains(uid.as_str())) {
            self.gone(uid, None, &at);
        }
        for key in gap.calls.iter().filter(|key| !calls.contains(*key)) {
            if let Some(call) = self.calls.get_mut(key) {
                call.end(None, &at, &mut self.ink);
            }
            self.note_end(key);
        }
    }

    /// A leg that is still there; its call. What it did in the gap is said as far as nobody is wronged by the wrong time: an answer
    /// comes late by the gap's length at most, and without it a customer who was served would count as missed. An arrival or a
    /// ringing that began in the gap is not said: its clock would start too late.
    fn go_on(&mut self, leg: &Listed, at: &At) -> Option<String> {
        let known = self.legs.contains_key(&leg.uid);
        let spot = self.leg(&leg.uid, &leg.call, &leg.side, at)?;
        if self.has_gone(&spot, &leg.uid) {
            return Some(spot.call);
        }
        self.name_caller(&spot, leg);
        if leg.up {
            self.answered(&spot, at);
        } else if !known
            && self
                .calls
                .get(&spot.call)
                .is_some_and(|call| call.origin != Some(spot.index))
        {
            self.asked(&spot, None, at);
        }
        Some(spot.call)
    }

    /// Whether the leg hung up after it was listed.
    fn has_gone(&self, spot: &Spot, uid: &str) -> bool {
        let party = self.calls.get(&spot.call).and_then(|call| call.parties.get(spot.index));
        party.is_some_and(|party| party.legs.iter().any(|leg| leg.uid == uid && leg.gone))
    }

    fn name_caller(&mut self, spot: &Spot, leg: &Listed) {
        let Some(call) = self
            .calls
            .get_mut(&spot.call)
            .filter(|call| call.origin == Some(spot.index))
        else {
            return;
        };
        call.arrived = true;
        if call.direction == Some(Direction::In) {
            call.caller = call.caller.take().or_else(|| leg.caller.clone());
            call.called = call.called.take().or_else(|| leg.dialled.clone());
        }
    }
}
