//! Whole tables, row by row and without knowing them: for the backup and its way back. The one other place, beside the
//! statements of the modules, where SQL is put together; names come from the migrations, never from outside.

use super::conn::Conn;
use super::error::{Error, Result};
use super::row::{Column, FromRow, Row, row};
use super::value::{Arg, Cell, Col, SqlType};

/// A value of any column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    Int(i64),
    Bool(bool),
    Text(String),
    Bytes(Vec<u8>),
}

impl Col for Value {
    const NULLABLE: bool = true;
    fn col_type() -> SqlType {
        SqlType::Text
    }
    fn read(cell: Cell<'_>) -> Result<Self> {
        Ok(match cell {
            Cell::Null => Value::Null,
            Cell::Int(v) => Value::Int(v),
            Cell::Bool(v) => Value::Bool(v),
            Cell::Text(v) => Value::Text(v.to_owned()),
            Cell::Bytes(v) => Value::Bytes(v.to_vec()),
        })
    }
}

impl Value {
    fn arg(&self, sql_type: SqlType) -> Arg<'_> {
        match self {
            Value::Null => Arg::Null(sql_type),
            Value::Int(v) => Arg::Int(*v),
            Value::Bool(v) => Arg::Bool(*v),
            Value::Text(v) => Arg::Text(v),
            Value::Bytes(v) => Arg::Bytes(v),
        }
    }
}

struct AnyRow(Vec<Value>);

impl FromRow for AnyRow {
    const COLUMNS: &'static [Column] = &[];
    fn from_row(row: &Row<'_>) -> Result<Self> {
        (0..row.len())
            .map(|i| row.get(i))
            .collect::<Result<Vec<Value>>>()
            .map(AnyRow)
    }
}

/// A table of the portable schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<(String, SqlType)>,
    /// Columns of the primary key: the order in which rows are read.
    pub key: Vec<String>,
}

impl Table {
    fn names(&self) -> String {
        self.columns
            .iter()
            .map(|(n, _)| n.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// Gives every row of a table in the order of its key.
pub fn read(conn: &mut Conn, t: &Table, mut row: impl FnMut(Vec<Value>) -> Result<()>) -> Result<()> {
    let sql = format!("SELECT {} FROM {} ORDER BY {}", t.names(), t.name, t.key.join(", "));
    conn.sql_each(&sql, &[], |AnyRow(mut values): AnyRow| {
        for (v, (_, sql_type)) in values.iter_mut().zip(&t.columns) {
            // SQLite keeps a boolean as 0 or 1.
            if let (Value::Int(n), SqlType::Bool) = (&*v, sql_type) {
                *v = Value::Bool(*n != 0);
            }
        }
        row(values)
    })
}

/// Rows put into one statement.
const ROWS: usize = 50;

/// Adds rows to a table.
pub fn write(conn: &mut Conn, t: &Table, rows: &[Vec<Value>]) -> Result<()> {
    let width = t.columns.len();
    for some in rows.chunks(ROWS) {
        if some.iter().any(|r| r.len() != width) {
            return Err(Error::other(format!("a row of {} has not {width} values", t.name)));
        }
        let mut sql = format!("INSERT INTO {} ({}) VALUES ", t.name, t.names());
        for r in 0..some.len() {
            let marks: Vec<String> = (1..=width).map(|i| format!("${}", r * width + i)).collect();
            sql.push_str(if r == 0 { "(" } else { ", (" });
            sql.push_str(&marks.join(", "));
            sql.push(')');
        }
        let args: Vec<Arg<'_>> = some
            .iter()
            .flat_map(|r| r.iter().zip(&t.columns).map(|(v, (_, sql_type))| v.arg(*sql_type)))
            .collect();
        conn.sql_exec(&sql, &args)?;
    }
    Ok(())
}

row! {
    struct Rule { on_table: String, name: String, text: String }
}

/// What stands in the way of filling tables in any order, put aside by [`open_up`].
pub struct PutAside(Vec<Rule>);

/// Puts rules between tables aside. SQLite: before the transaction. PostgreSQL: inside it.
pub fn open_up(conn: &mut Conn) -> Result<PutAside> {
    if conn.is_lite() {
        conn.sql_batch("PRAGMA foreign_keys=OFF")?;
        return Ok(PutAside(Vec::new()));
    }
    let rules: Vec<Rule> = conn.sql_all(
        "SELECT CAST(CAST(conrelid AS regclass) AS TEXT) AS on_table, CAST(conname AS TEXT) AS name, \
         pg_get_constraintdef(oid) AS text FROM pg_constraint \
         WHERE contype = 'f' AND connamespace = CAST(current_schema() AS regnamespace) ORDER BY 1, 2",
        &[],
    )?;
    for r in &rules {
        conn.sql_batch(&format!("ALTER TABLE {} DROP CONSTRAINT {}", r.on_table, r.name))?;
    }
    conn.sql_batch("ALTER TABLE search_doc ALTER COLUMN words SET DEFAULT ''")?;
    Ok(PutAside(rules))
}

row! {
    struct Violation { on_table: Option<String> }
}

/// Puts the rules back, which looks whether all rows keep them.
pub fn close_up(conn: &mut Conn, aside: &PutAside) -> Result<()> {
    if conn.is_lite() {
        let broken: Vec<Violation> = conn.sql_all(
            "SELECT \"table\" AS on_table FROM pragma_foreign_key_check() LIMIT 5",
            &[],
        )?;
        if let Some(v) = broken.first() {
            let table = v.on_table.as_deref().unwrap_or("?");
            return Err(Error::other(format!(
                "a row of {table} refers to one that is not there"
            )));
        }
        return Ok(());
    }
    conn.sql_batch("ALTER TABLE search_doc ALTER COLUMN words DROP DEFAULT")?;
    for r in &aside.0 {
        conn.sql_batch(&format!(
            "ALTER TABLE {} ADD CONSTRAINT {} {}",
            r.on_table, r.name, r.text
        ))?;
    }
    Ok(())
}

/// Makes a reading connection fit for a walk over everything: big sorts go to the disk, not into memory. Before `begin`.
pub fn for_reading(conn: &mut Conn) -> Result<()> {
    if conn.is_lite() {
        // The list of words is a table of this connection alone.
        conn.sql_batch(
            "PRAGMA query_only=OFF; PRAGMA temp_store=FILE;
             CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_words USING fts5vocab(main, search_fts, instance)",
        )?;
    }
    Ok(())
}

row! {
    struct Word { doc: i64, term: String }
}

/// The words of every line of the full-text index, by the line's id; the words of one line are sorted.
pub fn words(conn: &mut Conn, mut line: impl FnMut(i64, &str) -> Result<()>) -> Result<()> {
    if !conn.is_lite() {
        let sql =
            "SELECT id AS doc, array_to_string(tsvector_to_array(words), ' ') AS term FROM search_doc ORDER BY id";
        return conn.sql_each(sql, &[], |w: Word| {
            let mut list: Vec<&str> = w.term.split(' ').filter(|t| !t.is_empty()).collect();
            list.sort_unstable();
            line(w.doc, &list.join(" "))
        });
    }
    // Sorted by the engine, put together here.
    let mut now: Option<(i64, String)> = None;
    conn.sql_each(
        "SELECT doc, term FROM temp.search_words ORDER BY doc, term",
        &[],
        |w: Word| match &mut now {
            Some((doc, list)) if *doc == w.doc => {
                list.push(' ');
                list.push_str(&w.term);
                Ok(())
            }
            other => {
                let done = other.replace((w.doc, w.term));
                done.map_or(Ok(()), |(doc, list)| line(doc, &list))
            }
        },
    )?;
    now.map_or(Ok(()), |(doc, list)| line(doc, &list))
}

/// Puts the words of one line into the full-text index.
pub fn put_words(conn: &mut Conn, doc: i64, list: &str) -> Result<()> {
    let sql = if conn.is_lite() {
        "INSERT INTO search_fts (rowid, words) VALUES ($1, $2)"
    } else {
        "UPDATE search_doc SET words = array_to_tsvector(string_to_array($2, ' ')) WHERE id = $1"
    };
    conn.sql_exec(sql, &[Arg::Int(doc), Arg::Text(list)]).map(|_| ())
}

row! {
    struct Line { text: String }
}

/// What the engine itself says is wrong with its files; nothing when all is well. SQLite looks at every page.
pub fn integrity(conn: &mut Conn) -> Result<Vec<String>> {
    if !conn.is_lite() {
        let sql = "SELECT CAST(conname AS TEXT) AS text FROM pg_constraint WHERE NOT convalidated \
                   UNION ALL SELECT CAST(CAST(indexrelid AS regclass) AS TEXT) AS text FROM pg_index WHERE NOT indisvalid";
        return Ok(conn
            .sql_all::<Line>(sql, &[])?
            .into_iter()
            .map(|l| format!("{} is not valid", l.text))
            .collect());
    }
    let pages: Vec<Line> = conn.sql_all("PRAGMA integrity_check(20)", &[])?;
    let mut out: Vec<String> = pages.into_iter().map(|l| l.text).filter(|t| t != "ok").collect();
    let rules: Vec<Violation> = conn.sql_all(
        "SELECT \"table\" AS on_table FROM pragma_foreign_key_check() LIMIT 20",
        &[],
    )?;
    out.extend(
        rules
            .into_iter()
            .map(|v| format!("{}: refers to a row that is not there", v.on_table.unwrap_or_default())),
    );
    Ok(out)
}
