//! Mass incidents for programs.

use app::contact::NewContact;
use app::ctx::Ctx;
use app::error::{Error, Res};
use app::incident::{self, CallerLine, NewIncident, Seen};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use domain::access::Action;
use domain::ids::{IncidentCallerId, IncidentId};
use domain::incident::Told;
use serde::Deserialize;
use serde_json::{Value, json};
use store::seam::Conn;

use super::sent::Sent;
use super::{answer, body, key, limit, ok, paged, place, place_text, show, versioned};
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::state::Web;

fn line(s: &Seen) -> Value {
    let i = &s.state;
    json!({
        "id": i.id, "number": i.number, "item": i.item, "title": i.title, "buildings": i.buildings, "say": i.say,
        "notice": i.notice, "state": i.state, "opened_at": i.opened_at, "opened_by": i.opened_by, "ended_at": i.ended_at,
        "ended_how": i.ended_how, "closed_at": i.closed_at, "version": s.version,
    })
}

fn caller(k: &CallerLine) -> Value {
    json!({
        "id": k.id, "case": k.case_id, "case_number": k.case_number, "name": k.name, "phone": show::masked(&k.phone),
        "place": k.place, "joined_at": k.joined_at, "attempts": k.attempts, "last_at": k.last_at, "told": k.told,
        "told_at": k.told_at, "version": k.version,
    })
}

/// An incident, and who called for whoever calls them back.
type Whole = (Seen, Option<Vec<CallerLine>>);

fn whole(c: &mut Conn, ctx: &Ctx, id: &IncidentId) -> Res<Whole> {
    let seen = incident::get(c, ctx, id)?;
    let calls = ctx.need(Action::JoinIncident).is_ok();
    let callers = calls.then(|| incident::callers(c, ctx, id)).transpose()?;
    Ok((seen, callers))
}

fn shown((s, callers): &Whole) -> Value {
    let mut v = line(s);
    v["before"] = s
        .state
        .before
        .iter()
        .map(|b| json!({"at": b.at, "say": b.say}))
        .collect();
    v["callers"] = callers.iter().flatten().map(caller).collect();
    let waiting = callers
        .as_ref()
        .map(|all| all.iter().filter(|k| k.told_at.is_none()).count());
    v["waiting"] = json!(waiting);
    v
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    after: String,
    limit: Option<i64>,
}

/// Incidents, newest first.
pub async fn list(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let a: Asked = body::asked(&uri)?;
    let (n, after) = (usize::try_from(limit(a.limit)?).unwrap_or(30), place(&a.after)?);
    let (rows, next) = web
        .read(&v.ctx()?, move |c, ctx| incident::page(c, ctx, after.clone(), n))
        .await?;
    Ok(paged(&uri, rows.iter().map(line).collect(), place_text(next)))
}

/// Opens one.
pub async fn open(State(web): State<Web>, v: Viewer, headers: HeaderMap, bytes: Bytes) -> Answer {
    let new: NewIncident = body::read("NewIncident", &bytes)?;
    let key = key(&headers);
    let s = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = incident::open(tx, ctx, &key, &new)?;
            whole(tx, ctx, &id)
        })
        .await?;
    Ok(answer(StatusCode::CREATED, &shown(&s)))
}

/// One of them.
pub async fn get(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let s = web
        .read(&v.ctx()?, move |c, ctx| whole(c, ctx, &IncidentId::from(id.as_str())))
        .await?;
    Ok(versioned(&shown(&s)))
}

/// Callers are told something else. What is left out stays.
pub async fn change(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let sent = Sent::read("IncidentChange", &headers, &bytes);
    let (id, key) = (IncidentId::from(id), key(&headers));
    let s = web
        .write(&v.ctx()?, move |tx, ctx| {
            let now = incident::get(tx, ctx, &id)?.state;
            let sent = sent.clone()?;
            let seen = sent.version()?;
            app::once::once(tx, ctx, &key, &(&id, "change", &sent), |tx, ctx| {
                let to = NewIncident {
                    say: sent.has("say").unwrap_or(&now.say).to_owned(),
                    notice: sent.has("notice").unwrap_or(&now.notice).to_owned(),
                    buildings: sent.texts("buildings").unwrap_or(now.buildings),
                    ..NewIncident::default()
                };
                incident::update(tx, ctx, &id, Some(seen), &to)
            })?;
            whole(tx, ctx, &id)
        })
        .await?;
    Ok(versioned(&shown(&s)))
}

/// Joins somebody who called.
pub async fn join(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let new = body::object(&bytes).and_then(|mut fields| {
        body::fits("IncidentJoin", &Value::Object(fields.clone()))?;
        fields.entry("channel").or_insert_with(|| json!("phone"));
        body::cast::<NewContact>(fields)
    });
    let (id, key) = (IncidentId::from(id), key(&headers));
    let made = web
        .write(&v.ctx()?, move |tx, ctx| {
            incident::get(tx, ctx, &id)?;
            incident::join(tx, ctx, &key, &id, &new.clone()?)
        })
        .await?;
    Ok(answer(StatusCode::CREATED, &super::contact::registered(&made)))
}

/// The whole numbers of those who are to be called back; the look is on the journal.
pub async fn reveal(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let all = web
        .write(&v.ctx()?, move |tx, ctx| {
            incident::reveal(tx, ctx, &IncidentId::from(id.as_str()))
        })
        .await?;
    let callers: Vec<Value> = all.iter().map(|k| json!({"id": k.id, "phone": k.phone})).collect();
    Ok(ok(&json!({"callers": callers})))
}

/// What came of calling somebody back. The version is the caller's.
pub async fn tell(
    State(web): State<Web>,
    v: Viewer,
    Path((id, caller)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let sent = Sent::read("IncidentTold", &headers, &bytes);
    let (id, caller, key) = (IncidentId::from(id), IncidentCallerId::from(caller), key(&headers));
    let s = web
        .write(&v.ctx()?, move |tx, ctx| {
            let all = incident::callers(tx, ctx, &id)?;
            if !all.iter().any(|k| k.id == caller) {
                return Err(Error::NotFound);
            }
            let sent = sent.clone()?;
            let (seen, told) = (sent.version()?, sent.text("told").parse::<Told>());
            let told = told.map_err(|_| Error::field("told", "invalid-choose"))?;
            app::once::once(tx, ctx, &key, &(&id, &caller, &sent), |tx, ctx| {
                incident::tell(tx, ctx, &caller, Some(seen), told, sent.text("note")).map(|_| ())
            })?;
            whole(tx, ctx, &id)
        })
        .await?;
    Ok(versioned(&shown(&s)))
}

/// It is over.
pub async fn end(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let sent = Sent::read("IncidentEnd", &headers, &bytes);
    let (id, key) = (IncidentId::from(id), key(&headers));
    let s = web
        .write(&v.ctx()?, move |tx, ctx| {
            let current = incident::get(tx, ctx, &id)?.version;
            let sent = sent.clone()?;
            app::once::once(tx, ctx, &key, &(&id, "end", &sent), |tx, ctx| {
                sent.still(current)?;
                incident::end(tx, ctx, &id, sent.text("how"))
            })?;
            whole(tx, ctx, &id)
        })
        .await?;
    Ok(versioned(&shown(&s)))
}
