//! Recordings of calls (录音): they stay where the telephone system keeps them. Here: who may listen, for what, and that it is on record each
//! time. Where they are and whether there is anything to hear on them is known to the adapter.

use std::future::Future;
use std::pin::Pin;

use domain::access::Action;
use domain::ids::{CallHearingId, CallId};
use domain::refusal::Refusal;
use serde_json::{Value, json};
use store::call as db;
pub use store::call::HearingRow;
use store::db::Tx;
use store::seam::Conn;

use super::system::Kind;
use super::{Seen, get, say};
use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res};

/// How long after it was said why a recording can be listened to, in milliseconds: an hour (habit: longer than any call).
const GRANTED: i64 = 3_600_000;
/// The longest name of a recording, in octets.
const LONGEST_NAME: usize = 1_024;
/// The longest reason, in characters.
const LONGEST: usize = 200;
/// Listenings of one call that are shown.
const SHOWN: i64 = 100;

/// The recordings of a call, as they are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The system's folder, or the beginning of its addresses.
    pub place: String,
    /// What the system told of.
    pub reported: Vec<String>,
    /// The call as the system names it: a file whose name holds it is one of its recordings. Empty for a system that names them itself.
    pub key: String,
    /// The day of the call where the estate is, `2026-11-28`.
    pub day: String,
}

/// Why there is nothing to listen to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSound {
    /// It lies outside of what the settings name.
    Elsewhere,
    NotThere,
    /// A file without anything in it: the recording was begun and nothing was written.
    Silent,
    /// No kind of sound that a browser plays.
    NotSound,
    TooLarge,
    /// Where it is kept cannot be reached.
    NotReached,
}

impl NoSound {
    /// The text code, as used in translation keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            NoSound::Elsewhere => "elsewhere",
            NoSound::NotThere => "not_there",
            NoSound::Silent => "silent",
            NoSound::NotSound => "not_sound",
            NoSound::TooLarge => "too_large",
            NoSound::NotReached => "not_reached",
        }
    }
}

/// A recording that was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub name: String,
    /// Whether there is anything to hear.
    pub sound: Result<(), NoSound>,
}

/// A recording with its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    pub bytes: Vec<u8>,
    pub kind: &'static str,
}

/// What looking answers.
pub type Looked<'a> = Pin<Box<dyn Future<Output = Result<Vec<Found>, NoSound>> + Send + 'a>>;
/// What fetching answers.
pub type Fetched<'a> = Pin<Box<dyn Future<Output = Result<Sound, NoSound>> + Send + 'a>>;

/// Whether a text names where recordings are: a folder from the root on, or the beginning of a web address.
#[must_use]
pub fn is_place(text: &str) -> bool {
    let web = ["http://", "https://"]
        .iter()
        .find_map(|start| text.strip_prefix(start));
    let whole = !text.chars().any(char::is_control) && !text.contains("..");
    whole && (text.starts_with('/') || web.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/')))
}

/// Where a system's recordings are, and whether they are found there by the name of the call.
fn place_of(c: &mut Conn, ctx: &Ctx, s: &Seen) -> Res<(String, bool)> {
    let system = db::system(c, &ctx.site, &s.row.system_id)?.ok_or(Error::NotFound)?;
    let config: Value = serde_json::from_str(&system.config).unwrap_or_default();
    let place = config.get("recordings").and_then(Value::as_str).unwrap_or_default();
    let by_name = place.starts_with('/') && system.kind != Kind::Webhook.as_str();
    Ok((place.to_owned(), by_name))
}

/// What stands for a recording's name on a page: names often hold the caller's number.
#[must_use]
pub fn mark(name: &str) -> String {
    crate::account::secret_hash(name)
}

/// Where the recordings of a call are to be looked for; none where its system keeps none that we know of.
///
/// # Errors
/// `Forbidden` without the right to listen, and as [`get`].
pub fn wanted(c: &mut Conn, ctx: &Ctx, id: &CallId) -> Res<Option<Wanted>> {
    ctx.need(Action::HearRecording)?;
    let s = get(c, ctx, id)?;
    let (place, by_name) = place_of(c, ctx, &s)?;
    if place.is_empty() {
        return Ok(None);
    }
    Ok(Some(Wanted {
        place,
        reported: s.doc.call.recordings.clone(),
        key: if by_name { s.row.call_key } else { String::new() },
        day: day(c, ctx, s.row.at)?,
    }))
}

fn day(c: &mut Conn, ctx: &Ctx, at: i64) -> Res<String> {
    let zone = crate::case::zone(c, &ctx.site)?;
    let at = jiff::Timestamp::from_millisecond(at).map_err(Error::internal)?;
    Ok(at.to_zoned(zone).date().to_string())
}

/// The shortest name of a call by which a file is taken for its recording.
const SHORTEST_KEY: usize = 6;

/// Whether a file's name holds a call's name, whole: `…-1795280883.8.wav` is one of `1795280883.8`, and `…-1795280883.81.wav` is not.
#[must_use]
pub fn is_of(name: &str, key: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric();
    let file = name.rsplit('/').next().unwrap_or(name);
    key.len() >= SHORTEST_KEY
        && file.match_indices(key).any(|(at, _)| {
            let before = file[..at].chars().next_back();
            let after = file[at + key.len()..].chars().next();
            !before.is_some_and(word) && !after.is_some_and(word)
        })
}

/// Somebody is about to listen to a recording, for a reason; from now on they can, for an hour.
///
/// # Errors
/// `Forbidden`, `Invalid` without a reason, `refuse-no-recording` for what is none of this call, and as [`get`].
pub fn hear(tx: &mut Tx, ctx: &Ctx, id: &CallId, name: &str, reason: &str) -> Res<CallHearingId> {
    ctx.need(Action::HearRecording)?;
    let me = ctx.need_staff()?.id.clone();
    let s = get(tx, ctx, id)?;
    let (_, by_name) = place_of(tx, ctx, &s)?;
    let told = s.doc.call.recordings.iter().any(|r| r == name);
    if name.len() > LONGEST_NAME || !(told || by_name && is_of(name, &s.row.call_key)) {
        return Err(Refusal::new("refuse-no-recording").into());
    }
    let reason = domain::privacy::masked(reason.trim());
    let mut f = Fields::default();
    if reason.is_empty() {
        f.add("reason", "required");
    }
    f.at_most("reason", &reason, LONGEST);
    f.done()?;
    let row = HearingRow {
        id: ctx.id(),
        site_id: ctx.site.clone(),
        call_id: id.clone(),
        staff_id: me,
        name: name.to_owned(),
        reason,
        at: ctx.now,
    };
    db::hearing_add(tx, &row)?;
    let body = json!({"recording": row.name, "reason": row.reason});
    say(tx, ctx, &s.row, "recording_heard", body, &["recording", "reason"]);
    Ok(row.id)
}

/// Where the recording is that the actor may listen to now.
///
/// # Errors
/// `Forbidden`; `NotFound` for what somebody else was granted, what was long ago, and as [`get`].
pub fn granted(c: &mut Conn, ctx: &Ctx, id: &CallHearingId) -> Res<(String, String)> {
    ctx.need(Action::HearRecording)?;
    let me = &ctx.need_staff()?.id;
    let row = db::hearing(c, &ctx.site, id)?.ok_or(Error::NotFound)?;
    if row.staff_id != *me || ctx.now - row.at > GRANTED {
        return Err(Error::NotFound);
    }
    let s = get(c, ctx, &row.call_id)?;
    Ok((place_of(c, ctx, &s)?.0, row.name))
}

/// Who listened to a call, when and for what, the newest first.
///
/// # Errors
/// `Forbidden`, and as [`get`].
pub fn heard(c: &mut Conn, ctx: &Ctx, id: &CallId) -> Res<Vec<HearingRow>> {
    ctx.need(Action::HearRecording)?;
    get(c, ctx, id)?;
    Ok(db::hearings(c, id, SHOWN)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_of_a_call_whose_name_it_holds_whole() {
        let key = "1795280883.8";
        for (name, is) in [
            ("q-95001-20261121-1795280883.8.wav", true),
            ("2026/11/21/1795280883.8.wav", true),
            ("1795280883.81.wav", false),
            ("01795280883.8.wav", false),
            ("1795280883.8/other.wav", false),
        ] {
            assert_eq!(is_of(name, key), is, "{name}");
        }
        assert!(!is_of("a-8.wav", "8"), "too short to say anything");
    }

    #[test]
    fn a_place_is_a_folder_or_a_web_address() {
        for (text, is) in [
            ("/var/spool/asterisk/monitor", true),
            ("https://pbx.example/recordings/", true),
            ("monitor", false),
            ("https://", false),
            ("https:///etc", false),
            ("file:///etc", false),
            ("/srv/../etc", false),
        ] {
            assert_eq!(is_place(text), is, "{text}");
        }
    }
}
