//! Visitors and appointments for programs.

use app::appointment::{self, New, Outcome};
use app::error::Error;
use app::visit::{self, Command, Expected, Query, Seen, VisitAct, Who, host};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use domain::ids::{AppointmentId, ContactId, VisitId};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{answer, body, cursor, key, limit, need_version, ok, paged, seen_version, versioned};
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::state::Web;

fn shown(s: &Seen) -> Value {
    let (v, d) = (&s.visit, &s.visit.particulars);
    let (ask, word, document) = (v.asks.last(), v.answer.as_ref(), v.document.as_ref());
    let may: Vec<VisitAct> = VisitAct::ALL.iter().copied().filter(|a| s.may(*a)).collect();
    let alarms = v.alarms.iter().map(|a| {
        json!({
            "kind": a.kind, "what": a.what, "at": a.at, "instruction": a.instruction, "instructed_by": a.instructed_by,
            "instructed_at": a.instructed_at,
        })
    });
    let police = v
        .police
        .iter()
        .map(|p| json!({"called_at": p.called_at, "caller": p.caller, "number": p.number, "what": p.what}));
    json!({
        "id": s.id, "number": v.number, "state": v.state, "name": d.name, "company": d.company, "reason": d.reason,
        "plate": d.plate, "people": d.people, "host": d.host, "person": d.person, "unit": d.unit, "place": d.place,
        "arrived_at": v.arrived_at, "expected_from": v.expected_from, "expected_until": v.expected_until,
        "pass_code": v.pass_code, "host_asked_at": ask.map(|a| a.at), "host_due_at": ask.map(|a| a.due_at),
        "host_silent": ask.is_some_and(|a| a.silent_at.is_some()), "host_answer": word.map(|a| a.yes),
        "host_answered_at": word.map(|a| a.at), "host_answered_by": word.map(|a| a.how),
        "document": document.map(|x| x.kind), "document_tail": document.map(|x| x.tail.clone()).unwrap_or_default(),
        "as_expected": document.map(|x| x.as_expected), "accompany": v.accompany, "accompanied_by": v.accompanied_by,
        "badge": v.badge, "badge_out": v.badge_out, "in_at": v.in_at, "inside_until": v.inside_until,
        "overdue": v.overdue_at.is_some(), "left_at": v.left_at, "end_note": v.end_note, "reported_to": v.reported_to,
        "alarms": alarms.collect::<Vec<_>>(), "police": police.collect::<Vec<_>>(),
        "help": v.help.as_ref().map(|h| h.1.clone()), "erased_at": v.erased_at, "may": may, "version": s.version,
    })
}

/// What whoever only looks is not shown: the code that opens the gate.
fn for_viewer(v: &Viewer, s: &Seen) -> Value {
    let mut out = shown(s);
    if !v.may(domain::access::Action::ReceiveVisitor) {
        out["pass_code"] = Value::Null;
        out["may"] = json!([]);
    }
    out
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    state: String,
    q: String,
    from: Option<i64>,
    until: Option<i64>,
    after: String,
    limit: Option<i64>,
}

/// The register, newest first.
pub async fn list(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let a: Asked = body::asked(&uri)?;
    let n = limit(a.limit)?;
    cursor(&a.after)?;
    let after = a.after.split_once(':');
    let q = Query {
        state: a.state,
        q: a.q,
        from: a.from,
        until: a.until,
        after: after.and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned()))),
    };
    let (rows, next) = web
        .read(&v.ctx()?, move |c, ctx| visit::register_of(c, ctx, &q, n))
        .await?;
    let next = next.map(|(at, id)| format!("{at}:{id}"));
    Ok(paged(&uri, rows.iter().map(|s| for_viewer(&v, s)).collect(), next))
}

/// Who is inside, waits, is expected, or has left with a badge.
pub async fn now(State(web): State<Web>, v: Viewer) -> Answer {
    let b = web.read(&v.ctx()?, visit::board).await?;
    let all = [&b.inside, &b.waiting, &b.expected, &b.badges];
    let items: Vec<Value> = all.into_iter().flatten().map(|s| for_viewer(&v, s)).collect();
    Ok(ok(&json!({"items": items, "next": null})))
}

/// A visitor is here.
pub async fn begin(State(web): State<Web>, v: Viewer, headers: HeaderMap, bytes: Bytes) -> Answer {
    let who: Who = body::read("NewVisit", &bytes)?;
    let key = key(&headers);
    let s = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = visit::register(tx, ctx, &key, &who)?;
            visit::get(tx, ctx, &id)
        })
        .await?;
    Ok(answer(StatusCode::CREATED, &for_viewer(&v, &s)))
}

/// An announced visitor.
pub async fn expect(State(web): State<Web>, v: Viewer, headers: HeaderMap, bytes: Bytes) -> Answer {
    let e: Expected = body::read("ExpectedVisit", &bytes)?;
    let key = key(&headers);
    let s = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = visit::expect(tx, ctx, &key, &e)?;
            visit::get(tx, ctx, &id)
        })
        .await?;
    Ok(answer(StatusCode::CREATED, &for_viewer(&v, &s)))
}

/// One visit.
pub async fn get(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let s = web
        .read(&v.ctx()?, move |c, ctx| visit::get(c, ctx, &VisitId::from(id.as_str())))
        .await?;
    Ok(versioned(&for_viewer(&v, &s)))
}

/// The visitor of a pass code.
pub async fn by_pass(State(web): State<Web>, v: Viewer, Path(code): Path<String>) -> Answer {
    let s = web
        .read(&v.ctx()?, move |c, ctx| {
            visit::by_code(c, ctx, &code)?.ok_or(Error::NotFound)
        })
        .await?;
    Ok(versioned(&for_viewer(&v, &s)))
}

fn typed<T: serde::de::DeserializeOwned>(fields: &Map<String, Value>) -> Result<T, Error> {
    serde_json::from_value(Value::Object(fields.clone())).map_err(|e| {
        Error::Invalid(vec![app::error::Field {
            name: "body".into(),
            key: "api-json",
            args: vec![("detail", e.to_string())],
        }])
    })
}

/// A step of a visit.
pub async fn step(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let mut fields = body::object(&bytes)?;
    let seen = seen_version(&headers, &mut fields)?;
    body::fits("VisitStep", &Value::Object(fields.clone()))?;
    let (id, key) = (VisitId::from(id.as_str()), key(&headers));
    let act = fields.get("act").and_then(Value::as_str).unwrap_or_default().to_owned();
    let who: Option<Who> = (act == "describe").then(|| typed(&fields)).transpose()?;
    let cmd: Option<Command> = (who.is_none() && act != "help").then(|| typed(&fields)).transpose()?;
    let s = web
        .write(&v.ctx()?, move |tx, ctx| {
            let (id, current) = {
                let now = visit::get(tx, ctx, &id)?;
                (now.id, now.version)
            };
            app::once::once(tx, ctx, &key, &(&id, &fields, seen), |tx, ctx| {
                if let Some(seen) = seen.filter(|v| *v != current) {
                    return Err(Error::Conflict { seen, current });
                }
                match (&who, &cmd) {
                    (Some(who), _) => visit::describe(tx, ctx, &id, None, who).map(|_| ()),
                    (_, Some(cmd)) => visit::act(tx, ctx, &id, seen, cmd).map(|_| ()),
                    _ => visit::help(tx, ctx, &id).map(|_| ()),
                }
            })?;
            visit::get(tx, ctx, &id)
        })
        .await?;
    Ok(versioned(&for_viewer(&v, &s)))
}

/// Asks the host by an address.
pub async fn link(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let made = web
        .write(&v.ctx()?, move |tx, ctx| {
            host::ask(tx, ctx, &VisitId::from(id.as_str()))
        })
        .await?;
    let url = format!("{}/h/{}", web.settings.public_url, made.token);
    Ok(answer(
        StatusCode::CREATED,
        &json!({"id": made.id, "url": url, "expires_at": made.expires_at}),
    ))
}

/// Appointments to come, then those that ended.
pub async fn appointments(State(web): State<Web>, v: Viewer) -> Answer {
    let (planned, past) = web.read(&v.ctx()?, appointment::list).await?;
    let items = planned.iter().chain(&past).map(|l| {
        let r = &l.row;
        json!({
            "id": r.id, "contact": l.contact, "name": l.name, "at": r.at, "with": r.with_staff, "place": r.place,
            "bring": r.bring, "state": r.state, "verified": r.verified,
            "document": (!r.document.is_empty()).then_some(&r.document), "tail": r.tail, "note": r.note, "made_at": r.made_at,
            "ended_at": r.ended_at, "version": r.version,
        })
    });
    Ok(ok(&json!({"items": items.collect::<Vec<_>>(), "next": null})))
}

/// Makes an appointment with whoever a contact was.
pub async fn appointment_make(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let new: New = body::read("NewAppointment", &bytes)?;
    let (key, id) = (key(&headers), ContactId::from(id.as_str()));
    let (made, stands) = web
        .write(&v.ctx()?, move |tx, ctx| {
            let made = appointment::make(tx, ctx, &key, &id, &new)?;
            Ok((made, appointment::of_contact(tx, ctx, &id)?.0))
        })
        .await?;
    Ok(answer(
        StatusCode::CREATED,
        &json!({"id": made, "verification": stands}),
    ))
}

/// What came of an appointment.
pub async fn appointment_end(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let mut fields = body::object(&bytes)?;
    let seen = need_version(&headers, &mut fields)?;
    body::fits("AppointmentEnd", &Value::Object(fields.clone()))?;
    let (outcome, id): (Outcome, _) = (typed(&fields)?, AppointmentId::from(id.as_str()));
    let (id, stands) = web
        .write(&v.ctx()?, move |tx, ctx| {
            let stands = appointment::finish(tx, ctx, &id, seen, &outcome)?;
            Ok((id.clone(), stands))
        })
        .await?;
    Ok(ok(&json!({"id": id, "verification": stands})))
}
