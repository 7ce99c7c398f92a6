//! Swapping shifts: asked by one, agreed by the other, approved by the head.

use crate::codes::codes;
use crate::refusal::Refusal;

codes! {
    /// How far a swap has come.
    SwapState {
        Asked = "asked",
        Agreed = "agreed",
        Declined = "declined",
        Withdrawn = "withdrawn",
        Approved = "approved",
        Refused = "refused",
        /// A shift of it began, or was changed, before it was approved.
        Lapsed = "lapsed",
    }
}

impl SwapState {
    /// Something is still to be decided.
    pub const fn is_open(self) -> bool {
        matches!(self, SwapState::Asked | SwapState::Agreed)
    }
}

codes! {
    /// What can be done with a swap.
    SwapStep {
        Agree = "agree",
        Decline = "decline",
        Withdraw = "withdraw",
        Approve = "approve",
        Refuse = "refuse",
    }
}

/// What the person who acts is to the swap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SwapWho {
    pub asker: bool,
    pub other: bool,
    /// May change the roster of the post.
    pub head: bool,
}

/// What becomes of a swap. `begins_at`: when the first of its shifts begins; from then on nothing is swapped any more.
///
/// # Errors
/// `refuse-swap-…`: decided already, not this person's to do, or begun.
pub fn swap_step(
    state: SwapState,
    step: SwapStep,
    who: SwapWho,
    begins_at: i64,
    now: i64,
) -> Result<SwapState, Refusal> {
    if !state.is_open() {
        return Err(Refusal::new("refuse-swap-over"));
    }
    let begun = now >= begins_at;
    match step {
        SwapStep::Withdraw if who.asker => Ok(SwapState::Withdrawn),
        SwapStep::Agree | SwapStep::Decline if !who.other => Err(Refusal::new("refuse-swap-not-asked")),
        SwapStep::Agree | SwapStep::Decline if state != SwapState::Asked => Err(Refusal::new("refuse-swap-over")),
        SwapStep::Decline => Ok(SwapState::Declined),
        SwapStep::Agree if begun => Err(Refusal::new("refuse-swap-begun")),
        SwapStep::Agree => Ok(SwapState::Agreed),
        SwapStep::Withdraw => Err(Refusal::new("refuse-swap-not-yours")),
        // Nobody approves what they asked for or agreed to themselves.
        SwapStep::Approve | SwapStep::Refuse if !who.head || who.asker || who.other => {
            Err(Refusal::new("refuse-swap-head"))
        }
        SwapStep::Approve | SwapStep::Refuse if state != SwapState::Agreed => {
            Err(Refusal::new("refuse-swap-not-agreed"))
        }
        SwapStep::Approve if begun => Err(Refusal::new("refuse-swap-begun")),
        SwapStep::Approve => Ok(SwapState::Approved),
        SwapStep::Refuse => Ok(SwapState::Refused),
    }
}
