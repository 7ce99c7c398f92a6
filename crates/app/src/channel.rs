//! The channels of a site: their settings, and the door to the adapters, which live in a room of their own.

use domain::access::Action;
use serde_json::{Value, json};
use store::db::Tx;
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::error::{Error, Field, Res};
use crate::{journal, outbox};

/// What a gateway reported of one message.
#[derive(Debug, Clone)]
pub struct Report {
    pub provider_id: String,
    pub at: i64,
    /// The gateway's code of the reason, when it did not arrive.
    pub failure: Option<String>,
}

/// A report as it came in.
pub struct ReportIn<'a> {
    pub headers: Vec<(&'a str, &'a str)>,
    pub query: &'a str,
    pub body: &'a [u8],
}

/// The adapters, as the rooms above and below see them.
pub trait Gateway: Send + Sync {
    /// Whether settings can work.
    ///
    /// # Errors
    /// The field and the problem.
    fn check(&self, config: &Value) -> Result<(), (String, String)>;
    /// Sends one test message and waits. Slow: never inside a transaction.
    ///
    /// # Errors
    /// What went wrong, in a few words without secrets.
    fn test(&self, config: &Value, to: &str, now: i64) -> Result<(), String>;
    /// Proves and reads a delivery report.
    ///
    /// # Errors
    /// The HTTP status to answer with.
    fn report(&self, config: &Value, report: &ReportIn<'_>, now: i64) -> Result<Vec<Report>, u16>;
}

/// Keys whose values never leave the server again.
const SECRET: [&str; 3] = ["secret", "password", "value"];
/// What stands in the form for a value that is kept.
pub const KEPT: &str = "••••••";

fn is_secret(key: &str, kind: &str) -> bool {
    // The address of a robot carries its key.
    SECRET.contains(&key) || (key == "url" && matches!(kind, "wecom" | "dingtalk"))
}

fn masked(v: &Value, kind: &str) -> Value {
    match v {
        Value::Object(o) => o
            .iter()
            .map(|(k, x)| {
                let hide = is_secret(k, kind) && x.as_str().is_some_and(|s| !s.is_empty());
                (k.clone(), if hide { json!(KEPT) } else { masked(x, kind) })
            })
            .collect(),
        Value::Array(a) => a.iter().map(|x| masked(x, kind)).collect(),
        other => other.clone(),
    }
}

/// Puts kept secrets back where the form gave none or the stand-in.
fn kept(new: &mut Value, old: &Value, kind: &str) {
    if let Value::Object(o) = new {
        for (k, x) in o.iter_mut() {
            let same = x.as_str().is_some_and(|s| s.is_empty() || s == KEPT);
            if is_secret(k, kind) && same && old[k].is_string() {
                *x = old[k].clone();
            } else {
                kept(x, &old[k], kind);
            }
        }
    }
}

/// The settings as an administrator sees them: secrets are only told to be there.
pub struct Shown {
    pub version: i64,
    pub channels: Vec<(&'static str, Value)>,
    pub alert_email: String,
}

/// Reads the settings.
///
/// # Errors
/// `Forbidden`.
pub fn get(c: &mut Conn, ctx: &Ctx) -> Res<Shown> {
    ctx.need(Action::Settings)?;
    let site = store::site::get(c, &ctx.site)?.ok_or(Error::NotFound)?;
    let all: Value = serde_json::from_str(&site.settings).unwrap_or_default();
    let channels = outbox::CHANNELS.map(|name| {
        let config = outbox::config(&site.settings, name);
        let kind = config["kind"].as_str().unwrap_or_default().to_owned();
        (name, masked(&config, &kind))
    });
    Ok(Shown {
        version: site.version,
        channels: channels.into(),
        alert_email: all["alert_email"].as_str().unwrap_or_default().to_owned(),
    })
}

/// The settings of a channel with the secrets that are kept, as they would be saved.
///
/// # Errors
/// `Forbidden`, `NotFound` for an unknown channel.
pub fn merged(c: &mut Conn, ctx: &Ctx, channel: &str, new: &Value) -> Res<Value> {
    ctx.need(Action::Settings)?;
    if !outbox::CHANNELS.contains(&channel) {
        return Err(Error::NotFound);
    }
    let site = store::site::get(c, &ctx.site)?.ok_or(Error::NotFound)?;
    let mut new = new.clone();
    let kind = new["kind"].as_str().unwrap_or_default().to_owned();
    kept(&mut new, &outbox::config(&site.settings, channel), &kind);
    Ok(new)
}

/// Saves the settings of one channel; null takes it away. The journal holds that it was done, not what was set.
///
/// # Errors
/// `Forbidden`, `Conflict`, `Invalid`.
pub fn save(
    tx: &mut Tx,
    ctx: &Ctx,
    gateway: &dyn Gateway,
    version: i64,
    channel: &str,
    new: &Value,
    alert: Option<&str>,
) -> Res<()> {
    let merged = merged(tx, ctx, channel, new)?;
    if !merged.is_null() {
        gateway.check(&merged).map_err(|(field, problem)| {
            Error::Invalid(vec![Field {
                name: field,
                key: "invalid-channel",
                args: vec![("problem", problem)],
            }])
        })?;
    }
    let mut site = store::site::get(tx, &ctx.site)?.ok_or(Error::NotFound)?;
    if site.version != version {
        return Err(Error::Conflict {
            seen: version,
            current: site.version,
        });
    }
    let mut all: Value = serde_json::from_str(&site.settings).unwrap_or_else(|_| json!({}));
    if !all.is_object() {
        all = json!({});
    }
    all["channels"][channel] = merged.clone();
    if let Some(to) = alert {
        all["alert_email"] = json!(to.trim());
    }
    site.settings = all.to_string();
    site.version += 1;
    if store::site::save(tx, &site)? != 1 {
        return Err(Error::Conflict {
            seen: version,
            current: version + 1,
        });
    }
    let body = json!({"channel": channel, "on": !merged.is_null()});
    journal::now(tx, ctx, "site", ctx.site.as_str(), "channel_set", body, &[]);
    Ok(())
}
