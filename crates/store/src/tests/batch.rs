//! Closures as transactions: together when many wait, each by itself when it fails.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use super::note::{self, Note, note};
use super::{count, kind, make_notes, with_notes};
use crate::journal::{self, NewEntry};
use crate::seam::{Error, Result};
use crate::testing::{self, TempDir, for_both_with};
use crate::{Db, DbUrl, ErrorKind, Options};

fn wait<T>(rx: &mpsc::Receiver<T>) -> T {
    rx.recv_timeout(Duration::from_secs(30)).expect("an answer")
}

/// Keeps the writers busy until the sender is dropped, so that what follows waits in the queue together.
fn hold(db: &Db, threads: usize) -> mpsc::Sender<()> {
    let (go, gate) = mpsc::channel::<()>();
    let gate = Arc::new(std::sync::Mutex::new(gate));
    let (started, running) = mpsc::channel();
    for _ in 0..threads {
        let (gate, started) = (Arc::clone(&gate), started.clone());
        db.submit::<(), Error>(
            move |_| {
                started.send(()).unwrap();
                let _ = gate.lock().unwrap().recv();
                Ok(())
            },
            |_| {},
        );
    }
    for _ in 0..threads {
        wait(&running);
    }
    go
}

#[test]
fn many_in_one_batch_stand_or_fall_each_by_itself() {
    with_notes(|db| {
        let gate = hold(db, if db.is_lite() { 1 } else { 4 });
        let (answers, rx) = mpsc::channel();
        for n in 0..100 {
            let answers = answers.clone();
            db.submit(
                move |tx| {
                    note::insert(tx, &note(n))?;
                    match n % 4 {
                        1 => Err(Error::other("refused")),
                        2 => note::insert(tx, &note(n)),
                        3 => panic!("a mistake"),
                        _ => Ok(()),
                    }
                },
                move |r| answers.send((n, r)).unwrap(),
            );
        }
        drop(gate);
        for _ in 0..100 {
            let (n, r) = wait(&rx);
            match n % 4 {
                0 => assert!(r.is_ok()),
                1 => assert_eq!(kind(r), ErrorKind::Other),
                2 => assert!(r.unwrap_err().is_unique("note_pkey")),
                _ => assert_eq!(kind(r), ErrorKind::Panic),
            }
        }
        let want: Vec<_> = (0..100).filter(|n| n % 4 == 0).map(|n| note(n).id).collect();
        assert_eq!(db.read(note::ids).unwrap(), want);
    });
}

#[test]
fn a_refusal_that_wrote_nothing_makes_nobody_run_again() {
    let dir = TempDir::new();
    let db = Db::open(DbUrl::Sqlite(dir.0.join("x.db"))).unwrap();
    db.write(|tx| make_notes(tx)).unwrap();
    let runs_of = |writes_first: bool, from: i64| {
        let gate = hold(&db, 1);
        let (answers, rx) = mpsc::channel();
        let runs = Arc::new(AtomicI64::new(0));
        for n in from..from + 20 {
            let (answers, runs) = (answers.clone(), Arc::clone(&runs));
            db.submit(
                move |tx| {
                    runs.fetch_add(1, Ordering::SeqCst);
                    if n % 5 == 3 {
                        if writes_first {
                            note::insert(tx, &note(n))?;
                        }
                        return Err(Error::other("refused"));
                    }
                    note::insert(tx, &note(n))
                },
                move |r| answers.send((n, r)).unwrap(),
            );
        }
        drop(gate);
        for _ in 0..20 {
            let (n, r) = wait(&rx);
            assert_eq!(r.is_err(), n % 5 == 3, "{n}: {r:?}");
        }
        runs.load(Ordering::SeqCst)
    };
    assert_eq!(runs_of(false, 0), 20);
    assert_eq!(count(&db), 16);
    // Who wrote first is undone with all, who then run again and stand: those up to the failure, in the order of the queue.
    assert!(runs_of(true, 20) > 20);
    assert_eq!(count(&db), 32);
}

#[test]
fn a_panic_inside_a_savepoint_leaves_nothing_behind() {
    with_notes(|db| {
        for _ in 0..3 {
            let r: Result<()> = db.write(|tx| {
                note::insert(tx, &note(1))?;
                tx.journal(NewEntry {
                    kind: "never".to_owned(),
                    ..NewEntry::default()
                });
                tx.attempt(|tx| {
                    note::insert(tx, &note(2))?;
                    tx.tx(|_| panic!("deep"))
                })
            });
            assert_eq!(kind(r), ErrorKind::Panic);
            let r: Result<()> = db.read(|c| c.tx(|_| panic!("deep")));
            assert_eq!(kind(r), ErrorKind::Panic);
        }
        db.write(|tx| note::insert(tx, &note(3))).unwrap();
        assert_eq!(count(db), 1);
        assert_eq!(db.read(|c| journal::head(c, "")).unwrap().seq, 0);
    });
}

#[test]
fn wake_ups_come_after_the_commit_and_only_then() {
    with_notes(|db| {
        let (wakes, rx) = mpsc::channel();
        let (w, reader) = (wakes.clone(), db.clone());
        db.write(move |tx| {
            note::insert(tx, &note(1))?;
            let (w, reader) = (w.clone(), reader.clone());
            // Another connection already sees it.
            tx.after_commit(move || w.send(reader.read(note::count)).unwrap());
            Ok::<(), Error>(())
        })
        .unwrap();
        assert_eq!(wait(&rx).unwrap(), 1);

        let w = wakes.clone();
        let refused: Result<()> = db.write(move |tx| {
            let w = w.clone();
            tx.after_commit(move || w.send(Ok(-1)).unwrap());
            Err(Error::other("refused"))
        });
        assert!(refused.is_err());
        let w = wakes.clone();
        db.write(move |tx| {
            let (w1, w2) = (w.clone(), w.clone());
            let undone: Result<()> = tx.attempt(|tx| {
                note::insert(tx, &note(7))?;
                tx.journal(NewEntry::default());
                tx.after_commit(move || w1.send(Ok(-1)).unwrap());
                Err(Error::other("survived"))
            });
            assert!(undone.is_err());
            tx.after_commit(|| panic!("a bad wake-up hurts nobody"));
            tx.after_commit(move || w2.send(Ok(7)).unwrap());
            Ok::<(), Error>(())
        })
        .unwrap();
        assert_eq!(wait(&rx).unwrap(), 7);
        assert!(rx.try_recv().is_err());
        assert_eq!(db.read(|c| journal::head(c, "")).unwrap().seq, 0);
        assert_eq!(count(db), 1);
    });
}

#[test]
fn a_batch_whose_transaction_was_ended_is_run_again_one_by_one() {
    let dir = TempDir::new();
    let db = Db::open(DbUrl::Sqlite(dir.0.join("x.db"))).unwrap();
    db.write(|tx| make_notes(tx)).unwrap();
    db.write(|tx| note::insert(tx, &note(1000))).unwrap();
    let gate = hold(&db, 1);
    let (answers, rx) = mpsc::channel();
    let woken = Arc::new(AtomicI64::new(0));
    for n in 0..20 {
        let (answers, woken) = (answers.clone(), Arc::clone(&woken));
        db.submit(
            move |tx| {
                let woken = Arc::clone(&woken);
                tx.after_commit(move || {
                    woken.fetch_add(1, Ordering::SeqCst);
                });
                // Number 10 ends everybody's transaction.
                if n == 10 {
                    note::insert_or_end(tx, "n1000")
                } else {
                    note::insert(tx, &note(n))
                }
            },
            move |r: Result<()>| answers.send((n, r)).unwrap(),
        );
    }
    drop(gate);
    for _ in 0..20 {
        let (n, r) = wait(&rx);
        assert_eq!(r.is_err(), n == 10, "{n}: {r:?}");
    }
    assert_eq!(count(&db), 20);
    assert_eq!(woken.load(Ordering::SeqCst), 19);
    // Even one that hides the failure is found out.
    let hidden: Result<()> = db.write(|tx| {
        note::insert(tx, &note(500))?;
        let _ = note::insert_or_end(tx, "n1000");
        Ok(())
    });
    assert_eq!(kind(hidden), ErrorKind::Aborted);
    assert_eq!(count(&db), 20);
}

#[test]
fn a_full_disk_refuses_and_the_next_write_works() {
    let dir = TempDir::new();
    let db = Db::open(DbUrl::Sqlite(dir.0.join("x.db"))).unwrap();
    db.write(|tx| make_notes(tx)).unwrap();
    let limit = |n: i64| move |tx: &mut crate::Tx| testing::raw(tx, &format!("PRAGMA max_page_count = {n}"));
    db.write(limit(1)).unwrap();
    let big = Note {
        title: "x".repeat(1 << 20),
        ..note(1)
    };
    let copy = big.clone();
    assert_eq!(kind(db.write(move |tx| note::insert(tx, &copy))), ErrorKind::Full);
    db.write(limit(1_000_000)).unwrap();
    db.write(move |tx| note::insert(tx, &big)).unwrap();
    assert_eq!(count(&db), 1);
}

#[test]
fn what_was_answered_is_there_after_opening_again() {
    testing::urls_for_both(true, |url| {
        let db = Db::open(url.clone()).unwrap();
        db.write(|tx| make_notes(tx)).unwrap();
        let (answers, rx) = mpsc::channel();
        for n in 0..50 {
            let answers = answers.clone();
            db.submit(
                move |tx| note::insert(tx, &note(n)),
                move |r: Result<()>| answers.send(r).unwrap(),
            );
        }
        // What was accepted is done before the last handle closes it.
        drop(db);
        assert!((0..50).all(|_| wait(&rx).is_ok()));
        let db = Db::open_with(
            url.clone(),
            Options {
                migrate: false,
                ..Options::default()
            },
        )
        .unwrap();
        assert_eq!(count(&db), 50);
    });
}

#[test]
fn a_full_queue_says_so() {
    for_both_with(
        &Options {
            queue: 2,
            writers: 1,
            ..testing::options()
        },
        |db| {
            let gate = hold(db, 1);
            let (answers, rx) = mpsc::channel();
            for _ in 0..3 {
                let answers = answers.clone();
                db.submit(|_| Ok::<(), Error>(()), move |r| answers.send(r).unwrap());
            }
            assert_eq!(kind(wait(&rx)), ErrorKind::Busy);
            drop(gate);
            assert!(wait(&rx).is_ok() && wait(&rx).is_ok());
        },
    );
}

#[test]
fn a_read_sees_one_snapshot_and_readers_work_beside_a_writer() {
    with_notes(|db| {
        let (inside, entered) = mpsc::channel();
        let (go, gate) = mpsc::channel::<()>();
        let gate = Arc::new(std::sync::Mutex::new(gate));
        let (answer, rx) = mpsc::channel();
        db.submit_read(
            move |c| {
                let before = note::count(c)?;
                inside.send(()).unwrap();
                let _ = gate.lock().unwrap().recv();
                Ok::<_, Error>((before, note::count(c)?))
            },
            move |r| answer.send(r).unwrap(),
        );
        wait(&entered);
        db.write(|tx| note::insert(tx, &note(1))).unwrap();
        assert_eq!(count(db), 1, "another reader sees it");
        drop(go);
        assert_eq!(wait(&rx).unwrap(), (0, 0));
    });
}

#[test]
fn the_last_handle_may_go_inside_a_closure() {
    let dir = TempDir::new();
    let done = Arc::new(AtomicBool::new(false));
    let db = Db::open(DbUrl::Sqlite(dir.0.join("x.db"))).unwrap();
    let (handle, flag) = (db.clone(), Arc::clone(&done));
    let (tx, rx) = mpsc::channel();
    let gate = hold(&db, 1);
    db.submit(
        move |_| Ok::<_, Error>(()),
        move |_| {
            drop(handle);
            flag.store(true, Ordering::SeqCst);
            tx.send(()).unwrap();
        },
    );
    std::thread::spawn(move || drop(db));
    drop(gate);
    wait(&rx);
    assert!(done.load(Ordering::SeqCst));
}

#[test]
fn a_copy_is_whole_while_writes_go_on() {
    let dir = TempDir::new();
    let db = Db::open(DbUrl::Sqlite(dir.0.join("x.db"))).unwrap();
    db.write(|tx| make_notes(tx)).unwrap();
    db.write(|tx| (0..50).try_for_each(|n| note::insert(tx, &note(n))))
        .unwrap();
    let to = dir.0.join("copy.db");
    db.copy_to(&to).unwrap();
    db.write(|tx| note::insert(tx, &note(99))).unwrap();
    let copy = Db::open(DbUrl::Sqlite(to)).unwrap();
    assert_eq!((count(&copy), count(&db)), (50, 51));
}
