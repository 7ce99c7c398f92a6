//! Who asks, the search, the books in force, the people of the site, and the journal as a stream.

use app::error::Error;
use axum::extract::State;
use axum::http::Uri;
use domain::access::{Action, Reach};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{body, limit, ok, paged, show};
use crate::fail::Answer;
use crate::gate::Viewer;
use crate::state::Web;

/// Who the token acts for, and where.
pub async fn me(v: Viewer) -> Answer {
    let s = v.session.as_ref().ok_or(Error::Unauthenticated)?;
    let sites: Vec<Value> = s
        .choices
        .iter()
        .map(|c| json!({"id": c.id, "name": c.name, "name_en": c.name_en}))
        .collect();
    Ok(ok(&json!({
        "id": s.actor.id, "login": s.login, "name": s.actor.name, "name_en": s.actor.name_en, "roles": s.actor.roles,
        "department": s.actor.department, "site": s.site, "zone": s.zone, "sites": sites,
        "scopes": s.actor.scopes.clone().unwrap_or_default(), "now": v.now,
    })))
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct AskedFind {
    q: String,
}

/// The search box.
pub async fn find(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let a: AskedFind = body::asked(&uri)?;
    let groups = web
        .read(&v.ctx()?, move |c, ctx| app::find::find(c, ctx, &a.q, 10))
        .await?;
    let items: Vec<Value> = groups.iter().flat_map(|g| &g.hits).map(show::hit).collect();
    Ok(ok(&json!({"items": items, "next": null})))
}

/// Items, places and trades.
pub async fn taxonomy(v: Viewer) -> Answer {
    Ok(ok(&serde_json::to_value(&v.ctx()?.book.taxonomy).map_err(Error::from)?))
}

/// The price list.
pub async fn prices(v: Viewer) -> Answer {
    Ok(ok(&serde_json::to_value(&v.ctx()?.book.prices).map_err(Error::from)?))
}

/// What is said, and what is asked when calling back.
pub async fn scripts(v: Viewer) -> Answer {
    Ok(ok(&serde_json::to_value(&v.ctx()?.book.scripts).map_err(Error::from)?))
}

/// The limits of the service standard.
pub async fn standard(State(web): State<Web>, v: Viewer) -> Answer {
    let standard = web
        .read(&v.ctx()?, |c, ctx| ctx.book.standard(c, &ctx.site, ctx.now))
        .await?;
    Ok(ok(&show::standard(&standard)))
}

/// Departments, vendors and outside services.
pub async fn departments(State(web): State<Web>, v: Viewer) -> Answer {
    let rows = web
        .read(&v.ctx()?, |c, ctx| {
            ctx.need_staff()?;
            Ok(store::site::departments(c, &ctx.site)?)
        })
        .await?;
    Ok(ok(
        &json!({"items": rows.iter().map(show::department).collect::<Vec<_>>(), "next": null}),
    ))
}

/// Who can be given work, who is on duty, and how much each holds.
pub async fn workers(State(web): State<Web>, v: Viewer) -> Answer {
    let rows = web
        .read(&v.ctx()?, |c, ctx| {
            // Who sees only the own work gives none to others.
            if ctx.need(Action::ViewCase)? < Reach::Department {
                return Err(Error::Forbidden("forbidden-role"));
            }
            app::contact::workers(c, ctx)
        })
        .await?;
    Ok(ok(
        &json!({"items": rows.iter().map(show::worker).collect::<Vec<_>>(), "next": null}),
    ))
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct AskedJournal {
    after: Option<i64>,
    limit: Option<i64>,
}

/// What happened at the site after a number, oldest first: a program that keeps the last number misses nothing.
pub async fn journal(State(web): State<Web>, v: Viewer, uri: Uri) -> Answer {
    let a: AskedJournal = body::asked(&uri)?;
    let (n, after) = (limit(a.limit)?, a.after.unwrap_or(0));
    let entries = web
        .read(&v.ctx()?, move |c, ctx| app::journal::since(c, ctx, after, n))
        .await?;
    let full = i64::try_from(entries.len()).unwrap_or(0) == n;
    let next = entries.last().filter(|_| full).map(|e| e.seq.to_string());
    Ok(paged(
        &uri,
        entries.iter().map(|e| show::entry(e, true)).collect(),
        next,
    ))
}
