//! Files behind a secret address: the photos of the work, the own ones, the own signature, and the receipt.

use app::error::Error;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use domain::ids::AttachmentId;

use super::{SiteHead, bare, base, gone, look_as_customer, view};
use crate::account::blocking;
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// A photo that the customer may see.
pub async fn file(State(web): State<Web>, v: Viewer, Path((token, id)): Path<(String, String)>) -> Answer {
    let row = web
        .read(&base(&web, &v), move |c, ctx| {
            let h = look_as_customer(app::link::open(c, ctx, &token)?)?;
            let seen = app::case::get(c, &h.ctx, &h.link.case_id)?;
            let id = AttachmentId::from(id.as_str());
            let ours = seen.state.attachments.iter().any(|a| a.id == id && view::shown(a));
            if ours {
                app::attachment::get(c, &h.ctx, &id)
            } else {
                Err(Error::NotFound)
            }
        })
        .await?;
    crate::attachment::give(&web, row).await
}

/// A stored drawing, with headers that keep it from doing anything.
///
/// # Errors
/// `NotFound` when the bytes are gone.
pub async fn drawing(web: &Web, hash: String) -> Answer {
    let desk = web.desk.clone();
    let bytes = blocking(move || desk.files.get(&hash)).await?;
    let mut r = bytes.into_response();
    let h = r.headers_mut();
    h.insert(header::CONTENT_TYPE, HeaderValue::from_static(app::signature::MIME));
    h.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("sandbox; default-src 'none'"),
    );
    h.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    Ok(r)
}

/// The customer's own signature.
pub async fn signature(State(web): State<Web>, v: Viewer, Path(token): Path<String>) -> Answer {
    let hash = web
        .read(&base(&web, &v), move |c, ctx| {
            let h = look_as_customer(app::link::open(c, ctx, &token)?)?;
            let seen = app::case::get(c, &h.ctx, &h.link.case_id)?;
            seen.state
                .confirmation()
                .and_then(|x| x.signature.clone())
                .ok_or(Error::NotFound)
        })
        .await?;
    drawing(&web, hash.as_str().to_owned()).await
}

#[derive(Template)]
#[template(path = "link/receipt.html")]
struct Receipt {
    p: Page,
    s: SiteHead,
    v: view::Track,
}

/// What was done, paid and signed, on one small page that prints.
pub async fn receipt(State(web): State<Web>, v: Viewer, Path(token): Path<String>) -> Answer {
    let t2 = token.clone();
    let l = match web.read(&base(&web, &v), move |c, ctx| view::load(c, ctx, &t2)).await {
        Ok(l) if l.seen.state.work().is_some() => l,
        Ok(_) => return Ok(super::back(&token, "")),
        Err(e) => return gone(&web, &v, &token, e).await,
    };
    let p = bare(&web, &v, &l.head, "receipt-title");
    let (s, view) = (
        l.head.clone(),
        view::Track::new(&p, &web, &l, &token, v.staff_browser, ""),
    );
    Ok(page(&Receipt { p, s, v: view })?)
}
