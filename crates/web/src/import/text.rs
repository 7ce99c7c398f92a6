//! What an import says to people, on pages and on the terminal: why a file or a row is not taken, and what changes.

use app::ctx::Locale;
use app::import::Line;
use office::{FileProblem, RowProblem, SheetKind};

use crate::l10n::{has, t, tx};

/// Why the file as a whole cannot be read, and what to do.
#[must_use]
pub fn file(l: Locale, p: &FileProblem) -> String {
    let mb = |n: u64| (n >> 20).to_string();
    let key = format!("import-file-{}", p.code());
    let args: Vec<(&str, String)> = match p {
        FileProblem::NotExcel { looks_like } => {
            let kind = format!("import-looks-{looks_like}");
            let kind = if has(l, &kind) {
                kind
            } else {
                "import-looks-unknown".to_owned()
            };
            vec![("kind", t(l, &kind))]
        }
        FileProblem::OtherSpreadsheet { format } => vec![("format", format.clone())],
        FileProblem::TooBig { bytes, limit } => vec![("size", mb(*bytes)), ("limit", mb(*limit))],
        FileProblem::UnpackedTooBig { limit, .. } => vec![("limit", mb(*limit))],
        FileProblem::TooManyRows { sheet, limit } | FileProblem::TooManyCells { sheet, limit } => {
            vec![("sheet", sheet.clone()), ("limit", limit.to_string())]
        }
        FileProblem::TooManySheets { limit } => vec![("limit", limit.to_string())],
        FileProblem::NoKnownSheet { expected, .. } => {
            vec![("expected", expected.join(&t(l, "import-and")))]
        }
        _ => Vec::new(),
    };
    let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
    tx(l, &key, &args)
}

/// Why a row is refused, or what is to be known about it.
#[must_use]
pub fn row(l: Locale, p: &RowProblem) -> String {
    let args: Vec<(&str, &str)> = p.args.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    tx(l, &format!("import-row-{}", p.code), &args)
}

/// Where a problem stands: sheet, row and column.
#[must_use]
pub fn place(l: Locale, p: &RowProblem) -> String {
    let row = p.row.to_string();
    let args = [
        ("sheet", p.sheet.as_str()),
        ("row", row.as_str()),
        ("column", p.column.as_deref().unwrap_or("")),
    ];
    let key = match (p.row, &p.column) {
        (0, _) => "import-place-sheet",
        (_, None) => "import-place-row",
        (_, Some(_)) => "import-place-cell",
    };
    tx(l, key, &args)
}

/// What a sheet was taken for.
#[must_use]
pub fn sheet(l: Locale, k: SheetKind) -> String {
    let code = serde_json::to_value(k)
        .ok()
        .and_then(|v| v.as_str().map(str::to_owned))
        .unwrap_or_default();
    t(l, &format!("import-sheet-{code}"))
}

/// A kind of thing.
#[must_use]
pub fn kind(l: Locale, kind: &str) -> String {
    t(l, &format!("import-kind-{kind}"))
}

/// A field that changes.
#[must_use]
pub fn field(l: Locale, name: &str) -> String {
    let key = format!("import-field-{name}");
    if has(l, &key) { t(l, &key) } else { name.to_owned() }
}

/// A value as people read it.
#[must_use]
pub fn value(l: Locale, name: &str, value: &str) -> String {
    let family = match name {
        "relation" => "relation",
        "usage_state" => "usage",
        "tenure" => "tenure",
        "gender" => "import-gender",
        "has_lift" | "ended" => "import-bool",
        _ => return value.to_owned(),
    };
    let key = format!("{family}-{value}");
    if has(l, &key) { t(l, &key) } else { value.to_owned() }
}

/// The changes of a line: field, before, after.
#[must_use]
pub fn changes(l: Locale, line: &Line) -> Vec<(String, String, String)> {
    let shown = |(f, a, b): &(String, String, String)| (field(l, f), value(l, f, a), value(l, f, b));
    line.fields.iter().map(shown).collect()
}
