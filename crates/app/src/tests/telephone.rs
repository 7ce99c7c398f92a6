//! How telephones are used, on both engines: asked for, found by calls, recorded and heard, checked on a schedule.

use domain::access::Role;
use domain::call::event::{CallEvent, CallKind, Cause, Direction};
use domain::ids::{PhoneSystemId, ViolationId};
use store::testing::for_both;

use crate::call::system::{self, NewExtension, NewSystem};
use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::telephone::check::{self, LookedAt, NewCheck};
use crate::telephone::finding::{self, FindingRow};
use crate::telephone::long_distance::{self, Decision};
use crate::telephone::violation::{self, Recorded, View};
use crate::telephone::{NewRules, new_phone, put_rules};
use crate::testing::World;

const DAY: i64 = 86_400_000;
/// In Beijing.
const FAR: &str = "01066668888";

fn does<T: Send + 'static>(
    w: &World,
    role: Role,
    f: impl Fn(&mut store::Tx, &Ctx) -> Res<T> + Send + Sync + 'static,
) -> Res<T> {
    w.desk.write_now(&w.ctx(role), f)
}

fn rule<T>(r: Res<T>) -> String {
    match r {
        Err(Error::Refused(r)) => r.rule.to_owned(),
        Err(e) => format!("{e:?}"),
        Ok(_) => "done".to_owned(),
    }
}

fn telephone(w: &World, number: &'static str, owner: Role) {
    let owner = w.staff(owner).to_string();
    does(w, Role::Administration, move |tx, ctx| {
        let x = NewExtension {
            number: number.into(),
            owner: owner.clone(),
            active: true,
            ..NewExtension::default()
        };
        system::put_extension(tx, ctx, None, &x).map(drop)
    })
    .unwrap();
}

fn pbx(w: &World) -> PhoneSystemId {
    let new = NewSystem {
        name: "总机".into(),
        kind: "webhook".into(),
        ..NewSystem::default()
    };
    does(w, Role::Sysadmin, move |tx, ctx| system::add(tx, ctx, "", &new))
        .unwrap()
        .id
}

/// A call from a telephone that is answered after four seconds and lasts `talk` ms; None where nobody answers.
fn calls(w: &World, system: &PhoneSystemId, key: &'static str, from: &str, to: &str, talk: Option<i64>) {
    let now = w.system().now;
    let event = |kind, ms| CallEvent {
        at_source: Some(now + ms),
        direction: Some(Direction::Out),
        caller: Some(from.to_owned()),
        called: Some(to.to_owned()),
        extension: (kind != CallKind::HungUp).then(|| from.to_owned()),
        ..CallEvent::new(system.as_str(), key, kind, now + ms)
    };
    let mut events = vec![event(CallKind::Arrived, 0)];
    let end = match talk {
        Some(ms) => {
            events.push(event(CallKind::Answered, 4_000));
            4_000 + ms
        }
        None => 9_000,
    };
    events.push(event(CallKind::HungUp, end));
    // Each of them alone, as a telephone system sends them.
    for e in events {
        let (ctx, id) = (w.desk.system("phone", &w.site), system.clone());
        w.desk
            .write_now(&ctx, move |tx, ctx| {
                system::told(tx, ctx, &id, std::slice::from_ref(&e))
            })
            .unwrap();
    }
}

fn found(w: &World) -> Vec<FindingRow> {
    let ctx = w.ctx(Role::Administration);
    w.desk.read_now(move |c| finding::list(c, &ctx, None)).unwrap().open
}

fn unread(w: &World, role: Role, kind: &str) -> usize {
    let ctx = w.ctx(role);
    let list = w.desk.read_now(move |c| crate::notice::mine(c, &ctx, None)).unwrap();
    list.unread.iter().filter(|n| n.row.kind == kind).count()
}

fn asked(one_call: bool, until: Option<i64>) -> long_distance::Asked {
    long_distance::Asked {
        number: "010-6666 8888".into(),
        why: "联系总部".into(),
        line: "8001".into(),
        one_call,
        until,
    }
}

#[test]
fn long_distance_is_asked_for_approved_on_a_line_and_used_up() {
    for_both(|db| {
        let w = World::new(db);
        let system = pbx(&w);
        telephone(&w, "8001", Role::Worker);
        // Without a request it is found; nothing is found of one in the house's own area.
        does(&w, Role::Administration, |tx, ctx| {
            let rules = NewRules {
                home: "0571".into(),
                long_minutes: "10".into(),
                check_days: "30".into(),
                ..NewRules::default()
            };
            put_rules(tx, ctx, 1, &rules)
        })
        .unwrap();
        calls(&w, &system, "a", "8001", FAR, Some(60_000));
        calls(&w, &system, "b", "8001", "057186001200", Some(60_000));
        let all = found(&w);
        assert_eq!(all.len(), 1);
        assert_eq!(
            (all[0].kind.as_str(), all[0].reach.as_str()),
            ("long_distance", "national")
        );
        assert_eq!(all[0].staff_id, Some(w.staff(Role::Worker)), "whose telephone it is");
        // The worker asks; the head of the department decides, nobody their own, no head of others.
        let id = does(&w, Role::Worker, |tx, ctx| {
            long_distance::ask(tx, ctx, "k", &asked(true, None))
        })
        .unwrap();
        let again = does(&w, Role::Worker, |tx, ctx| {
            long_distance::ask(tx, ctx, "k", &asked(true, None))
        })
        .unwrap();
        assert_eq!(id, again, "sent twice, asked once");
        let told = "long_distance_asked";
        assert_eq!(
            (unread(&w, Role::DeptHead, told), unread(&w, Role::Administration, told)),
            (1, 1)
        );
        let x = id.clone();
        let no = does(&w, Role::CsHead, move |tx, ctx| {
            long_distance::decide(tx, ctx, &x, 1, Decision::Line("8001"))
        });
        assert!(matches!(no, Err(Error::NotFound)), "{no:?}");
        let x = id.clone();
        let no = does(&w, Role::DeptHead, move |tx, ctx| {
            long_distance::decide(tx, ctx, &x, 1, Decision::Line("9999"))
        });
        assert_eq!(rule(no), "refuse-no-extension-line");
        let x = id.clone();
        does(&w, Role::DeptHead, move |tx, ctx| {
            long_distance::decide(tx, ctx, &x, 1, Decision::Line("8001"))
        })
        .unwrap();
        assert_eq!(
            (
                unread(&w, Role::Administration, told),
                unread(&w, Role::Worker, "long_distance_decided")
            ),
            (0, 1)
        );
        // One call is covered; a try that nobody answers does not use it up; the next call is found.
        calls(&w, &system, "c", "8001", FAR, None);
        calls(&w, &system, "d", "8001", FAR, Some(60_000));
        assert_eq!(found(&w).len(), 1);
        let (ctx, x) = (w.ctx(Role::Worker), id.clone());
        let seen = w.desk.read_now(move |c| long_distance::get(c, &ctx, &x)).unwrap();
        assert_eq!((seen.row.state.as_str(), seen.row.used_call.is_some()), ("used", true));
        calls(&w, &system, "e", "8001", FAR, Some(60_000));
        assert_eq!(found(&w).len(), 2);
        // Somebody else does not see the request; what is said of the number is in no journal line without being personal.
        let (ctx, x) = (w.ctx(Role::Guard), id.clone());
        let no = w.desk.read_now(move |c| long_distance::get(c, &ctx, &x));
        assert!(matches!(no, Err(Error::NotFound)));
        // Until a day, and ended before it.
        let until = w.system().now + DAY;
        let id = does(&w, Role::Worker, move |tx, ctx| {
            long_distance::ask(tx, ctx, "", &asked(false, Some(until)))
        })
        .unwrap();
        let x = id.clone();
        does(&w, Role::Administration, move |tx, ctx| {
            long_distance::decide(tx, ctx, &x, 1, Decision::Line("8001"))
        })
        .unwrap();
        calls(&w, &system, "f", "8001", FAR, Some(60_000));
        calls(&w, &system, "g", "8001", FAR, Some(60_000));
        assert_eq!(found(&w).len(), 2);
        does(&w, Role::Administration, move |tx, ctx| {
            long_distance::end(tx, ctx, &id, 2, "项目结束")
        })
        .unwrap();
        calls(&w, &system, "h", "8001", FAR, Some(60_000));
        assert_eq!(found(&w).len(), 3);
    });
}

#[test]
fn a_new_telephone_goes_from_post_to_post_and_stands() {
    for_both(|db| {
        let w = World::new(db);
        let engineering = w.department("engineering").to_string();
        let asked = new_phone::Asked {
            department: engineering,
            class: "local".into(),
            place: "工程部值班室".into(),
            why: "新值班室".into(),
            ..new_phone::Asked::default()
        };
        let id = does(&w, Role::DeptHead, move |tx, ctx| new_phone::ask(tx, ctx, "", &asked)).unwrap();
        assert_eq!(unread(&w, Role::Administration, "new_phone_asked"), 1);
        let x = id.clone();
        let early = does(&w, Role::GeneralManager, move |tx, ctx| {
            new_phone::decide(tx, ctx, &x, 1, true, "")
        });
        assert_eq!(rule(early), "refuse-new-phone-step");
        let x = id.clone();
        does(&w, Role::Administration, move |tx, ctx| {
            new_phone::handle(tx, ctx, &x, 1, "一条线，月租 20 元")
        })
        .unwrap();
        assert_eq!(unread(&w, Role::GeneralManager, "new_phone_handled"), 1);
        let x = id.clone();
        does(&w, Role::GeneralManager, move |tx, ctx| {
            new_phone::decide(tx, ctx, &x, 2, true, "")
        })
        .unwrap();
        let owner = w.staff(Role::DeptHead).to_string();
        let new = move |class: &str| NewExtension {
            number: "8010".into(),
            owner: owner.clone(),
            class: class.into(),
            active: true,
            ..NewExtension::default()
        };
        let (x, far) = (id.clone(), new("national"));
        let more = does(&w, Role::Administration, move |tx, ctx| {
            new_phone::install(tx, ctx, &x, 3, &far)
        });
        assert_eq!(rule(more), "refuse-line-class");
        let (x, near) = (id.clone(), new("local"));
        does(&w, Role::Administration, move |tx, ctx| {
            new_phone::install(tx, ctx, &x, 3, &near)
        })
        .unwrap();
        let ctx = w.ctx(Role::Worker);
        let all = w.desk.read_now(move |c| system::extensions(c, &ctx)).unwrap();
        assert_eq!(
            (all[0].number.as_str(), all[0].owner_id.clone()),
            ("8010", Some(w.staff(Role::DeptHead)))
        );
        assert_eq!(unread(&w, Role::DeptHead, "new_phone_over"), 1);
        assert_eq!(unread(&w, Role::Administration, "new_phone_approved"), 0);
    });
}

fn recorded(w: &World, kind: &str, finding: &str) -> Recorded {
    Recorded {
        kind: kind.into(),
        about: w.staff(Role::Worker).to_string(),
        what: "8001 拨打 16812345".into(),
        finding: finding.into(),
        cost_cents: Some(1_500),
        answer_by: Some(w.system().now + 4 * DAY),
        ..Recorded::default()
    }
}

#[test]
fn a_paid_line_is_found_recorded_answered_and_charged() {
    for_both(|db| {
        let w = World::new(db);
        let system = pbx(&w);
        telephone(&w, "8001", Role::Worker);
        calls(&w, &system, "p", "8001", "16812345", Some(60_000));
        calls(&w, &system, "q", "8001", "16812345", None);
        calls(&w, &system, "l", "8001", "86001234", Some(11 * 60_000));
        let all = found(&w);
        let mut kinds: Vec<_> = all.iter().map(|f| f.kind.clone()).collect();
        kinds.sort();
        assert_eq!(kinds, ["long_call", "paid_line", "paid_line"]);
        // No violation, because; without a word nothing is dismissed, and nobody records their own.
        let long = all.iter().find(|f| f.kind == "long_call").unwrap().id.clone();
        let x = long.clone();
        let bare = does(&w, Role::Administration, move |tx, ctx| {
            finding::dismiss(tx, ctx, &x, 1, " ")
        });
        assert_eq!(rule(bare), "refuse-incomplete");
        let x = long.clone();
        does(&w, Role::DeptHead, move |tx, ctx| {
            finding::dismiss(tx, ctx, &x, 1, "与厂家核对图纸")
        })
        .unwrap();
        let again = does(&w, Role::DeptHead, move |tx, ctx| {
            finding::dismiss(tx, ctx, &long, 1, "再次")
        });
        assert_eq!(rule(again), "refuse-finding-done");
        let paid = all.iter().find(|f| f.kind == "paid_line").unwrap().id.to_string();
        let new = recorded(&w, "paid_line", &paid);
        let other = new.clone();
        let no = does(&w, Role::CsHead, move |tx, ctx| violation::record(tx, ctx, "", &other));
        assert!(
            matches!(no, Err(Error::Invalid(_) | Error::NotFound)),
            "another department's: {no:?}"
        );
        let id = does(&w, Role::DeptHead, move |tx, ctx| violation::record(tx, ctx, "", &new)).unwrap();
        assert_eq!(found(&w).len(), 1, "it is done with");
        assert_eq!(unread(&w, Role::Worker, "violation_asked"), 1);
        // Only who may sees it: the person, the recorder, the department's head, administration.
        let sees = |role| {
            let (ctx, id) = (w.ctx(role), id.clone());
            w.desk.read_now(move |c| violation::get(c, &ctx, &id)).is_ok()
        };
        let who: Vec<_> = [
            Role::Worker,
            Role::DeptHead,
            Role::Administration,
            Role::Guard,
            Role::CsHead,
        ]
        .into_iter()
        .map(sees)
        .collect();
        assert_eq!(who, [true, true, true, false, false]);
        let decide = |role, version, severity: &'static str, measure: &'static str| {
            let id: ViolationId = id.clone();
            does(&w, role, move |tx, ctx| {
                violation::decide(tx, ctx, &id, version, severity, measure, "话单为证")
            })
        };
        assert_eq!(
            rule(decide(Role::Administration, 1, "serious", "warning")),
            "refuse-violation-unheard"
        );
        let x = id.clone();
        does(&w, Role::Worker, move |tx, ctx| {
            violation::answer(tx, ctx, &x, 1, "误拨")
        })
        .unwrap();
        assert_eq!(unread(&w, Role::Administration, "violation_waits"), 1);
        assert_eq!(
            rule(decide(Role::DeptHead, 2, "serious", "warning")),
            "refuse-violation-involved"
        );
        assert_eq!(
            rule(decide(Role::Administration, 2, "minor", "talk")),
            "refuse-violation-severity"
        );
        assert_eq!(
            rule(decide(Role::Administration, 2, "serious", "talk")),
            "refuse-violation-measure"
        );
        decide(Role::Administration, 2, "serious", "warning").unwrap();
        let ctx = w.ctx(Role::Worker);
        let mine = w
            .desk
            .read_now(move |c| violation::list(c, &ctx, View::All, None))
            .unwrap()
            .rows;
        assert_eq!(
            (mine.len(), mine[0].recorded, mine[0].charge_cents),
            (1, true, Some(1_500))
        );
        assert_eq!(unread(&w, Role::Worker, "violation_decided"), 1);
    });
}

#[test]
fn who_does_not_answer_is_decided_about_when_the_time_is_over() {
    for_both(|db| {
        let w = World::new(db);
        let new = recorded(&w, "complaint", "");
        let bare = new.clone();
        let no = does(&w, Role::Administration, move |tx, ctx| {
            violation::record(tx, ctx, "", &bare)
        });
        assert_eq!(rule(no), "refuse-incomplete", "the complaint is named");
        let new = Recorded {
            case: w.things(&w.site).case_number,
            ..new
        };
        let id = does(&w, Role::Administration, move |tx, ctx| {
            violation::record(tx, ctx, "", &new)
        })
        .unwrap();
        violation::round(&w.desk).unwrap();
        assert_eq!(unread(&w, Role::DeptHead, "violation_waits"), 0);
        w.wait(4 * DAY + 1);
        for _ in 0..2 {
            violation::round(&w.desk).unwrap();
        }
        assert_eq!(unread(&w, Role::DeptHead, "violation_waits"), 1);
        let x = id.clone();
        does(&w, Role::DeptHead, move |tx, ctx| {
            violation::decide(tx, ctx, &x, 2, "minor", "", "首次")
        })
        .unwrap();
        let ctx = w.ctx(Role::Worker);
        let row = w.desk.read_now(move |c| violation::get(c, &ctx, &id)).unwrap().row;
        assert_eq!(
            (row.measure.as_str(), row.recorded, row.charge_cents),
            ("talk", false, None)
        );
        assert!(!row.case_number.is_empty());
    });
}

#[test]
fn lines_are_checked_on_a_schedule_faults_are_mended_and_damage_is_charged() {
    for_both(|db| {
        let w = World::new(db);
        telephone(&w, "8001", Role::Worker);
        let rules = |w: &World| {
            let ctx = w.ctx(Role::Administration);
            w.desk.read_now(move |c| check::all(c, &ctx)).unwrap().rules
        };
        let due = rules(&w).check_due_at;
        assert_eq!(due, w.system().now + 30 * DAY, "with the first telephone");
        let told = |w: &World| {
            check::round(&w.desk).unwrap();
            let of = |kind| unread(w, Role::Administration, kind);
            (of("line_check_due"), of("line_check_late"))
        };
        assert_eq!(told(&w), (0, 0));
        w.wait(30 * DAY);
        assert_eq!(told(&w), (1, 0));
        w.wait(3 * DAY);
        assert_eq!(told(&w), (1, 1));
        // Somebody looks: nothing looked at is no check.
        let empty = does(&w, Role::Administration, |tx, ctx| {
            check::record(tx, ctx, "", &NewCheck::default())
        });
        assert_eq!(rule(empty), "refuse-incomplete");
        let mender = w.staff(Role::Worker).to_string();
        let by = w.system().now + DAY;
        let new = NewCheck {
            lines: vec![
                LookedAt {
                    telephone: "8001".into(),
                    result: "fault".into(),
                    what: "听筒摔坏".into(),
                    cause: "damage".into(),
                    mender,
                    mend_by: Some(by),
                },
                LookedAt {
                    telephone: "外线 2".into(),
                    result: "fine".into(),
                    ..LookedAt::default()
                },
            ],
            note: String::new(),
        };
        assert!(
            does(&w, Role::FrontDesk, {
                let new = new.clone();
                move |tx, ctx| check::record(tx, ctx, "", &new)
            })
            .is_err()
        );
        does(&w, Role::Administration, move |tx, ctx| {
            check::record(tx, ctx, "", &new)
        })
        .unwrap();
        assert_eq!(told(&w), (0, 0), "settled");
        assert_eq!(rules(&w).check_due_at, w.system().now + 30 * DAY);
        assert_eq!(unread(&w, Role::Worker, "line_fault"), 1);
        w.wait(DAY);
        for _ in 0..2 {
            check::faults_round(&w.desk).unwrap();
        }
        assert_eq!(unread(&w, Role::Administration, "line_fault_late"), 1);
        let fault = {
            let ctx = w.ctx(Role::Worker);
            w.desk.read_now(move |c| check::all(c, &ctx)).unwrap().open.remove(0)
        };
        let (id, version) = (fault.id.clone(), fault.version);
        let other = does(&w, Role::Guard, move |tx, ctx| {
            check::mended(tx, ctx, &id, version, "换了")
        });
        assert_eq!(rule(other), "refuse-fault-not-yours");
        let id = fault.id.clone();
        does(&w, Role::Worker, move |tx, ctx| {
            check::mended(tx, ctx, &id, version, "换听筒")
        })
        .unwrap();
        assert_eq!(unread(&w, Role::Administration, "line_fault_late"), 0);
        let (id, to) = (fault.id.clone(), w.staff(Role::Guard).to_string());
        does(&w, Role::Administration, move |tx, ctx| {
            check::charge(tx, ctx, &id, version + 1, &to, Some(4_500), "本人承认")
        })
        .unwrap();
        assert_eq!(unread(&w, Role::Guard, "line_damage"), 1);
        // Another number of days counts from the last check.
        let seen = rules(&w).version;
        does(&w, Role::Administration, move |tx, ctx| {
            let rules = NewRules {
                long_minutes: "5".into(),
                check_days: "7".into(),
                ..NewRules::default()
            };
            put_rules(tx, ctx, seen, &rules)
        })
        .unwrap();
        assert_eq!(rules(&w).check_due_at, by - DAY + 7 * DAY);
    });
}

#[test]
fn telephones_out_of_reach_and_long_calls_are_counted() {
    for_both(|db| {
        let w = World::new(db);
        let system = pbx(&w);
        telephone(&w, "8001", Role::Worker);
        calls(&w, &system, "old", "8001", "86001234", Some(12 * 60_000));
        w.wait(8 * DAY);
        calls(&w, &system, "a", "8001", "86001234", Some(11 * 60_000));
        calls(&w, &system, "b", "8001", "86001234", Some(20 * 60_000));
        let now = w.system().now;
        let (ctx, id) = (w.desk.system("phone", &w.site), system.clone());
        let event = move |kind, ms: i64| CallEvent {
            direction: Some(Direction::In),
            extension: (kind == CallKind::Offered || kind == CallKind::OfferEnded).then(|| "8001".to_owned()),
            cause: (kind == CallKind::OfferEnded).then_some(Cause::Unreachable),
            ..CallEvent::new(id.as_str(), "in", kind, now + ms)
        };
        let all = vec![
            event(CallKind::Arrived, 0),
            event(CallKind::Offered, 100),
            event(CallKind::OfferEnded, 400),
            event(CallKind::HungUp, 9_000),
        ];
        let id = system.clone();
        w.desk
            .write_now(&ctx, move |tx, ctx| system::told(tx, ctx, &id, &all))
            .unwrap();
        let ctx = w.ctx(Role::Administration);
        let used = w.desk.read_now(move |c| finding::used(c, &ctx)).unwrap();
        assert_eq!(
            (used.silent.len(), used.silent[0].telephone.as_str(), used.silent[0].n),
            (1, "8001", 1)
        );
        assert_eq!(
            (used.long[0].n, used.long[0].longest_ms),
            (2, Some(20 * 60_000)),
            "of seven days"
        );
        assert_eq!(used.silent_calls[0].staff_id, Some(w.staff(Role::Worker)));
        let ctx = w.ctx(Role::Worker);
        assert!(w.desk.read_now(move |c| finding::used(c, &ctx)).is_err());
    });
}
