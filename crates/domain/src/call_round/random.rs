//! A random month is drawn and its list called by random people: anybody draws the same again, no household is called twice, and
//! a call that is over stays as it is.

use std::collections::HashSet;
use std::sync::LazyLock;

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::access::{Action, Role};
use crate::random::{self, AT, DAY, Said, Step, grows, may, must, readable, staff};
use crate::standard::Standard;

static STANDARD: LazyLock<Standard> = LazyLock::new(|| Standard::shipped().unwrap());
static ZONE: LazyLock<TimeZone> = LazyLock::new(|| TimeZone::get("Asia/Shanghai").unwrap());

/// A call of the list.
#[derive(Debug, Clone)]
struct Line {
    ticket: Ticket,
    state: CallState,
    attempts: Vec<(i64, AttemptResult)>,
}

#[derive(Debug)]
struct Month {
    seed: String,
    pool: Vec<Ticket>,
    /// None: not drawn.
    lines: Option<Vec<Line>>,
    over_at: i64,
    now: i64,
}

/// What was drawn is a sample: of the pool, of each household one, as many as were wanted or there are, and the same whoever
/// draws it again.
fn sample(seed: &str, pool: &[Ticket], wanted: u32, drawn: &[usize]) -> Said {
    let homes: HashSet<&str> = pool.iter().map(|t| t.unit.as_str()).filter(|u| !u.is_empty()).collect();
    let alone = pool.iter().filter(|t| t.unit.is_empty()).count();
    let there_are = homes.len() + alone;
    must(
        drawn.len() == there_are.min(usize::try_from(wanted).unwrap()),
        "more or fewer than there are",
    )?;
    let mut seen = HashSet::new();
    must(
        drawn.iter().all(|i| *i < pool.len() && seen.insert(*i)),
        "drawn twice, or out of nothing",
    )?;
    let mut called = HashSet::new();
    let twice = |i: &usize| !pool[*i].unit.is_empty() && !called.insert(&pool[*i].unit);
    must(!drawn.iter().any(twice), "a household twice")?;
    must(draw(seed, pool, wanted) == drawn, "drawn otherwise the second time")?;
    must(
        draw(seed, pool, wanted / 2) == drawn[..drawn.len().min(usize::try_from(wanted / 2).unwrap())],
        "fewer are others",
    )?;
    let turned: Vec<Ticket> = pool.iter().rev().cloned().collect();
    let cases = |pool: &[Ticket], drawn: &[usize]| drawn.iter().map(|i| pool[*i].case.clone()).collect::<Vec<_>>();
    let again = cases(&turned, &draw(seed, &turned, wanted));
    must(again == cases(pool, drawn), "the order of the pool decides")
}

impl Month {
    fn draw(&mut self, step: &Step) -> Said {
        if !may(&step.who, Action::DrawCalls) {
            return Ok(());
        }
        let (drawn, over) = (self.lines.is_some(), self.now >= self.over_at);
        if let Err(refusal) = may_draw(drawn, over, self.pool.len()) {
            must(drawn || !over || self.pool.is_empty(), "could be drawn")?;
            return readable(&refusal);
        }
        must(!drawn && over && !self.pool.is_empty(), "drawn twice, or too early")?;
        let wanted = u32::from(step.pick);
        let places = draw(&self.seed, &self.pool, wanted);
        sample(&self.seed, &self.pool, wanted, &places)?;
        let line = |i: &usize| Line {
            ticket: self.pool[*i].clone(),
            state: CallState::Open,
            attempts: Vec::new(),
        };
        self.lines = Some(places.iter().map(line).collect());
        Ok(())
    }

    fn call(&mut self, step: &Step) -> Said {
        let Some(lines) = self.lines.as_mut().filter(|lines| !lines.is_empty()) else {
            return Ok(());
        };
        let n = lines.len();
        // A few of the list, again and again.
        let line = &mut lines[usize::from(step.what % 3) % n];
        if !may(&step.who, Action::Callback) || line.state != CallState::Open {
            return Ok(());
        }
        let old = line.clone();
        let result = if step.yes {
            AttemptResult::NoAnswer
        } else {
            step.of(AttemptResult::ALL)
        };
        line.attempts.push((self.now, result));
        let rule = STANDARD.callback();
        let enough = rule.enough(rule.tried_in(line.attempts.iter().copied(), &ZONE));
        line.state = after(result, enough);
        grows("attempts", &old.attempts, &line.attempts)?;
        must(line.ticket == old.ticket, "another household")?;
        let vain = line
            .attempts
            .iter()
            .filter(|(_, r)| matches!(r, AttemptResult::NoAnswer | AttemptResult::WrongNumber));
        let vain = u32::try_from(vain.count()).unwrap();
        must(
            (line.state == CallState::Reached) == (result == AttemptResult::Reached),
            "reached, and nobody was",
        )?;
        must(
            (line.state == CallState::Refused) == (result == AttemptResult::Refused),
            "refused by nobody",
        )?;
        let given_up = line.state == CallState::Unreachable;
        must(!given_up || (enough && vain >= rule.attempts), "given up too early")?;
        must(
            !enough || line.state != CallState::Open,
            "tried often enough, and still called",
        )
    }

    fn step(&mut self, step: &Step) -> Said {
        self.now += step.wait;
        let head = staff("li", &[Role::CsHead], "here");
        let step = &if step.forward { step.by(head) } else { step.clone() };
        if self.lines.is_none() || step.what.is_multiple_of(13) {
            self.draw(step)
        } else {
            self.call(step)
        }
    }
}

fn month() -> impl Strategy<Value = Month> {
    let ticket = prop_oneof![
        1 => Just(String::new()),
        5 => (0u8..30).prop_map(|unit| format!("unit{unit}")),
    ];
    ("[a-z]{0,6}", prop::collection::vec(ticket, 0..60)).prop_map(|(seed, units)| Month {
        seed,
        pool: (units.into_iter().enumerate())
            .map(|(n, unit)| Ticket {
                case: format!("case{n}"),
                unit,
            })
            .collect(),
        lines: None,
        over_at: AT + DAY / 2,
        now: AT,
    })
}

proptest! {
    #![proptest_config(random::lives(256))]
    #[test]
    fn anybody_does_anything_with_a_months_calls(month in month(), steps in random::steps(60)) {
        let mut month = month;
        let pool = month.pool.len();
        prop_assert!((20..=100).contains(&proposed(pool)), "no sample to be proposed");
        for step in &steps {
            let said = month.step(step);
            prop_assert!(said.is_ok(), "{}\nat {step:?}\nof {month:?}", said.unwrap_err());
        }
    }
}
