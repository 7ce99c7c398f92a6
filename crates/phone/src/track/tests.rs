//! Events in a form that tests read at a glance, and the limits of what is kept.

use domain::call::event::{CallEvent, CallKind};

use super::expected::MOST_EXPECTED;
use super::*;

/// One event in a line: when, what, which way, who, to whom, on which telephone, and the rest as far as there is any.
fn line(event: &CallEvent) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let mut line = format!(
        "{:.3} {} {} {}>{} {}",
        event.at_received as f64 / 1000.0,
        event.kind,
        event.direction.map_or("-", |direction| direction.as_str()),
        text(&event.caller),
        text(&event.called),
        text(&event.extension),
    );
    for (name, value) in [
        ("leg", event.leg_key.clone()),
        ("queue", event.queue.clone()),
        ("target", event.target.clone()),
        ("mode", event.transfer_mode.map(|mode| mode.to_string())),
        ("cause", event.cause.map(|cause| cause.to_string())),
        ("recording", event.recording.clone()),
        ("outside", event.by_outside.map(|by| by.to_string())),
    ] {
        if let Some(value) = value {
            line.push_str(&format!(" {name}={value}"));
        }
    }
    line
}

pub(crate) fn lines(events: &[CallEvent]) -> Vec<String> {
    events.iter().map(line).collect()
}

fn at(received: i64) -> At {
    At {
        received,
        ..At::default()
    }
}

fn tracker() -> Tracker {
    Tracker::new("pbx", Plan::default(), &[])
}

#[test]
fn what_is_kept_has_limits() {
    let mut tracker = tracker();
    for call in 0..3 * MOST_CALLS {
        let key = format!("c{call}");
        let spot = tracker.leg(&key, &key, &Side::Outside, &at(0)).unwrap();
        tracker.arrived(&spot, Some("13800000001"), Some("95001"), &at(0));
        // Every third one ends.
        if call % 3 == 0 {
            tracker.gone(&key, None, &at(1));
        }
        tracker.take();
        assert!(tracker.calls.len() <= MOST_CALLS && tracker.ended.len() <= MOST_ENDED);
    }
    assert!(tracker.order.len() <= MOST_CALLS && tracker.legs.len() <= MOST_CALLS);
    for leg in 0..10_000 {
        tracker.leg(
            &format!("l{leg}"),
            "last",
            &Side::Extension(format!("{}", 1000 + leg % 2000)),
            &at(0),
        );
    }
    assert!(tracker.legs.len() <= MOST_CALLS + 500, "{}", tracker.legs.len());
    for id in 0..1000 {
        tracker.expect(&format!("e{id}"), "1001", "110");
    }
    assert!(tracker.expected.len() <= MOST_EXPECTED);
    assert!(
        tracker
            .leg(&"x".repeat(LONGEST_KEY + 1), "c", &Side::Outside, &at(0))
            .is_none()
    );
}

#[test]
fn a_call_that_ended_is_not_begun_again_by_a_late_report() {
    let mut tracker = tracker();
    for time in 0..3 {
        let spot = tracker.leg("a", "a", &Side::Outside, &at(time)).unwrap();
        tracker.arrived(&spot, Some("13800000001"), Some("95001"), &at(time));
        tracker.gone("a", Some(Cause::Normal), &at(time));
    }
    let kinds: Vec<_> = tracker.take().iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [CallKind::Arrived, CallKind::HungUp]);
}

/// A call that 1001 was asked for, and the spots of the caller and of 1001.
fn asked(tracker: &mut Tracker) -> (Spot, Spot) {
    let caller = tracker.leg("a", "a", &Side::Outside, &at(0)).unwrap();
    tracker.arrived(&caller, Some("13800000001"), Some("95001"), &at(0));
    let agent = tracker
        .leg("b", "a", &Side::Extension("1001".to_owned()), &at(0))
        .unwrap();
    tracker.asked(&agent, None, &at(0));
    (caller, agent)
}

#[test]
fn how_a_call_ended_in_a_gap_nobody_saw() {
    let mut tracker = tracker();
    let (caller, agent) = asked(&mut tracker);
    // What was seen before the gap says nothing of what came after.
    tracker.offer_ended(&agent, "b", Some(Cause::Busy), &at(1));
    tracker.asked_to_end(&caller);
    tracker.take();
    tracker.gap_began();
    tracker.gap_over(&at(2));
    assert_eq!(lines(&tracker.take()), ["0.002 hung_up in 13800000001>95001 -"]);
}

#[test]
fn a_hold_that_began_in_a_gap_ends_and_one_that_ended_in_it_begins_again() {
    for held_before in [false, true] {
        let mut tracker = tracker();
        let (_, agent) = asked(&mut tracker);
        tracker.answered(&agent, &at(1));
        if held_before {
            tracker.held(&agent, true, &at(2));
        }
        tracker.take();
        tracker.gap_began();
        for uid in ["a", "b"] {
            let side = if uid == "a" {
                Side::Outside
            } else {
                Side::Extension("1001".to_owned())
            };
            let (uid, call) = (uid.to_owned(), "a".to_owned());
            tracker.gap_seen(Listed {
                uid,
                call,
                side,
                up: true,
                caller: None,
                dialled: None,
            });
        }
        tracker.gap_over(&at(3));
        assert_eq!(tracker.take(), []);
        tracker.held(&agent, held_before, &at(4));
        tracker.held(&agent, held_before, &at(5));
        let kind = if held_before { "held" } else { "unheld" };
        assert_eq!(
            lines(&tracker.take()),
            [format!("0.004 {kind} in 13800000001>95001 1001 leg=b")]
        );
    }
}
