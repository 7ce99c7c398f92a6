//! Requests for long distance (长途申请单, TEL-2): whoever has no such line asks for a number; the head of the department or administration
//! decides and assigns a line; a call on that line to that number is covered, others are found ([`super::finding`]).

use domain::access::{Action, Reach, allowed};
use domain::call::line::class_needed;
use domain::call::long_distance::{LongDistance, LongDistanceState, Span};
use domain::ids::{CallId, LongDistanceId, StaffId};
use domain::refusal::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::db::Tx;
use store::seam::Conn;
use store::telephone as db;
pub use store::telephone::LongDistanceRow;

use super::{PAGE, Tell, habits, heads, in_use, narrowed, reaches, rules as site_rules, tell, text};
use crate::ctx::Ctx;
use crate::error::{Error, Res, same_version, saved};
use crate::notice::{self, Level};
use crate::once::once;
use crate::{journal, list};

/// What is asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub number: String,
    pub why: String,
    /// The telephone from which they would call; may be empty.
    pub line: String,
    /// For one call; else until an instant, unix milliseconds.
    pub one_call: bool,
    pub until: Option<i64>,
}

/// A page of the list.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    pub rows: Vec<LongDistanceRow>,
    pub next: Option<(i64, String)>,
}

/// One request, with what the viewer may do now.
#[derive(Debug, Clone)]
pub struct Looked {
    pub row: LongDistanceRow,
    /// Its time has passed.
    pub over: bool,
    pub may_decide: bool,
    pub may_withdraw: bool,
    pub may_end: bool,
}

/// Whether the time of an approved request has passed.
#[must_use]
pub fn is_over(r: &LongDistanceRow, now: i64) -> bool {
    r.state == LongDistanceState::Approved.as_str() && r.until_at.is_some_and(|at| now >= at)
}

fn rules(r: &LongDistanceRow) -> Res<LongDistance> {
    Ok(LongDistance {
        state: r.state.parse().map_err(Error::internal)?,
        by: r.by_id.clone(),
        number: r.number.clone(),
        reach: r.reach.parse().map_err(Error::internal)?,
        span: r.until_at.map_or(Span::OneCall, |at| Span::Until { at }),
        decided_by: r.decided_by.clone(),
        decided_as: match &r.decided_as {
            Some(role) => Some(role.parse().map_err(Error::internal)?),
            None => None,
        },
        line: r.line.clone(),
    })
}

/// The list, newest first: the own ones, those of the department, or all. `waiting`: only what is to be decided.
///
/// # Errors
/// `Forbidden`.
pub fn list(c: &mut Conn, ctx: &Ctx, waiting: bool, after: Option<(i64, String)>) -> Res<Listed> {
    let mut f = narrowed(ctx, Action::AskTelephone, after)?;
    f.state = waiting.then(|| LongDistanceState::Asked.as_str().to_owned());
    let mut rows = db::long_distances(c, &f)?;
    let more = list::cut(&mut rows, usize::try_from(PAGE).unwrap_or(30));
    let last = rows.last().filter(|_| more);
    let next = last.map(|r| (r.asked_at, r.id.to_string()));
    Ok(Listed { rows, next })
}

fn row(c: &mut Conn, ctx: &Ctx, id: &LongDistanceId) -> Res<LongDistanceRow> {
    ctx.need(Action::AskTelephone)?;
    let row = db::long_distance(c, &ctx.site, id)?.ok_or(Error::NotFound)?;
    if reaches(ctx, Action::AskTelephone, &row.by_id, row.department_id.as_ref()) {
        Ok(row)
    } else {
        Err(Error::NotFound)
    }
}

/// One request.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &LongDistanceId) -> Res<Looked> {
    let row = row(c, ctx, id)?;
    let (mut x, me) = (rules(&row)?, &ctx.need_staff()?.id);
    let decides = decides(ctx, &row);
    Ok(Looked {
        over: is_over(&row, ctx.now),
        may_decide: decides && x.may_decide(me).is_ok(),
        may_withdraw: x.clone().withdraw(me).is_ok() && !x.is_over(ctx.now),
        may_end: decides && x.end("-", ctx.now).is_ok(),
        row,
    })
}

fn decides(ctx: &Ctx, r: &LongDistanceRow) -> bool {
    // What reaches the department only is the head's right over others, not over oneself.
    ctx.reach(Action::DecideLongDistance) > Reach::Own
        && reaches(ctx, Action::DecideLongDistance, &r.by_id, r.department_id.as_ref())
}

fn say(tx: &mut Tx, ctx: &Ctx, r: &LongDistanceRow, kind: &str, body: Value, personal: &[&str]) {
    journal::now(tx, ctx, "long_distance", r.id.as_str(), kind, body, personal);
}

fn key(r: &LongDistanceRow, what: &str) -> String {
    format!("long_distance/{}/{what}", r.id)
}

fn hear(tx: &mut Tx, ctx: &Ctx, r: &LongDistanceRow, kind: &'static str, what: &str, to: Vec<StaffId>) -> Res<()> {
    let new = Tell {
        key: key(r, what),
        kind,
        level: Level::Note,
        page: format!("/hotline/long-distance/{}", r.id),
        to,
        due_at: ctx.now,
        args: &[],
    };
    tell(tx, ctx, new)
}

/// Asks for one.
///
/// # Errors
/// `Forbidden`, `Invalid`, `Refused` as [`LongDistance::ask`] says.
pub fn ask(tx: &mut Tx, ctx: &Ctx, once_key: &str, a: &Asked) -> Res<LongDistanceId> {
    ctx.need(Action::AskTelephone)?;
    once(tx, ctx, once_key, a, |tx, ctx| {
        let me = ctx.need_staff()?.clone();
        let numbering = habits(&site_rules(tx, ctx)?).numbering;
        let span = if a.one_call {
            Span::OneCall
        } else {
            // Without a day it is the past, which the rules refuse.
            Span::Until {
                at: a.until.unwrap_or(0),
            }
        };
        let why = text("why", &a.why)?;
        let line = a.line.trim();
        if !line.is_empty() && !in_use(tx, ctx, line)? {
            return Err(Error::field("line", "invalid-choose"));
        }
        let x = LongDistance::ask(&me.id, &a.number, &why, span, &numbering, ctx.now)?;
        let row = LongDistanceRow {
            id: ctx.id(),
            site_id: ctx.site.clone(),
            by_id: me.id,
            department_id: me.department,
            number: x.number.clone(),
            reach: x.reach.as_str().to_owned(),
            why,
            until_at: match x.span {
                Span::OneCall => None,
                Span::Until { at } => Some(at),
            },
            asked_line: line.to_owned(),
            asked_at: ctx.now,
            state: x.state.as_str().to_owned(),
            line: None,
            decided_by: None,
            decided_as: None,
            decided_at: None,
            reason: String::new(),
            ended_at: None,
            ended_by: None,
            used_call: None,
            version: 1,
        };
        db::long_distance_insert(tx, &row)?;
        let body = json!({"number": row.number, "reach": row.reach, "until_at": row.until_at, "why": row.why, "line": row.asked_line});
        say(tx, ctx, &row, "long_distance_asked", body, &["number", "why"]);
        let to = heads(tx, ctx, row.department_id.as_ref(), &[&row.by_id])?;
        hear(tx, ctx, &row, notice::LONG_DISTANCE_ASKED, "asked", to)?;
        Ok(row.id)
    })
}

fn seen(tx: &mut Tx, ctx: &Ctx, id: &LongDistanceId, version: i64) -> Res<(LongDistanceRow, LongDistance)> {
    let row = row(tx, ctx, id)?;
    same_version(version, row.version)?;
    let x = rules(&row)?;
    Ok((row, x))
}

fn save(tx: &mut Tx, row: &mut LongDistanceRow, x: &LongDistance) -> Res<()> {
    x.state.as_str().clone_into(&mut row.state);
    row.line.clone_from(&x.line);
    row.version += 1;
    saved(db::long_distance_save(tx, row)?, row.version - 1)
}

/// By which post somebody decides: the first of theirs that may.
fn post(ctx: &Ctx) -> Res<domain::access::Role> {
    let roles = ctx.need_staff()?.roles.iter().copied();
    let may = |role: &domain::access::Role| allowed(*role, Action::DecideLongDistance) > Reach::Never;
    roles.into_iter().find(may).ok_or(Error::Forbidden("forbidden-role"))
}

/// Whether it is decided in words: yes with a line, no with a reason.
#[derive(Debug, Clone, Copy)]
pub enum Decision<'a> {
    Line(&'a str),
    No(&'a str),
}

/// The head or administration decides.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Refused` as [`LongDistance::approve`] and [`LongDistance::refuse`] say; `refuse-no-extension-line` for a
/// line that is no telephone in use.
pub fn decide(tx: &mut Tx, ctx: &Ctx, id: &LongDistanceId, version: i64, decision: Decision<'_>) -> Res<()> {
    ctx.need(Action::DecideLongDistance)?;
    let (mut r, mut x) = seen(tx, ctx, id, version)?;
    if !decides(ctx, &r) {
        return Err(Error::Forbidden("forbidden-role"));
    }
    let (me, post) = (ctx.need_staff()?.id.clone(), post(ctx)?);
    let kind = match decision {
        Decision::Line(line) => {
            x.approve(&me, post, line)?;
            if !in_use(tx, ctx, line.trim())? {
                return Err(Refusal::new("refuse-no-extension-line").clause("TEL-2").into());
            }
            "long_distance_approved"
        }
        Decision::No(reason) => {
            let reason = text("reason", reason)?;
            x.refuse(&me, post, &reason)?;
            r.reason = reason;
            "long_distance_refused"
        }
    };
    (r.decided_by, r.decided_at) = (Some(me), Some(ctx.now));
    r.decided_as = Some(post.as_str().to_owned());
    save(tx, &mut r, &x)?;
    let body = json!({"line": r.line, "as": post, "reason": r.reason});
    say(tx, ctx, &r, kind, body, &["reason"]);
    notice::settled(tx, ctx, &key(&r, "asked"))?;
    hear(
        tx,
        ctx,
        &r,
        notice::LONG_DISTANCE_DECIDED,
        "decided",
        vec![r.by_id.clone()],
    )
}

/// Whoever asked does not need it any more.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Refused` as [`LongDistance::withdraw`] says.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, id: &LongDistanceId, version: i64) -> Res<()> {
    let (mut r, mut x) = seen(tx, ctx, id, version)?;
    let me = ctx.need_staff()?.id.clone();
    x.withdraw(&me)?;
    (r.ended_at, r.ended_by) = (Some(ctx.now), Some(me));
    save(tx, &mut r, &x)?;
    say(tx, ctx, &r, "long_distance_withdrawn", json!({}), &[]);
    notice::settled(tx, ctx, &key(&r, "asked"))
}

/// Whoever decides ends it before its time.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Refused` as [`LongDistance::end`] says.
pub fn end(tx: &mut Tx, ctx: &Ctx, id: &LongDistanceId, version: i64, reason: &str) -> Res<()> {
    ctx.need(Action::DecideLongDistance)?;
    let (mut r, mut x) = seen(tx, ctx, id, version)?;
    if !decides(ctx, &r) {
        return Err(Error::Forbidden("forbidden-role"));
    }
    let reason = text("reason", reason)?;
    x.end(&reason, ctx.now)?;
    (r.ended_at, r.ended_by) = (Some(ctx.now), Some(ctx.need_staff()?.id.clone()));
    r.reason = reason;
    save(tx, &mut r, &x)?;
    say(
        tx,
        ctx,
        &r,
        "long_distance_ended",
        json!({"reason": r.reason}),
        &["reason"],
    );
    hear(
        tx,
        ctx,
        &r,
        notice::LONG_DISTANCE_DECIDED,
        "ended",
        vec![r.by_id.clone()],
    )
}

/// Whether an approved request lets a number be called now from a line. Nothing is used up by asking.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn covers(c: &mut Conn, ctx: &Ctx, dialled: &str, line: &str) -> Res<bool> {
    for r in db::long_distance_of(c, &ctx.site, dialled, line)? {
        if rules(&r)?.covers(dialled, line, ctx.now).is_ok() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether an approved request covers a call; one for a single call is used up by one that was answered.
pub(super) fn cover(
    tx: &mut Tx,
    ctx: &Ctx,
    call: &CallId,
    dialled: &str,
    line: &str,
    at: i64,
    talked: bool,
) -> Res<bool> {
    for mut r in db::long_distance_of(tx, &ctx.site, dialled, line)? {
        if r.used_call.as_ref() == Some(call) {
            return Ok(true);
        }
        let mut x = rules(&r)?;
        if x.covers(dialled, line, at).is_err() {
            continue;
        }
        if talked {
            x.call(dialled, line, at)?;
            if x.state == LongDistanceState::Used {
                (r.used_call, r.ended_at) = (Some(call.clone()), Some(ctx.now));
                save(tx, &mut r, &x)?;
                say(tx, ctx, &r, "long_distance_used", json!({"call": call}), &[]);
            }
        }
        return Ok(true);
    }
    Ok(false)
}

/// What a number is at this site, for whoever types it: `local`, `national`, `international` or `paid`.
///
/// # Errors
/// `refuse-dialled-number`, `Forbidden`.
pub fn reach_of(c: &mut Conn, ctx: &Ctx, number: &str) -> Res<&'static str> {
    ctx.need(Action::AskTelephone)?;
    let numbering = habits(&site_rules(c, ctx)?).numbering;
    Ok(class_needed(number, &numbering)?.as_str())
}
