//! The roster's laws: gaps beside a reference that counts every minute, shifts over midnight and through changes of the
//! clocks, rotations, lateness, swaps and hand-overs.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of a test fail by panicking, as the test does"
)]

use domain::ids::{CaseId, StaffId};
use domain::roster::{
    Attendance, BEFORE_MS, Coverage, Emergency, HandOverState, Item, MISSING_MS, Next, ShiftTimes, Stretch, SwapState,
    SwapStep, SwapWho, Tick, attendance, check_ticks, cycle_of, default_posts, gaps, held, late_by, may_answer,
    may_check_in, may_give, may_hand_over, minus, on_date, rotation, short_rests, swap_step, union,
};
use domain::time::{DayHours, Span};
use jiff::civil::date;
use jiff::tz::TimeZone;
use proptest::prelude::*;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

fn stretch(from: i64, to: i64) -> Stretch {
    Stretch { from, to }
}

fn hours(text: &str) -> DayHours {
    text.parse().unwrap()
}

fn always() -> Coverage {
    Coverage {
        workdays: hours("00:00-24:00"),
        weekend: hours("00:00-24:00"),
        needed: 1,
    }
}

fn stretches(most: usize) -> impl Strategy<Value = Vec<Stretch>> {
    prop::collection::vec((0i64..200, 1i64..60), 0..most)
        .prop_map(|v| v.into_iter().map(|(from, len)| stretch(from, from + len)).collect())
}

/// For each minute: how many demands and people hold it.
fn counted(list: &[Stretch], at: i64) -> u32 {
    u32::try_from(list.iter().filter(|s| s.holds(at)).count()).unwrap()
}

fn lacking(found: &[domain::roster::Gap]) -> i64 {
    found.iter().map(|g| g.at.length()).sum()
}

proptest! {
    #[test]
    fn gaps_are_what_counting_each_instant_finds(demand in stretches(6), people in stretches(12), needed in 0u32..4) {
        let found = gaps(&demand, needed, &people);
        for at in -2..270 {
            let present = counted(&people, at);
            let lacks = needed > 0 && counted(&demand, at) > 0 && present < needed;
            let gap: Vec<_> = found.iter().filter(|g| g.at.holds(at)).collect();
            prop_assert_eq!(gap.len(), usize::from(lacks), "at {}", at);
            if let Some(g) = gap.first() {
                prop_assert_eq!((g.present, g.needed), (present, needed));
            }
        }
        // In order, never empty, and two that touch differ in how many are there.
        for pair in found.windows(2) {
            prop_assert!(pair[0].at.to <= pair[1].at.from);
            prop_assert!(pair[0].at.to < pair[1].at.from || pair[0].present != pair[1].present);
        }
        prop_assert!(found.iter().all(|g| g.at.length() > 0));
    }

    #[test]
    fn one_more_shift_never_makes_a_gap_longer(demand in stretches(6), people in stretches(12), more in stretches(4), needed in 1u32..4) {
        let before = lacking(&gaps(&demand, needed, &people));
        let mut all = people.clone();
        all.extend(more);
        prop_assert!(lacking(&gaps(&demand, needed, &all)) <= before);
        prop_assert!(lacking(&gaps(&demand, needed + 1, &people)) >= before);
    }

    #[test]
    fn order_and_cutting_of_shifts_change_nothing(demand in stretches(6), people in stretches(12), needed in 1u32..4, cut in 1i64..59) {
        let found = gaps(&demand, needed, &people);
        let mut turned = people.clone();
        turned.reverse();
        prop_assert_eq!(&gaps(&demand, needed, &turned), &found);
        let parts: Vec<Stretch> = people.iter().flat_map(|s| {
            let mid = (s.from + cut).min(s.to);
            [stretch(s.from, mid), stretch(mid, s.to)]
        }).collect();
        prop_assert_eq!(&gaps(&demand, needed, &parts), &found);
        prop_assert_eq!(&gaps(&union(demand.clone()), needed, &people), &found);
    }

    #[test]
    fn what_is_taken_away_is_gone_and_the_rest_stays(from in 0i64..100, len in 0i64..100, away in stretches(6)) {
        let whole = stretch(from, from + len);
        let left = minus(whole, &away);
        for at in -2..270 {
            prop_assert_eq!(counted(&left, at), u32::from(whole.holds(at) && counted(&away, at) == 0), "at {}", at);
        }
        prop_assert!(left.windows(2).all(|p| p[0].to <= p[1].from));
    }

    #[test]
    fn one_person_twice_is_one_person(list in stretches(8)) {
        let alone = held(list.iter().map(|s| (1, *s)));
        prop_assert_eq!(&alone, &union(list.clone()));
        for at in 0..270 {
            prop_assert!(counted(&alone, at) <= 1);
            prop_assert_eq!(counted(&alone, at) > 0, counted(&list, at) > 0);
        }
    }

    #[test]
    fn shifts_that_tile_the_day_leave_no_gap_whatever_the_clocks_do(
        zone in prop::sample::select(vec!["Asia/Shanghai", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "America/New_York"]),
        first in 0i32..700, a in 0i32..95, b in 0i32..95, days in 1i32..20,
    ) {
        // Three shifts between three times of the day, the last one over midnight.
        prop_assume!((a - b).abs() > 1);
        let (early, late) = (a.min(b) * 900, a.max(b) * 900);
        let tz = TimeZone::get(zone).unwrap();
        let day = |n: i32| date(2025, 1, 1).checked_add(jiff::Span::new().days(first + n)).unwrap();
        let mid = (early + late) / 2;
        let spans = [Span { from_s: early, to_s: mid }, Span { from_s: mid, to_s: late }, Span { from_s: late, to_s: early + 86_400 }];
        let mut all: Vec<(usize, Stretch)> = Vec::new();
        for n in -2..=days + 1 {
            all.extend(spans.iter().enumerate().map(|(i, s)| (i, on_date(&tz, day(n), *s))));
        }
        let window = stretch(on_date(&tz, day(0), spans[0]).from, on_date(&tz, day(days), spans[0]).from);
        let demand = always().demand(&tz, window);
        prop_assert_eq!(&demand, &vec![window], "around the clock is one stretch");
        let people: Vec<Stretch> = all.iter().map(|x| x.1).collect();
        prop_assert_eq!(gaps(&demand, 1, &people), vec![]);
        // Nowhere two at once: the end of one is the start of the next.
        prop_assert!(people.windows(2).all(|p| p[0].to == p[1].from));
        // Without one shift exactly its own time lacks.
        let without: Vec<Stretch> = all.iter().filter(|x| x.0 != 2).map(|x| x.1).collect();
        let nights: Vec<Stretch> = all.iter().filter(|x| x.0 == 2).filter_map(|x| x.1.within(&window)).collect();
        let found: Vec<Stretch> = gaps(&demand, 1, &without).iter().map(|g| g.at).collect();
        prop_assert_eq!(found, union(nights));
    }

    #[test]
    fn a_rotation_gives_each_shift_the_same_number_every_day(people in 1usize..9, length in 1usize..13, days in 0i32..40, start in 0usize..30) {
        let cycle: Vec<Option<usize>> = (0..length).map(|i| (i % 4 != 3).then_some(i % 4)).collect();
        let places = rotation(&cycle, people, days, start);
        for p in &places {
            prop_assert!(p.day < days && p.person < people && p.pattern < 3);
        }
        // Nobody twice on one day.
        for day in 0..days {
            let mut who: Vec<usize> = places.iter().filter(|p| p.day == day).map(|p| p.person).collect();
            let all = who.len();
            who.sort_unstable();
            who.dedup();
            prop_assert_eq!(who.len(), all);
        }
        // As many people as the cycle has places: every pattern has as many people as it stands in the cycle.
        let full = rotation(&cycle, length, 5, start);
        for day in 0..5 {
            for pattern in 0..3 {
                let n = full.iter().filter(|p| p.day == day && p.pattern == pattern).count();
                prop_assert_eq!(n, cycle.iter().filter(|c| **c == Some(pattern)).count());
            }
        }
    }

    #[test]
    fn late_is_counted_from_ten_minutes_before(from in 0i64..1_000_000_000, off in -3_600_000i64..3_600_000) {
        let late = late_by(from, from + off);
        prop_assert_eq!(late, (off + BEFORE_MS).max(0));
        let s = ShiftTimes { at: stretch(from, from + 8 * HOUR), checked_in: Some(from + off), ended: None, absent: false };
        let now = (from + off).max(from);
        let is = attendance(&s, now);
        prop_assert_eq!(is == Attendance::Late, late > 0);
    }
}

#[test]
fn four_people_hold_three_shifts_around_the_clock() {
    let signs = vec![vec!["早", "早班"], vec!["中"], vec!["夜", "Night"]];
    let cycle = cycle_of("早 早班，中、中 夜 night 休 休", &signs, &["休", "off"]).unwrap();
    assert_eq!(cycle.len(), 8);
    assert_eq!(cycle_of("早 晚", &signs, &["休"]), Err("晚".to_owned()));
    let tz = TimeZone::get("Asia/Shanghai").unwrap();
    let spans: Vec<Span> = ["07:30-15:30", "15:30-23:30", "23:30-07:30"]
        .iter()
        .map(|h| hours(h).spans()[0])
        .collect();
    let first = date(2026, 11, 1);
    let places: Vec<(usize, Stretch)> = rotation(&cycle, 4, 30, 3)
        .into_iter()
        .map(|p| {
            let day = first.checked_add(jiff::Span::new().days(p.day)).unwrap();
            (p.person, on_date(&tz, day, spans[p.pattern]))
        })
        .collect();
    let window = stretch(
        on_date(&tz, date(2026, 11, 2), spans[0]).from,
        on_date(&tz, date(2026, 11, 30), spans[0]).from,
    );
    let found = gaps(&always().demand(&tz, window), 1, &held(places.clone()));
    assert!(found.is_empty(), "{found:?}");
    assert!(
        short_rests(&places).is_empty(),
        "a day off lies between night and morning"
    );
    // Straight from the night to the early shift: no rest at all.
    let night = on_date(&tz, first, spans[2]);
    let early = on_date(&tz, date(2026, 11, 2), spans[0]);
    let short = short_rests(&[(1, night), (2, early), (1, early)]);
    assert_eq!(
        short.iter().map(|r| (r.person, r.until, r.again)).collect::<Vec<_>>(),
        [(1, night.to, early.from)]
    );
}

#[test]
fn a_night_in_which_the_clocks_change_has_seven_or_nine_hours() {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let night = hours("23:30-07:30").spans()[0];
    let length = |d| on_date(&berlin, d, night).length();
    assert_eq!(length(date(2026, 3, 28)), 7 * HOUR);
    assert_eq!(length(date(2026, 10, 24)), 9 * HOUR);
    assert_eq!(length(date(2026, 11, 24)), 8 * HOUR);
    // A shift that begins in the hour which does not exist begins when the clocks have jumped, as the one before ends.
    let gone = on_date(&berlin, date(2026, 3, 29), hours("02:30-10:30").spans()[0]);
    assert_eq!(gone.length(), 7 * HOUR + HOUR / 2);
}

#[test]
fn weekends_have_their_own_hours_and_a_night_reaches_into_the_window() {
    let tz = TimeZone::get("Asia/Shanghai").unwrap();
    let office = Coverage {
        workdays: hours("08:30-17:30 20:00-02:00"),
        weekend: DayHours::default(),
        needed: 1,
    };
    let at = |d, h: &str| on_date(&tz, d, hours(h).spans()[0]);
    let (friday, saturday, sunday) = (date(2026, 11, 27), date(2026, 11, 28), date(2026, 11, 29));
    // From Saturday 00:00: only what Friday's evening leaves.
    let window = stretch(at(saturday, "00:00-01:00").from, at(sunday, "23:00-24:00").to);
    assert_eq!(office.demand(&tz, window), [at(saturday, "00:00-02:00")]);
    let day = stretch(at(friday, "00:00-01:00").from, at(saturday, "00:00-24:00").to);
    let found = gaps(&office.demand(&tz, day), 1, &[at(friday, "08:00-17:00")]);
    let is: Vec<Stretch> = found.iter().map(|g| g.at).collect();
    // Thursday's evening still reaches into Friday.
    assert_eq!(
        is,
        [
            at(friday, "00:00-02:00"),
            at(friday, "17:00-17:30"),
            at(friday, "20:00-02:00")
        ]
    );
    assert!(always().is_always() && !office.is_always() && !office.is_empty());
    assert!(Coverage { needed: 0, ..always() }.demand(&tz, day).is_empty());
}

#[test]
fn how_a_shift_stands() {
    let from = 100 * HOUR;
    let s = |checked_in, ended, absent| ShiftTimes {
        at: stretch(from, from + 8 * HOUR),
        checked_in,
        ended,
        absent,
    };
    use Attendance::*;
    let open = s(None, None, false);
    for (now, is) in [
        (from - 3 * HOUR, Planned),
        (from - HOUR, Asked),
        (from - BEFORE_MS - 1, Asked),
        (from - BEFORE_MS, Due),
        (from + MISSING_MS - 1, Due),
        (from + MISSING_MS, Missing),
        (from + 8 * HOUR - 1, Missing),
        (from + 8 * HOUR, Missed),
    ] {
        assert_eq!(attendance(&open, now), is, "{}", now - from);
    }
    assert_eq!(attendance(&s(Some(from - BEFORE_MS), None, false), from), Here);
    assert_eq!(attendance(&s(Some(from - BEFORE_MS + 1), None, false), from), Late);
    assert_eq!(attendance(&s(Some(from), Some(from + HOUR), false), from + HOUR), Done);
    assert_eq!(attendance(&s(None, None, true), from + MISSING_MS), Absent);

    let rule = |s: ShiftTimes, now| may_check_in(&s, now).err().map(|r| (r.rule, r.clause));
    assert_eq!(rule(open, from - 2 * HOUR), None);
    assert_eq!(
        rule(open, from - 2 * HOUR - 1),
        Some(("refuse-check-in-early", Some("REC-4")))
    );
    assert_eq!(
        rule(open, from + 8 * HOUR),
        Some(("refuse-check-in-over", Some("REC-4")))
    );
    assert_eq!(
        rule(s(Some(from), None, false), from),
        Some(("refuse-check-in-done", Some("REC-4")))
    );
    assert_eq!(
        rule(s(None, None, true), from),
        Some(("refuse-check-in-absent", Some("REC-4")))
    );
}

#[test]
fn the_checklist_is_gone_through_or_it_is_said_what_is_not_in_order() {
    let list = default_posts().unwrap().remove(0).checklist;
    assert_eq!(list.len(), 6, "REC-4's list of the front desk");
    let all: Vec<Tick> = list
        .iter()
        .map(|i: &Item| Tick {
            code: i.code.clone(),
            ok: true,
        })
        .collect();
    assert!(check_ticks(&list, &all, "").is_ok());
    let most = &all[1..];
    let refused = check_ticks(&list, most, "  ").unwrap_err();
    assert_eq!(
        (refused.rule, refused.args[0].1.as_str()),
        ("refuse-check-in-list", "1")
    );
    assert!(check_ticks(&list, most, "台面有积水，已叫保洁").is_ok());
}

#[test]
fn who_may_do_what_with_a_swap() {
    use SwapState as S;
    use SwapStep as Do;
    let (asker, other, head) = (
        SwapWho {
            asker: true,
            ..SwapWho::default()
        },
        SwapWho {
            other: true,
            ..SwapWho::default()
        },
        SwapWho {
            head: true,
            ..SwapWho::default()
        },
    );
    let own = SwapWho {
        asker: true,
        head: true,
        ..SwapWho::default()
    };
    let step = |state, step, who| swap_step(state, step, who, 100, 50).map_err(|r| r.rule);
    for (state, what, who, becomes) in [
        (S::Asked, Do::Agree, other, Ok(S::Agreed)),
        (S::Asked, Do::Decline, other, Ok(S::Declined)),
        (S::Asked, Do::Agree, asker, Err("refuse-swap-not-asked")),
        (S::Asked, Do::Agree, head, Err("refuse-swap-not-asked")),
        (S::Agreed, Do::Agree, other, Err("refuse-swap-over")),
        (S::Asked, Do::Withdraw, asker, Ok(S::Withdrawn)),
        (S::Agreed, Do::Withdraw, asker, Ok(S::Withdrawn)),
        (S::Asked, Do::Withdraw, other, Err("refuse-swap-not-yours")),
        (S::Asked, Do::Approve, head, Err("refuse-swap-not-agreed")),
        (S::Agreed, Do::Approve, head, Ok(S::Approved)),
        (S::Agreed, Do::Refuse, head, Ok(S::Refused)),
        (S::Agreed, Do::Approve, own, Err("refuse-swap-head")),
        (S::Agreed, Do::Approve, other, Err("refuse-swap-head")),
        (S::Approved, Do::Withdraw, asker, Err("refuse-swap-over")),
        (S::Lapsed, Do::Approve, head, Err("refuse-swap-over")),
    ] {
        assert_eq!(step(state, what, who), becomes, "{state} {what}");
    }
    let late = |state, what, who| swap_step(state, what, who, 100, 100).map_err(|r| r.rule);
    assert_eq!(late(S::Asked, Do::Agree, other), Err("refuse-swap-begun"));
    assert_eq!(late(S::Agreed, Do::Approve, head), Err("refuse-swap-begun"));
    assert_eq!(late(S::Agreed, Do::Refuse, head), Ok(S::Refused));
    assert_eq!(late(S::Asked, Do::Decline, other), Ok(S::Declined));
}

#[test]
fn no_emergency_is_dropped_between_two_shifts() {
    let (giver, next, guard) = (StaffId::from("a"), StaffId::from("b"), StaffId::from("c"));
    let e = |number: &str, owner: Option<&StaffId>| Emergency {
        case: CaseId::from(number),
        number: number.to_owned(),
        owner: owner.cloned(),
    };
    let incoming = [next.clone(), guard.clone()];
    let after = |follows, must| Next { follows, must };
    assert!(may_hand_over(&[], &incoming, after(true, true)).is_ok());
    assert!(
        may_hand_over(
            &[e("QZ-1", Some(&next)), e("QZ-2", Some(&guard))],
            &incoming,
            after(true, true)
        )
        .is_ok()
    );
    // Nobody, or somebody who goes home too.
    let refused = may_hand_over(
        &[e("QZ-1", None), e("QZ-2", Some(&next)), e("QZ-3", Some(&giver))],
        &incoming,
        after(true, true),
    )
    .unwrap_err();
    assert_eq!(
        (refused.rule, refused.clause),
        ("refuse-hand-over-owner", Some("REC-21"))
    );
    assert_eq!(
        refused.args,
        [("n", "2".to_owned()), ("numbers", "QZ-1, QZ-3".to_owned())]
    );
    assert_eq!(
        may_hand_over(&[], &incoming, after(false, true)).unwrap_err().rule,
        "refuse-hand-over-nobody"
    );
    assert!(may_hand_over(&[], &incoming, after(false, false)).is_ok());

    // Near the end, or when the relief is there.
    let give = |relieved, now| may_give(10 * HOUR, relieved, now).map_err(|r| (r.rule, r.args[0].1.clone()));
    assert_eq!(give(false, 9 * HOUR), Ok(()));
    assert_eq!(give(true, 2 * HOUR), Ok(()));
    assert_eq!(
        give(false, 9 * HOUR - 1),
        Err(("refuse-hand-over-early", (9 * HOUR).to_string()))
    );

    use HandOverState as H;
    let answer = |state, who: &StaffId, accepts, reason: &str| {
        may_answer(state, &giver, std::slice::from_ref(&next), who, accepts, reason).map_err(|r| r.rule)
    };
    assert_eq!(answer(H::Given, &next, true, ""), Ok(H::Accepted));
    assert_eq!(answer(H::Given, &next, false, " "), Err("refuse-hand-over-reason"));
    assert_eq!(answer(H::Given, &next, false, "少一把钥匙"), Ok(H::Objected));
    assert_eq!(answer(H::Objected, &next, true, ""), Ok(H::Accepted));
    assert_eq!(answer(H::Objected, &next, false, "x"), Err("refuse-hand-over-answered"));
    assert_eq!(answer(H::Accepted, &next, true, ""), Err("refuse-hand-over-answered"));
    assert_eq!(answer(H::Given, &giver, true, ""), Err("refuse-hand-over-own"));
    assert_eq!(answer(H::Given, &guard, true, ""), Err("refuse-hand-over-not-next"));
}

#[test]
fn the_shipped_posts_are_held_around_the_clock_by_their_own_shifts() {
    let departments: Vec<String> = domain::departments::default_departments()
        .unwrap()
        .into_iter()
        .map(|d| d.code)
        .collect();
    for post in default_posts().unwrap() {
        assert!(departments.contains(&post.department), "{}", post.code);
        let spans: Vec<Span> = post.patterns.iter().map(|p| p.hours.spans()[0]).collect();
        let whole: i32 = spans.iter().map(|s| s.to_s - s.from_s).sum();
        assert_eq!(whole, 86_400, "{}", post.code);
        assert!(
            post.checklist.iter().any(|i| i.code == "hand_over_read"),
            "{}",
            post.code
        );
    }
}
