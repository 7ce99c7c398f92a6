//! The month's satisfaction calls for programs (CSM-4, COM-12).

use app::call_round::{self as rounds, Call, Round, RoundRow, Said, Tally};
use app::ctx::Ctx;
use app::error::{Error, Res};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use domain::ids::{CallLineId, CallRoundId};
use domain::share::Share;
use serde_json::{Value, json};
use store::db::Tx;

use super::sent::Sent;
use super::{answer, key, ok, versioned};
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::state::Web;

/// A share is never without how many it is of.
fn share(s: Share) -> Value {
    json!({"of": s.of, "hits": s.hits})
}

fn tally(t: &Tally) -> Value {
    json!({
        "drawn": t.drawn, "open": t.open, "reached": share(t.reached), "refused": t.refused,
        "unreachable": t.unreachable, "satisfied": share(t.satisfied), "quality": share(t.quality),
        "attitude": share(t.attitude), "signed": share(t.signed),
    })
}

fn line(r: &RoundRow, t: &Tally) -> Value {
    json!({
        "id": r.id, "month": r.month, "wanted": r.wanted, "pool": r.pool, "seed": r.seed, "pool_hash": r.pool_hash,
        "drawn_at": r.drawn_at, "drawn_by": r.drawn_by, "tally": tally(t), "version": r.version,
    })
}

fn call(c: &Call) -> Value {
    let r = &c.row;
    let code = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let attempts = c
        .attempts
        .iter()
        .map(|a| json!({"at": a.at, "by": a.by, "result": a.result, "note": a.note}));
    json!({
        "id": r.id, "no": r.no, "case": r.case_id, "case_number": r.case_number, "kind": r.kind, "title": r.title,
        "place": r.place, "name": r.name, "department": r.department_id, "worker": r.worker_id, "state": c.state,
        "attempts": attempts.collect::<Vec<_>>(), "satisfaction": code(&r.satisfaction), "answers": c.answers,
        "opinion": r.opinion, "called_at": r.called_at, "called_by": r.called_by, "signed": code(&r.signed),
        "signature": code(&r.signature), "signed_note": r.signed_note, "signed_at": r.signed_at,
        "signed_by": r.signed_by, "version": r.version,
    })
}

fn shown(r: &Round) -> Value {
    let mut v = line(&r.row, &r.tally);
    let a = &r.after;
    v["after"] = json!({
        "made": a.made, "satisfied": share(a.satisfied), "open": a.open, "refused": a.refused,
        "unreachable": a.unreachable, "spared": a.spared,
    });
    v["calls"] = r.calls.iter().map(call).collect();
    v
}

/// The months, newest first, and whether the last one still waits for its sample.
pub async fn list(State(web): State<Web>, v: Viewer) -> Answer {
    let l = web.read(&v.ctx()?, rounds::list).await?;
    let items: Vec<Value> = l.rounds.iter().map(|(r, t)| line(r, t)).collect();
    Ok(ok(
        &json!({"items": items, "next": null, "missing": l.missing, "pool": l.pool}),
    ))
}

/// A month's list.
pub async fn get(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let r = web
        .read(&v.ctx()?, move |c, ctx| {
            rounds::get(c, ctx, &CallRoundId::from(id.as_str()))
        })
        .await?;
    Ok(versioned(&shown(&r)))
}

/// Draws a month's sample, once.
pub async fn draw(State(web): State<Web>, v: Viewer, headers: HeaderMap, bytes: Bytes) -> Answer {
    let sent = Sent::read("NewCallRound", &headers, &bytes)?;
    let wanted = u32::try_from(sent.int("wanted").unwrap_or_default()).unwrap_or(u32::MAX);
    let key = key(&headers);
    let r = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = app::once::once(tx, ctx, &key, &("calls", &sent), |tx, ctx| {
                rounds::draw(tx, ctx, sent.text("month"), wanted)
            })?;
            rounds::get(tx, ctx, &id)
        })
        .await?;
    Ok(answer(StatusCode::CREATED, &shown(&r)))
}

/// A call of this round, under the version that was seen, changed once.
async fn changed(
    (web, v): (Web, Viewer),
    (round, id): (String, String),
    (schema, headers, bytes): (&'static str, HeaderMap, Bytes),
    change: impl Fn(&mut Tx, &Ctx, &CallLineId, i64, &Sent) -> Res<()> + Send + Sync + 'static,
) -> Answer {
    let sent = Sent::read(schema, &headers, &bytes);
    let (round, id, key) = (CallRoundId::from(round), CallLineId::from(id), key(&headers));
    let c = web
        .write(&v.ctx()?, move |tx, ctx| {
            if rounds::line(tx, ctx, &id)?.0.row.round_id != round {
                return Err(Error::NotFound);
            }
            let sent = sent.clone()?;
            let seen = sent.version()?;
            app::once::once(tx, ctx, &key, &(schema, &id, &sent), |tx, ctx| {
                change(tx, ctx, &id, seen, &sent)
            })?;
            Ok(rounds::line(tx, ctx, &id)?.0)
        })
        .await?;
    Ok(versioned(&call(&c)))
}

/// What was said in a call.
pub async fn make(
    State(web): State<Web>,
    v: Viewer,
    Path(of): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    changed((web, v), of, ("CallMade", headers, bytes), |tx, ctx, id, seen, sent| {
        let satisfaction = sent.has("satisfaction").map(|_| sent.code("satisfaction"));
        let said = Said {
            result: Some(sent.code("result")?),
            satisfaction: satisfaction.transpose()?,
            answers: sent.list("answers")?,
            opinion: sent.text("opinion").to_owned(),
            note: sent.text("note").to_owned(),
        };
        rounds::make(tx, ctx, id, seen, &said)
    })
    .await
}

/// The record was signed, or the customer declined to.
pub async fn sign(
    State(web): State<Web>,
    v: Viewer,
    Path(of): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    changed(
        (web, v),
        of,
        ("CallSigned", headers, bytes),
        |tx, ctx, id, seen, sent| {
            let how = sent.code("how")?;
            rounds::sign(tx, ctx, id, seen, Some(how), sent.text("file"), sent.text("note"))
        },
    )
    .await
}
