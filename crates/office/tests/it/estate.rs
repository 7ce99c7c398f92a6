//! Reading estates: the HC community workbook as it is, the template in both languages, and lists as people keep them.

use crate::common::{brief, raw_row, raw_sheet, read, workbook};
use office::SheetKind;
use office::estate::{EstateFile, Layout, Relation, Tenure, read_estate_with};

pub const HC: &[u8] = include_bytes!("../data/hc-community.xlsx");

pub fn links(file: &EstateFile) -> Vec<(String, String, Relation)> {
    let mut links: Vec<_> = file
        .occupancies
        .iter()
        .map(|o| {
            let person = file.people.iter().find(|p| p.key == o.person).unwrap();
            (person.name.clone(), o.unit.0.clone(), o.relation)
        })
        .collect();
    links.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
    links
}

#[test]
fn the_hc_community_workbook_as_it_is() {
    let file = read(HC).unwrap();
    assert_eq!(file.layout, Layout::HcCommunity);
    let kinds: Vec<_> = file
        .sheets
        .iter()
        .map(|s| (s.name.as_str(), s.kind, s.data_rows))
        .collect();
    assert_eq!(
        kinds,
        [
            ("楼栋单元", SheetKind::HcBuildings, 26),
            ("业主信息", SheetKind::HcOwners, 5),
            ("费用设置", SheetKind::HcFees, 0),
            ("房屋信息", SheetKind::HcRooms, 8),
            ("车位信息", SheetKind::HcParking, 1),
        ]
    );
    assert_eq!(file.buildings.len(), 26);
    assert_eq!(
        (file.buildings[0].floors, file.buildings[0].elevator),
        (Some(33), Some(true))
    );
    assert_eq!(file.units.len(), 8);
    let unit = &file.units[0];
    assert_eq!(
        (unit.place.building.as_deref(), unit.place.entrance.as_deref()),
        (Some("1"), Some("1"))
    );
    assert_eq!(
        (unit.place.room.as_str(), unit.area_centi_m2, unit.kind.as_deref()),
        ("1011", Some(9456), Some("住宅"))
    );
    assert_eq!(unit.layout, None, "10102 is what everybody writes");
    assert_eq!(file.people.len(), 5);
    let first = &file.people[0];
    assert_eq!(
        (first.name.as_str(), first.phones.len(), first.age.as_deref()),
        ("吴文学", 0, Some("28"))
    );
    assert_eq!(file.people[1].phones, ["13900000003"]);
    assert_eq!(file.occupancies.len(), 5);
    assert!(file.placeholders > 0);
    let parking = &file.parking[0];
    assert_eq!((parking.lot.as_deref(), parking.code.as_str()), (Some("1"), "C0001"));
    assert_eq!(
        (parking.kind.as_deref(), parking.area_centi_m2),
        (Some("地上停车位"), Some(9832))
    );
    assert!(file.vehicles.is_empty() && file.rejected.is_empty());
    assert_eq!(
        brief(&file.warnings),
        [
            "费用设置!0 sheet_not_imported",
            "房屋信息!G7 owner_not_found",
            "房屋信息!G8 owner_not_found",
            "房屋信息!G9 owner_not_found",
        ]
    );
}

#[test]
fn an_hc_workbook_with_families_tenants_and_cars() {
    let file = read(&workbook(&[
        (
            "车位信息",
            &[
                &[
                    "停车场编号",
                    "车位编码",
                    "停车场类型",
                    "业主编号",
                    "车牌号",
                    "车类型（9901 家用小汽车 9902 客车 9903 货车）",
                    "出租还是出售（H出租S出售）",
                    "开始时间",
                    "结束时间",
                    "面积",
                ],
                &[
                    "1",
                    "C1",
                    "地下停车位",
                    "1",
                    "京A12345",
                    "9901",
                    "S",
                    "2024-01-01",
                    "2037-1-1",
                    "1",
                ],
                &[
                    "1",
                    "C2",
                    "地下停车位",
                    "2",
                    "京B00001",
                    "9903",
                    "H",
                    "2024-1-1",
                    "2024-12-31",
                    "12.5",
                ],
            ],
        ),
        (
            "房屋信息",
            &[
                &["业主编号", "房屋编号", "单元编号", "楼栋编号", "建筑面积"],
                &["1#2", "101", "1", "1", "80"],
                &["1", "102", "1", "1", "80"],
                &["2", "201", "1", "1", "80"],
            ],
        ),
        (
            "业主信息",
            &[
                &["业主编号", "业主类型", "业主名称", "手机号", "身份证号", "年龄"],
                &["2", "1003", "租客甲", "13911112222", "'111111111111111111", "1"],
                &["1", "1001", "王一", "13900000001", "", "1"],
                &["2", "1001", "王二", "18999999999", "", "30"],
                &["1", "1002", "王小", "", "", ""],
                &["9", "1002", "孤儿", "", "", ""],
                &["1", "1001", "王重", "", "", ""],
                &["3", "1009", "何人", "", "", ""],
            ],
        ),
    ]))
    .unwrap();
    assert_eq!(
        brief(&file.rejected),
        [
            "业主信息!A7 owner_no_duplicate",
            "业主信息!B8 relation_unknown",
            "业主信息!A6 owner_not_found"
        ]
    );
    assert_eq!(file.rejected[0].args["row"], "3");
    let names: Vec<_> = links(&file)
        .into_iter()
        .map(|(name, unit, relation)| format!("{name} {unit} {relation:?}"))
        .collect();
    assert_eq!(
        names,
        [
            "王一 1-1-101 Owner",
            "王二 1-1-101 Owner",
            "王小 1-1-101 Family",
            "租客甲 1-1-101 Tenant",
            "王一 1-1-102 Owner",
            "王小 1-1-102 Family",
            "王二 1-1-201 Owner",
            "租客甲 1-1-201 Tenant",
        ]
    );
    assert!(brief(&file.warnings).contains(&"业主信息!A5 linked_to_all_units".to_owned()));
    let tenant = file.people.iter().find(|p| p.name == "租客甲").unwrap();
    assert_eq!((tenant.id_number.as_deref(), tenant.age.as_deref()), (None, None));
    assert_eq!(file.parking[0].tenure, Some(Tenure::Owned));
    assert_eq!(
        (file.parking[0].until.as_deref(), file.parking[0].area_centi_m2),
        (None, None)
    );
    assert_eq!(
        (file.parking[1].tenure, file.parking[1].until.as_deref()),
        (Some(Tenure::Rented), Some("2024-12-31"))
    );
    assert_eq!(file.vehicles.len(), 2);
    assert_eq!(file.vehicles[0].kind.as_deref(), Some("家用小汽车"));
    assert!(file.vehicles[1].holder.person.is_some());
}

#[test]
fn the_same_file_with_sheets_and_columns_shuffled() {
    let straight = read(&workbook(&[
        (
            "房屋与住户",
            &[
                &["楼栋", "单元", "房号", "姓名", "关系", "电话"],
                &["1", "1", "101", "张三", "业主", "13900000003"],
            ],
        ),
        (
            "车辆",
            &[&["车牌号", "楼栋", "单元", "房号"], &["京A12345", "1", "1", "101"]],
        ),
    ]))
    .unwrap();
    let shuffled = read(&workbook(&[
        (
            "乙",
            &[
                &["某物业公司车辆登记表"],
                &[],
                &["房号", "备案人", "车牌号码", "车型", "单元号", "楼栋号"],
                &["101", "保安", "京A12345", "", "1", "1"],
            ],
        ),
        (
            "甲",
            &[
                &["", "某小区业主台账", "", "", "", "", "", "说明"],
                &["", "制表：客服部", "", "", "", "", "", "手机号必填"],
                &[
                    "联系电话",
                    "与业主关系",
                    "备案",
                    "房屋编号",
                    "业主姓名",
                    "幢号",
                    "单元号",
                    "",
                    "房号",
                    "手机",
                ],
                &[
                    "13900000003",
                    "本人",
                    "x",
                    "101",
                    "张三",
                    "1",
                    "1",
                    "",
                    "说明：房号",
                    "要填",
                ],
            ],
        ),
    ]))
    .unwrap();
    assert_eq!(links(&straight), links(&shuffled));
    assert_eq!(straight.people[0].phones, shuffled.people[0].phones);
    assert_eq!(shuffled.vehicles[0].plate, "京A12345");
    assert_eq!(shuffled.vehicles[0].holder.unit, Some(straight.units[0].key.clone()));
    assert!(shuffled.rejected.is_empty());
    let ignored: Vec<_> = shuffled.sheets[1]
        .ignored_columns
        .iter()
        .map(|(c, h)| format!("{c} {h}"))
        .collect();
    assert_eq!(ignored, ["C 备案", "I 房号", "J 手机"]);
    assert_eq!(shuffled.sheets[1].heading_row, Some(3));
}

#[test]
fn explanations_are_not_data() {
    let file = read(&workbook(&[(
        "住户",
        &[
            &["楼栋", "单元", "房号", "姓名", "电话", "", "说明", "备注"],
            &["1", "1", "101", "张三", "13900000003", "", "楼栋", "楼栋编号"],
            &["1", "1", "102", "李四", "13900000004", "", "备注", "不导入"],
            &[],
            &["", "", "", "", "", "", "电话", "11位"],
            &["合计", "", "2"],
            &[],
            &["说明："],
            &["楼栋", "填写楼栋编号"],
            &["请各位业主如实填写，谢谢配合。"],
            &["1", "1", "103", "王五", "13900000005"],
        ],
    )]))
    .unwrap();
    assert_eq!(
        file.units.len(),
        3,
        "a complete row below the explanations still counts"
    );
    assert!(file.rejected.is_empty(), "{:?}", file.rejected);
    assert_eq!((file.sheets[0].data_rows, file.sheets[0].skipped_rows), (3, 4));
    assert!(file.people.iter().all(|p| p.remark.is_none()));
}

#[test]
fn headings_of_two_rows_and_merged_buildings() {
    let rows = [
        raw_row(1, &["某小区住户清册"]),
        raw_row(2, &["楼栋", "单元", "房号", "住户", "", "备注"]),
        raw_row(3, &["", "", "", "姓名", "电话"]),
        raw_row(4, &["1", "1", "101", "张三", "13900000003"]),
        raw_row(5, &["", "", "", "李四", "13900000004"]),
        raw_row(6, &["", "", "102", "王五", "13900000005"]),
        raw_row(7, &["", "", "103", "赵六", "13900000006"]),
    ]
    .concat();
    let merged = "<mergeCells count=\"5\"><mergeCell ref=\"A1:F1\"/><mergeCell ref=\"D2:E2\"/><mergeCell ref=\"A4:A6\"/>\
                  <mergeCell ref=\"B4:B6\"/><mergeCell ref=\"C4:C5\"/></mergeCells>";
    let file = read(&raw_sheet(&rows, merged)).unwrap();
    assert_eq!(file.sheets[0].heading_row, Some(3));
    let links: Vec<_> = links(&file)
        .into_iter()
        .map(|(name, unit, _)| format!("{name} {unit}"))
        .collect();
    assert_eq!(links, ["张三 1-1-101", "李四 1-1-101", "王五 1-1-102"]);
    assert_eq!(brief(&file.rejected), ["Sheet1!A7 building_missing"]);
}

#[test]
fn formulas_errors_and_lost_digits() {
    let rows = [
        raw_row(1, &["楼栋", "单元", "房号", "姓名", "身份证号", "入住日期", "面积"]),
        "<row r=\"2\"><c r=\"A2\"><f>1+1</f><v>2</v></c><c r=\"B2\"><v>1</v></c><c r=\"C2\"><v>101</v></c>\
         <c r=\"D2\" t=\"str\"><f>\"张\"&amp;\"三\"</f><v>张三</v></c><c r=\"E2\"><v>1.10101199003071E+17</v></c>\
         <c r=\"F2\"><v>45356</v></c><c r=\"G2\" t=\"str\"><f>\"\"</f><v></v></c></row>"
            .to_owned(),
        "<row r=\"3\"><c r=\"A3\"><f>1+1</f></c><c r=\"B3\"><v>1</v></c><c r=\"C3\"><v>102</v></c></row>".to_owned(),
        "<row r=\"4\"><c r=\"A4\"><v>2</v></c><c r=\"B4\"><v>1</v></c><c r=\"C4\" t=\"e\"><v>#REF!</v></c></row>"
            .to_owned(),
        raw_row(5, &["2", "1", "103", "#N/A", "", "someday", "large"]),
        raw_row(6, &["2", "1", "103", "李四", "", "someday", "large"]),
        raw_row(7, &["2", "1", "", "", "", "2024-01-01"]),
    ]
    .concat();
    let file = read(&raw_sheet(&rows, "")).unwrap();
    assert_eq!(file.units.len(), 2);
    assert_eq!(file.people[0].name, "张三");
    assert_eq!(
        (
            file.people[0].id_number.as_deref(),
            file.occupancies[0].move_in.as_deref()
        ),
        (None, Some("2024-03-05"))
    );
    assert_eq!(
        brief(&file.rejected),
        [
            "Sheet1!A3 formula_without_value",
            "Sheet1!C4 cell_error",
            "Sheet1!D5 cell_error",
            "Sheet1!C7 room_missing"
        ]
    );
    assert_eq!(file.rejected[1].value, "#REF!");
    assert_eq!(
        brief(&file.warnings),
        [
            "Sheet1!E2 digits_lost",
            "Sheet1!2 relation_assumed",
            "Sheet1!G6 not_a_number",
            "Sheet1!F6 not_a_date",
            "Sheet1!6 relation_assumed",
        ]
    );
}

#[test]
fn lists_as_people_keep_them() {
    let file = read(&workbook(&[(
        "台账",
        &[
            &[
                "序号",
                "房号",
                "业主姓名",
                "业主电话",
                "租户姓名",
                "租户电话",
                "车牌号",
                "车位号",
            ],
            &[
                "1",
                "3-1-1201",
                "张三、李四",
                "13900000003、13900000004",
                "王五",
                "13900000005",
                "京A12345 / 京A54321",
                "C01",
            ],
            &["2", "3-1-1202", "张三", "13900000003", "", "", "", ""],
            &["3", "3-1-1203", "", "13900000009", "", "", "", ""],
            &["4", "3-1-1204", "无", "", "", "", "", ""],
            &["5", "3-1-1202", "张三", "13900000003", "", "", "", ""],
            &["6", "3-1-1205", "张三", "13911111111", "", "", "", ""],
        ],
    )]))
    .unwrap();
    assert_eq!(file.units.len(), 4);
    let names: Vec<_> = links(&file)
        .into_iter()
        .map(|(name, unit, relation)| format!("{name} {unit} {relation:?}"))
        .collect();
    assert_eq!(
        names,
        [
            "张三 3-1-1201 Owner",
            "李四 3-1-1201 Owner",
            "王五 3-1-1201 Tenant",
            "张三 3-1-1202 Owner",
            "张三 3-1-1205 Owner",
        ]
    );
    assert_eq!(file.people.len(), 4, "a namesake with another phone is another person");
    assert_eq!(file.people[1].phones, ["13900000004"]);
    assert_eq!(file.vehicles.len(), 2);
    assert_eq!(file.parking[0].code, "C01");
    assert_eq!(brief(&file.rejected), ["台账!C4 name_missing"]);
    assert_eq!(brief(&file.warnings), ["台账!C6 duplicate_row"]);
}

#[test]
fn a_stop_is_obeyed_and_placeholders_can_be_replaced() {
    use office::estate::{Continue, Placeholders, read_estate};
    let stopped = read_estate(HC, "x.xlsx", &office::Limits::default(), &|_| Continue::Stop);
    assert_eq!(stopped.unwrap_err(), office::FileProblem::Stopped);
    let all = Placeholders {
        phone: |_| true,
        id_number: |_| true,
    };
    let file = read_estate_with(HC, "x.xlsx", &office::Limits::default(), &all, &|_| Continue::Yes).unwrap();
    assert!(file.people.iter().all(|p| p.phones.is_empty() && p.id_number.is_none()));
    assert_eq!(file.placeholders, 10);
}
