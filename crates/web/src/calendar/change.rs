//! Changes of a calendar: the forms, what a change would move, and applying it.

use app::calendar::{self as work, Change, OwnRow};
use app::error::{Error, Fields};
use app::standard::job::{self, Filter, Job, PAGE, Summary, What};
use askama::Template;
use axum::Form;
use axum::extract::{Multipart, Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use domain::ids::StandardJobId;
use domain::time::calendars::CODES;
use domain::time::holidays;
use domain::time::{DayHours, Exception, ExceptionKind, Level, Own, Plan};
use jiff::civil::Date;
use serde::Deserialize;

use super::{DAYS, refused};
use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::form::Errors;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// Begins comparing a change with the open cases and shows the page of it.
async fn propose(web: &Web, v: &Viewer, key: String, change: Change) -> Answer {
    let (id, claim) = web
        .write(&v.ctx()?, move |tx, ctx| work::propose(tx, ctx, &key, &change))
        .await?;
    crate::standard::job::aside(web, v, id.clone(), claim)?;
    Ok(Redirect::to(&format!("/calendar/changes/{id}")).into_response())
}

/// A year's file is handed in.
pub async fn import(State(web): State<Web>, v: Viewer, form: Multipart) -> Answer {
    let read = crate::standard::sent(form)
        .await
        .and_then(|s| Ok((s.key, work::read_year(&s.text)?)));
    let done = match read {
        Ok((key, file)) => propose(&web, &v, key, Change::Year { file }).await,
        Err(e) => Err(Fail(e)),
    };
    match done {
        Err(e @ Fail(Error::Invalid(_) | Error::Refused(_))) => refused(&web, &v, e).await,
        other => other,
    }
}

/// What the form of an exception holds.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Typed {
    _key: String,
    first: String,
    last: String,
    kind: String,
    hours: String,
    name: String,
    name_en: String,
    level: String,
    calendar: String,
}

#[derive(Template)]
#[template(path = "calendar/exception.html")]
struct ExceptionPage {
    p: Page,
    id: String,
    f: Typed,
    calendars: Vec<(&'static str, String)>,
    e: Errors,
    key: String,
    key2: String,
}

fn form_of(web: &Web, v: &Viewer, id: String, f: Typed, e: Errors) -> ExceptionPage {
    let title = if id == NEW {
        "calendar-exception-new"
    } else {
        "calendar-exception-edit"
    };
    let p = Page::new(web, v, title);
    ExceptionPage {
        calendars: CODES.into_iter().map(|code| (code, p.code("calendar", code))).collect(),
        id,
        f,
        e,
        key: p.key(web),
        key2: p.key(web),
        p,
    }
}

/// Stands for an exception that is not there yet.
const NEW: &str = "new";

fn typed_of(own: &OwnRow) -> Typed {
    let e = &own.own.exception;
    Typed {
        _key: String::new(),
        first: e.date.to_string(),
        last: e.until.map(|d| d.to_string()).unwrap_or_default(),
        kind: e.kind.as_str().to_owned(),
        hours: e.hours.as_ref().map(ToString::to_string).unwrap_or_default(),
        name: e.name.clone(),
        name_en: e.name_en.clone(),
        level: e.level.as_str().to_owned(),
        calendar: own.own.code.clone(),
    }
}

/// The form of an exception.
pub async fn exception_form(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let typed = if id == NEW {
        Typed {
            kind: "off".into(),
            level: "site".into(),
            ..Typed::default()
        }
    } else {
        let asked = id.clone();
        let own = web
            .read(&v.ctx()?, move |c, ctx| work::exception(c, ctx, &asked))
            .await?;
        typed_of(&own)
    };
    Ok(page(&form_of(&web, &v, id, typed, Errors::default()))?)
}

/// What was typed as an exception.
fn parsed(f: &Typed) -> Result<Own, Error> {
    let mut wrong = Fields::default();
    let first = f.first.trim().parse::<Date>();
    if first.is_err() {
        wrong.add("first", "invalid-date");
    }
    let last = match f.last.trim() {
        "" => None,
        text => match text.parse::<Date>() {
            Ok(date) => Some(date),
            Err(_) => {
                wrong.add("last", "invalid-date");
                None
            }
        },
    };
    if let (Ok(first), Some(last)) = (&first, last) {
        if last < *first {
            wrong.add("last", "calendar-last-before");
        }
        if last.year() - first.year() > 2 {
            wrong.add("last", "calendar-long");
        }
    }
    let kind = match f.kind.as_str() {
        "work" => ExceptionKind::Work,
        "partial" => ExceptionKind::Partial,
        _ => ExceptionKind::Off,
    };
    let hours = match f.hours.trim().parse::<DayHours>() {
        Ok(hours) => (kind != ExceptionKind::Off && !hours.is_empty()).then_some(hours),
        Err(_) if kind == ExceptionKind::Off => None,
        Err(_) => {
            wrong.add("hours", "calendar-hours-wrong");
            None
        }
    };
    if kind == ExceptionKind::Partial && f.hours.trim().is_empty() {
        wrong.add("hours", "calendar-hours-needed");
    }
    let name = f.name.trim().to_owned();
    if name.is_empty() {
        wrong.add("name", "required");
    }
    if name.chars().count() > 40 {
        wrong.add("name", "too-long");
    }
    let name_en = f.name_en.trim().to_owned();
    if name_en.chars().count() > 80 {
        wrong.add("name_en", "too-long");
    }
    let code = CODES.into_iter().find(|code| *code == f.calendar).unwrap_or_default();
    wrong.done()?;
    let date = first.map_err(Error::internal)?;
    Ok(Own {
        code: code.to_owned(),
        exception: Exception {
            date,
            until: last.filter(|last| *last != date),
            level: if f.level == "company" {
                Level::Company
            } else {
                Level::Site
            },
            kind,
            hours,
            name,
            name_en,
        },
    })
}

/// A new exception, or another in the place of one.
pub async fn put_exception(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Typed>) -> Answer {
    let done = match parsed(&f) {
        Ok(own) => {
            let replaces = (id != NEW).then(|| id.as_str().into());
            if replaces.is_some() {
                // Not there any more, or never was: said before anything is compared.
                let asked = id.clone();
                web.read(&v.ctx()?, move |c, ctx| work::exception(c, ctx, &asked))
                    .await?;
            }
            propose(&web, &v, f._key.clone(), Change::Put { replaces, own }).await
        }
        Err(e) => Err(Fail(e)),
    };
    match done {
        Err(e @ Fail(Error::Invalid(_) | Error::Refused(_))) => {
            let status = crate::fail::status(&e.0);
            let shown = form_of(&web, &v, id, f, Errors::from(v.locale, e)?);
            Ok((status, page(&shown)?).into_response())
        }
        other => other,
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct KeyForm {
    _key: String,
}

/// An exception is to go; what was stays to be read.
pub async fn remove_exception(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    Form(f): Form<KeyForm>,
) -> Answer {
    let asked = id.clone();
    let own = web
        .read(&v.ctx()?, move |c, ctx| work::exception(c, ctx, &asked))
        .await?;
    let change = Change::Remove {
        id: own.row.id,
        own: own.own,
    };
    match propose(&web, &v, f._key, change).await {
        Err(e @ Fail(Error::Invalid(_) | Error::Refused(_))) => refused(&web, &v, e).await,
        other => other,
    }
}

/// What the form of a week holds.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct WeekForm {
    _key: String,
    mon: String,
    tue: String,
    wed: String,
    thu: String,
    fri: String,
    sat: String,
    sun: String,
    make_up: String,
    national: String,
}

impl WeekForm {
    fn days(&self) -> [&str; 7] {
        [
            &self.mon, &self.tue, &self.wed, &self.thu, &self.fri, &self.sat, &self.sun,
        ]
    }
}

#[derive(Template)]
#[template(path = "calendar/week.html")]
struct WeekPage {
    p: Page,
    code: String,
    days: Vec<(&'static str, String, String)>,
    make_up: String,
    national: bool,
    e: Errors,
    key: String,
}

fn week_page(web: &Web, v: &Viewer, code: String, f: &WeekForm, e: Errors) -> WeekPage {
    let p = Page::new(web, v, "calendar-week-edit");
    WeekPage {
        days: DAYS
            .into_iter()
            .zip(f.days())
            .map(|(day, hours)| (day, p.code("weekday", day), hours.to_owned()))
            .collect(),
        make_up: f.make_up.clone(),
        national: f.national == "1",
        code,
        e,
        key: p.key(web),
        p,
    }
}

/// The form of the usual week.
pub async fn week_form(State(web): State<Web>, v: Viewer, Path(code): Path<String>) -> Answer {
    let asked = code.clone();
    let plan = web
        .read(&v.ctx()?, move |c, ctx| work::show(c, ctx, &asked))
        .await?
        .plan;
    let [mon, tue, wed, thu, fri, sat, sun] = plan.weekly.days().map(ToString::to_string);
    let f = WeekForm {
        _key: String::new(),
        mon,
        tue,
        wed,
        thu,
        fri,
        sat,
        sun,
        make_up: plan.make_up.as_ref().map(ToString::to_string).unwrap_or_default(),
        national: if plan.national { "1".into() } else { String::new() },
    };
    Ok(page(&week_page(&web, &v, code, &f, Errors::default()))?)
}

fn plan_of(f: &WeekForm) -> Result<Plan, Error> {
    let mut wrong = Fields::default();
    let mut weekly = domain::time::Week::default();
    for ((name, text), day) in DAYS.into_iter().zip(f.days()).zip(weekly.days_mut()) {
        match text.trim().parse::<DayHours>() {
            Ok(hours) => *day = hours,
            Err(_) => wrong.add(name, "calendar-hours-wrong"),
        }
    }
    let make_up = match f.make_up.trim().parse::<DayHours>() {
        Ok(hours) => (!hours.is_empty()).then_some(hours),
        Err(_) => {
            wrong.add("make_up", "calendar-hours-wrong");
            None
        }
    };
    wrong.done()?;
    Ok(Plan {
        weekly,
        make_up,
        national: f.national == "1",
    })
}

/// The usual week is to be another.
pub async fn put_week(State(web): State<Web>, v: Viewer, Path(code): Path<String>, Form(f): Form<WeekForm>) -> Answer {
    if !CODES.contains(&code.as_str()) {
        return Err(Error::NotFound.into());
    }
    let done = match plan_of(&f) {
        Ok(plan) => {
            let code = code.clone();
            propose(&web, &v, f._key.clone(), Change::Week { code, plan }).await
        }
        Err(e) => Err(Fail(e)),
    };
    match done {
        Err(e @ Fail(Error::Invalid(_) | Error::Refused(_))) => {
            let status = crate::fail::status(&e.0);
            let shown = week_page(&web, &v, code, &f, Errors::from(v.locale, e)?);
            Ok((status, page(&shown)?).into_response())
        }
        other => other,
    }
}

/// A limit that moves.
pub struct Line {
    pub case: String,
    pub number: String,
    pub item: String,
    pub clock: String,
    pub before: String,
    pub after: String,
    /// The time stays and is certain from now on.
    pub firm: bool,
    pub late: bool,
}

/// A day on which a year's file differs from the one before.
pub struct Diff {
    pub date: String,
    pub before: String,
    pub after: String,
}

struct View {
    job: Job,
    summary: Summary,
    what: String,
    diffs: Vec<Diff>,
    lines: Vec<Line>,
    next: Option<i64>,
    percent: i64,
    /// Compared and not written yet.
    apply: bool,
    /// The calendars have changed since, by this change or another.
    stale: bool,
    reason: String,
    key: String,
    e: Errors,
}

impl View {
    fn busy(&self) -> bool {
        self.job.state == "running"
    }
}

#[derive(Template)]
#[template(path = "calendar/change.html")]
struct ChangePage {
    p: Page,
    v: View,
}

#[derive(Template)]
#[template(path = "calendar/change_body.html")]
struct BodyPart {
    p: Page,
    v: View,
}

/// Where a page of moved limits begins.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct After {
    after: Option<i64>,
}

fn described(p: &Page, change: &Change) -> String {
    let days = |own: &Own| {
        let e = &own.exception;
        let to = e.until.map(|until| format!(" – {until}")).unwrap_or_default();
        let name = e.named().map(|n| if p.en() { n.en } else { n.zh }).unwrap_or_default();
        let hours = e.hours.as_ref().map(|h| format!(" {h}")).unwrap_or_default();
        format!(
            "{}{to} {name} · {}{hours}",
            e.date,
            p.code("calendar-kind", e.kind.as_str())
        )
    };
    let what = match change {
        Change::Year { file } => file.year.to_string(),
        Change::Put { own, .. } | Change::Remove { own, .. } => days(own),
        Change::Week { code, .. } => p.code("calendar", code),
    };
    p.t1(&format!("calendar-change-{}", change.code()), "what", what)
}

fn diffs(p: &Page, change: &Change, before: Option<&holidays::HolidayYear>) -> Vec<Diff> {
    let Change::Year { file } = change else {
        return Vec::new();
    };
    let say = |day: &Option<holidays::HolidayDay>| {
        day.as_ref()
            .map(|day| {
                let name = if p.en() {
                    holidays::english(&day.name)
                } else {
                    day.name.clone()
                };
                let kind = if day.is_off_day { "hol" } else { "mk" };
                format!("{name} · {}", p.code("calendar-day", kind))
            })
            .unwrap_or_default()
    };
    let list = holidays::differences(before, file);
    list.iter()
        .map(|d| Diff {
            date: d.date.to_string(),
            before: say(&d.before),
            after: say(&d.after),
        })
        .collect()
}

async fn view(web: &Web, v: &Viewer, p: &Page, id: &str, after: Option<i64>, e: Errors) -> Result<View, Fail> {
    let job_id = StandardJobId::from(id);
    let filter = Filter {
        after,
        ..Filter::default()
    };
    let (job, proposal, lines, next, names, years, latest) = web
        .read(&v.ctx()?, move |c, ctx| {
            let job = job::one(c, ctx, &job_id)?;
            let proposal = job::params_of(&job).calendar.ok_or(Error::NotFound)?;
            let (lines, next) = job::rows(c, ctx, &job_id, &filter, PAGE)?;
            let latest = store::calendar::latest(c, &ctx.site)?;
            let years = work::years(c, ctx)?;
            Ok((job, proposal, lines, next, Names::load(c, ctx)?, years, latest))
        })
        .await?;
    let time = |at: Option<i64>| at.map(|at| p.full_time(at)).unwrap_or_default();
    let stale = latest.map(|id| id.into_string()).unwrap_or_default() != proposal.base;
    let comparing = What::of(&job.kind) == What::Compare;
    let before = match &proposal.change {
        Change::Year { file } => years.iter().find(|y| y.file.year == file.year).map(|y| &y.file),
        _ => None,
    };
    Ok(View {
        summary: job::summary_of(&job),
        what: described(p, &proposal.change),
        diffs: if comparing {
            diffs(p, &proposal.change, before)
        } else {
            Vec::new()
        },
        lines: lines
            .iter()
            .map(|l| Line {
                case: l.case_id.as_str().to_owned(),
                number: l.number.clone(),
                item: if l.item.is_empty() {
                    p.code("kind", &l.kind)
                } else {
                    names.item(&l.item)
                },
                clock: p.code("clock", &l.code),
                before: time(l.before_at),
                after: time(l.after_at),
                firm: l.before_at == l.after_at,
                late: l.late_after,
            })
            .collect(),
        next,
        percent: (job.progress * 100).checked_div(job.total).unwrap_or(0).min(100),
        apply: comparing && job.state == "done" && !stale,
        stale: comparing && stale,
        reason: job::params_of(&job).reason,
        key: p.key(web),
        e,
        job,
    })
}

/// What a change moves, before and after it is written.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Query(q): Query<After>) -> Answer {
    let p = Page::new(&web, &v, "calendar-change-title");
    let view = view(&web, &v, &p, &id, q.after, Errors::default()).await?;
    Ok(page(&ChangePage { p, v: view })?)
}

/// The changing part of the page.
pub async fn body(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let p = Page::new(&web, &v, "calendar-change-title");
    let view = view(&web, &v, &p, &id, None, Errors::default()).await?;
    Ok(page(&BodyPart { p, v: view })?)
}

/// Asks whoever works on it to stop.
pub async fn stop(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let job_id = StandardJobId::from(id.as_str());
    web.write(&v.ctx()?, move |tx, ctx| work::stop(tx, ctx, &job_id))
        .await?;
    Ok(Redirect::to(&format!("/calendar/changes/{id}")).into_response())
}

/// Goes on with what was stopped.
pub async fn go_on(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let job_id = StandardJobId::from(id.as_str());
    let again = job_id.clone();
    let claim = web
        .write(&v.ctx()?, move |tx, ctx| work::go_on(tx, ctx, &job_id))
        .await?;
    crate::standard::job::aside(&web, &v, again, claim)?;
    Ok(Redirect::to(&format!("/calendar/changes/{id}")).into_response())
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ApplyForm {
    _key: String,
    reason: String,
    /// `open`: open cases too; otherwise only what begins from now on.
    which: String,
}

/// Writes the change, and where wanted applies it to the limits that run.
pub async fn apply(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<ApplyForm>) -> Answer {
    let (job_id, key, reason, open) = (
        StandardJobId::from(id.as_str()),
        f._key.clone(),
        f.reason.clone(),
        f.which == "open",
    );
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            work::apply(tx, ctx, &key, &job_id, &reason, open)
        })
        .await
        .map_err(Fail);
    match done {
        Ok(Some((job, claim))) => {
            crate::standard::job::aside(&web, &v, job.clone(), claim)?;
            Ok(Redirect::to(&format!("/calendar/changes/{job}")).into_response())
        }
        Ok(None) => Ok(super::back("")),
        Err(e @ Fail(Error::Invalid(_) | Error::Refused(_))) => {
            let status = crate::fail::status(&e.0);
            let p = Page::new(&web, &v, "calendar-change-title");
            let e = Errors::from(v.locale, e)?;
            let mut view = view(&web, &v, &p, &id, None, e).await?;
            view.reason = f.reason;
            Ok((status, page(&ChangePage { p, v: view })?).into_response())
        }
        Err(e) => Err(e),
    }
}
