//! A secret that was just made, on its way over the redirect after its making: in a cookie that no script reads, for one page
//! and half a minute. Nothing of it is kept by the server, and loading the page again does not show it again.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::fail::Fail;
use crate::gate::cookie;
use crate::state::Web;

const NAME: &str = "sansheng-shown";

/// A secret address that was just made: its picture and its text.
pub struct Shown {
    pub svg: String,
    pub url: String,
}

impl Shown {
    /// # Errors
    /// `Internal` when no picture can be made of it.
    pub fn of(url: String, title: &str) -> Result<Shown, Fail> {
        let svg = office::qr::qr_svg(&url, title).map_err(|_| Fail(app::error::Error::internal("QR")))?;
        Ok(Shown { svg, url })
    }
}

fn set(web: &Web, value: &str, age: u32) -> Result<HeaderValue, Fail> {
    let secure = if web.settings.secure { "; Secure" } else { "" };
    let text = format!("{NAME}={value}; Path=/visits; Max-Age={age}; SameSite=Strict; HttpOnly{secure}");
    HeaderValue::from_str(&text).map_err(|e| Fail(app::error::Error::internal(e)))
}

/// Leads to the page `to`, where the secret of `of` is shown once; without a secret only leads there: a form that was sent twice
/// makes one address.
///
/// # Errors
/// `Internal` for an id or a secret that is no plain text.
pub fn lead(web: &Web, to: &str, of: &str, secret: Option<&str>) -> Result<Response, Fail> {
    let mut r = Redirect::to(to).into_response();
    if let Some(secret) = secret {
        let value = set(web, &format!("{of}.{secret}"), 30)?;
        r.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(r)
}

/// The secret of `of` that came over. A part of a page that asks for itself again gets none: the page shows it.
pub fn taken(headers: &HeaderMap, of: &str) -> Option<String> {
    if headers.contains_key("hx-request") {
        return None;
    }
    let (whose, secret) = cookie(headers, NAME)?.split_once('.')?;
    (whose == of && !secret.is_empty()).then(|| secret.to_owned())
}

/// The page that showed a secret, which takes it out of the browser.
///
/// # Errors
/// Never in practice.
pub fn forget(web: &Web, mut page: Response, showed: bool) -> Result<Response, Fail> {
    if showed {
        page.headers_mut().append(header::SET_COOKIE, set(web, "", 0)?);
    }
    Ok(page)
}
