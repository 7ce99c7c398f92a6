//! Moving in and out: who belongs to which unit, since when and until when. Nothing is overwritten: what ends is ended.

use domain::access::Action;
use domain::directory::{Ended, Relation};
use domain::ids::{PersonId, UnitId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::db::Tx;
use store::directory::{occupancy as db, person as people, thing, unit};

use super::person::{NewPerson, upsert_person};
use super::{Done, Upsert, check_date, some, standing, today};
use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res};
use crate::journal;
use crate::once;

/// Somebody moves in: a person of the archive, or a new one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MoveIn {
    pub person: Option<PersonId>,
    /// When `person` is empty.
    pub new: Option<NewPerson>,
    /// A code of `domain::directory::Relation`.
    pub relation: String,
    pub since_on: Option<String>,
    /// Whether a new person is the one of the same name who lives there already; asked when there is one.
    pub same: Option<bool>,
}

/// Somebody moves out.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MoveOut {
    /// The last day; today when empty.
    pub until_on: Option<String>,
    /// A code of `domain::directory::Ended`.
    pub reason: String,
    /// The person's vehicles of this unit leave too.
    pub vehicles: bool,
}

/// Makes sure that a person belongs to a unit now. Found by unit, person and relation.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Invalid` for a date that is none.
pub fn ensure_occupancy(
    tx: &mut Tx,
    ctx: &Ctx,
    unit_id: &UnitId,
    person: &PersonId,
    relation: Relation,
    since_on: Option<&str>,
) -> Res<Upsert<String>> {
    ctx.need(Action::EditDirectory)?;
    let person = standing(tx, ctx, person)?.id;
    let since_on = since_on.and_then(some);
    let mut f = Fields::default();
    check_date(&mut f, "since_on", since_on.as_deref());
    f.done()?;
    if let Some(old) = db::current(tx, unit_id, &person, relation.as_str())? {
        if since_on.is_none() || since_on == old.since_on {
            return Ok(Upsert {
                id: old.id,
                done: Done::Unchanged,
            });
        }
        let row = db::Occupancy {
            since_on,
            version: old.version + 1,
            ..old.clone()
        };
        db::save(tx, &row)?;
        let body = json!({
            "person": person, "occupancy": row.id, "old": {"since_on": old.since_on}, "new": {"since_on": row.since_on},
        });
        journal::now(
            tx,
            ctx,
            "unit",
            unit_id.as_str(),
            "occupancy_changed",
            body,
            &["old", "new"],
        );
        return Ok(Upsert {
            id: row.id,
            done: Done::Updated,
        });
    }
    if unit::get(tx, &ctx.site, unit_id)?.is_none() {
        return Err(Error::NotFound);
    }
    let row = db::Occupancy {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        unit_id: unit_id.clone(),
        person_id: person.clone(),
        relation: relation.as_str().to_owned(),
        since_on,
        until_on: None,
        ended_reason: String::new(),
        created_at: ctx.now,
        version: 1,
    };
    db::insert(tx, &row)?;
    let body = json!({"person": person, "occupancy": row.id, "relation": row.relation, "since_on": row.since_on});
    journal::now(tx, ctx, "unit", unit_id.as_str(), "moved_in", body, &["since_on"]);
    Ok(Upsert {
        id: row.id,
        done: Done::Created,
    })
}

fn someone(tx: &mut Tx, ctx: &Ctx, unit_id: &UnitId, n: &MoveIn) -> Res<PersonId> {
    match (&n.person, &n.new) {
        (Some(p), _) => Ok(standing(tx, ctx, p)?.id),
        (None, Some(new)) => {
            let name = new.name.trim();
            let namesakes = !name.is_empty() && !people::by_name_in_unit(tx, &ctx.site, name, unit_id)?.is_empty();
            if namesakes && n.same.is_none() {
                let mut f = Fields::default();
                f.add_with("same", "directory-same-person", vec![("name", name.to_owned())]);
                f.done()?;
            }
            let new = NewPerson {
                // Known by the unit is the one who lives there; somebody else is known by the number alone.
                unit: (n.same != Some(false)).then(|| unit_id.clone()),
                ..new.clone()
            };
            Ok(upsert_person(tx, ctx, &new)?.id)
        }
        (None, None) => Err(Error::field("name", "required")),
    }
}

/// The earliest day on which anybody can have moved in: no estate of this product is older.
const FIRST_DAY: &str = "1990-01-01";

/// Refuses a day that is a slip of the pen: before [`FIRST_DAY`] or more than a year from today.
fn within_reason(tx: &mut Tx, ctx: &Ctx, day: Option<&str>) -> Res<()> {
    let mut f = Fields::default();
    check_date(&mut f, "since_on", day);
    f.done()?;
    let mut f = Fields::default();
    let Some(day) = day.and_then(|d| d.parse::<jiff::civil::Date>().ok()) else {
        return Ok(());
    };
    let first: jiff::civil::Date = FIRST_DAY.parse().map_err(Error::internal)?;
    let now: jiff::civil::Date = today(tx, ctx)?.parse().map_err(Error::internal)?;
    let last = now.saturating_add(jiff::Span::new().years(1));
    if day < first || day > last {
        f.add_with(
            "since_on",
            "directory-date-range",
            vec![("first", first.to_string()), ("last", last.to_string())],
        );
    }
    f.done()
}

/// Somebody moves in. A repeated `key` does it once.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Invalid`.
pub fn move_in(tx: &mut Tx, ctx: &Ctx, key: &str, unit_id: &UnitId, n: &MoveIn) -> Res<PersonId> {
    ctx.need(Action::EditDirectory)?;
    let relation: Relation = n.relation.parse().map_err(|_| Error::field("relation", "required"))?;
    within_reason(tx, ctx, n.since_on.as_deref().and_then(some).as_deref())?;
    once::once(tx, ctx, key, &("move_in", unit_id, n), |tx, ctx| {
        let person = someone(tx, ctx, unit_id, n)?;
        ensure_occupancy(tx, ctx, unit_id, &person, relation, n.since_on.as_deref())?;
        Ok(person)
    })
}

fn end(tx: &mut Tx, ctx: &Ctx, old: &db::Occupancy, until_on: &str, reason: Ended) -> Res<()> {
    if old.until_on.is_some() {
        return Ok(());
    }
    if old
        .since_on
        .as_deref()
        .is_some_and(|s| s.len() == until_on.len() && s > until_on)
    {
        return Err(Error::field("until_on", "directory-until-before-since"));
    }
    let row = db::Occupancy {
        until_on: Some(until_on.to_owned()),
        ended_reason: reason.as_str().to_owned(),
        version: old.version + 1,
        ..old.clone()
    };
    if db::save(tx, &row)? != 1 {
        return Err(Error::Conflict {
            seen: old.version,
            current: old.version + 1,
        });
    }
    let body = json!({
        "person": row.person_id, "occupancy": row.id, "relation": row.relation, "until_on": until_on,
        "reason": reason.as_str(),
    });
    journal::now(tx, ctx, "unit", row.unit_id.as_str(), "moved_out", body, &["until_on"]);
    Ok(())
}

/// The last day as given, or today; never in the future, because the unit's list would lie until then.
fn last_day(tx: &mut Tx, ctx: &Ctx, given: Option<&str>) -> Res<String> {
    let today = today(tx, ctx)?;
    let day = given.and_then(some).unwrap_or_else(|| today.clone());
    let mut f = Fields::default();
    check_date(&mut f, "until_on", Some(&day));
    f.done()?;
    if day > today {
        Err(Error::field("until_on", "directory-until-future"))
    } else {
        Ok(day)
    }
}

/// Somebody no longer belongs to a unit.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Conflict`, `Invalid`.
pub fn move_out(tx: &mut Tx, ctx: &Ctx, id: &str, seen: i64, n: &MoveOut) -> Res<UnitId> {
    ctx.need(Action::EditDirectory)?;
    let old = db::get(tx, &ctx.site, id)?.ok_or(Error::NotFound)?;
    if old.version != seen {
        return Err(Error::Conflict {
            seen,
            current: old.version,
        });
    }
    let reason: Ended = n.reason.parse().map_err(|_| Error::field("reason", "required"))?;
    let day = last_day(tx, ctx, n.until_on.as_deref())?;
    end(tx, ctx, &old, &day, reason)?;
    if n.vehicles {
        for v in thing::vehicles_of_unit(tx, &old.unit_id)? {
            if v.person_id.as_ref() == Some(&old.person_id) {
                super::thing::end(tx, ctx, v)?;
            }
        }
    }
    Ok(old.unit_id)
}

/// The tenants of a unit go and another comes, in one act. The day is the new tenant's first.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Invalid`.
pub fn change_of_tenant(tx: &mut Tx, ctx: &Ctx, key: &str, unit_id: &UnitId, n: &MoveIn) -> Res<PersonId> {
    ctx.need(Action::EditDirectory)?;
    once::once(tx, ctx, key, &("change_of_tenant", unit_id, n), |tx, ctx| {
        let day = last_day(tx, ctx, n.since_on.as_deref())?;
        let person = someone(tx, ctx, unit_id, n)?;
        for old in db::of_unit(tx, unit_id)? {
            if old.until_on.is_none() && old.relation == Relation::Tenant.as_str() && old.person_id != person {
                end(tx, ctx, &old, &day, Ended::LeaseEnded)?;
            }
        }
        ensure_occupancy(tx, ctx, unit_id, &person, Relation::Tenant, Some(&day))?;
        Ok(person)
    })
}
