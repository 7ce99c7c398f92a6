//! Investigations into internal reports for programs (COM-24).

use app::ctx::Ctx;
use app::error::{Error, Res};
use app::investigation::{self, InvestigationRow, Looked, Opened, View};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use domain::access::{Action, Reach};
use domain::ids::InvestigationId;
use serde::Deserialize;
use serde_json::{Value, json};
use store::db::Tx;

use super::sent::Sent;
use super::{answer, body, doc, key, paged, place, place_text, versioned};
use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::state::Web;

fn line(r: &InvestigationRow) -> Value {
    let outcome = (!r.outcome.is_empty()).then_some(&r.outcome);
    json!({
        "id": r.id, "case": r.case_id, "case_number": r.case_number, "about": r.about, "fault": r.fault,
        "report": r.report, "why": r.why, "opened_by": r.opened_by, "opened_at": r.opened_at, "answer_by": r.answer_by,
        "stage": r.stage, "answer": r.answer, "answered_at": r.answered_at, "outcome": outcome, "reason": r.reason,
        "decided_by": r.decided_by, "decided_at": r.decided_at, "objection": r.objection, "objected_at": r.objected_at,
        "review": r.review, "reviewed_by": r.reviewed_by, "reviewed_at": r.reviewed_at, "recorded": r.recorded,
        "version": r.version,
    })
}

fn shown(l: &Looked) -> Value {
    let mut v = line(&l.row);
    v["object_until"] = json!(l.object_until);
    let may = [
        ("answer", l.may_answer),
        ("decide", l.may_decide),
        ("object", l.may_object),
        ("review", l.may_review),
    ];
    v["may"] = may.iter().filter(|(_, may)| *may).map(|(name, _)| *name).collect();
    v
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    view: String,
    after: String,
}

/// The list, newest first. Whoever sees only the own ones begins with those about themselves.
pub async fn list(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let a: Asked = body::asked(&uri)?;
    let whole = v.reach(Action::ViewInvestigations) >= Reach::Site;
    let view = match (a.view.as_str(), whole) {
        ("", true) => View::Open,
        ("", false) => View::Mine,
        (name, _) => View::parse(name).ok_or_else(|| Fail(Error::field("view", "invalid-choose")))?,
    };
    let after = place(&a.after)?;
    let l = web
        .read(&v.ctx()?, move |c, ctx| {
            investigation::list(c, ctx, view, after.clone())
        })
        .await?;
    Ok(paged(&uri, l.rows.iter().map(line).collect(), place_text(l.next)))
}

/// One of them.
pub async fn get(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let l = web
        .read(&v.ctx()?, move |c, ctx| {
            investigation::get(c, ctx, &InvestigationId::from(id.as_str()))
        })
        .await?;
    Ok(versioned(&shown(&l)))
}

/// Has a report looked into.
pub async fn open(State(web): State<Web>, v: Viewer, headers: HeaderMap, bytes: Bytes) -> Answer {
    let sent = Sent::read("NewInvestigation", &headers, &bytes)?;
    let text = |name: &str| sent.text(name).to_owned();
    let new = Opened {
        case: text("case"),
        about: text("about"),
        fault: text("fault"),
        report: text("report"),
        why: text("why"),
        answer_by: sent.int("answer_by"),
    };
    let key = key(&headers);
    let l = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = investigation::open(tx, ctx, &key, &new)?;
            investigation::get(tx, ctx, &id)
        })
        .await?;
    Ok(answer(StatusCode::CREATED, &shown(&l)))
}

fn run(tx: &mut Tx, ctx: &Ctx, id: &InvestigationId, act: &str, s: &Sent) -> Res<()> {
    let seen = s.version()?;
    match act {
        "answer" => investigation::answer(tx, ctx, id, seen, s.text("text")),
        "decide" => investigation::decide(tx, ctx, id, seen, s.text("outcome"), s.text("reason")),
        "object" => investigation::object(tx, ctx, id, seen, s.text("text")),
        "review" => {
            let uphold = s.flag("uphold").unwrap_or_default();
            investigation::review(tx, ctx, id, seen, uphold, s.text("reason"))
        }
        _ => Err(Error::NotFound),
    }
}

/// A step: the answer, the outcome, the objection, the last word.
pub async fn act(
    State(web): State<Web>,
    v: Viewer,
    Path((id, act)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let ctx = v.ctx()?;
    let (action, sent) = Sent::act(doc::INVESTIGATION, &act, &headers, &bytes)?;
    ctx.need_scope(action)?;
    let (id, key) = (InvestigationId::from(id), key(&headers));
    let l = web
        .write(&ctx, move |tx, ctx| {
            investigation::get(tx, ctx, &id)?;
            let sent = sent.clone()?;
            app::once::once(tx, ctx, &key, &(&id, &act, &sent), |tx, ctx| {
                run(tx, ctx, &id, &act, &sent)
            })?;
            investigation::get(tx, ctx, &id)
        })
        .await?;
    Ok(versioned(&shown(&l)))
}
