//! PostgreSQL's notices, which SQLite does not have.

use std::time::Duration;

use postgres::fallible_iterator::FallibleIterator as _;

use super::conn::Conn;
use super::error::{Error, ErrorKind, Result};

impl Conn {
    /// From now on notices of a channel are kept for [`Conn::notices`]. Nothing happens on SQLite.
    pub(crate) fn listen(&mut self, channel: &'static str) -> Result<()> {
        self.as_pg().map_or(Ok(()), |c| {
            c.batch_execute(&format!("LISTEN {channel}")).map_err(|e| lost(&e))
        })
    }

    /// The notices that have come, after waiting at most `longest` for the first; nothing at once on SQLite.
    pub(crate) fn notices(&mut self, longest: Duration) -> Result<Option<Vec<String>>> {
        let Some(c) = self.as_pg() else { return Ok(None) };
        let mut found = Vec::new();
        let mut notices = c.notifications();
        let first = notices.timeout_iter(longest).next().map_err(|e| lost(&e))?;
        if let Some(first) = first {
            found.push(first.payload().to_owned());
            while let Some(more) = notices.iter().next().map_err(|e| lost(&e))? {
                found.push(more.payload().to_owned());
            }
        }
        Ok(Some(found))
    }
}

/// Whatever went wrong, the connection is made anew.
fn lost(e: &postgres::Error) -> Error {
    Error::new(ErrorKind::Connection, e.to_string())
}
