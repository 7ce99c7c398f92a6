//! Emergencies (REC-17 to REC-21, DIR-14) on the screen: one key opens one, everybody on duty sees it live, and what follows is
//! worked off on the same page. Drills look the same and say on every line that they are drills.

pub mod document;
mod view;

use std::collections::HashMap;

use app::emergency::{self, NewEmergency};
use app::error::Error;
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use domain::access::{Action, Reach};
use domain::emergency::{Class, Command, Emergency};
use domain::ids::{EmergencyId, StaffId, UnitId};
use serde::Deserialize;
use store::seam::Conn;

use crate::case::names::Names;
use crate::fail::{Answer, Fail, status};
use crate::form::{Errors, Typed, once};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::roster::{Pairs, cursor, cursor_text, settle, value, values};
use crate::state::Web;
use crate::when;

pub use view::{Banner, banner};
use view::{LivePart, Row, Show, live, phones, show_view};

fn is_htmx(headers: &HeaderMap) -> bool {
    headers.contains_key("hx-request")
}

#[derive(Template)]
#[template(path = "emergency/banner_part.html")]
struct BannerPart {
    p: Page,
}

/// What runs now, on every page.
pub async fn banner_part(State(web): State<Web>, v: Viewer) -> Answer {
    let mut p = Page::bare(&web, Some(&v), v.locale, "");
    p.alarms = banner(&web, &v, &p);
    Ok(page(&BannerPart { p })?)
}

/// Which list.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Which {
    drills: String,
    after: String,
}

#[derive(Template)]
#[template(path = "emergency/list.html")]
struct ListPage {
    p: Page,
    drills: bool,
    rows: Vec<Row>,
    next: Option<String>,
    /// This year's emergencies and drills, counted apart.
    counted: (i64, i64),
    leads: bool,
}

/// Emergencies, or drills.
pub async fn list(State(web): State<Web>, v: Viewer, Query(w): Query<Which>) -> Answer {
    let drills = w.drills == "1";
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let year = when::day_start(&zone, &format!("{}-01-01", &when::date(&zone, v.now)[..4])).unwrap_or(0);
    let after = cursor(&w.after);
    let ((rows, next), counted, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            let page = emergency::page(c, ctx, drills, after.clone(), 40)?;
            Ok((page, emergency::counted(c, ctx, year)?, Names::load(c, ctx)?))
        })
        .await?;
    let p = Page::new(&web, &v, "emergency-title");
    Ok(page(&ListPage {
        rows: rows.iter().map(|s| view::row(&p, &names, &s.state)).collect(),
        next: next.as_ref().map(cursor_text),
        leads: v.may(Action::LeadEmergency),
        drills,
        counted,
        p,
    })?)
}

/// A playbook as a choice: code, name, class.
struct PlayChoice {
    code: String,
    name: String,
    on: bool,
}

#[derive(Template)]
#[template(path = "emergency/new.html")]
struct NewPage {
    p: Page,
    f: NewEmergency,
    classes: Vec<(&'static str, Vec<PlayChoice>)>,
    key: String,
    leads: bool,
    e: Errors,
}

impl NewPage {
    /// The name of who calls (the templates have another use for the word).
    fn who(&self) -> &str {
        &self.f.caller
    }
}

/// What the form begins with. Nobody's number or address: an address stays in the browser's history.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Begin {
    case: String,
    play: String,
    drill: String,
}

fn new_view(web: &Web, v: &Viewer, f: NewEmergency, e: Errors) -> Result<NewPage, Fail> {
    let p = Page::new(
        web,
        v,
        if f.drill {
            "emergency-drill-new"
        } else {
            "emergency-new"
        },
    );
    let book = web.desk.book();
    let classes = Class::ALL
        .iter()
        .map(|class| {
            let plays = book.plays.of(*class).map(|play| PlayChoice {
                code: play.code.clone(),
                name: if p.en() { play.en.clone() } else { play.zh.clone() },
                on: play.code == f.play,
            });
            (class.as_str(), plays.collect())
        })
        .collect();
    Ok(NewPage {
        classes,
        key: p.key(web),
        leads: v.may(Action::LeadEmergency),
        p,
        f,
        e,
    })
}

/// The form behind the one key: class, place, caller.
pub async fn new_page(State(web): State<Web>, v: Viewer, Query(b): Query<Begin>) -> Answer {
    let mut f = NewEmergency {
        play: b.play,
        case: b.case.clone(),
        drill: b.drill == "1",
        ..NewEmergency::default()
    };
    if !b.case.is_empty() {
        let number = b.case;
        let seen = web
            .read(&v.ctx()?, move |c, ctx| app::case::find(c, ctx, &number))
            .await?;
        let s = seen.state;
        f.place = if s.place.is_empty() {
            s.customer.address.clone()
        } else {
            s.place
        };
        f.caller = s.customer.name;
        f.what = s.content;
        // The number goes with it unseen by who may not see it; who may sees it at once, and the journal says so.
        if v.reach(Action::RevealPhone) >= Reach::Site && !s.customer.phone.is_empty() {
            let id = s.id;
            web.write(&v.ctx()?, move |tx, ctx| app::case::reveal_once(tx, ctx, &id))
                .await?;
            f.phone = s.customer.phone;
        }
    }
    Ok(page(&new_view(&web, &v, f, Errors::default())?)?)
}

/// Opens it.
pub async fn create(State(web): State<Web>, v: Viewer, Form(f): Form<Pairs>) -> Answer {
    let key = value(&f, "_key");
    let n = NewEmergency {
        play: value(&f, "play"),
        case: value(&f, "case"),
        drill: value(&f, "drill") == "1",
        place: value(&f, "place"),
        unit: Some(value(&f, "unit")).filter(|u| !u.is_empty()).map(UnitId::from),
        phone: value(&f, "phone"),
        caller: value(&f, "caller"),
        what: value(&f, "what"),
    };
    let asked = n.clone();
    let done = web
        .write(&v.ctx()?, move |tx, ctx| emergency::open(tx, ctx, &key, &asked))
        .await;
    match done {
        Ok(id) => {
            settle(&web, &v).await?;
            Ok(Redirect::to(&format!("/emergencies/{id}")).into_response())
        }
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let status = status(&e);
            let shown = new_view(&web, &v, n, Errors::from(v.locale, Fail(e))?)?;
            Ok((status, page(&shown)?).into_response())
        }
    }
}

/// Who sees the whole number sees it at once, and the journal says so.
async fn revealed(web: &Web, v: &Viewer, id: &EmergencyId) -> Result<bool, Fail> {
    if v.reach(Action::RevealPhone) < Reach::Site {
        return Ok(false);
    }
    let id = id.clone();
    Ok(web
        .write(&v.ctx()?, move |tx, ctx| emergency::reveal_once(tx, ctx, &id))
        .await?)
}

async fn shown(web: &Web, v: &Viewer, id: &EmergencyId, t: Typed) -> Result<Show, Fail> {
    let whole = revealed(web, v, id).await?;
    let asked = id.clone();
    let (seen, names, site, bulletins, own) = web
        .read(&v.ctx()?, move |c, ctx| {
            let site = store::site::get(c, &ctx.site)?.ok_or(Error::NotFound)?;
            let bulletins = crate::bulletin::made_from(c, ctx, &format!("emergencies/{asked}"))?;
            let seen = emergency::get(c, ctx, &asked)?;
            let own = numbers(c, &seen.state)?;
            Ok((seen, Names::load(c, ctx)?, site, bulletins, own))
        })
        .await?;
    let mut shown = show_view(web, v, &seen.state, &names, &site, whole, t);
    shown.reachable(web, v, &own);
    shown.bulletins = bulletins;
    Ok(shown)
}

/// The page, or its live part for the script.
pub async fn show(State(web): State<Web>, v: Viewer, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    let id = EmergencyId::from(id);
    if is_htmx(&headers) {
        return Ok(page(&live_part(&web, &v, &id, Errors::default()).await?)?);
    }
    Ok(page(&shown(&web, &v, &id, Typed::default()).await?)?)
}

async fn live_part(web: &Web, v: &Viewer, id: &EmergencyId, e: Errors) -> Result<LivePart, Fail> {
    let asked = id.clone();
    let (seen, names, own) = web
        .read(&v.ctx()?, move |c, ctx| {
            let seen = emergency::get(c, ctx, &asked)?;
            let own = numbers(c, &seen.state)?;
            Ok((seen, Names::load(c, ctx)?, own))
        })
        .await?;
    let p = Page::bare(web, Some(v), v.locale, "");
    let mut l = live(web, v, &p, &seen.state, &names);
    phones(web, v, &p, &mut l, &own);
    Ok(LivePart { l, p, e })
}

/// The own numbers of those who are to be called now, while it runs: whose turn it is, or everybody of a line that nobody of
/// answered.
fn numbers(c: &mut Conn, e: &Emergency) -> Result<HashMap<StaffId, String>, Error> {
    let mut own = HashMap::new();
    for call in e.calls.iter().filter(|_| e.runs()) {
        let turn = call.confirmed_by.as_ref().or_else(|| call.current());
        let all = call.line.iter().filter(|_| turn.is_none());
        for id in turn.into_iter().chain(all) {
            if let Some(facts) = store::staff::facts(c, id)? {
                own.insert(id.clone(), facts.phone);
            }
        }
    }
    Ok(own)
}

/// What the form asks for.
enum Asked {
    Command(Command),
    Own(StaffId),
}

fn command(zone: &str, f: &Pairs) -> Result<Asked, Error> {
    let text = |name: &str| value(f, name);
    let number = |name: &str| value(f, name).parse::<usize>().map_err(|_| Error::NotFound);
    let command = match text("act").as_str() {
        "confirm" => Command::Confirm {
            call: number("call")?,
            staff: text("staff").as_str().into(),
        },
        "no_answer" => Command::NoAnswer { call: number("call")? },
        "tick" => Command::Tick {
            step: text("step"),
            skip: text("how") == "skip",
            note: text("note"),
        },
        "log" => Command::Log { text: text("text") },
        "own" => return Ok(Asked::Own(text("staff").as_str().into())),
        "end" => Command::End { how: text("how") },
        "report" => Command::Report { result: text("result") },
        "meet" => Command::Meet {
            held_at: when::parse_field(zone, &text("held_at")).ok_or(Error::field("held_at", "required"))?,
            present: values(f, "present").iter().map(|s| s.as_str().into()).collect(),
            analysis: text("analysis"),
        },
        "improve" => Command::Improve {
            owner: text("staff").as_str().into(),
            // Within the day that was entered, so that whoever shows it shows that day.
            due_at: when::day_end(zone, &text("due")).ok_or(Error::field("due", "required"))? - 1,
            what: text("what"),
        },
        "improved" => Command::Improved {
            no: u32::try_from(number("no")?).map_err(|_| Error::NotFound)?,
            how: text("how"),
        },
        "close" => Command::Close,
        _ => return Err(Error::NotFound),
    };
    Ok(Asked::Command(command))
}

/// One step of it.
pub async fn act(
    State(web): State<Web>,
    v: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(f): Form<Pairs>,
) -> Answer {
    let id = EmergencyId::from(id);
    let ctx = v.ctx()?;
    let (asked, sent, at) = (id.clone(), f.clone(), format!("emergencies/{id}"));
    let done = match command(v.zone(), &f) {
        Ok(Asked::Own(staff)) => {
            web.write(&ctx, move |tx, ctx| {
                once(tx, ctx, &sent, &at, |tx, ctx| {
                    emergency::own(tx, ctx, &asked, &staff).map(|_| ())
                })
            })
            .await
        }
        Ok(Asked::Command(c)) => {
            web.write(&ctx, move |tx, ctx| {
                once(tx, ctx, &sent, &at, |tx, ctx| {
                    emergency::act(tx, ctx, &asked, &c).map(|_| ())
                })
            })
            .await
        }
        // Whether it is there is said before what is wrong with the form.
        Err(e) => web
            .read(&ctx, move |c, ctx| emergency::get(c, ctx, &asked))
            .await
            .and(Err(e)),
    };
    answered(&web, &v, &headers, &id, &f, done).await
}

/// The live part for the script, the page without it; what stands in the way is said on it.
async fn answered(
    web: &Web,
    v: &Viewer,
    headers: &HeaderMap,
    id: &EmergencyId,
    f: &Pairs,
    done: Result<(), Error>,
) -> Result<Response, Fail> {
    let (code, e) = match done {
        Ok(()) => {
            settle(web, v).await?;
            (axum::http::StatusCode::OK, Errors::default())
        }
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => return Err(Fail(e)),
        Err(e) => (status(&e), Errors::from(v.locale, Fail(e))?),
    };
    if is_htmx(headers) {
        return Ok((code, page(&live_part(web, v, id, e).await?)?).into_response());
    }
    if e.is_empty() {
        return Ok(Redirect::to(&format!("/emergencies/{id}")).into_response());
    }
    let act = value(f, "act");
    let form = if act == "improved" { act + &value(f, "no") } else { act };
    let t = Typed::new(&form, f, &e);
    Ok((code, page(&shown(web, v, id, t).await?)?).into_response())
}
