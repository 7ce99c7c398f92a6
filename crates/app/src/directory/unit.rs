//! Buildings and units: made by imports, corrected at the desk.

use domain::access::Action;
use domain::ids::{BuildingId, UnitId};
use domain::room::{RoomError, RoomKey};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::db::Tx;
use store::directory::unit as db;

use super::{Done, Upsert, check_note, some};
use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res};
use crate::journal;

/// A building as a form or an import gives it. What is `None` stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewBuilding {
    /// As in unit codes: `3`, `A`, `商铺`.
    pub code: String,
    pub name: Option<String>,
    pub floors: Option<i64>,
    pub has_lift: Option<bool>,
}

/// A unit as a form or an import gives it. What is `None` stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewUnit {
    pub building: String,
    pub entrance: Option<String>,
    pub room: String,
    pub floor: Option<i64>,
    pub layout: Option<String>,
    /// Square centimetres.
    pub area_cm2: Option<i64>,
    /// A code of `domain::directory::Usage`, or the estate's own word.
    pub usage_state: Option<String>,
    /// A date or the beginning of one (`2021-06`).
    pub move_in_on: Option<String>,
    pub preference: Option<String>,
    pub care_note: Option<String>,
}

fn room_error(e: RoomError) -> Error {
    match e {
        RoomError::NoBuilding => Error::field("building", "required"),
        RoomError::NoRoom | RoomError::Empty => Error::field("room", "required"),
        RoomError::TooLong | RoomError::Unclear => Error::field("room", "directory-room-unclear"),
    }
}

/// Makes a building or brings it up to date; found by its code.
///
/// # Errors
/// `Forbidden`; `Invalid` for an empty code.
pub fn upsert_building(tx: &mut Tx, ctx: &Ctx, n: &NewBuilding) -> Res<Upsert<BuildingId>> {
    ctx.need(Action::EditDirectory)?;
    // A room of any number makes the code the same as in a unit.
    let code = RoomKey::new(&n.code, None, "1").map_err(room_error)?.building;
    let Some(old) = db::building_by_code(tx, &ctx.site, &code)? else {
        let id: BuildingId = ctx.id();
        let row = db::Building {
            id: id.clone(),
            site_id: ctx.site.clone(),
            name: n.name.as_deref().and_then(some).unwrap_or_else(|| code.clone()),
            sort_key: domain::room::padded(&code),
            code,
            floors: n.floors,
            has_lift: n.has_lift,
            version: 1,
        };
        db::building_insert(tx, &row)?;
        journal::now(
            tx,
            ctx,
            "building",
            id.as_str(),
            "building_created",
            json!({"code": row.code, "name": row.name}),
            &[],
        );
        return Ok(Upsert {
            id,
            done: Done::Created,
        });
    };
    let mut row = old.clone();
    if let Some(name) = n.name.as_deref().and_then(some) {
        row.name = name;
    }
    row.floors = n.floors.or(row.floors);
    row.has_lift = n.has_lift.or(row.has_lift);
    if row == old {
        return Ok(Upsert {
            id: row.id,
            done: Done::Unchanged,
        });
    }
    row.version += 1;
    db::building_save(tx, &row)?;
    let body = json!({
        "old": {"name": old.name, "floors": old.floors, "has_lift": old.has_lift},
        "new": {"name": row.name, "floors": row.floors, "has_lift": row.has_lift},
    });
    journal::now(tx, ctx, "building", row.id.as_str(), "building_changed", body, &[]);
    Ok(Upsert {
        id: row.id,
        done: Done::Updated,
    })
}

fn fill(row: &mut db::Unit, n: &NewUnit) {
    row.floor = n.floor.or(row.floor);
    row.area_cm2 = n.area_cm2.or(row.area_cm2);
    if let Some(v) = &n.layout {
        row.layout = v.trim().to_owned();
    }
    if let Some(v) = &n.usage_state {
        row.usage_state = domain::directory::usage(v);
    }
    if let Some(v) = &n.move_in_on {
        row.move_in_on = some(v);
    }
    if let Some(v) = &n.preference {
        row.preference = v.trim().to_owned();
    }
    if let Some(v) = &n.care_note {
        row.care_note = v.trim().to_owned();
    }
}

fn check(n: &NewUnit) -> Res<()> {
    let mut f = Fields::default();
    if n.area_cm2.is_some_and(|a| !(0..=1_000_000_000).contains(&a)) {
        f.add("area", "directory-area-range");
    }
    if n.floor.is_some_and(|v| !(-9..=200).contains(&v)) {
        f.add("floor", "directory-floor-range");
    }
    if n.layout.as_deref().is_some_and(|v| v.chars().count() > 40) {
        f.add("layout", "directory-too-long");
    }
    for (name, text) in [("preference", &n.preference), ("care_note", &n.care_note)] {
        check_note(&mut f, name, text.as_deref().unwrap_or_default());
    }
    let date = n.move_in_on.as_deref().map(str::trim).unwrap_or_default();
    let dated = date.is_empty()
        || date.parse::<jiff::civil::Date>().is_ok()
        || format!("{date}-01").parse::<jiff::civil::Date>().is_ok()
        || date.parse::<u16>().is_ok_and(|y| (1900..2200).contains(&y));
    if !dated {
        f.add("move_in_on", "directory-date-form");
    }
    f.done()
}

/// Makes a unit or brings it up to date; found by its code in any writing. Its building is made when it is new.
///
/// # Errors
/// `Forbidden`; `Invalid` when the room cannot be read.
pub fn upsert_unit(tx: &mut Tx, ctx: &Ctx, n: &NewUnit) -> Res<Upsert<UnitId>> {
    ctx.need(Action::EditDirectory)?;
    let key = RoomKey::new(&n.building, n.entrance.as_deref(), &n.room).map_err(room_error)?;
    check(n)?;
    if let Some(old) = db::by_match(tx, &ctx.site, &key.match_key())? {
        return change(tx, ctx, old, n, "");
    }
    let building = NewBuilding {
        code: key.building.clone(),
        ..NewBuilding::default()
    };
    let building_id = upsert_building(tx, ctx, &building)?.id;
    let id: UnitId = ctx.id();
    let mut row = db::Unit {
        id: id.clone(),
        site_id: ctx.site.clone(),
        building_id,
        code: key.code(),
        match_key: key.match_key(),
        room_key: key.room_match(),
        sort_key: key.sort_key(),
        building: key.building,
        entrance: key.entrance.unwrap_or_default(),
        room: key.room,
        floor: None,
        layout: String::new(),
        area_cm2: None,
        usage_state: String::new(),
        move_in_on: None,
        preference: String::new(),
        care_note: String::new(),
        version: 1,
    };
    fill(&mut row, n);
    db::insert(tx, &row)?;
    let (mut body, personal) = (json!({"code": row.code}), values(&row));
    if let Some(map) = body.as_object_mut() {
        map.insert("values".into(), Value::Object(personal));
    }
    journal::now(tx, ctx, "unit", id.as_str(), "unit_created", body, &["values"]);
    Ok(Upsert {
        id,
        done: Done::Created,
    })
}

pub(crate) fn values(u: &db::Unit) -> Map<String, Value> {
    let mut m = Map::new();
    for (name, v) in [
        ("floor", json!(u.floor)),
        ("layout", json!(u.layout)),
        ("area_cm2", json!(u.area_cm2)),
        ("usage_state", json!(u.usage_state)),
        ("move_in_on", json!(u.move_in_on)),
        ("preference", json!(u.preference)),
        ("care_note", json!(u.care_note)),
    ] {
        m.insert(name.into(), v);
    }
    m
}

/// Only what differs, before and after.
pub(crate) fn differing(old: Map<String, Value>, new: Map<String, Value>) -> (Map<String, Value>, Map<String, Value>) {
    let mut before = Map::new();
    let mut after = Map::new();
    for (k, v) in new {
        if old.get(&k) != Some(&v) {
            before.insert(k.clone(), old.get(&k).cloned().unwrap_or(Value::Null));
            after.insert(k, v);
        }
    }
    (before, after)
}

fn change(tx: &mut Tx, ctx: &Ctx, old: db::Unit, n: &NewUnit, reason: &str) -> Res<Upsert<UnitId>> {
    let mut row = old.clone();
    fill(&mut row, n);
    let (before, after) = differing(values(&old), values(&row));
    if after.is_empty() {
        return Ok(Upsert {
            id: row.id,
            done: Done::Unchanged,
        });
    }
    row.version += 1;
    if db::save(tx, &row)? != 1 {
        return Err(Error::Conflict {
            seen: old.version,
            current: row.version,
        });
    }
    let body = json!({"old": before, "new": after, "reason": reason});
    journal::now(
        tx,
        ctx,
        "unit",
        row.id.as_str(),
        "unit_corrected",
        body,
        &["old", "new", "reason"],
    );
    Ok(Upsert {
        id: row.id,
        done: Done::Updated,
    })
}

/// Corrects what is known of a unit, its preferences and care notes included; the journal keeps what was there (STD-4,
/// CSR-4). The unit's own name stays.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Conflict`, `Invalid`.
pub fn correct_unit(tx: &mut Tx, ctx: &Ctx, id: &UnitId, seen: i64, n: &NewUnit, reason: &str) -> Res<Upsert<UnitId>> {
    ctx.need(Action::EditDirectory)?;
    let old = db::get(tx, &ctx.site, id)?.ok_or(Error::NotFound)?;
    if old.version != seen {
        return Err(Error::Conflict {
            seen,
            current: old.version,
        });
    }
    check(n)?;
    change(tx, ctx, old, n, reason)
}
