//! Proposals for new services (REC-12 C): what nobody offers, decided by the head and told to the customer.

use app::error::Error;
use app::proposal::{Listed, ProposalRow, View};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use domain::access::Action;
use domain::ids::ProposalId;
use domain::proposal::Decision;
use serde::Deserialize;

use crate::answer::{Tabs, item_name, mark, unmark};
use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::form::Errors;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// What the address says.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Ask {
    view: String,
    after: String,
}

#[derive(Template)]
#[template(path = "proposal/list.html")]
struct ListPage {
    p: Page,
    tabs: Tabs,
    view: &'static str,
    l: Listed,
    next: Option<String>,
    names: Names,
}

impl ListPage {
    fn views(&self) -> &'static [View] {
        View::ALL
    }
}

/// Tone of a state's mark.
fn tone(state: &str) -> &'static str {
    match state {
        "open" => "amb",
        "decided" => "blu",
        _ => "grn",
    }
}

/// The list: what waits oldest first.
pub async fn list(State(web): State<Web>, v: Viewer, Query(ask): Query<Ask>) -> Answer {
    let (view, after) = (View::parse(&ask.view), unmark(&ask.after));
    let (l, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            let l = app::proposal::list(c, ctx, view, after.clone())?;
            Ok((l, Names::load(c, ctx)?))
        })
        .await?;
    Ok(page(&ListPage {
        p: Page::new(&web, &v, "proposals-title"),
        tabs: Tabs::new(&v, "proposals"),
        view: view.code(),
        next: mark(&l.next),
        l,
        names,
    })?)
}

/// What was filled in.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct ProposalForm {
    version: String,
    decision: String,
    reason: String,
    again: String,
    how: String,
}

#[derive(Template)]
#[template(path = "proposal/show.html")]
struct ShowPage {
    p: Page,
    r: ProposalRow,
    f: ProposalForm,
    e: Errors,
    item: String,
    names: Names,
    may_decide: bool,
    may_tell: bool,
}

impl ShowPage {
    fn decisions(&self) -> &'static [Decision] {
        Decision::ALL
    }
}

async fn show_view(web: &Web, v: &Viewer, id: &str, f: ProposalForm, e: Errors) -> Result<ShowPage, Fail> {
    let id = ProposalId::from(id.to_owned());
    let (r, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            Ok((app::proposal::get(c, ctx, &id)?, Names::load(c, ctx)?))
        })
        .await?;
    let p = Page::new(web, v, "proposals-title");
    Ok(ShowPage {
        item: item_name(web, &p, &r.item),
        may_decide: app::proposal::may_decide(&v.ctx()?, &r),
        may_tell: v.may(Action::ReportOutside) && r.state == "decided",
        r,
        f,
        e,
        names,
        p,
    })
}

/// One of them.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let view = show_view(&web, &v, &id, ProposalForm::default(), Errors::default()).await?;
    Ok(page(&view)?)
}

async fn done(web: &Web, v: &Viewer, id: &str, done: Result<(), Error>, typed: ProposalForm) -> Answer {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/proposals/{}", crate::gate::encode(id))).into_response()),
        Err(e) => {
            let status = crate::fail::status(&e);
            let view = show_view(web, v, id, typed, Errors::from(v.locale, Fail(e))?).await?;
            Ok((status, page(&view)?).into_response())
        }
    }
}

/// The head decides.
pub async fn decide(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<ProposalForm>) -> Answer {
    let (r, seen, typed) = (
        ProposalId::from(id.clone()),
        crate::form::version(&f.version),
        f.clone(),
    );
    let again = crate::when::day_start(v.zone(), &f.again);
    let saved = web
        .write(&v.ctx()?, move |tx, ctx| {
            let decision: Decision = typed
                .decision
                .parse()
                .map_err(|_| Error::field("decision", "invalid-choose"))?;
            app::proposal::decide(tx, ctx, &r, seen, decision, &typed.reason, again)
        })
        .await;
    done(&web, &v, &id, saved, f).await
}

/// The customer was told.
pub async fn tell(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<ProposalForm>) -> Answer {
    let (r, seen, how) = (
        ProposalId::from(id.clone()),
        crate::form::version(&f.version),
        f.how.clone(),
    );
    let saved = web
        .write(&v.ctx()?, move |tx, ctx| app::proposal::tell(tx, ctx, &r, seen, &how))
        .await;
    done(&web, &v, &id, saved, f).await
}
