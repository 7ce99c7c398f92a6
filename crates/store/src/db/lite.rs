//! SQLite's threads. The writer puts up to [`BATCH`] waiting closures into one transaction, commits once with a full sync,
//! then answers all: a durable commit costs the same for one as for many.
//!
//! A savepoint keeps a copy of every page that is changed after it, which costs more than most closures. So a batch begins
//! without them: a closure that is refused before it wrote anything (most are) leaves nothing to undo. When one fails after it
//! wrote, the transaction is given up and the same closures run once more, each in a savepoint of its own.

use std::time::{Duration, Instant};

use super::queue::Queue;
use super::tx::Tx;
use super::work::{ReadWork, WriteWork, run_after};
use crate::seam::{Conn, Error, ErrorKind, Result};

const BATCH: usize = 64;
/// A batch takes no more closures after this time, so that the first in it does not wait for the last.
const BATCH_TIME: Duration = Duration::from_millis(20);
/// How long one use case may hold the writer while people wait for it.
pub(super) const SLOW: Duration = Duration::from_millis(20);

/// `slow`: a use case that holds the writer longer is worth a line in the log.
pub(super) fn write_loop(conn: Conn, queue: &Queue<Box<dyn WriteWork>>, slow: Duration) {
    let mut tx = Tx::new(conn);
    while let Some(first) = queue.pop() {
        let mut jobs = vec![first];
        let mut end = batch(&mut tx, &mut jobs, Some(queue), Mode::Plain, slow);
        if matches!(end, End::Undone) {
            end = batch(&mut tx, &mut jobs, None, Mode::Savepoints, slow);
        }
        if !matches!(end, End::Kept) {
            // SQLite ended the transaction in the middle, with everybody's work. Each for itself now: only those fail
            // that would have failed alone.
            let again = std::mem::take(&mut jobs);
            for job in again {
                let mut one = vec![job];
                if !matches!(batch(&mut tx, &mut one, None, Mode::Savepoints, slow), End::Kept) {
                    tracing::error!("a use case ended its transaction");
                }
                for job in one {
                    job.answer();
                }
            }
        }
        for job in jobs {
            job.answer();
        }
    }
}

/// How the closures of a batch are kept apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Not at all: whoever fails after writing ends the batch.
    Plain,
    /// Each in a savepoint.
    Savepoints,
}

/// How a batch ended.
enum End {
    /// The results in the jobs count, and what succeeded is on disk.
    Kept,
    /// A closure failed after it wrote; nothing is kept.
    Undone,
    /// The transaction was lost. Nothing is kept, and the results do not count unless there is but one.
    Lost,
}

fn batch(
    tx: &mut Tx,
    jobs: &mut Vec<Box<dyn WriteWork>>,
    more: Option<&Queue<Box<dyn WriteWork>>>,
    mode: Mode,
    slow: Duration,
) -> End {
    let start = Instant::now();
    if let Err(e) = tx.begin() {
        fail_all(jobs, &e);
        return End::Kept;
    }
    let mut after = Vec::new();
    let mut i = 0;
    while i < jobs.len() {
        let before = Instant::now();
        if i == 0 && jobs.len() == 1 {
            if !alone(tx, jobs[0].as_mut()) {
                // Nothing else was in the transaction; who waits gets the next one.
                return End::Kept;
            }
            after.append(&mut tx.take_after());
        } else if mode == Mode::Plain {
            match plain(tx, jobs[i].as_mut()) {
                Some(true) => after.append(&mut tx.take_after()),
                Some(false) => {}
                None => {
                    let _ = tx.reset_to(0);
                    return End::Undone;
                }
            }
        } else {
            match in_savepoint(tx, jobs[i].as_mut()) {
                Ok(true) => after.append(&mut tx.take_after()),
                Ok(false) => {}
                Err(e) => jobs[i].fail(e),
            }
        }
        if before.elapsed() > slow {
            tracing::warn!(ms = before.elapsed().as_millis(), "a use case held the writer");
        }
        if !tx.alive() || tx.is_aborted() {
            let _ = tx.reset_to(0);
            return End::Lost;
        }
        i += 1;
        if i == jobs.len()
            && i < BATCH
            && start.elapsed() < BATCH_TIME
            && let Some(next) = more.and_then(Queue::try_pop)
        {
            jobs.push(next);
        }
    }
    match tx.commit() {
        Ok(()) => run_after(after),
        Err(e) => {
            tracing::error!(error = %e, closures = jobs.len(), "a commit failed");
            let _ = tx.reset_to(0);
            fail_all(jobs, &e);
        }
    }
    End::Kept
}

/// Runs a closure among others without a savepoint. True if its work stands, false if it failed and wrote nothing; None if it
/// failed after it wrote, so that the work of all has to be undone.
fn plain(tx: &mut Tx, job: &mut dyn WriteWork) -> Option<bool> {
    let (depth, written) = (tx.depth(), tx.written());
    let ok = job.attempt(tx);
    // What a closure leaves open (a panic inside a savepoint) was begun to write.
    let whole = tx.alive() && !tx.is_aborted() && tx.depth() == depth;
    (whole && (ok || tx.written() == written)).then_some(ok)
}

/// Runs the first closure of a transaction. True if its work stands; false if it failed, and the transaction with it.
fn alone(tx: &mut Tx, job: &mut dyn WriteWork) -> bool {
    let depth = tx.depth();
    let ok = job.attempt(tx);
    if ok && tx.alive() && tx.reset_to(depth).is_ok() && !tx.is_aborted() {
        return true;
    }
    if ok {
        job.fail(Error::new(
            ErrorKind::Aborted,
            "the transaction was ended inside the closure",
        ));
    }
    if let Err(e) = tx.reset_to(0) {
        tracing::error!(error = %e, "a transaction could not be undone");
    }
    false
}

/// True if the work stands in the transaction; false if the closure failed and its work is undone.
fn in_savepoint(tx: &mut Tx, job: &mut dyn WriteWork) -> Result<bool> {
    tx.begin()?;
    let depth = tx.depth();
    let ok = job.attempt(tx);
    if tx.alive() {
        // A panic may have left savepoints of its own open.
        tx.reset_to(depth)?;
    }
    if ok && tx.alive() {
        tx.commit()?;
        return Ok(true);
    }
    tx.reset_to(depth - 1)?;
    if ok {
        return Err(Error::new(
            ErrorKind::Aborted,
            "the transaction was ended inside the closure",
        ));
    }
    Ok(false)
}

fn fail_all(jobs: &mut [Box<dyn WriteWork>], e: &Error) {
    for job in jobs {
        job.fail(e.again());
    }
}

pub(super) fn read_loop(mut conn: Conn, queue: &Queue<Box<dyn ReadWork>>) {
    while let Some(mut job) = queue.pop() {
        match conn.begin() {
            Ok(()) => {
                job.attempt(&mut conn);
                // Nothing was written, so giving up the snapshot is all there is to do, however it went.
                if let Err(e) = conn.reset_to(0) {
                    tracing::error!(error = %e, "a reading connection is stuck");
                }
            }
            Err(e) => job.fail(e),
        }
        job.answer();
    }
}
