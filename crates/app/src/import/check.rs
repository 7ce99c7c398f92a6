//! What the domain says to the rows of a file, before anything is compared or written.

use std::collections::{HashMap, HashSet};

use domain::id_number::IdNumber;
use domain::room::{RoomError, RoomKey};
use office::estate::{EstateFile, PersonRow, Source, UnitKey, UnitRow};
use office::{Field, RowProblem, SheetKind};

use super::report::Counts;

/// Codes of refusals and warnings that are found here, beside those of `office::code`.
pub mod code {
    /// Room and building cannot be told apart.
    pub const ROOM_UNCLEAR: &str = "room_unclear";
    /// No building, and the site does not have just one.
    pub const ROOM_NO_BUILDING: &str = "room_no_building";
    /// Larger than any unit, or negative.
    pub const AREA_RANGE: &str = "area_range";
    /// Longer than the archive takes. Args: `most`.
    pub const TEXT_TOO_LONG: &str = "text_too_long";
    /// No telephone number.
    pub const PHONE_INVALID: &str = "phone_invalid";
    /// More than twelve numbers for one person.
    pub const TOO_MANY_PHONES: &str = "too_many_phones";
    /// No plate of any kind.
    pub const PLATE_INVALID: &str = "plate_invalid";
    /// The unit is neither in the file nor in the archive.
    pub const UNIT_UNKNOWN: &str = "unit_unknown";
    /// The row that describes the unit is refused.
    pub const UNIT_REFUSED: &str = "unit_refused";
    /// Not a floor. Warning: left out.
    pub const FLOOR_UNCLEAR: &str = "floor_unclear";
    /// Not an age. Warning: left out.
    pub const AGE_UNCLEAR: &str = "age_unclear";
    /// 15 or 18 characters, but not a valid ID number. Warning: kept as written.
    pub const ID_NUMBER_CHECK: &str = "id_number_check";
    /// The remark holds a telephone or ID number. Warning: left out.
    pub const REMARK_HAS_NUMBER: &str = "remark_has_number";
    /// Nobody of this name is known. Warning: arrives without a person.
    pub const HOLDER_UNKNOWN: &str = "holder_unknown";

    /// Every code above, so that a test can ask for a text in each language.
    pub const ALL: &[&str] = &[
        ROOM_UNCLEAR,
        ROOM_NO_BUILDING,
        AREA_RANGE,
        TEXT_TOO_LONG,
        PHONE_INVALID,
        TOO_MANY_PHONES,
        PLATE_INVALID,
        UNIT_UNKNOWN,
        UNIT_REFUSED,
        FLOOR_UNCLEAR,
        AGE_UNCLEAR,
        ID_NUMBER_CHECK,
        REMARK_HAS_NUMBER,
        HOLDER_UNKNOWN,
    ];
}

/// Longest remark.
const MOST_REMARK: usize = 500;
/// Longest short text: layout, brand, lot.
pub(super) const MOST_TEXT: usize = 40;
/// Most numbers of one person.
const MOST_PHONES: usize = 12;

/// A unit whose values hold.
pub(super) struct UnitOk {
    pub key: RoomKey,
    pub floor: Option<i64>,
    pub area_cm2: Option<i64>,
    pub layout: Option<String>,
    pub usage: Option<String>,
}

/// A person whose values hold.
#[derive(Default)]
pub(super) struct PersonOk {
    /// Canonical numbers.
    pub numbers: Vec<String>,
    /// As it is kept; empty for none.
    pub id_number: String,
    pub gender: Option<String>,
    pub age: Option<i64>,
    pub remark: Option<String>,
}

/// The outcome: what holds, and every problem.
#[derive(Default)]
pub(super) struct Checked {
    /// By position in the file.
    pub units: Vec<Option<UnitOk>>,
    pub people: Vec<Option<PersonOk>>,
    pub unit_at: HashMap<UnitKey, usize>,
    pub refused: Vec<RowProblem>,
    pub warnings: Vec<RowProblem>,
    rows: HashSet<Source>,
}

impl Checked {
    pub fn refuse(&mut self, file: &EstateFile, at: Source, field: Field, code: &'static str, value: &str) {
        self.rows.insert(at);
        self.refused.push(file.problem(at, Some(field), code).value(value));
    }

    pub fn warn(&mut self, file: &EstateFile, at: Source, field: Field, code: &'static str, value: &str) {
        self.warnings.push(file.problem(at, Some(field), code).value(value));
    }

    pub fn is_refused(&self, at: Source) -> bool {
        self.rows.contains(&at)
    }

    fn all_refused(&self, sources: &[Source]) -> bool {
        sources.iter().all(|s| self.rows.contains(s))
    }

    /// Checks units and people. `only_building` is the building of a site that has one.
    pub fn new(file: &EstateFile, only_building: Option<&str>) -> Checked {
        let mut c = Checked {
            refused: file.rejected.clone(),
            warnings: file.warnings.clone(),
            ..Checked::default()
        };
        for (at, u) in file.units.iter().enumerate() {
            c.unit_at.insert(u.key.clone(), at);
            let ok = c.unit(file, u, only_building);
            c.units.push(ok);
        }
        for p in &file.people {
            let ok = c.person(file, p);
            c.people.push(ok);
        }
        // A refused row takes with it what stands in it alone.
        for (at, u) in file.units.iter().enumerate() {
            if c.all_refused(&u.sources) {
                c.units[at] = None;
            }
        }
        for (at, p) in file.people.iter().enumerate() {
            if c.all_refused(&p.sources) {
                c.people[at] = None;
            }
        }
        c
    }

    fn unit(&mut self, file: &EstateFile, u: &UnitRow, only_building: Option<&str>) -> Option<UnitOk> {
        let first = *u.sources.first()?;
        let key = u.place.room_key().or_else(|e| match (e, only_building) {
            (RoomError::NoBuilding, Some(b)) => RoomKey::new(b, u.place.entrance.as_deref(), &u.place.room),
            _ => Err(e),
        });
        let key = match key {
            Ok(key) => key,
            Err(e) => {
                let code = if e == RoomError::NoBuilding {
                    code::ROOM_NO_BUILDING
                } else {
                    code::ROOM_UNCLEAR
                };
                for at in &u.sources {
                    self.refuse(file, *at, Field::Room, code, &u.place.room);
                }
                return None;
            }
        };
        if let Some(area) = u.area_centi_m2.filter(|a| !(0..=10_000_000).contains(a)) {
            self.refuse(
                file,
                first,
                Field::Area,
                code::AREA_RANGE,
                &format!("{}.{:02}", area / 100, area.abs() % 100),
            );
        }
        if let Some(text) = u.layout.as_deref().filter(|t| t.chars().count() > MOST_TEXT) {
            self.refuse_long(file, first, Field::Layout, text, MOST_TEXT);
        }
        let floor = u.floor.as_deref().map(|t| (t, floor(t)));
        if let Some((text, None)) = floor {
            self.warn(file, first, Field::Floor, code::FLOOR_UNCLEAR, text);
        }
        let business = u
            .kind
            .as_deref()
            .map(domain::directory::usage)
            .filter(|c| c == "business");
        Some(UnitOk {
            key,
            floor: floor.and_then(|f| f.1),
            area_cm2: u.area_centi_m2.map(|a| a * 100),
            layout: u.layout.as_deref().map(|t| t.trim().to_owned()),
            usage: u.use_state.as_deref().map(use_state).or(business),
        })
    }

    pub fn refuse_long(&mut self, file: &EstateFile, at: Source, field: Field, text: &str, most: usize) {
        self.rows.insert(at);
        self.refused.push(
            file.problem(at, Some(field), code::TEXT_TOO_LONG)
                .arg("most", most)
                .value(text),
        );
    }

    fn person(&mut self, file: &EstateFile, p: &PersonRow) -> Option<PersonOk> {
        let first = *p.sources.first()?;
        let mut ok = PersonOk {
            gender: p.gender.clone(),
            ..PersonOk::default()
        };
        if p.name.chars().count() > 60 {
            for at in &p.sources {
                self.refuse_long(file, *at, Field::Name, &p.name, 60);
            }
        }
        for text in &p.phones {
            match domain::phone::normalise(text) {
                Ok(phone) => {
                    let number = phone.canonical();
                    if !ok.numbers.contains(&number) {
                        ok.numbers.push(number);
                    }
                }
                Err(_) => {
                    for at in &p.sources {
                        self.refuse(file, *at, Field::Phone, code::PHONE_INVALID, text);
                    }
                }
            }
        }
        if ok.numbers.len() > MOST_PHONES {
            self.refuse(file, first, Field::Phone, code::TOO_MANY_PHONES, "");
        }
        if let Some(text) = &p.id_number {
            ok.id_number = crate::directory::person::id_form(text);
            let n = ok.id_number.chars().count();
            if n > MOST_TEXT {
                self.refuse_long(file, first, Field::IdNumber, text, MOST_TEXT);
            } else if matches!(n, 15 | 18) && IdNumber::parse(&ok.id_number).is_err() {
                self.warn(file, first, Field::IdNumber, code::ID_NUMBER_CHECK, text);
            }
        }
        if let Some(text) = &p.age {
            let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
            ok.age = digits.parse().ok().filter(|a| (0..=120).contains(a));
            if ok.age.is_none() {
                self.warn(file, first, Field::Age, code::AGE_UNCLEAR, text);
            }
        }
        if let Some(text) = &p.remark {
            if text.chars().count() > MOST_REMARK {
                self.refuse_long(file, first, Field::Remark, text, MOST_REMARK);
            } else if domain::privacy::has_number(text) {
                self.warn(file, first, Field::Remark, code::REMARK_HAS_NUMBER, text);
            } else {
                ok.remark = Some(text.trim().to_owned());
            }
        }
        Some(ok)
    }

    /// Things that are not imported, by kind: those of the file that fell, and rows that were never read as things.
    pub fn count_refused(&self, file: &EstateFile, vehicles: u64, parking: u64, counts: &mut Counts) {
        let none = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        counts.units.refused = none(self.units.iter().filter(|u| u.is_none()).count());
        counts.people.refused = none(self.people.iter().filter(|p| p.is_none()).count());
        counts.vehicles.refused = vehicles;
        counts.parking_places.refused = parking;
        let kind = |name: &str| file.sheets.iter().find(|s| s.name == name);
        let mut seen = HashSet::new();
        for p in file
            .rejected
            .iter()
            .filter(|p| p.row > 0 && seen.insert((p.sheet.clone(), p.row)))
        {
            let Some(sheet) = kind(&p.sheet) else { continue };
            let field = sheet
                .columns
                .iter()
                .find(|(l, _, _)| Some(l) == p.column.as_ref())
                .map(|(_, _, f)| *f);
            let of_unit = matches!(
                field,
                None | Some(
                    Field::Building
                        | Field::Entrance
                        | Field::Room
                        | Field::Floor
                        | Field::Area
                        | Field::Layout
                        | Field::UnitKind
                        | Field::UseState
                )
            );
            match sheet.kind {
                SheetKind::Vehicles => counts.vehicles.refused += 1,
                SheetKind::Parking | SheetKind::HcParking => counts.parking_places.refused += 1,
                SheetKind::HcOwners => counts.people.refused += 1,
                SheetKind::HcBuildings => counts.buildings.refused += 1,
                SheetKind::Units if !of_unit => counts.people.refused += 1,
                _ => counts.units.refused += 1,
            }
        }
        let rows: HashSet<(&str, u32)> = self.refused.iter().map(|p| (p.sheet.as_str(), p.row)).collect();
        counts.refused_rows = none(rows.len());
        counts.warnings = none(self.warnings.len());
    }
}

/// `12`, `12层`, `12F`, `-1`, `B1`.
fn floor(text: &str) -> Option<i64> {
    let t = domain::fold::fold_code(text);
    let (below, rest) = match t
        .strip_prefix('B')
        .or_else(|| t.strip_prefix('-'))
        .or_else(|| t.strip_prefix("负"))
    {
        Some(rest) => (true, rest),
        None => (false, t.as_str()),
    };
    let rest = rest.trim_end_matches(['层', '楼', 'F']);
    let whole = rest.strip_suffix(".0").unwrap_or(rest);
    let n: i64 = whole.parse().ok()?;
    let n = if below { -n } else { n };
    (-9..=200).contains(&n).then_some(n)
}

/// The states of HC community are numbers; everything else is a word.
fn use_state(text: &str) -> String {
    let word = match text.trim() {
        "2001" => "入住",
        "2002" => "未售",
        "2003" | "2005" => "空置",
        "2004" => "未入住",
        "2009" => "装修",
        other => other,
    };
    domain::directory::usage(word).chars().take(MOST_TEXT).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn floors_in_any_writing() {
        for (text, n) in [
            ("12", Some(12)),
            ("3层", Some(3)),
            ("B1", Some(-1)),
            ("-2", Some(-2)),
            ("5F", Some(5)),
            ("顶", None),
        ] {
            assert_eq!(super::floor(text), n, "{text}");
        }
    }
}
