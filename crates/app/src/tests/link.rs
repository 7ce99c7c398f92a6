//! Links and signatures: whose signature it is, once and not for ever.

use domain::access::Role;
use domain::case::{Channel, Command, ConfirmHow, Grade, Kind, Satisfaction, Status};
use domain::ids::{CaseId, FileId, PersonId, SiteId};
use serde_json::json;
use store::directory::person::{Person, Phone};
use store::testing::for_both;

use crate::contact::{NewCase, NewContact};
use crate::ctx::{Ctx, LinkPurpose};
use crate::error::{Error, Res};
use crate::link::{self, Device, LinkState, Sign, Signed};
use crate::outbox;
use crate::signature::Prepared;
use crate::step::{Confirmed, Step};
use crate::testing::World;

const PHONE: &str = "13800136688";

fn phone() -> Device {
    Device {
        staff: false,
        agent: "Phone of a customer".into(),
    }
}

/// A case that is done, its customer with a number that was confirmed long ago.
pub(super) fn done_case(w: &World, set_up: &str) -> CaseId {
    let (site, settings) = (w.site.clone(), set_up.to_owned());
    w.desk
        .write_now(&w.system(), move |tx, _| {
            let mut s = store::site::get(tx, &site)?.unwrap();
            s.settings = settings.clone();
            s.version += 1;
            store::site::save(tx, &s)?;
            Ok::<_, Error>(())
        })
        .unwrap();
    let person = person(w);
    let case: NewCase = serde_json::from_value(json!({
        "kind": Kind::Request, "item": w.desk.book().taxonomy.of_kind(Kind::Request).next().unwrap().code,
        "place": "户内 · 主卫", "content": "主卫角阀漏水。", "department": w.department("engineering"),
        "worker": w.staff(Role::Worker),
    }))
    .unwrap();
    let mut n: NewContact = serde_json::from_value(json!({
        "channel": Channel::Phone, "name": "周晓敏", "phone": PHONE, "address": "3-1-1201", "cases": [],
    }))
    .unwrap();
    n.cases = vec![case];
    n.person = Some(person);
    let made = w
        .desk
        .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
            crate::contact::register(tx, ctx, "", &n)
        })
        .unwrap();
    let id = made.cases[0].clone();
    for cmd in [
        Command::Accept {
            worker: None,
            happened_at: None,
        },
        Command::Arrive {
            worker: None,
            happened_at: None,
        },
    ] {
        w.wait(60_000);
        act(w, Role::Worker, &id, cmd).unwrap();
    }
    w.wait(60_000);
    act(w, Role::Worker, &id, complete("更换角阀")).unwrap();
    id
}

fn complete(done: &str) -> Command {
    Command::Complete {
        done: done.into(),
        lines: Vec::new(),
        photos: Vec::new(),
        no_photo_reason: Some("业主不便".into()),
        worker: None,
        callback: domain::ids::CallbackId::from(format!("cb-{done}")),
        happened_at: None,
    }
}

fn person(w: &World) -> PersonId {
    let now = w.system().now;
    let site = w.site.clone();
    w.desk
        .write_now(&w.system(), move |tx, ctx| {
            let id: PersonId = ctx.id();
            store::directory::person::insert(
                tx,
                &Person {
                    id: id.clone(),
                    site_id: site.clone(),
                    name: "周晓敏".into(),
                    gender: "female".into(),
                    birth_year: None,
                    id_number: String::new(),
                    preference: String::new(),
                    care_note: String::new(),
                    external_key: None,
                    merged_into: None,
                    created_at: now,
                    version: 1,
                },
            )?;
            store::directory::person::phone_put(tx, &number(&site, &id, now - 90_000_000))?;
            Ok::<_, Error>(id)
        })
        .unwrap()
}

fn number(site: &SiteId, person: &PersonId, confirmed_at: i64) -> Phone {
    Phone {
        site_id: site.clone(),
        person_id: person.clone(),
        number: PHONE.into(),
        reversed: PHONE.chars().rev().collect(),
        label: String::new(),
        position: 1,
        confirmed_at: Some(confirmed_at),
        wrong_at: None,
    }
}

fn act(w: &World, role: Role, id: &CaseId, cmd: Command) -> Res<crate::case::Seen> {
    let id = id.clone();
    w.desk
        .write_now(&w.ctx(role), move |tx, ctx| crate::case::act(tx, ctx, &id, None, &cmd))
}

fn make(w: &World, role: Role, id: &CaseId, purpose: LinkPurpose) -> Res<link::Made> {
    let id = id.clone();
    w.desk
        .write_now(&w.ctx(role), move |tx, ctx| link::make(tx, ctx, &id, purpose))
}

fn state(w: &World, id: &CaseId) -> domain::case::CaseState {
    let (id, ctx) = (id.clone(), w.system());
    w.desk.read_now(move |c| crate::case::get(c, &ctx, &id)).unwrap().state
}

/// The context before a secret is looked at, from the customer's own address.
fn base(w: &World) -> Ctx {
    Ctx {
        ip: "203.0.113.9".into(),
        ..w.desk.system("link", &SiteId::from(String::new()))
    }
}

fn sign(w: &World, token: &str, device: &Device, hash: &str, code: &str) -> Res<Signed> {
    let s = Sign {
        content_hash: hash.to_owned(),
        signature: code.is_empty().then(|| Prepared {
            hash: "a".repeat(64),
            size: 10,
        }),
        code: code.to_owned(),
        opinion: Some(Satisfaction::Satisfied),
        comment: String::new(),
    };
    let (t, d) = (token.to_owned(), device.clone());
    w.desk
        .write_now(&base(w), move |tx, ctx| link::confirm(tx, ctx, &t, &d, &s))
}

#[test]
fn a_link_signs_once_and_grade_b() {
    for_both(|db| {
        let w = World::new(db);
        let id = done_case(&w, SMS);
        let token = sent_to_sign(&w);
        let hash = state(&w, &id).content_hash();
        let done = sign(&w, &token, &phone(), &hash, "").unwrap();
        assert!(matches!(done, Signed::Done(_)), "{done:?}");
        let c = state(&w, &id).confirmation().cloned().unwrap();
        assert_eq!((c.grade, c.opinion), (Grade::B, Some(Satisfaction::Satisfied)));
        let twice = sign(&w, &token, &phone(), &hash, "");
        assert!(
            matches!(twice, Err(Error::Forbidden("forbidden-link-used"))),
            "{twice:?}"
        );
        // It is still there to look at, and no secret lies in the database.
        let (t, b) = (token.clone(), base(&w));
        let h = w.desk.read_now(move |c| link::open(c, &b, &t)).unwrap();
        assert_eq!(h.state, LinkState::Used);
        assert_ne!(h.link.token_hash, token);
        // A correction voids it.
        let amend = Command::Amend {
            done: "更换角阀和软管".into(),
            lines: Vec::new(),
            photos: Vec::new(),
            no_photo_reason: Some("业主不便".into()),
            reason: "漏记".into(),
        };
        act(&w, Role::Worker, &id, amend).unwrap();
        let s = state(&w, &id);
        assert!(s.confirmation().is_none() && s.confirmations[0].void_at.is_some());
        assert!(
            store::journal::verify(&w.desk.db, w.site.as_str())
                .unwrap()
                .first_broken
                .is_none()
        );
    });
}

#[test]
fn what_changed_meanwhile_is_not_signed() {
    for_both(|db| {
        let w = World::new(db);
        let id = done_case(&w, "{}");
        let made = make(&w, Role::FrontDesk, &id, LinkPurpose::Track).unwrap();
        let seen = state(&w, &id).content_hash();
        let amend = Command::Amend {
            done: "其他内容".into(),
            lines: Vec::new(),
            photos: Vec::new(),
            no_photo_reason: Some("无".into()),
            reason: "更正".into(),
        };
        act(&w, Role::Worker, &id, amend).unwrap();
        assert!(matches!(
            sign(&w, &made.token, &phone(), &seen, ""),
            Ok(Signed::Changed)
        ));
        assert_eq!(state(&w, &id).status, Status::Done);
    });
}

#[test]
fn no_member_of_staff_makes_a_grade_a_or_b() {
    for_both(|db| {
        let w = World::new(db);
        let id = done_case(&w, "{}");
        let hash = state(&w, &id).content_hash();
        let made = make(&w, Role::FrontDesk, &id, LinkPurpose::Confirm).unwrap();
        // In a browser of staff: to be looked at only.
        let staff = Device { staff: true, ..phone() };
        let refused = sign(&w, &made.token, &staff, &hash, "");
        assert!(
            matches!(refused, Err(Error::Forbidden("forbidden-link-staff"))),
            "{refused:?}"
        );
        // By a command, whatever the role.
        for role in Role::ALL {
            let own = Command::Confirm {
                confirmation: domain::ids::ConfirmationId::from(format!("c-{role}")),
                content_hash: hash.clone(),
                how: ConfirmHow::Own {
                    signature: Some(FileId::from("f")),
                    shown_by: None,
                },
                opinion: None,
                comment: String::new(),
                happened_at: None,
            };
            assert!(act(&w, *role, &id, own).is_err(), "{role}");
        }
        // By the steps that forms and the API have: grade C.
        let device = Step::Confirm {
            content_hash: hash.clone(),
            how: Confirmed::Device {
                signature: FileId::from("f"),
            },
            opinion: None,
            comment: String::new(),
            happened_at: None,
        };
        let id2 = id.clone();
        w.desk
            .write_now(&w.ctx(Role::Worker), move |tx, ctx| {
                crate::step::run(tx, ctx, "", &id2, None, &device)
            })
            .unwrap();
        assert_eq!(state(&w, &id).confirmation().unwrap().grade, Grade::C);
    });
}

/// The secret that goes to the customer's telephone when the work is done; no member of staff sees it.
fn sent_to_sign(w: &World) -> String {
    let out = take(w).into_iter().find(|o| o.template == "done").unwrap();
    out.token.unwrap()
}

#[test]
fn com_30_a_link_that_staff_saw_is_grade_c_and_its_maker_does_not_check_it() {
    for_both(|db| {
        let w = World::new(db);
        let id = done_case(&w, "{}");
        let hash = state(&w, &id).content_hash();
        // On a private telephone, far from the office: nothing tells it from the customer's.
        let made = make(&w, Role::FrontDesk, &id, LinkPurpose::Track).unwrap();
        let signed = sign(&w, &made.token, &phone(), &hash, "").unwrap();
        assert!(matches!(signed, Signed::Done(_)), "{signed:?}");
        let c = state(&w, &id).confirmation().cloned().unwrap();
        assert_eq!((c.grade, c.shown_by), (Grade::C, Some(w.staff(Role::FrontDesk))));
        for (role, rule) in [(Role::FrontDesk, Some("refuse-second-person")), (Role::CsHead, None)] {
            let got = act(&w, role, &id, Command::SecondCheck);
            match (got, rule) {
                (Err(Error::Refused(r)), Some(rule)) => assert_eq!(r.rule, rule),
                (Ok(seen), None) => assert!(seen.state.confirmation().unwrap().checked_by.is_some()),
                (got, _) => panic!("{role}: {got:?}"),
            }
        }
    });
}

#[test]
fn com_30_no_role_gets_a_secret_that_signs_at_a_or_b() {
    for_both(|db| {
        let w = World::new(db);
        let id = done_case(&w, "{}");
        let mut made = 0;
        for role in Role::ALL.iter().filter(|r| **r != Role::Vendor) {
            for purpose in [LinkPurpose::Track, LinkPurpose::Confirm] {
                let Ok(link) = make(&w, *role, &id, purpose) else {
                    continue;
                };
                assert!(
                    *role != Role::Worker || purpose == LinkPurpose::Confirm,
                    "who does the job hands out no link to follow it"
                );
                made += 1;
                let (t, b) = (link.token.clone(), base(&w));
                let h = w.desk.write_now(&b, {
                    let b = b.clone();
                    move |tx, _| link::enter(tx, &b, &t, &phone())
                });
                assert_eq!(domain_grade(&h.unwrap()), Some(Grade::C), "{role} {purpose:?}");
            }
        }
        assert!(made >= 8, "{made}");
        // A worker withdraws what they showed, and not what the customer got.
        let desk = make(&w, Role::FrontDesk, &id, LinkPurpose::Confirm).unwrap();
        let own = make(&w, Role::Worker, &id, LinkPurpose::Confirm).unwrap();
        let take_back = |link: domain::ids::LinkId| {
            let id = id.clone();
            w.desk
                .write_now(&w.ctx(Role::Worker), move |tx, ctx| link::withdraw(tx, ctx, &id, &link))
        };
        assert!(matches!(take_back(desk.id), Err(Error::Refused(r)) if r.rule == "refuse-link-others"));
        take_back(own.id).unwrap();
    });
}

/// What a signature by this holder would be worth.
fn domain_grade(h: &link::Holder) -> Option<Grade> {
    match h.ctx.who() {
        domain::access::Who::Customer { via, .. } => Some(match via {
            domain::access::Via::Code => Grade::A,
            domain::access::Via::Link => Grade::B,
            domain::access::Via::Shared | domain::access::Via::Shown => Grade::C,
        }),
        _ => None,
    }
}

#[test]
fn com_30_a_message_to_a_number_of_staff_is_no_message_to_the_customer() {
    for_both(|db| {
        let w = World::new(db);
        let id = done_case(&w, SMS);
        let (worker, hash) = (w.staff(Role::Worker), state(&w, &id).content_hash());
        w.desk
            .write_now(&w.system(), {
                let worker = worker.clone();
                move |tx, _| {
                    let mut s = store::staff::facts(tx, &worker)?.unwrap();
                    s.phone = "138 0013 6688".into();
                    s.version += 1;
                    store::staff::save(tx, &s)?;
                    Ok::<_, Error>(())
                }
            })
            .unwrap();
        let token = sent_to_sign(&w);
        sign(&w, &token, &phone(), &hash, "").unwrap();
        let c = state(&w, &id).confirmation().cloned().unwrap();
        assert_eq!((c.grade, c.shown_by), (Grade::C, Some(worker)));
    });
}

#[test]
fn a_place_where_staff_signed_in_gives_grade_c() {
    for_both(|db| {
        let w = World::new(db);
        let id = done_case(&w, SMS);
        let token = sent_to_sign(&w);
        let (staff, now) = (w.staff(Role::Worker), w.system().now);
        w.desk
            .write_now(&w.system(), move |tx, ctx| {
                let session = ctx.id();
                store::account::session_new(
                    tx,
                    &session,
                    "h",
                    &staff,
                    now,
                    now + 1000,
                    "203.0.113.9",
                    "Phone of a customer",
                )?;
                store::account::session_revoke(tx, &session, now)?;
                Ok::<_, Error>(())
            })
            .unwrap();
        let hash = state(&w, &id).content_hash();
        sign(&w, &token, &phone(), &hash, "").unwrap();
        assert_eq!(
            state(&w, &id).confirmation().unwrap().grade,
            Grade::C,
            "signed out there, and still not the customer's own"
        );
    });
}

#[test]
fn links_expire_and_are_withdrawn() {
    for_both(|db| {
        let w = World::new(db);
        let id = done_case(&w, "{}");
        let (a, b) = (
            make(&w, Role::FrontDesk, &id, LinkPurpose::Track).unwrap(),
            make(&w, Role::FrontDesk, &id, LinkPurpose::Track).unwrap(),
        );
        let state_now = |token: &str| {
            let (t, base) = (token.to_owned(), base(&w));
            w.desk.read_now(move |c| link::open(c, &base, &t)).map(|h| h.state)
        };
        assert_eq!(state_now(&a.token).unwrap(), LinkState::Open);
        assert!(matches!(
            state_now("no-such-secret-anywhere-at-all"),
            Err(Error::NotFound)
        ));
        let (case, link_id) = (id.clone(), a.id.clone());
        w.desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                link::withdraw(tx, ctx, &case, &link_id)
            })
            .unwrap();
        assert_eq!(state_now(&a.token).unwrap(), LinkState::Withdrawn);
        w.wait(link::LIFE_DONE + 1);
        assert_eq!(state_now(&b.token).unwrap(), LinkState::Expired);
        let t = b.token.clone();
        let say = w
            .desk
            .write_now(&base(&w), move |tx, ctx| link::say(tx, ctx, &t, &phone(), "", "在吗"));
        assert!(matches!(say, Err(Error::Forbidden("forbidden-link-expired"))));
        assert!(
            make(&w, Role::Guard, &id, LinkPurpose::Track).is_err(),
            "a guard sends no links"
        );
    });
}

pub(super) const SMS: &str = r#"{"channels":{"sms":{"kind":"sms_http","url":"https://sms.example.com"}}}"#;

#[test]
fn a_code_is_good_five_times_and_ten_minutes() {
    for_both(|db| {
        let w = World::new(db);
        let id = done_case(&w, SMS);
        take(&w);
        let made = make(&w, Role::FrontDesk, &id, LinkPurpose::Confirm).unwrap();
        let hash = state(&w, &id).content_hash();
        let ask = || {
            let t = made.token.clone();
            w.desk
                .write_now(&base(&w), move |tx, ctx| link::ask_code(tx, ctx, &t, &phone()))
        };
        ask().unwrap();
        assert!(matches!(ask(), Err(Error::Throttled { .. })), "not twice in a minute");
        let code = code_out(&w);
        let wrong = if code == "000000" { "000001" } else { "000000" };
        for left in (0..link::CODE_TRIES).rev() {
            let got = sign(&w, &made.token, &phone(), &hash, wrong).unwrap();
            assert!(matches!(got, Signed::WrongCode { left: l } if l == left), "{got:?}");
        }
        assert!(
            matches!(
                sign(&w, &made.token, &phone(), &hash, &code).unwrap(),
                Signed::WrongCode { left: 0 }
            ),
            "used up"
        );
        w.wait(61_000);
        ask().unwrap();
        let code = code_out(&w);
        w.wait(link::CODE_LIFE + 1);
        assert!(
            matches!(
                sign(&w, &made.token, &phone(), &hash, &code).unwrap(),
                Signed::WrongCode { .. }
            ),
            "too late"
        );
        ask().unwrap();
        let code = code_out(&w);
        sign(&w, &made.token, &phone(), &hash, &code).unwrap();
        assert_eq!(state(&w, &id).confirmation().unwrap().grade, Grade::A);
        // Nothing that staff can read holds the code.
        let ctx = w.ctx(Role::FrontDesk);
        let all = w.desk.read_now(move |c| outbox::of_case(c, &ctx, &id)).unwrap();
        let codes: Vec<_> = all.iter().filter(|m| m.template == "code").collect();
        assert!(codes.len() == 3 && codes.iter().all(|m| m.params.is_empty() && m.body.is_empty()));
        assert!(all.iter().all(|m| !m.recipient.contains("13800136688")));
    });
}

#[test]
fn a_number_confirmed_afterwards_or_of_staff_gets_no_code() {
    for_both(|db| {
        let w = World::new(db);
        let id = done_case(&w, SMS);
        let s = state(&w, &id);
        let (ctx, s2) = (w.system(), s.clone());
        assert!(w.desk.read_now(move |c| link::verified_number(c, &ctx, &s2)).unwrap());
        let (person, site, at) = (s.located.person.clone().unwrap(), w.site.clone(), s.registered_at + 1);
        w.desk
            .write_now(&w.system(), move |tx, _| {
                store::directory::person::phone_put(tx, &number(&site, &person, at))?;
                Ok::<_, Error>(())
            })
            .unwrap();
        let ctx = w.system();
        assert!(
            !w.desk.read_now(move |c| link::verified_number(c, &ctx, &s)).unwrap(),
            "confirmed after it began"
        );
    });
}

/// The code that goes out now; its message counts as sent.
fn code_out(w: &World) -> String {
    let o = take(w).into_iter().find(|o| o.template == "code").unwrap();
    let id = o.id.clone();
    let sys = w.desk.system("outbox", &w.site);
    w.desk
        .write_now(&sys, move |tx, ctx| outbox::sent(tx, ctx, &id, "p", "不留内容"))
        .unwrap();
    o.params["code"].as_str().unwrap().to_owned()
}

pub(super) fn take(w: &World) -> Vec<outbox::Outgoing> {
    w.desk
        .write_now(&w.desk.system("outbox", &SiteId::from(String::new())), |tx, ctx| {
            outbox::take(tx, ctx, 20)
        })
        .unwrap()
}

#[test]
fn the_customer_urges_once_and_says_that_it_is_not_solved() {
    for_both(|db| {
        let w = World::new(db);
        let id = done_case(&w, "{}");
        let made = make(&w, Role::FrontDesk, &id, LinkPurpose::Track).unwrap();
        let t = made.token.clone();
        w.desk
            .write_now(&base(&w), move |tx, ctx| {
                link::not_solved(tx, ctx, &t, &phone(), "k", "还漏")
            })
            .unwrap();
        let s = state(&w, &id);
        assert_eq!((s.status, s.reopened), (Status::Registered, 1));
        let urge = || {
            let t = made.token.clone();
            w.desk
                .write_now(&base(&w), move |tx, ctx| link::urge(tx, ctx, &t, &phone(), ""))
        };
        urge().unwrap();
        assert!(matches!(urge(), Err(Error::Throttled { .. })));
        w.wait(link::URGE_EVERY + 1);
        urge().unwrap();
        // A link of one case opens no other case.
        let other = CaseId::from("other");
        let (t, b) = (made.token, base(&w));
        let h = w.desk.read_now(move |c| link::open(c, &b, &t)).unwrap();
        let seen = w.desk.read_now(move |c| crate::case::get(c, &h.ctx, &other));
        assert!(matches!(seen, Err(Error::NotFound)));
    });
}

#[test]
fn a_link_is_made_once_for_a_key_and_its_secret_is_kept_nowhere() {
    for_both(|db| {
        let w = World::new(db);
        let id = done_case(&w, "{}");
        let make = |key: &'static str, purpose| {
            let id = id.clone();
            w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                link::make_once(tx, ctx, key, &id, purpose)
            })
        };
        let first = make("k", LinkPurpose::Track).unwrap();
        let secret = first.token.clone().expect("who made it gets it");
        let again = make("k", LinkPurpose::Track).unwrap();
        assert_eq!((again.id, again.token), (first.id, None), "a repeat does not");
        assert!(
            make("k", LinkPurpose::Confirm).is_err(),
            "the key was for something else"
        );
        let who = format!("staff:{}", w.staff(Role::FrontDesk));
        let kept = w
            .desk
            .read_now(move |c| Ok::<_, Error>(store::account::idempotent(c, &who, "k")?))
            .unwrap();
        assert!(!kept.unwrap().answer.contains(&secret));
        let case = id.clone();
        let all = w
            .desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| link::list(tx, ctx, &case))
            .unwrap();
        assert_eq!(all.len(), 1);
    });
}

#[test]
fn what_a_vendor_typed_is_kept_for_the_link_and_goes_with_the_step() {
    for_both(|db| {
        let w = World::new(db);
        let department = w.department("lift_vendor");
        let made = w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
            let n: NewContact = serde_json::from_value(json!({
                "channel": Channel::Phone, "name": "周晓敏", "phone": PHONE, "address": "3-1-1201",
                "cases": [{
                    "kind": Kind::Request, "item": "repair.lift.noise", "place": "电梯", "content": "异响",
                    "scope": "vendor", "department": department,
                }],
            }))?;
            crate::contact::register(tx, ctx, "", &n)
        });
        let id = made.unwrap().cases[0].clone();
        let token = make(&w, Role::FrontDesk, &id, LinkPurpose::Vendor).unwrap().token;
        let keep = |token: &str, sent: &'static str| {
            let (base, token) = (base(&w), token.to_owned());
            w.desk.write_now(&base, move |tx, ctx| {
                link::draft::keep(tx, ctx, &token, &phone(), "note", sent.as_bytes())
            })
        };
        let kept = || {
            let (base, token) = (base(&w), token.clone());
            w.desk
                .read_now(move |c| {
                    let h = link::open(c, &base, &token)?;
                    link::draft::kept(c, &h, "note")
                })
                .unwrap()
        };
        assert!(keep(&token, r#"{"fields": {"_key": "k", "note": "明早到"}}"#).unwrap());
        assert_eq!(kept()["note"], "明早到");
        assert!(keep(&token, r#"{"fields": {"_key": "k", "note": "明早八点到"}}"#).unwrap());
        assert_eq!(kept()["note"], "明早八点到");
        for broken in ["", "[]", r#"{"fields": 3}"#] {
            assert!(matches!(keep(&token, broken), Err(Error::Invalid(_))), "{broken}");
        }
        let track = make(&w, Role::FrontDesk, &id, LinkPurpose::Track).unwrap().token;
        assert!(
            matches!(keep(&track, r#"{"fields": {}}"#), Err(Error::NotFound)),
            "the customer's link has no order"
        );
        // Sent under its key: the draft is over, and a late save does not bring it back.
        let (b, t) = (base(&w), token.clone());
        w.desk
            .write_now(&b, move |tx, ctx| {
                let h = link::enter(tx, ctx, &t, &phone())?;
                let note = Step::Note {
                    text: "明早八点到".into(),
                    told_customer: false,
                };
                crate::step::run(tx, &h.ctx, "k", &h.link.case_id, None, &note)?;
                link::draft::sent(tx, &h, "note")
            })
            .unwrap();
        assert!(kept().is_empty());
        assert!(!keep(&token, r#"{"fields": {"_key": "k", "note": "明早"}}"#).unwrap());
        // And nobody touched it for a season: it goes by itself.
        assert!(keep(&token, r#"{"fields": {"_key": "k2", "note": "x"}}"#).unwrap());
        w.wait(crate::house::DRAFTS + 1);
        assert_eq!(crate::house::tidy(&w.desk).unwrap().drafts, 1);
    });
}

#[test]
fn an_order_that_went_back_is_on_nobodys_list() {
    for_both(|db| {
        let w = World::new(db);
        let department = w.department("engineering");
        let worker = w.staff(Role::Worker);
        let made = w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
            let n: NewContact = serde_json::from_value(json!({
                "channel": Channel::Phone, "name": "周晓敏", "phone": PHONE, "address": "3-1-1201",
                "cases": [{
                    "kind": Kind::Request, "item": "repair.water.angle_valve", "place": "主卫", "content": "漏水",
                    "department": department, "worker": worker,
                }],
            }))?;
            crate::contact::register(tx, ctx, "", &n)
        });
        let id = made.unwrap().cases[0].clone();
        let mine = || {
            let ctx = w.ctx(Role::Worker);
            w.desk.read_now(move |c| crate::task::list(c, &ctx)).unwrap().mine.len()
        };
        assert_eq!(mine(), 1);
        let back = Command::TakeBack {
            reason: "派错".into()
        };
        act(&w, Role::FrontDesk, &id, back).unwrap();
        assert_eq!(mine(), 0);
    });
}
