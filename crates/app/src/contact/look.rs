//! Who is speaking: found by unit, phone or name while it is typed, and compared with the archive (VIS-1, ETQ-2).

use domain::access::{Action, Reach};
use domain::case::{Check, Identity};
use domain::fold::fold;
use domain::ids::{PersonId, UnitId};
use domain::room::RoomKey;
use store::case::CaseLine;
use store::desk as db;
pub use store::desk::{Car, Person, Resident, Unit};
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::error::Res;
use crate::find::{self, HitKind};

/// One candidate.
#[derive(Debug, Clone)]
pub struct Found {
    pub person: Option<PersonId>,
    pub unit: UnitId,
    pub name: String,
    pub unit_code: String,
    pub relation: String,
    /// Masked.
    pub phone: String,
}

const MOST: usize = 8;

/// A number with its middle hidden.
pub fn masked(number: &str) -> String {
    domain::phone::normalise(number).map(|p| p.masked()).unwrap_or_default()
}

/// Candidates for what is typed: a unit in any writing, four digits or more of a phone, a name, its pinyin or initials.
///
/// # Errors
/// `Forbidden` without a right to register.
pub fn look(c: &mut Conn, ctx: &Ctx, typed: &str) -> Res<Vec<Found>> {
    ctx.need(Action::RegisterContact)?;
    let mut found: Vec<Found> = Vec::new();
    if ctx.reach(Action::ViewDirectory) == Reach::Never {
        return Ok(found);
    }
    for hit in find::find(c, ctx, typed, MOST)?.into_iter().flat_map(|g| g.hits) {
        let Some(unit) = hit.unit else { continue };
        let people = db::people_of_unit(c, &unit)?;
        let shown: Vec<Resident> = match hit.kind {
            HitKind::Person => people.into_iter().filter(|r| r.person_id.as_str() == hit.id).collect(),
            HitKind::Unit | HitKind::Vehicle if people.is_empty() => {
                let unit_code = find::plain(&hit.label);
                found.push(Found {
                    person: None,
                    unit,
                    name: String::new(),
                    unit_code,
                    relation: String::new(),
                    phone: String::new(),
                });
                continue;
            }
            HitKind::Unit | HitKind::Vehicle => people,
            _ => continue,
        };
        for r in shown {
            if found
                .iter()
                .any(|f| f.person.as_ref() == Some(&r.person_id) && f.unit == r.unit_id)
            {
                continue;
            }
            found.push(Found {
                person: Some(r.person_id),
                unit: r.unit_id,
                name: r.name,
                unit_code: r.unit_code,
                relation: r.relation,
                phone: r.number.as_deref().map(masked).unwrap_or_default(),
            });
        }
        if found.len() >= MOST {
            break;
        }
    }
    found.truncate(MOST);
    Ok(found)
}

/// The unit that an address names, if the estate has it.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn unit_of(c: &mut Conn, ctx: &Ctx, address: &str) -> Res<Option<Unit>> {
    let Ok(key) = RoomKey::parse(address) else {
        return Ok(None);
    };
    if let Some(u) = db::unit_by_key(c, &ctx.site, &key.match_key())? {
        return Ok(Some(u));
    }
    if key.entrance.is_some() {
        return Ok(None);
    }
    // People leave the entrance out; that is enough where the building has the room once.
    let mut found = db::units_in(c, &ctx.site, &key.building, &key.room_match(), 2)?;
    Ok(if found.len() == 1 { found.pop() } else { None })
}

/// The household of whoever is speaking, as far as the viewer may see it.
#[derive(Debug, Clone, Default)]
pub struct Card {
    pub person: Option<Person>,
    pub phones: Vec<String>,
    pub unit: Option<Unit>,
    pub people: Vec<Resident>,
    pub cars: Vec<Car>,
    pub recent: Vec<CaseLine>,
}

impl Card {
    /// How the chosen person belongs to the unit; empty when not known.
    pub fn relation(&self) -> &str {
        let person = self.person.as_ref().map(|p| &p.id);
        self.people
            .iter()
            .find(|r| Some(&r.person_id) == person)
            .map_or("", |r| r.relation.as_str())
    }
}

/// Reads the household.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn card(c: &mut Conn, ctx: &Ctx, person: Option<&PersonId>, unit: Option<&UnitId>) -> Res<Card> {
    let mut card = Card::default();
    if ctx.reach(Action::ViewDirectory) == Reach::Never {
        return Ok(card);
    }
    if let Some(id) = person {
        card.person = db::person(c, &ctx.site, id)?;
        card.phones = db::phones_of(c, id)?;
    }
    if let Some(id) = unit {
        card.unit = db::unit(c, &ctx.site, id)?;
        if card.unit.is_some() {
            card.people = db::people_of_unit(c, id)?;
            card.cars = db::cars_of(c, id)?;
            let hidden = crate::hidden::Hidden::from(c, ctx)?;
            card.recent = store::case::of_unit(c, id, 5)?;
            card.recent.retain(|l| hidden.shows(l.id.as_str()));
        }
    }
    Ok(card)
}

/// Compares what was said with the archive (VIS-1). A surname with a form of address counts as the name.
pub fn compare(card: &Card, name: &str, phone: &str, address: &str, unit: Option<&UnitId>) -> Identity {
    let said = fold(name.trim());
    let names: Vec<&str> = match &card.person {
        Some(p) => vec![p.name.as_str()],
        None => card.people.iter().map(|p| p.name.as_str()).collect(),
    };
    let name = if said.is_empty() || names.is_empty() {
        Check::Unknown
    } else if names.iter().any(|n| same_name(n, &said)) {
        Check::Same
    } else {
        Check::Differs
    };
    let lives = card
        .person
        .as_ref()
        .is_none_or(|p| card.people.iter().any(|r| r.person_id == p.id));
    let unit = if address.trim().is_empty() || card.unit.is_none() || unit.is_none() {
        Check::Unknown
    } else if lives {
        Check::Same
    } else {
        Check::Differs
    };
    let canonical = domain::phone::normalise(phone)
        .map(|p| p.canonical())
        .unwrap_or_default();
    let mut numbers: Vec<&str> = card.phones.iter().map(String::as_str).collect();
    if card.person.is_none() {
        numbers.extend(card.people.iter().filter_map(|p| p.number.as_deref()));
    }
    let phone = if canonical.is_empty() || numbers.is_empty() {
        Check::Unknown
    } else if numbers.contains(&canonical.as_str()) {
        Check::Same
    } else {
        Check::Differs
    };
    Identity { name, unit, phone }
}

fn same_name(archive: &str, said: &str) -> bool {
    let plain = |s: &str| {
        fold(s)
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
            .to_lowercase()
    };
    let (archive, said) = (plain(archive), plain(said));
    if archive == said {
        return true;
    }
    let titles = ["先生", "女士", "小姐", "太太", "阿姨", "叔叔", "老师", "师傅"];
    titles.iter().any(|t| {
        said.strip_suffix(t)
            .is_some_and(|s| !s.is_empty() && (s == archive || s == domain::mask::surname(&archive)))
    })
}
