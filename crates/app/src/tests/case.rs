//! From a contact to a dispatched case.

use domain::access::Role;
use domain::case::{Channel, Command, Kind, Status};
use store::testing::for_both;

use crate::contact::{NewCase, NewContact};
use crate::error::Error;
use crate::testing::World;

fn leak(w: &World) -> NewContact {
    let case: NewCase = serde_json::from_value(serde_json::json!({
        "kind": Kind::Request, "item": w.desk.book().taxonomy.of_kind(Kind::Request).next().unwrap().code,
        "place": "户内 · 主卫", "content": "主卫洗手台下方角阀持续漏水，地面有积水。", "department": w.department("engineering"),
        "worker": w.staff(Role::Worker),
    }))
    .unwrap();
    NewContact {
        channel: Channel::Phone,
        happened_at: None,
        person: None,
        unit: None,
        building: None,
        name: "周晓敏".into(),
        phone: "138 0013 6688".into(),
        address: "3-1-1201".into(),
        anonymous_reason: None,
        identity: None,
        summary: String::new(),
        external_ref: String::new(),
        locale: "zh".into(),
        cases: vec![case],
        join: None,
        answer: None,
        answer_from: None,
        call: None,
        started_at: None,
        kind: None,
    }
}

/// A dispatched case that the worker of the world holds.
pub fn registered(w: &World) -> domain::ids::CaseId {
    let n = leak(w);
    let done = w
        .desk
        .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
            crate::contact::register(tx, ctx, "", &n)
        })
        .unwrap();
    done.cases[0].clone()
}

#[test]
fn a_repeated_request_makes_one_record() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.ctx(Role::FrontDesk);
        let n = leak(&w);
        let (a, b) = (n.clone(), n.clone());
        let first = w
            .desk
            .write_now(&ctx, move |tx, ctx| crate::contact::register(tx, ctx, "k1", &a))
            .unwrap();
        w.wait(1000);
        let again = w
            .desk
            .write_now(&ctx, move |tx, ctx| crate::contact::register(tx, ctx, "k1", &b))
            .unwrap();
        assert_eq!(first.cases, again.cases);
        assert_eq!(first.case_numbers[0], "BX-20261121-0001");
        let id = first.cases[0].clone();
        let ctx2 = ctx.clone();
        let seen = w.desk.read_now(move |c| crate::case::get(c, &ctx2, &id)).unwrap();
        assert_eq!(seen.state.status, Status::Dispatched);
        assert_eq!(seen.state.orders[0].number, "LX-20261121-0001");
        let other = NewContact {
            name: "别人".into(),
            ..n
        };
        let reused = w
            .desk
            .write_now(&ctx, move |tx, ctx| crate::contact::register(tx, ctx, "k1", &other));
        assert!(matches!(reused, Err(Error::Invalid(_))), "{reused:?}");
    });
}

#[test]
fn who_was_slower_is_told_and_changes_nothing() {
    for_both(|db| {
        let w = World::new(db);
        let n = leak(&w);
        let desk = w.ctx(Role::FrontDesk);
        let made = w
            .desk
            .write_now(&desk, move |tx, ctx| crate::contact::register(tx, ctx, "", &n))
            .unwrap();
        let id = made.cases[0].clone();
        let (a, b) = (id.clone(), id.clone());
        let worker = w.ctx(Role::Worker);
        let accept = Command::Accept {
            worker: None,
            happened_at: None,
        };
        let ok = w
            .desk
            .write_now(&worker, move |tx, ctx| crate::case::act(tx, ctx, &a, Some(2), &accept))
            .unwrap();
        assert_eq!((ok.state.status, ok.version), (Status::Accepted, 3));
        let back = Command::TakeBack {
            reason: "派错部门".into(),
        };
        let slow = w
            .desk
            .write_now(&desk, move |tx, ctx| crate::case::act(tx, ctx, &b, Some(2), &back));
        assert!(matches!(slow, Err(Error::Conflict { seen: 2, current: 3 })), "{slow:?}");
        let report = store::journal::verify(&w.desk.db, w.site.as_str()).unwrap();
        assert!(report.first_broken.is_none() && report.checked >= 4, "{report:?}");
    });
}

#[test]
fn a_case_that_one_may_not_see_is_not_there() {
    for_both(|db| {
        let w = World::new(db);
        let n = leak(&w);
        let made = w
            .desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                crate::contact::register(tx, ctx, "", &n)
            })
            .unwrap();
        for (role, there) in [
            (Role::Worker, true),
            (Role::Vendor, false),
            (Role::Sysadmin, false),
            (Role::CsHead, true),
        ] {
            let (id, ctx) = (made.cases[0].clone(), w.ctx(role));
            let got = w.desk.read_now(move |c| crate::case::get(c, &ctx, &id));
            assert_eq!(got.is_ok(), there, "{role}");
        }
    });
}

#[test]
fn an_order_is_not_proposed_to_people_who_take_none() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.ctx(Role::FrontDesk);
        let (idle, departments) = w
            .desk
            .read_now(move |c| {
                let idle = crate::contact::idle(c, &ctx)?;
                Ok::<_, Error>((idle, store::site::departments(c, &ctx.site)?))
            })
            .unwrap();
        let usual = |code: &str| {
            let found = crate::contact::usual_department(code, &departments, &idle);
            found.map(|d| d.code.clone()).unwrap_or_default()
        };
        for (of_item, goes_to) in [
            ("quality", "customer_service"),
            ("finance", "customer_service"),
            ("engineering", "engineering"),
            ("lift_vendor", "lift_vendor"),
            // Nobody was entered there yet: no reason to think that nobody will take it.
            ("greening", "greening"),
            ("none", ""),
        ] {
            assert_eq!(usual(of_item), goes_to, "{of_item}");
        }
    });
}
