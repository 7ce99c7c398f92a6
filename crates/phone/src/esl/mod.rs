//! FreeSWITCH and what is built on it (FusionPBX and others), by its event socket (ESL, TCP 8021). `mod_callcenter` where it is used.

mod command;
mod frame;
mod session;
#[cfg(test)]
mod tests;
mod translator;

pub use frame::{Endless, Frame, Framer};
pub use translator::{Report, Translator};

use crate::link::{self, Target};
use crate::{BadSetting, Capabilities, Handle, Plan, Secret, Timing, Wiring};

/// FreeSWITCH tells all, recordings included.
pub const CAPABILITIES: Capabilities = Capabilities {
    rings: true,
    holds: true,
    hung_up_by: true,
    dial: true,
    hold: false,
    transfer: true,
    pick_up: true,
    recording: true,
};

/// One FreeSWITCH.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The name under which it was set up; it stands in every event.
    pub source: String,
    pub host: String,
    /// Mostly 8021.
    pub port: u16,
    pub password: Secret,
    pub plan: Plan,
    /// SIP profiles that lead outside, mostly `external`: a number of five digits that calls there is no extension.
    pub outside_profiles: Vec<String>,
    /// How a telephone is reached: `user/{}` or `user/{}@pbx.example`; `{}` becomes the extension.
    pub telephone: String,
    /// The part of the dialplan in which extensions dial.
    pub context: String,
    /// What the customer sees when we ask for a call; mostly the hotline's number.
    pub caller_id: Option<String>,
    pub timing: Timing,
}

impl Settings {
    fn check(&self) -> Result<(), BadSetting> {
        let pattern = self.telephone.replacen("{}", "1", 1);
        let word = |text: &str| {
            text.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_./@:".contains(&b))
        };
        for (field, good) in [
            ("source", crate::fits_a_line(&self.source, 128)),
            ("host", crate::fits_a_line(&self.host, 253)),
            ("port", self.port != 0),
            ("password", crate::fits_a_line(self.password.expose(), 256)),
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
