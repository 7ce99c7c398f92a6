//! The front desk: the queue on the left, registering on the right. The form is one; its lower part, the household and the
//! words to say are asked for again whenever a choice changes.

mod call;
mod drafts;
mod entry;
mod hold;
mod parts;
mod view;

use app::contact::{self, Registered};
use app::error::{Error, Fields};
use app::queue::{self, Tab};
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use domain::case::{Kind, PromiseKind, Scope};
use domain::ids::{CallId, CaseId, ContactId, IncidentId};
use serde::Deserialize;

use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;
pub use call::{call_stands, take_call};
pub use drafts::{put_draft, resume};
use entry::{Entry, errors_of};
pub use hold::hold;
use parts::{
    ChangedView, DeskPage, ItemsView, LookView, Made, MadeCase, Parked, Queue, QueueView, RegView, StartView, render,
};
pub use view::{Say, greetings};

/// Kind of the desk's draft; parked ones have a subject.
const DRAFT: &str = "contact";

type Pairs = Vec<(String, String)>;

async fn read_queue(web: &Web, v: &Viewer, tab: Tab) -> Result<Queue, Fail> {
    let staff = v.ctx()?.need_staff()?.id.clone();
    let ctx = v.ctx()?;
    let q = web.read(&ctx, move |c, ctx| {
        let drafts = store::account::drafts_of(c, &staff, &ctx.site)?;
        let parked = drafts
            .into_iter()
            .filter(|d| d.kind == DRAFT && !d.subject.is_empty())
            .map(|d| {
                let e = Entry::of_draft(&d.body);
                let label = [&e.name, &e.address, &e.item_text, &e.content]
                    .into_iter()
                    .filter(|t| !t.is_empty())
                    .take(3);
                let label: String = label
                    .map(|t| t.chars().take(16).collect::<String>())
                    .collect::<Vec<_>>()
                    .join(" · ");
                Parked {
                    subject: d.subject,
                    label,
                    at: d.updated_at,
                }
            });
        let parked = parked.collect();
        Ok(Queue {
            tab,
            counts: queue::counts(c, ctx)?,
            news: queue::news(c, ctx)?,
            extensions: queue::extensions(c, ctx)?,
            lines: queue::list(c, ctx, tab)?,
            parked,
        })
    });
    Ok(q.await?)
}

/// The form as it is shown: read what stands beside it.
async fn show(web: &Web, v: &Viewer, e: Entry, more: impl FnOnce(&mut RegView)) -> Result<RegView, Fail> {
    let p = Page::new(web, v, "nav-desk-page");
    let zone = p.zone.clone();
    let (e, d, files) = web
        .read(&v.ctx()?, move |c, ctx| {
            let mut e = e.clone().with_defaults();
            let d = view::read(c, ctx, &zone, &mut e, "")?;
            let files = app::attachment::list(c, ctx, &app::attachment::Subject::Form(e._key.clone()))?;
            Ok((e, d, files))
        })
        .await?;
    let mut view = RegView {
        p,
        e,
        d,
        made: None,
        errors: Vec::new(),
        rest: Vec::new(),
        draft_at: 0,
        notice: String::new(),
        files,
    };
    more(&mut view);
    Ok(view)
}

/// What the address says.
#[derive(Deserialize)]
pub struct DeskQuery {
    tab: Option<String>,
    /// A contact that gets one more case.
    contact: Option<String>,
    /// What has just been made, without script.
    made: Option<String>,
}

/// The page.
pub async fn desk(State(web): State<Web>, v: Viewer, Query(q): Query<DeskQuery>) -> Answer {
    let queue = read_queue(&web, &v, Tab::parse(q.tab.as_deref().unwrap_or_default())).await?;
    let (entry, at) = first_entry(&web, &v, q.contact).await?;
    let made = match q.made {
        Some(id) => {
            // The last words are for whoever was just spoken to, not for the next one.
            let (spoken_to, _) = first_entry(&web, &v, Some(id.clone())).await?;
            Some(made(&web, &v, contact_made(&web, &v, id).await?, &spoken_to).await?)
        }
        None => None,
    };
    let reg = show(&web, &v, entry, |r| {
        r.draft_at = at;
        r.made = made;
    })
    .await?;
    let p = Page::new(&web, &v, "nav-desk-page");
    let q = render(&QueueView {
        p: Page::new(&web, &v, "nav-desk-page"),
        q: queue,
    })?;
    let reg = render(&reg)?;
    let strip = crate::roster::strip_html(&web, &v)?;
    let key = p.key(&web);
    Ok(page(&DeskPage { p, strip, q, reg, key })?)
}

/// The form a clerk finds: one more case of a contact, else what was left unfinished, else an empty one.
async fn first_entry(web: &Web, v: &Viewer, contact: Option<String>) -> Result<(Entry, i64), Fail> {
    let key = web.desk.ids.secret();
    let staff = v.ctx()?.need_staff()?.id.clone();
    let found = web
        .read(&v.ctx()?, move |c, ctx| {
            if let Some(id) = contact.as_deref() {
                let row = contact::get(c, ctx, &ContactId::from(id))?;
                return Ok((of_contact(row, key.clone()), 0));
            }
            let draft = store::account::draft(c, &staff, &ctx.site, DRAFT, "")?;
            Ok(match draft {
                Some(d) => (Entry::of_draft(&d.body), draft_time(&d.body, d.updated_at)),
                None => (Entry::fresh(key.clone()), 0),
            })
        })
        .await?;
    Ok(found)
}

fn draft_time(body: &str, otherwise: i64) -> i64 {
    let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    body.get("at").and_then(serde_json::Value::as_i64).unwrap_or(otherwise)
}

fn of_contact(row: store::contact::Contact, key: String) -> Entry {
    Entry {
        contact: row.id.into_string(),
        channel: row.channel,
        person: row.person_id.map(|p| p.into_string()).unwrap_or_default(),
        unit: row.unit_id.map(|u| u.into_string()).unwrap_or_default(),
        name: row.name,
        address: row.address,
        content: if row.outcome == "answered" {
            row.summary
        } else {
            String::new()
        },
        anonymous: if row.anonymous_reason.is_empty() {
            String::new()
        } else {
            "1".to_owned()
        },
        anonymous_reason: row.anonymous_reason,
        locale: row.locale,
        ..Entry::fresh(key)
    }
}

/// The queue alone.
pub async fn queue(State(web): State<Web>, v: Viewer, Query(q): Query<DeskQuery>) -> Answer {
    let queue = read_queue(&web, &v, Tab::parse(q.tab.as_deref().unwrap_or_default())).await?;
    Ok(page(&QueueView {
        p: Page::new(&web, &v, "nav-desk-page"),
        q: queue,
    })?)
}

/// What was typed into a box.
#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    who: String,
    #[serde(default)]
    item_text: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    changed: String,
}

/// Items that answer what was typed, those of the chosen kind first.
pub async fn items(State(web): State<Web>, v: Viewer, Query(q): Query<Typed>) -> Answer {
    let book = web.desk.book();
    let kind: Kind = q.kind.parse().unwrap_or(Kind::Request);
    let of_kind = domain::taxonomy::search(book.taxonomy.of_kind(kind), &q.item_text);
    let mut hits: Vec<_> = of_kind.into_iter().map(|h| h.item).take(8).collect();
    if hits.len() < 3 && !q.item_text.trim().is_empty() {
        let others = book.taxonomy.items.iter().filter(|i| i.kind != kind);
        hits.extend(
            domain::taxonomy::search(others, &q.item_text)
                .into_iter()
                .map(|h| h.item)
                .take(4),
        );
    }
    let p = Page::bare(&web, Some(&v), v.locale, "");
    let items = hits.into_iter().map(|i| {
        let group = book
            .taxonomy
            .group(i)
            .map(|g| if p.en() { g.en.as_str() } else { g.zh.as_str() });
        let name = if p.en() { &i.en } else { &i.zh };
        let text = group.map_or_else(|| name.clone(), |g| format!("{g} / {name}"));
        let kind = if i.kind == kind {
            String::new()
        } else {
            p.code("kind", i.kind.as_str())
        };
        (i.code.clone(), text, kind)
    });
    let items = items.collect();
    Ok(page(&ItemsView { p, items })?)
}

/// Who may be meant.
pub async fn look(State(web): State<Web>, v: Viewer, Query(q): Query<Typed>) -> Answer {
    let found = web
        .read(&v.ctx()?, move |c, ctx| contact::look::look(c, ctx, &q.who))
        .await?;
    Ok(page(&LookView {
        p: Page::bare(&web, Some(&v), v.locale, ""),
        found,
    })?)
}

/// The arrival time, taken with the first key (REC-5).
pub async fn start(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(&StartView {
        p: Page::bare(&web, Some(&v), v.locale, ""),
        at: v.now,
    })?)
}

/// Something was chosen: the parts that follow from it.
pub async fn changed(State(web): State<Web>, v: Viewer, Query(q): Query<Typed>, Form(pairs): Form<Pairs>) -> Answer {
    let p = Page::bare(&web, Some(&v), v.locale, "");
    let mut e = Entry::of(pairs).with_defaults();
    if q.changed == "pick" && !e.pick.is_empty() {
        picked(&web, &v, &mut e).await?;
    }
    let step = q.changed.clone();
    let before = (e.kind.clone(), e.place.clone());
    let zone = p.zone.clone();
    let (e, d) = web
        .read(&v.ctx()?, move |c, ctx| {
            let mut e = e.clone();
            let d = view::read(c, ctx, &zone, &mut e, &step)?;
            Ok((e, d))
        })
        .await?;
    let kinds = e.kind != before.0;
    let place = e.place != before.1;
    Ok(page(&ChangedView {
        p,
        e,
        d,
        errors: Vec::new(),
        picked: q.changed == "pick",
        kinds,
        place,
    })?)
}

/// A candidate was picked: `unit:person` stands in the hidden field.
async fn picked(web: &Web, v: &Viewer, e: &mut Entry) -> Result<(), Fail> {
    let (unit, person) = e
        .pick
        .split_once(':')
        .map(|(u, p)| (u.to_owned(), p.to_owned()))
        .unwrap_or_default();
    let (u, p) = (
        domain::ids::UnitId::from(unit.as_str()),
        domain::ids::PersonId::from(person.as_str()),
    );
    let has = !person.is_empty();
    let card = web
        .read(&v.ctx()?, move |c, ctx| {
            contact::look::card(c, ctx, has.then_some(&p), Some(&u))
        })
        .await?;
    e.unit = card.unit.as_ref().map(|u| u.id.as_str().to_owned()).unwrap_or_default();
    e.building = card
        .unit
        .as_ref()
        .map(|u| u.building_id.as_str().to_owned())
        .unwrap_or_default();
    e.address = card.unit.as_ref().map(|u| u.code.clone()).unwrap_or_default();
    e.name = card.person.as_ref().map(|p| p.name.clone()).unwrap_or_default();
    e.person = person;
    e.phone.clear();
    Ok(())
}

/// Registers, parks or discards.
pub async fn post(
    State(web): State<Web>,
    v: Viewer,
    headers: axum::http::HeaderMap,
    Form(pairs): Form<Pairs>,
) -> Answer {
    let mut e = Entry::of(pairs).with_defaults();
    let htmx = headers.contains_key("hx-request");
    match e.act.as_str() {
        "park" | "discard" => return drafts::put_away(&web, &v, e, htmx).await,
        _ => {}
    }
    if !htmx && !e.plain.is_empty() && follow_plain(&web, &v, &mut e).await? {
        return refused(&web, &v, e, Error::field("check", "desk-check"), htmx).await;
    }
    match register(&web, &v, &e).await {
        Ok(done) => {
            if !htmx {
                return Ok(Redirect::to(&format!("/desk?made={}", done.contact)).into_response());
            }
            let next = next_entry(&web, &e, &done);
            let made = made(&web, &v, done, &e).await?;
            let view = show(&web, &v, next, |r| r.made = Some(made)).await?;
            Ok(page(&view)?)
        }
        Err(Fail(error)) => refused(&web, &v, e, error, htmx).await,
    }
}

/// The form again with what is wrong with it.
async fn refused(web: &Web, v: &Viewer, e: Entry, error: Error, htmx: bool) -> Answer {
    let Some((errors, rest)) = errors_of(v.locale, &error) else {
        return Err(Fail(error));
    };
    let view = show(web, v, e, |r| {
        r.errors = errors;
        r.rest = rest;
    })
    .await?;
    let html = if htmx {
        render(&view)?
    } else {
        let queue = read_queue(web, v, Tab::Open).await?;
        let q = render(&QueueView {
            p: Page::new(web, v, "nav-desk-page"),
            q: queue,
        })?;
        let reg = render(&view)?;
        render(&DeskPage {
            p: Page::new(web, v, "nav-desk-page"),
            strip: crate::roster::strip_html(web, v)?,
            q,
            reg,
            key: web.desk.ids.secret(),
        })?
    };
    Ok((
        StatusCode::UNPROCESSABLE_ENTITY,
        [("content-type", "text/html; charset=utf-8")],
        html,
    )
        .into_response())
}

/// The form after registering: empty, or the same person again for another matter.
fn next_entry(web: &Web, e: &Entry, done: &Registered) -> Entry {
    let fresh = Entry {
        channel: e.channel.clone(),
        ..Entry::fresh(web.desk.ids.secret())
    };
    if e.act != "more" {
        return Entry::fresh(fresh._key);
    }
    Entry {
        contact: done.contact.as_str().to_owned(),
        started_at: e.started_at.clone(),
        person: e.person.clone(),
        unit: e.unit.clone(),
        building: e.building.clone(),
        name: e.name.clone(),
        phone: e.phone.clone(),
        address: e.address.clone(),
        id_name: e.id_name.clone(),
        id_unit: e.id_unit.clone(),
        id_phone: e.id_phone.clone(),
        anonymous: e.anonymous.clone(),
        anonymous_reason: e.anonymous_reason.clone(),
        locale: e.locale.clone(),
        compared: e.compared.clone(),
        ..fresh
    }
}

/// A browser without script picks no candidate and asks for nothing in between: the first item that fits is taken, and
/// the form is shown again with what follows from it. Returns whether there is something new to look at.
async fn follow_plain(web: &Web, v: &Viewer, e: &mut Entry) -> Result<bool, Fail> {
    let ctx = v.ctx()?;
    if e.item.is_empty() {
        let hits = domain::taxonomy::search(ctx.book.taxonomy.of_kind(e.kind()), &e.item_text);
        e.item = hits
            .first()
            .filter(|_| !e.item_text.trim().is_empty())
            .map_or_else(String::new, |h| h.item.code.clone());
    }
    let news = e.followed != e.matter() && !e.item.is_empty();
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let old = e.clone();
    *e = web
        .read(&ctx, move |c, ctx| {
            let mut e = old.clone();
            view::read(c, ctx, &zone, &mut e, "plain")?;
            Ok(e)
        })
        .await?;
    Ok(news)
}

async fn register(web: &Web, v: &Viewer, e: &Entry) -> Result<Registered, Fail> {
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let ctx = v.ctx()?;
    let cents = contact::plan::price(&ctx, &e.price, e.units(), e.material_cents());
    let mut n = e.contact(&zone)?;
    if !e.item_text.trim().is_empty() && e.item.is_empty() && !e.act.starts_with("incident:") {
        return Err(Error::field("item", "desk-item-unpicked").into());
    }
    let join = e.act.strip_prefix("join:").map(CaseId::from);
    let answered = e.act == "answer";
    let promised = match e.act.as_str() {
        "promise" => Some(PromiseKind::Reply),
        "call_back" => Some(PromiseKind::CallBack),
        _ => None,
    };
    if e.act.starts_with("incident:") {
        // The incident makes the case.
    } else if let Some(case) = join {
        n.join = Some(case);
    } else if let Some(kind) = promised {
        n.cases = vec![promised_case(v, e, &zone, kind)?];
        if kind == PromiseKind::CallBack && !e.call_phone.trim().is_empty() {
            n.phone = e.call_phone.clone();
        }
    } else if answered && (e.kind() == Kind::Request) {
        // A request that needed nobody to come: kept in the register with the answer, without an order.
        n.answer = Some(e.answer.clone());
        n.answer_from = e.taken_from();
    } else {
        let mut k = e.case(&zone, cents, !answered && e.act != "record")?;
        if answered {
            if e.answer.trim().is_empty() {
                return Err(Error::field("answer", "required").into());
            }
            k.answer = Some(e.answer.clone());
            k.answer_from = e.taken_from();
        }
        if !answered && e.act != "record" && k.department.is_none() && k.scope != Scope::Outside {
            let mut f = Fields::default();
            f.add("department", "required");
            f.done()?;
        }
        n.cases = vec![k];
    }
    let incident = e.act.strip_prefix("incident:").map(IncidentId::from);
    n.call = (!e.call.is_empty()).then(|| CallId::from(e.call.as_str()));
    let (key, more, staff) = (e._key.clone(), e.contact.clone(), ctx.need_staff()?.id.clone());
    let done = web
        .write(&ctx, move |tx, ctx| {
            let mut n = n.clone();
            // The caller's number is known from the call; it stands in no field.
            if let Some(call) = n.call.as_ref().filter(|_| n.phone.trim().is_empty()) {
                n.phone = app::call::of_form(tx, ctx, call)?
                    .map(|s| s.row.number)
                    .unwrap_or_default();
            }
            let done = match (more.as_str(), n.cases.first()) {
                _ if incident.is_some() => {
                    let id = incident.clone().ok_or(Error::NotFound)?;
                    app::incident::join(tx, ctx, &key, &id, &n)?
                }
                ("", _) | (_, None) => contact::register(tx, ctx, &key, &n)?,
                (id, Some(k)) => contact::correct::add_case(tx, ctx, &key, &ContactId::from(id), k)?,
            };
            store::account::draft_drop(tx, &staff, &ctx.site, DRAFT, "")?;
            Ok(done)
        })
        .await?;
    Ok(done)
}

/// The case of a promise: the question waits for its answer, and for nobody to come. A request that nobody can name yet
/// is a question as long as it is one.
fn promised_case(v: &Viewer, e: &Entry, zone: &str, kind: PromiseKind) -> Result<contact::NewCase, Fail> {
    let otherwise = crate::l10n::t(v.locale, "promise-call-back-what");
    let mut k = e.case(zone, 0, false)?;
    let open = k.item.is_empty() && matches!(k.kind, Kind::Request | Kind::Complaint);
    if open || kind == PromiseKind::CallBack || k.kind == Kind::Request {
        k.kind = Kind::Inquiry;
    }
    k.fee = domain::case::Fee::FREE;
    k.scope = Scope::Own;
    k.appointment = None;
    let promise = match kind {
        PromiseKind::CallBack => e.promise(zone, kind, &otherwise)?,
        PromiseKind::Reply => e.promise(zone, kind, "")?,
    };
    if promise.what.is_empty() {
        return Err(Error::field("content", "required").into());
    }
    if k.content.trim().is_empty() {
        k.content.clone_from(&promise.what);
    }
    k.promise = Some(promise);
    Ok(k)
}

/// Which standard answer is taken over.
#[derive(Deserialize)]
pub struct TakeQuery {
    id: String,
}

#[derive(askama::Template)]
#[template(path = "desk/answer_box.html")]
struct AnswerBox {
    p: Page,
    e: Entry,
    error: Option<String>,
    taken: String,
}

/// A standard answer goes into the answer's field, in the caller's language; what was typed there stays above it.
pub async fn take(State(web): State<Web>, v: Viewer, Query(q): Query<TakeQuery>, Form(pairs): Form<Pairs>) -> Answer {
    let mut e = Entry::of(pairs).with_defaults();
    let id = domain::ids::AnswerId::from(q.id.as_str());
    let before = domain::ids::AnswerId::from(e.answer_from.as_str());
    let (s, before) = web
        .read(&v.ctx()?, move |c, ctx| {
            let before = app::answer::get(c, ctx, &before).ok();
            Ok((app::answer::get(c, ctx, &id)?, before))
        })
        .await?;
    let speaks = |zh: &str, en: &str| match (e.locale.as_str(), zh, en) {
        ("en", _, en) if !en.is_empty() => en.to_owned(),
        (_, "", en) => en.to_owned(),
        (_, zh, _) => zh.to_owned(),
    };
    let (short, question) = (
        speaks(&s.row.short, &s.row.short_en),
        speaks(&s.row.question, &s.row.question_en),
    );
    // Another answer takes the place of the one that was taken before, as long as nobody wrote in it.
    let own = e.answer.trim().to_owned();
    let untouched = own.is_empty() || before.is_some_and(|b| own == b.row.short.trim() || own == b.row.short_en.trim());
    e.answer = if untouched {
        short
    } else if own.contains(short.trim()) {
        own
    } else {
        format!("{own}\n{short}")
    };
    e.answer_from = s.row.id.into_string();
    Ok(page(&AnswerBox {
        p: Page::bare(&web, Some(&v), v.locale, ""),
        e,
        error: None,
        taken: question,
    })?)
}

/// What kind of promise the dialog is for.
#[derive(Deserialize)]
pub struct PromiseQuery {
    #[serde(default)]
    kind: String,
}

#[derive(askama::Template)]
#[template(path = "promise/dialog.html")]
struct PromiseDialog {
    p: Page,
    kind: &'static str,
    sorry: String,
    say: String,
    what: String,
    phone: String,
    latest: String,
    reports: String,
    lacks: String,
}

/// The fields of a promise, with the sentence to say and the level's limit filled in.
pub async fn promise_form(
    State(web): State<Web>,
    v: Viewer,
    Query(q): Query<PromiseQuery>,
    Form(pairs): Form<Pairs>,
) -> Answer {
    let p = Page::bare(&web, Some(&v), v.locale, "");
    let e = Entry::of(pairs).with_defaults();
    let kind: PromiseKind = q.kind.parse().unwrap_or_default();
    let zone = p.zone.clone();
    let k = promised_case(
        &v,
        &Entry {
            promise_by: String::new(),
            promise_what: e.question().to_owned(),
            content: if e.content.is_empty() {
                "-".into()
            } else {
                e.content.clone()
            },
            ..e.clone()
        },
        &zone,
        kind,
    )?;
    let (due, reports) = web
        .read(&v.ctx()?, move |c, ctx| {
            let due = app::promise::latest(c, ctx, kind, &k)?.map(|(at, _)| at);
            let names = crate::case::names::Names::load(c, ctx)?;
            let people = app::promise::superiors(c, ctx, app::contact::about(&k))?;
            let people: Vec<String> = people.iter().map(|id| names.staff(id)).collect();
            Ok((due, people))
        })
        .await?;
    let due = due.unwrap_or(v.now);
    // Somebody the archive knows has a number there.
    let lacks = [
        (e.name.trim().is_empty() && e.person.is_empty(), "missing-name"),
        (e.address.trim().is_empty() && e.unit.is_empty(), "missing-unit"),
        (
            e.phone.trim().is_empty() && e.person.is_empty() && e.call.is_empty(),
            "missing-phone",
        ),
    ];
    let lacks: Vec<String> = lacks.iter().filter(|(l, _)| *l).map(|(_, key)| p.t(key)).collect();
    let what = match kind {
        PromiseKind::Reply => e.question().to_owned(),
        PromiseKind::CallBack if e.question().is_empty() => p.t("promise-call-back-what"),
        PromiseKind::CallBack => e.question().to_owned(),
    };
    Ok(page(&PromiseDialog {
        kind: kind.as_str(),
        sorry: crate::promise::apology(v.locale, kind.as_str()),
        say: crate::promise::spoken(v.locale, &p.zone, v.now, kind.as_str(), due),
        what,
        phone: e.phone.clone(),
        latest: crate::promise::by(v.locale, &p.zone, v.now, due),
        reports: reports.join(&p.t("list-comma")),
        lacks: lacks.join(&p.t("list-comma")),
        p,
    })?)
}

async fn contact_made(web: &Web, v: &Viewer, id: String) -> Result<Registered, Fail> {
    let done = web
        .read(&v.ctx()?, move |c, ctx| {
            let row = contact::get(c, ctx, &ContactId::from(id.as_str()))?;
            let cases = store::contact::cases_of(c, &row.id)?;
            Ok(Registered {
                contact: row.id,
                number: row.number,
                case_numbers: Vec::new(),
                cases,
            })
        })
        .await?;
    Ok(done)
}

/// What was made, as it now stands in the database.
async fn made(web: &Web, v: &Viewer, done: Registered, e: &Entry) -> Result<Made, Fail> {
    let e = e.clone();
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let made = web
        .read(&v.ctx()?, move |c, ctx| {
            let departments = store::site::departments(c, &ctx.site)?;
            let names = store::site::staff_names(c, &ctx.site)?;
            let en = ctx.locale == app::ctx::Locale::En;
            let pick = |zh: &str, other: &str| {
                if en && !other.is_empty() {
                    other.to_owned()
                } else {
                    zh.to_owned()
                }
            };
            let mut cases = Vec::new();
            for id in &done.cases {
                let Ok(seen) = app::case::get(c, ctx, id) else { continue };
                let s = seen.state;
                let order = s.last_order();
                let d = order.and_then(|o| departments.iter().find(|d| d.id == o.department));
                let w = order
                    .and_then(|o| o.worker.as_ref())
                    .and_then(|w| names.iter().find(|n| n.id == *w));
                let to = [
                    d.map(|d| pick(&d.name, &d.name_en)),
                    w.map(|w| pick(&w.name, &w.name_en)),
                ];
                cases.push(MadeCase {
                    number: s.number.clone(),
                    kind: s.kind.as_str().to_owned(),
                    order: order.map(|o| o.number.clone()).unwrap_or_default(),
                    state: s.status.as_str().to_owned(),
                    to: to.into_iter().flatten().collect::<Vec<_>>().join(" · "),
                    due_at: s.is_open().then(|| s.due_at(ctx.now)).flatten(),
                    promised: s.open_promises().next().and_then(|m| {
                        let clock = s.clock(domain::clock::ClockCode::Promise, m.no)?;
                        let due = clock.due_at(ctx.now)?;
                        Some(crate::promise::spoken(ctx.locale, &zone, ctx.now, m.kind.as_str(), due))
                    }),
                    outside: s.scope == Scope::Outside && s.outside.is_none(),
                    referred: s.outside.as_ref().map(|o| o.referral.clone()),
                    joined: s.contacts.first() != Some(&done.contact),
                });
            }
            let say = view::closing(c, ctx, &zone, &e)?;
            Ok(Made {
                contact: done.contact.as_str().to_owned(),
                contact_number: done.number.clone(),
                cases,
                say,
            })
        })
        .await?;
    Ok(made)
}
