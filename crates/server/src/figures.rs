//! `sansheng figures rebuild`: makes the rows that the figures on time are made of anew from the cases, a slice at a time, beside
//! a running product. What was decided keeps whose it was.

use std::process::ExitCode;
use std::sync::Arc;

use app::ctx::HostClock;

use crate::{Place, serve};

/// Commands about figures.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Make the figures on time, the promises and the requests for more time anew from the cases.
    Rebuild {
        #[command(flatten)]
        place: Place,
    },
}

/// Cases that are looked at between two reads.
const SLICE: i64 = 200;

/// Does it.
///
/// # Errors
/// Says what is in the way.
pub fn run(command: Command) -> Result<ExitCode, String> {
    let Command::Rebuild { place } = command;
    let desk = serve::open_beside(&place, Arc::new(HostClock::default()))?;
    let (looked, differed) = app::ontime::rebuild(&desk, SLICE).map_err(|e| e.to_string())?;
    say!("{looked} cases, {differed} limits differed");
    Ok(ExitCode::SUCCESS)
}
