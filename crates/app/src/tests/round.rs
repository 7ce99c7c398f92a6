//! Rounds that come back each month: satisfaction calls (CSM-4, COM-12), suggestions and praise (COM-13, COM-14).

use domain::access::Role;
use domain::call_round::{CallState, SignedHow};
use domain::case::{Answer, AttachmentKind, AttemptResult, Channel, Command, Kind, Satisfaction, Status};
use domain::ids::{AttachmentId, CaseId};
use domain::opinion::{Handling, Outcome, TellHow};
use serde_json::json;
use store::testing::for_both;

use crate::call_round::{self, Said};
use crate::contact::{NewCase, NewContact, register};
use crate::error::{Error, Res};
use crate::opinion::{self, LineRow, Round, Step};
use crate::step;
use crate::testing::World;

const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;

fn given(w: &World, n: usize, kind: &str, content: &str) -> CaseId {
    let case: NewCase = serde_json::from_value(json!({"kind": kind, "content": content, "place": "户内"})).unwrap();
    let mut contact = NewContact::of(Channel::Phone);
    contact.name = format!("住户{n}");
    contact.phone = format!("138001366{n:02}");
    contact.address = format!("3-1-{n}01");
    contact.cases = vec![case];
    w.desk
        .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| register(tx, ctx, "", &contact))
        .unwrap()
        .cases
        .remove(0)
}

fn rule<T: std::fmt::Debug>(r: Res<T>) -> &'static str {
    match r {
        Err(Error::Refused(r)) => r.rule,
        other => panic!("{other:?}"),
    }
}

fn fields<T: std::fmt::Debug>(r: Res<T>) -> Vec<String> {
    match r {
        Err(Error::Invalid(f)) => f.into_iter().map(|f| f.name).collect(),
        other => panic!("{other:?}"),
    }
}

/// Inquiries of many households, answered and closed in one month.
fn closed(w: &World, n: usize) -> Vec<CaseId> {
    (0..n)
        .map(|n| {
            let id = given(w, n, "inquiry", "停车卡怎么办");
            let answer = step::Step::Answer {
                answer: "带行驶证到前台".into(),
                happened_at: None,
            };
            let (case, ctx) = (id.clone(), w.ctx(Role::FrontDesk));
            w.desk
                .write_now(&ctx, move |tx, ctx| step::run(tx, ctx, "", &case, None, &answer))
                .unwrap();
            let (case, ctx) = (id.clone(), w.system());
            let seen = w.desk.read_now(move |c| crate::case::get(c, &ctx, &case)).unwrap();
            assert_eq!(seen.state.status, Status::Closed);
            id
        })
        .collect()
}

fn month_of(w: &World) -> String {
    let (ctx, site) = (w.system(), w.site.clone());
    let now = ctx.now;
    w.desk
        .read_now(move |c| {
            let zone = crate::case::zone(c, &site)?;
            Ok::<_, Error>(domain::month::Month::of(now, &zone).to_string())
        })
        .unwrap()
}

#[test]
fn csm_4_a_months_sample_is_drawn_once_called_by_another_and_signed() {
    for_both(|db| {
        let w = World::new(db);
        let month = month_of(&w);
        closed(&w, 8);
        let draw = |wanted| {
            let month = month.clone();
            w.desk.write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
                call_round::draw(tx, ctx, &month, wanted)
            })
        };
        assert_eq!(rule(draw(5)), "refuse-calls-month");
        w.wait(31 * DAY);
        assert_eq!(fields(draw(0)), ["wanted"]);
        let month1 = month.clone();
        let desk_draws = w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
            call_round::draw(tx, ctx, &month1, 5)
        });
        assert!(matches!(desk_draws, Err(Error::Forbidden(_))));
        let id = draw(5).unwrap();
        assert_eq!(rule(draw(5)), "refuse-calls-drawn");
        let get = || {
            let (ctx, id) = (w.ctx(Role::CsHead), id.clone());
            w.desk.read_now(move |c| call_round::get(c, &ctx, &id)).unwrap()
        };
        let round = get();
        assert_eq!((round.calls.len(), round.row.pool, round.tally.open), (5, 8, 5));
        assert_eq!(round.tally.satisfied.interval(), None);
        let make = |no: usize, role: Role, said: Said| {
            let row = &get().calls[no].row;
            let (id, version) = (row.id.clone(), row.version);
            w.desk.write_now(&w.ctx(role), move |tx, ctx| {
                call_round::make(tx, ctx, &id, version, &said)
            })
        };
        let reached = Said {
            result: Some(AttemptResult::Reached),
            satisfaction: Some(Satisfaction::Satisfied),
            answers: vec![Answer {
                question: "attitude".into(),
                answer: "dissatisfied".into(),
            }],
            opinion: "希望早点".into(),
            note: String::new(),
        };
        // The desk answered these itself: it does not ask how good the answer was.
        assert_eq!(
            rule(make(0, Role::FrontDesk, reached.clone())),
            "refuse-callback-own-work"
        );
        let silent = Said {
            satisfaction: None,
            ..reached.clone()
        };
        assert_eq!(fields(make(0, Role::CsHead, silent)), ["satisfaction"]);
        make(0, Role::CsHead, reached.clone()).unwrap();
        assert_eq!(rule(make(0, Role::CsHead, reached)), "refuse-monthly-call-over");
        // Three attempts far apart on two days, and it is over by itself; counted apart.
        for (n, wait) in [2 * HOUR, 2 * HOUR, 20 * HOUR, 2 * HOUR].into_iter().enumerate() {
            let said = Said {
                result: Some(AttemptResult::NoAnswer),
                ..Said::default()
            };
            make(1, Role::CsHead, said).unwrap();
            w.wait(wait);
            if get().calls[1].state == CallState::Unreachable {
                assert!(n >= 2);
                break;
            }
        }
        let t = get().tally;
        assert_eq!((t.open, t.unreachable, t.satisfied.of, t.satisfied.hits), (3, 1, 1, 1));
        assert_eq!((t.attitude.of, t.attitude.hits), (1, 0));
        // COM-12: signed on paper, with a picture of the form.
        let sign = |no: usize, how, file: &str, note: &str| {
            let row = &get().calls[no].row;
            let (id, version, file, note) = (row.id.clone(), row.version, file.to_owned(), note.to_owned());
            w.desk.write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
                call_round::sign(tx, ctx, &id, version, how, &file, &note)
            })
        };
        assert_eq!(rule(sign(2, Some(SignedHow::Paper), "", "")), "refuse-call-not-reached");
        assert_eq!(fields(sign(0, Some(SignedHow::Paper), "none", "")), ["file"]);
        assert_eq!(fields(sign(0, Some(SignedHow::Declined), "", " ")), ["note"]);
        let case = get().calls[0].row.case_id.clone();
        let file: AttachmentId = w.system().id();
        let cmd = Command::Attach {
            attachment: file.clone(),
            file: w.system().id(),
            kind: AttachmentKind::PaperForm,
            caption: String::new(),
        };
        w.desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
                crate::case::act(tx, ctx, &case, None, &cmd)
            })
            .unwrap();
        sign(0, Some(SignedHow::Paper), file.as_str(), "").unwrap();
        assert_eq!(get().tally.signed.hits, 1);
    });
}

fn go(w: &World, role: Role, row: &LineRow, step: &Step) -> Res<()> {
    let (row, step) = (row.clone(), step.clone());
    w.desk.write_now(&w.ctx(role), move |tx, ctx| {
        opinion::act(tx, ctx, &row.id, row.version, &step)
    })
}

/// The opinions of the head's rounds, each with its month.
fn lines(w: &World) -> Vec<(String, LineRow)> {
    let ctx = w.ctx(Role::CsHead);
    let all = w.desk.read_now(move |c| opinion::list(c, &ctx)).unwrap();
    let of = |r: Round| {
        let month = r.row.month;
        r.lines.into_iter().map(move |(row, _)| (month.clone(), row))
    };
    all.into_iter().flat_map(of).collect()
}

fn line(w: &World, case: &CaseId) -> (String, LineRow) {
    lines(w).into_iter().find(|(_, row)| row.case_id == *case).unwrap()
}

fn tell() -> Step {
    Step::Tell {
        how: Some(TellHow::Phone),
        at: None,
        note: String::new(),
    }
}

fn adopt() -> Step {
    Step::Identify {
        outcome: Some(Outcome::Adopted),
        reason: String::new(),
        doer: None,
        do_by: None,
    }
}

/// Thanks for an opinion, adopts it and tells.
fn settle(w: &World, case: &CaseId) {
    let thank = Step::Thank {
        how: Some(TellHow::Phone),
    };
    for (role, step) in [
        (Role::FrontDesk, thank),
        (Role::CsHead, adopt()),
        (Role::FrontDesk, tell()),
    ] {
        go(w, role, &line(w, case).1, &step).unwrap();
    }
}

fn close(w: &World, month: &str) -> Res<()> {
    let ctx = w.ctx(Role::CsHead);
    let all = w.desk.read_now(move |c| opinion::list(c, &ctx)).unwrap();
    let row = all.into_iter().find(|r| r.row.month == month).unwrap().row;
    w.desk.write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
        opinion::close(tx, ctx, &row.id, row.version)
    })
}

fn in_case(w: &World, role: Role, case: &CaseId, step: serde_json::Value) {
    let (case, step): (_, step::Step) = (case.clone(), serde_json::from_value(step).unwrap());
    w.desk
        .write_now(&w.ctx(role), move |tx, ctx| step::run(tx, ctx, "", &case, None, &step))
        .unwrap();
}

#[test]
fn com_13_what_became_something_else_or_is_hidden_does_not_hold_the_round() {
    for_both(|db| {
        let w = World::new(db);
        let month = month_of(&w);
        let all: Vec<CaseId> = (1..5).map(|n| given(&w, n, "suggestion", "建议车库加一盏灯")).collect();
        w.desk.write_now(&w.system(), opinion::sync).unwrap();
        assert_eq!(lines(&w).len(), 4);
        // What is a complaint names what it is about.
        let items = &w.desk.book().taxonomy;
        let item = items.of_kind(Kind::Complaint).next().unwrap().code.clone();
        for case in [&all[1], &all[3]] {
            let named = json!({"action": "change_item", "item": item, "reason": "住户说是投诉"});
            in_case(&w, Role::FrontDesk, case, named);
        }
        let complaint = json!({"action": "change_kind", "kind": "complaint", "reason": "住户说是投诉"});
        in_case(&w, Role::FrontDesk, &all[1], complaint.clone());
        let cancel = json!({"action": "cancel", "reason": "重复登记", "customer_informed": true});
        in_case(&w, Role::CsHead, &all[2], cancel);
        in_case(&w, Role::FrontDesk, &all[3], complaint);
        let about = json!({
            "action": "judge_complaint", "valid": true, "nature": "attitude", "severity": "ordinary",
            "about": w.staff(Role::CsHead), "reason": "核实过",
        });
        in_case(&w, Role::ProjectManager, &all[3], about);
        let left: Vec<CaseId> = lines(&w).into_iter().map(|(_, row)| row.case_id).collect();
        assert_eq!(left, [all[0].clone()]);
        settle(&w, &all[0]);
        w.wait(31 * DAY);
        close(&w, &month).unwrap();
    });
}

#[test]
fn com_13_what_was_given_late_is_counted_or_goes_into_the_open_round() {
    for_both(|db| {
        let w = World::new(db);
        let month = month_of(&w);
        let sync = || w.desk.write_now(&w.system(), opinion::sync).unwrap();
        sync();
        // In the last hour of the month, after the last look.
        let late = given(&w, 1, "suggestion", "建议车库加一盏灯");
        w.wait(31 * DAY);
        assert_eq!(rule(close(&w, &month)), "refuse-opinion-open");
        sync();
        assert_eq!(line(&w, &late).0, month);
        settle(&w, &late);
        // An inquiry of that month turns out to be a suggestion once the month is closed.
        let other = {
            w.wait(-31 * DAY);
            let id = given(&w, 2, "inquiry", "能不能加一张长椅");
            w.wait(31 * DAY);
            id
        };
        close(&w, &month).unwrap();
        let kind = json!({"action": "change_kind", "kind": "suggestion", "reason": "是建议"});
        in_case(&w, Role::FrontDesk, &other, kind);
        sync();
        let (into, _) = line(&w, &other);
        assert!(into > month, "{into}");
        sync();
        assert_eq!(lines(&w).len(), 2);
    });
}

#[test]
fn com_14_what_quality_sends_back_after_the_month_is_handled_again() {
    for_both(|db| {
        let w = World::new(db);
        let month = month_of(&w);
        let id = given(&w, 1, "suggestion", "建议车库加一盏灯");
        w.desk.write_now(&w.system(), opinion::sync).unwrap();
        settle(&w, &id);
        w.wait(31 * DAY);
        close(&w, &month).unwrap();
        let go = |role, step: Step| go(&w, role, &line(&w, &id).1, &step);
        let check = |good| Step::Check {
            good: Some(good),
            note: "灯还没有装".into(),
        };
        assert_eq!(rule(go(Role::CsHead, adopt())), "refuse-opinion-closed");
        assert_eq!(rule(go(Role::FrontDesk, tell())), "refuse-opinion-closed");
        go(Role::Quality, check(false)).unwrap();
        let ctx = w.ctx(Role::CsHead);
        let row = line(&w, &id).1;
        let shown = w.desk.read_now(move |c| opinion::line(c, &ctx, &row.id)).unwrap();
        assert!(shown.steps.contains(&Handling::Identify) && !shown.steps.contains(&Handling::Thank));
        go(Role::CsHead, adopt()).unwrap();
        go(Role::FrontDesk, tell()).unwrap();
        go(Role::Quality, check(true)).unwrap();
        assert_eq!(rule(go(Role::FrontDesk, tell())), "refuse-opinion-closed");
    });
}

#[test]
fn com_14_whoever_checked_an_opinion_has_no_part_in_it_afterwards() {
    for_both(|db| {
        let w = World::new(db);
        let id = given(&w, 1, "suggestion", "建议车库加一盏灯");
        w.desk.write_now(&w.system(), opinion::sync).unwrap();
        go(&w, Role::CsHead, &line(&w, &id).1, &adopt()).unwrap();
        go(&w, Role::FrontDesk, &line(&w, &id).1, &tell()).unwrap();
        // In a small company one person checks for quality and sits at the desk too.
        let both = |step: Step| {
            let row = line(&w, &id).1;
            let mut ctx = w.ctx(Role::Quality);
            if let crate::ctx::Actor::Staff(who) = &mut ctx.actor {
                who.roles.push(Role::FrontDesk);
            }
            w.desk
                .write_now(&ctx, move |tx, ctx| opinion::act(tx, ctx, &row.id, row.version, &step))
        };
        let check = Step::Check {
            good: Some(true),
            note: String::new(),
        };
        both(check).unwrap();
        let thank = || Step::Thank {
            how: Some(TellHow::Phone),
        };
        assert_eq!(rule(both(thank())), "refuse-opinion-own-check");
        assert_eq!(rule(both(tell())), "refuse-opinion-own-check");
        go(&w, Role::FrontDesk, &line(&w, &id).1, &thank()).unwrap();
    });
}

#[test]
fn texts_of_opinions_have_a_limit() {
    for_both(|db| {
        let w = World::new(db);
        let id = given(&w, 1, "suggestion", "建议车库加一盏灯");
        w.desk.write_now(&w.system(), opinion::sync).unwrap();
        let long = "长".repeat(1001);
        let go = |role, step: Step| fields(go(&w, role, &line(&w, &id).1, &step));
        let declined = Step::Identify {
            outcome: Some(Outcome::Declined),
            reason: long.clone(),
            doer: None,
            do_by: None,
        };
        assert_eq!(go(Role::CsHead, declined), ["reason"]);
        assert_eq!(go(Role::FrontDesk, Step::Finish { note: long.clone() }), ["done_note"]);
        let told = Step::Tell {
            how: Some(TellHow::Phone),
            at: None,
            note: long.clone(),
        };
        assert_eq!(go(Role::FrontDesk, told), ["told_note"]);
        let check = Step::Check {
            good: Some(true),
            note: long,
        };
        assert_eq!(go(Role::Quality, check), ["check_note"]);
    });
}

#[test]
fn com_13_and_14_the_months_opinions_are_thanked_for_identified_told_and_checked() {
    for_both(|db| {
        let w = World::new(db);
        let sync = || w.desk.write_now(&w.system(), opinion::sync).unwrap();
        given(&w, 1, "suggestion", "儿童游乐区加一张长椅");
        given(&w, 2, "praise", "门岗师傅帮忙搬东西");
        sync();
        sync();
        let all = || {
            let ctx = w.ctx(Role::CsHead);
            w.desk.read_now(move |c| opinion::list(c, &ctx)).unwrap()
        };
        // The last month's and this month's, each once.
        assert_eq!(all().len(), 2);
        let round = || all().remove(0);
        assert_eq!(round().lines.len(), 2);
        let by_kind = |kind: Kind| {
            round()
                .lines
                .into_iter()
                .find(|(row, _)| row.kind == kind.as_str())
                .unwrap()
        };
        let act = |role: Role, kind: Kind, step: Step| {
            let row = by_kind(kind).0;
            w.desk.write_now(&w.ctx(role), move |tx, ctx| {
                opinion::act(tx, ctx, &row.id, row.version, &step)
            })
        };
        let thank = Step::Thank {
            how: Some(TellHow::Phone),
        };
        act(Role::FrontDesk, Kind::Suggestion, thank.clone()).unwrap();
        act(Role::FrontDesk, Kind::Praise, thank).unwrap();
        let tell = |how| Step::Tell {
            how,
            at: None,
            note: "电话告知".into(),
        };
        let told = Some(TellHow::Phone);
        assert_eq!(
            rule(act(Role::FrontDesk, Kind::Suggestion, tell(told))),
            "refuse-opinion-unidentified"
        );
        let identify = |outcome, reason: &str, w: &World, days: i64| Step::Identify {
            outcome: Some(outcome),
            reason: reason.into(),
            doer: (days > 0).then(|| w.staff(Role::Worker)),
            do_by: (days > 0).then(|| w.system().now + days * DAY),
        };
        let by_desk = act(Role::FrontDesk, Kind::Suggestion, identify(Outcome::Adopted, "", &w, 0));
        assert!(matches!(by_desk, Err(Error::Forbidden(_))));
        assert_eq!(
            rule(act(
                Role::CsHead,
                Kind::Suggestion,
                identify(Outcome::Declined, "", &w, 0)
            )),
            "refuse-incomplete"
        );
        act(
            Role::CsHead,
            Kind::Suggestion,
            identify(Outcome::Assigned, "下周装", &w, 7),
        )
        .unwrap();
        act(Role::CsHead, Kind::Praise, identify(Outcome::PassedOn, "已转达", &w, 0)).unwrap();
        act(Role::FrontDesk, Kind::Praise, tell(told)).unwrap();
        assert_eq!(fields(act(Role::FrontDesk, Kind::Suggestion, tell(None))), ["told_how"]);
        act(Role::FrontDesk, Kind::Suggestion, tell(told)).unwrap();
        // It was told what is going to be done; that is no result yet.
        assert_eq!(by_kind(Kind::Suggestion).1, ["missing-opinion-done", "missing-told"]);
        let close = || {
            let row = round().row;
            w.desk.write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
                opinion::close(tx, ctx, &row.id, row.version)
            })
        };
        assert_eq!(rule(close()), "refuse-opinion-month");
        // COM-14: quality checks, nobody else; what is not good has to be handled again.
        let check = |good, note: &str| Step::Check {
            good,
            note: note.into(),
        };
        let by_head = act(Role::CsHead, Kind::Suggestion, check(Some(true), ""));
        assert!(matches!(by_head, Err(Error::Forbidden(_))));
        assert_eq!(
            rule(act(Role::Quality, Kind::Suggestion, check(Some(true), ""))),
            "refuse-opinion-unhandled"
        );
        assert_eq!(
            fields(act(Role::Quality, Kind::Praise, check(Some(false), ""))),
            ["check_note"]
        );
        act(Role::Quality, Kind::Praise, check(Some(true), "")).unwrap();
        let finish = Step::Finish {
            note: "长椅已装好".into(),
        };
        w.wait(31 * DAY);
        // The next month's round stands in front of this one's by then.
        sync();
        let old = |n: usize| all().remove(n);
        let suggestion = || {
            let line = old(1).lines.into_iter().find(|(r, _)| r.kind == "suggestion");
            line.unwrap()
        };
        let go = |role, step: Step| go(&w, role, &suggestion().0, &step);
        let close_old = || {
            let row = old(1).row;
            w.desk.write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
                opinion::close(tx, ctx, &row.id, row.version)
            })
        };
        assert_eq!(rule(close_old()), "refuse-opinion-open");
        assert!(!old(1).overdue && old(1).over);
        go(Role::FrontDesk, finish.clone()).unwrap();
        // Done: who gave it hears of it now, and then quality checks.
        assert_eq!(suggestion().1, ["missing-told"]);
        assert_eq!(
            rule(go(Role::Quality, check(Some(true), ""))),
            "refuse-opinion-unhandled"
        );
        go(Role::FrontDesk, tell(told)).unwrap();
        go(Role::Quality, check(Some(true), "")).unwrap();
        // Done otherwise: told and checked anew.
        go(Role::FrontDesk, finish).unwrap();
        let (row, missing) = suggestion();
        assert_eq!((row.told_at, row.check_good), (None, None));
        assert_eq!(missing, ["missing-told"]);
        go(Role::FrontDesk, tell(told)).unwrap();
        w.wait(31 * DAY);
        assert!(old(1).overdue || old(1).row.closed_at.is_some());
        close_old().unwrap();
        assert!(old(1).row.closed_at.is_some() && !old(1).overdue);
    });
}
