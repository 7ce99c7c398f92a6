//! Signing and rating (COM-30). What is signed is bound to what was shown.

use app::error::{Error, Field};
use app::link::{self, Sign, Signed};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use domain::case::{Satisfaction, Status};
use serde::Deserialize;

use super::{back, bare, base, device, gone, view};
use crate::account::blocking;
use crate::fail::{Answer, Fail, explain, field_text};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// What the form holds.
#[derive(Deserialize, Default, Clone)]
pub struct SignForm {
    #[serde(default)]
    content_hash: String,
    #[serde(default)]
    signature: String,
    #[serde(default)]
    typed_name: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    opinion: String,
    #[serde(default)]
    comment: String,
}

/// The page's own values.
pub struct SignView {
    token: String,
    key: String,
    staff: bool,
    content_hash: String,
    matter: String,
    done: String,
    done_time: String,
    materials: Vec<(String, String)>,
    photos: Vec<(String, String)>,
    /// Code, icon, text, chosen.
    rates: Vec<(&'static str, &'static str, String, bool)>,
    comment: String,
    typed: String,
    statement: String,
    button: String,
    phone: String,
    code_possible: bool,
    code_sent: bool,
}

#[derive(Template)]
#[template(path = "link/sign.html")]
struct SignPage {
    p: Page,
    v: SignView,
    error: Option<String>,
}

#[derive(Deserialize)]
pub struct Sent {
    #[serde(default)]
    code: String,
}

/// Code, value and icon of the four steps, none chosen beforehand.
pub const RATES: [(&str, Satisfaction, &str); 4] = [
    ("very_satisfied", Satisfaction::VerySatisfied, "mood-happy"),
    ("satisfied", Satisfaction::Satisfied, "mood-smile"),
    ("neutral", Satisfaction::Neutral, "mood-neutral"),
    ("dissatisfied", Satisfaction::Dissatisfied, "mood-sad"),
];

/// Shows the form; `error` with the status in which it is answered.
async fn show(
    web: &Web,
    v: &Viewer,
    token: &str,
    f: SignForm,
    sent: bool,
    error: Option<(StatusCode, String)>,
) -> Answer {
    let t2 = token.to_owned();
    let l = match web.read(&base(web, v), move |c, ctx| view::load(c, ctx, &t2)).await {
        Ok(l) => l,
        Err(e) => return gone(web, v, token, e).await,
    };
    let s = &l.seen.state;
    if s.status != Status::Done || l.used {
        return Ok(back(token, ""));
    }
    let p = bare(web, v, &l.head, "sign-title");
    let track = view::Track::new(&p, web, &l, token, v.staff_browser, "");
    let cents = s.work().map_or(0, |w| w.charge_cents);
    let view = SignView {
        key: p.key(web),
        staff: v.staff_browser,
        content_hash: s.content_hash(),
        done_time: s
            .work()
            .map(|w| p.t1("sign-done-at", "time", view::at(&p, w.at)))
            .unwrap_or_default(),
        rates: RATES
            .map(|(code, _, icon)| (code, icon, p.code("satisfaction", code), f.opinion == code))
            .into(),
        comment: f.comment,
        typed: f.typed_name,
        statement: view::statement(&p, s),
        button: if cents > 0 {
            p.t1("sign-do-fee", "amount", p.money(cents))
        } else {
            p.t("sign-do")
        },
        phone: domain::phone::normalise(&s.customer.phone).map_or_else(|_| String::new(), |n| n.masked()),
        code_possible: l.code,
        code_sent: sent,
        token: track.token,
        matter: track.matter,
        done: track.done,
        materials: track.materials,
        photos: track.photos,
    };
    let status = error.as_ref().map_or(StatusCode::OK, |(code, _)| *code);
    let page = page(&SignPage {
        p,
        v: view,
        error: error.map(|(_, text)| text),
    })?;
    Ok((status, page).into_response())
}

/// The form.
pub async fn sign_page(State(web): State<Web>, v: Viewer, Path(token): Path<String>, Query(q): Query<Sent>) -> Answer {
    show(&web, &v, &token, SignForm::default(), q.code == "sent", None).await
}

fn words(v: &Viewer, e: &Error) -> String {
    match e {
        Error::Invalid(fields) => fields
            .iter()
            .map(|f: &Field| field_text(v.locale, f))
            .collect::<Vec<_>>()
            .join(" "),
        other => {
            let (title, lines) = explain(v.locale, other);
            [vec![title], lines].concat().join(" ")
        }
    }
}

/// Signs. A changed record is shown anew with 409 and is not signed.
pub async fn sign(
    State(web): State<Web>,
    v: Viewer,
    Path(token): Path<String>,
    h: HeaderMap,
    Form(f): Form<SignForm>,
) -> Answer {
    let dev = device(&v, &h);
    let mut signature = None;
    if f.code.trim().is_empty() {
        let (desk, drawn, name) = (web.desk.clone(), f.signature.clone(), f.typed_name.clone());
        match blocking(move || app::signature::prepare(&desk.files, &drawn, &name)).await {
            Ok(file) => signature = Some(file),
            Err(Fail(e @ Error::Invalid(_))) => {
                let text = words(&v, &e);
                return show(
                    &web,
                    &v,
                    &token,
                    f,
                    false,
                    Some((StatusCode::UNPROCESSABLE_ENTITY, text)),
                )
                .await;
            }
            Err(e) => return Err(e),
        }
    }
    let s = Sign {
        content_hash: f.content_hash.clone(),
        signature,
        code: f.code.clone(),
        opinion: RATES.iter().find(|r| r.0 == f.opinion).map(|r| r.1),
        comment: f.comment.clone(),
    };
    let t2 = token.clone();
    let refused = match web
        .write(&base(&web, &v), move |tx, ctx| link::confirm(tx, ctx, &t2, &dev, &s))
        .await
    {
        Ok(Signed::Done(_)) => return Ok(back(&token, "signed")),
        Ok(Signed::Changed) => (StatusCode::CONFLICT, crate::l10n::t(v.locale, "sign-changed")),
        Ok(Signed::WrongCode { left }) => {
            let text = crate::l10n::tx(v.locale, "sign-code-wrong", &[("left", &left.to_string())]);
            (StatusCode::UNPROCESSABLE_ENTITY, text)
        }
        // A second tap on the button: it is signed, and the page shows it.
        Err(Error::Forbidden("forbidden-link-used")) => return Ok(back(&token, "")),
        Err(e @ (Error::Refused(_) | Error::Invalid(_))) => (StatusCode::UNPROCESSABLE_ENTITY, words(&v, &e)),
        Err(e) => return gone(&web, &v, &token, e).await,
    };
    show(&web, &v, &token, f, false, Some(refused)).await
}

/// Sends a code to the verified number.
pub async fn code(
    State(web): State<Web>,
    v: Viewer,
    Path(token): Path<String>,
    h: HeaderMap,
    Form(f): Form<SignForm>,
) -> Answer {
    let (dev, t2) = (device(&v, &h), token.clone());
    match web
        .write(&base(&web, &v), move |tx, ctx| link::ask_code(tx, ctx, &t2, &dev))
        .await
    {
        Ok(()) => show(&web, &v, &token, f, true, None).await,
        Err(e @ (Error::Refused(_) | Error::Throttled { .. })) => {
            let text = words(&v, &e);
            show(
                &web,
                &v,
                &token,
                f,
                true,
                Some((StatusCode::UNPROCESSABLE_ENTITY, text)),
            )
            .await
        }
        Err(e) => gone(&web, &v, &token, e).await,
    }
}
