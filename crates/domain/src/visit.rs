//! A visitor (访客, VIS-3 to VIS-9): registered, checked, announced to the host, led, seen out. Pure: what may be done now, what
//! comes of it, and what changes by itself. Of an identity document only its kind and its last characters are ever kept.

mod decide;
mod state;

pub use decide::{Env, decide, gate, look, needs, next_step_at};
pub use state::{Fact, Visit, apply};

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::ids::{PersonId, UnitId};

codes! {
    /// How a visit stands.
    VisitState {
        /// Announced by the host, with a pass code.
        Expected = "expected",
        /// At the desk or the gate.
        Arrived = "arrived",
        Inside = "inside",
        Left = "left",
        /// Did not come in: the host said no, or reception was refused.
        TurnedAway = "turned_away",
        /// The announcement was taken back, or a record begun by mistake.
        Withdrawn = "withdrawn",
        /// Did not come within the window, or was never dealt with.
        Lapsed = "lapsed",
    }
}

codes! {
    /// How a secret address of a host stands.
    LinkState {
        Open = "open",
        Withdrawn = "withdrawn",
        Expired = "expired",
    }
}

impl LinkState {
    /// Withdrawn stays withdrawn; otherwise it ends at its instant.
    #[must_use]
    pub const fn of(withdrawn_at: Option<i64>, expires_at: i64, now: i64) -> LinkState {
        match withdrawn_at {
            Some(_) => LinkState::Withdrawn,
            None if expires_at <= now => LinkState::Expired,
            None => LinkState::Open,
        }
    }
}

impl VisitState {
    /// Nothing more happens but corrections, a badge that comes back, and erasure.
    pub const fn is_over(self) -> bool {
        matches!(
            self,
            VisitState::Left | VisitState::TurnedAway | VisitState::Withdrawn | VisitState::Lapsed
        )
    }
}

codes! {
    /// Which document was shown (VIS-4).
    DocumentKind {
        IdCard = "id_card",
        Passport = "passport",
        /// Travel permit or residence permit.
        Permit = "permit",
        License = "license",
        WorkPass = "work_pass",
    }
}

codes! {
    /// How the host was asked, or answered (VIS-5).
    HostWay {
        Phone = "phone",
        Link = "link",
        InPerson = "in_person",
        /// The host announced the visitor beforehand.
        Announced = "announced",
    }
}

codes! {
    /// What still has to be done before a visitor may come in.
    Need {
        Particulars = "particulars",
        Document = "document",
        Host = "host",
        /// The host said no.
        No = "no",
        /// Another came than was announced: the host is asked once more.
        Again = "again",
        Security = "security",
    }
}

codes! {
    /// Why security is called at once (VIS-7).
    AlarmKind { Danger = "danger", Crime = "crime" }
}

codes! {
    /// What is done with a visit, in the order in which a page lists it.
    VisitAct {
        Arrive = "arrive",
        Describe = "describe",
        AskHost = "ask_host",
        HostAnswer = "host_answer",
        CheckDocument = "check_document",
        Enter = "enter",
        Accompany = "accompany",
        Leave = "leave",
        BadgeBack = "badge_back",
        TurnAway = "turn_away",
        RefuseReception = "refuse_reception",
        Alarm = "alarm",
        Instruct = "instruct",
        Police = "police",
        Help = "help",
        Withdraw = "withdraw",
    }
}

/// What is known of a visitor and of whom they come to see.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Particulars {
    pub name: String,
    /// The visitor's own firm or office.
    pub company: String,
    pub reason: String,
    pub plate: String,
    /// Head count, from 1.
    pub people: u32,
    pub host: String,
    pub person: Option<PersonId>,
    pub unit: Option<UnitId>,
    /// The unit as people read it, or a place of the office.
    pub place: String,
}

/// One corrected field: what it was, what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub field: String,
    pub was: String,
    pub now: String,
}

impl Particulars {
    /// What is lacking of name, reason, host and unit, as the keys of their texts.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        [
            (&self.name, "missing-visit-name"),
            (&self.reason, "missing-visit-reason"),
            (&self.host, "missing-visit-host"),
            (&self.place, "missing-visit-unit"),
        ]
        .into_iter()
        .filter(|(text, _)| text.trim().is_empty())
        .map(|(_, key)| key)
        .collect()
    }

    fn fields(&self) -> [(&'static str, String); 8] {
        [
            ("name", self.name.clone()),
            ("company", self.company.clone()),
            ("reason", self.reason.clone()),
            ("plate", self.plate.clone()),
            ("people", self.people.to_string()),
            ("host", self.host.clone()),
            ("place", self.place.clone()),
            (
                "unit",
                self.unit.as_ref().map(|u| u.as_str().to_owned()).unwrap_or_default(),
            ),
        ]
    }

    /// Every field that differs, with its old value. What was empty is filled in, not corrected, and still listed.
    pub fn changes(&self, now: &Particulars) -> Vec<Changed> {
        self.fields()
            .into_iter()
            .zip(now.fields())
            .filter(|((name, was), (_, now))| was != now && *name != "unit")
            .map(|((field, was), (_, now))| Changed {
                field: field.to_owned(),
                was,
                now,
            })
            .collect()
    }
}

/// A document that was looked at. The number itself is not in here and is written nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub kind: DocumentKind,
    /// The last four characters at most.
    pub tail: String,
    /// The person is the one the host expects.
    pub as_expected: bool,
    pub at: i64,
}

/// A document's number as it is kept: its last four characters, and of a short one fewer, so that the most of it is gone.
pub fn tail(number: &str) -> String {
    let code = letters(number);
    let keep = 4.min(code.len() / 2);
    code.iter().skip(code.len() - keep).collect()
}

/// What is kept of a number as somebody typed it: whoever types no more than four characters has typed its tail. None without
/// any letter or digit: nothing was read off a document.
pub fn kept(number: &str) -> Option<String> {
    let code = letters(number);
    match code.len() {
        0 => None,
        1..=4 => Some(code.into_iter().collect()),
        _ => Some(tail(number)),
    }
}

/// The letters and digits of a number.
fn letters(number: &str) -> Vec<char> {
    let code = crate::fold::fold_code(number);
    code.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// One asking of the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    pub how: HostWay,
    pub at: i64,
    /// By when there should be an answer (VIS-5).
    pub due_at: i64,
    /// There was none by then.
    pub silent_at: Option<i64>,
    pub by: String,
}

/// The host's word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub yes: bool,
    pub how: HostWay,
    pub note: String,
    pub at: i64,
    /// Who wrote it down: an account, or empty for the host's own hand.
    pub by: String,
}

/// Danger or a crime, told to security (VIS-7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    pub kind: AlarmKind,
    pub what: String,
    pub at: i64,
    pub by: String,
    /// What security said is to be done, and who said it.
    pub instruction: String,
    pub instructed_by: String,
    pub instructed_at: Option<i64>,
}

/// A call to the police (VIS-9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoliceCall {
    pub called_at: i64,
    /// Who called.
    pub caller: String,
    /// The number of the call or the officer's.
    pub number: String,
    pub what: String,
    pub by: String,
}

/// A step of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Command {
    /// The announced visitor is here; the pass is used up.
    Arrive,
    Describe {
        particulars: Box<Particulars>,
    },
    AskHost {
        how: HostWay,
    },
    HostAnswer {
        yes: bool,
        how: HostWay,
        #[serde(default)]
        note: String,
        /// The host wants the visitor led or accompanied (VIS-6).
        #[serde(default)]
        accompany: bool,
    },
    CheckDocument {
        kind: DocumentKind,
        /// The number, of which only the tail is kept.
        number: String,
        as_expected: bool,
    },
    Enter {
        #[serde(default)]
        badge: String,
        #[serde(default)]
        accompanied_by: String,
    },
    Accompany {
        accompanied_by: String,
    },
    Leave {
        badge_back: bool,
        #[serde(default)]
        note: String,
    },
    BadgeBack,
    TurnAway {
        reason: String,
    },
    RefuseReception {
        reason: String,
        /// Who of security it was reported to.
        reported_to: String,
    },
    Alarm {
        kind: AlarmKind,
        what: String,
    },
    Instruct {
        from: String,
        text: String,
    },
    Police {
        /// Unix milliseconds; now when left out.
        #[serde(default)]
        called_at: Option<i64>,
        caller: String,
        #[serde(default)]
        number: String,
        what: String,
    },
    /// A call for help was registered from here.
    Help {
        case: crate::ids::CaseId,
        number: String,
    },
    Withdraw {
        #[serde(default)]
        reason: String,
    },
}

impl Command {
    /// Which act it is.
    pub const fn act(&self) -> VisitAct {
        match self {
            Command::Arrive => VisitAct::Arrive,
            Command::Describe { .. } => VisitAct::Describe,
            Command::AskHost { .. } => VisitAct::AskHost,
            Command::HostAnswer { .. } => VisitAct::HostAnswer,
            Command::CheckDocument { .. } => VisitAct::CheckDocument,
            Command::Enter { .. } => VisitAct::Enter,
            Command::Accompany { .. } => VisitAct::Accompany,
            Command::Leave { .. } => VisitAct::Leave,
            Command::BadgeBack => VisitAct::BadgeBack,
            Command::TurnAway { .. } => VisitAct::TurnAway,
            Command::RefuseReception { .. } => VisitAct::RefuseReception,
            Command::Alarm { .. } => VisitAct::Alarm,
            Command::Instruct { .. } => VisitAct::Instruct,
            Command::Police { .. } => VisitAct::Police,
            Command::Help { .. } => VisitAct::Help,
            Command::Withdraw { .. } => VisitAct::Withdraw,
        }
    }
}

#[cfg(test)]
mod tests;
