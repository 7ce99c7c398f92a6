//! Files that are no estate workbook: each gets a clear answer, none a panic.

use office::estate::{Continue, read_estate};
use office::{FileProblem, Limits};

use crate::common::{raw_row, raw_sheet, read, repack, workbook};
use crate::estate::HC;

fn refused(bytes: &[u8], filename: &str) -> FileProblem {
    read_estate(bytes, filename, &Limits::default(), &|_| Continue::Yes).unwrap_err()
}

fn looks_like(bytes: &[u8], filename: &str) -> String {
    match refused(bytes, filename) {
        FileProblem::NotExcel { looks_like } => looks_like,
        other => panic!("{other:?}"),
    }
}

/// A compound file in outline: signature, then a directory with one stream name.
fn compound(stream: &str) -> Vec<u8> {
    let mut bytes = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    bytes.resize(1024, 0);
    bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
    bytes.resize(2048, 0);
    bytes
}

fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn other_kinds_are_named() {
    assert_eq!(refused(b"", "a.xlsx"), FileProblem::Empty);
    assert_eq!(looks_like(b"\x89PNG\r\n\x1a\n0000000000", "a.xlsx"), "png");
    assert_eq!(looks_like(b"\xff\xd8\xff\xe0aaaaaaaaaaaaaa", "photo.xlsx"), "jpeg");
    assert_eq!(looks_like(b"%PDF-1.7 aaaaaaaaaa", "a.pdf"), "pdf");
    assert_eq!(looks_like(b"<html><table><tr><td>x</td></tr></table>", "a.xls"), "html");
    assert_eq!(looks_like("亲爱的业主".as_bytes(), "a.xlsx"), "unknown");
    assert_eq!(looks_like(&[0u8; 500], "a.xlsx"), "unknown");
    assert_eq!(
        looks_like(
            &package(&[("[Content_Types].xml", ""), ("word/document.xml", "")]),
            "a.docx"
        ),
        "word"
    );
    assert_eq!(
        looks_like(
            &package(&[("[Content_Types].xml", ""), ("ppt/presentation.xml", "")]),
            "a"
        ),
        "powerpoint"
    );
    assert_eq!(looks_like(&package(&[("a.txt", "hello")]), "a.zip"), "zip");
    assert_eq!(looks_like(&compound("WordDocument"), "a.doc"), "word");
    assert_eq!(refused(&compound("Workbook"), "a.xls"), FileProblem::LegacyXls);
    assert_eq!(refused(&compound("EncryptedPackage"), "a.xlsx"), FileProblem::Encrypted);
    assert_eq!(refused("房号,姓名\n101,张三\n".as_bytes(), "a.csv"), FileProblem::Csv);
    assert_eq!(
        refused(b"\xb7\xbf\xba\xc5,\xd0\xd5\xc3\xfb\n101,x\n", "a.csv"),
        FileProblem::Csv
    );
    let xlsb = refused(
        &package(&[("[Content_Types].xml", ""), ("xl/workbook.bin", "")]),
        "a.xlsb",
    );
    assert_eq!(xlsb, FileProblem::OtherSpreadsheet { format: "xlsb".into() });
    let ods = refused(&package(&[("mimetype", ""), ("content.xml", "")]), "a.ods");
    assert_eq!(ods, FileProblem::OtherSpreadsheet { format: "ods".into() });
}

#[test]
fn no_known_sheet_says_what_was_found_and_what_is_expected() {
    let bytes = workbook(&[
        (
            "采购",
            &[&["2024 年采购清单"], &["品名", "数量", "单价"], &["扫把", "10", "5"]],
        ),
        ("空表", &[]),
        ("填写说明", &[&["楼栋", "房号", "姓名"]]),
    ]);
    let FileProblem::NoKnownSheet { found, expected } = refused(&bytes, "a.xlsx") else {
        panic!()
    };
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].headings, ["品名", "数量", "单价"]);
    assert_eq!((found[1].sheet.as_str(), found[1].headings.len()), ("空表", 0));
    assert!(expected.contains(&"房号".to_owned()));
}

#[test]
fn too_big_is_said_before_it_is_read() {
    let small = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        read_estate(HC, "a.xlsx", &limits, &|_| Continue::Yes).unwrap_err()
    };
    assert_eq!(
        small(|l| l.file_bytes = 1000),
        FileProblem::TooBig {
            bytes: HC.len() as u64,
            limit: 1000
        }
    );
    assert!(matches!(
        small(|l| l.unpacked_bytes = 5000),
        FileProblem::UnpackedTooBig { .. }
    ));
    assert!(matches!(
        small(|l| l.part_bytes = 500),
        FileProblem::UnpackedTooBig { .. }
    ));
    assert!(matches!(small(|l| l.rows = 10), FileProblem::TooManyRows { .. }));
    assert!(matches!(small(|l| l.cells = 20), FileProblem::TooManyCells { .. }));
    assert!(matches!(small(|l| l.sheets = 2), FileProblem::TooManySheets { .. }));
}

#[test]
fn a_bomb_is_not_unpacked_even_when_its_directory_lies() {
    // 400 MB of spaces in a few hundred kilobytes.
    let bomb = raw_sheet(&" ".repeat(400 << 20), "");
    assert!(bomb.len() < 2 << 20);
    assert!(matches!(refused(&bomb, "a.xlsx"), FileProblem::UnpackedTooBig { .. }));
    // The same with sizes of the sheet understated in the directory and in the local header.
    let mut lying = bomb.clone();
    let size = u32::try_from((400usize << 20) + raw_sheet("", "").len()).unwrap();
    let mut changed = 0;
    for at in 0..lying.len() - 4 {
        let here = u32::from_le_bytes(lying[at..at + 4].try_into().unwrap());
        if here.abs_diff(size) < 20_000 && here > 400 << 20 {
            lying[at..at + 4].copy_from_slice(&1000u32.to_le_bytes());
            changed += 1;
        }
    }
    assert!(changed >= 1);
    assert!(matches!(
        refused(&lying, "a.xlsx"),
        FileProblem::UnpackedTooBig { .. } | FileProblem::Corrupt { .. }
    ));
}

#[test]
fn damage_anywhere_is_an_answer_not_a_panic() {
    for end in [5, 100, 1000, 5000, HC.len() - 10] {
        let problem = refused(&HC[..end], "a.xlsx");
        assert!(
            matches!(problem, FileProblem::Corrupt { .. } | FileProblem::NotExcel { .. }),
            "{end}: {problem:?}"
        );
    }
    // One byte in every fiftieth changed in turn: whatever comes back comes back.
    for at in (0..HC.len()).step_by(50) {
        let mut bytes = HC.to_vec();
        bytes[at] ^= 0x5a;
        let _ = read(&bytes);
    }
    for xml in [
        "",
        "<worksheet>",
        "<worksheet><sheetData><row r=\"x\"><c r=\"!!\"><v>1</v></c></row></sheetData></worksheet>",
    ] {
        let _ = read(&repack(HC, "xl/worksheets/sheet1.xml", xml.as_bytes()));
    }
    let beyond = raw_row(1, &["房号", "姓名"]) + "<row r=\"99999999\"><c r=\"ZZZZ99999999\"><v>1</v></c></row>";
    let _ = read(&raw_sheet(&beyond, ""));
    let missing = raw_row(1, &["房号", "姓名"]) + "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>4000000</v></c></row>";
    assert!(matches!(
        refused(&raw_sheet(&missing, ""), "a"),
        FileProblem::Corrupt { .. }
    ));
}
