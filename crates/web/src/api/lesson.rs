//! The case library for programs (DIR-22). A lesson does not say which case it is from.

use app::lesson::{self, LessonRow};
use axum::extract::{Path, State};
use axum::http::Uri;
use domain::ids::LessonId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{body, flag, paged, place, place_text, versioned};
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::state::Web;

fn shown(r: &LessonRow) -> Value {
    json!({
        "id": r.id, "kind": r.kind, "title": r.title, "item": r.item, "situation": r.situation, "worked": r.worked,
        "clause": r.clause, "tags": r.tags, "active": r.active, "withdrawn_why": r.withdrawn_why, "kept_at": r.kept_at,
        "kept_by": r.kept_by, "updated_at": r.updated_at, "version": r.version,
    })
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    q: String,
    item: String,
    withdrawn: String,
    after: String,
}

/// The library, newest first; with words those that fit, best first.
pub async fn list(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let a: Asked = body::asked(&uri)?;
    let (withdrawn, after) = (flag("withdrawn", &a.withdrawn)?, place(&a.after)?);
    let l = web
        .read(&v.ctx()?, move |c, ctx| {
            lesson::list(c, ctx, !withdrawn, &a.q, &a.item, after.clone())
        })
        .await?;
    Ok(paged(&uri, l.rows.iter().map(shown).collect(), place_text(l.next)))
}

/// One lesson.
pub async fn get(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let r = web
        .read(&v.ctx()?, move |c, ctx| {
            lesson::get(c, ctx, &LessonId::from(id.as_str()))
        })
        .await?;
    Ok(versioned(&shown(&r)))
}
