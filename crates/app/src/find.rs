//! The one search box (issue 2, point 3): a unit in any writing, a telephone's last digits, a name in characters, pinyin or
//! initials, a plate, a record's number, words of the content. Best match first, people and units before old cases, open
//! cases before closed ones. Only indexed look-ups with small limits; what the actor may not see is not listed.

use std::collections::HashMap;

use domain::access::{Action, Reach};
use domain::fold::{fold, fold_code, is_han};
use domain::ids::{CaseId, PersonId, UnitId};
use domain::number::{DateQuery, NumberQuery, Series};
use domain::room::{Fit, RoomKey, RoomQuery};
use jiff::civil::Date;
use serde::Serialize;
use store::case::CaseLine;
use store::directory::find::{self as db, AFTER, Pick};
use store::directory::{occupancy, thing, unit};
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::directory::{visible_cases, visible_contact};
use crate::error::Res;

/// Rows that one look-up reads at most.
const LOOK: i64 = 24;
/// Hits by words that are sorted into open and closed.
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

/// Marks every needle in a text, whatever its case.
fn mark(text: &str, needles: &[String]) -> Vec<Piece> {
    let chars: Vec<char> = text.chars().collect();
    let lower: Vec<char> = chars.iter().map(|c| c.to_lowercase().next().unwrap_or(*c)).collect();
    let mut on = vec![false; chars.len()];
    for n in needles {
        let n: Vec<char> = n.to_lowercase().chars().collect();
        if n.is_empty() || n.len() > lower.len() {
            continue;
        }
        for start in 0..=lower.len() - n.len() {
            if lower.get(start..start + n.len()) == Some(n.as_slice()) {
                on.iter_mut().skip(start).take(n.len()).for_each(|b| *b = true);
            }
        }
    }
    let mut out: Vec<Piece> = Vec::new();
    for (c, hit) in chars.into_iter().zip(on) {
        match out.last_mut() {
            Some(p) if p.hit == hit => p.text.push(c),
            _ => out.push(Piece {
                text: c.to_string(),
                hit,
            }),
        }
    }
    out
}

fn unmarked(text: impl Into<String>) -> Vec<Piece> {
    let text = text.into();
    if text.is_empty() {
        Vec::new()
    } else {
        vec![Piece { text, hit: false }]
    }
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

    /// `3-1-1201`, `3栋1单元1201`, `1201`, and the beginnings of these.
    fn units(&mut self, c: &mut Conn) -> Res<()> {
        let site = self.ctx.site.clone();
        let mut found: Vec<(unit::Unit, u8)> = Vec::new();
        for (at, q) in RoomQuery::readings(&self.text).into_iter().enumerate() {
            let room = q.room.clone().unwrap_or_default();
            let (from, to) = range(&room);
            let rows = match (&q.building, &q.entrance) {
                (Some(b), Some(e)) => {
                    let (from, to) = range(&format!("{b}-{e}-{room}"));
                    db::units(c, &site, &from, &to, LOOK)?
                }
                (Some(b), None) => db::rooms_of(c, &site, b, &from, &to, LOOK)?,
                (None, _) if room.chars().count() >= 2 => db::rooms(c, &site, &from, &to, LOOK)?,
                (None, _) => Vec::new(),
            };
            for u in rows {
                let entrance = Some(u.entrance.clone()).filter(|e| !e.is_empty());
                let key = RoomKey {
                    building: u.building.clone(),
                    entrance,
                    room: u.room.clone(),
                };
                let base = match (q.fit(&key), &q.building) {
                    (Some(Fit::Exact), Some(_)) if q.entrance.is_some() || u.entrance.is_empty() => 100,
                    (Some(Fit::Exact), Some(_)) => 96,
                    (Some(Fit::Exact), None) => 80,
                    (Some(Fit::Prefix), Some(_)) => 72,
                    (Some(Fit::Prefix), None) => 50,
                    (None, _) => continue,
                };
                // The second reading of the same text is the less likely one.
                found.push((u, base - u8::try_from(at).unwrap_or(1).min(4)));
            }
        }
        if found.is_empty() {
            return Ok(());
        }
        let ids = found.iter().map(|(u, _)| u.id.as_str().to_owned()).collect();
        let mut people: HashMap<UnitId, Vec<String>> = HashMap::new();
        for l in occupancy::in_units(c, &occupancy::Many { ids })? {
            let names = people.entry(l.unit_id).or_default();
            if !names.contains(&l.name) {
                names.push(l.name);
            }
        }
        for (u, score) in found {
            let names = people
                .get(&u.id)
                .map(|n| n.iter().take(3).cloned().collect::<Vec<_>>().join("、"))
                .unwrap_or_default();
            self.add(Hit {
                kind: HitKind::Unit,
                id: u.id.as_str().to_owned(),
                href: format!("/households/{}", u.id),
                label: mark_unit(&u, &self.text),
                detail: unmarked(names),
                more: u.layout,
                code: String::new(),
                score,
                unit: Some(u.id),
            });
        }
        Ok(())
    }

    /// Four last digits or more, or the beginning of a number.
    fn phones(&mut self, c: &mut Conn) -> Res<()> {
        let typed = self.text.clone();
        if !typed
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '+' | '(' | ')'))
        {
            return Ok(());
        }
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        if digits.len() < 4 {
            return Ok(());
        }
        let tail: String = digits.chars().rev().collect();
        let (from, to) = range(&tail);
        let mut found: Vec<(db::PhoneHit, u8)> = Vec::new();
        let whole = domain::phone::normalise(&typed).ok().map(|p| p.canonical());
        for h in db::phone_tails(c, &self.ctx.site, &from, &to, LOOK)? {
            let score = if whole.as_ref() == Some(&h.number) {
                98
            } else {
                76 + u8::from(digits.len() > 4) * 4
            };
            found.push((h, score));
        }
        if digits.len() >= 6 {
            let (from, to) = range(whole.as_deref().unwrap_or(&digits));
            for h in db::phone_heads(c, &self.ctx.site, &from, &to, LOOK)? {
                let score = if whole.as_ref() == Some(&h.number) { 98 } else { 70 };
                found.push((h, score));
            }
        }
        let shown: String = digits
            .chars()
            .rev()
            .take(4)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        let hits = found
            .into_iter()
            .map(|(h, score)| {
                let masked = domain::phone::normalise(&h.number).map_or_else(|_| "****".to_owned(), |p| p.masked());
                let score = score + u8::from(h.confirmed_at.is_some());
                (
                    h.person_id,
                    h.merged_into,
                    h.name.clone(),
                    unmarked(h.name),
                    mark(&masked, std::slice::from_ref(&shown)),
                    score,
                )
            })
            .collect();
        self.people(c, hits)
    }

    /// Names in characters, pinyin or initials.
    fn names(&mut self, c: &mut Conn) -> Res<()> {
        let typed = domain::directory::folded_name(&self.text);
        if typed.is_empty() || typed.chars().any(|c| c.is_ascii_digit()) {
            return Ok(());
        }
        let (from, to) = range(&typed);
        let mut hits = Vec::new();
        for h in db::names(c, &self.ctx.site, &from, &to, LOOK * 2)? {
            let whole = domain::directory::folded_name(&h.name);
            let score = match (h.name_key == typed, whole == typed) {
                (_, true) => 95,
                (true, false) => 85,
                (false, _) if whole.starts_with(&typed) => 82,
                (false, _) => 68,
            };
            let label = if typed.chars().any(is_han) {
                mark(&h.name, std::slice::from_ref(&typed))
            } else if h.name.chars().all(is_han) && domain::tokens::pinyin_initials(&h.name).starts_with(&typed) {
                let n = typed.chars().count();
                let head: String = h.name.chars().take(n).collect();
                mark(&h.name, &[head])
            } else {
                mark(&h.name, std::slice::from_ref(&self.text))
            };
            hits.push((h.person_id, h.merged_into, h.name, label, Vec::new(), score));
        }
        self.people(c, hits)
    }

    /// Resolves doubles, adds numbers and units.
    fn people(&mut self, c: &mut Conn, hits: Vec<PersonHit>) -> Res<()> {
        if hits.is_empty() {
            return Ok(());
        }
        let mut resolved = Vec::new();
        for (id, into, name, label, detail, score) in hits {
            match into {
                // Found by the double's name: the record that stands for both is shown, with both names.
                Some(_) => {
                    let p = crate::directory::standing(c, self.ctx, &id)?;
                    let label = if p.name == name {
                        label
                    } else {
                        [unmarked(format!("{}（", p.name)), label, unmarked("）")].concat()
                    };
                    resolved.push((p.id, label, detail, score));
                }
                None => resolved.push((id, label, detail, score)),
            }
        }
        let ids: Vec<String> = resolved.iter().map(|(id, ..)| id.as_str().to_owned()).collect();
        let mut lives: HashMap<PersonId, Vec<occupancy::Lives>> = HashMap::new();
        for l in occupancy::of_people(c, &occupancy::Many { ids: ids.clone() })? {
            lives.entry(l.person_id.clone()).or_default().push(l);
        }
        let mut phones: HashMap<PersonId, String> = HashMap::new();
        for p in store::directory::person::phones(c, &store::directory::person::People { ids })? {
            let masked = domain::phone::normalise(&p.number).map_or_else(|_| "****".to_owned(), |n| n.masked());
            phones.entry(p.person_id).or_insert(masked);
        }
        for (id, label, detail, score) in resolved {
            let at = lives.get(&id).map(Vec::as_slice).unwrap_or_default();
            let unit = at.first().map(|l| l.unit_id.clone());
            let mut codes: Vec<&str> = at.iter().map(|l| l.code.as_str()).collect();
            codes.dedup();
            let href = match &unit {
                Some(u) => format!("/households/{u}?person={id}"),
                None => format!("/people/{id}"),
            };
            self.add(Hit {
                kind: HitKind::Person,
                href,
                label,
                detail: if detail.is_empty() {
                    unmarked(phones.get(&id).cloned().unwrap_or_default())
                } else {
                    detail
                },
                more: codes.into_iter().take(3).collect::<Vec<_>>().join("、"),
                code: at.first().map(|l| l.relation.clone()).unwrap_or_default(),
                // Who lives here now stands before who has left.
                score: score - u8::from(at.is_empty()) * 10,
                unit,
                id: id.into_string(),
            });
        }
        Ok(())
    }

    /// A plate, its beginning, its serial or its end.
    fn plates(&mut self, c: &mut Conn) -> Res<()> {
        let code: String = fold_code(&self.text)
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || is_han(*c))
            .collect();
        let n = code.chars().count();
        let latin = code.chars().filter(char::is_ascii_alphanumeric).count();
        // Digits alone are a number or a room; a plate has a letter, or is asked for with five characters of it.
        if !(3..=12).contains(&n) || latin < 2 || (code.bytes().all(|b| b.is_ascii_digit()) && n < 5) {
            return Ok(());
        }
        let site = &self.ctx.site;
        let (from, to) = range(&code);
        let mut found = db::plates(c, site, &from, &to, LOOK)?;
        found.extend(db::plate_shorts(c, site, &from, &to, LOOK)?);
        // A8K…: the city's letter and the beginning of the serial.
        if let Some(rest) = code
            .strip_prefix(|c: char| c.is_ascii_uppercase())
            .filter(|r| r.len() >= 2)
        {
            let (from, to) = range(rest);
            found.extend(
                db::plate_shorts(c, site, &from, &to, LOOK)?
                    .into_iter()
                    .filter(|v| v.plate.contains(&code)),
            );
        }
        let tail: String = code.chars().rev().collect();
        let (from, to) = range(&tail);
        found.extend(db::plate_tails(c, site, &from, &to, LOOK)?);
        for v in found {
            let (unit, more) = self.at(c, &v)?;
            let whole = v.plate == code;
            let shown = domain::plate::Plate::parse(&v.plate).map_or_else(|| v.plate.clone(), |p| p.shown());
            let score = match (whole, v.ended_at.is_some()) {
                (true, false) => 97,
                (false, false) => 66,
                (_, true) => 40,
            };
            let dotted: String = code.chars().skip_while(|c| is_han(*c)).collect();
            let serial = code.get(code.len().saturating_sub(dotted.len())..).unwrap_or_default();
            self.add(Hit {
                kind: HitKind::Vehicle,
                id: v.id.as_str().to_owned(),
                href: match (&unit, &v.person_id) {
                    (Some(u), _) => format!("/households/{u}"),
                    (None, Some(p)) => format!("/people/{p}"),
                    (None, None) => "/households".to_owned(),
                },
                label: mark(
                    &shown,
                    &[
                        code.clone(),
                        serial.to_owned(),
                        serial.chars().skip(1).collect(),
                        shown_form(&code),
                    ],
                ),
                detail: unmarked([v.color.as_str(), v.brand.as_str()].join(" ").trim()),
                more,
                code: String::new(),
                score,
                unit,
            });
        }
        Ok(())
    }

    fn at(&self, c: &mut Conn, v: &thing::Vehicle) -> Res<(Option<UnitId>, String)> {
        let mut code = String::new();
        let mut unit_id = v.unit_id.clone();
        if let Some(u) = &v.unit_id {
            code = unit::get(c, &self.ctx.site, u)?.map(|u| u.code).unwrap_or_default();
        } else if let Some(p) = &v.person_id {
            let lives = occupancy::of_people(
                c,
                &occupancy::Many {
                    ids: vec![p.as_str().to_owned()],
                },
            )?;
            if let Some(l) = lives.into_iter().next() {
                (unit_id, code) = (Some(l.unit_id), l.code);
            }
        }
        Ok((unit_id, code))
    }

    /// Numbers of cases, orders and contacts.
    fn numbers(&mut self, c: &mut Conn) -> Res<()> {
        let Some(q) = NumberQuery::parse(&self.text) else {
            return Ok(());
        };
        let site = self.ctx.site.clone();
        let needle = [fold_code(&self.text)];
        let cases = q.series.is_none_or(|s| CASES.contains(&s));
        let contacts = q.series.is_none_or(|s| s == Series::Contact);
        let orders = q.series.is_none_or(|s| s == Series::Order);
        match (q.date, q.seq) {
            (date, Some(seq)) => {
                let tail = format!("{seq:04}");
                let all: Vec<String> = match date {
                    None => Vec::new(),
                    Some(d) => self
                        .days(d)
                        .iter()
                        .flat_map(|day| numbers_of(q.series, *day, seq))
                        .collect(),
                };
                let pick = Pick {
                    site: site.as_str().to_owned(),
                    numbers: all,
                    ..Pick::default()
                };
                // A bare `37` or `1201` is a number only behind everything else; four digits are enough, with a series fewer.
                let bare = q.series.is_none() && date.is_none();
                if bare && self.text.len() < 4 {
                    return Ok(());
                }
                let score = if bare {
                    45
                } else if date.is_some() {
                    100
                } else {
                    90
                };
                if cases {
                    let rows = if date.is_some() {
                        db::cases(c, &pick)?
                    } else {
                        db::cases_running(c, &site, &tail, q.series.map_or("", |s| s.as_str()), LOOK)?
                    };
                    self.cases(c, rows, &needle, score)?;
                }
                if contacts {
                    let rows = if date.is_some() {
                        db::contacts(c, &pick)?
                    } else {
                        db::contacts_running(c, &site, &tail, LOOK)?
                    };
                    self.contacts(rows, &needle, score);
                }
                if orders {
                    let rows = if date.is_some() {
                        db::orders(c, &pick)?
                    } else {
                        db::orders_running(c, &site, &tail, LOOK)?
                    };
                    self.orders(c, rows, &needle, score)?;
                }
            }
            (Some(DateQuery::Day(day)), None) if cases => {
                for s in q.series.map_or(CASES.to_vec(), |s| vec![s]) {
                    let (from, to) = range(&format!("{s}-{}-", day.strftime("%Y%m%d")));
                    let rows = db::cases_numbered(c, &site, &from, &to, LOOK)?;
                    self.cases(c, rows, &needle, 88)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The days a typed date may mean, the newest first.
    fn days(&self, d: DateQuery) -> Vec<Date> {
        match d {
            DateQuery::Day(day) => vec![day],
            DateQuery::MonthDay { month, day } => {
                // The site's zone moves the year's edge by some hours; the year around it is looked at too.
                let year = jiff::Timestamp::from_millisecond(self.ctx.now)
                    .map_or(2026, |t| t.to_zoned(jiff::tz::TimeZone::UTC).year());
                (0..6)
                    .filter_map(|back| Date::new(year + 1 - back, month, day).ok())
                    .collect()
            }
        }
    }

    /// Words of the content: the newest hits, open ones first, and open ones of any age by their title.
    fn words(&mut self, c: &mut Conn) -> Res<()> {
        let mut tokens = domain::tokens::query_tokens(&self.text);
        if tokens.is_empty() || (tokens.len() == 1 && tokens.iter().all(|t| t.len() < 2)) {
            return Ok(());
        }
        let site = self.ctx.site.clone();
        let needles: Vec<String> = self.text.split(' ').map(str::to_owned).collect();
        let ask = |c: &mut Conn, kinds: &[&str], tokens: &[String]| {
            let q = store::search::Query {
                site: site.as_str(),
                kinds,
                tokens,
                prefix: true,
                before: None,
                limit: WORDS,
            };
            store::search::find(c, &q)
        };
        // A record's number stands in the index without its dashes; old ones stay there.
        if NumberQuery::parse(&self.text).is_some_and(|q| q.series.is_some()) {
            tokens = vec![
                fold_code(&self.text)
                    .to_lowercase()
                    .replace(['-', '_', '.', '/', '#'], ""),
            ];
        }
        if self.ctx.reach(Action::ViewCase) != Reach::Never {
            let hits = ask(c, &["case"], &tokens)?;
            let ids: Vec<String> = hits.into_iter().map(|h| h.subject_id).collect();
            if !ids.is_empty() {
                let rows = db::cases(
                    c,
                    &Pick {
                        site: site.as_str().to_owned(),
                        ids,
                        ..Pick::default()
                    },
                )?;
                self.cases(c, rows, &needles, 38)?;
            }
            let like: String = self.text.chars().filter(|c| !matches!(c, '%' | '_' | '\\')).collect();
            if like.chars().count() >= 2 && like.chars().any(is_han) {
                let rows = db::open_titled(c, &site, &format!("%{like}%"), LOOK)?;
                self.cases(c, rows, &needles, 38)?;
            }
        }
        if self.ctx.reach(Action::ViewContacts) != Reach::Never {
            let hits = ask(c, &["contact"], &tokens)?;
            let ids: Vec<String> = hits.into_iter().take(20).map(|h| h.subject_id).collect();
            if !ids.is_empty() {
                let rows = db::contacts(
                    c,
                    &Pick {
                        site: site.as_str().to_owned(),
                        ids,
                        ..Pick::default()
                    },
                )?;
                self.contacts(rows, &needles, 30);
            }
        }
        Ok(())
    }

    fn cases(&mut self, c: &mut Conn, rows: Vec<CaseLine>, needles: &[String], score: u8) -> Res<()> {
        for l in visible_cases(c, self.ctx, rows)? {
            self.add(Hit {
                kind: if l.open { HitKind::OpenCase } else { HitKind::ClosedCase },
                href: format!("/cases/{}", l.id),
                label: mark(&l.title, needles),
                detail: mark_number(&l.number, needles),
                more: l.place,
                code: l.kind,
                // What was asked for by number is found wherever it stands; by words, closed cases come last.
                score: if l.open || score > 45 { score } else { score - 18 },
                unit: None,
                id: l.id.into_string(),
            });
        }
        Ok(())
    }

    fn contacts(&mut self, rows: Vec<db::ContactHit>, needles: &[String], score: u8) {
        for k in rows {
            if !visible_contact(self.ctx, k.staff_id.as_ref(), k.department_id.as_ref()) {
                continue;
            }
            let title = if k.summary.is_empty() {
                k.name.clone()
            } else {
                k.summary
            };
            self.add(Hit {
                kind: HitKind::Contact,
                href: format!("/contacts/{}", k.id),
                label: mark(&title, needles),
                detail: mark_number(&k.number, needles),
                more: k.address,
                code: String::new(),
                score,
                unit: None,
                id: k.id.into_string(),
            });
        }
    }

    fn orders(&mut self, c: &mut Conn, rows: Vec<db::OrderHit>, needles: &[String], score: u8) -> Res<()> {
        let all = self.ctx.reach(Action::ViewCase) >= Reach::Site;
        for o in rows {
            if !all && !sees(c, self.ctx, &o.case_id) {
                continue;
            }
            self.add(Hit {
                kind: HitKind::Order,
                href: format!("/cases/{}", o.case_id),
                label: mark(&o.title, needles),
                detail: mark_number(&o.number, needles),
                more: o.place,
                code: String::new(),
                score,
                unit: None,
                id: o.id.into_string(),
            });
        }
        Ok(())
    }
}

/// Person, the record it points to, name, label, detail, score.
type PersonHit = (PersonId, Option<PersonId>, String, Vec<Piece>, Vec<Piece>, u8);

/// Series of cases.
const CASES: &[Series] = &[
    Series::Request,
    Series::Inquiry,
    Series::Complaint,
    Series::Help,
    Series::Suggestion,
    Series::Praise,
];

fn sees(c: &mut Conn, ctx: &Ctx, case: &CaseId) -> bool {
    crate::case::get(c, ctx, case).is_ok()
}

fn numbers_of(series: Option<Series>, day: Date, seq: u32) -> Vec<String> {
    let all = [CASES, &[Series::Contact, Series::Order]].concat();
    let series = series.map_or(all, |s| vec![s]);
    series
        .into_iter()
        .map(|s| {
            domain::number::RecordNumber {
                series: s,
                date: day,
                seq,
            }
            .to_string()
        })
        .collect()
}

/// `浙A8K` as it stands with its dot: `浙A·8K`.
fn shown_form(code: &str) -> String {
    let mut chars = code.chars();
    match (chars.next(), chars.next()) {
        (Some(p), Some(l)) if is_han(p) => format!("{p}{l}·{}", chars.as_str()),
        _ => code.to_owned(),
    }
}

/// What of a unit's code was typed: the part of the room or of the whole.
fn mark_unit(u: &unit::Unit, typed: &str) -> Vec<Piece> {
    let code = fold_code(typed);
    if u.code.starts_with(&code) || u.room == code {
        return mark(&u.code, &[code]);
    }
    let Some(q) = RoomQuery::parse(typed) else {
        return unmarked(u.code.clone());
    };
    if q.room.as_ref().is_some_and(|r| u.room_key == *r) && q.building.is_some() {
        return mark(&u.code, std::slice::from_ref(&u.code));
    }
    let head: Vec<&str> = [q.building.as_deref(), q.entrance.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    let mut needles = vec![head.join("-")];
    needles.extend(q.room);
    let whole = if needles.len() > 1 {
        needles.join("-")
    } else {
        needles.concat()
    };
    if u.code.starts_with(&whole) {
        mark(&u.code, &[whole])
    } else {
        mark(&u.code, needles.get(1..).unwrap_or_default())
    }
}

/// The typed digits and letters in a record's number.
fn mark_number(number: &str, needles: &[String]) -> Vec<Piece> {
    let parts: Vec<String> = needles
        .iter()
        .flat_map(|n| {
            let n = n.to_uppercase();
            let letters: String = n.chars().take_while(char::is_ascii_alphabetic).collect();
            let digits: String = n
                .chars()
                .rev()
                .take_while(char::is_ascii_digit)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect();
            [n, letters, digits]
        })
        .filter(|n| n.len() >= 2)
        .collect();
    mark(number, &parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(p: &[Piece]) -> String {
        p.iter()
            .map(|p| if p.hit { format!("[{}]", p.text) } else { p.text.clone() })
            .collect()
    }

    #[test]
    fn what_was_typed_is_marked() {
        assert_eq!(shown(&mark("卫生间漏水", &["漏水".into()])), "卫生间[漏水]");
        assert_eq!(shown(&mark("138 **** 6688", &["6688".into()])), "138 **** [6688]");
        assert_eq!(
            shown(&mark_number("BX-20261121-0037", &["BX0037".into()])),
            "[BX]-20261121-[0037]"
        );
        assert_eq!(shown(&mark("Ab", &["abc".into()])), "Ab");
    }
}
