//! What a refused form shows: the reasons under their fields.

use app::ctx::{Ctx, Locale};
use app::error::{Error, Res};
use askama::Template;
use axum::response::IntoResponse;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::db::Tx;

use crate::fail::{Answer, Fail, explain, field_text};
use crate::gate::Viewer;
use crate::roster::{Pairs, value, values};

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

/// The page of a form again, with the reasons why it was refused; what the person can do nothing about is handed on. `view` is
/// given the reasons and makes the page, with what was typed.
///
/// # Errors
/// As [`Errors::from`]; what making the page says.
pub async fn again<T: Template>(v: &Viewer, e: Error, view: impl AsyncFnOnce(Errors) -> Result<T, Fail>) -> Answer {
    let status = crate::fail::status(&e);
    let shown = view(Errors::from(v.locale, Fail(e))?).await?;
    Ok((status, crate::live::page(&shown)?).into_response())
}

/// Whether a choice is the one that was typed.
pub fn same(typed: impl AsRef<str>, code: &str) -> bool {
    typed.as_ref() == code
}

/// The version that a form was made from; one that never was when the field is not a number, so that nothing is overwritten.
pub fn version(field: &str) -> i64 {
    field.trim().parse().unwrap_or(-1)
}

/// Does what a form asks for once, however often it is sent under the same `_key`: a repeat gets what the first was told.
/// `at` is the address, so that a key of one form does nothing in another.
///
/// # Errors
/// What the step says; `Invalid` when the key was used for something else.
pub fn once<T: Serialize + DeserializeOwned>(
    tx: &mut Tx,
    ctx: &Ctx,
    f: &Pairs,
    at: &str,
    step: impl FnOnce(&mut Tx, &Ctx) -> Res<T>,
) -> Res<T> {
    app::once::once(tx, ctx, &value(f, "_key"), &(at, f), step)
}

/// The form of a page that was refused, of several: what was typed stands in it again, with the reasons beside it.
/// Nothing on a page that is only looked at.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    form: String,
    fields: Pairs,
    errors: Errors,
}

impl Typed {
    pub fn new(form: &str, fields: &Pairs, errors: &Errors) -> Typed {
        Typed {
            form: form.to_owned(),
            fields: fields.clone(),
            errors: errors.clone(),
        }
    }

    /// Whether this form was refused.
    pub fn is(&self, form: &str) -> bool {
        self.form == form
    }

    /// What was typed into a field of this form, else what is stored.
    pub fn or(&self, form: &str, name: &str, stored: impl std::fmt::Display) -> String {
        if self.is(form) {
            value(&self.fields, name)
        } else {
            stored.to_string()
        }
    }

    /// Every value of a field that stands in a form several times.
    pub fn all(&self, name: &str) -> Vec<String> {
        values(&self.fields, name)
    }

    /// Whether this value was chosen in this form, else whether it is the stored one.
    pub fn on(&self, form: &str, name: &str, chosen: &str, stored: impl std::borrow::Borrow<bool>) -> bool {
        if self.is(form) {
            self.fields.iter().any(|(n, v)| n == name && v == chosen)
        } else {
            *stored.borrow()
        }
    }

    /// The reasons that stand above the forms: all but those of fields with a place of their own, in forms that have such places.
    pub fn above(&self, forms: &[&str], beside: &[&str]) -> Vec<String> {
        let placed = forms
            .iter()
            .any(|f| self.form.trim_end_matches(|c: char| c.is_ascii_digit()) == *f);
        let shown = if placed { beside } else { &[] };
        self.errors.other(shown).into_iter().map(str::to_owned).collect()
    }

    /// The reasons of this form.
    pub fn errors_of(&self, form: &str) -> Errors {
        if self.is(form) {
            self.errors.clone()
        } else {
            Errors::default()
        }
    }

    /// The reason of a field of this form.
    pub fn wrong(&self, form: &str, name: &str) -> Option<&str> {
        self.errors.of(name).filter(|_| self.is(form))
    }
}
