//! The host's own page behind a secret address: whether a visitor may come, or announcing visitors.

use app::error::Error;
use app::visit::host::{self, open_to_answer};
use app::visit::{Expected, Seen, VisitState, Who};
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect};
use domain::ids::VisitId;

use super::act::expected_of;
use super::view::{answer as answer_text, grouped};
use crate::fail::{Answer, Fail, status};
use crate::form::{Errors, Typed};
use crate::gate::Viewer;
use crate::link::{SiteHead, bare, base, device, gone, site_head};
use crate::live::page;
use crate::page::Page;
use crate::roster::form::{Pairs, value};
use crate::state::Web;
use crate::when;

/// A visitor whom the host announced.
struct Pass {
    id: String,
    name: String,
    plate: String,
    window: String,
    state: String,
    tone: &'static str,
    /// Digits and picture while it is good.
    code: Option<(String, String)>,
}

/// The visitor that is asked about.
struct Asked {
    name: String,
    company: String,
    reason: String,
    people: u32,
    arrived: String,
    place: String,
    /// Can still be answered.
    open: bool,
    answer: String,
    answered: bool,
}

#[derive(Template)]
#[template(path = "visit/host.html")]
struct HostPage {
    p: Page,
    s: SiteHead,
    token: String,
    staff: bool,
    host: String,
    asked: Option<Asked>,
    passes: Vec<Pass>,
    f: Expected,
    from: String,
    until: String,
    expires: String,
    key: String,
    /// Reasons of the announcement.
    e: Errors,
    /// What was typed into the answer that was refused.
    t: Typed,
    above: Vec<String>,
}

fn pass(p: &Page, web: &Web, s: &Seen) -> Result<Pass, Fail> {
    let v = &s.visit;
    let code = match v.pass_code.as_deref().filter(|_| v.state == VisitState::Expected) {
        Some(code) => {
            let url = format!("{}/gate?code={code}", web.settings.public_url);
            let svg = office::qr::qr_svg(&url, &p.t("visit-pass"));
            Some((grouped(code), svg.map_err(|_| Fail(Error::internal("QR")))?))
        }
        None => None,
    };
    let at = |t: Option<i64>| t.map(|t| p.full_time(t)).unwrap_or_default();
    Ok(Pass {
        id: s.id.as_str().to_owned(),
        name: v.particulars.name.clone(),
        plate: v.particulars.plate.clone(),
        window: format!("{} – {}", at(v.expected_from), at(v.expected_until)),
        state: p.code("visit-host-state", v.state.as_str()),
        tone: super::view::tone(v),
        code,
    })
}

fn asked(p: &Page, s: &Seen) -> Asked {
    let v = &s.visit;
    Asked {
        name: v.particulars.name.clone(),
        company: v.particulars.company.clone(),
        reason: v.particulars.reason.clone(),
        people: v.particulars.people,
        arrived: v.arrived_at.map(|at| p.time(at)).unwrap_or_default(),
        place: v.particulars.place.clone(),
        open: open_to_answer(s),
        answer: answer_text(p, v),
        answered: v.answer.is_some() && v.waiting().is_none(),
    }
}

async fn view(web: &Web, v: &Viewer, token: &str, f: Expected, t: Typed) -> Result<HostPage, Error> {
    let (base, t2, locale) = (base(web, v), token.to_owned(), v.locale);
    let (head, link, about, list) = web
        .read(&base, move |c, ctx| {
            let h = host::open(c, ctx, &t2)?;
            let head = site_head(c, &h.ctx.site, locale)?;
            let about = if h.answers() { Some(host::asked(c, &h)?) } else { None };
            let list = if h.answers() {
                Vec::new()
            } else {
                host::announced_by(c, &h)?
            };
            Ok((head, h.link, about, list))
        })
        .await?;
    let title = if about.is_some() {
        "visit-ask-title"
    } else {
        "visit-announce-title"
    };
    let p = bare(web, v, &head, title);
    let from = f.from.unwrap_or(v.now);
    let passes: Result<Vec<Pass>, Fail> = list.iter().map(|s| pass(&p, web, s)).collect();
    Ok(HostPage {
        token: token.to_owned(),
        staff: v.staff_browser,
        host: link.host,
        asked: about.as_ref().map(|s| asked(&p, s)),
        passes: passes.map_err(|Fail(e)| e)?,
        from: when::field(&p.zone, from),
        until: when::field(&p.zone, f.until.unwrap_or(from + 4 * 3_600_000)),
        expires: p.full_time(link.expires_at),
        key: p.key(web),
        s: head,
        f,
        p,
        e: t.errors_of("announce"),
        above: t.above(
            &["announce", "answer"],
            &["name", "plate", "reason", "from", "until", "note"],
        ),
        t,
    })
}

/// The page.
pub async fn show(State(web): State<Web>, v: Viewer, Path(token): Path<String>) -> Answer {
    match view(&web, &v, &token, Expected::default(), Typed::default()).await {
        Ok(shown) => Ok(page(&shown)?),
        Err(e) => gone(&web, &v, &token, e).await,
    }
}

/// What was refused, on the page it came from; a link that is over says so.
async fn refused(web: &Web, v: &Viewer, token: &str, (f, form, sent): (Expected, &str, &Pairs), e: Error) -> Answer {
    if matches!(e, Error::NotFound | Error::Forbidden(_)) {
        return gone(web, v, token, e).await;
    }
    let code: StatusCode = status(&e);
    let t = Typed::new(form, sent, &Errors::from(v.locale, Fail(e))?);
    let shown = view(web, v, token, f, t).await?;
    Ok((code, page(&shown)?).into_response())
}

fn back(token: &str) -> axum::response::Response {
    Redirect::to(&format!("/h/{token}")).into_response()
}

/// The host says yes or no (VIS-5).
pub async fn answer(
    State(web): State<Web>,
    v: Viewer,
    Path(token): Path<String>,
    h: HeaderMap,
    Form(f): Form<Pairs>,
) -> Answer {
    let yes = match value(&f, "answer").as_str() {
        "yes" => true,
        "no" => false,
        _ => {
            return refused(
                &web,
                &v,
                &token,
                (Expected::default(), "answer", &f),
                Error::field("answer", "invalid-choose"),
            )
            .await;
        }
    };
    let (dev, t2, note) = (device(&v, &h), token.clone(), value(&f, "note"));
    let accompany = value(&f, "accompany") == "1";
    let done = web
        .write(&base(&web, &v), move |tx, ctx| {
            host::answer(tx, ctx, &t2, &dev, (yes, &note, accompany)).map(|_| ())
        })
        .await;
    match done {
        Ok(()) => Ok(back(&token)),
        Err(e) => refused(&web, &v, &token, (Expected::default(), "answer", &f), e).await,
    }
}

/// The host announces a visitor.
pub async fn announce(
    State(web): State<Web>,
    v: Viewer,
    Path(token): Path<String>,
    h: HeaderMap,
    Form(f): Form<Pairs>,
) -> Answer {
    let (b, t2) = (base(&web, &v), token.clone());
    let zone = web
        .read(&b, move |c, ctx| {
            let h = host::open(c, ctx, &t2)?;
            Ok(site_head(c, &h.ctx.site, ctx.locale)?.zone)
        })
        .await;
    let zone = match zone {
        Ok(zone) => zone,
        Err(e) => return gone(&web, &v, &token, e).await,
    };
    let e = expected_of(&f, &zone);
    // Whom they visit stands in the address, not in the form.
    let who = Who {
        host: String::new(),
        person: None,
        unit: String::new(),
        ..e.who
    };
    let e = Expected { who, ..e };
    let (dev, t2, key, asked) = (device(&v, &h), token.clone(), value(&f, "_key"), e.clone());
    let done = web
        .write(&b, move |tx, ctx| host::announce(tx, ctx, &t2, &dev, &key, &asked))
        .await;
    match done {
        Ok(_) => Ok(back(&token)),
        Err(x) => refused(&web, &v, &token, (e, "announce", &f), x).await,
    }
}

/// The host takes an announcement back.
pub async fn withdraw(
    State(web): State<Web>,
    v: Viewer,
    Path(token): Path<String>,
    h: HeaderMap,
    Form(f): Form<Pairs>,
) -> Answer {
    let (dev, t2, id) = (device(&v, &h), token.clone(), VisitId::from(value(&f, "visit")));
    let done = web
        .write(&base(&web, &v), move |tx, ctx| host::withdraw(tx, ctx, &t2, &dev, &id))
        .await;
    match done {
        Ok(()) => Ok(back(&token)),
        Err(e) => refused(&web, &v, &token, (Expected::default(), "withdraw", &f), e).await,
    }
}
