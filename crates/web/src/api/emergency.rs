//! Emergencies and drills for programs (REC-17 to REC-21, DIR-14).

use app::ctx::Ctx;
use app::emergency::{self, NewEmergency, Seen};
use app::error::Error;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use domain::emergency::play::Play;
use domain::emergency::{Call, Command, Emergency, Improvement, Step};
use domain::ids::{EmergencyId, StaffId};
use serde::Deserialize;
use serde_json::{Value, json};
use store::db::Tx;

use super::sent::Sent;
use super::{answer, body, doc, flag, key, limit, ok, paged, place, place_text, show, versioned};
use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::state::Web;

fn line(v: &Viewer, s: &Seen) -> Value {
    let e = &s.state;
    json!({
        "id": e.id, "number": e.number, "case": e.case, "drill": e.drill, "play": e.play, "class": e.class,
        "state": e.state, "owner": e.owner, "opened_at": e.opened_at, "place": e.place, "ended_at": e.ended_at,
        "closed_at": e.closed_at, "missing": lacking(v, e), "version": s.version,
    })
}

/// What is lacking before it can be closed; nothing of one that is closed.
fn lacking(v: &Viewer, e: &Emergency) -> Value {
    match e.closed_at {
        Some(_) => json!([]),
        None => show::missing(v.locale, &e.missing_to_close()),
    }
}

fn call(no: usize, c: &Call, runs: bool) -> Value {
    json!({
        "no": no, "post": c.post, "line": c.line, "turn": c.current(), "called_at": c.called_at,
        "due_at": c.due_at().filter(|_| runs), "confirmed_by": c.confirmed_by, "confirmed_at": c.confirmed_at,
        "exhausted": c.confirmed_at.is_none() && c.current().is_none(),
    })
}

fn step(s: &Step, play: Option<&Play>, now: i64) -> Value {
    let named = play.and_then(|p| p.step(&s.code));
    let (zh, en) = named.map_or((&s.code, &s.code), |x| (&x.zh, &x.en));
    json!({
        "code": s.code, "name": {"zh": zh, "en": en}, "must": s.must, "note": s.note, "due_at": s.due_at,
        "late": s.due_at.is_some_and(|due| s.done_at.unwrap_or(now) > due), "done_at": s.done_at, "done_by": s.done_by,
        "skipped": s.skipped, "text": s.text,
    })
}

fn improvement(i: &Improvement, now: i64) -> Value {
    json!({
        "no": i.no, "owner": i.owner, "due_at": i.due_at, "what": i.what, "late": i.done_at.unwrap_or(now) > i.due_at,
        "done_at": i.done_at, "done_by": i.done_by, "how": i.how,
    })
}

fn shown(web: &Web, v: &Viewer, s: &Seen) -> Result<Value, Fail> {
    let (e, book) = (&s.state, web.desk.book());
    let (play, now) = (book.plays.play(&e.play), v.now);
    let calls = e.calls.iter().enumerate().map(|(no, c)| call(no, c, e.runs()));
    let log = e
        .log
        .iter()
        .map(|l| json!({"at": l.at, "by": l.by, "kind": l.kind, "about": l.about, "staff": l.staff, "text": l.text}));
    Ok(json!({
        "id": e.id, "number": e.number, "case": e.case, "drill": e.drill, "play": e.play, "class": e.class,
        "major": e.major, "state": e.state, "owner": e.owner, "opened_at": e.opened_at, "opened_by": e.opened_by,
        "place": e.place, "phone": show::masked(&e.phone), "caller": e.caller, "what": e.what,
        "calls": calls.collect::<Vec<_>>(),
        "steps": e.steps.iter().map(|s| step(s, play, now)).collect::<Vec<_>>(),
        "log": log.collect::<Vec<_>>(), "ended_at": e.ended_at, "ended_how": e.ended_how, "report": e.report,
        "reported_at": e.reported_at, "meeting": e.meeting,
        "improvements": e.improvements.iter().map(|i| improvement(i, now)).collect::<Vec<_>>(),
        "closed_at": e.closed_at, "missing": lacking(v, e), "leads": e.led_by(&v.ctx()?.who()), "version": s.version,
    }))
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    drills: String,
    after: String,
    limit: Option<i64>,
}

/// Emergencies, or drills, newest first.
pub async fn list(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let a: Asked = body::asked(&uri)?;
    let n = usize::try_from(limit(a.limit)?).unwrap_or(30);
    let (drills, after) = (flag("drills", &a.drills)?, place(&a.after)?);
    let (rows, next) = web
        .read(&v.ctx()?, move |c, ctx| {
            emergency::page(c, ctx, drills, after.clone(), n)
        })
        .await?;
    Ok(paged(
        &uri,
        rows.iter().map(|s| line(&v, s)).collect(),
        place_text(next),
    ))
}

/// The playbooks.
pub async fn plays(v: Viewer) -> Answer {
    let ctx = v.ctx()?;
    let items = ctx.book.plays.plays.iter().map(|p| {
        let steps = p.steps.iter().map(|s| {
            json!({
                "code": s.code, "name": {"zh": s.zh, "en": s.en}, "must": s.must, "note": s.note, "within_s": s.within,
                "clause": s.clause,
            })
        });
        json!({
            "code": p.code, "class": p.class, "clause": p.clause, "name": {"zh": p.zh, "en": p.en}, "major": p.major,
            "calls": p.call.iter().map(|c| c.post).collect::<Vec<_>>(), "steps": steps.collect::<Vec<_>>(),
        })
    });
    Ok(ok(&json!({"items": items.collect::<Vec<_>>(), "next": null})))
}

/// Opens one.
pub async fn open(State(web): State<Web>, v: Viewer, headers: HeaderMap, bytes: Bytes) -> Answer {
    let new: NewEmergency = body::read("NewEmergency", &bytes)?;
    let key = key(&headers);
    let s = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = emergency::open(tx, ctx, &key, &new)?;
            emergency::get(tx, ctx, &id)
        })
        .await?;
    Ok(answer(StatusCode::CREATED, &shown(&web, &v, &s)?))
}

/// One of them.
pub async fn get(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let s = web
        .read(&v.ctx()?, move |c, ctx| {
            emergency::get(c, ctx, &EmergencyId::from(id.as_str()))
        })
        .await?;
    Ok(versioned(&shown(&web, &v, &s)?))
}

/// The caller's whole number; the look is on the journal.
pub async fn reveal(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let phone = web
        .write(&v.ctx()?, move |tx, ctx| {
            emergency::reveal(tx, ctx, &EmergencyId::from(id.as_str()))
        })
        .await?;
    Ok(ok(&json!({"phone": phone})))
}

/// A place in a list as it was sent; one that cannot be is none of the list.
fn number<T: TryFrom<i64>>(s: &Sent, name: &str) -> Result<T, Error> {
    let n = s.int(name).unwrap_or_default();
    T::try_from(n).map_err(|_| Error::field(name, "invalid-choose"))
}

/// Does the step that was sent.
fn run(tx: &mut Tx, ctx: &Ctx, id: &EmergencyId, act: &str, s: &Sent) -> Result<(), Error> {
    let text = |name: &str| s.text(name).to_owned();
    let staff = |name: &str| StaffId::from(s.text(name));
    let cmd = match act {
        "log" => Command::Log { text: text("text") },
        "confirm" => Command::Confirm {
            call: number(s, "call")?,
            staff: staff("staff"),
        },
        "no_answer" => Command::NoAnswer {
            call: number(s, "call")?,
        },
        "tick" => Command::Tick {
            step: text("step"),
            skip: s.flag("skip").unwrap_or_default(),
            note: text("note"),
        },
        "own" => return emergency::own(tx, ctx, id, &staff("staff")).map(|_| ()),
        "end" => Command::End { how: text("how") },
        "report" => Command::Report { result: text("result") },
        "meet" => Command::Meet {
            held_at: s.int("held_at").unwrap_or_default(),
            present: s
                .texts("present")
                .unwrap_or_default()
                .into_iter()
                .map(StaffId::from)
                .collect(),
            analysis: text("analysis"),
        },
        "improve" => Command::Improve {
            owner: staff("staff"),
            due_at: s.int("due_at").unwrap_or_default(),
            what: text("what"),
        },
        "improved" => Command::Improved {
            no: number(s, "no")?,
            how: text("how"),
        },
        "close" => Command::Close,
        _ => return Err(Error::NotFound),
    };
    emergency::act(tx, ctx, id, &cmd).map(|_| ())
}

/// A step of an emergency. Everybody adds at the same time, so that a version is held against only when one is named.
pub async fn act(
    State(web): State<Web>,
    v: Viewer,
    Path((id, act)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let ctx = v.ctx()?;
    let (action, sent) = Sent::act(doc::EMERGENCY, &act, &headers, &bytes)?;
    ctx.need_scope(action)?;
    let (id, key) = (EmergencyId::from(id), key(&headers));
    let s = web
        .write(&ctx, move |tx, ctx| {
            let now = emergency::get(tx, ctx, &id)?;
            let sent = sent.clone()?;
            app::once::once(tx, ctx, &key, &(&id, &act, &sent), |tx, ctx| {
                sent.still(now.version)?;
                run(tx, ctx, &id, &act, &sent)
            })?;
            emergency::get(tx, ctx, &id)
        })
        .await?;
    Ok(versioned(&shown(&web, &v, &s)?))
}
