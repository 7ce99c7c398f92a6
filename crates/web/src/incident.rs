//! Mass incidents on the screen: what callers are told stands at the desk before anybody types, one key joins a caller, and
//! when it is over everybody who called is listed and told.

use app::contact::NewContact;
use app::ctx::{Ctx, Locale};
use app::error::Error;
use app::incident::{self, NewIncident, Ongoing};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::access::{Action, Reach};
use domain::case::Channel;
use domain::ids::{IncidentCallerId, IncidentId};
use domain::incident::{State as Stand, Told as Outcome};
use serde::Deserialize;

use crate::case::names::Names;
use crate::fail::{Answer, Fail, status};
use crate::form::{Errors, Typed, once, version};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::roster::{Pairs, cursor, cursor_text, settle, value, values};
use crate::state::Web;

/// What the desk tells callers.
pub struct Told {
    pub id: String,
    pub number: String,
    pub title: String,
    /// Buildings in words, or the whole estate.
    pub where_: String,
    pub say: String,
    pub callers: i64,
    pub waiting: i64,
    pub ended: bool,
}

fn where_(locale: Locale, buildings: &[String]) -> String {
    if buildings.is_empty() {
        return crate::l10n::t(locale, "incident-everywhere");
    }
    let all = buildings.join(&crate::l10n::t(locale, "list-comma"));
    crate::l10n::tx(locale, "incident-buildings-short", &[("buildings", &all)])
}

fn one(locale: Locale, o: &Ongoing) -> Told {
    let i = &o.state;
    Told {
        id: i.id.as_str().to_owned(),
        number: i.number.clone(),
        title: i.title.clone(),
        where_: where_(locale, &i.buildings),
        say: i.say.clone(),
        callers: o.callers,
        waiting: o.waiting,
        ended: i.state != Stand::Open,
    }
}

/// What runs or waits for call backs, for every page; of one building if it is given.
pub fn told(web: &Web, v: &Viewer, p: &Page, building: Option<&str>) -> Vec<Told> {
    let Some(s) = v.session.as_ref().filter(|_| v.may(Action::JoinEmergency)) else {
        return Vec::new();
    };
    let touches = |o: &&Ongoing| building.is_none_or(|b| o.state.touches(b));
    let all = web.desk.live.incidents(&s.site);
    all.iter().filter(touches).map(|o| one(p.locale, o)).collect()
}

/// The incidents that a caller from this address may be calling about: those of the building, or all while it is not known.
pub fn for_caller(ctx: &Ctx, address: &str) -> Vec<Told> {
    if ctx.reach(Action::JoinIncident) == Reach::Never {
        return Vec::new();
    }
    let building = domain::room::RoomKey::parse(address).ok().map(|k| k.building);
    let all = ctx.live.incidents(&ctx.site);
    all.iter()
        .filter(|o| o.state.state == Stand::Open)
        .filter(|o| building.as_ref().is_none_or(|b| o.state.touches(b)))
        .map(|o| one(ctx.locale, o))
        .collect()
}

struct Row {
    id: String,
    number: String,
    title: String,
    where_: String,
    opened: String,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "incident/list.html")]
struct ListPage {
    p: Page,
    rows: Vec<Row>,
    next: Option<String>,
    manages: bool,
}

/// From where the list goes on.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct After {
    after: String,
}

/// All incidents.
pub async fn list(State(web): State<Web>, v: Viewer, Query(a): Query<After>) -> Answer {
    let after = cursor(&a.after);
    let (rows, next) = web
        .read(&v.ctx()?, move |c, ctx| incident::page(c, ctx, after.clone(), 40))
        .await?;
    let p = Page::new(&web, &v, "incident-title");
    let row = |s: &incident::Seen| Row {
        id: s.state.id.as_str().to_owned(),
        number: s.state.number.clone(),
        title: s.state.title.clone(),
        where_: where_(p.locale, &s.state.buildings),
        opened: p.full_time(s.state.opened_at),
        state: s.state.state.as_str(),
    };
    Ok(page(&ListPage {
        rows: rows.iter().map(row).collect(),
        next: next.as_ref().map(cursor_text),
        manages: v.may(Action::ManageIncident),
        p,
    })?)
}

/// Codes of buildings with names, and whether they are chosen.
type Buildings = Vec<(String, String, bool)>;

#[derive(Template)]
#[template(path = "incident/new.html")]
struct NewPage {
    p: Page,
    f: NewIncident,
    buildings: Buildings,
    key: String,
    e: Errors,
}

/// What a proposal brings along.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Begin {
    building: String,
    item: String,
}

async fn buildings(web: &Web, v: &Viewer, chosen: &[String]) -> Result<Buildings, Fail> {
    let all = web
        .read(&v.ctx()?, |c, ctx| Ok(store::directory::unit::buildings(c, &ctx.site)?))
        .await?;
    Ok(all
        .into_iter()
        .map(|b| {
            let on = chosen.contains(&b.code);
            (b.code, b.name, on)
        })
        .collect())
}

async fn new_view(web: &Web, v: &Viewer, f: NewIncident, e: Errors) -> Result<NewPage, Fail> {
    let p = Page::new(web, v, "incident-new");
    Ok(NewPage {
        buildings: buildings(web, v, &f.buildings).await?,
        key: p.key(web),
        p,
        f,
        e,
    })
}

/// An empty form, or what was proposed.
pub async fn new_page(State(web): State<Web>, v: Viewer, Query(b): Query<Begin>) -> Answer {
    let book = web.desk.book();
    let item = book.taxonomy.item(&b.item);
    let f = NewIncident {
        title: item.map_or_else(String::new, |i| i.zh.clone()),
        item: item.map_or_else(String::new, |i| i.code.clone()),
        buildings: Some(b.building).filter(|x| !x.is_empty()).into_iter().collect(),
        ..NewIncident::default()
    };
    Ok(page(&new_view(&web, &v, f, Errors::default()).await?)?)
}

fn read(f: &Pairs) -> NewIncident {
    NewIncident {
        item: value(f, "item"),
        title: value(f, "title"),
        buildings: values(f, "buildings"),
        say: value(f, "say"),
        notice: value(f, "notice"),
    }
}

/// Opens one.
pub async fn create(State(web): State<Web>, v: Viewer, Form(f): Form<Pairs>) -> Answer {
    let (key, n) = (value(&f, "_key"), read(&f));
    let asked = n.clone();
    let done = web
        .write(&v.ctx()?, move |tx, ctx| incident::open(tx, ctx, &key, &asked))
        .await;
    match done {
        Ok(id) => {
            settle(&web, &v).await?;
            Ok(Redirect::to(&format!("/incidents/{id}")).into_response())
        }
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let status = status(&e);
            let shown = new_view(&web, &v, n, Errors::from(v.locale, Fail(e))?).await?;
            Ok((status, page(&shown)?).into_response())
        }
    }
}

/// Somebody who called.
struct Caller {
    id: String,
    case: String,
    name: String,
    phone: String,
    place: String,
    joined: String,
    attempts: i64,
    version: i64,
    told: String,
    told_at: String,
}

#[derive(Template)]
#[template(path = "incident/page.html")]
struct OnePage {
    p: Page,
    id: String,
    version: i64,
    number: String,
    title: String,
    where_: String,
    say: String,
    notice: String,
    state: &'static str,
    opened: String,
    by: String,
    before: Vec<(String, String)>,
    ended: String,
    ended_how: String,
    callers: Option<Vec<Caller>>,
    waiting: usize,
    buildings: Buildings,
    manages: bool,
    /// Notices to residents that were made from it, and whether the viewer may write one.
    bulletins: Vec<crate::bulletin::Title>,
    announces: bool,
    key: String,
    /// What was typed into the form that was refused.
    t: Typed,
    above: Vec<String>,
}

async fn one_view(web: &Web, v: &Viewer, id: &IncidentId, t: Typed) -> Result<OnePage, Fail> {
    let asked = id.clone();
    let calls = v.may(Action::JoinIncident);
    let (seen, callers, names, bulletins) = web
        .read(&v.ctx()?, move |c, ctx| {
            let seen = incident::get(c, ctx, &asked)?;
            let callers = if calls {
                Some(incident::callers(c, ctx, &asked)?)
            } else {
                None
            };
            let bulletins = crate::bulletin::made_from(c, ctx, &format!("incidents/{asked}"))?;
            Ok((seen, callers, Names::load(c, ctx)?, bulletins))
        })
        .await?;
    let i = seen.state;
    let p = Page::titled(web, v, format!("{} {}", i.title, i.number));
    let ended = i.state != Stand::Open;
    // Who has to be called back is shown with the number, and the journal says so; before that nobody needs it.
    let whole = if ended && calls {
        let asked = id.clone();
        web.write(&v.ctx()?, move |tx, ctx| incident::reveal_once(tx, ctx, &asked))
            .await?
    } else {
        false
    };
    let phone = |number: &str, waits: bool| {
        if whole && waits {
            domain::phone::normalise(number).map_or_else(|_| number.to_owned(), |x| x.grouped())
        } else {
            app::contact::look::masked(number)
        }
    };
    let caller = |k: incident::CallerLine| Caller {
        phone: phone(&k.phone, k.told_at.is_none()),
        id: k.id.into_string(),
        case: k.case_number,
        name: k.name,
        place: k.place,
        joined: p.time(k.joined_at),
        attempts: k.attempts,
        version: k.version,
        told: k.told,
        told_at: k.told_at.map(|at| p.time(at)).unwrap_or_default(),
    };
    let callers: Option<Vec<Caller>> = callers.map(|all| all.into_iter().map(caller).collect());
    let waiting = callers.iter().flatten().filter(|k| k.told_at.is_empty()).count();
    Ok(OnePage {
        buildings: buildings(
            web,
            v,
            &if t.is("change") {
                t.all("buildings")
            } else {
                i.buildings.clone()
            },
        )
        .await?,
        version: seen.version,
        where_: where_(p.locale, &i.buildings),
        opened: p.full_time(i.opened_at),
        by: names.staff(&i.opened_by),
        before: i.before.iter().map(|s| (p.time(s.at), s.say.clone())).collect(),
        ended: i.ended_at.map(|at| p.full_time(at)).unwrap_or_default(),
        state: i.state.as_str(),
        id: i.id.into_string(),
        number: i.number,
        title: i.title,
        say: i.say,
        notice: i.notice,
        ended_how: i.ended_how,
        manages: v.may(Action::ManageIncident),
        announces: v.may(Action::WriteBulletin),
        bulletins,
        key: p.key(web),
        callers,
        waiting,
        above: t.above(
            &["join", "end", "change", "tell"],
            &["phone", "name", "address", "note", "how", "say", "notice"],
        ),
        t,
        p,
    })
}

/// One incident with its callers.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    Ok(page(
        &one_view(&web, &v, &IncidentId::from(id), Typed::default()).await?,
    )?)
}

/// The page again: with what stands in the way, or as it is now.
async fn again(
    web: &Web,
    v: &Viewer,
    id: &IncidentId,
    (form, f): (&str, &Pairs),
    done: Result<(), Error>,
) -> Result<Response, Fail> {
    match done {
        Ok(()) => {
            settle(web, v).await?;
            Ok(Redirect::to(&format!("/incidents/{id}")).into_response())
        }
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let code: StatusCode = status(&e);
            let t = Typed::new(form, f, &Errors::from(v.locale, Fail(e))?);
            let shown = one_view(web, v, id, t).await?;
            Ok((code, page(&shown)?).into_response())
        }
    }
}

/// Callers are told something else, or it is over.
pub async fn change(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let id = IncidentId::from(id);
    let asked = id.clone();
    let ctx = v.ctx()?;
    let (sent, at) = (f.clone(), format!("incidents/{id}"));
    let ends = value(&f, "act") == "end";
    let done = if ends {
        let how = value(&f, "how");
        web.write(&ctx, move |tx, ctx| {
            once(tx, ctx, &sent, &at, |tx, ctx| incident::end(tx, ctx, &asked, &how))
        })
        .await
    } else {
        let (n, seen) = (read(&f), version(&value(&f, "version")));
        web.write(&ctx, move |tx, ctx| {
            once(tx, ctx, &sent, &at, |tx, ctx| {
                incident::update(tx, ctx, &asked, Some(seen), &n)
            })
        })
        .await
    };
    again(&web, &v, &id, (if ends { "end" } else { "change" }, &f), done).await
}

/// Joins somebody who called, away from the desk's form.
pub async fn join(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let id = IncidentId::from(id);
    let (asked, key) = (id.clone(), value(&f, "_key"));
    let n = NewContact {
        name: value(&f, "name"),
        phone: value(&f, "phone"),
        address: value(&f, "address"),
        summary: value(&f, "note"),
        ..NewContact::of(Channel::Phone)
    };
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            incident::join(tx, ctx, &key, &asked, &n).map(|_| ())
        })
        .await;
    again(&web, &v, &id, ("join", &f), done).await
}

/// What came of a call back.
pub async fn tell(
    State(web): State<Web>,
    v: Viewer,
    Path((id, caller)): Path<(String, String)>,
    Form(f): Form<Pairs>,
) -> Answer {
    let (id, caller) = (IncidentId::from(id), IncidentCallerId::from(caller));
    let (told, note) = (value(&f, "told").parse::<Outcome>(), value(&f, "note"));
    let seen = Some(value(&f, "version")).filter(|x| !x.is_empty());
    let seen = seen.map(|x| version(&x));
    let (asked, form) = (id.clone(), caller.as_str().to_owned());
    let (sent, at) = (f.clone(), format!("incidents/{id}/callers/{caller}"));
    let done = match told {
        Ok(told) => {
            web.write(&v.ctx()?, move |tx, ctx| {
                incident::get(tx, ctx, &asked)?;
                once(tx, ctx, &sent, &at, |tx, ctx| {
                    incident::tell(tx, ctx, &caller, seen, told, &note).map(|_| ())
                })
            })
            .await
        }
        Err(_) => web
            .read(&v.ctx()?, move |c, ctx| incident::get(c, ctx, &asked))
            .await
            .and(Err(Error::field("told", "invalid-choose"))),
    };
    again(&web, &v, &id, (&form, &f), done).await
}
