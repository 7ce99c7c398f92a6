//! The rules of `clock`, each by example.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;

const MIN: i64 = 60_000;
const HOUR: i64 = 60 * MIN;
const ZONE: &str = "Asia/Shanghai";

fn ms(text: &str) -> i64 {
    text.parse::<jiff::civil::DateTime>()
        .unwrap()
        .in_tz(ZONE)
        .unwrap()
        .timestamp()
        .as_millisecond()
}

fn clock(started: i64, limit: Limit) -> Clock {
    let zone = TimeZone::get(ZONE).unwrap();
    Clock::new(ClockStart {
        code: ClockCode::Finish,
        clause: "STD-15".into(),
        limit: Some(limit),
        started_at: Some(started),
        target: Some(limit.target(started, &zone)),
        bounds: vec![],
        pausable: vec![WaitReason::Parts, WaitReason::CustomerTime],
        max_pause_ms: None,
        paused: vec![],
        calendar: None,
        ladder: vec![],
        cycle: 0,
    })
}

fn paused(limit: Limit, pauses: &[(i64, Option<i64>)]) -> Clock {
    let mut clock = clock(0, limit);
    for (from, to) in pauses {
        clock.pause(*from, *to, WaitReason::Parts);
    }
    clock
}

#[test]
fn round_the_clock_over_midnight_month_end_and_leap_day() {
    for (start, limit, due) in [
        ("2026-03-31T23:30", Limit::Hour { n: 2 }, "2026-04-01T01:30"),
        ("2028-02-28T20:00", Limit::Hour { n: 24 }, "2028-02-29T20:00"),
        ("2026-03-13T16:00", Limit::Hour { n: 48 }, "2026-03-15T16:00"),
    ] {
        assert_eq!(clock(ms(start), limit).due_at(ms(start)), Some(ms(due)), "{start}");
    }
}

#[test]
fn natural_days_end_at_midnight() {
    for (start, n, due) in [
        ("2026-11-20T09:50", 0, "2026-11-21T00:00"),
        ("2026-11-20T00:00", 0, "2026-11-21T00:00"),
        ("2026-11-20T23:59", 2, "2026-11-23T00:00"),
        ("2026-12-30T10:00", 3, "2027-01-03T00:00"),
    ] {
        assert_eq!(
            clock(ms(start), Limit::NaturalDay { n }).due_at(ms(start)),
            Some(ms(due)),
            "{start} +{n}"
        );
    }
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let noon = "2026-10-25T00:30:00+02:00"
        .parse::<Timestamp>()
        .unwrap()
        .as_millisecond();
    let Target::Fixed { at } = (Limit::NaturalDay { n: 0 }).target(noon, &berlin) else {
        panic!("not fixed")
    };
    assert_eq!(at - noon, 24 * HOUR + 30 * MIN, "the autumn Sunday has 25 hours");
}

#[test]
fn pauses_are_a_union_and_move_the_limit() {
    let four = Limit::Hour { n: 4 };
    for (pauses, due) in [
        (vec![(HOUR, Some(2 * HOUR))], 5 * HOUR),
        (
            vec![(HOUR, Some(2 * HOUR)), (HOUR + 30 * MIN, Some(3 * HOUR))],
            6 * HOUR,
        ),
        (vec![(HOUR, Some(HOUR))], 4 * HOUR),
        (vec![(-HOUR, Some(HOUR))], 5 * HOUR),
        // Due falls on the first instant of a pause: it moves to the end.
        (vec![(4 * HOUR, Some(6 * HOUR))], 6 * HOUR),
        // A pause after due does not move it.
        (vec![(4 * HOUR + 1, Some(6 * HOUR))], 4 * HOUR),
        // Two that begin in the same minute.
        (
            vec![(3_605_000, Some(3_620_000)), (3_640_000, Some(5_410_000))],
            4 * HOUR + 1_785_000,
        ),
    ] {
        assert_eq!(paused(four, &pauses).due_at(10 * HOUR), Some(due), "{pauses:?}");
    }
}

#[test]
fn while_paused_nothing_is_due_and_the_rest_is_frozen() {
    let clock = paused(Limit::Hour { n: 4 }, &[(HOUR, None)]);
    for now in [HOUR, 6 * HOUR, 600 * HOUR] {
        let view = clock.view(now);
        assert_eq!(
            (view.state, view.due_at, view.left_ms),
            (ClockState::Paused, None, Some(3 * HOUR))
        );
        assert_eq!(clock.unrecorded_breach(now), None);
        assert_eq!(clock.next_step_at(now), None);
    }
}

#[test]
fn a_wait_with_an_end_lets_the_clock_go_on_by_itself() {
    let mut clock = paused(Limit::Hour { n: 4 }, &[(HOUR, Some(29 * HOUR))]);
    assert_eq!(clock.next_step_at(2 * HOUR), Some(29 * HOUR));
    assert_eq!(clock.view(29 * HOUR).due_at, Some(32 * HOUR));
    clock.resume(3 * HOUR);
    assert_eq!(clock.due_at(3 * HOUR), Some(6 * HOUR));
}

#[test]
fn pauses_beyond_the_longest_total_count() {
    let mut clock = paused(
        Limit::Hour { n: 4 },
        &[(HOUR, Some(2 * HOUR)), (2 * HOUR + 30 * MIN, None)],
    );
    clock.max_pause_ms = Some(2 * HOUR);
    assert_eq!(clock.due_at(10 * HOUR), Some(6 * HOUR));
    assert_eq!(clock.view(3 * HOUR).state, ClockState::Paused);
}

#[test]
fn only_named_reasons_pause() {
    let mut clock = clock(0, Limit::Minute { n: 30 });
    clock.pause(10 * MIN, Some(120 * MIN), WaitReason::Weather);
    assert_eq!(clock.due_at(20 * MIN), Some(30 * MIN));
}

#[test]
fn met_exactly_when_due_and_breached_one_millisecond_later() {
    for (at, state, breached) in [
        (30 * MIN, ClockState::Met, None),
        (30 * MIN + 1, ClockState::BreachedDone, Some(30 * MIN)),
    ] {
        let mut clock = clock(0, Limit::Minute { n: 30 });
        clock.meet(at, at);
        let view = clock.view(at + HOUR);
        assert_eq!((view.state, view.breached_at), (state, breached));
    }
}

#[test]
fn a_breach_is_never_undone() {
    let mut clock = clock(0, Limit::Hour { n: 1 });
    assert_eq!(clock.unrecorded_breach(HOUR), None);
    assert_eq!(clock.unrecorded_breach(HOUR + 1), Some(HOUR));
    clock.breach(HOUR, BreachReason::Time);
    clock.pause(90 * MIN, None, WaitReason::Parts);
    let mut longer = clock.clone();
    let mut rule = start_of(&clock);
    rule.target = Some(Target::Running { ms: 8 * HOUR });
    longer.retarget(rule, 2 * HOUR);
    longer.resume(2 * HOUR);
    longer.breach(9 * HOUR, BreachReason::Change);
    let view = longer.view(3 * HOUR);
    assert_eq!((view.state, view.breached_at), (ClockState::Overdue, Some(HOUR)));
    assert_eq!(view.breach_reason, Some(BreachReason::Time));
    longer.meet(4 * HOUR, 4 * HOUR);
    assert_eq!(longer.view(5 * HOUR).state, ClockState::BreachedDone);
}

#[test]
fn what_happened_in_time_and_was_entered_later_is_excused() {
    let mut clock = clock(0, Limit::Minute { n: 30 });
    clock.breach(30 * MIN, BreachReason::Time);
    clock.meet(15 * MIN, 45 * MIN);
    let view = clock.view(HOUR);
    assert_eq!(
        (view.state, view.excused, view.breached_at),
        (ClockState::Met, true, Some(30 * MIN))
    );
}

#[test]
fn the_earliest_of_standard_customer_and_authority_counts() {
    let mut clock = clock(0, Limit::Hour { n: 4 });
    clock.bounds.push(Bound {
        at: 3 * HOUR,
        source: BoundSource::Customer,
    });
    clock.bounds.push(Bound {
        at: 2 * HOUR,
        source: BoundSource::Authority,
    });
    let view = clock.view(0);
    assert_eq!(
        (view.due_at, view.bound_by),
        (Some(2 * HOUR), Some(BoundSource::Authority))
    );
    clock.pause(HOUR, None, WaitReason::Parts);
    assert_eq!(
        clock.due_at(90 * MIN),
        Some(2 * HOUR),
        "a pause does not move what others fixed"
    );
}

#[test]
fn near_is_a_quarter_or_fifteen_minutes() {
    let half = clock(0, Limit::Minute { n: 30 });
    assert_eq!(half.view(22 * MIN).state, ClockState::Running);
    assert_eq!(half.view(22 * MIN + 30_000).state, ClockState::Near);
    assert_eq!(half.next_step_at(0), Some(22 * MIN + 30_000));
    let long = clock(0, Limit::Hour { n: 4 });
    assert_eq!(long.view(3 * HOUR + 44 * MIN).state, ClockState::Running);
    assert_eq!(long.view(3 * HOUR + 45 * MIN).state, ClockState::Near);
    assert_eq!(long.next_step_at(4 * HOUR), Some(4 * HOUR + 1));
}

#[test]
fn the_explanation_has_no_gaps() {
    let view = paused(Limit::Hour { n: 4 }, &[(HOUR, Some(2 * HOUR))]).view(3 * HOUR);
    let seen: Vec<_> = view.explain.iter().map(|s| (s.from, s.to, s.kind)).collect();
    let (counted, paused) = (StretchKind::Counted, StretchKind::Paused);
    assert_eq!(
        seen,
        [
            (0, HOUR, counted),
            (HOUR, 2 * HOUR, paused),
            (2 * HOUR, 5 * HOUR, counted)
        ]
    );
}

fn start_of(clock: &Clock) -> ClockStart {
    ClockStart {
        code: clock.code,
        clause: clock.clause.clone(),
        limit: clock.limit,
        started_at: clock.started_at,
        target: clock.target,
        bounds: clock.bounds.clone(),
        pausable: clock.pausable.clone(),
        max_pause_ms: clock.max_pause_ms,
        paused: vec![],
        calendar: None,
        ladder: clock.ladder.clone(),
        cycle: clock.cycle,
    }
}

mod any_pauses {
    use super::*;
    use proptest::prelude::*;

    /// Due by definition: the first minute at which that many minutes have run.
    fn by_counting(limit: i64, pauses: &[(i64, i64)]) -> i64 {
        let held = |at: i64| pauses.iter().any(|(from, to)| *from <= at && at < *to);
        let mut left = limit;
        let mut at = 0;
        loop {
            if held(at) {
                at += 1;
                continue;
            }
            if left == 0 {
                return at;
            }
            left -= 1;
            at += 1;
        }
    }

    proptest! {
        #[test]
        fn due_equals_counting_minutes(
            limit in 1i64..60,
            pauses in prop::collection::vec((0i64..90, 0i64..40), 0..6),
        ) {
            let spans: Vec<_> = pauses.iter().map(|(from, long)| (*from, from + long)).collect();
            let millis: Vec<_> = spans.iter().map(|(a, b)| (a * MIN, Some(b * MIN))).collect();
            let clock = paused(Limit::Minute { n: limit as u32 }, &millis);
            let due = by_counting(limit, &spans);
            prop_assert_eq!(clock.due_at(10_000 * MIN), Some(due * MIN));
            prop_assert_eq!(clock.unrecorded_breach(due * MIN), None);
            for now in 0..200 {
                let view = clock.view(now * MIN);
                prop_assert_eq!(view.state == ClockState::Overdue, now > due, "at {}", now);
                if let Some(due_at) = view.due_at {
                    prop_assert_eq!(due_at, due * MIN);
                }
            }
        }
    }
}

mod working_time {
    use super::*;
    use crate::time::Calendars;

    fn office(started: &str, limit: Limit) -> Clock {
        let calendars = Calendars::shipped(ZONE).unwrap();
        let mut clock = clock(ms(started), limit);
        clock.calendar = calendars.newest("office");
        clock.attach(&calendars);
        clock
    }

    #[test]
    fn limits_of_the_office_calendar() {
        use Limit::{Month, WorkingDay, WorkingHour, WorkingMinute};
        for (start, limit, due) in [
            // Friday afternoon goes on on Monday; lunch does not count.
            ("2026-11-20T16:30", WorkingHour { n: 2 }, "2026-11-23T09:30"),
            ("2026-11-20T11:30", WorkingMinute { n: 60 }, "2026-11-20T14:00"),
            // National Day 2026: off from 1 to 7 October; 10 October is a Saturday of work.
            ("2026-09-30T17:00", WorkingHour { n: 1 }, "2026-10-08T09:00"),
            ("2026-10-09T17:00", WorkingHour { n: 1 }, "2026-10-10T09:00"),
            ("2026-09-30T10:00", WorkingDay { n: 1 }, "2026-10-08T17:30"),
            ("2026-11-20T10:00", WorkingDay { n: 3 }, "2026-11-25T17:30"),
            ("2026-01-31T10:00", Month { n: 1 }, "2026-03-01T00:00"),
        ] {
            let clock = office(start, limit);
            assert_eq!(clock.due_at(ms(start)), Some(ms(due)), "{start} {limit:?}");
        }
    }

    #[test]
    fn a_pause_moves_it_by_working_time_only() {
        let mut clock = office("2026-11-20T16:30", Limit::WorkingHour { n: 2 });
        // From Friday 17:00 to Monday 09:00: half an hour of Monday is waited for.
        clock.pause(ms("2026-11-20T17:00"), Some(ms("2026-11-23T09:00")), WaitReason::Parts);
        let held = clock.view(ms("2026-11-21T12:00"));
        assert_eq!((held.state, held.due_at), (ClockState::Paused, None));
        assert_eq!(held.left_ms, Some(90 * 60_000));
        assert_eq!(clock.due_at(ms("2026-11-23T09:00")), Some(ms("2026-11-23T10:30")));
    }

    #[test]
    fn it_is_near_a_quarter_of_an_hour_of_work_before_not_of_the_night() {
        let clock = office("2026-11-20T16:30", Limit::WorkingHour { n: 2 });
        assert_eq!(clock.next_step_at(ms("2026-11-20T16:40")), Some(ms("2026-11-23T09:15")));
        assert_eq!(clock.view(ms("2026-11-21T00:00")).state, ClockState::Running);
        assert_eq!(clock.view(ms("2026-11-23T09:20")).state, ClockState::Near);
        assert_eq!(clock.view(ms("2026-11-23T09:31")).state, ClockState::Overdue);
    }

    #[test]
    fn the_explanation_has_the_closed_hours_and_no_holes() {
        let clock = office("2026-11-20T16:30", Limit::WorkingHour { n: 2 });
        let view = clock.view(ms("2026-11-20T16:40"));
        let kinds: Vec<_> = view.explain.iter().map(|s| s.kind).collect();
        assert_eq!(kinds, [StretchKind::Counted, StretchKind::Closed, StretchKind::Counted]);
        assert!(view.explain.windows(2).all(|w| w[0].to == w[1].from));
        let counted: i64 = view
            .explain
            .iter()
            .filter(|s| s.kind == StretchKind::Counted)
            .map(|s| s.to - s.from)
            .sum();
        assert_eq!(counted, 2 * 3_600_000);
    }

    #[test]
    fn past_the_published_holidays_it_is_provisional() {
        assert!(
            office("2026-12-31T16:30", Limit::WorkingHour { n: 2 })
                .view(ms("2026-12-31T16:30"))
                .provisional
        );
        assert!(
            !office("2026-11-20T16:30", Limit::WorkingHour { n: 2 })
                .view(ms("2026-11-20T16:30"))
                .provisional
        );
    }

    #[test]
    fn without_its_calendar_nothing_is_due() {
        let clock = clock(ms("2026-11-20T16:30"), Limit::WorkingHour { n: 2 });
        assert_eq!(clock.due_at(ms("2026-11-23T12:00")), None);
    }
}
