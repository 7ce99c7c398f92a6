//! The two engines behave the same: values, errors, savepoints, statements with optional parts.

use super::note::{self, Filter, Note, NoteId, note};
use super::{kind, with_notes};
use crate::ErrorKind;
use crate::seam::{Conn, Error, Result};

#[test]
fn values_come_back_as_they_went_in() {
    with_notes(|db| {
        let full = Note {
            title: "厨房水管漏水 🚿 \"quoted\" 'x'".to_owned(),
            number: i64::MIN,
            pinned: true,
            picture: Some(vec![0, 255, 1]),
            extra: Some("{\"a\":[1,null]}".to_owned()),
            done_at: Some(i64::MAX),
            ..note(1)
        };
        let rows = vec![full.clone(), note(2)];
        let kept = rows.clone();
        db.write(move |tx| {
            note::folder(tx, "f")?;
            rows.iter().try_for_each(|r| note::insert(tx, r))
        })
        .unwrap();
        assert_eq!(
            db.read(|c| note::list(
                c,
                &Filter {
                    limit: 10,
                    ..Filter::default()
                }
            ))
            .unwrap(),
            kept
        );
        assert_eq!(db.read(move |c| note::get(c, &full.id)).unwrap().as_ref(), kept.first());
    });
}

#[test]
fn rows_are_counted_and_demanded() {
    with_notes(|db| {
        db.write(|tx| (0..3).try_for_each(|n| note::insert(tx, &note(n))))
            .unwrap();
        db.read(|c| {
            assert_eq!(note::get(c, &NoteId::from("none".to_owned()))?, None);
            assert_eq!(
                kind(note::must_get(c, &NoteId::from("none".to_owned()))),
                ErrorKind::NotFound
            );
            assert_eq!(kind(note::any_two(c)), ErrorKind::Other, "two rows where one was meant");
            assert_eq!(note::ids(c)?, [0, 1, 2].map(|n| note(n).id));
            assert_eq!(
                note::sums(c)?,
                [note::Sums {
                    pinned: false,
                    notes: 3,
                    numbers: Some(3)
                }]
            );
            let mut seen = 0;
            note::every(c, |n| {
                seen += n.number;
                Ok::<(), Error>(())
            })?;
            assert_eq!(seen, 3);
            let stopped: Result<()> = note::every(c, |_| Err(Error::other("enough")));
            assert_eq!(kind(stopped), ErrorKind::Other);
            // A stream that was left early leaves the connection in order.
            assert_eq!(note::count(c)?, 3);
            Ok::<(), Error>(())
        })
        .unwrap();
    });
}

#[test]
fn saving_demands_the_version_that_was_seen() {
    with_notes(|db| {
        db.write(|tx| {
            note::insert(tx, &note(1))?;
            let changed = Note {
                title: "new".to_owned(),
                version: 2,
                ..note(1)
            };
            assert_eq!(note::save(tx, &changed)?, 1);
            assert_eq!(note::save(tx, &changed)?, 0, "somebody was faster");
            note::put(
                tx,
                &Note {
                    title: "put".to_owned(),
                    ..note(1)
                },
            )?;
            assert_eq!(
                note::must_get(tx, &note(1).id)?,
                Note {
                    title: "put".to_owned(),
                    version: 2,
                    ..note(1)
                }
            );
            assert_eq!(note::add_number(tx, &note(1).id, 5)?, 6);
            assert_eq!(
                note::rename(tx, &note(1).id, "renamed")?,
                1,
                "parameters go by their number, not by place"
            );
            assert_eq!(note::must_get(tx, &note(1).id)?.title, "renamed");
            Ok::<(), Error>(())
        })
        .unwrap();
    });
}

#[test]
fn errors_have_the_same_kind_and_name_on_both() {
    with_notes(|db| {
        let unique = |constraint: &str| ErrorKind::Unique {
            constraint: constraint.to_owned(),
        };
        db.write(|tx| {
            note::folder(tx, "f")?;
            note::insert(
                tx,
                &Note {
                    folder_id: Some("f".to_owned()),
                    pinned: true,
                    ..note(1)
                },
            )
        })
        .unwrap();
        let failed = |f: fn(&mut Conn) -> Result<()>| kind(db.write(move |tx| f(tx)));
        assert_eq!(failed(|c| note::insert(c, &note(1))), unique("note_pkey"));
        assert_eq!(
            failed(|c| note::insert(
                c,
                &Note {
                    folder_id: Some("f".to_owned()),
                    number: 1,
                    ..note(2)
                }
            )),
            unique("note_folder_id_number_key")
        );
        assert_eq!(
            failed(|c| note::insert(
                c,
                &Note {
                    title: "title 1".to_owned(),
                    pinned: true,
                    ..note(2)
                }
            )),
            unique("note_pinned_title")
        );
        assert_eq!(
            failed(|c| note::insert(
                c,
                &Note {
                    folder_id: Some("none".to_owned()),
                    ..note(2)
                }
            )),
            ErrorKind::ForeignKey
        );
        assert_eq!(failed(|c| note::drop_folder(c, "f").map(|_| ())), ErrorKind::ForeignKey);
        assert_eq!(
            failed(|c| note::insert(
                c,
                &Note {
                    title: "forbidden".to_owned(),
                    ..note(2)
                }
            )),
            ErrorKind::Check
        );
        assert_eq!(
            failed(|c| note::insert(
                c,
                &Note {
                    extra: Some("{".to_owned()),
                    ..note(2)
                }
            )),
            ErrorKind::Check
        );
        assert_eq!(
            failed(|c| note::insert(
                c,
                &Note {
                    title: "a\0b".to_owned(),
                    ..note(2)
                }
            )),
            ErrorKind::Check
        );
        assert_eq!(kind(db.read(|c| note::insert(c, &note(2)))), ErrorKind::ReadOnly);
        assert!(
            db.write(|tx| note::folder(tx, "f"))
                .unwrap_err()
                .is_unique("folder_pkey")
        );
    });
}

#[test]
fn a_savepoint_undoes_its_part_and_a_swallowed_error_undoes_all() {
    with_notes(|db| {
        db.write(|tx| {
            note::insert(tx, &note(1))?;
            let inner: Result<()> = tx.tx(|c| {
                note::insert(c, &note(2))?;
                let innermost: Result<()> = c.tx(|c| note::insert(c, &note(1)));
                assert!(innermost.is_err());
                note::insert(c, &note(3))?;
                Err(Error::other("changed my mind"))
            });
            assert!(inner.is_err());
            note::insert(tx, &note(4))
        })
        .unwrap();
        assert_eq!(db.read(note::ids).unwrap(), [1, 4].map(|n| note(n).id));

        // PostgreSQL refuses to go on after a failed statement; so does SQLite here.
        let swallowed: Result<()> = db.write(|tx| {
            note::insert(tx, &note(5))?;
            assert!(note::insert(tx, &note(1)).is_err());
            assert_eq!(kind(note::count(tx)), ErrorKind::Aborted);
            Ok(())
        });
        assert_eq!(kind(swallowed), ErrorKind::Aborted);
        assert_eq!(super::count(db), 2);
    });
}

#[test]
fn optional_filters_find_what_they_say() {
    with_notes(|db| {
        db.write(|tx| {
            (1..=9).try_for_each(|n| {
                note::insert(
                    tx,
                    &Note {
                        pinned: n % 2 == 0,
                        ..note(n)
                    },
                )
            })?;
            note::insert(
                tx,
                &Note {
                    title: "Title X".to_owned(),
                    ..note(10)
                },
            )
        })
        .unwrap();
        let found = |f: Filter| -> Vec<i64> {
            let f = Filter { limit: 100, ..f };
            db.read(move |c| note::list(c, &f))
                .unwrap()
                .iter()
                .map(|n| n.number)
                .collect()
        };
        assert_eq!(found(Filter::default()).len(), 10);
        assert_eq!(
            found(Filter {
                pinned: true,
                ..Filter::default()
            }),
            [2, 4, 6, 8]
        );
        assert_eq!(
            found(Filter {
                numbers: vec![3, 1, 8],
                ..Filter::default()
            }),
            [1, 3, 8]
        );
        assert_eq!(
            found(Filter {
                numbers: (3..=8).collect(),
                pinned: true,
                ..Filter::default()
            }),
            [4, 6, 8]
        );
        assert_eq!(
            found(Filter {
                after: Some((8, note(8).id)),
                ..Filter::default()
            }),
            [9, 10]
        );
        // LIKE tells upper from lower case on both.
        assert_eq!(
            found(Filter {
                title: Some("Title%".to_owned()),
                ..Filter::default()
            }),
            [10]
        );
    });
}

#[test]
fn texts_are_sorted_by_their_bytes() {
    with_notes(|db| {
        let ids = ["a", "B", "_", "10", "9", "ä", "楼", "Z", "一"];
        db.write(move |tx| {
            ids.iter().zip(0..).try_for_each(|(id, n)| {
                note::insert(
                    tx,
                    &Note {
                        id: NoteId::from((*id).to_owned()),
                        ..note(n)
                    },
                )
            })
        })
        .unwrap();
        let mut want = ids.to_vec();
        want.sort_unstable();
        let got = db.read(note::ids).unwrap();
        assert_eq!(got.iter().map(NoteId::as_str).collect::<Vec<_>>(), want);
    });
}
