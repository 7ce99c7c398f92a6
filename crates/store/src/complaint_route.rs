//! What a site has changed of the shipped table of category to department.

use domain::ids::{SiteId, StaffId};

use crate::seam::{row, sql};

row! {
    /// A category that goes elsewhere than the shipped table says. `department` is a department's code.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ComplaintRoute {
        pub site_id: SiteId, pub category: String, pub department: String, pub why: String, pub set_by: StaffId,
        pub set_at: i64,
    }
}

sql! {
    pub fn put(row: &ComplaintRoute) { insert "complaint_route" "ON CONFLICT (site_id, category) DO UPDATE SET \
        department = excluded.department, why = excluded.why, set_by = excluded.set_by, set_at = excluded.set_at" }
    pub fn of_site(site: &SiteId) -> Vec<ComplaintRoute> {
        "SELECT ", ComplaintRoute::COLS, " FROM complaint_route WHERE site_id = $1 ORDER BY category LIMIT 200"
    }
}
