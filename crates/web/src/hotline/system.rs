//! Telephone systems that tell of calls: set up on a page, with a test that shows what came in just now. A webhook's secret is shown once.

use app::call::system::{self, Kind, NewSystem, SystemRow};
use app::error::Error;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use domain::ids::PhoneSystemId;

use super::number;
use crate::fail::{Answer, Fail, status};
use crate::form::{Errors, once, version};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::roster::{Pairs, settle, value};
use crate::state::Web;

struct Row {
    id: String,
    name: String,
    kind: &'static str,
    active: bool,
    heard: String,
    /// How it stands, of one that is connected to.
    connection: String,
    why: String,
}

fn row(web: &Web, p: &Page, s: &SystemRow) -> Row {
    let connection = web.desk.telephone().ok().and_then(|t| t.connection(&s.id));
    Row {
        id: s.id.as_str().to_owned(),
        name: s.name.clone(),
        kind: Kind::parse(&s.kind).map_or("webhook", Kind::as_str),
        active: s.active,
        heard: s.heard_at.map(|at| p.full_time(at)).unwrap_or_default(),
        connection: connection.as_ref().map(|c| c.state.to_owned()).unwrap_or_default(),
        why: connection.map(|c| c.why).unwrap_or_default(),
    }
}

#[derive(Template)]
#[template(path = "hotline/systems.html")]
struct SystemsPage {
    p: Page,
    rows: Vec<Row>,
    f: NewSystem,
    key: String,
    e: Errors,
}

impl SystemsPage {
    fn kinds(&self) -> &'static [Kind] {
        &Kind::ALL
    }
}

fn read(f: &Pairs) -> NewSystem {
    let yes = |name: &str| value(f, name) == "1";
    NewSystem {
        name: value(f, "name"),
        kind: value(f, "kind"),
        in_path: yes("in_path"),
        holds: yes("holds"),
        host: value(f, "host"),
        port: value(f, "port"),
        user: value(f, "user"),
        secret: value(f, "secret"),
        trunk: value(f, "trunk"),
        channel: value(f, "channel"),
        context: value(f, "context"),
        next: value(f, "next"),
        recordings: value(f, "recordings"),
        active: yes("active"),
    }
}

async fn list_view(web: &Web, v: &Viewer, f: NewSystem, e: Errors) -> Result<SystemsPage, Fail> {
    let rows = web.read(&v.ctx()?, system::all).await?;
    let p = Page::new(web, v, "phone-title");
    Ok(SystemsPage {
        rows: rows.iter().map(|s| row(web, &p, s)).collect(),
        key: p.key(web),
        f,
        e,
        p,
    })
}

/// Every system, and the form for one more.
pub async fn list(State(web): State<Web>, v: Viewer) -> Answer {
    let f = NewSystem {
        kind: "webhook".into(),
        ..NewSystem::default()
    };
    Ok(page(&list_view(&web, &v, f, Errors::default()).await?)?)
}

/// What came in last, for the live test.
struct Heard {
    at: String,
    number: String,
    state: String,
    extension: String,
}

#[derive(Template)]
#[template(path = "hotline/system.html")]
struct SystemPage {
    p: Page,
    id: String,
    r: Row,
    version: i64,
    f: NewSystem,
    /// The secret that was just made; it is shown once.
    secret: Option<String>,
    address: String,
    heard: Vec<Heard>,
    key: String,
    e: Errors,
}

#[derive(Template)]
#[template(path = "hotline/heard.html")]
struct HeardPart {
    p: Page,
    id: String,
    heard: Vec<Heard>,
}

async fn heard_of(web: &Web, v: &Viewer, p: &Page, id: &PhoneSystemId) -> Result<Vec<Heard>, Fail> {
    let id = id.clone();
    let rows = web.read(&v.ctx()?, move |c, ctx| system::heard(c, ctx, &id)).await?;
    Ok(rows
        .into_iter()
        .map(|r| Heard {
            at: p.full_time(r.at),
            number: number(p, &r.number),
            state: p.code("call-state", app::call::state(&r.direction, &r.state)),
            extension: r.extension,
        })
        .collect())
}

async fn one_view(
    web: &Web,
    v: &Viewer,
    id: &PhoneSystemId,
    typed: Option<NewSystem>,
    secret: Option<String>,
    e: Errors,
) -> Result<SystemPage, Fail> {
    let asked = id.clone();
    let s = web.read(&v.ctx()?, move |c, ctx| system::get(c, ctx, &asked)).await?;
    let p = Page::titled(web, v, s.name.clone());
    let config: serde_json::Value = serde_json::from_str(&s.config).unwrap_or_default();
    let text = |name: &str| match config.get(name) {
        Some(serde_json::Value::String(t)) => t.clone(),
        Some(serde_json::Value::Number(n)) => n.to_string(),
        _ => String::new(),
    };
    let f = typed.unwrap_or_else(|| NewSystem {
        name: s.name.clone(),
        kind: s.kind.clone(),
        in_path: s.in_path,
        holds: system::tells_holds(&s),
        host: text("host"),
        port: text("port"),
        user: text("user"),
        secret: String::new(),
        trunk: text("trunk"),
        channel: text("channel"),
        context: text("context"),
        next: text("next"),
        recordings: text("recordings"),
        active: s.active,
    });
    Ok(SystemPage {
        heard: heard_of(web, v, &p, id).await?,
        address: format!("{}/cti", web.settings.public_url),
        id: id.as_str().to_owned(),
        r: row(web, &p, &s),
        version: s.version,
        key: p.key(web),
        f,
        secret,
        e,
        p,
    })
}

/// One system with its settings and what came in last.
pub async fn show(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let id = PhoneSystemId::from(id);
    Ok(page(&one_view(&web, &v, &id, None, None, Errors::default()).await?)?)
}

/// What came in last, asked for again while somebody watches.
pub async fn heard(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let id = PhoneSystemId::from(id);
    let p = Page::bare(&web, Some(&v), v.locale, "");
    let heard = heard_of(&web, &v, &p, &id).await?;
    Ok(page(&HeardPart {
        id: id.into_string(),
        heard,
        p,
    })?)
}

/// Sets one up; of a webhook the secret is shown, once.
pub async fn add(State(web): State<Web>, v: Viewer, Form(f): Form<Pairs>) -> Answer {
    let (n, key) = (read(&f), value(&f, "_key"));
    let asked = n.clone();
    let done = web
        .write(&v.ctx()?, move |tx, ctx| system::add(tx, ctx, &key, &asked))
        .await;
    match done {
        Ok(made) => {
            settle(&web, &v).await?;
            Ok(page(
                &one_view(&web, &v, &made.id, None, made.secret, Errors::default()).await?,
            )?)
        }
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let code = status(&e);
            let shown = list_view(&web, &v, n, Errors::from(v.locale, Fail(e))?).await?;
            Ok((code, page(&shown)?).into_response())
        }
    }
}

/// Changes the settings.
pub async fn change(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let n = read(&f);
    let system_id = PhoneSystemId::from(id.as_str());
    let (asked, given, sent, at) = (system_id.clone(), n.clone(), f.clone(), format!("settings/phone/{id}"));
    let done = web
        .write(&v.ctx()?, move |tx, ctx| {
            system::get(tx, ctx, &asked)?;
            once(tx, ctx, &sent, &at, |tx, ctx| {
                system::change(tx, ctx, &asked, version(&value(&sent, "version")), &given)
            })
        })
        .await;
    match done {
        Ok(()) => {
            settle(&web, &v).await?;
            Ok(Redirect::to(&format!("/settings/phone/{id}")).into_response())
        }
        Err(e @ (Error::NotFound | Error::Forbidden(_))) => Err(Fail(e)),
        Err(e) => {
            let code = status(&e);
            let e = Errors::from(v.locale, Fail(e))?;
            Ok((code, page(&one_view(&web, &v, &system_id, Some(n), None, e).await?)?).into_response())
        }
    }
}

/// The page of a new secret, asked for again: it is not shown twice.
pub async fn old_secret(State(web): State<Web>, v: Viewer, Path(id): Path<String>) -> Answer {
    let asked = PhoneSystemId::from(id.as_str());
    web.read(&v.ctx()?, move |c, ctx| system::get(c, ctx, &asked).map(drop))
        .await?;
    Ok(Redirect::to(&format!("/settings/phone/{id}")).into_response())
}

/// A new secret, shown once; a page that was sent before changes nothing any more.
pub async fn secret(State(web): State<Web>, v: Viewer, Path(id): Path<String>, Form(f): Form<Pairs>) -> Answer {
    let id = PhoneSystemId::from(id);
    let (asked, seen) = (id.clone(), version(&value(&f, "version")));
    let secret = web
        .write(&v.ctx()?, move |tx, ctx| system::new_secret(tx, ctx, &asked, seen))
        .await?;
    Ok(page(
        &one_view(&web, &v, &id, None, Some(secret), Errors::default()).await?,
    )?)
}
