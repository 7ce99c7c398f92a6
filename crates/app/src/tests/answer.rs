//! What the desk knows: standard answers, referrals, proposals for new services, lessons.

use domain::access::Role;
use domain::answer::{Said, Standing};
use domain::case::{Channel, Kind, Scope, Status};
use domain::lesson::Taught;
use domain::proposal::Decision;
use serde_json::json;
use store::testing::for_both;

use crate::answer::{self, View};
use crate::contact::{NewCase, NewContact, register};
use crate::error::{Error, Res};
use crate::testing::World;
use crate::{lesson, proposal, referral};

const DAY: i64 = 86_400_000;

fn parking() -> Said {
    Said {
        question: "停车月卡怎么办理".into(),
        question_en: "How do I get a parking card".into(),
        short: "带行驶证到前台，每月 300 元，当场办好。".into(),
        short_en: "Bring the vehicle licence to the desk: 300 yuan a month, done at once.".into(),
        recheck_days: 90,
        ..Said::default()
    }
}

fn call(more: serde_json::Value) -> NewContact {
    let mut case = json!({"kind": "inquiry", "content": "停车卡多少钱一个月"});
    for (k, x) in more.as_object().unwrap() {
        case[k.as_str()] = x.clone();
    }
    let case: NewCase = serde_json::from_value(case).unwrap();
    let mut n = NewContact::of(Channel::Phone);
    n.name = "周晓敏".into();
    n.phone = "138 0013 6688".into();
    n.address = "3-1-1201".into();
    n.cases = vec![case];
    n
}

fn made(w: &World, n: NewContact) -> Res<crate::case::Seen> {
    let done = w
        .desk
        .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| register(tx, ctx, "", &n))?;
    let (ctx, id) = (w.system(), done.cases[0].clone());
    w.desk.read_now(move |c| crate::case::get(c, &ctx, &id))
}

fn proposed(w: &World, text: &str) -> Vec<answer::Seen> {
    let (ctx, text) = (w.ctx(Role::FrontDesk), text.to_owned());
    w.desk.read_now(move |c| answer::propose(c, &ctx, &text, "")).unwrap()
}

#[test]
fn an_answer_is_found_by_words_and_pinyin_used_and_asks_to_be_checked() {
    for_both(|db| {
        let w = World::new(db);
        let said = parking();
        let forbidden = w.desk.write_now(&w.ctx(Role::FrontDesk), {
            let said = said.clone();
            move |tx, ctx| answer::add(tx, ctx, "", &said)
        });
        assert!(matches!(forbidden, Err(Error::Forbidden(_))), "{forbidden:?}");
        let id = w
            .desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| answer::add(tx, ctx, "k", &said))
            .unwrap();
        for typed in ["停车卡多少钱一个月", "tingche", "tcyk", "parking"] {
            assert_eq!(proposed(&w, typed).len(), 1, "{typed}");
        }
        assert!(proposed(&w, "厨房漏水").is_empty() && proposed(&w, "").is_empty());
        // Taken over and told: counted, and on record with the case.
        let s = made(
            &w,
            call(json!({"answer": "带行驶证到前台，每月 300 元，当场办好。", "answer_from": id})),
        )
        .unwrap();
        assert_eq!(s.state.status, Status::Closed);
        assert_eq!(proposed(&w, "月卡")[0].row.used, 1);
        // After its time it asks to be looked at, is still shown, and is good again once somebody did.
        w.wait(91 * DAY);
        assert_eq!(proposed(&w, "月卡")[0].standing, Standing::Unchecked);
        let (ctx, asked) = (w.ctx(Role::CsHead), id.clone());
        let l = w
            .desk
            .read_now(move |c| answer::list(c, &ctx, View::Unchecked, "", None))
            .unwrap();
        assert_eq!((l.rows.len(), l.unchecked), (1, 1));
        let a = asked.clone();
        w.desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| answer::check(tx, ctx, &a, 1))
            .unwrap();
        assert_eq!(proposed(&w, "月卡")[0].standing, Standing::Good);
        // Changed: what it said is kept, and who was slower is told.
        let dearer = Said {
            short: "每月 350 元，在前台办理。".into(),
            ..parking()
        };
        let (a, b, again) = (asked.clone(), asked.clone(), dearer.clone());
        w.desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
                answer::edit(tx, ctx, &a, 2, &dearer, "调价")
            })
            .unwrap();
        let slow = w.desk.write_now(&w.ctx(Role::ProjectManager), move |tx, ctx| {
            answer::edit(tx, ctx, &b, 2, &again, "")
        });
        assert!(matches!(slow, Err(Error::Conflict { seen: 2, current: 3 })), "{slow:?}");
        let (ctx, a) = (w.ctx(Role::FrontDesk), asked.clone());
        let versions = w.desk.read_now(move |c| answer::versions(c, &ctx, &a)).unwrap();
        assert_eq!(versions.len(), 2);
        assert_eq!(
            (versions[0].0.why.as_str(), versions[1].1.short.as_str()),
            ("调价", parking().short.as_str())
        );
        // Withdrawn, it is offered to nobody.
        let a = asked.clone();
        w.desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
                answer::set_active(tx, ctx, &a, 3, false, "改为线上办理")
            })
            .unwrap();
        assert!(proposed(&w, "停车月卡怎么办理").is_empty());
    });
}

#[test]
fn what_is_outside_gets_a_referral_and_the_head_a_proposal() {
    for_both(|db| {
        let w = World::new(db);
        let ctx = w.ctx(Role::FrontDesk);
        let found = w
            .desk
            .read_now(move |c| referral::propose(c, &ctx, "家里宽带断了两天"))
            .unwrap();
        assert!(found.iter().any(|r| r.phone == "10000"), "{found:?}");
        // An answer that it is not ours is none without somebody who helps (CAL-8).
        let refused = made(&w, call(json!({"scope": "outside", "answer": "不归我们管"}))).unwrap_err();
        assert!(
            matches!(&refused, Error::Refused(r) if r.clause == Some("CAL-8") && r.missing[0].key == "missing-referral"),
            "{refused:?}"
        );
        let s = made(
            &w,
            call(json!({"scope": "outside", "answer": "请找电信", "referral": "中国电信 10000"})),
        )
        .unwrap();
        assert_eq!((s.state.status, s.state.kind), (Status::Closed, Kind::Inquiry));
        assert_eq!(s.state.outside.as_ref().unwrap().referral, "中国电信 10000");
        // An inquiry is no proposal; a request is.
        let item = w
            .desk
            .book()
            .taxonomy
            .of_kind(Kind::Request)
            .next()
            .unwrap()
            .code
            .clone();
        let s = made(
            &w,
            call(json!({"kind": "request", "item": item, "place": "户内", "content": "能否代遛狗", "scope": "outside", "referral": "便民服务 12345"})),
        )
        .unwrap();
        assert_eq!(s.state.scope, Scope::Outside);
        let ctx = w.ctx(Role::CsHead);
        let open = w
            .desk
            .read_now(move |c| proposal::list(c, &ctx, proposal::View::Open, None))
            .unwrap()
            .rows;
        assert_eq!(open.len(), 1);
        assert_eq!(
            (open[0].case_number.as_str(), &open[0].reported_to),
            (s.state.number.as_str(), &w.staff(Role::CsHead))
        );
        let ctx = w.ctx(Role::CsHead);
        let told = w.desk.read_now(move |c| crate::notice::mine(c, &ctx, None)).unwrap();
        assert!(
            told.unread.iter().any(|n| n.row.kind == crate::notice::PROPOSAL),
            "the head is told"
        );
        let id = open[0].id.clone();
        let (a, b) = (id.clone(), id.clone());
        let early = w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
            proposal::tell(tx, ctx, &a, 1, "电话告知")
        });
        assert!(matches!(early, Err(Error::Refused(r)) if r.rule == "refuse-proposal-undecided"));
        let desk = w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
            proposal::decide(tx, ctx, &b, 1, Decision::No, "没有人手", None)
        });
        assert!(matches!(desk, Err(Error::Forbidden(_))), "{desk:?}");
        let (a, b) = (id.clone(), id.clone());
        w.desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
                proposal::decide(tx, ctx, &a, 1, Decision::Develop, "三户提出，联系社区合作", None)
            })
            .unwrap();
        w.desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                proposal::tell(tx, ctx, &b, 2, "电话告知，住户很高兴")
            })
            .unwrap();
        let ctx = w.ctx(Role::FrontDesk);
        let p = w.desk.read_now(move |c| proposal::get(c, &ctx, &id)).unwrap();
        assert_eq!((p.state.as_str(), p.decision.as_str()), ("told", "develop"));
    });
}

#[test]
fn a_closed_case_teaches_without_naming_anybody() {
    for_both(|db| {
        let w = World::new(db);
        let open = made(&w, call(json!({}))).unwrap();
        let (ctx, id) = (w.ctx(Role::CsHead), open.state.id.clone());
        let early = w.desk.read_now(move |c| lesson::draft(c, &ctx, &id));
        assert!(matches!(early, Err(Error::Refused(r)) if r.rule == "refuse-lesson-open"));
        let s = made(
            &w,
            call(json!({"content": "周晓敏 3-1-1201 问停车月卡，电话 13800136688", "answer": "周女士带行驶证来办，车牌浙A12345"})),
        )
        .unwrap();
        let (ctx, id) = (w.ctx(Role::CsHead), s.state.id.clone());
        let d = w.desk.read_now(move |c| lesson::draft(c, &ctx, &id)).unwrap();
        for name in ["周晓敏", "周女士", "3-1-1201", "13800136688", "浙A12345"] {
            let all = format!("{}{}{}", d.taught.title, d.taught.situation, d.taught.worked);
            assert!(!all.contains(name), "{name}: {all}");
        }
        assert!(d.taken >= 3 && d.taught.situation.contains("停车月卡"));
        let keep = |t: Taught| {
            let id = s.state.id.clone();
            w.desk
                .write_now(&w.ctx(Role::CsHead), move |tx, ctx| lesson::keep(tx, ctx, "", &id, &t))
        };
        let good = Taught {
            title: "停车月卡一次办好".into(),
            worked: "请带齐证件，当场办好".into(),
            clause: "REC-6".into(),
            tags: "停车 证件".into(),
            ..d.taught
        };
        let named = keep(Taught {
            worked: "给周女士当场办好".into(),
            ..good.clone()
        });
        assert!(matches!(named, Err(Error::Refused(r)) if r.rule == "refuse-lesson-names"));
        let id = keep(good.clone()).unwrap();
        assert!(matches!(keep(good.clone()), Err(Error::Refused(r)) if r.rule == "refuse-lesson-kept"));
        let found = |text: &str| {
            let (ctx, text) = (w.ctx(Role::FrontDesk), text.to_owned());
            w.desk.read_now(move |c| lesson::propose(c, &ctx, &text, "")).unwrap()
        };
        assert_eq!(found("住户来问停车月卡的事").len(), 1);
        assert!(found("厨房漏水").is_empty());
        let a = id.clone();
        w.desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
                lesson::set_active(tx, ctx, &a, 1, false, "做法改了")
            })
            .unwrap();
        assert!(found("住户来问停车月卡的事").is_empty());
    });
}

/// Bodies of a subject's journal without what is erasable.
fn erased(w: &World, kind: &str, id: &str) -> String {
    let (site, kind, id) = (w.site.clone(), kind.to_owned(), id.to_owned());
    w.desk
        .write_now(&w.system(), move |tx, ctx| {
            store::journal::erase_owner(tx, ctx.now, &kind, &id)?;
            let all = store::journal::for_subject(tx, site.as_str(), &kind, &id, i64::MAX, 100)?;
            Ok::<_, Error>(all.iter().map(|e| e.body.to_string()).collect())
        })
        .unwrap()
}

#[test]
fn a_referral_and_a_reason_can_be_forgotten() {
    for_both(|db| {
        let w = World::new(db);
        let facts = referral::Facts {
            kind: "repair".into(),
            name: "开锁王师傅".into(),
            phone: "13700007777".into(),
            helps: "开锁".into(),
            ..referral::Facts::default()
        };
        let add = |f: referral::Facts| {
            w.desk
                .write_now(&w.ctx(Role::CsHead), move |tx, ctx| referral::add(tx, ctx, "k", &f))
        };
        let kinds = domain::answer::ReferralKind::ALL;
        let facts = referral::Facts {
            kind: kinds[0].as_str().to_owned(),
            ..facts
        };
        let id = add(facts.clone()).unwrap();
        assert_eq!(add(facts.clone()).unwrap(), id, "a double click makes one");
        let (asked, now) = (id.clone(), facts);
        w.desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
                let f = referral::Facts {
                    phone: "13700008888".into(),
                    ..now.clone()
                };
                referral::edit(tx, ctx, &asked, 1, &f)
            })
            .unwrap();
        let said = erased(&w, "referral", id.as_str());
        for gone in ["王师傅", "13700007777", "13700008888"] {
            assert!(!said.contains(gone), "{gone}: {said}");
        }
        let said = parking();
        let id = w
            .desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
                let id = answer::add(tx, ctx, "", &said)?;
                answer::set_active(tx, ctx, &id, 1, false, "周女士说不对")?;
                Ok::<_, Error>(id)
            })
            .unwrap();
        let said = erased(&w, "answer", id.as_str());
        assert!(said.contains("停车月卡") && !said.contains("周女士"), "{said}");
        // Withdrawn, it is still found where the withdrawn ones are, and offered to nobody.
        let ctx = w.ctx(Role::CsHead);
        let found = w
            .desk
            .read_now(move |c| answer::list(c, &ctx, View::Withdrawn, "停车月卡", None))
            .unwrap();
        assert_eq!(found.rows.len(), 1);
        assert!(proposed(&w, "停车月卡怎么办理").is_empty());
    });
}

#[test]
fn a_common_word_pushes_no_rare_one_out_and_a_long_text_is_put_under_its_beginning() {
    for_both(|db| {
        let w = World::new(db);
        let found = w
            .desk
            .write_now(&w.system(), |tx, ctx| {
                for n in 0..4_100 {
                    store::answer::know(tx, &ctx.site, "answer", "电梯", &format!("x{n:05}"))?;
                }
                let long = format!("阳台渗水{}石破天惊", "很长的话".repeat(2_000));
                crate::known::put(tx, &ctx.site, crate::known::ANSWER, "rare", "阳台渗水", &long)?;
                let mut under = |word: &str| store::answer::known(tx, &ctx.site, "answer", word, 10).map(|x| x.len());
                assert_eq!((under("渗水")?, under("天惊")?), (1, 0));
                crate::known::find(tx, ctx, crate::known::ANSWER, "电梯旁边阳台渗水")
            })
            .unwrap();
        assert_eq!(found[0].0, "rare");
    });
}

#[test]
fn a_promise_and_a_referral_are_both_on_record() {
    for_both(|db| {
        let w = World::new(db);
        let s = made(
            &w,
            call(json!({"scope": "outside", "referral": "中国电信 10000", "promise": {"what": "问清楚再答复"}})),
        )
        .unwrap();
        assert_eq!(s.state.promises.len(), 1);
        assert_eq!(s.state.outside.as_ref().unwrap().referral, "中国电信 10000");
        // What is not ours goes to no department, and that is said.
        let given = made(
            &w,
            call(json!({"scope": "outside", "referral": "中国电信 10000", "department": w.department("engineering")})),
        );
        assert!(
            matches!(&given, Err(Error::Refused(r)) if r.rule == "refuse-outside-not-dispatched"),
            "{given:?}"
        );
        let promised = made(
            &w,
            call(json!({"scope": "outside", "answer": "不归我们管", "promise": {"what": "问清楚再答复"}})),
        );
        assert!(
            matches!(&promised, Err(Error::Refused(r)) if r.clause == Some("CAL-8")),
            "{promised:?}"
        );
    });
}

#[test]
fn a_lesson_names_no_colleague_either() {
    for_both(|db| {
        let w = World::new(db);
        let (site, worker) = (w.site.clone(), w.staff(Role::Worker));
        w.desk
            .write_now(&w.system(), move |tx, _| {
                let sql = format!("UPDATE staff SET name = '韩立' WHERE id = '{worker}'");
                store::testing::raw(tx, &sql)?;
                Ok::<_, Error>(site.clone())
            })
            .unwrap();
        let s = made(
            &w,
            call(json!({"content": "韩立上门时没有戴鞋套", "answer": "已向住户道歉"})),
        )
        .unwrap();
        let (ctx, id) = (w.ctx(Role::CsHead), s.state.id.clone());
        let d = w.desk.read_now(move |c| lesson::draft(c, &ctx, &id)).unwrap();
        assert!(!d.taught.situation.contains("韩立"), "{}", d.taught.situation);
        let t = Taught {
            title: "上门先戴鞋套".into(),
            situation: "上门没有戴鞋套".into(),
            worked: "由韩立道歉".into(),
            ..d.taught
        };
        let id = s.state.id.clone();
        let kept = w
            .desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| lesson::keep(tx, ctx, "", &id, &t));
        assert!(
            matches!(&kept, Err(Error::Refused(r)) if r.rule == "refuse-lesson-names"),
            "{kept:?}"
        );
    });
}
