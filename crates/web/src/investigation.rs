//! Investigations into internal reports (COM-24): what is said to be wrong, the person's answer, the outcome, the last word.

use app::error::Error;
use app::investigation::{self, InvestigationRow, Listed, Looked, Opened, View};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use domain::access::{Action, Reach};
use domain::ids::InvestigationId;
use domain::investigation::{Fault, Outcome, PROPOSED_ANSWER_MS};
use serde::Deserialize;

use crate::answer::{mark, unmark};
use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::form::Errors;
use crate::gate::{Viewer, encode};
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
#[template(path = "investigation/list.html")]
struct ListPage {
    p: Page,
    views: Vec<View>,
    view: &'static str,
    l: Listed,
    next: Option<String>,
    names: Names,
    may_open: bool,
}

/// Tone of a stage's mark.
fn tone(stage: &str) -> &'static str {
    match stage {
        "asked" | "objected" => "amb",
        "answered" => "blu",
        _ => "grn",
    }
}

/// The list. Whoever sees only the own ones begins with those about themselves.
pub async fn list(State(web): State<Web>, v: Viewer, Query(ask): Query<Ask>) -> Answer {
    let whole = v.reach(Action::ViewInvestigations) >= Reach::Site;
    let first = if whole { View::Open } else { View::Mine };
    let view = View::parse(&ask.view).unwrap_or(first);
    let after = unmark(&ask.after);
    let (l, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            let l = investigation::list(c, ctx, view, after.clone())?;
            Ok((l, Names::load(c, ctx)?))
        })
        .await?;
    let opens = v.may(Action::OpenInvestigation);
    let shown = |x: &View| match x {
        View::Mine => true,
        View::Asked => opens,
        _ => whole,
    };
    Ok(page(&ListPage {
        p: Page::new(&web, &v, "investigations-title"),
        views: View::ALL.iter().copied().filter(shown).collect(),
        view: view.code(),
        next: mark(&l.next),
        l,
        names,
        may_open: opens,
    })?)
}

/// What was filled in to open one.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct NewForm {
    _key: String,
    case: String,
    about: String,
    fault: String,
    report: String,
    why: String,
    answer_by: String,
}

#[derive(Template)]
#[template(path = "investigation/new.html")]
struct NewPage {
    p: Page,
    f: NewForm,
    e: Errors,
    key: String,
    people: Vec<(String, String)>,
}

impl NewPage {
    fn faults(&self) -> &'static [Fault] {
        Fault::ALL
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Of {
    case: String,
}

async fn new_view(web: &Web, v: &Viewer, mut f: NewForm, e: Errors) -> Result<NewPage, Fail> {
    let (people, me) = web
        .read(&v.ctx()?, |c, ctx| {
            Ok((Names::load(c, ctx)?.everybody(), ctx.need_staff()?.id.clone()))
        })
        .await?;
    let p = Page::new(web, v, "investigation-new");
    if f.answer_by.is_empty() {
        f.answer_by = crate::when::field(&p.zone, p.now + PROPOSED_ANSWER_MS);
    }
    Ok(NewPage {
        key: p.key(web),
        people: people.into_iter().filter(|(id, _)| id != me.as_str()).collect(),
        f,
        e,
        p,
    })
}

/// The form, for one case.
pub async fn new_page(State(web): State<Web>, v: Viewer, Query(of): Query<Of>) -> Answer {
    let f = NewForm {
        case: of.case,
        ..NewForm::default()
    };
    Ok(page(&new_view(&web, &v, f, Errors::default()).await?)?)
}

/// Opens it.
pub async fn open(State(web): State<Web>, v: Viewer, Form(f): Form<NewForm>) -> Answer {
    let asked = Opened {
        case: f.case.trim().to_owned(),
        about: f.about.clone(),
        fault: f.fault.clone(),
        report: f.report.clone(),
        why: f.why.clone(),
        answer_by: crate::when::parse_field(v.zone(), &f.answer_by),
    };
    let key = f._key.clone();
    let opened = web
        .write(&v.ctx()?, move |tx, ctx| {
            match investigation::open(tx, ctx, &key, &asked) {
                // The number was typed: what is not there is said beside it.
                Err(Error::NotFound) => Err(Error::field("case", "investigation-no-case")),
                other => other,
            }
        })
        .await;
    match opened {
        Ok(id) => Ok(Redirect::to(&format!("/investigations/{id}")).into_response()),
        Err(e) => {
            let status = crate::fail::status(&e);
            let e = Errors::from(v.locale, Fail(e))?;
            Ok((status, page(&new_view(&web, &v, f, e).await?)?).into_response())
        }
    }
}

/// What was filled in on the page of one.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct StepForm {
    version: String,
    text: String,
    outcome: String,
    reason: String,
    uphold: String,
}

#[derive(Template)]
#[template(path = "investigation/show.html")]
struct ShowPage {
    p: Page,
    x: Looked,
    f: StepForm,
    e: Errors,
    names: Names,
    /// Until when the person may object.
    object_until: i64,
}

impl ShowPage {
    fn outcomes(&self) -> &'static [Outcome] {
        Outcome::ALL
    }
}

async fn show_view(web: &Web, v: &Viewer, id: &str, f: StepForm, e: Errors) -> Result<ShowPage, Fail> {
    let id = InvestigationId::from(id.to_owned());
    let (x, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            Ok((investigation::get(c, ctx, &id)?, Names::load(c, ctx)?))
        })
        .await?;
    Ok(ShowPage {
        p: Page::new(web, v, "investigations-title"),
        object_until: x.object_until.unwrap_or_default(),
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

#[derive(Template)]
#[template(path = "investigation/print.html")]
struct PrintPage {
    p: Page,
    r: InvestigationRow,
    names: Names,
    center: String,
    printed: String,
}

/// The same on paper.
pub async fn print(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let id = InvestigationId::from(id);
    let (r, names, site) = web
        .read(&v.ctx()?, move |c, ctx| {
            let site = store::site::get(c, &ctx.site)?.ok_or(Error::NotFound)?;
            Ok((investigation::get(c, ctx, &id)?.row, Names::load(c, ctx)?, site))
        })
        .await?;
    let p = Page::new(&web, &v, "investigation-paper");
    Ok(page(&PrintPage {
        printed: crate::table::printed_by(&p, &v),
        center: p.either(&site.center_name, &site.center_name_en).to_owned(),
        r,
        names,
        p,
    })?)
}

async fn done(web: &Web, v: &Viewer, id: &str, done: Result<(), Error>, typed: StepForm) -> Answer {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/investigations/{}", encode(id))).into_response()),
        Err(e) => {
            let status = crate::fail::status(&e);
            let view = show_view(web, v, id, typed, Errors::from(v.locale, Fail(e))?).await?;
            Ok((status, page(&view)?).into_response())
        }
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
            let ($id, $seen, $f) = (InvestigationId::from(id.clone()), crate::form::version(&f.version), f.clone());
            let saved = web.write(&v.ctx()?, move |$tx, $ctx| $do).await;
            done(&web, &v, &id, saved, f).await
        }
    };
}

step! {
    /// The person answers.
    answer, |tx, ctx, id, seen, f| investigation::answer(tx, ctx, &id, seen, &f.text)
}
step! {
    /// The outcome.
    decide, |tx, ctx, id, seen, f| investigation::decide(tx, ctx, &id, seen, &f.outcome, &f.reason)
}
step! {
    /// The person does not agree.
    object, |tx, ctx, id, seen, f| investigation::object(tx, ctx, &id, seen, &f.text)
}
step! {
    /// The last word.
    review, |tx, ctx, id, seen, f| {
        let uphold = match f.uphold.as_str() {
            "1" => true,
            "0" => false,
            _ => return Err(Error::field("uphold", "invalid-choose")),
        };
        investigation::review(tx, ctx, &id, seen, uphold, &f.reason)
    }
}
