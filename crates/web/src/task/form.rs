//! A worker's form as a step.

use app::error::{Error, Fields, Res};
use app::step::{Confirmed, Step};
use domain::case::{AttachmentKind, CaseState, Line, LineKind};
use domain::ids::{FileId, QuoteId, StaffId};

use crate::when;

fn get<'a>(f: &'a super::Fields, name: &str) -> &'a str {
    f.get(name).map_or("", |v| v.trim())
}

/// A decimal number in thousandths: `1.5` is 1500.
fn thousandths(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 3 || whole.len() > 6 || !whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: i64 = format!("{part:0<3}").parse().ok()?;
    Some(whole * 1000 + part)
}

/// What the rows of a price come to, in cents, as far as they can be read.
pub fn total(f: &super::Fields) -> i64 {
    let cents = |i: usize| {
        let price = domain::money::parse(get(f, &format!("price{i}")))
            .ok()
            .filter(|c| *c >= 0)?;
        let qty = get(f, &format!("qty{i}"));
        let milli = if qty.is_empty() { 1000 } else { thousandths(qty)? };
        Some(price.saturating_mul(milli) / 1000)
    };
    (1..=8).filter_map(cents).fold(0, i64::saturating_add)
}

/// The numbered rows of a price or of material.
fn lines(f: &super::Fields, priced: bool) -> Res<Vec<Line>> {
    let mut out = Vec::new();
    let mut bad = Fields::default();
    for i in 1..=8 {
        let field = |name: &str| get(f, &format!("{name}{i}"));
        let what = field("what");
        let price = field("price");
        if what.is_empty() && price.is_empty() {
            continue;
        }
        let mut wrong =
            |name: &str, key: &'static str| bad.add_with(&format!("{name}{i}"), key, vec![("row", i.to_string())]);
        if what.is_empty() {
            wrong("what", "invalid-row-what");
        }
        let qty = field("qty");
        let quantity_milli = if qty.is_empty() {
            1000
        } else {
            thousandths(qty).filter(|q| *q > 0).unwrap_or_else(|| {
                wrong("qty", "invalid-row-qty");
                0
            })
        };
        let unit_cents = if priced {
            domain::money::parse(price).ok().filter(|c| *c >= 0).unwrap_or_else(|| {
                wrong("price", "invalid-row-price");
                0
            })
        } else {
            0
        };
        let labour = priced && field("kind") != "material";
        let kind = if labour { LineKind::Labour } else { LineKind::Material };
        out.push(Line {
            what: what.to_owned(),
            kind,
            quantity_milli,
            unit_cents,
        });
    }
    bad.done()?;
    Ok(out)
}

/// The step that a form asks for.
///
/// # Errors
/// `Invalid` fields, `NotFound` for no such step.
pub fn step(name: &str, f: &super::Fields, zone: &str, s: &CaseState) -> Res<Step> {
    let text = |n: &str| get(f, n).to_owned();
    Ok(match name {
        "accept" => Step::Accept {
            worker: None,
            happened_at: None,
        },
        "arrive" => Step::Arrive {
            worker: None,
            happened_at: None,
        },
        "resume" => Step::Resume,
        "return" => Step::ReturnOrder { reason: text("reason") },
        "note" => Step::Note {
            text: text("note"),
            told_customer: false,
        },
        "wait" => Step::Wait {
            reason: text("reason")
                .parse()
                .map_err(|_| Error::field("reason", "missing-reason"))?,
            until: when::parse_field(zone, get(f, "until")).ok_or_else(|| Error::field("until", "invalid-time"))?,
            customer_told: get(f, "told") == "yes",
            note: text("note"),
        },
        "quote" => Step::Quote { lines: lines(f, true)? },
        "consent" => {
            let (quote, note) = (QuoteId::from(get(f, "quote")), text("note"));
            let how = text("how").parse().map_err(|_| Error::field("how", "missing-how"))?;
            match get(f, "answer") {
                "yes" => Step::ConsentQuote { quote, how, note },
                "no" => Step::RefuseQuote { quote, how, note },
                _ => return Err(Error::field("answer", "missing-answer")),
            }
        }
        "done" => Step::Complete {
            done: text("done"),
            lines: lines(f, false)?,
            photos: s
                .attachments
                .iter()
                .filter(|a| a.kind == AttachmentKind::PhotoAfter && a.at >= s.round_started_at)
                .map(|a| a.id.clone())
                .collect(),
            no_photo_reason: Some(text("no_photo_reason")).filter(|r| !r.is_empty()),
            worker: None,
            happened_at: None,
        },
        "pay" => Step::RecordPayment {
            method: text("method")
                .parse()
                .map_err(|_| Error::field("method", "missing-payment"))?,
            amount_cents: domain::money::parse(get(f, "amount")).map_err(|_| Error::field("amount", "invalid-line"))?,
            receipt: Some(text("receipt")),
            happened_at: None,
        },
        "paper" => {
            let photo = s
                .attachments
                .iter()
                .rev()
                .find(|a| a.kind == AttachmentKind::PaperForm)
                .map(|a| a.id.clone());
            let photo = photo.ok_or_else(|| Error::field("file", "missing-paper-photo"))?;
            confirm(f, Confirmed::Paper { photo })
        }
        "declined" => confirm(
            f,
            Confirmed::Declined {
                reason: text("reason"),
                witness: StaffId::from(get(f, "witness")),
            },
        ),
        _ => return Err(Error::NotFound),
    })
}

/// A confirmation as staff record it: grade C or declined, never the customer's own (COM-30).
fn confirm(f: &super::Fields, how: Confirmed) -> Step {
    Step::Confirm {
        content_hash: get(f, "content_hash").to_owned(),
        how,
        opinion: get(f, "opinion").parse().ok(),
        comment: get(f, "comment").to_owned(),
        happened_at: None,
    }
}

/// The customer's signature on the worker's device.
pub fn device(f: &super::Fields, signature: FileId) -> Step {
    confirm(f, Confirmed::Device { signature })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_row_says_which_one_and_what() {
        let rows = [
            ("what1", "人工"),
            ("price1", "80"),
            ("what2", "角阀"),
            ("price2", "-1"),
            ("price3", "5"),
        ];
        let f: super::super::Fields = rows.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let Err(Error::Invalid(bad)) = lines(&f, true) else {
            panic!("refused");
        };
        let told: Vec<_> = bad.iter().map(|b| (b.name.as_str(), b.key)).collect();
        assert_eq!(told, [("price2", "invalid-row-price"), ("what3", "invalid-row-what")]);
        assert_eq!(total(&f), 8500, "what can be read");
    }

    #[test]
    fn numbers_as_people_write_them() {
        assert_eq!(thousandths("1"), Some(1000));
        assert_eq!(thousandths("0.5"), Some(500));
        assert_eq!(thousandths("2.125"), Some(2125));
        assert_eq!(thousandths("1,5"), None);
        assert_eq!(thousandths("1.2345"), None);
    }
}
