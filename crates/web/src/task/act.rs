//! What a worker does on the phone.

use app::attachment::{Subject, attach, prepare};
use app::ctx::LinkPurpose;
use app::error::Error;
use app::link;
use app::step::{Saw, run};
use axum::Form;
use axum::extract::{Multipart, Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::{Fields, Shown, case_of, form, on_form, render, view};
use crate::account::blocking;
use crate::fail::{Answer, Fail, explain};
use crate::gate::Viewer;
use crate::page::Page;
use crate::state::Web;

/// Where to go after a step.
pub fn next(base: &str, step: &str) -> Response {
    let to = match step {
        "return" => "/tasks".to_owned(),
        "done" => format!("{base}?do=sign"),
        step => format!("{base}?said={step}"),
    };
    Redirect::to(&to).into_response()
}

/// The screen again with what was typed and why it was refused.
async fn again(web: &Web, v: &Viewer, number: &str, step: &str, fields: Fields, e: Error) -> Answer {
    let Some(status) = on_form(&e) else { return Err(Fail(e)) };
    let n = number.to_owned();
    let l = web.read(&v.ctx()?, move |c, ctx| view::load(c, ctx, &n)).await?;
    let screen = if matches!(step, "device" | "paper" | "declined") {
        "sign"
    } else {
        step
    };
    let s = Shown {
        fields,
        bad: match &e {
            Error::Invalid(list) => list.iter().map(|b| b.name.clone()).collect(),
            _ => Vec::new(),
        },
        error: Some((status, explain(v.locale, &e))),
        ..Shown::at(number, screen)
    };
    let p = Page::titled(web, v, number.to_owned());
    render(web, p, &l, s)
}

fn saw(f: &Fields) -> Option<Saw> {
    f.get("version")
        .and_then(|x| x.parse().ok())
        .map(|version| Saw { version, seq: None })
}

/// One step of the order.
pub async fn step(
    State(web): State<Web>,
    v: Viewer,
    Path((number, name)): Path<(String, String)>,
    Form(f): Form<Fields>,
) -> Answer {
    let ctx = v.ctx()?;
    let s = case_of(&web, &ctx, &number).await?;
    let zone = v.session.as_ref().map_or("Asia/Shanghai", |x| x.zone.as_str());
    if name == "connect" {
        return connect(&web, &ctx, &number, s.id, f.get("_key").cloned().unwrap_or_default()).await;
    }
    let step = match form::step(&name, &f, zone, &s) {
        Ok(step) => step,
        Err(e) => return again(&web, &v, &number, &name, f, e).await,
    };
    let (id, key, seen) = (s.id, f.get("_key").cloned().unwrap_or_default(), saw(&f));
    let (drafted, order) = (super::draft_kind(&name), number.clone());
    match web
        .write(&ctx, move |tx, ctx| {
            let done = run(tx, ctx, &key, &id, seen, &step)?;
            let me = ctx.need_staff()?.id.clone();
            store::account::draft_drop(tx, &me, &ctx.site, &drafted, &order)?;
            Ok(done)
        })
        .await
    {
        Ok(_) => Ok(next(&format!("/tasks/{number}"), &name)),
        Err(e) => again(&web, &v, &number, &name, f, e).await,
    }
}

/// Asks the desk to put the call through.
async fn connect(web: &Web, ctx: &app::ctx::Ctx, number: &str, id: domain::ids::CaseId, key: String) -> Answer {
    let text = crate::l10n::t(app::ctx::Locale::Zh, "task-connect-note");
    web.write(ctx, move |tx, ctx| app::task::connect(tx, ctx, &key, &id, &text))
        .await?;
    Ok(next(&format!("/tasks/{number}"), "connect"))
}

/// A refused form leaves its address in the browser: the order at that step again.
pub async fn back_to_form(State(web): State<Web>, v: Viewer, Path((number, name)): Path<(String, String)>) -> Answer {
    case_of(&web, &v.ctx()?, &number).await?;
    let screen = match name.as_str() {
        "device" | "paper" | "declined" | "link" => "sign",
        "note" | "phone" | "accept" | "arrive" | "resume" | "connect" | "photos" => "",
        other => other,
    };
    let base = format!("/tasks/{}", crate::gate::encode(&number));
    let to = if screen.is_empty() {
        base
    } else {
        format!("{base}?do={}", crate::gate::encode(screen))
    };
    Ok(Redirect::to(&to).into_response())
}

/// The customer's signature on this device: grade C, checked by a second person.
pub async fn device_sign(
    State(web): State<Web>,
    v: Viewer,
    Path(number): Path<String>,
    Form(f): Form<Fields>,
) -> Answer {
    let ctx = v.ctx()?;
    let s = case_of(&web, &ctx, &number).await?;
    let (desk, drawn) = (web.desk.clone(), f.get("signature").cloned().unwrap_or_default());
    let file = match blocking(move || app::signature::prepare(&desk.files, &drawn, "")).await {
        Ok(file) => file,
        Err(Fail(e)) => return again(&web, &v, &number, "device", f, e).await,
    };
    let (seen, f2) = (saw(&f), f.clone());
    let done = web
        .write(&ctx, move |tx, ctx| {
            let id = link::put_file(tx, ctx.now, &file)?;
            run(tx, ctx, "", &s.id, seen, &form::device(&f2, id))
        })
        .await;
    match done {
        Ok(_) => Ok(next(&format!("/tasks/{number}"), "device")),
        Err(e) => again(&web, &v, &number, "device", f, e).await,
    }
}

/// A photo of the work, or of the signed paper.
pub async fn photos(State(web): State<Web>, v: Viewer, Path(number): Path<String>, body: Multipart) -> Answer {
    let ctx = v.ctx()?;
    let s = case_of(&web, &ctx, &number).await?;
    let sent = crate::attachment::read(body).await?;
    let desk = web.desk.clone();
    let file = blocking(move || prepare(&desk.files, sent.bytes)).await?;
    let up = sent.up;
    let made = web
        .write(&ctx, move |tx, ctx| {
            attach(tx, ctx, &Subject::Case(s.id.clone()), &file, &up)
        })
        .await?;
    Ok(tile(&v, "/files", made.id.as_str(), &made.label))
}

/// The picture that takes the place of the waiting one.
pub fn tile(v: &Viewer, files: &str, id: &str, label: &str) -> Response {
    let cap = crate::l10n::t(v.locale, &format!("attachment-{label}"));
    let html = format!(
        r#"<a class="ph" href="{files}/{id}"><img src="{files}/{id}" alt="{cap}"><span class="cap" aria-hidden="true">{cap}</span></a>"#
    );
    ([("content-type", "text/html; charset=utf-8")], html).into_response()
}

/// Shows the number: one logged act.
pub async fn reveal(State(web): State<Web>, v: Viewer, Path(number): Path<String>) -> Answer {
    let ctx = v.ctx()?;
    let s = case_of(&web, &ctx, &number).await?;
    let phone = web
        .write(&ctx, move |tx, ctx| app::case::reveal_phone(tx, ctx, &s.id))
        .await?;
    let n = number.clone();
    let l = web.read(&ctx, move |c, ctx| view::load(c, ctx, &n)).await?;
    let shown = Shown {
        revealed: Some(phone),
        ..Shown::at(&number, "")
    };
    render(&web, Page::titled(&web, &v, number.clone()), &l, shown)
}

/// Makes the link to sign with and shows its QR; it counts as the customer's own on the customer's own phone only.
pub async fn hand_link(State(web): State<Web>, v: Viewer, Path(number): Path<String>) -> Answer {
    let ctx = v.ctx()?;
    let s = case_of(&web, &ctx, &number).await?;
    // Finished work is signed; before that the same page shows the price to answer.
    let (purpose, screen) = if s.status == domain::case::Status::Done {
        (LinkPurpose::Confirm, "sign")
    } else {
        (LinkPurpose::Track, "")
    };
    let made = web
        .write(&ctx, move |tx, ctx| link::make(tx, ctx, &s.id, purpose))
        .await?;
    let n = number.clone();
    let l = web.read(&ctx, move |c, ctx| view::load(c, ctx, &n)).await?;
    let url = format!("{}/r/{}", web.settings.public_url, made.token);
    let shown = Shown {
        link: Some(url),
        ..Shown::at(&number, screen)
    };
    render(&web, Page::titled(&web, &v, number.clone()), &l, shown)
}
