//! Registers and their corrections (COM-11).

use domain::access::Role;
use domain::case::{Channel, Kind};
use domain::ids::{CaseId, ContactId};
use domain::register::{Post, Register};
use serde_json::json;
use store::testing::for_both;

use crate::contact::{NewCase, NewContact, Registered, register};
use crate::error::{Error, Res};
use crate::journal::{self, Look};
use crate::list::Query;
use crate::register::{self as registers, Correction};
use crate::testing::World;

fn talk(w: &World, n: usize, case: NewCase) -> Registered {
    let contact = NewContact {
        name: format!("住户{n}"),
        phone: format!("1380013{n:04}"),
        address: "3-1-1201".into(),
        cases: vec![case],
        ..NewContact::of(Channel::Phone)
    };
    w.desk
        .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| register(tx, ctx, "", &contact))
        .unwrap()
}

fn inquiry(w: &World, n: usize) -> ContactId {
    let case = NewCase {
        content: "停车卡怎么办".into(),
        ..NewCase::of(Kind::Inquiry)
    };
    ContactId::from(talk(w, n, case).contact.as_str())
}

fn correct(w: &World, role: Role, register: Register, id: &str, was: &str, text: &str) -> Res<()> {
    let id = id.to_owned();
    let c = Correction {
        field: "col-content".into(),
        was: was.into(),
        original: "停车卡怎么办".into(),
        text: text.into(),
        reason: "听错了".into(),
    };
    w.desk.write_now(&w.ctx(role), move |tx, ctx| {
        registers::correct(tx, ctx, register, &id, &c)
    })
}

#[test]
fn com_11_a_correction_strikes_through_only_what_was_read() {
    for_both(|db| {
        let w = World::new(db);
        let id = inquiry(&w, 1);
        let fix = |register, was, text| correct(&w, Role::FrontDesk, register, id.as_str(), was, text);
        fix(Register::Contacts, "停车卡怎么办", "月卡怎么办").unwrap();
        // Another desk still shows the old text, in the other book of the same talks.
        let late = fix(Register::Communication, "停车卡怎么办", "临时停车卡怎么办");
        assert!(matches!(late, Err(Error::Conflict { seen: 0, current: 1 })), "{late:?}");
        fix(Register::Communication, "月卡怎么办", "月卡如何办理").unwrap();
        let stale = fix(Register::Contacts, "月卡怎么办", "年卡怎么办");
        assert!(
            matches!(stale, Err(Error::Conflict { seen: 1, current: 2 })),
            "{stale:?}"
        );
        let ctx = w.ctx(Role::FrontDesk);
        let said = w
            .desk
            .read_now(move |c| registers::corrections(c, &ctx, Register::Contacts, id.as_str()))
            .unwrap();
        let said: Vec<_> = said.iter().map(|x| (x.was.as_str(), x.text.as_str())).collect();
        assert_eq!(said, [("停车卡怎么办", "月卡怎么办"), ("月卡怎么办", "月卡如何办理")]);
    });
}

#[test]
fn a_unit_is_corrected_to_one_of_the_estate() {
    for_both(|db| {
        let w = World::new(db);
        w.things(&w.site);
        let id = inquiry(&w, 1);
        let fix = |was: &str, original: &str, text: &str| {
            let id = id.as_str().to_owned();
            let c = Correction {
                field: "col-place".into(),
                was: was.into(),
                original: original.into(),
                text: text.into(),
                reason: "听错了".into(),
            };
            w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                registers::correct(tx, ctx, Register::Contacts, &id, &c)
            })
        };
        let Err(Error::Invalid(f)) = fix("3-1-1201", "3-1-1201", "99-9-9999") else {
            panic!("a unit that is not there")
        };
        assert_eq!((f[0].name.as_str(), f[0].key), ("text", "register-no-such-unit"));
        // A place in words is one; the entry is about a unit all the same.
        fix("3-1-1201", "3-1-1201", "小区东门").unwrap();
        let again = fix("小区东门", "小区东门", "99-9-9999");
        assert!(matches!(again, Err(Error::Invalid(_))), "{again:?}");
        fix("小区东门", "小区东门", "3栋1单元1201").unwrap();
    });
}

#[test]
fn texts_of_corrections_have_a_limit() {
    for_both(|db| {
        let w = World::new(db);
        let id = inquiry(&w, 1);
        let c = Correction {
            field: "col-content".into(),
            was: "停车卡怎么办".into(),
            original: "停车卡怎么办".into(),
            text: "长".repeat(4001),
            reason: "长".repeat(301),
        };
        let done = w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
            registers::correct(tx, ctx, Register::Contacts, id.as_str(), &c)
        });
        let Err(Error::Invalid(f)) = done else {
            panic!("{done:?}")
        };
        assert_eq!(
            f.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(),
            ["text", "reason"]
        );
    });
}

#[test]
fn a_corrected_complaint_is_not_in_the_journal_of_whom_it_is_about() {
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
        let new = json!({
            "kind": "complaint", "item": item, "content": "停车卡怎么办", "about": w.staff(Role::CsHead),
        });
        let made = talk(&w, 1, serde_json::from_value(new).unwrap());
        let case: &CaseId = &made.cases[0];
        let fix = |register, id: &str| correct(&w, Role::FrontDesk, register, id, "停车卡怎么办", "月卡怎么办");
        fix(Register::Contacts, made.contact.as_str()).unwrap();
        fix(Register::Complaints, case.as_str()).unwrap();
        let read = |role| {
            let ctx = w.ctx(role);
            let look = Look {
                kind: Some("register_corrected".into()),
                ..Look::default()
            };
            w.desk.read_now(move |c| journal::look(c, &ctx, &look)).unwrap().entries
        };
        assert_eq!(read(Role::ProjectManager).len(), 2);
        assert!(read(Role::CsHead).is_empty());
        // The case's story has its correction.
        let (ctx, id) = (w.ctx(Role::ProjectManager), case.clone());
        let story = w
            .desk
            .read_now(move |c| journal::of(c, &ctx, "case", id.as_str(), i64::MAX))
            .unwrap();
        assert!(story.entries.iter().any(|e| e.kind == "register_corrected"));
    });
}

#[test]
fn com_11_an_old_entry_is_found_by_its_number_and_by_its_id() {
    for_both(|db| {
        let w = World::new(db);
        let first = inquiry(&w, 1);
        let (id, site) = (first.clone(), w.site.clone());
        let old = w
            .desk
            .read_now(move |c| Ok::<_, Error>(store::contact::get(c, &site, &id)?))
            .unwrap()
            .unwrap();
        // Many later ones, as rows: more than are looked through for words.
        let row = old.clone();
        w.desk
            .write_now(&w.system(), move |tx, ctx| {
                for n in 0..501 {
                    let later = store::contact::Contact {
                        id: ctx.id(),
                        number: format!("LF-20261121-{:04}", 1000 + n),
                        happened_at: row.happened_at + 1 + n,
                        ..row.clone()
                    };
                    store::contact::insert(tx, &later)?;
                }
                Ok::<_, Error>(())
            })
            .unwrap();
        let by_number = |role, post| {
            let (ctx, q) = (
                w.ctx(role),
                Query {
                    q: old.number.to_lowercase(),
                    ..Query::default()
                },
            );
            w.desk
                .read_now(move |c| registers::communication(c, &ctx, post, &q, 30))
                .map(|page| page.rows.into_iter().map(|r| r.id).collect::<Vec<_>>())
        };
        assert_eq!(
            by_number(Role::FrontDesk, Post::Office).unwrap(),
            *std::slice::from_ref(&first)
        );
        assert!(by_number(Role::CsHead, Post::Repair).unwrap().is_empty());
        let by_id = |role, post| {
            let (ctx, id) = (w.ctx(role), first.clone());
            w.desk.read_now(move |c| registers::talk(c, &ctx, post, &id))
        };
        assert_eq!(by_id(Role::FrontDesk, Post::Office).unwrap().id, first);
        assert!(matches!(by_id(Role::CsHead, Post::Repair), Err(Error::NotFound)));
        assert!(matches!(by_id(Role::Worker, Post::Office), Err(Error::NotFound)));
    });
}
