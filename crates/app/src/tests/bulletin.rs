//! Notices to residents on both engines: published once, seen by one site, sent in slices, and of each unit what is known.

use domain::access::Role;
use domain::bulletin::State;
use domain::ids::{BulletinId, UnitId};
use domain::refusal::Refusal;
use store::testing::for_both;

use super::link::{SMS, take};
use crate::bulletin::{self, Figures, NewBulletin, Placed};
use crate::ctx::Ctx;
use crate::directory as d;
use crate::error::{Error, Res};
use crate::outbox;
use crate::testing::World;

/// Four households: two with a confirmed number, one whose number was never confirmed, an empty flat in another building.
fn estate(w: &World, settings: &str) -> Vec<UnitId> {
    let (site, settings) = (w.site.clone(), settings.to_owned());
    w.desk
        .write_now(&w.system(), move |tx, _| {
            let mut s = store::site::get(tx, &site)?.ok_or(Error::NotFound)?;
            s.settings = settings.clone();
            s.version += 1;
            store::site::save(tx, &s)?;
            Ok::<_, Error>(())
        })
        .unwrap();
    w.desk
        .write_now(&w.ctx(Role::CsHead), |tx, ctx| {
            let mut all = Vec::new();
            for (building, room, number, confirmed) in [
                ("3", "101", "13800000101", true),
                ("3", "102", "13800000102", true),
                ("3", "201", "13800000201", false),
                ("10", "101", "", false),
            ] {
                let unit = d::NewUnit {
                    building: building.into(),
                    entrance: Some("1".into()),
                    room: room.into(),
                    ..Default::default()
                };
                let unit = d::upsert_unit(tx, ctx, &unit)?.id;
                if !number.is_empty() {
                    let phone = d::NewPhone {
                        number: number.into(),
                        confirmed,
                        ..Default::default()
                    };
                    let new = d::NewPerson {
                        name: format!("住户{building}{room}"),
                        phones: vec![phone],
                        ..Default::default()
                    };
                    let moved = d::MoveIn {
                        new: Some(new),
                        relation: "owner".into(),
                        same: Some(true),
                        ..Default::default()
                    };
                    d::move_in(tx, ctx, "", &unit, &moved)?;
                }
                all.push(unit);
            }
            Ok::<_, Error>(all)
        })
        .unwrap()
}

fn water() -> NewBulletin {
    NewBulletin {
        kind: "outage".into(),
        title: "停水通知".into(),
        text: "周三 9:00 至 12:00 停水。".into(),
        buildings: vec!["3".into()],
        units: "10-1-101".into(),
        boards: "3 栋大堂\n".into(),
        file: true,
        message: true,
        networks: "业主群".into(),
        ..NewBulletin::default()
    }
}

fn draft(w: &World, role: Role, n: NewBulletin) -> Res<BulletinId> {
    w.desk
        .write_now(&w.ctx(role), move |tx, ctx| bulletin::draft(tx, ctx, "", &n))
}

fn publish(w: &World, role: Role, id: &BulletinId) -> Res<()> {
    let id = id.clone();
    w.desk.write_now(&w.ctx(role), move |tx, ctx| {
        let seen = bulletin::get(tx, ctx, &id)?.version;
        bulletin::publish(tx, ctx, &id, seen)
    })
}

fn figures(w: &World, id: &BulletinId) -> bulletin::Reach {
    let (ctx, id) = (w.ctx(Role::Guard), id.clone());
    w.desk
        .read_now(move |c| {
            let s = bulletin::get(c, &ctx, &id)?;
            bulletin::reach(c, &s.state)
        })
        .unwrap()
}

fn hand(w: &World, id: &BulletinId, units: &[UnitId]) -> Res<usize> {
    let (id, units) = (id.clone(), units.to_vec());
    w.desk
        .write_now(&w.ctx(Role::Guard), move |tx, ctx| bulletin::hand(tx, ctx, &id, &units))
}

fn resident(w: &World) -> Ctx {
    w.desk.system("link", &domain::ids::SiteId::from(""))
}

fn look(w: &World, token: &str) -> Res<()> {
    let token = token.to_owned();
    w.desk
        .write_now(&resident(w), move |tx, ctx| bulletin::looked(tx, ctx, &token))
}

/// How often an event stands in the journal of a notice.
fn events(w: &World, id: &BulletinId, kind: &str) -> usize {
    let (site, id) = (w.site.clone(), id.clone());
    let log = w
        .desk
        .read_now(move |c| {
            let (site, id) = (site.as_str(), id.as_str());
            Ok::<_, Error>(store::journal::for_subject(c, site, "bulletin", id, i64::MAX, 200)?)
        })
        .unwrap();
    log.iter().filter(|e| e.kind == kind).count()
}

fn rule(e: Error) -> &'static str {
    match e {
        Error::Refused(r) => r.rule,
        e => panic!("{e}"),
    }
}

#[test]
fn of_each_unit_the_best_that_is_known_counts() {
    for_both(|db| {
        let w = World::new(db);
        let units = estate(&w, SMS);
        let id = draft(&w, Role::FrontDesk, water()).unwrap();
        assert_eq!(figures(&w, &id).all, Figures::default(), "nobody is told by a draft");
        publish(&w, Role::CsHead, &id).unwrap();
        let all = |w: &World| figures(w, &id).all;
        assert_eq!((all(&w).units, all(&w).unknown, all(&w).waiting), (4, 4, 4));
        // The timer writes one message for each household with a confirmed number.
        bulletin::run_due(&w.desk).unwrap();
        assert_eq!((all(&w).queued, all(&w).no_phone, all(&w).waiting), (2, 2, 0));
        bulletin::run_due(&w.desk).unwrap();
        assert_eq!(events(&w, &id, "bulletin_queued"), 1, "once");
        let out = take(&w);
        let mut to: Vec<_> = out.iter().map(|o| o.to.as_str()).collect();
        to.sort_unstable();
        assert_eq!(to, ["13800000101", "13800000102"]);
        assert!(
            out.iter()
                .all(|o| !o.params.contains_key("_unit") && o.params["title"] == "停水通知")
        );
        let first = out.iter().find(|o| o.to.ends_with("101")).unwrap();
        let second = out.iter().find(|o| o.to.ends_with("102")).unwrap();
        let (a, b) = (first.id.clone(), second.id.clone());
        w.desk
            .write_now(&w.desk.system("outbox", &w.site), move |tx, ctx| {
                outbox::sent(tx, ctx, &a, "p-1", "…")?;
                outbox::failed(tx, ctx, &b, 1, "rejected: 4", None)
            })
            .unwrap();
        assert_eq!((all(&w).sent, all(&w).failed, all(&w).certain()), (1, 1, 0));
        w.desk
            .write_now(&w.desk.system("outbox", &w.site), |tx, ctx| {
                outbox::reported(tx, ctx, "p-1", ctx.now, None)
            })
            .unwrap();
        assert_eq!((all(&w).delivered, all(&w).certain()), (1, 1));
        // The other household is tried again, and reads it: a second look is none.
        let asked = id.clone();
        let again = w
            .desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| bulletin::again(tx, ctx, &asked));
        assert_eq!(again.unwrap(), 3, "numbers are looked for anew");
        w.wait(1_000);
        bulletin::run_due(&w.desk).unwrap();
        let token = take(&w).remove(0).token.unwrap();
        look(&w, &token).unwrap();
        look(&w, &token).unwrap();
        assert_eq!((all(&w).seen, events(&w, &id, "bulletin_seen")), (1, 1));
        assert!(matches!(look(&w, "nothing-like-this-secret"), Err(Error::NotFound)));
        // Paper: to each unit once, whoever ticks it.
        assert_eq!(hand(&w, &id, &units[2..]).unwrap(), 2);
        assert_eq!(hand(&w, &id, &units[1..]).unwrap(), 1);
        assert_eq!(rule(hand(&w, &id, &units[1..]).unwrap_err()), "refuse-nothing-changed");
        let now = all(&w);
        assert_eq!(
            (now.handed, now.seen, now.delivered, now.certain(), now.unknown),
            (3, 0, 1, 4, 0)
        );
        let buildings: Vec<_> = figures(&w, &id)
            .buildings
            .into_iter()
            .map(|(b, f)| (b, f.units, f.handed))
            .collect();
        assert_eq!(buildings, [("3".to_owned(), 3, 2), ("10".to_owned(), 1, 1)]);
        let (ctx, asked) = (w.ctx(Role::Guard), id.clone());
        let (_, lines) = w.desk.read_now(move |c| bulletin::units(c, &ctx, &asked)).unwrap();
        let listed: Vec<_> = lines
            .iter()
            .filter(|l| bulletin::fits(l, "handed"))
            .map(|l| l.code.as_str())
            .collect();
        assert_eq!(listed, ["3-1-102", "3-1-201", "10-1-101"]);
        assert!(lines.iter().all(|l| l.handed_by.is_some() == l.handed));
    });
}

#[test]
fn it_is_published_once_by_who_may_and_belongs_to_one_site() {
    for_both(|db| {
        let w = World::new(db);
        estate(&w, "{}");
        let id = draft(&w, Role::FrontDesk, water()).unwrap();
        assert!(matches!(draft(&w, Role::Worker, water()), Err(Error::Forbidden(_))));
        assert!(matches!(publish(&w, Role::FrontDesk, &id), Err(Error::Forbidden(_))));
        assert!(matches!(
            publish(&w, Role::SecurityHead, &id),
            Err(Error::Forbidden("forbidden-bulletin-kind"))
        ));
        let safety = NewBulletin {
            kind: "safety".into(),
            ..water()
        };
        let safe = draft(&w, Role::SecurityHead, safety).unwrap();
        publish(&w, Role::SecurityHead, &safe).unwrap();
        publish(&w, Role::ProjectManager, &id).unwrap();
        let twice = publish(&w, Role::CsHead, &id).unwrap_err();
        assert_eq!(rule(twice), "refuse-bulletin-published");
        assert_eq!(events(&w, &id, "bulletin_published"), 1);
        let asked = id.clone();
        let rewritten = w.desk.write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
            let seen = bulletin::get(tx, ctx, &asked)?.version;
            bulletin::edit(tx, ctx, &asked, seen, &water())
        });
        assert_eq!(rule(rewritten.unwrap_err()), "refuse-bulletin-published");
        // Without a channel nothing is written, and the timer does not go round in circles.
        bulletin::run_due(&w.desk).unwrap();
        assert_eq!((figures(&w, &id).all.waiting, take(&w).len()), (4, 0));
        assert_eq!(
            w.desk
                .read_now(|c| Ok::<_, Error>(store::bulletin::next_due(c)?))
                .unwrap(),
            None
        );
        // Somebody of another site finds neither the notice nor its units.
        let other = w.second_site();
        let there = Ctx {
            site: other,
            ..w.ctx(Role::CsHead)
        };
        for step in 0..3 {
            let (id, units) = (id.clone(), estate_units(&w));
            let done = w.desk.write_now(&there, move |tx, ctx| match step {
                0 => bulletin::get(tx, ctx, &id).map(|_| ()),
                1 => bulletin::units(tx, ctx, &id).map(|_| ()),
                _ => bulletin::hand(tx, ctx, &id, &units).map(|_| ()),
            });
            assert!(matches!(done, Err(Error::NotFound)), "{step}");
        }
        let list = w.desk.read_now(move |c| bulletin::open(c, &there)).unwrap();
        assert!(list.is_empty());
    });
}

fn estate_units(w: &World) -> Vec<UnitId> {
    let site = w.site.clone();
    w.desk
        .read_now(move |c| {
            let f = store::directory::unit::UnitFilter {
                site: site.as_str().to_owned(),
                limit: 9,
                ..Default::default()
            };
            Ok::<_, Error>(store::directory::unit::list(c, &f)?)
        })
        .unwrap()
        .into_iter()
        .map(|u| u.id)
        .collect()
}

#[test]
fn a_correction_keeps_the_old_text_and_tells_again_if_asked() {
    for_both(|db| {
        let w = World::new(db);
        let units = estate(&w, SMS);
        let id = draft(&w, Role::CsHead, water()).unwrap();
        publish(&w, Role::CsHead, &id).unwrap();
        bulletin::run_due(&w.desk).unwrap();
        hand(&w, &id, &units[..1]).unwrap();
        let correct = |text: &'static str, seen: i64, again: bool| {
            let id = id.clone();
            w.desk.write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
                bulletin::correct(tx, ctx, &id, seen, ("停水通知", text, "日期有误"), again)
            })
        };
        correct("改到周四。", 1, false).unwrap();
        assert!(matches!(correct("改到周五。", 1, false), Err(Error::Conflict { .. })));
        assert_eq!(figures(&w, &id).all.handed, 1, "a small mistake is no new notice");
        correct("改到周五。", 2, true).unwrap();
        assert_eq!(figures(&w, &id).all.handed, 0, "who has the old paper does not know");
        w.wait(1_000);
        bulletin::run_due(&w.desk).unwrap();
        // What waited with the old text is taken back: each household gets one message.
        let out = take(&w);
        assert_eq!(out.len(), 2, "told again");
        assert_eq!(figures(&w, &id).all.waiting, 0);
        assert_eq!(hand(&w, &id, &units[..1]).unwrap(), 1);
        let (ctx, asked) = (w.ctx(Role::Guard), id.clone());
        let now = w.desk.read_now(move |c| bulletin::get(c, &ctx, &asked)).unwrap().state;
        let old: Vec<_> = now.before.iter().map(|b| b.text.as_str()).collect();
        assert_eq!(old, ["周三 9:00 至 12:00 停水。", "改到周四。"]);
    });
}

#[test]
fn whom_nothing_reached_is_written_to_at_the_number_that_is_known_now() {
    for_both(|db| {
        let w = World::new(db);
        estate(&w, "{}");
        let id = draft(&w, Role::CsHead, water()).unwrap();
        publish(&w, Role::CsHead, &id).unwrap();
        bulletin::run_due(&w.desk).unwrap();
        let again = || {
            let (ctx, asked) = (w.ctx(Role::CsHead), id.clone());
            let may = w.desk.read_now(move |c| {
                let s = bulletin::get(c, &ctx, &asked)?;
                let f = bulletin::reach(c, &s.state)?.all;
                bulletin::may_again(c, &ctx, &s, &f)
            });
            let asked = id.clone();
            let done = w
                .desk
                .write_now(&w.ctx(Role::CsHead), move |tx, ctx| bulletin::again(tx, ctx, &asked));
            (may.unwrap(), done.is_ok())
        };
        // Published before there was a channel: it can be sent once there is one, and is then on its way.
        let site = w.site.clone();
        w.desk
            .write_now(&w.system(), move |tx, _| {
                let mut row = store::site::get(tx, &site)?.ok_or(Error::NotFound)?;
                row.settings = SMS.into();
                row.version += 1;
                store::site::save(tx, &row)?;
                Ok::<_, Error>(())
            })
            .unwrap();
        assert_eq!(again(), (true, true));
        assert!(!again().0, "it is being sent");
        bulletin::run_due(&w.desk).unwrap();
        let out = take(&w);
        assert_eq!(out.len(), 2);
        let failed = out[0].id.clone();
        w.desk
            .write_now(&w.desk.system("outbox", &w.site), move |tx, ctx| {
                outbox::failed(tx, ctx, &failed, 1, "rejected: 4", None)
            })
            .unwrap();
        // The number was wrong and is corrected: the next message goes to the new one.
        let wrong = out[0].to.clone();
        w.desk
            .write_now(&w.system(), move |tx, _| {
                let sql = "UPDATE person_phone SET number = '13900000999' WHERE number = ";
                Ok::<_, Error>(store::testing::raw(tx, &format!("{sql}'{wrong}'"))?)
            })
            .unwrap();
        w.wait(1_000);
        assert!(again().1);
        bulletin::run_due(&w.desk).unwrap();
        let to: Vec<String> = take(&w).into_iter().map(|o| o.to).collect();
        assert_eq!(to, ["13900000999"]);
    });
}

#[test]
fn what_is_withdrawn_or_over_goes_out_no_more() {
    for_both(|db| {
        let w = World::new(db);
        estate(&w, SMS);
        let id = draft(&w, Role::CsHead, water()).unwrap();
        publish(&w, Role::CsHead, &id).unwrap();
        bulletin::run_due(&w.desk).unwrap();
        let asked = id.clone();
        let act = |id: BulletinId, f: fn(&mut store::db::Tx, &Ctx, &BulletinId) -> Res<()>| {
            w.desk.write_now(&w.ctx(Role::CsHead), move |tx, ctx| f(tx, ctx, &id))
        };
        assert!(act(asked.clone(), |tx, ctx, id| bulletin::withdraw(tx, ctx, id, " ")).is_err());
        act(asked.clone(), |tx, ctx, id| bulletin::withdraw(tx, ctx, id, "改期")).unwrap();
        assert!(take(&w).is_empty(), "what waited in the outbox is taken back");
        assert_eq!(figures(&w, &id).all.failed, 0);
        let up = |id: &BulletinId, what: Placed| {
            let id = id.clone();
            w.desk.write_now(&w.ctx(Role::Worker), move |tx, ctx| {
                bulletin::place(tx, ctx, &id, 0, &what)
            })
        };
        assert_eq!(rule(up(&id, Placed::Up).unwrap_err()), "refuse-bulletin-over");
        // One with an end is over by itself; what hangs is still to be taken down.
        let ends = NewBulletin {
            until: Some(w.system().now + 3_600_000),
            ..water()
        };
        let id = draft(&w, Role::CsHead, ends).unwrap();
        publish(&w, Role::CsHead, &id).unwrap();
        up(&id, Placed::Up).unwrap();
        up(&id, Placed::Out("https://example.com/a".into())).unwrap();
        bulletin::run_due(&w.desk).unwrap();
        w.wait(3_700_000);
        bulletin::run_due(&w.desk).unwrap();
        let (ctx, asked) = (w.ctx(Role::Guard), id.clone());
        let now = w.desk.read_now(move |c| bulletin::get(c, &ctx, &asked)).unwrap().state;
        assert_eq!((now.state, now.left_hanging(), now.ended_by), (State::Over, 1, None));
        assert_eq!(now.ended_at, now.until, "at its time, whenever the timer came");
        up(&id, Placed::Down).unwrap();
        assert_eq!(events(&w, &id, "bulletin_taken_down"), 1);
    });
}

#[test]
fn more_people_are_told_once_each_until_it_is_over() {
    for_both(|db| {
        let w = World::new(db);
        estate(&w, SMS);
        let one = NewBulletin {
            buildings: Vec::new(),
            units: "3-1-101".into(),
            ..water()
        };
        let id = draft(&w, Role::FrontDesk, one.clone()).unwrap();
        // Two people write at one draft: the second is told so.
        let edit = |seen: i64| {
            let (id, n) = (id.clone(), one.clone());
            w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                bulletin::edit(tx, ctx, &id, seen, &n)
            })
        };
        edit(1).unwrap();
        assert!(matches!(edit(1), Err(Error::Conflict { .. })));
        publish(&w, Role::CsHead, &id).unwrap();
        bulletin::run_due(&w.desk).unwrap();
        assert_eq!((figures(&w, &id).all.units, take(&w).len()), (1, 1));
        let widen = |role: Role, n: NewBulletin| {
            let id = id.clone();
            w.desk
                .write_now(&w.ctx(role), move |tx, ctx| bulletin::widen(tx, ctx, &id, &n))
        };
        let more = NewBulletin {
            units: "3-1-101 3-1-102".into(),
            boards: "3 栋大堂\n北门".into(),
            ..NewBulletin::default()
        };
        assert!(matches!(widen(Role::FrontDesk, more.clone()), Err(Error::Forbidden(_))));
        widen(Role::CsHead, more.clone()).unwrap();
        let nothing = widen(Role::CsHead, more).unwrap_err();
        assert_eq!(rule(nothing), "refuse-nothing-changed");
        w.wait(1_000);
        bulletin::run_due(&w.desk).unwrap();
        // Who had a message gets no second one; what waited in the outbox was taken above.
        let to: Vec<String> = take(&w).into_iter().map(|o| o.to).collect();
        assert_eq!(to, ["13800000102"]);
        let (ctx, asked) = (w.ctx(Role::Guard), id.clone());
        let now = w.desk.read_now(move |c| bulletin::get(c, &ctx, &asked)).unwrap().state;
        let boards: Vec<&str> = now.ways.boards.iter().map(|b| b.place.as_str()).collect();
        assert_eq!((figures(&w, &id).all.units, boards), (2, vec!["3 栋大堂", "北门"]));
        // Over: nothing is added or sent any more.
        let asked = id.clone();
        w.desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| bulletin::finish(tx, ctx, &asked))
            .unwrap();
        let late = NewBulletin {
            all: true,
            ..NewBulletin::default()
        };
        assert_eq!(rule(widen(Role::CsHead, late).unwrap_err()), "refuse-bulletin-over");
        let asked = id.clone();
        let again = w
            .desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| bulletin::again(tx, ctx, &asked));
        assert_eq!(rule(again.unwrap_err()), "refuse-bulletin-over");
    });
}

#[test]
fn bad_input_is_said_beside_its_field() {
    for_both(|db| {
        let w = World::new(db);
        estate(&w, "{}");
        let fields = |n: NewBulletin| match draft(&w, Role::FrontDesk, n) {
            Err(Error::Invalid(f)) => f.into_iter().map(|f| f.name).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        let table: [(fn(&mut NewBulletin), &[&str]); 6] = [
            (|n| n.title = " ".into(), &["title"]),
            (|n| n.title = "水".repeat(61), &["title"]),
            (|n| n.text = "水".repeat(2_001), &["text"]),
            (|n| n.kind = "storm".into(), &["kind"]),
            (|n| n.units = "3-1-101，9-9-999 哪里".into(), &["units"]),
            (|n| n.buildings = vec!["77".into()], &["buildings"]),
        ];
        for (change, said) in table {
            let mut n = water();
            change(&mut n);
            assert_eq!(fields(n), said);
        }
        let nowhere = NewBulletin {
            source: "incidents/nothing".into(),
            ..water()
        };
        assert!(matches!(draft(&w, Role::FrontDesk, nowhere), Err(Error::NotFound)));
        let empty = NewBulletin {
            title: "通知".into(),
            ..NewBulletin::default()
        };
        let id = draft(&w, Role::FrontDesk, empty).unwrap();
        let Error::Refused(r) = publish(&w, Role::CsHead, &id).unwrap_err() else {
            panic!("published with nothing to say");
        };
        let Refusal { rule, missing, .. } = *r;
        assert_eq!((rule, missing.len()), ("refuse-incomplete", 3));
    });
}
