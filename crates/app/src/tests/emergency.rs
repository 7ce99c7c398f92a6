//! Emergencies on both engines: who is called, the timer, the case that keeps to it, drills apart.

use domain::access::Role;
use domain::case::Status;
use domain::emergency::Command;
use domain::ids::EmergencyId;
use store::testing::for_both;

use crate::emergency::{self, NewEmergency, document};
use crate::error::Error;
use crate::testing::World;
use crate::timer;

fn medical() -> NewEmergency {
    NewEmergency {
        play: "medical".into(),
        place: "3-1-1201".into(),
        phone: "138 0013 6688".into(),
        caller: "周晓敏".into(),
        what: "胸痛".into(),
        ..NewEmergency::default()
    }
}

fn open(w: &World, role: Role, n: NewEmergency) -> EmergencyId {
    w.desk
        .write_now(&w.ctx(role), move |tx, ctx| emergency::open(tx, ctx, "", &n))
        .unwrap()
}

fn seen(w: &World, id: &EmergencyId) -> domain::emergency::Emergency {
    let (ctx, id) = (w.ctx(Role::FrontDesk), id.clone());
    w.desk.read_now(move |c| emergency::get(c, &ctx, &id)).unwrap().state
}

fn act(w: &World, role: Role, id: &EmergencyId, cmd: Command) -> Result<(), Error> {
    let id = id.clone();
    w.desk.write_now(&w.ctx(role), move |tx, ctx| {
        emergency::act(tx, ctx, &id, &cmd).map(|_| ())
    })
}

#[test]
fn the_timer_calls_the_next_in_line_once_and_everybody_hears_of_it() {
    for_both(|db| {
        let w = World::new(db);
        let id = open(&w, Role::FrontDesk, medical());
        let first = seen(&w, &id);
        assert!(first.case.is_some() && first.calls.iter().all(|c| !c.line.is_empty()));
        let before: Vec<_> = first.calls.iter().map(|c| c.current().cloned()).collect();
        w.wait(59_999);
        timer::run_due(&w.desk).unwrap();
        assert_eq!(seen(&w, &id).calls[0].turn, 0);
        w.wait(2);
        timer::run_due(&w.desk).unwrap();
        timer::run_due(&w.desk).unwrap();
        let now = seen(&w, &id);
        assert!(now.calls.iter().all(|c| c.turn == 1), "{:?}", now.calls);
        assert_ne!(now.calls[0].current().cloned(), before[0]);
    });
}

#[test]
fn a_case_keeps_to_its_emergency_and_a_drill_makes_none() {
    for_both(|db| {
        let w = World::new(db);
        let id = open(&w, Role::FrontDesk, medical());
        let case = seen(&w, &id).case.unwrap();
        let again = NewEmergency {
            case: case.as_str().to_owned(),
            ..medical()
        };
        let twice = w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
            emergency::open(tx, ctx, "", &again)
        });
        assert!(matches!(twice, Err(Error::Refused(r)) if r.rule == "refuse-emergency-already"));
        for step in ["call_120", "gate", "home", "handed"] {
            let tick = Command::Tick {
                step: step.into(),
                skip: false,
                note: String::new(),
            };
            act(&w, Role::Guard, &id, tick).unwrap();
        }
        let end = Command::End {
            how: "已送医".into()
        };
        assert!(matches!(act(&w, Role::Guard, &id, end.clone()), Err(Error::Refused(_))));
        act(&w, Role::FrontDesk, &id, end).unwrap();
        // Nobody outside the rules of access follows it.
        let (ctx, asked) = (w.ctx(Role::Vendor), id.clone());
        let vendor = w.desk.read_now(move |c| emergency::get(c, &ctx, &asked));
        assert!(matches!(vendor, Err(Error::Forbidden(_))));
        // A drill: no case, counted apart, and only by who leads.
        let drill = || NewEmergency {
            drill: true,
            ..medical()
        };
        let by_guard = drill();
        let refused = w.desk.write_now(&w.ctx(Role::Guard), move |tx, ctx| {
            emergency::open(tx, ctx, "", &by_guard)
        });
        assert!(matches!(refused, Err(Error::Forbidden(_))));
        let drill = open(&w, Role::ProjectManager, drill());
        assert_eq!(seen(&w, &drill).case, None);
        let ctx = w.ctx(Role::FrontDesk);
        let counted = w.desk.read_now(move |c| emergency::counted(c, &ctx, 0)).unwrap();
        assert_eq!(counted, (1, 1));
    });
}

#[test]
fn what_came_of_it_answers_the_call_and_nobody_is_asked_to_come_any_more() {
    for_both(|db| {
        let w = World::new(db);
        let id = open(&w, Role::FrontDesk, medical());
        let case = seen(&w, &id).case.unwrap();
        let of_case = || {
            let (ctx, case) = (w.ctx(Role::FrontDesk), case.clone());
            w.desk
                .read_now(move |c| crate::case::get(c, &ctx, &case))
                .unwrap()
                .state
        };
        assert!(of_case().status == Status::Registered && of_case().waits_for().is_some());
        for step in ["call_120", "gate", "home", "handed"] {
            let tick = Command::Tick {
                step: step.into(),
                skip: false,
                note: String::new(),
            };
            act(&w, Role::Guard, &id, tick).unwrap();
        }
        let end = Command::End {
            how: "已送医".into()
        };
        act(&w, Role::FrontDesk, &id, end).unwrap();
        let after = of_case();
        assert_eq!((after.status, after.answer.as_deref()), (Status::Done, Some("已送医")));
        assert_eq!(after.waits_for(), None);
        let arrival = after.clock(domain::clock::ClockCode::OnSite, 0).unwrap();
        assert!(arrival.met_at.is_some());
        // What follows the emergency still holds the case open.
        assert!(domain::case::missing_to_close(&after).contains(&"missing-emergency"));
    });
}

#[test]
fn the_same_form_twice_is_one_emergency() {
    for_both(|db| {
        let w = World::new(db);
        let once = || {
            w.desk
                .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                    emergency::open(tx, ctx, "key", &medical())
                })
                .unwrap()
        };
        assert_eq!(once(), once());
    });
}

#[test]
fn a_document_is_told_of_once_on_its_day() {
    for_both(|db| {
        let w = World::new(db);
        let at = w.ctx(Role::FrontDesk).now + 1_000;
        let new = document::NewDocument {
            kind: "plan".into(),
            title: "消防预案".into(),
            body: "一".into(),
            review_at: Some(at),
            ..document::NewDocument::default()
        };
        w.desk
            .write_now(&w.ctx(Role::SecurityHead), move |tx, ctx| {
                document::write(tx, ctx, "", &new)
            })
            .unwrap();
        assert_eq!(emergency::run_due(&w.desk).unwrap(), 0);
        w.wait(1_001);
        assert_eq!(emergency::run_due(&w.desk).unwrap(), 1);
        assert_eq!(emergency::run_due(&w.desk).unwrap(), 0);
    });
}

#[test]
fn one_row_that_cannot_be_read_stops_no_other() {
    for_both(|db| {
        let w = World::new(db);
        let broken = open(&w, Role::FrontDesk, medical());
        let good = open(&w, Role::FrontDesk, medical());
        let id = broken.clone();
        w.desk
            .write_now(&w.system(), move |tx, _| {
                store::testing::raw(
                    tx,
                    &format!("UPDATE emergency SET doc = '{{}}', next_at = 1 WHERE id = '{id}'"),
                )?;
                Ok::<_, Error>(())
            })
            .unwrap();
        w.wait(60_001);
        let looked = emergency::round(&w.desk).unwrap();
        assert_eq!((looked.done, looked.failed), (1, 1));
        assert_eq!(
            seen(&w, &good).calls[0].turn,
            1,
            "the next in line of the other is called"
        );
    });
}

#[test]
fn the_number_is_shown_while_it_runs_and_the_journal_says_to_whom() {
    for_both(|db| {
        let w = World::new(db);
        let id = open(&w, Role::FrontDesk, medical());
        let look = |role: Role| {
            let id = id.clone();
            w.desk
                .write_now(&w.ctx(role), move |tx, ctx| emergency::reveal_once(tx, ctx, &id))
                .unwrap()
        };
        let logged = || {
            let (site, id) = (w.site.clone(), id.clone());
            let all = w
                .desk
                .read_now(move |c| {
                    Ok::<_, Error>(store::journal::for_subject(
                        c,
                        site.as_str(),
                        "emergency",
                        id.as_str(),
                        i64::MAX,
                        100,
                    )?)
                })
                .unwrap();
            all.iter().filter(|e| e.kind == "phone_revealed").count()
        };
        assert!(look(Role::FrontDesk) && look(Role::FrontDesk) && look(Role::CsHead));
        assert_eq!(logged(), 2, "the first look of each person");
        assert!(!look(Role::Guard), "who may not see numbers does not");
        for step in ["call_120", "gate", "home", "handed"] {
            let tick = Command::Tick {
                step: step.into(),
                skip: false,
                note: String::new(),
            };
            act(&w, Role::Guard, &id, tick).unwrap();
        }
        let end = Command::End {
            how: "已送医".into()
        };
        act(&w, Role::FrontDesk, &id, end).unwrap();
        assert!(
            !look(Role::FrontDesk) && logged() == 2,
            "over: by the logged act on the case alone"
        );
    });
}

#[test]
fn the_number_of_the_case_goes_with_it_unseen() {
    for_both(|db| {
        let w = World::new(db);
        let item = {
            let book = w.desk.book();
            book.taxonomy
                .of_kind(domain::case::Kind::Help)
                .next()
                .unwrap()
                .code
                .clone()
        };
        let new: crate::contact::NewContact = serde_json::from_value(serde_json::json!({
            "channel": "phone", "name": "周敏", "phone": "13800001234", "address": "3-1-1201",
            "cases": [{"kind": "help", "item": item, "place": "3-1-1201", "content": "老人晕倒", "urgency": "emergency"}],
        }))
        .unwrap();
        let made = w
            .desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                crate::contact::register(tx, ctx, "", &new)
            })
            .unwrap();
        let n = NewEmergency {
            case: made.case_numbers[0].clone(),
            phone: String::new(),
            ..medical()
        };
        let id = open(&w, Role::FrontDesk, n);
        assert_eq!(seen(&w, &id).phone, "13800001234");
    });
}
