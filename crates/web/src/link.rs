//! The customer's own pages behind a secret address: where it stands, what to agree to, the signature, and "not solved".
//! Nothing internal and nothing of other households is shown here.

mod act;
mod given;
mod sign;
mod view;

pub use act::{extension, not_solved, photos, quote, say, urge};
pub use given::{drawing, file, receipt, signature};
pub use sign::{RATES, code, sign, sign_page};

/// What other phone pages show in the same way.
pub mod view_parts {
    pub use super::view::{lines, statement};
}

use app::ctx::{Ctx, LinkPurpose, Locale};
use app::error::{Error, Res};
use app::link::{Device, Holder, LinkState, open};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::case::Status;
use domain::ids::SiteId;
use serde::Deserialize;
use store::seam::Conn;

use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::l10n::t;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// What the head and the foot of these pages say about the site.
#[derive(Clone, Default)]
pub struct SiteHead {
    pub centre: String,
    pub hotline: String,
    pub complaint: String,
    pub zone: String,
}

/// The site as residents see it.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn site_head(c: &mut Conn, site: &SiteId, locale: Locale) -> Res<SiteHead> {
    let Some(s) = store::site::get(c, site)? else {
        return Ok(SiteHead::default());
    };
    let en = locale == Locale::En && !s.center_name_en.is_empty();
    Ok(SiteHead {
        centre: if en { s.center_name_en } else { s.center_name },
        hotline: s.hotline,
        complaint: s.complaint_phone,
        zone: s.zone,
    })
}

/// The context before the secret is looked at: instant, language and address.
pub fn base(web: &Web, v: &Viewer) -> Ctx {
    Ctx {
        locale: v.locale,
        ip: v.ip.clone(),
        now: v.now,
        ..web.desk.system("link", &SiteId::from(String::new()))
    }
}

/// The browser at the other end.
pub fn device(v: &Viewer, headers: &HeaderMap) -> Device {
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|h| h.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    Device {
        staff: v.staff_browser,
        agent,
    }
}

/// A page without the marks of a signed-in member of staff, in the site's zone.
pub fn bare(web: &Web, v: &Viewer, head: &SiteHead, title_key: &str) -> Page {
    let mut p = Page::bare(web, Some(v), v.locale, &t(v.locale, title_key));
    p.user = String::new();
    p.lock_after = 0;
    if !head.zone.is_empty() {
        p.zone = head.zone.clone();
    }
    p
}

#[derive(Template)]
#[template(path = "link/gone.html")]
struct Gone {
    p: Page,
    s: SiteHead,
    text: String,
}

/// A calm page for a link that is over, unknown or in the wrong hands: what it is, and whom to call.
pub async fn gone(web: &Web, v: &Viewer, token: &str, e: Error) -> Answer {
    let (title, text, status) = match e {
        Error::NotFound => ("link-gone-unknown", "link-gone-unknown-next", StatusCode::NOT_FOUND),
        Error::Forbidden("forbidden-link-expired") => ("link-gone-expired", "link-gone-next", StatusCode::GONE),
        Error::Forbidden("forbidden-link-withdrawn") => ("link-gone-withdrawn", "link-gone-next", StatusCode::GONE),
        Error::Forbidden("forbidden-link-staff") => ("link-gone-staff", "forbidden-link-staff", StatusCode::FORBIDDEN),
        other => return Err(Fail(other)),
    };
    let (base, token) = (base(web, v), token.to_owned());
    let locale = v.locale;
    let s = web
        .read(&base, move |c, ctx| match open(c, ctx, &token) {
            Ok(h) => site_head(c, &h.ctx.site, locale),
            Err(_) => Ok(SiteHead::default()),
        })
        .await?;
    let p = bare(web, v, &s, title);
    let page = page(&Gone {
        p,
        s,
        text: t(v.locale, text),
    })?;
    Ok((status, page).into_response())
}

/// Whether a link may still be looked at.
///
/// # Errors
/// `Forbidden` with the reason.
pub fn look(h: Holder) -> Res<Holder> {
    match h.state {
        LinkState::Open | LinkState::Used => Ok(h),
        LinkState::Expired => Err(Error::Forbidden("forbidden-link-expired")),
        LinkState::Withdrawn => Err(Error::Forbidden("forbidden-link-withdrawn")),
    }
}

/// The same for what is the customer's alone: a vendor's secret opens neither their photos nor their signature.
///
/// # Errors
/// `NotFound`, `Forbidden` with the reason.
pub fn look_as_customer(h: Holder) -> Res<Holder> {
    if h.purpose == LinkPurpose::Vendor {
        return Err(Error::NotFound);
    }
    look(h)
}

#[derive(Deserialize)]
pub struct To {
    #[serde(default)]
    to: String,
    #[serde(default)]
    said: String,
}

#[derive(Template)]
#[template(path = "link/track.html")]
struct Track {
    p: Page,
    s: SiteHead,
    v: view::Track,
}

/// Where it stands. A link to sign goes to the signature as long as there is something to sign.
pub async fn track(State(web): State<Web>, v: Viewer, Path(token): Path<String>, Query(q): Query<To>) -> Answer {
    let (base, t2) = (base(&web, &v), token.clone());
    let loaded = web.read(&base, move |c, ctx| view::load(c, ctx, &t2)).await;
    let l = match loaded {
        Ok(l) => l,
        Err(e) => return gone(&web, &v, &token, e).await,
    };
    let id = l.link.clone();
    web.desk
        .submit_write(base.clone(), move |tx, _| app::link::count_opened(tx, &id), |_| {});
    let to_sign = l.signs && l.seen.state.status == Status::Done && !l.used;
    if to_sign && q.to.is_empty() && q.said.is_empty() && !v.staff_browser {
        return Ok(Redirect::to(&format!("/r/{token}/sign")).into_response());
    }
    let p = bare(&web, &v, &l.head, "track-title");
    let s = l.head.clone();
    let view = view::Track::new(&p, &web, &l, &token, v.staff_browser, &q.said);
    Ok(page(&Track { p, s, v: view })?)
}

/// Back to the page after something was done.
pub fn back(token: &str, said: &str) -> Response {
    Redirect::to(&format!("/r/{token}?to=track&said={said}")).into_response()
}
