//! Mass incidents on both engines: joined at two desks at once, told one by one.

use domain::access::Role;
use domain::case::{Channel, Status};
use domain::ids::IncidentId;
use domain::incident::{State, Told};
use store::testing::for_both;

use crate::contact::NewContact;
use crate::error::Error;
use crate::incident::{self, NewIncident};
use crate::testing::World;

fn open(w: &World) -> IncidentId {
    let n = NewIncident {
        title: "停电".into(),
        say: "预计 15:00 恢复".into(),
        ..NewIncident::default()
    };
    w.desk
        .write_now(&w.ctx(Role::CsHead), move |tx, ctx| incident::open(tx, ctx, "", &n))
        .unwrap()
}

fn caller(name: &str, phone: &str) -> NewContact {
    NewContact {
        name: name.into(),
        phone: phone.into(),
        address: "3-1-1201".into(),
        ..NewContact::of(Channel::Phone)
    }
}

#[test]
fn each_caller_has_a_case_and_is_told_once_and_the_last_one_closes_it() {
    for_both(|db| {
        let w = World::new(db);
        let id = open(&w);
        let join = |key: &str, n: NewContact| {
            let (id, key) = (id.clone(), key.to_owned());
            w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                incident::join(tx, ctx, &key, &id, &n)
            })
        };
        let first = join("k", caller("周晓敏", "13800136688")).unwrap();
        // A double click is one caller.
        assert_eq!(join("k", caller("周晓敏", "13800136688")).unwrap().cases, first.cases);
        join("l", caller("吴婷", "13900001111")).unwrap();
        assert!(matches!(join("m", caller("无名", "")), Err(Error::Invalid(_))));
        let (asked, how) = (id.clone(), "15:10 已恢复");
        w.desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| incident::end(tx, ctx, &asked, how))
            .unwrap();
        assert!(matches!(join("n", caller("迟", "13900002222")), Err(Error::Refused(_))));
        let (ctx, asked) = (w.ctx(Role::FrontDesk), id.clone());
        let list = w.desk.read_now(move |c| incident::callers(c, &ctx, &asked)).unwrap();
        assert_eq!(list.len(), 2);
        for k in &list {
            let told = if k.case_id == first.cases[0] {
                Told::Over
            } else {
                Told::NotOver
            };
            let k = k.id.clone();
            w.desk
                .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                    incident::tell(tx, ctx, &k, None, told, "仍无电")
                })
                .unwrap();
        }
        let (ctx, asked) = (w.ctx(Role::FrontDesk), id.clone());
        let now = w.desk.read_now(move |c| incident::get(c, &ctx, &asked)).unwrap();
        assert_eq!(now.state.state, State::Closed);
        let (ctx, case) = (w.ctx(Role::FrontDesk), first.cases[0].clone());
        let told = w.desk.read_now(move |c| crate::case::get(c, &ctx, &case)).unwrap();
        assert!(matches!(told.state.status, Status::Closed | Status::Done));
        assert_eq!(told.state.answer.as_deref(), Some("15:10 已恢复"));
    });
}

#[test]
fn who_has_to_be_called_back_is_shown_by_a_logged_act_and_called_once() {
    for_both(|db| {
        let w = World::new(db);
        let id = open(&w);
        let join = |n: NewContact| {
            let id = id.clone();
            w.desk
                .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                    incident::join(tx, ctx, "", &id, &n)
                })
                .unwrap()
        };
        join(caller("周晓敏", "13800136688"));
        join(caller("吴婷", "13900001111"));
        let counted = {
            let site = w.site.clone();
            w.desk.read_now(move |c| incident::ongoing(c, &site)).unwrap()
        };
        assert_eq!((counted[0].callers, counted[0].waiting), (2, 2));
        let shown = || {
            let id = id.clone();
            w.desk
                .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                    incident::reveal_once(tx, ctx, &id)
                })
                .unwrap()
        };
        assert!(!shown(), "nobody has to be called yet");
        let asked = id.clone();
        w.desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
                incident::end(tx, ctx, &asked, "已恢复")
            })
            .unwrap();
        assert!(shown() && shown());
        let (site, asked) = (w.site.clone(), id.clone());
        let log = w
            .desk
            .read_now(move |c| {
                let (site, id) = (site.as_str(), asked.as_str());
                Ok::<_, Error>(store::journal::for_subject(c, site, "incident", id, i64::MAX, 100)?)
            })
            .unwrap();
        assert_eq!(log.iter().filter(|e| e.kind == "phone_revealed").count(), 1);
        // Two desks with the same list: the second one hears that somebody has called.
        let (ctx, asked) = (w.ctx(Role::FrontDesk), id.clone());
        let first = w
            .desk
            .read_now(move |c| incident::callers(c, &ctx, &asked))
            .unwrap()
            .remove(0);
        let call = || {
            let (k, seen) = (first.id.clone(), first.version);
            w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                incident::tell(tx, ctx, &k, Some(seen), Told::NoAnswer, "")
            })
        };
        call().unwrap();
        assert!(matches!(call(), Err(Error::Conflict { .. })));
    });
}

#[test]
fn one_that_is_over_hides_no_new_one_and_who_cannot_open_it_is_not_asked_to() {
    for_both(|db| {
        let w = World::new(db);
        w.things(&w.site);
        let item = {
            let book = w.desk.book();
            book.taxonomy
                .of_kind(domain::case::Kind::Request)
                .next()
                .unwrap()
                .code
                .clone()
        };
        let old = NewIncident {
            title: "停电".into(),
            say: "抢修中".into(),
            item: item.clone(),
            ..NewIncident::default()
        };
        let id = w
            .desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
                let id = incident::open(tx, ctx, "", &old)?;
                incident::join(tx, ctx, "", &id, &caller("周晓敏", "13800136688"))?;
                incident::end(tx, ctx, &id, "已恢复")?;
                Ok::<_, Error>(id)
            })
            .unwrap();
        let (ctx, asked) = (w.ctx(Role::CsHead), id.clone());
        let state = w
            .desk
            .read_now(move |c| incident::get(c, &ctx, &asked))
            .unwrap()
            .state
            .state;
        assert_eq!(state, State::Ended, "somebody is still to be told");
        for _ in 0..domain::incident::PROPOSE_FROM {
            let new: crate::contact::NewContact = serde_json::from_value(serde_json::json!({
                "channel": "phone", "name": "周敏", "phone": "13800001234", "address": "3-1-1201",
                "cases": [{"kind": "request", "item": item, "place": "户内", "content": "没电",
                           "fee": {"kind": "free", "cents": 0, "told": true, "accepted": null}}],
            }))
            .unwrap();
            w.desk
                .write_now(&w.ctx(Role::Worker), move |tx, ctx| {
                    crate::contact::register(tx, ctx, "", &new)
                })
                .unwrap();
        }
        let proposed = |role: Role| {
            let ctx = w.ctx(role);
            let all = w
                .desk
                .read_now(move |c| crate::notice::mine(c, &ctx, None))
                .unwrap()
                .unread;
            let all = all
                .into_iter()
                .filter(|n| n.row.kind == crate::notice::INCIDENT_PROPOSED);
            all.filter_map(|n| n.page()).collect::<Vec<_>>()
        };
        assert_eq!(proposed(Role::FrontDesk).len(), 1, "a new one is proposed");
        assert!(proposed(Role::Worker).is_empty());
        assert_eq!(
            proposed(Role::FrontDesk)[0],
            format!("/incidents/new?building=3&item={item}")
        );
    });
}

#[test]
fn a_building_may_be_called_anything() {
    assert_eq!(incident::in_address("1号楼 A&B"), "1%E5%8F%B7%E6%A5%BC%20A%26B");
}
