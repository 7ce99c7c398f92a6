//! The page of a case and its parts that ask for themselves again.

use app::case;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use domain::access::Action;
use serde::Deserialize;

use super::presence::{self, Other};
use super::story::{LINES, Timeline, timeline as lines};
use super::view::{View, load};
use crate::fail::{Answer, Fail};
use crate::gate::{Viewer, encode};
use crate::live;
use crate::page::Page;
use crate::standard::words::whom;
use crate::state::Web;

/// What the timeline shows, and what the page has already.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Ask {
    show: String,
    before: Option<i64>,
    /// The last journal number that the page shows.
    seen: Option<i64>,
}

#[derive(Template)]
#[template(path = "case/page.html")]
struct CasePage {
    p: Page,
    v: View,
    t: Timeline,
    others: Vec<Other>,
    may_print: bool,
}

#[derive(Template)]
#[template(path = "case/body.html")]
struct CaseBody {
    p: Page,
    v: View,
    t: Timeline,
    may_print: bool,
}

#[derive(Template)]
#[template(path = "case/timeline.html")]
struct TimelinePart {
    p: Page,
    t: Timeline,
}

#[derive(Template)]
#[template(path = "case/more.html")]
struct MorePart {
    p: Page,
    t: Timeline,
}

/// Where the number is shown without being asked for, the journal says so.
async fn shown_whole(web: &Web, v: &Viewer, l: &super::view::Loaded) -> Result<(), Fail> {
    if super::view::emergency(l) {
        let id = l.seen.state.id.clone();
        web.write(&v.ctx()?, move |tx, ctx| case::reveal_once(tx, ctx, &id))
            .await?;
    }
    Ok(())
}

/// Who opens the case has seen what came in.
async fn seen_now(web: &Web, v: &Viewer, id: &domain::ids::CaseId) -> Result<(), Fail> {
    let asked = id.clone();
    let news = web
        .read(&v.ctx()?, move |c, ctx| {
            let line = store::case::line(c, &ctx.site, &asked)?;
            Ok(line.is_some_and(|l| l.news_at.is_some()) && case::sees_news(ctx))
        })
        .await?;
    if news {
        let id = id.clone();
        web.write(&v.ctx()?, move |tx, ctx| case::news_seen(tx, ctx, &id))
            .await?;
    }
    Ok(())
}

#[derive(Template)]
#[template(path = "case/why.html")]
struct WhyPage {
    p: Page,
    number: String,
    title: String,
    clock: Option<super::clocks::ClockLine>,
    /// For which cases the row of the standard speaks that sets the limit.
    whom: Option<String>,
}

/// Why a limit is due then: what lists and queues lead to.
pub async fn why(State(web): State<Web>, v: Viewer, Path((key, clock)): Path<(String, String)>) -> Answer {
    let p = Page::new(&web, &v, "why-title");
    let (seen, standard) = web
        .read(&v.ctx()?, move |c, ctx| {
            let seen = case::find(c, ctx, &key)?;
            let standard = ctx.book.standard_named(c, &ctx.site, &seen.state.standard, ctx.now)?;
            Ok((seen, standard))
        })
        .await?;
    let s = &seen.state;
    let clock = super::clocks::one(&p, s, &clock);
    let row = clock
        .as_ref()
        .and_then(|c| standard.speaks(c.code, s.kind, &s.item, s.importance, s.urgency));
    Ok(live::page(&WhyPage {
        whom: row.map(|row| whom(&p, &web.desk.book(), &row)),
        clock,
        number: s.number.clone(),
        title: s.content.chars().take(60).collect(),
        p,
    })?)
}

/// "Seen", pressed in the queue.
pub async fn seen(State(web): State<Web>, v: Viewer, headers: HeaderMap, Path(key): Path<String>) -> Answer {
    web.write(&v.ctx()?, move |tx, ctx| {
        let id = case::find(tx, ctx, &key)?.state.id;
        case::news_seen(tx, ctx, &id)
    })
    .await?;
    if headers.contains_key("hx-request") {
        // The queue reads itself again.
        return Ok((StatusCode::NO_CONTENT, [("hx-trigger", "live")]).into_response());
    }
    Ok(Redirect::to("/desk").into_response())
}

/// The address that a refused form leaves in the browser: the form again.
pub async fn back_to_form(State(web): State<Web>, v: Viewer, Path((key, action)): Path<(String, String)>) -> Answer {
    let seen = web.read(&v.ctx()?, move |c, ctx| case::find(c, ctx, &key)).await?;
    let to = format!("/cases/{}/do/{}", encode(&seen.state.number), encode(&action));
    Ok(Redirect::to(&to).into_response())
}

fn story(p: &Page, l: &super::view::Loaded, show: &str) -> Timeline {
    let s = &l.seen.state;
    lines(p, &l.names, (s.id.as_str(), &s.number), &l.entries, show, LINES)
}

fn people(v: &Viewer, p: &Page, id: &domain::ids::CaseId, doing: Option<Action>) -> Vec<Other> {
    let Some(s) = &v.session else { return Vec::new() };
    presence::here(&s.site, id, &s.actor, v.now, doing);
    presence::others(p, &s.site, id, &s.actor.id)
}

/// The page of a case, by its number or id.
pub async fn show(State(web): State<Web>, v: Viewer, Path(key): Path<String>, Query(q): Query<Ask>) -> Answer {
    let given = key.clone();
    let l = web.read(&v.ctx()?, move |c, ctx| load(c, ctx, &key)).await?;
    if l.seen.state.number != given {
        return Ok(Redirect::to(&format!("/cases/{}", encode(&l.seen.state.number))).into_response());
    }
    shown_whole(&web, &v, &l).await?;
    seen_now(&web, &v, &l.seen.state.id).await?;
    crate::notice::case_opened(&web, &v, &l.seen.state.id).await?;
    // The number only: what it is about stays out of the browser's history.
    let p = Page::titled(&web, &v, l.seen.state.number.clone());
    let t = story(&p, &l, &q.show);
    let view = View::new(&p, &l);
    let others = people(&v, &p, &l.seen.state.id, None);
    Ok(live::page(&CasePage {
        v: view,
        t,
        others,
        may_print: v.may(Action::PrintOrder),
        p,
    })?)
}

/// The part of the page that changes by itself; nothing when it shows the last entry already.
pub async fn body(State(web): State<Web>, v: Viewer, Path(key): Path<String>, Query(q): Query<Ask>) -> Answer {
    let l = web.read(&v.ctx()?, move |c, ctx| load(c, ctx, &key)).await?;
    if q.seen == Some(l.seq) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    shown_whole(&web, &v, &l).await?;
    drawn(&web, &v, &l, &q.show)
}

/// The changing part as it is now.
pub async fn fragment(web: &Web, v: &Viewer, key: &str, show: &str) -> Result<Response, Fail> {
    let key = key.to_owned();
    let l = web.read(&v.ctx()?, move |c, ctx| load(c, ctx, &key)).await?;
    shown_whole(web, v, &l).await?;
    drawn(web, v, &l, show)
}

fn drawn(web: &Web, v: &Viewer, l: &super::view::Loaded, show: &str) -> Answer {
    let mut p = Page::titled(web, v, l.seen.state.number.clone());
    p.path = format!("/cases/{}", l.seen.state.number);
    let t = story(&p, l, show);
    let view = View::new(&p, l);
    Ok(live::page(&CaseBody {
        v: view,
        t,
        may_print: v.may(Action::PrintOrder),
        p,
    })?)
}

/// More of the timeline, or another filter of it.
pub async fn timeline(
    State(web): State<Web>,
    v: Viewer,
    headers: HeaderMap,
    Path(key): Path<String>,
    Query(q): Query<Ask>,
) -> Answer {
    let before = q.before.unwrap_or(i64::MAX);
    let (number, id, names, entries) = web
        .read(&v.ctx()?, move |c, ctx| {
            let s = case::find(c, ctx, &key)?.state;
            let names = super::names::Names::load(c, ctx)?;
            let entries = store::journal::for_case(c, ctx.site.as_str(), s.id.as_str(), before, 200)?;
            Ok((s.number, s.id, names, entries))
        })
        .await?;
    if !headers.contains_key("hx-request") {
        return Ok(Redirect::to(&format!("/cases/{}?show={}", encode(&number), encode(&q.show))).into_response());
    }
    let p = Page::titled(&web, &v, number.clone());
    let t = lines(&p, &names, (id.as_str(), &number), &entries, &q.show, LINES);
    // What is older joins the list; another filter replaces it.
    Ok(if q.before.is_some() {
        live::page(&MorePart { p, t })?
    } else {
        live::page(&TimelinePart { p, t })?
    })
}

#[derive(Template)]
#[template(source = "<b class=\"nw\" data-content>{{ phone }}</b>", ext = "html")]
struct Shown {
    phone: String,
}

/// Shows the whole number: one act, in the journal.
pub async fn reveal(State(web): State<Web>, v: Viewer, headers: HeaderMap, Path(key): Path<String>) -> Answer {
    let phone = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = case::find(tx, ctx, &key)?.state.id;
            case::reveal_phone(tx, ctx, &id)
        })
        .await?;
    if headers.contains_key("hx-request") {
        return Ok(live::page(&Shown { phone })?);
    }
    let p = Page::new(&web, &v, "case-phone");
    Ok(live::page(&Revealed { p, phone })?)
}

#[derive(Template)]
#[template(path = "case/revealed.html")]
struct Revealed {
    p: Page,
    phone: String,
}

#[derive(Template)]
#[template(path = "case/here.html")]
struct Here {
    p: Page,
    others: Vec<Other>,
}

/// Says "I am here" and answers who else is.
pub async fn here(State(web): State<Web>, v: Viewer, Path(key): Path<String>) -> Answer {
    let id = web
        .read(&v.ctx()?, move |c, ctx| Ok(case::find(c, ctx, &key)?.state.id))
        .await?;
    let p = Page::new(&web, &v, "product");
    let others = people(&v, &p, &id, None);
    Ok(live::page(&Here { p, others })?)
}
