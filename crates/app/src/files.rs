//! Files by their hash, beside the database. A file is written whole under another name, synced and renamed, before the
//! row that refers to it is committed: a row never points at nothing.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Error, Res};

/// The folder of files.
pub struct Files {
    dir: PathBuf,
}

fn io(e: std::io::Error) -> Error {
    match e.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Error::Unavailable("unavailable-full"),
        _ => Error::Internal(format!("files: {e}")),
    }
}

impl Files {
    /// Opens (and makes) the folder.
    ///
    /// # Errors
    /// `Internal` when it cannot be made.
    pub fn open(dir: &Path) -> Res<Files> {
        fs::create_dir_all(dir).map_err(io)?;
        Ok(Files { dir: dir.to_owned() })
    }

    /// Where the bytes of a hash lie.
    pub fn path(&self, hash: &str) -> PathBuf {
        self.dir.join(hash.get(..2).unwrap_or("xx")).join(hash)
    }

    /// Stores bytes; returns their SHA-256 in hex. The same bytes twice are one file.
    ///
    /// # Errors
    /// `Unavailable` when the disk is full.
    pub fn put(&self, bytes: &[u8]) -> Res<String> {
        let hash: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
        let path = self.path(&hash);
        if path.exists() {
            return Ok(hash);
        }
        let folder = path.parent().unwrap_or(&self.dir).to_owned();
        fs::create_dir_all(&folder).map_err(io)?;
        // The thread's id keeps two uploads of the same picture from writing into one half-made file.
        let temp = folder.join(format!(".{hash}.{:?}", std::thread::current().id()));
        let result = (|| {
            let mut f = File::create(&temp)?;
            f.write_all(bytes)?;
            f.sync_all()?;
            fs::rename(&temp, &path)?;
            File::open(&folder)?.sync_all()
        })();
        if let Err(e) = result {
            let _leftover = fs::remove_file(&temp);
            return Err(io(e));
        }
        Ok(hash)
    }

    /// The bytes of a hash.
    ///
    /// # Errors
    /// `NotFound` when there is no such file.
    pub fn get(&self, hash: &str) -> Res<Vec<u8>> {
        if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(Error::NotFound);
        }
        let mut bytes = Vec::new();
        let mut f = File::open(self.path(hash)).map_err(|_| Error::NotFound)?;
        f.read_to_end(&mut bytes).map_err(io)?;
        Ok(bytes)
    }
}
