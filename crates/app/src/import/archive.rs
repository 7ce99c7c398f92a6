//! The archive of a site in memory, as far as an import compares with it. It is changed here as the import would change it;
//! what differs in the end from what was read is what there is to write.

use std::collections::HashMap;

use domain::directory::folded_name;
use domain::ids::{PersonId, SiteId, UnitId};
use store::directory::occupancy::Occupancy;
use store::directory::person::Person;
use store::directory::thing::{Parking, Vehicle};
use store::directory::unit::{Building, Unit};
use store::seam::Conn;

use crate::error::{Error, Res};

/// A row as it is to be, and as it was read; `None` when it is new.
#[derive(Debug, Clone)]
pub(super) struct Kept<T> {
    pub now: T,
    pub old: Option<T>,
}

impl<T> Kept<T> {
    pub fn new(row: T) -> Kept<T> {
        Kept { now: row, old: None }
    }
}

impl<T: Clone> Kept<T> {
    fn read(row: T) -> Kept<T> {
        Kept {
            old: Some(row.clone()),
            now: row,
        }
    }
}

/// See the module. Maps are by what makes a thing the same thing.
#[derive(Default)]
pub(super) struct Archive {
    /// By code.
    pub buildings: HashMap<String, Kept<Building>>,
    /// By comparable writing.
    pub units: HashMap<String, Kept<Unit>>,
    pub people: HashMap<PersonId, Kept<Person>>,
    /// Every number of a person, also those marked wrong, with its handle.
    pub numbers: HashMap<PersonId, Vec<(String, i64)>>,
    /// Who lives where now.
    pub lives: HashMap<(UnitId, PersonId), Vec<Kept<Occupancy>>>,
    /// By plate.
    pub vehicles: HashMap<String, Kept<Vehicle>>,
    /// By lot and code.
    pub parking: HashMap<(String, String), Kept<Parking>>,
    by_key: HashMap<String, PersonId>,
    by_id_number: HashMap<String, Vec<PersonId>>,
    by_phone: HashMap<(String, String), Vec<PersonId>>,
    by_unit: HashMap<(String, UnitId), Vec<PersonId>>,
}

/// What is known of a person who is looked for.
pub(super) struct Wanted<'a> {
    pub name: &'a str,
    pub key: Option<&'a str>,
    /// As it is kept; empty for none.
    pub id_number: &'a str,
    pub numbers: &'a [String],
    pub units: &'a [UnitId],
}

impl Archive {
    /// Reads a site.
    pub fn load(c: &mut Conn, site: &SiteId) -> Res<Archive> {
        use store::import as db;
        let mut a = Archive::default();
        for b in store::directory::unit::buildings(c, site)? {
            a.buildings.insert(b.code.clone(), Kept::read(b));
        }
        db::units(c, site, |u| {
            a.units.insert(u.match_key.clone(), Kept::read(u));
            Ok::<_, Error>(())
        })?;
        let mut people = Vec::new();
        db::people(c, site, |p| {
            people.push(p);
            Ok::<_, Error>(())
        })?;
        for p in people {
            a.know(&p);
            a.people.insert(p.id.clone(), Kept::read(p));
        }
        db::numbers(c, site, |n| {
            if n.wrong_at.is_none() {
                a.know_number(&n.person_id, &n.number);
            }
            a.numbers.entry(n.person_id).or_default().push((n.number, n.position));
            Ok::<_, Error>(())
        })?;
        db::occupancies(c, site, |o| {
            a.know_unit(&o.person_id, &o.unit_id);
            a.lives
                .entry((o.unit_id.clone(), o.person_id.clone()))
                .or_default()
                .push(Kept::read(o));
            Ok::<_, Error>(())
        })?;
        db::vehicles(c, site, |v| {
            a.vehicles.insert(v.plate.clone(), Kept::read(v));
            Ok::<_, Error>(())
        })?;
        db::parking(c, site, |p| {
            a.parking.insert((p.lot.clone(), p.code.clone()), Kept::read(p));
            Ok::<_, Error>(())
        })?;
        Ok(a)
    }

    /// Makes a person findable by key and identity number.
    pub fn know(&mut self, p: &Person) {
        if let Some(key) = &p.external_key {
            self.by_key.insert(key.clone(), p.id.clone());
        }
        if !p.id_number.is_empty() {
            add(self.by_id_number.entry(p.id_number.clone()).or_default(), &p.id);
        }
    }

    /// Makes a person findable by name and number.
    pub fn know_number(&mut self, person: &PersonId, number: &str) {
        let Some(p) = self.people.get(person) else { return };
        let key = (folded_name(&p.now.name), number.to_owned());
        add(self.by_phone.entry(key).or_default(), person);
    }

    fn know_unit(&mut self, person: &PersonId, unit: &UnitId) {
        let Some(p) = self.people.get(person) else { return };
        let key = (folded_name(&p.now.name), unit.clone());
        add(self.by_unit.entry(key).or_default(), person);
    }

    /// The record that stands for a person, wherever it was merged into.
    pub fn standing(&self, id: &PersonId) -> Option<PersonId> {
        let mut at = id.clone();
        for _ in 0..20 {
            match &self.people.get(&at)?.now.merged_into {
                Some(into) => at = into.clone(),
                None => return Some(at),
            }
        }
        None
    }

    /// Somebody with another key or another identity number is somebody else.
    fn fits(&self, id: &PersonId, w: &Wanted<'_>) -> bool {
        self.people.get(id).is_some_and(|p| {
            !(w.key.is_some() && p.now.external_key.is_some() && p.now.external_key.as_deref() != w.key)
                && (w.id_number.is_empty() || p.now.id_number.is_empty() || p.now.id_number == w.id_number)
        })
    }

    /// The record of a person by what is sure: the former system's key, the identity number, the name with a number.
    pub fn find_surely(&self, w: &Wanted<'_>) -> Option<PersonId> {
        if let Some(id) = w.key.and_then(|k| self.by_key.get(k)) {
            return self.standing(id);
        }
        let name = folded_name(w.name);
        let by_id = (!w.id_number.is_empty())
            .then(|| self.by_id_number.get(w.id_number))
            .flatten();
        let by_phone = w
            .numbers
            .iter()
            .filter_map(|n| self.by_phone.get(&(name.clone(), n.clone())));
        by_id
            .into_iter()
            .chain(by_phone)
            .flatten()
            .find(|id| self.fits(id, w))
            .and_then(|id| self.standing(id))
    }

    /// The record of somebody of the same name in one of the units; `taken` are those who are somebody else of the file.
    pub fn find_in_units(&self, w: &Wanted<'_>, taken: &dyn Fn(&PersonId) -> bool) -> Option<PersonId> {
        let name = folded_name(w.name);
        let found = w
            .units
            .iter()
            .filter_map(|u| self.by_unit.get(&(name.clone(), u.clone())))
            .flatten();
        found
            .filter(|id| self.fits(id, w))
            .filter_map(|id| self.standing(id))
            .find(|id| !taken(id))
    }
}

fn add(list: &mut Vec<PersonId>, id: &PersonId) {
    if !list.contains(id) {
        list.push(id.clone());
    }
}
