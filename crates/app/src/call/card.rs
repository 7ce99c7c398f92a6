//! Calls that go on, as the desk and the line board show them: who it may be, what the household is about, and by when somebody has to
//! act.

use std::collections::{HashMap, HashSet};

use domain::access::{Action, Reach};
use domain::call::event::Direction;
use domain::call::measure::{Pressing, is_judged, meant_for, pressing};
use domain::call::next::is_on_its_way;
use domain::call::state::{Call, Leg};
use domain::call::sweep::may_close;
use domain::ids::{CallId, DepartmentId, PhoneSystemId, StaffId};
use store::call as db;
use store::call::{CallRow, ExtensionRow, Owner};
use store::case::CaseLine;
use store::seam::Conn;

use super::{owners, read, rules, system};
use crate::contact;
use crate::ctx::Ctx;
use crate::error::{Error, Res};

/// Calls that are shown at once.
const MOST: usize = 20;
/// Households of one number whose cases and notes are looked up.
const MOST_UNITS: usize = 3;

/// Cases that a card names.
const LATEST: usize = 2;

/// A call that goes on.
#[derive(Debug, Clone)]
pub struct Card {
    pub row: CallRow,
    pub inbound: bool,
    /// It rings at the viewer's telephone, or the viewer talks.
    pub mine: bool,
    /// Since when it is in its state.
    pub since: i64,
    /// Three rings, the limit of a hold, the wait for a person; none while somebody talks.
    pub due: Option<Pressing>,
    /// Everybody whose number it is, the confirmed ones first.
    pub who: Vec<Owner>,
    /// Open cases among the latest of their households, as far as the viewer sees them.
    pub open: usize,
    /// Their latest cases, newest first, at most [`LATEST`].
    pub recent: Vec<CaseLine>,
    /// What to mind with them.
    pub care: Vec<String>,
    /// Whose telephone it is where that is another department than the viewer's (TEL-5).
    pub elsewhere: Option<DepartmentId>,
    /// It waits elsewhere, and the telephone system can bring it to the viewer's telephone.
    pub brings: bool,
    /// When a call back was offered on this hold, by our own clock.
    pub offered: Option<i64>,
    /// Nothing was heard of it for a while: somebody may say that it is over.
    pub quiet: bool,
}

/// A telephone to sit down at.
#[derive(Debug, Clone)]
pub struct Seat {
    pub number: String,
    pub place: String,
    /// Who else sits there now.
    pub sits: Option<StaffId>,
}

/// What the desk shows of the telephone.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// Those of the viewer first, and what rings before what is talked.
    pub cards: Vec<Card>,
    /// Telephones to sit down at.
    pub telephones: Vec<Seat>,
    /// The one at which the viewer sits.
    pub seat: Option<String>,
    /// How long a hold may last, in milliseconds.
    pub hold_ms: i64,
}

/// Since when a call is in its state, by our own clock.
fn since(call: &Call, row: &CallRow) -> i64 {
    let held = || {
        call.holds
            .iter()
            .rev()
            .find(|h| h.to.is_none())
            .map(|h| h.from.received)
    };
    let from = match row.state.as_str() {
        "ringing" => row.ringing_at,
        "held" => held(),
        "talking" => row.answered_at,
        _ => None,
    };
    from.unwrap_or(row.at)
}

/// Whether a telephone is asked to take a call: it rings, or the source tells only that it was asked.
fn is_asked(call: &Call, number: &str) -> bool {
    let asked = |l: &Leg| l.answered.is_none() && l.ended.is_none() && (l.ringing.is_some() || l.offered.is_some());
    call.answered.is_none()
        && call
            .legs
            .iter()
            .any(|l| asked(l) && l.extension.as_deref() == Some(number))
}

/// Whether a call is at a telephone that nobody has lifted: it rings there, or was just sent there.
fn is_rung(doc: &super::Doc, number: &str, now: i64) -> bool {
    let waits = doc.call.answered.is_none() && doc.call.ended.is_none();
    is_asked(&doc.call, number) || (waits && is_on_its_way(&doc.sent, number, now))
}

/// What the desk shows. Nothing of it is asked for while nobody calls, but the telephones. `able`: telephone systems that can be asked
/// to bring a call to another telephone.
///
/// # Errors
/// `Forbidden` for who registers nothing.
pub fn shown(c: &mut Conn, ctx: &Ctx, able: &[PhoneSystemId]) -> Res<Shown> {
    ctx.need(Action::RegisterContact)?;
    let staff = ctx.need_staff()?;
    let (me, department) = (staff.id.clone(), staff.department.clone());
    let lines = system::extensions(c, ctx)?;
    let owned = |x: &ExtensionRow| Some((x.number.clone(), x.department_id.clone()?));
    let owned: HashMap<String, DepartmentId> = lines.iter().filter(|x| x.active).filter_map(owned).collect();
    let seat = lines.iter().find(|x| x.active && x.seat_id.as_ref() == Some(&me));
    let seat = seat.map(|x| x.number.clone());
    let rows = db::open(c, &ctx.site)?;
    let mut shown = Shown {
        telephones: lines
            .into_iter()
            .filter(|x| x.active)
            .map(|x| Seat {
                sits: x.seat_id.filter(|who| *who != me),
                number: x.number,
                place: x.place,
            })
            .collect(),
        seat,
        ..Shown::default()
    };
    if rows.is_empty() || ctx.reach(Action::ViewCalls) == Reach::Never {
        return Ok(shown);
    }
    let rules = rules(c, ctx)?;
    shown.hold_ms = rules.hold.limit_ms;
    for row in rows {
        let s = read(row)?;
        let call = &s.doc.call;
        // Who has handed it on has it no longer.
        let handed = shown
            .seat
            .as_deref()
            .is_some_and(|seat| call.answered.is_some() && !call.talks_at(seat));
        let of_me = s.row.staff_id.as_ref() == Some(&me) && !handed;
        let mine = of_me || shown.seat.as_deref().is_some_and(|seat| is_asked(call, seat));
        // Somebody else talks already, or two telephones of the house with each other: that is on the line board.
        let others = s.row.state == "talking" && s.row.staff_id.is_some();
        if (others || call.direction == Some(Direction::Internal)) && !mine {
            continue;
        }
        let waits = s.row.answered_at.is_none() && is_judged(call);
        shown.cards.push(Card {
            inbound: is_judged(call),
            mine,
            quiet: may_close(call, ctx.now),
            offered: (call.holds.iter().rev().find(|h| h.to.is_none()))
                .and_then(|h| s.doc.offers.iter().rev().find(|at| **at >= h.from.received).copied()),
            brings: waits && !mine && shown.seat.is_some() && able.contains(&s.row.system_id),
            since: since(call, &s.row),
            due: pressing(call, &rules),
            who: Vec::new(),
            open: 0,
            recent: Vec::new(),
            care: Vec::new(),
            elsewhere: (meant_for(call).into_iter())
                .filter_map(|number| owned.get(number))
                .find(|d| Some(*d) != department.as_ref())
                .cloned(),
            row: s.row,
        });
    }
    let urgent = |card: &Card| match card.row.state.as_str() {
        "ringing" => 0,
        "held" => 1,
        "waiting" => 2,
        _ => 3,
    };
    shown.cards.sort_by_key(|card| (!card.mine, urgent(card), -card.since));
    shown.cards.truncate(MOST);
    for card in &mut shown.cards {
        about(c, ctx, card)?;
    }
    Ok(shown)
}

/// Who it may be, and their households.
fn about(c: &mut Conn, ctx: &Ctx, card: &mut Card) -> Res<()> {
    card.who = match owners(c, ctx, &card.row.number) {
        Ok(who) => who,
        Err(Error::Forbidden(_)) => Vec::new(),
        Err(e) => return Err(e),
    };
    let mut units = HashSet::new();
    for unit in card.who.iter().filter_map(|w| w.unit_id.as_ref()) {
        if units.len() == MOST_UNITS || !units.insert(unit.clone()) {
            continue;
        }
        let home = contact::look::card(c, ctx, None, Some(unit))?;
        card.open += home.recent.iter().filter(|l| l.open).count();
        card.recent.extend(home.recent.into_iter().take(LATEST));
        card.care
            .extend(home.unit.map(|u| u.care_note).filter(|n| !n.is_empty()));
    }
    card.recent.sort_by_key(|l| std::cmp::Reverse(l.registered_at));
    card.recent.truncate(LATEST);
    Ok(())
}

/// A telephone as the line board shows it.
#[derive(Debug, Clone)]
pub struct Line {
    pub row: ExtensionRow,
    /// `free`, `ringing`, `talking`, or `away` where nobody sits.
    pub state: &'static str,
}

/// A call that goes on, for the line board.
#[derive(Debug, Clone)]
pub struct Going {
    pub row: CallRow,
    pub since: i64,
    pub due: Option<Pressing>,
}

/// Every telephone in use, and what goes on.
///
/// # Errors
/// `Forbidden`.
pub fn lines(c: &mut Conn, ctx: &Ctx) -> Res<(Vec<Line>, Vec<Going>)> {
    ctx.need(Action::ViewCalls)?;
    states(c, ctx)
}

/// As [`lines`], for whoever it is.
pub(super) fn states(c: &mut Conn, ctx: &Ctx) -> Res<(Vec<Line>, Vec<Going>)> {
    states_but(c, ctx, None)
}

/// How the telephones stand without one of the calls.
pub(super) fn states_but(c: &mut Conn, ctx: &Ctx, but: Option<&CallId>) -> Res<(Vec<Line>, Vec<Going>)> {
    let rules = rules(c, ctx)?;
    let mut going = Vec::new();
    for row in db::open(c, &ctx.site)?.into_iter().filter(|r| Some(&r.id) != but) {
        let s = read(row)?;
        let (since, due) = (since(&s.doc.call, &s.row), pressing(&s.doc.call, &rules));
        going.push((Going { row: s.row, since, due }, s.doc));
    }
    let state = |x: &ExtensionRow| {
        if going.iter().any(|(_, doc)| doc.call.talks_at(&x.number)) {
            "talking"
        } else if going.iter().any(|(_, doc)| is_rung(doc, &x.number, ctx.now)) {
            "ringing"
        } else if x.seat_id.is_some() {
            "free"
        } else {
            "away"
        }
    };
    let rows = system::lines(c, ctx)?.into_iter().filter(|x| x.active);
    let lines = rows
        .map(|row| Line {
            state: state(&row),
            row,
        })
        .collect();
    Ok((lines, going.into_iter().map(|(g, _)| g).collect()))
}
