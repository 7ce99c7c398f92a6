//! Violations of the rules for the telephone (TEL-1, TEL-4, TEL-9): recorded, answered by the person, decided by severity.

use app::error::Error;
use app::telephone::finding;
use app::telephone::violation::{self, Listed, Looked, Recorded, View};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use domain::access::{Action, Reach};
use domain::call::violation::{ANSWER_MS, Severity, ViolationKind, ViolationMeasure};
use domain::ids::{FindingId, ViolationId};
use serde::Deserialize;

use super::{Ask, Tabs, cents};
use crate::answer::{mark, unmark};
use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::form::{Errors, version};
use crate::gate::{Viewer, encode};
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

const HERE: &str = "/hotline/violations";
/// An hour more than the least, so that the form can be filled in.
const PROPOSED_ANSWER_MS: i64 = ANSWER_MS + 3_600_000;

/// Tone of a stage's mark.
fn tone(stage: &str) -> &'static str {
    match stage {
        "asked" => "amb",
        "answered" => "blu",
        _ => "grn",
    }
}

#[derive(Template)]
#[template(path = "telephone/violation_list.html")]
struct ListPage {
    p: Page,
    tabs: Tabs,
    views: Vec<View>,
    view: &'static str,
    l: Listed,
    next: Option<String>,
    names: Names,
    may_record: bool,
}

/// The list. Whoever sees only the own ones has one view.
pub async fn list(State(web): State<Web>, v: Viewer, Query(ask): Query<Ask>) -> Answer {
    let more = v.reach(Action::ViewViolations) > Reach::Own;
    let first = if more { View::Open } else { View::Mine };
    let view = View::parse(&ask.view).filter(|_| more).unwrap_or(first);
    let after = unmark(&ask.after);
    let (l, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            let l = violation::list(c, ctx, view, after.clone())?;
            Ok((l, Names::load(c, ctx)?))
        })
        .await?;
    let shown = |x: &View| more || *x == View::Mine;
    Ok(page(&ListPage {
        p: Page::new(&web, &v, "violation-title"),
        tabs: Tabs::new(&v, HERE),
        views: View::ALL.iter().copied().filter(shown).collect(),
        view: view.code(),
        next: mark(&l.next),
        l,
        names,
        may_record: v.may(Action::RecordViolation),
    })?)
}

/// What was filled in to record one.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct NewForm {
    _key: String,
    kind: String,
    about: String,
    what: String,
    case: String,
    call: String,
    finding: String,
    cost: String,
    answer_by: String,
}

#[derive(Template)]
#[template(path = "telephone/violation_new.html")]
struct NewPage {
    p: Page,
    tabs: Tabs,
    f: NewForm,
    e: Errors,
    key: String,
    people: Vec<(String, String)>,
}

impl NewPage {
    fn kinds(&self) -> &'static [ViolationKind] {
        ViolationKind::ALL
    }
}

async fn new_view(web: &Web, v: &Viewer, mut f: NewForm, e: Errors) -> Result<NewPage, Fail> {
    let (people, me) = web
        .read(&v.ctx()?, |c, ctx| {
            Ok((Names::load(c, ctx)?.everybody(), ctx.need_staff()?.id.clone()))
        })
        .await?;
    let p = Page::new(web, v, "violation-new");
    if f.answer_by.is_empty() {
        f.answer_by = crate::when::field(&p.zone, p.now + PROPOSED_ANSWER_MS);
    }
    Ok(NewPage {
        tabs: Tabs::new(v, HERE),
        key: p.key(web),
        people: people.into_iter().filter(|(id, _)| id != me.as_str()).collect(),
        f,
        e,
        p,
    })
}

/// From what a violation is recorded: something that was found, or a person and a kind.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct From {
    finding: String,
    call: String,
    about: String,
    kind: String,
}

/// The form, filled in with what was found.
pub async fn new_page(State(web): State<Web>, v: Viewer, Query(from): Query<From>) -> Answer {
    let mut f = NewForm {
        call: from.call,
        about: from.about,
        kind: from.kind,
        ..NewForm::default()
    };
    if !from.finding.is_empty() {
        let id = FindingId::from(from.finding.clone());
        let found = web.read(&v.ctx()?, move |c, ctx| finding::open(c, ctx, &id)).await?;
        let p = Page::new(&web, &v, "violation-new");
        f.what = super::finding::said(&p, &found);
        f.kind = found.kind;
        f.about = found.staff_id.map(|s| s.into_string()).unwrap_or_default();
        f.call = found.call_id.into_string();
        f.finding = from.finding;
    }
    Ok(page(&new_view(&web, &v, f, Errors::default()).await?)?)
}

/// Records it.
pub async fn record(State(web): State<Web>, v: Viewer, Form(f): Form<NewForm>) -> Answer {
    let cost = cents(&f.cost);
    let n = Recorded {
        kind: f.kind.clone(),
        about: f.about.clone(),
        what: f.what.clone(),
        case: f.case.clone(),
        call: f.call.clone(),
        finding: f.finding.clone(),
        cost_cents: cost.unwrap_or_default(),
        answer_by: crate::when::parse_field(v.zone(), &f.answer_by),
    };
    let key = f._key.clone();
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            cost.map_err(|wrong| Error::field("cost", wrong))?;
            violation::record(tx, ctx, &key, &n)
        })
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
    text: String,
    severity: String,
    measure: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "telephone/violation.html")]
struct ShowPage {
    p: Page,
    tabs: Tabs,
    x: Looked,
    clause: &'static str,
    f: StepForm,
    e: Errors,
    names: Names,
}

impl ShowPage {
    fn severities(&self) -> &'static [Severity] {
        Severity::ALL
    }
    fn measures(&self) -> &'static [ViolationMeasure] {
        ViolationMeasure::ALL
    }
}

async fn show_view(web: &Web, v: &Viewer, id: &str, f: StepForm, e: Errors) -> Result<ShowPage, Fail> {
    let id = ViolationId::from(id.to_owned());
    let (x, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            Ok((violation::get(c, ctx, &id)?, Names::load(c, ctx)?))
        })
        .await?;
    Ok(ShowPage {
        p: Page::new(web, v, "violation-title"),
        tabs: Tabs::new(v, HERE),
        clause: x.row.kind.parse().map_or("TEL-4", ViolationKind::clause),
        x,
        f,
        e,
        names,
    })
}

/// One of them.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let view = show_view(&web, &v, &id, StepForm::default(), Errors::default()).await?;
    Ok(page(&view)?)
}

async fn done(web: &Web, v: &Viewer, id: &str, done: Result<(), Error>, typed: StepForm) -> Answer {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("{HERE}/{}", encode(id))).into_response()),
        Err(e) => crate::form::again(v, e, async |e| show_view(web, v, id, typed, e).await).await,
    }
}

/// The person answers.
pub async fn answer(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<StepForm>) -> Answer {
    let (x, seen, said) = (ViolationId::from(id.clone()), version(&f.version), f.text.clone());
    let saved = web
        .write(&v.ctx()?, move |tx, ctx| violation::answer(tx, ctx, &x, seen, &said))
        .await;
    done(&web, &v, &id, saved, f).await
}

/// It is decided by severity.
pub async fn decide(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<StepForm>) -> Answer {
    let (x, seen, typed) = (ViolationId::from(id.clone()), version(&f.version), f.clone());
    let saved = web
        .write(&v.ctx()?, move |tx, ctx| {
            violation::decide(tx, ctx, &x, seen, &typed.severity, &typed.measure, &typed.reason)
        })
        .await;
    done(&web, &v, &id, saved, f).await
}
