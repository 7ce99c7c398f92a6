//! The month's round of opinions (COM-13): each suggestion and praise is identified, thanked for and answered; quality checks
//! how it was handled (COM-14), the round closes when each has its result.

use crate::codes::codes;
use crate::ids::StaffId;
use crate::refusal::Refusal;

codes! {
    /// What came of looking at an opinion.
    Outcome {
        /// It is right and has been acted on.
        Adopted = "adopted",
        /// It is right; somebody acts on it by a day.
        Assigned = "assigned",
        /// It is not acted on, with the reason.
        Declined = "declined",
        /// Praise, passed on to who is praised.
        PassedOn = "passed_on",
    }
}

codes! {
    /// How who gave an opinion was thanked or told.
    TellHow {
        Phone = "phone",
        Visit = "visit",
        Message = "message",
        /// On the board, for who cannot be reached.
        Board = "board",
    }
}

/// One opinion as the rules see it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opinion {
    pub praise: bool,
    pub thanked: bool,
    pub outcome: Option<Outcome>,
    /// For what was given to somebody: it is done.
    pub done: bool,
    pub told: bool,
    pub check: Option<bool>,
    /// Who had a part in handling it.
    pub handled: Vec<StaffId>,
}

impl Opinion {
    /// Text keys of what is lacking before the round can close.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        if !self.thanked {
            missing.push("missing-opinion-thanks");
        }
        if self.outcome.is_none() {
            missing.push("missing-identification");
        }
        if self.outcome == Some(Outcome::Assigned) && !self.done {
            missing.push("missing-opinion-done");
        }
        if !self.told {
            missing.push("missing-told");
        }
        if self.check == Some(false) {
            missing.push("missing-check-again");
        }
        missing
    }

    /// Whether a result says what it has to.
    ///
    /// # Errors
    /// `refuse-incomplete` with what is lacking; `refuse-opinion-outcome` for praise that is to be acted on and the like.
    pub fn identify(
        &self,
        outcome: Outcome,
        reason: &str,
        doer: bool,
        by: Option<i64>,
        now: i64,
    ) -> Result<(), Refusal> {
        if (outcome == Outcome::PassedOn) != self.praise {
            return Err(Refusal::new("refuse-opinion-outcome").clause("COM-13"));
        }
        let mut missing = Vec::new();
        if outcome == Outcome::Declined && reason.trim().is_empty() {
            missing.push("missing-reason");
        }
        if outcome == Outcome::Assigned && !doer {
            missing.push("missing-opinion-doer");
        }
        if outcome == Outcome::Assigned && by.is_none_or(|at| at <= now) {
            missing.push("missing-opinion-by");
        }
        if missing.is_empty() {
            Ok(())
        } else {
            Err(Refusal::new("refuse-incomplete").clause("COM-13").missing(missing))
        }
    }

    /// Whether there is a result to tell.
    ///
    /// # Errors
    /// `refuse-opinion-unidentified`.
    pub fn may_tell(&self) -> Result<(), Refusal> {
        if self.outcome.is_some() {
            Ok(())
        } else {
            Err(Refusal::new("refuse-opinion-unidentified").clause("COM-13"))
        }
    }

    /// Whether somebody may check it: only what is handled, and not by who handled it (COM-14).
    ///
    /// # Errors
    /// `refuse-opinion-unhandled`, `refuse-opinion-own`.
    pub fn may_check(&self, who: &StaffId) -> Result<(), Refusal> {
        if self.handled.contains(who) {
            return Err(Refusal::new("refuse-opinion-own").clause("COM-14"));
        }
        if self.outcome.is_some() && self.told {
            Ok(())
        } else {
            Err(Refusal::new("refuse-opinion-unhandled").clause("COM-14"))
        }
    }
}

/// Whether a round may close: its month is over, and nothing is lacking.
///
/// # Errors
/// `refuse-opinion-month`, `refuse-opinion-open` with the number of opinions that lack something.
pub fn may_close(over: bool, lacking: usize) -> Result<(), Refusal> {
    if !over {
        return Err(Refusal::new("refuse-opinion-month").clause("COM-13"));
    }
    if lacking > 0 {
        return Err(Refusal::new("refuse-opinion-open").clause("COM-13").arg("n", lacking));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(r: Result<(), Refusal>) -> (&'static str, usize) {
        r.map_or_else(|r| (r.rule, r.missing.len()), |()| ("", 0))
    }

    #[test]
    fn each_result_says_what_it_has_to() {
        let s = Opinion::default();
        let praise = Opinion {
            praise: true,
            ..Opinion::default()
        };
        assert_eq!(rule(s.identify(Outcome::Adopted, "", false, None, 5)), ("", 0));
        assert_eq!(
            rule(s.identify(Outcome::Declined, " ", false, None, 5)),
            ("refuse-incomplete", 1)
        );
        assert_eq!(
            rule(s.identify(Outcome::Assigned, "", false, Some(5), 5)),
            ("refuse-incomplete", 2)
        );
        assert_eq!(rule(s.identify(Outcome::Assigned, "", true, Some(6), 5)), ("", 0));
        assert_eq!(
            rule(s.identify(Outcome::PassedOn, "", false, None, 5)).0,
            "refuse-opinion-outcome"
        );
        assert_eq!(rule(praise.identify(Outcome::PassedOn, "", false, None, 5)), ("", 0));
        assert_eq!(
            rule(praise.identify(Outcome::Adopted, "", false, None, 5)).0,
            "refuse-opinion-outcome"
        );
    }

    #[test]
    fn com_14_who_handled_it_does_not_check_it() {
        let mut s = Opinion {
            handled: vec!["li".into()],
            ..Opinion::default()
        };
        assert_eq!(rule(s.may_check(&"qu".into())).0, "refuse-opinion-unhandled");
        (s.outcome, s.told) = (Some(Outcome::Adopted), true);
        assert_eq!(rule(s.may_check(&"li".into())).0, "refuse-opinion-own");
        assert_eq!(rule(s.may_check(&"qu".into())).0, "");
    }

    #[test]
    fn com_13_a_round_closes_when_each_has_its_result() {
        let mut s = Opinion::default();
        assert_eq!(
            s.missing(),
            ["missing-opinion-thanks", "missing-identification", "missing-told"]
        );
        s.outcome = Some(Outcome::Assigned);
        (s.thanked, s.told) = (true, true);
        assert_eq!(s.missing(), ["missing-opinion-done"]);
        s.done = true;
        s.check = Some(false);
        assert_eq!(s.missing(), ["missing-check-again"]);
        s.check = None;
        assert_eq!(s.missing(), [""; 0]);
        assert_eq!(rule(may_close(false, 0)).0, "refuse-opinion-month");
        assert_eq!(rule(may_close(true, 2)).0, "refuse-opinion-open");
        assert_eq!(rule(may_close(true, 0)).0, "");
    }
}
