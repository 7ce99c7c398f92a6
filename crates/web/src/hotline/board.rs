//! The line board (话务看板): what goes on now, and of a day the share answered within three rings, waits, who gave up, what was missed and
//! called back; by hour and by person. Each figure opens the calls behind it.

use std::collections::HashSet;

use app::call;
use askama::Template;
use axum::extract::{Query, State};
use domain::call::figures::{Around, Board, Sums};
use domain::ids::StaffId;
use serde::Deserialize;

use super::{length, number};
use crate::case::names::Names;
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
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
    /// What the share is of, and what became of missed calls, in words.
    share_of: String,
    missed_of: String,
    hold: String,
    hold_breaches: u32,
    screened: u32,
    /// Width of its bar among the others, 0 to 160, and how much of it was in time.
    bar: u32,
    bar_met: u32,
    id: String,
}

fn line(p: &Page, name: String, id: String, s: &Sums, most: u32) -> Line {
    let width = |n: u32| n * 160 / most.max(1);
    let in_words = |key: &str, said: [(&str, u32); 3]| {
        let said = said.map(|(name, n)| (name, n.to_string()));
        let said: Vec<(&str, &str)> = said.iter().map(|(name, n)| (*name, n.as_str())).collect();
        crate::l10n::tx(p.locale, key, &said)
    };
    Line {
        share_of: in_words(
            "hotline-share-of",
            [("met", s.met), ("late", s.breached), ("unknown", s.unknown)],
        ),
        missed_of: in_words(
            "hotline-missed-of",
            [
                ("back", s.called_back),
                ("gave", s.abandoned),
                ("short", s.abandoned_short),
            ],
        ),
        name,
        id,
        calls: s.calls,
        met: s.met,
        breached: s.breached,
        unknown: s.unknown,
        share: crate::call_round::share(p, s.in_rings()),
        wait: s.mean_wait_ms().map(|ms| length(p, ms)).unwrap_or_default(),
        p90: s.p90_wait_ms().map(|ms| length(p, ms)).unwrap_or_default(),
        missed: s.missed,
        hold: if s.longest_hold_ms > 0 {
            length(p, s.longest_hold_ms)
        } else {
            String::new()
        },
        hold_breaches: s.hold_breaches,
        screened: s.screened,
        bar: width(s.calls),
        bar_met: width(s.met),
    }
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
    after: String,
    now: Vec<Now>,
    telephones: Vec<Telephone>,
    all: Line,
    hours: Vec<Line>,
    people: Vec<Line>,
    waiting: usize,
    systems: bool,
    whole: bool,
}

/// The board of a day; today with what goes on now.
pub async fn board(State(web): State<Web>, v: Viewer, Query(a): Query<Asked>) -> Answer {
    let zone = v.zone().to_owned();
    let today = when::date(&zone, v.now);
    let day = if when::day_start(&zone, &a.day).is_some() {
        a.day.clone()
    } else {
        today.clone()
    };
    let from = when::day_start(&zone, &day).unwrap_or(v.now);
    let until = when::day_end(&zone, &day).unwrap_or(v.now);
    let whole = v.reach(domain::access::Action::ViewCalls) >= domain::access::Reach::Site;
    let (seen, ongoing, rows, names, rules, waiting, systems) = web
        .read(&v.ctx()?, move |c, ctx| {
            let seen = if whole {
                call::between(c, ctx, from, until)?
            } else {
                Vec::new()
            };
            let waiting = call::missed::list(c, ctx)?.0.len();
            let systems = store::call::systems(c, &ctx.site)?;
            Ok((
                seen,
                store::call::open(c, &ctx.site)?,
                store::call::extensions(c, &ctx.site)?,
                Names::load(c, ctx)?,
                call::rules(c, ctx)?,
                waiting,
                systems,
            ))
        })
        .await?;
    let p = Page::new(&web, &v, "hotline-title");
    let tells: HashSet<&str> = systems
        .iter()
        .filter(|s| call::system::tells_holds(s))
        .map(|s| s.id.as_str())
        .collect();
    let answered_later = |n: &str, at: i64| {
        let later = |x: &&call::Seen| x.row.number == n && x.row.answered_at.is_some_and(|t| t > at);
        !n.is_empty() && seen.iter().any(|x| later(&x))
    };
    let tz = jiff::tz::TimeZone::get(&zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let mut board = Board::new(rules, &tz);
    for s in &seen {
        let around = Around {
            tells_holds: tells.contains(s.row.system_id.as_str()),
            offers: &s.doc.offers,
            called_back: s.row.missed && answered_later(&s.row.number, s.row.at),
        };
        let who = s.row.staff_id.clone();
        board.add(&s.doc.call, around, |_, _| who.clone(), v.now);
    }
    let most = board.hours.iter().map(|h| h.calls).max().unwrap_or(0);
    let hours = board.hours.iter().enumerate();
    let hours = hours
        .filter(|(_, s)| s.calls > 0)
        .map(|(h, s)| line(&p, format!("{h:02}:00"), String::new(), s, most))
        .collect();
    let busiest = board.people.values().map(|s| s.calls).max().unwrap_or(0);
    let people = board.people.iter();
    let people = people
        .map(|(who, s): (&StaffId, &Sums)| line(&p, names.staff(who), who.to_string(), s, busiest))
        .collect();
    let state_of = |x: &store::call::ExtensionRow| {
        let at = |state: &str| ongoing.iter().any(|c| c.extension == x.number && c.state == state);
        if at("talking") || at("held") {
            "talking"
        } else if at("ringing") {
            "ringing"
        } else if x.seat_id.is_some() {
            "free"
        } else {
            "away"
        }
    };
    let telephones = rows.iter().filter(|x| x.active).map(|x| Telephone {
        state: state_of(x),
        number: x.number.clone(),
        place: x.place.clone(),
        staff: x.seat_id.as_ref().map(|s| names.staff(s)).unwrap_or_default(),
    });
    let telephones = telephones.collect();
    let now = ongoing.iter().map(|c| Now {
        id: c.id.as_str().to_owned(),
        state: c.state.clone(),
        number: number(&p, &c.number),
        extension: c.extension.clone(),
        staff: c.staff_id.as_ref().map(|s| names.staff(s)).unwrap_or_default(),
        since: match c.state.as_str() {
            "ringing" => c.ringing_at.unwrap_or(c.at),
            "talking" | "held" => c.answered_at.unwrap_or(c.at),
            _ => c.at,
        },
        due: (c.state == "ringing").then(|| c.ringing_at.unwrap_or(c.at) + rules.ring.limit_ms()),
    });
    let now = now.collect();
    Ok(page(&BoardPage {
        all: line(&p, String::new(), String::new(), &board.all, board.all.calls),
        before: when::date(&zone, from - 1),
        after: if until <= v.now {
            when::date(&zone, until)
        } else {
            String::new()
        },
        systems: !systems.is_empty(),
        day,
        now,
        telephones,
        hours,
        people,
        waiting,
        whole,
        p,
    })?)
}
