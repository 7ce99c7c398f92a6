//! People: made, found again, corrected.

use domain::access::Action;
use domain::id_number::{self, IdNumber};
use domain::ids::{PersonId, UnitId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::db::Tx;
use store::directory::person as db;

use super::phone::{self, NewPhone};
use super::unit::differing;
use super::{Done, MOST_NAME, Upsert, check_note, some, standing};
use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res};
use crate::journal;

/// A person as a form or an import gives it. What is `None` stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewPerson {
    pub name: String,
    /// `female`, `male`, or as people write it.
    pub gender: Option<String>,
    pub birth_year: Option<i64>,
    pub id_number: Option<String>,
    pub preference: Option<String>,
    pub care_note: Option<String>,
    /// The key of the estate's former system: the surest way to find the record again.
    pub external_key: Option<String>,
    pub phones: Vec<NewPhone>,
    /// The unit in which somebody of the same name is the same person.
    pub unit: Option<UnitId>,
}

/// A correction: the values that are to stand. What is `None` stays as it is, an empty text takes the value away.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Correction {
    pub name: Option<String>,
    pub gender: Option<String>,
    /// Four digits or nothing.
    pub birth_year: Option<String>,
    pub id_number: Option<String>,
    pub preference: Option<String>,
    pub care_note: Option<String>,
    pub reason: String,
}

fn check(name: Option<&str>, birth_year: Option<i64>, notes: [Option<&str>; 2]) -> Fields {
    let mut f = Fields::default();
    if let Some(name) = name {
        if name.trim().is_empty() {
            f.add("name", "required");
        } else if name.chars().count() > MOST_NAME {
            f.add("name", "directory-too-long");
        }
    }
    if birth_year.is_some_and(|y| !(1880..=2200).contains(&y)) {
        f.add("birth_year", "directory-year-range");
    }
    for (field, text) in ["preference", "care_note"].into_iter().zip(notes) {
        check_note(&mut f, field, text.unwrap_or_default());
    }
    f
}

/// The form in which an identity number is kept: checked ones in 18 characters, other documents as written; placeholders
/// are none.
pub(crate) fn id_form(text: &str) -> String {
    if id_number::is_placeholder(text) {
        return String::new();
    }
    IdNumber::parse(text).map_or_else(|_| domain::fold::fold_code(text), |n| n.as_str().to_owned())
}

pub(crate) fn fill(row: &mut db::Person, n: &NewPerson) {
    if !n.name.trim().is_empty() {
        row.name = n.name.trim().to_owned();
    }
    if let Some(g) = &n.gender {
        row.gender = domain::directory::gender(g).to_owned();
    }
    row.birth_year = n.birth_year.or(row.birth_year);
    if let Some(id) = n.id_number.as_deref().map(id_form).filter(|i| !i.is_empty()) {
        row.id_number = id;
    }
    if let Ok(id) = IdNumber::parse(&row.id_number) {
        row.birth_year = row.birth_year.or(id.birth_date().map(|d| i64::from(d.year())));
        if row.gender.is_empty() {
            row.gender = if id.is_female() { "female" } else { "male" }.to_owned();
        }
    }
    if let Some(v) = &n.preference {
        row.preference = v.trim().to_owned();
    }
    if let Some(v) = &n.care_note {
        row.care_note = v.trim().to_owned();
    }
    if let Some(key) = n.external_key.as_deref().and_then(some) {
        row.external_key = Some(key);
    }
}

pub(crate) fn values(p: &db::Person) -> Map<String, Value> {
    let mut m = Map::new();
    for (name, v) in [
        ("name", json!(p.name)),
        ("gender", json!(p.gender)),
        ("birth_year", json!(p.birth_year)),
        ("id_number", json!(p.id_number)),
        ("preference", json!(p.preference)),
        ("care_note", json!(p.care_note)),
        ("external_key", json!(p.external_key)),
    ] {
        m.insert(name.into(), v);
    }
    m
}

pub(crate) fn index(tx: &mut Tx, p: &db::Person) -> Res<()> {
    db::keys_clear(tx, &p.id)?;
    for key in domain::directory::name_keys(&p.name) {
        db::key_add(tx, &p.site_id, &key, &p.id)?;
    }
    Ok(())
}

/// Makes a person, whoever else has the same name.
///
/// # Errors
/// `Forbidden`, `Invalid`.
pub fn create_person(tx: &mut Tx, ctx: &Ctx, n: &NewPerson) -> Res<PersonId> {
    ctx.need(Action::EditDirectory)?;
    let f = check(
        Some(&n.name),
        n.birth_year,
        [n.preference.as_deref(), n.care_note.as_deref()],
    );
    f.done()?;
    let mut row = db::Person {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        name: String::new(),
        gender: String::new(),
        birth_year: None,
        id_number: String::new(),
        preference: String::new(),
        care_note: String::new(),
        external_key: None,
        merged_into: None,
        created_at: ctx.now,
        version: 1,
    };
    fill(&mut row, n);
    db::insert(tx, &row)?;
    for key in domain::directory::name_keys(&row.name) {
        db::key_add(tx, &row.site_id, &key, &row.id)?;
    }
    let mut told = values(&row);
    let phones = phone::first(tx, ctx, &row.id, &n.phones)?;
    told.insert("phones".into(), json!(phones));
    journal::now(
        tx,
        ctx,
        "person",
        row.id.as_str(),
        "person_created",
        json!({ "values": told }),
        &["values"],
    );
    Ok(row.id)
}

/// The record of this person, if there is one: by the former system's key, the identity number, the name with one of the
/// numbers, or the name in the same unit.
fn known(tx: &mut Tx, ctx: &Ctx, n: &NewPerson) -> Res<Option<db::Person>> {
    let key = n.external_key.as_deref().and_then(some);
    if let Some(key) = &key
        && let Some(p) = db::by_external(tx, &ctx.site, key)?
    {
        return standing(tx, ctx, &p.id).map(Some);
    }
    let id = n.id_number.as_deref().map(id_form).unwrap_or_default();
    // Somebody with another key or another identity number is somebody else.
    let fits = |p: &db::Person| {
        !(key.is_some() && p.external_key.is_some() && p.external_key != key)
            && (id.is_empty() || p.id_number.is_empty() || p.id_number == id)
    };
    let name = n.name.trim();
    let mut found = Vec::new();
    if !id.is_empty() {
        found.extend(db::by_id_number(tx, &ctx.site, &id)?);
    }
    for p in n.phones.iter().filter_map(|p| domain::phone::normalise(&p.number).ok()) {
        found.extend(db::by_name_and_phone(tx, &ctx.site, name, &p.canonical())?);
    }
    if let Some(unit) = &n.unit {
        found.extend(db::by_name_in_unit(tx, &ctx.site, name, unit)?);
    }
    match found.iter().find(|p| fits(p)) {
        Some(p) => standing(tx, ctx, &p.id).map(Some),
        None => Ok(None),
    }
}

/// Makes a person or brings the known record up to date. A number that was marked wrong stays wrong.
///
/// # Errors
/// `Forbidden`, `Invalid`.
pub fn upsert_person(tx: &mut Tx, ctx: &Ctx, n: &NewPerson) -> Res<Upsert<PersonId>> {
    ctx.need(Action::EditDirectory)?;
    let Some(old) = known(tx, ctx, n)? else {
        return Ok(Upsert {
            id: create_person(tx, ctx, n)?,
            done: Done::Created,
        });
    };
    check(
        Some(&n.name),
        n.birth_year,
        [n.preference.as_deref(), n.care_note.as_deref()],
    )
    .done()?;
    let mut row = old.clone();
    fill(&mut row, n);
    let mut changed = save(tx, ctx, &old, row, "")?;
    for p in &n.phones {
        changed |= phone::put(tx, ctx, &old.id, p, false)?;
    }
    Ok(Upsert {
        id: old.id,
        done: if changed { Done::Updated } else { Done::Unchanged },
    })
}

/// Saves what differs and journals it with the old values. Returns whether anything did.
fn save(tx: &mut Tx, ctx: &Ctx, old: &db::Person, mut row: db::Person, reason: &str) -> Res<bool> {
    let (before, after) = differing(values(old), values(&row));
    if after.is_empty() {
        return Ok(false);
    }
    row.version += 1;
    if db::save(tx, &row)? != 1 {
        return Err(Error::Conflict {
            seen: old.version,
            current: row.version,
        });
    }
    if row.name != old.name {
        index(tx, &row)?;
    }
    let body = json!({"old": before, "new": after, "reason": reason});
    journal::now(
        tx,
        ctx,
        "person",
        row.id.as_str(),
        "person_corrected",
        body,
        &["old", "new", "reason"],
    );
    Ok(true)
}

/// Corrects a person's record; the journal keeps the old values (STD-4).
///
/// # Errors
/// `NotFound`, `Forbidden`, `Conflict`, `Invalid`.
pub fn correct_person(tx: &mut Tx, ctx: &Ctx, id: &PersonId, seen: i64, c: &Correction) -> Res<bool> {
    ctx.need(Action::EditDirectory)?;
    let old = standing(tx, ctx, id)?;
    if old.version != seen || old.id != *id {
        return Err(Error::Conflict {
            seen,
            current: old.version,
        });
    }
    let year = match c.birth_year.as_deref().map(str::trim) {
        None => Ok(old.birth_year),
        Some("") => Ok(None),
        Some(t) => t.parse::<i64>().map(Some),
    };
    let mut f = check(
        c.name.as_deref(),
        year.clone().unwrap_or(Some(0)),
        [c.preference.as_deref(), c.care_note.as_deref()],
    );
    let id_text = c.id_number.as_deref().map(id_form);
    if let Some(text) = id_text.as_deref().filter(|t| matches!(t.len(), 15 | 18))
        && IdNumber::parse(text).is_err()
    {
        f.add("id_number", "directory-id-wrong");
    }
    if c.reason.chars().count() > super::MOST_NOTE {
        f.add("reason", "directory-too-long");
    }
    f.done()?;
    let mut row = old.clone();
    if let Some(name) = &c.name {
        row.name = name.trim().to_owned();
    }
    if let Some(g) = &c.gender {
        row.gender = domain::directory::gender(g).to_owned();
    }
    row.birth_year = year.unwrap_or(old.birth_year);
    if let Some(id) = id_text {
        row.id_number = id;
    }
    if let Some(v) = &c.preference {
        row.preference = v.trim().to_owned();
    }
    if let Some(v) = &c.care_note {
        row.care_note = v.trim().to_owned();
    }
    save(tx, ctx, &old, row, c.reason.trim())
}
