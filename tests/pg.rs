//! A PostgreSQL database for one world: on the server at SANSHENG_TEST_PG (its user may create databases), else on a cluster
//! of its own, made with the binaries of this machine and thrown away.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::process::Command;

pub struct Database {
    pub url: String,
    server: String,
    name: String,
    /// The cluster's directory, if it is ours.
    own: Option<PathBuf>,
}

/// The newest installed server's programs.
fn binaries() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|e| Some((e.file_name().to_str()?.parse().ok()?, e.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    found.sort();
    found
        .pop()
        .expect("these tests need PostgreSQL: install the Debian package `postgresql`, or set SANSHENG_TEST_PG")
        .1
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0)
}

/// A program of the server, never as root: PostgreSQL refuses that.
fn program(name: &str) -> Command {
    let path = binaries().join(name);
    let mut c = if is_root() {
        let mut c = Command::new("setpriv");
        c.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"])
            .arg(path);
        c
    } else {
        Command::new(path)
    };
    c.current_dir(std::env::temp_dir()).env("LC_ALL", "C.UTF-8");
    c
}

/// The output goes to a file: a pipe would be held open by the server that the command leaves behind.
fn run(mut c: Command, log: &PathBuf) {
    let out = File::create(log).expect("an output file");
    let err = out.try_clone().expect("an output file");
    let status = c.stdout(out).stderr(err).status().expect("the command runs");
    assert!(
        status.success(),
        "{c:?} failed:\n{}",
        fs::read_to_string(log).unwrap_or_default()
    );
}

fn psql(server: &str, sql: &str) {
    let mut c = program("psql");
    c.args(["--no-psqlrc", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql, server]);
    let done = c.output().expect("psql runs");
    assert!(
        done.status.success(),
        "{sql}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}

impl Database {
    pub fn new(n: u32) -> Database {
        let name = format!("sansheng_box_{}_{n}", std::process::id());
        let (server, own) = match std::env::var("SANSHENG_TEST_PG") {
            Ok(url) if !url.is_empty() => (url, None),
            _ => {
                let home = cluster(n);
                (
                    format!(
                        "postgres://postgres@{}:5432/postgres",
                        home.display().to_string().replace('/', "%2F")
                    ),
                    Some(home),
                )
            }
        };
        psql(
            &server,
            &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"),
        );
        let (head, query) = server
            .split_once('?')
            .map_or((server.as_str(), String::new()), |(h, q)| (h, format!("?{q}")));
        let host = head.find("://").map_or(0, |i| i + 3);
        let end = head[host..].find('/').map_or(head.len(), |i| host + i);
        Database {
            url: format!("{}/{name}{query}", &head[..end]),
            server,
            name,
            own,
        }
    }
}

/// Starts a cluster in a short path, because a socket's may not be long.
fn cluster(n: u32) -> PathBuf {
    let home = std::env::temp_dir().join(format!("sansheng-box-pg-{}-{n}", std::process::id()));
    let _old = fs::remove_dir_all(&home);
    fs::create_dir_all(&home).expect("a directory");
    let log = home.with_extension("out");
    if is_root() {
        let mut c = Command::new("chown");
        c.arg("postgres").arg(&home);
        run(c, &log);
    }
    let data = home.join("data");
    let mut c = program("initdb");
    c.arg("-D").arg(&data).args([
        "-U",
        "postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--no-sync",
        "--locale=C.UTF-8",
    ]);
    run(c, &log);
    let settings = format!(
        "-k {} -c listen_addresses='' -c port=5432 -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c jit=off",
        home.display()
    );
    let mut c = program("pg_ctl");
    c.arg("-D")
        .arg(&data)
        .arg("-l")
        .arg(home.join("log"))
        .args(["-o", &settings, "-w", "start"]);
    run(c, &log);
    let _done = fs::remove_file(log);
    home
}

impl Drop for Database {
    fn drop(&mut self) {
        match &self.own {
            Some(home) => {
                let mut c = program("pg_ctl");
                let _stopped = c
                    .arg("-D")
                    .arg(home.join("data"))
                    .args(["-m", "immediate", "-w", "stop"])
                    .output();
                let _removed = fs::remove_dir_all(home);
            }
            None if std::thread::panicking() => {}
            None => psql(
                &self.server,
                &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name),
            ),
        }
    }
}
