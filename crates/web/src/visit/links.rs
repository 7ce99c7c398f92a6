//! Addresses with which a household announces visitors: made, shown once, and withdrawn.

use app::error::Error;
use app::visit::host::{self, VisitLink};
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ids::{UnitId, VisitLinkId};
use domain::visit::LinkState;

use super::board_view;
use crate::case::names::Names;
use crate::fail::{Answer, Fail, status};
use crate::form::{Errors, once};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::roster::form::{Pairs, value};
use crate::shown::{self, Shown};
use crate::state::Web;

struct Row {
    id: String,
    host: String,
    by: String,
    made: String,
    until: String,
    state: String,
    tone: &'static str,
    open: bool,
}

fn row(p: &Page, names: &Names, l: VisitLink) -> Row {
    let state = LinkState::of(l.withdrawn_at, l.expires_at, p.now);
    Row {
        by: l
            .created_by
            .strip_prefix("staff:")
            .map_or_else(String::new, |id| names.staff_text(id)),
        made: p.full_time(l.created_at),
        until: p.full_time(l.expires_at),
        state: p.code("link-state", state.as_str()),
        id: l.id.into_string(),
        host: l.host,
        tone: if state == LinkState::Open { "grn" } else { "" },
        open: state == LinkState::Open,
    }
}

#[derive(Template)]
#[template(path = "visit/links.html")]
struct LinksPage {
    p: Page,
    unit: String,
    code: String,
    rows: Vec<Row>,
    made: Option<Shown>,
}

/// The addresses of a household.
pub async fn show(State(web): State<Web>, v: Viewer, headers: HeaderMap, Path(unit): Path<String>) -> Answer {
    let asked = UnitId::from(unit.as_str());
    let ((code, links), names) = web
        .read(&v.ctx()?, move |c, ctx| {
            Ok((host::of_unit(c, ctx, &asked)?, Names::load(c, ctx)?))
        })
        .await?;
    let p = Page::new(&web, &v, "visit-links");
    let made = shown::taken(&headers, &unit)
        .map(|secret| {
            let url = format!("{}/h/{secret}", web.settings.public_url);
            Shown::of(url, &p.t("visit-link-announce"))
        })
        .transpose()?;
    let showed = made.is_some();
    let rows = links.into_iter().map(|l| row(&p, &names, l)).collect();
    let shown = LinksPage {
        p,
        unit,
        code,
        rows,
        made,
    };
    shown::forget(&web, page(&shown)?, showed)
}

/// From the board: a new address for a household, or those it has.
pub async fn invite(State(web): State<Web>, v: Viewer, Form(f): Form<Pairs>) -> Answer {
    let looks = value(&f, "act") == "look";
    let asked = f.clone();
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            let (unit, name) = (value(&asked, "unit"), value(&asked, "host"));
            if looks {
                return Ok((host::unit_of(tx, ctx, &unit)?, None));
            }
            // The secret is no part of what is kept for a repeat.
            let mut secret = None;
            let id = once(tx, ctx, &asked, "visits/invite", |tx, ctx| {
                secret = Some(host::invite(tx, ctx, &unit, &name)?.token);
                host::unit_of(tx, ctx, &unit)
            })?;
            Ok((id, secret))
        })
        .await;
    match done {
        Ok((unit, secret)) => shown::lead(&web, &format!("/visits/links/{unit}"), unit.as_str(), secret.as_deref()),
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let code = status(&e);
            let typed = (value(&f, "unit"), value(&f, "host"));
            let b = board_view(&web, &v, typed, Errors::from(v.locale, Fail(e))?).await?;
            Ok((code, page(&b)?).into_response())
        }
    }
}

/// Withdraws an address.
pub async fn withdraw(
    State(web): State<Web>,
    v: Viewer,
    Path((unit, link)): Path<(String, String)>,
) -> Result<Response, Fail> {
    let (of, link) = (UnitId::from(unit.as_str()), VisitLinkId::from(link));
    web.write(&v.ctx()?, move |tx, ctx| {
        let (_, links) = host::of_unit(tx, ctx, &of)?;
        let known = links.iter().find(|l| l.id == link).ok_or(Error::NotFound)?;
        // Withdrawn twice, by a second click or by a colleague, is withdrawn.
        match known.withdrawn_at {
            Some(_) => Ok(()),
            None => host::withdraw_link(tx, ctx, &link),
        }
    })
    .await?;
    Ok(Redirect::to(&format!("/visits/links/{unit}")).into_response())
}
