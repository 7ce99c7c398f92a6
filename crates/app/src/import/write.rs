//! Writing a plan in slices, each with its journal entries, small enough that no one at the desk waits for it.

use serde_json::{Value, json};
use store::db::Tx;
use store::directory::{occupancy, person, thing, unit};

use super::plan::Op;
use crate::ctx::Ctx;
use crate::directory::person as rule;
use crate::directory::thing::{parking_values, vehicle_values};
use crate::directory::unit::{differing, values as unit_values};
use crate::error::{Error, Res};
use crate::journal;

/// Which import an entry of the journal belongs to.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub id: String,
    pub number: i64,
}

impl Origin {
    fn mark(&self, mut body: Value) -> Value {
        if let Some(m) = body.as_object_mut() {
            m.insert("import".into(), json!(self.id));
            m.insert("import_number".into(), json!(self.number));
        }
        body
    }
}

/// Nobody changed the row since it was compared; otherwise the plan is made anew.
fn saved(n: u64, version: i64) -> Res<()> {
    if n == 1 {
        Ok(())
    } else {
        Err(Error::Conflict {
            seen: version - 1,
            current: version,
        })
    }
}

/// What differs, before and after.
fn change(old: Value, new: Value) -> Value {
    let (Value::Object(old), Value::Object(new)) = (old, new) else {
        return Value::Null;
    };
    let (before, after) = differing(old, new);
    json!({"old": before, "new": after})
}

/// Writes one thing with its entry in the journal.
pub(super) fn apply(tx: &mut Tx, ctx: &Ctx, origin: &Origin, op: &Op) -> Res<()> {
    match op {
        Op::Building(row, old) => building(tx, ctx, origin, row, old.as_ref()),
        Op::Unit(row, old) => {
            let (kind, body, personal): (_, _, &[&str]) = match old {
                None => {
                    unit::insert(tx, row)?;
                    (
                        "unit_created",
                        json!({"code": row.code, "values": unit_values(row)}),
                        &["values"],
                    )
                }
                Some(old) => {
                    saved(unit::save(tx, row)?, row.version)?;
                    (
                        "unit_corrected",
                        change(unit_values(old).into(), unit_values(row).into()),
                        &["old", "new"],
                    )
                }
            };
            journal::now(tx, ctx, "unit", row.id.as_str(), kind, origin.mark(body), personal);
            Ok(())
        }
        Op::Person(row, old, numbers) => someone(tx, ctx, origin, row, old.as_ref(), numbers),
        Op::Occupancy(row, old) => lives(tx, ctx, origin, row, old.as_ref()),
        Op::Vehicle(row, old) => {
            let (kind, body, personal): (_, _, &[&str]) = match old {
                None => {
                    thing::vehicle_insert(tx, row)?;
                    ("vehicle_created", json!({"values": vehicle_values(row)}), &["values"])
                }
                Some(old) => {
                    saved(thing::vehicle_save(tx, row)?, row.version)?;
                    (
                        "vehicle_changed",
                        change(vehicle_values(old), vehicle_values(row)),
                        &["old", "new"],
                    )
                }
            };
            journal::now(tx, ctx, "vehicle", row.id.as_str(), kind, origin.mark(body), personal);
            Ok(())
        }
        Op::Parking(row, old) => {
            let (kind, body, personal): (_, _, &[&str]) = match old {
                None => {
                    thing::parking_insert(tx, row)?;
                    ("parking_created", json!({"values": parking_values(row)}), &["values"])
                }
                Some(old) => {
                    saved(thing::parking_save(tx, row)?, row.version)?;
                    (
                        "parking_changed",
                        change(parking_values(old), parking_values(row)),
                        &["old", "new"],
                    )
                }
            };
            journal::now(tx, ctx, "parking", row.id.as_str(), kind, origin.mark(body), personal);
            Ok(())
        }
    }
}

fn building(tx: &mut Tx, ctx: &Ctx, origin: &Origin, row: &unit::Building, old: Option<&unit::Building>) -> Res<()> {
    let values = |b: &unit::Building| json!({"name": b.name, "floors": b.floors, "has_lift": b.has_lift});
    let (kind, body) = match old {
        None => {
            unit::building_insert(tx, row)?;
            ("building_created", json!({"code": row.code, "name": row.name}))
        }
        Some(old) => {
            saved(unit::building_save(tx, row)?, row.version)?;
            ("building_changed", change(values(old), values(row)))
        }
    };
    journal::now(tx, ctx, "building", row.id.as_str(), kind, origin.mark(body), &[]);
    Ok(())
}

fn someone(
    tx: &mut Tx,
    ctx: &Ctx,
    origin: &Origin,
    row: &person::Person,
    old: Option<&person::Person>,
    numbers: &[person::Phone],
) -> Res<()> {
    let renamed = old.is_none_or(|o| o.name != row.name);
    let listed: Vec<&str> = numbers.iter().map(|n| n.number.as_str()).collect();
    let (kind, mut body, personal): (_, _, &[&str]) = match old {
        None => {
            person::insert(tx, row)?;
            (
                "person_created",
                json!({"values": rule::values(row)}),
                &["values", "phones"],
            )
        }
        Some(old) => {
            if row.version != old.version {
                saved(person::save(tx, row)?, row.version)?;
            }
            let body = change(rule::values(old).into(), rule::values(row).into());
            ("person_corrected", body, &["old", "new", "phones"])
        }
    };
    if renamed {
        rule::index(tx, row)?;
    }
    for n in numbers {
        person::phone_put(tx, n)?;
    }
    if let (Some(m), false) = (body.as_object_mut(), listed.is_empty()) {
        m.insert("phones".into(), json!(listed));
    }
    journal::now(tx, ctx, "person", row.id.as_str(), kind, origin.mark(body), personal);
    Ok(())
}

fn lives(
    tx: &mut Tx,
    ctx: &Ctx,
    origin: &Origin,
    row: &occupancy::Occupancy,
    old: Option<&occupancy::Occupancy>,
) -> Res<()> {
    let values = |o: &occupancy::Occupancy| json!({"relation": o.relation, "since_on": o.since_on});
    let (kind, mut body, personal): (_, _, &[&str]) = match old {
        None => {
            occupancy::insert(tx, row)?;
            (
                "moved_in",
                json!({"relation": row.relation, "since_on": row.since_on}),
                &["since_on"],
            )
        }
        Some(old) => {
            saved(occupancy::save(tx, row)?, row.version)?;
            ("occupancy_changed", change(values(old), values(row)), &["old", "new"])
        }
    };
    if let Some(m) = body.as_object_mut() {
        m.insert("person".into(), json!(row.person_id));
        m.insert("occupancy".into(), json!(row.id));
    }
    journal::now(tx, ctx, "unit", row.unit_id.as_str(), kind, origin.mark(body), personal);
    Ok(())
}
