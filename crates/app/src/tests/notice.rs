//! Ladders, notices and leases: who is told what, once, whatever happens to the timers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::access::Role;
use domain::case::Kind;
use domain::ids::{CaseId, NoticeId, StaffId};
use domain::ladder::{LackKind, Post};
use serde_json::{Map, json};
use store::testing::{for_both, options, urls_for_both};
use store::{Db, DbUrl};

use crate::case::SHARDS;
use crate::contact::{NewCase, NewContact};
use crate::ctx::Ctx;
use crate::desk::Desk;
use crate::error::{Error, Res};
use crate::lease::{Leases, TTL};
use crate::notice::{self, Leads, Level, Listed, Mark, NewNotice, Seen};
use crate::step::{Step, run};
use crate::testing::World;
use crate::timer;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

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
    let case: NewCase = serde_json::from_value(json!({
        "kind": "request", "item": item, "place": "户内 · 主卫", "content": "主卫洗手台下方角阀持续漏水。", "urgency": urgency,
        "fee": { "kind": "free", "cents": 0, "told": true, "accepted": null },
    }))
    .unwrap();
    let contact: NewContact = serde_json::from_value(json!({
        "channel": "phone", "name": "周晓敏", "phone": "138 0013 6688", "address": "3-1-1201", "locale": "zh",
    }))
    .unwrap();
    let contact = NewContact {
        cases: vec![case],
        ..contact
    };
    w.desk
        .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
            crate::contact::register(tx, ctx, "", &contact)
        })
        .unwrap()
        .cases
        .remove(0)
}

fn step(w: &World, role: Role, id: &CaseId, step: Step) {
    let id = id.clone();
    w.desk
        .write_now(&w.ctx(role), move |tx, ctx| run(tx, ctx, "", &id, None, &step))
        .unwrap();
}

fn dispatch(w: &World, id: &CaseId) {
    let give = Step::Dispatch {
        department: w.department("engineering"),
        worker: Some(w.staff(Role::Worker)),
        happened_at: None,
    };
    step(w, Role::FrontDesk, id, give);
}

fn on_duty(w: &World, roles: &[Role]) {
    let (site, people): (_, Vec<StaffId>) = (w.site.clone(), roles.iter().map(|r| w.staff(*r)).collect());
    w.desk
        .write_now(&w.system(), move |tx, ctx| {
            for id in &people {
                store::account::duty_on(tx, id, &site, ctx.now)?;
                store::account::duty_used(tx, &site, ctx.now)?;
            }
            Ok::<_, Error>(())
        })
        .unwrap();
}

/// Everybody who works in shifts.
const SHIFTS: [Role; 4] = [Role::FrontDesk, Role::Worker, Role::DeptHead, Role::CsHead];

fn mine(w: &World, role: Role, after: Option<Mark>) -> Listed {
    let ctx = w.ctx(role);
    w.desk.read_now(move |c| notice::mine(c, &ctx, after.as_ref())).unwrap()
}

/// What somebody has not read: clock and step of each, oldest first.
fn unread(w: &World, role: Role) -> Vec<String> {
    let list = mine(w, role, None).unread;
    list.iter().rev().map(said).collect()
}

fn said(n: &Seen) -> String {
    match &n.rung {
        Some(r) => format!("{} {}", r.code, r.step),
        None => n.row.kind.clone(),
    }
}

fn tick(w: &World) {
    timer::run_due(&w.desk).unwrap();
}

#[test]
fn a_case_left_alone_climbs_from_the_worker_to_the_project_manager() {
    for_both(|db| {
        let w = World::new(db);
        on_duty(&w, &SHIFTS);
        let id = request(&w, "urgent");
        dispatch(&w, &id);
        // Ten minutes to take the order; then the head of the department, customer service, the project manager.
        let mut seen: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        let roles = [
            ("worker", Role::Worker),
            ("dept_head", Role::DeptHead),
            ("cs_head", Role::CsHead),
            ("project_manager", Role::ProjectManager),
        ];
        for minute in 1..=31 {
            w.wait(MINUTE);
            if minute == 31 {
                w.wait(1);
            }
            tick(&w);
            for (name, role) in roles {
                let accept = unread(&w, role).iter().filter(|s| s.starts_with("accept")).count();
                if accept > seen.get(name).map_or(0, Vec::len) {
                    seen.entry(name).or_default().push(minute);
                }
            }
        }
        let seen: Vec<_> = seen.into_iter().collect();
        assert_eq!(
            seen,
            [
                ("cs_head", vec![21]),
                ("dept_head", vec![11]),
                ("project_manager", vec![31]),
                ("worker", vec![5])
            ]
        );
        let pm = mine(&w, Role::ProjectManager, None).unread.remove(0);
        let rung = pm.rung.clone().unwrap();
        assert_eq!(
            (rung.clause.as_str(), pm.why.unwrap().post),
            ("REC-9", Post::ProjectManager)
        );
        let before: Vec<_> = pm.before.iter().map(|b| b.name_en.as_str()).collect();
        assert!(
            before.contains(&"worker") && before.contains(&"dept_head") && before.contains(&"cs_head"),
            "{before:?}"
        );
        assert_eq!(pm.page().unwrap(), format!("/cases/{id}"));
    });
}

#[test]
fn what_is_settled_stops_asking() {
    for_both(|db| {
        let w = World::new(db);
        on_duty(&w, &SHIFTS);
        let id = request(&w, "urgent");
        dispatch(&w, &id);
        w.wait(12 * MINUTE);
        tick(&w);
        assert!(unread(&w, Role::DeptHead).contains(&"accept 100%".to_owned()));
        step(
            &w,
            Role::Worker,
            &id,
            Step::Accept {
                worker: None,
                happened_at: None,
            },
        );
        assert!(!unread(&w, Role::DeptHead).iter().any(|s| s.starts_with("accept")));
        let settled = mine(&w, Role::DeptHead, None).read;
        assert!(
            settled
                .iter()
                .any(|n| said(n) == "accept 100%" && n.row.done_at.is_some())
        );
    });
}

#[test]
fn where_nobody_is_on_duty_the_next_above_hears_of_it_and_that_is_an_alarm() {
    for_both(|db| {
        let w = World::new(db);
        on_duty(&w, &[Role::CsHead]);
        let id = request(&w, "urgent");
        dispatch(&w, &id);
        w.wait(11 * MINUTE);
        tick(&w);
        tick(&w);
        // The head of the department is not at work: told for when they come, and the head of customer service now.
        let step = |role| {
            let list = mine(&w, role, None).unread;
            list.into_iter().find(|n| said(n) == "accept 100%")
        };
        assert!(step(Role::DeptHead).is_some());
        let cs = step(Role::CsHead).unwrap();
        let why = cs.why.unwrap();
        assert_eq!((why.post, why.instead_of), (Post::CsHead, Some(Post::DeptHead)));
        let lacking = &cs.rung.unwrap().lacking;
        assert!(
            lacking
                .iter()
                .any(|l| l.post == Post::DeptHead && l.why == LackKind::OffDuty)
        );
        let alarms = unread(&w, Role::ProjectManager);
        let n = alarms.iter().filter(|s| *s == "nobody_on_duty").count();
        let escalations = ["assign 100%", "accept 100%"].len();
        assert!(n >= 1 && n <= escalations, "{alarms:?}");
    });
}

#[test]
fn a_post_that_nobody_holds_is_passed_over_and_never_silent() {
    for_both(|db| {
        let w = World::new(db);
        on_duty(&w, &SHIFTS);
        let gone: Vec<StaffId> = [
            Role::DeptHead,
            Role::CsHead,
            Role::ProjectManager,
            Role::CompanyLeader,
            Role::GeneralManager,
        ]
        .iter()
        .map(|r| w.staff(*r))
        .collect();
        w.desk
            .write_now(&w.system(), move |tx, _| {
                for id in &gone {
                    let mut facts = store::staff::facts(tx, id)?.unwrap();
                    facts.active = false;
                    facts.version += 1;
                    store::staff::save(tx, &facts)?;
                }
                Ok::<_, Error>(())
            })
            .unwrap();
        let id = request(&w, "urgent");
        dispatch(&w, &id);
        w.wait(2 * HOUR);
        tick(&w);
        // Nobody above is left: everybody there is hears of it.
        assert!(unread(&w, Role::Administration).contains(&"accept 100%".to_owned()));
    });
}

fn plain(key: &str, to: Vec<StaffId>, at: i64) -> NewNotice {
    NewNotice {
        key: key.into(),
        kind: notice::NOBODY,
        level: Level::Note,
        leads: Leads::Page("/departments"),
        to,
        due_at: at,
        args: Map::new(),
    }
}

fn raise(w: &World, new: NewNotice) -> Res<Option<NoticeId>> {
    w.desk
        .write_now(&w.system(), move |tx, ctx| notice::raise(tx, ctx, new.clone()))
}

#[test]
fn the_same_thing_is_raised_once_however_many_try() {
    for_both(|db| {
        let w = Arc::new(World::new(db));
        let to = vec![w.staff(Role::CsHead)];
        let raised: usize = std::thread::scope(|s| {
            let tries: Vec<_> = (0..8)
                .map(|_| {
                    let (w, to) = (w.clone(), to.clone());
                    s.spawn(move || {
                        let now = w.system().now;
                        (0..20)
                            .filter(|n| {
                                raise(&w, plain(&format!("gap/{n}"), to.clone(), now))
                                    .unwrap()
                                    .is_some()
                            })
                            .count()
                    })
                })
                .collect();
            tries.into_iter().map(|t| t.join().unwrap()).sum()
        });
        assert_eq!(raised, 20);
        assert_eq!(unread(&w, Role::CsHead).len(), 20);
    });
}

#[test]
fn somebodys_notices_come_unread_first_page_by_page() {
    for_both(|db| {
        let w = World::new(db);
        let (me, other) = (w.staff(Role::CsHead), w.staff(Role::Quality));
        let mut ids = Vec::new();
        for n in 0..70 {
            w.wait(10);
            let now = w.system().now;
            ids.push(
                raise(&w, plain(&format!("k/{n}"), vec![me.clone()], now))
                    .unwrap()
                    .unwrap(),
            );
        }
        raise(&w, plain("other", vec![other], 0)).unwrap();
        let read = |id: &NoticeId| {
            let id = id.clone();
            w.desk
                .write_now(&w.ctx(Role::CsHead), move |tx, ctx| notice::open(tx, ctx, &id))
        };
        for id in ids.iter().step_by(2) {
            assert_eq!(read(id).unwrap().as_deref(), Some("/departments"));
        }
        let (mut unread, mut seen, mut after, mut pages) = (Vec::new(), Vec::new(), None, 0);
        loop {
            let page = mine(&w, Role::CsHead, after);
            assert!(page.unread.len() + page.read.len() <= 35);
            unread.extend(page.unread.iter().map(|n| n.row.id.clone()));
            seen.extend(page.read.iter().map(|n| n.row.id.clone()));
            pages += 1;
            after = page.next.map(|m| Mark::parse(&m.to_string()).unwrap());
            if after.is_none() {
                break;
            }
        }
        assert!(pages >= 3);
        let newest = |from: usize| ids.iter().skip(from).step_by(2).rev().cloned().collect::<Vec<_>>();
        assert_eq!(unread, newest(1));
        assert_eq!(seen, newest(0));
        // Kept for later, and all at once up to what was seen.
        let keep = ids[0].clone();
        w.desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| notice::keep(tx, ctx, &keep))
            .unwrap();
        assert_eq!(mine(&w, Role::CsHead, None).unread.len(), 30);
        let last = ids[10].clone();
        w.desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| notice::read_up_to(tx, ctx, &last))
            .unwrap();
        let left = w
            .desk
            .read_now({
                let (site, me) = (w.site.clone(), me.clone());
                move |c| Ok::<_, Error>(notice::unread(c, &site)?.get(&me).copied().unwrap_or_default())
            })
            .unwrap();
        assert_eq!(left.n, 30);
        // What is not mine is not there.
        let id = ids[1].clone();
        let foreign = w
            .desk
            .write_now(&w.ctx(Role::Quality), move |tx, ctx| notice::open(tx, ctx, &id));
        assert!(matches!(foreign, Err(Error::NotFound)));
    });
}

#[test]
fn what_was_missed_comes_late_and_says_so() {
    for_both(|db| {
        let w = World::new(db);
        on_duty(&w, &SHIFTS);
        let id = request(&w, "urgent");
        w.wait(24 * HOUR);
        tick(&w);
        tick(&w);
        let list = mine(&w, Role::ProjectManager, None).unread;
        let mut keys: Vec<_> = list.iter().map(said).collect();
        keys.sort();
        let all = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), all, "each once");
        let on_site = list.iter().find(|n| said(n) == "on_site +30m").unwrap();
        let reached = on_site.rung.clone().unwrap().reached_at;
        assert_eq!(on_site.row.due_at, reached);
        assert_eq!(on_site.late(), Some(on_site.row.created_at - reached));
        assert!(on_site.late().unwrap() > 22 * HOUR);
        let (site, id) = (w.site.clone(), id.clone());
        let facts = w
            .desk
            .read_now(move |c| Ok::<_, Error>(store::journal::for_case(c, site.as_str(), id.as_str(), i64::MAX, 200)?))
            .unwrap();
        let told = facts.iter().filter(|e| e.kind == "rung_reached").count();
        assert!(told >= 8);
        assert!(
            facts
                .iter()
                .filter(|e| e.kind == "rung_reached")
                .all(|e| !e.body["told"].as_array().unwrap().is_empty())
        );
    });
}

/// Another process over the same database.
fn other(w: &World, url: &DbUrl, n: u64) -> Arc<Desk> {
    let db = Db::open_with(url.clone(), options()).unwrap();
    let entropy = Arc::new(crate::testing::Counting::from(n));
    Desk::open(db, &w.desk.dir, w.clock.clone(), entropy).unwrap()
}

fn rung_keys(w: &World) -> Vec<String> {
    let site = w.site.clone();
    let facts = w
        .desk
        .read_now(move |c| Ok::<_, Error>(store::journal::since(c, site.as_str(), 0, 100_000)?))
        .unwrap();
    facts
        .into_iter()
        .filter(|e| e.kind == "rung_reached")
        .map(|e| {
            format!(
                "{}/{}/{}/{}",
                e.subject_id, e.body["code"], e.body["cycle"], e.body["step"]
            )
        })
        .collect()
}

#[test]
fn timers_that_look_at_the_same_cases_do_nothing_twice() {
    urls_for_both(true, |url| {
        let db = Db::open_with(url.clone(), options()).unwrap();
        let w = World::new(&db);
        on_duty(&w, &SHIFTS);
        for _ in 0..40 {
            request(&w, "urgent");
        }
        w.wait(3 * HOUR);
        // SQLite has one writer: a second process there only reads.
        let desks: Vec<Arc<Desk>> = match url {
            DbUrl::Sqlite(_) => vec![w.desk.clone(), w.desk.clone()],
            DbUrl::Postgres(_) => vec![w.desk.clone(), other(&w, url, 5), other(&w, url, 6)],
        };
        std::thread::scope(|s| {
            for d in &desks {
                s.spawn(move || timer::run_due(d).unwrap());
            }
        });
        let keys = rung_keys(&w);
        let once: BTreeSet<_> = keys.iter().collect();
        assert_eq!(once.len(), keys.len(), "a step twice in the journal");
        // 80 %, 100 %, +15 and +30 minutes on site; 5 and 15 minutes unassigned; nothing else is due yet.
        assert_eq!(keys.len(), 40 * 6);
        let site = w.site.clone();
        let n = w
            .desk
            .read_now(move |c| {
                let told = store::notice::unread(c, &site)?;
                Ok::<_, Error>(told.into_iter().map(|u| u.n).sum::<i64>())
            })
            .unwrap();
        assert!(n >= 40 * 6, "{n}");
    });
}

fn holds(l: &mut Leases, d: &Desk, at: Instant) -> BTreeSet<i64> {
    l.hold(d, at).unwrap().iter().copied().collect()
}

#[test]
fn replicas_share_the_work_and_take_over_from_the_dead() {
    for_both(|db| {
        let w = World::new(db);
        let start = Instant::now();
        let at = |s: u64| start + Duration::from_secs(s);
        let all: BTreeSet<i64> = (0..SHARDS).collect();
        let (mut a, mut b) = (Leases::named("a", false), Leases::named("b", false));
        assert!(
            holds(&mut a, &w.desk, at(0)).is_empty(),
            "the leases were made, none was seen yet"
        );
        assert_eq!(holds(&mut a, &w.desk, at(3)), all);
        assert!(holds(&mut b, &w.desk, at(4)).is_empty());
        assert_eq!(
            holds(&mut a, &w.desk, at(6)).len(),
            8,
            "half of it is given to the second"
        );
        assert_eq!(holds(&mut b, &w.desk, at(7)).len(), 8);
        let mine = holds(&mut a, &w.desk, at(9));
        let theirs = holds(&mut b, &w.desk, at(10));
        assert!(mine.is_disjoint(&theirs) && mine.union(&theirs).copied().collect::<BTreeSet<_>>() == all);
        // The wall clock may do what it likes.
        w.wait(-5 * HOUR);
        holds(&mut a, &w.desk, at(12));
        w.wait(5 * HOUR);
        assert_eq!(holds(&mut b, &w.desk, at(13)), theirs);
        // a is killed: b sees that nothing moves, and takes over.
        let mut last = theirs;
        let mut now = 13;
        while last.len() < 16 {
            now += 3;
            assert!(now < 13 + 3 * TTL.as_secs(), "never taken over");
            last = holds(&mut b, &w.desk, at(now));
        }
        assert!(now >= 12 + TTL.as_secs(), "too early: {now}");
        // b stops in order: a new one has everything at once.
        b.release(&w.desk).unwrap();
        let mut c = Leases::named("c", false);
        assert_eq!(holds(&mut c, &w.desk, at(now + 3)), all);
    });
}

#[test]
fn the_urgent_is_announced_until_it_is_read() {
    for_both(|db| {
        let w = World::new(db);
        on_duty(&w, &SHIFTS);
        let loud = || {
            let ctx: Ctx = w.ctx(Role::CsHead);
            w.desk.read_now(move |c| notice::loudest(c, &ctx)).unwrap()
        };
        request(&w, "normal");
        w.wait(31 * MINUTE);
        tick(&w);
        assert!(loud().is_none(), "an ordinary one waits in the bell");
        request(&w, "urgent");
        w.wait(6 * MINUTE);
        tick(&w);
        let first = loud().unwrap();
        assert_eq!(said(&first), "assign 100%");
        let id = first.row.id.clone();
        w.desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| notice::open(tx, ctx, &id))
            .unwrap();
        assert!(loud().is_none());
    });
}

#[test]
fn a_robot_is_told_once_of_what_escalates() {
    for_both(|db| {
        let w = World::new(db);
        on_duty(&w, &SHIFTS);
        w.desk
            .write_now(&w.system(), |tx, ctx| {
                let mut site = store::site::get(tx, &ctx.site)?.unwrap();
                site.settings =
                    json!({"channels": {"wecom": {"kind": "wecom", "url": "https://robot.example"}}}).to_string();
                site.version += 1;
                store::site::save(tx, &site)?;
                Ok::<_, Error>(())
            })
            .unwrap();
        let id = request(&w, "normal");
        w.wait(31 * MINUTE);
        tick(&w);
        tick(&w);
        let messages = w
            .desk
            .read_now(move |c| Ok::<_, Error>(store::message::of_case(c, &id)?))
            .unwrap();
        let notices: Vec<_> = messages.iter().filter(|m| m.template == "staff_notice_case").collect();
        assert_eq!(
            notices.len(),
            1,
            "the warning stays in the house, the escalation goes out"
        );
        assert!(notices[0].params.contains("clock-assign"));
    });
}

#[test]
fn where_nobody_uses_duty_those_who_hold_the_post_are_told() {
    for_both(|db| {
        let w = World::new(db);
        let id = request(&w, "urgent");
        dispatch(&w, &id);
        w.wait(11 * MINUTE);
        tick(&w);
        // The head of the department hears of it as such, and nobody in their place.
        let head = mine(&w, Role::DeptHead, None).unread;
        let seen = head.iter().find(|n| said(n) == "accept 100%").unwrap();
        assert_eq!(seen.why.unwrap().instead_of, None);
        assert!(seen.rung.as_ref().unwrap().lacking.is_empty());
        let above = mine(&w, Role::ProjectManager, None).unread;
        assert!(!above.iter().any(|n| said(n) == "nobody_on_duty"), "{above:?}");
        assert!(above.iter().all(|n| n.why.is_none_or(|y| y.instead_of.is_none())));
        // Once somebody says that they are on duty, those who do not are off it.
        w.desk
            .write_now(&w.ctx(Role::CsHead), |tx, ctx| crate::account::set_duty(tx, ctx, true))
            .unwrap();
        let id = request(&w, "urgent");
        dispatch(&w, &id);
        w.wait(11 * MINUTE);
        tick(&w);
        let cs = mine(&w, Role::CsHead, None).unread;
        assert!(
            cs.iter()
                .any(|n| n.why.is_some_and(|y| y.instead_of == Some(Post::DeptHead)))
        );
    });
}

#[test]
fn a_late_entry_tells_the_highest_step_and_says_so() {
    for_both(|db| {
        let w = World::new(db);
        on_duty(&w, &SHIFTS);
        w.wait(3 * HOUR);
        let item = w
            .desk
            .book()
            .taxonomy
            .of_kind(Kind::Request)
            .next()
            .unwrap()
            .code
            .clone();
        let contact: NewContact = serde_json::from_value(json!({
            "channel": "phone", "name": "周晓敏", "phone": "138 0013 6688", "address": "3-1-1201", "locale": "zh",
            "happened_at": w.system().now - 3 * HOUR,
            "cases": [{
                "kind": "request", "item": item, "place": "户内 · 主卫", "content": "角阀漏水。", "urgency": "urgent",
                "fee": { "kind": "free", "cents": 0, "told": true, "accepted": null },
            }],
        }))
        .unwrap();
        let id = w
            .desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                crate::contact::register(tx, ctx, "", &contact)
            })
            .unwrap()
            .cases
            .remove(0);
        tick(&w);
        tick(&w);
        let on_site = |role| {
            let list = mine(&w, role, None).unread;
            list.into_iter()
                .filter(|n| {
                    n.row.case_id.as_ref() == Some(&id) && n.rung.as_ref().is_some_and(|r| r.code.as_str() == "on_site")
                })
                .collect::<Vec<_>>()
        };
        let all: Vec<Seen> = Role::ALL.iter().flat_map(|r| on_site(*r)).collect();
        let steps: BTreeSet<String> = all.iter().map(said).collect();
        assert_eq!(steps.len(), 1, "one step of the limit only: {steps:?}");
        assert!(all.iter().all(|n| n.rung.as_ref().is_some_and(|r| r.entered_late)));
        assert!(
            all.iter().all(|n| n.late().is_none()),
            "it is not the product that was late"
        );
        // The steps below are in the case's story, and are not reached again.
        let (site, at) = (w.site.clone(), id.clone());
        let facts = w
            .desk
            .read_now(move |c| Ok::<_, Error>(store::journal::for_case(c, site.as_str(), at.as_str(), i64::MAX, 200)?))
            .unwrap();
        let passed = facts
            .iter()
            .filter(|e| e.kind == "rung_reached" && e.body["told"].as_array().is_some_and(Vec::is_empty))
            .count();
        assert!(passed >= 2, "{passed}");
    });
}

#[test]
fn opening_a_case_reads_what_was_told_about_it_to_this_person_only() {
    for_both(|db| {
        let w = World::new(db);
        on_duty(&w, &SHIFTS);
        let (id, other) = (request(&w, "urgent"), request(&w, "urgent"));
        w.wait(16 * MINUTE);
        tick(&w);
        let of = |role, id: &CaseId| {
            let list = mine(&w, role, None).unread;
            list.iter().filter(|n| n.row.case_id.as_ref() == Some(id)).count()
        };
        assert!(of(Role::CsHead, &id) > 0 && of(Role::CsHead, &other) > 0 && of(Role::ProjectManager, &id) > 0);
        let before = of(Role::CsHead, &other);
        let at = id.clone();
        w.desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| notice::case_opened(tx, ctx, &at))
            .unwrap();
        assert_eq!((of(Role::CsHead, &id), of(Role::CsHead, &other)), (0, before));
        assert!(of(Role::ProjectManager, &id) > 0, "others still have to");
        let at = id.clone();
        let ctx = w.ctx(Role::CsHead);
        assert!(!w.desk.read_now(move |c| notice::unread_of_case(c, &ctx, &at)).unwrap());
    });
}
