//! The archive: buildings, units with their household, people; who moves in and out; numbers shown by one logged act.

use app::directory::{self, Correction, MoveIn, MoveOut, NewPhone, PhoneMark};
use app::error::Error;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use domain::ids::{BuildingId, PersonId, UnitId};
use serde::Deserialize;
use serde_json::json;

use super::{answer, body, key, limit, need_version, ok, paged, show, versioned};
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::state::Web;

/// All buildings.
pub async fn buildings(State(web): State<Web>, v: Viewer) -> Answer {
    let rows = web.read(&v.ctx()?, directory::buildings).await?;
    Ok(ok(
        &json!({"items": rows.iter().map(show::building).collect::<Vec<_>>(), "next": null}),
    ))
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct AskedUnits {
    building: Option<String>,
    q: String,
    after: Option<String>,
    limit: Option<i64>,
}

/// Units in order, or those that the words stand for.
pub async fn units(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let a: AskedUnits = body::asked(&uri)?;
    let n = limit(a.limit)?;
    // The last row's place in the order and its id; the id holds no colon.
    let after = match a.after.filter(|t| !t.is_empty()) {
        None => None,
        Some(t) => match t.rsplit_once(':') {
            Some((k, i)) if !i.is_empty() => Some((k.to_owned(), i.to_owned())),
            _ => return Err(Error::field("after", "api-cursor").into()),
        },
    };
    let building = a.building.map(BuildingId::from);
    let page = web
        .read(&v.ctx()?, move |c, ctx| {
            directory::units(c, ctx, building.as_ref(), &a.q, after.clone(), n)
        })
        .await?;
    let next = page.next.map(|(k, i)| format!("{k}:{i}"));
    Ok(paged(&uri, page.lines.iter().map(show::unit_line).collect(), next))
}

/// The household of a unit.
pub async fn unit(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let h = web
        .read(&v.ctx()?, move |c, ctx| {
            directory::household(c, ctx, &UnitId::from(id.as_str()))
        })
        .await?;
    Ok(versioned(&show::household(&h)))
}

/// A person.
pub async fn person(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let p = web
        .read(&v.ctx()?, move |c, ctx| {
            directory::person(c, ctx, &PersonId::from(id.as_str()))
        })
        .await?;
    Ok(versioned(&show::person_page(&p)))
}

/// Corrects a person; the old values stay on the journal.
pub async fn correct_person(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let mut fields = body::object(&bytes)?;
    let seen = need_version(&headers, &mut fields)?;
    let to: Correction = body::typed("Correction", fields)?;
    let page = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = PersonId::from(id.as_str());
            directory::correct_person(tx, ctx, &id, seen, &to)?;
            directory::person(tx, ctx, &id)
        })
        .await?;
    Ok(versioned(&show::person_page(&page)))
}

/// Somebody moves in.
pub async fn move_in(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let new: MoveIn = body::read("MoveIn", &bytes)?;
    let key = key(&headers);
    let person = web
        .write(&v.ctx()?, move |tx, ctx| {
            directory::move_in(tx, ctx, &key, &UnitId::from(id.as_str()), &new)
        })
        .await?;
    Ok(answer(StatusCode::CREATED, &json!({"person": person})))
}

/// The tenant changes: who rents now moves out, the new one in.
pub async fn change_of_tenant(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let new: MoveIn = body::read("MoveIn", &bytes)?;
    let key = key(&headers);
    let person = web
        .write(&v.ctx()?, move |tx, ctx| {
            directory::change_of_tenant(tx, ctx, &key, &UnitId::from(id.as_str()), &new)
        })
        .await?;
    Ok(answer(StatusCode::CREATED, &json!({"person": person})))
}

/// Somebody moves out.
pub async fn move_out(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let mut fields = body::object(&bytes)?;
    let seen = need_version(&headers, &mut fields)?;
    let end: MoveOut = body::typed("MoveOut", fields)?;
    let unit = web
        .write(&v.ctx()?, move |tx, ctx| directory::move_out(tx, ctx, &id, seen, &end))
        .await?;
    Ok(ok(&json!({"unit": unit})))
}

/// Adds a number.
pub async fn add_phone(State(web): State<Web>, v: Viewer, Path(id): Path<String>, bytes: Bytes) -> Answer {
    let new: NewPhone = body::read("NewPhone", &bytes)?;
    let changed = web
        .write(&v.ctx()?, move |tx, ctx| {
            directory::add_phone(tx, ctx, &PersonId::from(id.as_str()), &new)
        })
        .await?;
    Ok(ok(&json!({"changed": changed})))
}

#[derive(Deserialize)]
struct Mark {
    mark: PhoneMark,
}

/// Marks a number as confirmed or wrong.
pub async fn mark_phone(
    State(web): State<Web>,
    v: Viewer,
    Path((id, position)): Path<(String, i64)>,
    bytes: Bytes,
) -> Answer {
    let m: Mark = body::read("PhoneMark", &bytes)?;
    web.write(&v.ctx()?, move |tx, ctx| {
        directory::mark_phone(tx, ctx, &PersonId::from(id.as_str()), position, m.mark)
    })
    .await?;
    Ok(ok(&json!({"changed": true})))
}

/// A whole telephone number; the look is on the journal.
pub async fn reveal_phone(State(web): State<Web>, v: Viewer, Path((id, position)): Path<(String, i64)>) -> Answer {
    let phone = web
        .write(&v.ctx()?, move |tx, ctx| {
            directory::reveal_phone(tx, ctx, &PersonId::from(id.as_str()), position)
        })
        .await?;
    Ok(ok(&json!({"phone": phone})))
}

/// A whole identity number; the look is on the journal.
pub async fn reveal_id(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let number = web
        .write(&v.ctx()?, move |tx, ctx| {
            directory::reveal_id_number(tx, ctx, &PersonId::from(id.as_str()))
        })
        .await?;
    Ok(ok(&json!({"id_number": number})))
}
