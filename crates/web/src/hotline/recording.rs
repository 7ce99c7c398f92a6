//! Recordings of a call (录音): which are there, why somebody listens, and who has. They are shown to whoever has the right, and played once
//! it is on record.

use app::call::recording::{self, Found};
use app::error::Error;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use domain::ids::{CallHearingId, CallId};

use crate::case::names::Names;
use crate::fail::{Answer, Fail, status};
use crate::form::{Errors, once};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::roster::{Pairs, value};
use crate::state::Web;

/// Somebody listened.
struct Heard {
    at: String,
    who: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "hotline/recordings.html")]
struct RecordingsPart {
    p: Page,
    id: String,
    /// Nobody has said where this system's recordings are.
    nowhere: bool,
    found: Vec<Found>,
    heard: Vec<Heard>,
    /// What is played now: the recording's name and the listening.
    plays: Option<(String, String)>,
    reason: String,
    key: String,
    e: Errors,
}

async fn view(
    web: &Web,
    v: &Viewer,
    id: &str,
    plays: Option<(String, String)>,
    reason: String,
    e: Errors,
) -> Result<RecordingsPart, Fail> {
    let call = CallId::from(id);
    let (wanted, heard, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            let wanted = recording::wanted(c, ctx, &call)?;
            Ok((wanted, recording::heard(c, ctx, &call)?, Names::load(c, ctx)?))
        })
        .await?;
    let found = match (&wanted, web.desk.telephone()) {
        (Some(wanted), Ok(telephone)) => telephone.recordings(wanted).await,
        _ => Vec::new(),
    };
    let p = Page::bare(web, Some(v), v.locale, "");
    let heard = heard.into_iter().map(|h| Heard {
        at: p.full_time(h.at),
        who: names.staff(&h.staff_id),
        reason: h.reason,
    });
    Ok(RecordingsPart {
        id: id.to_owned(),
        nowhere: wanted.is_none(),
        found,
        heard: heard.collect(),
        plays,
        reason,
        key: p.key(web),
        e,
        p,
    })
}

/// The recordings of a call, looked for now.
pub async fn list(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let shown = view(&web, &v, &id, None, String::new(), Errors::default()).await?;
    Ok(page(&shown)?)
}

/// Somebody says why they listen; then it plays.
pub async fn hear(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let (call, at) = (CallId::from(id.as_str()), format!("hotline/calls/{id}/recordings"));
    let (name, reason) = (value(&f, "recording"), value(&f, "reason"));
    let (asked, why) = (name.clone(), reason.clone());
    let heard = web
        .write(&v.ctx()?, move |tx, ctx| {
            once(tx, ctx, &f, &at, |tx, ctx| {
                recording::hear(tx, ctx, &call, &asked, &why)
            })
        })
        .await;
    match heard {
        Ok(heard) => {
            let plays = Some((name, heard.into_string()));
            Ok(page(
                &view(&web, &v, &id, plays, String::new(), Errors::default()).await?,
            )?)
        }
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let code = status(&e);
            let shown = view(&web, &v, &id, None, reason, Errors::from(v.locale, Fail(e))?).await?;
            Ok((code, page(&shown)?).into_response())
        }
    }
}

/// The sound itself, for whoever said why.
pub async fn sound(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let id = CallHearingId::from(id);
    let (place, name) = web
        .read(&v.ctx()?, move |c, ctx| recording::granted(c, ctx, &id))
        .await?;
    let telephone = web.desk.telephone()?;
    let sound = telephone.sound(&place, &name).await.map_err(|_| Error::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, sound.kind),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_DISPOSITION, "inline"),
    ];
    Ok((headers, sound.bytes).into_response())
}
