//! The fields of a report, from a form or from JSON.

use serde_json::Value;

use super::{LARGEST_BODY, Why, Wrong};

/// Most fields of a report, and most people named in it.
const MOST_FIELDS: usize = 64;
const MOST_USERS: usize = 50;

/// What was sent. A field that is not known is not looked at: connectors send more than they need to.
#[derive(Debug)]
pub(super) struct Fields(Vec<(String, String)>);

/// The ways to name the people who are called.
const USERS: [&str; 2] = ["user", "user[]"];

impl Fields {
    pub fn read(content_type: &str, body: &[u8]) -> Result<Fields, Wrong> {
        if body.len() > LARGEST_BODY {
            return Err(Wrong {
                field: "body",
                why: Why::TooLong,
            });
        }
        let media = content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        let fields: Vec<(String, String)> = match media.as_str() {
            "application/x-www-form-urlencoded" => {
                let pairs = form_urlencoded::parse(body).take(MOST_FIELDS + 1);
                pairs
                    .map(|(name, value)| (name.into_owned(), value.into_owned()))
                    .collect()
            }
            "application/json" => json(body)?,
            _ => {
                return Err(Wrong {
                    field: "content-type",
                    why: Why::Unknown,
                });
            }
        };
        if fields.len() > MOST_FIELDS {
            return Err(Wrong {
                field: "body",
                why: Why::TooLong,
            });
        }
        Ok(Fields(fields))
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// A field, trimmed; `None` if it is not there or empty.
    pub fn text(&self, name: &'static str, longest: usize) -> Result<Option<&str>, Wrong> {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        let value = found.next().map(|(_, value)| value.trim());
        if found.next().is_some() {
            return Err(Wrong {
                field: name,
                why: Why::Twice,
            });
        }
        match value {
            Some(value) if value.chars().count() > longest => Err(Wrong {
                field: name,
                why: Why::TooLong,
            }),
            Some(value) if value.chars().any(char::is_control) => Err(Wrong {
                field: name,
                why: Why::Control,
            }),
            // Octets that are no text: two names might become one.
            Some(value) if value.contains(char::REPLACEMENT_CHARACTER) => Err(Wrong {
                field: name,
                why: Why::Malformed,
            }),
            Some("") | None => Ok(None),
            value => Ok(value),
        }
    }

    /// A field that must be there.
    pub fn need(&self, name: &'static str, longest: usize) -> Result<&str, Wrong> {
        self.text(name, longest)?.ok_or(Wrong {
            field: name,
            why: Why::Missing,
        })
    }

    /// The people who are called, or who call.
    pub fn users(&self, longest: usize) -> Result<Vec<&str>, Wrong> {
        let users = self.0.iter().filter(|(name, _)| USERS.contains(&name.as_str()));
        let users: Vec<_> = users
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
            .collect();
        if users.len() > MOST_USERS || users.iter().any(|user| user.chars().count() > longest) {
            return Err(Wrong {
                field: "user",
                why: Why::TooLong,
            });
        }
        if users.iter().any(|user| user.chars().any(char::is_control)) {
            return Err(Wrong {
                field: "user",
                why: Why::Control,
            });
        }
        Ok(users)
    }
}

/// A flat object; `user` may be a list. What is not text, a number or a truth value is no field.
fn json(body: &[u8]) -> Result<Vec<(String, String)>, Wrong> {
    let malformed = Wrong {
        field: "body",
        why: Why::Malformed,
    };
    let Ok(Value::Object(object)) = serde_json::from_slice(body) else {
        return Err(malformed);
    };
    let mut fields = Vec::new();
    for (name, value) in object {
        match value {
            Value::Array(values) if USERS.contains(&name.as_str()) => {
                fields.extend(values.into_iter().filter_map(scalar).map(|value| (name.clone(), value)));
            }
            value => fields.extend(scalar(value).map(|value| (name, value))),
        }
    }
    Ok(fields)
}

fn scalar(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
