//! Importing an estate from a workbook (issue 2, point 2): first a look at what would be created, changed and refused, then
//! the writing. Importing again brings up to date and never duplicates: units are found by their code in any writing, people
//! by the former system's number, the ID number, the name with a telephone or the name in the same unit, vehicles by plate,
//! parking places by lot and code. What a file does not mention stays as it is: nobody moves out by an import.
//!
//! # All or nothing
//!
//! Everything is checked before anything is written. With [`Mode::AllOrNothing`] one refused row is enough for nothing to be
//! written; with [`Mode::GoodRows`] the refused rows are left out. A change that came from a sound file is then written in
//! slices of some hundred things, so that a desk at work never waits longer than some milliseconds; one transaction over the
//! whole file would lock it out for seconds. So while it is being written, a part of it can be seen already. A crash in the
//! middle is not undone but finished: the file is kept, the batch stays `writing`, and [`resume_left`] compares the file with
//! the archive again and writes what is missing. A person who stops the writing leaves the batch `stopped`, with what is
//! written so far, and can go on later. Each slice holds the batch's claim in its own transaction: of two processes that
//! work on one import, the slower one's next slice is refused whole.

mod archive;
pub mod check;
mod plan;
mod report;
mod work;
mod write;

use std::sync::atomic::{AtomicI64, Ordering};

use domain::access::Action;
use domain::ids::{ImportId, SiteId};
use office::estate::{Continue, read_estate};
use office::{FileProblem, Limits, RowProblem};
use serde::{Deserialize, Serialize};
use serde_json::json;
pub use store::import::{Batch, BatchLine};
use store::seam::Conn;

pub use report::{Count, Counts, Line, MOST_LINES, Preview, SheetSeen};
pub use work::{resume_left, work};

use crate::ctx::Ctx;
use crate::desk::Desk;
use crate::error::{Error, Res};
use crate::{journal, once};
use archive::Archive;
use plan::{Op, Plan};

/// Largest file, in bytes.
pub const MOST_BYTES: usize = 50 << 20;
/// Silence after which an import counts as left alone, in milliseconds.
const SILENCE: i64 = 30_000;
/// How often the progress is written down while reading, in milliseconds.
const BEAT: i64 = 400;
/// How long the statements of one slice may take; its journal entries and the commit take as long again.
const SLICE_MS: i64 = 6;
/// Imports on the page.
const LISTED: i64 = 30;

/// What to do when rows are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    AllOrNothing,
    GoodRows,
}

impl Mode {
    pub fn code(self) -> &'static str {
        match self {
            Mode::AllOrNothing => "all_or_nothing",
            Mode::GoodRows => "good_rows",
        }
    }

    pub fn parse(s: &str) -> Option<Mode> {
        [Mode::AllOrNothing, Mode::GoodRows].into_iter().find(|m| m.code() == s)
    }
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Rows of the file.
    Reading,
    /// Things written, of all.
    Writing,
}

/// How far it is. `of` is 0 when that is not known.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    pub phase: Phase,
    pub done: i64,
    pub of: i64,
}

/// Told how far it is; answers whether to go on.
pub type Go<'a> = &'a dyn Fn(Progress) -> bool;

/// Why there is no preview.
#[derive(Debug)]
pub enum Trouble {
    /// The file as a whole.
    File(FileProblem),
    App(Error),
}

impl<E: Into<Error>> From<E> for Trouble {
    fn from(e: E) -> Trouble {
        Trouble::App(e.into())
    }
}

fn look_over(desk: &Desk, ctx: &Ctx, bytes: &[u8], name: &str, go: Go<'_>) -> Result<Plan, Trouble> {
    let told = |p: office::estate::Progress| {
        let done = i64::try_from(p.rows).unwrap_or(i64::MAX);
        if go(Progress {
            phase: Phase::Reading,
            done,
            of: 0,
        }) {
            Continue::Yes
        } else {
            Continue::Stop
        }
    };
    let file = read_estate(bytes, name, &Limits::default(), &told).map_err(Trouble::File)?;
    let site = ctx.site.clone();
    let (archive, zone) =
        desk.read_now(move |c| Ok::<_, Error>((Archive::load(c, &site)?, crate::case::zone(c, &site)?)))?;
    let year = jiff::Timestamp::from_millisecond(ctx.now)
        .map_err(Error::internal)?
        .to_zoned(zone)
        .year();
    Ok(plan::make(&file, archive, ctx, i64::from(year)))
}

/// What an import of this file would do. Writes nothing.
///
/// # Errors
/// [`Trouble::File`] for a file that cannot be read; `Forbidden`.
pub fn examine(desk: &Desk, ctx: &Ctx, bytes: &[u8], name: &str, go: Go<'_>) -> Result<Preview, Trouble> {
    ctx.need(Action::Import)?;
    Ok(look_over(desk, ctx, bytes, name, go)?.preview)
}

/// Takes a file in, to be looked at. A repeated `key` gives the same import.
///
/// # Errors
/// `Forbidden`; `Invalid` for a file that is too large or empty; `Unavailable` when the disk is full.
pub fn take_in(desk: &Desk, ctx: &Ctx, key: &str, bytes: &[u8], name: &str) -> Res<ImportId> {
    ctx.need(Action::Import)?;
    if bytes.is_empty() {
        return Err(Error::field("file", "import-file-empty"));
    }
    if bytes.len() > MOST_BYTES {
        return Err(Error::field("file", "import-file-large"));
    }
    let hash = desk.files.put(bytes)?;
    let name: String = name
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or(name)
        .chars()
        .take(120)
        .collect();
    let key = key.to_owned();
    desk.write_now(ctx, move |tx, ctx| {
        once::once(tx, ctx, &key, &("import", &hash), |tx, ctx| {
            tx.serial(&format!("import/{}", ctx.site))?;
            let row = Batch {
                id: ctx.id(),
                site_id: ctx.site.clone(),
                staff_id: ctx.staff().map(|s| s.id.clone()),
                file_name: name.clone(),
                file_hash: hash.clone(),
                state: "reading".into(),
                counts: "{}".into(),
                preview: "{}".into(),
                progress: 0,
                total: 0,
                created_at: ctx.now,
                finished_at: None,
                version: 1,
                number: store::import::next_number(tx, &ctx.site)?,
                mode: String::new(),
                claim: String::new(),
                beat_at: ctx.now,
                stop_wanted: false,
            };
            store::import::insert(tx, &row)?;
            let body = json!({"number": row.number, "file": row.file_name, "hash": row.file_hash});
            journal::now(tx, ctx, "import", row.id.as_str(), "import_uploaded", body, &[]);
            Ok(row.id)
        })
    })
}

/// One import.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &ImportId) -> Res<Batch> {
    ctx.need(Action::Import)?;
    store::import::get(c, &ctx.site, id)?.ok_or(Error::NotFound)
}

/// The latest imports of the open site.
///
/// # Errors
/// `Forbidden`.
pub fn list(c: &mut Conn, ctx: &Ctx) -> Res<Vec<BatchLine>> {
    ctx.need(Action::Import)?;
    Ok(store::import::list(c, &ctx.site, LISTED)?)
}

/// The preview that an import carries.
pub fn preview_of(b: &Batch) -> Preview {
    serde_json::from_str(&b.preview).unwrap_or_default()
}

/// The counts of a listed import.
pub fn counts_of(json: &str) -> Counts {
    serde_json::from_str(json).unwrap_or_default()
}

/// Asks whoever works on an import to stop. Rows that are written stay.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub fn stop(tx: &mut store::db::Tx, ctx: &Ctx, id: &ImportId) -> Res<()> {
    get(tx, ctx, id)?;
    store::import::want_stop(tx, &ctx.site, id)?;
    Ok(())
}

/// One who works on an import, as long as nobody else has taken it over.
struct Hand<'a> {
    desk: &'a Desk,
    ctx: &'a Ctx,
    id: ImportId,
    claim: String,
    said_at: AtomicI64,
    go: Go<'a>,
}

impl Hand<'_> {
    fn ctx(&self) -> Ctx {
        Ctx {
            now: self.desk.clock.now(),
            ..self.ctx.clone()
        }
    }

    /// Writes down how far it is, now and then. Says whether to go on.
    fn say(&self, p: Progress) -> bool {
        if !(self.go)(p) {
            return false;
        }
        let ctx = self.ctx();
        if ctx.now - self.said_at.load(Ordering::Relaxed) < BEAT {
            return true;
        }
        self.said_at.store(ctx.now, Ordering::Relaxed);
        let (id, claim) = (self.id.clone(), self.claim.clone());
        let said = self.desk.write_now(&ctx, move |tx, ctx| {
            let (live, site) = (ctx.live.clone(), ctx.site.clone());
            tx.after_commit(move || live.changed(&site));
            Ok(store::import::beat(tx, &id, &claim, p.done, p.of, ctx.now)?)
        });
        matches!(said, Ok(Some(false)))
    }

    fn found(&self, state: &'static str, preview: &Preview, total: i64) -> Res<()> {
        let (id, claim) = (self.id.clone(), self.claim.clone());
        let counts = serde_json::to_string(&preview.counts)?;
        let preview = serde_json::to_string(&preview.trimmed())?;
        self.desk.write_now(&self.ctx(), move |tx, ctx| {
            let (live, site) = (ctx.live.clone(), ctx.site.clone());
            tx.after_commit(move || live.changed(&site));
            store::import::found(tx, &id, &claim, state, &counts, &preview, total)?;
            Ok(())
        })
    }

    fn rest(&self, state: &'static str, event: &'static str, body: serde_json::Value) -> Res<()> {
        let (id, claim) = (self.id.clone(), self.claim.clone());
        self.desk.write_now(&self.ctx(), move |tx, ctx| {
            let at = (state == "done").then_some(ctx.now);
            if store::import::rest(tx, &id, &claim, state, at)? == 1 {
                journal::now(tx, ctx, "import", id.as_str(), event, body.clone(), &[]);
            }
            Ok(())
        })
    }
}

/// Reads a file that was taken in and keeps what it would do, or why it cannot be read. Does nothing when somebody else is
/// at it.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Unavailable`.
pub fn look(desk: &Desk, ctx: &Ctx, id: &ImportId, go: Go<'_>) -> Res<Batch> {
    ctx.need(Action::Import)?;
    let claim = desk.ids.hex(8);
    let (i, c) = (id.clone(), claim.clone());
    let (mine, batch) = desk.write_now(ctx, move |tx, ctx| {
        let b = get(tx, ctx, &i)?;
        let mine = b.state == "reading" && store::import::take(tx, &i, &c, ctx.now, ctx.now - SILENCE)? == 1;
        Ok((mine, b))
    })?;
    if !mine {
        return Ok(batch);
    }
    let hand = Hand {
        desk,
        ctx,
        id: id.clone(),
        claim,
        said_at: AtomicI64::new(0),
        go,
    };
    let bytes = desk.files.get(&batch.file_hash)?;
    match look_over(desk, ctx, &bytes, &batch.file_name, &|p| hand.say(p)) {
        Ok(plan) => hand.found("ready", &plan.preview, count(&plan.ops))?,
        Err(Trouble::File(problem)) => {
            if let FileProblem::Corrupt { detail } = &problem {
                tracing::info!(import = %id, detail, "the file of an import is damaged");
            }
            hand.found(
                "failed",
                &Preview {
                    problem: Some(problem),
                    ..Preview::default()
                },
                0,
            )?;
        }
        Err(Trouble::App(e)) => {
            tracing::warn!(import = %id, error = %e, "an import could not be looked at");
            hand.found(
                "failed",
                &Preview {
                    failed: "import-failed".into(),
                    ..Preview::default()
                },
                0,
            )?;
        }
    }
    let i = id.clone();
    let c = ctx.clone();
    desk.read_now(move |conn| get(conn, &c, &i))
}

/// Takes a file in and looks at it.
///
/// # Errors
/// As [`take_in`] and [`look`].
pub fn preview(desk: &Desk, ctx: &Ctx, bytes: &[u8], name: &str, go: Go<'_>) -> Res<Batch> {
    let id = take_in(desk, ctx, "", bytes, name)?;
    look(desk, ctx, &id, go)
}

/// Says that an import is to be written, so that from here on it will be, by [`work`] or after a crash by [`resume_left`].
/// Returns the claim.
///
/// # Errors
/// `Forbidden`, `NotFound`; `Invalid` when rows are refused and it is all or nothing, when it is not ready, or when another
/// import of the site is being written.
pub fn begin(desk: &Desk, ctx: &Ctx, id: &ImportId, mode: Mode) -> Res<String> {
    Ok(start(desk, ctx, "", id, mode, false)?.unwrap_or_default())
}

/// As [`begin`], once for each key: a repeat gets no claim, because the first one has it.
///
/// # Errors
/// As [`begin`].
pub fn begin_once(desk: &Desk, ctx: &Ctx, key: &str, id: &ImportId, mode: Mode) -> Res<Option<String>> {
    start(desk, ctx, key, id, mode, false)
}

/// As [`begin`], for a file that was only just taken in: it is looked at when it is written.
///
/// # Errors
/// As [`begin`].
pub fn begin_unseen(desk: &Desk, ctx: &Ctx, id: &ImportId, mode: Mode) -> Res<String> {
    Ok(start(desk, ctx, "", id, mode, true)?.unwrap_or_default())
}

/// The claim; none when the key was used before.
fn start(desk: &Desk, ctx: &Ctx, key: &str, id: &ImportId, mode: Mode, unseen: bool) -> Res<Option<String>> {
    ctx.need(Action::Import)?;
    let claim = desk.ids.hex(8);
    let (id, c, key) = (id.clone(), claim.clone(), key.to_owned());
    let given: String = desk.write_now(ctx, move |tx, ctx| {
        get(tx, ctx, &id)?;
        once::once(tx, ctx, &key, &("import_run", &id, mode), |tx, ctx| {
            started(tx, ctx, &id, mode, &c, unseen)?;
            Ok(c.clone())
        })
    })?;
    Ok((given == claim).then_some(claim))
}

fn started(tx: &mut store::db::Tx, ctx: &Ctx, id: &ImportId, mode: Mode, claim: &str, unseen: bool) -> Res<()> {
    tx.serial(&format!("import/{}", ctx.site))?;
    let b = get(tx, ctx, id)?;
    let refused = counts_of(&b.counts).refused_rows;
    if mode == Mode::AllOrNothing && refused > 0 && b.state == "ready" {
        return Err(Error::field("mode", "import-rows-refused"));
    }
    if store::import::list(tx, &ctx.site, LISTED)?
        .iter()
        .any(|o| o.state == "writing" && o.id != *id)
    {
        return Err(Error::field("mode", "import-other-running"));
    }
    let how = if unseen {
        store::import::begin_unseen
    } else {
        store::import::begin
    };
    if how(tx, id, claim, mode.code(), ctx.now)? != 1 {
        return Err(Error::field("mode", "import-not-ready"));
    }
    let body = json!({"number": b.number, "mode": mode.code(), "refused_rows": refused});
    journal::now(tx, ctx, "import", id.as_str(), "import_started", body, &[]);
    Ok(())
}

/// Writes an import that is ready, or goes on with one that was stopped.
///
/// # Errors
/// As [`begin`] and [`work`].
pub fn run(desk: &Desk, ctx: &Ctx, id: &ImportId, mode: Mode, go: Go<'_>) -> Res<Batch> {
    let claim = begin(desk, ctx, id, mode)?;
    work(desk, ctx, id, &claim, go)
}

fn count(ops: &[Op]) -> i64 {
    i64::try_from(ops.len()).unwrap_or(i64::MAX)
}

/// The rows of an import that are refused, with the file they stand in: for the marked workbook.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Invalid` when the file cannot be read.
pub fn refused(desk: &Desk, ctx: &Ctx, id: &ImportId) -> Res<(Batch, Vec<u8>, Vec<RowProblem>)> {
    let (i, c) = (id.clone(), ctx.clone());
    let batch = desk.read_now(move |conn| get(conn, &c, &i))?;
    let bytes = desk.files.get(&batch.file_hash)?;
    match look_over(desk, ctx, &bytes, &batch.file_name, &|_| true) {
        Ok(plan) => Ok((batch, bytes, plan.preview.refused)),
        Err(Trouble::File(_)) => Err(Error::NotFound),
        Err(Trouble::App(e)) => Err(e),
    }
}

/// The site of this name, in Chinese or English; the only one when no name is given.
///
/// # Errors
/// `NotFound`.
pub fn site_named(c: &mut Conn, name: &str) -> Res<SiteId> {
    let sites = store::site::all(c)?;
    let found = sites
        .into_iter()
        .find(|s| s.name == name || (!s.name_en.is_empty() && s.name_en.eq_ignore_ascii_case(name)));
    found.map(|s| s.id).ok_or(Error::NotFound)
}
