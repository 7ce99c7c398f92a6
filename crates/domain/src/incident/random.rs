//! Random steps by random people on a mass incident: no caller is lost or told twice, nobody joins what is over, and every
//! sentence that callers were told stays to be read.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::access::{Action, Role};
use crate::privacy::masked;
use crate::process::{Process, walks};
use crate::random::{
    self, AT, ID_NUMBER, Said as Held, Step, arrow, grows, json, may, must, must_say, once, readable, reads_as, staff,
    unchanged,
};

static DIAGRAM: LazyLock<Process> = LazyLock::new(|| walks::of_incident(AT));

/// An incident with its callers, and what was said to them in order.
#[derive(Default)]
struct Story {
    incident: Option<Incident>,
    callers: Vec<Caller>,
    said: Vec<String>,
    now: i64,
}

fn form(step: &Step) -> Open {
    Open {
        id: "i".into(),
        number: "QT-1".into(),
        item: String::new(),
        title: step.more.clone(),
        buildings: buildings(step),
        say: step.text.clone(),
        notice: step.more.clone(),
    }
}

fn buildings(step: &Step) -> Vec<String> {
    ["1", "2", "3"]
        .iter()
        .take(usize::from(step.pick % 4))
        .map(|b| (*b).to_owned())
        .collect()
}

fn sound(i: &Incident, callers: &[Caller], text: &str) -> Held {
    must((i.state == State::Open) == i.ended_at.is_none(), "ended and open")?;
    must(
        (i.state == State::Closed) == i.closed_at.is_some(),
        "closed and not closed",
    )?;
    must(
        i.ended_at.is_none() || !i.ended_how.is_empty(),
        "over, and nobody knows what to say",
    )?;
    must(!i.say.is_empty() && !i.title.is_empty(), "nothing to say")?;
    let waiting = callers.iter().filter(|c| c.told_at.is_none()).count();
    must(
        i.state != State::Open || waiting == callers.len(),
        "told before it was over",
    )?;
    must(i.state != State::Closed || waiting == 0, "closed, and somebody waits")?;
    must(
        i.state != State::Ended || waiting > 0,
        "nobody waits, and it is not closed",
    )?;
    must(callers.iter().all(|c| c.attempts <= ATTEMPTS), "called too often")?;
    let given_up = |c: &&Caller| c.attempts == ATTEMPTS && c.told_at.is_none();
    must(
        !callers.iter().any(|c| given_up(&c)),
        "called in vain, and still waited for",
    )?;
    must(!text.contains(ID_NUMBER), "an identity number is kept")
}

fn moved(old: &Story, new: &Incident, callers: &[Caller]) -> Held {
    if let Some(was) = &old.incident {
        grows("before", &was.before, &new.before)?;
        once("ended", was.ended_at.as_ref(), new.ended_at.as_ref())?;
        once("closed", was.closed_at.as_ref(), new.closed_at.as_ref())?;
        must(
            (&was.id, &was.title, was.opened_at) == (&new.id, &new.title, new.opened_at),
            "another incident",
        )?;
        must(
            was.state == State::Open || callers.len() == old.callers.len(),
            "joined what is over",
        )?;
        let said = |i: &Incident| (i.say.clone(), i.notice.clone(), i.buildings.clone());
        must(
            was.state == State::Open || said(was) == said(new),
            "said otherwise after the end",
        )?;
    }
    must(callers.len() >= old.callers.len(), "a caller is lost")?;
    for (was, is) in old.callers.iter().zip(callers) {
        must(was.id == is.id && was.case == is.case, "another caller")?;
        must(was.told_at.is_none() || was == is, "called after they were told")?;
        must(is.attempts >= was.attempts, "a call is lost")?;
    }
    Ok(())
}

impl Story {
    /// The use case: who may, the rule, and how many still wait.
    fn act(&mut self, step: &Step, what: u8) -> Result<&'static str, Refusal> {
        let waiting = |callers: &[Caller]| callers.iter().filter(|c| c.told_at.is_none()).count();
        let Some(i) = &mut self.incident else {
            let opened = open(form(step), step.id(), self.now)?;
            self.said.push(opened.say.clone());
            self.incident = Some(opened);
            return Ok("incident_open");
        };
        match what {
            0 => {
                let before = i.say.clone();
                i.update(&step.text, &step.more, buildings(step), self.now)?;
                let now = (i.say.as_str(), i.notice.as_str(), i.buildings.as_slice());
                let (say, notice) = (masked(step.text.trim()), masked(step.more.trim()));
                assert_eq!(now, (&*say, &*notice, &*buildings(step)), "a change is lost");
                if i.say != before {
                    self.said.push(i.say.clone());
                }
                Ok("incident_update")
            }
            1 => {
                i.end(&step.text, waiting(&self.callers), self.now)?;
                Ok("incident_end")
            }
            2 => {
                i.must_be_open()?;
                let n = self.callers.len();
                self.callers.push(Caller {
                    id: format!("caller{n}").into(),
                    case: format!("case{n}").into(),
                    contact: format!("contact{n}").into(),
                    told_at: None,
                    attempts: 0,
                });
                Ok("incident_join")
            }
            _ => {
                let n = self.callers.len();
                let Some(c) = self.callers.get_mut(usize::from(step.what / 4) % n.max(1)) else {
                    return Ok("nothing");
                };
                let told = step.of(&[Told::NoAnswer, Told::NoAnswer, Told::Over, Told::NotOver]);
                let waited = c.told_at.is_none();
                let done = tell(i, c, told, &step.text, self.now)?;
                assert!(waited && done == c.told_at.is_some(), "told and not told");
                i.settle(waiting(&self.callers), self.now);
                Ok("incident_tell")
            }
        }
    }

    fn step(&mut self, step: &Step) -> Held {
        self.now += step.wait;
        // Not always the same words.
        let step = &Step {
            text: step
                .text
                .replace("说明", ["停电", "抢修", "恢复"][usize::from(step.what % 3)]),
            ..step.clone()
        };
        let (what, step) = if step.forward {
            let what = match self.incident.as_ref().map(|i| i.state) {
                Some(State::Open) => step.of(&[2, 0, 0, 2, 0, 2, 0, 2, 0, 2, 0, 1]),
                _ => 3,
            };
            (what, step.by(staff("li", &[Role::CsHead], "here")))
        } else {
            ([0, 1, 2, 3, 3, 0, 2, 3][usize::from(step.what % 8)], step.clone())
        };
        let right = if self.incident.is_none() || what < 2 {
            Action::ManageIncident
        } else {
            Action::JoinIncident
        };
        if !may(&step.who, right) {
            return Ok(());
        }
        let old = Story {
            incident: self.incident.clone(),
            callers: self.callers.clone(),
            said: self.said.clone(),
            now: self.now,
        };
        let act = match self.act(&step, what) {
            Ok(act) => act,
            Err(refusal) => {
                readable(&refusal)?;
                unchanged(&old.incident, &self.incident)?;
                return must(old.callers == self.callers, "a refusal changed a caller");
            }
        };
        let Some(i) = &self.incident else {
            return Err("opened, and it is not there".into());
        };
        let from = old.incident.as_ref().map(|i| i.state.as_str());
        arrow(&DIAGRAM, from, act, i.state.as_str())?;
        moved(&old, i, &self.callers)?;
        let text = json(i);
        sound(i, &self.callers, &text)?;
        let told: Vec<&str> = i
            .before
            .iter()
            .map(|s| s.say.as_str())
            .chain([i.say.as_str()])
            .collect();
        must_say(told == self.said, || {
            format!("callers were told {:?}, kept is {told:?}", self.said)
        })?;
        reads_as(&text, i)
    }
}

proptest! {
    #![proptest_config(random::lives(256))]
    #[test]
    fn anybody_does_anything_about_an_incident(steps in random::steps(60)) {
        let mut story = Story { now: AT, ..Story::default() };
        for step in &steps {
            let said = story.step(step);
            prop_assert!(said.is_ok(), "{}\nat {step:?}\nof {:?} {:?}", said.unwrap_err(), story.incident, story.callers);
        }
    }
}
