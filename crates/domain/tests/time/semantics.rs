//! The rules that the worked cases leave open, one by one.

use std::sync::Arc;

use domain::time::{
    Breach, BreachCause, Calendar, Cutoff, DayHours, DayTerm, DayUnit, Deadline, Event, Exception, ExceptionKind, Gap,
    Hours, Level, Pausable, Reckoning, Reopen, Rule, Season, Shape, State, Step, Term, Trouble, Week, What,
};
use jiff::civil::date;

const HOUR: i64 = 3_600_000;

fn at(text: &str) -> i64 {
    format!("{text}+08:00")
        .parse::<jiff::Timestamp>()
        .unwrap()
        .as_millisecond()
}

fn day_hours(text: &str) -> DayHours {
    text.parse().unwrap()
}

/// Monday to Friday.
fn office(hours: &str) -> Calendar {
    let mut week = Week::every_day(&day_hours(hours));
    week.sat = DayHours::default();
    week.sun = DayHours::default();
    Calendar {
        weekly: week,
        ..Calendar::always("Asia/Shanghai")
    }
}

fn made(calendar: Calendar) -> Arc<Hours> {
    Arc::new(Hours::new(calendar).unwrap())
}

fn odd(day: &str, level: Level, kind: ExceptionKind, hours: Option<&str>) -> Exception {
    Exception {
        date: day.parse().unwrap(),
        until: None,
        level,
        kind,
        hours: hours.map(day_hours),
        name: String::new(),
        name_en: String::new(),
    }
}

fn due(hours: &Hours, term: Term, start: &str, gaps: &[Gap]) -> Option<i64> {
    let start = at(start);
    Reckoning {
        hours,
        term,
        start,
        gaps,
    }
    .due()
    .at()
}

fn rule(hours: &Arc<Hours>, ms: i64) -> Rule {
    Rule {
        term: Term::Working { ms },
        hours: Arc::clone(hours),
        pausable: Pausable::Always,
        most_paused_ms: None,
        reopen: Reopen::Continue,
    }
}

fn event(when: &str, what: What) -> Event {
    Event { at: at(when), what }
}

fn start() -> What {
    What::Start {
        registered_at: None,
        paused: None,
    }
}

fn pause(reason: &str) -> What {
    What::Pause {
        reason: reason.to_owned(),
        until: None,
    }
}

fn resume(reason: &str) -> What {
    What::Resume {
        reason: Some(reason.to_owned()),
    }
}

fn days(unit: DayUnit, n: u32) -> DayTerm {
    DayTerm {
        unit,
        n,
        count_start_day: false,
        roll: true,
        cutoff: Cutoff::Close,
        after_close_next_day: false,
    }
}

#[test]
fn a_night_shift_belongs_to_the_day_it_begins_on() {
    let mut calendar = office("22:00-06:00");
    // Friday night works into Saturday; Sunday night does not exist.
    let hours = made(calendar.clone());
    let term = Term::Working { ms: 10 * HOUR };
    assert_eq!(due(&hours, term, "2026-03-13 20:00", &[]), Some(at("2026-03-17 00:00")));
    // Off on Friday takes the morning of Saturday with it and leaves the morning of Friday.
    calendar.exceptions = vec![odd("2026-03-13", Level::Company, ExceptionKind::Off, None)];
    let hours = made(calendar.clone());
    assert_eq!(hours.worked(at("2026-03-13 00:00"), at("2026-03-14 12:00")), 6 * HOUR);
    // A partial closure is one of that day's shift; after midnight it is written past 24:00.
    calendar.exceptions = vec![odd(
        "2026-03-13",
        Level::Company,
        ExceptionKind::Partial,
        Some("23:00-01:00"),
    )];
    let hours = made(calendar);
    assert_eq!(hours.worked(at("2026-03-13 12:00"), at("2026-03-14 12:00")), 6 * HOUR);
    let same = made(office("22:00-30:00"));
    assert_eq!(same.worked(at("2026-03-13 12:00"), at("2026-03-14 12:00")), 8 * HOUR);
}

#[test]
fn the_site_overrides_the_company_and_the_company_the_nation() {
    let day = "2026-03-10";
    let worked = |list: Vec<Exception>| {
        let mut calendar = office("08:30-17:30");
        calendar.exceptions = list;
        made(calendar).worked(at("2026-03-10 00:00"), at("2026-03-11 00:00")) / HOUR
    };
    let off = |level| odd(day, level, ExceptionKind::Off, None);
    let work = |level, hours| odd(day, level, ExceptionKind::Work, Some(hours));
    assert_eq!(
        worked(vec![off(Level::National), work(Level::Company, "09:00-11:00")]),
        2
    );
    assert_eq!(worked(vec![work(Level::Site, "09:00-12:00"), off(Level::Company)]), 3);
    assert_eq!(worked(vec![off(Level::Site), work(Level::Company, "09:00-11:00")]), 0);
    assert_eq!(
        worked(vec![work(Level::Site, "09:00-11:00"), off(Level::Site)]),
        0,
        "off beats work"
    );
    let closed = odd(day, Level::National, ExceptionKind::Partial, Some("10:00-24:00"));
    assert_eq!(
        worked(vec![work(Level::Site, "09:00-12:00"), closed]),
        1,
        "partial closures come last"
    );
    assert_eq!(
        worked(vec![
            work(Level::Company, "09:00-11:00"),
            work(Level::Company, "10:00-13:00")
        ]),
        4
    );
}

#[test]
fn a_make_up_day_without_hours_has_the_usual_ones() {
    let mut calendar = office("08:30-12:00 13:30-17:30");
    calendar.exceptions = vec![odd("2026-03-14", Level::National, ExceptionKind::Work, None)];
    let hours = made(calendar);
    assert_eq!(
        hours.worked(at("2026-03-14 00:00"), at("2026-03-15 00:00")),
        7 * HOUR + HOUR / 2
    );
}

#[test]
fn ranges_and_seasons() {
    let mut calendar = office("08:30-17:30");
    let mut closed = odd("2026-03-09", Level::Company, ExceptionKind::Off, None);
    closed.until = Some(date(2026, 3, 11));
    calendar.exceptions = vec![closed];
    calendar.seasons = vec![Season {
        first: date(2026, 6, 1),
        last: date(2026, 8, 31),
        weekly: office("07:00-16:00").weekly,
    }];
    let hours = made(calendar);
    assert_eq!(hours.worked(at("2026-03-09 00:00"), at("2026-03-14 00:00")), 18 * HOUR);
    assert_eq!(
        due(&hours, Term::Working { ms: HOUR }, "2026-05-29 17:00", &[]),
        Some(at("2026-06-01 07:30"))
    );
    assert_eq!(
        due(&hours, Term::Working { ms: HOUR }, "2026-08-31 15:30", &[]),
        Some(at("2026-09-01 09:00"))
    );
}

#[test]
fn wrong_calendars_are_refused() {
    let refused = |change: &dyn Fn(&mut Calendar)| {
        let mut calendar = office("08:30-17:30");
        change(&mut calendar);
        Hours::new(calendar).unwrap_err().reason
    };
    assert!(refused(&|c| c.zone = "Asia/Nowhere".to_owned()).contains("zone"));
    let partial = odd("2026-03-09", Level::Site, ExceptionKind::Partial, None);
    assert!(refused(&|c| c.exceptions.push(partial.clone())).contains("hours"));
    let off = odd("2026-03-09", Level::Site, ExceptionKind::Off, None);
    assert!(refused(&|c| c.exceptions.extend([off.clone(), off.clone()])).contains("twice"));
    let mut back = off.clone();
    back.until = Some(date(2026, 3, 1));
    assert!(refused(&|c| c.exceptions.push(back.clone())).contains("before"));
    for text in [
        "8",
        "08:30",
        "08:30-",
        "25:00-26:00-",
        "08:61-09:00",
        "aa:bb-cc:dd",
        "-1:00-02:00",
    ] {
        assert!(text.parse::<DayHours>().is_err(), "{text}");
    }
    assert_eq!(
        day_hours("13:30-17:30, 08:30-12:00").to_string(),
        "08:30-12:00 13:30-17:30"
    );
}

#[test]
fn a_calendar_that_never_has_enough_time_says_so() {
    let mut calendar = office("08:30-17:30");
    calendar.weekly = Week::default();
    calendar.exceptions = vec![odd("2026-03-10", Level::Site, ExceptionKind::Work, Some("09:00-10:00"))];
    let hours = made(calendar);
    assert_eq!(
        due(&hours, Term::Working { ms: HOUR }, "2026-03-09 09:00", &[]),
        Some(at("2026-03-10 10:00"))
    );
    assert_eq!(
        due(&hours, Term::Working { ms: HOUR + 1 }, "2026-03-09 09:00", &[]),
        None
    );
    let look = Deadline::replay(
        Shape::Once,
        rule(&hours, 2 * HOUR),
        &[event("2026-03-09 09:00", start())],
        at("2026-03-09 09:00"),
    );
    assert_eq!(look.view(at("2026-03-09 09:00")), Err(Trouble::CalendarEmpty));
    // Enormous lengths and instants end, too.
    let always = made(Calendar::always("Asia/Shanghai"));
    for ms in [i64::MAX, i64::MAX / 2, 1 << 50] {
        assert_eq!(due(&always, Term::Working { ms }, "2026-03-09 09:00", &[]), None);
    }
    assert_eq!(always.worked(i64::MIN, i64::MAX), 0);
    assert_eq!(
        due(
            &hours,
            Term::Days(days(DayUnit::WorkingDay, 5)),
            "2026-03-09 09:00",
            &[]
        ),
        None
    );
}

#[test]
fn a_term_of_no_days_ends_at_midnight_and_is_not_moved() {
    let hours = made(office("08:30-17:30"));
    let term = Term::Days(days(DayUnit::NaturalDay, 0));
    assert_eq!(due(&hours, term, "2026-03-09 09:00", &[]), Some(at("2026-03-10 00:00")));
    assert_eq!(due(&hours, term, "2026-03-14 09:00", &[]), Some(at("2026-03-15 00:00")));
}

#[test]
fn natural_days_stay_where_they_are_if_the_rule_says_so() {
    let hours = made(office("08:30-17:30"));
    let mut term = days(DayUnit::NaturalDay, 2);
    term.cutoff = Cutoff::At(86_400);
    // Thursday and two days is Saturday.
    assert_eq!(
        due(&hours, Term::Days(term), "2026-03-12 09:00", &[]),
        Some(at("2026-03-17 00:00"))
    );
    term.roll = false;
    assert_eq!(
        due(&hours, Term::Days(term), "2026-03-12 09:00", &[]),
        Some(at("2026-03-15 00:00"))
    );
    term.cutoff = Cutoff::Close;
    assert_eq!(
        due(&hours, Term::Days(term), "2026-03-12 09:00", &[]),
        Some(at("2026-03-15 00:00"))
    );
}

#[test]
fn months_end_on_the_corresponding_day() {
    let hours = made(Calendar::always("Asia/Shanghai"));
    let end = |start: &str, n, counted| {
        let mut term = days(DayUnit::Month, n);
        term.count_start_day = counted;
        due(&hours, Term::Days(term), start, &[])
    };
    assert_eq!(end("2026-03-15 09:00", 1, false), Some(at("2026-04-16 00:00")));
    assert_eq!(end("2026-03-15 09:00", 1, true), Some(at("2026-04-15 00:00")));
    assert_eq!(end("2026-03-01 09:00", 1, true), Some(at("2026-04-01 00:00")));
    assert_eq!(end("2027-12-31 09:00", 2, false), Some(at("2028-03-01 00:00")));
    assert_eq!(end("2026-01-31 09:00", 12, false), Some(at("2027-02-01 00:00")));
}

#[test]
fn days_whose_end_is_paused_do_not_count() {
    let hours = made(office("08:30-17:30"));
    let gap = |from: &str, to: Option<&str>| Gap {
        from: at(from),
        to: to.map(at),
    };
    let term = Term::Days(days(DayUnit::WorkingDay, 3));
    let end = |gaps: &[Gap]| due(&hours, term, "2026-03-09 10:00", gaps);
    assert_eq!(end(&[]), Some(at("2026-03-12 17:30")));
    assert_eq!(
        end(&[gap("2026-03-10 10:00", Some("2026-03-10 16:00"))]),
        Some(at("2026-03-12 17:30"))
    );
    assert_eq!(
        end(&[gap("2026-03-10 10:00", Some("2026-03-11 09:00"))]),
        Some(at("2026-03-13 17:30"))
    );
    assert_eq!(
        end(&[gap("2026-03-10 10:00", Some("2026-03-16 09:00"))]),
        Some(at("2026-03-18 17:30"))
    );
    assert_eq!(end(&[gap("2026-03-10 10:00", None)]), None);
    assert_eq!(end(&[gap("2026-03-12 18:00", None)]), Some(at("2026-03-12 17:30")));
}

#[test]
fn two_reasons_are_one_pause_until_both_are_over() {
    let hours = made(office("08:30-17:30"));
    let events = [
        event("2026-03-09 09:00", start()),
        event("2026-03-09 10:00", pause("parts")),
        event("2026-03-09 11:00", pause("customer_time")),
        event("2026-03-09 12:00", resume("parts")),
        event("2026-03-09 13:00", resume("customer_time")),
        event("2026-03-09 14:00", resume("weather")),
    ];
    let view = |when: &str| {
        Deadline::replay(Shape::Once, rule(&hours, 4 * HOUR), &events, at(when))
            .view(at(when))
            .unwrap()
    };
    assert_eq!(view("2026-03-09 12:30").state, State::Paused);
    let after = view("2026-03-09 15:00");
    assert_eq!(
        (after.due_at, after.figures.unwrap().paused),
        (Some(at("2026-03-09 16:00")), 3 * HOUR)
    );
}

#[test]
fn a_pause_with_an_end_ends_by_itself() {
    let hours = made(office("08:30-17:30"));
    let until = What::Pause {
        reason: "customer_time".to_owned(),
        until: Some(at("2026-03-09 12:00")),
    };
    let events = [event("2026-03-09 09:00", start()), event("2026-03-09 10:00", until)];
    let view = |when: &str| {
        Deadline::replay(Shape::Once, rule(&hours, 2 * HOUR), &events, at(when))
            .view(at(when))
            .unwrap()
    };
    assert_eq!(
        (view("2026-03-09 11:59").state, view("2026-03-09 11:59").due_at),
        (State::Paused, None)
    );
    assert_eq!(view("2026-03-09 12:00").due_at, Some(at("2026-03-09 13:00")));
    let late = view("2026-03-09 13:30");
    assert_eq!(late.breach.unwrap().at, at("2026-03-09 13:00"));
}

#[test]
fn a_limit_that_runs_out_when_the_pause_begins_is_due_when_it_ends() {
    let hours = made(office("08:30-17:30"));
    let events = [
        event("2026-03-09 09:00", start()),
        event("2026-03-09 10:00", pause("")),
        event("2026-03-09 20:00", resume("")),
    ];
    let view = |when: &str| {
        Deadline::replay(Shape::Once, rule(&hours, HOUR), &events, at(when))
            .view(at(when))
            .unwrap()
    };
    assert_eq!(view("2026-03-09 15:00").breach, None);
    assert_eq!(view("2026-03-09 15:00").figures.unwrap().remaining, Some(0));
    assert_eq!(view("2026-03-09 20:00").due_at, Some(at("2026-03-09 20:00")));
    assert_eq!(view("2026-03-10 09:00").breach.unwrap().at, at("2026-03-09 20:00"));
}

#[test]
fn due_at_closing_and_answered_next_morning_is_late_by_nothing() {
    let hours = made(office("08:30-17:30"));
    let events = [
        event("2026-03-09 16:30", start()),
        event("2026-03-10 08:00", What::Complete),
    ];
    let now = at("2026-03-10 09:00");
    let view = Deadline::replay(Shape::Once, rule(&hours, HOUR), &events, now)
        .view(now)
        .unwrap();
    assert_eq!(view.state, State::BreachedDone);
    assert_eq!(view.figures.unwrap().remaining, Some(0));
}

#[test]
fn what_was_past_when_it_was_registered_is_a_breach_of_that_moment() {
    let hours = made(office("08:30-17:30"));
    let late = What::Start {
        registered_at: Some(at("2026-03-09 14:00")),
        paused: None,
    };
    let look = |events: &[Event]| {
        let now = at("2026-03-09 15:00");
        Deadline::replay(Shape::Once, rule(&hours, HOUR), events, now)
            .view(now)
            .unwrap()
    };
    let begun = event("2026-03-09 09:00", late);
    let breach = Some(Breach {
        at: at("2026-03-09 14:00"),
        cause: BreachCause::RegisteredLate,
    });
    assert_eq!(look(std::slice::from_ref(&begun)).breach, breach);
    assert_eq!(look(&[begun, event("2026-03-09 09:40", What::Complete)]).breach, None);
}

#[test]
fn an_excuse_stands_beside_the_breach() {
    let hours = made(office("08:30-17:30"));
    let events = [
        event("2026-03-09 09:00", start()),
        event("2026-03-09 12:00", What::Excuse),
    ];
    let now = at("2026-03-09 13:00");
    let view = Deadline::replay(Shape::Once, rule(&hours, HOUR), &events, now)
        .view(now)
        .unwrap();
    assert_eq!(view.breach.unwrap().at, at("2026-03-09 10:00"));
    assert_eq!(view.excused_at, Some(at("2026-03-09 12:00")));
}

#[test]
fn an_extension_counts_before_due_and_not_after() {
    let hours = made(office("08:30-17:30"));
    let extend = |when: &str| {
        let to = at("2026-03-10 12:00");
        let events = [event("2026-03-09 09:00", start()), event(when, What::Extend { to })];
        let now = at("2026-03-09 16:00");
        Deadline::replay(Shape::Once, rule(&hours, HOUR), &events, now)
            .view(now)
            .unwrap()
    };
    assert_eq!(
        (extend("2026-03-09 09:30").due_at, extend("2026-03-09 09:30").breach),
        (Some(at("2026-03-10 12:00")), None)
    );
    assert_eq!(extend("2026-03-09 11:00").due_at, Some(at("2026-03-09 10:00")));
    assert!(extend("2026-03-09 11:00").breach.is_some());
}

#[test]
fn pauses_beyond_the_most_count_again() {
    let hours = made(Calendar::always("Asia/Shanghai"));
    let mut rule = rule(&hours, 4 * HOUR);
    rule.most_paused_ms = Some(2 * HOUR);
    let events = [
        event("2026-03-09 09:00", start()),
        event("2026-03-09 10:00", pause("parts")),
    ];
    let view = |when: &str| {
        Deadline::replay(Shape::Once, rule.clone(), &events, at(when))
            .view(at(when))
            .unwrap()
    };
    assert_eq!(view("2026-03-09 11:00").due_at, None);
    assert_eq!(view("2026-03-09 12:00").due_at, Some(at("2026-03-09 15:00")));
    assert_eq!(view("2026-03-09 16:00").breach.unwrap().at, at("2026-03-09 15:00"));
}

#[test]
fn only_named_reasons_pause() {
    let hours = made(office("08:30-17:30"));
    let mut rule = rule(&hours, 4 * HOUR);
    rule.pausable = Pausable::For(vec!["parts".to_owned()]);
    let events = [
        event("2026-03-09 09:00", start()),
        event("2026-03-09 10:00", pause("weather")),
        event("2026-03-09 11:00", pause("parts")),
    ];
    let now = at("2026-03-09 12:00");
    let figures = Deadline::replay(Shape::Once, rule, &events, now)
        .view(now)
        .unwrap()
        .figures
        .unwrap();
    assert_eq!((figures.elapsed, figures.paused), (2 * HOUR, HOUR));
}

#[test]
fn a_breached_limit_that_is_paused_stays_breached() {
    let hours = made(office("08:30-17:30"));
    let events = [
        event("2026-03-09 09:00", start()),
        event("2026-03-09 11:00", pause("parts")),
    ];
    let now = at("2026-03-09 14:00");
    let view = Deadline::replay(Shape::Once, rule(&hours, HOUR), &events, now)
        .view(now)
        .unwrap();
    assert_eq!(
        (view.state, view.breach.map(|b| b.at)),
        (State::BreachedOpen, Some(at("2026-03-09 10:00")))
    );
    assert_eq!((view.due_at, view.figures.unwrap().remaining), (None, Some(-HOUR)));
}

#[test]
fn steps_of_a_ladder() {
    let hours = made(office("08:30-17:30"));
    let now = at("2026-03-13 16:30");
    let deadline = Deadline::replay(
        Shape::Once,
        rule(&hours, 2 * HOUR),
        &[event("2026-03-13 16:30", start())],
        now,
    );
    let rung = |step| deadline.rung(step, now);
    // Due on Monday at 09:30.
    assert_eq!(rung(Step::Share { milli: 50_000 }), Some(at("2026-03-13 17:30")));
    assert_eq!(rung(Step::Share { milli: 100_000 }), Some(at("2026-03-16 09:30")));
    assert_eq!(rung(Step::Share { milli: 150_000 }), Some(at("2026-03-16 10:30")));
    assert_eq!(rung(Step::Working { ms: 9 * HOUR }), Some(at("2026-03-17 09:30")));
    assert_eq!(
        rung(Step::Working { ms: -HOUR - HOUR / 2 }),
        Some(at("2026-03-13 17:00"))
    );
    assert_eq!(rung(Step::Natural { ms: 24 * HOUR }), Some(at("2026-03-17 09:30")));
    assert_eq!(rung(Step::Natural { ms: -24 * HOUR }), Some(at("2026-03-15 09:30")));
}

#[test]
fn clocks_that_change_keep_to_real_seconds() {
    let mut berlin = Calendar::always("Europe/Berlin");
    let hours = made(berlin.clone());
    let start = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let term = Term::Working { ms: 24 * HOUR };
    let from = start("2026-03-28T12:00:00+01:00");
    let reckoning = Reckoning {
        hours: &hours,
        term,
        start: from,
        gaps: &[],
    };
    assert_eq!(reckoning.due().at(), Some(start("2026-03-29T13:00:00+02:00")));
    // A night shift over the missing hour has seven hours, over the doubled one nine.
    berlin.weekly = Week::every_day(&day_hours("22:00-06:00"));
    let hours = made(berlin);
    let night = |day: &str, next: &str| hours.worked(start(day), start(next)) / HOUR;
    assert_eq!(night("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"), 7);
    assert_eq!(night("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"), 9);
    assert_eq!(night("2026-10-26T12:00:00Z", "2026-10-27T12:00:00Z"), 8);
}

#[test]
fn hours_around_new_year_are_whole() {
    let hours = made(Calendar {
        weekly: Week::every_day(&day_hours("20:00-08:00")),
        ..Calendar::always("Asia/Shanghai")
    });
    let term = Term::Working { ms: 12 * HOUR };
    assert_eq!(due(&hours, term, "2026-12-31 21:00", &[]), Some(at("2027-01-01 21:00")));
    assert_eq!(
        hours.worked(at("2025-12-31 12:00"), at("2028-01-01 12:00")),
        731 * 12 * HOUR
    );
    let stretches: Vec<_> = hours
        .open_between(at("2026-12-31 12:00"), at("2027-01-01 12:00"))
        .collect();
    assert_eq!(stretches.iter().map(|(a, b)| b - a).sum::<i64>(), 12 * HOUR);
}
