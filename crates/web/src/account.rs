//! Sign-in, sign-out and the first set-up; one's own account, the screen lock and personal tokens in files of their own.

mod lock;
mod own;
mod token;

pub use lock::*;
pub use own::*;
pub use token::*;

use app::account::SetUp;
use app::ctx::Locale;
use app::error::Error;
use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::ids::SiteId;
use serde::Deserialize;

use crate::fail::{Answer, Fail, explain, field_text};
use crate::gate::{STAFF_MARK, Viewer, session_cookie};
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// Runs slow, blocking work off the async threads.
pub async fn blocking<T: Send + 'static>(f: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Fail> {
    tokio::task::spawn_blocking(f)
        .await
        .map_err(Error::internal)?
        .map_err(Fail)
}

fn cookie(web: &Web, name: &str, value: &str, age: i64, script: bool) -> String {
    let secure = if web.settings.secure { "; Secure" } else { "" };
    let hidden = if script { "" } else { "; HttpOnly" };
    format!("{name}={value}; Path=/; Max-Age={age}; SameSite=Lax{hidden}{secure}")
}

/// Only addresses of our own are followed after sign-in.
pub fn own_address(next: &str) -> &str {
    let ok = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']);
    if ok
        && !["/sign-", "/live", "/lock", "/unlock"]
            .iter()
            .any(|p| next.starts_with(p))
    {
        next
    } else {
        "/"
    }
}

#[derive(Deserialize)]
pub struct Next {
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "account/sign_in.html")]
struct SignInPage {
    p: Page,
    error: Option<String>,
    next: String,
    login: String,
    demo: &'static [(&'static str, &'static str)],
}

/// The page to sign in.
pub async fn sign_in_page(State(web): State<Web>, v: Viewer, Query(q): Query<Next>) -> Answer {
    let sys = web.desk.system("gate", &SiteId::from(String::new()));
    if web.read(&sys, |c, _| app::account::is_empty(c)).await? {
        return Ok(Redirect::to("/set-up").into_response());
    }
    let next = q.next.unwrap_or_default();
    if v.session.is_some() {
        return Ok(Redirect::to(own_address(&next)).into_response());
    }
    let p = Page::bare(&web, Some(&v), v.locale, &crate::l10n::t(v.locale, "sign-in-title"));
    Ok(page(&SignInPage {
        p,
        error: None,
        next,
        login: String::new(),
        demo: app::DEMO_LOGINS,
    })?)
}

#[derive(Deserialize)]
pub struct SignIn {
    login: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// Signs in.
pub async fn sign_in(State(web): State<Web>, v: Viewer, headers: HeaderMap, Form(f): Form<SignIn>) -> Answer {
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|h| h.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let (desk, login, pass, ip) = (web.desk.clone(), f.login.clone(), f.password.clone(), v.ip.clone());
    match blocking(move || app::account::sign_in(&desk, &login, &pass, &ip, &agent)).await {
        Ok(done) => {
            // Whoever has a shift that begins is asked to check in first (REC-4).
            let to = match own_address(&f.next) {
                "/" => "/duty/asked".to_owned(),
                other => other.to_owned(),
            };
            let set = cookie(
                &web,
                session_cookie(web.settings.secure),
                &done.secret,
                30 * 86_400,
                false,
            );
            let lang = cookie(&web, "lang", done.locale.code(), 365 * 86_400, true);
            let mark = cookie(&web, STAFF_MARK, "1", 400 * 86_400, false);
            let mut r = Redirect::to(&to).into_response();
            for c in [set, lang, mark] {
                if let Ok(value) = c.parse() {
                    r.headers_mut().append(header::SET_COOKIE, value);
                }
            }
            Ok(r)
        }
        Err(Fail(e @ (Error::Invalid(_) | Error::Throttled { .. }))) => {
            let text = match &e {
                Error::Invalid(fields) => fields
                    .iter()
                    .map(|x| field_text(v.locale, x))
                    .collect::<Vec<_>>()
                    .join(" "),
                other => explain(v.locale, other).0,
            };
            let p = Page::bare(&web, Some(&v), v.locale, &crate::l10n::t(v.locale, "sign-in-title"));
            let view = SignInPage {
                p,
                error: Some(text),
                next: f.next,
                login: f.login,
                demo: app::DEMO_LOGINS,
            };
            let mut r = (crate::fail::status(&e), page(&view)?).into_response();
            crate::fail::retry_after(&e, &mut r);
            Ok(r)
        }
        Err(e) => Err(e),
    }
}

/// Signs out and drops the cookie.
pub async fn sign_out(State(web): State<Web>, v: Viewer) -> Answer {
    web.write(&v.ctx()?, app::account::sign_out).await?;
    let gone = cookie(&web, session_cookie(web.settings.secure), "", 0, false);
    Ok(([(header::SET_COOKIE, gone)], Redirect::to("/sign-in")).into_response())
}

/// The pages at the gate stay what they are in the other language.
fn after_language(next: &str) -> &str {
    if next.starts_with("/sign-in") {
        "/sign-in"
    } else if next == "/lock" || next.starts_with("/lock?") {
        next
    } else {
        own_address(next)
    }
}

#[derive(Deserialize)]
pub struct Lang {
    lang: String,
    #[serde(default)]
    next: String,
}

/// Changes the language: for this browser, and for the account when somebody is signed in.
pub async fn locale(State(web): State<Web>, v: Viewer, headers: HeaderMap, Form(f): Form<Lang>) -> Answer {
    let locale = Locale::parse(&f.lang);
    if v.session.is_some() {
        web.write(&v.ctx()?, move |tx, ctx| app::account::set_locale(tx, ctx, locale))
            .await?;
    }
    let set = cookie(&web, "lang", locale.code(), 365 * 86_400, true);
    // The page itself does not repeat what was asked of it (that may be somebody's number): the browser says it.
    let around = crate::gate::page_around(&headers);
    let same = around.split('?').next() == Some(f.next.as_str());
    let next = if same { &around } else { &f.next };
    Ok(([(header::SET_COOKIE, set)], Redirect::to(after_language(next))).into_response())
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct SetUpForm {
    code: String,
    company: String,
    company_en: String,
    site: String,
    site_en: String,
    hotline: String,
    address: String,
    name: String,
    login: String,
    password: String,
}

#[derive(Template)]
#[template(path = "account/set_up.html")]
struct SetUpPage {
    p: Page,
    f: SetUpForm,
    errors: Vec<String>,
}

fn set_up_view(web: &Web, v: &Viewer, f: SetUpForm, errors: Vec<String>) -> Result<Response, Fail> {
    let p = Page::bare(web, Some(v), v.locale, &crate::l10n::t(v.locale, "set-up-title"));
    Ok(page(&SetUpPage { p, f, errors })?)
}

/// The page of the first set-up; gone once there is a company.
pub async fn set_up_page(State(web): State<Web>, v: Viewer) -> Answer {
    let sys = web.desk.system("setup", &SiteId::from(String::new()));
    if !web.read(&sys, |c, _| app::account::is_empty(c)).await? {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    set_up_view(&web, &v, SetUpForm::default(), Vec::new())
}

/// Makes the company, the site and the first administrator. Whoever does it proves by the code printed at the start
/// that they can see the machine's own output.
pub async fn set_up(State(web): State<Web>, v: Viewer, Form(f): Form<SetUpForm>) -> Answer {
    let mut errors = Vec::new();
    if !web.desk.set_up_code_fits(f.code.trim()) {
        errors.push(crate::l10n::t(v.locale, "set-up-code-wrong"));
    } else {
        let s = SetUp {
            company: f.company.clone(),
            company_en: f.company_en.clone(),
            site: f.site.clone(),
            site_en: f.site_en.clone(),
            hotline: f.hotline.clone(),
            address: f.address.clone(),
            name: f.name.clone(),
            login: f.login.clone(),
            password: f.password.clone(),
        };
        let ctx = web.desk.system("setup", &SiteId::from(app::journal::COMPANY));
        let desk = web.desk.clone();
        match blocking(move || app::account::set_up(&desk, &ctx, &s)).await {
            Ok(_) => return Ok(Redirect::to("/sign-in").into_response()),
            Err(Fail(Error::Invalid(fields))) => {
                for x in &fields {
                    let label = crate::l10n::t(v.locale, &format!("field-{}", x.name));
                    errors.push(format!("{label}: {}", field_text(v.locale, x)));
                }
            }
            Err(e) => return Err(e),
        }
    }
    let f = SetUpForm {
        password: String::new(),
        ..f
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, set_up_view(&web, &v, f, errors)?).into_response())
}
