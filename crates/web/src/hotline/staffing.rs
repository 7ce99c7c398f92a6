//! How many people the telephone needs in each hour of the week, beside the roster: with its inputs, its formulas and where they come
//! from.

use app::call::staffing::{self, Ask, Hour, Staffing};
use app::error::Error;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use serde::Deserialize;

use super::length;
use crate::fail::{Answer, status};
use crate::form::Errors;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::standard::chart::{self, Entry};
use crate::state::Web;
use crate::table::{self, Heading};
use domain::call::staffing::Load;
use office::sheet::{Cell as Value, Kind as Column};

/// What the address asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    weeks: String,
    share: String,
    wrap_up: String,
    /// The day that is drawn, 0 for Monday.
    day: String,
}

fn number_or<T: std::str::FromStr>(text: &str, otherwise: T, wrong: T) -> T {
    if text.trim().is_empty() {
        otherwise
    } else {
        text.trim().parse().unwrap_or(wrong)
    }
}

impl Asked {
    fn ask(&self) -> Ask {
        let usual = Ask::default();
        Ask {
            weeks: number_or(&self.weeks, usual.weeks, 0),
            share: number_or(&self.share, usual.share, 0),
            wrap_up_s: number_or(&self.wrap_up, usual.wrap_up_s, u32::MAX),
        }
    }
}

/// An hour of one day in the table.
struct Cell {
    calls: String,
    needed: String,
    endless: String,
    planned: u32,
    short: bool,
}

struct Row {
    hour: String,
    cells: Vec<Cell>,
}

#[derive(Template)]
#[template(path = "hotline/staffing.html")]
struct StaffingPage {
    p: Page,
    a: Asked,
    e: Errors,
    shown: Option<Shown>,
    exports: bool,
}

struct Shown {
    days: Vec<(usize, String)>,
    day: usize,
    rows: Vec<Row>,
    plot: String,
    from: String,
    until: String,
    calls: u32,
    talk: String,
    talks: u32,
    handling: String,
    within: String,
    share: u32,
    patience: String,
    gave_up: u32,
    waits: u32,
    rostered: bool,
    /// The busiest hour, reckoned step by step.
    worked: Option<String>,
}

fn weekday(p: &Page, day: usize) -> String {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    p.code("weekday", DAYS.get(day).copied().unwrap_or_default())
}

fn one(value: f64) -> String {
    format!("{value:.1}")
}

fn percent(value: f64) -> String {
    format!("{:.1} %", value * 100.0)
}

/// The busiest hour as an example of the formula, in words.
fn worked(p: &Page, s: &Staffing) -> Option<String> {
    let all = s.week.iter().enumerate();
    let hours = all.flat_map(|(d, hours)| hours.iter().enumerate().map(move |(h, hour)| (d, h, hour)));
    let (day, hour, busiest) = hours
        .filter(|x| x.2.endless.is_some())
        .max_by(|a, b| a.2.calls.total_cmp(&b.2.calls))?;
    let load = Load {
        per_hour: busiest.calls,
        handling_s: s.handling_s,
        patience_s: None,
    };
    let people = busiest.endless.filter(|n| *n > 0)?;
    let enough = load.expected(people, s.within_s);
    let said = [
        ("when", format!("{} {hour:02}:00", weekday(p, day))),
        ("calls", one(busiest.calls)),
        ("load", format!("{:.2}", busiest.calls * s.handling_s / 3_600.0)),
        ("people", people.to_string()),
        ("level", percent(enough.level)),
        ("below", percent(load.expected(people - 1, s.within_s).level)),
        ("occupancy", percent(enough.occupancy)),
    ];
    let said: Vec<(&str, &str)> = said.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Some(crate::l10n::tx(p.locale, "staffing-worked", &said))
}

fn plot(p: &Page, day: usize, hours: &[Hour; 24]) -> String {
    let entry = |(h, hour): (usize, &Hour)| {
        let n = hour.needed().unwrap_or(0);
        let at = format!("{h:02}:00");
        Entry {
            label: format!("{h:02}"),
            values: [f64::from(n), f64::from(hour.planned)],
            titles: [
                p.t2("staffing-bar-needed", "hour", at.as_str(), "n", n),
                p.t2("staffing-bar-planned", "hour", at.as_str(), "n", hour.planned),
            ],
        }
    };
    let entries: Vec<Entry> = hours.iter().enumerate().map(entry).collect();
    let label = p.t1("staffing-plot", "day", weekday(p, day));
    chart::bars(&label, &entries, ["k1", "k4"])
}

fn shown(p: &Page, s: &Staffing, day: usize) -> Shown {
    let say = |n: Option<u32>| n.map_or_else(|| "—".to_owned(), |n| n.to_string());
    let cell = |h: &Hour| Cell {
        calls: if h.calls > 0.0 { one(h.calls) } else { String::new() },
        needed: if h.calls > 0.0 { say(h.patient) } else { String::new() },
        endless: say(h.endless),
        planned: h.planned,
        short: h.is_short(),
    };
    let hour_of = |hour: usize| s.week.iter().filter_map(move |day| day.get(hour));
    let rows = (0..24).filter(|h| hour_of(*h).any(|x| x.calls > 0.0 || x.planned > 0));
    Shown {
        rows: rows
            .map(|h| Row {
                hour: format!("{h:02}:00"),
                cells: hour_of(h).map(cell).collect(),
            })
            .collect(),
        days: (0..7).map(|d| (d, weekday(p, d))).collect(),
        plot: s.week.get(day).map(|hours| plot(p, day, hours)).unwrap_or_default(),
        day,
        from: s.from.to_string(),
        until: s.until.yesterday().map(|d| d.to_string()).unwrap_or_default(),
        calls: s.calls,
        talk: length(p, seconds(s.talk_s)),
        talks: s.talks,
        handling: length(p, seconds(s.handling_s)),
        within: length(p, seconds(s.within_s)),
        share: s.ask.share,
        patience: s
            .patience
            .mean_s()
            .map_or_else(|| p.t("staffing-endless"), |mean| length(p, seconds(mean))),
        gave_up: s.patience.gave_up,
        waits: s.patience.gave_up + s.patience.others,
        rostered: s.rostered,
        worked: worked(p, s),
    }
}

/// Seconds as milliseconds; what is reckoned here stays far below a day.
#[expect(clippy::cast_possible_truncation, reason = "times of calls, bounded by a day")]
fn seconds(s: f64) -> i64 {
    (s * 1_000.0).clamp(0.0, 86_400_000.0) as i64
}

/// What the telephone needs.
pub async fn staffing(State(web): State<Web>, v: Viewer, Query(a): Query<Asked>) -> Answer {
    let ask = a.ask();
    let tz = jiff::tz::TimeZone::get(v.zone()).unwrap_or(jiff::tz::TimeZone::UTC);
    let made = web
        .read(&v.ctx()?, move |c, ctx| staffing::staffing(c, ctx, &tz, ask))
        .await;
    let p = Page::new(&web, &v, "staffing-title");
    let exports = v.may(domain::access::Action::Export);
    let day = a.day.parse().ok().filter(|d| *d < 7).unwrap_or(0);
    match made {
        Ok(s) => Ok(page(&StaffingPage {
            shown: Some(shown(&p, &s, day)),
            e: Errors::default(),
            exports,
            a,
            p,
        })?),
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(e.into()),
        Err(e) => {
            let code = status(&e);
            let e = Errors::from(v.locale, e.into())?;
            let asked = StaffingPage {
                shown: None,
                exports: false,
                e,
                a,
                p,
            };
            Ok((code, page(&asked)?).into_response())
        }
    }
}

const COLUMNS: &[Heading] = &[
    ("staffing-day", Column::Text, 10.0),
    ("hotline-hour", Column::Text, 10.0),
    ("staffing-calls", Column::Number, 14.0),
    ("staffing-needed-patient", Column::Number, 18.0),
    ("staffing-needed-endless", Column::Number, 18.0),
    ("staffing-planned", Column::Number, 14.0),
];

fn people(n: Option<u32>) -> Value<'static> {
    n.map_or(Value::Empty, |n| Value::Number(f64::from(n)))
}

/// The same as an Excel file; logged.
pub async fn export(State(web): State<Web>, v: Viewer, Query(a): Query<Asked>) -> Answer {
    let ask = a.ask();
    let tz = jiff::tz::TimeZone::get(v.zone()).unwrap_or(jiff::tz::TimeZone::UTC);
    let s = web
        .read(&v.ctx()?, move |c, ctx| staffing::staffing(c, ctx, &tz, ask))
        .await?;
    let p = Page::new(&web, &v, "staffing-title");
    let mut lines = Vec::new();
    for (day, hours) in s.week.iter().enumerate() {
        for (hour, h) in hours.iter().enumerate() {
            lines.push(vec![
                table::text(weekday(&p, day)),
                table::text(format!("{hour:02}:00")),
                Value::Number((h.calls * 10.0).round() / 10.0),
                people(h.patient),
                people(h.endless),
                people(Some(h.planned)),
            ]);
        }
    }
    let what = format!("{} – {}", s.from, s.until);
    table::export(&web, &v, "staffing", p.t("staffing-title"), what, COLUMNS, lines).await
}
