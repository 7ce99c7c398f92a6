//! Writing twice is safe: a request that carries a key is done once, and a repeat gets the first answer.
//! A refused use case leaves nothing behind and so does not use up its key.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use store::account as db;
use store::db::Tx;

use crate::ctx::Ctx;
use crate::error::{Error, Res};

/// Runs `f` unless the key was used by this actor before; then returns what `f` returned at that time.
/// `request` is what was asked, so that one key for two different requests is refused. An empty key runs always.
///
/// # Errors
/// What `f` says; `Invalid` when the key was used for something else.
pub fn once<T: Serialize + DeserializeOwned>(
    tx: &mut Tx,
    ctx: &Ctx,
    key: &str,
    request: &impl Serialize,
    f: impl FnOnce(&mut Tx, &Ctx) -> Res<T>,
) -> Res<T> {
    if key.is_empty() {
        return f(tx, ctx);
    }
    if key.len() > 200 {
        return Err(Error::field("_key", "idempotency-key-long"));
    }
    let (kind, id) = ctx.actor_ref();
    let actor = format!("{kind}:{id}");
    let hash: String = Sha256::digest(serde_json::to_vec(request)?)
        .iter()
        .take(16)
        .map(|b| format!("{b:02x}"))
        .collect();
    if let Some(old) = db::idempotent(tx, &actor, key)? {
        if old.request_hash != hash {
            return Err(Error::field("_key", "idempotency-key-reused"));
        }
        return Ok(serde_json::from_str(&old.answer)?);
    }
    let out = f(tx, ctx)?;
    db::idempotent_put(tx, &actor, key, &hash, &serde_json::to_string(&out)?, ctx.now)?;
    Ok(out)
}
