//! The duty roster for programs (COM-9, REC-4): who is on duty now, the shifts of a stretch of time, and checking in.

use app::error::Error;
use app::roster::board::Board;
use app::roster::duty::{self, CheckIn};
use app::roster::now::{PostNow, ShiftNow};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use domain::access::Action;
use domain::ids::ShiftId;
use domain::roster::{Gap, Stretch};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{body, key, ok};
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::state::Web;

/// The longest stretch that shifts are asked for, in milliseconds.
const LONGEST: i64 = 62 * 86_400_000;

fn on(s: &ShiftNow, now: i64) -> Value {
    json!({
        "id": s.id, "staff": s.staff, "name": s.name, "name_en": s.name_en, "from_at": s.times.at.from,
        "to_at": s.times.at.to, "checked_in_at": s.times.checked_in, "attendance": s.attendance(now).as_str(),
    })
}

fn gap(g: &Gap) -> Value {
    json!({"from_at": g.at.from, "to_at": g.at.to, "present": g.present, "needed": g.needed})
}

fn post(p: &PostNow, now: i64) -> Value {
    json!({
        "id": p.id, "name": p.name, "name_en": p.name_en, "extension": p.extension, "department": p.department,
        "always": p.always, "on": p.on(now).map(|s| on(s, now)).collect::<Vec<_>>(),
        "next": p.next(now).into_iter().map(|s| on(s, now)).collect::<Vec<_>>(),
        "gaps": p.gaps_ahead(now).map(gap).collect::<Vec<_>>(),
    })
}

/// Who holds each post now, who comes next, and what lacks in the next days.
pub async fn now(State(web): State<Web>, v: Viewer) -> Answer {
    let ctx = v.ctx()?;
    ctx.need(Action::ViewRoster)?;
    let roster = web.desk.live.roster(&ctx.site);
    let posts: Vec<Value> = roster.posts.iter().map(|p| post(p, v.now)).collect();
    Ok(ok(&json!({"items": posts, "next": null})))
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    from: Option<i64>,
    until: Option<i64>,
    post: String,
}

/// The shifts that meet a stretch of time, in order; from now on for a week where nothing is asked for.
pub async fn shifts(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let a: Asked = body::asked(&uri)?;
    let from = a.from.unwrap_or(v.now);
    let to = a.until.unwrap_or_else(|| from.saturating_add(7 * 86_400_000));
    if to <= from || to.saturating_sub(from) > LONGEST {
        return Err(Error::field("until", "invalid-span").into());
    }
    let board = web
        .read(&v.ctx()?, move |c, ctx| Board::read(c, ctx, Stretch { from, to }))
        .await?;
    let wanted = board
        .shifts
        .iter()
        .filter(|s| a.post.is_empty() || s.post_id.as_str() == a.post);
    let items: Vec<Value> = wanted
        .map(|s| {
            json!({
                "id": s.id, "post": s.post_id, "staff": s.staff_id, "name": board.name(&s.staff_id, false),
                "name_en": board.name(&s.staff_id, true), "from_at": s.from_at, "to_at": s.to_at,
                "checked_in_at": s.checked_in_at, "late_ms": s.late_ms, "ended_at": s.ended_at,
                "attendance": board.attendance(s, v.now).as_str(), "version": s.version,
            })
        })
        .collect();
    Ok(ok(&json!({"items": items, "next": null})))
}

/// Checks in to one's own shift, with the opening checklist (REC-4).
pub async fn check_in(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let f: CheckIn = body::read("CheckIn", &bytes)?;
    let (id, key, ctx) = (ShiftId::from(id), key(&headers), v.ctx()?);
    // Reading the roster is not enough for a token that puts somebody on duty.
    ctx.need_scope(Action::ManageRoster)?;
    let late = web
        .write(&ctx, move |tx, ctx| duty::check_in(tx, ctx, &key, &id, &f))
        .await?;
    Ok(ok(&json!({"late_ms": late})))
}
