//! A call is brought to another telephone by the telephone system: a ringing one to whoever takes it for somebody else (TEL-5), one that
//! is talked to whoever takes it over (TEL-6). What becomes of it comes as reports, like of any other call.

use domain::access::Action;
use domain::call::measure::is_judged;
use domain::call::next::{MOST_SENT, Sent, brought_by};
use domain::ids::{CallId, PhoneSystemId};
use domain::refusal::Refusal;
use serde_json::json;
use store::call as db;
use store::call::ExtensionRow;
use store::db::Tx;
use store::seam::Conn;

use super::system::{Kind, Telephone};
use super::{Seen, dial, read, save, say, transferred};
use crate::ctx::Ctx;
use crate::error::{Error, Res};

/// What a telephone system is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendOn {
    pub system: PhoneSystemId,
    pub call: CallId,
    /// As the system names it.
    pub call_key: String,
    /// The telephone that rings next.
    pub target: String,
    /// Somebody talks and hands it over; else it is sent only while nobody has answered.
    pub handed: bool,
}

/// The systems that can be asked now to bring a call to another telephone: those that are connected to.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn able(c: &mut Conn, ctx: &Ctx, telephone: Option<&dyn Telephone>) -> Res<Vec<PhoneSystemId>> {
    let Some(telephone) = telephone else {
        return Ok(Vec::new());
    };
    let connected = |id: &PhoneSystemId| telephone.connection(id).is_some_and(|c| c.state == "signed_in");
    let systems = db::systems(c, &ctx.site)?.into_iter();
    let asked = systems.filter(|s| s.active && Kind::parse(&s.kind) != Some(Kind::Webhook) && connected(&s.id));
    Ok(asked.map(|s| s.id).collect())
}

fn to(s: &Seen, target: &str, handed: bool) -> SendOn {
    SendOn {
        handed,
        system: s.row.system_id.clone(),
        call: s.row.id.clone(),
        call_key: s.row.call_key.clone(),
        target: target.to_owned(),
    }
}

/// Somebody talks at a telephone, or another call rings there.
fn is_busy(c: &mut Conn, ctx: &Ctx, number: &str, but: &CallId) -> Res<bool> {
    let (lines, _) = super::card::states_but(c, ctx, Some(but))?;
    let busy = |l: &super::card::Line| l.row.number == number && matches!(l.state, "talking" | "ringing");
    Ok(lines.iter().any(busy))
}

/// Whether a telephone hangs on a system, as far as is known: no other one has told of it since.
pub(super) fn is_of(c: &mut Conn, ctx: &Ctx, system: &PhoneSystemId, number: &str) -> Res<bool> {
    let last = db::system_of(c, &ctx.site, number)?;
    Ok(last.is_none_or(|id| id == system.as_str()))
}

/// Keeps that a call was sent to a telephone while nobody had answered.
pub(super) fn note(tx: &mut Tx, ctx: &Ctx, s: &mut Seen, target: &str, by: Option<domain::ids::StaffId>) -> Res<()> {
    s.doc.sent.push(Sent {
        at: ctx.now,
        to: target.to_owned(),
        by: by.clone(),
        failed: false,
    });
    save(tx, s)?;
    say(
        tx,
        ctx,
        &s.row,
        "call_sent_on",
        json!({"extension": target, "staff": by}),
        &[],
    );
    Ok(())
}

/// The telephone system did not do what it was asked for: neither the page nor what comes next takes it for done.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn failed(tx: &mut Tx, ctx: &Ctx, sent: &SendOn) -> Res<()> {
    let Some(row) = db::get(tx, &ctx.site, &sent.call)? else {
        return Ok(());
    };
    let mut s = read(row)?;
    if sent.handed {
        if let Some(last) = s.doc.transfers.last_mut() {
            last.by_system = false;
        }
    } else if let Some(last) = s.doc.sent.iter_mut().rev().find(|x| x.to == sent.target) {
        last.failed = true;
    }
    save(tx, &s)?;
    say(tx, ctx, &s.row, "call_not_sent", json!({"extension": sent.target}), &[]);
    Ok(())
}

/// A ringing call is brought to the telephone at which the actor sits (TEL-5). `able`: the systems that can be asked.
///
/// # Errors
/// `Forbidden`, `NotFound`, `refuse-call-answered` where somebody was faster or the caller gave up, `refuse-cannot-send` where its system
/// cannot be asked, `refuse-no-seat` where the actor sits at no telephone, `refuse-call-brought` where somebody else has just taken it to
/// theirs, `refuse-send-where` for a telephone of another system, `refuse-telephone-busy` where they talk or another call rings.
pub fn pick_up(tx: &mut Tx, ctx: &Ctx, id: &CallId, able: &[PhoneSystemId]) -> Res<SendOn> {
    ctx.need(Action::RegisterContact)?;
    let me = ctx.need_staff()?.id.clone();
    let mut s = read(db::get(tx, &ctx.site, id)?.ok_or(Error::NotFound)?)?;
    if !s.row.open || s.row.answered_at.is_some() || !is_judged(&s.doc.call) {
        return Err(Refusal::new("refuse-call-answered").clause("TEL-5").into());
    }
    if !able.contains(&s.row.system_id) || s.doc.sent.len() >= MOST_SENT {
        return Err(Refusal::new("refuse-cannot-send").clause("TEL-5").into());
    }
    let Some(line) = dial::from(tx, ctx)? else {
        return Err(Refusal::new("refuse-no-seat").clause("TEL-1").into());
    };
    if brought_by(&s.doc.sent, ctx.now).is_some_and(|by| *by != me) {
        return Err(Refusal::new("refuse-call-brought").clause("TEL-5").into());
    }
    if !is_of(tx, ctx, &s.row.system_id, &line.number)? {
        return Err(Refusal::new("refuse-send-where").clause("TEL-5").into());
    }
    if is_busy(tx, ctx, &line.number, id)? {
        return Err(Refusal::new("refuse-telephone-busy").clause("TEL-5").into());
    }
    note(tx, ctx, &mut s, &line.number, Some(me))?;
    Ok(to(&s, &line.number, false))
}

/// The telephone that is meant by what was typed: its number, alone or with words after it.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn meant(c: &mut Conn, ctx: &Ctx, typed: &str) -> Res<Option<ExtensionRow>> {
    let Some(number) = typed.split_whitespace().next() else {
        return Ok(None);
    };
    Ok(db::extension_by_number(c, &ctx.site, number)?.filter(|x| x.active))
}

/// A call is handed on by the telephone system: what the desk records of it (TEL-6, ANS-6), and what is to be done.
///
/// # Errors
/// As [`transferred`]; `refuse-not-your-call`; `refuse-cannot-send` where its system cannot be asked or nobody talks, `refuse-send-where` for what is no telephone of
/// the site.
pub fn hand_on(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &CallId,
    typed: &str,
    (agreed, told): (bool, bool),
    able: &[PhoneSystemId],
) -> Res<SendOn> {
    let me = ctx.need_staff()?.id.clone();
    transferred(tx, ctx, id, typed, agreed, told)?;
    let mut s = read(db::get(tx, &ctx.site, id)?.ok_or(Error::NotFound)?)?;
    // Whose call it is hands it over: who talks as far as is known, or who sits where it is.
    let seat = dial::from(tx, ctx)?.is_some_and(|line| line.number == s.row.extension);
    if s.row.staff_id.as_ref() != Some(&me) && !seat {
        return Err(Refusal::new("refuse-not-your-call").clause("TEL-6").into());
    }
    if !able.contains(&s.row.system_id) || s.row.answered_at.is_none() {
        return Err(Refusal::new("refuse-cannot-send").clause("TEL-6").into());
    }
    let Some(line) = meant(tx, ctx, typed)?.filter(|x| x.number != s.row.extension) else {
        return Err(Refusal::new("refuse-send-where").clause("TEL-6").into());
    };
    if !is_of(tx, ctx, &s.row.system_id, &line.number)? {
        return Err(Refusal::new("refuse-send-where").clause("TEL-6").into());
    }
    if let Some(last) = s.doc.transfers.last_mut() {
        last.by_system = true;
    }
    save(tx, &s)?;
    Ok(to(&s, &line.number, true))
}
