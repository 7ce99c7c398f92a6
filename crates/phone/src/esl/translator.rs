//! What FreeSWITCH's events mean: from reports to neutral events. No network, no clock of its own.
//!
//! A call is named by its first leg's `Unique-ID`. Another leg belongs to it by what it says of the one that called it. What is
//! easily taken wrong:
//! - Every leg that comes in is "inbound", an extension's as well: whose it is says the channel's name.
//! - A bridge may be made for early media, before anybody answers: only `CHANNEL_ANSWER` is an answer.
//! - A transfer has no event; the leg that made it says so when it hangs up.

use domain::call::event::{CallEvent, Cause, TransferMode};
use serde_json::{Map, Value};

use crate::track::{At, Listed, Side, Spot, Tracker};
use crate::{OpenCall, Plan, Refusal, instant};

/// Most characters of a number or a name of a queue; what is longer is neither.
const LONGEST: usize = 128;

/// One event as it was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Report(Map<String, Value>);

impl Report {
    /// Reads an event from JSON; `None` if it is not an object.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Report> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Some(Report(fields)),
            _ => None,
        }
    }

    /// A field, if it is text and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .and_then(Value::as_str)
            .filter(|value| !value.is_empty())
    }

    fn short(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| value.len() <= LONGEST)
    }
}

/// The calls of one FreeSWITCH.
#[derive(Debug)]
pub struct Translator {
    tracker: Tracker,
    outside_profiles: Vec<String>,
}

impl Translator {
    /// `source` is the name under which this telephone system was set up; `open` are its calls that are open in the store.
    #[must_use]
    pub fn new(source: &str, plan: Plan, outside_profiles: Vec<String>, open: &[OpenCall]) -> Translator {
        Translator {
            tracker: Tracker::new(source, plan, open),
            outside_profiles,
        }
    }

    /// What a report says, in neutral words; mostly nothing. `at_received` is our own clock, in unix milliseconds.
    pub fn translate(&mut self, report: &Report, at_received: i64) -> Vec<CallEvent> {
        let id = match (report.short("Core-UUID"), report.short("Event-Sequence")) {
            (Some(core), Some(sequence)) => Some(format!("{core}:{sequence}")),
            _ => None,
        };
        let source = report.get("Event-Date-Timestamp").and_then(instant::microseconds);
        let at = At {
            received: at_received,
            source,
            id,
            after_gap: false,
        };
        self.read(report, &at);
        self.tracker.take()
    }

    /// A listing of all channels is about to come: what it does not name is gone.
    pub fn listing_asked(&mut self) {
        self.tracker.gap_began();
    }

    /// The listing, as `show channels as json` gives it.
    pub fn listed(&mut self, list: &Value, at_received: i64) -> Vec<CallEvent> {
        // Something else than a listing names nothing, and must not close everything.
        if list.get("row_count").is_none() {
            return Vec::new();
        }
        for row in list.get("rows").and_then(Value::as_array).into_iter().flatten() {
            let text = |name: &str| row.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
            let (Some(uid), Some(name)) = (text("uuid"), text("name")) else {
                continue;
            };
            let call = self
                .tracker
                .call_of(uid)
                .or(text("call_uuid"))
                .unwrap_or(uid)
                .to_owned();
            let own = |name: &str| text(name).filter(|text| text.len() <= LONGEST).map(str::to_owned);
            self.tracker.gap_seen(Listed {
                uid: uid.to_owned(),
                call,
                side: self.side(name),
                up: matches!(text("callstate"), Some("ACTIVE" | "HELD" | "UNHELD")),
                caller: own("initial_cid_num").or_else(|| own("cid_num")),
                dialled: own("initial_dest").or_else(|| own("dest")),
            });
        }
        self.tracker.gap_over(&At {
            received: at_received,
            ..At::default()
        });
        self.tracker.take()
    }

    /// A call that was asked for will come under this id.
    pub(super) fn expect(&mut self, id: &str, extension: &str, number: &str) {
        self.tracker.expect(id, extension, number);
    }

    /// A call that was asked for was not made.
    pub(super) fn not_made(&mut self, id: &str, cause: Option<&str>, at_received: i64) -> Vec<CallEvent> {
        self.tracker.not_made(
            id,
            cause.and_then(of_hangup),
            &At {
                received: at_received,
                ..At::default()
            },
        );
        self.tracker.take()
    }

    /// The leg of a call's outside party, if it can be sent on: see [`Tracker::sendable`].
    pub(super) fn sendable(&self, call_key: &str, unanswered: bool) -> Result<String, Refusal> {
        self.tracker.sendable(call_key, unanswered).map(str::to_owned)
    }

    /// We sent the outside party on: FreeSWITCH has no event for that.
    pub(super) fn sent_on(&mut self, call_key: &str, target: &str, at_received: i64) -> Vec<CallEvent> {
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

    fn read(&mut self, report: &Report, at: &At) {
        match report.get("Event-Name").unwrap_or_default() {
            "CHANNEL_CREATE" => self.created(report, at),
            "CHANNEL_PROGRESS" | "CHANNEL_PROGRESS_MEDIA" => {
                if let Some(spot) = self.leg(report, at) {
                    self.tracker.ringing(&spot, at);
                }
            }
            "CHANNEL_ANSWER" => {
                if let Some(spot) = self.leg(report, at) {
                    self.tracker.answered(&spot, at);
                }
            }
            "CHANNEL_BRIDGE" => self.bridged(report, at),
            event @ ("CHANNEL_HOLD" | "CHANNEL_UNHOLD") => {
                if let Some(spot) = self.leg(report, at) {
                    self.tracker.held(&spot, event == "CHANNEL_HOLD", at);
                }
            }
            "CHANNEL_HANGUP_COMPLETE" => self.hung_up(report, at),
            "RECORD_STOP" => {
                // A file without a sound is no recording.
                let empty = report.get("variable_record_ms") == Some("0");
                let file = report
                    .get("Record-File-Path")
                    .filter(|file| !empty && file.len() <= 1024);
                if let (Some(spot), Some(file)) = (self.leg(report, at), file) {
                    self.tracker.recorded(&spot.call, file, at);
                }
            }
            "CUSTOM" if report.get("Event-Subclass") == Some("callcenter::info") => self.queue(report, at),
            _ => {}
        }
    }

    /// The leg that a report is about.
    fn leg(&mut self, report: &Report, at: &At) -> Option<Spot> {
        let uid = report.get("Unique-ID")?;
        let side = self.side(report.get("Channel-Name")?);
        let call = match self.tracker.call_of(uid) {
            Some(call) => call.to_owned(),
            None => self.call(report, uid),
        };
        self.tracker.leg(uid, &call, &side, at)
    }

    /// The call of a leg that is new: that of the leg which called it.
    fn call(&self, report: &Report, uid: &str) -> String {
        let names = [
            "variable_cc_member_session_uuid",
            "Other-Leg-Unique-ID",
            "variable_call_uuid",
            "Channel-Call-UUID",
        ];
        let others = || {
            names
                .iter()
                .filter_map(|name| report.get(name))
                .filter(|other| *other != uid)
        };
        let known = others().find_map(|other| self.tracker.call_of(other));
        // One that came in by itself is nobody's leg, whatever it was connected with since.
        let alone = report.get("Call-Direction") == Some("inbound");
        known.or_else(|| others().find(|_| !alone)).unwrap_or(uid).to_owned()
    }

    /// Whose channel it is, by its name: `sofia/internal/1001@10.0.0.7`, `sofia/external/13800000001@carrier`, `loopback/1001-a`.
    fn side(&self, channel: &str) -> Side {
        let mut parts = channel.split('/');
        let technology = parts.next().unwrap_or_default();
        let rest = parts.next_back().unwrap_or_default();
        let user = rest.strip_prefix("sip:").unwrap_or(rest);
        let user = user.split_once('@').map_or(user, |(user, _)| user);
        let plan = self.tracker.plan();
        match technology {
            "sofia" => {
                let leads_out = parts
                    .next()
                    .is_some_and(|profile| self.outside_profiles.iter().any(|known| known == profile));
                if !leads_out && plan.is_extension(user) {
                    Side::Extension(user.to_owned())
                } else {
                    Side::Outside
                }
            }
            "loopback" => {
                let name = user.strip_suffix("-a").filter(|name| plan.is_extension(name));
                Side::Proxy(name.map(str::to_owned))
            }
            "verto.rtc" | "rtmp" | "skinny" if plan.is_extension(user) => Side::Extension(user.to_owned()),
            "freetdm" | "FreeTDM" | "gsmopen" | "verto.rtc" => Side::Outside,
            _ => Side::Proxy(None),
        }
    }

    fn created(&mut self, report: &Report, at: &At) {
        let Some(spot) = self.leg(report, at) else { return };
        if report.get("Unique-ID") == Some(spot.call.as_str()) {
            let inbound = report.get("Call-Direction") == Some("inbound");
            let own = |name: &str| report.short(name).filter(|_| inbound);
            let (caller, dialled) = (own("Caller-Caller-ID-Number"), own("Caller-Destination-Number"));
            self.tracker.arrived(&spot, caller, dialled, at);
            if inbound {
                return;
            }
        }
        self.tracker
            .asked(&spot, report.short("Other-Leg-Destination-Number"), at);
    }

    /// Two legs that talk are one call; after an attended transfer they came from two, and the customer's goes on.
    fn bridged(&mut self, report: &Report, at: &At) {
        self.leg(report, at);
        let ids = (report.get("Bridge-A-Unique-ID"), report.get("Bridge-B-Unique-ID"));
        let (Some(one), Some(other)) = ids else { return };
        let (Some(first), Some(second)) = (self.tracker.known(one), self.tracker.known(other)) else {
            return;
        };
        if first.call == second.call {
            return;
        }
        let second_leads =
            self.tracker.is_outside(&second) == Some(true) && self.tracker.is_outside(&first) != Some(true);
        let (moved, moves, stays) = if second_leads {
            (one, first, second)
        } else {
            (other, second, first)
        };
        // A leg that began a call ends it, and stays with it.
        if moved != moves.call
            && let Some(extension) = self.tracker.extension(&moves)
        {
            let side = Side::Extension(extension.to_owned());
            self.tracker.move_leg(moved, &stays.call, &side, at);
        }
    }

    fn hung_up(&mut self, report: &Report, at: &At) {
        let Some(spot) = self.leg(report, at) else { return };
        let cause = report.get("variable_hangup_cause").or(report.get("Hangup-Cause"));
        let disposition = report.get("variable_endpoint_disposition");
        let mode = match (disposition, cause) {
            (Some("BLIND_TRANSFER"), _) | (_, Some("BLIND_TRANSFER")) => Some(TransferMode::Blind),
            (Some("ATTENDED_TRANSFER"), _) | (_, Some("ATTENDED_TRANSFER")) => Some(TransferMode::Attended),
            _ => None,
        };
        let transfers = self.tracker.is_outside(&spot) == Some(false);
        if let Some(mode) = mode.filter(|_| transfers) {
            let target = report
                .get("variable_sip_refer_to")
                .map(user_of_sip)
                .filter(|target| target.len() <= LONGEST);
            self.tracker.transferred(&spot.call, Some(&spot), mode, target, at);
        } else {
            match report.get("variable_sip_hangup_disposition") {
                Some("recv_bye" | "recv_cancel") => self.tracker.asked_to_end(&spot),
                Some("send_bye") => self.tracker.ended_by_us(&spot),
                _ => {}
            }
        }
        if let Some(uid) = report.get("Unique-ID") {
            self.tracker.gone(uid, cause.and_then(of_hangup), at);
        }
    }

    /// `mod_callcenter`: the caller waits, an agent is asked, an agent could not be asked.
    fn queue(&mut self, report: &Report, at: &At) {
        let Some(member) = report.get("CC-Member-Session-UUID") else {
            return;
        };
        let call = self.tracker.call_of(member).unwrap_or(member).to_owned();
        let agent = report
            .short("CC-Agent")
            .map(|agent| agent.split_once('@').map_or(agent, |(agent, _)| agent));
        let agent = agent.filter(|agent| self.tracker.plan().is_extension(agent));
        match (report.get("CC-Action").unwrap_or_default(), agent) {
            ("member-queue-start" | "member-queue-resume", _) => {
                if let Some(queue) = report.short("CC-Queue") {
                    self.tracker.queued(&call, queue, at);
                }
            }
            ("member-queue-end", _) => {
                self.tracker
                    .left_queue(&call, report.get("CC-Cancel-Reason") == Some("BREAK_OUT"));
            }
            ("agent-offering", Some(agent)) => self.tracker.asked_by_queue(&call, agent, at),
            ("bridge-agent-fail", Some(agent)) => {
                let cause = report.get("CC-Hangup-Cause").and_then(of_hangup);
                self.tracker.refused_to_queue(&call, agent, cause, at);
            }
            _ => {}
        }
    }
}

/// The number in `<sip:1003@pbx.example>`, or the text itself.
fn user_of_sip(text: &str) -> &str {
    let rest = text.split_once("sip:").map_or(text, |(_, rest)| rest);
    rest.get(..rest.find(['@', ';', '>', '?']).unwrap_or(rest.len()))
        .unwrap_or(rest)
}

fn of_hangup(cause: &str) -> Option<Cause> {
    Some(match cause {
        "NORMAL_CLEARING" => Cause::Normal,
        "USER_BUSY" => Cause::Busy,
        "ORIGINATOR_CANCEL" => Cause::Cancelled,
        "NO_ANSWER" | "NO_USER_RESPONSE" | "ALLOTTED_TIMEOUT" | "PROGRESS_TIMEOUT" => Cause::NoAnswer,
        "CALL_REJECTED" => Cause::Rejected,
        "LOSE_RACE" | "PICKED_OFF" => Cause::ElsewhereAnswered,
        "UNALLOCATED_NUMBER"
        | "NO_ROUTE_DESTINATION"
        | "SUBSCRIBER_ABSENT"
        | "USER_NOT_REGISTERED"
        | "DESTINATION_OUT_OF_ORDER"
        | "INVALID_NUMBER_FORMAT"
        | "RECOVERY_ON_TIMER_EXPIRE" => Cause::Unreachable,
        "NORMAL_CIRCUIT_CONGESTION"
        | "NORMAL_TEMPORARY_FAILURE"
        | "SWITCH_CONGESTION"
        | "NETWORK_OUT_OF_ORDER"
        | "REQUESTED_CHAN_UNAVAIL"
        | "GATEWAY_DOWN" => Cause::Congestion,
        _ => return None,
    })
}
