//! Steps as commands: texts cleaned, people and departments checked, ids and numbers given out.

use domain::case::{Answer, Change, Command, ConfirmHow, ConsentHow, Customer};
use domain::ids::{ContactId, StaffId};
use store::db::Tx;

use super::{Confirmed, Step};
use crate::case::{self, Seen};
use crate::contact::{assignable, fits, series};
use crate::ctx::Ctx;
use crate::error::{Error, Res};

/// Identity and card numbers are never kept in a record (ETQ-4).
pub(super) fn clean(text: &str) -> String {
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
pub(super) fn command(tx: &mut Tx, ctx: &Ctx, now: &Seen, step: &Step) -> Res<Command> {
    Ok(match step {
        Step::Dispatch { .. } => return Err(Error::Internal("dispatching has a way of its own".into())),
        Step::Accept { worker, happened_at } => {
            known(tx, ctx, now, worker.as_ref())?;
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
            let to = store::site::department(tx, &ctx.site, department)?
                .filter(|d| d.active && d.kind != "outside")
                .ok_or_else(|| Error::field("department", "invalid-department"))?;
            if let Some(w) = worker {
                fits(tx, ctx, w, department)?;
            }
            Command::Reassign {
                department: department.clone(),
                worker: worker.clone(),
                to_vendor: to.kind == "vendor",
                reason: clean(reason),
            }
        }
        Step::HandOver { worker, note } => {
            known(tx, ctx, now, Some(worker))?;
            Command::HandOver {
                worker: worker.clone(),
                note: clean(note),
            }
        }
        Step::Arrive { worker, happened_at } => {
            known(tx, ctx, now, worker.as_ref())?;
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
            known(tx, ctx, now, worker.as_ref())?;
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
        Step::VoidPayment { payment, reason } => Command::VoidPayment {
            payment: *payment,
            reason: clean(reason),
        },
        Step::WaiveFee { reason } => Command::WaiveFee { reason: clean(reason) },
        Step::ScheduleCallback { planned_at, assignee } => {
            if let Some(who) = assignee {
                assignable(tx, ctx, who).map_err(|_| Error::field("assignee", "invalid-worker"))?;
            }
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
        Step::Promise { kind, what, by } => {
            let about = now.state.complaint.as_ref().and_then(|file| file.about.clone());
            crate::contact::promise(tx, ctx, *kind, what, *by, about.as_ref())?
        }
        Step::InterimAnswer { text, happened_at } => Command::InterimAnswer {
            text: clean(text),
            happened_at: *happened_at,
        },
        Step::AskExtension {
            code,
            cycle,
            to,
            reason,
            told,
        } => Command::AskExtension {
            extension: ctx.id(),
            code: *code,
            cycle: *cycle,
            to: *to,
            reason: clean(reason),
            told: *told,
        },
        Step::ConsentExtension {
            extension,
            agree,
            how,
            note,
        } => Command::AnswerExtension {
            extension: extension.clone(),
            agree: *agree,
            how: ConsentHow::Noted {
                how: *how,
                note: clean(note),
            },
        },
        Step::ApproveExtension {
            extension,
            approve,
            note,
        } => Command::DecideExtension {
            extension: extension.clone(),
            approve: *approve,
            note: clean(note),
        },
        Step::WithdrawExtension { extension, reason } => Command::WithdrawExtension {
            extension: extension.clone(),
            reason: clean(reason),
        },
        Step::AskExcuse {
            code,
            cycle,
            reason,
            text,
        } => Command::AskExcuse {
            code: *code,
            cycle: *cycle,
            reason: *reason,
            text: clean(text),
        },
        Step::DecideExcuse {
            code,
            cycle,
            approve,
            note,
        } => Command::DecideExcuse {
            code: *code,
            cycle: *cycle,
            approve: *approve,
            note: clean(note),
        },
        Step::ExcuseBreach {
            code,
            cycle,
            reason,
            text,
        } => Command::ExcuseBreach {
            code: *code,
            cycle: *cycle,
            reason: *reason,
            text: clean(text),
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
        Step::Complaint(step) => super::complaint::command(tx, ctx, now, step)?,
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
        Step::ChangeScope { scope, fee, reason } => {
            let (scope, fee) = (*scope, *fee);
            change(Change::Scope { scope, fee }, reason)
        }
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

/// Refuses a worker who is not of the department that has the order.
fn known(tx: &mut Tx, ctx: &Ctx, now: &Seen, worker: Option<&StaffId>) -> Res<()> {
    match (worker, now.state.order()) {
        (Some(w), Some(order)) => fits(tx, ctx, w, &order.department),
        (Some(w), None) => assignable(tx, ctx, w),
        (None, _) => Ok(()),
    }
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
