//! Buildings and units.

use domain::ids::{BuildingId, SiteId, UnitId};

use crate::seam::{Q, row, sql};

row! {
    /// A building.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Building {
        pub id: BuildingId, pub site_id: SiteId, pub code: String, pub name: String, pub floors: Option<i64>,
        pub has_lift: Option<bool>, pub version: i64, pub sort_key: String,
    }
}

row! {
    /// A unit. `area_cm2` in square centimetres; `move_in_on` is a date or the beginning of one (`2021-06`). `match_key`,
    /// `room_key` and `sort_key` are made from the room's parts by the domain.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Unit {
        pub id: UnitId, pub site_id: SiteId, pub building_id: BuildingId, pub building: String, pub entrance: String,
        pub room: String, pub code: String, pub floor: Option<i64>, pub layout: String, pub area_cm2: Option<i64>,
        pub usage_state: String, pub move_in_on: Option<String>, pub preference: String, pub care_note: String,
        pub version: i64, pub match_key: String, pub room_key: String, pub sort_key: String,
    }
}

/// What the list of units may be narrowed by, in the order of [`Unit::sort_key`].
#[derive(Debug, Clone, Default)]
pub struct UnitFilter {
    pub site: String,
    pub building: Option<String>,
    /// `(sort_key, id)` of the last row of the page before.
    pub after: Option<(String, String)>,
    pub limit: i64,
}

impl UnitFilter {
    fn variants() -> Vec<UnitFilter> {
        let full = UnitFilter {
            site: "s".into(),
            building: Some("b".into()),
            after: Some(("a".into(), "i".into())),
            limit: 1,
        };
        vec![
            UnitFilter {
                limit: 1,
                ..UnitFilter::default()
            },
            full,
        ]
    }
}

pub(crate) fn list_q(f: &UnitFilter) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(Unit::COLS, &[])
        .push("FROM unit WHERE site_id = ?", &[&f.site])
        .opt("AND building_id = ?", f.building.as_ref())
        .opt2("AND (sort_key, id) > (?, ?)", f.after.as_ref())
        .push("ORDER BY sort_key, id LIMIT ?", &[&f.limit])
}

sql! {
    pub fn building_insert(row: &Building) { insert "building" }
    pub fn building_save(row: &Building) -> u64 { save "building" }
    pub fn building(site: &SiteId, id: &BuildingId) -> Option<Building> {
        "SELECT ", Building::COLS, " FROM building WHERE site_id = $1 AND id = $2"
    }
    pub fn building_by_code(site: &SiteId, code: &str) -> Option<Building> {
        "SELECT ", Building::COLS, " FROM building WHERE site_id = $1 AND code = $2"
    }
    /// All buildings; a site has some dozens.
    pub fn buildings(site: &SiteId) -> Vec<Building> {
        "SELECT ", Building::COLS, " FROM building WHERE site_id = $1 ORDER BY sort_key, code LIMIT 2000"
    }

    pub fn insert(row: &Unit) { insert "unit" }
    pub fn save(row: &Unit) -> u64 { save "unit" }
    pub fn get(site: &SiteId, id: &UnitId) -> Option<Unit> {
        "SELECT ", Unit::COLS, " FROM unit WHERE site_id = $1 AND id = $2"
    }
    /// By the comparable writing (`RoomKey::match_key`).
    pub fn by_match(site: &SiteId, match_key: &str) -> Option<Unit> {
        "SELECT ", Unit::COLS, " FROM unit WHERE site_id = $1 AND match_key = $2"
    }
    pub fn list(f: &UnitFilter) -> Vec<Unit> { dynamic list_q, UnitFilter::variants }
    /// Whether there is any unit yet.
    pub fn any(site: &SiteId) -> bool { "SELECT EXISTS (SELECT 1 FROM unit WHERE site_id = $1) AS found" }
}
