//! Making a roster: rotations, and whether people have time to rest.

use std::collections::BTreeMap;

use super::cover::Stretch;
use crate::codes::codes;

/// Less time than this between two shifts of one person is marked, in milliseconds.
pub const SHORT_REST_MS: i64 = 8 * 3_600_000;

codes! {
    /// Why somebody is away.
    AbsenceKind {
        Annual = "annual",
        Sick = "sick",
        Personal = "personal",
        Compensation = "compensation",
        Training = "training",
        Other = "other",
    }
}

/// One place of a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Days after the first one.
    pub day: i32,
    /// Index of the person.
    pub person: usize,
    /// Index of the shift pattern.
    pub pattern: usize,
}

/// Reads a cycle such as `早 早 中 中 夜 夜 休 休`: each word is the sign or the name of a pattern, anything of `rest` is a day
/// off. `signs`: what each pattern may be called.
///
/// # Errors
/// The word that is no pattern's.
pub fn cycle_of(text: &str, signs: &[Vec<&str>], rest: &[&str]) -> Result<Vec<Option<usize>>, String> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、' | '/'));
    words
        .filter(|w| !w.is_empty())
        .map(|w| {
            let same = |s: &&str| s.to_lowercase() == w.to_lowercase();
            if rest.iter().any(same) {
                return Ok(None);
            }
            match signs.iter().position(|of| of.iter().any(same)) {
                Some(i) => Ok(Some(i)),
                None => Err(w.to_owned()),
            }
        })
        .collect()
}

/// Who works when: everybody goes through the same cycle, spread evenly over it, so that with 早早中中夜夜休休 and four people
/// each shift has one of them every day. `start` is the place of the cycle on which the first person begins.
pub fn rotation(cycle: &[Option<usize>], people: usize, days: i32, start: usize) -> Vec<Place> {
    let n = cycle.len();
    if n == 0 || people == 0 {
        return Vec::new();
    }
    let mut out = Vec::new();
    for day in 0..days.max(0) {
        for person in 0..people {
            let at = start + usize::try_from(day).unwrap_or(0) + person * n / people;
            if let Some(pattern) = cycle.get(at % n).copied().flatten() {
                out.push(Place { day, person, pattern });
            }
        }
    }
    out
}

/// A rest between two shifts that is too short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rest<P> {
    pub person: P,
    /// When the earlier shift ends and the later one begins; an overlap ends after it begins.
    pub until: i64,
    pub again: i64,
}

/// Rests of less than [`SHORT_REST_MS`] between shifts of one person, by when the later one begins.
pub fn short_rests<P: Ord + Clone>(shifts: &[(P, Stretch)]) -> Vec<Rest<P>> {
    let mut of: BTreeMap<&P, Vec<Stretch>> = BTreeMap::new();
    for (person, s) in shifts {
        of.entry(person).or_default().push(*s);
    }
    let mut out = Vec::new();
    for (person, mut list) in of {
        list.sort_unstable();
        for pair in list.windows(2) {
            if pair[1].from - pair[0].to < SHORT_REST_MS {
                out.push(Rest {
                    person: person.clone(),
                    until: pair[0].to,
                    again: pair[1].from,
                });
            }
        }
    }
    out.sort_by_key(|r| r.again);
    out
}
