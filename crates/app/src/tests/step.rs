//! A case's whole life by steps, what is refused on the way, two people at one case, and the timer.

use domain::access::Role;
use domain::case::{
    AttachmentKind, AttemptResult, CallbackEnd, Command, FeeKind, Kind, Line, LineKind, PayMethod, Satisfaction, Status,
};
use domain::clock::{ClockCode, WaitReason};
use domain::ids::{AttachmentId, CaseId};
use store::testing::for_both;

use crate::contact::{NewCase, NewContact};
use crate::error::{Error, Res};
use crate::step::{Confirmed, Done, Saw, Step, run};
use crate::testing::World;

const MINUTE: i64 = 60_000;

/// A request that is priced on site, told at reception.
fn request(w: &World, urgency: &str) -> CaseId {
    let item = w
        .desk
        .book()
        .taxonomy
        .of_kind(Kind::Request)
        .next()
        .unwrap()
        .code
        .clone();
    let case: NewCase = serde_json::from_value(serde_json::json!({
        "kind": "request", "item": item, "place": "户内 · 主卫", "content": "主卫洗手台下方角阀持续漏水。", "urgency": urgency,
        "fee": { "kind": "quote", "cents": 0, "told": true, "accepted": null },
    }))
    .unwrap();
    let contact: NewContact = serde_json::from_value(serde_json::json!({
        "channel": "phone", "name": "周晓敏", "phone": "138 0013 6688", "address": "3-1-1201", "locale": "zh",
    }))
    .unwrap();
    let contact = NewContact {
        cases: vec![case],
        ..contact
    };
    let ctx = w.ctx(Role::FrontDesk);
    w.desk
        .write_now(&ctx, move |tx, ctx| crate::contact::register(tx, ctx, "", &contact))
        .unwrap()
        .cases
        .remove(0)
}

fn does(w: &World, role: Role, id: &CaseId, key: &str, saw: Option<Saw>, step: Step) -> Res<Done> {
    let (id, key) = (id.clone(), key.to_owned());
    w.desk
        .write_now(&w.ctx(role), move |tx, ctx| run(tx, ctx, &key, &id, saw, &step))
}

fn ok(w: &World, role: Role, id: &CaseId, step: Step) -> Done {
    w.wait(MINUTE);
    does(w, role, id, "", None, step).unwrap()
}

fn state(w: &World, id: &CaseId) -> crate::case::Seen {
    let (ctx, id) = (w.system(), id.clone());
    w.desk.read_now(move |c| crate::case::get(c, &ctx, &id)).unwrap()
}

fn kinds(w: &World, id: &CaseId) -> Vec<String> {
    let (site, id) = (w.site.clone(), id.clone());
    let list = w
        .desk
        .read_now(move |c| Ok::<_, Error>(store::journal::for_case(c, site.as_str(), id.as_str(), i64::MAX, 200)?))
        .unwrap();
    list.into_iter().rev().map(|e| e.kind).collect()
}

fn line(what: &str, kind: LineKind, cents: i64) -> Line {
    Line {
        what: what.into(),
        kind,
        quantity_milli: 1000,
        unit_cents: cents,
    }
}

fn rule(e: Res<Done>) -> &'static str {
    match e {
        Err(Error::Refused(r)) => r.rule,
        other => panic!("{other:?}"),
    }
}

fn attach(w: &World, id: &CaseId, kind: AttachmentKind) -> AttachmentId {
    let attachment: AttachmentId = w.system().id();
    let cmd = Command::Attach {
        attachment: attachment.clone(),
        file: w.system().id(),
        kind,
        caption: String::new(),
    };
    let id = id.clone();
    w.desk
        .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
            crate::case::act(tx, ctx, &id, None, &cmd)
        })
        .unwrap();
    attachment
}

fn to_done(w: &World, id: &CaseId) {
    let (department, worker) = (w.department("engineering"), Some(w.staff(Role::Worker)));
    ok(
        w,
        Role::FrontDesk,
        id,
        Step::Dispatch {
            department,
            worker,
            happened_at: None,
        },
    );
    ok(
        w,
        Role::Worker,
        id,
        Step::Accept {
            worker: None,
            happened_at: None,
        },
    );
    ok(
        w,
        Role::Worker,
        id,
        Step::Arrive {
            worker: None,
            happened_at: None,
        },
    );
    let lines = vec![
        line("更换角阀人工", LineKind::Labour, 4000),
        line("DN15 角阀", LineKind::Material, 3500),
    ];
    ok(w, Role::Worker, id, Step::Quote { lines: lines.clone() });
    let quote = state(w, id).state.pending_quote().unwrap().id.clone();
    let early = Step::Complete {
        done: "更换角阀".into(),
        lines: lines.clone(),
        photos: vec![],
        no_photo_reason: None,
        worker: None,
        happened_at: None,
    };
    assert_eq!(rule(does(w, Role::Worker, id, "", None, early)), "refuse-quote-pending");
    ok(
        w,
        Role::Worker,
        id,
        Step::ConsentQuote {
            quote,
            how: domain::case::Consent::Spoken,
            note: "同意更换".into(),
        },
    );
    let photo = attach(w, id, AttachmentKind::PhotoAfter);
    ok(
        w,
        Role::Worker,
        id,
        Step::Complete {
            done: "角阀阀芯断裂，更换 DN15 角阀 1 个".into(),
            lines,
            photos: vec![photo],
            no_photo_reason: None,
            worker: None,
            happened_at: None,
        },
    );
}

fn callback(solved: bool) -> Step {
    Step::Callback {
        result: AttemptResult::Reached,
        satisfaction: Some(if solved {
            Satisfaction::Satisfied
        } else {
            Satisfaction::Dissatisfied
        }),
        solved: Some(solved),
        again_at: None,
        answers: vec![],
        note: if solved { String::new() } else { "仍在渗水".into() },
        happened_at: None,
    }
}

fn declined(w: &World, id: &CaseId) -> Step {
    Step::Confirm {
        content_hash: state(w, id).state.content_hash(),
        how: Confirmed::Declined {
            reason: "赶时间出门".into(),
            witness: w.staff(Role::Guard),
        },
        opinion: None,
        comment: String::new(),
        happened_at: None,
    }
}

#[test]
fn a_request_from_registering_to_closed() {
    for_both(|db| {
        let w = World::new(db);
        let id = request(&w, "urgent");
        to_done(&w, &id);
        let paper = attach(&w, &id, AttachmentKind::PaperForm);
        let seen = state(&w, &id).state;
        assert_eq!(
            (seen.status, seen.charged_cents(), seen.owed_cents()),
            (Status::Done, 7500, 7500)
        );
        match does(&w, Role::FrontDesk, &id, "", None, Step::Close) {
            Err(Error::Refused(r)) => {
                let missing: Vec<_> = r.missing.iter().map(|m| m.key).collect();
                assert_eq!(missing, ["missing-signature", "missing-payment", "missing-callback"]);
            }
            other => panic!("{other:?}"),
        }
        let hash = seen.content_hash();
        let confirm = |photo: &AttachmentId| Step::Confirm {
            content_hash: hash.clone(),
            how: Confirmed::Paper { photo: photo.clone() },
            opinion: None,
            comment: String::new(),
            happened_at: None,
        };
        assert_eq!(
            rule(does(&w, Role::Worker, &id, "", None, confirm(&AttachmentId::from("x")))),
            "refuse-incomplete"
        );
        ok(&w, Role::Worker, &id, confirm(&paper));
        // Who did the work neither checks the signature nor calls back.
        assert_eq!(
            rule(does(&w, Role::Worker, &id, "", None, Step::SecondCheck)),
            "refuse-role"
        );
        ok(&w, Role::CsHead, &id, Step::SecondCheck);
        let pay = |cents| Step::RecordPayment {
            method: PayMethod::Code,
            amount_cents: cents,
            receipt: Some("SJ-0021".into()),
            happened_at: None,
        };
        assert_eq!(
            rule(does(&w, Role::FrontDesk, &id, "", None, pay(9900))),
            "refuse-amount"
        );
        ok(&w, Role::FrontDesk, &id, pay(7500));
        ok(&w, Role::FrontDesk, &id, callback(true));
        let done = ok(&w, Role::FrontDesk, &id, Step::Close);
        assert_eq!(done.status, Status::Closed);
        let closed = state(&w, &id).state;
        assert_eq!(closed.callbacks[0].end, Some(CallbackEnd::Solved));
        assert!(closed.clocks.iter().all(|c| !c.is_open()), "{:?}", closed.clocks);
        let report = store::journal::verify(&w.desk.db, w.site.as_str()).unwrap();
        assert!(report.first_broken.is_none());
    });
}

#[test]
fn what_is_not_solved_goes_round_again() {
    for_both(|db| {
        let w = World::new(db);
        let id = request(&w, "normal");
        to_done(&w, &id);
        let step = declined(&w, &id);
        ok(&w, Role::Worker, &id, step);
        let done = ok(&w, Role::FrontDesk, &id, callback(false));
        assert_eq!(done.status, Status::Registered);
        let again = state(&w, &id).state;
        assert_eq!((again.cycle, again.rework), (1, 1));
    });
}

#[test]
fn the_same_key_is_one_step_and_one_answer() {
    for_both(|db| {
        let w = World::new(db);
        let id = request(&w, "normal");
        let version = state(&w, &id).version;
        let note = || Step::Note {
            text: "住户约下午三点以后上门".into(),
            told_customer: true,
        };
        let saw = Some(Saw { version, seq: None });
        let first = does(&w, Role::FrontDesk, &id, "k", saw, note()).unwrap();
        let again = does(&w, Role::FrontDesk, &id, "k", saw, note()).unwrap();
        assert_eq!(first.version, again.version);
        assert_eq!(kinds(&w, &id).iter().filter(|k| *k == "noted").count(), 1);
        let other = does(&w, Role::FrontDesk, &id, "k", saw, Step::Urge { note: String::new() });
        assert!(matches!(other, Err(Error::Invalid(_))), "{other:?}");
        // What was refused did not use its key up.
        let refused = does(&w, Role::FrontDesk, &id, "k2", None, Step::Close);
        assert_eq!(rule(refused), "refuse-not-closable");
        assert!(does(&w, Role::FrontDesk, &id, "k2", None, note()).is_ok());
    });
}

#[test]
fn a_real_change_in_between_is_a_conflict_and_a_photo_is_not() {
    for_both(|db| {
        let w = World::new(db);
        let id = request(&w, "normal");
        let version = state(&w, &id).version;
        let (site, case) = (w.site.clone(), id.clone());
        let seq = w
            .desk
            .read_now(move |c| Ok::<_, Error>(store::journal::last_of_case(c, site.as_str(), case.as_str())?))
            .unwrap();
        let saw = Some(Saw { version, seq });
        attach(&w, &id, AttachmentKind::PhotoBefore);
        let place = |text: &str| Step::ChangePlace {
            place: text.into(),
            reason: "来电更正".into(),
        };
        assert!(does(&w, Role::FrontDesk, &id, "", saw, place("户内 · 客卫")).is_ok());
        let slow = does(&w, Role::CsHead, &id, "", saw, place("户内 · 厨房"));
        assert!(matches!(slow, Err(Error::Conflict { .. })), "{slow:?}");
        // A program that names a version only is told of every change.
        let strict = does(
            &w,
            Role::CsHead,
            &id,
            "",
            Some(Saw { version, seq: None }),
            place("户内 · 厨房"),
        );
        assert!(matches!(strict, Err(Error::Conflict { .. })), "{strict:?}");
    });
}

#[test]
fn corrections_keep_the_old_value_and_the_old_number() {
    for_both(|db| {
        let w = World::new(db);
        let id = request(&w, "normal");
        let old = state(&w, &id).state.number;
        ok(
            &w,
            Role::FrontDesk,
            &id,
            Step::ChangeKind {
                kind: Kind::Complaint,
                reason: "住户要求按投诉处理".into(),
            },
        );
        let now = state(&w, &id).state;
        assert!(now.number.starts_with("TS-"), "{}", now.number);
        assert_eq!(now.old_numbers, std::slice::from_ref(&old));
        let ctx = w.ctx(Role::FrontDesk);
        let found = w.desk.read_now(move |c| crate::case::find(c, &ctx, &old)).unwrap();
        assert_eq!(found.state.id, id);
        let same = does(
            &w,
            Role::FrontDesk,
            &id,
            "",
            None,
            Step::ChangeKind {
                kind: Kind::Complaint,
                reason: "x".into(),
            },
        );
        assert_eq!(rule(same), "refuse-nothing-changed");
        let fee = domain::case::Fee {
            kind: FeeKind::Paid,
            cents: 5000,
            told: true,
            accepted: Some(true),
        };
        ok(
            &w,
            Role::FrontDesk,
            &id,
            Step::ChangeFee {
                fee,
                reason: "按价目表".into(),
            },
        );
        assert_eq!(state(&w, &id).state.accepted_cents(), Some(5000));
    });
}

#[test]
fn the_timer_makes_a_passed_limit_a_fact_once() {
    for_both(|db| {
        let w = World::new(db);
        let id = request(&w, "urgent");
        let due = state(&w, &id)
            .state
            .clocks
            .iter()
            .find(|c| c.code == ClockCode::OnSite)
            .unwrap()
            .due_at(0)
            .unwrap();
        // Near first: no breach is recorded, and what time does counts as nobody's act.
        let acted = state(&w, &id).acted;
        w.wait(20 * MINUTE);
        crate::timer::run_due(&w.desk).unwrap();
        assert_eq!(state(&w, &id).acted, acted);
        assert!(!kinds(&w, &id).contains(&"clock_breached".to_owned()));
        w.wait(3 * 60 * MINUTE);
        assert!(crate::timer::run_due(&w.desk).unwrap() >= 1);
        assert_eq!(crate::timer::run_due(&w.desk).unwrap(), 0);
        let breached: Vec<_> = kinds(&w, &id).into_iter().filter(|k| k == "clock_breached").collect();
        assert_eq!(breached.len(), 1, "{breached:?}");
        let clock = state(&w, &id)
            .state
            .clocks
            .into_iter()
            .find(|c| c.code == ClockCode::OnSite)
            .unwrap();
        assert_eq!(clock.breached_at, Some(due));
        let (site, now) = (w.site.clone(), w.ctx(Role::FrontDesk).now);
        let overdue = w
            .desk
            .read_now(move |c| Ok::<_, Error>(store::site::count_overdue(c, &site, now)?))
            .unwrap();
        assert_eq!(overdue, 1);
    });
}

#[test]
fn the_timer_wakes_a_case_that_waited() {
    for_both(|db| {
        let w = World::new(db);
        let id = request(&w, "normal");
        let until = w.ctx(Role::FrontDesk).now + 60 * MINUTE;
        let wait = Step::Wait {
            reason: WaitReason::CustomerTime,
            until,
            customer_told: true,
            note: String::new(),
        };
        ok(&w, Role::FrontDesk, &id, wait);
        w.wait(120 * MINUTE);
        crate::timer::run_due(&w.desk).unwrap();
        let next = w
            .desk
            .read_now(|c| Ok::<_, Error>(store::case::next_steps(c)?))
            .unwrap();
        let next: Vec<i64> = next.into_iter().filter_map(|n| n.next_step_at).collect();
        assert!(next.iter().all(|n| *n > w.ctx(Role::FrontDesk).now), "{next:?}");
    });
}

#[test]
fn a_number_is_shown_by_one_act_in_the_journal() {
    for_both(|db| {
        let w = World::new(db);
        let id = request(&w, "normal");
        let one = id.clone();
        let shown = w
            .desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                crate::case::reveal_phone(tx, ctx, &one)
            })
            .unwrap();
        assert_eq!(shown, "138 0013 6688");
        assert_eq!(kinds(&w, &id).last().unwrap(), "phone_revealed");
    });
}

#[test]
fn the_journal_is_narrowed_by_subject_person_and_time() {
    for_both(|db| {
        let w = World::new(db);
        let id = request(&w, "normal");
        w.wait(26 * 60 * MINUTE);
        ok(
            &w,
            Role::CsHead,
            &id,
            Step::Note {
                text: "回电".into(),
                told_customer: false,
            },
        );
        let ctx = w.ctx(Role::CsHead);
        let look = |l: crate::journal::Look| {
            let ctx = ctx.clone();
            w.desk
                .read_now(move |c| crate::journal::look(c, &ctx, &l))
                .unwrap()
                .entries
        };
        let all = look(crate::journal::Look::default());
        assert!(all.len() >= 4);
        assert!(
            look(crate::journal::Look {
                subject_kind: Some("contact".into()),
                ..Default::default()
            })
            .len()
                == 1
        );
        let mine = crate::journal::Look {
            actor: Some(w.staff(Role::CsHead).into_string()),
            ..Default::default()
        };
        assert_eq!(look(mine).len(), 1);
        let late = crate::journal::Look {
            from: Some(ctx.now - 60 * MINUTE),
            ..Default::default()
        };
        assert_eq!(look(late).iter().filter(|e| e.kind == "noted").count(), 1);
        let early = crate::journal::Look {
            until: Some(ctx.now - 60 * MINUTE),
            ..Default::default()
        };
        assert!(look(early).iter().all(|e| e.kind != "noted"));
        let desk = w.ctx(Role::FrontDesk);
        let refused = w
            .desk
            .read_now(move |c| crate::journal::look(c, &desk, &crate::journal::Look::default()));
        assert!(matches!(refused, Err(Error::Forbidden(_))));
    });
}

fn wrong_field(e: Res<Done>) -> (String, String) {
    match e {
        Err(Error::Invalid(f)) => (f[0].name.clone(), f[0].key.to_owned()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_order_goes_to_somebody_of_its_department() {
    for_both(|db| {
        let w = World::new(db);
        let id = request(&w, "normal");
        let dispatch = |code: &str, role| Step::Dispatch {
            department: w.department(code),
            worker: Some(w.staff(role)),
            happened_at: None,
        };
        let wrong = ("worker".to_owned(), "invalid-worker-department".to_owned());
        for (code, role) in [
            ("finance", Role::Worker),
            ("security", Role::Worker),
            ("engineering", Role::Guard),
            // Of the department, but no role that does orders.
            ("finance", Role::Finance),
            ("engineering", Role::Sysadmin),
        ] {
            let refused = does(&w, Role::FrontDesk, &id, "", None, dispatch(code, role));
            assert_eq!(wrong_field(refused), wrong, "{code} {role}");
        }
        ok(&w, Role::FrontDesk, &id, dispatch("engineering", Role::Worker));
        let accept = Step::Accept {
            worker: Some(w.staff(Role::Guard)),
            happened_at: None,
        };
        assert_eq!(wrong_field(does(&w, Role::FrontDesk, &id, "", None, accept)), wrong);
        let reassign = |code: &str, role| Step::Reassign {
            department: w.department(code),
            worker: Some(w.staff(role)),
            reason: "换人".into(),
        };
        let refused = does(&w, Role::FrontDesk, &id, "", None, reassign("finance", Role::Worker));
        assert_eq!(wrong_field(refused), wrong);
        // Without a department of one's own: anywhere.
        ok(&w, Role::FrontDesk, &id, reassign("security", Role::ProjectManager));
        ok(&w, Role::FrontDesk, &id, reassign("engineering", Role::Worker));
        ok(
            &w,
            Role::Worker,
            &id,
            Step::Accept {
                worker: None,
                happened_at: None,
            },
        );
        let hand_over = Step::HandOver {
            worker: w.staff(Role::Guard),
            note: String::new(),
        };
        assert_eq!(wrong_field(does(&w, Role::Worker, &id, "", None, hand_over)), wrong);
        let offered = w
            .desk
            .read_now({
                let ctx = w.system();
                move |c| crate::contact::workers(c, &ctx)
            })
            .unwrap();
        assert!(offered.iter().all(|x| x.role != "finance" && x.role != "sysadmin"));
    });
}

#[test]
fn a_reason_is_not_a_novel() {
    for_both(|db| {
        let w = World::new(db);
        let id = request(&w, "normal");
        let cancel = |n: usize| Step::Cancel {
            reason: "长".repeat(n),
            customer_informed: true,
        };
        let refused = does(&w, Role::FrontDesk, &id, "", None, cancel(1001));
        assert_eq!(
            wrong_field(refused),
            ("reason".to_owned(), "invalid-too-long".to_owned())
        );
        ok(&w, Role::FrontDesk, &id, cancel(1000));
    });
}

#[test]
fn what_resident_and_worker_send_is_seen_at_the_desk() {
    for_both(|db| {
        let w = World::new(db);
        let id = request(&w, "normal");
        let other = request(&w, "normal");
        let queue = |role| {
            let ctx = w.ctx(role);
            w.desk
                .read_now(move |c| {
                    let lines = crate::queue::list(c, &ctx, crate::queue::Tab::Open)?;
                    Ok::<_, Error>((crate::queue::news(c, &ctx)?, lines))
                })
                .unwrap()
        };
        assert_eq!(queue(Role::FrontDesk).0, 0);
        let (ctx, case) = (w.ctx(Role::FrontDesk), other.clone());
        w.desk
            .write_now(&ctx, move |tx, ctx| crate::task::connect(tx, ctx, "", &case, "请接通"))
            .unwrap();
        let (n, lines) = queue(Role::FrontDesk);
        assert_eq!(
            (n, lines[0].case.as_str(), lines[0].news.as_str()),
            (1, other.as_str(), "connect")
        );
        let seen = |role| {
            let case = other.clone();
            w.desk
                .write_now(&w.ctx(role), move |tx, ctx| crate::case::news_seen(tx, ctx, &case))
                .unwrap();
        };
        // Who oversees looks without taking the mark away from the desk.
        seen(Role::Quality);
        assert_eq!(queue(Role::FrontDesk).0, 1);
        seen(Role::FrontDesk);
        let (n, lines) = queue(Role::FrontDesk);
        assert_eq!(n, 0);
        assert!(lines.iter().all(|l| l.news.is_empty()));
        // Urgent and on site: no limit runs, and yet it comes before the ordinary one.
        let urgent = request(&w, "urgent");
        for step in [
            Step::Dispatch {
                department: w.department("engineering"),
                worker: Some(w.staff(Role::Worker)),
                happened_at: None,
            },
            Step::Accept {
                worker: None,
                happened_at: None,
            },
            Step::Arrive {
                worker: None,
                happened_at: None,
            },
        ] {
            ok(&w, Role::FrontDesk, &urgent, step);
        }
        let lines = queue(Role::FrontDesk).1;
        assert_eq!((lines[0].case.as_str(), lines[0].due_at), (urgent.as_str(), None));
        assert_eq!(lines.len(), 3);
        let _ = id;
    });
}
