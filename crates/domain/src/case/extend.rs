//! More time (COM-32), asked for before the limit and agreed on by the customer, and excuses, which come after it: a second
//! fact beside the breach.

use super::command::ConsentHow;
use super::decide::{Draft, Env, incomplete, required, text};
use super::event::{By, Fact};
use super::gate::own_grade;
use super::state::{CaseState, Consent, ExcuseRequest, Extension};
use super::values::*;
use crate::access::{Role, Who};
use crate::clock::{BoundSource, Clock, ClockCode, ExcuseReason};
use crate::desk_rules::stands_for;
use crate::ids::{ExtensionId, StaffId};
use crate::refusal::Refusal;

/// Running, not passed at `now`, and such as the customer may agree to move.
pub fn extendable(clock: &Clock, now: i64) -> bool {
    clock.code.extendable()
        && clock.is_open()
        && clock.started_at.is_some()
        && clock.breached_at.is_none()
        && clock.unrecorded_breach(now).is_none()
}

/// A breach without an excuse.
pub fn excusable(clock: &Clock) -> bool {
    clock.breached_at.is_some() && clock.excuse.is_none()
}

/// Whether it is this person's own doing: then somebody else excuses it.
pub fn at_fault(case: &CaseState, who: &StaffId) -> bool {
    let on_order = case.orders.iter().any(|order| order.worker.as_ref() == Some(who));
    let promised = case.promises.iter().any(|promise| promise.by.staff() == Some(who));
    case.did.contains(who) || on_order || promised || case.first_asked.as_ref() == Some(who)
}

/// Before anything is filled in: is there a limit that could still be moved.
pub(super) fn may_ask(case: &CaseState, env: &Env<'_>) -> Result<(), Refusal> {
    if case.clocks.iter().any(|clock| extendable(clock, env.now)) {
        return Ok(());
    }
    let passed = case
        .clocks
        .iter()
        .any(|clock| clock.code.extendable() && clock.is_open() && clock.started_at.is_some());
    Err(Refusal::new(if passed {
        "refuse-extension-too-late"
    } else {
        "refuse-no-clock-to-extend"
    })
    .clause("COM-32"))
}

fn none_pending() -> Refusal {
    Refusal::new("refuse-no-extension").clause("COM-32")
}

pub(super) fn may_answer(case: &CaseState) -> Result<(), Refusal> {
    match case.pending_extensions().any(|e| e.agreement.is_none()) {
        true => Ok(()),
        false => Err(none_pending()),
    }
}

pub(super) fn may_withdraw(case: &CaseState) -> Result<(), Refusal> {
    match case.pending_extensions().next() {
        Some(_) => Ok(()),
        None => Err(none_pending()),
    }
}

/// The post that decides, and nobody who asked or noted the customer's word.
pub(super) fn may_decide(case: &CaseState, who: &Who) -> Result<(), Refusal> {
    let undecided: Vec<&Extension> = case.pending_extensions().filter(|e| e.awaits_decision()).collect();
    if undecided.is_empty() {
        return Err(none_pending());
    }
    let refusals: Vec<Refusal> = undecided.iter().filter_map(|e| decides(e, who).err()).collect();
    match refusals.into_iter().next() {
        Some(refusal) if undecided.iter().all(|e| decides(e, who).is_err()) => Err(refusal),
        _ => Ok(()),
    }
}

/// Whether somebody decides on this request.
fn decides(extension: &Extension, who: &Who) -> Result<(), Refusal> {
    let Who::Staff { id, roles, .. } = who else {
        return Err(Refusal::new("refuse-extension-post").arg("post", extension.approver));
    };
    if !stands_for(roles, extension.approver) {
        return Err(Refusal::new("refuse-extension-post")
            .clause("COM-32")
            .arg("post", extension.approver));
    }
    let noted = extension.agreement.as_ref().and_then(|word| word.by.staff());
    if extension.by.staff() == Some(id) || noted == Some(id) {
        return Err(Refusal::new("refuse-extension-own").clause("COM-32"));
    }
    Ok(())
}

/// A breach for which an excuse can be asked: without one, and none waits for a decision.
pub fn askable(case: &CaseState, clock: &Clock) -> bool {
    let waits = |r: &ExcuseRequest| r.code == clock.code && r.cycle == clock.cycle;
    excusable(clock) && !case.pending_excuses().any(waits)
}

/// A breach without an excuse, and no request for one.
pub(super) fn may_ask_excuse(case: &CaseState) -> Result<(), Refusal> {
    if case.clocks.iter().any(|clock| askable(case, clock)) {
        return Ok(());
    }
    let waits = case.pending_excuses().next().is_some();
    Err(Refusal::new(if waits {
        "refuse-excuse-pending"
    } else {
        "refuse-nothing-to-excuse"
    })
    .clause("COM-32"))
}

/// The post that decides, or one above it, and nobody who asked or had a part in what was late.
fn decides_excuse(case: &CaseState, post: Role, asked: Option<&StaffId>, who: &Who) -> Result<(), Refusal> {
    let Who::Staff { id, roles, .. } = who else {
        return Err(Refusal::new("refuse-excuse-post").clause("COM-32").arg("post", post));
    };
    if at_fault(case, id) || asked == Some(id) {
        return Err(Refusal::new("refuse-excuse-own").clause("COM-32"));
    }
    if !stands_for(roles, post) {
        return Err(Refusal::new("refuse-excuse-post").clause("COM-32").arg("post", post));
    }
    Ok(())
}

/// A request for an excuse that this person decides on.
pub(super) fn may_decide_excuse(case: &CaseState, who: &Who) -> Result<(), Refusal> {
    let mut refusal = Refusal::new("refuse-no-excuse-asked").clause("COM-32");
    for request in case.pending_excuses() {
        match decides_excuse(case, request.approver, request.by.staff(), who) {
            Ok(()) => return Ok(()),
            Err(why) => refusal = why,
        }
    }
    Err(refusal)
}

/// Something to excuse in one step: by who may decide and had no part in it.
pub(super) fn may_excuse(case: &CaseState, who: &Who, env: &Env<'_>) -> Result<(), Refusal> {
    if !case.clocks.iter().any(excusable) {
        return Err(Refusal::new("refuse-nothing-to-excuse").clause("COM-32"));
    }
    let post = env.standard.desk().approver(case.importance);
    decides_excuse(case, post, None, who)
}

/// COM-32: in advance, with a reason and a new time, told to the customer.
pub(super) fn ask(
    draft: &mut Draft<'_>,
    case: &CaseState,
    extension: &ExtensionId,
    (code, cycle): (ClockCode, u32),
    to: i64,
    reason: &str,
    told: ToldHow,
) -> Result<(), Refusal> {
    let now = draft.env.now;
    let reason = required(reason, "missing-reason")?;
    if case.extensions.iter().any(|known| known.id == *extension) {
        return Err(Refusal::new("refuse-id-used"));
    }
    let Some(clock) = case.clock(code, cycle) else {
        return Err(incomplete(["missing-clock"]).clause("COM-32"));
    };
    if !extendable(clock, now) {
        let passed = clock.breached_at.is_some() || clock.unrecorded_breach(now).is_some();
        return Err(Refusal::new(if passed {
            "refuse-extension-too-late"
        } else {
            "refuse-no-clock-to-extend"
        })
        .clause("COM-32"));
    }
    let due_at = clock.due_at(now);
    if to <= due_at.unwrap_or(now).max(now) {
        return Err(Refusal::new("refuse-extension-not-later")
            .clause("COM-32")
            .arg("at", due_at.unwrap_or(now)));
    }
    if to > now.saturating_add(draft.env.standard.longest_wait_ms()) {
        return Err(Refusal::new("refuse-wait-too-long")
            .arg("until", to)
            .arg("days", draft.env.standard.longest_wait_ms() / 86_400_000));
    }
    let authority = clock.bounds.iter().find(|b| b.source == BoundSource::Authority);
    if let Some(bound) = authority.filter(|bound| to > bound.at) {
        return Err(Refusal::new("refuse-extension-authority")
            .clause("COM-32")
            .arg("at", bound.at));
    }
    if case.pending_extensions().any(|e| e.code == code && e.cycle == cycle) {
        return Err(Refusal::new("refuse-extension-pending").clause("COM-32"));
    }
    let approver = draft.env.standard.desk().approver(case.importance);
    draft.emit(Fact::ExtensionAsked {
        extension: extension.clone(),
        code,
        cycle,
        due_at,
        to,
        told,
        approver,
        reason,
    })
}

fn pending<'a>(draft: &'a Draft<'_>, extension: &ExtensionId) -> Result<&'a Extension, Refusal> {
    draft
        .case
        .as_ref()
        .and_then(|case| case.pending_extensions().find(|known| known.id == *extension))
        .ok_or_else(|| Refusal::new("refuse-extension-over").clause("COM-32"))
}

/// The customer's word: by the own link, or as staff note it.
pub(super) fn answer(
    draft: &mut Draft<'_>,
    extension: &ExtensionId,
    agree: bool,
    how: &ConsentHow,
) -> Result<(), Refusal> {
    if pending(draft, extension)?.agreement.is_some() {
        return Err(Refusal::new("refuse-extension-over").clause("COM-32"));
    }
    let (grade, how, note) = match (how, own_grade(draft.who)) {
        (ConsentHow::Own, Some(grade)) => (grade, Consent::Own, String::new()),
        (ConsentHow::Noted { how, note }, None) if *how != Consent::Own => {
            (Grade::C, *how, required(note, "missing-how")?)
        }
        _ => return Err(Refusal::new("refuse-customers-own").clause("COM-30")),
    };
    draft.emit(Fact::ExtensionAnswered {
        extension: extension.clone(),
        agreed: agree,
        grade,
        how,
        note,
    })?;
    grant(draft, extension)
}

pub(super) fn decide(draft: &mut Draft<'_>, extension: &ExtensionId, approve: bool, note: &str) -> Result<(), Refusal> {
    let asked = pending(draft, extension)?;
    if !asked.awaits_decision() {
        return Err(Refusal::new("refuse-extension-over").clause("COM-32"));
    }
    decides(asked, draft.who)?;
    let note = if approve {
        text(note)?
    } else {
        required(note, "missing-reason")?
    };
    draft.emit(Fact::ExtensionDecided {
        extension: extension.clone(),
        approved: approve,
        note,
    })?;
    grant(draft, extension)
}

/// Both words are there, and the limit has not passed: it moves.
fn grant(draft: &mut Draft<'_>, extension: &ExtensionId) -> Result<(), Refusal> {
    let Some(case) = &draft.case else { return Ok(()) };
    let Some(asked) = case.pending_extensions().find(|known| known.id == *extension) else {
        return Ok(());
    };
    let agreed = asked.agreement.as_ref().is_some_and(|word| word.agreed) || !case.has_customer();
    let approved = asked.decision.as_ref().is_some_and(|word| word.approved);
    let in_time = case
        .clock(asked.code, asked.cycle)
        .is_some_and(|clock| extendable(clock, draft.env.now));
    if !agreed || !approved || !in_time {
        return Ok(());
    }
    let from = case
        .clock(asked.code, asked.cycle)
        .and_then(|clock| clock.due_at(draft.env.now));
    let fact = Fact::ExtensionGranted {
        extension: extension.clone(),
        code: asked.code,
        cycle: asked.cycle,
        from,
        to: asked.to,
    };
    draft.emit(fact)
}

pub(super) fn withdraw(draft: &mut Draft<'_>, extension: &ExtensionId, reason: &str) -> Result<(), Refusal> {
    pending(draft, extension)?;
    draft.emit(Fact::ExtensionWithdrawn {
        extension: extension.clone(),
        reason: required(reason, "missing-reason")?,
    })
}

/// What is still asked for a limit that has passed or ended has lapsed.
pub(super) fn lapse(draft: &mut Draft<'_>) {
    let Some(case) = &draft.case else { return };
    let over: Vec<(ExtensionId, ClockCode)> = case
        .pending_extensions()
        .filter(|e| {
            case.clock(e.code, e.cycle)
                .is_none_or(|clock| !clock.is_open() || clock.breached_at.is_some())
        })
        .map(|e| (e.id.clone(), e.code))
        .collect();
    for (extension, code) in over {
        let by = By::System {
            name: "clock".to_owned(),
        };
        draft.push(Fact::ExtensionLapsed { extension, code }, by, None);
    }
}

/// Asks that a breach be excused: the post that the standard names decides.
pub(super) fn ask_excuse(
    draft: &mut Draft<'_>,
    case: &CaseState,
    (code, cycle): (ClockCode, u32),
    reason: ExcuseReason,
    words: &str,
) -> Result<(), Refusal> {
    let Some(clock) = case.clock(code, cycle).filter(|clock| excusable(clock)) else {
        return Err(Refusal::new("refuse-nothing-to-excuse").clause("COM-32"));
    };
    if !askable(case, clock) {
        return Err(Refusal::new("refuse-excuse-pending").clause("COM-32"));
    }
    draft.emit(Fact::ExcuseAsked {
        code,
        cycle,
        reason,
        approver: draft.env.standard.desk().approver(case.importance),
        text: required(words, "missing-text")?,
    })
}

/// Approves a request, and with it the breach is excused for the reason that was given; or refuses it, with a reason.
pub(super) fn decide_excuse(
    draft: &mut Draft<'_>,
    (code, cycle): (ClockCode, u32),
    approve: bool,
    note: &str,
) -> Result<(), Refusal> {
    let waits = |r: &&ExcuseRequest| r.code == code && r.cycle == cycle;
    let Some((case, request)) = (draft.case.as_ref()).and_then(|c| Some((c, c.pending_excuses().find(waits)?))) else {
        return Err(Refusal::new("refuse-no-excuse-asked").clause("COM-32"));
    };
    decides_excuse(case, request.approver, request.by.staff(), draft.who)?;
    let (reason, words) = (request.reason, request.text.clone());
    let note = if approve {
        text(note)?
    } else {
        required(note, "missing-reason")?
    };
    draft.emit(Fact::ExcuseDecided {
        code,
        cycle,
        approved: approve,
        note,
    })?;
    if approve {
        excuse(draft, (code, cycle), reason, &words)?;
    }
    Ok(())
}

/// A second fact beside the breach, by somebody whose doing it was not.
pub(super) fn excuse(
    draft: &mut Draft<'_>,
    (code, cycle): (ClockCode, u32),
    reason: ExcuseReason,
    words: &str,
) -> Result<(), Refusal> {
    let found = draft.case.as_ref().and_then(|case| case.clock(code, cycle));
    if !found.is_some_and(excusable) {
        return Err(Refusal::new("refuse-nothing-to-excuse").clause("COM-32"));
    }
    draft.emit(Fact::BreachExcused {
        code,
        cycle,
        reason,
        text: required(words, "missing-text")?,
    })
}
