//! The three kinds of source, by hand from what they really sent: webhooks of a SIP proxy, the events of Asterisk, and those of
//! FreeSWITCH.

use super::super::event::{CallEvent, CallKind, Cause, Direction, TransferMode};
use super::super::fold::{fold, fold_all};
use super::super::measure::{
    Abandoned, HoldRule, Holds, HungUpFirst, RingRule, Verdict, abandoned, hung_up_first, is_missed, ringing_ms,
    wait_ms,
};
use super::super::state::{Call, ClockUsed, Leg};
use CallKind::{Answered, Arrived, HungUp, OfferEnded, Offered, Queued, Ringing};

/// A webhook: seconds of receipt by our clock that never steps back, and of `ts`.
fn webhook(key: &str, kind: CallKind, received: &str, ts: &str) -> CallEvent {
    CallEvent {
        at_source: Some(millis(ts)),
        direction: Some(Direction::In),
        ..CallEvent::new("kamailio", key, kind, 1_795_281_163_522 + millis(received))
    }
}

fn millis(seconds: &str) -> i64 {
    let (whole, part) = seconds.split_once('.').unwrap();
    whole.parse::<i64>().unwrap() * 1_000 + format!("{part}000")[..3].parse::<i64>().unwrap()
}

fn cause(event: CallEvent, cause: Cause) -> CallEvent {
    CallEvent {
        cause: Some(cause),
        ..event
    }
}

/// The four calls of the capture: talked, never rang, given up (with its hang-up ten times and a time-out of the proxy a minute later),
/// given up.
pub(super) fn webhooks() -> Vec<CallEvent> {
    let new_call = |key, received, ts| CallEvent {
        caller: Some("13800000001".into()),
        called: Some("95001".into()),
        queue: Some("hotline".into()),
        ..webhook(key, Arrived, received, ts)
    };
    let (talked, silent, given_up, again) = ("1-29434", "1-30459", "1-31626", "1-658");
    let mut events = vec![
        new_call(talked, "1.467", "1795281164.964968"),
        webhook(talked, Ringing, "1.486", "1795281164.997509"),
        CallEvent {
            extension: Some("1001".into()),
            ..webhook(talked, Answered, "7.507", "1795281171.002677")
        },
        webhook(talked, CallKind::Held, "9.166", "1795281172.593886"),
        webhook(talked, CallKind::Unheld, "12.326", "1795281175.758000"),
        CallEvent {
            // by=95001
            by_outside: Some(false),
            ..cause(webhook(talked, HungUp, "13.903", "1795281177.387588"), Cause::Normal)
        },
        new_call(silent, "32.499", "1795281196.015855"),
        cause(webhook(silent, HungUp, "62.516", "1795281226.003628"), Cause::NoAnswer),
        new_call(given_up, "88.678", "1795281252.160381"),
        webhook(given_up, Ringing, "88.703", "1795281252.212370"),
    ];
    for (received, ts) in [
        ("95.728", "1795281259.237687"),
        ("96.246", "1795281259.741678"),
        ("97.246", "1795281260.747537"),
        ("99.249", "1795281262.750004"),
        ("103.252", "1795281266.752914"),
        ("107.247", "1795281270.756735"),
        ("111.246", "1795281274.760231"),
        ("115.269", "1795281278.770271"),
        ("119.259", "1795281282.767961"),
        ("123.307", "1795281286.776155"),
    ] {
        events.push(cause(webhook(given_up, HungUp, received, ts), Cause::Cancelled));
    }
    events.push(cause(
        webhook(given_up, HungUp, "148.677", "1795281312.162718"),
        Cause::NoAnswer,
    ));
    events.push(new_call(again, "175.513", "1795281339.027579"));
    events.push(webhook(again, Ringing, "175.519", "1795281339.039331"));
    events.push(cause(
        webhook(again, HungUp, "182.547", "1795281346.063552"),
        Cause::Cancelled,
    ));
    events
}

fn by_key(calls: &[Call], key: &str) -> Call {
    calls.iter().find(|call| call.key == key).unwrap().clone()
}

#[test]
fn webhooks_of_a_proxy() {
    let calls = fold_all(&webhooks());
    assert_eq!(calls.len(), 4);
    assert!(calls.iter().all(|call| call.clock == ClockUsed::Source && !call.stub));
    let now = i64::MAX;
    let rule = RingRule::default();

    let talked = by_key(&calls, "1-29434");
    assert_eq!(talked.caller.as_deref(), Some("13800000001"));
    assert_eq!(talked.answered.as_ref().unwrap().extension.as_deref(), Some("1001"));
    assert_eq!(
        (
            ringing_ms(&talked),
            wait_ms(&talked),
            talked.talk_ms(),
            talked.hold_ms()
        ),
        (Some(6_005), Some(6_038), Some(6_385), 3_165)
    );
    assert_eq!(rule.verdict(&talked, now), Verdict::Met);
    assert_eq!(rule.heard(6_005), 2);
    assert_eq!(hung_up_first(&talked), Some(HungUpFirst::Ours));

    let silent = by_key(&calls, "1-30459");
    assert!(is_missed(&silent));
    assert_eq!(rule.verdict(&silent, now), Verdict::Unknown, "nothing was said to ring");
    assert_eq!(
        (wait_ms(&silent), abandoned(&silent, 5_000), hung_up_first(&silent)),
        (Some(29_988), None, None)
    );

    let given_up = by_key(&calls, "1-31626");
    assert!(is_missed(&given_up));
    let end = given_up.ended.unwrap();
    assert_eq!(
        (end.when.at, end.cause),
        (millis("1795281259.237"), Some(Cause::Cancelled)),
        "the first of eleven ends it"
    );
    assert_eq!(ringing_ms(&given_up), Some(7_025));
    assert_eq!(rule.verdict(&given_up, now), Verdict::GaveUp);
    assert_eq!(abandoned(&given_up, 5_000), Some(Abandoned::Waited));
    assert_eq!(ringing_ms(&by_key(&calls, "1-658")), Some(7_024));
}

/// An event of Asterisk: seconds of the capture; it has a time but no name of its own, and every channel is a leg.
fn ami(kind: CallKind, key: &str, seconds: &str, channel: &str) -> CallEvent {
    CallEvent {
        at_source: Some(1_795_280_680_000 + millis(seconds)),
        direction: Some(Direction::In),
        leg_key: Some(channel.to_owned()),
        ..CallEvent::new("asterisk", key, kind, 7_000_000 + millis(seconds))
    }
}

fn of(event: CallEvent, extension: &str) -> CallEvent {
    CallEvent {
        extension: Some(extension.to_owned()),
        ..event
    }
}

/// `ami_answered_hold_transfer`: 1001 answers, holds, hands over blind to 1003, and the caller hangs up.
pub(super) fn asterisk() -> Vec<CallEvent> {
    let (key, outside, first, second) = ("1795280883.8", "1795280883.8", "1795280883.9", "1795280895.10");
    vec![
        ami(Arrived, key, "203.870", outside),
        ami(Queued, key, "203.881", outside),
        of(ami(Offered, key, "203.881", first), "1001"),
        of(ami(Ringing, key, "203.881", first), "1001"),
        of(ami(Ringing, key, "203.883", first), "1001"),
        // Newstate, DialEnd and AgentConnect all tell it; only the first names the extension.
        of(ami(Answered, key, "209.900", first), "1001"),
        ami(Answered, key, "209.905", first),
        ami(Answered, key, "209.906", first),
        ami(CallKind::Held, key, "211.421", first),
        ami(CallKind::Unheld, key, "214.424", first),
        ami(CallKind::Unheld, key, "215.953", first),
        CallEvent {
            target: Some("1003".into()),
            transfer_mode: Some(TransferMode::Blind),
            ..ami(CallKind::Transferred, key, "215.953", first)
        },
        cause(ami(HungUp, key, "215.953", first), Cause::Normal),
        of(ami(Offered, key, "215.954", second), "1003"),
        of(ami(Ringing, key, "215.954", second), "1003"),
        of(ami(Answered, key, "217.950", second), "1003"),
        cause(ami(HungUp, key, "223.922", second), Cause::Normal),
        CallEvent {
            by_outside: Some(true),
            ..cause(ami(HungUp, key, "223.927", outside), Cause::Normal)
        },
        CallEvent {
            at_source: None,
            recording: Some("1795280883.8.wav".into()),
            ..ami(CallKind::RecordingReady, key, "290.000", outside)
        },
    ]
}

#[test]
fn asterisk_answered_held_and_handed_over() {
    let call = fold(&asterisk());
    assert_eq!(
        call.clock,
        ClockUsed::Source,
        "a recording that is found later changes no time"
    );
    assert_eq!((ringing_ms(&call), wait_ms(&call)), (Some(6_019), Some(6_030)));
    let answer = call.answered.as_ref().unwrap();
    assert_eq!(answer.extension.as_deref(), Some("1001"), "the second answer is a leg");
    assert_eq!(
        (call.talk_ms(), call.hold_ms(), call.holds.len()),
        (Some(14_027), 3_003, 1)
    );
    assert_eq!(call.holds[0].who.as_deref(), Some("1001"));
    let transfer = &call.transfers[..];
    assert_eq!(transfer.len(), 1);
    assert_eq!(
        (transfer[0].to.as_deref(), transfer[0].mode, transfer[0].who.as_deref()),
        (Some("1003"), Some(TransferMode::Blind), Some("1001"))
    );
    let leg = |leg: &Leg| {
        let ms = leg.ended.unwrap().when.since(leg.answered.unwrap());
        (leg.extension.clone().unwrap(), ms)
    };
    assert_eq!(
        call.legs.iter().map(leg).collect::<Vec<_>>(),
        [("1001".to_owned(), 6_053), ("1003".to_owned(), 5_972)]
    );
    assert_eq!(hung_up_first(&call), Some(HungUpFirst::Outside));
    assert_eq!(call.recordings, ["1795280883.8.wav"]);
}

#[test]
fn asterisk_missed_while_ringing_and_out_of_reach() {
    let (key, outside, inside) = ("1795281556.0", "1795281556.0", "1795281556.1");
    let missed = |rings: bool| {
        let mut events = vec![
            ami(Arrived, key, "0.929", outside),
            ami(Queued, key, "0.929", outside),
            of(ami(Offered, key, "0.929", inside), "1001"),
            cause(ami(OfferEnded, key, "7.908", inside), Cause::Cancelled),
            cause(ami(OfferEnded, key, "7.908", inside), Cause::Cancelled),
            ami(HungUp, key, "7.908", inside),
            cause(ami(HungUp, key, "7.908", outside), Cause::Cancelled),
        ];
        if rings {
            events.push(of(ami(Ringing, key, "0.929", inside), "1001"));
        }
        fold(&events)
    };
    let rule = RingRule::default();
    let rang = missed(true);
    assert!(is_missed(&rang));
    assert_eq!(
        (ringing_ms(&rang), rule.verdict(&rang, 0)),
        (Some(6_979), Verdict::GaveUp)
    );
    assert_eq!(rang.legs.len(), 1);
    assert_eq!(rang.legs[0].ended.unwrap().cause, Some(Cause::Cancelled));
    let silent = missed(false);
    assert!(is_missed(&silent));
    assert_eq!(
        (ringing_ms(&silent), rule.verdict(&silent, 0)),
        (None, Verdict::Unknown)
    );
}

#[test]
fn asterisk_a_number_that_was_clicked() {
    let (key, inside, outside) = ("crm-cb-0001", "crm-cb-0001", "1795280959.14");
    let out = |event: CallEvent| CallEvent {
        direction: Some(Direction::Out),
        ..event
    };
    let mut events = vec![
        out(of(ami(Arrived, key, "278.408", inside), "1001")),
        out(of(ami(Ringing, key, "278.412", inside), "1001")),
        out(ami(Ringing, key, "279.935", outside)),
    ];
    let half = fold(&events);
    assert_eq!(half.answered, None, "nobody has answered yet");
    events.push(out(of(ami(Answered, key, "282.439", outside), "1001")));
    let call = fold(&events);
    assert_eq!(ringing_ms(&call), Some(2_504));
    // From which telephone it was called.
    let from = call.answered.as_ref().unwrap().extension.as_deref();
    assert_eq!(from, Some("1001"));
    assert!(!is_missed(&call));
}

/// FreeSWITCH: microseconds, a name for each event, and legs by uuid; in one call two telephones ring and one presses it away.
#[test]
fn freeswitch_two_telephones() {
    let event = |n: i64, kind, micros: i64, leg: &str, extension: Option<&str>| CallEvent {
        event_id: Some(format!("core-{n}")),
        at_source: Some(micros / 1_000),
        direction: Some(Direction::In),
        leg_key: Some(leg.to_owned()),
        extension: extension.map(str::to_owned),
        ..CallEvent::new("freeswitch", "uuid-a", kind, 9_000_000 - n)
    };
    let us = 1_795_281_000_000_000;
    let events = vec![
        event(1, Arrived, us, "uuid-a", None),
        event(2, Queued, us + 30_400, "uuid-a", None),
        event(3, Ringing, us + 200_999, "uuid-b", Some("1001")),
        event(4, Ringing, us + 210_000, "uuid-c", Some("1002")),
        CallEvent {
            cause: Some(Cause::Rejected),
            ..event(5, OfferEnded, us + 4_000_000, "uuid-b", None)
        },
        event(6, Ringing, us + 9_000_000, "uuid-d", Some("1001")),
        event(7, Answered, us + 15_200_000, "uuid-c", None),
        CallEvent {
            cause: Some(Cause::ElsewhereAnswered),
            ..event(8, OfferEnded, us + 15_210_000, "uuid-d", None)
        },
        event(9, CallKind::Held, us + 20_000_000, "uuid-c", None),
        event(10, HungUp, us + 61_000_000, "uuid-a", None),
    ];
    let call = fold(&events);
    assert_eq!(call.clock, ClockUsed::Source);
    assert_eq!(call.legs.len(), 3);
    assert_eq!(call.answered.as_ref().unwrap().extension.as_deref(), Some("1002"));
    assert_eq!(
        RingRule::default().verdict(&call, 0),
        Verdict::Met,
        "15.000 s by whole milliseconds, and the second telephone begins nothing anew"
    );
    let screened = super::super::measure::screened(&call, |_| false);
    assert_eq!(screened.len(), 1);
    assert_eq!(screened[0].extension.as_deref(), Some("1001"));
    let Holds::Told(holds) = HoldRule::default().verdicts(&call, true, &[], 0) else {
        unreachable!()
    };
    assert_eq!(
        (holds[0].length_ms, holds[0].verdict),
        (Some(41_000), Verdict::Breached),
        "a hold without an end ends with the call"
    );
    assert_eq!(hung_up_first(&call), Some(HungUpFirst::Unknown));
}
