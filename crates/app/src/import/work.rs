//! Writing an import to its end: comparing, writing slice by slice, comparing again when somebody was faster, finishing what
//! a crash left.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use domain::ids::ImportId;
use office::FileProblem;
use serde_json::json;

use super::plan::Op;
use super::write::{self, Origin};
use super::{Batch, Go, Hand, Mode, Phase, Preview, Progress, SILENCE, SLICE_MS, Trouble, count, get, look, look_over};
use crate::ctx::Ctx;
use crate::desk::Desk;
use crate::error::{Error, Res};

/// Plans that may fail because somebody changed the archive meanwhile, before the import gives up.
const TRIES: usize = 5;

/// Compares again and writes slice by slice, with the claim of [`begin`].
///
/// # Errors
/// `Unavailable` while the database is away: the batch stays `writing` and is finished later. `Invalid` when rows are
/// refused that were not when it was looked at.
pub fn work(desk: &Desk, ctx: &Ctx, id: &ImportId, claim: &str, go: Go<'_>) -> Res<Batch> {
    let (i, c) = (id.clone(), ctx.clone());
    let batch = desk.read_now(move |conn| get(conn, &c, &i))?;
    let hand = Hand {
        desk,
        ctx,
        id: id.clone(),
        claim: claim.to_owned(),
        said_at: AtomicI64::new(0),
        go,
    };
    let origin = Origin {
        id: id.as_str().to_owned(),
        number: batch.number,
    };
    let bytes = desk.files.get(&batch.file_hash)?;
    // Nothing was written yet: now it is known what there is to write. After that the counts stay.
    let mut total = (batch.progress > 0).then_some(batch.total);
    for tried in 1.. {
        let planned = look_over(desk, &hand.ctx(), &bytes, &batch.file_name, &|p| {
            hand.say(Progress {
                phase: Phase::Reading,
                done: total.map_or(0, |_| batch.progress),
                of: total.unwrap_or(p.of),
            })
        });
        let plan = match planned {
            Ok(plan) => plan,
            Err(Trouble::File(FileProblem::Stopped)) => {
                hand.rest("stopped", "import_stopped", json!({"number": batch.number}))?;
                break;
            }
            Err(Trouble::File(problem)) => {
                hand.found(
                    "failed",
                    &Preview {
                        problem: Some(problem),
                        ..Preview::default()
                    },
                    0,
                )?;
                break;
            }
            Err(Trouble::App(e)) => return Err(e),
        };
        let whole = total.is_none() && batch.mode == Mode::AllOrNothing.code();
        if whole && plan.preview.counts.refused_rows > 0 {
            hand.found("ready", &plan.preview, count(&plan.ops))?;
            return Err(Error::field("mode", "import-rows-refused"));
        }
        if total.is_none() {
            hand.found("writing", &plan.preview, count(&plan.ops))?;
        }
        let of = *total.get_or_insert(count(&plan.ops));
        let counts = if tried == 1 && batch.progress == 0 {
            json!(plan.preview.counts)
        } else {
            json!(null)
        };
        match slices(&hand, &origin, plan.ops, of) {
            Ok(true) => {
                hand.rest(
                    "done",
                    "import_finished",
                    json!({"number": batch.number, "counts": counts}),
                )?;
                break;
            }
            Ok(false) => {
                hand.rest("stopped", "import_stopped", json!({"number": batch.number}))?;
                break;
            }
            // The database is away: the batch stays as it is and is finished when it is back.
            Err(e @ Error::Unavailable(_)) => return Err(e),
            // Somebody changed a row meanwhile: compare again.
            Err(e) if tried < TRIES => tracing::info!(import = %id, error = %e, "comparing again"),
            Err(e) => {
                hand.rest(
                    "stopped",
                    "import_stopped",
                    json!({"number": batch.number, "failed": true}),
                )?;
                return Err(e);
            }
        }
    }
    let (i, c) = (id.clone(), ctx.clone());
    desk.read_now(move |conn| get(conn, &c, &i))
}

/// Writes all slices; `false` when it was told to stop.
fn slices(hand: &Hand<'_>, origin: &Origin, ops: Vec<Op>, of: i64) -> Res<bool> {
    let before = of - count(&ops);
    let ops = Arc::new(ops);
    let (mut at, mut size) = (0, 64);
    while at < ops.len() {
        let to = (at + size).min(ops.len());
        let done = before + i64::try_from(to).unwrap_or(0);
        let (slice, origin, clock) = (ops.clone(), origin.clone(), hand.desk.clock.clone());
        let (id, claim) = (hand.id.clone(), hand.claim.clone());
        let (stop, took) = hand.desk.write_now(&hand.ctx(), move |tx, ctx| {
            let start = clock.now();
            let Some(stop) = store::import::beat(tx, &id, &claim, done, of, ctx.now)? else {
                return Err(Error::Unavailable("import-taken-over"));
            };
            for op in slice.get(at..to).unwrap_or_default() {
                write::apply(tx, ctx, &origin, op)?;
            }
            Ok((stop, clock.now() - start))
        })?;
        at = to;
        if took > SLICE_MS {
            size = (size / 2).max(16);
        } else if took < SLICE_MS / 2 {
            size = (size + size / 4).min(400);
        }
        let go = (hand.go)(Progress {
            phase: Phase::Writing,
            done,
            of,
        });
        if at < ops.len() && (stop || !go) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Goes on with imports that a process left in the middle. Returns how many. To be called now and then; an import counts as
/// left after half a minute of silence.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn resume_left(desk: &Desk, go: Go<'_>) -> Res<usize> {
    let silent = desk.clock.now() - SILENCE;
    let left = desk.read_now(move |c| Ok::<_, Error>(store::import::left(c, silent)?))?;
    let mut resumed = 0;
    for l in left {
        let ctx = desk.system("import", &l.site_id);
        if l.state == "reading" {
            look(desk, &ctx, &l.id, go)?;
            resumed += 1;
            continue;
        }
        let claim = desk.ids.hex(8);
        let (id, c) = (l.id.clone(), claim.clone());
        let mine = desk.write_now(&ctx, move |tx, ctx| {
            Ok(store::import::take(tx, &id, &c, ctx.now, ctx.now - SILENCE)? == 1)
        })?;
        if mine {
            resumed += 1;
            work(desk, &ctx, &l.id, &claim, go)?;
        }
    }
    Ok(resumed)
}
