//! Messages go out once, and again after a failure.

use domain::access::Role;
use store::testing::for_both;

use super::link::{SMS, done_case, take};
use crate::error::Error;
use crate::outbox;
use crate::testing::World;

#[test]
fn a_message_goes_out_once_and_again_after_a_failure() {
    for_both(|db| {
        let w = World::new(db);
        let id = done_case(&w, SMS);
        let first = take(&w);
        let mut kinds: Vec<&str> = first.iter().map(|o| o.template.as_str()).collect();
        kinds.sort_unstable();
        // Registered and sent out in one go is one message.
        assert_eq!(kinds, ["dispatched", "done"]);
        assert!(first.iter().all(|o| o.token.is_some() && o.attempt == 1));
        assert!(take(&w).is_empty(), "nobody gets it while the lease lasts");
        let sys = w.desk.system("outbox", &w.site);
        let (a, b) = (first[0].id.clone(), first[1].id.clone());
        let (a1, b1) = (a.clone(), b.clone());
        w.desk
            .write_now(&sys, move |tx, ctx| {
                outbox::sent(tx, ctx, &a1, "p-1", "文字")?;
                outbox::failed(tx, ctx, &b1, 1, "timeout", Some(30_000))
            })
            .unwrap();
        assert!(take(&w).is_empty(), "not before its time");
        w.wait(30_001);
        let again = take(&w);
        assert_eq!((again.len(), again[0].id.clone(), again[0].attempt), (1, b.clone(), 2));
        // A late word of the first attempt does not end the second one.
        let b1 = b.clone();
        let sys = w.desk.system("outbox", &w.site);
        w.desk
            .write_now(&sys, move |tx, ctx| outbox::failed(tx, ctx, &b1, 1, "timeout", None))
            .unwrap();
        w.wait(outbox::LEASE + 1);
        let third = take(&w);
        assert_eq!(third.len(), 1, "its holder was lost");
        let b1 = b.clone();
        let sys = w.desk.system("outbox", &w.site);
        w.desk
            .write_now(&sys, move |tx, ctx| {
                outbox::failed(tx, ctx, &b1, 3, "rejected: 4", None)
            })
            .unwrap();
        let ctx = w.ctx(Role::FrontDesk);
        let list = w
            .desk
            .read_now(move |c| {
                outbox::list(
                    c,
                    &ctx,
                    &outbox::Filter {
                        states: vec!["failed".into()],
                        limit: 9,
                        ..Default::default()
                    },
                )
            })
            .unwrap();
        assert_eq!(list.len(), 1);
        // Reports come as often as they like.
        let sys = w.desk.system("outbox", &w.site);
        for _ in 0..2 {
            w.desk
                .write_now(&sys, |tx, ctx| outbox::reported(tx, ctx, "p-1", ctx.now, None))
                .unwrap();
        }
        let ctx = w.ctx(Role::FrontDesk);
        let all = w.desk.read_now(move |c| outbox::of_case(c, &ctx, &id)).unwrap();
        assert_eq!(all.iter().find(|m| m.id == a).unwrap().state, "delivered");
        // Send again.
        let b1 = b.clone();
        w.desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| outbox::again(tx, ctx, &b1))
            .unwrap();
        assert_eq!(take(&w).len(), 1);
        let refused = w
            .desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| outbox::again(tx, ctx, &a));
        assert!(matches!(refused, Err(Error::Refused(_))));
        let none = w
            .desk
            .write_now(&w.ctx(Role::Worker), move |tx, ctx| outbox::again(tx, ctx, &b));
        assert!(matches!(none, Err(Error::Forbidden(_))));
    });
}
