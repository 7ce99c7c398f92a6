//! What every handler is given: the desk and the run-time settings of the web room, with the two ways to run a use case.

use std::sync::Arc;

use app::ctx::Ctx;
use app::desk::Desk;
use app::error::{Error, Res};
use store::db::Tx;
use store::seam::Conn;

/// The state behind the router. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    pub desk: Arc<Desk>,
    pub settings: Arc<Settings>,
}

/// Settings of the web room, from the command line.
#[derive(Clone, Default)]
pub struct Settings {
    /// Address that residents' links and QR codes carry, without a trailing slash.
    pub public_url: String,
    /// Whether cookies carry `Secure`.
    pub secure: bool,
    /// Addresses of proxies whose forwarding headers count; empty: none are trusted.
    pub trusted_proxies: Vec<String>,
    /// Shows the demo's sign-ins on the sign-in page.
    pub demo: bool,
    /// Seconds without a key or a click until the screen locks; 0 switches it off.
    pub lock_after: u32,
    /// The clock that tests move.
    #[cfg(feature = "test-switch")]
    pub moved: Arc<app::ctx::MovedClock>,
}

impl Web {
    /// Runs a use case that writes. Answers after the commit is on disk.
    ///
    /// # Errors
    /// What the use case says, or `Unavailable` while the database is away.
    pub async fn write<T, F>(&self, ctx: &Ctx, f: F) -> Res<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx, &Ctx) -> Res<T> + Send + 'static,
    {
        let (send, receive) = tokio::sync::oneshot::channel();
        self.desk.submit_write(ctx.clone(), f, move |r| {
            // The person may have gone away meanwhile; what was committed stays.
            let _gone = send.send(r);
        });
        receive.await.unwrap_or(Err(Error::Unavailable("unavailable-stopping")))
    }

    /// Runs a question on a reader's connection.
    ///
    /// # Errors
    /// What the question says, or `Unavailable` while the database is away.
    pub async fn read<T, F>(&self, ctx: &Ctx, f: F) -> Res<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn, &Ctx) -> Res<T> + Send + 'static,
    {
        let (send, receive) = tokio::sync::oneshot::channel();
        self.desk.submit_read(ctx.clone(), f, move |r| {
            let _gone = send.send(r);
        });
        receive.await.unwrap_or(Err(Error::Unavailable("unavailable-stopping")))
    }
}
