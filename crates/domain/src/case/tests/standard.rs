//! Another version of the standard: what it moves in an open case, what reopening does, and a past case once more.

use super::*;
use crate::access::Action;
use crate::clock::{BreachReason, ClockCode, ClockState, Limit, WaitReason};
use crate::standard::{Document, OnReopen};
use crate::time::{Calendars, Exception, ExceptionKind, Level, Plan, holidays};

/// The shipped document, changed.
fn standard(change: impl Fn(&mut Document)) -> Standard {
    let mut doc = Document::shipped().unwrap();
    doc.version = "2026-2".into();
    change(&mut doc);
    doc.standard().unwrap()
}

fn of_clock(doc: &mut Document, clause: &str, code: ClockCode) -> (usize, usize) {
    doc.rows()
        .find(|(_, _, c)| c.clause == clause && c.code == code)
        .unwrap()
        .0
}

/// Response within 20 minutes, on site within 10.
fn strict() -> Standard {
    standard(|doc| {
        let (l, c) = of_clock(doc, "STD-1", ClockCode::Response);
        doc.lines[l].clocks[c].limit = Limit::Minute { n: 20 };
        let (l, c) = of_clock(doc, "STD-2", ClockCode::OnSite);
        doc.lines[l].clocks[c].limit = Limit::Minute { n: 10 };
    })
}

fn under<'a>(standard: &'a Standard, now: i64) -> Env<'a> {
    Env { standard, ..env(now) }
}

fn manager() -> Who {
    staff("jin", Role::ProjectManager, "office")
}

fn run_under(desk: &mut Desk, standard: &Standard, who: &Who, command: &Command) -> Result<Vec<&'static str>, Refusal> {
    let events = decide(desk.state.as_ref(), command, who, &under(standard, desk.now))?;
    for event in &events {
        advance(&mut desk.state, event, &CALENDARS);
    }
    let kinds = events.iter().map(Event::kind).collect();
    desk.events.extend(events);
    Ok(kinds)
}

fn reapply(reason: &str) -> Command {
    Command::ReapplyStandard { reason: reason.into() }
}

pub fn apply_strict(desk: &mut Desk) {
    desk.now += MIN;
    run_under(desk, &strict(), &manager(), &reapply("新标准")).unwrap();
}

/// The office is closed for five days from the day after on, which nobody knew when the complaint came in.
pub fn apply_closure(desk: &mut Desk) {
    let zone = "Asia/Shanghai";
    let mut calendars = Calendars::shipped(zone).unwrap();
    let day = jiff::Timestamp::from_millisecond(desk.now)
        .unwrap()
        .to_zoned(ZONE.clone())
        .date();
    let closed = day.tomorrow().unwrap();
    let closure = Exception {
        date: closed,
        until: Some(closed.checked_add(jiff::Span::new().days(4)).unwrap()),
        level: Level::Site,
        kind: ExceptionKind::Off,
        hours: None,
        name: "停水".into(),
        name_en: String::new(),
    };
    let calendar = Plan::shipped("office")
        .unwrap()
        .calendar(zone, &holidays::shipped().unwrap(), &[closure]);
    calendars.add("office", 2, calendar).unwrap();
    desk.now += MIN;
    let env = Env {
        calendars: &calendars,
        ..env(desk.now)
    };
    desk.state.as_mut().unwrap().attach(&CALENDARS);
    let before = clock(desk, ClockCode::Finish).due_at(desk.now).unwrap();
    let said = moved_by_calendar(desk.case(), &env);
    let command = Command::ReapplyCalendar {
        reason: "次日停水，办公室关闭".into(),
    };
    let events = decide(desk.state.as_ref(), &command, &manager(), &env).unwrap();
    for event in &events {
        advance(&mut desk.state, event, &calendars);
    }
    let kinds: Vec<_> = events.iter().map(Event::kind).collect();
    assert_eq!(kinds, ["calendar_reapplied", "clocks_retargeted"]);
    desk.events.extend(events);
    let after = clock(desk, ClockCode::Finish).due_at(desk.now).unwrap();
    assert!(after > before, "days more are closed");
    assert_eq!(
        said.iter().map(|m| (m.before, m.after)).collect::<Vec<_>>(),
        [(Some(before), Some(after))]
    );
}

fn clock(desk: &Desk, code: ClockCode) -> &crate::clock::Clock {
    desk.case()
        .clocks
        .iter()
        .rev()
        .find(|clock| clock.code == code)
        .unwrap()
}

#[test]
fn what_another_version_would_move_is_said_before_and_then_done() {
    let mut desk = Desk::with(free());
    let (registered, strict) = (desk.now, strict());
    desk.now += 5 * MIN;
    let moves = moved(desk.case(), &under(&strict, desk.now));
    let due: Vec<_> = moves.iter().map(|m| (m.code, m.before, m.after, m.late)).collect();
    assert_eq!(
        due,
        [
            (
                ClockCode::Response,
                Some(registered + 4 * HOUR),
                Some(registered + 20 * MIN),
                false
            ),
            (
                ClockCode::OnSite,
                Some(registered + 30 * MIN),
                Some(registered + 10 * MIN),
                false
            ),
        ]
    );
    let kinds = run_under(&mut desk, &strict, &manager(), &reapply("新标准")).unwrap();
    assert_eq!(kinds, ["standard_reapplied", "clocks_retargeted"]);
    assert_eq!(
        clock(&desk, ClockCode::OnSite).due_at(desk.now),
        Some(registered + 10 * MIN)
    );
    assert_eq!(desk.case().standard, "2026-2");
    assert_eq!(moved(desk.case(), &under(&strict, desk.now)), []);
    let again = run_under(&mut desk, &strict, &manager(), &reapply("新标准")).unwrap_err();
    assert_eq!(again.rule, "refuse-nothing-changed");
}

#[test]
fn only_who_has_the_right_applies_it_and_only_with_a_reason() {
    let mut desk = Desk::with(free());
    let strict = strict();
    for (who, rule) in [(chen(), "refuse-role"), (li(), "refuse-role"), (wang(), "refuse-role")] {
        let refused = run_under(&mut desk, &strict, &who, &reapply("x")).unwrap_err();
        assert_eq!(refused.rule, rule);
    }
    let silent = run_under(&mut desk, &strict, &manager(), &reapply(" ")).unwrap_err();
    assert_eq!(silent.rule, "refuse-incomplete");
    let mut closed = Desk::closed(free());
    let over = run_under(&mut closed, &strict, &manager(), &reapply("x")).unwrap_err();
    assert_eq!(
        (over.rule, Action::ReapplyStandard.as_str()),
        ("refuse-state", "reapply_standard")
    );
    assert_eq!(moved(closed.case(), &under(&strict, closed.now)), []);
}

#[test]
fn a_limit_that_moves_into_the_past_is_a_breach_of_the_change_and_an_old_breach_stays() {
    let mut desk = Desk::with(free());
    desk.now += 25 * MIN;
    let moves = moved(desk.case(), &under(&strict(), desk.now));
    assert!(moves.iter().all(|m| m.late));
    let kinds = run_under(&mut desk, &strict(), &manager(), &reapply("新标准")).unwrap();
    assert_eq!(
        kinds,
        [
            "standard_reapplied",
            "clocks_retargeted",
            "clock_breached",
            "clock_breached"
        ]
    );
    let on_site = clock(&desk, ClockCode::OnSite);
    assert_eq!(
        (on_site.breached_at, on_site.breach_reason),
        (Some(desk.now), Some(BreachReason::Change))
    );
    // Back to the longer limit: the breach is a fact.
    desk.now += MIN;
    desk.run(&manager(), reapply("改回")).unwrap();
    let on_site = clock(&desk, ClockCode::OnSite);
    assert!(on_site.breached_at.is_some());
    assert_eq!(on_site.due_at(desk.now), Some(desk.case().happened_at + 30 * MIN));
}

#[test]
fn what_is_met_and_what_was_promised_stay_and_a_begun_callback_counts_from_its_beginning() {
    let mut desk = Desk::done(free());
    desk.ok(
        &chen(),
        Command::Promise {
            kind: PromiseKind::Reply,
            what: "回电".into(),
            by: None,
            reported_to: vec!["li".into()],
        },
    );
    let (done, promised) = (desk.case().work().unwrap().at, clock(&desk, ClockCode::Promise).clone());
    let other = standard(|doc| {
        let (l, c) = of_clock(doc, "CSM-3", ClockCode::Callback);
        doc.lines[l].clocks[c].limit = Limit::Hour { n: 12 };
        let (l, c) = of_clock(doc, "STD-2", ClockCode::OnSite);
        doc.lines[l].clocks[c].limit = Limit::Minute { n: 10 };
        let (l, c) = of_clock(doc, "REC-8", ClockCode::Promise);
        doc.lines[l].clocks[c].limit = Limit::Hour { n: 1 };
    });
    let moves = moved(desk.case(), &under(&other, desk.now));
    assert_eq!(moves.len(), 1, "{moves:?}");
    assert_eq!(
        (moves[0].before, moves[0].after),
        (Some(done + 24 * HOUR), Some(done + 12 * HOUR))
    );
    run_under(&mut desk, &other, &manager(), &reapply("新标准")).unwrap();
    assert_eq!(
        clock(&desk, ClockCode::Callback).due_at(desk.now),
        Some(done + 12 * HOUR)
    );
    assert_eq!(*clock(&desk, ClockCode::Promise), promised);
}

#[test]
fn a_clock_that_another_version_drops_or_adds() {
    let mut desk = Desk::with(free());
    let other = standard(|doc| {
        let (l, c) = of_clock(doc, "STD-2", ClockCode::OnSite);
        doc.lines[l].clocks[c].code = ClockCode::Feedback;
    });
    let moves = moved(desk.case(), &under(&other, desk.now));
    let said: Vec<_> = moves
        .iter()
        .map(|m| (m.code, m.dropped, m.before.is_some(), m.after.is_some()))
        .collect();
    assert_eq!(
        said,
        [
            (ClockCode::Feedback, false, false, true),
            (ClockCode::OnSite, true, true, false)
        ]
    );
    run_under(&mut desk, &other, &manager(), &reapply("新标准")).unwrap();
    assert_eq!(
        clock(&desk, ClockCode::OnSite).view(desk.now).state,
        ClockState::Cancelled
    );
    assert_eq!(
        clock(&desk, ClockCode::Feedback).due_at(desk.now),
        Some(desk.case().happened_at + 30 * MIN)
    );
}

/// A repair of the lift (30 minutes), where the standard says that reopening goes on.
fn goes_on() -> Standard {
    standard(|doc| {
        let (l, c) = of_clock(doc, "STD-15", ClockCode::Finish);
        doc.lines[l].clocks[c].reopen = OnReopen::Continue;
    })
}

fn lift() -> Register {
    Register {
        item: "repair.lift.noise".into(),
        ..free()
    }
}

fn open_again() -> Command {
    Command::Reopen {
        reason: ReopenReason::Fault,
        note: "又响".into(),
    }
}

#[test]
fn reopening_goes_on_with_the_time_that_was_left_where_the_standard_says_so() {
    let standard = goes_on();
    let mut desk = Desk::closed(lift());
    let finish = clock(&desk, ClockCode::Finish).clone();
    let (begun, met) = (finish.started_at.unwrap(), finish.met_at.unwrap());
    desk.now += 3 * HOUR;
    run_under(&mut desk, &standard, &chen(), &open_again()).unwrap();
    let all: Vec<_> = desk
        .case()
        .clocks
        .iter()
        .filter(|c| c.code == ClockCode::Finish)
        .collect();
    assert_eq!(all.len(), 1, "the same clock goes on");
    let (now, left) = (desk.now, 30 * MIN - (met - begun));
    assert_eq!((all[0].cycle, all[0].due_at(now)), (1, Some(now + left)));
    let view = all[0].view(now + MIN);
    assert_eq!((view.state, view.left_ms), (ClockState::Running, Some(left - MIN)));
    assert!(
        view.explain
            .iter()
            .any(|s| s.kind == crate::clock::StretchKind::Paused && s.reason.is_none())
    );
    // What has no such rule begins anew.
    assert_eq!(clock(&desk, ClockCode::OnSite).due_at(now), Some(now + 30 * MIN));
    assert_eq!(replay(&desk.events, &CALENDARS), desk.state);
    // A change of level afterwards leaves the rest alone.
    desk.now += MIN;
    let level = change(Change::Level {
        importance: Importance::Ordinary,
        urgency: Urgency::Normal,
    });
    run_under(&mut desk, &standard, &chen(), &level).unwrap();
    assert_eq!(clock(&desk, ClockCode::Finish).due_at(desk.now), Some(now + left));
}

#[test]
fn a_wait_and_a_rest_do_not_count_and_a_breach_goes_along() {
    let standard = goes_on();
    let mut desk = Desk::on_site(lift());
    let begun = clock(&desk, ClockCode::Finish).started_at.unwrap();
    desk.now += MIN;
    let waits = Command::Wait {
        reason: WaitReason::Parts,
        until: desk.now + 10 * HOUR,
        customer_told: true,
        note: "配件".into(),
    };
    run_under(&mut desk, &standard, &wang(), &waits).unwrap();
    let from = desk.now;
    desk.now += HOUR;
    run_under(&mut desk, &standard, &wang(), &Command::Resume).unwrap();
    desk.now += 40 * MIN;
    let done = desk.complete(vec![]);
    run_under(&mut desk, &standard, &wang(), &done).unwrap();
    let late = clock(&desk, ClockCode::Finish).breached_at;
    assert_eq!(
        late,
        Some(begun + 30 * MIN + HOUR),
        "an hour of waiting since {from} did not count"
    );
    desk.now += HOUR;
    run_under(&mut desk, &standard, &chen(), &open_again()).unwrap();
    let finish = clock(&desk, ClockCode::Finish);
    assert_eq!((finish.breached_at, finish.cycle), (late, 1));
    assert_eq!(finish.view(desk.now).state, ClockState::Overdue);
}

#[test]
fn a_past_case_under_a_stricter_standard_was_late_where_it_was_in_time() {
    let mut desk = Desk::new();
    desk.ok(&chen(), Command::Register(Box::new(free())));
    let registered = desk.now;
    desk.now += 14 * MIN;
    for (who, command) in [
        (chen(), desk.dispatch()),
        (
            wang(),
            Command::Accept {
                worker: None,
                happened_at: None,
            },
        ),
        (
            wang(),
            Command::Arrive {
                worker: None,
                happened_at: None,
            },
        ),
    ] {
        desk.ok(&who, command);
    }
    let done = desk.complete(vec![]);
    desk.ok(&wang(), done);
    let strict = strict();
    let would = rerun(&desk.events, &under(&strict, desk.now)).unwrap();
    let (was, is) = (outcomes(desk.case(), desk.now), outcomes(&would, desk.now));
    let late = |list: &[Outcome]| -> Vec<(ClockCode, Option<i64>)> {
        list.iter().filter(|o| o.late).map(|o| (o.code, o.due_at)).collect()
    };
    assert_eq!(late(&was), []);
    assert_eq!(late(&is), [(ClockCode::OnSite, Some(registered + 10 * MIN))]);
    assert_eq!(would.standard, "2026-2");
    // The people are the same, the limit is another.
    let (a, b) = (jobs(desk.case(), &desk.events), jobs(&would, &desk.events));
    assert_eq!(
        (a.len(), a[0].accepted_at, a[0].arrived_at),
        (1, registered + 16 * MIN, registered + 17 * MIN)
    );
    assert_eq!(
        (a[0].on_site_due, b[0].on_site_due),
        (Some(registered + 30 * MIN), Some(registered + 10 * MIN))
    );
}
