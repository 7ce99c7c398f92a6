//! Refused rows given back as a workbook: the same sheets with the same headings, only the rows that need work, the
//! cells to blame in colour, the reason in the last column. Corrected, it is imported again as it is.
//!
//! Of an HC community workbook the rows that a refused row points at, or that point at it, by 业主编号 come along without
//! colour: the corrected file must still know who owns what. Importing them again changes nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Workbook, XlsxError};

use domain::fold::fold_code;

use crate::Lang;
use crate::estate::{Continue, Sheet, read_sheets};
use crate::headings::{Field, Head};
use crate::problem::{FileProblem, RowProblem, column_index};
use crate::sheet::{cell_text, sheet_name};
use crate::text::several;
use crate::workbook::{Book, Limits, Row, check, guarded};

/// Headings of the two columns that are added; unknown to the import, so that it passes over them.
const ORIGINAL_ROW: (&str, &str) = ("原行号", "Original row");
const REASON: (&str, &str) = ("退回原因", "Reason");
const NOTHING: (&str, &str) = ("没有需要修改的行", "No rows to correct");

/// Makes the workbook of refused rows. `original` is the file that was read, `message` puts a problem into words.
/// Problems without a row, or of rows that the file does not have, are left out.
///
/// # Errors
/// [`FileProblem`] when the original can no longer be read, or `Corrupt` when the new one cannot be written.
pub fn marked_workbook(
    original: &[u8],
    problems: &[RowProblem],
    lang: Lang,
    limits: &Limits,
    message: &dyn Fn(&RowProblem) -> String,
) -> Result<Vec<u8>, FileProblem> {
    guarded(|| {
        check(original, "", limits)?;
        let mut book = Book::open(original, limits)?;
        let sheets = read_sheets(&mut book, limits, &|_| Continue::Yes)?;
        let mut by_sheet: HashMap<&str, BTreeMap<u32, Vec<&RowProblem>>> = HashMap::new();
        for problem in problems.iter().filter(|problem| problem.row > 0) {
            by_sheet
                .entry(&problem.sheet)
                .or_default()
                .entry(problem.row)
                .or_default()
                .push(problem);
        }
        let owners = owners_of(&sheets, &by_sheet);
        let mut workbook = Workbook::new();
        let mut written = false;
        for sheet in &sheets {
            let Some(head) = &sheet.head else { continue };
            let none = BTreeMap::new();
            let marked = by_sheet.get(sheet.info.name.as_str()).unwrap_or(&none);
            let mut wanted: BTreeSet<u32> = marked.keys().copied().collect();
            wanted.extend(
                sheet
                    .rows
                    .iter()
                    .filter(|row| owned(head, row).any(|o| owners.contains(&o)))
                    .map(|row| row.index + 1),
            );
            if wanted.is_empty() {
                continue;
            }
            let rows = full_rows(&mut book, sheet, head, &wanted, limits)?;
            write(&mut workbook, sheet, head, &rows, marked, lang, message).map_err(writing)?;
            written = true;
        }
        if !written {
            let page = workbook.add_worksheet();
            page.write_string(0, 0, say(NOTHING, lang)).map_err(writing)?;
        }
        workbook.save_to_buffer().map_err(writing)
    })
}

fn say(text: (&'static str, &'static str), lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => text.0,
        Lang::En => text.1,
    }
}

fn writing(error: XlsxError) -> FileProblem {
    FileProblem::Corrupt {
        detail: error.to_string(),
    }
}

/// The owners' numbers a row of HC community carries.
fn owned<'a>(head: &'a Head, row: &'a Row) -> impl Iterator<Item = String> + 'a {
    head.column(Field::OwnerNo)
        .and_then(|column| row.get(column.index))
        .map(|value| several(&value.text()))
        .unwrap_or_default()
        .into_iter()
        .map(|number| fold_code(&number))
}

fn owners_of(sheets: &[Sheet], by_sheet: &HashMap<&str, BTreeMap<u32, Vec<&RowProblem>>>) -> BTreeSet<String> {
    let mut owners = BTreeSet::new();
    for sheet in sheets {
        let (Some(head), Some(marked)) = (&sheet.head, by_sheet.get(sheet.info.name.as_str())) else {
            continue;
        };
        for row in sheet.rows.iter().filter(|row| marked.contains_key(&(row.index + 1))) {
            owners.extend(owned(head, row));
        }
    }
    owners
}

/// The wanted rows with all their cells: those that were read (with what merged cells gave them) and those of columns
/// that the import ignores.
fn full_rows(
    book: &mut Book<'_>,
    sheet: &Sheet,
    head: &Head,
    wanted: &BTreeSet<u32>,
    limits: &Limits,
) -> Result<Vec<Row>, FileProblem> {
    let mut rows: BTreeMap<u32, Row> = sheet
        .rows
        .iter()
        .filter(|row| wanted.contains(&(row.index + 1)))
        .map(|row| (row.index, row.clone()))
        .collect();
    if !head.ignored.is_empty() {
        book.rows(&sheet.info.name, limits, |raw| {
            if let Some(row) = rows.get_mut(&raw.index) {
                row.cells.extend(
                    raw.cells
                        .into_iter()
                        .filter(|(c, _)| head.ignored.iter().any(|(i, _)| i == c)),
                );
            }
            Ok(())
        })?;
    }
    Ok(rows.into_values().collect())
}

fn write(
    workbook: &mut Workbook,
    sheet: &Sheet,
    head: &Head,
    rows: &[Row],
    marked: &BTreeMap<u32, Vec<&RowProblem>>,
    lang: Lang,
    message: &dyn Fn(&RowProblem) -> String,
) -> Result<(), XlsxError> {
    let bold = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_border_bottom(FormatBorder::Thin);
    let plain = Format::new().set_num_format("@").set_align(FormatAlign::Top);
    let bad = plain
        .clone()
        .set_background_color(Color::RGB(0x00F9_D0C4))
        .set_border(FormatBorder::Thin);
    let reason = Format::new()
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_font_color(Color::RGB(0x00A4_2A16));
    let page = workbook.add_worksheet();
    page.set_name(sheet_name(&sheet.info.name))?;
    let mut last = 0;
    let headings = head
        .columns
        .iter()
        .map(|column| (column.index, &column.heading))
        .chain(head.ignored.iter().map(|(column, text)| (*column, text)))
        // A workbook that was given back once already has these columns: they are made anew.
        .filter(|(_, text)| ![ORIGINAL_ROW.0, ORIGINAL_ROW.1, REASON.0, REASON.1].contains(&text.as_str()));
    let mut kept = BTreeSet::new();
    for (column, text) in headings {
        page.write_string_with_format(0, column, cell_text(text), &bold)?;
        page.set_column_width(column, 14)?;
        kept.insert(column);
        last = last.max(column);
    }
    let (row_column, reason_column) = (last + 1, last + 2);
    page.write_string_with_format(0, row_column, say(ORIGINAL_ROW, lang), &bold)?;
    page.write_string_with_format(0, reason_column, say(REASON, lang), &bold)?;
    page.set_column_width(reason_column, 60)?;
    page.set_freeze_panes(1, 0)?;
    for (row, at) in rows.iter().zip(1u32..) {
        let number = row.index + 1;
        let problems = marked.get(&number).map(Vec::as_slice).unwrap_or_default();
        let blamed: Vec<u16> = problems
            .iter()
            .filter_map(|p| p.column.as_deref().and_then(column_index))
            .collect();
        for (column, value) in row.cells.iter().filter(|(column, _)| kept.contains(column)) {
            let format = if blamed.contains(column) { &bad } else { &plain };
            page.write_string_with_format(at, *column, cell_text(&value.text()), format)?;
        }
        for column in blamed
            .iter()
            .filter(|column| row.get(**column).is_none() && kept.contains(column))
        {
            page.write_blank(at, *column, &bad)?;
        }
        page.write_number(at, row_column, number)?;
        let texts: Vec<String> = problems.iter().map(|problem| message(problem)).collect();
        page.write_string_with_format(at, reason_column, cell_text(&texts.join("\n")), &reason)?;
    }
    Ok(())
}
