//! Files of worked examples: what is read, what differs, and what a broken case says.

use domain::time::check::read;

const CALENDARS: &str = r#""calendars": {
  "office": {"tz": "Asia/Shanghai", "weekly": {"mon": [["08:30", "17:30"]], "tue": [["08:30", "17:30"]]}, "exceptions": [], "later": 1},
  "night": {"tz": "Asia/Shanghai", "weekly": {"mon": [["22:00", "06:00"]]}},
  "broken": {"tz": "Asia/Shanghai", "weekly": {"mon": [["8", "17:30"]]}}
}"#;

/// What differs, as `field wanted got`.
fn differ(calendar: &str, policy: &str, events: &str, look: &str, expected: &str) -> Vec<String> {
    let case = format!(
        r#"{{"id": "X", "policy": {policy}, "calendar": "{calendar}", "events": {events}, "evaluate_at": "{look}", "expected": {expected}}}"#
    );
    let file = read(&format!("{{{CALENDARS}, \"cases\": [{case}]}}")).unwrap();
    file.run(0)
        .into_iter()
        .map(|d| format!("{} {} {}", d.field, d.wanted, d.got))
        .collect()
}

const HOUR: &str = r#"{"clock": "resolution", "target_s": 3600, "pausable": true, "note": "of no meaning"}"#;
const NONE: [&str; 0] = [];

#[test]
fn a_difference_names_the_field_and_both_values() {
    let created =
        r#"[{"type": "created", "at": "2026-03-09T09:00"}, {"type": "of_the_future", "at": "2026-03-09T09:01"}]"#;
    let run = |expected| differ("office", HOUR, created, "2026-03-09T09:30", expected);
    assert_eq!(
        run(r#"{"due_at": "2026-03-09T10:00:00+08:00", "due_at_utc": "2026-03-09T02:00:00Z"}"#),
        NONE
    );
    assert_eq!(
        run(r#"{"due_at": "2026-03-09T02:00:00Z", "state": "running"}"#),
        NONE,
        "instants are compared"
    );
    assert_eq!(
        run(r#"{"state": "met", "due_at": "2026-03-09T10:00:01+08:00"}"#),
        [
            "due_at 2026-03-09T10:00:01+08:00 2026-03-09T10:00:00+08:00",
            "state met running"
        ]
    );
    assert_eq!(
        run(r#"{"breached_at": null, "unheard_of": 3}"#),
        ["unheard_of 3 nothing"]
    );
    assert_eq!(run(r#"{"error": "calendar_empty"}"#), ["error calendar_empty nothing"]);
}

#[test]
fn a_case_that_cannot_be_read_differs_and_says_why() {
    let created = r#"[{"type": "created", "at": "2026-03-09T09:00"}]"#;
    let why =
        |calendar, policy, events, look| differ(calendar, policy, events, look, r#"{"state": "running"}"#).concat();
    assert!(why("nowhere", HOUR, created, "2026-03-09T09:30").contains("there is no calendar"));
    assert!(why("broken", HOUR, created, "2026-03-09T09:30").contains("not a time of day"));
    assert!(why("office", "{}", created, "2026-03-09T09:30").contains("target_s"));
    assert!(why("office", HOUR, created, "yesterday").contains("not a time"));
    assert!(why("office", HOUR, r#"[{"type": "created"}]"#, "2026-03-09T09:30").contains("has no time"));
    let unit = r#"{"unit": "moon", "n": 1}"#;
    assert!(why("office", unit, created, "2026-03-09T09:30").contains("no unit"));
    assert!(read("nonsense").is_err());
    assert!(read("{}").is_err());
    assert_eq!(
        read(r#"{"cases": [{}, 3]}"#)
            .unwrap()
            .run_all()
            .iter()
            .filter(|d| d.len() == 1)
            .count(),
        2
    );
}

#[test]
fn events_after_the_look_are_not_known() {
    let events = r#"[{"type": "created", "at": "2026-03-09T09:00"}, {"type": "resolve", "at": "2026-03-09T09:40"}]"#;
    assert_eq!(
        differ("office", HOUR, events, "2026-03-09T09:30", r#"{"state": "running"}"#),
        NONE
    );
    assert_eq!(
        differ(
            "office",
            HOUR,
            events,
            "2026-03-09T08:30",
            r#"{"state": "not_started"}"#
        ),
        NONE
    );
}

#[test]
fn a_shift_over_midnight_and_24_00() {
    let events = r#"[{"type": "created", "at": "2026-03-09T24:00"}]"#;
    assert_eq!(
        differ(
            "night",
            HOUR,
            events,
            "2026-03-10T00:00",
            r#"{"due_at": "2026-03-10T01:00:00+08:00"}"#
        ),
        NONE
    );
}

#[test]
fn steps_in_natural_time() {
    let case = r#"{"id": 7, "policy": {"target_s": 3600}, "calendar": "office",
        "events": [{"type": "created", "at": "2026-03-10T16:30"}], "evaluate_at": "2026-03-10T16:30",
        "ladder": [{"pct": 50}, {"offset_s": 3600}, {"natural_offset_s": 3600}, {"offset_s": 3600, "mode": "natural"}],
        "expected": {"ladder": [{"pct": 50, "at": "2026-03-10T17:00"}, {"at": "2026-03-16T09:30"},
            {"at": "2026-03-10T18:30"}, {"at": "2026-03-10T18:30"}]}}"#;
    let file = read(&format!("{{{CALENDARS}, \"cases\": [{case}]}}")).unwrap();
    assert_eq!(file.run(0), []);
    assert_eq!(file.ready("7").unwrap().id, "7");
    assert!(file.ready("8").is_err());
}

#[test]
fn a_response_that_was_given_stays_given() {
    let policy = r#"{"clock": "first_response", "target_s": 3600, "reopen": "continue"}"#;
    let events = r#"[{"type": "created", "at": "2026-03-09T09:00"}, {"type": "respond", "at": "2026-03-09T09:10"},
        {"type": "resolve", "at": "2026-03-09T11:00"}, {"type": "reopen", "at": "2026-03-09T12:00"}]"#;
    assert_eq!(
        differ(
            "office",
            policy,
            events,
            "2026-03-09T16:00",
            r#"{"state": "met", "elapsed_s": 600}"#
        ),
        NONE
    );
}

#[test]
fn a_team_has_its_own_limit_from_each_hand_over() {
    let policy = r#"{"clock": "team_ola", "target_s": 3600, "pausable": false}"#;
    let events = r#"[{"type": "created", "at": "2026-03-09T08:30"}, {"type": "assigned", "at": "2026-03-09T09:00", "to": "a"},
        {"type": "transfer", "at": "2026-03-09T09:30", "to": "b"}]"#;
    let expected =
        r#"{"due_at": "2026-03-09T10:30", "closed_cycles": [{"start": "2026-03-09T09:00", "breached": false}]}"#;
    assert_eq!(differ("office", policy, events, "2026-03-09T09:40", expected), NONE);
}

#[test]
fn registered_late_in_either_form() {
    let expected =
        r#"{"state": "breached_open", "breached_at": "2026-03-09T14:00", "breach_reason": "registered_late"}"#;
    for events in [
        r#"[{"type": "created", "at": "2026-03-09T09:00", "registered_at": "2026-03-09T14:00"}]"#,
        r#"[{"type": "created", "at": "2026-03-09T09:00"}, {"type": "registered", "at": "2026-03-09T14:00"}]"#,
    ] {
        assert_eq!(differ("office", HOUR, events, "2026-03-09T15:00", expected), NONE);
    }
}
