//! What people ask for. Ids and numbers of what a command makes are passed in: the rules make none up.
//!
//! `happened_at` is for records entered later: the time on the paper. None means now.

use super::complaint;
use super::state::Consent;
use super::values::*;
use crate::access::Action;
use crate::clock::{ClockCode, ExcuseReason, WaitReason};
use crate::ids::*;

/// A new case. Texts are trimmed by the rules, not by the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    pub case: CaseId,
    /// By kind, site and day: `BX-20261121-0037`.
    pub number: String,
    pub kind: Kind,
    pub channel: Channel,
    /// Taxonomy code; needed for requests and complaints.
    pub item: String,
    /// Where it is (户内 · 主卫); needed for requests (CSM-3).
    pub place: String,
    pub content: String,
    pub importance: Importance,
    pub urgency: Urgency,
    pub scope: Scope,
    pub fee: Fee,
    pub customer: Customer,
    pub located: Where,
    pub identity: Option<Identity>,
    /// Needed when neither name, unit nor phone is known (REC-10).
    pub anonymous_reason: Option<String>,
    pub appointment: Option<Appointment>,
    /// The customer's own limit for the work (COM-32).
    pub wanted_by: Option<i64>,
    /// An outside authority's limit (12345).
    pub authority_by: Option<i64>,
    pub repeat_of: Option<CaseId>,
    pub contact: Option<ContactId>,
    /// Who was asked first, if not who registers (DIR-9).
    pub first_asked: Option<StaffId>,
    pub happened_at: Option<i64>,
    /// The member of staff whom a complaint is about: does not see it.
    pub about: Option<StaffId>,
}

/// How a customer's answer to a quote came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentHow {
    /// By the own link (grade b) or a code (grade a): customers only.
    Own,
    /// Staff note it (grade c): how, and in which words.
    Noted { how: Consent, note: String },
}

/// How the customer confirms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfirmHow {
    /// By the own link (grade b) or a code (grade a): customers only. `shown_by` is who saw the link's secret (grade c).
    Own {
        signature: Option<FileId>,
        shown_by: Option<StaffId>,
    },
    /// On paper; the photo of the signed form is attached to the case (grade c).
    Paper { photo: AttachmentId },
    /// On the worker's device (grade c).
    Device { signature: FileId },
    /// Declined to sign. The witness neither did the job nor records this.
    Declined { reason: String, witness: StaffId },
}

/// A correction. The old value stays in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The wrong kind into the right one; the number of the new kind is passed in, the old one is kept.
    Kind {
        kind: Kind,
        number: String,
    },
    Level {
        importance: Importance,
        urgency: Urgency,
    },
    Fee(Fee),
    /// An order that is out is taken back. `fee`: the price as it is now told; None: it has to be asked for again.
    Scope {
        scope: Scope,
        fee: Option<Fee>,
    },
    Item(String),
    Place(String),
    Content(String),
    Customer {
        customer: Customer,
        located: Where,
        identity: Option<Identity>,
        anonymous_reason: Option<String>,
    },
    Appointment(Option<Appointment>),
}

/// One step that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Register(Box<Register>),
    /// Issues a work order (REC-12, REC-15).
    Dispatch {
        order: OrderId,
        number: String,
        department: DepartmentId,
        worker: Option<StaffId>,
        to_vendor: bool,
        happened_at: Option<i64>,
    },
    /// `worker` when the desk enters it for somebody.
    Accept {
        worker: Option<StaffId>,
        happened_at: Option<i64>,
    },
    Return {
        reason: String,
    },
    TakeBack {
        reason: String,
    },
    Reassign {
        department: DepartmentId,
        worker: Option<StaffId>,
        /// Whether the department is an outsourced vendor.
        to_vendor: bool,
        reason: String,
    },
    HandOver {
        worker: StaffId,
        note: String,
    },
    Arrive {
        worker: Option<StaffId>,
        happened_at: Option<i64>,
    },
    Quote {
        quote: QuoteId,
        lines: Vec<Line>,
    },
    ConsentQuote {
        quote: QuoteId,
        how: ConsentHow,
    },
    RefuseQuote {
        quote: QuoteId,
        how: ConsentHow,
    },
    /// The customer must have been told (STD-15 for parts).
    Wait {
        reason: WaitReason,
        until: i64,
        customer_told: bool,
        note: String,
    },
    Resume,
    /// `lines` without any price charge what was accepted. `callback` is the id of the callback that becomes due.
    Complete {
        done: String,
        lines: Vec<Line>,
        photos: Vec<AttachmentId>,
        no_photo_reason: Option<String>,
        worker: Option<StaffId>,
        callback: CallbackId,
        happened_at: Option<i64>,
    },
    /// Corrects what was recorded as done; a confirmation of other content becomes void.
    Amend {
        done: String,
        lines: Vec<Line>,
        photos: Vec<AttachmentId>,
        no_photo_reason: Option<String>,
        reason: String,
    },
    /// `content_hash` is that of the content the customer saw.
    Confirm {
        confirmation: ConfirmationId,
        content_hash: String,
        how: ConfirmHow,
        opinion: Option<Satisfaction>,
        comment: String,
        happened_at: Option<i64>,
    },
    SecondCheck,
    RecordPayment {
        method: PayMethod,
        amount_cents: i64,
        receipt: Option<String>,
        happened_at: Option<i64>,
    },
    /// Takes a payment out of the account; `payment` is its place in the record, from 0.
    VoidPayment {
        payment: u32,
        reason: String,
    },
    /// Waives all that is still owed.
    WaiveFee {
        reason: String,
    },
    /// `callback` is used if none is open.
    ScheduleCallback {
        callback: CallbackId,
        planned_at: Option<i64>,
        assignee: Option<StaffId>,
    },
    /// `solved` and `satisfaction` when reached; `again_at` when the customer asked for another time.
    CallbackAttempt {
        result: AttemptResult,
        satisfaction: Option<Satisfaction>,
        solved: Option<bool>,
        again_at: Option<i64>,
        answers: Vec<Answer>,
        note: String,
        happened_at: Option<i64>,
    },
    /// Ends a callback as unreachable after enough attempts.
    GiveUpCallback,
    Close,
    Reopen {
        reason: ReopenReason,
        note: String,
    },
    Cancel {
        reason: String,
        customer_informed: bool,
    },
    Urge {
        note: String,
    },
    Note {
        text: String,
        told_customer: bool,
    },
    /// `by` is the customer's own time, if one was agreed (REC-8).
    Promise {
        kind: PromiseKind,
        what: String,
        by: Option<i64>,
        /// The superiors it is reported to (REC-9).
        reported_to: Vec<StaffId>,
    },
    /// The customer was told how it stands (CAL-6).
    InterimAnswer {
        text: String,
        happened_at: Option<i64>,
    },
    /// Asks for more time on a limit (COM-32).
    AskExtension {
        extension: ExtensionId,
        code: ClockCode,
        cycle: u32,
        to: i64,
        reason: String,
        told: ToldHow,
    },
    /// The customer agrees to wait, or does not.
    AnswerExtension {
        extension: ExtensionId,
        agree: bool,
        how: ConsentHow,
    },
    DecideExtension {
        extension: ExtensionId,
        approve: bool,
        note: String,
    },
    WithdrawExtension {
        extension: ExtensionId,
        reason: String,
    },
    /// Asks that a breach be excused (COM-32).
    AskExcuse {
        code: ClockCode,
        cycle: u32,
        reason: ExcuseReason,
        text: String,
    },
    DecideExcuse {
        code: ClockCode,
        cycle: u32,
        approve: bool,
        note: String,
    },
    /// Both in one step.
    ExcuseBreach {
        code: ClockCode,
        cycle: u32,
        reason: ExcuseReason,
        text: String,
    },
    KeepPromise {
        no: u32,
        how: String,
    },
    /// Answered on the spot. `callback` is the id of a callback, if the standard asks for one.
    Answer {
        answer: String,
        callback: CallbackId,
        happened_at: Option<i64>,
    },
    /// REC-12 C, CAL-8.
    ReportOutside {
        reported_to: StaffId,
        referral: String,
        note: String,
    },
    Change {
        change: Change,
        reason: String,
    },
    JoinContact {
        contact: ContactId,
    },
    Attach {
        attachment: AttachmentId,
        file: FileId,
        kind: AttachmentKind,
        caption: String,
    },
    /// Emergency mode was opened for this call for help.
    BeginEmergency {
        emergency: EmergencyId,
    },
    /// It is over, and report and meeting are recorded.
    SettleEmergency {
        emergency: EmergencyId,
    },
    /// A step of a complaint's own process (COM-17 to COM-32).
    Complaint(Box<complaint::Run>),
    /// What the timer found of the same at the same place after filing; nothing while no look is due.
    LookAgain {
        found: Vec<CaseId>,
    },
    /// Records limits that have passed.
    CheckClocks,
    /// The standard in force is applied to a case that was registered under another (an act of the management, on record).
    ReapplyStandard {
        reason: String,
    },
    /// Limits that run are read in the newest version of their working calendar from now on (on record).
    ReapplyCalendar {
        reason: String,
    },
}

impl Command {
    /// The right that the command needs.
    pub fn action(&self) -> Action {
        match self {
            Command::Register(_) => Action::RegisterCase,
            Command::Dispatch { .. } => Action::Dispatch,
            Command::Accept { .. } => Action::Accept,
            Command::Return { .. } => Action::ReturnOrder,
            Command::TakeBack { .. } => Action::TakeBack,
            Command::Reassign { .. } => Action::Reassign,
            Command::HandOver { .. } => Action::HandOver,
            Command::Arrive { .. } => Action::Arrive,
            Command::Quote { .. } => Action::Quote,
            Command::ConsentQuote { .. } => Action::ConsentQuote,
            Command::RefuseQuote { .. } => Action::RefuseQuote,
            Command::Wait { .. } => Action::Wait,
            Command::Resume => Action::Resume,
            Command::Complete { .. } => Action::Complete,
            Command::Amend { .. } => Action::Amend,
            Command::Confirm { .. } => Action::Confirm,
            Command::SecondCheck => Action::SecondCheck,
            Command::RecordPayment { .. } => Action::RecordPayment,
            Command::VoidPayment { .. } => Action::VoidPayment,
            Command::WaiveFee { .. } => Action::WaiveFee,
            Command::ScheduleCallback { .. } => Action::ScheduleCallback,
            Command::CallbackAttempt { .. } => Action::Callback,
            Command::GiveUpCallback => Action::GiveUpCallback,
            Command::Close => Action::Close,
            Command::Reopen { .. } => Action::Reopen,
            Command::Cancel { .. } => Action::Cancel,
            Command::Urge { .. } => Action::Urge,
            Command::Note { .. } => Action::Note,
            Command::Promise { .. } => Action::Promise,
            Command::KeepPromise { .. } => Action::KeepPromise,
            Command::InterimAnswer { .. } => Action::InterimAnswer,
            Command::AskExtension { .. } => Action::AskExtension,
            Command::AnswerExtension { .. } => Action::ConsentExtension,
            Command::DecideExtension { .. } => Action::ApproveExtension,
            Command::WithdrawExtension { .. } => Action::WithdrawExtension,
            Command::AskExcuse { .. } => Action::AskExcuse,
            Command::DecideExcuse { .. } => Action::DecideExcuse,
            Command::ExcuseBreach { .. } => Action::ExcuseBreach,
            Command::Answer { .. } => Action::Answer,
            Command::ReportOutside { .. } => Action::ReportOutside,
            Command::Change { change, .. } => change.action(),
            Command::JoinContact { .. } => Action::JoinContact,
            Command::Attach { .. } => Action::Attach,
            Command::BeginEmergency { .. } | Command::SettleEmergency { .. } => Action::JoinEmergency,
            Command::Complaint(run) => run.step.action(),
            Command::CheckClocks | Command::LookAgain { .. } => Action::CheckClocks,
            Command::ReapplyStandard { .. } => Action::ReapplyStandard,
            Command::ReapplyCalendar { .. } => Action::ManageCalendar,
        }
    }
}

impl Change {
    /// The right that the change needs.
    pub fn action(&self) -> Action {
        match self {
            Change::Kind { .. } => Action::ChangeKind,
            Change::Level { .. } => Action::ChangeLevel,
            Change::Fee(_) => Action::ChangeFee,
            Change::Scope { .. } => Action::ChangeScope,
            Change::Item(_) => Action::ChangeItem,
            Change::Place(_) => Action::ChangePlace,
            Change::Content(_) => Action::ChangeContent,
            Change::Customer { .. } => Action::ChangeCustomer,
            Change::Appointment(_) => Action::ChangeAppointment,
        }
    }
}
