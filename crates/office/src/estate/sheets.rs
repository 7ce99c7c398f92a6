//! From a workbook to sheets with their headings and the rows that are data.

use super::{Continue, Progress, SheetInfo, cells};
use crate::headings::{self, Head, SheetKind};
use crate::problem::{FileProblem, column_letters};
use crate::workbook::{Book, Limits, Row};

/// A sheet with the rows that are data, cut to the columns that are read.
pub(crate) struct Sheet {
    pub(crate) info: SheetInfo,
    pub(crate) head: Option<Head>,
    pub(crate) rows: Vec<Row>,
    /// What looks most like headings, when nothing is known.
    pub(super) first_rows: Vec<String>,
}

/// Rows between two progress reports.
const REPORT_EVERY: u64 = 500;

pub(crate) fn read_sheets(
    book: &mut Book<'_>,
    limits: &Limits,
    progress: &dyn Fn(Progress) -> Continue,
) -> Result<Vec<Sheet>, FileProblem> {
    let names = book.sheets();
    let count = names.len();
    let mut read = 0u64;
    let mut sheets = Vec::with_capacity(count);
    for (position, (name, visible)) in names.into_iter().enumerate() {
        let mut report = |rows: u64| {
            read += rows;
            let stop = progress(Progress {
                sheet: position + 1,
                sheets: count,
                rows: read,
            }) == Continue::Stop;
            if stop { Err(FileProblem::Stopped) } else { Ok(()) }
        };
        report(0)?;
        let skipped = match (visible, headings::is_instructions(&name)) {
            (false, _) => Some(SheetKind::Hidden),
            (_, true) => Some(SheetKind::Instructions),
            _ => None,
        };
        let sheet = match skipped {
            Some(kind) => plain(name, kind),
            None => read_sheet(book, &name, limits, &mut report)?,
        };
        sheets.push(sheet);
    }
    Ok(sheets)
}

fn plain(name: String, kind: SheetKind) -> Sheet {
    let info = SheetInfo {
        name,
        kind,
        heading_row: None,
        data_rows: 0,
        skipped_rows: 0,
        columns: Vec::new(),
        ignored_columns: Vec::new(),
    };
    Sheet {
        info,
        head: None,
        rows: Vec::new(),
        first_rows: Vec::new(),
    }
}

/// What the top of a sheet says about the rest.
enum Top {
    /// Still collecting rows.
    Open,
    Known(Head),
    /// Fees or nothing known: rows below are only counted.
    Foreign,
}

fn read_sheet(
    book: &mut Book<'_>,
    name: &str,
    limits: &Limits,
    report: &mut dyn FnMut(u64) -> Result<(), FileProblem>,
) -> Result<Sheet, FileProblem> {
    let mut top = Top::Open;
    let mut first: Vec<Row> = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    let mut since = 0u64;
    book.rows(name, limits, |row| {
        since += 1;
        if since == REPORT_EVERY {
            report(since)?;
            since = 0;
        }
        match &top {
            Top::Open => {
                first.push(row);
                if first.len() > headings::SEARCHED_ROWS {
                    top = decide(name, &first);
                    if let Top::Known(head) = &top {
                        rows.extend(first.drain(..).filter_map(|row| below(head, row)));
                    }
                }
            }
            Top::Known(head) => rows.extend(below(head, row)),
            Top::Foreign => {}
        }
        Ok(())
    })?;
    report(since)?;
    if first.is_empty() && matches!(top, Top::Open) {
        return Ok(plain(name.to_owned(), SheetKind::Empty));
    }
    if matches!(top, Top::Open) {
        top = decide(name, &first);
        if let Top::Known(head) = &top {
            rows.extend(first.drain(..).filter_map(|row| below(head, row)));
        }
    }
    let Top::Known(head) = top else {
        let fees = headings::is_fees(&first);
        let mut sheet = plain(
            name.to_owned(),
            if fees.is_some() {
                SheetKind::HcFees
            } else {
                SheetKind::Unknown
            },
        );
        sheet.info.heading_row = fees.map(|row| row + 1);
        sheet.first_rows = headings::likely_headings(&first);
        return Ok(sheet);
    };
    if cells::needs_merges(&head, &rows) {
        let merged = book.merged(name)?;
        cells::fill_down(&head, &mut rows, &merged);
    }
    let skipped = cells::drop_notes(&head, &mut rows);
    let info = SheetInfo {
        name: name.to_owned(),
        kind: head.kind,
        heading_row: Some(head.row + 1),
        data_rows: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        skipped_rows: skipped,
        columns: head
            .columns
            .iter()
            .map(|c| (column_letters(c.index), c.heading.clone(), c.field))
            .collect(),
        ignored_columns: head
            .ignored
            .iter()
            .map(|(c, text)| (column_letters(*c), text.clone()))
            .collect(),
    };
    Ok(Sheet {
        info,
        head: Some(head),
        rows,
        first_rows: Vec::new(),
    })
}

fn decide(name: &str, first: &[Row]) -> Top {
    if headings::is_fees(first).is_some() {
        return Top::Foreign;
    }
    headings::find(name, first).map_or(Top::Foreign, Top::Known)
}

/// The row cut to the columns that are read; none for the headings, what is above them, and rows that only explain.
fn below(head: &Head, mut row: Row) -> Option<Row> {
    if row.index <= head.row {
        return None;
    }
    row.cells
        .retain(|(column, _)| head.columns.iter().any(|c| c.index == *column));
    (!row.cells.is_empty()).then_some(row)
}
