//! The roster on both engines: who may plan, gaps, check-in, swaps, hand-over, keys, alarms.

use std::collections::BTreeMap;

use domain::access::Role;
use domain::ids::{HandOverId, PostId, ShiftId, StaffId};
use domain::roster::{Attendance, Stretch, SwapState, SwapStep};
use store::testing::for_both;

use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::roster::{self, alarm, board::Board, duty, hand_over, key, now::Now, plan, post, swap};
use crate::testing::World;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// The site's midnight before the world begins: Saturday 2026-11-21.
const MIDNIGHT: i64 = crate::testing::START - (10 * 60 + 42) * MINUTE;

fn word(e: &Error) -> &'static str {
    match e {
        Error::Invalid(f) => f[0].key,
        Error::Refused(r) => r.rule,
        Error::Forbidden(k) => k,
        Error::NotFound => "not-found",
        Error::Conflict { .. } => "conflict",
        other => panic!("{other}"),
    }
}

fn write<T: Send + 'static>(
    w: &World,
    ctx: &Ctx,
    f: impl FnMut(&mut store::db::Tx, &Ctx) -> Res<T> + Send + 'static,
) -> Res<T> {
    w.desk.write_now(ctx, f)
}

fn read<T: Send + 'static>(
    w: &World,
    ctx: &Ctx,
    mut f: impl FnMut(&mut store::Conn, &Ctx) -> Res<T> + Send + 'static,
) -> Res<T> {
    let ctx = ctx.clone();
    w.desk.read_now(move |c| f(c, &ctx))
}

/// The shipped posts by code, made by the head.
fn begin(w: &World) -> BTreeMap<String, PostId> {
    let head = w.ctx(Role::CsHead);
    assert_eq!(write(w, &head, post::begin).unwrap(), 4);
    assert_eq!(write(w, &head, post::begin).unwrap(), 0, "a second time makes nothing");
    let all = read(w, &head, post::list).unwrap();
    all.into_iter().map(|d| (d.post.code, d.post.id)).collect()
}

fn planned(post: &PostId, staff: &StaffId, day: &str, hours: &str) -> plan::NewShift {
    plan::NewShift {
        post: post.as_str().to_owned(),
        staff: staff.as_str().to_owned(),
        day: day.to_owned(),
        hours: hours.to_owned(),
        ..plan::NewShift::default()
    }
}

fn put(w: &World, ctx: &Ctx, post: &PostId, staff: &StaffId, day: &str, hours: &str) -> Res<ShiftId> {
    let s = planned(post, staff, day, hours);
    write(w, ctx, move |tx, ctx| plan::add_shift(tx, ctx, "", &s))
}

fn all_ok(w: &World, ctx: &Ctx, id: &ShiftId) -> duty::CheckIn {
    let id = id.clone();
    let f = read(w, ctx, move |c, ctx| duty::form(c, ctx, &id)).unwrap();
    duty::CheckIn {
        ok: f.list.into_iter().map(|i| i.code).collect(),
        remark: String::new(),
    }
}

fn check_in(w: &World, role: Role, id: &ShiftId) -> Res<i64> {
    let ctx = w.ctx(role);
    let f = all_ok(w, &ctx, id);
    let id = id.clone();
    write(w, &ctx, move |tx, ctx| duty::check_in(tx, ctx, "", &id, &f))
}

#[test]
fn heads_plan_their_own_posts_and_nobody_is_at_two_places() {
    for_both(|db| {
        let w = World::new(db);
        let posts = begin(&w);
        let (desk, repair) = (&posts["front_desk"], &posts["repair"]);
        let (clerk, worker) = (w.staff(Role::FrontDesk), w.staff(Role::Worker));
        let tuesday = "2026-11-24";
        for (role, post, staff, why) in [
            (Role::CsHead, desk, &clerk, None),
            (Role::DeptHead, repair, &worker, None),
            (Role::DeptHead, desk, &clerk, Some("forbidden-roster-post")),
            (Role::SecurityHead, repair, &worker, Some("forbidden-roster-post")),
            (Role::FrontDesk, desk, &clerk, Some("forbidden-role")),
            (Role::Worker, repair, &worker, Some("forbidden-role")),
            (Role::CsHead, desk, &worker, Some("refuse-shift-overlap")),
        ] {
            let hours = if why.is_some() { "10:00-12:00" } else { "07:30-15:30" };
            let done = put(&w, &w.ctx(role), post, staff, tuesday, hours);
            assert_eq!(done.as_ref().err().map(word), why, "{role}");
        }
        let pm = w.ctx(Role::ProjectManager);
        for (day, hours, why) in [
            ("2026-11-19", "07:30-15:30", "roster-day-past"),
            ("2026-11-31", "07:30-15:30", "roster-day"),
            (tuesday, "07:30", "roster-shift-hours"),
            (tuesday, "08:00-12:00 13:00-17:00", "roster-shift-hours"),
        ] {
            assert_eq!(
                word(&put(&w, &pm, desk, &clerk, day, hours).unwrap_err()),
                why,
                "{day} {hours}"
            );
        }
        // The end of one shift is the start of the next: no overlap.
        put(&w, &pm, desk, &clerk, tuesday, "15:30－23:30").unwrap();
        // A vendor's contact and another site's people are on no shift.
        let vendor = w.staff(Role::Vendor);
        let refused = put(&w, &pm, desk, &vendor, tuesday, "07:30-15:30").unwrap_err();
        assert_eq!(word(&refused), "roster-staff-unknown");
    });
}

#[test]
fn a_gap_is_seen_before_it_happens_and_closes_when_it_is_filled() {
    for_both(|db| {
        let w = World::new(db);
        let posts = begin(&w);
        let desk = posts["front_desk"].clone();
        let head = w.ctx(Role::CsHead);
        let (a, b, c) = (
            w.staff(Role::FrontDesk),
            w.staff(Role::CsHead),
            w.staff(Role::Administration),
        );
        // Three people hold the desk around the clock by the shipped shifts.
        let ids: Vec<String> = [&a, &b, &c].iter().map(|s| s.as_str().to_owned()).collect();
        let f = plan::Rotate {
            post: desk.as_str().to_owned(),
            people: ids,
            cycle: "早 中 夜".into(),
            from: "2026-11-22".into(),
            until: "2026-12-05".into(),
            start: 1,
        };
        let (again, f1) = (f.clone(), f.clone());
        let filled = write(&w, &head, move |tx, ctx| plan::rotate(tx, ctx, "k", &f1)).unwrap();
        assert!(filled.made >= 28 && filled.made + filled.skipped == 42, "{filled:?}");
        let wrong = plan::Rotate {
            cycle: "早 晚".into(),
            ..f
        };
        let refused = write(&w, &head, move |tx, ctx| plan::rotate(tx, ctx, "", &wrong)).unwrap_err();
        assert_eq!(word(&refused), "roster-cycle-word");
        // The same request once more is the same answer, and another one makes nothing twice.
        let k = again.clone();
        assert_eq!(
            write(&w, &head, move |tx, ctx| plan::rotate(tx, ctx, "k", &k)).unwrap(),
            filled
        );
        let twice = write(&w, &head, move |tx, ctx| plan::rotate(tx, ctx, "", &again)).unwrap();
        assert_eq!(twice.made, 0);

        let window = Stretch {
            from: MIDNIGHT + 31 * HOUR + 30 * MINUTE,
            to: MIDNIGHT + 10 * 24 * HOUR,
        };
        let gaps = |ctx: &Ctx| {
            let desk = desk.clone();
            read(&w, ctx, move |c, ctx| {
                let b = Board::read(c, ctx, window)?;
                Ok(b.gaps(b.post(&desk).unwrap(), window)
                    .iter()
                    .map(|g| g.at)
                    .collect::<Vec<_>>())
            })
            .unwrap()
        };
        // From night straight to early nobody could be put: a person is only at one place, but shifts that touch are possible.
        assert_eq!(gaps(&head), []);
        let board = read(&w, &head, move |c, ctx| Board::read(c, ctx, window)).unwrap();
        let gone = board
            .shifts
            .iter()
            .find(|s| s.from_at > MIDNIGHT + 60 * HOUR)
            .unwrap()
            .clone();
        let (id, version) = (gone.id.clone(), gone.version);
        let pm = w.ctx(Role::ProjectManager);
        let stale = {
            let id = id.clone();
            write(&w, &pm, move |tx, ctx| plan::remove_shift(tx, ctx, &id, 7))
        };
        assert_eq!(word(&stale.unwrap_err()), "conflict");
        write(&w, &pm, move |tx, ctx| plan::remove_shift(tx, ctx, &id, version)).unwrap();
        let lacks = Stretch {
            from: gone.from_at,
            to: gone.to_at,
        };
        assert_eq!(gaps(&head), [lacks]);
        // Every page knows it, without a query, and knows when it was mended.
        w.desk.recount(&w.site).unwrap();
        let live = w.desk.live.roster(&w.site);
        let told: Vec<Stretch> = live
            .post(&desk)
            .unwrap()
            .gaps_ahead(w.desk.clock.now())
            .map(|g| g.at)
            .collect();
        assert!(told.contains(&lacks), "{told:?}");
        put(&w, &head, &desk, &w.staff(Role::Finance), &gone.day, "00:00-23:59").ok();
        let f = w.staff(Role::Quality);
        let (from, day) = (gone.from_at, gone.day.clone());
        let h = (from - MIDNIGHT).rem_euclid(24 * HOUR) / MINUTE;
        let hours = format!("{:02}:{:02}-{:02}:{:02}", h / 60, h % 60, (h / 60 + 8) % 24, h % 60);
        put(&w, &head, &desk, &f, &day, &hours).unwrap();
        assert_eq!(gaps(&head), []);
        // Somebody falls ill: the shift stays, and its time lacks again.
        let ill = plan::NewAbsence {
            staff: f.as_str().to_owned(),
            kind: "sick".into(),
            from: day.clone(),
            until: day,
            note: String::new(),
        };
        let (absence, hit) = write(&w, &head, move |tx, ctx| plan::add_absence(tx, ctx, "", &ill)).unwrap();
        assert_eq!(hit, 1);
        let now = gaps(&head);
        assert!(now.is_empty() || now[0].from == lacks.from, "{now:?}");
        write(&w, &head, move |tx, ctx| plan::cancel_absence(tx, ctx, &absence, 1)).unwrap();
        assert_eq!(gaps(&head), []);
    });
}

#[test]
fn a_week_is_copied_on_and_cleared() {
    for_both(|db| {
        let w = World::new(db);
        let posts = begin(&w);
        let (desk, head) = (posts["front_desk"].clone(), w.ctx(Role::CsHead));
        let clerk = w.staff(Role::FrontDesk);
        for (day, hours) in [
            ("2026-11-23", "07:30-15:30"),
            ("2026-11-25", "23:30-07:30"),
            ("2026-11-29", "09:00-17:00"),
        ] {
            put(&w, &head, &desk, &clerk, day, hours).unwrap();
        }
        let f = plan::CopyWeek {
            post: String::new(),
            source: "2026-11-27".into(),
            target: "2026-11-30".into(),
            weeks: 2,
        };
        let same = plan::CopyWeek {
            target: "2026-11-23".into(),
            ..f.clone()
        };
        let refused = write(&w, &head, move |tx, ctx| plan::copy_week(tx, ctx, "", &same)).unwrap_err();
        assert_eq!(word(&refused), "roster-same-week");
        // Another department's head copies the own posts only: there are none here.
        let theirs = f.clone();
        let none = write(&w, &w.ctx(Role::DeptHead), move |tx, ctx| {
            plan::copy_week(tx, ctx, "", &theirs)
        })
        .unwrap();
        assert_eq!(none.made, 0);
        let filled = write(&w, &head, move |tx, ctx| plan::copy_week(tx, ctx, "", &f)).unwrap();
        assert_eq!((filled.made, filled.skipped), (6, 0));
        let days = |w: &World| {
            let head = head.clone();
            let site = w.site.clone();
            read(w, &head, move |c, _| Ok(store::roster::shifts(c, &site, 0, i64::MAX)?))
                .unwrap()
                .iter()
                .map(|s| {
                    (
                        s.day.clone(),
                        (s.from_at - MIDNIGHT) / MINUTE % 1440,
                        (s.to_at - s.from_at) / MINUTE,
                    )
                })
                .collect::<Vec<_>>()
        };
        let all = days(&w);
        assert_eq!(all.len(), 9);
        assert!(
            all.contains(&("2026-12-09".into(), 23 * 60 + 30, 480)) && all.contains(&("2026-12-13".into(), 540, 480))
        );
        let n = write(&w, &head, |tx, ctx| plan::clear_week(tx, ctx, "", "2026-12-01")).unwrap();
        assert_eq!((n, days(&w).len()), (3, 6));
    });
}

/// A front desk shift that is about to begin, and the one after it.
fn two_shifts(w: &World) -> (BTreeMap<String, PostId>, ShiftId, ShiftId) {
    let posts = begin(w);
    let head = w.ctx(Role::ProjectManager);
    let (desk, clerk, next) = (
        posts["front_desk"].clone(),
        w.staff(Role::FrontDesk),
        w.staff(Role::CsHead),
    );
    let first = put(w, &head, &desk, &clerk, "2026-11-21", "11:30-15:30").unwrap();
    let second = put(w, &head, &desk, &next, "2026-11-21", "15:30-23:30").unwrap();
    (posts, first, second)
}

#[test]
fn checking_in_is_measured_against_ten_minutes_before_and_puts_on_duty() {
    for_both(|db| {
        let w = World::new(db);
        let (_, first, second) = two_shifts(&w);
        let clerk = w.ctx(Role::FrontDesk);
        // 10:42: asked from 10:30 on.
        let asked = read(&w, &clerk, duty::asked).unwrap().unwrap();
        assert_eq!(
            (asked.shift.id.clone(), asked.attendance),
            (first.clone(), Attendance::Asked)
        );
        assert_eq!(
            word(&check_in(&w, Role::CsHead, &second).unwrap_err()),
            "refuse-check-in-early"
        );
        let other = {
            let id = first.clone();
            read(&w, &w.ctx(Role::CsHead), move |c, ctx| duty::form(c, ctx, &id))
        };
        assert_eq!(word(&other.unwrap_err()), "not-found");
        // Not everything in order and nothing said.
        let f = all_ok(&w, &clerk, &first);
        let some = duty::CheckIn {
            ok: f.ok[1..].to_vec(),
            ..f
        };
        let (id, s) = (first.clone(), some.clone());
        let refused = write(&w, &clerk, move |tx, ctx| duty::check_in(tx, ctx, "", &id, &s)).unwrap_err();
        assert_eq!(word(&refused), "refuse-check-in-list");
        // 11:20 is the time to be there; at 11:23 it is three minutes late.
        w.wait(41 * MINUTE);
        let (id, s) = (
            first.clone(),
            duty::CheckIn {
                remark: "台面有水".into(),
                ..some
            },
        );
        let clerk = w.ctx(Role::FrontDesk);
        let late = write(&w, &clerk, move |tx, ctx| duty::check_in(tx, ctx, "k", &id, &s)).unwrap();
        assert_eq!(late, 3 * MINUTE);
        assert_eq!(
            word(&check_in(&w, Role::FrontDesk, &first).unwrap_err()),
            "refuse-check-in-done"
        );
        let site = w.site.clone();
        let on = read(&w, &clerk, move |c, _| Ok(store::site::on_duty(c, &site)?)).unwrap();
        assert_eq!(on.len(), 1);
        assert!(read(&w, &clerk, duty::asked).unwrap().is_none());
        // The register: the head sees it, the clerk the own line, a guard nothing of it.
        let ask = |view: &str| duty::Ask {
            view: view.into(),
            ..duty::Ask::default()
        };
        for (role, view, n) in [
            (Role::CsHead, "", 1),
            (Role::CsHead, "late", 1),
            (Role::CsHead, "missed", 0),
            (Role::FrontDesk, "late", 1),
            (Role::Quality, "late", 1),
            (Role::Guard, "", 0),
            (Role::DeptHead, "", 0),
        ] {
            let a = ask(view);
            let got = read(&w, &w.ctx(role), move |c, ctx| duty::register(c, ctx, &a, 30)).unwrap();
            assert_eq!(got.0.len(), n, "{role} {view}");
        }
        // A mistake is corrected by the head with a reason, not by the person.
        let at = Some(MIDNIGHT + 11 * HOUR + 15 * MINUTE);
        for (role, reason, why) in [
            (Role::FrontDesk, "x", Some("forbidden-role")),
            (Role::CsHead, " ", Some("required")),
            (Role::CsHead, "签到机故障", None),
        ] {
            let (id, f) = (
                first.clone(),
                duty::Correction {
                    at,
                    reason: reason.into(),
                },
            );
            let done = write(&w, &w.ctx(role), move |tx, ctx| duty::correct(tx, ctx, &id, 2, &f));
            assert_eq!(done.as_ref().err().map(word), why, "{role} {reason}");
        }
        let a = ask("late");
        assert!(
            read(&w, &w.ctx(Role::CsHead), move |c, ctx| duty::register(c, ctx, &a, 30))
                .unwrap()
                .0
                .is_empty()
        );
    });
}

#[test]
fn the_head_hears_of_gaps_a_day_before_and_of_nobody_after_ten_minutes() {
    for_both(|db| {
        let w = World::new(db);
        let (posts, first, _) = two_shifts(&w);
        let desk = posts["front_desk"].clone();
        let look = |w: &World| {
            let desk = desk.clone();
            let a = read(w, &w.system(), roster::coverage_alarm).unwrap();
            (
                a.now.into_iter().filter(|x| x.post == desk).collect::<Vec<_>>(),
                a.next_at,
            )
        };
        let (told, _) = look(&w);
        let gaps: Vec<_> = told
            .iter()
            .filter(|a| matches!(a.what, alarm::What::Gap { .. }))
            .collect();
        assert_eq!(gaps.len(), 2, "before the first shift and from tonight on: {told:?}");
        assert_eq!(gaps[0].to, {
            let mut to = vec![w.staff(Role::CsHead), w.staff(Role::ProjectManager)];
            to.sort();
            to
        });
        let keys: Vec<String> = told.iter().map(|a| a.key.clone()).collect();
        // The same facts have the same keys an instant later, and a gap that lasts is not told anew.
        w.wait(5 * MINUTE);
        assert_eq!(look(&w).0.iter().map(|a| a.key.clone()).collect::<Vec<_>>(), keys);
        // 11:39:59: not yet. 11:40: nobody has come.
        w.wait(52 * MINUTE + 59_000);
        let (told, next) = look(&w);
        let missing = |told: &[alarm::Alarm]| {
            told.iter()
                .any(|a| matches!(&a.what, alarm::What::NobodyHere { shift, .. } if *shift == first))
        };
        assert!(!missing(&told));
        assert_eq!(next, MIDNIGHT + 11 * HOUR + 40 * MINUTE);
        w.wait(1_000);
        assert!(missing(&look(&w).0));
        check_in(&w, Role::FrontDesk, &first).unwrap();
        assert!(!missing(&look(&w).0));
    });
}

#[test]
fn a_swap_is_asked_agreed_and_approved() {
    for_both(|db| {
        let w = World::new(db);
        let posts = begin(&w);
        let (desk, head) = (posts["front_desk"].clone(), w.ctx(Role::ProjectManager));
        let (clerk, other) = (w.staff(Role::FrontDesk), w.staff(Role::Administration));
        let mine = put(&w, &head, &desk, &clerk, "2026-11-24", "07:30-15:30").unwrap();
        let theirs = put(&w, &head, &desk, &other, "2026-11-25", "07:30-15:30").unwrap();
        let blocked = put(&w, &head, &desk, &other, "2026-11-26", "07:30-15:30").unwrap();
        let own = put(&w, &head, &desk, &clerk, "2026-11-26", "15:00-23:00").unwrap();
        let ask = |mine: &ShiftId, theirs: &ShiftId| {
            let s = swap::NewSwap {
                shift: mine.as_str().into(),
                other_shift: theirs.as_str().into(),
                reason: "孩子家长会".into(),
                ..swap::NewSwap::default()
            };
            write(&w, &w.ctx(Role::FrontDesk), move |tx, ctx| swap::ask(tx, ctx, "", &s))
        };
        // The other's early shift of the 26th runs into the own late one.
        assert_eq!(word(&ask(&mine, &blocked).unwrap_err()), "refuse-shift-overlap");
        assert_eq!(word(&ask(&theirs, &mine).unwrap_err()), "not-found");
        let id = ask(&mine, &theirs).unwrap();
        assert_eq!(word(&ask(&mine, &theirs).unwrap_err()), "refuse-swap-open");
        let step = |role, version, step| {
            let id = id.clone();
            write(&w, &w.ctx(role), move |tx, ctx| {
                swap::answer(tx, ctx, &id, version, step, "")
            })
            .map_err(|e| word(&e))
        };
        assert_eq!(step(Role::CsHead, 1, SwapStep::Approve), Err("refuse-swap-not-agreed"));
        assert_eq!(step(Role::Worker, 1, SwapStep::Agree), Err("refuse-swap-not-asked"));
        let seen = read(&w, &w.ctx(Role::Administration), swap::open).unwrap();
        assert_eq!(seen[0].steps, [SwapStep::Agree, SwapStep::Decline]);
        assert!(read(&w, &w.ctx(Role::Guard), swap::open).unwrap().is_empty());
        assert_eq!(step(Role::Administration, 1, SwapStep::Agree), Ok(SwapState::Agreed));
        assert_eq!(step(Role::Administration, 1, SwapStep::Agree), Err("conflict"));
        assert_eq!(step(Role::CsHead, 2, SwapStep::Approve), Ok(SwapState::Approved));
        let who = |id: &ShiftId| {
            let id = id.clone();
            read(&w, &w.ctx(Role::CsHead), move |c, ctx| duty::shift(c, ctx, &id))
                .unwrap()
                .0
                .staff_id
        };
        assert_eq!((who(&mine), who(&theirs)), (other.clone(), clerk.clone()));
        // Kept for good, and seen at the shift.
        let at = mine.clone();
        let kept = read(&w, &w.ctx(Role::CsHead), move |c, ctx| swap::of_shift(c, ctx, &at)).unwrap();
        assert_eq!((kept.len(), kept[0].swap.state.as_str()), (1, "approved"));
        // Taking over without a return, and what the head changes meanwhile makes it lapse.
        let s = swap::NewSwap {
            shift: own.as_str().into(),
            other: w.staff(Role::Quality).as_str().into(),
            ..swap::NewSwap::default()
        };
        let id = write(&w, &w.ctx(Role::FrontDesk), move |tx, ctx| swap::ask(tx, ctx, "", &s)).unwrap();
        let changed = planned(&desk, &clerk, "2026-11-26", "16:00-23:00");
        write(&w, &head, move |tx, ctx| plan::edit_shift(tx, ctx, &own, 1, &changed)).unwrap();
        let agreed = write(&w, &w.ctx(Role::Quality), move |tx, ctx| {
            swap::answer(tx, ctx, &id, 2, SwapStep::Agree, "")
        });
        assert_eq!(word(&agreed.unwrap_err()), "refuse-swap-over");
    });
}

/// An open call for help; returns its id and number.
fn emergency(w: &World) -> (String, String) {
    let new: crate::contact::NewContact = serde_json::from_value(serde_json::json!({
        "channel": "phone", "name": "周敏", "phone": "13800001234", "address": "3-1-1201",
        "cases": [{
            "kind": "help", "item": w.desk.book().taxonomy.of_kind(domain::case::Kind::Help).next().map(|i| i.code.clone()),
            "place": "3-1-1201", "content": "老人晕倒，已叫 120", "department": w.department("security"),
        }],
    }))
    .unwrap();
    let made = write(w, &w.ctx(Role::FrontDesk), move |tx, ctx| {
        crate::contact::register(tx, ctx, "", &new)
    })
    .unwrap();
    let id = made.cases[0].clone();
    let at = id.clone();
    let seen = read(w, &w.ctx(Role::FrontDesk), move |c, ctx| crate::case::get(c, ctx, &at)).unwrap();
    (id.as_str().to_owned(), seen.state.number)
}

#[test]
fn a_hand_over_never_drops_an_emergency_and_ends_with_the_next_shifts_acceptance() {
    for_both(|db| {
        let w = World::new(db);
        let (_, first, second) = two_shifts(&w);
        let (case, number) = emergency(&w);
        let give = |owner: Option<StaffId>, note: &str| {
            let owners = owner
                .map(|o| (case.clone(), o.as_str().to_owned()))
                .into_iter()
                .collect();
            let (id, g) = (
                first.clone(),
                hand_over::Give {
                    owners,
                    note: note.into(),
                },
            );
            write(&w, &w.ctx(Role::FrontDesk), move |tx, ctx| {
                hand_over::give(tx, ctx, "", &id, &g)
            })
        };
        assert_eq!(word(&give(None, "").unwrap_err()), "refuse-hand-over-not-in");
        w.wait(30 * MINUTE);
        check_in(&w, Role::FrontDesk, &first).unwrap();
        let k = key::NewLoan {
            key_name: "3 栋天台".into(),
            lent_to: "安居智能 小李".into(),
            until: Some(w.desk.clock.now() + HOUR),
            ..key::NewLoan::default()
        };
        let k2 = k.clone();
        let loan = write(&w, &w.ctx(Role::FrontDesk), move |tx, ctx| key::lend(tx, ctx, "", &k)).unwrap();
        let twice = write(&w, &w.ctx(Role::FrontDesk), move |tx, ctx| key::lend(tx, ctx, "", &k2)).unwrap_err();
        assert_eq!(word(&twice), "roster-key-out");
        // Hours before the end nobody goes home, unless somebody is there for them.
        assert_eq!(
            word(&give(Some(w.staff(Role::CsHead)), "").unwrap_err()),
            "refuse-hand-over-early"
        );
        w.wait(4 * HOUR);
        let id = first.clone();
        let f = read(&w, &w.ctx(Role::FrontDesk), move |c, ctx| hand_over::form(c, ctx, &id)).unwrap();
        assert_eq!(f.open.emergencies.len(), 1);
        assert_eq!(f.open.keys, std::slice::from_ref(&loan));
        let next = w.staff(Role::CsHead);
        assert_eq!(
            (f.after.next.len(), f.after.incoming.as_slice(), f.after.must),
            (1, std::slice::from_ref(&next), true)
        );
        let refused = give(None, "x").unwrap_err();
        let Error::Refused(r) = &refused else {
            panic!("{refused}")
        };
        assert_eq!(
            (r.rule, r.clause, r.args[1].1.as_str()),
            ("refuse-hand-over-owner", Some("REC-21"), number.as_str())
        );
        // Who goes home does not look after it, nor somebody who is on no shift.
        assert_eq!(
            word(&give(Some(w.staff(Role::FrontDesk)), "").unwrap_err()),
            "refuse-hand-over-owner"
        );
        assert_eq!(
            word(&give(Some(w.staff(Role::Guard)), "").unwrap_err()),
            "refuse-hand-over-owner"
        );
        let given = give(Some(next.clone()), "120 已到，家属未到").unwrap();
        let c = domain::ids::CaseId::from(case.as_str());
        assert_eq!(
            read(&w, &w.ctx(Role::FrontDesk), move |x, ctx| hand_over::owner_of(
                x, ctx, &c
            ))
            .unwrap(),
            Some(next.clone())
        );
        // Signed off, not accepted: still on duty, and every page of the heads says so.
        w.desk.recount(&w.site).unwrap();
        assert_eq!(w.desk.live.roster(&w.site).waiting.len(), 1);
        assert!(w.desk.live.is_on_duty(&w.site, &w.staff(Role::FrontDesk)));
        let answer = |role, id: &HandOverId, version, accepts, reason: &str| {
            let (id, reason) = (id.clone(), reason.to_owned());
            write(&w, &w.ctx(role), move |tx, ctx| {
                hand_over::answer(tx, ctx, &id, version, accepts, &reason)
            })
            .map_err(|e| word(&e))
        };
        assert_eq!(
            answer(Role::FrontDesk, &given, 1, true, ""),
            Err("refuse-hand-over-own")
        );
        assert_eq!(
            answer(Role::Guard, &given, 1, true, ""),
            Err("refuse-hand-over-not-next")
        );
        assert_eq!(
            answer(Role::CsHead, &given, 1, true, ""),
            Err("refuse-hand-over-check-in")
        );
        check_in(&w, Role::CsHead, &second).unwrap();
        assert_eq!(
            answer(Role::CsHead, &given, 1, false, ""),
            Err("refuse-hand-over-reason")
        );
        assert_eq!(answer(Role::CsHead, &given, 1, false, "少一把钥匙"), Ok(()));
        // A second one takes the place of the first.
        w.wait(MINUTE);
        let again = give(Some(next), "钥匙在安居智能，已登记").unwrap();
        assert_eq!(
            answer(Role::CsHead, &given, 3, true, ""),
            Err("refuse-hand-over-answered")
        );
        assert_eq!(answer(Role::CsHead, &again, 1, true, ""), Ok(()));
        w.desk.recount(&w.site).unwrap();
        assert!(w.desk.live.roster(&w.site).waiting.is_empty());
        assert!(!w.desk.live.is_on_duty(&w.site, &w.staff(Role::FrontDesk)));
        assert!(w.desk.live.is_on_duty(&w.site, &w.staff(Role::CsHead)));
        let all = read(&w, &w.ctx(Role::Guard), |c, ctx| {
            hand_over::register(c, ctx, &hand_over::Ask::default(), 10)
        })
        .unwrap();
        assert_eq!(
            all.0.iter().map(|h| h.state.as_str()).collect::<Vec<_>>(),
            ["accepted", "replaced"]
        );
        let d = read(&w, &w.ctx(Role::CsHead), move |c, ctx| hand_over::get(c, ctx, &again)).unwrap();
        assert_eq!(
            (d.emergencies[0].number.as_str(), d.keys[0].key_name.as_str()),
            (number.as_str(), "3 栋天台")
        );
        // The key comes back, and a mistake with it is undone.
        for (version, back) in [(1, true), (2, false), (3, true)] {
            let id = loan.clone();
            write(&w, &w.ctx(Role::FrontDesk), move |tx, ctx| {
                key::give_back(tx, ctx, &id, version, back, "")
            })
            .unwrap();
        }
        assert!(read(&w, &w.ctx(Role::FrontDesk), key::out).unwrap().is_empty());
        // The case's own story names its new owner, and the journal holds.
        let (site, id) = (w.site.clone(), case.clone());
        let story = read(&w, &w.system(), move |c, _| {
            Ok(store::journal::for_case(c, site.as_str(), &id, i64::MAX, 50)?)
        })
        .unwrap();
        assert_eq!(story.iter().filter(|e| e.kind == "emergency_owner_named").count(), 2);
    });
}

#[test]
fn who_falls_ill_is_relieved_before_the_end_of_the_shift() {
    for_both(|db| {
        let w = World::new(db);
        let posts = begin(&w);
        let (pm, desk) = (w.ctx(Role::ProjectManager), posts["front_desk"].clone());
        let ill = put(&w, &pm, &desk, &w.staff(Role::FrontDesk), "2026-11-21", "10:50-18:00").unwrap();
        check_in(&w, Role::FrontDesk, &ill).unwrap();
        w.wait(HOUR);
        let give = |w: &World| {
            let id = ill.clone();
            write(w, &w.ctx(Role::FrontDesk), move |tx, ctx| {
                hand_over::give(tx, ctx, "", &id, &hand_over::Give::default())
            })
        };
        assert_eq!(word(&give(&w).unwrap_err()), "refuse-hand-over-early");
        let relief = put(
            &w,
            &pm,
            &desk,
            &w.staff(Role::Administration),
            "2026-11-21",
            "11:30-18:00",
        )
        .unwrap();
        assert_eq!(word(&give(&w).unwrap_err()), "refuse-hand-over-early", "not there yet");
        check_in(&w, Role::Administration, &relief).unwrap();
        let given = give(&w).unwrap();
        write(&w, &w.ctx(Role::Administration), move |tx, ctx| {
            hand_over::answer(tx, ctx, &given, 1, true, "")
        })
        .unwrap();
        w.desk.recount(&w.site).unwrap();
        assert!(!w.desk.live.is_on_duty(&w.site, &w.staff(Role::FrontDesk)));
        assert!(w.desk.live.is_on_duty(&w.site, &w.staff(Role::Administration)));
    });
}

#[test]
fn nobody_leaves_a_post_that_must_be_held_and_sites_do_not_see_each_other() {
    for_both(|db| {
        let w = World::new(db);
        let posts = begin(&w);
        let pm = w.ctx(Role::ProjectManager);
        let desk = posts["front_desk"].clone();
        let only = put(&w, &pm, &desk, &w.staff(Role::FrontDesk), "2026-11-21", "10:50-15:30").unwrap();
        check_in(&w, Role::FrontDesk, &only).unwrap();
        w.wait(5 * HOUR);
        let id = only.clone();
        let refused = write(&w, &w.ctx(Role::FrontDesk), move |tx, ctx| {
            hand_over::give(tx, ctx, "", &id, &hand_over::Give::default())
        });
        assert_eq!(word(&refused.unwrap_err()), "refuse-hand-over-nobody");
        // Where nobody must follow, the signature closes the post.
        let d = {
            let p = desk.clone();
            read(&w, &pm, move |c, ctx| post::get(c, ctx, &p)).unwrap()
        };
        let f = post::Facts {
            workdays: "07:30-15:30".into(),
            weekend: "07:30-15:30".into(),
            ..d.facts
        };
        write(&w, &pm, move |tx, ctx| post::edit(tx, ctx, &desk, 1, &f)).unwrap();
        let id = only.clone();
        let given = write(&w, &w.ctx(Role::FrontDesk), move |tx, ctx| {
            hand_over::give(tx, ctx, "", &id, &hand_over::Give::default())
        })
        .unwrap();
        w.desk.recount(&w.site).unwrap();
        assert!(!w.desk.live.is_on_duty(&w.site, &w.staff(Role::FrontDesk)));
        let there = Ctx {
            site: w.second_site(),
            ..w.ctx(Role::ProjectManager)
        };
        let id = given.clone();
        assert_eq!(
            word(&read(&w, &there, move |c, ctx| hand_over::get(c, ctx, &id)).unwrap_err()),
            "not-found"
        );
        let id = only;
        assert_eq!(
            word(&read(&w, &there, move |c, ctx| duty::shift(c, ctx, &id)).unwrap_err()),
            "not-found"
        );
        assert!(read(&w, &there, post::list).unwrap().is_empty());
        let other = posts["repair"].clone();
        assert_eq!(
            word(&put(&w, &there, &other, &w.staff(Role::Worker), "2026-11-24", "07:30-15:30").unwrap_err()),
            "not-found"
        );
    });
}

#[test]
fn what_every_page_shows_of_the_roster_is_kept_until_it_changes() {
    for_both(|db| {
        let w = World::new(db);
        w.desk.recount(&w.site).unwrap();
        assert_eq!(
            *w.desk.live.roster(&w.site),
            Now::default(),
            "no roster, nothing to show"
        );
        let (posts, first, second) = two_shifts(&w);
        w.desk.recount(&w.site).unwrap();
        let now = w.desk.live.roster(&w.site);
        let desk = now.post(&posts["front_desk"]).unwrap();
        let at = MIDNIGHT + 12 * HOUR;
        assert_eq!(desk.on(at).map(|s| &s.id).collect::<Vec<_>>(), [&first]);
        assert_eq!(desk.next(at).iter().map(|s| &s.id).collect::<Vec<_>>(), [&second]);
        assert!(desk.gap(w.desk.clock.now()).is_some() && desk.gap(at).is_none());
        assert_eq!(now.missing(at).count(), 1);
        w.desk.recount(&w.site).unwrap();
        assert!(std::sync::Arc::ptr_eq(&now, &w.desk.live.roster(&w.site)), "read once");
        w.wait(49 * MINUTE);
        check_in(&w, Role::FrontDesk, &first).unwrap();
        w.desk.recount(&w.site).unwrap();
        let now = w.desk.live.roster(&w.site);
        assert_eq!(now.missing(at).count(), 0);
        // Somebody whom nobody has relieved is still there.
        let late = MIDNIGHT + 15 * HOUR + 40 * MINUTE;
        let desk = now.post(&posts["front_desk"]).unwrap();
        assert_eq!(desk.on(late).count(), 2);
    });
}

/// Keys of somebody's notices of a kind that nobody has settled, without what the roster said before.
fn told(w: &World, role: Role, kind: &str) -> Vec<String> {
    let ctx = w.ctx(role);
    let list = w.desk.read_now(move |c| crate::notice::mine(c, &ctx, None)).unwrap();
    let open = list.unread.iter().filter(|n| n.row.kind == kind);
    open.map(|n| format!("{} {}", n.row.kind, n.args["post"]["zh"].as_str().unwrap_or_default()))
        .collect()
}

fn tick(w: &World) {
    crate::timer::run_due(&w.desk).unwrap();
}

#[test]
fn alarms_of_the_roster_are_told_once_and_settle_by_themselves() {
    for_both(|db| {
        let w = World::new(db);
        tick(&w);
        let (posts, first, _) = two_shifts(&w);
        let desk = posts["front_desk"].clone();
        tick(&w);
        tick(&w);
        let head = || told(&w, Role::CsHead, "roster_gap");
        let of_desk = |list: Vec<String>| list.iter().filter(|k| k.contains("前台")).count();
        assert_eq!(
            of_desk(head()),
            2,
            "before the first shift and from tonight on: {:?}",
            head()
        );
        assert!(
            told(&w, Role::Worker, "roster_gap").is_empty(),
            "who cannot act is not told"
        );
        // The night is filled: that gap asks nobody any more; what lacks after it is another one.
        let night = put(
            &w,
            &w.ctx(Role::ProjectManager),
            &desk,
            &w.staff(Role::Administration),
            "2026-11-21",
            "23:30-31:30",
        )
        .unwrap();
        tick(&w);
        assert_eq!(of_desk(head()), 2, "{:?}", head());
        // It opens again, and is told again.
        let at = night.clone();
        write(&w, &w.ctx(Role::ProjectManager), move |tx, ctx| {
            plan::remove_shift(tx, ctx, &at, 1)
        })
        .unwrap();
        tick(&w);
        assert_eq!(of_desk(head()), 2, "{:?}", head());
        let ctx = w.ctx(Role::CsHead);
        let all = w.desk.read_now(move |c| crate::notice::mine(c, &ctx, None)).unwrap();
        assert!(
            all.read.iter().any(|n| n.row.done_at.is_some()),
            "what was filled is settled"
        );
        // Ten minutes after the beginning nobody has come.
        w.wait(58 * MINUTE - 1);
        tick(&w);
        assert!(told(&w, Role::CsHead, "roster_missing").is_empty());
        w.wait(1);
        tick(&w);
        tick(&w);
        assert_eq!(told(&w, Role::CsHead, "roster_missing").len(), 1);
        check_in(&w, Role::FrontDesk, &first).unwrap();
        tick(&w);
        assert!(told(&w, Role::CsHead, "roster_missing").is_empty());
    });
}

#[test]
fn replicas_that_look_at_one_roster_tell_each_alarm_once() {
    for_both(|db| {
        let w = World::new(db);
        two_shifts(&w);
        std::thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| tick(&w));
            }
        });
        let site = w.site.clone();
        let open = w
            .desk
            .read_now(move |c| Ok::<_, Error>(store::notice::open_elsewhere(c, &site, "")?))
            .unwrap();
        let keys: std::collections::BTreeSet<_> = open.iter().map(|o| o.unique_key.clone()).collect();
        assert!(!open.is_empty() && keys.len() == open.len());
        assert!(!keys.iter().any(|k| k.contains('#')), "none a second time: {keys:?}");
    });
}

#[test]
fn whoever_is_asked_has_a_notice_until_it_is_answered() {
    for_both(|db| {
        let w = World::new(db);
        let posts = begin(&w);
        let (desk, head) = (posts["front_desk"].clone(), w.ctx(Role::ProjectManager));
        let mine = put(&w, &head, &desk, &w.staff(Role::FrontDesk), "2026-11-24", "07:30-15:30").unwrap();
        let ask = || {
            let s = swap::NewSwap {
                shift: mine.as_str().into(),
                other: w.staff(Role::Administration).as_str().into(),
                ..swap::NewSwap::default()
            };
            write(&w, &w.ctx(Role::FrontDesk), move |tx, ctx| swap::ask(tx, ctx, "", &s)).unwrap()
        };
        let step = |role, id: &domain::ids::SwapId, version, step| {
            let id = id.clone();
            write(&w, &w.ctx(role), move |tx, ctx| {
                swap::answer(tx, ctx, &id, version, step, "")
            })
            .unwrap()
        };
        let asked = || told(&w, Role::Administration, "swap_asked").len();
        let agreed = || told(&w, Role::CsHead, "swap_agreed").len();
        let id = ask();
        assert_eq!((asked(), agreed()), (1, 0));
        step(Role::Administration, &id, 1, SwapStep::Agree);
        assert_eq!((asked(), agreed()), (0, 1));
        step(Role::CsHead, &id, 2, SwapStep::Refuse);
        assert_eq!((asked(), agreed()), (0, 0));
        let id = ask();
        assert_eq!(asked(), 1);
        step(Role::FrontDesk, &id, 1, SwapStep::Withdraw);
        assert_eq!(asked(), 0);
        // A question whose shift begins asks nobody any more.
        ask();
        w.wait(4 * 24 * HOUR);
        tick(&w);
        assert_eq!(asked(), 0);
    });
}

#[test]
fn a_hand_over_waits_with_the_next_shift_until_it_is_answered() {
    for_both(|db| {
        let w = World::new(db);
        let (_, first, second) = two_shifts(&w);
        w.wait(30 * MINUTE);
        check_in(&w, Role::FrontDesk, &first).unwrap();
        w.wait(4 * HOUR);
        let give = || {
            let id = first.clone();
            write(&w, &w.ctx(Role::FrontDesk), move |tx, ctx| {
                hand_over::give(tx, ctx, "", &id, &hand_over::Give::default())
            })
            .unwrap()
        };
        let waits = || told(&w, Role::CsHead, "hand_over_waits").len();
        let objected = || told(&w, Role::FrontDesk, "hand_over_objected").len();
        let id = give();
        assert_eq!((waits(), objected()), (1, 0));
        check_in(&w, Role::CsHead, &second).unwrap();
        let answer = |id: &HandOverId, version, accepts| {
            let id = id.clone();
            write(&w, &w.ctx(Role::CsHead), move |tx, ctx| {
                hand_over::answer(tx, ctx, &id, version, accepts, "钥匙少一把")
            })
            .unwrap();
        };
        answer(&id, 1, false);
        assert_eq!((waits(), objected()), (0, 1));
        let again = give();
        assert_eq!((waits(), objected()), (1, 0));
        answer(&again, 1, true);
        assert_eq!((waits(), objected()), (0, 0));
    });
}

#[test]
fn the_roster_says_who_is_on_duty_before_the_toggle_does() {
    for_both(|db| {
        let w = World::new(db);
        let (_, first, _) = two_shifts(&w);
        let who = || {
            let mut told = read(&w, &w.system(), |c, ctx| {
                crate::post::who(c, ctx, domain::ladder::Post::FrontDesk, &crate::post::About::default())
            })
            .unwrap();
            told.sort();
            told
        };
        // Nobody is at the desk yet: all of it, and the post above, whose head is not at work either, and the one above that.
        let before = who();
        assert!(before.contains(&w.staff(Role::FrontDesk)) && before.contains(&w.staff(Role::ProjectManager)));
        // On shift, not come yet: they are told, not the toggle's.
        w.wait(50 * MINUTE);
        assert_eq!(who(), [w.staff(Role::FrontDesk)]);
        check_in(&w, Role::FrontDesk, &first).unwrap();
        assert_eq!(who(), [w.staff(Role::FrontDesk)]);
        // At the change both are there: who was not relieved and who is due; who has come is asked first.
        w.wait(4 * HOUR);
        assert_eq!(who(), [w.staff(Role::FrontDesk)]);
        // Off duty by hand: whoever is on shift by the roster is the desk, whatever their role.
        write(&w, &w.ctx(Role::FrontDesk), |tx, ctx| {
            crate::account::set_duty(tx, ctx, false)
        })
        .unwrap();
        assert_eq!(who(), [w.staff(Role::CsHead)]);
    });
}

#[test]
fn an_emergency_that_began_after_the_hand_over_goes_to_whoever_accepts_it() {
    for_both(|db| {
        let w = World::new(db);
        let (_, first, second) = two_shifts(&w);
        w.wait(40 * MINUTE);
        check_in(&w, Role::FrontDesk, &first).unwrap();
        w.wait(4 * HOUR);
        check_in(&w, Role::CsHead, &second).unwrap();
        let given = write(&w, &w.ctx(Role::FrontDesk), move |tx, ctx| {
            hand_over::give(tx, ctx, "", &first, &hand_over::Give::default())
        })
        .unwrap();
        let n = crate::emergency::NewEmergency {
            play: "medical".into(),
            place: "3-1-1201".into(),
            what: "胸痛".into(),
            ..crate::emergency::NewEmergency::default()
        };
        let id = write(&w, &w.ctx(Role::FrontDesk), move |tx, ctx| {
            crate::emergency::open(tx, ctx, "", &n)
        })
        .unwrap();
        // Off duty by the switch they do not go.
        let leaves = write(&w, &w.ctx(Role::FrontDesk), |tx, ctx| {
            crate::account::set_duty(tx, ctx, false)
        });
        assert_eq!(word(&leaves.unwrap_err()), "refuse-owner-leaves");
        write(&w, &w.ctx(Role::CsHead), move |tx, ctx| {
            hand_over::answer(tx, ctx, &given, 1, true, "")
        })
        .unwrap();
        let e = read(&w, &w.ctx(Role::CsHead), move |c, ctx| {
            crate::emergency::get(c, ctx, &id)
        })
        .unwrap()
        .state;
        assert_eq!(e.owner, w.staff(Role::CsHead));
        let (site, clerk) = (w.site.clone(), w.staff(Role::FrontDesk));
        let on = w
            .desk
            .read_now(move |c| Ok::<_, Error>(store::staff::duty_since(c, &clerk, &site)?))
            .unwrap();
        assert_eq!(on, None, "their shift is over");
    });
}
