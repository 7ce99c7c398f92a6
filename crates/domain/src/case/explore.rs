//! The state diagrams of cases, one a kind, found by trying every step in every state that is reached (issue 4).

use super::*;
use crate::access::{Action, Role, Via, Who};
use crate::clock::WaitReason;
use crate::ids::StaffId;
use crate::process::{Process, Walk, explore};

/// Steps are this far apart.
const MINUTE: i64 = 60_000;
/// Who tries: a post at the desk, who holds the order, a head, another department's, the vendor's, the customer.
const PEOPLE: &[&str] = &[
    "front_desk",
    "worker",
    "cs_head",
    "quality",
    "company_leader",
    "vendor",
    "customer",
];
/// States that are looked at for one diagram.
const MOST: usize = 900;

/// Code of the diagram of a kind.
pub const fn process_code(kind: Kind) -> &'static str {
    match kind {
        Kind::Inquiry => "case-inquiry",
        Kind::Request => "case-request",
        Kind::Complaint => "case-complaint",
        Kind::Help => "case-help",
        Kind::Suggestion => "case-suggestion",
        Kind::Praise => "case-praise",
    }
}

/// A case on its way, with the time it has come to.
struct At {
    case: CaseState,
    now: i64,
}

fn who(code: &str, case: Option<&CaseState>) -> Who {
    let staff = |id: &str, role, department: &str| Who::Staff {
        id: id.into(),
        roles: vec![role],
        department: Some(department.into()),
    };
    match code {
        "front_desk" => staff("desk", Role::FrontDesk, "customer_service"),
        "worker" => staff("worker", Role::Worker, "engineering"),
        "cs_head" => staff("head", Role::CsHead, "customer_service"),
        "quality" => staff("quality", Role::Quality, "quality"),
        "company_leader" => staff("leader", Role::CompanyLeader, "company"),
        "vendor" => staff("vendor", Role::Vendor, "lift_vendor"),
        _ => Who::Customer {
            via: Via::Link,
            case: case.map_or_else(|| "case".into(), |c| c.id.clone()),
        },
    }
}

/// The forms that a case of the kind begins with: own work free and by quote, a vendor's, and what is outside.
fn forms(kind: Kind) -> Vec<Register> {
    let form = |scope, fee| Register {
        case: "case".into(),
        number: "BX-20261121-0001".into(),
        kind,
        channel: Channel::Phone,
        item: String::new(),
        place: "-".into(),
        content: "-".into(),
        importance: Importance::Ordinary,
        urgency: Urgency::Normal,
        scope,
        fee,
        customer: Customer {
            name: "-".into(),
            phone: "13800000000".into(),
            address: "1-1-101".into(),
        },
        located: Where::default(),
        identity: None,
        about: None,
        anonymous_reason: None,
        appointment: None,
        wanted_by: None,
        authority_by: None,
        repeat_of: None,
        contact: None,
        first_asked: Some("desk".into()),
        happened_at: None,
    };
    let quote = Fee {
        kind: FeeKind::Quote,
        cents: 0,
        told: true,
        accepted: None,
    };
    let mut all = vec![form(Scope::Own, Fee::FREE)];
    if kind != Kind::Complaint {
        all.push(form(Scope::Outside, Fee::FREE));
    }
    if kind == Kind::Request {
        all.push(form(Scope::Own, quote));
        all.push(form(Scope::Vendor, Fee::FREE));
    }
    for f in &mut all {
        if matches!(kind, Kind::Request | Kind::Complaint) {
            f.item = match kind {
                Kind::Request => "repair.water.angle_valve",
                _ => "complaint.noise",
            }
            .to_owned();
        }
    }
    all
}

fn line(cents: i64) -> Vec<Line> {
    vec![Line {
        what: "-".into(),
        kind: LineKind::Labour,
        quantity_milli: 1000,
        unit_cents: cents,
    }]
}

/// One command for each step that a page offers, filled in as it should be.
fn commands(at: &At, who: &Who) -> Vec<Command> {
    let (case, now) = (&at.case, at.now);
    let text = || "-".to_owned();
    let n = case.version_of_steps();
    let id = |what: &str| format!("{what}{n}");
    let staff = who.staff().is_some();
    let vendor = case.scope == Scope::Vendor;
    let (department, worker) = if vendor {
        ("lift_vendor", "vendor")
    } else {
        ("engineering", "worker")
    };
    let worker: StaffId = worker.into();
    let own = !staff;
    let priced = case.fee.kind == FeeKind::Quote;
    let how = if own {
        ConsentHow::Own
    } else {
        ConsentHow::Noted {
            how: Consent::Phone,
            note: text(),
        }
    };
    let pending = case.pending_quote().map(|q| q.id.clone());
    let reached = |solved| Command::CallbackAttempt {
        result: AttemptResult::Reached,
        satisfaction: Some(Satisfaction::Satisfied),
        solved: Some(solved),
        again_at: None,
        answers: Vec::new(),
        note: text(),
        happened_at: None,
    };
    let mut all = vec![
        Command::Dispatch {
            order: id("order").as_str().into(),
            number: format!("LX-20261121-{n:04}"),
            department: department.into(),
            worker: Some(worker.clone()),
            to_vendor: vendor,
            happened_at: None,
        },
        Command::Accept {
            worker: None,
            happened_at: None,
        },
        Command::Return { reason: text() },
        Command::TakeBack { reason: text() },
        Command::Reassign {
            department: department.into(),
            worker: Some(worker.clone()),
            to_vendor: vendor,
            reason: text(),
        },
        Command::HandOver {
            worker: "another".into(),
            note: text(),
        },
        Command::Arrive {
            worker: None,
            happened_at: None,
        },
        Command::Wait {
            reason: WaitReason::Parts,
            until: now + 60 * MINUTE,
            customer_told: true,
            note: text(),
        },
        Command::Resume,
        Command::Complete {
            done: text(),
            lines: if priced { line(100) } else { Vec::new() },
            photos: Vec::new(),
            no_photo_reason: Some(text()),
            worker: None,
            callback: id("callback").as_str().into(),
            happened_at: None,
        },
        Command::Confirm {
            confirmation: id("confirmation").as_str().into(),
            content_hash: case.content_hash(),
            how: if own {
                ConfirmHow::Own {
                    signature: Some("signature".into()),
                    shown_by: None,
                }
            } else {
                ConfirmHow::Device {
                    signature: "signature".into(),
                }
            },
            opinion: None,
            comment: String::new(),
            happened_at: None,
        },
        Command::SecondCheck,
        Command::RecordPayment {
            method: PayMethod::Code,
            amount_cents: case.owed_cents(),
            receipt: Some(text()),
            happened_at: None,
        },
        Command::WaiveFee { reason: text() },
        reached(true),
        reached(false),
        Command::Close,
        Command::Reopen {
            reason: ReopenReason::NotSolved,
            note: text(),
        },
        Command::Cancel {
            reason: text(),
            customer_informed: true,
        },
        Command::Urge { note: text() },
        Command::Note {
            text: text(),
            told_customer: false,
        },
        Command::Promise {
            kind: PromiseKind::Reply,
            what: text(),
            by: None,
            reported_to: vec!["head".into()],
        },
        Command::KeepPromise {
            no: case.open_promises().next().map_or(0, |p| p.no),
            how: text(),
        },
        Command::Answer {
            answer: text(),
            callback: id("callback").as_str().into(),
            happened_at: None,
        },
        Command::ReportOutside {
            reported_to: "head".into(),
            referral: text(),
            note: text(),
        },
    ];
    all.extend(of_complaint(case, now));
    if priced && case.quotes.len() < 2 {
        all.push(Command::Quote {
            quote: id("quote").as_str().into(),
            lines: line(100),
        });
    }
    if let Some(quote) = pending {
        all.push(Command::ConsentQuote {
            quote: quote.clone(),
            how: how.clone(),
        });
        all.push(Command::RefuseQuote { quote, how });
    }
    all
}

/// The next steps of a complaint's own process (COM-17 to COM-32), in the order that the clauses give them.
fn of_complaint(case: &CaseState, now: i64) -> Vec<Command> {
    use complaint::{Given, MeasureKind, Nature, Received, Run, Step, default_routes, propose};
    let Some(file) = case.file() else { return Vec::new() };
    let text = || "-".to_owned();
    let judge = |valid| Step::JudgeComplaint {
        valid,
        nature: Nature::Other,
        severity: Importance::Ordinary,
        about: None,
        reason: text(),
        told: (!valid).then_some(ToldHow::Phone),
    };
    let respond = |accepted| Step::RecordResponse {
        accepted,
        how: ToldHow::Phone,
        note: text(),
    };
    let mut steps = match file.judgement() {
        None => vec![judge(true), judge(false)],
        Some(j) if !j.valid => vec![Step::AppealComplaint { reason: text() }],
        Some(_) if file.route().is_none() => vec![Step::RouteComplaint {
            received: Received::Office,
            to: "project_office".to_owned(),
            reason: text(),
        }],
        Some(_) if file.finding.is_none() => vec![Step::RecordFinding { text: text() }],
        Some(_) if file.proposal(case.cycle).is_none() => vec![Step::ProposeAnswer {
            text: text(),
            letter: false,
        }],
        Some(_) => match (
            file.response(case.cycle),
            file.opinion(case.cycle),
            &file.cause,
            file.measures.last(),
        ) {
            (None, ..) => vec![respond(true), respond(false)],
            (Some(_), None, ..) => vec![Step::NoteOpinion {
                opinion: Satisfaction::Satisfied,
                thanked: true,
                hopes: text(),
            }],
            (.., None, _) => vec![Step::RecordCause { text: text() }],
            (.., None) => vec![Step::SetMeasure {
                kind: MeasureKind::Preventive,
                facts: text(),
                text: text(),
                owner: "worker".into(),
                due_at: now + 24 * 60 * MINUTE,
            }],
            (.., Some(m)) if m.done_at.is_none() => vec![Step::FinishMeasure {
                no: m.no,
                result: text(),
            }],
            _ if file.verified(case.cycle).is_none() => vec![Step::VerifyComplaint {
                effective: true,
                note: text(),
            }],
            _ => vec![Step::FileComplaint { note: text() }],
        },
    };
    match file.open_raise() {
        Some(raised) if raised.instruction.is_none() => steps.push(Step::InstructComplaint { text: text() }),
        Some(_) => steps.push(Step::CarryOut { text: text() }),
        None if file.raised.is_empty() => steps.push(Step::RaiseComplaint { reason: text() }),
        None => {}
    }
    let proposal = default_routes()
        .ok()
        .map(|routes| propose(&routes, Nature::Other, "noise", Received::Office, false));
    steps
        .into_iter()
        .map(|step| {
            let given = Given {
                proposal: proposal.clone(),
                department: Some("project_office".into()),
                about_a_head: false,
                takes_orders: false,
            };
            Command::Complaint(Box::new(Run { step, given }))
        })
        .collect()
}

/// How far a complaint's own process has come.
fn stage(case: &CaseState) -> String {
    let Some(file) = case.file() else { return String::new() };
    format!(
        "{:?} {} {} {} {:?} {} {} {:?} {} {} {:?}",
        file.judgement().map(|j| j.valid),
        file.route().is_some(),
        file.finding.is_some(),
        file.proposal(case.cycle).is_some(),
        file.response(case.cycle).map(|r| r.accepted),
        file.opinion(case.cycle).is_some(),
        file.cause.is_some(),
        file.measures.last().map(|m| m.done_at.is_some()),
        file.verified(case.cycle).is_some(),
        file.filed.is_some(),
        file.raised
            .last()
            .map(|r| (r.instruction.is_some(), r.carried_out.is_some())),
    )
}

/// What of a case decides on what may follow; how often it went round does not.
fn like(at: &At) -> String {
    let c = &at.case;
    let order = c.order();
    let confirmed = c.confirmation().map(|x| (x.grade, x.checked_by.is_some()));
    format!(
        "{} {} {:?} {} {:?} {:?} {:?} {} {} {} {} {}",
        stage(c),
        c.status,
        c.scope,
        c.fee.kind,
        order.map(|o| (o.status, o.worker.clone())),
        c.pending_quote().is_some(),
        confirmed,
        c.owed_cents() > 0,
        c.open_callback().is_some(),
        c.open_promises().count().min(1),
        c.outside.is_some(),
        c.accepted_cents().is_some(),
    )
}

/// The state diagram of a kind of case, as it is at this instant under this standard.
pub fn process(kind: Kind, base: &Env<'_>) -> Process {
    let env = |now| Env { now, ..*base };
    let run = |case: Option<&CaseState>, command: &Command, who: &Who, now: i64| -> Option<At> {
        let events = decide(case, command, who, &env(now)).ok()?;
        let mut state = case.cloned();
        for e in &events {
            advance(&mut state, e, base.calendars);
        }
        // What leaves no trace is no step.
        (!events.is_empty()).then_some(())?;
        state.map(|case| At {
            case,
            now: now + MINUTE,
        })
    };
    let steps = |at: Option<&At>, code: &'static str| -> Vec<(&'static str, At)> {
        let by = who(code, at.map(|a| &a.case));
        match at {
            None => forms(kind)
                .into_iter()
                .filter_map(|f| run(None, &Command::Register(Box::new(f)), &by, base.now))
                .map(|at| (Action::RegisterCase.as_str(), at))
                .collect(),
            Some(at) => commands(at, &by)
                .into_iter()
                .filter_map(|cmd| {
                    let after = run(Some(&at.case), &cmd, &by, at.now)?;
                    Some((cmd.action().as_str(), after))
                })
                .collect(),
        }
    };
    let order: Vec<&'static str> = Status::ALL.iter().map(|s| s.as_str()).collect();
    explore(
        process_code(kind),
        &Walk {
            order: &order,
            ends: &[Status::Closed.as_str(), Status::Cancelled.as_str()],
            people: PEOPLE,
            state: &|at: &At| at.case.status.as_str(),
            like: &like,
            steps: &steps,
            most: MOST,
        },
    )
}

impl CaseState {
    /// A number that grows with what was done, for ids of the walk.
    fn version_of_steps(&self) -> usize {
        self.orders.len() + self.quotes.len() + self.confirmations.len() + self.callbacks.len() + self.work.len() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{MORNING, env};
    use super::*;

    #[test]
    fn the_walk_reaches_every_state_of_a_request() {
        let p = process(Kind::Request, &env(MORNING));
        let all: Vec<&str> = Status::ALL.iter().map(|s| s.as_str()).collect();
        assert_eq!(p.states, all, "every state is reached, in the order of a life");
        let has = |from: &str, act: &str, to: &str| {
            p.moves
                .iter()
                .any(|m| m.from == Some(from) && m.act == act && m.to == to)
        };
        assert!(has("registered", "dispatch", "dispatched") && has("dispatched", "accept", "accepted"));
        assert!(has("accepted", "arrive", "on_site") && has("on_site", "complete", "done"));
        assert!(has("done", "confirm", "confirmed") && has("confirmed", "close", "closed"));
        assert!(has("closed", "reopen", "registered"), "{:#?}", p.out_of("closed"));
        // What nobody may do is not drawn: a request is never answered away, and nothing closes without the work.
        assert!(!p.moves.iter().any(|m| m.act == "answer"));
        assert!(!has("dispatched", "close", "closed") && !has("done", "close", "closed"));
    }

    #[test]
    fn every_kind_has_its_own_diagram() {
        for kind in Kind::ALL {
            let p = process(*kind, &env(MORNING));
            assert!(
                p.states.contains(&"registered") && p.ends.contains(&"closed"),
                "{kind}: {p:#?}"
            );
        }
        let inquiry = process(Kind::Inquiry, &env(MORNING));
        assert!(inquiry.moves.iter().any(|m| m.act == "answer" && m.to == "closed"));
        assert!(inquiry.moves.iter().any(|m| m.act == "report_outside"), "CAL-8");
    }
}
