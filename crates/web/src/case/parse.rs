//! Posted forms as steps. Only what the browser could not send right is refused here; the rest is the rules' part.

use std::str::FromStr;

use app::error::{Error, Fields, Res};
use app::step::{Confirmed, Step};
use domain::access::Action;
use domain::case::{Answer, Appointment, CaseState, Customer, Fee, FeeKind, Line, LineKind};
use domain::ids::{AttachmentId, StaffId};

use super::form::Posted;
use crate::when;

mod complaint;

struct Read<'a> {
    posted: &'a Posted,
    zone: &'a str,
    bad: Fields,
}

impl Read<'_> {
    fn text(&self, name: &str) -> String {
        self.posted.get(name).to_owned()
    }

    fn opt(&self, name: &str) -> Option<String> {
        self.posted.opt(name).map(str::to_owned)
    }

    fn id<T: From<String>>(&self, name: &str) -> Option<T> {
        self.opt(name).map(T::from)
    }

    fn yes(&self, name: &str) -> bool {
        matches!(self.posted.get(name), "true" | "on" | "1")
    }

    fn yes_or_no(&self, name: &str) -> Option<bool> {
        match self.posted.get(name) {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    fn time(&mut self, name: &str) -> Option<i64> {
        let text = self.posted.opt(name)?;
        let at = when::parse_field(self.zone, text);
        if at.is_none() {
            self.bad.add(name, "invalid-time");
        }
        at
    }

    /// A code that must be chosen.
    fn code<T: FromStr>(&mut self, name: &str) -> Option<T> {
        let value = self.posted.get(name).parse().ok();
        if value.is_none() {
            self.bad.add(name, "invalid-choose");
        }
        value
    }

    fn code_or<T: FromStr>(&self, name: &str) -> Option<T> {
        self.posted.get(name).parse().ok()
    }

    fn must<T: From<String>>(&mut self, name: &str) -> T {
        let found = self.id(name);
        if found.is_none() {
            self.bad.add(name, "invalid-choose");
        }
        found.unwrap_or_else(|| T::from(String::new()))
    }

    fn cents(&mut self, name: &str) -> i64 {
        match domain::money::parse(self.posted.get(name)) {
            Ok(c) => c,
            Err(_) => {
                self.bad.add(name, "invalid-money");
                0
            }
        }
    }

    /// Rows of the price lines that were filled in.
    fn lines(&mut self) -> Vec<Line> {
        let what = self.posted.all("line_what");
        let kind = self.posted.all("line_kind");
        let quantity = self.posted.all("line_quantity");
        let price = self.posted.all("line_price");
        let at = |list: &[&str], i: usize| list.get(i).copied().unwrap_or_default().to_owned();
        let mut lines = Vec::new();
        for (i, what) in what.iter().enumerate() {
            let (quantity, price) = (at(&quantity, i), at(&price, i));
            if what.is_empty() && price.is_empty() {
                continue;
            }
            let quantity_milli = if quantity.is_empty() {
                Some(1000)
            } else {
                milli(&quantity)
            };
            let unit_cents = if price.is_empty() {
                Some(0)
            } else {
                domain::money::parse(&price).ok()
            };
            match (what.is_empty(), quantity_milli, unit_cents) {
                (false, Some(quantity_milli), Some(unit_cents)) => lines.push(Line {
                    what: (*what).to_owned(),
                    kind: if at(&kind, i) == "labour" {
                        LineKind::Labour
                    } else {
                        LineKind::Material
                    },
                    quantity_milli,
                    unit_cents,
                }),
                _ => {
                    self.bad.add("lines", "invalid-line");
                    break;
                }
            }
        }
        lines
    }

    fn photos(&self) -> Vec<AttachmentId> {
        self.posted.all("photos").into_iter().map(AttachmentId::from).collect()
    }

    fn answers(&self) -> Vec<Answer> {
        let asked = self
            .posted
            .0
            .iter()
            .filter_map(|(n, v)| Some((n.strip_prefix("q_")?, v)));
        asked
            .map(|(question, answer)| Answer {
                question: question.to_owned(),
                answer: answer.trim().to_owned(),
            })
            .filter(|a| !a.answer.is_empty())
            .collect()
    }
}

/// Thousandths of a decimal number such as `1.5`.
fn milli(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 3 || !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole: i64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok().filter(|n| (0..1_000_000).contains(n))?
    };
    let part: i64 = format!("{part:0<3}").parse().ok()?;
    Some(whole * 1000 + part)
}

/// What the form of an action asks for.
///
/// # Errors
/// `Invalid` fields; `NotFound` for an action without a form.
pub fn step(action: Action, s: &CaseState, posted: &Posted, zone: &str) -> Res<Step> {
    let mut r = Read {
        posted,
        zone,
        bad: Fields::default(),
    };
    let made = made(&mut r, action, s);
    r.bad.done()?;
    made.ok_or(Error::NotFound)
}

fn made(r: &mut Read<'_>, action: Action, s: &CaseState) -> Option<Step> {
    let happened_at = r.time("happened_at");
    let worker: Option<StaffId> = r.id("worker");
    let (reason, note) = (r.text("reason"), r.text("note"));
    Some(match action {
        Action::Dispatch => Step::Dispatch {
            department: r.must("department"),
            worker,
            happened_at,
        },
        Action::Accept => Step::Accept { worker, happened_at },
        Action::ReturnOrder => Step::ReturnOrder { reason },
        Action::TakeBack => Step::TakeBack { reason },
        Action::Reassign => Step::Reassign {
            department: r.must("department"),
            worker,
            reason,
        },
        Action::HandOver => Step::HandOver {
            worker: r.must("worker"),
            note,
        },
        Action::Arrive => Step::Arrive { worker, happened_at },
        Action::Quote => Step::Quote { lines: r.lines() },
        Action::ConsentQuote => Step::ConsentQuote {
            quote: r.must("quote"),
            how: r.code("consent_how")?,
            note,
        },
        Action::RefuseQuote => Step::RefuseQuote {
            quote: r.must("quote"),
            how: r.code("consent_how")?,
            note,
        },
        Action::Wait => {
            let until = r.time("until");
            if r.posted.get("until").is_empty() {
                r.bad.add("until", "required");
            }
            let reason = r.code("wait_reason");
            Step::Wait {
                reason: reason?,
                until: until?,
                customer_told: r.yes("customer_told"),
                note,
            }
        }
        Action::Resume => Step::Resume,
        Action::Complete => Step::Complete {
            done: r.text("done"),
            lines: r.lines(),
            photos: r.photos(),
            no_photo_reason: r.opt("no_photo_reason"),
            worker,
            happened_at,
        },
        Action::Amend => Step::Amend {
            done: r.text("done"),
            lines: r.lines(),
            photos: r.photos(),
            no_photo_reason: r.opt("no_photo_reason"),
            reason,
        },
        Action::Confirm => Step::Confirm {
            content_hash: r.text("content_hash"),
            how: confirmed(r, reason)?,
            opinion: r.code_or("opinion"),
            comment: r.text("comment"),
            happened_at,
        },
        Action::SecondCheck => Step::SecondCheck,
        Action::RecordPayment => {
            let (amount_cents, method) = (r.cents("amount"), r.code("method"));
            Step::RecordPayment {
                method: method?,
                amount_cents,
                receipt: r.opt("receipt"),
                happened_at,
            }
        }
        Action::VoidPayment => {
            let payment = r.code("payment");
            Step::VoidPayment {
                payment: payment?,
                reason,
            }
        }
        Action::WaiveFee => Step::WaiveFee { reason },
        Action::ScheduleCallback => Step::ScheduleCallback {
            planned_at: r.time("planned_at"),
            assignee: r.id("assignee"),
        },
        Action::Callback => Step::Callback {
            again_at: r.time("again_at"),
            result: r.code("result")?,
            satisfaction: r.code_or("satisfaction"),
            solved: r.yes_or_no("solved"),
            answers: r.answers(),
            note,
            happened_at,
        },
        Action::GiveUpCallback => Step::GiveUpCallback,
        Action::Close => Step::Close,
        Action::Reopen => Step::Reopen {
            reason: r.code("reopen_reason")?,
            note,
        },
        Action::Cancel => Step::Cancel {
            reason,
            customer_informed: r.yes("customer_told"),
        },
        Action::Urge => Step::Urge { note },
        Action::Note => Step::Note {
            text: r.text("text"),
            told_customer: r.yes("told_customer"),
        },
        Action::Promise => Step::Promise {
            kind: r.code_or("promised").unwrap_or_default(),
            by: r.time("by"),
            what: r.text("what"),
        },
        Action::InterimAnswer => Step::InterimAnswer {
            text: r.text("text"),
            happened_at,
        },
        Action::AskExtension => {
            let (clock, to, told) = (clock(r), r.time("to"), r.code("told_how"));
            if r.posted.get("to").is_empty() {
                r.bad.add("to", "required");
            }
            let (code, cycle) = clock?;
            Step::AskExtension {
                code,
                cycle,
                to: to?,
                reason,
                told: told?,
            }
        }
        Action::ConsentExtension => {
            let (how, agree) = (r.code("consent_how"), choice(r, "agree"));
            Step::ConsentExtension {
                extension: r.must("extension"),
                agree: agree?,
                how: how?,
                note,
            }
        }
        Action::ApproveExtension => Step::ApproveExtension {
            extension: r.must("extension"),
            approve: choice(r, "approve")?,
            note,
        },
        Action::WithdrawExtension => Step::WithdrawExtension {
            extension: r.must("extension"),
            reason,
        },
        Action::DecideExcuse => {
            let (clock, approve) = (clock(r), choice(r, "approve"));
            let (code, cycle) = clock?;
            Step::DecideExcuse {
                code,
                cycle,
                approve: approve?,
                note,
            }
        }
        Action::AskExcuse => {
            let (clock, why) = (clock(r), r.code("excuse_reason"));
            let (code, cycle) = clock?;
            Step::AskExcuse {
                code,
                cycle,
                reason: why?,
                text: r.text("text"),
            }
        }
        Action::ExcuseBreach => {
            let (clock, why) = (clock(r), r.code("excuse_reason"));
            let (code, cycle) = clock?;
            Step::ExcuseBreach {
                code,
                cycle,
                reason: why?,
                text: r.text("text"),
            }
        }
        Action::KeepPromise => Step::KeepPromise {
            no: r.code("no")?,
            how: r.text("how"),
        },
        Action::Answer => Step::Answer {
            answer: r.text("answer"),
            happened_at,
        },
        Action::ReportOutside => Step::ReportOutside {
            reported_to: r.must("reported_to"),
            referral: r.text("referral"),
            note,
        },
        Action::JoinContact => Step::JoinContact {
            contact: r.text("contact"),
        },
        other if other.of_complaint() => complaint::made(r, other, reason, note)?,
        other => correction(r, other, s, reason)?,
    })
}

/// `finish:0`: what a limit measures, and its round.
fn clock(r: &mut Read<'_>) -> Option<(domain::clock::ClockCode, u32)> {
    let found = r
        .posted
        .get("clock")
        .split_once(':')
        .and_then(|(code, cycle)| Some((code.parse().ok()?, cycle.parse().ok()?)));
    if found.is_none() {
        r.bad.add("clock", "invalid-choose");
    }
    found
}

/// Yes or no, which must be chosen.
fn choice(r: &mut Read<'_>, name: &str) -> Option<bool> {
    let found = r.yes_or_no(name);
    if found.is_none() {
        r.bad.add(name, "invalid-choose");
    }
    found
}

fn confirmed(r: &mut Read<'_>, reason: String) -> Option<Confirmed> {
    match r.posted.get("how") {
        "paper" => Some(Confirmed::Paper {
            photo: r.id("photo").unwrap_or_else(|| AttachmentId::from("")),
        }),
        "declined" => Some(Confirmed::Declined {
            reason,
            witness: r.must("witness"),
        }),
        _ => {
            r.bad.add("how", "invalid-choose");
            None
        }
    }
}

fn fee(r: &mut Read<'_>) -> Option<Fee> {
    let kind: FeeKind = r.code("fee_kind")?;
    let paid = kind == FeeKind::Paid;
    Some(Fee {
        kind,
        cents: if paid { r.cents("amount") } else { 0 },
        told: kind != FeeKind::Free && r.yes("told"),
        accepted: if paid { r.yes_or_no("accepted") } else { None },
    })
}

fn correction(r: &mut Read<'_>, action: Action, s: &CaseState, reason: String) -> Option<Step> {
    Some(match action {
        Action::ChangeKind => Step::ChangeKind {
            kind: r.code("kind")?,
            reason,
        },
        Action::ChangeLevel => Step::ChangeLevel {
            importance: r.code("importance")?,
            urgency: r.code("urgency")?,
            reason,
        },
        Action::ChangeFee => Step::ChangeFee { fee: fee(r)?, reason },
        Action::ChangeScope => {
            let scope = r.code("scope");
            let fee = fee(r);
            Step::ChangeScope {
                scope: scope?,
                fee: Some(fee?),
                reason,
            }
        }
        Action::ChangeItem => Step::ChangeItem {
            item: r.text("item"),
            reason,
        },
        Action::ChangePlace => Step::ChangePlace {
            place: r.text("place"),
            reason,
        },
        Action::ChangeContent => Step::ChangeContent {
            content: r.text("content"),
            reason,
        },
        Action::ChangeCustomer => Step::ChangeCustomer {
            customer: Customer {
                name: r.text("name"),
                phone: match r.opt("phone") {
                    Some(phone) => phone,
                    None if r.yes("phone_clear") => String::new(),
                    None => s.customer.phone.clone(),
                },
                address: r.text("address"),
            },
            // Another address is another place: the link to the archive's unit holds only while it stays.
            located: if r.text("address") == s.customer.address {
                s.located.clone()
            } else {
                Default::default()
            },
            identity: s.identity,
            anonymous_reason: r.opt("anonymous_reason"),
            reason,
        },
        Action::ChangeAppointment => {
            let (from, to) = (r.time("from"), r.time("to"));
            if from.is_some() != to.is_some() {
                r.bad.add(if from.is_none() { "from" } else { "to" }, "required");
            }
            let appointment = from.zip(to).map(|(from, to)| Appointment { from, to });
            Step::ChangeAppointment { appointment, reason }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::milli;

    #[test]
    fn quantities() {
        for (text, want) in [
            ("1", Some(1000)),
            ("1.5", Some(1500)),
            (".25", Some(250)),
            ("0.001", Some(1)),
            ("1.2345", None),
            ("a", None),
            ("-1", None),
        ] {
            assert_eq!(milli(text), want, "{text}");
        }
    }
}
