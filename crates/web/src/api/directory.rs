//! The archive: buildings, units with their household, people; who moves in and out; numbers shown by one logged act.

use app::directory::{
    self, Correction, Done, MoveIn, MoveOut, NewBuilding, NewParking, NewPerson, NewPhone, NewUnit, NewVehicle,
    PhoneMark,
};
use app::error::Error;
use app::find::{HitKind, find};
use app::once::once;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use domain::ids::{BuildingId, PersonId, UnitId, VehicleId};
use serde::Deserialize;
use serde_json::{Value, json};

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

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct AskedPeople {
    q: String,
    limit: Option<i64>,
}

/// People that the words stand for: a name, its pinyin or initials, four digits or more of a number.
pub async fn people(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let a: AskedPeople = body::asked(&uri)?;
    let n = usize::try_from(limit(a.limit)?).unwrap_or(0);
    let groups = web.read(&v.ctx()?, move |c, ctx| find(c, ctx, &a.q, n)).await?;
    let hits = groups
        .iter()
        .filter(|g| g.kind == HitKind::Person)
        .flat_map(|g| &g.hits);
    let items: Vec<Value> = hits.map(show::hit).collect();
    Ok(ok(&json!({"items": items, "next": null})))
}

/// Makes a person, whoever else has the same name.
pub async fn create_person(State(web): State<Web>, v: Viewer, headers: HeaderMap, bytes: Bytes) -> Answer {
    let new: NewPerson = body::read("NewPerson", &bytes)?;
    let key = key(&headers);
    let page = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = once(tx, ctx, &key, &("person", &new), |tx, ctx| {
                directory::create_person(tx, ctx, &new)
            })?;
            directory::person(tx, ctx, &id)
        })
        .await?;
    Ok(answer(StatusCode::CREATED, &show::person_page(&page)))
}

/// People who may be the same as this one.
pub async fn doubles(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let rows = web
        .read(&v.ctx()?, move |c, ctx| {
            directory::candidates(c, ctx, &PersonId::from(id.as_str()))
        })
        .await?;
    Ok(ok(
        &json!({"items": rows.iter().map(show::person).collect::<Vec<_>>(), "next": null}),
    ))
}

#[derive(Deserialize)]
struct Merge {
    double: PersonId,
}

/// Puts two records of one person together: this one stands for both.
pub async fn merge(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let m: Merge = body::read("Merge", &bytes)?;
    let key = key(&headers);
    let page = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = PersonId::from(id.as_str());
            once(tx, ctx, &key, &("merge", &id, &m.double), |tx, ctx| {
                directory::merge(tx, ctx, &id, &m.double)
            })?;
            directory::person(tx, ctx, &id)
        })
        .await?;
    Ok(versioned(&show::person_page(&page)))
}

/// Takes two records apart again: what the merger moved goes back.
pub async fn take_apart(
    State(web): State<Web>,
    v: Viewer,
    Path((id, merge)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    let key = key(&headers);
    let page = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = PersonId::from(id.as_str());
            let mine = |m: &directory::MergeView| m.id == merge;
            once(tx, ctx, &key, &("take_apart", &id, &merge), |tx, ctx| {
                if !directory::person(tx, ctx, &id)?.merges.iter().any(mine) {
                    return Err(Error::NotFound);
                }
                directory::take_apart(tx, ctx, &merge)
            })?;
            directory::person(tx, ctx, &id)
        })
        .await?;
    Ok(versioned(&show::person_page(&page)))
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
    let key = key(&headers);
    let page = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = PersonId::from(id.as_str());
            once(tx, ctx, &key, &("correct_person", &id, seen, &to), |tx, ctx| {
                directory::correct_person(tx, ctx, &id, seen, &to)
            })?;
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
    let key = key(&headers);
    let unit = web
        .write(&v.ctx()?, move |tx, ctx| {
            once(tx, ctx, &key, &("move_out", &id, seen, &end), |tx, ctx| {
                directory::move_out(tx, ctx, &id, seen, &end)
            })
        })
        .await?;
    Ok(ok(&json!({"unit": unit})))
}

/// Adds a number.
pub async fn add_phone(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let new: NewPhone = body::read("NewPhone", &bytes)?;
    let key = key(&headers);
    let changed = web
        .write(&v.ctx()?, move |tx, ctx| {
            once(tx, ctx, &key, &("add_phone", &id, &new), |tx, ctx| {
                directory::add_phone(tx, ctx, &PersonId::from(id.as_str()), &new)
            })
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
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let m: Mark = body::read("PhoneMark", &bytes)?;
    let key = key(&headers);
    web.write(&v.ctx()?, move |tx, ctx| {
        once(tx, ctx, &key, &("mark_phone", &id, position, m.mark), |tx, ctx| {
            directory::mark_phone(tx, ctx, &PersonId::from(id.as_str()), position, m.mark)
        })
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

/// What an upsert did, with its code.
fn done_code(d: Done) -> &'static str {
    match d {
        Done::Created => "created",
        Done::Updated => "updated",
        Done::Unchanged => "unchanged",
    }
}

/// Makes a building or brings it up to date; found by its code.
pub async fn put_building(State(web): State<Web>, v: Viewer, headers: HeaderMap, bytes: Bytes) -> Answer {
    let new: NewBuilding = body::read("NewBuilding", &bytes)?;
    let key = key(&headers);
    let u = web
        .write(&v.ctx()?, move |tx, ctx| {
            once(tx, ctx, &key, &("building", &new), |tx, ctx| {
                directory::upsert_building(tx, ctx, &new)
            })
        })
        .await?;
    Ok(ok(&json!({"id": u.id, "done": done_code(u.done)})))
}

/// Makes a unit or brings it up to date; found by its code in any writing. Its building is made when it is new.
pub async fn put_unit(State(web): State<Web>, v: Viewer, headers: HeaderMap, bytes: Bytes) -> Answer {
    let new: NewUnit = body::read("NewUnit", &bytes)?;
    let key = key(&headers);
    let u = web
        .write(&v.ctx()?, move |tx, ctx| {
            once(tx, ctx, &key, &("unit", &new), |tx, ctx| {
                directory::upsert_unit(tx, ctx, &new)
            })
        })
        .await?;
    Ok(ok(&json!({"id": u.id, "done": done_code(u.done)})))
}

/// Corrects what is known of a unit; the old values stay on the journal.
pub async fn correct_unit(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let mut fields = body::object(&bytes)?;
    let seen = need_version(&headers, &mut fields)?;
    body::fits("UnitCorrection", &Value::Object(fields.clone()))?;
    let reason = fields
        .remove("reason")
        .and_then(|r| r.as_str().map(str::to_owned))
        .unwrap_or_default();
    let to: NewUnit = serde_json::from_value(Value::Object(fields)).map_err(Error::from)?;
    let key = key(&headers);
    let h = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = UnitId::from(id.as_str());
            once(tx, ctx, &key, &("correct_unit", &id, seen, &to, &reason), |tx, ctx| {
                directory::correct_unit(tx, ctx, &id, seen, &to, &reason)
            })?;
            directory::household(tx, ctx, &id)
        })
        .await?;
    Ok(versioned(&show::household(&h)))
}

/// What was changed about a unit and its people, newest first.
pub async fn unit_changes(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let rows = web
        .read(&v.ctx()?, move |c, ctx| {
            directory::changes(c, ctx, &UnitId::from(id.as_str()))
        })
        .await?;
    let items: Vec<Value> = rows.iter().map(show::change).collect();
    Ok(ok(&json!({"items": items, "next": null})))
}

/// Makes a vehicle or brings it up to date; found by its plate. One that had left is here again.
pub async fn put_vehicle(State(web): State<Web>, v: Viewer, headers: HeaderMap, bytes: Bytes) -> Answer {
    let new: NewVehicle = body::read("NewVehicle", &bytes)?;
    let key = key(&headers);
    let u = web
        .write(&v.ctx()?, move |tx, ctx| {
            once(tx, ctx, &key, &("vehicle", &new), |tx, ctx| {
                directory::upsert_vehicle(tx, ctx, &new)
            })
        })
        .await?;
    Ok(ok(&json!({"id": u.id, "done": done_code(u.done)})))
}

/// A vehicle is gone for good; its past stays.
pub async fn end_vehicle(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let mut fields = body::object(&bytes)?;
    let seen = need_version(&headers, &mut fields)?;
    body::fits("VehicleEnd", &Value::Object(fields))?;
    let key = key(&headers);
    let unit = web
        .write(&v.ctx()?, move |tx, ctx| {
            once(tx, ctx, &key, &("end_vehicle", &id, seen), |tx, ctx| {
                directory::end_vehicle(tx, ctx, &VehicleId::from(id.as_str()), seen)
            })
        })
        .await?;
    Ok(ok(&json!({"unit": unit})))
}

/// Makes a parking place or brings it up to date; found by lot and code.
pub async fn put_parking(State(web): State<Web>, v: Viewer, headers: HeaderMap, bytes: Bytes) -> Answer {
    let new: NewParking = body::read("NewParking", &bytes)?;
    let key = key(&headers);
    let u = web
        .write(&v.ctx()?, move |tx, ctx| {
            once(tx, ctx, &key, &("parking", &new), |tx, ctx| {
                directory::upsert_parking(tx, ctx, &new)
            })
        })
        .await?;
    Ok(ok(&json!({"id": u.id, "done": done_code(u.done)})))
}
