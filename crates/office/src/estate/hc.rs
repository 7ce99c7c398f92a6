//! The workbook of the HC community system: owners by 业主编号, rooms and parking places that point at them.
//!
//! What its own explanations say, and what follows from it here:
//! - 业主类型 1001 is an owner with a number of his own; 1002 family, 1003 tenants and 1004 temporary people carry the
//!   number of their owner, and so belong to each unit of that owner.
//! - 18999999999, 111111111111111111, age 1, layout 10102, parking area 1 and 2037-1-1 mean "not known".
//! - A room or parking place may point at an owner who is not listed (in the file of the system itself some do): it
//!   arrives without the owner, with a warning.
//! - 房屋编号 is kept as written: `1011` is the whole room number within building and 单元.
//! - 费用设置 and the fee columns are not imported here.

use std::collections::{HashMap, HashSet};

use domain::fold::fold_code;

use super::cells::Cells;
use super::lists::{Person, Unit, place, relation, tenure, vehicles_of};
use super::{BuildingRow, Holder, ParkingRow, PersonKey, Place, Reading, Relation, Sheet, Source, Tenure, UnitKey};
use crate::headings::{Field, SheetKind};
use crate::problem::code;
use crate::text::{digits, several};

/// Reads all sheets of this layout.
pub(super) fn read(reading: &mut Reading, sheets: &[Sheet]) {
    let mut hc = Hc::default();
    for kind in [SheetKind::HcBuildings, SheetKind::HcOwners, SheetKind::HcRooms] {
        hc.each(reading, sheets, kind, |hc, reading, cells| match kind {
            SheetKind::HcBuildings => hc.building(reading, cells),
            SheetKind::HcOwners => hc.owner(reading, cells),
            _ => hc.room(reading, cells),
        });
    }
    // Second pass: whoever belongs to an owner, now that it is known which units these have.
    hc.members = true;
    hc.each(reading, sheets, SheetKind::HcOwners, Hc::owner);
    hc.each(reading, sheets, SheetKind::HcParking, Hc::parking);
}

#[derive(Default)]
struct Hc {
    /// Rows of owners by their number.
    owners: HashMap<String, (PersonKey, Source)>,
    /// Units of each owner.
    units: HashMap<String, Vec<(UnitKey, Place)>>,
    /// Listed buildings and entrances.
    buildings: HashSet<(String, String)>,
    /// Whether owners or their members are being read.
    members: bool,
}

impl Hc {
    fn each(
        &mut self,
        reading: &mut Reading,
        sheets: &[Sheet],
        kind: SheetKind,
        mut read: impl FnMut(&mut Self, &mut Reading, &mut Cells<'_>) -> Seen,
    ) {
        for (position, sheet) in sheets.iter().enumerate().filter(|(_, sheet)| sheet.info.kind == kind) {
            let Some(head) = &sheet.head else { continue };
            for row in &sheet.rows {
                let mut cells = Cells::new(position, sheet, head, row);
                if read(self, reading, &mut cells) == Seen::Now {
                    cells.hand_over(reading);
                }
            }
        }
    }

    fn building(&mut self, reading: &mut Reading, cells: &mut Cells<'_>) -> Seen {
        let building = cells.text(Field::Building);
        if building.is_none() {
            cells.refuse(Field::Building, code::BUILDING_MISSING);
        }
        let entrance = cells.text(Field::Entrance);
        let floors = cells.hundredths(Field::Floors).map(|n| n / 100);
        let elevator = cells
            .text(Field::Elevator)
            .and_then(|text| match fold_code(&text).as_str() {
                "有" | "是" | "YES" | "Y" | "TRUE" | "1" => Some(true),
                "否" | "NO" | "N" | "FALSE" | "0" => Some(false),
                _ => None,
            });
        if let (Some(building), true) = (building, cells.stands()) {
            self.buildings
                .insert((fold_code(&building), fold_code(entrance.as_deref().unwrap_or(""))));
            let source = cells.source;
            reading.file.buildings.push(BuildingRow {
                building,
                entrance,
                floors,
                elevator,
                source,
            });
        }
        Seen::Now
    }

    fn owner(&mut self, reading: &mut Reading, cells: &mut Cells<'_>) -> Seen {
        let written = cells.text(Field::Relation);
        let related = match written.as_deref() {
            None => Some(Relation::Owner),
            Some(text) => relation(text),
        };
        // Owners in the first pass, everybody else in the second.
        let member = related.is_some_and(|relation| relation != Relation::Owner);
        if member != self.members {
            return Seen::Later;
        }
        if related.is_none() {
            cells.refuse(Field::Relation, code::RELATION_UNKNOWN);
        }
        let number = cells.text(Field::OwnerNo).map(|text| fold_code(&text));
        if number.is_none() {
            cells.refuse(Field::OwnerNo, code::OWNER_NO_MISSING);
        }
        let name = cells.text(Field::OwnerName).or_else(|| cells.text(Field::Name));
        if name.is_none() {
            cells.refuse(Field::OwnerName, code::NAME_MISSING);
        }
        let person = Person {
            name: name.unwrap_or_default(),
            phones: cells.phones(reading.placeholders.phone),
            id_number: cells.id_number(reading.placeholders.id_number),
            gender: cells.text(Field::Gender),
            age: cells.text(Field::Age).filter(|age| age != "1"),
            remark: cells.text(Field::Remark),
        };
        let (Some(number), Some(relation)) = (number, related) else {
            return Seen::Now;
        };
        match (self.owners.get(&number), member) {
            (Some((_, first)), false) => {
                let row = first.row;
                cells.refuse(Field::OwnerNo, code::OWNER_NO_DUPLICATE).set("row", row);
            }
            (None, true) => cells
                .refuse(Field::OwnerNo, code::OWNER_NOT_FOUND)
                .set("owner_no", &number),
            _ => {}
        }
        if !cells.stands() {
            return Seen::Now;
        }
        let source = cells.source;
        if !member {
            let key = reading.new_person(PersonKey(format!("hc-{number}")), person, source);
            self.owners.insert(number, (key, source));
            return Seen::Now;
        }
        let key = PersonKey(format!("hc-{number}-{}", source.row));
        let key = reading.new_person(key, person, source);
        let units = self.units.get(&number).cloned().unwrap_or_default();
        if units.len() > 1 {
            cells
                .warn(Field::OwnerNo, code::LINKED_TO_ALL_UNITS)
                .set("count", units.len());
        }
        for (unit, _) in units {
            reading.occupancy(cells, &key, &unit, relation, None);
        }
        Seen::Now
    }

    fn room(&mut self, reading: &mut Reading, cells: &mut Cells<'_>) -> Seen {
        let Some(place) = place(cells) else {
            cells.refuse(Field::Room, code::ROOM_MISSING);
            return Seen::Now;
        };
        if place.building.is_none() {
            cells.refuse(Field::Building, code::BUILDING_MISSING);
        }
        let unit = Unit {
            floor: cells.text(Field::Floor),
            area: cells.hundredths(Field::Area),
            layout: cells.text(Field::Layout).filter(|layout| layout != "10102"),
            kind: cells.text(Field::UnitKind).map(|kind| match kind.as_str() {
                "110" => "住宅".to_owned(),
                "120" => "办公室".to_owned(),
                "119" => "宿舍".to_owned(),
                _ => kind,
            }),
            use_state: cells.text(Field::UseState),
        };
        if !cells.stands() {
            return Seen::Now;
        }
        if !self.buildings.is_empty() {
            let part = |text: &Option<String>| fold_code(text.as_deref().unwrap_or(""));
            if !self.buildings.contains(&(part(&place.building), part(&place.entrance))) {
                cells.warn(Field::Building, code::BUILDING_NOT_LISTED);
            }
        }
        let key = reading.unit(cells, place.clone(), unit);
        for number in cells
            .text(Field::OwnerNo)
            .map(|text| several(&text))
            .unwrap_or_default()
        {
            let number = fold_code(&number);
            match self.owners.get(&number) {
                Some((person, _)) => {
                    let person = person.clone();
                    reading.occupancy(cells, &person, &key, Relation::Owner, None);
                    let units = self.units.entry(number).or_default();
                    if !units.iter().any(|(unit, _)| *unit == key) {
                        units.push((key.clone(), place.clone()));
                    }
                }
                // 0 is written for "not sold yet".
                None if number == "0" => {}
                None => cells
                    .warn(Field::OwnerNo, code::OWNER_NOT_FOUND)
                    .set("owner_no", &number),
            }
        }
        Seen::Now
    }

    fn parking(&mut self, reading: &mut Reading, cells: &mut Cells<'_>) -> Seen {
        let Some(parking_code) = cells.text(Field::ParkingCode) else {
            cells.refuse(Field::ParkingCode, code::PARKING_CODE_MISSING);
            return Seen::Now;
        };
        let mut holder = Holder::default();
        if let Some(number) = cells
            .text(Field::OwnerNo)
            .map(|text| fold_code(&text))
            .filter(|n| n != "0")
        {
            match self.owners.get(&number) {
                Some((person, _)) => {
                    holder.person = Some(person.clone());
                    // Only an owner of one unit says which unit the place goes with.
                    if let Some([(unit, place)]) = self.units.get(&number).map(Vec::as_slice) {
                        holder.unit = Some(unit.clone());
                        holder.place = Some(place.clone());
                    }
                }
                None => cells
                    .warn(Field::OwnerNo, code::OWNER_NOT_FOUND)
                    .set("owner_no", &number),
            }
        }
        let tenure = cells.text(Field::ParkingUse).and_then(|text| tenure(&text));
        let plates = cells.text(Field::Plate).map(|text| several(&text)).unwrap_or_default();
        let place = ParkingRow {
            lot: cells.text(Field::ParkingLot),
            code: parking_code,
            kind: cells.text(Field::ParkingKind),
            area_centi_m2: cells.hundredths(Field::Area).filter(|area| *area != 100),
            tenure,
            holder,
            plate: plates.first().cloned(),
            from: cells.day(Field::From),
            until: cells
                .day(Field::Until)
                .filter(|day| !(tenure == Some(Tenure::Owned) && day == "2037-01-01")),
            remark: cells.text(Field::Remark),
            source: cells.source,
        };
        if !cells.stands() {
            return Seen::Now;
        }
        let first_new = reading.file.vehicles.len();
        vehicles_of(reading, cells, &place, plates);
        for vehicle in reading.file.vehicles.iter_mut().skip(first_new) {
            if let Some(kind) = vehicle.kind.as_mut() {
                *kind = match digits(kind).as_str() {
                    "9901" => "家用小汽车".to_owned(),
                    "9902" => "客车".to_owned(),
                    "9903" => "货车".to_owned(),
                    _ => kind.clone(),
                };
            }
        }
        reading.parking(cells, place);
        Seen::Now
    }
}

/// Whether a row was read in this pass.
#[derive(PartialEq, Eq)]
enum Seen {
    Now,
    Later,
}
