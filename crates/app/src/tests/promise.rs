//! Promises from the desk, consultation while somebody waits, more time and excuses.

use domain::access::Role;
use domain::case::{Channel, Consent, ExtensionState, PromiseKind, ToldHow};
use domain::clock::{ClockCode, ExcuseReason};
use domain::ids::{CaseId, ConsultId, ContactId};
use serde_json::json;
use store::testing::for_both;

use crate::consult::{self, NewConsult};
use crate::contact::{NewCase, NewContact, register};
use crate::ctx::LinkPurpose;
use crate::error::{Error, Res};
use crate::link::{self, Device};
use crate::list;
use crate::queue::{self, Tab};
use crate::step::{Done, Step, run};
use crate::testing::World;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// A call with one case.
fn call(more: serde_json::Value) -> NewContact {
    let mut case = json!({"kind": "inquiry", "content": "地下车库何时改造？"});
    for (k, x) in more.as_object().unwrap() {
        case[k.as_str()] = x.clone();
    }
    let case: NewCase = serde_json::from_value(case).unwrap();
    let mut n = NewContact::of(Channel::Phone);
    n.name = "周晓敏".into();
    n.phone = "138 0013 6688".into();
    n.address = "3-1-1201".into();
    n.cases = vec![case];
    n
}

fn made(w: &World, key: &str, n: NewContact) -> Res<(ContactId, CaseId)> {
    let key = key.to_owned();
    let done = w
        .desk
        .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| register(tx, ctx, &key, &n))?;
    Ok((done.contact, done.cases[0].clone()))
}

fn does(w: &World, role: Role, id: &CaseId, step: Step) -> Res<Done> {
    w.wait(1000);
    let id = id.clone();
    w.desk
        .write_now(&w.ctx(role), move |tx, ctx| run(tx, ctx, "", &id, None, &step))
}

fn promises(w: &World, role: Role, view: &str) -> Vec<store::promise::PromiseRow> {
    let (ctx, view) = (w.ctx(role), view.to_owned());
    w.desk
        .read_now(move |c| {
            let q = list::Query {
                view: view.clone(),
                ..list::Query::default()
            };
            list::promises(c, &ctx, &q, 30).map(|p| p.rows)
        })
        .unwrap()
}

#[test]
fn a_promise_is_one_act_reported_at_once_and_kept_by_the_leader() {
    for_both(|db| {
        let w = World::new(db);
        let n = call(json!({"importance": "important", "promise": {"what": "问过工程部再答复"}}));
        let (_, id) = made(&w, "k", n.clone()).unwrap();
        // The same key twice is one promise.
        assert_eq!(made(&w, "k", n).unwrap().1, id);
        let open = promises(&w, Role::FrontDesk, "open");
        assert_eq!(open.len(), 1);
        assert_eq!(open[0].promised, PromiseKind::Reply.as_str());
        assert_eq!(open[0].reported_to, w.staff(Role::CsHead).as_str());
        assert!(open[0].first_due_at.is_some_and(|first| first < open[0].due_at));
        // It stands in the head's queue as reported to the head, and in everybody's as promised.
        for (role, state) in [(Role::CsHead, "reported"), (Role::FrontDesk, "promised")] {
            let ctx = w.ctx(role);
            let (lines, counts) = w
                .desk
                .read_now(move |c| Ok((queue::list(c, &ctx, Tab::Promises)?, queue::counts(c, &ctx)?)))
                .unwrap();
            assert_eq!((lines.len(), lines[0].state.as_str(), counts[3]), (1, state, 1));
        }
        does(
            &w,
            Role::FrontDesk,
            &id,
            Step::InterimAnswer {
                text: "已转工程部".into(),
                happened_at: None,
            },
        )
        .unwrap();
        assert!(promises(&w, Role::FrontDesk, "open")[0].first_at.is_some());
        does(
            &w,
            Role::CsHead,
            &id,
            Step::KeepPromise {
                no: 1,
                how: "电话答复".into(),
            },
        )
        .unwrap();
        assert!(promises(&w, Role::FrontDesk, "open").is_empty());
        let kept = promises(&w, Role::FrontDesk, "kept");
        assert_eq!(kept[0].kept_by, Some(w.staff(Role::CsHead)));
        assert!(promises(&w, Role::FrontDesk, "broken").is_empty());
        assert_eq!(promises(&w, Role::FrontDesk, "mine").len(), 0);
    });
}

#[test]
fn without_name_unit_and_phone_nothing_is_promised_and_nothing_registered() {
    for_both(|db| {
        let w = World::new(db);
        let mut n = call(json!({"promise": {"what": "答复"}}));
        n.name = String::new();
        let Err(Error::Refused(r)) = made(&w, "", n) else {
            panic!("promised to nobody")
        };
        assert_eq!((r.rule, r.clause), ("refuse-promise-needs-customer", Some("REC-8")));
        assert!(promises(&w, Role::FrontDesk, "all").is_empty());
        // A call back needs the number alone.
        let mut n = call(json!({"content": "回电", "promise": {"kind": "call_back", "what": "回电"}}));
        (n.name, n.address) = (String::new(), String::new());
        made(&w, "", n).unwrap();
        let open = promises(&w, Role::FrontDesk, "open");
        assert_eq!(open[0].due_at - open[0].made_at, 30 * MINUTE);
        w.wait(31 * MINUTE);
        crate::timer::run_due(&w.desk).unwrap();
        assert_eq!(promises(&w, Role::FrontDesk, "broken").len(), 1);
    });
}

fn ask(w: &World, to: &str, channel: Channel, form_key: &str) -> ConsultId {
    let n = NewConsult {
        form_key: form_key.to_owned(),
        case: None,
        channel,
        to: to.to_owned(),
        question: "能否减免停车费？".into(),
    };
    w.desk
        .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| consult::ask(tx, ctx, "", &n))
        .unwrap()
}

fn on_duty(w: &World, role: Role) {
    w.desk
        .write_now(&w.ctx(role), |tx, ctx| crate::account::set_duty(tx, ctx, true))
        .unwrap();
}

fn fact(w: &World, id: &ConsultId) -> store::ontime::ClockFact {
    let (site, id) = (w.site.clone(), format!("{id}:consult"));
    w.desk
        .read_now(move |c| Ok(store::ontime::get(c, &site, &id)?.unwrap()))
        .unwrap()
}

#[test]
fn who_is_asked_sees_it_and_the_desk_gets_the_answer() {
    for_both(|db| {
        let w = World::new(db);
        on_duty(&w, Role::CsHead);
        let id = ask(&w, "post:cs_head", Channel::Phone, "form-1");
        let asked = |role: Role| {
            let ctx = w.ctx(role);
            w.desk.read_now(move |c| consult::asked_of_me(c, &ctx)).unwrap().len()
        };
        assert_eq!(
            (asked(Role::CsHead), asked(Role::ProjectManager), asked(Role::FrontDesk)),
            (1, 0, 0)
        );
        w.wait(40_000);
        let answer = |role: Role, id: &ConsultId, text: Option<&str>| {
            let (id, text) = (id.clone(), text.map(str::to_owned));
            w.desk.write_now(&w.ctx(role), move |tx, ctx| {
                consult::answer(tx, ctx, &id, text.as_deref())
            })
        };
        assert!(matches!(
            answer(Role::ProjectManager, &id, Some("x")),
            Err(Error::NotFound)
        ));
        assert!(matches!(answer(Role::CsHead, &id, Some(" ")), Err(Error::Invalid(_))));
        answer(Role::CsHead, &id, Some("可以，最多一个月")).unwrap();
        assert!(matches!(answer(Role::CsHead, &id, Some("又")), Err(Error::Refused(_))));
        assert_eq!(asked(Role::CsHead), 0);
        let f = fact(&w, &id);
        assert_eq!(
            (f.state.as_str(), f.natural_ms, f.breached_at),
            ("met", Some(40_000), None)
        );
        let ctx = w.ctx(Role::FrontDesk);
        let mine = w
            .desk
            .read_now(move |c| consult::mine(c, &ctx, "form-1", None))
            .unwrap();
        assert_eq!(mine[0].answer, "可以，最多一个月");
        // Registering takes it along: to the contact, the case and off the screen.
        let (contact, case) = made(&w, "form-1", call(json!({}))).unwrap();
        let ctx = w.ctx(Role::FrontDesk);
        let (shown, of_case) = w
            .desk
            .read_now(move |c| {
                Ok((
                    consult::mine(c, &ctx, "form-1", None)?,
                    store::consult::of_case(c, &case)?,
                ))
            })
            .unwrap();
        assert!(shown.is_empty());
        assert_eq!(of_case[0].contact_id, Some(contact));
        assert!(!fact(&w, &id).case_number.is_empty());
    });
}

#[test]
fn the_limit_is_two_minutes_for_a_visitor_and_one_for_a_caller_and_its_breach_stays() {
    for_both(|db| {
        let w = World::new(db);
        on_duty(&w, Role::DeptHead);
        let to = format!("department:{}", w.department("engineering"));
        let caller = ask(&w, &to, Channel::Phone, "a");
        let visitor = ask(&w, &to, Channel::Visit, "b");
        assert_eq!(consult::run_due(&w.desk).unwrap(), 0);
        w.wait(MINUTE);
        assert_eq!(consult::run_due(&w.desk).unwrap(), 0, "the limit itself is in time");
        w.wait(1);
        assert_eq!(consult::run_due(&w.desk).unwrap(), 1);
        assert_eq!(consult::run_due(&w.desk).unwrap(), 0, "once");
        assert_eq!(fact(&w, &caller).state, "overdue");
        assert_eq!(fact(&w, &visitor).state, "running");
        w.wait(MINUTE - 1);
        let id = visitor.clone();
        w.desk
            .write_now(&w.ctx(Role::DeptHead), move |tx, ctx| {
                consult::answer(tx, ctx, &id, None)
            })
            .unwrap();
        assert_eq!(
            (fact(&w, &visitor).state.as_str(), fact(&w, &visitor).breached_at),
            ("met", None)
        );
        let id = caller.clone();
        w.desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| consult::put_away(tx, ctx, &id))
            .unwrap();
        let f = fact(&w, &caller);
        assert_eq!((f.state.as_str(), f.breached_at), ("cancelled", f.due_at));
    });
}

#[test]
fn nobody_on_duty_is_on_record_and_nobodys_wait() {
    for_both(|db| {
        let w = World::new(db);
        let id = ask(&w, "post:cs_head", Channel::Visit, "f");
        let f = fact(&w, &id);
        assert_eq!((f.state.as_str(), f.breached_at), ("cancelled", None));
        let ctx = w.ctx(Role::FrontDesk);
        let mine = w.desk.read_now(move |c| consult::mine(c, &ctx, "f", None)).unwrap();
        assert_eq!(mine[0].state, "nobody");
        let bad = NewConsult {
            form_key: String::new(),
            case: None,
            channel: Channel::Phone,
            to: "post:sysadmin".into(),
            question: "x".into(),
        };
        let refused = w
            .desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| consult::ask(tx, ctx, "", &bad));
        assert!(matches!(refused, Err(Error::Invalid(_))));
    });
}

/// A dispatched complaint.
fn complaint(w: &World) -> CaseId {
    let item = w
        .desk
        .book()
        .taxonomy
        .of_kind(domain::case::Kind::Complaint)
        .next()
        .unwrap()
        .code
        .clone();
    let n = call(json!({
        "kind": "complaint", "item": item, "department": w.department("engineering"), "worker": w.staff(Role::Worker),
    }));
    made(w, "", n).unwrap().1
}

fn due(w: &World, id: &CaseId) -> i64 {
    let (ctx, id) = (w.system(), id.clone());
    let now = w.desk.clock.now();
    w.desk
        .read_now(move |c| {
            let s = crate::case::get(c, &ctx, &id)?.state;
            Ok(s.clock(ClockCode::Finish, 0).and_then(|k| k.due_at(now)).unwrap())
        })
        .unwrap()
}

fn asked_for(w: &World, id: &CaseId, to: i64) -> store::promise::ExtensionRow {
    does(
        w,
        Role::FrontDesk,
        id,
        Step::AskExtension {
            code: ClockCode::Finish,
            cycle: 0,
            to,
            reason: "配件明早到".into(),
            told: ToldHow::Link,
        },
    )
    .unwrap();
    extensions(w, "pending").remove(0)
}

fn extensions(w: &World, view: &str) -> Vec<store::promise::ExtensionRow> {
    let (ctx, view) = (w.ctx(Role::CsHead), view.to_owned());
    w.desk
        .read_now(move |c| {
            let q = list::Query {
                view: view.clone(),
                ..list::Query::default()
            };
            list::extensions(c, &ctx, &q, 30).map(|p| p.rows)
        })
        .unwrap()
}

#[test]
fn more_time_is_agreed_on_by_the_customers_own_link_and_approved_by_the_head() {
    for_both(|db| {
        let w = World::new(db);
        let id = complaint(&w);
        let was = due(&w, &id);
        let row = asked_for(&w, &id, was + HOUR);
        assert_eq!(row.approver, Role::CsHead.as_str());
        let (case, extension) = (id.clone(), row.id.clone());
        let ctx = w.system();
        let token = w
            .desk
            .write_now(&ctx, move |tx, ctx| {
                link::make(tx, ctx, &case, LinkPurpose::Track).map(|m| m.token)
            })
            .unwrap();
        let base = crate::ctx::Ctx {
            ip: "198.51.100.9".into(),
            ..w.system()
        };
        let e2 = extension.clone();
        w.desk
            .write_now(&base, move |tx, ctx| {
                let device = Device {
                    staff: false,
                    agent: "Phone of a customer".into(),
                };
                link::answer_extension(tx, ctx, &token, &device, (&e2, true)).map(|_| ())
            })
            .unwrap();
        let agreed = extensions(&w, "pending").remove(0);
        assert_eq!((agreed.agreed, agreed.grade.as_str()), (Some(true), "b"));
        assert_eq!(due(&w, &id), was, "agreed is not approved");
        does(
            &w,
            Role::CsHead,
            &id,
            Step::ApproveExtension {
                extension,
                approve: true,
                note: String::new(),
            },
        )
        .unwrap();
        assert_eq!(due(&w, &id), was + HOUR);
        let granted = extensions(&w, "granted");
        assert_eq!(granted[0].state, ExtensionState::Granted.as_str());
        let f = facts(&w, &id, ClockCode::Finish);
        assert_eq!((f.extended_from, f.due_at), (Some(was), Some(was + HOUR)));
    });
}

#[test]
fn the_head_hears_of_a_word_that_staff_noted_after_the_approval() {
    for_both(|db| {
        let w = World::new(db);
        let id = complaint(&w);
        let was = due(&w, &id);
        let row = asked_for(&w, &id, was + HOUR);
        let told = || {
            let ctx = w.ctx(Role::CsHead);
            let list = w.desk.read_now(move |c| crate::notice::mine(c, &ctx, None)).unwrap();
            let of = |n: &&crate::notice::Seen| n.row.kind == crate::notice::EXTENSION;
            list.unread.iter().filter(of).count()
        };
        let approve = || Step::ApproveExtension {
            extension: row.id.clone(),
            approve: true,
            note: String::new(),
        };
        assert_eq!(told(), 1);
        does(&w, Role::CsHead, &id, approve()).unwrap();
        assert_eq!((told(), extensions(&w, "pending")[0].approved), (0, Some(true)));
        let noted = Step::ConsentExtension {
            extension: row.id.clone(),
            agree: true,
            how: Consent::Phone,
            note: "电话同意".into(),
        };
        does(&w, Role::FrontDesk, &id, noted).unwrap();
        assert_eq!((told(), extensions(&w, "pending")[0].approved), (1, None));
        assert_eq!(due(&w, &id), was, "a word that staff noted is looked at first");
        does(&w, Role::CsHead, &id, approve()).unwrap();
        assert_eq!((told(), due(&w, &id)), (0, was + HOUR));
    });
}

fn facts(w: &World, id: &CaseId, code: ClockCode) -> store::ontime::ClockFact {
    let (site, id) = (w.site.clone(), format!("{id}:{code}:0"));
    w.desk
        .read_now(move |c| Ok(store::ontime::get(c, &site, &id)?.unwrap()))
        .unwrap()
}

#[test]
fn after_the_limit_only_an_excuse_is_left_and_the_breach_stays_in_the_register() {
    for_both(|db| {
        let w = World::new(db);
        let id = complaint(&w);
        let was = due(&w, &id);
        asked_for(&w, &id, was + HOUR);
        w.wait(was + 1 - w.desk.clock.now());
        crate::timer::run_due(&w.desk).unwrap();
        assert_eq!(extensions(&w, "lapsed").len(), 1);
        let late = Step::AskExtension {
            code: ClockCode::Finish,
            cycle: 0,
            to: was + 9 * HOUR,
            reason: "x".into(),
            told: ToldHow::Phone,
        };
        let Err(Error::Refused(r)) = does(&w, Role::FrontDesk, &id, late) else {
            panic!("extended after the limit")
        };
        assert!(matches!(
            r.rule,
            "refuse-extension-too-late" | "refuse-no-clock-to-extend"
        ));
        let register = |view: &str| {
            let (ctx, view) = (w.ctx(Role::CsHead), view.to_owned());
            w.desk
                .read_now(move |c| {
                    let q = list::Query {
                        view: view.clone(),
                        clock: "finish".into(),
                        ..list::Query::default()
                    };
                    list::breaches(c, &ctx, &q, 30).map(|p| p.rows)
                })
                .unwrap()
        };
        assert_eq!((register("late").len(), register("unexcused").len()), (1, 1));
        let excuse = || Step::ExcuseBreach {
            code: ClockCode::Finish,
            cycle: 0,
            reason: ExcuseReason::Force,
            text: "台风停工".into(),
        };
        assert!(matches!(does(&w, Role::Worker, &id, excuse()), Err(Error::Refused(_))));
        // The desk asks; the head hears of it, refuses, hears of it again and approves. What waits is no excuse.
        let ask = || Step::AskExcuse {
            code: ClockCode::Finish,
            cycle: 0,
            reason: ExcuseReason::Force,
            text: "台风停工".into(),
        };
        let told = || {
            let ctx = w.ctx(Role::CsHead);
            let list = w.desk.read_now(move |c| crate::notice::mine(c, &ctx, None)).unwrap();
            let of = |n: &&crate::notice::Seen| n.row.kind == crate::notice::EXCUSE;
            list.unread.iter().filter(of).count()
        };
        for approve in [false, true] {
            does(&w, Role::FrontDesk, &id, ask()).unwrap();
            assert_eq!(told(), 1);
            assert_eq!(
                (
                    register("unexcused").len(),
                    register("asked").len(),
                    register("excused").len()
                ),
                (1, 1, 0)
            );
            let decide = Step::DecideExcuse {
                code: ClockCode::Finish,
                cycle: 0,
                approve,
                note: "见气象通知".into(),
            };
            assert!(does(&w, Role::FrontDesk, &id, decide.clone()).is_err());
            does(&w, Role::CsHead, &id, decide).unwrap();
            assert_eq!((told(), register("asked").len()), (0, 0));
        }
        let rows = register("late");
        assert_eq!((rows[0].breached_at, rows[0].excuse.as_str()), (Some(was), "force"));
        assert_eq!((register("unexcused").len(), register("excused").len()), (0, 1));
    });
}
