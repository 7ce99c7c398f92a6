//! Requests for long distance (长途申请单, TEL-2): the list, the form, the decision with the assigned line, the paper.

use app::error::Error;
use app::telephone::long_distance::{self, Asked, Decision, Listed, Looked, is_over};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use domain::ids::LongDistanceId;
use serde::Deserialize;

use super::{Ask, Tabs, name};
use crate::answer::{mark, unmark};
use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::form::{Errors, version};
use crate::gate::{Viewer, encode};
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

const HERE: &str = "/hotline/long-distance";

/// How a request stands, as its text key says it: an approved one whose time has passed is over.
fn state(row: &long_distance::LongDistanceRow, now: impl std::borrow::Borrow<i64>) -> &str {
    if is_over(row, *now.borrow()) {
        "over"
    } else {
        &row.state
    }
}

/// Tone of a state's mark.
fn tone(state: &str) -> &'static str {
    match state {
        "asked" => "amb",
        "approved" => "grn",
        "refused" => "red",
        _ => "",
    }
}

#[derive(Template)]
#[template(path = "telephone/long_distance_list.html")]
struct ListPage {
    p: Page,
    tabs: Tabs,
    waiting: bool,
    l: Listed,
    next: Option<String>,
    names: Names,
}

/// Requests, newest first: the own ones, those of the department, or all.
pub async fn list(State(web): State<Web>, v: Viewer, Query(ask): Query<Ask>) -> Answer {
    let (waiting, after) = (ask.view == "asked", unmark(&ask.after));
    let (l, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            let l = long_distance::list(c, ctx, waiting, after.clone())?;
            Ok((l, Names::load(c, ctx)?))
        })
        .await?;
    Ok(page(&ListPage {
        p: Page::new(&web, &v, "long-distance-title"),
        tabs: Tabs::new(&v, HERE),
        waiting,
        next: mark(&l.next),
        l,
        names,
    })?)
}

/// What was filled in.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct AskForm {
    _key: String,
    number: String,
    why: String,
    line: String,
    span: String,
    until: String,
}

/// Telephones in use: number, and whose it is or where it stands.
async fn telephones(web: &Web, v: &Viewer) -> Result<Vec<(String, String)>, Fail> {
    let found = web
        .read(&v.ctx()?, |c, ctx| {
            let names = Names::load(c, ctx)?;
            let all = store::call::extensions(c, &ctx.site)?.into_iter().filter(|x| x.active);
            let label = |x: store::call::ExtensionRow| {
                let whose = name(&names, x.owner_id.as_ref());
                (x.number, format!("{whose} {}", x.place).trim().to_owned())
            };
            Ok(all.map(label).collect())
        })
        .await?;
    Ok(found)
}

#[derive(Template)]
#[template(path = "telephone/long_distance_new.html")]
struct NewPage {
    p: Page,
    tabs: Tabs,
    f: AskForm,
    e: Errors,
    key: String,
    telephones: Vec<(String, String)>,
}

async fn new_view(web: &Web, v: &Viewer, mut f: AskForm, e: Errors) -> Result<NewPage, Fail> {
    let p = Page::new(web, v, "long-distance-new");
    if f.span.is_empty() {
        "once".clone_into(&mut f.span);
    }
    Ok(NewPage {
        tabs: Tabs::new(v, HERE),
        key: p.key(web),
        telephones: telephones(web, v).await?,
        f,
        e,
        p,
    })
}

/// The form.
pub async fn new_page(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(&new_view(&web, &v, AskForm::default(), Errors::default()).await?)?)
}

/// Asks for one.
pub async fn ask(State(web): State<Web>, v: Viewer, Form(f): Form<AskForm>) -> Answer {
    let asked = Asked {
        number: f.number.clone(),
        why: f.why.clone(),
        line: f.line.clone(),
        one_call: f.span != "until",
        // Until the last instant of that day.
        until: crate::when::day_end(v.zone(), &f.until).map(|end| end - 1),
    };
    let key = f._key.clone();
    let done = web
        .write(&v.ctx()?, move |tx, ctx| long_distance::ask(tx, ctx, &key, &asked))
        .await;
    match done {
        Ok(id) => Ok(Redirect::to(&format!("{HERE}/{id}")).into_response()),
        Err(e) => crate::form::again(&v, e, async |e| new_view(&web, &v, f, e).await).await,
    }
}

/// What was filled in on the page of one.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct StepForm {
    version: String,
    line: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "telephone/long_distance.html")]
struct ShowPage {
    p: Page,
    tabs: Tabs,
    x: Looked,
    state: String,
    f: StepForm,
    e: Errors,
    names: Names,
    telephones: Vec<(String, String)>,
}

impl ShowPage {
    /// The line that is proposed: the one they asked for.
    fn line(&self) -> &str {
        if self.f.line.is_empty() {
            &self.x.row.asked_line
        } else {
            &self.f.line
        }
    }
}

async fn show_view(web: &Web, v: &Viewer, id: &str, f: StepForm, e: Errors) -> Result<ShowPage, Fail> {
    let id = LongDistanceId::from(id.to_owned());
    let (x, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            Ok((long_distance::get(c, ctx, &id)?, Names::load(c, ctx)?))
        })
        .await?;
    let p = Page::new(web, v, "long-distance-one");
    Ok(ShowPage {
        tabs: Tabs::new(v, HERE),
        state: state(&x.row, p.now).to_owned(),
        telephones: if x.may_decide {
            telephones(web, v).await?
        } else {
            Vec::new()
        },
        x,
        f,
        e,
        names,
        p,
    })
}

/// One of them.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let view = show_view(&web, &v, &id, StepForm::default(), Errors::default()).await?;
    Ok(page(&view)?)
}

#[derive(Template)]
#[template(path = "telephone/long_distance_print.html")]
struct PrintPage {
    p: Page,
    r: long_distance::LongDistanceRow,
    state: String,
    names: Names,
    center: String,
    printed: String,
}

/// The same on paper.
pub async fn print(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let id = LongDistanceId::from(id);
    let (r, names, site) = web
        .read(&v.ctx()?, move |c, ctx| {
            let site = store::site::get(c, &ctx.site)?.ok_or(Error::NotFound)?;
            Ok((long_distance::get(c, ctx, &id)?.row, Names::load(c, ctx)?, site))
        })
        .await?;
    let p = Page::new(&web, &v, "long-distance-paper");
    Ok(page(&PrintPage {
        printed: crate::table::printed_by(&p, &v),
        center: p.either(&site.center_name, &site.center_name_en).to_owned(),
        state: state(&r, p.now).to_owned(),
        r,
        names,
        p,
    })?)
}

async fn done(web: &Web, v: &Viewer, id: &str, done: Result<(), Error>, typed: StepForm) -> Answer {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("{HERE}/{}", encode(id))).into_response()),
        Err(e) => crate::form::again(v, e, async |e| show_view(web, v, id, typed, e).await).await,
    }
}

/// Writes one step of one of them.
macro_rules! step {
    ($(#[$doc:meta])* $name:ident, |$tx:ident, $ctx:ident, $id:ident, $seen:ident, $f:ident| $do:expr) => {
        $(#[$doc])*
        pub async fn $name(
            State(web): State<Web>,
            v: Viewer,
            Path(id): Path<String>,
            Form(f): Form<StepForm>,
        ) -> Answer {
            let ($id, $seen, $f) = (LongDistanceId::from(id.clone()), version(&f.version), f.clone());
            let saved = web.write(&v.ctx()?, move |$tx, $ctx| $do).await;
            done(&web, &v, &id, saved, f).await
        }
    };
}

step! {
    /// Approves it on a line.
    approve, |tx, ctx, id, seen, f| long_distance::decide(tx, ctx, &id, seen, Decision::Line(&f.line))
}
step! {
    /// Does not.
    refuse, |tx, ctx, id, seen, f| long_distance::decide(tx, ctx, &id, seen, Decision::No(&f.reason))
}
step! {
    /// Whoever asked needs it no longer.
    withdraw, |tx, ctx, id, seen, _f| long_distance::withdraw(tx, ctx, &id, seen)
}
step! {
    /// Ends it before its time.
    end, |tx, ctx, id, seen, f| long_distance::end(tx, ctx, &id, seen, &f.reason)
}
