//! The list of calls, one call with all that was told of it, and the Excel file. Numbers stay masked; a figure of the board opens the
//! calls behind it.

use app::call::{self, Ask, CallLine, CallRow, View};
use askama::Template;
use axum::extract::{Path, Query, State};
use domain::call::measure::{HungUpFirst, hung_up_first, ringing_ms, wait_ms};
use domain::ids::CallId;
use office::sheet::Kind as Column;
use serde::Deserialize;

use super::{extension, length, number, tone};
use crate::case::names::Names;
use crate::fail::Answer;
use crate::gate::{Viewer, encode};
use crate::live::page;
use crate::page::Page;
use crate::roster::{cursor, cursor_text};
use crate::state::Web;
use crate::table::{self, Heading};
use crate::when;

const HOUR: i64 = 3_600_000;

/// What the address says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub view: String,
    pub staff: String,
    pub extension: String,
    pub number: String,
    pub from: String,
    pub until: String,
    /// An hour of the day `from`, 0 to 23: what a figure of the line board opens.
    pub hour: String,
    pub after: String,
}

impl Asked {
    fn ask(&self, zone: &str) -> Ask {
        let hour = (self.hour.parse().ok()).filter(|h: &i64| (0..24).contains(h));
        if let Some((from, hour)) = when::day_start(zone, &self.from).zip(hour) {
            // The hour that the wall shows, also on a day that has one twice.
            let within = |at: i64| when::clock(zone, at).get(..2).and_then(|h| h.parse().ok()) == Some(hour);
            let mut hours = (0..26).map(|n| from + n * HOUR).filter(|at| within(*at));
            let first = hours.next().unwrap_or(from);
            return Ask {
                from: Some(first),
                until: Some(hours.next().unwrap_or(first) + HOUR),
                ..self.days(zone)
            };
        }
        self.days(zone)
    }

    fn days(&self, zone: &str) -> Ask {
        Ask {
            view: View::parse(&self.view),
            staff: self.staff.clone(),
            extension: self.extension.clone(),
            number: self.number.clone(),
            from: when::day_start(zone, &self.from),
            until: when::day_end(zone, &self.until),
            after: cursor(&self.after),
            ..Ask::default()
        }
    }

    /// The same question with another view, as an address says it.
    fn with(&self, view: &str) -> String {
        let mut all = format!("view={view}");
        for (name, value) in [
            ("staff", &self.staff),
            ("extension", &self.extension),
            ("number", &self.number),
            ("from", &self.from),
            ("until", &self.until),
            ("hour", &self.hour),
        ] {
            if !value.is_empty() {
                all.push_str(&format!("&{name}={}", encode(value)));
            }
        }
        all
    }
}

struct Row {
    id: String,
    at: String,
    direction: String,
    number: String,
    extension: String,
    staff: String,
    state: String,
    ring: String,
    tone: &'static str,
    missed: bool,
    contact: String,
    answered: bool,
}

fn row(p: &Page, names: &Names, r: CallLine) -> Row {
    Row {
        at: p.full_time(r.at),
        number: number(p, &r.number),
        staff: r.staff_id.as_ref().map(|s| names.staff(s)).unwrap_or_default(),
        contact: r.contact_id.map(|c| c.into_string()).unwrap_or_default(),
        answered: r.answered_at.is_some(),
        tone: tone(&r.ring),
        extension: extension(&r.extension),
        id: r.id.into_string(),
        state: call::state(&r.direction, &r.state).to_owned(),
        direction: r.direction,
        ring: r.ring,
        missed: r.missed,
    }
}

/// What a list shows of a call that was read as a whole.
fn line_of(r: &CallRow) -> CallLine {
    CallLine {
        id: r.id.clone(),
        direction: r.direction.clone(),
        state: r.state.clone(),
        number: r.number.clone(),
        extension: r.extension.clone(),
        staff_id: r.staff_id.clone(),
        at: r.at,
        ringing_at: r.ringing_at,
        answered_at: r.answered_at,
        ended_at: r.ended_at,
        ring: r.ring.clone(),
        wait: r.wait.clone(),
        hold: r.hold.clone(),
        missed: r.missed,
        contact_id: r.contact_id.clone(),
    }
}

#[derive(Template)]
#[template(path = "hotline/list.html")]
struct ListPage {
    p: Page,
    a: Asked,
    rows: Vec<Row>,
    views: Vec<(&'static str, String)>,
    view: &'static str,
    /// What is asked, as addresses say it.
    asked: String,
    next: Option<String>,
    exports: bool,
}

/// Calls, newest first.
pub async fn list(State(web): State<Web>, v: Viewer, Query(a): Query<Asked>) -> Answer {
    let ask = a.ask(v.zone());
    let ((rows, next), names) = web
        .read(&v.ctx()?, move |c, ctx| {
            Ok((call::list(c, ctx, &ask, call::PAGE)?, Names::load(c, ctx)?))
        })
        .await?;
    let p = Page::new(&web, &v, "hotline-calls");
    Ok(page(&ListPage {
        rows: rows.into_iter().map(|r| row(&p, &names, r)).collect(),
        views: View::ALL
            .into_iter()
            .map(|view| (view.code(), a.with(view.code())))
            .collect(),
        view: View::parse(&a.view).code(),
        asked: a.with(View::parse(&a.view).code()),
        next: next.map(|n| {
            format!(
                "{}&after={}",
                a.with(View::parse(&a.view).code()),
                encode(&cursor_text(&n))
            )
        }),
        exports: v.may(domain::access::Action::Export),
        a,
        p,
    })?)
}

/// What is said of a limit; nothing where it is not asked.
fn judged(p: &Page, of: &str, code: &str) -> String {
    if code == "none" {
        String::new()
    } else {
        p.code(of, code)
    }
}

const COLUMNS: &[Heading] = &[
    ("call-at", Column::DateTime, 18.0),
    ("call-direction", Column::Text, 8.0),
    ("call-number", Column::Text, 16.0),
    ("call-extension", Column::Text, 10.0),
    ("call-staff", Column::Text, 14.0),
    ("call-state", Column::Text, 10.0),
    ("call-ring", Column::Text, 14.0),
    ("call-waited", Column::Text, 14.0),
    ("call-holds", Column::Text, 14.0),
    ("call-entry", Column::Text, 10.0),
    ("call-answered-at", Column::DateTime, 18.0),
    ("call-ended-at", Column::DateTime, 18.0),
];

/// The same as an Excel file; logged.
pub async fn export(State(web): State<Web>, v: Viewer, Query(a): Query<Asked>) -> Answer {
    let ask = Ask {
        after: None,
        ..a.ask(v.zone())
    };
    let ((rows, _), names) = web
        .read(&v.ctx()?, move |c, ctx| {
            Ok((call::list(c, ctx, &ask, call::MOST)?, Names::load(c, ctx)?))
        })
        .await?;
    let p = Page::new(&web, &v, "hotline-calls");
    let lines = rows.into_iter().map(|r| {
        vec![
            table::at(Some(r.at)),
            table::text(p.code("call-direction", &r.direction)),
            table::text(number(&p, &r.number)),
            table::text(extension(&r.extension)),
            table::text(r.staff_id.as_ref().map(|s| names.staff(s)).unwrap_or_default()),
            table::text(if r.missed {
                p.t("call-missed")
            } else {
                p.code("call-state", call::state(&r.direction, &r.state))
            }),
            table::text(p.code("call-ring", &r.ring)),
            table::text(judged(&p, "call-wait", &r.wait)),
            table::text(judged(&p, "call-hold", &r.hold)),
            table::text(p.t(if r.contact_id.is_some() {
                "call-registered"
            } else {
                "call-entry-none"
            })),
            table::at(r.answered_at),
            table::at(r.ended_at),
        ]
    });
    let lines = lines.collect();
    let days = [a.from.as_str(), a.until.as_str()];
    let days = days
        .into_iter()
        .filter(|d| !d.is_empty())
        .collect::<Vec<_>>()
        .join(" – ");
    let view = p.code("call-view", View::parse(&a.view).code());
    let what = [view, days]
        .into_iter()
        .filter(|t| !t.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    table::export(&web, &v, "hotline", p.t("hotline-calls"), what, COLUMNS, lines).await
}

/// A line of what was told.
struct Told {
    at: String,
    what: String,
    where_: String,
}

#[derive(Template)]
#[template(path = "hotline/call.html")]
struct OnePage {
    p: Page,
    r: Row,
    began: String,
    wait: String,
    rang: String,
    rings: String,
    talk: String,
    ended: String,
    hung_up: &'static str,
    hold: String,
    hold_tone: &'static str,
    wait_code: String,
    holds: Vec<Told>,
    /// When a call back was offered (ANS-3).
    offers: Vec<String>,
    legs: Vec<Told>,
    transfers: Vec<Told>,
    source_clock: bool,
    stub: bool,
    swept: bool,
    contact: Option<(String, String)>,
    /// The viewer may listen to recordings.
    hears: bool,
    /// There are some, as far as was told; only that is for whoever may not listen.
    recorded: bool,
    /// To which telephones it was sent while nobody had answered.
    sent: Vec<Told>,
}

/// One call.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let id = CallId::from(id);
    let (s, names, rules, contact) = web
        .read(&v.ctx()?, move |c, ctx| {
            let s = call::get(c, ctx, &id)?;
            let contact = call::entry(c, ctx, &s)?;
            Ok((s, Names::load(c, ctx)?, call::rules(c, ctx)?, contact))
        })
        .await?;
    let p = Page::titled(&web, &v, crate::l10n::t(v.locale, "hotline-call"));
    let k = &s.doc.call;
    let ms = |x: Option<i64>| x.map(|ms| length(&p, ms)).unwrap_or_default();
    let holds = k.holds.iter().map(|h| Told {
        at: p.full_time(h.from.received),
        what: ms(h.to.map(|to| to.since(h.from))),
        where_: h.who.as_deref().map(extension).unwrap_or_default(),
    });
    let legs = k.legs.iter().map(|l| Told {
        at: l
            .ringing
            .or(l.offered)
            .or(l.answered)
            .map(|x| p.full_time(x.received))
            .unwrap_or_default(),
        what: if l.answered.is_some() {
            p.t("call-leg-answered")
        } else {
            match l.ended.and_then(|e| e.cause) {
                Some(cause) => p.code("call-cause", cause.as_str()),
                None => p.t(if l.ringing.is_some() {
                    "call-leg-rang"
                } else {
                    "call-leg-asked"
                }),
            }
        },
        where_: l.extension.as_deref().map(extension).unwrap_or_default(),
    });
    let told = k.transfers.iter().map(|t| Told {
        at: p.full_time(t.when.received),
        what: t.mode.map(|m| p.code("call-transfer", m.as_str())).unwrap_or_default(),
        where_: t.to.as_deref().map(extension).unwrap_or_default(),
    });
    let by_desk = s.doc.transfers.iter().map(|t| Told {
        at: p.full_time(t.at),
        what: if t.by_system {
            p.t1("call-transfer-by-system", "who", names.staff(&t.by))
        } else {
            p.t1("call-transfer-by", "who", names.staff(&t.by))
        },
        where_: t.to.clone(),
    });
    let sent = s.doc.sent.iter().map(|x| Told {
        at: p.full_time(x.at),
        what: if x.failed {
            p.t("call-sent-failed")
        } else {
            String::new()
        } + &match &x.by {
            Some(by) => p.t1("call-sent-by", "who", names.staff(by)),
            None => p.t("call-sent-itself"),
        },
        where_: extension(&x.to),
    });
    let shown = OnePage {
        offers: s.doc.offers.iter().map(|at| p.full_time(*at)).collect(),
        hears: v.may(domain::access::Action::HearRecording),
        recorded: !k.recordings.is_empty(),
        sent: sent.collect(),
        began: p.full_time(s.row.at),
        wait: ms(wait_ms(k)),
        rang: ms(ringing_ms(k)),
        rings: ringing_ms(k)
            .filter(|_| k.answered.is_some())
            .map(|ms| p.t1("call-rings-heard", "n", rules.ring.heard(ms)))
            .unwrap_or_default(),
        talk: ms(k.talk_ms()),
        ended: s.row.ended_at.map(|at| p.full_time(at)).unwrap_or_default(),
        hung_up: hung_up_first(k).map_or("", HungUpFirst::as_str),
        hold: s.row.hold.clone(),
        hold_tone: tone(&s.row.hold),
        wait_code: s.row.wait.clone(),
        holds: holds.collect(),
        legs: legs.collect(),
        transfers: told.chain(by_desk).collect(),
        source_clock: k.clock == domain::call::state::ClockUsed::Source,
        stub: k.stub,
        swept: k.swept,
        contact: contact.map(|c| (c.id.into_string(), c.number)),
        r: row(&p, &names, line_of(&s.row)),
        p,
    };
    Ok(page(&shown)?)
}
