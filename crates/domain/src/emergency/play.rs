//! Playbooks (预案卡): for each sort of emergency who is called at once, what is said, what is done by when. Data, shipped in
//! `standards/emergency.json` in both languages.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::data_error::DataError;
use crate::fold::is_han;

codes! {
    /// The classes of a call for help (REC-17 to REC-20).
    Class {
        /// A: somebody is ill or hurt.
        Medical = "medical",
        /// B: theft, burglary, robbery, hostage.
        Security = "security",
        /// C: burst pipe, gas, electric shock, lift, fire.
        Engineering = "engineering",
        /// D: whatever else.
        Other = "other",
    }
}

codes! {
    /// Who is called, as a post. The people come from the roles at the site and from who is on duty.
    CallPost {
        /// The head of security (秩序维护部).
        SecurityHead = "security_head",
        /// Who leads the repairs (工程部).
        RepairLeader = "repair_leader",
        /// The centre's manager (项目经理): REC-18, REC-19, DIR-14.
        ProjectManager = "project_manager",
    }
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub zh: String,
    pub en: String,
}

impl Words {
    /// The text of a language.
    pub fn of(&self, en: bool) -> &str {
        if en { &self.en } else { &self.zh }
    }
}

/// Somebody who is called at once, and to do what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToCall {
    pub post: CallPost,
    pub zh: String,
    pub en: String,
}

/// One line of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlayStep {
    /// Unique within the play.
    pub code: String,
    /// The number that is dialled for it: `120`.
    #[serde(default)]
    pub number: Option<String>,
    /// It is done, or left out with a reason, before the emergency is over.
    #[serde(default)]
    pub must: bool,
    /// What was done has to be written down with it.
    #[serde(default)]
    pub note: bool,
    /// Clause that asks for it.
    #[serde(default)]
    pub clause: Option<String>,
    /// Seconds from the opening within which it is done.
    #[serde(default)]
    pub within: Option<u32>,
    pub zh: String,
    pub en: String,
}

/// A playbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Play {
    pub code: String,
    pub class: Class,
    pub clause: String,
    /// A meeting follows (DIR-14).
    pub major: bool,
    pub zh: String,
    pub en: String,
    pub call: Vec<ToCall>,
    /// What to say to whoever is called, with `{site}`, `{place}`, `{what}`, `{phone}`.
    pub say: Words,
    pub steps: Vec<PlayStep>,
    /// Who leads the ambulance, the police or the fire engine.
    pub lead: Words,
    /// Draft of a notice to the neighbours, with `{place}`.
    pub neighbours: Words,
    /// Which authority is to be told.
    pub authority: Words,
}

impl Play {
    /// A step by its code.
    pub fn step(&self, code: &str) -> Option<&PlayStep> {
        self.steps.iter().find(|s| s.code == code)
    }
}

/// All playbooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plays {
    pub version: String,
    pub plays: Vec<Play>,
}

impl Plays {
    /// A playbook by its code.
    pub fn play(&self, code: &str) -> Option<&Play> {
        self.plays.iter().find(|p| p.code == code)
    }

    /// The playbooks of a class, in the file's order.
    pub fn of(&self, class: Class) -> impl Iterator<Item = &Play> {
        self.plays.iter().filter(move |p| p.class == class)
    }
}

/// What a spoken text is filled in with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filled<'a> {
    pub site: &'a str,
    pub place: &'a str,
    pub what: &'a str,
    pub phone: &'a str,
}

/// Places that a text may have.
const HOLES: &[&str] = &["site", "place", "what", "phone"];

/// Fills a text in. What is not known is left open to be asked: `（……）`.
pub fn fill(text: &str, with: Filled<'_>) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((hole, after)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        let value = match hole {
            "site" => with.site,
            "place" => with.place,
            "what" => with.what,
            "phone" => with.phone,
            _ => "",
        };
        out.push_str(if value.trim().is_empty() {
            "……"
        } else {
            value.trim()
        });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The playbooks that ship with the product.
///
/// # Errors
/// Never in a build whose tests passed.
pub fn shipped_plays() -> Result<Plays, DataError> {
    parse(include_str!("../../../../standards/emergency.json"))
}

/// Reads and checks a file of playbooks.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn parse(text: &str) -> Result<Plays, DataError> {
    let plays: Plays = serde_json::from_str(text)?;
    let mut codes = HashSet::new();
    for class in Class::ALL {
        if plays.of(*class).next().is_none() {
            return Err(DataError::at(class.as_str(), "no playbook"));
        }
    }
    for play in &plays.plays {
        check(play)?;
        if !codes.insert(&play.code) {
            return Err(DataError::at(&play.code, "twice"));
        }
    }
    Ok(plays)
}

fn check(play: &Play) -> Result<(), DataError> {
    let at = |reason: &str| DataError::at(&play.code, reason);
    let texts = [&play.say, &play.lead, &play.neighbours, &play.authority].map(|w| (&w.zh, &w.en));
    let steps = play.steps.iter().map(|s| (&s.zh, &s.en));
    let calls = play.call.iter().map(|c| (&c.zh, &c.en));
    for (zh, en) in texts
        .into_iter()
        .chain(steps)
        .chain(calls)
        .chain([(&play.zh, &play.en)])
    {
        if !zh.chars().any(is_han) {
            return Err(at("no Chinese text"));
        }
        if en.trim().is_empty() || en.chars().any(is_han) {
            return Err(at("no English text"));
        }
        for text in [zh, en] {
            let wrong = text
                .split('{')
                .skip(1)
                .filter_map(|part| part.split_once('}'))
                .any(|(hole, _)| !HOLES.contains(&hole));
            if wrong {
                return Err(at("unknown placeholder"));
            }
        }
    }
    let mut seen = HashSet::new();
    if !play.steps.iter().all(|s| seen.insert(&s.code)) {
        return Err(at("a step twice"));
    }
    if play.steps.iter().all(|s| !s.must) {
        return Err(at("nothing must be done"));
    }
    // REC-18, REC-19, DIR-14: the centre's manager is told of every emergency.
    if !play.call.iter().any(|c| c.post == CallPost::ProjectManager) {
        return Err(at("the project manager is not called"));
    }
    Ok(())
}
