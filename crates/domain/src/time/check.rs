//! Files of worked examples: calendars and cases with what must be true at an instant. Whoever doubts a due time writes the
//! case down and lets the engine answer. The format is open: a field that nobody knows is left alone, a case that cannot be
//! read is a case that differs.

mod answer;
mod compare;
mod read;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

pub use compare::Difference;

use super::deadline::Deadline;
use super::hours::Hours;
use crate::data_error::DataError;

/// A file of worked examples.
#[derive(Debug)]
pub struct CheckFile {
    calendars: BTreeMap<String, Result<Arc<Hours>, String>>,
    cases: Vec<Value>,
}

/// A case made ready: the limit at the instant at which it is looked at.
#[derive(Debug)]
pub struct Ready {
    pub id: String,
    pub description: String,
    pub deadline: Deadline,
    /// The calendar that the case's local times are read in.
    pub hours: Arc<Hours>,
    pub now: i64,
    /// Steps of the ladder: as written, and as understood.
    ladder: Vec<(Value, Option<super::Step>)>,
    short_abandon_ms: i64,
    is_call: bool,
}

/// Reads a file.
///
/// # Errors
/// [`DataError`] if it is no JSON or has no list of cases. A wrong calendar or case is no error here: it shows in the result.
pub fn read(json: &str) -> Result<CheckFile, DataError> {
    let file: Value = serde_json::from_str(json.trim_start_matches('\u{feff}'))?;
    let cases = match &file {
        Value::Array(cases) => cases.clone(),
        _ => match file.get("cases") {
            Some(Value::Array(cases)) => cases.clone(),
            _ => return Err(DataError::at("cases", "the file has no list of cases")),
        },
    };
    let mut calendars = BTreeMap::new();
    if let Some(Value::Object(entries)) = file.get("calendars") {
        for (name, value) in entries {
            calendars.insert(name.clone(), read::hours(value));
        }
    }
    Ok(CheckFile { calendars, cases })
}

impl CheckFile {
    /// How many cases there are.
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// The names of the cases, in the order of the file.
    pub fn ids(&self) -> Vec<String> {
        (0..self.cases.len()).map(|i| self.id(i)).collect()
    }

    fn id(&self, index: usize) -> String {
        match self.cases.get(index).and_then(|case| case.get("id")) {
            Some(Value::String(id)) => id.clone(),
            Some(Value::Number(id)) => id.to_string(),
            _ => format!("#{}", index + 1),
        }
    }

    /// The case of this name, made ready.
    ///
    /// # Errors
    /// A sentence: there is no such case, or it cannot be read.
    pub fn ready(&self, id: &str) -> Result<Ready, String> {
        let index = (0..self.cases.len()).find(|i| self.id(*i) == id);
        let index = index.ok_or_else(|| format!("there is no case {id:?}"))?;
        read::case(self, index)
    }

    /// What differs in one case; nothing if it holds.
    pub fn run(&self, index: usize) -> Vec<Difference> {
        let id = self.id(index);
        let expected = self.cases.get(index).and_then(|case| case.get("expected"));
        let broken = |why: String| {
            vec![Difference {
                case: id.clone(),
                field: "case".to_owned(),
                wanted: "a case that can be read".to_owned(),
                got: why,
            }]
        };
        let Some(expected @ Value::Object(_)) = expected else {
            return broken("it states nothing that is expected".to_owned());
        };
        match read::case(self, index) {
            Ok(ready) => compare::differences(&id, expected, &answer::answer(&ready), &ready.hours),
            Err(why) => broken(why),
        }
    }

    /// What differs in all of them.
    pub fn run_all(&self) -> Vec<Vec<Difference>> {
        (0..self.cases.len()).map(|i| self.run(i)).collect()
    }
}
