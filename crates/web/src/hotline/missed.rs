//! Numbers to be called back (未接回拨): the most urgent first, the whole number by one logged act, and how it was done.

use app::call::dial::{self, Dial, NotDialled};
use app::call::missed::{self, MissedRow};
use app::call::system::Telephone;
use app::error::Error;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
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
    /// The viewer sits at a telephone, and a telephone system can be asked to call.
    dials: bool,
    reveals: bool,
    /// The number that was just shown: id and number.
    shown: Option<(String, String)>,
    t: Typed,
    above: Vec<String>,
    /// What was done just now, in words.
    said: String,
}

async fn view(
    web: &Web,
    v: &Viewer,
    shown: Option<(String, String)>,
    t: Typed,
    above: Vec<String>,
) -> Result<MissedPage, Fail> {
    let telephone = web.desk.telephone().ok();
    let (open, done, names, owners, dials) = web
        .read(&v.ctx()?, move |c, ctx| {
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
            let dials = match &telephone {
                Some(t) => dial::from(c, ctx)?.is_some() && dial::by(c, ctx, t.as_ref())?.is_some(),
                None => false,
            };
            Ok((open, done, Names::load(c, ctx)?, owners, dials))
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
        dials,
        reveals: v.reach(Action::RevealPhone) >= Reach::Site,
        shown,
        t,
        above,
        said: String::new(),
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

async fn dialled(telephone: Option<&dyn Telephone>, d: &Dial) -> Result<(), NotDialled> {
    match telephone {
        Some(telephone) => telephone.dial(d).await,
        None => Err(NotDialled::NotConnected),
    }
}

/// It is called back by a click: the clerk's telephone rings first.
pub async fn call(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let (missed, at) = (MissedCallId::from(id.as_str()), format!("hotline/missed/{id}/call"));
    let telephone = web.desk.telephone().ok();
    let adapter = telephone.clone();
    let asked = web
        .write(&v.ctx()?, move |tx, ctx| {
            let system = match &adapter {
                Some(adapter) => dial::by(tx, ctx, adapter.as_ref())?,
                None => None,
            };
            // A double click calls once: the second one makes nothing.
            let mut made = None;
            once(tx, ctx, &f, &at, |tx, ctx| {
                made = Some(dial::call_back(tx, ctx, &missed, system)?);
                Ok(())
            })?;
            Ok(made)
        })
        .await;
    let p = Page::bare(&web, Some(&v), v.locale, "");
    let (code, said) = match asked {
        Ok(None) => return Ok(Redirect::to("/hotline/missed").into_response()),
        Ok(Some(d)) => match dialled(telephone.as_deref(), &d).await {
            Ok(()) => (
                StatusCode::OK,
                p.t1("missed-dialled", "extension", d.extension.as_str()),
            ),
            Err(NotDialled::NotConnected) => (StatusCode::CONFLICT, p.t("missed-not-connected")),
            Err(NotDialled::NoSuchCall | NotDialled::Answered) => (StatusCode::CONFLICT, p.t("refuse-call-ended")),
            Err(NotDialled::NoAnswer) => (StatusCode::CONFLICT, p.t("missed-no-answer")),
            Err(NotDialled::Refused(why)) => (StatusCode::CONFLICT, p.t1("missed-refused", "why", why.as_str())),
        },
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => return Err(Fail(e)),
        Err(e) => {
            let code = status(&e);
            let errors = Errors::from(v.locale, Fail(e))?;
            (code, errors.other([]).into_iter().collect::<Vec<_>>().join(" "))
        }
    };
    let fine = code == StatusCode::OK;
    let (said, above) = if fine {
        (said, Vec::new())
    } else {
        (String::new(), vec![said])
    };
    let mut shown = view(&web, &v, None, Typed::default(), above).await?;
    shown.said = said;
    Ok((code, page(&shown)?).into_response())
}
