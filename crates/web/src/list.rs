//! The lists of contacts, cases, work orders, callbacks, promises, requests for more time and passed limits: views, filters, keyset pages, bulk urging and printing, export.
//! What a row shows is described once and serves the page and the Excel file alike.

pub(crate) mod badge;
mod rows;
#[cfg(test)]
mod tests;

use app::ctx::Locale;
use app::error::Error;
use app::list::{self, MOST_EXPORTED, PAGE, Query};
use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use domain::access::Action;
use office::sheet::{Column, ListSheet, ListWriter};
use serde::Deserialize;
use store::view::View;

use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::gate::{Viewer, encode};
use crate::l10n::{t, tx};
use crate::live::page;
use crate::page::Page;
use crate::state::Web;
use crate::when;

use rows::{Cell, Col, Line};

/// One of the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    Cases,
    Orders,
    Contacts,
    Callbacks,
    Promises,
    Extensions,
    Breaches,
}

impl List {
    fn parse(name: &str) -> Result<List, Error> {
        match name {
            "cases" => Ok(List::Cases),
            "orders" => Ok(List::Orders),
            "contacts" => Ok(List::Contacts),
            "callbacks" => Ok(List::Callbacks),
            "promises" => Ok(List::Promises),
            "extensions" => Ok(List::Extensions),
            "breaches" => Ok(List::Breaches),
            _ => Err(Error::NotFound),
        }
    }

    fn name(self) -> &'static str {
        match self {
            List::Cases => "cases",
            List::Orders => "orders",
            List::Contacts => "contacts",
            List::Callbacks => "callbacks",
            List::Promises => "promises",
            List::Extensions => "extensions",
            List::Breaches => "breaches",
        }
    }

    fn views(self) -> &'static [&'static str] {
        match self {
            List::Cases => &[
                "open", "overdue", "soon", "new", "waiting", "done", "mine", "breached", "all",
            ],
            List::Orders => &["open", "overdue", "soon", "new", "waiting", "done", "mine", "all"],
            List::Contacts => &["all", "mine"],
            List::Callbacks => &["open", "overdue", "closed"],
            List::Promises => &["open", "due", "mine", "kept", "broken", "all"],
            List::Extensions => &["pending", "granted", "refused", "lapsed", "all"],
            List::Breaches => &[
                "late",
                "unexcused",
                "asked",
                "excused",
                "open_late",
                "on_time",
                "decided",
                "finished",
            ],
        }
    }
}

/// A form's own names for what the list is asked: dates as the browser gives them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    view: String,
    q: String,
    kind: String,
    state: String,
    department: String,
    worker: String,
    urgency: String,
    channel: String,
    outcome: String,
    clerk: String,
    clock: String,
    item: String,
    from: String,
    until: String,
    after: String,
    /// Where the pages before this one began, oldest first, `~` between them; the first page begins nowhere.
    back: String,
    rows: String,
}

impl Asked {
    fn query(&self, zone: &str, first: &str) -> Query {
        Query {
            view: if self.view.is_empty() {
                first.to_owned()
            } else {
                self.view.clone()
            },
            q: self.q.clone(),
            kind: self.kind.clone(),
            state: self.state.clone(),
            department: self.department.clone(),
            worker: self.worker.clone(),
            urgency: self.urgency.clone(),
            channel: self.channel.clone(),
            outcome: self.outcome.clone(),
            building: String::new(),
            unit: String::new(),
            clerk: self.clerk.clone(),
            clock: self.clock.clone(),
            item: self.item.clone(),
            from: when::day_start(zone, &self.from),
            until: when::day_end(zone, &self.until),
            after: self.after.clone(),
        }
    }

    /// The question as an address, with another view or page.
    fn address(&self, view: &str, after: &str, back: &str) -> String {
        let pairs = [
            ("view", view),
            ("q", &self.q),
            ("kind", &self.kind),
            ("state", &self.state),
            ("department", &self.department),
            ("worker", &self.worker),
            ("urgency", &self.urgency),
            ("channel", &self.channel),
            ("outcome", &self.outcome),
            ("clerk", &self.clerk),
            ("clock", &self.clock),
            ("item", &self.item),
            ("from", &self.from),
            ("until", &self.until),
            ("after", after),
            ("back", back),
        ];
        let set: Vec<String> = pairs
            .iter()
            .filter(|(_, v)| !v.is_empty())
            .map(|(k, v)| format!("{k}={}", encode(v)))
            .collect();
        format!("?{}", set.join("&"))
    }
}

/// The way back from a page that begins after `after`: what the next page carries, and where the page before began.
fn trail(back: &str, after: &str) -> (String, Option<(String, String)>) {
    // An address has an end; from further on only the first page is left.
    const MOST: usize = 1_500;
    if after.is_empty() {
        return ("~".to_owned(), None);
    }
    let forth = if back.len() > MOST {
        String::new()
    } else {
        format!("{back}{after}~")
    };
    let before = back.strip_suffix('~').map(|b| {
        let (rest, last) = b.rsplit_once('~').map_or(("", b), |(r, l)| (r, l));
        let rest = if b.contains('~') {
            format!("{rest}~")
        } else {
            String::new()
        };
        (last.to_owned(), rest)
    });
    (forth, before)
}

/// A tab above the list.
struct Tab {
    href: String,
    label: String,
    current: bool,
    late: bool,
    /// Set for a saved view: its id.
    saved: Option<String>,
}

#[derive(Template)]
#[template(path = "list/page.html")]
struct ListPage {
    p: Page,
    list: &'static str,
    a: Asked,
    view: String,
    tabs: Vec<Tab>,
    filters: Filters,
    cols: Vec<Col>,
    lines: Vec<Line>,
    prev: Option<String>,
    next: Option<String>,
    again: String,
    bulk: bool,
    act: bool,
    export: bool,
    print: bool,
}

#[derive(Template)]
#[template(path = "list/rows.html")]
struct ListRows {
    p: Page,
    list: &'static str,
    cols: Vec<Col>,
    lines: Vec<Line>,
    prev: Option<String>,
    next: Option<String>,
    again: String,
    bulk: bool,
    /// Whether rows lead to their step at once.
    act: bool,
}

/// The choices of the filter fields, `(value, label, chosen)`.
#[derive(Default)]
struct Filters {
    kinds: Vec<(String, String, bool)>,
    departments: Vec<(String, String, bool)>,
    workers: Vec<(String, String, bool)>,
    clerks: Vec<(String, String, bool)>,
    channels: Vec<(String, String, bool)>,
    outcomes: Vec<(String, String, bool)>,
    clocks: Vec<(String, String, bool)>,
    /// The item that the list was narrowed to from elsewhere, by name.
    item: String,
}

struct Read {
    lines: Vec<Line>,
    next: Option<String>,
    names: Names,
    views: Vec<View>,
}

async fn read(web: &Web, v: &Viewer, which: List, q: Query, limit: i64) -> Result<Read, Fail> {
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let ctx = v.ctx()?;
    Ok(web
        .read(&ctx, move |c, ctx| {
            let names = Names::load(c, ctx)?;
            let views = list::views(c, ctx, which.name())?;
            let with = rows::With {
                names: &names,
                now: ctx.now,
                zone: &zone,
            };
            let (lines, next) = match which {
                List::Cases => {
                    let p = list::cases(c, ctx, &q, limit)?;
                    (p.rows.iter().map(|r| rows::case(r, &with)).collect(), p.next)
                }
                List::Orders => {
                    let p = list::orders(c, ctx, &q, limit)?;
                    (p.rows.iter().map(|r| rows::order(r, &with)).collect(), p.next)
                }
                List::Contacts => {
                    let p = list::contacts(c, ctx, &q, limit)?;
                    (p.rows.iter().map(|r| rows::contact(r, &with)).collect(), p.next)
                }
                List::Callbacks => {
                    let p = list::callbacks(c, ctx, &q, limit)?;
                    (p.rows.iter().map(|r| rows::callback(r, &with)).collect(), p.next)
                }
                List::Promises => {
                    let p = list::promises(c, ctx, &q, limit)?;
                    (p.rows.iter().map(|r| rows::promise(r, &with)).collect(), p.next)
                }
                List::Extensions => {
                    let p = list::extensions(c, ctx, &q, limit)?;
                    (p.rows.iter().map(|r| rows::extension(r, &with)).collect(), p.next)
                }
                List::Breaches => {
                    let p = list::breaches(c, ctx, &q, limit)?;
                    (p.rows.iter().map(|r| rows::breach(r, &with)).collect(), p.next)
                }
            };
            Ok::<_, Error>(Read {
                lines,
                next,
                names,
                views,
            })
        })
        .await?)
}

fn tabs(p: &Page, which: List, a: &Asked, view: &str, saved: Vec<View>) -> Vec<Tab> {
    let mut out: Vec<Tab> = which
        .views()
        .iter()
        .map(|name| {
            let count = match (which, *name) {
                (List::Cases, "open") => Some(p.counts.queue),
                (List::Cases, "overdue") => Some(p.counts.overdue),
                (List::Orders, "open") => Some(p.counts.orders),
                (List::Callbacks, "open") => Some(p.counts.callbacks),
                _ => None,
            };
            let label = p.code("view", name);
            Tab {
                href: a.address(name, "", ""),
                label: count.map_or(label.clone(), |n| format!("{label} {n}")),
                current: view == *name,
                late: *name == "overdue" && count.is_some_and(|n| n > 0),
                saved: None,
            }
        })
        .collect();
    out.extend(saved.into_iter().map(|s| Tab {
        href: s.query,
        label: s.name,
        current: false,
        late: false,
        saved: Some(s.id),
    }));
    out
}

fn choices(p: &Page, which: List, a: &Asked, names: &Names) -> Filters {
    let codes = |family: &str, all: &[&str], chosen: &str| {
        all.iter()
            .map(|c| ((*c).to_owned(), p.code(family, c), *c == chosen))
            .collect::<Vec<_>>()
    };
    let pairs = |all: Vec<(String, String)>, chosen: &str| {
        all.into_iter()
            .map(|(id, name)| (id.clone(), name, id == chosen))
            .collect::<Vec<_>>()
    };
    let kinds: Vec<&str> = domain::case::Kind::ALL.iter().map(|k| k.as_str()).collect();
    let channels: Vec<&str> = domain::case::Channel::ALL.iter().map(|k| k.as_str()).collect();
    let outcomes = domain::communication::TalkOutcome::ALL.iter();
    let outcomes: Vec<&str> = outcomes.map(|x| x.as_str()).collect();
    match which {
        List::Contacts => Filters {
            channels: codes("channel", &channels, &a.channel),
            outcomes: codes("outcome", &outcomes, &a.outcome),
            workers: pairs(names.everybody(), &a.worker),
            ..Filters::default()
        },
        List::Callbacks => Filters {
            kinds: codes("kind", &kinds, &a.kind),
            departments: pairs(names.all_departments(), &a.department),
            clerks: pairs(names.everybody(), &a.clerk),
            ..Filters::default()
        },
        List::Promises => Filters {
            kinds: codes("kind", &kinds, &a.kind),
            clerks: pairs(names.everybody(), &a.clerk),
            ..Filters::default()
        },
        List::Extensions => Filters {
            kinds: codes("kind", &kinds, &a.kind),
            ..Filters::default()
        },
        List::Breaches => {
            let clocks: Vec<&str> = domain::clock::ClockCode::ALL.iter().map(|k| k.as_str()).collect();
            let nobody = |mut all: Vec<(String, String)>| {
                all.push(("-".to_owned(), p.t("ontime-nobody")));
                all
            };
            Filters {
                clocks: codes("clock", &clocks, &a.clock),
                kinds: codes("kind", &kinds, &a.kind),
                departments: pairs(nobody(names.all_departments()), &a.department),
                workers: pairs(nobody(names.everybody()), &a.worker),
                item: if a.item.is_empty() {
                    String::new()
                } else {
                    names.item(&a.item)
                },
                ..Filters::default()
            }
        }
        List::Cases | List::Orders => Filters {
            kinds: codes("kind", &kinds, &a.kind),
            departments: pairs(names.all_departments(), &a.department),
            workers: pairs(names.everybody(), &a.worker),
            ..Filters::default()
        },
    }
}

/// What a list was asked for, in words.
fn conditions(l: Locale, which: List, a: &Asked, view: &str, names: &Names) -> String {
    let coded = |family: &str, code: &str| {
        let known = code.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !code.is_empty();
        if known {
            t(l, &format!("{family}-{code}"))
        } else {
            code.to_owned()
        }
    };
    let staff = |id: &str| match id {
        "" => String::new(),
        "-" => t(l, "ontime-nobody"),
        id => names.staff_text(id),
    };
    let worker = if which == List::Contacts {
        "col-clerk"
    } else {
        "col-worker"
    };
    let department = match a.department.as_str() {
        "-" => t(l, "ontime-nobody"),
        id => names.department(&id.into()),
    };
    let item = if a.item.is_empty() {
        String::new()
    } else {
        names.item(&a.item)
    };
    let all = [
        ("list-views", coded("view", view)),
        ("list-words", a.q.trim().to_owned()),
        ("col-kind", coded("kind", &a.kind)),
        ("col-state", coded("state", &a.state)),
        ("col-department", department),
        (worker, staff(&a.worker)),
        ("list-urgency", coded("urgency", &a.urgency)),
        ("col-channel", coded("channel", &a.channel)),
        ("col-outcome", coded("outcome", &a.outcome)),
        ("col-clerk", staff(&a.clerk)),
        ("col-clock", coded("clock", &a.clock)),
        ("col-item", item),
        ("list-from", a.from.clone()),
        ("list-until", a.until.clone()),
    ];
    let said: Vec<String> = all
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| tx(l, "list-condition", &[("what", &t(l, key)), ("is", value)]))
        .collect();
    said.join(&t(l, "list-and"))
}

async fn show(web: Web, v: Viewer, which: List, raw: Option<String>) -> Answer {
    let a: Asked = serde_urlencoded(raw.as_deref().unwrap_or_default());
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let q = a.query(&zone, which.views().first().copied().unwrap_or_default());
    let view = q.view.clone();
    let r = read(&web, &v, which, q, PAGE).await?;
    let (forth, before) = trail(&a.back, &a.after);
    let next = r.next.map(|n| a.address(&view, &n, &forth));
    let prev = before.map(|(after, back)| a.address(&view, &after, &back));
    let p = Page::new(&web, &v, &format!("nav-{}", which.name()));
    let again = a.address(&view, &a.after, &a.back);
    let act = match which {
        List::Callbacks => v.may(Action::Callback),
        List::Promises => v.may(Action::KeepPromise),
        List::Extensions => v.may(Action::ApproveExtension),
        _ => false,
    };
    let bulk = matches!(which, List::Cases | List::Orders) && v.may(Action::Urge);
    let cols = rows::cols(which);
    if !a.rows.is_empty() {
        return Ok(page(&ListRows {
            p,
            list: which.name(),
            cols,
            lines: r.lines,
            prev,
            next,
            again,
            bulk,
            act,
        })?);
    }
    let tabs = tabs(&p, which, &a, &view, r.views);
    let filters = choices(&p, which, &a, &r.names);
    Ok(page(&ListPage {
        list: which.name(),
        view,
        tabs,
        filters,
        cols,
        lines: r.lines,
        prev,
        next,
        again,
        bulk,
        act,
        export: v.may(Action::Export),
        print: matches!(which, List::Orders | List::Cases) && v.may(Action::PrintOrder),
        a,
        p,
    })?)
}

fn serde_urlencoded(raw: &str) -> Asked {
    // What cannot be read as a filter is no filter: a list never fails because of its address.
    axum::extract::Query::<Asked>::try_from_uri(&format!("http://x/?{raw}").parse().unwrap_or_default())
        .map(|q| q.0)
        .unwrap_or_default()
}

pub async fn cases(State(web): State<Web>, v: Viewer, RawQuery(raw): RawQuery) -> Answer {
    show(web, v, List::Cases, raw).await
}

pub async fn orders(State(web): State<Web>, v: Viewer, RawQuery(raw): RawQuery) -> Answer {
    show(web, v, List::Orders, raw).await
}

pub async fn contacts(State(web): State<Web>, v: Viewer, RawQuery(raw): RawQuery) -> Answer {
    show(web, v, List::Contacts, raw).await
}

pub async fn promises(State(web): State<Web>, v: Viewer, RawQuery(raw): RawQuery) -> Answer {
    show(web, v, List::Promises, raw).await
}

pub async fn extensions(State(web): State<Web>, v: Viewer, RawQuery(raw): RawQuery) -> Answer {
    show(web, v, List::Extensions, raw).await
}

pub async fn breaches(State(web): State<Web>, v: Viewer, RawQuery(raw): RawQuery) -> Answer {
    show(web, v, List::Breaches, raw).await
}

pub async fn callbacks(State(web): State<Web>, v: Viewer, RawQuery(raw): RawQuery) -> Answer {
    show(web, v, List::Callbacks, raw).await
}

/// The list as an Excel file: logged, with a line that says who took it and when, no text a formula.
pub async fn export(State(web): State<Web>, v: Viewer, Path(name): Path<String>, RawQuery(raw): RawQuery) -> Answer {
    let which = List::parse(&name)?;
    let a: Asked = serde_urlencoded(raw.as_deref().unwrap_or_default());
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let q = a.query(&zone, which.views().first().copied().unwrap_or_default());
    sheet(&web, &v, which, a, q).await
}

/// The same for a program, which asks with instants.
pub async fn export_for(web: &Web, v: &Viewer, name: &str, mut q: Query) -> Answer {
    let which = List::parse(name)?;
    if q.view.is_empty() {
        q.view = which.views().first().copied().unwrap_or_default().to_owned();
    }
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let at = |at: Option<i64>| at.map(|a| when::full(&zone, a)).unwrap_or_default();
    let a = Asked {
        q: q.q.clone(),
        kind: q.kind.clone(),
        state: q.state.clone(),
        department: q.department.clone(),
        worker: q.worker.clone(),
        urgency: q.urgency.clone(),
        channel: q.channel.clone(),
        outcome: q.outcome.clone(),
        clerk: q.clerk.clone(),
        from: at(q.from),
        until: at(q.until),
        ..Asked::default()
    };
    sheet(web, v, which, a, q).await
}

/// The file: `q` is what is asked for, `a` the same in words.
async fn sheet(web: &Web, v: &Viewer, which: List, a: Asked, mut q: Query) -> Answer {
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    q.after.clear();
    let l = v.locale;
    let who = v
        .session
        .as_ref()
        .map(|s| s.display_name(l).to_owned())
        .unwrap_or_default();
    let names = web.read(&v.ctx()?, Names::load).await?;
    let filter = conditions(l, which, &a, &q.view, &names);
    let columns: Vec<Column> = rows::sheet_cols(which)
        .iter()
        .map(|c| Column {
            heading: t(l, c.key),
            kind: c.kind,
            width: c.width,
        })
        .collect();
    let title = t(l, &format!("nav-{}", which.name()));
    let when_text = when::full(&zone, v.now);
    let watermark = tx(
        l,
        "list-watermark",
        &[("who", &who), ("when", &when_text), ("filter", &filter)],
    );
    let tz = jiff::tz::TimeZone::get(&zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let mut writer = ListWriter::new(&ListSheet {
        title: title.clone(),
        watermark,
        columns,
        zone: tz,
    })
    .map_err(Error::internal)?;
    let mut count = 0_i64;
    loop {
        let r = read(web, v, which, q.clone(), 500).await?;
        for line in &r.lines {
            writer.push(&line.sheet_cells(l)).map_err(Error::internal)?;
            count += 1;
        }
        match r.next {
            Some(next) if count < MOST_EXPORTED => q.after = next,
            Some(_) => return Err(Fail(Error::field("from", "invalid-too-many-rows"))),
            None => break,
        }
    }
    let logged = q.clone();
    web.write(&v.ctx()?, move |tx, ctx| {
        list::exported(tx, ctx, which.name(), &logged, count)
    })
    .await?;
    let bytes = writer.finish().map_err(Error::internal)?;
    let name = format!(
        "attachment; filename=\"{}-{}.xlsx\"",
        which.name(),
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

/// Ids of the chosen rows out of a form with several fields of one name.
fn chosen(body: &str) -> Vec<String> {
    body.split('&')
        .filter_map(|pair| pair.strip_prefix("ids="))
        .filter(|id| id.len() <= 40 && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
        .map(str::to_owned)
        .take(200)
        .collect()
}

/// Urges the chosen cases, each with the rules of its own; says how many were urged and how many were not.
pub async fn urge(State(web): State<Web>, v: Viewer, Path(name): Path<String>, body: String) -> Answer {
    let which = List::parse(&name)?;
    let ids = chosen(&body);
    let orders = which == List::Orders;
    let done = web
        .write(&v.ctx()?, move |tx, ctx| list::urge_all(tx, ctx, orders, &ids))
        .await?;
    let text = tx(
        v.locale,
        "list-urged",
        &[("done", &done.0.to_string()), ("not", &done.1.to_string())],
    );
    Ok((
        [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
        format!("<p class=\"alert grn\">{text}</p>"),
    )
        .into_response())
}

/// A name for the present filters.
#[derive(Deserialize)]
pub struct NewView {
    name: String,
    query: String,
}

/// Saves a view.
pub async fn save_view(
    State(web): State<Web>,
    v: Viewer,
    Path(name): Path<String>,
    axum::Form(f): axum::Form<NewView>,
) -> Answer {
    let which = List::parse(&name)?;
    if !f.query.starts_with('?') {
        return Err(Fail(Error::field("query", "invalid-list")));
    }
    let back = format!("/{}{}", which.name(), f.query);
    web.write(&v.ctx()?, move |tx, ctx| {
        list::save_view(tx, ctx, which.name(), &f.name, &f.query)
    })
    .await?;
    Ok(Redirect::to(&back).into_response())
}

/// Removes a view.
pub async fn remove_view(State(web): State<Web>, v: Viewer, Path((name, id)): Path<(String, String)>) -> Answer {
    let which = List::parse(&name)?;
    web.write(&v.ctx()?, move |tx, ctx| list::remove_view(tx, ctx, &id))
        .await?;
    let r: Response = Redirect::to(&format!("/{}", which.name())).into_response();
    Ok(r)
}
