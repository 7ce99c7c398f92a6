//! PostgreSQL's threads: each has a connection of its own, makes a new one when it is lost, and runs a closure again when
//! the server says that two transactions got in each other's way. The driver brings its own runtime, so none of this may
//! run on an async thread.

use std::time::Duration;

use super::Options;
use super::queue::Queue;
use super::tx::Tx;
use super::work::{ReadWork, WriteWork, run_after};
use crate::seam::{Conn, Error, ErrorKind, Result, Seen, Use};

/// How often a closure is run before its conflict is its answer.
const ATTEMPTS: u32 = 10;

/// A connection that comes back.
pub(super) struct Link {
    url: String,
    usage: Use,
    timeout_ms: u32,
    tx: Option<Tx>,
}

impl Link {
    pub fn new(url: &str, usage: Use, options: &Options, conn: Option<Conn>) -> Link {
        Link {
            url: url.to_owned(),
            usage,
            timeout_ms: options.statement_timeout_ms,
            tx: conn.map(Tx::new),
        }
    }

    fn tx(&mut self) -> Result<&mut Tx> {
        if self.tx.as_ref().is_none_or(|t| t.is_closed()) {
            self.tx = None;
            self.tx = Some(Tx::new(Conn::pg(&self.url, self.usage, self.timeout_ms)?));
        }
        self.tx
            .as_mut()
            .ok_or_else(|| Error::new(ErrorKind::Connection, "no connection"))
    }

    fn drop_connection(&mut self) {
        self.tx = None;
    }
}

enum Step {
    Done,
    /// Run it again; the last result counts if there is no other time.
    Again,
    /// The connection is gone, nothing was kept: again, on a new one.
    Reconnect,
}

pub(super) fn write_loop(mut link: Link, queue: &Queue<Box<dyn WriteWork>>) {
    while let Some(mut job) = queue.pop() {
        repeat(&mut link, |tx| write(tx, job.as_mut())).unwrap_or_else(|e| job.fail(e));
        job.answer();
    }
}

pub(super) fn read_loop(mut link: Link, queue: &Queue<Box<dyn ReadWork>>) {
    while let Some(mut job) = queue.pop() {
        repeat(&mut link, |tx| read(tx, job.as_mut())).unwrap_or_else(|e| job.fail(e));
        job.answer();
    }
}

/// `Err` if the closure could not be run at all.
fn repeat(link: &mut Link, mut step: impl FnMut(&mut Tx) -> Result<Step>) -> Result<()> {
    let mut last = Ok(());
    for attempt in 0..ATTEMPTS {
        let done = match link.tx() {
            Ok(tx) => step(tx),
            Err(e) => Err(e),
        };
        match done {
            Ok(Step::Done) => return Ok(()),
            Ok(Step::Again) => last = Ok(()),
            Ok(Step::Reconnect) => {
                last = Ok(());
                link.drop_connection();
            }
            Err(e) if e.kind == ErrorKind::Connection && attempt < 4 => {
                last = Err(e);
                link.drop_connection();
            }
            Err(e) => {
                link.drop_connection();
                return Err(e);
            }
        }
        // Those who collided must not meet again at the same instant: threads wait differently long.
        let spread = std::process::id().wrapping_add(thread_number().wrapping_mul(7919)) % 8;
        std::thread::sleep(Duration::from_millis(u64::from((1 << attempt.min(6)) + spread)));
    }
    last
}

fn thread_number() -> u32 {
    std::thread::current()
        .name()
        .and_then(|n| n.rsplit('-').next()?.parse().ok())
        .unwrap_or(0)
}

fn write(tx: &mut Tx, job: &mut dyn WriteWork) -> Result<Step> {
    tx.begin()?;
    let mut ok = job.attempt(tx);
    if ok && tx.is_aborted() {
        job.fail(Error::new(
            ErrorKind::Aborted,
            "a statement failed and the closure went on",
        ));
        ok = false;
    }
    if ok && tx.depth() > 0 {
        tx.reset_to(1)?;
        let after = tx.take_after();
        return match tx.commit() {
            Ok(()) => {
                run_after(after);
                Ok(Step::Done)
            }
            Err(e) if e.kind == ErrorKind::Serialization => {
                job.fail(e);
                Ok(Step::Again)
            }
            // Lost in the commit: nobody knows whether it was kept, so it is not for us to run it again.
            Err(e) => {
                job.fail(e);
                Ok(Step::Done)
            }
        };
    }
    let seen = tx.seen();
    let reset = tx.reset_to(0);
    match seen {
        Seen::Lost => Ok(Step::Reconnect),
        _ if reset.is_err() => Ok(Step::Reconnect),
        Seen::Conflict => Ok(Step::Again),
        Seen::Nothing => Ok(Step::Done),
    }
}

fn read(tx: &mut Tx, job: &mut dyn ReadWork) -> Result<Step> {
    tx.begin()?;
    let ok = job.attempt(tx);
    let seen = tx.seen();
    let reset = tx.reset_to(0);
    Ok(match seen {
        _ if ok && reset.is_ok() => Step::Done,
        Seen::Lost => Step::Reconnect,
        Seen::Conflict => Step::Again,
        Seen::Nothing => Step::Done,
    })
}
