//! The register of visitors (访客登记): with filters, on paper, and as an Excel file whose taking is logged.

use app::error::Error;
use app::visit::{self, PAGE, Query as Ask, Seen, VisitState};
use askama::Template;
use axum::extract::{Query, State};
use domain::access::Action;
use office::sheet::{Cell, Column, Kind, ListSheet, ListWriter};
use serde::Deserialize;

use super::lines;
use super::view::{Line, line};
use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::gate::{Viewer, encode};
use crate::l10n::{t, tx};
use crate::live::page;
use crate::page::Page;
use crate::roster::form::{cursor, cursor_text, xlsx};
use crate::state::Web;
use crate::when;

/// What the address says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    q: String,
    from: String,
    until: String,
    after: String,
}

impl Asked {
    fn ask(&self, zone: &str) -> Ask {
        Ask {
            state: self
                .state
                .parse::<VisitState>()
                .map(|s| s.as_str().to_owned())
                .unwrap_or_default(),
            q: self.q.clone(),
            from: when::day_start(zone, &self.from),
            until: when::day_end(zone, &self.until),
            after: cursor(&self.after),
        }
    }

    fn query(&self) -> String {
        format!(
            "?state={}&q={}&from={}&until={}",
            encode(&self.state),
            encode(&self.q),
            encode(&self.from),
            encode(&self.until)
        )
    }
}

async fn read(web: &Web, v: &Viewer, a: Ask, limit: i64) -> Result<(Vec<Seen>, Option<(i64, String)>, Names), Fail> {
    Ok(web
        .read(&v.ctx()?, move |c, ctx| {
            let (rows, next) = visit::register_of(c, ctx, &a, limit)?;
            Ok((rows, next, Names::load(c, ctx)?))
        })
        .await?)
}

#[derive(Template)]
#[template(path = "visit/register.html")]
struct RegisterPage {
    p: Page,
    a: Asked,
    rows: Vec<Line>,
    states: Vec<(&'static str, bool)>,
    next: Option<String>,
    print: String,
    export: Option<String>,
}

/// The register.
pub async fn register(State(web): State<Web>, v: Viewer, Query(a): Query<Asked>) -> Answer {
    let p = Page::new(&web, &v, "visit-register");
    let (rows, next, names) = read(&web, &v, a.ask(&p.zone), PAGE).await?;
    Ok(page(&RegisterPage {
        rows: lines(&p, &names, &rows),
        states: VisitState::ALL
            .iter()
            .map(|s| (s.as_str(), s.as_str() == a.state))
            .collect(),
        next: next
            .as_ref()
            .map(|n| format!("/visits/register{}&after={}", a.query(), cursor_text(n))),
        print: format!("/visits/print{}", a.query()),
        export: v.may(Action::Export).then(|| format!("/visits/export{}", a.query())),
        a,
        p,
    })?)
}

#[derive(Template)]
#[template(path = "visit/print.html")]
struct PrintPage {
    p: Page,
    org: String,
    rows: Vec<Line>,
    period: String,
    printed: String,
    /// Where the rest is, when there are more than one printing holds.
    next: Option<String>,
    /// It begins in the middle of what was asked for.
    follows: bool,
}

/// Visits of one printing.
const SHEET: i64 = 500;

/// The register on paper, as much of it as one printing holds, with the way to the rest; logged.
pub async fn print(State(web): State<Web>, v: Viewer, Query(a): Query<Asked>) -> Answer {
    let p = Page::new(&web, &v, "visit-register");
    let ask = a.ask(&p.zone);
    let (rows, next, names) = read(&web, &v, ask.clone(), SHEET).await?;
    let n = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    web.write(&v.ctx()?, move |tx, ctx| visit::printed(tx, ctx, &ask, n))
        .await?;
    let org = crate::table::organisation(&web, &v).await?;
    let period = [&a.from, &a.until].into_iter().filter(|x| !x.is_empty());
    Ok(page(&PrintPage {
        rows: lines(&p, &names, &rows),
        period: period.cloned().collect::<Vec<_>>().join(" – "),
        printed: crate::table::printed_by(&p, &v),
        next: next
            .as_ref()
            .map(|n| format!("/visits/print{}&after={}", a.query(), cursor_text(n))),
        follows: !a.after.is_empty(),
        org,
        p,
    })?)
}

const COLUMNS: &[(&str, Kind, f64)] = &[
    ("visit-number", Kind::Text, 18.0),
    ("visit-arrived", Kind::DateTime, 17.0),
    ("visit-f-name", Kind::Text, 12.0),
    ("visit-f-company", Kind::Text, 18.0),
    ("visit-f-people", Kind::Number, 8.0),
    ("visit-f-plate", Kind::Text, 12.0),
    ("visit-f-reason", Kind::Text, 24.0),
    ("visit-f-host", Kind::Text, 12.0),
    ("visit-f-place", Kind::Text, 14.0),
    ("visit-document", Kind::Text, 20.0),
    ("visit-host", Kind::Text, 26.0),
    ("visit-badge", Kind::Text, 10.0),
    ("visit-in", Kind::DateTime, 17.0),
    ("visit-out", Kind::DateTime, 17.0),
    ("word-state", Kind::Text, 12.0),
    ("visit-by", Kind::Text, 12.0),
];

fn cells(p: &Page, names: &Names, s: &Seen) -> Vec<Cell<'static>> {
    let (l, v) = (line(p, names, s), &s.visit);
    let at = |t: Option<i64>| t.map_or(Cell::Empty, Cell::At);
    let text = |t: &str| Cell::Text(t.to_owned().into());
    vec![
        text(&l.number),
        at(v.arrived_at),
        text(&l.name),
        text(&l.company),
        Cell::Int(i64::from(l.people)),
        text(&l.plate),
        text(&l.reason),
        text(&l.host),
        text(&l.place),
        text(&l.document),
        text(&l.answer),
        text(&l.badge),
        at(v.in_at),
        at(v.left_at),
        text(&l.state),
        text(&l.by),
    ]
}

/// The register as an Excel file; logged.
pub async fn export(State(web): State<Web>, v: Viewer, Query(a): Query<Asked>) -> Answer {
    const MOST: i64 = 20_000;
    let (l, p) = (v.locale, Page::new(&web, &v, "visit-register"));
    let columns = COLUMNS.iter().map(|(key, kind, width)| Column {
        heading: t(l, key),
        kind: *kind,
        width: *width,
    });
    let who = v
        .session
        .as_ref()
        .map(|s| s.display_name(l).to_owned())
        .unwrap_or_default();
    let said = [
        ("who", who.as_str()),
        ("when", &p.full_time(v.now)),
        ("filter", &a.query()),
    ];
    let sheet = ListSheet {
        title: t(l, "visit-register"),
        watermark: tx(l, "list-watermark", &said),
        columns: columns.collect(),
        zone: jiff::tz::TimeZone::get(&p.zone).unwrap_or(jiff::tz::TimeZone::UTC),
    };
    let mut writer = ListWriter::new(&sheet).map_err(Error::internal)?;
    let (mut ask, mut n) = (
        Ask {
            after: None,
            ..a.ask(&p.zone)
        },
        0_i64,
    );
    loop {
        let (rows, next, names) = read(&web, &v, ask.clone(), 500).await?;
        for s in &rows {
            writer.push(&cells(&p, &names, s)).map_err(Error::internal)?;
            n += 1;
        }
        match next {
            Some(next) if n < MOST => ask.after = Some(next),
            Some(_) => return Err(Fail(Error::field("from", "invalid-too-many-rows"))),
            None => break,
        }
    }
    web.write(&v.ctx()?, move |tx, ctx| visit::exported(tx, ctx, &ask, n))
        .await?;
    let bytes = writer.finish().map_err(Error::internal)?;
    Ok(xlsx(&format!("visitors-{}", when::date(&p.zone, v.now)), bytes))
}
