//! Units, people and vehicles.

use std::collections::HashMap;

use domain::fold::{fold_code, is_han};
use domain::ids::{PersonId, UnitId};
use domain::room::{Fit, RoomKey, RoomQuery};
use store::directory::find as db;
use store::directory::{occupancy, thing, unit};
use store::seam::Conn;

use super::mark::{mark, mark_unit, unmarked};
use super::{Finder, Hit, HitKind, LOOK, Piece, range};
use crate::error::Res;

/// Person, the record it points to, name, label, detail, score.
type PersonHit = (PersonId, Option<PersonId>, String, Vec<Piece>, Vec<Piece>, u8);

impl Finder<'_> {
    /// `3-1-1201`, `3栋1单元1201`, `1201`, and the beginnings of these.
    pub(super) fn units(&mut self, c: &mut Conn) -> Res<()> {
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
        found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.sort_key.cmp(&b.0.sort_key)));
        found.dedup_by(|a, b| a.0.id == b.0.id);
        found.truncate(self.keep);
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
    pub(super) fn phones(&mut self, c: &mut Conn) -> Res<()> {
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
    pub(super) fn names(&mut self, c: &mut Conn) -> Res<()> {
        let typed = domain::directory::folded_name(&self.text);
        if typed.is_empty() || typed.chars().any(|c| c.is_ascii_digit()) {
            return Ok(());
        }
        let (from, to) = range(&typed);
        // One letter or character is the beginning of thousands: a few are enough until more is typed.
        let most = if typed.chars().count() == 1 { LOOK / 2 } else { LOOK * 2 };
        let mut found: Vec<(db::NameHit, u8)> = db::names(c, &self.ctx.site, &from, &to, most)?
            .into_iter()
            .map(|h| {
                let whole = domain::directory::folded_name(&h.name);
                let score = match (h.name_key == typed, whole == typed) {
                    (_, true) => 95,
                    (true, false) => 85,
                    (false, _) if whole.starts_with(&typed) => 82,
                    (false, _) => 68,
                };
                (h, score)
            })
            .collect();
        // A person is found by several keys: the best counts.
        found.sort_by_key(|f| std::cmp::Reverse(f.1));
        let mut seen = std::collections::HashSet::new();
        found.retain(|f| seen.insert(f.0.person_id.clone()));
        found.truncate(self.keep);
        let letters = !typed.chars().any(is_han);
        let hits = found
            .into_iter()
            .map(|(h, score)| {
                let spelt = letters
                    && h.name.chars().all(is_han)
                    && domain::tokens::pinyin_initials(&h.name).starts_with(&typed);
                let needle = if spelt {
                    h.name.chars().take(typed.chars().count()).collect()
                } else if letters {
                    self.text.clone()
                } else {
                    typed.clone()
                };
                let label = mark(&h.name, &[needle]);
                (h.person_id, h.merged_into, h.name, label, Vec::new(), score)
            })
            .collect();
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
    pub(super) fn plates(&mut self, c: &mut Conn) -> Res<()> {
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
}

/// `浙A8K` as it stands with its dot: `浙A·8K`.
fn shown_form(code: &str) -> String {
    let mut chars = code.chars();
    match (chars.next(), chars.next()) {
        (Some(p), Some(l)) if is_han(p) => format!("{p}{l}·{}", chars.as_str()),
        _ => code.to_owned(),
    }
}
