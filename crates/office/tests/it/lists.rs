//! Exported lists: nothing in them is ever a formula, and 100,000 rows are no matter.

use std::io::Read;
use std::time::Instant;

use calamine::{Data, Reader, Xlsx};
use jiff::tz::TimeZone;
use office::sheet::{Cell, Column, CsvWriter, Kind, ListSheet, ListWriter};

fn list() -> ListSheet {
    let column = |heading: &str, kind, width| Column {
        heading: heading.to_owned(),
        kind,
        width,
    };
    ListSheet {
        title: "事件/列表".to_owned(),
        watermark: "王芳 于 2026-11-21 09:50 导出 · 筛选：未完成 & 逾期".to_owned(),
        columns: vec![
            column("编号", Kind::Text, 20.0),
            column("登记时间", Kind::DateTime, 17.0),
            column("费用", Kind::Money, 10.0),
            column("次数", Kind::Number, 8.0),
        ],
        zone: TimeZone::fixed(jiff::tz::offset(8)),
    }
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn dangerous_texts_stay_texts() {
    let long = "长".repeat(40_000);
    let texts = [
        "=HYPERLINK(\"x\")",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "a\u{0}\u{7}b",
        "平常",
        &long,
        "_x0041_",
    ];
    let mut writer = ListWriter::new(&list()).unwrap();
    for text in texts {
        writer
            .push(&[
                Cell::from(text),
                Cell::At(1_795_225_800_000),
                Cell::Cents(-1250),
                Cell::Int(3),
            ])
            .unwrap();
    }
    writer
        .push(&[
            Cell::Empty,
            Cell::At(i64::MIN),
            Cell::Empty,
            Cell::Number(f64::NAN),
            Cell::from("beyond"),
        ])
        .unwrap();
    let bytes = writer.finish().unwrap();
    assert!(!part(&bytes, "xl/worksheets/sheet1.xml").contains("<f>"));
    assert!(part(&bytes, "xl/styles.xml").contains("quotePrefix"));
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let (name, range) = book.worksheets().remove(0);
    assert_eq!(name, "事件列表");
    let rows: Vec<_> = range.rows().collect();
    assert_eq!(rows[0][0], Data::String("事件/列表".to_owned()));
    assert!(rows[1][0].to_string().starts_with("王芳 于"));
    assert_eq!(rows[2][2], Data::String("费用".to_owned()));
    assert_eq!(rows[3][0], Data::String(texts[0].to_owned()));
    assert_eq!(rows[3][2], Data::Float(-12.5));
    let Data::DateTime(at) = &rows[3][1] else {
        panic!("{:?}", rows[3][1])
    };
    assert_eq!(at.to_ymd_hms_milli(), (2026, 11, 21, 9, 50, 0, 0));
    assert_eq!(rows[9][0], Data::String("ab".to_owned()));
    let cut = rows[11][0].to_string();
    assert_eq!((cut.encode_utf16().count(), cut.ends_with('…')), (32_765, true));
}

#[test]
fn csv_is_safe_too() {
    let mut writer = CsvWriter::new(&list());
    writer.push(&[
        "=1+1".into(),
        Cell::At(1_795_225_800_000),
        Cell::Cents(-5),
        Cell::Number(1.5),
    ]);
    writer.push(&["a,\"b\"\nc".into(), Cell::Empty, Cell::Cents(123_456), Cell::Int(-3)]);
    let text = String::from_utf8(writer.finish()).unwrap();
    let lines: Vec<_> = text.split("\r\n").collect();
    assert!(lines[0].starts_with('\u{feff}'));
    assert_eq!(lines[2], "编号,登记时间,费用,次数");
    assert_eq!(lines[3], "\"'=1+1\",2026-11-21 09:50,-0.05,1.5");
    assert_eq!(lines[4], "\"a,\"\"b\"\"\nc\",,1234.56,-3");
}

#[test]
fn a_hundred_thousand_rows() {
    let start = Instant::now();
    let mut writer = ListWriter::new(&list()).unwrap();
    for n in 0..100_000i64 {
        writer
            .push(&[
                Cell::from(format!("BX-20261121-{n:04}")),
                Cell::At(1_795_225_800_000 + n),
                Cell::Cents(n),
                Cell::Int(n),
            ])
            .unwrap();
    }
    let bytes = writer.finish().unwrap();
    println!(
        "100,000 rows: {} ms, {} KB",
        start.elapsed().as_millis(),
        bytes.len() / 1024
    );
    assert!(part(&bytes, "xl/worksheets/sheet1.xml").contains("<autoFilter ref=\"A3:D100003\"/>"));
}
