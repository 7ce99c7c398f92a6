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

codes! {
    /// A step on one opinion.
    Handling {
        /// Who gave it is thanked.
        Thank = "thank",
        /// It is looked at: what comes of it.
        Identify = "identify",
        /// What somebody was given to do is done.
        Finish = "finish",
        /// Who gave it hears the result.
        Tell = "tell",
        /// Quality's check.
        Check = "check",
    }
}

impl Handling {
    /// What no longer counts after this step: another result is done, told and checked anew, and who was told before it was
    /// done was told of a plan. A bad check outlasts a call: quality lifts it, or a new result does.
    #[must_use]
    pub const fn voids(self) -> &'static [Handling] {
        match self {
            Handling::Identify => &[Handling::Finish, Handling::Tell, Handling::Check],
            Handling::Finish => &[Handling::Tell, Handling::Check],
            Handling::Thank | Handling::Tell | Handling::Check => &[],
        }
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
    /// Whose check stands.
    pub checked_by: Option<StaffId>,
    /// Who had a part in handling it.
    pub handled: Vec<StaffId>,
}

impl Opinion {
    /// Somebody was given to do it and has not.
    fn is_undone(&self) -> bool {
        self.outcome == Some(Outcome::Assigned) && !self.done
    }

    /// Who gave it knows the result: what is still to be done is none yet.
    fn is_told(&self) -> bool {
        self.told && !self.is_undone()
    }

    /// It has its result, and who gave it knows: it can be checked.
    #[must_use]
    pub fn is_handled(&self) -> bool {
        self.outcome.is_some() && self.is_told()
    }

    /// Whether a step is for now: a check comes when it comes, all else belongs to the round. In a closed one only what quality
    /// sends back is handled again, until nothing is lacking.
    ///
    /// # Errors
    /// `refuse-opinion-closed`.
    pub fn may_go(&self, step: Handling, closed: bool) -> Result<(), Refusal> {
        let over = match step {
            Handling::Check => false,
            Handling::Thank => self.thanked,
            Handling::Identify | Handling::Finish | Handling::Tell => self.missing().is_empty(),
        };
        if closed && over {
            Err(Refusal::new("refuse-opinion-closed").clause("COM-13"))
        } else {
            Ok(())
        }
    }

    /// Whether somebody may do a step beside a check that stands: whoever checked it has no part in it afterwards either, or the
    /// check would be their own (COM-14). What makes the check void is open to them.
    ///
    /// # Errors
    /// `refuse-opinion-own-check`.
    pub fn may_take_part(&self, step: Handling, who: &StaffId) -> Result<(), Refusal> {
        let stays = step != Handling::Check && !step.voids().contains(&Handling::Check);
        if stays && self.check.is_some() && self.checked_by.as_ref() == Some(who) {
            Err(Refusal::new("refuse-opinion-own-check").clause("COM-14"))
        } else {
            Ok(())
        }
    }

    /// The steps that are for now, for somebody: what the page offers. What stands is not done again, unless quality has sent it
    /// back; only a result is replaced at any time.
    #[must_use]
    pub fn steps(&self, closed: bool, who: &StaffId) -> Vec<Handling> {
        let again = self.check == Some(false);
        let for_now = |step: &Handling| match step {
            Handling::Thank => !self.thanked,
            Handling::Identify => true,
            Handling::Finish => self.may_finish().is_ok() && (!self.done || again),
            Handling::Tell => self.may_tell().is_ok() && (!self.told || again),
            Handling::Check => self.may_check(who).is_ok(),
        };
        let all = Handling::ALL.iter().copied();
        all.filter(|step| for_now(step) && self.may_go(*step, closed).is_ok() && self.may_take_part(*step, who).is_ok())
            .collect()
    }

    /// What another result would take back of what is done.
    #[must_use]
    pub fn taken_back(&self) -> Vec<Handling> {
        let stands = |step: &Handling| match step {
            Handling::Finish => self.done,
            Handling::Tell => self.told,
            Handling::Check => self.check.is_some(),
            Handling::Thank | Handling::Identify => false,
        };
        let all = Handling::Identify.voids().iter().copied();
        all.filter(stands).collect()
    }

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
        if self.is_undone() {
            missing.push("missing-opinion-done");
        }
        if !self.is_told() {
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
            missing.push("missing-opinion-reason");
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

    /// Whether there is something that somebody was given to do.
    ///
    /// # Errors
    /// `refuse-opinion-unassigned`.
    pub fn may_finish(&self) -> Result<(), Refusal> {
        if self.outcome == Some(Outcome::Assigned) {
            Ok(())
        } else {
            Err(Refusal::new("refuse-opinion-unassigned").clause("COM-13"))
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

    /// Whether what was told at an instant was the result that there is since `since`: not of something earlier. To the minute, as
    /// people write it down.
    ///
    /// # Errors
    /// `refuse-opinion-told-early`.
    pub fn may_have_told(at: i64, since: i64) -> Result<(), Refusal> {
        const MINUTE: i64 = 60_000;
        if at < since.div_euclid(MINUTE) * MINUTE {
            return Err(Refusal::new("refuse-opinion-told-early")
                .clause("COM-13")
                .arg("at", since));
        }
        Ok(())
    }

    /// Whether somebody may check it: only what is handled (what was given to somebody only once it is done), and not by who handled it (COM-14).
    ///
    /// # Errors
    /// `refuse-opinion-unhandled`, `refuse-opinion-own`.
    pub fn may_check(&self, who: &StaffId) -> Result<(), Refusal> {
        if self.handled.contains(who) {
            return Err(Refusal::new("refuse-opinion-own").clause("COM-14"));
        }
        if self.is_handled() {
            Ok(())
        } else {
            Err(Refusal::new("refuse-opinion-unhandled").clause("COM-14"))
        }
    }
}

/// Whether a round may close: it is open, its month is over, and nothing is lacking.
///
/// # Errors
/// `refuse-opinion-closed`, `refuse-opinion-month`, `refuse-opinion-open` with the number of opinions that lack something.
pub fn may_close(closed: bool, over: bool, lacking: usize) -> Result<(), Refusal> {
    if closed {
        return Err(Refusal::new("refuse-opinion-closed").clause("COM-13"));
    }
    if !over {
        return Err(Refusal::new("refuse-opinion-month").clause("COM-13"));
    }
    if lacking > 0 {
        return Err(Refusal::new("refuse-opinion-open").clause("COM-13").arg("n", lacking));
    }
    Ok(())
}

#[cfg(test)]
mod random;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_before_there_was_a_result_is_not_its_telling() {
        assert!(Opinion::may_have_told(119_999, 120_500).is_err());
        assert!(Opinion::may_have_told(120_000, 120_500).is_ok(), "the minute itself");
    }

    #[test]
    fn whoever_checked_it_has_no_part_in_it_afterwards() {
        let checked = Opinion {
            outcome: Some(Outcome::Adopted),
            told: true,
            check: Some(true),
            checked_by: Some("qu".into()),
            handled: vec!["li".into()],
            ..Opinion::default()
        };
        let may = |step, who: &str| rule(checked.may_take_part(step, &who.into())).0;
        for step in [Handling::Thank, Handling::Tell] {
            assert_eq!(
                (may(step, "qu"), may(step, "li")),
                ("refuse-opinion-own-check", ""),
                "{step}"
            );
        }
        for step in [Handling::Identify, Handling::Finish, Handling::Check] {
            assert_eq!(may(step, "qu"), "", "{step} makes the check void or is the check");
        }
        assert!(
            !checked.steps(false, &"qu".into()).contains(&Handling::Thank),
            "nor is it offered"
        );
        assert!(checked.steps(false, &"li".into()).contains(&Handling::Thank));
    }

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
    fn the_steps_for_now_are_those_that_are_not_done() {
        use Handling::{Check, Finish, Identify, Tell, Thank};
        let who = StaffId::from("q");
        let mut s = Opinion::default();
        assert_eq!(s.steps(false, &who), [Thank, Identify]);
        assert_eq!(s.taken_back(), []);
        (s.thanked, s.outcome) = (true, Some(Outcome::Assigned));
        assert_eq!(s.steps(false, &who), [Identify, Finish, Tell]);
        (s.done, s.told) = (true, true);
        assert_eq!(s.steps(false, &who), [Identify, Check]);
        assert_eq!(s.taken_back(), [Finish, Tell]);
        s.handled = vec![who.clone()];
        assert_eq!(s.steps(false, &who), [Identify]);
        assert_eq!(s.steps(true, &who), []);
        // What quality has sent back is done again, also once the month is closed.
        s.check = Some(false);
        assert_eq!(s.steps(true, &who), [Identify, Finish, Tell]);
        assert_eq!(s.taken_back(), [Finish, Tell, Check]);
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
        assert_eq!(s.missing(), ["missing-opinion-done", "missing-told"]);
        s.done = true;
        s.check = Some(false);
        assert_eq!(s.missing(), ["missing-check-again"]);
        s.check = None;
        assert_eq!(s.missing(), [""; 0]);
        assert_eq!(rule(may_close(true, true, 0)).0, "refuse-opinion-closed");
        assert_eq!(rule(may_close(false, false, 0)).0, "refuse-opinion-month");
        assert_eq!(rule(may_close(false, true, 2)).0, "refuse-opinion-open");
        assert_eq!(rule(may_close(false, true, 0)).0, "");
    }

    #[test]
    fn com_14_what_was_given_to_somebody_is_checked_once_it_is_done() {
        let mut s = Opinion {
            thanked: true,
            outcome: Some(Outcome::Assigned),
            told: true,
            ..Opinion::default()
        };
        assert_eq!(rule(s.may_check(&"qu".into())).0, "refuse-opinion-unhandled");
        s.done = true;
        assert_eq!(rule(s.may_check(&"qu".into())).0, "");
        assert_eq!(rule(s.may_finish()).0, "");
        s.outcome = Some(Outcome::Adopted);
        assert_eq!(rule(s.may_finish()).0, "refuse-opinion-unassigned");
        assert_eq!(
            Handling::Identify.voids(),
            [Handling::Finish, Handling::Tell, Handling::Check]
        );
        assert_eq!(Handling::Finish.voids(), [Handling::Tell, Handling::Check]);
        assert!(Handling::Tell.voids().is_empty());
    }

    #[test]
    fn com_14_what_quality_sends_back_is_handled_again_in_a_closed_round() {
        let mut s = Opinion {
            thanked: true,
            outcome: Some(Outcome::Adopted),
            told: true,
            ..Opinion::default()
        };
        let again = [Handling::Identify, Handling::Finish, Handling::Tell];
        for step in again {
            assert_eq!(rule(s.may_go(step, true)).0, "refuse-opinion-closed");
            assert_eq!(rule(s.may_go(step, false)).0, "");
        }
        assert_eq!(rule(s.may_go(Handling::Check, true)).0, "");
        s.check = Some(false);
        for step in again {
            assert_eq!(rule(s.may_go(step, true)).0, "");
        }
        assert_eq!(rule(s.may_go(Handling::Thank, true)).0, "refuse-opinion-closed");
        // A new result takes the check away; it still has to be told.
        (s.check, s.told) = (None, false);
        assert_eq!(rule(s.may_go(Handling::Tell, true)).0, "");
        s.told = true;
        assert_eq!(rule(s.may_go(Handling::Tell, true)).0, "refuse-opinion-closed");
    }
}
