//! The working calendars of a site: a year drawn, the usual week, closures and further working days, the years' files. A change is
//! first compared with the open cases; nothing is written before somebody has seen what it moves.

pub mod change;
pub mod year;

use app::calendar::{self as work, OwnRow, Shown};
use app::error::Error;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::access::Action;
use domain::time::calendars::CODES;
use domain::time::{ExceptionKind, Level};
use serde::Deserialize;

use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::form::Errors;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::standard::Tabs;
use crate::state::Web;
use year::Month;

/// Which calendar and year are open.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Ask {
    code: String,
    year: String,
    done: String,
}

/// An exception in the list.
pub struct Row {
    pub id: String,
    pub days: String,
    pub kind: &'static str,
    pub name: String,
    pub hours: String,
    pub level: &'static str,
    pub calendar: String,
    pub by: String,
    pub at: i64,
    pub removed: String,
}

/// A year's file in the list.
struct YearLine {
    year: i16,
    off: usize,
    work: usize,
    by: String,
    at: Option<i64>,
}

/// A version in the list.
struct VersionLine {
    version: i64,
    why: String,
    by: String,
    at: i64,
}

#[derive(Template)]
#[template(path = "calendar/page.html")]
struct CalendarPage {
    p: Page,
    tabs: Tabs,
    code: String,
    codes: Vec<(&'static str, bool)>,
    year: i16,
    version: u32,
    months: Vec<Month>,
    total: u32,
    provisional: bool,
    week: Vec<(String, String)>,
    make_up: String,
    national: bool,
    rows: Vec<Row>,
    removed: Vec<Row>,
    years: Vec<YearLine>,
    versions: Vec<VersionLine>,
    missing: Option<i16>,
    edit: bool,
    key: String,
    e: Errors,
    done: bool,
}

/// Names of the weekdays, from Monday.
pub const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

fn row(p: &Page, names: &Names, own: &OwnRow) -> Row {
    let e = &own.own.exception;
    let named = e.named();
    let who = |id: &Option<domain::ids::StaffId>| id.as_ref().map(|id| names.staff(id)).unwrap_or_default();
    Row {
        id: own.row.id.as_str().to_owned(),
        days: match e.until {
            Some(until) => format!("{} – {until}", e.date),
            None => e.date.to_string(),
        },
        kind: match e.kind {
            ExceptionKind::Off => "off",
            ExceptionKind::Work => "work",
            ExceptionKind::Partial => "partial",
        },
        name: named.map(|n| if p.en() { n.en } else { n.zh }).unwrap_or_default(),
        hours: e.hours.as_ref().map(ToString::to_string).unwrap_or_default(),
        level: if e.level == Level::Site { "site" } else { "company" },
        calendar: if own.own.code.is_empty() {
            p.t("calendar-all")
        } else {
            p.code("calendar", &own.own.code)
        },
        by: who(&own.row.created_by),
        at: own.row.created_at,
        removed: own
            .row
            .removed_at
            .map(|at| format!("{} {}", who(&own.row.removed_by), p.time(at)))
            .unwrap_or_default(),
    }
}

async fn shown(web: &Web, v: &Viewer, ask: Ask, e: Errors) -> Result<CalendarPage, Fail> {
    let p = Page::new(web, v, "calendar-title");
    let code = CODES.into_iter().find(|code| *code == ask.code).unwrap_or(CODES[0]);
    let (s, names, missing): (Shown, Names, Option<i16>) = web
        .read(&v.ctx()?, move |c, ctx| {
            Ok((
                work::show(c, ctx, code)?,
                Names::load(c, ctx)?,
                work::missing_year(c, ctx)?,
            ))
        })
        .await?;
    let this = s.hours.date_at(p.now).year();
    let year = ask
        .year
        .parse::<i16>()
        .ok()
        .filter(|y| (1971..=2198).contains(y))
        .unwrap_or(this);
    let (months, total) = year::draw(&p, &s.hours, year);
    let published = s.hours.calendar().published_until.map(|until| until.year());
    let who = |id: &Option<domain::ids::StaffId>| id.as_ref().map(|id| names.staff(id)).unwrap_or_default();
    let edit = v.may(Action::ManageCalendar);
    let for_this = |own: &&OwnRow| own.own.is_for(code);
    Ok(CalendarPage {
        tabs: Tabs::new(v, "calendar"),
        codes: CODES.into_iter().map(|c| (c, c == code)).collect(),
        code: code.to_owned(),
        year,
        version: s.version,
        months,
        total,
        provisional: published.is_some_and(|last| year > last),
        week: DAYS
            .iter()
            .zip(s.plan.weekly.days())
            .map(|(day, hours)| (p.code("weekday", day), hours.to_string()))
            .collect(),
        make_up: s.plan.make_up.as_ref().map(ToString::to_string).unwrap_or_default(),
        national: s.plan.national,
        rows: s.own.iter().filter(for_this).map(|own| row(&p, &names, own)).collect(),
        removed: s
            .removed
            .iter()
            .filter(for_this)
            .map(|own| row(&p, &names, own))
            .collect(),
        years: s
            .years
            .iter()
            .rev()
            .map(|y| YearLine {
                year: y.file.year,
                off: y.file.days.iter().filter(|d| d.is_off_day).count(),
                work: y.file.days.iter().filter(|d| !d.is_off_day).count(),
                by: y.row.as_ref().map(|r| who(&r.imported_by)).unwrap_or_default(),
                at: y.row.as_ref().map(|r| r.imported_at),
            })
            .collect(),
        versions: s
            .versions
            .iter()
            .map(|l| VersionLine {
                version: l.version,
                why: l.why.clone(),
                by: who(&l.created_by),
                at: l.created_at,
            })
            .collect(),
        missing,
        edit,
        key: p.key(web),
        e,
        done: ask.done == "1",
        p,
    })
}

/// A calendar's year, week, exceptions and files.
pub async fn show(State(web): State<Web>, v: Viewer, Query(ask): Query<Ask>) -> Answer {
    Ok(page(&shown(&web, &v, ask, Errors::default()).await?)?)
}

/// The page again, with what is wrong with a file.
pub(crate) async fn refused(web: &Web, v: &Viewer, e: Fail) -> Answer {
    let status = crate::fail::status(&e.0);
    let e = Errors::from(v.locale, e)?;
    Ok((status, page(&shown(web, v, Ask::default(), e).await?)?).into_response())
}

/// The file of a year, to be kept or handed on.
pub async fn year_file(State(web): State<Web>, v: Viewer, Path(year): Path<String>) -> Answer {
    let year: i16 = year.parse().map_err(|_| Error::NotFound)?;
    let text = web.read(&v.ctx()?, move |c, ctx| work::year_file(c, ctx, year)).await?;
    let name = HeaderValue::from_str(&format!("attachment; filename=\"{year}.json\"")).map_err(Error::internal)?;
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    Ok((
        [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)],
        text,
    )
        .into_response())
}

#[derive(Template)]
#[template(path = "calendar/ask.html")]
struct AskPart {
    p: Page,
    year: i16,
}

/// From November on: what to do about next year's file, for the head of every page; nothing when it is there.
pub async fn ask(State(web): State<Web>, v: Viewer) -> Answer {
    let p = Page::new(&web, &v, "calendar-title");
    match web.read(&v.ctx()?, work::missing_year).await? {
        Some(year) => Ok(page(&AskPart { p, year })?),
        None => Ok(nothing()),
    }
}

fn nothing() -> Response {
    (StatusCode::OK, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], "").into_response()
}

/// Back to the calendar after a change.
pub(crate) fn back(code: &str) -> Response {
    Redirect::to(&format!("/calendar?code={code}&done=1")).into_response()
}
