//! Databases for tests: each test runs on a fresh SQLite file and on a fresh PostgreSQL database, and is never skipped.
//!
//! PostgreSQL is the server at `SANSHENG_TEST_PG` (a URL; its user must be allowed to create databases), else a throw-away
//! cluster made with the binaries installed on this machine, in a directory of the temporary directory. That cluster is
//! shared by all test processes and left running for the next; [`stop_shared`] or `pg_ctl stop` ends it.
//! Other crates use this through the feature `testing`.

use std::fs::{self, File};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::db::connect;
use crate::migrate;
use crate::seam::{Conn, Use};
use crate::{Db, DbUrl, Options};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Runs a test on both engines, each with a fresh, migrated database.
pub fn for_both(test: impl Fn(&Db)) {
    for_both_with(&options(), test);
}

/// What [`for_both`] opens with: few connections, because many tests run at the same time.
#[must_use]
pub fn options() -> Options {
    Options {
        readers: 2,
        writers: 4,
        ..Options::default()
    }
}

/// As [`for_both`], with options.
pub fn for_both_with(options: &Options, test: impl Fn(&Db)) {
    urls_for_both(true, |url| {
        let db = must(Db::open_with(url.clone(), options.clone()), "open the database");
        test(&db);
    });
}

/// Runs a test with the places of two fresh databases, with or without the schema in them.
pub fn urls_for_both(migrated: bool, test: impl Fn(&DbUrl)) {
    let lite = TempDir::new();
    on("SQLite", || test(&DbUrl::Sqlite(lite.0.join("test.db"))));
    let pg = PgDatabase::new(migrated);
    on("PostgreSQL", || test(&DbUrl::Postgres(pg.url.clone())));
}

/// Runs SQL outside of the statements, to build what a test needs or to break something.
pub fn raw(conn: &mut Conn, sql: &str) -> crate::Result<()> {
    conn.sql_batch(sql)
}

/// A text of a migration as `conn`'s engine understands it.
#[must_use]
pub fn portable(conn: &Conn, sql: &str) -> String {
    migrate::translate(sql, conn.is_lite())
}

/// How the engine would run a statement, given by the end of its name (`case::list`); for a statement with variants, the
/// first that holds `fragment`. Fails on an unknown name.
pub fn plan(conn: &mut Conn, name: &str, fragment: &str) -> String {
    use crate::seam::Text;
    let Some(s) = crate::statements().find(|s| s.name.ends_with(&format!("::{name}"))) else {
        panic!("no statement {name}");
    };
    let sql = match &s.text {
        Text::Fixed { sql, .. } | Text::Row { sql, .. } => (*sql).to_owned(),
        Text::Dynamic(variants) => variants()
            .into_iter()
            .map(|v| v.sql)
            .find(|sql| sql.contains(fragment))
            .unwrap_or_else(|| panic!("no variant of {name} with {fragment}")),
    };
    if conn.is_lite() {
        return lite_plan(conn, &sql);
    }
    let Some(c) = conn.as_pg() else { panic!("no engine") };
    let n = must(c.prepare(&sql), name).params().len();
    let nulls = vec!["NULL"; n].join(", ");
    let execute = if n == 0 {
        "EXECUTE explained".to_owned()
    } else {
        format!("EXECUTE explained ({nulls})")
    };
    must(
        c.batch_execute(&format!(
            "SET plan_cache_mode = force_generic_plan; PREPARE explained AS {sql}"
        )),
        name,
    );
    let rows = must(c.simple_query(&format!("EXPLAIN {execute}")), name);
    must(c.batch_execute("DEALLOCATE explained; RESET plan_cache_mode"), name);
    let lines = rows.iter().filter_map(|m| match m {
        postgres::SimpleQueryMessage::Row(r) => r.get(0).map(str::to_owned),
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// How SQLite would run a text.
fn lite_plan(conn: &Conn, sql: &str) -> String {
    let Some(c) = conn.as_lite() else { panic!("no engine") };
    let mut q = must(c.prepare(&format!("EXPLAIN QUERY PLAN {sql}")), sql);
    // Parameters that are not bound are NULL.
    let mut rows = q.raw_query();
    let mut lines = Vec::new();
    while let Some(r) = must(rows.next(), sql) {
        lines.push(must(r.get::<_, String>(3), sql));
    }
    lines.join("\n")
}

/// How the engine would run a text with so many parameters once there are many rows: PostgreSQL is told that scans and sorts
/// cost a fortune, so that they stand in the plan only where there is no other way.
pub fn plan_of(conn: &mut Conn, sql: &str, params: usize) -> String {
    if conn.is_lite() {
        return lite_plan(conn, sql);
    }
    let Some(c) = conn.as_pg() else { panic!("no engine") };
    let nulls = vec!["NULL"; params].join(", ");
    must(
        c.batch_execute(&format!(
            "SET enable_seqscan = off; SET enable_sort = off; SET enable_incremental_sort = off;
             SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan; PREPARE explained AS {sql}"
        )),
        sql,
    );
    let rows = must(c.simple_query(&format!("EXPLAIN EXECUTE explained ({nulls})")), sql);
    must(c.batch_execute("DEALLOCATE explained"), sql);
    let lines = rows.iter().filter_map(|m| match m {
        postgres::SimpleQueryMessage::Row(r) => r.get(0).map(str::to_owned),
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Cuts the connections of a PostgreSQL database that last said LISTEN or asked for the ends of the chains.
pub fn cut_listeners(url: &str) {
    let mut c = must(
        postgres::Client::connect(url, postgres::NoTls),
        "reach the test PostgreSQL",
    );
    let cut = must(
        c.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
             AND pid <> pg_backend_pid() AND (query LIKE 'LISTEN %' OR query LIKE '%FROM site_head')",
            &[],
        ),
        "cut connections",
    );
    assert!(!cut.is_empty(), "nobody listens");
}

/// A directory that is removed with its content when this goes.
pub struct TempDir(pub PathBuf);

impl TempDir {
    #[must_use]
    pub fn new() -> TempDir {
        let n = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("sansheng-test-{}-{n}", std::process::id()));
        must(fs::create_dir_all(&path), "make a temporary directory");
        TempDir(path)
    }
}

impl Default for TempDir {
    fn default() -> TempDir {
        TempDir::new()
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A fresh PostgreSQL database, dropped when this goes.
pub struct PgDatabase {
    pub url: String,
    name: String,
}

impl PgDatabase {
    /// Empty, or with the schema in it.
    #[must_use]
    pub fn new(migrated: bool) -> PgDatabase {
        let n = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("sansheng_test_{}_{n}", std::process::id());
        let from = if migrated { template() } else { "template0".to_owned() };
        admin(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        admin(&format!("CREATE DATABASE {name} TEMPLATE {from} ENCODING 'UTF8'"));
        PgDatabase {
            url: url_of(&name),
            name,
        }
    }
}

impl Drop for PgDatabase {
    fn drop(&mut self) {
        admin(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

fn on(engine: &str, test: impl FnOnce()) {
    if let Err(cause) = catch_unwind(AssertUnwindSafe(test)) {
        eprintln!("the test failed on {engine}");
        resume_unwind(cause);
    }
}

fn must<T, E: std::fmt::Display>(result: Result<T, E>, what: &str) -> T {
    result.unwrap_or_else(|e| panic!("cannot {what}: {e}"))
}

fn admin(sql: &str) {
    let mut c = must(
        postgres::Client::connect(&url_of("postgres"), postgres::NoTls),
        "reach the test PostgreSQL",
    );
    if let Err(e) = c.batch_execute(sql) {
        let cause = crate::seam::pg_failure(&e);
        // While a test fails, a second failure would hide the first.
        if std::thread::panicking() {
            eprintln!("{sql}: {cause}");
        } else {
            panic!("{sql}: {cause}");
        }
    }
}

/// The URL of a database on the test server.
fn url_of(name: &str) -> String {
    let base = server();
    let (head, query) = base
        .split_once('?')
        .map_or((base.as_str(), String::new()), |(h, q)| (h, format!("?{q}")));
    let host = head.find("://").map_or(0, |i| i + 3);
    let end = head[host..].find('/').map_or(head.len(), |i| host + i);
    format!("{}/{name}{query}", &head[..end])
}

/// A database with the schema, made once for each state of the migrations, to copy from.
fn template() -> String {
    static DONE: Mutex<Option<String>> = Mutex::new(None);
    let mut done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(name) = &*done {
        return name.clone();
    }
    let name = format!("sansheng_template_{}", migrate::fingerprint());
    // Before the lock is taken, which starting the server takes too.
    server();
    let _lock = lock();
    let mut c = must(
        postgres::Client::connect(&url_of("postgres"), postgres::NoTls),
        "reach the test PostgreSQL",
    );
    let there = must(
        c.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&name]),
        "look for the template",
    );
    if there.is_none() {
        let draft = format!("{name}_draft");
        admin(&format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)"));
        admin(&format!("CREATE DATABASE {draft} TEMPLATE template0 ENCODING 'UTF8'"));
        let mut conn = must(
            connect(&DbUrl::Postgres(url_of(&draft)), Use::Write, &options()),
            "open the template",
        );
        must(migrate::run(&mut conn), "migrate the template");
        drop(conn);
        admin(&format!("ALTER DATABASE {draft} RENAME TO {name}"));
    }
    *done = Some(name.clone());
    name
}

/// The URL of the server, which is started if need be.
fn server() -> String {
    static URL: Mutex<Option<String>> = Mutex::new(None);
    let mut url = URL.lock().unwrap_or_else(PoisonError::into_inner);
    url.get_or_insert_with(|| match std::env::var("SANSHENG_TEST_PG") {
        Ok(url) if !url.is_empty() => url,
        _ => shared_cluster(),
    })
    .clone()
}

/// Where the shared cluster of this user lives: a short path, because a socket's may not be long.
fn home() -> PathBuf {
    std::env::temp_dir().join(format!("sansheng-test-pg-{}", user()))
}

/// One process at a time starts the cluster or makes a template. Kept until the file is closed.
fn lock() -> File {
    let path = home().with_extension("lock");
    let file = must(
        File::options().create(true).append(true).open(&path),
        "open the lock file",
    );
    // Not forever: whoever holds it may hang, and then this should be said.
    for _ in 0..3_000 {
        if file.try_lock().is_ok() {
            return file;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("another process has held {} for minutes", path.display());
}

fn cluster_url() -> String {
    let host: String = home().display().to_string().replace('/', "%2F");
    format!("postgres://postgres@{host}:5432/postgres")
}

fn shared_cluster() -> String {
    let _lock = lock();
    let url = cluster_url();
    if postgres::Client::connect(&url, postgres::NoTls).is_ok() {
        return url;
    }
    let bin = binaries();
    let (home, data) = (home(), home().join("data"));
    if data.join("postmaster.pid").exists() {
        // Perhaps it just does not answer; a second server on the same files would damage them.
        let _ = as_postgres(&bin, "pg_ctl")
            .args(["-D", &text(&data), "-m", "immediate", "-w", "stop"])
            .output();
    }
    let _ = fs::remove_dir_all(&home);
    must(fs::create_dir_all(&home), "make the cluster's directory");
    if is_root() {
        run(Command::new("chown").arg("postgres").arg(&home));
    }
    run(as_postgres(&bin, "initdb").args([
        "-D",
        &text(&data),
        "-U",
        "postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--no-sync",
        "--locale=C.UTF-8",
    ]));
    let settings = format!(
        "-k {} -c listen_addresses='' -c port=5432 -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
         -c max_connections=400 -c shared_buffers=64MB -c logging_collector=off -c jit=off",
        home.display()
    );
    run(as_postgres(&bin, "pg_ctl").args([
        "-D",
        &text(&data),
        "-l",
        &text(&home.join("log")),
        "-o",
        &settings,
        "-w",
        "start",
    ]));
    url
}

/// Stops the shared cluster and removes it; nothing happens if there is none.
pub fn stop_shared() {
    let _lock = lock();
    let data = home().join("data");
    if data.exists() {
        let _ = as_postgres(&binaries(), "pg_ctl")
            .args(["-D", &text(&data), "-m", "fast", "-w", "stop"])
            .output();
        let _ = fs::remove_dir_all(home());
    }
}

/// The newest installed server.
fn binaries() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|e| Some((e.file_name().to_str()?.parse().ok()?, e.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin).unwrap_or_else(|| {
        panic!(
            "these tests need PostgreSQL: install the Debian package `postgresql`, \
             or set SANSHENG_TEST_PG to the URL of a server whose user may create databases"
        )
    })
}

/// A server's program, never as root: PostgreSQL refuses that.
fn as_postgres(bin: &Path, program: &str) -> Command {
    let program = bin.join(program);
    let mut c = if is_root() {
        let mut c = Command::new("setpriv");
        c.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"])
            .arg(program);
        c
    } else {
        Command::new(program)
    };
    c.current_dir(std::env::temp_dir()).env("LC_ALL", "C.UTF-8");
    c
}

fn is_root() -> bool {
    user() == 0
}

/// The number of the user who runs this.
fn user() -> u32 {
    use std::os::unix::fs::MetadataExt as _;
    must(fs::metadata("/proc/self"), "look at /proc").uid()
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// The output goes to a file: a pipe would be held open by the server that the command leaves behind.
fn run(c: &mut Command) {
    let path = std::env::temp_dir().join(format!("sansheng-test-pg-{}.out", std::process::id()));
    let out = must(File::create(&path), "make an output file");
    let err = must(out.try_clone(), "make an output file");
    let status = must(c.stdout(out).stderr(err).status(), &format!("run {c:?}"));
    let said = fs::read_to_string(&path).unwrap_or_default();
    let _ = fs::remove_file(&path);
    assert!(status.success(), "{c:?} failed:\n{said}");
}
