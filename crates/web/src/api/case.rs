//! Cases, work orders and callbacks, and every step of a case.

use app::error::{Error, Field};
use app::list::{self, Query};
use app::step::{self, Saw, Step};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use domain::access::Action;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{body, cursor, doc, key, limit, ok, paged, seen_version, show, versioned};
use crate::fail::{Answer, Fail};
use crate::gate::Viewer;
use crate::state::Web;

/// What lists of cases and orders are asked for.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct Asked {
    view: String,
    q: String,
    kind: String,
    state: String,
    department: String,
    worker: String,
    urgency: String,
    building: String,
    from: Option<i64>,
    until: Option<i64>,
    after: String,
    limit: Option<i64>,
}

impl Asked {
    fn query(self) -> Query {
        Query {
            view: self.view,
            q: self.q,
            kind: self.kind,
            state: self.state,
            department: self.department,
            worker: self.worker,
            urgency: self.urgency,
            building: self.building,
            from: self.from,
            until: self.until,
            after: self.after,
            ..Query::default()
        }
    }
}

/// Cases by view and filter.
pub async fn cases(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let asked: Asked = body::asked(&uri)?;
    let n = limit(asked.limit)?;
    cursor(&asked.after)?;
    let q = asked.query();
    let page = web.read(&v.ctx()?, move |c, ctx| list::cases(c, ctx, &q, n)).await?;
    Ok(paged(&uri, page.rows.iter().map(show::case_line).collect(), page.next))
}

/// Work orders by view and filter.
pub async fn orders(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let asked: Asked = body::asked(&uri)?;
    let n = limit(asked.limit)?;
    cursor(&asked.after)?;
    let q = asked.query();
    let page = web.read(&v.ctx()?, move |c, ctx| list::orders(c, ctx, &q, n)).await?;
    Ok(paged(&uri, page.rows.iter().map(show::order_line).collect(), page.next))
}

/// One work order by its number.
pub async fn order(State(web): State<Web>, v: Viewer, Path(number): Path<String>) -> Answer {
    let q = Query {
        q: number.clone(),
        view: "all".into(),
        ..Query::default()
    };
    let page = web.read(&v.ctx()?, move |c, ctx| list::orders(c, ctx, &q, 1)).await?;
    let row = page
        .rows
        .into_iter()
        .find(|o| o.number.eq_ignore_ascii_case(&number))
        .ok_or(Error::NotFound)?;
    Ok(ok(&show::order_line(&row)))
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct AskedCallbacks {
    view: String,
    q: String,
    kind: String,
    department: String,
    clerk: String,
    from: Option<i64>,
    until: Option<i64>,
    after: String,
    limit: Option<i64>,
}

/// Callbacks to be made, or made.
pub async fn callbacks(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let asked: AskedCallbacks = body::asked(&uri)?;
    let n = limit(asked.limit)?;
    cursor(&asked.after)?;
    let q = Query {
        view: asked.view,
        q: asked.q,
        kind: asked.kind,
        department: asked.department,
        clerk: asked.clerk,
        from: asked.from,
        until: asked.until,
        after: asked.after,
        ..Query::default()
    };
    let page = web
        .read(&v.ctx()?, move |c, ctx| list::callbacks(c, ctx, &q, n))
        .await?;
    Ok(paged(
        &uri,
        page.rows.iter().map(show::callback_line).collect(),
        page.next,
    ))
}

/// One case by its id or number, with its clocks.
pub async fn get(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let case = web
        .read(&v.ctx()?, move |c, ctx| {
            let seen = app::case::find(c, ctx, &id)?;
            show::case(ctx, &seen)
        })
        .await?;
    Ok(versioned(&case))
}

/// The drawing of a signature, as SVG.
pub async fn signature(State(web): State<Web>, v: Viewer, Path((id, confirmation)): Path<(String, String)>) -> Answer {
    let hash = web
        .read(&v.ctx()?, move |c, ctx| {
            let s = app::case::find(c, ctx, &id)?.state;
            let found = s.confirmations.iter().find(|x| x.id.as_str() == confirmation);
            found.and_then(|x| x.signature.clone()).ok_or(Error::NotFound)
        })
        .await?;
    crate::link::drawing(&web, hash.as_str().to_owned()).await
}

/// What may be done with a case now, and why not the rest.
pub async fn offers(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let (found, version) = web
        .read(&v.ctx()?, move |c, ctx| {
            let seen = app::case::find(c, ctx, &id)?;
            Ok((app::case::offers(c, ctx, &seen.state)?, seen.version))
        })
        .await?;
    let zone = v.session.as_ref().map(|s| s.zone.clone()).unwrap_or_default();
    let items: Vec<Value> = found.iter().map(|o| show::offer(v.locale, &zone, o)).collect();
    Ok(versioned(&json!({"version": version, "items": items})))
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct AskedTimeline {
    after: Option<i64>,
    limit: Option<i64>,
}

/// What happened to a case, newest first; `after` is the number of the last entry of the page before.
pub async fn timeline(State(web): State<Web>, v: Viewer, Path(id): Path<String>, uri: Uri) -> Answer {
    let asked: AskedTimeline = body::asked(&uri)?;
    let (n, before) = (limit(asked.limit)?, asked.after.unwrap_or(i64::MAX));
    let entries = web
        .read(&v.ctx()?, move |c, ctx| {
            let seen = app::case::find(c, ctx, &id)?;
            Ok(store::journal::for_case(
                c,
                ctx.site.as_str(),
                seen.state.id.as_str(),
                before,
                n,
            )?)
        })
        .await?;
    let full = i64::try_from(entries.len()).unwrap_or(0) == n;
    let next = entries.last().filter(|_| full).map(|e| e.seq.to_string());
    Ok(paged(
        &uri,
        entries.iter().map(|e| show::entry(e, false)).collect(),
        next,
    ))
}

/// The customer's whole number; the look is on the journal.
pub async fn reveal(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let phone = web
        .write(&v.ctx()?, move |tx, ctx| {
            let id = app::case::find(tx, ctx, &id)?.state.id;
            app::case::reveal_phone(tx, ctx, &id)
        })
        .await?;
    Ok(ok(&json!({"phone": phone})))
}

/// The step of an action with its fields.
///
/// # Errors
/// `NotFound` for an action that is no step, `Invalid` fields.
pub(super) fn as_step(action: &str, mut fields: Map<String, Value>) -> Result<Step, Error> {
    let name = action
        .parse::<Action>()
        .ok()
        .and_then(doc::step_schema)
        .ok_or(Error::NotFound)?;
    body::fits(&name, &Value::Object(fields.clone()))?;
    fields.insert("action".into(), json!(action));
    serde_json::from_value(Value::Object(fields)).map_err(|e| {
        Error::Invalid(vec![Field {
            name: "body".into(),
            key: "api-json",
            args: vec![("detail", e.to_string())],
        }])
    })
}

/// Does one step of a case.
pub async fn do_step(
    State(web): State<Web>,
    v: Viewer,
    Path((id, action)): Path<(String, String)>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let parsed = body::object(&bytes).and_then(|mut fields| {
        let version = seen_version(&headers, &mut fields)?;
        Ok((as_step(&action, fields)?, version))
    });
    let key = key(&headers);
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            // What is not visible is not there, whatever was sent.
            let id = app::case::find(tx, ctx, &id)?.state.id;
            let (step, version) = parsed.clone()?;
            step::run(
                tx,
                ctx,
                &key,
                &id,
                version.map(|version| Saw { version, seq: None }),
                &step,
            )
        })
        .await
        .map_err(Fail)?;
    Ok(versioned(&show::done(&done)))
}
