//! Unfinished forms of a vendor's worker, who has no account: what was typed survives a reload, a dead battery and another
//! browser with the same link, and goes with the step.

use serde::Deserialize;
use serde_json::{Map, Value};
use store::db::Tx;
use store::link as db;
use store::seam::Conn;

use super::{Device, Holder, enter};
use crate::contact::was_registered;
use crate::ctx::{Ctx, LinkPurpose};
use crate::error::{Error, Res};

/// The longest draft, in bytes.
const MOST: usize = 64 * 1024;

/// A draft as the browser sends it.
#[derive(Deserialize)]
struct Typed {
    fields: Map<String, Value>,
}

/// Keeps what was typed into the form `kind` (`sent`: JSON with its `fields`). False when that very form was sent meanwhile: its draft is over.
///
/// # Errors
/// `NotFound` for no link of a vendor's, `Forbidden` when it is over, `Invalid` for what is too long.
pub fn keep(tx: &mut Tx, base: &Ctx, token: &str, device: &Device, kind: &str, sent: &[u8]) -> Res<bool> {
    let h = enter(tx, base, token, device)?;
    if h.purpose != LinkPurpose::Vendor {
        return Err(Error::NotFound);
    }
    let typed: Typed = serde_json::from_slice(sent)
        .ok()
        .filter(|_| sent.len() <= MOST)
        .ok_or_else(|| Error::field("fields", "invalid-draft"))?;
    let key = typed.fields.get("_key").and_then(Value::as_str).unwrap_or_default();
    if was_registered(tx, &h.ctx, key)? {
        return Ok(false);
    }
    let body = serde_json::to_string(&typed.fields)?;
    db::draft_put(tx, &h.link.id, kind, &body, base.now)?;
    Ok(true)
}

/// What was typed into the form and not sent; empty when there is nothing, or when it was sent meanwhile.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn kept(c: &mut Conn, h: &Holder, kind: &str) -> Res<Map<String, Value>> {
    let Some(d) = db::draft(c, &h.link.id, kind)? else {
        return Ok(Map::new());
    };
    let fields: Map<String, Value> = serde_json::from_str(&d.body)?;
    let key = fields.get("_key").and_then(Value::as_str).unwrap_or_default();
    if was_registered(c, &h.ctx, key)? {
        return Ok(Map::new());
    }
    Ok(fields)
}

/// The form was sent: its draft goes.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn sent(tx: &mut Tx, h: &Holder, kind: &str) -> Res<()> {
    Ok(db::draft_drop(tx, &h.link.id, kind).map(|_| ())?)
}
