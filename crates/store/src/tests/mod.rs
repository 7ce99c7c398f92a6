//! Every test runs on both engines. `note` is a module as the aggregates are, over tables of its own.

mod batch;
mod journal;
mod migrate;
mod note;
mod plans;
mod pool;
mod seam;
mod search;
mod statements;

use crate::seam::{Conn, Result};
use crate::testing::{for_both, portable, raw};
use crate::{Db, ErrorKind};

/// A fresh database with the tables of `note` on both engines.
fn with_notes(test: impl Fn(&Db)) {
    for_both(|db| {
        db.write(|tx| make_notes(tx)).unwrap();
        test(db);
    });
}

fn make_notes(conn: &mut Conn) -> Result<()> {
    let sql = portable(conn, note::TABLES);
    raw(conn, &sql)
}

fn count(db: &Db) -> i64 {
    db.read(note::count).unwrap()
}

fn kind<T>(result: Result<T>) -> ErrorKind {
    match result {
        Ok(_) => panic!("succeeded"),
        Err(e) => e.kind,
    }
}
mod dump;
