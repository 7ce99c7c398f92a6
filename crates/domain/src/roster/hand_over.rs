//! Handing over the shift (REC-21): an open emergency goes to somebody by name, or the hand-over is refused.

use crate::codes::codes;
use crate::ids::{CaseId, StaffId};
use crate::refusal::Refusal;

/// Cases that fall due within this time are named in a hand-over, in milliseconds.
pub const NEAR_MS: i64 = 2 * 3_600_000;

codes! {
    /// What has become of a hand-over.
    HandOverState {
        /// Signed off by who leaves; nobody has accepted it yet.
        Given = "given",
        Accepted = "accepted",
        /// The next shift does not accept it, with a reason.
        Objected = "objected",
        /// A newer one of the same shift took its place.
        Replaced = "replaced",
    }
}

/// An emergency that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emergency {
    pub case: CaseId,
    pub number: String,
    /// Who will look after it on the next shift.
    pub owner: Option<StaffId>,
}

/// What follows the shift that is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// Somebody follows at the post.
    pub follows: bool,
    /// The post must be held after this shift (COM-9).
    pub must: bool,
}

/// Whether a shift may be handed over. `incoming`: everybody who is on a shift of the site after it.
///
/// # Errors
/// `refuse-hand-over-owner` with the numbers of the emergencies that nobody of the incoming shift answers for (REC-21);
/// `refuse-hand-over-nobody` when the post must be held and nobody follows (COM-9).
pub fn may_hand_over(emergencies: &[Emergency], incoming: &[StaffId], next: Next) -> Result<(), Refusal> {
    if next.must && !next.follows {
        return Err(Refusal::new("refuse-hand-over-nobody").clause("COM-9"));
    }
    let dropped: Vec<&str> = emergencies
        .iter()
        .filter(|e| !e.owner.as_ref().is_some_and(|o| incoming.contains(o)))
        .map(|e| e.number.as_str())
        .collect();
    if !dropped.is_empty() {
        return Err(Refusal::new("refuse-hand-over-owner")
            .clause("REC-21")
            .arg("n", dropped.len())
            .arg("numbers", dropped.join(", ")));
    }
    Ok(())
}

/// What the next shift makes of a hand-over.
///
/// # Errors
/// `refuse-hand-over-…`: answered already, one's own, not of the next shift, or an objection without a reason.
pub fn may_answer(
    state: HandOverState,
    giver: &StaffId,
    next: &[StaffId],
    who: &StaffId,
    accepts: bool,
    reason: &str,
) -> Result<HandOverState, Refusal> {
    let no = |rule| Err(Refusal::new(rule).clause("REC-21"));
    // Who objected may think better of it.
    let open = matches!(
        (state, accepts),
        (HandOverState::Given, _) | (HandOverState::Objected, true)
    );
    if !open {
        no("refuse-hand-over-answered")
    } else if who == giver {
        no("refuse-hand-over-own")
    } else if !next.contains(who) {
        no("refuse-hand-over-not-next")
    } else if !accepts && reason.trim().is_empty() {
        no("refuse-hand-over-reason")
    } else if accepts {
        Ok(HandOverState::Accepted)
    } else {
        Ok(HandOverState::Objected)
    }
}
