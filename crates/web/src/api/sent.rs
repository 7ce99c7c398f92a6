//! What a program sends to change something: held against its schema, with the version that was seen. It is read before it is known
//! whether the thing is there, and what is wrong with it is said after that: what is not visible is not there, whatever was sent.

use std::str::FromStr;

use app::error::Error;
use axum::http::HeaderMap;
use domain::access::Action;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::doc::{ActDoc, act_of};
use super::{body, seen_version};

/// Fields that fit their schema, and the version that was seen.
#[derive(Debug, Clone, Serialize)]
pub struct Sent {
    fields: Map<String, Value>,
    seen: Option<i64>,
}

impl Sent {
    /// Reads a body against the schema of this name.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn read(schema: &str, headers: &HeaderMap, bytes: &[u8]) -> Result<Sent, Error> {
        let mut fields = body::object(bytes)?;
        let seen = seen_version(headers, &mut fields)?;
        body::fits(schema, &Value::Object(fields.clone()))?;
        Ok(Sent { fields, seen })
    }

    /// Reads a body of a step that shares its address with others, and the right whose scope it needs.
    ///
    /// # Errors
    /// `NotFound` for a step that there is not; what is wrong with the fields is the inner error.
    pub fn act(
        path: &str,
        act: &str,
        headers: &HeaderMap,
        bytes: &[u8],
    ) -> Result<(Action, Result<Sent, Error>), Error> {
        let ActDoc { name, action, .. } = act_of(path, act).ok_or(Error::NotFound)?;
        Ok((*action, Sent::read(name, headers, bytes)))
    }

    /// The version that was seen, where the change needs one.
    ///
    /// # Errors
    /// `Invalid` when none was sent.
    pub fn version(&self) -> Result<i64, Error> {
        self.seen.ok_or_else(|| Error::field("version", "required"))
    }

    /// Refuses when a version was named and another one is there.
    ///
    /// # Errors
    /// `Conflict`.
    pub fn still(&self, current: i64) -> Result<(), Error> {
        match self.seen {
            Some(seen) if seen != current => Err(Error::Conflict { seen, current }),
            _ => Ok(()),
        }
    }

    /// A text; empty where none was sent.
    pub fn text(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A text, where one was sent.
    pub fn has(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Value::as_str)
    }

    /// A number or an instant.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.fields.get(name).and_then(Value::as_i64)
    }

    /// An instant that may be taken away by null; where none was sent the former stays.
    pub fn instant(&self, name: &str, was: Option<i64>) -> Option<i64> {
        self.fields.get(name).map_or(was, Value::as_i64)
    }

    /// A code of a list; the schema has looked whether it is one.
    ///
    /// # Errors
    /// `Invalid` for none.
    pub fn code<T: FromStr>(&self, name: &str) -> Result<T, Error> {
        self.text(name)
            .parse()
            .map_err(|_| Error::field(name, "invalid-choose"))
    }

    /// A list of values of a type; none where none was sent.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn list<T: DeserializeOwned>(&self, name: &str) -> Result<Vec<T>, Error> {
        let list = self.fields.get(name).cloned().unwrap_or(Value::Array(Vec::new()));
        serde_json::from_value(list).map_err(|_| Error::field(name, "invalid-choose"))
    }

    /// A yes or no.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.fields.get(name).and_then(Value::as_bool)
    }

    /// A list of texts, where one was sent.
    pub fn texts(&self, name: &str) -> Option<Vec<String>> {
        let list = self.fields.get(name)?.as_array()?;
        Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }
}
