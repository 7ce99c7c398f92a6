//! Units as people write them: `3-1-1201`, `3栋1单元1201`, `3#1201`, `A座1201`, `商铺12`, and the half of one that is being typed.
//! A [`RoomKey`] names one unit, a [`RoomQuery`] is what a search box holds. Nothing here knows which units exist.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::fold::{fold, is_han, is_zh_numeral, zh_numeral};

mod order;

pub use order::padded;

/// Longest text that is looked at, in characters.
const MAX_TEXT: usize = 64;
/// Longest single part (building, entrance or room), in characters.
const MAX_PART: usize = 8;
/// Words that stand where a building number stands, with their English.
const PLACES: &[(&str, &str)] = &[
    ("商铺", "Shop"),
    ("底商", "Shop"),
    ("店铺", "Shop"),
    ("门面", "Shop"),
    ("商业", "Retail"),
    ("别墅", "Villa"),
    ("储藏室", "Storage"),
    ("储藏", "Storage"),
    ("车库", "Garage"),
    ("地下室", "Basement"),
    ("地库", "Basement"),
    ("会所", "Clubhouse"),
    ("公寓", "Apartments"),
    ("写字楼", "Offices"),
    ("裙楼", "Podium"),
];

/// One unit. Building and entrance are kept without leading zeros and in upper case; the room is kept as written on the door (`0903`).
/// Two keys are equal when they differ only in leading zeros: compare and index by [`RoomKey::match_key`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RoomKey {
    /// Building number or name: `3`, `A`, `B2`, `东区3`, `商铺`.
    pub building: String,
    /// Entrance (单元); none in houses with one entrance and where people leave it out.
    pub entrance: Option<String>,
    /// Room as written: `1201`, `0903`, `1201A`.
    pub room: String,
}

/// Why a text is not a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoomError {
    /// Nothing was written.
    Empty,
    /// Longer than any unit's name.
    TooLong,
    /// A room, but not in which building.
    NoBuilding,
    /// A building, but no room.
    NoRoom,
    /// Parts that cannot be told apart.
    Unclear,
}

impl fmt::Display for RoomError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "no unit written",
            Self::TooLong => "too long for a unit",
            Self::NoBuilding => "the building is missing",
            Self::NoRoom => "the room is missing",
            Self::Unclear => "not readable as building, entrance and room",
        })
    }
}

impl std::error::Error for RoomError {}

impl RoomKey {
    /// Makes a key from separate columns (an import, a form). The parts are folded like typed text.
    ///
    /// # Errors
    /// [`RoomError`] when building or room is empty, or a part is too long.
    pub fn new(building: &str, entrance: Option<&str>, room: &str) -> Result<Self, RoomError> {
        let part = |text: &str, unit: &[&str]| -> Result<String, RoomError> {
            let folded: String = fold(text).chars().filter(|c| !c.is_whitespace()).collect();
            let bare = unit.iter().find_map(|u| folded.strip_suffix(u)).unwrap_or(&folded);
            let bare = zh_numeral(bare).unwrap_or_else(|| bare.to_uppercase());
            if bare.chars().count() > MAX_PART || bare.chars().any(|c| !(c.is_alphanumeric() || is_han(c))) {
                return Err(RoomError::Unclear);
            }
            Ok(bare)
        };
        let building = strip_zeros(&part(building, &["号楼", "栋", "幢", "座", "#", "楼"])?);
        let entrance = match entrance {
            Some(text) => Some(strip_zeros(&part(text, &["单元", "门"])?)).filter(|e| !e.is_empty()),
            None => None,
        };
        let room = part(room, &["室", "房", "号", "户"])?;
        match (building.is_empty(), room.is_empty()) {
            (true, true) => Err(RoomError::Empty),
            (true, false) => Err(RoomError::NoBuilding),
            (false, true) => Err(RoomError::NoRoom),
            (false, false) => Ok(Self {
                building,
                entrance,
                room,
            }),
        }
    }

    /// Reads a unit in any usual writing.
    ///
    /// # Errors
    /// [`RoomError`] says what is missing; a half-typed unit is a [`RoomQuery`], not a key.
    pub fn parse(text: &str) -> Result<Self, RoomError> {
        let parts = Parts::read(text)?;
        let mut free = parts.free;
        let (mut building, mut entrance, mut room) = (parts.building, parts.entrance, parts.room);
        if room.is_none() {
            room = match free.len() {
                0 => None,
                // 3-1-12-01 writes the floor apart, 3-1-12-1201 writes it twice.
                n if n >= 2 && building.is_none() && entrance.is_none() && n == 4 => {
                    let last = free.pop().unwrap_or_default();
                    let floor = free.pop().unwrap_or_default();
                    join_floor(&floor, &last)
                }
                _ => free.pop(),
            };
        }
        let mut rest = free.into_iter();
        if building.is_none() {
            building = rest.next();
        }
        if entrance.is_none() {
            entrance = rest.next();
        }
        if rest.next().is_some() {
            return Err(RoomError::Unclear);
        }
        if building.is_none()
            && let Some(whole) = &room
            && let Some((letters, digits)) = letters_then_digits(whole)
        {
            (building, room) = (Some(letters), Some(digits));
        }
        let section = parts.section;
        match (building, room) {
            (None, None) => Err(RoomError::Empty),
            (None, Some(_)) => Err(RoomError::NoBuilding),
            (Some(_), None) => Err(RoomError::NoRoom),
            (Some(b), Some(room)) => Ok(Self {
                building: strip_zeros(&format!("{section}{b}")),
                entrance: entrance.map(|e| strip_zeros(&e)),
                room,
            }),
        }
    }

    /// The console's writing: `3-1-1201`, or `3-1201` without an entrance.
    #[must_use]
    pub fn code(&self) -> String {
        self.join(&self.room)
    }

    /// The writing that is compared and indexed: like [`RoomKey::code`], with no leading zeros in the room either.
    #[must_use]
    pub fn match_key(&self) -> String {
        self.join(&strip_zeros(&self.room))
    }

    fn join(&self, room: &str) -> String {
        match &self.entrance {
            Some(e) => format!("{}-{e}-{room}", self.building),
            None => format!("{}-{room}", self.building),
        }
    }

    /// For residents and print, in Chinese: `3 栋 1 单元 1201`.
    #[must_use]
    pub fn display_zh(&self) -> String {
        let building = if PLACES.iter().any(|(zh, _)| *zh == self.building) {
            self.building.clone()
        } else if self.building.chars().all(|c| c.is_ascii_alphabetic()) {
            format!("{} 座", self.building)
        } else {
            format!("{} 栋", self.building)
        };
        match &self.entrance {
            Some(e) => format!("{building} {e} 单元 {}", self.room),
            None => format!("{building} {}", self.room),
        }
    }

    /// For residents and print, in English: `Building 3, Entrance 1, 1201`.
    #[must_use]
    pub fn display_en(&self) -> String {
        let building = match PLACES.iter().find(|(zh, _)| *zh == self.building) {
            Some((_, en)) => (*en).to_owned(),
            None => format!("Building {}", self.building),
        };
        match &self.entrance {
            Some(e) => format!("{building}, Entrance {e}, {}", self.room),
            None => format!("{building}, {}", self.room),
        }
    }
}

impl PartialEq for RoomKey {
    fn eq(&self, other: &Self) -> bool {
        self.match_key() == other.match_key()
    }
}

impl Eq for RoomKey {}

impl Hash for RoomKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.match_key().hash(state);
    }
}

impl fmt::Display for RoomKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code())
    }
}

/// How well a unit answers a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// Everything written is met and the room is whole.
    Exact,
    /// The room begins with what is written so far, or no room is written.
    Prefix,
}

/// One reading of a typed unit. A part that is `None` may be anything; the room is met whole or as a beginning.
/// Building and entrance are compared whole, without leading zeros.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RoomQuery {
    /// Building, compared whole.
    pub building: Option<String>,
    /// Entrance, compared whole.
    pub entrance: Option<String>,
    /// Room or its beginning, leading zeros removed.
    pub room: Option<String>,
}

impl RoomQuery {
    /// The likeliest reading, or `None` if the text is not a unit at all (a name, a sentence, a phone number).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::readings(text).into_iter().next()
    }

    /// All readings, likeliest first, at most two: `3-1` is entrance 1 of building 3, or a room of building 3 that begins with 1.
    #[must_use]
    pub fn readings(text: &str) -> Vec<Self> {
        let Ok(parts) = Parts::read(text) else {
            return Vec::new();
        };
        let section = parts.section.clone();
        let make = |b: Option<&String>, e: Option<&String>, r: Option<&String>| Self {
            building: b.map(|b| strip_zeros(&format!("{section}{b}"))),
            entrance: e.map(|e| strip_zeros(e)),
            room: r.map(|r| strip_zeros(r)),
        };
        let (b, e, r) = (parts.building.as_ref(), parts.entrance.as_ref(), parts.room.as_ref());
        let long = |text: &str| text.chars().count() >= 3;
        let f = &parts.free;
        let found = match (b, e, r, f.as_slice()) {
            (_, _, _, []) => vec![make(b, e, r)],
            (None, None, None, [one]) if parts.open => vec![make(Some(one), None, None)],
            (None, None, None, [one]) => match letters_then_digits(one) {
                Some((letters, digits)) => vec![make(Some(&letters), None, Some(&digits)), make(Some(one), None, None)],
                None if long(one) => vec![make(None, None, Some(one))],
                None => vec![make(Some(one), None, None), make(None, None, Some(one))],
            },
            (None, None, None, [one, two]) if parts.open => vec![make(Some(one), Some(two), None)],
            (None, None, None, [one, two]) if long(two) => vec![make(Some(one), None, Some(two))],
            (None, None, None, [one, two]) => vec![make(Some(one), Some(two), None), make(Some(one), None, Some(two))],
            (Some(_), None, None, [one]) if parts.open => vec![make(b, Some(one), None)],
            (Some(_), None, None, [one]) if long(one) => vec![make(b, None, Some(one))],
            (Some(_), None, None, [one]) => vec![make(b, Some(one), None), make(b, None, Some(one))],
            (_, Some(_), None, [one]) => vec![make(b, e, Some(one))],
            _ => match RoomKey::parse(text) {
                Ok(key) => {
                    let room = strip_zeros(&key.room);
                    vec![Self {
                        building: Some(key.building),
                        entrance: key.entrance,
                        room: Some(room),
                    }]
                }
                Err(_) => Vec::new(),
            },
        };
        found.into_iter().filter(|q| *q != Self::default()).collect()
    }

    /// Whether and how well a unit answers this reading.
    #[must_use]
    pub fn fit(&self, key: &RoomKey) -> Option<Fit> {
        if self.building.as_ref().is_some_and(|b| *b != key.building) {
            return None;
        }
        if self.entrance.is_some() && self.entrance != key.entrance {
            return None;
        }
        let Some(room) = &self.room else {
            return Some(Fit::Prefix);
        };
        let whole = strip_zeros(&key.room);
        if whole == *room {
            Some(Fit::Exact)
        } else if whole.starts_with(room.as_str()) {
            Some(Fit::Prefix)
        } else {
            None
        }
    }
}

/// The beginning of a [`RoomKey::match_key`] that a text being typed stands for: `3栋1单元12` → `3-1-12`, `3-1` → `3-1`.
/// `None` when it leaves out the building.
#[must_use]
pub fn typing_prefix(text: &str) -> Option<String> {
    let q = RoomQuery::parse(text)?;
    let mut parts = vec![q.building?];
    parts.extend(q.entrance);
    parts.extend(q.room);
    Some(parts.join("-"))
}

/// Removes the zeros before each run of digits: `03` → `3`, `B02` → `B2`, `000` → `0`. Zeros inside a number stay.
fn strip_zeros(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    for (i, c) in chars.iter().enumerate() {
        let at_start = !out.chars().next_back().is_some_and(|p| p.is_ascii_digit());
        let more = chars.get(i + 1).is_some_and(char::is_ascii_digit);
        if !(*c == '0' && at_start && more) {
            out.push(*c);
        }
    }
    out
}

/// `A1201` → (`A`, `1201`): a building's letter written together with a room of three digits or more.
fn letters_then_digits(text: &str) -> Option<(String, String)> {
    let cut = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = text.split_at(cut);
    (!letters.is_empty()
        && letters.chars().all(|c| c.is_ascii_alphabetic())
        && digits.len() >= 3
        && digits.chars().all(|c| c.is_ascii_digit()))
    .then(|| (letters.to_owned(), digits.to_owned()))
}

fn join_floor(floor: &str, last: &str) -> Option<String> {
    if last.len() > 2 && last.starts_with(floor) {
        Some(last.to_owned())
    } else {
        Some(format!("{floor}{last:0>2}"))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Building,
    Entrance,
    Floor,
    Room,
    Lane,
    /// 号: a house number, or a room's if nothing follows.
    Number,
    /// 楼: a building, or a floor if the building is known.
    House,
}

enum Token {
    Atom(String),
    Word(String),
    /// Said after the number (栋) or, in English and for `#`, before it.
    Mark(Role),
    Before(Role),
    Space,
    Dash,
}

const MARKS: &[(&str, Role)] = &[
    ("楼栋", Role::Building),
    ("号楼", Role::Building),
    ("号房", Role::Room),
    ("号门", Role::Entrance),
    ("单元", Role::Entrance),
    ("栋", Role::Building),
    ("幢", Role::Building),
    ("座", Role::Building),
    ("门", Role::Entrance),
    ("梯", Role::Entrance),
    ("层", Role::Floor),
    ("室", Role::Room),
    ("房", Role::Room),
    ("户", Role::Room),
    ("弄", Role::Lane),
    ("号", Role::Number),
    ("楼", Role::House),
];

const ENGLISH: &[(&str, Role)] = &[
    ("BUILDING", Role::Building),
    ("BLDG", Role::Building),
    ("BLOCK", Role::Building),
    ("TOWER", Role::Building),
    ("ENTRANCE", Role::Entrance),
    ("UNIT", Role::Entrance),
    ("FLOOR", Role::Floor),
    ("ROOM", Role::Room),
    ("RM", Role::Room),
    ("APT", Role::Room),
];

fn tokens(text: &str) -> Result<Vec<Token>, RoomError> {
    let chars: Vec<char> = fold(text).to_uppercase().chars().collect();
    let mut out: Vec<Token> = Vec::new();
    let mut i = 0;
    let mark_at = |at: usize| {
        MARKS.iter().find(|(mark, _)| {
            let n = mark.chars().count();
            chars
                .get(at..at + n)
                .is_some_and(|slice| slice.iter().copied().eq(mark.chars()))
        })
    };
    while let Some(&c) = chars.get(i) {
        let take = |ok: &dyn Fn(char) -> bool| chars.iter().skip(i).take_while(|c| ok(**c)).count();
        if c.is_ascii_alphanumeric() {
            let n = take(&|c| c.is_ascii_alphanumeric());
            let atom: String = chars.iter().skip(i).take(n).collect();
            i += n;
            match ENGLISH.iter().find(|(word, _)| *word == atom) {
                Some((_, role)) => out.push(Token::Before(*role)),
                None => out.push(Token::Atom(atom)),
            }
            continue;
        }
        // After a number 楼 is a mark; in 裙楼 or 写字楼 it belongs to the word.
        let after_number = match out.last() {
            Some(Token::Atom(_)) => true,
            Some(Token::Space) => matches!(out.get(out.len().wrapping_sub(2)), Some(Token::Atom(_))),
            _ => false,
        };
        if after_number && let Some((mark, role)) = mark_at(i) {
            i += mark.chars().count();
            out.push(Token::Mark(*role));
            continue;
        }
        if is_zh_numeral(c) {
            let n = take(&is_zh_numeral);
            let ends = chars.get(i + n).is_none_or(|next| !is_han(*next)) || mark_at(i + n).is_some();
            let ends = ends || chars.get(i + n).is_some_and(|next| matches!(next, '期' | '区'));
            let run: String = chars.iter().skip(i).take(n).collect();
            if ends && let Some(number) = zh_numeral(&run) {
                out.push(Token::Atom(number));
                i += n;
                continue;
            }
        }
        match c {
            '#' if after_number => out.push(Token::Mark(Role::Building)),
            '#' => out.push(Token::Before(Role::Building)),
            '-' | '/' | '\\' | '_' | '.' | '~' | '、' | '。' | '·' | ',' => out.push(Token::Dash),
            _ if c.is_whitespace() => out.push(Token::Space),
            _ if is_han(c) => {
                // The word ends before a numeral that is itself followed by a mark or the end: 滨江一栋.
                let mut word = String::from(c);
                i += 1;
                while let Some(&next) = chars.get(i) {
                    let run = chars.iter().skip(i).take_while(|c| is_zh_numeral(**c)).count();
                    if !is_han(next) || (run > 0 && mark_at(i + run).is_some()) {
                        break;
                    }
                    word.push(next);
                    i += 1;
                }
                out.push(Token::Word(word));
                continue;
            }
            _ => return Err(RoomError::Unclear),
        }
        i += 1;
    }
    Ok(out)
}

#[derive(Default)]
struct Parts {
    /// 东区, 2期: before the building number.
    section: String,
    building: Option<String>,
    entrance: Option<String>,
    room: Option<String>,
    /// Numbers whose role is told by their order only.
    free: Vec<String>,
    /// Ends with a dash: the next part is still to come.
    open: bool,
}

impl Parts {
    fn read(text: &str) -> Result<Self, RoomError> {
        if text.chars().count() > MAX_TEXT {
            return Err(RoomError::TooLong);
        }
        let toks = tokens(text)?;
        let mut p = Self::default();
        let mut before: Option<Role> = None;
        let mut i = 0;
        while let Some(token) = toks.get(i) {
            let later = |from: usize| toks.iter().skip(from).any(|t| matches!(t, Token::Atom(_)));
            i += 1;
            match token {
                Token::Space => {}
                Token::Dash => p.open = i == toks.len() && p.any(),
                Token::Before(role) => before = Some(*role),
                Token::Mark(_) => return Err(RoomError::Unclear),
                Token::Word(word) => {
                    let is_place = PLACES.iter().any(|(zh, _)| zh == word);
                    if is_place && p.any() && p.room.is_none() {
                        let next = toks.get(i..).into_iter().flatten().find(|t| !matches!(t, Token::Space));
                        if let Some(Token::Atom(number)) = next {
                            p.room = Some(format!("{word}{number}"));
                            i = toks.len();
                        } else {
                            p.room = Some(word.clone());
                        }
                    } else if is_place && p.building.is_none() {
                        p.building = Some(word.clone());
                    } else if (word == "期" || word == "区") && p.section.is_empty() {
                        p.section = format!("{}{word}", p.free.pop().ok_or(RoomError::Unclear)?);
                    } else if word.ends_with('区') && word.chars().count() == 2 && !p.any() && word != "公区" {
                        p.section.clone_from(word);
                    } else if p.any() || word.chars().count() < 2 || !later(i) {
                        return Err(RoomError::Unclear);
                    }
                }
                Token::Atom(atom) => {
                    if atom.chars().count() > MAX_PART {
                        return Err(RoomError::Unclear);
                    }
                    let skip = usize::from(matches!(toks.get(i), Some(Token::Space)));
                    let role = match toks.get(i + skip) {
                        Some(Token::Mark(role)) => {
                            i += skip + 1;
                            Some(*role)
                        }
                        _ => before.take(),
                    };
                    p.put(role, atom, later(i))?;
                }
            }
        }
        if p.any() || !p.section.is_empty() {
            Ok(p)
        } else {
            Err(RoomError::Empty)
        }
    }

    fn any(&self) -> bool {
        self.building.is_some() || self.entrance.is_some() || self.room.is_some() || !self.free.is_empty()
    }

    fn put(&mut self, role: Option<Role>, atom: &str, more: bool) -> Result<(), RoomError> {
        let slot = match role {
            None => {
                self.free.push(atom.to_owned());
                return Ok(());
            }
            Some(Role::Floor | Role::Lane) => return Ok(()),
            Some(Role::House) if self.building.is_some() => return Ok(()),
            Some(Role::Number) if !more => &mut self.room,
            Some(Role::Building | Role::House | Role::Number) if self.building.is_none() => &mut self.building,
            Some(Role::Building | Role::House | Role::Number | Role::Entrance) => &mut self.entrance,
            Some(Role::Room) => &mut self.room,
        };
        if slot.is_some() {
            return Err(RoomError::Unclear);
        }
        *slot = Some(atom.to_owned());
        Ok(())
    }
}

#[cfg(test)]
mod tests;
