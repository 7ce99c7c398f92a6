//! The workbook of refused rows: it can be corrected and imported again.

use calamine::{Data, Reader, Xlsx};
use office::marked::marked_workbook;
use office::{Lang, Limits, RowProblem};

use crate::common::{brief, raw_row, raw_sheet, read, workbook};

fn texts(bytes: &[u8]) -> Vec<(String, Vec<Vec<String>>)> {
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    book.worksheets()
        .into_iter()
        .map(|(name, range)| {
            (
                name,
                range
                    .rows()
                    .map(|row| row.iter().map(Data::to_string).collect())
                    .collect(),
            )
        })
        .collect()
}

fn marked(original: &[u8], problems: &[RowProblem]) -> Vec<u8> {
    let say = |p: &RowProblem| format!("{}：{}", p.column_name.as_deref().unwrap_or("行"), p.code);
    marked_workbook(original, problems, Lang::Zh, &Limits::default(), &say).unwrap()
}

#[test]
fn refused_rows_come_back_with_their_reason_and_can_be_imported_again() {
    let original = workbook(&[(
        "住户",
        &[
            &["台账"],
            &["楼栋", "房号", "姓名", "电话", "", "内部编号", "关系"],
            &["1", "101", "张三", "13900000003", "", "A-1", "业主"],
            &["1", "", "李四", "13900000004", "", "=1+1", "业主"],
            &["", "103", "王五", "13900000005", "", "A-3", "房客"],
        ],
    )]);
    let mut problems = read(&original).unwrap().rejected;
    assert_eq!(
        brief(&problems),
        [
            "住户!B4 room_missing",
            "住户!A5 building_missing",
            "住户!G5 relation_unknown"
        ]
    );
    problems.push(
        RowProblem::new("住户", 3, "bad_phone")
            .at(3, "电话")
            .value("13900000003"),
    );
    let bytes = marked(&original, &problems[..3]);
    let sheets = texts(&bytes);
    assert_eq!(sheets.len(), 1);
    let rows = &sheets[0].1;
    assert_eq!(
        rows[0],
        [
            "楼栋",
            "房号",
            "姓名",
            "电话",
            "",
            "内部编号",
            "关系",
            "原行号",
            "退回原因"
        ]
    );
    assert_eq!(
        rows[1],
        [
            "1",
            "",
            "李四",
            "13900000004",
            "",
            "=1+1",
            "业主",
            "4",
            "房号：room_missing"
        ]
    );
    assert_eq!(rows[2][8], "楼栋：building_missing\n关系：relation_unknown");
    // Uncorrected it is refused for the same reasons, at its new rows; its own result can be marked again.
    let again = read(&bytes).unwrap();
    assert_eq!(
        brief(&again.rejected),
        [
            "住户!B2 room_missing",
            "住户!A3 building_missing",
            "住户!G3 relation_unknown"
        ]
    );
    assert_eq!(texts(&marked(&bytes, &again.rejected))[0].1[0], *rows[0]);
    // A problem that somebody else found is marked in the same way.
    assert_eq!(texts(&marked(&original, &problems[3..]))[0].1[1][8], "电话：bad_phone");
    assert_eq!(texts(&marked(&original, &[]))[0].1[0][0], "没有需要修改的行");
}

#[test]
fn merged_values_and_owners_come_along() {
    let rows = [
        raw_row(1, &["楼栋", "房号", "姓名", "关系"]),
        raw_row(2, &["1", "101", "张三", "业主"]),
        raw_row(3, &["", "", "李四", "朋友"]),
    ]
    .concat();
    let original = raw_sheet(
        &rows,
        "<mergeCells><mergeCell ref=\"A2:A3\"/><mergeCell ref=\"B2:B3\"/></mergeCells>",
    );
    let rejected = read(&original).unwrap().rejected;
    assert_eq!(
        texts(&marked(&original, &rejected))[0].1[1][..4],
        ["1", "101", "李四", "朋友"]
    );

    let hc = workbook(&[
        (
            "业主信息",
            &[
                &["业主编号", "业主名称", "业主类型"],
                &["1", "甲", "1001"],
                &["2", "", "1001"],
                &["3", "丙", "1001"],
            ],
        ),
        (
            "房屋信息",
            &[
                &["房屋编号", "楼栋编号", "单元编号", "业主编号"],
                &["101", "1", "1", "1"],
                &["102", "1", "1", "2#3"],
            ],
        ),
    ]);
    let rejected = read(&hc).unwrap().rejected;
    assert_eq!(brief(&rejected), ["业主信息!B3 name_missing"]);
    let sheets = texts(&marked(&hc, &rejected));
    assert_eq!(sheets[0].1.len(), 2, "only the refused owner");
    assert_eq!(sheets[1].1[1][..4], ["102", "1", "1", "2#3"], "and what points at him");
}
