//! A complaint about a person is hidden from that person: they are told nothing of it, and whoever is next above them is.

use domain::access::Role;
use domain::case::{Channel, Kind};
use domain::ids::{CaseId, ContactId, StaffId};
use serde_json::json;
use store::testing::for_both;

use crate::contact::{NewCase, NewContact, Registered, register};
use crate::error::{Error, Res};
use crate::testing::World;
use crate::{appointment, case, consult, notice, promise, timer};

const HOUR: i64 = 3_600_000;

fn complaint(w: &World, by: Role, about: Option<StaffId>, more: serde_json::Value) -> Res<Registered> {
    let item = w
        .desk
        .book()
        .taxonomy
        .of_kind(Kind::Complaint)
        .next()
        .unwrap()
        .code
        .clone();
    let mut new = json!({"kind": "complaint", "item": item, "content": "态度恶劣", "about": about});
    for (k, v) in more.as_object().unwrap() {
        new[k.as_str()] = v.clone();
    }
    let new: NewCase = serde_json::from_value(new).unwrap();
    let contact = NewContact {
        name: "周晓敏".into(),
        phone: "13800136688".into(),
        address: "3-1-1201".into(),
        cases: vec![new],
        ..NewContact::of(Channel::Phone)
    };
    w.desk
        .write_now(&w.ctx(by), move |tx, ctx| register(tx, ctx, "", &contact))
}

fn told_of(w: &World, case: &CaseId) -> Vec<StaffId> {
    let (site, case) = (w.site.clone(), case.clone());
    w.desk
        .read_now(move |c| {
            let mut all = Vec::new();
            for n in store::notice::open_of(c, &case)? {
                all.extend(store::notice::told(c, &site, &n.id)?);
            }
            Ok::<_, Error>(all)
        })
        .unwrap()
}

fn unread(w: &World, role: Role) -> i64 {
    w.desk.recount(&w.site).unwrap();
    w.desk.live.unread(&w.site, &w.staff(role)).n
}

#[test]
fn what_the_head_is_complained_of_goes_to_the_next_above() {
    for_both(|db| {
        let w = World::new(db);
        let head = w.staff(Role::CsHead);
        let made = complaint(&w, Role::FrontDesk, Some(head.clone()), json!({})).unwrap();
        let case = &made.cases[0];
        // Left alone for days: every step that names the head finds somebody else.
        for _ in 0..6 {
            w.wait(12 * HOUR);
            timer::run_due(&w.desk).unwrap();
        }
        let told = told_of(&w, case);
        assert!(!told.contains(&head), "{told:?}");
        assert!(told.contains(&w.staff(Role::ProjectManager)), "{told:?}");
        let ctx = w.ctx(Role::CsHead);
        let all = w.desk.read_now(move |c| notice::mine(c, &ctx, None)).unwrap();
        let about = all.unread.iter().chain(&all.read).filter(|n| n.row.case_id.is_some());
        assert_eq!(about.count(), 0);
    });
}

#[test]
fn a_question_about_the_head_is_reported_past_the_head() {
    for_both(|db| {
        let w = World::new(db);
        let promised = json!({"promise": {"what": "问清楚再答复"}});
        let made = complaint(&w, Role::FrontDesk, Some(w.staff(Role::CsHead)), promised).unwrap();
        assert_eq!(told_of(&w, &made.cases[0]), [w.staff(Role::ProjectManager)]);
        let ctx = w.ctx(Role::FrontDesk);
        let about = w.staff(Role::CsHead);
        let usual = w
            .desk
            .read_now(move |c| {
                Ok::<_, Error>((
                    promise::superiors(c, &ctx, None)?,
                    promise::superiors(c, &ctx, Some(&about))?,
                ))
            })
            .unwrap();
        assert_eq!(
            usual,
            (vec![w.staff(Role::CsHead)], vec![w.staff(Role::ProjectManager)])
        );
    });
}

#[test]
fn what_rang_before_it_was_known_rings_no_more() {
    for_both(|db| {
        let w = World::new(db);
        let made = complaint(&w, Role::FrontDesk, None, json!({"promise": {"what": "问清楚再答复"}})).unwrap();
        let case = made.cases[0].clone();
        assert_eq!(unread(&w, Role::CsHead), 1);
        let ctx = w.ctx(Role::CsHead);
        let id = w.desk.read_now(move |c| notice::mine(c, &ctx, None)).unwrap().unread[0]
            .row
            .id
            .clone();
        let (about, at) = (w.staff(Role::CsHead), case.clone());
        let judge: crate::step::Step = serde_json::from_value(json!({
            "action": "judge_complaint", "valid": true, "nature": "attitude", "severity": "ordinary", "about": about, "reason": "核实过",
        }))
        .unwrap();
        w.desk
            .write_now(&w.ctx(Role::ProjectManager), move |tx, ctx| {
                crate::step::run(tx, ctx, "", &at, None, &judge)
            })
            .unwrap();
        assert_eq!(unread(&w, Role::CsHead), 0);
        let ctx = w.ctx(Role::CsHead);
        let shown = w
            .desk
            .read_now(move |c| Ok::<_, Error>((notice::mine(c, &ctx, None)?, notice::loudest(c, &ctx)?)))
            .unwrap();
        assert!(shown.0.unread.is_empty() && shown.0.read.is_empty() && shown.1.is_none());
        // By its address neither: not read, not marked as unread again.
        let (ctx, one) = (w.ctx(Role::CsHead), id.clone());
        assert!(matches!(
            w.desk.read_now(move |c| notice::one(c, &ctx, &one)),
            Err(Error::NotFound)
        ));
        let kept = w
            .desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| notice::keep(tx, ctx, &id));
        assert!(matches!(kept, Err(Error::NotFound)), "{kept:?}");
    });
}

#[test]
fn appointments_and_questions_about_a_complaint_are_hidden_with_it() {
    for_both(|db| {
        let w = World::new(db);
        let head = w.staff(Role::CsHead);
        let made = complaint(&w, Role::FrontDesk, Some(head), json!({})).unwrap();
        let contact = ContactId::from(made.contact.as_str());
        let new = appointment::New {
            at: Some(w.desk.clock.now() + HOUR),
            place: "客服中心".into(),
            bring: "身份证".into(),
            ..appointment::New::default()
        };
        let id = w
            .desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                appointment::make(tx, ctx, "", &contact, &new)
            })
            .unwrap();
        let planned = |role: Role| {
            let ctx = w.ctx(role);
            w.desk.read_now(move |c| appointment::list(c, &ctx)).unwrap().0.len()
        };
        assert_eq!((planned(Role::ProjectManager), planned(Role::CsHead)), (1, 0));
        let (ctx, asked) = (w.ctx(Role::CsHead), id.clone());
        let known = w.desk.read_now(move |c| appointment::known(c, &ctx, &asked));
        assert!(matches!(known, Err(Error::NotFound)));
        let ends = w.desk.write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
            appointment::finish(tx, ctx, &id, 1, &appointment::Outcome::NoShow { note: String::new() })
        });
        assert!(matches!(ends, Err(Error::NotFound)));
        // Of one that nobody ended the list speaks for two weeks.
        w.wait(15 * 24 * HOUR);
        assert_eq!(planned(Role::ProjectManager), 0);
        // A question to the post of the person whom the case is about does not show it to them.
        let ask = consult::NewConsult {
            form_key: String::new(),
            case: Some(made.cases[0].clone()),
            channel: Channel::Phone,
            to: "post:cs_head".into(),
            question: "怎么答复".into(),
        };
        let site = w.site.clone();
        let on = w.staff(Role::CsHead);
        let id = w
            .desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                store::account::duty_on(tx, &on, &site, ctx.now)?;
                consult::ask(tx, ctx, "", &ask)
            })
            .unwrap();
        let ctx = w.ctx(Role::CsHead);
        assert!(
            w.desk
                .read_now(move |c| consult::asked_of_me(c, &ctx))
                .unwrap()
                .is_empty()
        );
        let answered = w.desk.write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
            consult::answer(tx, ctx, &id, Some("不用理"))
        });
        assert!(matches!(answered, Err(Error::NotFound)), "{answered:?}");
    });
}

#[test]
fn an_order_held_by_whom_it_is_about_is_in_no_count_and_in_no_list_of_theirs() {
    for_both(|db| {
        let w = World::new(db);
        let t = w.things(&w.site);
        let (case, worker, site) = (CaseId::from(t.case.as_str()), w.staff(Role::Worker), w.site.clone());
        let held = || {
            w.desk.recount(&w.site).unwrap();
            w.desk.live.held(&w.site, &w.staff(Role::Worker))
        };
        assert_eq!(held(), 1);
        let manager = w.staff(Role::ProjectManager);
        w.desk
            .write_now(&w.system(), move |tx, _| {
                store::hidden::put(tx, &worker, &case, &site)?;
                store::hidden::put(tx, &manager, &case, &site)?;
                Ok::<_, Error>(())
            })
            .unwrap();
        assert_eq!(held(), 0);
        let (ctx, worker) = (w.ctx(Role::ProjectManager), w.staff(Role::Worker));
        let seen = w.desk.read_now(move |c| crate::staff::get(c, &ctx, &worker)).unwrap();
        assert!(seen.held.is_empty(), "{:?}", seen.held);
    });
}

#[test]
fn whom_a_complaint_is_about_works_here() {
    for_both(|db| {
        let w = World::new(db);
        let nobody = complaint(&w, Role::FrontDesk, Some("nobody".into()), json!({}));
        assert!(
            matches!(&nobody, Err(Error::Invalid(f)) if f[0].name == "about"),
            "{nobody:?}"
        );
        let good = complaint(&w, Role::FrontDesk, Some(w.staff(Role::Guard)), json!({})).unwrap();
        let ctx = w.ctx(Role::CsHead);
        let id = good.cases[0].clone();
        assert!(w.desk.read_now(move |c| case::get(c, &ctx, &id)).is_ok());
    });
}
