//! People as pages show them: numbers masked, relations beside the units.

use domain::ids::{PersonId, UnitId};
use serde::Serialize;
use store::directory::{occupancy, person as db, unit};
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::error::Res;

/// A telephone on a page. `position` is its handle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PhoneView {
    pub position: i64,
    pub masked: String,
    pub label: String,
    pub confirmed: bool,
    pub wrong: bool,
}

/// A relation to a unit, now or before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lived {
    pub id: String,
    pub unit: UnitId,
    pub code: String,
    pub relation: String,
    pub since_on: Option<String>,
    pub until_on: Option<String>,
    pub ended_reason: String,
    pub version: i64,
}

/// A person on a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonView {
    pub id: PersonId,
    pub name: String,
    pub gender: String,
    pub birth_year: Option<i64>,
    pub age: Option<i64>,
    /// Masked; empty when there is none.
    pub id_number: String,
    pub preference: String,
    pub care_note: String,
    pub version: i64,
    pub phones: Vec<PhoneView>,
    pub lived: Vec<Lived>,
}

impl PersonView {
    /// Relations of now to one unit.
    pub fn relations_in(&self, unit: &UnitId) -> Vec<&Lived> {
        self.lived
            .iter()
            .filter(|l| l.until_on.is_none() && l.unit == *unit)
            .collect()
    }

    /// Relations of now.
    pub fn now(&self) -> impl Iterator<Item = &Lived> {
        self.lived.iter().filter(|l| l.until_on.is_none())
    }

    /// Relations that have ended.
    pub fn before(&self) -> impl Iterator<Item = &Lived> {
        self.lived.iter().filter(|l| l.until_on.is_some())
    }
}

/// A merger that can be taken apart.
#[derive(Debug, Clone, Serialize)]
pub struct MergeView {
    pub id: String,
    pub double: PersonId,
    pub name: String,
    pub at: i64,
    pub by: String,
}

/// A person's own page.
#[derive(Debug, Clone)]
pub struct PersonPage {
    pub person: PersonView,
    pub vehicles: Vec<super::Vehicle>,
    pub parking: Vec<super::Parking>,
    pub merges: Vec<MergeView>,
    pub contacts: Vec<store::contact::Contact>,
    pub cases: Vec<store::case::CaseLine>,
}

/// A number as screens show it.
pub(super) fn masked(number: &str) -> String {
    domain::phone::normalise(number).map_or_else(|_| "****".to_owned(), |p| p.masked())
}

pub(super) fn phone_view(p: db::Phone) -> PhoneView {
    PhoneView {
        position: p.position,
        masked: masked(&p.number),
        label: p.label,
        confirmed: p.confirmed_at.is_some(),
        wrong: p.wrong_at.is_some(),
    }
}

/// A person with phones and relations.
pub(super) fn view(c: &mut Conn, ctx: &Ctx, p: &db::Person) -> Res<PersonView> {
    let phones = db::phones_of(c, &p.id)?.into_iter().map(phone_view).collect();
    let mut lived = Vec::new();
    for o in occupancy::of_person(c, &p.id)? {
        let code = unit::get(c, &ctx.site, &o.unit_id)?.map(|u| u.code).unwrap_or_default();
        lived.push(Lived {
            id: o.id,
            unit: o.unit_id,
            code,
            relation: o.relation,
            since_on: o.since_on,
            until_on: o.until_on,
            ended_reason: o.ended_reason,
            version: o.version,
        });
    }
    let year = super::today(c, ctx)?
        .get(..4)
        .and_then(|y| y.parse::<i64>().ok())
        .unwrap_or(0);
    Ok(PersonView {
        id: p.id.clone(),
        name: p.name.clone(),
        gender: p.gender.clone(),
        birth_year: p.birth_year,
        age: p.birth_year.map(|b| year - b).filter(|a| (0..130).contains(a)),
        id_number: if p.id_number.is_empty() {
            String::new()
        } else {
            domain::id_number::mask(&p.id_number)
        },
        preference: p.preference.clone(),
        care_note: p.care_note.clone(),
        version: p.version,
        phones,
        lived,
    })
}
