//! Coming to the shift: ten minutes before it begins (REC-4), with the opening checklist.

use serde::{Deserialize, Serialize};

use super::cover::Stretch;
use crate::codes::codes;
use crate::refusal::Refusal;

/// At the post so long before the shift begins, in milliseconds (REC-4).
pub const BEFORE_MS: i64 = 10 * 60_000;
/// From so long before the shift its person is asked to check in.
pub const ASK_MS: i64 = 60 * 60_000;
/// Nobody checks in earlier than this before the shift.
pub const EARLIEST_MS: i64 = 2 * 60 * 60_000;
/// So long after the beginning somebody who has not checked in is missed.
pub const MISSING_MS: i64 = 10 * 60_000;

codes! {
    /// How it stands with one shift and its person, at an instant.
    Attendance {
        /// Still to come.
        Planned = "planned",
        /// Begins within the hour: the person is asked to check in.
        Asked = "asked",
        /// Should have checked in by now.
        Due = "due",
        /// The shift has begun and nobody came.
        Missing = "missing",
        /// At the post, in time.
        Here = "here",
        /// At the post, later than ten minutes before.
        Late = "late",
        /// The person is away: nobody is expected.
        Absent = "absent",
        /// It is over, and nobody had checked in.
        Missed = "missed",
        /// It is over.
        Done = "done",
    }
}

/// What of a shift decides how it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShiftTimes {
    pub at: Stretch,
    pub checked_in: Option<i64>,
    /// Handed over, or signed off.
    pub ended: Option<i64>,
    /// The person has leave or is ill.
    pub absent: bool,
}

/// By how much somebody who checks in at `at` is late, in milliseconds: after ten minutes before the beginning. 0 for in time.
pub const fn late_by(from: i64, at: i64) -> i64 {
    let late = at - (from - BEFORE_MS);
    if late > 0 { late } else { 0 }
}

/// How it stands with a shift.
pub fn attendance(s: &ShiftTimes, now: i64) -> Attendance {
    let over = now >= s.at.to || s.ended.is_some_and(|e| now >= e);
    match s.checked_in {
        Some(_) if over => Attendance::Done,
        Some(at) if late_by(s.at.from, at) > 0 => Attendance::Late,
        Some(_) => Attendance::Here,
        None if s.absent => Attendance::Absent,
        None if over => Attendance::Missed,
        None if now >= s.at.from + MISSING_MS => Attendance::Missing,
        None if now >= s.at.from - BEFORE_MS => Attendance::Due,
        None if now >= s.at.from - ASK_MS => Attendance::Asked,
        None => Attendance::Planned,
    }
}

/// Whether somebody may check in now.
///
/// # Errors
/// `refuse-check-in-…` with REC-4: too early, over, done already, or away.
pub fn may_check_in(s: &ShiftTimes, now: i64) -> Result<(), Refusal> {
    let no = |rule| Err(Refusal::new(rule).clause("REC-4"));
    if s.checked_in.is_some() {
        no("refuse-check-in-done")
    } else if s.absent {
        no("refuse-check-in-absent")
    } else if now >= s.at.to {
        no("refuse-check-in-over")
    } else if now < s.at.from - EARLIEST_MS {
        no("refuse-check-in-early")
    } else {
        Ok(())
    }
}

/// One thing that is looked at before the shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Stays the same when the words change: `desk_tidy`.
    pub code: String,
    pub zh: String,
    #[serde(default)]
    pub en: String,
}

/// What was found at one thing of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    pub code: String,
    pub ok: bool,
}

/// Whether the checklist was gone through: everything is in order, or it is said what is not.
///
/// # Errors
/// `refuse-check-in-list` when something is not ticked and no remark says why (REC-4).
pub fn check_ticks(list: &[Item], ticks: &[Tick], remark: &str) -> Result<(), Refusal> {
    let fine = |item: &Item| ticks.iter().any(|t| t.code == item.code && t.ok);
    let open = list.iter().filter(|i| !fine(i)).count();
    if open > 0 && remark.trim().is_empty() {
        return Err(Refusal::new("refuse-check-in-list").clause("REC-4").arg("n", open));
    }
    Ok(())
}
