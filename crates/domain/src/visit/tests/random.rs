//! Random steps by random people at the gate: nobody comes in who may not, nothing that was written down is lost, the same facts
//! make the same visit again, and what says who somebody was goes in time.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::super::*;
use crate::access::{Action, Role, Who};
use crate::privacy::masked;
use crate::process::{Process, walks};
use crate::random::{
    self, AT, DAY, HOUR, ID_NUMBER, MINUTE, SECRET, Said, Step, arrow, grows, json, may, must, must_say, once,
    readable, reads_as, staff,
};

static DIAGRAM: LazyLock<Process> = LazyLock::new(|| walks::of_visit(AT));

fn env(now: i64) -> Env {
    Env {
        now,
        host_ms: 10 * MINUTE,
        inside_ms: 4 * HOUR,
        keep_until: now + 3 * DAY,
        security: vec!["guard1".into()],
    }
}

/// A visit, all that happened to it, and what the facts say of the host's word in their own order.
struct Gate {
    visit: Visit,
    facts: Vec<(i64, String, Fact)>,
    now: i64,
    /// The host's last word is a yes that was given after the document was looked at, and not beforehand.
    to_this_one: bool,
    badges: (u32, u32),
}

/// As the use case gives them: masked, and one person at least.
fn particulars(step: &Step) -> Particulars {
    let text = |t: &str| masked(t.trim());
    let name = if step.yes { "何明密语" } else { "另一人密语" };
    Particulars {
        name: text(if step.pick.is_multiple_of(11) { &step.text } else { name }),
        company: text(&step.more),
        reason: text(&step.text),
        plate: SECRET.to_owned(),
        people: u32::from(step.pick % 5) + 1,
        host: text(&format!("{SECRET}主人")),
        person: step.pick.is_multiple_of(3).then(|| "person".into()),
        unit: step.pick.is_multiple_of(2).then(|| "unit".into()),
        place: if step.pick.is_multiple_of(13) {
            String::new()
        } else {
            "3-1-1201".into()
        },
    }
}

/// How it begins: announced by the host or by the desk, or at the desk with all or with nothing.
fn begin(step: &Step) -> Gate {
    let known = Particulars {
        name: "何明密语".into(),
        place: "3-1-1201".into(),
        ..particulars(step)
    };
    let fact = match step.pick % 4 {
        0 | 1 => Fact::Announced {
            particulars: Box::new(known),
            from: AT,
            until: AT + i64::from(step.what) * 10 * MINUTE + MINUTE,
            code: "12345678".into(),
            by_host: step.pick.is_multiple_of(2),
            accompany: !step.yes,
            erase_at: AT + 5 * DAY,
        },
        2 => Fact::Registered {
            particulars: Box::new(known),
            erase_at: AT + 3 * DAY,
        },
        _ => Fact::Registered {
            particulars: Box::new(Particulars {
                people: 1,
                ..Particulars::default()
            }),
            erase_at: AT + 3 * DAY,
        },
    };
    let mut gate = Gate {
        visit: Visit::new("FK-1".into()),
        facts: Vec::new(),
        now: AT,
        to_this_one: false,
        badges: (0, 0),
    };
    gate.happen(fact, "");
    gate
}

fn command(step: &Step, now: i64) -> Command {
    let text = || step.text.clone();
    let number = [
        ID_NUMBER,
        "110105194912310021",
        "E12345678",
        "１２３４",
        "-----",
        "",
        "G-12",
    ];
    match step.what % 18 {
        0 => Command::Arrive,
        1 => Command::Describe {
            particulars: Box::new(particulars(step)),
        },
        2 | 3 => Command::AskHost {
            how: step.of(HostWay::ALL),
        },
        4 | 5 => Command::HostAnswer {
            yes: step.yes,
            how: step.of(HostWay::ALL),
            note: text(),
            accompany: step.pick.is_multiple_of(5),
        },
        6 | 7 => Command::CheckDocument {
            kind: step.of(DocumentKind::ALL),
            number: step.of(&number).to_owned(),
            as_expected: step.yes,
        },
        8 => Command::Enter {
            badge: match step.pick % 3 {
                0 => step.more.replace(SECRET, ""),
                _ => "a7".into(),
            },
            accompanied_by: text(),
        },
        9 => Command::Accompany { accompanied_by: text() },
        10 => Command::Leave {
            badge_back: step.yes,
            note: text(),
        },
        11 => Command::BadgeBack,
        12 => Command::TurnAway { reason: text() },
        13 => Command::RefuseReception {
            reason: text(),
            reported_to: step.more.clone(),
        },
        14 => Command::Alarm {
            kind: step.of(AlarmKind::ALL),
            what: text(),
        },
        15 => Command::Instruct {
            from: text(),
            text: step.more.clone(),
        },
        16 if step.pick.is_multiple_of(2) => Command::Police {
            called_at: (!step.yes).then_some(now - 30 * MINUTE + i64::from(step.pick) * MINUTE),
            caller: text(),
            number: step.more.clone(),
            what: text(),
        },
        16 => Command::Help {
            case: "case".into(),
            number: "QZ-1".into(),
        },
        _ => Command::Withdraw { reason: text() },
    }
}

/// The step that comes next in a visit; now and then the host says no and the document is another's.
fn ahead(v: &Visit, step: &Step) -> u8 {
    match v.state {
        VisitState::Expected => 0,
        VisitState::Arrived => match needs(v).first() {
            Some(Need::Particulars) => 1,
            // A host may be asked before anybody looked at a document.
            Some(Need::Document) => step.of(&[6, 6, 4]),
            Some(Need::Host | Need::Again | Need::No) => step.of(&[4, 4, 2]),
            Some(Need::Security) => 15,
            None => 8,
        },
        VisitState::Inside => step.of(&[10, 10, 9, 14, 16]),
        _ => step.of(&[11, 11, 14, 1]),
    }
}

/// What no sequence of steps may bring about.
fn sound(v: &Visit, text: &str) -> Said {
    use VisitState as S;
    must(v.state.is_over() == v.ended_at.is_some(), "over, and it did not end")?;
    must((v.state == S::Left) == v.left_at.is_some(), "left, and did not leave")?;
    must(v.left_at.is_none() || v.in_at.is_some(), "left, and never came in")?;
    must(
        v.pass_code.is_none() || v.state == S::Expected,
        "a pass that is used up still opens",
    )?;
    must(
        !v.badge_out || (v.in_at.is_some() && v.badge_back_at.is_none()),
        "a badge out of nowhere",
    )?;
    must(
        v.in_at.is_none() || v.badge_out || v.badge_back_at.is_some(),
        "a badge that nobody has",
    )?;
    must(
        v.in_at.is_none() || !v.badge.trim().is_empty(),
        "inside without a badge",
    )?;
    if v.state == S::Inside {
        must(v.badge_out && v.left_at.is_none(), "inside, and left")?;
        must(
            v.answer.as_ref().is_some_and(|a| a.yes),
            "inside against the host's word",
        )?;
        must(v.document.is_some(), "inside, and nobody saw a document")?;
        must(
            !v.accompany || !v.accompanied_by.trim().is_empty(),
            "inside and not led",
        )?;
        must(!v.incomplete(), "inside, and nobody knows who, why or to whom")?;
    }
    let told = !v.alarms.is_empty() || !v.police.is_empty() || v.help.is_some();
    must(!told || v.arrived_at.is_some(), "danger by somebody who never came")?;
    if let Some(document) = &v.document {
        let kept = document.tail.chars().count();
        must(kept <= 4, "more than the tail of a document")?;
        must(kept > 0 || v.erased_at.is_some(), "a document without any character")?;
    }
    must(!text.contains(ID_NUMBER), "an identity number is kept")?;
    must(
        v.erased_at.is_none() || !text.contains(SECRET),
        "what is personal outlives its time",
    )?;
    must(
        v.erased_at.is_none() || v.state.is_over(),
        "forgotten and still going on",
    )?;
    must(v.erased_at.is_some() || v.erase_at.is_some(), "kept for ever")
}

/// What one step may not take back.
fn moved(old: &Visit, new: &Visit) -> Said {
    must(!old.state.is_over() || new.state == old.state, "an end that is none")?;
    must(
        old.in_at.is_none() || matches!(new.state, VisitState::Inside | VisitState::Left | VisitState::Lapsed),
        "out of the house without leaving",
    )?;
    must(new.number == old.number, "another number")?;
    once("arrived", old.arrived_at.as_ref(), new.arrived_at.as_ref())?;
    once("came in", old.in_at.as_ref(), new.in_at.as_ref())?;
    once("left", old.left_at.as_ref(), new.left_at.as_ref())?;
    once("badge back", old.badge_back_at.as_ref(), new.badge_back_at.as_ref())?;
    once("ended", old.ended_at.as_ref(), new.ended_at.as_ref())?;
    once("help", old.help.as_ref(), new.help.as_ref())?;
    let asks = |v: &Visit| v.asks.iter().map(|a| (a.at, a.due_at)).collect::<Vec<_>>();
    let alarms = |v: &Visit| v.alarms.iter().map(|a| (a.at, a.kind)).collect::<Vec<_>>();
    let police = |v: &Visit| v.police.iter().map(|p| p.called_at).collect::<Vec<_>>();
    grows("asks", &asks(old), &asks(new))?;
    grows("alarms", &alarms(old), &alarms(new))?;
    grows("police", &police(old), &police(new))?;
    for (was, is) in old.asks.iter().zip(&new.asks) {
        once("silent", was.silent_at.as_ref(), is.silent_at.as_ref())?;
    }
    for (was, is) in old.alarms.iter().zip(&new.alarms) {
        once("instructed", was.instructed_at.as_ref(), is.instructed_at.as_ref())?;
    }
    Ok(())
}

impl Gate {
    fn happen(&mut self, fact: Fact, by: &str) {
        let was_out = self.visit.badge_out;
        apply(&mut self.visit, &fact, self.now, by);
        match &fact {
            Fact::HostAnswered { yes, how, .. } => {
                let seen = self.visit.document.is_some();
                self.to_this_one = *yes && seen && *how != HostWay::Announced;
            }
            Fact::DocumentChecked { .. } => self.to_this_one = false,
            _ => {}
        }
        self.badges.0 += u32::from(!was_out && self.visit.badge_out);
        self.badges.1 += u32::from(was_out && !self.visit.badge_out);
        self.facts.push((self.now, by.to_owned(), fact));
    }

    /// A fact as the journal keeps it: what people wrote stands under keys that can be erased.
    fn journaled(fact: &Fact) -> Said {
        must(Fact::KINDS.contains(&fact.kind()), "a fact without a kind")?;
        let body = serde_json::to_value(fact).unwrap();
        for (key, value) in body.as_object().unwrap() {
            let key = match (fact, key.as_str()) {
                (Fact::PoliceCalled { .. }, "number") => "police_number",
                (_, key) => key,
            };
            let apart = Fact::PERSONAL.contains(&key) || !value.to_string().contains(SECRET);
            must_say(apart, || format!("{key} of {} is kept for ever", fact.kind()))?;
        }
        Ok(())
    }

    /// What is offered beforehand is what the rules say then.
    fn offered(&self) -> Said {
        let v = &self.visit;
        let enter = Command::Enter {
            badge: "a7".into(),
            accompanied_by: "刘".into(),
        };
        let enters = decide(v, &enter, &env(self.now)).is_ok();
        let arrived = v.state == VisitState::Arrived;
        must(
            enters == (arrived && needs(v).is_empty()),
            "may come in, and something is needed",
        )?;
        let text = || "说明".to_owned();
        let sure = [
            Command::AskHost { how: HostWay::Phone },
            Command::HostAnswer {
                yes: false,
                how: HostWay::Phone,
                note: text(),
                accompany: false,
            },
            Command::CheckDocument {
                kind: DocumentKind::Passport,
                number: "E1234567".into(),
                as_expected: true,
            },
            Command::Accompany { accompanied_by: text() },
            Command::Leave {
                badge_back: true,
                note: text(),
            },
            Command::BadgeBack,
            Command::TurnAway { reason: text() },
            Command::RefuseReception {
                reason: text(),
                reported_to: text(),
            },
            Command::Alarm {
                kind: AlarmKind::Crime,
                what: text(),
            },
            Command::Instruct {
                from: text(),
                text: text(),
            },
            Command::Police {
                called_at: None,
                caller: text(),
                number: text(),
                what: text(),
            },
            Command::Help {
                case: "case".into(),
                number: text(),
            },
            Command::Withdraw { reason: text() },
        ];
        let p = &v.particulars;
        let askable = !(p.name.is_empty() || p.host.is_empty() && p.place.is_empty());
        for c in sure {
            // The button is there while the name is being typed; it sends what was typed along.
            if matches!(c, Command::AskHost { .. }) && !askable {
                continue;
            }
            let (offered, done) = (gate(v, c.act()), decide(v, &c, &env(self.now)));
            must_say(offered.is_ok() == done.is_ok(), || {
                format!("{} is offered and refused", c.act())
            })?;
        }
        Ok(())
    }

    /// The timer looks when it has to, and a look leaves nothing to be seen.
    fn looked(&mut self) -> Said {
        let inside_ms = env(self.now).inside_ms;
        let due = next_step_at(&self.visit, inside_ms).is_some_and(|at| at <= self.now);
        let facts = look(&self.visit, &env(self.now));
        must_say(due != facts.is_empty(), || format!("due: {due}, found: {facts:?}"))?;
        for fact in facts {
            Self::journaled(&fact)?;
            self.happen(fact, "");
        }
        must(
            look(&self.visit, &env(self.now)).is_empty(),
            "what was seen is seen again",
        )
    }

    /// By whoever it is, if they have any part in visits: the desk and the gate, and the host by their own address.
    fn take(&mut self, step: &Step) -> Said {
        let host = matches!(step.who, Who::Customer { .. });
        let mut command = command(step, self.now);
        if host {
            let theirs = match command {
                Command::HostAnswer { .. } => true,
                Command::Withdraw { .. } => self.visit.state == VisitState::Expected,
                _ => false,
            };
            if !theirs {
                return Ok(());
            }
            if let Command::HostAnswer { how, .. } = &mut command {
                *how = HostWay::Link;
            }
        } else if !may(&step.who, Action::ReceiveVisitor) {
            return Ok(());
        }
        let by = step.who.staff().map(|id| id.as_str().to_owned()).unwrap_or_default();
        let before = self.visit.clone();
        let facts = match decide(&self.visit, &command, &env(self.now)) {
            Ok(facts) => facts,
            Err(refusal) => {
                return readable(&refusal);
            }
        };
        for fact in facts {
            Self::journaled(&fact)?;
            self.happen(fact, &by);
        }
        let new = &self.visit;
        match &command {
            Command::Describe { particulars } => must(new.particulars == **particulars, "a correction is lost")?,
            Command::Enter { .. } => {
                must(!before.alarmed() && !before.refused(), "let in against a no")?;
                must(
                    !before.unexpected() || self.to_this_one,
                    "let in somebody else than the host knows of",
                )?;
            }
            _ => {}
        }
        arrow(
            &DIAGRAM,
            Some(before.state.as_str()),
            command.act().as_str(),
            new.state.as_str(),
        )
    }

    fn step(&mut self, step: &Step) -> Said {
        self.now += step.wait;
        let step = &step.short(120);
        let before = self.visit.clone();
        if matches!(step.who, Who::System { .. }) {
            self.looked()?;
            let (from, to) = (before.state.as_str(), self.visit.state.as_str());
            arrow(&DIAGRAM, Some(from), "lapse", to)?;
        } else if step.forward {
            let what = ahead(&self.visit, step);
            let desk = staff("chen", &[Role::FrontDesk], "here");
            self.take(&Step { what, ..step.by(desk) })?;
        } else {
            self.take(step)?;
        }
        moved(&before, &self.visit)?;
        let text = json(&self.visit);
        sound(&self.visit, &text)?;
        must(self.badges.0 <= 1 && self.badges.1 <= self.badges.0, "a badge twice")?;
        self.offered()?;
        reads_as(&text, &self.visit)
    }

    /// The facts alone, as they are stored, make the same visit.
    fn folded(&self) -> Said {
        let stored: Vec<(i64, String, Fact)> = serde_json::from_str(&json(&self.facts)).unwrap();
        let mut again = Visit::new(self.visit.number.clone());
        for (at, by, fact) in &stored {
            apply(&mut again, fact, *at, by);
        }
        must_say(again == self.visit, || {
            format!("the facts make {again:?} of {:?}", self.visit)
        })
    }
}

proptest! {
    #![proptest_config(random::lives(200))]
    #[test]
    fn anybody_does_anything_at_the_gate(steps in random::steps(60)) {
        let mut gate = begin(&steps[0]);
        for step in &steps {
            let said = gate.step(step);
            prop_assert!(said.is_ok(), "{}\nat {step:?}\nof {:?}", said.unwrap_err(), gate.visit);
        }
        let said = gate.folded();
        prop_assert!(said.is_ok(), "{}", said.unwrap_err());
    }
}
