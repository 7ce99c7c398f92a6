//! Visitors and appointments on both engines: a whole visit, the host by link, what changes by itself, and erasure that leaves the
//! chain whole.

use domain::access::Role;
use domain::appointment::Verification;
use domain::ids::SiteId;
use domain::register::Register;
use domain::visit::{DocumentKind, HostWay, VisitState};
use store::testing::for_both;

use crate::appointment::{self, New, Outcome};
use crate::error::{Error, Res};
use crate::journal::Look;
use crate::link::Device;
use crate::register::{self as registers, Correction};
use crate::testing::World;
use crate::visit::{self, Command, Expected, Query, Seen, Who, host};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn who() -> Who {
    Who {
        name: "何明".into(),
        reason: "送家具".into(),
        host: "周敏".into(),
        unit: "3栋1单元1201".into(),
        plate: "浙a66q88".into(),
        people: 2,
        ..Who::default()
    }
}

fn begin(w: &World, key: &str) -> Seen {
    let key = key.to_owned();
    w.desk
        .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
            let id = visit::register(tx, ctx, &key, &who())?;
            visit::get(tx, ctx, &id)
        })
        .unwrap()
}

fn does(w: &World, role: Role, s: &Seen, cmd: Command) -> Res<Seen> {
    let id = s.id.clone();
    w.desk
        .write_now(&w.ctx(role), move |tx, ctx| visit::act(tx, ctx, &id, None, &cmd))
}

fn rule(r: Res<Seen>) -> &'static str {
    match r {
        Err(Error::Refused(r)) => r.rule,
        other => panic!("not refused: {other:?}"),
    }
}

fn read(w: &World, s: &Seen) -> Seen {
    let (ctx, id) = (w.ctx(Role::FrontDesk), s.id.clone());
    w.desk.read_now(move |c| visit::get(c, &ctx, &id)).unwrap()
}

fn shows(as_expected: bool) -> Command {
    Command::CheckDocument {
        kind: DocumentKind::IdCard,
        number: "11010519491231002X".into(),
        as_expected,
    }
}

fn enters(badge: &str) -> Command {
    Command::Enter {
        badge: badge.into(),
        accompanied_by: String::new(),
    }
}

fn personal(w: &World, s: &Seen) -> String {
    let (site, id) = (w.site.clone(), s.id.clone());
    let list = w
        .desk
        .read_now(move |c| {
            Ok::<_, Error>(store::journal::for_subject(
                c,
                site.as_str(),
                "visit",
                id.as_str(),
                i64::MAX,
                100,
            )?)
        })
        .unwrap();
    list.iter().map(|e| e.body.to_string()).collect()
}

#[test]
fn a_visit_by_link_from_arrival_to_erasure() {
    for_both(|db| {
        let w = World::new(db);
        w.things(&w.site);
        let s = begin(&w, "k1");
        assert_eq!(begin(&w, "k1").id, s.id, "one key is one record");
        assert_eq!(
            (s.visit.particulars.place.as_str(), s.visit.particulars.plate.as_str()),
            ("3-1-1201", "浙A66Q88")
        );
        does(&w, Role::FrontDesk, &s, shows(true)).unwrap();
        // At another site there is no such visit.
        let elsewhere = crate::ctx::Ctx {
            site: w.second_site(),
            ..w.ctx(Role::FrontDesk)
        };
        let (away, id) = (elsewhere.clone(), s.id.clone());
        let got = w.desk.read_now(move |c| visit::get(c, &away, &id));
        assert!(matches!(got, Err(Error::NotFound)));
        let id = s.id.clone();
        let did = w.desk.write_now(&elsewhere, move |tx, ctx| {
            visit::act(tx, ctx, &id, None, &Command::BadgeBack)
        });
        assert!(matches!(did, Err(Error::NotFound)));
        let id = s.id.clone();
        let made = w
            .desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| host::ask(tx, ctx, &id))
            .unwrap();
        assert_eq!(
            rule(does(&w, Role::Guard, &s, enters("A1"))),
            "refuse-visit-host-not-asked"
        );
        // The host does not answer in time: a fact, once.
        w.wait(5 * MINUTE);
        assert_eq!(visit::run_due(&w.desk).unwrap(), 0, "the limit itself is in time");
        w.wait(1);
        assert_eq!(visit::run_due(&w.desk).unwrap(), 1);
        assert_eq!(visit::run_due(&w.desk).unwrap(), 0);
        assert!(read(&w, &s).visit.asks[0].silent_at.is_some());
        // By the link, later; not in a browser of staff.
        let say = |staff: bool, yes: bool| {
            let (token, dev) = (
                made.token.clone(),
                Device {
                    staff,
                    agent: String::new(),
                },
            );
            w.desk
                .write_now(&w.desk.system("link", &SiteId::from("")), move |tx, ctx| {
                    host::answer(tx, ctx, &token, &dev, (yes, "", false))
                })
        };
        assert!(matches!(say(true, true), Err(Error::Forbidden("forbidden-link-staff"))));
        assert_eq!(say(false, false).unwrap().visit.answer.unwrap().how, HostWay::Link);
        assert_eq!(
            rule(does(&w, Role::Guard, &s, enters("A1"))),
            "refuse-visit-host-said-no"
        );
        say(false, true).unwrap();
        does(&w, Role::Guard, &s, enters("a1")).unwrap();
        // The badge is out once.
        let other = begin(&w, "k2");
        does(&w, Role::FrontDesk, &other, shows(true)).unwrap();
        let yes = Command::HostAnswer {
            yes: true,
            how: HostWay::Phone,
            note: String::new(),
            accompany: false,
        };
        does(&w, Role::FrontDesk, &other, yes).unwrap();
        assert_eq!(
            rule(does(&w, Role::FrontDesk, &other, enters("A1"))),
            "refuse-visit-badge-out"
        );
        // Too long inside is told once; then who waits without end lapses.
        w.wait(DAY);
        assert_eq!(visit::run_due(&w.desk).unwrap(), 2);
        assert!(read(&w, &s).visit.overdue_at.is_some());
        assert_eq!(read(&w, &other).visit.state, VisitState::Lapsed);
        let left = Command::Leave {
            badge_back: true,
            note: String::new(),
        };
        does(&w, Role::Guard, &s, left).unwrap();
        let said = personal(&w, &s);
        assert!(said.contains("何明") && !said.contains("1949"), "{said}");
        // After the set time nothing says who it was, in the row or in the journal; the chain holds.
        w.wait(92 * DAY);
        visit::run_due(&w.desk).unwrap();
        let gone = read(&w, &s);
        assert!(gone.visit.erased_at.is_some() && gone.visit.particulars.name.is_empty());
        let said = personal(&w, &s);
        for word in ["何明", "周敏", "送家具", "002X"] {
            assert!(!said.contains(word), "{word}: {said}");
        }
        assert!(said.contains("erased"));
        let whole = store::journal::verify(&w.desk.db, w.site.as_str()).unwrap();
        assert_eq!(whole.first_broken, None);
        assert_eq!(
            rule(does(&w, Role::FrontDesk, &s, Command::BadgeBack)),
            "refuse-visit-no-badge-out"
        );
    });
}

#[test]
fn what_a_correction_says_of_a_visitor_goes_with_the_visit() {
    for_both(|db| {
        let w = World::new(db);
        w.things(&w.site);
        let s = begin(&w, "k1");
        let fix = |was: &str, text: &str| {
            let id = s.id.clone();
            let c = Correction {
                field: "col-name".into(),
                was: was.into(),
                original: "何明".into(),
                text: text.into(),
                reason: "何鸣自己更正".into(),
            };
            w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                registers::correct(tx, ctx, Register::Visitors, id.as_str(), &c)
            })
        };
        fix("何明", "何鸣").unwrap();
        let says = || {
            let (ctx, id) = (w.ctx(Role::FrontDesk), s.id.clone());
            let manager = w.ctx(Role::ProjectManager);
            w.desk
                .read_now(move |c| {
                    let rows = registers::corrections(c, &ctx, Register::Visitors, id.as_str())?;
                    let look = Look {
                        kind: Some("register_corrected".into()),
                        ..Look::default()
                    };
                    let journal = crate::journal::look(c, &manager, &look)?.entries;
                    let bodies: String = journal.iter().map(|e| e.body.to_string()).collect();
                    Ok::<_, Error>((rows.len(), format!("{rows:?}"), journal.len(), bodies))
                })
                .unwrap()
        };
        let (_, rows, _, journal) = says();
        for said in [&rows, &journal] {
            assert!(said.contains("何明") && said.contains("何鸣"), "{said}");
        }
        w.wait(130 * DAY);
        visit::run_due(&w.desk).unwrap();
        w.wait(100 * DAY);
        visit::run_due(&w.desk).unwrap();
        assert!(read(&w, &s).visit.erased_at.is_some());
        let (n, rows, events, journal) = says();
        assert_eq!((n, events), (1, 1), "that it was corrected stays");
        for name in ["何明", "何鸣"] {
            assert!(!rows.contains(name) && !journal.contains(name), "{rows} {journal}");
        }
        // A correction does not bring a name back either.
        assert!(matches!(fix("", "何鸣"), Err(Error::Refused(r)) if r.rule == "refuse-register-erased"));
        let whole = store::journal::verify(&w.desk.db, w.site.as_str()).unwrap();
        assert_eq!(whole.first_broken, None);
    });
}

#[test]
fn a_pass_is_found_by_its_code_and_used_once() {
    for_both(|db| {
        let w = World::new(db);
        w.things(&w.site);
        let now = w.desk.clock.now();
        let made = w
            .desk
            .write_now(&w.ctx(Role::FrontDesk), |tx, ctx| {
                host::invite(tx, ctx, "3-1-1201", "周敏")
            })
            .unwrap();
        let base = w.desk.system("link", &SiteId::from(""));
        let e = Expected {
            who: Who {
                name: "李四".into(),
                ..Who::default()
            },
            until: Some(now + 60 * MINUTE),
            ..Expected::default()
        };
        let id = w
            .desk
            .write_now(&base, move |tx, ctx| {
                host::announce(tx, ctx, &made.token, &Device::default(), "k", &e)
            })
            .unwrap();
        let find = |code: String| {
            let ctx = w.ctx(Role::Guard);
            w.desk.read_now(move |c| visit::by_code(c, &ctx, &code)).unwrap()
        };
        let ctx = w.ctx(Role::Guard);
        let s = w.desk.read_now(move |c| visit::get(c, &ctx, &id)).unwrap();
        let code = s.visit.pass_code.clone().unwrap();
        assert_eq!(find(format!("{} {}", &code[..4], &code[4..])).unwrap().id, s.id);
        assert_eq!(
            (s.visit.particulars.host.as_str(), s.visit.particulars.place.as_str()),
            ("周敏", "3-1-1201")
        );
        does(&w, Role::Guard, &s, Command::Arrive).unwrap();
        assert!(find(code).is_none());
        // Who has no part in receiving visitors is refused; the register finds by name and by plate.
        let worker = w.ctx(Role::Worker);
        assert!(matches!(
            w.desk.read_now(move |c| visit::board(c, &worker)),
            Err(Error::Forbidden(_))
        ));
        begin(&w, "k3");
        for (q, n) in [("李四", 1), ("66Q8", 1), ("查无", 0)] {
            let ctx = w.ctx(Role::Quality);
            let ask = Query {
                q: q.into(),
                ..Query::default()
            };
            let (rows, _) = w.desk.read_now(move |c| visit::register_of(c, &ctx, &ask, 10)).unwrap();
            assert_eq!(rows.len(), n, "{q}");
        }
    });
}

#[test]
fn an_appointment_says_how_the_identity_of_a_contact_stands() {
    for_both(|db| {
        let w = World::new(db);
        let t = w.things(&w.site);
        let (now, contact) = (w.desk.clock.now(), domain::ids::ContactId::from(t.contact.as_str()));
        let new = New {
            at: Some(now + DAY),
            place: "客服中心".into(),
            bring: "身份证".into(),
            ..New::default()
        };
        let (c, n) = (contact.clone(), new.clone());
        let id = w
            .desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                appointment::make(tx, ctx, "k", &c, &n)
            })
            .unwrap();
        let stands = || {
            let (ctx, c) = (w.ctx(Role::FrontDesk), contact.clone());
            w.desk
                .read_now(move |x| appointment::of_contact(x, &ctx, &c))
                .unwrap()
                .0
        };
        assert_eq!(stands(), Verification::Awaited);
        let kept = Outcome::Kept {
            verified: true,
            document: DocumentKind::IdCard,
            number: "11010519491231002X".into(),
            note: String::new(),
        };
        let ends = |version: i64| {
            let (id, kept) = (id.clone(), kept.clone());
            w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                appointment::finish(tx, ctx, &id, version, &kept)
            })
        };
        assert!(matches!(ends(7), Err(Error::Conflict { .. })));
        assert_eq!(ends(1).unwrap(), Verification::Verified);
        assert!(matches!(ends(2), Err(Error::Refused(_))));
        assert_eq!(stands(), Verification::Verified);
    });
}

#[test]
fn the_guard_calls_for_help_and_the_desk_has_it() {
    for_both(|db| {
        let w = World::new(db);
        w.things(&w.site);
        let s = begin(&w, "k");
        let alarm = Command::Alarm {
            kind: domain::visit::AlarmKind::Danger,
            what: "随身带刀".into(),
        };
        does(&w, Role::Guard, &s, alarm).unwrap();
        let id = s.id.clone();
        let number = w
            .desk
            .write_now(&w.ctx(Role::Guard), move |tx, ctx| visit::help(tx, ctx, &id))
            .unwrap();
        let ctx = w.ctx(Role::FrontDesk);
        let case = w
            .desk
            .read_now(move |c| crate::case::find(c, &ctx, &number))
            .unwrap()
            .state;
        assert_eq!(case.urgency, domain::case::Urgency::Emergency);
        assert_eq!(case.status, domain::case::Status::Registered, "the desk gives it out");
        // Who may give out work gives it to security at once.
        let other = begin(&w, "l");
        let id = other.id.clone();
        let number = w
            .desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| visit::help(tx, ctx, &id))
            .unwrap();
        let ctx = w.ctx(Role::FrontDesk);
        let case = w
            .desk
            .read_now(move |c| crate::case::find(c, &ctx, &number))
            .unwrap()
            .state;
        assert_eq!(
            case.order().map(|o| o.department.clone()),
            Some(w.department("security"))
        );
    });
}

#[test]
fn who_was_announced_is_forgotten_and_so_is_the_host_of_the_address() {
    for_both(|db| {
        let w = World::new(db);
        w.things(&w.site);
        let now = w.desk.clock.now();
        let made = w
            .desk
            .write_now(&w.ctx(Role::FrontDesk), |tx, ctx| {
                host::invite(tx, ctx, "3-1-1201", "周敏")
            })
            .unwrap();
        let announce = |key: &str, name: &str| {
            let (token, key) = (made.token.clone(), key.to_owned());
            let e = Expected {
                who: Who {
                    name: name.into(),
                    reason: "做客".into(),
                    ..Who::default()
                },
                until: Some(now + 60 * MINUTE),
                ..Expected::default()
            };
            w.desk
                .write_now(&w.desk.system("link", &SiteId::from("")), move |tx, ctx| {
                    host::announce(tx, ctx, &token, &Device::default(), &key, &e)
                })
        };
        let (never, in_house) = (announce("a", "李四").unwrap(), announce("b", "王五").unwrap());
        // As many as one address may hold; the same form again is the same pass, another one is one too many.
        for n in 2..host::MOST_PASSES {
            announce(&format!("k{n}"), "赵六").unwrap();
        }
        assert_eq!(announce("a", "李四").unwrap(), never);
        assert!(matches!(announce("z", "孙七"), Err(Error::Invalid(_))));
        let get = |id: &domain::ids::VisitId| {
            let (ctx, id) = (w.ctx(Role::Guard), id.clone());
            w.desk.read_now(move |c| visit::get(c, &ctx, &id)).unwrap()
        };
        let s = get(&in_house);
        does(&w, Role::Guard, &s, Command::Arrive).unwrap();
        does(&w, Role::Guard, &s, shows(true)).unwrap();
        does(&w, Role::Guard, &s, enters("A9")).unwrap();
        // Nobody writes down that the visitor left.
        w.wait(130 * DAY);
        for _ in 0..3 {
            visit::run_due(&w.desk).unwrap();
            w.wait(100 * DAY);
        }
        for id in [&never, &in_house] {
            let v = get(id).visit;
            assert!(v.erased_at.is_some() && v.particulars.name.is_empty(), "{v:?}");
        }
        w.desk.write_now(&w.system(), host::forget).unwrap();
        let token = made.token.clone();
        let link = w
            .desk
            .read_now(move |c| Ok::<_, Error>(store::visit::link_by_hash(c, &crate::account::secret_hash(&token))?))
            .unwrap()
            .unwrap();
        assert_eq!(link.host, "");
    });
}

#[test]
fn the_hosts_word_asks_nobody_any_more_once_the_visitor_is_in() {
    for_both(|db| {
        let w = World::new(db);
        w.things(&w.site);
        let s = begin(&w, "k");
        does(&w, Role::FrontDesk, &s, shows(true)).unwrap();
        let id = s.id.clone();
        let made = w
            .desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| host::ask(tx, ctx, &id))
            .unwrap();
        let say = |yes: bool| {
            let token = made.token.clone();
            w.desk
                .write_now(&w.desk.system("link", &SiteId::from("")), move |tx, ctx| {
                    host::answer(tx, ctx, &token, &Device::default(), (yes, "", false))
                })
                .unwrap()
        };
        let open = || {
            let ctx = w.ctx(Role::FrontDesk);
            let all = w
                .desk
                .read_now(move |c| crate::notice::mine(c, &ctx, None))
                .unwrap()
                .unread;
            all.iter()
                .filter(|n| n.row.kind == crate::notice::VISIT_ANSWERED)
                .count()
        };
        say(false);
        w.wait(MINUTE);
        say(true);
        assert_eq!(open(), 1, "the last word stands");
        does(&w, Role::Guard, &s, enters("A1")).unwrap();
        assert_eq!(open(), 0);
    });
}

#[test]
fn the_register_is_searched_as_far_back_as_names_are_kept() {
    for_both(|db| {
        let w = World::new(db);
        w.things(&w.site);
        begin(&w, "k");
        let find = |q: &str| {
            let (ctx, q) = (w.ctx(Role::FrontDesk), q.to_owned());
            w.desk.read_now(move |c| {
                let q = Query {
                    q: q.clone(),
                    ..Query::default()
                };
                Ok::<_, Error>(visit::register_of(c, &ctx, &q, 10)?.0.len())
            })
        };
        assert_eq!(find("何明").unwrap(), 1);
        assert!(matches!(find(&"何".repeat(61)), Err(Error::Invalid(_))));
        w.wait(365 * DAY);
        assert_eq!((find("何明").unwrap(), find("").unwrap()), (0, 1));
    });
}
