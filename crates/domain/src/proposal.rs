//! Proposals for a new service (REC-12 C): what was asked for and nobody offers goes to the head, who decides whether to
//! develop it; the customer hears of the decision.

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::refusal::Refusal;

codes! {
    /// What the head decides.
    Decision {
        /// The service will be offered.
        Develop = "develop",
        /// It will not.
        No = "no",
        /// Looked at again at a later time.
        Later = "later",
    }
}

codes! {
    /// Where a proposal stands.
    ProposalState {
        /// Waits for a decision, also after "later" once its time has come.
        Open = "open",
        /// Decided; the customer has not been told.
        Decided = "decided",
        /// The customer was told.
        Told = "told",
    }
}

/// A proposal as its rules see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub state: ProposalState,
    pub decision: Option<Decision>,
    /// For "later": when it is looked at again, unix milliseconds.
    pub again_at: Option<i64>,
}

impl Proposal {
    /// As it is reported.
    pub const NEW: Proposal = Proposal {
        state: ProposalState::Open,
        decision: None,
        again_at: None,
    };

    /// Whether it can still be decided, or decided otherwise: a last word that the customer was told stands.
    ///
    /// # Errors
    /// `refuse-proposal-told`.
    pub fn open_to_decide(&self) -> Result<(), Refusal> {
        let final_word = matches!(self.decision, Some(Decision::Develop | Decision::No));
        if self.state == ProposalState::Told && final_word {
            return Err(Refusal::new("refuse-proposal-told").clause("REC-12"));
        }
        Ok(())
    }

    /// The head decides. A new decision is possible until one is told for good; "later" is decided again.
    ///
    /// # Errors
    /// `refuse-incomplete` without a reason or, for "later", without a time to come; `refuse-proposal-told`.
    pub fn decide(&mut self, decision: Decision, reason: &str, again_at: Option<i64>, now: i64) -> Result<(), Refusal> {
        self.open_to_decide()?;
        let mut missing = Vec::new();
        if reason.trim().is_empty() {
            missing.push("missing-reason");
        }
        let again_at = again_at.filter(|_| decision == Decision::Later);
        if decision == Decision::Later && again_at.is_none_or(|at| at <= now) {
            missing.push("missing-again-at");
        }
        if !missing.is_empty() {
            return Err(Refusal::new("refuse-incomplete").clause("REC-12").missing(missing));
        }
        self.decision = Some(decision);
        self.again_at = again_at;
        self.state = ProposalState::Decided;
        Ok(())
    }

    /// The customer was told.
    ///
    /// # Errors
    /// `refuse-proposal-undecided` before a decision, `refuse-nothing-changed` twice, `refuse-incomplete` without how.
    pub fn tell(&mut self, how: &str) -> Result<(), Refusal> {
        match self.state {
            ProposalState::Open => Err(Refusal::new("refuse-proposal-undecided").clause("REC-12")),
            ProposalState::Told => Err(Refusal::new("refuse-nothing-changed")),
            ProposalState::Decided if how.trim().is_empty() => {
                Err(Refusal::new("refuse-incomplete").missing(["missing-how"]))
            }
            ProposalState::Decided => {
                self.state = ProposalState::Told;
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod random;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_has_a_reason_and_is_told_once() {
        let mut p = Proposal::NEW;
        let missing = |r: Refusal| r.missing.iter().map(|m| m.key).collect::<Vec<_>>();
        assert_eq!(p.tell("电话告知").unwrap_err().rule, "refuse-proposal-undecided");
        assert_eq!(
            missing(p.decide(Decision::Later, " ", None, 5).unwrap_err()),
            ["missing-reason", "missing-again-at"]
        );
        assert_eq!(
            missing(p.decide(Decision::Later, "等预算", Some(5), 5).unwrap_err()),
            ["missing-again-at"]
        );
        assert_eq!(p, Proposal::NEW, "a refusal changes nothing");
        p.decide(Decision::Later, "等预算", Some(9), 5).unwrap();
        p.tell("电话告知").unwrap();
        // What was put off is decided again.
        p.decide(Decision::Develop, "已找到合作方", Some(9), 10).unwrap();
        assert_eq!((p.state, p.again_at), (ProposalState::Decided, None));
        assert_eq!(missing(p.tell("").unwrap_err()), ["missing-how"]);
        p.tell("电话告知").unwrap();
        assert_eq!(p.tell("电话告知").unwrap_err().rule, "refuse-nothing-changed");
        assert_eq!(
            p.decide(Decision::No, "改主意", None, 11).unwrap_err().rule,
            "refuse-proposal-told"
        );
    }
}
