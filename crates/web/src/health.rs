//! Health, built files and the way home.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::assets;
use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::state::Web;

/// The process answers.
pub async fn live() -> &'static str {
    "ok"
}

/// A built file. Its name carries its hash, so it never changes.
pub async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let gzip = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.contains("gzip"));
    match assets::serve(&path) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(a) => {
            let cache = if a.immutable {
                "public, max-age=31536000, immutable"
            } else {
                "public, max-age=3600"
            };
            match a.gzip.filter(|_| gzip) {
                Some(bytes) => (
                    [
                        (header::CONTENT_TYPE, a.mime),
                        (header::CACHE_CONTROL, cache),
                        (header::CONTENT_ENCODING, "gzip"),
                        (header::VARY, "accept-encoding"),
                    ],
                    bytes,
                )
                    .into_response(),
                None => (
                    [(header::CONTENT_TYPE, a.mime), (header::CACHE_CONTROL, cache)],
                    a.bytes,
                )
                    .into_response(),
            }
        }
    }
}

/// Browsers ask for it unasked.
pub async fn favicon() -> Redirect {
    Redirect::permanent(assets::url("favicon.svg"))
}

/// The first page of each post.
pub async fn home(v: Viewer) -> Redirect {
    let roles = v.session.as_ref().map(|s| s.actor.roles.as_slice()).unwrap_or_default();
    Redirect::to(domain::access::home(roles).as_str())
}

/// No such address.
pub async fn nothing(State(_): State<Web>) -> Answer {
    Err(Fail(app::error::Error::NotFound))
}

/// The test switch: moves the clock forward by the milliseconds of the body and wakes the timers.
#[cfg(feature = "test-switch")]
pub async fn move_clock(State(web): State<Web>, body: String) -> Answer {
    let ms = body
        .trim()
        .parse::<i64>()
        .map_err(|_| app::error::Error::field("ms", "required"))?;
    web.settings.moved.add(ms);
    web.desk.live.look_again();
    Ok(web.desk.clock.now().to_string().into_response())
}
