//! What a writing closure holds: the connection, the journal entries it makes and what is to happen after the commit.

use std::ops::{Deref, DerefMut};

use crate::journal::{self, NewEntry};
use crate::seam::{Conn, Error, Result};

/// Called when the work is durable.
pub(super) type AfterCommit = Box<dyn FnOnce() + Send>;

/// A writing transaction. It is a [`Conn`], so all statement functions take it.
pub struct Tx {
    conn: Conn,
    entries: Vec<NewEntry>,
    after: Vec<AfterCommit>,
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

impl Tx {
    pub(crate) fn new(conn: Conn) -> Tx {
        Tx {
            conn,
            entries: Vec::new(),
            after: Vec::new(),
        }
    }

    /// Adds an entry to the journal. It is numbered and written at the end of the closure, by the last statements of the
    /// transaction; several of one site take consecutive numbers, in the order given.
    pub fn journal(&mut self, entry: NewEntry) {
        self.entries.push(entry);
    }

    /// Calls `f` once what this closure did is durable; never if it is not. For wake-ups: it must be quick.
    pub fn after_commit(&mut self, f: impl FnOnce() + Send + 'static) {
        self.after.push(Box::new(f));
    }

    /// Runs a part whose failure may be survived: an error undoes its rows, its journal entries and its wake-ups.
    pub fn attempt<T, E: From<Error>>(
        &mut self,
        f: impl FnOnce(&mut Tx) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let (entries, after) = (self.entries.len(), self.after.len());
        self.conn.begin()?;
        let done = match f(self) {
            Ok(v) => self.conn.commit().map(|()| v).map_err(E::from),
            Err(e) => {
                self.conn.rollback()?;
                Err(e)
            }
        };
        if done.is_err() {
            self.entries.truncate(entries);
            self.after.truncate(after);
        }
        done
    }

    /// Until the commit, no other transaction gets past `serial` with the same key (the word of a rule and the id it is
    /// about: `"open-case/<unit>/<item>"`). For decisions about sets of rows. On SQLite writers follow one another anyway.
    pub fn serial(&mut self, key: &str) -> Result<()> {
        if self.is_lite() {
            Ok(())
        } else {
            statements::take_turn(self, key).map(|_| ())
        }
    }

    /// Writes the journal entries: the last statements of a closure.
    pub(super) fn finish(&mut self) -> Result<()> {
        if self.entries.is_empty() {
            return Ok(());
        }
        let entries = std::mem::take(&mut self.entries);
        journal::append(&mut self.conn, entries)
    }

    pub(super) fn forget(&mut self) {
        self.entries.clear();
        self.after.clear();
    }

    pub(super) fn take_after(&mut self) -> Vec<AfterCommit> {
        std::mem::take(&mut self.after)
    }
}

pub(crate) mod statements {
    use crate::seam::sql;

    sql! {
        /// Waits for the lock of this key, which the transaction then holds.
        pub(in crate::db) fn[pg] take_turn(key: &str) -> bool {
            "SELECT pg_advisory_xact_lock(hashtextextended($1, 0)) IS NULL AS taken"
        }
        /// Copies the database into a new file, in one snapshot and without gaps.
        pub(in crate::db) fn[lite] copy_into(path: &str) { "VACUUM INTO $1" }
    }
}
