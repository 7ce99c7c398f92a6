//! Notices to residents, the units that they are for, and the secret addresses to read them by.

use domain::ids::{BulletinId, BulletinLinkId, MessageId, SiteId, StaffId, UnitId};

use crate::due::Due;
use crate::seam::{row, sql};

row! {
    /// A notice: the document with what lists ask for.
    #[derive(Debug, Clone)]
    pub struct BulletinRow {
        pub id: BulletinId, pub site_id: SiteId, pub number: String, pub kind: String, pub state: String, pub open: bool,
        pub title: String, pub source: String, pub at: i64, pub next_at: Option<i64>, pub doc: String, pub version: i64,
    }
}

row! {
    /// How many units of a building are in the same position. `message`: the state of their message, `no_phone`, or empty.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Counted { pub building: String, pub handed: bool, pub seen: bool, pub message: String, pub units: i64 }
}

row! {
    /// A unit and what is known of it. No person and no number stands here.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct UnitLine {
        pub unit_id: UnitId, pub code: String, pub building: String, pub handed: bool, pub handed_at: Option<i64>,
        pub handed_by: Option<StaffId>, pub seen: bool, pub seen_at: Option<i64>, pub message: String,
        pub sent_at: Option<i64>, pub delivered_at: Option<i64>,
    }
}

row! {
    /// A secret address. The secret itself is not kept, only its hash.
    #[derive(Debug, Clone)]
    pub struct LinkRow {
        pub id: BulletinLinkId, pub token_hash: String, pub site_id: SiteId, pub bulletin_id: BulletinId,
        pub unit_id: UnitId, pub created_at: i64,
    }
}

row! {
    /// A unit of the site with a confirmed number and whose it is; empty texts where there is none.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SiteUnit { pub code: String, pub building: String, pub relation: String, pub number: String }
}

row! {
    /// A confirmed number and whose it is.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Number { pub relation: String, pub number: String }
}

sql! {
    pub fn insert(row: &BulletinRow) { insert "bulletin" }
    pub fn save(row: &BulletinRow) -> u64 { save "bulletin" }
    pub fn get(site: &SiteId, id: &BulletinId) -> Option<BulletinRow> {
        "SELECT ", BulletinRow::COLS, " FROM bulletin WHERE site_id = $1 AND id = $2"
    }
    /// Drafts and what holds, newest first.
    pub fn open(site: &SiteId) -> Vec<BulletinRow> {
        "SELECT ", BulletinRow::COLS, " FROM bulletin WHERE site_id = $1 AND open ORDER BY at DESC, id DESC LIMIT 200"
    }
    /// What is over, before an instant and id, newest first.
    pub fn past(site: &SiteId, before: i64, id: &str, limit: i64) -> Vec<BulletinRow> {
        "SELECT ", BulletinRow::COLS, " FROM bulletin WHERE site_id = $1 AND NOT open AND (at, id) < ($2, $3) \
         ORDER BY at DESC, id DESC LIMIT $4"
    }
    /// What came of an incident or an emergency, newest first.
    pub fn of_source(site: &SiteId, source: &str) -> Vec<BulletinRow> {
        "SELECT ", BulletinRow::COLS, " FROM bulletin WHERE site_id = $1 AND source = $2 ORDER BY at DESC LIMIT 20"
    }
    /// What the timer has to look at by `now`, after `(at, id)`.
    pub fn due(now: i64, at: i64, id: &str, limit: i64) -> Vec<Due> {
        "SELECT id, site_id, next_at AS at FROM bulletin WHERE next_at IS NOT NULL AND next_at <= $1 \
         AND (next_at, id) > ($2, $3) ORDER BY next_at, id LIMIT $4"
    }
    pub fn next_due() -> Option<i64> {
        "SELECT next_at FROM bulletin WHERE next_at IS NOT NULL ORDER BY next_at, id LIMIT 1"
    }

    /// Every unit of the site with its confirmed numbers, one a row, in the order of the units: for counting whom a draft would
    /// go to.
    pub fn of_site(site: &SiteId) -> Vec<SiteUnit> {
        "SELECT u.code AS code, u.building AS building, COALESCE(x.relation, '') AS relation, \
         COALESCE(x.number, '') AS number FROM unit u LEFT JOIN (SELECT o.unit_id AS unit_id, o.relation AS relation, \
         h.number AS number FROM occupancy o JOIN person p ON p.id = o.person_id JOIN person_phone h ON h.person_id = p.id \
         WHERE o.until_on IS NULL AND p.merged_into IS NULL AND h.confirmed_at IS NOT NULL AND h.wrong_at IS NULL) x \
         ON x.unit_id = u.id WHERE u.site_id = $1 ORDER BY u.code"
    }

    /// Every unit of the site belongs to the audience. Returns how many are new.
    pub fn add_all(site: &SiteId, bulletin: &BulletinId, now: i64) -> u64 {
        "INSERT INTO bulletin_unit (bulletin_id, unit_id, site_id, code, building, sort_key, added_at, handed_v, message_v, \
         seen_v) SELECT $2, u.id, u.site_id, u.code, u.building, u.sort_key, $3, 0, 0, 0 FROM unit u WHERE u.site_id = $1 \
         ON CONFLICT (bulletin_id, unit_id) DO NOTHING"
    }
    /// Every unit of a building.
    pub fn add_building(site: &SiteId, bulletin: &BulletinId, building: &str, now: i64) -> u64 {
        "INSERT INTO bulletin_unit (bulletin_id, unit_id, site_id, code, building, sort_key, added_at, handed_v, message_v, \
         seen_v) SELECT $2, u.id, u.site_id, u.code, u.building, u.sort_key, $4, 0, 0, 0 FROM unit u \
         WHERE u.site_id = $1 AND u.building = $3 ON CONFLICT (bulletin_id, unit_id) DO NOTHING"
    }
    /// One unit.
    pub fn add_unit(site: &SiteId, bulletin: &BulletinId, code: &str, now: i64) -> u64 {
        "INSERT INTO bulletin_unit (bulletin_id, unit_id, site_id, code, building, sort_key, added_at, handed_v, message_v, \
         seen_v) SELECT $2, u.id, u.site_id, u.code, u.building, u.sort_key, $4, 0, 0, 0 FROM unit u \
         WHERE u.site_id = $1 AND u.code = $3 ON CONFLICT (bulletin_id, unit_id) DO NOTHING"
    }

    /// How many units are in which position. What was about a version before `from` does not count.
    pub fn counted(bulletin: &BulletinId, from: i64) -> Vec<Counted> {
        "SELECT building, handed, seen, message, count(*) AS units FROM (SELECT u.building AS building, \
         (u.handed_v >= $2) AS handed, (u.seen_v >= $2) AS seen, CASE WHEN u.message_v < $2 THEN '' \
         ELSE COALESCE(m.state, 'no_phone') END AS message FROM bulletin_unit u LEFT JOIN message m ON m.id = u.message_id \
         WHERE u.bulletin_id = $1) x GROUP BY building, handed, seen, message"
    }
    /// The units in the order of their rooms.
    pub fn units(bulletin: &BulletinId, from: i64) -> Vec<UnitLine> {
        "SELECT u.unit_id AS unit_id, u.code AS code, u.building AS building, (u.handed_v >= $2) AS handed, \
         u.handed_at AS handed_at, u.handed_by AS handed_by, (u.seen_v >= $2) AS seen, u.seen_at AS seen_at, \
         CASE WHEN u.message_v < $2 THEN '' ELSE COALESCE(m.state, 'no_phone') END AS message, m.sent_at AS sent_at, \
         m.delivered_at AS delivered_at FROM bulletin_unit u LEFT JOIN message m ON m.id = u.message_id \
         WHERE u.bulletin_id = $1 ORDER BY u.sort_key, u.unit_id LIMIT 20000"
    }
    /// The paper was handed over: 1, or 0 if it was before, or if the unit is none of the audience.
    pub fn hand(bulletin: &BulletinId, unit: &UnitId, at: i64, by: &StaffId, version: i64, from: i64) -> u64 {
        "UPDATE bulletin_unit SET handed_at = $3, handed_by = $4, handed_v = $5 WHERE bulletin_id = $1 AND unit_id = $2 \
         AND handed_v < $6"
    }
    /// It was opened by the unit's address: 1 for the first time.
    pub fn seen(bulletin: &BulletinId, unit: &UnitId, at: i64, version: i64, from: i64) -> u64 {
        "UPDATE bulletin_unit SET seen_at = $3, seen_v = $4 WHERE bulletin_id = $1 AND unit_id = $2 AND seen_v < $5"
    }
    /// Units that wait for their message to be written.
    pub fn to_send(bulletin: &BulletinId, from: i64, limit: i64) -> Vec<UnitId> {
        "SELECT unit_id FROM bulletin_unit WHERE bulletin_id = $1 AND message_v < $2 ORDER BY message_v, unit_id LIMIT $3"
    }
    /// The message of a unit was written; none for want of a number.
    pub fn queued(bulletin: &BulletinId, unit: &UnitId, message: Option<&MessageId>, version: i64) {
        "UPDATE bulletin_unit SET message_id = $3, message_v = $4 WHERE bulletin_id = $1 AND unit_id = $2"
    }
    /// The message of a unit was taken back before it went out; a newer one stays.
    pub fn not_sent(bulletin: &BulletinId, unit: &UnitId, message: &MessageId) {
        "UPDATE bulletin_unit SET message_id = NULL, message_v = 0 WHERE bulletin_id = $1 AND unit_id = $2 AND message_id = $3"
    }
    /// What reached nobody, for want of a number or because it failed, waits for a message anew: its number is looked for once
    /// more. Returns how many units that are.
    pub fn forget_unreached(bulletin: &BulletinId, from: i64) -> u64 {
        "UPDATE bulletin_unit SET message_id = NULL, message_v = 0 WHERE bulletin_id = $1 AND message_v >= $2 \
         AND (message_id IS NULL OR EXISTS (SELECT 1 FROM message m WHERE m.id = bulletin_unit.message_id \
         AND m.state IN ('failed', 'no_channel')))"
    }
    /// Messages of a notice that were written and have not gone out.
    pub fn unsent(bulletin: &BulletinId) -> i64 {
        "SELECT count(*) AS n FROM bulletin_unit u JOIN message m ON m.id = u.message_id WHERE u.bulletin_id = $1 \
         AND m.state = 'queued'"
    }
    /// Whether a message is still the one of its unit: a correction may have written a newer one.
    pub fn is_of_unit(bulletin: &BulletinId, unit: &UnitId, message: &MessageId) -> i64 {
        "SELECT count(*) AS n FROM bulletin_unit WHERE bulletin_id = $1 AND unit_id = $2 AND message_id = $3"
    }
    /// Confirmed numbers of those who have to do with a unit, in the order of their registering.
    pub fn numbers(unit: &UnitId) -> Vec<Number> {
        "SELECT o.relation AS relation, h.number AS number FROM occupancy o JOIN person p ON p.id = o.person_id \
         JOIN person_phone h ON h.person_id = p.id WHERE o.unit_id = $1 AND o.until_on IS NULL AND p.merged_into IS NULL \
         AND h.confirmed_at IS NOT NULL AND h.wrong_at IS NULL ORDER BY o.created_at, o.id, h.position LIMIT 40"
    }

    pub fn link_insert(row: &LinkRow) { insert "bulletin_link" }
    pub fn link_by_hash(token_hash: &str) -> Option<LinkRow> {
        "SELECT ", LinkRow::COLS, " FROM bulletin_link WHERE token_hash = $1"
    }
}
