//! A first-in first-out queue of closures. Waiting costs nothing: threads sleep until there is work.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::seam::{Error, ErrorKind};

pub(super) struct Queue<J> {
    state: Mutex<State<J>>,
    wake: Condvar,
    limit: usize,
}

struct State<J> {
    jobs: VecDeque<J>,
    closed: bool,
}

impl<J> Queue<J> {
    pub fn new(limit: usize) -> Queue<J> {
        Queue {
            state: Mutex::new(State {
                jobs: VecDeque::new(),
                closed: false,
            }),
            wake: Condvar::new(),
            limit,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<J>> {
        // No closure runs under the lock, so a poisoned one still holds a whole queue.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the job back if it cannot be taken.
    pub fn push(&self, job: J) -> Result<(), (J, Error)> {
        let mut s = self.lock();
        if s.closed {
            return Err((job, Error::new(ErrorKind::Connection, "the database was closed")));
        }
        if s.jobs.len() >= self.limit {
            return Err((job, Error::new(ErrorKind::Busy, "too much is waiting")));
        }
        s.jobs.push_back(job);
        drop(s);
        self.wake.notify_one();
        Ok(())
    }

    /// The next job; sleeps until there is one. `None` when the queue is closed and empty.
    pub fn pop(&self) -> Option<J> {
        let mut s = self.lock();
        loop {
            if let Some(j) = s.jobs.pop_front() {
                return Some(j);
            }
            if s.closed {
                return None;
            }
            s = self.wake.wait(s).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next job if one waits already.
    pub fn try_pop(&self) -> Option<J> {
        self.lock().jobs.pop_front()
    }

    /// Takes no more; what is there is still done.
    pub fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_all();
    }
}
