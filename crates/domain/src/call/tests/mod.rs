mod board;
mod captures;
mod folding;
mod found;
mod going_on;
mod lines;
mod measuring;
mod people;
mod random;
mod requests;

use super::event::{CallEvent, CallKind, Cause, Direction};

/// 2026-11-21 09:00:00 in Shanghai.
pub(super) const START: i64 = 1_795_222_800_000;

/// A report of one call with a time of its source, `ms` after [`START`], that reached us 40 ms later by a clock that is an hour off.
pub(super) fn told(kind: CallKind, ms: i64) -> CallEvent {
    CallEvent {
        at_source: Some(START + ms),
        direction: Some(Direction::In),
        ..CallEvent::new("pbx", "call-1", kind, START + ms + OFF)
    }
}

/// How far our clock is from the source's.
pub(super) const OFF: i64 = 3_600_040;

/// The same of one telephone.
pub(super) fn at(kind: CallKind, ms: i64, extension: &str) -> CallEvent {
    CallEvent {
        extension: Some(extension.to_owned()),
        ..told(kind, ms)
    }
}

pub(super) fn hung_up(ms: i64, cause: Cause) -> CallEvent {
    CallEvent {
        cause: Some(cause),
        ..told(CallKind::HungUp, ms)
    }
}
