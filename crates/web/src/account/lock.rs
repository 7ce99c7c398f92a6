//! The screen lock: whoever leaves the desk covers it, the drafts stay, the password opens it again where it was.

use app::error::Error;
use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect};
use serde::Deserialize;

use super::{blocking, own_address};
use crate::fail::{Answer, Fail};
use crate::form::Errors;
use crate::gate::{Viewer, encode, page_around};
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

#[derive(Template)]
#[template(path = "account/lock.html")]
struct LockPage {
    p: Page,
    e: Errors,
    next: String,
    login: String,
}

fn view(web: &Web, v: &Viewer, next: &str, e: Errors) -> Result<LockPage, Fail> {
    let mut p = Page::bare(web, Some(v), v.locale, &crate::l10n::t(v.locale, "lock-title"));
    let login = v.session.as_ref().map(|s| s.login.clone()).unwrap_or_default();
    let next = own_address(next).to_owned();
    p.path = format!("/lock?next={}", encode(&next));
    Ok(LockPage { p, e, next, login })
}

/// Locks the session. A click in the menu comes back to the page it was made on; the script goes on by itself.
pub async fn lock_now(State(web): State<Web>, v: Viewer, headers: HeaderMap) -> Answer {
    web.write(&v.ctx()?, app::account::lock).await?;
    let back = page_around(&headers);
    Ok(Redirect::to(&format!("/lock?next={}", encode(own_address(&back)))).into_response())
}

#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

/// The covered screen. Who is not locked has nothing to do here.
pub async fn lock_page(State(web): State<Web>, v: Viewer, Query(q): Query<Next>) -> Answer {
    if v.session.as_ref().is_some_and(|s| !s.locked) {
        return Ok(Redirect::to(own_address(&q.next)).into_response());
    }
    Ok(page(&view(&web, &v, &q.next, Errors::default())?)?)
}

#[derive(Deserialize)]
pub struct Unlock {
    password: String,
    #[serde(default)]
    next: String,
}

/// Opens the screen again.
pub async fn unlock(State(web): State<Web>, v: Viewer, Form(f): Form<Unlock>) -> Answer {
    let ctx = v.ctx()?;
    let login = v.session.as_ref().map(|s| s.login.clone()).ok_or(Error::NotFound)?;
    let desk = web.desk.clone();
    match blocking(move || app::account::unlock(&desk, &ctx, &login, &f.password)).await {
        Ok(()) => Ok(Redirect::to(own_address(&f.next)).into_response()),
        Err(e) => {
            let status = crate::fail::status(&e.0);
            Ok((status, page(&view(&web, &v, &f.next, Errors::from(v.locale, e)?)?)?).into_response())
        }
    }
}
