//! What each event does to the state. Decides nothing and refuses nothing: the same events make the same state, always.

use super::complaint;
use super::event::{Event, Fact};
use super::state::*;
use super::timing;
use super::values::*;
use crate::clock::ClockCode;
use crate::ids::{ExtensionId, StaffId};
use crate::ladder::Stand;
use crate::time::Calendars;

/// Applies one event. Anything but `registered` on no case is ignored, and so is `registered` on a case.
pub fn apply(state: &mut Option<CaseState>, event: &Event) {
    match state {
        None => *state = registered(event),
        Some(case) => on_case(case, event),
    }
}

/// Applies one event and gives the clocks the hours of their calendars, so that the next event can be reckoned.
pub fn advance(state: &mut Option<CaseState>, event: &Event, calendars: &Calendars) {
    apply(state, event);
    if let Some(case) = state {
        case.attach(calendars);
    }
}

/// The state that a case's events make.
pub fn replay<'a>(events: impl IntoIterator<Item = &'a Event>, calendars: &Calendars) -> Option<CaseState> {
    let mut state = None;
    for event in events {
        advance(&mut state, event, calendars);
    }
    state
}

fn registered(event: &Event) -> Option<CaseState> {
    let Fact::Registered {
        case,
        number,
        kind,
        channel,
        item,
        importance,
        urgency,
        scope,
        fee,
        identity,
        located,
        anonymous,
        appointment,
        wanted_by,
        authority_by,
        repeat_of,
        contact,
        first_asked,
        standard,
        customer,
        place,
        content,
        anonymous_reason,
    } = event.fact.clone()
    else {
        return None;
    };
    Some(CaseState {
        id: case,
        number,
        old_numbers: Vec::new(),
        kind,
        channel,
        status: Status::Registered,
        item,
        place,
        content,
        importance,
        urgency,
        scope,
        fee,
        customer,
        located,
        identity,
        anonymous,
        anonymous_reason,
        appointment,
        wanted_by,
        authority_by,
        repeat_of,
        contacts: contact.into_iter().collect(),
        first_asked,
        standard,
        happened_at: event.when(),
        registered_at: event.at,
        registered_by: event.by.clone(),
        last_step_at: event.when(),
        cycle: 0,
        round_started_at: event.when(),
        orders: Vec::new(),
        quotes: Vec::new(),
        waiting: None,
        work: Vec::new(),
        answer: None,
        confirmations: Vec::new(),
        payments: Vec::new(),
        waivers: Vec::new(),
        callbacks: Vec::new(),
        promises: Vec::new(),
        extensions: Vec::new(),
        excuses: Vec::new(),
        excuse_requests: Vec::new(),
        outside: None,
        emergency: None,
        attachments: Vec::new(),
        clocks: Vec::new(),
        climbed: Vec::new(),
        stand: Stand { no: 0, since: event.at },
        did: Default::default(),
        reopened: 0,
        rework: 0,
        returned: 0,
        urged: 0,
        closed_at: None,
        cancelled_at: None,
        end_reason: None,
        complaint: None,
    })
}

fn on_case(case: &mut CaseState, event: &Event) {
    on_stand(case, event);
    on_life(case, event);
    on_money(case, event);
    on_record(case, event);
    on_time(case, event);
    complaint::apply(case, event);
    timing::on_clocks(case, event);
}

/// Where the work lies: with nobody, or offered to somebody.
fn on_stand(case: &mut CaseState, event: &Event) {
    if matches!(
        event.fact,
        Fact::Dispatched { .. }
            | Fact::Reassigned { .. }
            | Fact::Returned { .. }
            | Fact::TakenBack { .. }
            | Fact::Reopened { .. }
    ) {
        case.stand = Stand {
            no: case.stand.no + 1,
            since: event.at,
        };
    }
}

/// Steps of the life: dispatch to done, confirmed, closed and back.
fn on_life(case: &mut CaseState, event: &Event) {
    let (at, when) = (event.at, event.when());
    match &event.fact {
        Fact::Dispatched {
            order,
            number,
            department,
            worker,
            to_vendor,
        } => {
            case.orders.push(Order {
                id: order.clone(),
                number: number.clone(),
                cycle: case.cycle,
                status: OrderStatus::Issued,
                department: department.clone(),
                worker: worker.clone(),
                to_vendor: *to_vendor,
                issued_at: when,
                issued_by: event.by.clone(),
                accepted_at: None,
                arrived_at: None,
                ended_at: None,
                end_reason: None,
            });
            step(case, Status::Dispatched, when);
        }
        Fact::Accepted { worker, .. } => {
            on_order(case, |order| {
                order.status = OrderStatus::Accepted;
                order.accepted_at = Some(when);
                order.worker = worker.clone().or_else(|| order.worker.take());
            });
            step(case, Status::Accepted, when);
        }
        Fact::Returned { reason, .. } => {
            end_order(case, OrderStatus::Returned, when, Some(reason));
            case.returned += 1;
            step(case, Status::Registered, when);
        }
        Fact::TakenBack { reason, .. } => {
            end_order(case, OrderStatus::TakenBack, when, Some(reason));
            step(case, Status::Registered, when);
        }
        Fact::Reassigned { department, worker, .. } => {
            on_order(case, |order| {
                order.department = department.clone();
                order.worker = worker.clone();
                order.status = OrderStatus::Issued;
                order.accepted_at = None;
                order.arrived_at = None;
            });
            step(case, Status::Dispatched, when);
        }
        Fact::HandedOver {
            from_worker, worker, ..
        } => {
            // Who stops here did some of it.
            case.did.extend(from_worker.clone());
            on_order(case, |order| order.worker = Some(worker.clone()));
        }
        Fact::Arrived { worker, .. } => {
            did(case, worker.as_ref());
            on_order(case, |order| order.arrived_at = Some(when));
            step(case, Status::OnSite, when);
        }
        Fact::WaitStarted {
            reason,
            until,
            customer_told,
            note,
        } => {
            case.waiting = Some(Waiting {
                reason: *reason,
                since: when,
                until: *until,
                customer_told: *customer_told,
                note: note.clone(),
                back_to: case.status,
            });
            case.status = Status::Waiting;
        }
        Fact::Resumed {} => {
            if let Some(waiting) = case.waiting.take() {
                case.status = waiting.back_to;
            }
        }
        Fact::Completed {
            order,
            worker,
            charge_cents,
            photos,
            cycle,
            done,
            lines,
            no_photo_reason,
        } => {
            did(case, worker.as_ref());
            case.work.push(WorkDone {
                cycle: *cycle,
                order: order.clone(),
                done: done.clone(),
                lines: lines.clone(),
                charge_cents: *charge_cents,
                photos: photos.clone(),
                no_photo_reason: no_photo_reason.clone(),
                worker: worker.clone(),
                at: when,
            });
            end_order(case, OrderStatus::Done, when, None);
            step(case, Status::Done, when);
        }
        Fact::Amended {
            charge_cents,
            photos,
            done,
            lines,
            no_photo_reason,
            ..
        } => {
            if let Some(work) = case.work.last_mut() {
                work.charge_cents = *charge_cents;
                work.photos = photos.clone();
                work.done = done.clone();
                work.lines = lines.clone();
                work.no_photo_reason = no_photo_reason.clone();
            }
        }
        Fact::Answered { answer, .. } => {
            did(case, event.by.staff());
            case.answer = Some(answer.clone());
            step(case, Status::Done, when);
        }
        Fact::Confirmed {
            confirmation,
            grade,
            content_hash,
            signature,
            paper,
            witness,
            shown_by,
            opinion,
            reason,
            comment,
        } => {
            case.confirmations.push(Confirmation {
                id: confirmation.clone(),
                cycle: case.cycle,
                grade: *grade,
                content_hash: content_hash.clone(),
                at: when,
                by: event.by.clone(),
                signature: signature.clone(),
                paper: paper.clone(),
                witness: witness.clone(),
                shown_by: shown_by.clone(),
                reason: reason.clone(),
                opinion: *opinion,
                comment: comment.clone(),
                checked_by: None,
                checked_at: None,
                void_at: None,
            });
            step(case, Status::Confirmed, when);
        }
        Fact::SecondChecked { confirmation } => {
            if let Some(found) = case.confirmations.iter_mut().find(|c| c.id == *confirmation) {
                found.checked_by = event.by.staff().cloned();
                found.checked_at = Some(at);
            }
        }
        Fact::ConfirmationVoided { confirmation } => {
            if let Some(found) = case.confirmations.iter_mut().find(|c| c.id == *confirmation) {
                found.void_at = Some(at);
            }
            if case.status == Status::Confirmed {
                case.status = Status::Done;
            }
        }
        Fact::Closed {} => {
            case.closed_at = Some(at);
            step(case, Status::Closed, when);
        }
        Fact::Reopened { cycle, rework, .. } => {
            drop_callback(case, at);
            case.cycle = *cycle;
            case.round_started_at = when;
            case.reopened += 1;
            case.rework += u32::from(*rework);
            case.closed_at = None;
            step(case, Status::Registered, when);
        }
        Fact::Cancelled { reason, .. } => {
            drop_callback(case, at);
            end_order(case, OrderStatus::Cancelled, when, Some(reason));
            case.cancelled_at = Some(at);
            case.end_reason = Some(reason.clone());
            step(case, Status::Cancelled, when);
        }
        _ => {}
    }
}

/// Prices, payments, callbacks and promises.
fn on_money(case: &mut CaseState, event: &Event) {
    let (at, when, by) = (event.at, event.when(), &event.by);
    match &event.fact {
        Fact::Quoted {
            quote,
            total_cents,
            lines,
        } => {
            for older in case.quotes.iter_mut().filter(|older| older.accepted.is_none()) {
                older.superseded = true;
            }
            case.quotes.push(Quote {
                id: quote.clone(),
                lines: lines.clone(),
                total_cents: *total_cents,
                at: when,
                by: by.clone(),
                accepted: None,
                answered_at: None,
                grade: None,
                how: None,
                superseded: false,
            });
        }
        Fact::QuoteAccepted { quote, grade, how, .. } => {
            if let Some(found) = case.quotes.iter_mut().find(|known| known.id == *quote) {
                (found.accepted, found.answered_at) = (Some(true), Some(when));
                (found.grade, found.how) = (Some(*grade), Some(*how));
            }
        }
        Fact::QuoteRefused { quote, how, .. } => {
            if let Some(found) = case.quotes.iter_mut().find(|known| known.id == *quote) {
                (found.accepted, found.answered_at) = (Some(false), Some(when));
                found.how = Some(*how);
            }
        }
        Fact::QuotesVoided { quotes } => {
            for quote in case.quotes.iter_mut().filter(|known| quotes.contains(&known.id)) {
                quote.superseded = true;
            }
        }
        Fact::Paid {
            method,
            amount_cents,
            receipt,
        } => case.payments.push(Payment {
            method: *method,
            amount_cents: *amount_cents,
            receipt: receipt.clone(),
            at: when,
            by: by.clone(),
            void: None,
        }),
        Fact::PaymentVoided { payment, reason, .. } => {
            let found = usize::try_from(*payment).ok().and_then(|i| case.payments.get_mut(i));
            if let Some(found) = found {
                found.void = Some(VoidPayment {
                    reason: reason.clone(),
                    at,
                    by: by.clone(),
                });
            }
        }
        Fact::Waived { amount_cents, reason } => {
            case.waivers.push(Waiver {
                amount_cents: *amount_cents,
                reason: reason.clone(),
                at,
                by: by.clone(),
            });
        }
        Fact::CallbackScheduled {
            callback,
            planned_at,
            assignee,
        } => match case.callbacks.iter_mut().find(|known| known.id == *callback) {
            Some(known) => (known.planned_at, known.assignee) = (*planned_at, assignee.clone()),
            None => case.callbacks.push(Callback {
                id: callback.clone(),
                cycle: case.cycle,
                planned_at: *planned_at,
                assignee: assignee.clone(),
                attempts: Vec::new(),
                end: None,
                ended_at: None,
            }),
        },
        Fact::CallbackAttempted {
            callback,
            result,
            satisfaction,
            solved,
            again_at,
            answers,
            note,
        } => {
            if let Some(known) = case.callbacks.iter_mut().find(|known| known.id == *callback) {
                known.planned_at = again_at.or(known.planned_at);
                known.attempts.push(Attempt {
                    at: when,
                    by: by.clone(),
                    result: *result,
                    satisfaction: *satisfaction,
                    solved: *solved,
                    again_at: *again_at,
                    answers: answers.clone(),
                    note: note.clone(),
                });
            }
        }
        Fact::CallbackEnded { callback, end } => {
            if let Some(known) = case.callbacks.iter_mut().find(|known| known.id == *callback) {
                (known.end, known.ended_at) = (Some(*end), Some(when));
            }
        }
        Fact::Promised {
            no,
            what,
            kind,
            reported_to,
            ..
        } => case.promises.push(PromiseMade {
            no: *no,
            what: what.clone(),
            at: when,
            by: by.clone(),
            kept_at: None,
            how: None,
            kind: *kind,
            reported_to: reported_to.clone(),
            interim_at: None,
            kept_by: None,
        }),
        Fact::PromiseKept { no, how } => {
            if let Some(promise) = case.promises.iter_mut().find(|promise| promise.no == *no) {
                (promise.kept_at, promise.how) = (Some(when), Some(how.clone()));
                promise.kept_by = Some(by.clone());
            }
        }
        Fact::InterimAnswered { .. }
        | Fact::Noted {
            told_customer: true, ..
        } => {
            let open = case.promises.iter_mut().filter(|promise| promise.kept_at.is_none());
            open.for_each(|promise| promise.interim_at = promise.interim_at.or(Some(when)));
        }
        _ => {}
    }
}

/// More time, and excuses.
fn on_time(case: &mut CaseState, event: &Event) {
    let (at, when, by) = (event.at, event.when(), &event.by);
    let end = |case: &mut CaseState, id: &ExtensionId, state: ExtensionState| {
        if let Some(found) = case.extensions.iter_mut().find(|known| known.id == *id) {
            (found.state, found.ended_at) = (state, Some(at));
        }
    };
    match &event.fact {
        Fact::ExtensionAsked {
            extension,
            code,
            cycle,
            due_at,
            to,
            told,
            approver,
            reason,
        } => case.extensions.push(Extension {
            id: extension.clone(),
            code: *code,
            cycle: *cycle,
            due_at: *due_at,
            to: *to,
            reason: reason.clone(),
            told: *told,
            approver: *approver,
            at: when,
            by: by.clone(),
            agreement: None,
            decision: None,
            anew: false,
            state: ExtensionState::Pending,
            ended_at: None,
        }),
        Fact::ExtensionAnswered {
            extension,
            agreed,
            grade,
            how,
            note,
        } => {
            if let Some(found) = case.extensions.iter_mut().find(|known| known.id == *extension) {
                found.agreement = Some(Agreement {
                    agreed: *agreed,
                    grade: *grade,
                    how: *how,
                    note: note.clone(),
                    at: when,
                    by: by.clone(),
                });
                if *agreed && *grade == Grade::C && found.decision.take_if(|d| d.approved).is_some() {
                    found.anew = true;
                }
            }
            if !agreed {
                end(case, extension, ExtensionState::Declined);
            }
        }
        Fact::ExtensionDecided {
            extension,
            approved,
            note,
        } => {
            if let Some(found) = case.extensions.iter_mut().find(|known| known.id == *extension) {
                found.decision = Some(Decision {
                    approved: *approved,
                    note: note.clone(),
                    at: when,
                    by: by.clone(),
                });
            }
            if !approved {
                end(case, extension, ExtensionState::Rejected);
            }
        }
        Fact::ExtensionGranted { extension, .. } => end(case, extension, ExtensionState::Granted),
        Fact::ExtensionLapsed { extension, .. } => end(case, extension, ExtensionState::Lapsed),
        Fact::ExtensionWithdrawn { extension, .. } => end(case, extension, ExtensionState::Withdrawn),
        Fact::ExcuseAsked {
            code,
            cycle,
            reason,
            approver,
            text,
        } => case.excuse_requests.push(ExcuseRequest {
            code: *code,
            cycle: *cycle,
            reason: *reason,
            text: text.clone(),
            approver: *approver,
            at: when,
            by: by.clone(),
            decision: None,
        }),
        Fact::ExcuseDecided {
            code,
            cycle,
            approved,
            note,
        } => decide_excuse(case, (*code, *cycle), *approved, note, event),
        Fact::BreachExcused { code, cycle, text, .. } => {
            case.excuses.push(ExcuseMade {
                code: *code,
                cycle: *cycle,
                text: text.clone(),
                at: when,
                by: by.clone(),
            });
            // What was asked for has come by the one step: nobody decides on it any more.
            decide_excuse(case, (*code, *cycle), true, "", event);
        }
        _ => {}
    }
}

/// The word on a request for an excuse, if one waits for it.
fn decide_excuse(case: &mut CaseState, (code, cycle): (ClockCode, u32), approved: bool, note: &str, event: &Event) {
    let waits = |r: &&mut ExcuseRequest| r.code == code && r.cycle == cycle && r.decision.is_none();
    if let Some(request) = case.excuse_requests.iter_mut().find(waits) {
        request.decision = Some(Decision {
            approved,
            note: note.to_owned(),
            at: event.when(),
            by: event.by.clone(),
        });
    }
}

/// The record itself: corrections, notes, files, contacts.
fn on_record(case: &mut CaseState, event: &Event) {
    match event.fact.clone() {
        Fact::Urged { .. } => case.urged += 1,
        Fact::OutsideReported {
            reported_to,
            referral,
            note,
        } => {
            case.outside = Some(OutsideReport {
                reported_to,
                referral,
                note,
                at: event.when(),
            });
        }
        Fact::EmergencyBegun { emergency } => {
            case.emergency = Some(EmergencyMark {
                id: emergency,
                settled_at: None,
            });
        }
        Fact::EmergencySettled { .. } => {
            if let Some(mark) = &mut case.emergency {
                mark.settled_at = Some(event.at);
            }
        }
        Fact::KindChanged { kind, number, .. } => {
            case.kind = kind;
            case.old_numbers.push(std::mem::replace(&mut case.number, number));
        }
        Fact::LevelChanged {
            importance, urgency, ..
        } => (case.importance, case.urgency) = (importance, urgency),
        Fact::FeeChanged { new, .. } => case.fee = new,
        Fact::ScopeChanged { new, .. } => case.scope = new,
        Fact::ItemChanged { new, .. } => case.item = new,
        Fact::PlaceChanged { new, .. } => case.place = new,
        Fact::ContentChanged { new, .. } => case.content = new,
        Fact::CustomerChanged {
            located,
            identity,
            anonymous,
            new,
            anonymous_reason,
            ..
        } => {
            (case.customer, case.located, case.identity) = (new, located, identity);
            (case.anonymous, case.anonymous_reason) = (anonymous, anonymous_reason);
        }
        Fact::AppointmentChanged { new, .. } => case.appointment = new,
        Fact::StandardReapplied { new, .. } => case.standard = new,
        Fact::ContactJoined { contact } if !case.contacts.contains(&contact) => case.contacts.push(contact),
        Fact::Attached {
            attachment,
            file,
            kind,
            caption,
        } => {
            let by = event.by.clone();
            case.attachments.push(Attachment {
                id: attachment,
                file,
                kind,
                caption,
                at: event.when(),
                by,
            });
        }
        _ => {}
    }
}

fn step(case: &mut CaseState, status: Status, when: i64) {
    case.status = status;
    case.last_step_at = case.last_step_at.max(when);
    case.waiting = None;
}

fn did(case: &mut CaseState, worker: Option<&StaffId>) {
    case.did.extend(worker.cloned());
}

fn on_order(case: &mut CaseState, change: impl FnOnce(&mut Order)) {
    let open = |order: &&mut Order| matches!(order.status, OrderStatus::Issued | OrderStatus::Accepted);
    if let Some(order) = case.orders.iter_mut().rev().find(open) {
        change(order);
    }
}

fn end_order(case: &mut CaseState, status: OrderStatus, when: i64, reason: Option<&String>) {
    on_order(case, |order| {
        order.status = status;
        order.ended_at = Some(when);
        order.end_reason = reason.cloned();
    });
}

fn drop_callback(case: &mut CaseState, at: i64) {
    for callback in case.callbacks.iter_mut().filter(|callback| callback.end.is_none()) {
        (callback.end, callback.ended_at) = (Some(CallbackEnd::Dropped), Some(at));
    }
}
