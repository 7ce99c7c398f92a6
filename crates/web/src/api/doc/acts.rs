//! Steps that share one address, `…/{act}`, each with fields of its own: of emergencies, report checks, opinions.

use domain::access::Action;

/// One step: the address it stands under, its name there, the right that its scope comes from, what it does in a line, and its
/// fields in the short writing of `schema`.
pub struct ActDoc {
    pub path: &'static str,
    pub act: &'static str,
    /// Name of the schema.
    pub name: &'static str,
    pub action: Action,
    pub summary: &'static str,
    pub fields: &'static str,
}

/// Steps of an emergency.
pub const EMERGENCY: &str = "/api/v1/emergencies/{id}/{act}";

/// Steps of an investigation.
pub const INVESTIGATION: &str = "/api/v1/investigations/{id}/{act}";

/// Steps on an opinion.
pub const OPINION: &str = "/api/v1/opinions/{id}/{act}";

const fn of(
    path: &'static str,
    (act, name): (&'static str, &'static str),
    action: Action,
    summary: &'static str,
    fields: &'static str,
) -> ActDoc {
    ActDoc {
        path,
        act,
        name,
        action,
        summary,
        fields,
    }
}

use Action::{
    AnswerInvestigation, CheckOpinion, DecideInvestigation, HandleOpinion, IdentifyOpinion, JoinEmergency,
    LeadEmergency, ReviewInvestigation,
};

/// All of them. Of an address the first one stands for the others in the access test.
#[rustfmt::skip]
pub const ACTS: &[ActDoc] = &[
    of(EMERGENCY, ("log", "EmergencyLog"), JoinEmergency, "A line in the live log", "text*:text"),
    of(EMERGENCY, ("confirm", "EmergencyConfirm"), JoinEmergency, "Somebody of the call tree is reached and comes (REC-18)", "call*:int staff*:id"),
    of(EMERGENCY, ("no_answer", "EmergencyNoAnswer"), JoinEmergency, "Whose turn it is does not answer: the next in line is called", "call*:int"),
    of(EMERGENCY, ("tick", "EmergencyTick"), JoinEmergency, "Tick a line of the checklist, or leave it out with a reason (skip, note). Ticking what is ticked changes nothing", "step*:text skip:bool note:text"),
    of(EMERGENCY, ("own", "EmergencyOwn"), LeadEmergency, "Name who looks after it from now on; the person is at work (REC-21)", "staff*:id"),
    of(EMERGENCY, ("end", "EmergencyEnd"), LeadEmergency, "The danger is over: not before everything that must be done is done or left out with a reason (REC-17)", "how*:text"),
    of(EMERGENCY, ("report", "EmergencyReport"), LeadEmergency, "The result, reported to the project manager (DIR-14)", "result*:text"),
    of(EMERGENCY, ("meet", "EmergencyMeet"), LeadEmergency, "The special meeting was held (DIR-14)", "held_at*:at present*:id[] analysis*:text"),
    of(EMERGENCY, ("improve", "EmergencyImprove"), LeadEmergency, "What is to become better, by whom and when (DIR-14)", "staff*:id due_at*:at what*:text"),
    of(EMERGENCY, ("improved", "EmergencyImproved"), JoinEmergency, "An improvement is done, as its owner or who leads emergencies says", "no*:int how*:text"),
    of(EMERGENCY, ("close", "EmergencyClose"), LeadEmergency, "Close it: with its report and, where it was major, its meeting and improvements (DIR-14)", ""),
    of(INVESTIGATION, ("answer", "InvestigationAnswer"), AnswerInvestigation, "The person whose report it is answers", "text*:text"),
    of(INVESTIGATION, ("decide", "InvestigationDecision"), DecideInvestigation, "The outcome, by somebody who has no part in it, after the answer or when its time is over", "outcome*:investigation_outcome reason*:text"),
    of(INVESTIGATION, ("object", "InvestigationObjection"), AnswerInvestigation, "The person does not agree with what stands on the record", "text*:text"),
    of(INVESTIGATION, ("review", "InvestigationReview"), ReviewInvestigation, "The last word, by somebody above who had no part in it", "uphold*:bool reason*:text"),
    of(OPINION, ("thank", "OpinionThanks"), HandleOpinion, "Who gave it was thanked (COM-13)", "how*:tell_how"),
    of(OPINION, ("identify", "OpinionResult"), IdentifyOpinion, "What comes of it (COM-13); assigned: who does it by when, declined: why. What was done, told and checked before no longer counts", "outcome*:opinion_outcome reason:text doer:id? do_by:at?"),
    of(OPINION, ("finish", "OpinionDone"), HandleOpinion, "What somebody was given to do is done", "done_note*:text"),
    of(OPINION, ("tell", "OpinionTold"), HandleOpinion, "Who gave it knows the result", "told_how*:tell_how told_at:at? told_note:text"),
    of(OPINION, ("check", "OpinionCheck"), CheckOpinion, "Quality's check of how it was handled (COM-14)", "good*:bool check_note:text"),
];

/// The step of an address by its name.
pub fn act_of(path: &str, act: &str) -> Option<&'static ActDoc> {
    ACTS.iter().find(|a| a.path == path && a.act == act)
}
