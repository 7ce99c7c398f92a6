//! What the tests of the connected adapters share.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::call::event::{CallEvent, CallKind};
use phone::{Handle, OpenCall, Plan, Timing, Wiring, ami};
use tokio::sync::mpsc;

/// Longest wait for what must come.
const WAIT: Duration = Duration::from_secs(20);

/// What an adapter says.
pub struct Heard(mpsc::Receiver<Vec<CallEvent>>);

impl Heard {
    pub fn wiring(open: Vec<OpenCall>) -> (Wiring, Heard) {
        let (sink, events) = mpsc::channel(64);
        let count = AtomicI64::new(0);
        let clock = Arc::new(move || count.fetch_add(1, Ordering::SeqCst));
        (
            Wiring {
                sink,
                clock,
                jitter: Arc::new(|_| 0),
                open,
            },
            Heard(events),
        )
    }

    /// All events up to and with the first of a kind whose call is not an internal one.
    pub async fn until(&mut self, kind: CallKind) -> Vec<CallEvent> {
        let mut events = Vec::new();
        let hears = async {
            while let Some(batch) = self.0.recv().await {
                let there = batch.iter().any(|event| event.kind == kind);
                events.extend(batch);
                if there {
                    return;
                }
            }
        };
        assert!(
            tokio::time::timeout(WAIT, hears).await.is_ok(),
            "no {kind} in {events:#?}"
        );
        events
    }

    /// Whether the adapter has ended.
    pub async fn ended(&mut self) -> bool {
        tokio::time::timeout(WAIT, async { while self.0.recv().await.is_some() {} })
            .await
            .is_ok()
    }
}

pub fn quick() -> Timing {
    Timing {
        first_wait: Duration::from_millis(10),
        longest_wait: Duration::from_millis(20),
        sign_in: Duration::from_secs(5),
        ..Timing::default()
    }
}

pub fn settings(port: u16) -> ami::Settings {
    ami::Settings {
        source: "pbx".to_owned(),
        host: "127.0.0.1".to_owned(),
        port,
        user: "desk".to_owned(),
        secret: "secret".into(),
        sign_in: ami::SignIn::Challenge,
        plan: Plan::default(),
        telephone: "SIP/{}".to_owned(),
        context: "internal".to_owned(),
        caller_id: Some("95001".to_owned()),
        timing: quick(),
    }
}

pub fn start(settings: ami::Settings, open: Vec<OpenCall>) -> (Handle, Heard) {
    let (wiring, heard) = Heard::wiring(open);
    let (handle, run) = ami::open(settings, wiring).unwrap();
    tokio::spawn(run);
    (handle, heard)
}

/// What happened to whom, without when.
pub fn facts(events: &[CallEvent]) -> Vec<String> {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let fact = |event: &CallEvent| {
        let direction = event.direction.map_or("-", |direction| direction.as_str());
        let (caller, called, extension) = (text(&event.caller), text(&event.called), text(&event.extension));
        format!(
            "{} {} {direction} {caller}>{called} {extension}",
            event.call_key, event.kind
        )
    };
    events.iter().map(fact).collect()
}
