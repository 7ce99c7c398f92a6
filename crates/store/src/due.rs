//! What time has come to, whatever it is: the timer reads it page by page.

use domain::ids::SiteId;

use crate::seam::row;

row! {
    /// Something whose next step is due, and since when.
    #[derive(Debug, Clone)]
    pub struct Due { pub id: String, pub site_id: SiteId, pub at: i64 }
}
