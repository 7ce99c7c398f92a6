//! Visitors at the desk and at the gate (REC-5, VIS-3 to VIS-9): who is inside, one visit with its steps, passes, the register.

mod act;
mod gate;
mod host;
mod links;
mod register;
mod view;

pub use act::{ask_by_link, begin, expect, expect_form, step};
pub use gate::{gate, gate_show, gate_step};
pub use host::{announce as host_announce, answer as host_answer, show as host_show, withdraw as host_withdraw};
pub use links::{invite, show as links, withdraw as link_withdraw};
pub use register::{export, print, register};

use app::visit::{self, Board, Seen};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use domain::ids::VisitId;
use serde::Deserialize;

use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::form::Errors;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::shown::{self, Shown};
use crate::state::Web;
use view::{Line, VisitView, line};

#[derive(Template)]
#[template(path = "visit/board.html")]
struct BoardPage {
    p: Page,
    inside: Vec<Line>,
    waiting: Vec<Line>,
    expected: Vec<Line>,
    badges: Vec<Line>,
    overdue: usize,
    may: bool,
    key: String,
    unit: String,
    host: String,
    e: Errors,
}

pub(crate) fn lines(p: &Page, names: &Names, list: &[Seen]) -> Vec<Line> {
    list.iter().map(|s| line(p, names, s)).collect()
}

async fn board_view(web: &Web, v: &Viewer, (unit, host): (String, String), e: Errors) -> Result<BoardPage, Fail> {
    let (b, names): (Board, Names) = web
        .read(&v.ctx()?, |c, ctx| Ok((visit::board(c, ctx)?, Names::load(c, ctx)?)))
        .await?;
    let p = Page::new(web, v, "visit-title");
    Ok(BoardPage {
        inside: lines(&p, &names, &b.inside),
        waiting: lines(&p, &names, &b.waiting),
        expected: lines(&p, &names, &b.expected),
        badges: lines(&p, &names, &b.badges),
        overdue: b.inside.iter().filter(|s| s.visit.overdue_at.is_some()).count(),
        may: v.may(domain::access::Action::ReceiveVisitor),
        key: p.key(web),
        unit,
        host,
        p,
        e,
    })
}

/// Who is inside, who waits, who is expected, which badges are out.
pub async fn board(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(
        &board_view(&web, &v, Default::default(), Errors::default()).await?,
    )?)
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Said {
    said: String,
}

#[derive(Template)]
#[template(path = "visit/page.html")]
struct VisitPage {
    p: Page,
    x: VisitView,
    made: Option<Shown>,
}

/// Everything of one visit for a page.
async fn load(web: &Web, v: &Viewer, id: &str, said: &str) -> Result<(Page, VisitView), Fail> {
    let vid = VisitId::from(id);
    let (s, history, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            Ok((
                visit::get(c, ctx, &vid)?,
                visit::history(c, ctx, &vid)?,
                Names::load(c, ctx)?,
            ))
        })
        .await?;
    let p = Page::titled(web, v, s.visit.number.clone());
    let may = v.may(domain::access::Action::ReceiveVisitor);
    let directory = v.may(domain::access::Action::ViewDirectory);
    let x = VisitView::new(&p, web, &names, s, history, (may, directory, said))?;
    Ok((p, x))
}

/// One visit.
pub async fn show(
    State(web): State<Web>,
    v: Viewer,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(q): Query<Said>,
) -> Answer {
    let (p, x) = load(&web, &v, &id, &q.said).await?;
    let made = shown::taken(&headers, &id)
        .map(|secret| {
            let url = format!("{}/h/{secret}", web.settings.public_url);
            Shown::of(url, &p.t("visit-link-answer"))
        })
        .transpose()?;
    let showed = made.is_some();
    shown::forget(&web, page(&VisitPage { p, x, made })?, showed)
}
