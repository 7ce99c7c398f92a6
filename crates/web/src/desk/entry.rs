//! The form of the front desk: its fields as text, what they come to, and drafts of it.

use app::contact::{NewCase, NewContact};
use app::error::{Error, Fields, Res};
use app::promise::NewPromise;
use domain::case::{
    Appointment, Channel, Check, Fee, FeeKind, Identity, Importance, Kind, PromiseKind, Scope, Urgency,
};
use serde::{Deserialize, Serialize};

use crate::when::parse_field;

/// Every field as the browser sends it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Entry {
    pub _key: String,
    /// A contact that gets one more case.
    pub contact: String,
    /// The telephone call that it is about.
    pub call: String,
    pub channel: String,
    pub started_at: String,
    /// By when a caller on hold has to be answered; empty while nobody is.
    pub hold_due: String,
    pub happened_at: String,
    pub who: String,
    /// The candidate that was picked: `unit:person`.
    pub pick: String,
    pub person: String,
    pub unit: String,
    pub building: String,
    pub name: String,
    pub phone: String,
    pub address: String,
    pub id_name: String,
    pub id_unit: String,
    pub id_phone: String,
    pub anonymous: String,
    pub anonymous_reason: String,
    pub external_ref: String,
    pub authority_by: String,
    pub locale: String,
    pub kind: String,
    pub item_text: String,
    pub item: String,
    pub content: String,
    pub place: String,
    /// The place that was filled in by itself, so that another item may replace it.
    pub place_was: String,
    pub importance: String,
    pub urgency: String,
    /// Set once the clerk chose the urgency.
    pub level_set: String,
    pub scope: String,
    pub fee: String,
    pub price: String,
    pub quantity: String,
    pub material: String,
    pub told: String,
    pub accepted: String,
    pub department: String,
    pub worker: String,
    pub appoint: String,
    pub from: String,
    pub to: String,
    pub wanted_by: String,
    pub repeat_of: String,
    /// Against whom a complaint is: does not see it.
    pub about: String,
    pub answer: String,
    /// The standard answer that it was taken from.
    pub answer_from: String,
    /// Who helps with what is not our service (CAL-8).
    pub referral: String,
    /// What is promised, `reply` or `call_back`, and by when the customer wants it (REC-8, CAL-3).
    pub promise_kind: String,
    pub promise_what: String,
    pub promise_by: String,
    pub call_phone: String,
    pub consult_what: String,
    /// What of the caller was last compared with the archive, and what of the matter last brought its defaults: a request
    /// that was overtaken by the next one loses nothing.
    pub compared: String,
    pub followed: String,
    /// Sent by a browser without script.
    pub plain: String,
    pub act: String,
}

fn code<T: std::str::FromStr>(text: &str, default: T) -> T {
    text.parse().unwrap_or(default)
}

fn some<T: for<'a> From<&'a str>>(text: &str) -> Option<T> {
    let text = text.trim();
    (!text.is_empty()).then(|| T::from(text))
}

impl Entry {
    /// Of the fields of a request or a draft. A field given twice counts as its last.
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Entry {
        let map: serde_json::Map<String, serde_json::Value> = pairs
            .into_iter()
            .map(|(k, v)| (k, serde_json::Value::String(v)))
            .collect();
        serde_json::from_value(serde_json::Value::Object(map)).unwrap_or_default()
    }

    /// Of a stored draft's body: `{"at": …, "fields": {…}}`.
    pub fn of_draft(body: &str) -> Entry {
        let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
        let fields = body
            .get("fields")
            .and_then(|f| f.as_object())
            .cloned()
            .unwrap_or_default();
        Entry::of(fields.into_iter().filter_map(|(k, v)| match v {
            serde_json::Value::String(s) => Some((k, s)),
            serde_json::Value::Array(a) => Some((k, a.last()?.as_str()?.to_owned())),
            _ => None,
        }))
    }

    /// As it is kept as a draft.
    pub fn to_draft(&self, at: i64) -> String {
        serde_json::json!({"at": at, "fields": self}).to_string()
    }

    /// Whether anything has been written.
    pub fn has_text(&self) -> bool {
        [
            &self.who,
            &self.name,
            &self.phone,
            &self.address,
            &self.item_text,
            &self.content,
            &self.place,
            &self.answer,
            &self.anonymous_reason,
        ]
        .iter()
        .any(|t| t.trim().chars().count() > 1)
    }

    /// An empty form with its defaults.
    pub fn fresh(key: String) -> Entry {
        Entry {
            _key: key,
            ..Entry::default()
        }
        .with_defaults()
    }

    /// Fills in what a radio group must have.
    pub fn with_defaults(mut self) -> Entry {
        for (field, default) in [
            (&mut self.channel, "phone"),
            (&mut self.kind, "request"),
            (&mut self.importance, "ordinary"),
            (&mut self.urgency, "normal"),
            (&mut self.scope, "own"),
            (&mut self.fee, "free"),
            (&mut self.appoint, "now"),
            (&mut self.quantity, "1"),
            (&mut self.locale, "zh"),
            (&mut self.id_name, "unknown"),
            (&mut self.id_unit, "unknown"),
            (&mut self.id_phone, "unknown"),
        ] {
            if field.is_empty() {
                *field = default.to_owned();
            }
        }
        self
    }

    /// The caller as [`Entry::compared`] keeps it.
    pub fn caller(&self) -> String {
        [&self.person, &self.name, &self.phone, &self.address]
            .map(|t| t.trim())
            .join("|")
    }

    /// The matter as [`Entry::followed`] keeps it.
    pub fn matter(&self) -> String {
        format!("{}|{}", self.kind, self.item)
    }

    pub fn channel(&self) -> Channel {
        code(&self.channel, Channel::Phone)
    }

    pub fn kind(&self) -> Kind {
        code(&self.kind, Kind::Request)
    }

    pub fn scope(&self) -> Scope {
        code(&self.scope, Scope::Own)
    }

    pub fn fee_kind(&self) -> FeeKind {
        code(&self.fee, FeeKind::Free)
    }

    /// Material beside the list's labour, in cents.
    pub fn material_cents(&self) -> i64 {
        domain::money::parse(&self.material).unwrap_or(0)
    }

    /// Number of units of the price.
    pub fn units(&self) -> i64 {
        self.quantity.trim().parse().unwrap_or(1)
    }

    fn time(zone: &str, name: &str, text: &str, f: &mut Fields) -> Option<i64> {
        if text.trim().is_empty() {
            return None;
        }
        let at = parse_field(zone, text);
        if at.is_none() {
            f.add(name, "invalid-time");
        }
        at
    }

    /// The contact without its cases.
    ///
    /// # Errors
    /// `Invalid` for a time that is none.
    pub fn contact(&self, zone: &str) -> Res<NewContact> {
        let mut f = Fields::default();
        let happened_at = Entry::time(zone, "happened_at", &self.happened_at, &mut f);
        f.done()?;
        let mut n = NewContact::of(self.channel());
        n.happened_at = happened_at;
        n.started_at = self.started_at.parse().ok();
        n.kind = self.kind.parse().ok();
        n.person = some(&self.person);
        n.unit = some(&self.unit);
        n.building = some(&self.building);
        n.name = self.name.clone();
        n.phone = self.phone.clone();
        n.address = self.address.clone();
        n.anonymous_reason = some::<String>(&self.anonymous_reason).filter(|_| !self.anonymous.is_empty());
        n.identity = Some(Identity {
            name: code(&self.id_name, Check::Unknown),
            unit: code(&self.id_unit, Check::Unknown),
            phone: code(&self.id_phone, Check::Unknown),
        });
        n.summary = self.content.clone();
        n.external_ref = self.external_ref.clone();
        n.locale = self.locale.clone();
        Ok(n)
    }

    /// The case, dispatched when `send`.
    ///
    /// # Errors
    /// `Invalid` for a time that is none.
    pub fn case(&self, zone: &str, cents: i64, send: bool) -> Res<NewCase> {
        let mut f = Fields::default();
        let appointment = if self.appoint == "later" {
            let from = Entry::time(zone, "from", &self.from, &mut f);
            let to = Entry::time(zone, "to", &self.to, &mut f);
            if from.is_none() {
                f.add("from", "required");
            }
            // Without an end the worker has an hour.
            from.map(|from| Appointment {
                from,
                to: to.unwrap_or(from + 3_600_000),
            })
        } else {
            None
        };
        let wanted_by = Entry::time(zone, "wanted_by", &self.wanted_by, &mut f);
        let authority_by = Entry::time(zone, "authority_by", &self.authority_by, &mut f);
        f.done()?;
        let kind = self.fee_kind();
        let fee = Fee {
            kind,
            cents: if kind == FeeKind::Paid { cents } else { 0 },
            told: kind != FeeKind::Free && !self.told.is_empty(),
            accepted: (kind == FeeKind::Paid && !self.accepted.is_empty()).then_some(true),
        };
        let sent = send && self.scope() != Scope::Outside;
        Ok(NewCase {
            kind: self.kind(),
            item: self.item.clone(),
            place: self.place.clone(),
            content: self.content.clone(),
            importance: code(&self.importance, Importance::Ordinary),
            urgency: code(&self.urgency, Urgency::Normal),
            scope: self.scope(),
            fee,
            appointment,
            wanted_by,
            authority_by,
            repeat_of: some(&self.repeat_of),
            about: some(&self.about).filter(|_| self.kind() == Kind::Complaint),
            department: if sent { some(&self.department) } else { None },
            worker: if sent { some(&self.worker) } else { None },
            answer: None,
            promise: None,
            referral: some::<String>(&self.referral).filter(|_| self.scope() == Scope::Outside),
            answer_from: None,
        })
    }

    /// What is asked now: the question as it was put to the superior, or the matter.
    pub fn question(&self) -> &str {
        [&self.promise_what, &self.consult_what, &self.content]
            .into_iter()
            .map(|t| t.trim())
            .find(|t| !t.is_empty())
            .unwrap_or_default()
    }

    /// The standard answer that the answer was taken from.
    pub fn taken_from(&self) -> Option<domain::ids::AnswerId> {
        some(&self.answer_from)
    }

    /// The promise of the dialog.
    ///
    /// # Errors
    /// `Invalid` for a time that is none.
    pub fn promise(&self, zone: &str, kind: PromiseKind, otherwise: &str) -> Res<NewPromise> {
        let mut f = Fields::default();
        let by = Entry::time(zone, "promise_by", &self.promise_by, &mut f);
        f.done()?;
        let what = self.question();
        Ok(NewPromise {
            kind,
            what: if what.is_empty() { otherwise } else { what }.to_owned(),
            by,
        })
    }
}

/// Field texts of a refused form: every field that is wrong, and what belongs to none of them.
pub fn errors_of(locale: app::ctx::Locale, e: &Error) -> Option<(Vec<(String, String)>, Vec<String>)> {
    let mut fields = Vec::new();
    let mut rest = Vec::new();
    match e {
        Error::Invalid(list) => {
            for f in list {
                let text = crate::fail::field_text(locale, f);
                // What has no place of its own in the form stands above it.
                match f.name.as_str() {
                    "check" | "cases" | "department" | "worker" | "_key" | "summary" | "promise_by" => rest.push(text),
                    name => fields.push((name.to_owned(), text)),
                }
            }
        }
        Error::Refused(r) => {
            for m in &r.missing {
                let field = match m.key {
                    "missing-content" => "content",
                    "missing-item" => "item",
                    "missing-place" => "place",
                    "missing-anonymous-reason" => "name",
                    "missing-fee-told" | "missing-quote-told" => "told",
                    "missing-fee-accepted" => "accepted",
                    "missing-answer" => "answer",
                    "missing-referral" => "referral",
                    "missing-name" => "name",
                    "missing-unit" => "address",
                    "missing-phone" => "phone",
                    _ => "",
                };
                let text = crate::l10n::t(locale, m.key);
                if field.is_empty() {
                    rest.push(text)
                } else {
                    let text = match m.key {
                        "missing-anonymous-reason" => crate::l10n::t(locale, "desk-missing-name"),
                        _ => crate::l10n::tx(locale, "desk-missing", &[("what", text.as_str())]),
                    };
                    fields.push((field.to_owned(), text))
                }
            }
            let (title, _) = crate::fail::explain(locale, e);
            rest.insert(0, title);
            if let Some(clause) = r.clause {
                rest.push(crate::l10n::tx(locale, "fail-clause", &[("clause", clause)]));
            }
        }
        _ => return None,
    }
    Some((fields, rest))
}
