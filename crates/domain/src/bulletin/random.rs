//! Random steps by random people on a notice to residents: what was published stays to be read, nobody is taken from its
//! audience, and what was put up and down is known.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::access::{Action, Role, Who};
use crate::process::{Process, walks};
use crate::random::{
    self, AT, DAY, HOUR, ID_NUMBER, MINUTE, Said, Step, arrow, json, may, must, must_say, once, readable, reads_as,
    staff, unchanged,
};

static DIAGRAM: LazyLock<Process> = LazyLock::new(|| walks::of_bulletin(AT));

/// A notice, and every text that it had since it was published.
struct Board {
    bulletin: Option<Bulletin>,
    texts: Vec<(String, String)>,
    now: i64,
}

fn form(step: &Step, now: i64) -> Form {
    let some = |names: &[&str], pick: u8| -> Vec<String> {
        let count = usize::from(pick) % (names.len() + 1);
        names.iter().take(count).map(|n| (*n).to_owned()).collect()
    };
    let many = step.what.is_multiple_of(23);
    Form {
        kind: (!step.pick.is_multiple_of(5)).then(|| step.of(Kind::ALL)),
        title: step.more.clone(),
        text: step.text.clone(),
        audience: Audience {
            all: step.pick.is_multiple_of(8),
            buildings: some(&["1", "2", "3"], step.pick),
            units: some(&["1-1-101", "2-1-101"], step.what),
        },
        boards: if many {
            (0..20 + step.pick % 20).map(|n| format!("板{n}")).collect()
        } else {
            some(&["大堂", " ", "门岗", "大堂"], step.pick / 4)
        },
        file: step.what.is_multiple_of(3),
        message: step.what.is_multiple_of(2),
        networks: some(&["业主群", "公众号"], step.what / 4),
        until: match step.pick % 6 {
            0 => Some(now + 3 * HOUR),
            1 => Some(now - MINUTE),
            2 => Some(now + DAY),
            _ => None,
        },
    }
}

/// One that goes out.
fn good(step: &Step, now: i64) -> Form {
    Form {
        title: "停水通知".into(),
        text: "周三停水".into(),
        audience: Audience {
            all: true,
            ..Audience::default()
        },
        boards: vec!["大堂".into(), "门岗".into()],
        networks: vec!["业主群".into()],
        until: step.yes.then_some(now + 2 * DAY),
        ..form(step, now)
    }
}

fn sound(b: &Bulletin, texts: &[(String, String)], text: &str) -> Said {
    use State as S;
    must(
        !b.title.is_empty() && b.title.chars().count() <= LONGEST_TITLE,
        "no title, or a long one",
    )?;
    must(b.text.chars().count() <= LONGEST_TEXT, "a long text")?;
    must(
        (b.state == S::Draft) <= b.published.is_none(),
        "a draft that was published",
    )?;
    must(
        !matches!(b.state, S::Published | S::Over) || b.published.is_some(),
        "published by nobody",
    )?;
    must(
        matches!(b.state, S::Over | S::Withdrawn) == b.ended_at.is_some(),
        "over, and it did not end",
    )?;
    must(
        (b.state == S::Withdrawn) != b.reason.is_empty(),
        "withdrawn without a reason",
    )?;
    if b.published.is_some() {
        must(
            !b.text.is_empty() && !b.audience.none() && !b.ways.none(),
            "published with nothing for nobody",
        )?;
    } else {
        let touched = b.ways.boards.iter().any(|x| x.up.is_some()) || b.ways.networks.iter().any(|x| x.out.is_some());
        must(
            !touched && b.before.is_empty() && b.version == 1,
            "out before it was published",
        )?;
    }
    let kept: Vec<(String, String)> = (b.before.iter())
        .map(|x| (x.title.clone(), x.text.clone()))
        .chain(b.published.iter().map(|_| (b.title.clone(), b.text.clone())))
        .collect();
    must_say(kept == texts, || format!("published was {texts:?}, kept is {kept:?}"))?;
    must(
        usize::try_from(b.version) == Ok(b.before.len() + 1),
        "versions do not count up",
    )?;
    must(
        b.before.iter().all(|x| !x.reason.is_empty()),
        "corrected without a reason",
    )?;
    must(
        b.before.iter().all(|x| !x.reason.contains(ID_NUMBER)),
        "an identity number is kept",
    )?;
    must(!b.reason.contains(ID_NUMBER), "an identity number is kept")?;
    must(
        1 <= b.tell_from && b.tell_from <= b.version,
        "told from a version that is none",
    )?;
    must(
        b.ways.boards.iter().all(|x| x.down.is_none() || x.up.is_some()),
        "down before it was up",
    )?;
    let twice = |names: Vec<&str>| names.iter().enumerate().any(|(i, n)| names[..i].contains(n));
    must(
        !twice(b.ways.boards.iter().map(|x| x.place.as_str()).collect()),
        "a board twice",
    )?;
    must(
        !twice(b.ways.networks.iter().map(|x| x.place.as_str()).collect()),
        "a network twice",
    )?;
    must(
        b.ways.boards.len() <= MOST_PLACES && b.ways.networks.len() <= MOST_PLACES,
        "too many places",
    )?;
    let hangs = b
        .ways
        .boards
        .iter()
        .filter(|x| x.up.is_some() && x.down.is_none())
        .count();
    let ended = b.ended_at.is_some();
    must(
        b.left_hanging() == if ended { hangs } else { 0 },
        "what hangs is not known",
    )?;
    must(
        b.sends() == (b.state == S::Published && b.ways.message),
        "sends what is not out",
    )?;
    reads_as(text, b)
}

fn moved(old: &Bulletin, new: &Bulletin) -> Said {
    let fixed = |b: &Bulletin| (b.id.clone(), b.number.clone(), b.from.clone(), b.created.clone());
    must(fixed(old) == fixed(new), "another notice")?;
    once("published", old.published.as_ref(), new.published.as_ref())?;
    once("ended", old.ended_at.as_ref(), new.ended_at.as_ref())?;
    must(new.tell_from >= old.tell_from, "who was to be told anew is not")?;
    must(new.before.starts_with(&old.before), "an old text is gone")?;
    if old.published.is_none() {
        return Ok(());
    }
    must(
        old.kind == new.kind && old.until == new.until,
        "published, and it is another now",
    )?;
    for unit in ["1-1-101", "2-1-101", "9-1-101"] {
        for building in ["1", "2", "3", "9"] {
            let lost = old.audience.covers(building, unit) && !new.audience.covers(building, unit);
            must(!lost, "somebody is taken from its audience")?;
        }
    }
    must(
        old.ways.file <= new.ways.file && old.ways.message <= new.ways.message,
        "a way is taken away",
    )?;
    must(old.ways.boards.len() <= new.ways.boards.len(), "a board is gone")?;
    must(old.ways.networks.len() <= new.ways.networks.len(), "a network is gone")?;
    for (was, is) in old.ways.boards.iter().zip(&new.ways.boards) {
        must(was.place == is.place, "another board")?;
        once("up", was.up.as_ref(), is.up.as_ref())?;
        once("down", was.down.as_ref(), is.down.as_ref())?;
    }
    for (was, is) in old.ways.networks.iter().zip(&new.ways.networks) {
        must(was.place == is.place, "another network")?;
        once("out", was.out.as_ref(), is.out.as_ref())?;
        must(
            was.out.is_none() || was.address == is.address,
            "out under another address",
        )?;
    }
    Ok(())
}

const ACTS: [(&str, Action); 10] = [
    ("bulletin_edit", Action::WriteBulletin),
    ("bulletin_publish", Action::PublishBulletin),
    ("bulletin_correct", Action::PublishBulletin),
    ("bulletin_widen", Action::PublishBulletin),
    ("bulletin_withdraw", Action::PublishBulletin),
    ("bulletin_finish", Action::PublishBulletin),
    ("bulletin_put_up", Action::DeliverBulletin),
    ("bulletin_take_down", Action::DeliverBulletin),
    ("bulletin_put_out", Action::DeliverBulletin),
    ("bulletin_hand", Action::DeliverBulletin),
];

/// Whether the use case lets somebody try it: a draft is taken back by whoever writes them, the clock ends what is over.
fn lets(b: &Bulletin, act: &str, right: Action, who: &Who) -> bool {
    match (act, right) {
        ("bulletin_withdraw", _) if b.state == State::Draft => may(who, Action::WriteBulletin),
        ("bulletin_finish", _) if matches!(who, Who::System { .. }) => true,
        (_, Action::PublishBulletin) => may_publish(who.reach(right), b.kind),
        _ => may(who, right),
    }
}

fn run(b: &mut Bulletin, act: &str, step: &Step, now: i64) -> Result<(), Refusal> {
    let by = || Mark { at: now, by: step.id() };
    let place = usize::from(step.pick % 3);
    match act {
        "bulletin_edit" => b.edit(if step.yes { good(step, now) } else { form(step, now) }),
        "bulletin_publish" => b.publish(by()),
        "bulletin_correct" => b.correct(
            &step.more,
            &step.text,
            step.of(&["错字", " ", &step.text]),
            !step.yes,
            by(),
        ),
        "bulletin_widen" => b.widen(form(step, now)),
        "bulletin_withdraw" => b.withdraw(&step.text, by()),
        "bulletin_finish" => b.finish(step.who.staff().cloned(), now),
        "bulletin_put_up" => b.put_up(place, by()),
        "bulletin_take_down" => b.take_down(place, by()),
        "bulletin_put_out" => b.put_out(place, &step.text, by()),
        _ => b.may_hand(),
    }
}

impl Board {
    fn step(&mut self, step: &Step) -> Said {
        self.now += step.wait;
        let now = self.now;
        let head = staff("li", &[Role::CsHead], "here");
        let step = &if step.forward { step.by(head) } else { step.clone() };
        let Some(b) = &mut self.bulletin else {
            if !may(&step.who, Action::WriteBulletin) {
                return Ok(());
            }
            let given = if step.forward { good(step, now) } else { form(step, now) };
            let by = Mark { at: now, by: step.id() };
            match draft("b".into(), "GG-1".into(), "incidents/i".into(), given, by) {
                Ok(b) => {
                    sound(&b, &self.texts, &json(&b))?;
                    arrow(&DIAGRAM, None, "bulletin_draft", b.state.as_str())?;
                    self.bulletin = Some(b);
                }
                Err(refusal) => readable(&refusal)?,
            }
            return Ok(());
        };
        let (act, right) = match (step.forward, b.state) {
            (true, State::Draft) => ACTS[1],
            (true, State::Published) => {
                step.of(&[ACTS[2], ACTS[2], ACTS[3], ACTS[6], ACTS[7], ACTS[8], ACTS[9], ACTS[5]])
            }
            (true, _) => ACTS[7],
            _ => ACTS[usize::from(step.what) % ACTS.len()],
        };
        if !lets(b, act, right, &step.who) {
            return Ok(());
        }
        let old = b.clone();
        if let Err(refusal) = run(b, act, step, now) {
            readable(&refusal)?;
            return unchanged(&old, b);
        }
        match act {
            "bulletin_publish" | "bulletin_correct" => self.texts.push((b.title.clone(), b.text.clone())),
            _ => {}
        }
        if act == "bulletin_publish" {
            must(b.until.is_none_or(|until| until > now), "published when it is over")?;
        }
        if act == "bulletin_correct" {
            let said = (step.more.trim(), step.text.trim());
            must((b.title.as_str(), b.text.as_str()) == said, "a correction is lost")?;
            must(
                (b.tell_from == b.version) != step.yes,
                "told anew or not, against the word",
            )?;
        }
        arrow(&DIAGRAM, Some(old.state.as_str()), act, b.state.as_str())?;
        moved(&old, b)?;
        sound(b, &self.texts, &json(b))
    }
}

proptest! {
    #![proptest_config(random::lives(256))]
    #[test]
    fn anybody_does_anything_with_a_notice(steps in random::steps(60)) {
        let mut board = Board { bulletin: None, texts: Vec::new(), now: AT };
        for step in &steps {
            let said = board.step(step);
            prop_assert!(said.is_ok(), "{}\nat {step:?}\nof {:?}", said.unwrap_err(), board.bulletin);
        }
    }
}
