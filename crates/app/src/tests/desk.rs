//! The desk: who is speaking, what is registered, corrections, files, the queue.

use domain::access::Role;
use domain::case::{AttachmentKind, Channel, Check, Kind, Status};
use domain::ids::{ContactId, PersonId, UnitId};
use store::testing::for_both;

use crate::attachment::{Subject, Upload, attach, get, list, prepare};
use crate::contact::correct::{Correction, add_case, correct, history};
use crate::contact::{NewCase, NewContact, look, plan, register};
use crate::directory::{NewPerson, NewPhone, NewUnit, ensure_occupancy, upsert_person, upsert_unit};
use crate::error::Error;
use crate::queue::{self, Tab};
use crate::testing::{START, World};

const LEAK: &str = "repair.water.leak_bathroom";

fn case(w: &World, more: serde_json::Value) -> NewCase {
    let mut v = serde_json::json!({
        "kind": Kind::Request, "item": LEAK, "place": "户内", "content": "主卫角阀漏水，地面有积水",
        "urgency": "urgent", "department": w.department("engineering"), "worker": w.staff(Role::Worker),
    });
    for (k, x) in more.as_object().unwrap() {
        v[k.as_str()] = x.clone();
    }
    serde_json::from_value(v).unwrap()
}

fn call(cases: Vec<NewCase>) -> NewContact {
    let mut n = NewContact::of(Channel::Phone);
    n.name = "周晓敏".into();
    n.phone = "138 0013 6688".into();
    n.address = "3-1-1201".into();
    n.cases = cases;
    n
}

fn household(w: &World) -> (UnitId, PersonId) {
    let ctx = w.ctx(Role::CsHead);
    w.desk
        .write_now(&ctx, |tx, ctx| {
            let unit = NewUnit {
                building: "3".into(),
                entrance: Some("1".into()),
                room: "1201".into(),
                ..NewUnit::default()
            };
            let unit = upsert_unit(tx, ctx, &unit)?.id;
            let phone = NewPhone {
                number: "13800136688".into(),
                ..NewPhone::default()
            };
            let person = NewPerson {
                name: "周晓敏".into(),
                phones: vec![phone],
                ..NewPerson::default()
            };
            let person = upsert_person(tx, ctx, &person)?.id;
            ensure_occupancy(tx, ctx, &unit, &person, domain::directory::Relation::Owner, None)?;
            Ok((unit, person))
        })
        .unwrap()
}

#[test]
fn who_is_speaking_is_found_and_compared() {
    for_both(|db| {
        let w = World::new(db);
        let (unit, person) = household(&w);
        let ctx = w.ctx(Role::FrontDesk);
        for typed in ["3-1-1201", "3栋1单元1201", "6688", "周晓", "zxm"] {
            let (ctx, t) = (ctx.clone(), typed.to_owned());
            let found = w.desk.read_now(move |c| look::look(c, &ctx, &t)).unwrap();
            assert_eq!(found.len(), 1, "{typed}");
            assert_eq!(
                (found[0].person.as_ref(), &found[0].unit),
                (Some(&person), &unit),
                "{typed}"
            );
            assert!(found[0].phone.contains("****"), "{typed}: {}", found[0].phone);
        }
        let (c2, u, p) = (ctx.clone(), unit.clone(), person.clone());
        let card = w
            .desk
            .read_now(move |c| look::card(c, &c2, Some(&p), Some(&u)))
            .unwrap();
        let same = look::compare(&card, "周女士", "138-0013-6688", "3-1-1201", Some(&unit));
        assert_eq!(
            (same.name, same.unit, same.phone),
            (Check::Same, Check::Same, Check::Same)
        );
        let other = look::compare(&card, "吴刚", "13900000000", "3-1-1201", Some(&unit));
        assert_eq!(
            (other.name, other.unit, other.phone),
            (Check::Differs, Check::Same, Check::Differs)
        );
        let none = look::compare(&card, "", "", "", None);
        assert_eq!(
            (none.name, none.unit, none.phone),
            (Check::Unknown, Check::Unknown, Check::Unknown)
        );
        // A guard has no business in the archive and finds nobody.
        let guard = w.ctx(Role::Guard);
        assert!(
            w.desk
                .read_now(move |c| look::look(c, &guard, "6688"))
                .unwrap()
                .is_empty()
        );
        // Who is known need not say the number: the archive's is kept with the case.
        let mut n = call(vec![case(&w, serde_json::json!({}))]);
        (n.phone, n.person, n.unit) = (String::new(), Some(person), Some(unit));
        let made = w
            .desk
            .write_now(&ctx, move |tx, ctx| register(tx, ctx, "k", &n))
            .unwrap();
        let seen = w
            .desk
            .read_now(move |c| crate::case::get(c, &ctx, &made.cases[0]))
            .unwrap();
        assert!(
            seen.state.customer.phone.ends_with("13800136688"),
            "{}",
            seen.state.customer.phone
        );
    });
}

#[test]
fn limits_are_told_before_they_run() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.ctx(Role::FrontDesk);
        let mut n = call(Vec::new());
        n.started_at = Some(START - 120_000);
        let k = case(&w, serde_json::json!({}));
        let (c2, n2, k2) = (ctx.clone(), n.clone(), k.clone());
        let told = w
            .desk
            .read_now(move |c| plan::limits(c, &c2, &n2, &k2))
            .unwrap()
            .unwrap();
        n.cases = vec![k];
        let made = w
            .desk
            .write_now(&ctx, move |tx, ctx| register(tx, ctx, "k", &n))
            .unwrap();
        let seen = w
            .desk
            .read_now(move |c| crate::case::get(c, &ctx, &made.cases[0]))
            .unwrap()
            .state;
        assert!(!told.is_empty());
        for l in &told {
            let clock = seen.clocks.iter().find(|k| k.code == l.code).unwrap();
            assert_eq!(clock.due_at(START), Some(l.due_at), "{:?}", l.code);
        }
        // The call began two minutes before it was registered: that is when the customer reported it (REC-5).
        assert_eq!((seen.happened_at, seen.registered_at), (START - 120_000, START));
        assert_eq!(seen.orders[0].issued_at, START);
    });
}

#[test]
fn nothing_goes_out_before_the_fee_is_accepted() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.ctx(Role::FrontDesk);
        let paid = |told: bool, accepted: Option<bool>| {
            let fee = serde_json::json!({"kind": "paid", "cents": 7500, "told": told, "accepted": accepted});
            call(vec![case(&w, serde_json::json!({"fee": fee}))])
        };
        let n = paid(true, None);
        let r = w.desk.write_now(&ctx, move |tx, ctx| register(tx, ctx, "k", &n));
        assert!(
            matches!(&r, Err(Error::Refused(x)) if x.clause == Some("REC-13")),
            "{r:?}"
        );
        // Nothing was left behind, and the key is free for the corrected form.
        let c2 = ctx.clone();
        let site = ctx.site.clone();
        assert_eq!(
            w.desk
                .read_now(move |c| Ok(store::site::count_open(c, &site)?))
                .unwrap(),
            0
        );
        let n = paid(true, Some(true));
        let made = w
            .desk
            .write_now(&ctx, move |tx, ctx| register(tx, ctx, "k", &n))
            .unwrap();
        let seen = w
            .desk
            .read_now(move |c| crate::case::get(c, &c2, &made.cases[0]))
            .unwrap();
        assert_eq!(seen.state.status, Status::Dispatched);
    });
}

#[test]
fn nobody_stays_nameless_without_a_reason() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.ctx(Role::FrontDesk);
        let mut n = NewContact::of(Channel::Visit);
        n.cases = vec![case(&w, serde_json::json!({}))];
        let n2 = n.clone();
        let r = w.desk.write_now(&ctx, move |tx, ctx| register(tx, ctx, "k", &n2));
        assert!(
            matches!(&r, Err(Error::Refused(x)) if x.missing.iter().any(|m| m.key == "missing-anonymous-reason")),
            "{r:?}"
        );
        n.anonymous_reason = Some("来电人不愿透露".into());
        w.desk
            .write_now(&ctx, move |tx, ctx| register(tx, ctx, "k", &n))
            .unwrap();
    });
}

#[test]
fn an_answered_contact_becomes_a_case_without_loss() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.ctx(Role::FrontDesk);
        let mut n = call(Vec::new());
        (n.kind, n.summary, n.answer) = (Some(Kind::Request), "灯不亮".into(), Some("已教住户合上空开".into()));
        let first = w
            .desk
            .write_now(&ctx, move |tx, ctx| register(tx, ctx, "k1", &n))
            .unwrap();
        assert!(first.cases.is_empty());
        let id = first.contact.clone();
        let k = case(&w, serde_json::json!({"content": "灯仍不亮"}));
        let (id1, k1) = (id.clone(), k.clone());
        let made = w
            .desk
            .write_now(&ctx, move |tx, ctx| add_case(tx, ctx, "k2", &id1, &k1))
            .unwrap();
        let (id1, k1) = (id.clone(), k);
        let again = w
            .desk
            .write_now(&ctx, move |tx, ctx| add_case(tx, ctx, "k2", &id1, &k1))
            .unwrap();
        assert_eq!(made.cases, again.cases);
        let (c2, id1, case_id) = (ctx.clone(), id.clone(), made.cases[0].clone());
        let (row, seen) = w
            .desk
            .read_now(move |c| {
                Ok((
                    crate::contact::get(c, &c2, &id1)?,
                    crate::case::get(c, &c2, &case_id)?.state,
                ))
            })
            .unwrap();
        assert_eq!(
            (row.outcome.as_str(), row.answer.as_str(), row.summary.as_str()),
            ("case", "已教住户合上空开", "灯不亮")
        );
        assert_eq!((seen.contacts, seen.customer.name.as_str()), (vec![id], "周晓敏"));
    });
}

fn same(row: &store::contact::Contact) -> Correction {
    Correction {
        channel: row.channel.parse().unwrap(),
        person: row.person_id.clone(),
        unit: row.unit_id.clone(),
        name: row.name.clone(),
        phone: row.phone.clone(),
        address: row.address.clone(),
        anonymous_reason: row.anonymous_reason.clone(),
        identity: None,
        kind: row.kind.clone(),
        summary: row.summary.clone(),
        answer: row.answer.clone(),
        external_ref: row.external_ref.clone(),
        reason: "登错".into(),
    }
}

#[test]
fn a_correction_keeps_what_was() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.ctx(Role::FrontDesk);
        let n = call(vec![case(&w, serde_json::json!({}))]);
        let id: ContactId = w
            .desk
            .write_now(&ctx, move |tx, ctx| register(tx, ctx, "k", &n))
            .unwrap()
            .contact;
        let (c2, id1) = (ctx.clone(), id.clone());
        let row = w.desk.read_now(move |c| crate::contact::get(c, &c2, &id1)).unwrap();
        let try_it = |new: Correction, seen: i64| {
            let id = id.clone();
            w.desk.write_now(&ctx, move |tx, ctx| correct(tx, ctx, &id, seen, &new))
        };
        assert!(matches!(
            try_it(
                Correction {
                    reason: " ".into(),
                    name: "周敏".into(),
                    ..same(&row)
                },
                row.version
            ),
            Err(Error::Invalid(_))
        ));
        assert!(matches!(try_it(same(&row), row.version), Err(Error::Invalid(_))));
        assert!(matches!(
            try_it(
                Correction {
                    name: "周敏".into(),
                    ..same(&row)
                },
                0
            ),
            Err(Error::Conflict { .. })
        ));
        assert_eq!(
            try_it(
                Correction {
                    name: "周敏".into(),
                    ..same(&row)
                },
                row.version
            )
            .unwrap(),
            row.version + 1
        );
        let (c2, id1) = (ctx.clone(), id.clone());
        let old = w.desk.read_now(move |c| history(c, &c2, &id1)).unwrap();
        assert_eq!(old.len(), 1);
        assert_eq!(old[0].was, vec![("name".to_owned(), "周晓敏".to_owned())]);
        assert_eq!(old[0].reason, "登错");
    });
}

#[test]
fn files_follow_what_they_belong_to() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.ctx(Role::FrontDesk);
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xae\x42\x60\x82".to_vec();
        let file = prepare(&w.desk.files, png.clone()).unwrap();
        assert!(prepare(&w.desk.files, b"<svg/>".to_vec()).is_err());
        assert!(prepare(&w.desk.files, Vec::new()).is_err());
        let up = Upload {
            kind: AttachmentKind::Chat,
            caption: String::new(),
            name: "../聊天 \"1\".exe".into(),
            key: "u1".into(),
        };
        let form = Subject::Form("k".into());
        let (f1, u1, s1) = (file.clone(), up.clone(), form.clone());
        let a = w
            .desk
            .write_now(&ctx, move |tx, ctx| attach(tx, ctx, &s1, &f1, &u1))
            .unwrap();
        assert_eq!(a.name, "聊天 1.png");
        let (f1, u1, s1) = (file, up, form.clone());
        let again = w
            .desk
            .write_now(&ctx, move |tx, ctx| attach(tx, ctx, &s1, &f1, &u1))
            .unwrap();
        assert_eq!(a.id, again.id);
        // While the form is open only who fills it in sees the file.
        let (other, id) = (w.ctx(Role::CsHead), a.id.clone());
        assert!(matches!(
            w.desk.read_now(move |c| get(c, &other, &id)),
            Err(Error::NotFound)
        ));
        let n = call(vec![case(&w, serde_json::json!({}))]);
        let made = w
            .desk
            .write_now(&ctx, move |tx, ctx| register(tx, ctx, "k", &n))
            .unwrap();
        let (c2, s) = (ctx.clone(), Subject::Case(made.cases[0].clone()));
        let files = w.desk.read_now(move |c| list(c, &c2, &s)).unwrap();
        assert_eq!(files.iter().map(|f| &f.id).collect::<Vec<_>>(), [&a.id]);
        let (c2, case_id) = (ctx.clone(), made.cases[0].clone());
        let seen = w.desk.read_now(move |c| crate::case::get(c, &c2, &case_id)).unwrap();
        assert_eq!(seen.state.attachments[0].id, a.id);
        assert_eq!(w.desk.files.get(&a.file_hash).unwrap(), png);
        // The worker of the case sees it now; a guard does not.
        let (worker, guard, id, id2) = (w.ctx(Role::Worker), w.ctx(Role::Guard), a.id.clone(), a.id.clone());
        assert!(w.desk.read_now(move |c| get(c, &worker, &id)).is_ok());
        assert!(matches!(
            w.desk.read_now(move |c| get(c, &guard, &id2)),
            Err(Error::NotFound)
        ));
    });
}

#[test]
fn the_queue_is_by_due_time_and_by_what_one_sees() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.ctx(Role::FrontDesk);
        for (key, urgency) in [("a", "normal"), ("b", "urgent")] {
            let n = call(vec![case(&w, serde_json::json!({"urgency": urgency}))]);
            w.desk
                .write_now(&ctx, move |tx, ctx| register(tx, ctx, key, &n))
                .unwrap();
        }
        let see = |role: Role, tab: Tab| {
            let ctx = w.ctx(role);
            w.desk
                .read_now(move |c| Ok((queue::list(c, &ctx, tab)?, queue::counts(c, &ctx)?)))
                .unwrap()
        };
        let (lines, counts) = see(Role::FrontDesk, Tab::Open);
        assert_eq!(counts, [2, 2, 0, 0]);
        assert_eq!(lines[0].urgency, "urgent");
        assert!(lines[0].due_at < lines[1].due_at);
        assert_eq!(see(Role::DeptHead, Tab::Open).1[0], 2);
        assert_eq!(see(Role::Guard, Tab::Open).0.len(), 0);
        assert_eq!(see(Role::CsHead, Tab::Mine).0.len(), 0);
    });
}
