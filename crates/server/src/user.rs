//! `sansheng user`: for an administrator who is locked out and can reach the machine.

use std::process::ExitCode;
use std::sync::Arc;

use app::ctx::HostClock;

use crate::Place;

/// Subcommands of `user`.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Give an account a new password, printed once, to be changed at the next sign-in. Opens an ended account again.
    Reset {
        /// Its login.
        login: String,
        #[command(flatten)]
        place: Place,
    },
}

/// Runs one.
pub fn run(command: Command) -> Result<ExitCode, String> {
    let Command::Reset { login, place } = command;
    let desk = crate::serve::open_beside(&place, Arc::new(HostClock::default()))?;
    let done = app::staff::rescue(&desk, &login).map_err(|e| match e {
        app::error::Error::NotFound => format!("there is no account {login}"),
        e => e.to_string(),
    })?;
    say!("one-time password of {login}: {}", done.password.unwrap_or_default());
    Ok(ExitCode::SUCCESS)
}
