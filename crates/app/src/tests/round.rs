//! Rounds that come back each month: satisfaction calls (CSM-4, COM-12), suggestions and praise (COM-13, COM-14).

use domain::access::Role;
use domain::call_round::{CallState, SignedHow};
use domain::case::{Answer, AttachmentKind, AttemptResult, Channel, Command, Kind, Satisfaction, Status};
use domain::ids::{AttachmentId, CaseId};
use domain::opinion::{Outcome, TellHow};
use serde_json::json;
use store::testing::for_both;

use crate::call_round::{self, Said};
use crate::contact::{NewCase, NewContact, register};
use crate::error::{Error, Res};
use crate::opinion::{self, Step};
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
        assert_eq!(by_kind(Kind::Suggestion).1, ["missing-opinion-done"]);
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
            fields(act(Role::Quality, Kind::Suggestion, check(Some(false), ""))),
            ["check_note"]
        );
        act(Role::Quality, Kind::Suggestion, check(Some(true), "")).unwrap();
        let finish = Step::Finish {
            note: "长椅已装好".into(),
        };
        w.wait(31 * DAY);
        // The next month's round stands in front of this one's by then.
        sync();
        let old = |n: usize| all().remove(n);
        let row = old(1)
            .lines
            .into_iter()
            .find(|(r, _)| r.kind == "suggestion")
            .unwrap()
            .0;
        let close_old = || {
            let row = old(1).row;
            w.desk.write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
                opinion::close(tx, ctx, &row.id, row.version)
            })
        };
        assert_eq!(rule(close_old()), "refuse-opinion-open");
        assert!(!old(1).overdue && old(1).over);
        w.desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                opinion::act(tx, ctx, &row.id, row.version, &finish)
            })
            .unwrap();
        w.wait(31 * DAY);
        assert!(old(1).overdue || old(1).row.closed_at.is_some());
        close_old().unwrap();
        assert!(old(1).row.closed_at.is_some() && !old(1).overdue);
    });
}
