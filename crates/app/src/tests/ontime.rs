//! Figures on time: what the database groups agrees with counting by hand, each figure is as long as its list, and the rows
//! can be made anew.

use domain::access::Role;
use domain::ids::SiteId;
use store::ontime::{self as db, ClockFact};
use store::testing::for_both;

use crate::ontime::{Ask, GroupBy, Which, count, figures, month, rebuild};
use crate::testing::{START, World};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const CODES: [&str; 3] = ["finish", "response", "promise"];

/// Rows of all sorts: a pseudo-random mixture, the same in each run.
fn rows(site: &SiteId, departments: &[String], staff: &[String]) -> Vec<ClockFact> {
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
    let mut seed = 11_u64;
    let mut next = move |below: u64| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    (0..400)
        .map(|i| {
            let started_at = START - i64::try_from(next(70)).unwrap() * DAY;
            let took = i64::try_from(next(40)).unwrap() * HOUR;
            let due = started_at + 20 * HOUR;
            let (met_at, breached_at) = match next(4) {
                0 => (None, Some(due)),
                1 => (None, None),
                _ => (Some(started_at + took), (started_at + took > due).then_some(due)),
            };
            let decided_at = met_at.into_iter().chain(breached_at).min();
            ClockFact {
                id: format!("x{i:04}"),
                site_id: site.clone(),
                case_id: None,
                consult_id: None,
                case_number: format!("BX-{i}"),
                title: String::new(),
                code: CODES[usize::try_from(next(3)).unwrap()].to_owned(),
                cycle: 0,
                kind: "request".into(),
                item: ["a", "b", ""][usize::try_from(next(3)).unwrap()].to_owned(),
                importance: "ordinary".into(),
                department_id: departments
                    .get(usize::try_from(next(3)).unwrap())
                    .map(|d| d.as_str().into()),
                worker_id: staff.get(usize::try_from(next(4)).unwrap()).map(|s| s.as_str().into()),
                clause: "STD-6".into(),
                started_at,
                due_at: Some(due),
                extended_from: None,
                met_at,
                breached_at,
                breach_reason: String::new(),
                excused_at: breached_at.filter(|_| next(3) == 0),
                excuse: String::new(),
                excuse_asked: String::new(),
                natural_ms: met_at.map(|_| took),
                working_ms: met_at.filter(|_| next(5) > 0).map(|_| took / 3),
                paused_ms: 0,
                state: match (met_at, breached_at) {
                    (Some(_), Some(_)) => "late",
                    (Some(_), None) => "met",
                    (None, Some(_)) => "overdue",
                    (None, None) => "running",
                }
                .into(),
                decided_at,
                month: decided_at.map_or_else(String::new, |at| month(&zone, at)),
            }
        })
        .collect()
}

/// The nearest rank: number ceil(percent × n / 100).
fn rank(mut list: Vec<i64>, percent: usize) -> Option<i64> {
    list.sort_unstable();
    let at = (list.len() * percent).div_ceil(100);
    list.get(at.checked_sub(1)?).copied()
}

#[test]
fn the_database_counts_as_one_counts_by_hand_and_every_figure_opens_its_list() {
    for_both(|database| {
        let w = World::new(database);
        let departments = vec![
            w.department("engineering").into_string(),
            w.department("security").into_string(),
        ];
        let staff = vec![
            w.staff(Role::Worker).into_string(),
            w.staff(Role::Guard).into_string(),
            w.staff(Role::FrontDesk).into_string(),
        ];
        let all = rows(&w.site, &departments, &staff);
        let put = all.clone();
        w.desk
            .write_now(&w.system(), move |tx, _| {
                for row in &put {
                    db::put(tx, row)?;
                }
                Ok::<_, crate::error::Error>(())
            })
            .unwrap();
        let ask = Ask {
            from: Some(START - 50 * DAY),
            until: Some(START + DAY),
            ..Ask::default()
        };
        let within = |r: &&ClockFact| {
            r.decided_at
                .is_some_and(|at| Some(at) >= ask.from && Some(at) < ask.until)
        };
        let group = |by: GroupBy, r: &ClockFact| match by {
            GroupBy::Nothing => String::new(),
            GroupBy::Month => r.month.clone(),
            GroupBy::Department => r
                .department_id
                .as_ref()
                .map_or_else(String::new, |d| d.as_str().to_owned()),
            GroupBy::Item => r.item.clone(),
            GroupBy::Worker => r.worker_id.as_ref().map_or_else(String::new, |d| d.as_str().to_owned()),
        };
        for by in [GroupBy::Month, GroupBy::Department, GroupBy::Item, GroupBy::Worker] {
            let (ctx, a) = (w.ctx(Role::CsHead), ask.clone());
            let f = w.desk.read_now(move |c| figures(c, &ctx, &a, by)).unwrap();
            assert_eq!(f.all.len(), 3);
            let running: i64 = f.running.iter().map(|(_, n)| n).sum();
            let by_hand = all.iter().filter(|r| r.state == "running").count();
            assert_eq!(usize::try_from(running).unwrap(), by_hand);
            for (by, list) in [(GroupBy::Nothing, &f.all), (by, &f.groups)] {
                let decided: i64 = list.iter().map(|x| x.decided).sum();
                assert_eq!(
                    usize::try_from(decided).unwrap(),
                    all.iter().filter(within).count(),
                    "{by:?}"
                );
                for x in list {
                    let of: Vec<&ClockFact> = all
                        .iter()
                        .filter(within)
                        .filter(|r| r.code == x.code && group(by, r) == x.grp)
                        .collect();
                    let natural: Vec<i64> = of.iter().filter_map(|r| r.natural_ms).collect();
                    let working: Vec<i64> = of.iter().filter_map(|r| r.working_ms).collect();
                    let n = |f: &dyn Fn(&&&ClockFact) -> bool| i64::try_from(of.iter().filter(f).count()).unwrap();
                    let expected = db::Figure {
                        code: x.code.clone(),
                        grp: x.grp.clone(),
                        decided: n(&|_| true),
                        on_time: n(&|r| r.breached_at.is_none()),
                        excused: n(&|r| r.breached_at.is_some() && r.excused_at.is_some()),
                        done: n(&|r| r.natural_ms.is_some()),
                        median_ms: rank(natural.clone(), 50),
                        p90_ms: rank(natural, 90),
                        median_working_ms: rank(working.clone(), 50),
                        p90_working_ms: rank(working, 90),
                    };
                    assert_eq!(*x, expected, "{by:?}");
                    if by == GroupBy::Department || by == GroupBy::Nothing {
                        lists_are_as_long(&w, &ask, by, x);
                    }
                }
            }
        }
    });
}

/// Each figure of a line is the number of rows of the list that it opens.
fn lists_are_as_long(w: &World, ask: &Ask, by: GroupBy, x: &db::Figure) {
    let department = match (by, x.grp.as_str()) {
        (GroupBy::Department, "") => "-".to_owned(),
        (GroupBy::Department, id) => id.to_owned(),
        _ => String::new(),
    };
    for (which, figure) in [
        (Which::Decided, x.decided),
        (Which::OnTime, x.on_time),
        (Which::Late, x.decided - x.on_time),
        (Which::Excused, x.excused),
        (Which::Done, x.done),
    ] {
        let a = Ask {
            which,
            code: x.code.clone(),
            department: department.clone(),
            ..ask.clone()
        };
        let ctx = w.ctx(Role::CsHead);
        let n = w.desk.read_now(move |c| count(c, &ctx, &a)).unwrap();
        assert_eq!(n, figure, "{which:?} of {x:?}");
    }
}

#[test]
fn a_period_has_an_end_and_a_department_sees_its_own() {
    for_both(|database| {
        let w = World::new(database);
        let asked = |role: Role, from: i64| {
            let ctx = w.ctx(role);
            let a = Ask {
                from: Some(from),
                until: Some(START),
                ..Ask::default()
            };
            w.desk.read_now(move |c| figures(c, &ctx, &a, GroupBy::Nothing))
        };
        assert!(asked(Role::CsHead, START - 500 * DAY).is_err());
        assert!(asked(Role::CsHead, START + 1).is_err());
        assert!(asked(Role::Worker, START - DAY).is_err());
        let site = w.site.clone();
        let other = w.department("security").into_string();
        let mut list = rows(&site, &[other], &[]);
        list.retain(|r| r.department_id.is_some());
        w.desk
            .write_now(&w.system(), move |tx, _| {
                for row in &list {
                    db::put(tx, row)?;
                }
                Ok::<_, crate::error::Error>(())
            })
            .unwrap();
        assert!(asked(Role::DeptHead, START - 90 * DAY).unwrap().all.is_empty());
        assert!(!asked(Role::CsHead, START - 90 * DAY).unwrap().all.is_empty());
    });
}

#[test]
fn the_rows_are_made_anew_from_the_cases() {
    for_both(|database| {
        let w = World::new(database);
        let t = w.things(&w.site.clone());
        let second = w.things(&w.site.clone());
        // Nothing differs from what was written with the cases.
        assert_eq!(rebuild(&w.desk, 1).unwrap(), (2, 0));
        let all = |id: &str| {
            let id = domain::ids::CaseId::from(id);
            w.desk.read_now(move |c| Ok(db::of_case(c, &id)?)).unwrap()
        };
        let before = all(&t.case);
        assert!(!before.is_empty());
        let spoilt = ClockFact {
            state: "cancelled".into(),
            due_at: None,
            ..before[0].clone()
        };
        w.desk
            .write_now(&w.system(), move |tx, _| {
                Ok::<_, crate::error::Error>(db::put(tx, &spoilt)?)
            })
            .unwrap();
        assert_ne!(all(&t.case), before);
        assert_eq!(rebuild(&w.desk, 100).unwrap(), (2, 1));
        assert_eq!(all(&t.case), before);
        assert!(!all(&second.case).is_empty());
    });
}
