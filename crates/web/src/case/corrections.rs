//! The fields of corrections: each shows what holds now and asks for a reason; the old value stays in the journal.

use domain::access::Action;
use domain::case::{Fee, FeeKind, Importance, Kind, Scope, Urgency};

use super::fields::Build;
use super::form::{Field, Input, Opt};
use super::names::named;

impl Build<'_> {
    /// The fields of a correction: what holds now, what is to hold, and why.
    pub(super) fn correction(&self, action: Action) -> Vec<Field> {
        let (p, s) = (self.p, self.s);
        let coded = |name: &'static str, family: &str, codes: &[&str], now: &str| {
            self.f(name, Input::Radio)
                .options(self.codes(family, codes))
                .now(now, p.code(family, now))
                .required()
        };
        let mut list = match action {
            Action::ChangeKind => {
                let codes: Vec<&str> = Kind::ALL.iter().map(|x| x.as_str()).collect();
                vec![coded("kind", "kind", &codes, s.kind.as_str()).hint(p.t("hint-kind"))]
            }
            Action::ChangeLevel => {
                let importance: Vec<&str> = Importance::ALL.iter().map(|x| x.as_str()).collect();
                let urgency: Vec<&str> = Urgency::ALL.iter().map(|x| x.as_str()).collect();
                vec![
                    coded("importance", "importance", &importance, s.importance.as_str()),
                    coded("urgency", "urgency", &urgency, s.urgency.as_str()),
                ]
            }
            Action::ChangeFee => self.fee(s.fee),
            Action::ChangeScope => {
                let codes: Vec<&str> = Scope::ALL.iter().map(|x| x.as_str()).collect();
                let hint = if s.order().is_some() {
                    "hint-scope-order"
                } else {
                    "hint-scope"
                };
                let mut list = vec![coded("scope", "scope", &codes, s.scope.as_str()).hint(p.t(hint))];
                // The other side has its own price: what the customer was told and accepted does not count for it.
                list.extend(self.fee(Fee {
                    told: false,
                    accepted: None,
                    ..s.fee
                }));
                list
            }
            Action::ChangeItem => {
                let book = &self.c.names.book;
                let options = book.taxonomy.of_kind(s.kind).map(|i| Opt {
                    value: i.code.clone(),
                    label: named(p.locale, &i.zh, &i.en).to_owned(),
                    group: book
                        .taxonomy
                        .group(i)
                        .map(|g| named(p.locale, &g.zh, &g.en).to_owned())
                        .unwrap_or_default(),
                });
                let mut all = vec![Opt {
                    value: String::new(),
                    label: p.t("choose"),
                    group: String::new(),
                }];
                all.extend(options);
                let shown = if s.item.is_empty() {
                    p.t("case-none")
                } else {
                    self.c.names.item(&s.item)
                };
                vec![
                    self.f("item", Input::Select)
                        .required()
                        .options(all)
                        .now(s.item.clone(), shown),
                ]
            }
            Action::ChangePlace => vec![
                self.f("place", Input::Text)
                    .required()
                    .now(s.place.clone(), s.place.clone()),
            ],
            Action::ChangeContent => {
                vec![
                    self.f("content", Input::Area)
                        .required()
                        .now(s.content.clone(), s.content.clone()),
                ]
            }
            Action::ChangeCustomer => {
                let c = &s.customer;
                // The whole number is shown by its own logged act only, so the field starts empty.
                let masked = super::view::masked(&c.phone);
                vec![
                    self.f("name", Input::Text).now(c.name.clone(), c.name.clone()),
                    self.f("phone", Input::Text)
                        .now("", masked)
                        .hint(p.t("hint-phone-keep")),
                    self.f("phone_clear", Input::Check),
                    self.f("address", Input::Text).now(c.address.clone(), c.address.clone()),
                    self.f("anonymous_reason", Input::Text)
                        .value(s.anonymous_reason.clone().unwrap_or_default()),
                ]
            }
            _ => {
                let a = s.appointment;
                let shown = a.map_or_else(
                    || p.t("case-none"),
                    |a| format!("{} – {}", p.full_time(a.from), p.time(a.to)),
                );
                vec![
                    self.f("from", Input::Time)
                        .now(a.map(|a| self.when(a.from)).unwrap_or_default(), shown),
                    self.f("to", Input::Time)
                        .value(a.map(|a| self.when(a.to)).unwrap_or_default())
                        .hint(p.t("hint-appointment")),
                ]
            }
        };
        list.push(self.reason());
        list
    }

    /// The price at reception, whether the customer was told, and what the customer said (REC-13, REC-14).
    fn fee(&self, from: Fee) -> Vec<Field> {
        let (p, now) = (self.p, self.s.fee);
        let codes: Vec<&str> = FeeKind::ALL.iter().map(|x| x.as_str()).collect();
        let cents = if now.cents > 0 {
            domain::money::plain(now.cents)
        } else {
            String::new()
        };
        let accepted = ["true", "false"]
            .iter()
            .map(|v| Opt {
                value: (*v).to_owned(),
                label: p.t(&format!("accepted-{v}")),
                group: String::new(),
            })
            .collect();
        vec![
            self.f("fee_kind", Input::Radio)
                .options(self.codes("fee", &codes))
                .now(now.kind.as_str(), p.code("fee", now.kind.as_str()))
                .required()
                .hint(self.prices()),
            self.f("amount", Input::Text)
                .show_if("fee_kind=paid")
                .now(cents.clone(), cents),
            self.f("told", Input::Check)
                .show_if("fee_kind=paid|quote")
                .value(if from.told { "true" } else { "" }),
            self.f("accepted", Input::Radio)
                .show_if("fee_kind=paid")
                .options(accepted)
                .value(from.accepted.map(|a| a.to_string()).unwrap_or_default()),
        ]
    }
}
