//! Notices to residents (公告, COM-5): the list, the draft, the notice with its ways and who has been reached, the list for
//! handing over paper, the notice for the board, and the page that residents open from their message.

use app::bulletin::{self as notices, Figures, NewBulletin, Placed};
use app::ctx::{Ctx, Locale};
use app::error::{Error, Res};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::access::Action;
use domain::bulletin::{Audience, Bulletin, Kind, Mark, State as Stand, may_publish};
use domain::ids::{BulletinId, UnitId};
use office::sheet::Kind as Column;
use serde::Deserialize;
use store::bulletin::UnitLine;
use store::db::Tx;
use store::seam::Conn;

use crate::case::names::Names;
use crate::fail::{Answer, Fail, status};
use crate::form::{Errors, Typed, once, version};
use crate::gate::{Viewer, encode};
use crate::l10n::{t, tx};
use crate::link::{SiteHead, bare, base, gone, site_head};
use crate::live::page;
use crate::page::Page;
use crate::roster::{Pairs, cursor, cursor_text, settle, value, values};
use crate::state::Web;
use crate::table::{self, Heading};
use crate::when;

/// Units that are shown at once; the Excel file has all of them.
const MOST_SHOWN: usize = 1_000;

/// Whom it is for, in words.
fn audience(locale: Locale, a: &Audience) -> String {
    if a.all {
        return t(locale, "bulletin-everybody");
    }
    let comma = t(locale, "list-comma");
    let mut parts = Vec::new();
    if !a.buildings.is_empty() {
        let all = a.buildings.join(&comma);
        parts.push(tx(locale, "incident-buildings-short", &[("buildings", &all)]));
    }
    match a.units.len() {
        0 => {}
        1..=5 => parts.push(a.units.join(&comma)),
        n => parts.push(tx(locale, "bulletin-n-units", &[("n", &n.to_string())])),
    }
    parts.join(&comma)
}

/// Colour of a state.
fn tone(state: Stand) -> &'static str {
    match state {
        Stand::Draft => "blu",
        Stand::Published => "grn",
        Stand::Over => "",
        Stand::Withdrawn => "amb",
    }
}

/// A title with its address, for pages of what it came from and for the desk.
pub struct Title {
    pub id: String,
    pub number: String,
    pub title: String,
}

impl Title {
    fn of(b: &Bulletin) -> Title {
        Title {
            id: b.id.as_str().to_owned(),
            number: b.number.clone(),
            title: b.title.clone(),
        }
    }
}

/// Notices that hold for a caller from this address, for the desk.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn for_caller(c: &mut Conn, ctx: &Ctx, address: &str) -> Res<Vec<Title>> {
    Ok(notices::for_address(c, ctx, address)?.iter().map(Title::of).collect())
}

/// Notices that were made from an incident or an emergency.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn made_from(c: &mut Conn, ctx: &Ctx, source: &str) -> Res<Vec<Title>> {
    Ok(notices::of_source(c, ctx, source)?.iter().map(Title::of).collect())
}

struct Row {
    id: String,
    number: String,
    kind: &'static str,
    title: String,
    to: String,
    at: String,
    state: &'static str,
    tone: &'static str,
    /// Reached for certain, of so many.
    reached: Option<(i64, i64)>,
    hanging: usize,
}

#[derive(Template)]
#[template(path = "bulletin/list.html")]
struct ListPage {
    p: Page,
    open: Vec<Row>,
    past: Vec<Row>,
    next: Option<String>,
    first: bool,
    writes: bool,
}

/// From where the list goes on.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct After {
    after: String,
}

/// All notices: what holds and drafts first.
pub async fn list(State(web): State<Web>, v: Viewer, Query(a): Query<After>) -> Answer {
    let after = cursor(&a.after);
    let first = after.is_none();
    let (open, (past, next)) = web
        .read(&v.ctx()?, move |c, ctx| {
            let mut open = Vec::new();
            if first {
                for s in notices::open(c, ctx)? {
                    let reach = match s.state.state {
                        Stand::Published => Some(notices::reach(c, &s.state)?.all),
                        _ => None,
                    };
                    open.push((s.state, reach));
                }
            }
            Ok((open, notices::past(c, ctx, after.clone(), 40)?))
        })
        .await?;
    let p = Page::new(&web, &v, "bulletin-title");
    let row = |b: &Bulletin, f: Option<Figures>| Row {
        id: b.id.as_str().to_owned(),
        number: b.number.clone(),
        kind: b.kind.as_str(),
        title: b.title.clone(),
        to: audience(p.locale, &b.audience),
        at: p.full_time(b.published.as_ref().map_or(b.created.at, |m| m.at)),
        state: b.state.as_str(),
        tone: tone(b.state),
        reached: f.map(|f| (f.certain(), f.units)),
        hanging: b.left_hanging(),
    };
    Ok(page(&ListPage {
        open: open.iter().map(|(b, f)| row(b, *f)).collect(),
        past: past.iter().map(|s| row(&s.state, None)).collect(),
        next: next.as_ref().map(cursor_text),
        first,
        writes: v.may(Action::WriteBulletin),
        p,
    })?)
}

/// Codes of buildings with names, and whether they are chosen.
type Buildings = Vec<(String, String, bool)>;

async fn buildings(web: &Web, v: &Viewer, chosen: &[String]) -> Result<Buildings, Fail> {
    let all = web
        .read(&v.ctx()?, |c, ctx| Ok(store::directory::unit::buildings(c, &ctx.site)?))
        .await?;
    let chosen = |code: &String| chosen.contains(code);
    Ok(all
        .into_iter()
        .map(|b| {
            let on = chosen(&b.code);
            (b.code, b.name, on)
        })
        .collect())
}

#[derive(Template)]
#[template(path = "bulletin/form.html")]
struct FormPage {
    p: Page,
    /// Of the draft, or empty.
    id: String,
    number: String,
    version: i64,
    f: NewBulletin,
    /// The end as it was typed.
    until: String,
    buildings: Buildings,
    key: String,
    e: Errors,
}

impl FormPage {
    fn kinds(&self) -> &'static [Kind] {
        Kind::ALL
    }
}

/// What the form was made from.
#[derive(Default)]
struct From {
    id: String,
    number: String,
    version: i64,
}

async fn form_view(
    web: &Web,
    v: &Viewer,
    from: From,
    (f, until): (NewBulletin, String),
    e: Errors,
) -> Result<FormPage, Fail> {
    let title = if from.id.is_empty() {
        "bulletin-new"
    } else {
        "bulletin-edit"
    };
    let p = Page::new(web, v, title);
    Ok(FormPage {
        buildings: buildings(web, v, &f.buildings).await?,
        key: p.key(web),
        id: from.id,
        number: from.number,
        version: from.version,
        p,
        f,
        until,
        e,
    })
}

/// What a draft is made from.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Begin {
    incident: String,
    emergency: String,
}

impl Begin {
    fn source(&self) -> String {
        match (self.incident.as_str(), self.emergency.as_str()) {
            ("", "") => String::new(),
            ("", id) => format!("emergencies/{id}"),
            (id, _) => format!("incidents/{id}"),
        }
    }
}

/// An empty draft, or one made from an incident or an emergency.
pub async fn new_page(State(web): State<Web>, v: Viewer, Query(b): Query<Begin>) -> Answer {
    let source = b.source();
    let f = web
        .read(&v.ctx()?, move |c, ctx| notices::begin(c, ctx, &source))
        .await?;
    let shown = form_view(&web, &v, From::default(), (f, String::new()), Errors::default()).await?;
    Ok(page(&shown)?)
}

/// What the form says; an end that is no time is said by its field.
fn read(v: &Viewer, f: &Pairs) -> (NewBulletin, Option<Error>) {
    let until = value(f, "until");
    let n = NewBulletin {
        kind: value(f, "kind"),
        title: value(f, "title"),
        text: value(f, "text"),
        all: value(f, "scope") == "all",
        buildings: values(f, "buildings"),
        units: value(f, "units"),
        boards: value(f, "boards"),
        file: value(f, "file") == "1",
        message: value(f, "message") == "1",
        networks: value(f, "networks"),
        until: when::parse_field(v.zone(), &until),
        source: value(f, "source"),
    };
    let no_time = n.until.is_none() && !until.trim().is_empty();
    (n, no_time.then(|| Error::field("until", "invalid-time")))
}

/// The form again with what was typed and what is wrong.
async fn form_again(web: &Web, v: &Viewer, from: From, n: NewBulletin, until: String, e: Error) -> Answer {
    let code = status(&e);
    let shown = form_view(web, v, from, (n, until), Errors::from(v.locale, Fail(e))?).await?;
    Ok((code, page(&shown)?).into_response())
}

/// Writes a draft.
pub async fn create(State(web): State<Web>, v: Viewer, Form(f): Form<Pairs>) -> Answer {
    let (key, until) = (value(&f, "_key"), value(&f, "until"));
    let (n, wrong) = read(&v, &f);
    if let Some(e) = wrong {
        return form_again(&web, &v, From::default(), n, until, e).await;
    }
    let asked = n.clone();
    let done = web
        .write(&v.ctx()?, move |tx, ctx| notices::draft(tx, ctx, &key, &asked))
        .await;
    match done {
        Ok(id) => Ok(Redirect::to(&format!("/bulletins/{id}")).into_response()),
        Err(e) => form_again(&web, &v, From::default(), n, until, e).await,
    }
}

async fn seen(web: &Web, v: &Viewer, id: &BulletinId) -> Result<notices::Seen, Fail> {
    let id = id.clone();
    Ok(web.read(&v.ctx()?, move |c, ctx| notices::get(c, ctx, &id)).await?)
}

/// The form of a draft.
pub async fn edit_page(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let s = seen(&web, &v, &BulletinId::from(id)).await?;
    let b = s.state;
    if b.state != Stand::Draft {
        return Ok(Redirect::to(&format!("/bulletins/{}", b.id)).into_response());
    }
    let names = |all: Vec<String>| all.join("\n");
    let f = NewBulletin {
        kind: b.kind.as_str().to_owned(),
        title: b.title,
        text: b.text,
        all: b.audience.all,
        buildings: b.audience.buildings,
        units: b.audience.units.join(" "),
        boards: names(b.ways.boards.into_iter().map(|x| x.place).collect()),
        file: b.ways.file,
        message: b.ways.message,
        networks: names(b.ways.networks.into_iter().map(|x| x.place).collect()),
        until: b.until,
        source: String::new(),
    };
    let until = b.until.map(|at| when::field(v.zone(), at)).unwrap_or_default();
    let from = From {
        id: b.id.into_string(),
        number: b.number,
        version: s.version,
    };
    Ok(page(&form_view(&web, &v, from, (f, until), Errors::default()).await?)?)
}

/// The draft says something else.
pub async fn edit(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let id = BulletinId::from(id);
    let until = value(&f, "until");
    let before = seen(&web, &v, &id).await?;
    let was = version(&value(&f, "version"));
    let from = From {
        id: id.as_str().to_owned(),
        number: before.state.number,
        version: was,
    };
    let (n, wrong) = read(&v, &f);
    if let Some(e) = wrong {
        return form_again(&web, &v, from, n, until, e).await;
    }
    let (asked, given) = (id.clone(), n.clone());
    let (sent, at) = (f.clone(), format!("bulletins/{id}"));
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            once(tx, ctx, &sent, &at, |tx, ctx| {
                notices::edit(tx, ctx, &asked, was, &given)
            })
        })
        .await;
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/bulletins/{id}")).into_response()),
        Err(e) => form_again(&web, &v, from, n, until, e).await,
    }
}

/// Who did something, and when, in words.
fn marked(p: &Page, names: &Names, m: Option<&Mark>) -> String {
    m.map(|m| format!("{} {}", p.time(m.at), names.staff(&m.by)))
        .unwrap_or_default()
}

/// A board or a network on the page.
struct Place {
    place: String,
    address: String,
    /// When it was put up or published, and by whom.
    up: String,
    down: String,
}

/// What a text said before.
struct Old {
    title: String,
    text: String,
    when: String,
    why: String,
}

/// The part with the figures, which is read again while messages are written.
struct Known {
    id: String,
    all: Figures,
    /// Reached for certain, of a hundred.
    percent: i64,
    buildings: Vec<(String, Figures, i64)>,
    message: bool,
    file: bool,
    /// A channel is set up.
    channel: bool,
    /// Messages are being written or wait in the outbox.
    busy: bool,
    may_again: bool,
    key: String,
}

fn percent(f: &Figures) -> i64 {
    (f.certain() * 100).checked_div(f.units).unwrap_or(0)
}

#[derive(Template)]
#[template(path = "bulletin/reach.html")]
struct ReachPart {
    p: Page,
    k: Known,
}

#[derive(Template)]
#[template(path = "bulletin/page.html")]
struct OnePage {
    p: Page,
    id: String,
    version: i64,
    text_version: i64,
    number: String,
    title: String,
    text: String,
    kind: &'static str,
    to: String,
    until: String,
    state: &'static str,
    tone: &'static str,
    source: String,
    created: String,
    published: String,
    ended: String,
    reason: String,
    before: Vec<Old>,
    boards: Vec<Place>,
    networks: Vec<Place>,
    file: bool,
    message: bool,
    hanging: usize,
    whole: bool,
    buildings: Buildings,
    known: Option<Known>,
    foreseen: Option<notices::Foreseen>,
    channel: bool,
    writes: bool,
    publishes: bool,
    delivers: bool,
    exports: bool,
    key: String,
    /// What was typed into the form that was refused.
    f: Typed,
    above: Vec<String>,
}

struct Loaded {
    seen: notices::Seen,
    reach: notices::Reach,
    names: Names,
    channel: bool,
    may_again: bool,
    /// What publishing the draft would do.
    foreseen: Option<notices::Foreseen>,
}

async fn load(web: &Web, v: &Viewer, id: &BulletinId) -> Result<Loaded, Fail> {
    let id = id.clone();
    Ok(web
        .read(&v.ctx()?, move |c, ctx| {
            let seen = notices::get(c, ctx, &id)?;
            let reach = notices::reach(c, &seen.state)?;
            let channel = app::outbox::channels(c, &ctx.site)?.residents();
            let foreseen = match seen.state.state {
                Stand::Draft => Some(notices::foresee(c, ctx, &seen.state)?),
                _ => None,
            };
            Ok(Loaded {
                may_again: notices::may_again(c, ctx, &seen, &reach.all)?,
                foreseen,
                reach,
                names: Names::load(c, ctx)?,
                channel,
                seen,
            })
        })
        .await?)
}

/// The figures of what is or was published.
fn known(v: &Viewer, l: &Loaded, key: &str) -> Option<Known> {
    let b = &l.seen.state;
    b.published.as_ref()?;
    let all = l.reach.all;
    Some(Known {
        id: b.id.as_str().to_owned(),
        percent: percent(&all),
        buildings: l
            .reach
            .buildings
            .iter()
            .map(|(code, f)| (code.clone(), *f, percent(f)))
            .collect(),
        message: b.ways.message,
        file: b.ways.file,
        channel: l.channel,
        busy: l.seen.is_sending(&all, v.now),
        may_again: l.may_again,
        all,
        key: key.to_owned(),
    })
}

async fn one_view(web: &Web, v: &Viewer, id: &BulletinId, f: Typed) -> Result<OnePage, Fail> {
    let l = load(web, v, id).await?;
    let b = &l.seen.state;
    let p = Page::titled(web, v, format!("{} {}", b.title, b.number));
    let key = p.key(web);
    let chosen = if f.is("widen") { f.all("buildings") } else { Vec::new() };
    let names = &l.names;
    let ended = b.ended_at.map(|at| p.full_time(at)).unwrap_or_default();
    let ended_by = b.ended_by.as_ref().map(|by| names.staff(by)).unwrap_or_default();
    Ok(OnePage {
        known: known(v, &l, &key),
        foreseen: l.foreseen,
        channel: l.channel,
        id: b.id.as_str().to_owned(),
        version: l.seen.version,
        text_version: b.version,
        number: b.number.clone(),
        title: b.title.clone(),
        text: b.text.clone(),
        kind: b.kind.as_str(),
        to: audience(p.locale, &b.audience),
        until: b.until.map(|at| p.full_time(at)).unwrap_or_default(),
        state: b.state.as_str(),
        tone: tone(b.state),
        source: b.from.clone(),
        created: marked(&p, names, Some(&b.created)),
        published: marked(&p, names, b.published.as_ref()),
        ended: format!("{ended} {ended_by}").trim().to_owned(),
        reason: b.reason.clone(),
        before: b
            .before
            .iter()
            .map(|x| Old {
                title: x.title.clone(),
                text: x.text.clone(),
                when: marked(&p, names, Some(&x.mark)),
                why: x.reason.clone(),
            })
            .collect(),
        boards: b
            .ways
            .boards
            .iter()
            .map(|x| Place {
                place: x.place.clone(),
                address: String::new(),
                up: marked(&p, names, x.up.as_ref()),
                down: marked(&p, names, x.down.as_ref()),
            })
            .collect(),
        networks: b
            .ways
            .networks
            .iter()
            .map(|x| Place {
                place: x.place.clone(),
                address: x.address.clone(),
                up: marked(&p, names, x.out.as_ref()),
                down: String::new(),
            })
            .collect(),
        file: b.ways.file,
        message: b.ways.message,
        hanging: b.left_hanging(),
        whole: b.audience.all,
        buildings: buildings(web, v, &chosen).await?,
        writes: v.may(Action::WriteBulletin),
        publishes: may_publish(v.reach(Action::PublishBulletin), b.kind),
        delivers: v.may(Action::DeliverBulletin),
        exports: v.may(Action::Export),
        above: f.above(
            &["correct", "widen", "withdraw", "place", "publish", "finish", "again"],
            &[
                "title",
                "text",
                "why",
                "buildings",
                "units",
                "boards",
                "networks",
                "reason",
            ],
        ),
        key,
        f,
        p,
    })
}

/// One notice with its ways and who has been reached.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let shown = one_view(&web, &v, &BulletinId::from(id), Typed::default()).await?;
    Ok(page(&shown)?)
}

/// The figures again, for the script.
pub async fn reach_part(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let l = load(&web, &v, &BulletinId::from(id)).await?;
    let p = Page::bare(&web, Some(&v), v.locale, "");
    let key = p.key(&web);
    let k = known(&v, &l, &key).ok_or(Fail(Error::NotFound))?;
    Ok(page(&ReachPart { k, p })?)
}

/// Does a step once, and shows the page as it is then or what stands in the way. `form`: whose fields keep what was typed.
async fn act(
    web: &Web,
    v: &Viewer,
    (id, form): (String, &'static str),
    f: Pairs,
    step: impl Fn(&mut Tx, &Ctx, &BulletinId, &Pairs) -> Res<()> + Send + Sync + 'static,
) -> Result<Response, Fail> {
    let id = BulletinId::from(id);
    let (asked, sent, at) = (id.clone(), f.clone(), format!("bulletins/{id}/{form}"));
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            // Who may not see it does not use up a key.
            notices::get(tx, ctx, &asked)?;
            once(tx, ctx, &sent, &at, |tx, ctx| step(tx, ctx, &asked, &sent))
        })
        .await;
    match done {
        Ok(()) => {
            settle(web, v).await?;
            Ok(Redirect::to(&format!("/bulletins/{id}")).into_response())
        }
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let code = status(&e);
            let typed = Typed::new(form, &f, &Errors::from(v.locale, Fail(e))?);
            let shown = one_view(web, v, &id, typed).await?;
            Ok((code, page(&shown)?).into_response())
        }
    }
}

/// It goes out.
pub async fn publish(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    act(&web, &v, (id, "publish"), f, |tx, ctx, id, f| {
        // It goes to every household that is counted beside the button: who may publish it is asked once more.
        let kind = notices::get(tx, ctx, id)?.state.kind;
        if notices::may_publish(ctx, kind) && value(f, "sure") != "1" {
            return Err(Error::field("sure", "invalid-bulletin-sure"));
        }
        notices::publish(tx, ctx, id, version(&value(f, "version")))
    })
    .await
}

/// A new version of the text.
pub async fn correct(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    act(&web, &v, (id, "correct"), f, |tx, ctx, id, f| {
        let (title, text, why) = (value(f, "title"), value(f, "text"), value(f, "why"));
        let seen = version(&value(f, "version"));
        notices::correct(tx, ctx, id, seen, (&title, &text, &why), value(f, "again") == "1")
    })
    .await
}

/// More people or more ways.
pub async fn widen(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    act(&web, &v, (id, "widen"), f, |tx, ctx, id, f| {
        let more = NewBulletin {
            all: value(f, "all") == "1",
            buildings: values(f, "buildings"),
            units: value(f, "units"),
            boards: value(f, "boards"),
            file: value(f, "file") == "1",
            message: value(f, "message") == "1",
            networks: value(f, "networks"),
            ..NewBulletin::default()
        };
        notices::widen(tx, ctx, id, &more)
    })
    .await
}

/// Takes it back.
pub async fn withdraw(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    act(&web, &v, (id, "withdraw"), f, |tx, ctx, id, f| {
        notices::withdraw(tx, ctx, id, &value(f, "reason"))
    })
    .await
}

/// It holds no more.
pub async fn finish(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    act(&web, &v, (id, "finish"), f, |tx, ctx, id, _| {
        notices::finish(tx, ctx, id)
    })
    .await
}

/// Messages that failed go out again.
pub async fn again(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    act(&web, &v, (id, "again"), f, |tx, ctx, id, _| {
        notices::again(tx, ctx, id).map(|_| ())
    })
    .await
}

/// It was put up, taken down, or published on a network.
pub async fn place(
    State(web): State<Web>,
    v: Viewer,
    Path((id, position)): Path<(String, String)>,
    Form(f): Form<Pairs>,
) -> Answer {
    // What is no number is no place of this notice.
    let at: usize = position.parse().unwrap_or(usize::MAX);
    act(&web, &v, (id, "place"), f, move |tx, ctx, id, f| {
        let what = match value(f, "act").as_str() {
            "up" => Placed::Up,
            "down" => Placed::Down,
            "out" => Placed::Out(value(f, "address")),
            _ => return Err(Error::field("act", "invalid-choose")),
        };
        notices::place(tx, ctx, id, at, &what)
    })
    .await
}

/// A unit in a list.
struct UnitRow {
    id: String,
    code: String,
    handed: bool,
    /// When and by whom.
    handed_by: String,
    seen: String,
    message: String,
    message_at: String,
    reached: &'static str,
    tone: &'static str,
}

fn unit_row(p: &Page, names: &Names, x: &UnitLine) -> UnitRow {
    let reached = notices::of_unit(x);
    let at = |on: bool, at: Option<i64>| at.filter(|_| on).map(|at| p.time(at)).unwrap_or_default();
    let by = x.handed_by.as_ref().map(|by| names.staff(by)).unwrap_or_default();
    UnitRow {
        id: x.unit_id.as_str().to_owned(),
        code: x.code.clone(),
        handed: x.handed,
        handed_by: if x.handed {
            format!("{} {by}", at(true, x.handed_at))
        } else {
            String::new()
        },
        seen: at(x.seen, x.seen_at),
        message: x.message.clone(),
        message_at: at(!x.message.is_empty(), x.delivered_at.or(x.sent_at)),
        reached: reached.as_str(),
        tone: if reached.certain() { "grn" } else { "" },
    }
}

/// Which units are listed.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Ask {
    /// One of the figures, or empty.
    of: String,
    building: String,
}

async fn units_of(web: &Web, v: &Viewer, id: &str, ask: &Ask) -> Result<(Bulletin, Vec<UnitLine>, Names), Fail> {
    let id = BulletinId::from(id);
    let ask = ask.clone();
    Ok(web
        .read(&v.ctx()?, move |c, ctx| {
            let (s, mut lines) = notices::units(c, ctx, &id)?;
            lines.retain(|x| notices::fits(x, &ask.of) && (ask.building.is_empty() || x.building == ask.building));
            Ok((s.state, lines, Names::load(c, ctx)?))
        })
        .await?)
}

#[derive(Template)]
#[template(path = "bulletin/units.html")]
struct UnitsPage {
    p: Page,
    id: String,
    number: String,
    title: String,
    of: String,
    building: String,
    n: usize,
    rows: Vec<UnitRow>,
    exports: bool,
}

impl UnitsPage {
    fn figures(&self) -> Vec<&'static str> {
        notices::FIGURES.into_iter().filter(|f| !f.is_empty()).collect()
    }
}

/// The units behind a figure.
pub async fn units(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Query(ask): Query<Ask>) -> Answer {
    let (b, mut lines, names) = units_of(&web, &v, &id, &ask).await?;
    let p = Page::titled(&web, &v, format!("{} {}", b.title, b.number));
    let n = lines.len();
    lines.truncate(MOST_SHOWN);
    Ok(page(&UnitsPage {
        id: b.id.into_string(),
        number: b.number,
        title: b.title,
        rows: lines.iter().map(|x| unit_row(&p, &names, x)).collect(),
        of: ask.of,
        building: ask.building,
        n,
        exports: v.may(Action::Export),
        p,
    })?)
}

#[derive(Template)]
#[template(path = "bulletin/hand.html")]
struct HandPage {
    p: Page,
    id: String,
    number: String,
    title: String,
    /// Buildings of the audience: code, handed over, units.
    buildings: Vec<(String, i64, i64)>,
    building: String,
    rows: Vec<UnitRow>,
    left: usize,
    open: bool,
    ticked: Vec<String>,
    key: String,
    above: Vec<String>,
}

async fn hand_view(
    web: &Web,
    v: &Viewer,
    id: &str,
    building: &str,
    (ticked, above): (Vec<String>, Vec<String>),
) -> Result<HandPage, Fail> {
    let l = load(web, v, &BulletinId::from(id)).await?;
    let b = &l.seen.state;
    let buildings: Vec<_> = l
        .reach
        .buildings
        .iter()
        .map(|(code, f)| (code.clone(), f.handed, f.units))
        .collect();
    // Without a choice the first building that is not done.
    let first = buildings
        .iter()
        .find(|x| x.1 < x.2)
        .or(buildings.first())
        .map(|x| x.0.clone())
        .unwrap_or_default();
    let building = if building.is_empty() {
        first
    } else {
        building.to_owned()
    };
    let ask = Ask {
        of: String::new(),
        building: building.clone(),
    };
    let (_, lines, names) = units_of(web, v, id, &ask).await?;
    let p = Page::titled(web, v, format!("{} {}", t(v.locale, "bulletin-hand"), b.number));
    Ok(HandPage {
        id: b.id.as_str().to_owned(),
        number: b.number.clone(),
        title: b.title.clone(),
        buildings,
        building,
        left: lines.iter().filter(|x| !x.handed).count(),
        rows: lines.iter().map(|x| unit_row(&p, &names, x)).collect(),
        open: b.may_hand().is_ok() && v.may(Action::DeliverBulletin),
        ticked,
        key: p.key(web),
        above,
        p,
    })
}

/// The list for handing over paper, by building.
pub async fn hand_page(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Query(ask): Query<Ask>) -> Answer {
    let shown = hand_view(&web, &v, &id, &ask.building, (Vec::new(), Vec::new())).await?;
    Ok(page(&shown)?)
}

/// The paper was handed over to the units that were ticked.
pub async fn hand(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let (ticked, building) = (values(&f, "ids"), value(&f, "building"));
    let units: Vec<UnitId> = ticked.iter().map(|u| UnitId::from(u.as_str())).collect();
    let (asked, sent, at) = (BulletinId::from(id.as_str()), f.clone(), format!("bulletins/{id}/hand"));
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            notices::get(tx, ctx, &asked)?;
            once(tx, ctx, &sent, &at, |tx, ctx| {
                notices::hand(tx, ctx, &asked, &units).map(|_| ())
            })
        })
        .await;
    match done {
        Ok(()) => {
            let to = format!("/bulletins/{}/hand?building={}", encode(&id), encode(&building));
            Ok(Redirect::to(&to).into_response())
        }
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let code = status(&e);
            let e = Errors::from(v.locale, Fail(e))?;
            let above = e.other([]).into_iter().map(str::to_owned).collect();
            let shown = hand_view(&web, &v, &id, &building, (ticked, above)).await?;
            Ok((code, page(&shown)?).into_response())
        }
    }
}

#[derive(Template)]
#[template(path = "bulletin/print.html")]
struct PrintPage {
    p: Page,
    org: String,
    id: String,
    number: String,
    title: String,
    text: String,
    day: String,
    /// Why it must not hang: it is a draft, over or withdrawn.
    stamp: Option<&'static str>,
    hotline: String,
}

/// The notice for the board: large type, who says it, the day.
pub async fn print(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let b = seen(&web, &v, &BulletinId::from(id)).await?.state;
    let org = table::organisation(&web, &v).await?;
    let hotline = web
        .read(&v.ctx()?, |c, ctx| {
            Ok(store::site::get(c, &ctx.site)?.map(|s| s.hotline).unwrap_or_default())
        })
        .await?;
    let p = Page::titled(&web, &v, b.title.clone());
    Ok(page(&PrintPage {
        id: b.id.into_string(),
        number: b.number,
        title: b.title,
        text: b.text,
        day: when::date(&p.zone, b.published.as_ref().map_or(p.now, |m| m.at)),
        stamp: (b.state != Stand::Published).then_some(b.state.as_str()),
        hotline,
        org,
        p,
    })?)
}

#[derive(Template)]
#[template(path = "bulletin/print_list.html")]
struct PrintListPage {
    p: Page,
    org: String,
    id: String,
    number: String,
    title: String,
    building: String,
    rows: Vec<UnitRow>,
    printed: String,
}

/// The list for handing over, on paper, with a column to sign in.
pub async fn print_list(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Query(ask): Query<Ask>) -> Answer {
    let (b, lines, names) = units_of(&web, &v, &id, &ask).await?;
    let org = table::organisation(&web, &v).await?;
    let p = Page::titled(&web, &v, format!("{} {}", t(v.locale, "bulletin-hand-list"), b.number));
    Ok(page(&PrintListPage {
        id: b.id.into_string(),
        number: b.number,
        title: b.title,
        building: ask.building,
        rows: lines.iter().map(|x| unit_row(&p, &names, x)).collect(),
        printed: table::printed_by(&p, &v),
        org,
        p,
    })?)
}

const COLUMNS: &[Heading] = &[
    ("bulletin-building", Column::Text, 10.0),
    ("bulletin-unit", Column::Text, 16.0),
    ("bulletin-known", Column::Text, 14.0),
    ("bulletin-handed-at", Column::DateTime, 17.0),
    ("bulletin-handed-by", Column::Text, 14.0),
    ("bulletin-message", Column::Text, 16.0),
    ("bulletin-sent-at", Column::DateTime, 17.0),
    ("bulletin-delivered-at", Column::DateTime, 17.0),
    ("bulletin-seen-at", Column::DateTime, 17.0),
];

/// The units and what is known of each, as an Excel file; logged.
pub async fn export(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Query(ask): Query<Ask>) -> Answer {
    let (b, lines, names) = units_of(&web, &v, &id, &ask).await?;
    let p = Page::new(&web, &v, "bulletin-title");
    let rows = lines.iter().map(|x| {
        let on = |on: bool, at: Option<i64>| table::at(at.filter(|_| on));
        let message = p.coded("bulletin-message", &x.message);
        let by = x.handed_by.as_ref().filter(|_| x.handed).map(|by| names.staff(by));
        vec![
            table::text(x.building.clone()),
            table::text(x.code.clone()),
            table::text(p.code("bulletin-reached", notices::of_unit(x).as_str())),
            on(x.handed, x.handed_at),
            table::text(by.unwrap_or_default()),
            table::text(message),
            on(!x.message.is_empty(), x.sent_at),
            on(!x.message.is_empty(), x.delivered_at),
            on(x.seen, x.seen_at),
        ]
    });
    let rows = rows.collect();
    table::export(
        &web,
        &v,
        "bulletins",
        p.t("bulletin-title"),
        b.number.clone(),
        COLUMNS,
        rows,
    )
    .await
}

#[derive(Template)]
#[template(path = "bulletin/read.html")]
struct ReadPage {
    p: Page,
    s: SiteHead,
    number: String,
    kind: &'static str,
    title: String,
    text: String,
    published: String,
    until: String,
    corrected: String,
    state: &'static str,
    reason: String,
    /// A look of this browser is one of a resident.
    counts: bool,
    token: String,
}

/// What a resident reads at the secret address of the message: the notice and nothing else.
pub async fn read_page(State(web): State<Web>, v: Viewer, Path(token): Path<String>) -> Answer {
    let (base, asked, locale) = (base(&web, &v), token.clone(), v.locale);
    let found = web
        .read(&base, move |c, ctx| {
            let r = notices::by_link(c, ctx, &asked)?;
            let head = site_head(c, &r.ctx.site, locale)?;
            Ok((r.bulletin, head))
        })
        .await;
    let (b, s) = match found {
        Ok(found) => found,
        Err(e) => return gone(&web, &v, &token, e).await,
    };
    let mut p = bare(&web, &v, &s, "bulletin-read");
    p.title = b.title.clone();
    Ok(page(&ReadPage {
        number: b.number,
        kind: b.kind.as_str(),
        title: b.title,
        text: b.text,
        published: b.published.map(|m| p.full_time(m.at)).unwrap_or_default(),
        until: b.until.map(|at| p.full_time(at)).unwrap_or_default(),
        corrected: b.before.last().map(|x| p.full_time(x.mark.at)).unwrap_or_default(),
        state: b.state.as_str(),
        reason: b.reason,
        counts: !v.staff_browser,
        token,
        s,
        p,
    })?)
}

/// The page says that it is looked at, or its reader does: what fetches addresses to look through messages does neither. A look of
/// staff is none.
pub async fn read_seen(State(web): State<Web>, v: Viewer, Path(token): Path<String>) -> Answer {
    let (base, asked, staff) = (base(&web, &v), token.clone(), v.staff_browser);
    let done = web
        .write(&base, move |tx, ctx| match staff {
            true => notices::by_link(tx, ctx, &asked).map(drop),
            false => notices::looked(tx, ctx, &asked),
        })
        .await;
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/n/{}", encode(&token))).into_response()),
        Err(e) => gone(&web, &v, &token, e).await,
    }
}
