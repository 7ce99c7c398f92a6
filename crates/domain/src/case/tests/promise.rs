//! Promises, first answers, more time and excuses.

use super::*;
use crate::access::Role;
use crate::clock::{ClockCode, ClockState, ClockView, ExcuseReason};

fn pm() -> Who {
    staff("pm", Role::ProjectManager, "office")
}

fn quality() -> Who {
    staff("zhi", Role::Quality, "quality")
}

fn view(desk: &Desk, code: ClockCode, cycle: u32) -> ClockView {
    desk.case().clock(code, cycle).unwrap().view(desk.now)
}

fn inquiry(importance: Importance) -> Desk {
    Desk::with(Register {
        importance,
        ..of_kind(Kind::Inquiry)
    })
}

fn of(kind: PromiseKind, by: Option<i64>) -> Command {
    Command::Promise {
        kind,
        what: "查图纸".into(),
        by,
        reported_to: vec!["li".into()],
    }
}

fn tick(desk: &mut Desk) {
    let timer = Who::System { name: "timer".into() };
    desk.run(&timer, Command::CheckClocks).unwrap();
}

fn midnight() -> i64 {
    "2026-11-22T00:00:00+08:00[Asia/Shanghai]"
        .parse::<jiff::Zoned>()
        .unwrap()
        .timestamp()
        .as_millisecond()
}

#[test]
fn a_reply_is_promised_to_somebody_who_can_be_answered() {
    for (name, phone, address, missing) in [
        ("周晓敏", "13800006688", "3-1-1201", vec![]),
        ("", "13800006688", "3-1-1201", vec!["missing-name"]),
        ("周晓敏", "13800006688", "", vec!["missing-unit"]),
        ("周晓敏", "", "3-1-1201", vec!["missing-phone"]),
    ] {
        let mut desk = Desk::with(Register {
            customer: Customer {
                name: name.into(),
                phone: phone.into(),
                address: address.into(),
            },
            located: Where::default(),
            ..of_kind(Kind::Inquiry)
        });
        desk.now += MIN;
        let refused = desk.run(&chen(), of(PromiseKind::Reply, None)).err();
        let lacks: Vec<_> = refused.iter().flat_map(|r| r.missing.iter().map(|m| m.key)).collect();
        assert_eq!(lacks, missing);
        assert!(refused.is_none_or(|r| r.rule == "refuse-promise-needs-customer" && r.clause == Some("REC-8")));
        // CAL-3: a call back needs the number and nothing else.
        let called = desk.run(&chen(), of(PromiseKind::CallBack, None)).is_ok();
        assert_eq!(called, !phone.is_empty());
    }
}

#[test]
fn the_customers_own_time_may_be_earlier_and_not_later_than_the_level_allows() {
    let mut desk = inquiry(Importance::Ordinary);
    let refused = desk
        .run(&chen(), of(PromiseKind::Reply, Some(midnight() + 1)))
        .unwrap_err();
    assert_eq!(refused.rule, "refuse-promise-later");
    assert!(refused.args.contains(&("at", midnight().to_string())));
    desk.ok(&chen(), of(PromiseKind::Reply, Some(midnight() - HOUR)));
    assert_eq!(view(&desk, ClockCode::Promise, 1).due_at, Some(midnight() - HOUR));
    desk.ok(&chen(), of(PromiseKind::Reply, Some(midnight())));
    assert_eq!(view(&desk, ClockCode::Promise, 2).due_at, Some(midnight()));
}

#[test]
fn a_call_back_is_due_in_half_an_hour() {
    let mut desk = inquiry(Importance::Major);
    desk.ok(&chen(), of(PromiseKind::CallBack, None));
    let clock = view(&desk, ClockCode::Promise, 1);
    let expected = (Some(desk.now + 30 * MIN), "CAL-3");
    assert_eq!((clock.due_at, clock.clause.as_str()), expected);
}

/// Steps that tell the customer something, and whether they are the promised answer.
fn told() -> Vec<(Command, bool)> {
    vec![
        (
            Command::InterimAnswer {
                text: "已转工程部".into(),
                happened_at: None,
            },
            false,
        ),
        (
            Command::Note {
                text: "已回电".into(),
                told_customer: true,
            },
            false,
        ),
        (
            Command::KeepPromise {
                no: 1,
                how: "电话".into(),
            },
            true,
        ),
        (
            Command::Answer {
                answer: "图纸如下".into(),
                callback: "c".into(),
                happened_at: None,
            },
            true,
        ),
    ]
}

#[test]
fn what_is_promised_for_another_day_gets_a_first_answer_today() {
    for (importance, first) in [
        (Importance::Ordinary, None),
        (Importance::Important, Some(midnight())),
        (Importance::Major, Some(midnight())),
    ] {
        let mut desk = inquiry(importance);
        desk.ok(&chen(), of(PromiseKind::Reply, None));
        let due = desk
            .case()
            .clock(ClockCode::Interim, 1)
            .and_then(|clock| clock.due_at(desk.now));
        assert_eq!(due, first, "{importance}");
    }
    for (step, is_the_answer) in told() {
        let mut desk = inquiry(Importance::Major);
        desk.ok(&chen(), of(PromiseKind::Reply, None));
        desk.ok(&chen(), step.clone());
        assert_eq!(view(&desk, ClockCode::Interim, 1).state, ClockState::Met, "{step:?}");
        let kept = view(&desk, ClockCode::Promise, 1).met_at.is_some();
        assert_eq!(kept, is_the_answer, "{step:?}");
    }
    let mut desk = inquiry(Importance::Major);
    let (interim, _) = told().remove(0);
    assert_eq!(desk.no(&chen(), interim).0, "refuse-no-promise");
}

#[test]
fn a_promise_says_to_whom_it_was_reported_and_the_leader_may_keep_it() {
    let mut desk = inquiry(Importance::Ordinary);
    desk.ok(&chen(), of(PromiseKind::Reply, None));
    assert_eq!(desk.case().promises[0].reported_to, ["li".into()]);
    let (keep, _) = told().remove(2);
    desk.ok(&li(), keep);
    let kept_by = desk.case().promises[0].kept_by.clone();
    assert_eq!(kept_by.as_ref().and_then(|by| by.staff()), Some(&"li".into()));
}

/// A complaint with its worker, and the instant by which it is to be solved.
fn complaint() -> (Desk, i64) {
    let desk = Desk::dispatched(of_kind(Kind::Complaint));
    let due = view(&desk, ClockCode::Finish, 0).due_at.unwrap();
    (desk, due)
}

fn asked(desk: &mut Desk, to: i64) {
    desk.ok(&chen(), ask_extension("e", ClockCode::Finish, 0, to));
}

#[test]
fn more_time_needs_the_customer_and_the_post_in_either_order() {
    for customer_first in [true, false] {
        let (mut desk, due) = complaint();
        asked(&mut desk, due + HOUR);
        let before = view(&desk, ClockCode::Finish, 0).due_at;
        assert_eq!(before, Some(due), "asked is not granted");
        let mut steps = vec![(customer(), agree("e")), (li(), approve("e"))];
        if !customer_first {
            steps.reverse();
        }
        let mut kinds = Vec::new();
        for (who, step) in steps {
            kinds = desk.ok(&who, step);
        }
        assert_eq!(kinds.last(), Some(&"extension_granted"));
        let clock = view(&desk, ClockCode::Finish, 0);
        assert_eq!((clock.due_at, clock.extended_from), (Some(due + HOUR), Some(due)));
        assert_eq!(desk.case().extensions[0].state, ExtensionState::Granted);
        desk.now = due + HOUR;
        tick(&mut desk);
        assert_eq!(view(&desk, ClockCode::Finish, 0).breached_at, None);
        desk.now += 1;
        tick(&mut desk);
        assert_eq!(view(&desk, ClockCode::Finish, 0).breached_at, Some(due + HOUR));
    }
}

#[test]
fn the_last_instant_is_before_and_the_next_is_after() {
    for (late, granted) in [(-1, true), (0, true), (1, false)] {
        let (mut desk, due) = complaint();
        asked(&mut desk, due + HOUR);
        desk.ok(&customer(), agree("e"));
        desk.now = due + late;
        let done = desk.run(&li(), approve("e"));
        assert_eq!(done.is_ok(), granted, "{late}");
        desk.now = due + 2;
        tick(&mut desk);
        let clock = view(&desk, ClockCode::Finish, 0);
        assert_eq!(clock.breached_at.is_none(), granted);
        let (state, wanted) = (desk.case().extensions[0].state, ExtensionState::Granted);
        assert_eq!(state, if granted { wanted } else { ExtensionState::Lapsed });
        if !granted {
            let again = ask_extension("e2", ClockCode::Finish, 0, due + 9 * HOUR);
            assert_eq!(desk.no(&chen(), again).0, "refuse-extension-too-late");
        }
    }
}

#[test]
fn the_wrong_people_and_the_wrong_times_are_refused() {
    let (mut desk, due) = complaint();
    let finish = |id: &str, to: i64| ask_extension(id, ClockCode::Finish, 0, to);
    for (to, rule) in [
        (due, "refuse-extension-not-later"),
        (due - HOUR, "refuse-extension-not-later"),
        (due + 400 * 24 * HOUR, "refuse-wait-too-long"),
    ] {
        assert_eq!(desk.no(&chen(), finish("e", to)).0, rule);
    }
    let response = ask_extension("e", ClockCode::Response, 0, due + HOUR);
    assert_eq!(desk.no(&chen(), response).0, "refuse-no-clock-to-extend");
    assert_eq!(desk.no(&li(), approve("e")).0, "refuse-no-extension");
    desk.ok(&li(), finish("e", due + HOUR));
    assert_eq!(desk.no(&chen(), finish("f", due + HOUR)).0, "refuse-extension-pending");
    assert_eq!(desk.no(&li(), approve("e")).0, "refuse-extension-own");
    assert_eq!(desk.no(&chen(), agree("e")).0, "refuse-customers-own");
    let noted = Command::AnswerExtension {
        extension: "e".into(),
        agree: true,
        how: ConsentHow::Noted {
            how: Consent::Phone,
            note: "电话同意".into(),
        },
    };
    desk.ok(&pm(), noted);
    let grade = desk.case().extensions[0].agreement.as_ref().map(|word| word.grade);
    assert_eq!(grade, Some(Grade::C));
    // Who noted the customer's word does not decide on it either.
    assert_eq!(desk.no(&pm(), approve("e")).0, "refuse-extension-own");
    desk.ok(&staff("gm", Role::GeneralManager, "office"), approve("e"));
}

#[test]
fn a_word_that_staff_note_after_the_approval_is_approved_anew_by_somebody_else() {
    let (mut desk, due) = complaint();
    asked(&mut desk, due + HOUR);
    desk.ok(&li(), approve("e"));
    let noted = Command::AnswerExtension {
        extension: "e".into(),
        agree: true,
        how: ConsentHow::Noted {
            how: Consent::Phone,
            note: "电话同意".into(),
        },
    };
    desk.ok(&pm(), noted);
    assert_eq!(
        view(&desk, ClockCode::Finish, 0).due_at,
        Some(due),
        "nobody has looked at it"
    );
    assert_eq!(desk.no(&pm(), approve("e")).0, "refuse-extension-own");
    desk.ok(&li(), approve("e"));
    assert_eq!(view(&desk, ClockCode::Finish, 0).due_at, Some(due + HOUR));
}

#[test]
fn a_major_matter_goes_to_the_project_manager() {
    let mut desk = Desk::dispatched(Register {
        importance: Importance::Major,
        ..of_kind(Kind::Complaint)
    });
    let to = desk.now + 30 * 24 * HOUR;
    asked(&mut desk, to);
    assert_eq!(desk.no(&li(), approve("e")).0, "refuse-extension-post");
    desk.ok(&pm(), approve("e"));
}

#[test]
fn a_no_and_a_done_job_end_the_request_and_the_limit_stays() {
    let (mut desk, due) = complaint();
    asked(&mut desk, due + HOUR);
    let no = Command::AnswerExtension {
        extension: "e".into(),
        agree: false,
        how: ConsentHow::Own,
    };
    desk.ok(&customer(), no);
    assert_eq!(desk.case().extensions[0].state, ExtensionState::Declined);
    desk.ok(&chen(), ask_extension("f", ClockCode::Finish, 0, due + HOUR));
    let reject = Command::DecideExtension {
        extension: "f".into(),
        approve: false,
        note: "人手够".into(),
    };
    desk.ok(&li(), reject);
    assert_eq!(desk.case().extensions[1].state, ExtensionState::Rejected);
    assert_eq!(view(&desk, ClockCode::Finish, 0).due_at, Some(due));
    desk.ok(&chen(), ask_extension("g", ClockCode::Finish, 0, due + HOUR));
    super::complaint::prepared(&mut desk);
    let complete = desk.complete(vec![]);
    assert!(desk.ok(&chen(), complete).contains(&"extension_lapsed"));
}

#[test]
fn what_was_agreed_on_survives_a_change_that_leaves_the_limit_and_not_one_that_sets_another() {
    let (mut desk, due) = complaint();
    asked(&mut desk, due + HOUR);
    desk.ok(&customer(), agree("e"));
    desk.ok(&li(), approve("e"));
    let appointment = Appointment {
        from: desk.now + 2 * HOUR,
        to: desk.now + 3 * HOUR,
    };
    desk.ok(&chen(), change(Change::Appointment(Some(appointment))));
    assert_eq!(view(&desk, ClockCode::Finish, 0).due_at, Some(due + HOUR));
    let level = Change::Level {
        importance: Importance::Important,
        urgency: Urgency::Normal,
    };
    desk.ok(&chen(), change(level));
    assert_ne!(view(&desk, ClockCode::Finish, 0).due_at, Some(due + HOUR));
    assert_eq!(view(&desk, ClockCode::Finish, 0).extended_from, None);
}

#[test]
fn an_excuse_stands_beside_the_breach_and_is_never_ones_own() {
    let (mut desk, due) = complaint();
    let excuse = || Command::ExcuseBreach {
        code: ClockCode::Finish,
        cycle: 0,
        reason: ExcuseReason::Force,
        text: "台风停工".into(),
    };
    assert_eq!(desk.no(&li(), excuse()).0, "refuse-nothing-to-excuse");
    desk.now = due + HOUR;
    tick(&mut desk);
    // Wang has the order; the quality department decides on nothing; li asked nobody and did nothing.
    assert_eq!(desk.no(&wang(), excuse()).0, "refuse-role");
    assert_eq!(desk.no(&quality(), excuse()).0, "refuse-role");
    let own = staff("wang", Role::CsHead, "customer_service");
    assert_eq!(desk.no(&own, excuse()).0, "refuse-excuse-own");
    assert_eq!(desk.ok(&li(), excuse()), ["breach_excused"]);
    let clock = view(&desk, ClockCode::Finish, 0);
    let expected = (Some(due), true, ClockState::Overdue);
    assert_eq!((clock.breached_at, clock.excused, clock.state), expected);
    assert_eq!(clock.excuse, Some(ExcuseReason::Force));
    super::complaint::prepared(&mut desk);
    let complete = desk.complete(vec![]);
    desk.ok(&chen(), complete);
    let clock = view(&desk, ClockCode::Finish, 0);
    assert_eq!(clock.state, ClockState::BreachedDone, "excused and still late");
    assert_eq!(desk.no(&li(), excuse()).0, "refuse-nothing-to-excuse");
}

#[test]
fn an_excuse_is_asked_for_by_who_worked_and_decided_by_who_did_not() {
    let (mut desk, due) = complaint();
    let ask = || Command::AskExcuse {
        code: ClockCode::Finish,
        cycle: 0,
        reason: ExcuseReason::ThirdParty,
        text: "等配件厂家".into(),
    };
    let decide = |approve: bool, note: &str| Command::DecideExcuse {
        code: ClockCode::Finish,
        cycle: 0,
        approve,
        note: note.into(),
    };
    assert_eq!(desk.no(&wang(), ask()).0, "refuse-nothing-to-excuse");
    assert_eq!(desk.no(&li(), decide(true, "")).0, "refuse-no-excuse-asked");
    desk.now = due + HOUR;
    tick(&mut desk);
    assert_eq!(desk.ok(&wang(), ask()), ["excuse_asked"]);
    let request = desk.case().pending_excuses().next().unwrap().clone();
    assert_eq!(
        (request.approver, request.reason),
        (Role::CsHead, ExcuseReason::ThirdParty)
    );
    // It is asked for, and nothing more: the breach has no excuse.
    assert!(!view(&desk, ClockCode::Finish, 0).excused);
    assert_eq!(desk.no(&chen(), ask()).0, "refuse-excuse-pending");
    assert_eq!(desk.no(&quality(), decide(true, "")).0, "refuse-role");
    let own = staff("wang", Role::CsHead, "customer_service");
    assert_eq!(desk.no(&own, decide(true, "")).0, "refuse-excuse-own");
    let nobody = staff("x", Role::DeptHead, "engineering");
    assert_eq!(desk.no(&nobody, decide(true, "")).0, "refuse-role");
    // Refused with a reason; asked for again, with better words, and approved.
    assert_eq!(desk.no(&li(), decide(false, "")).0, "refuse-incomplete");
    assert_eq!(desk.ok(&li(), decide(false, "请附厂家回函")), ["excuse_decided"]);
    assert!(!view(&desk, ClockCode::Finish, 0).excused);
    desk.ok(&wang(), ask());
    assert_eq!(desk.ok(&li(), decide(true, "")), ["excuse_decided", "breach_excused"]);
    let clock = view(&desk, ClockCode::Finish, 0);
    assert_eq!(
        (clock.breached_at, clock.excuse),
        (Some(due), Some(ExcuseReason::ThirdParty))
    );
    let words: Vec<bool> = desk
        .case()
        .excuse_requests
        .iter()
        .map(|r| r.decision.as_ref().unwrap().approved)
        .collect();
    assert_eq!(words, [false, true]);
    assert_eq!(desk.case().excuses[0].text, "等配件厂家");
    assert_eq!(desk.no(&wang(), ask()).0, "refuse-nothing-to-excuse");
}

#[test]
fn an_excuse_in_one_step_answers_what_was_asked_for() {
    let (mut desk, due) = complaint();
    desk.now = due + HOUR;
    tick(&mut desk);
    let (code, cycle, reason) = (ClockCode::Finish, 0, ExcuseReason::Customer);
    let text = || "住户改约".to_owned();
    desk.ok(
        &chen(),
        Command::AskExcuse {
            code,
            cycle,
            reason,
            text: text(),
        },
    );
    desk.ok(
        &li(),
        Command::ExcuseBreach {
            code,
            cycle,
            reason,
            text: text(),
        },
    );
    assert_eq!(desk.case().pending_excuses().count(), 0);
    let request = &desk.case().excuse_requests[0];
    assert!(request.decision.as_ref().is_some_and(|d| d.approved));
}

#[test]
fn figures_are_of_what_was_decided() {
    let (mut desk, due) = complaint();
    let measured = |desk: &Desk, code| {
        let office = CALENDARS.newest("office").and_then(|of| CALENDARS.hours(&of));
        desk.case().clock(code, 0).unwrap().measured(office.as_deref())
    };
    assert_eq!(measured(&desk, ClockCode::Finish).decided_at, None);
    super::complaint::prepared(&mut desk);
    desk.now = due + HOUR;
    let complete = desk.complete(vec![]);
    desk.run(&chen(), complete).unwrap();
    let finish = measured(&desk, ClockCode::Finish);
    assert_eq!(finish.decided_at, Some(due), "late is decided when it is late");
    assert_eq!(finish.natural_ms, Some(desk.now - MORNING - MIN));
    // A Saturday: no office hours at all.
    assert_eq!(finish.working_ms, Some(0));
}
