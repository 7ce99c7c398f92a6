//! The chain is gapless, names what was tampered with, and outlives the erasure of personal values.

use serde_json::json;

use super::note::{self, note};
use super::with_notes;
use crate::Db;
use crate::journal::{self, Broken, COMPANY, NewEntry, VerifyReport};
use crate::seam::{Error, Result};
use crate::testing::{for_both, raw};

fn entry(site: &str, n: i64) -> NewEntry {
    NewEntry {
        site_id: site.to_owned(),
        event_id: format!("event-{site}-{n}"),
        happened_at: 1_000 + n,
        recorded_at: 2_000 + n,
        actor_kind: "staff".to_owned(),
        actor_id: "s1".to_owned(),
        via: "web".to_owned(),
        subject_kind: "case".to_owned(),
        subject_id: format!("c{}", n % 3),
        case_id: (n % 2 == 0).then(|| format!("c{}", n % 3)),
        kind: "registered".to_owned(),
        body: json!({ "name": "张晓明", "phone": "13800000000", "item": "水管", "n": n }),
        secret: format!("{n:032x}"),
        ..NewEntry::default()
    }
    .personal(&["name", "phone", "absent"], "person", "p1")
}

fn fill(db: &Db, site: &'static str, n: i64) {
    for i in 0..n {
        db.write(move |tx| {
            tx.journal(entry(site, i));
            Ok::<(), Error>(())
        })
        .unwrap();
    }
}

fn verify(db: &Db, site: &str) -> VerifyReport {
    journal::verify(db, site).unwrap()
}

#[test]
fn entries_are_numbered_in_order_and_read_back() {
    for_both(|db| {
        db.write(|tx| {
            tx.journal(entry("a", 0));
            tx.journal(entry("b", 0));
            tx.journal(NewEntry {
                ip: Some("10.0.0.9".to_owned()),
                ..entry("a", 1)
            });
            tx.journal(NewEntry {
                site_id: String::new(),
                ..entry("x", 0)
            });
            Ok::<(), Error>(())
        })
        .unwrap();
        db.write(|tx| {
            (0..5).for_each(|n| {
                tx.journal(NewEntry {
                    event_id: format!("later-{n}"),
                    ..entry("b", n)
                })
            });
            Ok::<(), Error>(())
        })
        .unwrap();
        db.read(|c| {
            assert_eq!(journal::sites(c)?, ["a", "b", COMPANY]);
            let a = journal::since(c, "a", 0, 10)?;
            assert_eq!(a.iter().map(|e| e.seq).collect::<Vec<_>>(), [1, 2]);
            assert_eq!(
                a[0].body,
                json!({ "name": "张晓明", "phone": "13800000000", "item": "水管", "n": 0 })
            );
            assert_eq!((a[0].ip.as_deref(), a[1].ip.as_deref()), (None, Some("10.0.0.9")));
            assert_eq!(
                (a[1].happened_at, a[1].recorded_at, a[1].case_id.as_deref()),
                (1_001, 2_001, None)
            );
            assert_eq!(journal::since(c, "", 0, 10)?.len(), 1);
            assert_eq!(journal::since(c, "b", 4, 1)?[0].seq, 5);
            assert_eq!(journal::get(c, "b", 6)?.unwrap().seq, 6);
            assert_eq!(journal::get(c, "b", 7)?, None);
            let seqs = |v: Vec<journal::Entry>| v.iter().map(|e| e.seq).collect::<Vec<_>>();
            // b: numbers 0, then 0 to 4.
            assert_eq!(
                seqs(journal::for_subject(c, "b", "case", "c0", i64::MAX, 10)?),
                [5, 2, 1]
            );
            assert_eq!(seqs(journal::for_subject(c, "b", "case", "c0", 5, 1)?), [2]);
            assert_eq!(seqs(journal::for_case(c, "b", "c0", i64::MAX, 10)?), [2, 1]);
            assert_eq!(journal::for_case(c, "b", "c0", 3, 1)?[0].body["name"], "张晓明");
            assert_eq!(journal::head(c, "b")?.hash, journal::since(c, "b", 5, 1)?[0].hash);
            Ok::<(), Error>(())
        })
        .unwrap();
        for (site, n) in [("a", 2), ("b", 6), ("company", 1), ("", 1), ("none", 0)] {
            let r = verify(db, site);
            assert_eq!((r.checked, r.first_broken), (n, None), "{site}");
        }
    });
}

#[test]
fn no_personal_value_stands_in_an_entry() {
    for_both(|db| {
        db.write(|tx| {
            tx.journal(NewEntry {
                ip: Some("10.0.0.9".to_owned()),
                ..entry("a", 0)
            });
            Ok::<(), Error>(())
        })
        .unwrap();
        let body = db
            .read(|c| c.sql_opt::<String>("SELECT body FROM journal", &[]))
            .unwrap()
            .unwrap();
        for value in ["张晓明", "13800000000", "10.0.0.9"] {
            assert!(!body.contains(value), "{body}");
        }
        assert!(body.contains("水管"));
        let refused = db.write(|tx| {
            tx.journal(NewEntry {
                secret: String::new(),
                ..entry("a", 1)
            });
            Ok::<(), Error>(())
        });
        assert!(refused.is_err(), "no salt, no entry");
    });
}

#[test]
fn erased_values_are_gone_and_the_chain_holds() {
    for_both(|db| {
        fill(db, "a", 3);
        assert_eq!(
            db.write(|tx| journal::erase_owner(tx, 9_999, "person", "p2")).unwrap(),
            0
        );
        assert_eq!(db.write(|tx| journal::erase_entry(tx, 9_999, "a", 2)).unwrap(), 2);
        assert_eq!(
            db.write(|tx| journal::erase_owner(tx, 9_999, "person", "p1")).unwrap(),
            4
        );
        let entries = db.read(|c| journal::since(c, "a", 0, 10)).unwrap();
        assert_eq!(
            entries[1].body,
            json!({ "name": { "erased": true }, "phone": { "erased": true }, "item": "水管", "n": 1 })
        );
        let left = "SELECT COUNT(*) FROM personal_value WHERE value IS NOT NULL OR salt IS NOT NULL";
        assert_eq!(db.read(|c| c.sql_opt::<i64>(left, &[])).unwrap(), Some(0));
        assert_eq!(verify(db, "a").first_broken, None);
    });
}

#[test]
fn what_was_tampered_with_is_named() {
    let tampered: [(&str, i64, &str); 10] = [
        ("UPDATE journal SET body = '{\"item\":\"x\"}' WHERE seq = 5", 5, "hash"),
        (
            "UPDATE journal SET happened_at = happened_at + 1 WHERE seq = 5",
            5,
            "hash",
        ),
        ("UPDATE journal SET case_id = '' WHERE seq = 4", 4, "hash"),
        ("UPDATE journal SET actor_id = 's2' WHERE seq IN (7, 9)", 7, "hash"),
        ("UPDATE journal SET hash = '0' WHERE seq = 3", 3, "hash"),
        ("UPDATE journal SET prev_hash = '0' WHERE seq = 3", 3, "chain"),
        ("DELETE FROM journal WHERE seq = 6", 6, "missing"),
        ("DELETE FROM journal WHERE seq = 10", 10, "missing"),
        (
            "UPDATE personal_value SET value = '\"李\"' WHERE journal_seq = 8 AND field = 'name'",
            8,
            "personal_value",
        ),
        ("DELETE FROM personal_value WHERE journal_seq = 2", 2, "personal_value"),
    ];
    for_both(|db| {
        fill(db, "a", 10);
        assert_eq!(verify(db, "a").first_broken, None);
        for (sql, seq, why) in tampered {
            // Put back by hand: each break starts from a whole chain.
            let copy = "CREATE TEMPORARY TABLE j AS SELECT * FROM journal; CREATE TEMPORARY TABLE p AS SELECT * FROM personal_value";
            let back = "DELETE FROM journal; INSERT INTO journal SELECT * FROM j; DROP TABLE j; \
                        DELETE FROM personal_value; INSERT INTO personal_value SELECT * FROM p; DROP TABLE p";
            // Temporary tables belong to a connection, so plain ones are used.
            let (copy, back) = (copy.replace("TEMPORARY ", ""), back.to_owned());
            db.write(move |tx| raw(tx, &copy)).unwrap();
            db.write(move |tx| raw(tx, sql)).unwrap();
            let r = verify(db, "a");
            assert_eq!(r.first_broken, Some(Broken { seq, why }), "{sql}");
            assert_eq!(r.checked, seq - 1, "{sql}");
            db.write(move |tx| raw(tx, &back)).unwrap();
        }
        db.write(|tx| raw(tx, "UPDATE site_head SET hash = '0'")).unwrap();
        assert_eq!(verify(db, "a").first_broken, Some(Broken { seq: 10, why: "head" }));
        db.write(|tx| raw(tx, "DELETE FROM site_head")).unwrap();
        assert_eq!(verify(db, "a").first_broken, Some(Broken { seq: 1, why: "head" }));
        assert_eq!(db.read(journal::sites).unwrap(), ["a"]);
        db.write(|tx| {
            raw(
                tx,
                "INSERT INTO site_head SELECT site_id, seq, hash FROM journal WHERE seq = 8",
            )
        })
        .unwrap();
        assert_eq!(verify(db, "a").first_broken, Some(Broken { seq: 9, why: "head" }));
        // The last entry taken away together with the head cannot be seen from inside: backups and printed heads can.
        db.write(|tx| raw(tx, "DELETE FROM journal WHERE seq = 10")).unwrap();
        db.write(|tx| {
            raw(
                tx,
                "UPDATE site_head SET seq = 9, hash = (SELECT hash FROM journal WHERE seq = 9)",
            )
        })
        .unwrap();
        assert_eq!(verify(db, "a").checked, 9);
    });
}

#[test]
fn long_chains_are_read_in_slices() {
    for_both(|db| {
        db.write(|tx| {
            (0..4_100).for_each(|n| {
                tx.journal(NewEntry {
                    body: json!({}),
                    ..entry("a", n)
                })
            });
            Ok::<(), Error>(())
        })
        .unwrap();
        let r = verify(db, "a");
        assert_eq!((r.checked, r.head.seq, r.first_broken), (4_100, 4_100, None));
        db.write(|tx| raw(tx, "UPDATE journal SET kind = '' WHERE seq = 4000"))
            .unwrap();
        assert_eq!(
            verify(db, "a").first_broken,
            Some(Broken {
                seq: 4_000,
                why: "hash"
            })
        );
    });
}

#[test]
fn many_writers_leave_no_gap() {
    with_notes(|db| {
        let threads: Vec<_> = (0..8)
            .map(|t| {
                let db = db.clone();
                std::thread::spawn(move || {
                    for i in 0..25 {
                        let r: Result<()> = db.write(move |tx| {
                            note::insert(tx, &note(t * 100 + i))?;
                            tx.journal(entry("a", t * 100 + i));
                            if i % 3 == 0 {
                                tx.journal(entry("b", t * 100 + i));
                                tx.journal(NewEntry {
                                    event_id: format!("second-{t}-{i}"),
                                    ..entry("a", i)
                                });
                            }
                            if i % 5 == 4 {
                                Err(Error::other("refused"))
                            } else {
                                Ok(())
                            }
                        });
                        assert_eq!(r.is_err(), i % 5 == 4);
                    }
                })
            })
            .collect();
        for t in threads {
            t.join().unwrap();
        }
        // Of 25 each, 5 are refused; of the other 20, those divisible by 3 write two more.
        let double = (0..25).filter(|i| i % 5 != 4 && i % 3 == 0).count() as i64;
        for (site, n) in [("a", 8 * (20 + double)), ("b", 8 * double)] {
            let r = verify(db, site);
            assert_eq!((r.checked, r.head.seq, r.first_broken), (n, n, None), "{site}");
        }
        assert_eq!(super::count(db), 8 * 20);
    });
}
