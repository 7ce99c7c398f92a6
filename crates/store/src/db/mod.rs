//! The database as the program uses it: closures go in, one is one transaction, the answer comes back when it is durable.
//!
//! - SQLite: one writer thread groups waiting closures into one durable commit (`lite.rs`), readers beside it.
//! - PostgreSQL: a pool of threads with a connection each (`pg.rs`).
//!
//! Closures are `FnMut`: they may run again (conflict, lost connection, a batch that fell apart), so they must not keep
//! anything from an earlier run. Whatever reaches outside goes into `Tx::after_commit`.
//!
//! On SQLite writes follow one another. On PostgreSQL they run at the same time under READ COMMITTED: a decision about a row
//! is safe by its `version`; a decision about a *set* of rows ("is there an open case for this unit") needs a unique rule
//! or [`Tx::serial`].

mod lite;
mod pg;
mod queue;
pub(crate) mod tx;
pub(crate) mod watch;
mod work;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::thread::JoinHandle;

use crate::seam::{Conn, Error, ErrorKind, Result, Use};
use crate::{migrate, statistics};
use queue::Queue;
pub use tx::Tx;
pub use watch::{Heard, LOOK, Watch};
use work::{ReadWork, Reading, WriteWork, Writing};

/// Where a database is.
#[derive(Clone, PartialEq, Eq)]
pub enum DbUrl {
    /// A file, made if it is not there.
    Sqlite(PathBuf),
    /// A connection text, `postgres://user:password@host/name` or `host=… dbname=…`.
    Postgres(String),
}

impl FromStr for DbUrl {
    type Err = Error;
    /// `sqlite:PATH` or `postgres://…`.
    fn from_str(s: &str) -> Result<DbUrl> {
        if let Some(path) = s.strip_prefix("sqlite:").filter(|p| !p.is_empty()) {
            Ok(DbUrl::Sqlite(PathBuf::from(path)))
        } else if s.starts_with("postgres://") || s.starts_with("postgresql://") {
            Ok(DbUrl::Postgres(s.to_owned()))
        } else {
            Err(Error::other("a database is `sqlite:PATH` or `postgres://…`"))
        }
    }
}

/// Without the password.
impl std::fmt::Debug for DbUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DbUrl::Sqlite(p) => write!(f, "sqlite:{}", p.display()),
            DbUrl::Postgres(url) => write!(f, "postgres://…{}", url.rsplit_once('@').map_or("", |(_, host)| host)),
        }
    }
}

/// How much the database may use.
#[derive(Debug, Clone)]
pub struct Options {
    /// Reading connections, 1 or more.
    pub readers: usize,
    /// Writing connections on PostgreSQL, 1 or more. SQLite has one.
    pub writers: usize,
    /// Closures that may wait; beyond that they fail with `Busy`.
    pub queue: usize,
    /// Memory mapped from a SQLite file by each connection, in bytes.
    pub mmap_bytes: i64,
    /// After which PostgreSQL gives up a statement, in milliseconds.
    pub statement_timeout_ms: u32,
    /// Bring the schema up to date when opening; without it, an older schema is refused.
    pub migrate: bool,
    /// A SQLite file is being filled that is thrown away if the work breaks off: the disk is waited for at the end and not
    /// at each commit, and the writer has a large cache. Never for data that somebody was told is kept.
    pub filling: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            readers: 3,
            writers: 8,
            queue: 10_000,
            mmap_bytes: 64 << 20,
            statement_timeout_ms: 10_000,
            migrate: true,
            filling: false,
        }
    }
}

/// The open database. Clones are handles to the same one; the last to go waits for what was accepted, then closes.
#[derive(Clone)]
pub struct Db(Arc<Shared>);

struct Shared {
    url: DbUrl,
    options: Options,
    writes: Arc<Queue<Box<dyn WriteWork>>>,
    reads: Arc<Queue<Box<dyn ReadWork>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.writes.close();
        self.reads.close();
        let me = std::thread::current().id();
        for t in self.threads.drain(..) {
            // The last handle may go with a closure, on one of the threads themselves.
            if t.thread().id() != me {
                let _ = t.join();
            }
        }
    }
}

impl Db {
    /// Opens (SQLite: makes) the database and brings its schema up to date. `TooNew` if a newer program wrote it.
    pub fn open(url: DbUrl) -> Result<Db> {
        Db::open_with(url, Options::default())
    }

    /// As [`Db::open`], with options.
    pub fn open_with(url: DbUrl, options: Options) -> Result<Db> {
        let mut conn = connect(&url, Use::Write, &options)?;
        if options.migrate {
            migrate::run(&mut conn)?;
            statistics::bring(&mut conn)?;
        } else {
            migrate::demand_current(&mut conn)?;
        }
        let writes = Arc::new(Queue::new(options.queue));
        let reads = Arc::new(Queue::new(options.queue));
        let mut shared = Shared {
            url,
            options: options.clone(),
            writes: Arc::clone(&writes),
            reads: Arc::clone(&reads),
            threads: Vec::new(),
        };
        let readers = options.readers.max(1);
        match shared.url.clone() {
            DbUrl::Sqlite(_) => {
                let q = Arc::clone(&writes);
                // Nobody waits while a database is filled.
                let slow = if options.filling {
                    std::time::Duration::MAX
                } else {
                    lite::SLOW
                };
                shared
                    .threads
                    .push(spawn("store-write", move || lite::write_loop(conn, &q, slow))?);
                for n in 0..readers {
                    let (c, q) = (connect(&shared.url, Use::Read, &options)?, Arc::clone(&reads));
                    shared
                        .threads
                        .push(spawn(&format!("store-read-{n}"), move || lite::read_loop(c, &q))?);
                }
            }
            DbUrl::Postgres(url) => {
                let mut first = Some(conn);
                for n in 0..options.writers.max(1) {
                    let (q, link) = (
                        Arc::clone(&writes),
                        pg::Link::new(&url, Use::Write, &options, first.take()),
                    );
                    shared
                        .threads
                        .push(spawn(&format!("store-write-{n}"), move || pg::write_loop(link, &q))?);
                }
                for n in 0..readers {
                    let (q, link) = (Arc::clone(&reads), pg::Link::new(&url, Use::Read, &options, None));
                    shared
                        .threads
                        .push(spawn(&format!("store-read-{n}"), move || pg::read_loop(link, &q))?);
                }
            }
        }
        Ok(Db(Arc::new(shared)))
    }

    /// True on SQLite.
    #[must_use]
    pub fn is_lite(&self) -> bool {
        matches!(self.0.url, DbUrl::Sqlite(_))
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &DbUrl {
        &self.0.url
    }

    /// Runs `f` in a writing transaction and waits until it is durable. Blocks: not for async threads.
    pub fn write<T, E>(
        &self,
        f: impl FnMut(&mut Tx) -> std::result::Result<T, E> + Send + 'static,
    ) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        wait(|answer| self.submit(f, answer))
    }

    /// Runs `f` in a writing transaction; `reply` is called when it is durable or has failed, on a thread of the store,
    /// which it must not hold up (send to a channel).
    pub fn submit<T, E>(
        &self,
        f: impl FnMut(&mut Tx) -> std::result::Result<T, E> + Send + 'static,
        reply: impl FnOnce(std::result::Result<T, E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        if let Err((work, e)) = self.0.writes.push(Box::new(Writing::new(f, reply))) {
            refuse_write(work, e);
        }
    }

    /// Runs `f` on a reading connection, in one snapshot, and waits for the answer. Blocks: not for async threads.
    pub fn read<T, E>(
        &self,
        f: impl FnMut(&mut Conn) -> std::result::Result<T, E> + Send + 'static,
    ) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        wait(|answer| self.submit_read(f, answer))
    }

    /// Runs `f` on a reading connection, in one snapshot. See [`Db::submit`] for `reply`.
    pub fn submit_read<T, E>(
        &self,
        f: impl FnMut(&mut Conn) -> std::result::Result<T, E> + Send + 'static,
        reply: impl FnOnce(std::result::Result<T, E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        if let Err((mut work, e)) = self.0.reads.push(Box::new(Reading::new(f, reply))) {
            work.fail(e);
            work.answer();
        }
    }

    /// Copies a SQLite database to a new file while it is in use; PostgreSQL has its own tools for that.
    /// Blocks for as long as it takes; writers go on meanwhile.
    pub fn copy_to(&self, path: &Path) -> Result<()> {
        if !self.is_lite() {
            return Err(Error::other("only a SQLite database is copied as a file"));
        }
        let mut conn = connect(&self.0.url, Use::Write, &self.0.options)?;
        let path = path
            .to_str()
            .ok_or_else(|| Error::other("the path of the copy is not Unicode"))?;
        tx::statements::copy_into(&mut conn, path)
    }
}

fn refuse_write(mut work: Box<dyn WriteWork>, e: Error) {
    work.fail(e);
    work.answer();
}

fn wait<T: Send + 'static, E: From<Error> + Send + 'static>(
    start: impl FnOnce(Box<dyn FnOnce(std::result::Result<T, E>) + Send>),
) -> std::result::Result<T, E> {
    let (tx, rx) = std::sync::mpsc::sync_channel(1);
    start(Box::new(move |r| {
        let _ = tx.send(r);
    }));
    rx.recv()
        .unwrap_or_else(|_| Err(Error::new(ErrorKind::Connection, "the database was closed").into()))
}

pub(crate) fn connect(url: &DbUrl, usage: Use, options: &Options) -> Result<Conn> {
    match url {
        DbUrl::Sqlite(path) => {
            let conn = Conn::lite(path, usage, options.mmap_bytes)?;
            if options.filling && usage == Use::Write {
                conn.set_filling()?;
            }
            Ok(conn)
        }
        DbUrl::Postgres(url) => Conn::pg(url, usage, options.statement_timeout_ms),
    }
}

fn spawn(name: &str, f: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(f)
        .map_err(|e| Error::other(e.to_string()))
}
