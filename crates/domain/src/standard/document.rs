//! The document of a standard as it is written, downloaded and edited: any document of the right form, sound or not.

use serde::{Deserialize, Serialize};

use super::check::{self, Found, Grave};
use super::limits::{LimitCode, NamedLimit};
use super::{CallbackFile, ClockRule, Line, OnReopen, Standard, StandardError};
use crate::case::{Importance, Kind, Urgency};
use crate::clock::{ClockCode, Limit, WaitReason};
use crate::desk_rules::{Approver, ConsultRule, DeskRules};
use crate::ladder::{self, Rung, RungFile};

/// The file as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The name of the version: what a case remembers.
    pub version: String,
    pub callback: CallbackFile,
    /// Days; a wait has to be looked at again by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest_wait_days: Option<u32>,
    pub lines: Vec<LineFile>,
    /// Who is told when, for clocks that have no ladder of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ladder: Vec<RungFile>,
    /// Limits that are no clocks of a case. A name that is missing has the shipped limit.
    #[serde(default)]
    pub limits: Vec<NamedLimit>,
    /// Who grants more time (COM-32): the first line that fits. None: as shipped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extension: Vec<Approver>,
}

/// For which cases which clocks are set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineFile {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<Kind>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub importance: Vec<Importance>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urgency: Vec<Urgency>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
    pub clocks: Vec<ClockFile>,
}

/// One clock of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockFile {
    pub code: ClockCode,
    pub limit: Limit,
    /// `office` or `desk`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    pub clause: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pausable: Vec<WaitReason>,
    /// Minutes or hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_pause: Option<Limit>,
    #[serde(default, skip_serializing_if = "OnReopen::is_default")]
    pub reopen: OnReopen,
    /// Instead of the file's own ladder; empty: nobody is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ladder: Option<Vec<RungFile>>,
    /// The duration is a habit of the trade; the clause asks for the step, not for the time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub habit: bool,
}

/// How long work may wait for one reason where the file does not say.
const LONGEST_WAIT_DAYS: u32 = 90;

/// The largest document, in bytes.
pub const MOST_BYTES: usize = 400_000;

impl Document {
    /// The document shipped with the product.
    ///
    /// # Errors
    /// Never for the file as shipped; a test reads it.
    pub fn shipped() -> Result<Self, StandardError> {
        Self::parse(include_str!("../../../../standards/service-standard.json"))
    }

    /// Reads a document; whether it is sound is another question ([`check::look`]).
    ///
    /// # Errors
    /// Words that nobody knows, with line and column in the message.
    pub fn parse(text: &str) -> Result<Self, StandardError> {
        let failed = |message: String| StandardError {
            path: String::new(),
            message,
        };
        if text.len() > MOST_BYTES {
            return Err(failed(format!("must be at most {MOST_BYTES} bytes")));
        }
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|e| failed(e.to_string()))
    }

    /// The text of the file, for people who read it.
    pub fn text(&self) -> String {
        // A document holds only texts and numbers: nothing in it can fail to be written.
        serde_json::to_string_pretty(self).map_or_else(|_| String::new(), |text| text + "\n")
    }

    /// The standard that the document describes.
    ///
    /// # Errors
    /// The first thing because of which it cannot be worked by.
    pub fn standard(&self) -> Result<Standard, StandardError> {
        match check::sound(self).into_iter().find(|found| found.grave == Grave::Error) {
            Some(found) => Err(found.error()),
            None => Ok(self.built()),
        }
    }

    /// Everything that keeps the document from being worked by.
    pub fn unsound(&self) -> Vec<Found> {
        check::sound(self)
    }

    /// The next name of a version after this one: `2026-1` → `2026-2`; otherwise with `-2` behind it.
    pub fn next_version(&self, taken: impl Fn(&str) -> bool) -> String {
        let (stem, last) = match self.version.rsplit_once('-') {
            Some((stem, n)) if !stem.is_empty() => match n.parse::<u32>() {
                Ok(n) => (stem.to_owned(), n),
                Err(_) => (self.version.clone(), 1),
            },
            _ => (self.version.clone(), 1),
        };
        let names = (1..=10_000).map(|more| format!("{stem}-{}", last.saturating_add(more)));
        names
            .into_iter()
            .find(|name| !taken(name))
            .unwrap_or_else(|| format!("{stem}-{last}-2"))
    }

    /// The standard as it stands, without looking whether it is sound.
    pub(super) fn built(&self) -> Standard {
        let days = self.longest_wait_days.unwrap_or(LONGEST_WAIT_DAYS);
        let ladder = rungs(&self.ladder, false);
        Standard {
            version: self.version.trim().to_owned(),
            lines: self.lines.iter().map(|line| line.built(&ladder)).collect(),
            ladder: ladder.clone(),
            limits: self.limits.clone(),
            callback: self.callback.built(),
            longest_wait_ms: i64::from(days) * 86_400_000,
            desk: self.desk(),
        }
    }

    /// What the desk lives by while a customer waits: the named limits and who grants more time. What is missing or in a unit
    /// that does not fit is as shipped; the check says so.
    pub(super) fn desk(&self) -> DeskRules {
        let shipped = DeskRules::default();
        let of = |code, otherwise| self.limit(code).and_then(|l| l.limit.as_limit()).unwrap_or(otherwise);
        DeskRules {
            consult: ConsultRule {
                visit: of(LimitCode::ConsultVisitor, shipped.consult.visit),
                phone: of(LimitCode::ConsultCaller, shipped.consult.phone),
            },
            call_back: of(LimitCode::CallBack, shipped.call_back),
            interim: of(LimitCode::FirstAnswer, shipped.interim),
            extension: if self.extension.is_empty() {
                shipped.extension
            } else {
                self.extension.clone()
            },
        }
    }

    /// Adds the named limits that are missing, as shipped: a document made before they were is as good as it was.
    #[must_use]
    pub fn with_shipped_limits(mut self) -> Self {
        let Ok(shipped) = Document::shipped() else { return self };
        for limit in shipped.limits {
            if !self.limits.iter().any(|mine| mine.code == limit.code) {
                self.limits.push(limit);
            }
        }
        self.limits.sort_by_key(|limit| limit.code);
        self
    }

    /// The limit of a name in this document.
    pub fn limit(&self, code: LimitCode) -> Option<&NamedLimit> {
        self.limits.iter().find(|limit| limit.code == code)
    }
}

impl LineFile {
    fn built(&self, ladder: &[Rung]) -> Line {
        Line {
            kinds: self.kinds.clone(),
            importance: self.importance.clone(),
            urgency: self.urgency.clone(),
            items: self.items.iter().map(|item| item.trim().to_owned()).collect(),
            clocks: self.clocks.iter().map(|clock| clock.built(ladder)).collect(),
        }
    }

    /// Speaks for exactly the same cases as the other.
    pub fn same_cases(&self, other: &LineFile) -> bool {
        self.cases() == other.cases()
    }

    /// What it speaks for, in an order of its own: two lines for the same cases give the same.
    pub fn cases(&self) -> (Vec<Kind>, Vec<Importance>, Vec<Urgency>, Vec<String>) {
        fn set<T: Ord + Clone>(list: &[T]) -> Vec<T> {
            let mut list = list.to_vec();
            list.sort();
            list.dedup();
            list
        }
        (
            set(&self.kinds),
            set(&self.importance),
            set(&self.urgency),
            set(&self.items),
        )
    }
}

impl ClockFile {
    fn built(&self, ladder: &[Rung]) -> ClockRule {
        ClockRule {
            code: self.code,
            limit: self.limit,
            clause: self.clause.trim().to_owned(),
            pausable: self.pausable.clone(),
            max_pause_ms: self.max_pause.map(Limit::rough_ms),
            calendar: self.calendar.clone(),
            reopen: self.reopen,
            ladder: match &self.ladder {
                Some(own) => rungs(own, self.calendar.is_some()),
                None => ladder.to_vec(),
            },
            habit: self.habit,
        }
    }

    /// The steps of a ladder of its own.
    pub fn own_rungs(&self, own: &[RungFile]) -> Vec<Rung> {
        rungs(own, self.calendar.is_some())
    }

    /// Who is told when: its own ladder, or the document's.
    pub fn rungs(&self, document: &Document) -> Vec<Rung> {
        match &self.ladder {
            Some(own) => rungs(own, self.calendar.is_some()),
            None => rungs(&document.ladder, false),
        }
    }
}

/// The steps of a ladder; none where something is wrong with it, which the check says.
pub(super) fn rungs(file: &[RungFile], calendar: bool) -> Vec<Rung> {
    ladder::checked(file.to_vec(), calendar, "ladder").unwrap_or_default()
}
