//! Notices: the bell beside every page, what is announced at once, and the list of what somebody was told.

mod words;

pub use words::{head, ladder_line, step, why};

use app::notice::{self, Mark, Seen};
use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect};
use domain::access::{Home, home};
use domain::ids::{CaseId, NoticeId};
use serde::Deserialize;

use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// A notice as it is shown.
struct Row {
    id: String,
    tone: &'static str,
    level: String,
    head: String,
    /// Number, and what it is about in people's own words.
    case: Option<(String, String)>,
    /// Why it came to this person.
    why: String,
    clause: String,
    before: Vec<String>,
    late: Option<String>,
    done: Option<String>,
    when: String,
    leads: bool,
    unread: bool,
}

fn row(p: &Page, n: &Seen) -> Row {
    let about = [n.row.title.as_deref(), n.row.place.as_deref()];
    let about: Vec<&str> = about.into_iter().flatten().filter(|s| !s.is_empty()).collect();
    Row {
        id: n.row.id.as_str().to_owned(),
        tone: match n.row.level.as_str() {
            "urgent" | "escalation" => "red",
            "warning" => "amb",
            _ => "blu",
        },
        level: p.code("notice_level", &n.row.level),
        head: words::head(p, n),
        case: n.row.number.clone().map(|number| (number, about.join(" · "))),
        why: words::why(p, n),
        clause: n.rung.as_ref().map(|r| r.clause.clone()).unwrap_or_default(),
        before: n.before.iter().map(|b| words::before(p, b)).collect(),
        late: words::late(p, n),
        done: n.row.done_at.map(|at| p.t1("notice-done", "time", p.time(at))),
        when: p.time(n.row.created_at),
        leads: n.page().is_some(),
        unread: n.row.read_at.is_none(),
    }
}

/// The bell, and the newest urgent notice that was not read.
#[derive(Template)]
#[template(path = "notice/bell.html")]
struct Bell {
    p: Page,
    loud: Option<Row>,
}

#[derive(Template)]
#[template(path = "notice/list.html")]
struct Wide {
    p: Page,
    unread: Vec<Row>,
    read: Vec<Row>,
    newest: Option<String>,
    next: Option<String>,
    first: bool,
}

#[derive(Template)]
#[template(path = "notice/phone.html")]
struct Narrow {
    p: Page,
    unread: Vec<Row>,
    read: Vec<Row>,
    newest: Option<String>,
    next: Option<String>,
    first: bool,
}

#[derive(Deserialize)]
pub struct Ask {
    after: Option<String>,
}

/// Whether somebody's pages are those of a phone.
fn on_the_way(v: &Viewer) -> bool {
    v.session.as_ref().is_some_and(|s| home(&s.actor.roles) == Home::Tasks)
}

/// Who opens a case has read what was told about it.
///
/// # Errors
/// `Unavailable` while the database is away.
pub async fn case_opened(web: &Web, v: &Viewer, id: &CaseId) -> Result<(), Fail> {
    let asked = id.clone();
    let unread = web
        .read(&v.ctx()?, move |c, ctx| notice::unread_of_case(c, ctx, &asked))
        .await?;
    if unread {
        let (ctx, id) = (v.ctx()?, id.clone());
        web.write(&ctx, move |tx, ctx| notice::case_opened(tx, ctx, &id))
            .await?;
        // The page's own bell counts without them.
        web.desk.recount(&ctx.site)?;
    }
    Ok(())
}

/// What the viewer was told, unread first.
pub async fn list(State(web): State<Web>, v: Viewer, Query(ask): Query<Ask>) -> Answer {
    let after = ask.after.as_deref().and_then(Mark::parse);
    let first = after.is_none();
    let found = web
        .read(&v.ctx()?, move |c, ctx| notice::mine(c, ctx, after.as_ref()))
        .await?;
    let p = Page::new(&web, &v, "notice-title");
    let rows = |list: &[Seen]| list.iter().map(|n| row(&p, n)).collect::<Vec<_>>();
    let (unread, read) = (rows(&found.unread), rows(&found.read));
    let newest = found.unread.first().map(|n| n.row.id.as_str().to_owned());
    let next = found.next.map(|m| m.to_string());
    if on_the_way(&v) {
        return Ok(page(&Narrow {
            p,
            unread,
            read,
            newest,
            next,
            first,
        })?);
    }
    Ok(page(&Wide {
        p,
        unread,
        read,
        newest,
        next,
        first,
    })?)
}

/// The bell anew: asked for whenever something has changed.
pub async fn bell(State(web): State<Web>, v: Viewer) -> Answer {
    let loud = web.read(&v.ctx()?, notice::loudest).await?;
    let p = Page::new(&web, &v, "notice-title");
    let loud = loud.map(|n| row(&p, &n));
    Ok(page(&Bell { p, loud })?)
}

#[derive(Deserialize)]
pub struct Did {
    /// Only marks it as read.
    #[serde(default)]
    stay: String,
    #[serde(default)]
    last: String,
}

/// Reads a notice and goes where it leads.
pub async fn open(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(did): Form<Did>,
) -> Answer {
    let id = NoticeId::from(id);
    let leads = web.write(&v.ctx()?, move |tx, ctx| notice::open(tx, ctx, &id)).await?;
    if headers.contains_key("hx-request") {
        // Put away where it was announced.
        web.desk.recount(&v.ctx()?.site)?;
        return bell(State(web), v).await;
    }
    let Some(to) = leads.filter(|_| did.stay.is_empty()) else {
        return Ok(Redirect::to("/notices").into_response());
    };
    if let Some(case) = to.strip_prefix("/cases/").filter(|_| on_the_way(&v)) {
        let case = CaseId::from(case);
        let orders = web
            .read(&v.ctx()?, move |c, _| Ok(store::case::orders_of(c, &case)?))
            .await?;
        if let Some(o) = orders.last() {
            return Ok(Redirect::to(&format!("/tasks/{}", o.number)).into_response());
        }
    }
    Ok(Redirect::to(&to).into_response())
}

/// Marks a notice as not read, to come back to it.
pub async fn keep(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let id = NoticeId::from(id);
    web.write(&v.ctx()?, move |tx, ctx| notice::keep(tx, ctx, &id)).await?;
    Ok(Redirect::to("/notices").into_response())
}

/// Marks everything as read that the viewer saw.
pub async fn read_all(State(web): State<Web>, v: Viewer, Form(did): Form<Did>) -> Answer {
    let last = NoticeId::from(did.last);
    web.write(&v.ctx()?, move |tx, ctx| notice::read_up_to(tx, ctx, &last))
        .await?;
    Ok(Redirect::to("/notices").into_response())
}
