//! One's own account: facts, password, sessions, tokens, duty and the open site.

use app::account::Mine;
use app::error::Error;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::access::{Action, Area};
use domain::ids::{SessionId, SiteId};
use serde::Deserialize;

use super::{blocking, own_address};
use crate::fail::{Answer, Fail};
use crate::form::Errors;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

#[derive(Template)]
#[template(path = "account/mine.html")]
pub(super) struct MinePage {
    p: Page,
    m: Mine,
    pub e: Errors,
    session: String,
    areas: &'static [Area],
    may_tokens: bool,
    /// Reports of theirs may be looked into (COM-24).
    may_be_checked: bool,
    has_telephone: bool,
    key: String,
    /// A token that was just made: shown this one time.
    pub made: Option<String>,
    pub token_name: String,
    now: i64,
}

impl MinePage {
    /// What a token's line says of itself.
    fn token_state(&self, t: &store::account::TokenRow) -> &'static str {
        if t.revoked_at.is_some() {
            "account-token-revoked"
        } else if t.expires_at.is_some_and(|e| e <= self.now) {
            "account-token-expired"
        } else {
            "account-token-living"
        }
    }

    /// The browser and system of a session, as far as they can be told.
    fn device(&self, agent: &str) -> String {
        let first = |list: &[(&str, &'static str)]| {
            list.iter()
                .find(|(sign, _)| agent.contains(sign))
                .map_or("", |(_, name)| *name)
        };
        let browser = first(&[
            ("MicroMessenger", "WeChat"),
            ("Edg/", "Edge"),
            ("Firefox/", "Firefox"),
            ("Chrome/", "Chrome"),
            ("Safari/", "Safari"),
        ]);
        let system = first(&[
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("HarmonyOS", "HarmonyOS"),
            ("Android", "Android"),
            ("Windows", "Windows"),
            ("Mac OS", "macOS"),
            ("Linux", "Linux"),
        ]);
        match (browser, system) {
            ("", "") => agent.chars().take(40).collect(),
            (b, "") | ("", b) => b.to_owned(),
            (b, s) => format!("{b} · {s}"),
        }
    }

    /// `cases:write` in words.
    fn scope(&self, scope: &str) -> String {
        match scope.split_once(':') {
            Some((area, right)) => format!("{} {}", self.p.code("area", area), self.p.code("right", right)),
            None => scope.to_owned(),
        }
    }
}

pub(super) async fn view(web: &Web, v: &Viewer) -> Result<MinePage, Fail> {
    let ctx = v.ctx()?;
    let session = ctx
        .staff()
        .and_then(|s| s.session.clone())
        .map(|s| s.as_str().to_owned())
        .unwrap_or_default();
    let m = web.read(&ctx, app::account::mine).await?;
    let mut p = Page::new(web, v, "account-mine");
    p.path = "/account".into();
    p.duty = m.on_duty_since.is_some();
    let key = p.key(web);
    Ok(MinePage {
        p,
        m,
        e: Errors::default(),
        session,
        areas: Area::ALL,
        may_tokens: v.may(Action::ApiTokens),
        may_be_checked: v.may(Action::ViewInvestigations),
        has_telephone: v.may(Action::ViewViolations),
        key,
        made: None,
        token_name: String::new(),
        now: v.now,
    })
}

/// The page of the own account.
pub async fn mine(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(&view(&web, &v).await?)?)
}

#[derive(Template)]
#[template(path = "account/password.html")]
struct PasswordPage {
    p: Page,
    e: Errors,
    first: bool,
    login: String,
}

fn password_view(web: &Web, v: &Viewer, e: Errors) -> PasswordPage {
    let mut p = Page::bare(web, Some(v), v.locale, &crate::l10n::t(v.locale, "password-title"));
    p.path = "/account/password".into();
    let s = v.session.as_ref();
    PasswordPage {
        p,
        e,
        first: s.is_some_and(|s| s.must_change),
        login: s.map(|s| s.login.clone()).unwrap_or_default(),
    }
}

/// The page to change the own password; the only one open before the first password is changed.
pub async fn password_page(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(&password_view(&web, &v, Errors::default()))?)
}

#[derive(Deserialize)]
pub struct Password {
    old: String,
    new: String,
    again: String,
}

/// Changes the own password; all other sessions end.
pub async fn password(State(web): State<Web>, v: Viewer, Form(f): Form<Password>) -> Answer {
    let (ctx, desk) = (v.ctx()?, web.desk.clone());
    let login = v.session.as_ref().map(|s| s.login.clone()).ok_or(Error::NotFound)?;
    let first = v.session.as_ref().is_some_and(|s| s.must_change);
    let done =
        blocking(move || app::account::change_password_twice(&desk, &ctx, &login, &f.old, &f.new, &f.again)).await;
    match done {
        Ok(()) => Ok(Redirect::to(if first { "/" } else { "/account" }).into_response()),
        Err(e) => {
            let status = crate::fail::status(&e.0);
            Ok((status, page(&password_view(&web, &v, Errors::from(v.locale, e)?))?).into_response())
        }
    }
}

#[derive(Deserialize)]
pub struct Site {
    site: String,
}

/// Opens another site. Pages of the old one would not be found there, so it begins at the first page.
pub async fn open_site(State(web): State<Web>, v: Viewer, Form(f): Form<Site>) -> Answer {
    let site = SiteId::from(f.site);
    web.write(&v.ctx()?, move |tx, ctx| app::account::open_site(tx, ctx, &site))
        .await?;
    Ok(Redirect::to("/").into_response())
}

#[derive(Deserialize)]
pub struct Duty {
    on: String,
    #[serde(default)]
    next: String,
}

/// On duty or off duty at the open site.
pub async fn duty(State(web): State<Web>, v: Viewer, Form(f): Form<Duty>) -> Answer {
    let ctx = v.ctx()?;
    let on = f.on == "1";
    web.write(&ctx, move |tx, ctx| app::account::set_duty(tx, ctx, on))
        .await?;
    // The page that comes back shows it already; everybody else hears of it by the stream.
    let (desk, site) = (web.desk.clone(), ctx.site);
    blocking(move || desk.recount(&site)).await?;
    Ok(Redirect::to(own_address(&f.next)).into_response())
}

/// Ends one of the own sessions.
pub async fn end_session(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let id = SessionId::from(id);
    web.write(&v.ctx()?, move |tx, ctx| app::account::end_session(tx, ctx, &id))
        .await?;
    Ok(Redirect::to("/account#sessions").into_response())
}

/// Ends all own sessions but this one.
pub async fn end_other_sessions(State(web): State<Web>, v: Viewer) -> Answer {
    web.write(&v.ctx()?, app::account::end_other_sessions).await?;
    Ok(Redirect::to("/account#sessions").into_response())
}

/// The page with what was refused.
pub(super) fn refused(view: MinePage) -> Answer {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&view)?).into_response())
}
