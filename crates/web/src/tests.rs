//! The web room as one service in this process, asked as a browser or a program asks it.

mod access;
mod api;
mod forms;
mod journal;
mod pages;
mod secrets;
mod texts;

use std::sync::Arc;

use app::call::system::{self, NewSystem};
use app::testing::World;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use domain::call::event::{CallEvent, CallKind, Direction};
use domain::ids::{PhoneSystemId, SiteId};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::state::{Settings, Web};

/// Every scope there is.
pub const EVERYTHING: &str =
    "contacts:write cases:write directory:write messages:write reports:write journal:write company:write";

/// A telephone system of the site tells of a call that nobody answered. Returns the call and the number to be called back.
pub fn missed_call(w: &World, site: &SiteId) -> (String, String) {
    use CallKind::{Arrived, HungUp};
    let ctx = w.desk.system("phone", site);
    let made = w.desk.write_now(&ctx, move |tx, ctx| {
        let new = NewSystem {
            name: "总机".into(),
            kind: "webhook".into(),
            holds: true,
            ..NewSystem::default()
        };
        let system = system::add(tx, ctx, "", &new)?.id;
        let told = told(&system, "a", ctx.now, &[(Arrived, 0), (HungUp, 9_000)]);
        let calls = system::told(tx, ctx, &system, &told)?;
        let (open, _) = app::call::missed::list(tx, ctx)?;
        Ok::<_, app::error::Error>((calls[0].to_string(), open[0].id.to_string()))
    });
    made.unwrap()
}

/// Reports of a call that comes in at the telephone 1001, each so many milliseconds after an instant.
pub fn told(system: &PhoneSystemId, key: &str, from: i64, events: &[(CallKind, i64)]) -> Vec<CallEvent> {
    let event = |(kind, ms): &(CallKind, i64)| CallEvent {
        direction: Some(Direction::In),
        caller: Some("13900002222".into()),
        extension: (!matches!(kind, CallKind::Arrived | CallKind::HungUp)).then(|| "1001".into()),
        target: (*kind == CallKind::Transferred).then(|| "13900003333".into()),
        by_outside: (*kind == CallKind::HungUp).then_some(true),
        ..CallEvent::new(system.as_str(), key, *kind, from + ms)
    };
    events.iter().map(event).collect()
}

/// The service of a world.
pub fn service(w: &World) -> Router {
    crate::service(Web {
        desk: w.desk.clone(),
        settings: Arc::new(Settings::default()),
    })
}

/// What came back.
pub struct Got {
    pub code: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
}

/// Runs a test's questions on a runtime of its own.
pub fn run<T>(f: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(f)
}

/// Sends one request. Of an endless answer only the head is read.
pub async fn send(app: &Router, req: Request<Body>) -> Got {
    let res = app.clone().oneshot(req).await.unwrap();
    let (code, headers) = (res.status(), res.headers().clone());
    let endless = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|t| t == "text/event-stream");
    let body = if endless {
        Vec::new()
    } else {
        to_bytes(res.into_body(), 1 << 24).await.unwrap().to_vec()
    };
    Got { code, headers, body }
}
