//! The record itself: registering, corrections that keep the old value, notes, promises, files, further contacts.

use super::close::has_unit;
use super::command::{Change, Register};
use super::complaint;
use super::decide::{Draft, incomplete, required, text};
use super::event::Fact;
use super::gate::check_fee;
use super::money::MOST_CENTS;
use super::state::CaseState;
use super::steps;
use super::values::*;
use crate::clock::{Bound, BoundSource, Clock, ClockCode, ClockStart};
use crate::ids::*;
use crate::refusal::Refusal;

/// CAL-2, CAL-5, CSM-3, REC-10, REC-13.
pub(super) fn register(draft: &mut Draft<'_>, form: &Register) -> Result<(), Refusal> {
    draft.happened(form.happened_at)?;
    let customer = trimmed(&form.customer)?;
    let content = text(&form.content)?;
    let place = text(&form.place)?;
    let item = text(&form.item)?;
    let number = text(&form.number)?;
    let anonymous_reason = form
        .anonymous_reason
        .as_deref()
        .map(text)
        .transpose()?
        .filter(|r| !r.is_empty());
    let unknown = customer.name.is_empty() && customer.phone.is_empty() && !has_unit(&customer, &form.located);
    let itemised = matches!(form.kind, Kind::Request | Kind::Complaint);
    let missing: Vec<_> = [
        (number.is_empty(), "missing-number"),
        (content.is_empty(), "missing-content"),
        (item.is_empty() && itemised, "missing-item"),
        (place.is_empty() && form.kind == Kind::Request, "missing-place"),
        (unknown && anonymous_reason.is_none(), "missing-anonymous-reason"),
    ]
    .into_iter()
    .filter_map(|(lacks, key)| lacks.then_some(key))
    .collect();
    if !missing.is_empty() {
        return Err(incomplete(missing).clause("CAL-5"));
    }
    check_price(&form.fee)?;
    check_appointment(form.appointment)?;
    let when = draft.when();
    if let Some(past) = [form.wanted_by, form.authority_by]
        .into_iter()
        .flatten()
        .find(|at| *at <= when)
    {
        return Err(Refusal::new("refuse-until-past").arg("until", past));
    }
    draft.emit(Fact::Registered {
        case: form.case.clone(),
        number,
        kind: form.kind,
        channel: form.channel,
        item,
        importance: form.importance,
        urgency: form.urgency,
        scope: form.scope,
        fee: form.fee,
        identity: form.identity,
        located: form.located.clone(),
        anonymous: anonymous_reason.is_some(),
        appointment: form.appointment,
        wanted_by: form.wanted_by,
        authority_by: form.authority_by,
        repeat_of: form.repeat_of.clone(),
        contact: form.contact.clone(),
        first_asked: form.first_asked.as_ref().or(draft.who.staff()).cloned(),
        standard: draft.env.standard.version().to_owned(),
        customer,
        place,
        content,
        anonymous_reason,
    })?;
    complaint::open(draft, form.about.as_ref())?;
    draft.start_clocks()
}

fn trimmed(customer: &Customer) -> Result<Customer, Refusal> {
    Ok(Customer {
        name: text(&customer.name)?,
        phone: text(&customer.phone)?,
        address: text(&customer.address)?,
    })
}

/// A price belongs to paid work, and only to it.
fn check_price(fee: &Fee) -> Result<(), Refusal> {
    let right = match fee.kind {
        FeeKind::Paid => (1..=MOST_CENTS).contains(&fee.cents),
        FeeKind::Free | FeeKind::Quote => fee.cents == 0,
    };
    if right {
        Ok(())
    } else {
        Err(Refusal::new("refuse-fee-amount")
            .clause("REC-13")
            .arg("cents", fee.cents))
    }
}

fn check_appointment(appointment: Option<Appointment>) -> Result<(), Refusal> {
    match appointment {
        Some(appointment) if appointment.to <= appointment.from => Err(Refusal::new("refuse-appointment-order")),
        _ => Ok(()),
    }
}

pub(super) fn urge(draft: &mut Draft<'_>, note: &str) -> Result<(), Refusal> {
    draft.emit(Fact::Urged { note: text(note)? })
}

pub(super) fn note(draft: &mut Draft<'_>, given: &str, told_customer: bool) -> Result<(), Refusal> {
    // A customer's own words do not count as the customer having been told.
    let told_customer = told_customer && draft.who.staff().is_some();
    draft.emit(Fact::Noted {
        told_customer,
        text: required(given, "missing-text")?,
    })
}

/// Whether somebody can be answered as promised (REC-8): a reply needs name, unit and phone, a call back the number alone.
///
/// # Errors
/// `refuse-promise-needs-customer` with everything that is lacking.
pub fn reachable(kind: PromiseKind, customer: &Customer, located: &Where) -> Result<(), Refusal> {
    let lacks = [
        (customer.name.trim().is_empty(), "missing-name"),
        (!has_unit(customer, located), "missing-unit"),
        (customer.phone.trim().is_empty(), "missing-phone"),
    ];
    let missing: Vec<_> = lacks
        .into_iter()
        .filter(|(_, key)| kind == PromiseKind::Reply || *key == "missing-phone")
        .filter_map(|(lacks, key)| lacks.then_some(key))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Refusal::new("refuse-promise-needs-customer")
            .clause("REC-8")
            .missing(missing))
    }
}

/// REC-8, CAL-3: the limit follows from the importance; the customer's own time counts and is not later than it. A reply needs
/// name, unit and phone, a call back the number alone. REC-9: it is reported to the superior at once.
pub(super) fn promise(
    draft: &mut Draft<'_>,
    case: &CaseState,
    kind: PromiseKind,
    what: &str,
    by: Option<i64>,
    reported_to: &[StaffId],
) -> Result<(), Refusal> {
    let what = required(what, "missing-what")?;
    let now = draft.env.now;
    reachable(kind, &case.customer, &case.located)?;
    if let Some(past) = by.filter(|by| *by <= now) {
        return Err(Refusal::new("refuse-until-past").arg("until", past));
    }
    let no = case.promises.last().map_or(1, |last| last.no + 1);
    let rules = draft.env.standard.desk();
    let rule = draft
        .env
        .standard
        .promise(case.kind, &case.item, case.importance, case.urgency)
        .filter(|_| kind == PromiseKind::Reply);
    let call_back = (kind == PromiseKind::CallBack).then_some(rules.call_back);
    let limit = rule.map(|rule| rule.limit).or(call_back);
    let mut clock = ClockStart {
        code: ClockCode::Promise,
        clause: rule.map_or_else(|| "CAL-3".to_owned(), |rule| rule.clause.clone()),
        limit,
        started_at: Some(now),
        target: limit.map(|limit| limit.target(now, draft.env.zone)),
        bounds: Vec::new(),
        pausable: Vec::new(),
        max_pause_ms: None,
        paused: Vec::new(),
        calendar: rule.and_then(|rule| draft.env.calendar_of(rule)),
        ladder: rule.map_or_else(|| draft.env.standard.ladder().to_vec(), |rule| rule.ladder.clone()),
        cycle: no,
        continues: None,
    };
    let due = {
        let mut own = Clock::new(clock.clone());
        own.attach(draft.env.calendars);
        own.due_at(now)
    };
    if let (Some(by), Some(due)) = (by, due)
        && by > due
    {
        return Err(Refusal::new("refuse-promise-later").clause("REC-8").arg("at", due));
    }
    clock.bounds = by
        .map(|at| Bound {
            at,
            source: BoundSource::Customer,
        })
        .into_iter()
        .collect();
    // CAL-6: what is promised for another day gets a first answer today.
    let first = rules.interim.target(now, draft.env.zone);
    let early = ClockStart {
        code: ClockCode::Interim,
        clause: "CAL-6".to_owned(),
        limit: Some(rules.interim),
        target: Some(first),
        bounds: Vec::new(),
        calendar: None,
        ..clock.clone()
    };
    let first_due = Clock::new(early.clone()).due_at(now);
    let interim = (by.or(due) > first_due && first_due.is_some()).then_some(early);
    draft.emit(Fact::Promised {
        no,
        clock,
        kind,
        interim,
        reported_to: reported_to.to_vec(),
        what,
    })
}

/// CAL-6: at least how it stands, on the same day.
pub(super) fn interim(draft: &mut Draft<'_>, given: &str) -> Result<(), Refusal> {
    draft.emit(Fact::InterimAnswered {
        text: required(given, "missing-text")?,
    })
}

pub(super) fn keep_promise(draft: &mut Draft<'_>, case: &CaseState, no: u32, how: &str) -> Result<(), Refusal> {
    if !case.open_promises().any(|promise| promise.no == no) {
        return Err(Refusal::new("refuse-no-promise").clause("REC-8"));
    }
    draft.emit(Fact::PromiseKept {
        no,
        how: required(how, "missing-how")?,
    })
}

/// REC-12 C and CAL-8: an apology, a report to the head, and a referral.
/// REC-17: a call for help becomes an emergency, once.
pub(super) fn begin_emergency(draft: &mut Draft<'_>, case: &CaseState, emergency: &EmergencyId) -> Result<(), Refusal> {
    if case.kind != Kind::Help {
        return Err(Refusal::new("refuse-no-help").clause("REC-17"));
    }
    if case.emergency.is_some() {
        return Err(Refusal::new("refuse-emergency-already").clause("REC-17"));
    }
    draft.emit(Fact::EmergencyBegun {
        emergency: emergency.clone(),
    })
}

/// What follows an emergency is done; its case may be closed.
pub(super) fn settle_emergency(
    draft: &mut Draft<'_>,
    case: &CaseState,
    emergency: &EmergencyId,
) -> Result<(), Refusal> {
    let open = case.emergency.as_ref().filter(|mark| mark.settled_at.is_none());
    if open.is_none_or(|mark| mark.id != *emergency) {
        return Err(Refusal::new("refuse-nothing-changed"));
    }
    draft.emit(Fact::EmergencySettled {
        emergency: emergency.clone(),
    })
}

pub(super) fn report_outside(
    draft: &mut Draft<'_>,
    case: &CaseState,
    reported_to: &StaffId,
    referral: &str,
    note: &str,
) -> Result<(), Refusal> {
    if case.outside.is_some() {
        return Err(Refusal::new("refuse-nothing-changed"));
    }
    let referral = required(referral, "missing-referral").map_err(|refusal| refusal.clause("CAL-8"))?;
    draft.emit(Fact::OutsideReported {
        reported_to: reported_to.clone(),
        referral,
        note: text(note)?,
    })
}

pub(super) fn join(draft: &mut Draft<'_>, case: &CaseState, contact: &ContactId) -> Result<(), Refusal> {
    if case.contacts.contains(contact) {
        return Err(Refusal::new("refuse-nothing-changed"));
    }
    draft.emit(Fact::ContactJoined {
        contact: contact.clone(),
    })
}

pub(super) fn attach(
    draft: &mut Draft<'_>,
    case: &CaseState,
    (attachment, file): (&AttachmentId, &FileId),
    kind: AttachmentKind,
    caption: &str,
) -> Result<(), Refusal> {
    if case.attachments.iter().any(|known| known.id == *attachment) {
        return Err(Refusal::new("refuse-id-used"));
    }
    let (attachment, file) = (attachment.clone(), file.clone());
    draft.emit(Fact::Attached {
        attachment,
        file,
        kind,
        caption: text(caption)?,
    })
}

/// REC-12 to REC-14. An order that is out was for the other side: it is taken back, and the case goes out anew. What the
/// customer was told and accepted was the other side's price: it is asked for again before anything goes on. What has been
/// charged for work that was done stays as it was agreed.
fn change_scope(
    draft: &mut Draft<'_>,
    case: &CaseState,
    scope: Scope,
    fee: Option<Fee>,
    reason: String,
) -> Result<(), Refusal> {
    let fee = fee.unwrap_or(Fee {
        told: false,
        accepted: None,
        ..case.fee
    });
    check_new_fee(case, &fee)?;
    if let Some(order) = case.order() {
        steps::go_on(draft, case)?;
        draft.emit(Fact::TakenBack {
            order: order.id.clone(),
            reason: reason.clone(),
        })?;
    }
    draft.emit(Fact::ScopeChanged {
        old: case.scope,
        new: scope,
        reason: reason.clone(),
    })?;
    let kept = (case.charged_cents() > 0).then(|| case.accepted_quote()).flatten();
    let over = case
        .quotes
        .iter()
        .filter(|quote| !quote.superseded && quote.accepted != Some(false))
        .filter(|quote| kept.is_none_or(|kept| kept.id != quote.id));
    let quotes: Vec<QuoteId> = over.map(|quote| quote.id.clone()).collect();
    if !quotes.is_empty() {
        draft.emit(Fact::QuotesVoided { quotes })?;
    }
    if fee == case.fee {
        return Ok(());
    }
    draft.emit(Fact::FeeChanged {
        old: case.fee,
        new: fee,
        reason,
    })
}

/// A price that is to stand from now on: none below what an earlier round has charged; who wants less waives it.
fn check_new_fee(case: &CaseState, fee: &Fee) -> Result<(), Refusal> {
    check_price(fee)?;
    let charged = case.charged_cents();
    let other = (fee.kind, fee.cents) != (case.fee.kind, case.fee.cents);
    if other && fee.kind != FeeKind::Quote && fee.cents < charged {
        return Err(Refusal::new("refuse-quote-below-charged")
            .clause("REC-13")
            .arg("charged", charged));
    }
    Ok(())
}

/// Corrections. What becomes of clocks and of a signature follows from what the case is afterwards.
pub(super) fn change(draft: &mut Draft<'_>, case: &CaseState, change: &Change, reason: &str) -> Result<(), Refusal> {
    let reason = required(reason, "missing-reason")?;
    let same = || Err(Refusal::new("refuse-nothing-changed"));
    match change {
        Change::Kind { kind, .. } if *kind == case.kind => same(),
        Change::Kind { kind, number } => {
            let number = required(number, "missing-number")?;
            let itemised = matches!(kind, Kind::Request | Kind::Complaint);
            let lacks_place = *kind == Kind::Request && case.place.is_empty();
            let lacks = [
                (itemised && case.item.is_empty(), "missing-item"),
                (lacks_place, "missing-place"),
            ];
            let missing: Vec<_> = lacks
                .into_iter()
                .filter_map(|(lacks, key)| lacks.then_some(key))
                .collect();
            if !missing.is_empty() {
                return Err(incomplete(missing).clause("CSM-3"));
            }
            draft.emit(Fact::KindChanged {
                old_kind: case.kind,
                old_number: case.number.clone(),
                kind: *kind,
                number,
                reason,
            })?;
            complaint::open(draft, None)?;
            draft.retarget(case, Because::Kind)
        }
        Change::Level { importance, urgency } if (*importance, *urgency) == (case.importance, case.urgency) => same(),
        Change::Level { importance, urgency } => {
            draft.emit(Fact::LevelChanged {
                old_importance: case.importance,
                old_urgency: case.urgency,
                importance: *importance,
                urgency: *urgency,
                reason,
            })?;
            draft.retarget(case, Because::Level)
        }
        Change::Fee(fee) if *fee == case.fee => same(),
        Change::Fee(fee) => {
            check_new_fee(case, fee)?;
            if case.order().is_some() {
                check_fee(fee)?;
            }
            draft.emit(Fact::FeeChanged {
                old: case.fee,
                new: *fee,
                reason,
            })
        }
        Change::Scope { scope, .. } if *scope == case.scope => same(),
        Change::Scope { scope, fee } => change_scope(draft, case, *scope, *fee, reason),
        Change::Item(item) => {
            let new = required(item, "missing-item")?;
            if new == case.item {
                return same();
            }
            draft.emit(Fact::ItemChanged {
                old: case.item.clone(),
                new,
                reason,
            })?;
            draft.retarget(case, Because::Item)
        }
        Change::Place(place) => {
            let new = required(place, "missing-place")?;
            if new == case.place {
                return same();
            }
            draft.emit(Fact::PlaceChanged {
                old: case.place.clone(),
                new,
                reason,
            })
        }
        Change::Content(content) => {
            let new = required(content, "missing-content")?;
            if new == case.content {
                return same();
            }
            draft.emit(Fact::ContentChanged {
                old: case.content.clone(),
                new,
                reason,
            })
        }
        Change::Customer {
            customer,
            located,
            identity,
            anonymous_reason,
        } => {
            let new = trimmed(customer)?;
            let anonymous_reason = anonymous_reason
                .as_deref()
                .map(text)
                .transpose()?
                .filter(|r| !r.is_empty());
            let unknown = new.name.is_empty() && new.phone.is_empty() && !has_unit(&new, located);
            if unknown && anonymous_reason.is_none() {
                return Err(incomplete(["missing-anonymous-reason"]).clause("REC-10"));
            }
            if (&new, located, identity, &anonymous_reason)
                == (&case.customer, &case.located, &case.identity, &case.anonymous_reason)
            {
                return same();
            }
            draft.emit(Fact::CustomerChanged {
                old_located: case.located.clone(),
                located: located.clone(),
                identity: *identity,
                anonymous: anonymous_reason.is_some(),
                old: case.customer.clone(),
                new,
                anonymous_reason,
                reason,
            })
        }
        Change::Appointment(new) if *new == case.appointment => same(),
        Change::Appointment(new) => {
            check_appointment(*new)?;
            if let Some(past) = new.filter(|new| new.to <= draft.env.now) {
                return Err(Refusal::new("refuse-until-past").arg("until", past.to));
            }
            draft.emit(Fact::AppointmentChanged {
                old: case.appointment,
                new: *new,
                reason,
            })?;
            draft.retarget(case, Because::Appointment)
        }
    }
}
