//! The steps of a complaint as people and programs ask for them, and what is added to them before the rules decide.

use serde::{Deserialize, Serialize};

use super::route::Proposal;
use super::{MeasureKind, Nature, Received};
use crate::access::Action;
use crate::case::{Importance, Satisfaction, ToldHow};
use crate::ids::*;

/// One step. Instants are unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Step {
    /// Valid or not, what kind and how serious (COM-28). `told`: how the customer was told that it is not valid.
    JudgeComplaint {
        valid: bool,
        nature: Nature,
        severity: Importance,
        /// Whom it is about: that person does not see it any more.
        #[serde(default)]
        about: Option<StaffId>,
        reason: String,
        #[serde(default)]
        told: Option<ToldHow>,
    },
    /// The customer does not agree with "not valid".
    AppealComplaint {
        reason: String,
    },
    /// `to` is `leader` or the code of a department; elsewhere than proposed needs a reason (COM-18 to COM-21, COM-28, COM-29).
    RouteComplaint {
        received: Received,
        to: String,
        #[serde(default)]
        reason: String,
    },
    /// A supporting department's part with its time (COM-23).
    AddPart {
        department: DepartmentId,
        what: String,
        due_at: i64,
    },
    FinishPart {
        no: u32,
        result: String,
    },
    RecordFinding {
        text: String,
    },
    /// How it is to be answered; `letter`: in writing, which the company leader must agree to (COM-22).
    ProposeAnswer {
        text: String,
        letter: bool,
    },
    AgreeLetter {
        agree: bool,
        #[serde(default)]
        note: String,
    },
    /// What the department cannot solve goes up (COM-25).
    RaiseComplaint {
        reason: String,
    },
    InstructComplaint {
        text: String,
    },
    CarryOut {
        text: String,
    },
    /// What the customer says to the answer.
    RecordResponse {
        accepted: bool,
        how: ToldHow,
        #[serde(default)]
        note: String,
    },
    /// COM-26.
    NoteOpinion {
        opinion: Satisfaction,
        thanked: bool,
        #[serde(default)]
        hopes: String,
    },
    RecordCause {
        text: String,
    },
    /// COM-31. `facts` is needed for a report, that is for a major complaint.
    SetMeasure {
        kind: MeasureKind,
        #[serde(default)]
        facts: String,
        text: String,
        owner: StaffId,
        due_at: i64,
    },
    FinishMeasure {
        no: u32,
        result: String,
    },
    VerifyComplaint {
        effective: bool,
        note: String,
    },
    FileComplaint {
        #[serde(default)]
        note: String,
    },
}

/// What the rules need to know beside the step and the case: looked up by the use case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// Where it is proposed to go.
    pub proposal: Option<Proposal>,
    /// The department whose code the step names.
    pub department: Option<DepartmentId>,
    /// The person whom it is about is the manager or the head of a department.
    pub about_a_head: bool,
    /// That department does its own work and has people who take orders.
    pub takes_orders: bool,
}

/// A step with what was looked up for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub step: Step,
    pub given: Given,
}

impl Step {
    /// The right that the step needs.
    #[must_use]
    pub const fn action(&self) -> Action {
        match self {
            Step::JudgeComplaint { .. } => Action::JudgeComplaint,
            Step::AppealComplaint { .. } => Action::AppealComplaint,
            Step::RouteComplaint { .. } => Action::RouteComplaint,
            Step::AddPart { .. } => Action::AddPart,
            Step::FinishPart { .. } => Action::FinishPart,
            Step::RecordFinding { .. } => Action::RecordFinding,
            Step::ProposeAnswer { .. } => Action::ProposeAnswer,
            Step::AgreeLetter { .. } => Action::AgreeLetter,
            Step::RaiseComplaint { .. } => Action::RaiseComplaint,
            Step::InstructComplaint { .. } => Action::InstructComplaint,
            Step::CarryOut { .. } => Action::CarryOut,
            Step::RecordResponse { .. } => Action::RecordResponse,
            Step::NoteOpinion { .. } => Action::NoteOpinion,
            Step::RecordCause { .. } => Action::RecordCause,
            Step::SetMeasure { .. } => Action::SetMeasure,
            Step::FinishMeasure { .. } => Action::FinishMeasure,
            Step::VerifyComplaint { .. } => Action::VerifyComplaint,
            Step::FileComplaint { .. } => Action::FileComplaint,
        }
    }

    /// The same step with every text changed by `change` (masking of identity and card numbers).
    #[must_use]
    pub fn with_texts(mut self, change: impl Fn(&str) -> String) -> Step {
        let set = |text: &mut String| *text = change(text);
        match &mut self {
            Step::JudgeComplaint { reason: text, .. }
            | Step::AppealComplaint { reason: text }
            | Step::RouteComplaint { reason: text, .. }
            | Step::AddPart { what: text, .. }
            | Step::FinishPart { result: text, .. }
            | Step::RecordFinding { text }
            | Step::ProposeAnswer { text, .. }
            | Step::AgreeLetter { note: text, .. }
            | Step::RaiseComplaint { reason: text }
            | Step::InstructComplaint { text }
            | Step::CarryOut { text }
            | Step::RecordResponse { note: text, .. }
            | Step::NoteOpinion { hopes: text, .. }
            | Step::RecordCause { text }
            | Step::FinishMeasure { result: text, .. }
            | Step::VerifyComplaint { note: text, .. }
            | Step::FileComplaint { note: text } => set(text),
            Step::SetMeasure { facts, text, .. } => {
                set(facts);
                set(text);
            }
        }
        self
    }
}
