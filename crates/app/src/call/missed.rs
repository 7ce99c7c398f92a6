//! Numbers that called, were not answered and are to be called back: one a number while it is open, with a clock of its own (CAL-3), and
//! closed only by a call that was answered.

use domain::access::{Action, Reach};
use domain::ids::MissedCallId;
use domain::refusal::Refusal;
use domain::standard::LimitCode;
use serde_json::json;
use store::call as db;
use store::call::CallRow;
pub use store::call::MissedRow;
use store::db::Tx;
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::desk::Desk;
use crate::error::{Error, Res, same_version, saved};
use crate::list::cut;
use crate::notice::{self, Leads, Level, NewNotice};
use crate::{journal, timer};

/// How long somebody has for a call back where the standard names no time, in milliseconds.
const OTHERWISE: i64 = 30 * 60_000;

pub(super) fn say(tx: &mut Tx, ctx: &Ctx, row: &MissedRow, kind: &str, body: serde_json::Value, personal: &[&str]) {
    journal::now(tx, ctx, "missed_call", row.id.as_str(), kind, body, personal);
}

fn save(tx: &mut Tx, row: &mut MissedRow) -> Res<()> {
    row.version += 1;
    saved(db::missed_save(tx, row)?, row.version - 1)
}

fn key(id: &MissedCallId) -> String {
    format!("missed_call/{id}")
}

/// Nobody answered a call: its number is to be called back. A number that called before and waits still keeps its clock.
pub(super) fn add(tx: &mut Tx, ctx: &Ctx, call: &CallRow) -> Res<()> {
    if call.number.is_empty() {
        return Ok(());
    }
    let at = call.ended_at.unwrap_or(ctx.now);
    // Told late: somebody has talked with the number since.
    if db::talked_since(tx, &ctx.site, &call.number, at)?.is_some() {
        return Ok(());
    }
    if let Some(mut row) = db::missed_of(tx, &ctx.site, &call.number)? {
        row.calls += 1;
        row.last_at = row.last_at.max(at);
        save(tx, &mut row)?;
        say(
            tx,
            ctx,
            &row,
            "missed_call_again",
            json!({"call": call.id, "calls": row.calls}),
            &[],
        );
        return Ok(());
    }
    let limit = crate::standard::limit(tx, ctx, LimitCode::CallBack)?
        .ms()
        .unwrap_or(OTHERWISE);
    let row = MissedRow {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        number: call.number.clone(),
        calls: 1,
        first_at: at,
        last_at: at,
        due_at: at + limit,
        open: true,
        late_at: None,
        next_at: Some(at + limit),
        done_at: None,
        done_by: None,
        done_call: None,
        done_how: String::new(),
        note: String::new(),
        version: 1,
    };
    db::missed_insert(tx, &row)?;
    let body = json!({"call": call.id, "number": row.number, "due_at": row.due_at});
    say(tx, ctx, &row, "missed_call_added", body, &["number"]);
    Ok(())
}

/// Somebody talks with the number: it waits no longer, whoever called whom. `itself`: it is the call that was taken for missed, of
/// which the answer was told late.
pub(super) fn reached(tx: &mut Tx, ctx: &Ctx, call: &CallRow, itself: bool) -> Res<()> {
    if call.number.is_empty() {
        return Ok(());
    }
    let Some(row) = db::missed_of(tx, &ctx.site, &call.number)? else {
        return Ok(());
    };
    if itself && row.calls == 1 {
        return close(tx, ctx, row, "told_late", Some(call), "");
    }
    // A call that was answered before the number was missed reaches nobody afterwards.
    if call.answered_at.is_none_or(|at| at < row.first_at) {
        return Ok(());
    }
    let how = if call.direction == "out" {
        "called"
    } else {
        "called_again"
    };
    close(tx, ctx, row, how, Some(call), "")
}

fn close(tx: &mut Tx, ctx: &Ctx, row: MissedRow, how: &str, call: Option<&CallRow>, note: &str) -> Res<()> {
    let by = call
        .and_then(|c| c.staff_id.clone())
        .or_else(|| ctx.staff().map(|s| s.id.clone()));
    let mut done = MissedRow {
        open: false,
        next_at: None,
        done_at: Some(call.and_then(|c| c.answered_at).unwrap_or(ctx.now)),
        done_by: by,
        done_call: call.map(|c| c.id.clone()),
        done_how: how.to_owned(),
        note: note.to_owned(),
        ..row
    };
    save(tx, &mut done)?;
    notice::settled(tx, ctx, &key(&done.id))?;
    let body = json!({"how": how, "call": done.done_call, "late": done.done_at > Some(done.due_at), "note": note});
    say(tx, ctx, &done, "missed_call_done", body, &["note"]);
    Ok(())
}

/// Numbers that wait belong to no one person: who answers for the site's calls sees them.
fn of_site(ctx: &Ctx) -> Res<()> {
    if ctx.need(Action::ViewCalls)? < Reach::Site {
        return Err(Error::Forbidden("forbidden-role"));
    }
    Ok(())
}

/// How many wait.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn waiting(c: &mut Conn, ctx: &Ctx) -> Res<i64> {
    Ok(db::missed_waiting(c, &ctx.site)?)
}

/// What waits, the most urgent first, and what was done lately.
///
/// # Errors
/// `Forbidden`.
pub fn list(c: &mut Conn, ctx: &Ctx) -> Res<(Vec<MissedRow>, Vec<MissedRow>)> {
    of_site(ctx)?;
    let open = db::missed_open(c, &ctx.site, i64::MIN, "", 200)?;
    let done = db::missed_done(c, &ctx.site, i64::MAX, "", 50)?;
    Ok((open, done))
}

/// A page of numbers, and where the next begins.
pub type Page = (Vec<MissedRow>, Option<(i64, String)>);

/// What waits, the most urgent first, or what was done, newest first; from where the page before ended.
///
/// # Errors
/// `Forbidden`.
pub fn page(c: &mut Conn, ctx: &Ctx, done: bool, after: Option<(i64, String)>, limit: usize) -> Res<Page> {
    of_site(ctx)?;
    let most = i64::try_from(limit).unwrap_or(50) + 1;
    let mut rows = if done {
        let (at, id) = after.unwrap_or((i64::MAX, String::new()));
        db::missed_done(c, &ctx.site, at, &id, most)?
    } else {
        let (at, id) = after.unwrap_or((i64::MIN, String::new()));
        db::missed_open(c, &ctx.site, at, &id, most)?
    };
    let more = cut(&mut rows, limit);
    let place = |r: &MissedRow| (r.done_at.unwrap_or(r.due_at), r.id.to_string());
    let next = rows.last().filter(|_| more).map(place);
    Ok((rows, next))
}

/// One number that waits or waited.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &MissedCallId) -> Res<MissedRow> {
    of_site(ctx)?;
    db::missed(c, &ctx.site, id)?.ok_or(Error::NotFound)
}

/// The number was called back on a telephone of which nothing is told, and answered: with a word about it.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `refuse-missed-done`, `refuse-incomplete` without a word.
pub fn by_hand(tx: &mut Tx, ctx: &Ctx, id: &MissedCallId, seen: i64, note: &str) -> Res<()> {
    ctx.need(Action::RegisterContact)?;
    let row = get(tx, ctx, id)?;
    if !row.open {
        return Err(Refusal::new("refuse-missed-done").clause("CAL-3").into());
    }
    same_version(seen, row.version)?;
    let note: String = domain::privacy::masked(note.trim()).chars().take(200).collect();
    if note.is_empty() {
        let lacks = Refusal::new("refuse-incomplete").clause("CAL-3");
        return Err(lacks.missing(["missing-call-note"]).into());
    }
    close(tx, ctx, row, "by_hand", None, &note)
}

/// The whole number, for calling it: each look is on record.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn reveal(tx: &mut Tx, ctx: &Ctx, id: &MissedCallId) -> Res<String> {
    if ctx.need(Action::RevealPhone)? < Reach::Site {
        return Err(Error::Forbidden("forbidden-role"));
    }
    let row = get(tx, ctx, id)?;
    say(tx, ctx, &row, "phone_revealed", json!({}), &[]);
    Ok(row.number)
}

/// Says once that a number was not called back in time.
pub(crate) fn round(desk: &Desk) -> Res<timer::Round> {
    timer::each(desk, "missed calls", db::missed_due, |tx, ctx, id| {
        let Some(mut row) = db::missed(tx, &ctx.site, &MissedCallId::from(id))? else {
            return Ok(false);
        };
        if row.next_at.is_none_or(|at| at > ctx.now) || !row.open {
            return Ok(false);
        }
        (row.late_at, row.next_at) = (Some(row.due_at), None);
        save(tx, &mut row)?;
        say(tx, ctx, &row, "missed_call_late", json!({"due_at": row.due_at}), &[]);
        let to = crate::promise::superiors(tx, ctx, None)?;
        let new = NewNotice {
            key: key(&row.id),
            kind: notice::MISSED_CALL,
            level: Level::Escalation,
            leads: Leads::Page("/hotline/missed"),
            to,
            due_at: row.due_at,
            args: serde_json::Map::from_iter([("at".to_owned(), json!({"at": row.first_at}))]),
        };
        notice::raise(tx, ctx, new)?;
        Ok(true)
    })
}
