//! Looking: the list, the household, the card beside the desk, the person, what was changed.

use app::directory::{self as archive, Change, Household, PersonPage, PersonView, Units};
use app::find::{HitKind, find, plain};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect};
use domain::access::{Action, Reach};
use domain::ids::{BuildingId, PersonId, UnitId};
use serde::Deserialize;
use store::case::CaseLine;

use super::{long_name, square_metres, word};
use crate::case::look;
use crate::fail::Answer;
use crate::gate::{Viewer, encode};
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// What the list is asked for.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Asked {
    building: String,
    q: String,
    after: String,
    after_id: String,
}

#[derive(Template)]
#[template(path = "directory/list.html")]
struct ListPage {
    p: Page,
    q: Asked,
    buildings: Vec<(String, String)>,
    units: Units,
    may_edit: bool,
}

#[derive(Template)]
#[template(path = "directory/rows.html")]
struct Rows {
    p: Page,
    q: Asked,
    units: Units,
}

impl Asked {
    /// The address of the page after this one.
    fn next(&self, after: &(String, String)) -> String {
        let [b, q, s, i] = [&self.building, &self.q, &after.0, &after.1].map(|t| encode(t));
        format!("/households?building={b}&q={q}&after={s}&after_id={i}")
    }
}

/// The units of the site, by building, by words.
pub async fn households(State(web): State<Web>, v: Viewer, headers: HeaderMap, Query(q): Query<Asked>) -> Answer {
    let asked = q.clone();
    let (buildings, units) = web
        .read(&v.ctx()?, move |c, ctx| {
            let building = Some(asked.building.clone())
                .filter(|b| !b.is_empty())
                .map(BuildingId::from);
            let after = Some((asked.after.clone(), asked.after_id.clone())).filter(|a| !a.0.is_empty());
            let units = archive::units(c, ctx, building.as_ref(), &asked.q, after, 50)?;
            Ok((archive::buildings(c, ctx)?, units))
        })
        .await?;
    let p = Page::new(&web, &v, "nav-households");
    if headers.contains_key("hx-request") {
        return Ok(page(&Rows { p, q, units })?);
    }
    let name = |b: archive::Building| {
        let shown = if b.name == b.code {
            p.t1("directory-building-n", "code", &b.code)
        } else {
            b.name
        };
        (b.id.into_string(), shown)
    };
    let buildings = buildings.into_iter().map(name).collect();
    Ok(page(&ListPage {
        may_edit: v.may(Action::EditDirectory),
        p,
        q,
        buildings,
        units,
    })?)
}

/// Which of the people is looked at.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Who {
    person: String,
}

/// What a household's pages share.
struct Look {
    h: Household,
    who: String,
    may_edit: bool,
    may_merge: bool,
    may_reveal: bool,
    may_register: bool,
}

#[derive(Template)]
#[template(path = "directory/household.html")]
struct HouseholdPage {
    p: Page,
    l: Look,
}

#[derive(Template)]
#[template(path = "directory/card.html")]
struct Card {
    p: Page,
    l: Look,
}

impl Look {
    /// The person who is looked at, else the first.
    fn person(&self) -> Option<&PersonView> {
        self.h
            .people
            .iter()
            .find(|x| x.id.as_str() == self.who)
            .or_else(|| self.h.people.first())
    }

    fn others(&self) -> Vec<&PersonView> {
        let me = self.person().map(|x| &x.id);
        self.h.people.iter().filter(|x| Some(&x.id) != me).collect()
    }

    /// The relations a person has to this unit, as words.
    fn relation(&self, p: &Page, x: &PersonView) -> String {
        let now: Vec<String> = x
            .relations_in(&self.h.unit.id)
            .iter()
            .map(|l| p.code("relation", &l.relation))
            .collect();
        now.join(p.t("directory-list-separator").as_str())
    }

    /// `128.6 ㎡ · 三室两厅 · 2021-06 入住`
    fn facts(&self, p: &Page) -> String {
        let u = &self.h.unit;
        let area = u.area_cm2.map(|a| format!("{} ㎡", square_metres(a)));
        let moved = u
            .move_in_on
            .as_ref()
            .map(|d| p.t1("directory-moved-in", "date", d.get(..7).unwrap_or(d)));
        let parts = [
            area,
            Some(u.layout.clone()),
            moved,
            Some(word(p, "usage", &u.usage_state)),
        ];
        parts
            .into_iter()
            .flatten()
            .filter(|t| !t.is_empty())
            .collect::<Vec<_>>()
            .join(" · ")
    }

    /// Plates masked, and the places beside them.
    fn wheels(&self) -> String {
        let plates = self.h.vehicles.iter().map(|v| masked_plate(&v.plate));
        plates
            .chain(self.h.parking.iter().map(|k| k.code.clone()))
            .collect::<Vec<_>>()
            .join(" · ")
    }
}

fn masked_plate(plate: &str) -> String {
    domain::plate::Plate::parse(plate).map_or_else(|| plate.to_owned(), |x| x.masked())
}

/// A plate with its dot.
pub fn plate(text: &str) -> String {
    domain::plate::Plate::parse(text).map_or_else(|| text.to_owned(), |x| x.shown())
}

/// Tone of a case's state.
pub fn tone(l: &CaseLine) -> &'static str {
    l.state.parse().map_or("", look::state_tone)
}

/// Tone and icon of a case's kind.
pub fn kind(l: &CaseLine) -> (&'static str, &'static str) {
    l.kind
        .parse()
        .map_or(("", "notes"), |k| (look::kind_tone(k), look::kind_icon(k)))
}

/// Month and day, with the year where it is another.
pub fn day(p: &Page, at: &i64) -> String {
    let (day, now) = (crate::when::date(&p.zone, *at), crate::when::date(&p.zone, p.now));
    if day.get(..4) == now.get(..4) {
        day.get(5..).unwrap_or_default().to_owned()
    } else {
        day
    }
}

async fn look(web: &Web, v: &Viewer, unit: String, who: String) -> Result<Look, crate::fail::Fail> {
    let h = web
        .read(&v.ctx()?, move |c, ctx| {
            archive::household(c, ctx, &UnitId::from(unit.as_str()))
        })
        .await?;
    Ok(Look {
        h,
        who,
        may_edit: v.may(Action::EditDirectory),
        may_merge: v.may(Action::MergePersons),
        may_reveal: v.reach(Action::RevealPhone) >= Reach::Site,
        may_register: v.may(Action::RegisterContact),
    })
}

/// A household in one look.
pub async fn household(State(web): State<Web>, v: Viewer, Path(unit): Path<String>, Query(q): Query<Who>) -> Answer {
    let l = look(&web, &v, unit, q.person).await?;
    let p = Page::titled(&web, &v, l.h.unit.code.clone());
    Ok(page(&HouseholdPage { p, l })?)
}

/// The same beside the desk: the facts, recent cases and the reminder.
pub async fn card(State(web): State<Web>, v: Viewer, Path(unit): Path<String>, Query(q): Query<Who>) -> Answer {
    let l = look(&web, &v, unit, q.person).await?;
    let p = Page::titled(&web, &v, l.h.unit.code.clone());
    Ok(page(&Card { p, l })?)
}

#[derive(Template)]
#[template(path = "directory/changes.html")]
struct Changes {
    p: Page,
    changes: Vec<Change>,
}

/// What was changed about a household.
pub async fn changes(State(web): State<Web>, v: Viewer, Path(unit): Path<String>) -> Answer {
    let changes = web
        .read(&v.ctx()?, move |c, ctx| {
            archive::changes(c, ctx, &UnitId::from(unit.as_str()))
        })
        .await?;
    Ok(page(&Changes {
        p: Page::new(&web, &v, "directory-changes"),
        changes,
    })?)
}

/// A field's value in words.
pub fn value(p: &Page, field: &str, text: &str) -> String {
    match field {
        "usage_state" => word(p, "usage", text),
        "gender" => word(p, "directory-gender", text),
        "relation" => word(p, "relation", text),
        "area_cm2" => text
            .parse::<i64>()
            .map_or_else(|_| text.to_owned(), |a| format!("{} ㎡", square_metres(a))),
        _ => text.to_owned(),
    }
}

#[derive(Template)]
#[template(path = "directory/person.html")]
struct PersonTemplate {
    p: Page,
    x: PersonPage,
    may_edit: bool,
    may_merge: bool,
    may_reveal: bool,
    may_register: bool,
}

/// One person: numbers, units now and before, history, doubles.
pub async fn person(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let asked = PersonId::from(id.as_str());
    let x = web
        .read(&v.ctx()?, move |c, ctx| archive::person(c, ctx, &asked))
        .await?;
    if x.person.id.as_str() != id {
        // The record was found to be another one's double.
        return Ok(Redirect::to(&format!("/people/{}", x.person.id)).into_response());
    }
    // No name in the title: it would stand in the browser's history.
    let p = Page::new(&web, &v, "directory-person");
    Ok(page(&PersonTemplate {
        p,
        x,
        may_edit: v.may(Action::EditDirectory),
        may_merge: v.may(Action::MergePersons),
        may_reveal: v.reach(Action::RevealPhone) >= Reach::Site,
        may_register: v.may(Action::RegisterContact),
    })?)
}

/// What was typed into a field that looks for a person.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Typed {
    name: String,
    who: String,
    host: String,
}

/// Id, name, number and units of a person to choose.
type Choice = (String, String, String, String);

#[derive(Template)]
#[template(path = "directory/options.html")]
struct Options {
    p: Page,
    people: Vec<Choice>,
}

/// People to choose from, for a field of a form.
pub async fn people_options(State(web): State<Web>, v: Viewer, Query(q): Query<Typed>) -> Answer {
    let text = [q.who, q.host, q.name]
        .into_iter()
        .find(|t| !t.is_empty())
        .unwrap_or_default();
    let groups = web.read(&v.ctx()?, move |c, ctx| find(c, ctx, &text, 8)).await?;
    let people = groups
        .into_iter()
        .filter(|g| g.kind == HitKind::Person)
        .flat_map(|g| g.hits)
        .map(|h| (h.id, plain(&h.label), plain(&h.detail), h.more))
        .collect();
    Ok(page(&Options {
        p: Page::new(&web, &v, "find-title"),
        people,
    })?)
}

/// The head's second line: `3 栋 1 单元 1201`.
pub fn second_line(p: &Page, h: &Household) -> String {
    long_name(p, &h.unit)
}
