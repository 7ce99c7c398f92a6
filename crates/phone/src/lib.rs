//! Adapters that turn what a telephone system says into [`CallEvent`]s, and ask it to dial or transfer.
//!
//! What belongs here: the language of each system, its connection, and the neutral events made of it. What does not: what
//! follows from an event (the rules in `domain::call`), and storing it: the server hands a [`Sink`] in and passes on what
//! comes out of it to a use case. Nothing here knows the database.
//!
//! Rules that hold for every adapter:
//! - What a source does not say is `None`, never a guess. A phone that is asked but does not ring gives no `Ringing`.
//! - Time is the source's own where it sends one, and our receipt clock beside it; the receipt clock is handed in.
//! - Whatever arrives, nothing panics, and nothing grows without bound: lines, messages, calls and legs have limits.
//! - A connection that breaks is made again; what is gone meanwhile is closed, with a report marked by [`AFTER_GAP`].
//! - Neither `Debug` output nor a [`State`] holds a secret or a number.

pub mod ami;
pub mod esl;
mod instant;
mod link;
mod plan;
pub mod recording;
mod secret;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod track;
pub mod webhook;

use std::sync::Arc;

use domain::call::event::{CallEvent, Direction};

pub use link::{Ask, Handle, Refusal, State, Timing, Why};
pub use plan::Plan;
pub use secret::Secret;

/// Where an adapter puts what it made: the events of one report together, in the order in which they happened. A receiver that is
/// slow slows the adapter down; a receiver that is gone ends it.
pub type Sink = tokio::sync::mpsc::Sender<Vec<CallEvent>>;

/// Our own receipt clock: unix milliseconds, never stepping back.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// A random number below its argument, which is at least 1; it spreads the reconnects of several replicas.
pub type Jitter = Arc<dyn Fn(u64) -> u64 + Send + Sync>;

pub use domain::call::event::AFTER_GAP;

/// What an adapter's source tells, and what it can be asked to do. Buttons appear only for what is `true` here, and a
/// measure that needs what is `false` is *unknown*, never *met*.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// It tells when a phone rings (ANS-1).
    pub rings: bool,
    /// It tells when a call is held and taken back (ANS-3).
    pub holds: bool,
    /// It tells who put the receiver down first (CAL-4).
    pub hung_up_by: bool,
    /// It can be asked to call a number from an extension.
    pub dial: bool,
    /// It can be asked to hold a call.
    pub hold: bool,
    /// It can be asked to send the outside party on to another extension.
    pub transfer: bool,
    /// It can be asked to bring a ringing call to another extension.
    pub pick_up: bool,
    /// It tells where the recording is.
    pub recording: bool,
}

/// A call that was open when this process started, as the store has it. Without it, one that ended while nobody listened
/// would stay open until the sweeper comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCall {
    /// The source's name of the call.
    pub call_key: String,
    pub direction: Option<Direction>,
    /// Personal.
    pub caller: Option<String>,
    /// Personal where it is an outside one.
    pub called: Option<String>,
    /// Whether a person answered it.
    pub answered: bool,
}

/// What the server hands to a connected adapter.
#[derive(Clone)]
pub struct Wiring {
    pub sink: Sink,
    pub clock: Clock,
    pub jitter: Jitter,
    /// The source's calls that are open in the store.
    pub open: Vec<OpenCall>,
}

/// A setting that cannot be used, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadSetting {
    /// Name of the field.
    pub field: &'static str,
}

impl std::fmt::Display for BadSetting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "setting {} cannot be used", self.field)
    }
}

impl std::error::Error for BadSetting {}

/// Whether a text can stand in a line of a protocol: not empty, not long, one line, nothing that ends or splits a command.
fn fits_a_line(text: &str, most: usize) -> bool {
    !text.is_empty() && text.len() <= most && !text.chars().any(char::is_control)
}

/// Whether a text is an id, an extension or a context: letters, digits and `-_.`.
fn is_word(text: &str, most: usize) -> bool {
    fits_a_line(text, most)
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// Whether a text can be dialled: digits, `*`, `#`, and `+` in front.
fn is_dialable(text: &str) -> bool {
    let rest = text.strip_prefix('+').unwrap_or(text);
    fits_a_line(rest, 32) && rest.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'*' | b'#'))
}
