//! What a refused form shows: the reasons under their fields.

use app::ctx::Locale;
use app::error::Error;

use crate::fail::{Fail, explain, field_text};

/// Reasons by the names of their fields; those without a field of their own stand above the form.
#[derive(Debug, Clone, Default)]
pub struct Errors(Vec<(String, String)>);

impl Errors {
    /// The reasons in an error that the person can do something about; any other error is handed on.
    ///
    /// # Errors
    /// Everything but refused fields, rules and waiting times.
    pub fn from(locale: Locale, e: Fail) -> Result<Errors, Fail> {
        match &e.0 {
            Error::Invalid(fields) => Ok(Errors(
                fields.iter().map(|f| (f.name.clone(), field_text(locale, f))).collect(),
            )),
            Error::Refused(_) | Error::Throttled { .. } | Error::Conflict { .. } => {
                let (title, lines) = explain(locale, &e.0);
                let text = if lines.is_empty() {
                    title
                } else {
                    format!("{title} {}", lines.join(" "))
                };
                Ok(Errors(vec![(String::new(), text)]))
            }
            _ => Err(e),
        }
    }

    /// The reason of one field.
    pub fn of(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, t)| t.as_str())
    }

    /// Reasons that belong to none of these fields.
    pub fn other<'a>(&self, shown: impl AsRef<[&'a str]>) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(n, _)| !shown.as_ref().contains(&n.as_str()))
            .map(|(_, t)| t.as_str())
            .collect()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The version that a form was made from; one that never was when the field is not a number, so that nothing is overwritten.
pub fn version(field: &str) -> i64 {
    field.trim().parse().unwrap_or(-1)
}
