//! Whether a step is open to somebody now, before anything is filled in. `decide` asks here first, so that a page which draws
//! its buttons by [`legal_actions`] and the rules never disagree.

use serde::Serialize;

use super::close::{emergency_open, missing_to_close};
use super::complaint;
use super::decide::Env;
use super::extend;
use super::state::{CaseState, Order};
use super::values::*;
use crate::access::{Action, Reach, Via, Who};
use crate::ids::{DepartmentId, StaffId};
use crate::refusal::Refusal;

/// One action of a case's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offer {
    pub action: Action,
    /// Why not. None: it is open.
    pub refusal: Option<Refusal>,
}

impl Offer {
    /// The step is open.
    pub fn allowed(&self) -> bool {
        self.refusal.is_none()
    }
}

/// Every action on a case, open or with the reason why not.
pub fn legal_actions(case: &CaseState, who: &Who, env: &Env<'_>) -> Vec<Offer> {
    let offer = |action: &Action| Offer {
        action: *action,
        refusal: gate(Some(case), *action, who, env).err(),
    };
    Action::ON_CASE.iter().map(offer).collect()
}

/// Whether somebody may do this to this case at all, whatever its state.
///
/// # Errors
/// `refuse-role` when no role gives the right, `refuse-not-yours` when it does not reach this case.
pub fn may(case: Option<&CaseState>, action: Action, who: &Who) -> Result<(), Refusal> {
    let reach = who.reach(action);
    if reach == Reach::Never {
        return Err(Refusal::new("refuse-role").arg("action", action));
    }
    let Some(case) = case else { return Ok(()) };
    if who.staff().is_some_and(|id| case.hidden_from(id)) {
        return Err(Refusal::new("refuse-not-yours").arg("action", action));
    }
    let within = match who {
        Who::Staff {
            id,
            roles: _,
            department,
        } => match reach {
            Reach::Never => false,
            Reach::Own => own(case, id, department.as_ref(), action),
            Reach::Department => {
                let theirs = case
                    .last_order()
                    .is_some_and(|order| Some(&order.department) == department.as_ref() && serves(order, action));
                let of_file = case.file().is_some_and(|file| {
                    department
                        .as_ref()
                        .is_some_and(|mine| file.departments().any(|has| has == mine))
                });
                theirs || of_file || own(case, id, department.as_ref(), action)
            }
            Reach::Site | Reach::All => true,
        },
        Who::Customer { case: theirs, .. } => *theirs == case.id,
        Who::VendorLink { case: theirs, order } => {
            *theirs == case.id
                && case
                    .last_order()
                    .is_some_and(|last| last.id == *order && last.to_vendor)
        }
        Who::System { .. } => true,
    };
    if within {
        Ok(())
    } else {
        Err(Refusal::new("refuse-not-yours").arg("action", action))
    }
}

/// Own is what one works on; for steps outside the work order also what one did some of, or was asked about first.
fn own(case: &CaseState, id: &StaffId, department: Option<&DepartmentId>, action: Action) -> bool {
    let on_order = case.last_order().is_some_and(|order| {
        let held = match &order.worker {
            Some(worker) => worker == id,
            None => department == Some(&order.department),
        };
        held && serves(order, action)
    });
    let involved = || case.did.contains(id) || case.first_asked.as_ref() == Some(id);
    on_order || (!action.needs_the_order() && involved()) || (owners(action) && owns_measure(case, id))
}

/// What whoever owns a measure of a complaint does with the case until it is carried out (COM-31).
fn owners(action: Action) -> bool {
    matches!(
        action,
        Action::ViewCase | Action::Note | Action::Attach | Action::FinishMeasure
    )
}

fn owns_measure(case: &CaseState, id: &StaffId) -> bool {
    case.file().is_some_and(|f| f.measures.iter().any(|m| m.owner == *id))
}

/// Whether an order gives a right to a step. One that went back shows what there was, and no more: nobody waits on it, asks
/// for the customer's number by it or hands out links.
fn serves(order: &Order, action: Action) -> bool {
    let history = matches!(
        action,
        Action::ViewCase | Action::Note | Action::Attach | Action::PrintOrder
    );
    history || !matches!(order.status, OrderStatus::TakenBack | OrderStatus::Returned)
}

/// The states in which a step makes sense.
fn legal_in(action: Action) -> &'static [Status] {
    use Status::*;
    const OPEN: &[Status] = &[Registered, Dispatched, Accepted, OnSite, Waiting, Done, Confirmed];
    const BEFORE_DONE: &[Status] = &[Registered, Dispatched, Accepted, OnSite, Waiting];
    match action {
        Action::Dispatch | Action::Answer => &[Registered],
        // A question that was answered as not ours still needs its referral before it can be closed (CAL-8).
        Action::ReportOutside => &[Registered, Done],
        Action::Accept => &[Dispatched],
        Action::ReturnOrder | Action::Reassign => &[Dispatched, Accepted, OnSite, Waiting],
        Action::TakeBack => &[Dispatched, Accepted],
        Action::HandOver => &[Accepted, OnSite, Waiting],
        Action::Arrive => &[Accepted, Waiting],
        Action::Quote | Action::ConsentQuote | Action::RefuseQuote => &[Accepted, OnSite, Waiting],
        Action::Wait => &[Registered, Dispatched, Accepted, OnSite],
        Action::Resume => &[Waiting],
        Action::Complete => &[Registered, Dispatched, Accepted, OnSite],
        Action::Amend | Action::ScheduleCallback | Action::Callback | Action::GiveUpCallback => &[Done, Confirmed],
        Action::Confirm => &[Done],
        Action::SecondCheck => &[Confirmed],
        Action::WaiveFee => &[Accepted, OnSite, Waiting, Done, Confirmed],
        // After closing money is owed only where a payment was taken back.
        Action::RecordPayment => &[Accepted, OnSite, Waiting, Done, Confirmed, Closed],
        Action::VoidPayment => Status::ALL,
        Action::Reopen => &[Done, Confirmed, Closed],
        Action::Cancel | Action::ChangeLevel | Action::ChangeFee | Action::ChangeScope | Action::ChangeAppointment => {
            BEFORE_DONE
        }
        Action::ChangeKind => BEFORE_DONE,
        Action::Note | Action::Attach | Action::CheckClocks | Action::KeepPromise => Status::ALL,
        Action::AskExcuse | Action::DecideExcuse | Action::ExcuseBreach => Status::ALL,
        Action::InterimAnswer => Status::ALL,
        // The process of a complaint says itself when.
        _ if action.of_complaint() => Status::ALL,
        // Closing names everything that is lacking, the work included, rather than the state.
        _ => OPEN,
    }
}

/// Every check that needs no form: right, state, what must have happened before.
pub(super) fn gate(case: Option<&CaseState>, action: Action, who: &Who, env: &Env<'_>) -> Result<(), Refusal> {
    may(case, action, who)?;
    let Some(case) = case else {
        let begins = action == Action::RegisterCase;
        return if begins {
            Ok(())
        } else {
            Err(Refusal::new("refuse-no-case"))
        };
    };
    if action == Action::RegisterCase {
        return Err(Refusal::new("refuse-registered-already"));
    }
    if !legal_in(action).contains(&case.status) {
        return Err(wrong_state(case, action));
    }
    complaint::gate(case, action, who)?;
    match action {
        Action::Dispatch => may_dispatch(case),
        Action::Accept | Action::ReturnOrder | Action::TakeBack | Action::Reassign => need_order(case, action),
        Action::HandOver | Action::Quote => need_accepted(case, action),
        Action::Arrive => may_arrive(case),
        Action::ConsentQuote | Action::RefuseQuote => refuse_unless(case.pending_quote().is_some(), || {
            Refusal::new("refuse-no-quote").clause("REC-14")
        }),
        Action::Complete => may_complete(case),
        Action::Amend => refuse_unless(case.work().is_some(), || Refusal::new("refuse-nothing-done")),
        Action::Answer => refuse_unless(case.kind != Kind::Request, || {
            Refusal::new("refuse-request-needs-order").clause("REC-15")
        }),
        Action::ReportOutside => refuse_unless(case.scope == Scope::Outside, || {
            Refusal::new("refuse-not-outside").clause("REC-12")
        }),
        Action::SecondCheck => may_check(case, who),
        Action::RecordPayment | Action::WaiveFee => {
            refuse_unless(case.owed_cents() > 0, || {
                Refusal::new("refuse-nothing-owed").clause("REC-13")
            })?;
            heads_after_closing(case, who)
        }
        Action::VoidPayment => {
            refuse_unless(case.valid_payments().next().is_some(), || {
                Refusal::new("refuse-no-payment").clause("REC-13")
            })?;
            heads_after_closing(case, who)
        }
        Action::ScheduleCallback => refuse_unless(case.callback().is_none_or(|c| c.may_be_planned()), || {
            Refusal::new("refuse-callback-over").clause("CSM-3")
        }),
        Action::Callback => may_call_back(case, who),
        Action::GiveUpCallback => may_give_up(case, env),
        Action::Close => may_close(case),
        Action::Cancel | Action::ChangeKind => refuse_unless(!emergency_open(case), || {
            Refusal::new("refuse-emergency-open").clause("REC-21")
        }),
        Action::Promise => may_promise(case),
        Action::InterimAnswer => refuse_unless(case.open_promises().next().is_some(), || {
            Refusal::new("refuse-no-promise").clause("CAL-6")
        }),
        Action::AskExtension => extend::may_ask(case, env),
        Action::ConsentExtension => extend::may_answer(case),
        Action::ApproveExtension => extend::may_decide(case, who),
        Action::WithdrawExtension => extend::may_withdraw(case),
        Action::AskExcuse => extend::may_ask_excuse(case),
        Action::DecideExcuse => extend::may_decide_excuse(case, who),
        Action::ExcuseBreach => extend::may_excuse(case, who, env),
        Action::KeepPromise => refuse_unless(case.open_promises().next().is_some(), || {
            Refusal::new("refuse-no-promise").clause("REC-8")
        }),
        _ => Ok(()),
    }
}

pub(super) fn wrong_state(case: &CaseState, action: Action) -> Refusal {
    Refusal::new("refuse-state")
        .arg("action", action)
        .arg("state", case.status)
}

fn refuse_unless(holds: bool, refusal: impl FnOnce() -> Refusal) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(refusal()) }
}

fn need_order(case: &CaseState, action: Action) -> Result<(), Refusal> {
    refuse_unless(case.order().is_some(), || wrong_state(case, action))
}

fn need_accepted(case: &CaseState, action: Action) -> Result<(), Refusal> {
    refuse_unless(case.order().is_some_and(|order| order.accepted_at.is_some()), || {
        wrong_state(case, action)
    })
}

/// REC-12 to REC-14: nothing goes out before the scope and the price are settled with the customer.
fn may_dispatch(case: &CaseState) -> Result<(), Refusal> {
    if case.scope == Scope::Outside {
        return Err(Refusal::new("refuse-outside-not-dispatched").clause("REC-12"));
    }
    check_fee(&case.fee)
}

/// Whether work may go on at this price.
pub(super) fn check_fee(fee: &Fee) -> Result<(), Refusal> {
    match fee.kind {
        FeeKind::Free => Ok(()),
        FeeKind::Paid if fee.accepted == Some(false) => Err(Refusal::new("refuse-fee-declined").clause("REC-13")),
        FeeKind::Paid => {
            let mut missing = Vec::new();
            if !fee.told {
                missing.push("missing-fee-told");
            }
            if fee.accepted.is_none() {
                missing.push("missing-fee-accepted");
            }
            refuse_unless(missing.is_empty(), || {
                Refusal::new("refuse-fee-not-accepted")
                    .clause("REC-13")
                    .missing(missing)
            })
        }
        FeeKind::Quote => refuse_unless(fee.told, || {
            Refusal::new("refuse-quote-not-told")
                .clause("REC-14")
                .missing(["missing-quote-told"])
        }),
    }
}

/// A closed case's account is changed only by who may also waive a fee.
fn heads_after_closing(case: &CaseState, who: &Who) -> Result<(), Refusal> {
    let head = case.is_open() || who.reach(Action::WaiveFee) != Reach::Never;
    refuse_unless(head, || Refusal::new("refuse-closed-account").clause("REC-13"))
}

fn may_arrive(case: &CaseState) -> Result<(), Refusal> {
    let from = case.waiting.as_ref().map_or(case.status, |waiting| waiting.back_to);
    refuse_unless(from == Status::Accepted, || wrong_state(case, Action::Arrive))
}

fn may_complete(case: &CaseState) -> Result<(), Refusal> {
    // Only a request is bound to a visit; other kinds may be settled at the desk.
    if case.kind == Kind::Request && case.status != Status::OnSite {
        return Err(wrong_state(case, Action::Complete));
    }
    if case.scope == Scope::Outside {
        return Err(Refusal::new("refuse-outside-not-dispatched").clause("REC-12"));
    }
    if case.pending_quote().is_some() {
        return Err(Refusal::new("refuse-quote-pending")
            .clause("REC-14")
            .missing(["missing-quote-consent"]));
    }
    refuse_unless(case.accepted_cents().is_some(), || {
        Refusal::new("refuse-price-open")
            .clause("REC-14")
            .missing(["missing-quote"])
    })
}

fn may_check(case: &CaseState, who: &Who) -> Result<(), Refusal> {
    let open = case
        .confirmation()
        .filter(|c| c.grade == Grade::C && c.checked_by.is_none());
    let Some(confirmation) = open else {
        return Err(Refusal::new("refuse-nothing-to-check").clause("COM-30"));
    };
    let second = who.staff().is_some_and(|id| {
        confirmation.by.staff() != Some(id) && confirmation.shown_by.as_ref() != Some(id) && !case.did.contains(id)
    });
    refuse_unless(second, || Refusal::new("refuse-second-person").clause("COM-30"))
}

fn may_call_back(case: &CaseState, who: &Who) -> Result<(), Refusal> {
    if case.open_callback().is_none() {
        return Err(Refusal::new("refuse-no-callback").clause("CSM-3"));
    }
    let other = who.staff().is_some_and(|id| !case.did.contains(id));
    refuse_unless(other, || Refusal::new("refuse-callback-own-work").clause("CSM-3"))
}

/// Enough attempts, far enough apart; a call that reached somebody starts the count anew.
fn may_give_up(case: &CaseState, env: &Env<'_>) -> Result<(), Refusal> {
    let Some(callback) = case.open_callback() else {
        return Err(Refusal::new("refuse-no-callback").clause("CSM-3"));
    };
    let rule = env.standard.callback();
    let tried = callback.tried(rule, env.zone);
    refuse_unless(rule.enough(tried), || {
        Refusal::new("refuse-too-few-attempts")
            .clause("CSM-3")
            .arg("attempts", tried.counted)
            .arg("needed", rule.attempts)
            .arg("hours", rule.spacing_ms / 3_600_000)
            .arg("days", rule.days)
    })
}

/// REC-8, CAL-3: without a number nobody can be answered.
fn may_promise(case: &CaseState) -> Result<(), Refusal> {
    refuse_unless(!case.customer.phone.trim().is_empty(), || {
        Refusal::new("refuse-promise-needs-customer")
            .clause("REC-8")
            .missing(["missing-phone"])
    })
}

fn may_close(case: &CaseState) -> Result<(), Refusal> {
    let missing = missing_to_close(case);
    refuse_unless(missing.is_empty(), || {
        Refusal::new("refuse-not-closable").clause("REC-10").missing(missing)
    })
}

/// The grade that a person's own word has; None for staff, vendors and the product itself (COM-30).
pub(super) fn own_grade(who: &Who) -> Option<Grade> {
    match who {
        Who::Customer { via: Via::Code, .. } => Some(Grade::A),
        Who::Customer { via: Via::Link, .. } => Some(Grade::B),
        // It may have been the customer. A second person finds out.
        Who::Customer {
            via: Via::Shared | Via::Shown,
            ..
        } => Some(Grade::C),
        _ => None,
    }
}
