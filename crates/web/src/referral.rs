//! Referrals (CAL-8): who helps with what is not our service, and their upkeep.

use app::error::Error;
use app::referral::{Facts, ReferralRow};
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use domain::answer::ReferralKind;
use domain::ids::ReferralId;
use serde::Deserialize;

use crate::answer::Tabs;
use crate::fail::{Answer, Fail};
use crate::form::Errors;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// The form as the browser sends it.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct ReferralForm {
    _key: String,
    version: String,
    active: String,
    #[serde(flatten)]
    facts: Facts,
}

#[derive(Template)]
#[template(path = "referral/list.html")]
struct ListPage {
    p: Page,
    tabs: Tabs,
    groups: Vec<(&'static str, Vec<ReferralRow>)>,
    f: Facts,
    e: Errors,
    key: String,
}

impl ListPage {
    fn kinds(&self) -> &'static [ReferralKind] {
        ReferralKind::ALL
    }
}

async fn list_view(web: &Web, v: &Viewer, f: Facts, e: Errors) -> Result<ListPage, Fail> {
    let tabs = Tabs::new(v, "referrals");
    let manage = tabs.manage;
    let mut rows = web
        .read(&v.ctx()?, move |c, ctx| app::referral::list(c, ctx, manage))
        .await?;
    let mut groups = Vec::new();
    for kind in ReferralKind::ALL {
        let (these, rest): (Vec<_>, Vec<_>) = rows.into_iter().partition(|r| r.kind == kind.as_str());
        rows = rest;
        if !these.is_empty() {
            groups.push((kind.as_str(), these));
        }
    }
    let p = Page::new(web, v, "referrals-title");
    Ok(ListPage {
        key: p.key(web),
        tabs,
        groups,
        f,
        e,
        p,
    })
}

/// Everybody who helps, by kind.
pub async fn list(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(&list_view(&web, &v, Facts::default(), Errors::default()).await?)?)
}

/// Adds the numbers that hold everywhere.
pub async fn usual(State(web): State<Web>, v: Viewer) -> Answer {
    web.write(&v.ctx()?, app::referral::add_usual).await?;
    Ok(Redirect::to("/referrals").into_response())
}

/// Adds somebody.
pub async fn add(State(web): State<Web>, v: Viewer, Form(f): Form<ReferralForm>) -> Answer {
    let (facts, key) = (f.facts.clone(), f._key);
    let made = web
        .write(&v.ctx()?, move |tx, ctx| app::referral::add(tx, ctx, &key, &facts))
        .await;
    match made {
        Ok(_) => Ok(Redirect::to("/referrals").into_response()),
        Err(e) => {
            let status = crate::fail::status(&e);
            let view = list_view(&web, &v, f.facts, Errors::from(v.locale, Fail(e))?).await?;
            Ok((status, page(&view)?).into_response())
        }
    }
}

#[derive(Template)]
#[template(path = "referral/edit.html")]
struct EditPage {
    p: Page,
    r: ReferralRow,
    f: Facts,
    e: Errors,
}

impl EditPage {
    fn kinds(&self) -> &'static [ReferralKind] {
        ReferralKind::ALL
    }
}

async fn edit_view(web: &Web, v: &Viewer, id: &str, typed: Option<Facts>, e: Errors) -> Result<EditPage, Fail> {
    let id = ReferralId::from(id.to_owned());
    let r = web
        .read(&v.ctx()?, move |c, ctx| app::referral::get(c, ctx, &id))
        .await?;
    Ok(EditPage {
        p: Page::new(web, v, "referrals-title"),
        f: typed.unwrap_or_else(|| Facts::of(&r)),
        r,
        e,
    })
}

/// The form of one.
pub async fn edit_page(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    Ok(page(&edit_view(&web, &v, &id, None, Errors::default()).await?)?)
}

async fn done(web: &Web, v: &Viewer, id: &str, done: Result<(), Error>, typed: Option<Facts>) -> Answer {
    match done {
        Ok(()) => Ok(Redirect::to("/referrals").into_response()),
        Err(e) => {
            let status = crate::fail::status(&e);
            let view = edit_view(web, v, id, typed, Errors::from(v.locale, Fail(e))?).await?;
            Ok((status, page(&view)?).into_response())
        }
    }
}

/// Changes one.
pub async fn edit(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<ReferralForm>) -> Answer {
    let (r, facts) = (ReferralId::from(id.clone()), f.facts.clone());
    let seen = crate::form::version(&f.version);
    let saved = web
        .write(&v.ctx()?, move |tx, ctx| app::referral::edit(tx, ctx, &r, seen, &facts))
        .await;
    done(&web, &v, &id, saved, Some(f.facts)).await
}

/// Takes one off the list, or puts it on again.
pub async fn set_active(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    Form(f): Form<ReferralForm>,
) -> Answer {
    let (r, on) = (ReferralId::from(id.clone()), f.active == "1");
    let seen = crate::form::version(&f.version);
    let saved = web
        .write(&v.ctx()?, move |tx, ctx| {
            app::referral::set_active(tx, ctx, &r, seen, on)
        })
        .await;
    done(&web, &v, &id, saved, None).await
}
