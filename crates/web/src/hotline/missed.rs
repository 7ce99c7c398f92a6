//! Numbers to be called back (未接回拨): the most urgent first, the whole number by one logged act, and how it was done.

use app::call::missed::{self, MissedRow};
use app::error::Error;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use domain::access::{Action, Reach};
use domain::ids::MissedCallId;

use super::number;
use crate::case::names::Names;
use crate::fail::{Answer, Fail, status};
use crate::form::{Errors, Typed, once, version};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::roster::{Pairs, settle, value};
use crate::state::Web;

struct Row {
    id: String,
    version: i64,
    number: String,
    who: String,
    calls: i64,
    last: String,
    due_at: i64,
    due: String,
    late: bool,
    done: String,
    by: String,
    how: String,
    note: String,
}

#[derive(Template)]
#[template(path = "hotline/missed.html")]
struct MissedPage {
    p: Page,
    open: Vec<Row>,
    done: Vec<Row>,
    key: String,
    calls: bool,
    reveals: bool,
    /// The number that was just shown: id and number.
    shown: Option<(String, String)>,
    t: Typed,
    above: Vec<String>,
}

async fn view(
    web: &Web,
    v: &Viewer,
    shown: Option<(String, String)>,
    t: Typed,
    above: Vec<String>,
) -> Result<MissedPage, Fail> {
    let (open, done, names, owners) = web
        .read(&v.ctx()?, |c, ctx| {
            let (open, done) = missed::list(c, ctx)?;
            let mut owners = std::collections::HashMap::new();
            for r in &open {
                let of = match app::call::owners(c, ctx, &r.number) {
                    Ok(of) => of,
                    Err(Error::Forbidden(_)) => Vec::new(),
                    Err(e) => return Err(e),
                };
                if let Some(o) = of.first() {
                    owners.insert(r.number.clone(), format!("{} {}", o.unit, o.name).trim().to_owned());
                }
            }
            Ok((open, done, Names::load(c, ctx)?, owners))
        })
        .await?;
    let p = Page::new(web, v, "missed-title");
    let row = |r: MissedRow| Row {
        number: number(&p, &r.number),
        who: owners.get(&r.number).cloned().unwrap_or_default(),
        calls: r.calls,
        last: p.full_time(r.last_at),
        due: p.time(r.due_at),
        late: r.done_at.unwrap_or(p.now) > r.due_at,
        done: r.done_at.map(|at| p.full_time(at)).unwrap_or_default(),
        by: r.done_by.as_ref().map(|s| names.staff(s)).unwrap_or_default(),
        how: r.done_how,
        note: r.note,
        due_at: r.due_at,
        id: r.id.into_string(),
        version: r.version,
    };
    Ok(MissedPage {
        open: open.into_iter().map(row).collect(),
        done: done.into_iter().map(row).collect(),
        key: p.key(web),
        calls: v.may(Action::RegisterContact),
        reveals: v.reach(Action::RevealPhone) >= Reach::Site,
        shown,
        t,
        above,
        p,
    })
}

/// What waits, and what was done.
pub async fn list(State(web): State<Web>, v: Viewer) -> Answer {
    Ok(page(&view(&web, &v, None, Typed::default(), Vec::new()).await?)?)
}

/// The whole number of one, logged.
pub async fn reveal(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let missed = MissedCallId::from(id.as_str());
    let number = web
        .write(&v.ctx()?, move |tx, ctx| missed::reveal(tx, ctx, &missed))
        .await?;
    Ok(page(
        &view(&web, &v, Some((id, number)), Typed::default(), Vec::new()).await?,
    )?)
}

/// It was called back on a telephone of which nothing is told.
pub async fn done(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let (missed, at, sent) = (
        MissedCallId::from(id.as_str()),
        format!("hotline/missed/{id}"),
        f.clone(),
    );
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            missed::get(tx, ctx, &missed)?;
            once(tx, ctx, &sent, &at, |tx, ctx| {
                missed::by_hand(
                    tx,
                    ctx,
                    &missed,
                    version(&value(&sent, "version")),
                    &value(&sent, "note"),
                )
            })
        })
        .await;
    match done {
        Ok(()) => {
            settle(&web, &v).await?;
            Ok(Redirect::to("/hotline/missed").into_response())
        }
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let code = status(&e);
            let errors = Errors::from(v.locale, Fail(e))?;
            let t = Typed::new(&id, &f, &errors);
            let above = errors.other([]).into_iter().map(str::to_owned).collect();
            Ok((code, page(&view(&web, &v, None, t, above).await?)?).into_response())
        }
    }
}
