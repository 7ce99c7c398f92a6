//! Migrations: numbered, forward only, one text for both engines.
//!
//! The text is PostgreSQL's SQL, reduced to what both understand; these words, written in capitals as the type of a column,
//! are translated when it runs:
//!
//! | text | SQLite | PostgreSQL |
//! |---|---|---|
//! | `TEXT` | `TEXT` | `TEXT COLLATE "C"`: compared and sorted by bytes, as SQLite does |
//! | `BIGINT` | `INTEGER` | `BIGINT` |
//! | `BOOLEAN` | `INTEGER CHECK (column IN (0, 1))` | `BOOLEAN` |
//! | `BYTEA` | `BLOB` | `BYTEA` |
//! | `JSON` | `TEXT CHECK (json_valid(column))` | `TEXT` of the same kind, with a check that casts it to json |
//! | `CREATE TABLE … ;` | `… STRICT;` | as it is |
//!
//! Foreign keys are checked at once, never deferred: a deferred one would fail the commit of a whole batch.
//! A migration is changed only until it has been released; its checksum is compared at every start.

use sha2::{Digest as _, Sha256};

use crate::seam::table::Table;
use crate::seam::{Conn, Error, ErrorKind, Result, SqlType, row, sql};

/// One step of the schema.
pub struct Migration {
    pub version: i64,
    pub name: &'static str,
    /// The portable text.
    pub sql: &'static str,
    /// What only SQLite gets (full text).
    pub sqlite: &'static str,
    /// What only PostgreSQL gets.
    pub postgres: &'static str,
}

macro_rules! migration {
    ($version:literal, $name:literal) => {
        Migration {
            version: $version,
            name: $name,
            sql: include_str!(concat!("../migrations/", $name, ".sql")),
            sqlite: "",
            postgres: "",
        }
    };
}

/// All migrations in order. A test compares this list with the folder.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "0001_journal",
        sql: include_str!("../migrations/0001_journal.sql"),
        sqlite: include_str!("../migrations/0001_search.sqlite.sql"),
        postgres: include_str!("../migrations/0001_search.postgres.sql"),
    },
    migration!(2, "0002_company"),
    migration!(3, "0003_directory"),
    migration!(4, "0004_case"),
    migration!(10, "0010_find"),
    migration!(13, "0013_link"),
    migration!(15, "0015_import"),
    migration!(16, "0016_lists"),
    migration!(17, "0017_news"),
    migration!(18, "0018_link_draft"),
    migration!(19, "0019_timer"),
    migration!(20, "0020_roster"),
    migration!(21, "0021_standard"),
    migration!(22, "0022_promise"),
    migration!(23, "0023_found_by_id"),
    migration!(24, "0024_calendar"),
    migration!(25, "0025_duty_used"),
    migration!(26, "0026_complaint"),
    migration!(27, "0027_emergency"),
    migration!(28, "0028_incident"),
    migration!(29, "0029_visit"),
    migration!(30, "0030_excuse_asked"),
    migration!(31, "0031_due_provisional"),
    migration!(32, "0032_answer"),
    migration!(33, "0033_call_round"),
    migration!(34, "0034_opinion"),
    migration!(35, "0035_investigation"),
    migration!(36, "0036_complaint_route"),
    migration!(37, "0037_bulletin"),
    migration!(38, "0038_call"),
    migration!(39, "0039_telephone"),
    migration!(40, "0040_call_lists"),
    migration!(41, "0041_call_hearing"),
];

row! {
    /// A migration that was run.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Applied { pub version: i64, pub name: String, pub checksum: String, pub applied_at: i64 }
}

sql! {
    /// What was run so far.
    pub fn applied() -> Vec<Applied> { "SELECT ", Applied::COLS, " FROM schema_migration ORDER BY version" }
    fn[lite] record_lite(version: i64, name: &str, checksum: &str) {
        "INSERT INTO schema_migration (version, name, checksum, applied_at)
         VALUES ($1, $2, $3, CAST(unixepoch('subsec') * 1000 AS INTEGER))"
    }
    fn[pg] record_pg(version: i64, name: &str, checksum: &str) {
        "INSERT INTO schema_migration (version, name, checksum, applied_at)
         VALUES ($1, $2, $3, CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT))"
    }
    fn[lite] table_lite() -> bool {
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration') AS there"
    }
    fn[pg] table_pg() -> bool { "SELECT to_regclass('schema_migration') IS NOT NULL AS there" }
    fn[pg] encoding() -> String { "SELECT CAST(getdatabaseencoding() AS TEXT) AS encoding" }
    fn[pg] one_at_a_time() -> bool { "SELECT pg_advisory_xact_lock(7201953) IS NULL AS taken" }
}

const TABLE: &str = "CREATE TABLE schema_migration (
  version BIGINT PRIMARY KEY,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  applied_at BIGINT NOT NULL
);";

/// Brings the schema up to date, all steps in one transaction. `TooNew` if the database knows steps that this program
/// does not.
pub fn run(conn: &mut Conn) -> Result<()> {
    run_to(conn, i64::MAX)
}

/// As [`run`], but only the steps up to a version: a backup is put back into the schema it was taken from.
pub(crate) fn run_to(conn: &mut Conn, version: i64) -> Result<()> {
    if !conn.is_lite() && encoding(conn)? != "UTF8" {
        return Err(Error::other("the PostgreSQL database must have the encoding UTF8"));
    }
    conn.tx(|c| {
        // Several replicas may start at once.
        if !c.is_lite() {
            one_at_a_time(c)?;
        }
        if !has_table(c)? {
            c.sql_batch(&translate(TABLE, c.is_lite()))?;
        }
        for m in missing(c)?.into_iter().filter(|m| m.version <= version) {
            let extra = if c.is_lite() { m.sqlite } else { m.postgres };
            c.sql_batch(&translate(m.sql, c.is_lite()))?;
            c.sql_batch(extra)?;
            let sum = checksum(m);
            if c.is_lite() {
                record_lite(c, m.version, m.name, &sum)?;
            } else {
                record_pg(c, m.version, m.name, &sum)?;
            }
            tracing::info!(migration = m.name, "schema brought up to date");
        }
        Ok(())
    })
}

/// For programs that only look: the schema must be this program's.
pub fn demand_current(conn: &mut Conn) -> Result<()> {
    if has_table(conn)? && missing(conn)?.is_empty() {
        return Ok(());
    }
    Err(Error::other("the schema is older than the program"))
}

/// The newest version this program knows.
#[must_use]
pub fn newest() -> i64 {
    MIGRATIONS.last().map_or(0, |m| m.version)
}

pub(crate) fn has_table(conn: &mut Conn) -> Result<bool> {
    if conn.is_lite() {
        table_lite(conn)
    } else {
        table_pg(conn)
    }
}

fn missing(conn: &mut Conn) -> Result<Vec<&'static Migration>> {
    let done = applied(conn)?;
    if let Some(a) = done.iter().find(|a| a.version > newest()) {
        return Err(Error::new(
            ErrorKind::TooNew,
            format!(
                "step {} ({}) is unknown here, {} is the newest",
                a.version,
                a.name,
                newest()
            ),
        ));
    }
    let mut out = Vec::new();
    for m in MIGRATIONS {
        match done.iter().find(|a| a.version == m.version) {
            None => out.push(m),
            Some(a) if a.checksum == checksum(m) => {}
            Some(_) => {
                return Err(Error::other(format!(
                    "migration {} was changed after it was run",
                    m.name
                )));
            }
        }
    }
    Ok(out)
}

/// The same on every engine and with every kind of line ends.
fn checksum(m: &Migration) -> String {
    let text = [m.sql, m.sqlite, m.postgres].join("\0").replace('\r', "");
    Sha256::digest(text)
        .iter()
        .take(16)
        .map(|b| format!("{b:02x}"))
        .collect()
}

/// A short name for the state of all migrations.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn fingerprint() -> String {
    let all: String = MIGRATIONS.iter().map(checksum).collect();
    Sha256::digest(all).iter().take(8).map(|b| format!("{b:02x}")).collect()
}

/// The tables of the schema after the step `version`, in the order of their making, as the portable text declares them.
/// What only one engine has (the full-text index) is not among them.
pub(crate) fn tables(version: i64) -> Vec<Table> {
    let mut out: Vec<Table> = Vec::new();
    for m in MIGRATIONS.iter().filter(|m| m.version <= version) {
        for statement in statements_of(m.sql) {
            let words: Vec<&str> = statement.iter().map(String::as_str).collect();
            match words.as_slice() {
                ["CREATE", "TABLE", name, "(", body @ .., ")"] => out.push(declared(name, body)),
                ["ALTER", "TABLE", name, "ADD", "COLUMN", rest @ ..] => {
                    if let (Some(t), Some(c)) = (out.iter_mut().find(|t| t.name == *name), column(rest)) {
                        t.columns.push(c);
                    }
                }
                ["ALTER", "TABLE", name, "DROP", "COLUMN", gone] => {
                    if let Some(t) = out.iter_mut().find(|t| t.name == *name) {
                        t.columns.retain(|(c, _)| c != gone);
                    }
                }
                ["ALTER", "TABLE", name, "RENAME", "TO", new] => {
                    if let Some(t) = out.iter_mut().find(|t| t.name == *name) {
                        t.name = (*new).to_owned();
                    }
                }
                ["DROP", "TABLE", name] => out.retain(|t| t.name != *name),
                _ => {}
            }
        }
    }
    out
}

/// The words of each statement, without blanks and comments.
fn statements_of(sql: &str) -> Vec<Vec<String>> {
    let mut out = vec![Vec::new()];
    for token in tokens(sql).filter(|t| !t.trim().is_empty() && !t.starts_with("--")) {
        match (token, out.last_mut()) {
            (";", _) => out.push(Vec::new()),
            (word, Some(last)) => last.push(word.to_owned()),
            _ => {}
        }
    }
    out
}

fn column(words: &[&str]) -> Option<(String, SqlType)> {
    let [name, of, ..] = words else { return None };
    let sql_type = match *of {
        "TEXT" | "JSON" => SqlType::Text,
        "BIGINT" => SqlType::Int,
        "BOOLEAN" => SqlType::Bool,
        "BYTEA" => SqlType::Bytes,
        _ => return None,
    };
    Some((name.trim_matches('"').to_owned(), sql_type))
}

/// A table from the words between its outer brackets.
fn declared(name: &str, body: &[&str]) -> Table {
    let (mut columns, mut key) = (Vec::new(), Vec::new());
    let mut depth = 0;
    let parts = body.split(|w| {
        match *w {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        *w == "," && depth == 0
    });
    for part in parts {
        if let ["PRIMARY", "KEY", "(", list @ .., ")"] = part {
            key = list.iter().filter(|w| **w != ",").map(|w| (*w).to_owned()).collect();
        } else if let Some(c) = column(part) {
            if part.windows(2).any(|w| w == ["PRIMARY", "KEY"]) {
                key = vec![c.0.clone()];
            }
            columns.push(c);
        }
    }
    if key.is_empty() {
        key = columns.iter().map(|(c, _): &(String, SqlType)| c.clone()).collect();
    }
    Table {
        name: name.to_owned(),
        columns,
        key,
    }
}

/// The text for one engine. See the head of the module.
pub(crate) fn translate(sql: &str, lite: bool) -> String {
    let mut out = String::with_capacity(sql.len() + sql.len() / 4);
    // The word before, the statement's first two words, and whether it is a CREATE TABLE.
    let (mut before, mut first) = (String::new(), Vec::new());
    for token in tokens(sql) {
        let word = token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if token.trim().is_empty() || token.starts_with("--") {
            out.push_str(token);
            continue;
        }
        // After AS it is a cast, at the start of a definition a name.
        let is_type =
            word && before != "AS" && before.starts_with(|c: char| c.is_ascii_lowercase() || c == '_' || c == '"');
        match token {
            ";" => {
                if lite && first == ["CREATE", "TABLE"] {
                    out.push_str(" STRICT");
                }
                out.push(';');
                first.clear();
                before.clear();
                continue;
            }
            "TEXT" if is_type && !lite => out.push_str("TEXT COLLATE \"C\""),
            "BIGINT" if is_type && lite => out.push_str("INTEGER"),
            "BOOLEAN" if is_type && lite => out.push_str(&format!("INTEGER CHECK ({before} IN (0, 1))")),
            "BYTEA" if is_type && lite => out.push_str("BLOB"),
            "JSON" if is_type && lite => out.push_str(&format!("TEXT CHECK (json_valid({before}))")),
            "JSON" if is_type => {
                out.push_str(&format!(
                    "TEXT COLLATE \"C\" CHECK (CAST({before} AS json) IS NOT NULL OR {before} IS NULL)"
                ));
            }
            _ => out.push_str(token),
        }
        if first.len() < 2 {
            first.push(token);
        }
        before = token.to_owned();
    }
    out
}

/// Words, blanks, comments, quoted texts and single other characters.
fn tokens(sql: &str) -> impl Iterator<Item = &str> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        let c = rest.chars().next()?;
        let len = |stop: &dyn Fn(char) -> bool| {
            rest.char_indices()
                .find(|(_, c)| stop(*c))
                .map_or(rest.len(), |(i, _)| i)
        };
        let n = if c.is_whitespace() {
            len(&|c| !c.is_whitespace())
        } else if c.is_ascii_alphanumeric() || c == '_' {
            len(&|c| !(c.is_ascii_alphanumeric() || c == '_'))
        } else if rest.starts_with("--") {
            len(&|c| c == '\n')
        } else if c == '\'' || c == '"' {
            // A doubled quote inside reads as two texts beside each other, which is the same here.
            rest[1..].find(c).map_or(rest.len(), |i| i + 2)
        } else {
            c.len_utf8()
        };
        let (token, after) = rest.split_at(n);
        rest = after;
        Some(token)
    })
}
