//! The table of category to department for complaints (settings): what ships with the product is a habit of the trade, and a
//! site changes it here.

use std::collections::HashMap;

use app::complaint_route::{self, Change, Line};
use app::error::Error;
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use domain::access::Action;

use crate::case::names::{Names, department_label};
use crate::fail::{Answer, Fail};
use crate::form::Errors;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// A line as it is shown.
struct Row {
    category: String,
    name: String,
    shipped: String,
    was: String,
    chosen: String,
    changed: Option<(String, String, i64)>,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "complaint/routes.html")]
struct RoutesPage {
    p: Page,
    rows: Vec<Row>,
    departments: Vec<(String, String)>,
    why: String,
    e: Errors,
    system: bool,
}

type Typed = HashMap<String, String>;

async fn view(web: &Web, v: &Viewer, typed: &Typed, e: Errors) -> Result<RoutesPage, Fail> {
    let (table, names, departments): (Vec<Line>, _, _) = web
        .read(&v.ctx()?, |c, ctx| {
            let table = complaint_route::table(c, ctx)?;
            let departments = store::site::departments(c, &ctx.site)?;
            Ok((table, Names::load(c, ctx)?, departments))
        })
        .await?;
    let p = Page::new(web, v, "complaint-routes-title");
    let departments: Vec<(String, String)> = departments
        .iter()
        .filter(|d| d.active)
        .map(|d| (d.code.clone(), department_label(v.locale, d).to_owned()))
        .collect();
    let named = |code: &str| {
        let found = departments.iter().find(|d| d.0 == code);
        found.map_or_else(|| code.to_owned(), |d| d.1.clone())
    };
    let book = web.desk.book();
    let row = |l: Line| {
        let group = book.taxonomy.complaint_groups.iter().find(|g| g.code == l.category);
        let field = format!("to_{}", l.category);
        // Only what was changed on the form is kept over what stands now.
        let kept = typed
            .get(&field)
            .zip(typed.get(&format!("was_{}", l.category)))
            .filter(|(to, was)| to != was);
        Row {
            name: group.map_or_else(|| l.category.clone(), |g| p.either(&g.zh, &g.en).to_owned()),
            shipped: named(&l.shipped),
            chosen: kept.map_or_else(|| l.to.clone(), |(to, _)| to.clone()),
            // What the person saw, so that a colleague's change in between is still found; after it was shown, the new one.
            was: match (kept, e.of(&field)) {
                (Some((_, was)), None) => was.clone(),
                _ => l.to,
            },
            changed: l.changed.map(|(why, by, at)| (why, names.staff(&by), at)),
            error: e.of(&field).map(str::to_owned),
            category: l.category,
        }
    };
    Ok(RoutesPage {
        rows: table.into_iter().map(row).collect(),
        departments,
        why: typed.get("why").cloned().unwrap_or_default(),
        e,
        system: v.may(Action::Settings),
        p,
    })
}

/// The table.
pub async fn show(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(&view(&web, &v, &Typed::new(), Errors::default()).await?)?)
}

/// Changes it.
pub async fn set(State(web): State<Web>, v: Viewer, Form(typed): Form<Typed>) -> Answer {
    let change = |(name, to): (&String, &String)| {
        let category = name.strip_prefix("to_")?;
        Some(Change {
            category: category.to_owned(),
            was: typed.get(&format!("was_{category}")).cloned().unwrap_or_default(),
            to: to.clone(),
        })
    };
    let changes: Vec<Change> = typed.iter().filter_map(change).collect();
    let why = typed.get("why").cloned().unwrap_or_default();
    let saved: Result<usize, Error> = web
        .write(&v.ctx()?, move |tx, ctx| complaint_route::set(tx, ctx, &changes, &why))
        .await;
    match saved {
        Ok(_) => Ok(Redirect::to("/settings/complaint-routes").into_response()),
        Err(e) => {
            let status = crate::fail::status(&e);
            let e = Errors::from(v.locale, Fail(e))?;
            Ok((status, page(&view(&web, &v, &typed, e).await?)?).into_response())
        }
    }
}
