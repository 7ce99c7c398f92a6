//! The schemas of the document, written short: `name*:type?[]` is a field, `*` one that must be sent, `?` one that may be
//! null, `[]` a list. Types are `text`, `int`, `bool`, `id`, `at` (an instant), `cents`, `date`, `any`, a code list of the
//! domain (`kind`, `urgency`), or another schema (`Line`). What is sent is checked against them, what is answered too (in
//! tests), so they are true.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use app::error::Field;
use domain::access::{Action, Role};
use domain::call::{event, measure, state};
use domain::{
    answer, appointment, call_round, case as dc, clock, directory, emergency, incident, investigation, opinion,
    proposal, register, visit,
};
use serde_json::{Map, Value, json};

use super::acts::ACTS;
use super::shapes::{ANSWERS, LISTS, REQUESTS};
use super::steps::STEPS;

/// All schemas by name.
pub static ALL: LazyLock<BTreeMap<String, Value>> = LazyLock::new(|| {
    let mut all = BTreeMap::new();
    for (name, spec) in REQUESTS {
        all.insert((*name).to_owned(), object(spec, false));
    }
    for (name, spec) in ANSWERS {
        all.insert((*name).to_owned(), object(spec, true));
    }
    for s in STEPS {
        // Every step may name the version that was seen instead of sending If-Match.
        all.insert(super::name_of(s.action), object(s.fields, false));
    }
    for a in ACTS {
        all.insert(a.name.to_owned(), object(a.fields, false));
    }
    for (list, item) in LISTS {
        all.insert((*list).to_owned(), json!({
            "type": "object", "additionalProperties": false, "required": ["items", "next"],
            "properties": {
                "items": {"type": "array", "items": {"$ref": format!("#/components/schemas/{item}")}},
                "next": {"type": ["string", "null"], "description": "Cursor of the next page: ask again with `after`. Null at the end."},
            },
        }));
    }
    all
});

static NOTHING: Value = Value::Null;

/// A schema by its name; one that allows everything when there is none, which a test rules out.
pub fn named(name: &str) -> &'static Value {
    ALL.get(name).unwrap_or(&NOTHING)
}

macro_rules! codes_of {
    ($name:expr, $($code:literal => $t:ty),+ $(,)?) => {
        match $name { $($code => Some(<$t>::ALL.iter().map(|c| c.as_str()).collect::<Vec<_>>()),)+ _ => None }
    };
}

/// The values of a code list.
fn codes(name: &str) -> Option<Vec<&'static str>> {
    codes_of!(name,
        "kind" => dc::Kind, "importance" => dc::Importance, "urgency" => dc::Urgency, "scope" => dc::Scope,
        "fee_kind" => dc::FeeKind, "channel" => dc::Channel, "satisfaction" => dc::Satisfaction, "status" => dc::Status,
        "order_status" => dc::OrderStatus, "grade" => dc::Grade, "attempt" => dc::AttemptResult,
        "callback_end" => dc::CallbackEnd, "reopen_reason" => dc::ReopenReason, "attachment_kind" => dc::AttachmentKind,
        "check" => dc::Check, "pay_method" => dc::PayMethod, "line_kind" => dc::LineKind, "consent" => dc::Consent,
        "promised" => dc::PromiseKind, "told" => dc::ToldHow, "extension_state" => dc::ExtensionState, "excuse" => clock::ExcuseReason,
        "nature" => dc::complaint::Nature, "received" => dc::complaint::Received, "measure_kind" => dc::complaint::MeasureKind,
        "wait_reason" => clock::WaitReason, "clock" => clock::ClockCode, "clock_state" => clock::ClockState,
        "bound" => clock::BoundSource, "breach" => clock::BreachReason, "stretch" => clock::StretchKind,
        "relation" => directory::Relation, "ended" => directory::Ended, "role" => Role, "action" => Action,
        "attendance" => domain::roster::Attendance,
        "visit_state" => visit::VisitState, "visit_act" => visit::VisitAct, "document" => visit::DocumentKind,
        "host_way" => visit::HostWay, "alarm" => visit::AlarmKind, "verification" => appointment::Verification,
        "appointment_state" => appointment::AppointmentState,
        "emergency_state" => emergency::State, "emergency_class" => emergency::Class, "call_post" => emergency::CallPost,
        "incident_state" => incident::State, "caller_told" => incident::Told,
        "standing" => answer::Standing, "referral_kind" => answer::ReferralKind,
        "proposal_state" => proposal::ProposalState, "proposal_decision" => proposal::Decision,
        "fault" => investigation::Fault, "investigation_stage" => investigation::Stage,
        "investigation_outcome" => investigation::Outcome, "tell_how" => opinion::TellHow, "opinion_outcome" => opinion::Outcome,
        "call_state" => call_round::CallState, "signed_how" => call_round::SignedHow,
        "call_kind" => event::CallKind, "call_cause" => event::Cause, "transfer_mode" => event::TransferMode,
        "call_clock" => state::ClockUsed, "abandoned" => measure::Abandoned, "hung_up_first" => measure::HungUpFirst,
        "register" => register::Register, "register_post" => register::Post,
    )
    .or_else(|| match name {
        "confirmed_by" => Some(vec!["paper", "device", "declined"]),
        "phone_mark" => Some(vec!["confirmed", "wrong", "unmarked"]),
        "limit_unit" => Some(vec![
            "minute",
            "hour",
            "natural_day",
            "working_minute",
            "working_hour",
            "working_day",
            "month",
        ]),
        "link_purpose" => Some(vec!["track", "confirm", "vendor"]),
        "link_state" => Some(vec!["open", "used", "expired", "withdrawn"]),
        "message_state" => Some(vec!["queued", "sent", "delivered", "failed", "no_channel"]),
        "import_state" => Some(vec!["reading", "ready", "failed", "writing", "stopped", "done"]),
        "appointment_end" => Some(vec!["kept", "no_show", "cancel"]),
        "step_kind" => Some(vec!["id_card", "passport", "permit", "license", "work_pass", "danger", "crime"]),
        "import_mode" => Some(vec!["all_or_nothing", "good_rows"]),
        "upsert" => Some(vec!["created", "updated", "unchanged"]),
        "call_view" => Some(app::call::View::ALL.iter().map(|v| v.code()).collect()),
        "call_direction" => Some(vec!["in", "out", "internal", "unknown"]),
        "phone_state" => Some(vec!["waiting", "calling", "ringing", "talking", "held", "over"]),
        "ring_verdict" => Some(vec!["met", "breached", "unknown", "open", "gave_up", "none"]),
        "hold_verdict" => Some(vec!["met", "breached", "unknown", "open", "none"]),
        "missed_how" => Some(vec!["called", "called_again", "told_late", "by_hand"]),
        "by" => Some(vec!["staff", "customer", "vendor_link", "system"]),
        "hit" => Some(vec![
            "unit",
            "person",
            "vehicle",
            "open_case",
            "order",
            "contact",
            "closed_case",
        ]),
        _ => None,
    })
}

/// What a field of this name means, wherever it stands.
fn meaning(name: &str) -> Option<&'static str> {
    Some(match name {
        "happened_at" => "When it happened, if that is earlier than now: paper records entered later.",
        "content_hash" => {
            "SHA-256 of the content that the customer confirms. A change of the content voids the confirmation."
        }
        "version" => "Counts the changes of a record. Send it as If-Match to be told when somebody else was faster.",
        "due_at" => "When the clock that is due first is due; null while nothing runs.",
        "quantity_milli" => "Thousandths of a piece, metre or hour.",
        "external_ref" => "The number of a 12345 transfer or a letter.",
        "anonymous_reason" => "Needed when the customer's particulars are missing (REC-10).",
        "answer" => "Answered on the spot, in these words.",
        "join" => "An open case that the contact is about.",
        "first_asked" => "Stays answerable until the case is closed (DIR-9).",
        "climbed" => "Steps of the clocks' ladders that were reached, and of the limits to assign and to accept.",
        "step" => "Its name within a ladder: 80% of the limit, -30m before due, +60m after it, wm in working minutes.",
        "did" => "Everybody who did some of the work: they do not call back, witness or check it.",
        "phone" => "Masked in answers; shown whole by the reveal call, which is on the journal.",
        "id_number" => "Masked in answers; shown whole by the reveal call, which is on the journal.",
        "area_cm2" => "Square centimetres.",
        "entered_late" => {
            "It was entered more than a quarter of an hour after it happened: both times are shown and printed."
        }
        "url" => "The secret address. Given once, to who made the link; null for a repeat of the request.",
        "shown_to" => {
            "The account that saw the secret: who holds the link may be anybody, and a signature by it is of grade C."
        }
        "double" => "The record that is put into this one.",
        "ring" => "Answered within three rings. `unknown` is never counted as met; `none`: not asked of this call.",
        "wait" => "Answered by a person in time after it arrived.",
        "in_rings" => "Of those of which it is known.",
        "ringing_ms" => "From the first ringing to the answer, or to the end without one.",
        "wait_ms" => "From the arrival to the answer, or to the end without one.",
        "rings" => "How often it rang before it was answered.",
        "handed_on" => "Transfers as the desk recorded them (TEL-6).",
        "seq" => "Consecutive number of the site's journal.",
        "owed_cents" => "Still to be paid or waived.",
        "clause" => "The clause of the procedures behind it.",
        _ => return None,
    })
}

fn simple(t: &str) -> Value {
    match t {
        "text" => json!({"type": "string"}),
        "int" => json!({"type": "integer"}),
        "bool" => json!({"type": "boolean"}),
        "id" => json!({"type": "string"}),
        "at" => json!({"type": "integer", "format": "int64", "description": "Unix milliseconds."}),
        "cents" => json!({"type": "integer", "description": "Cents."}),
        "date" => json!({"type": "string", "format": "date"}),
        "any" => json!({}),
        _ if t.starts_with(|c: char| c.is_ascii_uppercase()) => json!({"$ref": format!("#/components/schemas/{t}")}),
        _ => json!({"type": "string", "enum": codes(t).unwrap_or_default()}),
    }
}

fn or_null(mut v: Value) -> Value {
    if v.get("$ref").is_some() || v.get("enum").is_some() {
        return json!({"anyOf": [v, {"type": "null"}]});
    }
    if let Some(t) = v.get("type").cloned() {
        v["type"] = json!([t, "null"]);
    }
    v
}

/// One field: its name, whether it must be there, its schema.
fn field(word: &str) -> (&str, bool, Value) {
    let (name, t) = word.split_once(':').unwrap_or((word, "text"));
    let (name, must) = name.strip_suffix('*').map_or((name, false), |n| (n, true));
    let (t, list) = t.strip_suffix("[]").map_or((t, false), |t| (t, true));
    let (t, null) = t.strip_suffix('?').map_or((t, false), |t| (t, true));
    let mut v = simple(t);
    if null {
        v = or_null(v);
    }
    if list {
        v = json!({"type": "array", "items": v});
    }
    if let Some(text) = meaning(name).filter(|_| v.get("$ref").is_none()) {
        v["description"] = json!(text);
    }
    (name, must, v)
}

/// The schema of an object. Of an answer every field is there.
pub fn object(spec: &str, answer: bool) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for word in spec.split_whitespace() {
        let (name, must, v) = field(word);
        if must || answer {
            required.push(name.to_owned());
        }
        properties.insert(name.to_owned(), v);
    }
    let mut v = json!({"type": "object", "additionalProperties": false, "properties": properties});
    if !required.is_empty() {
        v["required"] = json!(required);
    }
    v
}

fn bad(out: &mut Vec<Field>, path: &str, key: &'static str, detail: String) {
    let name = if path.is_empty() { "body" } else { path };
    out.push(Field {
        name: name.to_owned(),
        key,
        args: vec![("detail", detail)],
    });
}

fn is(t: &str, v: &Value) -> bool {
    match t {
        "string" => v.is_string(),
        "integer" => v.is_i64() || v.is_u64(),
        "boolean" => v.is_boolean(),
        "array" => v.is_array(),
        "object" => v.is_object(),
        "null" => v.is_null(),
        _ => true,
    }
}

/// Holds a value against a schema and collects what does not fit, by path.
pub fn check(schema: &Value, v: &Value, path: &str, out: &mut Vec<Field>) {
    if let Some(name) = schema["$ref"].as_str() {
        return check(named(name.rsplit('/').next().unwrap_or_default()), v, path, out);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        // Ours is always "this, or null".
        if let Some(s) = any.first().filter(|_| !v.is_null()) {
            check(s, v, path, out);
        }
        return;
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(t) => vec![t],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    if !types.iter().any(|t| is(t, v)) {
        return bad(out, path, "api-wrong-type", types.join(", "));
    }
    if let (Some(list), Some(text)) = (schema["enum"].as_array(), v.as_str())
        && !list.iter().any(|c| c == text)
    {
        let codes: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
        return bad(out, path, "api-unknown-code", codes.join(", "));
    }
    if let Some(list) = v.as_array() {
        for (i, item) in list.iter().enumerate() {
            check(&schema["items"], item, &format!("{path}[{i}]"), out);
        }
    }
    if let Some(map) = v.as_object() {
        members(schema, map, path, out);
    }
}

fn members(schema: &Value, map: &Map<String, Value>, path: &str, out: &mut Vec<Field>) {
    let Some(known) = schema["properties"].as_object() else {
        return;
    };
    let at = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        }
    };
    for (name, v) in map {
        match known.get(name) {
            Some(s) => check(s, v, &at(name), out),
            None => bad(out, &at(name), "api-unknown-field", String::new()),
        }
    }
    for name in schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        if !map.contains_key(name) {
            bad(out, &at(name), "required", String::new());
        }
    }
}

/// A value that fits a schema, with every field in it.
#[cfg(test)]
pub fn sample(schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return sample(named(name.rsplit('/').next().unwrap_or_default()));
    }
    if let Some(any) = schema["anyOf"].as_array() {
        return any.first().map_or(Value::Null, sample);
    }
    if let Some(first) = schema["enum"].as_array().and_then(|l| l.first()) {
        return first.clone();
    }
    let t = schema["type"]
        .as_str()
        .or_else(|| schema["type"][0].as_str())
        .unwrap_or_default();
    match t {
        "string" if schema["format"] == "date" => json!("2026-01-31"),
        "string" => json!("x"),
        "integer" => json!(1),
        "boolean" => json!(true),
        "array" => json!([sample(&schema["items"])]),
        "object" => {
            let fields = schema["properties"].as_object().cloned().unwrap_or_default();
            Value::Object(fields.iter().map(|(k, s)| (k.clone(), sample(s))).collect())
        }
        _ => Value::Null,
    }
}
