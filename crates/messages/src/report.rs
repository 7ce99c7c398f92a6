//! Delivery reports: what a gateway posts to us later about messages it took.

use crate::config::{ConfigError, known, pointer_field};
use crate::http::{provider_id, safe_code, same_value};
use crate::sign::{hmac_matches, parse_form, same};
use crate::{Encoding, Secret, placeholder};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;

/// Larger reports are refused; bytes.
const MAX_BODY: usize = 1024 * 1024;

/// How a gateway's reports are proved and read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportConfig {
    /// How a report proves where it comes from. There is no "not at all".
    pub auth: ReportAuth,
    /// How the body is written.
    #[serde(default)]
    pub body: ReportBody,
    /// JSON pointer to the list of reports; empty: the body is the list, or the only report.
    #[serde(default)]
    pub list_pointer: String,
    /// JSON pointer in one report to the gateway's id of the message.
    pub id_pointer: String,
    /// JSON pointer in one report to the state.
    pub status_pointer: String,
    /// States that mean "delivered".
    pub delivered: Vec<String>,
    /// States that mean "not decided yet"; such reports are left out. Every other state means "failed".
    #[serde(default)]
    pub pending: Vec<String>,
    /// JSON pointer in one report to the reason of a failure; without it the state is the reason.
    #[serde(default)]
    pub reason_pointer: Option<String>,
    /// JSON pointer in one report to the time of delivery; without it the time of the report's arrival counts.
    #[serde(default)]
    pub at_pointer: Option<String>,
    /// How that time is written.
    #[serde(default)]
    pub at: ReportTime,
}

/// How a report proves where it comes from; all compared in constant time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ReportAuth {
    /// A signature over the body.
    HmacSha256 {
        /// The key.
        secret: Secret,
        /// Header of the signature.
        signature_header: String,
        /// Put before the signature, such as `sha256=`.
        #[serde(default)]
        prefix: String,
        /// How the signature is written.
        #[serde(default)]
        encoding: Encoding,
        /// What is signed: `{timestamp}`, `{nonce}`, `{body}`.
        #[serde(default = "default_signed")]
        signed: String,
        /// Header of the time, unix seconds or milliseconds.
        #[serde(default)]
        timestamp_header: Option<String>,
        /// Header of the nonce.
        #[serde(default)]
        nonce_header: Option<String>,
        /// How far that time may be from ours, seconds.
        #[serde(default = "default_tolerance")]
        tolerance_s: u32,
    },
    /// A fixed header.
    Header {
        /// Name of the header.
        name: String,
        /// Its value.
        value: Secret,
    },
    /// A fixed parameter in the address given to the gateway, for those that can do no better.
    Query {
        /// Name of the parameter.
        name: String,
        /// Its value.
        value: Secret,
    },
}

fn default_signed() -> String {
    "{body}".to_owned()
}

fn default_tolerance() -> u32 {
    300
}

/// How the body of a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportBody {
    /// JSON.
    #[default]
    Json,
    /// A form; it is read as one flat JSON object of strings.
    Form,
}

/// How times are written in reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportTime {
    /// Unix seconds.
    Seconds,
    /// Unix milliseconds.
    #[default]
    Millis,
    /// With its zone: `2026-11-21T10:42:00+08:00`.
    Zoned,
    /// `2026-11-21 10:42:00` in China's time.
    China,
}

/// What came in by HTTP.
#[derive(Clone, Copy)]
pub struct ReportRequest<'a> {
    /// Headers, names in any case.
    pub headers: &'a [(&'a str, &'a str)],
    /// The query as it stood in the address, without `?`.
    pub query: &'a str,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// What became of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryReport {
    /// The gateway's id, as in [`crate::Sent`].
    pub provider_id: String,
    /// Delivered or not.
    pub state: DeliveryState,
    /// When, unix milliseconds UTC.
    pub at: i64,
}

/// Whether a message reached the phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It did.
    Delivered,
    /// It did not; with the gateway's code of the reason, free of personal data.
    Failed(String),
}

/// Why a report is not believed or not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportRefused {
    /// The proof is missing or wrong (answer 401).
    NotGenuine,
    /// The signed time is too far from ours: an old report repeated, or a clock is wrong (answer 401).
    Stale,
    /// Too large (answer 413).
    TooLarge,
    /// Genuine, but not as the settings describe it (answer 400).
    NotUnderstood,
}

impl fmt::Display for ReportRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotGenuine => "not genuine",
            Self::Stale => "stale",
            Self::TooLarge => "too large",
            Self::NotUnderstood => "not understood",
        })
    }
}

impl std::error::Error for ReportRefused {}

/// Checks and reads a gateway's report. The same report may come again: its effect must be the same twice.
///
/// # Errors
/// [`ReportRefused`]; nothing of the body is read before it is proved genuine.
pub fn parse_report(
    config: &ReportConfig,
    request: &ReportRequest<'_>,
    now_ms: i64,
) -> Result<Vec<DeliveryReport>, ReportRefused> {
    if request.body.len() > MAX_BODY {
        return Err(ReportRefused::TooLarge);
    }
    prove(&config.auth, request, now_ms)?;
    let body = read_body(config.body, request.body)?;
    let rows = match body.pointer(&config.list_pointer).ok_or(ReportRefused::NotUnderstood)? {
        Value::Array(rows) => rows.as_slice(),
        one => std::slice::from_ref(one),
    };
    // A row that cannot be read does not block the others: a gateway would send the whole list again for ever.
    let read: Vec<Option<DeliveryReport>> = rows.iter().filter_map(|row| read_row(config, row, now_ms)).collect();
    if !read.is_empty() && read.iter().all(Option::is_none) {
        return Err(ReportRefused::NotUnderstood);
    }
    Ok(read.into_iter().flatten().collect())
}

fn prove(auth: &ReportAuth, request: &ReportRequest<'_>, now_ms: i64) -> Result<(), ReportRefused> {
    let header = |name: &str| {
        request
            .headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| *v)
    };
    let genuine = |yes: bool| if yes { Ok(()) } else { Err(ReportRefused::NotGenuine) };
    match auth {
        // An empty secret would be everybody's.
        ReportAuth::Header { name, value } => {
            genuine(!value.is_empty() && header(name).is_some_and(|given| same(given, value.expose())))
        }
        ReportAuth::Query { name, value } => {
            let given = parse_form(request.query).into_iter().find(|(n, _)| n == name);
            genuine(!value.is_empty() && given.is_some_and(|(_, given)| same(&given, value.expose())))
        }
        ReportAuth::HmacSha256 {
            secret,
            signature_header,
            prefix,
            encoding,
            signed,
            timestamp_header,
            nonce_header,
            tolerance_s,
        } => {
            let given = header(signature_header).and_then(|text| text.trim().strip_prefix(prefix.as_str()));
            let given = given
                .and_then(|text| encoding.decode(text))
                .ok_or(ReportRefused::NotGenuine)?;
            let wanted = |name: &Option<String>| match name {
                Some(name) => header(name).map(str::trim).ok_or(ReportRefused::NotGenuine),
                None => Ok(""),
            };
            let (timestamp, nonce) = (wanted(timestamp_header)?, wanted(nonce_header)?);
            let message = signed_bytes(signed, timestamp, nonce, request.body);
            genuine(!secret.is_empty() && hmac_matches(secret.expose().as_bytes(), &message, &given))?;
            if timestamp_header.is_some() {
                let sent = timestamp.parse::<i64>().map_err(|_| ReportRefused::Stale)?;
                // Seconds until the year 5138, milliseconds since 1973.
                let sent_ms = if sent.abs() < 100_000_000_000 {
                    sent * 1_000
                } else {
                    sent
                };
                if now_ms.abs_diff(sent_ms) > u64::from(*tolerance_s) * 1_000 {
                    return Err(ReportRefused::Stale);
                }
            }
            Ok(())
        }
    }
}

// Bytes, not text: a signature covers the body as it came.
fn signed_bytes(signed: &str, timestamp: &str, nonce: &str, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 64);
    for piece in placeholder::pieces(signed) {
        match piece {
            placeholder::Piece::Text(text) => out.extend(text.as_bytes()),
            placeholder::Piece::Name("timestamp") => out.extend(timestamp.as_bytes()),
            placeholder::Piece::Name("nonce") => out.extend(nonce.as_bytes()),
            placeholder::Piece::Name("body") => out.extend(body),
            placeholder::Piece::Name(_) => {}
        }
    }
    out
}

fn read_body(kind: ReportBody, body: &[u8]) -> Result<Value, ReportRefused> {
    match kind {
        ReportBody::Json => serde_json::from_slice(body).map_err(|_| ReportRefused::NotUnderstood),
        ReportBody::Form => {
            let text = std::str::from_utf8(body).map_err(|_| ReportRefused::NotUnderstood)?;
            Ok(Value::Object(
                parse_form(text)
                    .into_iter()
                    .map(|(k, v)| (k, Value::String(v)))
                    .collect::<Map<_, _>>(),
            ))
        }
    }
}

/// `None`: not decided yet. `Some(None)`: not understood.
fn read_row(config: &ReportConfig, row: &Value, now_ms: i64) -> Option<Option<DeliveryReport>> {
    let (Some(id), Some(status)) = (
        provider_id(row.pointer(&config.id_pointer)),
        row.pointer(&config.status_pointer),
    ) else {
        return Some(None);
    };
    let is = |list: &[String]| {
        list.iter()
            .any(|state| same_value(status, &Value::from(state.as_str())))
    };
    if is(&config.pending) {
        return None;
    }
    let state = if is(&config.delivered) {
        DeliveryState::Delivered
    } else {
        let reason = config
            .reason_pointer
            .as_ref()
            .and_then(|pointer| row.pointer(pointer))
            .unwrap_or(status);
        DeliveryState::Failed(safe_code(reason))
    };
    let at = config.at_pointer.as_ref().and_then(|pointer| row.pointer(pointer));
    let at = at.and_then(|value| read_time(config.at, value)).unwrap_or(now_ms);
    Some(Some(DeliveryReport {
        provider_id: id,
        state,
        at,
    }))
}

fn read_time(kind: ReportTime, value: &Value) -> Option<i64> {
    /// China has one time, without summer time.
    const CHINA_OFFSET_HOURS: i8 = 8;
    let number = || value.as_i64().or_else(|| value.as_str()?.parse().ok());
    match kind {
        ReportTime::Seconds => number()?.checked_mul(1_000),
        ReportTime::Millis => number(),
        ReportTime::Zoned => value
            .as_str()?
            .parse::<jiff::Timestamp>()
            .ok()
            .map(|t| t.as_millisecond()),
        ReportTime::China => {
            let civil: jiff::civil::DateTime = value.as_str()?.parse().ok()?;
            jiff::tz::offset(CHINA_OFFSET_HOURS)
                .to_timestamp(civil)
                .ok()
                .map(|t| t.as_millisecond())
        }
    }
}

impl ReportConfig {
    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        let wrong = |problem: &str| {
            Err(ConfigError {
                field: "report",
                problem: problem.to_owned(),
            })
        };
        let pointers = [&self.list_pointer, &self.id_pointer, &self.status_pointer];
        for pointer in pointers.into_iter().chain(&self.reason_pointer).chain(&self.at_pointer) {
            pointer_field("report", pointer)?;
        }
        if self.delivered.is_empty() {
            return wrong("no state means delivered");
        }
        match &self.auth {
            ReportAuth::Header { name, value } | ReportAuth::Query { name, value } => {
                if name.is_empty() || value.expose().len() < 16 {
                    return wrong("the token needs a name and 16 characters");
                }
            }
            ReportAuth::HmacSha256 {
                secret,
                signature_header,
                signed,
                timestamp_header,
                nonce_header,
                ..
            } => {
                if secret.is_empty() || signature_header.is_empty() {
                    return wrong("secret or signature header missing");
                }
                known("report", signed, true)?;
                let uses = |wanted: &str| placeholder::names(signed).any(|name| name == wanted);
                if placeholder::names(signed).any(|name| !matches!(name, "timestamp" | "nonce" | "body"))
                    || !uses("body")
                {
                    return wrong("what is signed: body, timestamp, nonce");
                }
                if uses("timestamp") != timestamp_header.is_some() || uses("nonce") != nonce_header.is_some() {
                    return wrong("a signed time or nonce needs its header, and an unsigned one proves nothing");
                }
            }
        }
        Ok(())
    }
}
