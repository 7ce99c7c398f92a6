//! Keys that are lent: which, to whom, until when, and whether they came back.

use domain::access::Action;
use domain::ids::{KeyLoanId, PostId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::db::Tx;
use store::roster as db;
use store::seam::Conn;

use super::{changed, need_post, same_version};
use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res};
use crate::journal;
use crate::once::once;

/// A loan as it is entered.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewLoan {
    /// The post that keeps the key; empty: none in particular.
    pub post: String,
    pub key_name: String,
    pub lent_to: String,
    pub purpose: String,
    /// Unix milliseconds.
    pub until: Option<i64>,
}

/// Lends a key.
///
/// # Errors
/// `Invalid` without the key, the person or a time to come.
pub fn lend(tx: &mut Tx, ctx: &Ctx, key: &str, l: &NewLoan) -> Res<KeyLoanId> {
    ctx.need(Action::ViewRoster)?;
    let me = ctx.need_staff()?.id.clone();
    let mut bad = Fields::default();
    for (name, value, longest, required) in [
        ("key_name", &l.key_name, 60, true),
        ("lent_to", &l.lent_to, 60, true),
        ("purpose", &l.purpose, 200, false),
    ] {
        if required && value.trim().is_empty() {
            bad.add(name, "required");
        } else if value.chars().count() > longest {
            bad.add(name, "too-long");
        }
    }
    match l.until {
        Some(at) if at > ctx.now => {}
        _ => bad.add("until", "roster-key-until"),
    }
    bad.done()?;
    let post = Some(l.post.as_str()).filter(|p| !p.is_empty()).map(PostId::from);
    if let Some(p) = &post {
        need_post(tx, ctx, p)?;
    }
    once(tx, ctx, key, l, |tx, ctx| {
        let out = db::loans_out(tx, &ctx.site)?;
        if out.iter().any(|k| k.key_name == l.key_name.trim()) {
            return Err(Error::field("key_name", "roster-key-out"));
        }
        let row = db::KeyLoan {
            id: ctx.id(),
            site_id: ctx.site.clone(),
            post_id: post.clone(),
            key_name: l.key_name.trim().to_owned(),
            lent_to: l.lent_to.trim().to_owned(),
            purpose: domain::privacy::masked(l.purpose.trim()),
            lent_by: me.clone(),
            lent_at: ctx.now,
            until_at: l.until.unwrap_or(ctx.now),
            returned_at: None,
            returned_to: None,
            note: String::new(),
            version: 1,
        };
        db::loan_insert(tx, &row)?;
        let body = json!({"key": row.key_name, "lent_to": row.lent_to, "until": row.until_at, "purpose": row.purpose});
        journal::now(
            tx,
            ctx,
            "key",
            row.id.as_str(),
            "key_lent",
            body,
            &["lent_to", "purpose"],
        );
        changed(tx, ctx)?;
        Ok(row.id)
    })
}

/// The key is back (`back`), or that was a mistake and it is still out.
///
/// # Errors
/// `Conflict` when somebody else was faster.
pub fn give_back(tx: &mut Tx, ctx: &Ctx, id: &KeyLoanId, version: i64, back: bool, note: &str) -> Res<()> {
    ctx.need(Action::ViewRoster)?;
    let me = ctx.need_staff()?.id.clone();
    let old = db::loan(tx, &ctx.site, id)?.ok_or(Error::NotFound)?;
    same_version(version, old.version)?;
    if note.chars().count() > 200 {
        return Err(Error::field("note", "too-long"));
    }
    if old.returned_at.is_some() == back {
        return Ok(());
    }
    let new = db::KeyLoan {
        returned_at: back.then_some(ctx.now),
        returned_to: back.then_some(me),
        note: domain::privacy::masked(note.trim()),
        version: version + 1,
        ..old
    };
    if db::loan_save(tx, &new)? == 0 {
        return Err(Error::Conflict {
            seen: version,
            current: version + 1,
        });
    }
    let kind = if back { "key_returned" } else { "key_return_undone" };
    let body = json!({"key": new.key_name, "note": new.note});
    journal::now(tx, ctx, "key", id.as_str(), kind, body, &["note"]);
    changed(tx, ctx)
}

/// Keys that are out, the longest overdue first.
///
/// # Errors
/// `Forbidden` for who takes no part in the roster.
pub fn out(c: &mut Conn, ctx: &Ctx) -> Res<Vec<db::KeyLoan>> {
    ctx.need(Action::ViewRoster)?;
    Ok(db::loans_out(c, &ctx.site)?)
}

/// One page of all loans, newest first, and where the next begins.
///
/// # Errors
/// `Forbidden` for who takes no part in the roster.
pub fn page(
    c: &mut Conn,
    ctx: &Ctx,
    after: Option<(i64, String)>,
    limit: i64,
) -> Res<(Vec<db::KeyLoan>, Option<(i64, String)>)> {
    ctx.need(Action::ViewRoster)?;
    let f = db::PageFilter {
        site: ctx.site.as_str().to_owned(),
        after,
        limit: limit + 1,
    };
    let mut rows = db::loans(c, &f)?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|k| (k.lent_at, k.id.as_str().to_owned()));
    Ok((rows, next))
}
