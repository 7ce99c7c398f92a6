//! Reading an estate: units, people, who lives where, vehicles and parking places, each with its place in the file.
//!
//! Two layouts are read, told apart by their headings: our template (or any list with room numbers), and the workbook
//! of the HC community system. What a room, a phone or a plate may look like is not decided here: texts are handed on
//! as written, for the domain to judge.
//!
//! Rules for odd cells:
//! - A formula counts with the value Excel kept; without one, and for errors such as #REF!, the row is refused.
//! - Building, 单元, room and what else describes the unit count for all rows of a vertically merged cell. Any other
//!   merged cell counts for its first row.
//! - Placeholders mean "none" and are counted in [`EstateFile::placeholders`].

mod cells;
mod hc;
mod lists;
mod sheets;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

pub(crate) use self::sheets::{Sheet, read_sheets};
use crate::headings::{self, Field, SheetKind};
use crate::problem::{FileProblem, FoundHeadings, RowProblem, code};
use crate::workbook::{Book, Limits, check, guarded};

/// Which layout the file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Our template, or a list of the company's own with headings that are known.
    Template,
    /// The workbook of the HC community system.
    HcCommunity,
}

/// A row of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Source {
    /// Index into [`EstateFile::sheets`].
    pub sheet: u16,
    /// Row as Excel shows it, from 1.
    pub row: u32,
}

/// What was found on one sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetInfo {
    /// Name of the sheet.
    pub name: String,
    /// What it is.
    pub kind: SheetKind,
    /// Row of the headings as Excel shows it, when there are any.
    pub heading_row: Option<u32>,
    /// Rows read as data, refused ones included.
    pub data_rows: u32,
    /// Filled rows below the headings that were taken for explanations or totals.
    pub skipped_rows: u32,
    /// Columns that are read: letters, heading, meaning.
    pub columns: Vec<(String, String, Field)>,
    /// Columns with a heading that are not read: letters and heading.
    pub ignored_columns: Vec<(String, String)>,
}

/// Where a unit is, as written in the file. Building and entrance may stand in the room text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// 楼栋
    pub building: Option<String>,
    /// 单元
    pub entrance: Option<String>,
    /// 房号. Of HC community the 房屋编号 as it is: `1011` is not taken apart into floor and number.
    pub room: String,
}

impl Place {
    /// The same for all writings of one unit within a file, as far as the domain can read them.
    pub fn key(&self) -> UnitKey {
        UnitKey(match self.room_key() {
            Ok(key) => key.match_key(),
            Err(_) => {
                let part = |text: &str| domain::fold::fold_code(text);
                let (building, entrance) = (self.building.as_deref(), self.entrance.as_deref());
                format!(
                    "?{}|{}|{}",
                    part(building.unwrap_or("")),
                    part(entrance.unwrap_or("")),
                    part(&self.room)
                )
            }
        })
    }
}

/// Joins the rows of one unit within a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnitKey(pub String);

/// Joins the rows of one person within a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonKey(pub String);

/// A building entrance (楼栋单元 of HC community).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildingRow {
    /// 楼栋
    pub building: String,
    /// 单元
    pub entrance: Option<String>,
    /// Number of floors.
    pub floors: Option<i64>,
    /// Whether there is a lift, when the file says so.
    pub elevator: Option<bool>,
    /// Where it stands.
    pub source: Source,
}

/// A unit. Several rows of the file may describe it: the first value of each column holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitRow {
    /// Joins it with occupancies, vehicles and parking places.
    pub key: UnitKey,
    /// Where it is.
    pub place: Place,
    /// 楼层
    pub floor: Option<String>,
    /// 建筑面积 in hundredths of a square metre.
    pub area_centi_m2: Option<i64>,
    /// 户型
    pub layout: Option<String>,
    /// 房屋类型; of HC community `住宅`, `办公室` or `宿舍` for 110, 120, 119.
    pub kind: Option<String>,
    /// 使用状态 as written.
    pub use_state: Option<String>,
    /// Every row that describes it, the first first.
    pub sources: Vec<Source>,
}

/// A person. Rows with the same name and the same phone or ID number are one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRow {
    /// Joins the person with occupancies, vehicles and parking places.
    pub key: PersonKey,
    /// 姓名
    pub name: String,
    /// Phones as written, placeholders left out.
    pub phones: Vec<String>,
    /// 证件号 as written, placeholders left out.
    pub id_number: Option<String>,
    /// 性别 as written. HC community writes 男 when it does not know.
    pub gender: Option<String>,
    /// 年龄 as written; the placeholder 1 of HC community left out.
    pub age: Option<String>,
    /// 备注/偏好
    pub remark: Option<String>,
    /// Every row that describes the person, the first first.
    pub sources: Vec<Source>,
}

/// How a person belongs to a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// 业主
    Owner,
    /// 家属
    Family,
    /// 租户
    Tenant,
    /// 临时人员
    Temporary,
}

/// A person in a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occupancy {
    /// The person.
    pub person: PersonKey,
    /// The unit.
    pub unit: UnitKey,
    /// How they belong together.
    pub relation: Relation,
    /// 入住日期, `YYYY-MM-DD`.
    pub move_in: Option<String>,
    /// The row that says so.
    pub source: Source,
}

/// A vehicle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VehicleRow {
    /// 车牌号 as written.
    pub plate: String,
    /// 车型 as written; of HC community `家用小汽车`, `客车` or `货车` for 9901, 9902, 9903.
    pub kind: Option<String>,
    /// 品牌
    pub brand: Option<String>,
    /// 颜色
    pub color: Option<String>,
    /// Code of its parking place.
    pub parking_code: Option<String>,
    /// Whom it belongs to.
    pub holder: Holder,
    /// 备注
    pub remark: Option<String>,
    /// Where it stands.
    pub source: Source,
}

/// A parking place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkingRow {
    /// 停车场
    pub lot: Option<String>,
    /// 车位编号
    pub code: String,
    /// 车位类型 as written: 地上停车位, 地下停车位, …
    pub kind: Option<String>,
    /// Area in hundredths of a square metre; the placeholder 1 of HC community left out.
    pub area_centi_m2: Option<i64>,
    /// How it is used, when the file says so.
    pub tenure: Option<Tenure>,
    /// Who uses it.
    pub holder: Holder,
    /// 车牌号 of the vehicle on it, as written; it is among the vehicles too.
    pub plate: Option<String>,
    /// First day, `YYYY-MM-DD`.
    pub from: Option<String>,
    /// Last day, `YYYY-MM-DD`; the placeholder 2037-01-01 of sold places left out.
    pub until: Option<String>,
    /// 备注
    pub remark: Option<String>,
    /// Where it stands.
    pub source: Source,
}

/// Sold or rented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tenure {
    /// 产权, 出售
    Owned,
    /// 出租, 月租
    Rented,
    /// 公共, 临停
    Public,
}

/// To whom a vehicle or parking place belongs: what the row says, and the person and unit of this file that it means.
/// When `name` or `place` is there without its key, the archive has to be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The person of this file.
    pub person: Option<PersonKey>,
    /// The unit of this file or of the archive.
    pub unit: Option<UnitKey>,
    /// The unit as written.
    pub place: Option<Place>,
    /// The name as written.
    pub name: Option<String>,
    /// The phone as written.
    pub phone: Option<String>,
}

/// All that a file says. Rows that are refused are in `rejected` only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EstateFile {
    /// The layout.
    pub layout: Layout,
    /// Every sheet, read or not.
    pub sheets: Vec<SheetInfo>,
    /// Buildings with their entrances, when the file lists them.
    pub buildings: Vec<BuildingRow>,
    /// Units.
    pub units: Vec<UnitRow>,
    /// People.
    pub people: Vec<PersonRow>,
    /// Who belongs to which unit.
    pub occupancies: Vec<Occupancy>,
    /// Vehicles.
    pub vehicles: Vec<VehicleRow>,
    /// Parking places.
    pub parking: Vec<ParkingRow>,
    /// Things to know about rows that are imported all the same.
    pub warnings: Vec<RowProblem>,
    /// Rows that are not imported, with the reason.
    pub rejected: Vec<RowProblem>,
    /// How many phones, ID numbers, ages and the like were placeholders.
    pub placeholders: u32,
}

impl EstateFile {
    /// The name of the sheet of a row.
    pub fn sheet_name(&self, source: Source) -> &str {
        self.sheets
            .get(usize::from(source.sheet))
            .map_or("", |sheet| sheet.name.as_str())
    }

    /// A problem of a row, pointing at the column that holds `field` if the sheet has one: for whoever validates
    /// further and refuses the row.
    pub fn problem(&self, source: Source, field: Option<Field>, code: &'static str) -> RowProblem {
        let Some(sheet) = self.sheets.get(usize::from(source.sheet)) else {
            return RowProblem::new("", source.row, code);
        };
        let mut problem = RowProblem::new(&sheet.name, source.row, code);
        if let Some((letters, heading, _)) = sheet.columns.iter().find(|(_, _, f)| Some(*f) == field) {
            problem.column = Some(letters.clone());
            problem.column_name = Some(heading.clone());
        }
        problem
    }
}

/// How far the reading is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The sheet being read, from 1.
    pub sheet: usize,
    /// How many sheets there are.
    pub sheets: usize,
    /// Filled rows read so far, over all sheets.
    pub rows: u64,
}

/// The answer to a progress report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continue {
    /// Go on.
    Yes,
    /// Stop: the reading ends with [`FileProblem::Stopped`].
    Stop,
}

/// What counts as "none" although something is written. The defaults are the domain's.
#[derive(Clone, Copy, Debug)]
pub struct Placeholders {
    /// Of a phone as written.
    pub phone: fn(&str) -> bool,
    /// Of an ID number as written.
    pub id_number: fn(&str) -> bool,
}

impl Default for Placeholders {
    fn default() -> Self {
        Self {
            phone: domain::phone::is_placeholder,
            id_number: domain::id_number::is_placeholder,
        }
    }
}

/// Reads an estate file with the default placeholders. `filename` is used only to tell text files apart; `progress` is
/// asked every few hundred rows.
///
/// # Errors
/// [`FileProblem`] when the file as a whole cannot be read. Problems of rows are in the result.
pub fn read_estate(
    bytes: &[u8],
    filename: &str,
    limits: &Limits,
    progress: &dyn Fn(Progress) -> Continue,
) -> Result<EstateFile, FileProblem> {
    read_estate_with(bytes, filename, limits, &Placeholders::default(), progress)
}

/// [`read_estate`] with the caller's idea of placeholders.
///
/// # Errors
/// As [`read_estate`].
pub fn read_estate_with(
    bytes: &[u8],
    filename: &str,
    limits: &Limits,
    placeholders: &Placeholders,
    progress: &dyn Fn(Progress) -> Continue,
) -> Result<EstateFile, FileProblem> {
    guarded(|| {
        check(bytes, filename, limits)?;
        let mut book = Book::open(bytes, limits)?;
        let sheets = read_sheets(&mut book, limits, progress)?;
        build(sheets, placeholders)
    })
}

fn build(sheets: Vec<Sheet>, placeholders: &Placeholders) -> Result<EstateFile, FileProblem> {
    if !sheets.iter().any(|sheet| sheet.info.kind.is_data()) {
        let found = sheets
            .into_iter()
            .filter(|sheet| matches!(sheet.info.kind, SheetKind::Unknown | SheetKind::Empty))
            .map(|sheet| FoundHeadings {
                sheet: sheet.info.name,
                headings: sheet.first_rows,
            })
            .collect();
        return Err(FileProblem::NoKnownSheet {
            found,
            expected: headings::expected(),
        });
    }
    let hc = sheets.iter().any(|sheet| {
        matches!(
            sheet.info.kind,
            SheetKind::HcOwners | SheetKind::HcRooms | SheetKind::HcParking
        )
    });
    let mut file = EstateFile {
        layout: if hc { Layout::HcCommunity } else { Layout::Template },
        sheets: sheets.iter().map(|sheet| sheet.info.clone()).collect(),
        buildings: Vec::new(),
        units: Vec::new(),
        people: Vec::new(),
        occupancies: Vec::new(),
        vehicles: Vec::new(),
        parking: Vec::new(),
        warnings: Vec::new(),
        rejected: Vec::new(),
        placeholders: 0,
    };
    for sheet in sheets.iter().filter(|sheet| sheet.info.kind == SheetKind::HcFees) {
        file.warnings
            .push(RowProblem::new(&sheet.info.name, 0, code::SHEET_NOT_IMPORTED));
    }
    let mut reading = Reading {
        file,
        placeholders: *placeholders,
        index: Index::default(),
    };
    hc::read(&mut reading, &sheets);
    lists::read(&mut reading, &sheets);
    Ok(reading.file)
}

/// The file as it grows, with what is needed to find things again.
struct Reading {
    file: EstateFile,
    placeholders: Placeholders,
    index: Index,
}

#[derive(Default)]
struct Index {
    /// Position in `units`.
    units: HashMap<UnitKey, usize>,
    /// Position in `people` by name and something that tells namesakes apart.
    people: HashMap<(String, String), usize>,
    /// Position in `occupancies`.
    occupancies: HashMap<(PersonKey, UnitKey), usize>,
    /// Position in `vehicles` by folded plate.
    vehicles: HashMap<String, usize>,
    /// Position in `parking` by folded lot and code.
    parking: HashMap<(String, String), usize>,
}
