//! The machine behind the desk, as its administrator sees it: version, database, room on the disk, backups.

use domain::access::Action;
use serde_json::json;
use store::journal::Entry;

use crate::ctx::Ctx;
use crate::desk::Desk;
use crate::error::{Error, Res};
use crate::journal::{self, COMPANY};

/// See the module.
#[derive(Debug, Clone)]
pub struct Facts {
    pub version: &'static str,
    /// `sqlite` or `postgres`.
    pub engine: &'static str,
    /// Where it is, without a password.
    pub place: String,
    pub schema: i64,
    /// Bytes of the database with its log.
    pub database_bytes: u64,
    pub files: i64,
    pub file_bytes: i64,
    /// Free and whole bytes of the disk with the data folder, where the system tells.
    pub disk: Option<(u64, u64)>,
    pub backups: Vec<Backup>,
}

/// One backup that was made.
#[derive(Debug, Clone)]
pub struct Backup {
    pub at: i64,
    pub file: String,
    pub rows: i64,
    pub files: i64,
    pub bytes: u64,
}

/// Free and whole bytes of the disk that a folder is on.
#[cfg(unix)]
pub fn disk(path: &std::path::Path) -> Option<(u64, u64)> {
    let s = rustix::fs::statvfs(path).ok()?;
    Some((
        s.f_bavail.saturating_mul(s.f_frsize),
        s.f_blocks.saturating_mul(s.f_frsize),
    ))
}

/// Free and whole bytes of the disk that a folder is on.
#[cfg(not(unix))]
pub fn disk(_: &std::path::Path) -> Option<(u64, u64)> {
    None
}

/// Reads it all.
///
/// # Errors
/// `Forbidden` but for who keeps the machine.
pub fn facts(desk: &Desk, ctx: &Ctx) -> Res<Facts> {
    ctx.need(Action::Settings)?;
    let (bytes, files, entries) = desk.read_now(|c| {
        let entries = store::journal::for_subject(c, COMPANY, "backup", "backup", i64::MAX, 10)?;
        Ok::<_, Error>((store::house::database_bytes(c)?, store::house::files(c)?, entries))
    })?;
    Ok(Facts {
        version: env!("CARGO_PKG_VERSION"),
        engine: if desk.db.is_lite() { "sqlite" } else { "postgres" },
        place: format!("{:?}", desk.db.url()),
        schema: store::migrate::newest(),
        database_bytes: u64::try_from(bytes).unwrap_or(0),
        files: files.n,
        file_bytes: files.bytes,
        disk: disk(&desk.dir),
        backups: entries.iter().map(backup).collect(),
    })
}

fn backup(e: &Entry) -> Backup {
    let number = |key: &str| e.body.get(key).and_then(serde_json::Value::as_i64).unwrap_or(0);
    Backup {
        at: e.recorded_at,
        file: e
            .body
            .get("file")
            .and_then(|v| v.as_str())
            .unwrap_or_default()
            .to_owned(),
        rows: number("rows"),
        files: number("files"),
        bytes: u64::try_from(number("bytes")).unwrap_or(0),
    }
}

/// Notes that a backup was made.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn note_backup(desk: &Desk, file: &str, rows: i64, files: i64, bytes: u64) -> Res<()> {
    let ctx = desk.system("cli", &domain::ids::SiteId::from(COMPANY));
    let body = json!({"file": file, "rows": rows, "files": files, "bytes": bytes});
    desk.write_now(&ctx, move |tx, ctx| {
        journal::company(tx, ctx, "backup", "backup", "backup_made", body.clone(), &[]);
        Ok(())
    })
}
