//! State diagrams: what may follow what, found by running the rules and not by drawing. The picture cannot say anything that
//! the rules do not do.

pub mod walks;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write as _;

/// One step from a state to another, or one that leaves it as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Code of the state before; None where it begins.
    pub from: Option<&'static str>,
    /// Code of the action.
    pub act: &'static str,
    /// Code of the state after.
    pub to: &'static str,
    /// Who may: codes of [`Process::people`], in its order.
    pub who: Vec<&'static str>,
}

/// A process as a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Names it in addresses and files: `case-request`.
    pub code: &'static str,
    /// Codes of the states that are reached, in the order of a life.
    pub states: Vec<&'static str>,
    /// States in which nothing is left to be done.
    pub ends: Vec<&'static str>,
    pub moves: Vec<Move>,
}

/// What the walk through a process needs to know of it. `S` is a state with all that it carries.
pub struct Walk<'a, S> {
    /// Every state's code, in the order of a life.
    pub order: &'a [&'static str],
    /// Codes of the states in which nothing is left to be done.
    pub ends: &'a [&'static str],
    /// Everybody who might do something, by their code.
    pub people: &'a [&'static str],
    /// Code of the state.
    pub state: &'a dyn Fn(&S) -> &'static str,
    /// What of a state decides on what may follow: two with the same are looked at once.
    pub like: &'a dyn Fn(&S) -> String,
    /// Tries everything as one of the people: action and what came of it. None as the state is the beginning.
    pub steps: &'a dyn Fn(Option<&S>, &'static str) -> Vec<(&'static str, S)>,
    /// No more than so many different states are looked at.
    pub most: usize,
}

/// A step's place in the picture: from, act, to.
type Arrow = (Option<&'static str>, &'static str, &'static str);

/// Walks from the beginning through everything that is reached.
pub fn explore<S>(code: &'static str, w: &Walk<'_, S>) -> Process {
    let mut arrows: BTreeMap<Arrow, Vec<&'static str>> = BTreeMap::new();
    let mut seen: BTreeMap<String, ()> = BTreeMap::new();
    let mut next: Vec<Option<S>> = vec![None];
    while let Some(at) = next.pop() {
        for who in w.people {
            for (act, after) in (w.steps)(at.as_ref(), who) {
                let arrow = (at.as_ref().map(|s| (w.state)(s)), act, (w.state)(&after));
                let people = arrows.entry(arrow).or_default();
                if !people.contains(who) {
                    people.push(who);
                }
                if seen.len() < w.most
                    && let Entry::Vacant(new) = seen.entry((w.like)(&after))
                {
                    new.insert(());
                    next.insert(0, Some(after));
                }
            }
        }
    }
    let place = |code: &str| w.order.iter().position(|s| *s == code);
    let mut states: Vec<&'static str> = Vec::new();
    for (from, _, to) in arrows.keys() {
        for s in from.iter().chain([to]) {
            if !states.contains(s) {
                states.push(s);
            }
        }
    }
    states.sort_by_key(|s| place(s));
    let mut moves: Vec<Move> = arrows
        .into_iter()
        .map(|((from, act, to), mut who)| {
            who.sort_by_key(|x| w.people.iter().position(|p| p == x));
            Move { from, act, to, who }
        })
        .collect();
    moves.sort_by_key(|m| (m.from.and_then(place), m.from.is_some(), place(m.to), m.act));
    Process {
        code,
        ends: w.ends.iter().copied().filter(|e| states.contains(e)).collect(),
        states,
        moves,
    }
}

impl Process {
    /// The steps that lead to another state, or begin.
    pub fn changes(&self) -> impl Iterator<Item = &Move> {
        self.moves.iter().filter(|m| m.from != Some(m.to))
    }

    /// The steps out of a state, those that leave it last.
    pub fn out_of(&self, state: &str) -> Vec<&Move> {
        let mut list: Vec<&Move> = self.moves.iter().filter(|m| m.from == Some(state)).collect();
        list.sort_by_key(|m| m.from == Some(m.to));
        list
    }

    /// The diagram as Mermaid text: one arrow for each pair of states, with the names of the steps.
    pub fn mermaid(&self, state: impl Fn(&str) -> String, act: impl Fn(&str) -> String) -> String {
        let mut out = String::from("stateDiagram-v2\n");
        for s in &self.states {
            let _infallible = writeln!(out, "  state \"{}\" as {s}", state(s));
        }
        let mut arrows: Vec<(Option<&str>, &str, Vec<String>)> = Vec::new();
        for m in self.changes() {
            match arrows.iter_mut().find(|(from, to, _)| *from == m.from && *to == m.to) {
                Some((_, _, acts)) => acts.push(act(m.act)),
                None => arrows.push((m.from, m.to, vec![act(m.act)])),
            }
        }
        for (from, to, acts) in arrows {
            let _infallible = writeln!(out, "  {} --> {to}: {}", from.unwrap_or("[*]"), acts.join("、"));
        }
        for e in &self.ends {
            let _infallible = writeln!(out, "  {e} --> [*]");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_finds_what_the_rules_do() {
        // A light: anybody switches it on, only the keeper switches it off for good after three times.
        let p = explore(
            "light",
            &Walk::<(bool, u8)> {
                order: &["off", "on"],
                ends: &["off"],
                people: &["anybody", "keeper"],
                state: &|s| if s.0 { "on" } else { "off" },
                like: &|s| format!("{s:?}"),
                steps: &|s, who| match (s, who) {
                    (None, _) => vec![("hang", (false, 0))],
                    (Some((false, n)), _) if *n < 3 => vec![("switch", (true, n + 1))],
                    (Some((true, n)), "keeper") => vec![("switch", (false, *n))],
                    _ => vec![],
                },
                most: 100,
            },
        );
        assert_eq!(p.states, ["off", "on"]);
        assert_eq!(p.moves.len(), 3);
        assert_eq!(p.out_of("on")[0].who, ["keeper"]);
        let text = p.mermaid(str::to_uppercase, str::to_owned);
        assert!(
            text.contains("[*] --> off: hang")
                && text.contains("on --> off: switch")
                && text.contains("state \"OFF\" as off")
        );
    }
}
