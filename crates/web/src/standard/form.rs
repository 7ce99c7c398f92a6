//! Forms of a draft: a line, a named limit, and what holds for the whole version. What was typed stays when it is refused.

use app::book::Book;
use app::error::{Error, Fields, Res};
use app::standard::Edit;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use domain::case::{Importance, Kind, Urgency};
use domain::clock::{ClockCode, Limit, WaitReason};
use domain::ids::StandardId;
use domain::standard::edit::At;
use domain::standard::{Ask, AskFile, CallbackFile, ClockFile, LimitCode, LineFile, NamedLimit, OnReopen, Span};
use domain::time::calendars::CODES as CALENDARS;

use super::to;
use super::words::{self, Group};
use crate::fail::{Answer, Fail};
use crate::form::{Errors, version};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// One choice of a group: value, name, whether it is chosen.
pub type Choice = (String, String, bool);

/// Fields of a form with repeated names.
pub type Typed = Vec<(String, String)>;

pub(super) fn one<'a>(typed: &'a Typed, name: &str) -> &'a str {
    typed.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.trim())
}

pub(super) fn all<T: std::str::FromStr>(typed: &Typed, name: &str) -> Vec<T> {
    typed
        .iter()
        .filter(|(n, _)| n == name)
        .filter_map(|(_, v)| v.parse().ok())
        .collect()
}

/// A place of a row in an address: `3-0`; none for `new`.
pub(super) fn place(text: &str) -> Result<Option<At>, Error> {
    if text == "new" {
        return Ok(None);
    }
    let (line, clock) = text.split_once('-').ok_or(Error::NotFound)?;
    match (line.parse(), clock.parse()) {
        (Ok(line), Ok(clock)) => Ok(Some((line, clock))),
        _ => Err(Error::NotFound),
    }
}

#[derive(Template)]
#[template(path = "standard/line.html")]
struct LinePage {
    p: Page,
    id: String,
    label: String,
    line: String,
    version: i64,
    e: Errors,
    kinds: Vec<Choice>,
    importance: Vec<Choice>,
    urgency: Vec<Choice>,
    groups: Vec<Group>,
    codes: Vec<Choice>,
    n: String,
    units: Vec<Choice>,
    calendars: Vec<Choice>,
    clause: String,
    clauses: Vec<(String, String)>,
    waits: Vec<Choice>,
    most: String,
    most_hours: bool,
    reopen: Vec<Choice>,
    ladder: Vec<Choice>,
    /// The steps of the row's own ladder.
    rungs: Vec<String>,
    habit: bool,
}

pub(super) fn choices(
    p: &Page,
    family: &str,
    codes: impl Iterator<Item = &'static str>,
    chosen: &[String],
) -> Vec<Choice> {
    codes
        .map(|c| (c.to_owned(), p.code(family, c), chosen.iter().any(|x| x == c)))
        .collect()
}

/// What the form of a row begins with.
fn begins(line: &LineFile, clock: Option<&ClockFile>) -> Typed {
    let mut out: Typed = Vec::new();
    let mut add = |name: &str, value: String| out.push((name.to_owned(), value));
    line.kinds.iter().for_each(|k| add("kinds", k.to_string()));
    line.importance.iter().for_each(|k| add("importance", k.to_string()));
    line.urgency.iter().for_each(|k| add("urgency", k.to_string()));
    line.items.iter().for_each(|k| add("items", k.clone()));
    let Some(c) = clock else {
        add("reopen", OnReopen::NewCycle.as_str().to_owned());
        return out;
    };
    add("code", c.code.to_string());
    add("n", c.limit.n().to_string());
    add("unit", c.limit.unit().to_owned());
    add("calendar", c.calendar.clone().unwrap_or_default());
    add("clause", c.clause.clone());
    c.pausable.iter().for_each(|w| add("pausable", w.to_string()));
    if let Some(most) = c.max_pause {
        add("most", most.n().to_string());
        add("most_unit", most.unit().to_owned());
    }
    add("reopen", c.reopen.as_str().to_owned());
    if c.habit {
        add("habit", "1".to_owned());
    }
    add("ladder", ladder_of(c).to_owned());
    out
}

/// Which ladder a row has: the version's, none, or one of its own.
fn ladder_of(c: &ClockFile) -> &'static str {
    match &c.ladder {
        None => "common",
        Some(own) if own.is_empty() => "none",
        Some(_) => "own",
    }
}

/// The row that was typed.
fn row(typed: &Typed) -> Res<(LineFile, ClockFile)> {
    let mut f = Fields::default();
    let number = |name: &str| one(typed, name).parse::<u32>().ok();
    let code = one(typed, "code").parse::<ClockCode>().ok();
    if code.is_none() {
        f.add("code", "required");
    }
    let limit = number("n").and_then(|n| Limit::of(one(typed, "unit"), n));
    // "Within the same day" is the only limit of none.
    if limit.is_none_or(|limit| number("n") == Some(0) && !matches!(limit, Limit::NaturalDay { .. })) {
        f.add("n", "standard-number");
    }
    let clause = one(typed, "clause").to_owned();
    if clause.is_empty() {
        f.add("clause", "required");
    } else if clause.chars().count() > 60 {
        f.add("clause", "too-long");
    }
    let most = match one(typed, "most") {
        "" => None,
        _ => {
            let most = number("most").and_then(|n| Limit::of(one(typed, "most_unit"), n));
            if most.is_none() {
                f.add("most", "standard-number");
            }
            most
        }
    };
    let calendar = Some(one(typed, "calendar").to_owned()).filter(|c| !c.is_empty());
    if let Some(limit) = limit {
        match (limit.needs_calendar(), &calendar) {
            (true, None) => f.add("calendar", "standard-calendar-needed"),
            (false, Some(_)) => f.add("calendar", "standard-calendar-needless"),
            _ => {}
        }
    }
    f.done()?;
    let (Some(code), Some(limit)) = (code, limit) else {
        return Err(Error::field("code", "required"));
    };
    let mut items: Vec<String> = all(typed, "items");
    // Where a whole group is chosen its members say nothing more.
    let wholes = items.clone();
    items.retain(|item| !wholes.iter().any(|w| w != item && domain::standard::under(item, w)));
    let line = LineFile {
        kinds: all::<Kind>(typed, "kinds"),
        importance: all::<Importance>(typed, "importance"),
        urgency: all::<Urgency>(typed, "urgency"),
        items,
        clocks: Vec::new(),
    };
    let reopen = match one(typed, "reopen") {
        "continue" => OnReopen::Continue,
        _ => OnReopen::NewCycle,
    };
    let pausable: Vec<WaitReason> = all(typed, "pausable");
    let clock = ClockFile {
        code,
        limit,
        calendar,
        clause,
        max_pause: most.filter(|_| !pausable.is_empty()),
        pausable,
        reopen,
        // Written in the file; "own" keeps what the row has.
        ladder: (one(typed, "ladder") == "none").then(Vec::new),
        habit: one(typed, "habit") == "1",
    };
    Ok((line, clock))
}

async fn line_page(
    web: &Web,
    v: &Viewer,
    id: &str,
    line: &str,
    typed: Option<Typed>,
    e: Errors,
) -> Result<LinePage, Fail> {
    let (key, at) = (id.to_owned(), place(line)?);
    let ctx = v.ctx()?;
    let s = web.read(&ctx, move |c, ctx| app::standard::get(c, ctx, &key)).await?;
    let row = s.row.as_ref().ok_or(Error::NotFound)?;
    let typed = match (typed, at) {
        (Some(typed), _) => typed,
        (None, Some(at)) => {
            let (line, clock) = s.document.row(at).ok_or(Error::NotFound)?;
            begins(line, Some(clock))
        }
        (None, None) => begins(&LineFile::default(), None),
    };
    let p = Page::new(
        web,
        v,
        if at.is_some() {
            "standard-edit-line"
        } else {
            "standard-add-line"
        },
    );
    let book: &Book = &ctx.book;
    let chosen = |name: &str| -> Vec<String> { all(&typed, name) };
    let clauses = words::clause_list(&p)?;
    Ok(LinePage {
        id: id.to_owned(),
        label: s.document.version.clone(),
        line: line.to_owned(),
        version: row.version,
        kinds: choices(&p, "kind", Kind::ALL.iter().map(|k| k.as_str()), &chosen("kinds")),
        importance: choices(
            &p,
            "importance",
            Importance::ALL.iter().map(|k| k.as_str()),
            &chosen("importance"),
        ),
        urgency: choices(
            &p,
            "urgency",
            Urgency::ALL.iter().map(|k| k.as_str()),
            &chosen("urgency"),
        ),
        groups: words::groups(&p, book, &chosen("items")),
        codes: choices(&p, "clock", ClockCode::ALL.iter().map(|k| k.as_str()), &chosen("code")),
        n: one(&typed, "n").to_owned(),
        units: choices(&p, "standard-unit", Limit::UNITS.iter().copied(), &chosen("unit")),
        calendars: choices(&p, "calendar", CALENDARS.iter().copied(), &chosen("calendar")),
        clause: one(&typed, "clause").to_owned(),
        clauses,
        waits: choices(
            &p,
            "wait",
            WaitReason::ALL.iter().map(|k| k.as_str()),
            &chosen("pausable"),
        ),
        most: one(&typed, "most").to_owned(),
        most_hours: one(&typed, "most_unit") != "minute",
        reopen: choices(
            &p,
            "reopen_mode",
            OnReopen::ALL.iter().map(|k| k.as_str()),
            &chosen("reopen"),
        ),
        ladder: {
            let own = at
                .and_then(|at| s.document.row(at))
                .is_some_and(|(_, c)| ladder_of(c) == "own");
            let all = if own {
                &["common", "none", "own"][..]
            } else {
                &["common", "none"]
            };
            let chosen: Vec<String> = all_or(&typed, "ladder", "common");
            choices(&p, "standard-ladder", all.iter().copied(), &chosen)
        },
        rungs: at
            .and_then(|at| s.document.row(at))
            .filter(|(_, c)| ladder_of(c) == "own")
            .map(|(_, c)| words::ladder(&p, &s.document, c))
            .unwrap_or_default(),
        habit: one(&typed, "habit") == "1",
        e,
        p,
    })
}

/// What was chosen, or this.
fn all_or(typed: &Typed, name: &str, otherwise: &str) -> Vec<String> {
    match one(typed, name) {
        "" => vec![otherwise.to_owned()],
        chosen => vec![chosen.to_owned()],
    }
}

/// The form of a row, or of a new one.
pub async fn line(State(web): State<Web>, v: Viewer, Path((id, line)): Path<(String, String)>) -> Answer {
    Ok(page(&line_page(&web, &v, &id, &line, None, Errors::default()).await?)?)
}

/// Saves a row.
pub async fn save_line(
    State(web): State<Web>,
    v: Viewer,
    Path((id, line)): Path<(String, String)>,
    Form(typed): Form<Typed>,
) -> Answer {
    let (at, seen, i) = (
        place(&line)?,
        version(one(&typed, "version")),
        StandardId::from(id.as_str()),
    );
    let done = match row(&typed) {
        Ok((cases, clock)) => {
            let (own, key) = (one(&typed, "ladder") == "own", id.clone());
            web.write(&v.ctx()?, move |tx, ctx| {
                let mut clock = clock.clone();
                if let Some(at) = at.filter(|_| own) {
                    let s = app::standard::get(tx, ctx, &key)?;
                    clock.ladder = s.document.row(at).and_then(|(_, old)| old.ladder.clone());
                }
                let edit = Edit::Put(at, Box::new(cases.clone()), Box::new(clock));
                app::standard::edit(tx, ctx, &i, seen, &edit)
            })
            .await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&to(&id, "")).into_response()),
        Err(e @ (Error::Invalid(_) | Error::Refused(_) | Error::Conflict { .. })) => {
            let status = crate::fail::status(&e);
            let e = Errors::from(v.locale, Fail(e))?;
            let shown = line_page(&web, &v, &id, &line, Some(typed), e).await?;
            Ok((status, page(&shown)?).into_response())
        }
        Err(e) => Err(Fail(e)),
    }
}

/// Takes a row out.
pub async fn remove_line(
    State(web): State<Web>,
    v: Viewer,
    Path((id, line)): Path<(String, String)>,
    Form(typed): Form<Typed>,
) -> Answer {
    let at = place(&line)?.ok_or(Error::NotFound)?;
    let (seen, i) = (version(one(&typed, "version")), StandardId::from(id.as_str()));
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            app::standard::edit(tx, ctx, &i, seen, &Edit::Remove(at))
        })
        .await;
    super::decided(&web, &v, &id, "", super::Decision::default(), done).await
}

#[derive(Template)]
#[template(path = "standard/limit.html")]
struct LimitPage {
    p: Page,
    id: String,
    label: String,
    code: &'static str,
    version: i64,
    e: Errors,
    n: String,
    units: Vec<Choice>,
    clauses: Vec<(String, String)>,
    own: bool,
    shipped: String,
}

async fn limit_page(
    web: &Web,
    v: &Viewer,
    id: &str,
    code: &str,
    typed: Option<Typed>,
    e: Errors,
) -> Result<LimitPage, Fail> {
    let (key, code) = (id.to_owned(), code.parse::<LimitCode>().map_err(|_| Error::NotFound)?);
    let ctx = v.ctx()?;
    let s = web.read(&ctx, move |c, ctx| app::standard::get(c, ctx, &key)).await?;
    let row = s.row.as_ref().ok_or(Error::NotFound)?;
    let limit = s.document.limit(code).ok_or(Error::NotFound)?;
    let p = Page::new(web, v, "standard-edit-limit");
    let typed = typed.unwrap_or_else(|| {
        vec![
            ("n".to_owned(), limit.limit.n().to_string()),
            ("unit".to_owned(), limit.limit.unit().to_owned()),
        ]
    });
    let clauses = super::clauses()?;
    let shipped = ctx.book.shipped_document.limit(code);
    Ok(LimitPage {
        id: id.to_owned(),
        label: s.document.version.clone(),
        code: code.as_str(),
        version: row.version,
        n: one(&typed, "n").to_owned(),
        units: choices(
            &p,
            "standard-unit",
            Span::UNITS.iter().copied(),
            &all::<String>(&typed, "unit"),
        ),
        clauses: limit
            .clauses
            .iter()
            .map(|id| (id.clone(), words::clause(&p, clauses, id)))
            .collect(),
        own: limit.own,
        shipped: shipped.map(|l| words::span(&p, l.limit)).unwrap_or_default(),
        e,
        p,
    })
}

/// The form of a named limit.
pub async fn limit(State(web): State<Web>, v: Viewer, Path((id, code)): Path<(String, String)>) -> Answer {
    Ok(page(&limit_page(&web, &v, &id, &code, None, Errors::default()).await?)?)
}

/// Saves a named limit.
pub async fn save_limit(
    State(web): State<Web>,
    v: Viewer,
    Path((id, code)): Path<(String, String)>,
    Form(typed): Form<Typed>,
) -> Answer {
    let known = code.parse::<LimitCode>().map_err(|_| Error::NotFound)?;
    let (seen, i, key) = (
        version(one(&typed, "version")),
        StandardId::from(id.as_str()),
        id.clone(),
    );
    let n = one(&typed, "n").parse::<u32>().ok();
    let unit = one(&typed, "unit").to_owned();
    let span = n.or((unit == "customer").then_some(0)).and_then(|n| Span::of(&unit, n));
    let none = |span: &Span| span.n() == 0 && !matches!(span, Span::Customer {} | Span::NaturalDay { .. });
    let span = span.filter(|span| !none(span));
    let done = match span {
        None => Err(Error::field("n", "standard-number")),
        Some(span) => {
            web.write(&v.ctx()?, move |tx, ctx| {
                let s = app::standard::get(tx, ctx, &key)?;
                let old = s.document.limit(known).ok_or(Error::NotFound)?.clone();
                let edit = Edit::Limit(NamedLimit { limit: span, ..old });
                app::standard::edit(tx, ctx, &i, seen, &edit)
            })
            .await
        }
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("{}#limits", to(&id, ""))).into_response()),
        Err(e @ (Error::Invalid(_) | Error::Refused(_) | Error::Conflict { .. })) => {
            let status = crate::fail::status(&e);
            let e = Errors::from(v.locale, Fail(e))?;
            let shown = limit_page(&web, &v, &id, &code, Some(typed), e).await?;
            Ok((status, page(&shown)?).into_response())
        }
        Err(e) => Err(Fail(e)),
    }
}

#[derive(Template)]
#[template(path = "standard/head.html")]
struct HeadPage {
    p: Page,
    id: String,
    label: String,
    version: i64,
    e: Errors,
    called: String,
    attempts: String,
    spacing: String,
    spacing_hours: bool,
    on_days: String,
    asks: Vec<AskRow>,
    days: String,
}

/// Whom a callback asks after one kind of case, in the form.
struct AskRow {
    kind: &'static str,
    ask: String,
    percent: String,
    error: Option<String>,
}

impl HeadPage {
    fn ways(&self) -> &'static [Ask] {
        Ask::ALL
    }
}

async fn head_page(web: &Web, v: &Viewer, id: &str, typed: Option<Typed>, e: Errors) -> Result<HeadPage, Fail> {
    let key = id.to_owned();
    let s = web
        .read(&v.ctx()?, move |c, ctx| app::standard::get(c, ctx, &key))
        .await?;
    let row = s.row.as_ref().ok_or(Error::NotFound)?;
    let d = &s.document;
    let typed = typed.unwrap_or_else(|| {
        let field = |name: &str, value: String| (name.to_owned(), value);
        let mut all = vec![
            field("name", d.version.clone()),
            field("attempts", d.callback.unreachable_after_attempts.to_string()),
            field("spacing", d.callback.attempt_spacing.n().to_string()),
            field("spacing_unit", d.callback.attempt_spacing.unit().to_owned()),
            field("on_days", d.callback.attempt_days.to_string()),
            field("days", d.longest_wait_days.unwrap_or(90).to_string()),
        ];
        for kind in Kind::ALL {
            let (ask, percent) = d.callback.asks(*kind);
            all.push(field(&format!("ask_{kind}"), ask.as_str().to_owned()));
            if ask == Ask::Sample {
                all.push(field(&format!("percent_{kind}"), percent.to_string()));
            }
        }
        all
    });
    let asks = Kind::ALL.iter().map(|kind| AskRow {
        kind: kind.as_str(),
        ask: one(&typed, &format!("ask_{kind}")).to_owned(),
        percent: one(&typed, &format!("percent_{kind}")).to_owned(),
        error: e.of(&format!("percent_{kind}")).map(ToString::to_string),
    });
    Ok(HeadPage {
        p: Page::new(web, v, "standard-edit-head"),
        id: id.to_owned(),
        label: d.version.clone(),
        version: row.version,
        called: one(&typed, "name").to_owned(),
        attempts: one(&typed, "attempts").to_owned(),
        spacing: one(&typed, "spacing").to_owned(),
        spacing_hours: one(&typed, "spacing_unit") != "minute",
        on_days: one(&typed, "on_days").to_owned(),
        asks: asks.collect(),
        days: one(&typed, "days").to_owned(),
        e,
    })
}

/// The form of what holds for the whole version.
pub async fn head(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    Ok(page(&head_page(&web, &v, &id, None, Errors::default()).await?)?)
}

/// The values of that form.
fn head_of(typed: &Typed) -> Res<Edit> {
    let mut f = Fields::default();
    let number = |name: &str| one(typed, name).parse::<u32>().ok();
    let name = one(typed, "name").to_owned();
    if name.is_empty() {
        f.add("name", "required");
    } else if name.chars().count() > 30 {
        f.add("name", "too-long");
    }
    let attempts = number("attempts").filter(|n| (1..=20).contains(n));
    if attempts.is_none() {
        f.add("attempts", "standard-attempts");
    }
    let spacing = number("spacing").and_then(|n| Limit::of(one(typed, "spacing_unit"), n));
    if spacing.is_none() {
        f.add("spacing", "standard-number");
    }
    let on_days = number("on_days").filter(|n| (1..=attempts.unwrap_or(1)).contains(n));
    if on_days.is_none() {
        f.add("on_days", "standard-attempt-days");
    }
    let asks = asks_of(typed, &mut f);
    let days = number("days").filter(|n| (1..=366).contains(n));
    if days.is_none() {
        f.add("days", "standard-wait");
    }
    f.done()?;
    Ok(Edit::Head {
        version: name,
        callback: CallbackFile {
            unreachable_after_attempts: attempts.unwrap_or(3),
            attempt_spacing: spacing.unwrap_or(Limit::Hour { n: 2 }),
            attempt_days: on_days.unwrap_or(1),
            ask: asks,
        },
        wait_days: days,
    })
}

/// Whom a callback asks, kind by kind; everybody is what goes without saying.
fn asks_of(typed: &Typed, f: &mut Fields) -> Vec<AskFile> {
    let mut out = Vec::new();
    for kind in Kind::ALL {
        let ask = one(typed, &format!("ask_{kind}")).parse().unwrap_or(Ask::Always);
        let percent = one(typed, &format!("percent_{kind}")).parse::<u32>().ok();
        let percent = percent.filter(|n| ask == Ask::Sample && (1..=99).contains(n));
        if ask == Ask::Sample && percent.is_none() {
            f.add(&format!("percent_{kind}"), "standard-percent");
        }
        if ask != Ask::Always {
            out.push(AskFile {
                kinds: vec![*kind],
                ask,
                percent,
            });
        }
    }
    out
}

/// Saves it.
pub async fn save_head(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(typed): Form<Typed>) -> Answer {
    let (seen, i) = (version(one(&typed, "version")), StandardId::from(id.as_str()));
    let done = match head_of(&typed) {
        Ok(edit) => {
            web.write(&v.ctx()?, move |tx, ctx| app::standard::edit(tx, ctx, &i, seen, &edit))
                .await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&to(&id, "")).into_response()),
        Err(e @ (Error::Invalid(_) | Error::Refused(_) | Error::Conflict { .. })) => {
            let status = crate::fail::status(&e);
            let e = Errors::from(v.locale, Fail(e))?;
            let shown = head_page(&web, &v, &id, Some(typed), e).await?;
            Ok((status, page(&shown)?).into_response())
        }
        Err(e) => Err(Fail(e)),
    }
}
