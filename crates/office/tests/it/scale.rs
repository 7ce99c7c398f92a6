//! Large files: 20,000 units in seconds, a million empty rows at the price of their bytes. The figures are printed.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use rust_xlsxwriter::Workbook;

use crate::common::{raw_row, raw_sheet, read};

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    let took = start.elapsed();
    println!("{what}: {} ms", took.as_millis());
    (result, took)
}

#[test]
fn twenty_thousand_units_with_their_people() {
    let mut book = Workbook::new();
    let page = book.add_worksheet_with_constant_memory().unwrap();
    page.set_name("房屋与住户").unwrap();
    for (column, heading) in (0u16..).zip(["楼栋", "单元", "房号", "面积", "姓名", "关系", "电话", "证件号", "备注"])
    {
        page.write_string(0, column, heading).unwrap();
    }
    let mut row = 1;
    for unit in 0..20_000u32 {
        for person in 0..2u32 {
            let phone = 13_900_000_000u64 + u64::from(unit * 2 + person);
            page.write_number(row, 0, unit / 200 + 1).unwrap();
            page.write_number(row, 1, unit / 100 % 2 + 1).unwrap();
            page.write_string(row, 2, format!("{}{:02}", unit % 100 / 4 + 1, unit % 4 + 1))
                .unwrap();
            page.write_number(row, 3, 94.56).unwrap();
            page.write_string(row, 4, format!("住户{unit}-{person}")).unwrap();
            page.write_string(row, 5, if person == 0 { "业主" } else { "家属" })
                .unwrap();
            page.write_string(row, 6, phone.to_string()).unwrap();
            page.write_string(row, 7, format!("3101011980{:08}", unit * 2 + person))
                .unwrap();
            page.write_string(row, 8, "请先打电话").unwrap();
            row += 1;
        }
    }
    let bytes = book.save_to_buffer().unwrap();
    println!("file: {} KB", bytes.len() / 1024);
    let (file, took) = timed("20,000 units, 40,000 people", || read(&bytes).unwrap());
    assert_eq!(
        (file.units.len(), file.people.len(), file.occupancies.len()),
        (20_000, 40_000, 40_000)
    );
    assert!(file.rejected.is_empty());
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[test]
fn a_million_empty_rows() {
    let mut rows = raw_row(1, &["楼栋", "单元", "房号", "姓名"]);
    rows += &raw_row(2, &["1", "1", "101", "张三"]);
    for row in 3..=1_000_000 {
        let _ = write!(rows, "<row r=\"{row}\" spans=\"1:14\" ht=\"15\" customHeight=\"1\"/>");
    }
    rows += &raw_row(1_000_001, &["1", "1", "102", "李四"]);
    let bytes = raw_sheet(&rows, "");
    let (file, mut took) = timed("a million empty rows", || read(&bytes).unwrap());
    if took >= Duration::from_secs(2) {
        // The machine may have been busy with something else.
        took = timed("once more", || read(&bytes).unwrap()).1;
    }
    assert_eq!((file.units.len(), file.sheets[0].data_rows), (2, 2));
    assert_eq!(file.units[1].sources[0].row, 1_000_001);
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[test]
fn a_million_rows_of_formatted_empty_cells() {
    let mut rows = raw_row(1, &["楼栋", "单元", "房号", "姓名"]) + &raw_row(2, &["1", "1", "101", "张三"]);
    for row in 3..=1_000_000 {
        let _ = write!(
            rows,
            "<row r=\"{row}\"><c r=\"A{row}\" s=\"1\"/><c r=\"B{row}\" s=\"1\"/><c r=\"C{row}\" s=\"1\"/></row>"
        );
    }
    let bytes = raw_sheet(&rows, "");
    let (file, took) = timed("three million formatted empty cells", || read(&bytes).unwrap());
    assert_eq!(file.units.len(), 1);
    assert!(took < Duration::from_secs(30), "{took:?}");
}
