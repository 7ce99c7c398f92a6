//! The worker's phone pages: what there is to do, one order, and one step a screen.

mod act;
mod form;
mod vendor;
mod view;

pub use act::{back_to_form, device_sign, hand_link, photos, reveal, step};
pub use vendor::{
    file as vendor_file, photos as vendor_photos, put_draft as vendor_draft, show as vendor_show, step as vendor_step,
};

use app::ctx::Ctx;
use app::error::Error;
use app::task::Tasks;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::case::CaseState;
use serde::Deserialize;
use std::collections::HashMap;
use store::case::OrderRow;

use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// A form's fields by name.
pub type Fields = HashMap<String, String>;

#[derive(Deserialize)]
pub struct Tab {
    #[serde(default)]
    tab: String,
}

struct Row {
    number: String,
    kind: String,
    urgent: Option<String>,
    due: Option<view::Due>,
    paused: bool,
    edge: &'static str,
    place: String,
    title: String,
    state: String,
}

#[derive(Template)]
#[template(path = "task/list.html")]
struct List {
    p: Page,
    tab: &'static str,
    counts: (usize, usize, usize),
    head: bool,
    rows: Vec<Row>,
}

fn row(p: &Page, o: &OrderRow) -> Row {
    let due = view::due(
        p,
        o.due_at.filter(|d| *d < store::case::NO_DUE && !o.paused),
        o.issued_at,
    )
    .map(|due| view::Due {
        provisional: o.due_provisional,
        ..due
    });
    Row {
        number: o.number.clone(),
        kind: p.code("kind", &o.kind),
        urgent: (o.urgency != "normal").then(|| p.code("urgency", &o.urgency)),
        edge: due.as_ref().map_or("", |d| if d.class == "ok" { "" } else { d.class }),
        due,
        paused: o.paused,
        place: view::written(p.locale, &o.place),
        title: o.title.clone(),
        state: p.code("state", &o.state),
    }
}

/// Open orders: mine, nobody's of my department, and for its head everybody's.
pub async fn list(State(web): State<Web>, v: Viewer, Query(q): Query<Tab>) -> Answer {
    let t: Tasks = web.read(&v.ctx()?, app::task::list).await?;
    let p = Page::new(&web, &v, "task-mine");
    let counts = (t.mine.len(), t.free.len(), t.department.len());
    let head = v.reach(domain::access::Action::Accept) >= domain::access::Reach::Department;
    let (tab, rows) = match q.tab.as_str() {
        "free" => ("free", t.free),
        "all" if head => ("all", t.department),
        _ => ("mine", t.mine),
    };
    let rows = rows.iter().map(|o| row(&p, o)).collect();
    Ok(page(&List {
        p,
        tab,
        counts,
        head,
        rows,
    })?)
}

#[derive(Deserialize)]
pub struct Do {
    #[serde(default, rename = "do")]
    step: String,
    #[serde(default)]
    said: String,
}

#[derive(Template)]
#[template(path = "task/order.html")]
struct OrderPage {
    p: Page,
    v: view::Order,
    error: Option<(String, Vec<String>)>,
    quote: Option<view::Qr>,
    notice: Option<String>,
}

#[derive(Template)]
#[template(path = "task/step.html")]
struct StepPage {
    p: Page,
    v: view::StepView,
    error: Option<(String, Vec<String>)>,
}

/// What a page of an order is made from.
pub struct Shown<'a> {
    pub base: String,
    pub files: String,
    pub step: &'a str,
    pub said: &'a str,
    pub revealed: Option<String>,
    pub link: Option<String>,
    pub fields: Fields,
    pub error: Option<(StatusCode, (String, Vec<String>))>,
    /// Names of the fields that were refused.
    pub bad: Vec<String>,
}

impl<'a> Shown<'a> {
    pub fn at(number: &str, step: &'a str) -> Shown<'a> {
        Shown {
            base: format!("/tasks/{number}"),
            files: "/files".to_owned(),
            step,
            said: "",
            revealed: None,
            link: None,
            fields: Fields::new(),
            error: None,
            bad: Vec::new(),
        }
    }
}

/// Renders an order or one of its steps.
pub fn render(web: &Web, mut p: Page, l: &view::Loaded, s: Shown<'_>) -> Answer {
    let status = s.error.as_ref().map_or(StatusCode::OK, |e| e.0);
    let error = s.error.clone().map(|e| e.1);
    let r: Response = if view::STEPS.contains(&s.step) {
        p.title = p.t(&format!("task-title-{}", s.step));
        let v = view::StepView::new(&p, web, l, s)?;
        page(&StepPage { p, v, error })?
    } else {
        let notice = view::notice(&p, l, s.said);
        let quote = s.link.as_ref().map(|url| view::Qr::new(&p, url)).transpose()?;
        let v = view::Order::new(&p, web, l, s);
        page(&OrderPage {
            p,
            v,
            error,
            quote,
            notice,
        })?
    };
    Ok((status, r).into_response())
}

/// One order, or one step of it on a screen of its own.
pub async fn show(State(web): State<Web>, v: Viewer, Path(number): Path<String>, Query(q): Query<Do>) -> Answer {
    let (ctx, n) = (v.ctx()?, number.clone());
    // The order's own screen has the form for a note.
    let step = if q.step.is_empty() { "note" } else { q.step.as_str() }.to_owned();
    let (l, draft) = web
        .read(&ctx, move |c, ctx| {
            Ok((view::load(c, ctx, &n)?, draft(c, ctx, &n, &step)?))
        })
        .await?;
    crate::notice::case_opened(&web, &v, &l.seen.state.id).await?;
    let mut s = Shown::at(&number, &q.step);
    s.said = &q.said;
    s.fields = draft;
    let p = Page::titled(&web, &v, number.clone());
    render(&web, p, &l, s)
}

/// Kind of the draft of a step's form; its subject is the order's number.
pub fn draft_kind(step: &str) -> String {
    format!("task-{step}")
}

/// What was typed into a step's form and not sent; nothing when it was sent meanwhile.
fn draft(c: &mut store::seam::Conn, ctx: &Ctx, number: &str, step: &str) -> app::error::Res<Fields> {
    let staff = ctx.need_staff()?;
    let Some(d) = store::account::draft(c, &staff.id, &ctx.site, &draft_kind(step), number)? else {
        return Ok(Fields::new());
    };
    let body: serde_json::Value = serde_json::from_str(&d.body)?;
    let fields = body.get("fields").and_then(serde_json::Value::as_object);
    let text = |(k, v): (&String, &serde_json::Value)| Some((k.clone(), v.as_str()?.to_owned()));
    let fields: Fields = fields.into_iter().flatten().filter_map(text).collect();
    let key = fields.get("_key").cloned().unwrap_or_default();
    if app::contact::was_registered(c, ctx, &key)? {
        return Ok(Fields::new());
    }
    Ok(fields)
}

/// The case behind an order's number, for acting.
pub async fn case_of(web: &Web, ctx: &Ctx, number: &str) -> Result<CaseState, Fail> {
    let n = number.to_owned();
    Ok(web
        .read(ctx, move |c, ctx| app::task::of_order(c, ctx, &n))
        .await?
        .state)
}

/// Whether an error is shown on the form rather than on a page of its own.
pub fn on_form(e: &Error) -> Option<StatusCode> {
    match e {
        Error::Refused(_) | Error::Invalid(_) => Some(StatusCode::UNPROCESSABLE_ENTITY),
        Error::Conflict { .. } => Some(StatusCode::CONFLICT),
        _ => None,
    }
}
