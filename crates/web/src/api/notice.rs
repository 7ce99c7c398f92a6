//! What the token's owner was told, and that it was read.

use app::notice::{self, Mark, Seen};
use axum::extract::{Path, State};
use axum::http::Uri;
use domain::ids::NoticeId;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{body, ok, paged};
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::notice::{head, why};
use crate::page::Page;
use crate::state::Web;

fn line(p: &Page, n: &Seen) -> Value {
    let r = n.rung.as_ref();
    json!({
        "id": n.row.id, "kind": n.row.kind, "level": n.row.level, "text": head(p, n), "why": why(p, n),
        "case": n.row.case_id, "number": n.row.number, "title": n.row.title, "place": n.row.place, "page": n.page(),
        "clock": r.map(|r| r.code), "step": r.map(|r| r.step.to_string()), "reached_at": n.row.due_at,
        "raised_at": n.row.created_at, "late": n.late().is_some(), "entered_late": r.is_some_and(|r| r.entered_late),
        "read_at": n.row.read_at, "settled_at": n.row.done_at,
    })
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    after: Option<String>,
}

/// The owner's own notices, the unread first.
pub async fn notices(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let a: Asked = body::asked(&uri)?;
    let after = match a.after.as_deref() {
        None => None,
        Some(text) => Some(Mark::parse(text).ok_or_else(|| app::error::Error::field("after", "api-cursor"))?),
    };
    let found = web
        .read(&v.ctx()?, move |c, ctx| notice::mine(c, ctx, after.as_ref()))
        .await?;
    let p = Page::new(&web, &v, "notice-title");
    let items = found.unread.iter().chain(&found.read).map(|n| line(&p, n)).collect();
    Ok(paged(&uri, items, found.next.map(|m| m.to_string())))
}

/// Marks one as read; a repeat changes nothing.
pub async fn read(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let id = NoticeId::from(id);
    let seen = web
        .write(&v.ctx()?, move |tx, ctx| {
            notice::open(tx, ctx, &id)?;
            notice::one(tx, ctx, &id)
        })
        .await?;
    let p = Page::new(&web, &v, "notice-title");
    Ok(ok(&line(&p, &seen)))
}
