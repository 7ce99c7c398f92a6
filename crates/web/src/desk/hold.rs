//! A caller is put on hold: not before they have spoken, with the sentence that says so first, and not for longer than the
//! standard's limit; then a call back is offered (ANS-3).

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use domain::desk_rules::may_hold;
use domain::standard::LimitCode;
use serde::Deserialize;

use super::Pairs;
use super::entry::Entry;
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

/// What is asked for: to begin, that the limit is over, or to go back to the caller.
#[derive(Deserialize)]
pub struct Ask {
    #[serde(default)]
    step: String,
}

#[derive(Template)]
#[template(path = "desk/hold.html")]
struct HoldView {
    p: Page,
    /// `early`: nothing is written down yet. `holds`, `over`, or empty when the caller is back.
    state: &'static str,
    /// Why not yet.
    early: String,
    /// The sentence to say before holding.
    say: String,
    lang: &'static str,
    due_at: i64,
    /// The limit in words.
    limit: String,
}

/// Begins a hold, says that its limit is over, or ends it.
pub async fn hold(State(web): State<Web>, v: Viewer, Query(q): Query<Ask>, Form(pairs): Form<Pairs>) -> Answer {
    let p = Page::bare(&web, Some(&v), v.locale, "");
    let e = Entry::of(pairs).with_defaults();
    let ctx = v.ctx()?;
    let span = web
        .read(&ctx, |c, ctx| app::standard::limit(c, ctx, LimitCode::Hold))
        .await?;
    let noted = [&e.who, &e.name, &e.phone, &e.address, &e.content, &e.item].map(String::as_str);
    let early = may_hold(&noted).err();
    // Whoever waits already does not wait anew: a second press, or a form that was refused, leaves the clock as it is.
    let waits = e.hold_due.parse::<i64>().ok();
    let due_at = waits.unwrap_or(v.now + span.ms().unwrap_or(20_000));
    let state = match (q.step.as_str(), waits) {
        ("back", _) => "",
        ("over", _) => "over",
        (_, Some(due)) if due <= v.now => "over",
        (_, Some(_)) => "holds",
        _ if early.is_some() => "early",
        _ => "holds",
    };
    Ok(page(&HoldView {
        state,
        say: crate::consult::hold(&ctx, &e.locale, e.channel()),
        lang: if e.locale == "en" { "en" } else { "zh-CN" },
        due_at,
        early: early
            .map(|r| crate::fail::refusal_text(v.locale, &p.zone, &r))
            .unwrap_or_default(),
        limit: crate::standard::words::span(&p, span),
        p,
    })?)
}
