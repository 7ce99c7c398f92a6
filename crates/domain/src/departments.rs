//! The department directory that ships with the product (REC-2): what every department does, one click from the desk.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::data_error::DataError;

codes! {
    /// Whose people they are.
    DepartmentKind {
        /// The company's own.
        Own = "own",
        /// An outsourced contractor's (外包方).
        Vendor = "vendor",
        /// Neither: the developer, an authority, a supply company. To refer to, not to dispatch to.
        Outside = "outside",
    }
}

/// One department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Stays the same when the name changes: `engineering`.
    pub code: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Whose people they are.
    pub kind: DepartmentKind,
    /// What it does, in plain Chinese.
    pub duties_zh: String,
    /// What it does, in plain English.
    pub duties_en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    departments: Vec<Department>,
}

/// Reads and checks a directory.
///
/// # Errors
/// [`DataError`] with the code of the department that is wrong.
pub fn parse(json: &str) -> Result<Vec<Department>, DataError> {
    let file: File = serde_json::from_str(json)?;
    let mut codes = HashSet::new();
    for d in &file.departments {
        let empty = [&d.code, &d.zh, &d.en, &d.duties_zh, &d.duties_en]
            .iter()
            .any(|t| t.trim().is_empty());
        if empty {
            return Err(DataError::at(&d.code, "every field must be filled in"));
        }
        if !codes.insert(d.code.as_str()) {
            return Err(DataError::at(&d.code, "the code is used twice"));
        }
    }
    Ok(file.departments)
}

/// The directory that new sites begin with.
///
/// # Errors
/// None in a tested build; see [`parse`].
pub fn default_departments() -> Result<Vec<Department>, DataError> {
    parse(include_str!("../../../standards/departments.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped() {
        let all = default_departments().unwrap();
        for code in [
            "customer_service",
            "engineering",
            "security",
            "cleaning",
            "greening",
            "finance",
            "quality",
            "administration",
            "project_office",
        ] {
            assert!(
                all.iter().any(|d| d.code == code && d.kind == DepartmentKind::Own),
                "{code}"
            );
        }
        assert!(all.iter().filter(|d| d.kind == DepartmentKind::Vendor).count() >= 5);
    }

    #[test]
    fn refused() {
        let one = r#"{"code":"a","zh":"甲","en":"A","kind":"own","duties_zh":"事","duties_en":"work"}"#;
        assert_eq!(parse(&format!(r#"{{"departments":[{one}]}}"#)).map(|d| d.len()), Ok(1));
        let twice = parse(&format!(r#"{{"departments":[{one},{one}]}}"#))
            .unwrap_err()
            .to_string();
        assert_eq!(twice, "a: the code is used twice");
        assert!(parse(&format!(r#"{{"departments":[{}]}}"#, one.replace("甲", " "))).is_err());
        assert!(parse(&format!(r#"{{"departments":[{}]}}"#, one.replace("own", "ours"))).is_err());
        assert!(parse("").is_err());
    }
}
