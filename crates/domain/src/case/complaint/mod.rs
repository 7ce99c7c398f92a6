//! The process of a complaint (REC-16, COM-17 to COM-32): judged, routed, found out, answered, accepted, learned from, verified
//! by somebody who had no part in it, and filed. It stands beside the life of the case and adds to it: work orders,
//! confirmation, callback and clocks are those of every case.
//!
//! ```text
//! judged (appeal → judged anew) → routed → parts, finding → proposal → (letter: leader agrees) → answered
//!   → accepted or signed (not accepted → leader → instruction → again) → opinion and thanks → cause → measures
//!   → verified → filed → looked after again, a recurrence opens the prevention anew
//! ```

mod decide;
mod lacking;
mod route;
mod step;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::event::{By, Event, Fact};
use super::state::CaseState;
use super::values::{Importance, Kind, Satisfaction, ToldHow};
use crate::codes::codes;
use crate::ids::*;

pub(crate) use decide::look_at;
pub use decide::{LOOKS, looks_due};
pub(super) use decide::{filing, gate, late, looked, on_done, open, run};
pub use lacking::{missing_before_answer, missing_to_close, missing_to_verify};
pub use route::{Proposal, Routes, about_a_head, default_routes, propose};
pub use step::{Given, Run, Step};

codes! {
    /// What a complaint is about, as far as the way it goes depends on it (COM-18 to COM-21).
    Nature {
        /// A person's attitude.
        Attitude = "attitude",
        ServiceQuality = "service_quality",
        CivilWorks = "civil_works",
        Decoration = "decoration",
        Equipment = "equipment",
        Charging = "charging",
        /// A claim for compensation.
        Compensation = "compensation",
        /// Against the office's manager or the head of a department.
        Head = "head",
        /// What the clauses do not name: goes by the table of habits.
        Other = "other",
    }
}

codes! {
    /// Where a complaint was received (COM-17, COM-28, COM-29).
    Received {
        /// By the management office: it handles it itself first.
        Office = "office",
        /// By a department of the company.
        Company = "company",
        /// Passed down by the company to the office.
        PassedDown = "passed_down",
    }
}

codes! {
    /// Why a complaint goes where it is proposed to go.
    RouteWhy {
        /// COM-28, COM-29: what the office can handle it handles itself.
        OfficeFirst = "office_first",
        /// COM-18.
        Quality = "quality",
        /// COM-19.
        Engineering = "engineering",
        /// COM-20.
        Finance = "finance",
        /// COM-21: a claim for compensation.
        Compensation = "compensation",
        /// COM-21: against the manager or a head.
        Head = "head",
        /// The clauses name no department: the usual one, by a table that can be changed.
        Habit = "habit",
    }
}

codes! {
    /// Why a complaint is with the company leader in charge.
    RaisedBy {
        /// By its nature (COM-21).
        Route = "route",
        /// The department cannot solve it (COM-25).
        Unsolved = "unsolved",
        /// The customer did not accept the answer.
        NotAccepted = "not_accepted",
    }
}

codes! {
    /// A measure after a complaint (COM-31).
    MeasureKind { Corrective = "corrective", Preventive = "preventive" }
}

/// Whether the complaint is valid, and what follows from that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    pub valid: bool,
    pub nature: Nature,
    pub severity: Importance,
    pub reason: String,
    /// How the customer was told that it is not valid.
    pub told: Option<ToldHow>,
    pub at: i64,
    pub by: By,
    /// The customer does not agree with "not valid": why.
    pub appeal: Option<String>,
}

/// Where it goes and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routed {
    pub received: Received,
    /// `leader`, or the code of a department.
    pub to: String,
    pub department: Option<DepartmentId>,
    pub proposed: String,
    pub why: RouteWhy,
    /// Why it goes elsewhere than proposed; empty where it does not.
    pub reason: String,
    pub at: i64,
    pub by: By,
}

/// One supporting department's part (COM-23).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub no: u32,
    pub department: DepartmentId,
    pub what: String,
    pub due_at: i64,
    pub at: i64,
    pub by: By,
    pub done_at: Option<i64>,
    pub done_by: Option<By>,
    pub result: String,
    /// That it is late was told.
    #[serde(default)]
    pub told_late: bool,
}

/// Something said, by whom and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub text: String,
    pub at: i64,
    pub by: By,
}

/// How it is to be answered, and the leader's word where it is a letter (COM-22).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    pub cycle: u32,
    pub letter: bool,
    pub text: String,
    pub at: i64,
    pub by: By,
    pub agreed: Option<bool>,
    pub note: String,
    pub decided_by: Option<By>,
    pub decided_at: Option<i64>,
}

/// With the leader: why, what was instructed, and that it was carried out (COM-25).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    pub because: RaisedBy,
    pub reason: String,
    pub at: i64,
    pub by: By,
    pub instruction: Option<Said>,
    pub carried_out: Option<Said>,
}

/// What the customer says to the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    pub cycle: u32,
    pub accepted: bool,
    pub how: ToldHow,
    pub note: String,
    pub at: i64,
    pub by: By,
}

/// The back of the form: opinion, thanks, hopes and suggestions (COM-26).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    pub cycle: u32,
    pub opinion: Satisfaction,
    pub hopes: String,
    pub at: i64,
    pub by: By,
}

/// A corrective or preventive measure; for a major complaint it is a report (COM-31).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    pub no: u32,
    pub kind: MeasureKind,
    /// What is not as it should be, in the words of the report.
    pub facts: String,
    pub text: String,
    pub owner: StaffId,
    pub due_at: i64,
    pub at: i64,
    pub by: By,
    pub done_at: Option<i64>,
    pub done_by: Option<By>,
    pub result: String,
    /// Set after the n-th recurrence; 0 before any.
    pub after: u32,
    /// That it is late was told.
    #[serde(default)]
    pub told_late: bool,
}

/// The check by quality, who had no part in it (COM-14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    pub cycle: u32,
    pub effective: bool,
    pub note: String,
    pub at: i64,
    pub by: By,
    /// After the n-th recurrence; 0 before any.
    pub after: u32,
}

/// A look for the same at the same place after filing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    pub days: u32,
    pub at: i64,
    pub found: Vec<CaseId>,
}

/// The complaint's own record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ComplaintFile {
    /// The member of staff whom it is about: does not see it.
    pub about: Option<StaffId>,
    /// Newest last.
    pub judgements: Vec<Judgement>,
    /// Newest last.
    pub routes: Vec<Routed>,
    pub parts: Vec<Part>,
    pub finding: Option<Said>,
    pub proposals: Vec<Proposed>,
    pub raised: Vec<Raised>,
    pub responses: Vec<Response>,
    pub opinions: Vec<Opinion>,
    pub cause: Option<Said>,
    pub measures: Vec<Measure>,
    pub verifications: Vec<Verified>,
    /// When quality took the records in, and who.
    pub filed: Option<Said>,
    pub looks: Vec<Look>,
    /// Times that it came up again.
    pub recurred: u32,
    /// Whoever had a part in it: does not verify it.
    pub involved: BTreeSet<StaffId>,
}

impl ComplaintFile {
    /// The judgement that holds: none while none was made, or while it is appealed against.
    pub fn judgement(&self) -> Option<&Judgement> {
        self.judgements.last().filter(|judgement| judgement.appeal.is_none())
    }

    /// Judged valid.
    pub fn valid(&self) -> bool {
        self.judgement().is_some_and(|judgement| judgement.valid)
    }

    /// Where it is now.
    pub fn route(&self) -> Option<&Routed> {
        self.routes.last()
    }

    /// Parts that are not done.
    pub fn open_parts(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.done_at.is_none())
    }

    /// Measures that are not carried out.
    pub fn open_measures(&self) -> impl Iterator<Item = &Measure> {
        self.measures.iter().filter(|measure| measure.done_at.is_none())
    }

    /// The proposal of a round that may still be answered by: not refused by the leader.
    pub fn proposal(&self, cycle: u32) -> Option<&Proposed> {
        self.proposals
            .last()
            .filter(|proposal| proposal.cycle == cycle && proposal.agreed != Some(false))
    }

    /// With the leader, and not yet done as instructed.
    pub fn open_raise(&self) -> Option<&Raised> {
        self.raised.last().filter(|raised| raised.carried_out.is_none())
    }

    /// The customer's word in a round.
    pub fn response(&self, cycle: u32) -> Option<&Response> {
        self.responses.last().filter(|response| response.cycle == cycle)
    }

    /// The opinion of a round.
    pub fn opinion(&self, cycle: u32) -> Option<&Opinion> {
        self.opinions.last().filter(|opinion| opinion.cycle == cycle)
    }

    /// Verified in this round, after the last recurrence, and found effective.
    pub fn verified(&self, cycle: u32) -> Option<&Verified> {
        self.verifications
            .last()
            .filter(|v| v.cycle == cycle && v.after == self.recurred && v.effective)
    }

    /// It came up again and the prevention is to be made anew: nothing was verified since.
    pub fn prevention_open(&self) -> bool {
        self.recurred > 0
            && !self
                .verifications
                .iter()
                .any(|v| v.after == self.recurred && v.effective)
    }

    /// The departments that have a part in it, the leading one first.
    pub fn departments(&self) -> impl Iterator<Item = &DepartmentId> {
        let lead = self.route().and_then(|route| route.department.as_ref());
        lead.into_iter().chain(self.parts.iter().map(|part| &part.department))
    }
}

impl CaseState {
    /// The record of a case that is a complaint now. None for another kind, and for complaints from before there was one.
    pub fn file(&self) -> Option<&ComplaintFile> {
        self.complaint.as_ref().filter(|_| self.kind == Kind::Complaint)
    }

    /// It is about this person, who does not see it, whatever became of it since.
    pub fn hidden_from(&self, who: &StaffId) -> bool {
        self.complaint
            .as_ref()
            .is_some_and(|file| file.about.as_ref() == Some(who))
    }

    /// COM-31: needs a corrective and a preventive action report.
    pub fn is_major_complaint(&self) -> bool {
        self.file().is_some() && self.importance == Importance::Major
    }
}

fn said(event: &Event, text: &str) -> Said {
    Said {
        text: text.to_owned(),
        at: event.when(),
        by: event.by.clone(),
    }
}

/// What an event does to the record. Part of `apply`: decides nothing.
#[expect(clippy::too_many_lines, reason = "one arm for each event, as everywhere in apply")]
pub(super) fn apply(case: &mut CaseState, event: &Event) {
    let (when, cycle, by) = (event.when(), case.cycle, event.by.clone());
    if let Fact::ComplaintOpened { about } = &event.fact {
        case.complaint.get_or_insert_default().about.clone_from(about);
        return;
    }
    let Some(file) = &mut case.complaint else { return };
    match &event.fact {
        Fact::ComplaintJudged {
            valid,
            nature,
            severity,
            about,
            told,
            reason,
        } => {
            file.about.clone_from(about);
            file.judgements.push(Judgement {
                valid: *valid,
                nature: *nature,
                severity: *severity,
                reason: reason.clone(),
                told: *told,
                at: when,
                by,
                appeal: None,
            });
        }
        Fact::ComplaintAppealed { reason } => {
            if let Some(last) = file.judgements.last_mut() {
                last.appeal = Some(reason.clone());
            }
        }
        Fact::ComplaintRouted {
            received,
            to,
            department,
            proposed,
            why,
            reason,
        } => file.routes.push(Routed {
            received: *received,
            to: to.clone(),
            department: department.clone(),
            proposed: proposed.clone(),
            why: *why,
            reason: reason.clone(),
            at: when,
            by,
        }),
        Fact::PartGiven {
            no,
            department,
            due_at,
            what,
        } => file.parts.push(Part {
            no: *no,
            department: department.clone(),
            what: what.clone(),
            due_at: *due_at,
            at: when,
            by,
            done_at: None,
            done_by: None,
            result: String::new(),
            told_late: false,
        }),
        Fact::PartDone { no, result } => {
            if let Some(part) = file.parts.iter_mut().find(|part| part.no == *no) {
                (part.done_at, part.done_by, part.result) = (Some(when), Some(by), result.clone());
            }
        }
        Fact::FindingRecorded { text } => file.finding = Some(said(event, text)),
        Fact::AnswerProposed { letter, text } => file.proposals.push(Proposed {
            cycle,
            letter: *letter,
            text: text.clone(),
            at: when,
            by,
            agreed: None,
            note: String::new(),
            decided_by: None,
            decided_at: None,
        }),
        Fact::LetterDecided { agreed, note } => {
            if let Some(last) = file.proposals.last_mut() {
                (last.agreed, last.note) = (Some(*agreed), note.clone());
                (last.decided_by, last.decided_at) = (Some(by), Some(when));
            }
        }
        Fact::ComplaintRaised { because, reason } => file.raised.push(Raised {
            because: *because,
            reason: reason.clone(),
            at: when,
            by,
            instruction: None,
            carried_out: None,
        }),
        Fact::ComplaintInstructed { text } => {
            if let Some(last) = file.raised.last_mut() {
                last.instruction = Some(said(event, text));
            }
        }
        Fact::InstructionDone { text } => {
            if let Some(last) = file.raised.last_mut() {
                last.carried_out = Some(said(event, text));
            }
        }
        Fact::AnswerResponded { accepted, how, note } => file.responses.push(Response {
            cycle,
            accepted: *accepted,
            how: *how,
            note: note.clone(),
            at: when,
            by,
        }),
        Fact::OpinionNoted { opinion, hopes } => file.opinions.push(Opinion {
            cycle,
            opinion: *opinion,
            hopes: hopes.clone(),
            at: when,
            by,
        }),
        Fact::CauseRecorded { text } => file.cause = Some(said(event, text)),
        Fact::MeasureSet {
            no,
            kind,
            owner,
            due_at,
            facts,
            text,
        } => {
            file.involved.insert(owner.clone());
            file.measures.push(Measure {
                no: *no,
                kind: *kind,
                facts: facts.clone(),
                text: text.clone(),
                owner: owner.clone(),
                due_at: *due_at,
                at: when,
                by,
                done_at: None,
                done_by: None,
                result: String::new(),
                after: file.recurred,
                told_late: false,
            });
        }
        Fact::PartLate { no } => {
            if let Some(part) = file.parts.iter_mut().find(|part| part.no == *no) {
                part.told_late = true;
            }
        }
        Fact::MeasureLate { no } => {
            if let Some(found) = file.measures.iter_mut().find(|measure| measure.no == *no) {
                found.told_late = true;
            }
        }
        Fact::MeasureDone { no, result } => {
            if let Some(found) = file.measures.iter_mut().find(|measure| measure.no == *no) {
                (found.done_at, found.done_by, found.result) = (Some(when), Some(by), result.clone());
            }
        }
        Fact::ComplaintVerified { effective, note } => file.verifications.push(Verified {
            cycle,
            effective: *effective,
            note: note.clone(),
            at: when,
            by,
            after: file.recurred,
        }),
        Fact::ComplaintFiled { note } => file.filed = Some(said(event, note)),
        Fact::RecurrenceLooked { days, found } => {
            file.recurred += u32::from(!found.is_empty());
            file.looks.push(Look {
                days: *days,
                at: event.at,
                found: found.clone(),
            });
        }
        // What was verified and filed is so no more: the round goes on.
        Fact::Reopened { .. } => file.filed = None,
        _ => return,
    }
    let checks = matches!(
        event.fact,
        Fact::ComplaintVerified { .. } | Fact::ComplaintFiled { .. } | Fact::LetterDecided { .. }
    );
    if let Some(id) = event.by.staff().filter(|_| !checks) {
        file.involved.insert(id.clone());
    }
}
