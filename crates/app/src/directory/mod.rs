//! The archive of the estate (CSM-7, STD-4): who lives where, how they are reached, what stands in the garage, and what the
//! desk should know before it speaks. Every change is on the journal with what was there before.
//!
//! `upsert_unit`, `upsert_person`, `ensure_occupancy`, `upsert_vehicle` and `upsert_parking` are for imports and may be
//! called again with the same: they tell whether something was made, changed or left as it was.

mod household;
mod merge;
mod occupancy;
pub(crate) mod person;
mod phone;
pub(crate) mod thing;
pub(crate) mod unit;
mod views;

pub use household::{Change, Household, UnitLine, Units, buildings, changes, household, person, units};
pub(crate) use household::{visible_cases, visible_contact};
pub use merge::{candidates, merge, take_apart};
pub use occupancy::{MoveIn, MoveOut, change_of_tenant, ensure_occupancy, move_in, move_out};
pub use person::{Correction, NewPerson, correct_person, create_person, upsert_person};
pub use phone::{NewPhone, PhoneMark, add_phone, mark_phone, reveal_id_number, reveal_phone, usable_phone};
pub use store::directory::person::{Person, Phone};
pub use store::directory::thing::{Parking, Vehicle};
pub use store::directory::unit::{Building, Unit};
pub use thing::{NewParking, NewVehicle, end_vehicle, upsert_parking, upsert_vehicle};
pub use unit::{NewBuilding, NewUnit, correct_unit, upsert_building, upsert_unit};
pub use views::{Lived, MergeView, PersonPage, PersonView, PhoneView};

use domain::ids::PersonId;
use serde::{Deserialize, Serialize};
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res};

/// What an upsert did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    Created,
    Updated,
    Unchanged,
}

/// The outcome of an upsert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upsert<T> {
    pub id: T,
    pub done: Done,
}

/// Longest name, in characters.
const MOST_NAME: usize = 60;
/// Longest note, in characters.
const MOST_NOTE: usize = 500;

/// The record that stands for a person: itself, or the one it was put together with.
///
/// # Errors
/// `NotFound`.
pub fn standing(c: &mut Conn, ctx: &Ctx, id: &PersonId) -> Res<Person> {
    let mut p = store::directory::person::get(c, &ctx.site, id)?.ok_or(Error::NotFound)?;
    // Mergers follow one another; the bound only keeps a damaged chain from running for ever.
    for _ in 0..20 {
        let Some(into) = p.merged_into.clone() else {
            return Ok(p);
        };
        p = store::directory::person::get(c, &ctx.site, &into)?.ok_or(Error::NotFound)?;
    }
    Err(Error::Internal(format!("person {id} is merged in a circle")))
}

fn check_note(f: &mut Fields, name: &str, text: &str) {
    if text.chars().count() > MOST_NOTE {
        f.add(name, "directory-too-long");
    }
    if domain::privacy::has_number(text) {
        f.add(name, "directory-no-numbers");
    }
}

/// A date (`2026-11-21`) or nothing.
fn check_date(f: &mut Fields, name: &str, text: Option<&str>) {
    if let Some(t) = text
        && t.parse::<jiff::civil::Date>().is_err()
    {
        f.add(name, "directory-date-form");
    }
}

/// Empty text is no value.
fn some(text: &str) -> Option<String> {
    let t = text.trim();
    (!t.is_empty()).then(|| t.to_owned())
}

/// Today at the open site.
fn today(c: &mut Conn, ctx: &Ctx) -> Res<String> {
    let zone = crate::case::zone(c, &ctx.site)?;
    let at = jiff::Timestamp::from_millisecond(ctx.now).map_err(Error::internal)?;
    Ok(at.to_zoned(zone).date().to_string())
}
