//! A violation of the rules for the telephone (TEL-4, TEL-9): it is recorded, the person answers, and it is decided by severity. Nothing
//! is decided before the person could answer; only what is decided to be one stands on the record.

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::ids::StaffId;
use crate::refusal::Refusal;

/// The least time somebody has for the answer: three natural days (habit, as for a check of a report).
pub const ANSWER_MS: i64 = 3 * 86_400_000;
/// The longest: 30 natural days.
pub const LONGEST_ANSWER_MS: i64 = 30 * 86_400_000;

codes! {
    /// What was done.
    ViolationKind {
        /// A private call that was not urgent, or not short (TEL-1).
        PrivateCall = "private_call",
        /// A private call delayed business (TEL-4).
        Delay = "delay",
        /// A private call led to a complaint (TEL-4).
        Complaint = "complaint",
        /// Long distance without an approved request (TEL-2).
        LongDistance = "long_distance",
        /// A paid information line was called (TEL-9).
        PaidLine = "paid_line",
        /// A line was held longer than needed (TEL-10).
        LongCall = "long_call",
        /// A telephone was off in working hours (TEL-10).
        Unreachable = "unreachable",
    }
}

impl ViolationKind {
    /// The clause that was violated.
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            ViolationKind::PrivateCall => "TEL-1",
            ViolationKind::Delay | ViolationKind::Complaint => "TEL-4",
            ViolationKind::LongDistance => "TEL-2",
            ViolationKind::PaidLine => "TEL-9",
            ViolationKind::LongCall | ViolationKind::Unreachable => "TEL-10",
        }
    }

    /// Whether it is one only by what it led to: the case is named.
    #[must_use]
    pub const fn needs_case(self) -> bool {
        matches!(self, ViolationKind::Complaint)
    }
}

codes! {
    /// How severe it is found to be.
    Severity {
        /// It was none.
        None = "none",
        /// Talked about, not recorded.
        Minor = "minor",
        Serious = "serious",
        Grave = "grave",
    }
}

codes! {
    /// What is done about it.
    ViolationMeasure {
        Nothing = "nothing",
        /// The head talks with the person.
        Talk = "talk",
        /// A warning before the department.
        Warning = "warning",
        /// As the company's rules for discipline say.
        Discipline = "discipline",
    }
}

impl Severity {
    /// The measures that fit it (TEL-4: by severity).
    #[must_use]
    pub const fn measures(self) -> &'static [ViolationMeasure] {
        match self {
            Severity::None => &[ViolationMeasure::Nothing],
            Severity::Minor => &[ViolationMeasure::Talk],
            Severity::Serious => &[ViolationMeasure::Warning, ViolationMeasure::Discipline],
            Severity::Grave => &[ViolationMeasure::Discipline],
        }
    }

    /// Whether a measure fits.
    ///
    /// # Errors
    /// `refuse-violation-measure`.
    pub fn allows(self, measure: ViolationMeasure) -> Result<(), Refusal> {
        if self.measures().contains(&measure) {
            Ok(())
        } else {
            Err(Refusal::new("refuse-violation-measure").clause("TEL-4"))
        }
    }
}

codes! {
    /// Where it stands.
    ViolationStage {
        /// Waits for the person's answer until its time is over.
        Asked = "asked",
        Answered = "answered",
        Decided = "decided",
    }
}

/// What the rules need to know of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    pub stage: ViolationStage,
    pub kind: ViolationKind,
    pub about: StaffId,
    pub recorded_by: StaffId,
    /// Until when the answer is awaited, unix milliseconds.
    pub answer_by: i64,
    /// What the call cost, in cents, where it is known.
    pub cost_cents: Option<i64>,
    pub severity: Option<Severity>,
    pub decided_by: Option<StaffId>,
    pub decided_at: Option<i64>,
}

fn said(rule: &'static str, text: &str, key: &'static str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::new("refuse-incomplete").clause(rule).missing([key]));
    }
    Ok(())
}

impl Violation {
    /// Records one, with what happened. A cost below nothing is none.
    ///
    /// # Errors
    /// `refuse-violation-own` about oneself, `refuse-incomplete` without what happened, `refuse-violation-time` with less than [`ANSWER_MS`] or
    /// more than [`LONGEST_ANSWER_MS`] for the answer.
    pub fn record(
        kind: ViolationKind,
        about: &StaffId,
        by: &StaffId,
        what: &str,
        cost_cents: Option<i64>,
        answer_by: i64,
        now: i64,
    ) -> Result<Violation, Refusal> {
        if about == by {
            return Err(Refusal::new("refuse-violation-own").clause("TEL-4"));
        }
        said(kind.clause(), what, "missing-violation-what")?;
        if answer_by < now.saturating_add(ANSWER_MS) || answer_by > now.saturating_add(LONGEST_ANSWER_MS) {
            return Err(Refusal::new("refuse-violation-time").clause("TEL-4"));
        }
        Ok(Violation {
            stage: ViolationStage::Asked,
            kind,
            about: about.clone(),
            recorded_by: by.clone(),
            answer_by,
            cost_cents: cost_cents.filter(|cents| *cents > 0),
            severity: None,
            decided_by: None,
            decided_at: None,
        })
    }

    /// Whether the answer can be given, before it is.
    ///
    /// # Errors
    /// As [`Violation::answer`] but for the text.
    pub fn may_answer(&self, by: &StaffId) -> Result<(), Refusal> {
        if *by != self.about {
            return Err(Refusal::new("refuse-violation-not-yours").clause("TEL-4"));
        }
        if self.stage == ViolationStage::Decided {
            return Err(Refusal::new("refuse-violation-decided").clause("TEL-4"));
        }
        Ok(())
    }

    /// The person answers; again, as long as it is not decided.
    ///
    /// # Errors
    /// `refuse-violation-not-yours` for anybody else, `refuse-violation-decided`, `refuse-incomplete` without a word.
    pub fn answer(&mut self, by: &StaffId, text: &str) -> Result<(), Refusal> {
        self.may_answer(by)?;
        said("TEL-4", text, "missing-violation-answer")?;
        self.stage = ViolationStage::Answered;
        Ok(())
    }

    /// Whether it can be decided, before it is.
    ///
    /// # Errors
    /// As [`Violation::decide`] but for the reason.
    pub fn may_decide(&self, by: &StaffId, now: i64) -> Result<(), Refusal> {
        let refuse = |rule| Err(Refusal::new(rule).clause("TEL-4"));
        if self.stage == ViolationStage::Decided {
            return refuse("refuse-violation-decided");
        }
        if *by == self.about || *by == self.recorded_by {
            return refuse("refuse-violation-involved");
        }
        if self.stage == ViolationStage::Asked && now < self.answer_by {
            return refuse("refuse-violation-unheard");
        }
        Ok(())
    }

    /// Decided with its severity, by somebody who neither recorded it nor is meant: after the answer, or when its time is over.
    ///
    /// # Errors
    /// `refuse-violation-decided`, `refuse-violation-involved`, `refuse-violation-unheard`, `refuse-incomplete` without a reason;
    /// `refuse-violation-severity` for a paid information line called by somebody that is said to be minor: it brings discipline (TEL-9).
    pub fn decide(&mut self, by: &StaffId, severity: Severity, reason: &str, now: i64) -> Result<(), Refusal> {
        self.may_decide(by, now)?;
        said("TEL-4", reason, "missing-violation-reason")?;
        if self.kind == ViolationKind::PaidLine && severity == Severity::Minor {
            return Err(Refusal::new("refuse-violation-severity").clause("TEL-9"));
        }
        self.severity = Some(severity);
        self.stage = ViolationStage::Decided;
        self.decided_by = Some(by.clone());
        self.decided_at = Some(now);
        Ok(())
    }

    /// Whether it stands on the person's record.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        matches!(self.severity, Some(Severity::Serious | Severity::Grave))
    }

    /// What the person is charged, in cents: the cost of a paid information line that was found to be called (TEL-9).
    #[must_use]
    pub fn charge_cents(&self) -> Option<i64> {
        self.cost_cents
            .filter(|_| self.kind == ViolationKind::PaidLine && self.is_recorded())
    }
}
