//! The host's own page behind a secret address: whether one visitor may come (VIS-5), or announcing visitors with a pass. Whoever
//! holds the address acts as the host, except in a browser where staff sign in. The secret is shown once and kept as a hash.

use domain::access::{Action, Via};
use domain::ids::{CaseId, LinkId, UnitId, VisitId, VisitLinkId};
use domain::visit::LinkState;
use domain::visit::{HostWay, Particulars, VisitAct, gate};
use serde_json::json;
use store::db::Tx;
use store::seam::Conn;
use store::visit as db;
pub use store::visit::VisitLink;

use super::{Command, DAY, Expected, Seen, announced, named_unit, resolve, seen, step};
use crate::account::secret_hash;
use crate::ctx::{Actor, Ctx, LinkPurpose};
use crate::error::{Error, Res};
use crate::journal;
use crate::link::Device;
use crate::once::once;

/// How long an address to answer with lives, in milliseconds.
pub const LIFE_ANSWER: i64 = DAY;
/// How long an address to announce visitors with lives, in milliseconds.
pub const LIFE_ANNOUNCE: i64 = 30 * DAY;
/// Passes that are good at the same time by one address.
pub const MOST_PASSES: i64 = 10;

/// A new address with its secret, which is shown here and never again.
#[derive(Debug)]
pub struct Made {
    pub id: VisitLinkId,
    pub token: String,
    pub expires_at: i64,
}

/// Whoever holds a secret address, and the context in which they act.
pub struct Holder {
    pub ctx: Ctx,
    pub link: VisitLink,
}

impl Holder {
    /// Whether the address is for one visitor, else for announcing.
    pub fn answers(&self) -> bool {
        self.link.purpose == "answer"
    }
}

fn put(tx: &mut Tx, ctx: &Ctx, visit: Option<VisitId>, unit: Option<UnitId>, host: String) -> Res<Made> {
    let token = ctx.ids.secret();
    let (by, by_id) = ctx.actor_ref();
    let life = if visit.is_some() { LIFE_ANSWER } else { LIFE_ANNOUNCE };
    let row = VisitLink {
        id: ctx.id(),
        token_hash: secret_hash(&token),
        site_id: ctx.site.clone(),
        purpose: if visit.is_some() { "answer" } else { "announce" }.to_owned(),
        visit_id: visit,
        unit_id: unit,
        host,
        created_by: format!("{by}:{by_id}"),
        created_at: ctx.now,
        expires_at: ctx.now + life,
        withdrawn_at: None,
    };
    db::link_insert(tx, &row)?;
    let body = json!({"link": row.id, "purpose": row.purpose, "visit": row.visit_id, "unit": row.unit_id, "expires_at": row.expires_at});
    journal::now(tx, ctx, "visit_link", row.id.as_str(), "visit_link_made", body, &[]);
    Ok(Made {
        id: row.id,
        token,
        expires_at: row.expires_at,
    })
}

/// Asks the host by an address that staff pass on; the clock of the answer starts (VIS-5).
///
/// # Errors
/// `Forbidden`, `NotFound`, the `Refused` of a rule.
pub fn ask(tx: &mut Tx, ctx: &Ctx, id: &VisitId) -> Res<Made> {
    ctx.need(Action::ReceiveVisitor)?;
    ctx.need_staff()?;
    let s = super::get(tx, ctx, id)?;
    let p = s.visit.particulars.clone();
    step(tx, ctx, &s.id, None, &Command::AskHost { how: HostWay::Link })?;
    put(tx, ctx, Some(s.id), p.unit, p.host)
}

/// An address with which a household announces visitors.
///
/// # Errors
/// `Forbidden`, `Invalid` for a unit that is not there or without a host.
pub fn invite(tx: &mut Tx, ctx: &Ctx, unit: &str, host: &str) -> Res<Made> {
    ctx.need(Action::ReceiveVisitor)?;
    ctx.need_staff()?;
    let (unit, _) = named_unit(tx, ctx, unit)?;
    let host = domain::privacy::masked(host.trim());
    if host.is_empty() {
        return Err(Error::field("host", "required"));
    }
    if host.chars().count() > 60 {
        return Err(Error::field("host", "too-long"));
    }
    put(tx, ctx, None, Some(unit), host)
}

/// The addresses that a household has or had, newest first, with the unit's own code.
///
/// # Errors
/// `Forbidden`, `NotFound` for a unit that is not here.
pub fn of_unit(c: &mut Conn, ctx: &Ctx, unit: &UnitId) -> Res<(String, Vec<VisitLink>)> {
    ctx.need(Action::ReceiveVisitor)?;
    let u = store::directory::unit::get(c, &ctx.site, unit)?.ok_or(Error::NotFound)?;
    Ok((u.code, db::links_of_unit(c, &ctx.site, unit)?))
}

/// The unit that somebody names.
///
/// # Errors
/// `Forbidden`, `Invalid` for a unit that is not there.
pub fn unit_of(c: &mut Conn, ctx: &Ctx, named: &str) -> Res<UnitId> {
    ctx.need(Action::ReceiveVisitor)?;
    Ok(named_unit(c, ctx, named)?.0)
}

/// Withdraws an address: it stops at once. Passes that were made by it stay.
///
/// # Errors
/// `Forbidden`.
pub fn withdraw_link(tx: &mut Tx, ctx: &Ctx, id: &VisitLinkId) -> Res<()> {
    ctx.need(Action::ReceiveVisitor)?;
    if db::link_withdraw(tx, &ctx.site, id, ctx.now)? == 1 {
        journal::now(
            tx,
            ctx,
            "visit_link",
            id.as_str(),
            "visit_link_withdrawn",
            json!({"link": id}),
            &[],
        );
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// Forgets the hosts of addresses for announcing that ended as long ago as a visitor is kept: nothing else erases them.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn forget(tx: &mut Tx, ctx: &Ctx) -> Res<()> {
    let kept = super::env(tx, ctx)?.keep_until - ctx.now;
    db::links_forget(tx, &ctx.site, ctx.now - kept)?;
    Ok(())
}

/// Finds the holder of a secret for looking. `base` gives instant, language and address.
///
/// # Errors
/// `NotFound` for a secret that never was one, `Forbidden` with the reason when it is over.
pub fn open(c: &mut Conn, base: &Ctx, token: &str) -> Res<Holder> {
    let known = (20..=64)
        .contains(&token.len())
        .then(|| db::link_by_hash(c, &secret_hash(token)))
        .transpose()?
        .flatten();
    let link = known.ok_or(Error::NotFound)?;
    match LinkState::of(link.withdrawn_at, link.expires_at, base.now) {
        LinkState::Open => {}
        LinkState::Withdrawn => return Err(Error::Forbidden("forbidden-link-withdrawn")),
        LinkState::Expired => return Err(Error::Forbidden("forbidden-link-expired")),
    }
    let ctx = Ctx {
        actor: Actor::Link {
            link: LinkId::from(link.id.as_str()),
            case: CaseId::from(""),
            order: None,
            purpose: LinkPurpose::Track,
            via: Via::Shown,
        },
        site: link.site_id.clone(),
        via: "link",
        ..base.clone()
    };
    Ok(Holder { ctx, link })
}

/// The same for doing something: not in a browser of staff, so that nobody answers in the host's place.
///
/// # Errors
/// As [`open`].
pub fn enter(c: &mut Conn, base: &Ctx, token: &str, device: &Device) -> Res<Holder> {
    let h = open(c, base, token)?;
    if device.staff {
        return Err(Error::Forbidden("forbidden-link-staff"));
    }
    Ok(h)
}

/// The visitor that an address asks about.
///
/// # Errors
/// `NotFound` for an address that asks about nobody.
pub fn asked(c: &mut Conn, h: &Holder) -> Res<Seen> {
    let id = h.link.visit_id.as_ref().ok_or(Error::NotFound)?;
    seen(db::get(c, &h.ctx.site, id)?.ok_or(Error::NotFound)?)
}

/// The visitors that were announced by an address, newest first.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn announced_by(c: &mut Conn, h: &Holder) -> Res<Vec<Seen>> {
    db::announced_by(c, &h.link.id)?.into_iter().map(seen).collect()
}

/// The host says whether the visitor may come (VIS-5). Until the visitor is in or gone it may be said otherwise.
///
/// # Errors
/// As [`enter`], the `Refused` of a rule.
pub fn answer(
    tx: &mut Tx,
    base: &Ctx,
    token: &str,
    device: &Device,
    (yes, note, accompany): (bool, &str, bool),
) -> Res<Seen> {
    let h = enter(tx, base, token, device)?;
    let s = asked(tx, &h)?;
    let note: String = note.chars().take(200).collect();
    let cmd = Command::HostAnswer {
        yes,
        how: HostWay::Link,
        note,
        accompany,
    };
    step(tx, &h.ctx, &s.id, None, &cmd)
}

/// The host announces a visitor; the pass is shown on the same page.
///
/// # Errors
/// As [`enter`], `Invalid` without the name or a window to come, or with too many passes.
pub fn announce(tx: &mut Tx, base: &Ctx, token: &str, device: &Device, key: &str, e: &Expected) -> Res<VisitId> {
    let h = enter(tx, base, token, device)?;
    if h.answers() {
        return Err(Error::NotFound);
    }
    let p = Particulars {
        host: h.link.host.clone(),
        unit: h.link.unit_id.clone(),
        ..resolve(tx, &h.ctx, &e.who)?
    };
    let place = match &p.unit {
        Some(u) => store::directory::unit::get(tx, &h.ctx.site, u)?.map(|u| u.code),
        None => None,
    };
    let p = Particulars {
        place: place.unwrap_or_default(),
        ..p
    };
    let ctx = h.ctx.clone();
    once(tx, &ctx, key, e, |tx, ctx| {
        // Inside: the same form sent twice is no further pass, and two forms at once are counted one after the other.
        tx.serial(&format!("visit-link/{}", h.link.id))?;
        let good = db::announced_good(tx, &h.link.id)?;
        if good >= MOST_PASSES {
            return Err(Error::field("name", "visit-too-many-passes"));
        }
        let id = announced(tx, ctx, p, e, true)?;
        let row = db::Announced {
            visit_id: id.clone(),
            link_id: h.link.id,
            at: ctx.now,
        };
        db::announced_insert(tx, &row)?;
        Ok(id)
    })
}

/// The host takes an announcement back: the pass is good no more.
///
/// # Errors
/// As [`enter`], `NotFound` for a visitor that was not announced by this address, the `Refused` of a rule.
pub fn withdraw(tx: &mut Tx, base: &Ctx, token: &str, device: &Device, id: &VisitId) -> Res<()> {
    let h = enter(tx, base, token, device)?;
    if db::announced_with(tx, id)?.as_ref() != Some(&h.link.id) {
        return Err(Error::NotFound);
    }
    step(tx, &h.ctx, id, None, &Command::Withdraw { reason: String::new() }).map(|_| ())
}

/// Whether the host's word can still be given.
pub fn open_to_answer(s: &Seen) -> bool {
    gate(&s.visit, VisitAct::HostAnswer).is_ok()
}
