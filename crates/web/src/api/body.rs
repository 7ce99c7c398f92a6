//! What programs send: read, held against the schema of the document, and only then given to a use case.

use app::error::{Error, Field};
use axum::http::Uri;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::doc::schema::{self, check};

/// The object of a body; nothing is an empty object.
///
/// # Errors
/// `Invalid` for what is no JSON object.
pub fn object(bytes: &[u8]) -> Result<Map<String, Value>, Error> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(broken("{ … }")),
        Err(e) => Err(broken(&e.to_string())),
    }
}

fn broken(detail: &str) -> Error {
    Error::Invalid(vec![Field {
        name: "body".into(),
        key: "api-json",
        args: vec![("detail", detail.to_owned())],
    }])
}

/// Refuses fields that the schema does not know, values of the wrong form, and what is lacking; all of it at once.
///
/// # Errors
/// `Invalid` with every field by its path, such as `cases[0].kind`.
pub fn fits(name: &str, v: &Value) -> Result<(), Error> {
    let mut bad = Vec::new();
    check(schema::named(name), v, "", &mut bad);
    if bad.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(bad))
    }
}

/// A value of a type from an object that fits its schema.
///
/// # Errors
/// `Invalid`.
pub fn typed<T: DeserializeOwned>(name: &str, fields: Map<String, Value>) -> Result<T, Error> {
    let v = Value::Object(fields);
    fits(name, &v)?;
    serde_json::from_value(v).map_err(|e| broken(&e.to_string()))
}

/// A value of a type from fields that fit their schema.
///
/// # Errors
/// `Invalid` for a number that the type does not hold.
pub fn cast<T: DeserializeOwned>(fields: Map<String, Value>) -> Result<T, Error> {
    serde_json::from_value(Value::Object(fields)).map_err(|e| broken(&e.to_string()))
}

/// A value of a type from a body.
///
/// # Errors
/// `Invalid`.
pub fn read<T: DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<T, Error> {
    typed(name, object(bytes)?)
}

/// The question of an address; unknown names are refused.
///
/// # Errors
/// `Invalid`.
pub fn asked<T: DeserializeOwned>(uri: &Uri) -> Result<T, Error> {
    axum::extract::Query::<T>::try_from_uri(uri).map(|q| q.0).map_err(|e| {
        let text = e.body_text();
        let unknown = text
            .split_once("unknown field `")
            .and_then(|(_, rest)| rest.split_once('`'));
        match unknown {
            Some((name, _)) => Error::field(name, "api-unknown-field"),
            None => {
                let named = text.rsplit_once(": ").map_or("", |(before, _)| before);
                let name = named
                    .rsplit(": ")
                    .next()
                    .filter(|n| !n.contains(' ') && !n.is_empty())
                    .unwrap_or("query");
                let args = vec![("detail", text.clone())];
                Error::Invalid(vec![Field {
                    name: name.to_owned(),
                    key: "api-json",
                    args,
                }])
            }
        }
    })
}
