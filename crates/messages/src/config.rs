//! The settings of a channel, as stored (JSON) and as edited by an administrator.

use crate::http::check_url;
use crate::report::ReportConfig;
use crate::{Encoding, Net, Secret, SecretUrl, placeholder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// One channel. Stored with a `kind`: `log_only`, `sms_http`, `email`, `wecom` or `dingtalk`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChannelConfig {
    /// No channel: nothing leaves the house, every delivery fails with `no_channel`.
    #[default]
    LogOnly,
    /// An SMS gateway with an HTTP interface.
    SmsHttp(Box<SmsHttp>),
    /// A mail server.
    Email(Email),
    /// A group robot of WeCom (企业微信).
    #[serde(rename = "wecom")]
    WeCom(WeCom),
    /// A group robot of DingTalk (钉钉).
    #[serde(rename = "dingtalk")]
    DingTalk(DingTalk),
}

/// What a channel needs as the receiver's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// A phone number.
    Phone,
    /// An e-mail address.
    Mail,
    /// None: it goes to the robot's group of staff. Never for texts to residents.
    Group,
    /// There is no channel.
    Nobody,
}

/// An SMS gateway over HTTP, described by its request.
///
/// Address, headers, query and body may hold placeholders: `{phone}`, `{template}` (the gateway's own code), `{text}`,
/// `{lang}`, `{id}`, `{nonce}`, `{timestamp}`, `{sign}`, `{params.NAME}`, `{params_json}` (all parameters as a JSON text).
/// In a JSON body a string that is exactly `{params}` becomes the object of parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsHttp {
    /// Address; values are percent-encoded when filled in.
    pub url: SecretUrl,
    /// Method.
    #[serde(default)]
    pub method: Method,
    /// Further headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// How the request proves who sends it.
    pub auth: SmsAuth,
    /// What is sent; nothing with GET.
    #[serde(default)]
    pub body: SmsBody,
    /// How `{timestamp}` is written.
    #[serde(default)]
    pub timestamp: TimeFormat,
    /// How the reply says "taken"; without it every 2xx reply does.
    #[serde(default)]
    pub success: Option<Success>,
    /// JSON pointer to the gateway's id of the message in the reply.
    #[serde(default)]
    pub id_pointer: Option<String>,
    /// Our template code, or code and language as in `registered.en`, to the gateway's template code. Empty: ours is sent as it is.
    #[serde(default)]
    pub templates: BTreeMap<String, String>,
    /// How delivery reports come in; `None`: they do not.
    #[serde(default)]
    pub report: Option<ReportConfig>,
    /// Timeouts and allowed targets.
    #[serde(default)]
    pub net: Net,
}

/// HTTP method of a gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// GET, without a body.
    Get,
    /// POST.
    #[default]
    Post,
}

/// How a request proves who sends it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SmsAuth {
    /// By nothing; for a gateway on the same host.
    None,
    /// By a fixed header, such as `Authorization: Bearer …`.
    Header {
        /// Name of the header.
        name: String,
        /// Its value.
        value: Secret,
    },
    /// By a fixed query parameter.
    Query {
        /// Name of the parameter.
        name: String,
        /// Its value.
        value: Secret,
    },
    /// By a signature.
    HmacSha256(HmacAuth),
}

/// A signature by HMAC-SHA256. Headers without a name are not sent; the signature can also stand in body or query as `{sign}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HmacAuth {
    /// Which key.
    pub key_id: String,
    /// The key.
    pub secret: Secret,
    /// What is signed: the placeholders of the request, and `{method}`, `{path}`, `{query}`, `{key_id}`, `{body}`,
    /// `{body_sha256}` (hexadecimal). `{query}`, `{body}` and `{body_sha256}` only if neither address nor body holds `{sign}`.
    #[serde(default = "default_signed")]
    pub signed: String,
    /// How the signature is written.
    #[serde(default)]
    pub encoding: Encoding,
    /// Put before the signature, such as `sha256=`.
    #[serde(default)]
    pub prefix: String,
    /// Header for the key id.
    #[serde(default)]
    pub key_header: Option<String>,
    /// Header for the signature.
    #[serde(default)]
    pub signature_header: Option<String>,
    /// Header for the time.
    #[serde(default)]
    pub timestamp_header: Option<String>,
    /// Header for the nonce.
    #[serde(default)]
    pub nonce_header: Option<String>,
}

fn default_signed() -> String {
    "{timestamp}\n{nonce}\n{body}".to_owned()
}

/// What is sent to a gateway.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmsBody {
    /// Nothing; all is in the address.
    #[default]
    Empty,
    /// JSON; placeholders stand in its strings.
    Json(Value),
    /// A form; placeholders stand in its values.
    Form(BTreeMap<String, String>),
}

/// How times are written in a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeFormat {
    /// Unix seconds.
    #[default]
    Seconds,
    /// Unix milliseconds.
    Millis,
    /// `2026-11-21T02:42:00Z`.
    Utc,
}

/// How a reply says that the message was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Success {
    /// JSON pointer to the gateway's result code; empty for the whole reply.
    pub pointer: String,
    /// The code that means "taken"; `0` and `"0"` are the same.
    pub equals: Value,
    /// Codes that mean "later", such as a rate limit.
    #[serde(default)]
    pub retry: Vec<String>,
}

/// A mail server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Email {
    /// Name of the server.
    pub host: String,
    /// Port: usually 465 with `tls`, 587 with `start_tls`.
    pub port: u16,
    /// Encryption.
    #[serde(default)]
    pub tls: Tls,
    /// User; `None` where the server asks for none.
    #[serde(default)]
    pub user: Option<String>,
    /// Password of the user.
    #[serde(default)]
    pub password: Secret,
    /// Sender, such as `翠湖花园客户服务 <service@example.com>`.
    pub from: String,
    /// Timeouts (per step) and allowed targets.
    #[serde(default)]
    pub net: Net,
}

/// Encryption of the connection to a mail server. There is no "if the server offers it": that protects from nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// From the first byte.
    #[default]
    Tls,
    /// Begun by STARTTLS, required.
    StartTls,
    /// None; only where `net` allows it.
    None,
}

/// A WeCom group robot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeCom {
    /// The robot's address, with its key.
    pub url: SecretUrl,
    /// Timeouts and allowed targets.
    #[serde(default)]
    pub net: Net,
}

/// A DingTalk group robot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DingTalk {
    /// The robot's address, with its token.
    pub url: SecretUrl,
    /// The secret of the robot's signature (加签); `None` for a robot that is secured otherwise.
    #[serde(default)]
    pub secret: Option<Secret>,
    /// Timeouts and allowed targets.
    #[serde(default)]
    pub net: Net,
}

/// Settings that cannot work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The field, as in the stored JSON.
    pub field: &'static str,
    /// What is wrong; no secrets.
    pub problem: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.problem)
    }
}

impl std::error::Error for ConfigError {}

fn wrong<T>(field: &'static str, problem: impl Into<String>) -> Result<T, ConfigError> {
    Err(ConfigError {
        field,
        problem: problem.into(),
    })
}

impl ChannelConfig {
    /// The stored `kind`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::LogOnly => "log_only",
            Self::SmsHttp(_) => "sms_http",
            Self::Email(_) => "email",
            Self::WeCom(_) => "wecom",
            Self::DingTalk(_) => "dingtalk",
        }
    }

    /// What the channel needs as the receiver's address.
    pub fn address(&self) -> Address {
        match self {
            Self::LogOnly => Address::Nobody,
            Self::SmsHttp(_) => Address::Phone,
            Self::Email(_) => Address::Mail,
            Self::WeCom(_) | Self::DingTalk(_) => Address::Group,
        }
    }

    /// Checks what can be checked without calling anybody; to be called when the settings are saved.
    ///
    /// # Errors
    /// The first field that cannot work.
    pub fn validate(&self) -> Result<(), ConfigError> {
        match self {
            Self::LogOnly => Ok(()),
            Self::SmsHttp(sms) => sms.validate(),
            Self::Email(email) => email.validate(),
            Self::WeCom(robot) => url_field(&robot.net, &robot.url),
            Self::DingTalk(robot) => url_field(&robot.net, &robot.url),
        }
    }

    /// Everything in the settings that must not appear anywhere.
    pub(crate) fn secrets(&self) -> Vec<&str> {
        match self {
            Self::LogOnly => vec![],
            Self::SmsHttp(sms) => {
                let mut all = vec![sms.url.expose()];
                match &sms.auth {
                    SmsAuth::None => {}
                    SmsAuth::Header { value, .. } | SmsAuth::Query { value, .. } => all.push(value.expose()),
                    SmsAuth::HmacSha256(hmac) => all.push(hmac.secret.expose()),
                }
                all
            }
            Self::Email(email) => vec![email.password.expose()],
            Self::WeCom(robot) => vec![robot.url.expose()],
            Self::DingTalk(robot) => {
                let secret = robot.secret.as_ref().map(Secret::expose);
                [Some(robot.url.expose()), secret].into_iter().flatten().collect()
            }
        }
    }
}

fn url_field(net: &Net, url: &SecretUrl) -> Result<(), ConfigError> {
    check_url(net, url.expose())
        .map(|_| ())
        .or_else(|problem| wrong("url", problem))
}

impl SmsHttp {
    fn validate(&self) -> Result<(), ConfigError> {
        let url = placeholder::fill(self.url.expose(), |_| Some("x".to_owned()), |v| v).unwrap_or_default();
        check_url(&self.net, &url)
            .map(|_| ())
            .or_else(|problem| wrong("url", problem))?;
        // The host must not depend on the message.
        let host_end = self
            .url
            .expose()
            .splitn(4, '/')
            .take(3)
            .map(|part| part.len() + 1)
            .sum::<usize>();
        let authority = self.url.expose().get(..host_end.saturating_sub(1)).unwrap_or("");
        if placeholder::names(authority).next().is_some() {
            return wrong("url", "placeholder in the host");
        }
        known("url", self.url.expose(), false)?;
        for value in self.headers.values() {
            known("headers", value, false)?;
        }
        let mut strings = Vec::new();
        match &self.body {
            SmsBody::Empty => {}
            SmsBody::Json(value) => collect_strings(value, &mut strings),
            SmsBody::Form(fields) => strings.extend(fields.values().map(String::as_str)),
        }
        for text in &strings {
            known("body", text, false)?;
        }
        if self.method == Method::Get && self.body != SmsBody::Empty {
            return wrong("body", "not with get");
        }
        let places = strings.iter().copied().chain([self.url.expose()]);
        let sign_inside = places.flat_map(placeholder::names).any(|name| name == "sign");
        let sign_in_header = self
            .headers
            .values()
            .any(|v| placeholder::names(v).any(|name| name == "sign"));
        match &self.auth {
            SmsAuth::HmacSha256(hmac) => hmac.validate(sign_inside, sign_in_header)?,
            SmsAuth::Header { name, value } | SmsAuth::Query { name, value } if name.is_empty() || value.is_empty() => {
                return wrong("auth", "name or value missing");
            }
            _ if sign_inside || sign_in_header => return wrong("auth", "{sign} without a signature"),
            _ => {}
        }
        for pointer in self.success.iter().map(|s| &s.pointer).chain(&self.id_pointer) {
            pointer_field("success", pointer)?;
        }
        self.report.as_ref().map_or(Ok(()), ReportConfig::validate)
    }
}

impl HmacAuth {
    fn validate(&self, sign_inside: bool, sign_in_header: bool) -> Result<(), ConfigError> {
        if self.secret.is_empty() {
            return wrong("auth.secret", "missing");
        }
        known("auth.signed", &self.signed, true)?;
        let covers_all = placeholder::names(&self.signed).any(|n| matches!(n, "query" | "body" | "body_sha256"));
        if sign_inside && covers_all {
            return wrong("auth.signed", "a signature cannot cover itself");
        }
        if !sign_inside && !sign_in_header && self.signature_header.is_none() {
            return wrong("auth", "the signature is sent nowhere");
        }
        Ok(())
    }
}

impl Email {
    fn validate(&self) -> Result<(), ConfigError> {
        if self.host.is_empty() {
            return wrong("host", "missing");
        }
        if self.from.parse::<lettre::message::Mailbox>().is_err() {
            return wrong("from", "not an e-mail address");
        }
        if self.tls == Tls::None && !self.net.plain_allowed() {
            return wrong("tls", "tls needed");
        }
        Ok(())
    }
}

pub(crate) fn pointer_field(field: &'static str, pointer: &str) -> Result<(), ConfigError> {
    if pointer.is_empty() || pointer.starts_with('/') {
        Ok(())
    } else {
        wrong(field, "not a JSON pointer")
    }
}

pub(crate) fn known(field: &'static str, text: &str, signing: bool) -> Result<(), ConfigError> {
    const REQUEST: [&str; 10] = [
        "phone",
        "template",
        "text",
        "lang",
        "id",
        "nonce",
        "timestamp",
        "sign",
        "params",
        "params_json",
    ];
    const SIGNING: [&str; 6] = ["method", "path", "query", "key_id", "body", "body_sha256"];
    for name in placeholder::names(text) {
        let param = name
            .strip_prefix("params.")
            .is_some_and(|rest| !rest.is_empty() && !rest.contains('.'));
        let ok = param || REQUEST.contains(&name) || (signing && SIGNING.contains(&name));
        if !ok || (signing && name == "sign") {
            return wrong(field, format!("unknown placeholder {{{name}}}"));
        }
    }
    Ok(())
}

fn collect_strings<'a>(value: &'a Value, out: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => out.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect_strings(item, out)),
        Value::Object(fields) => fields.values().for_each(|item| collect_strings(item, out)),
        _ => {}
    }
}
