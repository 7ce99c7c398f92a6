//! Wanted beside got. Only what the case states is compared.

use serde_json::Value;

use super::super::hours::Hours;
use super::read;

/// A field that is not as wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub case: String,
    /// Path of the field: `due_at`, `ladder[0].at`.
    pub field: String,
    pub wanted: String,
    pub got: String,
}

/// Names that mean the same reason; the first is the engine's own.
const SAME_REASON: [&[&str]; 4] = [
    &["calendar_change", "calendar_changed", "calendar"],
    &["merge", "merge_from", "merged", "merge_change"],
    &["start_corrected", "start_correction", "start_change", "start_changed"],
    &["registered_late", "late_registration", "entered_late", "registration"],
];

pub(super) fn differences(id: &str, wanted: &Value, got: &Value, hours: &Hours) -> Vec<Difference> {
    let mut list = Vec::new();
    // A case that expects figures and gets an error says so once.
    if wanted.get("error").is_none()
        && let Some(error) = got.get("error").filter(|error| !error.is_null())
    {
        list.push(difference(id, "error", &Value::Null, error));
        return list;
    }
    compare(id, "", wanted, got, hours, &mut list);
    list
}

fn difference(id: &str, field: &str, wanted: &Value, got: &Value) -> Difference {
    Difference {
        case: id.to_owned(),
        field: field.to_owned(),
        wanted: shown(wanted),
        got: shown(got),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn compare(id: &str, path: &str, wanted: &Value, got: &Value, hours: &Hours, list: &mut Vec<Difference>) {
    match (wanted, got) {
        (Value::Object(fields), Value::Object(_)) => {
            for (name, value) in fields {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                compare(id, &path, value, got.get(name).unwrap_or(&Value::Null), hours, list);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            if a.len() != b.len() {
                let count = |items: &[Value]| Value::String(format!("{} entries", items.len()));
                list.push(difference(id, path, &count(a), &count(b)));
            }
            for (i, (wanted, got)) in a.iter().zip(b).enumerate() {
                compare(id, &format!("{path}[{i}]"), wanted, got, hours, list);
            }
        }
        _ if same(path, wanted, got, hours) => {}
        _ => list.push(difference(id, path, wanted, got)),
    }
}

fn same(path: &str, wanted: &Value, got: &Value, hours: &Hours) -> bool {
    match (wanted, got) {
        (Value::Number(a), Value::Number(b)) => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() < 0.000_5,
            _ => a == b,
        },
        (Value::String(a), Value::String(b)) if a == b => true,
        (Value::String(a), Value::String(b)) if path.ends_with("breach_reason") => SAME_REASON
            .iter()
            .any(|names| names.contains(&a.as_str()) && names.contains(&b.as_str())),
        (Value::String(a), Value::String(b)) if a.contains(':') => {
            matches!((read::instant(a, hours), read::instant(b, hours)), (Ok(a), Ok(b)) if a == b)
        }
        (a, b) => a == b,
    }
}
