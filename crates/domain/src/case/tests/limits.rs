//! How steps of a case move its clocks.

use super::*;
use crate::clock::{BoundSource, BreachReason, ClockCode, ClockState, ClockView, WaitReason};

fn view(desk: &Desk, code: ClockCode) -> ClockView {
    let views = desk.case().clock_views(desk.now);
    views.into_iter().rev().find(|view| view.code == code).unwrap()
}

#[test]
fn an_urgent_repair_has_thirty_minutes_and_a_callback_that_has_not_begun() {
    let desk = Desk::with(free());
    let on_site = view(&desk, ClockCode::OnSite);
    assert_eq!(
        (on_site.due_at, on_site.clause.as_str()),
        (Some(desk.now + 30 * MIN), "STD-2")
    );
    assert_eq!(view(&desk, ClockCode::Response).due_at, Some(desk.now + 4 * HOUR));
    assert_eq!(view(&desk, ClockCode::Callback).state, ClockState::NotStarted);
    let done = Desk::done(free());
    assert_eq!(view(&done, ClockCode::Callback).due_at, Some(done.now + 24 * HOUR));
}

#[test]
fn a_passed_limit_becomes_a_fact_by_the_timer_or_by_the_next_step() {
    let registered = Desk::with(free());
    let due = registered.now + 30 * MIN;
    let breaches = |desk: &mut Desk| {
        let mut kinds = desk.run(&timer(), Command::CheckClocks).unwrap();
        kinds.retain(|kind| *kind == "clock_breached");
        kinds
    };
    let mut desk = registered.clone();
    desk.now = due;
    assert!(breaches(&mut desk).is_empty());
    desk.now = due + 1;
    assert_eq!(desk.case().next_step_at(due), Some(due + 1));
    assert_eq!(breaches(&mut desk), ["clock_breached"]);
    assert!(breaches(&mut desk).is_empty());
    let mut desk = registered;
    desk.now = due + HOUR;
    let dispatch = desk.dispatch();
    assert_eq!(desk.run(&chen(), dispatch).unwrap(), ["clock_breached", "dispatched"]);
    let on_site = view(&desk, ClockCode::OnSite);
    assert_eq!(
        (on_site.breached_at, on_site.breach_reason),
        (Some(due), Some(BreachReason::Time))
    );
}

#[test]
fn a_level_that_moves_the_limit_into_the_past_breaches_at_the_change() {
    let mut desk = Desk::with(of_kind(Kind::Request));
    desk.now += HOUR;
    let urgent = Change::Level {
        importance: Importance::Ordinary,
        urgency: Urgency::Urgent,
    };
    assert_eq!(
        desk.run(&chen(), change(urgent)).unwrap(),
        ["level_changed", "clocks_retargeted", "clock_breached"]
    );
    let on_site = view(&desk, ClockCode::OnSite);
    assert_eq!(
        (on_site.breached_at, on_site.breach_reason),
        (Some(desk.now), Some(BreachReason::Change))
    );
    desk.now += MIN;
    let normal = Change::Level {
        importance: Importance::Ordinary,
        urgency: Urgency::Normal,
    };
    desk.run(&chen(), change(normal)).unwrap();
    assert!(
        view(&desk, ClockCode::OnSite).breached_at.is_some(),
        "a downgrade does not undo it"
    );
}

#[test]
fn an_arrival_in_time_entered_later_is_no_delay() {
    let mut desk = Desk::accepted(free());
    let arrived = desk.now + 10 * MIN;
    desk.now += 2 * HOUR;
    let kinds = desk
        .run(
            &wang(),
            Command::Arrive {
                worker: None,
                happened_at: Some(arrived),
            },
        )
        .unwrap();
    assert_eq!(kinds, ["clock_breached", "arrived"]);
    let on_site = view(&desk, ClockCode::OnSite);
    assert_eq!((on_site.state, on_site.excused), (ClockState::Met, true));
}

#[test]
fn a_report_entered_late_counts_from_when_it_came() {
    let mut desk = Desk::new();
    let form = Register {
        happened_at: Some(desk.now - 3 * HOUR),
        ..free()
    };
    let kinds = desk.run(&chen(), Command::Register(Box::new(form))).unwrap();
    assert_eq!(kinds, ["registered", "clocks_started", "clock_breached"]);
    assert_eq!(
        view(&desk, ClockCode::OnSite).breach_reason,
        Some(BreachReason::EnteredLate)
    );
    assert_eq!(view(&desk, ClockCode::Response).due_at, Some(desk.now + HOUR));
}

#[test]
fn waiting_for_the_customer_holds_the_way_there_and_parts_hold_the_repair() {
    let lift = Register {
        item: "repair.lift.noise".into(),
        ..free()
    };
    let mut desk = Desk::on_site(lift);
    let before = view(&desk, ClockCode::Finish).due_at.unwrap();
    desk.ok(&wang(), wait(WaitReason::Parts, desk.now + 5 * HOUR));
    assert_eq!(view(&desk, ClockCode::Finish).state, ClockState::Paused);
    desk.now += HOUR - MIN;
    desk.ok(&wang(), Command::Resume);
    assert_eq!(view(&desk, ClockCode::Finish).due_at, Some(before + HOUR));
}

#[test]
fn an_appointment_holds_the_clock_and_then_binds_it() {
    let start = MORNING + 5 * HOUR;
    let appointment = Some(Appointment {
        from: start,
        to: start + 20 * MIN,
    });
    let mut desk = Desk::with(Register { appointment, ..free() });
    let on_site = view(&desk, ClockCode::OnSite);
    assert_eq!(
        (on_site.due_at, on_site.bound_by),
        (Some(start + 20 * MIN), Some(BoundSource::Customer))
    );
    let later = Appointment {
        from: start + HOUR,
        to: start + 3 * HOUR,
    };
    desk.ok(&chen(), change(Change::Appointment(Some(later))));
    let on_site = view(&desk, ClockCode::OnSite);
    desk.now = later.from;
    assert_eq!(on_site.breached_at, None);
    let due = view(&desk, ClockCode::OnSite).due_at.unwrap();
    assert!(
        due > later.from && due <= later.from + 30 * MIN,
        "{}",
        (due - later.from) / MIN
    );
}

#[test]
fn the_earliest_of_three_limits_counts() {
    let form = Register {
        item: "repair.power.light_road".into(),
        wanted_by: Some(MORNING + 7 * HOUR),
        authority_by: Some(MORNING + 6 * HOUR),
        ..of_kind(Kind::Request)
    };
    let desk = Desk::with(form);
    let finish = view(&desk, ClockCode::Finish);
    assert_eq!(
        (finish.due_at, finish.bound_by),
        (Some(MORNING + 6 * HOUR), Some(BoundSource::Authority))
    );
}

#[test]
fn a_promise_lasts_until_midnight_of_its_day() {
    let midnight = "2026-11-22T00:00+08:00[Asia/Shanghai]"
        .parse::<jiff::Zoned>()
        .unwrap()
        .timestamp()
        .as_millisecond();
    for (importance, days) in [
        (Importance::Ordinary, 0),
        (Importance::Important, 2),
        (Importance::Major, 3),
    ] {
        let mut desk = Desk::with(Register {
            importance,
            ..of_kind(Kind::Inquiry)
        });
        desk.ok(&chen(), promise("查图纸"));
        assert_eq!(
            view(&desk, ClockCode::Promise).due_at,
            Some(midnight + days * 24 * HOUR)
        );
    }
}

#[test]
fn telling_the_customer_is_the_feedback_of_a_complaint() {
    let mut desk = Desk::with(of_kind(Kind::Complaint));
    let note = |told_customer| Command::Note {
        text: "已回电".into(),
        told_customer,
    };
    desk.ok(&chen(), note(false));
    assert_eq!(view(&desk, ClockCode::Feedback).met_at, None);
    desk.ok(&customer(), note(true));
    assert_eq!(
        view(&desk, ClockCode::Feedback).met_at,
        None,
        "the customer's own words do not count"
    );
    desk.ok(&chen(), note(true));
    assert_eq!(view(&desk, ClockCode::Feedback).met_at, Some(desk.now));
}

#[test]
fn a_reopened_case_runs_anew_and_keeps_what_was() {
    let mut desk = Desk::closed(free());
    desk.ok(
        &chen(),
        Command::Reopen {
            reason: ReopenReason::Fault,
            note: "复查渗水".into(),
        },
    );
    let on_site: Vec<_> = desk
        .case()
        .clocks
        .iter()
        .filter(|clock| clock.code == ClockCode::OnSite)
        .collect();
    assert_eq!(on_site.len(), 2);
    assert!(on_site[0].met_at.is_some());
    assert_eq!(on_site[1].due_at(desk.now), Some(desk.now + 30 * MIN));
}

#[test]
fn a_limit_dropped_by_one_change_counts_again_after_another() {
    let mut desk = Desk::with(free());
    let level = |urgency| {
        change(Change::Level {
            importance: Importance::Ordinary,
            urgency,
        })
    };
    desk.ok(&chen(), level(Urgency::Normal));
    assert_eq!(view(&desk, ClockCode::OnSite).state, ClockState::Cancelled);
    desk.ok(&chen(), level(Urgency::Urgent));
    let on_site = view(&desk, ClockCode::OnSite);
    assert_eq!(
        on_site.due_at,
        Some(MORNING + 31 * MIN),
        "from the report, not from the change"
    );
    assert_eq!(
        desk.case()
            .clocks
            .iter()
            .filter(|clock| clock.code == ClockCode::OnSite)
            .count(),
        1
    );
}

fn timer() -> Who {
    Who::System { name: "timer".into() }
}

/// The steps that the timer makes facts of at the desk's time: clock and step.
fn climbs(desk: &mut Desk) -> Vec<String> {
    let before = desk.events.len();
    desk.run(&timer(), Command::CheckClocks).unwrap();
    let reached = desk.events[before..].iter().filter_map(|event| match &event.fact {
        Fact::RungReached { code, cycle, step, .. } => Some(format!("{code}.{cycle} {step}")),
        _ => None,
    });
    reached.collect()
}

#[test]
fn a_case_left_alone_climbs_and_each_step_is_a_fact_once() {
    let mut desk = Desk::with(of_kind(Kind::Request));
    let registered = desk.now;
    let env_at = |desk: &Desk| env(desk.now);
    // Nobody is given the work: half of the thirty minutes, then all of them.
    assert_eq!(desk.case().next_look_at(&env_at(&desk)), Some(registered + 15 * MIN));
    desk.now = registered + 15 * MIN;
    assert_eq!(climbs(&mut desk), ["assign.0 50%"]);
    assert!(climbs(&mut desk).is_empty());
    desk.now = registered + 30 * MIN;
    assert!(climbs(&mut desk).is_empty(), "due itself is in time");
    desk.now += 1;
    assert_eq!(climbs(&mut desk), ["assign.0 100%"]);
    // The work is given: another limit runs, until somebody takes it.
    let dispatch = desk.dispatch();
    desk.ok(&chen(), dispatch);
    let given = desk.now;
    desk.now = given + 30 * MIN + 1;
    assert_eq!(climbs(&mut desk), ["accept.1 50%", "accept.1 100%"]);
    desk.ok(
        &wang(),
        Command::Accept {
            worker: None,
            happened_at: None,
        },
    );
    desk.now += HOUR;
    assert!(climbs(&mut desk).is_empty(), "taken: the response is met, too");
}

#[test]
fn an_internal_limit_is_no_breach_and_colours_no_list() {
    let mut desk = Desk::with(of_kind(Kind::Request));
    let due = desk.case().due_at(desk.now);
    desk.now += 2 * HOUR;
    climbs(&mut desk);
    assert_eq!(desk.case().due_at(desk.now), due);
    assert!(desk.case().clocks.iter().all(|clock| clock.breached_at.is_none()));
    assert!(desk.case().clocks.iter().all(|clock| !clock.code.is_handling()));
}

#[test]
fn work_that_comes_back_climbs_anew() {
    let mut desk = Desk::dispatched(of_kind(Kind::Request));
    desk.ok(
        &wang(),
        Command::Return {
            reason: "不归工程".into(),
        },
    );
    desk.now += 31 * MIN;
    assert_eq!(climbs(&mut desk), ["assign.2 50%", "assign.2 100%"]);
}

#[test]
fn a_reopened_case_has_steps_of_its_own() {
    let mut desk = Desk::with(free());
    desk.now += 40 * MIN;
    let first = climbs(&mut desk);
    assert!(first.contains(&"on_site.0 100%".to_owned()), "{first:?}");
    let mut desk = Desk::closed(free());
    let reopen = Command::Reopen {
        reason: ReopenReason::Fault,
        note: "复查渗水".into(),
    };
    desk.ok(&chen(), reopen);
    desk.now += 40 * MIN;
    let second = climbs(&mut desk);
    assert!(second.contains(&"on_site.1 100%".to_owned()), "{second:?}");
}

#[test]
fn a_step_keeps_its_instant_when_nobody_looked_in_time() {
    let mut desk = Desk::with(of_kind(Kind::Request));
    let registered = desk.now;
    desk.now += 24 * HOUR;
    climbs(&mut desk);
    let reached: Vec<_> = desk
        .events
        .iter()
        .filter_map(|event| match &event.fact {
            Fact::RungReached {
                code: ClockCode::Response,
                step,
                reached_at,
                ..
            } => Some((step.to_string(), *reached_at - registered)),
            _ => None,
        })
        .collect();
    assert_eq!(
        reached,
        [
            ("80%".to_owned(), 4 * HOUR * 8 / 10),
            ("100%".to_owned(), 4 * HOUR + 1),
            ("+60m".to_owned(), 5 * HOUR + 1),
            ("+240m".to_owned(), 8 * HOUR + 1),
        ]
    );
    assert_eq!(
        desk.case().next_look_at(&env(desk.now)),
        Some(registered + 28 * HOUR + 1)
    );
}

#[test]
fn a_host_that_goes_back_in_time_repeats_nothing() {
    let mut desk = Desk::with(free());
    let registered = desk.now;
    desk.now += 40 * MIN;
    assert!(!climbs(&mut desk).is_empty());
    for back in [39, 20, 1] {
        desk.now = registered + back * MIN;
        assert!(climbs(&mut desk).is_empty(), "{back}");
    }
    desk.now = registered + 45 * MIN + 1;
    let again = climbs(&mut desk);
    assert_eq!(again, ["on_site.0 +15m"]);
}

/// Clock, step, and whether anybody is told, of what the timer makes facts of now.
fn told(desk: &mut Desk) -> Vec<(String, bool, bool)> {
    let before = desk.events.len();
    desk.run(&timer(), Command::CheckClocks).unwrap();
    let reached = desk.events[before..].iter().filter_map(|event| match &event.fact {
        Fact::RungReached {
            code,
            step,
            to,
            entered_late,
            ..
        } => Some((format!("{code} {step}"), !to.is_empty(), *entered_late)),
        _ => None,
    });
    reached.collect()
}

#[test]
fn what_had_passed_before_a_late_entry_is_told_once_a_limit() {
    // An urgent leak of two hours ago: 80 %, due, a quarter and half an hour, an hour after due had passed on site.
    let mut desk = Desk::new();
    let form = Register {
        happened_at: Some(desk.now - 2 * HOUR),
        ..free()
    };
    desk.ok(&chen(), Command::Register(Box::new(form)));
    let steps = told(&mut desk);
    let on_site: Vec<_> = steps.iter().filter(|(step, ..)| step.starts_with("on_site")).collect();
    assert!(on_site.len() >= 4, "{steps:?}");
    assert!(steps.iter().all(|(_, _, late)| *late), "{steps:?}");
    let (last, below) = on_site.split_last().unwrap();
    assert!(last.1, "the highest is told: {steps:?}");
    assert!(below.iter().all(|(_, told, _)| !told), "no other is: {steps:?}");
    assert!(told(&mut desk).is_empty(), "all of them count as reached");
    // What is reached from then on is told as ever.
    desk.now += 6 * MIN;
    assert_eq!(told(&mut desk).first(), Some(&("assign 100%".to_owned(), true, false)));
}
