//! Adapters that deliver one message each: SMS gateways over HTTP, e-mail, WeCom and DingTalk group robots.
//!
//! What belongs here: turning one outgoing message and one channel's settings into one call to the outside, and reading
//! a gateway's delivery report. What does not: the outbox, its database and its timer (they call [`deliver`] after the
//! commit and record the answer by a use case), and which message is sent when.
//!
//! Everything is synchronous and belongs on a blocking thread. Time and nonces come in as arguments.
//!
//! Rules that hold for every adapter:
//! - A target on the host itself or in a private network is refused unless the channel says `allow_private`. The check
//!   is made on the very addresses that are then connected to, and redirects are not followed.
//! - Neither a [`Failure`] nor any `Debug` output holds a secret or personal data. Answers of gateways are never quoted,
//!   only their codes.
//! - TLS trusts the roots compiled into the program (`webpki-roots`), so that one binary needs nothing beside it and
//!   behaves alike on a bare container and on a desk. Proxies from the environment are ignored: they would
//!   void the check of the target.

mod config;
mod email;
mod http;
mod net;
mod placeholder;
mod report;
mod robots;
mod secret;
mod sign;
mod sms;
pub mod templates;

use std::collections::BTreeMap;
use std::fmt;

pub use config::{
    Address, ChannelConfig, ConfigError, DingTalk, Email, HmacAuth, Method, SmsAuth, SmsBody, SmsHttp, Success,
    TimeFormat, Tls, WeCom,
};
pub use net::{Net, is_private};
pub use report::{
    DeliveryReport, DeliveryState, ReportAuth, ReportBody, ReportConfig, ReportRefused, ReportRequest, ReportTime,
    parse_report,
};
pub use secret::{Secret, SecretUrl};
pub use sign::Encoding;

/// One message, ready to go out. Its text is already written in the receiver's language.
#[derive(Clone)]
pub struct Message {
    /// Id of the outbox row; the same for every attempt. Gateways that tell repeats apart by a key get this one as `{id}`.
    pub id: String,
    /// Phone number or e-mail address; not looked at by group robots.
    pub to: String,
    /// Code of the template, as in `standards/message-templates.json`.
    pub template: String,
    /// Language of the text: `zh` or `en`.
    pub lang: String,
    /// The whole text, for channels that take free text.
    pub text: String,
    /// Values of the placeholders, for gateways that keep the templates themselves.
    pub params: BTreeMap<String, String>,
    /// When the message was written, unix milliseconds UTC.
    pub at: i64,
}

impl fmt::Debug for Message {
    // A message is personal data throughout; only what finds it again is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("template", &self.template)
            .field("lang", &self.lang)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// The channel took the message. For an SMS this is not yet "delivered": that comes by a [`DeliveryReport`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What the gateway calls this message, where it says so; delivery reports name it.
    pub provider_id: Option<String>,
}

/// The channel did not take the message, or nobody knows whether it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Whether another attempt can help, see [`backoff`].
    pub retryable: bool,
    /// What went wrong.
    pub code: FailureCode,
    /// A few words for the administrator, such as `HTTP 503` or `code 45009`. No personal data, no secrets.
    pub detail: String,
}

/// Kinds of failure; [`FailureCode::as_str`] is stored and is the key of the text that people read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureCode {
    /// No channel is set up.
    NoChannel,
    /// The settings of the channel are wrong.
    Config,
    /// The receiver's address cannot be used.
    Recipient,
    /// The gateway has no template for this message.
    TemplateUnknown,
    /// A placeholder of the request has no value in this message.
    ParamMissing,
    /// The message has lost its purpose meanwhile, such as an expired confirmation code.
    Stale,
    /// The target lies in a private network and the channel does not allow it.
    TargetRefused,
    /// The name of the target was not found, or it could not be reached.
    Connect,
    /// TLS could not be set up, such as an expired certificate.
    Tls,
    /// No answer in time: the message may have gone out all the same.
    Timeout,
    /// The target wants to send us elsewhere.
    Redirect,
    /// The target answered with an error status.
    Status,
    /// The gateway limits the rate.
    RateLimited,
    /// The gateway said no.
    Rejected,
    /// The answer could not be understood: the message may have gone out all the same.
    Reply,
}

impl FailureCode {
    /// The stored form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoChannel => "no_channel",
            Self::Config => "config",
            Self::Recipient => "recipient",
            Self::TemplateUnknown => "template_unknown",
            Self::ParamMissing => "param_missing",
            Self::Stale => "stale",
            Self::TargetRefused => "target_refused",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Redirect => "redirect",
            Self::Status => "status",
            Self::RateLimited => "rate_limited",
            Self::Rejected => "rejected",
            Self::Reply => "reply",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code.as_str())?;
        if self.detail.is_empty() {
            Ok(())
        } else {
            write!(f, ": {}", self.detail)
        }
    }
}

impl std::error::Error for Failure {}

impl Failure {
    pub(crate) fn permanent(code: FailureCode, detail: impl Into<String>) -> Self {
        Self {
            retryable: false,
            code,
            detail: detail.into(),
        }
    }

    pub(crate) fn retryable(code: FailureCode, detail: impl Into<String>) -> Self {
        Self {
            retryable: true,
            code,
            detail: detail.into(),
        }
    }
}

/// Sends one message over one channel and waits for the answer (at most the channel's timeout; e-mail takes several
/// round trips of that length). Blocking: never call it inside a transaction or on an async thread.
///
/// `now_ms` is unix milliseconds UTC; `nonce` is fresh randomness for this attempt (16 bytes or more, as text), used by signed requests.
///
/// # Errors
/// [`Failure`] says what went wrong and whether another attempt can help.
pub fn deliver(config: &ChannelConfig, message: &Message, now_ms: i64, nonce: &str) -> Result<Sent, Failure> {
    let result = check_age(message, now_ms).and_then(|()| match config {
        ChannelConfig::LogOnly => Err(Failure::permanent(FailureCode::NoChannel, "")),
        ChannelConfig::SmsHttp(sms) => sms::deliver(sms, message, now_ms, nonce),
        ChannelConfig::Email(email) => email::deliver(email, message, now_ms),
        ChannelConfig::WeCom(robot) => robots::wecom(robot, message),
        ChannelConfig::DingTalk(robot) => robots::dingtalk(robot, message, now_ms),
    });
    result.map_err(|failure| withhold(config, message, failure))
}

fn check_age(message: &Message, now_ms: i64) -> Result<(), Failure> {
    let limit = templates::shipped()
        .and_then(|all| all.get(&message.template))
        .and_then(|t| t.stale_after_ms());
    match limit {
        Some(limit) if now_ms.saturating_sub(message.at) > limit => Err(Failure::permanent(FailureCode::Stale, "")),
        _ => Ok(()),
    }
}

/// The last net: whatever an adapter wrote, a detail that repeats a secret or something of the message is dropped.
fn withhold(config: &ChannelConfig, message: &Message, mut failure: Failure) -> Failure {
    let secrets = config.secrets();
    let private = [message.to.as_str(), message.text.as_str()]
        .into_iter()
        .chain(message.params.values().map(String::as_str));
    let long_enough = |s: &&str| s.chars().count() >= 4;
    if secrets
        .into_iter()
        .chain(private)
        .filter(long_enough)
        .any(|s| failure.detail.contains(s))
    {
        failure.detail = "withheld".to_owned();
    }
    failure
}

/// How long to wait after the `failed`-th failed attempt (from 1), in milliseconds: 30 s, 2 min, 10 min, 1 h, 6 h.
/// `None`: give up and show the message in the list of what failed. 0 means that nothing was tried yet: at once.
pub fn backoff(failed: u32) -> Option<i64> {
    const SECOND: i64 = 1_000;
    match failed {
        0 => Some(0),
        1 => Some(30 * SECOND),
        2 => Some(120 * SECOND),
        3 => Some(600 * SECOND),
        4 => Some(3_600 * SECOND),
        5 => Some(21_600 * SECOND),
        _ => None,
    }
}
