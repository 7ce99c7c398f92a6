//! The file that a backup is: a tar archive of the database as text, in parts of a few megabytes, and of the stored files;
//! at its end `manifest.json` with the hash of every part, the counts and what each table comes to.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::dump::Contents;

/// The name under which the manifest stands.
pub const MANIFEST: &str = "manifest.json";
/// Bytes of one part of a table.
const PART: usize = 8 << 20;

/// See the module.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// `sansheng-backup-1`
    pub format: String,
    /// Version of the program that wrote it.
    pub program: String,
    /// Unix milliseconds.
    pub made_at: i64,
    pub contents: Contents,
    /// Every part but the manifest, in the order of the archive.
    pub parts: Vec<Part>,
    /// Files that the database speaks of and that were not there.
    pub missing_files: Vec<String>,
}

/// One member of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub name: String,
    pub bytes: u64,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
}

/// The name of the format.
pub const FORMAT: &str = "sansheng-backup-1";

/// A hash as it is written.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Writes an archive.
pub struct Writer {
    tar: tar::Builder<File>,
    parts: Vec<Part>,
    at: u64,
    table: String,
    number: u32,
    buffer: Vec<u8>,
}

fn text(e: impl std::fmt::Display) -> String {
    e.to_string()
}

impl Writer {
    /// Begins an archive whose members carry the instant `at` (unix milliseconds).
    pub fn new(file: File, at: i64) -> Writer {
        let at = u64::try_from(at / 1000).unwrap_or(0);
        Writer {
            tar: tar::Builder::new(file),
            parts: Vec::new(),
            at,
            table: String::new(),
            number: 0,
            buffer: Vec::new(),
        }
    }

    fn member(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_mtime(self.at);
        self.tar.append_data(&mut header, name, bytes).map_err(text)
    }

    /// Adds a member and its hash.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        self.member(name, bytes)?;
        self.parts.push(Part {
            name: name.to_owned(),
            bytes: bytes.len() as u64,
            sha256: hex(&Sha256::digest(bytes)),
        });
        Ok(())
    }

    /// Adds a line of a table; lines of one table come together.
    pub fn line(&mut self, table: &str, line: &str) -> Result<(), String> {
        if self.table != table || self.buffer.len() >= PART {
            self.flush()?;
            if self.table != table {
                self.number = 0;
                self.table = table.to_owned();
            }
        }
        self.buffer.extend_from_slice(line.as_bytes());
        self.buffer.push(b'\n');
        Ok(())
    }

    /// Ends the table.
    pub fn flush(&mut self) -> Result<(), String> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        self.number += 1;
        let (name, bytes) = (
            format!("tables/{}/{:05}.jsonl", self.table, self.number),
            std::mem::take(&mut self.buffer),
        );
        self.add(&name, &bytes)
    }

    /// Ends the archive: the manifest, the end mark, and everything on the disk. Returns its size.
    pub fn finish(mut self, mut manifest: Manifest) -> Result<u64, String> {
        self.flush()?;
        manifest.parts = std::mem::take(&mut self.parts);
        let bytes = serde_json::to_vec_pretty(&manifest).map_err(text)?;
        self.member(MANIFEST, &bytes)?;
        let mut file = self.tar.into_inner().map_err(text)?;
        file.flush().and_then(|()| file.sync_all()).map_err(text)?;
        file.metadata().map(|m| m.len()).map_err(text)
    }
}

/// Reads an archive through and compares every part with the manifest: nothing missing, added, moved or changed.
pub fn verified(path: &Path, mut progress: impl FnMut(u64) -> Result<(), String>) -> Result<Manifest, String> {
    let file = File::open(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut archive = tar::Archive::new(file);
    let (mut found, mut manifest, mut read) = (Vec::new(), None, 0u64);
    let strange = |read: u64, e: std::io::Error| {
        if e.kind() != std::io::ErrorKind::UnexpectedEof && read == 0 {
            // The reader's own words quote what it found, whoever's file that may be.
            "this is not a backup of Sansheng".to_owned()
        } else {
            format!("the backup is cut off or damaged after {read} bytes")
        }
    };
    for entry in archive.entries().map_err(|e| strange(0, e))? {
        let mut entry = entry.map_err(|e| strange(read, e))?;
        let name = entry.path().map_err(text)?.to_string_lossy().into_owned();
        if manifest.is_some() {
            return Err(format!("{name} stands behind the manifest"));
        }
        if name == MANIFEST {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(text)?;
            manifest = Some(serde_json::from_slice::<Manifest>(&bytes).map_err(|e| format!("{MANIFEST}: {e}"))?);
            continue;
        }
        let (mut sha, mut size, mut buffer) = (Sha256::new(), 0u64, vec![0u8; 1 << 16]);
        loop {
            let n = entry.read(&mut buffer).map_err(|e| strange(read + size, e))?;
            if n == 0 {
                break;
            }
            sha.update(buffer.get(..n).unwrap_or_default());
            size += n as u64;
        }
        read += size;
        progress(read)?;
        found.push(Part {
            name,
            bytes: size,
            sha256: hex(&sha.finalize()),
        });
    }
    let manifest = manifest.ok_or("this is no whole backup: it has no manifest")?;
    if manifest.format != FORMAT {
        return Err(format!("a backup of the kind {:?} is unknown", manifest.format));
    }
    let want: BTreeMap<&str, &Part> = manifest.parts.iter().map(|p| (p.name.as_str(), p)).collect();
    for p in &found {
        match want.get(p.name.as_str()) {
            None => return Err(format!("{} is not in the manifest", p.name)),
            Some(w) if *w != p => return Err(format!("{} was changed after the backup", p.name)),
            Some(_) => {}
        }
    }
    if found.len() != manifest.parts.len() {
        let missing = manifest.parts.iter().find(|w| !found.iter().any(|p| p.name == w.name));
        return Err(format!("{} is missing", missing.map_or("a part", |p| p.name.as_str())));
    }
    Ok(manifest)
}

/// The table that a part belongs to.
pub fn table_of(name: &str) -> Option<&str> {
    name.strip_prefix("tables/")?.split('/').next()
}

/// The hash that a stored file is named by.
pub fn file_of(name: &str) -> Option<&str> {
    let hash = name.strip_prefix("files/")?.rsplit('/').next()?;
    (hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit())).then_some(hash)
}
