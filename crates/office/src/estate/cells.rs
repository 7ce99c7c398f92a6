//! One row at a time: values by field, with what is wrong about them; and the rows that are no data at all.

use calamine::Dimensions;
use domain::fold::fold;

use super::{Reading, Sheet, Source};
use crate::headings::{self, Column, Field, Head, SheetKind};
use crate::problem::{RowProblem, code};
use crate::text::{clean, day, hundredths, means_none, several};
use crate::workbook::{Row, Value};

/// Columns that describe the unit, not the person: they hold for all rows of a vertically merged cell.
const OF_THE_UNIT: &[Field] = &[
    Field::Building,
    Field::Entrance,
    Field::Room,
    Field::Floor,
    Field::Area,
    Field::Layout,
    Field::UnitKind,
    Field::UseState,
    Field::MoveIn,
];

/// Whether a building, entrance or room cell is empty somewhere: only then is it worth reading the merged regions.
pub(super) fn needs_merges(head: &Head, rows: &[Row]) -> bool {
    if !matches!(
        head.kind,
        SheetKind::Units | SheetKind::HcRooms | SheetKind::HcBuildings
    ) {
        return false;
    }
    let keys: Vec<u16> = [Field::Building, Field::Entrance, Field::Room]
        .iter()
        .filter_map(|field| head.column(*field).map(|c| c.index))
        .collect();
    rows.iter().any(|row| keys.iter().any(|key| row.get(*key).is_none()))
}

/// Gives the value of a vertically merged cell to every row it spans, for columns that describe the unit.
pub(super) fn fill_down(head: &Head, rows: &mut [Row], merged: &[Dimensions]) {
    let columns: Vec<u16> = OF_THE_UNIT
        .iter()
        .filter_map(|field| head.column(*field).map(|c| c.index))
        .collect();
    for region in merged
        .iter()
        .filter(|region| region.end.0 > region.start.0 && region.start.0 > head.row)
    {
        let Ok(column) = u16::try_from(region.start.1) else {
            continue;
        };
        if !columns.contains(&column) {
            continue;
        }
        let Ok(top) = rows.binary_search_by_key(&region.start.0, |row| row.index) else {
            continue;
        };
        let Some(value) = rows.get(top).and_then(|row| row.get(column)).cloned() else {
            continue;
        };
        for row in rows
            .iter_mut()
            .skip(top + 1)
            .take_while(|row| row.index <= region.end.0)
        {
            if row.get(column).is_none() {
                row.cells.push((column, value.clone()));
                row.cells.sort_by_key(|(c, _)| *c);
            }
        }
    }
}

/// Fields without which a row of this kind is no record.
fn keys(kind: SheetKind) -> &'static [Field] {
    match kind {
        SheetKind::Units | SheetKind::HcRooms => &[Field::Room],
        SheetKind::HcOwners => &[Field::OwnerNo],
        SheetKind::HcBuildings => &[Field::Building, Field::Entrance],
        SheetKind::Vehicles => &[Field::Plate],
        SheetKind::Parking | SheetKind::HcParking => &[Field::ParkingCode],
        _ => &[],
    }
}

/// Takes out explanations below the data and lines of totals; returns how many rows that were.
///
/// An explanation begins with 说明, 注意 and the like, or is a sentence standing alone. After such a beginning, rows
/// without the field that makes a record are explanations too; complete records below are still read.
pub(super) fn drop_notes(head: &Head, rows: &mut Vec<Row>) -> u32 {
    let before = rows.len();
    let mut explaining = false;
    rows.retain(|row| {
        let Some((_, first)) = row.cells.first() else {
            return false;
        };
        let text = fold(&first.text());
        let text = text.trim();
        if begins_explanation(text) {
            explaining = true;
            return false;
        }
        let complete = keys(head.kind)
            .iter()
            .all(|field| head.column(*field).is_none_or(|column| row.get(column.index).is_some()));
        if explaining && (!complete || headings::field(text).is_some()) {
            return false;
        }
        let total = ["合计", "总计", "小计", "共计"]
            .iter()
            .any(|word| text.starts_with(word));
        !(total || (row.cells.len() == 1 && is_sentence(text)))
    });
    u32::try_from(before - rows.len()).unwrap_or(u32::MAX)
}

fn begins_explanation(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "说明",
        "填写说明",
        "填表说明",
        "注意",
        "注意事项",
        "注",
        "备注",
        "提示",
        "note",
        "notes",
        "instructions",
    ];
    if text.starts_with('※') {
        return true;
    }
    let lower = text.to_lowercase();
    WORDS.iter().any(|word| {
        lower.strip_prefix(word).is_some_and(|rest| {
            rest.starts_with(':') || (rest.is_empty() && !matches!(*word, "注" | "备注" | "提示" | "note" | "notes"))
        })
    })
}

fn is_sentence(text: &str) -> bool {
    let length = text.chars().count();
    length >= 25 || (length >= 12 && text.contains(['。', ',', ':', ';', '、', '!']))
}

/// The cells of one row, by field, collecting what is wrong.
pub(super) struct Cells<'a> {
    sheet: &'a Sheet,
    head: &'a Head,
    row: &'a Row,
    pub(super) source: Source,
    refusals: Vec<RowProblem>,
    warnings: Vec<RowProblem>,
    pub(super) placeholders: u32,
}

impl<'a> Cells<'a> {
    /// A row of the sheet at `position` among the sheets. Cells that hold an error are refused at once.
    pub(super) fn new(position: usize, sheet: &'a Sheet, head: &'a Head, row: &'a Row) -> Self {
        let source = Source {
            sheet: u16::try_from(position).unwrap_or(u16::MAX),
            row: row.index + 1,
        };
        let mut cells = Self {
            sheet,
            head,
            row,
            source,
            refusals: Vec::new(),
            warnings: Vec::new(),
            placeholders: 0,
        };
        for column in &head.columns {
            if matches!(column.field, Field::Fee | Field::Sequence) {
                continue;
            }
            let code = match row.get(column.index) {
                Some(Value::Error(_)) => code::CELL_ERROR,
                Some(Value::Uncomputed) => code::FORMULA_WITHOUT_VALUE,
                _ => continue,
            };
            let problem = cells.about(Some(column), code);
            cells.refusals.push(problem);
        }
        cells
    }

    fn about(&self, column: Option<&Column>, code: &'static str) -> RowProblem {
        let problem = RowProblem::new(&self.sheet.info.name, self.source.row, code);
        match column {
            Some(column) => {
                let value = self.row.get(column.index).map(Value::text).unwrap_or_default();
                problem.at(column.index, &column.heading).value(value)
            }
            None => problem,
        }
    }

    /// The column of a field; a name may stand under the heading of owners.
    fn column(&self, field: Field) -> Option<&'a Column> {
        self.head.column(field).or_else(|| match field {
            Field::Name => self.head.column(Field::OwnerName),
            Field::OwnerName => self.head.column(Field::Name),
            _ => None,
        })
    }

    /// The row is not imported because of this field. A cell that is refused already is not blamed again: what is
    /// missing there is missing because it could not be read.
    pub(super) fn refuse(&mut self, field: Field, code: &'static str) -> &mut RowProblem {
        let problem = self.about(self.column(field), code);
        let blamed = self
            .refusals
            .iter()
            .position(|p| p.column.is_some() && p.column == problem.column);
        let at = blamed.unwrap_or(self.refusals.len());
        if blamed.is_none() {
            self.refusals.push(problem);
        }
        &mut self.refusals[at]
    }

    /// The row is imported all the same.
    pub(super) fn warn(&mut self, field: Field, code: &'static str) -> &mut RowProblem {
        let problem = self.about(self.column(field), code);
        self.warnings.push(problem);
        let last = self.warnings.len() - 1;
        &mut self.warnings[last]
    }

    pub(super) fn has_column(&self, field: Field) -> bool {
        self.head.has(field)
    }

    /// The text of a field; none when it is empty or says "none".
    pub(super) fn text(&mut self, field: Field) -> Option<String> {
        let column = self.head.column(field)?;
        match self.row.get(column.index)? {
            // Excel keeps 15 digits: an ID number typed as a number has lost the rest for good.
            Value::Number(number) if number.abs() >= 1e15 => {
                self.warn(field, code::DIGITS_LOST);
                None
            }
            Value::Error(_) | Value::Uncomputed => None,
            value => Some(clean(&value.text())).filter(|text| !means_none(text)),
        }
    }

    /// A number as hundredths.
    pub(super) fn hundredths(&mut self, field: Field) -> Option<i64> {
        let text = self.text(field)?;
        let number = hundredths(&text);
        if number.is_none() {
            self.warn(field, code::NOT_A_NUMBER);
        }
        number
    }

    /// A day as `YYYY-MM-DD`.
    pub(super) fn day(&mut self, field: Field) -> Option<String> {
        let column = self.head.column(field)?;
        let value = self.row.get(column.index)?;
        if let Value::Number(serial) = value
            && (10_000.0..100_000.0).contains(serial)
        {
            // A date whose cell lost its date format.
            return day_of_serial(serial.floor() as i32);
        }
        let text = self.text(field)?;
        let found = day(&text);
        if found.is_none() {
            self.warn(field, code::NOT_A_DATE);
        }
        found
    }

    /// All phones of the two phone columns, placeholders left out and counted.
    pub(super) fn phones(&mut self, placeholder: fn(&str) -> bool) -> Vec<String> {
        let mut phones: Vec<String> = Vec::new();
        for field in [Field::Phone, Field::SecondPhone] {
            for phone in self.text(field).map(|text| several(&text)).unwrap_or_default() {
                if placeholder(&phone) {
                    self.placeholders += 1;
                } else if !phones.contains(&phone) {
                    phones.push(phone);
                }
            }
        }
        phones
    }

    /// The ID number, unless it is a placeholder.
    pub(super) fn id_number(&mut self, placeholder: fn(&str) -> bool) -> Option<String> {
        let id = self.text(Field::IdNumber)?;
        if placeholder(&id) {
            self.placeholders += 1;
            return None;
        }
        Some(id)
    }

    /// Whether the row stands; hands over what was found.
    pub(super) fn stands(&self) -> bool {
        self.refusals.is_empty()
    }

    /// Hands over what is wrong: refusals alone when there are any.
    pub(super) fn hand_over(self, reading: &mut Reading) {
        if self.refusals.is_empty() {
            reading.file.warnings.extend(self.warnings);
            reading.file.placeholders += self.placeholders;
        } else {
            reading.file.rejected.extend(self.refusals);
        }
    }
}

fn day_of_serial(serial: i32) -> Option<String> {
    let epoch = jiff::civil::date(1899, 12, 30);
    let date = epoch.checked_add(jiff::Span::new().try_days(serial).ok()?).ok()?;
    Some(date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn explanations_are_told_from_data() {
        for text in [
            "说明",
            "注意：",
            "备注: 以上",
            "※ 带星号必填",
            "Note: fill in all",
            "说明：电话",
        ] {
            assert!(begins_explanation(&fold(text)), "{text}");
        }
        for text in ["注", "备注", "1栋", "说明书路1号", "Notes"] {
            assert!(!begins_explanation(&fold(text)), "{text}");
        }
    }

    #[test]
    fn serials_are_days() {
        assert_eq!(day_of_serial(45_356).as_deref(), Some("2024-03-05"));
    }
}
