//! The registers: a post's communication register (COM-11), and corrections, which leave the old text to be read.

use domain::access::{Action, Reach};
use domain::register::{self as rules, Post, Register};
use serde_json::json;
use store::contact::{Contact, Filter};
use store::db::Tx;
use store::register as db;
pub use store::register::CorrectionRow;
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::hidden::Hidden;
use crate::journal;
use crate::list::{Page, Query};

/// Entries that are looked through for words at once.
const LOOKED_AT: i64 = 500;

/// A correction of one field of an entry.
#[derive(Debug, Clone, Default)]
pub struct Correction {
    pub field: String,
    /// What stands there.
    pub was: String,
    pub text: String,
    pub reason: String,
}

/// The posts whose register the viewer may read: all of them, or the own.
///
/// # Errors
/// `Forbidden`.
pub fn posts(c: &mut Conn, ctx: &Ctx) -> Res<Vec<(Post, domain::ids::DepartmentId)>> {
    let reach = ctx.need(Action::ViewRegisters)?;
    let own = ctx.staff().and_then(|s| s.department.clone());
    let all = store::site::departments(c, &ctx.site)?;
    Ok((Post::ALL.iter())
        .filter_map(|post| Some((*post, all.iter().find(|d| d.code == post.as_str())?.id.clone())))
        .filter(|(_, id)| reach > Reach::Department || own.as_ref() == Some(id))
        .collect())
}

/// The communication register of a post, newest first: what its people wrote down of talks with customers. It belongs to the
/// post, not to who wrote it.
///
/// # Errors
/// `Forbidden`, `NotFound` for a post that the viewer has no part in.
pub fn communication(c: &mut Conn, ctx: &Ctx, post: Post, q: &Query, limit: i64) -> Res<Page<Contact>> {
    let department = posts(c, ctx)?
        .into_iter()
        .find(|(p, _)| *p == post)
        .ok_or(Error::NotFound)?
        .1;
    let words = q.q.trim().to_lowercase();
    let before = q
        .after
        .split_once(':')
        .and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())));
    let looked = if words.is_empty() { limit + 1 } else { LOOKED_AT };
    let f = Filter {
        site: ctx.site.as_str().to_owned(),
        department: Some(department.as_str().to_owned()),
        from: q.from,
        until: q.until,
        before,
        limit: looked,
        ..Filter::default()
    };
    let rows = store::contact::list(c, &f)?;
    let key = |r: &Contact| format!("{}:{}", r.happened_at, r.id);
    // Words are looked for in so many entries; the next page goes on behind them.
    let whole = i64::try_from(rows.len()).unwrap_or(0) < looked;
    let last = rows.last().map(key);
    let hidden = Hidden::from(c, ctx)?;
    let has = |r: &Contact| {
        let all = [&r.number, &r.name, &r.address, &r.summary, &r.answer];
        words.is_empty() || all.into_iter().any(|text| text.to_lowercase().contains(&words))
    };
    let mut rows: Vec<Contact> = rows.into_iter().filter(has).collect();
    let most = usize::try_from(limit).unwrap_or(0);
    let next = if rows.len() > most {
        rows.truncate(most);
        rows.last().map(key)
    } else {
        last.filter(|_| !whole)
    };
    rows.retain(|r| hidden.shows_contact(r.id.as_str()));
    Ok(Page { rows, next })
}

/// What was corrected in an entry, oldest first.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn corrections(c: &mut Conn, ctx: &Ctx, register: Register, id: &str) -> Res<Vec<CorrectionRow>> {
    Ok(db::of_subject(c, &ctx.site, subject(register), id)?)
}

/// Both registers of talks are about the same entries: a correction shows in either.
fn subject(register: Register) -> &'static str {
    match register {
        Register::Communication => Register::Contacts.as_str(),
        other => other.as_str(),
    }
}

/// Corrects a field of an entry. The caller has read the entry for whoever asks; `was` is what stands there.
///
/// # Errors
/// `Forbidden`, `Refused` without a reason, without a change or for what is no text.
pub fn correct(tx: &mut Tx, ctx: &Ctx, register: Register, id: &str, c: &Correction) -> Res<()> {
    ctx.need(Action::ViewRegisters)?;
    ctx.need(Action::CorrectRegister)?;
    rules::may_correct(register, &c.field, &c.was, &c.text, &c.reason)?;
    let masked = |t: &str| domain::privacy::masked(t.trim());
    let row = CorrectionRow {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        subject_kind: subject(register).to_owned(),
        subject_id: id.to_owned(),
        field: c.field.clone(),
        was: c.was.clone(),
        text: masked(&c.text),
        reason: masked(&c.reason),
        staff_id: ctx.need_staff()?.id.clone(),
        at: ctx.now,
    };
    db::insert(tx, &row)?;
    let body = json!({"register": register, "entry": id, "field": row.field, "was": row.was, "text": row.text, "reason": row.reason});
    journal::now(
        tx,
        ctx,
        "register",
        row.id.as_str(),
        "register_corrected",
        body,
        &["was", "text", "reason"],
    );
    Ok(())
}
