//! PostgreSQL's pool: conflicts, deadlocks and lost connections; what has to hold on both engines is tried on both.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Barrier};

use super::note::{self, Note, NoteId, note};
use super::{count, kind, make_notes};
use crate::seam::{Error, Result};
use crate::testing::{self, PgDatabase, for_both_with};
use crate::{Db, DbUrl, ErrorKind, Options};

fn pg(options: Options) -> (Db, PgDatabase) {
    let database = PgDatabase::new(true);
    let db = Db::open_with(DbUrl::Postgres(database.url.clone()), options).unwrap();
    db.write(|tx| make_notes(tx)).unwrap();
    (db, database)
}

#[test]
fn a_deadlock_is_run_again() {
    let (db, _database) = pg(testing::options());
    db.write(|tx| [1, 2].iter().try_for_each(|n| note::insert(tx, &note(*n))))
        .unwrap();
    let (runs, both) = (Arc::new(AtomicI64::new(0)), Arc::new(Barrier::new(2)));
    let threads: Vec<_> = [(1, 2), (2, 1)]
        .into_iter()
        .map(|(a, b)| {
            let (db, runs, both) = (db.clone(), Arc::clone(&runs), Arc::clone(&both));
            std::thread::spawn(move || {
                let mut first = true;
                db.write(move |tx| {
                    runs.fetch_add(1, Ordering::SeqCst);
                    note::add_number(tx, &note(a).id, 100)?;
                    if std::mem::take(&mut first) {
                        both.wait();
                    }
                    note::add_number(tx, &note(b).id, 100)
                })
            })
        })
        .collect();
    for t in threads {
        assert!(t.join().unwrap().is_ok());
    }
    assert!(runs.load(Ordering::SeqCst) >= 3);
    let numbers = db
        .read(|c| {
            note::list(
                c,
                &note::Filter {
                    limit: 9,
                    ..Default::default()
                },
            )
        })
        .unwrap();
    assert_eq!(numbers.iter().map(|n| n.number).collect::<Vec<_>>(), [201, 202]);
}

#[test]
fn a_lost_connection_comes_back() {
    let (db, database) = pg(testing::options());
    let kill = |url: &str| {
        let mut c = postgres::Client::connect(url, postgres::NoTls).unwrap();
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        c.batch_execute(sql).unwrap();
    };
    // All threads have a connection, then none has.
    for _ in 0..3 {
        assert!((0..8).all(|_| db.read(note::count).is_ok()));
        kill(&database.url);
        assert!((0..8).all(|_| db.read(note::count).is_ok()));
        assert!((0..8).all(|n| db.write(move |tx| note::put(tx, &note(n))).is_ok()));
    }
    // Lost in the middle: run again as a whole.
    let url = database.url.clone();
    let mut runs = 0;
    let r: Result<i64> = db.write(move |tx| {
        runs += 1;
        note::insert(tx, &note(100))?;
        if runs == 1 {
            let mut c = postgres::Client::connect(&url, postgres::NoTls).unwrap();
            c.batch_execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE datname = current_database() AND state = 'idle in transaction'",
            )
            .unwrap();
        }
        note::insert(tx, &note(101))?;
        Ok(runs)
    });
    assert_eq!(r.unwrap(), 2);
    assert_eq!(count(&db), 10);
}

#[test]
fn no_server_is_no_connection() {
    let url = "postgres://nobody@127.0.0.1:1/none?connect_timeout=1".parse().unwrap();
    assert_eq!(kind(Db::open(url).map(|_| ())), ErrorKind::Connection);
}

#[test]
fn a_statement_that_takes_too_long_is_given_up() {
    let (db, _database) = pg(Options {
        statement_timeout_ms: 200,
        ..testing::options()
    });
    assert_eq!(
        kind(db.write(|tx| testing::raw(tx, "SELECT pg_sleep(5)"))),
        ErrorKind::Busy
    );
    db.write(|tx| note::insert(tx, &note(1))).unwrap();
}

#[test]
fn a_rule_about_a_set_holds_with_serial() {
    for_both_with(&testing::options(), |db| {
        db.write(|tx| make_notes(tx)).unwrap();
        let start = Arc::new(Barrier::new(8));
        let threads: Vec<_> = (0..8)
            .map(|n| {
                let (db, start) = (db.clone(), Arc::clone(&start));
                std::thread::spawn(move || {
                    start.wait();
                    db.write(move |tx| {
                        tx.serial("only-one-note")?;
                        if note::count(tx)? > 0 {
                            return Err(Error::other("there is one"));
                        }
                        note::insert(
                            tx,
                            &Note {
                                id: NoteId::from(format!("t{n}")),
                                ..note(n)
                            },
                        )
                    })
                })
            })
            .collect();
        let won = threads.into_iter().filter_map(|t| t.join().unwrap().ok()).count();
        assert_eq!((won, count(db)), (1, 1));
    });
}
