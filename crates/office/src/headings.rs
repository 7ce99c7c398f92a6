//! Which column is which: headings with their synonyms in Chinese and English, the row that carries them, and the kind
//! of sheet they make.
//!
//! Position means nothing. The heading row is the one among the first filled rows that has most known headings; title
//! rows above it, a second row of sub-headings under merged group headings, any order and any further columns are fine.
//! A heading such as 说明 ends the data: what stands in its column and to its right explains. Columns without a heading
//! are never read, which is how explanations to the right of the data stay out.

use serde::{Deserialize, Serialize};

use domain::fold::fold;

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

/// Synonyms, folded as [`folded`] does. The first of each field is what an unrecognised file is told to use.
const SYNONYMS: &[(Field, &[&str])] = &[
    (
        Field::Room,
        &[
            "房号",
            "房屋编号",
            "房间号",
            "室号",
            "房屋",
            "房间",
            "门牌号",
            "门牌",
            "房屋号",
            "房产",
            "房产编号",
            "房屋名称",
            "房屋地址",
            "房产名称",
            "户号",
            "室",
            "room",
            "roomno",
            "roomnumber",
            "flat",
            "apartment",
            "unitno",
            "unitnumber",
        ],
    ),
    (
        Field::Building,
        &[
            "楼栋",
            "楼栋号",
            "楼栋编号",
            "楼号",
            "栋号",
            "幢号",
            "楼栋名称",
            "栋",
            "幢",
            "楼宇",
            "号楼",
            "楼幢",
            "楼座",
            "building",
            "buildingno",
            "block",
            "tower",
        ],
    ),
    (
        Field::Entrance,
        &[
            "单元",
            "单元编号",
            "单元号",
            "单元名称",
            "entrance",
            "entranceno",
            "staircase",
            "unit",
        ],
    ),
    (Field::Floor, &["楼层", "房屋楼层", "所在楼层", "层", "floor", "storey"]),
    (
        Field::Area,
        &[
            "面积",
            "建筑面积",
            "房屋面积",
            "产权面积",
            "计费面积",
            "收费面积",
            "area",
            "floorarea",
        ],
    ),
    (Field::Layout, &["户型", "房屋户型", "layout", "roomlayout"]),
    (
        Field::UnitKind,
        &[
            "房屋类型",
            "房屋性质",
            "物业类型",
            "房产类型",
            "房屋用途",
            "unitkind",
            "propertytype",
        ],
    ),
    (
        Field::UseState,
        &[
            "使用状态",
            "房屋状态",
            "入住状态",
            "居住状态",
            "状态",
            "use",
            "usestate",
            "occupancy",
            "status",
        ],
    ),
    (
        Field::MoveIn,
        &[
            "入住日期",
            "入住时间",
            "入伙日期",
            "交房日期",
            "收房日期",
            "moveindate",
            "movein",
            "movedin",
        ],
    ),
    (
        Field::Name,
        &[
            "姓名",
            "住户姓名",
            "客户姓名",
            "人员姓名",
            "客户名称",
            "住户",
            "联系人",
            "车主",
            "车主姓名",
            "使用人",
            "name",
            "fullname",
            "holder",
        ],
    ),
    (
        Field::OwnerName,
        &[
            "业主姓名",
            "业主名称",
            "业主",
            "产权人",
            "户主",
            "房主",
            "owner",
            "ownername",
        ],
    ),
    (
        Field::TenantName,
        &["租户姓名", "租户", "租客", "租客姓名", "承租人", "tenant", "tenantname"],
    ),
    (
        Field::TenantPhone,
        &[
            "租户电话",
            "租客电话",
            "租户手机号",
            "租户联系电话",
            "承租人电话",
            "tenantphone",
        ],
    ),
    (
        Field::Relation,
        &[
            "关系",
            "业主类型",
            "与业主关系",
            "住户类型",
            "人员类型",
            "身份",
            "客户类型",
            "住户身份",
            "relation",
            "relationship",
            "role",
        ],
    ),
    (
        Field::Phone,
        &[
            "电话",
            "手机号",
            "联系电话",
            "手机",
            "手机号码",
            "电话号码",
            "联系方式",
            "业主电话",
            "业主手机号",
            "业主手机",
            "电话1",
            "联系电话1",
            "手机号1",
            "phone",
            "phoneno",
            "phonenumber",
            "mobile",
            "telephone",
            "tel",
        ],
    ),
    (
        Field::SecondPhone,
        &[
            "备用电话",
            "其他电话",
            "电话2",
            "联系电话2",
            "手机号2",
            "第二电话",
            "固定电话",
            "座机",
            "家庭电话",
            "secondphone",
            "phone2",
            "otherphone",
        ],
    ),
    (
        Field::IdNumber,
        &[
            "证件号",
            "身份证号",
            "证件号码",
            "身份证",
            "身份证号码",
            "idnumber",
            "idno",
            "idcard",
        ],
    ),
    (Field::Gender, &["性别", "gender", "sex"]),
    (Field::Age, &["年龄", "age"]),
    (
        Field::Remark,
        &[
            "备注",
            "备注/偏好",
            "偏好",
            "备注偏好",
            "特殊情况",
            "notes/preferences",
            "notes",
            "remark",
            "remarks",
            "preferences",
        ],
    ),
    (Field::OwnerNo, &["业主编号", "ownerno"]),
    (
        Field::Plate,
        &[
            "车牌号",
            "车牌",
            "车牌号码",
            "车辆号牌",
            "plate",
            "plateno",
            "platenumber",
            "licenceplate",
            "licenseplate",
        ],
    ),
    (
        Field::VehicleKind,
        &["车型", "车类型", "车辆类型", "vehicletype", "vehiclekind"],
    ),
    (Field::VehicleBrand, &["品牌", "车品牌", "车辆品牌", "brand", "make"]),
    (
        Field::VehicleColor,
        &["颜色", "车辆颜色", "车身颜色", "color", "colour"],
    ),
    (
        Field::ParkingLot,
        &[
            "停车场",
            "停车场编号",
            "停车场名称",
            "车库",
            "carpark",
            "parkinglot",
            "lot",
        ],
    ),
    (
        Field::ParkingCode,
        &[
            "车位编号",
            "车位编码",
            "车位号",
            "车位",
            "停车位",
            "泊位号",
            "parkingplace",
            "parkingspace",
            "parkingcode",
            "space",
        ],
    ),
    (
        Field::ParkingKind,
        &["车位类型", "停车场类型", "placetype", "parkingtype", "spacetype"],
    ),
    (
        Field::ParkingUse,
        &["使用方式", "出租还是出售", "租售", "车位状态", "tenure"],
    ),
    (
        Field::From,
        &["开始日期", "开始时间", "起租日期", "起始日期", "from", "startdate"],
    ),
    (
        Field::Until,
        &["结束日期", "结束时间", "到期日期", "截止日期", "until", "enddate"],
    ),
    (Field::Floors, &["总层数", "楼层数", "floors"]),
    (Field::Elevator, &["是否有电梯", "电梯", "elevator", "lift"]),
    (
        Field::Fee,
        &[
            "费用编号",
            "费用类型",
            "收费项目",
            "费用标识",
            "付费类型",
            "缴费周期",
            "出账类型",
            "计费起始时间",
            "计费结束时间",
            "计算公式",
            "计费单价",
            "固定费用",
            "房屋费用",
            "费用开始时间",
            "租金",
        ],
    ),
    (Field::Sequence, &["编号", "序号", "no", "no.", "#"]),
];

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
