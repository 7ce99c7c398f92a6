//! What happened in an emergency, as the journal keeps it. Personal values and free text stand in keys of their own, named by
//! [`Event::personal_fields`]: the journal moves them to an erasable table.

use serde::{Deserialize, Serialize};

use super::play::{CallPost, Class};
use crate::case::By;
use crate::ids::{CaseId, EmergencyId, StaffId};

/// A line of the call tree as it is opened: whom to reach, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallLine {
    pub post: CallPost,
    pub line: Vec<StaffId>,
}

/// A step of the checklist as it is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepDue {
    pub code: String,
    pub must: bool,
    pub note: bool,
    pub due_at: Option<i64>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub at: i64,
    pub by: By,
    #[serde(flatten)]
    pub fact: Fact,
}

/// What happened. The code is the `type` in JSON and, after `emergency_`, the kind in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "one of them begins an emergency and is read field by field; they are never kept in numbers"
)]
pub enum Fact {
    /// Emergency mode was opened.
    Opened {
        emergency: EmergencyId,
        number: String,
        case: Option<CaseId>,
        drill: bool,
        play: String,
        class: Class,
        major: bool,
        owner: StaffId,
        calls: Vec<CallLine>,
        steps: Vec<StepDue>,
        #[serde(default)]
        place: String,
        #[serde(default)]
        phone: String,
        #[serde(default)]
        caller: String,
        #[serde(default)]
        what: String,
    },
    /// Somebody of the call tree is reached and comes. `own`: said so themselves.
    CallConfirmed { call: usize, staff: StaffId, own: bool },
    /// Whose turn it was does not answer; the next in line is called. `by_time`: no confirmation within a minute.
    CallUnanswered {
        call: usize,
        staff: StaffId,
        next: Option<StaffId>,
        by_time: bool,
    },
    /// A line of the checklist was ticked, or left out with a reason.
    Ticked {
        step: String,
        skipped: bool,
        #[serde(default)]
        note: String,
    },
    /// A line that had to be done is late.
    StepLate { step: String, due_at: i64 },
    /// A line in the live log.
    Logged {
        #[serde(default)]
        text: String,
    },
    /// Somebody else looks after it.
    OwnerNamed { owner: StaffId },
    /// The danger is over.
    Ended {
        #[serde(default)]
        how: String,
    },
    /// The result was reported to the project manager (DIR-14).
    Reported {
        #[serde(default)]
        result: String,
    },
    /// The special meeting was held (DIR-14).
    Met {
        held_at: i64,
        present: Vec<StaffId>,
        #[serde(default)]
        analysis: String,
    },
    /// An improvement was decided on, with who does it and by when.
    Improvement {
        no: u32,
        owner: StaffId,
        due_at: i64,
        #[serde(default)]
        what: String,
    },
    /// An improvement is due and not done.
    ImprovementLate { no: u32 },
    /// An improvement is done.
    Improved {
        no: u32,
        #[serde(default)]
        how: String,
    },
    /// Everything that follows is done.
    Closed,
}

impl Fact {
    /// Every kind of event.
    pub const KINDS: &'static [&'static str] = &[
        "emergency_opened",
        "emergency_call_confirmed",
        "emergency_call_unanswered",
        "emergency_ticked",
        "emergency_step_late",
        "emergency_logged",
        "emergency_owner",
        "emergency_ended",
        "emergency_reported",
        "emergency_met",
        "emergency_improvement",
        "emergency_improvement_late",
        "emergency_improved",
        "emergency_closed",
    ];

    /// The kind in the journal.
    pub const fn kind(&self) -> &'static str {
        match self {
            Fact::Opened { .. } => "emergency_opened",
            Fact::CallConfirmed { .. } => "emergency_call_confirmed",
            Fact::CallUnanswered { .. } => "emergency_call_unanswered",
            Fact::Ticked { .. } => "emergency_ticked",
            Fact::StepLate { .. } => "emergency_step_late",
            Fact::Logged { .. } => "emergency_logged",
            Fact::OwnerNamed { .. } => "emergency_owner",
            Fact::Ended { .. } => "emergency_ended",
            Fact::Reported { .. } => "emergency_reported",
            Fact::Met { .. } => "emergency_met",
            Fact::Improvement { .. } => "emergency_improvement",
            Fact::ImprovementLate { .. } => "emergency_improvement_late",
            Fact::Improved { .. } => "emergency_improved",
            Fact::Closed => "emergency_closed",
        }
    }

    /// The top-level JSON keys with personal values or free text.
    pub const fn personal_fields(&self) -> &'static [&'static str] {
        match self {
            Fact::Opened { .. } => &["place", "phone", "caller", "what"],
            Fact::Ticked { .. } => &["note"],
            Fact::Logged { .. } => &["text"],
            Fact::Ended { .. } | Fact::Improved { .. } => &["how"],
            Fact::Reported { .. } => &["result"],
            Fact::Met { .. } => &["analysis"],
            Fact::Improvement { .. } => &["what"],
            _ => &[],
        }
    }
}
