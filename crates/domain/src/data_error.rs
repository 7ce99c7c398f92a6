//! What is wrong with a file of `standards/`: one error for all its parsers, naming the entry.

use std::fmt;

/// A data file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataError {
    /// Code of the entry, or the place in the file (`line 3 column 7`).
    pub place: String,
    /// What is wrong there.
    pub reason: String,
}

impl DataError {
    pub(crate) fn at(place: &str, reason: impl Into<String>) -> Self {
        Self {
            place: place.to_owned(),
            reason: reason.into(),
        }
    }
}

impl From<serde_json::Error> for DataError {
    fn from(error: serde_json::Error) -> Self {
        Self {
            place: format!("line {} column {}", error.line(), error.column()),
            reason: error.to_string(),
        }
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

impl std::error::Error for DataError {}
