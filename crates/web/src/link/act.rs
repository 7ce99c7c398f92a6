//! What a customer does by the link, beside signing.

use app::attachment::{Subject, attach, prepare};
use app::error::Error;
use app::link;
use axum::Form;
use axum::extract::{Multipart, Path, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use domain::case::AttachmentKind;
use domain::ids::{ExtensionId, QuoteId};
use serde::Deserialize;

use super::{back, base, device, gone};
use crate::account::blocking;
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::l10n::t;
use crate::state::Web;

#[derive(Deserialize)]
pub struct Words {
    #[serde(default, rename = "_key")]
    key: String,
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
pub struct QuoteAnswer {
    quote: String,
    answer: String,
}

/// Accepts or refuses a price (REC-14).
pub async fn quote(
    State(web): State<Web>,
    v: Viewer,
    Path(token): Path<String>,
    h: HeaderMap,
    Form(f): Form<QuoteAnswer>,
) -> Answer {
    let (dev, t2, yes) = (device(&v, &h), token.clone(), f.answer == "yes");
    let quote = QuoteId::from(f.quote.as_str());
    let done = web
        .write(&base(&web, &v), move |tx, ctx| {
            link::answer_quote(tx, ctx, &t2, &dev, (&quote, yes))
        })
        .await;
    match done {
        Ok(_) => Ok(back(&token, if yes { "quote-yes" } else { "quote-no" })),
        // Answered already, or replaced by a newer one: the page shows what holds now.
        Err(Error::Refused(_)) => Ok(back(&token, "changed")),
        Err(e) => gone(&web, &v, &token, e).await,
    }
}

#[derive(Deserialize)]
pub struct ExtensionAnswer {
    #[serde(default)]
    extension: String,
    #[serde(default)]
    answer: String,
}

/// Agrees to wait longer, or does not (COM-32).
pub async fn extension(
    State(web): State<Web>,
    v: Viewer,
    Path(token): Path<String>,
    h: HeaderMap,
    Form(f): Form<ExtensionAnswer>,
) -> Answer {
    let (dev, t2, yes) = (device(&v, &h), token.clone(), f.answer == "yes");
    let extension = ExtensionId::from(f.extension.as_str());
    let done = web
        .write(&base(&web, &v), move |tx, ctx| {
            link::answer_extension(tx, ctx, &t2, &dev, (&extension, yes))
        })
        .await;
    match done {
        Ok(_) => Ok(back(&token, if yes { "extension-yes" } else { "extension-no" })),
        // Answered, decided or over meanwhile: the page shows what holds now.
        Err(Error::Refused(_)) => Ok(back(&token, "changed")),
        Err(e) => gone(&web, &v, &token, e).await,
    }
}

/// Urges.
pub async fn urge(
    State(web): State<Web>,
    v: Viewer,
    Path(token): Path<String>,
    h: HeaderMap,
    Form(f): Form<Words>,
) -> Answer {
    let (dev, t2) = (device(&v, &h), token.clone());
    match web
        .write(&base(&web, &v), move |tx, ctx| link::urge(tx, ctx, &t2, &dev, &f.key))
        .await
    {
        Ok(()) => Ok(back(&token, "urged")),
        Err(Error::Throttled { .. }) => Ok(back(&token, "urge-soon")),
        Err(e) => gone(&web, &v, &token, e).await,
    }
}

/// Says something.
pub async fn say(
    State(web): State<Web>,
    v: Viewer,
    Path(token): Path<String>,
    h: HeaderMap,
    Form(f): Form<Words>,
) -> Answer {
    let (dev, t2) = (device(&v, &h), token.clone());
    match web
        .write(&base(&web, &v), move |tx, ctx| {
            link::say(tx, ctx, &t2, &dev, &f.key, &f.text)
        })
        .await
    {
        Ok(()) => Ok(back(&token, "said")),
        Err(e) => gone(&web, &v, &token, e).await,
    }
}

/// Says that it is not solved (CSM-3).
pub async fn not_solved(
    State(web): State<Web>,
    v: Viewer,
    Path(token): Path<String>,
    h: HeaderMap,
    Form(f): Form<Words>,
) -> Answer {
    let (dev, t2) = (device(&v, &h), token.clone());
    match web
        .write(&base(&web, &v), move |tx, ctx| {
            link::not_solved(tx, ctx, &t2, &dev, &f.key, &f.text)
        })
        .await
    {
        Ok(()) => Ok(back(&token, "reopened")),
        Err(Error::Refused(_)) => Ok(back(&token, "changed")),
        Err(e) => gone(&web, &v, &token, e).await,
    }
}

/// Adds a photo.
pub async fn photos(
    State(web): State<Web>,
    v: Viewer,
    Path(token): Path<String>,
    h: HeaderMap,
    form: Multipart,
) -> Answer {
    let dev = device(&v, &h);
    let (base, t2, d2) = (base(&web, &v), token.clone(), dev.clone());
    // The link is looked at before the bytes are taken in.
    web.read(&base, move |c, ctx| link::customer(c, ctx, &t2, &d2).map(|_| ()))
        .await?;
    let mut sent = crate::attachment::read(form).await?;
    sent.up.kind = AttachmentKind::Other;
    let desk = web.desk.clone();
    let file = blocking(move || prepare(&desk.files, sent.bytes)).await?;
    if !file.media.mime().starts_with("image/") {
        return Err(Error::field("file", "invalid-file-type").into());
    }
    let (up, t2) = (sent.up, token.clone());
    let made = web
        .write(&base, move |tx, ctx| {
            let h = link::customer(tx, ctx, &t2, &dev)?;
            attach(tx, &h.ctx, &Subject::Case(h.link.case_id.clone()), &file, &up)
        })
        .await?;
    let cap = t(v.locale, "photo-yours");
    let tile = format!(
        r#"<a class="ph" href="/r/{token}/files/{0}"><img src="/r/{token}/files/{0}" alt="{cap}"><span class="cap" aria-hidden="true">{cap}</span></a>"#,
        made.id
    );
    Ok(([("content-type", "text/html; charset=utf-8")], tile).into_response())
}
