//! The whole database as text, and back into either engine.

use std::collections::BTreeMap;

use crate::dump::{self, Contents};
use crate::journal::NewEntry;
use crate::migrate;
use crate::seam::{Conn, Result, row};
use crate::testing::{PgDatabase, TempDir, for_both, raw};
use crate::{Db, DbUrl, Error};

row! { struct Name { name: String } }

fn names(c: &mut Conn, sql: &str) -> Vec<String> {
    c.sql_all::<Name>(sql, &[])
        .unwrap()
        .into_iter()
        .map(|n| n.name)
        .collect()
}

#[test]
fn the_declared_tables_are_the_schema() {
    for_both(|db| {
        db.write(|tx| {
            for t in migrate::tables(i64::MAX) {
                let columns: Vec<String> = t.columns.iter().map(|(c, _)| c.clone()).collect();
                let sql = if tx.is_lite() {
                    format!("SELECT name FROM pragma_table_info('{}') ORDER BY cid", t.name)
                } else {
                    format!(
                        "SELECT CAST(column_name AS TEXT) AS name FROM information_schema.columns WHERE table_name = '{}' \
                         AND data_type <> 'tsvector' ORDER BY ordinal_position",
                        t.name
                    )
                };
                assert_eq!(names(tx, &sql), columns, "{}", t.name);
                assert!(!t.key.is_empty() && t.key.iter().all(|k| columns.contains(k)), "{}: {:?}", t.name, t.key);
            }
            let all = if tx.is_lite() {
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search_fts%' AND name NOT LIKE 'sqlite%' \
                 AND name <> 'schema_migration' ORDER BY name"
            } else {
                "SELECT CAST(table_name AS TEXT) AS name FROM information_schema.tables WHERE table_schema = 'public' \
                 AND table_name <> 'schema_migration' ORDER BY 1"
            };
            let mut declared: Vec<String> = migrate::tables(i64::MAX).into_iter().map(|t| t.name).collect();
            declared.sort();
            let mut real = names(tx, all);
            real.sort();
            assert_eq!(real, declared);
            Ok::<_, Error>(())
        })
        .unwrap();
    });
}

/// A company, people that refer to each other against the order of their ids, a journal and an index.
fn fill(db: &Db) {
    db.write(|tx| {
        raw(
            tx,
            "INSERT INTO company (id, name, name_en, created_at) VALUES ('c1', '恒泽 \"物业\"', '', -5);
             INSERT INTO site (id, company_id, name, name_en, center_name, center_name_en, zone, address, hotline, complaint_phone,
               settings, version, created_at) VALUES ('s1', 'c1', '滨江', '', '', '', 'UTC', 'a\\b', '', '', '{}', 1, 1);
             INSERT INTO department (id, site_id, code, kind, name, name_en, phone, duties, duties_en, position, active, version)
               VALUES ('d1', 's1', 'x', 'own', '工程', '', '', '', '', 0, FALSE, 1), ('d2', 's1', 'y', 'own', '客服', '', '', '', '', 1, TRUE, 1);
             INSERT INTO person (id, site_id, name, gender, birth_year, id_number, preference, care_note, external_key, merged_into,
               created_at, version) VALUES ('p2', 's1', '李', '', NULL, '', '', '', NULL, NULL, 1, 1);
             INSERT INTO person (id, site_id, name, gender, birth_year, id_number, preference, care_note, external_key, merged_into,
               created_at, version) VALUES ('p1', 's1', '周', '', 1980, '', '', '', 'k', 'p2', 1, 1);",
        )?;
        tx.journal(NewEntry {
            site_id: "s1".into(),
            event_id: "e1".into(),
            actor_kind: "system".into(),
            subject_kind: "person".into(),
            subject_id: "p1".into(),
            kind: "made".into(),
            body: serde_json::json!({"name": "周", "n": 7}),
            secret: "0123456789abcdef0123456789abcdef".into(),
            ..NewEntry::default()
        }.personal(&["name"], "person", "p1"));
        for (id, words) in [("p1", "zhou 周"), ("p2", "li 李 李明")] {
            let tokens: Vec<String> = words.split(' ').map(str::to_owned).collect();
            crate::search::put(tx, "s1", "person", id, 1000, &tokens)?;
        }
        // Replaced words must not come back.
        crate::search::put(tx, "s1", "person", "p1", 1000, &["wang".to_owned()])
    })
    .unwrap();
}

fn taken(db: &Db) -> (Contents, Vec<(String, String)>) {
    let mut lines = Vec::new();
    let contents = dump::read(db.url(), |t, l| {
        lines.push((t.to_owned(), l.to_owned()));
        Ok(())
    })
    .unwrap();
    (contents, lines)
}

fn put_back(url: &DbUrl, want: &Contents, lines: &[(String, String)]) -> Result<()> {
    let mut all = lines.iter().cloned();
    dump::write(url, want, || Ok(all.next()))
}

fn hits(db: &Db, word: &str) -> usize {
    let word = word.to_owned();
    db.read(move |c| {
        let tokens = [word.clone()];
        let q = crate::search::Query {
            site: "s1",
            kinds: &["person"],
            tokens: &tokens,
            prefix: false,
            before: None,
            limit: 9,
        };
        Ok::<_, Error>(crate::search::find(c, &q)?.len())
    })
    .unwrap()
}

#[test]
fn from_each_engine_into_each() {
    let mut seen: Vec<BTreeMap<String, dump::Sum>> = Vec::new();
    let seen_cell = std::cell::RefCell::new(&mut seen);
    for_both(|db| {
        fill(db);
        let (contents, lines) = taken(db);
        seen_cell.borrow_mut().push(contents.tables.clone());
        assert_eq!(contents.tables["person"].rows, 2);
        assert_eq!(contents.tables["search_words"].rows, 2);
        let dir = TempDir::new();
        let pg = PgDatabase::new(false);
        for url in [DbUrl::Sqlite(dir.0.join("new.db")), DbUrl::Postgres(pg.url.clone())] {
            put_back(&url, &contents, &lines).unwrap();
            let again = put_back(&url, &contents, &lines).unwrap_err();
            assert!(
                again.to_string().contains("not empty") || format!("{again:?}").contains("not empty"),
                "{again:?}"
            );
            let new = Db::open(url).unwrap();
            assert_eq!(taken(&new).0, contents);
            assert!(crate::journal::verify(&new, "s1").unwrap().first_broken.is_none());
            assert_eq!((hits(&new, "zhou"), hits(&new, "wang"), hits(&new, "李")), (0, 1, 1));
            // The rules between tables are back.
            let broken = new.write(|tx| {
                raw(
                    tx,
                    "INSERT INTO on_duty (staff_id, site_id, since) VALUES ('nobody', 's1', 1)",
                )
            });
            assert!(broken.is_err());
            assert!(dump::integrity(new.url()).unwrap().is_empty());
        }
    });
    // The engines agree about every line, except when the journal's and index's instants differ: here they do not.
    assert_eq!(seen[0], seen[1]);
}

#[test]
fn what_was_changed_is_not_taken() {
    for_both(|db| {
        fill(db);
        let (contents, lines) = taken(db);
        let dir = TempDir::new();
        let cases: [(&str, fn(&mut Vec<(String, String)>)); 4] = [
            ("a row is missing", |l| {
                l.remove(0);
            }),
            ("a value is another", |l| {
                l.iter_mut().for_each(|x| x.1 = x.1.replace("恒泽", "别人"))
            }),
            ("a row refers to nothing", |l| l.retain(|(t, _)| t != "company")),
            ("no JSON", |l| l[0].1 = "[".into()),
        ];
        for (i, (what, change)) in cases.into_iter().enumerate() {
            let mut changed = lines.clone();
            change(&mut changed);
            assert_ne!(changed, lines);
            let url = DbUrl::Sqlite(dir.0.join(format!("{i}.db")));
            assert!(put_back(&url, &contents, &changed).is_err(), "{what}");
            // Nothing is left behind: the place can be used.
            put_back(&url, &contents, &lines).unwrap();
        }
    });
}
