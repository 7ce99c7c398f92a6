//! The service standard on both engines: a version's life, which one counts, applying it, running past cases again.

use domain::access::Role;
use domain::case::{CaseState, Kind};
use domain::clock::{ClockCode, Limit};
use domain::ids::{CaseId, StandardId};
use domain::standard::Document;
use store::testing::for_both;

use crate::contact::NewContact;
use crate::ctx::Ctx;
use crate::desk::Desk;
use crate::error::{Error, Res};
use crate::standard::job::{self, Filter, Params, Summary, What};
use crate::standard::{self, Edit, Stand};
use crate::testing::{START, World};

const MIN: i64 = 60_000;
const HOUR: i64 = 60 * MIN;

fn write<T: Send + 'static>(
    w: &World,
    ctx: &Ctx,
    f: impl FnMut(&mut store::Tx, &Ctx) -> Res<T> + Send + 'static,
) -> Res<T> {
    w.desk.write_now(ctx, f)
}

fn row(w: &World, id: &StandardId) -> standard::Version {
    let (id, site) = (id.clone(), w.site.clone());
    w.desk
        .read_now(move |c| Ok::<_, Error>(store::standard::get(c, &site, &id)?))
        .unwrap()
        .unwrap()
}

fn stand(w: &World, id: &StandardId) -> Stand {
    let (id, ctx) = (id.clone(), w.ctx(Role::ProjectManager));
    w.desk
        .read_now(move |c| standard::get(c, &ctx, id.as_str()))
        .unwrap()
        .stand
}

/// The response limit of every case, changed in a draft.
fn response(w: &World, ctx: &Ctx, id: &StandardId, limit: Limit) -> Res<()> {
    let (i, seen) = (id.clone(), row(w, id).version);
    write(w, ctx, move |tx, ctx| {
        let doc = standard::get(tx, ctx, i.as_str())?.document;
        let found = doc
            .rows()
            .find(|(_, _, c)| c.clause == "STD-1")
            .map(|(at, line, c)| (at, line.clone(), c.clone()));
        let (at, line, mut clock) = found.ok_or(Error::NotFound)?;
        clock.limit = limit;
        standard::edit(tx, ctx, &i, seen, &Edit::Put(Some(at), Box::new(line), Box::new(clock)))
    })
}

fn check(w: &World, ctx: &Ctx, id: &StandardId, reason: &str) -> Res<()> {
    let (i, seen, reason) = (id.clone(), row(w, id).version, reason.to_owned());
    write(w, ctx, move |tx, ctx| {
        standard::check(tx, ctx, &i, seen, &reason, "试行")
    })
}

fn approve(w: &World, ctx: &Ctx, id: &StandardId, from: Option<i64>) -> Res<()> {
    let (i, seen) = (id.clone(), row(w, id).version);
    write(w, ctx, move |tx, ctx| standard::approve(tx, ctx, &i, seen, from))
}

fn draft(w: &World) -> StandardId {
    write(w, &w.ctx(Role::CsHead), |tx, ctx| standard::draft(tx, ctx, "", "")).unwrap()
}

/// A version that is approved, with this response limit.
fn version(w: &World, limit: Limit, from: Option<i64>) -> StandardId {
    let (head, manager) = (w.ctx(Role::CsHead), w.ctx(Role::ProjectManager));
    let id = draft(w);
    response(w, &head, &id, limit).unwrap();
    check(w, &head, &id, "夜间人手不足").unwrap();
    approve(w, &manager, &id, from).unwrap();
    id
}

fn case(w: &World) -> CaseId {
    let new: NewContact = serde_json::from_value(serde_json::json!({
        "channel": "phone", "name": "周敏", "phone": "13800001234", "address": "3-1-1201",
        "cases": [{
            "kind": Kind::Request, "item": w.desk.book().taxonomy.of_kind(Kind::Request).next().unwrap().code,
            "place": "主卫", "content": "角阀漏水", "department": w.department("engineering"), "worker": w.staff(Role::Worker),
        }],
    }))
    .unwrap();
    write(w, &w.ctx(Role::FrontDesk), move |tx, ctx| {
        crate::contact::register(tx, ctx, "", &new)
    })
    .unwrap()
    .cases[0]
        .clone()
}

fn state(w: &World, id: &CaseId) -> CaseState {
    let (id, ctx) = (id.clone(), w.ctx(Role::ProjectManager));
    w.desk.read_now(move |c| crate::case::get(c, &ctx, &id)).unwrap().state
}

fn response_due(w: &World, id: &CaseId) -> Option<i64> {
    let s = state(w, id);
    let now = w.desk.clock.now();
    s.clocks
        .iter()
        .find(|c| c.code == ClockCode::Response)
        .and_then(|c| c.due_at(now))
}

fn run(w: &World, ctx: &Ctx, what: What, of: &str, params: Params) -> (job::Job, Summary) {
    let of = of.to_owned();
    let (id, claim) = write(w, ctx, move |tx, ctx| job::begin(tx, ctx, "", what, &of, &params)).unwrap();
    job::work(&w.desk, ctx, &id, &claim).unwrap();
    let c2 = ctx.clone();
    let done = w.desk.read_now(move |c| job::one(c, &c2, &id)).unwrap();
    let sum = job::summary_of(&done);
    (done, sum)
}

#[test]
fn a_version_is_drafted_checked_approved_by_another_and_comes_into_force() {
    for_both(|db| {
        let w = World::new(db);
        let (head, manager) = (w.ctx(Role::CsHead), w.ctx(Role::ProjectManager));
        for role in [Role::FrontDesk, Role::Worker, Role::Quality, Role::Sysadmin] {
            let no = write(&w, &w.ctx(role), |tx, ctx| standard::draft(tx, ctx, "", ""));
            assert!(matches!(no, Err(Error::Forbidden(_))), "{role}");
        }
        let id = draft(&w);
        assert_eq!((row(&w, &id).label.as_str(), stand(&w, &id)), ("2026-2", Stand::Draft));
        // Whoever may not draft or approve does not see it yet.
        let (clerk, i) = (w.ctx(Role::FrontDesk), id.clone());
        let hidden = w.desk.read_now(move |c| standard::get(c, &clerk, i.as_str()));
        assert!(matches!(hidden, Err(Error::NotFound)));
        response(&w, &head, &id, Limit::Hour { n: 6 }).unwrap();
        // Six hours depart from the four of the clause: not without a reason.
        assert!(matches!(check(&w, &head, &id, " "), Err(Error::Invalid(_))));
        assert!(
            matches!(approve(&w, &manager, &id, None), Err(Error::Refused(r)) if r.rule == "refuse-standard-not-checked")
        );
        check(&w, &head, &id, "夜间人手不足").unwrap();
        assert_eq!(stand(&w, &id), Stand::Checked);
        let refused = approve(&w, &head, &id, None);
        assert!(matches!(refused, Err(Error::Forbidden(_))));
        let later = START + 2 * HOUR;
        assert!(matches!(
            approve(&w, &manager, &id, Some(START - HOUR)),
            Err(Error::Invalid(_))
        ));
        approve(&w, &manager, &id, Some(later)).unwrap();
        assert_eq!(stand(&w, &id), Stand::Coming);
        let before = case(&w);
        assert_eq!(response_due(&w, &before), Some(START + 4 * HOUR));
        // Its time comes: nothing has to happen for it.
        w.wait(2 * HOUR);
        assert_eq!(stand(&w, &id), Stand::InForce);
        let after = case(&w);
        assert_eq!(response_due(&w, &after), Some(later + 6 * HOUR));
        assert_eq!(
            (
                state(&w, &before).standard.as_str(),
                state(&w, &after).standard.as_str()
            ),
            ("2026-1", "2026-2")
        );
        assert_eq!(
            response_due(&w, &before),
            Some(START + 4 * HOUR),
            "an open case keeps its standard"
        );
        // The next one retires it; it stays readable for everybody.
        w.wait(MIN);
        let next = version(&w, Limit::Hour { n: 3 }, None);
        assert_eq!((stand(&w, &id), stand(&w, &next)), (Stand::Retired, Stand::InForce));
        let (clerk, i) = (w.ctx(Role::FrontDesk), id.clone());
        assert_eq!(
            w.desk
                .read_now(move |c| standard::get(c, &clerk, i.as_str()))
                .unwrap()
                .stand,
            Stand::Retired
        );
    });
}

#[test]
fn nobody_approves_their_own_and_what_is_approved_does_not_change() {
    for_both(|db| {
        let w = World::new(db);
        let manager = w.ctx(Role::ProjectManager);
        let own = write(&w, &manager, |tx, ctx| standard::draft(tx, ctx, "", "")).unwrap();
        check(&w, &manager, &own, "").unwrap();
        assert!(matches!(approve(&w, &manager, &own, None), Err(Error::Refused(r)) if r.rule == "refuse-standard-own"));
        approve(&w, &w.ctx(Role::CompanyLeader), &own, None).unwrap();
        let late = response(&w, &manager, &own, Limit::Hour { n: 1 });
        assert!(matches!(late, Err(Error::Refused(r)) if r.rule == "refuse-standard-not-draft"));
        let (i, seen) = (own.clone(), row(&w, &own).version);
        let dropped = write(&w, &manager, move |tx, ctx| standard::drop_it(tx, ctx, &i, seen));
        assert!(matches!(dropped, Err(Error::Refused(_))));
        // One that is to come may be called off.
        let coming = version(&w, Limit::Hour { n: 2 }, Some(w.desk.clock.now() + HOUR));
        let (i, seen) = (coming.clone(), row(&w, &coming).version);
        write(&w, &manager, move |tx, ctx| standard::drop_it(tx, ctx, &i, seen)).unwrap();
        w.wait(2 * HOUR);
        assert_eq!((stand(&w, &coming), stand(&w, &own)), (Stand::Dropped, Stand::InForce));
    });
}

#[test]
fn a_change_asks_for_the_check_again_and_can_be_taken_back() {
    for_both(|db| {
        let w = World::new(db);
        let head = w.ctx(Role::CsHead);
        let id = draft(&w);
        let before = row(&w, &id).document;
        response(&w, &head, &id, Limit::Hour { n: 3 }).unwrap();
        check(&w, &head, &id, "").unwrap();
        response(&w, &head, &id, Limit::Hour { n: 2 }).unwrap();
        assert_eq!(stand(&w, &id), Stand::Draft);
        for _ in 0..2 {
            let (i, seen) = (id.clone(), row(&w, &id).version);
            write(&w, &head, move |tx, ctx| standard::undo(tx, ctx, &i, seen)).unwrap();
        }
        assert_eq!(
            Document::parse(&row(&w, &id).document).unwrap(),
            Document::parse(&before).unwrap()
        );
        let (i, seen) = (id.clone(), row(&w, &id).version);
        let none = write(&w, &head, move |tx, ctx| standard::undo(tx, ctx, &i, seen));
        assert!(matches!(none, Err(Error::Refused(r)) if r.rule == "refuse-standard-nothing-to-undo"));
        // Two people at one draft: the second is told.
        let (i, stale) = (id.clone(), row(&w, &id).version - 1);
        let edit = Edit::Remove((0, 0));
        let lost = write(&w, &head, move |tx, ctx| standard::edit(tx, ctx, &i, stale, &edit));
        assert!(matches!(lost, Err(Error::Conflict { .. })));
        // Without the response of STD-1 it cannot be sent.
        let (i, seen) = (id.clone(), row(&w, &id).version);
        write(&w, &head, move |tx, ctx| {
            standard::edit(tx, ctx, &i, seen, &Edit::Remove((0, 0)))
        })
        .unwrap();
        assert!(matches!(check(&w, &head, &id, "x"), Err(Error::Refused(r)) if r.rule == "refuse-standard-errors"));
    });
}

#[test]
fn a_file_goes_out_and_comes_back_as_a_draft() {
    for_both(|db| {
        let w = World::new(db);
        let head = w.ctx(Role::CsHead);
        let text = w.desk.book().shipped_document.text();
        let t = text.clone();
        let id = write(&w, &head, move |tx, ctx| standard::upload(tx, ctx, "", &t)).unwrap();
        assert_eq!(row(&w, &id).label, "2026-2", "the name of the shipped one is taken");
        for broken in ["{", "{\"version\": \"x\"}", &text.replace("\"finish\"", "\"lunch\"")] {
            let broken = broken.to_owned();
            let no = write(&w, &head, move |tx, ctx| standard::upload(tx, ctx, "", &broken));
            assert!(matches!(no, Err(Error::Invalid(f)) if f[0].key == "standard-file-broken"));
        }
    });
}

#[test]
fn open_cases_are_compared_and_moved_on_record() {
    for_both(|db| {
        let w = World::new(db);
        let cases: Vec<CaseId> = (0..5).map(|_| case(&w)).collect();
        let begun = START;
        w.wait(10 * MIN);
        let manager = w.ctx(Role::ProjectManager);
        let id = version(&w, Limit::Minute { n: 30 }, None);
        let (compared, sum) = run(&w, &w.ctx(Role::CsHead), What::Compare, id.as_str(), Params::default());
        assert_eq!((compared.state.as_str(), sum.looked, sum.changed), ("done", 5, 5));
        assert_eq!(sum.departments[w.department("engineering").as_str()].cases, 5);
        let (c2, i) = (manager.clone(), compared.id.clone());
        let (rows, next) = w
            .desk
            .read_now(move |c| job::rows(c, &c2, &i, &Filter::default(), 3))
            .unwrap();
        assert_eq!((rows.len(), next), (3, Some(3)));
        assert_eq!(
            (rows[0].before_at, rows[0].after_at),
            (Some(begun + 4 * HOUR), Some(begun + 30 * MIN))
        );
        assert_eq!(
            response_due(&w, &cases[0]),
            Some(begun + 4 * HOUR),
            "comparing changes nothing"
        );
        // Only who has the right, and only with a word of why on each case.
        let no = write(&w, &w.ctx(Role::CsHead), |tx, ctx| {
            job::begin(tx, ctx, "", What::Apply, "", &Params::default())
        });
        assert!(matches!(no, Err(Error::Forbidden(_))));
        let chosen = Params {
            cases: vec![cases[1].clone(), cases[3].clone()],
            reason: "与业委会约定".into(),
            ..Params::default()
        };
        let (_, sum) = run(&w, &manager, What::Apply, "", chosen);
        assert_eq!((sum.looked, sum.changed), (2, 2));
        let due: Vec<_> = cases.iter().map(|c| response_due(&w, c)).collect();
        let (old, new) = (Some(begun + 4 * HOUR), Some(begun + 30 * MIN));
        assert_eq!(due, [old, new, old, new, old]);
        assert_eq!(state(&w, &cases[1]).standard, "2026-2");
        let (site, c1) = (w.site.clone(), cases[1].clone());
        let told = w
            .desk
            .read_now(move |c| Ok::<_, Error>(store::journal::for_case(c, site.as_str(), c1.as_str(), i64::MAX, 50)?))
            .unwrap();
        let kinds: Vec<&str> = told.iter().map(|e| e.kind.as_str()).collect();
        assert!(
            kinds.contains(&"standard_reapplied") && kinds.contains(&"clocks_retargeted"),
            "{kinds:?}"
        );
        let applied = told.iter().find(|e| e.kind == "standard_reapplied").unwrap();
        assert_eq!(applied.actor_id, w.staff(Role::ProjectManager).as_str());
        // The rest: all of them, those that follow it already are left alone. The queue is sorted by the new due time.
        let all = Params {
            reason: "统一".into(),
            ..Params::default()
        };
        let (_, sum) = run(&w, &manager, What::Apply, "", all.clone());
        assert_eq!((sum.looked, sum.changed), (5, 3));
        let (site, c0) = (w.site.clone(), cases[0].clone());
        let line = w
            .desk
            .read_now(move |c| Ok::<_, Error>(store::case::line(c, &site, &c0)?))
            .unwrap()
            .unwrap();
        assert_eq!(line.due_at, new);
        let (_, sum) = run(&w, &manager, What::Apply, "", all);
        assert_eq!(sum.changed, 0);
    });
}

#[test]
fn work_is_stopped_goes_on_and_is_taken_over() {
    for_both(|db| {
        let w = World::new(db);
        let manager = w.ctx(Role::ProjectManager);
        for _ in 0..40 {
            case(&w);
        }
        let id = version(&w, Limit::Minute { n: 30 }, None);
        let all = Params {
            reason: "统一".into(),
            ..Params::default()
        };
        let a = all.clone();
        let (job, claim) = write(&w, &manager, move |tx, ctx| {
            job::begin(tx, ctx, "", What::Apply, "", &a)
        })
        .unwrap();
        let twice = write(&w, &manager, move |tx, ctx| {
            job::begin(tx, ctx, "", What::Apply, "", &all)
        });
        assert!(matches!(twice, Err(Error::Refused(r)) if r.rule == "refuse-standard-running"));
        let i = job.clone();
        write(&w, &manager, move |tx, ctx| job::stop(tx, ctx, &i)).unwrap();
        job::work(&w.desk, &manager, &job, &claim).unwrap();
        let one = |w: &World| {
            let (c2, i) = (w.ctx(Role::ProjectManager), job.clone());
            w.desk.read_now(move |c| job::one(c, &c2, &i)).unwrap()
        };
        let stopped = one(&w);
        let some = job::summary_of(&stopped).changed;
        assert!(stopped.state == "stopped" && some > 0 && some < 40, "{some}");
        // It goes on, the process ends, and another one finishes it.
        let i = job.clone();
        let lost = write(&w, &manager, move |tx, ctx| job::go_on(tx, ctx, &i)).unwrap();
        assert_eq!(job::resume_left(&w.desk).unwrap(), 0, "somebody is at it");
        w.wait(60_000);
        assert_eq!(job::resume_left(&w.desk).unwrap(), 1);
        let done = one(&w);
        assert_eq!((done.state.as_str(), job::summary_of(&done).changed), ("done", 40));
        assert_ne!(done.claim, lost);
        let (c2, i) = (manager.clone(), job.clone());
        let (rows, _) = w
            .desk
            .read_now(move |c| job::rows(c, &c2, &i, &Filter::default(), 500))
            .unwrap();
        assert_eq!(rows.len(), 40);
        let of: Vec<i64> = rows.iter().map(|r| r.no).collect();
        assert_eq!(of, (1..=40).collect::<Vec<_>>());
        let _version = id;
    });
}

#[test]
fn past_cases_are_run_again_under_a_draft() {
    for_both(|db| {
        let w = World::new(db);
        let (worker, quality) = (w.ctx(Role::Worker), w.ctx(Role::Quality));
        let step = |id: &CaseId, s: serde_json::Value| {
            let (i, s) = (id.clone(), s);
            let ctx = Ctx {
                now: w.desk.clock.now(),
                ..worker.clone()
            };
            write(&w, &ctx, move |tx, ctx| {
                let step: crate::step::Step = serde_json::from_value(s.clone())?;
                crate::step::run(tx, ctx, "", &i, None, &step)
            })
            .unwrap();
        };
        // Accepted after 20 and after 50 minutes, on site five minutes later, done after half an hour of work.
        for wait in [20, 50] {
            let id = case(&w);
            w.wait(wait * MIN);
            step(&id, serde_json::json!({"action": "accept"}));
            w.wait(5 * MIN);
            step(&id, serde_json::json!({"action": "arrive"}));
            w.wait(30 * MIN);
            step(
                &id,
                serde_json::json!({"action": "complete", "done": "换阀", "no_photo_reason": "业主不同意"}),
            );
        }
        let head = w.ctx(Role::CsHead);
        let id = draft(&w);
        response(&w, &head, &id, Limit::Minute { n: 30 }).unwrap();
        let range = Params {
            from: START - HOUR,
            until: START + 24 * HOUR,
            ..Params::default()
        };
        let (done, sum) = run(&w, &quality, What::Simulate, id.as_str(), range.clone());
        assert_eq!(
            (
                done.state.as_str(),
                sum.looked,
                sum.all.before,
                sum.all.after,
                sum.all.newly
            ),
            ("done", 2, 0, 1, 1)
        );
        assert_eq!(sum.codes["response"].after, 1);
        assert_eq!(sum.departments[w.department("engineering").as_str()].newly, 1);
        let people = &sum.people[""];
        assert_eq!((people.jobs, people.done.len(), sum.jobs_left_out), (2, 24, 0));
        assert_eq!(people.done.iter().map(|h| h.busy_ms).sum::<i64>(), 2 * 35 * MIN);
        let (c2, i) = (quality.clone(), done.id.clone());
        let f = Filter {
            late_after: Some(true),
            ..Filter::default()
        };
        let (rows, _) = w.desk.read_now(move |c| job::rows(c, &c2, &i, &f, 50)).unwrap();
        assert_eq!(
            (rows.len(), rows[0].code.as_str(), rows[0].late_before),
            (1, "response", false)
        );
        // Under the standard they had, nothing differs.
        let (_, same) = run(&w, &quality, What::Simulate, standard::SHIPPED, range.clone());
        assert_eq!((same.all.before, same.all.after, same.changed), (0, 0, 0));
        let no = write(&w, &worker, move |tx, ctx| {
            job::begin(tx, ctx, "", What::Simulate, "shipped", &range)
        });
        assert!(matches!(no, Err(Error::Forbidden(_))));
    });
}

#[test]
fn a_version_of_one_site_is_none_of_another() {
    for_both(|db| {
        let w = World::new(db);
        let id = version(&w, Limit::Hour { n: 2 }, None);
        let there = w.second_site();
        let sys = w.desk.system("test", &there);
        let (c2, i) = (sys.clone(), id.clone());
        let none = w.desk.read_now(move |c| standard::get(c, &c2, i.as_str()));
        assert!(matches!(none, Err(Error::NotFound)));
        let c2 = sys.clone();
        let force = w.desk.read_now(move |c| standard::force(c, &c2)).unwrap();
        assert!(force.row.is_none());
        let here = w.desk.system("test", &w.site);
        assert_eq!(
            w.desk
                .read_now(move |c| standard::force(c, &here))
                .unwrap()
                .document
                .version,
            "2026-2"
        );
    });
}

/// Both processes work by a new version from the instant of its approval on, without being told.
#[test]
fn every_process_works_by_a_new_version_at_once() {
    store::testing::urls_for_both(true, |url| {
        let w = World::new(&store::Db::open_with(url.clone(), store::testing::options()).unwrap());
        let dir = store::testing::TempDir::new();
        let db = store::Db::open_with(url.clone(), store::testing::options()).unwrap();
        let other = Desk::open(
            db,
            &dir.0,
            w.clock.clone(),
            std::sync::Arc::new(crate::testing::Counting::from(99)),
        )
        .unwrap();
        let seen = |desk: &Desk| {
            let ctx = desk.system("test", &w.site);
            desk.read_now(move |c| Ok::<_, Error>(ctx.book.standard(c, &ctx.site, ctx.now)?.version().to_owned()))
                .unwrap()
        };
        assert_eq!(
            (seen(&w.desk), seen(&other)),
            ("2026-1".to_owned(), "2026-1".to_owned())
        );
        version(&w, Limit::Hour { n: 2 }, None);
        assert_eq!(
            (seen(&w.desk), seen(&other)),
            ("2026-2".to_owned(), "2026-2".to_owned())
        );
    });
}

/// How long it takes to apply a version to very many open cases, through the database, and how long the writer is held:
/// `SANSHENG_CASES=100000 cargo test --release -p app speed_of_applying -- --ignored --nocapture`.
#[test]
#[ignore = "takes minutes; prints times"]
fn speed_of_applying_a_version() {
    let most = std::env::var("SANSHENG_CASES").map_or(10_000, |n| n.parse().unwrap());
    let dir = store::testing::TempDir::new();
    let db = store::Db::open(store::DbUrl::Sqlite(dir.0.join("speed.db"))).unwrap();
    let w = World::new(&db);
    let book = w.desk.book();
    let items: Vec<String> = book.taxonomy.of_kind(Kind::Request).map(|i| i.code.clone()).collect();
    let clock = std::time::Instant::now();
    for slice in 0..most / 100 {
        let (items, department) = (items.clone(), w.department("engineering"));
        write(&w, &w.ctx(Role::FrontDesk), move |tx, ctx| {
            for n in slice * 100..slice * 100 + 100 {
                let new: NewContact = serde_json::from_value(serde_json::json!({
                    "channel": "phone", "name": "周敏", "phone": "13800001234", "address": format!("{}-1-1201", n % 900 + 1),
                    "cases": [{ "kind": Kind::Request, "item": items[n / 900 % items.len()], "place": "主卫",
                                "content": "角阀漏水", "department": department }],
                }))?;
                crate::contact::register(tx, ctx, "", &new)?;
            }
            Ok(())
        })
        .unwrap();
    }
    println!("{most} cases registered and dispatched in {:?}", clock.elapsed());
    w.wait(10 * MIN);
    let id = version(&w, Limit::Minute { n: 30 }, None);
    let compared = std::time::Instant::now();
    run(&w, &w.ctx(Role::CsHead), What::Compare, id.as_str(), Params::default());
    println!("compared in {:?}", compared.elapsed());
    let all = Params {
        reason: "统一".into(),
        ..Params::default()
    };
    let (desk, stop) = (
        w.desk.clone(),
        std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false)),
    );
    let done = stop.clone();
    // Somebody else writes meanwhile: how long does it wait?
    let other = std::thread::spawn(move || {
        let mut longest = std::time::Duration::ZERO;
        while !done.load(std::sync::atomic::Ordering::SeqCst) {
            let begun = std::time::Instant::now();
            desk.db.write(|_| Ok::<(), store::Error>(())).unwrap();
            longest = longest.max(begun.elapsed());
        }
        longest
    });
    let applied = std::time::Instant::now();
    let (_, sum) = run(&w, &w.ctx(Role::ProjectManager), What::Apply, "", all);
    println!(
        "applied to {} of {} in {:?}",
        sum.changed,
        sum.looked,
        applied.elapsed()
    );
    stop.store(true, std::sync::atomic::Ordering::SeqCst);
    println!("a writer beside it waited at most {:?}", other.join().unwrap());
}
