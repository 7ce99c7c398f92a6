//! The forms of the archive as data: which fields, with which values, and why one was refused.

use std::collections::HashMap;

use app::ctx::Locale;
use app::directory::{Household, PersonView};
use app::error::Error;
use domain::directory::{Ended, Relation, Tenure, Usage};

use super::square_metres;
use crate::fail::{explain, field_text};
use crate::l10n::t;

/// What was sent.
pub type Values = HashMap<String, String>;

/// One field.
pub struct Field {
    pub name: &'static str,
    /// `text`, `area`, `select`, `date`, `check`, `hidden`, `person`, `radio`.
    pub kind: &'static str,
    pub label: String,
    pub value: String,
    pub options: Vec<(String, String)>,
    pub hint: String,
    pub error: String,
    pub required: bool,
}

impl Field {
    pub fn is(&self, kind: &str) -> bool {
        self.kind == kind
    }

    /// Of `aria-describedby`.
    pub fn described(&self) -> String {
        let e = (!self.error.is_empty()).then(|| format!("e-{}", self.name));
        let h = (!self.hint.is_empty()).then(|| format!("h-{}", self.name));
        [e, h].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// A whole form.
pub struct FormView {
    /// Where it is sent.
    pub to: String,
    /// Where "cancel" leads.
    pub back: String,
    pub title: String,
    /// Whose record it is.
    pub about: String,
    pub fields: Vec<Field>,
    pub version: i64,
    pub key: String,
    /// Why it was refused, where no single field is to blame.
    pub refused: Vec<String>,
    pub warning: String,
    /// Two records side by side: name, and what they hold.
    pub sides: Vec<(String, Vec<(String, String)>)>,
    pub done: String,
}

/// Builds the fields of one form, with what was sent in place of what is stored.
pub struct Build<'a> {
    pub locale: Locale,
    pub sent: Option<&'a Values>,
    pub fields: Vec<Field>,
}

impl<'a> Build<'a> {
    pub fn new(locale: Locale, sent: Option<&'a Values>) -> Build<'a> {
        Build {
            locale,
            sent,
            fields: Vec::new(),
        }
    }

    fn push(
        &mut self,
        kind: &'static str,
        name: &'static str,
        stored: &str,
        options: Vec<(String, String)>,
    ) -> &mut Field {
        let value = match self.sent {
            Some(v) => v.get(name).cloned().unwrap_or_default(),
            None => stored.to_owned(),
        };
        let at = self.fields.len();
        self.fields.push(Field {
            name,
            kind,
            label: if kind == "hidden" {
                String::new()
            } else {
                t(self.locale, &format!("directory-field-{name}"))
            },
            value,
            options,
            hint: String::new(),
            error: String::new(),
            required: false,
        });
        &mut self.fields[at]
    }

    fn codes(&self, family: &str, codes: impl Iterator<Item = &'static str>, none: bool) -> Vec<(String, String)> {
        let first = none.then(|| (String::new(), t(self.locale, "directory-unknown")));
        first
            .into_iter()
            .chain(codes.map(|c| (c.to_owned(), t(self.locale, &format!("{family}-{c}")))))
            .collect()
    }

    fn hint(&mut self, key: &str) {
        let text = t(self.locale, key);
        if let Some(f) = self.fields.last_mut() {
            f.hint = text;
        }
    }

    fn required(&mut self) {
        if let Some(f) = self.fields.last_mut() {
            f.required = true;
        }
    }

    pub fn text(&mut self, name: &'static str, stored: &str) -> &mut Self {
        self.push("text", name, stored, Vec::new());
        self
    }

    pub fn unit(&mut self, h: Option<&Household>) {
        let u = h.map(|h| &h.unit);
        if u.is_none() {
            for name in ["building", "entrance", "room"] {
                self.text(name, "");
                if name != "entrance" {
                    self.required();
                }
            }
            self.hint("directory-room-hint");
        }
        let mut usage = self.codes("usage", Usage::ALL.iter().map(|x| x.as_str()), true);
        let now = u.map(|u| u.usage_state.clone()).unwrap_or_default();
        if !usage.iter().any(|o| o.0 == now) {
            usage.push((now.clone(), now.clone()));
        }
        self.push("select", "usage_state", &now, usage);
        self.text("layout", u.map_or("", |u| &u.layout));
        self.text(
            "area",
            &u.and_then(|u| u.area_cm2).map(square_metres).unwrap_or_default(),
        );
        self.text(
            "floor",
            &u.and_then(|u| u.floor).map(|f| f.to_string()).unwrap_or_default(),
        );
        self.text(
            "move_in_on",
            u.and_then(|u| u.move_in_on.as_deref()).unwrap_or_default(),
        );
        self.hint("directory-month-hint");
        self.notes(u.map_or("", |u| &u.preference), u.map_or("", |u| &u.care_note));
        if u.is_some() {
            self.text("reason", "");
            self.hint("directory-reason-hint");
        }
    }

    fn notes(&mut self, preference: &str, care: &str) {
        self.push("area", "preference", preference, Vec::new());
        self.hint("directory-preference-hint");
        self.push("area", "care_note", care, Vec::new());
        self.hint("directory-care-hint");
    }

    pub fn newcomer(&mut self, tenant: bool) {
        self.push("person", "name", "", Vec::new()).required = true;
        self.hint("directory-name-hint");
        self.push("hidden", "person", "", Vec::new());
        if self.sent.is_some_and(|s| s.contains_key("name")) {
            // Asked only when the answer is needed: see `mark`.
            let both = ["yes", "no"].map(|a| (a.to_owned(), t(self.locale, &format!("directory-same-{a}"))));
            self.push("radio", "same", "", both.into());
        }
        self.text("number", "");
        let gender = self.codes("directory-gender", ["female", "male"].into_iter(), true);
        self.push("select", "gender", "", gender);
        if !tenant {
            let relations = self.codes("relation", Relation::ALL.iter().map(|r| r.as_str()), false);
            self.push("select", "relation", Relation::Family.as_str(), relations)
                .required = true;
        }
        self.push("date", "since_on", "", Vec::new());
        if tenant {
            self.hint("directory-tenant-hint");
        }
    }

    pub fn vehicle(&mut self, h: &Household) {
        self.text("plate", "").required();
        self.text("brand", "");
        self.text("color", "");
        let people = h.people.iter().map(|x| (x.id.as_str().to_owned(), x.name.clone()));
        let people = [(String::new(), t(self.locale, "directory-unknown"))]
            .into_iter()
            .chain(people)
            .collect();
        self.push("select", "person", "", people);
    }

    pub fn parking(&mut self) {
        self.text("lot", "");
        self.text("code", "").required();
        let tenure = self.codes("tenure", Tenure::ALL.iter().map(|x| x.as_str()), true);
        self.push("select", "tenure", "", tenure);
        self.text("plate", "");
        self.push("date", "since_on", "", Vec::new());
        self.push("date", "until_on", "", Vec::new());
    }

    pub fn person(&mut self, x: &PersonView) {
        self.text("name", &x.name).required();
        let gender = self.codes("directory-gender", ["female", "male"].into_iter(), true);
        self.push("select", "gender", &x.gender, gender);
        self.text("birth_year", &x.birth_year.map(|y| y.to_string()).unwrap_or_default());
        self.text("id_number", "");
        if let Some(f) = self.fields.last_mut().filter(|_| !x.id_number.is_empty()) {
            f.hint = crate::l10n::tx(self.locale, "directory-id-hint", &[("now", &x.id_number)]);
        }
        if !x.id_number.is_empty() {
            self.push("check", "clear_id", "", Vec::new());
        }
        self.notes(&x.preference, &x.care_note);
        self.text("reason", "");
        self.hint("directory-reason-hint");
    }

    pub fn phone(&mut self) {
        self.text("number", "").required();
        self.text("label", "");
        self.hint("directory-label-hint");
        self.push("check", "confirmed", "", Vec::new());
    }

    pub fn leaving(&mut self, x: &PersonView, chosen: &str) {
        let now: Vec<(String, String)> = x
            .now()
            .map(|l| {
                (
                    l.id.clone(),
                    format!("{} {}", l.code, t(self.locale, &format!("relation-{}", l.relation))),
                )
            })
            .collect();
        let first = now.first().map(|o| o.0.clone()).unwrap_or_default();
        let stored = if chosen.is_empty() { first } else { chosen.to_owned() };
        self.push("select", "occupancy", &stored, now).required = true;
        self.push("date", "until_on", "", Vec::new());
        self.hint("directory-until-hint");
        let why = self.codes("ended", Ended::ALL.iter().map(|x| x.as_str()), false);
        self.push("select", "reason", Ended::MovedOut.as_str(), why).required = true;
        self.push("check", "vehicles", "", Vec::new());
    }

    pub fn double(&mut self, candidates: &[PersonView]) {
        let comma = t(self.locale, "list-comma");
        let list = candidates
            .iter()
            .map(|x| {
                let phone = x.phones.first().map(|f| f.masked.as_str()).unwrap_or_default();
                let units: Vec<&str> = x.now().map(|l| l.code.as_str()).collect();
                (
                    x.id.as_str().to_owned(),
                    [x.name.as_str(), phone, &units.join(&comma)].join("　"),
                )
            })
            .collect::<Vec<_>>();
        let nobody = list.is_empty();
        if !nobody {
            self.push("radio", "double", "", list);
        }
        self.push("person", "who", "", Vec::new());
        if let Some(field) = self.fields.last_mut().filter(|_| nobody) {
            field.label = t(self.locale, "directory-field-who-only");
        }
        self.hint("directory-merge-hint");
        self.push("hidden", "sure", "", Vec::new());
        self.push("hidden", "person", "", Vec::new());
    }
}

impl FormView {
    /// Puts the reasons of a refusal under their fields, the rest above the form.
    pub fn refuse(&mut self, locale: Locale, e: &Error) {
        if let Error::Invalid(list) = e {
            for r in list {
                let text = field_text(locale, r);
                let name = if r.name == "person" && self.fields.iter().any(|f| f.name == "who") {
                    "who"
                } else {
                    &r.name
                };
                match self.fields.iter_mut().find(|f| f.name == name && f.kind != "hidden") {
                    Some(f) => f.error = text,
                    None => self.refused.push(text),
                }
            }
        } else {
            let (title, lines) = explain(locale, e);
            self.refused.push(title);
            self.refused.extend(lines);
        }
        self.fields
            .retain(|f| f.name != "same" || !f.error.is_empty() || !f.value.is_empty());
    }
}
