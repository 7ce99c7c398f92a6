//! After the work: the customer's confirmation, money, the callback, closing and opening again.

use super::close::{callback_needed, missing_to_close};
use super::command::ConfirmHow;
use super::complaint;
use super::decide::{Draft, incomplete, required, text};
use super::event::Fact;
use super::gate::{check_fee, own_grade};
use super::money::MOST_CENTS;
use super::state::CaseState;
use super::values::*;
use crate::clock::ClockCode;
use crate::ids::*;
use crate::refusal::Refusal;

/// Starts the callback's clock and plans the callback, if this round needs one.
pub(super) fn begin_callback(draft: &mut Draft<'_>, callback: &CallbackId) -> Result<(), Refusal> {
    let Some(case) = &draft.case else { return Ok(()) };
    if !callback_needed(case) {
        return Ok(());
    }
    let cycle = case.cycle;
    let waiting = |clock: &&crate::clock::Clock| {
        clock.code == ClockCode::Callback && clock.cycle == cycle && clock.started_at.is_none() && clock.is_open()
    };
    let limit = case.clocks.iter().find(waiting).map(|clock| clock.limit);
    if case.callbacks.iter().any(|known| known.id == *callback) {
        return Err(Refusal::new("refuse-id-used"));
    }
    let drawn = draft.env.standard.callback().drawn(case.kind, callback);
    let limit = limit.filter(|_| drawn);
    if let Some(limit) = limit {
        let started_at = draft.when();
        let target = limit.map(|limit| limit.target(started_at, draft.env.zone));
        draft.emit(Fact::ClockBegun {
            code: ClockCode::Callback,
            cycle,
            started_at,
            target,
        })?;
    }
    draft.emit(Fact::CallbackScheduled {
        callback: callback.clone(),
        planned_at: None,
        assignee: None,
    })?;
    if drawn {
        return Ok(());
    }
    // The record shows that the lot was cast, and how it fell.
    draft.emit(Fact::CallbackEnded {
        callback: callback.clone(),
        end: CallbackEnd::NotDrawn,
    })
}

/// COM-30: the customer signs; the office cannot sign for the customer.
pub(super) fn confirm(
    draft: &mut Draft<'_>,
    case: &CaseState,
    (confirmation, content_hash): (&ConfirmationId, &str),
    how: &ConfirmHow,
    opinion: Option<Satisfaction>,
    comment: &str,
) -> Result<(), Refusal> {
    if case.confirmations.iter().any(|known| known.id == *confirmation) {
        return Err(Refusal::new("refuse-id-used"));
    }
    if content_hash != case.content_hash() {
        return Err(Refusal::new("refuse-content-changed").clause("COM-30"));
    }
    let mut fact = (None, None, None, String::new());
    let mut saw = None;
    let grade = match (how, own_grade(draft.who)) {
        (ConfirmHow::Own { signature, shown_by }, Some(grade)) => {
            fact.0 = signature.clone();
            // A code has come to the customer alone, whoever saw the link.
            saw = shown_by.clone().filter(|_| grade == Grade::C);
            grade
        }
        (ConfirmHow::Paper { photo }, None) => {
            let shown = case
                .attachments
                .iter()
                .any(|a| a.id == *photo && a.kind == AttachmentKind::PaperForm);
            if !shown {
                return Err(incomplete(["missing-paper-photo"]).clause("COM-30"));
            }
            fact.1 = Some(photo.clone());
            Grade::C
        }
        (ConfirmHow::Device { signature }, None) => {
            fact.0 = Some(signature.clone());
            Grade::C
        }
        (ConfirmHow::Declined { reason, witness }, None) => {
            fact.3 = required(reason, "missing-reason")?;
            if case.did.contains(witness) || draft.who.staff() == Some(witness) {
                return Err(Refusal::new("refuse-witness").clause("COM-30"));
            }
            fact.2 = Some(witness.clone());
            Grade::Declined
        }
        _ => return Err(Refusal::new("refuse-customers-own").clause("COM-30")),
    };
    let (signature, paper, witness, reason) = fact;
    draft.emit(Fact::Confirmed {
        confirmation: confirmation.clone(),
        grade,
        content_hash: content_hash.to_owned(),
        signature,
        paper,
        witness,
        shown_by: saw,
        opinion,
        reason,
        comment: text(comment)?,
    })?;
    let own = matches!(grade, Grade::A | Grade::B);
    let untouched = case.open_callback().filter(|open| open.attempts.is_empty());
    match untouched {
        Some(open) if own && draft.env.standard.callback().spares(case.kind, opinion) => {
            draft.emit(Fact::CallbackEnded {
                callback: open.id.clone(),
                end: CallbackEnd::Rated,
            })
        }
        _ => Ok(()),
    }
}

pub(super) fn second_check(draft: &mut Draft<'_>, case: &CaseState) -> Result<(), Refusal> {
    let Some(confirmation) = case.confirmation() else {
        return Err(Refusal::new("refuse-nothing-to-check"));
    };
    draft.emit(Fact::SecondChecked {
        confirmation: confirmation.id.clone(),
    })
}

pub(super) fn pay(
    draft: &mut Draft<'_>,
    case: &CaseState,
    method: PayMethod,
    amount_cents: i64,
    receipt: Option<&str>,
) -> Result<(), Refusal> {
    let owed = case.owed_cents();
    if !(1..=MOST_CENTS).contains(&amount_cents) || amount_cents > owed {
        return Err(Refusal::new("refuse-amount")
            .arg("amount", amount_cents)
            .arg("owed", owed));
    }
    let receipt = receipt.map(text).transpose()?.filter(|receipt| !receipt.is_empty());
    draft.emit(Fact::Paid {
        method,
        amount_cents,
        receipt,
    })
}

/// A wrong entry is not overwritten: it stays, with the reason and who took it back, and the right one is recorded anew.
pub(super) fn void_payment(draft: &mut Draft<'_>, case: &CaseState, payment: u32, reason: &str) -> Result<(), Refusal> {
    let reason = required(reason, "missing-reason")?;
    let index = usize::try_from(payment).unwrap_or(usize::MAX);
    let Some((_, found)) = case.valid_payments().find(|(i, _)| *i == index) else {
        return Err(incomplete(["missing-payment-choice"]));
    };
    draft.emit(Fact::PaymentVoided {
        payment,
        amount_cents: found.amount_cents,
        method: found.method,
        reason,
    })
}

pub(super) fn waive(draft: &mut Draft<'_>, case: &CaseState, reason: &str) -> Result<(), Refusal> {
    let reason = required(reason, "missing-reason")?;
    draft.emit(Fact::Waived {
        amount_cents: case.owed_cents(),
        reason,
    })
}

pub(super) fn schedule_callback(
    draft: &mut Draft<'_>,
    case: &CaseState,
    callback: &CallbackId,
    planned_at: Option<i64>,
    assignee: Option<&StaffId>,
) -> Result<(), Refusal> {
    if assignee.is_some_and(|assignee| case.did.contains(assignee)) {
        return Err(Refusal::new("refuse-callback-own-work").clause("CSM-3"));
    }
    if let Some(past) = planned_at.filter(|at| *at < draft.env.now) {
        return Err(Refusal::new("refuse-until-past").arg("until", past));
    }
    let open = case.open_callback().map(|open| &open.id);
    if open.is_none() && case.callbacks.iter().any(|known| known.id == *callback) {
        return Err(Refusal::new("refuse-id-used"));
    }
    let callback = open.unwrap_or(callback).clone();
    draft.emit(Fact::CallbackScheduled {
        callback,
        planned_at,
        assignee: assignee.cloned(),
    })
}

/// What the customer said in a callback.
pub(super) struct Said<'a> {
    pub satisfaction: Option<Satisfaction>,
    pub solved: Option<bool>,
    pub again_at: Option<i64>,
    pub answers: &'a [Answer],
    pub note: &'a str,
}

/// CSM-3: until satisfied. "Not solved" opens the case again by itself.
pub(super) fn attempt(
    draft: &mut Draft<'_>,
    case: &CaseState,
    result: AttemptResult,
    said: &Said<'_>,
) -> Result<(), Refusal> {
    let Some(open) = case.open_callback() else {
        return Err(Refusal::new("refuse-no-callback"));
    };
    let callback = open.id.clone();
    let reached = result == AttemptResult::Reached;
    if reached {
        let mut missing = Vec::new();
        if said.solved.is_none() {
            missing.push("missing-solved");
        }
        if said.satisfaction.is_none() {
            missing.push("missing-satisfaction");
        }
        if !missing.is_empty() {
            return Err(incomplete(missing).clause("CSM-3"));
        }
    }
    if result == AttemptResult::Later && said.again_at.is_none_or(|at| at <= draft.env.now) {
        return Err(incomplete(["missing-again-at"]).clause("CSM-3"));
    }
    draft.emit(Fact::CallbackAttempted {
        callback: callback.clone(),
        result,
        satisfaction: said.satisfaction.filter(|_| reached),
        solved: said.solved.filter(|_| reached),
        again_at: said.again_at.filter(|_| result == AttemptResult::Later),
        answers: if reached { said.answers.to_vec() } else { Vec::new() },
        note: text(said.note)?,
    })?;
    let end = match (result, said.solved) {
        (AttemptResult::Reached, Some(true)) => CallbackEnd::Solved,
        (AttemptResult::Reached, _) => CallbackEnd::NotSolved,
        (AttemptResult::Refused, _) => CallbackEnd::Refused,
        (AttemptResult::NoAnswer | AttemptResult::WrongNumber, _) if tried_enough(draft) => CallbackEnd::Unreachable,
        _ => return Ok(()),
    };
    draft.emit(Fact::CallbackEnded { callback, end })?;
    if end == CallbackEnd::NotSolved {
        open_again(draft, case, ReopenReason::NotSolved, text(said.note)?)?;
    }
    Ok(())
}

/// The last attempt that the standard asks for was in vain: nobody has to remember to stop.
fn tried_enough(draft: &Draft<'_>) -> bool {
    let rule = draft.env.standard.callback();
    let open = draft.case.as_ref().and_then(CaseState::open_callback);
    open.is_some_and(|open| rule.enough(open.tried(rule, draft.env.zone)))
}

pub(super) fn give_up(draft: &mut Draft<'_>, case: &CaseState) -> Result<(), Refusal> {
    let Some(open) = case.open_callback() else {
        return Err(Refusal::new("refuse-no-callback"));
    };
    draft.emit(Fact::CallbackEnded {
        callback: open.id.clone(),
        end: CallbackEnd::Unreachable,
    })
}

pub(super) fn reopen(draft: &mut Draft<'_>, case: &CaseState, reason: ReopenReason, note: &str) -> Result<(), Refusal> {
    let by_customer = own_grade(draft.who).is_some();
    if by_customer && reason != ReopenReason::NotSolved {
        return Err(Refusal::new("refuse-customer-reopens-unsolved"));
    }
    // A customer's "not solved" is reason enough; staff say what is wrong.
    let note = if by_customer {
        text(note)?
    } else {
        required(note, "missing-reason")?
    };
    open_again(draft, case, reason, note)
}

pub(super) fn open_again(
    draft: &mut Draft<'_>,
    case: &CaseState,
    reason: ReopenReason,
    note: String,
) -> Result<(), Refusal> {
    let rework = case.kind == Kind::Request;
    draft.emit(Fact::Reopened {
        reason,
        cycle: case.cycle + 1,
        rework,
        note,
    })?;
    draft.start_clocks()
}

pub(super) fn cancel(
    draft: &mut Draft<'_>,
    case: &CaseState,
    reason: &str,
    customer_informed: bool,
) -> Result<(), Refusal> {
    let reason = required(reason, "missing-reason")?;
    if !customer_informed && case.has_customer() {
        return Err(Refusal::new("refuse-customer-not-told")
            .clause("COM-7")
            .missing(["missing-customer-told"]));
    }
    if case.paid_cents() > case.charged_cents() {
        return Err(Refusal::new("refuse-paid-already").arg("paid", case.paid_cents()));
    }
    if case.status == Status::Waiting {
        draft.emit(Fact::Resumed {})?;
    }
    draft.emit(Fact::Cancelled {
        customer_informed,
        reason,
    })
}

/// REC-6: an answer on the spot. Where it is all there is to do, the case closes at once if nothing else is lacking.
pub(super) fn answer(
    draft: &mut Draft<'_>,
    case: &CaseState,
    answer: &str,
    callback: &CallbackId,
) -> Result<(), Refusal> {
    let answer = required(answer, "missing-answer")?;
    check_fee(&case.fee)?;
    // The answer is what was promised.
    for promise in case
        .open_promises()
        .filter(|promise| promise.kind == PromiseKind::Reply)
    {
        draft.emit(Fact::PromiseKept {
            no: promise.no,
            how: answer.clone(),
        })?;
    }
    draft.emit(Fact::Answered {
        cycle: case.cycle,
        answer,
    })?;
    complaint::on_done(draft)?;
    begin_callback(draft, callback)?;
    let whole = draft
        .case
        .as_ref()
        .is_some_and(|case| case.kind.ends_with_an_answer() && missing_to_close(case).is_empty());
    if whole { draft.emit(Fact::Closed {}) } else { Ok(()) }
}
