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

const fn emergency(
    act: &'static str,
    name: &'static str,
    action: Action,
    summary: &'static str,
    fields: &'static str,
) -> ActDoc {
    ActDoc {
        path: EMERGENCY,
        act,
        name,
        action,
        summary,
        fields,
    }
}

use Action::{JoinEmergency, LeadEmergency};

/// All of them. Of an address the first one stands for the others in the access test.
#[rustfmt::skip]
pub const ACTS: &[ActDoc] = &[
    emergency("log", "EmergencyLog", JoinEmergency, "A line in the live log", "text*:text"),
    emergency("confirm", "EmergencyConfirm", JoinEmergency, "Somebody of the call tree is reached and comes (REC-18)", "call*:int staff*:id"),
    emergency("no_answer", "EmergencyNoAnswer", JoinEmergency, "Whose turn it is does not answer: the next in line is called", "call*:int"),
    emergency("tick", "EmergencyTick", JoinEmergency, "Tick a line of the checklist, or leave it out with a reason (skip, note). Ticking what is ticked changes nothing", "step*:text skip:bool note:text"),
    emergency("own", "EmergencyOwn", LeadEmergency, "Name who looks after it from now on; the person is at work (REC-21)", "staff*:id"),
    emergency("end", "EmergencyEnd", LeadEmergency, "The danger is over: not before everything that must be done is done or left out with a reason (REC-17)", "how*:text"),
    emergency("report", "EmergencyReport", LeadEmergency, "The result, reported to the project manager (DIR-14)", "result*:text"),
    emergency("meet", "EmergencyMeet", LeadEmergency, "The special meeting was held (DIR-14)", "held_at*:at present*:id[] analysis*:text"),
    emergency("improve", "EmergencyImprove", LeadEmergency, "What is to become better, by whom and when (DIR-14)", "staff*:id due_at*:at what*:text"),
    emergency("improved", "EmergencyImproved", JoinEmergency, "An improvement is done, as its owner or who leads emergencies says", "no*:int how*:text"),
    emergency("close", "EmergencyClose", LeadEmergency, "Close it: with its report and, where it was major, its meeting and improvements (DIR-14)", ""),
];

/// The step of an address by its name.
pub fn act_of(path: &str, act: &str) -> Option<&'static ActDoc> {
    ACTS.iter().find(|a| a.path == path && a.act == act)
}
