//! Where a call goes on to when nobody answers (TEL-5): to the next telephone in the order of the site, then to whoever is free. For
//! telephone systems that can be asked to send a call on and do not do so by themselves.

use serde::{Deserialize, Serialize};

use super::measure::is_judged;
use super::state::{Call, Leg};
use crate::ids::StaffId;

/// That a call was sent to another telephone while nobody had answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// By our own clock, unix milliseconds.
    pub at: i64,
    /// The telephone.
    pub to: String,
    /// Who brought it to theirs; none where it went on by itself.
    pub by: Option<StaffId>,
    /// The telephone system did not do it.
    #[serde(default)]
    pub failed: bool,
}

/// Most telephones to which one call is sent while nobody answers.
pub const MOST_SENT: usize = 50;
/// A call that somebody has just brought to their telephone is left to them for so long, in milliseconds (habit: two rings).
pub const BROUGHT_MS: i64 = 10_000;

/// The order of a telephone system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// How long one telephone rings before the next does, in milliseconds.
    pub after_ms: i64,
    /// Telephones, one after the other; after them whoever is free.
    pub telephones: Vec<String>,
}

/// A telephone in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telephone {
    pub number: String,
    /// Nobody talks there and nothing rings.
    pub is_free: bool,
    /// Somebody sits at it.
    pub is_seated: bool,
}

/// From when on a call that waits goes on, by our own clock, unix milliseconds: since a telephone last began to be asked, by whomever, or
/// since it stands in a queue. None for one that does not wait there: who listens to an announcement or speaks on a voice box is left.
#[must_use]
pub fn due(call: &Call, order: &Order, sent: &[Sent]) -> Option<i64> {
    if !is_judged(call) || call.answered.is_some() || call.ended.is_some() || sent.len() >= MOST_SENT {
        return None;
    }
    let asked = |l: &Leg| l.ended.is_none() && (l.ringing.is_some() || l.offered.is_some());
    let waits = call.queued.is_some() || call.legs.iter().any(asked) || sent.iter().any(|s| !s.failed);
    let begins = call.legs.iter().filter_map(|l| l.ringing.or(l.offered));
    let begins = begins.chain(call.queued).map(|at| at.received);
    let since = begins.chain(sent.iter().map(|s| s.at)).max().filter(|_| waits);
    since.map(|since| since.saturating_add(order.after_ms))
}

/// Whether a call is being brought to a telephone: it was sent there so shortly before `now` that the telephone need not ring yet.
#[must_use]
pub fn is_on_its_way(sent: &[Sent], number: &str, now: i64) -> bool {
    sent.iter()
        .any(|s| !s.failed && s.to == number && now - s.at < BROUGHT_MS)
}

/// Who has just brought a call to their telephone.
#[must_use]
pub fn brought_by(sent: &[Sent], now: i64) -> Option<&StaffId> {
    let just = |s: &&Sent| !s.failed && now - s.at < BROUGHT_MS;
    sent.iter().rev().find(just).and_then(|s| s.by.as_ref())
}

/// The telephone to which a call that waits goes on now. Each is asked once: the caller does not go round in circles. None while it is
/// too early, and where nobody is left: it goes on ringing where it rings.
#[must_use]
pub fn next<'a>(
    call: &Call,
    order: &Order,
    telephones: &'a [Telephone],
    sent: &[Sent],
    now: i64,
) -> Option<&'a Telephone> {
    if due(call, order, sent).is_none_or(|due| now < due) {
        return None;
    }
    let tried = |number: &str| {
        sent.iter().any(|s| s.to == number) || call.legs.iter().any(|l| l.extension.as_deref() == Some(number))
    };
    let open = |t: &&Telephone| t.is_free && !tried(&t.number);
    let by_order = order.telephones.iter();
    let mut by_order = by_order.filter_map(|number| telephones.iter().filter(open).find(|t| t.number == *number));
    by_order
        .next()
        .or_else(|| telephones.iter().filter(open).find(|t| t.is_seated))
}
