//! Telephones: a number may belong to several people, each link is confirmed, wrong or neither. Numbers are masked
//! everywhere; one shown whole is one logged act (ETQ-5, VIS-10).

use domain::access::{Action, Reach};
use domain::case::may;
use domain::ids::PersonId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::db::Tx;
use store::directory::person as db;
use store::seam::Conn;

use super::standing;
use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::{case, journal};

/// Most numbers of one person.
const MOST: usize = 12;

/// A number of a person.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewPhone {
    pub number: String,
    /// 家, 单位, 配偶 … in the estate's own words.
    pub label: String,
    /// The person has said so, or called from it.
    pub confirmed: bool,
}

/// What is found out about a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneMark {
    Confirmed,
    /// It is not this person's: it is not used any more, neither to call nor to recognise a caller.
    Wrong,
    /// Neither: an earlier mark was a mistake.
    Unmarked,
}

/// The numbers of somebody who has just been made: nothing needs to be looked up, and they stand in the same entry of the
/// journal. Returns the numbers.
pub(super) fn first(tx: &mut Tx, ctx: &Ctx, person: &PersonId, list: &[NewPhone]) -> Res<Vec<String>> {
    let mut numbers: Vec<String> = Vec::new();
    for n in list.iter().filter(|n| !domain::phone::is_placeholder(&n.number)) {
        let phone = domain::phone::normalise(&n.number).map_err(|_| Error::field("number", "directory-phone-form"))?;
        let number = phone.canonical();
        if numbers.contains(&number) {
            continue;
        }
        if numbers.len() >= MOST {
            return Err(Error::field("number", "directory-too-many-phones"));
        }
        numbers.push(number.clone());
        let row = db::Phone {
            site_id: ctx.site.clone(),
            person_id: person.clone(),
            reversed: phone.digits().chars().rev().collect(),
            label: n.label.trim().chars().take(20).collect(),
            position: i64::try_from(numbers.len()).unwrap_or(1),
            confirmed_at: n.confirmed.then_some(ctx.now),
            wrong_at: None,
            number,
        };
        db::phone_put(tx, &row)?;
    }
    Ok(numbers)
}

/// Adds a number that the person does not have yet. Returns whether anything changed. `again` takes a number back that was
/// marked wrong; an import may not.
pub(super) fn put(tx: &mut Tx, ctx: &Ctx, person: &PersonId, n: &NewPhone, again: bool) -> Res<bool> {
    if domain::phone::is_placeholder(&n.number) {
        return Ok(false);
    }
    let phone = domain::phone::normalise(&n.number).map_err(|_| Error::field("number", "directory-phone-form"))?;
    let number = phone.canonical();
    let label: String = n.label.trim().chars().take(20).collect();
    let old = db::phone(tx, person, &number)?;
    let confirmed_at = n.confirmed.then_some(ctx.now);
    if let Some(old) = old {
        let mut row = old.clone();
        if !label.is_empty() {
            row.label = label;
        }
        if again {
            row.wrong_at = None;
        }
        if row.wrong_at.is_none() {
            row.confirmed_at = row.confirmed_at.or(confirmed_at);
        }
        if row == old {
            return Ok(false);
        }
        db::phone_put(tx, &row)?;
        let body = json!({"number": number, "label": row.label, "confirmed": row.confirmed_at.is_some()});
        journal::now(
            tx,
            ctx,
            "person",
            person.as_str(),
            "phone_changed",
            body,
            &["number", "label"],
        );
        return Ok(true);
    }
    if db::phones_of(tx, person)?.len() >= MOST {
        return Err(Error::field("number", "directory-too-many-phones"));
    }
    let row = db::Phone {
        site_id: ctx.site.clone(),
        person_id: person.clone(),
        reversed: phone.digits().chars().rev().collect(),
        label: label.clone(),
        position: db::phone_next(tx, person)?,
        confirmed_at,
        wrong_at: None,
        number: number.clone(),
    };
    db::phone_put(tx, &row)?;
    let body = json!({"number": number, "label": label, "confirmed": n.confirmed});
    journal::now(
        tx,
        ctx,
        "person",
        person.as_str(),
        "phone_added",
        body,
        &["number", "label"],
    );
    Ok(true)
}

/// Adds a number to a person, or takes one back that was marked wrong.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Invalid` for what is no number.
pub fn add_phone(tx: &mut Tx, ctx: &Ctx, person: &PersonId, n: &NewPhone) -> Res<bool> {
    ctx.need(Action::EditDirectory)?;
    let p = standing(tx, ctx, person)?;
    if domain::phone::is_placeholder(&n.number) {
        return Err(Error::field("number", "directory-phone-form"));
    }
    put(tx, ctx, &p.id, n, true)
}

/// Marks a number of a person, named by its handle.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub fn mark_phone(tx: &mut Tx, ctx: &Ctx, person: &PersonId, position: i64, mark: PhoneMark) -> Res<()> {
    ctx.need(Action::EditDirectory)?;
    let p = standing(tx, ctx, person)?;
    let mut row = db::phone_at(tx, &p.id, position)?.ok_or(Error::NotFound)?;
    let old = (row.confirmed_at.is_some(), row.wrong_at.is_some());
    (row.confirmed_at, row.wrong_at) = match mark {
        PhoneMark::Confirmed => (row.confirmed_at.or(Some(ctx.now)), None),
        PhoneMark::Wrong => (None, row.wrong_at.or(Some(ctx.now))),
        PhoneMark::Unmarked => (None, None),
    };
    if old == (row.confirmed_at.is_some(), row.wrong_at.is_some()) {
        return Ok(());
    }
    db::phone_put(tx, &row)?;
    let kind = match mark {
        PhoneMark::Confirmed => "phone_confirmed",
        PhoneMark::Wrong => "phone_marked_wrong",
        PhoneMark::Unmarked => "phone_unmarked",
    };
    let body = json!({"number": row.number, "was_confirmed": old.0, "was_wrong": old.1});
    journal::now(tx, ctx, "person", p.id.as_str(), kind, body, &["number"]);
    Ok(())
}

/// The number to call a person at: never a wrong one, a confirmed one first.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn usable_phone(c: &mut Conn, person: &PersonId) -> Res<Option<db::Phone>> {
    let phones = db::phones_of(c, person)?;
    let mut usable: Vec<_> = phones.into_iter().filter(|p| p.wrong_at.is_none()).collect();
    usable.sort_by_key(|p| (p.confirmed_at.is_none(), p.position));
    Ok(usable.into_iter().next())
}

/// Whether the actor may see this person's numbers: by the right to the whole archive, or because a case of the person is
/// theirs to work on.
fn may_reveal(tx: &mut Tx, ctx: &Ctx, person: &PersonId) -> Res<()> {
    if ctx.need(Action::RevealPhone)? >= Reach::Site {
        return Ok(());
    }
    for line in store::case::of_person(tx, person, 20)? {
        let seen = case::get(tx, ctx, &line.id).ok();
        if seen.is_some_and(|s| s.state.is_open() && may(Some(&s.state), Action::RevealPhone, &ctx.who()).is_ok()) {
            return Ok(());
        }
    }
    Err(Error::NotFound)
}

/// Shows one number whole, for reading aloud. One logged act.
///
/// # Errors
/// `NotFound` when there is no such number, or the person is none of the actor's business; `Forbidden`.
pub fn reveal_phone(tx: &mut Tx, ctx: &Ctx, person: &PersonId, position: i64) -> Res<String> {
    may_reveal(tx, ctx, person)?;
    let p = standing(tx, ctx, person)?;
    let row = db::phone_at(tx, &p.id, position)?.ok_or(Error::NotFound)?;
    let body = json!({"number": row.number});
    journal::now(tx, ctx, "person", p.id.as_str(), "phone_revealed", body, &["number"]);
    Ok(domain::phone::normalise(&row.number).map_or(row.number, |n| n.grouped()))
}

/// Shows the identity number whole. One logged act.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub fn reveal_id_number(tx: &mut Tx, ctx: &Ctx, person: &PersonId) -> Res<String> {
    may_reveal(tx, ctx, person)?;
    let p = standing(tx, ctx, person)?;
    if p.id_number.is_empty() {
        return Err(Error::NotFound);
    }
    journal::now(tx, ctx, "person", p.id.as_str(), "id_number_revealed", json!({}), &[]);
    Ok(p.id_number)
}
