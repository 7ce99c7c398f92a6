//! The telephones of the site (分机, TEL-1): number, whose it is, what it may dial, and who sits there now.

use app::call::system::{self, ExtensionRow, NewExtension};
use app::error::Error;
use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect};
use domain::access::Action;
use domain::call::line::{ExtensionUse, ServiceClass};
use serde::Deserialize;

use crate::case::names::Names;
use crate::fail::{Answer, Fail, status};
use crate::form::{Errors, once, version};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::roster::{Pairs, settle, value};
use crate::state::Web;

struct Row {
    number: String,
    owner: String,
    post: String,
    department: String,
    purpose: String,
    class: String,
    place: String,
    seat: String,
    active: bool,
}

#[derive(Template)]
#[template(path = "hotline/telephones.html")]
struct TelephonesPage {
    p: Page,
    rows: Vec<Row>,
    manages: bool,
    /// The one that is changed: its version; none for a new one.
    seen: Option<i64>,
    f: NewExtension,
    people: Vec<(String, String)>,
    departments: Vec<(String, String)>,
    posts: Vec<(String, String)>,
    tabs: crate::telephone::Tabs,
    key: String,
    e: Errors,
}

impl TelephonesPage {
    fn uses(&self) -> &'static [ExtensionUse] {
        ExtensionUse::ALL
    }
    fn classes(&self) -> &'static [ServiceClass] {
        ServiceClass::ALL
    }
}

/// Which one is to be changed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Which {
    number: String,
}

async fn view(
    web: &Web,
    v: &Viewer,
    which: &str,
    typed: Option<(NewExtension, Option<i64>)>,
    e: Errors,
) -> Result<TelephonesPage, Fail> {
    let (rows, names, people, departments, posts) = web
        .read(&v.ctx()?, |c, ctx| {
            let en = ctx.locale == app::ctx::Locale::En;
            let people = store::site::workers(c, &ctx.site)?;
            let departments = store::site::departments(c, &ctx.site)?.into_iter();
            let departments: Vec<_> = departments
                .map(|d| (d.id.into_string(), if en { d.name_en } else { d.name }))
                .collect();
            // Whoever has several posts stands there once.
            let mut known = std::collections::HashSet::new();
            let people = people.into_iter().map(|w| w.id.into_string());
            let people: Vec<String> = people.filter(|id| known.insert(id.clone())).collect();
            let posts = super::posts(c, ctx)?;
            Ok((
                system::extensions(c, ctx)?,
                Names::load(c, ctx)?,
                people,
                departments,
                posts,
            ))
        })
        .await?;
    let p = Page::new(web, v, "telephone-title");
    let chosen = rows.iter().find(|x| x.number == which);
    let of = |x: &ExtensionRow| NewExtension {
        number: x.number.clone(),
        owner: x.owner_id.as_ref().map(|s| s.to_string()).unwrap_or_default(),
        post: x.post_id.as_ref().map(|d| d.to_string()).unwrap_or_default(),
        department: x.department_id.as_ref().map(|d| d.to_string()).unwrap_or_default(),
        purpose: x.purpose.clone(),
        class: x.class.clone(),
        place: x.place.clone(),
        active: x.active,
    };
    let (f, seen) = match (typed, chosen) {
        (Some(typed), _) => typed,
        (None, Some(x)) => (of(x), Some(x.version)),
        (None, None) => (
            NewExtension {
                purpose: "staff".into(),
                class: "local".into(),
                active: true,
                ..NewExtension::default()
            },
            None,
        ),
    };
    let department = |id: &str| departments.iter().find(|d| d.0 == id).map(|d| d.1.clone());
    let row = |x: &ExtensionRow| Row {
        owner: x.owner_id.as_ref().map(|s| names.staff(s)).unwrap_or_default(),
        post: (x.post_id.as_ref())
            .and_then(|id| posts.iter().find(|t| t.0 == id.as_str()))
            .map(|t| t.1.clone())
            .unwrap_or_default(),
        department: x
            .department_id
            .as_ref()
            .and_then(|d| department(d.as_str()))
            .unwrap_or_default(),
        purpose: p.code("telephone-use", &x.purpose),
        class: p.code("telephone-class", &x.class),
        place: x.place.clone(),
        seat: x.seat_id.as_ref().map(|s| names.staff(s)).unwrap_or_default(),
        number: x.number.clone(),
        active: x.active,
    };
    Ok(TelephonesPage {
        rows: rows.iter().map(row).collect(),
        manages: v.may(Action::ManageTelephones),
        people: people
            .into_iter()
            .map(|id| {
                let name = names.staff(&domain::ids::StaffId::from(id.as_str()));
                (id, name)
            })
            .collect(),
        departments,
        posts,
        tabs: crate::telephone::Tabs::new(v, "/hotline/telephones"),
        key: p.key(web),
        seen,
        f,
        e,
        p,
    })
}

/// All telephones, and the form for one.
pub async fn list(State(web): State<Web>, v: Viewer, Query(w): Query<Which>) -> Answer {
    Ok(page(&view(&web, &v, &w.number, None, Errors::default()).await?)?)
}

/// Enters a telephone or changes it.
pub async fn put(State(web): State<Web>, v: Viewer, Form(f): Form<Pairs>) -> Answer {
    let n = NewExtension {
        number: value(&f, "number"),
        owner: value(&f, "owner"),
        post: value(&f, "post"),
        department: value(&f, "department"),
        purpose: value(&f, "purpose"),
        class: value(&f, "class"),
        place: value(&f, "place"),
        active: value(&f, "active") == "1",
    };
    let seen = match value(&f, "version").as_str() {
        "" => None,
        text => Some(version(text)),
    };
    let (asked, sent) = (n.clone(), f.clone());
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            once(tx, ctx, &sent, "hotline/telephones", |tx, ctx| {
                system::put_extension(tx, ctx, seen, &asked).map(drop)
            })
        })
        .await;
    match done {
        Ok(()) => {
            settle(&web, &v).await?;
            Ok(Redirect::to("/hotline/telephones").into_response())
        }
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let code = status(&e);
            let shown = view(&web, &v, "", Some((n, seen)), Errors::from(v.locale, Fail(e))?).await?;
            Ok((code, page(&shown)?).into_response())
        }
    }
}
