//! Recorded sessions of Asterisk 20 through the translator, and sessions written by hand for what was not recorded.

use super::{Message, Translator};
use crate::Plan;
use crate::testing::{ANSWERED_HOLD_TRANSFER, CLICK_TO_CALL, Capture, MISSED_RINGING, MISSED_UNREACHABLE};
use crate::track::tests::lines;
use domain::call::event::{CallEvent, CallKind, Direction};

fn translator() -> Translator {
    Translator::new("pbx", Plan::default(), &[])
}

fn run(translator: &mut Translator, capture: &Capture) -> Vec<CallEvent> {
    let translate = |step: &crate::testing::Step| translator.translate(&Message::read(&step.text), step.at);
    capture.steps.iter().flat_map(translate).collect()
}

const ANSWERED: [&str; 12] = [
    "203.870 arrived in 13800000001>95001 - leg=1795280883.8",
    "203.881 queued in 13800000001>95001 - leg=1795280883.8 queue=hotline",
    "203.881 offered in 13800000001>95001 1001 leg=1795280883.9 queue=hotline",
    "203.881 ringing in 13800000001>95001 1001 leg=1795280883.9",
    "209.900 answered in 13800000001>95001 1001 leg=1795280883.9 queue=hotline",
    "211.421 held in 13800000001>95001 1001 leg=1795280883.9",
    "214.424 unheld in 13800000001>95001 1001 leg=1795280883.9",
    "215.953 transferred in 13800000001>95001 1001 leg=1795280883.9 target=1003 mode=blind",
    "215.954 offered in 13800000001>95001 1003 leg=1795280895.10",
    "215.954 ringing in 13800000001>95001 1003 leg=1795280895.10",
    "217.950 answered in 13800000001>95001 1003 leg=1795280895.10",
    "223.927 hung_up in 13800000001>95001 - cause=normal outside=true",
];

const RANG: [&str; 6] = [
    "0.929 arrived in 13800000001>95001 - leg=1795281556.0",
    "0.929 queued in 13800000001>95001 - leg=1795281556.0 queue=hotline",
    "0.929 offered in 13800000001>95001 1001 leg=1795281556.1 queue=hotline",
    "0.929 ringing in 13800000001>95001 1001 leg=1795281556.1",
    "7.908 offer_ended in 13800000001>95001 1001 leg=1795281556.1 cause=cancelled",
    "7.908 hung_up in 13800000001>95001 - cause=cancelled outside=true",
];

const UNREACHABLE: [&str; 5] = [
    "269.509 arrived in 13800000001>95001 - leg=1795280949.11",
    "269.525 queued in 13800000001>95001 - leg=1795280949.11 queue=hotline",
    "269.525 offered in 13800000001>95001 1001 leg=1795280949.12 queue=hotline",
    "276.550 offer_ended in 13800000001>95001 1001 leg=1795280949.12 cause=cancelled",
    "276.550 hung_up in 13800000001>95001 - cause=cancelled outside=true",
];

const CLICKED: [&str; 5] = [
    "278.408 arrived out 1001>13800000001 1001 leg=crm-cb-0001",
    "278.408 offered out 1001>13800000001 1001 leg=crm-cb-0001",
    "278.412 ringing out 1001>13800000001 1001 leg=crm-cb-0001",
    "279.935 ringing out 1001>13800000001 - leg=1795280959.14",
    "282.439 answered out 1001>13800000001 1001 leg=1795280959.14",
];

/// What is expected of each recorded session; the translator knows of the call that we asked for.
fn recorded() -> [(&'static str, &'static [&'static str]); 4] {
    [
        (ANSWERED_HOLD_TRANSFER, &ANSWERED),
        (MISSED_RINGING, &RANG),
        (MISSED_UNREACHABLE, &UNREACHABLE),
        (CLICK_TO_CALL, &CLICKED),
    ]
}

fn expecting() -> Translator {
    let mut translator = translator();
    translator.expect("crm-cb-0001", "1001", "13800000001");
    translator
}

#[test]
fn recorded_sessions_become_these_events() {
    for (text, expected) in recorded() {
        assert_eq!(lines(&run(&mut expecting(), &Capture::read(text))), expected);
    }
}

#[test]
fn what_comes_twice_is_said_once() {
    for (text, expected) in recorded() {
        assert_eq!(lines(&run(&mut expecting(), &Capture::read(text).doubled())), expected);
        // And the whole session once more, as after a reconnect that repeats it.
        let mut translator = expecting();
        run(&mut translator, &Capture::read(text));
        assert_eq!(run(&mut translator, &Capture::read(text)), []);
    }
}

/// What happened to whom, without when: the same whatever the order of neighbours.
fn facts(events: &[CallEvent]) -> Vec<String> {
    let fact = |event: &CallEvent| {
        format!(
            "{} {} {:?} {:?}",
            event.call_key, event.kind, event.leg_key, event.target
        )
    };
    let mut facts: Vec<String> = events.iter().map(fact).collect();
    facts.sort();
    facts
}

#[test]
fn neighbours_in_the_wrong_order_make_no_other_call() {
    for (text, _) in recorded() {
        let capture = Capture::read(text);
        let expected = facts(&run(&mut expecting(), &capture));
        for first in 0..capture.steps.len() - 1 {
            let mut swapped = capture.clone();
            let text = swapped.steps[first].text.clone();
            swapped.steps[first].text = std::mem::replace(&mut swapped.steps[first + 1].text, text);
            assert_eq!(
                facts(&run(&mut expecting(), &swapped)),
                expected,
                "{first}: {}",
                capture.steps[first].text
            );
        }
        for first in [0, 1] {
            assert_eq!(facts(&run(&mut expecting(), &capture.swapped(first))), expected);
        }
    }
}

#[test]
fn a_call_asked_for_by_somebody_else_goes_out_as_well() {
    let events = lines(&run(&mut translator(), &Capture::read(CLICK_TO_CALL)));
    assert_eq!(
        events,
        [
            "279.934 arrived out 1001>13800000001 1001 leg=crm-cb-0001",
            "279.935 ringing out 1001>13800000001 - leg=1795280959.14",
            "282.439 answered out 1001>13800000001 1001 leg=1795280959.14",
        ]
    );
}

#[test]
fn whoever_comes_in_the_middle_loses_no_hang_up() {
    let capture = Capture::read(ANSWERED_HOLD_TRANSFER);
    for from in 0..capture.steps.len() - 4 {
        let rest = Capture {
            steps: capture.steps[from..].to_vec(),
            request: None,
        };
        let events = run(&mut translator(), &rest);
        let ends: Vec<_> = events.iter().filter(|event| event.kind == CallKind::HungUp).collect();
        assert_eq!(ends.len(), 1, "{from}");
        assert_eq!(
            (ends[0].at_received, ends[0].direction),
            (223_927, Some(Direction::In)),
            "{from}"
        );
    }
}

#[test]
fn an_event_carries_asterisks_own_time_where_it_is_sent() {
    let capture = Capture::read(MISSED_RINGING);
    let mut translator = translator();
    let message = format!("{}\nTimestamp: 1795281556.591999\n", capture.steps[0].text);
    let events = translator.translate(&Message::read(&message), 7);
    assert_eq!(
        (events[0].at_source, events[0].at_received),
        (Some(1_795_281_556_591), 7)
    );
    let events = translator.translate(&Message::read(&capture.steps[2].text), 8);
    assert_eq!((events[0].at_source, events[0].at_received), (None, 8));
}

/// A session in short: `HH event field=value …`; `leg=`, `to=` name a channel whose unique id is what follows its `#`.
fn session(translator: &mut Translator, text: &str) -> Vec<String> {
    let mut events = Vec::new();
    for (at, line) in text.trim().lines().enumerate() {
        let mut words = line.split_whitespace();
        let mut message = format!("Event: {}\n", words.next().unwrap());
        for (name, value) in words.filter_map(|word| word.split_once('=')) {
            match value.split_once('#') {
                Some((channel, ids)) => {
                    let (uid, call) = ids.split_once('@').unwrap();
                    let prefix = name.strip_suffix("Channel").unwrap();
                    message.push_str(&format!(
                        "{prefix}Channel: {channel}\n{prefix}Uniqueid: {uid}\n{prefix}Linkedid: {call}\n"
                    ));
                }
                None => message.push_str(&format!("{name}: {value}\n")),
            }
        }
        events.extend(translator.translate(&Message::read(&message), at as i64 * 1000));
    }
    lines(&events)
}

#[test]
fn an_attended_transfer_ends_with_the_customer_at_the_colleague() {
    let events = session(
        &mut translator(),
        "
Newchannel Channel=PJSIP/trunk-1#1.1@1.1 ChannelState=0 CallerIDNum=13800000001 Exten=95001
DialBegin Channel=PJSIP/trunk-1#1.1@1.1 DestChannel=PJSIP/1001-2#1.2@1.1
Newstate Channel=PJSIP/1001-2#1.2@1.1 ChannelState=6
Hold Channel=PJSIP/1001-2#1.2@1.1
Newchannel Channel=PJSIP/1001-3#1.3@1.3 ChannelState=0 CallerIDNum=1001 Exten=1003
DialBegin Channel=PJSIP/1001-3#1.3@1.3 Exten=1003 DestChannel=PJSIP/1003-4#1.4@1.3
Newstate Channel=PJSIP/1003-4#1.4@1.3 ChannelState=5
Newstate Channel=PJSIP/1003-4#1.4@1.3 ChannelState=6
AttendedTransfer Result=Success OrigTransfererChannel=PJSIP/1001-2#1.2@1.1 SecondTransfererChannel=PJSIP/1001-3#1.3@1.3 \
TransfereeChannel=PJSIP/trunk-1#1.1@1.1 TransferTargetChannel=PJSIP/1003-4#1.4@1.3 DestType=Bridge
BridgeEnter Channel=PJSIP/1003-4#1.4@1.1
HangupRequest Channel=PJSIP/1001-3#1.3@1.1
Hangup Channel=PJSIP/1001-3#1.3@1.1 Cause=16
Hangup Channel=PJSIP/1001-2#1.2@1.1 Cause=16
HangupRequest Channel=PJSIP/1003-4#1.4@1.1
Hangup Channel=PJSIP/1003-4#1.4@1.1 Cause=16
Hangup Channel=PJSIP/trunk-1#1.1@1.1 Cause=16
"
        .replace("\\\n", "")
        .as_str(),
    );
    assert_eq!(
        events,
        [
            "0.000 arrived in 13800000001>95001 - leg=1.1",
            "1.000 offered in 13800000001>95001 1001 leg=1.2",
            "2.000 answered in 13800000001>95001 1001 leg=1.2",
            "3.000 held in 13800000001>95001 1001 leg=1.2",
            "4.000 arrived internal 1001>1003 1001 leg=1.3",
            "5.000 offered internal 1001>1003 1003 leg=1.4",
            "6.000 ringing internal 1001>1003 1003 leg=1.4",
            "7.000 answered internal 1001>1003 1003 leg=1.4",
            "8.000 transferred in 13800000001>95001 1001 leg=1.2 target=1003 mode=attended",
            "9.000 answered in 13800000001>95001 1003 leg=1.4",
            "11.000 hung_up internal 1001>1003 - cause=normal",
            "15.000 hung_up in 13800000001>95001 - cause=normal outside=false",
        ]
    );
}

#[test]
fn whoever_calls_from_an_extension_is_told_by_what_is_dialled() {
    let events = session(
        &mut translator(),
        "
Newchannel Channel=PJSIP/1001-1#1.1@1.1 ChannelState=0 CallerIDNum=95001 Exten=13800000001
DialBegin Channel=PJSIP/1001-1#1.1@1.1 DestChannel=PJSIP/trunk-2#1.2@1.1
DialState Channel=PJSIP/1001-1#1.1@1.1 DestChannel=PJSIP/trunk-2#1.2@1.1 DialStatus=RINGING
DialEnd Channel=PJSIP/1001-1#1.1@1.1 DestChannel=PJSIP/trunk-2#1.2@1.1 DialStatus=BUSY
Hangup Channel=PJSIP/trunk-2#1.2@1.1 Cause=17
HangupRequest Channel=PJSIP/1001-1#1.1@1.1
Hangup Channel=PJSIP/1001-1#1.1@1.1 Cause=16
Newchannel Channel=PJSIP/1001-3#1.3@1.3 ChannelState=0 CallerIDNum=1001 Exten=110
DialBegin Channel=PJSIP/1001-3#1.3@1.3 DestChannel=PJSIP/trunk-4#1.4@1.3
Newstate Channel=PJSIP/trunk-4#1.4@1.3 ChannelState=6
HangupRequest Channel=PJSIP/trunk-4#1.4@1.3
Hangup Channel=PJSIP/trunk-4#1.4@1.3 Cause=16
Newchannel Channel=PJSIP/1001-5#1.5@1.5 ChannelState=0 CallerIDNum=1001 Exten=1002
DialBegin Channel=PJSIP/1001-5#1.5@1.5 DestChannel=PJSIP/1002-6#1.6@1.5
DialEnd Channel=PJSIP/1001-5#1.5@1.5 DestChannel=PJSIP/1002-6#1.6@1.5 DialStatus=CHANUNAVAIL
Hangup Channel=PJSIP/1002-6#1.6@1.5 Cause=20
Hangup Channel=PJSIP/1001-5#1.5@1.5 Cause=16
",
    );
    assert_eq!(
        events,
        [
            "0.000 arrived out 1001>13800000001 1001 leg=1.1",
            "2.000 ringing out 1001>13800000001 - leg=1.2",
            "6.000 hung_up out 1001>13800000001 - cause=busy outside=false",
            "7.000 arrived - 1001>110 1001 leg=1.3",
            "9.000 answered out 1001>110 1001 leg=1.4",
            "11.000 hung_up out 1001>110 - cause=normal outside=true",
            "12.000 arrived internal 1001>1002 1001 leg=1.5",
            "13.000 offered internal 1001>1002 1002 leg=1.6",
            "14.000 offer_ended internal 1001>1002 1002 leg=1.6 cause=unreachable",
            "16.000 hung_up internal 1001>1002 - cause=unreachable",
        ]
    );
}

#[test]
fn of_several_telephones_the_others_are_answered_elsewhere_and_a_helper_answers_nothing() {
    let events = session(
        &mut translator(),
        "
Newchannel Channel=PJSIP/trunk-1#1.1@1.1 ChannelState=0 CallerIDNum=anonymous Exten=95001
QueueCallerJoin Channel=PJSIP/trunk-1#1.1@1.1 Queue=hotline
AgentCalled Channel=PJSIP/trunk-1#1.1@1.1 DestChannel=Local/1001@agents-1;1#1.2@1.1
AgentCalled Channel=PJSIP/trunk-1#1.1@1.1 DestChannel=PJSIP/1002-2#1.3@1.1
Newchannel Channel=Local/1001@agents-1;2#1.4@1.1 ChannelState=4 Exten=1001
DialBegin Channel=Local/1001@agents-1;2#1.4@1.1 DestChannel=PJSIP/1001-3#1.5@1.1
Newstate Channel=PJSIP/1001-3#1.5@1.1 ChannelState=5
Newstate Channel=Local/1001@agents-1;1#1.2@1.1 ChannelState=5
Newstate Channel=PJSIP/1002-2#1.3@1.1 ChannelState=5
Newstate Channel=Local/1001@agents-1;1#1.2@1.1 ChannelState=6
Newstate Channel=PJSIP/1001-3#1.5@1.1 ChannelState=6
DialEnd Channel=PJSIP/trunk-1#1.1@1.1 DestChannel=Local/1001@agents-1;1#1.2@1.1 DialStatus=ANSWER
DialEnd Channel=PJSIP/trunk-1#1.1@1.1 DestChannel=PJSIP/1002-2#1.3@1.1 DialStatus=CANCEL
HangupRequest Channel=PJSIP/1002-2#1.3@1.1
Hangup Channel=PJSIP/1002-2#1.3@1.1 Cause=26
Hangup Channel=Local/1001@agents-1;1#1.2@1.1 Cause=16
HangupRequest Channel=PJSIP/1001-3#1.5@1.1
Hangup Channel=PJSIP/1001-3#1.5@1.1 Cause=16
Hangup Channel=PJSIP/trunk-1#1.1@1.1 Cause=16
",
    );
    assert_eq!(
        events,
        [
            "0.000 arrived in anonymous>95001 - leg=1.1",
            "1.000 queued in anonymous>95001 - leg=1.1 queue=hotline",
            "2.000 offered in anonymous>95001 1001 leg=1.2 queue=hotline",
            "3.000 offered in anonymous>95001 1002 leg=1.3 queue=hotline",
            "6.000 ringing in anonymous>95001 1001 leg=1.2",
            "8.000 ringing in anonymous>95001 1002 leg=1.3",
            "10.000 answered in anonymous>95001 1001 leg=1.2 queue=hotline",
            "12.000 offer_ended in anonymous>95001 1002 leg=1.3 cause=elsewhere_answered",
            "18.000 hung_up in anonymous>95001 - cause=normal outside=false",
        ]
    );
}

#[test]
fn a_call_that_is_picked_up_is_answered_by_whoever_did() {
    let events = session(
        &mut translator(),
        "
Newchannel Channel=PJSIP/trunk-1#1.1@1.1 ChannelState=0 CallerIDNum=13800000001 Exten=95001
DialBegin Channel=PJSIP/trunk-1#1.1@1.1 DestChannel=PJSIP/1001-2#1.2@1.1
Newchannel Channel=PJSIP/1002-3#1.3@1.3 ChannelState=0 CallerIDNum=1002 Exten=*8
Pickup Channel=PJSIP/1002-3#1.3@1.3 TargetChannel=PJSIP/1001-2#1.2@1.1
Newstate Channel=PJSIP/1002-3#1.3@1.3 ChannelState=6
DialEnd Channel=PJSIP/trunk-1#1.1@1.1 DestChannel=PJSIP/1002-3#1.3@1.1 DialStatus=ANSWER
Hangup Channel=PJSIP/1001-2#1.2@1.1 Cause=26
Hangup Channel=PJSIP/1002-3#1.3@1.1 Cause=16
Hangup Channel=PJSIP/trunk-1#1.1@1.1 Cause=16
",
    );
    assert_eq!(
        events,
        [
            "0.000 arrived in 13800000001>95001 - leg=1.1",
            "1.000 offered in 13800000001>95001 1001 leg=1.2",
            "2.000 arrived internal 1002>*8 1002 leg=1.3",
            "3.000 offer_ended in 13800000001>95001 1001 leg=1.2 cause=elsewhere_answered",
            "3.000 hung_up internal 1002>*8 -",
            "3.000 answered in 13800000001>95001 1002 leg=1.3",
            "8.000 hung_up in 13800000001>95001 - cause=normal",
        ]
    );
}

#[test]
fn a_queue_that_gives_up_says_that_nobody_answered_in_time() {
    let events = session(
        &mut translator(),
        "
Newchannel Channel=PJSIP/trunk-1#1.1@1.1 ChannelState=0 CallerIDNum=13800000001 Exten=95001
AgentCalled Channel=PJSIP/trunk-1#1.1@1.1 DestChannel=PJSIP/1001-2#1.2@1.1
AgentRingNoAnswer Channel=PJSIP/trunk-1#1.1@1.1 DestChannel=PJSIP/1001-2#1.2@1.1 RingTime=15000
Hangup Channel=PJSIP/1001-2#1.2@1.1 Cause=16
AgentCalled Channel=PJSIP/trunk-1#1.1@1.1 DestChannel=PJSIP/1001-3#1.3@1.1
DialEnd Channel=PJSIP/trunk-1#1.1@1.1 DestChannel=PJSIP/1001-3#1.3@1.1 DialStatus=BUSY
Hangup Channel=PJSIP/trunk-1#1.1@1.1 Cause=16
",
    );
    assert_eq!(
        events,
        [
            "0.000 arrived in 13800000001>95001 - leg=1.1",
            "1.000 offered in 13800000001>95001 1001 leg=1.2",
            "2.000 offer_ended in 13800000001>95001 1001 leg=1.2 cause=no_answer",
            "4.000 offered in 13800000001>95001 1001 leg=1.3",
            "5.000 offer_ended in 13800000001>95001 1001 leg=1.3 cause=busy",
            "6.000 hung_up in 13800000001>95001 - cause=busy",
        ]
    );
}

#[test]
fn a_recorded_session_folds_to_the_call_that_it_was() {
    use domain::call::fold::fold;
    use domain::call::measure::{HungUpFirst, hung_up_first, ringing_ms, wait_ms};
    let call = fold(&run(&mut translator(), &Capture::read(ANSWERED_HOLD_TRANSFER)));
    assert_eq!((ringing_ms(&call), wait_ms(&call)), (Some(6_019), Some(6_030)));
    assert_eq!(
        (call.talk_ms(), call.hold_ms(), call.legs.len()),
        (Some(14_027), 3_003, 2)
    );
    assert_eq!(call.answered.as_ref().unwrap().extension.as_deref(), Some("1001"));
    assert_eq!(call.transfers[0].to.as_deref(), Some("1003"));
    assert_eq!(hung_up_first(&call), Some(HungUpFirst::Outside));
}
