//! One form for each step, in a dialog or on a page of its own, and the one way to send it.

use app::error::Error;
use app::step::{Done, Saw};
use app::{case, step as steps};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect};
use domain::access::Action;
use domain::case::complaint::Received;
use domain::case::{CaseState, Channel, Kind};
use domain::ids::CaseId;
use domain::mask::Sex;
use domain::scripts::{DayPart, Fill, Moment};

use super::fields::{Build, Choices, line_kinds};
use super::form::{Field, Posted, mark, refill};
use super::sentence::Line;
use super::{page, parse, presence, story, view};
use crate::fail::{Answer, Fail, explain_in, status};
use crate::gate::{Viewer, encode};
use crate::live;
use crate::page::Page;
use crate::state::Web;

/// What a form needs beside its fields.
pub struct FormView {
    pub id: CaseId,
    pub number: String,
    pub title: String,
    pub action: &'static str,
    pub key: String,
    pub version: i64,
    pub seq: i64,
    pub fields: Vec<Field>,
    pub kinds: [(&'static str, String); 2],
    /// Why the step is not possible, and what is lacking.
    pub refused: Option<(String, Vec<String>)>,
    /// Somebody else was faster: what they did, and the values that differ: label, mine, theirs.
    pub changed: Vec<Line>,
    pub conflict: bool,
    pub diff: Vec<(String, String, String)>,
    pub wide: bool,
    pub danger: bool,
    pub script: String,
    pub possible: bool,
    /// In a dialog over the case's page, not on a page of its own.
    pub dialog: bool,
    /// The number to dial, masked; and whether it may be shown.
    pub phone: String,
    pub reveal: bool,
    /// The drawn signature to be checked.
    pub signature: String,
    /// What a file that is taken in here shows; empty where none is.
    pub upload: &'static str,
}

#[derive(Template)]
#[template(path = "case/do.html")]
struct DoPage {
    p: Page,
    f: FormView,
}

#[derive(Template)]
#[template(path = "case/form.html")]
struct DoFragment {
    p: Page,
    f: FormView,
}

fn is_htmx(headers: &HeaderMap) -> bool {
    headers.contains_key("hx-request")
}

fn known(action: &str) -> Result<Action, Fail> {
    let action: Action = action.parse().map_err(|_| Error::NotFound)?;
    if Action::ON_CASE.contains(&action) && action != Action::Attach {
        Ok(action)
    } else {
        Err(Fail(Error::NotFound))
    }
}

struct Ground {
    seen: case::Seen,
    seq: i64,
    offers: Vec<domain::case::Offer>,
    choices: Choices,
    /// The customer's, if the archive knows it.
    sex: Option<Sex>,
}

async fn ground(web: &Web, v: &Viewer, key: String) -> Result<Ground, Fail> {
    let ctx = v.ctx()?;
    let read = web.read(&ctx, move |c, ctx| {
        let seen = case::find(c, ctx, &key)?;
        let seq = store::journal::last_of_case(c, ctx.site.as_str(), seen.state.id.as_str())?.unwrap_or(0);
        let offers = case::offers(c, ctx, &seen.state)?;
        let sex = sex_of(c, &seen.state)?;
        let mut choices = Choices::load(c, ctx)?;
        choices.say = say(c, ctx, &seen.state)?;
        choices.outgoing = outgoing(c, ctx, &seen.state)?;
        let routes = app::complaint_route::routes(c, ctx)?;
        choices.proposals = Received::ALL
            .iter()
            .filter_map(|received| Some((*received, steps::proposal(ctx, &routes, &seen.state, *received)?)))
            .collect();
        choices.known(c, ctx, &seen.state)?;
        Ok(Ground {
            sex,
            seq,
            offers,
            choices,
            seen,
        })
    });
    Ok(read.await?)
}

/// The sentence of a reply promised now, with the level's limit (REC-8).
fn say(c: &mut store::seam::Conn, ctx: &app::ctx::Ctx, s: &CaseState) -> app::error::Res<String> {
    let zone = app::list::site(c, &ctx.site)?.zone;
    let standard = ctx.book.standard(c, &ctx.site, ctx.now)?;
    let rule = standard.promise(s.kind, &s.item, s.importance, s.urgency);
    let due = app::promise::due(c, ctx, rule.map(|r| r.limit))?;
    Ok(due.map_or_else(String::new, |due| {
        crate::promise::spoken(ctx.locale, &zone, ctx.now, "reply", due)
    }))
}

/// How the customer is addressed, as far as the archive says.
fn sex_of(c: &mut store::seam::Conn, s: &CaseState) -> app::error::Res<Option<Sex>> {
    let gender = match &s.located.person {
        Some(person) => store::link::gender(c, person)?.unwrap_or_default(),
        None => String::new(),
    };
    Ok(match gender.as_str() {
        "female" | "女" => Some(Sex::Female),
        "male" | "男" => Some(Sex::Male),
        _ => None,
    })
}

/// What is said first and last when the customer is called (CAL-4).
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn outgoing(c: &mut store::seam::Conn, ctx: &app::ctx::Ctx, s: &CaseState) -> app::error::Res<(String, String)> {
    let sex = sex_of(c, s)?;
    let en = ctx.locale == app::ctx::Locale::En;
    let pick = |zh: &str, other: &str| {
        if en && !other.is_empty() {
            other.to_owned()
        } else {
            zh.to_owned()
        }
    };
    let site = app::list::site(c, &ctx.site)?;
    let site = pick(&site.name, &site.name_en);
    let staff = ctx.staff().map(|s| pick(&s.name, &s.name_en)).unwrap_or_default();
    let name = s.customer.name.trim();
    let name = match (name.is_empty(), en) {
        (true, _) => String::new(),
        (false, true) => domain::mask::addressed_en(name, sex),
        (false, false) => domain::mask::addressed_zh(name, sex),
    };
    let scripts = &ctx.book.scripts;
    let line = |moment: Moment, ends: &str| {
        let found = scripts.pick(moment, Channel::Phone, DayPart::of_hour(9));
        let one = found.iter().find(|s| s.code.ends_with(ends)).or(found.first());
        let text = one.map_or_else(String::new, |s| {
            let fill = Fill {
                name: &name,
                site: &site,
                staff: &staff,
                unit: "",
            };
            domain::scripts::fill(if en { &s.en } else { &s.zh }, fill)
        });
        text.trim_start_matches(['，', ',', ' ']).to_owned()
    };
    Ok((line(Moment::Outgoing, ".callback"), line(Moment::Closing, ".other")))
}

fn form(web: &Web, p: &Page, v: &Viewer, g: &Ground, action: Action) -> FormView {
    let s = &g.seen.state;
    let me = v
        .session
        .as_ref()
        .map(|x| x.actor.id.as_str().to_owned())
        .unwrap_or_default();
    let fields = Build {
        p,
        s,
        c: &g.choices,
        me,
    }
    .fields(action);
    let wide = matches!(
        action,
        Action::Quote | Action::Complete | Action::Amend | Action::Callback
    );
    FormView {
        id: s.id.clone(),
        number: s.number.clone(),
        title: view::title(&g.choices.names, s),
        action: action.as_str(),
        key: p.key(web),
        version: g.seen.version,
        seq: g.seq,
        fields,
        kinds: line_kinds(p),
        refused: None,
        changed: Vec::new(),
        conflict: false,
        diff: Vec::new(),
        wide,
        danger: matches!(
            action,
            Action::Cancel | Action::TakeBack | Action::ReturnOrder | Action::VoidPayment
        ),
        script: if action == Action::Callback {
            script(p, &g.choices, s, g.sex)
        } else {
            String::new()
        },
        phone: if action == Action::Callback && !s.customer.phone.is_empty() {
            p.masked(&s.customer.phone)
        } else {
            String::new()
        },
        reveal: v.may(Action::RevealPhone),
        signature: match s.confirmation().filter(|_| action == Action::SecondCheck) {
            Some(c) if c.signature.is_some() => format!("/cases/{}/signature/{}", s.id, c.id),
            Some(c) => c
                .paper
                .as_ref()
                .map(|photo| format!("/files/{photo}"))
                .unwrap_or_default(),
            None => String::new(),
        },
        possible: true,
        dialog: false,
        upload: match action {
            Action::Confirm => "paper_form",
            Action::Complete | Action::Amend if s.kind == Kind::Request => "photo_after",
            _ => "",
        },
    }
}

/// Surname and form of address where the archive knows which; the whole name otherwise.
fn addressed(en: bool, name: &str, sex: Option<Sex>) -> String {
    match (sex, en) {
        (None, _) => name.trim().to_owned(),
        (sex, true) => domain::mask::addressed_en(name, sex),
        (sex, false) => domain::mask::addressed_zh(name, sex),
    }
}

/// What to say first when calling back.
fn script(p: &Page, c: &Choices, s: &CaseState, sex: Option<Sex>) -> String {
    use domain::scripts::{Fill, fill};
    let Some(text) = c
        .names
        .book
        .scripts
        .scripts
        .iter()
        .find(|x| x.code == "outgoing.callback")
    else {
        return String::new();
    };
    let name = addressed(p.en(), &s.customer.name, sex);
    let with = Fill {
        name: &name,
        site: &p.site_name,
        staff: &p.staff_name,
        unit: &s.customer.address,
    };
    fill(if p.en() { &text.en } else { &text.zh }, with)
}

fn draw(p: Page, mut f: FormView, htmx: bool, code: StatusCode) -> Answer {
    f.dialog = htmx;
    let body = if htmx {
        live::page(&DoFragment { p, f })?
    } else {
        live::page(&DoPage { p, f })?
    };
    Ok((code, body).into_response())
}

/// The form of a step.
pub async fn do_page(
    State(web): State<Web>,
    v: Viewer,
    Path((key, action)): Path<(String, String)>,
    Query(given): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Answer {
    let action = known(&action)?;
    let g = ground(&web, &v, key).await?;
    let p = Page::titled(
        &web,
        &v,
        format!(
            "{} {}",
            crate::l10n::t(v.locale, &format!("action-{action}")),
            g.seen.state.number
        ),
    );
    let mut f = form(&web, &p, &v, &g, action);
    if !given.is_empty() {
        // What was typed before a photo joined the form.
        let chosen: Vec<Vec<String>> = f.fields.iter().map(|x| x.values.clone()).collect();
        refill(&mut f.fields, &Posted(given));
        f.fields
            .iter_mut()
            .zip(chosen)
            .for_each(|(x, chosen)| x.values = chosen);
    }
    let refusal = g
        .offers
        .iter()
        .find(|o| o.action == action)
        .and_then(|o| o.refusal.clone());
    if let Some(r) = refusal {
        f.possible = false;
        f.refused = Some(explain_in(p.locale, &p.zone, &Error::from(r)));
    } else if let Some(s) = &v.session {
        presence::here(&s.site, &g.seen.state.id, &s.actor, v.now, Some(action));
    }
    draw(p, f, is_htmx(&headers), StatusCode::OK)
}

/// Sends a step: does it, or shows the form again with what stands in the way.
pub async fn step(
    State(web): State<Web>,
    v: Viewer,
    Path((key, action)): Path<(String, String)>,
    headers: HeaderMap,
    Form(posted): Form<Vec<(String, String)>>,
) -> Answer {
    let action = known(&action)?;
    let posted = Posted(posted);
    let g = ground(&web, &v, key).await?;
    let (id, zone) = (
        g.seen.state.id.clone(),
        v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default(),
    );
    let number = |name: &str| posted.get(name).parse::<i64>().ok();
    let saw = number("version").map(|version| Saw {
        version,
        seq: number("seq"),
    });
    let done = match parse::step(action, &g.seen.state, &posted, &zone) {
        Ok(step) => {
            let (id, key) = (id.clone(), posted.get("_key").to_owned());
            web.write(&v.ctx()?, move |tx, ctx| steps::run(tx, ctx, &key, &id, saw, &step))
                .await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(done) => gone_well(&web, &v, &done, is_htmx(&headers)).await,
        Err(e @ (Error::Invalid(_) | Error::Refused(_) | Error::Conflict { .. })) => {
            again(&web, &v, (action, &id), &posted, e, is_htmx(&headers)).await
        }
        Err(e) => Err(Fail(e)),
    }
}

/// After a step: the case as it is now, in place or on its page.
async fn gone_well(web: &Web, v: &Viewer, done: &Done, htmx: bool) -> Answer {
    if let Some(s) = &v.session {
        presence::sent(&s.site, &done.case, &s.actor.id);
    }
    let to = format!("/cases/{}", encode(&done.number));
    if !htmx {
        return Ok(Redirect::to(&to).into_response());
    }
    let mut r = page::fragment(web, v, done.case.as_str(), "all").await?;
    let head = r.headers_mut();
    head.insert("hx-retarget", HeaderValue::from_static("#case"));
    head.insert("hx-reswap", HeaderValue::from_static("outerHTML"));
    head.insert("hx-trigger", HeaderValue::from_static("dialog:close"));
    if let Ok(value) = HeaderValue::from_str(&to) {
        head.insert("hx-replace-url", value);
    }
    Ok(r)
}

/// The form again, with what was typed, on the case as it is now.
async fn again(
    web: &Web,
    v: &Viewer,
    (action, id): (Action, &CaseId),
    posted: &Posted,
    e: Error,
    htmx: bool,
) -> Answer {
    let g = ground(web, v, id.as_str().to_owned()).await?;
    let p = Page::titled(
        web,
        v,
        format!(
            "{} {}",
            crate::l10n::t(v.locale, &format!("action-{action}")),
            g.seen.state.number
        ),
    );
    let mut f = form(web, &p, v, &g, action);
    let now: Vec<(String, String)> = f.fields.iter().map(|x| (x.old.clone(), x.shown())).collect();
    refill(&mut f.fields, posted);
    // The same key: what was refused did not use it up.
    posted.get("_key").clone_into(&mut f.key);
    if let Error::Conflict { .. } = e {
        let seq = posted.get("seq").parse::<i64>().unwrap_or(0);
        let id = id.clone();
        let since = web
            .read(&v.ctx()?, move |c, ctx| steps::since(c, ctx, &id, seq))
            .await?;
        f.changed = story::since(&p, &g.choices.names, &since);
        f.conflict = true;
        let pairs = f
            .fields
            .iter()
            .zip(now)
            .filter(|(x, (old, _))| !old.is_empty() && x.name != "reason");
        f.diff = pairs.map(|(x, (old, _))| (x.label.clone(), x.shown(), old)).collect();
        let refusal = g
            .offers
            .iter()
            .find(|o| o.action == action)
            .and_then(|o| o.refusal.clone());
        if let Some(r) = refusal {
            f.possible = false;
            f.refused = Some(explain_in(p.locale, &p.zone, &Error::from(r)));
        }
    } else if !mark(&p, &mut f.fields, &e) {
        f.refused = Some(explain_in(p.locale, &p.zone, &e));
    }
    // The version of what stands here now only where the person is shown what changed; else what was seen before.
    if !f.conflict {
        f.version = posted.get("version").parse().unwrap_or(f.version);
        f.seq = posted.get("seq").parse().unwrap_or(f.seq);
    }
    draw(p, f, htmx, status(&e))
}
