//! A telephone call at the desk: it is taken up with what is known of it, and what stood in the form is parked.

use app::call as calls;
use app::ctx::Ctx;
use app::error::Res;
use askama::Template;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect};
use domain::call::measure::ringing_ms;
use domain::case::Check;
use domain::ids::CallId;
use store::seam::Conn;

use super::entry::Entry;
use super::{DRAFT, Pairs, drafts, picked};
use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// What the head of the form says of the call that it is about.
pub struct Head {
    pub number: String,
    /// Rings until the answer; none where no ringing was told.
    pub rings: Option<i64>,
    pub answered: bool,
    pub over: bool,
}

/// Reads the call of a form; none for a form without one, and for one that is gone.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn head(c: &mut Conn, ctx: &Ctx, e: &Entry) -> Res<Option<Head>> {
    if e.call.is_empty() {
        return Ok(None);
    }
    let Some(s) = calls::of_form(c, ctx, &CallId::from(e.call.as_str()))? else {
        return Ok(None);
    };
    let rule = calls::rules(c, ctx)?.ring;
    let answered = s.doc.call.answered.is_some();
    Ok(Some(Head {
        rings: ringing_ms(&s.doc.call).filter(|_| answered).map(|ms| rule.heard(ms)),
        answered,
        over: !s.row.open,
        number: s.row.number,
    }))
}

#[derive(Template)]
#[template(path = "desk/stands_part.html")]
struct StandsPart {
    p: Page,
    id: String,
    k: Head,
}

/// How the call of the form stands now.
pub async fn call_stands(web: &Web, v: &Viewer, id: &str) -> Answer {
    let e = Entry {
        call: id.to_owned(),
        ..Entry::default()
    };
    let found = web.read(&v.ctx()?, move |c, ctx| head(c, ctx, &e)).await?;
    Ok(page(&StandsPart {
        k: found.ok_or(app::error::Error::NotFound)?,
        id: id.to_owned(),
        p: Page::bare(web, Some(v), v.locale, ""),
    })?)
}

/// The form that was parked for a call, by its subject.
async fn parked_of(web: &Web, v: &Viewer, call: &str) -> Result<Option<String>, Fail> {
    let ctx = v.ctx()?;
    let (staff, call) = (ctx.need_staff()?.id.clone(), call.to_owned());
    let found = web.read(&ctx, move |c, ctx| {
        let all = store::account::drafts_of(c, &staff, &ctx.site)?.into_iter();
        let parked = all.filter(|d| d.kind == DRAFT && !d.subject.is_empty());
        let mut parked = parked.map(|d| (d.subject, Entry::of_draft(&d.body)));
        Ok(parked.find(|(_, e)| e.call == call).map(|(subject, _)| subject))
    });
    Ok(found.await?)
}

/// The form for a call: its number, when it began, and whoever was picked of those whose number it is.
pub async fn take_call(
    web: &Web,
    v: &Viewer,
    headers: &HeaderMap,
    pairs: Pairs,
    seen: calls::Seen,
    pick: &str,
) -> Answer {
    let now = Entry::of(pairs);
    let same = now.call == seen.row.id.as_str();
    let parked = match same {
        true => None,
        false => parked_of(web, v, seen.row.id.as_str()).await?,
    };
    // What was typed for this call before another one was taken up comes back.
    if let Some(subject) = parked {
        return drafts::take_up(web, v, headers, now, subject).await;
    }
    let fresh = if same {
        now.clone()
    } else {
        Entry::fresh(web.desk.ids.secret())
    };
    let mut e = Entry {
        call: seen.row.id.as_str().to_owned(),
        channel: "phone".to_owned(),
        started_at: seen.row.answered_at.unwrap_or(seen.row.at).to_string(),
        ..fresh
    };
    if !pick.is_empty() {
        pick.clone_into(&mut e.pick);
        picked(web, v, &mut e).await?;
        // The number is what was compared. Name and unit come from the archive: nobody has said them yet (ETQ-2, VIS-1).
        if !same {
            e.compared = e.caller();
            e.id_phone = Check::Same.as_str().to_owned();
            e.id_name = Check::Unknown.as_str().to_owned();
            e.id_unit = Check::Unknown.as_str().to_owned();
        }
    }
    let ctx = v.ctx()?;
    let staff = ctx.need_staff()?.id.clone();
    let kept = e.clone();
    web.write(&ctx, move |tx, ctx| {
        if !same && now.has_text() {
            store::account::draft_put(tx, &staff, &ctx.site, DRAFT, &now._key, &now.to_draft(ctx.now), ctx.now)?;
        }
        store::account::draft_put(tx, &staff, &ctx.site, DRAFT, "", &kept.to_draft(ctx.now), ctx.now)
            .map_err(app::error::Error::from)
    })
    .await?;
    if !headers.contains_key("hx-request") {
        return Ok(Redirect::to("/desk").into_response());
    }
    drafts::fresh_with_queue(web, v, e, v.now, "").await
}
