//! One person registered twice: the two records are put together, and can be taken apart again exactly.
//!
//! The double stays as it is, with what the other record had already; it only points to the record that stands for both.
//! Contacts and cases keep the person they were registered with: a person's history is asked for with all doubles.

use domain::access::Action;
use domain::ids::{ParkingId, PersonId, VehicleId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::db::Tx;
use store::directory::{occupancy, person as db, thing};
use store::seam::Conn;

use super::views::{PersonView, view};
use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::journal;

/// What one merger moved. Holds no personal values.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Moved {
    /// Handle of a number before, and since.
    phones: Vec<(i64, i64)>,
    occupancies: Vec<String>,
    vehicles: Vec<VehicleId>,
    parking: Vec<ParkingId>,
    /// Records that pointed to the double.
    repointed: Vec<PersonId>,
    /// Fields that were empty in the record that stays.
    filled: Vec<String>,
}

/// Two people at once, in a fixed order, so that nobody else puts one of them together with a third.
fn both(tx: &mut Tx, a: &PersonId, b: &PersonId) -> Res<()> {
    let (first, second) = if a < b { (a, b) } else { (b, a) };
    tx.serial(&format!("person/{first}"))?;
    tx.serial(&format!("person/{second}"))?;
    Ok(())
}

/// Puts two records of one person together: `kept` stands for both. Returns the merger's id.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Invalid` when they are the same or one is merged already.
pub fn merge(tx: &mut Tx, ctx: &Ctx, kept: &PersonId, double: &PersonId) -> Res<String> {
    ctx.need(Action::MergePersons)?;
    let staff = ctx.need_staff()?.id.clone();
    if kept == double {
        return Err(Error::field("person", "directory-merge-same"));
    }
    both(tx, kept, double)?;
    let old = db::get(tx, &ctx.site, kept)?.ok_or(Error::NotFound)?;
    let gone = db::get(tx, &ctx.site, double)?.ok_or(Error::NotFound)?;
    if old.merged_into.is_some() || gone.merged_into.is_some() {
        return Err(Error::field("person", "directory-merge-already"));
    }
    let mut moved = Moved::default();
    let mut position = db::phone_next(tx, kept)?;
    for p in db::phones_of(tx, double)? {
        if db::phone(tx, kept, &p.number)?.is_none() {
            db::phone_move(tx, double, p.position, kept, position)?;
            moved.phones.push((p.position, position));
            position += 1;
        }
    }
    for o in occupancy::of_person(tx, double)? {
        let doubled = o.until_on.is_none() && occupancy::current(tx, &o.unit_id, kept, &o.relation)?.is_some();
        if !doubled {
            occupancy::owner_to(tx, &o.id, kept)?;
            moved.occupancies.push(o.id);
        }
    }
    for v in thing::all_vehicles_of_person(tx, double)? {
        thing::vehicle_to(tx, &v, kept)?;
        moved.vehicles.push(v);
    }
    for p in thing::parking_of_person(tx, double)? {
        thing::parking_to(tx, &p.id, kept)?;
        moved.parking.push(p.id);
    }
    for p in db::merged_in(tx, double)? {
        db::point_to(tx, &p, Some(kept))?;
        moved.repointed.push(p);
    }
    let mut row = old.clone();
    row.version += 1;
    moved.filled = fill(&mut row, &gone);
    db::save(tx, &row)?;
    db::save(
        tx,
        &db::Person {
            merged_into: Some(kept.clone()),
            version: gone.version + 1,
            ..gone
        },
    )?;
    let id: String = ctx.id();
    db::merge_insert(
        tx,
        &db::Merge {
            id: id.clone(),
            site_id: ctx.site.clone(),
            kept_id: kept.clone(),
            merged_id: double.clone(),
            moved: serde_json::to_string(&moved)?,
            staff_id: staff,
            at: ctx.now,
            undone_at: None,
        },
    )?;
    let body = json!({"merge": id, "kept": kept, "double": double, "moved": &moved});
    journal::now(tx, ctx, "person", kept.as_str(), "persons_merged", body.clone(), &[]);
    journal::now(tx, ctx, "person", double.as_str(), "persons_merged", body, &[]);
    Ok(id)
}

/// Fills what the record that stays has empty. Returns the fields.
fn fill(row: &mut db::Person, from: &db::Person) -> Vec<String> {
    let mut filled = Vec::new();
    let texts = [
        ("gender", &mut row.gender, &from.gender),
        ("id_number", &mut row.id_number, &from.id_number),
        ("preference", &mut row.preference, &from.preference),
        ("care_note", &mut row.care_note, &from.care_note),
    ];
    for (name, slot, value) in texts {
        if slot.is_empty() && !value.is_empty() {
            slot.clone_from(value);
            filled.push(name.to_owned());
        }
    }
    if row.birth_year.is_none() && from.birth_year.is_some() {
        row.birth_year = from.birth_year;
        filled.push("birth_year".to_owned());
    }
    filled
}

/// Takes what a merger filled away again, unless it was changed since.
fn unfill(row: &mut db::Person, from: &db::Person, filled: &[String]) {
    let texts = [
        ("gender", &mut row.gender, &from.gender),
        ("id_number", &mut row.id_number, &from.id_number),
        ("preference", &mut row.preference, &from.preference),
        ("care_note", &mut row.care_note, &from.care_note),
    ];
    for (name, slot, value) in texts {
        if filled.iter().any(|f| f == name) && slot == value {
            slot.clear();
        }
    }
    if filled.iter().any(|f| f == "birth_year") && row.birth_year == from.birth_year {
        row.birth_year = None;
    }
}

/// Takes two records apart that were put together by mistake: what the merger moved goes back. Returns the double.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Invalid` when a later merger has to be taken apart first.
pub fn take_apart(tx: &mut Tx, ctx: &Ctx, id: &str) -> Res<PersonId> {
    ctx.need(Action::MergePersons)?;
    let m = db::merge_get(tx, &ctx.site, id)?
        .filter(|m| m.undone_at.is_none())
        .ok_or(Error::NotFound)?;
    both(tx, &m.kept_id, &m.merged_id)?;
    let mut kept = db::get(tx, &ctx.site, &m.kept_id)?.ok_or(Error::NotFound)?;
    let double = db::get(tx, &ctx.site, &m.merged_id)?.ok_or(Error::NotFound)?;
    if kept.merged_into.is_some() {
        return Err(Error::field("merge", "directory-merge-later-first"));
    }
    if db::merge_undone(tx, id, ctx.now)? != 1 {
        return Err(Error::NotFound);
    }
    let moved: Moved = serde_json::from_str(&m.moved)?;
    for (before, since) in &moved.phones {
        db::phone_move(tx, &m.kept_id, *since, &m.merged_id, *before)?;
    }
    for o in &moved.occupancies {
        occupancy::owner_to(tx, o, &m.merged_id)?;
    }
    for v in &moved.vehicles {
        thing::vehicle_to(tx, v, &m.merged_id)?;
    }
    for p in &moved.parking {
        thing::parking_to(tx, p, &m.merged_id)?;
    }
    for p in &moved.repointed {
        db::point_to(tx, p, Some(&m.merged_id))?;
    }
    unfill(&mut kept, &double, &moved.filled);
    db::save(
        tx,
        &db::Person {
            version: kept.version + 1,
            ..kept
        },
    )?;
    db::save(
        tx,
        &db::Person {
            merged_into: None,
            version: double.version + 1,
            ..double
        },
    )?;
    let body = json!({"merge": id, "kept": m.kept_id, "double": m.merged_id});
    journal::now(
        tx,
        ctx,
        "person",
        m.kept_id.as_str(),
        "persons_taken_apart",
        body.clone(),
        &[],
    );
    journal::now(
        tx,
        ctx,
        "person",
        m.merged_id.as_str(),
        "persons_taken_apart",
        body,
        &[],
    );
    Ok(m.merged_id)
}

/// People who may be the same as this one: the same name, or one of the same numbers. At most ten.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub fn candidates(c: &mut Conn, ctx: &Ctx, person: &PersonId) -> Res<Vec<PersonView>> {
    ctx.need(Action::MergePersons)?;
    let p = db::get(c, &ctx.site, person)?.ok_or(Error::NotFound)?;
    let key = domain::directory::folded_name(&p.name);
    let to = format!("{key}\u{1}");
    let mut ids: Vec<PersonId> = Vec::new();
    for h in store::directory::find::names(c, &ctx.site, &key, &to, 12)? {
        ids.push(h.merged_into.unwrap_or(h.person_id));
    }
    for phone in db::phones_of(c, person)? {
        let to = format!("{}\u{1}", phone.number);
        for h in store::directory::find::phone_heads(c, &ctx.site, &phone.number, &to, 12)? {
            ids.push(h.merged_into.unwrap_or(h.person_id));
        }
    }
    let mut seen = std::collections::HashSet::new();
    ids.retain(|i| i != person && seen.insert(i.clone()));
    ids.truncate(10);
    let mut out = Vec::new();
    for id in ids {
        let p = super::standing(c, ctx, &id)?;
        out.push(view(c, ctx, &p)?);
    }
    Ok(out)
}
