//! An emergency (应急处置, REC-17 to REC-21, DIR-14): opened with one key, worked through by a playbook with a call tree and a
//! checklist to the second, logged live on every desk, and worked up afterwards. A drill (演练) is the same without a case:
//! it is in no figure, and nobody outside hears of it.

mod decide;
mod event;
pub mod play;
#[cfg(test)]
mod tests;

pub use decide::{CONFIRM_MS, Command, Open, apply, decide};
pub use event::{CallLine, Event, Fact, StepDue};
pub use play::{CallPost, Class, Play, Plays};

use serde::{Deserialize, Serialize};

use crate::case::By;
use crate::codes::codes;
use crate::ids::{CaseId, EmergencyId, StaffId};

codes! {
    /// How far an emergency is.
    State {
        /// Somebody is in danger, or something is.
        Running = "running",
        /// The danger is over; report, meeting and improvements follow.
        After = "after",
        Closed = "closed",
    }
}

/// Somebody of the call tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub post: CallPost,
    /// Whom to reach, one after the other.
    pub line: Vec<StaffId>,
    /// Whose turn it is, as a place in the line; its length when nobody of it answered.
    pub turn: usize,
    /// When the one whose turn it is was called.
    pub called_at: i64,
    pub confirmed_by: Option<StaffId>,
    pub confirmed_at: Option<i64>,
}

impl Call {
    /// Whose turn it is; None when nobody of the line has answered.
    pub fn current(&self) -> Option<&StaffId> {
        self.line.get(self.turn)
    }

    /// When the next in line is called, if nobody confirms before.
    pub fn due_at(&self) -> Option<i64> {
        (self.confirmed_at.is_none() && self.turn < self.line.len()).then(|| self.called_at + CONFIRM_MS)
    }
}

/// A line of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub code: String,
    pub must: bool,
    pub note: bool,
    pub due_at: Option<i64>,
    pub done_at: Option<i64>,
    pub done_by: Option<StaffId>,
    pub skipped: bool,
    pub text: String,
    /// That it is late was told.
    pub told_late: bool,
}

/// One line of the live log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub at: i64,
    pub by: By,
    /// The kind of event.
    pub kind: String,
    /// The step or post that it is about, as a code.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<StaffId>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// The special meeting (DIR-14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    pub held_at: i64,
    pub present: Vec<StaffId>,
    pub analysis: String,
}

/// What is to become better, by whom and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Improvement {
    pub no: u32,
    pub owner: StaffId,
    pub due_at: i64,
    pub what: String,
    pub done_at: Option<i64>,
    pub done_by: Option<StaffId>,
    pub how: String,
    pub told_late: bool,
}

/// An emergency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emergency {
    pub id: EmergencyId,
    /// The number of its case; a drill has one of its own.
    pub number: String,
    /// The call for help. None for a drill.
    pub case: Option<CaseId>,
    pub drill: bool,
    pub play: String,
    pub class: Class,
    /// A meeting has to follow.
    pub major: bool,
    pub state: State,
    pub owner: StaffId,
    pub opened_at: i64,
    pub opened_by: By,
    pub place: String,
    pub phone: String,
    pub caller: String,
    pub what: String,
    pub calls: Vec<Call>,
    pub steps: Vec<Step>,
    pub log: Vec<Line>,
    pub ended_at: Option<i64>,
    pub ended_how: String,
    pub report: Option<String>,
    pub reported_at: Option<i64>,
    pub meeting: Option<Meeting>,
    pub improvements: Vec<Improvement>,
    pub closed_at: Option<i64>,
}

impl Emergency {
    /// Not over yet.
    pub fn runs(&self) -> bool {
        self.state == State::Running
    }

    /// Lines of the checklist that must be done and are neither done nor left out.
    pub fn open_musts(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|s| s.must && s.done_at.is_none())
    }

    /// When something happens by itself next: a call without an answer, a late step, an improvement that is due. The moment
    /// itself is in time.
    pub fn next_look_at(&self) -> Option<i64> {
        let running = self.runs();
        let calls = self.calls.iter().filter_map(Call::due_at).filter(|_| running);
        let steps = self
            .steps
            .iter()
            .filter(|s| running && s.done_at.is_none() && !s.told_late)
            .filter_map(|s| s.due_at.map(|at| at + 1));
        let improvements = self
            .improvements
            .iter()
            .filter(|i| i.done_at.is_none() && !i.told_late)
            .map(|i| i.due_at + 1);
        calls.chain(steps).chain(improvements).min()
    }

    /// What is lacking before it can be closed (DIR-14), as translation keys.
    pub fn missing_to_close(&self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        if self.runs() {
            missing.push("missing-emergency-over");
        }
        if self.report.is_none() {
            missing.push("missing-emergency-report");
        }
        if self.major && self.meeting.is_none() {
            missing.push("missing-emergency-meeting");
        }
        if self.major && self.improvements.is_empty() {
            missing.push("missing-emergency-improvement");
        }
        missing
    }
}
