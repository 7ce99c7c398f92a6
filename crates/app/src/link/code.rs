//! Codes sent to the customer's verified number: what makes a signature grade A (COM-30).

use domain::case::{CaseState, Status};
use domain::ids::LinkId;
use domain::refusal::Refusal;
use store::db::Tx;
use store::link as db;
use store::seam::Conn;

use super::{DAY, Device, Holder, MINUTE, customer};
use crate::account::secret_hash;
use crate::case;
use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::outbox;

/// How long a code is good for, in milliseconds.
pub const CODE_LIFE: i64 = 10 * MINUTE;
/// How often a code may be entered wrongly.
pub const CODE_TRIES: i64 = 5;

fn code_hash(link: &LinkId, code: &str) -> String {
    secret_hash(&format!("{}:{code}", link.as_str()))
}

/// The id of the code that fits, or how many tries are left. A wrong one is counted, so the caller must commit.
pub(super) fn check(tx: &mut Tx, h: &Holder, code: &str) -> Res<Result<String, i64>> {
    let Some(last) = db::code_last(tx, &h.link.id)? else {
        return Ok(Err(0));
    };
    if last.used_at.is_some() || last.expires_at <= h.ctx.now || last.attempts >= CODE_TRIES {
        return Ok(Err(0));
    }
    if last.code_hash == code_hash(&h.link.id, code) {
        return Ok(Ok(last.id));
    }
    db::code_tried(tx, &last.id)?;
    Ok(Err(CODE_TRIES - last.attempts - 1))
}

/// Makes the code of a message at the moment it goes out; only its hash is kept.
pub(crate) fn code_for(tx: &mut Tx, ctx: &Ctx, link: &LinkId, message: &domain::ids::MessageId) -> Res<String> {
    let mut bytes = [0u8; 8];
    ctx.ids.0.fill(&mut bytes);
    let code = format!("{:06}", u64::from_le_bytes(bytes) % 1_000_000);
    db::code_insert(
        tx,
        &db::LinkCode {
            id: ctx.ids.hex(16),
            link_id: link.clone(),
            message_id: message.clone(),
            code_hash: code_hash(link, &code),
            created_at: ctx.now,
            expires_at: ctx.now + CODE_LIFE,
            attempts: 0,
            used_at: None,
        },
    )?;
    Ok(code)
}

/// Whether the number of the case is known to be the customer's: confirmed in the archive before the case was
/// registered, not marked as wrong, and not a number of staff.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn verified_number(c: &mut Conn, ctx: &Ctx, s: &CaseState) -> Res<bool> {
    let Some(person) = &s.located.person else {
        return Ok(false);
    };
    let phone = s.customer.phone.as_str();
    if !outbox::takes_messages(phone) || db::staff_with_phone(c, phone)?.is_some() {
        return Ok(false);
    }
    Ok(db::confirmed_at(c, &ctx.site, person, phone)?.is_some_and(|at| at < s.registered_at))
}

/// Whether a code can be sent for this case now: a verified number, and a channel to it.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn code_possible(c: &mut Conn, ctx: &Ctx, s: &CaseState) -> Res<bool> {
    Ok(s.status == Status::Done && outbox::channels(c, &ctx.site)?.sms && verified_number(c, ctx, s)?)
}

/// Sends a code to the verified number.
///
/// # Errors
/// `Forbidden` (see [`enter`]), `Refused` without a verified number or a channel, `Throttled`.
pub fn ask_code(tx: &mut Tx, base: &Ctx, token: &str, device: &Device) -> Res<()> {
    let h = customer(tx, base, token, device)?;
    let seen = case::get(tx, &h.ctx, &h.link.case_id)?;
    if !code_possible(tx, &h.ctx, &seen.state)? {
        return Err(Refusal::new("refuse-code-impossible").clause("COM-30").into());
    }
    let count = |tx: &mut Tx, since| store::message::count_since(tx, &seen.state.id, "code", since);
    if count(tx, base.now - MINUTE)? > 0 {
        return Err(Error::Throttled { seconds: 60 });
    }
    if count(tx, base.now - DAY)? >= 5 {
        return Err(Error::Throttled { seconds: 24 * 3600 });
    }
    outbox::code(tx, &h.ctx, &seen.state, &h.link.id)
}
