//! Unfinished forms: kept while they are typed, parked for later (挂断后补录), taken up again, thrown away.

use app::contact;
use app::error::Error;
use app::queue::Tab;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::entry::Entry;
use super::parts::{QueueView, render};
use super::{DRAFT, Pairs, read_queue, show};
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::page::Page;
use crate::state::Web;

/// Parks the form for later (挂断后补录), or drops it.
pub(super) async fn put_away(web: &Web, v: &Viewer, e: Entry, htmx: bool) -> Answer {
    let ctx = v.ctx()?;
    let staff = ctx.need_staff()?.id.clone();
    let keep = e.act == "park" && e.has_text();
    web.write(&ctx, move |tx, ctx| {
        store::account::draft_drop(tx, &staff, &ctx.site, DRAFT, "")?;
        if keep {
            store::account::draft_put(tx, &staff, &ctx.site, DRAFT, &e._key, &e.to_draft(ctx.now), ctx.now)?;
        }
        Ok(())
    })
    .await?;
    if !htmx {
        return Ok(Redirect::to("/desk").into_response());
    }
    fresh_with_queue(
        web,
        v,
        Entry::fresh(web.desk.ids.secret()),
        0,
        if keep { "desk-parked" } else { "desk-discarded" },
    )
    .await
}

pub(super) async fn fresh_with_queue(web: &Web, v: &Viewer, e: Entry, at: i64, notice: &str) -> Answer {
    let view = show(web, v, e, |r| {
        r.draft_at = at;
        r.notice = if notice.is_empty() {
            String::new()
        } else {
            r.p.t(notice)
        };
    })
    .await?;
    let queue = read_queue(web, v, Tab::Open).await?;
    let q = render(&QueueView {
        p: Page::new(web, v, "nav-desk-page"),
        q: queue,
    })?;
    let html = format!(
        "{}<hx-partial hx-target=\"#queue\" hx-swap=\"outerMorph\">{q}</hx-partial>",
        render(&view)?
    );
    Ok(([("content-type", "text/html; charset=utf-8")], html).into_response())
}

/// Takes a parked form up again; what stands in the form now is parked in its place.
pub async fn resume(
    State(web): State<Web>,
    v: Viewer,
    Path(subject): Path<String>,
    headers: axum::http::HeaderMap,
    Form(pairs): Form<Pairs>,
) -> Answer {
    take_up(&web, &v, &headers, Entry::of(pairs), subject).await
}

pub(super) async fn take_up(
    web: &Web,
    v: &Viewer,
    headers: &axum::http::HeaderMap,
    now: Entry,
    subject: String,
) -> Answer {
    let ctx = v.ctx()?;
    let staff = ctx.need_staff()?.id.clone();
    let body = web
        .write(&ctx, move |tx, ctx| {
            let d = store::account::draft(tx, &staff, &ctx.site, DRAFT, &subject)?.ok_or(Error::NotFound)?;
            if now.has_text() {
                store::account::draft_put(tx, &staff, &ctx.site, DRAFT, &now._key, &now.to_draft(ctx.now), ctx.now)?;
            }
            if now._key != subject {
                store::account::draft_drop(tx, &staff, &ctx.site, DRAFT, &subject)?;
            }
            store::account::draft_put(tx, &staff, &ctx.site, DRAFT, "", &d.body, ctx.now)?;
            Ok(d.body)
        })
        .await?;
    if !headers.contains_key("hx-request") {
        return Ok(Redirect::to("/desk").into_response());
    }
    fresh_with_queue(web, v, Entry::of_draft(&body), v.now, "").await
}

/// A draft as the browser sends it.
#[derive(Deserialize)]
pub struct DraftBody {
    at: i64,
    fields: serde_json::Map<String, serde_json::Value>,
}

/// Whose draft it is beside its kind.
#[derive(Deserialize)]
pub struct DraftQuery {
    #[serde(default)]
    subject: String,
}

/// Keeps a draft of any form. A form that was sent meanwhile answers 410, so that its draft does not come back.
pub async fn put_draft(
    State(web): State<Web>,
    v: Viewer,
    Path(kind): Path<String>,
    Query(q): Query<DraftQuery>,
    axum::Json(b): axum::Json<DraftBody>,
) -> Answer {
    let known =
        !kind.is_empty() && kind.len() <= 40 && kind.bytes().all(|c| c.is_ascii_lowercase() || c == b'_' || c == b'-');
    let body = serde_json::json!({"at": b.at, "fields": b.fields}).to_string();
    if !known || q.subject.len() > 100 || body.len() > 64 * 1024 {
        return Err(Error::field("fields", "invalid-draft").into());
    }
    let key = b
        .fields
        .get("_key")
        .and_then(|k| k.as_str())
        .unwrap_or_default()
        .to_owned();
    let empty = kind == DRAFT && !Entry::of_draft(&body).has_text();
    let staff = v.ctx()?.need_staff()?.id.clone();
    let kept = web
        .write(&v.ctx()?, move |tx, ctx| {
            if contact::was_registered(tx, ctx, &key)? {
                return Ok(false);
            }
            if empty {
                store::account::draft_drop(tx, &staff, &ctx.site, &kind, &q.subject)?;
            } else {
                store::account::draft_put(tx, &staff, &ctx.site, &kind, &q.subject, &body, ctx.now)?;
            }
            Ok(true)
        })
        .await?;
    let status: StatusCode = if kept { StatusCode::NO_CONTENT } else { StatusCode::GONE };
    let r: Response = status.into_response();
    Ok(r)
}
