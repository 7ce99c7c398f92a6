//! Random steps by random people on a month's suggestions and praise: no round closes while something is lacking, nobody checks
//! what they handled, and what quality sends back is never stuck.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::access::{Action, Role};
use crate::process::{Process, walks};
use crate::random::{self, AT, BOTH, CONCERNED, DAY, MINUTE, Said, Step, arrow, may, must, must_say, readable, staff};

static DIAGRAM: LazyLock<Process> = LazyLock::new(|| walks::of_opinion(AT));

/// An opinion with who did what of it last, as its row keeps them.
#[derive(Debug, Clone, Default, PartialEq)]
struct Line {
    of: Opinion,
    thanked_by: Option<StaffId>,
    identified_by: Option<StaffId>,
    identified_at: Option<i64>,
    doer: Option<StaffId>,
    done_by: Option<StaffId>,
    done_at: Option<i64>,
    told_by: Option<StaffId>,
    told_at: Option<i64>,
}

#[derive(Debug)]
struct Round {
    lines: Vec<Line>,
    closed: bool,
    over_at: i64,
    now: i64,
}

const fn right(step: Handling) -> Action {
    match step {
        Handling::Identify => Action::IdentifyOpinion,
        Handling::Check => Action::CheckOpinion,
        Handling::Thank | Handling::Finish | Handling::Tell => Action::HandleOpinion,
    }
}

impl Line {
    fn has_a_part(&mut self) {
        let all = [
            &self.thanked_by,
            &self.identified_by,
            &self.doer,
            &self.done_by,
            &self.told_by,
        ];
        self.of.handled = all.into_iter().flatten().cloned().collect();
    }

    /// The step as the use case does it: the rules, the row, and what no longer counts after it.
    fn act(&mut self, handling: Handling, step: &Step, now: i64) -> Result<(), Refusal> {
        let me = step.id();
        match handling {
            Handling::Thank => (self.of.thanked, self.thanked_by) = (true, Some(me)),
            Handling::Identify => {
                let outcome = match step.pick % 5 {
                    4 if self.of.praise => Outcome::PassedOn,
                    _ => step.of(Outcome::ALL),
                };
                let doer = (!step.pick.is_multiple_of(7)).then(|| CONCERNED.into());
                let by = step.yes.then_some(now + DAY);
                self.of.identify(outcome, &step.text, doer.is_some(), by, now)?;
                (self.of.outcome, self.identified_by, self.identified_at) = (Some(outcome), Some(me), Some(now));
                self.doer = doer.filter(|_| outcome == Outcome::Assigned);
            }
            Handling::Finish => {
                self.of.may_finish()?;
                (self.of.done, self.done_by, self.done_at) = (true, Some(me), Some(now));
            }
            Handling::Tell => {
                self.of.may_tell()?;
                let at = if step.yes {
                    now
                } else {
                    now - i64::from(step.pick) * MINUTE
                };
                Opinion::may_have_told(at, self.identified_at.max(self.done_at).unwrap_or(at))?;
                (self.of.told, self.told_by, self.told_at) = (true, Some(me), Some(at));
            }
            Handling::Check => {
                self.of.may_check(&me)?;
                (self.of.check, self.of.checked_by) = (Some(step.yes), Some(me));
            }
        }
        for void in handling.voids() {
            match void {
                Handling::Finish => (self.of.done, self.done_by, self.done_at) = (false, None, None),
                Handling::Tell => (self.of.told, self.told_by, self.told_at) = (false, None, None),
                Handling::Check => (self.of.check, self.of.checked_by) = (None, None),
                Handling::Thank | Handling::Identify => {}
            }
        }
        self.has_a_part();
        Ok(())
    }

    fn sound(&self) -> Said {
        let o = &self.of;
        let passed = o.outcome == Some(Outcome::PassedOn);
        must(
            o.outcome.is_none() || passed == o.praise,
            "praise acted on, or a suggestion passed on",
        )?;
        must(
            !o.done || o.outcome == Some(Outcome::Assigned),
            "done, and nobody was to do it",
        )?;
        must(!o.told || o.outcome.is_some(), "told of nothing")?;
        must(o.check.is_none() || o.is_handled(), "checked, and not handled")?;
        must(
            !o.checked_by.iter().any(|who| o.handled.contains(who)),
            "a check stands of somebody who had a part in it",
        )?;
        must(
            (o.outcome == Some(Outcome::Assigned)) == self.doer.is_some(),
            "assigned to nobody",
        )?;
        let told = o.outcome.is_some() && o.told && (o.outcome != Some(Outcome::Assigned) || o.done);
        must(o.is_handled() == told, "handled, and who gave it does not know")?;
        let done = o.thanked && told && o.check != Some(false);
        must(o.missing().is_empty() == done, "nothing is lacking, or too much")?;
        if let (true, Some(at), Some(since)) = (told, self.told_at, self.identified_at.max(self.done_at)) {
            must(at > since - MINUTE, "told before there was a result")?;
        }
        Ok(())
    }

    /// What is offered can be done, and leads on until nothing is lacking.
    fn leads_on(&self, closed: bool, now: i64) -> Said {
        let mut line = self.clone();
        let someone = |id: &str, pick: u8| Step {
            who: staff(id, &[Role::CsHead, Role::Quality], "here"),
            forward: true,
            what: 0,
            pick,
            yes: true,
            text: "说明".into(),
            more: String::new(),
            wait: 0,
        };
        for turn in 0..6 {
            let who = someone(
                if turn % 2 == 0 { "first" } else { "second" },
                if line.of.praise { 4 } else { 1 },
            );
            let steps = line.of.steps(closed, &who.id());
            for step in &steps {
                let done = line
                    .of
                    .may_go(*step, closed)
                    .and_then(|()| line.clone().act(*step, &who, now));
                must_say(done.is_ok(), || format!("{step} is offered and refused"))?;
            }
            if line.of.missing().is_empty() {
                return Ok(());
            }
            let lacks = |step: &&Handling| match step {
                Handling::Thank | Handling::Finish => true,
                Handling::Identify => line.of.outcome.is_none() || line.of.check == Some(false),
                Handling::Tell => !line.of.told,
                Handling::Check => false,
            };
            let Some(next) = steps.iter().find(lacks).copied() else {
                break;
            };
            let _refused = line.act(next, &who, now);
        }
        must_say(line.of.missing().is_empty(), || format!("stuck at {line:?}"))
    }
}

impl Round {
    fn close(&mut self, step: &Step) -> Said {
        if !may(&step.who, Action::IdentifyOpinion) {
            return Ok(());
        }
        let lacking = self.lines.iter().filter(|l| !l.of.missing().is_empty()).count();
        match may_close(self.closed, self.now >= self.over_at, lacking) {
            Ok(()) => {
                must(
                    !self.closed && self.now >= self.over_at,
                    "closed twice, or before the month was over",
                )?;
                for line in &self.lines {
                    let o = &line.of;
                    must(
                        o.thanked && o.is_handled() && o.check != Some(false),
                        "closed while something is lacking",
                    )?;
                }
                self.closed = true;
                Ok(())
            }
            Err(refusal) => readable(&refusal),
        }
    }

    fn step(&mut self, step: &Step) -> Said {
        self.now += step.wait;
        if step.what.is_multiple_of(11) {
            return self.close(&if step.forward {
                step.by(staff("li", &[Role::CsHead], "here"))
            } else {
                step.clone()
            });
        }
        let (closed, now) = (self.closed, self.now);
        let n = self.lines.len();
        let line = &mut self.lines[usize::from(step.what / 16) % n];
        let old = line.clone();
        let (handling, step) = if step.forward {
            let id = if step.yes { "li" } else { BOTH };
            let step = step.by(staff(id, &[Role::CsHead, Role::Quality], "here"));
            let steps = line.of.steps(closed, &step.id());
            let Some(next) = steps.get(usize::from(step.pick) % steps.len().max(1)) else {
                return Ok(());
            };
            (*next, step)
        } else {
            (
                Handling::ALL[usize::from(step.what) % Handling::ALL.len()],
                step.clone(),
            )
        };
        if !may(&step.who, right(handling)) {
            return Ok(());
        }
        let done = old
            .of
            .may_go(handling, closed)
            .and_then(|()| old.of.may_take_part(handling, &step.id()))
            .and_then(|()| line.act(handling, &step, now));
        if let Err(refusal) = done {
            readable(&refusal)?;
            return must(*line == old, "a refusal changed something");
        }
        if handling == Handling::Check {
            must(!old.of.handled.contains(&step.id()), "checked by who handled it")?;
        } else if closed {
            must(!old.of.missing().is_empty(), "a closed round goes on with what is done")?;
        }
        if old.of.check == Some(false) && line.of.check != Some(false) {
            let lifted = matches!(handling, Handling::Check | Handling::Identify | Handling::Finish);
            must(lifted, "what quality sent back is good by itself")?;
        }
        must(!old.of.thanked || line.of.thanked, "a thank is gone")?;
        let act = format!("opinion_{handling}");
        arrow(&DIAGRAM, Some(walks::stands(&old.of)), &act, walks::stands(&line.of))?;
        let taken = old.of.taken_back();
        let stood = |h: &Handling, o: &Opinion| match h {
            Handling::Finish => o.done,
            Handling::Tell => o.told,
            _ => o.check.is_some(),
        };
        if handling == Handling::Identify {
            must(
                taken.iter().all(|h| !stood(h, &line.of)),
                "another result, and the old one is told",
            )?;
        }
        line.sound()?;
        line.leads_on(closed, now)
    }
}

proptest! {
    #![proptest_config(random::lives(256))]
    #[test]
    fn anybody_does_anything_with_opinions(steps in random::steps(60)) {
        let praise = |praise| Line {
            of: Opinion { praise, ..Opinion::default() },
            ..Line::default()
        };
        let lines = [praise(false), praise(true), praise(false)];
        let lines = lines.into_iter().take(usize::from(steps[0].pick % 3) + 1).collect();
        let mut round = Round { lines, closed: false, over_at: AT + DAY, now: AT };
        for step in &steps {
            let said = round.step(step);
            prop_assert!(said.is_ok(), "{}\nat {step:?}\nof {round:?}", said.unwrap_err());
        }
    }
}
