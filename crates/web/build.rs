//! Checks that the browser files were made and writes the list of what `src/assets.rs` embeds. It runs no tool and fetches
//! nothing: the asset step is `build-assets.mjs`, run by hand or by `./run`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

const COMMAND: &str = "npm --prefix crates/web ci --ignore-scripts && node crates/web/build-assets.mjs";

fn main() {
    let dist = PathBuf::from(variable("CARGO_MANIFEST_DIR")).join("dist");
    println!("cargo::rerun-if-changed=build.rs");
    // The manifest names every file with the hash of its bytes: it changes when any of them does.
    println!("cargo::rerun-if-changed=dist/manifest.json");
    if !dist.join("manifest.json").is_file() {
        stop(&format!("the browser files are missing; make them first: {COMMAND}"));
    }
    let list = list(&dist).unwrap_or_else(|error| stop(&format!("crates/web/dist: {error}")));
    locales();
    let out = PathBuf::from(variable("OUT_DIR")).join("assets.rs");
    if let Err(error) = fs::write(&out, list) {
        stop(&format!("{}: {error}", out.display()));
    }
}

/// The list of locale files of each language, embedded by `src/l10n.rs`.
fn locales() {
    println!("cargo::rerun-if-changed=locales");
    let mut code = String::new();
    for (lang, name) in [("zh", "ZH_FILES"), ("en", "EN_FILES")] {
        let dir = PathBuf::from(variable("CARGO_MANIFEST_DIR")).join("locales").join(lang);
        let entries = fs::read_dir(&dir).unwrap_or_else(|error| stop(&format!("{}: {error}", dir.display())));
        let mut files: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
        files.retain(|f| f.extension().is_some_and(|x| x == "ftl"));
        files.sort();
        let list: String = files.iter().fold(String::new(), |mut list, file| {
            println!("cargo::rerun-if-changed={}", file.display());
            let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if write!(list, "({stem:?}, include_str!({:?})), ", file.display().to_string()).is_err() {
                stop("cannot write to memory");
            }
            list
        });
        if writeln!(code, "static {name}: &[(&str, &str)] = &[{list}];").is_err() {
            stop("cannot write to memory");
        }
    }
    let out = PathBuf::from(variable("OUT_DIR")).join("locales.rs");
    if let Err(error) = fs::write(&out, code) {
        stop(&format!("{}: {error}", out.display()));
    }
}

/// One `Embedded { … }` for each file of `dist`, in the order of the names.
fn list(dist: &Path) -> Result<String, std::io::Error> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dist)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    let mut code = String::from("[\n");
    for name in &names {
        if name.ends_with(".gz") || name == "manifest.json" {
            continue;
        }
        let file = dist.join(name);
        let twin = format!("{name}.gz");
        let gzip = match names.binary_search(&twin) {
            Ok(_) => format!("Some(include_bytes!({:?}))", dist.join(&twin).display().to_string()),
            Err(_) => "None".to_owned(),
        };
        let (logical, immutable) = logical(name);
        let written = writeln!(
            code,
            "    Embedded {{ logical: {logical:?}, url: {:?}, bytes: include_bytes!({:?}), gzip: {gzip}, immutable: {immutable} }},",
            format!("/assets/{name}"),
            file.display().to_string(),
        );
        if written.is_err() {
            stop("cannot write to memory");
        }
    }
    code.push_str("]\n");
    Ok(code)
}

/// `app-0123456789ab.css` is `app.css` and never changes; a name without a hash is itself and may.
fn logical(name: &str) -> (String, bool) {
    if let Some((stem, ending)) = name.rsplit_once('.')
        && let Some((base, hash)) = stem.rsplit_once('-')
        && hash.len() == 12
        && hash.bytes().all(|b| b.is_ascii_hexdigit())
    {
        return (format!("{base}.{ending}"), true);
    }
    (name.to_owned(), false)
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| stop(&format!("{name} is not set: run this through cargo")))
}

fn stop(text: &str) -> ! {
    println!("cargo::error={text}");
    process::exit(1);
}
