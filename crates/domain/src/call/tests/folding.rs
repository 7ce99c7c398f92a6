use super::super::event::{CallEvent, CallKind, Cause, Direction};
use super::super::fold::{MOST_EVENTS, fold, fold_all, has_room};
use super::super::state::{Call, ClockUsed, Stamp};
use super::super::sweep::{TALKING_LOST_MS, UNANSWERED_LOST_MS, sweep, sweep_due};
use super::{OFF, START, at, hung_up, told};
use CallKind::{Answered, Arrived, Held, HungUp, OfferEnded, Offered, Queued, Ringing, Transferred, Unheld};

fn since_start(stamp: Stamp) -> i64 {
    stamp.at - START
}

fn holds(call: &Call) -> Vec<(i64, Option<i64>)> {
    let both = |hold: &super::super::state::HoldStretch| (since_start(hold.from), hold.to.map(since_start));
    call.holds.iter().map(both).collect()
}

#[test]
fn one_clock_for_the_whole_call() {
    let mut events = vec![told(Arrived, 0), told(Ringing, 100), at(Answered, 5_100, "1001")];
    let by_source = fold(&events);
    assert_eq!((by_source.clock, by_source.stub), (ClockUsed::Source, false));
    let ringing = by_source.first_ringing.unwrap();
    assert_eq!(
        (ringing.at, ringing.received),
        (START + 100, START + 100 + OFF),
        "both are kept"
    );
    // One report without a time, and ours is the clock of all.
    events[2].at_source = None;
    let by_receipt = fold(&events);
    assert_eq!(by_receipt.clock, ClockUsed::Receipt);
    assert_eq!(by_receipt.first_ringing.unwrap().at, START + 100 + OFF);
    let took = by_receipt
        .answered
        .unwrap()
        .when
        .since(by_receipt.first_ringing.unwrap());
    assert_eq!(took, 5_000, "never an hour");
}

#[test]
fn duplicates() {
    // Posted again and again: only the receipt differs.
    let again = |later: i64| CallEvent {
        at_received: START + OFF + 9_000 + later,
        ..hung_up(9_000, Cause::Cancelled)
    };
    let once = vec![told(Arrived, 0), told(Ringing, 100), again(0)];
    let mut often = once.clone();
    often.extend((1..10).map(|n| again(n * 1_000)));
    assert_eq!(fold(&once), fold(&often));
    // By name, whatever else they say; what one leaves out, the other tells.
    let named = |cause| CallEvent {
        event_id: Some("e-7".into()),
        cause,
        ..told(HungUp, 9_000)
    };
    let call = fold(&[told(Arrived, 0), named(None), named(Some(Cause::Busy))]);
    assert_eq!(call.ended.unwrap().cause, Some(Cause::Busy));
    // The receipt that counts is the first, whichever of them tells more.
    let sooner = CallEvent {
        at_received: START + OFF + 1_000,
        cause: Some(Cause::Busy),
        ..named(None)
    };
    for events in [[sooner.clone(), named(None)], [named(None), sooner]] {
        let end = fold(&events).ended.unwrap();
        assert_eq!((end.when.received, end.cause), (START + OFF + 1_000, Some(Cause::Busy)));
    }
    // Two names are two reports, and so are two receipts of a source without times.
    let plain = |kind, received| CallEvent {
        at_source: None,
        ..CallEvent::new("pbx", "call-1", kind, received)
    };
    let call = fold(&[
        plain(Answered, 0),
        plain(Held, 1_000),
        plain(Unheld, 2_000),
        plain(Held, 3_000),
        plain(Unheld, 5_000),
    ]);
    assert_eq!((call.holds.len(), call.hold_ms()), (2, 3_000));
}

#[test]
fn an_answer_after_the_end_opens_nothing() {
    let call = fold(&[
        told(Arrived, 0),
        told(Ringing, 100),
        hung_up(7_000, Cause::Cancelled),
        at(Answered, 7_200, "1001"),
        at(Held, 8_000, "1001"),
        told(Queued, 9_000),
        told(HungUp, 20_000),
    ]);
    assert_eq!(call.answered, None);
    assert_eq!(
        call.late_answer.as_ref().unwrap().extension.as_deref(),
        Some("1001"),
        "kept as a fact"
    );
    assert_eq!(since_start(call.ended.unwrap().when), 7_000);
    assert!(call.holds.is_empty() && call.queued.is_none());
    // At the same instant somebody did answer.
    let call = fold(&[hung_up(7_000, Cause::Normal), at(Answered, 7_000, "1001")]);
    assert_eq!((call.talk_ms(), call.late_answer), (Some(0), None));
}

#[test]
fn a_call_that_nobody_knows_is_a_stub() {
    for kind in CallKind::ALL {
        let call = fold(&[told(*kind, 5)]);
        assert_eq!(call.stub, *kind != Arrived, "{kind}");
        assert_eq!((call.key.as_str(), since_start(call.first)), ("call-1", 5));
    }
    assert!(fold(&[]).stub);
    let mut other = told(Arrived, 0);
    other.call_key = "call-2".into();
    let mut elsewhere = told(Ringing, 0);
    elsewhere.source = "another".into();
    assert_eq!(fold_all(&[told(Arrived, 0), other.clone(), elsewhere.clone()]).len(), 3);
    // Calls never mix.
    let call = fold(&[other, elsewhere]);
    assert_eq!((call.source.as_str(), call.key.as_str()), ("another", "call-1"));
}

#[test]
fn holds_and_their_ends() {
    let talk = |more: &[CallEvent]| {
        let mut events = vec![told(Arrived, 0), at(Answered, 5_000, "1001")];
        events.extend_from_slice(more);
        fold(&events)
    };
    let cases: Vec<(&str, Vec<CallEvent>, Vec<(i64, Option<i64>)>)> = vec![
        (
            "held again while held, taken back twice",
            vec![
                told(Held, 6_000),
                told(Held, 6_500),
                told(Unheld, 8_000),
                told(Unheld, 9_000),
            ],
            vec![(6_000, Some(8_000))],
        ),
        ("goes on", vec![told(Held, 6_000)], vec![(6_000, None)]),
        (
            "ends with the call",
            vec![told(Held, 6_000), hung_up(7_000, Cause::Normal)],
            vec![(6_000, Some(7_000))],
        ),
        (
            "ends when it is handed over",
            vec![told(Held, 6_000), told(Transferred, 8_000), told(Unheld, 8_001)],
            vec![(6_000, Some(8_000))],
        ),
        (
            "ends when whoever holds leaves",
            vec![at(Held, 6_000, "1001"), at(HungUp, 9_000, "1001")],
            vec![(6_000, Some(9_000))],
        ),
        (
            "not when somebody else leaves",
            vec![at(Held, 6_000, "1001"), at(OfferEnded, 9_000, "1002")],
            vec![(6_000, None)],
        ),
        (
            "not before the answer",
            vec![
                told(Held, 1_000),
                told(Unheld, 2_000),
                told(Held, 4_000),
                told(Unheld, 7_000),
            ],
            vec![(5_000, Some(7_000))],
        ),
        ("only taken back", vec![told(Unheld, 7_000)], vec![]),
    ];
    for (name, more, want) in cases {
        assert_eq!(holds(&talk(&more)), want, "{name}");
    }
}

#[test]
fn the_end_of_a_leg_is_not_the_end_of_the_call() {
    let call = fold(&[told(Arrived, 0), at(Answered, 5_000, "1001"), at(HungUp, 9_000, "1001")]);
    assert_eq!(call.ended, None);
    assert_eq!(since_start(call.legs[0].ended.unwrap().when), 9_000);
    // Who put the receiver down is said of calls.
    let by = CallEvent {
        by_outside: Some(false),
        ..at(HungUp, 9_000, "1001")
    };
    let call = fold(&[told(Arrived, 0), at(Answered, 5_000, "1001"), by]);
    assert_eq!(call.ended.unwrap().by_outside, Some(false));
}

#[test]
fn legs() {
    let ended = |ms, extension: &str, cause| CallEvent {
        cause: Some(cause),
        ..at(OfferEnded, ms, extension)
    };
    let call = fold(&[
        told(Arrived, 0),
        at(Offered, 10, "1001"),
        at(Ringing, 20, "1001"),
        ended(15_020, "1001", Cause::NoAnswer),
        ended(15_030, "1001", Cause::NoAnswer),
        at(Offered, 15_100, "1002"),
        ended(15_200, "1002", Cause::Unreachable),
        at(Offered, 16_000, "1001"),
        at(Ringing, 16_010, "1001"),
        told(HungUp, 20_000),
        ended(20_300, "1001", Cause::Cancelled),
    ]);
    let legs: Vec<_> = call
        .legs
        .iter()
        .map(|leg| {
            let end = leg.ended.unwrap();
            let rang = leg.ringing.map(since_start);
            (
                leg.extension.as_deref().unwrap(),
                rang,
                since_start(end.when),
                end.cause,
            )
        })
        .collect();
    assert_eq!(
        legs,
        [
            ("1001", Some(20), 15_020, Some(Cause::NoAnswer)),
            ("1002", None, 15_200, Some(Cause::Unreachable)),
            // It ended with the call, and was told why only afterwards.
            ("1001", Some(16_010), 20_000, Some(Cause::Cancelled)),
        ]
    );
    assert_eq!(
        since_start(call.first_ringing.unwrap()),
        20,
        "another telephone begins nothing anew"
    );
}

#[test]
fn a_leg_belongs_to_the_extension_that_was_told_first() {
    let of_leg = |event: CallEvent| CallEvent {
        leg_key: Some("ch-1".into()),
        ..event
    };
    let call = fold(&[
        of_leg(told(Answered, 5_000)),
        of_leg(at(Offered, 1_000, "1001")),
        of_leg(at(Ringing, 6_000, "1009")),
    ]);
    assert_eq!(call.legs.len(), 1);
    assert_eq!(call.answered.unwrap().extension.as_deref(), Some("1001"));
}

#[test]
fn what_leads_to_the_answer_lies_before_it() {
    let call = fold(&[
        at(Answered, 5_000, "1001"),
        told(Arrived, 6_000),
        told(Queued, 6_000),
        at(Ringing, 9_000, "1003"),
        at(Answered, 10_000, "1003"),
    ]);
    assert_eq!((call.arrived, call.queued, call.first_ringing), (None, None, None));
    assert_eq!(since_start(call.answered.as_ref().unwrap().when), 5_000);
    assert_eq!(call.legs.len(), 2);
    assert!(!call.stub, "its arrival was told, if late");
}

#[test]
fn a_flood_of_reports() {
    let mut events = vec![told(Arrived, 0)];
    events.extend((1..2_000).map(|n| at(Ringing, n, &format!("{n}"))));
    events.push(told(Answered, 2_500));
    events.push(hung_up(3_000, Cause::Normal));
    let call = fold(&events);
    assert_eq!(call.legs.len(), MOST_EVENTS - 1);
    assert_eq!(call.answered, None, "after so many only the end counts");
    assert!(call.ended.is_some());
    assert!(has_room(MOST_EVENTS - 1, Ringing) && !has_room(MOST_EVENTS, Ringing));
    assert!(has_room(MOST_EVENTS, HungUp) && !has_room(MOST_EVENTS * 2, HungUp));
}

#[test]
fn a_lost_end_is_swept_by_our_own_clock() {
    let mut rings = fold(&[told(Arrived, 0), at(Ringing, 100, "1001"), told(Queued, 200)]);
    let due = START + 200 + OFF + UNANSWERED_LOST_MS;
    assert_eq!(sweep_due(&rings), Some(due));
    assert!(!sweep(&mut rings, due - 1) && !rings.swept);
    assert!(sweep(&mut rings, due) && rings.swept);
    assert_eq!(since_start(rings.ended.unwrap().when), 200, "the last that is known");
    assert!(rings.legs.iter().all(|leg| leg.ended.is_some()));
    let once = rings.clone();
    assert!(!sweep(&mut rings, i64::MAX));
    assert_eq!(rings, once);

    let mut talks = fold(&[
        told(Arrived, 0),
        at(Answered, 5_000, "1001"),
        at(Held, 9_000, "1001"),
        told(HungUp, 9_500),
    ]);
    assert_eq!(sweep_due(&talks), None, "it has ended");
    talks = fold(&[told(Arrived, 0), at(Answered, 5_000, "1001"), at(Held, 9_000, "1001")]);
    assert_eq!(sweep_due(&talks), Some(START + 9_000 + OFF + TALKING_LOST_MS));
    assert!(sweep(&mut talks, i64::MAX));
    assert_eq!(holds(&talks), [(9_000, None)], "when it was taken back is not known");
}

#[test]
fn an_outgoing_call_is_answered_by_the_outside_party() {
    let out = |event: CallEvent| CallEvent {
        direction: Some(Direction::Out),
        ..event
    };
    // The direction counts wherever it is told.
    let late = CallEvent {
        direction: None,
        ..at(Ringing, 100, "1001")
    };
    let call = fold(&[late, out(told(Ringing, 1_000)), out(at(Answered, 4_000, "1001"))]);
    assert_eq!(since_start(call.first_ringing.unwrap()), 1_000);
    assert_eq!(since_start(call.answered.unwrap().when), 4_000);
}

#[test]
fn the_leg_that_answered_an_outgoing_call_names_the_telephone_that_called() {
    let of = |leg: &str, event: CallEvent| CallEvent {
        direction: Some(Direction::Out),
        leg_key: Some(leg.to_owned()),
        ..event
    };
    let call = fold(&[
        of("own", at(Arrived, 0, "1001")),
        of("far", told(Ringing, 2_000)),
        of("far", at(Answered, 6_000, "1001")),
    ]);
    let leg = call.legs.iter().find(|leg| leg.answered.is_some()).unwrap();
    assert_eq!(leg.extension.as_deref(), Some("1001"));
}

#[test]
fn what_is_said_again_after_a_gap_takes_back_nothing() {
    let again = CallEvent {
        event_id: Some("after-gap:1".to_owned()),
        ..at(Answered, 90_000, "1001")
    };
    let call = fold(&[
        told(Arrived, 0),
        at(Ringing, 10, "1001"),
        at(Answered, 6_000, "1001"),
        again,
    ]);
    assert!(!call.time_lost);
}
