//! Swaps: what waits for an answer, and what became of earlier ones.

use app::roster::swap::{self, NewSwap};
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use domain::ids::SwapId;
use domain::roster::SwapStep;
use serde::Deserialize;

use super::parts::{Pairs, span, value};
use super::shifts::shifts_page;
use crate::case::names::Names;
use crate::fail::{Answer, Fail, status};
use crate::form::{Errors, version};
use crate::gate::{Viewer, encode};
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// A swap as it is shown.
pub struct Line {
    pub id: String,
    pub version: i64,
    pub shift: String,
    pub asker: String,
    pub mine: String,
    pub other: String,
    /// Empty: the other takes the shift over.
    pub theirs: String,
    pub reason: String,
    pub state: String,
    pub tone: &'static str,
    pub asked: String,
    pub decided: String,
    pub decision: String,
    pub steps: Vec<&'static str>,
}

/// A swap in words.
pub fn line_of(p: &Page, names: &Names, l: &swap::Line) -> Line {
    let of = |s: &Option<store::roster::Shift>| s.as_ref().map(|s| span(p, s.from_at, s.to_at)).unwrap_or_default();
    let s = &l.swap;
    let tone = match s.state.as_str() {
        "asked" | "agreed" => "amb",
        "approved" => "grn",
        "declined" | "refused" => "red",
        _ => "",
    };
    let by = s.decided_by.as_ref().map(|d| names.staff(d));
    Line {
        id: s.id.as_str().to_owned(),
        version: s.version,
        shift: s.shift_id.as_str().to_owned(),
        asker: names.staff(&s.asker_id),
        mine: of(&l.shift),
        other: names.staff(&s.other_id),
        theirs: of(&l.other_shift),
        reason: s.reason.clone(),
        state: p.code("swap-state", &s.state),
        tone,
        asked: p.time(s.asked_at),
        decided: match (by, s.decided_at) {
            (Some(by), Some(at)) => format!("{by} {}", p.time(at)),
            (None, Some(at)) => p.time(at),
            _ => String::new(),
        },
        decision: s.decision.clone(),
        steps: l.steps.iter().map(|s| s.as_str()).collect(),
    }
}

#[derive(Template)]
#[template(path = "roster/swaps.html")]
struct SwapsPage {
    p: Page,
    open: Vec<Line>,
    lines: Vec<Line>,
    next: Option<String>,
    e: Errors,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Ask {
    pub after: String,
}

/// `1795228920000~id`
pub fn cursor(text: &str) -> Option<(i64, String)> {
    let (at, id) = text.split_once('~')?;
    Some((at.parse().ok()?, id.to_owned()))
}

/// The other way round, for an address.
pub fn cursor_text(c: &(i64, String)) -> String {
    encode(&format!("{}~{}", c.0, c.1))
}

async fn view(web: &Web, v: &Viewer, a: &Ask, e: Errors) -> Result<SwapsPage, Fail> {
    let after = cursor(&a.after);
    let (open, (rows, next), names) = web
        .read(&v.ctx()?, move |c, ctx| {
            Ok((
                swap::open(c, ctx)?,
                swap::page(c, ctx, after.clone(), 30)?,
                Names::load(c, ctx)?,
            ))
        })
        .await?;
    let p = Page::new(web, v, "swap-title");
    let open = open.iter().map(|l| line_of(&p, &names, l)).collect();
    let lines = rows
        .iter()
        .filter(|l| l.steps.is_empty())
        .map(|l| line_of(&p, &names, l))
        .collect();
    Ok(SwapsPage {
        open,
        lines,
        next: next.as_ref().map(cursor_text),
        p,
        e,
    })
}

/// The page.
pub async fn swaps(State(web): State<Web>, v: Viewer, Query(a): Query<Ask>) -> Answer {
    Ok(page(&view(&web, &v, &a, Errors::default()).await?)?)
}

/// Asks for a swap, from the page of one's own shifts.
pub async fn ask(State(web): State<Web>, v: Viewer, Form(f): Form<Pairs>) -> Answer {
    let key = value(&f, "_key");
    let s = NewSwap {
        shift: value(&f, "shift"),
        other_shift: value(&f, "other_shift"),
        other: value(&f, "other"),
        reason: value(&f, "reason"),
    };
    let asked = s.clone();
    match web
        .write(&v.ctx()?, move |tx, ctx| swap::ask(tx, ctx, &key, &asked))
        .await
    {
        Ok(_) => Ok(Redirect::to("/shifts#swaps").into_response()),
        Err(e) => {
            let status = status(&e);
            let e = Errors::from(v.locale, Fail(e))?;
            Ok((status, shifts_page(&web, &v, Some(s), e).await?).into_response())
        }
    }
}

/// Agrees, declines, withdraws, approves, refuses.
pub async fn answer(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let (sid, seen) = (SwapId::from(id), version(&value(&f, "version")));
    let (step, note, phone) = (
        value(&f, "step").parse::<SwapStep>(),
        value(&f, "note"),
        value(&f, "from") == "shifts",
    );
    let done = web
        .write(&v.ctx()?, move |tx, ctx| match &step {
            Ok(step) => swap::answer(tx, ctx, &sid, seen, *step, &note),
            // What is not there is not there, whatever is asked of it.
            Err(_) => {
                store::roster::swap(tx, &ctx.site, &sid)?.ok_or(app::error::Error::NotFound)?;
                Err(app::error::Error::field("step", "required"))
            }
        })
        .await;
    match done {
        Ok(_) => Ok(Redirect::to(if phone { "/shifts#swaps" } else { "/roster/swaps" }).into_response()),
        Err(e @ (app::error::Error::NotFound | app::error::Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let status = status(&e);
            let e = Errors::from(v.locale, Fail(e))?;
            if phone {
                return Ok((status, shifts_page(&web, &v, None, e).await?).into_response());
            }
            Ok((status, page(&view(&web, &v, &Ask::default(), e).await?)?).into_response())
        }
    }
}
