//! The web room as one service in this process, asked as a browser or a program asks it.

mod access;
mod api;
mod forms;
mod journal;
mod pages;
mod secrets;
mod texts;

use std::sync::Arc;

use app::testing::World;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::state::{Settings, Web};

/// Every scope there is.
pub const EVERYTHING: &str =
    "contacts:write cases:write directory:write messages:write reports:write journal:write company:write";

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
