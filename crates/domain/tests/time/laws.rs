//! Laws that hold for any case, and ten thousand random cases beside the reference that counts.

use std::sync::Arc;

use domain::time::{
    Calendar, CountFrom, DayHours, DayTerm, DayUnit, Deadline, Event, Exception, ExceptionKind, Hours, Level, Pausable,
    Reckoning, Reopen, Rule, RuleChange, Shape, Span, StretchKind, Term, View, What, union,
};
use jiff::civil::date;
use proptest::prelude::*;

use crate::naive::{Deed, Odd, OddKind, Outcome, Plan, World, count};

/// Numbers that are the same at every run.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..8 {
            dice.next();
        }
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    }

    fn below(&mut self, n: i64) -> i64 {
        i64::try_from(self.next() % u64::try_from(n).unwrap()).unwrap()
    }

    fn chance(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }

    fn spans(&mut self, day: i64) -> Vec<(i64, i64)> {
        let mut spans = Vec::new();
        for _ in 0..=self.below(3) {
            // Round and odd ends, whole days, and shifts over midnight.
            let step = if self.chance(70) { day / 48 } else { 1 };
            let from = self.below(day / step) * step;
            let length = (1 + self.below(day / step)) * step;
            spans.push(if self.chance(10) {
                (0, day)
            } else {
                (from, (from + length).min(2 * day))
            });
        }
        // An end that is no later than the start would be read as the next day's.
        spans.into_iter().map(|(from, to)| (from, to.min(from + day))).collect()
    }

    fn plan(&mut self, days: i64, day: i64) -> Plan {
        let mut plan = Plan::default();
        for weekday in 0..7 {
            if self.chance(70) {
                plan.weekly[weekday] = self.spans(day);
            }
        }
        if plan.weekly.iter().all(Vec::is_empty) {
            plan.weekly[2] = vec![(day / 3, day / 2)];
        }
        for _ in 0..self.below(2 + days / 2) {
            let kind = match self.below(4) {
                0 | 1 => OddKind::Off,
                2 => OddKind::Work(self.spans(day)),
                _ => {
                    let from = self.below(day);
                    OddKind::Partial(from, from + 1 + self.below(day))
                }
            };
            plan.exceptions.push(Odd {
                day: self.below(days),
                level: u8::try_from(self.below(3)).unwrap(),
                kind,
            });
        }
        plan
    }
}

/// Monday 2026-03-02, 00:00 in Shanghai.
const MONDAY: i64 = 1_772_380_800_000;

fn hours_of(plan: &Plan, tick_s: i64) -> Arc<Hours> {
    let spans = |list: &[(i64, i64)]| {
        let second = |n: i64| i32::try_from(n * tick_s).unwrap();
        let span = |(from, to): &(i64, i64)| Span {
            from_s: second(*from),
            to_s: second(*to),
        };
        DayHours::new(list.iter().map(span).collect())
    };
    let mut calendar = Calendar::always("Asia/Shanghai");
    for (day, list) in calendar.weekly.days_mut().into_iter().zip(&plan.weekly) {
        *day = spans(list);
    }
    for odd in &plan.exceptions {
        let (kind, hours) = match &odd.kind {
            OddKind::Off => (ExceptionKind::Off, None),
            OddKind::Work(list) => (ExceptionKind::Work, Some(spans(list))),
            OddKind::Partial(from, to) => (ExceptionKind::Partial, Some(spans(&[(*from, *to)]))),
        };
        let entry = Exception {
            date: date(2026, 3, 2).saturating_add(jiff::Span::new().days(odd.day)),
            until: None,
            level: Level::ALL[usize::from(odd.level)],
            kind,
            hours,
            name: String::new(),
            name_en: String::new(),
        };
        if !calendar.exceptions.contains(&entry) {
            calendar.exceptions.push(entry);
        }
    }
    Arc::new(Hours::new(calendar).unwrap())
}

fn rule(hours: &Arc<Hours>, term: Term) -> Rule {
    Rule {
        term,
        hours: Arc::clone(hours),
        pausable: Pausable::Always,
        most_paused_ms: None,
        reopen: Reopen::Continue,
    }
}

fn begin() -> What {
    What::Start {
        registered_at: None,
        paused: None,
    }
}

/// Ten thousand cases; every tick is counted by the reference.
#[test]
fn random_cases_agree_with_the_reference() {
    // Most by the minute over three weeks, the rest by the second over two days.
    for (tick_s, days, plans, each) in [(60, 21, 110, 80), (1, 2, 24, 50)] {
        let day = 86_400 / tick_s;
        for number in 0..plans {
            let mut dice = Dice::new(u64::try_from(number * 2 + tick_s).unwrap());
            let plans = [dice.plan(days, day), dice.plan(days, day)];
            let open = plans.each_ref().map(|plan| plan.open(days, day));
            let hours = plans.each_ref().map(|plan| hours_of(plan, tick_s));
            let world = World {
                first: &open[0],
                other: &open[1],
            };
            for _ in 0..each {
                one_case(&mut dice, &world, &hours, tick_s);
            }
        }
    }
}

fn one_case(dice: &mut Dice, world: &World<'_>, hours: &[Arc<Hours>; 2], tick_s: i64) {
    let last = i64::try_from(world.first.len()).unwrap();
    let start = dice.below(last / 3);
    let look = start + dice.below(last - start);
    let target = 1 + dice.below(last / 6);
    let mut at = start;
    let mut deeds: Vec<(usize, Deed)> = Vec::new();
    let mut ended = false;
    while deeds.len() < 9 {
        at += 1 + dice.below(1 + (look - start) / 6);
        if at > look {
            break;
        }
        let reason = ["parts", "customer", "weather"][usize::try_from(dice.below(3)).unwrap()].to_owned();
        let deed = match dice.below(12) {
            0..=3 => Deed::Pause(reason),
            4..=7 => Deed::Resume(reason),
            8 => Deed::Done,
            9 => Deed::Reopen,
            10 => Deed::Level(1 + dice.below(last / 6), dice.chance(40)),
            _ => Deed::Other,
        };
        match deed {
            Deed::Done => ended = true,
            Deed::Reopen => ended = false,
            // Only what is open changes at once.
            Deed::Level(..) | Deed::Other if ended => continue,
            _ => {}
        }
        deeds.push((usize::try_from(at).unwrap(), deed));
    }
    let instant = |tick: i64| MONDAY + tick * tick_s * 1_000;
    let ms = |ticks: i64| ticks * tick_s * 1_000;
    let wanted = count(
        world,
        usize::try_from(start).unwrap(),
        target,
        &deeds,
        usize::try_from(look).unwrap(),
    );
    let mut events = vec![Event {
        at: instant(start),
        what: begin(),
    }];
    for (at, deed) in &deeds {
        let what = match deed {
            Deed::Pause(reason) => What::Pause {
                reason: reason.clone(),
                until: None,
            },
            Deed::Resume(reason) => What::Resume {
                reason: Some(reason.clone()),
            },
            Deed::Done => What::Complete,
            Deed::Reopen => What::Reopen { mode: None },
            Deed::Level(target, change) => What::Change {
                change: RuleChange {
                    term: Some(Term::Working { ms: ms(*target) }),
                    ..RuleChange::default()
                },
                from: if *change { CountFrom::Change } else { CountFrom::Start },
            },
            Deed::Other => What::ChangeHours {
                hours: Arc::clone(&hours[1]),
                from: CountFrom::Start,
            },
        };
        events.push(Event {
            at: instant(i64::try_from(*at).unwrap()),
            what,
        });
    }
    let rule = rule(&hours[0], Term::Working { ms: ms(target) });
    let view = Deadline::replay(Shape::Once, rule, &events, instant(look))
        .view(instant(look))
        .unwrap();
    let figures = view.figures.unwrap();
    let beyond = view.due_at.is_some_and(|due| due > instant(last));
    let got = Outcome {
        due: view.due_at.filter(|_| !beyond).map(|due| (due - MONDAY) / ms(1)),
        beyond,
        breach: view.breach.map(|b| ((b.at - MONDAY) / ms(1), b.cause.as_str())),
        elapsed: figures.elapsed / ms(1),
        paused: figures.paused / ms(1),
        done: view.ended_at.is_some(),
    };
    assert_eq!(
        got,
        wanted,
        "start {start} target {target} look {look} tick {tick_s} s {deeds:?} {:?}",
        hours[0].calendar()
    );
}

const DAY: i64 = 86_400_000;

fn random_hours(seed: u64) -> (Plan, Arc<Hours>) {
    let plan = Dice::new(seed).plan(21, 86_400);
    let hours = hours_of(&plan, 1);
    (plan, hours)
}

fn pauses(seed: u64, from: i64) -> Vec<(i64, Option<i64>)> {
    let mut dice = Dice::new(seed ^ 77);
    (0..dice.below(6))
        .map(|_| {
            let at = from - DAY + dice.below(8 * DAY);
            (at, Some(at + dice.below(2 * DAY)))
        })
        .collect()
}

fn terms(seed: u64) -> [Term; 5] {
    let mut dice = Dice::new(seed ^ 99);
    let days = |unit, dice: &mut Dice| {
        Term::Days(DayTerm {
            unit,
            n: u32::try_from(dice.below(20)).unwrap(),
            count_start_day: dice.chance(30),
            roll: dice.chance(70),
            cutoff: domain::time::Cutoff::At(86_400),
            after_close_next_day: dice.chance(30),
        })
    };
    [
        Term::Working {
            ms: dice.below(6 * DAY),
        },
        Term::Wall {
            ms: dice.below(6 * DAY),
        },
        days(DayUnit::WorkingDay, &mut dice),
        days(DayUnit::NaturalDay, &mut dice),
        days(DayUnit::Month, &mut dice),
    ]
}

fn random_events(seed: u64, start: i64, hours: &[Arc<Hours>; 2], instants: i64) -> Vec<Event> {
    let mut dice = Dice::new(seed ^ 55);
    let mut events = vec![Event {
        at: start,
        what: begin(),
    }];
    for _ in 0..dice.below(14) {
        let reason = ["", "parts", "customer"][usize::try_from(dice.below(3)).unwrap()].to_owned();
        let at = start + dice.below(instants) * (6 * DAY / instants);
        let term = Some(Term::Working {
            ms: dice.below(3 * DAY),
        });
        let change = RuleChange {
            term,
            ..RuleChange::default()
        };
        let from = if dice.chance(30) {
            CountFrom::Change
        } else {
            CountFrom::Start
        };
        let what = match dice.below(14) {
            0..=2 => What::Pause {
                reason,
                until: dice.chance(30).then(|| at + dice.below(2 * DAY)),
            },
            3..=4 => What::Resume { reason: Some(reason) },
            5 => What::Resume { reason: None },
            6 => What::Complete,
            7 => What::Reopen { mode: None },
            8 => What::Change { change, from },
            9 => What::Reapply { change, from },
            10 => What::ChangeHours {
                hours: Arc::clone(&hours[1]),
                from,
            },
            11 => What::Merge { start: at - DAY },
            12 => What::CorrectStart {
                to: at - dice.below(DAY),
            },
            _ => What::Extend {
                to: at + dice.below(DAY),
            },
        };
        events.push(Event { at, what });
    }
    events
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_later_start_is_never_due_earlier(seed: u64, at in 0..14 * DAY, later in 0..4 * DAY) {
        let (_, hours) = random_hours(seed);
        let all = pauses(seed, MONDAY + at);
        for term in terms(seed) {
            let due = |start: i64| {
                let gaps = if matches!(term, Term::Days(_)) { Vec::new() } else { union(all.clone(), start) };
                Reckoning { hours: &hours, term, start, gaps: &gaps }.due().at()
            };
            let (first, second) = (due(MONDAY + at), due(MONDAY + at + later));
            prop_assert!(first <= second, "{term:?} {first:?} {second:?}");
        }
    }

    #[test]
    fn an_added_closure_never_makes_it_earlier(seed: u64, at in 0..14 * DAY, ms in 0..5 * DAY, from in 0..86_000_i64) {
        let (plan, hours) = random_hours(seed);
        let mut less = plan;
        let mut dice = Dice::new(seed ^ 3);
        let day = at / DAY + dice.below(5);
        less.exceptions.push(Odd { day, level: 2, kind: OddKind::Partial(from, from + 1 + dice.below(80_000)) });
        let fewer = hours_of(&less, 1);
        let gaps = union(pauses(seed, MONDAY + at), MONDAY + at);
        let due = |hours| Reckoning { hours, term: Term::Working { ms }, start: MONDAY + at, gaps: &gaps }.due().at();
        prop_assert!(due(&hours) <= due(&fewer));
    }

    #[test]
    fn elapsed_at_due_is_the_limit(seed: u64, at in 0..14 * DAY) {
        let (_, hours) = random_hours(seed);
        let gaps = union(pauses(seed, MONDAY + at), MONDAY + at);
        for term in &terms(seed)[..2] {
            let reckoning = Reckoning { hours: &hours, term: *term, start: MONDAY + at, gaps: &gaps };
            let due = reckoning.due().at().unwrap();
            prop_assert_eq!(reckoning.remaining(due), Some(0));
        }
    }

    #[test]
    fn splitting_or_shuffling_pauses_changes_nothing(seed: u64, at in 0..14 * DAY) {
        let (_, hours) = random_hours(seed);
        let start = MONDAY + at;
        let whole = pauses(seed, start + DAY);
        let mut dice = Dice::new(seed ^ 5);
        let mut pieces = Vec::new();
        for (n, (from, to)) in whole.iter().enumerate() {
            let to = to.unwrap();
            let cut = from + dice.below(to - from + 1);
            let overlap = dice.below(to - cut + 1);
            pieces.push((*from, Some(cut + overlap), format!("{n}a")));
            pieces.push((cut, Some(to), format!("{n}b")));
        }
        let at_random = dice.next();
        pieces.sort_by_key(|(from, _, _)| u64::try_from(*from).unwrap().wrapping_mul(at_random | 1));
        let view = |list: &[(i64, Option<i64>, String)]| {
            let mut events = vec![Event { at: start, what: begin() }];
            for (from, to, reason) in list {
                events.push(Event { at: *from, what: What::Pause { reason: reason.clone(), until: None } });
                events.push(Event { at: to.unwrap(), what: What::Resume { reason: Some(reason.clone()) } });
            }
            let rule = rule(&hours, Term::Working { ms: 2 * DAY });
            let mut view = Deadline::replay(Shape::Once, rule, &events, start + 9 * DAY).view(start + 9 * DAY).unwrap();
            view.past.clear();
            view
        };
        let named: Vec<_> = whole.iter().enumerate().map(|(n, (a, b))| (*a, *b, n.to_string())).collect();
        // A pause that began before the start is not known to the limit: begin them after it.
        let after = |list: Vec<(i64, Option<i64>, String)>| -> Vec<_> {
            list.into_iter().map(|(a, b, r)| (a.max(start), b.map(|b| b.max(start)), r)).collect()
        };
        prop_assert_eq!(view(&after(named)), view(&after(pieces.clone())));
        let joined = union(whole, start);
        prop_assert_eq!(joined, union(pieces.iter().map(|(a, b, _)| (*a, *b)), start));
    }

    #[test]
    fn a_breach_stays_the_same_at_every_later_look(seed: u64, at in 0..7 * DAY) {
        let hours = [random_hours(seed).1, random_hours(seed ^ 1).1];
        let start = MONDAY + at;
        let events = random_events(seed, start, &hours, 400);
        let mut known = None;
        for look in 0..60 {
            let now = start + look * DAY / 6;
            let deadline = Deadline::replay(Shape::Once, rule(&hours[0], Term::Working { ms: DAY / 2 }), &events, now);
            let breach = deadline.view(now).unwrap().breach;
            if known.is_some() {
                prop_assert_eq!(breach, known);
            }
            known = breach;
        }
    }

    #[test]
    fn the_order_of_the_same_instant_does_not_matter(seed: u64, at in 0..7 * DAY) {
        let hours = [random_hours(seed).1, random_hours(seed ^ 1).1];
        let start = MONDAY + at;
        let mut events = random_events(seed, start, &hours, 3);
        let now = start + 7 * DAY;
        let look = |events: &[Event]| -> View {
            Deadline::replay(Shape::Once, rule(&hours[0], Term::Working { ms: DAY }), events, now).view(now).unwrap()
        };
        let first = look(&events);
        let mut dice = Dice::new(seed ^ 8);
        for _ in 0..6 {
            for i in (1..events.len()).rev() {
                events.swap(i, usize::try_from(dice.below(i64::try_from(i).unwrap() + 1)).unwrap());
            }
            prop_assert_eq!(&look(&events), &first);
        }
    }

    #[test]
    fn the_stretches_are_the_wall_time(seed: u64, at in 0..7 * DAY, ahead in 0..9 * DAY) {
        let hours = [random_hours(seed).1, random_hours(seed ^ 1).1];
        let start = MONDAY + at;
        let now = start + ahead;
        let events = random_events(seed, start, &hours, 400);
        let deadline = Deadline::replay(Shape::Once, rule(&hours[0], Term::Working { ms: DAY }), &events, now);
        let view = deadline.view(now).unwrap();
        let stretches = deadline.explain(now);
        for pair in stretches.windows(2) {
            prop_assert_eq!(pair[0].to, pair[1].from);
        }
        let end = view.ended_at.unwrap_or(now);
        let sum = |kind: Option<StretchKind>| -> i64 {
            let part = |s: &&domain::time::Stretch| kind.is_none_or(|kind| s.kind == kind);
            stretches.iter().filter(part).map(|s| (s.to.min(end) - s.from).max(0)).sum()
        };
        if let Some(first) = stretches.first() {
            prop_assert_eq!(sum(None), (end - first.from).max(0));
            let changed_after = events.iter().any(|e| e.at >= end && e.at <= now && view.ended_at.is_some());
            if !changed_after {
                let figures = view.figures.unwrap();
                prop_assert_eq!(sum(Some(StretchKind::Paused)), figures.paused);
                prop_assert_eq!(sum(Some(StretchKind::Counted)), figures.elapsed);
            }
        }
    }

    #[test]
    fn the_way_back_is_the_way_there(seed: u64, at in 0..14 * DAY, ms in 1..5 * DAY) {
        let (_, hours) = random_hours(seed);
        let due = hours.reach(MONDAY + at, ms).unwrap();
        let back = hours.back(due, ms).unwrap();
        prop_assert!(back >= MONDAY + at);
        prop_assert_eq!(hours.worked(back, due), ms);
    }
}
