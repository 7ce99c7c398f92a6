//! The household in one look (issue 2, point 4): the unit, its people, vehicles, parking, what the desk should know, what was
//! and what is open now, in the unit and in the building. And the list of units.

use std::collections::HashMap;

use domain::access::{Action, Reach};
use domain::ids::{BuildingId, PersonId, UnitId};
use serde_json::Value;
use store::case::CaseLine;
use store::contact::Contact;
use store::directory::{find, occupancy, person as people, thing, unit as db};
use store::seam::Conn;

use super::views::{MergeView, PersonPage, PersonView, view};
use super::{Building, Parking, Unit, Vehicle, standing};
use crate::case;
use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::hidden::Hidden;

/// Recent contacts and cases shown.
const RECENT: i64 = 8;
/// Entries of the journal shown.
const CHANGES: i64 = 30;

/// See the module.
#[derive(Debug, Clone)]
pub struct Household {
    pub unit: Unit,
    pub building: Option<Building>,
    pub people: Vec<PersonView>,
    /// People who have left.
    pub former: Vec<PersonView>,
    pub vehicles: Vec<Vehicle>,
    pub parking: Vec<Parking>,
    pub contacts: Vec<Contact>,
    pub cases: Vec<CaseLine>,
    /// There are more cases than shown.
    pub more_cases: bool,
    /// Open in this unit.
    pub open: Vec<CaseLine>,
    /// Open elsewhere in the building.
    pub open_building: Vec<CaseLine>,
}

/// Cases that the actor may see, as lines.
pub(crate) fn visible_cases(c: &mut Conn, ctx: &Ctx, lines: Vec<CaseLine>) -> Res<Vec<CaseLine>> {
    let reach = ctx.reach(Action::ViewCase);
    if reach == Reach::Never {
        return Ok(Vec::new());
    }
    if reach >= Reach::Site {
        let hidden = Hidden::from(c, ctx)?;
        return Ok(lines.into_iter().filter(|l| hidden.shows(l.id.as_str())).collect());
    }
    let mut out = Vec::new();
    for line in lines {
        match case::get(c, ctx, &line.id) {
            Ok(_) => out.push(line),
            Err(Error::NotFound) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(out)
}

/// Whether the actor may see a contact: all, the department's, or the own.
pub(crate) fn visible_contact(
    ctx: &Ctx,
    staff: Option<&domain::ids::StaffId>,
    department: Option<&domain::ids::DepartmentId>,
) -> bool {
    let reach = ctx.reach(Action::ViewContacts);
    let me = ctx.staff();
    let own = || me.is_some_and(|s| Some(&s.id) == staff);
    match reach {
        Reach::Never => false,
        Reach::Own => own(),
        Reach::Department => own() || me.is_some_and(|s| s.department.is_some() && s.department.as_ref() == department),
        Reach::Site | Reach::All => true,
    }
}

fn visible_contacts(c: &mut Conn, ctx: &Ctx, list: Vec<Contact>) -> Res<Vec<Contact>> {
    let hidden = Hidden::from(c, ctx)?;
    Ok(list
        .into_iter()
        .filter(|k| hidden.shows_contact(k.id.as_str()))
        .filter(|k| visible_contact(ctx, k.staff_id.as_ref(), k.department_id.as_ref()))
        .collect())
}

/// The household of a unit.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub fn household(c: &mut Conn, ctx: &Ctx, id: &UnitId) -> Res<Household> {
    ctx.need(Action::ViewDirectory)?;
    let unit = db::get(c, &ctx.site, id)?.ok_or(Error::NotFound)?;
    let building = db::building(c, &ctx.site, &unit.building_id)?;
    let (mut now, mut former): (Vec<PersonView>, Vec<PersonView>) = (Vec::new(), Vec::new());
    for o in occupancy::of_unit(c, id)? {
        if now.iter().chain(&former).any(|p| p.id == o.person_id) {
            continue;
        }
        let Some(p) = people::get(c, &ctx.site, &o.person_id)?.filter(|p| p.merged_into.is_none()) else {
            continue;
        };
        let p = view(c, ctx, &p)?;
        if o.until_on.is_none() {
            now.push(p)
        } else {
            former.push(p)
        }
    }
    let mut cases = store::case::of_unit(c, id, RECENT + 1)?;
    let more_cases = cases.len() > usize::try_from(RECENT).unwrap_or(8);
    cases.truncate(usize::try_from(RECENT).unwrap_or(8));
    let cases = visible_cases(c, ctx, cases)?;
    let open = find::open_in_unit(c, id, 20)?;
    let open = visible_cases(c, ctx, open)?;
    let near = store::case::open_in_building(c, &ctx.site, &unit.building, 20)?;
    let near = near
        .into_iter()
        .filter(|l| !open.iter().any(|o| o.id == l.id))
        .take(8)
        .collect();
    let open_building = visible_cases(c, ctx, near)?;
    let contacts = {
        let found = store::contact::of_unit(c, id, RECENT)?;
        visible_contacts(c, ctx, found)?
    };
    Ok(Household {
        vehicles: thing::vehicles_of_unit(c, id)?,
        parking: thing::parking_of_unit(c, id)?,
        unit,
        building,
        people: now,
        former,
        contacts,
        cases,
        more_cases,
        open,
        open_building,
    })
}

/// A person's page, with the history of all doubles.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub fn person(c: &mut Conn, ctx: &Ctx, id: &PersonId) -> Res<PersonPage> {
    ctx.need(Action::ViewDirectory)?;
    let p = standing(c, ctx, id)?;
    let mut ids = vec![p.id.clone()];
    ids.extend(people::merged_in(c, &p.id)?);
    let (mut contacts, mut cases) = (Vec::new(), Vec::new());
    for i in &ids {
        contacts.extend(store::contact::of_person(c, i, RECENT)?);
        cases.extend(store::case::of_person(c, i, RECENT)?);
    }
    contacts.sort_by_key(|k| std::cmp::Reverse(k.happened_at));
    contacts.truncate(8);
    cases.sort_by_key(|k| std::cmp::Reverse(k.registered_at));
    cases.truncate(8);
    let mut merges = Vec::new();
    for m in people::merges_of(c, &p.id)? {
        let name = people::get(c, &ctx.site, &m.merged_id)?
            .map(|d| d.name)
            .unwrap_or_default();
        let by = store::site::staff_name(c, &m.staff_id)?
            .map(|s| s.name)
            .unwrap_or_default();
        merges.push(MergeView {
            id: m.id,
            double: m.merged_id,
            name,
            at: m.at,
            by,
        });
    }
    Ok(PersonPage {
        vehicles: thing::vehicles_of_person(c, &p.id)?,
        parking: thing::parking_of_person(c, &p.id)?,
        merges,
        contacts: visible_contacts(c, ctx, contacts)?,
        cases: visible_cases(c, ctx, cases)?,
        person: view(c, ctx, &p)?,
    })
}

/// One line of the list of units.
#[derive(Debug, Clone)]
pub struct UnitLine {
    pub unit: Unit,
    pub people: Vec<occupancy::Lives>,
    /// Open cases.
    pub open: i64,
}

/// One page of the list of units.
#[derive(Debug, Clone, Default)]
pub struct Units {
    pub lines: Vec<UnitLine>,
    /// Cursor of the next page.
    pub next: Option<(String, String)>,
}

/// All buildings of the site.
///
/// # Errors
/// `Forbidden`.
pub fn buildings(c: &mut Conn, ctx: &Ctx) -> Res<Vec<Building>> {
    ctx.need(Action::ViewDirectory)?;
    Ok(db::buildings(c, &ctx.site)?)
}

fn lines(c: &mut Conn, units: Vec<Unit>) -> Res<Vec<UnitLine>> {
    if units.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = units.iter().map(|u| u.id.as_str().to_owned()).collect();
    let mut lives: HashMap<UnitId, Vec<occupancy::Lives>> = HashMap::new();
    for l in occupancy::in_units(c, &occupancy::Many { ids: ids.clone() })? {
        lives.entry(l.unit_id.clone()).or_default().push(l);
    }
    let open: HashMap<UnitId, i64> = find::open_counts(c, &occupancy::Many { ids })?
        .into_iter()
        .map(|o| (o.unit_id, o.n))
        .collect();
    Ok(units
        .into_iter()
        .map(|u| UnitLine {
            people: lives.remove(&u.id).unwrap_or_default(),
            open: open.get(&u.id).copied().unwrap_or(0),
            unit: u,
        })
        .collect())
}

/// The list of units in order; with words, what the search box finds of units and people.
///
/// # Errors
/// `Forbidden`.
pub fn units(
    c: &mut Conn,
    ctx: &Ctx,
    building: Option<&BuildingId>,
    words: &str,
    after: Option<(String, String)>,
    limit: i64,
) -> Res<Units> {
    ctx.need(Action::ViewDirectory)?;
    if !words.trim().is_empty() {
        let mut found = Vec::new();
        for id in crate::find::units_of(c, ctx, words, usize::try_from(limit).unwrap_or(50))? {
            if let Some(u) = db::get(c, &ctx.site, &id)?
                && building.is_none_or(|b| u.building_id == *b)
            {
                found.push(u);
            }
        }
        return Ok(Units {
            lines: lines(c, found)?,
            next: None,
        });
    }
    let filter = db::UnitFilter {
        site: ctx.site.as_str().to_owned(),
        building: building.map(|b| b.as_str().to_owned()),
        after,
        limit: limit + 1,
    };
    let mut list = db::list(c, &filter)?;
    let most = usize::try_from(limit).unwrap_or(50);
    let more = list.len() > most;
    list.truncate(most);
    let next = list
        .last()
        .filter(|_| more)
        .map(|u| (u.sort_key.clone(), u.id.as_str().to_owned()));
    Ok(Units {
        lines: lines(c, list)?,
        next,
    })
}

/// One change of the archive, as the household's page tells it.
#[derive(Debug, Clone)]
pub struct Change {
    pub at: i64,
    pub kind: String,
    /// Name of who did it, or the name of the part of the product.
    pub by: String,
    /// Whose record it is, if a person's.
    pub person: String,
    /// Field, what was there, what is there; personal numbers masked.
    pub fields: Vec<(String, String, String)>,
    pub note: String,
}

/// What was changed about a unit and its people, newest first.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub fn changes(c: &mut Conn, ctx: &Ctx, id: &UnitId) -> Res<Vec<Change>> {
    ctx.need(Action::ViewDirectory)?;
    db::get(c, &ctx.site, id)?.ok_or(Error::NotFound)?;
    let site = ctx.site.as_str().to_owned();
    let mut entries = store::journal::for_subject(c, &site, "unit", id.as_str(), i64::MAX, CHANGES)?;
    let mut names: HashMap<String, String> = HashMap::new();
    for o in occupancy::of_unit(c, id)? {
        if names.contains_key(o.person_id.as_str()) {
            continue;
        }
        if let Some(p) = people::get(c, &ctx.site, &o.person_id)? {
            names.insert(p.id.as_str().to_owned(), p.name);
            entries.extend(store::journal::for_subject(
                c,
                &site,
                "person",
                o.person_id.as_str(),
                i64::MAX,
                CHANGES,
            )?);
        }
    }
    entries.sort_by_key(|e| std::cmp::Reverse(e.seq));
    entries.dedup_by_key(|e| e.seq);
    entries.truncate(usize::try_from(CHANGES).unwrap_or(30));
    let mut staff: HashMap<String, String> = HashMap::new();
    let mut out = Vec::new();
    for e in entries {
        if e.actor_kind == "staff" && !staff.contains_key(&e.actor_id) {
            let found = store::site::staff_name(c, &e.actor_id.as_str().into())?;
            let named = found.map(|s| {
                let en = ctx.locale == crate::ctx::Locale::En && !s.name_en.is_empty();
                if en { s.name_en } else { s.name }
            });
            staff.insert(e.actor_id.clone(), named.unwrap_or_default());
        }
        let whose = e.body.get("person").and_then(Value::as_str).unwrap_or(&e.subject_id);
        out.push(Change {
            at: e.happened_at,
            by: staff.get(&e.actor_id).cloned().unwrap_or(e.actor_id),
            person: names.get(whose).cloned().unwrap_or_default(),
            fields: fields(&e.body),
            note: e
                .body
                .get("reason")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            kind: e.kind,
        });
    }
    Ok(out)
}

fn shown(field: &str, v: Option<&Value>) -> String {
    let text = match v {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(s)) => s.clone(),
        Some(other) => other.to_string(),
    };
    match field {
        "id_number" if !text.is_empty() => domain::id_number::mask(&text),
        _ => text,
    }
}

fn fields(body: &Value) -> Vec<(String, String, String)> {
    let old = body.get("old").and_then(Value::as_object);
    let new = body.get("new").and_then(Value::as_object);
    let mut out: Vec<_> = new
        .into_iter()
        .flatten()
        .map(|(k, v)| (k.clone(), shown(k, old.and_then(|o| o.get(k))), shown(k, Some(v))))
        .collect();
    if let Some(n) = body.get("number").and_then(Value::as_str) {
        out.push(("number".to_owned(), String::new(), super::views::masked(n)));
    }
    for key in ["relation", "since_on", "until_on"] {
        if let Some(v) = body.get(key).and_then(Value::as_str) {
            out.push((key.to_owned(), String::new(), v.to_owned()));
        }
    }
    out
}
