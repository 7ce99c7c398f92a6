//! The service standard: the version in force as a table, its versions, drafts edited line by line, checked and approved
//! (CSR-2, STD-1 to STD-16).

pub mod chart;
pub mod form;
pub mod job;
pub mod ladder;
pub mod words;

use std::collections::HashMap;
use std::sync::Arc;

use app::book::Book;
use app::error::{Error, Res};
use app::standard::job::{self as work, Job, What};
use app::standard::{Listed, Shown, Stand};
use askama::Template;
use axum::Form;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect};
use domain::access::Action;
use domain::clauses::Clauses;
use domain::ids::StandardId;
use domain::standard::compare::differences;
use domain::standard::{Document, Found, Grave};
use serde::Deserialize;

use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::form::{Errors, version};
use crate::gate::{Viewer, encode};
use crate::live::page;
use crate::page::Page;
use crate::state::Web;
use crate::when;

/// What every page of the standard shows above: which tab is open, and whether simulating is offered.
pub struct Tabs {
    pub tab: &'static str,
    pub drafts: bool,
    pub simulate: bool,
}

impl Tabs {
    pub fn new(v: &Viewer, tab: &'static str) -> Tabs {
        let may = |action| v.may(action);
        Tabs {
            tab,
            drafts: may(Action::ManageStandard) || may(Action::ApproveStandard) || may(Action::SimulateStandard),
            simulate: may(Action::SimulateStandard),
        }
    }
}

fn clauses() -> Res<&'static Clauses> {
    domain::clauses::shipped().map_err(Error::internal)
}

/// A document as a table.
pub struct Table {
    pub rows: Vec<words::Row>,
    pub limits: Vec<words::LimitRow>,
    pub callback: String,
    pub wait: String,
    /// The steps of the version's own ladder.
    pub ladder: Vec<String>,
    /// Id of the draft whose rows can be changed.
    pub edit: Option<String>,
    pub marked: bool,
}

impl Table {
    /// The table of a document; `base` is what differences are marked against.
    pub fn new(p: &Page, book: &Book, doc: &Document, base: Option<&Document>, edit: Option<String>) -> Res<Table> {
        let clauses = clauses()?;
        Ok(Table {
            rows: words::rows(p, book, clauses, doc, base),
            limits: words::limits(p, clauses, doc, base),
            callback: words::callback(p, &doc.callback),
            wait: p.t1("standard-days", "n", doc.longest_wait_days.unwrap_or(90)),
            ladder: doc.ladder.iter().map(|rung| words::rung(p, rung)).collect(),
            edit,
            marked: base.is_some(),
        })
    }
}

#[derive(Template)]
#[template(path = "standard/force.html")]
struct ForcePage {
    p: Page,
    tabs: Tabs,
    s: Shown,
    t: Table,
    facts: Vec<(String, String)>,
    draft: bool,
    key: String,
}

/// When and by whom: created, checked, approved, valid.
fn facts(p: &Page, names: &Names, s: &Shown) -> Vec<(String, String)> {
    let Some(row) = &s.row else { return Vec::new() };
    let who = |id: &Option<domain::ids::StaffId>| id.as_ref().map(|id| names.staff(id)).unwrap_or_default();
    let mut out = Vec::new();
    let mut add = |key: &str, at: Option<i64>, by: String| {
        if let Some(at) = at {
            let time = p.full_time(at);
            let text = if by.is_empty() { time } else { format!("{by} · {time}") };
            out.push((p.t(key), text));
        }
    };
    add("standard-created", Some(row.created_at), who(&row.created_by));
    if row.edited_at != row.created_at {
        add("standard-edited", Some(row.edited_at), who(&row.edited_by));
    }
    add("standard-checked", row.checked_at, who(&row.checked_by));
    add("standard-approved", row.approved_at, who(&row.approved_by));
    add("standard-valid-from", row.valid_from, String::new());
    add("standard-dropped", row.dropped_at, who(&row.dropped_by));
    out
}

/// The version in force, for everybody.
pub async fn in_force(State(web): State<Web>, v: Viewer) -> Answer {
    let p = Page::new(&web, &v, "standard-title");
    let (s, names) = web
        .read(&v.ctx()?, |c, ctx| {
            Ok((app::standard::in_force(c, ctx)?, Names::load(c, ctx)?))
        })
        .await?;
    let t = Table::new(&p, &names.book, &s.document, None, None)?;
    Ok(page(&ForcePage {
        tabs: Tabs::new(&v, "force"),
        facts: facts(&p, &names, &s),
        draft: v.may(Action::ManageStandard),
        key: p.key(&web),
        s,
        t,
        p,
    })?)
}

/// A version in the list.
struct VersionRow {
    l: Listed,
    by: String,
    approved: String,
}

#[derive(Template)]
#[template(path = "standard/versions.html")]
struct VersionsPage {
    p: Page,
    tabs: Tabs,
    rows: Vec<VersionRow>,
    shipped: String,
    shipped_in_force: bool,
    draft: bool,
    key: String,
    key2: String,
    error: Option<String>,
}

async fn listed(web: &Web, v: &Viewer, error: Option<String>) -> Answer {
    let p = Page::new(web, v, "standard-versions");
    let (all, names) = web
        .read(&v.ctx()?, |c, ctx| {
            Ok((app::standard::list(c, ctx)?, Names::load(c, ctx)?))
        })
        .await?;
    let ctx = v.ctx()?;
    let sees = app::standard::sees_drafts(&ctx);
    let shipped_in_force = !all.iter().any(|l| l.stand == Stand::InForce);
    let rows = all
        .into_iter()
        .filter(|l| sees || !matches!(l.stand, Stand::Draft | Stand::Checked | Stand::Dropped))
        .map(|l| VersionRow {
            by: l.line.created_by.as_ref().map(|id| names.staff(id)).unwrap_or_default(),
            approved: l
                .line
                .approved_by
                .as_ref()
                .map(|id| names.staff(id))
                .unwrap_or_default(),
            l,
        })
        .collect();
    let status = if error.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let shown = page(&VersionsPage {
        tabs: Tabs::new(v, "versions"),
        rows,
        shipped: ctx.book.shipped.version().to_owned(),
        shipped_in_force,
        draft: v.may(Action::ManageStandard),
        key: p.key(web),
        key2: p.key(web),
        error,
        p,
    })?;
    Ok((status, shown).into_response())
}

/// Every version: drafts, those to come, the one in force, retired ones.
pub async fn versions(State(web): State<Web>, v: Viewer) -> Answer {
    listed(&web, &v, None).await
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct DraftForm {
    _key: String,
    from: String,
}

fn to(id: &str, tab: &str) -> String {
    if tab.is_empty() {
        format!("/standard/versions/{id}")
    } else {
        format!("/standard/versions/{id}?tab={tab}")
    }
}

/// Begins a draft from a version, from the one in force where none is named.
pub async fn draft(State(web): State<Web>, v: Viewer, Form(f): Form<DraftForm>) -> Answer {
    let id = web
        .write(&v.ctx()?, move |tx, ctx| {
            app::standard::draft(tx, ctx, &f._key, &f.from)
        })
        .await?;
    Ok(Redirect::to(&to(id.as_str(), "")).into_response())
}

pub(crate) struct Sent {
    pub key: String,
    version: String,
    pub text: String,
}

/// The file of a form.
pub(crate) async fn sent(mut form: Multipart) -> Result<Sent, Error> {
    let broken = |_| Error::field("file", "standard-file-unread");
    let mut sent = Sent {
        key: String::new(),
        version: String::new(),
        text: String::new(),
    };
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name().unwrap_or_default() {
            "_key" => sent.key = field.text().await.map_err(broken)?,
            "version" => sent.version = field.text().await.map_err(broken)?,
            "file" => {
                let bytes = field
                    .bytes()
                    .await
                    .map_err(|_| Error::field("file", "standard-file-large"))?;
                sent.text =
                    String::from_utf8(bytes.to_vec()).map_err(|_| Error::field("file", "standard-file-unread"))?;
            }
            _ => {}
        }
    }
    Ok(sent)
}

/// A file as a new draft.
pub async fn upload(State(web): State<Web>, v: Viewer, form: Multipart) -> Answer {
    let ctx = v.ctx()?;
    let taken = match sent(form).await {
        Ok(s) => web
            .write(&ctx, move |tx, ctx| app::standard::upload(tx, ctx, &s.key, &s.text))
            .await
            .map_err(Fail),
        Err(e) => Err(Fail(e)),
    };
    match taken {
        Ok(id) => Ok(Redirect::to(&to(id.as_str(), "check")).into_response()),
        Err(Fail(Error::Invalid(f))) => {
            let text = f.first().map(|f| crate::fail::field_text(v.locale, f));
            listed(&web, &v, text).await
        }
        Err(e) => Err(e),
    }
}

/// Which part of a version is open.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Tab {
    tab: String,
}

#[derive(Template)]
#[template(path = "standard/version.html")]
struct VersionPage {
    p: Page,
    tabs: Tabs,
    s: Shown,
    part: &'static str,
    t: Table,
    facts: Vec<(String, String)>,
    found: Vec<words::FoundRow>,
    errors: usize,
    departures: usize,
    diff: Vec<words::DiffRow>,
    base: String,
    jobs: Vec<Job>,
    simulations: Vec<Job>,
    undo: Option<String>,
    e: Errors,
    typed: Decision,
    /// May change the draft, approve, simulate.
    may: May,
    key: String,
    key2: String,
}

struct May {
    draft: bool,
    approve: bool,
    /// Why this person may not approve: it is their own.
    own: bool,
    simulate: bool,
}

/// What is typed with a decision.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Decision {
    _key: String,
    version: String,
    reason: String,
    note: String,
    why: String,
    valid_from: String,
}

/// What a page of a version needs to know.
struct Read {
    s: Shown,
    base: Shown,
    found: Vec<Found>,
    names: Names,
    jobs: Vec<Job>,
    undo: Option<String>,
}

async fn view(web: &Web, v: &Viewer, id: &str, tab: &str, e: Errors, typed: Decision) -> Result<VersionPage, Fail> {
    let key = id.to_owned();
    let r = web
        .read(&v.ctx()?, move |c, ctx| {
            let s = app::standard::get(c, ctx, &key)?;
            let base = app::standard::base(c, ctx, &s)?;
            let sees = app::standard::sees_drafts(ctx);
            let found = app::standard::findings(c, ctx, &s)?;
            let id = s.row.as_ref().map(|r| r.id.as_str().to_owned()).unwrap_or_default();
            let mut jobs = Vec::new();
            if sees {
                for what in [What::Compare, What::Apply, What::Simulate] {
                    jobs.extend(work::latest(c, ctx, what)?.into_iter().filter(|j| j.standard_id == id));
                }
            }
            let undo = match &s.row {
                Some(row) => app::standard::last_change(c, &row.id)?,
                None => None,
            };
            Ok(Read {
                names: Names::load(c, ctx)?,
                s,
                base,
                found,
                jobs,
                undo,
            })
        })
        .await?;
    let p = Page::titled(
        web,
        v,
        crate::l10n::tx(v.locale, "standard-version-n", &[("label", &r.s.document.version)]),
    );
    let open = matches!(r.s.stand, Stand::Draft | Stand::Checked);
    let may = May {
        draft: v.may(Action::ManageStandard),
        approve: v.may(Action::ApproveStandard),
        own: own(v, &r.s),
        simulate: v.may(Action::SimulateStandard),
    };
    let book: &Arc<Book> = &r.names.book;
    let edit = (open && may.draft).then(|| r.s.key().to_owned());
    let diff = differences(&r.base.document, &r.s.document);
    let parts: &[&'static str] = &["lines", "check", "diff", "open"];
    let part = parts.iter().find(|part| **part == tab).copied().unwrap_or("lines");
    let count = |grave| r.found.iter().filter(|f| f.grave == grave).count();
    let (simulations, jobs) = r.jobs.into_iter().partition(|j| j.kind == "simulate");
    Ok(VersionPage {
        tabs: Tabs::new(v, "versions"),
        t: Table::new(&p, book, &r.s.document, Some(&r.base.document), edit)?,
        facts: facts(&p, &r.names, &r.s),
        errors: count(Grave::Error),
        departures: count(Grave::Departure),
        found: words::found(&p, book, &r.s.document, &r.found),
        diff: words::differences(&p, book, &diff),
        base: r.base.document.version.clone(),
        part,
        jobs,
        simulations,
        undo: r.undo.filter(|_| open),
        e,
        typed,
        may,
        key: p.key(web),
        key2: p.key(web),
        s: r.s,
        p,
    })
}

/// Whether the viewer drafted, changed or checked it: then somebody else approves.
fn own(v: &Viewer, s: &Shown) -> bool {
    let me = v.session.as_ref().map(|s| s.actor.id.clone());
    s.row
        .as_ref()
        .is_some_and(|row| me.is_some() && [&row.created_by, &row.edited_by, &row.checked_by].contains(&&me))
}

impl VersionPage {
    /// The version as forms carry it.
    fn version(&self) -> i64 {
        self.s.row.as_ref().map_or(0, |row| row.version)
    }

    fn open(&self) -> bool {
        matches!(self.s.stand, Stand::Draft | Stand::Checked)
    }

    fn note(&self) -> &str {
        self.s.row.as_ref().map_or("", |row| row.note.as_str())
    }

    fn reason(&self) -> &str {
        self.s.row.as_ref().map_or("", |row| row.reason.as_str())
    }

    /// When it will be valid, if its time is to come.
    fn coming(&self) -> Option<i64> {
        self.s
            .row
            .as_ref()
            .and_then(|row| row.valid_from)
            .filter(|at| *at > self.p.now)
    }
}

/// One version: its lines, what is found, what differs, what it would change.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Query(q): Query<Tab>) -> Answer {
    let typed = Decision::default();
    Ok(page(&view(&web, &v, &id, &q.tab, Errors::default(), typed).await?)?)
}

/// The version as a file.
pub async fn file(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let s = web
        .read(&v.ctx()?, move |c, ctx| app::standard::get(c, ctx, &id))
        .await?;
    let name = format!("service-standard-{}.json", s.document.version);
    let value = format!(
        "attachment; filename=\"service-standard.json\"; filename*=UTF-8''{}",
        encode(&name)
    );
    let value = HeaderValue::from_str(&value).map_err(|e| Fail(Error::internal(e)))?;
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    Ok((
        [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, value)],
        s.document.text(),
    )
        .into_response())
}

/// After a decision: back to the version, or the version with what is wrong.
async fn decided(web: &Web, v: &Viewer, id: &str, tab: &'static str, typed: Decision, done: Res<()>) -> Answer {
    match done {
        Ok(()) => Ok(Redirect::to(&to(id, tab)).into_response()),
        Err(e @ (Error::Invalid(_) | Error::Refused(_) | Error::Conflict { .. })) => {
            let status = crate::fail::status(&e);
            let e = Errors::from(v.locale, Fail(e))?;
            let shown = view(web, v, id, tab, e, typed).await?;
            Ok((status, page(&shown)?).into_response())
        }
        Err(e) => Err(Fail(e)),
    }
}

/// Sends a draft to be approved.
pub async fn check(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Decision>) -> Answer {
    let (typed, i) = (f.clone(), StandardId::from(id.as_str()));
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            app::standard::check(tx, ctx, &i, version(&f.version), &f.reason, &f.note)
        })
        .await;
    decided(&web, &v, &id, "check", typed, done).await
}

/// Gives it back to who drafts it.
pub async fn give_back(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Decision>) -> Answer {
    let (typed, i) = (f.clone(), StandardId::from(id.as_str()));
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            app::standard::give_back(tx, ctx, &i, version(&f.version), &f.why)
        })
        .await;
    decided(&web, &v, &id, "check", typed, done).await
}

/// Approves it, from an instant on.
pub async fn approve(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Decision>) -> Answer {
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let (typed, i) = (f.clone(), StandardId::from(id.as_str()));
    let done = match when::parse_field(&zone, &f.valid_from) {
        None if !f.valid_from.trim().is_empty() => Err(Error::field("valid_from", "invalid-time")),
        at => {
            web.write(&v.ctx()?, move |tx, ctx| {
                app::standard::approve(tx, ctx, &i, version(&f.version), at)
            })
            .await
        }
    };
    decided(&web, &v, &id, "check", typed, done).await
}

/// Gives a draft up, or calls off one that is to come.
pub async fn drop_it(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Decision>) -> Answer {
    let (typed, i) = (f.clone(), StandardId::from(id.as_str()));
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            app::standard::drop_it(tx, ctx, &i, version(&f.version))
        })
        .await;
    decided(&web, &v, &id, "", typed, done).await
}

/// Takes the last change back.
pub async fn undo(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Decision>) -> Answer {
    let (typed, i) = (f.clone(), StandardId::from(id.as_str()));
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            app::standard::undo(tx, ctx, &i, version(&f.version))
        })
        .await;
    decided(&web, &v, &id, "", typed, done).await
}

/// Puts a file in the place of the draft's document.
pub async fn replace(State(web): State<Web>, v: Viewer, Path(id): Path<String>, form: Multipart) -> Answer {
    let i = StandardId::from(id.as_str());
    let done = match sent(form).await {
        Ok(s) => match Document::parse(&s.text) {
            Ok(document) => {
                let edit = app::standard::Edit::Whole(Box::new(document));
                web.write(&v.ctx()?, move |tx, ctx| {
                    app::standard::edit(tx, ctx, &i, version(&s.version), &edit)
                })
                .await
            }
            Err(e) => {
                let mut fields = app::error::Fields::default();
                fields.add_with("file", "standard-file-broken", vec![("why", e.to_string())]);
                fields.done()
            }
        },
        Err(e) => Err(e),
    };
    decided(&web, &v, &id, "", Decision::default(), done).await
}

/// Names of versions by id, the shipped one under an empty id.
pub fn labels(versions: &[Listed], shipped: &str) -> HashMap<String, String> {
    let mut out: HashMap<String, String> = versions
        .iter()
        .map(|l| (l.line.id.as_str().to_owned(), l.line.label.clone()))
        .collect();
    out.insert(String::new(), shipped.to_owned());
    out
}
