//! The client for FreeSWITCH against a small server made by hand after FreeSWITCH's sources.

use std::time::Duration;

use crate::common::{Heard, facts, quick};
use domain::call::event::{CallEvent, CallKind, Cause, Direction};
use phone::{AFTER_GAP, Handle, OpenCall, Plan, Refusal, State, Timing, Why, esl};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The server's side of one connection.
struct Peer {
    stream: TcpStream,
    read: String,
}

impl Peer {
    /// The next command, without its empty line.
    async fn command(&mut self) -> Option<String> {
        let mut buffer = [0; 4096];
        loop {
            if let Some((command, rest)) = self.read.split_once("\n\n") {
                let (command, rest) = (command.to_owned(), rest.to_owned());
                self.read = rest;
                return Some(command);
            }
            let read = self.stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
            self.read.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
    }

    async fn say(&mut self, head: &str, body: &str) {
        let length = if body.is_empty() {
            String::new()
        } else {
            format!("Content-Length: {}\n", body.len())
        };
        self.stream
            .write_all(format!("{length}{head}\n\n{body}").as_bytes())
            .await
            .ok();
    }

    async fn reply(&mut self, text: &str) {
        self.say(&format!("Content-Type: command/reply\nReply-Text: {text}"), "")
            .await;
    }

    async fn event(&mut self, event: Value) {
        self.say("Content-Type: text/event-json", &event.to_string()).await;
    }

    /// Lets whoever comes in, and answers the first listing.
    async fn let_in(&mut self, list: &Value) {
        self.say("Content-Type: auth/request", "").await;
        assert_eq!(self.command().await.unwrap(), "auth ClueCon");
        self.reply("+OK accepted").await;
        let events = self.command().await.unwrap();
        assert!(
            events.starts_with("event json CHANNEL_CREATE ") && events.ends_with(" CUSTOM callcenter::info"),
            "{events}"
        );
        self.reply("+OK event listener enabled json").await;
        assert_eq!(self.command().await.unwrap(), "api show channels as json");
        self.say("Content-Type: api/response", &list.to_string()).await;
    }
}

async fn accept(listener: &TcpListener) -> Peer {
    let (stream, _) = tokio::time::timeout(Duration::from_secs(20), listener.accept())
        .await
        .expect("it comes")
        .unwrap();
    Peer {
        stream,
        read: String::new(),
    }
}

fn settings(port: u16, timing: Timing) -> esl::Settings {
    esl::Settings {
        source: "fs".to_owned(),
        host: "127.0.0.1".to_owned(),
        port,
        password: "ClueCon".into(),
        plan: Plan::default(),
        outside_profiles: vec!["external".to_owned()],
        telephone: "user/{}".to_owned(),
        context: "default".to_owned(),
        caller_id: Some("95001".to_owned()),
        timing,
    }
}

async fn start(timing: Timing, open: Vec<OpenCall>) -> (TcpListener, Handle, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (wiring, heard) = Heard::wiring(open);
    let (handle, run) = esl::open(settings(listener.local_addr().unwrap().port(), timing), wiring).unwrap();
    tokio::spawn(run);
    (listener, handle, heard)
}

async fn signed_in(handle: &Handle) {
    handle
        .state()
        .wait_for(|state| matches!(state, State::SignedIn { .. }))
        .await
        .unwrap();
}

fn arrived() -> Value {
    json!({
        "Event-Name": "CHANNEL_CREATE", "Unique-ID": "a", "Channel-Name": "sofia/external/13800000001@carrier",
        "Call-Direction": "inbound", "Caller-Caller-ID-Number": "13800000001", "Caller-Destination-Number": "95001",
    })
}

#[tokio::test]
async fn events_come_through_and_what_is_gone_after_a_cut_is_closed() {
    let (listener, handle, mut heard) = start(quick(), Vec::new()).await;
    let mut peer = accept(&listener).await;
    peer.let_in(&json!({"row_count": 0})).await;
    peer.event(arrived()).await;
    let events = heard.until(CallKind::Arrived).await;
    assert_eq!(facts(&events), ["a arrived in 13800000001>95001 -"]);
    drop(peer);
    let mut peer = accept(&listener).await;
    peer.let_in(&json!({"row_count": 0})).await;
    let events: Vec<CallEvent> = heard.until(CallKind::HungUp).await;
    assert_eq!((events[0].cause, events[0].direction), (None, Some(Direction::In)));
    assert!(events[0].event_id.as_deref().unwrap().starts_with(AFTER_GAP));
    drop(handle);
    assert!(heard.ended().await);
}

#[tokio::test]
async fn click_to_call_is_a_job_under_our_own_id() {
    let (listener, handle, mut heard) = start(quick(), Vec::new()).await;
    let mut peer = accept(&listener).await;
    peer.let_in(&json!({"row_count": 0})).await;
    signed_in(&handle).await;
    let asking = handle.clone();
    let asked = tokio::spawn(async move { asking.originate("1001", "13800000001", "call-77").await });
    let expected = "bgapi originate {origination_uuid=call-77,originate_timeout=30,ignore_early_media=true,\
        origination_caller_id_number=95001}user/1001 13800000001 XML default\nJob-UUID: dial-call-77";
    assert_eq!(peer.command().await.unwrap(), expected);
    peer.reply("+OK Job-UUID: dial-call-77").await;
    assert_eq!(asked.await.unwrap(), Ok(()));
    let leg = |event: &str, uid: &str, name: &str| json!({"Event-Name": event, "Unique-ID": uid, "Channel-Name": name, "Call-Direction": "outbound", "Other-Leg-Unique-ID": "call-77"});
    let (ours, theirs) = ("sofia/internal/1001@10.0.0.7", "sofia/external/13800000001@carrier");
    for (event, uid, name) in [
        ("CHANNEL_CREATE", "call-77", ours),
        ("CHANNEL_PROGRESS", "call-77", ours),
        ("CHANNEL_ANSWER", "call-77", ours),
        ("CHANNEL_CREATE", "b", theirs),
        ("CHANNEL_PROGRESS", "b", theirs),
        ("CHANNEL_ANSWER", "b", theirs),
    ] {
        peer.event(leg(event, uid, name)).await;
    }
    assert_eq!(
        facts(&heard.until(CallKind::Answered).await),
        [
            "call-77 arrived out 1001>13800000001 1001",
            "call-77 offered out 1001>13800000001 1001",
            "call-77 ringing out 1001>13800000001 1001",
            "call-77 ringing out 1001>13800000001 -",
            "call-77 answered out 1001>13800000001 1001",
        ]
    );
    // Sent on: done when the job says so.
    let asking = handle.clone();
    let asked = tokio::spawn(async move { asking.transfer("call-77", "1003").await });
    assert_eq!(
        peer.command().await.unwrap(),
        "bgapi uuid_transfer b 1003 XML default\nJob-UUID: send-1"
    );
    peer.reply("+OK Job-UUID: send-1").await;
    peer.event(json!({"Event-Name": "BACKGROUND_JOB", "Job-UUID": "send-1", "_body": "+OK\n"}))
        .await;
    assert_eq!(asked.await.unwrap(), Ok(()));
    let events = heard.until(CallKind::Transferred).await;
    assert_eq!(
        (events[0].target.as_deref(), events[0].extension.as_deref()),
        (Some("1003"), Some("1001"))
    );
}

#[tokio::test]
async fn a_call_that_could_not_be_made_was_tried() {
    let (listener, handle, mut heard) = start(quick(), Vec::new()).await;
    let mut peer = accept(&listener).await;
    peer.let_in(&json!({"row_count": 0})).await;
    signed_in(&handle).await;
    let asking = handle.clone();
    let asked = tokio::spawn(async move { asking.originate("1001", "13800000001", "c").await });
    peer.command().await.unwrap();
    peer.reply("+OK Job-UUID: dial-c").await;
    assert_eq!(asked.await.unwrap(), Ok(()));
    peer.event(json!({"Event-Name": "BACKGROUND_JOB", "Job-UUID": "dial-c", "_body": "-ERR USER_NOT_REGISTERED\n"}))
        .await;
    let events = heard.until(CallKind::HungUp).await;
    assert_eq!(
        facts(&events),
        ["c arrived out 1001>13800000001 -", "c hung_up out 1001>13800000001 -"]
    );
    assert_eq!(events[1].cause, Some(Cause::Unreachable));
    let asking = handle.clone();
    let asked = tokio::spawn(async move { asking.originate("1001", "13800000001", "d").await });
    peer.command().await.unwrap();
    peer.reply("-ERR permission denied").await;
    assert_eq!(
        asked.await.unwrap(),
        Err(Refusal::Refused("-ERR permission denied".to_owned()))
    );
}

#[tokio::test]
async fn a_wrong_password_and_a_closed_door_are_not_tried_again() {
    for rude in [false, true] {
        let (listener, handle, _heard) = start(quick(), Vec::new()).await;
        let mut peer = accept(&listener).await;
        if rude {
            peer.say("Content-Type: text/rude-rejection", "Access Denied, go away.\n")
                .await;
        } else {
            peer.say("Content-Type: auth/request", "").await;
            peer.command().await.unwrap();
            peer.reply("-ERR invalid").await;
        }
        let mut state = handle.state();
        let refused = state
            .wait_for(|state| matches!(state, State::Refused { .. }))
            .await
            .unwrap()
            .clone();
        let reason = if rude {
            "Access Denied, go away."
        } else {
            "-ERR invalid"
        };
        assert_eq!(
            refused,
            State::Refused {
                reason: reason.to_owned()
            }
        );
        let again = tokio::time::timeout(Duration::from_millis(200), listener.accept()).await;
        assert!(again.is_err(), "it does not come again");
    }
}

#[tokio::test]
async fn signs_of_life_and_their_absence() {
    let timing = Timing {
        ping_every: Duration::from_millis(30),
        patience: Duration::from_millis(200),
        ..quick()
    };
    let (listener, handle, _heard) = start(timing, Vec::new()).await;
    let mut peer = accept(&listener).await;
    peer.let_in(&json!({"row_count": 0})).await;
    for _ in 0..3 {
        assert_eq!(peer.command().await.unwrap(), "api uptime");
        peer.say("Content-Type: api/response", "1 2 3\n").await;
    }
    let mut state = handle.state();
    let lost = state
        .wait_for(|state| matches!(state, State::Lost { .. }))
        .await
        .unwrap()
        .clone();
    assert!(matches!(lost, State::Lost { why: Why::Silent, .. }), "{lost:?}");
    accept(&listener).await;
}

#[tokio::test]
async fn a_head_or_a_body_without_an_end_is_left() {
    let endless = "x".repeat(100_000);
    for text in [endless.as_str(), "Content-Length: 99999999999\n\n"] {
        let (listener, handle, _heard) = start(quick(), Vec::new()).await;
        let mut peer = accept(&listener).await;
        peer.stream.write_all(text.as_bytes()).await.ok();
        let mut state = handle.state();
        let lost = state
            .wait_for(|state| matches!(state, State::Lost { .. }))
            .await
            .unwrap()
            .clone();
        assert!(
            matches!(
                lost,
                State::Lost {
                    why: Why::NotThisProtocol,
                    ..
                }
            ),
            "{lost:?}"
        );
    }
}
