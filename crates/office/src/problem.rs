//! What can be wrong with a file, and with one row of it. Codes and arguments only: the words for people are made
//! elsewhere, from a translation key for each code.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The headings that were seen on a sheet that was not recognised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundHeadings {
    /// Name of the sheet.
    pub sheet: String,
    /// Texts of the row that looks most like headings, from left to right. Empty for an empty sheet.
    pub headings: Vec<String>,
}

/// Why a whole file cannot be read. Nothing of such a file is imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum FileProblem {
    /// The file has no bytes.
    Empty,
    /// Some other kind of file; `looks_like` is one of png, jpeg, gif, webp, bmp, pdf, word, powerpoint, html, rar,
    /// 7z, gzip, zip, unknown.
    NotExcel {
        /// What the first bytes say.
        looks_like: String,
    },
    /// Text with separators: to be opened in a spreadsheet program and saved as .xlsx, so that the encoding and the
    /// leading zeros are decided by a person.
    Csv,
    /// Excel 97–2003 (.xls): to be saved as .xlsx.
    LegacyXls,
    /// A spreadsheet of another kind (`xlsb`, `ods`): to be saved as .xlsx.
    OtherSpreadsheet {
        /// `xlsb` or `ods`.
        format: String,
    },
    /// Protected by a password for opening.
    Encrypted,
    /// The file is larger than allowed.
    TooBig {
        /// Size of the file in bytes.
        bytes: u64,
        /// Allowed size in bytes.
        limit: u64,
    },
    /// What is packed in the file is larger than allowed (a zip bomb, or pictures and history of years).
    UnpackedTooBig {
        /// The part that broke the limit.
        part: String,
        /// Allowed size in bytes.
        limit: u64,
    },
    /// A sheet has more filled rows than allowed.
    TooManyRows {
        /// Name of the sheet.
        sheet: String,
        /// Allowed number.
        limit: u64,
    },
    /// A sheet has more cells than allowed.
    TooManyCells {
        /// Name of the sheet.
        sheet: String,
        /// Allowed number.
        limit: u64,
    },
    /// The workbook has more sheets than allowed.
    TooManySheets {
        /// Allowed number.
        limit: u64,
    },
    /// The file is damaged.
    Corrupt {
        /// For the log, not for people: what the reader said.
        detail: String,
    },
    /// No sheet carries headings that are known.
    NoKnownSheet {
        /// What was seen, sheet by sheet.
        found: Vec<FoundHeadings>,
        /// Headings that make a sheet known, in Chinese.
        expected: Vec<String>,
    },
    /// The person stopped the reading.
    Stopped,
}

impl FileProblem {
    /// The stable code, as in JSON and as the end of the translation key.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotExcel { .. } => "not_excel",
            Self::Csv => "csv",
            Self::LegacyXls => "legacy_xls",
            Self::OtherSpreadsheet { .. } => "other_spreadsheet",
            Self::Encrypted => "encrypted",
            Self::TooBig { .. } => "too_big",
            Self::UnpackedTooBig { .. } => "unpacked_too_big",
            Self::TooManyRows { .. } => "too_many_rows",
            Self::TooManyCells { .. } => "too_many_cells",
            Self::TooManySheets { .. } => "too_many_sheets",
            Self::Corrupt { .. } => "corrupt",
            Self::NoKnownSheet { .. } => "no_known_sheet",
            Self::Stopped => "stopped",
        }
    }

    /// Every code, so that a test can ask for a text in each language.
    pub const CODES: &'static [&'static str] = &[
        "empty",
        "not_excel",
        "csv",
        "legacy_xls",
        "other_spreadsheet",
        "encrypted",
        "too_big",
        "unpacked_too_big",
        "too_many_rows",
        "too_many_cells",
        "too_many_sheets",
        "corrupt",
        "no_known_sheet",
        "stopped",
    ];
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for FileProblem {}

/// Codes of [`RowProblem`] that this crate gives. Whoever validates further adds codes of their own.
pub mod code {
    /// The row has no room number.
    pub const ROOM_MISSING: &str = "room_missing";
    /// The sheet has a building column and the row leaves it empty (and the cell is not merged with one above).
    pub const BUILDING_MISSING: &str = "building_missing";
    /// Phone, ID number or relation without a name.
    pub const NAME_MISSING: &str = "name_missing";
    /// No plate in a row of the vehicle sheet.
    pub const PLATE_MISSING: &str = "plate_missing";
    /// No code in a row of the parking sheet.
    pub const PARKING_CODE_MISSING: &str = "parking_code_missing";
    /// An owner without 业主编号.
    pub const OWNER_NO_MISSING: &str = "owner_no_missing";
    /// The same 业主编号 for two owners. Args: `row`.
    pub const OWNER_NO_DUPLICATE: &str = "owner_no_duplicate";
    /// The 业主编号 is not on the sheet of owners. Args: `owner_no`. A warning for a unit or parking place (which
    /// arrives without its owner), a refusal for a family member or tenant.
    pub const OWNER_NOT_FOUND: &str = "owner_not_found";
    /// Building and 单元 are not on the sheet 楼栋单元. Warning.
    pub const BUILDING_NOT_LISTED: &str = "building_not_listed";
    /// The relation is none of owner, family, tenant, temporary.
    pub const RELATION_UNKNOWN: &str = "relation_unknown";
    /// No relation given: taken as owner. Warning.
    pub const RELATION_ASSUMED: &str = "relation_assumed";
    /// A tenant or family member of an owner with several units: linked to all of them. Args: `count`. Warning.
    pub const LINKED_TO_ALL_UNITS: &str = "linked_to_all_units";
    /// The cell holds an Excel error such as #REF!.
    pub const CELL_ERROR: &str = "cell_error";
    /// The cell holds a formula that was never computed.
    pub const FORMULA_WITHOUT_VALUE: &str = "formula_without_value";
    /// Not a number. Warning: the value is left out.
    pub const NOT_A_NUMBER: &str = "not_a_number";
    /// Not a date. Warning: the value is left out.
    pub const NOT_A_DATE: &str = "not_a_date";
    /// A long number was typed as a number and Excel has lost its last digits. Warning: the value is left out.
    pub const DIGITS_LOST: &str = "digits_lost";
    /// The same person in the same unit again. Args: `row`. Warning.
    pub const DUPLICATE_ROW: &str = "duplicate_row";
    /// The same unit, plate or parking place again with other values: the first row holds. Args: `row`. Warning.
    pub const CONFLICTS_WITH_ROW: &str = "conflicts_with_row";
    /// Several names in one cell whose phones cannot be told apart: the first person has them all. Warning.
    pub const SEVERAL_NAMES: &str = "several_names";
    /// A sheet that is known but not imported here (费用设置). Warning without a row.
    pub const SHEET_NOT_IMPORTED: &str = "sheet_not_imported";

    /// Every code above, so that a test can ask for a text in each language.
    pub const ALL: &[&str] = &[
        ROOM_MISSING,
        BUILDING_MISSING,
        NAME_MISSING,
        PLATE_MISSING,
        PARKING_CODE_MISSING,
        OWNER_NO_MISSING,
        OWNER_NO_DUPLICATE,
        OWNER_NOT_FOUND,
        BUILDING_NOT_LISTED,
        RELATION_UNKNOWN,
        RELATION_ASSUMED,
        LINKED_TO_ALL_UNITS,
        CELL_ERROR,
        FORMULA_WITHOUT_VALUE,
        NOT_A_NUMBER,
        NOT_A_DATE,
        DIGITS_LOST,
        DUPLICATE_ROW,
        CONFLICTS_WITH_ROW,
        SEVERAL_NAMES,
        SHEET_NOT_IMPORTED,
    ];
}

/// One thing to tell about one row: a refusal or a warning, with the place where a person finds it in Excel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowProblem {
    /// Name of the sheet.
    pub sheet: String,
    /// Row as Excel shows it, from 1; 0 when the whole sheet is meant.
    pub row: u32,
    /// Column as Excel shows it (`A`, `AB`), when one cell is to blame.
    pub column: Option<String>,
    /// The heading of that column as the file has it.
    pub column_name: Option<String>,
    /// One of [`code`], or a code of whoever validates further.
    pub code: Cow<'static, str>,
    /// Arguments of the text.
    pub args: BTreeMap<String, String>,
    /// The offending text, empty when something is missing. May be personal data: show it to the importer only.
    pub value: String,
}

impl RowProblem {
    /// A problem of a row, to be narrowed by the methods below.
    pub fn new(sheet: &str, row: u32, code: impl Into<Cow<'static, str>>) -> Self {
        Self {
            sheet: sheet.to_owned(),
            row,
            column: None,
            column_name: None,
            code: code.into(),
            args: BTreeMap::new(),
            value: String::new(),
        }
    }

    /// Names the cell: column from 0, and its heading.
    #[must_use]
    pub fn at(mut self, column: u16, heading: &str) -> Self {
        self.column = Some(column_letters(column));
        self.column_name = Some(heading.to_owned());
        self
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, name: &str, value: impl ToString) -> Self {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }

    /// [`Self::arg`] in place.
    pub(crate) fn set(&mut self, name: &str, value: impl ToString) {
        self.args.insert(name.to_owned(), value.to_string());
    }

    /// Keeps the offending text.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }
}

/// Column letters as Excel shows them, for a column counted from 0.
pub fn column_letters(column: u16) -> String {
    let mut n = u32::from(column) + 1;
    let mut out = Vec::new();
    while n > 0 {
        let digit = u8::try_from((n - 1) % 26).unwrap_or_default();
        out.push(char::from(b'A' + digit));
        n = (n - 1) / 26;
    }
    out.iter().rev().collect()
}

/// The column, counted from 0, of letters as Excel shows them; none when they are no column.
pub(crate) fn column_index(letters: &str) -> Option<u16> {
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let mut n = 0u32;
    for b in letters.bytes() {
        if !b.is_ascii_uppercase() {
            return None;
        }
        n = n * 26 + u32::from(b - b'A') + 1;
    }
    u16::try_from(n - 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_excels_letters() {
        for (index, letters) in [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (51, "AZ"),
            (701, "ZZ"),
            (702, "AAA"),
            (16383, "XFD"),
        ] {
            assert_eq!(column_letters(index), letters);
            assert_eq!(column_index(letters), Some(index));
        }
        assert_eq!(column_index(""), None);
        assert_eq!(column_index("a"), None);
        assert_eq!(column_index("ZZZZ"), None);
    }
}
