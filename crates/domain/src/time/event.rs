//! What can happen to a limit, and the rule it runs under.

use std::sync::Arc;

use super::hours::Hours;
use super::term::Term;
use crate::codes::codes;

codes! {
    /// What reopening does.
    Reopen {
        /// The clock goes on where it stood; the time in between counts as a pause.
        Continue = "continue",
        /// The old result is kept and a fresh limit begins.
        NewCycle = "new_cycle",
    }
}

codes! {
    /// From where a changed limit counts.
    CountFrom { Start = "from_start", Change = "from_change" }
}

codes! {
    /// Why a limit was passed.
    BreachCause {
        /// Time ran out.
        Time = "time",
        /// A change of level moved the due time into the past.
        Priority = "priority_change",
        /// A re-applied standard did.
        Policy = "policy_change",
        /// Another calendar did.
        Calendar = "calendar_change",
        /// An older duplicate did.
        Merge = "merge",
        /// A corrected start did.
        Start = "start_corrected",
        /// It was already past when it was registered.
        RegisteredLate = "registered_late",
    }
}

codes! {
    /// How a cycle ended.
    Ending {
        Done = "done",
        /// A message was answered.
        Answered = "answered",
        Cancelled = "cancelled",
        /// The caller did not wait.
        HungUp = "hung_up",
        /// Another team took over.
        HandedOver = "handed_over",
    }
}

codes! {
    /// What a limit is on.
    Shape {
        /// One start, one end.
        Once = "once",
        /// One round for each message that waits for an answer.
        Rounds = "rounds",
        /// One cycle for each team that has it in hand.
        Team = "team",
    }
}

/// What may pause a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pausable {
    Never,
    Always,
    /// Only these reasons.
    For(Vec<String>),
}

impl Pausable {
    /// This reason may.
    pub fn allows(&self, reason: &str) -> bool {
        match self {
            Pausable::Never => false,
            Pausable::Always => true,
            Pausable::For(reasons) => reasons.iter().any(|r| r == reason),
        }
    }
}

/// The rule of a limit, as a snapshot.
#[derive(Debug, Clone)]
pub struct Rule {
    pub term: Term,
    pub hours: Arc<Hours>,
    pub pausable: Pausable,
    /// Pauses beyond this total (wall milliseconds) count again.
    pub most_paused_ms: Option<i64>,
    pub reopen: Reopen,
}

/// The parts of a rule that change.
#[derive(Debug, Clone, Default)]
pub struct RuleChange {
    pub term: Option<Term>,
    pub hours: Option<Arc<Hours>>,
    pub pausable: Option<Pausable>,
    pub most_paused_ms: Option<Option<i64>>,
    pub reopen: Option<Reopen>,
}

impl RuleChange {
    pub(super) fn apply(&self, rule: &mut Rule) {
        if let Some(term) = self.term {
            rule.term = term;
        }
        if let Some(hours) = &self.hours {
            rule.hours = Arc::clone(hours);
        }
        if let Some(pausable) = &self.pausable {
            rule.pausable = pausable.clone();
        }
        if let Some(most) = self.most_paused_ms {
            rule.most_paused_ms = most;
        }
        if let Some(reopen) = self.reopen {
            rule.reopen = reopen;
        }
    }

    /// The later change where both say something.
    pub(super) fn merge(&mut self, later: &RuleChange) {
        self.term = later.term.or(self.term);
        self.hours = later.hours.clone().or_else(|| self.hours.take());
        self.pausable = later.pausable.clone().or_else(|| self.pausable.take());
        self.most_paused_ms = later.most_paused_ms.or(self.most_paused_ms);
        self.reopen = later.reopen.or(self.reopen);
    }
}

/// Something happened.
#[derive(Debug, Clone)]
pub struct Event {
    pub at: i64,
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum What {
    /// The limit begins: created, accepted, assigned, a telephone rings.
    Start {
        /// When it was entered, if that was later than it happened.
        registered_at: Option<i64>,
        /// It begins paused for this reason, perhaps until an instant.
        paused: Option<(String, Option<i64>)>,
    },
    Pause {
        reason: String,
        /// Ends by itself then.
        until: Option<i64>,
    },
    /// Ends the pause of this reason; without a reason the one that named none, or else all.
    Resume {
        reason: Option<String>,
    },
    /// What was due is done; the first time counts.
    Complete,
    Cancel,
    /// The caller hung up before the answer.
    HangUp,
    Reopen {
        mode: Option<Reopen>,
    },
    /// The level (or another property that selects the rule) changed.
    Change {
        change: RuleChange,
        from: CountFrom,
    },
    /// The standard was edited; nothing changes until it is re-applied.
    Publish {
        change: RuleChange,
    },
    /// The standard as last edited, with these parts, counts from now on.
    Reapply {
        change: RuleChange,
        from: CountFrom,
    },
    /// Another calendar counts.
    ChangeHours {
        hours: Arc<Hours>,
        from: CountFrom,
    },
    /// An older duplicate was merged in.
    Merge {
        start: i64,
    },
    CorrectStart {
        to: i64,
    },
    /// The customer agreed to a later instant before it was due (COM-32). After the due time it has no effect.
    Extend {
        to: i64,
    },
    /// A message that waits for an answer.
    Ask,
    Answer,
    /// Another team has it in hand.
    HandOver,
    /// It was shown that the breach is not to be held against anybody: a second fact beside it.
    Excuse,
}

impl What {
    /// Order of what happened at the same instant when nothing else decides; the deadline orders endings and pauses itself.
    pub(super) fn rank(&self) -> u8 {
        match self {
            What::Start { .. } => 0,
            What::CorrectStart { .. } => 1,
            What::Merge { .. } => 2,
            What::Complete => 3,
            What::Answer => 4,
            What::HangUp => 5,
            What::Cancel => 6,
            What::Reopen { .. } => 7,
            What::HandOver => 8,
            What::Ask => 9,
            What::Pause { .. } => 10,
            What::Resume { .. } => 11,
            What::Publish { .. } => 12,
            What::Reapply { .. } => 13,
            What::ChangeHours { .. } => 14,
            What::Change { .. } => 15,
            What::Extend { .. } => 16,
            What::Excuse => 17,
        }
    }

    /// Orders two of the same kind at the same instant, so that the order in which they were handed over does not matter.
    pub(super) fn tie(&self) -> (i64, String) {
        let term = |change: &RuleChange| -> (i64, String) {
            // The strictest comes last and so decides.
            let length = match change.term {
                Some(Term::Working { ms } | Term::Wall { ms }) => -ms,
                _ => i64::MIN,
            };
            let hours = change.hours.as_ref().map(|hours| hours.calendar());
            let rest = (
                change.term,
                hours,
                &change.pausable,
                change.most_paused_ms,
                change.reopen,
            );
            (length, format!("{rest:?}"))
        };
        match self {
            What::Start { registered_at, paused } => (registered_at.unwrap_or(0), format!("{paused:?}")),
            What::Pause { reason, until } => (until.unwrap_or(i64::MAX), reason.clone()),
            What::Resume { reason } => (i64::from(reason.is_none()), reason.clone().unwrap_or_default()),
            What::Change { change, from } | What::Reapply { change, from } => {
                let (length, text) = term(change);
                (length, format!("{text}{from}"))
            }
            What::Publish { change } => term(change),
            What::ChangeHours { hours, from } => (0, format!("{from} {:?}", hours.calendar())),
            What::Merge { start } => (*start, String::new()),
            What::CorrectStart { to } | What::Extend { to } => (*to, String::new()),
            What::Reopen { mode } => (0, format!("{mode:?}")),
            _ => (0, String::new()),
        }
    }
}
