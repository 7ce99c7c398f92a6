//! A closure in the queue, with the place for its result and the one who waits for it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::tx::{AfterCommit, Tx};
use crate::seam::{Conn, Error, ErrorKind};

/// A writing closure of any type.
pub(super) trait WriteWork: Send {
    /// Runs the closure and writes its journal entries; keeps the result. True if all went well.
    fn attempt(&mut self, tx: &mut Tx) -> bool;
    /// Replaces the result.
    fn fail(&mut self, e: Error);
    /// Tells the one who waits.
    fn answer(self: Box<Self>);
}

/// A reading closure of any type.
pub(super) trait ReadWork: Send {
    fn attempt(&mut self, conn: &mut Conn) -> bool;
    fn fail(&mut self, e: Error);
    fn answer(self: Box<Self>);
}

pub(super) struct Writing<F, R, T, E> {
    f: F,
    reply: R,
    result: Option<Result<T, E>>,
}

impl<F, R, T, E> Writing<F, R, T, E> {
    pub fn new(f: F, reply: R) -> Self {
        Writing { f, reply, result: None }
    }
}

impl<F, R, T, E> WriteWork for Writing<F, R, T, E>
where
    F: FnMut(&mut Tx) -> Result<T, E> + Send,
    R: FnOnce(Result<T, E>) + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn attempt(&mut self, tx: &mut Tx) -> bool {
        tx.forget();
        let result = guarded(|| {
            let v = (self.f)(tx)?;
            tx.finish()?;
            Ok(v)
        });
        let ok = result.is_ok();
        if !ok {
            tx.forget();
        }
        self.result = Some(result);
        ok
    }

    fn fail(&mut self, e: Error) {
        self.result = Some(Err(e.into()));
    }

    fn answer(self: Box<Self>) {
        answer(self.reply, self.result);
    }
}

pub(super) struct Reading<F, R, T, E>(Writing<F, R, T, E>);

impl<F, R, T, E> Reading<F, R, T, E> {
    pub fn new(f: F, reply: R) -> Self {
        Reading(Writing::new(f, reply))
    }
}

impl<F, R, T, E> ReadWork for Reading<F, R, T, E>
where
    F: FnMut(&mut Conn) -> Result<T, E> + Send,
    R: FnOnce(Result<T, E>) + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn attempt(&mut self, conn: &mut Conn) -> bool {
        let result = guarded(|| (self.0.f)(conn));
        let ok = result.is_ok();
        self.0.result = Some(result);
        ok
    }

    fn fail(&mut self, e: Error) {
        self.0.result = Some(Err(e.into()));
    }

    fn answer(self: Box<Self>) {
        answer(self.0.reply, self.0.result);
    }
}

fn answer<T, E: From<Error>>(reply: impl FnOnce(Result<T, E>), result: Option<Result<T, E>>) {
    let result = result.unwrap_or_else(|| Err(Error::other("the closure was never run").into()));
    if catch_unwind(AssertUnwindSafe(|| reply(result))).is_err() {
        tracing::error!("an answer panicked");
    }
}

/// A panic in a closure is the closure's failure, not the thread's end.
fn guarded<T, E: From<Error>>(f: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|cause| {
        let text = cause
            .downcast_ref::<&str>()
            .map(|s| (*s).to_owned())
            .or_else(|| cause.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        tracing::error!(panic = %text, "a use case panicked");
        Err(Error::new(ErrorKind::Panic, text).into())
    })
}

pub(super) fn run_after(after: Vec<AfterCommit>) {
    for f in after {
        if catch_unwind(AssertUnwindSafe(f)).is_err() {
            tracing::error!("a wake-up after a commit panicked");
        }
    }
}
