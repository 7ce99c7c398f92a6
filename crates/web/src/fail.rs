//! The one file that turns an error into what a person or a program reads: a page, a fragment or problem+json.

use app::ctx::Locale;
use app::error::{Error, Field};
use askama::Template;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::refusal::Refusal;
use serde_json::json;

use crate::gate::Viewer;
use crate::l10n::{t, tx};
use crate::page::Page;
use crate::state::Web;

/// What the other side can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Page,
    Fragment,
    Problem,
}

/// An error on its way out of a handler.
#[derive(Debug, Clone)]
pub struct Fail(pub Error);

impl<E: Into<Error>> From<E> for Fail {
    fn from(e: E) -> Fail {
        Fail(e.into())
    }
}

/// What a handler answers.
pub type Answer = Result<Response, Fail>;

impl IntoResponse for Fail {
    fn into_response(self) -> Response {
        let mut r = status(&self.0).into_response();
        r.extensions_mut().insert(self);
        r
    }
}

/// The HTTP status of an error.
pub fn status(e: &Error) -> StatusCode {
    match e {
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::Unauthenticated => StatusCode::UNAUTHORIZED,
        Error::Forbidden(_) => StatusCode::FORBIDDEN,
        Error::Conflict { .. } => StatusCode::CONFLICT,
        Error::Invalid(_) | Error::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The text of one refused field.
pub fn field_text(locale: Locale, f: &Field) -> String {
    let said: Vec<(&str, String)> = f.args.iter().map(|(k, v)| (*k, problem_text(locale, k, v))).collect();
    let args: Vec<(&str, &str)> = said.iter().map(|(k, v)| (*k, v.as_str())).collect();
    tx(locale, f.key, &args)
}

/// What an adapter found wrong in settings, in the reader's language where there is a text for it.
fn problem_text(locale: Locale, name: &str, value: &str) -> String {
    let key: String = value
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let key = format!("problem-{key}");
    if name == "problem" && crate::l10n::has(locale, &key) {
        t(locale, &key)
    } else {
        value.to_owned()
    }
}

/// The sentence of a rule that says no: codes, instants and amounts as people read them.
pub fn refusal_text(locale: Locale, zone: &str, r: &Refusal) -> String {
    let shown = |name: &str, value: &str| {
        let number = value.parse::<i64>();
        match (name, number) {
            ("action", _) => t(locale, &format!("action-{value}")),
            ("state", _) => t(locale, &format!("state-{value}")),
            ("post", _) => t(locale, &format!("role-{value}")),
            ("at" | "earlier" | "until", Ok(at)) => crate::when::full(zone, at),
            ("amount" | "owed" | "charge" | "accepted" | "charged" | "paid" | "cents", Ok(c)) => {
                domain::money::shown(c)
            }
            _ => value.to_owned(),
        }
    };
    let args: Vec<(&str, String)> = r.args.iter().map(|(k, v)| (*k, shown(k, v))).collect();
    let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
    tx(locale, r.rule, &args)
}

/// What, why and what next, in the reader's language: a title and the lines under it.
pub fn explain(locale: Locale, e: &Error) -> (String, Vec<String>) {
    explain_in(locale, "Asia/Shanghai", e)
}

/// As [`explain`], with instants in this zone.
pub fn explain_in(locale: Locale, zone: &str, e: &Error) -> (String, Vec<String>) {
    match e {
        Error::NotFound => (t(locale, "fail-not-found"), vec![t(locale, "fail-not-found-next")]),
        Error::Unauthenticated => (t(locale, "fail-unauthenticated"), vec![]),
        Error::Forbidden(key) => (t(locale, "fail-forbidden"), vec![t(locale, key)]),
        Error::Conflict { .. } => (t(locale, "fail-conflict"), vec![t(locale, "fail-conflict-next")]),
        Error::Invalid(fields) => (
            t(locale, "fail-invalid"),
            fields.iter().map(|f| field_text(locale, f)).collect(),
        ),
        Error::Refused(r) => {
            let mut lines: Vec<String> = r.missing.iter().map(|m| t(locale, m.key)).collect();
            if let Some(clause) = r.clause {
                lines.push(tx(locale, "fail-clause", &[("clause", clause)]));
            }
            (refusal_text(locale, zone, r), lines)
        }
        Error::Throttled { seconds } => (
            tx(locale, "fail-throttled", &[("seconds", &seconds.to_string())]),
            vec![],
        ),
        Error::Unavailable(key) => (t(locale, "fail-unavailable"), vec![t(locale, key)]),
        Error::Internal(_) => (t(locale, "fail-internal"), vec![t(locale, "fail-internal-next")]),
    }
}

#[derive(Template)]
#[template(path = "layout/fail.html")]
struct FailPage {
    p: Page,
    title: String,
    lines: Vec<String>,
}

#[derive(Template)]
#[template(path = "layout/fail_fragment.html")]
struct FailFragment {
    title: String,
    lines: Vec<String>,
}

/// The response for an error.
pub fn render(web: &Web, Fail(e): Fail, locale: Locale, form: Form, viewer: Option<&Viewer>) -> Response {
    let code = status(&e);
    if let Error::Internal(text) = &e {
        tracing::error!(error = %text, "request failed");
    }
    let zone = viewer
        .and_then(|v| v.session.as_ref())
        .map_or("Asia/Shanghai", |s| s.zone.as_str());
    let (title, lines) = explain_in(locale, zone, &e);
    let mut response = match form {
        Form::Problem => {
            let mut body = json!({
                "type": "about:blank",
                "title": title,
                "status": code.as_u16(),
                "detail": lines.join("\n"),
            });
            match &e {
                Error::Invalid(fields) => {
                    body["errors"] = fields
                        .iter()
                        .map(|f| json!({"field": f.name, "code": f.key, "message": field_text(locale, f)}))
                        .collect();
                }
                Error::Refused(r) => {
                    body["code"] = json!(r.rule);
                    body["clause"] = json!(r.clause);
                    body["missing"] = r
                        .missing
                        .iter()
                        .map(|m| json!({"code": m.key, "message": t(locale, m.key)}))
                        .collect();
                }
                Error::Forbidden(key) | Error::Unavailable(key) => body["code"] = json!(key),
                Error::Conflict { seen, current } => {
                    body["seen"] = json!(seen);
                    body["current"] = json!(current);
                }
                _ => {}
            }
            (code, [("content-type", "application/problem+json")], body.to_string()).into_response()
        }
        Form::Fragment => {
            let html = FailFragment { title, lines }.render().unwrap_or_default();
            let mut r = (code, [("content-type", "text/html; charset=utf-8")], html).into_response();
            // Errors have one place on every page, so that what the person typed stays where it is.
            r.headers_mut()
                .insert("hx-retarget", HeaderValue::from_static("#errors"));
            r.headers_mut()
                .insert("hx-reswap", HeaderValue::from_static("innerHTML show:#errors:top"));
            r
        }
        Form::Page => {
            let p = Page::bare(web, viewer, locale, &title);
            let html = FailPage { p, title, lines }.render().unwrap_or_default();
            (code, [("content-type", "text/html; charset=utf-8")], html).into_response()
        }
    };
    if matches!(e, Error::Unauthenticated) && form == Form::Problem {
        response
            .headers_mut()
            .insert("www-authenticate", HeaderValue::from_static("Bearer"));
    }
    retry_after(&e, &mut response);
    response
}

/// A problem that no use case knows of: a method that an address does not have, a body over its limit. `allow` names the
/// methods that there are.
pub fn problem(locale: Locale, code: StatusCode, key: &str, allow: &str) -> Response {
    let body = json!({
        "type": "about:blank", "title": t(locale, key), "status": code.as_u16(), "detail": allow, "code": key,
    });
    let head = [("content-type", "application/problem+json")];
    let mut r = (code, head, body.to_string()).into_response();
    if let Ok(v) = HeaderValue::from_str(allow)
        && !allow.is_empty()
    {
        r.headers_mut().insert("allow", v);
    }
    r
}

/// Tells whoever tried too often when to come back; also on forms that show the reason themselves.
pub fn retry_after(e: &Error, response: &mut Response) {
    if let Error::Throttled { seconds } = e
        && let Ok(v) = HeaderValue::from_str(&seconds.to_string())
    {
        response.headers_mut().insert("retry-after", v);
    }
}
