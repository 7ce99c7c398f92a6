//! The JSON API: the same use cases as the pages, for programs. What is asked for is checked against the schema that the
//! document shows (`doc`), so that the document cannot say anything else than the product does.

mod answer;
mod body;
mod call;
mod call_round;
mod case;
mod contact;
mod directory;
pub(crate) mod doc;
mod emergency;
mod file;
mod import;
mod incident;
mod investigation;
mod lesson;
mod list;
mod message;
mod notice;
mod opinion;
mod proposal;
mod referral;
mod register;
mod rest;
mod roster;
mod sent;
mod show;
mod visit;

pub use answer::{
    add as answer_add, check as answer_check, edit as answer_edit, get as standard_answer, list as answers,
    set_active as answer_active,
};
pub use call::{
    figures as call_figures, get as call, list as calls, missed_close, missed_get as missed_call,
    missed_list as missed_calls, missed_reveal,
};
pub use call_round::{
    draw as calls_draw, get as call_round, list as call_rounds, make as call_make, sign as call_sign,
};
pub use case::{
    callbacks, cases, do_step, get as case, offers, order, orders, reveal as case_reveal, signature, timeline,
};
pub use contact::{
    add_case as contact_case, cases_of as contact_cases, correct as contact_correct, files_of as contact_files,
    get as contact, list as contacts, register, suggest,
};
pub use directory::{
    add_phone, buildings, change_of_tenant, correct_person, correct_unit, create_person, doubles, end_vehicle,
    mark_phone, merge, move_in, move_out, people, person, put_building, put_parking, put_unit, put_vehicle, reveal_id,
    reveal_phone, take_apart, unit, unit_changes, units,
};
pub use doc::document;
pub use emergency::{
    act as emergency_act, get as emergency, list as emergencies, open as emergency_open, plays as emergency_plays,
    reveal as emergency_reveal,
};
pub use file::{attach_case, attach_contact, files_of_case, give as file};
pub use import::{
    get as import, list as imports, rows as import_rows, run as import_run, stop as import_stop,
    upload as import_upload,
};
pub use incident::{
    change as incident_change, end as incident_end, get as incident, join as incident_join, list as incidents,
    open as incident_open, reveal as incident_reveal, tell as incident_tell,
};
pub use investigation::{
    act as investigation_act, get as investigation, list as investigations, open as investigation_open,
};
pub use lesson::{get as lesson, list as lessons};
pub use list::{export, remove_view, save_view, views};
pub use message::{again as message_again, links, make_link, messages, of_case as case_messages, withdraw_link};
pub use notice::{notices, read as notice_read};
pub use opinion::{act as opinion_act, close as opinions_close, get as opinion, list as opinions};
pub use proposal::{decide as proposal_decide, get as proposal, list as proposals, tell as proposal_tell};
pub use referral::list as referrals;
pub use register::{correct as register_correct, list as register_of};
pub use rest::{departments, find, journal, me, prices, scripts, standard, taxonomy, workers};
pub use roster::{check_in as roster_check_in, now as roster_now, shifts as roster_shifts};

pub use visit::{
    appointment_end, appointment_make, appointments, begin as visit_begin, by_pass as visit_pass,
    expect as visit_expect, get as visit, link as visit_link, list as visits, now as visits_now, step as visit_step,
};

use app::error::Error;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::fail::Fail;
use crate::gate::encode;

/// Rows of a page when nothing is asked for, and the most that may be asked for.
const LIMIT: i64 = 30;
const MOST: i64 = 200;

/// The key under which a request is done once, from `Idempotency-Key`.
fn key(headers: &HeaderMap) -> String {
    headers
        .get("idempotency-key")
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
        .trim()
        .to_owned()
}

/// The version that was seen, from `If-Match: "7"`.
///
/// # Errors
/// `Invalid` when the header is not a version.
fn if_match(headers: &HeaderMap) -> Result<Option<i64>, Error> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let text = value
        .to_str()
        .unwrap_or_default()
        .trim()
        .trim_start_matches("W/")
        .trim_matches('"');
    text.parse()
        .map(Some)
        .map_err(|_| Error::field("If-Match", "api-version"))
}

/// The version that was seen, where a change needs one: from the header or the body's `version`.
///
/// # Errors
/// `Invalid` when there is none.
fn need_version(headers: &HeaderMap, fields: &mut serde_json::Map<String, Value>) -> Result<i64, Error> {
    seen_version(headers, fields)?.ok_or_else(|| Error::field("version", "required"))
}

fn seen_version(headers: &HeaderMap, fields: &mut serde_json::Map<String, Value>) -> Result<Option<i64>, Error> {
    let own = fields.remove("version").and_then(|v| v.as_i64());
    Ok(if_match(headers)?.or(own))
}

fn answer(code: StatusCode, v: &Value) -> Response {
    (code, [(header::CONTENT_TYPE, "application/json")], v.to_string()).into_response()
}

fn ok(v: &Value) -> Response {
    answer(StatusCode::OK, v)
}

/// An answer with its version as `ETag`.
fn versioned(v: &Value) -> Response {
    let mut r = ok(v);
    if let Some(tag) = v["version"]
        .as_i64()
        .and_then(|n| HeaderValue::from_str(&format!("\"{n}\"")).ok())
    {
        r.headers_mut().insert(header::ETAG, tag);
    }
    r
}

/// One page of a list: the items, the cursor of the next page, and the next page's address in `Link`.
fn paged(uri: &Uri, items: Vec<Value>, next: Option<String>) -> Response {
    let mut r = ok(&json!({"items": items, "next": next}));
    if let Some(next) = next {
        let rest = uri
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|p| !p.is_empty() && !p.starts_with("after="));
        let mut query: Vec<String> = rest.map(str::to_owned).collect();
        query.push(format!("after={}", encode(&next)));
        if let Ok(link) = HeaderValue::from_str(&format!("<{}?{}>; rel=\"next\"", uri.path(), query.join("&"))) {
            r.headers_mut().insert(header::LINK, link);
        }
    }
    r
}

/// A cursor as lists give it: where the last row stands in the order, and its id; or the place in the index of words.
///
/// # Errors
/// `Invalid` for a text that no page gave: it would be page one for ever.
fn cursor(after: &str) -> Result<(), Fail> {
    let (place, id) = after.split_once(':').unwrap_or((after, "x"));
    let known =
        place.parse::<i64>().is_ok() && !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if after.is_empty() || known {
        Ok(())
    } else {
        Err(Fail(Error::field("after", "api-cursor")))
    }
}

/// Where a page of a list that is ordered by time goes on.
fn place(after: &str) -> Result<Option<(i64, String)>, Fail> {
    cursor(after)?;
    match after.split_once(':') {
        Some((at, id)) => Ok(at.parse().ok().map(|at| (at, id.to_owned()))),
        None if after.is_empty() => Ok(None),
        // A number alone is the cursor of a list that is ordered otherwise.
        None => Err(Fail(Error::field("after", "api-cursor"))),
    }
}

/// The cursor of such a list's next page.
fn place_text(next: Option<(i64, String)>) -> Option<String> {
    next.map(|(at, id)| format!("{at}:{id}"))
}

/// A yes or no of an address: `drills=1`.
fn flag(name: &str, given: &str) -> Result<bool, Error> {
    match given {
        "" | "0" | "false" => Ok(false),
        "1" | "true" => Ok(true),
        _ => Err(Error::field(name, "api-flag")),
    }
}

fn limit(asked: Option<i64>) -> Result<i64, Fail> {
    match asked {
        None => Ok(LIMIT),
        Some(n) if (1..=MOST).contains(&n) => Ok(n),
        Some(_) => Err(Fail(Error::Invalid(vec![app::error::Field {
            name: "limit".into(),
            key: "api-limit",
            args: vec![("most", MOST.to_string())],
        }]))),
    }
}
