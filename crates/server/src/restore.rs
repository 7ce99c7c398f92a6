//! `sansheng restore`: a backup into an empty place, of either engine, and the proof that it is the same again.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use app::ctx::HostClock;
use app::files::Files;
use store::db::DbUrl;

use crate::Place;
use crate::archive::{self, Manifest};
use crate::backup::Progress;

/// Options of `restore`.
#[derive(clap::Args)]
pub struct Args {
    /// The backup.
    #[arg(long, value_name = "FILE.tar")]
    pub from: PathBuf,
    #[command(flatten)]
    pub place: Place,
}

fn text(e: impl std::fmt::Display) -> String {
    e.to_string()
}

fn cause(e: &store::Error) -> String {
    e.source.as_ref().map_or_else(|| e.to_string(), |s| s.to_string())
}

/// Puts the backup back.
pub fn run(args: Args) -> Result<ExitCode, String> {
    let mut progress = Progress::new();
    let manifest = archive::verified(&args.from, |n| {
        progress.say(|| format!("verifying: {} MB", n / 1_000_000))
    })
    .map_err(|e| format!("{}: {e}", args.from.display()))?;
    let data = &args.place.data;
    let new_folder = !data.exists();
    if !new_folder && std::fs::read_dir(data).map_err(text)?.next().is_some() {
        return Err(format!("{} is not empty", data.display()));
    }
    std::fs::create_dir_all(data).map_err(|e| format!("{}: {e}", data.display()))?;
    let url = crate::serve::url(&args.place)?;
    if let Err(e) = fill(&args.from, &url, data, &manifest, &mut progress) {
        clear(data, new_folder);
        progress.end();
        return Err(format!("{e}; the place is empty again"));
    }
    progress.end();
    proved(&args.place, &manifest)
}

/// What was begun is taken away again: half a restore is none. The folder was empty before.
fn clear(data: &Path, folder: bool) {
    for entry in std::fs::read_dir(data).into_iter().flatten().flatten() {
        let path = entry.path();
        let _gone = if path.is_dir() {
            std::fs::remove_dir_all(path)
        } else {
            std::fs::remove_file(path)
        };
    }
    if folder {
        let _gone = std::fs::remove_dir(data);
    }
}

fn fill(from: &Path, url: &DbUrl, data: &Path, manifest: &Manifest, progress: &mut Progress) -> Result<(), String> {
    let files = Files::open(&data.join("files")).map_err(text)?;
    let mut archive = tar::Archive::new(File::open(from).map_err(text)?);
    let mut entries = archive.entries().map_err(text)?;
    let mut part: Option<(String, BufReader<std::io::Cursor<Vec<u8>>>)> = None;
    let mut rows = 0u64;
    let mut next = || -> Result<Option<(String, String)>, String> {
        loop {
            if let Some((table, lines)) = &mut part {
                let mut line = String::new();
                if lines.read_line(&mut line).map_err(text)? > 0 {
                    rows += 1;
                    if rows.is_multiple_of(256) {
                        progress.say(|| format!("{table}: {rows} rows"))?;
                    }
                    return Ok(Some((table.clone(), line.trim_end_matches('\n').to_owned())));
                }
            }
            let Some(entry) = entries.next() else { return Ok(None) };
            let mut entry = entry.map_err(text)?;
            let name = entry.path().map_err(text)?.to_string_lossy().into_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(text)?;
            if let Some(table) = archive::table_of(&name) {
                part = Some((table.to_owned(), BufReader::new(std::io::Cursor::new(bytes))));
            } else if let Some(hash) = archive::file_of(&name)
                && files.put(&bytes).map_err(text)? != hash
            {
                return Err(format!("{name} is not what its name says"));
            }
        }
    };
    store::dump::write(url, &manifest.contents, || next().map_err(store::Error::other)).map_err(|e| cause(&e))
}

/// The journals' chains hold, and the numbers are told.
fn proved(place: &Place, manifest: &Manifest) -> Result<ExitCode, String> {
    let desk = crate::serve::open(place, Arc::new(HostClock::default()))?;
    let sites = desk
        .read_now(|c| Ok::<_, app::error::Error>(store::journal::sites(c)?))
        .map_err(text)?;
    let mut entries = 0;
    for site in &sites {
        let report = store::journal::verify(&desk.db, site).map_err(|e| cause(&e))?;
        entries += report.checked;
        if let Some(broken) = report.first_broken {
            return Err(format!("the journal of {site} is broken: {broken:?}"));
        }
    }
    let rows: u64 = manifest.contents.tables.values().map(|t| t.rows).sum();
    let files = manifest
        .parts
        .iter()
        .filter(|p| archive::file_of(&p.name).is_some())
        .count();
    say!(
        "proved equal: {rows} rows of {} tables, {files} files, {entries} journal entries of {} chains",
        manifest.contents.tables.len(),
        sites.len()
    );
    Ok(ExitCode::SUCCESS)
}
