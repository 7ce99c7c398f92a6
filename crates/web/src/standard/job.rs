//! Long work on a standard: comparing with the open cases, applying, simulating. Each has a page that says how far it is.

use app::error::Error;
use app::list::MOST_EXPORTED;
use app::standard::job::{self as work, Count, Filter, Job, Line, PAGE, Params, People, Summary, What};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect};
use domain::access::Action;
use domain::ids::StandardJobId;
use office::sheet::{Cell, Column, Kind, ListSheet, ListWriter};
use serde::Deserialize;

use super::Tabs;
use super::chart::{self, Entry};
use super::form::Typed;
use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::form::Errors;
use crate::gate::Viewer;
use crate::l10n::{t, tx};
use crate::live::page;
use crate::page::Page;
use crate::state::Web;
use crate::when;

/// What the rows are narrowed by.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Ask {
    department: String,
    item: String,
    code: String,
    /// `before`, `after`, `newly`, `no_longer`; empty: all.
    late: String,
    after: Option<i64>,
}

impl Ask {
    fn filter(&self) -> Filter {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (late_before, late_after) = match self.late.as_str() {
            "before" => (Some(true), None),
            "after" => (None, Some(true)),
            "newly" => (Some(false), Some(true)),
            "no_longer" => (Some(true), Some(false)),
            _ => (None, None),
        };
        Filter {
            department: some(&self.department).map(|d| if d == NOBODY { String::new() } else { d }),
            item: some(&self.item).map(|i| if i == NOBODY { String::new() } else { i }),
            code: some(&self.code),
            late_before,
            late_after,
            after: self.after,
            ..Filter::default()
        }
    }

    fn address(&self, after: Option<i64>) -> String {
        let mut parts = Vec::new();
        for (name, value) in [
            ("department", &self.department),
            ("item", &self.item),
            ("code", &self.code),
            ("late", &self.late),
        ] {
            if !value.is_empty() {
                parts.push(format!("{name}={}", crate::gate::encode(value)));
            }
        }
        if let Some(after) = after {
            parts.push(format!("after={after}"));
        }
        format!("?{}", parts.join("&"))
    }

    fn any(&self) -> bool {
        !(self.department.is_empty() && self.item.is_empty() && self.code.is_empty() && self.late.is_empty())
    }
}

/// Stands for no department or item in an address.
const NOBODY: &str = "-";

/// A row of the list.
pub struct Row {
    pub case: String,
    pub number: String,
    pub kind: String,
    pub item: String,
    pub clock: String,
    pub before: String,
    pub after: String,
    pub met: String,
    pub who: String,
    pub late_before: bool,
    pub late_after: bool,
}

/// One line of a table of figures: name, key for the address, numbers.
pub struct Figure {
    pub key: String,
    pub name: String,
    pub c: Count,
}

/// An hour of the day: actual average and peak, needed under the limits.
pub struct HourRow {
    pub hour: String,
    pub mean_done: String,
    pub needed_done: u32,
    pub mean_wanted: String,
    pub needed_wanted: u32,
    pub highest: u32,
}

struct View {
    job: Job,
    what: &'static str,
    summary: Summary,
    params: Params,
    by: String,
    percent: i64,
    rows: Vec<Row>,
    next: Option<String>,
    first: Option<String>,
    departments: Vec<Figure>,
    items: Vec<Figure>,
    codes: Vec<Figure>,
    range: String,
    late_plot: String,
    item_plot: String,
    people_plot: String,
    hours: Vec<HourRow>,
    jobs_counted: i64,
    /// Departments whose people can be looked at: id, name, whether it is the one.
    crowds: Vec<(String, String, bool)>,
    ask: Ask,
    /// The version it is about is in force, and the viewer may apply it.
    apply: bool,
    may_stop: bool,
    /// The list to be narrowed to what was clicked: in words.
    narrowed: String,
    key: String,
    e: Errors,
    reason: String,
}

impl View {
    fn busy(&self) -> bool {
        self.job.state == "running"
    }

    fn link(&self, department: &str, item: &str, code: &str, late: &str) -> String {
        let ask = Ask {
            department: department.to_owned(),
            item: item.to_owned(),
            code: code.to_owned(),
            late: late.to_owned(),
            after: None,
        };
        format!("/standard/jobs/{}{}#rows", self.job.id, ask.address(None))
    }
}

#[derive(Template)]
#[template(path = "standard/job.html")]
struct JobPage {
    p: Page,
    tabs: Tabs,
    v: View,
}

#[derive(Template)]
#[template(path = "standard/job_body.html")]
struct BodyPart {
    p: Page,
    v: View,
}

fn row(p: &Page, names: &Names, l: &Line) -> Row {
    let time = |at: Option<i64>| at.map(|at| p.time(at)).unwrap_or_default();
    let mut who = Vec::new();
    if !l.department_id.is_empty() {
        who.push(names.department(&l.department_id.as_str().into()));
    }
    if !l.worker_id.is_empty() {
        who.push(names.staff_text(&l.worker_id));
    }
    Row {
        case: l.case_id.as_str().to_owned(),
        number: l.number.clone(),
        kind: p.code("kind", &l.kind),
        item: if l.item.is_empty() {
            String::new()
        } else {
            names.item(&l.item)
        },
        clock: p.code("clock", &l.code),
        before: time(l.before_at),
        after: time(l.after_at),
        met: time(l.met_at),
        who: who.join(" · "),
        late_before: l.late_before,
        late_after: l.late_after,
    }
}

fn key(text: &str) -> String {
    if text.is_empty() {
        NOBODY.to_owned()
    } else {
        text.to_owned()
    }
}

fn department(p: &Page, names: &Names, id: &str) -> String {
    if id.is_empty() {
        p.t("standard-no-department")
    } else {
        names.department(&id.into())
    }
}

fn figures(of: &std::collections::BTreeMap<String, Count>, name: impl Fn(&str) -> String, most: usize) -> Vec<Figure> {
    let mut list: Vec<Figure> = of
        .iter()
        .filter(|(_, c)| c.cases > 0)
        .map(|(id, c)| Figure {
            key: key(id),
            name: name(id),
            c: c.clone(),
        })
        .collect();
    list.sort_by_key(|f| (-(f.c.after.max(f.c.before).max(f.c.cases)), f.name.clone()));
    list.truncate(most);
    list
}

fn late_plot(p: &Page, label: &str, list: &[Figure]) -> String {
    let many = |n: i64| f64::from(i32::try_from(n).unwrap_or(i32::MAX));
    let entries: Vec<Entry> = list
        .iter()
        .take(12)
        .map(|f| {
            let short: String = f
                .name
                .rsplit(" / ")
                .next()
                .unwrap_or(&f.name)
                .chars()
                .take(if p.en() { 12 } else { 6 })
                .collect();
            Entry {
                label: short,
                values: [many(f.c.before), many(f.c.after)],
                titles: [
                    p.t2("standard-bar-before", "name", &f.name, "n", f.c.before),
                    p.t2("standard-bar-after", "name", &f.name, "n", f.c.after),
                ],
            }
        })
        .collect();
    chart::bars(label, &entries, ["k1", "k4"])
}

/// Whole people of an hour of work, to one decimal.
fn mean(busy_ms: i64, days: i64) -> f64 {
    let tenths = busy_ms * 10 / (3_600_000 * days.max(1));
    f64::from(i32::try_from(tenths).unwrap_or(i32::MAX)) / 10.0
}

fn people(p: &Page, of: &People, days: i64) -> (Vec<HourRow>, String) {
    let hours: Vec<HourRow> = of
        .done
        .iter()
        .zip(&of.wanted)
        .enumerate()
        .map(|(h, (done, wanted))| HourRow {
            hour: format!("{h:02}–{:02}", h + 1),
            mean_done: format!("{:.1}", mean(done.busy_ms, days)),
            needed_done: done.needed,
            mean_wanted: format!("{:.1}", mean(wanted.busy_ms, days)),
            needed_wanted: wanted.needed,
            highest: wanted.highest,
        })
        .collect();
    let entries: Vec<Entry> = hours
        .iter()
        .enumerate()
        .map(|(h, r)| Entry {
            label: format!("{h:02}"),
            values: [f64::from(r.needed_done), f64::from(r.needed_wanted)],
            titles: [
                p.t2("standard-hour-done", "hour", &r.hour, "n", r.needed_done),
                p.t2("standard-hour-wanted", "hour", &r.hour, "n", r.needed_wanted),
            ],
        })
        .collect();
    let plot = chart::bars(&p.t("standard-people-label"), &entries, ["k1", "k4"]);
    (hours, plot)
}

async fn view(web: &Web, v: &Viewer, p: &Page, id: &str, ask: Ask, e: Errors, reason: String) -> Result<View, Fail> {
    let (job_id, filter) = (StandardJobId::from(id), ask.filter());
    let (job, lines, next, names, in_force) = web
        .read(&v.ctx()?, move |c, ctx| {
            let job = work::one(c, ctx, &job_id)?;
            let (lines, next) = work::rows(c, ctx, &job_id, &filter, PAGE)?;
            let in_force = app::standard::force(c, ctx)?
                .row
                .map(|r| r.id.into_string())
                .unwrap_or_default();
            Ok((job, lines, next, Names::load(c, ctx)?, in_force))
        })
        .await?;
    let (summary, params) = (work::summary_of(&job), work::params_of(&job));
    let what = What::of(&job.kind);
    let departments = figures(&summary.departments, |id| department(p, &names, id), 100);
    let items = figures(
        &summary.items,
        |id| {
            if id.is_empty() {
                p.t("standard-no-item")
            } else {
                names.item(id)
            }
        },
        60,
    );
    let codes = figures(&summary.codes, |code| p.code("clock", code), 20);
    // Of the department that was chosen, otherwise of everybody.
    let crowd = if ask.department == NOBODY {
        ""
    } else {
        ask.department.as_str()
    };
    let everybody = summary.people.get(crowd).cloned().unwrap_or_default();
    let (hours, people_plot) = people(p, &everybody, summary.days);
    let crowds = summary
        .people
        .keys()
        .map(|id| {
            let name = if id.is_empty() {
                p.t("standard-everybody")
            } else {
                department(p, &names, id)
            };
            (id.clone(), name, id == crowd)
        })
        .collect();
    let day = |at: i64| when::date(&p.zone, at);
    let range = if what == What::Simulate {
        p.t2(
            "standard-range",
            "from",
            day(params.from),
            "until",
            day(params.until - 1),
        )
    } else {
        String::new()
    };
    let mut narrowed = Vec::new();
    if !ask.department.is_empty() {
        let id = if ask.department == NOBODY {
            ""
        } else {
            ask.department.as_str()
        };
        narrowed.push(department(p, &names, id));
    }
    if !ask.item.is_empty() {
        narrowed.push(if ask.item == NOBODY {
            p.t("standard-no-item")
        } else {
            names.item(&ask.item)
        });
    }
    if ClockCodeKnown::is(&ask.code) {
        narrowed.push(p.code("clock", &ask.code));
    }
    if matches!(ask.late.as_str(), "before" | "after" | "newly" | "no_longer") {
        narrowed.push(p.code("standard-late", &ask.late));
    }
    Ok(View {
        what: what.code(),
        by: job.created_by.as_ref().map(|id| names.staff(id)).unwrap_or_default(),
        percent: (job.progress * 100).checked_div(job.total).unwrap_or(0).min(100),
        rows: lines.iter().map(|l| row(p, &names, l)).collect(),
        next: next.map(|n| ask.address(Some(n))),
        first: ask.after.map(|_| ask.address(None)),
        late_plot: late_plot(p, &p.t("standard-plot-departments"), &departments),
        item_plot: late_plot(p, &p.t("standard-plot-items"), &items),
        apply: what == What::Compare
            && job.state == "done"
            && summary.changed > 0
            && job.standard_id == in_force
            && v.may(Action::ReapplyStandard),
        may_stop: match what {
            What::Compare => true,
            What::Apply => v.may(Action::ReapplyStandard),
            What::Simulate => v.may(Action::SimulateStandard),
        },
        narrowed: narrowed.join(" · "),
        jobs_counted: everybody.jobs,
        crowds,
        key: p.key(web),
        departments,
        items,
        codes,
        range,
        people_plot,
        hours,
        ask,
        e,
        reason,
        job,
        summary,
        params,
    })
}

/// Whether a word of an address names a clock.
struct ClockCodeKnown;

impl ClockCodeKnown {
    fn is(code: &str) -> bool {
        code.parse::<domain::clock::ClockCode>().is_ok()
    }
}

fn titled(web: &Web, v: &Viewer) -> Page {
    Page::new(web, v, "standard-job-title")
}

fn tab(job: &Job) -> &'static str {
    if job.kind == "simulate" { "simulate" } else { "versions" }
}

/// How far it is and what it found.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Query(ask): Query<Ask>) -> Answer {
    let p = titled(&web, &v);
    let view = view(&web, &v, &p, &id, ask, Errors::default(), String::new()).await?;
    Ok(page(&JobPage {
        tabs: Tabs::new(&v, tab(&view.job)),
        p,
        v: view,
    })?)
}

/// The changing part of the page.
pub async fn body(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Query(ask): Query<Ask>) -> Answer {
    let p = titled(&web, &v);
    let view = view(&web, &v, &p, &id, ask, Errors::default(), String::new()).await?;
    Ok(page(&BodyPart { p, v: view })?)
}

/// Long work goes on without the request. It is not lost when the process ends: what is left alone is taken up again.
pub(crate) fn aside(web: &Web, v: &Viewer, id: StandardJobId, claim: String) -> Result<(), Fail> {
    let (desk, ctx) = (web.desk.clone(), v.ctx()?);
    let job = move || {
        if let Err(e) = work::work(&desk, &ctx, &id, &claim) {
            tracing::warn!(error = %e, "work on the standard did not come to its end");
        }
    };
    std::thread::Builder::new()
        .name("standard".into())
        .spawn(job)
        .map_err(Error::internal)?;
    Ok(())
}

async fn start(
    web: &Web,
    v: &Viewer,
    key: String,
    what: What,
    of: String,
    params: Params,
) -> Result<StandardJobId, Fail> {
    let (id, claim) = web
        .write(&v.ctx()?, move |tx, ctx| work::begin(tx, ctx, &key, what, &of, &params))
        .await?;
    aside(web, v, id.clone(), claim)?;
    Ok(id)
}

fn there(id: &StandardJobId) -> String {
    format!("/standard/jobs/{id}")
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Begin {
    _key: String,
}

/// Compares a version with the open cases.
pub async fn compare(State(web): State<Web>, v: Viewer, Path(of): Path<String>, Form(f): Form<Begin>) -> Answer {
    let id = start(&web, &v, f._key, What::Compare, of, Params::default()).await?;
    Ok(Redirect::to(&there(&id)).into_response())
}

/// Applies the version in force: to the chosen cases, or to all that are open.
pub async fn apply(State(web): State<Web>, v: Viewer, Form(typed): Form<Typed>) -> Answer {
    let field = |name: &str| {
        typed
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.clone())
            .unwrap_or_default()
    };
    let reason = field("reason").trim().to_owned();
    let (compared, all) = (field("of"), field("which") == "all");
    let mut cases: Vec<domain::ids::CaseId> = typed
        .iter()
        .filter(|(n, v)| n == "ids" && v.len() <= 40)
        .map(|(_, v)| v.as_str().into())
        .collect();
    cases.sort();
    cases.dedup();
    let refused = if reason.is_empty() {
        Some(Error::field("reason", "required"))
    } else if reason.chars().count() > 500 {
        Some(Error::field("reason", "too-long"))
    } else if !all && cases.is_empty() {
        Some(Error::field("which", "standard-none-chosen"))
    } else {
        None
    };
    let params = Params {
        cases: if all { Vec::new() } else { cases },
        reason: reason.clone(),
        ..Params::default()
    };
    let done = match refused {
        Some(e) => Err(Fail(e)),
        None => start(&web, &v, field("_key"), What::Apply, String::new(), params).await,
    };
    match done {
        Ok(id) => Ok(Redirect::to(&there(&id)).into_response()),
        Err(Fail(e @ (Error::Invalid(_) | Error::Refused(_)))) if !compared.is_empty() => {
            let status = crate::fail::status(&e);
            let p = titled(&web, &v);
            let e = Errors::from(v.locale, Fail(e))?;
            let view = view(&web, &v, &p, &compared, Ask::default(), e, reason).await?;
            let tabs = Tabs::new(&v, tab(&view.job));
            Ok((status, page(&JobPage { tabs, p, v: view })?).into_response())
        }
        Err(e) => Err(e),
    }
}

/// Asks for a stop.
pub async fn stop(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let i = StandardJobId::from(id.as_str());
    let there = there(&i);
    web.write(&v.ctx()?, move |tx, ctx| work::stop(tx, ctx, &i)).await?;
    Ok(Redirect::to(&there).into_response())
}

/// Goes on with what was stopped.
pub async fn go_on(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let i = StandardJobId::from(id.as_str());
    let (there, again) = (there(&i), i.clone());
    let claim = web.write(&v.ctx()?, move |tx, ctx| work::go_on(tx, ctx, &i)).await?;
    aside(&web, &v, again, claim)?;
    Ok(Redirect::to(&there).into_response())
}

/// Which part of the page is taken away.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Part {
    /// `figures` or `hours`; otherwise the list.
    part: String,
}

/// Columns of a list: heading, what it holds, width.
fn columns(l: app::ctx::Locale, of: &[(&str, Kind, f64)]) -> Vec<Column> {
    of.iter()
        .map(|(key, kind, width)| Column {
            heading: t(l, key),
            kind: *kind,
            width: *width,
        })
        .collect()
}

/// Every figure by department, item and step.
fn figure_sheet(p: &Page, names: &Names, sum: &Summary) -> (Vec<Column>, Vec<Vec<Cell<'static>>>) {
    let head = columns(
        p.locale,
        &[
            ("standard-by", Kind::Text, 14.0),
            ("standard-name", Kind::Text, 32.0),
            ("standard-clocks", Kind::Number, 10.0),
            ("standard-late-before", Kind::Number, 12.0),
            ("standard-late-after", Kind::Number, 12.0),
            ("standard-newly", Kind::Number, 12.0),
            ("standard-no-longer", Kind::Number, 12.0),
        ],
    );
    let item = |id: &str| {
        if id.is_empty() {
            p.t("standard-no-item")
        } else {
            names.item(id)
        }
    };
    let parts = [
        (
            "standard-by-department",
            figures(&sum.departments, |id| department(p, names, id), usize::MAX),
        ),
        ("standard-by-item", figures(&sum.items, item, usize::MAX)),
        (
            "standard-by-clock",
            figures(&sum.codes, |code| p.code("clock", code), usize::MAX),
        ),
    ];
    let rows = parts
        .into_iter()
        .flat_map(|(by, list)| {
            let by = p.t(by);
            list.into_iter().map(move |f| {
                vec![
                    Cell::from(by.clone()),
                    Cell::from(f.name),
                    Cell::Int(f.c.clocks),
                    Cell::Int(f.c.before),
                    Cell::Int(f.c.after),
                    Cell::Int(f.c.newly),
                    Cell::Int(f.c.no_longer),
                ]
            })
        })
        .collect();
    (head, rows)
}

/// People needed, by department and hour of the day.
fn hour_sheet(p: &Page, names: &Names, sum: &Summary) -> (Vec<Column>, Vec<Vec<Cell<'static>>>) {
    let head = columns(
        p.locale,
        &[
            ("col-department", Kind::Text, 20.0),
            ("standard-hour", Kind::Text, 10.0),
            ("standard-mean-done", Kind::Number, 12.0),
            ("standard-people-done", Kind::Number, 14.0),
            ("standard-mean-wanted", Kind::Number, 12.0),
            ("standard-people-wanted", Kind::Number, 14.0),
            ("standard-highest", Kind::Number, 12.0),
        ],
    );
    let mut rows = Vec::new();
    for (id, of) in &sum.people {
        let name = if id.is_empty() {
            p.t("standard-everybody")
        } else {
            department(p, names, id)
        };
        for (h, (done, wanted)) in of.done.iter().zip(&of.wanted).enumerate() {
            rows.push(vec![
                Cell::from(name.clone()),
                Cell::from(format!("{h:02}–{:02}", h + 1)),
                Cell::Number(mean(done.busy_ms, sum.days)),
                Cell::Int(i64::from(done.needed)),
                Cell::Number(mean(wanted.busy_ms, sum.days)),
                Cell::Int(i64::from(wanted.needed)),
                Cell::Int(i64::from(wanted.highest)),
            ]);
        }
    }
    (head, rows)
}

fn list_columns(l: app::ctx::Locale, simulate: bool) -> Vec<Column> {
    let (now, then) = if simulate {
        ("standard-due-was", "standard-due-would")
    } else {
        ("standard-due-now", "standard-due-then")
    };
    columns(
        l,
        &[
            ("word-number", Kind::Text, 20.0),
            ("col-kind", Kind::Text, 12.0),
            ("standard-items", Kind::Text, 26.0),
            ("col-department", Kind::Text, 18.0),
            ("col-worker", Kind::Text, 12.0),
            ("handbook-step", Kind::Text, 14.0),
            (now, Kind::DateTime, 18.0),
            (then, Kind::DateTime, 18.0),
            ("standard-met", Kind::DateTime, 18.0),
            ("standard-late-was", Kind::Text, 10.0),
            ("standard-late-would", Kind::Text, 10.0),
        ],
    )
}

fn list_cells(p: &Page, names: &Names, r: &Line) -> Vec<Cell<'static>> {
    let shown = row(p, names, r);
    let at = |at: Option<i64>| at.map_or(Cell::Empty, Cell::At);
    let yes = |late: bool| {
        if late {
            Cell::from(p.t("standard-late"))
        } else {
            Cell::Empty
        }
    };
    let worker = if r.worker_id.is_empty() {
        String::new()
    } else {
        names.staff_text(&r.worker_id)
    };
    vec![
        Cell::from(r.number.clone()),
        Cell::from(shown.kind),
        Cell::from(shown.item),
        Cell::from(department(p, names, &r.department_id)),
        Cell::from(worker),
        Cell::from(shown.clock),
        at(r.before_at),
        at(r.after_at),
        at(r.met_at),
        yes(r.late_before),
        yes(r.late_after),
    ]
}

/// What work found, as a workbook: the list, the figures, or the people needed each hour.
pub async fn export(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    Query(ask): Query<Ask>,
    Query(which): Query<Part>,
) -> Answer {
    let (l, zone) = (v.locale, v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default());
    let p = titled(&web, &v);
    let job_id = StandardJobId::from(id.as_str());
    let i = job_id.clone();
    let (job, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            Ok((work::one(c, ctx, &i)?, Names::load(c, ctx)?))
        })
        .await?;
    let sum = work::summary_of(&job);
    let (head, fixed) = match which.part.as_str() {
        "figures" => figure_sheet(&p, &names, &sum),
        "hours" => hour_sheet(&p, &names, &sum),
        _ => (list_columns(l, job.kind == "simulate"), Vec::new()),
    };
    let who = v
        .session
        .as_ref()
        .map(|s| s.display_name(l).to_owned())
        .unwrap_or_default();
    let filter = tx(l, "standard-version-n", &[("label", &job.label)]);
    let watermark = tx(
        l,
        "list-watermark",
        &[("who", &who), ("when", &when::full(&zone, v.now)), ("filter", &filter)],
    );
    let sheet = ListSheet {
        title: t(l, &format!("standard-job-kind-{}", job.kind)),
        watermark,
        columns: head,
        zone: jiff::tz::TimeZone::get(&zone).unwrap_or(jiff::tz::TimeZone::UTC),
    };
    let mut writer = ListWriter::new(&sheet).map_err(Error::internal)?;
    let mut count = 0_i64;
    for cells in &fixed {
        writer.push(cells).map_err(Error::internal)?;
        count += 1;
    }
    let mut f = Filter {
        after: None,
        ..ask.filter()
    };
    let mut more = !matches!(which.part.as_str(), "figures" | "hours");
    while more {
        let (i, ask) = (job_id.clone(), f.clone());
        let (rows, next) = web
            .read(&v.ctx()?, move |c, ctx| work::rows(c, ctx, &i, &ask, 500))
            .await?;
        for r in &rows {
            writer.push(&list_cells(&p, &names, r)).map_err(Error::internal)?;
            count += 1;
        }
        if count > MOST_EXPORTED {
            return Err(Fail(Error::field("from", "invalid-too-many-rows")));
        }
        f.after = next;
        more = next.is_some();
    }
    let query = app::list::Query {
        q: job.label.clone(),
        ..app::list::Query::default()
    };
    web.write(&v.ctx()?, move |tx, ctx| {
        app::list::exported(tx, ctx, "standard", &query, count)
    })
    .await?;
    let bytes = writer.finish().map_err(Error::internal)?;
    let name = format!(
        "attachment; filename=\"standard-{}-{}.xlsx\"",
        job.kind,
        when::date(&zone, v.now)
    );
    let mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok((
        [
            (header::CONTENT_TYPE, mime.to_owned()),
            (header::CONTENT_DISPOSITION, name),
        ],
        bytes,
    )
        .into_response())
}

/// What is typed to begin a simulation.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct SimulateForm {
    _key: String,
    of: String,
    from: String,
    until: String,
}

/// An earlier simulation in the list.
struct Earlier {
    job: Job,
    by: String,
    range: String,
    sum: Summary,
}

#[derive(Template)]
#[template(path = "standard/simulate.html")]
struct SimulatePage {
    p: Page,
    tabs: Tabs,
    f: SimulateForm,
    versions: Vec<(String, String, bool)>,
    earlier: Vec<Earlier>,
    e: Errors,
    key: String,
}

async fn simulate_page(web: &Web, v: &Viewer, typed: SimulateForm, e: Errors) -> Result<SimulatePage, Fail> {
    let (all, jobs, names) = web
        .read(&v.ctx()?, |c, ctx| {
            ctx.need(Action::SimulateStandard)?;
            Ok((
                app::standard::list(c, ctx)?,
                work::latest(c, ctx, What::Simulate)?,
                Names::load(c, ctx)?,
            ))
        })
        .await?;
    let p = Page::new(web, v, "standard-simulate");
    let ctx = v.ctx()?;
    let mut versions: Vec<(String, String, bool)> = all
        .iter()
        .filter(|l| l.stand != app::standard::Stand::Dropped)
        .map(|l| {
            let state = p.code("standard-state", l.stand.code());
            let id = l.line.id.as_str().to_owned();
            let chosen = typed.of == id;
            (id, format!("{} · {state}", l.line.label), chosen)
        })
        .collect();
    let shipped = p.t1("standard-shipped-n", "label", ctx.book.shipped.version());
    versions.push((
        app::standard::SHIPPED.to_owned(),
        shipped,
        typed.of == app::standard::SHIPPED,
    ));
    let day = |at: i64| when::date(&p.zone, at);
    let earlier = jobs
        .into_iter()
        .map(|job| {
            let params = work::params_of(&job);
            Earlier {
                by: job.created_by.as_ref().map(|id| names.staff(id)).unwrap_or_default(),
                range: p.t2(
                    "standard-range",
                    "from",
                    day(params.from),
                    "until",
                    day(params.until - 1),
                ),
                sum: work::summary_of(&job),
                job,
            }
        })
        .collect();
    Ok(SimulatePage {
        tabs: Tabs::new(v, "simulate"),
        f: typed,
        versions,
        earlier,
        e,
        key: p.key(web),
        p,
    })
}

/// The first and last day of the month before.
fn last_month(zone: &str, now: i64) -> (String, String) {
    let today = when::date(zone, now);
    let first = format!("{}-01", today.get(..7).unwrap_or("2026-01"));
    let before = when::day_start(zone, &first).map_or(now, |at| at - 1);
    let last = when::date(zone, before);
    (format!("{}-01", last.get(..7).unwrap_or("2026-01")), last)
}

/// Which cases, and under which version.
pub async fn simulation(State(web): State<Web>, v: Viewer, Query(q): Query<SimulateForm>) -> Answer {
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let (from, until) = last_month(&zone, v.now);
    let f = SimulateForm {
        from: if q.from.is_empty() { from } else { q.from.clone() },
        until: if q.until.is_empty() { until } else { q.until.clone() },
        ..q
    };
    Ok(page(&simulate_page(&web, &v, f, Errors::default()).await?)?)
}

/// Begins it.
pub async fn simulate(State(web): State<Web>, v: Viewer, Form(f): Form<SimulateForm>) -> Answer {
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let (from, until) = (when::day_start(&zone, &f.from), when::day_end(&zone, &f.until));
    let typed = f.clone();
    let done = match (from, until) {
        (None, _) => Err(Fail(Error::field("from", "invalid-date"))),
        (_, None) => Err(Fail(Error::field("until", "invalid-date"))),
        (Some(from), Some(until)) if until <= from => Err(Fail(Error::field("until", "standard-range-order"))),
        (Some(from), Some(until)) if until - from > 732 * 86_400_000 => {
            Err(Fail(Error::field("until", "standard-range-long")))
        }
        (Some(from), Some(until)) => {
            let params = Params {
                from,
                until,
                ..Params::default()
            };
            start(&web, &v, f._key, What::Simulate, f.of, params).await
        }
    };
    match done {
        Ok(id) => Ok(Redirect::to(&there(&id)).into_response()),
        Err(Fail(e @ (Error::Invalid(_) | Error::Refused(_)))) => {
            let e = Errors::from(v.locale, Fail(e))?;
            let shown = simulate_page(&web, &v, typed, e).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&shown)?).into_response())
        }
        Err(e) => Err(e),
    }
}
