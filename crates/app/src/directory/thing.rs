//! Vehicles and parking places.

use domain::access::Action;
use domain::directory::Tenure;
use domain::ids::{ParkingId, PersonId, UnitId, VehicleId};
use domain::plate::{Plate, PlateKind};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::db::Tx;
use store::directory::thing as db;

use super::{Done, Upsert, check_date, some, standing};
use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res};
use crate::journal;

/// A vehicle as a form or an import gives it. What is `None` stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewVehicle {
    pub plate: String,
    pub person: Option<PersonId>,
    pub unit: Option<UnitId>,
    pub brand: Option<String>,
    pub color: Option<String>,
    pub kind: Option<String>,
}

/// A parking place as a form or an import gives it. What is `None` stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewParking {
    /// The garage or lot; may be empty.
    pub lot: String,
    pub code: String,
    pub kind: Option<String>,
    pub area_cm2: Option<i64>,
    pub person: Option<PersonId>,
    pub unit: Option<UnitId>,
    pub plate: Option<String>,
    /// A code of `domain::directory::Tenure`, or 自有, 产权, 租赁.
    pub tenure: Option<String>,
    pub since_on: Option<String>,
    pub until_on: Option<String>,
}

fn root(tx: &mut Tx, ctx: &Ctx, person: Option<&PersonId>) -> Res<Option<PersonId>> {
    person.map(|p| standing(tx, ctx, p).map(|p| p.id)).transpose()
}

/// Plate without province and letter, and the plate from behind.
pub(crate) fn looked_up(plate: &Plate) -> (String, String) {
    let skip = if plate.kind() == PlateKind::Other { 0 } else { 2 };
    (
        plate.as_str().chars().skip(skip).collect(),
        plate.as_str().chars().rev().collect(),
    )
}

pub(crate) fn vehicle_values(v: &db::Vehicle) -> serde_json::Value {
    json!({
        "plate": v.plate, "person": v.person_id, "unit": v.unit_id, "brand": v.brand, "color": v.color, "kind": v.kind,
        "ended": v.ended_at.is_some(),
    })
}

fn text(slot: &mut String, given: Option<&String>) {
    if let Some(v) = given {
        *slot = v.trim().chars().take(40).collect();
    }
}

/// Makes a vehicle or brings it up to date; found by its plate. One that had left is here again.
///
/// # Errors
/// `Forbidden`; `Invalid` for what is no plate.
pub fn upsert_vehicle(tx: &mut Tx, ctx: &Ctx, n: &NewVehicle) -> Res<Upsert<VehicleId>> {
    ctx.need(Action::EditDirectory)?;
    let plate = Plate::parse(&n.plate).ok_or_else(|| Error::field("plate", "directory-plate-form"))?;
    crate::contact::here(tx, ctx, None, n.unit.as_ref(), None)?;
    let person = root(tx, ctx, n.person.as_ref())?;
    let (short, tail) = looked_up(&plate);
    let old = db::vehicle_by_plate(tx, &ctx.site, plate.as_str())?;
    let made = old.is_none();
    let mut row = old.clone().unwrap_or_else(|| db::Vehicle {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        plate: plate.as_str().to_owned(),
        person_id: None,
        unit_id: None,
        brand: String::new(),
        color: String::new(),
        kind: String::new(),
        ended_at: None,
        version: 0,
        short,
        tail,
    });
    row.person_id = person.or(row.person_id);
    row.unit_id = n.unit.clone().or(row.unit_id);
    text(&mut row.brand, n.brand.as_ref());
    text(&mut row.color, n.color.as_ref());
    text(&mut row.kind, n.kind.as_ref());
    row.ended_at = None;
    if old.as_ref() == Some(&row) {
        return Ok(Upsert {
            id: row.id,
            done: Done::Unchanged,
        });
    }
    row.version += 1;
    let (kind, body) = match &old {
        None => {
            db::vehicle_insert(tx, &row)?;
            ("vehicle_created", json!({"values": vehicle_values(&row)}))
        }
        Some(old) => {
            db::vehicle_save(tx, &row)?;
            (
                "vehicle_changed",
                json!({"old": vehicle_values(old), "new": vehicle_values(&row)}),
            )
        }
    };
    let personal: &[&str] = if made { &["values"] } else { &["old", "new"] };
    journal::now(tx, ctx, "vehicle", row.id.as_str(), kind, body, personal);
    Ok(Upsert {
        id: row.id,
        done: if made { Done::Created } else { Done::Updated },
    })
}

pub(super) fn end(tx: &mut Tx, ctx: &Ctx, old: db::Vehicle) -> Res<()> {
    let row = db::Vehicle {
        ended_at: Some(ctx.now),
        version: old.version + 1,
        ..old
    };
    if db::vehicle_save(tx, &row)? != 1 {
        return Err(Error::Conflict {
            seen: row.version - 1,
            current: row.version,
        });
    }
    journal::now(
        tx,
        ctx,
        "vehicle",
        row.id.as_str(),
        "vehicle_ended",
        json!({"plate": row.plate}),
        &["plate"],
    );
    Ok(())
}

/// A vehicle is gone for good; its row and its past stay.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Conflict`.
pub fn end_vehicle(tx: &mut Tx, ctx: &Ctx, id: &VehicleId, seen: i64) -> Res<Option<UnitId>> {
    ctx.need(Action::EditDirectory)?;
    let old = db::vehicle(tx, &ctx.site, id)?.ok_or(Error::NotFound)?;
    if old.version != seen {
        return Err(Error::Conflict {
            seen,
            current: old.version,
        });
    }
    let unit = old.unit_id.clone();
    end(tx, ctx, old)?;
    Ok(unit)
}

fn tenure(given: &str) -> String {
    let t = given.trim();
    if t.contains('租') || t == Tenure::Rented.as_str() {
        Tenure::Rented.as_str().to_owned()
    } else if t.contains("产权") || t.contains('自') || t.contains('购') || t == Tenure::Owned.as_str() {
        Tenure::Owned.as_str().to_owned()
    } else {
        t.chars().take(20).collect()
    }
}

pub(crate) fn parking_values(p: &db::Parking) -> serde_json::Value {
    json!({
        "lot": p.lot, "code": p.code, "kind": p.kind, "area_cm2": p.area_cm2, "person": p.person_id, "unit": p.unit_id,
        "plate": p.plate, "tenure": p.tenure, "since_on": p.since_on, "until_on": p.until_on,
    })
}

/// Makes a parking place or brings it up to date; found by lot and code.
///
/// # Errors
/// `Forbidden`, `Invalid`.
pub fn upsert_parking(tx: &mut Tx, ctx: &Ctx, n: &NewParking) -> Res<Upsert<ParkingId>> {
    ctx.need(Action::EditDirectory)?;
    let (lot, code) = (n.lot.trim().to_owned(), domain::fold::fold_code(&n.code));
    let mut f = Fields::default();
    if code.is_empty() {
        f.add("code", "required");
    } else if code.chars().count() > 30 || lot.chars().count() > 30 {
        f.add("code", "directory-too-long");
    }
    check_date(&mut f, "since_on", n.since_on.as_deref().and_then(some).as_deref());
    check_date(&mut f, "until_on", n.until_on.as_deref().and_then(some).as_deref());
    f.done()?;
    crate::contact::here(tx, ctx, None, n.unit.as_ref(), None)?;
    let person = root(tx, ctx, n.person.as_ref())?;
    let old = db::parking_by_code(tx, &ctx.site, &lot, &code)?;
    let made = old.is_none();
    let mut row = old.clone().unwrap_or_else(|| db::Parking {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        lot,
        code,
        kind: String::new(),
        area_cm2: None,
        person_id: None,
        unit_id: None,
        plate: String::new(),
        tenure: String::new(),
        since_on: None,
        until_on: None,
        version: 0,
    });
    row.person_id = person.or(row.person_id);
    row.unit_id = n.unit.clone().or(row.unit_id);
    row.area_cm2 = n.area_cm2.or(row.area_cm2);
    text(&mut row.kind, n.kind.as_ref());
    if let Some(p) = &n.plate {
        row.plate = Plate::parse(p).map(|p| p.as_str().to_owned()).unwrap_or_default();
    }
    if let Some(t) = &n.tenure {
        row.tenure = tenure(t);
    }
    if let Some(d) = &n.since_on {
        row.since_on = some(d);
    }
    if let Some(d) = &n.until_on {
        row.until_on = some(d);
    }
    if old.as_ref() == Some(&row) {
        return Ok(Upsert {
            id: row.id,
            done: Done::Unchanged,
        });
    }
    row.version += 1;
    let (kind, body) = match &old {
        None => {
            db::parking_insert(tx, &row)?;
            ("parking_created", json!({"values": parking_values(&row)}))
        }
        Some(old) => {
            db::parking_save(tx, &row)?;
            (
                "parking_changed",
                json!({"old": parking_values(old), "new": parking_values(&row)}),
            )
        }
    };
    let personal: &[&str] = if made { &["values"] } else { &["old", "new"] };
    journal::now(tx, ctx, "parking", row.id.as_str(), kind, body, personal);
    Ok(Upsert {
        id: row.id,
        done: if made { Done::Created } else { Done::Updated },
    })
}
