//! The one search box (issue 2, point 3): a unit in any writing, a telephone's last digits, a name in characters, pinyin or
//! initials, a plate, a record's number, words of the content. Best match first, people and units before old cases, open
//! cases before closed ones. Only indexed look-ups with small limits; what the actor may not see is not listed.

mod archive;
mod mark;
mod records;

use std::collections::HashMap;

use domain::access::{Action, Reach};
use domain::fold::fold;
use domain::ids::UnitId;
use serde::Serialize;
use store::directory::find::AFTER;
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::error::Res;

/// Rows that one look-up reads at most.
const LOOK: i64 = 24;
/// Hits by words that are sorted into open and closed, on a page of hits; half of it while somebody types.
const WORDS: i64 = 60;
/// Longest text that is looked at, in characters.
const MOST: usize = 64;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HitKind {
    Unit,
    Person,
    Vehicle,
    OpenCase,
    Order,
    Contact,
    ClosedCase,
}

impl HitKind {
    /// The code, as in translation keys.
    pub fn code(self) -> &'static str {
        match self {
            HitKind::Unit => "unit",
            HitKind::Person => "person",
            HitKind::Vehicle => "vehicle",
            HitKind::OpenCase => "open_case",
            HitKind::Order => "order",
            HitKind::Contact => "contact",
            HitKind::ClosedCase => "closed_case",
        }
    }
}

/// A piece of a text, and whether it is what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    pub text: String,
    pub hit: bool,
}

/// One hit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hit {
    pub kind: HitKind,
    /// Id of the unit, person, vehicle, case or contact.
    pub id: String,
    /// Where its page is.
    pub href: String,
    pub label: Vec<Piece>,
    /// A second text beside the label: masked number, title, place.
    pub detail: Vec<Piece>,
    /// Units it belongs to, or people who live in it.
    pub more: String,
    /// A state's or kind's code, for the icon: the kind of a case.
    pub code: String,
    /// Higher is better; 100 is exactly what was asked for.
    pub score: u8,
    /// The unit to open a household by, if there is one.
    pub unit: Option<UnitId>,
}

/// Hits of one kind, best first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    pub kind: HitKind,
    pub hits: Vec<Hit>,
}

struct Finder<'a> {
    ctx: &'a Ctx,
    /// Hits of one look-up for which names, numbers and units are fetched: as many as a list of parameters holds.
    keep: usize,
    text: String,
    hits: HashMap<(HitKind, String), Hit>,
}

/// Finds at most `each` hits of a kind, groups in the order of their best hit.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn find(c: &mut Conn, ctx: &Ctx, text: &str, each: usize) -> Res<Vec<Group>> {
    let text: String = fold(text)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let text: String = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(MOST)
        .collect();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut f = Finder {
        ctx,
        keep: if each <= 8 { 16 } else { 64 },
        text,
        hits: HashMap::new(),
    };
    if ctx.reach(Action::ViewDirectory) != Reach::Never {
        f.units(c)?;
        f.phones(c)?;
        f.names(c)?;
        f.plates(c)?;
    }
    f.numbers(c)?;
    f.words(c)?;
    Ok(groups(f.hits, each))
}

fn groups(hits: HashMap<(HitKind, String), Hit>, each: usize) -> Vec<Group> {
    let mut all: Vec<Hit> = hits.into_values().collect();
    // Ids of cases and contacts hold their time: newest first among equals. Units and names by their text.
    all.sort_by(|a, b| {
        b.score
            .cmp(&a.score)
            .then(a.kind.cmp(&b.kind))
            .then_with(|| match a.kind {
                HitKind::Unit | HitKind::Person | HitKind::Vehicle => sortable(a).cmp(&sortable(b)),
                _ => b.id.cmp(&a.id),
            })
    });
    let mut out: Vec<Group> = Vec::new();
    for hit in all {
        match out.iter_mut().find(|g| g.kind == hit.kind) {
            Some(g) if g.hits.len() < each => g.hits.push(hit),
            Some(_) => {}
            None => out.push(Group {
                kind: hit.kind,
                hits: vec![hit],
            }),
        }
    }
    out
}

fn sortable(h: &Hit) -> String {
    domain::room::padded(&plain(&h.label)) + &h.id
}

/// The text of pieces.
pub fn plain(pieces: &[Piece]) -> String {
    pieces.iter().map(|p| p.text.as_str()).collect()
}

/// The units that a text stands for, or where the people live whom it stands for; best first.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn units_of(c: &mut Conn, ctx: &Ctx, text: &str, limit: usize) -> Res<Vec<UnitId>> {
    let mut out: Vec<UnitId> = Vec::new();
    for g in find(c, ctx, text, limit)? {
        if matches!(g.kind, HitKind::Unit | HitKind::Person | HitKind::Vehicle) {
            out.extend(g.hits.into_iter().filter_map(|h| h.unit));
        }
    }
    let mut seen = std::collections::HashSet::new();
    out.retain(|u| seen.insert(u.clone()));
    out.truncate(limit);
    Ok(out)
}

/// From the text to the last that begins with it.
fn range(text: &str) -> (String, String) {
    (text.to_owned(), format!("{text}{AFTER}"))
}

impl Finder<'_> {
    fn add(&mut self, hit: Hit) {
        let slot = self
            .hits
            .entry((hit.kind, hit.id.clone()))
            .or_insert_with(|| hit.clone());
        if hit.score > slot.score {
            *slot = hit;
        }
    }
}
