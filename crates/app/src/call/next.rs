//! Nobody answers: the call goes on to the next telephone and then to whoever is free (TEL-5), where a telephone system can be asked to
//! send it on and its settings say in which order. Most do this by themselves; then the order is left empty.

use domain::call::next::{Order, Telephone as Line, due, next};
use domain::ids::CallId;
use serde_json::Value;
use store::call as db;
use store::call::SystemRow;
use store::db::Tx;
use store::seam::Conn;

use super::send::{self, SendOn};
use super::{card, read, rules};
use crate::ctx::Ctx;
use crate::error::Res;

/// The order of a system, where it has one. A call goes on when the last ring in time begins: whoever is next can still be in time.
#[must_use]
pub fn of(system: &SystemRow, ring_ms: i64) -> Option<Order> {
    let config: Value = serde_json::from_str(&system.config).unwrap_or_default();
    let text = config.get("next").and_then(Value::as_str).unwrap_or_default();
    let telephones: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    (!telephones.is_empty()).then_some(Order {
        after_ms: ring_ms,
        telephones,
    })
}

/// The telephones that hang on a system.
fn lines(c: &mut Conn, ctx: &Ctx, system: &SystemRow, order: &Order) -> Res<Vec<Line>> {
    let (lines, _) = card::states(c, ctx)?;
    let mut all = Vec::new();
    for l in lines {
        // What stands in its order was said to hang there.
        if order.telephones.contains(&l.row.number) || send::is_of(c, ctx, &system.id, &l.row.number)? {
            all.push(Line {
                is_free: matches!(l.state, "free" | "away"),
                is_seated: l.row.seat_id.is_some(),
                number: l.row.number,
            });
        }
    }
    Ok(all)
}

/// The calls of a system that are due to go on now. Reads only.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn waiting(c: &mut Conn, ctx: &Ctx, system: &SystemRow) -> Res<Vec<CallId>> {
    let rules = rules(c, ctx)?;
    let Some(order) = of(system, rules.ring.amber_ms()) else {
        return Ok(Vec::new());
    };
    let mut calls = Vec::new();
    for row in db::open(c, &ctx.site)?.into_iter().filter(|r| r.system_id == system.id) {
        let s = read(row)?;
        if due(&s.doc.call, &order, &s.doc.sent).is_some_and(|due| due <= ctx.now) {
            calls.push(s);
        }
    }
    if calls.is_empty() {
        return Ok(Vec::new());
    }
    let lines = lines(c, ctx, system, &order)?;
    let goes_on = |s: &super::Seen| next(&s.doc.call, &order, &lines, &s.doc.sent, ctx.now).is_some();
    Ok(calls.into_iter().filter(goes_on).map(|s| s.row.id).collect())
}

/// Sends a call on, if it is still due: whoever of several replicas comes first does it. None where nothing is to be done, and where
/// nobody is left.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn go_on(tx: &mut Tx, ctx: &Ctx, system: &SystemRow, id: &CallId) -> Res<Option<SendOn>> {
    // One after the other: a telephone to which a call was just sent is not free for the next.
    tx.serial(&format!("next/{}", ctx.site))?;
    let rules = rules(tx, ctx)?;
    let (Some(order), Some(row)) = (of(system, rules.ring.amber_ms()), db::get(tx, &ctx.site, id)?) else {
        return Ok(None);
    };
    let mut s = read(row)?;
    let lines = lines(tx, ctx, system, &order)?;
    let Some(target) = next(&s.doc.call, &order, &lines, &s.doc.sent, ctx.now) else {
        return Ok(None);
    };
    let target = target.number.clone();
    send::note(tx, ctx, &mut s, &target, None)?;
    Ok(Some(SendOn {
        system: s.row.system_id,
        call: s.row.id,
        call_key: s.row.call_key,
        target,
        handed: false,
    }))
}
