//! Messages that went out or did not, the channels they go by, and the links of a case.

mod channels;
mod links;

pub use channels::{save as save_channel, show as channels, test as test_channel};
pub use links::{fragment as links, make as make_link, signature, withdraw as withdraw_link};

use app::channel::ReportIn;
use app::error::Error;
use app::outbox::{Filter, Message, again, can_go_again, channels as set_up};
use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect};
use domain::ids::{MessageId, SiteId};
use serde::Deserialize;

use crate::fail::Answer;
use crate::gate::Viewer;
use crate::l10n::has;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// A message in a list.
pub struct Row {
    pub id: String,
    pub case: Option<(String, String)>,
    pub template: String,
    pub channel: String,
    pub to: String,
    pub state: String,
    pub tone: &'static str,
    pub why: String,
    pub when: String,
    pub body: String,
    pub again: bool,
}

/// Why a message reached nobody, in words; the code and the gateway's own number behind it.
fn why(p: &Page, failure: &str) -> String {
    if failure.is_empty() {
        return String::new();
    }
    let (code, detail) = failure.split_once(": ").unwrap_or((failure, ""));
    let key = format!("failure-{code}");
    let words = if has(p.locale, &key) {
        p.t(&key)
    } else {
        p.t("failure-other")
    };
    if detail.is_empty() {
        words
    } else {
        format!("{words} ({detail})")
    }
}

/// A message as a row.
pub fn row(p: &Page, m: Message, number: Option<String>) -> Row {
    let tone = match m.state.as_str() {
        "failed" | "no_channel" => "red",
        "queued" => "amb",
        "sent" => "blu",
        _ => "grn",
    };
    let again = can_go_again(&m);
    Row {
        id: m.id.as_str().to_owned(),
        case: m.case_id.map(|c| (c.as_str().to_owned(), number.unwrap_or_default())),
        template: p.code("template", &m.template),
        channel: p.code("channel_name", &m.channel),
        to: m.recipient,
        state: p.code("message", &m.state),
        tone,
        why: why(p, &m.failure),
        when: p.time(m.created_at),
        body: m.body,
        again,
    }
}

#[derive(Deserialize)]
pub struct Ask {
    #[serde(default)]
    state: String,
    #[serde(default)]
    before: String,
}

#[derive(Template)]
#[template(path = "outbox/messages.html")]
struct Messages {
    p: Page,
    failed: Vec<Row>,
    rows: Vec<Row>,
    state: String,
    next: Option<String>,
    none: bool,
    settings: bool,
}

const PAGE: i64 = 50;

/// What went out and what did not; what failed in the last thirty days stands first.
pub async fn messages(State(web): State<Web>, v: Viewer, Query(q): Query<Ask>) -> Answer {
    let states: Vec<String> = ["queued", "sent", "delivered", "failed", "no_channel"]
        .iter()
        .filter(|s| **s == q.state)
        .map(|s| (*s).to_owned())
        .collect();
    let before = q
        .before
        .split_once('.')
        .and_then(|(at, id)| Some((at.parse::<i64>().ok()?, id.to_owned())));
    let first = before.is_none() && states.is_empty();
    let (failed, list, none) = web
        .read(&v.ctx()?, move |c, ctx| {
            let numbered =
                |c: &mut store::seam::Conn, list: Vec<Message>| -> app::error::Res<Vec<(Message, Option<String>)>> {
                    list.into_iter()
                        .map(|m| {
                            let line = m
                                .case_id
                                .as_ref()
                                .map(|id| store::case::line(c, &ctx.site, id))
                                .transpose()?
                                .flatten();
                            Ok((m, line.map(|l| l.number)))
                        })
                        .collect()
                };
            let bad = Filter {
                states: vec!["failed".into(), "no_channel".into()],
                from: Some(ctx.now - 30 * 86_400_000),
                limit: 20,
                ..Filter::default()
            };
            let failed = if first {
                app::outbox::list(c, ctx, &bad)?
            } else {
                Vec::new()
            };
            let f = Filter {
                states: states.clone(),
                before: before.clone(),
                limit: PAGE + 1,
                ..Filter::default()
            };
            let list = app::outbox::list(c, ctx, &f)?;
            let none = !set_up(c, &ctx.site)?.any();
            Ok((numbered(c, failed)?, numbered(c, list)?, none))
        })
        .await?;
    let p = Page::new(&web, &v, "nav-messages");
    let more = list.len() > usize::try_from(PAGE).unwrap_or(50);
    let next = list
        .iter()
        .take(usize::try_from(PAGE).unwrap_or(50))
        .next_back()
        .filter(|_| more);
    let next = next.map(|(m, _)| format!("{}.{}", m.created_at, m.id));
    let rows = |l: Vec<(Message, Option<String>)>| {
        l.into_iter()
            .take(usize::try_from(PAGE).unwrap_or(50))
            .map(|(m, n)| row(&p, m, n))
            .collect::<Vec<_>>()
    };
    let (failed, rows) = (rows(failed), rows(list));
    let settings = v.may(domain::access::Action::Settings);
    Ok(page(&Messages {
        failed,
        rows,
        state: q.state,
        next,
        none,
        settings,
        p,
    })?)
}

/// Tries again.
pub async fn send_again(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    web.write(&v.ctx()?, move |tx, ctx| again(tx, ctx, &MessageId::from(id.as_str())))
        .await?;
    Ok(Redirect::to("/messages").into_response())
}

/// A gateway's delivery report. Proved by its signature, not by its address.
pub async fn report(
    State(web): State<Web>,
    v: Viewer,
    Path(site): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let ctx = web.desk.system("outbox", &SiteId::from(site.as_str()));
    let config = web
        .read(&ctx, |c, ctx| {
            let site = store::site::get(c, &ctx.site)?.ok_or(Error::NotFound)?;
            Ok(app::outbox::config(&site.settings, "sms"))
        })
        .await?;
    let heads: Vec<(&str, &str)> = headers
        .iter()
        .filter_map(|(n, x)| Some((n.as_str(), x.to_str().ok()?)))
        .collect();
    let come = ReportIn {
        headers: heads,
        query: query.as_deref().unwrap_or_default(),
        body: &body,
    };
    let list = match web.desk.gateway()?.report(&config, &come, v.now) {
        Ok(list) => list,
        Err(code) => {
            return Ok(StatusCode::from_u16(code)
                .unwrap_or(StatusCode::BAD_REQUEST)
                .into_response());
        }
    };
    web.write(&ctx, move |tx, ctx| {
        list.iter()
            .try_for_each(|r| app::outbox::reported(tx, ctx, &r.provider_id, r.at, r.failure.as_deref()))
    })
    .await?;
    Ok("ok".into_response())
}
