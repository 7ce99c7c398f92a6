//! The journal for people: who did what to what, when, from where, before and after.

use app::ctx::Locale;
use app::journal::{Found, Look, look, of as about};
use askama::Template;
use axum::extract::{Path, Query, State};
use domain::access::{Action, Reach};
use serde::Deserialize;
use serde_json::Value;
use store::journal::Entry;

use crate::case::names::Names;
use crate::case::sentence::{self, Line};
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::l10n::{has, t};
use crate::live::page;
use crate::page::Page;
use crate::state::Web;
use crate::when;

/// What the reader narrows the journal by.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub struct Ask {
    subject: String,
    person: String,
    day: String,
    of: String,
    before: Option<i64>,
}

/// One entry.
struct Row {
    line: Line,
    number: i64,
    via: String,
    /// Where its subject can be looked at, and its name.
    href: String,
    subject: String,
    /// Everything that the entry holds, name and value.
    details: Vec<(String, String)>,
}

/// Subjects that a filter offers.
const SUBJECTS: &[&str] = &[
    "case",
    "contact",
    "person",
    "unit",
    "staff",
    "site",
    "import",
    "link",
    "message",
    "roster",
    "post",
    "shift",
    "hand_over",
    "key",
];

#[derive(Template)]
#[template(path = "journal/list.html")]
struct ListPage {
    p: Page,
    ask: Ask,
    rows: Vec<Row>,
    subjects: Vec<(&'static str, String)>,
    people: Vec<(String, String)>,
    more: String,
    company: bool,
    of: String,
}

fn subject(p: &Page, kind: &str) -> String {
    let key = format!("subject-{kind}");
    if has(p.locale, &key) {
        p.t(&key)
    } else {
        kind.to_owned()
    }
}

fn via(p: &Page, code: &str) -> String {
    let key = format!("via-{code}");
    if has(p.locale, &key) {
        p.t(&key)
    } else {
        code.to_owned()
    }
}

fn href(e: &Entry) -> String {
    match e.subject_kind.as_str() {
        "case" => format!("/cases/{}", e.subject_id),
        kind => format!("/journal/{kind}/{}", e.subject_id),
    }
}

fn row(p: &Page, names: &Names, e: &Entry) -> Row {
    Row {
        line: sentence::line(p, names, e),
        number: e.seq,
        via: via(p, &e.via),
        href: href(e),
        subject: subject(p, &e.subject_kind),
        details: details(p.locale, &e.body),
    }
}

/// The entry's own values, phones masked, what was erased said so.
fn details(l: Locale, body: &Value) -> Vec<(String, String)> {
    let Some(map) = body.as_object() else { return Vec::new() };
    let hidden = ["at", "by", "type", "happened_at"];
    map.iter()
        .filter(|(k, v)| !hidden.contains(&k.as_str()) && !v.is_null())
        .map(|(k, v)| (k.clone(), value(l, k, v)))
        .collect()
}

fn value(l: Locale, key: &str, v: &Value) -> String {
    match v {
        Value::String(s) if key.contains("phone") => masked(s),
        Value::String(s) => s.clone(),
        Value::Object(m) if m.len() == 1 && m.contains_key("erased") => t(l, "journal-erased"),
        Value::Object(m) => {
            let parts = m
                .iter()
                .filter(|(_, v)| !v.is_null())
                .map(|(k, v)| format!("{k}: {}", value(l, k, v)));
            parts.collect::<Vec<_>>().join(", ")
        }
        Value::Array(list) => list.iter().map(|v| value(l, key, v)).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

fn masked(phone: &str) -> String {
    if phone.is_empty() {
        return String::new();
    }
    domain::phone::normalise(phone).map_or_else(|_| "****".to_owned(), |p| p.masked())
}

/// The journal of the site, narrowed by subject, person and day.
pub async fn list(State(web): State<Web>, v: Viewer, Query(ask): Query<Ask>) -> Answer {
    let p = Page::new(&web, &v, "journal-title");
    let day = Some(ask.day.as_str()).filter(|d| !d.is_empty());
    let wanted = |s: &str| Some(s.to_owned()).filter(|s| !s.is_empty());
    let l = Look {
        company: ask.of == "company",
        subject_kind: wanted(&ask.subject),
        actor: wanted(&ask.person),
        kind: None,
        from: day.and_then(|d| when::day_start(&p.zone, d)),
        until: day.and_then(|d| when::day_end(&p.zone, d)),
        before: ask.before,
    };
    let (found, names) = web
        .read(&v.ctx()?, move |c, ctx| Ok((look(c, ctx, &l)?, Names::load(c, ctx)?)))
        .await?;
    let query = format!(
        "subject={}&person={}&day={}&of={}",
        ask.subject, ask.person, ask.day, ask.of
    );
    draw(p, &v, ask, &found, &names, &format!("/journal?{query}"), String::new())
}

/// What happened to one thing.
pub async fn of(
    State(web): State<Web>,
    v: Viewer,
    Path((kind, id)): Path<(String, String)>,
    Query(ask): Query<Ask>,
) -> Answer {
    let p = Page::new(&web, &v, "journal-title");
    let before = ask.before.unwrap_or(i64::MAX);
    let (k, i) = (kind.clone(), id.clone());
    let (found, names) = web
        .read(&v.ctx()?, move |c, ctx| {
            Ok((about(c, ctx, &k, &i, before)?, Names::load(c, ctx)?))
        })
        .await?;
    let of = subject(&p, &kind);
    draw(p, &v, ask, &found, &names, &format!("/journal/{kind}/{id}?"), of)
}

fn draw(p: Page, v: &Viewer, ask: Ask, found: &Found, names: &Names, address: &str, of: String) -> Answer {
    let rows = found.entries.iter().map(|e| row(&p, names, e)).collect();
    let subjects = SUBJECTS.iter().map(|s| (*s, subject(&p, s))).collect();
    let more = found.next.map(|n| format!("{address}&before={n}")).unwrap_or_default();
    let company = v.reach(Action::ReadJournal) == Reach::All;
    Ok(page(&ListPage {
        rows,
        subjects,
        people: names.everybody(),
        more,
        company,
        of,
        ask,
        p,
    })?)
}
