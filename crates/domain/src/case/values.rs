//! The small values of a case: codes and records without behaviour of their own.

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::ids::{BuildingId, PersonId, UnitId};

codes! {
    /// What came in from a resident or a worker and waits for somebody at the desk to see it.
    News {
        Urged = "urged",
        Message = "message",
        Photo = "photo",
        QuoteYes = "quote_yes",
        QuoteNo = "quote_no",
        NotSolved = "not_solved",
        ExtensionYes = "extension_yes",
        ExtensionNo = "extension_no",
        /// The worker asks the desk to put a call through.
        Connect = "connect",
    }
}

codes! {
    /// Kind of a case.
    Kind {
        /// 咨询
        Inquiry = "inquiry",
        /// 服务请求, mostly 报修
        Request = "request",
        /// 投诉
        Complaint = "complaint",
        /// 求助
        Help = "help",
        /// 建议
        Suggestion = "suggestion",
        /// 表扬
        Praise = "praise",
    }
}

impl Kind {
    /// An answer is all there is to do, so an answer on the spot closes it.
    pub const fn ends_with_an_answer(self) -> bool {
        matches!(self, Kind::Inquiry | Kind::Suggestion | Kind::Praise)
    }
}

codes! {
    /// 一般 / 重要 / 重大
    Importance { Ordinary = "ordinary", Important = "important", Major = "major" }
}

codes! {
    /// 普通 / 紧急 / 应急
    Urgency { Normal = "normal", Urgent = "urgent", Emergency = "emergency" }
}

codes! {
    /// Whose work it is (REC-12).
    Scope {
        /// A: own service.
        Own = "own",
        /// B: an outsourced vendor's.
        Vendor = "vendor",
        /// C: neither; needs an apology, a report to the head and a referral.
        Outside = "outside",
    }
}

codes! {
    /// How the price is found (REC-13, REC-14).
    FeeKind {
        Free = "free",
        /// By the price list, told at reception.
        Paid = "paid",
        /// Set by the worker on site.
        Quote = "quote",
    }
}

codes! {
    /// How a contact came in.
    Channel {
        Phone = "phone",
        Visit = "visit",
        Online = "online",
        Email = "email",
        Letter = "letter",
        Hotline12345 = "hotline_12345",
        /// Found by staff on a round.
        Round = "round",
    }
}

codes! {
    /// 很满意 / 满意 / 一般 / 不满意
    Satisfaction {
        VerySatisfied = "very_satisfied",
        Satisfied = "satisfied",
        Neutral = "neutral",
        Dissatisfied = "dissatisfied",
    }
}

codes! {
    /// Where a case stands.
    Status {
        Registered = "registered",
        Dispatched = "dispatched",
        Accepted = "accepted",
        OnSite = "on_site",
        Waiting = "waiting",
        Done = "done",
        Confirmed = "confirmed",
        Closed = "closed",
        Cancelled = "cancelled",
    }
}

codes! {
    /// What became of a work order.
    OrderStatus {
        Issued = "issued",
        Accepted = "accepted",
        /// Sent back by the worker.
        Returned = "returned",
        /// Withdrawn by the desk.
        TakenBack = "taken_back",
        Done = "done",
        Cancelled = "cancelled",
    }
}

codes! {
    /// What a signature is worth: a and b are the customer's own (COM-30).
    Grade {
        /// A code sent to the verified number.
        A = "a",
        /// A link opened outside any staff session.
        B = "b",
        /// Paper or a worker's device; needs a second person's check.
        C = "c",
        /// The customer declined to sign, before a witness.
        Declined = "declined",
    }
}

codes! {
    /// What came of an attempt to call back.
    AttemptResult {
        Reached = "reached",
        NoAnswer = "no_answer",
        /// The customer does not want to be called.
        Refused = "refused",
        WrongNumber = "wrong_number",
        /// The customer asked for another time.
        Later = "later",
    }
}

codes! {
    /// How a callback ended.
    CallbackEnd {
        Solved = "solved",
        NotSolved = "not_solved",
        Refused = "refused",
        Unreachable = "unreachable",
        /// The lot did not fall on it: the standard asks a sample.
        NotDrawn = "not_drawn",
        /// The customer had rated it by an own signature, and the standard asks no more.
        Rated = "rated",
        /// The case was reopened or cancelled before it.
        Dropped = "dropped",
    }
}

impl CallbackEnd {
    /// It was spared: no one was called, and none of its figures says anything.
    pub const fn nobody_called(self) -> bool {
        matches!(self, CallbackEnd::NotDrawn | CallbackEnd::Rated)
    }
}

codes! {
    /// Why a case was reopened.
    ReopenReason {
        /// The customer says that it is not solved.
        NotSolved = "not_solved",
        /// Staff found that it is not right.
        Fault = "fault",
        Other = "other",
    }
}

codes! {
    /// What an attached file shows.
    AttachmentKind {
        PhotoBefore = "photo_before",
        PhotoAfter = "photo_after",
        /// The signed form, photographed.
        PaperForm = "paper_form",
        Voice = "voice",
        Chat = "chat",
        Other = "other",
    }
}

codes! {
    /// What was promised.
    PromiseKind {
        /// An answer to a question that could not be answered at once (REC-8).
        Reply = "reply",
        /// To call back because something more urgent came up during the call (CAL-3).
        CallBack = "call_back",
    }
}

/// The kind of promises that were made before there were two.
impl Default for PromiseKind {
    fn default() -> Self {
        PromiseKind::Reply
    }
}

codes! {
    /// How the customer was told that more time is asked for (COM-32).
    ToldHow { Phone = "phone", Visit = "visit", Message = "message", Link = "link" }
}

codes! {
    /// What became of a request for more time.
    ExtensionState {
        /// The customer's agreement, the approval or both are still awaited.
        Pending = "pending",
        Granted = "granted",
        /// The post that decides said no.
        Rejected = "rejected",
        /// The customer said no.
        Declined = "declined",
        /// The limit passed, or the work was done, before it was agreed on.
        Lapsed = "lapsed",
        Withdrawn = "withdrawn",
    }
}

codes! {
    /// Result of comparing one statement with the archive (VIS-1).
    Check { Same = "same", Differs = "differs", Unknown = "unknown" }
}

codes! {
    /// How money came in.
    PayMethod { Cash = "cash", Transfer = "transfer", Code = "code" }
}

codes! {
    /// What a line of a price is for.
    LineKind { Labour = "labour", Material = "material" }
}

codes! {
    /// Which change moved the clocks.
    Because {
        Kind = "kind",
        Level = "level",
        Item = "item",
        Appointment = "appointment",
        /// Another version of the service standard was applied.
        Standard = "standard",
        /// A later version of a working calendar was applied.
        Calendar = "calendar",
    }
}

/// Name, address and phone against the archive (VIS-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub name: Check,
    pub unit: Check,
    pub phone: Check,
}

/// The customer as told at registration: a snapshot, whatever the directory says later.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Customer {
    pub name: String,
    /// Normalised.
    pub phone: String,
    /// The unit as people write it, or another address.
    pub address: String,
}

/// Where a case belongs in the directory. References only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Where {
    pub person: Option<PersonId>,
    pub unit: Option<UnitId>,
    pub building: Option<BuildingId>,
}

/// The price as agreed at reception (REC-13, REC-14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    pub kind: FeeKind,
    /// Cents; more than 0 exactly when paid.
    pub cents: i64,
    /// The customer was told the price, or that the worker sets it on site.
    pub told: bool,
    /// What the customer said to a told price; None while not asked.
    pub accepted: Option<bool>,
}

impl Fee {
    /// Free of charge.
    pub const FREE: Fee = Fee {
        kind: FeeKind::Free,
        cents: 0,
        told: false,
        accepted: None,
    };
}

/// A time agreed with the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    pub from: i64,
    /// Later than `from`.
    pub to: i64,
}

/// One line of a quote or of a bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub what: String,
    pub kind: LineKind,
    /// Thousandths of a piece, metre or hour; 1 to 1,000,000,000.
    pub quantity_milli: i64,
    /// Cents per whole; 0 to 1,000,000,000. 0 for material that is only listed.
    pub unit_cents: i64,
}

/// What was asked in a callback and what was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Code of the question.
    pub question: String,
    pub answer: String,
}
