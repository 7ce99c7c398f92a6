//! The client for Asterisk against a server that plays recorded sessions, and against ones that behave badly.

use std::time::Duration;

use crate::common::{Heard, facts, quick, settings, start};
use domain::call::event::{CallKind, Cause, Direction, TransferMode};
use phone::testing::{
    ANSWERED_HOLD_TRANSFER, CLICK_TO_CALL, Capture, Cut, MISSED_RINGING, MISSED_UNREACHABLE, Play, Replay,
};
use phone::{AFTER_GAP, OpenCall, Refusal, State, Timing, Why, ami};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Unix milliseconds of the recordings' zero, whichever; each event then carries its time.
const ZERO: i64 = 1_795_280_000_000;

/// What a session becomes, by kind and by Asterisk's own time from the recording's zero.
async fn play(text: &str) -> Vec<(CallKind, i64)> {
    let replay = Replay::start(
        Play {
            timestamps: Some(ZERO),
            ..Play::new(Capture::read(text))
        },
        0,
    )
    .await
    .unwrap();
    let (handle, mut heard) = start(settings(replay.port()), Vec::new());
    replay.finished().await;
    let events = heard.until(CallKind::HungUp).await;
    drop(handle);
    assert!(events.windows(2).all(|pair| pair[0].at_received <= pair[1].at_received));
    events
        .iter()
        .map(|event| (event.kind, event.at_source.unwrap() - ZERO))
        .collect()
}

#[tokio::test]
async fn an_answered_call_with_a_hold_and_a_transfer() {
    let events = play(ANSWERED_HOLD_TRANSFER).await;
    let at = |kind: CallKind| events.iter().find(|(known, _)| *known == kind).unwrap().1;
    assert_eq!(at(CallKind::Answered) - at(CallKind::Ringing), 6_019);
    assert_eq!(at(CallKind::Unheld) - at(CallKind::Held), 3_003);
    assert_eq!(at(CallKind::Transferred), 215_953);
    assert_eq!(at(CallKind::HungUp), 223_927);
    assert_eq!(events.len(), 12);
}

#[tokio::test]
async fn missed_calls() {
    let kinds: Vec<_> = play(MISSED_RINGING).await.into_iter().map(|(kind, _)| kind).collect();
    let (arrived, queued, offered) = (CallKind::Arrived, CallKind::Queued, CallKind::Offered);
    assert_eq!(
        kinds,
        [
            arrived,
            queued,
            offered,
            CallKind::Ringing,
            CallKind::OfferEnded,
            CallKind::HungUp
        ]
    );
    let kinds: Vec<_> = play(MISSED_UNREACHABLE)
        .await
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    assert_eq!(
        kinds,
        [arrived, queued, offered, CallKind::OfferEnded, CallKind::HungUp],
        "out of reach is not ringing"
    );
}

#[tokio::test]
async fn a_plain_sign_in_works_as_well_and_the_state_says_so() {
    let replay = Replay::start(Play::new(Capture::default()), 0).await.unwrap();
    let settings = ami::Settings {
        sign_in: ami::SignIn::Plain,
        ..settings(replay.port())
    };
    let (handle, _heard) = start(settings, Vec::new());
    let mut state = handle.state();
    state
        .wait_for(|state| matches!(state, State::SignedIn { .. }))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_wrong_password_is_not_tried_again() {
    for sign_in in [ami::SignIn::Plain, ami::SignIn::Challenge] {
        let replay = Replay::start(Play::new(Capture::default()), 0).await.unwrap();
        let settings = ami::Settings {
            secret: "wrong".into(),
            sign_in,
            ..settings(replay.port())
        };
        let (handle, _heard) = start(settings, Vec::new());
        let mut state = handle.state();
        let refused = state
            .wait_for(|state| matches!(state, State::Refused { .. }))
            .await
            .unwrap()
            .clone();
        assert_eq!(
            refused,
            State::Refused {
                reason: "Authentication failed".to_owned()
            }
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(!state.has_changed().unwrap());
        assert_eq!(
            handle.originate("1001", "13800000001", "cb-1").await,
            Err(Refusal::NotConnected)
        );
        assert_eq!(replay.let_in(), 0);
    }
}

#[tokio::test]
async fn click_to_call_goes_out_under_our_own_id() {
    let replay = Replay::start(Play::new(Capture::read(CLICK_TO_CALL)), 0).await.unwrap();
    let (handle, mut heard) = start(settings(replay.port()), Vec::new());
    handle
        .state()
        .wait_for(|state| matches!(state, State::SignedIn { .. }))
        .await
        .unwrap();
    handle.originate("1001", "13800000001", "call-77").await.unwrap();
    let events = heard.until(CallKind::Answered).await;
    assert!(
        events
            .iter()
            .all(|event| event.call_key == "call-77" && event.direction == Some(Direction::Out))
    );
    assert_eq!(events[0].kind, CallKind::Arrived);
    assert_eq!(
        (events[0].caller.as_deref(), events[0].called.as_deref()),
        (Some("1001"), Some("13800000001"))
    );
    let asked = replay.asked();
    let expected = "Action: Originate\nChannel: SIP/1001\nContext: internal\nExten: 13800000001\nChannelId: call-77\nCallerID: 95001";
    assert_eq!(asked, [expected]);
    // They talk: the customer can be sent on, which Asterisk reports by no event of its own.
    handle.transfer("call-77", "1003").await.unwrap();
    let events = heard.until(CallKind::Transferred).await;
    let sent = events.last().unwrap();
    assert_eq!(
        (sent.target.as_deref(), sent.transfer_mode),
        (Some("1003"), Some(TransferMode::Blind))
    );
    assert_eq!(sent.extension.as_deref(), Some("1001"));
    assert_eq!(
        replay.asked()[1],
        "Action: Redirect\nChannel: SIP/13800000001-0000000e\nContext: internal\nExten: 1003"
    );
    assert_eq!(handle.transfer("call-78", "1003").await, Err(Refusal::NoSuchCall));
}

#[tokio::test]
async fn a_ringing_call_is_brought_to_another_telephone_and_nobody_hands_it_over() {
    let mut capture = Capture::read(MISSED_RINGING);
    let rings = capture.steps.iter().position(|s| s.text.contains("DialState")).unwrap();
    let over = capture.steps.split_off(rings + 1);
    let play = Play {
        timestamps: Some(ZERO),
        ..Play::new(capture)
    };
    let replay = Replay::start(play, 0).await.unwrap();
    let (handle, mut heard) = start(settings(replay.port()), Vec::new());
    let events = heard.until(CallKind::Ringing).await;
    let key = events[0].call_key.clone();
    handle.transfer(&key, "1003").await.unwrap();
    assert_eq!(
        replay.asked(),
        ["Action: Redirect\nChannel: SIP/13800000001-00000000\nContext: internal\nExten: 1003"]
    );
    assert!(!over.is_empty());
    // Nobody talked: no transfer is told, and the call goes on.
    let more = tokio::time::timeout(Duration::from_millis(300), heard.until(CallKind::Transferred)).await;
    assert!(more.is_err(), "{more:?}");
}

#[tokio::test]
async fn a_call_that_asterisk_turns_down_is_a_call_that_was_tried() {
    let replay = Replay::start(Play::new(Capture::default()), 0).await.unwrap();
    let (handle, mut heard) = start(settings(replay.port()), Vec::new());
    handle
        .state()
        .wait_for(|state| matches!(state, State::SignedIn { .. }))
        .await
        .unwrap();
    let refused = handle.originate("1001", "13800000001", "cb-1").await;
    assert_eq!(refused, Err(Refusal::Refused("Extension does not exist.".to_owned())));
    let events = heard.until(CallKind::HungUp).await;
    assert_eq!(
        facts(&events),
        [
            "cb-1 arrived out 1001>13800000001 -",
            "cb-1 hung_up out 1001>13800000001 -"
        ]
    );
    for (extension, number, id, field) in [
        ("1001\r\nAction: x", "110", "a", "extension"),
        ("1001", "110\r\n", "a", "number"),
        ("1001", "110&SIP/9", "a", "number"),
        ("1001", "110", "a b", "id"),
        ("", "110", "a", "extension"),
    ] {
        assert_eq!(
            handle.originate(extension, number, id).await,
            Err(Refusal::Invalid(field))
        );
    }
}

/// Plays the answered call, with a cut after so many messages during which so many are lost.
async fn cut(after: usize, lost: usize) -> (Vec<domain::call::event::CallEvent>, usize) {
    let capture = Capture::read(ANSWERED_HOLD_TRANSFER);
    let play = Play {
        cut: Some(Cut { after, lost }),
        timestamps: Some(ZERO),
        ..Play::new(capture)
    };
    let replay = Replay::start(play, 0).await.unwrap();
    let (_handle, mut heard) = start(settings(replay.port()), Vec::new());
    replay.finished().await;
    (heard.until(CallKind::HungUp).await, replay.let_in())
}

#[tokio::test]
async fn a_connection_that_is_cut_loses_only_what_happens_meanwhile() {
    let capture = Capture::read(ANSWERED_HOLD_TRANSFER);
    let whole = {
        let replay = Replay::start(Play::new(capture.clone()), 0).await.unwrap();
        let (_handle, mut heard) = start(settings(replay.port()), Vec::new());
        facts(&heard.until(CallKind::HungUp).await)
    };
    let index = |text: &str| {
        capture
            .steps
            .iter()
            .position(|step| step.text.starts_with(text))
            .unwrap()
    };
    // Nothing happens meanwhile: nothing is lost.
    let (events, let_in) = cut(index("Event: AgentCalled"), 0).await;
    assert_eq!((facts(&events), let_in), (whole.clone(), 2));
    // The hold begins and ends meanwhile: those two are lost, and nothing else.
    let hold = index("Event: Hold");
    let (events, let_in) = cut(hold, index("Event: Unhold") + 1 - hold).await;
    let expected: Vec<_> = whole.iter().filter(|fact| !fact.contains("held")).cloned().collect();
    let got: Vec<_> = facts(&events)
        .into_iter()
        .filter(|fact| !fact.contains("unheld"))
        .collect();
    assert_eq!((got, let_in), (expected, 2));
    // It is answered meanwhile: that is found afterwards, and marked.
    let up = index("Event: DialState") + 1;
    let (events, _) = cut(up, index("Event: BridgeEnter") - up).await;
    assert_eq!(facts(&events), whole);
    let answered: Vec<_> = events.iter().filter(|event| event.kind == CallKind::Answered).collect();
    let marked =
        |event: &&domain::call::event::CallEvent| event.event_id.as_deref().is_some_and(|id| id.starts_with(AFTER_GAP));
    assert_eq!(answered.iter().map(marked).collect::<Vec<_>>(), [true, false]);
}

#[tokio::test]
async fn what_is_gone_after_a_cut_is_closed_without_a_cause() {
    let capture = Capture::read(ANSWERED_HOLD_TRANSFER);
    let unhold = capture
        .steps
        .iter()
        .position(|step| step.text.starts_with("Event: Unhold"))
        .unwrap();
    let (events, let_in) = cut(unhold, capture.steps.len() - unhold - 1).await;
    assert_eq!(let_in, 2);
    let end = events.last().unwrap();
    assert_eq!(
        (end.kind, end.cause, end.by_outside, end.at_source),
        (CallKind::HungUp, None, None, None)
    );
    assert!(end.event_id.as_deref().unwrap().starts_with(AFTER_GAP));
    assert_eq!(
        (end.direction, end.caller.as_deref()),
        (Some(Direction::In), Some("13800000001"))
    );
    assert_eq!(events.iter().filter(|event| event.kind == CallKind::HungUp).count(), 1);
}

#[tokio::test]
async fn a_call_that_ended_while_this_process_did_not_run_is_closed_at_the_start() {
    let replay = Replay::start(Play::new(Capture::default()), 0).await.unwrap();
    let open = OpenCall {
        call_key: "1795280000.1".to_owned(),
        direction: Some(Direction::In),
        caller: Some("13800000001".to_owned()),
        called: Some("95001".to_owned()),
        answered: true,
    };
    let (_handle, mut heard) = start(settings(replay.port()), vec![open]);
    let events = heard.until(CallKind::HungUp).await;
    assert_eq!(facts(&events), ["1795280000.1 hung_up in 13800000001>95001 -"]);
    assert_eq!(events[0].cause, None::<Cause>);
}

#[tokio::test]
async fn doubled_and_swapped_messages_over_the_network_make_no_other_call() {
    let capture = Capture::read(MISSED_RINGING);
    let mut all = Vec::new();
    for capture in [
        capture.clone(),
        capture.doubled(),
        capture.swapped(0),
        capture.swapped(1),
    ] {
        let replay = Replay::start(Play::new(capture), 0).await.unwrap();
        let (_handle, mut heard) = start(settings(replay.port()), Vec::new());
        replay.finished().await;
        let mut facts = facts(&heard.until(CallKind::HungUp).await);
        facts.sort();
        all.push(facts);
    }
    assert!(all.iter().all(|facts| *facts == all[0]), "{all:#?}");
}

/// A server that does what it is told to, and how the client takes it.
async fn against(behave: impl AsyncFn(tokio::net::TcpStream) + Send + 'static, timing: Timing) -> (Why, u32) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (handle, _heard) = start(
        ami::Settings {
            timing,
            ..settings(port)
        },
        Vec::new(),
    );
    let serve = async {
        let mut connections = 0;
        while connections < 2 {
            let (stream, _) = listener.accept().await.unwrap();
            connections += 1;
            behave(stream).await;
        }
        connections
    };
    let connections = tokio::time::timeout(Duration::from_secs(20), serve)
        .await
        .expect("it is tried again");
    let mut state = handle.state();
    let lost = state
        .wait_for(|state| matches!(state, State::Lost { .. }))
        .await
        .unwrap()
        .clone();
    let State::Lost { why, since, next_try } = lost else {
        unreachable!()
    };
    assert!(next_try > since);
    (why, connections)
}

#[tokio::test]
async fn servers_that_behave_badly_are_left_and_tried_again() {
    let silent = async |mut stream: tokio::net::TcpStream| {
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.ok();
    };
    let timing = Timing {
        sign_in: Duration::from_millis(100),
        ..quick()
    };
    assert_eq!(
        against(silent, timing).await.0,
        Why::SignInTooSlow,
        "never says anything"
    );
    let endless = async |mut stream: tokio::net::TcpStream| {
        // Until the client has had enough, which is long before this ends.
        for _ in 0..100_000 {
            if stream.write_all(&[b'x'; 4096]).await.is_err() {
                return;
            }
        }
        panic!("it took 400 MB of a line");
    };
    assert_eq!(
        against(endless, quick()).await.0,
        Why::NotThisProtocol,
        "an endless line"
    );
    let talkative = async |mut stream: tokio::net::TcpStream| {
        while stream.write_all(b"Event: FullyBooted\r\n\r\n").await.is_ok() {}
    };
    let timing = Timing {
        sign_in: Duration::from_millis(100),
        ..quick()
    };
    assert_eq!(
        against(talkative, timing).await.0,
        Why::SignInTooSlow,
        "talks and does not let in"
    );
    let closed = async |stream: tokio::net::TcpStream| drop(stream);
    assert_eq!(against(closed, quick()).await.0, Why::Closed, "closes at once");
}

#[tokio::test]
async fn without_a_sign_of_life_the_connection_is_made_again() {
    let play = Play {
        deaf: true,
        ..Play::new(Capture::default())
    };
    let replay = Replay::start(play, 0).await.unwrap();
    let timing = Timing {
        ping_every: Duration::from_millis(50),
        patience: Duration::from_millis(100),
        ..quick()
    };
    let (handle, _heard) = start(
        ami::Settings {
            timing,
            ..settings(replay.port())
        },
        Vec::new(),
    );
    let mut state = handle.state();
    let lost = state
        .wait_for(|state| matches!(state, State::Lost { .. }))
        .await
        .unwrap()
        .clone();
    assert!(matches!(lost, State::Lost { why: Why::Silent, .. }), "{lost:?}");
    state
        .wait_for(|state| matches!(state, State::SignedIn { .. }))
        .await
        .unwrap();
    assert!(replay.let_in() >= 2);
}

#[tokio::test]
async fn signs_of_life_keep_a_quiet_connection() {
    let replay = Replay::start(Play::new(Capture::default()), 0).await.unwrap();
    let timing = Timing {
        ping_every: Duration::from_millis(20),
        ..quick()
    };
    let (handle, _heard) = start(
        ami::Settings {
            timing,
            ..settings(replay.port())
        },
        Vec::new(),
    );
    handle
        .state()
        .wait_for(|state| matches!(state, State::SignedIn { .. }))
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(matches!(*handle.state().borrow(), State::SignedIn { .. }));
    assert_eq!(replay.let_in(), 1);
}

#[tokio::test]
async fn it_ends_when_nobody_wants_it() {
    let replay = Replay::start(Play::new(Capture::default()), 0).await.unwrap();
    let (handle, mut heard) = start(settings(replay.port()), Vec::new());
    handle
        .state()
        .wait_for(|state| matches!(state, State::SignedIn { .. }))
        .await
        .unwrap();
    drop(handle);
    assert!(heard.ended().await);
    let refused = ami::Settings {
        secret: "wrong".into(),
        ..settings(replay.port())
    };
    let (handle, mut heard) = start(refused, Vec::new());
    handle
        .state()
        .wait_for(|state| matches!(state, State::Refused { .. }))
        .await
        .unwrap();
    drop(handle);
    assert!(heard.ended().await);
    // A receiver that is gone ends it as well.
    let (handle, heard) = start(settings(replay.port()), Vec::new());
    let mut state = handle.state();
    drop(heard);
    assert!(state.wait_for(|_| false).await.is_err());
}

#[tokio::test]
async fn settings_that_cannot_be_sent_are_refused() {
    let good = || settings(5038);
    let cases: [(&str, ami::Settings); 6] = [
        (
            "user",
            ami::Settings {
                user: "desk\r\nAction: x".to_owned(),
                ..good()
            },
        ),
        (
            "secret",
            ami::Settings {
                secret: "a\nb".into(),
                ..good()
            },
        ),
        (
            "telephone",
            ami::Settings {
                telephone: "SIP/1001".to_owned(),
                ..good()
            },
        ),
        (
            "telephone",
            ami::Settings {
                telephone: "SIP/{}&SIP/9".to_owned(),
                ..good()
            },
        ),
        (
            "context",
            ami::Settings {
                context: "a b".to_owned(),
                ..good()
            },
        ),
        (
            "host",
            ami::Settings {
                host: String::new(),
                ..good()
            },
        ),
    ];
    for (field, settings) in cases {
        let wiring = Heard::wiring(Vec::new()).0;
        assert_eq!(ami::open(settings, wiring).err().unwrap().field, field);
    }
    assert!(format!("{:?}", good()).contains("secret: (secret)"));
}
