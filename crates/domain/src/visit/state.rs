//! A visit as it stands, what happens to it, and how one leads to the other.

use serde::{Deserialize, Serialize};

use super::{Alarm, Answer, Ask, Changed, Document, HostWay, Particulars, PoliceCall, VisitState};
use crate::ids::{CaseId, StaffId, UnitId};
use crate::visit::{AlarmKind, DocumentKind};

/// A visit as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    pub number: String,
    pub state: VisitState,
    pub particulars: Particulars,
    /// The name the host announced, if it did.
    pub expected_name: String,
    pub expected_from: Option<i64>,
    pub expected_until: Option<i64>,
    /// Whoever tells it at the gate within the window is received as announced; gone once it was used, withdrawn or is over. Kept
    /// as it is while it is good, so that the host finds it again: by itself it opens nothing, the document is looked at.
    pub pass_code: Option<String>,
    pub announced_at: Option<i64>,
    pub arrived_at: Option<i64>,
    /// The account that received the visitor.
    pub received_by: String,
    pub asks: Vec<Ask>,
    pub answer: Option<Answer>,
    pub document: Option<Document>,
    pub accompany: bool,
    pub accompanied_by: String,
    pub badge: String,
    pub badge_out: bool,
    pub badge_back_at: Option<i64>,
    pub in_at: Option<i64>,
    /// By when somebody inside should have left.
    pub inside_until: Option<i64>,
    pub overdue_at: Option<i64>,
    pub left_at: Option<i64>,
    /// Why the visitor did not come in, or what was said on leaving.
    pub end_note: String,
    pub ended_at: Option<i64>,
    /// Who of security was told that reception was refused (VIS-8).
    pub reported_to: String,
    pub alarms: Vec<Alarm>,
    pub police: Vec<PoliceCall>,
    pub help: Option<(CaseId, String)>,
    /// When what is personal goes.
    pub erase_at: Option<i64>,
    pub erased_at: Option<i64>,
}

impl Visit {
    /// A visit of which nothing is known yet.
    pub fn new(number: String) -> Visit {
        Visit {
            number,
            state: VisitState::Arrived,
            particulars: Particulars::default(),
            expected_name: String::new(),
            expected_from: None,
            expected_until: None,
            pass_code: None,
            announced_at: None,
            arrived_at: None,
            received_by: String::new(),
            asks: Vec::new(),
            answer: None,
            document: None,
            accompany: false,
            accompanied_by: String::new(),
            badge: String::new(),
            badge_out: false,
            badge_back_at: None,
            in_at: None,
            inside_until: None,
            overdue_at: None,
            left_at: None,
            end_note: String::new(),
            ended_at: None,
            reported_to: String::new(),
            alarms: Vec::new(),
            police: Vec::new(),
            help: None,
            erase_at: None,
            erased_at: None,
        }
    }

    /// The asking that nobody has answered yet.
    pub fn waiting(&self) -> Option<&Ask> {
        let answered = self.answer.as_ref().map_or(i64::MIN, |a| a.at);
        self.asks.last().filter(|a| a.at > answered || self.answer.is_none())
    }

    /// Name, reason, host or place is lacking.
    pub fn incomplete(&self) -> bool {
        !self.particulars.missing().is_empty()
    }

    /// The host said no, and has not said otherwise.
    pub fn refused(&self) -> bool {
        self.answer.as_ref().is_some_and(|a| !a.yes)
    }

    /// The person at the desk is not the one that was announced.
    pub fn unexpected(&self) -> bool {
        let other_name = !self.expected_name.is_empty() && self.expected_name != self.particulars.name;
        other_name || self.document.as_ref().is_some_and(|d| !d.as_expected)
    }

    /// An alarm of which security has not said yet what is to be done.
    pub fn alarmed(&self) -> bool {
        self.alarms.iter().any(|a| a.instructed_at.is_none())
    }

    /// Where it stands in a list: when the visitor came, else when they are expected.
    pub fn at(&self) -> i64 {
        self.arrived_at
            .or(self.expected_from)
            .or(self.announced_at)
            .unwrap_or(0)
    }
}

/// Something that happened to a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    Announced {
        particulars: Box<Particulars>,
        from: i64,
        until: i64,
        code: String,
        by_host: bool,
        accompany: bool,
        erase_at: i64,
    },
    Registered {
        particulars: Box<Particulars>,
        erase_at: i64,
    },
    Arrived {
        erase_at: i64,
    },
    Described {
        particulars: Box<Particulars>,
        changes: Vec<Changed>,
    },
    HostAsked {
        how: HostWay,
        due_at: i64,
    },
    HostAnswered {
        yes: bool,
        how: HostWay,
        note: String,
        accompany: bool,
    },
    HostSilent {
        due_at: i64,
    },
    DocumentChecked {
        kind: DocumentKind,
        tail: String,
        as_expected: bool,
    },
    Entered {
        badge: String,
        accompanied_by: String,
        until: i64,
    },
    Accompanied {
        accompanied_by: String,
    },
    Left {
        badge_back: bool,
        note: String,
        erase_at: i64,
    },
    BadgeBack,
    TurnedAway {
        reason: String,
        erase_at: i64,
    },
    ReceptionRefused {
        reason: String,
        reported_to: String,
        erase_at: i64,
    },
    AlarmRaised {
        kind: AlarmKind,
        what: String,
        told: Vec<StaffId>,
    },
    Instructed {
        from: String,
        text: String,
    },
    PoliceCalled {
        called_at: i64,
        caller: String,
        number: String,
        what: String,
    },
    HelpOpened {
        case: CaseId,
        number: String,
    },
    Withdrawn {
        reason: String,
        erase_at: i64,
    },
    Lapsed {
        erase_at: i64,
    },
    Overdue {
        due_at: i64,
    },
    Erased,
}

impl Fact {
    /// The name under which the journal keeps it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Fact::Announced { .. } => "visit_announced",
            Fact::Registered { .. } => "visit_registered",
            Fact::Arrived { .. } => "visit_arrived",
            Fact::Described { .. } => "visit_described",
            Fact::HostAsked { .. } => "visit_host_asked",
            Fact::HostAnswered { yes: true, .. } => "visit_host_yes",
            Fact::HostAnswered { .. } => "visit_host_no",
            Fact::HostSilent { .. } => "visit_host_silent",
            Fact::DocumentChecked { .. } => "visit_document",
            Fact::Entered { .. } => "visit_entered",
            Fact::Accompanied { .. } => "visit_accompanied",
            Fact::Left { .. } => "visit_left",
            Fact::BadgeBack => "visit_badge_back",
            Fact::TurnedAway { .. } => "visit_turned_away",
            Fact::ReceptionRefused { .. } => "visit_reception_refused",
            Fact::AlarmRaised { .. } => "visit_alarm",
            Fact::Instructed { .. } => "visit_instructed",
            Fact::PoliceCalled { .. } => "visit_police",
            Fact::HelpOpened { .. } => "visit_help",
            Fact::Withdrawn { .. } => "visit_withdrawn",
            Fact::Lapsed { .. } => "visit_lapsed",
            Fact::Overdue { .. } => "visit_overdue",
            Fact::Erased => "visit_erased",
        }
    }

    /// Every name that the journal may hold.
    pub const KINDS: &'static [&'static str] = &[
        "visit_announced",
        "visit_registered",
        "visit_arrived",
        "visit_described",
        "visit_host_asked",
        "visit_host_yes",
        "visit_host_no",
        "visit_host_silent",
        "visit_document",
        "visit_entered",
        "visit_accompanied",
        "visit_left",
        "visit_badge_back",
        "visit_turned_away",
        "visit_reception_refused",
        "visit_alarm",
        "visit_instructed",
        "visit_police",
        "visit_help",
        "visit_withdrawn",
        "visit_lapsed",
        "visit_overdue",
        "visit_erased",
    ];

    /// Fields that belong to the erasable table: whatever people wrote, and whatever says who somebody is.
    pub const PERSONAL: &'static [&'static str] = &[
        "particulars",
        "changes",
        "note",
        "reason",
        "tail",
        "accompanied_by",
        "reported_to",
        "what",
        "from",
        "text",
        "caller",
        "police_number",
    ];
}

fn over(v: &mut Visit, state: VisitState, at: i64, erase_at: i64) {
    v.state = state;
    v.ended_at = Some(at);
    v.erase_at = Some(erase_at);
    v.pass_code = None;
}

/// The visit after something happened at `at`, done by `by` (an account, or empty for the host's own hand and for the timer).
pub fn apply(v: &mut Visit, fact: &Fact, at: i64, by: &str) {
    match fact {
        Fact::Announced {
            particulars,
            from,
            until,
            code,
            by_host,
            accompany,
            erase_at,
        } => {
            v.state = VisitState::Expected;
            v.erase_at = Some(*erase_at);
            v.expected_name.clone_from(&particulars.name);
            v.particulars = (**particulars).clone();
            (v.expected_from, v.expected_until) = (Some(*from), Some(*until));
            v.pass_code = Some(code.clone());
            v.announced_at = Some(at);
            v.accompany = *accompany;
            v.answer = Some(Answer {
                yes: true,
                how: HostWay::Announced,
                note: String::new(),
                at,
                by: if *by_host { String::new() } else { by.to_owned() },
            });
        }
        Fact::Registered { particulars, erase_at } => {
            v.state = VisitState::Arrived;
            v.particulars = (**particulars).clone();
            v.arrived_at = Some(at);
            by.clone_into(&mut v.received_by);
            v.erase_at = Some(*erase_at);
        }
        Fact::Arrived { erase_at } => {
            v.state = VisitState::Arrived;
            v.erase_at = Some(*erase_at);
            v.arrived_at = Some(at);
            by.clone_into(&mut v.received_by);
            v.pass_code = None;
        }
        Fact::Described { particulars, .. } => v.particulars = (**particulars).clone(),
        Fact::HostAsked { how, due_at } => v.asks.push(Ask {
            how: *how,
            at,
            due_at: *due_at,
            silent_at: None,
            by: by.to_owned(),
        }),
        Fact::HostAnswered {
            yes,
            how,
            note,
            accompany,
        } => {
            v.accompany = *accompany;
            v.answer = Some(Answer {
                yes: *yes,
                how: *how,
                note: note.clone(),
                at,
                by: by.to_owned(),
            });
        }
        Fact::HostSilent { due_at } => {
            if let Some(ask) = v.asks.last_mut() {
                ask.silent_at = Some(*due_at);
            }
        }
        Fact::DocumentChecked {
            kind,
            tail,
            as_expected,
        } => {
            v.document = Some(Document {
                kind: *kind,
                tail: tail.clone(),
                as_expected: *as_expected,
                at,
            });
        }
        Fact::Entered {
            badge,
            accompanied_by,
            until,
        } => {
            v.state = VisitState::Inside;
            v.badge.clone_from(badge);
            v.badge_out = true;
            v.accompanied_by.clone_from(accompanied_by);
            v.in_at = Some(at);
            v.inside_until = Some(*until);
        }
        Fact::Accompanied { accompanied_by } => v.accompanied_by.clone_from(accompanied_by),
        Fact::Left {
            badge_back,
            note,
            erase_at,
        } => {
            over(v, VisitState::Left, at, *erase_at);
            v.left_at = Some(at);
            v.end_note.clone_from(note);
            if *badge_back {
                v.badge_out = false;
                v.badge_back_at = Some(at);
            }
        }
        Fact::BadgeBack => {
            v.badge_out = false;
            v.badge_back_at = Some(at);
        }
        Fact::TurnedAway { reason, erase_at } => {
            over(v, VisitState::TurnedAway, at, *erase_at);
            v.end_note.clone_from(reason);
        }
        Fact::ReceptionRefused {
            reason,
            reported_to,
            erase_at,
        } => {
            over(v, VisitState::TurnedAway, at, *erase_at);
            v.end_note.clone_from(reason);
            v.reported_to.clone_from(reported_to);
        }
        Fact::AlarmRaised { kind, what, .. } => v.alarms.push(Alarm {
            kind: *kind,
            what: what.clone(),
            at,
            by: by.to_owned(),
            instruction: String::new(),
            instructed_by: String::new(),
            instructed_at: None,
        }),
        Fact::Instructed { from, text } => {
            for a in v.alarms.iter_mut().filter(|a| a.instructed_at.is_none()) {
                a.instruction.clone_from(text);
                a.instructed_by.clone_from(from);
                a.instructed_at = Some(at);
            }
        }
        Fact::PoliceCalled {
            called_at,
            caller,
            number,
            what,
        } => v.police.push(PoliceCall {
            called_at: *called_at,
            caller: caller.clone(),
            number: number.clone(),
            what: what.clone(),
            by: by.to_owned(),
        }),
        Fact::HelpOpened { case, number } => v.help = Some((case.clone(), number.clone())),
        Fact::Withdrawn { reason, erase_at } => {
            over(v, VisitState::Withdrawn, at, *erase_at);
            v.end_note.clone_from(reason);
        }
        Fact::Lapsed { erase_at } => over(v, VisitState::Lapsed, at, *erase_at),
        Fact::Overdue { .. } => v.overdue_at = Some(at),
        Fact::Erased => erase(v, at),
    }
}

/// What says who somebody is goes; that a visit was, when, to which unit and how it went stays.
fn erase(v: &mut Visit, at: i64) {
    let unit: Option<UnitId> = v.particulars.unit.take();
    v.particulars = Particulars {
        people: v.particulars.people,
        place: std::mem::take(&mut v.particulars.place),
        unit,
        ..Particulars::default()
    };
    v.expected_name.clear();
    v.accompanied_by.clear();
    v.end_note.clear();
    v.reported_to.clear();
    v.pass_code = None;
    if let Some(a) = &mut v.answer {
        a.note.clear();
    }
    if let Some(d) = &mut v.document {
        d.tail.clear();
    }
    for a in &mut v.alarms {
        a.what.clear();
        a.instruction.clear();
        a.instructed_by.clear();
    }
    for p in &mut v.police {
        p.caller.clear();
        p.number.clear();
        p.what.clear();
    }
    if !v.state.is_over() {
        v.state = VisitState::Lapsed;
        v.ended_at = Some(at);
    }
    v.erase_at = None;
    v.erased_at = Some(at);
}
