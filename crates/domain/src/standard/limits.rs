//! Limits of the procedures that are no clocks of a case, each under a name: features read them from the standard in force,
//! so that every duration of the procedures stands in one document and can be changed there.

use serde::{Deserialize, Serialize};

use crate::clock::Limit;
use crate::codes::codes;

codes! {
    /// What is limited.
    LimitCode {
        /// A call is answered (COM-10, ANS-1).
        AnswerCall = "answer_call",
        /// A caller is on hold (ANS-3); then a call back is offered.
        Hold = "hold",
        /// A visitor waits while a colleague or superior is asked (REC-7).
        ConsultVisitor = "consult_visitor",
        /// A caller waits while a colleague or superior is asked (REC-7).
        ConsultCaller = "consult_caller",
        /// Who was promised a call back is called (CAL-3).
        CallBack = "call_back",
        /// What could not be answered at once is with the superior (REC-9, CAL-6).
        Report = "report",
        /// A first answer, at least an interim one (CAL-6).
        FirstAnswer = "first_answer",
        /// A work order is with the department (REC-15).
        OrderSent = "order_sent",
        /// 120 is called and security is on its way (REC-17).
        HelpMedical = "help_medical",
        /// The head of security and the manager know of it (REC-18).
        HelpSecurity = "help_security",
        /// The repair team's leader, the head of security and the manager know of it (REC-19).
        HelpEngineering = "help_engineering",
        /// An emergency is with the centre (CAL-9).
        EmergencyPassed = "emergency_passed",
        /// The owner knows that parts must be bought (STD-15).
        PartsTold = "parts_told",
        /// A host has answered whether the visitor may come (VIS-5).
        HostAnswer = "host_answer",
        /// A visitor has left again, or is asked after (VIS-3).
        VisitInside = "visit_inside",
        /// What says who a visitor was is kept (VIS-4); then it goes.
        VisitKept = "visit_kept",
        /// The follow-up of an urgent case, by level (CAL-10).
        FollowUrgent = "follow_urgent",
        /// Opinions collected are identified and verified (COM-13).
        OpinionsVerified = "opinions_verified",
        /// The records of a complaint are with the quality department (COM-27).
        RecordsFiled = "records_filed",
        /// The case is solved when the customer asked for it (COM-32).
        CustomerTime = "customer_time",
        /// A submitted request or report is looked after (DIR-2).
        SubmissionUrged = "submission_urged",
        /// What was found on a round and can be put right is put right (DIR-7).
        FindingFixed = "finding_fixed",
        /// The desk is manned before the shift begins (REC-4).
        CheckIn = "check_in",
        /// Whoever moved in is known by name and unit (REC-3).
        CustomersKnown = "customers_known",
    }
}

/// A length, in the words of the procedures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "unit", rename_all = "snake_case", deny_unknown_fields)]
pub enum Span {
    /// Rings of the telephone.
    Ring {
        n: u32,
    },
    Second {
        n: u32,
    },
    Minute {
        n: u32,
    },
    Hour {
        n: u32,
    },
    /// Natural days: 0 ends at 24:00 of the same day, n at 24:00 of the n-th day after.
    NaturalDay {
        n: u32,
    },
    WorkingDay {
        n: u32,
    },
    Month {
        n: u32,
    },
    /// At once: what took longer than these seconds was not at once.
    AtOnce {
        n: u32,
    },
    /// The time that the customer asked for.
    Customer {},
}

impl Span {
    /// The codes, in the order of a form.
    pub const UNITS: &'static [&'static str] = &[
        "ring",
        "second",
        "minute",
        "hour",
        "natural_day",
        "working_day",
        "month",
        "at_once",
        "customer",
    ];

    /// The text code of the unit.
    pub const fn unit(self) -> &'static str {
        match self {
            Span::Ring { .. } => "ring",
            Span::Second { .. } => "second",
            Span::Minute { .. } => "minute",
            Span::Hour { .. } => "hour",
            Span::NaturalDay { .. } => "natural_day",
            Span::WorkingDay { .. } => "working_day",
            Span::Month { .. } => "month",
            Span::AtOnce { .. } => "at_once",
            Span::Customer {} => "customer",
        }
    }

    /// How many of the unit; 0 for the customer's time.
    pub const fn n(self) -> u32 {
        match self {
            Span::Ring { n }
            | Span::Second { n }
            | Span::Minute { n }
            | Span::Hour { n }
            | Span::NaturalDay { n }
            | Span::WorkingDay { n }
            | Span::Month { n }
            | Span::AtOnce { n } => n,
            Span::Customer {} => 0,
        }
    }

    /// The same as a case's limit, where there is one.
    pub const fn as_limit(self) -> Option<Limit> {
        Some(match self {
            Span::Minute { n } => Limit::Minute { n },
            Span::Hour { n } => Limit::Hour { n },
            Span::NaturalDay { n } => Limit::NaturalDay { n },
            _ => return None,
        })
    }

    /// A length of so many units; none for a unit that nobody knows.
    pub fn of(unit: &str, n: u32) -> Option<Span> {
        Some(match unit {
            "ring" => Span::Ring { n },
            "second" => Span::Second { n },
            "minute" => Span::Minute { n },
            "hour" => Span::Hour { n },
            "natural_day" => Span::NaturalDay { n },
            "working_day" => Span::WorkingDay { n },
            "month" => Span::Month { n },
            "at_once" => Span::AtOnce { n },
            "customer" => Span::Customer {},
            _ => return None,
        })
    }

    /// Milliseconds where the length is one by itself; a ring is taken as five seconds (1 s of sound, 4 s of silence). None for
    /// days, months and the customer's time, which depend on when it begins.
    pub const fn ms(self) -> Option<i64> {
        match self {
            Span::Ring { n } => Some(n as i64 * 5_000),
            Span::Second { n } | Span::AtOnce { n } => Some(n as i64 * 1_000),
            Span::Minute { n } => Some(n as i64 * 60_000),
            Span::Hour { n } => Some(n as i64 * 3_600_000),
            _ => None,
        }
    }

    /// For saying which of two is longer; the customer's own time is never longer than another limit.
    pub(crate) const fn rough_ms(self) -> i64 {
        match self {
            Span::NaturalDay { n } => (n as i64 + 1) * 86_400_000,
            Span::WorkingDay { n } => (n as i64 + 1) * 86_400_000 * 7 / 5,
            Span::Month { n } => n as i64 * 31 * 86_400_000,
            other => match other.ms() {
                Some(ms) => ms,
                None => 0,
            },
        }
    }
}

/// One limit with its name and the clauses behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedLimit {
    pub code: LimitCode,
    pub limit: Span,
    /// The clauses that ask for it, the main one first.
    pub clauses: Vec<String>,
    /// The clauses name no duration: the figure is the site's own and may be changed without a departure.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
}
