//! What is told about an import: counts, what is new, what changes from what to what, what is refused and where.

use office::estate::EstateFile;
use office::{FileProblem, RowProblem, SheetKind};
use serde::{Deserialize, Serialize};

/// Things of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub refused: u64,
}

/// All kinds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    pub buildings: Count,
    pub units: Count,
    pub people: Count,
    /// Who lives where.
    pub occupancies: Count,
    pub vehicles: Count,
    pub parking_places: Count,
    /// Rows of the file that are not imported.
    pub refused_rows: u64,
    pub warnings: u64,
}

impl Counts {
    /// Whether writing would change anything.
    pub fn changes(&self) -> u64 {
        [
            self.buildings,
            self.units,
            self.people,
            self.occupancies,
            self.vehicles,
            self.parking_places,
        ]
        .iter()
        .map(|c| c.created + c.updated)
        .sum()
    }
}

/// One thing that is new or changes, for the eye: telephones and identity numbers are masked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// `building`, `unit`, `person`, `occupancy`, `vehicle` or `parking_place`.
    pub kind: String,
    pub label: String,
    /// Sheet and row that say so; empty and 0 when several do.
    pub sheet: String,
    pub row: u32,
    /// Field, before, after. Empty for what is new.
    pub fields: Vec<(String, String, String)>,
}

/// A sheet of the file as it was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetSeen {
    pub name: String,
    pub kind: SheetKind,
    pub heading_row: Option<u32>,
    pub data_rows: u32,
    pub skipped_rows: u32,
    /// Letters and heading of columns that are not imported.
    pub ignored: Vec<(String, String)>,
}

/// Lines of each list that are kept for the page; counts are of all.
pub const MOST_LINES: usize = 1_000;

/// What an import would do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Preview {
    /// The file as a whole cannot be read: the rest is empty.
    pub problem: Option<FileProblem>,
    /// The import itself failed (a translation key).
    pub failed: String,
    pub sheets: Vec<SheetSeen>,
    pub counts: Counts,
    pub created: Vec<Line>,
    pub changed: Vec<Line>,
    pub refused: Vec<RowProblem>,
    pub warnings: Vec<RowProblem>,
    /// Phones, ID numbers and the like that mean "none".
    pub placeholders: u32,
}

impl Preview {
    /// As it is kept: lists end after [`MOST_LINES`].
    pub(super) fn trimmed(&self) -> Preview {
        let mut p = self.clone();
        p.created.truncate(MOST_LINES);
        p.changed.truncate(MOST_LINES);
        p.refused.truncate(MOST_LINES);
        p.warnings.truncate(MOST_LINES);
        p
    }
}

/// The sheets, with the columns that have no place in the archive among the ignored.
pub(super) fn sheets(file: &EstateFile) -> Vec<SheetSeen> {
    let unused = |kind: SheetKind, field: office::Field| {
        let things = matches!(kind, SheetKind::Vehicles | SheetKind::Parking | SheetKind::HcParking);
        field == office::Field::Remark && things
    };
    let seen = file.sheets.iter().map(|s| {
        let mut ignored = s.ignored_columns.clone();
        ignored.extend(
            s.columns
                .iter()
                .filter(|(_, _, f)| unused(s.kind, *f))
                .map(|(l, h, _)| (l.clone(), h.clone())),
        );
        SheetSeen {
            name: s.name.clone(),
            kind: s.kind,
            heading_row: s.heading_row,
            data_rows: s.data_rows,
            skipped_rows: s.skipped_rows,
            ignored,
        }
    });
    seen.collect()
}
