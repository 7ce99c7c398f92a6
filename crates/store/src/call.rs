//! Telephone systems, extensions, calls with what was told of them, and numbers to be called back.

use domain::ids::{
    CallEventId, CallHearingId, CallId, ContactId, DepartmentId, ExtensionLineId, MissedCallId, PhoneSystemId, PostId,
    SiteId, StaffId,
};

use crate::due::Due;
use crate::seam::{Q, row, sql};

row! {
    /// A telephone system. The secret of a webhook is not kept, only its hash; what is needed to sign in elsewhere stands in `config`.
    #[derive(Debug, Clone)]
    pub struct SystemRow {
        pub id: PhoneSystemId, pub site_id: SiteId, pub name: String, pub kind: String, pub token_hash: Option<String>,
        pub in_path: bool, pub config: String, pub active: bool, pub heard_at: Option<i64>, pub created_at: i64,
        pub version: i64,
    }
}

row! {
    /// A telephone of the site.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ExtensionRow {
        pub id: ExtensionLineId, pub site_id: SiteId, pub number: String, pub owner_id: Option<StaffId>,
        pub department_id: Option<DepartmentId>, pub purpose: String, pub class: String, pub place: String,
        pub seat_id: Option<StaffId>, pub seat_at: Option<i64>, pub active: bool, pub version: i64,
        pub post_id: Option<PostId>,
    }
}

row! {
    /// A call: the document with what lists ask for. `number` is personal.
    #[derive(Debug, Clone)]
    pub struct CallRow {
        pub id: CallId, pub site_id: SiteId, pub system_id: PhoneSystemId, pub call_key: String, pub direction: String,
        pub state: String, pub open: bool, pub number: String, pub extension: String, pub staff_id: Option<StaffId>,
        pub at: i64, pub ringing_at: Option<i64>, pub answered_at: Option<i64>, pub ended_at: Option<i64>,
        pub ring: String, pub wait: String, pub hold: String, pub missed: bool, pub contact_id: Option<ContactId>,
        pub next_at: Option<i64>, pub doc: String, pub version: i64,
    }
}

row! {
    /// One report as it came.
    #[derive(Debug, Clone)]
    pub struct EventRow {
        pub id: CallEventId, pub site_id: SiteId, pub call_id: CallId, pub mark: String, pub kind: String,
        pub at_received: i64, pub doc: String,
    }
}

row! {
    /// That somebody listened to a recording, or was about to. `name`: the system's own of the recording.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct HearingRow {
        pub id: CallHearingId, pub site_id: SiteId, pub call_id: CallId, pub staff_id: StaffId, pub name: String,
        pub reason: String, pub at: i64,
    }
}

row! {
    /// A number to be called back. `number` is personal.
    #[derive(Debug, Clone)]
    pub struct MissedRow {
        pub id: MissedCallId, pub site_id: SiteId, pub number: String, pub calls: i64, pub first_at: i64,
        pub last_at: i64, pub due_at: i64, pub open: bool, pub late_at: Option<i64>, pub next_at: Option<i64>,
        pub done_at: Option<i64>, pub done_by: Option<StaffId>, pub done_call: Option<CallId>, pub done_how: String,
        pub note: String, pub version: i64,
    }
}

row! {
    /// Somebody whose number it is, once for each unit. `confirmed`: the number was checked with them.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Owner {
        pub person_id: domain::ids::PersonId, pub name: String, pub confirmed: bool, pub relation: String,
        pub unit_id: Option<domain::ids::UnitId>, pub unit: String,
    }
}

row! {
    /// A call as lists show it. `number` is personal.
    #[derive(Debug, Clone)]
    pub struct CallLine {
        pub id: CallId, pub direction: String, pub state: String, pub number: String, pub extension: String,
        pub staff_id: Option<StaffId>, pub at: i64, pub ringing_at: Option<i64>, pub answered_at: Option<i64>,
        pub ended_at: Option<i64>, pub ring: String, pub wait: String, pub hold: String, pub missed: bool,
        pub contact_id: Option<ContactId>,
    }
}

/// What a list of calls is narrowed by.
#[derive(Debug, Clone, Default)]
pub struct CallFilter {
    pub site: String,
    pub direction: Option<String>,
    pub ring: Option<String>,
    pub wait: Option<String>,
    pub hold: Option<String>,
    pub missed: bool,
    pub number: Option<String>,
    pub staff: Option<String>,
    pub extension: Option<String>,
    /// Answered, and nothing was registered of it.
    pub unregistered: bool,
    pub from: Option<i64>,
    pub until: Option<i64>,
    /// Before this instant and id, newest first.
    pub after: Option<(i64, String)>,
    pub limit: i64,
}

impl CallFilter {
    fn variants() -> Vec<CallFilter> {
        let some = || Some("x".to_owned());
        let full = CallFilter {
            site: "s".into(),
            direction: some(),
            ring: some(),
            wait: some(),
            hold: some(),
            missed: true,
            number: some(),
            staff: some(),
            extension: some(),
            unregistered: true,
            from: Some(0),
            until: Some(1),
            after: Some((1, "x".into())),
            limit: 1,
        };
        let none = CallFilter {
            limit: 1,
            ..CallFilter::default()
        };
        vec![none, full]
    }
}

pub(crate) fn list_q(f: &CallFilter) -> Q<'_> {
    let q = Q::new("SELECT", &[])
        .push(CallLine::COLS, &[])
        .push("FROM phone_call WHERE site_id = ?", &[&f.site])
        .opt("AND direction = ?", f.direction.as_ref())
        .opt("AND ring = ?", f.ring.as_ref())
        .opt("AND wait = ?", f.wait.as_ref())
        .opt("AND hold = ?", f.hold.as_ref())
        .opt("AND number = ?", f.number.as_ref())
        .opt("AND staff_id = ?", f.staff.as_ref())
        .opt("AND extension = ?", f.extension.as_ref());
    let q = if f.missed { q.push("AND missed", &[]) } else { q };
    let q = if f.unregistered {
        q.push(
            "AND contact_id IS NULL AND answered_at IS NOT NULL AND direction = 'in'",
            &[],
        )
    } else {
        q
    };
    q.opt("AND at >= ?", f.from.as_ref())
        .opt("AND at < ?", f.until.as_ref())
        .opt2("AND (at, id) < (?, ?)", f.after.as_ref())
        .push("ORDER BY at DESC, id DESC LIMIT ?", &[&f.limit])
}

sql! {
    pub fn list(f: &CallFilter) -> Vec<CallLine> { dynamic list_q, CallFilter::variants }

    pub fn system_insert(row: &SystemRow) { insert "phone_system" }
    pub fn system_save(row: &SystemRow) -> u64 { save "phone_system" }
    pub fn system(site: &SiteId, id: &PhoneSystemId) -> Option<SystemRow> {
        "SELECT ", SystemRow::COLS, " FROM phone_system WHERE site_id = $1 AND id = $2"
    }
    pub fn system_by_hash(hash: &str) -> Option<SystemRow> {
        "SELECT ", SystemRow::COLS, " FROM phone_system WHERE token_hash = $1"
    }
    pub fn systems(site: &SiteId) -> Vec<SystemRow> {
        "SELECT ", SystemRow::COLS, " FROM phone_system WHERE site_id = $1 ORDER BY name, id LIMIT 100"
    }
    /// Systems of all sites that are connected to.
    pub fn connected() -> Vec<SystemRow> {
        "SELECT ", SystemRow::COLS, " FROM phone_system WHERE active AND kind <> 'webhook' ORDER BY id LIMIT 1000"
    }
    /// It told of something; nobody's version changes by that. Whoever stores its reports asks this first, so that they take turns:
    /// two reports of one call do not meet.
    pub fn system_heard(id: &PhoneSystemId, at: i64) {
        "UPDATE phone_system SET heard_at = CASE WHEN heard_at > $2 THEN heard_at ELSE $2 END WHERE id = $1"
    }

    pub fn extension_insert(row: &ExtensionRow) { insert "call_extension" }
    pub fn extension_save(row: &ExtensionRow) -> u64 { save "call_extension" }
    pub fn extension_by_number(site: &SiteId, number: &str) -> Option<ExtensionRow> {
        "SELECT ", ExtensionRow::COLS, " FROM call_extension WHERE site_id = $1 AND number = $2"
    }
    pub fn extensions(site: &SiteId) -> Vec<ExtensionRow> {
        "SELECT ", ExtensionRow::COLS, " FROM call_extension WHERE site_id = $1 ORDER BY number LIMIT 2000"
    }
    /// Whoever sits down somewhere sits nowhere else.
    pub fn stand_up(site: &SiteId, staff: &StaffId) -> u64 {
        "UPDATE call_extension SET seat_id = NULL, seat_at = NULL, version = version + 1 WHERE site_id = $1 AND seat_id = $2"
    }
    /// Whoever signs out or goes off duty sits nowhere.
    pub fn stand_up_everywhere(staff: &StaffId) -> u64 {
        "UPDATE call_extension SET seat_id = NULL, seat_at = NULL, version = version + 1 WHERE seat_id = $1"
    }

    pub fn insert(row: &CallRow) { insert "phone_call" }
    pub fn save(row: &CallRow) -> u64 { save "phone_call" }
    pub fn get(site: &SiteId, id: &CallId) -> Option<CallRow> {
        "SELECT ", CallRow::COLS, " FROM phone_call WHERE site_id = $1 AND id = $2"
    }
    pub fn by_key(system: &PhoneSystemId, key: &str) -> Option<CallRow> {
        "SELECT ", CallRow::COLS, " FROM phone_call WHERE system_id = $1 AND call_key = $2"
    }
    /// The last that a system told of.
    pub fn last_of(system: &PhoneSystemId) -> Vec<CallRow> {
        "SELECT ", CallRow::COLS, " FROM phone_call WHERE system_id = $1 ORDER BY at DESC, id DESC LIMIT 10"
    }
    /// The system that told of a telephone last.
    pub fn system_of(site: &SiteId, extension: &str) -> Option<String> {
        "SELECT system_id FROM phone_call WHERE site_id = $1 AND extension = $2 ORDER BY at DESC, id DESC LIMIT 1"
    }
    /// What goes on now, the newest first.
    pub fn open(site: &SiteId) -> Vec<CallRow> {
        "SELECT ", CallRow::COLS, " FROM phone_call WHERE site_id = $1 AND open ORDER BY at DESC, id DESC LIMIT 200"
    }
    /// An entry of the register belongs to it, the first that does: 1, or 0 where there is one. Its reports may come in meanwhile.
    pub fn registered(site: &SiteId, id: &CallId, contact: &ContactId, staff: Option<&StaffId>) -> u64 {
        "UPDATE phone_call SET contact_id = $3, staff_id = COALESCE(staff_id, $4), version = version + 1 \
         WHERE site_id = $1 AND id = $2 AND contact_id IS NULL"
    }
    /// Somebody takes it up. Its reports may come in meanwhile.
    pub fn taken(site: &SiteId, id: &CallId, staff: &StaffId) -> u64 {
        "UPDATE phone_call SET staff_id = $3, version = version + 1 WHERE site_id = $1 AND id = $2"
    }
    /// Whether somebody talked with a number after an instant.
    pub fn talked_since(site: &SiteId, number: &str, after: i64) -> Option<i64> {
        "SELECT at FROM phone_call WHERE site_id = $1 AND number = $2 AND answered_at > $3 ORDER BY at DESC LIMIT 1"
    }
    /// Calls that began in a time, for its figures.
    pub fn between(site: &SiteId, from: i64, until: i64, limit: i64) -> Vec<CallRow> {
        "SELECT ", CallRow::COLS, " FROM phone_call WHERE site_id = $1 AND at >= $2 AND at < $3 ORDER BY at, id LIMIT $4"
    }
    /// Whose end may have been lost by `now`, after `(at, id)`.
    pub fn due(now: i64, at: i64, id: &str, limit: i64) -> Vec<Due> {
        "SELECT id, site_id, next_at AS at FROM phone_call WHERE next_at IS NOT NULL AND next_at <= $1 \
         AND (next_at, id) > ($2, $3) ORDER BY next_at, id LIMIT $4"
    }
    pub fn next_due() -> Option<i64> {
        "SELECT next_at FROM phone_call WHERE next_at IS NOT NULL ORDER BY next_at, id LIMIT 1"
    }

    /// Stores a report: 1, or 0 where it was told before.
    pub fn event_add(
        id: &CallEventId, site: &SiteId, call: &CallId, mark: &str, kind: &str, at: i64, doc: &str,
    ) -> u64 {
        "INSERT INTO call_event (id, site_id, call_id, mark, kind, at_received, doc) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (call_id, mark) DO NOTHING"
    }
    pub fn events(call: &CallId) -> Vec<EventRow> {
        "SELECT ", EventRow::COLS, " FROM call_event WHERE call_id = $1 ORDER BY at_received, id LIMIT 1000"
    }

    pub fn hearing_add(row: &HearingRow) { insert "call_hearing" }
    pub fn hearing(site: &SiteId, id: &CallHearingId) -> Option<HearingRow> {
        "SELECT ", HearingRow::COLS, " FROM call_hearing WHERE site_id = $1 AND id = $2"
    }
    pub fn hearings(call: &CallId, limit: i64) -> Vec<HearingRow> {
        "SELECT ", HearingRow::COLS, " FROM call_hearing WHERE call_id = $1 ORDER BY at DESC, id DESC LIMIT $2"
    }
    pub fn count_missed(site: &SiteId) -> i64 { "SELECT count(*) AS n FROM missed_call WHERE site_id = $1 AND open" }
    pub fn missed_insert(row: &MissedRow) { insert "missed_call" }
    pub fn missed_save(row: &MissedRow) -> u64 { save "missed_call" }
    pub fn missed(site: &SiteId, id: &MissedCallId) -> Option<MissedRow> {
        "SELECT ", MissedRow::COLS, " FROM missed_call WHERE site_id = $1 AND id = $2"
    }
    /// What is open of a number.
    pub fn missed_of(site: &SiteId, number: &str) -> Option<MissedRow> {
        "SELECT ", MissedRow::COLS, " FROM missed_call WHERE site_id = $1 AND number = $2 AND open"
    }
    /// What waits, after an instant and id, the most urgent first.
    pub fn missed_open(site: &SiteId, after: i64, id: &str, limit: i64) -> Vec<MissedRow> {
        "SELECT ", MissedRow::COLS, " FROM missed_call WHERE site_id = $1 AND open AND (due_at, id) > ($2, $3) \
         ORDER BY due_at, id LIMIT $4"
    }
    pub fn missed_waiting(site: &SiteId) -> i64 {
        "SELECT count(*) AS n FROM missed_call WHERE site_id = $1 AND open"
    }
    /// What was done, before an instant and id, newest first.
    pub fn missed_done(site: &SiteId, before: i64, id: &str, limit: i64) -> Vec<MissedRow> {
        "SELECT ", MissedRow::COLS, " FROM missed_call WHERE site_id = $1 AND NOT open AND (done_at, id) < ($2, $3) \
         ORDER BY done_at DESC, id DESC LIMIT $4"
    }
    pub fn missed_due(now: i64, at: i64, id: &str, limit: i64) -> Vec<Due> {
        "SELECT id, site_id, next_at AS at FROM missed_call WHERE next_at IS NOT NULL AND next_at <= $1 \
         AND (next_at, id) > ($2, $3) ORDER BY next_at, id LIMIT $4"
    }
    pub fn missed_next_due() -> Option<i64> {
        "SELECT next_at FROM missed_call WHERE next_at IS NOT NULL ORDER BY next_at, id LIMIT 1"
    }

    /// Everybody whose number it is, the confirmed first; each once for each unit where they live.
    pub fn owners(site: &SiteId, number: &str) -> Vec<Owner> {
        "SELECT p.id AS person_id, p.name AS name, (h.confirmed_at IS NOT NULL) AS confirmed, \
         COALESCE(o.relation, '') AS relation, u.id AS unit_id, COALESCE(u.code, '') AS unit FROM person_phone h \
         JOIN person p ON p.id = h.person_id LEFT JOIN occupancy o ON o.person_id = p.id AND o.until_on IS NULL \
         LEFT JOIN unit u ON u.id = o.unit_id WHERE p.site_id = $1 AND h.number = $2 AND h.wrong_at IS NULL \
         AND p.merged_into IS NULL ORDER BY (h.confirmed_at IS NULL), u.sort_key, p.name, p.id LIMIT 20"
    }
}
