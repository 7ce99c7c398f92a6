//! Contacts: the register of what came in, and registering with all that came of it.

use app::list::{self, Query};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use domain::ids::ContactId;
use serde::Deserialize;
use serde_json::json;

use super::{answer, body, cursor, key, limit, paged, show, versioned};
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
    let cases = made
        .cases
        .iter()
        .zip(&made.case_numbers)
        .map(|(id, n)| json!({"id": id, "number": n}));
    let v = json!({"id": made.contact, "number": made.number, "cases": cases.collect::<Vec<_>>()});
    Ok(answer(StatusCode::CREATED, &v))
}
