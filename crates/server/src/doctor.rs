//! `sansheng doctor`: looks whether everything is in order, without changing anything. Exit code 1 when it is not.

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;

use app::ctx::{Clock as _, HostClock};
use serde::Serialize;
use store::db::{Db, DbUrl, Options};

use crate::Place;

/// Options of `doctor`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub place: Place,
    /// Machine-readable.
    #[arg(long)]
    pub json: bool,
}

/// Free bytes below which the disk is a problem.
const LITTLE: u64 = 500_000_000;
/// Minutes after which a message that was not sent is a backlog.
const BACKLOG_MINUTES: i64 = 15;

#[derive(Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    found: String,
}

#[derive(Default)]
struct Report(Vec<Check>);

impl Report {
    fn add(&mut self, name: &'static str, found: Result<String, String>) -> bool {
        let ok = found.is_ok();
        let found = found.unwrap_or_else(|e| e);
        self.0.push(Check { name, ok, found });
        ok
    }
}

fn list(problems: &[String], fine: &str) -> Result<String, String> {
    match problems {
        [] => Ok(fine.to_owned()),
        [first] => Err(first.clone()),
        [first, rest @ ..] => Err(format!("{first} (and {} more)", rest.len())),
    }
}

fn cause(e: &store::Error) -> String {
    e.source.as_ref().map_or_else(|| e.to_string(), |s| s.to_string())
}

/// Looks.
pub fn run(args: Args) -> Result<ExitCode, String> {
    let mut r = Report::default();
    look(&args.place, &mut r)?;
    let fine = r.0.iter().all(|c| c.ok);
    if args.json {
        say!("{}", serde_json::json!({"ok": fine, "checks": r.0}));
    } else {
        for c in &r.0 {
            say!("{:<8} {:<12} {}", if c.ok { "ok" } else { "PROBLEM" }, c.name, c.found);
        }
    }
    Ok(if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn look(place: &Place, r: &mut Report) -> Result<(), String> {
    let now = HostClock::default().now();
    r.add("folder", writable(&place.data));
    r.add("disk", disk(&place.data));
    let url = crate::serve::url(place)?;
    if let DbUrl::Sqlite(path) = &url
        && !path.is_file()
    {
        r.add("database", Err(format!("{} is not there", path.display())));
        return Ok(());
    }
    let db = match Db::open_with(
        url.clone(),
        Options {
            migrate: false,
            readers: 1,
            writers: 1,
            ..Options::default()
        },
    ) {
        Ok(db) => db,
        Err(e) => {
            r.add("database", Err(cause(&e)));
            return Ok(());
        }
    };
    r.add("database", Ok(format!("{url:?}")));
    r.add("schema", Ok(format!("version {}", store::migrate::newest())));
    let statements = db.read(|c| Ok::<_, store::Error>(store::check::problems(c)));
    r.add(
        "statements",
        statements
            .map_err(|e| cause(&e))
            .and_then(|p| list(&p, "all fit the schema")),
    );
    let integrity = store::dump::integrity(&url);
    r.add(
        "integrity",
        integrity
            .map_err(|e| cause(&e))
            .and_then(|p| list(&p, "files and references are whole")),
    );
    r.add("journal", heads(&db));
    r.add("files", files(&db, &place.data.join("files")));
    r.add("clock", clock(&db, now));
    r.add("messages", messages(&db, now));
    Ok(())
}

fn writable(dir: &Path) -> Result<String, String> {
    let probe = dir.join(format!(".doctor-{}", std::process::id()));
    let tried = std::fs::write(&probe, b"x");
    let _gone = std::fs::remove_file(&probe);
    tried
        .map(|()| dir.display().to_string())
        .map_err(|e| format!("{} cannot be written: {e}", dir.display()))
}

fn disk(dir: &Path) -> Result<String, String> {
    let Some((free, all)) = app::system::disk(dir) else {
        return Ok("not known on this system".into());
    };
    let said = format!("{} MB free of {} MB", free / 1_000_000, all / 1_000_000);
    if free < LITTLE { Err(said) } else { Ok(said) }
}

fn heads(db: &Db) -> Result<String, String> {
    let broken = db.read(|c| Ok::<_, store::Error>((store::journal::sites(c)?.len(), store::house::broken_heads(c)?)));
    let (sites, broken) = broken.map_err(|e| cause(&e))?;
    let broken: Vec<String> = broken
        .into_iter()
        .map(|s| format!("the head of {s} is not its last entry"))
        .collect();
    list(
        &broken,
        &format!("{sites} chains end where they should; `journal verify` looks at every link"),
    )
}

fn files(db: &Db, dir: &Path) -> Result<String, String> {
    let hashes = db.read(store::house::file_hashes).map_err(|e| cause(&e))?;
    let known: HashSet<String> = hashes.into_iter().collect();
    let mut there = HashSet::new();
    for folder in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        for f in std::fs::read_dir(folder.path()).into_iter().flatten().flatten() {
            let name = f.file_name().to_string_lossy().into_owned();
            if name.len() == 64 {
                there.insert(name);
            }
        }
    }
    let missing: Vec<String> = known.difference(&there).map(|h| format!("missing: {h}")).collect();
    let orphans = there.difference(&known).count();
    // A file without a row is what an upload leaves that was broken off: it costs room, nothing else.
    list(&missing, &format!("{} files, {orphans} without a record", known.len()))
}

fn clock(db: &Db, now: i64) -> Result<String, String> {
    let last = db.read(store::house::last_recorded).map_err(|e| cause(&e))?;
    match last {
        Some(at) if at > now + 60_000 => Err(format!(
            "the last entry is {} minutes in the future",
            (at - now) / 60_000
        )),
        _ => Ok("not behind the journal".into()),
    }
}

fn messages(db: &Db, now: i64) -> Result<String, String> {
    let waiting = db.read(move |c| store::house::backlog(c, now - BACKLOG_MINUTES * 60_000));
    match waiting.map_err(|e| cause(&e))? {
        0 => Ok("none waits".into()),
        n => Err(format!("{n} have waited longer than {BACKLOG_MINUTES} minutes")),
    }
}
