//! Lists taken away as Excel files, and the saved views of a token's owner.

use app::error::Error;
use app::list::{self, Query};
use app::once::once;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use serde::Deserialize;
use serde_json::{Value, json};
use store::view::View;

use super::{body, key, ok};
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::state::Web;

/// What an export is asked for: the filters of all lists; each list takes its own.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    view: String,
    q: String,
    kind: String,
    state: String,
    department: String,
    worker: String,
    urgency: String,
    channel: String,
    outcome: String,
    clerk: String,
    from: Option<i64>,
    until: Option<i64>,
}

/// A list as an Excel file, with its watermark line. That it was taken is on the journal.
pub async fn export(State(web): State<Web>, v: Viewer, Path(name): Path<String>, uri: Uri) -> Answer {
    let a: Asked = body::asked(&uri)?;
    let q = Query {
        view: a.view,
        q: a.q,
        kind: a.kind,
        state: a.state,
        department: a.department,
        worker: a.worker,
        urgency: a.urgency,
        channel: a.channel,
        outcome: a.outcome,
        clerk: a.clerk,
        from: a.from,
        until: a.until,
        ..Query::default()
    };
    crate::list::export_for(&web, &v, &name, q).await
}

fn shown(list: &str, x: &View) -> Value {
    json!({"id": x.id, "list": list, "name": x.name, "query": x.query})
}

fn known(list: &str) -> Result<(), Error> {
    if matches!(list, "cases" | "orders" | "contacts" | "callbacks") {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

async fn all(web: &Web, v: &Viewer, name: String) -> Answer {
    let list = name.clone();
    let rows = web.read(&v.ctx()?, move |c, ctx| list::views(c, ctx, &list)).await?;
    let items: Vec<Value> = rows.iter().map(|x| shown(&name, x)).collect();
    Ok(ok(&json!({"items": items, "next": null})))
}

/// The saved views of the token's owner.
pub async fn views(State(web): State<Web>, v: Viewer, Path(name): Path<String>) -> Answer {
    known(&name)?;
    all(&web, &v, name).await
}

#[derive(Deserialize)]
struct NewView {
    name: String,
    query: String,
}

/// Saves a view; one of the same name is replaced.
pub async fn save_view(
    State(web): State<Web>,
    v: Viewer,
    Path(name): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    known(&name)?;
    let n: NewView = body::read("NewView", &bytes)?;
    if !n.query.starts_with('?') {
        return Err(Error::field("query", "invalid-list").into());
    }
    let (list, key) = (name.clone(), key(&headers));
    web.write(&v.ctx()?, move |tx, ctx| {
        once(tx, ctx, &key, &("view", &list, &n.name, &n.query), |tx, ctx| {
            list::save_view(tx, ctx, &list, &n.name, &n.query)
        })
    })
    .await?;
    all(&web, &v, name).await
}

/// Removes a view.
pub async fn remove_view(State(web): State<Web>, v: Viewer, Path((name, id)): Path<(String, String)>) -> Answer {
    known(&name)?;
    web.write(&v.ctx()?, move |tx, ctx| list::remove_view(tx, ctx, &id))
        .await?;
    all(&web, &v, name).await
}
