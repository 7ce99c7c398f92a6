//! Changing the archive: each form as a page or in a dialog, and where it leads.

use app::ctx::{Ctx, Locale};
use app::directory::{
    self as archive, Correction, MoveIn, MoveOut, NewParking, NewPerson, NewPhone, NewUnit, NewVehicle, PhoneMark,
};
use app::error::{Error, Res};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::ids::{PersonId, UnitId, VehicleId};
use store::db::Tx;

use super::form::{Build, FormView, Values};
use crate::fail::{Answer, Fail, Form as Shape, status};
use crate::gate::{Viewer, go};
use crate::l10n::t;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

#[derive(Template)]
#[template(path = "directory/form_page.html")]
struct FormPage {
    p: Page,
    f: FormView,
}

#[derive(Template)]
#[template(path = "directory/form.html")]
struct FormFragment {
    p: Page,
    f: FormView,
}

pub(super) fn shape(headers: &HeaderMap) -> Shape {
    if headers.contains_key("hx-request") {
        Shape::Fragment
    } else {
        Shape::Page
    }
}

pub(super) fn show(web: &Web, v: &Viewer, headers: &HeaderMap, f: FormView) -> Result<Response, Fail> {
    let p = Page::titled(web, v, f.title.clone());
    Ok(if shape(headers) == Shape::Fragment {
        page(&FormFragment { p, f })?
    } else {
        page(&FormPage { p, f })?
    })
}

/// The form again with the reasons, or the error's own page.
pub(super) fn again(web: &Web, v: &Viewer, headers: &HeaderMap, mut f: FormView, e: Error) -> Answer {
    match e {
        Error::Invalid(_) | Error::Conflict { .. } => {
            f.refuse(v.locale, &e);
            Ok((status(&e), show(web, v, headers, f)?).into_response())
        }
        other => Err(Fail(other)),
    }
}

/// What a form is about and where it leads.
struct Frame<'a> {
    act: &'a str,
    about: String,
    to: String,
    back: String,
    version: i64,
}

fn frame(web: &Web, locale: Locale, a: Frame<'_>, b: Build<'_>) -> FormView {
    let sent = |name: &str| b.sent.and_then(|s| s.get(name)).cloned();
    FormView {
        to: a.to,
        back: a.back,
        title: t(locale, &format!("directory-do-{}", a.act)),
        done: t(locale, &format!("directory-done-{}", a.act)),
        about: a.about,
        key: sent("_key").unwrap_or_else(|| web.desk.ids.secret()),
        version: a.version,
        refused: Vec::new(),
        sides: Vec::new(),
        warning: if a.act == "merge" {
            t(locale, "directory-merge-warning")
        } else {
            String::new()
        },
        fields: b.fields,
    }
}

pub(super) fn get<'a>(f: &'a Values, name: &str) -> &'a str {
    f.get(name).map(|s| s.trim()).unwrap_or_default()
}

fn given(f: &Values, name: &str) -> Option<String> {
    f.get(name).map(|s| s.trim().to_owned())
}

pub(super) fn filled(f: &Values, name: &str) -> Option<String> {
    given(f, name).filter(|s| !s.is_empty())
}

fn version(f: &Values) -> i64 {
    get(f, "version").parse().unwrap_or(0)
}

/// Square centimetres of `128.6`.
fn area(text: &str) -> Res<Option<i64>> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || Error::field("area", "directory-area-range");
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.len() <= 6 && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || rest.len() > 2 || !digits(rest) {
        return Err(wrong());
    }
    let cents: i64 = format!("{whole}{rest:0<2}").parse().map_err(|_| wrong())?;
    Ok(Some(cents * 100))
}

fn unit_of(f: &Values) -> Res<NewUnit> {
    let floor = match get(f, "floor") {
        "" => None,
        t => Some(t.parse().map_err(|_| Error::field("floor", "directory-floor-range"))?),
    };
    Ok(NewUnit {
        building: get(f, "building").to_owned(),
        entrance: filled(f, "entrance"),
        room: get(f, "room").to_owned(),
        floor,
        area_cm2: area(get(f, "area"))?,
        layout: given(f, "layout"),
        usage_state: given(f, "usage_state"),
        move_in_on: given(f, "move_in_on"),
        preference: given(f, "preference"),
        care_note: given(f, "care_note"),
    })
}

fn newcomer(f: &Values) -> MoveIn {
    let phones = filled(f, "number")
        .map(|number| NewPhone {
            number,
            ..NewPhone::default()
        })
        .into_iter()
        .collect();
    let new = NewPerson {
        name: get(f, "name").to_owned(),
        gender: filled(f, "gender"),
        phones,
        ..NewPerson::default()
    };
    MoveIn {
        person: filled(f, "person").map(PersonId::from),
        new: Some(new),
        relation: get(f, "relation").to_owned(),
        since_on: filled(f, "since_on"),
        same: filled(f, "same").map(|s| s == "yes"),
    }
}

// ---- units ----

async fn unit_view(web: &Web, v: &Viewer, unit: &str, act: &str, sent: Option<&Values>) -> Result<FormView, Fail> {
    let id = UnitId::from(unit);
    let h = web
        .read(&v.ctx()?, move |c, ctx| archive::household(c, ctx, &id))
        .await?;
    let mut b = Build::new(v.locale, sent);
    match act {
        "edit" => b.unit(Some(&h)),
        "move-in" => b.newcomer(false),
        "tenant" => b.newcomer(true),
        "vehicle" => b.vehicle(&h),
        "parking" => b.parking(),
        _ => return Err(Fail(Error::NotFound)),
    }
    let back = format!("/households/{unit}");
    Ok(frame(
        web,
        v.locale,
        Frame {
            act,
            about: h.unit.code,
            to: format!("{back}/do/{act}"),
            back,
            version: h.unit.version,
        },
        b,
    ))
}

fn do_unit(tx: &mut Tx, ctx: &Ctx, unit: &UnitId, act: &str, f: &Values) -> Res<()> {
    let key = get(f, "_key");
    match act {
        "edit" => archive::correct_unit(tx, ctx, unit, version(f), &unit_of(f)?, get(f, "reason")).map(|_| ()),
        "move-in" => archive::move_in(tx, ctx, key, unit, &newcomer(f)).map(|_| ()),
        "tenant" => archive::change_of_tenant(tx, ctx, key, unit, &newcomer(f)).map(|_| ()),
        "vehicle" => {
            let v = NewVehicle {
                plate: get(f, "plate").to_owned(),
                person: filled(f, "person").map(PersonId::from),
                unit: Some(unit.clone()),
                brand: filled(f, "brand"),
                color: filled(f, "color"),
                kind: None,
            };
            archive::upsert_vehicle(tx, ctx, &v).map(|_| ())
        }
        "parking" => {
            let k = NewParking {
                lot: get(f, "lot").to_owned(),
                code: get(f, "code").to_owned(),
                unit: Some(unit.clone()),
                plate: filled(f, "plate"),
                tenure: filled(f, "tenure"),
                since_on: filled(f, "since_on"),
                until_on: filled(f, "until_on"),
                ..NewParking::default()
            };
            archive::upsert_parking(tx, ctx, &k).map(|_| ())
        }
        _ => Err(Error::NotFound),
    }
}

/// A form about a unit.
pub async fn unit_form(
    State(web): State<Web>,
    v: Viewer,
    headers: HeaderMap,
    Path((unit, act)): Path<(String, String)>,
) -> Answer {
    let f = unit_view(&web, &v, &unit, &act, None).await?;
    show(&web, &v, &headers, f)
}

/// Does what a form about a unit asks.
pub async fn unit_act(
    State(web): State<Web>,
    v: Viewer,
    headers: HeaderMap,
    Path((unit, act)): Path<(String, String)>,
    Form(f): Form<Values>,
) -> Answer {
    let (id, what, sent) = (UnitId::from(unit.as_str()), act.clone(), f.clone());
    match web
        .write(&v.ctx()?, move |tx, ctx| do_unit(tx, ctx, &id, &what, &sent))
        .await
    {
        Ok(()) => Ok(go(shape(&headers), &format!("/households/{unit}"))),
        Err(e) => {
            let view = unit_view(&web, &v, &unit, &act, Some(&f)).await?;
            again(&web, &v, &headers, view, e)
        }
    }
}

fn new_view(web: &Web, v: &Viewer, sent: Option<&Values>) -> FormView {
    let mut b = Build::new(v.locale, sent);
    b.unit(None);
    frame(
        web,
        v.locale,
        Frame {
            act: "new",
            about: String::new(),
            to: "/households/new".into(),
            back: "/households".into(),
            version: 0,
        },
        b,
    )
}

/// The form for a new unit.
pub async fn new_unit_form(State(web): State<Web>, v: Viewer, headers: HeaderMap) -> Answer {
    show(&web, &v, &headers, new_view(&web, &v, None))
}

/// Makes a unit; one that is there already is brought up to date.
pub async fn new_unit(State(web): State<Web>, v: Viewer, headers: HeaderMap, Form(f): Form<Values>) -> Answer {
    let sent = f.clone();
    match web
        .write(&v.ctx()?, move |tx, ctx| {
            archive::upsert_unit(tx, ctx, &unit_of(&sent)?)
        })
        .await
    {
        Ok(u) => Ok(go(shape(&headers), &format!("/households/{}", u.id))),
        Err(e) => again(&web, &v, &headers, new_view(&web, &v, Some(&f)), e),
    }
}

// ---- people ----

/// The address a form about a person leads back to: the household it was opened from, else the person's page.
fn home(person: &str, f: Option<&Values>) -> String {
    match f
        .map(|f| get(f, "unit"))
        .filter(|u| !u.is_empty() && u.bytes().all(|b| b.is_ascii_hexdigit()))
    {
        Some(unit) => format!("/households/{unit}?person={person}"),
        None => format!("/people/{person}"),
    }
}

pub(super) async fn person_view(
    web: &Web,
    v: &Viewer,
    person: &str,
    act: &str,
    asked: &Values,
    sent: Option<&Values>,
) -> Result<FormView, Fail> {
    let (id, merging) = (PersonId::from(person), act == "merge");
    let (x, doubles) = web
        .read(&v.ctx()?, move |c, ctx| {
            let doubles = if merging {
                archive::candidates(c, ctx, &id)?
            } else {
                Vec::new()
            };
            Ok((archive::person(c, ctx, &id)?.person, doubles))
        })
        .await?;
    let mut b = Build::new(v.locale, sent);
    let mut seen = x.version;
    match act {
        "edit" => b.person(&x),
        "phone" => b.phone(),
        "move-out" => {
            let chosen = get(asked, "occupancy");
            b.leaving(&x, chosen);
            seen = 0;
        }
        "merge" => b.double(&doubles),
        _ => return Err(Fail(Error::NotFound)),
    }
    let to = if merging {
        format!("/people/{person}/merge")
    } else {
        format!("/people/{person}/do/{act}")
    };
    let to = match get(asked, "unit") {
        "" => to,
        unit => format!("{to}?unit={}", crate::gate::encode(unit)),
    };
    let act = if act == "edit" { "correct" } else { act };
    Ok(frame(
        web,
        v.locale,
        Frame {
            act,
            about: x.name,
            to,
            back: home(person, Some(asked)),
            version: seen,
        },
        b,
    ))
}

fn do_person(tx: &mut Tx, ctx: &Ctx, person: &PersonId, act: &str, f: &Values) -> Res<()> {
    match act {
        "edit" => {
            let c = Correction {
                name: given(f, "name"),
                gender: given(f, "gender"),
                birth_year: given(f, "birth_year"),
                id_number: if f.contains_key("clear_id") {
                    Some(String::new())
                } else {
                    filled(f, "id_number")
                },
                preference: given(f, "preference"),
                care_note: given(f, "care_note"),
                reason: get(f, "reason").to_owned(),
            };
            archive::correct_person(tx, ctx, person, version(f), &c).map(|_| ())
        }
        "phone" => {
            let n = NewPhone {
                number: get(f, "number").to_owned(),
                label: get(f, "label").to_owned(),
                confirmed: f.contains_key("confirmed"),
            };
            archive::add_phone(tx, ctx, person, &n).map(|_| ())
        }
        "move-out" => {
            let id = get(f, "occupancy");
            let old = archive::person(tx, ctx, person)?
                .person
                .lived
                .into_iter()
                .find(|l| l.id == id);
            let old = old
                .filter(|l| l.until_on.is_none())
                .ok_or_else(|| Error::field("occupancy", "required"))?;
            let n = MoveOut {
                until_on: filled(f, "until_on"),
                reason: get(f, "reason").to_owned(),
                vehicles: f.contains_key("vehicles"),
            };
            archive::move_out(tx, ctx, id, old.version, &n).map(|_| ())
        }
        _ => Err(Error::NotFound),
    }
}

/// A form about a person.
pub async fn person_form(
    State(web): State<Web>,
    v: Viewer,
    headers: HeaderMap,
    Path((person, act)): Path<(String, String)>,
    Query(q): Query<Values>,
) -> Answer {
    if act == "merge" {
        return Err(Fail(Error::NotFound));
    }
    let f = person_view(&web, &v, &person, &act, &q, None).await?;
    show(&web, &v, &headers, f)
}

/// Does what a form about a person asks.
pub async fn person_act(
    State(web): State<Web>,
    v: Viewer,
    headers: HeaderMap,
    Path((person, act)): Path<(String, String)>,
    Query(q): Query<Values>,
    Form(f): Form<Values>,
) -> Answer {
    let (id, what, sent) = (PersonId::from(person.as_str()), act.clone(), f.clone());
    match web
        .write(&v.ctx()?, move |tx, ctx| do_person(tx, ctx, &id, &what, &sent))
        .await
    {
        Ok(()) => Ok(go(shape(&headers), &home(&person, Some(&q)))),
        Err(e) => {
            let view = person_view(&web, &v, &person, &act, &q, Some(&f)).await?;
            again(&web, &v, &headers, view, e)
        }
    }
}

/// Marks a number as confirmed, wrong, or neither.
pub async fn mark_phone(
    State(web): State<Web>,
    v: Viewer,
    headers: HeaderMap,
    Path((person, position)): Path<(String, i64)>,
    Form(f): Form<Values>,
) -> Answer {
    let mark = match get(&f, "mark") {
        "confirmed" => PhoneMark::Confirmed,
        "wrong" => PhoneMark::Wrong,
        "unmarked" => PhoneMark::Unmarked,
        _ => return Err(Fail(Error::field("mark", "required"))),
    };
    let id = PersonId::from(person.as_str());
    web.write(&v.ctx()?, move |tx, ctx| {
        archive::mark_phone(tx, ctx, &id, position, mark)
    })
    .await?;
    Ok(go(shape(&headers), &home(&person, Some(&f))))
}

#[derive(Template)]
#[template(path = "directory/revealed.html")]
struct Revealed {
    p: Page,
    text: String,
    back: String,
}

fn revealed(web: &Web, v: &Viewer, headers: &HeaderMap, text: String, back: String) -> Answer {
    if shape(headers) == Shape::Fragment {
        return Ok((StatusCode::OK, [("content-type", "text/plain; charset=utf-8")], text).into_response());
    }
    Ok(page(&Revealed {
        p: Page::new(web, v, "directory-revealed"),
        text,
        back,
    })?)
}

/// Shows a number whole: one act, in the journal.
pub async fn reveal_phone(
    State(web): State<Web>,
    v: Viewer,
    headers: HeaderMap,
    Path((person, position)): Path<(String, i64)>,
    Form(f): Form<Values>,
) -> Answer {
    let id = PersonId::from(person.as_str());
    let text = web
        .write(&v.ctx()?, move |tx, ctx| archive::reveal_phone(tx, ctx, &id, position))
        .await?;
    revealed(&web, &v, &headers, text, home(&person, Some(&f)))
}

/// Shows an identity number whole: one act, in the journal.
pub async fn reveal_id(
    State(web): State<Web>,
    v: Viewer,
    headers: HeaderMap,
    Path(person): Path<String>,
    Form(f): Form<Values>,
) -> Answer {
    let id = PersonId::from(person.as_str());
    let text = web
        .write(&v.ctx()?, move |tx, ctx| archive::reveal_id_number(tx, ctx, &id))
        .await?;
    revealed(&web, &v, &headers, text, home(&person, Some(&f)))
}

/// A vehicle is gone.
pub async fn end_vehicle(
    State(web): State<Web>,
    v: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(f): Form<Values>,
) -> Answer {
    let (vehicle, seen) = (VehicleId::from(id.as_str()), version(&f));
    let unit = web
        .write(&v.ctx()?, move |tx, ctx| archive::end_vehicle(tx, ctx, &vehicle, seen))
        .await?;
    let to = unit.map_or_else(|| "/households".to_owned(), |u| format!("/households/{u}"));
    Ok(go(shape(&headers), &to))
}
