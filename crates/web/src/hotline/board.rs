//! The line board (话务看板): what goes on now, and of a day the share answered within three rings, waits, who gave up, what was missed and
//! called back; by hour and by person. Each figure opens the calls behind it.

use app::call::{self, card};
use askama::Template;
use axum::extract::{Query, State};
use domain::access::{Action, Reach};
use domain::call::figures::Sums;
use serde::Deserialize;

use super::{extension, length, number};
use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::standard::chart::{self, Entry};
use crate::state::Web;
use crate::when;

/// Which day.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    day: String,
}

/// Sums as the page shows them.
struct Line {
    name: String,
    calls: u32,
    met: u32,
    breached: u32,
    unknown: u32,
    share: String,
    wait: String,
    p90: String,
    missed: u32,
    /// What became of missed calls, in words.
    missed_of: String,
    hold: String,
    hold_breaches: u32,
    screened: u32,
    /// Width of its bar among the others, 0 to 160, and how much of it was in time.
    bar: u32,
    bar_met: u32,
    /// What opens the calls behind its figures, as the list's address says it.
    of: String,
}

fn line(p: &Page, name: String, of: String, s: &Sums, most: u32) -> Line {
    let width = |n: u32| n * 160 / most.max(1);
    let or_none = |ms: Option<i64>| ms.map_or_else(|| "—".to_owned(), |ms| length(p, ms));
    let in_words = |key: &str, said: [(&str, u32); 3]| {
        let said = said.map(|(name, n)| (name, n.to_string()));
        let said: Vec<(&str, &str)> = said.iter().map(|(name, n)| (*name, n.as_str())).collect();
        crate::l10n::tx(p.locale, key, &said)
    };
    Line {
        missed_of: in_words(
            "hotline-missed-of",
            [
                ("back", s.called_back),
                ("gave", s.abandoned),
                ("short", s.abandoned_short),
            ],
        ),
        name,
        of,
        calls: s.calls,
        met: s.met,
        breached: s.breached,
        unknown: s.unknown,
        share: crate::call_round::share(p, s.in_rings()),
        wait: or_none(s.mean_wait_ms()),
        p90: or_none(s.p90_wait_ms()),
        missed: s.missed,
        hold: or_none(Some(s.longest_hold_ms).filter(|ms| *ms > 0)),
        hold_breaches: s.hold_breaches,
        screened: s.screened,
        bar: width(s.calls),
        bar_met: width(s.met),
    }
}

/// The hours of a day from the first to the last with calls.
fn plot(p: &Page, hours: &[Sums; 24]) -> String {
    let busy = |s: &Sums| s.calls > 0;
    let (Some(first), Some(last)) = (hours.iter().position(busy), hours.iter().rposition(busy)) else {
        return String::new();
    };
    let entries: Vec<Entry> = (hours.iter().enumerate().take(last + 1).skip(first))
        .map(|(h, s)| Entry {
            label: format!("{h:02}"),
            values: [f64::from(s.calls), f64::from(s.met)],
            titles: [
                p.t2("hotline-plot-calls", "hour", format!("{h:02}"), "n", s.calls),
                p.t2("hotline-plot-met", "hour", format!("{h:02}"), "n", s.met),
            ],
        })
        .collect();
    chart::bars(&p.t("hotline-plot"), &entries, ["k1", "k4"])
}

/// Figures of a day: of all calls, by hour, by person.
struct Figures {
    all: Line,
    /// The day drawn: calls, and those answered in time.
    plot: String,
    hours: Vec<Line>,
    people: Vec<Line>,
}

struct Now {
    id: String,
    state: String,
    number: String,
    extension: String,
    staff: String,
    since: i64,
    due: Option<i64>,
}

struct Telephone {
    number: String,
    place: String,
    staff: String,
    /// `free`, `ringing`, `talking`, `away`.
    state: &'static str,
}

#[derive(Template)]
#[template(path = "hotline/board.html")]
struct BoardPage {
    p: Page,
    day: String,
    before: String,
    after: Option<String>,
    now: Vec<Now>,
    telephones: Vec<Telephone>,
    figures: Option<Figures>,
    waiting: i64,
    systems: bool,
}

/// What goes on now, which is asked for again by itself.
async fn now_of(web: &Web, v: &Viewer, p: &Page) -> Result<(Vec<Now>, Vec<Telephone>), Fail> {
    let ((lines, going), names) = web
        .read(&v.ctx()?, |c, ctx| Ok((card::lines(c, ctx)?, Names::load(c, ctx)?)))
        .await?;
    let telephones = lines.into_iter().map(|l| Telephone {
        state: l.state,
        staff: l.row.seat_id.as_ref().map(|s| names.staff(s)).unwrap_or_default(),
        number: l.row.number,
        place: l.row.place,
    });
    let now = going.into_iter().map(|g| Now {
        number: number(p, &g.row.number),
        extension: extension(&g.row.extension),
        staff: g.row.staff_id.as_ref().map(|s| names.staff(s)).unwrap_or_default(),
        since: g.since,
        due: g.due.map(|d| d.due),
        state: call::state(&g.row.direction, &g.row.state).to_owned(),
        id: g.row.id.into_string(),
    });
    Ok((now.collect(), telephones.collect()))
}

#[derive(Template)]
#[template(path = "hotline/now.html")]
struct NowPart {
    p: Page,
    now: Vec<Now>,
    telephones: Vec<Telephone>,
}

/// What goes on now, for the script.
pub async fn now(State(web): State<Web>, v: Viewer) -> Answer {
    let p = Page::bare(&web, Some(&v), v.locale, "");
    let (now, telephones) = now_of(&web, &v, &p).await?;
    Ok(page(&NowPart { p, now, telephones })?)
}

/// The board of a day; what goes on now stands above it.
pub async fn board(State(web): State<Web>, v: Viewer, Query(a): Query<Asked>) -> Answer {
    let zone = v.zone().to_owned();
    let day = match when::day_start(&zone, &a.day) {
        Some(_) => a.day,
        None => when::date(&zone, v.now),
    };
    let from = when::day_start(&zone, &day).unwrap_or(v.now);
    let until = when::day_end(&zone, &day).unwrap_or(v.now);
    let whole = v.reach(Action::ViewCalls) >= Reach::Site;
    let tz = jiff::tz::TimeZone::get(&zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let (board, names, waiting, systems) = web
        .read(&v.ctx()?, move |c, ctx| {
            let board = if whole {
                Some(call::board(c, ctx, &tz, from, until)?)
            } else {
                None
            };
            Ok((
                board,
                Names::load(c, ctx)?,
                call::missed::waiting(c, ctx)?,
                call::system::is_there(c, ctx)?,
            ))
        })
        .await?;
    let p = Page::new(&web, &v, "hotline-title");
    let (now, telephones) = now_of(&web, &v, &p).await?;
    let figures = board.map(|board| {
        let most = board.hours.iter().map(|h| h.calls).max().unwrap_or(0);
        let hours = board.hours.iter().enumerate().filter(|(_, s)| s.calls > 0);
        let hours = hours.map(|(h, s)| line(&p, format!("{h:02}:00"), format!("hour={h:02}"), s, most));
        let busiest = board.people.values().map(|s| s.calls).max().unwrap_or(0);
        let people = board.people.iter();
        let people = people.map(|(who, s)| line(&p, names.staff(who), format!("staff={who}"), s, busiest));
        let plot = plot(&p, &board.hours);
        Figures {
            plot,
            all: line(&p, String::new(), String::new(), &board.all, board.all.calls),
            hours: hours.collect(),
            people: people.collect(),
        }
    });
    Ok(page(&BoardPage {
        before: when::date(&zone, from - 1),
        after: (until <= v.now).then(|| when::date(&zone, until)),
        systems,
        day,
        now,
        telephones,
        waiting,
        figures,
        p,
    })?)
}
