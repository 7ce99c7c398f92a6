//! What may be done with a visit now, what comes of it, and what changes by itself.

use super::state::{Fact, Visit};
use super::{Answer, Command, Document, DocumentKind, HostWay, Need, Particulars, VisitAct, VisitState, kept};
use crate::id_number::IdNumber;
use crate::ids::StaffId;
use crate::refusal::Refusal;

/// What the rules need to know beside the visit.
#[derive(Debug, Clone)]
pub struct Env {
    pub now: i64,
    /// How long a host has to answer, in milliseconds (VIS-5).
    pub host_ms: i64,
    /// How long somebody stays inside before that is looked into, in milliseconds (VIS-3).
    pub inside_ms: i64,
    /// Until when what is personal is kept of a visit that ends now (VIS-4).
    pub keep_until: i64,
    /// Who of security is told of an alarm.
    pub security: Vec<StaffId>,
}

fn over() -> Refusal {
    Refusal::new("refuse-visit-over")
}

/// Whether an act makes sense at all now; the fields it needs are looked at by [`decide`].
///
/// # Errors
/// The refusal that says why not.
pub fn gate(v: &Visit, act: VisitAct) -> Result<(), Refusal> {
    use VisitState as S;
    if v.erased_at.is_some() && act != VisitAct::BadgeBack {
        return Err(Refusal::new("refuse-visit-erased").clause("VIS-4"));
    }
    let here = matches!(v.state, S::Arrived | S::Inside);
    let fits = match act {
        VisitAct::Arrive => v.state == S::Expected,
        VisitAct::Describe => v.state != S::Withdrawn,
        VisitAct::AskHost | VisitAct::HostAnswer => matches!(v.state, S::Expected | S::Arrived),
        VisitAct::CheckDocument | VisitAct::Enter | VisitAct::TurnAway | VisitAct::RefuseReception => {
            v.state == S::Arrived
        }
        VisitAct::Accompany | VisitAct::Leave => v.state == S::Inside,
        // Inside it is worn; it comes back with the leaving.
        VisitAct::BadgeBack => v.badge_out && v.state != S::Inside,
        VisitAct::Alarm | VisitAct::Police | VisitAct::Help => v.arrived_at.is_some(),
        VisitAct::Instruct => v.alarmed(),
        VisitAct::Withdraw => v.state == S::Expected || (v.state == S::Arrived && v.particulars.name.is_empty()),
    };
    match (fits, act) {
        (true, VisitAct::AskHost) if v.refused() => Err(Refusal::new("refuse-visit-host-said-no").clause("VIS-5")),
        (true, VisitAct::Help) if v.help.is_some() => Err(Refusal::new("refuse-visit-help-open").clause("VIS-9")),
        (true, _) => Ok(()),
        (false, VisitAct::BadgeBack) if !v.badge_out => Err(Refusal::new("refuse-visit-no-badge-out").clause("VIS-3")),
        (false, VisitAct::Instruct) => Err(Refusal::new("refuse-visit-no-alarm").clause("VIS-7")),
        (false, VisitAct::Leave | VisitAct::Accompany) if !v.state.is_over() => {
            Err(Refusal::new("refuse-visit-not-inside"))
        }
        (false, VisitAct::Arrive | VisitAct::Withdraw) if here => Err(Refusal::new("refuse-visit-pass-used")),
        (false, _) if v.state == S::Expected => Err(Refusal::new("refuse-visit-not-here")),
        (false, VisitAct::RefuseReception) if v.state == S::Inside => {
            Err(Refusal::new("refuse-visit-inside").clause("VIS-8"))
        }
        (false, _) if v.state == S::Inside => Err(Refusal::new("refuse-visit-inside")),
        (false, _) => Err(over()),
    }
}

fn words(clause: &'static str, given: &[(&str, &'static str)]) -> Result<(), Refusal> {
    let missing: Vec<_> = given
        .iter()
        .filter(|(text, _)| text.trim().is_empty())
        .map(|(_, key)| *key)
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Refusal::new("refuse-incomplete").clause(clause).missing(missing))
    }
}

fn clean(text: &str) -> String {
    crate::privacy::masked(text.trim())
}

/// What still has to be done before a visitor who waits may come in, in the order in which it is done: the rules of
/// [`decide`] for letting in, said beforehand. The badge and who leads the visitor are named with that step itself.
pub fn needs(v: &Visit) -> Vec<Need> {
    if v.state != VisitState::Arrived {
        return Vec::new();
    }
    let mut out = Vec::new();
    if v.incomplete() {
        out.push(Need::Particulars);
    }
    if v.document.is_none() {
        out.push(Need::Document);
    }
    match (&v.answer, &v.document) {
        _ if v.refused() => out.push(Need::No),
        (None, _) => out.push(Need::Host),
        (Some(answer), Some(document)) if v.unexpected() && before(answer, document) => out.push(Need::Again),
        _ => {}
    }
    if v.alarmed() {
        out.push(Need::Security);
    }
    out
}

/// The host's yes is not yet one to the person who is here. Of one instant nobody knows which was first.
fn before(answer: &Answer, document: &Document) -> bool {
    answer.how == HostWay::Announced || answer.at <= document.at
}

/// Name, reason, host and unit are there.
fn complete(p: &Particulars) -> Result<(), Refusal> {
    match p.missing() {
        missing if missing.is_empty() => Ok(()),
        missing => Err(Refusal::new("refuse-incomplete").clause("VIS-3").missing(missing)),
    }
}

/// Who is here and whom to ask: without a name the host cannot say yes, and without host and unit nobody is asked.
fn askable(p: &Particulars) -> Result<(), Refusal> {
    let whom = if p.host.trim().is_empty() { &p.place } else { &p.host };
    words(
        "VIS-5",
        &[(&p.name, "missing-visit-name"), (whom, "missing-visit-whom")],
    )
}

fn may_enter(v: &Visit, badge: &str, accompanied_by: &str) -> Result<(), Refusal> {
    if v.alarmed() {
        return Err(Refusal::new("refuse-visit-alarm").clause("VIS-7"));
    }
    if v.refused() {
        return Err(Refusal::new("refuse-visit-host-said-no").clause("VIS-5"));
    }
    complete(&v.particulars)?;
    let Some(document) = &v.document else {
        return Err(Refusal::new("refuse-visit-document").clause("VIS-4"));
    };
    let Some(answer) = v.answer.as_ref().filter(|a| a.yes) else {
        return Err(Refusal::new("refuse-visit-host-not-asked").clause("VIS-5"));
    };
    // Somebody else than was announced: the host must have said yes to this one.
    if v.unexpected() && before(answer, document) {
        return Err(Refusal::new("refuse-visit-not-expected").clause("VIS-4"));
    }
    if v.accompany && accompanied_by.trim().is_empty() {
        return Err(Refusal::new("refuse-visit-nobody-accompanies").clause("VIS-6"));
    }
    words("VIS-3", &[(badge, "missing-visit-badge")])
}

fn document(kind: DocumentKind, number: &str, as_expected: bool) -> Result<Fact, Refusal> {
    let Some(tail) = kept(number) else {
        return Err(Refusal::new("refuse-incomplete")
            .clause("VIS-4")
            .missing(["missing-visit-document"]));
    };
    let code = crate::fold::fold_code(number);
    // Whoever types the whole number is told when it cannot be one; the last digits alone are enough.
    if kind == DocumentKind::IdCard && code.len() > 8 && IdNumber::parse(&code).is_err() {
        return Err(Refusal::new("refuse-visit-id-wrong").clause("VIS-4"));
    }
    Ok(Fact::DocumentChecked {
        kind,
        tail,
        as_expected,
    })
}

/// What comes of a step.
///
/// # Errors
/// The rule that says no, with what is missing.
pub fn decide(v: &Visit, cmd: &Command, env: &Env) -> Result<Vec<Fact>, Refusal> {
    gate(v, cmd.act())?;
    let erase_at = env.keep_until;
    let fact = match cmd {
        Command::Arrive => {
            let (from, until) = (
                v.expected_from.unwrap_or(i64::MIN),
                v.expected_until.unwrap_or(i64::MAX),
            );
            if env.now < from {
                return Err(Refusal::new("refuse-visit-too-early").arg("at", from));
            }
            if env.now > until {
                return Err(Refusal::new("refuse-visit-too-late").arg("at", until));
            }
            Fact::Arrived { erase_at }
        }
        Command::Describe { particulars } => {
            // Another of the same name is another, although no field reads otherwise.
            if v.particulars == **particulars {
                return Ok(Vec::new());
            }
            // Of whoever was let in the register stays whole.
            if v.in_at.is_some() {
                complete(particulars)?;
            }
            Fact::Described {
                particulars: particulars.clone(),
                changes: v.particulars.changes(particulars),
            }
        }
        Command::AskHost { how } => {
            askable(&v.particulars)?;
            Fact::HostAsked {
                how: *how,
                due_at: env.now + env.host_ms,
            }
        }
        Command::HostAnswer {
            yes,
            how,
            note,
            accompany,
        } => {
            if *yes && v.refused() && *how != HostWay::Link {
                // A no is respected; that the host has changed their mind is said in words.
                words("VIS-5", &[(note, "missing-visit-why-now")])?;
            }
            Fact::HostAnswered {
                yes: *yes,
                how: *how,
                note: clean(note),
                accompany: *accompany,
            }
        }
        Command::CheckDocument {
            kind,
            number,
            as_expected,
        } => document(*kind, number, *as_expected)?,
        Command::Enter { badge, accompanied_by } => {
            may_enter(v, badge, accompanied_by)?;
            let planned = v.expected_until.filter(|until| *until > env.now);
            Fact::Entered {
                badge: clean(badge).to_uppercase(),
                accompanied_by: clean(accompanied_by),
                until: planned.unwrap_or(env.now + env.inside_ms),
            }
        }
        Command::Accompany { accompanied_by } => {
            words("VIS-6", &[(accompanied_by, "missing-visit-companion")])?;
            Fact::Accompanied {
                accompanied_by: clean(accompanied_by),
            }
        }
        Command::Leave { badge_back, note } => {
            if !badge_back {
                words("VIS-3", &[(note, "missing-visit-badge-why")])?;
            }
            Fact::Left {
                badge_back: *badge_back,
                note: clean(note),
                erase_at,
            }
        }
        Command::BadgeBack => Fact::BadgeBack,
        Command::TurnAway { reason } => {
            words("VIS-5", &[(reason, "missing-reason")])?;
            Fact::TurnedAway {
                reason: clean(reason),
                erase_at,
            }
        }
        Command::RefuseReception { reason, reported_to } => {
            words(
                "VIS-8",
                &[(reason, "missing-reason"), (reported_to, "missing-visit-reported")],
            )?;
            Fact::ReceptionRefused {
                reason: clean(reason),
                reported_to: clean(reported_to),
                erase_at,
            }
        }
        Command::Alarm { kind, what } => {
            words("VIS-7", &[(what, "missing-visit-what")])?;
            Fact::AlarmRaised {
                kind: *kind,
                what: clean(what),
                told: env.security.clone(),
            }
        }
        Command::Instruct { from, text } => {
            words(
                "VIS-7",
                &[(from, "missing-visit-from"), (text, "missing-visit-instruction")],
            )?;
            Fact::Instructed {
                from: clean(from),
                text: clean(text),
            }
        }
        Command::Police {
            called_at,
            caller,
            number,
            what,
        } => {
            words(
                "VIS-9",
                &[(caller, "missing-visit-caller"), (what, "missing-visit-what")],
            )?;
            let at = called_at.unwrap_or(env.now);
            if at > env.now {
                return Err(Refusal::new("refuse-visit-call-ahead").clause("VIS-9"));
            }
            Fact::PoliceCalled {
                called_at: at,
                caller: clean(caller),
                number: clean(number),
                what: clean(what),
            }
        }
        Command::Help { case, number } => Fact::HelpOpened {
            case: case.clone(),
            number: number.clone(),
        },
        Command::Withdraw { reason } => Fact::Withdrawn {
            reason: clean(reason),
            erase_at,
        },
    };
    Ok(vec![fact])
}

/// When something changes by itself next.
pub fn next_step_at(v: &Visit, inside_ms: i64) -> Option<i64> {
    let silent = v
        .waiting()
        .filter(|a| a.silent_at.is_none() && !v.state.is_over())
        .map(|a| a.due_at + 1);
    let stays = match v.state {
        VisitState::Expected => v.expected_until.map(|at| at + 1),
        VisitState::Arrived => v.arrived_at.map(|at| at + inside_ms + 1),
        VisitState::Inside if v.overdue_at.is_none() => v.inside_until.map(|at| at + 1),
        _ => None,
    };
    let erase = v.erase_at.filter(|_| v.erased_at.is_none());
    [silent, stays, erase].into_iter().flatten().min()
}

/// What has changed by itself up to now: a host who did not answer, somebody who is inside too long or did not come, what
/// is kept no longer.
pub fn look(v: &Visit, env: &Env) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some(a) = v.waiting().filter(|a| a.silent_at.is_none() && a.due_at < env.now)
        && !v.state.is_over()
    {
        facts.push(Fact::HostSilent { due_at: a.due_at });
    }
    let lapsed = match v.state {
        VisitState::Expected => v.expected_until.is_some_and(|at| at < env.now),
        VisitState::Arrived => v.arrived_at.is_some_and(|at| at + env.inside_ms < env.now),
        _ => false,
    };
    if lapsed {
        facts.push(Fact::Lapsed {
            erase_at: env.keep_until,
        });
    }
    if let Some(due_at) = v.inside_until.filter(|at| *at < env.now)
        && v.state == VisitState::Inside
        && v.overdue_at.is_none()
    {
        facts.push(Fact::Overdue { due_at });
    }
    if v.erased_at.is_none() && v.erase_at.is_some_and(|at| at <= env.now) && !lapsed {
        facts.push(Fact::Erased);
    }
    facts
}
