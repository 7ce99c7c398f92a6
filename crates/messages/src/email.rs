//! E-mail by SMTP.

use crate::config::{Email, Tls as TlsMode};
use crate::http::failure_of_io;
use crate::net::resolve;
use crate::{Failure, FailureCode, Message, Sent, templates};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{SmtpTransport, Transport as _};
use std::error::Error as _;
use std::io;
use std::time::{Duration, SystemTime};

pub(crate) fn deliver(email: &Email, message: &Message, now_ms: i64) -> Result<Sent, Failure> {
    let config = |what: &'static str| Failure::permanent(FailureCode::Config, what);
    if email.tls == TlsMode::None && !email.net.plain_allowed() {
        return Err(config("tls needed"));
    }
    let from: Mailbox = email.from.parse().map_err(|_| config("sender"))?;
    let to: Mailbox = message
        .to
        .parse()
        .map_err(|_| Failure::permanent(FailureCode::Recipient, "not an e-mail address"))?;
    let domain = from.email.domain().to_owned();
    // The same id for every attempt: a mailbox that got it twice shows it once.
    let message_id = format!("<{}@{domain}>", message.id);
    let date = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now_ms).unwrap_or(0));
    let letter = lettre::Message::builder()
        .from(from)
        .to(to)
        .subject(templates::subject_or_default(&message.template, &message.lang))
        .date(date)
        .message_id(Some(message_id.clone()))
        .header(ContentType::TEXT_PLAIN)
        .body(message.text.clone())
        .map_err(|_| config("message"))?;

    // The connection goes to the very address that was checked; the name is still what the certificate must show.
    let address = resolve(&email.net, &email.host, email.port).map_err(|e| failure_of_io(&e))?;
    let ip = address.first().map(|a| a.ip().to_string()).unwrap_or_default();
    let tls = || TlsParameters::new(email.host.clone()).map_err(|_| config("tls"));
    let tls = match email.tls {
        TlsMode::Tls => Tls::Wrapper(tls()?),
        TlsMode::StartTls => Tls::Required(tls()?),
        TlsMode::None => Tls::None,
    };
    let mut server = SmtpTransport::builder_dangerous(ip)
        .port(email.port)
        .tls(tls)
        .hello_name(ClientId::Domain(domain))
        .timeout(Some(email.net.timeout()));
    if let Some(user) = &email.user {
        server = server.credentials(Credentials::new(user.clone(), email.password.expose().to_owned()));
    }
    match server.build().send(&letter) {
        Ok(_) => Ok(Sent {
            provider_id: Some(message_id),
        }),
        Err(error) => Err(failure_of(&error)),
    }
}

// A server's words often repeat the receiver's address: only its code is kept.
fn failure_of(error: &lettre::transport::smtp::Error) -> Failure {
    if let Some(code) = error.status() {
        let detail = format!("SMTP {code}");
        return match error.is_transient() {
            true => Failure::retryable(FailureCode::Status, detail),
            false => Failure::permanent(FailureCode::Rejected, detail),
        };
    }
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(inner) = inner.downcast_ref::<io::Error>() {
            return failure_of_io(inner);
        }
        source = inner.source();
    }
    if error.is_tls() {
        Failure::retryable(FailureCode::Tls, "")
    } else if error.is_client() {
        // Such as a server that cannot do STARTTLS or knows none of our ways to sign in.
        Failure::permanent(FailureCode::Config, "server does not offer what is needed")
    } else if error.is_response() {
        Failure::permanent(FailureCode::Reply, "not SMTP")
    } else {
        Failure::retryable(FailureCode::Connect, "")
    }
}
