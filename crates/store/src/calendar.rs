//! Working calendars: the years' holidays, exceptions of company and sites, the usual weeks, and the versions that clocks name.

use domain::ids::{CalendarExceptionId, CalendarVersionId, SiteId, StaffId};

use crate::seam::{row, sql};

row! {
    /// A year's file. `state` is `current` or `replaced`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Year {
        pub year: i64, pub revision: i64, pub file: String, pub state: String, pub imported_by: Option<StaffId>,
        pub imported_at: i64,
    }
}

row! {
    /// An exception; `site_id` and `code` are empty for the company's and for all calendars.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Exception {
        pub id: CalendarExceptionId, pub site_id: String, pub code: String, pub first_day: String, pub last_day: String,
        pub level: String, pub kind: String, pub hours: String, pub name: String, pub name_en: String,
        pub replaces: Option<CalendarExceptionId>, pub created_by: Option<StaffId>, pub created_at: i64,
        pub removed_by: Option<StaffId>, pub removed_at: Option<i64>,
    }
}

row! {
    /// The usual week of a calendar.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Week {
        pub site_id: SiteId, pub code: String, pub no: i64, pub plan: String, pub created_by: Option<StaffId>,
        pub created_at: i64,
    }
}

row! {
    /// A version of a calendar, whole.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Version {
        pub id: CalendarVersionId, pub site_id: SiteId, pub no: i64, pub code: String, pub version: i64,
        pub calendar: String, pub why: String, pub created_by: Option<StaffId>, pub created_at: i64,
    }
}

row! {
    /// A version without its document.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct VersionLine {
        pub code: String, pub version: i64, pub why: String, pub created_by: Option<StaffId>, pub created_at: i64,
    }
}

sql! {
    pub fn year_insert(row: &Year) { insert "holiday_year" }
    /// The files in force, oldest year first.
    pub fn years() -> Vec<Year> { "SELECT ", Year::COLS, " FROM holiday_year WHERE state = 'current' ORDER BY year" }
    pub fn year_replace(year: i64) -> u64 {
        "UPDATE holiday_year SET state = 'replaced' WHERE year = $1 AND state = 'current'"
    }
    pub fn year_next(year: i64) -> i64 {
        "SELECT COALESCE(MAX(revision), 0) + 1 AS next FROM holiday_year WHERE year = $1"
    }

    pub fn exception_insert(row: &Exception) { insert "calendar_exception" }
    /// The exceptions in force of the company and a site, earliest first.
    pub fn exceptions(site: &str) -> Vec<Exception> {
        "SELECT ", Exception::COLS, " FROM calendar_exception WHERE (site_id = $1 OR site_id = '') AND removed_at IS NULL \
         ORDER BY first_day, id"
    }
    /// What was removed or changed, latest first.
    pub fn removed(site: &str, limit: i64) -> Vec<Exception> {
        "SELECT ", Exception::COLS, " FROM calendar_exception WHERE (site_id = $1 OR site_id = '') AND removed_at IS NOT NULL \
         ORDER BY removed_at DESC, id LIMIT $2"
    }
    pub fn exception_remove(id: &CalendarExceptionId, by: Option<StaffId>, at: i64) -> u64 {
        "UPDATE calendar_exception SET removed_by = $2, removed_at = $3 WHERE id = $1 AND removed_at IS NULL"
    }

    pub fn week_insert(row: &Week) { insert "calendar_week" }
    /// Every week of a site, latest last.
    pub fn weeks(site: &SiteId) -> Vec<Week> {
        "SELECT ", Week::COLS, " FROM calendar_week WHERE site_id = $1 ORDER BY code, no"
    }

    pub fn version_insert(row: &Version) { insert "calendar_version" }
    /// Id of the latest version: whoever knows it knows all.
    pub fn latest(site: &SiteId) -> Option<CalendarVersionId> {
        "SELECT id FROM calendar_version WHERE site_id = $1 ORDER BY no DESC LIMIT 1"
    }
    pub fn next_no(site: &SiteId) -> i64 {
        "SELECT COALESCE(MAX(no), 0) + 1 AS next FROM calendar_version WHERE site_id = $1"
    }
    /// Every version, oldest first.
    pub fn versions(site: &SiteId) -> Vec<Version> {
        "SELECT ", Version::COLS, " FROM calendar_version WHERE site_id = $1 ORDER BY no"
    }
    /// The versions of one calendar, newest first.
    pub fn version_lines(site: &SiteId, code: &str, limit: i64) -> Vec<VersionLine> {
        "SELECT ", VersionLine::COLS, " FROM calendar_version WHERE site_id = $1 AND code = $2 ORDER BY version DESC LIMIT $3"
    }
}
