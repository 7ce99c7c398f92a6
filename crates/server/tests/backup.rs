//! The built program: a backup while others write, put back into either engine, and what is refused.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of a test fail by panicking, as the test does"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use store::testing::{PgDatabase, TempDir};
use store::{Db, DbUrl, Error, Options};

fn sansheng(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sansheng"))
        .args(args)
        .env("SANSHENG_LOG", "warn")
        .output()
        .unwrap()
}

fn text(o: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&o.stdout),
        String::from_utf8_lossy(&o.stderr)
    )
}

fn ok(args: &[&str]) -> String {
    let o = sansheng(args);
    assert!(o.status.success(), "{args:?}: {}", text(&o));
    text(&o)
}

fn s(p: &Path) -> &str {
    p.to_str().unwrap()
}

/// A small estate, a stored file and its record.
fn estate(dir: &Path, database: Option<&str>) -> Vec<String> {
    let mut place = vec!["--data".to_owned(), s(dir).to_owned()];
    place.extend(database.iter().flat_map(|u| ["--database".to_owned(), (*u).to_owned()]));
    let mut args = vec!["demo", "--households", "40", "--days", "20"];
    args.extend(place.iter().map(String::as_str));
    ok(&args);
    let bytes = b"a picture";
    let hash = app::files::Files::open(&dir.join("files")).unwrap().put(bytes).unwrap();
    let db = Db::open(url(dir, database)).unwrap();
    db.write(move |tx| {
        let sql = format!("INSERT INTO file (hash, size, mime, created_at) VALUES ('{hash}', 9, 'image/png', 1)");
        store::testing::raw(tx, &sql)
    })
    .unwrap();
    place
}

fn url(dir: &Path, database: Option<&str>) -> DbUrl {
    database.map_or_else(|| DbUrl::Sqlite(dir.join("sansheng.db")), |u| u.parse().unwrap())
}

fn with<'a>(command: &[&'a str], place: &'a [String]) -> Vec<&'a str> {
    command
        .iter()
        .copied()
        .chain(place.iter().map(String::as_str))
        .collect()
}

/// Writes to the database until told to stop; how often it did.
fn writing(url: DbUrl, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<u64> {
    std::thread::spawn(move || {
        let db = Db::open_with(
            url,
            Options {
                readers: 1,
                writers: 1,
                ..Options::default()
            },
        )
        .unwrap();
        let n = Arc::new(AtomicU64::new(0));
        while !stop.load(Ordering::Relaxed) {
            let i = n.fetch_add(1, Ordering::Relaxed);
            db.write(move |tx| {
                let key = format!("k{i}");
                store::account::idempotent_put(tx, "staff:x", &key, "h", "{}", 1)?;
                tx.journal(store::journal::NewEntry {
                    event_id: format!("e{i}"),
                    actor_kind: "system".into(),
                    subject_kind: "test".into(),
                    subject_id: key,
                    kind: "written".into(),
                    body: serde_json::json!({"i": i}),
                    ..Default::default()
                });
                Ok::<_, Error>(())
            })
            .unwrap();
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        n.load(Ordering::Relaxed)
    })
}

fn round(database: Option<&str>) {
    let tmp = TempDir::new();
    let dir = tmp.0.join("data");
    let place = estate(&dir, database);
    let tar = tmp.0.join("all.tar");
    let stop = Arc::new(AtomicBool::new(false));
    let writer = writing(url(&dir, database), stop.clone());
    std::thread::sleep(std::time::Duration::from_millis(300));
    ok(&with(&["backup", "--to", s(&tar)], &place));
    stop.store(true, Ordering::Relaxed);
    assert!(writer.join().unwrap() > 20, "nobody wrote meanwhile");
    let there = sansheng(&with(&["backup", "--to", s(&tar)], &place));
    assert!(
        !there.status.success() && text(&there).contains("is there already"),
        "{}",
        text(&there)
    );

    // Into the other engine and into the same one.
    let pg = PgDatabase::new(false);
    let (lite, other) = (tmp.0.join("lite"), tmp.0.join("pg"));
    for extra in [
        vec!["--data", s(&lite)],
        vec!["--data", s(&other), "--database", pg.url.as_str()],
    ] {
        let mut args = vec!["restore", "--from", s(&tar)];
        args.extend(&extra);
        let said = ok(&args);
        assert!(said.contains("proved equal"), "{said}");
        let mut doctor = vec!["doctor"];
        doctor.extend(&extra);
        let said = ok(&doctor);
        assert!(!said.contains("PROBLEM"), "{said}");
        // What is there now is not overwritten.
        let again = sansheng(&args);
        assert!(
            !again.status.success() && text(&again).contains("not empty"),
            "{}",
            text(&again)
        );
        let mut reset = vec!["user", "reset", "admin"];
        reset.extend(&extra);
        assert!(ok(&reset).contains("one-time password"));
    }
    // The restored database knows its own backup no less than the file does.
    let (a, b) = (dump(&lite, None), dump(&other, Some(&pg.url)));
    for (table, sum) in &a {
        let own = ["staff", "session", "journal", "site_head", "personal_value"].contains(&table.as_str());
        assert!(own || b.get(table) == Some(sum), "{table}");
    }
}

fn dump(dir: &Path, database: Option<&str>) -> std::collections::BTreeMap<String, store::dump::Sum> {
    store::dump::read(&url(dir, database), |_, _| Ok(())).unwrap().tables
}

#[test]
fn from_sqlite_into_both() {
    round(None);
}

#[test]
fn from_postgresql_into_both() {
    let pg = PgDatabase::new(false);
    round(Some(&pg.url));
}

#[test]
fn what_was_tampered_with_is_refused_and_leaves_nothing() {
    let tmp = TempDir::new();
    let place = estate(&tmp.0.join("data"), None);
    let tar = tmp.0.join("all.tar");
    ok(&with(&["backup", "--to", s(&tar)], &place));
    let whole = std::fs::read(&tar).unwrap();
    let find = |needle: &[u8]| whole.windows(needle.len()).position(|w| w == needle).unwrap();
    let changed = |name: &str, change: &dyn Fn(&mut Vec<u8>)| -> PathBuf {
        let mut bytes = whole.clone();
        change(&mut bytes);
        let path = tmp.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let picture = find(b"a picture");
    let row = find("滨江".as_bytes());
    let cases = [
        (changed("picture.tar", &|b| b[picture] = b'A'), "was changed"),
        (changed("row.tar", &|b| b[row + 1] ^= 1), "was changed"),
        (changed("cut.tar", &|b| b.truncate(whole.len() / 2)), ""),
        (changed("empty.tar", &|b| b.clear()), "no manifest"),
    ];
    for (path, reason) in &cases {
        let to = tmp.0.join("new");
        let o = sansheng(&["restore", "--from", s(path), "--data", s(&to)]);
        assert!(
            !o.status.success() && text(&o).contains(reason),
            "{}: {}",
            path.display(),
            text(&o)
        );
        assert!(!to.exists(), "{}", path.display());
    }
}

#[test]
fn a_stopped_backup_leaves_nothing() {
    let tmp = TempDir::new();
    let dir = tmp.0.join("data");
    let place = estate(&dir, None);
    let db = Db::open(url(&dir, None)).unwrap();
    for n in 0..40 {
        db.write(move |tx| {
            let mut sql = String::new();
            for i in 0..5000 {
                sql.push_str(&format!(
                    "INSERT INTO sign_in_failure (bucket, failures, last_at) VALUES ('{n}-{i}', 1, 1);"
                ));
            }
            store::testing::raw(tx, &sql)
        })
        .unwrap();
    }
    let tar = tmp.0.join("all.tar");
    let mut child = Command::new(env!("CARGO_BIN_EXE_sansheng"))
        .args(with(&["backup", "--to", s(&tar)], &place))
        .spawn()
        .unwrap();
    let part = tmp.0.join("all.tar.part");
    while !part.exists() {
        assert!(child.try_wait().unwrap().is_none(), "it was faster than the test");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let done = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(done.success());
    assert!(!child.wait().unwrap().success());
    assert!(!tar.exists() && !part.exists());
}

#[test]
fn the_doctor_finds_what_is_wrong() {
    let tmp = TempDir::new();
    let dir = tmp.0.join("data");
    let place = estate(&dir, None);
    assert!(ok(&with(&["doctor"], &place)).contains("integrity"));
    let db = Db::open(url(&dir, None)).unwrap();
    db.write(|tx| store::testing::raw(tx, "UPDATE site_head SET hash = 'x' WHERE seq > 0"))
        .unwrap();
    drop(db);
    std::fs::remove_dir_all(dir.join("files")).unwrap();
    let o = sansheng(&with(&["doctor", "--json"], &place));
    assert!(!o.status.success());
    let said: serde_json::Value = serde_json::from_slice(&o.stdout).unwrap();
    assert_eq!(said["ok"], false);
    let wrong: Vec<&str> = said["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|c| c["ok"] == false)
        .filter_map(|c| c["name"].as_str())
        .collect();
    assert_eq!(wrong, ["journal", "files"]);
    let nowhere = sansheng(&["doctor", "--data", s(&tmp.0.join("nowhere"))]);
    assert!(!nowhere.status.success());
}
