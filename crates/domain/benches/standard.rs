//! What another version of the service standard would move in a hundred thousand open cases, and past cases run again under it,
//! beside a bare reference: walking over the same cases and asking each clock when it is due.
//!
//!     cargo bench -p domain --bench standard

use std::hint::black_box;
use std::time::Instant;

use domain::access::{Role, Who};
use domain::case::{
    CaseState, Channel, Command, Customer, Env, Event, Fee, Importance, Kind, Register, Scope, Urgency, Where, advance,
    decide, moved, outcomes, rerun,
};
use domain::clock::Limit;
use domain::standard::{Document, Standard};
use domain::time::Calendars;
use jiff::tz::TimeZone;

/// 2026-11-21 10:42 in Shanghai.
const MORNING: i64 = 1_795_228_920_000;
const CASES: i64 = 100_000;
const PAST: i64 = 10_000;
const MINUTE: i64 = 60_000;

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

/// The shipped standard with every round-the-clock limit a quarter shorter: it moves every open case.
fn shorter() -> Fallible<Standard> {
    let mut doc = Document::shipped()?;
    doc.version = "bench".into();
    for clock in doc.lines.iter_mut().flat_map(|line| line.clocks.iter_mut()) {
        if let Limit::Hour { n } = clock.limit {
            clock.limit = Limit::Minute { n: n * 45 };
        }
    }
    Ok(doc.standard()?)
}

fn form(n: i64) -> Register {
    const KINDS: [Kind; 4] = [Kind::Request, Kind::Complaint, Kind::Inquiry, Kind::Help];
    const ITEMS: [&str; 3] = ["repair.lift.noise", "repair.power.light_road", "repair.water.leak"];
    let pick = usize::try_from(n).unwrap_or(0);
    Register {
        case: format!("case{n}").into(),
        number: format!("BX-20261121-{n}"),
        kind: KINDS[pick % KINDS.len()],
        channel: Channel::Phone,
        item: ITEMS[pick % ITEMS.len()].into(),
        place: "x".into(),
        content: "x".into(),
        importance: Importance::ALL[pick % 3],
        urgency: Urgency::ALL[pick / 3 % 3],
        scope: Scope::Own,
        fee: Fee::FREE,
        customer: Customer {
            name: "x".into(),
            phone: "13800006688".into(),
            address: "3-1-1201".into(),
        },
        located: Where::default(),
        identity: None,
        anonymous_reason: None,
        appointment: None,
        wanted_by: None,
        authority_by: None,
        repeat_of: None,
        contact: None,
        first_asked: None,
        about: None,
        happened_at: None,
    }
}

/// A case that was dispatched and accepted, with its events.
fn case(n: i64, env: &Env<'_>) -> Fallible<(CaseState, Vec<Event>)> {
    let who = Who::Staff {
        id: "chen".into(),
        roles: vec![Role::CsHead],
        department: Some("desk".into()),
    };
    let mut state = None;
    let mut events = Vec::new();
    let mut now = MORNING + n % 7_200 * 1_000;
    let commands = [
        Command::Register(Box::new(form(n))),
        Command::Dispatch {
            order: format!("order{n}").into(),
            number: format!("LX-{n}"),
            department: "engineering".into(),
            worker: None,
            to_vendor: false,
            happened_at: None,
        },
        Command::Accept {
            worker: Some("wang".into()),
            happened_at: None,
        },
    ];
    for command in commands {
        now += 5 * MINUTE;
        let made = decide(state.as_ref(), &command, &who, &Env { now, ..*env }).map_err(|r| r.rule)?;
        for event in &made {
            advance(&mut state, event, env.calendars);
        }
        events.extend(made);
    }
    Ok((state.ok_or("no case")?, events))
}

fn measure(name: &str, of: i64, mut one: impl FnMut(usize) -> usize) {
    let begun = Instant::now();
    let mut sum = 0;
    for n in 0..usize::try_from(of).unwrap_or(0) {
        sum += one(black_box(n));
    }
    let took = begun.elapsed();
    println!(
        "{name:<34} {of:>7} cases {:>9.1} ms {:>9.2} µs a case   ({sum})",
        took.as_secs_f64() * 1e3,
        took.as_secs_f64() * 1e6 / f64::from(i32::try_from(of).unwrap_or(1))
    );
}

fn main() -> Fallible<()> {
    let (shipped, other) = (Standard::shipped()?, shorter()?);
    let (zone, calendars) = (TimeZone::get("Asia/Shanghai")?, Calendars::shipped("Asia/Shanghai")?);
    let env = |standard| Env {
        now: MORNING + 180 * MINUTE,
        standard,
        zone: &zone,
        calendars: &calendars,
    };
    let mut cases = Vec::new();
    let mut lives = Vec::new();
    for n in 0..CASES {
        let (state, events) = case(n, &env(&shipped))?;
        cases.push(state);
        if n < PAST {
            lives.push(events);
        }
    }
    let now = env(&shipped).now;
    measure("reference: due times read", CASES, |n| {
        cases.get(n).map_or(0, |case| {
            case.clocks.iter().filter_map(|clock| clock.due_at(now)).count()
        })
    });
    measure("what another version would move", CASES, |n| {
        cases.get(n).map_or(0, |case| moved(case, &env(&other)).len())
    });
    // The commands and their events, as a re-application decides and folds them; storing them is another matter.
    let head = Who::Staff {
        id: "jingli".into(),
        roles: vec![Role::ProjectManager],
        department: None,
    };
    let again = Command::ReapplyStandard { reason: "x".into() };
    measure("another version applied", CASES, |n| {
        let mut state = cases.get(n).cloned();
        let made = decide(state.as_ref(), &again, &head, &env(&other)).unwrap_or_default();
        for event in &made {
            advance(&mut state, event, &calendars);
        }
        made.len()
    });
    measure("past cases run again", PAST, |n| {
        lives
            .get(n)
            .and_then(|events| rerun(events, &env(&other)))
            .map_or(0, |case| outcomes(&case, now).len())
    });
    Ok(())
}
