//! Vehicles and parking places, and whom they belong to.

use std::collections::HashMap;

use domain::ids::{PersonId, UnitId};
use domain::plate::{Plate, PlateKind};
use office::Field;
use office::estate::{self, Holder, Source};
use store::directory::thing::{Parking, Vehicle};

use super::super::archive::{Kept, Wanted};
use super::super::check::code;
use super::{Maker, note, set};

impl Maker<'_> {
    /// The unit of a vehicle or place; `Err` when it was refused or is unknown.
    fn unit_of(&self, h: &Holder) -> Result<Option<UnitId>, &'static str> {
        let Some(key) = &h.unit else { return Ok(None) };
        if let Some(id) = self.units.get(key) {
            return Ok(Some(id.clone()));
        }
        if self.checked.unit_at.contains_key(key) {
            return Err(code::UNIT_REFUSED);
        }
        let room = h.place.as_ref().and_then(|p| p.room_key().ok());
        let known = room.and_then(|r| self.archive.units.get(&r.match_key()));
        known.map(|k| Some(k.now.id.clone())).ok_or(code::UNIT_UNKNOWN)
    }

    /// The person of a vehicle or place, in the file or in the archive.
    fn person_of(&mut self, h: &Holder, unit: Option<&UnitId>, at: Source) -> Option<PersonId> {
        let known = h.person.as_ref().and_then(|k| self.people.get(k)).cloned();
        let (None, Some(name)) = (&known, &h.name) else {
            return known;
        };
        let numbers: Vec<String> = h
            .phone
            .iter()
            .filter_map(|p| domain::phone::normalise(p).ok())
            .map(|p| p.canonical())
            .collect();
        let units: Vec<UnitId> = unit.into_iter().cloned().collect();
        let w = Wanted {
            name,
            key: None,
            id_number: "",
            numbers: &numbers,
            units: &units,
        };
        let found = self
            .archive
            .find_surely(&w)
            .or_else(|| self.archive.find_in_units(&w, &|_| false));
        if found.is_none() {
            let (file, name) = (self.file, name.clone());
            self.checked.warn(file, at, Field::Name, code::HOLDER_UNKNOWN, &name);
        }
        found
    }

    pub(super) fn vehicles(&mut self) {
        let file = self.file;
        for v in &file.vehicles {
            if self.checked.is_refused(v.source) {
                self.refused_vehicles += 1;
                continue;
            }
            let plate = plate(&v.plate);
            let unit = self.unit_of(&v.holder);
            let (Some(plate), Ok(unit)) = (plate, &unit) else {
                let (field, why, value) = match unit {
                    Err(why) => (
                        Field::Room,
                        why,
                        v.holder.place.as_ref().map_or("", |p| p.room.as_str()),
                    ),
                    Ok(_) => (Field::Plate, code::PLATE_INVALID, v.plate.as_str()),
                };
                self.checked.refuse(file, v.source, field, why, value);
                self.refused_vehicles += 1;
                continue;
            };
            let person = self.person_of(&v.holder, unit.as_ref(), v.source);
            let key = plate.as_str().to_owned();
            if !self.archive.vehicles.contains_key(&key) {
                let (short, tail) = crate::directory::thing::looked_up(&plate);
                let row = Vehicle {
                    id: self.ctx.id(),
                    site_id: self.ctx.site.clone(),
                    plate: key.clone(),
                    person_id: None,
                    unit_id: None,
                    brand: String::new(),
                    color: String::new(),
                    kind: String::new(),
                    ended_at: None,
                    version: 1,
                    short,
                    tail,
                };
                self.archive.vehicles.insert(key.clone(), Kept::new(row));
            }
            if let Some(k) = self.archive.vehicles.get_mut(&key) {
                let row = &mut k.now;
                row.person_id = person.or(row.person_id.take());
                row.unit_id = unit.clone().or(row.unit_id.take());
                set(&mut row.brand, v.brand.as_deref());
                set(&mut row.color, v.color.as_deref());
                set(&mut row.kind, v.kind.as_deref());
                row.ended_at = None;
                note(&mut self.at, row.id.as_str(), Some(&v.source));
            }
            self.plate_order.push(key);
        }
    }

    pub(super) fn places(&mut self) {
        let file = self.file;
        for p in &file.parking {
            if self.checked.is_refused(p.source) {
                self.refused_places += 1;
                continue;
            }
            let lot = p.lot.as_deref().unwrap_or_default().trim().to_owned();
            let place = domain::fold::fold_code(&p.code);
            let plate = p.plate.as_deref().map(|t| (t, plate(t)));
            let unit = self.unit_of(&p.holder);
            let wrong = match (&unit, plate.as_ref()) {
                _ if place.is_empty() || place.chars().count() > 30 => {
                    self.checked
                        .refuse_long(file, p.source, Field::ParkingCode, &p.code, 30);
                    self.refused_places += 1;
                    continue;
                }
                _ if lot.chars().count() > 30 => {
                    self.checked.refuse_long(file, p.source, Field::ParkingLot, &lot, 30);
                    self.refused_places += 1;
                    continue;
                }
                (Err(why), _) => Some((
                    Field::Room,
                    *why,
                    p.holder.place.as_ref().map_or("", |p| p.room.as_str()),
                )),
                (_, Some((text, None))) => Some((Field::Plate, code::PLATE_INVALID, *text)),
                _ => None,
            };
            if let Some((field, why, value)) = wrong {
                // The plate on the place is a vehicle of its own and has told the same already.
                if !self.checked.is_refused(p.source) {
                    self.checked.refuse(file, p.source, field, why, value);
                }
                self.refused_places += 1;
                continue;
            }
            let unit = unit.unwrap_or_default();
            let person = self.person_of(&p.holder, unit.as_ref(), p.source);
            let key = (lot.clone(), place.clone());
            let new = || Parking {
                id: self.ctx.id(),
                site_id: self.ctx.site.clone(),
                lot,
                code: place,
                kind: String::new(),
                area_cm2: None,
                person_id: None,
                unit_id: None,
                plate: String::new(),
                tenure: String::new(),
                since_on: None,
                until_on: None,
                version: 1,
            };
            let k = self
                .archive
                .parking
                .entry(key.clone())
                .or_insert_with(|| Kept::new(new()));
            let row = &mut k.now;
            row.person_id = person.or(row.person_id.take());
            row.unit_id = unit.or(row.unit_id.take());
            row.area_cm2 = p.area_centi_m2.map(|a| a * 100).or(row.area_cm2);
            set(&mut row.kind, p.kind.as_deref());
            if let Some((_, Some(plate))) = plate {
                row.plate = plate.as_str().to_owned();
            }
            match p.tenure {
                Some(estate::Tenure::Owned) => row.tenure = "owned".into(),
                Some(estate::Tenure::Rented) => row.tenure = "rented".into(),
                Some(estate::Tenure::Public) => row.tenure = String::new(),
                None => {}
            }
            row.since_on = p.from.clone().or(row.since_on.take());
            row.until_on = p.until.clone().or(row.until_on.take());
            note(&mut self.at, row.id.as_str(), Some(&p.source));
            self.place_order.push(key);
        }
        self.parked();
    }

    /// A vehicle that names its place stands on it, if the place is there once and free.
    fn parked(&mut self) {
        let mut codes: HashMap<String, Vec<(String, String)>> = HashMap::new();
        for key in self.archive.parking.keys() {
            codes.entry(key.1.clone()).or_default().push(key.clone());
        }
        for v in &self.file.vehicles {
            let (Some(place), Some(plate)) = (&v.parking_code, Plate::parse(&v.plate)) else {
                continue;
            };
            let Some([key]) = codes.get(&domain::fold::fold_code(place)).map(Vec::as_slice) else {
                continue;
            };
            if self.checked.is_refused(v.source) {
                continue;
            }
            if let Some(k) = self.archive.parking.get_mut(key)
                && k.now.plate.is_empty()
            {
                k.now.plate = plate.as_str().to_owned();
                self.place_order.push(key.clone());
            }
        }
    }
}

/// A plate that can be one: those of no known pattern (foreign, temporary) have at least some digits.
fn plate(text: &str) -> Option<Plate> {
    let p = Plate::parse(text)?;
    let digits = p.as_str().chars().filter(char::is_ascii_digit).count();
    (p.kind() != PlateKind::Other || (digits >= 3 && p.as_str().chars().count() >= 5)).then_some(p)
}
