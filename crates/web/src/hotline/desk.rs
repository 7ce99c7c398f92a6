//! Calls at the desk: what rings stands on every clerk's screen at once and takes no focus; whoever takes a call up finds the form with
//! number, household, time and rings. What stood in the form is parked.

use app::call::{self as calls_of, Ongoing, Owner};
use app::contact;
use app::error::Error;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use domain::ids::CallId;

use super::number;
use crate::case::names::Names;
use crate::fail::{Answer, Fail, status};
use crate::form::{Errors, once};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::roster::{Pairs, settle, value};
use crate::state::Web;

/// Somebody who may be calling.
struct Who {
    name: String,
    unit: String,
    relation: String,
    confirmed: bool,
    /// `unit:person`, as the form's candidates have it.
    pick: String,
}

/// A call that goes on, as the desk shows it.
struct Card {
    id: String,
    state: String,
    inbound: bool,
    /// It rings at the viewer's telephone, or the viewer talks.
    mine: bool,
    number: String,
    who: Vec<Who>,
    /// Open cases of the households, and what holds at their address.
    open: i64,
    notes: Vec<String>,
    told: Vec<String>,
    /// Since when it rings, is talked, is on hold.
    since: Option<i64>,
    /// By when it is to be answered, or the caller to be back.
    due: Option<i64>,
    near: i64,
    extension: String,
    staff: String,
    registered: bool,
    taken: bool,
}

#[derive(Template)]
#[template(path = "hotline/calls.html")]
struct CallsPart {
    p: Page,
    cards: Vec<Card>,
    seat: Option<String>,
    telephones: Vec<(String, String)>,
    key: String,
}

fn whom(owners: Vec<Owner>) -> Vec<Who> {
    let one = |o: Owner| Who {
        pick: format!(
            "{}:{}",
            o.unit_id.map(|u| u.into_string()).unwrap_or_default(),
            o.person_id
        ),
        name: o.name,
        unit: o.unit,
        relation: o.relation,
        confirmed: o.confirmed,
    };
    owners.into_iter().map(one).collect()
}

/// Calls that go on now, those of the viewer first.
pub async fn calls(State(web): State<Web>, v: Viewer) -> Answer {
    let ongoing = web.desk.live.calls(&v.ctx()?.site);
    let (rows, seat, telephones, names, rules) = web
        .read(&v.ctx()?, move |c, ctx| {
            let mut rows = Vec::new();
            for o in ongoing.iter().take(20) {
                let seen = calls_of::of_desk(c, ctx, &o.id)?;
                let Some(number) = seen else { continue };
                let owners = calls_of::owners(c, ctx, &number).or_else(|e| match e {
                    Error::Forbidden(_) => Ok(Vec::new()),
                    e => Err(e),
                })?;
                let mut open = 0;
                let (mut notes, mut told) = (Vec::new(), Vec::new());
                for unit in owners.iter().filter_map(|w| w.unit_id.as_ref()).take(3) {
                    let card = contact::look::card(c, ctx, None, Some(unit))?;
                    let closed = |l: &&store::case::CaseLine| matches!(l.state.as_str(), "closed" | "cancelled");
                    open += i64::try_from(card.recent.iter().filter(|l| !closed(l)).count()).unwrap_or(0);
                    let unit = card.unit.as_ref();
                    notes.extend(unit.map(|u| u.care_note.clone()).filter(|n| !n.is_empty()));
                    if let Some(u) = unit {
                        told.extend(crate::incident::for_caller(ctx, &u.code).into_iter().map(|t| t.title));
                    }
                }
                rows.push((o.clone(), number, owners, open, notes, told));
            }
            let telephones = calls_of::system::extensions(c, ctx)?;
            let telephones: Vec<_> = telephones
                .into_iter()
                .filter(|x| x.active)
                .map(|x| (x.number, x.place))
                .collect();
            let seat = calls_of::system::seat(c, ctx)?;
            Ok((rows, seat, telephones, Names::load(c, ctx)?, calls_of::rules(c, ctx)?))
        })
        .await?;
    let p = Page::bare(&web, Some(&v), v.locale, "");
    let me = v.ctx()?.need_staff()?.id.clone();
    let card = |(o, n, owners, open, notes, told): (Ongoing, String, Vec<Owner>, i64, Vec<String>, Vec<String>)| {
        let rings_here = seat.as_ref().is_some_and(|s| o.rings.contains(s));
        let since = match o.state.as_str() {
            "ringing" => o.ringing_at,
            "talking" => o.answered_at,
            "held" => o.held_at,
            _ => Some(o.at),
        };
        let (due, near) = match o.state.as_str() {
            "ringing" => (
                o.ringing_at.map(|at| at + rules.ring.limit_ms()),
                rules.ring.limit_ms() - rules.ring.amber_ms(),
            ),
            "held" => (
                o.held_at.map(|at| at + rules.hold.limit_ms),
                rules.hold.limit_ms - rules.hold.remind_ms,
            ),
            "waiting" => (Some(o.at + rules.wait_ms), 15_000),
            _ => (None, 0),
        };
        Card {
            mine: rings_here || o.staff.as_ref() == Some(&me),
            taken: o.staff.as_ref().is_some_and(|s| *s != me),
            staff: o.staff.as_ref().map(|s| names.staff(s)).unwrap_or_default(),
            id: o.id.into_string(),
            inbound: o.inbound,
            number: number(&p, &n),
            who: whom(owners),
            open,
            notes,
            told,
            since,
            due,
            near,
            extension: o.extension,
            registered: o.registered,
            state: o.state,
        }
    };
    let mut cards: Vec<Card> = rows.into_iter().map(card).collect();
    cards.sort_by_key(|c| (!c.mine, c.state == "talking", c.since));
    Ok(page(&CallsPart {
        cards,
        seat,
        telephones,
        key: p.key(&web),
        p,
    })?)
}

/// A call is taken up: the form with what is known of it. What stood in the form is parked.
pub async fn take(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: axum::http::HeaderMap,
    Form(pairs): Form<Pairs>,
) -> Answer {
    let id = CallId::from(id);
    let pick = value(&pairs, "pick_caller");
    let seen = web
        .write(&v.ctx()?, move |tx, ctx| calls_of::take(tx, ctx, &id))
        .await?;
    crate::desk::take_call(&web, &v, &headers, pairs, seen, &pick).await
}

/// A call back was offered to a caller on hold (ANS-3).
pub async fn offer(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let (call, at) = (CallId::from(id.as_str()), format!("hotline/calls/{id}/offer"));
    web.write(&v.ctx()?, move |tx, ctx| {
        once(tx, ctx, &f, &at, |tx, ctx| calls_of::offered(tx, ctx, &call))
    })
    .await?;
    settle(&web, &v).await?;
    Ok(Redirect::to("/desk").into_response())
}

#[derive(Template)]
#[template(path = "hotline/transfer.html")]
struct TransferPart {
    p: Page,
    id: String,
    key: String,
    to: String,
    /// Departments and telephones, to choose from or to type something else.
    targets: Vec<String>,
    say: String,
    e: Errors,
    done: bool,
}

async fn transfer_view(
    web: &Web,
    v: &Viewer,
    id: &str,
    to: String,
    e: Errors,
    done: bool,
) -> Result<TransferPart, Fail> {
    let call = CallId::from(id);
    let targets = web
        .read(&v.ctx()?, move |c, ctx| {
            calls_of::of_form(c, ctx, &call)?.ok_or(Error::NotFound)?;
            let en = ctx.locale == app::ctx::Locale::En;
            let departments = store::site::departments(c, &ctx.site)?.into_iter();
            let mut all: Vec<String> = departments.map(|d| if en { d.name_en } else { d.name }).collect();
            let telephones = calls_of::system::extensions(c, ctx)?.into_iter().filter(|x| x.active);
            all.extend(telephones.map(|x| format!("{} {}", x.number, x.place).trim().to_owned()));
            Ok(all)
        })
        .await?;
    let p = Page::bare(web, Some(v), v.locale, "");
    Ok(TransferPart {
        id: id.to_owned(),
        key: p.key(web),
        say: p.t("call-transfer-say"),
        targets,
        to,
        e,
        done,
        p,
    })
}

/// The form for handing a call on: whether the other side agreed comes first (TEL-6).
pub async fn transfer_form(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let shown = transfer_view(&web, &v, &id, String::new(), Errors::default(), false).await?;
    Ok(page(&shown)?)
}

/// A call is handed on.
pub async fn transfer(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let (call, at, sent) = (
        CallId::from(id.as_str()),
        format!("hotline/calls/{id}/transfer"),
        f.clone(),
    );
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            once(tx, ctx, &sent, &at, |tx, ctx| {
                let yes = |name: &str| value(&sent, name) == "1";
                calls_of::transferred(tx, ctx, &call, &value(&sent, "to"), yes("agreed"), yes("told"))
            })
        })
        .await;
    match done {
        Ok(()) => {
            settle(&web, &v).await?;
            let shown = transfer_view(&web, &v, &id, String::new(), Errors::default(), true).await?;
            Ok(page(&shown)?)
        }
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(e.into()),
        Err(e) => {
            let code = status(&e);
            let shown = transfer_view(&web, &v, &id, value(&f, "to"), Errors::from(v.locale, e.into())?, false).await?;
            Ok((code, page(&shown)?).into_response())
        }
    }
}

/// Sits down at a telephone, or at none.
pub async fn sit(State(web): State<Web>, v: Viewer, Form(f): Form<Pairs>) -> Answer {
    web.write(&v.ctx()?, move |tx, ctx| {
        calls_of::system::sit(tx, ctx, &value(&f, "extension"))
    })
    .await?;
    settle(&web, &v).await?;
    Ok(Redirect::to("/desk").into_response())
}
