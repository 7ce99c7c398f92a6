//! What a worker on the way needs beside the case: orders that nobody of the department has taken, and the unit's own notes.

use domain::ids::{DepartmentId, SiteId, UnitId};

use crate::case::OrderRow;
use crate::seam::{row, sql};

row! {
    /// Where a unit is, and what to mind there.
    #[derive(Debug, Clone)]
    pub struct Place {
        pub building: String, pub building_name: String, pub entrance: String, pub room: String, pub floor: Option<i64>,
        pub floors: Option<i64>, pub has_lift: Option<bool>, pub preference: String, pub care_note: String,
    }
}

sql! {
    pub fn place(unit: &UnitId) -> Option<Place> {
        "SELECT u.building AS building, b.name AS building_name, u.entrance AS entrance, u.room AS room, \
         u.floor AS floor, b.floors AS floors, b.has_lift AS has_lift, u.preference AS preference, \
         u.care_note AS care_note FROM unit u JOIN building b ON b.id = u.building_id WHERE u.id = $1"
    }
    /// Open orders of a department without a worker, what is due first, first.
    pub fn free(site: &SiteId, department: &DepartmentId, limit: i64) -> Vec<OrderRow> {
        "SELECT ", OrderRow::COLS, " FROM work_order WHERE site_id = $1 AND department_id = $2 AND open \
         AND worker_id IS NULL ORDER BY due_at, id LIMIT $3"
    }
}
