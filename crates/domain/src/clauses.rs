//! The clause catalogue: what the written procedures ask for, by document. The handbook shows it (CSR-2), and whatever in
//! the product names a clause can be looked up in it.

use std::collections::HashSet;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::data_error::DataError;

codes! {
    /// By what kind of mechanism the product carries a clause out.
    How {
        /// The step cannot be skipped.
        Enforce = "enforce",
        /// A limit with a due time.
        Clock = "clock",
        /// Recurring work that is assigned and chased.
        Duty = "duty",
        /// A record with its own screen.
        Register = "register",
        /// Help at the moment it is needed.
        Aid = "aid",
        /// A figure against its target.
        Measure = "measure",
    }
}

/// One of the documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// `REC`
    pub code: String,
    pub en: String,
    pub zh: String,
}

/// One clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// `REC-13`: stays the same for good.
    pub id: String,
    /// A short Chinese title.
    pub zh: String,
    /// The English text.
    pub en: String,
    pub how: Vec<How>,
}

impl Clause {
    /// Code of the document it stands in.
    #[must_use]
    pub fn document(&self) -> &str {
        self.id.split_once('-').map_or("", |(d, _)| d)
    }
}

/// The whole catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clauses {
    pub version: String,
    pub documents: Vec<Document>,
    pub clauses: Vec<Clause>,
}

impl Clauses {
    /// The clause with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Clause> {
        self.clauses.iter().find(|c| c.id == id)
    }
}

/// Reads and checks a catalogue.
///
/// # Errors
/// [`DataError`] with the id that is wrong: used twice, without text, or of an unknown document.
pub fn parse(json: &str) -> Result<Clauses, DataError> {
    let file: Clauses = serde_json::from_str(json)?;
    let mut seen = HashSet::new();
    for c in &file.clauses {
        if !seen.insert(c.id.as_str()) {
            return Err(DataError::at(&c.id, "the id is used twice"));
        }
        if c.zh.trim().is_empty() || c.en.trim().is_empty() {
            return Err(DataError::at(&c.id, "every field must be filled in"));
        }
        if !file.documents.iter().any(|d| d.code == c.document()) {
            return Err(DataError::at(&c.id, "of no document"));
        }
    }
    Ok(file)
}

/// The catalogue that ships with the product, read once.
///
/// # Errors
/// None in a tested build; see [`parse`].
pub fn shipped() -> Result<&'static Clauses, DataError> {
    static ALL: OnceLock<Clauses> = OnceLock::new();
    if let Some(all) = ALL.get() {
        return Ok(all);
    }
    let all = parse(include_str!("../../../standards/clauses.json"))?;
    Ok(ALL.get_or_init(|| all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_whole() {
        let all = shipped().unwrap();
        assert_eq!((all.documents.len(), all.clauses.len()), (11, 151));
        for d in &all.documents {
            let numbers: Vec<usize> = all
                .clauses
                .iter()
                .filter(|c| c.document() == d.code)
                .map(|c| c.id[4..].parse().unwrap())
                .collect();
            assert_eq!(numbers, (1..=numbers.len()).collect::<Vec<_>>(), "{}", d.code);
            assert!(!numbers.is_empty());
        }
        for c in &all.clauses {
            assert!(c.zh.chars().any(crate::fold::is_han), "{}", c.id);
            assert!(!c.en.chars().any(crate::fold::is_han), "{}: {}", c.id, c.en);
        }
        assert_eq!(all.get("REC-13").map(|c| c.how.as_slice()), Some(&[How::Enforce][..]));
    }

    #[test]
    fn a_broken_catalogue_is_refused() {
        let file =
            |c: &str| format!(r#"{{"version":"1","documents":[{{"code":"REC","en":"R","zh":"接"}}],"clauses":[{c}]}}"#);
        let good = r#"{"id":"REC-1","zh":"一","en":"One","how":[]}"#;
        assert!(parse(&file(good)).is_ok());
        assert!(parse(&file(&format!("{good},{good}"))).is_err());
        assert!(parse(&file(&good.replace("REC", "XXX"))).is_err());
        assert!(parse(&file(&good.replace("One", " "))).is_err());
    }
}
