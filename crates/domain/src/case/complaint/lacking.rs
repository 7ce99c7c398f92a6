//! What a complaint still lacks: before it may be answered, before it is verified, before it may be closed. Always complete.

use super::super::state::CaseState;
use super::super::values::Status;
use super::{ComplaintFile, MeasureKind};

struct List(Vec<&'static str>);

impl List {
    fn need(&mut self, there: bool, key: &'static str) {
        if !there {
            self.0.push(key);
        }
    }
}

/// Before the answer: judged, sent where it belongs, found out, a proposal that may be given, every part done (COM-23), and
/// done as the leader instructed (COM-22, COM-25). Empty for what was judged not valid: the customer is told that.
pub fn missing_before_answer(case: &CaseState) -> Vec<&'static str> {
    let Some(file) = case.file() else { return Vec::new() };
    let mut list = List(Vec::new());
    let Some(judgement) = file.judgement() else {
        return vec!["missing-judgement"];
    };
    if !judgement.valid {
        return Vec::new();
    }
    list.need(file.route().is_some(), "missing-route");
    list.need(file.open_parts().next().is_none(), "missing-parts");
    if let Some(raised) = file.open_raise() {
        list.need(raised.instruction.is_some(), "missing-instruction");
        list.need(raised.instruction.is_none(), "missing-carried-out");
    }
    list.need(file.finding.is_some(), "missing-finding");
    let proposal = file.proposal(case.cycle);
    list.need(proposal.is_some(), "missing-proposal");
    let agreed = proposal.is_none_or(|proposal| !proposal.letter || proposal.agreed == Some(true));
    list.need(agreed, "missing-letter-agreed");
    list.0
}

/// What is left to be done between the answer and quality's check.
pub fn missing_to_verify(case: &CaseState) -> Vec<&'static str> {
    let Some(file) = case.file() else { return Vec::new() };
    let mut list = List(missing_before_answer(case));
    let answered = matches!(case.status, Status::Done | Status::Confirmed | Status::Closed);
    list.need(answered, "missing-answer");
    if !file.valid() {
        return list.0;
    }
    if case.has_customer() {
        let accepted = file.response(case.cycle).is_some_and(|response| response.accepted);
        list.need(accepted || case.confirmation().is_some(), "missing-response");
        list.need(file.opinion(case.cycle).is_some(), "missing-opinion");
    }
    list.need(file.cause.is_some(), "missing-cause");
    let set = |kind| has(file, kind);
    if case.is_major_complaint() {
        list.need(set(MeasureKind::Corrective), "missing-corrective-report");
        list.need(set(MeasureKind::Preventive), "missing-preventive-report");
    } else {
        list.need(set(MeasureKind::Preventive), "missing-prevention");
    }
    list.0
}

/// A measure of the kind; a preventive one set since it last came up again, which opens the prevention anew.
fn has(file: &ComplaintFile, kind: MeasureKind) -> bool {
    let counts = |after| kind == MeasureKind::Corrective || after == file.recurred;
    file.measures
        .iter()
        .any(|measure| measure.kind == kind && counts(measure.after))
}

/// Everything that is lacking, in the order of the process, but for what every case needs.
pub fn missing_to_close(case: &CaseState) -> Vec<&'static str> {
    let Some(file) = case.file() else { return Vec::new() };
    let mut list = List(missing_to_verify(case));
    // The list of every case says so.
    list.0.retain(|key| *key != "missing-answer");
    if file.judgement().is_none_or(|judgement| judgement.valid) {
        list.need(file.verified(case.cycle).is_some(), "missing-verification");
        list.need(file.filed.is_some(), "missing-filing");
    }
    list.0
}
