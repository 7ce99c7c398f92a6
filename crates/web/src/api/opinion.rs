//! The month's suggestions and praise for programs (COM-13, COM-14).

use app::ctx::Ctx;
use app::error::{Error, Res};
use app::opinion::{self as rounds, LineRow, Round, Step};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use domain::ids::{OpinionLineId, OpinionRoundId, StaffId};
use serde_json::{Value, json};

use super::sent::Sent;
use super::{doc, key, ok, show, versioned};
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::state::Web;

fn line(v: &Viewer, r: &LineRow, missing: &[&'static str]) -> Value {
    let code = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    json!({
        "id": r.id, "round": r.round_id, "case": r.case_id, "case_number": r.case_number, "kind": r.kind,
        "title": r.title, "given_at": r.given_at, "thanked_at": r.thanked_at, "thanked_by": r.thanked_by,
        "thanked_how": code(&r.thanked_how), "outcome": code(&r.outcome), "reason": r.reason, "doer": r.doer_id,
        "do_by": r.do_by, "identified_at": r.identified_at, "identified_by": r.identified_by, "done_at": r.done_at,
        "done_by": r.done_by, "done_note": r.done_note, "told_at": r.told_at, "told_by": r.told_by,
        "told_how": code(&r.told_how), "told_note": r.told_note, "checked_at": r.checked_at, "checked_by": r.checked_by,
        "good": r.check_good, "check_note": r.check_note, "missing": show::missing(v.locale, missing),
        "version": r.version,
    })
}

fn round(v: &Viewer, r: &Round) -> Value {
    let lines: Vec<Value> = r.lines.iter().map(|(row, missing)| line(v, row, missing)).collect();
    json!({
        "id": r.row.id, "month": r.row.month, "due_at": r.row.due_at, "opened_at": r.row.opened_at,
        "closed_at": r.row.closed_at, "closed_by": r.row.closed_by, "over": r.over, "overdue": r.overdue,
        "lacking": r.lacking(), "unchecked": r.unchecked(), "lines": lines, "version": r.row.version,
    })
}

/// The months with their opinions, newest first. The first look in a month opens its round, if the timer has not.
pub async fn list(State(web): State<Web>, v: Viewer) -> Answer {
    let ctx = v.ctx()?;
    web.write(&ctx, rounds::sync).await?;
    let all = web.read(&ctx, rounds::list).await?;
    let items: Vec<Value> = all.iter().map(|r| round(&v, r)).collect();
    Ok(ok(&json!({"items": items, "next": null})))
}

/// One opinion.
pub async fn get(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let l = web
        .read(&v.ctx()?, move |c, ctx| {
            rounds::line(c, ctx, &OpinionLineId::from(id.as_str()))
        })
        .await?;
    Ok(versioned(&line(&v, &l.row, &l.missing)))
}

fn step(act: &str, s: &Sent) -> Res<Step> {
    let text = |name: &str| s.text(name).to_owned();
    Ok(match act {
        "thank" => Step::Thank {
            how: Some(s.code("how")?),
        },
        "identify" => Step::Identify {
            outcome: Some(s.code("outcome")?),
            reason: text("reason"),
            doer: s.has("doer").map(StaffId::from),
            do_by: s.int("do_by"),
        },
        "finish" => Step::Finish {
            note: text("done_note"),
        },
        "tell" => Step::Tell {
            how: Some(s.code("told_how")?),
            at: s.int("told_at"),
            note: text("told_note"),
        },
        "check" => Step::Check {
            good: s.flag("good"),
            note: text("check_note"),
        },
        _ => return Err(Error::NotFound),
    })
}

/// A step on one opinion.
pub async fn act(
    State(web): State<Web>,
    v: Viewer,
    Path((id, act)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let ctx = v.ctx()?;
    let (action, sent) = Sent::act(doc::OPINION, &act, &headers, &bytes)?;
    ctx.need_scope(action)?;
    ctx.need(action)?;
    let (id, key) = (OpinionLineId::from(id), key(&headers));
    let l = web
        .write(&ctx, move |tx, ctx| {
            rounds::line(tx, ctx, &id)?;
            let sent = sent.clone()?;
            let (seen, step) = (sent.version()?, step(&act, &sent)?);
            app::once::once(tx, ctx, &key, &(&id, &act, &sent), |tx, ctx| {
                rounds::act(tx, ctx, &id, seen, &step)
            })?;
            rounds::line(tx, ctx, &id)
        })
        .await?;
    Ok(versioned(&line(&v, &l.row, &l.missing)))
}

/// Closes a round in which each opinion has its result.
pub async fn close(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let sent = Sent::read("OpinionRoundClose", &headers, &bytes);
    let (id, key) = (OpinionRoundId::from(id), key(&headers));
    let r = web
        .write(&v.ctx()?, move |tx, ctx: &Ctx| {
            rounds::get(tx, ctx, &id)?;
            let sent = sent.clone()?;
            let seen = sent.version()?;
            app::once::once(tx, ctx, &key, &(&id, "close", &sent), |tx, ctx| {
                rounds::close(tx, ctx, &id, seen)
            })?;
            rounds::get(tx, ctx, &id)
        })
        .await?;
    Ok(versioned(&round(&v, &r)))
}
