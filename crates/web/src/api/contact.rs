//! Contacts: the register of what came in, and registering with all that came of it.

use app::attachment::{self, Subject};
use app::contact::{correct, plan};
use app::error::Error;
use app::list::{self, Query};
use app::once::once;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use domain::case::{Importance, Kind, Scope, Urgency};
use domain::ids::{ContactId, UnitId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{answer, body, cursor, key, limit, need_version, ok, paged, show, versioned};
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::state::Web;

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    view: String,
    q: String,
    channel: String,
    outcome: String,
    worker: String,
    unit: String,
    from: Option<i64>,
    until: Option<i64>,
    after: String,
    limit: Option<i64>,
}

/// Contacts, newest first.
pub async fn list(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let a: Asked = body::asked(&uri)?;
    let n = limit(a.limit)?;
    cursor(&a.after)?;
    let q = Query {
        view: a.view,
        q: a.q,
        channel: a.channel,
        outcome: a.outcome,
        worker: a.worker,
        unit: a.unit,
        from: a.from,
        until: a.until,
        after: a.after,
        ..Query::default()
    };
    let page = web.read(&v.ctx()?, move |c, ctx| list::contacts(c, ctx, &q, n)).await?;
    Ok(paged(&uri, page.rows.iter().map(show::contact).collect(), page.next))
}

/// One contact.
pub async fn get(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let row = web
        .read(&v.ctx()?, move |c, ctx| {
            app::contact::get(c, ctx, &ContactId::from(id.as_str()))
        })
        .await?;
    Ok(versioned(&show::contact(&row)))
}

/// Registers a contact and what came of it.
pub async fn register(State(web): State<Web>, v: Viewer, headers: HeaderMap, bytes: Bytes) -> Answer {
    let new: app::contact::NewContact = body::read("NewContact", &bytes)?;
    let key = key(&headers);
    let made = web
        .write(&v.ctx()?, move |tx, ctx| app::contact::register(tx, ctx, &key, &new))
        .await?;
    Ok(answer(StatusCode::CREATED, &registered(&made)))
}

/// What registering made.
pub(super) fn registered(made: &app::contact::Registered) -> Value {
    let cases = made.cases.iter().zip(&made.case_numbers);
    let cases = cases.map(|(id, n)| json!({"id": id, "number": n}));
    json!({"id": made.contact, "number": made.number, "cases": cases.collect::<Vec<_>>()})
}

/// The cases that a contact led to or was joined to, as far as the token's owner sees them.
pub async fn cases_of(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let rows = web
        .read(&v.ctx()?, move |c, ctx| {
            let k = app::contact::get(c, ctx, &ContactId::from(id.as_str()))?;
            let mut rows = Vec::new();
            for id in store::contact::cases_of(c, &k.id)? {
                if app::case::get(c, ctx, &id).is_ok() {
                    rows.extend(store::case::line(c, &ctx.site, &id)?);
                }
            }
            Ok(rows)
        })
        .await?;
    Ok(ok(
        &json!({"items": rows.iter().map(show::case_line).collect::<Vec<_>>(), "next": null}),
    ))
}

/// What is attached to a contact.
pub async fn files_of(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let rows = web
        .read(&v.ctx()?, move |c, ctx| {
            let k = app::contact::get(c, ctx, &ContactId::from(id.as_str()))?;
            attachment::list(c, ctx, &Subject::Contact(k.id))
        })
        .await?;
    Ok(ok(
        &json!({"items": rows.iter().map(show::file).collect::<Vec<_>>(), "next": null}),
    ))
}

/// One more case of a contact: another matter of the same call, or a case out of one that was only answered.
pub async fn add_case(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let new: app::contact::NewCase = body::read("NewCase", &bytes)?;
    let key = key(&headers);
    let made = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = app::contact::get(tx, ctx, &ContactId::from(id.as_str()))?.id;
            correct::add_case(tx, ctx, &key, &id, &new)
        })
        .await?;
    Ok(answer(StatusCode::CREATED, &registered(&made)))
}

/// Corrects a contact: what is sent is to stand, what is left out stays. The old values stay on the journal.
pub async fn correct(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let mut fields = body::object(&bytes)?;
    let seen = need_version(&headers, &mut fields)?;
    body::fits("ContactCorrection", &Value::Object(fields.clone()))?;
    let key = key(&headers);
    let row = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = app::contact::get(tx, ctx, &ContactId::from(id.as_str()))?.id;
            once(tx, ctx, &key, &("correct_contact", &id, seen, &fields), |tx, ctx| {
                let k = app::contact::get(tx, ctx, &id)?;
                let identity: Value = serde_json::from_str(&k.identity_check).unwrap_or(Value::Null);
                let mut whole = json!({
                    "channel": k.channel, "person": k.person_id, "unit": k.unit_id, "name": k.name, "phone": k.phone,
                    "address": k.address, "anonymous_reason": k.anonymous_reason, "identity": identity, "kind": k.kind,
                    "summary": k.summary, "answer": k.answer, "external_ref": k.external_ref,
                });
                for (name, value) in &fields {
                    whole[name.as_str()] = value.clone();
                }
                if whole["kind"].is_null() {
                    whole["kind"] = json!("");
                }
                let to: correct::Correction = serde_json::from_value(whole).map_err(Error::from)?;
                correct::correct(tx, ctx, &id, seen, &to)
            })?;
            app::contact::get(tx, ctx, &id)
        })
        .await?;
    Ok(versioned(&show::contact(&row)))
}

/// What a contact would be about.
#[derive(Deserialize)]
struct About {
    kind: Kind,
    #[serde(default)]
    item: String,
    #[serde(default)]
    content: String,
    #[serde(default)]
    unit: Option<UnitId>,
    #[serde(default)]
    importance: Option<Importance>,
    #[serde(default)]
    urgency: Option<Urgency>,
    #[serde(default)]
    scope: Option<Scope>,
    #[serde(default)]
    happened_at: Option<i64>,
}

/// What the desk would be told before it registers this: level, whose work it is, the department, the price list, the limits
/// that would run, and earlier cases of the same thing. Nothing is written.
pub async fn suggest(State(web): State<Web>, v: Viewer, bytes: Bytes) -> Answer {
    let a: About = body::read("AboutCase", &bytes)?;
    let answer = web
        .read(&v.ctx()?, move |c, ctx| {
            let s = plan::suggest(ctx, a.kind, &a.item, &a.content);
            let urgency = a
                .urgency
                .or_else(|| s.level.as_ref().map(|l| l.urgency))
                .unwrap_or(Urgency::Normal);
            let mut n = app::contact::NewContact::of(domain::case::Channel::Phone);
            n.happened_at = a.happened_at;
            let k: app::contact::NewCase = serde_json::from_value(json!({
                "kind": a.kind, "item": a.item, "content": a.content, "urgency": urgency,
                "importance": a.importance.unwrap_or(Importance::Ordinary), "scope": a.scope.unwrap_or(s.scope),
            }))?;
            let limits = plan::limits(c, ctx, &n, &k)?.unwrap_or_default();
            let limits = limits
                .iter()
                .map(|l| json!({"clock": l.code, "due_at": l.due_at, "in_ms": l.in_ms}));
            let department = store::site::departments(c, &ctx.site)?
                .into_iter()
                .find(|d| d.code == s.department && d.active)
                .map(|d| d.id);
            let similar = match &a.unit {
                Some(unit) => plan::similar(c, ctx, unit, &a.item)?,
                None => Vec::new(),
            };
            let similar = similar.iter().map(|x| {
                json!({
                    "id": x.id, "number": x.number, "title": x.title, "status": x.state, "open": x.open,
                    "registered_at": x.registered_at, "closed_at": x.closed_at,
                })
            });
            Ok(json!({
                "urgency": urgency, "scope": s.scope, "fee_kind": s.fee, "department": department,
                "prices": plan::prices(ctx, &a.item), "limits": limits.collect::<Vec<_>>(),
                "similar": similar.collect::<Vec<_>>(),
            }))
        })
        .await?;
    Ok(ok(&answer))
}
