//! One connection, to SQLite or PostgreSQL, with the same behaviour on both.

use std::collections::HashMap;

use super::error::{Error, ErrorKind, Result, from_lite, from_pg};
use super::row::{FromRow, Inner, Row};
use super::value::Arg;

/// A connection. Statements are run by the functions that [`sql!`](crate::seam::sql) makes; nothing else sends SQL.
///
/// After a failed statement the transaction (or savepoint) around it can only be given up, on both engines: what follows
/// fails with `Aborted`. To go on after an expected failure, run the statement in [`Conn::tx`].
pub struct Conn {
    db: Driver,
    usage: Use,
    depth: u32,
    /// A statement of the innermost transaction failed.
    aborted: bool,
    /// The worst that happened since the outermost BEGIN, for the decision to run a closure again.
    seen: Seen,
}

enum Driver {
    Lite(rusqlite::Connection),
    Pg {
        client: Box<postgres::Client>,
        prepared: HashMap<String, postgres::Statement>,
    },
}

/// See [`Conn::seen`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Seen {
    Nothing,
    Conflict,
    Lost,
}

/// How a SQLite connection is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Write,
    Read,
}

const PREPARED: usize = 256;

impl Conn {
    pub(crate) fn lite(path: &std::path::Path, usage: Use, mmap_bytes: i64) -> Result<Conn> {
        let fail = |e: rusqlite::Error| from_lite(&e, str::to_owned).at(&path.display().to_string());
        let c = rusqlite::Connection::open(path).map_err(fail)?;
        // A page is read through the mapping where that reaches, else through the cache; the caches (KiB) are kept small
        // because the operating system keeps the file's pages anyway.
        let cache = if usage == Use::Write { 16_000 } else { 4_000 };
        c.execute_batch(&format!(
            "PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;
             PRAGMA cache_size=-{cache}; PRAGMA mmap_size={mmap_bytes}; PRAGMA temp_store=MEMORY;
             PRAGMA journal_size_limit=67108864; PRAGMA wal_autocheckpoint=4000; PRAGMA case_sensitive_like=ON; PRAGMA trusted_schema=OFF;"
        ))
        .map_err(fail)?;
        if usage == Use::Read {
            c.execute_batch("PRAGMA query_only=ON").map_err(fail)?;
        }
        // A statement keeps its plan, whatever values are bound: SQLite would otherwise prepare some anew at each run.
        c.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
            .map_err(fail)?;
        c.set_prepared_statement_cache_capacity(PREPARED);
        Ok(Conn {
            db: Driver::Lite(c),
            usage,
            depth: 0,
            aborted: false,
            seen: Seen::Nothing,
        })
    }

    /// See `Options::filling`.
    pub(crate) fn set_filling(&self) -> Result<()> {
        match &self.db {
            Driver::Lite(c) => c
                .execute_batch(
                    "PRAGMA synchronous=NORMAL; PRAGMA cache_size=-1000000; PRAGMA wal_autocheckpoint=50000;",
                )
                .map_err(|e| lite_error(c, &e)),
            Driver::Pg { .. } => Ok(()),
        }
    }

    pub(crate) fn pg(url: &str, usage: Use, timeout_ms: u32) -> Result<Conn> {
        let mut config: postgres::Config = url.parse().map_err(|e| from_pg(&e))?;
        config.application_name("sansheng");
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(std::time::Duration::from_secs(5));
        }
        let mut client = Box::new(config.connect(postgres::NoTls).map_err(|e| from_pg(&e))?);
        let read = if usage == Use::Read { "on" } else { "off" };
        client
            .batch_execute(&format!(
                "SET statement_timeout = {timeout_ms}; SET idle_in_transaction_session_timeout = 60000; SET TimeZone = 'UTC';
                 SET client_encoding = 'UTF8'; SET default_transaction_isolation = '{}';
                 SET default_transaction_read_only = {read}",
                if usage == Use::Read { "repeatable read" } else { "read committed" }
            ))
            .map_err(|e| from_pg(&e))?;
        Ok(Conn {
            db: Driver::Pg {
                client,
                prepared: HashMap::new(),
            },
            usage,
            depth: 0,
            aborted: false,
            seen: Seen::Nothing,
        })
    }

    /// True on SQLite. Only a module with two texts for one statement may ask.
    #[must_use]
    pub fn is_lite(&self) -> bool {
        matches!(self.db, Driver::Lite(_))
    }

    pub(crate) fn sql_all<R: FromRow>(&mut self, sql: &str, args: &[Arg<'_>]) -> Result<Vec<R>> {
        let mut out = Vec::new();
        self.sql_each(sql, args, |row| {
            out.push(row);
            Ok::<(), Error>(())
        })?;
        Ok(out)
    }

    pub(crate) fn sql_opt<R: FromRow>(&mut self, sql: &str, args: &[Arg<'_>]) -> Result<Option<R>> {
        let mut out = None;
        self.sql_each(sql, args, |row| match out.replace(row) {
            None => Ok(()),
            Some(_) => Err(Error::other("more than one row").at(sql)),
        })?;
        Ok(out)
    }

    /// Gives the rows one by one without collecting them.
    pub(crate) fn sql_each<R: FromRow, E: From<Error>>(
        &mut self,
        sql: &str,
        args: &[Arg<'_>],
        mut row: impl FnMut(R) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        self.ready(args)?;
        let failed = match &mut self.db {
            Driver::Lite(c) => 'run: {
                let mut statement = match c.prepare_cached(sql) {
                    Ok(s) => s,
                    Err(e) => break 'run lite_error(c, &e),
                };
                if let Err(e) = bind(&mut statement, args) {
                    break 'run lite_error(c, &e);
                }
                let mut rows = statement.raw_query();
                loop {
                    match rows.next() {
                        Ok(Some(r)) => row(R::from_row(&Row(Inner::Lite(r))).map_err(|e| e.at(sql))?)?,
                        Ok(None) => return Ok(()),
                        Err(e) => break 'run lite_error(c, &e),
                    }
                }
            }
            Driver::Pg { client, prepared } => 'run: {
                use postgres::fallible_iterator::FallibleIterator;
                let statement = match pg_prepared(client, prepared, sql) {
                    Ok(s) => s,
                    Err(e) => break 'run e,
                };
                let mut rows = match client.query_raw(&statement, args.iter().map(Arg::pg)) {
                    Ok(r) => r,
                    Err(e) => break 'run from_pg(&e),
                };
                loop {
                    match rows.next() {
                        Ok(Some(r)) => row(R::from_row(&Row(Inner::Pg(&r))).map_err(|e| e.at(sql))?)?,
                        Ok(None) => return Ok(()),
                        Err(e) => break 'run from_pg(&e),
                    }
                }
            }
        };
        Err(self.note(failed).at(sql).into())
    }

    /// Runs a statement for its effect; the number of rows it changed.
    pub(crate) fn sql_exec(&mut self, sql: &str, args: &[Arg<'_>]) -> Result<u64> {
        self.ready(args)?;
        let done = match &mut self.db {
            Driver::Lite(c) => c
                .prepare_cached(sql)
                .and_then(|mut s| {
                    bind(&mut s, args)?;
                    s.raw_execute()
                })
                .map(|n| n as u64)
                .map_err(|e| lite_error(c, &e)),
            Driver::Pg { client, prepared } => pg_prepared(client, prepared, sql).and_then(|s| {
                let args: Vec<_> = args.iter().map(Arg::pg).collect();
                client.execute(&s, &args).map_err(|e| from_pg(&e))
            }),
        };
        done.map_err(|e| self.note(e).at(sql))
    }

    /// Several statements without parameters: migrations and connection settings only.
    pub(crate) fn sql_batch(&mut self, sql: &str) -> Result<()> {
        let done = match &mut self.db {
            Driver::Lite(c) => c.execute_batch(sql).map_err(|e| lite_error(c, &e)),
            Driver::Pg { client, .. } => client.batch_execute(sql).map_err(|e| from_pg(&e)),
        };
        done.map_err(|e| self.note(e).at(sql))
    }

    /// Runs `f` in a transaction, or in a savepoint when there is one already. An error undoes what `f` did, and only that.
    pub fn tx<T, E: From<Error>>(
        &mut self,
        f: impl FnOnce(&mut Conn) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.begin()?;
        match f(self) {
            Ok(v) => {
                self.commit()?;
                Ok(v)
            }
            Err(e) => {
                self.rollback()?;
                Err(e)
            }
        }
    }

    pub(crate) fn begin(&mut self) -> Result<()> {
        self.ready(&[])?;
        match (self.depth, self.is_lite()) {
            (0, true) => {
                self.control(if self.usage == Use::Read {
                    "BEGIN"
                } else {
                    "BEGIN IMMEDIATE"
                })?;
            }
            (0, false) => self.control("BEGIN")?,
            (d, _) => self.control(&format!("SAVEPOINT s{d}"))?,
        }
        if self.depth == 0 {
            self.seen = Seen::Nothing;
        }
        self.depth += 1;
        Ok(())
    }

    /// Ends the innermost transaction or savepoint, keeping its work. If it cannot be kept, it is undone.
    pub(crate) fn commit(&mut self) -> Result<()> {
        if self.aborted {
            self.rollback()?;
            return Err(Error::new(
                ErrorKind::Aborted,
                "a statement failed, so nothing was kept",
            ));
        }
        let inner = self.depth - 1;
        let done = if inner == 0 {
            self.control("COMMIT")
        } else {
            self.control(&format!("RELEASE s{inner}"))
        };
        match done {
            Ok(()) => {
                self.depth = inner;
                Ok(())
            }
            Err(e) => {
                // The first failure is the one to tell of.
                let _ = self.rollback();
                Err(e)
            }
        }
    }

    /// Ends the innermost transaction or savepoint, undoing its work. Does nothing more if the engine already did.
    pub(crate) fn rollback(&mut self) -> Result<()> {
        let inner = self.depth - 1;
        self.depth = inner;
        if !self.alive() {
            // The engine gave up the whole transaction: the outer levels must not go on as if theirs were there.
            self.aborted = inner > 0;
            return Ok(());
        }
        let done = match inner {
            0 => self.control("ROLLBACK"),
            d => self
                .control(&format!("ROLLBACK TO s{d}"))
                .and_then(|()| self.control(&format!("RELEASE s{d}"))),
        };
        self.aborted = done.is_err() && inner > 0;
        done
    }

    /// Undoes everything, whatever the state is: after a panic, before the connection is used again.
    pub(crate) fn reset_to(&mut self, depth: u32) -> Result<()> {
        while self.depth > depth {
            self.rollback()?;
        }
        Ok(())
    }

    pub(crate) fn depth(&self) -> u32 {
        self.depth
    }

    /// False if SQLite ended the transaction by itself (a full disk does that) or the connection is closed.
    pub(crate) fn alive(&self) -> bool {
        match &self.db {
            Driver::Lite(c) => !c.is_autocommit(),
            Driver::Pg { client, .. } => !client.is_closed(),
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        matches!(&self.db, Driver::Pg { client, .. } if client.is_closed())
    }

    /// Rows that this connection has changed since it was opened (SQLite only).
    pub(crate) fn written(&self) -> u64 {
        match &self.db {
            Driver::Lite(c) => c.total_changes(),
            Driver::Pg { .. } => 0,
        }
    }

    pub(crate) fn is_aborted(&self) -> bool {
        self.aborted
    }

    pub(crate) fn seen(&self) -> Seen {
        self.seen
    }

    fn ready(&self, args: &[Arg<'_>]) -> Result<()> {
        if self.aborted {
            return Err(Error::new(ErrorKind::Aborted, "an earlier statement failed"));
        }
        // PostgreSQL has no U+0000 in texts; SQLite would keep it.
        if args
            .iter()
            .any(|a| matches!(a, Arg::Text(t) if t.as_bytes().contains(&0)))
        {
            return Err(Error::new(ErrorKind::Check, "a text holds U+0000"));
        }
        Ok(())
    }

    fn note(&mut self, e: Error) -> Error {
        self.aborted = self.depth > 0;
        // A plan may be of a schema that is no more: another replica brings it up to date.
        if let (Driver::Pg { prepared, .. }, ErrorKind::Other) = (&mut self.db, &e.kind) {
            prepared.clear();
        }
        self.seen = self.seen.max(match e.kind {
            ErrorKind::Serialization => Seen::Conflict,
            ErrorKind::Connection => Seen::Lost,
            _ if self.is_closed() => Seen::Lost,
            _ => Seen::Nothing,
        });
        e
    }

    fn control(&mut self, sql: &str) -> Result<()> {
        let done = match &mut self.db {
            Driver::Lite(c) => c
                .prepare_cached(sql)
                .and_then(|mut s| s.execute([]))
                .map(|_| ())
                .map_err(|e| lite_error(c, &e)),
            Driver::Pg { client, .. } => client.batch_execute(sql).map_err(|e| from_pg(&e)),
        };
        match done {
            Ok(()) => Ok(()),
            Err(e) => {
                let before = self.aborted;
                let e = self.note(e).at(sql);
                self.aborted = before;
                Err(e)
            }
        }
    }

    pub(crate) fn as_lite(&self) -> Option<&rusqlite::Connection> {
        match &self.db {
            Driver::Lite(c) => Some(c),
            Driver::Pg { .. } => None,
        }
    }

    pub(crate) fn as_pg(&mut self) -> Option<&mut postgres::Client> {
        match &mut self.db {
            Driver::Lite(_) => None,
            Driver::Pg { client, .. } => Some(client),
        }
    }
}

/// SQLite numbers named parameters as they appear; `$2` is to be the second argument wherever it stands.
fn bind(statement: &mut rusqlite::Statement<'_>, args: &[Arg<'_>]) -> rusqlite::Result<()> {
    for i in 1..=statement.parameter_count() {
        let number = statement
            .parameter_name(i)
            .and_then(|n| n.strip_prefix('$')?.parse::<usize>().ok());
        let Some(arg) = number.and_then(|n| args.get(n.wrapping_sub(1))) else {
            return Err(rusqlite::Error::InvalidParameterCount(
                args.len(),
                statement.parameter_count(),
            ));
        };
        statement.raw_bind_parameter(i, arg)?;
    }
    Ok(())
}

/// A failure of PostgreSQL outside of a statement of ours.
pub(crate) fn pg_failure(e: &postgres::Error) -> Error {
    from_pg(e)
}

fn pg_prepared(
    client: &mut postgres::Client,
    prepared: &mut HashMap<String, postgres::Statement>,
    sql: &str,
) -> Result<postgres::Statement> {
    if let Some(s) = prepared.get(sql) {
        return Ok(s.clone());
    }
    if prepared.len() >= 2 * PREPARED {
        prepared.clear();
    }
    let s = client.prepare(sql).map_err(|e| from_pg(&e))?;
    prepared.insert(sql.to_owned(), s.clone());
    Ok(s)
}

fn lite_error(c: &rusqlite::Connection, e: &rusqlite::Error) -> Error {
    from_lite(e, |text| unique_name(c, text).unwrap_or_else(|| text.to_owned()))
}

/// PostgreSQL's name for the rule of which SQLite tells only the columns: "UNIQUE constraint failed: t.a, t.b".
fn unique_name(c: &rusqlite::Connection, text: &str) -> Option<String> {
    let list = text.split_once(": ")?.1;
    if let Some(name) = list.strip_prefix("index '") {
        return Some(name.trim_end_matches('\'').to_owned());
    }
    let (table, _) = list.split_once('.')?;
    let columns: Vec<&str> = list
        .split(", ")
        .filter_map(|c| c.split_once('.').map(|c| c.1))
        .collect();
    let mut found = None;
    let mut indexes = c
        .prepare("SELECT name, origin FROM pragma_index_list($1) WHERE \"unique\" ORDER BY seq DESC")
        .ok()?;
    let mut rows = indexes.query([table]).ok()?;
    while let Some(r) = rows.next().ok()? {
        let (name, origin): (String, String) = (r.get(0).ok()?, r.get(1).ok()?);
        let of: Vec<String> = c
            .prepare("SELECT COALESCE(name, '') FROM pragma_index_info($1) ORDER BY seqno")
            .ok()?
            .query_map([&name], |r| r.get(0))
            .ok()?
            .filter_map(std::result::Result::ok)
            .collect();
        if of == columns {
            found = Some(match origin.as_str() {
                "c" => name,
                "u" => format!("{table}_{}_key", columns.join("_")),
                _ => format!("{table}_pkey"),
            });
        }
    }
    // An INTEGER PRIMARY KEY has no index of its own.
    found.or_else(|| Some(format!("{table}_pkey")))
}
