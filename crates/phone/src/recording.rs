//! Recordings of calls where a telephone system keeps them: in a folder, or behind a web address. Only what lies in the place that the
//! settings name is touched, and only sound is given out; whatever else it is, it stays where it is.
//!
//! Everything here waits for disk or network: it belongs on a thread that may wait.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ureq::Agent;

/// The longest recording that is given out, in octets: an hour and a half of telephone sound as it comes (8,000 samples of 16 bits).
pub const LARGEST: u64 = 96 * 1024 * 1024;
/// What is read to see whether there is anything to hear.
const HEAD: u64 = 64 * 1024;
/// Files of a folder that are looked through for a call's name.
const MOST_FILES: usize = 500_000;
/// Recordings of one call that are found by name.
const MOST_FOUND: usize = 20;
/// How long looking at all recordings of a call, at one of them, and fetching a whole one may take.
const LOOK_ALL: Duration = Duration::from_secs(8);
const LOOK: Duration = Duration::from_secs(4);
const FETCH: Duration = Duration::from_secs(60);

/// Why there is nothing to listen to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSound {
    /// It lies outside of the place.
    Elsewhere,
    NotThere,
    /// A header and nothing after it: recording was begun and nothing was written.
    Silent,
    /// No kind of sound that a browser plays.
    NotSound,
    /// More than [`LARGEST`].
    TooLarge,
    /// The folder cannot be read, or nobody answers at the address.
    NotReached,
}

/// A recording with its media type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    pub bytes: Vec<u8>,
    pub kind: &'static str,
}

/// A recording's name, with whether there is anything to hear.
pub type Looked = (String, Result<(), NoSound>);

/// The recordings of a call: those that were told of, or else those of a folder whose name `is_of` the call, with whether there is
/// anything to hear. `day` (`2026-11-28`) says in which folders of a day they may lie.
///
/// # Errors
/// `NotReached` where the folder itself cannot be read.
pub fn look(place: &str, reported: &[String], day: &str, is_of: impl Fn(&str) -> bool) -> Result<Vec<Looked>, NoSound> {
    let names = match reported {
        [] if place.starts_with('/') => by_name(Path::new(place), day, is_of)?,
        told => told.iter().take(MOST_FOUND).cloned().collect(),
    };
    let until = Instant::now() + LOOK_ALL;
    let look = |name: String| {
        let left = until.saturating_duration_since(Instant::now());
        let heard = if left.is_zero() {
            Err(NoSound::NotReached)
        } else {
            read(place, &name, HEAD, left.min(LOOK)).and_then(|head| kind_of(&head).map(|_| ()))
        };
        (name, heard)
    };
    Ok(names.into_iter().map(look).collect())
}

/// A whole recording.
///
/// # Errors
/// [`NoSound`].
pub fn fetch(place: &str, name: &str) -> Result<Sound, NoSound> {
    let bytes = read(place, name, LARGEST + 1, FETCH)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST {
        return Err(NoSound::TooLarge);
    }
    let kind = kind_of(&bytes)?;
    Ok(Sound { bytes, kind })
}

/// Files of a call in a folder, and in the folders of its day as exchanges name them.
fn by_name(folder: &Path, day: &str, is_of: impl Fn(&str) -> bool) -> Result<Vec<String>, NoSound> {
    std::fs::read_dir(folder).map_err(|_| NoSound::NotReached)?;
    let days = [
        String::new(),
        day.replace('-', "/"),
        day.replace('-', ""),
        day.to_owned(),
    ];
    let mut found = Vec::new();
    for sub in days {
        let Ok(files) = std::fs::read_dir(folder.join(&sub)) else {
            continue;
        };
        for file in files.take(MOST_FILES).flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            if is_of(&name) && file.file_type().is_ok_and(|t| t.is_file()) {
                found.push(if sub.is_empty() { name } else { format!("{sub}/{name}") });
            }
        }
    }
    found.sort_unstable();
    found.truncate(MOST_FOUND);
    Ok(found)
}

fn read(place: &str, name: &str, most: u64, patience: Duration) -> Result<Vec<u8>, NoSound> {
    if place.starts_with('/') {
        of_folder(Path::new(place), name, most)
    } else {
        of_address(place, name, most, patience)
    }
}

fn of_folder(folder: &Path, name: &str, most: u64) -> Result<Vec<u8>, NoSound> {
    let folder = folder.canonicalize().map_err(|_| NoSound::NotReached)?;
    // A name from the root on is taken as it is; one that leads out of the folder is found out by where it ends, links included.
    let file: PathBuf = folder.join(name).canonicalize().map_err(|_| NoSound::NotThere)?;
    if !file.starts_with(&folder) {
        return Err(NoSound::Elsewhere);
    }
    if !file.is_file() {
        return Err(NoSound::NotThere);
    }
    let mut bytes = Vec::new();
    let file = File::open(file).map_err(|_| NoSound::NotReached)?;
    file.take(most)
        .read_to_end(&mut bytes)
        .map_err(|_| NoSound::NotReached)?;
    Ok(bytes)
}

/// The whole address of a recording: what was told is its end, or all of it.
fn address(place: &str, name: &str) -> Result<String, NoSound> {
    let base = if place.ends_with('/') {
        place.to_owned()
    } else {
        format!("{place}/")
    };
    let end = match name.strip_prefix(base.as_str()) {
        Some(end) => end,
        None if name.contains("://") => return Err(NoSound::Elsewhere),
        None => name.trim_start_matches('/'),
    };
    // Servers read escapes, dots and semicolons each in their own way: what could be a way out in any of them is none here.
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '\\' | '"' | '<' | '>' | '#' | '@' | '%' | ';');
    let leads_out = end.split(['/', '?']).any(|part| matches!(part, "." | ".."));
    if end.is_empty() || leads_out || !end.chars().all(plain) {
        return Err(NoSound::Elsewhere);
    }
    Ok(format!("{base}{end}"))
}

fn of_address(place: &str, name: &str, most: u64, patience: Duration) -> Result<Vec<u8>, NoSound> {
    let address = address(place, name)?;
    let config = Agent::config_builder()
        .proxy(None)
        // Where another address is named, that one was not set up by anybody.
        .max_redirects(0)
        .max_redirects_will_error(true)
        .timeout_global(Some(patience));
    let agent: Agent = config.build().into();
    let answer = agent.get(&address).call().map_err(|e| match e {
        ureq::Error::StatusCode(404 | 410) => NoSound::NotThere,
        _ => NoSound::NotReached,
    })?;
    // A redirect is an answer too, and leads nowhere.
    if answer.status() != 200 {
        return Err(NoSound::NotReached);
    }
    let mut bytes = Vec::new();
    let body = answer.into_body().into_reader();
    body.take(most)
        .read_to_end(&mut bytes)
        .map_err(|_| NoSound::NotReached)?;
    Ok(bytes)
}

/// The media type of a sound by its first octets, if there is anything after them.
fn kind_of(bytes: &[u8]) -> Result<&'static str, NoSound> {
    let starts = |at: usize, with: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(with));
    let (kind, least) = if starts(0, b"RIFF") && starts(8, b"WAVE") {
        let (plays, data) = wav(bytes).ok_or(NoSound::Silent)?;
        if !plays {
            return Err(NoSound::NotSound);
        }
        ("audio/wav", data)
    } else if starts(0, b"ID3") || (starts(0, &[0xff]) && bytes.get(1).is_some_and(|b| b & 0xe0 == 0xe0)) {
        ("audio/mpeg", 128)
    } else if starts(0, b"OggS") {
        ("audio/ogg", 128)
    } else if starts(0, b"fLaC") {
        ("audio/flac", 128)
    } else if starts(4, b"ftyp") {
        ("audio/mp4", 128)
    } else if bytes.is_empty() {
        return Err(NoSound::Silent);
    } else {
        return Err(NoSound::NotSound);
    };
    if bytes.len() > least {
        Ok(kind)
    } else {
        Err(NoSound::Silent)
    }
}

/// How a WAV file's samples are written that browsers play: PCM, floating point, the two laws of the telephone, and what names its own.
const PLAYED: [u16; 5] = [1, 3, 6, 7, 0xfffe];

/// Whether browsers play it, and where the samples of a WAV file begin.
fn wav(bytes: &[u8]) -> Option<(bool, usize)> {
    let mut at = 12_usize;
    let mut plays = true;
    loop {
        let name = bytes.get(at..at.checked_add(4)?)?;
        let size = bytes.get(at.checked_add(4)?..at.checked_add(8)?)?;
        let size = usize::try_from(u32::from_le_bytes(size.try_into().ok()?)).ok()?;
        let begins = at.checked_add(8)?;
        if name == b"data" {
            return Some((plays, begins));
        }
        if name == b"fmt " {
            let format = bytes.get(begins..begins.checked_add(2)?)?;
            plays = PLAYED.contains(&u16::from_le_bytes(format.try_into().ok()?));
        }
        // Chunks are padded to an even length.
        at = begins.checked_add(size)?.checked_add(size % 2)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(samples: usize) -> Vec<u8> {
        let mut wav =
            b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0".to_vec();
        wav.extend(vec![7; samples]);
        wav
    }

    #[test]
    fn a_header_is_no_sound() {
        assert_eq!(recorded(0).len(), 44);
        assert_eq!(kind_of(&recorded(0)), Err(NoSound::Silent));
        assert_eq!(kind_of(&recorded(2)), Ok("audio/wav"));
        let listed = [b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0data\0\0\0\0".as_slice(), b"xy"].concat();
        assert_eq!(kind_of(&listed), Ok("audio/wav"), "other chunks before");
        assert_eq!(kind_of(&listed[..listed.len() - 2]), Err(NoSound::Silent));
        assert_eq!(
            kind_of(b"RIFF\0\0\0\0WAVEjunk\xff\xff\xff\xff"),
            Err(NoSound::Silent),
            "a length that lies"
        );
    }

    #[test]
    fn only_sound_is_given_out() {
        let gsm = [b"RIFF\0\0\0\0WAVEfmt \x02\0\0\0\x31\0data\0\0\0\0".as_slice(), &[7; 65]].concat();
        assert_eq!(kind_of(&gsm), Err(NoSound::NotSound), "GSM in a WAV file");
        let long = |start: &[u8]| [start, &[0; 300]].concat();
        assert_eq!(kind_of(&long(b"ID3\x04")), Ok("audio/mpeg"));
        assert_eq!(kind_of(&long(&[0xff, 0xfb])), Ok("audio/mpeg"));
        assert_eq!(kind_of(&long(b"OggS")), Ok("audio/ogg"));
        assert_eq!(kind_of(&long(b"\0\0\0\x20ftypM4A ")), Ok("audio/mp4"));
        assert_eq!(kind_of(b"root:x:0:0:root:/root:/bin/sh\n"), Err(NoSound::NotSound));
        assert_eq!(kind_of(b"<html>"), Err(NoSound::NotSound));
        assert_eq!(kind_of(b""), Err(NoSound::Silent));
    }

    #[test]
    fn what_lies_outside_of_the_folder_stays_there() {
        let root = std::env::temp_dir().join(format!("sansheng-recordings-{}", std::process::id()));
        let folder = root.join("monitor");
        std::fs::create_dir_all(folder.join("2026/11/28")).unwrap();
        let put = |name: &str, bytes: &[u8]| std::fs::write(root.join(name), bytes).unwrap();
        put("monitor/a.wav", &recorded(20));
        put("monitor/empty.wav", &recorded(0));
        put("monitor/2026/11/28/q-1795280883.8.wav", &recorded(20));
        put("secret.wav", &recorded(20));
        std::os::unix::fs::symlink(root.join("secret.wav"), folder.join("link.wav")).unwrap();
        let place = folder.to_string_lossy().into_owned();
        assert_eq!(
            fetch(&place, "a.wav").map(|s| (s.bytes.len(), s.kind)),
            Ok((64, "audio/wav"))
        );
        assert_eq!(
            fetch(&place, &format!("{place}/a.wav")).map(|s| s.kind),
            Ok("audio/wav"),
            "the whole path"
        );
        assert_eq!(fetch(&place, "empty.wav"), Err(NoSound::Silent));
        assert_eq!(fetch(&place, "none.wav"), Err(NoSound::NotThere));
        assert_eq!(fetch(&place, "2026"), Err(NoSound::NotThere), "a folder");
        for outside in [
            "../secret.wav",
            "link.wav",
            &root.join("secret.wav").to_string_lossy(),
            "/etc/passwd",
        ] {
            assert_eq!(fetch(&place, outside), Err(NoSound::Elsewhere), "{outside}");
        }
        assert_eq!(fetch("/nowhere/at/all", "a.wav"), Err(NoSound::NotReached));
        let all = look(&place, &[], "2026-11-28", |name| name.contains("1795280883.8"));
        assert_eq!(all, Ok(vec![("2026/11/28/q-1795280883.8.wav".to_owned(), Ok(()))]));
        assert_eq!(
            look("/nowhere/at/all", &[], "2026-11-28", |_| true),
            Err(NoSound::NotReached)
        );
        let told = look(&place, &["a.wav".into(), "empty.wav".into()], "2026-11-28", |_| true).unwrap();
        assert_eq!(told[0].1, Ok(()));
        assert_eq!(told[1].1, Err(NoSound::Silent));
        std::fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn only_addresses_below_the_one_that_was_set_up_are_asked() {
        let place = "https://pbx.example/recordings";
        let of = |name| address(place, name);
        assert_eq!(of("a.wav").as_deref(), Ok("https://pbx.example/recordings/a.wav"));
        assert_eq!(
            of("/2026/a.wav").as_deref(),
            Ok("https://pbx.example/recordings/2026/a.wav")
        );
        assert_eq!(
            of("https://pbx.example/recordings/a.wav?id=1").as_deref(),
            Ok("https://pbx.example/recordings/a.wav?id=1")
        );
        for outside in [
            "https://pbx.example/other/a.wav",
            "https://pbx.example/recordings.evil/a.wav",
            "http://169.254.169.254/latest",
            "file:///etc/passwd",
            "../admin",
            "a/%2e%2E/admin",
            "..%2fadmin",
            "..;/admin",
            "a/./b",
            "a b",
            "a\\b",
            "",
        ] {
            assert_eq!(of(outside), Err(NoSound::Elsewhere), "{outside}");
        }
    }

    #[test]
    fn a_recording_comes_from_a_web_address_and_a_redirect_leads_nowhere() {
        use std::io::Write as _;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            for _ in 0..3 {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 2_048];
                let n = stream.read(&mut request).unwrap();
                let request = String::from_utf8_lossy(&request[..n]).into_owned();
                let (status, more, body) = match request.split(' ').nth(1).unwrap() {
                    "/rec/a.wav" => ("200 OK", "", recorded(20)),
                    "/rec/moved.wav" => ("302 Found", "Location: /secret\r\n", Vec::new()),
                    _ => ("404 Not Found", "", Vec::new()),
                };
                let length = body.len();
                write!(
                    stream,
                    "HTTP/1.1 {status}\r\n{more}Content-Length: {length}\r\nConnection: close\r\n\r\n"
                )
                .unwrap();
                stream.write_all(&body).unwrap();
            }
        });
        let place = format!("http://127.0.0.1:{port}/rec");
        assert_eq!(fetch(&place, "a.wav").map(|s| s.kind), Ok("audio/wav"));
        assert_eq!(fetch(&place, "moved.wav"), Err(NoSound::NotReached));
        assert_eq!(fetch(&place, "none.wav"), Err(NoSound::NotThere));
        server.join().unwrap();
        assert_eq!(fetch(&place, "a.wav"), Err(NoSound::NotReached), "nobody there");
    }
}
