//! `sansheng backup`: everything in one file while the desk works. Both engines are read in one snapshot; stored files are
//! never changed, only added, so what the snapshot speaks of is there.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use app::ctx::HostClock;
use app::desk::Desk;

use crate::Place;
use crate::archive::{self, FORMAT, Manifest, Writer};

/// Options of `backup`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub place: Place,
    /// File to write; it must not be there yet.
    #[arg(long, value_name = "FILE.tar")]
    pub to: PathBuf,
}

/// Set when the person or the service manager asks to stop.
pub fn stop_flag() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let seen = flag.clone();
    let (ready, listening) = std::sync::mpsc::channel();
    let wait = move || {
        let Ok(rt) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
            return;
        };
        rt.block_on(async {
            let stopped = crate::serve::stopped();
            // A signal between the first byte written and the handler would end the program and leave the bytes.
            let _heard = ready.send(());
            stopped.await;
        });
        seen.store(true, Ordering::Relaxed);
    };
    // Without the thread Ctrl-C ends the program as it always does.
    let _thread = std::thread::Builder::new().name("stop".into()).spawn(wait);
    let _ready_or_none = listening.recv();
    flag
}

/// One line on the terminal that changes; nothing where nobody looks.
pub struct Progress {
    shown: Instant,
    live: bool,
    stop: Arc<AtomicBool>,
}

impl Progress {
    pub fn new() -> Progress {
        Progress {
            shown: Instant::now(),
            live: std::io::stderr().is_terminal(),
            stop: stop_flag(),
        }
    }

    /// Shows where the work stands.
    ///
    /// # Errors
    /// When it is to stop.
    pub fn say(&mut self, text: impl FnOnce() -> String) -> Result<(), String> {
        if self.stop.load(Ordering::Relaxed) {
            return Err("stopped; nothing was left behind".into());
        }
        if self.live && self.shown.elapsed() > Duration::from_millis(200) {
            self.shown = Instant::now();
            eprint!("\r\x1b[K{}", text());
        }
        Ok(())
    }

    pub fn end(&self) {
        if self.live {
            eprint!("\r\x1b[K");
        }
    }
}

/// Makes the backup.
pub fn run(args: Args) -> Result<ExitCode, String> {
    if args.to.exists() {
        return Err(format!("{} is there already", args.to.display()));
    }
    let desk = crate::serve::open_beside(&args.place, Arc::new(HostClock::default()))?;
    let mut part = args.to.clone().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    match write(&desk, &part, &args.to) {
        Ok((manifest, bytes)) => {
            let rows: u64 = manifest.contents.tables.values().map(|t| t.rows).sum();
            let files = manifest
                .parts
                .iter()
                .filter(|p| archive::file_of(&p.name).is_some())
                .count();
            let name = args
                .to
                .file_name()
                .map(|n| n.to_string_lossy().into_owned())
                .unwrap_or_default();
            let rows_i = i64::try_from(rows).unwrap_or(i64::MAX);
            let files_i = i64::try_from(files).unwrap_or(i64::MAX);
            app::system::note_backup(&desk, &name, rows_i, files_i, bytes).map_err(|e| e.to_string())?;
            say!(
                "{}: {rows} rows of {} tables, {files} files, {bytes} bytes",
                args.to.display(),
                manifest.contents.tables.len()
            );
            for hash in &manifest.missing_files {
                say!("missing: the database speaks of the file {hash}, which is not there");
            }
            Ok(if manifest.missing_files.is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(2)
            })
        }
        Err(e) => {
            let _half = std::fs::remove_file(&part);
            Err(e)
        }
    }
}

fn create(path: &Path) -> Result<std::fs::File, String> {
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn write(desk: &Desk, part: &Path, to: &Path) -> Result<(Manifest, u64), String> {
    let mut progress = Progress::new();
    let mut out = Writer::new(create(part)?, desk.clock.now());
    let (mut rows, mut hashes) = (0u64, Vec::new());
    let contents = store::dump::read(desk.db.url(), |table, line| {
        rows += 1;
        if table == "file"
            && let Ok(serde_json::Value::Array(v)) = serde_json::from_str(line)
            && let Some(hash) = v.first().and_then(|h| h.as_str())
        {
            hashes.push(hash.to_owned());
        }
        let said = if rows % 256 == 0 {
            progress.say(|| format!("{table}: {rows} rows"))
        } else {
            Ok(())
        };
        said.and_then(|()| out.line(table, line)).map_err(store::Error::other)
    })
    .map_err(|e| e.source.as_ref().map_or_else(|| e.to_string(), |s| s.to_string()))?;
    out.flush()?;
    let mut missing_files = Vec::new();
    for (i, hash) in hashes.iter().enumerate() {
        progress.say(|| format!("files: {i} of {}", hashes.len()))?;
        match std::fs::read(desk.files.path(hash)) {
            Ok(bytes) if archive::hex(&<sha2::Sha256 as sha2::Digest>::digest(&bytes)) == *hash => {
                out.add(&format!("files/{}/{hash}", hash.get(..2).unwrap_or("xx")), &bytes)?;
            }
            _ => missing_files.push(hash.clone()),
        }
    }
    let mut manifest = Manifest {
        format: FORMAT.to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: desk.clock.now(),
        contents,
        parts: Vec::new(),
        missing_files,
    };
    let bytes = out.finish(manifest.clone())?;
    progress.say(String::new)?;
    progress.end();
    std::fs::rename(part, to).map_err(|e| format!("{}: {e}", to.display()))?;
    if let Some(folder) = to.parent().filter(|p| !p.as_os_str().is_empty()) {
        // The name has to be on the disk as well as the bytes.
        std::fs::File::open(folder)
            .and_then(|f| f.sync_all())
            .map_err(|e| e.to_string())?;
    }
    manifest.parts = hashes
        .iter()
        .filter(|h| !manifest.missing_files.contains(h))
        .map(|h| archive::Part {
            name: format!("files/{}/{h}", h.get(..2).unwrap_or("xx")),
            bytes: 0,
            sha256: h.clone(),
        })
        .collect();
    Ok((manifest, bytes))
}
