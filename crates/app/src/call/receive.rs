//! What a telephone system told becomes calls. Every report is stored once; a call is folded from all of its reports each time, so that
//! one that comes twice, late or in another order changes nothing that it should not.

use std::collections::BTreeMap;

use domain::call::event::{CallEvent, Direction};
use domain::call::fold::{fold, has_room};
use domain::call::measure::{self, Rules, Verdict};
use domain::call::state::{Call, Leg};
use domain::call::sweep::{sweep, sweep_due};
use domain::ids::{CallEventId, CallId, StaffId};
use serde_json::json;
use store::call as db;
use store::call::{CallRow, SystemRow};
use store::db::Tx;

use super::{Doc, code, hold_code, missed, read, rules, say};
use crate::ctx::Ctx;
use crate::desk::Desk;
use crate::error::{Res, saved};
use crate::timer;

/// What tells one report from another of the same call: its own name, or what it says.
fn mark(e: &CallEvent) -> String {
    match &e.event_id {
        Some(id) => format!("id:{id}"),
        None => format!(
            "{}|{}|{}|{}|{}",
            e.kind,
            e.leg_key.as_deref().unwrap_or_default(),
            e.extension.as_deref().unwrap_or_default(),
            e.at_source.unwrap_or(e.at_received),
            e.target.as_deref().or(e.recording.as_deref()).unwrap_or_default(),
        ),
    }
}

/// Stores what a telephone system told, in the order in which it came, and brings its calls up to date. Returns those that
/// changed.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn receive(tx: &mut Tx, ctx: &Ctx, system: &SystemRow, events: &[CallEvent]) -> Res<Vec<CallId>> {
    // First of all: reports of one system take turns.
    db::system_heard(tx, &system.id, ctx.now)?;
    let mut by_call: BTreeMap<&str, Vec<&CallEvent>> = BTreeMap::new();
    for e in events {
        by_call.entry(e.call_key.as_str()).or_default().push(e);
    }
    let rules = rules(tx, ctx)?;
    let mut changed = Vec::new();
    for (key, new) in by_call {
        let before = db::by_key(tx, &system.id, key)?;
        let known = match &before {
            Some(row) => db::events(tx, &row.id)?,
            None => Vec::new(),
        };
        let marks: Vec<&str> = known.iter().map(|x| x.mark.as_str()).collect();
        let mut all: Vec<CallEvent> = Vec::with_capacity(known.len() + new.len());
        for x in &known {
            all.push(serde_json::from_str(&x.doc)?);
        }
        let mut fresh: Vec<(String, &CallEvent)> = Vec::new();
        for e in new {
            let m = mark(e);
            let told = marks.contains(&m.as_str()) || fresh.iter().any(|(x, _)| *x == m);
            if !told && has_room(all.len(), e.kind) {
                all.push(e.clone());
                fresh.push((m, e));
            }
        }
        if fresh.is_empty() {
            continue;
        }
        let id = write(tx, ctx, system, before, fold(&all), rules)?;
        for (m, e) in fresh {
            let event: CallEventId = ctx.id();
            let doc = serde_json::to_string(e)?;
            db::event_add(tx, &event, &ctx.site, &id, &m, e.kind.as_str(), e.at_received, &doc)?;
        }
        changed.push(id);
    }
    Ok(changed)
}

/// The outside party's number in the normal form; empty where it was withheld or is none.
fn number_of(call: &Call) -> String {
    let written = match call.direction {
        Some(Direction::Out) => call.called.as_deref(),
        Some(Direction::Internal) => None,
        _ => call.caller.as_deref(),
    };
    let Some(written) = written else { return String::new() };
    match domain::phone::normalise(written) {
        Ok(p) => p.canonical(),
        // No subscriber's number, but one that is called: a paid information line, an emergency number.
        Err(_) => domain::call::line::dialled_digits(written).unwrap_or_default(),
    }
}

/// The telephone it is at: the one that answered it last, else the one that rings.
fn extension_of(call: &Call) -> Option<&str> {
    let at = |f: fn(&domain::call::state::Leg) -> bool| call.legs.iter().rev().find(|l| f(l) && l.extension.is_some());
    let answered = at(|l| l.answered.is_some());
    let rings = || at(|l| l.ringing.is_some() && l.ended.is_none());
    let offered = || at(|_| true);
    let leg = answered.or_else(rings).or_else(offered)?;
    leg.extension.as_deref()
}

fn state_of(call: &Call) -> &'static str {
    if call.ended.is_some() {
        "over"
    } else if call.holds.iter().any(|h| h.to.is_none()) {
        "held"
    } else if call.answered.is_some() {
        "talking"
    } else if !measure::is_judged(call) {
        // Said as one that is being called: `super::state`.
        "waiting"
    } else if call.first_ringing.is_some() {
        "ringing"
    } else {
        "waiting"
    }
}

/// Who sits at a telephone. Whose it is does not say who talks (TEL-5).
fn sits(tx: &mut Tx, ctx: &Ctx, extension: &str) -> Res<Option<StaffId>> {
    let row = db::extension_by_number(tx, &ctx.site, extension)?.filter(|x| x.active);
    Ok(row.and_then(|x| super::system::seated(x, ctx.now).seat_id))
}

/// The row of a call as it stands now.
fn write(tx: &mut Tx, ctx: &Ctx, system: &SystemRow, before: Option<CallRow>, call: Call, rules: Rules) -> Res<CallId> {
    let mut doc = Doc {
        call,
        offers: Vec::new(),
        seats: BTreeMap::new(),
        transfers: Vec::new(),
        sent: Vec::new(),
    };
    let mut rang = Vec::new();
    if let Some(row) = &before {
        let was: Doc = serde_json::from_str(&row.doc)?;
        (doc.offers, doc.seats, doc.transfers, doc.sent) = (was.offers, was.seats, was.transfers, was.sent);
        rang = ringing(&was.call);
    }
    let call = &doc.call;
    let extension = extension_of(call).unwrap_or_default().to_owned();
    let answered_at = call.answered.as_ref().map(|a| a.when.received);
    // Who sits at each of its telephones is written down while it is known.
    let touched = call.legs.iter().filter(|l| l.ringing.is_some() || l.answered.is_some());
    for at in touched.filter_map(|l| l.extension.as_deref()) {
        if !doc.seats.contains_key(at)
            && let Some(who) = sits(tx, ctx, at)?
        {
            doc.seats.insert(at.to_owned(), who);
        }
    }
    let staff_id = match before.as_ref().and_then(|row| row.staff_id.clone()) {
        Some(staff) => Some(staff),
        None if answered_at.is_some() => doc.seats.get(&extension).cloned(),
        None => None,
    };
    let tells = super::system::tells_holds(system);
    let holds = rules.hold.verdicts(call, tells, &doc.offers, ctx.now);
    let judged = |v: Verdict| {
        if measure::is_judged(call) { code(v) } else { "none" }
    };
    let row = CallRow {
        id: before.as_ref().map_or_else(|| ctx.id(), |row| row.id.clone()),
        site_id: ctx.site.clone(),
        system_id: system.id.clone(),
        call_key: call.key.clone(),
        direction: call.direction.map_or("unknown", Direction::as_str).to_owned(),
        state: state_of(call).to_owned(),
        open: call.ended.is_none(),
        number: number_of(call),
        // Of one that is over it is whoever answered it: to them the name belongs.
        extension: (call.ended.and(call.answered.as_ref()))
            .and_then(|a| a.extension.clone())
            .unwrap_or(extension),
        staff_id,
        at: call.first.received,
        ringing_at: call.first_ringing.map(|x| x.received),
        answered_at,
        ended_at: call.ended.map(|x| x.when.received),
        ring: judged(rules.ring.verdict(call, ctx.now)).to_owned(),
        wait: judged(measure::wait(call, rules.wait_ms, ctx.now)).to_owned(),
        hold: hold_code(&holds).to_owned(),
        missed: measure::is_missed(call),
        contact_id: before.as_ref().and_then(|row| row.contact_id.clone()),
        next_at: sweep_due(call),
        doc: serde_json::to_string(&doc)?,
        version: before.as_ref().map_or(1, |row| row.version + 1),
    };
    match &before {
        None => db::insert(tx, &row)?,
        Some(was) => saved(db::save(tx, &row)?, was.version)?,
    }
    let moved = ringing(call) != rang || before.as_ref().is_some_and(|b| b.extension != row.extension);
    tell(tx, ctx, before.as_ref(), &row, call, moved);
    to_call_back(tx, ctx, before.as_ref(), &row)?;
    if !row.open {
        let again = before.as_ref().is_some_and(|b| !b.open);
        crate::telephone::finding::look(tx, ctx, &row, &doc, again)?;
    }
    Ok(row.id)
}

/// Telephones that ring now.
fn ringing(call: &Call) -> Vec<String> {
    let rings = |l: &&Leg| l.ringing.is_some() && l.answered.is_none() && l.ended.is_none();
    let legs = call.legs.iter().filter(rings);
    legs.filter_map(|l| l.extension.clone()).collect()
}

/// What changed, in the journal; by it every desk looks again. `moved`: other telephones ring, or it is at another one.
fn tell(tx: &mut Tx, ctx: &Ctx, before: Option<&CallRow>, row: &CallRow, call: &Call, moved: bool) {
    let was = before.map_or("", |b| b.state.as_str());
    let kind = match row.state.as_str() {
        state if was == state && !moved => return,
        state if was == state => "call_moved",
        "waiting" => "call_arrived",
        "ringing" => "call_ringing",
        "talking" if was == "held" => "call_unheld",
        "talking" => "call_answered",
        "held" => "call_held",
        _ if row.missed => "call_missed",
        _ => "call_ended",
    };
    let body = json!({
        "direction": row.direction, "number": row.number, "extension": row.extension, "staff": row.staff_id,
        "ring": row.ring, "ringing_ms": measure::ringing_ms(call), "hold": row.hold, "swept": call.swept,
    });
    say(tx, ctx, row, kind, body, &["number"]);
}

/// A caller whom nobody answered is to be called back, and who is talked with need not be, in whatever order that was told.
fn to_call_back(tx: &mut Tx, ctx: &Ctx, before: Option<&CallRow>, row: &CallRow) -> Res<()> {
    let was_missed = before.is_some_and(|b| b.missed);
    let same_number = before.is_some_and(|b| b.number == row.number);
    if row.missed && !(was_missed && same_number) {
        missed::add(tx, ctx, row)?;
    }
    let was_answered = before.is_some_and(|b| b.answered_at == row.answered_at);
    if row.answered_at.is_some() && !(was_answered && same_number) {
        missed::reached(tx, ctx, row, was_missed)?;
    }
    Ok(())
}

/// Closes a call of which somebody says that it is over.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(super) fn close(tx: &mut Tx, ctx: &Ctx, mut s: super::Seen) -> Res<()> {
    let system = db::system(tx, &ctx.site, &s.row.system_id)?.ok_or(crate::error::Error::NotFound)?;
    domain::call::sweep::close(&mut s.doc.call);
    let rules = rules(tx, ctx)?;
    write(tx, ctx, &system, Some(s.row), s.doc.call, rules).map(drop)
}

/// Closes calls whose end was lost.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn round(desk: &Desk) -> Res<timer::Round> {
    timer::each(desk, "calls", db::due, |tx, ctx, id| {
        let Some(row) = db::get(tx, &ctx.site, &CallId::from(id))? else {
            return Ok(false);
        };
        let system = db::system(tx, &ctx.site, &row.system_id)?.ok_or(crate::error::Error::NotFound)?;
        let mut s = read(row)?;
        if !sweep(&mut s.doc.call, ctx.now) {
            return Ok(false);
        }
        let rules = rules(tx, ctx)?;
        write(tx, ctx, &system, Some(s.row), s.doc.call, rules)?;
        Ok(true)
    })
}
