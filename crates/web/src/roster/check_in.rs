//! Checking in with the opening checklist, and the register of who came when (REC-4).

use app::error::Error;
use app::roster::duty::{self, Ask, CheckIn};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use domain::access::{Action, Reach};
use domain::ids::ShiftId;
use domain::roster::{Attendance, ShiftTimes, attendance};
use office::sheet::{Cell, Column, Kind, ListSheet, ListWriter};
use serde::Deserialize;

use super::edit::Choice;
use super::parts::{Pairs, pick, span, tone, value, values};
use super::swap::{cursor, cursor_text};
use super::week::xlsx;
use crate::case::names::Names;
use crate::fail::{Answer, Fail, status};
use crate::form::Errors;
use crate::gate::{Viewer, encode};
use crate::l10n::{t, tx};
use crate::live::page;
use crate::page::Page;
use crate::state::Web;
use crate::when;

struct Item {
    code: String,
    text: String,
    ok: bool,
}

#[derive(Template)]
#[template(path = "roster/check_in.html")]
struct CheckInPage {
    p: Page,
    id: String,
    post: String,
    span: String,
    due: String,
    late: i64,
    word: String,
    tone: &'static str,
    open: bool,
    list: Vec<Item>,
    remark: String,
    /// The newest hand-over of the post, to be read first.
    last: Option<(String, String)>,
    first: bool,
    e: Errors,
    key: String,
}

async fn view(web: &Web, v: &Viewer, id: &str, f: &CheckIn, first: bool, e: Errors) -> Result<CheckInPage, Fail> {
    let sid = ShiftId::from(id);
    let (form, last) = web
        .read(&v.ctx()?, move |c, ctx| {
            let form = duty::form(c, ctx, &sid)?;
            let last = app::roster::hand_over::last(c, ctx, &form.own.post.id)?;
            Ok((form, last))
        })
        .await?;
    let p = Page::new(web, v, "duty-check-in");
    let s = &form.own.shift;
    let due = s.from_at - domain::roster::BEFORE_MS;
    Ok(CheckInPage {
        id: id.to_owned(),
        post: pick(p.en(), &form.own.post.name, &form.own.post.name_en).to_owned(),
        span: span(&p, s.from_at, s.to_at),
        due: when::clock(&p.zone, due),
        late: domain::roster::late_by(s.from_at, v.now) / 60_000,
        word: p.code("attendance", form.own.attendance.as_str()),
        tone: tone(form.own.attendance),
        open: form.own.open,
        list: form
            .list
            .iter()
            .map(|i| Item {
                code: i.code.clone(),
                text: pick(p.en(), &i.zh, &i.en).to_owned(),
                ok: f.ok.contains(&i.code),
            })
            .collect(),
        remark: f.remark.clone(),
        last: last.map(|h| (h.id.into_string(), format!("{} {}", h.number, p.time(h.given_at)))),
        first,
        key: p.key(web),
        p,
        e,
    })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct First {
    first: String,
}

/// The form.
pub async fn check_in_form(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    Query(q): Query<First>,
) -> Answer {
    let shown = view(&web, &v, &id, &CheckIn::default(), q.first == "1", Errors::default()).await?;
    Ok(page(&shown)?)
}

/// Checks in.
pub async fn check_in(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let key = value(&f, "_key");
    let c = CheckIn {
        ok: values(&f, "ok"),
        remark: value(&f, "remark"),
    };
    let (sid, asked) = (ShiftId::from(id.as_str()), c.clone());
    let ctx = v.ctx()?;
    match web
        .write(&ctx, move |tx, ctx| duty::check_in(tx, ctx, &key, &sid, &asked))
        .await
    {
        Ok(_) => {
            // The page that comes back shows it already.
            let (desk, site) = (web.desk.clone(), ctx.site.clone());
            crate::account::blocking(move || desk.recount(&site)).await?;
            Ok(Redirect::to("/").into_response())
        }
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let status = status(&e);
            let shown = view(&web, &v, &id, &c, false, Errors::from(v.locale, Fail(e))?).await?;
            Ok((status, page(&shown)?).into_response())
        }
    }
}

/// What the register is asked for, as a browser sends it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    post: String,
    staff: String,
    view: String,
    from: String,
    until: String,
    after: String,
}

impl Asked {
    fn ask(&self, zone: &str) -> Ask {
        Ask {
            post: self.post.clone(),
            staff: self.staff.clone(),
            view: self.view.clone(),
            from: when::day_start(zone, &self.from),
            until: when::day_end(zone, &self.until),
            after: cursor(&self.after),
        }
    }

    fn query(&self, view: &str) -> String {
        let pairs = [
            ("view", view),
            ("post", &self.post),
            ("staff", &self.staff),
            ("from", &self.from),
            ("until", &self.until),
        ];
        let set: Vec<String> = pairs
            .iter()
            .filter(|(_, v)| !v.is_empty())
            .map(|(k, v)| format!("{k}={}", encode(v)))
            .collect();
        format!("?{}", set.join("&"))
    }
}

struct Row {
    id: String,
    post: String,
    name: String,
    span: String,
    due: i64,
    came: Option<i64>,
    came_text: String,
    late: Option<i64>,
    word: String,
    tone: &'static str,
    not_ok: String,
    remark: String,
    begins: i64,
}

struct Found {
    rows: Vec<Row>,
    next: Option<(i64, String)>,
    posts: Vec<store::roster::Post>,
    people: Vec<(String, String)>,
}

async fn read(web: &Web, v: &Viewer, a: Ask, limit: i64) -> Result<Found, Fail> {
    let p = Page::bare(web, Some(v), v.locale, "");
    let (rows, next, posts, names, absences) = web
        .read(&v.ctx()?, move |c, ctx| {
            let (rows, next) = duty::register(c, ctx, &a, limit)?;
            let first = rows.iter().map(|s| s.from_at).min().unwrap_or(ctx.now);
            Ok((
                rows,
                next,
                store::roster::posts(c, &ctx.site)?,
                Names::load(c, ctx)?,
                store::roster::absences(c, &ctx.site, first, ctx.now + 86_400_000)?,
            ))
        })
        .await?;
    let en = p.en();
    let rows = rows.into_iter().map(|s| {
        let post = posts.iter().find(|x| x.id == s.post_id);
        let away =
            |x: &&store::roster::Absence| x.staff_id == s.staff_id && x.from_at <= s.from_at && s.from_at < x.to_at;
        let times = ShiftTimes {
            at: app::roster::stretch(&s),
            checked_in: s.checked_in_at,
            ended: s.ended_at,
            absent: absences.iter().any(|x| away(&x)),
        };
        let a = attendance(&times, p.now);
        let list = post.map(app::roster::board::checklist).unwrap_or_default();
        let ticks: Vec<domain::roster::Tick> = serde_json::from_str(&s.ticks).unwrap_or_default();
        let not: Vec<String> = ticks
            .iter()
            .filter(|x| !x.ok)
            .map(|x| {
                list.iter()
                    .find(|i| i.code == x.code)
                    .map_or_else(|| x.code.clone(), |i| pick(en, &i.zh, &i.en).to_owned())
            })
            .collect();
        let late = s.late_ms.map(|ms| (ms + 59_999) / 60_000);
        let (word, tone) = match a {
            // How it was counts more in a register than that it is over.
            Attendance::Done if late.is_some_and(|l| l > 0) => (p.code("attendance", "late"), "amb"),
            Attendance::Done => (p.code("attendance", "here"), "grn"),
            other => (p.code("attendance", other.as_str()), tone(other)),
        };
        Row {
            post: post
                .map(|x| pick(en, &x.name, &x.name_en).to_owned())
                .unwrap_or_default(),
            name: names.staff(&s.staff_id),
            span: span(&p, s.from_at, s.to_at),
            due: s.from_at - domain::roster::BEFORE_MS,
            came: s.checked_in_at,
            came_text: s.checked_in_at.map(|at| when::clock(&p.zone, at)).unwrap_or_default(),
            late,
            word,
            tone,
            not_ok: not.join(&p.t("word-comma")),
            remark: s.remark,
            begins: s.from_at,
            id: s.id.into_string(),
        }
    });
    Ok(Found {
        rows: rows.collect(),
        next,
        people: names.everybody(),
        posts,
    })
}

#[derive(Template)]
#[template(path = "roster/check_ins.html")]
struct RegisterPage {
    p: Page,
    a: Asked,
    tabs: Vec<(String, String, bool)>,
    rows: Vec<Row>,
    posts: Vec<Choice>,
    people: Vec<Choice>,
    all: bool,
    next: Option<String>,
    export: Option<String>,
}

/// The register.
pub async fn register(State(web): State<Web>, v: Viewer, Query(a): Query<Asked>) -> Answer {
    let p = Page::new(&web, &v, "check-ins-title");
    let all = matches!(
        duty::register_reach(&v.ctx()?),
        Reach::Department | Reach::Site | Reach::All
    );
    let found = read(&web, &v, a.ask(&p.zone), 40).await?;
    let tab = |view: &str, key: &str| (format!("/duty/check-ins{}", a.query(view)), p.t(key), a.view == view);
    Ok(page(&RegisterPage {
        tabs: vec![
            tab("", "check-ins-all"),
            tab("late", "check-ins-late"),
            tab("missed", "check-ins-missed"),
        ],
        rows: found.rows,
        posts: found
            .posts
            .iter()
            .map(|x| {
                (
                    x.id.as_str().to_owned(),
                    pick(p.en(), &x.name, &x.name_en).to_owned(),
                    x.id.as_str() == a.post,
                )
            })
            .collect(),
        people: found
            .people
            .into_iter()
            .map(|(id, name)| (id.clone(), name, id == a.staff))
            .collect(),
        all,
        next: found
            .next
            .as_ref()
            .map(|n| format!("/duty/check-ins{}&after={}", a.query(&a.view), cursor_text(n))),
        export: (all && v.may(Action::Export)).then(|| format!("/duty/check-ins/export{}", a.query(&a.view))),
        a,
        p,
    })?)
}

/// The register as an Excel file; logged.
pub async fn export(State(web): State<Web>, v: Viewer, Query(a): Query<Asked>) -> Answer {
    const MOST: i64 = 20_000;
    let l = v.locale;
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let mut ask = a.ask(&zone);
    ask.after = None;
    let columns = [
        ("roster-post", Kind::Text, 12.0),
        ("roster-person", Kind::Text, 14.0),
        ("check-ins-begins", Kind::DateTime, 17.0),
        ("check-ins-due", Kind::DateTime, 17.0),
        ("check-ins-came", Kind::DateTime, 17.0),
        ("check-ins-late-min", Kind::Number, 10.0),
        ("word-state", Kind::Text, 12.0),
        ("check-ins-not-ok", Kind::Text, 30.0),
        ("roster-remark", Kind::Text, 30.0),
    ];
    let columns = columns
        .map(|(key, kind, width)| Column {
            heading: t(l, key),
            kind,
            width,
        })
        .to_vec();
    let who = v
        .session
        .as_ref()
        .map(|s| s.display_name(l).to_owned())
        .unwrap_or_default();
    let filter = [&a.from, &a.until, &a.view]
        .iter()
        .filter(|x| !x.is_empty())
        .map(|x| x.as_str())
        .collect::<Vec<_>>()
        .join(" ");
    let watermark = tx(
        l,
        "list-watermark",
        &[("who", &who), ("when", &when::full(&zone, v.now)), ("filter", &filter)],
    );
    let tz = jiff::tz::TimeZone::get(&zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let sheet = ListSheet {
        title: t(l, "check-ins-title"),
        watermark,
        columns,
        zone: tz,
    };
    let mut writer = ListWriter::new(&sheet).map_err(Error::internal)?;
    let mut n = 0_i64;
    loop {
        let found = read(&web, &v, ask.clone(), 500).await?;
        for r in &found.rows {
            let cells = [
                Cell::from(r.post.as_str()),
                Cell::from(r.name.as_str()),
                Cell::At(r.begins),
                Cell::At(r.due),
                r.came.map_or(Cell::Empty, Cell::At),
                r.late.map_or(Cell::Empty, Cell::Int),
                Cell::from(r.word.as_str()),
                Cell::from(r.not_ok.as_str()),
                Cell::from(r.remark.as_str()),
            ];
            writer.push(&cells).map_err(Error::internal)?;
            n += 1;
        }
        match found.next {
            Some(next) if n < MOST => ask.after = Some(next),
            Some(_) => return Err(Fail(Error::field("from", "invalid-too-many-rows"))),
            None => break,
        }
    }
    web.write(&v.ctx()?, move |tx, ctx| duty::exported(tx, ctx, "check_ins", &ask, n))
        .await?;
    let bytes = writer.finish().map_err(Error::internal)?;
    Ok(xlsx(&format!("check-ins-{}", when::date(&zone, v.now)), bytes))
}
