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
