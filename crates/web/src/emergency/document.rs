//! Contingency plans and safety training (STD-9) on the screen.

use app::emergency::document::{self, KINDS, NewDocument};
use app::error::Error;
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use domain::access::Action;
use domain::ids::PlanId;
use serde::Deserialize;

use crate::case::names::Names;
use crate::fail::{Answer, Fail, status};
use crate::form::Errors;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::roster::{Pairs, value};
use crate::state::Web;
use crate::when;

struct Row {
    id: String,
    kind: String,
    title: String,
    body: String,
    edition: i64,
    made: String,
    by: String,
    held: String,
    review: String,
    late: bool,
    newest: bool,
}

fn row(p: &Page, names: &Names, d: &store::emergency::Document) -> Row {
    Row {
        id: d.id.as_str().to_owned(),
        kind: p.code("safety-kind", &d.kind),
        title: d.title.clone(),
        body: d.body.clone(),
        edition: d.edition,
        made: p.time(d.made_at),
        by: names.staff(&d.made_by),
        held: d.held_at.map(|at| when::date(&p.zone, at)).unwrap_or_default(),
        review: when::date(&p.zone, d.review_at),
        late: d.newest && d.review_at <= p.now,
        newest: d.newest,
    }
}

#[derive(Template)]
#[template(path = "emergency/documents.html")]
struct ListPage {
    p: Page,
    rows: Vec<Row>,
    leads: bool,
}

/// The documents in force.
pub async fn list(State(web): State<Web>, v: Viewer) -> Answer {
    let (rows, names) = web
        .read(&v.ctx()?, |c, ctx| Ok((document::list(c, ctx)?, Names::load(c, ctx)?)))
        .await?;
    let p = Page::new(&web, &v, "safety-title");
    Ok(page(&ListPage {
        rows: rows.iter().map(|d| row(&p, &names, d)).collect(),
        leads: v.may(Action::LeadEmergency),
        p,
    })?)
}

#[derive(Template)]
#[template(path = "emergency/document.html")]
struct OnePage {
    p: Page,
    d: Row,
    editions: Vec<Row>,
    leads: bool,
}

/// One document with its editions.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let id = PlanId::from(id);
    let ((one, all), names) = web
        .read(&v.ctx()?, move |c, ctx| {
            Ok((document::get(c, ctx, &id)?, Names::load(c, ctx)?))
        })
        .await?;
    let p = Page::titled(&web, &v, one.title.clone());
    Ok(page(&OnePage {
        d: row(&p, &names, &one),
        editions: all.iter().map(|d| row(&p, &names, d)).collect(),
        leads: v.may(Action::LeadEmergency),
        p,
    })?)
}

/// Of which document the next edition is written.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Of {
    of: String,
}

#[derive(Template)]
#[template(path = "emergency/document_new.html")]
struct NewPage {
    p: Page,
    f: NewDocument,
    of: String,
    held: String,
    review: String,
    kinds: &'static [&'static str],
    key: String,
    e: Errors,
}

fn new_view(web: &Web, v: &Viewer, f: NewDocument, e: Errors) -> NewPage {
    let p = Page::new(web, v, "safety-new");
    // Once a year is the habit.
    let review = f.review_at.unwrap_or(v.now + 365 * 86_400_000);
    NewPage {
        of: f.of.as_ref().map(|x| x.as_str().to_owned()).unwrap_or_default(),
        held: f.held_at.map(|at| when::date(&p.zone, at)).unwrap_or_default(),
        review: when::date(&p.zone, review),
        kinds: KINDS,
        key: p.key(web),
        p,
        f,
        e,
    }
}

/// An empty form, or one with the last edition's words.
pub async fn new_page(State(web): State<Web>, v: Viewer, Query(o): Query<Of>) -> Answer {
    let mut f = NewDocument {
        kind: "plan".to_owned(),
        ..NewDocument::default()
    };
    if !o.of.is_empty() {
        let id = PlanId::from(o.of);
        let asked = id.clone();
        let (one, _) = web.read(&v.ctx()?, move |c, ctx| document::get(c, ctx, &asked)).await?;
        f = NewDocument {
            kind: one.kind,
            title: one.title,
            body: one.body,
            of: Some(id),
            ..NewDocument::default()
        };
    }
    Ok(page(&new_view(&web, &v, f, Errors::default()))?)
}

/// Writes it.
pub async fn write(State(web): State<Web>, v: Viewer, Form(f): Form<Pairs>) -> Answer {
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let key = value(&f, "_key");
    let n = NewDocument {
        kind: value(&f, "kind"),
        title: value(&f, "title"),
        body: value(&f, "body"),
        held_at: when::day_start(&zone, &value(&f, "held_at")),
        review_at: when::day_start(&zone, &value(&f, "review_at")),
        of: Some(value(&f, "of")).filter(|x| !x.is_empty()).map(PlanId::from),
    };
    let asked = n.clone();
    let done = web
        .write(&v.ctx()?, move |tx, ctx| document::write(tx, ctx, &key, &asked))
        .await;
    match done {
        Ok(id) => Ok(Redirect::to(&format!("/emergencies/documents/{id}")).into_response()),
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let status = status(&e);
            let shown = new_view(&web, &v, n, Errors::from(v.locale, Fail(e))?);
            Ok((status, page(&shown)?).into_response())
        }
    }
}
