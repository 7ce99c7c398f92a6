//! What is to be written: the file's things laid over the archive, each with the row as it is to be and as it was.

use std::collections::{HashMap, HashSet};

use domain::directory::Relation;
use domain::ids::{BuildingId, PersonId, UnitId};
use domain::room::RoomKey;
use office::estate::{self, EstateFile, PersonKey, Source, UnitKey};
use office::{Field, RowProblem};
use store::directory::occupancy::Occupancy;
use store::directory::person::{Person, Phone};
use store::directory::thing::{Parking, Vehicle};
use store::directory::unit::{Building, Unit};

use super::archive::{Archive, Kept, Wanted};
use super::check::{Checked, MOST_TEXT, code};
use super::report::{Counts, Preview, sheets};
use crate::ctx::Ctx;
use crate::directory::person as rule;

/// One thing to write. `old` is what was read; `None` when it is new.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "a list of these lives for one import; boxing each would cost more"
)]
pub(super) enum Op {
    Building(Building, Option<Building>),
    Unit(Unit, Option<Unit>),
    /// A person with numbers to add.
    Person(Person, Option<Person>, Vec<Phone>),
    Occupancy(Occupancy, Option<Occupancy>),
    Vehicle(Vehicle, Option<Vehicle>),
    Parking(Parking, Option<Parking>),
}

/// Everything an import would do.
pub(super) struct Plan {
    pub ops: Vec<Op>,
    pub preview: Preview,
}

struct Maker<'a> {
    file: &'a EstateFile,
    ctx: &'a Ctx,
    checked: Checked,
    archive: Archive,
    year: i64,
    /// Id of each unit of the file.
    units: HashMap<UnitKey, UnitId>,
    people: HashMap<PersonKey, PersonId>,
    /// Keys in the order of the file, so that the same file gives the same order.
    unit_order: Vec<String>,
    person_order: Vec<PersonId>,
    life_order: Vec<(UnitId, PersonId)>,
    plate_order: Vec<String>,
    place_order: Vec<(String, String)>,
    numbers: HashMap<PersonId, Vec<Phone>>,
    at: HashMap<String, Source>,
    /// Buildings that the file names.
    named: HashSet<String>,
    /// Keys of the file's people, for telling members of a household from owners.
    keys: HashSet<&'a str>,
    refused_vehicles: u64,
    refused_places: u64,
}

/// Lays a file over the archive. `year` is the present one, for ages.
pub(super) fn make(file: &EstateFile, archive: Archive, ctx: &Ctx, year: i64) -> Plan {
    let only = match archive.buildings.len() {
        1 => archive.buildings.keys().next().cloned(),
        _ => None,
    };
    let mut m = Maker {
        checked: Checked::new(file, only.as_deref()),
        file,
        ctx,
        archive,
        year,
        units: HashMap::new(),
        people: HashMap::new(),
        unit_order: Vec::new(),
        person_order: Vec::new(),
        life_order: Vec::new(),
        plate_order: Vec::new(),
        place_order: Vec::new(),
        numbers: HashMap::new(),
        at: HashMap::new(),
        named: HashSet::new(),
        keys: file.people.iter().map(|p| p.key.0.as_str()).collect(),
        refused_vehicles: 0,
        refused_places: 0,
    };
    m.buildings();
    m.units();
    m.persons();
    m.lives();
    m.vehicles();
    m.places();
    m.finish()
}

impl Maker<'_> {
    fn building(&mut self, code: &str) -> BuildingId {
        self.named.insert(code.to_owned());
        if let Some(b) = self.archive.buildings.get(code) {
            return b.now.id.clone();
        }
        let id: BuildingId = self.ctx.id();
        let row = Building {
            id: id.clone(),
            site_id: self.ctx.site.clone(),
            code: code.to_owned(),
            name: code.to_owned(),
            floors: None,
            has_lift: None,
            version: 1,
            sort_key: domain::room::padded(code),
        };
        self.archive.buildings.insert(code.to_owned(), Kept::new(row));
        id
    }

    fn buildings(&mut self) {
        let file = self.file;
        // Several entrances of one building: the most floors, and a lift if one has it.
        let mut told: Vec<(String, Option<i64>, Option<bool>)> = Vec::new();
        for b in &file.buildings {
            let Ok(key) = RoomKey::new(&b.building, None, "1") else {
                self.checked
                    .refuse(file, b.source, Field::Building, code::ROOM_UNCLEAR, &b.building);
                continue;
            };
            match told.iter_mut().find(|t| t.0 == key.building) {
                Some(t) => {
                    t.1 = t.1.max(b.floors);
                    t.2 = t.2.max(b.elevator);
                }
                None => told.push((key.building, b.floors, b.elevator)),
            }
        }
        for (code, floors, lift) in told {
            self.building(&code);
            if let Some(b) = self.archive.buildings.get_mut(&code) {
                b.now.floors = floors.or(b.now.floors);
                b.now.has_lift = lift.or(b.now.has_lift);
            }
        }
    }

    fn units(&mut self) {
        let file = self.file;
        for (at, u) in file.units.iter().enumerate() {
            let Some(ok) = self.checked.units.get_mut(at).and_then(Option::take) else {
                continue;
            };
            let key = ok.key.match_key();
            let building_id = self.building(&ok.key.building);
            if !self.archive.units.contains_key(&key) {
                let row = Unit {
                    id: self.ctx.id(),
                    site_id: self.ctx.site.clone(),
                    building_id,
                    code: ok.key.code(),
                    match_key: key.clone(),
                    room_key: ok.key.room_match(),
                    sort_key: ok.key.sort_key(),
                    building: ok.key.building.clone(),
                    entrance: ok.key.entrance.clone().unwrap_or_default(),
                    room: ok.key.room.clone(),
                    floor: None,
                    layout: String::new(),
                    area_cm2: None,
                    usage_state: String::new(),
                    move_in_on: None,
                    preference: String::new(),
                    care_note: String::new(),
                    version: 1,
                };
                self.archive.units.insert(key.clone(), Kept::new(row));
            }
            if let Some(k) = self.archive.units.get_mut(&key) {
                let row = &mut k.now;
                row.floor = ok.floor.or(row.floor);
                row.area_cm2 = ok.area_cm2.or(row.area_cm2);
                set(&mut row.layout, ok.layout.as_deref());
                set(&mut row.usage_state, ok.usage.as_deref());
                self.units.insert(u.key.clone(), row.id.clone());
                note(&mut self.at, row.id.as_str(), u.sources.first());
            }
            self.unit_order.push(key);
            if let Some(slot) = self.checked.units.get_mut(at) {
                *slot = Some(ok);
            }
        }
    }

    /// The key by which the former system's record is found again. Members of a household there have no number of their
    /// own: only who has neither phone nor ID number nor unit is found by the owner's number and the name.
    fn outside_key(
        &self,
        p: &estate::PersonRow,
        units: &[UnitId],
        numbers: &[String],
        id_number: &str,
    ) -> Option<String> {
        if self.file.layout != estate::Layout::HcCommunity {
            return None;
        }
        let row = p.sources.first().map(|s| format!("-{}", s.row)).unwrap_or_default();
        let member = p.key.0.strip_suffix(&row).filter(|owner| self.keys.contains(owner));
        match member {
            None => Some(p.key.0.clone()),
            Some(owner) if units.is_empty() && numbers.is_empty() && id_number.is_empty() => {
                Some(format!("{owner}/{}", domain::directory::folded_name(&p.name)))
            }
            Some(_) => None,
        }
    }

    fn persons(&mut self) {
        let file = self.file;
        let mut homes: HashMap<&PersonKey, Vec<UnitId>> = HashMap::new();
        for o in &file.occupancies {
            if let Some(unit) = self.units.get(&o.unit).filter(|_| !self.checked.is_refused(o.source)) {
                homes.entry(&o.person).or_default().push(unit.clone());
            }
        }
        let mut taken: HashSet<PersonId> = HashSet::new();
        let mut found: Vec<Option<PersonId>> = vec![None; file.people.len()];
        let oks: Vec<_> = std::mem::take(&mut self.checked.people);
        let mut keys: Vec<Option<String>> = Vec::with_capacity(file.people.len());
        let none = Vec::new();
        let owners = file.layout == estate::Layout::HcCommunity;
        for (at, p) in file.people.iter().enumerate() {
            let units = homes.get(&p.key).unwrap_or(&none);
            let key = match &oks[at] {
                Some(ok) if owners => self.outside_key(p, units, &ok.numbers, &ok.id_number),
                _ => None,
            };
            if let Some(ok) = &oks[at] {
                let w = Wanted {
                    name: &p.name,
                    key: key.as_deref(),
                    id_number: &ok.id_number,
                    numbers: &ok.numbers,
                    units,
                };
                if let Some(id) = self.archive.find_surely(&w) {
                    taken.insert(id.clone());
                    found[at] = Some(id);
                }
            }
            keys.push(key);
        }
        for (at, p) in file.people.iter().enumerate() {
            let Some(ok) = &oks[at] else { continue };
            let units = homes.get(&p.key).unwrap_or(&none);
            let key = keys[at].clone();
            let w = Wanted {
                name: &p.name,
                key: key.as_deref(),
                id_number: &ok.id_number,
                numbers: &ok.numbers,
                units,
            };
            // The second look finds who was made a moment ago from another row of this file.
            let known = found[at]
                .clone()
                .or_else(|| self.archive.find_surely(&w))
                .or_else(|| self.archive.find_in_units(&w, &|id| taken.contains(id)));
            let id = known.unwrap_or_else(|| self.new_person());
            taken.insert(id.clone());
            let new = rule::NewPerson {
                name: p.name.clone(),
                // HC community writes 男 when it does not know.
                gender: ok
                    .gender
                    .clone()
                    .filter(|g| !(owners && domain::directory::gender(g) == "male")),
                id_number: (!ok.id_number.is_empty()).then(|| ok.id_number.clone()),
                preference: ok.remark.clone(),
                external_key: key,
                ..rule::NewPerson::default()
            };
            if let Some(k) = self.archive.people.get_mut(&id) {
                rule::fill(&mut k.now, &new);
                // An age is true for a year: it fills a gap and overrules nothing.
                k.now.birth_year = k.now.birth_year.or(ok.age.map(|a| self.year - a));
                let row = k.now.clone();
                self.archive.know(&row);
            }
            for n in &ok.numbers {
                self.number(&id, n);
            }
            note(&mut self.at, id.as_str(), p.sources.first());
            self.people.insert(p.key.clone(), id.clone());
            self.person_order.push(id);
        }
        self.checked.people = oks;
    }

    fn new_person(&mut self) -> PersonId {
        let id: PersonId = self.ctx.id();
        let row = Person {
            id: id.clone(),
            site_id: self.ctx.site.clone(),
            name: String::new(),
            gender: String::new(),
            birth_year: None,
            id_number: String::new(),
            preference: String::new(),
            care_note: String::new(),
            external_key: None,
            merged_into: None,
            created_at: self.ctx.now,
            version: 1,
        };
        self.archive.people.insert(id.clone(), Kept::new(row));
        id
    }

    /// A number that the person does not have yet. One that was marked wrong stays wrong.
    fn number(&mut self, id: &PersonId, number: &str) {
        let has = self.archive.numbers.entry(id.clone()).or_default();
        if has.iter().any(|(n, _)| n == number) || has.len() >= 12 {
            return;
        }
        let position = has.iter().map(|(_, p)| *p).max().unwrap_or(0) + 1;
        has.push((number.to_owned(), position));
        self.archive.know_number(id, number);
        let digits = domain::phone::normalise(number).map_or_else(|_| number.to_owned(), |p| p.digits());
        self.numbers.entry(id.clone()).or_default().push(Phone {
            site_id: self.ctx.site.clone(),
            person_id: id.clone(),
            number: number.to_owned(),
            reversed: digits.chars().rev().collect(),
            label: String::new(),
            position,
            confirmed_at: None,
            wrong_at: None,
        });
    }

    fn lives(&mut self) {
        let file = self.file;
        for o in &file.occupancies {
            if self.checked.is_refused(o.source) {
                continue;
            }
            let (Some(unit), Some(person)) = (self.units.get(&o.unit).cloned(), self.people.get(&o.person).cloned())
            else {
                continue;
            };
            let relation = match o.relation {
                estate::Relation::Owner => Relation::Owner,
                estate::Relation::Family => Relation::Family,
                estate::Relation::Tenant => Relation::Tenant,
                estate::Relation::Temporary => Relation::Helper,
            };
            let key = (unit, person);
            let list = self.archive.lives.entry(key.clone()).or_default();
            let same = list.iter().position(|k| k.now.relation == relation.as_str());
            let like = list.iter().position(|k| alike(&k.now.relation, relation));
            // Somebody who is there in one other way only is there in a new way now.
            let other = (list.len() == 1).then_some(0);
            match same.or(like).or(other) {
                Some(at) => {
                    if let Some(k) = list.get_mut(at) {
                        if !alike(&k.now.relation, relation) {
                            k.now.relation = relation.as_str().to_owned();
                        }
                        k.now.since_on = o.move_in.clone().or(k.now.since_on.take());
                    }
                }
                None => list.push(Kept::new(Occupancy {
                    id: self.ctx.id(),
                    site_id: self.ctx.site.clone(),
                    unit_id: key.0.clone(),
                    person_id: key.1.clone(),
                    relation: relation.as_str().to_owned(),
                    since_on: o.move_in.clone(),
                    until_on: None,
                    ended_reason: String::new(),
                    created_at: self.ctx.now,
                    version: 1,
                })),
            }
            self.life_order.push(key);
        }
    }

    fn finish(self) -> Plan {
        let Maker {
            file,
            checked,
            mut archive,
            mut numbers,
            at,
            named,
            ..
        } = self;
        let mut out = Out {
            ops: Vec::new(),
            counts: Counts::default(),
            created: Vec::new(),
            changed: Vec::new(),
        };
        checked.count_refused(file, self.refused_vehicles, self.refused_places, &mut out.counts);
        let mut buildings: Vec<_> = archive
            .buildings
            .into_values()
            .filter(|k| named.contains(&k.now.code))
            .collect();
        buildings.sort_by(|a, b| a.now.sort_key.cmp(&b.now.sort_key));
        for k in buildings {
            out.building(k);
        }
        let codes: HashMap<UnitId, String> = archive
            .units
            .values()
            .map(|k| (k.now.id.clone(), k.now.code.clone()))
            .collect();
        let names: HashMap<PersonId, String> = archive
            .people
            .values()
            .map(|k| (k.now.id.clone(), k.now.name.clone()))
            .collect();
        let place = |id: &str| {
            at.get(id)
                .map(|s| (file.sheet_name(*s).to_owned(), s.row))
                .unwrap_or_default()
        };
        for k in self.unit_order.iter().filter_map(|key| archive.units.remove(key)) {
            let at = place(k.now.id.as_str());
            out.unit(k, at);
        }
        for k in self.person_order.iter().filter_map(|id| archive.people.remove(id)) {
            let at = place(k.now.id.as_str());
            let numbers = numbers.remove(&k.now.id).unwrap_or_default();
            out.person(k, numbers, at);
        }
        let unit_name = |id: &UnitId| codes.get(id).map_or("", String::as_str);
        let name = |id: &PersonId| names.get(id).map_or("", String::as_str);
        for key in &self.life_order {
            for k in archive.lives.remove(key).unwrap_or_default() {
                out.occupancy(k, format!("{} · {}", unit_name(&key.0), name(&key.1)));
            }
        }
        let who = |person: &Option<PersonId>, unit: &Option<UnitId>| {
            let parts = [unit.as_ref().map_or("", unit_name), person.as_ref().map_or("", name)];
            parts
                .into_iter()
                .filter(|t| !t.is_empty())
                .collect::<Vec<_>>()
                .join(" · ")
        };
        for k in self.plate_order.iter().filter_map(|key| archive.vehicles.remove(key)) {
            let at = place(k.now.id.as_str());
            out.vehicle(k, &who, at);
        }
        for k in self.place_order.iter().filter_map(|key| archive.parking.remove(key)) {
            let at = place(k.now.id.as_str());
            out.parking(k, &who, at);
        }
        let mut refused = checked.refused;
        refused.sort_by_key(|p| (sheet_at(file, p), p.row));
        let preview = Preview {
            sheets: sheets(file),
            counts: out.counts,
            created: out.created,
            changed: out.changed,
            refused,
            warnings: checked.warnings,
            placeholders: file.placeholders,
            ..Preview::default()
        };
        Plan { ops: out.ops, preview }
    }
}

fn sheet_at(file: &EstateFile, p: &RowProblem) -> usize {
    file.sheets.iter().position(|s| s.name == p.sheet).unwrap_or(usize::MAX)
}

fn note(at: &mut HashMap<String, Source>, id: &str, source: Option<&Source>) {
    if let Some(s) = source {
        at.entry(id.to_owned()).or_insert(*s);
    }
}

/// A given text replaces; an empty cell says nothing.
fn set(slot: &mut String, given: Option<&str>) {
    if let Some(t) = given.map(str::trim).filter(|t| !t.is_empty()) {
        *slot = t.chars().take(MOST_TEXT).collect();
    }
}

/// The desk tells these apart and files do not: what the desk wrote stays.
fn alike(have: &str, told: Relation) -> bool {
    match told {
        Relation::Owner | Relation::CoOwner => matches!(have, "owner" | "co_owner"),
        Relation::Contact | Relation::Helper => matches!(have, "contact" | "helper"),
        other => have == other.as_str(),
    }
}

mod out;
mod things;

use out::Out;
