//! Who may take which step of a complaint when, and what comes of it.

use super::super::after::open_again;
use super::super::decide::{Draft, Env, incomplete, required, text};
use super::super::event::{By, Fact};
use super::super::state::{CaseState, Order};
use super::super::values::{Because, Kind, OrderStatus, ReopenReason, Status};
use super::lacking::{missing_before_answer, missing_to_verify};
use super::route::LEADER;
use super::{ComplaintFile, Given, Nature, RaisedBy, Run, Step};
use crate::access::{Action, Who};
use crate::clock::{ClockCode, ClockStart};
use crate::ids::*;
use crate::refusal::Refusal;
use crate::standard::LimitCode;

const DAY: i64 = 86_400_000;

/// Days after filing on which the same is looked for at the same place.
pub const LOOKS: [u32; 2] = [30, 60];

fn refuse(rule: &'static str, clause: &'static str) -> Refusal {
    Refusal::new(rule).clause(clause)
}

fn holds(there: bool, refusal: impl FnOnce() -> Refusal) -> Result<(), Refusal> {
    if there { Ok(()) } else { Err(refusal()) }
}

/// The record that begins with a complaint.
pub(in super::super) fn open(draft: &mut Draft<'_>, about: Option<&StaffId>) -> Result<(), Refusal> {
    let lacks = draft
        .case
        .as_ref()
        .is_some_and(|case| case.kind == Kind::Complaint && case.complaint.is_none());
    if !lacks {
        return Ok(());
    }
    draft.emit(Fact::ComplaintOpened { about: about.cloned() })
}

/// Not valid until the customer was told and did not appeal; every other step needs a valid complaint.
fn valid(file: &ComplaintFile) -> Result<(), Refusal> {
    match file.judgement() {
        None => Err(refuse("refuse-not-judged", "COM-28").missing(["missing-judgement"])),
        Some(judgement) if !judgement.valid => Err(refuse("refuse-not-valid", "COM-28")),
        Some(_) => Ok(()),
    }
}

/// Every check that needs no form. Ok for actions that are none of a complaint's own.
pub(in super::super) fn gate(case: &CaseState, action: Action, who: &Who) -> Result<(), Refusal> {
    if !action.of_complaint() {
        return match action {
            // COM-22, COM-23, COM-25: in this order, and with nothing left open.
            Action::Answer | Action::Complete => {
                let missing = missing_before_answer(case);
                holds(missing.is_empty(), || {
                    refuse("refuse-complaint-order", "COM-23").missing(missing)
                })
            }
            _ => Ok(()),
        };
    }
    if case.kind != Kind::Complaint {
        return Err(refuse("refuse-no-complaint", "REC-16"));
    }
    let empty = ComplaintFile::default();
    let file = case.complaint.as_ref().unwrap_or(&empty);
    let settled = matches!(case.status, Status::Done | Status::Confirmed);
    let before = case.is_open() && !settled;
    let again = case.status == Status::Closed && file.prevention_open();
    let in_time = |there: bool| holds(there, || super::super::gate::wrong_state(case, action));
    match action {
        Action::JudgeComplaint => {
            in_time(before)?;
            holds(file.judgement().is_none(), || refuse("refuse-judged-already", "COM-28"))?;
            // Who judged before does not judge on the appeal.
            let fresh = |id: &StaffId| !file.judgements.iter().any(|j| j.by.staff() == Some(id));
            holds(who.staff().is_none_or(fresh), || {
                refuse("refuse-judged-by-you", "COM-28")
            })
        }
        Action::AppealComplaint => {
            in_time(case.is_open())?;
            holds(file.judgement().is_some_and(|judgement| !judgement.valid), || {
                refuse("refuse-nothing-to-appeal", "COM-28")
            })
        }
        Action::RouteComplaint | Action::AddPart => {
            valid(file)?;
            in_time(before)?;
            holds(action == Action::RouteComplaint || file.route().is_some(), || {
                refuse("refuse-not-routed", "COM-23").missing(["missing-route"])
            })
        }
        Action::FinishPart => holds(file.open_parts().next().is_some(), || {
            refuse("refuse-no-part", "COM-23")
        }),
        Action::RecordFinding => {
            valid(file)?;
            in_time(before)?;
            holds(file.route().is_some(), || {
                refuse("refuse-not-routed", "COM-18").missing(["missing-route"])
            })
        }
        Action::ProposeAnswer => {
            valid(file)?;
            in_time(before)?;
            holds(file.finding.is_some(), || {
                refuse("refuse-no-finding", "COM-28").missing(["missing-finding"])
            })
        }
        Action::AgreeLetter => {
            in_time(before)?;
            let waits = file
                .proposal(case.cycle)
                .is_some_and(|proposal| proposal.letter && proposal.agreed.is_none());
            holds(waits, || refuse("refuse-no-letter", "COM-22"))
        }
        Action::RaiseComplaint => {
            valid(file)?;
            in_time(before)?;
            holds(file.open_raise().is_none(), || {
                refuse("refuse-raised-already", "COM-25")
            })
        }
        Action::InstructComplaint => {
            let waits = file.open_raise().is_some_and(|raised| raised.instruction.is_none());
            holds(waits, || refuse("refuse-nothing-raised", "COM-25"))
        }
        Action::CarryOut => {
            let waits = file.open_raise().is_some_and(|raised| raised.instruction.is_some());
            holds(waits, || refuse("refuse-no-instruction", "COM-25"))
        }
        Action::RecordResponse => {
            valid(file)?;
            in_time(settled)?;
            holds(file.response(case.cycle).is_none(), || {
                refuse("refuse-responded-already", "COM-30")
            })
        }
        Action::NoteOpinion => {
            valid(file)?;
            in_time(settled)?;
            let heard = file.response(case.cycle).is_some() || case.confirmation().is_some();
            holds(heard, || {
                refuse("refuse-not-responded", "COM-26").missing(["missing-response"])
            })
        }
        Action::RecordCause => {
            valid(file)?;
            in_time(settled || again)
        }
        Action::SetMeasure => {
            valid(file)?;
            in_time(settled || again)?;
            holds(file.cause.is_some(), || {
                refuse("refuse-no-cause", "COM-31").missing(["missing-cause"])
            })
        }
        Action::FinishMeasure => holds(file.open_measures().next().is_some(), || {
            refuse("refuse-no-measure", "COM-31")
        }),
        Action::VerifyComplaint => {
            valid(file)?;
            in_time(settled || again)?;
            let missing = missing_to_verify(case);
            holds(missing.is_empty(), || {
                refuse("refuse-not-verifiable", "COM-14").missing(missing)
            })?;
            let no_part = |id: &StaffId| !file.involved.contains(id) && !case.did.contains(id);
            holds(who.staff().is_some_and(no_part), || {
                refuse("refuse-verified-by-own", "COM-14")
            })?;
            holds(file.verified(case.cycle).is_none(), || {
                refuse("refuse-verified-already", "COM-14")
            })
        }
        _ => {
            in_time(settled)?;
            holds(file.verified(case.cycle).is_some(), || {
                refuse("refuse-not-verified", "COM-27").missing(["missing-verification"])
            })?;
            holds(file.filed.is_none(), || refuse("refuse-filed-already", "COM-27"))
        }
    }
}

fn ahead(draft: &Draft<'_>, at: i64) -> Result<(), Refusal> {
    holds(at > draft.env.now, || {
        Refusal::new("refuse-until-past").arg("until", at)
    })
}

/// `case` is the case as it was before the step.
#[expect(clippy::too_many_lines, reason = "one arm for each step, each a handful of lines")]
pub(in super::super) fn run(draft: &mut Draft<'_>, case: &CaseState, run: &Run) -> Result<(), Refusal> {
    open(draft, None)?;
    let file = draft
        .case
        .as_ref()
        .and_then(|case| case.complaint.clone())
        .unwrap_or_default();
    match &run.step {
        Step::JudgeComplaint {
            valid,
            nature,
            severity,
            about,
            reason,
            told,
        } => {
            let reason = required(reason, "missing-reason")?;
            if !valid && told.is_none() && case.has_customer() {
                return Err(incomplete(["missing-customer-told"]).clause("COM-28"));
            }
            if about.is_some() && about.as_ref() == draft.who.staff() {
                return Err(refuse("refuse-about-you", "COM-17"));
            }
            draft.emit(Fact::ComplaintJudged {
                valid: *valid,
                // Against the manager or a head is COM-21, however it was called.
                nature: if run.given.about_a_head { Nature::Head } else { *nature },
                severity: *severity,
                // Who was named once stays out, unless somebody else is named.
                about: about.clone().or(file.about),
                told: told.filter(|_| !valid),
                reason: reason.clone(),
            })?;
            if *severity == case.importance {
                return Ok(());
            }
            draft.emit(Fact::LevelChanged {
                old_importance: case.importance,
                old_urgency: case.urgency,
                importance: *severity,
                urgency: case.urgency,
                reason,
            })?;
            draft.retarget(case, Because::Level)
        }
        Step::AppealComplaint { reason } => draft.emit(Fact::ComplaintAppealed {
            reason: required(reason, "missing-reason")?,
        }),
        Step::RouteComplaint { received, to, reason } => route(draft, &file, run, (*received, to), reason),
        Step::AddPart {
            department,
            what,
            due_at,
        } => {
            let what = required(what, "missing-what")?;
            ahead(draft, *due_at)?;
            draft.emit(Fact::PartGiven {
                no: file.parts.last().map_or(1, |last| last.no + 1),
                department: department.clone(),
                due_at: *due_at,
                what,
            })
        }
        Step::FinishPart { no, result } => {
            if !file.open_parts().any(|part| part.no == *no) {
                return Err(refuse("refuse-no-part", "COM-23"));
            }
            draft.emit(Fact::PartDone {
                no: *no,
                result: required(result, "missing-result")?,
            })
        }
        Step::RecordFinding { text } => draft.emit(Fact::FindingRecorded {
            text: required(text, "missing-text")?,
        }),
        Step::ProposeAnswer { text, letter } => draft.emit(Fact::AnswerProposed {
            letter: *letter,
            text: required(text, "missing-text")?,
        }),
        Step::AgreeLetter { agree, note } => {
            let note = if *agree {
                text(note)?
            } else {
                required(note, "missing-reason")?
            };
            draft.emit(Fact::LetterDecided { agreed: *agree, note })
        }
        Step::RaiseComplaint { reason } => draft.emit(Fact::ComplaintRaised {
            because: RaisedBy::Unsolved,
            reason: required(reason, "missing-reason")?,
        }),
        Step::InstructComplaint { text } => draft.emit(Fact::ComplaintInstructed {
            text: required(text, "missing-text")?,
        }),
        Step::CarryOut { text } => draft.emit(Fact::InstructionDone {
            text: required(text, "missing-text")?,
        }),
        Step::RecordResponse { accepted, how, note } => {
            let note = if *accepted {
                text(note)?
            } else {
                required(note, "missing-reason")?
            };
            draft.emit(Fact::AnswerResponded {
                accepted: *accepted,
                how: *how,
                note: note.clone(),
            })?;
            if *accepted {
                return Ok(());
            }
            draft.emit(Fact::ComplaintRaised {
                because: RaisedBy::NotAccepted,
                reason: note.clone(),
            })?;
            open_again(draft, case, ReopenReason::NotSolved, note)
        }
        Step::NoteOpinion {
            opinion,
            thanked,
            hopes,
        } => {
            if !thanked {
                return Err(incomplete(["missing-thanks"]).clause("COM-26"));
            }
            draft.emit(Fact::OpinionNoted {
                opinion: *opinion,
                hopes: text(hopes)?,
            })
        }
        Step::RecordCause { text } => draft.emit(Fact::CauseRecorded {
            text: required(text, "missing-text")?,
        }),
        Step::SetMeasure {
            kind,
            facts,
            text: what,
            owner,
            due_at,
        } => {
            let what = required(what, "missing-text")?;
            let facts = if case.is_major_complaint() {
                required(facts, "missing-facts").map_err(|refusal| refusal.clause("COM-31"))?
            } else {
                text(facts)?
            };
            ahead(draft, *due_at)?;
            draft.emit(Fact::MeasureSet {
                no: file.measures.last().map_or(1, |last| last.no + 1),
                kind: *kind,
                owner: owner.clone(),
                due_at: *due_at,
                facts,
                text: what,
            })
        }
        Step::FinishMeasure { no, result } => {
            if !file.open_measures().any(|measure| measure.no == *no) {
                return Err(refuse("refuse-no-measure", "COM-31"));
            }
            draft.emit(Fact::MeasureDone {
                no: *no,
                result: required(result, "missing-result")?,
            })
        }
        Step::VerifyComplaint { effective, note } => draft.emit(Fact::ComplaintVerified {
            effective: *effective,
            note: required(note, "missing-text")?,
        }),
        Step::FileComplaint { note } => draft.emit(Fact::ComplaintFiled { note: text(note)? }),
    }
}

/// COM-18 to COM-21, COM-28, COM-29. What goes to the leader waits for the leader's instruction.
fn route(
    draft: &mut Draft<'_>,
    file: &ComplaintFile,
    run: &Run,
    (received, to): (super::Received, &str),
    reason: &str,
) -> Result<(), Refusal> {
    let to = required(to, "missing-department")?;
    let Some(proposal) = &run.given.proposal else {
        return Err(incomplete(["missing-department"]));
    };
    let same = to == proposal.to;
    let reason = if same {
        text(reason)?
    } else {
        required(reason, "missing-reason").map_err(|refusal| refusal.clause("COM-18"))?
    };
    if file.route().is_some_and(|now| now.to == to && now.received == received) {
        return Err(Refusal::new("refuse-nothing-changed"));
    }
    draft.emit(Fact::ComplaintRouted {
        received,
        to: to.clone(),
        department: run.given.department.clone(),
        proposed: proposal.to.clone(),
        why: proposal.why,
        reason: reason.clone(),
    })?;
    if to == LEADER && file.open_raise().is_none() {
        return draft.emit(Fact::ComplaintRaised {
            because: RaisedBy::Route,
            reason,
        });
    }
    take_order_along(draft, &run.given, reason)
}

/// An order that nobody has accepted goes with the complaint, or it would lie at a department that has nothing to do with it.
fn take_order_along(draft: &mut Draft<'_>, given: &Given, reason: String) -> Result<(), Refusal> {
    let Some(department) = given.department.as_ref().filter(|_| given.takes_orders) else {
        return Ok(());
    };
    let waits =
        |order: &&Order| order.status == OrderStatus::Issued && !order.to_vendor && order.department != *department;
    let order = draft.case.as_ref().and_then(CaseState::order);
    let Some(order) = order.filter(waits).cloned() else {
        return Ok(());
    };
    if draft.case.as_ref().is_some_and(|case| case.status == Status::Waiting) {
        draft.emit(Fact::Resumed {})?;
    }
    draft.emit(Fact::Reassigned {
        order: order.id,
        from_department: order.department,
        from_worker: order.worker,
        department: department.clone(),
        worker: None,
        reason,
    })
}

/// COM-27: with the answer or the work done begin the days until the records are with quality.
pub(in super::super) fn on_done(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(case) = &draft.case else { return Ok(()) };
    match filing(case, &draft.env, draft.when()) {
        None => Ok(()),
        Some(clock) => draft.emit(Fact::ClocksStarted { clocks: vec![clock] }),
    }
}

/// The clock of the records, where a valid complaint has none in this round yet.
pub(in super::super) fn filing(case: &CaseState, env: &Env<'_>, started_at: i64) -> Option<ClockStart> {
    if !case.file().is_some_and(ComplaintFile::valid) || case.clock(ClockCode::Filing, case.cycle).is_some() {
        return None;
    }
    let limit = env.standard.limit(LimitCode::RecordsFiled)?.limit.as_limit()?;
    Some(ClockStart {
        code: ClockCode::Filing,
        clause: "COM-27".to_owned(),
        limit: Some(limit),
        started_at: Some(started_at),
        target: Some(limit.target(started_at, env.zone)),
        bounds: Vec::new(),
        pausable: Vec::new(),
        max_pause_ms: None,
        paused: Vec::new(),
        calendar: None,
        ladder: env.standard.ladder().to_vec(),
        cycle: case.cycle,
        continues: None,
    })
}

/// The looks for the same at the same place that have come due by `now`: days after filing.
pub fn looks_due(case: &CaseState, now: i64) -> Option<u32> {
    let filed = case.file()?.filed.as_ref()?.at;
    next_look(case).filter(|days| now >= filed + i64::from(*days) * DAY)
}

fn next_look(case: &CaseState) -> Option<u32> {
    let file = case.file()?;
    let done = |days: &u32| file.looks.iter().any(|look| look.days == *days);
    LOOKS.into_iter().find(|days| !done(days))
}

/// When the timer has to look at a complaint next: for a recurrence, or because a part or a measure is late.
pub(crate) fn look_at(case: &CaseState) -> Option<i64> {
    let filed = case.file()?.filed.as_ref().map(|said| said.at);
    let again = filed.and_then(|at| Some(at + i64::from(next_look(case)?) * DAY));
    untold(case).map(|(at, _)| at).chain(again).min()
}

/// Parts and measures that are not done and of which nobody was told yet that they are late: from when they are, and the fact.
/// The instant itself is in time.
fn untold(case: &CaseState) -> impl Iterator<Item = (i64, Fact)> {
    let file = case.file();
    let parts = file.into_iter().filter(|_| case.is_open()).flat_map(|f| f.open_parts());
    let measures = file
        .into_iter()
        .filter(|_| case.status != Status::Cancelled)
        .flat_map(|f| f.open_measures());
    parts
        .filter(|part| !part.told_late)
        .map(|part| (part.due_at + 1, Fact::PartLate { no: part.no }))
        .chain(
            measures
                .filter(|measure| !measure.told_late)
                .map(|measure| (measure.due_at + 1, Fact::MeasureLate { no: measure.no })),
        )
}

/// Parts and measures that have become late.
pub(in super::super) fn late(draft: &mut Draft<'_>) {
    let now = draft.env.now;
    let Some(case) = &draft.case else { return };
    let facts: Vec<Fact> = untold(case)
        .filter(|(at, _)| *at <= now)
        .map(|(_, fact)| fact)
        .collect();
    for fact in facts {
        let by = By::System {
            name: "clock".to_owned(),
        };
        draft.push(fact, by, None);
    }
}

/// What the timer found: a recurrence opens the prevention anew.
pub(in super::super) fn looked(draft: &mut Draft<'_>, case: &CaseState, found: &[CaseId]) -> Result<(), Refusal> {
    let Some(days) = looks_due(case, draft.env.now) else {
        return Ok(());
    };
    let by = By::System {
        name: "clock".to_owned(),
    };
    draft.push(
        Fact::RecurrenceLooked {
            days,
            found: found.to_vec(),
        },
        by,
        None,
    );
    Ok(())
}
