//! The week of the roster: a lane for each post with its gaps, the table of people and days, on screen, on paper and in Excel.

use app::ctx::Ctx;
use app::error::{Error, Res};
use app::roster::board::{Board, PostOf};
use app::roster::{manages, midnight, monday, plus_days};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::IntoResponse;
use domain::access::{Action, Reach};
use domain::roster::{Attendance, Stretch, short_rests};
use jiff::civil::Date;
use office::sheet::{Cell, Column, Kind, ListSheet, ListWriter};
use serde::Deserialize;
use store::seam::Conn;

use super::parts::{day, gap_text, hours, pick};
use crate::fail::{Answer, Fail};
use crate::form::Errors;
use crate::gate::Viewer;
use crate::l10n::tx;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;
use crate::when;

/// Width of a lane in its own units: a week.
const WIDTH: i64 = 1_092;
/// Height of one row of bars.
const ROW: i64 = 22;

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Ask {
    pub week: String,
    pub made: Option<i64>,
    pub skipped: Option<i64>,
}

pub struct Day {
    pub date: String,
    pub label: String,
    pub today: bool,
    pub weekend: bool,
}

pub struct Bar {
    pub x: i64,
    pub y: i64,
    pub w: i64,
    pub text: String,
    pub title: String,
    pub class: &'static str,
}

pub struct Chip {
    pub href: String,
    pub sign: String,
    pub hours: String,
    pub class: &'static str,
    pub title: String,
}

pub struct DayCell {
    pub chips: Vec<Chip>,
    /// Where a shift is added; empty where none can be.
    pub add: String,
}

pub struct Row {
    pub name: String,
    pub cells: Vec<DayCell>,
    pub hours: String,
}

pub struct Lane {
    pub id: String,
    pub name: String,
    pub rule: String,
    pub extension: String,
    pub height: i64,
    pub bars: Vec<Bar>,
    pub gaps: Vec<Bar>,
    pub label: String,
    pub rows: Vec<Row>,
    pub gap_texts: Vec<String>,
    pub edit: bool,
    pub patterns: String,
}

/// The week as it is shown.
pub struct Week {
    pub monday: Date,
    pub days: Vec<Day>,
    pub lanes: Vec<Lane>,
    /// Short rests, in words.
    pub rests: Vec<String>,
    pub now: Option<i64>,
}

fn x_of(w: Stretch, at: i64) -> i64 {
    (at.clamp(w.from, w.to) - w.from) * WIDTH / w.length().max(1)
}

/// The name that fits into a bar: the whole in Chinese, the given name in English.
fn short(en: bool, zh: &str, other: &str) -> String {
    if en && !other.is_empty() {
        other.rsplit(' ').next().unwrap_or(other).to_owned()
    } else {
        zh.to_owned()
    }
}

fn rule(p: &Page, x: &PostOf) -> String {
    if x.coverage.is_empty() {
        return p.t("roster-no-cover");
    }
    let n = x.coverage.needed.to_string();
    let hours = if x.coverage.is_always() {
        p.t("roster-24h")
    } else if x.post.workdays == x.post.weekend {
        x.post.workdays.clone()
    } else {
        let none = |t: &str| if t.is_empty() { "–".to_owned() } else { t.to_owned() };
        let (a, b) = (none(&x.post.workdays), none(&x.post.weekend));
        tx(p.locale, "roster-week-hours", &[("work", &a), ("rest", &b)])
    };
    tx(p.locale, "roster-rule", &[("hours", &hours), ("n", &n)])
}

fn chip_class(a: Attendance) -> &'static str {
    match a {
        Attendance::Absent => "gone",
        Attendance::Due | Attendance::Missing | Attendance::Missed => "red",
        Attendance::Late => "amb",
        Attendance::Here => "grn",
        Attendance::Done => "",
        Attendance::Planned | Attendance::Asked => "blu",
    }
}

fn lane(
    p: &Page,
    ctx: &Ctx,
    b: &Board,
    x: &PostOf,
    w: Stretch,
    days: &[Day],
    people: &[store::roster::Person],
) -> Lane {
    let en = p.en();
    let edit = manages(ctx, &x.post);
    let mut ends: Vec<i64> = Vec::new();
    let mut bars = Vec::new();
    for s in b.of_post(&x.post.id) {
        let row = ends.iter().position(|e| *e <= s.from_at).unwrap_or(ends.len());
        if row == ends.len() {
            ends.push(s.to_at);
        } else {
            ends[row] = s.to_at;
        }
        let (from, to) = (x_of(w, s.from_at), x_of(w, s.to_at));
        let (zh, other) = (b.name(&s.staff_id, false), b.name(&s.staff_id, true));
        let a = b.attendance(s, ctx.now);
        let word = p.code("attendance", a.as_str());
        bars.push(Bar {
            x: from,
            y: i64::try_from(row).unwrap_or(0) * ROW + 3,
            w: (to - from - 1).max(2),
            text: if to - from >= 36 {
                short(en, zh, other)
            } else {
                String::new()
            },
            title: format!("{} {} {word}", pick(en, zh, other), hours(&p.zone, s.from_at, s.to_at)),
            class: if a == Attendance::Absent {
                "bar gone"
            } else if s.to_at <= ctx.now {
                "bar past"
            } else {
                "bar"
            },
        });
    }
    let height = i64::try_from(ends.len().max(1)).unwrap_or(1) * ROW + 4;
    let found = b.gaps(x, w);
    let gaps = found.iter().map(|g| Bar {
        x: x_of(w, g.at.from),
        y: 1,
        w: (x_of(w, g.at.to) - x_of(w, g.at.from)).max(3),
        text: String::new(),
        title: gap_text(p, g, i64::MAX),
        class: if g.at.to <= ctx.now { "gap past" } else { "gap" },
    });
    let name = pick(en, &x.post.name, &x.post.name_en).to_owned();
    let ahead: Vec<String> = found
        .iter()
        .filter(|g| g.at.to > ctx.now)
        .map(|g| gap_text(p, g, i64::MAX))
        .collect();
    let label = tx(
        p.locale,
        "roster-lane",
        &[
            ("post", &name),
            ("shifts", &bars.len().to_string()),
            ("gaps", &ahead.len().to_string()),
        ],
    );
    Lane {
        id: x.post.id.as_str().to_owned(),
        rule: rule(p, x),
        extension: x.post.extension.clone(),
        height,
        gaps: gaps.collect(),
        label,
        rows: rows(p, ctx, b, x, days, people, edit),
        gap_texts: ahead,
        edit,
        patterns: x
            .patterns
            .iter()
            .map(|t| format!("{} {}", t.sign, t.hours))
            .collect::<Vec<_>>()
            .join("　"),
        bars,
        name,
    }
}

fn rows(
    p: &Page,
    ctx: &Ctx,
    b: &Board,
    x: &PostOf,
    days: &[Day],
    people: &[store::roster::Person],
    edit: bool,
) -> Vec<Row> {
    let en = p.en();
    let mut who: Vec<domain::ids::StaffId> = Vec::new();
    if edit {
        who.extend(
            people
                .iter()
                .filter(|q| q.department_id.is_some() && q.department_id == x.post.department_id)
                .map(|q| q.id.clone()),
        );
    }
    for s in b.of_post(&x.post.id) {
        if !who.contains(&s.staff_id) {
            who.push(s.staff_id.clone());
        }
    }
    let in_week = |s: &store::roster::Shift| days.iter().any(|d| d.date == s.day);
    who.sort_by_key(|id| {
        let first = b
            .of_post(&x.post.id)
            .find(|s| s.staff_id == *id && in_week(s))
            .map(|s| s.from_at);
        (first.is_none(), first, b.name(id, false).to_owned())
    });
    who.iter()
        .filter(|id| edit || b.of_post(&x.post.id).any(|s| s.staff_id == **id && in_week(s)))
        .map(|id| {
            let own: Vec<_> = b.of_post(&x.post.id).filter(|s| s.staff_id == *id).collect();
            let cells = days.iter().map(|d| DayCell {
                chips: own
                    .iter()
                    .filter(|s| s.day == d.date)
                    .map(|s| {
                        let pattern = s
                            .pattern_id
                            .as_ref()
                            .and_then(|t| x.patterns.iter().find(|q| q.id == *t));
                        let a = b.attendance(s, ctx.now);
                        Chip {
                            href: format!("/roster/shifts/{}", s.id),
                            sign: pattern.map_or_else(String::new, |t| {
                                if en {
                                    pick(true, &t.sign, &t.name_en).to_owned()
                                } else {
                                    t.sign.clone()
                                }
                            }),
                            hours: hours(&p.zone, s.from_at, s.to_at),
                            class: chip_class(a),
                            title: p.code("attendance", a.as_str()),
                        }
                    })
                    .collect(),
                add: if edit && midnight(&b.zone, d.date.parse().unwrap_or_default()) + 86_400_000 > ctx.now {
                    format!("/roster/shifts/new?post={}&staff={}&day={}", x.post.id, id, d.date)
                } else {
                    String::new()
                },
            });
            let whole: i64 = own.iter().filter(|s| in_week(s)).map(|s| s.to_at - s.from_at).sum();
            let cells: Vec<DayCell> = cells.collect();
            Row {
                name: b.name(id, en).to_owned(),
                cells,
                hours: if whole == 0 {
                    String::new()
                } else {
                    format!("{}", (whole + 1_800_000) / 3_600_000)
                },
            }
        })
        .collect()
}

/// Reads a week.
///
/// # Errors
/// `Forbidden` for who takes no part in the roster.
pub fn read(c: &mut Conn, ctx: &Ctx, p: &Page, asked: &str) -> Res<Week> {
    let zone = app::case::zone(c, &ctx.site)?;
    let today = app::roster::date_at(&zone, ctx.now);
    let first = monday(asked.trim().parse().unwrap_or(today));
    let w = Stretch {
        from: midnight(&zone, first),
        to: midnight(&zone, plus_days(first, 7)),
    };
    let b = Board::read(c, ctx, w)?;
    let people = store::roster::people(c, &ctx.site)?;
    let days: Vec<Day> = (0..7)
        .map(|n| {
            let date = plus_days(first, n);
            Day {
                label: day(p, midnight(&zone, date) + 12 * 3_600_000),
                today: date == today,
                weekend: n >= 5,
                date: date.to_string(),
            }
        })
        .collect();
    let lanes: Vec<Lane> = b.posts.iter().map(|x| lane(p, ctx, &b, x, w, &days, &people)).collect();
    let seen: Vec<(&domain::ids::StaffId, Stretch)> = b
        .shifts
        .iter()
        .map(|s| (&s.staff_id, app::roster::stretch(s)))
        .collect();
    let rests = short_rests(&seen).into_iter().filter(|r| r.again > ctx.now).map(|r| {
        let (until, again) = (
            when::short(&p.zone, p.now, r.until),
            when::short(&p.zone, p.now, r.again),
        );
        tx(
            p.locale,
            "roster-short-rest",
            &[("name", b.name(r.person, p.en())), ("until", &until), ("again", &again)],
        )
    });
    Ok(Week {
        monday: first,
        rests: rests.collect(),
        days,
        lanes,
        now: w.holds(ctx.now).then(|| x_of(w, ctx.now)),
    })
}

#[derive(Template)]
#[template(path = "roster/week.html")]
pub struct WeekPage {
    p: Page,
    w: Week,
    prev: String,
    next: String,
    this: String,
    manage: bool,
    whole: bool,
    export: bool,
    key: String,
    filled: Option<(i64, i64)>,
    e: Errors,
}

/// The page of a week, also with what was refused.
pub async fn show(web: &Web, v: &Viewer, a: Ask, e: Errors) -> Result<WeekPage, Fail> {
    let asked = a.week.clone();
    let p = Page::new(web, v, "roster-title");
    let (p, w) = web
        .read(&v.ctx()?, {
            let mut p = Some(p);
            let web = web.clone();
            let v = v.clone();
            move |c, ctx| {
                let page = p.take().unwrap_or_else(|| Page::new(&web, &v, "roster-title"));
                let w = read(c, ctx, &page, &asked)?;
                Ok((page, w))
            }
        })
        .await?;
    let key = p.key(web);
    Ok(WeekPage {
        prev: plus_days(w.monday, -7).to_string(),
        next: plus_days(w.monday, 7).to_string(),
        this: w.monday.to_string(),
        manage: v.may(Action::ManageRoster),
        whole: v.reach(Action::ManageRoster) >= Reach::Site,
        export: v.may(Action::Export),
        filled: a.made.map(|m| (m, a.skipped.unwrap_or(0))),
        p,
        w,
        key,
        e,
    })
}

/// The page.
pub async fn week(State(web): State<Web>, v: Viewer, Query(a): Query<Ask>) -> Answer {
    Ok(page(&show(&web, &v, a, Errors::default()).await?)?)
}

#[derive(Template)]
#[template(path = "roster/print.html")]
struct PrintPage {
    p: Page,
    w: Week,
    org: String,
    printed: String,
    range: String,
}

/// The week on paper.
pub async fn print(State(web): State<Web>, v: Viewer, Query(a): Query<Ask>) -> Answer {
    let shown = show(&web, &v, a, Errors::default()).await?;
    let org = crate::table::organisation(&web, &v).await?;
    let printed = crate::table::printed_by(&shown.p, &v);
    let range = format!("{} – {}", shown.w.monday, plus_days(shown.w.monday, 6));
    Ok(page(&PrintPage {
        p: shown.p,
        w: shown.w,
        org,
        printed,
        range,
    })?)
}

/// The week as an Excel file; logged.
pub async fn export(State(web): State<Web>, v: Viewer, Query(a): Query<Ask>) -> Answer {
    let shown = show(&web, &v, a, Errors::default()).await?;
    let (p, w) = (&shown.p, &shown.w);
    let who = v
        .session
        .as_ref()
        .map(|s| s.display_name(v.locale).to_owned())
        .unwrap_or_default();
    let range = format!("{} – {}", w.monday, plus_days(w.monday, 6));
    let column = |heading: String, width| Column {
        heading,
        kind: Kind::Text,
        width,
    };
    let mut columns = vec![column(p.t("roster-post"), 14.0), column(p.t("roster-person"), 14.0)];
    columns.extend(w.days.iter().map(|d| column(d.label.clone(), 16.0)));
    columns.push(Column {
        heading: p.t("roster-hours-sum"),
        kind: Kind::Number,
        width: 8.0,
    });
    let at = when::full(&p.zone, v.now);
    let watermark = tx(
        v.locale,
        "list-watermark",
        &[("who", &who), ("when", &at), ("filter", &range)],
    );
    let zone = jiff::tz::TimeZone::get(&p.zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let mut writer = ListWriter::new(&ListSheet {
        title: p.t("roster-title"),
        watermark,
        columns,
        zone,
    })
    .map_err(Error::internal)?;
    let mut n = 0;
    for lane in &w.lanes {
        for row in lane.rows.iter().filter(|r| r.cells.iter().any(|c| !c.chips.is_empty())) {
            let mut cells: Vec<Cell<'_>> = vec![Cell::from(lane.name.as_str()), Cell::from(row.name.as_str())];
            for c in &row.cells {
                let said: Vec<String> = c
                    .chips
                    .iter()
                    .map(|x| format!("{} {}", x.sign, x.hours).trim().to_owned())
                    .collect();
                cells.push(Cell::from(said.join("\n")));
            }
            cells.push(row.hours.parse::<i64>().map_or(Cell::Empty, Cell::Int));
            writer.push(&cells).map_err(Error::internal)?;
            n += 1;
        }
        for g in &lane.gap_texts {
            writer
                .push(&[Cell::from(lane.name.as_str()), Cell::from(g.clone())])
                .map_err(Error::internal)?;
            n += 1;
        }
    }
    let asked = app::roster::duty::Ask {
        view: range,
        ..app::roster::duty::Ask::default()
    };
    web.write(&v.ctx()?, move |tx, ctx| {
        app::roster::duty::exported(tx, ctx, "roster", &asked, n)
    })
    .await?;
    let bytes = writer.finish().map_err(Error::internal)?;
    Ok(xlsx(&format!("roster-{}", w.monday), bytes))
}

/// An Excel file as an answer.
pub fn xlsx(name: &str, bytes: Vec<u8>) -> axum::response::Response {
    let mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    (
        [
            (header::CONTENT_TYPE, mime.to_owned()),
            (
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{name}.xlsx\""),
            ),
        ],
        bytes,
    )
        .into_response()
}
