//! The document of the API (OpenAPI 3.1), made from the routes, one table of endpoints and the schemas. A test holds the three
//! against each other, and `docs/openapi.json` against what is made here.

mod acts;
mod endpoints;
pub mod schema;
mod shapes;
mod steps;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::access::Action;
use serde_json::{Map, Value, json};

use crate::routes::{Entry, Guard, TABLE};
use acts::ACTS;
pub use acts::{ActDoc, EMERGENCY, INVESTIGATION, OPINION, act_of};
use endpoints::{ENDPOINTS, Endpoint, Give};
use steps::STEPS;

/// The name of the schema of a step: `StepReturnOrder`.
fn name_of(action: Action) -> String {
    let camel = action.as_str().split('_').map(|w| {
        let (first, rest) = w.split_at(1);
        first.to_uppercase() + rest
    });
    format!("Step{}", camel.collect::<String>())
}

/// The schema of a step's fields; none for an action that is no step.
pub fn step_schema(action: Action) -> Option<String> {
    STEPS.iter().any(|s| s.action == action).then(|| name_of(action))
}

/// The scope that a token needs for a route, if it needs one: `cases:write`.
pub fn scope(guard: Guard) -> Option<String> {
    match guard {
        Guard::May(action) => Some(scope_of(action)),
        _ => None,
    }
}

fn scope_of(action: Action) -> String {
    let (area, writes) = action.area();
    format!("{area}:{}", if writes { "write" } else { "read" })
}

fn guard_of(e: &Endpoint) -> Guard {
    TABLE
        .iter()
        .find(|r: &&Entry| r.method == e.method && r.path == e.path)
        .map_or(Guard::SignedIn, |r| r.guard)
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn parameters(path: &str, query: &str) -> Vec<Value> {
    let in_path = path
        .split('/')
        .filter_map(|p| p.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            let about = match name {
                "id" if path.contains("/cases/") => "Id or number (BX-20261121-0037).",
                "number" => "Number (LX-20261121-0012).",
                "list" => "cases, orders, contacts or callbacks.",
                "lang" => "zh or en.",
                "position" => "Which of the person's numbers.",
                _ => "Id.",
            };
            json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}, "description": about})
        });
    let object = schema::object(query, false);
    let asked = object["properties"].as_object().cloned().unwrap_or_default();
    let mut all: Vec<Value> = in_path.collect();
    all.extend(query.split_whitespace().filter_map(|word| {
        let name = word.split([':', '*']).next()?;
        Some(json!({"name": name, "in": "query", "schema": asked.get(name)?, "description": about_query(name)}))
    }));
    all
}

fn about_query(name: &str) -> &'static str {
    match name {
        "after" => "Cursor: the `next` of the page before.",
        "limit" => "Rows of a page, 1 to 200; 30 when left out.",
        "view" => "A view of the list: open, overdue, soon, new, waiting, done, mine, breached, closed, all.",
        "q" => "Words, a number, a unit in any writing.",
        "from" => "From this instant on.",
        "until" => "Before this instant.",
        _ => "Narrows the list.",
    }
}

struct Operation<'a> {
    e: &'a Endpoint,
    path: &'a str,
    summary: &'a str,
    request: Option<String>,
    scope: Option<String>,
}

fn operation(o: &Operation<'_>) -> Value {
    let e = o.e;
    let mut headers = Vec::new();
    if e.method != "GET" {
        headers.push(json!({"$ref": "#/components/parameters/IdempotencyKey"}));
    }
    if e.versioned {
        headers.push(json!({"$ref": "#/components/parameters/IfMatch"}));
    }
    let mut parameters = parameters(o.path, e.query);
    parameters.extend(headers);
    let (code, content) = match e.give {
        Give::Made(name) => ("201", json!({"application/json": {"schema": reference(name)}})),
        Give::Json(name) => ("200", json!({"application/json": {"schema": reference(name)}})),
        Give::Bytes => (
            "200",
            json!({"*/*": {"schema": {"type": "string", "format": "binary"}}}),
        ),
        Give::Document => ("200", json!({"application/json": {"schema": {"type": "object"}}})),
    };
    let mut responses = Map::new();
    responses.insert(code.into(), json!({"description": "Done.", "content": content}));
    responses.insert("default".into(), json!({"$ref": "#/components/responses/Problem"}));
    let id = format!("{} {}", e.method.to_lowercase(), o.path.trim_start_matches("/api/"))
        .replace(['/', ' ', '-', '.'], "_")
        .replace(['{', '}'], "");
    let mut v = json!({
        "operationId": id, "tags": [e.tag], "summary": o.summary, "parameters": parameters, "responses": responses,
        "security": match &o.scope { Some(s) => json!([{"token": [s]}]), None if e.open => json!([]), None => json!([{"token": []}]) },
    });
    if let Some(s) = &o.scope {
        v["description"] = json!(format!("Scope `{s}`."));
    }
    if let Some(name) = &o.request {
        v["requestBody"] = if name == "workbook" {
            json!({"required": true, "content": {"multipart/form-data": {"schema": {
                "type": "object", "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary", "description": "An .xlsx workbook, at most 50 MB."}},
            }}}})
        } else if name == "multipart" {
            json!({"required": true, "content": {"multipart/form-data": {"schema": {
                "type": "object", "required": ["file"], "properties": {
                    "file": {"type": "string", "format": "binary"}, "caption": {"type": "string"},
                    "kind": schema::named("File")["properties"]["kind"],
                },
            }}}})
        } else {
            let mut content = json!({"schema": reference(name)});
            if let Some(example) = endpoints::example(name) {
                content["example"] = example;
            }
            json!({"required": true, "content": {"application/json": content}})
        };
    }
    v
}

/// The whole document.
pub fn build() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let mut put = |path: &str, method: &str, v: Value| {
        let item = paths.entry(path.to_owned()).or_insert_with(|| json!({}));
        item[method.to_lowercase()] = v;
    };
    for e in ENDPOINTS {
        if e.path.ends_with("/{action}") {
            for s in STEPS {
                let path = e.path.replace("{action}", s.action.as_str());
                let o = Operation {
                    e,
                    path: &path,
                    summary: s.summary,
                    request: Some(name_of(s.action)),
                    scope: Some(scope_of(s.action)),
                };
                put(&path, e.method, operation(&o));
            }
            continue;
        }
        if e.path.ends_with("/{act}") {
            for a in ACTS.iter().filter(|a| a.path == e.path) {
                let path = e.path.replace("{act}", a.act);
                let o = Operation {
                    e,
                    path: &path,
                    summary: a.summary,
                    request: Some(a.name.to_owned()),
                    scope: Some(scope_of(a.action)),
                };
                put(&path, e.method, operation(&o));
            }
            continue;
        }
        let o = Operation {
            e,
            path: e.path,
            summary: e.summary,
            request: e.request.map(str::to_owned),
            scope: scope(guard_of(e)),
        };
        put(e.path, e.method, operation(&o));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "三声 Sansheng",
            "version": "1",
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
            "description": "The service desk of a residential property company, for programs. See docs/API.md.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {
                "type": "http", "scheme": "bearer",
                "description": "A personal token, made under Account. It does what its owner may, and of that what its scopes say.",
            }},
            "parameters": {
                "IdempotencyKey": {
                    "name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200},
                    "description": "The same key twice is one act and one answer; for another request it is refused.",
                },
                "IfMatch": {
                    "name": "If-Match", "in": "header", "schema": {"type": "string"},
                    "description": "The version that was seen, as in ETag: \"7\". The body's `version` does the same. When somebody else was faster the answer is 409.",
                },
            },
            "responses": {"Problem": {
                "description": "What is wrong, why, and what is missing (RFC 9457).",
                "content": {"application/problem+json": {"schema": reference("Problem")}},
            }},
            "schemas": schemas(),
        },
    })
}

fn schemas() -> Value {
    let mut all = json!(*schema::ALL);
    for s in STEPS {
        let v = &mut all[name_of(s.action)];
        v["properties"]["version"] =
            json!({"type": "integer", "description": "The version that was seen, instead of If-Match."});
    }
    for a in ACTS {
        all[a.name]["properties"]["version"] =
            json!({"type": "integer", "description": "The version that was seen, instead of If-Match."});
    }
    for name in [
        "Correction",
        "MoveOut",
        "ContactCorrection",
        "UnitCorrection",
        "VehicleEnd",
        "VisitStep",
        "IncidentChange",
        "IncidentEnd",
        "IncidentTold",
        "MissedCallClose",
        "StandardAnswerEdit",
        "StandardAnswerCheck",
        "StandardAnswerActive",
        "ProposalDecision",
        "ProposalTold",
        "OpinionRoundClose",
        "CallMade",
        "CallSigned",
    ] {
        all[name]["properties"]["version"] =
            json!({"type": "integer", "description": "The version that was seen, instead of If-Match."});
    }
    all["Problem"] = json!({
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
            "detail": {"type": "string"},
            "code": {"type": "string", "description": "The rule that says no (`refuse-…`), or why it is forbidden."},
            "clause": {"type": ["string", "null"]},
            "missing": {"type": "array", "items": reference("Missing")},
            "errors": {"type": "array", "items": {"type": "object", "properties": {
                "field": {"type": "string", "description": "Path of the field, such as `cases[0].kind`."},
                "code": {"type": "string"}, "message": {"type": "string"},
            }}},
            "seen": {"type": "integer"}, "current": {"type": "integer", "description": "The version that is there."},
        },
    });
    all
}

/// The document as it is served and committed.
pub fn text() -> String {
    let mut text = serde_json::to_string_pretty(&build()).unwrap_or_default();
    text.push('\n');
    text
}

/// Serves the document.
pub async fn document() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text()).into_response()
}

/// A full body for a route, if it takes one.
#[cfg(test)]
pub fn sample_for(method: &str, path: &str) -> Option<String> {
    let e = ENDPOINTS.iter().find(|e| e.method == method && e.path == path)?;
    if path.ends_with("/{action}") {
        return Some(json!({"text": "x", "version": 1}).to_string());
    }
    let named = ACTS.iter().find(|a| a.path == path).map(|a| a.name).or(e.request);
    let mut v = schema::sample(schema::named(named?));
    if e.versioned {
        v["version"] = json!(1);
    }
    Some(v.to_string())
}

/// The step that stands for the others of its address.
#[cfg(test)]
pub fn first_act(path: &str) -> Option<&'static str> {
    ACTS.iter().find(|a| a.path == path).map(|a| a.act)
}

/// The name of what an address answers, if it answers JSON.
#[cfg(test)]
pub fn answer_of(method: &str, path: &str) -> Option<&'static str> {
    let same = |route: &str| {
        route.split('/').count() == path.split('/').count()
            && route
                .split('/')
                .zip(path.split('/'))
                .all(|(r, p)| r.starts_with('{') || r == p)
    };
    // A fixed word is nearer than a placeholder, as in the router.
    let mut fits: Vec<_> = ENDPOINTS
        .iter()
        .filter(|e| e.method == method && same(e.path))
        .collect();
    fits.sort_by_key(|e| e.path.matches('{').count());
    match fits.first()?.give {
        Give::Json(name) | Give::Made(name) => Some(name),
        Give::Bytes | Give::Document => None,
    }
}

#[cfg(test)]
mod tests;
