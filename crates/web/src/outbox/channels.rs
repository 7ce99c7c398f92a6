//! The channels' settings. A secret goes in and never comes out again: an empty field keeps it.

use app::channel::{get, merged, save as put};
use app::error::Error;
use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;

use crate::account::blocking;
use crate::fail::{Answer, Fail, explain};
use crate::gate::Viewer;
use crate::live::page;
use crate::page::Page;
use crate::state::Web;

struct Channel {
    name: &'static str,
    title: String,
    on: bool,
    v: Value,
    /// The whole of it, for what has no field of its own.
    json: String,
}

impl Channel {
    /// The value at a path, as text.
    fn at(&self, path: &str) -> String {
        match self.v.pointer(path) {
            Some(Value::String(s)) => s.clone(),
            Some(Value::Number(n)) => n.to_string(),
            _ => String::new(),
        }
    }
}

#[derive(Template)]
#[template(path = "outbox/channels.html")]
struct Channels {
    p: Page,
    version: i64,
    list: Vec<Channel>,
    alert: String,
    error: Option<(String, Vec<String>)>,
    said: String,
}

#[derive(Deserialize)]
pub struct Said {
    #[serde(default)]
    said: String,
}

/// A gateway to begin with; the administrator fills in what the provider's description says.
const SAMPLE: &str = r#"{
  "kind": "sms_http",
  "url": "https://sms.example.com/v1/send",
  "auth": {"kind": "hmac_sha256", "key_id": "KEY", "secret": "", "signature_header": "X-Signature", "timestamp_header": "X-Timestamp", "nonce_header": "X-Nonce"},
  "body": {"json": {"phone": "{phone}", "template": "{template}", "params": "{params}", "id": "{id}"}},
  "success": {"pointer": "/code", "equals": 0},
  "id_pointer": "/id",
  "templates": {},
  "report": {"auth": {"kind": "header", "name": "X-Report-Key", "value": ""}, "id_pointer": "/id", "status_pointer": "/status", "delivered": ["DELIVRD"]}
}"#;

async fn render(
    web: &Web,
    v: &Viewer,
    error: Option<(StatusCode, (String, Vec<String>))>,
    said: &str,
    typed: Option<(&str, String)>,
) -> Answer {
    let s = web.read(&v.ctx()?, get).await?;
    let p = Page::new(web, v, "channels-title");
    let list = s
        .channels
        .into_iter()
        .map(|(name, x)| Channel {
            title: p.code("channel_name", name),
            on: !x.is_null(),
            json: match &typed {
                Some((n, text)) if *n == name => text.clone(),
                _ if x.is_null() && name == "sms" => SAMPLE.to_owned(),
                _ => serde_json::to_string_pretty(&x).unwrap_or_default(),
            },
            name,
            v: x,
        })
        .collect();
    let status = error.as_ref().map_or(StatusCode::OK, |e| e.0);
    let said = if said.is_empty() {
        String::new()
    } else {
        p.t(&format!("channel-said-{said}"))
    };
    let page = page(&Channels {
        p,
        version: s.version,
        list,
        alert: s.alert_email,
        error: error.map(|e| e.1),
        said,
    })?;
    Ok((status, page).into_response())
}

/// The page.
pub async fn show(State(web): State<Web>, v: Viewer, Query(q): Query<Said>) -> Answer {
    let known = ["saved", "off", "tested"].contains(&q.said.as_str());
    render(&web, &v, None, if known { &q.said } else { "" }, None).await
}

fn text<'a>(f: &'a HashMap<String, String>, name: &str) -> &'a str {
    f.get(name).map_or("", |x| x.trim())
}

/// The form as settings.
fn built(channel: &str, f: &HashMap<String, String>) -> Result<Value, Error> {
    let opt = |name: &str| Some(text(f, name)).filter(|x| !x.is_empty());
    if text(f, "off") == "yes" {
        return Ok(Value::Null);
    }
    Ok(match channel {
        "sms" => serde_json::from_str(text(f, "json")).map_err(|_| Error::field("json", "invalid-json"))?,
        "email" => {
            let port: u16 = text(f, "port")
                .parse()
                .map_err(|_| Error::field("port", "invalid-port"))?;
            let mut x = json!({
                "kind": "email", "host": text(f, "host"), "port": port, "tls": text(f, "tls"), "from": text(f, "from"),
                "password": text(f, "password"),
            });
            if let Some(user) = opt("user") {
                x["user"] = json!(user);
            }
            x
        }
        "wecom" => json!({"kind": "wecom", "url": text(f, "url")}),
        "dingtalk" => {
            let mut x = json!({"kind": "dingtalk", "url": text(f, "url")});
            if let Some(secret) = opt("secret") {
                x["secret"] = json!(secret);
            }
            x
        }
        _ => return Err(Error::NotFound),
    })
}

fn shown(v: &Viewer, e: Error) -> Result<(StatusCode, (String, Vec<String>)), Fail> {
    match e {
        Error::Invalid(_) | Error::Refused(_) => Ok((StatusCode::UNPROCESSABLE_ENTITY, explain(v.locale, &e))),
        Error::Conflict { .. } => Ok((StatusCode::CONFLICT, explain(v.locale, &e))),
        e => Err(Fail(e)),
    }
}

/// Saves one channel.
pub async fn save(
    State(web): State<Web>,
    v: Viewer,
    Path(channel): Path<String>,
    Form(f): Form<HashMap<String, String>>,
) -> Answer {
    let gateway = web.desk.gateway()?;
    let version = text(&f, "version").parse().unwrap_or(0);
    let alert = f.get("alert_email").cloned();
    let off = text(&f, "off") == "yes";
    let (name, typed) = (channel.clone(), f.get("json").cloned().unwrap_or_default());
    let done = match built(&channel, &f) {
        Ok(new) => {
            web.write(&v.ctx()?, move |tx, ctx| {
                put(tx, ctx, gateway.as_ref(), version, &channel, &new, alert.as_deref())
            })
            .await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!(
            "/settings/channels?said={}",
            if off { "off" } else { "saved" }
        ))
        .into_response()),
        Err(e) => {
            let e = shown(&v, e)?;
            render(
                &web,
                &v,
                Some(e),
                "",
                Some((name.as_str(), typed)).filter(|_| name == "sms"),
            )
            .await
        }
    }
}

/// Sends one test message by the saved settings.
pub async fn test(
    State(web): State<Web>,
    v: Viewer,
    Path(channel): Path<String>,
    Form(f): Form<HashMap<String, String>>,
) -> Answer {
    let gateway = web.desk.gateway()?;
    let to = text(&f, "to").to_owned();
    let config = web
        .read(&v.ctx()?, move |c, ctx| {
            merged(c, ctx, &channel, &Value::Null)?;
            let site = store::site::get(c, &ctx.site)?.ok_or(Error::NotFound)?;
            Ok(app::outbox::config(&site.settings, &channel))
        })
        .await?;
    let now = v.now;
    let result = if config.is_null() {
        Err("no_channel".to_owned())
    } else {
        blocking(move || Ok(gateway.test(&config, &to, now))).await?
    };
    match result {
        Ok(()) => Ok(Redirect::to("/settings/channels?said=tested").into_response()),
        Err(why) => {
            let p = Page::bare(&web, Some(&v), v.locale, "");
            let e = (p.t("channel-test-failed"), vec![super::why(&p, &why)]);
            render(&web, &v, Some((StatusCode::UNPROCESSABLE_ENTITY, e)), "", None).await
        }
    }
}
