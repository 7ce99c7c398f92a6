//! Figures on time (时效): for each limit how many were decided in a period, the share in time, and how long it took, in
//! natural and in working time. Each figure says what it is and opens the exact list behind it.

mod chart;

use app::ctx::Locale;
use app::error::Error;
use app::ontime::{self, Ask, Figure, Figures, GroupBy};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::IntoResponse;
use domain::access::Action;
use domain::clock::ClockCode;
use jiff::ToSpan as _;
use jiff::civil::Date;
use office::sheet::{Cell, Column, Kind, ListSheet, ListWriter};
use serde::Deserialize;

use crate::case::clocks::duration;
use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::gate::{Viewer, encode};
use crate::l10n::{t, tx};
use crate::live::page;
use crate::page::Page;
use crate::state::Web;
use crate::when;

/// A length of time: seconds below two minutes, days, hours and minutes above.
pub fn length(locale: Locale, ms: i64) -> String {
    if ms < 120_000 {
        tx(locale, "time-s", &[("s", &(ms.max(0) / 1000).to_string())])
    } else {
        duration(locale, ms, false)
    }
}

/// `97.3%` of so many; a dash for nothing.
pub fn share(part: i64, whole: i64) -> String {
    if whole == 0 {
        return "—".to_owned();
    }
    let mille = (part * 1000 + whole / 2) / whole;
    format!("{}.{}%", mille / 10, mille % 10)
}

/// What the address says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    from: String,
    until: String,
    by: String,
    clock: String,
    kind: String,
    department: String,
    worker: String,
    item: String,
}

const GROUPS: [(&str, GroupBy); 4] = [
    ("month", GroupBy::Month),
    ("department", GroupBy::Department),
    ("item", GroupBy::Item),
    ("worker", GroupBy::Worker),
];

pub(crate) fn day(zone: &str, now: i64) -> Date {
    when::date(zone, now).parse().unwrap_or(Date::ZERO)
}

/// Names of the usual periods with their first and last days.
pub(crate) fn periods(today: Date) -> Vec<(&'static str, Date, Date)> {
    let first = today.first_of_month();
    let before = first.checked_sub(1.month()).unwrap_or(first);
    let quarter = first.checked_sub(2.months()).unwrap_or(first);
    let year = first.checked_sub(11.months()).unwrap_or(first);
    vec![
        ("this-month", first, today),
        ("last-month", before, before.last_of_month()),
        ("three-months", quarter, today),
        ("twelve-months", year, today),
    ]
}

impl Asked {
    /// Without a period it is the present month.
    fn with_period(mut self, today: Date) -> Asked {
        if self.from.parse::<Date>().is_err() {
            self.from = today.first_of_month().to_string();
        }
        if self.until.parse::<Date>().is_err() {
            self.until = today.to_string();
        }
        if !GROUPS.iter().any(|(name, _)| *name == self.by) {
            self.by = "month".to_owned();
        }
        self
    }

    fn group(&self) -> GroupBy {
        GROUPS
            .iter()
            .find(|(name, _)| *name == self.by)
            .map_or(GroupBy::Month, |(_, by)| *by)
    }

    fn ask(&self, zone: &str) -> Ask {
        Ask {
            code: self.clock.clone(),
            department: self.department.clone(),
            worker: self.worker.clone(),
            kind: self.kind.clone(),
            item: self.item.clone(),
            from: when::day_start(zone, &self.from),
            until: when::day_end(zone, &self.until),
            ..Ask::default()
        }
    }

    /// The question as an address of this page, or of the register, with some of it changed.
    fn address(&self, changed: &[(&str, &str)]) -> String {
        let own = [
            ("from", self.from.as_str()),
            ("until", &self.until),
            ("by", &self.by),
            ("clock", &self.clock),
            ("kind", &self.kind),
            ("department", &self.department),
            ("worker", &self.worker),
            ("item", &self.item),
        ];
        let mut pairs: Vec<(&str, &str)> = own
            .into_iter()
            .filter(|(k, _)| !changed.iter().any(|(c, _)| c == k))
            .collect();
        pairs.extend(changed);
        let set: Vec<String> = pairs
            .iter()
            .filter(|(_, v)| !v.is_empty())
            .map(|(k, v)| format!("{k}={}", encode(v)))
            .collect();
        format!("?{}", set.join("&"))
    }

    /// The list behind a figure.
    fn list(&self, view: &str, changed: &[(&str, &str)]) -> String {
        let mut all = vec![("view", view), ("by", "")];
        all.extend(changed);
        format!("/breaches{}", self.address(&all))
    }
}

/// One line of a table: a limit, or one group of it.
pub struct Line {
    pub label: String,
    /// Of our own texts, not of what people wrote.
    pub own: bool,
    pub more: String,
    pub decided: (i64, String),
    pub on_time: (i64, String),
    pub share: String,
    /// Thousandths.
    pub mille: i64,
    pub late: (i64, String),
    pub excused: (i64, String),
    pub done: (i64, String),
    pub median: String,
    pub p90: String,
    pub median_working: String,
    pub p90_working: String,
    pub running: Option<i64>,
}

fn line(l: Locale, a: &Asked, f: &Figure, label: (String, bool), changed: &[(&str, &str)]) -> Line {
    let long = |ms: Option<i64>| ms.map_or_else(|| "—".to_owned(), |ms| length(l, ms));
    let late = f.decided - f.on_time;
    Line {
        label: label.0,
        own: label.1,
        more: String::new(),
        decided: (f.decided, a.list("decided", changed)),
        on_time: (f.on_time, a.list("on_time", changed)),
        share: share(f.on_time, f.decided),
        mille: if f.decided == 0 {
            0
        } else {
            f.on_time * 1000 / f.decided
        },
        late: (late, a.list("late", changed)),
        excused: (f.excused, a.list("excused", changed)),
        done: (f.done, a.list("finished", changed)),
        median: long(f.median_ms),
        p90: long(f.p90_ms),
        median_working: long(f.median_working_ms),
        p90_working: long(f.p90_working_ms),
        running: None,
    }
}

/// A group's name, and whether it is a text of ours.
fn group_name(l: Locale, names: &Names, by: GroupBy, grp: &str) -> (String, bool) {
    match by {
        GroupBy::Nothing => (String::new(), true),
        GroupBy::Month => (grp.to_owned(), true),
        _ if grp.is_empty() => {
            let key = if by == GroupBy::Item {
                "ontime-no-item"
            } else {
                "ontime-nobody"
            };
            (t(l, key), true)
        }
        GroupBy::Department => (names.department(&grp.into()), false),
        GroupBy::Worker => (names.staff_text(grp), false),
        GroupBy::Item => (names.item(grp), false),
    }
}

/// What a group's list is narrowed by; None where it cannot be.
fn group_filter(zone: &str, by: GroupBy, grp: &str, a: &Asked) -> Option<Vec<(&'static str, String)>> {
    let id = if grp.is_empty() { "-" } else { grp }.to_owned();
    Some(match by {
        GroupBy::Nothing => Vec::new(),
        GroupBy::Department => vec![("department", id)],
        GroupBy::Worker => vec![("worker", id)],
        GroupBy::Item if grp.is_empty() => return None,
        GroupBy::Item => vec![("item", grp.to_owned())],
        GroupBy::Month => {
            let first: Date = format!("{grp}-01").parse().ok()?;
            let (from, until): (Date, Date) = (a.from.parse().ok()?, a.until.parse().ok()?);
            let _ = zone;
            vec![
                ("from", first.max(from).to_string()),
                ("until", first.last_of_month().min(until).to_string()),
            ]
        }
    })
}

fn codes(f: &Figures) -> Vec<ClockCode> {
    let seen = |code: &ClockCode| {
        f.all.iter().any(|x| x.code == code.as_str()) || f.running.iter().any(|(c, _)| c == code.as_str())
    };
    ClockCode::ALL.iter().copied().filter(seen).collect()
}

/// The table of all limits.
fn lines(l: Locale, a: &Asked, f: &Figures) -> Vec<Line> {
    codes(f)
        .into_iter()
        .map(|code| {
            let none = Figure {
                code: code.as_str().to_owned(),
                grp: String::new(),
                decided: 0,
                on_time: 0,
                excused: 0,
                done: 0,
                median_ms: None,
                p90_ms: None,
                median_working_ms: None,
                p90_working_ms: None,
            };
            let found = f.all.iter().find(|x| x.code == code.as_str()).unwrap_or(&none);
            let label = (t(l, &format!("clock-{code}")), true);
            let mut line = line(l, a, found, label, &[("clock", code.as_str())]);
            line.more = a.address(&[("clock", code.as_str())]);
            line.running = f.running.iter().find(|(c, _)| c == code.as_str()).map(|(_, n)| *n);
            line
        })
        .collect()
}

/// The breakdown of one limit.
fn groups(l: Locale, zone: &str, a: &Asked, names: &Names, f: &Figures, code: ClockCode) -> Vec<Line> {
    let by = a.group();
    let mut list: Vec<&Figure> = f.groups.iter().filter(|x| x.code == code.as_str()).collect();
    if by != GroupBy::Month {
        list.sort_by_key(|x| (-(x.decided - x.on_time), -x.decided));
    }
    list.into_iter()
        .map(|x| {
            let label = group_name(l, names, by, &x.grp);
            let filter = group_filter(zone, by, &x.grp, a);
            let open = filter.is_some();
            let filter = filter.unwrap_or_default();
            let mut changed: Vec<(&str, &str)> = vec![("clock", code.as_str())];
            changed.extend(filter.iter().map(|(k, v)| (*k, v.as_str())));
            let mut line = line(l, a, x, label, &changed);
            if !open {
                for link in [
                    &mut line.decided,
                    &mut line.on_time,
                    &mut line.late,
                    &mut line.excused,
                    &mut line.done,
                ] {
                    link.1.clear();
                }
            }
            line
        })
        .collect()
}

/// A choice of a select.
type Choice = (String, String, bool);

#[derive(Template)]
#[template(path = "ontime/page.html")]
struct Show {
    p: Page,
    a: Asked,
    error: String,
    periods: Vec<(String, String, bool)>,
    kinds: Vec<Choice>,
    departments: Vec<Choice>,
    workers: Vec<Choice>,
    bys: Vec<(String, String, bool)>,
    item: String,
    lines: Vec<Line>,
    chart: String,
    code_name: String,
    groups: Vec<Line>,
    group_chart: String,
    export: String,
    may_export: bool,
}

/// Which limit is broken down: the chosen one, else the one with most late ones.
fn chosen(a: &Asked, f: &Figures) -> Option<ClockCode> {
    if let Ok(code) = a.clock.parse() {
        return Some(code);
    }
    let most = f.all.iter().max_by_key(|x| (x.decided - x.on_time, x.decided));
    most.and_then(|x| x.code.parse().ok())
}

async fn read(web: &Web, v: &Viewer, a: &Asked, zone: &str) -> Result<(Figures, Names), Fail> {
    // The table shows all limits; a chosen one only decides what is broken down.
    let ask = Ask {
        code: String::new(),
        ..a.ask(zone)
    };
    let by = a.group();
    let ctx = v.ctx()?;
    let found = web.read(&ctx, move |c, ctx| {
        Ok((ontime::figures(c, ctx, &ask, by)?, Names::load(c, ctx)?))
    });
    Ok(found.await?)
}

/// The page.
pub async fn show(State(web): State<Web>, v: Viewer, Query(a): Query<Asked>) -> Answer {
    let p = Page::new(&web, &v, "nav-ontime");
    let zone = p.zone.clone();
    let today = day(&zone, v.now);
    let a = a.with_period(today);
    let (f, names, error) = match read(&web, &v, &a, &zone).await {
        Ok((f, names)) => (f, names, String::new()),
        Err(Fail(Error::Invalid(list))) => {
            let text = list.first().map(|x| crate::fail::field_text(v.locale, x));
            let names = web.read(&v.ctx()?, Names::load).await?;
            (Figures::default(), names, text.unwrap_or_default())
        }
        Err(e) => return Err(e),
    };
    let l = v.locale;
    let code = chosen(&a, &f);
    let lines = lines(l, &a, &f);
    let groups = code.map_or_else(Vec::new, |code| groups(l, &zone, &a, &names, &f, code));
    let pick = |all: Vec<(String, String)>, chosen: &str| -> Vec<Choice> {
        let mut list: Vec<Choice> = all
            .into_iter()
            .map(|(id, name)| (id.clone(), name, id == chosen))
            .collect();
        list.push(("-".to_owned(), t(l, "ontime-nobody"), chosen == "-"));
        list
    };
    let kinds = domain::case::Kind::ALL
        .iter()
        .map(|k| (k.as_str().to_owned(), p.code("kind", k.as_str()), a.kind == k.as_str()));
    let periods = periods(today).into_iter().map(|(name, from, until)| {
        let (from, until) = (from.to_string(), until.to_string());
        (
            format!("/ontime{}", a.address(&[("from", &from), ("until", &until)])),
            p.t(&format!("ontime-{name}")),
            a.from == from && a.until == until,
        )
    });
    let bys = GROUPS
        .iter()
        .map(|(name, _)| ((*name).to_owned(), p.t(&format!("ontime-by-{name}")), a.by == *name));
    Ok(page(&Show {
        error,
        periods: periods.collect(),
        kinds: kinds.collect(),
        departments: pick(names.all_departments(), &a.department),
        workers: pick(names.everybody(), &a.worker),
        bys: bys.collect(),
        item: if a.item.is_empty() {
            String::new()
        } else {
            names.item(&a.item)
        },
        chart: chart::shares(l, &p.t("ontime-chart"), &lines),
        lines,
        code_name: code.map_or_else(String::new, |c| p.code("clock", c.as_str())),
        group_chart: chart::counts(l, &p.t("ontime-chart-groups"), &groups),
        groups,
        export: format!("/ontime/export{}", a.address(&[])),
        may_export: v.may(Action::Export),
        a,
        p,
    })?)
}

/// The figures as an Excel file: logged, with a line that says who took it and when.
pub async fn export(State(web): State<Web>, v: Viewer, Query(a): Query<Asked>) -> Answer {
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let a = a.with_period(day(&zone, v.now));
    let (f, names) = read(&web, &v, &a, &zone).await?;
    let l = v.locale;
    let column = |key: &str, kind: Kind, width: f64| Column {
        heading: t(l, key),
        kind,
        width,
    };
    let columns = vec![
        column("col-clock", Kind::Text, 14.0),
        column("ontime-group", Kind::Text, 24.0),
        column("ontime-decided", Kind::Number, 10.0),
        column("ontime-on-time", Kind::Number, 10.0),
        column("ontime-share", Kind::Text, 10.0),
        column("ontime-late", Kind::Number, 10.0),
        column("ontime-excused", Kind::Number, 10.0),
        column("ontime-done", Kind::Number, 10.0),
        column("ontime-median-min", Kind::Number, 16.0),
        column("ontime-p90-min", Kind::Number, 16.0),
        column("ontime-median-working-min", Kind::Number, 16.0),
        column("ontime-p90-working-min", Kind::Number, 16.0),
    ];
    let who = v
        .session
        .as_ref()
        .map(|s| s.display_name(l).to_owned())
        .unwrap_or_default();
    let filter = tx(l, "ontime-period", &[("from", &a.from), ("until", &a.until)]);
    let watermark = tx(
        l,
        "list-watermark",
        &[("who", &who), ("when", &when::full(&zone, v.now)), ("filter", &filter)],
    );
    let mut writer = ListWriter::new(&ListSheet {
        title: t(l, "nav-ontime"),
        watermark,
        columns,
        zone: jiff::tz::TimeZone::get(&zone).unwrap_or(jiff::tz::TimeZone::UTC),
    })
    .map_err(Error::internal)?;
    let by = a.group();
    let mut count = 0_i64;
    for x in f.all.iter().chain(&f.groups) {
        let group = if f.all.contains(x) {
            t(l, "ontime-all")
        } else {
            group_name(l, &names, by, &x.grp).0
        };
        let line = line(l, &a, x, (group, true), &[]);
        let clock = t(l, &format!("clock-{}", x.code));
        writer
            .push(&[
                Cell::from(clock.as_str()),
                Cell::from(line.label.as_str()),
                Cell::Int(line.decided.0),
                Cell::Int(line.on_time.0),
                Cell::from(line.share.as_str()),
                Cell::Int(line.late.0),
                Cell::Int(line.excused.0),
                Cell::Int(line.done.0),
                crate::table::minutes(x.median_ms),
                crate::table::minutes(x.p90_ms),
                crate::table::minutes(x.median_working_ms),
                crate::table::minutes(x.p90_working_ms),
            ])
            .map_err(Error::internal)?;
        count += 1;
    }
    web.write(&v.ctx()?, move |tx, ctx| ontime::exported(tx, ctx, by, count))
        .await?;
    let bytes = writer.finish().map_err(Error::internal)?;
    let name = format!("attachment; filename=\"ontime-{}.xlsx\"", when::date(&zone, v.now));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_and_nothing_has_none() {
        for (part, whole, text) in [
            (0, 0, "—"),
            (0, 3, "0.0%"),
            (2, 3, "66.7%"),
            (3, 3, "100.0%"),
            (999, 1000, "99.9%"),
        ] {
            assert_eq!(share(part, whole), text);
        }
    }

    #[test]
    fn months_are_cut_to_the_period() {
        let a = Asked {
            from: "2026-10-20".into(),
            until: "2026-11-21".into(),
            ..Asked::default()
        };
        let cut = |month: &str| group_filter("", GroupBy::Month, month, &a).unwrap();
        assert_eq!(
            cut("2026-10"),
            [("from", "2026-10-20".to_owned()), ("until", "2026-10-31".to_owned())]
        );
        assert_eq!(
            cut("2026-11"),
            [("from", "2026-11-01".to_owned()), ("until", "2026-11-21".to_owned())]
        );
    }

    #[test]
    fn periods_begin_with_their_months() {
        let list = periods("2026-03-15".parse().unwrap());
        let text: Vec<_> = list.iter().map(|(n, f, u)| format!("{n} {f} {u}")).collect();
        assert_eq!(
            text,
            [
                "this-month 2026-03-01 2026-03-15",
                "last-month 2026-02-01 2026-02-28",
                "three-months 2026-01-01 2026-03-15",
                "twelve-months 2025-04-01 2026-03-15"
            ]
        );
    }
}
