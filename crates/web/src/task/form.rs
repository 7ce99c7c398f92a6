//! A worker's form as a step.

use app::error::{Error, Res};
use app::step::{Confirmed, Step};
use domain::case::{AttachmentKind, CaseState, Line, LineKind};
use domain::ids::{FileId, QuoteId, StaffId};

use super::Fields;
use crate::when;

fn get<'a>(f: &'a Fields, name: &str) -> &'a str {
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

/// The numbered rows of a price or of material.
fn lines(f: &Fields, priced: bool) -> Res<Vec<Line>> {
    let mut out = Vec::new();
    for i in 1..=8 {
        let field = |name: &str| get(f, &format!("{name}{i}"));
        let what = field("what");
        let price = field("price");
        if what.is_empty() && price.is_empty() {
            continue;
        }
        let wrong = || Error::field(&format!("price{i}"), "invalid-line");
        let qty = field("qty");
        let quantity_milli = if qty.is_empty() {
            1000
        } else {
            thousandths(qty).filter(|q| *q > 0).ok_or_else(wrong)?
        };
        let unit_cents = if priced {
            domain::money::parse(price).map_err(|_| wrong())?
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
    Ok(out)
}

/// The step that a form asks for.
///
/// # Errors
/// `Invalid` fields, `NotFound` for no such step.
pub fn step(name: &str, f: &Fields, zone: &str, s: &CaseState) -> Res<Step> {
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
fn confirm(f: &Fields, how: Confirmed) -> Step {
    Step::Confirm {
        content_hash: get(f, "content_hash").to_owned(),
        how,
        opinion: get(f, "opinion").parse().ok(),
        comment: get(f, "comment").to_owned(),
        happened_at: None,
    }
}

/// The customer's signature on the worker's device.
pub fn device(f: &Fields, signature: FileId) -> Step {
    confirm(f, Confirmed::Device { signature })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        assert_eq!(thousandths("1"), Some(1000));
        assert_eq!(thousandths("0.5"), Some(500));
        assert_eq!(thousandths("2.125"), Some(2125));
        assert_eq!(thousandths("1,5"), None);
        assert_eq!(thousandths("1.2345"), None);
    }
}
