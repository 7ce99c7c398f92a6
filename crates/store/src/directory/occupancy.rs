//! Who lives in which unit, since when and until when.

use domain::ids::{PersonId, SiteId, UnitId};

use crate::seam::{Q, row, sql};

row! {
    /// One person in one unit in one relation. `until_on` is empty while it lasts.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Occupancy {
        pub id: String, pub site_id: SiteId, pub unit_id: UnitId, pub person_id: PersonId, pub relation: String,
        pub since_on: Option<String>, pub until_on: Option<String>, pub ended_reason: String, pub created_at: i64,
        pub version: i64,
    }
}

row! {
    /// A person in a unit, as lists show it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Lives { pub unit_id: UnitId, pub code: String, pub person_id: PersonId, pub name: String, pub relation: String }
}

/// Ids of units or people, at least one: an empty list is no filter.
#[derive(Debug, Clone)]
pub struct Many {
    pub ids: Vec<String>,
}

impl Many {
    pub(super) fn variants() -> Vec<Many> {
        vec![Many { ids: vec!["x".into()] }, Many { ids: Vec::new() }]
    }
}

const LIVES: &str = "SELECT o.unit_id AS unit_id, u.code AS code, o.person_id AS person_id, p.name AS name, \
     o.relation AS relation FROM occupancy o JOIN person p ON p.id = o.person_id JOIN unit u ON u.id = o.unit_id \
     WHERE o.until_on IS NULL AND p.merged_into IS NULL";
const ORDER: &str = "ORDER BY u.sort_key, CASE o.relation WHEN 'owner' THEN 1 WHEN 'co_owner' THEN 2 WHEN 'tenant' THEN 3 \
     WHEN 'family' THEN 4 ELSE 5 END, o.created_at, o.id LIMIT 1000";

pub(crate) fn of_units_q(f: &Many) -> Q<'_> {
    Q::new(LIVES, &[]).one_of("AND o.unit_id", &f.ids).push(ORDER, &[])
}

pub(crate) fn of_people_q(f: &Many) -> Q<'_> {
    Q::new(LIVES, &[]).one_of("AND o.person_id", &f.ids).push(ORDER, &[])
}

sql! {
    pub fn insert(row: &Occupancy) { insert "occupancy" }
    pub fn save(row: &Occupancy) -> u64 { save "occupancy" }
    pub fn get(site: &SiteId, id: &str) -> Option<Occupancy> {
        "SELECT ", Occupancy::COLS, " FROM occupancy WHERE site_id = $1 AND id = $2"
    }
    pub fn current(unit: &UnitId, person: &PersonId, relation: &str) -> Option<Occupancy> {
        "SELECT ", Occupancy::COLS, " FROM occupancy WHERE unit_id = $1 AND person_id = $2 AND relation = $3 \
         AND until_on IS NULL"
    }
    /// Now and before, those who live there first.
    pub fn of_unit(unit: &UnitId) -> Vec<Occupancy> {
        "SELECT ", Occupancy::COLS, " FROM occupancy WHERE unit_id = $1 \
         ORDER BY CASE WHEN until_on IS NULL THEN 0 ELSE 1 END, CASE relation WHEN 'owner' THEN 1 WHEN 'co_owner' THEN 2 \
         WHEN 'tenant' THEN 3 WHEN 'family' THEN 4 ELSE 5 END, until_on DESC, created_at, id LIMIT 100"
    }
    pub fn of_person(person: &PersonId) -> Vec<Occupancy> {
        "SELECT ", Occupancy::COLS, " FROM occupancy WHERE person_id = $1 \
         ORDER BY CASE WHEN until_on IS NULL THEN 0 ELSE 1 END, until_on DESC, created_at, id LIMIT 200"
    }
    /// Who lives in these units now.
    pub fn in_units(f: &Many) -> Vec<Lives> { dynamic of_units_q, Many::variants }
    /// Where these people live now.
    pub fn of_people(f: &Many) -> Vec<Lives> { dynamic of_people_q, Many::variants }
    pub fn owner_to(id: &str, person: &PersonId) -> u64 { "UPDATE occupancy SET person_id = $2 WHERE id = $1" }
}
