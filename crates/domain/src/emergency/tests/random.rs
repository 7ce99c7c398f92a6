//! Random steps by random people in an emergency or a drill: nobody acts beyond their post, nothing of the live log is lost,
//! nobody is called twice for one post, and the events alone make the same emergency again.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;

use super::super::*;
use crate::access::{Action, Role, Who};
use crate::ids::StaffId;
use crate::privacy::masked;
use crate::process::{Process, walks};
use crate::random::{
    self, AT, BOTH, CONCERNED, DAY, ID_NUMBER, MINUTE, SECRET, Said, Step as Try, arrow, grows, json, leads, must,
    must_say, once, readable, reads_as, staff,
};

static DIAGRAM: LazyLock<Process> = LazyLock::new(|| walks::of_emergency(AT));

/// Who is in the lines of the call tree, and somebody who is not.
const IN_LINE: &[&str] = &[
    "security_head1",
    CONCERNED,
    "guard1",
    "project_manager1",
    BOTH,
    "nobody",
];
const STEPS: &[&str] = &["call_120", "gate", "home", "no_such_step"];

struct Story {
    state: Option<Emergency>,
    events: Vec<Event>,
    now: i64,
}

fn form(step: &Try) -> Open {
    let line = |post, who: &[usize]| CallLine {
        post,
        line: who.iter().map(|i| StaffId::from(IN_LINE[*i])).collect(),
    };
    let due = |code: &str, must, note, ms: Option<i64>| StepDue {
        code: code.into(),
        must,
        note,
        due_at: ms,
    };
    let drill = step.pick.is_multiple_of(3);
    Open {
        emergency: "e".into(),
        number: "QZ-1".into(),
        // Now and then the one that must not be: a drill with a case, an emergency without.
        case: (drill != step.yes).then(|| "case".into()),
        drill,
        play: "medical".into(),
        class: step.of(Class::ALL),
        major: step.what.is_multiple_of(2),
        owner: (!step.what.is_multiple_of(17)).then(|| CONCERNED.into()),
        calls: vec![
            line(CallPost::SecurityHead, &[0, 1, 2]),
            // Who holds two posts, and a post that nobody holds.
            line(
                CallPost::RepairLeader,
                if step.pick.is_multiple_of(5) { &[] } else { &[1, 3] },
            ),
            line(CallPost::ProjectManager, &[3, 4]),
        ],
        steps: vec![
            due(STEPS[0], true, false, Some(MINUTE)),
            due(STEPS[1], true, step.pick.is_multiple_of(7), None),
            due(STEPS[2], false, true, Some(5 * MINUTE)),
        ],
        place: if step.text.trim().is_empty() {
            step.text.clone()
        } else {
            format!("{SECRET}3-1-1201")
        },
        phone: format!("{SECRET}13800000000"),
        caller: step.more.clone(),
        what: step.text.clone(),
    }
}

fn command(step: &Try, e: Option<&Emergency>, now: i64) -> Command {
    let text = || step.text.clone();
    let call = usize::from(step.what / 16 % 4);
    let someone = || StaffId::from(step.of(IN_LINE));
    match step.what % 16 {
        0 => Command::Open(Box::new(form(step))),
        1 | 2 => Command::Confirm { call, staff: someone() },
        3 => Command::NoAnswer { call },
        4 | 5 => Command::Tick {
            step: step.of(STEPS).into(),
            skip: !step.yes,
            note: text(),
        },
        6 => Command::Log { text: text() },
        7 => Command::Own {
            staff: someone(),
            on_duty: step.yes,
        },
        8 => Command::End { how: text() },
        9 => Command::Report { result: text() },
        10 => Command::Meet {
            held_at: if step.yes {
                now
            } else {
                now + MINUTE - i64::from(step.pick) * MINUTE
            },
            present: if step.pick.is_multiple_of(9) {
                vec![]
            } else {
                vec![someone()]
            },
            analysis: text(),
        },
        11 => Command::Improve {
            owner: someone(),
            due_at: if step.yes { now + DAY } else { now - MINUTE },
            what: text(),
        },
        12 | 13 => Command::Improved {
            no: e
                .map_or(0, |e| u32::try_from(e.improvements.len()).unwrap())
                .saturating_sub(u32::from(step.pick % 3)),
            how: text(),
        },
        14 => Command::Close,
        _ => Command::Look,
    }
}

/// What comes next: the list, the end, and all that follows.
fn ahead(e: Option<&Emergency>, step: &Try, now: i64) -> Command {
    let text = || format!("{SECRET}说明");
    let Some(e) = e else {
        return Command::Open(Box::new(Open {
            drill: !step.yes,
            case: step.yes.then(|| "case".into()),
            owner: Some(CONCERNED.into()),
            place: format!("{SECRET}3-1-1201"),
            caller: text(),
            what: text(),
            ..form(step)
        }));
    };
    let open = e.open_musts().next().map(|s| s.code.clone());
    // While it runs most of it is calling and writing.
    let busy = e.runs() && !step.what.is_multiple_of(4);
    match (e.state, open) {
        _ if busy => command(step, Some(e), now),
        (State::Running, Some(step)) => Command::Tick {
            step,
            skip: false,
            note: text(),
        },
        (State::Running, None) if step.yes => Command::End { how: text() },
        (State::After, _) if e.report.is_none() => Command::Report { result: text() },
        (State::After, _) if e.major && e.meeting.is_none() => Command::Meet {
            held_at: now,
            present: vec![BOTH.into()],
            analysis: text(),
        },
        (State::After, _) if e.major && e.improvements.is_empty() => Command::Improve {
            owner: CONCERNED.into(),
            due_at: now + DAY,
            what: text(),
        },
        (State::After, _) if step.yes => Command::Close,
        (State::Closed, _) => Command::Improved { no: 1, how: text() },
        _ => Command::Log { text: text() },
    }
}

/// The step's name in the diagram; the clock's has none there, it leaves the state as it is.
fn act(c: &Command) -> &'static str {
    match c {
        Command::Open(_) => "emergency_open",
        Command::Confirm { .. } => "emergency_confirm",
        Command::NoAnswer { .. } => "emergency_no_answer",
        Command::Tick { .. } => "emergency_tick",
        Command::Log { .. } => "emergency_log",
        Command::Own { .. } => "emergency_own",
        Command::End { .. } => "emergency_end",
        Command::Report { .. } => "emergency_report",
        Command::Meet { .. } => "emergency_meet",
        Command::Improve { .. } => "emergency_improve",
        Command::Improved { .. } => "emergency_improved",
        Command::Close => "emergency_close",
        Command::Look => "look",
    }
}

/// What no sequence of steps may bring about.
fn sound(e: &Emergency, text: &str) -> Said {
    must(
        e.drill == e.case.is_none(),
        "a drill with a case, or an emergency without",
    )?;
    must(!e.owner.as_str().is_empty(), "nobody looks after it")?;
    must(!e.place.is_empty(), "nobody knows where")?;
    must((e.state == State::Running) == e.ended_at.is_none(), "ended and running")?;
    must(
        (e.state == State::Closed) == e.closed_at.is_some(),
        "closed and not closed",
    )?;
    must(e.report.is_none() || e.ended_at.is_some(), "reported before the end")?;
    must(e.report.is_some() == e.reported_at.is_some(), "a report of no time")?;
    if e.state != State::Running {
        must(e.open_musts().next().is_none(), "over with a step that must be done")?;
        must(!e.ended_how.is_empty(), "over, and nobody knows how")?;
    }
    if e.state == State::Closed {
        must(
            e.report.as_ref().is_some_and(|r| !r.is_empty()),
            "closed without a report",
        )?;
        must(!e.major || e.meeting.is_some(), "closed without the meeting")?;
        must(!e.major || !e.improvements.is_empty(), "closed without an improvement")?;
    }
    if let Some(m) = &e.meeting {
        must(
            !m.present.is_empty() && !m.analysis.is_empty(),
            "a meeting of nobody on nothing",
        )?;
        must(e.ended_at.is_some_and(|at| m.held_at >= at), "a meeting before the end")?;
    }
    for (i, x) in e.improvements.iter().enumerate() {
        must(
            usize::try_from(x.no).ok() == Some(i + 1),
            "improvements counted wrongly",
        )?;
        must(!x.what.is_empty(), "an improvement of nothing")?;
    }
    for c in &e.calls {
        must(c.turn <= c.line.len(), "a turn beyond the line")?;
        must(
            c.confirmed_by.is_some() == c.confirmed_at.is_some(),
            "confirmed by nobody",
        )?;
        must(
            c.confirmed_by.as_ref().is_none_or(|s| c.line.contains(s)),
            "confirmed by a stranger",
        )?;
    }
    for s in e.steps.iter().filter(|s| s.done_at.is_some()) {
        must(!s.text.is_empty() || !(s.skipped || s.note), "left out without a word")?;
    }
    must(!text.contains(ID_NUMBER), "an identity number is kept")
}

/// What one step may not take back.
fn moved(old: &Emergency, new: &Emergency) -> Said {
    let fixed = |e: &Emergency| {
        let what = (e.id.clone(), e.number.clone(), e.case.clone(), e.drill, e.play.clone());
        (what, e.class, e.major, e.opened_at, e.opened_by.clone())
    };
    must(fixed(old) == fixed(new), "what it is has changed")?;
    grows("log", &old.log, &new.log)?;
    once("ended", old.ended_at.as_ref(), new.ended_at.as_ref())?;
    once("closed", old.closed_at.as_ref(), new.closed_at.as_ref())?;
    must(old.report.is_none() || new.report.is_some(), "a report is gone")?;
    must(old.meeting.is_none() || new.meeting.is_some(), "a meeting is gone")?;
    must(
        old.state == State::Running || old.calls == new.calls,
        "called after the end",
    )?;
    must(
        old.state == State::Running || old.steps == new.steps,
        "ticked after the end",
    )?;
    for (was, is) in old.calls.iter().zip(&new.calls) {
        must(was.line == is.line && was.post == is.post, "another line")?;
        must(
            is.turn == was.turn || is.turn == was.turn + 1,
            "somebody of the line is left out or called twice",
        )?;
        must(is.called_at >= was.called_at, "called before the one before")?;
        must(was.confirmed_at.is_none() || was == is, "called after somebody came")?;
    }
    for (was, is) in old.steps.iter().zip(&new.steps) {
        must(
            was.done_at.is_none() || (&is.done_at, &is.text) == (&was.done_at, &was.text),
            "done twice",
        )?;
        must(!was.told_late || is.told_late, "late, and not any more")?;
    }
    must(
        new.improvements.len() >= old.improvements.len(),
        "an improvement is gone",
    )?;
    for (was, is) in old.improvements.iter().zip(&new.improvements) {
        must(
            (&was.owner, was.due_at, &was.what) == (&is.owner, is.due_at, &is.what),
            "another improvement",
        )?;
        once("improved", was.done_at.as_ref(), is.done_at.as_ref())?;
    }
    Ok(())
}

/// An event as the journal keeps it: what people wrote stands under keys that can be erased, and without them it is still read.
fn journaled(event: &Event) -> Said {
    must(Fact::KINDS.contains(&event.fact.kind()), "an event without a kind")?;
    let mut body = serde_json::to_value(event).unwrap();
    let Value::Object(fields) = &mut body else {
        return Err("an event that is no object".into());
    };
    fields.retain(|key, _| !event.fact.personal_fields().contains(&key.as_str()));
    must_say(!body.to_string().contains(SECRET), || {
        format!("{body} is kept for ever")
    })?;
    let read = serde_json::from_value::<Event>(body).is_ok();
    must(read, "an event that cannot be read once it is erased")
}

/// Whether somebody may do what was done, said once more and apart from the rules.
fn permitted(who: &Who, command: &Command, before: Option<&Emergency>) -> bool {
    let owner = before.is_some_and(|e| who.staff() == Some(&e.owner));
    match command {
        Command::Look => matches!(who, Who::System { .. }),
        Command::Improved { no, .. } => {
            let of = before.and_then(|e| e.improvements.iter().find(|i| i.no == *no));
            leads(who, Action::LeadEmergency) || of.is_some_and(|i| who.staff() == Some(&i.owner))
        }
        Command::Own { .. }
        | Command::End { .. }
        | Command::Report { .. }
        | Command::Meet { .. }
        | Command::Improve { .. }
        | Command::Close => owner || leads(who, Action::LeadEmergency),
        _ => leads(who, Action::JoinEmergency),
    }
}

/// What was said is what is kept.
fn took_effect(command: &Command, before: Option<&Emergency>, e: &Emergency) -> Said {
    let is = |given: &str, kept: Option<&str>| kept == Some(&masked(given.trim()));
    let last = e.log.last().map(|line| line.text.as_str());
    let done = |code: &str| e.steps.iter().any(|s| s.code == code && s.done_at.is_some());
    let holds = match command {
        Command::Confirm { call, staff } => e.calls[*call].confirmed_by.as_ref() == Some(staff),
        Command::NoAnswer { call } => before.is_some_and(|b| b.calls[*call].turn + 1 == e.calls[*call].turn),
        Command::Tick { step, .. } => done(step),
        Command::Log { text } => is(text, last),
        Command::Own { staff, .. } => e.owner == *staff,
        Command::End { how } => is(how, Some(&e.ended_how)) && e.state == State::After,
        Command::Report { result } => is(result, e.report.as_deref()),
        Command::Meet { analysis, .. } => is(analysis, e.meeting.as_ref().map(|m| m.analysis.as_str())),
        Command::Improve { what, .. } => is(what, e.improvements.last().map(|i| i.what.as_str())),
        Command::Improved { no, how } => e.improvements.iter().any(|i| i.no == *no && is(how, Some(&i.how))),
        Command::Close => e.state == State::Closed,
        Command::Open(_) | Command::Look => true,
    };
    must(holds, "what was done is lost")
}

impl Story {
    fn take(&mut self, who: &Who, command: &Command) -> Said {
        let before = self.state.clone();
        let events = match decide(before.as_ref(), command, who, self.now) {
            Ok(events) => events,
            Err(refusal) => return readable(&refusal),
        };
        must(permitted(who, command, before.as_ref()), "done by who may not")?;
        if let (Command::Look, Some(e)) = (command, &before) {
            let due = e.next_look_at().is_some_and(|at| at <= self.now);
            must_say(due != events.is_empty(), || format!("due: {due}, found: {events:?}"))?;
        }
        for event in events {
            journaled(&event)?;
            if let (Fact::CallUnanswered { call, staff, next, .. }, Some(e)) = (&event.fact, &self.state) {
                let c = &e.calls[*call];
                let turn = (Some(staff), next.as_ref()) == (c.current(), c.line.get(c.turn + 1));
                must(turn, "not whose turn it was, or not who comes next")?;
            }
            apply(&mut self.state, &event);
            self.events.push(event);
        }
        let Some(e) = &self.state else {
            return must(before.is_none(), "an emergency is gone");
        };
        if *command == Command::Look {
            must(
                e.next_look_at().is_none_or(|at| at > self.now),
                "what was seen is seen again",
            )?;
        }
        must(e.log.len() == self.events.len(), "an event that is not in the log")?;
        took_effect(command, before.as_ref(), e)?;
        let from = before.as_ref().map(|e| e.state.as_str());
        arrow(&DIAGRAM, from, act(command), e.state.as_str())?;
        before.as_ref().map_or(Ok(()), |before| moved(before, e))?;
        let text = json(e);
        sound(e, &text)?;
        reads_as(&text, e)
    }

    fn step(&mut self, step: &Try) -> Said {
        self.now += step.wait;
        if step.pick.is_multiple_of(4) {
            self.take(&Who::System { name: "timer".into() }, &Command::Look)?;
        }
        if step.forward {
            let command = ahead(self.state.as_ref(), step, self.now);
            let who = match command {
                Command::Open(_) => staff("front_desk1", &[Role::FrontDesk], "here"),
                _ => staff("project_manager1", &[Role::ProjectManager], "here"),
            };
            return self.take(&who, &command);
        }
        let command = match step.who {
            Who::System { .. } if step.yes => Command::Look,
            _ => command(step, self.state.as_ref(), self.now),
        };
        self.take(&step.who, &command)
    }

    /// The events alone, as they are stored, make the same emergency.
    fn folded(&self) -> Said {
        let stored: Vec<Event> = serde_json::from_str(&json(&self.events)).unwrap();
        let mut again = None;
        for event in &stored {
            apply(&mut again, event);
        }
        must_say(again == self.state, || {
            format!("the events make {again:?} of {:?}", self.state)
        })
    }
}

proptest! {
    #![proptest_config(random::lives(200))]
    #[test]
    fn anybody_does_anything_in_an_emergency(steps in random::steps(60)) {
        let mut story = Story { state: None, events: Vec::new(), now: AT };
        for step in &steps {
            let said = story.step(step);
            prop_assert!(said.is_ok(), "{}\nat {step:?}\nof {:?}", said.unwrap_err(), story.state);
        }
        let said = story.folded();
        prop_assert!(said.is_ok(), "{}", said.unwrap_err());
    }
}
