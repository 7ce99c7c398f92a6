//! Rules that stand in the way, each by example.

use super::*;
use crate::clock::{ClockCode, WaitReason};
use crate::standard::{Ask, AskFile, Document, Standard};

fn paid(told: bool, accepted: Option<bool>) -> Register {
    Register {
        fee: Fee {
            kind: FeeKind::Paid,
            cents: 7500,
            told,
            accepted,
        },
        ..leaky_valve()
    }
}

#[test]
fn rec_13_and_14_no_dispatch_before_the_price_is_settled() {
    for (form, rule, missing) in [
        (
            paid(false, None),
            "refuse-fee-not-accepted",
            vec!["missing-fee-told", "missing-fee-accepted"],
        ),
        (
            paid(true, None),
            "refuse-fee-not-accepted",
            vec!["missing-fee-accepted"],
        ),
        (
            paid(false, Some(true)),
            "refuse-fee-not-accepted",
            vec!["missing-fee-told"],
        ),
        (paid(true, Some(false)), "refuse-fee-declined", vec![]),
        (
            Register {
                fee: Fee {
                    kind: FeeKind::Quote,
                    cents: 0,
                    told: false,
                    accepted: None,
                },
                ..leaky_valve()
            },
            "refuse-quote-not-told",
            vec!["missing-quote-told"],
        ),
    ] {
        let mut desk = Desk::with(form);
        let dispatch = desk.dispatch();
        assert_eq!(desk.no(&chen(), dispatch), (rule, missing));
        desk.ok(
            &chen(),
            Command::Cancel {
                reason: "客户不接受收费".into(),
                customer_informed: true,
            },
        );
    }
    let mut desk = Desk::with(paid(true, Some(true)));
    let dispatch = desk.dispatch();
    desk.ok(&chen(), dispatch);
    let dearer = Fee {
        kind: FeeKind::Paid,
        cents: 9000,
        told: true,
        accepted: None,
    };
    assert_eq!(
        desk.no(&chen(), change(Change::Fee(dearer))).0,
        "refuse-fee-not-accepted"
    );
}

#[test]
fn rec_10_somebody_or_a_reason_why_not() {
    let nobody = Register {
        customer: Customer::default(),
        located: Where::default(),
        ..free()
    };
    let mut desk = Desk::new();
    let register = |form| Command::Register(Box::new(form));
    assert_eq!(
        desk.no(&chen(), register(nobody.clone())),
        ("refuse-incomplete", vec!["missing-anonymous-reason"])
    );
    let empty = Register {
        content: " ".into(),
        item: String::new(),
        place: String::new(),
        ..nobody.clone()
    };
    assert_eq!(desk.no(&chen(), register(empty)).1.len(), 4, "the whole list at once");
    desk.ok(
        &chen(),
        register(Register {
            anonymous_reason: Some("不愿透露".into()),
            ..nobody
        }),
    );
    assert!(!desk.case().has_customer());
}

#[test]
fn a_case_without_a_customer_needs_neither_signature_nor_callback() {
    let form = Register {
        customer: Customer::default(),
        located: Where::default(),
        anonymous_reason: Some("巡查发现".into()),
        channel: Channel::Round,
        ..free()
    };
    let mut desk = Desk::done(form);
    desk.ok(&chen(), Command::Close);
}

#[test]
fn work_is_charged_within_what_was_accepted() {
    let mut desk = Desk::on_site(free());
    let done = desk.complete(valve_lines());
    assert_eq!(desk.no(&wang(), done), ("refuse-price-exceeded", vec!["missing-quote"]));
    let quote = desk.quote(valve_lines());
    desk.ok(&wang(), quote);
    let first = desk.case().pending_quote().unwrap().id.clone();
    let quote = desk.quote(valve_lines()[..1].to_vec());
    desk.ok(&wang(), quote);
    let own = ConsentHow::Own;
    assert_eq!(
        desk.no(
            &customer(),
            Command::ConsentQuote {
                quote: first,
                how: own.clone()
            }
        )
        .0,
        "refuse-quote-replaced"
    );
    let quote = desk.case().pending_quote().unwrap().id.clone();
    assert_eq!(
        desk.no(
            &wang(),
            Command::ConsentQuote {
                quote: quote.clone(),
                how: own.clone()
            }
        )
        .0,
        "refuse-customers-own"
    );
    let noted = |how| ConsentHow::Noted {
        how,
        note: "电话里同意 40 元".into(),
    };
    assert_eq!(
        desk.no(
            &chen(),
            Command::ConsentQuote {
                quote: quote.clone(),
                how: noted(Consent::Own)
            }
        )
        .0,
        "refuse-customers-own"
    );
    desk.ok(
        &chen(),
        Command::ConsentQuote {
            quote,
            how: noted(Consent::Phone),
        },
    );
    assert_eq!(desk.case().quotes[1].grade, Some(Grade::C));
    let done = desk.complete(valve_lines());
    assert_eq!(desk.no(&wang(), done).0, "refuse-price-exceeded");
    let done = desk.complete(valve_lines()[..1].to_vec());
    desk.ok(&wang(), done);
    assert_eq!(desk.no(&wang(), pay(4001)).0, "refuse-amount");
    desk.ok(&wang(), pay(1000));
    assert_eq!(
        desk.no(
            &wang(),
            Command::WaiveFee {
                reason: "老客户".into()
            }
        )
        .0,
        "refuse-role"
    );
    desk.ok(
        &li(),
        Command::WaiveFee {
            reason: "等待过久".into(),
        },
    );
    assert_eq!(desk.case().owed_cents(), 0);
}

#[test]
fn a_refused_quote_leaves_the_price_open() {
    let mut desk = Desk::on_site(leaky_valve());
    let quote = desk.quote(valve_lines());
    desk.ok(&wang(), quote);
    let quote = desk.case().pending_quote().unwrap().id.clone();
    desk.ok(
        &customer(),
        Command::RefuseQuote {
            quote,
            how: ConsentHow::Own,
        },
    );
    let done = desk.complete(vec![]);
    assert_eq!(desk.no(&wang(), done).0, "refuse-price-open");
}

#[test]
fn com_30_no_member_of_staff_signs_for_the_customer() {
    let everybody: Vec<Who> = Role::ALL.iter().map(|role| staff("x", *role, "engineering")).collect();
    let desk = Desk::done(free());
    for who in everybody {
        let mut desk = desk.clone();
        let confirm = desk.confirm(ConfirmHow::Own {
            signature: Some("forged".into()),
            shown_by: None,
        });
        let rule = desk.no(&who, confirm).0;
        assert!(
            ["refuse-customers-own", "refuse-role", "refuse-not-yours"].contains(&rule),
            "{rule}"
        );
    }
    let stranger = Who::Customer {
        via: Via::Code,
        case: "another".into(),
    };
    let mut desk = desk.clone();
    let confirm = desk.confirm(ConfirmHow::Own {
        signature: None,
        shown_by: None,
    });
    assert_eq!(desk.no(&stranger, confirm).0, "refuse-not-yours");
    let by_code = Who::Customer {
        via: Via::Code,
        case: "case".into(),
    };
    let paper = desk.confirm(ConfirmHow::Device { signature: "s".into() });
    assert_eq!(desk.no(&by_code, paper).0, "refuse-customers-own");
    let confirm = desk.confirm(ConfirmHow::Own {
        signature: None,
        shown_by: None,
    });
    desk.ok(&by_code, confirm);
    assert_eq!(desk.case().confirmation().unwrap().grade, Grade::A);
}

#[test]
fn paper_needs_its_photo_and_a_second_person() {
    let mut desk = Desk::done(free());
    let confirm = desk.confirm(ConfirmHow::Paper { photo: "form".into() });
    assert_eq!(
        desk.no(&chen(), confirm),
        ("refuse-incomplete", vec!["missing-paper-photo"])
    );
    desk.ok(
        &chen(),
        Command::Attach {
            attachment: "form".into(),
            file: "file".into(),
            kind: AttachmentKind::PaperForm,
            caption: String::new(),
        },
    );
    let confirm = desk.confirm(ConfirmHow::Paper { photo: "form".into() });
    desk.ok(&chen(), confirm);
    desk.ok(&chen(), reached(true));
    assert_eq!(desk.no(&chen(), Command::Close).1, ["missing-second-check"]);
    assert_eq!(desk.no(&chen(), Command::SecondCheck).0, "refuse-second-person");
    desk.ok(&li(), Command::SecondCheck);
    assert_eq!(desk.no(&li(), Command::SecondCheck).0, "refuse-nothing-to-check");
    desk.ok(&chen(), Command::Close);
}

#[test]
fn declined_needs_a_reason_and_a_witness_who_did_not_do_the_job() {
    let mut desk = Desk::done(free());
    for (reason, witness, rule) in [
        ("", "li", "refuse-incomplete"),
        ("赶时间", "wang", "refuse-witness"),
        ("赶时间", "chen", "refuse-witness"),
    ] {
        let confirm = desk.confirm(ConfirmHow::Declined {
            reason: reason.into(),
            witness: witness.into(),
        });
        assert_eq!(desk.no(&chen(), confirm).0, rule);
    }
    let confirm = desk.confirm(ConfirmHow::Declined {
        reason: "赶时间".into(),
        witness: "li".into(),
    });
    desk.ok(&wang(), confirm);
}

#[test]
fn a_changed_content_voids_the_signature() {
    let mut desk = Desk::done(free());
    let old = desk.confirm(ConfirmHow::Own {
        signature: None,
        shown_by: None,
    });
    let amend = |done: &str| Command::Amend {
        done: done.into(),
        lines: vec![],
        photos: vec![],
        no_photo_reason: Some("无".into()),
        reason: "补充".into(),
    };
    desk.ok(&wang(), amend("更换角阀并清理积水"));
    assert_eq!(desk.no(&customer(), old).0, "refuse-content-changed");
    let confirm = desk.confirm(ConfirmHow::Own {
        signature: None,
        shown_by: None,
    });
    desk.ok(&customer(), confirm);
    assert_eq!(desk.ok(&wang(), amend("又改了")), ["amended", "confirmation_voided"]);
    assert_eq!(desk.case().status, Status::Done);
    let confirm = desk.confirm(ConfirmHow::Own {
        signature: None,
        shown_by: None,
    });
    desk.ok(&customer(), confirm);
    assert_eq!(
        desk.ok(&chen(), change(Change::Place("客卫".into()))),
        ["place_changed", "confirmation_voided"]
    );
}

#[test]
fn the_callback_is_made_by_somebody_else_until_reached() {
    let mut desk = Desk::confirmed(free());
    let both = Who::Staff {
        id: "wang".into(),
        roles: vec![Role::Worker, Role::FrontDesk],
        department: Some("engineering".into()),
    };
    assert_eq!(desk.no(&both, reached(true)).0, "refuse-callback-own-work");
    let half = Command::CallbackAttempt {
        result: AttemptResult::Reached,
        satisfaction: None,
        solved: None,
        again_at: None,
        answers: vec![],
        note: String::new(),
        happened_at: None,
    };
    assert_eq!(desk.no(&chen(), half).1, ["missing-solved", "missing-satisfaction"]);
    assert_eq!(
        desk.no(&chen(), unreached(AttemptResult::Later)).1,
        ["missing-again-at"]
    );
    for attempt in 0..3 {
        assert_eq!(
            desk.no(&chen(), Command::GiveUpCallback).0,
            "refuse-too-few-attempts",
            "{attempt}"
        );
        desk.ok(&chen(), unreached(AttemptResult::NoAnswer));
        desk.ok(&chen(), unreached(AttemptResult::NoAnswer));
        assert_eq!(desk.no(&chen(), Command::Close).1, ["missing-callback"]);
        desk.now += 2 * HOUR;
    }
    // Three that count, and all on one day: the next day's ends it by itself.
    assert_eq!(desk.no(&chen(), Command::GiveUpCallback).0, "refuse-too-few-attempts");
    desk.now += 20 * HOUR;
    assert_eq!(
        desk.ok(&chen(), unreached(AttemptResult::WrongNumber)),
        ["clock_breached", "callback_attempted", "callback_ended"]
    );
    assert_eq!(desk.case().callback().unwrap().end, Some(CallbackEnd::Unreachable));
    assert_eq!(desk.no(&chen(), Command::GiveUpCallback).0, "refuse-no-callback");
    desk.ok(&chen(), Command::Close);
}

/// The shipped standard with another line on whom a callback asks.
fn asking(ask: Ask, percent: Option<u32>) -> Standard {
    let mut doc = Document::shipped().unwrap();
    doc.callback.ask = vec![AskFile {
        kinds: vec![Kind::Request],
        ask,
        percent,
    }];
    doc.standard().unwrap()
}

#[test]
fn who_has_signed_as_satisfied_is_not_called_where_the_standard_says_so() {
    let standard = asking(Ask::UnlessRated, None);
    let mut ends = Vec::new();
    for opinion in [Satisfaction::Satisfied, Satisfaction::Neutral] {
        let mut desk = Desk::done(free());
        let mut confirm = desk.confirm(ConfirmHow::Own {
            signature: None,
            shown_by: None,
        });
        if let Command::Confirm { opinion: said, .. } = &mut confirm {
            *said = Some(opinion);
        }
        let env = Env {
            standard: &standard,
            ..env(desk.now)
        };
        let events = decide(Some(desk.case()), &confirm, &customer(), &env).unwrap();
        let case = after(desk.case(), &events);
        ends.push(case.callback().unwrap().end);
        if opinion == Satisfaction::Satisfied {
            // Nobody was called: that is no call in time.
            let clock = case.clocks.iter().find(|c| c.code == ClockCode::Callback).unwrap();
            assert!(clock.cancelled_at.is_some() && clock.met_at.is_none());
            // One who is spared may be called all the same.
            let plan = Command::ScheduleCallback {
                callback: "another".into(),
                planned_at: None,
                assignee: None,
            };
            decide(Some(&case), &plan, &chen(), &env).unwrap();
        }
    }
    assert_eq!(ends, [Some(CallbackEnd::Rated), None]);
}

#[test]
fn a_sample_is_drawn_by_lot_and_the_record_says_how_it_fell() {
    let standard = asking(Ask::Sample, Some(50));
    let mut seen = std::collections::BTreeSet::new();
    for n in 0..40 {
        let desk = Desk::on_site(free());
        let complete = Command::Complete {
            done: "换了角阀".into(),
            lines: vec![],
            photos: vec![],
            no_photo_reason: Some("无".into()),
            worker: None,
            callback: format!("callback-{n}").into(),
            happened_at: None,
        };
        let env = Env {
            standard: &standard,
            ..env(desk.now)
        };
        let events = decide(Some(desk.case()), &complete, &wang(), &env).unwrap();
        let case = after(desk.case(), &events);
        let end = case.callback().unwrap().end;
        let missing = missing_to_close(&case).contains(&"missing-callback");
        assert_eq!(missing, end.is_none());
        seen.insert(end.map(CallbackEnd::as_str));
    }
    assert_eq!(seen, [None, Some("not_drawn")].into());
}

fn after(case: &CaseState, events: &[Event]) -> CaseState {
    let mut state = Some(case.clone());
    events.iter().for_each(|event| apply(&mut state, event));
    state.unwrap()
}

#[test]
fn waiting_has_a_type_an_end_and_a_customer_who_was_told() {
    let mut desk = Desk::on_site(free());
    let untold = Command::Wait {
        reason: WaitReason::Parts,
        until: desk.now + HOUR,
        customer_told: false,
        note: String::new(),
    };
    let refusal = desk.run(&wang(), untold).unwrap_err();
    assert_eq!(
        (refusal.rule, refusal.clause),
        ("refuse-customer-not-told", Some("STD-15"))
    );
    assert_eq!(
        desk.no(&wang(), wait(WaitReason::Parts, desk.now)).0,
        "refuse-until-past"
    );
    let other = Command::Wait {
        reason: WaitReason::Other,
        until: desk.now + HOUR,
        customer_told: true,
        note: String::new(),
    };
    assert_eq!(desk.no(&wang(), other).1, ["missing-reason"]);
}

#[test]
fn paper_entered_later_keeps_both_times_in_order() {
    let mut desk = Desk::accepted(free());
    desk.now += HOUR;
    let arrive = |at| Command::Arrive {
        worker: None,
        happened_at: Some(at),
    };
    assert_eq!(desk.no(&wang(), arrive(desk.now + 1)).0, "refuse-time-in-future");
    assert_eq!(desk.no(&wang(), arrive(MORNING)).0, "refuse-time-order");
    let arrived = desk.case().last_step_at + 5 * MIN;
    desk.run(&wang(), arrive(arrived)).unwrap();
    let event = desk.events.last().unwrap();
    assert_eq!((event.at, event.happened_at), (desk.now, Some(arrived)));
}

#[test]
fn a_desk_entering_for_others_names_the_worker() {
    let mut desk = Desk::with(free());
    desk.ok(
        &chen(),
        Command::Dispatch {
            order: "o".into(),
            number: "LX-1".into(),
            department: "engineering".into(),
            worker: None,
            to_vendor: false,
            happened_at: None,
        },
    );
    let accept = |worker: Option<&str>| Command::Accept {
        worker: worker.map(Into::into),
        happened_at: None,
    };
    assert_eq!(desk.no(&chen(), accept(None)).1, ["missing-worker"]);
    assert_eq!(
        desk.no(&staff("cleaner", Role::Worker, "cleaning"), accept(None)).0,
        "refuse-not-yours"
    );
    desk.ok(&chen(), accept(Some("wang")));
    desk.ok(
        &chen(),
        Command::Arrive {
            worker: None,
            happened_at: None,
        },
    );
    assert!(desk.case().did.contains(&"wang".into()) && !desk.case().did.contains(&"chen".into()));
}

#[test]
fn promises_are_kept_before_closing() {
    let mut desk = Desk::with(of_kind(Kind::Suggestion));
    // What was promised is answered; a call back is made.
    desk.ok(&chen(), promise("答复"));
    desk.ok(
        &chen(),
        Command::Promise {
            kind: PromiseKind::CallBack,
            what: "回电".into(),
            by: None,
            reported_to: vec![],
        },
    );
    let answer = Command::Answer {
        answer: "已采纳".into(),
        callback: "c".into(),
        happened_at: None,
    };
    assert_eq!(desk.ok(&chen(), answer), ["promise_kept", "answered"]);
    assert_eq!(desk.no(&chen(), Command::Close).1, ["missing-promise"]);
    assert_eq!(
        desk.no(
            &chen(),
            Command::KeepPromise {
                no: 9,
                how: "电话".into()
            }
        )
        .0,
        "refuse-no-promise"
    );
    desk.ok(
        &chen(),
        Command::KeepPromise {
            no: 2,
            how: "电话".into(),
        },
    );
    desk.ok(&chen(), Command::Close);
}

#[test]
fn sums_never_overflow() {
    let line = |quantity_milli, unit_cents| Line {
        what: "x".into(),
        kind: LineKind::Labour,
        quantity_milli,
        unit_cents,
    };
    let mut desk = Desk::on_site(free());
    for lines in [
        vec![line(i64::MAX, i64::MAX)],
        vec![line(1000, -1)],
        vec![line(0, 100)],
        vec![line(1_000_000_000, 1_000_000_000)],
        vec![line(1_000_000, 1_000_000); 201],
    ] {
        let quote = desk.quote(lines);
        assert_eq!(desk.no(&wang(), quote).0, "refuse-price-lines");
    }
    let quote = desk.quote(vec![line(2500, 333)]);
    desk.ok(&wang(), quote);
    assert_eq!(desk.case().pending_quote().unwrap().total_cents, 833);
}

#[test]
fn a_wrong_payment_is_taken_back_and_stays_in_the_record() {
    let mut desk = Desk::confirmed(leaky_valve());
    let owed = desk.case().owed_cents();
    let void = |payment| Command::VoidPayment {
        payment,
        reason: "金额录错".into(),
    };
    assert_eq!(desk.no(&chen(), void(0)).0, "refuse-no-payment");
    desk.ok(&chen(), pay(owed - 100));
    assert_eq!(desk.no(&chen(), void(3)).1, ["missing-payment-choice"]);
    let no_reason = Command::VoidPayment {
        payment: 0,
        reason: " ".into(),
    };
    assert_eq!(desk.no(&chen(), no_reason).1, ["missing-reason"]);
    desk.ok(&chen(), void(0));
    assert_eq!((desk.case().owed_cents(), desk.case().payments.len()), (owed, 1));
    let kept = desk.case().payments[0].void.clone().unwrap();
    assert_eq!((kept.reason.as_str(), kept.by.staff()), ("金额录错", chen().staff()));
    assert_eq!(desk.no(&chen(), void(0)).0, "refuse-no-payment", "once only");
    desk.ok(&chen(), pay(owed));
    desk.ok(&chen(), reached(true));
    desk.ok(&chen(), Command::Close);
    // A closed case's account is the head's.
    assert_eq!(desk.no(&chen(), void(1)).0, "refuse-closed-account");
    let head = Who::Staff {
        id: "head".into(),
        roles: vec![Role::CsHead],
        department: None,
    };
    desk.ok(&head, void(1));
    assert_eq!(desk.no(&chen(), pay(owed)).0, "refuse-closed-account");
    desk.ok(&head, pay(owed));
    assert_eq!(desk.case().owed_cents(), 0);
}

#[test]
fn nobody_waits_for_ever() {
    let mut desk = Desk::on_site(free());
    let day = 24 * HOUR;
    let late = wait(WaitReason::Parts, desk.now + 91 * day);
    assert_eq!(desk.no(&wang(), late).0, "refuse-wait-too-long");
    let until = wait(WaitReason::Parts, desk.now + 89 * day);
    desk.ok(&wang(), until);
}

#[test]
fn what_a_customer_sends_is_news() {
    let urged = |who: &Who| Event {
        at: 1,
        happened_at: None,
        by: By::from(who),
        fact: Fact::Urged { note: String::new() },
    };
    assert_eq!(urged(&customer()).news(), Some(News::Urged));
    assert_eq!(urged(&chen()).news(), None, "the desk's own act is none");
    let silent = Event {
        fact: Fact::Closed {},
        ..urged(&customer())
    };
    assert_eq!(silent.news(), None);
}

#[test]
fn an_emergency_that_runs_can_neither_be_closed_nor_cancelled_nor_turned_into_something_else() {
    let mut desk = Desk::with(of_kind(Kind::Help));
    let system = Who::System {
        name: "emergency".into(),
    };
    desk.ok(&system, Command::BeginEmergency { emergency: "e".into() });
    assert_eq!(
        desk.run(&system, Command::BeginEmergency { emergency: "f".into() })
            .unwrap_err()
            .rule,
        "refuse-emergency-already"
    );
    desk.ok(
        &chen(),
        Command::Answer {
            answer: "已送医".into(),
            callback: "c".into(),
            happened_at: None,
        },
    );
    let closing = desk.run(&chen(), Command::Close).unwrap_err();
    assert!(
        closing.missing.iter().any(|m| m.key == "missing-emergency"),
        "{closing}"
    );
    desk.ok(&system, Command::SettleEmergency { emergency: "e".into() });
    assert!(
        desk.run(&system, Command::SettleEmergency { emergency: "e".into() })
            .is_err()
    );
    // What else may be lacking, the emergency is not.
    let closing = desk.run(&chen(), Command::Close);
    assert!(
        closing.is_ok()
            || !closing
                .unwrap_err()
                .missing
                .iter()
                .any(|m| m.key == "missing-emergency")
    );
}
