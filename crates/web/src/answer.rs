//! Standard answers (REC-6, COM-6): the list, one of them with its history, and their upkeep.

use app::answer::{Listed, Seen, VersionRow, View, said};
use app::error::Error;
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use domain::access::Action;
use domain::answer::{RECHECK_DAYS, Said};
use domain::ids::AnswerId;
use serde::Deserialize;

use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::form::{Errors, Typed};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;
use crate::when;

/// Tone of a standing's mark.
pub fn tone(standing: &str) -> &'static str {
    match standing {
        "good" => "grn",
        "unchecked" => "amb",
        "not_yet" => "blu",
        _ => "",
    }
}

/// Items of the taxonomy for a select: group and its items, each code, name and whether it is chosen.
pub type Items = Vec<(String, Vec<(String, String, bool)>)>;

/// Every item, by group.
pub fn items(web: &Web, p: &Page, chosen: &str) -> Items {
    let book = web.desk.book();
    let mut out: Items = Vec::new();
    for i in &book.taxonomy.items {
        let group = book.taxonomy.group(i).map_or("", |g| p.either(&g.zh, &g.en));
        let group = format!("{} · {group}", p.code("kind", i.kind.as_str()));
        let line = (i.code.clone(), p.either(&i.zh, &i.en).to_owned(), i.code == chosen);
        match out.iter_mut().find(|(g, _)| *g == group) {
            Some((_, list)) => list.push(line),
            None => out.push((group, vec![line])),
        }
    }
    out
}

/// The name of an item, or nothing.
pub fn item_name(web: &Web, p: &Page, code: &str) -> String {
    let book = web.desk.book();
    book.taxonomy
        .item(code)
        .map_or_else(String::new, |i| p.either(&i.zh, &i.en).to_owned())
}

/// Where a page of a list goes on: `<number>.<id>`.
pub fn mark(at: &Option<(i64, String)>) -> Option<String> {
    at.as_ref().map(|(n, id)| format!("{n}.{id}"))
}

/// Reads what [`mark`] wrote.
pub fn unmark(text: &str) -> Option<(i64, String)> {
    let (n, id) = text.split_once('.')?;
    Some((n.parse().ok()?, id.to_owned()))
}

/// Tabs of what the desk knows, as far as the viewer may.
pub struct Tabs {
    pub tab: &'static str,
    pub proposals: bool,
    pub manage: bool,
}

impl Tabs {
    pub fn new(v: &Viewer, tab: &'static str) -> Tabs {
        Tabs {
            tab,
            proposals: v.may(Action::ViewProposals),
            manage: v.may(Action::ManageAnswers),
        }
    }
}

/// What the address says.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Ask {
    view: String,
    q: String,
    after: String,
}

#[derive(Template)]
#[template(path = "answer/list.html")]
struct ListPage {
    p: Page,
    tabs: Tabs,
    view: &'static str,
    q: String,
    l: Listed,
    next: Option<String>,
    names: Names,
    items: Vec<String>,
}

/// The list, longest unchecked first.
pub async fn list(State(web): State<Web>, v: Viewer, Query(ask): Query<Ask>) -> Answer {
    let view = View::parse(&ask.view);
    let (q, after) = (ask.q.clone(), unmark(&ask.after));
    let (l, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            let l = app::answer::list(c, ctx, view, &q, after.clone())?;
            Ok((l, Names::load(c, ctx)?))
        })
        .await?;
    let p = Page::new(&web, &v, "nav-answers");
    let items = l.rows.iter().map(|s| item_name(&web, &p, &s.row.item)).collect();
    Ok(page(&ListPage {
        tabs: Tabs::new(&v, "answers"),
        view: view.code(),
        q: ask.q,
        next: mark(&l.next),
        l,
        names,
        items,
        p,
    })?)
}

/// The form's fields as the browser sends them.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct AnswerForm {
    _key: String,
    version: String,
    why: String,
    active: String,
    item: String,
    question: String,
    question_en: String,
    short: String,
    short_en: String,
    full: String,
    full_en: String,
    valid_from: String,
    valid_until: String,
    recheck_days: String,
}

impl AnswerForm {
    fn of(zone: &str, s: &Said) -> AnswerForm {
        let day = |at: Option<i64>| at.map(|at| when::date(zone, at)).unwrap_or_default();
        AnswerForm {
            item: s.item.clone(),
            question: s.question.clone(),
            question_en: s.question_en.clone(),
            short: s.short.clone(),
            short_en: s.short_en.clone(),
            full: s.full.clone(),
            full_en: s.full_en.clone(),
            valid_from: day(s.valid_from),
            // The day that is named is the last on which it holds.
            valid_until: day(s.valid_until.map(|at| at - 1)),
            recheck_days: s.recheck_days.to_string(),
            ..AnswerForm::default()
        }
    }

    /// # Errors
    /// `Invalid` for a day that is none.
    fn said(&self, zone: &str) -> Result<Said, Error> {
        let day = |name: &str, text: &str, read: fn(&str, &str) -> Option<i64>| match text.trim() {
            "" => Ok(None),
            text => match read(zone, text) {
                Some(at) => Ok(Some(at)),
                None => Err(Error::field(name, "invalid-time")),
            },
        };
        Ok(Said {
            item: self.item.clone(),
            question: self.question.clone(),
            question_en: self.question_en.clone(),
            short: self.short.clone(),
            short_en: self.short_en.clone(),
            full: self.full.clone(),
            full_en: self.full_en.clone(),
            valid_from: day("valid_from", &self.valid_from, when::day_start)?,
            valid_until: day("valid_until", &self.valid_until, when::day_end)?,
            recheck_days: self.recheck_days.trim().parse().unwrap_or(0),
        })
    }
}

#[derive(Template)]
#[template(path = "answer/new.html")]
struct NewPage {
    p: Page,
    f: AnswerForm,
    e: Errors,
    items: Items,
    key: String,
}

fn new_view(web: &Web, v: &Viewer, f: AnswerForm, e: Errors) -> NewPage {
    let p = Page::new(web, v, "answer-add");
    NewPage {
        items: items(web, &p, &f.item),
        key: p.key(web),
        f,
        e,
        p,
    }
}

/// The form of a new one.
pub async fn new_page(State(web): State<Web>, v: Viewer, Query(ask): Query<Ask>) -> Answer {
    let f = AnswerForm {
        question: ask.q,
        recheck_days: RECHECK_DAYS.to_string(),
        ..AnswerForm::default()
    };
    Ok(page(&new_view(&web, &v, f, Errors::default()))?)
}

/// Writes a new one.
pub async fn add(State(web): State<Web>, v: Viewer, Form(f): Form<AnswerForm>) -> Answer {
    let zone = v.zone().to_owned();
    let typed = f.clone();
    let made = web
        .write(&v.ctx()?, move |tx, ctx| {
            app::answer::add(tx, ctx, &typed._key, &typed.said(&zone)?)
        })
        .await;
    match made {
        Ok(id) => Ok(Redirect::to(&format!("/answers/{id}")).into_response()),
        Err(e) => {
            let status = crate::fail::status(&e);
            let view = new_view(&web, &v, f, Errors::from(v.locale, Fail(e))?);
            Ok((status, page(&view)?).into_response())
        }
    }
}

/// A version with who wrote it.
struct Version {
    row: VersionRow,
    said: Said,
    by: String,
}

#[derive(Template)]
#[template(path = "answer/show.html")]
struct ShowPage {
    p: Page,
    s: Seen,
    f: AnswerForm,
    e: Errors,
    items: Items,
    item: String,
    checked_by: String,
    versions: Vec<Version>,
    manage: bool,
    /// What was typed into the form that takes it out of use, or back.
    t: Typed,
    above: Vec<String>,
}

async fn show_view(web: &Web, v: &Viewer, id: &str, typed: Option<AnswerForm>, e: Errors) -> Result<ShowPage, Fail> {
    let id = AnswerId::from(id.to_owned());
    let (s, versions, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            let s = app::answer::get(c, ctx, &id)?;
            Ok((s, app::answer::versions(c, ctx, &id)?, Names::load(c, ctx)?))
        })
        .await?;
    let p = Page::new(web, v, "nav-answers");
    let f = typed.unwrap_or_else(|| AnswerForm::of(&p.zone, &said(&s.row)));
    let versions = versions.into_iter().map(|(row, said)| Version {
        by: names.staff(&row.staff_id),
        row,
        said,
    });
    Ok(ShowPage {
        items: items(web, &p, &f.item),
        item: item_name(web, &p, &s.row.item),
        checked_by: names.staff(&s.row.checked_by),
        versions: versions.collect(),
        manage: v.may(Action::ManageAnswers),
        t: Typed::default(),
        above: Vec::new(),
        f,
        e,
        s,
        p,
    })
}

/// One answer with everything that it said before.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    Ok(page(&show_view(&web, &v, &id, None, Errors::default()).await?)?)
}

async fn done(web: &Web, v: &Viewer, id: &str, done: Result<(), Error>, typed: Option<AnswerForm>) -> Answer {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/answers/{}", crate::gate::encode(id))).into_response()),
        Err(e) => {
            let status = crate::fail::status(&e);
            let view = show_view(web, v, id, typed, Errors::from(v.locale, Fail(e))?).await?;
            Ok((status, page(&view)?).into_response())
        }
    }
}

/// Changes one.
pub async fn edit(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<AnswerForm>) -> Answer {
    let (a, seen, typed) = (AnswerId::from(id.clone()), crate::form::version(&f.version), f.clone());
    let zone = v.zone().to_owned();
    let saved = web
        .write(&v.ctx()?, move |tx, ctx| {
            app::answer::edit(tx, ctx, &a, seen, &typed.said(&zone)?, &typed.why)
        })
        .await;
    done(&web, &v, &id, saved, Some(f)).await
}

/// It was looked at and is still right.
pub async fn check(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<AnswerForm>) -> Answer {
    let (a, seen) = (AnswerId::from(id.clone()), crate::form::version(&f.version));
    let saved = web
        .write(&v.ctx()?, move |tx, ctx| app::answer::check(tx, ctx, &a, seen))
        .await;
    done(&web, &v, &id, saved, None).await
}

/// Takes one out of use, or brings it back.
pub async fn set_active(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    Form(f): Form<AnswerForm>,
) -> Answer {
    let (a, seen, on, why) = (
        AnswerId::from(id.clone()),
        crate::form::version(&f.version),
        f.active == "1",
        f.why.clone(),
    );
    let saved = web
        .write(&v.ctx()?, move |tx, ctx| {
            app::answer::set_active(tx, ctx, &a, seen, on, &why)
        })
        .await;
    let Err(e) = saved else {
        return done(&web, &v, &id, Ok(()), None).await;
    };
    let status = crate::fail::status(&e);
    let (e, typed) = (Errors::from(v.locale, Fail(e))?, vec![("why".to_owned(), f.why)]);
    let mut view = show_view(&web, &v, &id, None, Errors::default()).await?;
    view.above = e.other(["why"]).into_iter().map(str::to_owned).collect();
    view.t = Typed::new("active", &typed, &e);
    Ok((status, page(&view)?).into_response())
}
