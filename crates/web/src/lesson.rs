//! The case library (DIR-22): lessons of closed cases, kept by people, found by words, printed.

use app::error::Error;
use app::lesson::{LessonRow, Listed};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use domain::access::Action;
use domain::ids::LessonId;
use domain::lesson::Taught;
use serde::Deserialize;

use crate::answer::{Items, Tabs, item_name, items, mark, unmark};
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
    q: String,
    item: String,
    after: String,
}

#[derive(Template)]
#[template(path = "lesson/list.html")]
struct ListPage {
    p: Page,
    tabs: Tabs,
    q: String,
    withdrawn: bool,
    items: Items,
    l: Listed,
    names_of: Vec<String>,
    next: Option<String>,
}

/// The library, newest first.
pub async fn list(State(web): State<Web>, v: Viewer, Query(ask): Query<Ask>) -> Answer {
    let withdrawn = ask.view == "withdrawn";
    let (q, item, after) = (ask.q.clone(), ask.item.clone(), unmark(&ask.after));
    let l = web
        .read(&v.ctx()?, move |c, ctx| {
            app::lesson::list(c, ctx, !withdrawn, &q, &item, after.clone())
        })
        .await?;
    let p = Page::new(&web, &v, "lessons-title");
    Ok(page(&ListPage {
        tabs: Tabs::new(&v, "lessons"),
        withdrawn,
        items: items(&web, &p, &ask.item),
        names_of: l.rows.iter().map(|r| item_name(&web, &p, &r.item)).collect(),
        next: mark(&l.next),
        q: ask.q,
        l,
        p,
    })?)
}

/// The form as the browser sends it.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct LessonForm {
    _key: String,
    version: String,
    active: String,
    why: String,
    #[serde(flatten)]
    taught: Taught,
}

#[derive(Template)]
#[template(path = "lesson/new.html")]
struct NewPage {
    p: Page,
    number: String,
    taken: usize,
    t: Taught,
    e: Errors,
    items: Items,
    key: String,
}

/// The form of a closed case's lesson, with nobody named; one that has a lesson already leads to it.
pub async fn new_page(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let asked = id.clone();
    let d = web
        .read(&v.ctx()?, move |c, ctx| {
            let id = app::case::find(c, ctx, &asked)?.state.id;
            app::lesson::draft(c, ctx, &id)
        })
        .await?;
    if let Some(kept) = d.kept {
        return Ok(Redirect::to(&format!("/lessons/{kept}")).into_response());
    }
    let p = Page::new(&web, &v, "lesson-keep");
    Ok(page(&NewPage {
        items: items(&web, &p, &d.taught.item),
        key: p.key(&web),
        number: d.case_number,
        taken: d.taken,
        t: d.taught,
        e: Errors::default(),
        p,
    })?)
}

/// Keeps it.
pub async fn keep(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<LessonForm>) -> Answer {
    let (asked, typed) = (id.clone(), f.clone());
    let kept = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = app::case::find(tx, ctx, &asked)?.state.id;
            app::lesson::keep(tx, ctx, &typed._key, &id, &typed.taught)
        })
        .await;
    match kept {
        Ok(id) => Ok(Redirect::to(&format!("/lessons/{id}")).into_response()),
        Err(e) => {
            let status = crate::fail::status(&e);
            let p = Page::new(&web, &v, "lesson-keep");
            let view = NewPage {
                items: items(&web, &p, &f.taught.item),
                key: p.key(&web),
                number: id,
                taken: 0,
                t: f.taught,
                e: Errors::from(v.locale, Fail(e))?,
                p,
            };
            Ok((status, page(&view)?).into_response())
        }
    }
}

#[derive(Template)]
#[template(path = "lesson/show.html")]
struct ShowPage {
    p: Page,
    r: LessonRow,
    t: Taught,
    e: Errors,
    item: String,
    items: Items,
    kept_by: String,
    manage: bool,
}

#[derive(Template)]
#[template(path = "lesson/print.html")]
struct PrintPage {
    p: Page,
    r: LessonRow,
    item: String,
    center: String,
}

async fn read(web: &Web, v: &Viewer, id: &str) -> Result<(LessonRow, String), Fail> {
    let id = LessonId::from(id.to_owned());
    let found = web
        .read(&v.ctx()?, move |c, ctx| {
            let r = app::lesson::get(c, ctx, &id)?;
            let by = Names::load(c, ctx)?.staff(&r.kept_by);
            Ok((r, by))
        })
        .await?;
    Ok(found)
}

async fn show_view(web: &Web, v: &Viewer, id: &str, typed: Option<Taught>, e: Errors) -> Result<ShowPage, Fail> {
    let (r, kept_by) = read(web, v, id).await?;
    let p = Page::titled(web, v, r.title.clone());
    let t = typed.unwrap_or_else(|| Taught {
        title: r.title.clone(),
        item: r.item.clone(),
        situation: r.situation.clone(),
        worked: r.worked.clone(),
        clause: r.clause.clone(),
        tags: r.tags.clone(),
    });
    Ok(ShowPage {
        item: item_name(web, &p, &r.item),
        items: items(web, &p, &t.item),
        manage: v.may(Action::KeepLesson),
        r,
        t,
        e,
        kept_by,
        p,
    })
}

/// One lesson.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    Ok(page(&show_view(&web, &v, &id, None, Errors::default()).await?)?)
}

/// The same on paper, for a training.
pub async fn print(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let (r, _) = read(&web, &v, &id).await?;
    let site = web
        .read(&v.ctx()?, |c, ctx| Ok(store::site::get(c, &ctx.site)?))
        .await?
        .ok_or(Error::NotFound)?;
    let p = Page::titled(&web, &v, r.title.clone());
    let center = p.either(&site.center_name, &site.center_name_en).to_owned();
    Ok(page(&PrintPage {
        item: item_name(&web, &p, &r.item),
        r,
        center,
        p,
    })?)
}

async fn done(web: &Web, v: &Viewer, id: &str, done: Result<(), Error>, typed: Option<Taught>) -> Answer {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/lessons/{}", encode(id))).into_response()),
        Err(e) => {
            let status = crate::fail::status(&e);
            let view = show_view(web, v, id, typed, Errors::from(v.locale, Fail(e))?).await?;
            Ok((status, page(&view)?).into_response())
        }
    }
}

/// Changes one.
pub async fn edit(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<LessonForm>) -> Answer {
    let (l, seen, taught) = (
        LessonId::from(id.clone()),
        crate::form::version(&f.version),
        f.taught.clone(),
    );
    let saved = web
        .write(&v.ctx()?, move |tx, ctx| app::lesson::edit(tx, ctx, &l, seen, &taught))
        .await;
    done(&web, &v, &id, saved, Some(f.taught)).await
}

/// Takes one out of the library, or puts it back.
pub async fn set_active(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    Form(f): Form<LessonForm>,
) -> Answer {
    let (l, seen, on, why) = (
        LessonId::from(id.clone()),
        crate::form::version(&f.version),
        f.active == "1",
        f.why.clone(),
    );
    let saved = web
        .write(&v.ctx()?, move |tx, ctx| {
            app::lesson::set_active(tx, ctx, &l, seen, on, &why)
        })
        .await;
    done(&web, &v, &id, saved, None).await
}
