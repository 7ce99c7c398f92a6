//! What happened to a case, as the journal keeps it.
//!
//! Personal values and free text stand in top-level keys of their own, named by [`Event::personal_fields`]: the journal moves
//! them to an erasable table. Each of them has a default, so that an event can be read after they were erased.

use serde::{Deserialize, Serialize};

use super::complaint::{MeasureKind, Nature, RaisedBy, Received, RouteWhy};
use super::state::Consent;
use super::values::*;
use crate::access::{Role, Via, Who};
use crate::clock::{BreachReason, ClockCode, ClockStart, ExcuseReason, Target, WaitReason};
use crate::ids::*;
use crate::ladder::{Lack, Post, RungKind, Told, When};
use crate::time::CalendarRef;

/// Who did it, as a reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "as", rename_all = "snake_case")]
pub enum By {
    Staff { id: StaffId },
    Customer { via: Via },
    VendorLink { order: OrderId },
    System { name: String },
}

impl By {
    /// The account, if it was one.
    pub fn staff(&self) -> Option<&StaffId> {
        match self {
            By::Staff { id } => Some(id),
            _ => None,
        }
    }
}

impl From<&Who> for By {
    fn from(who: &Who) -> Self {
        match who {
            Who::Staff { id, .. } => By::Staff { id: id.clone() },
            Who::Customer { via, .. } => By::Customer { via: *via },
            Who::VendorLink { order, .. } => By::VendorLink { order: order.clone() },
            Who::System { name } => By::System { name: name.clone() },
        }
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When it was recorded.
    pub at: i64,
    /// When it happened, where that is earlier (paper entered later).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub happened_at: Option<i64>,
    pub by: By,
    /// In JSON its fields stand beside the three above, with the kind under `type`.
    #[serde(flatten)]
    pub fact: Fact,
}

/// Declares the facts once: variant, code, personal keys, fields. A field marked `personal` has a default.
macro_rules! facts {
    ($($(#[$meta:meta])* $variant:ident = $code:literal {
        $($(#[$fmeta:meta])* $field:ident: $type:ty),* $(,)?
    } personal { $($(#[$pmeta:meta])* $pfield:ident: $ptype:ty),* $(,)? })+) => {
        /// What happened. The code is the `type` in JSON and part of translation keys.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "type")]
        pub enum Fact {
            $($(#[$meta])* #[serde(rename = $code)] $variant {
                $($(#[$fmeta])* $field: $type,)*
                $($(#[$pmeta])* #[serde(default)] $pfield: $ptype,)*
            },)+
        }

        impl Fact {
            /// Every kind of event, in the order of a case's life.
            pub const KINDS: &'static [&'static str] = &[$($code),+];

            /// The event's kind.
            pub const fn kind(&self) -> &'static str {
                match self { $(Fact::$variant { .. } => $code),+ }
            }

            /// The top-level JSON keys with personal values or free text of one kind of event.
            pub fn personal_fields_of(kind: &str) -> &'static [&'static str] {
                match kind {
                    $($code => &[$(stringify!($pfield)),*],)+
                    _ => &[],
                }
            }
        }
    };
}

facts! {
    /// The case begins.
    Registered = "registered" {
        case: CaseId,
        number: String,
        kind: Kind,
        channel: Channel,
        /// Taxonomy code; empty if there is none.
        item: String,
        importance: Importance,
        urgency: Urgency,
        scope: Scope,
        fee: Fee,
        identity: Option<Identity>,
        located: Where,
        anonymous: bool,
        appointment: Option<Appointment>,
        wanted_by: Option<i64>,
        authority_by: Option<i64>,
        repeat_of: Option<CaseId>,
        contact: Option<ContactId>,
        first_asked: Option<StaffId>,
        /// Version of the service standard that it was registered under.
        standard: String,
    } personal { customer: Customer, place: String, content: String, anonymous_reason: Option<String> }
    /// Clocks with the rules that hold from now on.
    ClocksStarted = "clocks_started" { clocks: Vec<ClockStart> } personal {}
    /// A change gave other limits.
    ClocksRetargeted = "clocks_retargeted" { changed: Vec<ClockStart>, dropped: Vec<ClockCode>, because: Because } personal {}
    /// A later version of the service standard holds for this case from now on; what follows from it stands in the next event.
    StandardReapplied = "standard_reapplied" { old: String, new: String } personal { reason: String }
    /// Later versions of working calendars hold for the limits of this case that run (REC-8).
    CalendarReapplied = "calendar_reapplied" { calendars: Vec<CalendarRef> } personal { reason: String }
    /// A clock that had not begun begins.
    ClockBegun = "clock_begun" { code: ClockCode, cycle: u32, started_at: i64, target: Option<Target> } personal {}
    /// A limit was passed.
    ClockBreached = "clock_breached" { code: ClockCode, cycle: u32, breached_at: i64, reason: BreachReason } personal {}
    /// Time ran on to a step of a ladder: who is told, by post and by name. `told` is filled in by whoever knows the people.
    RungReached = "rung_reached" {
        code: ClockCode, cycle: u32, step: When, kind: RungKind, reached_at: i64, to: Vec<Post>, clause: String,
        told: Vec<Told>, lacking: Vec<Lack>,
        /// Reached before the case was entered. Of these only the highest of a limit is told, the others have nobody in `to`.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        entered_late: bool,
    } personal {}
    /// A work order was issued.
    Dispatched = "dispatched" {
        order: OrderId, number: String, department: DepartmentId, worker: Option<StaffId>, to_vendor: bool,
    } personal {}
    /// A worker took the order.
    Accepted = "accepted" { order: OrderId, worker: Option<StaffId> } personal {}
    /// The order went back to the desk.
    Returned = "returned" { order: OrderId } personal { reason: String }
    /// The desk withdrew the order.
    TakenBack = "taken_back" { order: OrderId } personal { reason: String }
    /// The order went to somebody else, who has yet to accept.
    Reassigned = "reassigned" {
        order: OrderId, from_department: DepartmentId, from_worker: Option<StaffId>,
        department: DepartmentId, worker: Option<StaffId>,
    } personal { reason: String }
    /// A colleague goes on where the worker stopped.
    HandedOver = "handed_over" { order: OrderId, from_worker: Option<StaffId>, worker: StaffId } personal { note: String }
    /// Somebody is on site.
    Arrived = "arrived" { order: OrderId, worker: Option<StaffId> } personal {}
    /// The worker named a price.
    Quoted = "quoted" { quote: QuoteId, total_cents: i64 } personal { lines: Vec<Line> }
    /// The customer accepted the price.
    QuoteAccepted = "quote_accepted" { quote: QuoteId, total_cents: i64, grade: Grade, how: Consent } personal { note: String }
    /// The customer refused the price.
    QuoteRefused = "quote_refused" { quote: QuoteId, how: Consent } personal { note: String }
    /// Prices that do not hold any more: the work went to another side, whose price has to be asked for.
    QuotesVoided = "quotes_voided" { quotes: Vec<QuoteId> } personal {}
    /// The work waits.
    WaitStarted = "wait_started" { reason: WaitReason, until: i64, customer_told: bool } personal { note: String }
    /// The work goes on.
    Resumed = "resumed" {} personal {}
    /// The work is done.
    Completed = "completed" {
        order: Option<OrderId>, worker: Option<StaffId>, charge_cents: i64, photos: Vec<AttachmentId>, cycle: u32,
    } personal { done: String, lines: Vec<Line>, no_photo_reason: Option<String> }
    /// What was recorded as done was corrected.
    Amended = "amended" { old_charge_cents: i64, charge_cents: i64, photos: Vec<AttachmentId> } personal {
        old_done: String, old_lines: Vec<Line>, done: String, lines: Vec<Line>, no_photo_reason: Option<String>, reason: String,
    }
    /// The customer confirmed, or declined to.
    Confirmed = "confirmed" {
        confirmation: ConfirmationId, grade: Grade, content_hash: String,
        signature: Option<FileId>, paper: Option<AttachmentId>, witness: Option<StaffId>,
        shown_by: Option<StaffId>, opinion: Option<Satisfaction>,
    } personal { reason: String, comment: String }
    /// A second person compared a signature of grade C with the record.
    SecondChecked = "second_checked" { confirmation: ConfirmationId } personal {}
    /// What was signed has changed.
    ConfirmationVoided = "confirmation_voided" { confirmation: ConfirmationId } personal {}
    /// Money came in.
    Paid = "paid" { method: PayMethod, amount_cents: i64, receipt: Option<String> } personal {}
    /// A payment was recorded wrongly: it stays in the record and does not count. `payment` is its place there, from 0.
    PaymentVoided = "payment_voided" { payment: u32, amount_cents: i64, method: PayMethod } personal { reason: String }
    /// The rest is not asked for.
    Waived = "waived" { amount_cents: i64 } personal { reason: String }
    /// A callback is due, or its time or person changed.
    CallbackScheduled = "callback_scheduled" { callback: CallbackId, planned_at: Option<i64>, assignee: Option<StaffId> } personal {}
    /// Somebody tried to call back.
    CallbackAttempted = "callback_attempted" {
        callback: CallbackId, result: AttemptResult, satisfaction: Option<Satisfaction>, solved: Option<bool>, again_at: Option<i64>,
    } personal { answers: Vec<Answer>, note: String }
    /// The callback is over.
    CallbackEnded = "callback_ended" { callback: CallbackId, end: CallbackEnd } personal {}
    /// The case is closed.
    Closed = "closed" {} personal {}
    /// The case is open again.
    Reopened = "reopened" { reason: ReopenReason, cycle: u32, rework: bool } personal { note: String }
    /// The case was given up.
    Cancelled = "cancelled" { customer_informed: bool } personal { reason: String }
    /// Somebody asked where it stays.
    Urged = "urged" {} personal { note: String }
    /// Something to remember.
    Noted = "noted" { told_customer: bool } personal { text: String }
    /// A reply was promised (REC-8).
    Promised = "promised" {
        no: u32, clock: ClockStart,
        #[serde(default)] kind: PromiseKind,
        /// The first answer that is due the same day (CAL-6), where the promise itself is due later.
        #[serde(default, skip_serializing_if = "Option::is_none")] interim: Option<ClockStart>,
        /// The superiors it was reported to (REC-9).
        #[serde(default, skip_serializing_if = "Vec::is_empty")] reported_to: Vec<StaffId>,
    } personal { what: String }
    /// The customer was told how it stands while the answer is awaited (CAL-6).
    InterimAnswered = "interim_answered" {} personal { text: String }
    /// The promise was kept.
    PromiseKept = "promise_kept" { no: u32 } personal { how: String }
    /// More time was asked for, before the limit (COM-32).
    ExtensionAsked = "extension_asked" {
        extension: ExtensionId, code: ClockCode, cycle: u32, due_at: Option<i64>, to: i64, told: ToldHow, approver: Role,
    } personal { reason: String }
    /// The customer agreed to wait, or did not.
    ExtensionAnswered = "extension_answered" { extension: ExtensionId, agreed: bool, grade: Grade, how: Consent } personal { note: String }
    /// The post that decides approved, or did not.
    ExtensionDecided = "extension_decided" { extension: ExtensionId, approved: bool } personal { note: String }
    /// Agreed on and approved in time: the limit moves.
    ExtensionGranted = "extension_granted" {
        extension: ExtensionId, code: ClockCode, cycle: u32, from: Option<i64>, to: i64,
    } personal {}
    /// It was not agreed on before the limit, or is not needed any more.
    ExtensionLapsed = "extension_lapsed" { extension: ExtensionId, code: ClockCode } personal {}
    /// Who asked took it back.
    ExtensionWithdrawn = "extension_withdrawn" { extension: ExtensionId } personal { reason: String }
    /// It was asked that a passed limit be excused; `approver` decides.
    ExcuseAsked = "excuse_asked" { code: ClockCode, cycle: u32, reason: ExcuseReason, approver: Role } personal { text: String }
    /// The post that decides approved that, or did not.
    ExcuseDecided = "excuse_decided" { code: ClockCode, cycle: u32, approved: bool } personal { note: String }
    /// A passed limit is excused. The breach stays.
    BreachExcused = "breach_excused" { code: ClockCode, cycle: u32, reason: ExcuseReason } personal { text: String }
    /// The question was answered.
    Answered = "answered" { cycle: u32 } personal { answer: String }
    /// What is nobody's service was apologised for, reported to the head and referred (REC-12 C, CAL-8).
    OutsideReported = "outside_reported" { reported_to: StaffId } personal { referral: String, note: String }
    /// Emergency mode was opened for this call for help (REC-17 to REC-21).
    EmergencyBegun = "emergency_begun" { emergency: EmergencyId } personal {}
    /// The emergency is over and worked up.
    EmergencySettled = "emergency_settled" { emergency: EmergencyId } personal {}
    /// The wrong kind became the right one.
    KindChanged = "kind_changed" { old_kind: Kind, old_number: String, kind: Kind, number: String } personal { reason: String }
    /// Another level.
    LevelChanged = "level_changed" {
        old_importance: Importance, old_urgency: Urgency, importance: Importance, urgency: Urgency,
    } personal { reason: String }
    /// Another price.
    FeeChanged = "fee_changed" { old: Fee, new: Fee } personal { reason: String }
    /// Somebody else's work.
    ScopeChanged = "scope_changed" { old: Scope, new: Scope } personal { reason: String }
    /// Another item.
    ItemChanged = "item_changed" { old: String, new: String } personal { reason: String }
    /// Another place.
    PlaceChanged = "place_changed" {} personal { old: String, new: String, reason: String }
    /// The content was corrected.
    ContentChanged = "content_changed" {} personal { old: String, new: String, reason: String }
    /// The customer's name, phone, address or place in the directory was corrected.
    CustomerChanged = "customer_changed" {
        old_located: Where, located: Where, identity: Option<Identity>, anonymous: bool,
    } personal { old: Customer, new: Customer, anonymous_reason: Option<String>, reason: String }
    /// Another time was agreed.
    AppointmentChanged = "appointment_changed" { old: Option<Appointment>, new: Option<Appointment> } personal { reason: String }
    /// One more contact about the same thing.
    ContactJoined = "contact_joined" { contact: ContactId } personal {}
    /// The record of a complaint begins; `about` is whom it is about, who does not see it.
    ComplaintOpened = "complaint_opened" { about: Option<StaffId> } personal {}
    /// Valid or not, what kind, how serious (COM-28). `told`: how the customer was told that it is not.
    ComplaintJudged = "complaint_judged" {
        valid: bool, nature: Nature, severity: Importance, about: Option<StaffId>, told: Option<ToldHow>,
    } personal { reason: String }
    /// The customer does not agree with "not valid": it is judged anew.
    ComplaintAppealed = "complaint_appealed" {} personal { reason: String }
    /// Where it goes, where it was proposed to go and why (COM-18 to COM-21, COM-28, COM-29).
    ComplaintRouted = "complaint_routed" {
        received: Received, to: String, department: Option<DepartmentId>, proposed: String, why: RouteWhy,
    } personal { reason: String }
    /// A supporting department has a part (COM-23).
    PartGiven = "complaint_part_given" { no: u32, department: DepartmentId, due_at: i64 } personal { what: String }
    /// The part is done.
    PartDone = "complaint_part_done" { no: u32 } personal { result: String }
    /// The part was not done in time: its department is told.
    PartLate = "complaint_part_late" { no: u32 } personal {}
    /// What was found out.
    FindingRecorded = "complaint_found" {} personal { text: String }
    /// How it is to be answered, and whether by letter (COM-22).
    AnswerProposed = "complaint_proposed" { letter: bool } personal { text: String }
    /// The company leader's word on the letter (COM-22).
    LetterDecided = "complaint_letter_decided" { agreed: bool } personal { note: String }
    /// It is with the company leader (COM-21, COM-25).
    ComplaintRaised = "complaint_raised" { because: RaisedBy } personal { reason: String }
    /// What the leader wants done (COM-25).
    ComplaintInstructed = "complaint_instructed" {} personal { text: String }
    /// It was done as instructed.
    InstructionDone = "complaint_carried_out" {} personal { text: String }
    /// What the customer says to the answer.
    AnswerResponded = "complaint_responded" { accepted: bool, how: ToldHow } personal { note: String }
    /// Opinion asked for, thanks given, hopes noted (COM-26).
    OpinionNoted = "complaint_opinion" { opinion: Satisfaction } personal { hopes: String }
    /// Why it came to it (COM-31).
    CauseRecorded = "complaint_cause" {} personal { text: String }
    /// A corrective or preventive measure with its owner and time (COM-31).
    MeasureSet = "complaint_measure_set" {
        no: u32, kind: MeasureKind, owner: StaffId, due_at: i64,
    } personal { facts: String, text: String }
    /// The measure was carried out.
    MeasureDone = "complaint_measure_done" { no: u32 } personal { result: String }
    /// The measure was not carried out in time: its owner is told.
    MeasureLate = "complaint_measure_late" { no: u32 } personal {}
    /// Quality, who had no part in it, checked what was done (COM-14).
    ComplaintVerified = "complaint_verified" { effective: bool } personal { note: String }
    /// The records are with quality (COM-27).
    ComplaintFiled = "complaint_filed" {} personal { note: String }
    /// The same was looked for at the same place; what was found opens the prevention anew.
    RecurrenceLooked = "complaint_looked" { days: u32, found: Vec<CaseId> } personal {}
    /// A file was attached.
    Attached = "attached" { attachment: AttachmentId, file: FileId, kind: AttachmentKind } personal { caption: String }
}

impl Event {
    /// The event's kind, as under `type` in JSON.
    pub const fn kind(&self) -> &'static str {
        self.fact.kind()
    }

    /// The top-level JSON keys with personal values or free text.
    pub fn personal_fields(&self) -> &'static [&'static str] {
        Fact::personal_fields_of(self.kind())
    }

    /// What the desk should see at once: something that a customer sent by the own link.
    pub const fn news(&self) -> Option<News> {
        if !matches!(self.by, By::Customer { .. }) {
            return None;
        }
        match &self.fact {
            Fact::Urged { .. } => Some(News::Urged),
            Fact::Noted { .. } => Some(News::Message),
            Fact::Attached { .. } => Some(News::Photo),
            Fact::QuoteAccepted { .. } => Some(News::QuoteYes),
            Fact::QuoteRefused { .. } => Some(News::QuoteNo),
            Fact::Reopened { .. } => Some(News::NotSolved),
            Fact::ExtensionAnswered { agreed: true, .. } => Some(News::ExtensionYes),
            Fact::ExtensionAnswered { agreed: false, .. } => Some(News::ExtensionNo),
            _ => None,
        }
    }

    /// When it happened; when it was recorded, if nothing else was said.
    pub fn when(&self) -> i64 {
        self.happened_at.unwrap_or(self.at)
    }
}
