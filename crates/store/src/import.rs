//! Imports: the batches that are looked at and then written, and the archive of a site read whole for comparing.

use domain::ids::{ImportId, PersonId, SiteId, StaffId};

use crate::directory::occupancy::Occupancy;
use crate::directory::person::Person;
use crate::directory::thing::{Parking, Vehicle};
use crate::directory::unit::Unit;
use crate::seam::{row, sql};

row! {
    /// An import. `state` is `reading`, `ready`, `failed`, `writing`, `stopped` or `done`; `counts` and `preview` are JSON.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Batch {
        pub id: ImportId, pub site_id: SiteId, pub staff_id: Option<StaffId>, pub file_name: String, pub file_hash: String,
        pub state: String, pub counts: String, pub preview: String, pub progress: i64, pub total: i64, pub created_at: i64,
        pub finished_at: Option<i64>, pub version: i64, pub number: i64, pub mode: String, pub claim: String,
        pub beat_at: i64, pub stop_wanted: bool,
    }
}

row! {
    /// An import as the list shows it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct BatchLine {
        pub id: ImportId, pub number: i64, pub staff_id: Option<StaffId>, pub file_name: String, pub state: String,
        pub counts: String, pub progress: i64, pub total: i64, pub created_at: i64, pub finished_at: Option<i64>,
        pub mode: String,
    }
}

row! {
    /// An import that nobody works on any more.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Left { pub id: ImportId, pub site_id: SiteId, pub state: String }
}

row! {
    /// A telephone as far as comparing needs it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Number { pub person_id: PersonId, pub number: String, pub position: i64, pub wrong_at: Option<i64> }
}

sql! {
    pub fn insert(row: &Batch) { insert "import_batch" }
    pub fn get(site: &SiteId, id: &ImportId) -> Option<Batch> {
        "SELECT ", Batch::COLS, " FROM import_batch WHERE site_id = $1 AND id = $2"
    }
    pub fn list(site: &SiteId, limit: i64) -> Vec<BatchLine> {
        "SELECT ", BatchLine::COLS, " FROM import_batch WHERE site_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2"
    }
    pub fn next_number(site: &SiteId) -> i64 {
        "SELECT COALESCE(MAX(number), 0) + 1 AS next FROM import_batch WHERE site_id = $1"
    }
    /// Takes an import over from whoever held it, if nobody has said anything since `silent_since`.
    pub fn take(id: &ImportId, claim: &str, now: i64, silent_since: i64) -> u64 {
        "UPDATE import_batch SET claim = $2, beat_at = $3 WHERE id = $1 AND state IN ('reading', 'writing') \
         AND (claim = '' OR beat_at < $4)"
    }
    /// Says how far it is; whether it is to stop. Nothing when somebody else has taken it over.
    pub fn beat(id: &ImportId, claim: &str, progress: i64, total: i64, now: i64) -> Option<bool> {
        "UPDATE import_batch SET progress = $3, total = $4, beat_at = $5 WHERE id = $1 AND claim = $2 RETURNING stop_wanted"
    }
    /// What was found, and what comes next.
    pub fn found(id: &ImportId, claim: &str, state: &str, counts: &str, preview: &str, total: i64) -> u64 {
        "UPDATE import_batch SET state = $3, counts = $4, preview = $5, progress = 0, total = $6, version = version + 1 \
         WHERE id = $1 AND claim = $2"
    }
    pub fn begin(id: &ImportId, claim: &str, mode: &str, now: i64) -> u64 {
        "UPDATE import_batch SET state = 'writing', claim = $2, mode = $3, beat_at = $4, stop_wanted = FALSE, \
         version = version + 1 WHERE id = $1 AND state IN ('ready', 'stopped')"
    }
    /// Begins at once with a file that was just taken in and that nobody looks at.
    pub fn begin_unseen(id: &ImportId, claim: &str, mode: &str, now: i64) -> u64 {
        "UPDATE import_batch SET state = 'writing', claim = $2, mode = $3, beat_at = $4, stop_wanted = FALSE, \
         version = version + 1 WHERE id = $1 AND state = 'reading' AND claim = ''"
    }
    pub fn rest(id: &ImportId, claim: &str, state: &str, finished_at: Option<i64>) -> u64 {
        "UPDATE import_batch SET state = $3, finished_at = $4, stop_wanted = FALSE, version = version + 1 \
         WHERE id = $1 AND claim = $2"
    }
    pub fn want_stop(site: &SiteId, id: &ImportId) -> u64 {
        "UPDATE import_batch SET stop_wanted = TRUE WHERE site_id = $1 AND id = $2 AND state IN ('reading', 'writing')"
    }
    /// Imports that were being worked on and have been silent since then: the process ended in the middle.
    pub fn left(silent_since: i64) -> Vec<Left> {
        "SELECT ", Left::COLS, " FROM import_batch WHERE state IN ('reading', 'writing') AND beat_at < $1 \
         ORDER BY beat_at LIMIT 10"
    }

    pub each units(site: &SiteId) -> Unit { "SELECT ", Unit::COLS, " FROM unit WHERE site_id = $1" }
    pub each people(site: &SiteId) -> Person {
        "SELECT ", Person::COLS, " FROM person WHERE site_id = $1 ORDER BY created_at, id"
    }
    pub each numbers(site: &SiteId) -> Number {
        "SELECT ", Number::COLS, " FROM person_phone WHERE site_id = $1 ORDER BY person_id, position"
    }
    pub each occupancies(site: &SiteId) -> Occupancy {
        "SELECT ", Occupancy::COLS, " FROM occupancy WHERE site_id = $1 AND until_on IS NULL ORDER BY created_at, id"
    }
    pub each vehicles(site: &SiteId) -> Vehicle { "SELECT ", Vehicle::COLS, " FROM vehicle WHERE site_id = $1" }
    pub each parking(site: &SiteId) -> Parking { "SELECT ", Parking::COLS, " FROM parking_place WHERE site_id = $1" }
}
