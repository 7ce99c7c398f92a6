//! The schema is the same on both engines, and comes to be in order.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::kind;
use crate::migrate::{MIGRATIONS, applied, translate};
use crate::seam::{Conn, Result, row};
use crate::testing::{for_both, raw, urls_for_both};
use crate::{Db, ErrorKind, Options};

#[test]
fn the_list_is_the_folder() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut files: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut listed = vec![
        "0001_search.postgres.sql".to_owned(),
        "0001_search.sqlite.sql".to_owned(),
    ];
    listed.extend(MIGRATIONS.iter().map(|m| format!("{}.sql", m.name)));
    listed.sort();
    assert_eq!(listed, files);
    assert!(
        MIGRATIONS.windows(2).all(|w| w[0].version < w[1].version),
        "in order, each number once"
    );
    for m in MIGRATIONS {
        assert!(m.name.starts_with(&format!("{:04}_", m.version)), "{}", m.name);
        for word in [
            "DEFERR",
            "AUTOINCREMENT",
            "SERIAL",
            "VARCHAR",
            " INTEGER",
            "TIMESTAMP",
            "NUMERIC",
        ] {
            assert!(!m.sql.to_uppercase().contains(word), "{} has {word}", m.name);
        }
    }
}

#[test]
fn the_words_of_the_common_text_are_translated() {
    let text = "-- TEXT in a comment; stays\nCREATE TABLE t (id TEXT PRIMARY KEY, b BOOLEAN NOT NULL DEFAULT FALSE,\n n BIGINT, \
                raw BYTEA, doc JSON NOT NULL, kind TEXT CHECK (kind IN ('TEXT; x', 'a')));\nCREATE INDEX i ON t (CAST(n AS TEXT));\n";
    assert_eq!(
        translate(text, true),
        "-- TEXT in a comment; stays\nCREATE TABLE t (id TEXT PRIMARY KEY, b INTEGER CHECK (b IN (0, 1)) NOT NULL DEFAULT FALSE,\n \
         n INTEGER, raw BLOB, doc TEXT CHECK (json_valid(doc)) NOT NULL, kind TEXT CHECK (kind IN ('TEXT; x', 'a'))) STRICT;\n\
         CREATE INDEX i ON t (CAST(n AS TEXT));\n"
    );
    let pg = translate(text, false);
    assert!(
        pg.contains("id TEXT COLLATE \"C\" PRIMARY KEY, b BOOLEAN NOT NULL DEFAULT FALSE"),
        "{pg}"
    );
    assert!(
        pg.contains("CAST(n AS TEXT)") && pg.contains("'TEXT; x'") && !pg.contains("STRICT"),
        "{pg}"
    );
}

#[test]
fn opening_again_changes_nothing_and_strangers_are_refused() {
    urls_for_both(false, |url| {
        let cold = Options {
            migrate: false,
            ..Options::default()
        };
        assert_eq!(
            kind(Db::open_with(url.clone(), cold.clone()).map(|_| ())),
            ErrorKind::Other,
            "no schema yet"
        );
        let open = || Db::open(url.clone());
        let first = open().unwrap().read(applied).unwrap();
        assert_eq!(
            first.iter().map(|a| a.version).collect::<Vec<_>>(),
            MIGRATIONS.iter().map(|m| m.version).collect::<Vec<_>>()
        );
        assert!(first.iter().all(|a| a.applied_at > 1_700_000_000_000), "milliseconds");
        assert_eq!(open().unwrap().read(applied).unwrap(), first);
        assert!(Db::open_with(url.clone(), cold.clone()).is_ok());

        let insert = "INSERT INTO schema_migration VALUES (9999, '9999_future', 'x', 0)";
        open().unwrap().write(move |tx| raw(tx, insert)).unwrap();
        assert_eq!(kind(open().map(|_| ())), ErrorKind::TooNew);
        assert_eq!(kind(Db::open_with(url.clone(), cold).map(|_| ())), ErrorKind::TooNew);
    });
    urls_for_both(true, |url| {
        Db::open(url.clone())
            .unwrap()
            .write(|tx| raw(tx, "UPDATE schema_migration SET checksum = 'y'"))
            .unwrap();
        assert_eq!(
            kind(Db::open(url.clone()).map(|_| ())),
            ErrorKind::Other,
            "a changed migration"
        );
    });
}

#[test]
fn several_programs_may_start_at_once() {
    urls_for_both(false, |url| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let url = url.clone();
                std::thread::spawn(move || Db::open(url).map(|_| ()))
            })
            .collect();
        for t in threads {
            t.join().unwrap().unwrap();
        }
    });
}

row! { struct Line { table_name: String, item: String, detail: String } }

/// Tables, columns, indexes and references of a database, as comparable lines.
fn schema(conn: &mut Conn) -> Result<BTreeMap<String, Vec<String>>> {
    let lite = conn.is_lite();
    let columns = if lite {
        "SELECT t.name AS table_name, 'column ' || c.name AS item,
           CASE c.type WHEN 'INTEGER' THEN 'number' WHEN 'BLOB' THEN 'bytes' ELSE 'text' END
           || CASE WHEN c.\"notnull\" <> 0 OR c.pk > 0 THEN ' not null' ELSE '' END AS detail
         FROM pragma_table_list t JOIN pragma_table_info(t.name) c
         WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE 'search_fts%'"
    } else {
        "SELECT CAST(c.relname AS TEXT) AS table_name, 'column ' || a.attname AS item,
           CASE format_type(a.atttypid, NULL) WHEN 'bigint' THEN 'number' WHEN 'boolean' THEN 'number' WHEN 'bytea' THEN 'bytes'
             WHEN 'text' THEN 'text' ELSE format_type(a.atttypid, NULL) END
           || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END AS detail
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE c.relkind = 'r' AND c.relnamespace = CAST('public' AS regnamespace) AND a.attname <> 'words'"
    };
    let indexes = if lite {
        "SELECT t.name AS table_name, CASE i.origin WHEN 'c' THEN 'index ' || i.name ELSE 'key' END AS item,
           (SELECT group_concat(COALESCE(x.name, '?'), ' ') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno) x)
           || CASE WHEN i.\"unique\" <> 0 THEN ' unique' ELSE '' END || CASE WHEN i.partial <> 0 THEN ' partial' ELSE '' END AS detail
         FROM pragma_table_list t JOIN pragma_index_list(t.name) i
         WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE 'search_fts%'
         UNION ALL
         SELECT t.name, 'key', c.name || ' unique' FROM pragma_table_list t JOIN pragma_table_info(t.name) c
         WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'search_fts%' AND c.pk = 1 AND c.type = 'INTEGER'
           AND NOT EXISTS (SELECT 1 FROM pragma_table_info(t.name) p WHERE p.pk > 1)"
    } else {
        "SELECT CAST(t.relname AS TEXT) AS table_name,
           CASE WHEN k.oid IS NULL THEN 'index ' || i.relname ELSE 'key' END AS item,
           (SELECT string_agg(COALESCE(CAST(a.attname AS TEXT), '?'), ' ' ORDER BY n.ord)
            FROM unnest(CAST(x.indkey AS int2[])) WITH ORDINALITY n (num, ord)
            LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = n.num AND n.num > 0)
           || CASE WHEN x.indisunique THEN ' unique' ELSE '' END
           || CASE WHEN x.indpred IS NOT NULL THEN ' partial' ELSE '' END AS detail
         FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
         LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.contype IN ('p', 'u')
         WHERE t.relnamespace = CAST('public' AS regnamespace) AND i.relname <> 'search_doc_words'"
    };
    let references = if lite {
        "SELECT t.name AS table_name, 'reference' AS item,
           f.\"from\" || ' to ' || f.\"table\" || ' ' || f.\"to\" || ' ' || f.on_delete AS detail
         FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name) f WHERE t.schema = 'main'"
    } else {
        "SELECT CAST(t.relname AS TEXT) AS table_name, 'reference' AS item,
           a.attname || ' to ' || r.relname || ' ' || b.attname || ' ' || CASE k.confdeltype WHEN 'a' THEN 'NO ACTION'
             WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE CAST(k.confdeltype AS TEXT) END AS detail
         FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid
         JOIN LATERAL unnest(k.conkey, k.confkey) n (from_num, to_num) ON TRUE
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = n.from_num
         JOIN pg_attribute b ON b.attrelid = r.oid AND b.attnum = n.to_num
         WHERE k.contype = 'f' AND t.relnamespace = CAST('public' AS regnamespace)"
    };
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for sql in [columns, indexes, references] {
        for l in conn.sql_all::<Line>(sql, &[])? {
            out.entry(l.table_name)
                .or_default()
                .push(format!("{}: {}", l.item, l.detail));
        }
    }
    out.values_mut().for_each(|lines| lines.sort());
    Ok(out)
}

#[test]
fn both_schemas_are_the_same() {
    let found = std::sync::Mutex::new(Vec::new());
    for_both(|db| found.lock().unwrap().push(db.read(schema).unwrap()));
    let found = found.into_inner().unwrap();
    let (lite, pg) = (&found[0], &found[1]);
    assert_eq!(lite.keys().collect::<Vec<_>>(), pg.keys().collect::<Vec<_>>());
    assert!(
        lite.contains_key("journal") && lite["journal"].len() > 15,
        "{:?}",
        lite["journal"]
    );
    for (table, lines) in lite {
        assert_eq!(lines, &pg[table], "{table}: SQLite, then PostgreSQL");
    }
}

#[test]
fn sqlite_checks_types() {
    for_both(|db| {
        let sql = "SELECT COUNT(*) FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND strict = 0
                   AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_fts%'";
        if db.is_lite() {
            assert_eq!(
                db.read(move |c| c.sql_opt::<i64>(sql, &[])).unwrap(),
                Some(0),
                "tables that are not STRICT"
            );
        }
    });
}
