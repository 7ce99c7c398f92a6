//! Random people make appointments with one customer and end them: each ends once, nobody has failed to come before the time,
//! and of a document no more than its tail is kept.

use proptest::prelude::*;

use super::*;
use crate::access::{Action, Role};
use crate::random::{self, AT, HOUR, ID_NUMBER, Said, Step, may, must, readable, staff};

/// One of them: when it is, how it stands, and what was written down at its end.
#[derive(Debug, Clone)]
struct One {
    at: i64,
    state: AppointmentState,
    verified: Option<bool>,
}

const NUMBERS: &[&str] = &[ID_NUMBER, "E12345678", "002X", "１２３４", "——", " ", "G-12", "沪A"];

fn outcome(step: &Step) -> Outcome {
    match step.what % 3 {
        0 => Outcome::Kept {
            verified: step.yes,
            document: step.of(DocumentKind::ALL),
            number: step.of(NUMBERS).to_owned(),
            note: step.text.clone(),
        },
        1 => Outcome::NoShow {
            note: step.text.clone(),
        },
        _ => Outcome::Cancel {
            reason: step.text.clone(),
        },
    }
}

fn ended(one: &One, outcome: &Outcome, e: &Ended, now: i64) -> Said {
    use AppointmentState as S;
    must(
        one.state == S::Planned && e.state != S::Planned,
        "ended twice, or not at all",
    )?;
    must(e.state != S::NoShow || now >= one.at, "failed to come before the time")?;
    must(
        (e.state == S::Kept) == e.verified.is_some(),
        "verified, and did not come",
    )?;
    must((e.state == S::Kept) == e.document.is_some(), "came without a document")?;
    must(
        (e.state == S::Kept) != e.tail.is_empty(),
        "a document without any character",
    )?;
    must(e.tail.chars().count() <= 4, "more than the tail of a document")?;
    must(!e.note.contains(ID_NUMBER), "an identity number is kept")?;
    must(
        e.state != S::Cancelled || !e.note.is_empty(),
        "cancelled without a reason",
    )?;
    match outcome {
        Outcome::Kept { verified, .. } => must(e.verified == Some(*verified), "verified otherwise"),
        Outcome::NoShow { .. } => must(e.state == S::NoShow, "came"),
        Outcome::Cancel { .. } => must(e.state == S::Cancelled, "not cancelled"),
    }
}

/// The newest that was not cancelled says how the identity stands.
fn stands(all: &[One]) -> Verification {
    let said = all.iter().rev().find(|one| one.state != AppointmentState::Cancelled);
    said.map_or(Verification::NotAsked, |one| match (one.state, one.verified) {
        (AppointmentState::Planned, _) => Verification::Awaited,
        (AppointmentState::Kept, Some(true)) => Verification::Verified,
        (AppointmentState::NoShow, _) => Verification::NoShow,
        _ => Verification::NotVerified,
    })
}

fn step(all: &mut Vec<One>, step: &Step, now: i64) -> Said {
    let who = if step.forward {
        staff("chen", &[Role::FrontDesk], "here")
    } else {
        step.who.clone()
    };
    if !may(&who, Action::RegisterContact) {
        return Ok(());
    }
    if all.is_empty() || step.what.is_multiple_of(5) {
        all.push(One {
            at: now + HOUR,
            state: AppointmentState::Planned,
            verified: None,
        });
    } else {
        let n = all.len();
        let place = if step.forward {
            n - 1
        } else {
            usize::from(step.pick) % n
        };
        let (one, outcome) = (all[place].clone(), outcome(step));
        match end(one.state, one.at, &outcome, now) {
            Ok(e) => {
                ended(&one, &outcome, &e, now)?;
                all[place] = One {
                    state: e.state,
                    verified: e.verified,
                    ..one
                };
            }
            Err(refusal) => readable(&refusal)?,
        }
    }
    let newest = all.iter().rev().map(|one| (one.state, one.verified));
    must(verification(newest) == stands(all), "the identity stands otherwise")
}

proptest! {
    #![proptest_config(random::lives(256))]
    #[test]
    fn anybody_does_anything_with_appointments(steps in random::steps(60)) {
        let (mut all, mut now) = (Vec::new(), AT);
        for one in &steps {
            now += one.wait;
            let said = step(&mut all, one, now);
            prop_assert!(said.is_ok(), "{}\nat {one:?}\nof {all:?}", said.unwrap_err());
        }
    }
}
