//! From rows to what is written, counted and shown.

use domain::ids::{PersonId, UnitId};
use serde_json::{Map, Value};
use store::directory::occupancy::Occupancy;
use store::directory::person::{Person, Phone};
use store::directory::thing::{Parking, Vehicle};
use store::directory::unit::{Building, Unit};

use super::super::archive::Kept;
use super::super::report::{Count, Counts, Line, MOST_LINES};
use super::Op;
use crate::directory::{person, thing, unit};

pub(super) struct Out {
    pub ops: Vec<Op>,
    pub counts: Counts,
    pub created: Vec<Line>,
    pub changed: Vec<Line>,
}

type At = (String, u32);
type Who<'a> = &'a dyn Fn(&Option<PersonId>, &Option<UnitId>) -> String;

fn masked(field: &str, text: &str) -> String {
    match field {
        "id_number" => domain::id_number::mask(text),
        "phones" => domain::phone::normalise(text).map_or_else(|_| "****".to_owned(), |p| p.masked()),
        _ => text.to_owned(),
    }
}

fn shown(field: &str, v: Option<&Value>) -> String {
    match v {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(s)) => masked(field, s),
        // Square centimetres are for machines.
        Some(Value::Number(n)) if field == "area_cm2" => n
            .as_i64()
            .map_or_else(String::new, |a| format!("{}.{:02} m²", a / 10_000, a % 10_000 / 100)),
        Some(other) => other.to_string(),
    }
}

fn fields(old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<(String, String, String)> {
    new.iter()
        .filter(|(k, v)| old.get(*k) != Some(v))
        .map(|(k, v)| (k.clone(), shown(k, old.get(k)), shown(k, Some(v))))
        .collect()
}

fn object(v: Value) -> Map<String, Value> {
    match v {
        Value::Object(m) => m,
        _ => Map::new(),
    }
}

impl Out {
    /// Counts and shows one thing; says whether it is to be written.
    fn line(
        &mut self,
        count: fn(&mut Counts) -> &mut Count,
        kind: &str,
        label: String,
        at: At,
        fields: Option<Vec<(String, String, String)>>,
    ) -> bool {
        let c = count(&mut self.counts);
        let list = match &fields {
            Some(f) if f.is_empty() => {
                c.unchanged += 1;
                return false;
            }
            Some(_) => {
                c.updated += 1;
                &mut self.changed
            }
            None => {
                c.created += 1;
                &mut self.created
            }
        };
        if list.len() < MOST_LINES {
            let fields = fields.unwrap_or_default();
            list.push(Line {
                kind: kind.to_owned(),
                label,
                sheet: at.0,
                row: at.1,
                fields,
            });
        }
        true
    }

    pub fn building(&mut self, mut k: Kept<Building>) {
        let values = |b: &Building| object(serde_json::json!({"floors": b.floors, "has_lift": b.has_lift}));
        let changed = k.old.as_ref().map(|o| fields(&values(o), &values(&k.now)));
        if self.line(
            |c| &mut c.buildings,
            "building",
            k.now.code.clone(),
            At::default(),
            changed,
        ) {
            k.now.version = k.old.as_ref().map_or(1, |o| o.version + 1);
            self.ops.push(Op::Building(k.now, k.old));
        }
    }

    pub fn unit(&mut self, mut k: Kept<Unit>, at: At) {
        let changed = k.old.as_ref().map(|o| fields(&unit::values(o), &unit::values(&k.now)));
        if self.line(|c| &mut c.units, "unit", k.now.code.clone(), at, changed) {
            k.now.version = k.old.as_ref().map_or(1, |o| o.version + 1);
            self.ops.push(Op::Unit(k.now, k.old));
        }
    }

    pub fn person(&mut self, mut k: Kept<Person>, numbers: Vec<Phone>, at: At) {
        let changed = k.old.as_ref().map(|o| {
            let mut f = fields(&person::values(o), &person::values(&k.now));
            f.extend(
                numbers
                    .iter()
                    .map(|n| ("phones".to_owned(), String::new(), masked("phones", &n.number))),
            );
            f
        });
        let mut label = k.now.name.clone();
        if let (None, Some(n)) = (&k.old, numbers.first()) {
            label = format!("{label} · {}", masked("phones", &n.number));
        }
        if self.line(|c| &mut c.people, "person", label, at, changed) {
            if let Some(o) = &k.old {
                k.now.version = o.version;
                if k.now != *o {
                    k.now.version += 1;
                }
            }
            self.ops.push(Op::Person(k.now, k.old, numbers));
        }
    }

    pub fn occupancy(&mut self, mut k: Kept<Occupancy>, label: String) {
        let values = |o: &Occupancy| object(serde_json::json!({"relation": o.relation, "since_on": o.since_on}));
        let changed = k.old.as_ref().map(|o| fields(&values(o), &values(&k.now)));
        let c = &mut self.counts.occupancies;
        match &changed {
            None => c.created += 1,
            Some(f) if f.is_empty() => {
                c.unchanged += 1;
                return;
            }
            Some(_) => c.updated += 1,
        }
        // A new link stands in the list too, so that the list holds as many lines as the table counts.
        let (list, fields) = match changed {
            None => (&mut self.created, Vec::new()),
            Some(fields) => (&mut self.changed, fields),
        };
        if list.len() < MOST_LINES {
            list.push(Line {
                kind: "occupancy".into(),
                label,
                fields,
                ..Line::default()
            });
        }
        k.now.version = k.old.as_ref().map_or(1, |o| o.version + 1);
        self.ops.push(Op::Occupancy(k.now, k.old));
    }

    pub fn vehicle(&mut self, mut k: Kept<Vehicle>, who: Who<'_>, at: At) {
        let changed = k.old.as_ref().map(|o| {
            let of = |v: &Vehicle| named(thing::vehicle_values(v), who(&v.person_id, &v.unit_id));
            let mut f = fields(&of(o), &of(&k.now));
            namesakes(
                &mut f,
                (&o.person_id, &o.unit_id) != (&k.now.person_id, &k.now.unit_id),
                || who(&k.now.person_id, &k.now.unit_id),
            );
            f
        });
        let label = [k.now.plate.clone(), who(&k.now.person_id, &k.now.unit_id)];
        let label = label
            .into_iter()
            .filter(|t| !t.is_empty())
            .collect::<Vec<_>>()
            .join(" · ");
        if self.line(|c| &mut c.vehicles, "vehicle", label, at, changed) {
            k.now.version = k.old.as_ref().map_or(1, |o| o.version + 1);
            self.ops.push(Op::Vehicle(k.now, k.old));
        }
    }

    pub fn parking(&mut self, mut k: Kept<Parking>, who: Who<'_>, at: At) {
        let changed = k.old.as_ref().map(|o| {
            let of = |p: &Parking| named(thing::parking_values(p), who(&p.person_id, &p.unit_id));
            let mut f = fields(&of(o), &of(&k.now));
            namesakes(
                &mut f,
                (&o.person_id, &o.unit_id) != (&k.now.person_id, &k.now.unit_id),
                || who(&k.now.person_id, &k.now.unit_id),
            );
            f
        });
        let label = [
            k.now.lot.clone(),
            k.now.code.clone(),
            who(&k.now.person_id, &k.now.unit_id),
        ];
        let label = label
            .into_iter()
            .filter(|t| !t.is_empty())
            .collect::<Vec<_>>()
            .join(" · ");
        if self.line(|c| &mut c.parking_places, "parking_place", label, at, changed) {
            k.now.version = k.old.as_ref().map_or(1, |o| o.version + 1);
            self.ops.push(Op::Parking(k.now, k.old));
        }
    }
}

/// Person and unit by name instead of by id.
fn named(values: Value, holder: String) -> Map<String, Value> {
    let mut m = object(values);
    m.remove("person");
    m.remove("unit");
    m.insert("holder".into(), Value::String(holder));
    m
}

/// Another person of the same name is a change, although it does not look like one.
fn namesakes(fields: &mut Vec<(String, String, String)>, moved: bool, name: impl Fn() -> String) {
    if moved && fields.iter().all(|f| f.0 != "holder") {
        fields.push(("holder".into(), name(), name()));
    }
}
