//! Why a step is not possible, in a form that every language and the API can show.

use serde::Serialize;

/// One thing that is lacking. The key is a translation key (`missing-photo`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Missing {
    /// Translation key.
    pub key: &'static str,
}

/// A step that the rules do not allow now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Translation key of the sentence shown to the person (`refuse-fee-not-accepted`).
    pub rule: &'static str,
    /// The clause that asks for it, if one does (`REC-13`).
    pub clause: Option<&'static str>,
    /// Everything that is lacking, complete, in a fixed order. Empty where the rule says it all.
    pub missing: Vec<Missing>,
    /// Values for the sentence: codes, numbers, instants in milliseconds. Never personal data.
    pub args: Vec<(&'static str, String)>,
}

impl Refusal {
    /// A refusal by a rule.
    pub fn new(rule: &'static str) -> Self {
        Refusal {
            rule,
            clause: None,
            missing: Vec::new(),
            args: Vec::new(),
        }
    }

    /// Names the clause behind the rule.
    #[must_use]
    pub fn clause(mut self, clause: &'static str) -> Self {
        self.clause = Some(clause);
        self
    }

    /// Adds a value for the sentence.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// Adds what is lacking.
    #[must_use]
    pub fn missing(mut self, keys: impl IntoIterator<Item = &'static str>) -> Self {
        self.missing.extend(keys.into_iter().map(|key| Missing { key }));
        self
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.rule)?;
        for missing in &self.missing {
            write!(f, " {}", missing.key)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}
