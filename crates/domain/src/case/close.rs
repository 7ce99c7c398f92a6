//! What is lacking before a case can be closed: always the complete list.

use super::state::CaseState;
use super::values::*;
use crate::clock::ClockCode;

/// Translation keys of everything that is lacking, in the order in which a desk would see to it. Empty: it can be closed.
pub fn missing_to_close(case: &CaseState) -> Vec<&'static str> {
    let mut missing = super::complaint::missing_to_close(case);
    let mut need = |there: bool, key: &'static str| {
        if !there {
            missing.push(key);
        }
    };
    // Outside our service there is no work: the report and the referral stand in its place.
    let outside = case.scope == Scope::Outside;
    if outside {
        need(case.outside.is_some(), "missing-referral");
    }
    let settled = matches!(case.status, Status::Done | Status::Confirmed);
    if !(outside && case.status == Status::Registered) {
        need(
            settled,
            if case.kind == Kind::Request {
                "missing-work-done"
            } else {
                "missing-answer"
            },
        );
    }
    if case.kind == Kind::Request && !outside {
        let confirmation = case.confirmation();
        need(confirmation.is_some() || !case.has_customer(), "missing-signature");
        let checked = confirmation.is_none_or(|c| c.grade != Grade::C || c.checked_by.is_some());
        need(checked, "missing-second-check");
        let shown = case
            .work()
            .is_some_and(|work| !work.photos.is_empty() || work.no_photo_reason.is_some());
        need(shown, "missing-photo");
    } else if let Some(confirmation) = case.confirmation() {
        need(
            confirmation.grade != Grade::C || confirmation.checked_by.is_some(),
            "missing-second-check",
        );
    }
    need(case.work().is_none() || case.owed_cents() <= 0, "missing-payment");
    let needed = callback_needed(case) && !(outside && case.status == Status::Registered);
    let made = case
        .callback()
        .and_then(|callback| callback.end)
        .is_some_and(|end| end != CallbackEnd::Dropped);
    // One that was planned without need is made too, or given up.
    need((made || !needed) && case.open_callback().is_none(), "missing-callback");
    need(case.open_promises().next().is_none(), "missing-promise");
    // REC-21, DIR-14: an emergency is not dropped, and what follows it is not either.
    need(!emergency_open(case), "missing-emergency");
    if !case.anonymous {
        need(!case.customer.name.trim().is_empty(), "missing-name");
        need(has_unit(&case.customer, &case.located), "missing-unit");
        need(!case.customer.phone.trim().is_empty(), "missing-phone");
    }
    missing
}

/// An emergency that is not closed yet.
pub(super) fn emergency_open(case: &CaseState) -> bool {
    case.emergency.as_ref().is_some_and(|mark| mark.settled_at.is_none())
}

/// A callback is due for every service request (CSM-3) and wherever the standard sets its clock, if there is somebody to call.
pub(super) fn callback_needed(case: &CaseState) -> bool {
    let by_standard = case
        .clocks
        .iter()
        .any(|clock| clock.code == ClockCode::Callback && clock.cycle == case.cycle);
    case.has_customer() && ((case.kind == Kind::Request && case.scope != Scope::Outside) || by_standard)
}

/// A unit of the directory or an address in words.
pub(super) fn has_unit(customer: &Customer, located: &Where) -> bool {
    located.unit.is_some() || !customer.address.trim().is_empty()
}
