//! The state diagrams beside those of cases: visits, emergencies, mass incidents, report checks, opinions, proposals, requests for telephones. Each is
//! found by trying every step as everybody whom the rights let try it.

use super::{Process, Walk, explore};
use crate::access::{Action, Reach, Role, Who, allowed};
use crate::emergency::{self, Emergency};
use crate::ids::StaffId;
use crate::incident::{self, Caller, Incident, Told};
use crate::investigation::{self, Investigation};
use crate::opinion::{Handling, Opinion, Outcome};
use crate::proposal::{Decision, Proposal, ProposalState};
use crate::visit::{self, AlarmKind, Command, DocumentKind, HostWay, Particulars, Visit, VisitState};

/// Steps are this far apart.
const MINUTE: i64 = 60_000;
const DAY: i64 = 1_440 * MINUTE;
/// States that are looked at for one diagram.
const MOST: usize = 3_000;
/// Everybody who has an account, and others.
fn people(more: &[&'static str]) -> Vec<&'static str> {
    let mut all: Vec<&'static str> = Role::ALL.iter().map(|role| role.as_str()).collect();
    all.extend(more);
    all
}

fn may(code: &str, action: Action) -> bool {
    code.parse::<Role>()
        .is_ok_and(|role| allowed(role, action) > Reach::Never)
}

/// The codes of an enumeration.
macro_rules! codes {
    ($of:ty) => {
        <$of>::ALL.iter().map(|x| x.as_str()).collect::<Vec<&'static str>>()
    };
}

/// Of a visit (VIS-1 to VIS-10).
pub fn of_visit(now: i64) -> Process {
    let particulars = Particulars {
        name: "-".into(),
        reason: "-".into(),
        host: "-".into(),
        place: "-".into(),
        people: 1,
        ..Particulars::default()
    };
    let env = |now| visit::Env {
        now,
        host_ms: 10 * MINUTE,
        inside_ms: 4 * 60 * MINUTE,
        keep_until: now + 30 * DAY,
        security: vec!["security".into()],
    };
    let erase_at = now + 30 * DAY;
    let begun = |fact| {
        let mut v = Visit::new("FK-20261121-0001".into());
        visit::apply(&mut v, &fact, now, "desk");
        (v, now + MINUTE)
    };
    let announced = |by_host| {
        begun(visit::Fact::Announced {
            particulars: Box::new(particulars.clone()),
            from: now,
            until: now + 30 * DAY,
            code: "-".into(),
            by_host,
            accompany: false,
            erase_at,
        })
    };
    let commands = |host: bool| -> Vec<Command> {
        let text = || "-".to_owned();
        let answer = |yes, how| Command::HostAnswer {
            yes,
            how,
            note: text(),
            accompany: false,
        };
        if host {
            let all = [true, false].map(|yes| answer(yes, HostWay::Link));
            return all.into_iter().chain([Command::Withdraw { reason: text() }]).collect();
        }
        let check = |as_expected| Command::CheckDocument {
            kind: DocumentKind::Passport,
            number: "E12345678".into(),
            as_expected,
        };
        vec![
            Command::Arrive,
            Command::AskHost { how: HostWay::Phone },
            answer(true, HostWay::Phone),
            answer(false, HostWay::Phone),
            check(true),
            check(false),
            Command::Enter {
                badge: text(),
                accompanied_by: text(),
            },
            Command::Accompany { accompanied_by: text() },
            Command::Leave {
                badge_back: true,
                note: text(),
            },
            Command::Leave {
                badge_back: false,
                note: text(),
            },
            Command::BadgeBack,
            Command::TurnAway { reason: text() },
            Command::RefuseReception {
                reason: text(),
                reported_to: text(),
            },
            Command::Alarm {
                kind: AlarmKind::Danger,
                what: text(),
            },
            Command::Instruct {
                from: text(),
                text: text(),
            },
            Command::Police {
                called_at: None,
                caller: text(),
                number: text(),
                what: text(),
            },
            Command::Help {
                case: "case".into(),
                number: text(),
            },
            Command::Withdraw { reason: text() },
        ]
    };
    let steps = |at: Option<&(Visit, i64)>, who: &'static str| -> Vec<(&'static str, (Visit, i64))> {
        let (host, desk) = (who == "host", may(who, Action::ReceiveVisitor));
        let Some((v, now)) = at else {
            let mut out = Vec::new();
            if host || desk {
                out.push(("announce", announced(host)));
            }
            // With all that is known, and with one key by mistake.
            for known in [particulars.clone(), Particulars::default()]
                .into_iter()
                .filter(|_| desk)
            {
                let particulars = Box::new(known);
                out.push(("receive", begun(visit::Fact::Registered { particulars, erase_at })));
            }
            return out;
        };
        if who == "timer" {
            // Whoever does not come in time is no longer expected.
            let late = v.expected_until.unwrap_or(*now) + MINUTE;
            let mut after = v.clone();
            for fact in visit::look(v, &env(late)) {
                visit::apply(&mut after, &fact, late, "");
            }
            let lapsed = after.state != v.state;
            return lapsed.then_some(("lapse", (after, late))).into_iter().collect();
        }
        if !host && !desk {
            return Vec::new();
        }
        let after = |c: &Command| {
            let facts = visit::decide(v, c, &env(*now)).ok().filter(|facts| !facts.is_empty())?;
            let mut v = v.clone();
            for fact in &facts {
                visit::apply(&mut v, fact, *now, who);
            }
            Some((c.act().as_str(), (v, now + MINUTE)))
        };
        // Whom the host announced is the host's to withdraw; a visitor who is there is the desk's.
        let mine = |c: &Command| !host || !matches!(c, Command::Withdraw { .. }) || v.state == VisitState::Expected;
        commands(host).iter().filter(|c| mine(c)).filter_map(after).collect()
    };
    let order = codes!(VisitState);
    let like = |(v, _): &(Visit, i64)| {
        let answer = v.answer.as_ref().map(|a| (a.yes, a.how == HostWay::Announced));
        let document = v.document.as_ref().map(|d| {
            let late = v.answer.as_ref().is_some_and(|a| a.at < d.at);
            (d.as_expected, late)
        });
        let flags = (
            v.alarmed(),
            v.alarms.is_empty(),
            v.badge_out,
            v.help.is_some(),
            v.incomplete(),
        );
        format!("{:?}", (v.state, answer, document, v.asks.is_empty(), flags))
    };
    explore(
        "visit",
        &Walk {
            order: &order,
            ends: &["left", "turned_away", "withdrawn"],
            people: &people(&["host", "timer"]),
            state: &|(v, _): &(Visit, i64)| v.state.as_str(),
            like: &like,
            steps: &steps,
            most: MOST,
        },
    )
}

/// Of an emergency (REC-17 to REC-21, DIR-14).
pub fn of_emergency(now: i64) -> Process {
    use emergency::{CallLine, CallPost, Class, Command, Open, State, StepDue};
    type At = (Emergency, i64);
    let who = |code: &str| Who::Staff {
        id: code.into(),
        roles: code.parse().into_iter().collect(),
        department: None,
    };
    let open = || {
        Command::Open(Box::new(Open {
            emergency: "e".into(),
            number: "QZ-20261121-0001".into(),
            case: Some("case".into()),
            drill: false,
            play: "fire".into(),
            class: Class::Engineering,
            major: true,
            owner: Some("owner".into()),
            calls: vec![CallLine {
                post: CallPost::SecurityHead,
                line: vec!["security_head".into()],
            }],
            steps: vec![StepDue {
                code: "call".into(),
                must: true,
                note: false,
                due_at: None,
            }],
            place: "-".into(),
            phone: "-".into(),
            caller: "-".into(),
            what: "-".into(),
        }))
    };
    let commands = |now: i64| {
        let text = || "-".to_owned();
        let head = || StaffId::from("cs_head");
        vec![
            (
                "emergency_confirm",
                Command::Confirm {
                    call: 0,
                    staff: "security_head".into(),
                },
            ),
            ("emergency_no_answer", Command::NoAnswer { call: 0 }),
            (
                "emergency_tick",
                Command::Tick {
                    step: "call".into(),
                    skip: false,
                    note: text(),
                },
            ),
            ("emergency_log", Command::Log { text: text() }),
            (
                "emergency_own",
                Command::Own {
                    staff: head(),
                    on_duty: true,
                },
            ),
            ("emergency_end", Command::End { how: text() }),
            ("emergency_report", Command::Report { result: text() }),
            (
                "emergency_meet",
                Command::Meet {
                    held_at: now,
                    present: vec![head()],
                    analysis: text(),
                },
            ),
            (
                "emergency_improve",
                Command::Improve {
                    owner: head(),
                    due_at: now + DAY,
                    what: text(),
                },
            ),
            ("emergency_improved", Command::Improved { no: 1, how: text() }),
            ("emergency_close", Command::Close),
        ]
    };
    let run = |state: Option<&Emergency>, command: &Command, code: &str, now: i64| -> Option<At> {
        let events = emergency::decide(state, command, &who(code), now).ok()?;
        let mut after = state.cloned();
        for event in &events {
            emergency::apply(&mut after, event);
        }
        (!events.is_empty()).then_some(())?;
        after.map(|e| (e, now + MINUTE / 4))
    };
    let steps = |at: Option<&At>, code: &'static str| -> Vec<(&'static str, At)> {
        let Some((e, now)) = at else {
            let made = run(None, &open(), code, now);
            return made.into_iter().map(|at| ("emergency_open", at)).collect();
        };
        let all = commands(*now);
        all.iter()
            .filter_map(|(act, c)| Some((*act, run(Some(e), c, code, *now)?)))
            .collect()
    };
    let like = |(e, _): &At| {
        let calls: Vec<_> = e.calls.iter().map(|c| (c.turn, c.confirmed_by.is_some())).collect();
        let steps = e.steps.iter().filter(|s| s.done_at.is_some()).count();
        let better: Vec<_> = e.improvements.iter().take(1).map(|i| i.done_at.is_some()).collect();
        let said = (e.report.is_some(), e.meeting.is_some(), e.owner.as_str() == "cs_head");
        format!("{:?}", (e.state, calls, steps, better, said))
    };
    explore(
        "emergency",
        &Walk {
            order: &codes!(State),
            ends: &["closed"],
            people: &people(&[]),
            state: &|(e, _): &At| e.state.as_str(),
            like: &like,
            steps: &steps,
            most: MOST,
        },
    )
}

/// Of a mass incident with one caller.
pub fn of_incident(now: i64) -> Process {
    type At = (Incident, Option<Caller>);
    let steps = |at: Option<&At>, who: &'static str| -> Vec<(&'static str, At)> {
        let (leads, joins) = (may(who, Action::ManageIncident), may(who, Action::JoinIncident));
        let Some((i, caller)) = at else {
            let form = incident::Open {
                id: "i".into(),
                number: "QT-20261121-0001".into(),
                item: String::new(),
                title: "-".into(),
                buildings: Vec::new(),
                say: "-".into(),
                notice: String::new(),
            };
            let made = incident::open(form, "s".into(), now).ok().filter(|_| leads);
            return made.into_iter().map(|i| ("incident_open", (i, None))).collect();
        };
        let mut out = Vec::new();
        let waiting = usize::from(caller.as_ref().is_some_and(|c| c.told_at.is_none()));
        if leads {
            let mut changed = i.clone();
            if changed.update("=", "", Vec::new(), now).is_ok() {
                out.push(("incident_update", (changed, caller.clone())));
            }
            let mut ended = i.clone();
            if ended.end("-", waiting, now).is_ok() {
                out.push(("incident_end", (ended, caller.clone())));
            }
        }
        if joins && caller.is_none() && i.must_be_open().is_ok() {
            let new = Caller {
                id: "c".into(),
                case: "k".into(),
                contact: "l".into(),
                told_at: None,
                attempts: 0,
            };
            out.push(("incident_join", (i.clone(), Some(new))));
        }
        for told in Told::ALL.iter().filter(|_| joins) {
            let (mut i, Some(mut c)) = (i.clone(), caller.clone()) else {
                continue;
            };
            if let Ok(done) = incident::tell(&i, &mut c, *told, "-", now) {
                i.settle(usize::from(!done), now);
                out.push(("incident_tell", (i, Some(c))));
            }
        }
        out
    };
    let like = |(i, c): &At| {
        let caller = c.as_ref().map(|c| (c.attempts, c.told_at.is_some()));
        format!("{:?}", (i.state, &i.say, caller))
    };
    explore(
        "incident",
        &Walk {
            order: &codes!(incident::State),
            ends: &["closed"],
            people: &people(&[]),
            state: &|(i, _): &At| i.state.as_str(),
            like: &like,
            steps: &steps,
            most: MOST,
        },
    )
}

/// Of a notice to residents (COM-5), of a kind that not everybody who publishes may publish, with one board.
pub fn of_bulletin(now: i64) -> Process {
    use crate::bulletin::{self, Audience, Bulletin, Form, Kind, Mark};
    let form = Form {
        kind: Some(Kind::Outage),
        title: "-".into(),
        text: "-".into(),
        audience: Audience {
            all: true,
            ..Audience::default()
        },
        boards: vec!["-".into()],
        ..Form::default()
    };
    let steps = |at: Option<&Bulletin>, who: &'static str| -> Vec<(&'static str, Bulletin)> {
        let writes = may(who, Action::WriteBulletin);
        let delivers = may(who, Action::DeliverBulletin);
        let reach = who
            .parse()
            .map_or(Reach::Never, |role| allowed(role, Action::PublishBulletin));
        let publishes = bulletin::may_publish(reach, Kind::Outage);
        let by = || Mark {
            at: now,
            by: who.into(),
        };
        let Some(b) = at else {
            let made = bulletin::draft("b".into(), "GG-20261121-0001".into(), String::new(), form.clone(), by());
            let made = made.ok().filter(|_| writes);
            return made.into_iter().map(|b| ("bulletin_draft", b)).collect();
        };
        type Step<'a> = (&'static str, bool, &'a dyn Fn(&mut Bulletin) -> bool);
        let all: [Step<'_>; 8] = [
            ("bulletin_edit", writes, &|b| b.edit(form.clone()).is_ok()),
            ("bulletin_publish", publishes, &|b| b.publish(by()).is_ok()),
            ("bulletin_correct", publishes, &|b| {
                b.version < 2 && b.correct("=", "=", "-", false, by()).is_ok()
            }),
            ("bulletin_widen", publishes, &|b| {
                let more = Form {
                    file: true,
                    ..Form::default()
                };
                b.widen(more).is_ok()
            }),
            ("bulletin_put_up", delivers, &|b| b.put_up(0, by()).is_ok()),
            ("bulletin_take_down", delivers, &|b| b.take_down(0, by()).is_ok()),
            // Whoever may write notices takes a draft back.
            (
                "bulletin_withdraw",
                publishes || (writes && b.published.is_none()),
                &|b| b.withdraw("-", by()).is_ok(),
            ),
            ("bulletin_finish", publishes || who == "timer", &|b| {
                b.finish(None, now).is_ok()
            }),
        ];
        let done = all.iter().filter(|s| s.1).filter_map(|(act, _, step)| {
            let mut after = b.clone();
            step(&mut after).then_some((*act, after))
        });
        done.collect()
    };
    let like = |b: &Bulletin| {
        let boards: Vec<_> = b
            .ways
            .boards
            .iter()
            .map(|x| (x.up.is_some(), x.down.is_some()))
            .collect();
        format!("{:?}", (b.state, b.version, b.ways.file, boards))
    };
    explore(
        "bulletin",
        &Walk {
            order: &codes!(bulletin::State),
            ends: &["over", "withdrawn"],
            people: &people(&["timer"]),
            state: &|b: &Bulletin| b.state.as_str(),
            like: &like,
            steps: &steps,
            most: MOST,
        },
    )
}

/// Of the check of an internal report (COM-24).
pub fn of_investigation(now: i64) -> Process {
    type At = (Investigation, i64);
    let asker = StaffId::from("asker");
    let about = StaffId::from("about");
    let steps = |at: Option<&At>, who: &'static str| -> Vec<(&'static str, At)> {
        // Whoever asks for it has a part; another of the same post has none.
        let me = StaffId::from(who);
        let Some((x, now)) = at else {
            let answer_by = now + investigation::ANSWER_MS;
            let made = Investigation::open(&about, &asker, "-", "-", answer_by, now).ok();
            return made
                .filter(|_| may(who, Action::OpenInvestigation))
                .map(|x| ("investigation_open", (x, now)))
                .into_iter()
                .collect();
        };
        let mut out = Vec::new();
        let mut step = |act, done: &dyn Fn(&mut Investigation, i64) -> bool| {
            let mut after = x.clone();
            if done(&mut after, *now) {
                out.push((act, (after, *now)));
            }
        };
        if who == "reported" {
            step("investigation_answer", &|x, _| x.answer(&about, "-").is_ok());
            step("investigation_object", &|x, now| x.object(&about, "-", now).is_ok());
        }
        if may(who, Action::DecideInvestigation) {
            for outcome in investigation::Outcome::ALL {
                step("investigation_decide", &|x, now| {
                    x.decide(&me, *outcome, "-", now).is_ok()
                });
                // Without an answer only when its time is over.
                step("investigation_decide", &|x, _| {
                    let late = x.answer_by;
                    x.decide(&me, *outcome, "-", late).is_ok()
                });
            }
        }
        if may(who, Action::ReviewInvestigation) {
            for uphold in [true, false] {
                let other = StaffId::from("other");
                step("investigation_review", &|x, _| x.review(&other, uphold, "-").is_ok());
            }
        }
        out
    };
    explore(
        "investigation",
        &Walk {
            order: &codes!(investigation::Stage),
            ends: &["upheld", "overturned"],
            people: &people(&["reported"]),
            state: &|(x, _): &At| x.stage.as_str(),
            like: &|(x, _): &At| format!("{:?}", (x.stage, x.outcome.map(investigation::Outcome::is_recorded))),
            steps: &steps,
            most: MOST,
        },
    )
}

/// Of a proposal for a new service (REC-12).
pub fn of_proposal(now: i64) -> Process {
    let steps = |at: Option<&Proposal>, who: &'static str| -> Vec<(&'static str, Proposal)> {
        let Some(p) = at else {
            let may = may(who, Action::ReportOutside);
            return may.then_some(("proposal_report", Proposal::NEW)).into_iter().collect();
        };
        let mut out = Vec::new();
        for decision in Decision::ALL.iter().filter(|_| may(who, Action::DecideProposal)) {
            let mut after = p.clone();
            if after.decide(*decision, "-", Some(now + DAY), now).is_ok() {
                out.push(("proposal_decide", after));
            }
        }
        let mut after = p.clone();
        if may(who, Action::ReportOutside) && after.tell("-").is_ok() {
            out.push(("proposal_tell", after));
        }
        out
    };
    explore(
        "proposal",
        &Walk {
            order: &codes!(ProposalState),
            ends: &["told"],
            people: &people(&[]),
            state: &|p: &Proposal| p.state.as_str(),
            like: &|p| format!("{p:?}"),
            steps: &steps,
            most: MOST,
        },
    )
}

/// Where a suggestion stands in its month's round.
pub(crate) fn stands(o: &Opinion) -> &'static str {
    match (o.check, o.is_handled(), o.outcome) {
        (Some(false), ..) => "again",
        (Some(true), true, _) => "checked",
        (_, true, _) => "handled",
        (_, false, Some(_)) => "identified",
        (_, false, None) => "new",
    }
}

/// Of a suggestion in its month's round (COM-13, COM-14).
pub fn of_opinion(now: i64) -> Process {
    let steps = |at: Option<&Opinion>, who: &'static str| -> Vec<(&'static str, Opinion)> {
        let Some(o) = at else {
            let new = (who == "customer").then(Opinion::default);
            return new.map(|o| ("opinion_give", o)).into_iter().collect();
        };
        let mut out = Vec::new();
        let mut step = |handling: Handling, act, done: &dyn Fn(&mut Opinion)| {
            let mut after = o.clone();
            for void in handling.voids() {
                match void {
                    Handling::Finish => after.done = false,
                    Handling::Tell => after.told = false,
                    Handling::Check => after.check = None,
                    Handling::Thank | Handling::Identify => {}
                }
            }
            done(&mut after);
            if after != *o {
                out.push((act, after));
            }
        };
        let handles = may(who, Action::HandleOpinion);
        if handles && !o.thanked {
            step(Handling::Thank, "opinion_thank", &|o| o.thanked = true);
        }
        for outcome in Outcome::ALL.iter().filter(|_| may(who, Action::IdentifyOpinion)) {
            if o.identify(*outcome, "-", true, Some(now + DAY), now).is_ok() {
                step(Handling::Identify, "opinion_identify", &|o| o.outcome = Some(*outcome));
            }
        }
        if handles && o.may_finish().is_ok() {
            step(Handling::Finish, "opinion_finish", &|o| o.done = true);
        }
        if handles && o.may_tell().is_ok() {
            step(Handling::Tell, "opinion_tell", &|o| o.told = true);
        }
        if may(who, Action::CheckOpinion) && o.may_check(&who.into()).is_ok() {
            for good in [true, false] {
                step(Handling::Check, "opinion_check", &|o| o.check = Some(good));
            }
        }
        out
    };
    explore(
        "opinion",
        &Walk {
            order: &["new", "identified", "handled", "checked", "again"],
            ends: &["checked"],
            people: &people(&["customer"]),
            state: &stands,
            like: &|o| format!("{o:?}"),
            steps: &steps,
            most: MOST,
        },
    )
}

/// Of a request for long distance (TEL-2).
pub fn of_long_distance(now: i64) -> Process {
    use crate::call::line::Numbering;
    use crate::call::long_distance::{LongDistance, LongDistanceState, Span};
    let asker = StaffId::from("asker");
    let steps = |at: Option<&LongDistance>, who: &'static str| -> Vec<(&'static str, LongDistance)> {
        let Some(r) = at else {
            let spans = [Span::OneCall, Span::Until { at: now + DAY }];
            let ask = |span| LongDistance::ask(&asker, "01066668888", "-", span, &Numbering::default(), now).ok();
            let asks = who == "asker" || may(who, Action::AskTelephone);
            return spans
                .into_iter()
                .filter(|_| asks)
                .filter_map(ask)
                .map(|r| ("long_distance_ask", r))
                .collect();
        };
        let mut out = Vec::new();
        let mut step = |act, done: &dyn Fn(&mut LongDistance) -> bool| {
            let mut after = r.clone();
            if done(&mut after) {
                out.push((act, after));
            }
        };
        if who == "asker" {
            step("long_distance_withdraw", &|r| r.withdraw(&asker).is_ok());
            step("long_distance_call", &|r| r.call("01066668888", "8001", now).is_ok());
        }
        if let Some(post) = who
            .parse::<Role>()
            .ok()
            .filter(|_| may(who, Action::DecideLongDistance))
        {
            let me = StaffId::from(who);
            step("long_distance_approve", &|r| r.approve(&me, post, "8001").is_ok());
            step("long_distance_refuse", &|r| r.refuse(&me, post, "-").is_ok());
            step("long_distance_end", &|r| r.end("-", now).is_ok());
        }
        out
    };
    explore(
        "long-distance",
        &Walk {
            order: &codes!(LongDistanceState),
            ends: &["refused", "used", "withdrawn", "ended"],
            people: &people(&["asker"]),
            state: &|r: &LongDistance| r.state.as_str(),
            like: &|r| format!("{:?}", (r.state, r.span)),
            steps: &steps,
            most: MOST,
        },
    )
}

/// Of a request for a new telephone (TEL-8).
pub fn of_new_phone(_now: i64) -> Process {
    use crate::call::line::{Extension, ExtensionUse, ServiceClass};
    use crate::call::new_phone::{ForWhom, NewPhone, NewPhoneState};
    let asker = StaffId::from("asker");
    let extension = Extension {
        number: "8010".into(),
        owner: Some(asker.clone()),
        post: None,
        department: None,
        purpose: ExtensionUse::Staff,
        class: ServiceClass::Local,
        place: "-".into(),
    };
    let steps = |at: Option<&NewPhone>, who: &'static str| -> Vec<(&'static str, NewPhone)> {
        let Some(x) = at else {
            let made = NewPhone::ask(&asker, ForWhom::Person(asker.clone()), ServiceClass::Local, "-", "-").ok();
            let asks = who == "asker" || may(who, Action::AskTelephone);
            return made
                .filter(|_| asks)
                .map(|x| ("new_phone_ask", x))
                .into_iter()
                .collect();
        };
        let roles: Vec<Role> = who.parse().into_iter().collect();
        let me = StaffId::from(who);
        let mut out = Vec::new();
        let mut step = |act, done: &dyn Fn(&mut NewPhone) -> bool| {
            let mut after = x.clone();
            if done(&mut after) {
                out.push((act, after));
            }
        };
        step("new_phone_handle", &|x| x.handle(&me, &roles, "-").is_ok());
        for yes in [true, false] {
            step("new_phone_decide", &|x| x.decide(&me, &roles, yes, "-").is_ok());
        }
        step("new_phone_install", &|x| x.install(&me, &roles, &extension).is_ok());
        out
    };
    explore(
        "new-phone",
        &Walk {
            order: &codes!(NewPhoneState),
            ends: &["refused", "installed"],
            people: &people(&["asker"]),
            state: &|x: &NewPhone| x.state.as_str(),
            like: &|x| format!("{:?}", x.state),
            steps: &steps,
            most: MOST,
        },
    )
}

/// Of a violation of the rules for the telephone (TEL-4, TEL-9).
pub fn of_violation(now: i64) -> Process {
    use crate::call::violation::{ANSWER_MS, Severity, Violation, ViolationKind, ViolationStage};
    let (recorder, about) = (StaffId::from("recorder"), StaffId::from("about"));
    let steps = |at: Option<&Violation>, who: &'static str| -> Vec<(&'static str, Violation)> {
        let me = StaffId::from(who);
        let Some(x) = at else {
            let kind = ViolationKind::PrivateCall;
            let made = Violation::record(kind, &about, &recorder, "-", None, now + ANSWER_MS, now).ok();
            return made
                .filter(|_| may(who, Action::RecordViolation))
                .map(|x| ("violation_record", x))
                .into_iter()
                .collect();
        };
        let mut out = Vec::new();
        let mut step = |act, done: &dyn Fn(&mut Violation) -> bool| {
            let mut after = x.clone();
            if done(&mut after) {
                out.push((act, after));
            }
        };
        if who == "meant" {
            step("violation_answer", &|x| x.answer(&about, "-").is_ok());
        }
        if may(who, Action::DecideViolation) {
            for severity in Severity::ALL {
                // Without an answer only when its time is over.
                for at in [now, x.answer_by] {
                    step("violation_decide", &|x| x.decide(&me, *severity, "-", at).is_ok());
                }
            }
        }
        out
    };
    explore(
        "violation",
        &Walk {
            order: &codes!(ViolationStage),
            ends: &["decided"],
            people: &people(&["meant"]),
            state: &|x: &Violation| x.stage.as_str(),
            like: &|x| format!("{:?}", (x.stage, x.severity)),
            steps: &steps,
            most: MOST,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(p: &Process, from: &str, act: &str, to: &str) -> bool {
        p.moves
            .iter()
            .any(|m| m.from == Some(from) && m.act == act && m.to == to)
    }

    #[test]
    fn a_visitor_comes_in_by_the_rules_only() {
        let p = of_visit(1_795_228_920_000);
        assert_eq!(p.states, codes!(VisitState));
        assert!(has(&p, "arrived", "enter", "inside") && has(&p, "inside", "leave", "left"));
        assert!(has(&p, "arrived", "withdraw", "withdrawn"), "begun by mistake");
        assert!(!has(&p, "expected", "enter", "inside") && !has(&p, "inside", "turn_away", "turned_away"));
        let enter = p.moves.iter().find(|m| m.act == "enter").unwrap();
        assert!(enter.who.contains(&"guard") && !enter.who.contains(&"host") && !enter.who.contains(&"quality"));
    }

    #[test]
    fn an_emergency_is_worked_up_before_it_is_closed() {
        let p = of_emergency(1_795_228_920_000);
        assert_eq!(p.states, ["running", "after", "closed"]);
        assert!(has(&p, "running", "emergency_end", "after") && has(&p, "after", "emergency_close", "closed"));
        assert!(!has(&p, "running", "emergency_close", "closed"));
    }

    #[test]
    fn a_notice_is_published_by_who_may_and_never_rewritten() {
        let p = of_bulletin(1);
        assert_eq!(p.states, codes!(crate::bulletin::State));
        assert!(
            has(&p, "draft", "bulletin_publish", "published") && has(&p, "published", "bulletin_withdraw", "withdrawn")
        );
        assert!(!has(&p, "published", "bulletin_edit", "published"));
        let publish = p.moves.iter().find(|m| m.act == "bulletin_publish").unwrap();
        assert_eq!(publish.who, ["cs_head", "project_manager", "administration"]);
    }

    #[test]
    fn an_incident_ends_before_callers_are_told() {
        let p = of_incident(1);
        assert_eq!(p.states, ["open", "ended", "closed"]);
        assert!(has(&p, "ended", "incident_tell", "closed") && !has(&p, "open", "incident_tell", "open"));
        assert!(has(&p, "open", "incident_end", "closed"), "nobody had called");
    }

    #[test]
    fn nobody_is_judged_unheard_and_objects_once() {
        let p = of_investigation(1);
        assert_eq!(p.states, codes!(investigation::Stage));
        assert!(has(&p, "decided", "investigation_object", "objected"));
        assert!(!has(&p, "upheld", "investigation_object", "objected"));
        let answer = p.moves.iter().find(|m| m.act == "investigation_answer").unwrap();
        assert_eq!(answer.who, ["reported"]);
    }

    #[test]
    fn a_proposal_is_told_once_it_is_decided() {
        let p = of_proposal(1);
        assert_eq!(p.states, ["open", "decided", "told"]);
        assert!(has(&p, "decided", "proposal_tell", "told") && !has(&p, "open", "proposal_tell", "told"));
    }

    #[test]
    fn telephones_are_asked_for_and_nobody_is_judged_unheard() {
        use crate::call::{long_distance::LongDistanceState, new_phone::NewPhoneState, violation::ViolationStage};
        let p = of_long_distance(1);
        assert_eq!(p.states, codes!(LongDistanceState));
        assert!(has(&p, "asked", "long_distance_approve", "approved"));
        assert!(has(&p, "approved", "long_distance_call", "used") && !has(&p, "asked", "long_distance_call", "used"));
        let p = of_new_phone(1);
        assert_eq!(p.states, codes!(NewPhoneState));
        assert!(!has(&p, "asked", "new_phone_decide", "approved"));
        let of = |act| p.moves.iter().find(|m| m.act == act).unwrap().who.clone();
        assert_eq!(
            (of("new_phone_handle"), of("new_phone_decide")),
            (vec!["administration"], vec!["general_manager"])
        );
        let p = of_violation(1);
        assert_eq!(p.states, codes!(ViolationStage));
        let answer = p.moves.iter().find(|m| m.act == "violation_answer").unwrap();
        assert_eq!(answer.who, ["meant"]);
    }

    #[test]
    fn an_opinion_is_checked_once_it_is_handled() {
        let p = of_opinion(1);
        assert_eq!(p.states, ["new", "identified", "handled", "checked", "again"]);
        assert!(has(&p, "handled", "opinion_check", "again") && has(&p, "again", "opinion_identify", "identified"));
        assert!(
            !p.moves
                .iter()
                .any(|m| m.from == Some("new") && m.act == "opinion_check")
        );
        let check = p.moves.iter().find(|m| m.act == "opinion_check").unwrap();
        assert_eq!(check.who, ["quality"]);
    }
}
