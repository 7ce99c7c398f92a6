//! Recordings of a call (录音): which are there, why somebody listens, and who has. They are shown to whoever has the right, and played once
//! it is on record.

use app::call::recording::{self, Found};
use app::error::Error;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
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
    /// It cannot be reached where they are.
    away: bool,
    found: Vec<Found>,
    heard: Vec<Heard>,
    /// What is played now: the recording's mark and the listening.
    plays: Option<(String, String)>,
    reason: String,
    key: String,
    e: Errors,
}

impl RecordingsPart {
    #[expect(clippy::unused_self, reason = "templates call methods only")]
    fn mark(&self, r: &Found) -> String {
        recording::mark(&r.name)
    }

    fn plays_now(&self, r: &Found) -> bool {
        self.plays.as_ref().is_some_and(|(mark, _)| *mark == self.mark(r))
    }
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
        _ => Ok(Vec::new()),
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
        away: found.is_err(),
        found: found.unwrap_or_default(),
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
    let (mark, reason) = (value(&f, "recording"), value(&f, "reason"));
    // Which one is meant: the page does not hold its name.
    let of = call.clone();
    let wanted = web
        .read(&v.ctx()?, move |c, ctx| recording::wanted(c, ctx, &of))
        .await?;
    let found = match (&wanted, web.desk.telephone()) {
        (Some(wanted), Ok(telephone)) => telephone.recordings(wanted).await.unwrap_or_default(),
        _ => Vec::new(),
    };
    let meant = found
        .into_iter()
        .map(|x| x.name)
        .find(|name| recording::mark(name) == mark);
    let (asked, why) = (meant.unwrap_or_default(), reason.clone());
    let heard = web
        .write(&v.ctx()?, move |tx, ctx| {
            once(tx, ctx, &f, &at, |tx, ctx| {
                recording::hear(tx, ctx, &call, &asked, &why)
            })
        })
        .await;
    match heard {
        Ok(heard) => {
            let plays = Some((mark, heard.into_string()));
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

/// The part that is asked for, `bytes=100-` or `bytes=100-199`: from and to, both counted. None for the whole.
fn part(asked: Option<&str>, len: usize) -> Option<(usize, usize)> {
    let (from, to) = asked?.strip_prefix("bytes=")?.split_once('-')?;
    let from = from.parse().ok().filter(|from| *from < len)?;
    let to = if to.is_empty() { len - 1 } else { to.parse().ok()? };
    (from <= to).then_some((from, to.min(len - 1)))
}

/// The sound itself, for whoever said why; in parts, so that one can jump in it.
pub async fn sound(State(web): State<Web>, v: Viewer, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let id = CallHearingId::from(id);
    let (place, name) = web
        .read(&v.ctx()?, move |c, ctx| recording::granted(c, ctx, &id))
        .await?;
    let telephone = web.desk.telephone()?;
    let sound = telephone.sound(&place, &name).await.map_err(|_| Error::NotFound)?;
    let fixed = [
        (header::CONTENT_TYPE, sound.kind),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_DISPOSITION, "inline"),
        (header::ACCEPT_RANGES, "bytes"),
    ];
    let mut bytes = sound.bytes;
    let len = bytes.len();
    let asked = headers.get(header::RANGE).and_then(|h| h.to_str().ok());
    let Some((from, to)) = part(asked, len) else {
        return Ok((fixed, bytes).into_response());
    };
    bytes.truncate(to + 1);
    bytes.drain(..from);
    let range = [(header::CONTENT_RANGE, format!("bytes {from}-{to}/{len}"))];
    Ok((StatusCode::PARTIAL_CONTENT, fixed, range, bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn a_part_of_a_recording() {
        assert_eq!(part(Some("bytes=0-"), 10), Some((0, 9)));
        assert_eq!(part(Some("bytes=4-7"), 10), Some((4, 7)));
        assert_eq!(part(Some("bytes=4-70"), 10), Some((4, 9)));
        for whole in [
            None,
            Some("bytes=-5"),
            Some("bytes=10-"),
            Some("bytes=7-4"),
            Some("items=0-1"),
            Some("bytes=x-"),
        ] {
            assert_eq!(part(whole, 10), None, "{whole:?}");
        }
        assert_eq!(part(Some("bytes=0-"), 0), None);
    }
}
