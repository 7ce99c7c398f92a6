//! What a telephone system posts to us (电话系统推送). Proved by its secret: in a header, or in the address for systems that know no other
//! way. The answer is JSON, as connectors of the generic contract expect it.

use app::call::system;
use app::error::Error;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::ids::SiteId;
use serde_json::json;

use crate::fail::Answer;
use crate::gate::Viewer;
use crate::state::Web;

/// The secret stands in `Authorization: Bearer …` or `X-Sansheng-Token`.
pub async fn by_header(State(web): State<Web>, v: Viewer, headers: HeaderMap, body: Bytes) -> Answer {
    let of = |name: &str| headers.get(name).and_then(|x| x.to_str().ok());
    let bearer = of("authorization").and_then(|x| x.strip_prefix("Bearer "));
    let secret = bearer
        .or_else(|| of("x-sansheng-token"))
        .unwrap_or_default()
        .trim()
        .to_owned();
    Ok(told(&web, &v, secret, false, &headers, body).await)
}

/// The secret stands in the address.
pub async fn by_path(
    State(web): State<Web>,
    v: Viewer,
    Path(secret): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    Ok(told(&web, &v, secret, true, &headers, body).await)
}

/// How often a report is stored again when somebody was faster.
const TRIES: usize = 5;

fn said(code: StatusCode, body: serde_json::Value) -> Response {
    (code, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

async fn told(web: &Web, v: &Viewer, secret: String, in_path: bool, headers: &HeaderMap, body: Bytes) -> Response {
    let nowhere = web.desk.system("phone", &SiteId::from(""));
    let found = web
        .read(&nowhere, move |c, _| system::by_secret(c, &secret, in_path))
        .await;
    let system = match found {
        Ok(system) => system,
        Err(Error::NotFound) => return said(StatusCode::UNAUTHORIZED, json!({"error": "unknown token"})),
        Err(_) => return said(StatusCode::SERVICE_UNAVAILABLE, json!({"error": "try again"})),
    };
    let Ok(telephone) = web.desk.telephone() else {
        return said(StatusCode::SERVICE_UNAVAILABLE, json!({"error": "try again"}));
    };
    let kind = headers.get(header::CONTENT_TYPE).and_then(|x| x.to_str().ok());
    let (kind, id, now) = (kind.unwrap_or_default().to_owned(), system.id.clone(), v.now);
    let read = web
        .read(&nowhere, move |c, _| {
            // What cannot be looked up is not known.
            let mut known = |key: &str| system::parties(c, &id, key).ok().flatten();
            Ok(telephone.read(id.as_str(), &kind, &body, now, &mut known))
        })
        .await;
    let events = match read {
        Ok(Ok(events)) => events,
        Ok(Err(wrong)) => {
            let body = json!({"error": "invalid", "field": wrong.field, "detail": wrong.why});
            return said(StatusCode::UNPROCESSABLE_ENTITY, body);
        }
        Err(_) => return said(StatusCode::SERVICE_UNAVAILABLE, json!({"error": "try again"})),
    };
    let ctx = web.desk.system("phone", &system.site_id);
    let mut done = Err(Error::Unavailable("unavailable-busy"));
    // Somebody at the desk was at the call in the same instant: what was told is not lost for that.
    for _ in 0..TRIES {
        let (id, events) = (system.id.clone(), events.clone());
        done = web
            .write(&ctx, move |tx, ctx| system::told(tx, ctx, &id, &events))
            .await;
        if !matches!(done, Err(Error::Conflict { .. })) {
            break;
        }
    }
    match done {
        Ok(_) => said(StatusCode::OK, json!({})),
        Err(Error::NotFound) => said(StatusCode::UNAUTHORIZED, json!({"error": "unknown token"})),
        Err(Error::Internal(e)) => {
            tracing::error!(error = %e, "a telephone system's report could not be stored");
            said(StatusCode::SERVICE_UNAVAILABLE, json!({"error": "try again"}))
        }
        Err(_) => said(StatusCode::SERVICE_UNAVAILABLE, json!({"error": "try again"})),
    }
}
