//! Telephone calls on both engines: stored once whatever comes twice, judged, called back, and tied to what was registered.

use domain::access::Role;
use domain::call::event::{CallEvent, CallKind, Direction};
use domain::call::measure::Verdict;
use domain::case::Channel;
use domain::ids::{CallId, PhoneSystemId};
use store::testing::for_both;

use crate::call::system::{self, NewExtension, NewSystem};
use crate::call::{self, missed};
use crate::contact::{NewContact, register};
use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::testing::World;

const NUMBER: &str = "13800000001";

/// A webhook that tells holds, and the telephone 1001 at which the clerk sits.
fn hotline(w: &World) -> (PhoneSystemId, String) {
    let new = NewSystem {
        name: "总机".into(),
        kind: "webhook".into(),
        holds: true,
        ..NewSystem::default()
    };
    let made = w
        .desk
        .write_now(&w.ctx(Role::Sysadmin), move |tx, ctx| system::add(tx, ctx, "", &new))
        .unwrap();
    let owner = w.staff(Role::FrontDesk).to_string();
    w.desk
        .write_now(&w.ctx(Role::Administration), move |tx, ctx| {
            let x = NewExtension {
                number: "1001".into(),
                owner: owner.clone(),
                active: true,
                ..NewExtension::default()
            };
            system::put_extension(tx, ctx, None, &x).map(drop)
        })
        .unwrap();
    w.desk
        .write_now(&w.ctx(Role::FrontDesk), |tx, ctx| system::sit(tx, ctx, "1001"))
        .unwrap();
    (made.id, made.secret.unwrap())
}

struct Told<'a> {
    w: &'a World,
    system: PhoneSystemId,
    key: &'static str,
    from: i64,
    direction: Direction,
}

impl Told<'_> {
    fn event(&self, kind: CallKind, ms: i64) -> CallEvent {
        let outside = Some(NUMBER.to_owned());
        let hotline = Some("95001".to_owned());
        let (caller, called) = match self.direction {
            Direction::Out => (hotline, outside),
            _ => (outside, hotline),
        };
        let inside = matches!(
            kind,
            CallKind::Ringing | CallKind::Answered | CallKind::Held | CallKind::Unheld
        );
        CallEvent {
            at_source: Some(self.from + ms),
            direction: Some(self.direction),
            caller,
            called,
            extension: inside.then(|| "1001".to_owned()),
            by_outside: (kind == CallKind::HungUp).then_some(true),
            ..CallEvent::new(self.system.as_str(), self.key, kind, self.from + ms)
        }
    }

    fn tell(&self, events: &[(CallKind, i64)]) -> Vec<CallId> {
        let events: Vec<_> = events.iter().map(|(kind, ms)| self.event(*kind, *ms)).collect();
        self.store(events).unwrap()
    }

    fn store(&self, events: Vec<CallEvent>) -> Res<Vec<CallId>> {
        let (ctx, id) = (self.w.desk.system("phone", &self.w.site), self.system.clone());
        self.w
            .desk
            .write_now(&ctx, move |tx, ctx| system::told(tx, ctx, &id, &events))
    }
}

fn told<'a>(w: &'a World, system: &PhoneSystemId, key: &'static str) -> Told<'a> {
    Told {
        w,
        system: system.clone(),
        key,
        from: w.system().now,
        direction: Direction::In,
    }
}

fn seen(w: &World, id: &CallId) -> call::Seen {
    let (ctx, id) = (w.ctx(Role::CsHead), id.clone());
    w.desk.read_now(move |c| call::get(c, &ctx, &id)).unwrap()
}

fn waits(w: &World) -> Vec<missed::MissedRow> {
    let ctx = w.ctx(Role::FrontDesk);
    w.desk.read_now(move |c| missed::list(c, &ctx)).unwrap().0
}

#[test]
fn a_call_is_what_was_told_of_it_whatever_comes_twice_or_late() {
    use CallKind::{Answered, Arrived, Held, HungUp, Ringing, Unheld};
    for_both(|db| {
        let w = World::new(db);
        let (system, _) = hotline(&w);
        let t = told(&w, &system, "a");
        let first = t.tell(&[(Arrived, 0), (Ringing, 40)]);
        let id = first[0].clone();
        assert_eq!(
            (seen(&w, &id).row.state.as_str(), seen(&w, &id).row.open),
            ("ringing", true)
        );
        let ongoing = |w: &World| {
            let ctx = w.ctx(Role::FrontDesk);
            w.desk.read_now(move |c| call::card::shown(c, &ctx, &[])).unwrap().cards
        };
        assert!(ongoing(&w)[0].mine, "it rings at the telephone at which they sit");
        // The hold comes before the answer that it follows, and everything comes twice.
        for _ in 0..2 {
            t.tell(&[(Held, 9_000), (Answered, 6_040)]);
            t.tell(&[(Unheld, 31_000), (HungUp, 40_000)]);
        }
        let s = seen(&w, &id);
        assert_eq!((s.row.state.as_str(), s.row.ring.as_str()), ("over", "met"));
        assert_eq!((s.row.hold.as_str(), s.row.missed), ("breached", false), "22 s on hold");
        assert_eq!(s.row.staff_id, Some(w.staff(Role::FrontDesk)), "who sits at 1001");
        assert_eq!(s.row.number, NUMBER);
        assert!(ongoing(&w).is_empty() && waits(&w).is_empty());
        let rules = {
            let ctx = w.system();
            w.desk.read_now(move |c| call::rules(c, &ctx)).unwrap()
        };
        assert_eq!(rules.ring.verdict(&s.doc.call, 0), Verdict::Met);
        let stored = w
            .desk
            .read_now(move |c| Ok::<_, Error>(store::call::events(c, &id)?))
            .unwrap();
        assert_eq!(stored.len(), 6, "each report once");
    });
}

#[test]
fn a_missed_number_waits_once_until_somebody_talks_with_it() {
    use CallKind::{Answered, Arrived, HungUp, Ringing};
    for_both(|db| {
        let w = World::new(db);
        let (system, _) = hotline(&w);
        for key in ["m1", "m2"] {
            let id = told(&w, &system, key).tell(&[(Arrived, 0), (Ringing, 50), (HungUp, 9_000)]);
            assert!(seen(&w, &id[0]).row.missed);
            w.wait(60_000);
        }
        let rows = waits(&w);
        assert_eq!((rows.len(), rows[0].calls), (1, 2), "one a number");
        assert_eq!(rows[0].due_at - rows[0].first_at, 30 * 60_000);
        // Late, it is said once to the head.
        w.wait(31 * 60_000);
        for _ in 0..2 {
            missed::round(&w.desk).unwrap();
        }
        let late = || {
            let ctx = w.ctx(Role::CsHead);
            let list = w.desk.read_now(move |c| crate::notice::mine(c, &ctx, None)).unwrap();
            let of = |n: &&crate::notice::Seen| n.row.kind == crate::notice::MISSED_CALL;
            list.unread.iter().filter(of).count()
        };
        assert_eq!(late(), 1);
        // A try that nobody answers leaves it; talking ends it.
        let out = |key: &'static str| Told {
            direction: Direction::Out,
            ..told(&w, &system, key)
        };
        out("o1").tell(&[(Arrived, 0), (HungUp, 20_000)]);
        assert_eq!(waits(&w).len(), 1);
        out("o2").tell(&[(Arrived, 0), (Answered, 4_000)]);
        assert_eq!((waits(&w).len(), late()), (0, 0));
        let ctx = w.ctx(Role::FrontDesk);
        let done = w.desk.read_now(move |c| missed::list(c, &ctx)).unwrap().1;
        assert_eq!((done[0].done_how.as_str(), done[0].late_at.is_some()), ("called", true));
        assert_eq!(done[0].done_by, Some(w.staff(Role::FrontDesk)));
    });
}

#[test]
fn an_end_that_was_lost_is_never_met_and_a_call_back_needs_a_word() {
    use CallKind::{Arrived, Ringing};
    for_both(|db| {
        let w = World::new(db);
        let (system, _) = hotline(&w);
        let id = told(&w, &system, "lost").tell(&[(Arrived, 0), (Ringing, 10)]).remove(0);
        w.wait(11 * 60_000);
        call::round(&w.desk).unwrap();
        let s = seen(&w, &id);
        assert_eq!((s.row.state.as_str(), s.row.ring.as_str()), ("over", "unknown"));
        assert!(s.doc.call.swept && s.row.missed);
        let row = waits(&w).remove(0);
        let by_hand = |note: &'static str| {
            let row = row.clone();
            w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                missed::by_hand(tx, ctx, &row.id, row.version, note)
            })
        };
        assert!(matches!(by_hand(" "), Err(Error::Refused(_))));
        by_hand("用值班手机打通").unwrap();
        assert!(matches!(by_hand("再来"), Err(Error::Refused(_))));
        assert!(waits(&w).is_empty());
    });
}

#[test]
fn what_is_registered_belongs_to_its_call_and_to_one_site() {
    use CallKind::{Answered, Arrived, Ringing};
    for_both(|db| {
        let w = World::new(db);
        let (system, secret) = hotline(&w);
        let id = told(&w, &system, "r")
            .tell(&[(Arrived, 0), (Ringing, 20), (Answered, 16_000)])
            .remove(0);
        assert_eq!(seen(&w, &id).row.ring, "breached", "16 s are more than three rings");
        let call = id.clone();
        let made = w
            .desk
            .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                let n = NewContact {
                    name: "周敏".into(),
                    phone: NUMBER.into(),
                    summary: "问停车月卡".into(),
                    answer: Some("到前台办理".into()),
                    call: Some(call.clone()),
                    ..NewContact::of(Channel::Phone)
                };
                register(tx, ctx, "", &n)
            })
            .unwrap();
        assert_eq!(seen(&w, &id).row.contact_id, Some(made.contact));
        // Neither the call nor the system's reports reach another site, and a secret that was never given is none.
        let there = Ctx {
            site: w.second_site(),
            ..w.ctx(Role::CsHead)
        };
        let asked = id.clone();
        assert!(matches!(
            w.desk.read_now(move |c| call::get(c, &there, &asked)),
            Err(Error::NotFound)
        ));
        let by = |secret: &str, in_path: bool| {
            let secret = secret.to_owned();
            w.desk.read_now(move |c| system::by_secret(c, &secret, in_path))
        };
        assert_eq!(by(&secret, false).unwrap().id, system);
        assert!(matches!(by(&secret, true), Err(Error::NotFound)), "not in the address");
        assert!(matches!(
            by("a-secret-that-was-never-given", false),
            Err(Error::NotFound)
        ));
    });
}

#[test]
fn a_number_that_waits_is_called_from_the_telephone_of_whoever_asks_and_only_where_it_may() {
    use CallKind::{Arrived, HungUp, Ringing};
    for_both(|db| {
        let w = World::new(db);
        let (system, _) = hotline(&w);
        told(&w, &system, "a").tell(&[(Arrived, 0), (Ringing, 40), (HungUp, 9_000)]);
        let id = waits(&w)[0].id.clone();
        let dial = |system: Option<PhoneSystemId>| {
            let id = id.clone();
            w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                call::dial::call_back(tx, ctx, &id, system.clone())
            })
        };
        let rule = |r: Res<call::dial::Dial>| match r {
            Err(Error::Refused(r)) => r.rule,
            other => panic!("{other:?}"),
        };
        assert_eq!(rule(dial(None)), "refuse-cannot-dial");
        let made = dial(Some(system.clone())).unwrap();
        assert_eq!((made.extension.as_str(), made.number.as_str()), ("1001", NUMBER));
        assert_ne!(
            made.key,
            dial(Some(system.clone())).unwrap().key,
            "each is a call of its own"
        );
        // Nothing is closed by it: that takes an answered call.
        assert_eq!(waits(&w).len(), 1);
        w.desk
            .write_now(&w.ctx(Role::FrontDesk), |tx, ctx| system::sit(tx, ctx, ""))
            .unwrap();
        assert_eq!(rule(dial(Some(system.clone()))), "refuse-no-seat");
    });
}

#[test]
fn how_many_people_are_needed_is_made_from_past_calls_and_bad_questions_are_refused() {
    use CallKind::{Answered, Arrived, HungUp, Ringing};
    use call::staffing::{Ask, staffing};
    for_both(|db| {
        let w = World::new(db);
        let (system, _) = hotline(&w);
        for key in ["a", "b", "c"] {
            let t = Told {
                from: w.system().now - 86_400_000,
                ..told(&w, &system, key)
            };
            t.tell(&[(Arrived, 0), (Ringing, 40), (Answered, 5_000), (HungUp, 125_000)]);
        }
        let ask = |role: Role, ask: Ask| {
            let ctx = w.ctx(role);
            w.desk
                .read_now(move |c| staffing(c, &ctx, &jiff::tz::TimeZone::UTC, ask))
        };
        let s = ask(Role::CsHead, Ask::default()).unwrap();
        assert_eq!((s.calls, s.talks), (3, 3));
        assert!((s.talk_s - 120.0).abs() < 0.01 && (s.handling_s - 150.0).abs() < 0.01);
        let busy: Vec<_> = s.week.iter().flatten().filter(|h| h.calls > 0.0).collect();
        assert_eq!(busy.len(), 1);
        // Four weeks have four such days: three quarters of a call each.
        assert!((busy[0].calls - 0.75).abs() < 0.01 && busy[0].endless == Some(1));
        assert!(!s.rostered);
        for wrong in [
            Ask {
                weeks: 0,
                ..Ask::default()
            },
            Ask {
                share: 100,
                ..Ask::default()
            },
            Ask {
                wrap_up_s: 601,
                ..Ask::default()
            },
        ] {
            assert!(matches!(ask(Role::CsHead, wrong), Err(Error::Invalid(_))));
        }
        assert!(matches!(ask(Role::Worker, Ask::default()), Err(Error::Forbidden(_))));
    });
}

/// Another telephone, at which somebody sits.
fn telephone(w: &World, number: &'static str, sits: Option<Role>) {
    let owner = w.staff(Role::Administration).to_string();
    w.desk
        .write_now(&w.ctx(Role::Administration), move |tx, ctx| {
            let x = NewExtension {
                number: number.into(),
                owner: owner.clone(),
                active: true,
                ..NewExtension::default()
            };
            system::put_extension(tx, ctx, None, &x).map(drop)
        })
        .unwrap();
    if let Some(role) = sits {
        w.desk
            .write_now(&w.ctx(role), move |tx, ctx| system::sit(tx, ctx, number))
            .unwrap();
    }
}

/// Asterisk with an order of telephones.
fn asterisk(w: &World, next: &str) -> Res<PhoneSystemId> {
    let new = NewSystem {
        name: "Asterisk".into(),
        kind: "ami".into(),
        host: "127.0.0.1".into(),
        user: "desk".into(),
        secret: "secret".into(),
        next: next.into(),
        recordings: "/var/spool/asterisk/monitor".into(),
        ..NewSystem::default()
    };
    let add = move |tx: &mut store::db::Tx, ctx: &Ctx| system::add(tx, ctx, "", &new);
    w.desk.write_now(&w.ctx(Role::Sysadmin), add).map(|made| made.id)
}

fn rule_of<T: std::fmt::Debug>(r: Res<T>) -> &'static str {
    match r {
        Err(Error::Refused(r)) => r.rule,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_call_that_nobody_answers_goes_on_once_to_the_next_telephone_and_then_to_whoever_is_free() {
    use CallKind::{Arrived, Ringing};
    for_both(|db| {
        let w = World::new(db);
        hotline(&w);
        telephone(&w, "1002", None);
        telephone(&w, "1003", Some(Role::CsHead));
        assert!(matches!(asterisk(&w, "1002 1009"), Err(Error::Invalid(f)) if f[0].name == "next"));
        let id = asterisk(&w, "1002").unwrap();
        let row = {
            let (site, id) = (w.site.clone(), id.clone());
            w.desk
                .read_now(move |c| Ok::<_, Error>(store::call::system(c, &site, &id)?.unwrap()))
                .unwrap()
        };
        let call = told(&w, &id, "a").tell(&[(Arrived, 0), (Ringing, 40)])[0].clone();
        let waiting = || {
            let (ctx, row) = (w.system(), row.clone());
            w.desk.read_now(move |c| call::next::waiting(c, &ctx, &row)).unwrap()
        };
        let go_on = |call: &CallId| {
            let (ctx, row, call) = (w.system(), row.clone(), call.clone());
            w.desk
                .write_now(&ctx, move |tx, ctx| call::next::go_on(tx, ctx, &row, &call))
                .unwrap()
        };
        assert!(waiting().is_empty() && go_on(&call).is_none(), "too early");
        w.wait(10_100);
        assert_eq!(waiting(), std::slice::from_ref(&call), "the third ring begins");
        let sent = go_on(&call).unwrap();
        assert_eq!((sent.target.as_str(), sent.call_key.as_str()), ("1002", "a"));
        assert!(
            !sent.handed && go_on(&call).is_none(),
            "once, whichever replica comes second"
        );
        // Another caller in the same second is not sent to the same telephone.
        let other = told(&w, &id, "b").tell(&[(Arrived, 0), (Ringing, -12_000)])[0].clone();
        assert_eq!(go_on(&other).unwrap().target, "1003");
        told(&w, &id, "b").tell(&[(CallKind::HungUp, 100)]);
        w.wait(10_000);
        assert_eq!(go_on(&call).unwrap().target, "1003");
        w.wait(10_000);
        assert!(
            waiting().is_empty() && go_on(&call).is_none(),
            "1001 rang already, nobody is left"
        );
        let s = seen(&w, &call);
        let to: Vec<_> = s.doc.sent.iter().map(|x| (x.to.as_str(), x.by.is_none())).collect();
        assert_eq!(to, [("1002", true), ("1003", true)]);
        // What is told of it afterwards leaves that as it is.
        told(&w, &id, "a").tell(&[(CallKind::HungUp, 50_000)]);
        assert_eq!(seen(&w, &call).doc.sent.len(), 2);
        assert!(go_on(&call).is_none());
        // Whoever dials out is not free, and a seat of yesterday is none.
        let out = Told {
            direction: Direction::Out,
            ..told(&w, &id, "o")
        };
        let dials = CallEvent {
            caller: Some("1002".into()),
            ..out.event(Arrived, 0)
        };
        out.store(vec![dials]).unwrap();
        let third = told(&w, &id, "c").tell(&[(Arrived, 0), (Ringing, 40)])[0].clone();
        w.wait(10_100);
        assert_eq!(go_on(&third).unwrap().target, "1003");
        // What the exchange did not do is not kept as done, and not tried again.
        let sent = call::send::SendOn {
            system: id.clone(),
            call: third.clone(),
            call_key: "c".into(),
            target: "1003".into(),
            handed: false,
        };
        w.desk
            .write_now(&w.system(), move |tx, ctx| call::send::failed(tx, ctx, &sent))
            .unwrap();
        assert!(seen(&w, &third).doc.sent[0].failed);
        w.wait(13 * 3_600_000);
        let late = told(&w, &id, "d").tell(&[(Arrived, 0), (Ringing, 40)])[0].clone();
        w.wait(10_100);
        assert!(go_on(&late).is_none(), "1002 dials, and nobody has sat down today");
    });
}

#[test]
fn a_call_that_rings_elsewhere_is_brought_to_the_own_telephone() {
    use CallKind::{Answered, Arrived, Ringing};
    for_both(|db| {
        let w = World::new(db);
        hotline(&w);
        telephone(&w, "1002", None);
        let id = asterisk(&w, "").unwrap();
        let elsewhere = |kind, ms| CallEvent {
            extension: Some("1002".into()),
            ..told(&w, &id, "a").event(kind, ms)
        };
        let call = told(&w, &id, "a").tell(&[(Arrived, 0)])[0].clone();
        told(&w, &id, "a").store(vec![elsewhere(Ringing, 40)]).unwrap();
        let pick_up = |able: Vec<PhoneSystemId>| {
            let call = call.clone();
            w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
                call::send::pick_up(tx, ctx, &call, &able)
            })
        };
        let card = |able: Vec<PhoneSystemId>| {
            let ctx = w.ctx(Role::FrontDesk);
            let shown = w.desk.read_now(move |c| call::card::shown(c, &ctx, &able)).unwrap();
            shown.cards.first().map(|c| c.brings)
        };
        assert_eq!(card(Vec::new()), Some(false), "nothing can be asked");
        assert_eq!(rule_of(pick_up(Vec::new())), "refuse-cannot-send");
        assert_eq!(card(vec![id.clone()]), Some(true));
        // A colleague was faster: it is left to them for two rings.
        telephone(&w, "1004", Some(Role::CsHead));
        let (of, able) = (call.clone(), vec![id.clone()]);
        w.desk
            .write_now(&w.ctx(Role::CsHead), move |tx, ctx| {
                call::send::pick_up(tx, ctx, &of, &able)
            })
            .unwrap();
        assert_eq!(rule_of(pick_up(vec![id.clone()])), "refuse-call-brought");
        w.wait(10_000);
        let sent = pick_up(vec![id.clone()]).unwrap();
        assert_eq!((sent.target.as_str(), sent.call_key.as_str()), ("1001", "a"));
        let s = seen(&w, &call);
        assert_eq!(s.doc.sent[1].by, Some(w.staff(Role::FrontDesk)));
        told(&w, &id, "a").store(vec![elsewhere(Answered, 3_000)]).unwrap();
        assert_eq!(rule_of(pick_up(vec![id.clone()])), "refuse-call-answered");
        assert_eq!(card(vec![id.clone()]), Some(false), "somebody talks already");
        // Who talks takes no second call.
        told(&w, &id, "b").tell(&[(Arrived, 0), (Ringing, 40), (Answered, 900)]);
        let other = CallEvent {
            extension: Some("1002".into()),
            ..told(&w, &id, "c").event(Ringing, 0)
        };
        let third = told(&w, &id, "c").store(vec![other]).unwrap()[0].clone();
        let able = vec![id.clone()];
        let busy = w.desk.write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| {
            call::send::pick_up(tx, ctx, &third, &able)
        });
        assert_eq!(rule_of(busy), "refuse-telephone-busy");
    });
}

#[test]
fn a_call_is_handed_on_by_its_system_only_after_asking_and_to_a_telephone_of_the_house() {
    use CallKind::{Answered, Arrived, Ringing};
    for_both(|db| {
        let w = World::new(db);
        hotline(&w);
        telephone(&w, "1002", None);
        let id = asterisk(&w, "").unwrap();
        let call = told(&w, &id, "a").tell(&[(Arrived, 0), (Ringing, 40), (Answered, 900)])[0].clone();
        let hand_on_as = |role: Role, to: &'static str, said: (bool, bool), able: Vec<PhoneSystemId>| {
            let call = call.clone();
            w.desk.write_now(&w.ctx(role), move |tx, ctx| {
                call::send::hand_on(tx, ctx, &call, to, said, &able)
            })
        };
        let hand_on = |to, said, able| hand_on_as(Role::FrontDesk, to, said, able);
        let able = || vec![id.clone()];
        assert_eq!(
            rule_of(hand_on_as(Role::Worker, "1002", (true, true), able())),
            "refuse-not-your-call"
        );
        assert_eq!(
            rule_of(hand_on("1002 工程部", (false, true), able())),
            "refuse-incomplete"
        );
        assert_eq!(rule_of(hand_on("工程部", (true, true), able())), "refuse-send-where");
        assert_eq!(
            rule_of(hand_on("1001", (true, true), able())),
            "refuse-send-where",
            "where it is"
        );
        assert_eq!(rule_of(hand_on("1002", (true, true), Vec::new())), "refuse-cannot-send");
        assert!(
            seen(&w, &call).doc.transfers.is_empty(),
            "nothing was recorded by what was refused"
        );
        assert_eq!(hand_on("1002 工程部", (true, true), able()).unwrap().target, "1002");
        let s = seen(&w, &call);
        assert!(s.doc.transfers.len() == 1 && s.doc.transfers[0].by_system);
    });
}

#[test]
fn a_recording_is_listened_to_for_a_reason_by_who_may_and_on_record() {
    use crate::call::recording;
    use CallKind::{Answered, Arrived, RecordingReady};
    for_both(|db| {
        let w = World::new(db);
        hotline(&w);
        let id = asterisk(&w, "").unwrap();
        let call = told(&w, &id, "1795280883.8").tell(&[(Arrived, 0), (Answered, 900)])[0].clone();
        let ready = CallEvent {
            recording: Some("a.wav".into()),
            ..told(&w, &id, "1795280883.8").event(RecordingReady, 5_000)
        };
        told(&w, &id, "1795280883.8").store(vec![ready]).unwrap();
        let hear = |role: Role, name: &'static str, reason: &'static str| {
            let call = call.clone();
            w.desk.write_now(&w.ctx(role), move |tx, ctx| {
                recording::hear(tx, ctx, &call, name, reason)
            })
        };
        for role in [Role::FrontDesk, Role::Administration, Role::Sysadmin] {
            assert!(
                matches!(hear(role, "a.wav", "好奇"), Err(Error::Forbidden(_))),
                "{role:?}"
            );
        }
        assert!(matches!(hear(Role::Quality, "a.wav", "  "), Err(Error::Invalid(_))));
        assert_eq!(
            rule_of(hear(Role::Quality, "../../etc/passwd", "检查")),
            "refuse-no-recording"
        );
        hear(Role::Quality, "x-1795280883.8.wav", "检查").unwrap();
        // A name that only ends like one of this call is none.
        assert_eq!(
            rule_of(hear(Role::Quality, "b.wav?17952808831", "检查")),
            "refuse-no-recording"
        );
        let heard = hear(Role::CsHead, "a.wav", "处理投诉").unwrap();
        let granted = |role: Role| {
            let (ctx, id) = (w.ctx(role), heard.clone());
            w.desk.read_now(move |c| recording::granted(c, &ctx, &id))
        };
        let place = "/var/spool/asterisk/monitor".to_owned();
        assert_eq!(granted(Role::CsHead).unwrap(), (place, "a.wav".to_owned()));
        assert!(
            matches!(granted(Role::Quality), Err(Error::NotFound)),
            "granted to somebody else"
        );
        w.wait(3_600_001);
        assert!(
            matches!(granted(Role::CsHead), Err(Error::NotFound)),
            "that was long ago"
        );
        let (ctx, of) = (w.ctx(Role::Quality), call.clone());
        let (all, wanted) = w
            .desk
            .read_now(move |c| Ok::<_, Error>((recording::heard(c, &ctx, &of)?, recording::wanted(c, &ctx, &of)?)))
            .unwrap();
        let all: Vec<_> = all.iter().map(|h| (h.staff_id.clone(), h.reason.as_str())).collect();
        assert_eq!(
            all,
            [(w.staff(Role::CsHead), "处理投诉"), (w.staff(Role::Quality), "检查")]
        );
        let wanted = wanted.unwrap();
        assert_eq!(
            (wanted.day.as_str(), wanted.reported),
            ("2026-11-21", vec!["a.wav".to_owned()])
        );
        let journal = {
            let (site, call) = (w.site.clone(), call.clone());
            w.desk
                .read_now(move |c| {
                    Ok::<_, Error>(store::journal::for_subject(
                        c,
                        site.as_str(),
                        "call",
                        call.as_str(),
                        i64::MAX,
                        50,
                    )?)
                })
                .unwrap()
        };
        assert_eq!(journal.iter().filter(|e| e.kind == "recording_heard").count(), 2);
    });
}

#[test]
fn a_call_whose_end_was_not_told_is_put_away_by_hand_and_never_met() {
    use CallKind::{Answered, Arrived, HungUp, Ringing};
    for_both(|db| {
        let w = World::new(db);
        let (system, _) = hotline(&w);
        let call = told(&w, &system, "a").tell(&[(Arrived, 0), (Ringing, 40)])[0].clone();
        let began = told(&w, &system, "a");
        let over = |id: &CallId| {
            let id = id.clone();
            w.desk
                .write_now(&w.ctx(Role::FrontDesk), move |tx, ctx| call::over(tx, ctx, &id))
        };
        assert_eq!(rule_of(over(&call)), "refuse-call-still");
        w.wait(30_100);
        over(&call).unwrap();
        let s = seen(&w, &call);
        assert!(!s.row.open && s.doc.call.swept && s.row.ring != "met");
        over(&call).unwrap();
        // What is told afterwards counts: it was answered in time.
        began.tell(&[(Answered, 3_000), (HungUp, 60_000)]);
        let s = seen(&w, &call);
        assert!(!s.doc.call.swept && s.row.ring == "met");
        // A talk makes no reports: it is not put away so soon.
        let talk = told(&w, &system, "b").tell(&[(Arrived, 0), (Ringing, 40), (Answered, 3_000)])[0].clone();
        w.wait(60_000);
        assert_eq!(rule_of(over(&talk)), "refuse-call-still");
        w.wait(10 * 60_000);
        over(&talk).unwrap();
    });
}

#[test]
fn nobody_loses_the_telephone_at_which_they_talk_and_a_paid_line_keeps_its_number() {
    use CallKind::{Answered, Arrived, HungUp, Ringing};
    for_both(|db| {
        let w = World::new(db);
        let (system, _) = hotline(&w);
        let sit = || {
            w.desk
                .write_now(&w.ctx(Role::CsHead), |tx, ctx| system::sit(tx, ctx, "1001"))
        };
        told(&w, &system, "a").tell(&[(Arrived, 0), (Ringing, 40), (Answered, 3_000)]);
        assert_eq!(rule_of(sit()), "refuse-telephone-talks");
        told(&w, &system, "a").tell(&[(HungUp, 9_000)]);
        sit().unwrap();
        let out = Told {
            direction: Direction::Out,
            ..told(&w, &system, "p")
        };
        let dialled = CallEvent {
            called: Some("16888888".into()),
            ..out.event(Arrived, 0)
        };
        let paid = out.store(vec![dialled]).unwrap()[0].clone();
        assert_eq!(seen(&w, &paid).row.number, "16888888");
    });
}
