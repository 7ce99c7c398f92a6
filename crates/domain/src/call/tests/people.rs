use jiff::civil::{Weekday, date};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::super::event::{CallKind, Cause};
use super::super::fold::fold;
use super::super::staffing::{Counts, Load, MOST_PEOPLE, Patience, Target};
use super::{START, at, hung_up, told};

fn near(found: f64, want: f64, by: f64) {
    assert!((found - want).abs() <= by, "{found} is not {want}");
}

const C: Load = Load {
    per_hour: 200.0,
    handling_s: 180.0,
    patience_s: None,
};

#[test]
fn erlang_c_is_as_published() {
    // README of the R package ErlangC: 100 calls in half an hour of 180 s each, 20 s, by 14 people; and its first step with 11.
    let e = C.expected(14, 20.0);
    near(e.waiting, 0.174_131_9, 5e-8);
    near(e.level, 0.888_35, 5e-6);
    near(e.mean_wait_s.unwrap(), 7.835_937_011_777_24, 1e-10);
    near(e.occupancy, 0.714_285_7, 5e-8);
    let e = C.expected(11, 20.0);
    near(e.waiting, 0.682_118_2, 5e-8);
    near(e.level, 0.389_613_8, 5e-8);
    let target = Target {
        share: 0.8,
        within_s: 20.0,
    };
    assert_eq!(C.needed(target), Some(14));
    // Garnett, Mandelbaum and Reiman 2002, table 1: 48 calls a minute of a minute each, 50 people, 20.8 s.
    let busy = Load {
        per_hour: 2_880.0,
        handling_s: 60.0,
        patience_s: None,
    };
    near(busy.expected(50, 0.0).mean_wait_s.unwrap(), 20.8, 0.05);
    // One person is M/M/1: the load is the share that waits.
    let one = Load {
        per_hour: 10.0,
        handling_s: 180.0,
        patience_s: None,
    };
    near(one.expected(1, 0.0).waiting, 0.5, 1e-12);
    near(one.expected(1, 0.0).level, 0.5, 1e-12);
}

#[test]
fn erlang_a_is_as_published() {
    // Garnett, Mandelbaum and Reiman 2002, table 1: as above with a patience of two minutes.
    let busy = Load {
        per_hour: 2_880.0,
        handling_s: 60.0,
        patience_s: Some(120.0),
    };
    let e = busy.expected(50, 20.0);
    near(e.abandoned, 0.031, 0.0005);
    near(e.mean_wait_s.unwrap(), 3.7, 0.05);
    near(e.occupancy, 0.93, 0.005);
    // Guide of pyworkforce, Erlang A: 100 calls in half an hour of 3 min, 20 s, patience 5 min, 13 people.
    let a = Load {
        patience_s: Some(300.0),
        ..C
    };
    let e = a.expected(13, 20.0);
    near(e.level, 0.858, 0.000_5);
    near(e.occupancy, 0.750, 0.000_5);
    near(e.abandoned, 0.025, 0.000_5);
    near(e.waiting, 0.226, 0.000_5);
    near(e.mean_wait_s.unwrap() / 60.0, 0.125, 0.000_5);
    let target = Target {
        share: 0.8,
        within_s: 20.0,
    };
    assert_eq!(a.needed(target), Some(13));
    // Hardly anybody gives up: Erlang C again.
    let patient = Load {
        patience_s: Some(86_400.0),
        ..C
    };
    let (patient, c) = (patient.expected(14, 20.0), C.expected(14, 20.0));
    near(patient.level, c.level, 1e-3);
    near(patient.waiting, c.waiting, 1e-3);
}

#[test]
fn the_share_in_time_agrees_with_the_states_at_both_ends() {
    // In the end everybody who does not give up is served, at once everybody who need not wait: both are sums over the states, while
    // the share in time is an integral over the wait.
    for people in [1, 3, 12] {
        for per_hour in [5.0, 60.0, 400.0] {
            let load = Load {
                per_hour,
                handling_s: 120.0,
                patience_s: Some(60.0),
            };
            let e = load.expected(people, 86_400.0);
            near(e.level, 1.0 - e.abandoned, 1e-9);
            let at_once = load.expected(people, 0.0);
            near(at_once.level, 1.0 - at_once.waiting, 1e-9);
        }
    }
}

#[test]
fn what_cannot_be() {
    let flood = Load {
        per_hour: 1e9,
        handling_s: 1e9,
        patience_s: None,
    };
    assert_eq!(flood.needed(Target::default()), None);
    let e = flood.expected(3, 15.0);
    assert_eq!((e.level, e.mean_wait_s, e.occupancy), (0.0, None, 1.0));
    let flood = Load {
        patience_s: Some(1e9),
        ..flood
    };
    let e = flood.expected(MOST_PEOPLE * 2, 15.0);
    assert_eq!(e.people, MOST_PEOPLE);
    assert!(e.abandoned > 0.99 && e.level < 0.01, "{e:?}");
    for odd in [f64::NAN, -1.0, f64::INFINITY] {
        for load in [
            Load { per_hour: odd, ..C },
            Load { handling_s: odd, ..C },
            Load {
                patience_s: Some(odd),
                ..C
            },
        ] {
            let e = load.expected(7, odd);
            assert!(
                (0.0..=1.0).contains(&e.level) && (0.0..=1.0).contains(&e.occupancy),
                "{e:?}"
            );
        }
    }
    let silence = Load { per_hour: 0.0, ..C };
    assert_eq!(silence.needed(Target::default()), Some(0));
}

#[test]
fn patience_is_all_waits_over_those_who_gave_up() {
    let mut patience = Patience::default();
    assert_eq!(patience.mean_s(), None);
    patience.add_wait(30_000, false);
    assert_eq!(patience.mean_s(), None, "nobody gave up");
    patience.add_wait(60_000, true);
    patience.add_wait(30_000, true);
    assert_eq!(patience.mean_s(), Some(60.0));

    let mut patience = Patience::default();
    let end = |cause| fold(&[told(CallKind::Arrived, 0), hung_up(20_000, cause)]);
    patience.add(&end(Cause::Cancelled));
    patience.add(&end(Cause::NoAnswer));
    patience.add(&fold(&[
        told(CallKind::Arrived, 0),
        at(CallKind::Answered, 5_000, "1001"),
    ]));
    patience.add(&fold(&[told(CallKind::Arrived, 0)]));
    assert_eq!(
        patience,
        Patience {
            waited_ms: 45_000,
            gave_up: 1,
            others: 2
        }
    );
}

#[test]
fn counts_by_the_hour_of_the_week() {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    // Friday 2026-11-06 to before Monday 2026-11-23: three Fridays, Saturdays and Sundays, two of the others. START is a Saturday, 9:00.
    let mut counts = Counts::new(date(2026, 11, 6), date(2026, 11, 23), &zone);
    let day = 86_400_000;
    for week in 0..3 {
        for n in 0..4 {
            counts.add(START - week * 7 * day + n * 60_000);
        }
    }
    counts.add(START + 10 * day);
    counts.add(START - 30 * day);
    assert_eq!(counts.per_hour(Weekday::Saturday, 9), Some(4.0));
    assert_eq!(counts.per_hour(Weekday::Saturday, 10), Some(0.0));
    assert_eq!(counts.per_hour(Weekday::Saturday, 24), None);
    counts.add(START + 2 * day - 60_000);
    counts.add(START + 2 * day - 10 * 3_600_000);
    assert_eq!(counts.per_hour(Weekday::Sunday, 23), Some(1.0 / 3.0));
    counts.add(START - 4 * day);
    assert_eq!(counts.per_hour(Weekday::Tuesday, 9), Some(0.5));
    let week = counts.needed(180.0, None, Target::default());
    assert_eq!((week[5][9], week[5][10]), (Some(2), Some(0)));
    // A range without a Monday.
    let short = Counts::new(date(2026, 11, 6), date(2026, 11, 8), &zone);
    assert_eq!(short.per_hour(Weekday::Monday, 9), None);
    assert_eq!(short.needed(180.0, None, Target::default())[0][9], None);
    let wrong = Counts::new(date(2026, 11, 8), date(2026, 11, 6), &zone);
    assert_eq!(wrong.per_hour(Weekday::Sunday, 9), None);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn more_people_are_never_worse_and_more_calls_never_need_fewer(
        per_hour in 0.0..2_000.0_f64,
        more in 0.0..500.0_f64,
        handling_s in 1.0..900.0_f64,
        patience_s in prop::option::of(1.0..3_600.0_f64),
        people in 0..200_u32,
        within_s in 0.0..120.0_f64,
        share in 0.0..0.999_f64,
    ) {
        let load = Load { per_hour, handling_s, patience_s };
        let (few, many) = (load.expected(people, within_s), load.expected(people + 1, within_s));
        for e in [few, many] {
            for x in [e.level, e.occupancy, e.waiting, e.abandoned] {
                prop_assert!((0.0..=1.0 + 1e-9).contains(&x), "{:?}", e);
            }
        }
        prop_assert!(many.level >= few.level - 1e-9, "{:?} {:?}", few, many);
        prop_assert!(many.abandoned <= few.abandoned + 1e-9);
        let target = Target { share, within_s };
        let busier = Load { per_hour: per_hour + more, ..load };
        let (now, then) = (load.needed(target), busier.needed(target));
        prop_assert!(then.is_none() || then >= now, "{:?} {:?}", now, then);
        if let Some(needed) = now {
            prop_assert!(load.expected(needed, within_s).level >= share);
            prop_assert!(needed == 0 || load.expected(needed - 1, within_s).level < share);
        }
    }
}
