//! The service standard (服务标准): which clocks a case gets and how long they are. Durations live in its file, not in code.
//!
//! A line says for which cases it speaks (kind, importance, urgency, item prefixes; what is not named is any) and which clocks
//! it sets. For each clock the most specific line wins: the longest item prefix first, then the most criteria.
//! Limits that are no clocks of a case (three rings, two minutes of consultation) stand beside the lines under a name.
//!
//! A standard is a document with versions: [`Document`] is what is written and edited, [`check`] finds what is wrong with it,
//! [`compare`] says what differs between two, and [`Standard`] is one that may be worked by.

use serde::{Deserialize, Serialize};

use crate::case::{Importance, Kind, Urgency};
use crate::clock::{ClockCode, Limit, WaitReason};
use crate::desk_rules::DeskRules;
use crate::ladder::Rung;

pub mod callback;
pub mod check;
pub mod compare;
pub mod document;
pub mod edit;
pub mod limits;

pub use callback::{Ask, AskFile, CallbackFile, CallbackRule, Tried};
pub use check::{Found, Grave, Place};
pub use compare::{Difference, Mark};
pub use document::{ClockFile, Document, LineFile};
pub use limits::{LimitCode, NamedLimit, Span};

/// What reopening a case does to a clock that had been met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnReopen {
    /// It goes on with the time that was left; the time in between does not count.
    Continue,
    /// It begins anew, and the result of the first round stays.
    #[default]
    NewCycle,
}

impl OnReopen {
    /// Both, in the order of a form.
    pub const ALL: &'static [OnReopen] = &[OnReopen::NewCycle, OnReopen::Continue];

    /// The text code.
    pub const fn as_str(self) -> &'static str {
        match self {
            OnReopen::Continue => "continue",
            OnReopen::NewCycle => "new_cycle",
        }
    }

    // serde hands a reference to this.
    fn is_default(&self) -> bool {
        *self == OnReopen::default()
    }
}

/// The standard a site works by, read from its document and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standard {
    version: String,
    lines: Vec<Line>,
    limits: Vec<NamedLimit>,
    callback: CallbackRule,
    longest_wait_ms: i64,
    desk: DeskRules,
    ladder: Vec<Rung>,
}

/// One clock that the standard asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRule {
    pub code: ClockCode,
    pub limit: Limit,
    pub clause: String,
    pub pausable: Vec<WaitReason>,
    /// Pauses beyond this total (ms) count again.
    pub max_pause_ms: Option<i64>,
    /// Code of the working calendar; only for limits in working time and days of a calendar.
    pub calendar: Option<String>,
    /// What reopening does.
    pub reopen: OnReopen,
    /// Who is told when: the rule's own ladder, or the file's.
    pub ladder: Vec<Rung>,
    /// The duration is a habit of the trade; the clause asks for the step, not for the time.
    pub habit: bool,
}

/// For which cases (what is not named is any) which clocks are set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub kinds: Vec<Kind>,
    pub importance: Vec<Importance>,
    pub urgency: Vec<Urgency>,
    pub items: Vec<String>,
    pub clocks: Vec<ClockRule>,
}

/// What is wrong with a standard's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandardError {
    /// Where: `lines[3].clocks[0].limit`, or empty for the whole file.
    pub path: String,
    /// What, in English, for an administrator.
    pub message: String,
}

impl std::fmt::Display for StandardError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

impl std::error::Error for StandardError {}

/// How specifically a line speaks for a case: the length of the item prefix, then the number of criteria.
pub(crate) type Weight = (usize, usize);

impl Standard {
    /// The standard shipped with the product (STD-1, 2, 3, 6, 15, 16, CSM-3, REC-8).
    ///
    /// # Errors
    /// Never for the file as shipped; a test reads it.
    pub fn shipped() -> Result<Self, StandardError> {
        Document::shipped()?.standard()
    }

    /// Reads a standard's file.
    ///
    /// # Errors
    /// Says where the file is not a standard: unknown words, an empty or overlong limit, a running pause limit in days, two lines
    /// for exactly the same cases that set the same clock, no promise limit for a level (REC-8).
    pub fn parse(text: &str) -> Result<Self, StandardError> {
        Document::parse(text)?.standard()
    }

    /// All lines, in the order of the file: for the handbook (CSR-2).
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Limits that are no clocks of a case, in the order of the file.
    pub fn limits(&self) -> &[NamedLimit] {
        &self.limits
    }

    /// A limit by its name: how long a caller waits for a consultation, within how many rings a call is answered. Where a site's
    /// document does not name it, the shipped one counts; its test says that every name is there.
    pub fn limit(&self, code: LimitCode) -> Option<&NamedLimit> {
        self.limits.iter().find(|limit| limit.code == code)
    }

    /// Version of the file, kept with what was decided by it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How far ahead the work may be put off (ms).
    pub fn longest_wait_ms(&self) -> i64 {
        self.longest_wait_ms
    }

    /// Whom a callback asks, and when it is over without an answer.
    pub fn callback(&self) -> &CallbackRule {
        &self.callback
    }

    /// What the desk lives by while a customer waits (REC-7, CAL-3, CAL-6, COM-32).
    pub fn desk(&self) -> &DeskRules {
        &self.desk
    }

    /// The clocks a case gets, one per code. Promises are made one by one: see [`Standard::promise`].
    pub fn clocks_for(&self, kind: Kind, item: &str, importance: Importance, urgency: Urgency) -> Vec<&ClockRule> {
        ClockCode::ALL
            .iter()
            .filter(|code| !code.on_demand() && !code.is_handling())
            .filter_map(|code| self.rule(*code, kind, item, importance, urgency))
            .collect()
    }

    /// The limit of a promised reply (REC-8).
    pub fn promise(&self, kind: Kind, item: &str, importance: Importance, urgency: Urgency) -> Option<&ClockRule> {
        self.rule(ClockCode::Promise, kind, item, importance, urgency)
    }

    /// The limit for ourselves until somebody is given the work, or takes it.
    pub fn handling(
        &self,
        code: ClockCode,
        kind: Kind,
        item: &str,
        importance: Importance,
        urgency: Urgency,
    ) -> Option<&ClockRule> {
        self.rule(code, kind, item, importance, urgency)
    }

    /// For which cases the row speaks that sets a clock of this one, without its clocks.
    pub fn speaks(
        &self,
        code: ClockCode,
        kind: Kind,
        item: &str,
        importance: Importance,
        urgency: Urgency,
    ) -> Option<LineFile> {
        let (place, _) = self.winner(code, kind, item, importance, urgency)?;
        self.lines.get(place).map(|line| LineFile {
            kinds: line.kinds.clone(),
            importance: line.importance.clone(),
            urgency: line.urgency.clone(),
            items: line.items.clone(),
            clocks: Vec::new(),
        })
    }

    /// The ladder of clocks that have none of their own.
    pub fn ladder(&self) -> &[Rung] {
        &self.ladder
    }

    /// The most specific line's rule.
    pub(crate) fn rule(
        &self,
        code: ClockCode,
        kind: Kind,
        item: &str,
        imp: Importance,
        urg: Urgency,
    ) -> Option<&ClockRule> {
        self.winner(code, kind, item, imp, urg).map(|(_, rule)| rule)
    }

    /// The most specific line (its place from 0) and its rule. Between equals the shortest limit counts.
    pub(crate) fn winner(
        &self,
        code: ClockCode,
        kind: Kind,
        item: &str,
        imp: Importance,
        urg: Urgency,
    ) -> Option<(usize, &ClockRule)> {
        self.lines
            .iter()
            .enumerate()
            .filter_map(|(place, line)| line.fits(kind, item, imp, urg).map(|weight| (weight, place, line)))
            .flat_map(|(weight, place, line)| line.clocks.iter().map(move |rule| (weight, place, rule)))
            .filter(|(_, _, rule)| rule.code == code)
            .max_by_key(|(weight, _, rule)| (*weight, -rule.limit.rough_ms()))
            .map(|(_, place, rule)| (place, rule))
    }
}

impl Line {
    /// How specifically this line speaks for a case; None if it does not.
    pub(crate) fn fits(&self, kind: Kind, item: &str, importance: Importance, urgency: Urgency) -> Option<Weight> {
        let fits = (self.kinds.is_empty() || self.kinds.contains(&kind))
            && (self.importance.is_empty() || self.importance.contains(&importance))
            && (self.urgency.is_empty() || self.urgency.contains(&urgency));
        let prefix = if self.items.is_empty() {
            Some(0)
        } else {
            self.items
                .iter()
                .filter(|prefix| under(item, prefix))
                .map(String::len)
                .max()
        };
        let named = [
            !self.kinds.is_empty(),
            !self.importance.is_empty(),
            !self.urgency.is_empty(),
        ];
        prefix
            .filter(|_| fits)
            .map(|length| (length, named.into_iter().filter(|named| *named).count()))
    }
}

/// Whether an item code lies under a prefix: `repair.lift` holds `repair.lift.stuck`, not `repair.lifting`.
pub fn under(item: &str, prefix: &str) -> bool {
    item.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || !rest.starts_with(|c: char| c.is_alphanumeric()))
}

#[cfg(test)]
mod tests;
