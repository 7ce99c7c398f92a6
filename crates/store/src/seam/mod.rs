//! The seam: one SQL text, two engines. Only this folder knows SQLite's and PostgreSQL's drivers.
//!
//! # Writing a module
//!
//! A module of the store has row structs (`row!`) and one `sql!` block with its statements. Each statement is written like
//! a function whose body is its text; the macro makes the function and lists the statement for the check, which prepares
//! it on both engines and compares parameters, column names and types. Then add the module's `STATEMENTS` to the list in
//! `lib.rs`; a test finds blocks that are not in it, and SQL outside of blocks.
//!
//! ```ignore
//! use crate::seam::{Q, row, sql};
//!
//! row! {
//!     #[derive(Debug, Clone)]
//!     pub struct NoteRow { pub id: NoteId, pub site_id: SiteId, pub text: String, pub done_at: Option<i64>, pub version: i64 }
//! }
//!
//! /// What the list may be narrowed by.
//! pub struct NoteFilter { pub site: SiteId, pub open: bool, pub words: Option<String>, pub limit: i64 }
//!
//! sql! {
//!     /// One note of this site.
//!     pub fn get(site: &SiteId, id: &NoteId) -> Option<NoteRow> {
//!         "SELECT ", NoteRow::COLS, " FROM note WHERE site_id = $1 AND id = $2"
//!     }
//!     /// Number of open notes.
//!     pub fn count_open(site: &SiteId) -> i64 { "SELECT COUNT(*) FROM note WHERE site_id = $1 AND done_at IS NULL" }
//!     /// Number of rows changed.
//!     pub fn finish(at: i64, id: &NoteId, version: i64) -> u64 {
//!         "UPDATE note SET done_at = $1, version = version + 1 WHERE id = $2 AND version = $3"
//!     }
//!     /// INSERT of all columns; more text (ON CONFLICT …) may follow the table.
//!     pub fn insert(row: &NoteRow) { insert "note" }
//!     /// UPDATE of all columns where `version` is still the row's less one: 1 if saved, 0 if somebody was faster.
//!     pub fn save(row: &NoteRow) -> u64 { save "note" }
//!     /// Streams: the function gets a callback as last argument.
//!     pub each export(site: &SiteId) -> NoteRow { "SELECT ", NoteRow::COLS, " FROM note WHERE site_id = $1 ORDER BY id" }
//!     /// With optional filters: a builder, and filters such that each optional part is once there and once not.
//!     pub fn list(f: &NoteFilter) -> Vec<NoteRow> { dynamic list_q, NoteFilter::variants }
//! }
//!
//! fn list_q(f: &NoteFilter) -> Q<'_> {
//!     Q::new("SELECT id, site_id, text, done_at, version FROM note WHERE site_id = ?", &[&f.site])
//!         .when(f.open, "AND done_at IS NULL")
//!         .opt("AND text LIKE ?", f.words.as_ref())
//!         .push("ORDER BY id DESC LIMIT ?", &[&f.limit])
//! }
//! ```
//!
//! The functions take the connection first: `note::get(tx, &site, &id)?` with a `&mut Tx` or `&mut Conn`.
//!
//! # The common dialect
//!
//! TEXT, BIGINT, BOOLEAN, BYTEA, JSON as text; parameters `$1..$n`, each as often and wherever it is needed; RETURNING,
//! ON CONFLICT, CTE, window functions, FILTER, row values. `CAST(SUM(x) AS BIGINT)`; a bare parameter whose type PostgreSQL cannot see: `CAST($1 AS TEXT)`.
//! A boolean is used as such (`WHERE open`, `NOT paused`), never compared with 0 or 1. No ILIKE (LIKE looks at upper and
//! lower case on both), OFFSET, FOR UPDATE, arrays, date functions. `fn[lite]` and `fn[pg]` mark a statement for one
//! engine alone; only `search.rs` and `migrate.rs` have such.

mod conn;
mod error;
mod notice;
mod q;
mod row;
mod stmt;
pub mod table;
mod value;

pub use conn::Conn;
pub(crate) use conn::{Seen, Use, pg_failure};
pub use error::{Error, ErrorKind, Result};
pub use q::Q;
pub use row::{Column, FromRow, Row, RowArgs};
pub(crate) use row::{column_list, row, scalar_row};
pub use stmt::{Engine, Output, Statement, Target, Text, Variant, number_of, numbers, text_join, text_len};
pub(crate) use stmt::{sql, sql_columns, sql_engine, sql_fn, sql_insert, sql_out, sql_save, sql_text, text};
pub use value::{Arg, Cell, Col, Param, SqlType, mismatch};
pub(crate) use value::{col_id, sql_type_of};
