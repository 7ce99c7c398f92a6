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
