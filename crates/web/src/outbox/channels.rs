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
    /// Whether that is looked at: what was typed there could not be read.
    open: bool,
    sms: Sms,
}

/// What every gateway asks for, as fields.
#[derive(Default)]
struct Sms {
    url: String,
    key_id: String,
    secret: String,
    sign_name: String,
    /// Our template and the gateway's code of it.
    templates: Vec<(&'static str, String)>,
}

/// Our templates that residents get.
const TEMPLATES: [&str; 10] = [
    "registered",
    "dispatched",
    "waiting",
    "extension",
    "quote",
    "done",
    "reopened",
    "callback",
    "closed",
    "code",
];

impl Sms {
    fn of(v: &Value) -> Sms {
        let at = |path: &str| v.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        let first = |paths: [&str; 2]| paths.map(at).into_iter().find(|x| !x.is_empty()).unwrap_or_default();
        Sms {
            url: at("/url"),
            key_id: at("/auth/key_id"),
            secret: first(["/auth/secret", "/auth/value"]),
            sign_name: first(["/body/json/sign_name", "/body/form/sign_name"]),
            templates: TEMPLATES.map(|t| (t, at(&format!("/templates/{t}")))).to_vec(),
        }
    }

    /// Puts the fields into the description. An empty secret keeps the one that is there; a template without a code goes.
    fn put(v: &mut Value, f: &HashMap<String, String>) {
        let field = |name: &str| f.get(name).map(|x| x.trim().to_owned());
        let mut set = |path: &str, name: &str, value: Option<String>| {
            if let Some(Value::Object(o)) = v.pointer_mut(path)
                && let Some(x) = value
            {
                if x.is_empty() {
                    o.remove(name);
                } else {
                    o.insert(name.to_owned(), json!(x));
                }
            }
        };
        set("", "url", field("url").filter(|x| !x.is_empty()));
        for way in ["/body/json", "/body/form"] {
            set(way, "sign_name", field("sign_name"));
        }
        for t in TEMPLATES {
            set("/templates", t, field(&format!("template_{t}")));
        }
        let fixed = v.pointer("/auth/value").is_some();
        let auth = v.pointer_mut("/auth").and_then(Value::as_object_mut);
        let Some(auth) = auth else { return };
        if let Some(key) = field("key_id").filter(|_| auth.contains_key("key_id")) {
            auth.insert("key_id".to_owned(), json!(key));
        }
        if let Some(secret) = field("secret").filter(|x| !x.is_empty()) {
            auth.insert(if fixed { "value" } else { "secret" }.to_owned(), json!(secret));
        }
    }
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
    system: bool,
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
  "auth": {"kind": "hmac_sha256", "key_id": "KEY", "secret": "", "key_header": "X-Key-Id", "signature_header": "X-Signature", "timestamp_header": "X-Timestamp", "nonce_header": "X-Nonce"},
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
            open: matches!(&typed, Some((n, text)) if *n == name && serde_json::from_str::<Value>(text).is_err()),
            sms: match &typed {
                Some((n, text)) if *n == name => Sms::of(&serde_json::from_str(text).unwrap_or_default()),
                _ => Sms::of(&x),
            },
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
        system: v.may(domain::access::Action::Settings),
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
        "sms" => {
            let whole = opt("json").unwrap_or(SAMPLE);
            let mut x: Value = serde_json::from_str(whole).map_err(|_| Error::field("json", "invalid-json"))?;
            if x.is_object() && x["templates"].is_null() {
                x["templates"] = json!({});
            }
            Sms::put(&mut x, f);
            x
        }
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

/// The description without what is secret in it.
fn hidden(x: &Value) -> Value {
    let mut x = x.clone();
    for path in ["/auth/secret", "/auth/value", "/report/auth/value"] {
        if let Some(v) = x.pointer_mut(path) {
            *v = json!("");
        }
    }
    x
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
    let name = channel.clone();
    let made = built(&channel, &f);
    let typed = match &made {
        // The secret that was typed is typed again: it goes back to no browser.
        Ok(x) => serde_json::to_string_pretty(&hidden(x)).unwrap_or_default(),
        Err(_) => f.get("json").cloned().unwrap_or_default(),
    };
    let done = match made {
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
