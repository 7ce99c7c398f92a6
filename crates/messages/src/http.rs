//! One HTTP call of a channel: guarded, limited, without redirects, its errors stripped of everything private.

use crate::net::{Guarded, Net, was_refused};
use crate::{Failure, FailureCode};
use serde_json::Value;
use std::io;
use std::time::Duration;
use ureq::Agent;
use ureq::http::{HeaderName, HeaderValue, Method, Request, Uri};
use ureq::unversioned::transport::DefaultConnector;

/// Answers of gateways are a line or two.
const MAX_REPLY: u64 = 64 * 1024;

pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    /// `None` for GET.
    pub(crate) body: Option<String>,
}

/// Reads an address and refuses what must not be called: other schemes, passwords in it, no TLS where it is needed.
///
/// # Errors
/// A word for what is wrong.
pub(crate) fn check_url(net: &Net, url: &str) -> Result<Uri, &'static str> {
    let uri: Uri = url.parse().map_err(|_| "address")?;
    let authority = uri.authority().ok_or("address")?;
    if authority.as_str().contains('@') {
        return Err("password in address");
    }
    match uri.scheme_str() {
        Some("https") => Ok(uri),
        Some("http") if net.plain_allowed() => Ok(uri),
        Some("http") => Err("https needed"),
        _ => Err("scheme"),
    }
}

/// Makes the call. The answer is the JSON of a 2xx reply; a reply that is not JSON is its text as a JSON string.
///
/// # Errors
/// Any other status and everything on the way, as a [`Failure`].
pub(crate) fn call(net: &Net, call: Call) -> Result<Value, Failure> {
    let config = |what: &'static str| Failure::permanent(FailureCode::Config, what);
    let uri = check_url(net, &call.url).map_err(config)?;
    let mut request = Request::builder()
        .method(call.method)
        .uri(uri)
        .body(())
        .map_err(|_| config("request"))?;
    for (name, value) in &call.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| config("header name"))?;
        let value = HeaderValue::from_str(value).map_err(|_| config("header value"))?;
        request.headers_mut().insert(name, value);
    }
    let agent = agent(net);
    let result = match call.body {
        Some(body) => agent.run(request.map(|()| body)),
        None => agent.run(request),
    };
    let mut response = result.map_err(|e| failure_of(&e))?;
    let status = response.status();
    if status.is_redirection() {
        return Err(Failure::permanent(
            FailureCode::Redirect,
            format!("HTTP {}", status.as_u16()),
        ));
    }
    if !status.is_success() {
        let code = if status.as_u16() == 429 {
            FailureCode::RateLimited
        } else {
            FailureCode::Status
        };
        let retryable = status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429);
        return Err(Failure {
            retryable,
            code,
            detail: format!("HTTP {}", status.as_u16()),
        });
    }
    let reply = response
        .body_mut()
        .with_config()
        .limit(MAX_REPLY)
        .read_to_vec()
        .map_err(|e| match e {
            ureq::Error::Timeout(_) => failure_of(&e),
            // The gateway has answered "yes" so far: trying again would rather send it twice.
            _ => Failure::permanent(FailureCode::Reply, "unreadable"),
        })?;
    let text = String::from_utf8_lossy(&reply);
    Ok(serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.trim().to_owned())))
}

fn agent(net: &Net) -> Agent {
    let timeout = net.timeout();
    let config = Agent::config_builder()
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .https_only(!net.plain_allowed())
        .user_agent("sansheng")
        .timeout_global(Some(timeout))
        .timeout_connect(Some(timeout.min(Duration::from_secs(5))))
        .max_idle_connections(0)
        .build();
    Agent::with_parts(config, DefaultConnector::default(), Guarded { net: net.clone() })
}

// The client's own words may name the address with its token: only the kind of error is kept.
fn failure_of(error: &ureq::Error) -> Failure {
    match error {
        ureq::Error::Timeout(_) => Failure::retryable(FailureCode::Timeout, ""),
        ureq::Error::HostNotFound => Failure::retryable(FailureCode::Connect, "name not found"),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => Failure::retryable(FailureCode::Tls, ""),
        ureq::Error::Io(e) => failure_of_io(e),
        ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) => {
            Failure::permanent(FailureCode::Reply, "not HTTP")
        }
        ureq::Error::BadUri(_) | ureq::Error::Http(_) | ureq::Error::RequireHttpsOnly(_) => {
            Failure::permanent(FailureCode::Config, "request")
        }
        _ => Failure::retryable(FailureCode::Connect, ""),
    }
}

pub(crate) fn failure_of_io(error: &io::Error) -> Failure {
    if was_refused(error) {
        return Failure::permanent(FailureCode::TargetRefused, "");
    }
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Failure::retryable(FailureCode::Timeout, ""),
        // The TLS layer reports a bad certificate as invalid data.
        io::ErrorKind::InvalidData => Failure::retryable(FailureCode::Tls, ""),
        io::ErrorKind::ConnectionRefused => Failure::retryable(FailureCode::Connect, "refused"),
        _ => Failure::retryable(FailureCode::Connect, ""),
    }
}

/// A gateway's own code in a form that can be shown: short ASCII, nothing that could be a phone number.
pub(crate) fn safe_code(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => return "none".to_owned(),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':');
    let longest_run = text
        .split(|c: char| !c.is_ascii_digit())
        .map(str::len)
        .max()
        .unwrap_or(0);
    if text.is_empty() || text.len() > 48 || longest_run > 6 || !text.chars().all(plain) {
        return "withheld".to_owned();
    }
    text
}

/// A gateway's id of a message: a short printable string or a number.
pub(crate) fn provider_id(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let usable = !text.is_empty() && text.len() <= 128 && text.chars().all(|c| c.is_ascii_graphic());
    usable.then_some(text)
}

/// Equal as JSON or as text: gateways write `0` and `"0"` alike.
pub(crate) fn same_value(a: &Value, b: &Value) -> bool {
    let text = |v: &Value| match v {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(v.to_string()),
        _ => None,
    };
    a == b || text(a).zip(text(b)).is_some_and(|(a, b)| a == b)
}
