//! The steps of a case as people and programs ask for them: what a form or the API fills in, before ids and numbers are
//! given out. One [`run`] for all of them: once for each key, on the version that was seen, by the rules of the case.

mod command;
mod complaint;

pub(crate) use complaint::tell;
pub use complaint::{proposal, recurrences};

use domain::access::Action;
use domain::case::{
    Answer, Appointment, AttachmentKind, AttemptResult, Command, Consent, Customer, Fact, Fee, Identity, Importance,
    Kind, Line, PayMethod, PromiseKind, ReopenReason, Satisfaction, Scope, Status, ToldHow, Urgency, Where,
};
use domain::clock::{ClockCode, ExcuseReason, WaitReason};
use domain::ids::{AttachmentId, CaseId, DepartmentId, ExtensionId, FileId, QuoteId, StaffId};
use serde::{Deserialize, Serialize};
use store::db::Tx;
use store::seam::Conn;

use crate::case::{self, Seen};
use crate::contact::dispatch;
use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res};
use crate::once;
use command::command;

/// How a confirmation reached staff. The customer's own goes by the customer's link.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Confirmed {
    /// On paper; the photo of the signed form is attached to the case.
    Paper { photo: AttachmentId },
    /// Drawn on the worker's device.
    Device { signature: FileId },
    /// Declined, before a witness.
    Declined { reason: String, witness: StaffId },
}

/// One step. Instants are unix milliseconds, money is cents; `happened_at` is for records entered later.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Step {
    Dispatch {
        department: DepartmentId,
        #[serde(default)]
        worker: Option<StaffId>,
        #[serde(default)]
        happened_at: Option<i64>,
    },
    Accept {
        #[serde(default)]
        worker: Option<StaffId>,
        #[serde(default)]
        happened_at: Option<i64>,
    },
    ReturnOrder {
        reason: String,
    },
    TakeBack {
        reason: String,
    },
    Reassign {
        department: DepartmentId,
        #[serde(default)]
        worker: Option<StaffId>,
        reason: String,
    },
    HandOver {
        worker: StaffId,
        #[serde(default)]
        note: String,
    },
    Arrive {
        #[serde(default)]
        worker: Option<StaffId>,
        #[serde(default)]
        happened_at: Option<i64>,
    },
    Quote {
        lines: Vec<Line>,
    },
    /// `quote` is the one that the customer was told.
    ConsentQuote {
        quote: QuoteId,
        how: Consent,
        #[serde(default)]
        note: String,
    },
    RefuseQuote {
        quote: QuoteId,
        how: Consent,
        #[serde(default)]
        note: String,
    },
    Wait {
        reason: WaitReason,
        until: i64,
        customer_told: bool,
        #[serde(default)]
        note: String,
    },
    Resume,
    Complete {
        done: String,
        #[serde(default)]
        lines: Vec<Line>,
        #[serde(default)]
        photos: Vec<AttachmentId>,
        #[serde(default)]
        no_photo_reason: Option<String>,
        #[serde(default)]
        worker: Option<StaffId>,
        #[serde(default)]
        happened_at: Option<i64>,
    },
    Amend {
        done: String,
        #[serde(default)]
        lines: Vec<Line>,
        #[serde(default)]
        photos: Vec<AttachmentId>,
        #[serde(default)]
        no_photo_reason: Option<String>,
        reason: String,
    },
    /// `content_hash` is that of the content that was signed.
    Confirm {
        content_hash: String,
        how: Confirmed,
        #[serde(default)]
        opinion: Option<Satisfaction>,
        #[serde(default)]
        comment: String,
        #[serde(default)]
        happened_at: Option<i64>,
    },
    SecondCheck,
    RecordPayment {
        method: PayMethod,
        amount_cents: i64,
        #[serde(default)]
        receipt: Option<String>,
        #[serde(default)]
        happened_at: Option<i64>,
    },
    /// `payment` is its place in the record of the case, from 0.
    VoidPayment {
        payment: u32,
        reason: String,
    },
    WaiveFee {
        reason: String,
    },
    ScheduleCallback {
        #[serde(default)]
        planned_at: Option<i64>,
        #[serde(default)]
        assignee: Option<StaffId>,
    },
    Callback {
        result: AttemptResult,
        #[serde(default)]
        satisfaction: Option<Satisfaction>,
        #[serde(default)]
        solved: Option<bool>,
        #[serde(default)]
        again_at: Option<i64>,
        #[serde(default)]
        answers: Vec<Answer>,
        #[serde(default)]
        note: String,
        #[serde(default)]
        happened_at: Option<i64>,
    },
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
        #[serde(default)]
        note: String,
    },
    Note {
        text: String,
        #[serde(default)]
        told_customer: bool,
    },
    /// `by` is the customer's own time, not later than the level allows.
    Promise {
        #[serde(default)]
        kind: PromiseKind,
        what: String,
        #[serde(default)]
        by: Option<i64>,
    },
    InterimAnswer {
        text: String,
        #[serde(default)]
        happened_at: Option<i64>,
    },
    /// More time on the limit with this code and round.
    AskExtension {
        code: ClockCode,
        #[serde(default)]
        cycle: u32,
        to: i64,
        reason: String,
        told: ToldHow,
    },
    ConsentExtension {
        extension: ExtensionId,
        agree: bool,
        how: Consent,
        #[serde(default)]
        note: String,
    },
    ApproveExtension {
        extension: ExtensionId,
        approve: bool,
        #[serde(default)]
        note: String,
    },
    WithdrawExtension {
        extension: ExtensionId,
        reason: String,
    },
    AskExcuse {
        code: ClockCode,
        #[serde(default)]
        cycle: u32,
        reason: ExcuseReason,
        text: String,
    },
    DecideExcuse {
        code: ClockCode,
        #[serde(default)]
        cycle: u32,
        approve: bool,
        #[serde(default)]
        note: String,
    },
    ExcuseBreach {
        code: ClockCode,
        #[serde(default)]
        cycle: u32,
        reason: ExcuseReason,
        text: String,
    },
    KeepPromise {
        no: u32,
        how: String,
    },
    Answer {
        answer: String,
        #[serde(default)]
        happened_at: Option<i64>,
    },
    ReportOutside {
        reported_to: StaffId,
        referral: String,
        #[serde(default)]
        note: String,
    },
    ChangeKind {
        kind: Kind,
        reason: String,
    },
    ChangeLevel {
        importance: Importance,
        urgency: Urgency,
        reason: String,
    },
    ChangeFee {
        fee: Fee,
        reason: String,
    },
    /// An order that is out is taken back. `fee` is the price as it is now told; without it the fee is asked for again.
    ChangeScope {
        scope: Scope,
        #[serde(default)]
        fee: Option<Fee>,
        reason: String,
    },
    ChangeItem {
        item: String,
        reason: String,
    },
    ChangePlace {
        place: String,
        reason: String,
    },
    ChangeContent {
        content: String,
        reason: String,
    },
    ChangeCustomer {
        customer: Customer,
        #[serde(default)]
        located: Where,
        #[serde(default)]
        identity: Option<Identity>,
        #[serde(default)]
        anonymous_reason: Option<String>,
        reason: String,
    },
    ChangeAppointment {
        appointment: Option<Appointment>,
        reason: String,
    },
    /// The contact by its number (`LF-20261121-0086`) or id.
    JoinContact {
        contact: String,
    },
    /// A file that was uploaded before.
    Attach {
        attachment: AttachmentId,
        file: FileId,
        kind: AttachmentKind,
        #[serde(default)]
        caption: String,
    },
    /// A step of a complaint's own process, with an action of its own.
    #[serde(untagged)]
    Complaint(domain::case::complaint::Step),
}

/// What somebody looked at when they decided on a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saw {
    pub version: i64,
    /// The last journal number of the case that was on the page, where it is known: then what nobody could mind (a limit
    /// passed, a note, a photo) does not count as a change in between.
    pub seq: Option<i64>,
}

/// What a step led to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Done {
    pub case: CaseId,
    pub number: String,
    pub status: Status,
    pub version: i64,
}

impl From<Seen> for Done {
    fn from(s: Seen) -> Done {
        Done {
            case: s.state.id,
            number: s.state.number,
            status: s.state.status,
            version: s.version,
        }
    }
}

/// Does one step. The same key twice is one step and one answer.
///
/// # Errors
/// `NotFound`, `Conflict` when somebody else changed the case meanwhile, `Invalid` fields, the `Refused` of a rule.
pub fn run(tx: &mut Tx, ctx: &Ctx, key: &str, id: &CaseId, saw: Option<Saw>, step: &Step) -> Res<Done> {
    // Not visible comes before everything else: a remembered answer is not given to somebody who lost the right to see it.
    let now = case::get(tx, ctx, id)?;
    short_enough(step)?;
    once::once(tx, ctx, key, &(id, step), |tx, ctx| {
        if let Some(saw) = saw {
            check_version(tx, ctx, &now, saw)?;
        }
        // Without a version seen there is none to hold on to: the rules are asked on what is there.
        let version = saw.map(|_| now.version);
        if let Step::Dispatch {
            department,
            worker,
            happened_at,
        } = step
        {
            return Ok(dispatch(tx, ctx, id, version, department, worker.as_ref(), *happened_at)?.into());
        }
        let cmd = command(tx, ctx, &now, step)?;
        let done = case::act(tx, ctx, id, version, &cmd)?;
        if let Command::JoinContact { contact } = &cmd {
            store::contact::link(tx, contact, id)?;
        }
        Ok(done.into())
    })
}

/// The longest reason or note of a step, in characters: who needs more attaches a file.
pub const LONGEST_REASON: usize = 1000;

/// Refuses reasons and notes that nobody would read in a timeline.
fn short_enough(step: &Step) -> Res<()> {
    let told = serde_json::to_value(step)?;
    let mut f = Fields::default();
    for (place, name) in [
        ("/reason", "reason"),
        ("/how/reason", "reason"),
        ("/note", "note"),
        ("/no_photo_reason", "no_photo_reason"),
        ("/how", "how"),
        ("/text", "text"),
        ("/what", "what"),
        ("/result", "result"),
        ("/facts", "facts"),
        ("/hopes", "hopes"),
    ] {
        let long = told
            .pointer(place)
            .and_then(serde_json::Value::as_str)
            .is_some_and(|t| t.chars().count() > LONGEST_REASON);
        if long {
            f.add_with(name, "invalid-too-long", vec![("most", LONGEST_REASON.to_string())]);
        }
    }
    f.done()
}

fn check_version(c: &mut Conn, ctx: &Ctx, now: &Seen, saw: Saw) -> Res<()> {
    // What only time has changed since is nothing that the person should look at again.
    if (now.acted..=now.version).contains(&saw.version) {
        return Ok(());
    }
    let conflict = Error::Conflict {
        seen: saw.version,
        current: now.version,
    };
    let Some(seq) = saw.seq else { return Err(conflict) };
    let since = since(c, ctx, &now.state.id, seq)?;
    if since.iter().any(|e| matters(&e.kind)) {
        Err(conflict)
    } else {
        Ok(())
    }
}

/// What was recorded about a case after journal number `seq`, newest first; at most the last hundred entries.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn since(c: &mut Conn, ctx: &Ctx, id: &CaseId, seq: i64) -> Res<Vec<store::journal::Entry>> {
    let mut list = store::journal::for_case(c, ctx.site.as_str(), id.as_str(), i64::MAX, 100)?;
    list.retain(|e| e.seq > seq);
    Ok(list)
}

/// Whether a person who is about to do a step would want to know of this first.
pub fn matters(kind: &str) -> bool {
    const MINDLESS: [&str; 17] = [
        "clock_breached",
        "rung_reached",
        "noted",
        "attached",
        "urged",
        "contact_joined",
        "promised",
        "promise_kept",
        "interim_answered",
        "extension_asked",
        "extension_answered",
        "extension_decided",
        "extension_lapsed",
        "extension_withdrawn",
        "excuse_asked",
        "excuse_decided",
        "breach_excused",
    ];
    Fact::KINDS.contains(&kind) && !MINDLESS.contains(&kind)
}

impl Step {
    /// The right that the step needs.
    pub fn action(&self) -> Action {
        match self {
            Step::Dispatch { .. } => Action::Dispatch,
            Step::Accept { .. } => Action::Accept,
            Step::ReturnOrder { .. } => Action::ReturnOrder,
            Step::TakeBack { .. } => Action::TakeBack,
            Step::Reassign { .. } => Action::Reassign,
            Step::HandOver { .. } => Action::HandOver,
            Step::Arrive { .. } => Action::Arrive,
            Step::Quote { .. } => Action::Quote,
            Step::ConsentQuote { .. } => Action::ConsentQuote,
            Step::RefuseQuote { .. } => Action::RefuseQuote,
            Step::Wait { .. } => Action::Wait,
            Step::Resume => Action::Resume,
            Step::Complete { .. } => Action::Complete,
            Step::Amend { .. } => Action::Amend,
            Step::Confirm { .. } => Action::Confirm,
            Step::SecondCheck => Action::SecondCheck,
            Step::RecordPayment { .. } => Action::RecordPayment,
            Step::VoidPayment { .. } => Action::VoidPayment,
            Step::WaiveFee { .. } => Action::WaiveFee,
            Step::ScheduleCallback { .. } => Action::ScheduleCallback,
            Step::Callback { .. } => Action::Callback,
            Step::GiveUpCallback => Action::GiveUpCallback,
            Step::Close => Action::Close,
            Step::Reopen { .. } => Action::Reopen,
            Step::Cancel { .. } => Action::Cancel,
            Step::Urge { .. } => Action::Urge,
            Step::Note { .. } => Action::Note,
            Step::Promise { .. } => Action::Promise,
            Step::KeepPromise { .. } => Action::KeepPromise,
            Step::InterimAnswer { .. } => Action::InterimAnswer,
            Step::AskExtension { .. } => Action::AskExtension,
            Step::ConsentExtension { .. } => Action::ConsentExtension,
            Step::ApproveExtension { .. } => Action::ApproveExtension,
            Step::WithdrawExtension { .. } => Action::WithdrawExtension,
            Step::AskExcuse { .. } => Action::AskExcuse,
            Step::DecideExcuse { .. } => Action::DecideExcuse,
            Step::ExcuseBreach { .. } => Action::ExcuseBreach,
            Step::Answer { .. } => Action::Answer,
            Step::ReportOutside { .. } => Action::ReportOutside,
            Step::ChangeKind { .. } => Action::ChangeKind,
            Step::ChangeLevel { .. } => Action::ChangeLevel,
            Step::ChangeFee { .. } => Action::ChangeFee,
            Step::ChangeScope { .. } => Action::ChangeScope,
            Step::ChangeItem { .. } => Action::ChangeItem,
            Step::ChangePlace { .. } => Action::ChangePlace,
            Step::ChangeContent { .. } => Action::ChangeContent,
            Step::ChangeCustomer { .. } => Action::ChangeCustomer,
            Step::ChangeAppointment { .. } => Action::ChangeAppointment,
            Step::JoinContact { .. } => Action::JoinContact,
            Step::Attach { .. } => Action::Attach,
            Step::Complaint(step) => step.action(),
        }
    }
}
