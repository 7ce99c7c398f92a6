//! The look-ups of the search box. Each walks one index and stops after its limit; beginnings are ranges, from the text
//! itself to the text with [`AFTER`] behind it.

use domain::ids::{CaseId, ContactId, OrderId, PersonId, SiteId, UnitId};

use super::occupancy::Many;
use super::thing::Vehicle;
use super::unit::Unit;
use crate::case::CaseLine;
use crate::seam::{Q, row, sql};

/// Greater than any character: `text..text + AFTER` are all that begin with the text.
pub const AFTER: char = '\u{10ffff}';

row! {
    /// A person found by a name key.
    #[derive(Debug, Clone)]
    pub struct NameHit { pub name_key: String, pub person_id: PersonId, pub name: String, pub merged_into: Option<PersonId> }
}

row! {
    /// A person found by a number.
    #[derive(Debug, Clone)]
    pub struct PhoneHit {
        pub number: String, pub person_id: PersonId, pub name: String, pub merged_into: Option<PersonId>,
        pub confirmed_at: Option<i64>,
    }
}

row! {
    /// A contact as the search box shows it.
    #[derive(Debug, Clone)]
    pub struct ContactHit {
        pub id: ContactId, pub number: String, pub name: String, pub summary: String, pub address: String,
        pub happened_at: i64, pub staff_id: Option<domain::ids::StaffId>,
        pub department_id: Option<domain::ids::DepartmentId>,
    }
}

row! {
    /// A work order as the search box shows it.
    #[derive(Debug, Clone)]
    pub struct OrderHit { pub id: OrderId, pub case_id: CaseId, pub number: String, pub title: String, pub place: String, pub open: bool }
}

row! {
    /// Open cases of a unit.
    #[derive(Debug, Clone)]
    pub struct OpenCount { pub unit_id: UnitId, pub n: i64 }
}

fn open_counts_q(f: &Many) -> Q<'_> {
    Q::new(
        "SELECT unit_id, count(*) AS n FROM cases WHERE open AND unit_id IS NOT NULL",
        &[],
    )
    .one_of("AND unit_id", &f.ids)
    .push("GROUP BY unit_id", &[])
}

/// Lines by id or by number. One of the lists must hold something: an empty one is no filter.
#[derive(Debug, Clone, Default)]
pub struct Pick {
    pub site: String,
    pub ids: Vec<String>,
    pub numbers: Vec<String>,
}

impl Pick {
    /// By id the site is only compared, not looked up: a planner that may use its index walks through the whole site in the
    /// order that is asked for, to find some lines of which it has the keys.
    fn of_site(&self) -> &'static str {
        if self.ids.is_empty() {
            "site_id = ?"
        } else {
            "site_id || '' = ?"
        }
    }

    fn variants() -> Vec<Pick> {
        let p = |ids: &[&str], numbers: &[&str]| Pick {
            site: "s".into(),
            ids: ids.iter().map(|s| (*s).to_owned()).collect(),
            numbers: numbers.iter().map(|s| (*s).to_owned()).collect(),
        };
        vec![p(&["a"], &["b"]), p(&[], &[])]
    }
}

pub(crate) fn cases_q(f: &Pick) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(CaseLine::COLS, &[])
        .push("FROM cases WHERE", &[])
        .push(f.of_site(), &[&f.site])
        .one_of("AND id", &f.ids)
        .one_of("AND number", &f.numbers)
        .push("ORDER BY registered_at DESC, id DESC LIMIT 100", &[])
}

pub(crate) fn contacts_q(f: &Pick) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(ContactHit::COLS, &[])
        .push("FROM contact WHERE", &[])
        .push(f.of_site(), &[&f.site])
        .one_of("AND id", &f.ids)
        .one_of("AND number", &f.numbers)
        .push("ORDER BY happened_at DESC, id DESC LIMIT 100", &[])
}

pub(crate) fn orders_q(f: &Pick) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(OrderHit::COLS, &[])
        .push("FROM work_order WHERE", &[])
        .push(f.of_site(), &[&f.site])
        .one_of("AND id", &f.ids)
        .one_of("AND number", &f.numbers)
        .push("ORDER BY issued_at DESC, id DESC LIMIT 100", &[])
}

sql! {
    /// Units whose comparable writing begins so (`3-1-12`).
    pub fn units(site: &SiteId, from: &str, to: &str, limit: i64) -> Vec<Unit> {
        "SELECT ", Unit::COLS, " FROM unit WHERE site_id = $1 AND match_key >= $2 AND match_key < $3 \
         ORDER BY match_key LIMIT $4"
    }
    /// Rooms of a building, whatever the entrance.
    pub fn rooms_of(site: &SiteId, building: &str, from: &str, to: &str, limit: i64) -> Vec<Unit> {
        "SELECT ", Unit::COLS, " FROM unit WHERE site_id = $1 AND building = $2 AND room_key >= $3 AND room_key < $4 \
         ORDER BY room_key, sort_key LIMIT $5"
    }
    /// Rooms of any building.
    pub fn rooms(site: &SiteId, from: &str, to: &str, limit: i64) -> Vec<Unit> {
        "SELECT ", Unit::COLS, " FROM unit WHERE site_id = $1 AND room_key >= $2 AND room_key < $3 \
         ORDER BY room_key LIMIT $4"
    }
    pub fn names(site: &SiteId, from: &str, to: &str, limit: i64) -> Vec<NameHit> {
        "SELECT k.name_key AS name_key, k.person_id AS person_id, p.name AS name, p.merged_into AS merged_into \
         FROM person_key k JOIN person p ON p.id = k.person_id \
         WHERE k.site_id = $1 AND k.name_key >= $2 AND k.name_key < $3 ORDER BY k.name_key, k.person_id LIMIT $4"
    }
    /// Numbers whose digits end so; asked with the digits reversed.
    pub fn phone_tails(site: &SiteId, from: &str, to: &str, limit: i64) -> Vec<PhoneHit> {
        "SELECT h.number AS number, h.person_id AS person_id, p.name AS name, p.merged_into AS merged_into, \
         h.confirmed_at AS confirmed_at FROM person_phone h JOIN person p ON p.id = h.person_id \
         WHERE h.site_id = $1 AND h.reversed >= $2 AND h.reversed < $3 AND h.wrong_at IS NULL ORDER BY h.reversed LIMIT $4"
    }
    /// Numbers that begin so.
    pub fn phone_heads(site: &SiteId, from: &str, to: &str, limit: i64) -> Vec<PhoneHit> {
        "SELECT h.number AS number, h.person_id AS person_id, p.name AS name, p.merged_into AS merged_into, \
         h.confirmed_at AS confirmed_at FROM person_phone h JOIN person p ON p.id = h.person_id \
         WHERE h.site_id = $1 AND h.number >= $2 AND h.number < $3 AND h.wrong_at IS NULL ORDER BY h.number LIMIT $4"
    }
    pub fn plates(site: &SiteId, from: &str, to: &str, limit: i64) -> Vec<Vehicle> {
        "SELECT ", Vehicle::COLS, " FROM vehicle WHERE site_id = $1 AND plate >= $2 AND plate < $3 ORDER BY plate LIMIT $4"
    }
    pub fn plate_shorts(site: &SiteId, from: &str, to: &str, limit: i64) -> Vec<Vehicle> {
        "SELECT ", Vehicle::COLS, " FROM vehicle WHERE site_id = $1 AND short >= $2 AND short < $3 ORDER BY short LIMIT $4"
    }
    pub fn plate_tails(site: &SiteId, from: &str, to: &str, limit: i64) -> Vec<Vehicle> {
        "SELECT ", Vehicle::COLS, " FROM vehicle WHERE site_id = $1 AND tail >= $2 AND tail < $3 ORDER BY tail LIMIT $4"
    }

    pub fn cases(f: &Pick) -> Vec<CaseLine> { dynamic cases_q, Pick::variants }
    pub fn contacts(f: &Pick) -> Vec<ContactHit> { dynamic contacts_q, Pick::variants }
    pub fn orders(f: &Pick) -> Vec<OrderHit> { dynamic orders_q, Pick::variants }
    /// Cases with this running number, of any day, newest first; of one series (`BX`) or, with an empty one, of all.
    pub fn cases_running(site: &SiteId, seq: &str, series: &str, limit: i64) -> Vec<CaseLine> {
        "SELECT ", CaseLine::COLS, " FROM cases WHERE site_id = $1 AND substr(number, 13) = $2 \
         AND ($3 = '' OR substr(number, 1, 2) = $3) ORDER BY registered_at DESC LIMIT $4"
    }
    pub fn contacts_running(site: &SiteId, seq: &str, limit: i64) -> Vec<ContactHit> {
        "SELECT ", ContactHit::COLS, " FROM contact WHERE site_id = $1 AND substr(number, 13) = $2 \
         ORDER BY happened_at DESC LIMIT $3"
    }
    pub fn orders_running(site: &SiteId, seq: &str, limit: i64) -> Vec<OrderHit> {
        "SELECT ", OrderHit::COLS, " FROM work_order WHERE site_id = $1 AND substr(number, 13) = $2 \
         ORDER BY issued_at DESC LIMIT $3"
    }
    /// Cases of one day and kind: whole numbers that begin so.
    pub fn cases_numbered(site: &SiteId, from: &str, to: &str, limit: i64) -> Vec<CaseLine> {
        "SELECT ", CaseLine::COLS, " FROM cases WHERE site_id = $1 AND number >= $2 AND number < $3 \
         ORDER BY number DESC LIMIT $4"
    }
    /// Work orders whose numbers begin so.
    pub fn orders_numbered(site: &SiteId, from: &str, to: &str, limit: i64) -> Vec<OrderHit> {
        "SELECT ", OrderHit::COLS, " FROM work_order WHERE site_id = $1 AND number >= $2 AND number < $3 \
         ORDER BY number DESC LIMIT $4"
    }
    /// Contacts whose numbers begin so.
    pub fn contacts_numbered(site: &SiteId, from: &str, to: &str, limit: i64) -> Vec<ContactHit> {
        "SELECT ", ContactHit::COLS, " FROM contact WHERE site_id = $1 AND number >= $2 AND number < $3 \
         ORDER BY number DESC LIMIT $4"
    }
    /// What is open in a unit, the next due first.
    pub fn open_in_unit(unit: &UnitId, limit: i64) -> Vec<CaseLine> {
        "SELECT ", CaseLine::COLS, " FROM cases WHERE unit_id = $1 AND open ORDER BY due_at, id LIMIT $2"
    }
    /// Number of open cases of each of these units.
    pub fn open_counts(f: &Many) -> Vec<OpenCount> { dynamic open_counts_q, Many::variants }
    /// Open cases with these words in their title, whatever their age; there are never many open ones.
    pub fn open_titled(site: &SiteId, like: &str, limit: i64) -> Vec<CaseLine> {
        "SELECT ", CaseLine::COLS, " FROM cases WHERE site_id = $1 AND open AND title LIKE $2 ORDER BY due_at LIMIT $3"
    }
}
