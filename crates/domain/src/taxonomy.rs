//! What a case is about: repair items by place and trade, complaint categories, topics of inquiries, suggestions and praise.
//! The shipped file is a preset that each site edits; codes stay, names change.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::case::{FeeKind, Kind, Scope};
use crate::data_error::DataError;
use crate::fold::{fold, is_han};
use crate::tokens::pinyin_distance;

/// A code with its names: a place (户内), a trade (给水), a group of complaints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Stays the same when the name changes.
    pub code: String,
    /// Chinese name.
    pub zh: String,
    /// English name.
    pub en: String,
}

/// One thing that a case can be about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// `repair.water.leak`, `complaint.noise.decoration`, `inquiry.fees`.
    pub code: String,
    /// Kind of case that is suggested when it is chosen (gas smell: help).
    pub kind: Kind,
    /// Trade of a repair, group of a complaint; none for topics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Places where it occurs; the first is the default. Empty: anywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
    /// Chinese name, in residents' words.
    pub zh: String,
    /// English name.
    pub en: String,
    /// Department it goes to by default.
    pub department: String,
    /// Whose work it is by default (REC-12).
    #[serde(default = "own", skip_serializing_if = "is_own")]
    pub scope: Scope,
    /// Urgent by itself (STD-2).
    #[serde(default, skip_serializing_if = "is_false")]
    pub urgent: bool,
    /// How the price is usually found (REC-13); a hint, the price list decides.
    #[serde(default = "free", skip_serializing_if = "is_free")]
    pub fee: FeeKind,
    /// Other words that residents use for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
}

fn own() -> Scope {
    Scope::Own
}

fn free() -> FeeKind {
    FeeKind::Free
}

// serde hands a reference to these.
fn is_own(scope: &Scope) -> bool {
    *scope == Scope::Own
}

fn is_free(fee: &FeeKind) -> bool {
    *fee == FeeKind::Free
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taxonomy {
    /// Version of the preset.
    pub version: String,
    /// Where: 户内, 楼道, 电梯 …
    pub places: Vec<Named>,
    /// Trades of repairs: 给水, 强电 …
    pub trades: Vec<Named>,
    /// Groups of complaints: 工程维修, 噪音 …
    pub complaint_groups: Vec<Named>,
    /// Everything that can be chosen.
    pub items: Vec<Item>,
}

impl Taxonomy {
    /// The item with this code.
    #[must_use]
    pub fn item(&self, code: &str) -> Option<&Item> {
        self.items.iter().find(|i| i.code == code)
    }

    /// Items suggested for a kind, in the file's order.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |i| i.kind == kind)
    }

    /// Trade or complaint group of an item.
    #[must_use]
    pub fn group(&self, item: &Item) -> Option<&Named> {
        let code = item.group.as_deref()?;
        let list = if item.kind == Kind::Complaint {
            &self.complaint_groups
        } else {
            &self.trades
        };
        list.iter().find(|n| n.code == code)
    }
}

/// Reads and checks a taxonomy.
///
/// # Errors
/// [`DataError`] with the code of the entry that is wrong: an empty name, a code used twice or badly formed, an unknown place or group.
pub fn parse(json: &str) -> Result<Taxonomy, DataError> {
    let taxonomy: Taxonomy = serde_json::from_str(json)?;
    let mut sets: Vec<HashSet<&str>> = Vec::new();
    for list in [&taxonomy.places, &taxonomy.trades, &taxonomy.complaint_groups] {
        let mut codes = HashSet::new();
        for n in list {
            check_names(&n.code, &n.zh, &n.en)?;
            if !codes.insert(n.code.as_str()) {
                return Err(DataError::at(&n.code, "the code is used twice"));
            }
        }
        sets.push(codes);
    }
    let has = |list: usize, code: &str| sets.get(list).is_some_and(|s| s.contains(code));
    let mut codes = HashSet::new();
    for item in &taxonomy.items {
        check_names(&item.code, &item.zh, &item.en)?;
        if !codes.insert(item.code.as_str()) {
            return Err(DataError::at(&item.code, "the code is used twice"));
        }
        if item.department.trim().is_empty() {
            return Err(DataError::at(&item.code, "no department"));
        }
        if let Some(place) = item.places.iter().find(|p| !has(0, p)) {
            return Err(DataError::at(&item.code, format!("unknown place {place:?}")));
        }
        let groups = if item.kind == Kind::Complaint { 2 } else { 1 };
        if let Some(group) = item.group.as_deref().filter(|g| !has(groups, g)) {
            return Err(DataError::at(&item.code, format!("unknown group {group:?}")));
        }
    }
    Ok(taxonomy)
}

fn check_names(code: &str, zh: &str, en: &str) -> Result<(), DataError> {
    let formed = !code.is_empty()
        && code
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_'));
    if !formed {
        return Err(DataError::at(
            code,
            "a code has small letters, digits, points and underscores only",
        ));
    }
    if !zh.chars().any(is_han) {
        return Err(DataError::at(code, "no Chinese name"));
    }
    if en.trim().is_empty() || en.chars().any(is_han) {
        return Err(DataError::at(code, "no English name"));
    }
    Ok(())
}

/// The taxonomy that new sites begin with.
///
/// # Errors
/// None in a tested build; see [`parse`].
pub fn default_taxonomy() -> Result<Taxonomy, DataError> {
    parse(include_str!("../../../standards/taxonomy.json"))
}

/// A hit of [`search`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit<'a> {
    /// The item.
    pub item: &'a Item,
    /// Lower is better; only the order means something.
    pub distance: u32,
}

/// Items that answer what was typed, best first: part of the Chinese name or of its other words, their pinyin, pinyin initials
/// (`wsls` finds 卫生间漏水), English words by their beginnings, or the code. Several words must all be met. Nothing typed: all, in order.
#[must_use]
pub fn search<'a>(items: impl IntoIterator<Item = &'a Item>, query: &str) -> Vec<Hit<'a>> {
    let folded = fold(query).to_lowercase();
    let words: Vec<&str> = folded.split_whitespace().collect();
    let mut hits: Vec<Hit<'a>> = items
        .into_iter()
        .filter_map(|item| {
            let mut distance = 0;
            for word in &words {
                distance += distance_to(item, word)?;
            }
            Some(Hit { item, distance })
        })
        .collect();
    // A stable sort: equals keep the file's order, which puts the frequent ones first.
    hits.sort_by_key(|hit| hit.distance);
    hits
}

fn distance_to(item: &Item, word: &str) -> Option<u32> {
    let name = one_name(&item.zh, word);
    let other = item.words.iter().filter_map(|w| one_name(w, word)).min().map(|d| d + 5);
    let english = english(&item.en, word);
    let code = (word.contains('.') && item.code.starts_with(word)).then_some(0);
    [name, other, english, code].into_iter().flatten().min()
}

/// A Chinese name: 0 begins so, 1 contains it, 30 has all its characters in order; then pinyin.
fn one_name(name: &str, word: &str) -> Option<u32> {
    let lower = name.to_lowercase();
    if let Some(at) = lower.find(word) {
        return Some(if at == 0 { 0 } else { 1 });
    }
    if word.chars().any(is_han) {
        let mut rest = lower.chars();
        let in_order = word.chars().count() >= 2 && word.chars().all(|c| rest.any(|n| n == c));
        return in_order.then_some(30);
    }
    pinyin_distance(word, name).map(|d| 10 + d)
}

fn english(name: &str, word: &str) -> Option<u32> {
    if word.len() < 2 {
        return None;
    }
    let lower = name.to_lowercase();
    if lower.starts_with(word) {
        return Some(8);
    }
    lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|w| w.starts_with(word))
        .then_some(9)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::departments::default_departments;

    #[test]
    fn shipped() {
        let t = default_taxonomy().unwrap();
        let departments = default_departments().unwrap();
        for item in &t.items {
            assert!(
                departments.iter().any(|d| d.code == item.department),
                "{}: {}",
                item.code,
                item.department
            );
            let prefix = item.code.split('.').next().unwrap();
            assert!(
                ["repair", "help", "complaint", "inquiry", "suggestion", "praise"].contains(&prefix),
                "{}",
                item.code
            );
            assert!(
                prefix != "repair" || (item.group.is_some() && !item.places.is_empty()),
                "{}",
                item.code
            );
            assert!(prefix != "complaint" || item.group.is_some(), "{}", item.code);
        }
        let repairs = t.items.iter().filter(|i| i.code.starts_with("repair.")).count();
        assert!((110..=160).contains(&repairs), "{repairs}");
        assert_eq!(t.complaint_groups.len(), 18);
        for group in &t.complaint_groups {
            assert!(
                t.of_kind(Kind::Complaint)
                    .any(|i| i.group.as_deref() == Some(&group.code)),
                "{}",
                group.code
            );
        }
        for trade in &t.trades {
            assert!(t.items.iter().any(|i| t.group(i) == Some(trade)), "{}", trade.code);
        }
        for kind in [Kind::Inquiry, Kind::Suggestion, Kind::Praise, Kind::Help] {
            assert!(t.of_kind(kind).count() >= 5, "{kind}");
        }
        let mut names = HashSet::new();
        assert!(t.items.iter().all(|i| names.insert((i.kind, &i.group, &i.zh))));
        assert_eq!(
            t.item("help.gas.smell").map(|i| (i.kind, i.urgent)),
            Some((Kind::Help, true))
        );
    }

    #[test]
    fn found() {
        let t = default_taxonomy().unwrap();
        for (query, want) in [
            ("wsls", "卫生间漏水"),
            ("wsjls", "卫生间漏水"),
            ("卫生间漏水", "卫生间漏水"),
            ("weishengjianlou", "卫生间漏水"),
            ("漏水 卫生间", "卫生间漏水"),
            ("bathroom leak", "卫生间漏水"),
            ("tiaozha", "空开跳闸"),
            ("tz", "空开跳闸"),
            ("kongtiao", "空调不制冷"),
            ("trapped", "电梯困人"),
            ("help.lift", "电梯困人"),
        ] {
            let hits = search(&t.items, query);
            let best: Vec<&str> = hits.iter().take(3).map(|h| h.item.zh.as_str()).collect();
            assert!(best.contains(&want), "{query}: {best:?}");
        }
        assert_eq!(search(&t.items, "").len(), t.items.len());
        assert!(search(&t.items, "不存在的事").is_empty());
    }

    #[test]
    fn refused() {
        let file = |item: &str| {
            format!(
                r#"{{"version":"1","places":[{{"code":"home","zh":"户内","en":"Home"}}],"trades":[{{"code":"water","zh":"给水","en":"Water"}}],"complaint_groups":[],"items":[{item}]}}"#
            )
        };
        let good = r#"{"code":"repair.a","kind":"request","group":"water","places":["home"],"zh":"漏水","en":"Leak","department":"engineering"}"#;
        assert!(parse(&file(good)).is_ok());
        for (from, to, reason) in [
            ("home", "roof", "repair.a: unknown place \"roof\""),
            ("\"water\"", "\"gas\"", "repair.a: unknown group \"gas\""),
            ("漏水", "Leak", "repair.a: no Chinese name"),
            ("\"Leak\"", "\"漏\"", "repair.a: no English name"),
            (
                "repair.a",
                "Repair A",
                "Repair A: a code has small letters, digits, points and underscores only",
            ),
            ("engineering", "", "repair.a: no department"),
        ] {
            assert_eq!(parse(&file(&good.replace(from, to))).unwrap_err().to_string(), reason);
        }
        assert_eq!(
            parse(&file(&format!("{good},{good}"))).unwrap_err().to_string(),
            "repair.a: the code is used twice"
        );
        assert!(
            parse(&file(&good.replace("request", "repair")))
                .unwrap_err()
                .place
                .starts_with("line 1")
        );
    }

    proptest! {
        #[test]
        fn search_never_panics(query in ".{0,20}") {
            let t = default_taxonomy().unwrap();
            let _ = search(t.items.iter().take(10), &query);
        }
    }
}
