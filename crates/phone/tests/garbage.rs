//! Whatever arrives: nothing panics, and nothing grows without bound.

use phone::ami::{Message, Splitter};
use phone::esl::{Framer, Report};
use phone::{Plan, ami, esl, webhook};
use proptest::prelude::*;

/// Octets as they may come: anything at all, or what looks like the protocols.
fn octets() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        Just(b"\r\n".to_vec()),
        Just(b"\n\n".to_vec()),
        Just(b"Event: Newchannel\r\n".to_vec()),
        Just(b"Asterisk Call Manager/9\r\n".to_vec()),
        Just(b"Content-Length: 7\n".to_vec()),
        Just(b"Content-Type: text/event-json\n".to_vec()),
        Just(b"{\"Event-Name\":\"CHANNEL_CREATE\"}".to_vec()),
        "[A-Za-z]{1,12}: .{0,40}\r\n".prop_map(String::into_bytes),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn one_of(words: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    proptest::sample::select(words)
}

const EVENTS: [&str; 22] = [
    "Newchannel",
    "Newstate",
    "QueueCallerJoin",
    "QueueCallerLeave",
    "QueueCallerAbandon",
    "AgentCalled",
    "DialBegin",
    "DialState",
    "DialEnd",
    "AgentConnect",
    "AgentRingNoAnswer",
    "Hold",
    "Unhold",
    "BlindTransfer",
    "AttendedTransfer",
    "Pickup",
    "HangupRequest",
    "Hangup",
    "OriginateResponse",
    "BridgeEnter",
    "Status",
    "StatusComplete",
];
const PREFIXES: [&str; 8] = [
    "",
    "Dest",
    "Target",
    "Transferer",
    "Transferee",
    "OrigTransferer",
    "SecondTransferer",
    "TransferTarget",
];
const CHANNELS: [&str; 6] = [
    "SIP/1001-1",
    "PJSIP/1002-2",
    "SIP/trunk-3",
    "Local/1001@a-4;1",
    "Local/1001@a-4;2",
    "Surrogate/x",
];

/// A message of the manager protocol that says something, of few calls and legs, so that they meet.
fn message() -> impl Strategy<Value = String> {
    let leg = (0..PREFIXES.len(), 0..CHANNELS.len(), 0..6_u8, 0..4_u8);
    let legs = proptest::collection::vec(leg, 0..4);
    let rest = (
        0..8_u8,
        one_of(&["RINGING", "ANSWER", "BUSY", "CANCEL", "x"]),
        one_of(&["Success", "Failure"]),
        one_of(&["1002", "13800000001", "s", "110"]),
    );
    (0..EVENTS.len(), legs, rest).prop_map(|(event, legs, (state, status, result, exten))| {
        let mut text = format!("Event: {}\n", EVENTS[event]);
        for (prefix, channel, uid, call) in legs {
            let prefix = PREFIXES[prefix];
            text += &format!("{prefix}Channel: {}\n{prefix}Uniqueid: {uid}\n{prefix}Linkedid: {call}\n", CHANNELS[channel]);
        }
        text + &format!(
            "ChannelState: {state}\nDialStatus: {status}\nResult: {result}\nResponse: {result}\nExten: {exten}\nCallerIDNum: {exten}\n\
             Queue: q\nCause: {state}\nActionID: dial-{state}\nReason: {state}\n"
        )
    })
}

/// A report of the event socket, likewise.
fn report() -> impl Strategy<Value = String> {
    let event = one_of(&[
        "CHANNEL_CREATE",
        "CHANNEL_PROGRESS",
        "CHANNEL_ANSWER",
        "CHANNEL_BRIDGE",
        "CHANNEL_HOLD",
        "CHANNEL_UNHOLD",
        "CHANNEL_HANGUP_COMPLETE",
        "RECORD_STOP",
        "CUSTOM",
    ]);
    let name = one_of(&[
        "sofia/internal/1001@x",
        "sofia/internal/1002@x",
        "sofia/external/13800000001@x",
        "loopback/1001-a",
        "error/x",
    ]);
    let action = one_of(&[
        "member-queue-start",
        "member-queue-end",
        "agent-offering",
        "bridge-agent-fail",
    ]);
    let way = one_of(&["inbound", "outbound"]);
    let cause = one_of(&["BLIND_TRANSFER", "ATTENDED_TRANSFER", "NORMAL_CLEARING"]);
    let leg = || one_of(&["a", "b", "c", "d"]);
    (event, name, action, way, cause, leg(), leg()).prop_map(|(event, name, action, way, cause, one, other)| {
        serde_json::json!({
            "Event-Name": event, "Channel-Name": name, "CC-Action": action, "Call-Direction": way, "Hangup-Cause": cause,
            "Unique-ID": one, "Other-Leg-Unique-ID": other, "Bridge-A-Unique-ID": one, "Bridge-B-Unique-ID": other,
            "CC-Member-Session-UUID": other, "CC-Agent": "1001@x", "CC-Queue": "q", "Event-Subclass": "callcenter::info",
            "Record-File-Path": "/r", "Core-UUID": "c", "Event-Sequence": "1",
        })
        .to_string()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn octets_never_stop_the_manager_protocol(pieces in proptest::collection::vec(octets(), 0..6)) {
        let (mut splitter, mut messages) = (Splitter::default(), Vec::new());
        let mut translator = ami::Translator::new("pbx", Plan::default(), &[]);
        for piece in pieces {
            if splitter.push(&piece, &mut messages).is_err() {
                break;
            }
            for message in messages.drain(..) {
                translator.translate(&message, 0);
            }
        }
    }

    #[test]
    fn octets_never_stop_the_event_socket(pieces in proptest::collection::vec(octets(), 0..6)) {
        let (mut framer, mut frames) = (Framer::default(), Vec::new());
        let mut translator = esl::Translator::new("fs", Plan::default(), Vec::new(), &[]);
        for piece in pieces {
            if framer.push(&piece, &mut frames).is_err() {
                break;
            }
            for frame in frames.drain(..) {
                if let Some(report) = Report::read(&frame.body) {
                    translator.translate(&report, 0);
                }
                if let Ok(list) = serde_json::from_slice(&frame.body) {
                    translator.listed(&list, 0);
                }
            }
        }
    }

    #[test]
    fn octets_never_stop_the_webhook(body in octets(), form in any::<bool>()) {
        let media = if form { "application/x-www-form-urlencoded" } else { "application/json" };
        webhook::parse(media, &body, 0, "hook").ok();
    }

    /// However messages follow each other: a call arrives once and ends once, and a telephone answers in it once.
    #[test]
    fn messages_in_any_order_end_a_call_once(texts in proptest::collection::vec(message(), 0..120)) {
        let mut translator = ami::Translator::new("pbx", Plan::default(), &[]);
        let mut events = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            if text.contains("Event: StatusComplete") {
                translator.listing_asked();
            }
            events.extend(translator.translate(&Message::read(text), at as i64));
        }
        once(&events)?;
        prop_assert!(events.len() <= 3 * texts.len(), "{} of {}", events.len(), texts.len());
    }

    #[test]
    fn reports_in_any_order_end_a_call_once(texts in proptest::collection::vec(report(), 0..120)) {
        let mut translator = esl::Translator::new("fs", Plan::default(), vec!["external".to_owned()], &[]);
        let read = |text: &String| Report::read(text.as_bytes());
        let events: Vec<_> = texts.iter().filter_map(read).flat_map(|report| translator.translate(&report, 0)).collect();
        once(&events)?;
    }
}

fn once(events: &[domain::call::event::CallEvent]) -> Result<(), TestCaseError> {
    use domain::call::event::CallKind;
    let mut seen = std::collections::HashSet::new();
    for event in events {
        let whole = matches!(event.kind, CallKind::Arrived | CallKind::HungUp);
        let part = matches!(
            event.kind,
            CallKind::Answered | CallKind::Ringing | CallKind::Offered | CallKind::OfferEnded
        );
        if whole || part {
            let leg = event.leg_key.clone().filter(|_| part);
            prop_assert!(
                seen.insert((event.call_key.clone(), event.kind, leg)),
                "twice: {event:?}"
            );
        }
    }
    Ok(())
}
