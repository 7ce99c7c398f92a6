use super::*;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json; charset=utf-8";

fn form(body: &str) -> Result<Vec<CallEvent>, Wrong> {
    parse(FORM, body.as_bytes(), 5, "hook")
}

fn one(body: &str) -> CallEvent {
    let mut events = form(body).unwrap();
    assert_eq!(events.len(), 1);
    events.remove(0)
}

/// The word that a recorded body carries as its event, in the order of the recording.
const SENT: [&str; 24] = [
    "newCall", "ringing", "answer", "hold", "unhold", "hangup", "newCall", "hangup", "newCall", "ringing", "hangup",
    "hangup", "hangup", "hangup", "hangup", "hangup", "hangup", "hangup", "hangup", "hangup", "hangup", "newCall",
    "ringing", "hangup",
];

#[test]
fn every_recorded_body_is_read() {
    let mut sent = Vec::new();
    for line in crate::testing::WEBHOOKS.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let body = line["body"].as_str().unwrap();
        let events = parse(line["type"].as_str().unwrap(), body.as_bytes(), 5, "hook").unwrap();
        sent.push(match events[0].kind {
            CallKind::Arrived => "newCall",
            CallKind::Ringing => "ringing",
            CallKind::Answered => "answer",
            CallKind::Held => "hold",
            CallKind::Unheld => "unhold",
            CallKind::HungUp => "hangup",
            other => other.as_str(),
        });
        let arrived = events[0].kind == CallKind::Arrived;
        assert_eq!(
            events.len(),
            if arrived { 2 } else { 1 },
            "a new call in a queue is queued as well"
        );
        for event in events {
            let wall = (line["wall"].as_f64().unwrap() * 1000.0) as i64;
            let behind = wall - event.at_source.unwrap();
            assert!((0..200).contains(&behind), "{behind}");
            assert_eq!((event.direction, event.at_received), (Some(Direction::In), 5));
            assert!(event.call_key.ends_with("@127.0.0.1"));
        }
    }
    assert_eq!(sent, SENT);
}

#[test]
fn each_event_says_what_it_carries() {
    let event = one("event=newCall&callId=a&from=13800000001&to=95001&direction=in&ts=1795281164.964968&eventId=e1");
    assert_eq!(
        (event.kind, event.at_source),
        (CallKind::Arrived, Some(1_795_281_164_964))
    );
    assert_eq!(
        (event.caller.as_deref(), event.called.as_deref()),
        (Some("13800000001"), Some("95001"))
    );
    assert_eq!(
        (
            event.source.as_str(),
            event.call_key.as_str(),
            event.event_id.as_deref()
        ),
        ("hook", "a", Some("e1"))
    );

    let event = one("event=answer&callId=a&answeringNumber=1001");
    assert_eq!(
        (event.kind, event.extension.as_deref()),
        (CallKind::Answered, Some("1001"))
    );
    let event = one("event=ringing&callId=a&extension=1001&answeringNumber=");
    assert_eq!(
        (event.kind, event.extension.as_deref()),
        (CallKind::Ringing, Some("1001"))
    );
    let event = one("event=transfer&callId=a&target=%3Csip%3A1003%40pbx.example%3E&mode=attended&extension=1001");
    assert_eq!(
        (event.target.as_deref(), event.transfer_mode),
        (Some("1003"), Some(TransferMode::Attended))
    );
    let event = one("event=recording&callId=a&recording=https%3A%2F%2Fpbx.example%2Fa.wav");
    assert_eq!(
        (event.kind, event.recording.as_deref()),
        (CallKind::RecordingReady, Some("https://pbx.example/a.wav"))
    );
    for (cause, expected) in [
        ("normalClearing", Cause::Normal),
        ("busy", Cause::Busy),
        ("cancel", Cause::Cancelled),
        ("noAnswer", Cause::NoAnswer),
        ("congestion", Cause::Congestion),
        ("notFound", Cause::Unreachable),
        ("forwarded", Cause::Forwarded),
    ] {
        assert_eq!(
            one(&format!("event=hangup&callId=a&cause={cause}")).cause,
            Some(expected)
        );
    }
}

#[test]
fn a_new_call_names_its_queue_and_its_telephones() {
    let events = form("event=newCall&callId=a&from=&to=95001&direction=in&queue=hotline&user[]=1001&user[]=1002&user[]=%E6%9D%8E&eventId=e").unwrap();
    let said: Vec<_> = events
        .iter()
        .map(|event| {
            (
                event.kind,
                event.extension.as_deref(),
                event.event_id.as_deref().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            (CallKind::Arrived, None, "e"),
            (CallKind::Queued, None, "e/queued"),
            (CallKind::Offered, Some("1001"), "e/offered/1001"),
            (CallKind::Offered, Some("1002"), "e/offered/1002"),
        ]
    );
    assert_eq!(events[0].caller, None, "a hidden number");
    let event = one("event=newCall&callId=a&from=95001&to=13800000001&direction=out&user=1001");
    assert_eq!(
        (event.direction, event.extension.as_deref()),
        (Some(Direction::Out), Some("1001"))
    );
}

#[test]
fn json_says_the_same() {
    let body = r#"{"event":"newCall","callId":7,"from":"13800000001","to":"95001","direction":"in","user":["Li","1001"],"ts":1795281164.5,"more":{"a":[1]}}"#;
    let events = parse(JSON, body.as_bytes(), 5, "hook").unwrap();
    assert_eq!(
        events.iter().map(|event| event.kind).collect::<Vec<_>>(),
        [CallKind::Arrived, CallKind::Offered]
    );
    assert_eq!(
        (events[0].call_key.as_str(), events[0].at_source),
        ("7", Some(1_795_281_164_500))
    );
}

#[test]
fn who_hung_up_is_told_by_the_number_however_it_is_written() {
    for (body, expected) in [
        ("direction=in&from=13800000001&to=95001&by=13800000001", Some(true)),
        (
            "direction=in&from=%2B8613800000001&to=95001&by=138-0000-0001",
            Some(true),
        ),
        ("direction=in&from=13800000001&to=95001&by=95001", Some(false)),
        ("direction=in&from=13800000001&by=1001", Some(false)),
        ("direction=in&to=95001&by=95001", Some(false)),
        ("direction=in&by=95001", None),
        ("direction=out&from=95001&to=13800000001&by=13800000001", Some(true)),
        ("direction=out&from=95001&to=13800000001&by=95001", Some(false)),
        ("from=13800000001&to=95001&by=13800000001", None),
        ("direction=in&from=13800000001&to=95001", None),
    ] {
        let event = one(&format!("event=hangup&callId=a&cause=normalClearing&{body}"));
        assert_eq!(event.by_outside, expected, "{body}");
    }
    // The recorded proxy names the parties in `newCall` only; whoever looks the call up knows them.
    let known = |key: &str| {
        assert_eq!(key, "a");
        let number = |text: &str| Some(text.to_owned());
        Some(Parties {
            direction: Some(Direction::In),
            caller: number("13800000001"),
            called: number("95001"),
        })
    };
    for (by, expected) in [("95001", Some(false)), ("13800000001", Some(true))] {
        let body = format!("event=hangup&callId=a&by={by}");
        let events = parse_knowing(FORM, body.as_bytes(), 5, "hook", known).unwrap();
        assert_eq!(events[0].by_outside, expected);
    }
}

#[test]
fn what_cannot_be_taken_names_its_field() {
    let long = format!("event=hangup&callId={}", "x".repeat(251));
    let many = (0..70).fold("event=hangup&callId=a".to_owned(), |body, n| format!("{body}&f{n}=1"));
    for (body, field, why) in [
        ("", "event", Why::Missing),
        ("event=dance&callId=a", "event", Why::Unknown),
        ("event=hangup", "callId", Why::Missing),
        ("event=hangup&callId=%20", "callId", Why::Missing),
        ("event=hangup&callId=a&callId=b", "callId", Why::Twice),
        ("event=hangup&callId=a%0Ab", "callId", Why::Control),
        ("event=hangup&callId=%FF", "callId", Why::Malformed),
        (&long, "callId", Why::TooLong),
        ("event=newCall&callId=a&to=1&direction=in", "from", Why::Missing),
        ("event=newCall&callId=a&from=1&direction=in", "to", Why::Missing),
        ("event=newCall&callId=a&from=1&to=2", "direction", Why::Missing),
        (
            "event=newCall&callId=a&from=1&to=2&direction=up",
            "direction",
            Why::Unknown,
        ),
        (
            "event=newCall&callId=a&from=1&to=2&direction=in&user=%07",
            "user",
            Why::Control,
        ),
        ("event=hangup&callId=a&ts=yesterday", "ts", Why::Malformed),
        ("event=transfer&callId=a", "target", Why::Missing),
        ("event=transfer&callId=a&target=1003&mode=warm", "mode", Why::Unknown),
        ("event=recording&callId=a", "recording", Why::Missing),
        (&many, "body", Why::TooLong),
    ] {
        assert_eq!(form(body), Err(Wrong { field, why }), "{body}");
    }
    let wrong = |content: &str, body: &[u8]| parse(content, body, 5, "hook").unwrap_err();
    assert_eq!(
        wrong("text/plain", b"event=hangup&callId=a"),
        Wrong {
            field: "content-type",
            why: Why::Unknown
        }
    );
    assert_eq!(
        wrong(JSON, b"[1]"),
        Wrong {
            field: "body",
            why: Why::Malformed
        }
    );
    assert_eq!(
        wrong(JSON, b"{\"event\""),
        Wrong {
            field: "body",
            why: Why::Malformed
        }
    );
    assert_eq!(
        wrong(FORM, &vec![b'a'; LARGEST_BODY + 1]),
        Wrong {
            field: "body",
            why: Why::TooLong
        }
    );
}

#[test]
fn a_cause_that_is_not_known_ends_the_call_without_one() {
    for (cause, is) in [
        ("weather", None),
        ("originatorCancel", Some(Cause::Cancelled)),
        ("NORMAL_CLEARING", Some(Cause::Normal)),
        ("16", Some(Cause::Normal)),
        ("21", Some(Cause::Rejected)),
    ] {
        let event = one(&format!("event=hangup&callId=a&cause={cause}"));
        assert_eq!((event.kind, event.cause), (CallKind::HungUp, is), "{cause}");
    }
}
