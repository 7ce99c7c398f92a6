//! What changes by itself. One stream a page says "something has changed" with the site's sequence number; each part of
//! the page that cares asks for itself again, in the viewer's own scope. Nothing of a case travels in the stream.

use std::convert::Infallible;
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

use app::ctx::Ctx;
use askama::Template;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::ids::{SessionId, SiteId, StaffId};
use serde::Deserialize;
use tokio::sync::{broadcast, watch};

use crate::fail::Answer;
use crate::gate::Viewer;
use crate::page::Page;
use crate::state::Web;

static CHANGES: OnceLock<broadcast::Sender<(SiteId, i64)>> = OnceLock::new();

static ENDS: OnceLock<broadcast::Sender<StaffId>> = OnceLock::new();

/// Told of a person of whom sessions may have ended.
fn ends() -> &'static broadcast::Sender<StaffId> {
    ENDS.get_or_init(|| broadcast::channel(256).0)
}

/// Ends every stream, so that a stopping server need not wait for them.
static STOPPING: LazyLock<watch::Sender<bool>> = LazyLock::new(|| watch::Sender::new(false));

/// The server stops: nobody is kept by a stream.
pub fn stop() {
    STOPPING.send_replace(true);
}

fn changes() -> &'static broadcast::Sender<(SiteId, i64)> {
    CHANGES.get_or_init(|| broadcast::channel(1024).0)
}

/// Joins the stream to the commits.
pub fn start(web: &Web) {
    web.desk.live.listen(|site, seq| {
        // Nobody looking is fine.
        let _none = changes().send((site.clone(), seq));
    });
    web.desk.live.listen_ends(|staff| {
        let _none = ends().send(staff.clone());
    });
}

struct Stream {
    site: SiteId,
    receive: broadcast::Receiver<(SiteId, i64)>,
    ends: broadcast::Receiver<StaffId>,
    stopping: watch::Receiver<bool>,
    first: Option<String>,
    over: bool,
    web: Web,
    ctx: Ctx,
}

impl Stream {
    /// Whether the session that the stream belongs to still holds: signed out here, on another device or by an administrator.
    async fn alive(&self) -> bool {
        let Some(id): Option<SessionId> = self.ctx.staff().and_then(|s| s.session.clone()) else {
            return true;
        };
        let now = self.web.desk.clock.now();
        // While the database is away nobody is signed out.
        self.web
            .read(&self.ctx, move |c, _| Ok(store::staff::session_alive(c, &id, now)?))
            .await
            .unwrap_or(true)
    }

    fn mine(&self, staff: &StaffId) -> bool {
        self.ctx.staff().is_some_and(|s| s.id == *staff)
    }

    /// The next piece of the stream: a change, or a comment that keeps the connection.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Stream)> {
        if let Some(first) = self.first.take() {
            return Some((Ok(Bytes::from(first)), self));
        }
        if self.over {
            return None;
        }
        let deadline = tokio::time::sleep(Duration::from_secs(15));
        tokio::pin!(deadline);
        loop {
            tokio::select! {
                () = &mut deadline => {
                    if !self.alive().await {
                        return None;
                    }
                    let now = format!("event: now\ndata: {}\n\n", self.web.desk.clock.now());
                    return Some((Ok(Bytes::from(now)), self));
                }
                _ = self.stopping.changed() => return None,
                ended = self.ends.recv() => {
                    // Who was too slow to hear all names looks for itself.
                    if ended.is_ok_and(|s| !self.mine(&s)) || self.alive().await {
                        continue;
                    }
                    self.over = true;
                    return Some((Ok(Bytes::from_static(b"event: signed-out\ndata: 1\n\n")), self));
                }
                change = self.receive.recv() => match change {
                    Ok((site, seq)) if site == self.site => {
                        // Many commits in a moment are one look for the page.
                        tokio::time::sleep(Duration::from_millis(150)).await;
                        let mut seq = seq;
                        while let Ok((s, n)) = self.receive.try_recv() {
                            if s == self.site { seq = seq.max(n); }
                        }
                        return Some((Ok(Bytes::from(message(seq))), self));
                    }
                    Ok(_) => {}
                    Err(broadcast::error::RecvError::Lagged(_)) => return Some((Ok(Bytes::from(message(0))), self)),
                    Err(broadcast::error::RecvError::Closed) => return None,
                }
            }
        }
    }
}

fn message(seq: i64) -> String {
    format!("id: {seq}\nevent: live\ndata: {seq}\n\n")
}

/// What a page had seen when it was made.
#[derive(Deserialize)]
pub struct Since {
    seq: Option<i64>,
}

/// The stream of one page.
pub async fn stream(
    State(web): State<Web>,
    v: Viewer,
    Query(since): Query<Since>,
    headers: axum::http::HeaderMap,
) -> Answer {
    let ctx = v.ctx()?;
    // The line stands before the number is looked at: what happens between the two is told twice and never not at all.
    let (receive, ends) = (changes().subscribe(), ends().subscribe());
    let now = web.desk.live.seq(&ctx.site);
    let seen = headers
        .get("last-event-id")
        .and_then(|h| h.to_str().ok())
        .and_then(|h| h.parse::<i64>().ok())
        .or(since.seq);
    // Whoever was away, or was made before something that happened until the line stood, looks once at once.
    let first = match seen {
        Some(s) if s < now => message(now),
        _ => ": hello\n\n".to_owned(),
    };
    let state = Stream {
        site: ctx.site.clone(),
        receive,
        ends,
        stopping: STOPPING.subscribe(),
        first: Some(first),
        over: false,
        web: web.clone(),
        ctx,
    };
    let body = Body::from_stream(unfold(state));
    Ok((
        [
            (header::CONTENT_TYPE, "text/event-stream"),
            (header::CACHE_CONTROL, "no-store"),
        ],
        body,
    )
        .into_response())
}

fn unfold(state: Stream) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> {
    futures_util::stream::unfold(state, Stream::next)
}

/// Where the page stands, so that the right entry is marked.
#[derive(Deserialize)]
pub struct At {
    at: Option<String>,
}

#[derive(Template)]
#[template(path = "layout/nav.html")]
struct Nav {
    p: Page,
}

/// The navigation with its counters.
pub async fn nav(State(web): State<Web>, mut v: Viewer, Query(q): Query<At>) -> Answer {
    if let Some(at) = q.at {
        v.path = at;
    }
    let p = Page::new(&web, &v, "product");
    Ok(page(&Nav { p })?)
}

/// A rendered template as a response.
pub fn page(t: &impl Template) -> Result<Response, app::error::Error> {
    let html = t.render().map_err(app::error::Error::internal)?;
    Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response())
}
