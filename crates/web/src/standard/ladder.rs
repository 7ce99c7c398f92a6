//! Steps of a ladder in a draft (升级步骤): who is told when, of the version as a whole or of one row.

use app::error::{Error, Fields, Res};
use app::standard::{Edit, Shown};
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use domain::clock::Limit;
use domain::ids::StandardId;
use domain::ladder::{Post, RungFile, RungKind};
use domain::standard::edit::At;

use super::form::{Choice, Typed, all, choices, one, place};
use super::words;
use crate::fail::{Answer, Fail};
use crate::form::{Errors, version};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// When a step is reached, as the form offers it.
const WHEN: [&str; 3] = ["percent", "before", "after"];
/// Units of an offset.
const UNITS: [&str; 4] = ["minute", "hour", "working_minute", "working_hour"];

/// Whose ladder it is: `common`, or the place of a row.
fn whose(of: &str) -> Result<Option<At>, Error> {
    match of {
        "common" => Ok(None),
        "new" => Err(Error::NotFound),
        row => place(row),
    }
}

/// Which step: `new`, or its place from 0.
fn which(step: &str) -> Result<Option<usize>, Error> {
    match step {
        "new" => Ok(None),
        n => n.parse().map(Some).map_err(|_| Error::NotFound),
    }
}

fn back(id: &str, of: &str) -> String {
    format!("/standard/versions/{id}/ladder/{of}")
}

#[derive(Template)]
#[template(path = "standard/ladder.html")]
struct LadderPage {
    p: Page,
    id: String,
    label: String,
    of: String,
    version: i64,
    e: Errors,
    /// The row in words; empty for the version's own.
    row: String,
    /// The row has none of its own yet.
    common: bool,
    rungs: Vec<String>,
}

/// The name of a row: its cases and its clock.
fn row_name(p: &Page, web: &Web, s: &Shown, of: Option<At>) -> Result<String, Error> {
    let Some(at) = of else { return Ok(String::new()) };
    let (line, clock) = s.document.row(at).ok_or(Error::NotFound)?;
    let whom = words::whom(p, &web.desk.book(), line);
    Ok(p.t2(
        "standard-ladder-of",
        "whom",
        whom,
        "clock",
        p.code("clock", clock.code.as_str()),
    ))
}

async fn ladder_page(web: &Web, v: &Viewer, id: &str, of: &str, e: Errors) -> Result<LadderPage, Fail> {
    let (key, at) = (id.to_owned(), whose(of)?);
    let s = web
        .read(&v.ctx()?, move |c, ctx| app::standard::get(c, ctx, &key))
        .await?;
    let row = s.row.as_ref().ok_or(Error::NotFound)?;
    let p = Page::new(web, v, "standard-ladder-title");
    let file = s.document.ladder_of(at).ok_or(Error::NotFound)?;
    Ok(LadderPage {
        id: id.to_owned(),
        label: s.document.version.clone(),
        of: of.to_owned(),
        version: row.version,
        row: row_name(&p, web, &s, at)?,
        common: at
            .and_then(|at| s.document.row(at))
            .is_some_and(|(_, clock)| clock.ladder.is_none()),
        rungs: file.iter().map(|rung| words::rung(&p, rung)).collect(),
        e,
        p,
    })
}

/// The steps of a ladder.
pub async fn show(State(web): State<Web>, v: Viewer, Path((id, of)): Path<(String, String)>) -> Answer {
    Ok(page(&ladder_page(&web, &v, &id, &of, Errors::default()).await?)?)
}

#[derive(Template)]
#[template(path = "standard/rung.html")]
struct RungPage {
    p: Page,
    id: String,
    label: String,
    of: String,
    step: String,
    version: i64,
    e: Errors,
    row: String,
    when: Vec<Choice>,
    n: String,
    units: Vec<Choice>,
    kinds: Vec<Choice>,
    posts: Vec<Choice>,
    clause: String,
    clauses: Vec<(String, String)>,
    habit: bool,
}

/// What the form of a step begins with.
fn begins(rung: Option<&RungFile>) -> Typed {
    let mut out: Typed = Vec::new();
    let mut add = |name: &str, value: String| out.push((name.to_owned(), value));
    let Some(rung) = rung else {
        add("when", "percent".into());
        add("n", "80".into());
        add("unit", "hour".into());
        add("kind", RungKind::Warning.to_string());
        add("habit", "1".into());
        return out;
    };
    let offset = |limit: Limit| (limit.n().to_string(), limit.unit().to_owned());
    let (when, (n, unit)) = match (rung.percent, rung.before, rung.after) {
        (_, Some(limit), _) => ("before", offset(limit)),
        (_, _, Some(limit)) => ("after", offset(limit)),
        (n, ..) => ("percent", (n.unwrap_or(100).to_string(), "hour".to_owned())),
    };
    add("when", when.into());
    add("n", n);
    add("unit", unit);
    add("kind", rung.kind.to_string());
    rung.to.iter().for_each(|post| add("to", post.to_string()));
    add("clause", rung.clause.clone());
    if rung.habit {
        add("habit", "1".into());
    }
    out
}

/// The step that was typed.
fn typed_rung(typed: &Typed) -> Res<RungFile> {
    let mut f = Fields::default();
    let n = one(typed, "n").parse::<u32>().ok();
    let offset = |of: &str| {
        n.filter(|_| one(typed, "when") == of)
            .and_then(|n| Limit::of(one(typed, "unit"), n))
    };
    let percent = n.filter(|_| !matches!(one(typed, "when"), "before" | "after"));
    let (before, after) = (offset("before"), offset("after"));
    if percent.is_none() && before.is_none() && after.is_none() {
        f.add("n", "standard-number");
    }
    let kind = one(typed, "kind").parse::<RungKind>().ok();
    if kind.is_none() {
        f.add("kind", "required");
    }
    let clause = one(typed, "clause").to_owned();
    if clause.chars().count() > 60 {
        f.add("clause", "too-long");
    }
    f.done()?;
    Ok(RungFile {
        percent,
        before,
        after,
        to: all::<Post>(typed, "to"),
        kind: kind.unwrap_or(RungKind::Warning),
        clause,
        habit: one(typed, "habit") == "1",
    })
}

async fn rung_page(
    web: &Web,
    v: &Viewer,
    (id, of, step): (&str, &str, &str),
    typed: Option<Typed>,
    e: Errors,
) -> Result<RungPage, Fail> {
    let (key, at, n) = (id.to_owned(), whose(of)?, which(step)?);
    let s = web
        .read(&v.ctx()?, move |c, ctx| app::standard::get(c, ctx, &key))
        .await?;
    let row = s.row.as_ref().ok_or(Error::NotFound)?;
    let file = s.document.ladder_of(at).ok_or(Error::NotFound)?;
    let old = match n {
        Some(n) => Some(file.get(n).ok_or(Error::NotFound)?),
        None => None,
    };
    let typed = typed.unwrap_or_else(|| begins(old));
    let title = if old.is_some() {
        "standard-rung-edit"
    } else {
        "standard-rung-add"
    };
    let p = Page::new(web, v, title);
    let chosen = |name: &str| -> Vec<String> { all(&typed, name) };
    let calendar = at.is_some_and(|at| s.document.row(at).is_some_and(|(_, c)| c.calendar.is_some()));
    let units = if calendar { &UNITS[..] } else { &UNITS[..2] };
    Ok(RungPage {
        id: id.to_owned(),
        label: s.document.version.clone(),
        of: of.to_owned(),
        step: step.to_owned(),
        version: row.version,
        row: row_name(&p, web, &s, at)?,
        when: choices(&p, "standard-when", WHEN.into_iter(), &chosen("when")),
        n: one(&typed, "n").to_owned(),
        units: choices(&p, "standard-unit", units.iter().copied(), &chosen("unit")),
        kinds: choices(&p, "rung", RungKind::ALL.iter().map(|k| k.as_str()), &chosen("kind")),
        posts: choices(&p, "post", Post::ALL.iter().map(|k| k.as_str()), &chosen("to")),
        clause: one(&typed, "clause").to_owned(),
        clauses: words::clause_list(&p)?,
        habit: one(&typed, "habit") == "1",
        e,
        p,
    })
}

/// The form of a step, or of a new one.
pub async fn rung(State(web): State<Web>, v: Viewer, Path((id, of, step)): Path<(String, String, String)>) -> Answer {
    let shown = rung_page(&web, &v, (&id, &of, &step), None, Errors::default()).await?;
    Ok(page(&shown)?)
}

/// Saves a step.
pub async fn save_rung(
    State(web): State<Web>,
    v: Viewer,
    Path((id, of, step)): Path<(String, String, String)>,
    Form(typed): Form<Typed>,
) -> Answer {
    let (at, n) = (whose(&of)?, which(&step)?);
    let (seen, i) = (version(one(&typed, "version")), StandardId::from(id.as_str()));
    let done = match typed_rung(&typed) {
        Ok(rung) => {
            let edit = Edit::Rung(at, n, Box::new(rung));
            web.write(&v.ctx()?, move |tx, ctx| app::standard::edit(tx, ctx, &i, seen, &edit))
                .await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&back(&id, &of)).into_response()),
        Err(e @ (Error::Invalid(_) | Error::Refused(_) | Error::Conflict { .. })) => {
            let status = crate::fail::status(&e);
            let e = Errors::from(v.locale, Fail(e))?;
            let shown = rung_page(&web, &v, (&id, &of, &step), Some(typed), e).await?;
            Ok((status, page(&shown)?).into_response())
        }
        Err(e) => Err(Fail(e)),
    }
}

/// Takes a step out.
pub async fn remove_rung(
    State(web): State<Web>,
    v: Viewer,
    Path((id, of, step)): Path<(String, String, String)>,
    Form(typed): Form<Typed>,
) -> Answer {
    let (at, n) = (whose(&of)?, which(&step)?.ok_or(Error::NotFound)?);
    let (seen, i) = (version(one(&typed, "version")), StandardId::from(id.as_str()));
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            app::standard::edit(tx, ctx, &i, seen, &Edit::RungGone(at, n))
        })
        .await;
    match done {
        Ok(()) => Ok(Redirect::to(&back(&id, &of)).into_response()),
        Err(e @ (Error::Refused(_) | Error::Conflict { .. })) => {
            let status = crate::fail::status(&e);
            let e = Errors::from(v.locale, Fail(e))?;
            Ok((status, page(&ladder_page(&web, &v, &id, &of, e).await?)?).into_response())
        }
        Err(e) => Err(Fail(e)),
    }
}
