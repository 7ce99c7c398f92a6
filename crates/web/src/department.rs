//! The directory of departments (REC-2), and its upkeep under the settings.

use app::department::{Entry, Facts};
use app::error::Error;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::ids::DepartmentId;
use serde::Deserialize;

use crate::fail::{Answer, Fail};
use crate::form::Errors;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

#[derive(Template)]
#[template(path = "department/directory.html")]
struct DirectoryPage {
    p: Page,
    groups: Vec<(&'static str, Vec<Entry>)>,
}

/// What every department does, who works there and who is at work now.
pub async fn directory(State(web): State<Web>, v: Viewer) -> Answer {
    let mut all = web
        .read(&v.ctx()?, |c, ctx| app::department::directory(c, ctx, false))
        .await?;
    let mut groups = Vec::new();
    for kind in ["own", "vendor", "outside"] {
        let (these, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|e| e.department.kind == kind);
        all = rest;
        if !these.is_empty() {
            groups.push((kind, these));
        }
    }
    Ok(page(&DirectoryPage {
        p: Page::new(&web, &v, "nav-departments"),
        groups,
    })?)
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct DepartmentForm {
    _key: String,
    version: String,
    active: String,
    #[serde(flatten)]
    facts: Facts,
}

#[derive(Template)]
#[template(path = "department/manage.html")]
struct ManagePage {
    p: Page,
    all: Vec<Entry>,
    system: bool,
    f: Facts,
    e: Errors,
    key: String,
}

async fn manage_view(web: &Web, v: &Viewer, f: Facts, e: Errors) -> Result<ManagePage, Fail> {
    let all = web
        .read(&v.ctx()?, |c, ctx| app::department::directory(c, ctx, true))
        .await?;
    let p = Page::new(web, v, "settings-departments");
    let key = p.key(web);
    Ok(ManagePage {
        p,
        all,
        system: v.may(domain::access::Action::Settings),
        f,
        e,
        key,
    })
}

/// The list under the settings, with the form of a new one.
pub async fn manage(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(
        &manage_view(&web, &v, Facts::default(), Errors::default()).await?,
    )?)
}

/// Adds a department or a vendor.
pub async fn add(State(web): State<Web>, v: Viewer, Form(f): Form<DepartmentForm>) -> Answer {
    let (facts, key) = (f.facts.clone(), f._key);
    match web
        .write(&v.ctx()?, move |tx, ctx| app::department::add(tx, ctx, &key, &facts))
        .await
    {
        Ok(_) => Ok(Redirect::to("/settings/departments").into_response()),
        Err(e) => {
            let view = manage_view(&web, &v, f.facts, Errors::from(v.locale, Fail(e))?).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&view)?).into_response())
        }
    }
}

#[derive(Template)]
#[template(path = "department/edit.html")]
struct EditPage {
    p: Page,
    d: store::site::Department,
    f: Facts,
    e: Errors,
}

async fn edit_view(web: &Web, v: &Viewer, id: &str, typed: Option<Facts>, e: Errors) -> Result<EditPage, Fail> {
    let id = DepartmentId::from(id.to_owned());
    let d = web
        .read(&v.ctx()?, move |c, ctx| app::department::get(c, ctx, &id))
        .await?;
    let f = typed.unwrap_or_else(|| Facts {
        kind: d.kind.clone(),
        name: d.name.clone(),
        name_en: d.name_en.clone(),
        phone: d.phone.clone(),
        duties: d.duties.clone(),
        duties_en: d.duties_en.clone(),
    });
    let p = Page::new(web, v, "settings-departments");
    Ok(EditPage { p, d, f, e })
}

/// The form of one.
pub async fn edit_page(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    Ok(page(&edit_view(&web, &v, &id, None, Errors::default()).await?)?)
}

async fn done(web: &Web, v: &Viewer, id: &str, done: Result<(), Error>, typed: Option<Facts>) -> Answer {
    match done {
        Ok(()) => Ok(Redirect::to("/settings/departments").into_response()),
        Err(e) => {
            let status = crate::fail::status(&e);
            let view = edit_view(web, v, id, typed, Errors::from(v.locale, Fail(e))?).await?;
            Ok((status, page(&view)?).into_response())
        }
    }
}

/// Changes one.
pub async fn edit(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<DepartmentForm>) -> Answer {
    let (d, facts) = (DepartmentId::from(id.clone()), f.facts.clone());
    let seen = crate::form::version(&f.version);
    let saved = web
        .write(&v.ctx()?, move |tx, ctx| {
            app::department::edit(tx, ctx, &d, seen, &facts)
        })
        .await;
    done(&web, &v, &id, saved, Some(f.facts)).await
}

/// Closes one or opens it again.
pub async fn set_active(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    Form(f): Form<DepartmentForm>,
) -> Answer {
    let (d, on) = (DepartmentId::from(id.clone()), f.active == "1");
    let seen = crate::form::version(&f.version);
    let saved = web
        .write(&v.ctx()?, move |tx, ctx| {
            app::department::set_active(tx, ctx, &d, seen, on)
        })
        .await;
    done(&web, &v, &id, saved, None).await
}
