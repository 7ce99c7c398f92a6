//! Calls that we asked for: known before they begin, and said to have been tried where they never do.

use domain::call::event::{Cause, Direction};

use super::{At, Tracker};

/// Most calls that we asked for and that have not begun.
pub(super) const MOST_EXPECTED: usize = 256;

/// A call that we asked for.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    pub id: String,
    pub extension: String,
    pub number: String,
}

impl Tracker {
    /// A call that we asked for will come under this name.
    pub fn expect(&mut self, id: &str, extension: &str, number: &str) {
        if self.expected.len() >= MOST_EXPECTED {
            self.expected.pop_front();
        }
        let (id, extension, number) = (id.to_owned(), extension.to_owned(), number.to_owned());
        self.expected.push_back(Expected { id, extension, number });
    }

    /// A call that we asked for was not made at all: it is said to have been tried.
    pub fn not_made(&mut self, id: &str, cause: Option<Cause>, at: &At) {
        let Some(expected) = self.expected(id) else {
            if let Some(call) = self.calls.get_mut(id)
                && !call.answered
            {
                call.cause = call.cause.or(cause);
            }
            return;
        };
        self.call(id);
        let Some(call) = self.calls.get_mut(id) else { return };
        call.direction = Some(Direction::Out);
        call.caller = Some(expected.extension);
        call.called = Some(expected.number);
        call.arrive(None, at, &mut self.ink);
        call.cause = cause;
        call.end(cause, at, &mut self.ink);
        self.note_end(id);
    }

    pub(super) fn expected(&mut self, id: &str) -> Option<Expected> {
        let index = self.expected.iter().position(|expected| expected.id == id)?;
        self.expected.remove(index)
    }
}
