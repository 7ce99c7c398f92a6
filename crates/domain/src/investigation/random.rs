//! Random steps by random people in the check of an internal report: nobody is judged unheard, nobody judges who has a part in
//! it, and nothing that was found is found otherwise.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::access::{Action, Role};
use crate::process::{Process, walks};
use crate::random::{
    self, AT, BOTH, CONCERNED, DAY, HOUR, Said, Step, arrow, json, may, must, once, readable, reads_as, staff,
    unchanged,
};

static DIAGRAM: LazyLock<Process> = LazyLock::new(|| walks::of_investigation(AT));

/// An investigation, and what happened in it as seen from outside.
#[derive(Default)]
struct Story {
    of: Option<Investigation>,
    answered: bool,
    reviewed_by: Option<StaffId>,
    now: i64,
}

const ACTS: [(&str, Action); 5] = [
    ("investigation_answer", Action::AnswerInvestigation),
    ("investigation_decide", Action::DecideInvestigation),
    ("investigation_object", Action::AnswerInvestigation),
    ("investigation_review", Action::ReviewInvestigation),
    ("investigation_open", Action::OpenInvestigation),
];

fn sound(s: &Story, x: &Investigation) -> Said {
    must(x.about != x.opened_by, "about whoever opened it")?;
    let decided = !matches!(x.stage, Stage::Asked | Stage::Answered);
    must(decided == x.outcome.is_some(), "decided without an outcome")?;
    must(
        decided == x.decided_by.is_some() && decided == x.decided_at.is_some(),
        "decided by nobody",
    )?;
    if let (Some(by), Some(at)) = (&x.decided_by, x.decided_at) {
        must(*by != x.about && *by != x.opened_by, "decided by who has a part in it")?;
        must(s.answered || at >= x.answer_by, "decided unheard")?;
    }
    must(
        s.answered == (x.stage != Stage::Asked) || decided,
        "answered, and nobody answered",
    )?;
    let last = matches!(x.stage, Stage::Upheld | Stage::Overturned);
    must(last == s.reviewed_by.is_some(), "the last word of nobody")?;
    let involved = |by: &StaffId| *by == x.about || *by == x.opened_by || x.decided_by.as_ref() == Some(by);
    must(
        !s.reviewed_by.as_ref().is_some_and(involved),
        "the last word of who has a part in it",
    )?;
    let grave = matches!(x.outcome, Some(Outcome::Irresponsible | Outcome::Untrue));
    must(
        x.is_recorded() == (grave && x.stage != Stage::Overturned),
        "recorded against the outcome",
    )?;
    must(grave || !(last || x.stage == Stage::Objected), "objected to nothing")?;
    must(x.object_until().is_some() == grave, "time to object to nothing")
}

fn moved(old: &Investigation, new: &Investigation) -> Said {
    let fixed = |x: &Investigation| (x.about.clone(), x.opened_by.clone(), x.answer_by);
    must(fixed(old) == fixed(new), "another investigation")?;
    once("outcome", old.outcome.as_ref(), new.outcome.as_ref())?;
    once("decided by", old.decided_by.as_ref(), new.decided_by.as_ref())?;
    once("decided at", old.decided_at.as_ref(), new.decided_at.as_ref())
}

impl Story {
    fn open(&mut self, step: &Step) -> Result<Investigation, Refusal> {
        let days = if step.yes { 3 } else { i64::from(step.pick % 40) };
        let about = if step.what.is_multiple_of(9) {
            step.id()
        } else {
            CONCERNED.into()
        };
        let x = Investigation::open(
            &about,
            &step.id(),
            &step.text,
            &step.more,
            self.now + days * DAY,
            self.now,
        )?;
        assert!((self.now + ANSWER_MS..=self.now + LONGEST_ANSWER_MS).contains(&x.answer_by));
        assert!(!step.text.trim().is_empty() && !step.more.trim().is_empty());
        Ok(x)
    }

    /// The step, and what was said of it beforehand.
    fn act(&self, x: &mut Investigation, act: &str, step: &Step) -> (bool, Result<(), Refusal>) {
        let (by, now) = (step.id(), self.now);
        match act {
            "investigation_answer" => (x.may_answer(&by).is_ok(), x.answer(&by, &step.text)),
            "investigation_decide" => {
                let may = x.may_decide(&by, now).is_ok();
                (may, x.decide(&by, step.of(Outcome::ALL), &step.text, now))
            }
            "investigation_object" => (x.may_object(&by, now).is_ok(), x.object(&by, &step.text, now)),
            _ => (x.may_review(&by).is_ok(), x.review(&by, step.yes, &step.text)),
        }
    }

    fn step(&mut self, step: &Step) -> Said {
        self.now += step.wait;
        let Some(old) = self.of.clone() else {
            let step = if step.forward {
                step.by(staff("li", &[Role::CsHead], "here"))
            } else {
                step.clone()
            };
            if !may(&step.who, ACTS[4].1) {
                return Ok(());
            }
            match self.open(&step) {
                Ok(x) => {
                    arrow(&DIAGRAM, None, ACTS[4].0, x.stage.as_str())?;
                    sound(self, &x)?;
                    self.of = Some(x);
                }
                Err(refusal) => readable(&refusal)?,
            }
            return Ok(());
        };
        let (act, right) = if step.forward {
            match old.stage {
                Stage::Asked | Stage::Answered => step.of(&[ACTS[0], ACTS[1], ACTS[1]]),
                // The person thinks it over.
                Stage::Decided if step.what.is_multiple_of(4) => ACTS[2],
                Stage::Decided => return Ok(()),
                _ => ACTS[3],
            }
        } else {
            ACTS[usize::from(step.what) % 4]
        };
        let who = match act {
            "investigation_answer" | "investigation_object" => staff(old.about.as_str(), &[Role::Worker], "here"),
            "investigation_decide" => staff(BOTH, &[Role::Quality, Role::CsHead], "here"),
            _ => staff("general_manager1", &[Role::GeneralManager], "here"),
        };
        let step = &if step.forward { step.by(who) } else { step.clone() };
        if !may(&step.who, right) {
            return Ok(());
        }
        let mut x = old.clone();
        let (offered, done) = self.act(&mut x, act, step);
        let said = !step.text.trim().is_empty();
        must(
            done.is_ok() == (offered && said),
            "offered and refused, or done and not offered",
        )?;
        if let Err(refusal) = done {
            readable(&refusal)?;
            return unchanged(&old, &x);
        }
        match act {
            "investigation_answer" => {
                must(step.id() == x.about, "answered by somebody else")?;
                self.answered = true;
            }
            "investigation_object" => {
                let until = old.decided_at.unwrap_or(i64::MIN) + OBJECT_MS;
                must(
                    step.id() == x.about && self.now <= until,
                    "objected too late, or by somebody else",
                )?;
            }
            "investigation_review" => self.reviewed_by = Some(step.id()),
            _ => {}
        }
        arrow(&DIAGRAM, Some(old.stage.as_str()), act, x.stage.as_str())?;
        moved(&old, &x)?;
        sound(self, &x)?;
        reads_as(&json(&x), &x)?;
        self.of = Some(x);
        Ok(())
    }
}

proptest! {
    #![proptest_config(random::lives(256))]
    #[test]
    fn anybody_does_anything_in_an_investigation(steps in random::steps(60)) {
        let mut story = Story { now: AT, ..Story::default() };
        for step in &steps {
            // Three days are long: every other wait is a good part of them.
            let wait = if step.pick.is_multiple_of(2) { step.wait * 60 } else { step.wait };
            let said = story.step(&Step { wait: wait.min(2 * DAY + HOUR), ..step.clone() });
            prop_assert!(said.is_ok(), "{}\nat {step:?}\nof {:?}", said.unwrap_err(), story.of);
        }
    }
}
