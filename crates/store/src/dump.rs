//! Everything in the database as text, from one moment, and back into either engine: what a backup is made of.
//!
//! A table is read in the order of its key and each row becomes one line of JSON, an array of its values in the order of
//! the columns. The same rows are the same lines on both engines, so the SHA-256 over a table's lines proves that a
//! database holds what another one held. The words of the full-text index, which each engine keeps in its own way, are the
//! table `search_words` here: line id and words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::db::{DbUrl, Options, connect};
use crate::migrate;
use crate::seam::table::{self, Table, Value};
use crate::seam::{Conn, Error, Result, SqlType, Use};

/// The name of the words of the full-text index.
const WORDS: &str = "search_words";
/// Rows written at once.
const ROWS: usize = 500;

/// How many rows a table has and what they come to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    pub rows: u64,
    /// SHA-256 over the lines, each with its line feed, in lower-case hex.
    pub sha256: String,
}

/// What a whole database comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// Last migration that had run.
    pub schema: i64,
    pub tables: BTreeMap<String, Sum>,
}

fn options() -> Options {
    // A backup takes as long as it takes.
    Options {
        statement_timeout_ms: 0,
        ..Options::default()
    }
}

/// Reads the whole database in one snapshot, while others write. `line` is given the table's name and a line without its
/// line feed; an error of it ends the walk.
///
/// # Errors
/// `TooNew` for a database of a newer program; what `line` says.
pub fn read(url: &DbUrl, line: impl FnMut(&str, &str) -> Result<()>) -> Result<Contents> {
    let mut conn = connect(url, Use::Read, &options())?;
    table::for_reading(&mut conn)?;
    conn.begin()?;
    let done = migrate::demand_current(&mut conn).and_then(|()| walk(&mut conn, migrate::newest(), line));
    conn.reset_to(0)?;
    done
}

fn walk(conn: &mut Conn, schema: i64, mut line: impl FnMut(&str, &str) -> Result<()>) -> Result<Contents> {
    let mut tables = BTreeMap::new();
    for t in migrate::tables(schema) {
        let mut sum = Adder::default();
        table::read(conn, &t, |values| {
            let text = Json::Array(values.into_iter().map(json).collect()).to_string();
            sum.add(&text);
            line(&t.name, &text)
        })?;
        tables.insert(t.name, sum.done());
    }
    let mut sum = Adder::default();
    table::words(conn, |doc, list| {
        let text = serde_json::json!([doc, list]).to_string();
        sum.add(&text);
        line(WORDS, &text)
    })?;
    tables.insert(WORDS.to_owned(), sum.done());
    Ok(Contents { schema, tables })
}

#[derive(Default)]
struct Adder(u64, Sha256);

impl Adder {
    fn add(&mut self, text: &str) {
        self.0 += 1;
        self.1.update(text);
        self.1.update("\n");
    }

    fn done(self) -> Sum {
        Sum {
            rows: self.0,
            sha256: self.1.finalize().iter().map(|b| format!("{b:02x}")).collect(),
        }
    }
}

fn json(v: Value) -> Json {
    match v {
        Value::Null => Json::Null,
        Value::Int(n) => n.into(),
        Value::Bool(b) => b.into(),
        Value::Text(t) => t.into(),
        Value::Bytes(b) => b.iter().map(|b| format!("{b:02x}")).collect::<String>().into(),
    }
}

fn value(v: Json, of: SqlType) -> Result<Value> {
    Ok(match (v, of) {
        (Json::Null, _) => Value::Null,
        (Json::Number(n), SqlType::Int) => Value::Int(n.as_i64().ok_or_else(|| wrong("a number"))?),
        (Json::Bool(b), SqlType::Bool) => Value::Bool(b),
        (Json::String(t), SqlType::Text) => Value::Text(t),
        (Json::String(t), SqlType::Bytes) => {
            let pairs = t
                .as_bytes()
                .chunks(2)
                .map(|c| std::str::from_utf8(c).ok().and_then(|c| u8::from_str_radix(c, 16).ok()));
            Value::Bytes(pairs.collect::<Option<Vec<u8>>>().ok_or_else(|| wrong("bytes"))?)
        }
        (other, of) => return Err(wrong(&format!("{of:?} (found {other})"))),
    })
}

fn wrong(what: &str) -> Error {
    Error::other(format!("a line of the backup has no {what} where the table has one"))
}

/// Fills an empty place with what [`read`] gave and proves that it then comes to `want`: all in one transaction, so that
/// either everything is there or nothing. `next` gives table and line, tables one after the other as they were read.
///
/// # Errors
/// `TooNew` for a backup of a newer program; any difference to `want`; a place that is not empty.
pub fn write(url: &DbUrl, want: &Contents, next: impl FnMut() -> Result<Option<(String, String)>>) -> Result<()> {
    if want.schema > migrate::newest() {
        return Err(Error::new(
            crate::seam::ErrorKind::TooNew,
            format!(
                "the backup is of schema {}, this program knows {}",
                want.schema,
                migrate::newest()
            ),
        ));
    }
    let mut conn = connect(url, Use::Write, &options())?;
    if migrate::has_table(&mut conn)? {
        return Err(Error::other("the database is not empty"));
    }
    let lite = conn.is_lite();
    // SQLite cannot switch its rules inside a transaction.
    let before = if lite { Some(table::open_up(&mut conn)?) } else { None };
    conn.tx(|c| {
        migrate::run_to(c, want.schema)?;
        let aside = match before {
            Some(aside) => aside,
            None => table::open_up(c)?,
        };
        fill(c, want.schema, next)?;
        table::close_up(c, &aside)?;
        table::for_reading(c)?;
        let got = walk(c, want.schema, |_, _| Ok(()))?;
        compare(want, &got)?;
        migrate::run(c)
    })
}

fn compare(want: &Contents, got: &Contents) -> Result<()> {
    for (name, w) in &want.tables {
        match got.tables.get(name) {
            Some(g) if g == w => {}
            Some(g) => {
                return Err(Error::other(format!(
                    "{name} differs after the restore: {} rows, {} expected",
                    g.rows, w.rows
                )));
            }
            None => return Err(Error::other(format!("{name} is no table of this schema"))),
        }
    }
    Ok(())
}

fn fill(c: &mut Conn, schema: i64, mut next: impl FnMut() -> Result<Option<(String, String)>>) -> Result<()> {
    let tables = migrate::tables(schema);
    let mut now: Option<&Table> = None;
    let mut rows: Vec<Vec<Value>> = Vec::new();
    while let Some((name, line)) = next()? {
        if now.is_none_or(|t| t.name != name) || rows.len() >= ROWS {
            flush(c, now, &mut rows)?;
            now = tables.iter().find(|t| t.name == name);
        }
        let Json::Array(values) = serde_json::from_str(&line).map_err(|e| Error::other(e.to_string()))? else {
            return Err(wrong("array"));
        };
        if name == WORDS {
            let (Some(doc), Some(list)) = (
                values.first().and_then(Json::as_i64),
                values.get(1).and_then(Json::as_str),
            ) else {
                return Err(wrong("words"));
            };
            table::put_words(c, doc, list)?;
            continue;
        }
        let Some(t) = now else {
            return Err(Error::other(format!("{name} is no table of this schema")));
        };
        if values.len() != t.columns.len() {
            return Err(wrong("row of this width"));
        }
        rows.push(
            values
                .into_iter()
                .zip(&t.columns)
                .map(|(v, (_, of))| value(v, *of))
                .collect::<Result<_>>()?,
        );
    }
    flush(c, now, &mut rows)
}

fn flush(c: &mut Conn, t: Option<&Table>, rows: &mut Vec<Vec<Value>>) -> Result<()> {
    if let Some(t) = t {
        table::write(c, t, rows)?;
    }
    rows.clear();
    Ok(())
}

/// What the engine says is wrong with the database, one line each.
///
/// # Errors
/// When the database cannot be read at all.
pub fn integrity(url: &DbUrl) -> Result<Vec<String>> {
    let mut conn = connect(url, Use::Read, &options())?;
    table::integrity(&mut conn)
}
