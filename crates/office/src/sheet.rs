//! Lists that people take away: Excel and CSV, row by row, with a line that says who exported what and when.
//!
//! No text ever becomes a formula: in Excel it is stored as text (and marked as such for whoever saves the sheet in
//! another format), in CSV a text that a spreadsheet would compute is given an apostrophe. The memory needed does not
//! grow with the rows of an Excel file, which are written to a temporary file, apart from the finished bytes.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_xlsxwriter::{Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

/// Most characters Excel takes in one cell, in UTF-16 units.
const CELL_CHARS: usize = 32_767;
/// What ends a text that was cut.
const CUT: &str = "…";
/// Rows above the list: title, watermark, headings.
const HEAD_ROWS: u32 = 3;
const EXCEL_ROWS: u32 = 1_048_576;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, wrapped at the width of the column.
    Text,
    /// Date and time in the list's zone, to the minute.
    DateTime,
    /// Money in yuan with two decimals.
    Money,
    /// A number.
    Number,
}

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// What it holds.
    pub kind: Kind,
    /// Its width in characters of Latin text, 4 to 120.
    pub width: f64,
}

/// A list without its rows.
#[derive(Clone, Debug)]
pub struct ListSheet {
    /// The name of the sheet and the first line.
    pub title: String,
    /// The second line and the foot of each printed page: who, when, which filter.
    pub watermark: String,
    /// Columns from left to right.
    pub columns: Vec<Column>,
    /// The zone in which times are shown.
    pub zone: TimeZone,
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Text.
    Text(Cow<'a, str>),
    /// Unix milliseconds, UTC.
    At(i64),
    /// Cents.
    Cents(i64),
    /// A whole number.
    Int(i64),
    /// A number.
    Number(f64),
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

/// Why a list cannot be written.
#[derive(Debug)]
#[non_exhaustive]
pub enum ExportError {
    /// More rows than a sheet holds: narrow the filter.
    TooManyRows,
    /// The workbook could not be written, most likely because the temporary directory is full or read-only.
    Writing(String),
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyRows => f.write_str("too many rows for one sheet"),
            Self::Writing(detail) => write!(f, "the list could not be written: {detail}"),
        }
    }
}

impl std::error::Error for ExportError {}

impl From<XlsxError> for ExportError {
    fn from(error: XlsxError) -> Self {
        Self::Writing(error.to_string())
    }
}

/// Whether a spreadsheet would take the text for a formula.
fn looks_like_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

/// The text without characters that XML or a spreadsheet cannot hold, cut to what fits into a cell.
pub(crate) fn cell_text(text: &str) -> Cow<'_, str> {
    let bad = |c: char| (c.is_control() && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    let clean: Cow<'_, str> = match text.contains(bad) {
        true => text.chars().filter(|c| !bad(*c)).collect::<String>().into(),
        false => text.into(),
    };
    if clean.len() <= CELL_CHARS {
        return clean;
    }
    let mut units = 0;
    let room = CELL_CHARS - CUT.len();
    let mut end = None;
    for (at, c) in clean.char_indices() {
        units += c.len_utf16();
        if units <= room {
            end = Some(at + c.len_utf8());
        }
        if units > CELL_CHARS {
            return format!("{}{CUT}", clean.get(..end.unwrap_or(0)).unwrap_or_default()).into();
        }
    }
    clean
}

/// A name that Excel takes for a sheet.
pub(crate) fn sheet_name(text: &str) -> String {
    let name: String = cell_text(text)
        .chars()
        .filter(|c| !"[]:*?/\\'".contains(*c) && !c.is_control())
        .take(31)
        .collect();
    match name.trim() {
        "" => "1".to_owned(),
        name => name.to_owned(),
    }
}

fn local(at: i64, zone: &TimeZone) -> Option<jiff::civil::DateTime> {
    Some(Timestamp::from_millisecond(at).ok()?.to_zoned(zone.clone()).datetime())
}

struct Formats {
    title: Format,
    watermark: Format,
    heading: Format,
    text: Format,
    quoted: Format,
    time: Format,
    money: Format,
    number: Format,
}

impl Formats {
    fn new() -> Self {
        let top = || Format::new().set_align(FormatAlign::Top);
        Self {
            title: Format::new().set_bold().set_font_size(14),
            watermark: Format::new().set_font_color(Color::RGB(0x0066_6666)).set_italic(),
            heading: Format::new()
                .set_bold()
                .set_text_wrap()
                .set_background_color(Color::RGB(0x00E8_EDF2))
                .set_border_bottom(FormatBorder::Thin),
            text: top().set_text_wrap(),
            quoted: top().set_text_wrap().set_quote_prefix(),
            time: top().set_num_format("yyyy-mm-dd hh:mm"),
            money: top().set_num_format("#,##0.00"),
            number: top(),
        }
    }
}

/// Writes a list to Excel, row by row.
pub struct ListWriter {
    workbook: Workbook,
    formats: Formats,
    kinds: Vec<Kind>,
    zone: TimeZone,
    next: u32,
}

impl ListWriter {
    /// Begins a list: title, watermark and headings are written at once.
    ///
    /// # Errors
    /// [`ExportError::Writing`].
    pub fn new(list: &ListSheet) -> Result<Self, ExportError> {
        let mut workbook = Workbook::new();
        let formats = Formats::new();
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(sheet_name(&list.title))?;
        for (column, index) in list.columns.iter().zip(0u16..) {
            sheet.set_column_width(index, column.width.clamp(4.0, 120.0))?;
        }
        sheet.write_string_with_format(0, 0, cell_text(&list.title), &formats.title)?;
        sheet.write_string_with_format(1, 0, cell_text(&list.watermark), &formats.watermark)?;
        for (column, index) in list.columns.iter().zip(0u16..) {
            sheet.write_string_with_format(2, index, cell_text(&column.heading), &formats.heading)?;
        }
        sheet.set_freeze_panes(HEAD_ROWS, 0)?;
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        sheet.set_repeat_rows(2, 2)?;
        // An ampersand is a command in a page foot; 255 characters are all it takes.
        let foot: String = list.watermark.replace('&', "&&").chars().take(200).collect();
        sheet.set_footer(format!("&L{}&R&P/&N", foot.trim_end_matches('&')));
        Ok(Self {
            workbook,
            formats,
            kinds: list.columns.iter().map(|c| c.kind).collect(),
            zone: list.zone.clone(),
            next: HEAD_ROWS,
        })
    }

    /// Adds one row; values beyond the last column are left out.
    ///
    /// # Errors
    /// [`ExportError`].
    pub fn push(&mut self, row: &[Cell<'_>]) -> Result<(), ExportError> {
        if self.next >= EXCEL_ROWS {
            return Err(ExportError::TooManyRows);
        }
        let sheet = self.workbook.worksheet_from_index(0)?;
        for ((value, kind), column) in row.iter().zip(&self.kinds).zip(0u16..) {
            write(sheet, self.next, column, value, *kind, &self.formats, &self.zone)?;
        }
        self.next += 1;
        Ok(())
    }

    /// The finished workbook.
    ///
    /// # Errors
    /// [`ExportError::Writing`].
    pub fn finish(mut self) -> Result<Vec<u8>, ExportError> {
        if let (Some(last), true) = (
            u16::try_from(self.kinds.len()).ok().and_then(|n| n.checked_sub(1)),
            self.next > HEAD_ROWS,
        ) {
            self.workbook
                .worksheet_from_index(0)?
                .autofilter(HEAD_ROWS - 1, 0, self.next - 1, last)?;
        }
        Ok(self.workbook.save_to_buffer()?)
    }
}

fn write(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    value: &Cell<'_>,
    kind: Kind,
    formats: &Formats,
    zone: &TimeZone,
) -> Result<(), ExportError> {
    match value {
        Cell::Empty => {}
        Cell::Text(text) => {
            let format = if looks_like_formula(text) {
                &formats.quoted
            } else {
                &formats.text
            };
            sheet.write_string_with_format(row, column, cell_text(text), format)?;
        }
        Cell::At(at) => {
            let Some(time) = local(*at, zone) else { return Ok(()) };
            let date = u16::try_from(time.year()).ok().and_then(|year| {
                ExcelDateTime::from_ymd(year, time.month().unsigned_abs(), time.day().unsigned_abs()).ok()
            });
            let clock = |date: ExcelDateTime| {
                date.and_hms(
                    u16::from(time.hour().unsigned_abs()),
                    time.minute().unsigned_abs(),
                    f64::from(time.second()),
                )
            };
            match date.map(clock) {
                Some(Ok(date)) => sheet.write_datetime_with_format(row, column, &date, &formats.time)?,
                // Before 1900 Excel has no dates.
                _ => sheet.write_string_with_format(row, column, time.to_string(), &formats.text)?,
            };
        }
        Cell::Cents(cents) => {
            sheet.write_number_with_format(row, column, *cents as f64 / 100.0, &formats.money)?;
        }
        Cell::Int(number) => write_number(sheet, row, column, *number as f64, kind, formats)?,
        Cell::Number(number) => write_number(sheet, row, column, *number, kind, formats)?,
    }
    Ok(())
}

fn write_number(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    number: f64,
    kind: Kind,
    formats: &Formats,
) -> Result<(), ExportError> {
    if number.is_finite() {
        let format = if kind == Kind::Money {
            &formats.money
        } else {
            &formats.number
        };
        sheet.write_number_with_format(row, column, number, format)?;
    }
    Ok(())
}

/// Writes a list as CSV in UTF-8 with a byte order mark, which Excel needs to see that it is UTF-8.
pub struct CsvWriter {
    out: Vec<u8>,
    columns: usize,
    zone: TimeZone,
}

impl CsvWriter {
    /// Begins a list: watermark line and headings.
    pub fn new(list: &ListSheet) -> Self {
        let mut writer = Self {
            out: "\u{feff}".as_bytes().to_vec(),
            columns: list.columns.len(),
            zone: list.zone.clone(),
        };
        writer.line(std::iter::once(csv_text(&list.title)));
        writer.line(std::iter::once(csv_text(&list.watermark)));
        writer.line(list.columns.iter().map(|c| csv_text(&c.heading)));
        writer
    }

    /// Adds one row; values beyond the last column are left out.
    pub fn push(&mut self, row: &[Cell<'_>]) {
        let zone = self.zone.clone();
        let texts: Vec<String> = row
            .iter()
            .take(self.columns)
            .map(|value| match value {
                Cell::Empty => String::new(),
                Cell::Text(text) => csv_text(text),
                Cell::At(at) => local(*at, &zone)
                    .map(|t| t.strftime("%Y-%m-%d %H:%M").to_string())
                    .unwrap_or_default(),
                Cell::Cents(cents) => {
                    let sign = if *cents < 0 { "-" } else { "" };
                    format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
                }
                Cell::Int(number) => number.to_string(),
                Cell::Number(number) if number.is_finite() => number.to_string(),
                Cell::Number(_) => String::new(),
            })
            .collect();
        self.line(texts.into_iter());
    }

    /// The finished file.
    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    fn line(&mut self, texts: impl Iterator<Item = String>) {
        for (position, text) in texts.enumerate() {
            if position > 0 {
                self.out.push(b',');
            }
            self.out.extend_from_slice(text.as_bytes());
        }
        self.out.extend_from_slice(b"\r\n");
    }
}

fn csv_text(text: &str) -> String {
    let text = cell_text(text);
    let text = if looks_like_formula(&text) {
        format!("'{text}")
    } else {
        text.into_owned()
    };
    match text.contains([',', '"', '\n', '\r', '\'']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}
