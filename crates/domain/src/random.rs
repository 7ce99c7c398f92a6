//! What the random tests of the modules share: people, words and instants to try, and what holds of a step whatever it is
//! about. Every such test is a list of [`Step`]s that a module reads as its own commands; what fails is printed as the shortest
//! list that still fails, and kept beside the crate to be run first the next time.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::access::{Action, Reach, Role, Via, Who};
use crate::clauses;
use crate::ids::StaffId;
use crate::process::Process;
use crate::refusal::Refusal;

/// 2026-11-21 10:42 in Shanghai.
pub const AT: i64 = 1_795_228_920_000;
pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// Stands in every text that people write, so that it is found wherever it is kept.
pub const SECRET: &str = "密语";
/// Stands in no record, whatever it was written into (ETQ-4).
pub const ID_NUMBER: &str = "11010519491231002X";

/// The two whom most tests are about: who is meant, and who has two posts at once.
pub const CONCERNED: &str = "concerned";
pub const BOTH: &str = "both";

/// What one step is made of. A module reads its command out of it.
#[derive(Debug, Clone)]
pub struct Step {
    pub who: Who,
    /// Goes on with what it is about, by somebody who may, instead of doing anything by anybody.
    pub forward: bool,
    pub what: u8,
    pub pick: u8,
    pub yes: bool,
    pub text: String,
    pub more: String,
    /// Milliseconds since the step before; often none.
    pub wait: i64,
}

/// Somebody with an account.
pub fn staff(id: &str, roles: &[Role], department: &str) -> Who {
    Who::Staff {
        id: id.into(),
        roles: roles.to_vec(),
        department: Some(department.into()),
    }
}

/// Somebody of a role: one of two, of their own department or of another.
fn of_role() -> impl Strategy<Value = Who> {
    (prop::sample::select(Role::ALL), any::<bool>()).prop_map(|(role, first)| {
        let (n, department) = if first { (1, "here") } else { (2, "elsewhere") };
        staff(&format!("{role}{n}"), &[role], department)
    })
}

/// Everybody who might try something: each role twice, who is meant, who has two posts, a stranger without any, residents,
/// vendors and the product itself.
pub fn anybody() -> impl Strategy<Value = Who> {
    prop_oneof![
        12 => of_role(),
        2 => Just(staff(CONCERNED, &[Role::Worker], "here")),
        2 => Just(staff(BOTH, &[Role::Quality, Role::CsHead], "here")),
        1 => Just(staff("stranger", &[], "elsewhere")),
        2 => Just(Who::Customer { via: Via::Link, case: "case".into() }),
        1 => Just(Who::VendorLink { case: "case".into(), order: "order".into() }),
        2 => Just(Who::System { name: "timer".into() }),
    ]
}

/// What people write: mostly something, sometimes nothing, too much, whatever, or what must not be kept.
fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        28 => Just(format!("{SECRET}说明")),
        4 => Just(" \u{3000}".to_owned()),
        1 => Just("长".repeat(4_001)),
        2 => Just("长".repeat(300)),
        2 => Just(format!("{SECRET} {ID_NUMBER}")),
        2 => ".{0,12}",
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let wait = prop_oneof![
        3 => Just(0i64),
        1 => 1i64..5,
        6 => (1i64..20).prop_map(|n| n * MINUTE),
        1 => (1i64..10).prop_map(|n| n * HOUR),
        1 => (1i64..5).prop_map(|n| n * DAY),
    ];
    (
        anybody(),
        prop::bool::weighted(0.5),
        any::<u8>(),
        any::<u8>(),
        prop::bool::weighted(0.8),
        words(),
        words(),
        wait,
    )
        .prop_map(|(who, forward, what, pick, yes, text, more, wait)| Step {
            who,
            forward,
            what,
            pick,
            yes,
            text,
            more,
            wait,
        })
}

/// A life: up to `most` steps.
pub fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..=most)
}

/// So many lives; `PROPTEST_CASES` asks for more.
pub fn lives(cases: u32) -> ProptestConfig {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let config = ProptestConfig::default();
    ProptestConfig {
        cases: if asked { config.cases } else { cases },
        ..config
    }
}

impl Step {
    /// One of them.
    pub fn of<T: Copy>(&self, all: &[T]) -> T {
        all[usize::from(self.pick) % all.len()]
    }

    /// The account of whoever takes the step, or what stands for it.
    pub fn id(&self) -> StaffId {
        self.who.staff().cloned().unwrap_or_else(|| "nobody".into())
    }

    /// With no more text than a form lets through.
    pub fn short(&self, most: usize) -> Step {
        Step {
            text: self.text.chars().take(most).collect(),
            more: self.more.chars().take(most).collect(),
            ..self.clone()
        }
    }

    /// The same by somebody else.
    pub fn by(&self, who: Who) -> Step {
        Step { who, ..self.clone() }
    }
}

/// Whether somebody has a right at all: what the use cases ask before they ask the rules.
pub fn may(who: &Who, action: Action) -> bool {
    who.reach(action) > Reach::Never
}

/// Whether somebody's right covers the site.
pub fn leads(who: &Who, action: Action) -> bool {
    who.reach(action) >= Reach::Site
}

/// What a check says: nothing, or what is wrong.
pub type Said = Result<(), String>;

/// Something that has to hold.
pub fn must(holds: bool, what: &str) -> Said {
    must_say(holds, || what.to_owned())
}

/// The same with words that are only put together when they are needed.
pub fn must_say(holds: bool, what: impl FnOnce() -> String) -> Said {
    if holds { Ok(()) } else { Err(what()) }
}

/// Texts of both languages: each key, and the values that its sentence asks for.
static TEXTS: LazyLock<[BTreeMap<String, BTreeSet<String>>; 2]> = LazyLock::new(|| ["zh", "en"].map(texts));

fn texts(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let folder = format!("{}/../web/locales/{language}", env!("CARGO_MANIFEST_DIR"));
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let mut key = String::new();
        for line in std::fs::read_to_string(file.unwrap().path()).unwrap().lines() {
            if let Some((name, _)) = line.split_once('=')
                && line.starts_with(|c: char| c.is_ascii_lowercase())
            {
                name.trim_end().clone_into(&mut key);
                all.entry(key.clone()).or_default();
            }
            let continues = line.starts_with([' ', '\t']) || line.starts_with(&key);
            for value in line.split('$').skip(1).filter(|_| continues) {
                let name: String = (value.chars())
                    .take_while(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '-')
                    .collect();
                all.entry(key.clone()).or_default().insert(name);
            }
        }
    }
    all
}

/// A refusal can be read: its sentence is there in both languages with all its values, so is everything that it says is lacking,
/// and its clause stands in the catalogue.
pub fn readable(r: &Refusal) -> Said {
    let given: Vec<&str> = r.args.iter().map(|(name, _)| *name).collect();
    for texts in TEXTS.iter() {
        let asked = texts
            .get(r.rule)
            .ok_or_else(|| format!("no text for the refusal {}", r.rule))?;
        let lacks = asked.iter().find(|name| !given.contains(&name.as_str()));
        must_say(lacks.is_none(), || {
            format!("{} is said without its value {lacks:?}", r.rule)
        })?;
        for missing in &r.missing {
            let asked = texts
                .get(missing.key)
                .ok_or_else(|| format!("no text for {}", missing.key))?;
            must_say(asked.is_empty(), || format!("{} asks for a value", missing.key))?;
        }
        for (name, value) in &r.args {
            let key = match *name {
                "action" | "state" => format!("{name}-{value}"),
                "post" => format!("role-{value}"),
                _ => continue,
            };
            must_say(texts.contains_key(&key), || format!("no text for {key}"))?;
        }
    }
    let known = |clause| clauses::shipped().is_ok_and(|all| all.get(clause).is_some());
    must_say(r.clause.is_none_or(known), || format!("no clause {:?}", r.clause))
}

/// What was refused has changed nothing: not in memory, and not a byte of what is stored.
pub fn unchanged<T: PartialEq + Debug + Serialize>(before: &T, after: &T) -> Said {
    must_say(before == after && json(before) == json(after), || {
        format!("a refusal changed something: {before:?} became {after:?}")
    })
}

/// As it is stored.
pub fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap()
}

/// What is stored reads as the same.
pub fn reads_as<T: PartialEq + Debug + DeserializeOwned>(text: &str, value: &T) -> Said {
    let read: T = serde_json::from_str(text).map_err(|e| e.to_string())?;
    must_say(&read == value, || format!("stored and read it is {read:?}"))
}

/// A step is one of the diagram: an arrow, or one that leaves the state as it is.
pub fn arrow(p: &Process, from: Option<&str>, act: &str, to: &str) -> Said {
    let known = p.moves.iter().any(|m| m.from == from && m.act == act && m.to == to);
    must_say(from == Some(to) || known, || {
        format!("{}: no arrow {act} from {from:?} to {to}", p.code)
    })
}

/// What has been written down stays: `new` begins with `old`.
pub fn grows<T: PartialEq + Debug>(what: &str, old: &[T], new: &[T]) -> Said {
    must_say(new.starts_with(old), || {
        format!("{what}: {old:?} is not at the beginning of {new:?}")
    })
}

/// What was set once is not set otherwise.
pub fn once<T: PartialEq + Debug>(what: &str, old: Option<&T>, new: Option<&T>) -> Said {
    must_say(old.is_none() || old == new, || {
        format!("{what}: {old:?} became {new:?}")
    })
}

#[test]
fn the_texts_are_read_as_they_are() {
    let told = Refusal::new("refuse-visit-too-early");
    assert!(readable(&told).unwrap_err().contains("at"));
    assert_eq!(readable(&told.clone().arg("at", 1)), Ok(()));
    assert!(readable(&told.clone().arg("at", 1).clause("VIS-99")).is_err());
    assert!(readable(&Refusal::new("no-such-rule")).is_err());
    assert!(readable(&Refusal::new("refuse-incomplete").missing(["no-such-thing"])).is_err());
    assert!(readable(&Refusal::new("refuse-role").arg("action", "fly")).is_err());
    assert_eq!(
        readable(&Refusal::new("refuse-incomplete").missing(["missing-reason"])),
        Ok(())
    );
}
