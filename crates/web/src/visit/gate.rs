//! The gate, on the guard's phone: a pass code that is typed or scanned leads to the visit in one step.

use app::visit::{self, VisitState};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use serde::Deserialize;

use super::act::{refused, run};
use super::view::{Line, VisitView};
use super::{Said, lines, load};
use crate::case::names::Names;
use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::roster::form::Pairs;
use crate::shown::Shown;
use crate::state::Web;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    code: String,
}

#[derive(Template)]
#[template(path = "visit/gate.html")]
struct GatePage {
    p: Page,
    code: String,
    key: String,
    wrong: bool,
    inside: Vec<Line>,
    waiting: Vec<Line>,
    expected: Vec<Line>,
}

/// The gate's page; with a code, the visit it stands for. The pass is used up when the guard receives the visitor, not by looking.
pub async fn gate(State(web): State<Web>, v: Viewer, Query(a): Query<Asked>) -> Answer {
    let code = a.code.clone();
    let (found, b, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            let found = if code.trim().is_empty() {
                None
            } else {
                visit::by_code(c, ctx, &code)?
            };
            Ok((found, visit::board(c, ctx)?, Names::load(c, ctx)?))
        })
        .await?;
    if let Some(s) = found.filter(|s| s.visit.state == VisitState::Expected) {
        return Ok(Redirect::to(&format!("/gate/{}", s.id)).into_response());
    }
    let p = Page::new(&web, &v, "visit-gate");
    let wrong = !a.code.trim().is_empty();
    let shown = GatePage {
        inside: lines(&p, &names, &b.inside),
        waiting: lines(&p, &names, &b.waiting),
        expected: lines(&p, &names, &b.expected),
        code: a.code,
        key: p.key(&web),
        wrong,
        p,
    };
    let code = if wrong { StatusCode::NOT_FOUND } else { StatusCode::OK };
    Ok((code, page(&shown)?).into_response())
}

#[derive(Template)]
#[template(path = "visit/gate_visit.html")]
struct GateVisit {
    p: Page,
    x: VisitView,
    /// The gate makes no addresses for hosts.
    made: Option<Shown>,
}

/// One visit at the gate.
pub async fn gate_show(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Query(q): Query<Said>) -> Answer {
    let (p, x) = load(&web, &v, &id, &q.said).await?;
    Ok(page(&GateVisit { p, x, made: None })?)
}

/// A step at the gate. The first one uses up the pass.
pub async fn gate_step(
    State(web): State<Web>,
    v: Viewer,
    Path((id, act)): Path<(String, String)>,
    Form(f): Form<Pairs>,
) -> Answer {
    match run(&web, &v, &id, &act, &f).await {
        Ok(to) => {
            let to = to
                .strip_prefix("/visits/")
                .map_or(to.clone(), |rest| format!("/gate/{rest}"));
            Ok(Redirect::to(&to).into_response())
        }
        Err(Fail(e)) => {
            let (code, p, x) = refused(&web, &v, &id, (&act, &f), e).await?;
            Ok((code, page(&GateVisit { p, x, made: None })?).into_response())
        }
    }
}
