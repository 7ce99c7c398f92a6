//! The workbook as bytes: what kind of file it is, whether it is safe to open, and its rows as a stream.
//!
//! A file is measured before it is parsed: its size, what it unpacks to (as the directory says and as it truly is,
//! because a directory may lie), the number of sheets. Sheets are read cell by cell, so that a million empty rows cost
//! time for their bytes and no memory.

use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Dimensions, Reader, SheetVisible, Xlsx, XlsxError};
use zip::ZipArchive;

use crate::problem::FileProblem;
use crate::text::clean;

/// How much a file may hold. The defaults let 20,000 units with all their people pass with room to spare.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Largest file in bytes.
    pub file_bytes: u64,
    /// Largest sum of all parts when unpacked, in bytes.
    pub unpacked_bytes: u64,
    /// Largest single part other than a sheet or a picture when unpacked, in bytes: these are held in memory.
    pub part_bytes: u64,
    /// Most filled rows of one sheet.
    pub rows: u64,
    /// Most cells of one sheet, empty but formatted ones included.
    pub cells: u64,
    /// Most sheets.
    pub sheets: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 50 << 20,
            unpacked_bytes: 300 << 20,
            part_bytes: 64 << 20,
            rows: 200_000,
            cells: 10_000_000,
            sheets: 64,
        }
    }
}

/// Columns beyond this one are not looked at.
const MAX_COLUMNS: u32 = 256;
/// Longest text that is kept of one cell, in characters.
const MAX_CHARS: usize = 4_000;
/// Parts in one file.
const MAX_PARTS: usize = 5_000;

/// What Excel writes where a formula failed.
const ERRORS: &[&str] = &["#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"];

/// What one cell holds, as far as an import is concerned. Never empty.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Number(f64),
    /// `YYYY-MM-DD`, with the time behind a space when there is one.
    Date(String),
    /// `#REF!` and its like.
    Error(String),
    /// A formula that no program has computed.
    Uncomputed,
}

impl Value {
    /// The text a person sees in the cell, near enough.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Text(text) | Self::Date(text) | Self::Error(text) => text.clone(),
            Self::Number(number) => number_text(*number),
            Self::Uncomputed => String::new(),
        }
    }
}

fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e21 {
        format!("{number:.0}")
    } else {
        // Excel shows 15 digits: what lies behind them is noise of the binary form (0.1 + 0.2).
        let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
        rounded.to_string()
    }
}

/// A row with at least one filled cell.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// From 0.
    pub(crate) index: u32,
    /// Filled cells by column, from 0, ascending.
    pub(crate) cells: Vec<(u16, Value)>,
}

impl Row {
    pub(crate) fn get(&self, column: u16) -> Option<&Value> {
        self.cells.iter().find(|(c, _)| *c == column).map(|(_, value)| value)
    }
}

/// Runs a reader that was not written for hostile files: a panic inside it becomes a problem of the file.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, FileProblem>) -> Result<T, FileProblem> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(FileProblem::Corrupt {
            detail: "the reader gave up".to_owned(),
        })
    })
}

/// Looks at kind and size of a file without parsing it.
pub(crate) fn check(bytes: &[u8], filename: &str, limits: &Limits) -> Result<(), FileProblem> {
    let size = bytes.len() as u64;
    if size == 0 {
        return Err(FileProblem::Empty);
    }
    if size > limits.file_bytes {
        return Err(FileProblem::TooBig {
            bytes: size,
            limit: limits.file_bytes,
        });
    }
    if !bytes.starts_with(b"PK\x03\x04") {
        return Err(other_kind(bytes, filename));
    }
    check_parts(bytes, limits)
}

fn not_excel(looks_like: &str) -> FileProblem {
    FileProblem::NotExcel {
        looks_like: looks_like.to_owned(),
    }
}

fn other_kind(bytes: &[u8], filename: &str) -> FileProblem {
    const MAGIC: &[(&[u8], &str)] = &[
        (b"\x89PNG", "png"),
        (b"\xff\xd8\xff", "jpeg"),
        (b"GIF8", "gif"),
        (b"BM", "bmp"),
        (b"%PDF", "pdf"),
        (b"Rar!", "rar"),
        (b"7z\xbc\xaf", "7z"),
        (b"\x1f\x8b", "gzip"),
        (b"PK", "zip"),
    ];
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        return compound_kind(bytes);
    }
    if bytes.get(8..12) == Some(b"WEBP") {
        return not_excel("webp");
    }
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return not_excel(kind);
    }
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    if head.contains(&0) {
        return not_excel("unknown");
    }
    let text = String::from_utf8_lossy(head)
        .trim_start_matches('\u{feff}')
        .trim_start()
        .to_ascii_lowercase();
    if text.starts_with('<') {
        // Many systems name a web page ".xls".
        return not_excel("html");
    }
    let name = filename.to_ascii_lowercase();
    if name.ends_with(".csv") || name.ends_with(".txt") || name.ends_with(".tsv") {
        return FileProblem::Csv;
    }
    let lines: Vec<&str> = text.lines().take(5).collect();
    match lines.iter().all(|line| line.contains([',', '\t', ';'])) && !lines.is_empty() {
        true => FileProblem::Csv,
        false => not_excel("unknown"),
    }
}

/// Old Office files and protected new ones are compound files; the names of their streams tell which.
fn compound_kind(bytes: &[u8]) -> FileProblem {
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(wide.len()).step_by(2).any(|window| window == wide)
    };
    if has("EncryptedPackage") || has("EncryptionInfo") {
        FileProblem::Encrypted
    } else if has("WordDocument") {
        not_excel("word")
    } else if has("PowerPoint Document") {
        not_excel("powerpoint")
    } else if has("Workbook") || has("Book") {
        FileProblem::LegacyXls
    } else {
        not_excel("unknown")
    }
}

fn corrupt(error: impl std::fmt::Display) -> FileProblem {
    FileProblem::Corrupt {
        detail: error.to_string(),
    }
}

fn check_parts(bytes: &[u8], limits: &Limits) -> Result<(), FileProblem> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(corrupt)?;
    let names: Vec<String> = zip
        .file_names()
        .filter_map(|name| name.ok().map(|n| n.into_owned()))
        .collect();
    let has = |name: &str| names.iter().any(|n| n.eq_ignore_ascii_case(name));
    let under = |folder: &str| names.iter().any(|n| n.starts_with(folder));
    if has("xl/workbook.bin") {
        return Err(FileProblem::OtherSpreadsheet {
            format: "xlsb".to_owned(),
        });
    }
    if under("word/") {
        return Err(not_excel("word"));
    }
    if under("ppt/") {
        return Err(not_excel("powerpoint"));
    }
    if has("content.xml") && has("mimetype") {
        return Err(FileProblem::OtherSpreadsheet {
            format: "ods".to_owned(),
        });
    }
    if !has("[Content_Types].xml") {
        return Err(not_excel("zip"));
    }
    if names.len() > MAX_PARTS {
        return Err(FileProblem::UnpackedTooBig {
            part: format!("{} parts", names.len()),
            limit: limits.unpacked_bytes,
        });
    }
    // First what the directory says, which costs nothing, then what is truly there.
    let too_big = |part: &str, limit: u64| FileProblem::UnpackedTooBig {
        part: part.to_owned(),
        limit,
    };
    let mut declared = 0u64;
    for index in 0..zip.len() {
        let part = zip.by_index_raw(index).map_err(corrupt)?;
        declared = declared.saturating_add(part.size());
        if declared > limits.unpacked_bytes {
            return Err(too_big(&part.name().map_err(corrupt)?, limits.unpacked_bytes));
        }
    }
    let mut total = 0u64;
    let mut buffer = vec![0u8; 64 << 10];
    for index in 0..zip.len() {
        let mut part = zip.by_index(index).map_err(corrupt)?;
        let name = part.name().map_err(corrupt)?.into_owned();
        let streamed = name.starts_with("xl/worksheets/") || name.starts_with("xl/media/");
        let mut size = 0u64;
        loop {
            let got = part.read(&mut buffer).map_err(corrupt)? as u64;
            if got == 0 {
                break;
            }
            size += got;
            total += got;
            if total > limits.unpacked_bytes {
                return Err(too_big(&name, limits.unpacked_bytes));
            }
            if !streamed && size > limits.part_bytes {
                return Err(too_big(&name, limits.part_bytes));
            }
        }
    }
    Ok(())
}

/// An open workbook.
pub(crate) struct Book<'a> {
    xlsx: Xlsx<Cursor<&'a [u8]>>,
}

impl<'a> Book<'a> {
    /// Opens a file that [`check`] has let pass.
    pub(crate) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, FileProblem> {
        let xlsx = Xlsx::new(Cursor::new(bytes)).map_err(reading)?;
        if xlsx.sheets_metadata().len() as u64 > limits.sheets {
            return Err(FileProblem::TooManySheets { limit: limits.sheets });
        }
        Ok(Self { xlsx })
    }

    /// Names of the sheets in order, and whether they are visible.
    pub(crate) fn sheets(&self) -> Vec<(String, bool)> {
        self.xlsx
            .sheets_metadata()
            .iter()
            .map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible))
            .collect()
    }

    /// Merged regions of a sheet. Reads the sheet once more: ask only when needed.
    pub(crate) fn merged(&mut self, sheet: &str) -> Result<Vec<Dimensions>, FileProblem> {
        self.xlsx.merge_cells_by_sheet_name(sheet).map_err(reading)
    }

    /// Gives each filled row of a sheet to `each`, top down. A sheet that is a chart gives none.
    pub(crate) fn rows(
        &mut self,
        sheet: &str,
        limits: &Limits,
        mut each: impl FnMut(Row) -> Result<(), FileProblem>,
    ) -> Result<(), FileProblem> {
        let mut reader = match self.xlsx.worksheet_cells_reader(sheet) {
            Ok(reader) => reader,
            Err(XlsxError::NotAWorksheet(_)) => return Ok(()),
            Err(error) => return Err(reading(error)),
        };
        let mut row = Row {
            index: 0,
            cells: Vec::new(),
        };
        let (mut seen, mut filled) = (0u64, 0u64);
        loop {
            let (position, value) = match reader.next_cell_with_formula_metadata() {
                Ok(Some(cell)) => {
                    // A formula may well give an empty text; no value at all means that nobody computed it.
                    let value = match (&cell.value, cell.formula) {
                        (DataRef::Empty, Some(_)) => Some(Value::Uncomputed),
                        _ => read(cell.value),
                    };
                    (cell.pos, value)
                }
                Ok(None) => break,
                Err(error) => return Err(reading(error)),
            };
            seen += 1;
            if seen > limits.cells {
                return Err(FileProblem::TooManyCells {
                    sheet: sheet.to_owned(),
                    limit: limits.cells,
                });
            }
            let Some(value) = value else { continue };
            let (index, column) = position;
            let Some(column) = u16::try_from(column).ok().filter(|c| u32::from(*c) < MAX_COLUMNS) else {
                continue;
            };
            if index != row.index && !row.cells.is_empty() {
                filled += 1;
                if filled > limits.rows {
                    return Err(FileProblem::TooManyRows {
                        sheet: sheet.to_owned(),
                        limit: limits.rows,
                    });
                }
                each(std::mem::replace(
                    &mut row,
                    Row {
                        index,
                        cells: Vec::new(),
                    },
                ))?;
            }
            row.index = index;
            row.cells.push((column, value));
        }
        if !row.cells.is_empty() {
            each(row)?;
        }
        Ok(())
    }
}

fn reading(error: XlsxError) -> FileProblem {
    match error {
        XlsxError::Password => FileProblem::Encrypted,
        other => corrupt(other),
    }
}

fn read(data: DataRef<'_>) -> Option<Value> {
    let text = |text: &str| {
        let text = clean(text);
        match text.char_indices().nth(MAX_CHARS) {
            None if text.is_empty() => None,
            // Pasted as text, or written back by the workbook of refused rows.
            None if ERRORS.contains(&text.as_str()) => Some(Value::Error(text)),
            None => Some(Value::Text(text)),
            Some((end, _)) => text.get(..end).map(|t| Value::Text(t.to_owned())),
        }
    };
    match data {
        DataRef::Empty => None,
        DataRef::String(s) | DataRef::DurationIso(s) => text(&s),
        DataRef::SharedString(s) => text(s),
        DataRef::Int(i) => Some(Value::Number(i as f64)),
        DataRef::Float(f) => Some(Value::Number(f)),
        DataRef::Bool(b) => Some(Value::Text(if b { "TRUE" } else { "FALSE" }.to_owned())),
        DataRef::DateTimeIso(s) => Some(Value::Date(s.replacen('T', " ", 1))),
        DataRef::DateTime(at) if at.is_duration() => Some(Value::Number(at.as_f64())),
        DataRef::DateTime(at) => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            Some(Value::Date(match (hour, minute, second) {
                (0, 0, 0) => date,
                _ => format!("{date} {hour:02}:{minute:02}:{second:02}"),
            }))
        }
        DataRef::Error(error) => Some(Value::Error(error.to_string())),
    }
}
