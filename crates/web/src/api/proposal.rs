//! Proposals for new services for programs (REC-12).

use app::ctx::Ctx;
use app::error::{Error, Res};
use app::proposal::{self, ProposalRow, View};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use domain::ids::ProposalId;
use domain::proposal::Decision;
use serde::Deserialize;
use serde_json::{Value, json};
use store::db::Tx;

use super::sent::Sent;
use super::{body, key, paged, place, place_text, versioned};
use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::state::Web;

fn shown(r: &ProposalRow) -> Value {
    let decision = (!r.decision.is_empty()).then_some(&r.decision);
    json!({
        "id": r.id, "case": r.case_id, "case_number": r.case_number, "title": r.title, "item": r.item,
        "asked_at": r.asked_at, "asked_by": r.asked_by, "reported_to": r.reported_to, "state": r.state,
        "decision": decision, "reason": r.reason, "again_at": r.again_at, "decided_at": r.decided_at,
        "decided_by": r.decided_by, "told_at": r.told_at, "told_by": r.told_by, "told_how": r.told_how,
        "version": r.version,
    })
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    view: String,
    after: String,
}

/// What waits, oldest first; what was decided, newest first.
pub async fn list(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let a: Asked = body::asked(&uri)?;
    let (view, after) = (View::parse(&a.view), place(&a.after)?);
    if !a.view.is_empty() && view.code() != a.view {
        return Err(Fail(Error::field("view", "invalid-choose")));
    }
    let l = web
        .read(&v.ctx()?, move |c, ctx| proposal::list(c, ctx, view, after.clone()))
        .await?;
    Ok(paged(&uri, l.rows.iter().map(shown).collect(), place_text(l.next)))
}

/// One proposal.
pub async fn get(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let r = web
        .read(&v.ctx()?, move |c, ctx| {
            proposal::get(c, ctx, &ProposalId::from(id.as_str()))
        })
        .await?;
    Ok(versioned(&shown(&r)))
}

/// A change under the version that was seen, done once.
async fn changed(
    (web, v): (Web, Viewer),
    id: String,
    (schema, headers, bytes): (&'static str, HeaderMap, Bytes),
    change: impl Fn(&mut Tx, &Ctx, &ProposalId, i64, &Sent) -> Res<()> + Send + Sync + 'static,
) -> Answer {
    let sent = Sent::read(schema, &headers, &bytes);
    let (id, key) = (ProposalId::from(id), key(&headers));
    let r = web
        .write(&v.ctx()?, move |tx, ctx| {
            proposal::get(tx, ctx, &id)?;
            let sent = sent.clone()?;
            let seen = sent.version()?;
            app::once::once(tx, ctx, &key, &(schema, &id, &sent), |tx, ctx| {
                change(tx, ctx, &id, seen, &sent)
            })?;
            proposal::get(tx, ctx, &id)
        })
        .await?;
    Ok(versioned(&shown(&r)))
}

/// Whether the service is developed.
pub async fn decide(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    changed(
        (web, v),
        id,
        ("ProposalDecision", headers, bytes),
        |tx, ctx, id, seen, sent| {
            let decision: Decision = sent.code("decision")?;
            proposal::decide(tx, ctx, id, seen, decision, sent.text("reason"), sent.int("again_at"))
        },
    )
    .await
}

/// The customer was told.
pub async fn tell(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    changed(
        (web, v),
        id,
        ("ProposalTold", headers, bytes),
        |tx, ctx, id, seen, sent| proposal::tell(tx, ctx, id, seen, sent.text("how")),
    )
    .await
}
