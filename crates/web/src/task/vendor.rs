//! A vendor's worker without an account: one order by its secret address.

use app::attachment::{Subject, attach, prepare};
use app::ctx::LinkPurpose;
use app::error::{Error, Res};
use app::link::{Holder, draft, enter, open};
use app::step::{Saw, run};
use axum::Form;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect};
use domain::ids::AttachmentId;

use super::{Do, Fields, Shown, act, form, on_form, render, view};
use crate::account::blocking;
use crate::fail::{Answer, explain};
use crate::gate::Viewer;
use crate::link::{bare, base, device, gone, look, site_head};
use crate::state::Web;

/// What the vendor's worker may do by the link.
const STEPS: [&str; 9] = [
    "accept", "return", "arrive", "quote", "wait", "resume", "done", "note", "photos",
];

fn vendors(h: Holder) -> Res<Holder> {
    if h.purpose == LinkPurpose::Vendor {
        Ok(h)
    } else {
        Err(Error::NotFound)
    }
}

async fn page(web: &Web, v: &Viewer, token: &str, mut s: Shown<'_>) -> Answer {
    let (t2, step) = (token.to_owned(), drafted(s.step).to_owned());
    let loaded = web
        .read(&base(web, v), move |c, ctx| {
            let h = vendors(look(open(c, ctx, &t2)?)?)?;
            let head = site_head(c, &h.ctx.site, h.ctx.locale)?;
            let seen = app::case::get(c, &h.ctx, &h.link.case_id)?;
            let typed = draft::kept(c, &h, &step)?;
            Ok((view::of(c, &h.ctx, seen)?, head, typed))
        })
        .await;
    let (l, head, typed) = match loaded {
        Ok(l) => l,
        Err(e) => return gone(web, v, token, e).await,
    };
    if s.error.is_none() {
        let text = |(k, v): (String, serde_json::Value)| Some((k, v.as_str()?.to_owned()));
        s.fields = typed.into_iter().filter_map(text).collect();
    }
    s.base = format!("/v/{token}");
    s.files = format!("/v/{token}/files");
    let mut p = bare(web, v, &head, "task-vendor");
    p.signed_in = false;
    render(web, p, &l, s)
}

/// The order, or one of its steps.
pub async fn show(State(web): State<Web>, v: Viewer, Path(token): Path<String>, Query(q): Query<Do>) -> Answer {
    let step = if ["sign", "consent", "pay"].contains(&q.step.as_str()) {
        ""
    } else {
        q.step.as_str()
    };
    page(
        &web,
        &v,
        &token,
        Shown {
            said: &q.said,
            ..Shown::at("", step)
        },
    )
    .await
}

/// One step of the order.
pub async fn step(
    State(web): State<Web>,
    v: Viewer,
    Path((token, name)): Path<(String, String)>,
    h: HeaderMap,
    Form(f): Form<Fields>,
) -> Answer {
    if !STEPS.contains(&name.as_str()) {
        return Err(Error::NotFound.into());
    }
    let (dev, t2, n2, f2) = (device(&v, &h), token.clone(), name.clone(), f.clone());
    let done = web
        .write(&base(&web, &v), move |tx, ctx| {
            let h = vendors(enter(tx, ctx, &t2, &dev)?)?;
            let s = app::case::get(tx, &h.ctx, &h.link.case_id)?.state;
            let zone = store::site::get(tx, &h.ctx.site)?.map(|s| s.zone).unwrap_or_default();
            let step = form::step(&n2, &f2, &zone, &s)?;
            let seen = f2
                .get("version")
                .and_then(|x| x.parse().ok())
                .map(|version| Saw { version, seq: None });
            let key = f2.get("_key").map_or("", String::as_str);
            let done = run(tx, &h.ctx, key, &s.id, seen, &step)?;
            draft::sent(tx, &h, &n2)?;
            Ok(done)
        })
        .await;
    match done {
        Ok(_) if name == "return" => gone(&web, &v, &token, Error::Forbidden("forbidden-link-withdrawn")).await,
        Ok(_) => Ok(Redirect::to(&format!("/v/{token}?said={name}")).into_response()),
        Err(e) => match on_form(&e) {
            Some(status) => {
                let error = Some((status, explain(v.locale, &e)));
                page(
                    &web,
                    &v,
                    &token,
                    Shown {
                        fields: f,
                        error,
                        ..Shown::at("", &name)
                    },
                )
                .await
            }
            None => gone(&web, &v, &token, e).await,
        },
    }
}

/// The form that is on a screen: the order itself has the one for a note.
fn drafted(step: &str) -> &str {
    if step.is_empty() { "note" } else { step }
}

/// Keeps what was typed into a step. A step that was sent meanwhile answers 410, so that its draft does not come back.
pub async fn put_draft(
    State(web): State<Web>,
    v: Viewer,
    Path((token, name)): Path<(String, String)>,
    h: HeaderMap,
    body: axum::body::Bytes,
) -> Answer {
    if !STEPS.contains(&name.as_str()) {
        return Err(Error::NotFound.into());
    }
    let dev = device(&v, &h);
    let kept = web
        .write(&base(&web, &v), move |tx, ctx| {
            draft::keep(tx, ctx, &token, &dev, &name, &body)
        })
        .await?;
    let status = if kept { StatusCode::NO_CONTENT } else { StatusCode::GONE };
    Ok(status.into_response())
}

/// A photo of the work.
pub async fn photos(
    State(web): State<Web>,
    v: Viewer,
    Path(token): Path<String>,
    h: HeaderMap,
    body: Multipart,
) -> Answer {
    let (dev, t2, d2) = (device(&v, &h), token.clone(), device(&v, &h));
    let base = base(&web, &v);
    web.read(&base, move |c, ctx| vendors(enter(c, ctx, &t2, &d2)?).map(|_| ()))
        .await?;
    let sent = crate::attachment::read(body).await?;
    let desk = web.desk.clone();
    let file = blocking(move || prepare(&desk.files, sent.bytes)).await?;
    let (up, t2) = (sent.up, token.clone());
    let made = web
        .write(&base, move |tx, ctx| {
            let h = vendors(enter(tx, ctx, &t2, &dev)?)?;
            attach(tx, &h.ctx, &Subject::Case(h.link.case_id.clone()), &file, &up)
        })
        .await?;
    Ok(act::tile(
        &v,
        &format!("/v/{token}/files"),
        made.id.as_str(),
        &made.label,
    ))
}

/// A picture of the case.
pub async fn file(State(web): State<Web>, v: Viewer, Path((token, id)): Path<(String, String)>) -> Answer {
    let row = web
        .read(&base(&web, &v), move |c, ctx| {
            let h = vendors(look(open(c, ctx, &token)?)?)?;
            let row = app::attachment::get(c, &h.ctx, &AttachmentId::from(id.as_str()))?;
            if row.subject_id == h.link.case_id.as_str() {
                Ok(row)
            } else {
                Err(Error::NotFound)
            }
        })
        .await?;
    crate::attachment::give(&web, row).await
}
