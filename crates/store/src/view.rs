//! Saved views of lists: a name for a set of filters.

use domain::ids::{SiteId, StaffId};

use crate::seam::{row, sql};

row! {
    /// A saved view.
    #[derive(Debug, Clone)]
    pub struct View { pub id: String, pub name: String, pub query: String, pub position: i64 }
}

sql! {
    pub fn of(staff: &StaffId, site: &SiteId, list: &str) -> Vec<View> {
        "SELECT ", View::COLS, " FROM saved_view WHERE staff_id = $1 AND site_id = $2 AND list = $3 \
         ORDER BY position, name LIMIT 30"
    }
    pub fn put(id: &str, staff: &StaffId, site: &SiteId, list: &str, name: &str, query: &str, position: i64) {
        "INSERT INTO saved_view (id, staff_id, site_id, list, name, query, position) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (staff_id, site_id, list, name) DO UPDATE SET query = excluded.query"
    }
    pub fn remove(staff: &StaffId, id: &str) -> u64 { "DELETE FROM saved_view WHERE staff_id = $1 AND id = $2" }
}
