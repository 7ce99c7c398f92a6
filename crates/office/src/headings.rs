//! Which column is which: headings with their synonyms in Chinese and English, the row that carries them, and the kind
//! of sheet they make.
//!
//! Position means nothing. The heading row is the one among the first filled rows that has most known headings; title
//! rows above it, a second row of sub-headings under merged group headings, any order and any further columns are fine.
//! A heading such as 说明 ends the data: what stands in its column and to its right explains. Columns without a heading
//! are never read, which is how explanations to the right of the data stay out.

mod synonyms;

use serde::{Deserialize, Serialize};

use domain::fold::fold;

use self::synonyms::SYNONYMS;
use crate::workbook::{Row, Value};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// 楼栋
    Building,
    /// 单元 (entrance)
    Entrance,
    /// 房号
    Room,
    /// 楼层
    Floor,
    /// 建筑面积
    Area,
    /// 户型
    Layout,
    /// 房屋类型
    UnitKind,
    /// 使用状态
    UseState,
    /// 入住日期
    MoveIn,
    /// 姓名
    Name,
    /// 业主姓名: a name whose relation is known from the heading
    OwnerName,
    /// 租户姓名 beside an owner in the same row
    TenantName,
    /// 租户电话
    TenantPhone,
    /// 关系, 业主类型
    Relation,
    /// 电话
    Phone,
    /// 备用电话
    SecondPhone,
    /// 证件号
    IdNumber,
    /// 性别
    Gender,
    /// 年龄
    Age,
    /// 备注
    Remark,
    /// 业主编号 (HC community)
    OwnerNo,
    /// 车牌号
    Plate,
    /// 车型
    VehicleKind,
    /// 品牌
    VehicleBrand,
    /// 颜色
    VehicleColor,
    /// 停车场
    ParkingLot,
    /// 车位编号
    ParkingCode,
    /// 车位类型
    ParkingKind,
    /// 出租还是出售
    ParkingUse,
    /// 开始日期
    From,
    /// 结束日期
    Until,
    /// 总层数
    Floors,
    /// 是否有电梯
    Elevator,
    /// Anything about fees: recognised, not imported
    Fee,
    /// 序号: recognised, of no meaning
    Sequence,
}

/// Headings that say: from here to the right it is explained, not given.
const EXPLANATIONS: &[&str] = &[
    "说明",
    "填写说明",
    "填表说明",
    "注意",
    "注意事项",
    "示例",
    "instructions",
    "explanation",
    "explanations",
    "example",
];

/// Headings at which [`crate::FileProblem::NoKnownSheet`] points.
pub(crate) fn expected() -> Vec<String> {
    [
        Field::Building,
        Field::Entrance,
        Field::Room,
        Field::Name,
        Field::Phone,
        Field::Plate,
        Field::ParkingCode,
    ]
    .iter()
    .filter_map(|field| SYNONYMS.iter().find(|(f, _)| f == field))
    .filter_map(|(_, words)| words.first().map(|w| (*w).to_owned()))
    .collect()
}

/// A heading without what people add to it: width, space, stars, colons, and all in brackets.
fn folded(text: &str) -> String {
    let mut depth = 0u32;
    let mut out = String::with_capacity(text.len());
    for c in fold(text).chars() {
        match c {
            '(' | '[' | '【' | '〔' => depth += 1,
            ')' | ']' | '】' | '〕' => depth = depth.saturating_sub(1),
            '*' | ':' | '\'' | '_' | '-' | '★' => {}
            _ if depth > 0 || c.is_whitespace() => {}
            _ => out.extend(c.to_lowercase()),
        }
    }
    out
}

/// The field of a heading text.
pub(crate) fn field(text: &str) -> Option<Field> {
    let key = folded(text);
    SYNONYMS
        .iter()
        .find(|(_, words)| words.contains(&key.as_str()))
        .map(|(field, _)| *field)
}

fn explains(text: &str) -> bool {
    EXPLANATIONS.contains(&folded(text).as_str())
}

/// What a sheet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SheetKind {
    /// 房屋与住户 of the template, or any list with room numbers
    Units,
    /// 车辆
    Vehicles,
    /// 车位
    Parking,
    /// 楼栋单元 of HC community
    HcBuildings,
    /// 业主信息 of HC community
    HcOwners,
    /// 房屋信息 of HC community
    HcRooms,
    /// 车位信息 of HC community
    HcParking,
    /// 费用设置 of HC community: known, not imported here
    HcFees,
    /// A sheet of explanations by its name
    Instructions,
    /// Hidden by whoever made the file: not read
    Hidden,
    /// Nothing in it
    Empty,
    /// Headings that are not known
    Unknown,
}

impl SheetKind {
    /// Whether rows of such a sheet are imported.
    pub fn is_data(self) -> bool {
        matches!(
            self,
            Self::Units
                | Self::Vehicles
                | Self::Parking
                | Self::HcBuildings
                | Self::HcOwners
                | Self::HcRooms
                | Self::HcParking
        )
    }

    /// Whether only HC community makes such a sheet.
    pub fn is_hc(self) -> bool {
        matches!(
            self,
            Self::HcBuildings | Self::HcOwners | Self::HcRooms | Self::HcParking | Self::HcFees
        )
    }
}

/// A column that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) index: u16,
    pub(crate) heading: String,
    pub(crate) field: Field,
}

/// The headings of one sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Last row of the headings, from 0: data lies below.
    pub(crate) row: u32,
    pub(crate) kind: SheetKind,
    pub(crate) columns: Vec<Column>,
    /// Columns with a heading that is not read, explanations excepted.
    pub(crate) ignored: Vec<(u16, String)>,
}

impl Head {
    pub(crate) fn column(&self, field: Field) -> Option<&Column> {
        self.columns.iter().find(|c| c.field == field)
    }

    pub(crate) fn has(&self, field: Field) -> bool {
        self.column(field).is_some()
    }
}

/// Rows at the top of a sheet among which the headings are looked for.
pub(crate) const SEARCHED_ROWS: usize = 30;

/// Sheets that only explain, by their name.
pub(crate) fn is_instructions(name: &str) -> bool {
    let key = folded(name);
    ["说明", "示例", "须知", "instruction", "example", "readme"]
        .iter()
        .any(|word| key.contains(word))
}

/// Finds the headings among the first filled rows. None when no row has two known headings that make a sheet.
pub(crate) fn find(sheet: &str, rows: &[Row]) -> Option<Head> {
    let mut best: Option<(usize, usize)> = None;
    for (position, row) in rows.iter().enumerate().take(SEARCHED_ROWS) {
        let mut fields: Vec<Field> = headings_of(row).iter().filter_map(|(_, text)| field(text)).collect();
        fields.sort_unstable();
        fields.dedup();
        if fields.len() >= 2 && best.is_none_or(|(_, count)| fields.len() > count) {
            best = Some((position, fields.len()));
        }
    }
    let (position, _) = best?;
    let row = rows.get(position)?;
    let mut texts = headings_of(row);
    let mut last = row.index;
    // Headings merged over two rows: what the row above says where this one is silent, and sub-headings right below.
    if let Some(above) = position
        .checked_sub(1)
        .and_then(|p| rows.get(p))
        .filter(|r| r.index + 1 == row.index)
    {
        for (column, text) in headings_of(above) {
            if field(&text).is_some() && !texts.iter().any(|(c, _)| *c == column) {
                texts.push((column, text));
            }
        }
    }
    if let Some(below) = rows.get(position + 1).filter(|r| r.index == row.index + 1) {
        let sub = headings_of(below);
        if !sub.is_empty() && sub.len() == below.cells.len() && sub.iter().all(|(_, text)| field(text).is_some()) {
            last = below.index;
            texts.retain(|(column, _)| !sub.iter().any(|(c, _)| c == column));
            texts.extend(sub);
        }
    }
    texts.sort_by_key(|(column, _)| *column);
    let mut columns: Vec<Column> = Vec::new();
    let mut ignored = Vec::new();
    for (index, heading) in texts {
        if explains(&heading) {
            break;
        }
        match field(&heading) {
            // The same field twice: the left one is data, the right one most likely explains or repeats.
            Some(field) if !columns.iter().any(|c| c.field == field) => columns.push(Column { index, heading, field }),
            _ => ignored.push((index, heading)),
        }
    }
    let kind = kind(sheet, &mut columns)?;
    Some(Head {
        row: last,
        kind,
        columns,
        ignored,
    })
}

fn headings_of(row: &Row) -> Vec<(u16, String)> {
    row.cells
        .iter()
        .filter_map(|(column, value)| match value {
            Value::Text(text) => Some((*column, text.split_whitespace().collect::<Vec<_>>().join(" "))),
            _ => None,
        })
        .collect()
}

fn kind(sheet: &str, columns: &mut [Column]) -> Option<SheetKind> {
    let has = |columns: &[Column], field: Field| columns.iter().any(|c| c.field == field);
    let any = |columns: &[Column], fields: &[Field]| fields.iter().any(|f| has(columns, *f));
    if any(columns, &[Field::Floors, Field::Elevator]) && has(columns, Field::Building) && !has(columns, Field::Room) {
        return Some(SheetKind::HcBuildings);
    }
    if has(columns, Field::OwnerNo) {
        if has(columns, Field::ParkingCode) {
            return Some(SheetKind::HcParking);
        }
        if has(columns, Field::Room) {
            return Some(SheetKind::HcRooms);
        }
        return any(columns, &[Field::OwnerName, Field::Name]).then_some(SheetKind::HcOwners);
    }
    // A list with 单元 or "unit" and nothing else for the room means the room by it.
    if !has(columns, Field::Room)
        && let Some(column) = columns.iter_mut().find(|c| c.field == Field::Entrance)
    {
        column.field = Field::Room;
    }
    let name = folded(sheet);
    let named = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let household = any(
        columns,
        &[
            Field::Area,
            Field::Layout,
            Field::Relation,
            Field::IdNumber,
            Field::UseState,
            Field::MoveIn,
        ],
    );
    if has(columns, Field::Plate)
        && !named(&["车位", "parking"])
        && (named(&["车辆", "车牌", "vehicle", "car"])
            || (!household && any(columns, &[Field::VehicleKind, Field::VehicleBrand, Field::VehicleColor])))
    {
        return Some(SheetKind::Vehicles);
    }
    let parking = any(columns, &[Field::ParkingLot, Field::ParkingKind, Field::ParkingUse]);
    if has(columns, Field::ParkingCode)
        && (!has(columns, Field::Room) || named(&["车位", "parking"]) || (parking && !household))
    {
        return Some(SheetKind::Parking);
    }
    if has(columns, Field::Room) {
        return Some(SheetKind::Units);
    }
    if has(columns, Field::Plate) {
        return Some(SheetKind::Vehicles);
    }
    // One column holds all fields of its kind, so fees are counted by what was left over: see `is_fees`.
    None
}

/// Whether the first rows are those of 费用设置.
pub(crate) fn is_fees(rows: &[Row]) -> Option<u32> {
    rows.iter()
        .take(SEARCHED_ROWS)
        .find(|row| {
            headings_of(row)
                .iter()
                .filter(|(_, text)| field(text) == Some(Field::Fee))
                .count()
                >= 4
        })
        .map(|row| row.index)
}

/// The row that looks most like headings, for the answer about an unknown sheet.
pub(crate) fn likely_headings(rows: &[Row]) -> Vec<String> {
    rows.iter()
        .take(SEARCHED_ROWS)
        .map(headings_of)
        .max_by(|a, b| a.len().cmp(&b.len()).then(std::cmp::Ordering::Greater))
        .unwrap_or_default()
        .into_iter()
        .map(|(_, text)| text.chars().take(40).collect())
        .take(40)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_known_however_they_are_dressed() {
        for (text, want) in [
            (" 手机号 ", Some(Field::Phone)),
            ("*手机号：", Some(Field::Phone)),
            (
                "车类型（9901 家用小汽车 9902 客车 9903 货车）",
                Some(Field::VehicleKind),
            ),
            ("出租还是出售（H出租S出售）", Some(Field::ParkingUse)),
            ("Area (m²)", Some(Field::Area)),
            ("Move-in date", Some(Field::MoveIn)),
            ("备注/偏好", Some(Field::Remark)),
            ("楼 栋", Some(Field::Building)),
            ("电费", None),
        ] {
            assert_eq!(field(text), want, "{text}");
        }
    }

    #[test]
    fn no_synonym_means_two_things() {
        let mut seen = std::collections::HashSet::new();
        for (_, words) in SYNONYMS {
            for word in *words {
                assert!(seen.insert(*word), "{word} twice");
                assert_eq!(folded(word), *word, "{word} is not folded");
            }
        }
    }
}
