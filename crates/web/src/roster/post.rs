//! Posts, shift patterns and checklists: data that the head edits.

use app::error::Error;
use app::roster::post::{self, Detail, Facts, PatternFacts};
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use domain::access::{Action, Reach};
use domain::ids::{PatternId, PostId};
use serde::Deserialize;

use super::edit::Choice;
use super::parts::{Pairs, pick, value};
use crate::fail::{Answer, Fail, status};
use crate::form::{Errors, version};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// Makes the posts that ship with the product.
pub async fn begin(State(web): State<Web>, v: Viewer) -> Answer {
    let ctx = v.ctx()?;
    web.write(&ctx, post::begin).await?;
    let (desk, site) = (web.desk.clone(), ctx.site.clone());
    crate::account::blocking(move || desk.recount(&site)).await?;
    Ok(Redirect::to("/roster").into_response())
}

struct Row {
    id: String,
    name: String,
    department: String,
    extension: String,
    workdays: String,
    weekend: String,
    needed: i64,
    patterns: String,
    active: bool,
}

#[derive(Template)]
#[template(path = "roster/posts.html")]
struct PostsPage {
    p: Page,
    rows: Vec<Row>,
    departments: Vec<Choice>,
    f: Facts,
    e: Errors,
    key: String,
    whole: bool,
}

async fn departments(web: &Web, v: &Viewer, chosen: &str) -> Result<Vec<Choice>, Fail> {
    let en = v.locale == app::ctx::Locale::En;
    let reach = v.reach(Action::ManageRoster);
    let own = v.ctx()?.staff().and_then(|s| s.department.clone());
    let all = web
        .read(&v.ctx()?, |c, ctx| Ok(store::site::departments(c, &ctx.site)?))
        .await?;
    Ok(all
        .into_iter()
        .filter(|d| d.active && d.kind != "outside" && (reach >= Reach::Site || own.as_ref() == Some(&d.id)))
        .map(|d| {
            let on = d.id.as_str() == chosen;
            (d.id.as_str().to_owned(), pick(en, &d.name, &d.name_en).to_owned(), on)
        })
        .collect())
}

async fn list_view(web: &Web, v: &Viewer, f: Facts, e: Errors) -> Result<PostsPage, Fail> {
    let all = web.read(&v.ctx()?, post::list).await?;
    let departments = departments(web, v, &f.department).await?;
    let p = Page::new(web, v, "roster-posts");
    let en = p.en();
    let rows = all.into_iter().map(|d| Row {
        id: d.post.id.as_str().to_owned(),
        name: pick(en, &d.post.name, &d.post.name_en).to_owned(),
        department: departments
            .iter()
            .find(|x| Some(x.0.as_str()) == d.post.department_id.as_ref().map(|i| i.as_str()))
            .map(|x| x.1.clone())
            .unwrap_or_default(),
        extension: d.post.extension,
        workdays: d.post.workdays,
        weekend: d.post.weekend,
        needed: d.post.needed,
        patterns: d
            .patterns
            .iter()
            .filter(|x| x.active)
            .map(|x| format!("{} {}", x.sign, x.hours))
            .collect::<Vec<_>>()
            .join("　"),
        active: d.post.active,
    });
    Ok(PostsPage {
        rows: rows.collect(),
        departments,
        key: p.key(web),
        whole: v.reach(Action::ManageRoster) >= Reach::Site,
        p,
        f,
        e,
    })
}

/// The list, with the form of a new one.
pub async fn posts(State(web): State<Web>, v: Viewer) -> Answer {
    let f = Facts {
        workdays: "00:00-24:00".into(),
        weekend: "00:00-24:00".into(),
        needed: "1".into(),
        ..Facts::default()
    };
    Ok(page(&list_view(&web, &v, f, Errors::default()).await?)?)
}

fn facts(f: &Pairs) -> Facts {
    Facts {
        name: value(f, "name"),
        name_en: value(f, "name_en"),
        department: value(f, "department"),
        extension: value(f, "extension"),
        workdays: value(f, "workdays"),
        weekend: value(f, "weekend"),
        needed: value(f, "needed"),
        checklist: value(f, "checklist"),
    }
}

/// Adds a post.
pub async fn add(State(web): State<Web>, v: Viewer, Form(f): Form<Pairs>) -> Answer {
    let (key, new) = (value(&f, "_key"), facts(&f));
    let asked = new.clone();
    match web
        .write(&v.ctx()?, move |tx, ctx| post::add(tx, ctx, &key, &asked))
        .await
    {
        Ok(id) => Ok(Redirect::to(&format!("/roster/posts/{id}")).into_response()),
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let status = status(&e);
            let shown = list_view(&web, &v, new, Errors::from(v.locale, Fail(e))?).await?;
            Ok((status, page(&shown)?).into_response())
        }
    }
}

#[derive(Template)]
#[template(path = "roster/post.html")]
struct PostPage {
    p: Page,
    id: String,
    version: i64,
    active: bool,
    patterns: Vec<store::roster::Pattern>,
    departments: Vec<Choice>,
    f: Facts,
    e: Errors,
    n: PatternFacts,
    ne: Errors,
    key: String,
}

async fn post_view(
    web: &Web,
    v: &Viewer,
    id: &str,
    typed: Option<Facts>,
    e: Errors,
    n: PatternFacts,
    ne: Errors,
) -> Result<PostPage, Fail> {
    let pid = PostId::from(id);
    let d: Detail = web.read(&v.ctx()?, move |c, ctx| post::get(c, ctx, &pid)).await?;
    let f = typed.unwrap_or(d.facts);
    let p = Page::new(web, v, "roster-posts");
    Ok(PostPage {
        id: id.to_owned(),
        version: d.post.version,
        active: d.post.active,
        patterns: d.patterns,
        departments: departments(web, v, &f.department).await?,
        key: p.key(web),
        p,
        f,
        e,
        n,
        ne,
    })
}

/// One post.
pub async fn page_of(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let none = Errors::default;
    Ok(page(
        &post_view(&web, &v, &id, None, none(), PatternFacts::default(), none()).await?,
    )?)
}

async fn done(web: &Web, v: &Viewer, id: &str, done: Result<(), Error>, typed: Option<Facts>) -> Answer {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/roster/posts/{id}")).into_response()),
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let status = status(&e);
            let e = Errors::from(v.locale, Fail(e))?;
            let shown = post_view(web, v, id, typed, e, PatternFacts::default(), Errors::default()).await?;
            Ok((status, page(&shown)?).into_response())
        }
    }
}

/// Changes a post.
pub async fn edit(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let (pid, seen, new) = (PostId::from(id.as_str()), version(&value(&f, "version")), facts(&f));
    let asked = new.clone();
    let saved = web
        .write(&v.ctx()?, move |tx, ctx| post::edit(tx, ctx, &pid, seen, &asked))
        .await;
    done(&web, &v, &id, saved, Some(new)).await
}

/// Takes a post out of use, or into it again.
pub async fn active(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let (pid, seen, on) = (
        PostId::from(id.as_str()),
        version(&value(&f, "version")),
        value(&f, "active") == "1",
    );
    let saved = web
        .write(&v.ctx()?, move |tx, ctx| post::set_active(tx, ctx, &pid, seen, on))
        .await;
    done(&web, &v, &id, saved, None).await
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct PatternForm {
    _key: String,
    version: String,
    post: String,
    active: String,
    #[serde(flatten)]
    f: PatternFacts,
}

/// Adds a shift pattern.
pub async fn pattern_add(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    Form(f): Form<PatternForm>,
) -> Answer {
    let (pid, key, new) = (PostId::from(id.as_str()), f._key.clone(), f.f.clone());
    match web
        .write(&v.ctx()?, move |tx, ctx| post::add_pattern(tx, ctx, &key, &pid, &new))
        .await
    {
        Ok(_) => Ok(Redirect::to(&format!("/roster/posts/{id}")).into_response()),
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let status = status(&e);
            let ne = Errors::from(v.locale, Fail(e))?;
            let shown = post_view(&web, &v, &id, None, Errors::default(), f.f, ne).await?;
            Ok((status, page(&shown)?).into_response())
        }
    }
}

/// Changes a shift pattern, or takes it out of use.
pub async fn pattern_edit(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    Form(f): Form<PatternForm>,
) -> Answer {
    let (pid, seen, on, new) = (
        PatternId::from(id.as_str()),
        version(&f.version),
        f.active != "0",
        f.f.clone(),
    );
    let saved = web
        .write(&v.ctx()?, move |tx, ctx| {
            post::edit_pattern(tx, ctx, &pid, seen, &new, on)
        })
        .await;
    match saved {
        Ok(()) => Ok(Redirect::to(&format!("/roster/posts/{}", f.post)).into_response()),
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let status = status(&e);
            let ne = Errors::from(v.locale, Fail(e))?;
            let shown = post_view(&web, &v, &f.post, None, ne, PatternFacts::default(), Errors::default()).await?;
            Ok((status, page(&shown)?).into_response())
        }
    }
}
