//! Standard answers for programs (REC-6, COM-6).

use app::answer::{self as answers, Seen, VersionRow, View};
use app::ctx::Ctx;
use app::error::{Error, Res};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use domain::answer::{RECHECK_DAYS, Said};
use domain::ids::AnswerId;
use serde::Deserialize;
use serde_json::{Value, json};
use store::db::Tx;
use store::seam::Conn;

use super::sent::Sent;
use super::{answer, body, key, paged, place, place_text, versioned};
use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::state::Web;

fn shown(s: &Seen) -> Value {
    let r = &s.row;
    json!({
        "id": r.id, "item": r.item, "question": r.question, "question_en": r.question_en, "short": r.short,
        "short_en": r.short_en, "full": r.whole, "full_en": r.whole_en, "valid_from": r.valid_from,
        "valid_until": r.valid_until, "recheck_days": r.recheck_days, "standing": s.standing, "checked_at": r.checked_at,
        "checked_by": r.checked_by, "check_due_at": r.check_due_at, "used": r.used, "used_at": r.used_at,
        "created_at": r.created_at, "updated_at": r.updated_at, "version": r.version,
    })
}

type Whole = (Seen, Vec<(VersionRow, Said)>);

fn whole(c: &mut Conn, ctx: &Ctx, id: &AnswerId) -> Res<Whole> {
    Ok((answers::get(c, ctx, id)?, answers::versions(c, ctx, id)?))
}

fn with_versions((seen, versions): &Whole) -> Value {
    let mut v = shown(seen);
    v["versions"] = versions
        .iter()
        .map(|(r, s)| {
            json!({
                "version": r.version, "at": r.at, "staff": r.staff_id, "why": r.why, "item": s.item,
                "question": s.question, "question_en": s.question_en, "short": s.short, "short_en": s.short_en,
                "full": s.full, "full_en": s.full_en, "valid_from": s.valid_from, "valid_until": s.valid_until,
                "recheck_days": s.recheck_days,
            })
        })
        .collect();
    v
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    view: String,
    q: String,
    after: String,
}

/// A view by its name; nothing is what is in use.
fn view(name: &str) -> Result<View, Fail> {
    let view = View::parse(name);
    if name.is_empty() || view.code() == name {
        Ok(view)
    } else {
        Err(Fail(Error::field("view", "invalid-choose")))
    }
}

/// Answers, longest unchecked first; with words those that answer them, best first.
pub async fn list(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let a: Asked = body::asked(&uri)?;
    let (view, after) = (view(&a.view)?, place(&a.after)?);
    let l = web
        .read(&v.ctx()?, move |c, ctx| {
            answers::list(c, ctx, view, &a.q, after.clone())
        })
        .await?;
    Ok(paged(&uri, l.rows.iter().map(shown).collect(), place_text(l.next)))
}

/// One answer with what it said before.
pub async fn get(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let s = web
        .read(&v.ctx()?, move |c, ctx| whole(c, ctx, &AnswerId::from(id.as_str())))
        .await?;
    Ok(versioned(&with_versions(&s)))
}

/// What an answer is to say: what is left out stays.
fn said(sent: &Sent, was: Said) -> Said {
    let text = |name: &str, was: String| sent.has(name).map_or(was, str::to_owned);
    Said {
        item: text("item", was.item),
        question: text("question", was.question),
        question_en: text("question_en", was.question_en),
        short: text("short", was.short),
        short_en: text("short_en", was.short_en),
        full: text("full", was.full),
        full_en: text("full_en", was.full_en),
        valid_from: sent.instant("valid_from", was.valid_from),
        valid_until: sent.instant("valid_until", was.valid_until),
        recheck_days: sent.int("recheck_days").unwrap_or(was.recheck_days),
    }
}

/// Writes a new one.
pub async fn add(State(web): State<Web>, v: Viewer, headers: HeaderMap, bytes: Bytes) -> Answer {
    let sent = Sent::read("NewStandardAnswer", &headers, &bytes)?;
    let new = said(
        &sent,
        Said {
            recheck_days: RECHECK_DAYS,
            ..Said::default()
        },
    );
    let key = key(&headers);
    let s = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = answers::add(tx, ctx, &key, &new)?;
            whole(tx, ctx, &id)
        })
        .await?;
    Ok(answer(StatusCode::CREATED, &with_versions(&s)))
}

/// A change under the version that was seen, done once.
async fn changed(
    (web, v): (Web, Viewer),
    id: String,
    (schema, headers, bytes): (&'static str, HeaderMap, Bytes),
    change: impl Fn(&mut Tx, &Ctx, &AnswerId, i64, &Sent) -> Res<()> + Send + Sync + 'static,
) -> Answer {
    let sent = Sent::read(schema, &headers, &bytes);
    let (id, key) = (AnswerId::from(id), key(&headers));
    let s = web
        .write(&v.ctx()?, move |tx, ctx| {
            answers::get(tx, ctx, &id)?;
            let sent = sent.clone()?;
            let seen = sent.version()?;
            app::once::once(tx, ctx, &key, &(schema, &id, &sent), |tx, ctx| {
                change(tx, ctx, &id, seen, &sent)
            })?;
            whole(tx, ctx, &id)
        })
        .await?;
    Ok(versioned(&with_versions(&s)))
}

/// Changes one; what it said before is kept.
pub async fn edit(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    changed(
        (web, v),
        id,
        ("StandardAnswerEdit", headers, bytes),
        |tx, ctx, id, seen, sent| {
            let was = answers::said(&answers::get(tx, ctx, id)?.row);
            answers::edit(tx, ctx, id, seen, &said(sent, was), sent.text("why"))
        },
    )
    .await
}

/// Somebody has looked at it, and it is still right.
pub async fn check(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    changed(
        (web, v),
        id,
        ("StandardAnswerCheck", headers, bytes),
        |tx, ctx, id, seen, _| answers::check(tx, ctx, id, seen),
    )
    .await
}

/// Out of use, or back.
pub async fn set_active(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    changed(
        (web, v),
        id,
        ("StandardAnswerActive", headers, bytes),
        |tx, ctx, id, seen, sent| {
            let active = sent.flag("active").unwrap_or_default();
            answers::set_active(tx, ctx, id, seen, active, sent.text("why"))
        },
    )
    .await
}
