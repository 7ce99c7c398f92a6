//! Communication with customers covers the time before, during and after service (COM-1): which talk belongs to which.

use crate::case::CallbackEnd;
use crate::codes::codes;

codes! {
    /// What a call or visit came to.
    TalkOutcome {
        /// Answered on the spot.
        Answered = "answered",
        /// It became a case, or several.
        Case = "case",
        /// Nothing is to be done.
        Nothing = "none",
        Open = "open",
        /// It was about a case that there was already.
        Joined = "joined",
    }
}

codes! {
    /// When somebody talks with a customer, as service goes.
    Phase {
        Before = "before",
        During = "during",
        After = "after",
    }
}

impl TalkOutcome {
    /// A talk about what is in hand already belongs to the service; every other one begins it.
    #[must_use]
    pub const fn phase(self) -> Phase {
        match self {
            TalkOutcome::Joined => Phase::During,
            TalkOutcome::Answered | TalkOutcome::Case | TalkOutcome::Nothing | TalkOutcome::Open => Phase::Before,
        }
    }

    /// What a talk of a phase may have come to.
    pub fn of(phase: Phase) -> impl Iterator<Item = TalkOutcome> {
        Self::ALL.iter().copied().filter(move |x| x.phase() == phase)
    }
}

/// Whether a callback is a talk after service that is to be held or was, by how it ended: not one that was spared or that fell
/// away with its case.
#[must_use]
pub fn is_after(end: Option<CallbackEnd>) -> bool {
    end.is_none_or(|end| !end.nobody_called() && end != CallbackEnd::Dropped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_talk_that_joins_a_case_is_during_service() {
        assert_eq!(
            TalkOutcome::of(Phase::During).collect::<Vec<_>>(),
            [TalkOutcome::Joined]
        );
        assert_eq!(TalkOutcome::of(Phase::Before).count(), 4);
        assert_eq!(TalkOutcome::of(Phase::After).count(), 0);
        assert!(is_after(None) && is_after(Some(CallbackEnd::Unreachable)));
        assert!(!is_after(Some(CallbackEnd::NotDrawn)) && !is_after(Some(CallbackEnd::Dropped)));
    }
}
