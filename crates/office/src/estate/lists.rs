//! Our template, and lists like it: one row per person in a unit, vehicles, parking places. Also how units, people,
//! vehicles and places join with what the file said before, for both layouts.

use domain::fold::fold_code;

use super::cells::Cells;
use super::{
    Holder, Occupancy, ParkingRow, PersonKey, PersonRow, Place, Reading, Relation, Sheet, Source, Tenure, UnitKey,
    UnitRow, VehicleRow,
};
use crate::headings::{Field, SheetKind};
use crate::problem::code;
use crate::text::{digits, several};

/// Reads units first, so that vehicles and parking places find their people.
pub(super) fn read(reading: &mut Reading, sheets: &[Sheet]) {
    for kind in [SheetKind::Units, SheetKind::Vehicles, SheetKind::Parking] {
        for (position, sheet) in sheets.iter().enumerate().filter(|(_, sheet)| sheet.info.kind == kind) {
            let Some(head) = &sheet.head else { continue };
            for row in &sheet.rows {
                let mut cells = Cells::new(position, sheet, head, row);
                match kind {
                    SheetKind::Units => household(reading, &mut cells),
                    SheetKind::Vehicles => vehicle(reading, &mut cells),
                    _ => parking(reading, &mut cells),
                }
                cells.hand_over(reading);
            }
        }
    }
}

/// The relation that a word or a code of HC community means.
pub(super) fn relation(text: &str) -> Option<Relation> {
    Some(match domain::fold::fold(text).trim().to_lowercase().as_str() {
        "1001" | "业主" | "产权人" | "户主" | "房主" | "本人" | "共有人" | "owner" | "co-owner" => {
            Relation::Owner
        }
        "1002" | "家庭成员" | "家属" | "家人" | "亲属" | "配偶" | "丈夫" | "妻子" | "子女" | "儿子" | "女儿"
        | "父母" | "父亲" | "母亲" | "同住人" | "family" | "family member" => Relation::Family,
        "1003" | "房屋租客" | "租客" | "租户" | "承租人" | "租赁" | "tenant" => Relation::Tenant,
        "1004" | "临时人员" | "临时" | "保姆" | "护工" | "temporary" => Relation::Temporary,
        _ => return None,
    })
}

/// Building, entrance and room of a row; none when there is no room.
pub(super) fn place(cells: &mut Cells<'_>) -> Option<Place> {
    let building = cells.text(Field::Building);
    let entrance = cells.text(Field::Entrance);
    Some(Place {
        building,
        entrance,
        room: cells.text(Field::Room)?,
    })
}

fn household(reading: &mut Reading, cells: &mut Cells<'_>) {
    let place = place(cells);
    match &place {
        None => {
            cells.refuse(Field::Room, code::ROOM_MISSING);
        }
        // Without a building column the app knows what to do (a site of one building); an empty cell is a slip.
        Some(place) if place.building.is_none() && cells.has_column(Field::Building) && place.room_key().is_err() => {
            cells.refuse(Field::Building, code::BUILDING_MISSING);
        }
        Some(_) => {}
    }
    let phones = cells.phones(reading.placeholders.phone);
    let id_number = cells.id_number(reading.placeholders.id_number);
    let mut owner_name = cells.text(Field::OwnerName);
    let name = cells.text(Field::Name).or_else(|| owner_name.take());
    if name.is_none() && (!phones.is_empty() || id_number.is_some()) {
        let field = if cells.has_column(Field::Name) {
            Field::Name
        } else {
            Field::OwnerName
        };
        cells.refuse(field, code::NAME_MISSING);
    }
    let written = cells.text(Field::Relation);
    let related = written.as_deref().map(relation);
    if related == Some(None) && name.is_some() {
        cells.refuse(Field::Relation, code::RELATION_UNKNOWN);
    }
    let unit = Unit {
        floor: cells.text(Field::Floor),
        area: cells.hundredths(Field::Area),
        layout: cells.text(Field::Layout),
        kind: cells.text(Field::UnitKind),
        use_state: cells.text(Field::UseState),
    };
    let move_in = cells.day(Field::MoveIn);
    let gender = cells.text(Field::Gender);
    let age = cells.text(Field::Age);
    let remark = cells.text(Field::Remark);
    let tenant = cells.text(Field::TenantName);
    let tenant_phone = cells
        .text(Field::TenantPhone)
        .map(|text| several(&text))
        .unwrap_or_default();
    let (Some(place), true) = (place, cells.stands()) else {
        return;
    };

    if name.is_some() && related.is_none() && !cells.has_column(Field::OwnerName) {
        cells.warn(Field::Relation, code::RELATION_ASSUMED);
    }
    let key = reading.unit(cells, place.clone(), unit);
    let relation = related.flatten().unwrap_or(Relation::Owner);
    let mut first = None;
    let names = name.map(|name| names(&name)).unwrap_or_default();
    if names.len() > 1 && phones.len() > 1 && phones.len() != names.len() {
        cells.warn(Field::Name, code::SEVERAL_NAMES);
    }
    for (position, name) in names.iter().enumerate() {
        // Phones belong to the names in order when there are as many, otherwise to the first.
        let own = match (names.len() == phones.len(), position) {
            (true, _) => phones.get(position).cloned().into_iter().collect(),
            (false, 0) => phones.clone(),
            (false, _) => Vec::new(),
        };
        let alone = position == 0;
        let person = Person {
            name: name.clone(),
            phones: own,
            id_number: id_number.clone().filter(|_| alone),
            gender: gender.clone().filter(|_| alone),
            age: age.clone().filter(|_| alone),
            remark: remark.clone().filter(|_| alone),
        };
        let person = reading.person(person, &key, cells.source);
        reading.occupancy(cells, &person, &key, relation, move_in.clone());
        first.get_or_insert(person);
    }
    let more = [
        (owner_name, Vec::new(), Relation::Owner),
        (tenant, tenant_phone, Relation::Tenant),
    ];
    for (name, phones, relation) in more {
        let Some(name) = name else { continue };
        if names.contains(&name) {
            continue;
        }
        let person = reading.person(
            Person {
                name,
                phones,
                ..Person::default()
            },
            &key,
            cells.source,
        );
        reading.occupancy(cells, &person, &key, relation, None);
        first.get_or_insert(person);
    }
    let holder = Holder {
        person: first,
        unit: Some(key),
        place: Some(place),
        name: None,
        phone: None,
    };
    let codes = cells
        .text(Field::ParkingCode)
        .map(|text| several(&text))
        .unwrap_or_default();
    for plate in cells.text(Field::Plate).map(|text| several(&text)).unwrap_or_default() {
        let vehicle = VehicleRow {
            plate,
            kind: cells.text(Field::VehicleKind),
            brand: cells.text(Field::VehicleBrand),
            color: cells.text(Field::VehicleColor),
            parking_code: codes.first().cloned(),
            holder: holder.clone(),
            remark: None,
            source: cells.source,
        };
        reading.vehicle(cells, vehicle);
    }
    for code in codes {
        let parking = ParkingRow {
            lot: cells.text(Field::ParkingLot),
            code,
            kind: cells.text(Field::ParkingKind),
            area_centi_m2: None,
            tenure: None,
            holder: holder.clone(),
            plate: None,
            from: None,
            until: None,
            remark: None,
            source: cells.source,
        };
        reading.parking(cells, parking);
    }
}

/// Several people in one cell are split where no name has such a sign.
fn names(text: &str) -> Vec<String> {
    let mut names = several(text);
    names.dedup();
    names
}

fn holder(reading: &Reading, cells: &mut Cells<'_>) -> Holder {
    let place = place(cells);
    let unit = place.as_ref().map(Place::key);
    let name = cells.text(Field::Name).or_else(|| cells.text(Field::OwnerName));
    let phone = cells
        .text(Field::Phone)
        .filter(|phone| !(reading.placeholders.phone)(phone));
    let person = name.as_ref().and_then(|name| {
        let by_unit = unit.as_ref().map(by_unit);
        let by_phone = phone.as_ref().map(|phone| by_phone(phone));
        [by_phone, by_unit]
            .into_iter()
            .flatten()
            .find_map(|mark| reading.find_person(name, mark))
    });
    Holder {
        person,
        unit,
        place,
        name,
        phone,
    }
}

fn vehicle(reading: &mut Reading, cells: &mut Cells<'_>) {
    let plates = cells.text(Field::Plate).map(|text| several(&text)).unwrap_or_default();
    if plates.is_empty() {
        cells.refuse(Field::Plate, code::PLATE_MISSING);
        return;
    }
    let holder = holder(reading, cells);
    if !cells.stands() {
        return;
    }
    for plate in plates {
        let vehicle = VehicleRow {
            plate,
            kind: cells.text(Field::VehicleKind),
            brand: cells.text(Field::VehicleBrand),
            color: cells.text(Field::VehicleColor),
            parking_code: cells.text(Field::ParkingCode),
            holder: holder.clone(),
            remark: cells.text(Field::Remark),
            source: cells.source,
        };
        reading.vehicle(cells, vehicle);
    }
}

/// The tenure that a word or a code of HC community means.
pub(super) fn tenure(text: &str) -> Option<Tenure> {
    let text = domain::fold::fold(text).trim().to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if text == "s" || has(&["产权", "出售", "已售", "自有", "own", "sold"]) {
        Some(Tenure::Owned)
    } else if text == "h" || has(&["租", "rent"]) {
        Some(Tenure::Rented)
    } else if has(&["公共", "临停", "访客", "public", "visitor"]) {
        Some(Tenure::Public)
    } else {
        None
    }
}

fn parking(reading: &mut Reading, cells: &mut Cells<'_>) {
    let Some(parking_code) = cells.text(Field::ParkingCode) else {
        cells.refuse(Field::ParkingCode, code::PARKING_CODE_MISSING);
        return;
    };
    let holder = holder(reading, cells);
    let plates = cells.text(Field::Plate).map(|text| several(&text)).unwrap_or_default();
    let place = ParkingRow {
        lot: cells.text(Field::ParkingLot),
        code: parking_code,
        kind: cells.text(Field::ParkingKind),
        area_centi_m2: cells.hundredths(Field::Area),
        tenure: cells.text(Field::ParkingUse).and_then(|text| tenure(&text)),
        holder,
        plate: plates.first().cloned(),
        from: cells.day(Field::From),
        until: cells.day(Field::Until),
        remark: cells.text(Field::Remark),
        source: cells.source,
    };
    if !cells.stands() {
        return;
    }
    vehicles_of(reading, cells, &place, plates);
    reading.parking(cells, place);
}

/// The vehicles that stand on a parking place, unless the file has told more about them already.
pub(super) fn vehicles_of(reading: &mut Reading, cells: &mut Cells<'_>, place: &ParkingRow, plates: Vec<String>) {
    for plate in plates {
        if let Some(known) = reading.known_vehicle(&plate) {
            known.parking_code.get_or_insert_with(|| place.code.clone());
            continue;
        }
        let vehicle = VehicleRow {
            plate,
            kind: cells.text(Field::VehicleKind),
            brand: cells.text(Field::VehicleBrand),
            color: cells.text(Field::VehicleColor),
            parking_code: Some(place.code.clone()),
            holder: place.holder.clone(),
            remark: None,
            source: cells.source,
        };
        reading.vehicle(cells, vehicle);
    }
}

/// What a row says about a unit beside its place.
#[derive(Default)]
pub(super) struct Unit {
    pub(super) floor: Option<String>,
    pub(super) area: Option<i64>,
    pub(super) layout: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) use_state: Option<String>,
}

/// What a row says about a person.
#[derive(Default)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) phones: Vec<String>,
    pub(super) id_number: Option<String>,
    pub(super) gender: Option<String>,
    pub(super) age: Option<String>,
    pub(super) remark: Option<String>,
}

fn by_unit(unit: &UnitKey) -> String {
    format!("u{}", unit.0)
}

fn by_phone(phone: &str) -> String {
    format!("p{}", digits(phone))
}

fn by_id(id: &str) -> String {
    format!("i{}", fold_code(id))
}

impl Place {
    /// The unit as the domain reads it: from the columns, or from the room text when all of it stands there.
    ///
    /// # Errors
    /// What the domain misses.
    pub fn room_key(&self) -> Result<domain::room::RoomKey, domain::room::RoomError> {
        use domain::room::RoomKey;
        match &self.building {
            Some(building) => RoomKey::new(building, self.entrance.as_deref(), &self.room)
                .or_else(|error| RoomKey::parse(&self.room).map_err(|_| error)),
            None => RoomKey::parse(&self.room),
        }
    }
}

/// Keeps the first value, and says whether a later one differs.
fn keep<T: PartialEq>(slot: &mut Option<T>, value: Option<T>) -> bool {
    match (slot.as_ref(), value) {
        (Some(have), Some(value)) => *have != value,
        (None, Some(value)) => {
            *slot = Some(value);
            false
        }
        (_, None) => false,
    }
}

impl Reading {
    /// Adds a unit or joins it with the row that named it before.
    pub(super) fn unit(&mut self, cells: &mut Cells<'_>, place: Place, unit: Unit) -> UnitKey {
        let key = place.key();
        let source = cells.source;
        if let Some(known) = self.index.units.get(&key).and_then(|at| self.file.units.get_mut(*at)) {
            let first = known.sources.first().copied().unwrap_or(source);
            known.sources.push(source);
            let differs = [
                (Field::Area, keep(&mut known.area_centi_m2, unit.area)),
                (Field::Floor, keep(&mut known.floor, unit.floor)),
                (Field::Layout, keep(&mut known.layout, unit.layout)),
                (Field::UnitKind, keep(&mut known.kind, unit.kind)),
                (Field::UseState, keep(&mut known.use_state, unit.use_state)),
            ];
            for (field, _) in differs.into_iter().filter(|(_, differs)| *differs) {
                cells.warn(field, code::CONFLICTS_WITH_ROW).set("row", first.row);
            }
            return key;
        }
        self.index.units.insert(key.clone(), self.file.units.len());
        self.file.units.push(UnitRow {
            key: key.clone(),
            place,
            floor: unit.floor,
            area_centi_m2: unit.area,
            layout: unit.layout,
            kind: unit.kind,
            use_state: unit.use_state,
            sources: vec![source],
        });
        key
    }

    fn find_person(&self, name: &str, mark: String) -> Option<PersonKey> {
        let at = self.index.people.get(&(fold_code(name), mark))?;
        self.file.people.get(*at).map(|person| person.key.clone())
    }

    /// Adds a person or joins them with the rows that have the same name and ID number, phone or unit. Different ID
    /// numbers are different people.
    pub(super) fn person(&mut self, person: Person, unit: &UnitKey, source: Source) -> PersonKey {
        let folded = fold_code(&person.name);
        let mut marks: Vec<String> = person.id_number.iter().map(|id| by_id(id)).collect();
        marks.extend(person.phones.iter().map(|phone| by_phone(phone)));
        marks.push(by_unit(unit));
        let known = marks.iter().find_map(|mark| {
            let at = *self.index.people.get(&(folded.clone(), mark.clone()))?;
            let known = self.file.people.get(at)?;
            let other = match (&known.id_number, &person.id_number) {
                (Some(a), Some(b)) => fold_code(a) != fold_code(b),
                _ => false,
            };
            // Namesakes in one unit (father and son by a slip) stay two when their phones are given and differ.
            let by_unit_only = mark.starts_with('u') && !known.phones.is_empty() && !person.phones.is_empty();
            let namesake = by_unit_only && person.id_number.is_none();
            (!other && !namesake).then_some(at)
        });
        let at = known.unwrap_or(self.file.people.len());
        for mark in marks {
            self.index.people.entry((folded.clone(), mark)).or_insert(at);
        }
        if let Some(known) = self.file.people.get_mut(at) {
            for phone in person.phones {
                if !known.phones.iter().any(|p| digits(p) == digits(&phone)) {
                    known.phones.push(phone);
                }
            }
            keep(&mut known.id_number, person.id_number);
            keep(&mut known.gender, person.gender);
            keep(&mut known.age, person.age);
            keep(&mut known.remark, person.remark);
            if known.sources.last() != Some(&source) {
                known.sources.push(source);
            }
            return known.key.clone();
        }
        self.new_person(PersonKey(format!("p{}", at + 1)), person, source)
    }

    /// Adds a person under a key of the caller's.
    pub(super) fn new_person(&mut self, key: PersonKey, person: Person, source: Source) -> PersonKey {
        self.file.people.push(PersonRow {
            key: key.clone(),
            name: person.name,
            phones: person.phones,
            id_number: person.id_number,
            gender: person.gender,
            age: person.age,
            remark: person.remark,
            sources: vec![source],
        });
        key
    }

    /// Links a person and a unit once.
    pub(super) fn occupancy(
        &mut self,
        cells: &mut Cells<'_>,
        person: &PersonKey,
        unit: &UnitKey,
        relation: Relation,
        move_in: Option<String>,
    ) {
        let link = (person.clone(), unit.clone());
        if let Some(known) = self
            .index
            .occupancies
            .get(&link)
            .and_then(|at| self.file.occupancies.get(*at))
        {
            let row = known.source.row;
            cells.warn(Field::Name, code::DUPLICATE_ROW).set("row", row);
            return;
        }
        self.index.occupancies.insert(link, self.file.occupancies.len());
        self.file.occupancies.push(Occupancy {
            person: person.clone(),
            unit: unit.clone(),
            relation,
            move_in,
            source: cells.source,
        });
    }

    fn known_vehicle(&mut self, plate: &str) -> Option<&mut VehicleRow> {
        let at = *self.index.vehicles.get(&fold_code(plate))?;
        self.file.vehicles.get_mut(at)
    }

    /// Adds a vehicle once.
    pub(super) fn vehicle(&mut self, cells: &mut Cells<'_>, vehicle: VehicleRow) {
        if let Some(known) = self.known_vehicle(&vehicle.plate) {
            let row = known.source.row;
            cells.warn(Field::Plate, code::CONFLICTS_WITH_ROW).set("row", row);
            return;
        }
        self.index
            .vehicles
            .insert(fold_code(&vehicle.plate), self.file.vehicles.len());
        self.file.vehicles.push(vehicle);
    }

    /// Adds a parking place once.
    pub(super) fn parking(&mut self, cells: &mut Cells<'_>, parking: ParkingRow) {
        let key = (
            fold_code(parking.lot.as_deref().unwrap_or("")),
            fold_code(&parking.code),
        );
        if let Some(known) = self.index.parking.get(&key).and_then(|at| self.file.parking.get(*at)) {
            let row = known.source.row;
            cells.warn(Field::ParkingCode, code::CONFLICTS_WITH_ROW).set("row", row);
            return;
        }
        self.index.parking.insert(key, self.file.parking.len());
        self.file.parking.push(parking);
    }
}
