use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::clock::{Bound, BoundSource, BreachReason, WaitReason};
use crate::standard::Standard;
use crate::time::Calendars;

const ZONE: &str = "Asia/Shanghai";
const MIN: i64 = 60_000;
const HOUR: i64 = 60 * MIN;

fn ms(text: &str) -> i64 {
    let at = text.parse::<jiff::civil::DateTime>().unwrap();
    at.in_tz(ZONE).unwrap().timestamp().as_millisecond()
}

fn said(at: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at).unwrap().in_tz(ZONE).unwrap();
    at.strftime("%m-%d %H:%M").to_string()
}

fn clock(started: &str, limit: Limit, calendar: Option<&str>) -> Clock {
    let zone = TimeZone::get(ZONE).unwrap();
    let calendars = Calendars::shipped(ZONE).unwrap();
    let started_at = ms(started);
    let mut clock = Clock::new(ClockStart {
        code: ClockCode::Finish,
        clause: "STD-6".into(),
        limit: Some(limit),
        started_at: Some(started_at),
        target: Some(limit.target(started_at, &zone)),
        bounds: vec![],
        pausable: vec![WaitReason::Parts],
        max_pause_ms: None,
        paused: vec![],
        calendar: calendar.and_then(|code| calendars.newest(code)),
        ladder: [
            "80% warning in_charge DIR-9*",
            "100% escalation dept_head CAL-1*",
            "+60m escalation cs_head REC-1*",
        ]
        .map(|rung| rung.parse().unwrap())
        .to_vec(),
        cycle: 0,
        continues: None,
    });
    clock.attach(&calendars);
    clock
}

fn at(clock: &Clock, step: &str, now: &str) -> Option<String> {
    // Due itself is in time: what is late comes a millisecond after the minute that is shown.
    clock.rung_at(step.parse().unwrap(), ms(now)).map(said)
}

#[test]
fn when_each_step_is_reached() {
    let hours = Limit::Hour { n: 4 };
    let working = Limit::WorkingHour { n: 8 };
    let days = Limit::WorkingDay { n: 5 };
    let same_day = Limit::NaturalDay { n: 0 };
    for (start, limit, calendar, step, reached) in [
        ("2026-03-09T09:00", hours, None, "80%", Some("03-09 12:12")),
        ("2026-03-09T09:00", hours, None, "100%", Some("03-09 13:00")),
        ("2026-03-09T09:00", hours, None, "150%", Some("03-09 15:00")),
        ("2026-03-09T09:00", hours, None, "-30m", Some("03-09 12:30")),
        ("2026-03-09T09:00", hours, None, "+1440m", Some("03-10 13:00")),
        // A warning before the start is left out.
        ("2026-03-09T09:00", hours, None, "-240m", None),
        ("2026-03-09T09:00", hours, None, "-300m", None),
        // Working time: 08:30-12:00 13:30-17:30. Friday 13:30 + 8 h ends on Monday at 13:30.
        ("2026-03-13T13:30", working, Some("office"), "50%", Some("03-13 17:30")),
        ("2026-03-13T13:30", working, Some("office"), "100%", Some("03-16 14:00")),
        (
            "2026-03-13T13:30",
            working,
            Some("office"),
            "-240wm",
            Some("03-13 17:30"),
        ),
        ("2026-03-13T13:30", working, Some("office"), "-60m", Some("03-16 13:00")),
        (
            "2026-03-13T13:30",
            working,
            Some("office"),
            "+240wm",
            Some("03-17 09:00"),
        ),
        (
            "2026-03-13T13:30",
            working,
            Some("office"),
            "+240m",
            Some("03-16 18:00"),
        ),
        // Days of the calendar: Monday + 5 working days, close of business.
        ("2026-03-09T09:00", days, Some("office"), "100%", Some("03-16 17:30")),
        ("2026-03-09T09:00", days, Some("office"), "-450wm", Some("03-16 08:30")),
        ("2026-03-09T09:00", days, Some("office"), "+450wm", Some("03-17 17:30")),
        // The same day until midnight.
        ("2026-03-09T09:00", same_day, None, "-60m", Some("03-09 23:00")),
        ("2026-03-09T09:00", same_day, None, "50%", Some("03-09 16:30")),
        ("2026-03-09T09:00", same_day, None, "+60m", Some("03-10 01:00")),
        ("2026-03-09T23:30", same_day, None, "-60m", None),
    ] {
        let clock = clock(start, limit, calendar);
        assert_eq!(at(&clock, step, start).as_deref(), reached, "{start} {limit:?} {step}");
    }
}

#[test]
fn due_itself_is_in_time() {
    let clock = clock("2026-03-09T09:00", Limit::Hour { n: 4 }, None);
    let due = clock.due_at(0).unwrap();
    assert_eq!(clock.rung_at(When::Percent(100), due), Some(due + 1));
    let now = due;
    assert_eq!(clock.reached(&[], now).len(), 1, "the warning only");
    let reached = clock.reached(&[], due + 1);
    assert_eq!(
        reached.iter().map(|r| r.rung.at.to_string()).collect::<Vec<_>>(),
        ["80%", "100%"]
    );
}

#[test]
fn a_paused_clock_does_not_climb_and_its_rungs_move() {
    let mut clock = clock("2026-03-09T09:00", Limit::Hour { n: 4 }, None);
    clock.pause(ms("2026-03-09T10:00"), None, WaitReason::Parts);
    for step in ["80%", "100%", "+60m", "-30m"] {
        assert_eq!(at(&clock, step, "2026-03-09T20:00"), None, "{step}");
    }
    assert_eq!(clock.next_rung_at(&[], ms("2026-03-09T20:00")), None);
    clock.resume(ms("2026-03-09T14:00"));
    assert_eq!(at(&clock, "80%", "2026-03-09T14:00").as_deref(), Some("03-09 16:12"));
    assert_eq!(at(&clock, "+60m", "2026-03-09T14:00").as_deref(), Some("03-09 18:00"));
}

#[test]
fn a_pause_with_a_known_end_is_looked_at_when_it_ends() {
    let mut clock = clock("2026-03-09T09:00", Limit::Hour { n: 4 }, None);
    let end = ms("2026-03-09T18:00");
    clock.pause(ms("2026-03-09T10:00"), Some(end), WaitReason::Parts);
    assert_eq!(clock.next_rung_at(&[], ms("2026-03-09T12:00")), Some(end));
    assert_eq!(at(&clock, "80%", "2026-03-09T18:00").as_deref(), Some("03-09 20:12"));
}

#[test]
fn who_waits_after_the_breach_is_left_in_peace_and_the_breach_stays() {
    let mut clock = clock("2026-03-09T09:00", Limit::Hour { n: 4 }, None);
    let due = ms("2026-03-09T13:00");
    clock.breach(due, BreachReason::Time);
    clock.pause(ms("2026-03-09T13:30"), None, WaitReason::Parts);
    assert_eq!(at(&clock, "+60m", "2026-03-09T16:00"), None);
    clock.resume(ms("2026-03-09T16:30"));
    // Half an hour had run before the wait, the other half after it.
    assert_eq!(at(&clock, "+60m", "2026-03-09T16:30").as_deref(), Some("03-09 17:00"));
    assert_eq!(clock.breached_at, Some(due));
    // Due had passed before the wait: that step stays where it was.
    assert_eq!(at(&clock, "100%", "2026-03-09T16:30").as_deref(), Some("03-09 13:00"));
}

#[test]
fn an_outside_instant_is_not_paused() {
    let mut clock = clock("2026-03-09T09:00", Limit::Hour { n: 8 }, None);
    clock.bounds.push(Bound {
        at: ms("2026-03-09T13:00"),
        source: BoundSource::Authority,
    });
    assert_eq!(at(&clock, "80%", "2026-03-09T09:00").as_deref(), Some("03-09 12:12"));
    clock.pause(ms("2026-03-09T10:00"), None, WaitReason::Parts);
    assert_eq!(at(&clock, "+60m", "2026-03-09T11:00").as_deref(), Some("03-09 14:00"));
}

#[test]
fn a_new_limit_moves_what_is_ahead_and_repeats_nothing() {
    let mut clock = clock("2026-03-09T09:00", Limit::Hour { n: 4 }, None);
    let climbed = [Climbed {
        code: ClockCode::Finish,
        cycle: 0,
        step: When::Percent(80),
    }];
    let longer = Limit::Hour { n: 8 };
    let zone = TimeZone::get(ZONE).unwrap();
    let start = ClockStart {
        code: clock.code,
        clause: clock.clause.clone(),
        limit: Some(longer),
        started_at: clock.started_at,
        target: Some(longer.target(ms("2026-03-09T09:00"), &zone)),
        bounds: vec![],
        pausable: vec![],
        max_pause_ms: None,
        paused: vec![],
        calendar: None,
        ladder: clock.ladder.clone(),
        cycle: 0,
        continues: None,
    };
    clock.retarget(start, ms("2026-03-09T12:30"));
    let next = clock.next_rung_at(&climbed, ms("2026-03-09T12:30")).map(said);
    assert_eq!(next.as_deref(), Some("03-09 17:00"), "the warning was given");
    // A new round has rungs of its own.
    clock.cycle = 1;
    let next = clock.next_rung_at(&climbed, ms("2026-03-09T12:30")).map(said);
    assert_eq!(next.as_deref(), Some("03-09 15:24"));
}

#[test]
fn done_and_dropped_clocks_are_quiet() {
    let mut met = clock("2026-03-09T09:00", Limit::Hour { n: 4 }, None);
    let mut cancelled = met.clone();
    met.meet(ms("2026-03-09T10:00"), ms("2026-03-09T10:00"));
    cancelled.cancel(ms("2026-03-09T10:00"));
    for clock in [met, cancelled] {
        assert!(clock.reached(&[], ms("2027-03-09T10:00")).is_empty());
        assert_eq!(clock.next_rung_at(&[], ms("2026-03-09T10:00")), None);
    }
}

#[test]
fn what_was_missed_is_there_all_at_once_with_its_own_instants() {
    let clock = clock("2026-03-09T09:00", Limit::Hour { n: 4 }, None);
    let reached = clock.reached(&[], ms("2026-03-11T09:00"));
    let list: Vec<_> = reached.iter().map(|r| (r.rung.at.to_string(), said(r.at))).collect();
    let list: Vec<_> = list.iter().map(|(step, at)| (step.as_str(), at.as_str())).collect();
    assert_eq!(
        list,
        [("80%", "03-09 12:12"), ("100%", "03-09 13:00"), ("+60m", "03-09 14:00")]
    );
}

#[test]
fn a_rung_is_its_text() {
    for text in [
        "80% warning in_charge,first_asked DIR-9*",
        "-30m warning in_charge STD-1",
        "+240wm escalation company_leader,quality COM-25*",
        "100% escalation dept_head *",
    ] {
        let rung: Rung = text.parse().unwrap();
        assert_eq!(rung.to_string(), text);
        assert_eq!(serde_json::to_string(&rung).unwrap(), format!("\"{text}\""));
    }
    for text in [
        "",
        "80%",
        "80 warning in_charge X",
        "+5h warning in_charge X",
        "1% shout in_charge X",
        "1% warning cook X",
    ] {
        assert!(text.parse::<Rung>().is_err(), "{text}");
    }
}

fn with(ladder: &str) -> Result<Standard, String> {
    let promise = r#"{"clocks":[{"code":"promise","limit":{"unit":"natural_day","n":0},"clause":"REC-8"}]}"#;
    let finish = format!(
        r#"{{"kinds":["request"],"clocks":[{{"code":"finish","limit":{{"unit":"hour","n":1}},"clause":"X","ladder":{ladder}}}]}}"#
    );
    Standard::parse(&format!(
        r#"{{"version":"1","callback":{{"unreachable_after_attempts":3,"attempt_spacing":{{"unit":"hour","n":2}}}},"lines":[{promise},{finish}]}}"#
    ))
    .map_err(|e| e.to_string())
}

#[test]
fn a_broken_ladder_says_where_and_what() {
    for (ladder, path, word) in [
        (
            r#"[{"to":["cs_head"],"as":"warning","habit":true}]"#,
            "ladder[0]",
            "one of",
        ),
        (
            r#"[{"percent":80,"after":{"unit":"hour","n":1},"to":["cs_head"],"as":"warning","habit":true}]"#,
            "ladder[0]",
            "one of",
        ),
        (
            r#"[{"percent":0,"to":["cs_head"],"as":"warning","habit":true}]"#,
            "ladder[0].percent",
            "1 to 500",
        ),
        (
            r#"[{"percent":80,"to":[],"as":"warning","habit":true}]"#,
            "ladder[0].to",
            "post",
        ),
        (
            r#"[{"percent":80,"to":["cs_head"],"as":"warning"}]"#,
            "ladder[0].clause",
            "habit",
        ),
        (
            r#"[{"after":{"unit":"working_hour","n":1},"to":["cs_head"],"as":"warning","habit":true}]"#,
            "ladder[0]",
            "calendar",
        ),
        (
            r#"[{"after":{"unit":"natural_day","n":1},"to":["cs_head"],"as":"warning","habit":true}]"#,
            "ladder[0].after",
            "minutes or hours",
        ),
        (
            r#"[{"after":{"unit":"hour","n":0},"to":["cs_head"],"as":"warning","habit":true}]"#,
            "ladder[0].after",
            "nothing",
        ),
        (
            r#"[{"after":{"unit":"hour","n":1},"to":["cs_head"],"as":"warning","habit":true},{"after":{"unit":"minute","n":60},"to":["quality"],"as":"warning","habit":true}]"#,
            "ladder[1]",
            "same time",
        ),
    ] {
        let failed = with(ladder).unwrap_err();
        assert!(failed.contains(path) && failed.contains(word), "{ladder}: {failed}");
    }
    assert!(with("[]").is_ok(), "nobody is told");
}

#[test]
fn every_clock_of_the_shipped_standard_climbs_to_the_project_manager() {
    let standard = Standard::shipped().unwrap();
    for line in standard.lines() {
        for rule in &line.clocks {
            let posts: Vec<Post> = rule.ladder.iter().flat_map(|rung| rung.to.clone()).collect();
            assert!(posts.contains(&Post::ProjectManager), "{} {}", rule.code, rule.clause);
            assert!(
                rule.ladder
                    .iter()
                    .all(|rung| (rung.kind == RungKind::Escalation) == rung.at.is_late()),
                "{} warns while there is time and escalates after",
                rule.code
            );
        }
    }
    for post in Post::ALL {
        let mut up = vec![*post];
        while let Some(above) = up.last().and_then(|post| post.above()) {
            assert!(!up.contains(&above), "{post} goes round");
            up.push(above);
        }
        assert_eq!(up.last(), Some(&Post::GeneralManager));
    }
}

proptest! {
    /// Whatever pauses there were: steps keep their order, none comes while the clock is held, and the instant that was
    /// announced is the instant at which it is reached.
    #[test]
    fn steps_keep_their_order(holds in prop::collection::vec((0i64..600, 1i64..200), 0..5), look in 0i64..2000) {
        let start = ms("2026-03-09T00:00");
        let mut clock = clock("2026-03-09T00:00", Limit::Hour { n: 4 }, None);
        for (from, long) in &holds {
            clock.pause(start + from * MIN, Some(start + (from + long) * MIN), WaitReason::Parts);
        }
        let now = start + look * MIN;
        let held = holds.iter().any(|(from, long)| *from <= look && look < from + long);
        let steps = ["50%", "80%", "100%", "+30m", "+60m"].map(|s| clock.rung_at(s.parse().unwrap(), now));
        if held {
            prop_assert!(steps.iter().all(Option::is_none));
        } else {
            prop_assert!(steps.iter().all(Option::is_some));
            prop_assert!(steps.is_sorted());
            let next = clock.next_rung_at(&[], now).unwrap();
            let end = start + 24 * HOUR;
            // Nobody is told before, somebody is told then.
            if next > now {
                prop_assert!(clock.reached(&[], next - 1).is_empty());
            }
            let far = clock.next_rung_at(&[], end).unwrap();
            prop_assert!(!clock.reached(&[], far).is_empty() || clock.rung_at(When::Percent(80), far).is_none());
        }
    }
}

#[test]
fn what_a_post_may_not_decide_goes_to_those_above_it() {
    use crate::access::Role::*;
    assert_eq!(
        line_from(CsHead),
        [CsHead, ProjectManager, CompanyLeader, GeneralManager]
    );
    assert_eq!(line_from(CompanyLeader), [CompanyLeader, GeneralManager]);
    assert_eq!(line_from(DeptHead)[..2], [DeptHead, CsHead]);
    assert_eq!(line_from(Quality), [Quality, CompanyLeader, GeneralManager]);
}
