//! Files of cases and contacts, in and out.

use app::attachment::{Subject, attach, get, list, prepare};
use axum::extract::{Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode};
use domain::ids::{AttachmentId, ContactId};
use serde_json::json;

use super::{answer, key, ok, show};
use crate::account::blocking;
use crate::attachment::{give as bytes_of, read};
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::state::Web;

async fn take(web: Web, v: Viewer, subject: Subject, headers: HeaderMap, form: Multipart) -> Answer {
    let mut sent = read(form).await?;
    let key = key(&headers);
    if !key.is_empty() {
        sent.up.key = key;
    }
    let desk = web.desk.clone();
    let file = blocking(move || prepare(&desk.files, sent.bytes)).await?;
    let made = web
        .write(&v.ctx()?, move |tx, ctx| attach(tx, ctx, &subject, &file, &sent.up))
        .await?;
    Ok(answer(StatusCode::CREATED, &show::file(&made)))
}

/// Attaches a file to a case.
pub async fn attach_case(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Multipart,
) -> Answer {
    let id = web
        .read(&v.ctx()?, move |c, ctx| Ok(app::case::find(c, ctx, &id)?.state.id))
        .await?;
    take(web, v, Subject::Case(id), headers, form).await
}

/// Attaches a file to a contact.
pub async fn attach_contact(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Multipart,
) -> Answer {
    let id = web
        .read(&v.ctx()?, move |c, ctx| {
            Ok(app::contact::get(c, ctx, &ContactId::from(id.as_str()))?.id)
        })
        .await?;
    take(web, v, Subject::Contact(id), headers, form).await
}

/// What is attached to a case.
pub async fn files_of_case(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let rows = web
        .read(&v.ctx()?, move |c, ctx| {
            let id = app::case::find(c, ctx, &id)?.state.id;
            list(c, ctx, &Subject::Case(id))
        })
        .await?;
    Ok(ok(
        &json!({"items": rows.iter().map(show::file).collect::<Vec<_>>(), "next": null}),
    ))
}

/// The bytes of a file.
pub async fn give(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let row = web
        .read(&v.ctx()?, move |c, ctx| get(c, ctx, &AttachmentId::from(id.as_str())))
        .await?;
    bytes_of(&web, row).await
}
