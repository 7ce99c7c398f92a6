//! The work order's steps: from dispatch to done.

use super::after;
use super::command::ConsentHow;
use super::complaint;
use super::decide::{Draft, incomplete, required, text};
use super::event::Fact;
use super::gate::own_grade;
use super::money::total;
use super::state::{CaseState, Consent, Order};
use super::values::*;
use crate::access::Who;
use crate::clock::WaitReason;
use crate::ids::*;
use crate::refusal::Refusal;

/// REC-12, REC-15.
pub(super) fn dispatch(
    draft: &mut Draft<'_>,
    case: &CaseState,
    (order, number): (&OrderId, &str),
    (department, worker): (&DepartmentId, Option<&StaffId>),
    to_vendor: bool,
) -> Result<(), Refusal> {
    right_side(case, to_vendor)?;
    not_concerned(case, worker)?;
    if case.orders.iter().any(|known| known.id == *order) {
        return Err(Refusal::new("refuse-id-used"));
    }
    draft.emit(Fact::Dispatched {
        order: order.clone(),
        number: required(number, "missing-number")?,
        department: department.clone(),
        worker: worker.cloned(),
        to_vendor,
    })
}

/// Own work goes to a department, outsourced work to its vendor (REC-12).
fn right_side(case: &CaseState, to_vendor: bool) -> Result<(), Refusal> {
    match case.scope {
        Scope::Own if to_vendor => Err(Refusal::new("refuse-scope-is-own").clause("REC-12")),
        Scope::Vendor if !to_vendor => Err(Refusal::new("refuse-scope-is-vendor").clause("REC-12")),
        _ => Ok(()),
    }
}

/// A complaint about a person is neither shown to that person nor worked on by them (COM-17).
fn not_concerned(case: &CaseState, worker: Option<&StaffId>) -> Result<(), Refusal> {
    if worker.is_some_and(|id| case.hidden_from(id)) {
        return Err(Refusal::new("refuse-worker-concerned").clause("COM-17"));
    }
    Ok(())
}

/// Who takes the order: the one named, or the one assigned, or who says so. A vendor's link has no person.
fn worker_of(draft: &Draft<'_>, order: &Order, named: Option<&StaffId>) -> Result<Option<StaffId>, Refusal> {
    if let Some(named) = named.or(order.worker.as_ref()) {
        return Ok(Some(named.clone()));
    }
    match draft.who {
        Who::VendorLink { .. } => Ok(None),
        // Somebody of the department takes it; for others' work the desk must say whose it is.
        Who::Staff { id, department, .. } if department.as_ref() == Some(&order.department) => Ok(Some(id.clone())),
        _ if order.to_vendor => Ok(None),
        _ => Err(incomplete(["missing-worker"])),
    }
}

fn in_hand(case: &CaseState) -> Result<&Order, Refusal> {
    case.order().ok_or_else(|| Refusal::new("refuse-no-order"))
}

pub(super) fn accept(draft: &mut Draft<'_>, case: &CaseState, worker: Option<&StaffId>) -> Result<(), Refusal> {
    let order = in_hand(case)?;
    let worker = worker_of(draft, order, worker)?;
    not_concerned(case, worker.as_ref())?;
    draft.emit(Fact::Accepted {
        order: order.id.clone(),
        worker,
    })
}

/// Ends a wait before a step that does not wait.
pub(super) fn go_on(draft: &mut Draft<'_>, case: &CaseState) -> Result<(), Refusal> {
    if case.status == Status::Waiting {
        draft.emit(Fact::Resumed {})
    } else {
        Ok(())
    }
}

pub(super) fn return_order(draft: &mut Draft<'_>, case: &CaseState, reason: &str) -> Result<(), Refusal> {
    let reason = required(reason, "missing-reason")?;
    go_on(draft, case)?;
    draft.emit(Fact::Returned {
        order: in_hand(case)?.id.clone(),
        reason,
    })
}

pub(super) fn take_back(draft: &mut Draft<'_>, case: &CaseState, reason: &str) -> Result<(), Refusal> {
    let reason = required(reason, "missing-reason")?;
    draft.emit(Fact::TakenBack {
        order: in_hand(case)?.id.clone(),
        reason,
    })
}

pub(super) fn reassign(
    draft: &mut Draft<'_>,
    case: &CaseState,
    (department, worker): (&DepartmentId, Option<&StaffId>),
    to_vendor: bool,
    reason: &str,
) -> Result<(), Refusal> {
    let reason = required(reason, "missing-reason")?;
    right_side(case, to_vendor)?;
    not_concerned(case, worker)?;
    let order = in_hand(case)?;
    if order.department == *department && order.worker.as_ref() == worker {
        return Err(Refusal::new("refuse-nothing-changed"));
    }
    go_on(draft, case)?;
    draft.emit(Fact::Reassigned {
        order: order.id.clone(),
        from_department: order.department.clone(),
        from_worker: order.worker.clone(),
        department: department.clone(),
        worker: worker.cloned(),
        reason,
    })
}

pub(super) fn hand_over(draft: &mut Draft<'_>, case: &CaseState, worker: &StaffId, note: &str) -> Result<(), Refusal> {
    not_concerned(case, Some(worker))?;
    let order = in_hand(case)?;
    if order.worker.as_ref() == Some(worker) {
        return Err(Refusal::new("refuse-nothing-changed"));
    }
    draft.emit(Fact::HandedOver {
        order: order.id.clone(),
        from_worker: order.worker.clone(),
        worker: worker.clone(),
        note: text(note)?,
    })
}

pub(super) fn arrive(draft: &mut Draft<'_>, case: &CaseState, worker: Option<&StaffId>) -> Result<(), Refusal> {
    let order = in_hand(case)?;
    let worker = worker_of(draft, order, worker)?;
    if case.status == Status::Waiting {
        // The wait ends when it is recorded to end; only the arrival has the time on the paper.
        let happened_at = draft.happened_at.take();
        go_on(draft, case)?;
        draft.happened_at = happened_at;
    }
    draft.emit(Fact::Arrived {
        order: order.id.clone(),
        worker,
    })
}

/// REC-14: the worker names the price; until the customer accepts, nothing is charged.
pub(super) fn quote(draft: &mut Draft<'_>, case: &CaseState, quote: &QuoteId, lines: &[Line]) -> Result<(), Refusal> {
    if lines.is_empty() {
        return Err(incomplete(["missing-lines"]));
    }
    if case.quotes.iter().any(|known| known.id == *quote) {
        return Err(Refusal::new("refuse-id-used"));
    }
    let total_cents = total(lines)?;
    let charged = case.charged_cents();
    if total_cents < charged {
        return Err(Refusal::new("refuse-quote-below-charged")
            .clause("REC-14")
            .arg("charged", charged));
    }
    draft.emit(Fact::Quoted {
        quote: quote.clone(),
        total_cents,
        lines: lines.to_vec(),
    })
}

pub(super) fn answer_quote(
    draft: &mut Draft<'_>,
    case: &CaseState,
    quote: &QuoteId,
    how: &ConsentHow,
    accepted: bool,
) -> Result<(), Refusal> {
    let Some(pending) = case.pending_quote().filter(|pending| pending.id == *quote) else {
        // The customer looked at a price that a newer one has replaced.
        return Err(Refusal::new("refuse-quote-replaced").clause("REC-14"));
    };
    let (grade, how, note) = match (how, own_grade(draft.who)) {
        (ConsentHow::Own, Some(grade)) => (grade, Consent::Own, String::new()),
        (ConsentHow::Noted { how, note }, None) if *how != Consent::Own => {
            (Grade::C, *how, required(note, "missing-how")?)
        }
        _ => return Err(Refusal::new("refuse-customers-own").clause("COM-30")),
    };
    let quote = quote.clone();
    if accepted {
        let total_cents = pending.total_cents;
        draft.emit(Fact::QuoteAccepted {
            quote,
            total_cents,
            grade,
            how,
            note,
        })
    } else {
        draft.emit(Fact::QuoteRefused { quote, how, note })
    }
}

pub(super) fn wait(
    draft: &mut Draft<'_>,
    case: &CaseState,
    reason: WaitReason,
    until: i64,
    customer_told: bool,
    note: &str,
) -> Result<(), Refusal> {
    if until <= draft.env.now {
        return Err(Refusal::new("refuse-until-past").arg("until", until));
    }
    let longest = draft.env.standard.longest_wait_ms();
    if until > draft.env.now.saturating_add(longest) {
        return Err(Refusal::new("refuse-wait-too-long")
            .arg("until", until)
            .arg("days", longest / 86_400_000));
    }
    if !customer_told && case.has_customer() {
        let clause = if reason == WaitReason::Parts { "STD-15" } else { "COM-7" };
        return Err(Refusal::new("refuse-customer-not-told")
            .clause(clause)
            .missing(["missing-customer-told"]));
    }
    let note = if reason == WaitReason::Other {
        required(note, "missing-reason")?
    } else {
        text(note)?
    };
    draft.emit(Fact::WaitStarted {
        reason,
        until,
        customer_told,
        note,
    })
}

/// What was filled in as done.
pub(super) struct Done<'a> {
    pub done: &'a str,
    pub lines: &'a [Line],
    pub photos: &'a [AttachmentId],
    pub no_photo_reason: Option<&'a str>,
}

impl Done<'_> {
    /// Complete, and charged within what the customer accepted: the text, the reason for no photo, the charge.
    fn check(&self, case: &CaseState, charged_before: i64) -> Result<(String, Option<String>, i64), Refusal> {
        let done = text(self.done)?;
        let no_photo_reason = self
            .no_photo_reason
            .map(text)
            .transpose()?
            .filter(|reason| !reason.is_empty());
        let mut missing = Vec::new();
        if done.is_empty() {
            missing.push("missing-done");
        }
        if case.kind == Kind::Request && self.photos.is_empty() && no_photo_reason.is_none() {
            missing.push("missing-photo");
        }
        if !missing.is_empty() {
            return Err(incomplete(missing).clause("REC-15"));
        }
        if let Some(unknown) = self
            .photos
            .iter()
            .find(|photo| !case.attachments.iter().any(|a| a.id == **photo))
        {
            return Err(Refusal::new("refuse-attachment-unknown").arg("attachment", unknown));
        }
        let accepted = case.accepted_cents().unwrap_or(0);
        let listed = total(self.lines)?;
        // Lines that only list material charge what is left of the price; free work stays free.
        let charge = if listed > 0 {
            listed
        } else {
            (accepted - charged_before).max(0)
        };
        if charged_before + charge > accepted {
            return Err(Refusal::new("refuse-price-exceeded")
                .clause("REC-14")
                .arg("charge", charged_before + charge)
                .arg("accepted", accepted)
                .missing(["missing-quote"]));
        }
        Ok((done, no_photo_reason, charge))
    }
}

pub(super) fn complete(
    draft: &mut Draft<'_>,
    case: &CaseState,
    form: &Done<'_>,
    worker: Option<&StaffId>,
    callback: &CallbackId,
) -> Result<(), Refusal> {
    let (done, no_photo_reason, charge_cents) = form.check(case, case.charged_cents())?;
    let worker = match case.order() {
        Some(order) => worker_of(draft, order, worker)?,
        None => worker.or(draft.who.staff()).cloned(),
    };
    draft.emit(Fact::Completed {
        order: case.order().map(|order| order.id.clone()),
        worker,
        charge_cents,
        photos: form.photos.to_vec(),
        cycle: case.cycle,
        done,
        lines: form.lines.to_vec(),
        no_photo_reason,
    })?;
    complaint::on_done(draft)?;
    after::begin_callback(draft, callback)
}

pub(super) fn amend(draft: &mut Draft<'_>, case: &CaseState, form: &Done<'_>, reason: &str) -> Result<(), Refusal> {
    let Some(work) = case.work() else {
        return Err(Refusal::new("refuse-nothing-done"));
    };
    let reason = required(reason, "missing-reason")?;
    let (done, no_photo_reason, charge_cents) = form.check(case, case.charged_cents() - work.charge_cents)?;
    draft.emit(Fact::Amended {
        old_charge_cents: work.charge_cents,
        charge_cents,
        photos: form.photos.to_vec(),
        old_done: work.done.clone(),
        old_lines: work.lines.clone(),
        done,
        lines: form.lines.to_vec(),
        no_photo_reason,
        reason,
    })
}
