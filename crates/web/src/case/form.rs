//! The parts of a step's form: fields, choices, price lines. What they are for stands in `fields`, how they are read in `parse`.

use app::error::{Error, Field as Bad};
use domain::case::{Line, LineKind};
use domain::refusal::Refusal;

use super::prices::quantity;
use crate::page::Page;

/// What was posted: names may come several times.
#[derive(Debug, Clone, Default)]
pub struct Posted(pub Vec<(String, String)>);

impl Posted {
    /// The first value of a field, trimmed; empty when it did not come.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.trim())
    }

    /// The value, unless it is empty.
    pub fn opt(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|v| !v.is_empty())
    }

    /// Every value of a field, in the order of the page.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(n, _)| n == name)
            .map(|(_, v)| v.trim())
            .collect()
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }
}

/// One choice.
#[derive(Debug, Clone, Default)]
pub struct Opt {
    pub value: String,
    pub label: String,
    pub group: String,
}

/// One row of the price lines.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub what: String,
    pub labour: bool,
    pub quantity: String,
    pub price: String,
}

/// How a field is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    Text,
    Area,
    Time,
    Select,
    /// Segmented radio buttons; nothing is preselected unless `value` says so.
    Radio,
    Check,
    /// Several boxes.
    Checks,
    Hidden,
    /// Only shown.
    Show,
    Lines,
}

/// One field with everything that its drawing needs.
#[derive(Debug, Clone)]
pub struct Field {
    pub name: &'static str,
    /// The name that is posted, where it is made at run time (questions of a callback).
    pub posted: String,
    pub label: String,
    pub input: Input,
    pub value: String,
    pub values: Vec<String>,
    pub options: Vec<Opt>,
    pub rows: Vec<Row>,
    pub required: bool,
    pub hint: String,
    pub error: String,
    /// `how=paper`: shown only then.
    pub show_if: &'static str,
    /// What holds now, for corrections.
    pub old: String,
    /// The field whose value decides which options there are.
    pub follows: &'static str,
    /// For each option the value of that field which it belongs to; empty: always there.
    pub of: Vec<String>,
}

impl Field {
    pub fn new(p: &Page, name: &'static str, input: Input) -> Field {
        Field {
            name,
            posted: name.to_owned(),
            label: p.t(&format!("case-f-{}", name.replace('_', "-"))),
            input,
            value: String::new(),
            values: Vec::new(),
            options: Vec::new(),
            rows: Vec::new(),
            required: false,
            hint: String::new(),
            error: String::new(),
            show_if: "",
            old: String::new(),
            follows: "",
            of: Vec::new(),
        }
    }

    /// What option number `i` belongs to.
    pub fn of(&self, i: impl std::borrow::Borrow<usize>) -> &str {
        self.of.get(*i.borrow()).map_or("", String::as_str)
    }

    pub fn required(mut self) -> Field {
        self.required = true;
        self
    }

    pub fn label(mut self, text: String) -> Field {
        self.label = text;
        self
    }

    pub fn hint(mut self, text: String) -> Field {
        self.hint = text;
        self
    }

    pub fn value(mut self, text: impl Into<String>) -> Field {
        self.value = text.into();
        self
    }

    /// What holds now: shown above the field, and what the field starts with.
    pub fn now(mut self, value: impl Into<String>, shown: impl Into<String>) -> Field {
        self.value = value.into();
        self.old = shown.into();
        self
    }

    pub fn options(mut self, options: Vec<Opt>) -> Field {
        self.options = options;
        self
    }

    pub fn show_if(mut self, condition: &'static str) -> Field {
        self.show_if = condition;
        self
    }

    /// The label of the value, for showing it beside another.
    pub fn shown(&self) -> String {
        self.options
            .iter()
            .find(|o| o.value == self.value)
            .map_or_else(|| self.value.clone(), |o| o.label.clone())
    }

    pub fn is(&self, input: &str) -> bool {
        let name = match self.input {
            Input::Text => "text",
            Input::Area => "area",
            Input::Time => "time",
            Input::Select => "select",
            Input::Radio => "radio",
            Input::Check => "check",
            Input::Checks => "checks",
            Input::Hidden => "hidden",
            Input::Show => "show",
            Input::Lines => "lines",
        };
        name == input
    }

    /// Headings of groups in the order of the options; the empty one is without a heading.
    pub fn groups(&self) -> Vec<&str> {
        let mut groups: Vec<&str> = Vec::new();
        for o in &self.options {
            if !groups.contains(&o.group.as_str()) {
                groups.push(&o.group);
            }
        }
        groups
    }

    pub fn has(&self, value: &str) -> bool {
        self.values.iter().any(|v| v == value)
    }
}

/// Rows of a quote or a bill: what is there, filled up to six.
pub fn rows(lines: &[Line]) -> Vec<Row> {
    let mut rows: Vec<Row> = lines
        .iter()
        .map(|x| Row {
            what: x.what.clone(),
            labour: x.kind == LineKind::Labour,
            quantity: quantity(x.quantity_milli),
            price: domain::money::plain(x.unit_cents),
        })
        .collect();
    while rows.len() < 6 {
        rows.push(Row {
            labour: rows.is_empty(),
            ..Row::default()
        });
    }
    rows
}

/// Puts what was posted back into the fields.
pub fn refill(fields: &mut [Field], posted: &Posted) {
    for f in fields {
        match f.input {
            Input::Check => f.value = posted.get(f.name).to_owned(),
            Input::Checks => f.values = posted.all(f.name).into_iter().map(str::to_owned).collect(),
            Input::Lines => {
                let (kinds, quantities, prices) = (
                    posted.all("line_kind"),
                    posted.all("line_quantity"),
                    posted.all("line_price"),
                );
                let at = |list: &[&str], i: usize| list.get(i).copied().unwrap_or_default().to_owned();
                let given = posted.all("line_what");
                if given.is_empty() {
                    continue;
                }
                f.rows = given
                    .iter()
                    .enumerate()
                    .map(|(i, what)| Row {
                        what: (*what).to_owned(),
                        labour: at(&kinds, i) == "labour",
                        quantity: at(&quantities, i),
                        price: at(&prices, i),
                    })
                    .collect();
            }
            Input::Show => {}
            _ if posted.has(&f.posted) => f.value = posted.get(&f.posted).to_owned(),
            _ => {}
        }
    }
}

/// The field that something missing belongs to.
fn field_of(key: &str) -> &'static str {
    match key {
        "missing-done" => "done",
        "missing-photo" => "no_photo_reason",
        "missing-reason" => "reason",
        "missing-how" => "note",
        "missing-text" => "text",
        "missing-what" => "what",
        "missing-clock" => "clock",
        "missing-answer" => "answer",
        "missing-lines" | "missing-quote" => "lines",
        "missing-worker" => "worker",
        "missing-again-at" => "again_at",
        "missing-solved" => "solved",
        "missing-satisfaction" => "satisfaction",
        "missing-customer-told" => "customer_told",
        "missing-paper-photo" => "photo",
        "missing-referral" => "referral",
        "missing-result" => "result",
        "missing-facts" => "facts",
        "missing-thanks" => "thanked",
        "missing-department" => "route_to",
        "missing-place" => "place",
        "missing-content" => "content",
        "missing-item" => "item",
        "missing-anonymous-reason" => "anonymous_reason",
        "missing-fee-told" | "missing-quote-told" => "told",
        "missing-fee-accepted" => "accepted",
        _ => "",
    }
}

/// Marks the fields that an error is about. Returns whether every part of it found one.
pub fn mark(p: &Page, fields: &mut [Field], e: &Error) -> bool {
    match e {
        Error::Invalid(list) => {
            // Every field is marked, also after the first that has no place in this form.
            let places: Vec<bool> = list.iter().map(|bad| mark_one(p, fields, bad)).collect();
            places.into_iter().all(|placed| placed)
        }
        Error::Refused(r) => mark_refusal(p, fields, r),
        _ => false,
    }
}

fn mark_one(p: &Page, fields: &mut [Field], bad: &Bad) -> bool {
    match fields.iter_mut().find(|f| f.posted == bad.name && !f.is("hidden")) {
        Some(f) => {
            f.error = crate::fail::field_text(p.locale, bad);
            true
        }
        None => false,
    }
}

fn mark_refusal(p: &Page, fields: &mut [Field], r: &Refusal) -> bool {
    let mut all = !r.missing.is_empty() && r.rule == "refuse-incomplete";
    for m in &r.missing {
        let name = field_of(m.key);
        // A reason may be asked for by another name, as when reopening.
        // What nobody can fill in cannot carry the reason.
        let at = fields
            .iter()
            .position(|f| f.name == name && !f.is("hidden"))
            .or_else(|| {
                let other = match name {
                    "reason" | "note" => ["note", "how"],
                    "customer_told" => ["told_how", ""],
                    "text" => ["note", ""],
                    _ => ["", ""],
                };
                fields.iter().position(|f| other.contains(&f.name))
            });
        match at.and_then(|i| fields.get_mut(i)) {
            Some(f) => f.error = p.t1("form-missing", "what", p.t(m.key)),
            None => all = false,
        }
    }
    all
}
