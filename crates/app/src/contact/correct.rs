//! Putting a contact right: another case of the same call, a case out of what was first only answered, and corrections
//! that keep the old value (COM-11: nothing is deleted).

use domain::access::Action;
use domain::case::{Channel, Customer, Identity};
use domain::communication::TalkOutcome;
use domain::ids::{ContactId, PersonId, UnitId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::contact as db;
use store::db::Tx;
use store::seam::Conn;

use super::{NewCase, NewContact, Registered, begin, get, index};
use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res};
use crate::{attachment, journal, once};

/// A contact as it should have been taken down.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Correction {
    pub channel: Channel,
    pub person: Option<PersonId>,
    pub unit: Option<UnitId>,
    pub name: String,
    pub phone: String,
    pub address: String,
    pub anonymous_reason: String,
    pub identity: Option<Identity>,
    /// Code of a kind, or empty.
    pub kind: String,
    pub summary: String,
    pub answer: String,
    pub external_ref: String,
    pub reason: String,
}

/// Corrects a contact; the old values stay in the journal.
///
/// # Errors
/// `NotFound`, `Conflict`, `Invalid` without a reason or with nothing changed.
pub fn correct(tx: &mut Tx, ctx: &Ctx, id: &ContactId, seen: i64, new: &Correction) -> Res<i64> {
    ctx.need(Action::RegisterContact)?;
    let old = get(tx, ctx, id)?;
    let id = &old.id.clone();
    super::here(tx, ctx, new.person.as_ref(), new.unit.as_ref(), None)?;
    if old.version != seen {
        return Err(Error::Conflict {
            seen,
            current: old.version,
        });
    }
    let mut f = Fields::default();
    if new.reason.trim().is_empty() {
        f.add("reason", "required");
    }
    let phone = match domain::phone::normalise(&new.phone) {
        Ok(p) => p.canonical(),
        Err(_) if new.phone.trim().is_empty() => String::new(),
        Err(_) => {
            f.add("phone", "invalid-phone");
            String::new()
        }
    };
    for (name, text, most) in [
        ("name", &new.name, 60),
        ("address", &new.address, 200),
        ("summary", &new.summary, 4000),
        ("answer", &new.answer, 4000),
    ] {
        if text.chars().count() > most {
            f.add_with(name, "invalid-too-long", vec![("most", most.to_string())]);
        }
    }
    let known = !(new.name.trim().is_empty() && phone.is_empty() && new.address.trim().is_empty());
    if !known && new.anonymous_reason.trim().is_empty() {
        f.add("anonymous_reason", "invalid-anonymous");
    }
    f.done()?;
    let clean = |t: &str| domain::privacy::masked(t.trim());
    let mut row = old.clone();
    row.channel = new.channel.as_str().to_owned();
    row.person_id = new.person.clone();
    row.unit_id = new.unit.clone();
    row.name = clean(&new.name);
    row.phone = phone;
    row.address = new.address.trim().to_owned();
    row.anonymous_reason = clean(&new.anonymous_reason);
    row.kind = new.kind.clone();
    row.summary = clean(&new.summary);
    row.answer = clean(&new.answer);
    row.external_ref = new.external_ref.trim().to_owned();
    if let Some(i) = &new.identity {
        row.identity_check = serde_json::to_string(i)?;
    }
    let values = |r: &db::Contact| {
        json!({"channel": r.channel, "person": r.person_id, "unit": r.unit_id, "name": r.name, "phone": r.phone,
            "address": r.address, "anonymous_reason": r.anonymous_reason, "kind": r.kind, "summary": r.summary,
            "answer": r.answer, "external_ref": r.external_ref, "identity": r.identity_check})
    };
    let (was, is) = (values(&old), values(&row));
    if was == is {
        return Err(Error::field("reason", "invalid-nothing-changed"));
    }
    let changed: Vec<&String> = is
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(k, v)| was.get(k.as_str()) != Some(v))
        .map(|(k, _)| k)
        .collect();
    let body = json!({"changed": changed, "old": was, "new": is, "reason": clean(&new.reason)});
    row.version += 1;
    if db::save(tx, &row)? != 1 {
        return Err(Error::Conflict {
            seen,
            current: row.version,
        });
    }
    journal::now(
        tx,
        ctx,
        "contact",
        id.as_str(),
        "contact_corrected",
        body,
        &["old", "new", "reason"],
    );
    index(tx, ctx, &row)?;
    Ok(row.version)
}

/// One more case of a contact that is registered already: another matter of the same call, or a case out of one that was
/// only answered. The same key twice is one case.
///
/// # Errors
/// `NotFound`, the `Refused` of a rule.
pub fn add_case(tx: &mut Tx, ctx: &Ctx, key: &str, id: &ContactId, k: &NewCase) -> Res<Registered> {
    ctx.need(Action::RegisterContact)?;
    super::check_case(ctx, k)?;
    once::once(tx, ctx, key, &(id, k), |tx, ctx| {
        let mut row = get(tx, ctx, id)?;
        let customer = Customer {
            name: row.name.clone(),
            phone: row.phone.clone(),
            address: row.address.clone(),
        };
        let identity: Option<Identity> = serde_json::from_str(&row.identity_check).ok();
        let n = NewContact {
            person: row.person_id.clone(),
            unit: row.unit_id.clone(),
            anonymous_reason: Some(row.anonymous_reason.clone()).filter(|r| !r.is_empty()),
            // A second matter of a call that lasts is reported now, not when the call began.
            happened_at: None,
            ..NewContact::of(row.channel.parse().unwrap_or(Channel::Phone))
        };
        let seen = begin(tx, ctx, &n, k, &customer, identity, id)?;
        db::link(tx, id, &seen.state.id)?;
        attachment::adopt(tx, ctx, key, &attachment::Subject::Case(seen.state.id.clone()))?;
        row.outcome = if k.answer.is_some() && row.outcome == TalkOutcome::Answered.as_str() {
            TalkOutcome::Answered
        } else {
            TalkOutcome::Case
        }
        .as_str()
        .to_owned();
        if row.kind.is_empty() {
            row.kind = k.kind.as_str().to_owned();
        }
        row.version += 1;
        db::save(tx, &row)?;
        let body = json!({"case": seen.state.id, "number": seen.state.number, "kind": k.kind});
        let subject = journal::Subject {
            kind: "contact",
            id: id.as_str(),
            case: Some(seen.state.id.as_str()),
        };
        journal::append(tx, ctx, subject, "contact_case_added", body, &[], ctx.now);
        let made = Registered {
            contact: id.clone(),
            number: row.number,
            cases: vec![seen.state.id],
            case_numbers: vec![seen.state.number],
        };
        crate::consult::adopt(tx, ctx, key, &made)?;
        Ok(made)
    })
}

/// What a contact was before a correction.
#[derive(Debug, Clone)]
pub struct Before {
    pub at: i64,
    /// Id of who corrected it.
    pub by: String,
    pub reason: String,
    /// Field and its value then.
    pub was: Vec<(String, String)>,
}

/// The corrections of a contact, newest first.
///
/// # Errors
/// `NotFound` when it is not visible.
pub fn history(c: &mut Conn, ctx: &Ctx, id: &ContactId) -> Res<Vec<Before>> {
    let id = &get(c, ctx, id)?.id;
    let entries = store::journal::for_subject(c, ctx.site.as_str(), "contact", id.as_str(), i64::MAX, 50)?;
    let text = |v: Option<&serde_json::Value>| v.and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let found = entries.into_iter().filter(|e| e.kind == "contact_corrected").map(|e| {
        let changed = e
            .body
            .get("changed")
            .and_then(|c| c.as_array())
            .cloned()
            .unwrap_or_default();
        let was = changed
            .iter()
            .filter_map(|k| k.as_str())
            .filter(|k| !matches!(*k, "person" | "unit" | "identity"));
        let was = was.map(|k| (k.to_owned(), text(e.body.get("old").and_then(|o| o.get(k)))));
        Before {
            at: e.recorded_at,
            by: e.actor_id.clone(),
            reason: text(e.body.get("reason")),
            was: was.collect(),
        }
    });
    Ok(found.collect())
}
