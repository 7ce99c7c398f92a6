//! The process of a complaint (COM-17 to COM-32): its order, who may what, and what is lacking at the end.

use super::*;
use crate::case::complaint::{
    Given, MeasureKind, Nature, Proposal, RaisedBy, Received, RouteWhy, Run, Step, default_routes, looks_due, propose,
};
use crate::clock::ClockCode;

const DAY: i64 = 24 * HOUR;

pub fn quality() -> Who {
    staff("zhou", Role::Quality, "quality")
}

pub fn leader() -> Who {
    staff("fang", Role::CompanyLeader, "company")
}

fn filed(step: Step) -> Command {
    given(step, Given::default())
}

fn given(step: Step, given: Given) -> Command {
    Command::Complaint(Box::new(Run { step, given }))
}

fn judge(valid: bool, nature: Nature, severity: Importance) -> Command {
    filed(Step::JudgeComplaint {
        valid,
        nature,
        severity,
        about: None,
        reason: "现场情况属实".into(),
        told: (!valid).then_some(ToldHow::Phone),
    })
}

fn proposal(nature: Nature, received: Received, unsolved: bool) -> Proposal {
    propose(&default_routes().unwrap(), nature, "noise", received, unsolved)
}

fn route(received: Received, to: &str, nature: Nature) -> Command {
    given(
        Step::RouteComplaint {
            received,
            to: to.into(),
            reason: String::new(),
        },
        Given {
            proposal: Some(proposal(nature, received, false)),
            department: (to != "leader").then(|| to.into()),
            about_a_head: false,
            takes_orders: false,
        },
    )
}

fn finding() -> Command {
    filed(Step::RecordFinding {
        text: "夜间有施工".into(),
    })
}

fn answer_as(letter: bool) -> Command {
    filed(Step::ProposeAnswer {
        text: "停工并约谈".into(),
        letter,
    })
}

fn answer(desk: &mut Desk) -> Command {
    Command::Answer {
        answer: "已停工，今后只在白天施工".into(),
        callback: desk.fresh("callback").into(),
        happened_at: None,
    }
}

fn respond(accepted: bool) -> Command {
    filed(Step::RecordResponse {
        accepted,
        how: ToldHow::Phone,
        note: "可以".into(),
    })
}

fn opinion() -> Command {
    filed(Step::NoteOpinion {
        opinion: Satisfaction::Satisfied,
        thanked: true,
        hopes: "希望早点发现".into(),
    })
}

fn cause() -> Command {
    filed(Step::RecordCause {
        text: "未巡查".into()
    })
}

fn measure(desk: &Desk, kind: MeasureKind) -> Command {
    filed(Step::SetMeasure {
        kind,
        facts: "夜间施工两小时".into(),
        text: "夜间加巡一次".into(),
        owner: "wang".into(),
        due_at: desk.now + 5 * DAY,
    })
}

fn verify() -> Command {
    filed(Step::VerifyComplaint {
        effective: true,
        note: "电话核实属实".into(),
    })
}

fn file() -> Command {
    filed(Step::FileComplaint { note: String::new() })
}

fn missing(desk: &Desk) -> Vec<&'static str> {
    missing_to_close(desk.case())
}

/// Any step of a complaint, for lives by chance; mostly the one that comes next.
pub fn some_step(case: &CaseState, pick: u8, yes: bool, text: &str, now: i64) -> Command {
    use crate::case::complaint::{missing_before_answer, missing_to_close};
    let next = missing_before_answer(case)
        .into_iter()
        .chain(missing_to_close(case))
        .next()
        .unwrap_or_default();
    let what = match next {
        _ if !yes => pick % 18,
        "missing-judgement" => 0,
        "missing-route" => 2,
        "missing-parts" => 4,
        "missing-finding" => 5,
        "missing-proposal" => 6,
        "missing-letter-agreed" => 7,
        "missing-instruction" => 9,
        "missing-carried-out" => 10,
        "missing-response" => 11,
        "missing-opinion" => 12,
        "missing-cause" => 13,
        "missing-prevention" | "missing-corrective-report" | "missing-preventive-report" => 14,
        "missing-verification" => 16,
        "missing-filing" => 17,
        _ => pick % 18,
    };
    let text = text.to_owned();
    let no = u32::from(pick % 3) + 1;
    let nature = Nature::ALL[usize::from(pick) % Nature::ALL.len()];
    let received = Received::ALL[usize::from(pick) % Received::ALL.len()];
    let kind = MeasureKind::ALL[usize::from(pick) % 2];
    let due_at = now + i64::from(pick) * HOUR;
    let proposal = proposal(nature, received, pick.is_multiple_of(2));
    let given = Given {
        department: (proposal.to != "leader").then(|| "engineering".into()),
        about_a_head: pick.is_multiple_of(11),
        takes_orders: yes,
        proposal: Some(proposal.clone()),
    };
    let step = match what {
        0 => Step::JudgeComplaint {
            valid: !pick.is_multiple_of(5),
            nature,
            severity: Importance::ALL[usize::from(pick) % 3],
            about: pick.is_multiple_of(7).then(|| "zhao".into()),
            reason: text,
            told: Some(ToldHow::Phone),
        },
        1 => Step::AppealComplaint { reason: text },
        2 => Step::RouteComplaint {
            received,
            to: proposal.to,
            reason: text,
        },
        3 => Step::AddPart {
            department: "engineering".into(),
            what: text,
            due_at,
        },
        4 => Step::FinishPart { no, result: text },
        5 => Step::RecordFinding { text },
        6 => Step::ProposeAnswer {
            text,
            letter: pick.is_multiple_of(4),
        },
        7 => Step::AgreeLetter {
            agree: !pick.is_multiple_of(5),
            note: text,
        },
        8 => Step::RaiseComplaint { reason: text },
        9 => Step::InstructComplaint { text },
        10 => Step::CarryOut { text },
        11 => Step::RecordResponse {
            accepted: !pick.is_multiple_of(4),
            how: ToldHow::Visit,
            note: text,
        },
        12 => Step::NoteOpinion {
            opinion: Satisfaction::Satisfied,
            thanked: !pick.is_multiple_of(9),
            hopes: text,
        },
        13 => Step::RecordCause { text },
        14 => Step::SetMeasure {
            kind,
            facts: text.clone(),
            text,
            owner: "wang".into(),
            due_at,
        },
        15 => Step::FinishMeasure { no, result: text },
        16 => Step::VerifyComplaint {
            effective: !pick.is_multiple_of(5),
            note: text,
        },
        _ => Step::FileComplaint { note: text },
    };
    Command::Complaint(Box::new(Run { step, given }))
}

/// Judged and routed, found out and with a proposal: what comes before the answer.
pub fn prepared(desk: &mut Desk) {
    let severity = desk.case().importance;
    desk.ok(&chen(), judge(true, Nature::Other, severity));
    desk.ok(&chen(), route(Received::Office, "project_office", Nature::Other));
    desk.ok(&chen(), finding());
    desk.ok(&chen(), answer_as(false));
}

/// Lives that make every event of a complaint.
pub fn lives() -> Vec<Desk> {
    let timer = Who::System { name: "timer".into() };
    let mut desk = closed();
    desk.now += 40 * DAY;
    desk.ok(&timer, Command::LookAgain { found: vec![] });
    desk.ok(&timer, Command::CheckClocks);
    let mut other = Desk::with(of_kind(Kind::Complaint));
    other.ok(&chen(), judge(false, Nature::Other, Importance::Ordinary));
    other.ok(&chen(), filed(Step::AppealComplaint { reason: "有".into() }));
    other.ok(&li(), judge(true, Nature::Compensation, Importance::Ordinary));
    other.ok(&chen(), route(Received::Office, "leader", Nature::Compensation));
    let part = filed(Step::AddPart {
        department: "engineering".into(),
        what: "测噪".into(),
        due_at: other.now + HOUR,
    });
    other.ok(&chen(), part);
    other.now += 2 * HOUR;
    other.ok(&timer, Command::CheckClocks);
    other.ok(
        &chen(),
        filed(Step::FinishPart {
            no: 1,
            result: "已测".into(),
        }),
    );
    other.ok(&chen(), finding());
    other.ok(&chen(), answer_as(true));
    other.ok(
        &leader(),
        filed(Step::AgreeLetter {
            agree: true,
            note: "可".into(),
        }),
    );
    other.ok(&leader(), filed(Step::InstructComplaint { text: "赔".into() }));
    other.ok(&chen(), filed(Step::CarryOut { text: "已赔".into() }));
    let step = answer(&mut other);
    other.ok(&chen(), step);
    other.ok(&chen(), respond(true));
    other.ok(&chen(), cause());
    let step = measure(&other, MeasureKind::Preventive);
    other.ok(&chen(), step);
    other.ok(
        &chen(),
        filed(Step::FinishMeasure {
            no: 1,
            result: "已加巡".into(),
        }),
    );
    vec![desk, other]
}

/// Registered, judged and with the office.
fn routed(severity: Importance) -> Desk {
    let mut desk = Desk::with(of_kind(Kind::Complaint));
    desk.ok(&chen(), judge(true, Nature::Other, severity));
    desk.ok(&chen(), route(Received::Office, "project_office", Nature::Other));
    desk
}

fn answered(severity: Importance) -> Desk {
    let mut desk = routed(severity);
    desk.ok(&chen(), finding());
    desk.ok(&chen(), answer_as(false));
    let step = answer(&mut desk);
    desk.ok(&chen(), step);
    desk
}

fn ready(severity: Importance) -> Desk {
    let mut desk = answered(severity);
    desk.ok(&chen(), respond(true));
    desk.ok(&chen(), opinion());
    desk.ok(&chen(), cause());
    let step = measure(&desk, MeasureKind::Preventive);
    desk.ok(&chen(), step);
    if severity == Importance::Major {
        let step = measure(&desk, MeasureKind::Corrective);
        desk.ok(&chen(), step);
    }
    desk
}

fn closed() -> Desk {
    let mut desk = ready(Importance::Ordinary);
    desk.ok(&li(), reached(true));
    desk.ok(&quality(), verify());
    desk.ok(&quality(), file());
    desk.ok(&chen(), Command::Close);
    desk
}

#[test]
fn com_28_the_order_is_kept_and_the_end_names_what_lacks() {
    let mut desk = Desk::with(of_kind(Kind::Complaint));
    assert_eq!(
        missing(&desk)[0],
        "missing-judgement",
        "no valid complaint without its form"
    );
    for (step, rule) in [
        (finding(), "refuse-not-judged"),
        (answer_as(false), "refuse-not-judged"),
        (
            route(Received::Office, "project_office", Nature::Other),
            "refuse-not-judged",
        ),
        (respond(true), "refuse-not-judged"),
        (cause(), "refuse-not-judged"),
    ] {
        assert_eq!(desk.no(&chen(), step).0, rule);
    }
    desk.ok(&chen(), judge(true, Nature::Other, Importance::Ordinary));
    assert_eq!(desk.no(&chen(), finding()).0, "refuse-not-routed");
    let step = answer(&mut desk);
    assert_eq!(
        desk.no(&chen(), step),
        (
            "refuse-complaint-order",
            vec!["missing-route", "missing-finding", "missing-proposal"]
        )
    );
    desk.ok(&chen(), route(Received::Office, "project_office", Nature::Other));
    assert_eq!(desk.no(&chen(), answer_as(false)).0, "refuse-no-finding");
    desk.ok(&chen(), finding());
    desk.ok(&chen(), answer_as(false));
    let step = answer(&mut desk);
    desk.ok(&chen(), step);
    assert_eq!(desk.no(&chen(), opinion()).0, "refuse-not-responded");
    assert_eq!(
        missing(&desk),
        [
            "missing-response",
            "missing-opinion",
            "missing-cause",
            "missing-prevention",
            "missing-verification",
            "missing-filing",
            "missing-callback"
        ]
    );
    assert_eq!(
        desk.no(&quality(), verify()),
        (
            "refuse-not-verifiable",
            vec![
                "missing-response",
                "missing-opinion",
                "missing-cause",
                "missing-prevention"
            ]
        )
    );
    let mut desk = ready(Importance::Ordinary);
    desk.ok(&li(), reached(true));
    assert_eq!(missing(&desk), ["missing-verification", "missing-filing"]);
    assert_eq!(desk.no(&quality(), file()).0, "refuse-not-verified");
    desk.ok(&quality(), verify());
    desk.ok(&quality(), file());
    desk.ok(&chen(), Command::Close);
    assert_eq!(
        replay(&desk.events, &CALENDARS),
        desk.state,
        "the events alone make the same complaint"
    );
}

#[test]
fn com_28_not_valid_is_told_and_an_appeal_is_judged_by_somebody_else() {
    let mut desk = Desk::with(of_kind(Kind::Complaint));
    let untold = filed(Step::JudgeComplaint {
        valid: false,
        nature: Nature::Other,
        severity: Importance::Ordinary,
        about: None,
        reason: "不在小区内".into(),
        told: None,
    });
    assert_eq!(
        desk.no(&chen(), untold),
        ("refuse-incomplete", vec!["missing-customer-told"])
    );
    desk.ok(&chen(), judge(false, Nature::Other, Importance::Ordinary));
    assert_eq!(
        desk.no(&chen(), route(Received::Office, "security", Nature::Other)).0,
        "refuse-not-valid"
    );
    let step = answer(&mut desk);
    assert!(
        decide(desk.state.as_ref(), &step, &chen(), &env(desk.now)).is_ok(),
        "the customer may be answered at once"
    );
    desk.ok(
        &chen(),
        filed(Step::AppealComplaint {
            reason: "就在楼下".into(),
        }),
    );
    assert_eq!(missing(&desk)[0], "missing-judgement");
    let anew = judge(true, Nature::Other, Importance::Major);
    assert_eq!(desk.no(&chen(), anew.clone()).0, "refuse-judged-by-you");
    desk.ok(&li(), anew);
    assert_eq!(desk.case().importance, Importance::Major);
    assert!(desk.case().file().unwrap().valid());
}

#[test]
fn com_18_to_21_elsewhere_than_proposed_needs_a_reason() {
    let mut desk = Desk::with(of_kind(Kind::Complaint));
    desk.ok(&chen(), judge(true, Nature::Charging, Importance::Ordinary));
    assert_eq!(
        desk.no(&chen(), route(Received::Company, "engineering", Nature::Charging)),
        ("refuse-incomplete", vec!["missing-reason"])
    );
    desk.ok(&chen(), route(Received::Company, "finance", Nature::Charging));
    let file = desk.case().file().unwrap();
    assert_eq!(file.route().unwrap().why, RouteWhy::Finance);
    // The department that leads it sees it and works on it.
    let caiwu = staff("qian", Role::DeptHead, "finance");
    assert!(may(Some(desk.case()), crate::access::Action::RecordFinding, &caiwu).is_ok());
    let other = staff("he", Role::DeptHead, "greening");
    assert!(may(Some(desk.case()), crate::access::Action::ViewCase, &other).is_err());
}

#[test]
fn com_21_and_25_the_leader_instructs_and_it_is_done_before_the_answer() {
    let mut desk = Desk::with(of_kind(Kind::Complaint));
    desk.ok(&chen(), judge(true, Nature::Compensation, Importance::Ordinary));
    desk.ok(&chen(), route(Received::Office, "leader", Nature::Compensation));
    assert_eq!(
        desk.case().file().unwrap().open_raise().unwrap().because,
        RaisedBy::Route
    );
    desk.ok(&chen(), finding());
    desk.ok(&chen(), answer_as(false));
    let step = answer(&mut desk);
    assert_eq!(desk.no(&chen(), step.clone()).1, ["missing-instruction"]);
    let instruct = filed(Step::InstructComplaint {
        text: "赔偿两百元".into(),
    });
    assert_eq!(desk.no(&chen(), instruct.clone()).0, "refuse-role");
    desk.ok(&leader(), instruct);
    assert_eq!(desk.no(&chen(), step.clone()).1, ["missing-carried-out"]);
    desk.ok(
        &chen(),
        filed(Step::CarryOut {
            text: "已赔付并签收".into(),
        }),
    );
    desk.ok(&chen(), step);
    // What a department cannot solve goes the same way.
    let mut desk = routed(Importance::Ordinary);
    let raise = filed(Step::RaiseComplaint {
        reason: "需街道协调".into(),
    });
    desk.ok(&chen(), raise.clone());
    assert_eq!(desk.no(&chen(), raise).0, "refuse-raised-already");
}

#[test]
fn com_22_a_letter_goes_out_only_after_the_leader_agrees() {
    let mut desk = routed(Importance::Ordinary);
    desk.ok(&chen(), finding());
    desk.ok(&chen(), answer_as(true));
    let step = answer(&mut desk);
    assert_eq!(desk.no(&chen(), step.clone()).1, ["missing-letter-agreed"]);
    let say = |agree| {
        filed(Step::AgreeLetter {
            agree,
            note: if agree { "" } else { "语气再缓和些" }.into(),
        })
    };
    assert_eq!(desk.no(&li(), say(true)).0, "refuse-role");
    desk.ok(&leader(), say(false));
    assert_eq!(desk.no(&chen(), step.clone()).1, ["missing-proposal"]);
    desk.ok(&chen(), answer_as(true));
    desk.ok(&leader(), say(true));
    desk.ok(&chen(), step);
}

#[test]
fn com_23_and_31_what_is_late_is_a_fact_once() {
    let mut desk = routed(Importance::Ordinary);
    let timer = Who::System { name: "timer".into() };
    let part = |desk: &Desk, hours| {
        filed(Step::AddPart {
            department: "engineering".into(),
            what: "测噪".into(),
            due_at: desk.now + hours * HOUR,
        })
    };
    let (one, two) = (part(&desk, 1), part(&desk, 2));
    desk.ok(&chen(), one);
    let due = desk.now + HOUR - MIN;
    desk.ok(&chen(), two);
    let late = |desk: &mut Desk| {
        let before = desk.events.len();
        desk.run(&timer, Command::CheckClocks).unwrap();
        let facts = desk.events[before..].iter().filter_map(|e| match &e.fact {
            Fact::PartLate { no } => Some(*no),
            _ => None,
        });
        facts.collect::<Vec<u32>>()
    };
    desk.now = due;
    assert!(late(&mut desk).is_empty(), "the instant itself is in time");
    let done = filed(Step::FinishPart {
        no: 2,
        result: "已测".into(),
    });
    desk.ok(&chen(), done);
    desk.now = due + 2 * HOUR;
    assert_eq!(late(&mut desk), [1], "what is done is not late");
    assert!(late(&mut desk).is_empty());
}

#[test]
fn com_23_no_end_while_a_part_is_open() {
    let mut desk = routed(Importance::Ordinary);
    let part = filed(Step::AddPart {
        department: "engineering".into(),
        what: "测噪".into(),
        due_at: desk.now + HOUR,
    });
    desk.ok(&chen(), part);
    desk.ok(&chen(), finding());
    desk.ok(&chen(), answer_as(false));
    let step = answer(&mut desk);
    assert_eq!(desk.no(&chen(), step.clone()).1, ["missing-parts"]);
    let done = |no| {
        filed(Step::FinishPart {
            no,
            result: "52 分贝".into(),
        })
    };
    assert_eq!(desk.no(&chen(), done(7)).0, "refuse-no-part");
    let gong = staff("gong", Role::DeptHead, "engineering");
    desk.ok(&gong, done(1));
    desk.ok(&chen(), step);
}

#[test]
fn not_accepted_goes_to_the_leader_and_is_answered_anew() {
    let mut desk = answered(Importance::Ordinary);
    let kinds = desk.ok(&chen(), respond(false));
    assert!(
        kinds.starts_with(&["complaint_responded", "complaint_raised", "reopened"]),
        "{kinds:?}"
    );
    assert_eq!(desk.case().cycle, 1);
    let step = answer(&mut desk);
    assert_eq!(desk.no(&chen(), step).1, ["missing-instruction", "missing-proposal"]);
}

#[test]
fn com_30_a_signature_or_its_refusal_is_the_customers_word_too() {
    let mut desk = answered(Importance::Ordinary);
    let confirm = desk.confirm(ConfirmHow::Declined {
        reason: "不愿签".into(),
        witness: "zhao".into(),
    });
    desk.ok(&chen(), confirm);
    assert!(!missing(&desk).contains(&"missing-response"), "{:?}", missing(&desk));
    desk.ok(&chen(), opinion());
}

#[test]
fn com_31_a_major_complaint_needs_both_reports_with_owners_and_dates() {
    let mut desk = ready(Importance::Ordinary);
    assert!(!missing(&desk).iter().any(|key| key.contains("report")));
    desk = answered(Importance::Major);
    desk.ok(&chen(), respond(true));
    desk.ok(&chen(), opinion());
    desk.ok(&chen(), cause());
    for (kind, key) in [
        (MeasureKind::Corrective, "missing-corrective-report"),
        (MeasureKind::Preventive, "missing-preventive-report"),
    ] {
        assert!(missing(&desk).contains(&key));
        let past = filed(Step::SetMeasure {
            kind,
            facts: "事实".into(),
            text: "措施".into(),
            owner: "wang".into(),
            due_at: desk.now,
        });
        assert_eq!(desk.no(&chen(), past).0, "refuse-until-past");
        let step = measure(&desk, kind);
        desk.ok(&chen(), step);
        assert!(!missing(&desk).contains(&key));
    }
}

#[test]
fn com_14_who_had_a_part_in_it_does_not_verify_it() {
    let mut desk = ready(Importance::Ordinary);
    let mine = filed(Step::RecordCause {
        text: "巡查表缺项".into(),
    });
    desk.ok(&quality(), mine);
    assert_eq!(desk.no(&quality(), verify()).0, "refuse-verified-by-own");
    let other = staff("wu", Role::Quality, "quality");
    desk.ok(&other, verify());
    assert_eq!(desk.no(&chen(), file()).0, "refuse-role");
    desk.ok(&quality(), file());
}

#[test]
fn com_27_the_records_are_with_quality_within_three_natural_days() {
    let mut desk = ready(Importance::Ordinary);
    let clock = desk.case().clock(ClockCode::Filing, 0).unwrap().clone();
    // Done on the 21st: until 24:00 of the 24th, weekend or not.
    let midnight = MORNING + 13 * HOUR + 18 * MIN;
    assert_eq!(clock.due_at(desk.now), Some(midnight + 3 * DAY));
    desk.ok(&quality(), verify());
    desk.now = midnight + 3 * DAY;
    desk.ok(&quality(), file());
    let clock = desk.case().clock(ClockCode::Filing, 0).unwrap();
    assert!(clock.breached_at.is_some() && clock.met_at.is_some());
}

#[test]
fn com_17_who_is_complained_about_does_not_see_it() {
    let about = Register {
        about: Some("wang".into()),
        ..of_kind(Kind::Complaint)
    };
    let mut desk = Desk::with(about);
    for action in crate::access::Action::ALL {
        assert!(may(Some(desk.case()), *action, &wang()).is_err(), "{action}");
    }
    // Judging without naming anybody does not give it back.
    desk.ok(&chen(), judge(true, Nature::Attitude, Importance::Ordinary));
    assert!(desk.case().hidden_from(&"wang".into()));
    // Against a head it is the leader's, however it was called.
    let mut desk = Desk::with(of_kind(Kind::Complaint));
    let step = Step::JudgeComplaint {
        valid: true,
        nature: Nature::Other,
        severity: Importance::Ordinary,
        about: Some("gong".into()),
        reason: "属实".into(),
        told: None,
    };
    let head = Given {
        about_a_head: true,
        ..Given::default()
    };
    desk.ok(&chen(), given(step.clone(), head));
    assert_eq!(desk.case().file().unwrap().judgement().unwrap().nature, Nature::Head);
    let mut desk = Desk::with(of_kind(Kind::Complaint));
    assert_eq!(
        desk.no(&staff("gong", Role::ProjectManager, "desk"), filed(step)).0,
        "refuse-about-you"
    );
}

#[test]
fn a_recurrence_opens_the_prevention_anew() {
    let mut desk = closed();
    let timer = Who::System { name: "timer".into() };
    assert_eq!(looks_due(desk.case(), desk.now), None);
    // The measure that nobody carries out comes first, and is told once.
    desk.now = desk.case().next_look_at(&env(desk.now)).unwrap();
    assert_eq!(desk.ok(&timer, Command::CheckClocks), ["complaint_measure_late"]);
    let next = desk.case().next_look_at(&env(desk.now)).unwrap();
    desk.now = next - MIN;
    assert!(desk.ok(&timer, Command::LookAgain { found: vec![] }) == ["complaint_looked"]);
    assert_eq!(looks_due(desk.case(), desk.now), None, "once each");
    desk.now = desk.case().next_look_at(&env(desk.now)).unwrap();
    let found = vec!["later".into()];
    desk.ok(&timer, Command::LookAgain { found });
    assert!(desk.case().file().unwrap().prevention_open());
    assert_eq!(desk.case().next_look_at(&env(desk.now)), None);
    let step = measure(&desk, MeasureKind::Preventive);
    desk.ok(&chen(), step);
    desk.ok(&quality(), verify());
    assert!(!desk.case().file().unwrap().prevention_open());
    let step = measure(&desk, MeasureKind::Preventive);
    assert_eq!(desk.no(&chen(), step).0, "refuse-state");
}

#[test]
fn a_complaint_from_before_there_was_a_record_closes_as_it_did() {
    let mut desk = Desk::with(of_kind(Kind::Complaint));
    desk.state.as_mut().unwrap().complaint = None;
    let step = answer(&mut desk);
    desk.ok(&chen(), step);
    desk.ok(&li(), reached(true));
    desk.ok(&chen(), Command::Close);
    let mut desk = Desk::with(of_kind(Kind::Request));
    assert_eq!(
        desk.no(&chen(), judge(true, Nature::Other, Importance::Ordinary)).0,
        "refuse-no-complaint"
    );
}

#[test]
fn com_17_who_is_complained_about_is_given_no_work_on_it() {
    let about = || Register {
        about: Some("wang".into()),
        ..of_kind(Kind::Complaint)
    };
    let with = |worker: Option<&str>| Command::Reassign {
        department: "engineering".into(),
        worker: worker.map(Into::into),
        to_vendor: false,
        reason: "换人".into(),
    };
    let take = |worker: &str| Command::Accept {
        worker: Some(worker.into()),
        happened_at: None,
    };
    let mut desk = Desk::with(about());
    let named = desk.dispatch();
    assert_eq!(desk.no(&chen(), named).0, "refuse-worker-concerned");
    let open = match desk.dispatch() {
        Command::Dispatch {
            order,
            number,
            department,
            to_vendor,
            happened_at,
            ..
        } => Command::Dispatch {
            order,
            number,
            department,
            worker: None,
            to_vendor,
            happened_at,
        },
        other => other,
    };
    desk.ok(&chen(), open);
    assert_eq!(desk.no(&chen(), take("wang")).0, "refuse-worker-concerned");
    assert_eq!(desk.no(&chen(), with(Some("wang"))).0, "refuse-worker-concerned");
    desk.ok(&chen(), take("zhao"));
    let over = Command::HandOver {
        worker: "wang".into(),
        note: String::new(),
    };
    assert_eq!(desk.no(&chen(), over).0, "refuse-worker-concerned");
    // Known only after the order was given: nobody takes it in that person's name, and it goes to somebody else.
    let mut desk = Desk::with(of_kind(Kind::Complaint));
    let named = desk.dispatch();
    desk.ok(&chen(), named);
    let step = Step::JudgeComplaint {
        valid: true,
        nature: Nature::Attitude,
        severity: Importance::Ordinary,
        about: Some("wang".into()),
        reason: "属实".into(),
        told: None,
    };
    desk.ok(&chen(), filed(step));
    let unnamed = Command::Accept {
        worker: None,
        happened_at: None,
    };
    assert_eq!(desk.no(&chen(), unnamed).0, "refuse-worker-concerned");
    desk.ok(&chen(), with(Some("zhao")));
}

#[test]
fn com_18_an_order_that_nobody_has_accepted_goes_where_the_complaint_is_sent() {
    let sent = |takes_orders: bool| {
        let Command::Complaint(mut run) = route(Received::Office, "project_office", Nature::Other) else {
            unreachable!("a route is a step of a complaint");
        };
        run.given.takes_orders = takes_orders;
        Command::Complaint(run)
    };
    let dispatched = || {
        let mut desk = Desk::with(of_kind(Kind::Complaint));
        let order = desk.dispatch();
        desk.ok(&chen(), order);
        desk.ok(&chen(), judge(true, Nature::Other, Importance::Ordinary));
        desk
    };
    let at = |desk: &Desk| desk.case().order().unwrap().department.as_str().to_owned();
    let mut desk = dispatched();
    desk.ok(&chen(), sent(true));
    assert_eq!(at(&desk), "project_office");
    assert_eq!(desk.case().order().unwrap().worker, None);
    // Where nobody takes orders it would lie.
    let mut desk = dispatched();
    desk.ok(&chen(), sent(false));
    assert_eq!(at(&desk), "engineering");
    // Whoever has accepted it goes on.
    let mut desk = dispatched();
    let accept = Command::Accept {
        worker: None,
        happened_at: None,
    };
    desk.ok(&wang(), accept);
    desk.ok(&chen(), sent(true));
    assert_eq!(at(&desk), "engineering");
}
