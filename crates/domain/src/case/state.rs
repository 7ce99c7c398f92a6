//! The case as it stands: everything the rules look at, and nothing they do not.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::complaint::ComplaintFile;
use super::event::By;
use super::values::*;
use crate::access::Role;
use crate::clock::{Clock, ClockCode, ClockView, ExcuseReason, WaitReason};
use crate::codes::codes;
use crate::ids::*;
use crate::ladder::{Climbed, Stand};
use crate::standard::{CallbackRule, Tried};
use crate::time::Calendars;

codes! {
    /// How a customer's word about a price reached the record.
    Consent {
        /// By the customer's own link or code.
        Own = "own",
        /// Told on the phone, noted by staff.
        Phone = "phone",
        /// Told on site, noted by staff.
        Spoken = "spoken",
        /// Signed on paper.
        Paper = "paper",
    }
}

/// A work order (工作联系单): one for each dispatch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub id: OrderId,
    pub number: String,
    pub cycle: u32,
    pub status: OrderStatus,
    pub department: DepartmentId,
    pub worker: Option<StaffId>,
    pub to_vendor: bool,
    pub issued_at: i64,
    pub issued_by: By,
    pub accepted_at: Option<i64>,
    pub arrived_at: Option<i64>,
    /// When it was done, returned, taken back or cancelled.
    pub ended_at: Option<i64>,
    pub end_reason: Option<String>,
}

/// A price named on site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub id: QuoteId,
    pub lines: Vec<Line>,
    pub total_cents: i64,
    pub at: i64,
    pub by: By,
    /// None while the customer has not answered.
    pub accepted: Option<bool>,
    pub answered_at: Option<i64>,
    pub grade: Option<Grade>,
    pub how: Option<Consent>,
    /// A newer quote took its place.
    pub superseded: bool,
}

/// Why and until when the work waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub reason: WaitReason,
    pub since: i64,
    pub until: i64,
    pub customer_told: bool,
    pub note: String,
    /// Where the case goes on.
    pub back_to: Status,
}

/// What was done in one round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkDone {
    pub cycle: u32,
    pub order: Option<OrderId>,
    pub done: String,
    pub lines: Vec<Line>,
    pub charge_cents: i64,
    pub photos: Vec<AttachmentId>,
    pub no_photo_reason: Option<String>,
    pub worker: Option<StaffId>,
    pub at: i64,
}

/// The customer's confirmation, or that it was declined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    pub id: ConfirmationId,
    pub cycle: u32,
    pub grade: Grade,
    pub content_hash: String,
    pub at: i64,
    pub by: By,
    pub signature: Option<FileId>,
    pub paper: Option<AttachmentId>,
    pub witness: Option<StaffId>,
    /// Who saw the secret of the link that was used; this person does not check it (COM-30).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown_by: Option<StaffId>,
    pub reason: String,
    pub opinion: Option<Satisfaction>,
    pub comment: String,
    pub checked_by: Option<StaffId>,
    pub checked_at: Option<i64>,
    pub void_at: Option<i64>,
}

/// Money that came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    pub method: PayMethod,
    pub amount_cents: i64,
    pub receipt: Option<String>,
    pub at: i64,
    pub by: By,
    /// It was recorded wrongly and does not count.
    #[serde(default)]
    pub void: Option<VoidPayment>,
}

/// Why a payment does not count, and who said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoidPayment {
    pub reason: String,
    pub at: i64,
    pub by: By,
}

/// Money that is not asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    pub amount_cents: i64,
    pub reason: String,
    pub at: i64,
    pub by: By,
}

/// A callback (回访) with its attempts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    pub id: CallbackId,
    pub cycle: u32,
    pub planned_at: Option<i64>,
    pub assignee: Option<StaffId>,
    pub attempts: Vec<Attempt>,
    pub end: Option<CallbackEnd>,
    pub ended_at: Option<i64>,
}

impl Callback {
    /// How far the attempts are by a rule.
    pub fn tried(&self, rule: &CallbackRule, zone: &TimeZone) -> Tried {
        rule.tried_in(self.attempts.iter().map(|a| (a.at, a.result)), zone)
    }

    /// Open, or spared: who was not drawn may be called all the same.
    pub fn may_be_planned(&self) -> bool {
        self.end.is_none_or(CallbackEnd::nobody_called)
    }
}

/// One attempt to call back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub at: i64,
    pub by: By,
    pub result: AttemptResult,
    pub satisfaction: Option<Satisfaction>,
    pub solved: Option<bool>,
    pub again_at: Option<i64>,
    pub answers: Vec<Answer>,
    pub note: String,
}

/// A promised reply (REC-8); its clock is the one with the same number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromiseMade {
    pub no: u32,
    pub what: String,
    pub at: i64,
    pub by: By,
    pub kept_at: Option<i64>,
    pub how: Option<String>,
    #[serde(default)]
    pub kind: PromiseKind,
    /// The superiors it was reported to (REC-9).
    #[serde(default)]
    pub reported_to: Vec<StaffId>,
    /// When the customer was first told how it stands (CAL-6).
    #[serde(default)]
    pub interim_at: Option<i64>,
    #[serde(default)]
    pub kept_by: Option<By>,
}

/// A request for more time on a limit (COM-32).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    pub id: ExtensionId,
    pub code: ClockCode,
    pub cycle: u32,
    /// When it was due as it was asked for.
    pub due_at: Option<i64>,
    pub to: i64,
    pub reason: String,
    pub told: ToldHow,
    /// The post that decides.
    pub approver: Role,
    pub at: i64,
    pub by: By,
    pub agreement: Option<Agreement>,
    /// The post's; a yes no longer stands once staff note a word of the customer after it (grade C), which it has to look at.
    pub decision: Option<Decision>,
    /// It is decided anew, because of such a word.
    #[serde(default)]
    pub anew: bool,
    pub state: ExtensionState,
    pub ended_at: Option<i64>,
}

impl Extension {
    /// Whether the post still has to decide.
    pub const fn awaits_decision(&self) -> bool {
        self.decision.is_none()
    }
}

/// The customer's word on waiting longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    pub agreed: bool,
    pub grade: Grade,
    pub how: Consent,
    pub note: String,
    pub at: i64,
    pub by: By,
}

/// The word of the post that decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub approved: bool,
    pub note: String,
    pub at: i64,
    pub by: By,
}

/// Why a breach is excused, in words, and who said so. The reason's code stands at the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExcuseMade {
    pub code: ClockCode,
    pub cycle: u32,
    pub text: String,
    pub at: i64,
    pub by: By,
}

/// A request that a breach be excused. Pending until it is decided; what came of it stays to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExcuseRequest {
    pub code: ClockCode,
    pub cycle: u32,
    pub reason: ExcuseReason,
    pub text: String,
    /// The post that decides.
    pub approver: Role,
    pub at: i64,
    pub by: By,
    pub decision: Option<Decision>,
}

/// A file attached to the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub id: AttachmentId,
    pub file: FileId,
    pub kind: AttachmentKind,
    pub caption: String,
    pub at: i64,
    pub by: By,
}

/// What was said and reported about something that is nobody's service (REC-12 C, CAL-8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutsideReport {
    pub reported_to: StaffId,
    pub referral: String,
    pub note: String,
    pub at: i64,
}

/// The emergency of a call for help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyMark {
    pub id: EmergencyId,
    /// When it was closed, with its report and what follows.
    pub settled_at: Option<i64>,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseState {
    pub id: CaseId,
    pub number: String,
    /// Numbers it had as another kind.
    pub old_numbers: Vec<String>,
    pub kind: Kind,
    pub channel: Channel,
    pub status: Status,
    pub item: String,
    pub place: String,
    pub content: String,
    pub importance: Importance,
    pub urgency: Urgency,
    pub scope: Scope,
    pub fee: Fee,
    pub customer: Customer,
    pub located: Where,
    pub identity: Option<Identity>,
    /// Registered without the customer's particulars, with a reason (REC-10).
    pub anonymous: bool,
    pub anonymous_reason: Option<String>,
    pub appointment: Option<Appointment>,
    /// The customer's own limit for the work.
    pub wanted_by: Option<i64>,
    /// An outside authority's limit.
    pub authority_by: Option<i64>,
    pub repeat_of: Option<CaseId>,
    pub contacts: Vec<ContactId>,
    /// Stays answerable until the case is closed (DIR-9).
    pub first_asked: Option<StaffId>,
    pub standard: String,
    pub happened_at: i64,
    pub registered_at: i64,
    pub registered_by: By,
    /// When the last step of the life happened; later steps are not earlier.
    pub last_step_at: i64,
    /// 0 for the first round, one more with each reopening.
    pub cycle: u32,
    /// When this round began: the report, or the reopening.
    pub round_started_at: i64,
    pub orders: Vec<Order>,
    pub quotes: Vec<Quote>,
    pub waiting: Option<Waiting>,
    pub work: Vec<WorkDone>,
    pub answer: Option<String>,
    pub confirmations: Vec<Confirmation>,
    pub payments: Vec<Payment>,
    pub waivers: Vec<Waiver>,
    pub callbacks: Vec<Callback>,
    pub promises: Vec<PromiseMade>,
    #[serde(default)]
    pub extensions: Vec<Extension>,
    #[serde(default)]
    pub excuses: Vec<ExcuseMade>,
    /// Requests for excuses, decided ones too.
    #[serde(default)]
    pub excuse_requests: Vec<ExcuseRequest>,
    pub outside: Option<OutsideReport>,
    /// The emergency that this call for help is (REC-17 to REC-21): its playbook, call tree and log stand there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<EmergencyMark>,
    pub attachments: Vec<Attachment>,
    pub clocks: Vec<Clock>,
    /// Rungs of their ladders that were reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub climbed: Vec<Climbed>,
    #[serde(default)]
    pub stand: Stand,
    /// Everybody who did some of the work: they do not call back, witness or check it.
    pub did: BTreeSet<StaffId>,
    pub reopened: u32,
    /// Reopenings that count as rework (返修): those of service requests.
    pub rework: u32,
    pub returned: u32,
    pub urged: u32,
    pub closed_at: Option<i64>,
    pub cancelled_at: Option<i64>,
    pub end_reason: Option<String>,
    /// The record of a complaint (COM-17 to COM-32); none for other kinds, and for complaints from before there was one.
    #[serde(default)]
    pub complaint: Option<ComplaintFile>,
}

impl CaseState {
    /// Gives the clocks the hours of the calendars that they name. Whoever reads a case from the store does this first.
    pub fn attach(&mut self, calendars: &Calendars) {
        for clock in self.clocks.iter_mut().filter(|clock| clock.calendar.is_some()) {
            clock.attach(calendars);
        }
    }

    /// Whether every clock that names a calendar has its hours.
    pub(super) fn is_attached(&self) -> bool {
        self.clocks
            .iter()
            .all(|clock| clock.calendar.is_none() || clock.hours().is_some())
    }

    /// Neither closed nor cancelled.
    pub fn is_open(&self) -> bool {
        !matches!(self.status, Status::Closed | Status::Cancelled)
    }

    /// The order in hand: issued or accepted.
    pub fn order(&self) -> Option<&Order> {
        self.orders
            .iter()
            .rev()
            .find(|order| matches!(order.status, OrderStatus::Issued | OrderStatus::Accepted))
    }

    /// The order in hand, or else the last one.
    pub fn last_order(&self) -> Option<&Order> {
        self.order().or_else(|| self.orders.last())
    }

    /// The quote that waits for the customer's answer.
    pub fn pending_quote(&self) -> Option<&Quote> {
        self.quotes
            .iter()
            .rev()
            .find(|quote| quote.accepted.is_none() && !quote.superseded)
    }

    /// What was done in this round.
    pub fn work(&self) -> Option<&WorkDone> {
        self.work.last().filter(|work| work.cycle == self.cycle)
    }

    /// The confirmation of this round that still holds.
    pub fn confirmation(&self) -> Option<&Confirmation> {
        self.confirmations
            .iter()
            .rev()
            .find(|c| c.cycle == self.cycle && c.void_at.is_none())
    }

    /// The callback of this round.
    pub fn callback(&self) -> Option<&Callback> {
        self.callbacks
            .iter()
            .rev()
            .find(|callback| callback.cycle == self.cycle)
    }

    /// The callback of this round that is not over.
    pub fn open_callback(&self) -> Option<&Callback> {
        self.callback().filter(|callback| callback.end.is_none())
    }

    /// Promises not kept yet.
    pub fn open_promises(&self) -> impl Iterator<Item = &PromiseMade> {
        self.promises.iter().filter(|promise| promise.kept_at.is_none())
    }

    /// Requests for more time that are not decided yet.
    pub fn pending_extensions(&self) -> impl Iterator<Item = &Extension> {
        self.extensions
            .iter()
            .filter(|extension| extension.state == ExtensionState::Pending)
    }

    /// Requests for an excuse that nobody has decided on.
    pub fn pending_excuses(&self) -> impl Iterator<Item = &ExcuseRequest> {
        self.excuse_requests.iter().filter(|request| request.decision.is_none())
    }

    /// A clock by what it measures and its round, or number.
    pub fn clock(&self, code: ClockCode, cycle: u32) -> Option<&Clock> {
        self.clocks
            .iter()
            .find(|clock| clock.code == code && clock.cycle == cycle)
    }

    /// There is somebody to sign and to call back: name, phone or unit is known.
    pub fn has_customer(&self) -> bool {
        !self.anonymous || !self.customer.phone.trim().is_empty()
    }

    /// The quote whose price holds: the last that the customer accepted, unless it was voided since.
    pub fn accepted_quote(&self) -> Option<&Quote> {
        self.quotes
            .iter()
            .rev()
            .find(|quote| quote.accepted == Some(true) && !quote.superseded)
    }

    /// What the customer has agreed to pay in all, in cents; None while the price is open.
    pub fn accepted_cents(&self) -> Option<i64> {
        match (self.accepted_quote(), self.fee.kind) {
            (Some(quote), _) => Some(quote.total_cents),
            (None, FeeKind::Free) => Some(0),
            (None, FeeKind::Paid) => (self.fee.accepted == Some(true)).then_some(self.fee.cents),
            (None, FeeKind::Quote) => None,
        }
    }

    /// What has been charged for work done, in cents.
    pub fn charged_cents(&self) -> i64 {
        self.work.iter().map(|work| work.charge_cents).sum()
    }

    /// The payments that count, each with its place in the record (from 0).
    pub fn valid_payments(&self) -> impl Iterator<Item = (usize, &Payment)> {
        self.payments
            .iter()
            .enumerate()
            .filter(|(_, payment)| payment.void.is_none())
    }

    /// What has been paid, in cents.
    pub fn paid_cents(&self) -> i64 {
        self.valid_payments().map(|(_, payment)| payment.amount_cents).sum()
    }

    /// What is still to be paid or waived, in cents: of the charge once done, of the accepted price before.
    pub fn owed_cents(&self) -> i64 {
        let price = if self.work().is_some() {
            self.charged_cents()
        } else {
            self.accepted_cents().unwrap_or(0).max(self.charged_cents())
        };
        let waived: i64 = self.waivers.iter().map(|waiver| waiver.amount_cents).sum();
        price - self.paid_cents() - waived
    }

    /// What a customer signs, as one text. A change in it voids the confirmation.
    pub fn signed_content(&self) -> String {
        let mut text = String::new();
        let mut field = |name: &str, value: &str| {
            // Lengths keep one field from running into the next.
            let _ = writeln!(text, "{name} {} {value}", value.len());
        };
        field("case", self.id.as_str());
        field("round", &self.cycle.to_string());
        field("order", self.last_order().map_or("", |order| &order.number));
        field("name", &self.customer.name);
        field("address", &self.customer.address);
        field("item", &self.item);
        field("place", &self.place);
        field("content", &self.content);
        if let Some(work) = self.work() {
            field("done", &work.done);
            for line in &work.lines {
                field(
                    line.kind.as_str(),
                    &format!("{} × {} × {}", line.what, line.quantity_milli, line.unit_cents),
                );
            }
            field("charge", &work.charge_cents.to_string());
        }
        field("answer", self.answer.as_deref().unwrap_or_default());
        text
    }

    /// SHA-256 of [`CaseState::signed_content`] in lower-case hexadecimal digits.
    pub fn content_hash(&self) -> String {
        let mut text = String::with_capacity(64);
        for byte in Sha256::digest(self.signed_content()) {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    /// The earliest instant at which an open clock is due.
    pub fn due_at(&self, now: i64) -> Option<i64> {
        self.clocks
            .iter()
            .filter(|clock| clock.is_open())
            .filter_map(|clock| clock.due_at(now))
            .min()
    }

    /// The earliest instant at which a clock changes its state by itself, its ladder left aside: [`CaseState::next_look_at`].
    pub fn next_step_at(&self, now: i64) -> Option<i64> {
        self.clocks.iter().filter_map(|clock| clock.next_step_at(now)).min()
    }

    /// The clocks as seen at `now`.
    pub fn clock_views(&self, now: i64) -> Vec<ClockView> {
        self.clocks.iter().map(|clock| clock.view(now)).collect()
    }
}
