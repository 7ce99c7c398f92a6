//! The links of a case: made, shown as a QR once, withdrawn; and what was sent about the case.

use app::ctx::{Ctx, LinkPurpose, Locale};
use app::error::{Error, Res};
use app::link::{LinkState, gives_any, list, make as make_link, may_withdraw, state, withdraw as take_back};
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::access::Action;
use domain::case::{Status, may};
use domain::ids::{CaseId, LinkId};
use serde::Deserialize;
use store::seam::Conn;

use super::Row;
use crate::fail::{Answer, Form as Shape};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

struct LinkRow {
    id: String,
    purpose: String,
    made: String,
    until: String,
    opened: i64,
    state: String,
    tone: &'static str,
    /// May be withdrawn by who looks.
    open: bool,
    /// Staff saw its secret: a signature by it is grade C (COM-30).
    shown: bool,
}

#[derive(Template)]
#[template(path = "outbox/links.html")]
struct Links {
    p: Page,
    case: String,
    rows: Vec<LinkRow>,
    messages: Vec<Row>,
    channel: bool,
    can_make: bool,
    track: bool,
    sign: bool,
    vendor: bool,
    qr: Option<(String, String)>,
}

struct Loaded {
    links: Vec<(bool, app::link::Link)>,
    messages: Vec<app::outbox::Message>,
    channel: bool,
    can_make: bool,
    track: bool,
    sign: bool,
    vendor: bool,
}

fn load(c: &mut Conn, ctx: &Ctx, id: &CaseId) -> Res<Loaded> {
    let s = app::case::get(c, ctx, id)?.state;
    let can_make = may(Some(&s), Action::SendLink, &ctx.who()).is_ok();
    Ok(Loaded {
        links: if can_make {
            list(c, ctx, id)?
                .into_iter()
                .map(|l| (may_withdraw(ctx, &l), l))
                .collect()
        } else {
            Vec::new()
        },
        track: gives_any(ctx),
        messages: app::outbox::of_case(c, ctx, id)?,
        channel: app::outbox::channels(c, &ctx.site)?.residents(),
        sign: s.status == Status::Done,
        vendor: s.order().is_some_and(|o| o.to_vendor),
        can_make,
    })
}

async fn show(web: &Web, v: &Viewer, id: &str, made: Option<(String, String)>) -> Result<Response, crate::fail::Fail> {
    let case = CaseId::from(id);
    let l = web.read(&v.ctx()?, move |c, ctx| load(c, ctx, &case)).await?;
    let p = Page::bare(web, Some(v), v.locale, "");
    let rows = l
        .links
        .iter()
        .map(|(mine, x)| {
            let s = state(x, v.now);
            let (key, tone) = match s {
                LinkState::Open => ("link-state-open", "grn"),
                LinkState::Used => ("link-state-used", "blu"),
                LinkState::Expired => ("link-state-expired", ""),
                LinkState::Withdrawn => ("link-state-withdrawn", ""),
            };
            LinkRow {
                id: x.id.as_str().to_owned(),
                purpose: p.code("link", &x.purpose),
                made: p.time(x.created_at),
                until: p.time(x.expires_at),
                opened: x.opened,
                state: p.t(key),
                tone,
                open: *mine && s == LinkState::Open,
                shown: x.shown_to().is_some(),
            }
        })
        .collect();
    let messages = l.messages.into_iter().map(|m| super::row(&p, m, None)).collect();
    Ok(page(&Links {
        case: id.to_owned(),
        rows,
        messages,
        channel: l.channel,
        can_make: l.can_make,
        track: l.track,
        sign: l.sign,
        vendor: l.vendor,
        qr: made,
        p,
    })?)
}

/// The links and messages of a case, as a part of its page.
pub async fn fragment(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    show(&web, &v, &id, None).await
}

#[derive(Deserialize)]
pub struct Make {
    purpose: String,
}

/// Makes a link and shows it, this once.
pub async fn make(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Make>) -> Answer {
    let purpose = LinkPurpose::parse(&f.purpose).ok_or(Error::field("purpose", "invalid-choice"))?;
    let case = CaseId::from(id.as_str());
    let made = web
        .write(&v.ctx()?, move |tx, ctx| make_link(tx, ctx, &case, purpose))
        .await?;
    let letter = if purpose == LinkPurpose::Vendor { "v" } else { "r" };
    let url = format!("{}/{letter}/{}", web.settings.public_url, made.token);
    let title = crate::l10n::t(
        if v.locale == Locale::En { Locale::En } else { Locale::Zh },
        &format!("link-{}", purpose.code()),
    );
    let svg = office::qr::qr_svg(&url, &title).map_err(|_| Error::internal("QR"))?;
    show(&web, &v, &id, Some((svg, url))).await
}

/// Withdraws a link.
pub async fn withdraw(
    State(web): State<Web>,
    v: Viewer,
    headers: axum::http::HeaderMap,
    Path((id, link)): Path<(String, String)>,
) -> Answer {
    let case = CaseId::from(id.as_str());
    web.write(&v.ctx()?, move |tx, ctx| {
        take_back(tx, ctx, &case, &LinkId::from(link.as_str()))
    })
    .await?;
    let shape = if headers.contains_key("hx-request") {
        Shape::Fragment
    } else {
        Shape::Page
    };
    match shape {
        Shape::Fragment => show(&web, &v, &id, None).await,
        _ => Ok(Redirect::to(&format!("/cases/{id}")).into_response()),
    }
}

/// The drawing of a signature, for who may see the case.
pub async fn signature(State(web): State<Web>, v: Viewer, Path((id, confirmation)): Path<(String, String)>) -> Answer {
    let hash = web
        .read(&v.ctx()?, move |c, ctx| {
            let s = app::case::get(c, ctx, &CaseId::from(id.as_str()))?.state;
            let found = s.confirmations.iter().find(|x| x.id.as_str() == confirmation);
            found.and_then(|x| x.signature.clone()).ok_or(Error::NotFound)
        })
        .await?;
    crate::link::drawing(&web, hash.as_str().to_owned()).await
}
