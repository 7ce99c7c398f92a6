//! The archive: made again without doubles, kept true, corrected with what was there before, doubles put together and apart.

use domain::access::Role;
use domain::directory::Relation;
use domain::ids::{PersonId, UnitId};
use store::db::Tx;
use store::testing::for_both;

use crate::ctx::Ctx;
use crate::directory::*;
use crate::error::{Error, Res};
use crate::testing::World;

fn phone(number: &str) -> NewPhone {
    NewPhone {
        number: number.into(),
        ..NewPhone::default()
    }
}

fn somebody(name: &str, numbers: &[&str]) -> NewPerson {
    NewPerson {
        name: name.into(),
        phones: numbers.iter().map(|n| phone(n)).collect(),
        ..NewPerson::default()
    }
}

fn unit(building: &str, entrance: &str, room: &str) -> NewUnit {
    NewUnit {
        building: building.into(),
        entrance: Some(entrance.into()),
        room: room.into(),
        layout: Some("三室两厅".into()),
        area_cm2: Some(1_286_000),
        ..NewUnit::default()
    }
}

fn write<T: Send + 'static>(w: &World, ctx: &Ctx, f: impl FnMut(&mut Tx, &Ctx) -> Res<T> + Send + 'static) -> Res<T> {
    w.wait(1_000);
    w.desk.write_now(
        &Ctx {
            now: w.desk.clock.now(),
            ..ctx.clone()
        },
        f,
    )
}

fn home(w: &World, ctx: &Ctx) -> (UnitId, PersonId) {
    write(w, ctx, |tx, ctx| {
        let u = upsert_unit(tx, ctx, &unit("3", "1", "1201"))?.id;
        let n = NewPerson {
            id_number: Some("11010519491231002X".into()),
            ..somebody("周晓敏", &["13800006688", "0571-86001200"])
        };
        let p = upsert_person(tx, ctx, &n)?.id;
        ensure_occupancy(tx, ctx, &u, &p, Relation::Owner, Some("2021-06-01"))?;
        Ok((u, p))
    })
    .unwrap()
}

fn journal(w: &World, kind: &str, id: &str) -> Vec<store::journal::Entry> {
    let (site, kind, id) = (w.site.as_str().to_owned(), kind.to_owned(), id.to_owned());
    w.desk
        .read_now(move |c| Ok(store::journal::for_subject(c, &site, &kind, &id, i64::MAX, 50)?))
        .unwrap()
}

#[test]
fn importing_again_updates_and_never_doubles() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.system();
        let run = |w: &World| {
            write(w, &w.system(), |tx, ctx| {
                let u = upsert_unit(tx, ctx, &unit("03", "1单元", "1201"))?;
                let n = NewPerson {
                    external_key: Some("hc-1".into()),
                    unit: Some(u.id.clone()),
                    ..somebody("周晓敏", &["138 0000 6688"])
                };
                let p = upsert_person(tx, ctx, &n)?;
                let o = ensure_occupancy(tx, ctx, &u.id, &p.id, Relation::Owner, Some("2021-06-01"))?;
                let v = NewVehicle {
                    plate: "浙a·8k112".into(),
                    person: Some(p.id.clone()),
                    unit: Some(u.id.clone()),
                    ..NewVehicle::default()
                };
                let v = upsert_vehicle(tx, ctx, &v)?;
                let k = NewParking {
                    lot: "地库".into(),
                    code: "b2-117".into(),
                    unit: Some(u.id.clone()),
                    tenure: Some("产权".into()),
                    ..NewParking::default()
                };
                let k = upsert_parking(tx, ctx, &k)?;
                Ok([u.done, p.done, o.done, v.done, k.done])
            })
            .unwrap()
        };
        assert_eq!(run(&w), [Done::Created; 5]);
        assert_eq!(run(&w), [Done::Unchanged; 5]);
        let changed = write(&w, &ctx, |tx, ctx| {
            let u = upsert_unit(
                tx,
                ctx,
                &NewUnit {
                    area_cm2: Some(1_300_000),
                    ..unit("3", "1", "1201")
                },
            )?;
            let by_name = upsert_person(
                tx,
                ctx,
                &NewPerson {
                    gender: Some("女".into()),
                    ..somebody("周晓敏", &["13800006688"])
                },
            )?;
            let by_unit = upsert_person(
                tx,
                ctx,
                &NewPerson {
                    unit: Some(u.id.clone()),
                    ..somebody("周晓敏", &["13900002046"])
                },
            )?;
            let other = upsert_person(tx, ctx, &somebody("陈志远", &["13800006688"]))?;
            assert_eq!(by_name.id, by_unit.id);
            assert_ne!(other.id, by_name.id, "a number may belong to several people");
            Ok([u.done, by_name.done, by_unit.done, other.done])
        })
        .unwrap();
        assert_eq!(changed, [Done::Updated, Done::Updated, Done::Updated, Done::Created]);
        let none = write(&w, &ctx, |tx, ctx| {
            let p = upsert_person(tx, ctx, &somebody("无号码", &["18999999999", "11111111111"]))?;
            Ok(store::directory::person::phones_of(tx, &p.id)?.len())
        });
        assert_eq!(none.unwrap(), 0, "placeholders are no numbers");
    });
}

#[test]
fn the_household_in_one_look_is_masked_and_what_is_shown_is_logged() {
    for_both(|db| {
        let w = World::new(db);
        let desk = w.ctx(Role::FrontDesk);
        let (u, p) = home(&w, &desk);
        let (ctx, id) = (desk.clone(), u.clone());
        let h = w.desk.read_now(move |c| household(c, &ctx, &id)).unwrap();
        assert_eq!((h.unit.code.as_str(), h.people.len()), ("3-1-1201", 1));
        let who = &h.people[0];
        assert_eq!(who.phones[0].masked, "138 **** 6688");
        assert_eq!(who.relations_in(&u)[0].relation, "owner");
        assert_eq!(
            (who.age, who.gender.as_str()),
            (Some(77), "female"),
            "from the identity number"
        );
        assert!(!format!("{h:?}").contains("13800006688") && !format!("{h:?}").contains("19491231"));
        let id = p.clone();
        let shown = write(&w, &desk, move |tx, ctx| reveal_phone(tx, ctx, &id, 1)).unwrap();
        assert_eq!(shown, "138 0000 6688");
        let log = journal(&w, "person", p.as_str());
        assert_eq!(
            (log[0].kind.as_str(), log[0].actor_kind.as_str()),
            ("phone_revealed", "staff")
        );
        let id = p.clone();
        let guard = write(&w, &w.ctx(Role::Worker), move |tx, ctx| reveal_phone(tx, ctx, &id, 1));
        assert!(
            matches!(guard, Err(Error::NotFound)),
            "no case of this person is the worker's: {guard:?}"
        );
        let (ctx, id) = (w.ctx(Role::Worker), u.clone());
        let view = w.desk.read_now(move |c| household(c, &ctx, &id).map(|_| ()));
        assert!(matches!(view, Err(Error::Forbidden(_))));
    });
}

#[test]
fn a_wrong_number_is_not_used_any_more() {
    for_both(|db| {
        let w = World::new(db);
        let desk = w.ctx(Role::FrontDesk);
        let (_, p) = home(&w, &desk);
        let id = p.clone();
        let after = write(&w, &desk, move |tx, ctx| {
            mark_phone(tx, ctx, &id, 1, PhoneMark::Wrong)?;
            // An import does not bring it back; a person does.
            upsert_person(tx, ctx, &somebody("周晓敏", &["0571-86001200", "13800006688"]))?;
            let used = usable_phone(tx, &id)?.map(|p| p.number);
            let tails = store::directory::find::phone_tails(tx, &ctx.site, "8866", "8867", 5)?.len();
            add_phone(
                tx,
                ctx,
                &id,
                &NewPhone {
                    number: "138-0000-6688".into(),
                    confirmed: true,
                    ..NewPhone::default()
                },
            )?;
            Ok((used, tails, usable_phone(tx, &id)?.map(|p| p.number)))
        })
        .unwrap();
        assert_eq!(after, (Some("0571-86001200".into()), 0, Some("13800006688".into())));
        let kinds: Vec<String> = journal(&w, "person", p.as_str()).into_iter().map(|e| e.kind).collect();
        assert!(
            kinds.contains(&"phone_marked_wrong".to_owned()) && kinds.contains(&"phone_changed".to_owned()),
            "{kinds:?}"
        );
    });
}

#[test]
fn a_correction_keeps_the_old_value_and_the_chain_holds() {
    for_both(|db| {
        let w = World::new(db);
        let desk = w.ctx(Role::FrontDesk);
        let (u, p) = home(&w, &desk);
        let id = p.clone();
        let c = Correction {
            name: Some("周小敏".into()),
            reason: "登记时写错".into(),
            ..Correction::default()
        };
        let again = c.clone();
        assert!(write(&w, &desk, move |tx, ctx| correct_person(tx, ctx, &id, 1, &c)).unwrap());
        let id = p.clone();
        let slow = write(&w, &desk, move |tx, ctx| correct_person(tx, ctx, &id, 1, &again));
        assert!(matches!(slow, Err(Error::Conflict { seen: 1, current: 2 })));
        let e = &journal(&w, "person", p.as_str())[0];
        assert_eq!(
            (e.kind.as_str(), &e.body["old"]["name"], &e.body["new"]["name"]),
            ("person_corrected", &"周晓敏".into(), &"周小敏".into())
        );
        let id = u.clone();
        write(&w, &desk, move |tx, ctx| {
            let n = NewUnit {
                preference: Some("上门前先电话，勿按门铃".into()),
                ..NewUnit::default()
            };
            correct_unit(tx, ctx, &id, 1, &n, "")
        })
        .unwrap();
        let id = u.clone();
        let card = write(&w, &desk, move |tx, ctx| {
            correct_unit(
                tx,
                ctx,
                &id,
                2,
                &NewUnit {
                    care_note: Some("卡 4111111111111111".into()),
                    ..NewUnit::default()
                },
                "",
            )
        });
        assert!(matches!(card, Err(Error::Invalid(_))), "no card numbers in notes");
        let (ctx, id) = (desk.clone(), u.clone());
        let told = w.desk.read_now(move |c| changes(c, &ctx, &id)).unwrap();
        assert!(
            told.iter().any(|c| c
                .fields
                .iter()
                .any(|f| f.0 == "name" && f.1 == "周晓敏" && f.2 == "周小敏")),
            "{told:?}"
        );
        let report = store::journal::verify(&w.desk.db, w.site.as_str()).unwrap();
        assert!(report.first_broken.is_none(), "{report:?}");
        let stranger = write(&w, &w.ctx(Role::Quality), move |tx, ctx| {
            correct_unit(tx, ctx, &u, 2, &NewUnit::default(), "")
        });
        assert!(matches!(stranger, Err(Error::Forbidden(_))));
    });
}

#[test]
fn a_slip_of_the_pen_and_a_namesake_are_asked_about() {
    for_both(|db| {
        let w = World::new(db);
        let desk = w.ctx(Role::FrontDesk);
        let (u, p) = home(&w, &desk);
        let moves = |n: MoveIn| {
            let id = u.clone();
            write(&w, &desk, move |tx, ctx| move_in(tx, ctx, "", &id, &n))
        };
        let new = |name: &str, number: &str, since: Option<&str>, same| MoveIn {
            new: Some(somebody(name, &[number])),
            relation: "family".into(),
            since_on: since.map(Into::into),
            same,
            ..MoveIn::default()
        };
        let wrong = |r: Res<PersonId>| match r {
            Err(Error::Invalid(f)) => (f[0].name.clone(), f[0].key),
            other => panic!("{other:?}"),
        };
        for day in ["1800-01-01", "1989-12-31", "2999-01-01", "2027-11-30"] {
            let refused = moves(new("王新", "13700000917", Some(day), None));
            assert_eq!(wrong(refused), ("since_on".to_owned(), "directory-date-range"), "{day}");
        }
        moves(new("王新", "13700000917", Some("1990-01-01"), None)).unwrap();
        let again = |same| moves(new("周晓敏", "13700000918", None, same));
        assert_eq!(wrong(again(None)), ("same".to_owned(), "directory-same-person"));
        let other = again(Some(false)).unwrap();
        assert_ne!(other, p, "somebody else of the same name");
    });
}

#[test]
fn people_move_in_and_out_and_tenants_change() {
    for_both(|db| {
        let w = World::new(db);
        let desk = w.ctx(Role::FrontDesk);
        let (u, p) = home(&w, &desk);
        let n = MoveIn {
            new: Some(somebody("李租", &["13700000915"])),
            relation: "tenant".into(),
            ..MoveIn::default()
        };
        let (id, a) = (u.clone(), n.clone());
        let first = write(&w, &desk, move |tx, ctx| move_in(tx, ctx, "k", &id, &a)).unwrap();
        let (id, a) = (u.clone(), n.clone());
        assert_eq!(
            write(&w, &desk, move |tx, ctx| move_in(tx, ctx, "k", &id, &a)).unwrap(),
            first,
            "a double click"
        );
        let next = MoveIn {
            new: Some(somebody("王租", &["13700000916"])),
            since_on: Some("2026-11-20".into()),
            ..MoveIn::default()
        };
        let id = u.clone();
        let second = write(&w, &desk, move |tx, ctx| change_of_tenant(tx, ctx, "", &id, &next)).unwrap();
        let (ctx, id) = (desk.clone(), u.clone());
        let h = w.desk.read_now(move |c| household(c, &ctx, &id)).unwrap();
        let now: Vec<&PersonId> = h.people.iter().map(|p| &p.id).collect();
        assert_eq!((now, h.former.len()), (vec![&p, &second], 1));
        assert_eq!(h.former[0].lived[0].until_on.as_deref(), Some("2026-11-20"));
        let o = h.people[0].lived[0].clone();
        let (id, future) = (
            o.id.clone(),
            MoveOut {
                until_on: Some("2027-01-01".into()),
                reason: "sold".into(),
                vehicles: true,
            },
        );
        let early = write(&w, &desk, move |tx, ctx| move_out(tx, ctx, &id, o.version, &future));
        assert!(matches!(early, Err(Error::Invalid(_))));
        let out = MoveOut {
            until_on: None,
            reason: "sold".into(),
            vehicles: true,
        };
        let (id, car) = (o.id.clone(), (u.clone(), p.clone()));
        write(&w, &desk, move |tx, ctx| {
            let v = NewVehicle {
                plate: "浙A8K112".into(),
                person: Some(car.1.clone()),
                unit: Some(car.0.clone()),
                ..NewVehicle::default()
            };
            upsert_vehicle(tx, ctx, &v)?;
            move_out(tx, ctx, &id, o.version, &out)
        })
        .unwrap();
        let (ctx, id) = (desk.clone(), u.clone());
        let h = w.desk.read_now(move |c| household(c, &ctx, &id)).unwrap();
        assert_eq!((h.people.len(), h.former.len(), h.vehicles.len()), (1, 2, 0));
        let kinds: Vec<String> = journal(&w, "unit", u.as_str()).into_iter().map(|e| e.kind).collect();
        assert_eq!(kinds.iter().filter(|k| *k == "moved_out").count(), 2);
    });
}

/// All rows of a person, as texts without versions.
fn rows(w: &World, ids: &[PersonId]) -> Vec<String> {
    let ids = ids.to_vec();
    let site = w.site.clone();
    w.desk
        .read_now(move |c| {
            let mut out = Vec::new();
            for id in &ids {
                let p = store::directory::person::get(c, &site, id)?.unwrap();
                out.push(format!("{:?}", Person { version: 0, ..p }));
                out.extend(
                    store::directory::person::phones_of(c, id)?
                        .iter()
                        .map(|x| format!("{x:?}")),
                );
                out.extend(
                    store::directory::occupancy::of_person(c, id)?
                        .iter()
                        .map(|x| format!("{x:?}")),
                );
                out.extend(
                    store::directory::thing::vehicles_of_person(c, id)?
                        .iter()
                        .map(|x| format!("{x:?}")),
                );
                out.extend(
                    store::directory::thing::parking_of_person(c, id)?
                        .iter()
                        .map(|x| format!("{x:?}")),
                );
            }
            Ok(out)
        })
        .unwrap()
}

#[test]
fn a_double_is_merged_and_taken_apart_exactly() {
    for_both(|db| {
        let w = World::new(db);
        let head = w.ctx(Role::CsHead);
        let (u, a) = home(&w, &head);
        let unit_id = u.clone();
        let (b, c) = write(&w, &head, move |tx, ctx| {
            let n = NewPerson {
                birth_year: Some(1985),
                care_note: Some("家有老人".into()),
                ..somebody("周小敏", &["13800006688", "13900002046"])
            };
            let b = create_person(tx, ctx, &n)?;
            let c = create_person(tx, ctx, &somebody("周晓敏", &["13600000001"]))?;
            ensure_occupancy(tx, ctx, &unit_id, &b, Relation::Owner, None)?;
            ensure_occupancy(tx, ctx, &unit_id, &b, Relation::Contact, None)?;
            let v = NewVehicle {
                plate: "浙A8K112".into(),
                person: Some(b.clone()),
                ..NewVehicle::default()
            };
            upsert_vehicle(tx, ctx, &v)?;
            let k = NewParking {
                code: "B2-117".into(),
                person: Some(b.clone()),
                ..NewParking::default()
            };
            upsert_parking(tx, ctx, &k)?;
            Ok((b, c))
        })
        .unwrap();
        let all = [a.clone(), b.clone(), c.clone()];
        let before = rows(&w, &all);
        let desk_may_not = {
            let (a, b) = (a.clone(), b.clone());
            write(&w, &w.ctx(Role::FrontDesk), move |tx, ctx| merge(tx, ctx, &a, &b))
        };
        assert!(matches!(desk_may_not, Err(Error::Forbidden(_))));
        let (x, y) = (b.clone(), c.clone());
        let inner = write(&w, &head, move |tx, ctx| merge(tx, ctx, &x, &y)).unwrap();
        let (x, y) = (a.clone(), b.clone());
        let outer = write(&w, &head, move |tx, ctx| merge(tx, ctx, &x, &y)).unwrap();
        let (ctx, id, unit_id) = (head.clone(), c.clone(), u.clone());
        let (page, h) = w
            .desk
            .read_now(move |conn| Ok((person(conn, &ctx, &id)?, household(conn, &ctx, &unit_id)?)))
            .unwrap();
        assert_eq!(page.person.id, a, "the double's double leads to the record that stands");
        assert_eq!(
            (page.person.phones.len(), page.vehicles.len(), page.parking.len()),
            (4, 1, 1)
        );
        assert_eq!(page.person.care_note, "家有老人");
        assert_eq!(h.people.len(), 1);
        assert_eq!(h.people[0].relations_in(&u).len(), 2);
        let key = write(&w, &head, |tx, ctx| {
            upsert_person(tx, ctx, &somebody("周小敏", &["13800006688"]))
        })
        .unwrap();
        assert_eq!(key.id, a, "an import finds the record that stands");
        // An update of the name by that import is undone here, so that the rows can be compared.
        let (id, ctx2) = (a.clone(), head.clone());
        let version = w
            .desk
            .read_now(move |c| Ok(person(c, &ctx2, &id)?.person.version))
            .unwrap();
        let id = a.clone();
        write(&w, &head, move |tx, ctx| {
            correct_person(
                tx,
                ctx,
                &id,
                version,
                &Correction {
                    name: Some("周晓敏".into()),
                    ..Correction::default()
                },
            )
        })
        .unwrap();
        let id = inner.clone();
        let wrong_order = write(&w, &head, move |tx, ctx| take_apart(tx, ctx, &id));
        assert!(matches!(wrong_order, Err(Error::Invalid(_))), "{wrong_order:?}");
        write(&w, &head, move |tx, ctx| {
            assert_eq!(take_apart(tx, ctx, &outer)?, b);
            take_apart(tx, ctx, &inner)
        })
        .unwrap();
        assert_eq!(rows(&w, &all), before);
        let report = store::journal::verify(&w.desk.db, w.site.as_str()).unwrap();
        assert!(report.first_broken.is_none(), "{report:?}");
    });
}
