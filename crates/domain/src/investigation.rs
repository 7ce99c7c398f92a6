//! An investigation into an internal report (COM-24): what somebody reported on a case is said to be late, inexact, incomplete
//! or untrue. The person sees it, has time to answer, and only the outcome puts anything on their record; they may object
//! once, and somebody above who had no part in it has the last word.

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::ids::StaffId;
use crate::refusal::Refusal;

/// The least time somebody has for the answer: three natural days (habit, no clause states it).
pub const ANSWER_MS: i64 = 3 * 86_400_000;
/// How long after the outcome the person may object: seven natural days (habit).
pub const OBJECT_MS: i64 = 7 * 86_400_000;
/// What is proposed for the answer: the least and an hour, so that it is still enough when the form is sent.
pub const PROPOSED_ANSWER_MS: i64 = ANSWER_MS + 3_600_000;
/// The longest time that may be given for the answer: 30 natural days.
pub const LONGEST_ANSWER_MS: i64 = 30 * 86_400_000;

codes! {
    /// What is said to be wrong with the report (COM-24: in time, exactly, in full).
    Fault {
        Late = "late",
        Inexact = "inexact",
        Incomplete = "incomplete",
        Untrue = "untrue",
    }
}

codes! {
    /// What was found. Only the last two stand on the person's record.
    Outcome {
        /// There was nothing wrong with it.
        Unfounded = "unfounded",
        /// Not as it should be, but neither irresponsible nor seriously untrue: talked about, not recorded.
        Minor = "minor",
        Irresponsible = "irresponsible",
        /// Seriously untrue.
        Untrue = "untrue",
    }
}

impl Outcome {
    /// Whether it is recorded against the person.
    pub const fn is_recorded(self) -> bool {
        matches!(self, Outcome::Irresponsible | Outcome::Untrue)
    }
}

codes! {
    /// Where it stands.
    Stage {
        /// Waits for the person's answer until its time is over.
        Asked = "asked",
        /// The person has answered; waits for the outcome.
        Answered = "answered",
        /// The outcome is there.
        Decided = "decided",
        /// The person does not agree, and somebody above decides.
        Objected = "objected",
        /// Somebody above left it as it was.
        Upheld = "upheld",
        /// Somebody above took it back: nothing stands on the record.
        Overturned = "overturned",
    }
}

/// What the rules need to know of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Investigation {
    pub stage: Stage,
    /// Whose report it is.
    pub about: StaffId,
    pub opened_by: StaffId,
    /// Until when the answer is awaited, unix milliseconds.
    pub answer_by: i64,
    pub outcome: Option<Outcome>,
    pub decided_by: Option<StaffId>,
    pub decided_at: Option<i64>,
}

fn refuse(rule: &'static str) -> Refusal {
    Refusal::new(rule).clause("COM-24")
}

fn said(text: &str, key: &'static str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(refuse("refuse-incomplete").missing([key]));
    }
    Ok(())
}

impl Investigation {
    /// Opens one.
    ///
    /// # Errors
    /// `refuse-investigation-own` about oneself, `refuse-incomplete` without what was reported and what is wrong with it,
    /// `refuse-investigation-time` with less than [`ANSWER_MS`] or more than [`LONGEST_ANSWER_MS`] for the answer.
    pub fn open(
        about: &StaffId,
        by: &StaffId,
        report: &str,
        why: &str,
        answer_by: i64,
        now: i64,
    ) -> Result<Investigation, Refusal> {
        if about == by {
            return Err(refuse("refuse-investigation-own"));
        }
        let missing: Vec<&'static str> = [(report, "missing-report"), (why, "missing-investigation-why")]
            .into_iter()
            .filter(|(text, _)| text.trim().is_empty())
            .map(|(_, key)| key)
            .collect();
        if !missing.is_empty() {
            return Err(refuse("refuse-incomplete").missing(missing));
        }
        if answer_by < now.saturating_add(ANSWER_MS) || answer_by > now.saturating_add(LONGEST_ANSWER_MS) {
            return Err(refuse("refuse-investigation-time"));
        }
        Ok(Investigation {
            stage: Stage::Asked,
            about: about.clone(),
            opened_by: by.clone(),
            answer_by,
            outcome: None,
            decided_by: None,
            decided_at: None,
        })
    }

    /// The person answers; again, as long as there is no outcome.
    ///
    /// # Errors
    /// `refuse-investigation-not-yours` for anybody else, `refuse-investigation-decided`, `refuse-incomplete` without a word.
    pub fn answer(&mut self, by: &StaffId, text: &str) -> Result<(), Refusal> {
        self.may_answer(by)?;
        said(text, "missing-investigation-answer")?;
        self.stage = Stage::Answered;
        Ok(())
    }

    /// Whether the answer can be given, before it is.
    ///
    /// # Errors
    /// As [`Investigation::answer`] but for the text.
    pub fn may_answer(&self, by: &StaffId) -> Result<(), Refusal> {
        if *by != self.about {
            return Err(refuse("refuse-investigation-not-yours"));
        }
        match self.stage {
            Stage::Asked | Stage::Answered => Ok(()),
            _ => Err(refuse("refuse-investigation-decided")),
        }
    }

    /// The outcome, by somebody who neither asked for it nor is meant: after the answer, or when its time is over.
    ///
    /// # Errors
    /// `refuse-investigation-involved`, `refuse-investigation-decided`, `refuse-investigation-unheard`, `refuse-incomplete`.
    pub fn decide(&mut self, by: &StaffId, outcome: Outcome, reason: &str, now: i64) -> Result<(), Refusal> {
        self.may_decide(by, now)?;
        said(reason, "missing-investigation-reason")?;
        self.stage = Stage::Decided;
        self.outcome = Some(outcome);
        self.decided_by = Some(by.clone());
        self.decided_at = Some(now);
        Ok(())
    }

    /// Whether the outcome can be given, before it is.
    ///
    /// # Errors
    /// As [`Investigation::decide`] but for the reason.
    pub fn may_decide(&self, by: &StaffId, now: i64) -> Result<(), Refusal> {
        // Whoever decided it has a part in it by now: that it is decided is what they want to hear.
        let waits = matches!(self.stage, Stage::Asked | Stage::Answered);
        if waits && self.has_a_part(by) {
            return Err(refuse("refuse-investigation-involved"));
        }
        match self.stage {
            Stage::Answered => Ok(()),
            Stage::Asked if now >= self.answer_by => Ok(()),
            Stage::Asked => Err(refuse("refuse-investigation-unheard")),
            _ => Err(refuse("refuse-investigation-decided")),
        }
    }

    /// The person does not agree with what stands on the record.
    ///
    /// # Errors
    /// `refuse-investigation-not-yours`, `refuse-investigation-nothing` where nothing was recorded or it is settled,
    /// `refuse-investigation-late` after [`OBJECT_MS`], `refuse-incomplete` without a word.
    pub fn object(&mut self, by: &StaffId, text: &str, now: i64) -> Result<(), Refusal> {
        self.may_object(by, now)?;
        said(text, "missing-investigation-objection")?;
        self.stage = Stage::Objected;
        Ok(())
    }

    /// Whether the person can object, before they do.
    ///
    /// # Errors
    /// As [`Investigation::object`] but for the text.
    pub fn may_object(&self, by: &StaffId, now: i64) -> Result<(), Refusal> {
        if *by != self.about {
            return Err(refuse("refuse-investigation-not-yours"));
        }
        if self.stage != Stage::Decided || !self.outcome.is_some_and(Outcome::is_recorded) {
            return Err(refuse("refuse-investigation-nothing"));
        }
        if self.object_until().is_some_and(|until| now > until) {
            return Err(refuse("refuse-investigation-late"));
        }
        Ok(())
    }

    /// Somebody above who had no part in it has the last word.
    ///
    /// # Errors
    /// `refuse-investigation-involved`, `refuse-investigation-nothing` where nobody objected, `refuse-incomplete`.
    pub fn review(&mut self, by: &StaffId, uphold: bool, reason: &str) -> Result<(), Refusal> {
        self.may_review(by)?;
        said(reason, "missing-investigation-reason")?;
        self.stage = if uphold { Stage::Upheld } else { Stage::Overturned };
        Ok(())
    }

    /// Whether the last word can be spoken, before it is.
    ///
    /// # Errors
    /// As [`Investigation::review`] but for the reason.
    pub fn may_review(&self, by: &StaffId) -> Result<(), Refusal> {
        if self.has_a_part(by) {
            return Err(refuse("refuse-investigation-involved"));
        }
        if self.stage != Stage::Objected {
            return Err(refuse("refuse-investigation-nothing"));
        }
        Ok(())
    }

    /// Whether somebody asked for it, is meant by it or has decided it: none of them decides again.
    pub fn has_a_part(&self, who: &StaffId) -> bool {
        *who == self.about || *who == self.opened_by || self.decided_by.as_ref() == Some(who)
    }

    /// Until when the person may object to what stands on the record, unix milliseconds; None where nothing does.
    pub fn object_until(&self) -> Option<i64> {
        let recorded = self.outcome.is_some_and(Outcome::is_recorded);
        self.decided_at
            .filter(|_| recorded)
            .map(|at| at.saturating_add(OBJECT_MS))
    }

    /// Whether it stands on the person's record.
    pub fn is_recorded(&self) -> bool {
        self.stage != Stage::Overturned && self.outcome.is_some_and(Outcome::is_recorded)
    }
}

#[cfg(test)]
mod random;

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000;

    fn id(name: &str) -> StaffId {
        name.to_owned().into()
    }

    fn opened() -> Investigation {
        Investigation::open(&id("zhou"), &id("li"), "已修好", "现场没有人来过", NOW + ANSWER_MS, NOW).unwrap()
    }

    #[test]
    fn nobody_investigates_their_own_report_or_leaves_no_time_to_answer() {
        let open = |by: &str, report: &str, why: &str, days: i64| {
            Investigation::open(&id("zhou"), &id(by), report, why, NOW + days * 86_400_000, NOW)
                .unwrap_err()
                .rule
        };
        assert_eq!(open("zhou", "已修好", "没有", 3), "refuse-investigation-own");
        assert_eq!(open("li", " ", "没有", 3), "refuse-incomplete");
        assert_eq!(open("li", "已修好", "", 3), "refuse-incomplete");
        assert_eq!(open("li", "已修好", "没有", 2), "refuse-investigation-time");
        assert_eq!(open("li", "已修好", "没有", 31), "refuse-investigation-time");
    }

    #[test]
    fn nothing_is_decided_unheard_and_never_by_who_is_involved() {
        let mut x = opened();
        let decide = |x: &mut Investigation, by: &str, at: i64| {
            x.decide(&id(by), Outcome::Untrue, "对照门禁记录", at)
                .map_err(|r| r.rule)
        };
        assert_eq!(decide(&mut x, "wu", NOW), Err("refuse-investigation-unheard"));
        assert_eq!(
            decide(&mut x, "li", NOW + ANSWER_MS),
            Err("refuse-investigation-involved")
        );
        assert_eq!(
            decide(&mut x, "zhou", NOW + ANSWER_MS),
            Err("refuse-investigation-involved")
        );
        assert_eq!(
            x.answer(&id("li"), "是").unwrap_err().rule,
            "refuse-investigation-not-yours"
        );
        assert!(!x.is_recorded());
        // Time is over without an answer: it can be decided; with one, at once.
        assert_eq!(decide(&mut x.clone(), "wu", NOW + ANSWER_MS), Ok(()));
        x.answer(&id("zhou"), "当时登记错了房号").unwrap();
        x.answer(&id("zhou"), "补充：附照片").unwrap();
        assert_eq!(decide(&mut x, "wu", NOW + 1), Ok(()));
        assert!(x.is_recorded());
        assert_eq!(
            x.answer(&id("zhou"), "再补").unwrap_err().rule,
            "refuse-investigation-decided"
        );
        assert_eq!(decide(&mut x, "wu", NOW + 2), Err("refuse-investigation-decided"));
    }

    #[test]
    fn only_what_is_irresponsible_or_untrue_stands_on_the_record() {
        for (outcome, recorded) in [
            (Outcome::Unfounded, false),
            (Outcome::Minor, false),
            (Outcome::Irresponsible, true),
            (Outcome::Untrue, true),
        ] {
            let mut x = opened();
            x.answer(&id("zhou"), "说明").unwrap();
            x.decide(&id("wu"), outcome, "查明", NOW).unwrap();
            assert_eq!(x.is_recorded(), recorded, "{outcome:?}");
            let objected = x.object(&id("zhou"), "不服", NOW).map_err(|r| r.rule);
            assert_eq!(objected.is_ok(), recorded);
        }
    }

    #[test]
    fn the_last_word_is_of_somebody_without_a_part_in_it() {
        let mut x = opened();
        x.answer(&id("zhou"), "说明").unwrap();
        x.decide(&id("wu"), Outcome::Untrue, "查明", NOW).unwrap();
        let late = x.clone().object(&id("zhou"), "不服", NOW + OBJECT_MS + 1);
        assert_eq!(late.unwrap_err().rule, "refuse-investigation-late");
        assert_eq!(
            x.may_review(&id("feng")).unwrap_err().rule,
            "refuse-investigation-nothing"
        );
        x.object(&id("zhou"), "不服", NOW + OBJECT_MS).unwrap();
        for by in ["zhou", "li", "wu"] {
            assert_eq!(x.may_review(&id(by)).unwrap_err().rule, "refuse-investigation-involved");
        }
        let mut upheld = x.clone();
        upheld.review(&id("feng"), true, "证据充分").unwrap();
        assert!(upheld.is_recorded());
        x.review(&id("feng"), false, "照片时间有误").unwrap();
        assert!(!x.is_recorded());
        assert_eq!(
            x.object(&id("zhou"), "再", NOW).unwrap_err().rule,
            "refuse-investigation-nothing"
        );
    }
}
