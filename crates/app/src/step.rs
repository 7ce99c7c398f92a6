//! The steps of a case as people and programs ask for them: what a form or the API fills in, before ids and numbers are
//! given out. One [`run`] for all of them: once for each key, on the version that was seen, by the rules of the case.

use domain::access::Action;
use domain::case::{
    Answer, Appointment, AttachmentKind, AttemptResult, Change, Command, ConfirmHow, Consent, ConsentHow, Customer,
    Fact, Fee, Identity, Importance, Kind, Line, PayMethod, ReopenReason, Satisfaction, Scope, Status, Urgency, Where,
};
use domain::clock::WaitReason;
use domain::ids::{AttachmentId, CaseId, ContactId, DepartmentId, FileId, QuoteId, StaffId};
use serde::{Deserialize, Serialize};
use store::db::Tx;
use store::seam::Conn;

use crate::case::{self, Seen};
use crate::contact::{assignable, dispatch, series};
use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::once;

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
    Promise {
        what: String,
        #[serde(default)]
        by: Option<i64>,
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
    ChangeScope {
        scope: Scope,
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

fn check_version(c: &mut Conn, ctx: &Ctx, now: &Seen, saw: Saw) -> Res<()> {
    if saw.version == now.version {
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
    const MINDLESS: [&str; 7] = [
        "clock_breached",
        "noted",
        "attached",
        "urged",
        "contact_joined",
        "promised",
        "promise_kept",
    ];
    Fact::KINDS.contains(&kind) && !MINDLESS.contains(&kind)
}

/// Identity and card numbers are never kept in a record (ETQ-4).
fn clean(text: &str) -> String {
    domain::privacy::masked(text.trim())
}

fn cleaned(text: Option<&String>) -> Option<String> {
    text.map(|t| clean(t)).filter(|t| !t.is_empty())
}

fn change(change: Change, reason: &str) -> Command {
    Command::Change {
        change,
        reason: clean(reason),
    }
}

/// The step as a command, with ids and numbers given out.
fn command(tx: &mut Tx, ctx: &Ctx, now: &Seen, step: &Step) -> Res<Command> {
    Ok(match step {
        Step::Dispatch { .. } => return Err(Error::Internal("dispatching has a way of its own".into())),
        Step::Accept { worker, happened_at } => {
            known(tx, ctx, worker.as_ref())?;
            Command::Accept {
                worker: worker.clone(),
                happened_at: *happened_at,
            }
        }
        Step::ReturnOrder { reason } => Command::Return { reason: clean(reason) },
        Step::TakeBack { reason } => Command::TakeBack { reason: clean(reason) },
        Step::Reassign {
            department,
            worker,
            reason,
        } => {
            store::site::department(tx, &ctx.site, department)?
                .filter(|d| d.active && d.kind != "outside")
                .ok_or_else(|| Error::field("department", "invalid-department"))?;
            known(tx, ctx, worker.as_ref())?;
            Command::Reassign {
                department: department.clone(),
                worker: worker.clone(),
                reason: clean(reason),
            }
        }
        Step::HandOver { worker, note } => {
            assignable(tx, ctx, worker)?;
            Command::HandOver {
                worker: worker.clone(),
                note: clean(note),
            }
        }
        Step::Arrive { worker, happened_at } => {
            known(tx, ctx, worker.as_ref())?;
            Command::Arrive {
                worker: worker.clone(),
                happened_at: *happened_at,
            }
        }
        Step::Quote { lines } => Command::Quote {
            quote: ctx.id(),
            lines: lines.clone(),
        },
        Step::ConsentQuote { quote, how, note } => Command::ConsentQuote {
            quote: quote.clone(),
            how: ConsentHow::Noted {
                how: *how,
                note: clean(note),
            },
        },
        Step::RefuseQuote { quote, how, note } => Command::RefuseQuote {
            quote: quote.clone(),
            how: ConsentHow::Noted {
                how: *how,
                note: clean(note),
            },
        },
        Step::Wait {
            reason,
            until,
            customer_told,
            note,
        } => Command::Wait {
            reason: *reason,
            until: *until,
            customer_told: *customer_told,
            note: clean(note),
        },
        Step::Resume => Command::Resume,
        Step::Complete {
            done,
            lines,
            photos,
            no_photo_reason,
            worker,
            happened_at,
        } => {
            known(tx, ctx, worker.as_ref())?;
            Command::Complete {
                done: clean(done),
                lines: lines.clone(),
                photos: photos.clone(),
                no_photo_reason: cleaned(no_photo_reason.as_ref()),
                worker: worker.clone(),
                callback: ctx.id(),
                happened_at: *happened_at,
            }
        }
        Step::Amend {
            done,
            lines,
            photos,
            no_photo_reason,
            reason,
        } => Command::Amend {
            done: clean(done),
            lines: lines.clone(),
            photos: photos.clone(),
            no_photo_reason: cleaned(no_photo_reason.as_ref()),
            reason: clean(reason),
        },
        Step::Confirm {
            content_hash,
            how,
            opinion,
            comment,
            happened_at,
        } => {
            if let Confirmed::Declined { witness, .. } = how {
                assignable(tx, ctx, witness).map_err(|_| Error::field("witness", "invalid-worker"))?;
            }
            Command::Confirm {
                confirmation: ctx.id(),
                content_hash: content_hash.clone(),
                how: match how {
                    Confirmed::Paper { photo } => ConfirmHow::Paper { photo: photo.clone() },
                    Confirmed::Device { signature } => ConfirmHow::Device {
                        signature: signature.clone(),
                    },
                    Confirmed::Declined { reason, witness } => ConfirmHow::Declined {
                        reason: clean(reason),
                        witness: witness.clone(),
                    },
                },
                opinion: *opinion,
                comment: clean(comment),
                happened_at: *happened_at,
            }
        }
        Step::SecondCheck => Command::SecondCheck,
        Step::RecordPayment {
            method,
            amount_cents,
            receipt,
            happened_at,
        } => Command::RecordPayment {
            method: *method,
            amount_cents: *amount_cents,
            receipt: receipt.as_ref().map(|r| r.trim().to_owned()).filter(|r| !r.is_empty()),
            happened_at: *happened_at,
        },
        Step::WaiveFee { reason } => Command::WaiveFee { reason: clean(reason) },
        Step::ScheduleCallback { planned_at, assignee } => {
            known(tx, ctx, assignee.as_ref())?;
            Command::ScheduleCallback {
                callback: ctx.id(),
                planned_at: *planned_at,
                assignee: assignee.clone(),
            }
        }
        Step::Callback {
            result,
            satisfaction,
            solved,
            again_at,
            answers,
            note,
            happened_at,
        } => Command::CallbackAttempt {
            result: *result,
            satisfaction: *satisfaction,
            solved: *solved,
            again_at: *again_at,
            answers: asked(ctx, now, answers),
            note: clean(note),
            happened_at: *happened_at,
        },
        Step::GiveUpCallback => Command::GiveUpCallback,
        Step::Close => Command::Close,
        Step::Reopen { reason, note } => Command::Reopen {
            reason: *reason,
            note: clean(note),
        },
        Step::Cancel {
            reason,
            customer_informed,
        } => Command::Cancel {
            reason: clean(reason),
            customer_informed: *customer_informed,
        },
        Step::Urge { note } => Command::Urge { note: clean(note) },
        Step::Note { text, told_customer } => Command::Note {
            text: clean(text),
            told_customer: *told_customer,
        },
        Step::Promise { what, by } => Command::Promise {
            what: clean(what),
            by: *by,
        },
        Step::KeepPromise { no, how } => Command::KeepPromise {
            no: *no,
            how: clean(how),
        },
        Step::Answer { answer, happened_at } => Command::Answer {
            answer: clean(answer),
            callback: ctx.id(),
            happened_at: *happened_at,
        },
        Step::ReportOutside {
            reported_to,
            referral,
            note,
        } => {
            assignable(tx, ctx, reported_to).map_err(|_| Error::field("reported_to", "invalid-worker"))?;
            Command::ReportOutside {
                reported_to: reported_to.clone(),
                referral: clean(referral),
                note: clean(note),
            }
        }
        Step::JoinContact { contact } => Command::JoinContact {
            contact: contact_of(tx, ctx, contact)?,
        },
        Step::Attach {
            attachment,
            file,
            kind,
            caption,
        } => Command::Attach {
            attachment: attachment.clone(),
            file: file.clone(),
            kind: *kind,
            caption: clean(caption),
        },
        correction => correct(tx, ctx, now, correction)?,
    })
}

/// Corrections; the old value stays in the journal.
fn correct(tx: &mut Tx, ctx: &Ctx, now: &Seen, step: &Step) -> Res<Command> {
    Ok(match step {
        Step::ChangeKind { kind, reason } => {
            // A number is only used up when the change is made.
            let number = if *kind == now.state.kind {
                now.state.number.clone()
            } else {
                let zone = case::zone(tx, &ctx.site)?;
                case::next_number(tx, ctx, &zone, series(*kind), now.state.happened_at)?
            };
            change(Change::Kind { kind: *kind, number }, reason)
        }
        Step::ChangeLevel {
            importance,
            urgency,
            reason,
        } => change(
            Change::Level {
                importance: *importance,
                urgency: *urgency,
            },
            reason,
        ),
        Step::ChangeFee { fee, reason } => change(Change::Fee(*fee), reason),
        Step::ChangeScope { scope, reason } => change(Change::Scope(*scope), reason),
        Step::ChangeItem { item, reason } => {
            let known = ctx.book.taxonomy.item(item).is_some();
            if !item.is_empty() && !known {
                return Err(Error::field("item", "invalid-item"));
            }
            change(Change::Item(item.clone()), reason)
        }
        Step::ChangePlace { place, reason } => change(Change::Place(clean(place)), reason),
        Step::ChangeContent { content, reason } => change(Change::Content(clean(content)), reason),
        Step::ChangeCustomer {
            customer,
            located,
            identity,
            anonymous_reason,
            reason,
        } => {
            crate::contact::here(
                tx,
                ctx,
                located.person.as_ref(),
                located.unit.as_ref(),
                located.building.as_ref(),
            )?;
            let phone = match domain::phone::normalise(&customer.phone) {
                Ok(p) => p.canonical(),
                Err(_) if customer.phone.trim().is_empty() => String::new(),
                Err(_) => return Err(Error::field("phone", "invalid-phone")),
            };
            let customer = Customer {
                name: clean(&customer.name),
                phone,
                address: customer.address.trim().to_owned(),
            };
            let anonymous_reason = cleaned(anonymous_reason.as_ref());
            let to = Change::Customer {
                customer,
                located: located.clone(),
                identity: *identity,
                anonymous_reason,
            };
            change(to, reason)
        }
        Step::ChangeAppointment { appointment, reason } => change(Change::Appointment(*appointment), reason),
        _ => return Err(Error::Internal("a step without a command".into())),
    })
}

fn known(tx: &mut Tx, ctx: &Ctx, worker: Option<&StaffId>) -> Res<()> {
    worker.map_or(Ok(()), |w| assignable(tx, ctx, w))
}

/// Answers to questions that are asked for this kind of case; others are dropped.
fn asked(ctx: &Ctx, now: &Seen, answers: &[Answer]) -> Vec<Answer> {
    let questions: Vec<&str> = ctx
        .book
        .scripts
        .questions_for(now.state.kind)
        .map(|q| q.code.as_str())
        .collect();
    let known = answers.iter().filter(|a| questions.contains(&a.question.as_str()));
    known
        .map(|a| Answer {
            question: a.question.clone(),
            answer: clean(&a.answer),
        })
        .filter(|a| !a.answer.is_empty())
        .collect()
}

fn contact_of(tx: &mut Tx, ctx: &Ctx, key: &str) -> Res<ContactId> {
    let key = key.trim();
    let found = match store::contact::by_number(tx, &ctx.site, &key.to_uppercase())? {
        Some(c) => Some(c),
        None => store::contact::get(tx, &ctx.site, &ContactId::from(key))?,
    };
    found
        .map(|c| c.id)
        .ok_or_else(|| Error::field("contact", "invalid-contact"))
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
        }
    }
}
