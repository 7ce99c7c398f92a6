//! Vehicles and parking places.

use domain::ids::{ParkingId, PersonId, SiteId, UnitId, VehicleId};

use crate::seam::{row, sql};

row! {
    /// A vehicle. `short` is the plate without province and letter, `tail` the plate from behind: for the search box.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Vehicle {
        pub id: VehicleId, pub site_id: SiteId, pub plate: String, pub person_id: Option<PersonId>,
        pub unit_id: Option<UnitId>, pub brand: String, pub color: String, pub kind: String, pub ended_at: Option<i64>,
        pub version: i64, pub short: String, pub tail: String,
    }
}

row! {
    /// A parking place. `tenure` is `owned`, `rented` or empty.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Parking {
        pub id: ParkingId, pub site_id: SiteId, pub lot: String, pub code: String, pub kind: String,
        pub area_cm2: Option<i64>, pub person_id: Option<PersonId>, pub unit_id: Option<UnitId>, pub plate: String,
        pub tenure: String, pub since_on: Option<String>, pub until_on: Option<String>, pub version: i64,
    }
}

sql! {
    pub fn vehicle_insert(row: &Vehicle) { insert "vehicle" }
    pub fn vehicle_save(row: &Vehicle) -> u64 { save "vehicle" }
    pub fn vehicle(site: &SiteId, id: &VehicleId) -> Option<Vehicle> {
        "SELECT ", Vehicle::COLS, " FROM vehicle WHERE site_id = $1 AND id = $2"
    }
    pub fn vehicle_by_plate(site: &SiteId, plate: &str) -> Option<Vehicle> {
        "SELECT ", Vehicle::COLS, " FROM vehicle WHERE site_id = $1 AND plate = $2"
    }
    pub fn vehicles_of_unit(unit: &UnitId) -> Vec<Vehicle> {
        "SELECT ", Vehicle::COLS, " FROM vehicle WHERE unit_id = $1 AND ended_at IS NULL ORDER BY plate LIMIT 50"
    }
    pub fn vehicles_of_person(person: &PersonId) -> Vec<Vehicle> {
        "SELECT ", Vehicle::COLS, " FROM vehicle WHERE person_id = $1 AND ended_at IS NULL ORDER BY plate LIMIT 50"
    }
    /// Also those that are gone: what a merger moves.
    pub fn all_vehicles_of_person(person: &PersonId) -> Vec<VehicleId> {
        "SELECT id FROM vehicle WHERE person_id = $1 ORDER BY id LIMIT 1000"
    }
    pub fn vehicle_to(id: &VehicleId, person: &PersonId) -> u64 { "UPDATE vehicle SET person_id = $2 WHERE id = $1" }

    pub fn parking_insert(row: &Parking) { insert "parking_place" }
    pub fn parking_save(row: &Parking) -> u64 { save "parking_place" }
    pub fn parking(site: &SiteId, id: &ParkingId) -> Option<Parking> {
        "SELECT ", Parking::COLS, " FROM parking_place WHERE site_id = $1 AND id = $2"
    }
    pub fn parking_by_code(site: &SiteId, lot: &str, code: &str) -> Option<Parking> {
        "SELECT ", Parking::COLS, " FROM parking_place WHERE site_id = $1 AND lot = $2 AND code = $3"
    }
    pub fn parking_of_unit(unit: &UnitId) -> Vec<Parking> {
        "SELECT ", Parking::COLS, " FROM parking_place WHERE unit_id = $1 ORDER BY lot, code LIMIT 50"
    }
    pub fn parking_of_person(person: &PersonId) -> Vec<Parking> {
        "SELECT ", Parking::COLS, " FROM parking_place WHERE person_id = $1 ORDER BY lot, code LIMIT 1000"
    }
    pub fn parking_to(id: &ParkingId, person: &PersonId) -> u64 {
        "UPDATE parking_place SET person_id = $2 WHERE id = $1"
    }
}
