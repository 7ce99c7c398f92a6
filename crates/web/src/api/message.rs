//! Secret links of a case, and what was sent to residents and staff.

use app::ctx::LinkPurpose;
use app::error::Error;
use app::link::{self, Link, LinkState, may_withdraw};
use app::once::once;
use app::outbox::{self, Filter, Message, can_go_again};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use domain::ids::{CaseId, LinkId, MessageId};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{answer, body, cursor, key, limit, ok, paged};
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::state::Web;

fn state_code(s: LinkState) -> &'static str {
    match s {
        LinkState::Open => "open",
        LinkState::Used => "used",
        LinkState::Expired => "expired",
        LinkState::Withdrawn => "withdrawn",
    }
}

fn link_line(l: &Link, mine: bool, now: i64) -> Value {
    json!({
        "id": l.id, "purpose": l.purpose, "order": l.order_id, "state": state_code(link::state(l, now)),
        "shown_to": l.shown_to(), "created_at": l.created_at, "expires_at": l.expires_at, "used_at": l.used_at,
        "withdrawn_at": l.withdrawn_at, "opened": l.opened, "may_withdraw": mine,
    })
}

fn message(m: &Message) -> Value {
    json!({
        "id": m.id, "case": m.case_id, "channel": m.channel, "to": m.recipient, "template": m.template, "locale": m.locale,
        "text": m.body, "state": m.state, "attempts": m.attempts, "failure": m.failure, "next_at": m.next_at,
        "created_at": m.created_at, "sent_at": m.sent_at, "delivered_at": m.delivered_at, "can_go_again": can_go_again(m),
    })
}

/// The links of a case, newest first; their secrets are kept nowhere.
pub async fn links(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let items = web
        .read(&v.ctx()?, move |c, ctx| {
            let id = app::case::find(c, ctx, &id)?.state.id;
            let rows = link::list(c, ctx, &id)?;
            Ok(rows
                .iter()
                .map(|l| link_line(l, may_withdraw(ctx, l), ctx.now))
                .collect::<Vec<_>>())
        })
        .await?;
    Ok(ok(&json!({"items": items, "next": null})))
}

#[derive(Deserialize)]
struct NewLink {
    purpose: String,
}

/// Makes a link. Its address is given this once, also under an idempotency key.
pub async fn make_link(
    State(web): State<Web>,
    v: Viewer,
    Path(id): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let asked: NewLink = body::read("NewLink", &bytes)?;
    let purpose = LinkPurpose::parse(&asked.purpose).ok_or_else(|| Error::field("purpose", "invalid-choice"))?;
    let key = key(&headers);
    let made = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = app::case::find(tx, ctx, &id)?.state.id;
            link::make_once(tx, ctx, &key, &id, purpose)
        })
        .await?;
    let letter = if purpose == LinkPurpose::Vendor { "v" } else { "r" };
    let url = made
        .token
        .map(|token| format!("{}/{letter}/{token}", web.settings.public_url));
    let v = json!({"id": made.id, "purpose": purpose.code(), "expires_at": made.expires_at, "url": url});
    Ok(answer(StatusCode::CREATED, &v))
}

/// Withdraws a link: it stops at once.
pub async fn withdraw_link(State(web): State<Web>, v: Viewer, Path((id, link)): Path<(String, String)>) -> Answer {
    web.write(&v.ctx()?, move |tx, ctx| {
        let id = app::case::find(tx, ctx, &id)?.state.id;
        link::withdraw(tx, ctx, &id, &LinkId::from(link.as_str()))
    })
    .await?;
    Ok(ok(&json!({"changed": true})))
}

/// What was sent about a case, newest first.
pub async fn of_case(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let rows = web
        .read(&v.ctx()?, move |c, ctx| {
            let id: CaseId = app::case::find(c, ctx, &id)?.state.id;
            outbox::of_case(c, ctx, &id)
        })
        .await?;
    Ok(ok(
        &json!({"items": rows.iter().map(message).collect::<Vec<_>>(), "next": null}),
    ))
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct AskedMessages {
    state: String,
    from: Option<i64>,
    after: String,
    limit: Option<i64>,
}

/// The outbox, newest first.
pub async fn messages(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let a: AskedMessages = body::asked(&uri)?;
    let n = limit(a.limit)?;
    cursor(&a.after)?;
    let f = Filter {
        states: Some(a.state).filter(|s| !s.is_empty()).into_iter().collect(),
        from: a.from,
        before: a
            .after
            .split_once(':')
            .and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned()))),
        limit: n + 1,
        ..Filter::default()
    };
    let mut rows = web.read(&v.ctx()?, move |c, ctx| outbox::list(c, ctx, &f)).await?;
    let most = usize::try_from(n).unwrap_or(0);
    let more = rows.len() > most;
    rows.truncate(most);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|m| format!("{}:{}", m.created_at, m.id));
    Ok(paged(&uri, rows.iter().map(message).collect(), next))
}

/// Tries a message again that reached nobody.
pub async fn again(State(web): State<Web>, v: Viewer, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let key = key(&headers);
    let m = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = MessageId::from(id.as_str());
            outbox::one(tx, ctx, &id)?;
            once(tx, ctx, &key, &("again", &id), |tx, ctx| outbox::again(tx, ctx, &id))?;
            outbox::one(tx, ctx, &id)
        })
        .await?;
    Ok(ok(&message(&m)))
}
