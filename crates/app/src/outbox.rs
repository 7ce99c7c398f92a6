//! Messages to residents and staff: a use case writes them here in its own transaction, adapters deliver after the
//! commit, and what became of them comes back by a use case.

use domain::case::{CaseState, Event};
use store::db::Tx;

use crate::ctx::Ctx;
use crate::error::Res;

/// Writes the messages that the events of a case call for.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn for_events(_tx: &mut Tx, _ctx: &Ctx, _state: &CaseState, _events: &[Event]) -> Res<()> {
    Ok(())
}
