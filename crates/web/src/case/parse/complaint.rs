//! The forms of a complaint's own steps.

use app::step::Step;
use domain::access::Action;
use domain::case::complaint as dc;

use super::Read;

/// What the form of a complaint's step asks for; none for another action, or when something was not chosen.
pub(super) fn made(r: &mut Read<'_>, action: Action, reason: String, note: String) -> Option<Step> {
    use dc::Step as S;
    let text = r.text("text");
    let step = match action {
        Action::JudgeComplaint => {
            let (valid, nature, severity) = (super::choice(r, "valid"), r.code("nature"), r.code("importance"));
            S::JudgeComplaint {
                valid: valid?,
                nature: nature?,
                severity: severity?,
                about: r.id("about"),
                reason,
                told: r.code_or("told_how"),
            }
        }
        Action::AppealComplaint => S::AppealComplaint { reason },
        Action::RouteComplaint => {
            let received = r.code("received");
            S::RouteComplaint {
                received: received?,
                to: r.must("route_to"),
                reason,
            }
        }
        Action::AddPart => {
            let due_at = due(r);
            S::AddPart {
                department: r.must("department"),
                what: r.text("what"),
                due_at: due_at?,
            }
        }
        Action::FinishPart => {
            let no = r.code("part");
            S::FinishPart {
                no: no?,
                result: r.text("result"),
            }
        }
        Action::RecordFinding => S::RecordFinding { text },
        Action::ProposeAnswer => S::ProposeAnswer {
            text,
            letter: r.yes("letter"),
        },
        Action::AgreeLetter => {
            let agree = super::choice(r, "approve");
            S::AgreeLetter { agree: agree?, note }
        }
        Action::RaiseComplaint => S::RaiseComplaint { reason },
        Action::InstructComplaint => S::InstructComplaint { text },
        Action::CarryOut => S::CarryOut { text },
        Action::RecordResponse => {
            let (accepted, how) = (super::choice(r, "response"), r.code("told_how"));
            S::RecordResponse {
                accepted: accepted?,
                how: how?,
                note,
            }
        }
        Action::NoteOpinion => {
            let opinion = r.code("opinion");
            S::NoteOpinion {
                opinion: opinion?,
                thanked: r.yes("thanked"),
                hopes: r.text("hopes"),
            }
        }
        Action::RecordCause => S::RecordCause { text },
        Action::SetMeasure => {
            let (kind, due_at) = (r.code("measure_kind"), due(r));
            S::SetMeasure {
                kind: kind?,
                facts: r.text("facts"),
                text,
                owner: r.must("owner"),
                due_at: due_at?,
            }
        }
        Action::FinishMeasure => {
            let no = r.code("measure");
            S::FinishMeasure {
                no: no?,
                result: r.text("result"),
            }
        }
        Action::VerifyComplaint => {
            let effective = super::choice(r, "effective");
            S::VerifyComplaint {
                effective: effective?,
                note,
            }
        }
        Action::FileComplaint => S::FileComplaint { note },
        _ => return None,
    };
    Some(Step::Complaint(step))
}

/// A time that must be there.
fn due(r: &mut Read<'_>) -> Option<i64> {
    if r.posted.get("due_at").is_empty() {
        r.bad.add("due_at", "required");
    }
    r.time("due_at")
}
