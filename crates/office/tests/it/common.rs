//! Workbooks made for the tests, and the usual way to read them.

use std::io::{Cursor, Read, Write};

use office::estate::{Continue, EstateFile, read_estate};
use office::{FileProblem, Limits, RowProblem};
use rust_xlsxwriter::Workbook;

pub fn read(bytes: &[u8]) -> Result<EstateFile, FileProblem> {
    read_estate(bytes, "estate.xlsx", &Limits::default(), &|_| Continue::Yes)
}

/// A workbook of texts; what parses as a number is written as one unless it begins with an apostrophe.
pub fn workbook(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, rows) in sheets {
        let page = book.add_worksheet();
        page.set_name(*name).unwrap();
        for (r, row) in (0u32..).zip(*rows) {
            for (c, text) in (0u16..).zip(*row) {
                if text.is_empty() {
                    continue;
                }
                match (text.strip_prefix('\''), text.parse::<f64>()) {
                    (Some(text), _) => page.write_string(r, c, text).unwrap(),
                    (None, Ok(number)) => page.write_number(r, c, number).unwrap(),
                    (None, Err(_)) => page.write_string(r, c, *text).unwrap(),
                };
            }
        }
    }
    book.save_to_buffer().unwrap()
}

/// The parts of a package with one of them replaced (or added).
pub fn repack(bytes: &[u8], part: &str, content: &[u8]) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for index in 0..from.len() {
        let mut file = from.by_index(index).unwrap();
        let name = file.name().unwrap().into_owned();
        if name == part {
            continue;
        }
        let mut data = Vec::new();
        file.read_to_end(&mut data).unwrap();
        to.start_file(name, options).unwrap();
        to.write_all(&data).unwrap();
    }
    to.start_file(part, options).unwrap();
    to.write_all(content).unwrap();
    to.finish().unwrap().into_inner()
}

/// A workbook whose only sheet has this XML inside `sheetData`, and after it.
pub fn raw_sheet(data: &str, after: &str) -> Vec<u8> {
    let base = workbook(&[("Sheet1", &[&["x"]])]);
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
         <sheetData>{data}</sheetData>{after}</worksheet>"
    );
    repack(&base, "xl/worksheets/sheet1.xml", xml.as_bytes())
}

/// A row of inline strings.
pub fn raw_row(row: u32, cells: &[&str]) -> String {
    let cells: String = cells
        .iter()
        .zip('A'..)
        .filter(|(text, _)| !text.is_empty())
        .map(|(text, column)| format!("<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"))
        .collect();
    format!("<row r=\"{row}\">{cells}</row>")
}

/// Where and what, for comparison.
pub fn brief(problems: &[RowProblem]) -> Vec<String> {
    problems
        .iter()
        .map(|p| format!("{}!{}{} {}", p.sheet, p.column.as_deref().unwrap_or(""), p.row, p.code))
        .collect()
}
