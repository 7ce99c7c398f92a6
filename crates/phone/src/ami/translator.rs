//! What Asterisk's events mean: from messages to neutral events. No network, no clock of its own.
//!
//! `Linkedid` is the name of the call, `Uniqueid` that of a leg. What is easily taken wrong:
//! - A transfer brings a second `Unhold`, a queue a second `DialEnd`: what was said of a leg is not said again.
//! - `Hangup` of an agent's leg is not the end: the caller may be on the way to the next one. The caller's leg ends the call.
//! - `MusicOnHoldStop` comes while the call is still held, so that only `Hold` and `Unhold` count.
//! - An agent who is asked (`AgentCalled`) need not ring: an unreachable phone never does.
//! - `RingTime` is in seconds in one event and in milliseconds in the other, and a call has up to four `Cdr` rows: neither is read,
//!   the legs' own events say it all.

use domain::call::event::{CallEvent, Cause, TransferMode};

use super::Message;
use super::channel::side;
use crate::track::{At, Listed, Side, Spot, Tracker};
use crate::{OpenCall, Plan, Refusal, instant};

/// The prefix of the `ActionID` of a request to dial; the id of the call follows.
pub(super) const DIAL: &str = "dial-";

/// Most characters of a number or a name of a queue; what is longer is neither.
const LONGEST: usize = 128;

/// The calls of one Asterisk.
#[derive(Debug)]
pub struct Translator {
    tracker: Tracker,
}

impl Translator {
    /// `source` is the name under which this telephone system was set up; `open` are its calls that are open in the store.
    #[must_use]
    pub fn new(source: &str, plan: Plan, open: &[OpenCall]) -> Translator {
        Translator {
            tracker: Tracker::new(source, plan, open),
        }
    }

    /// What a message says, in neutral words; mostly nothing. `at_received` is our own clock, in unix milliseconds.
    pub fn translate(&mut self, message: &Message, at_received: i64) -> Vec<CallEvent> {
        let at = At {
            received: at_received,
            source: message.get("Timestamp").and_then(instant::seconds),
            ..At::default()
        };
        self.read(message, &at);
        self.tracker.take()
    }

    /// A listing of all channels is about to come: what it does not name is gone.
    pub fn listing_asked(&mut self) {
        self.tracker.gap_began();
    }

    /// A call that was asked for will come under this id.
    pub(super) fn expect(&mut self, id: &str, extension: &str, number: &str) {
        self.tracker.expect(id, extension, number);
    }

    /// A call that was asked for was turned down at once.
    pub(super) fn not_made(&mut self, id: &str, at_received: i64) -> Vec<CallEvent> {
        self.tracker.not_made(
            id,
            None,
            &At {
                received: at_received,
                ..At::default()
            },
        );
        self.tracker.take()
    }

    /// The channel of a call's outside party, if it can be sent on: see [`Tracker::sendable`].
    pub(super) fn sendable(&self, call_key: &str, unanswered: bool) -> Result<String, Refusal> {
        self.tracker.sendable(call_key, unanswered).map(str::to_owned)
    }

    /// We sent the outside party on: Asterisk has no event for that.
    pub(super) fn redirected(&mut self, call_key: &str, target: &str, at_received: i64) -> Vec<CallEvent> {
        let at = At {
            received: at_received,
            ..At::default()
        };
        // Where nobody of ours talks yet, nobody hands anything over: it goes on ringing elsewhere.
        if let Some(ours) = self.tracker.outside_leg(call_key).and_then(|(_, ours)| ours) {
            self.tracker
                .transferred(call_key, Some(&ours), TransferMode::Blind, Some(target), &at);
        }
        self.tracker.take()
    }

    fn read(&mut self, message: &Message, at: &At) {
        match message.get("Event").unwrap_or_default() {
            "Newchannel" => self.new_channel(message, at),
            "Newstate" => self.new_state(message, at),
            "QueueCallerJoin" => {
                if let (Some(spot), Some(queue)) = (self.leg(message, "", at), short(message, "Queue")) {
                    self.tracker.queued(&spot.call, queue, at);
                }
            }
            event @ ("QueueCallerLeave" | "QueueCallerAbandon") => {
                if let Some(spot) = self.leg(message, "", at) {
                    self.tracker.left_queue(&spot.call, event == "QueueCallerAbandon");
                }
            }
            "AgentCalled" | "DialBegin" => {
                self.leg(message, "", at);
                if let Some(spot) = self.leg(message, "Dest", at) {
                    self.tracker.asked(&spot, short(message, "Exten"), at);
                }
            }
            "DialState" => {
                if let (Some(spot), Some("RINGING")) = (self.leg(message, "Dest", at), message.get("DialStatus")) {
                    self.tracker.ringing(&spot, at);
                }
            }
            "DialEnd" => {
                let status = message.get("DialStatus").unwrap_or_default();
                match self.leg(message, "Dest", at) {
                    Some(spot) if status == "ANSWER" => self.tracker.answered(&spot, at),
                    Some(spot) => self.offer_ended(message, &spot, of_dial(status), at),
                    None => {}
                }
            }
            "AgentConnect" => {
                if let Some(spot) = self.leg(message, "Dest", at) {
                    self.tracker.answered(&spot, at);
                }
            }
            "AgentRingNoAnswer" => {
                if let Some(spot) = self.leg(message, "Dest", at) {
                    self.offer_ended(message, &spot, Some(Cause::NoAnswer), at);
                }
            }
            event @ ("Hold" | "Unhold") => {
                if let Some(spot) = self.leg(message, "", at) {
                    self.tracker.held(&spot, event == "Hold", at);
                }
            }
            "BlindTransfer" => self.blind_transfer(message, at),
            "AttendedTransfer" => self.attended_transfer(message, at),
            "Pickup" => self.pickup(message, at),
            "HangupRequest" => {
                if let Some(spot) = self.leg(message, "", at) {
                    self.tracker.asked_to_end(&spot);
                }
            }
            "Hangup" => self.hangup(message, at),
            // After an attended transfer the leg's call is another one.
            "BridgeEnter" => drop(self.leg(message, "", at)),
            "OriginateResponse" => self.originate_response(message, at),
            "Status" | "CoreShowChannel" => self.listed(message),
            "StatusComplete" | "CoreShowChannelsComplete" => self.tracker.gap_over(at),
            _ => {}
        }
    }

    /// The leg that a message's fields with this prefix are about.
    fn leg(&mut self, message: &Message, prefix: &str, at: &At) -> Option<Spot> {
        let (uid, call, side) = self.names(message, prefix)?;
        let spot = self.tracker.leg(&uid, &call, &side, at);
        if side == Side::Outside
            && let Some(channel) = message.known(&format!("{prefix}Channel"))
        {
            self.tracker.label(&uid, channel);
        }
        spot
    }

    fn names(&self, message: &Message, prefix: &str) -> Option<(String, String, Side)> {
        let uid = message.known(&format!("{prefix}Uniqueid"))?;
        let call = message.known(&format!("{prefix}Linkedid"))?;
        let channel = message.known(&format!("{prefix}Channel"))?;
        Some((uid.to_owned(), call.to_owned(), side(channel, self.tracker.plan())))
    }

    fn new_channel(&mut self, message: &Message, at: &At) {
        if let Some(spot) = self.leg(message, "", at) {
            let dialled = short(message, "Exten").filter(|dialled| *dialled != "s");
            self.tracker.arrived(&spot, short(message, "CallerIDNum"), dialled, at);
        }
    }

    fn new_state(&mut self, message: &Message, at: &At) {
        let new = message
            .known("Uniqueid")
            .is_some_and(|uid| self.tracker.call_of(uid).is_none());
        let Some(spot) = self.leg(message, "", at) else { return };
        match message.get("ChannelState").unwrap_or_default() {
            // The first that is heard of the call, where the order is not kept.
            "4" if new => {
                let dialled = short(message, "Exten").filter(|dialled| *dialled != "s");
                self.tracker.arrived(&spot, short(message, "CallerIDNum"), dialled, at);
            }
            "5" => self.tracker.ringing(&spot, at),
            "6" => self.tracker.answered(&spot, at),
            _ => {}
        }
    }

    fn offer_ended(&mut self, message: &Message, spot: &Spot, cause: Option<Cause>, at: &At) {
        if let Some(uid) = message.known("DestUniqueid") {
            self.tracker.offer_ended(spot, uid, cause, at);
        }
    }

    fn blind_transfer(&mut self, message: &Message, at: &At) {
        if message.get("Result") != Some("Success") {
            return;
        }
        let transferee = self.leg(message, "Transferee", at);
        let transferer = self.leg(message, "Transferer", at);
        if let Some(call) = transferee.or_else(|| transferer.clone()).map(|spot| spot.call) {
            let target = short(message, "Extension");
            self.tracker
                .transferred(&call, transferer.as_ref(), TransferMode::Blind, target, at);
        }
    }

    /// Asterisk orders the two calls by which was made first; the customer's is the one with the outside party.
    fn attended_transfer(&mut self, message: &Message, at: &At) {
        if message.get("Result") != Some("Success") || message.get("DestType") == Some("Fail") {
            return;
        }
        let transferers = [
            self.leg(message, "OrigTransferer", at),
            self.leg(message, "SecondTransferer", at),
        ];
        let transferee = self.leg(message, "Transferee", at);
        let target = self.leg(message, "TransferTarget", at);
        let outside = |spot: &Option<Spot>| {
            spot.as_ref()
                .is_some_and(|spot| self.tracker.is_outside(spot) == Some(true))
        };
        let swapped = outside(&target) && !outside(&transferee);
        let (customer, colleague) = if swapped {
            (target, transferee)
        } else {
            (transferee, target)
        };
        let call = customer
            .map(|spot| spot.call)
            .or_else(|| transferers.iter().flatten().next().map(|spot| spot.call.clone()));
        let Some(call) = call else { return };
        let transferer = transferers.iter().flatten().find(|spot| spot.call == call);
        let prefix = if swapped { "OrigTransferer" } else { "SecondTransferer" };
        let to = colleague.and_then(|spot| self.tracker.extension(&spot).map(str::to_owned));
        let to = to.or_else(|| short(message, &format!("{prefix}ConnectedLineNum")).map(str::to_owned));
        let to = to.or_else(|| short(message, &format!("{prefix}Exten")).map(str::to_owned));
        self.tracker
            .transferred(&call, transferer, TransferMode::Attended, to.as_deref(), at);
    }

    fn pickup(&mut self, message: &Message, at: &At) {
        let Some(target) = self.leg(message, "Target", at) else {
            return;
        };
        if let Some((uid, _, side)) = self.names(message, "") {
            self.tracker.picked_up(&target, &uid, &side, at);
        }
    }

    fn hangup(&mut self, message: &Message, at: &At) {
        self.leg(message, "", at);
        if let Some(uid) = message.known("Uniqueid") {
            let cause = message
                .get("Cause")
                .and_then(|cause| cause.parse().ok())
                .and_then(of_hangup);
            self.tracker.gone(uid, cause, at);
        }
    }

    fn originate_response(&mut self, message: &Message, at: &At) {
        let id = message.get("ActionID").and_then(|id| id.strip_prefix(DIAL));
        if let (Some(id), Some("Failure")) = (id, message.get("Response")) {
            let cause = match message.get("Reason") {
                Some("0") => Some(Cause::Unreachable),
                Some("1" | "3") => Some(Cause::NoAnswer),
                Some("5") => Some(Cause::Busy),
                Some("8") => Some(Cause::Congestion),
                _ => None,
            };
            self.tracker.not_made(id, cause, at);
        }
    }

    fn listed(&mut self, message: &Message) {
        if let Some((uid, call, side)) = self.names(message, "") {
            let own = |name: &str| short(message, name).map(str::to_owned);
            let (caller, dialled) = (own("CallerIDNum"), own("Exten"));
            let up = message.get("ChannelState") == Some("6");
            self.tracker.gap_seen(Listed {
                uid,
                call,
                side,
                up,
                caller,
                dialled,
            });
        }
    }
}

/// A number or a name, unless it is too long for one.
fn short<'a>(message: &'a Message, name: &str) -> Option<&'a str> {
    message.known(name).filter(|value| value.len() <= LONGEST)
}

fn of_dial(status: &str) -> Option<Cause> {
    Some(match status {
        "BUSY" => Cause::Busy,
        "NOANSWER" => Cause::NoAnswer,
        "CANCEL" => Cause::Cancelled,
        "CONGESTION" => Cause::Congestion,
        "CHANUNAVAIL" => Cause::Unreachable,
        "DONTCALL" => Cause::Rejected,
        _ => return None,
    })
}

/// The causes of Q.850.
fn of_hangup(cause: u32) -> Option<Cause> {
    Some(match cause {
        16 => Cause::Normal,
        17 => Cause::Busy,
        18 | 19 => Cause::NoAnswer,
        21 => Cause::Rejected,
        26 => Cause::ElsewhereAnswered,
        1..=3 | 20 | 22 | 27 | 28 => Cause::Unreachable,
        34 | 38 | 41 | 42 | 44 => Cause::Congestion,
        _ => return None,
    })
}
