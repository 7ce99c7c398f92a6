//! Asterisk and what is built on it (FreePBX, Issabel and others), by its manager interface (AMI, TCP 5038).
//!
//! The account needs `read = call,agent` and, to dial and to transfer, `write = originate,call`. With `timestampevents = yes` in
//! `manager.conf` times are Asterisk's own.

mod action;
mod channel;
mod message;
mod session;
#[cfg(test)]
mod tests;
mod translator;

#[cfg(any(test, feature = "testing"))]
pub(crate) use action::answer;
pub use message::{Endless, Message, Splitter};
pub use translator::Translator;

use crate::link::{self, Target};
use crate::{BadSetting, Capabilities, Handle, Plan, Secret, Timing, Wiring};

/// Asterisk tells all but where a recording is, and cannot hold a call for a telephone. A ringing call is brought to another telephone by
/// sending its outside party there.
pub const CAPABILITIES: Capabilities = Capabilities {
    rings: true,
    holds: true,
    hung_up_by: true,
    dial: true,
    hold: false,
    transfer: true,
    pick_up: true,
    recording: false,
};

/// How the password is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SignIn {
    /// As an answer to a challenge: it does not go over the network.
    #[default]
    Challenge,
    /// As it is, for systems that know no challenge.
    Plain,
}

/// One Asterisk.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The name under which it was set up; it stands in every event.
    pub source: String,
    pub host: String,
    /// Mostly 5038.
    pub port: u16,
    pub user: String,
    pub secret: Secret,
    pub sign_in: SignIn,
    pub plan: Plan,
    /// How a telephone is reached: `PJSIP/{}`, `SIP/{}` or `Local/{}@from-internal`; `{}` becomes the extension.
    pub telephone: String,
    /// The part of the dialplan in which extensions dial.
    pub context: String,
    /// What the own telephone and the customer's see when we ask for a call; mostly the hotline's number.
    pub caller_id: Option<String>,
    pub timing: Timing,
}

impl Settings {
    fn check(&self) -> Result<(), BadSetting> {
        let pattern = self.telephone.replacen("{}", "1", 1);
        let word = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./@".contains(&b));
        for (field, good) in [
            ("source", crate::fits_a_line(&self.source, 128)),
            ("host", crate::fits_a_line(&self.host, 253)),
            ("port", self.port != 0),
            ("user", crate::fits_a_line(&self.user, 128)),
            ("secret", crate::fits_a_line(self.secret.expose(), 256)),
            (
                "telephone",
                pattern != self.telephone && crate::fits_a_line(&pattern, 128) && word(&pattern),
            ),
            ("context", crate::is_word(&self.context, 80)),
            ("caller_id", self.caller_id.as_deref().is_none_or(crate::is_dialable)),
        ] {
            if !good {
                return Err(BadSetting { field });
            }
        }
        Ok(())
    }
}

/// The connection, to be run as a task, and its handle. It ends when every handle is dropped.
///
/// # Errors
/// [`BadSetting`].
pub fn open(
    settings: Settings,
    wiring: Wiring,
) -> Result<(Handle, impl Future<Output = ()> + Send + use<>), BadSetting> {
    settings.check()?;
    let target = Target {
        host: settings.host.clone(),
        port: settings.port,
        timing: settings.timing,
    };
    let session = session::Session::new(settings, &wiring.open);
    Ok(link::open(session, target, wiring))
}
