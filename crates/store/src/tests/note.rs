//! A small aggregate.

use crate::seam::{Q, col_id, row, sql};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteId(String);

impl NoteId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for NoteId {
    fn from(s: String) -> NoteId {
        NoteId(s)
    }
}

col_id!(NoteId);

pub const TABLES: &str = "
CREATE TABLE folder (id TEXT PRIMARY KEY);
CREATE TABLE note (
  id TEXT PRIMARY KEY,
  folder_id TEXT REFERENCES folder (id),
  title TEXT NOT NULL CHECK (title <> 'forbidden'),
  number BIGINT NOT NULL,
  pinned BOOLEAN NOT NULL,
  picture BYTEA,
  extra JSON,
  done_at BIGINT,
  version BIGINT NOT NULL,
  UNIQUE (folder_id, number)
);
CREATE UNIQUE INDEX note_pinned_title ON note (title) WHERE pinned;
";

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Note {
        pub id: NoteId, pub folder_id: Option<String>, pub title: String, pub number: i64, pub pinned: bool,
        pub picture: Option<Vec<u8>>, pub extra: Option<String>, pub done_at: Option<i64>, pub version: i64,
    }
}

row! {
    #[derive(Debug, PartialEq, Eq)]
    pub struct Sums { pub pinned: bool, pub notes: i64, pub numbers: Option<i64> }
}

#[derive(Default, Clone)]
pub struct Filter {
    pub title: Option<String>,
    pub pinned: bool,
    pub numbers: Vec<i64>,
    pub after: Option<(i64, NoteId)>,
    pub limit: i64,
}

impl Filter {
    fn variants() -> Vec<Filter> {
        let all = Filter {
            title: Some(String::new()),
            pinned: true,
            numbers: vec![1],
            after: Some((1, NoteId::from(String::new()))),
            limit: 1,
        };
        vec![Filter::default(), all]
    }
}

fn list_q(f: &Filter) -> Q<'_> {
    Q::new("SELECT", &[])
        .push(Note::COLS, &[])
        .push("FROM note WHERE version > 0", &[])
        .opt("AND title LIKE ?", f.title.as_ref())
        .when(f.pinned, "AND pinned")
        .one_of("AND number", &f.numbers)
        .opt2("AND (number, id) > (?, ?)", f.after.as_ref())
        .push("ORDER BY number, id LIMIT ?", &[&f.limit])
}

sql! {
    pub fn insert(row: &Note) { insert "note" }
    pub fn put(row: &Note) { insert "note" "ON CONFLICT (id) DO UPDATE SET title = excluded.title" }
    pub fn save(row: &Note) -> u64 { save "note" }
    pub fn get(id: &NoteId) -> Option<Note> { "SELECT ", Note::COLS, " FROM note WHERE id = $1" }
    pub fn must_get(id: &NoteId) -> Note { "SELECT ", Note::COLS, " FROM note WHERE id = $1" }
    pub fn any_two() -> Option<Note> { "SELECT ", Note::COLS, " FROM note" }
    pub fn count() -> i64 { "SELECT COUNT(*) FROM note" }
    pub fn ids() -> Vec<NoteId> { "SELECT id FROM note ORDER BY id" }
    pub fn sums() -> Vec<Sums> {
        "SELECT pinned, COUNT(*) AS notes, CAST(SUM(number) AS BIGINT) AS numbers FROM note GROUP BY pinned ORDER BY pinned"
    }
    /// Numbers in any order.
    pub fn rename(id: &NoteId, title: &str) -> u64 { "UPDATE note SET title = $2 WHERE id = $1" }
    pub fn add_number(id: &NoteId, n: i64) -> i64 { "UPDATE note SET number = number + $2 WHERE id = $1 RETURNING number" }
    pub fn folder(id: &str) { "INSERT INTO folder (id) VALUES ($1)" }
    pub fn drop_folder(id: &str) -> u64 { "DELETE FROM folder WHERE id = $1" }
    pub each every() -> Note { "SELECT ", Note::COLS, " FROM note ORDER BY number" }
    pub fn list(f: &Filter) -> Vec<Note> { dynamic list_q, Filter::variants }
    /// SQLite gives up the whole transaction here.
    pub fn[lite] insert_or_end(id: &str) {
        "INSERT OR ROLLBACK INTO note (id, title, number, pinned, version) VALUES ($1, '', 0, FALSE, 1)"
    }
}

pub fn note(n: i64) -> Note {
    Note {
        id: NoteId(format!("n{n:04}")),
        folder_id: None,
        title: format!("title {n}"),
        number: n,
        pinned: false,
        picture: None,
        extra: None,
        done_at: None,
        version: 1,
    }
}
