//! Frames of FreeSWITCH made by hand after its sources; none is recorded.

use super::Translator;
use super::translator::Report;
use crate::track::tests::lines;
use crate::{OpenCall, Plan};
use domain::call::event::Direction;
use serde_json::{Map, Value, json};

fn translator(open: &[OpenCall]) -> Translator {
    Translator::new("fs", Plan::default(), vec!["external".to_owned()], open)
}

/// A session in short: `EVENT leg channel field=value …`. The leg's name stands for `Unique-ID`, `-` for none.
fn session(translator: &mut Translator, text: &str) -> Vec<String> {
    let mut events = Vec::new();
    for (at, line) in text.trim().lines().enumerate() {
        let mut words = line.split_whitespace();
        let mut fields = Map::new();
        for (name, value) in [
            ("Event-Name", words.next()),
            ("Unique-ID", words.next()),
            ("Channel-Name", words.next()),
        ] {
            if let Some(value) = value.filter(|value| *value != "-") {
                fields.insert(name.to_owned(), Value::from(value));
            }
        }
        fields.extend(
            words
                .filter_map(|word| word.split_once('='))
                .map(|(name, value)| (name.to_owned(), Value::from(value))),
        );
        let report = Report::read(Value::Object(fields).to_string().as_bytes()).unwrap();
        events.extend(translator.translate(&report, at as i64 * 1000));
    }
    lines(&events)
}

const IN: &str = "
CHANNEL_CREATE a sofia/external/13800000001@carrier Call-Direction=inbound Caller-Caller-ID-Number=13800000001 Caller-Destination-Number=95001 Channel-Call-UUID=a
CUSTOM - - Event-Subclass=callcenter::info CC-Action=member-queue-start CC-Member-Session-UUID=a CC-Queue=hotline@default
CUSTOM - - Event-Subclass=callcenter::info CC-Action=agent-offering CC-Member-Session-UUID=a CC-Agent=1001@pbx
CHANNEL_CREATE b sofia/internal/sip:1001@10.0.0.7:5060 Call-Direction=outbound variable_cc_member_session_uuid=a Channel-Call-UUID=b
CHANNEL_PROGRESS b sofia/internal/sip:1001@10.0.0.7:5060 Call-Direction=outbound
CHANNEL_PROGRESS_MEDIA b sofia/internal/sip:1001@10.0.0.7:5060 Call-Direction=outbound
CHANNEL_ANSWER b sofia/internal/sip:1001@10.0.0.7:5060 Call-Direction=outbound
CHANNEL_BRIDGE a sofia/external/13800000001@carrier Bridge-A-Unique-ID=a Bridge-B-Unique-ID=b
CHANNEL_HOLD b sofia/internal/sip:1001@10.0.0.7:5060
CHANNEL_HOLD b sofia/internal/sip:1001@10.0.0.7:5060
CHANNEL_UNHOLD b sofia/internal/sip:1001@10.0.0.7:5060
";

const SAID: [&str; 7] = [
    "0.000 arrived in 13800000001>95001 - leg=a",
    "1.000 queued in 13800000001>95001 - leg=a queue=hotline@default",
    "2.000 offered in 13800000001>95001 1001 leg=a/1001/1 queue=hotline@default",
    "4.000 ringing in 13800000001>95001 1001 leg=a/1001/1",
    "6.000 answered in 13800000001>95001 1001 leg=a/1001/1 queue=hotline@default",
    "8.000 held in 13800000001>95001 1001 leg=a/1001/1",
    "10.000 unheld in 13800000001>95001 1001 leg=a/1001/1",
];

#[test]
fn a_call_through_the_queue_is_ended_by_whoever_says_goodbye_first() {
    for (end, expected) in [
        (
            "
CHANNEL_HANGUP_COMPLETE a sofia/external/13800000001@carrier Hangup-Cause=NORMAL_CLEARING variable_sip_hangup_disposition=recv_bye
CHANNEL_HANGUP_COMPLETE b sofia/internal/1001@10.0.0.7 Hangup-Cause=NORMAL_CLEARING variable_sip_hangup_disposition=send_bye",
            "11.000 hung_up in 13800000001>95001 - cause=normal outside=true",
        ),
        (
            "
CHANNEL_HANGUP_COMPLETE b sofia/internal/1001@10.0.0.7 Hangup-Cause=NORMAL_CLEARING variable_sip_hangup_disposition=recv_bye
CHANNEL_HANGUP_COMPLETE a sofia/external/13800000001@carrier Hangup-Cause=NORMAL_CLEARING variable_sip_hangup_disposition=send_bye",
            "12.000 hung_up in 13800000001>95001 - cause=normal outside=false",
        ),
    ] {
        let said = session(&mut translator(&[]), &format!("{}{}", IN.trim_end(), end));
        assert_eq!(said[..7], SAID);
        assert_eq!(said[7..], [expected]);
    }
}

#[test]
fn a_transfer_is_told_by_the_leg_that_made_it() {
    let said = session(
        &mut translator(&[]),
        &format!(
            "{}
CHANNEL_HANGUP_COMPLETE b sofia/internal/1001@10.0.0.7 Hangup-Cause=BLIND_TRANSFER variable_sip_refer_to=<sip:1003@pbx> variable_sip_hangup_disposition=recv_bye
CHANNEL_CREATE c sofia/internal/1003@10.0.0.8 Call-Direction=outbound Other-Leg-Unique-ID=a Channel-Call-UUID=a
CHANNEL_PROGRESS c sofia/internal/1003@10.0.0.8
CHANNEL_ANSWER c sofia/internal/1003@10.0.0.8
CHANNEL_HANGUP_COMPLETE c sofia/internal/1003@10.0.0.8 Hangup-Cause=NORMAL_CLEARING variable_sip_hangup_disposition=send_bye
CHANNEL_HANGUP_COMPLETE a sofia/external/13800000001@carrier Hangup-Cause=NORMAL_CLEARING variable_sip_hangup_disposition=recv_bye
",
            IN.trim_end()
        ),
    );
    assert_eq!(
        said[7..],
        [
            "11.000 transferred in 13800000001>95001 1001 leg=a/1001/1 target=1003 mode=blind",
            "12.000 offered in 13800000001>95001 1003 leg=c",
            "13.000 ringing in 13800000001>95001 1003 leg=c",
            "14.000 answered in 13800000001>95001 1003 leg=c",
            "16.000 hung_up in 13800000001>95001 - cause=normal outside=true",
        ]
    );
}

#[test]
fn an_attended_transfer_takes_the_colleague_over_into_the_customers_call() {
    let said = session(
        &mut translator(&[]),
        &format!(
            "{}
CHANNEL_CREATE d sofia/internal/1001@10.0.0.7 Call-Direction=inbound Caller-Caller-ID-Number=1001 Caller-Destination-Number=1003 Channel-Call-UUID=d
CHANNEL_CREATE e sofia/internal/1003@10.0.0.8 Call-Direction=outbound Other-Leg-Unique-ID=d Channel-Call-UUID=d
CHANNEL_ANSWER e sofia/internal/1003@10.0.0.8
CHANNEL_BRIDGE a sofia/external/13800000001@carrier Bridge-A-Unique-ID=a Bridge-B-Unique-ID=e
CHANNEL_HANGUP_COMPLETE d sofia/internal/1001@10.0.0.7 Hangup-Cause=NORMAL_CLEARING
CHANNEL_HANGUP_COMPLETE b sofia/internal/1001@10.0.0.7 Hangup-Cause=ATTENDED_TRANSFER
CHANNEL_HANGUP_COMPLETE a sofia/external/13800000001@carrier Hangup-Cause=NORMAL_CLEARING variable_sip_hangup_disposition=recv_bye
",
            IN.trim_end()
        ),
    );
    assert_eq!(
        said[7..],
        [
            "11.000 arrived internal 1001>1003 1001 leg=d",
            "12.000 offered internal 1001>1003 1003 leg=e",
            "13.000 answered internal 1001>1003 1003 leg=e",
            "14.000 answered in 13800000001>95001 1003 leg=e",
            "15.000 hung_up internal 1001>1003 - cause=normal",
            "16.000 transferred in 13800000001>95001 1001 leg=a/1001/1 mode=attended",
            "17.000 hung_up in 13800000001>95001 - cause=normal outside=true",
        ]
    );
}

#[test]
fn a_call_that_nobody_takes() {
    let said = session(
        &mut translator(&[]),
        "
CHANNEL_CREATE a sofia/external/95588@carrier Call-Direction=inbound Caller-Caller-ID-Number=95588 Caller-Destination-Number=95001
CUSTOM - - Event-Subclass=callcenter::info CC-Action=member-queue-start CC-Member-Session-UUID=a CC-Queue=hotline
CUSTOM - - Event-Subclass=callcenter::info CC-Action=agent-offering CC-Member-Session-UUID=a CC-Agent=1001
CUSTOM - - Event-Subclass=callcenter::info CC-Action=bridge-agent-fail CC-Member-Session-UUID=a CC-Agent=1001 CC-Hangup-Cause=USER_NOT_REGISTERED
CUSTOM - - Event-Subclass=callcenter::info CC-Action=member-queue-end CC-Member-Session-UUID=a CC-Cause=Cancel CC-Cancel-Reason=BREAK_OUT
RECORD_STOP a sofia/external/95588@carrier Record-File-Path=/r/a.wav variable_record_ms=0
RECORD_STOP a sofia/external/95588@carrier Record-File-Path=/r/a.wav variable_record_ms=1200
CHANNEL_HANGUP_COMPLETE a sofia/external/95588@carrier Hangup-Cause=NORMAL_CLEARING variable_sip_hangup_disposition=recv_bye
",
    );
    assert_eq!(
        said,
        [
            "0.000 arrived in 95588>95001 - leg=a",
            "1.000 queued in 95588>95001 - leg=a queue=hotline",
            "2.000 offered in 95588>95001 1001 leg=a/1001/1 queue=hotline",
            "3.000 offer_ended in 95588>95001 1001 leg=a/1001/1 cause=unreachable",
            "6.000 recording_ready in 95588>95001 - recording=/r/a.wav",
            "7.000 hung_up in 95588>95001 - cause=cancelled outside=true",
        ]
    );
}

#[test]
fn an_events_own_time_and_name_are_kept() {
    let report = json!({
        "Event-Name": "CHANNEL_CREATE", "Unique-ID": "a", "Channel-Name": "sofia/external/13800000001@carrier",
        "Call-Direction": "inbound", "Core-UUID": "core", "Event-Sequence": "482", "Event-Date-Timestamp": "1795281164964968",
    });
    let events = translator(&[]).translate(&Report::read(report.to_string().as_bytes()).unwrap(), 7);
    assert_eq!(
        (events[0].at_source, events[0].at_received),
        (Some(1_795_281_164_964), 7)
    );
    assert_eq!(events[0].event_id.as_deref(), Some("core:482/arrived"));
}

#[test]
fn after_a_gap_what_is_gone_is_closed_and_what_lives_goes_on() {
    let open = OpenCall {
        call_key: "old".to_owned(),
        direction: Some(Direction::In),
        caller: Some("13800000002".to_owned()),
        called: None,
        answered: false,
    };
    let mut translator = translator(&[open]);
    session(&mut translator, IN);
    translator.listing_asked();
    let list = json!({"row_count": 3, "rows": [
        {"uuid": "b", "name": "sofia/internal/1001@10.0.0.7", "callstate": "ACTIVE", "call_uuid": "a"},
        {"uuid": "a", "name": "sofia/external/13800000001@carrier", "callstate": "ACTIVE", "call_uuid": "a"},
        {"uuid": "x", "name": "sofia/external/13800000003@carrier", "callstate": "ACTIVE", "call_uuid": "x", "cid_num": "13800000003", "dest": "95001"},
        {"uuid": "y", "name": "sofia/internal/1002@10.0.0.9", "callstate": "RINGING", "call_uuid": "x"},
        {"uuid": 7}, "nonsense",
    ]});
    // The new one's arrival is not said: when it was nobody saw. That 1002 is asked is true now.
    assert_eq!(
        lines(&translator.listed(&list, 20_000)),
        [
            "20.000 offered in 13800000003>95001 1002 leg=y",
            "20.000 hung_up in 13800000002>- -"
        ]
    );
    translator.listing_asked();
    assert_eq!(translator.listed(&json!({"error": "no"}), 21_000), []);
    let said = lines(&translator.listed(&json!({"row_count": 0}), 22_000));
    assert_eq!(
        said,
        [
            "22.000 offer_ended in 13800000003>95001 1002 leg=y",
            "22.000 hung_up in 13800000001>95001 -",
            "22.000 hung_up in 13800000003>95001 -",
        ]
    );
}
