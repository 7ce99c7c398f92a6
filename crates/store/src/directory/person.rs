//! People: names and the keys they are found by, telephones, and records of one person that were put together.

use domain::ids::{PersonId, SiteId, StaffId, UnitId};

use crate::seam::{Q, row, sql};

row! {
    /// A person. `merged_into` is set on a record that was found to be another one's double.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Person {
        pub id: PersonId, pub site_id: SiteId, pub name: String, pub gender: String, pub birth_year: Option<i64>,
        pub id_number: String, pub preference: String, pub care_note: String, pub external_key: Option<String>,
        pub merged_into: Option<PersonId>, pub created_at: i64, pub version: i64,
    }
}

row! {
    /// A telephone of a person. `position` is its handle on pages, where the number itself is masked; `reversed` holds
    /// the digits from the last to the first.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Phone {
        pub site_id: SiteId, pub person_id: PersonId, pub number: String, pub reversed: String, pub label: String,
        pub position: i64, pub confirmed_at: Option<i64>, pub wrong_at: Option<i64>,
    }
}

row! {
    /// One putting together of two records, and what it moved (JSON).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Merge {
        pub id: String, pub site_id: SiteId, pub kept_id: PersonId, pub merged_id: PersonId, pub moved: String,
        pub staff_id: StaffId, pub at: i64, pub undone_at: Option<i64>,
    }
}

/// Phones of many people at once.
#[derive(Debug, Clone)]
pub struct People {
    /// Ids of people, at least one: an empty list is no filter.
    pub ids: Vec<String>,
}

impl People {
    fn variants() -> Vec<People> {
        vec![People { ids: vec!["p".into()] }, People { ids: Vec::new() }]
    }
}

fn phones_q(f: &People) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(Phone::COLS, &[])
        .push("FROM person_phone WHERE wrong_at IS NULL", &[])
        .one_of("AND person_id", &f.ids)
        .push("ORDER BY person_id, position LIMIT 500", &[])
}

fn people_q(f: &People) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(Person::COLS, &[])
        .push("FROM person WHERE merged_into IS NULL", &[])
        .one_of("AND id", &f.ids)
        .push("ORDER BY id LIMIT 500", &[])
}

sql! {
    pub fn insert(row: &Person) { insert "person" }
    pub fn save(row: &Person) -> u64 { save "person" }
    pub fn get(site: &SiteId, id: &PersonId) -> Option<Person> {
        "SELECT ", Person::COLS, " FROM person WHERE site_id = $1 AND id = $2"
    }
    pub fn by_external(site: &SiteId, key: &str) -> Option<Person> {
        "SELECT ", Person::COLS, " FROM person WHERE site_id = $1 AND external_key = $2"
    }
    pub fn by_id_number(site: &SiteId, number: &str) -> Vec<Person> {
        "SELECT ", Person::COLS, " FROM person WHERE site_id = $1 AND id_number = $2 ORDER BY created_at, id LIMIT 5"
    }
    /// The same name and one of the same numbers; two people may share a number, seldom also the name.
    pub fn by_name_and_phone(site: &SiteId, name: &str, number: &str) -> Vec<Person> {
        "SELECT ", Person::COLS, " FROM person WHERE site_id = $1 AND name = $2 AND id IN \
         (SELECT person_id FROM person_phone WHERE site_id = $1 AND number = $3 AND wrong_at IS NULL) \
         ORDER BY created_at, id LIMIT 5"
    }
    /// The same name in the same unit.
    pub fn by_name_in_unit(site: &SiteId, name: &str, unit: &UnitId) -> Vec<Person> {
        "SELECT ", Person::COLS, " FROM person WHERE site_id = $1 AND name = $2 AND id IN \
         (SELECT person_id FROM occupancy WHERE unit_id = $3 AND until_on IS NULL) ORDER BY created_at, id LIMIT 5"
    }
    pub fn people(f: &People) -> Vec<Person> { dynamic people_q, People::variants }

    pub fn keys_clear(person: &PersonId) { "DELETE FROM person_key WHERE person_id = $1" }
    pub fn key_add(site: &SiteId, key: &str, person: &PersonId) {
        "INSERT INTO person_key (site_id, name_key, person_id) VALUES ($1, $2, $3) \
         ON CONFLICT (site_id, name_key, person_id) DO NOTHING"
    }

    /// All numbers, wrong ones last.
    pub fn phones_of(person: &PersonId) -> Vec<Phone> {
        "SELECT ", Phone::COLS, " FROM person_phone WHERE person_id = $1 \
         ORDER BY CASE WHEN wrong_at IS NULL THEN 0 ELSE 1 END, position LIMIT 100"
    }
    /// Numbers in use of many people.
    pub fn phones(f: &People) -> Vec<Phone> { dynamic phones_q, People::variants }
    pub fn phone(person: &PersonId, number: &str) -> Option<Phone> {
        "SELECT ", Phone::COLS, " FROM person_phone WHERE person_id = $1 AND number = $2"
    }
    pub fn phone_at(person: &PersonId, position: i64) -> Option<Phone> {
        "SELECT ", Phone::COLS, " FROM person_phone WHERE person_id = $1 AND position = $2 ORDER BY number LIMIT 1"
    }
    /// The next free handle, from 1.
    pub fn phone_next(person: &PersonId) -> i64 {
        "SELECT COALESCE(MAX(position), 0) + 1 AS next FROM person_phone WHERE person_id = $1"
    }
    pub fn phone_put(row: &Phone) { insert "person_phone" "ON CONFLICT (person_id, number) DO UPDATE SET \
        label = excluded.label, confirmed_at = excluded.confirmed_at, wrong_at = excluded.wrong_at" }
    pub fn phone_move(from: &PersonId, position: i64, to: &PersonId, new_position: i64) -> u64 {
        "UPDATE person_phone SET person_id = $3, position = $4 WHERE person_id = $1 AND position = $2"
    }

    /// Records that now stand for `person`, one step away.
    pub fn merged_in(person: &PersonId) -> Vec<PersonId> {
        "SELECT id FROM person WHERE merged_into = $1 ORDER BY id LIMIT 50"
    }
    pub fn point_to(person: &PersonId, into: Option<&PersonId>) {
        "UPDATE person SET merged_into = $2 WHERE id = $1"
    }
    pub fn merge_insert(row: &Merge) { insert "person_merge" }
    pub fn merge_get(site: &SiteId, id: &str) -> Option<Merge> {
        "SELECT ", Merge::COLS, " FROM person_merge WHERE site_id = $1 AND id = $2"
    }
    /// Mergers of this person that still hold, newest first.
    pub fn merges_of(kept: &PersonId) -> Vec<Merge> {
        "SELECT ", Merge::COLS, " FROM person_merge WHERE kept_id = $1 AND undone_at IS NULL ORDER BY at DESC, id DESC LIMIT 20"
    }
    pub fn merge_undone(id: &str, at: i64) -> u64 {
        "UPDATE person_merge SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL"
    }
}
