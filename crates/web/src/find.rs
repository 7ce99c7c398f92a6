//! The search box: the list under it, and the same on a page of its own for browsers without JavaScript.

use app::find::{Group, Hit, HitKind, find};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use serde::Deserialize;

use crate::fail::Answer;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// What was typed.
#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    q: String,
}

/// The icon of a hit.
pub(crate) fn icon(h: &Hit) -> &'static str {
    match h.kind {
        HitKind::Unit => "home",
        HitKind::Person => "user",
        HitKind::Vehicle => "car",
        HitKind::Order => "clipboard-list",
        HitKind::Contact => "phone",
        HitKind::OpenCase | HitKind::ClosedCase => match h.code.as_str() {
            "request" => "tool",
            "complaint" => "message-report",
            "inquiry" => "help-circle",
            "help" => "alert-triangle",
            "suggestion" => "star",
            _ => "thumb-up",
        },
    }
}

#[derive(Template)]
#[template(path = "find/hits.html")]
struct Hits {
    p: Page,
    q: String,
    groups: Vec<Group>,
}

#[derive(Template)]
#[template(path = "find/page.html")]
struct FindPage {
    p: Page,
    q: String,
    groups: Vec<Group>,
}

async fn ask(web: &Web, v: &Viewer, q: &str, each: usize) -> Result<Vec<Group>, crate::fail::Fail> {
    let text = q.to_owned();
    Ok(web.read(&v.ctx()?, move |c, ctx| find(c, ctx, &text, each)).await?)
}

/// The list under the box; the whole page where the form was sent without JavaScript.
pub async fn hits(State(web): State<Web>, v: Viewer, headers: HeaderMap, Query(t): Query<Typed>) -> Answer {
    if !headers.contains_key("hx-request") {
        return results(State(web), v, Query(t)).await;
    }
    let groups = ask(&web, &v, &t.q, 6).await?;
    Ok(page(&Hits {
        p: Page::new(&web, &v, "find-title"),
        q: t.q.trim().to_owned(),
        groups,
    })?)
}

/// The page of all hits.
pub async fn results(State(web): State<Web>, v: Viewer, Query(t): Query<Typed>) -> Answer {
    let groups = ask(&web, &v, &t.q, 24).await?;
    Ok(page(&FindPage {
        p: Page::new(&web, &v, "find-title"),
        q: t.q.trim().to_owned(),
        groups,
    })?)
}
