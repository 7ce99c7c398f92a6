//! Calls whose end was never reported: the line was cut, or the telephone system was started again. They are closed and flagged.

use super::state::{Call, CallEnd, LegEnd};

/// How long nothing may be heard of a call that nobody has answered: ten minutes (habit; a queue asks a telephone four times a minute).
pub const UNANSWERED_LOST_MS: i64 = 10 * 60_000;
/// How long nothing may be heard of a call in which somebody talks: four hours (habit; a talk makes no reports).
pub const TALKING_LOST_MS: i64 = 4 * 3_600_000;

/// When the call is to be swept if nothing more is heard of it, unix milliseconds by our own clock. None once it has ended.
#[must_use]
pub fn sweep_due(call: &Call) -> Option<i64> {
    if call.ended.is_some() {
        return None;
    }
    let talking = call.answered.is_some() || !call.holds.is_empty() || !call.transfers.is_empty();
    let limit = if talking { TALKING_LOST_MS } else { UNANSWERED_LOST_MS };
    Some(call.last.received.saturating_add(limit))
}

/// Closes a call of which nothing has been heard for too long, with the last report as its end: more is not known, and `now` is no
/// instant of the call. A hold that went on stays open. Whether it was closed now; a second time changes nothing.
///
/// A report that comes in later makes the call anew from all of its reports, and with that takes this back.
pub fn sweep(call: &mut Call, now: i64) -> bool {
    if sweep_due(call).is_none_or(|due| now < due) {
        return false;
    }
    close(call);
    true
}

/// How long nothing must have been heard of a call that rings before somebody may say that it is over: half a minute (habit: who calls has
/// given up by then).
pub const QUIET_MS: i64 = 30_000;
/// The same of a call in which somebody talks, for a talk makes no reports: ten minutes (habit: longer than most).
pub const QUIET_TALK_MS: i64 = 10 * 60_000;

/// Whether somebody may say that a call is over, whose end was not reported.
#[must_use]
pub fn may_close(call: &Call, now: i64) -> bool {
    let quiet = if call.answered.is_some() {
        QUIET_TALK_MS
    } else {
        QUIET_MS
    };
    call.ended.is_none() && now.saturating_sub(call.last.received) >= quiet
}

/// Closes a call whose end was not reported: somebody says that it is over, or it was too long ago.
pub fn close(call: &mut Call) {
    call.ended = Some(CallEnd {
        when: call.last,
        cause: None,
        by_outside: None,
    });
    for leg in &mut call.legs {
        leg.ended.get_or_insert(LegEnd {
            when: call.last,
            cause: None,
        });
    }
    call.swept = true;
}
