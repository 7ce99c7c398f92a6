//! The words of the template in both languages: headings, explanations, drop-downs, examples. Headings are the first
//! thing the import looks at, so a test reads the template back in both languages.

/// A text in Chinese and in English.
pub(crate) type Both = (&'static str, &'static str);

/// How the cells of a column are formatted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As text, so that leading zeros and long numbers stay.
    Text,
    /// As a number with two decimals.
    Number,
    /// As a date.
    Date,
}

/// One column of the template.
pub(crate) struct Column {
    pub(crate) heading: Both,
    pub(crate) required: bool,
    pub(crate) form: Form,
    pub(crate) width: f64,
    pub(crate) explanation: Both,
    pub(crate) choices: &'static [Both],
    /// Whether other words than the choices are refused by Excel.
    pub(crate) strict: bool,
}

/// One sheet of the template.
pub(crate) struct Sheet {
    pub(crate) name: Both,
    pub(crate) purpose: Both,
    pub(crate) columns: &'static [Column],
    pub(crate) examples: &'static [&'static [Both]],
}

const fn column(heading: Both, form: Form, width: f64, explanation: Both) -> Column {
    Column {
        heading,
        required: false,
        form,
        width,
        explanation,
        choices: &[],
        strict: false,
    }
}

const fn required(heading: Both, width: f64, explanation: Both) -> Column {
    Column {
        heading,
        required: true,
        form: Form::Text,
        width,
        explanation,
        choices: &[],
        strict: false,
    }
}

const fn choice(heading: Both, width: f64, explanation: Both, choices: &'static [Both], strict: bool) -> Column {
    Column {
        heading,
        required: false,
        form: Form::Text,
        width,
        explanation,
        choices,
        strict,
    }
}

pub(crate) const TITLE: Both = (
    "三声 · 房屋与住户导入模板",
    "Sansheng · import template for units and people",
);

pub(crate) const INSTRUCTIONS: Both = ("填写说明", "Instructions");

pub(crate) const RULES: &[Both] = &[
    (
        "在后面三张表中填写，本页不导入。带 * 的列必填，其余可以留空；不需要的列可以删除，列的顺序可以调整，但不要改列名。",
        "Fill in the three sheets that follow; this page is not imported. Columns with * are required, all others may stay empty. Columns may be removed or moved, but keep their headings.",
    ),
    (
        "一户多人：每人一行，楼栋、单元、房号重复填写（或纵向合并单元格）。没有住户的空房也填一行，姓名留空。",
        "Several people in a unit: one row each, with building, entrance and room repeated (or merged downwards). A vacant unit gets one row without a name.",
    ),
    (
        "一人多套房：每套房一行，姓名和电话（或证件号）写法一致，系统会识别为同一人。",
        "One person with several units: one row for each unit; with the same name and phone (or ID number) it is one person.",
    ),
    (
        "没有电话或证件号就留空，不要填 18999999999、111111111111111111 之类的占位号码；填了也按“无”处理。",
        "Leave phone and ID number empty when unknown. Placeholders such as 18999999999 are read as none.",
    ),
    (
        "可以反复导入：已有的房屋和人员会更新，不会重复。有问题的行会列出原因，可以下载、改好后再导入。",
        "Import as often as you like: what exists is updated, never duplicated. Refused rows are listed with the reason and can be downloaded, corrected and imported again.",
    ),
    (
        "个人信息请妥善保管：只填写物业服务需要的内容，导入后及时删除本文件。",
        "This file holds personal data: fill in what the service needs and delete the file after the import.",
    ),
];

/// Headings of the table of explanations.
pub(crate) const TABLE: [Both; 6] = [
    ("工作表", "Sheet"),
    ("列", "Column"),
    ("必填", "Required"),
    ("怎么填", "How to fill in"),
    ("示例一", "Example 1"),
    ("示例二", "Example 2"),
];

pub(crate) const YES: Both = ("是", "yes");
pub(crate) const BAD_CHOICE: Both = ("请从下拉列表中选择", "Please choose from the list");

const BUILDING: Both = (
    "楼栋号，例如 3、3栋、A座",
    "Number or name of the building, such as 3 or A",
);
const ENTRANCE: Both = (
    "单元号，例如 1；没有单元的楼留空",
    "Number of the entrance, such as 1; empty when there is only one",
);
const ROOM: Both = (
    "门牌上的房号，例如 1201、0903",
    "The room as on the door, such as 1201 or 0903",
);
const HOLDER_PHONE: Both = (
    "用来找到人，和住户表写法一致",
    "Finds the person: as on the first sheet",
);

const UNITS: &[Column] = &[
    required(("楼栋", "Building"), 9.0, BUILDING),
    column(("单元", "Entrance"), Form::Text, 9.0, ENTRANCE),
    required(("房号", "Room"), 10.0, ROOM),
    column(
        ("面积", "Area (m²)"),
        Form::Number,
        10.0,
        (
            "建筑面积，平方米，例如 94.56",
            "Floor area in square metres, such as 94.56",
        ),
    ),
    column(
        ("户型", "Layout"),
        Form::Text,
        12.0,
        ("例如 三室两厅", "Such as 3 rooms"),
    ),
    column(
        ("入住日期", "Move-in date"),
        Form::Date,
        13.0,
        ("年-月-日，例如 2024-03-05", "Year-month-day, such as 2024-03-05"),
    ),
    choice(
        ("使用状态", "Use"),
        12.0,
        ("从列表选择", "Choose from the list"),
        &[
            ("自住", "Owner-occupied"),
            ("出租", "Rented"),
            ("空置", "Vacant"),
            ("装修中", "Under renovation"),
        ],
        false,
    ),
    column(
        ("姓名", "Name"),
        Form::Text,
        14.0,
        (
            "住户姓名或单位名称；空房留空",
            "Person or company; empty for a vacant unit",
        ),
    ),
    choice(
        ("关系", "Relation"),
        11.0,
        (
            "和房屋的关系，从列表选择；留空按业主",
            "Relation to the unit, from the list; empty means owner",
        ),
        &[
            ("业主", "Owner"),
            ("家属", "Family"),
            ("租户", "Tenant"),
            ("临时人员", "Temporary"),
        ],
        true,
    ),
    column(
        ("电话", "Phone"),
        Form::Text,
        16.0,
        (
            "手机号或带区号的座机；多个用 / 隔开",
            "Mobile or land line with area code; several separated by /",
        ),
    ),
    column(
        ("备用电话", "Second phone"),
        Form::Text,
        16.0,
        ("另一个号码", "Another number"),
    ),
    column(
        ("证件号", "ID number"),
        Form::Text,
        22.0,
        (
            "身份证等证件号码；单元格必须是文本格式",
            "ID number; the cell must have the format Text",
        ),
    ),
    choice(
        ("性别", "Gender"),
        8.0,
        ("从列表选择，可留空", "From the list, may stay empty"),
        &[("男", "Male"), ("女", "Female")],
        false,
    ),
    column(
        ("备注/偏好", "Notes / preferences"),
        Form::Text,
        30.0,
        (
            "例如 家有老人，请先电话联系",
            "Such as: elderly person at home, call first",
        ),
    ),
];

const VEHICLES: &[Column] = &[
    required(("车牌号", "Plate"), 13.0, ("例如 京A12345", "Such as 京A12345")),
    column(("楼栋", "Building"), Form::Text, 9.0, BUILDING),
    column(("单元", "Entrance"), Form::Text, 9.0, ENTRANCE),
    column(("房号", "Room"), Form::Text, 10.0, ROOM),
    column(
        ("车主姓名", "Holder"),
        Form::Text,
        14.0,
        ("和住户表中的姓名一致", "The name as on the first sheet"),
    ),
    column(("电话", "Phone"), Form::Text, 16.0, HOLDER_PHONE),
    choice(
        ("车型", "Vehicle type"),
        13.0,
        ("从列表选择，可留空", "From the list, may stay empty"),
        &[
            ("小型车", "Car"),
            ("客车", "Bus"),
            ("货车", "Truck"),
            ("摩托车", "Motorcycle"),
            ("电动自行车", "E-bike"),
        ],
        false,
    ),
    column(("品牌", "Brand"), Form::Text, 12.0, ("例如 比亚迪", "Such as BYD")),
    column(("颜色", "Colour"), Form::Text, 10.0, ("例如 白", "Such as white")),
    column(
        ("车位编号", "Parking place"),
        Form::Text,
        13.0,
        ("固定车位的编号", "Code of its own parking place"),
    ),
];

const PARKING: &[Column] = &[
    column(
        ("停车场", "Car park"),
        Form::Text,
        14.0,
        ("只有一个时可留空", "May stay empty when there is only one"),
    ),
    required(("车位编号", "Parking place"), 13.0, ("例如 C0001", "Such as C0001")),
    choice(
        ("车位类型", "Place type"),
        14.0,
        ("从列表选择，可留空", "From the list, may stay empty"),
        &[
            ("地下停车位", "Underground"),
            ("地上停车位", "Surface"),
            ("机械车位", "Mechanical"),
            ("充电车位", "With charger"),
        ],
        false,
    ),
    choice(
        ("使用方式", "Tenure"),
        11.0,
        ("从列表选择，可留空", "From the list, may stay empty"),
        &[("产权", "Owned"), ("出租", "Rented"), ("公共", "Public")],
        true,
    ),
    column(("楼栋", "Building"), Form::Text, 9.0, BUILDING),
    column(("单元", "Entrance"), Form::Text, 9.0, ENTRANCE),
    column(("房号", "Room"), Form::Text, 10.0, ROOM),
    column(
        ("姓名", "Holder"),
        Form::Text,
        14.0,
        (
            "使用人，和住户表中的姓名一致",
            "Who uses it: the name as on the first sheet",
        ),
    ),
    column(("电话", "Phone"), Form::Text, 16.0, HOLDER_PHONE),
    column(("车牌号", "Plate"), Form::Text, 13.0, ("停放车辆", "The vehicle on it")),
    column(
        ("开始日期", "From"),
        Form::Date,
        13.0,
        ("出租时的起租日期", "First day when rented"),
    ),
    column(
        ("结束日期", "Until"),
        Form::Date,
        13.0,
        ("出租时的截止日期", "Last day when rented"),
    ),
];

pub(crate) const SHEETS: &[Sheet] = &[
    Sheet {
        name: ("房屋与住户", "Units and people"),
        purpose: ("每人每房一行", "One row for each person in each unit"),
        columns: UNITS,
        examples: &[
            &[
                ("3", "3"),
                ("1", "1"),
                ("1201", "1201"),
                ("94.56", "94.56"),
                ("三室两厅", "3 rooms"),
                ("2024-03-05", "2024-03-05"),
                ("自住", "Owner-occupied"),
                ("张三", "Zhang San"),
                ("业主", "Owner"),
                ("13900000003", "13900000003"),
                ("", ""),
                ("", ""),
                ("男", "Male"),
                ("家有老人，请先电话联系", "Elderly person at home, call first"),
            ],
            &[
                ("3", "3"),
                ("1", "1"),
                ("1201", "1201"),
                ("", ""),
                ("", ""),
                ("", ""),
                ("", ""),
                ("李四", "Li Si"),
                ("家属", "Family"),
                ("13900000004", "13900000004"),
            ],
        ],
    },
    Sheet {
        name: ("车辆", "Vehicles"),
        purpose: ("每辆车一行", "One row for each vehicle"),
        columns: VEHICLES,
        examples: &[&[
            ("京A12345", "京A12345"),
            ("3", "3"),
            ("1", "1"),
            ("1201", "1201"),
            ("张三", "Zhang San"),
            ("13900000003", "13900000003"),
            ("小型车", "Car"),
            ("比亚迪", "BYD"),
            ("白", "white"),
            ("C0001", "C0001"),
        ]],
    },
    Sheet {
        name: ("车位", "Parking"),
        purpose: ("每个车位一行", "One row for each parking place"),
        columns: PARKING,
        examples: &[&[
            ("", ""),
            ("C0001", "C0001"),
            ("地下停车位", "Underground"),
            ("出租", "Rented"),
            ("3", "3"),
            ("1", "1"),
            ("1201", "1201"),
            ("张三", "Zhang San"),
            ("13900000003", "13900000003"),
            ("京A12345", "京A12345"),
            ("2024-01-01", "2024-01-01"),
            ("2024-12-31", "2024-12-31"),
        ]],
    },
];
