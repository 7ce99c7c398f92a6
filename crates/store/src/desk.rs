//! What the front desk looks up while somebody is speaking: units, who lives there, whose number it is; and its queue.

use domain::ids::{BuildingId, PersonId, SiteId, StaffId, UnitId};

use crate::case::CaseLine;
use crate::seam::{row, sql};

row! {
    /// A unit as the desk shows it.
    #[derive(Debug, Clone)]
    pub struct Unit {
        pub id: UnitId, pub building_id: BuildingId, pub building: String, pub entrance: String, pub room: String,
        pub code: String, pub layout: String, pub area_cm2: Option<i64>, pub usage_state: String,
        pub move_in_on: Option<String>, pub preference: String, pub care_note: String,
    }
}

row! {
    /// Somebody in a unit, with the first number that is not marked as wrong.
    #[derive(Debug, Clone)]
    pub struct Resident {
        pub person_id: PersonId, pub name: String, pub gender: String, pub unit_id: UnitId, pub unit_code: String,
        pub relation: String, pub number: Option<String>,
    }
}

row! {
    /// Notes on a person.
    #[derive(Debug, Clone)]
    pub struct Person {
        pub id: PersonId, pub name: String, pub gender: String, pub preference: String, pub care_note: String,
    }
}

row! {
    /// A car of a unit.
    #[derive(Debug, Clone)]
    pub struct Car { pub plate: String, pub brand: String, pub color: String }
}

sql! {
    pub fn unit(site: &SiteId, id: &UnitId) -> Option<Unit> {
        "SELECT ", Unit::COLS, " FROM unit WHERE site_id = $1 AND id = $2"
    }
    pub fn unit_by_key(site: &SiteId, match_key: &str) -> Option<Unit> {
        "SELECT ", Unit::COLS, " FROM unit WHERE site_id = $1 AND match_key = $2"
    }
    /// A room in a building, whatever the entrance.
    pub fn units_in(site: &SiteId, building: &str, room: &str, limit: i64) -> Vec<Unit> {
        "SELECT ", Unit::COLS, " FROM unit WHERE site_id = $1 AND building = $2 AND room_key = $3 ORDER BY entrance LIMIT $4"
    }
    pub fn people_of_unit(unit: &UnitId) -> Vec<Resident> {
        "SELECT o.person_id AS person_id, p.name AS name, p.gender AS gender, o.unit_id AS unit_id, u.code AS unit_code, \
         o.relation AS relation, (SELECT MIN(f.number) FROM person_phone f WHERE f.person_id = p.id AND f.wrong_at IS NULL \
         AND f.position = (SELECT MIN(g.position) FROM person_phone g WHERE g.person_id = p.id AND g.wrong_at IS NULL)) AS number \
         FROM occupancy o JOIN person p ON p.id = o.person_id JOIN unit u ON u.id = o.unit_id \
         WHERE o.unit_id = $1 AND o.until_on IS NULL AND p.merged_into IS NULL \
         ORDER BY CASE o.relation WHEN 'owner' THEN 0 WHEN 'co_owner' THEN 1 WHEN 'tenant' THEN 2 WHEN 'family' THEN 3 ELSE 4 END, \
         p.name, p.id LIMIT 20"
    }
    pub fn person(site: &SiteId, id: &PersonId) -> Option<Person> {
        "SELECT ", Person::COLS, " FROM person WHERE site_id = $1 AND id = $2"
    }
    pub fn phones_of(person: &PersonId) -> Vec<String> {
        "SELECT number FROM person_phone WHERE person_id = $1 AND wrong_at IS NULL ORDER BY position, number LIMIT 10"
    }
    pub fn cars_of(unit: &UnitId) -> Vec<Car> {
        "SELECT plate, brand, color FROM vehicle WHERE unit_id = $1 AND ended_at IS NULL ORDER BY plate LIMIT 6"
    }

    /// What is open and mine: I work on it, or I was asked first (DIR-9).
    pub fn mine(site: &SiteId, staff: &StaffId, limit: i64) -> Vec<CaseLine> {
        "SELECT ", CaseLine::COLS, " FROM cases WHERE site_id = $1 AND open AND (worker_id = $2 OR first_asked_id = $2) \
         ORDER BY due_at, id LIMIT $3"
    }
    pub fn count_mine(site: &SiteId, staff: &StaffId) -> i64 {
        "SELECT count(*) AS n FROM cases WHERE site_id = $1 AND open AND (worker_id = $2 OR first_asked_id = $2)"
    }
}
