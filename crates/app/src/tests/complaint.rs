//! What is told of a complaint after it was filed.

use domain::access::Role;
use domain::case::{By, Channel, Event, Fact, Kind};
use serde_json::json;
use store::testing::for_both;

use crate::contact::{NewCase, NewContact, register};
use crate::error::Error;
use crate::testing::World;
use crate::{case, notice, step};

#[test]
fn quality_and_whoever_answers_for_a_measure_hear_that_it_came_again() {
    for_both(|db| {
        let w = World::new(db);
        let item = w
            .desk
            .book()
            .taxonomy
            .of_kind(Kind::Complaint)
            .next()
            .unwrap()
            .code
            .clone();
        let new = json!({"kind": "complaint", "item": item, "content": "楼道保洁不到位"});
        let new: NewCase = serde_json::from_value(new).unwrap();
        let contact = NewContact {
            name: "周晓敏".into(),
            phone: "13800136688".into(),
            address: "3-1-1201".into(),
            cases: vec![new],
            ..NewContact::of(Channel::Phone)
        };
        let owner = w.staff(Role::Worker);
        w.desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                let made = register(tx, ctx, "", &contact)?;
                let mut s = case::get(tx, ctx, &made.cases[0])?.state;
                let happened = |fact: Fact| Event {
                    at: ctx.now,
                    happened_at: None,
                    by: By::System { name: "clock".into() },
                    fact,
                };
                let measure: Fact = serde_json::from_value(json!({
                    "type": "complaint_measure_set", "no": 1, "kind": "preventive", "facts": "", "text": "每周检查", "owner": owner,
                    "due_at": ctx.now,
                }))
                .unwrap();
                let looked = |found: Vec<domain::ids::CaseId>| happened(Fact::RecurrenceLooked { days: 30, found });
                let mut state = Some(s.clone());
                domain::case::apply(&mut state, &happened(measure));
                s = state.ok_or(Error::NotFound)?;
                // Nothing found: nobody is told.
                step::tell(tx, ctx, &s, &[looked(vec![])])?;
                assert!(store::notice::open_of(tx, &s.id)?.is_empty());
                step::tell(tx, ctx, &s, &[looked(vec!["x".into()])])?;
                Ok::<_, Error>(())
            })
            .unwrap();
        for (role, n) in [(Role::Quality, 1), (Role::Worker, 1), (Role::FrontDesk, 0)] {
            let ctx = w.ctx(role);
            let told = w.desk.read_now(move |c| notice::mine(c, &ctx, None)).unwrap().unread;
            let told = told.iter().filter(|x| x.row.kind == notice::COMPLAINT_RECURRED).count();
            assert_eq!(told, n, "{role}");
        }
    });
}
