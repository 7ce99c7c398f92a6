use super::super::event::CallKind::{Answered, Arrived, HungUp, OfferEnded, Offered, Queued, Ringing, Transferred};
use super::super::event::{CallEvent, CallKind, Cause, Direction};
use super::super::fold::fold;
use super::super::next::{Order, Sent, Telephone, brought_by, due, is_on_its_way, next};
use super::super::state::Call;
use super::{OFF, START, at, hung_up, told};

fn now(ms: i64) -> i64 {
    START + OFF + ms
}

fn order(telephones: &[&str]) -> Order {
    Order {
        after_ms: 15_000,
        telephones: telephones.iter().map(|t| (*t).to_owned()).collect(),
    }
}

fn sent(ms: i64, to: &str) -> Sent {
    Sent {
        at: now(ms),
        to: to.to_owned(),
        by: None,
        failed: false,
    }
}

/// 1001 to 1004; of 1003 and 1004 nobody sits at the first.
fn all() -> Vec<Telephone> {
    let of = |number: &str, is_seated| Telephone {
        number: number.to_owned(),
        is_free: true,
        is_seated,
    };
    vec![of("1001", true), of("1002", true), of("1003", false), of("1004", true)]
}

#[test]
fn a_call_goes_on_after_three_rings_to_the_next_and_then_to_whoever_is_free() {
    let call = fold(&[told(Arrived, 0), at(Ringing, 500, "1001")]);
    let o = order(&["1002", "1003"]);
    assert_eq!(due(&call, &o, &[]), Some(now(15_500)));
    let to = |sent: &[Sent], ms: i64| next(&call, &o, &all(), sent, now(ms)).map(|t| t.number.clone());
    assert_eq!(to(&[], 15_499), None, "too early");
    assert_eq!(to(&[], 15_500).as_deref(), Some("1002"));
    let first = [sent(15_600, "1002")];
    assert_eq!(to(&first, 30_599), None, "it was sent on and rings there");
    assert_eq!(
        to(&first, 30_600).as_deref(),
        Some("1003"),
        "in the order although nobody sits there"
    );
    let second = [sent(15_600, "1002"), sent(30_600, "1003")];
    assert_eq!(to(&second, 45_600).as_deref(), Some("1004"), "whoever is free");
    let third = [sent(15_600, "1002"), sent(30_600, "1003"), sent(45_600, "1004")];
    assert_eq!(to(&third, 90_000), None, "each is asked once");
}

#[test]
fn who_talks_is_passed_over_and_an_exchange_that_asks_the_next_is_left_to_it() {
    let o = order(&["1002"]);
    let call = fold(&[
        told(Arrived, 0),
        at(Ringing, 500, "1001"),
        at(OfferEnded, 15_000, "1001"),
        at(Offered, 15_100, "1003"),
    ]);
    assert_eq!(
        due(&call, &o, &[]),
        Some(now(30_100)),
        "asked again by the exchange: counted from there"
    );
    let mut busy = all();
    busy[1].is_free = false;
    let to = |telephones: &[Telephone]| next(&call, &o, telephones, &[], now(40_000)).map(|t| t.number.clone());
    assert_eq!(to(&all()).as_deref(), Some("1002"));
    assert_eq!(to(&busy).as_deref(), Some("1004"), "1001 and 1003 had it, 1002 talks");
    busy[3].is_free = false;
    assert_eq!(to(&busy), None);
}

#[test]
fn a_call_that_no_telephone_rings_for_goes_on_too_and_one_that_is_over_does_not() {
    let o = order(&[]);
    let listens = fold(&[told(Arrived, 0)]);
    assert_eq!(due(&listens, &o, &[]), None, "an announcement, a menu, a voice box");
    let stopped = fold(&[
        told(Arrived, 0),
        at(Ringing, 500, "1001"),
        at(OfferEnded, 9_000, "1001"),
    ]);
    assert_eq!(due(&stopped, &o, &[]), None, "nothing rings any more");
    let waits = fold(&[told(Arrived, 0), told(Queued, 0)]);
    assert_eq!(due(&waits, &o, &[]), Some(now(15_000)));
    assert_eq!(
        next(&waits, &o, &all(), &[], now(15_000)).map(|t| t.number.as_str()),
        Some("1001")
    );
    let answered = fold(&[told(Arrived, 0), at(Ringing, 500, "1001"), at(Answered, 3_000, "1001")]);
    let over = fold(&[
        told(Arrived, 0),
        at(Ringing, 500, "1001"),
        hung_up(9_000, Cause::Cancelled),
    ]);
    for call in [answered, over] {
        assert_eq!(due(&call, &o, &[]), None);
        assert_eq!(next(&call, &o, &all(), &[], now(90_000)), None);
    }
    let out = fold(&[CallEvent {
        direction: Some(Direction::Out),
        ..told(Arrived, 0)
    }]);
    assert_eq!(due(&out, &o, &[]), None, "one that we make");
}

#[test]
fn a_call_is_not_sent_without_end_and_what_did_not_happen_counts_as_tried_only() {
    let call = fold(&[told(Arrived, 0), at(Ringing, 500, "1001")]);
    let o = order(&["1002"]);
    let many: Vec<Sent> = (0..50).map(|n| sent(n, "x")).collect();
    assert_eq!(due(&call, &o, &many), None);
    let failed = [Sent {
        failed: true,
        ..sent(15_500, "1002")
    }];
    assert!(!is_on_its_way(&failed, "1002", now(15_600)));
    assert_eq!(
        next(&call, &o, &all(), &failed, now(30_500)).map(|t| t.number.as_str()),
        Some("1004"),
        "the next after another wait"
    );
    let made = [Sent {
        by: Some("li".into()),
        ..sent(15_500, "1002")
    }];
    assert!(is_on_its_way(&made, "1002", now(25_499)) && !is_on_its_way(&made, "1002", now(25_500)));
    assert!(!is_on_its_way(&made, "1003", now(15_600)));
    assert_eq!(brought_by(&made, now(16_000)), Some(&"li".into()));
    assert_eq!(brought_by(&made, now(26_000)), None);
}

#[test]
fn who_talks_dials_or_has_handed_the_call_on() {
    let answered = fold(&[told(Arrived, 0), at(Ringing, 500, "1001"), at(Answered, 3_000, "1001")]);
    assert!(answered.talks_at("1001") && !answered.talks_at("1002"));
    let handed = fold(&[
        told(Arrived, 0),
        at(Answered, 3_000, "1001"),
        CallEvent {
            target: Some("13800000001".into()),
            ..at(Transferred, 9_000, "1001")
        },
    ]);
    assert!(!handed.talks_at("1001"), "handed on, also to where nothing is told of");
    let dials = |kinds: &[CallKind], direction| -> Call {
        let event = |kind: &CallKind| CallEvent {
            direction: Some(direction),
            caller: Some("1001".into()),
            called: Some("1002".into()),
            ..told(*kind, 0)
        };
        fold(&kinds.iter().map(event).collect::<Vec<_>>())
    };
    for direction in [Direction::Out, Direction::Internal] {
        assert!(
            dials(&[Arrived], direction).talks_at("1001"),
            "whoever dials uses the telephone"
        );
        assert!(!dials(&[Arrived, HungUp], direction).talks_at("1001"));
    }
    assert!(
        !dials(&[Arrived], Direction::In).talks_at("1001"),
        "an outside number that looks like one"
    );
}
