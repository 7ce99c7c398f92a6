//! The connection to a telephone system, whichever language it speaks: sign in, listen, keep alive, make it again when it is lost.
//!
//! The language itself is a [`Protocol`]: it reads octets and writes octets, and knows no network, so that it is tested without one.

use std::time::Duration;

use domain::call::event::CallEvent;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};

use crate::{Jitter, Sink, Wiring};

/// Most requests that wait for their turn.
const MOST_ASKS: usize = 32;

/// How the connection stands, for the page that shows it and for whoever is on duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Connecting,
    /// Since this instant, by our own clock.
    SignedIn {
        since: i64,
    },
    /// The other side does not let us in. It is not asked again before the settings change.
    Refused {
        reason: String,
    },
    /// Not connected since `since`; the next try is at `next_try`, both by our own clock.
    Lost {
        since: i64,
        why: Why,
        next_try: i64,
    },
}

/// Why a connection was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Nobody listens there, or the network does not reach it.
    NotReached,
    /// The other side closed it, or the network broke.
    Closed,
    /// It did not let us in in time.
    SignInTooSlow,
    /// It did not answer a sign of life in time.
    Silent,
    /// It says what this protocol does not know.
    NotThisProtocol,
}

impl Why {
    /// The text code, as used in translation keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Why::NotReached => "not_reached",
            Why::Closed => "closed",
            Why::SignInTooSlow => "sign_in_too_slow",
            Why::Silent => "silent",
            Why::NotThisProtocol => "not_this_protocol",
        }
    }
}

/// The times of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// For reaching the other side.
    pub connect: Duration,
    /// From the connection to being signed in.
    pub sign_in: Duration,
    /// Between two signs of life.
    pub ping_every: Duration,
    /// For the answer to a sign of life or to a request, and for writing.
    pub patience: Duration,
    /// Before the first new try; doubled at each, up to `longest_wait`.
    pub first_wait: Duration,
    pub longest_wait: Duration,
    /// Signed in this long, a connection counts as good: the next wait is `first_wait` again.
    pub steady: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Timing {
            connect: Duration::from_secs(10),
            sign_in: Duration::from_secs(10),
            ping_every: Duration::from_secs(15),
            patience: Duration::from_secs(10),
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_secs(60),
            steady: Duration::from_secs(10),
        }
    }
}

/// What a telephone system can be asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Ring the extension, then call the number. The call's key will be `id`.
    Originate {
        extension: String,
        number: String,
        id: String,
    },
    /// Send the outside party of a call on to another extension, without asking there first. `unanswered`: only while none of ours talks
    /// with it, as the system's reports stand now; whoever asks may know less.
    Transfer {
        call_key: String,
        target: String,
        unanswered: bool,
    },
}

/// Why it was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    NotConnected,
    /// The other side did not answer. It may have done it all the same.
    NoAnswer,
    /// This field cannot be sent.
    Invalid(&'static str),
    /// No such call is going on, or it has no outside party.
    NoSuchCall,
    /// Somebody has answered it.
    Answered,
    /// The other side's own words, shortened.
    Refused(String),
}

pub(crate) type Reply = oneshot::Sender<Result<(), Refusal>>;

/// A connected adapter from outside. When the last one is dropped, the connection ends.
#[derive(Debug, Clone)]
pub struct Handle {
    asks: mpsc::Sender<(Ask, Reply)>,
    state: watch::Receiver<State>,
    patience: Duration,
}

impl Handle {
    /// How the connection stands, now and whenever it changes.
    #[must_use]
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// Rings the extension, then calls the number. `id` becomes the key of the call: it must be new. `Ok` means that the telephone
    /// system took the request; what becomes of it comes as events, that it failed included.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn originate(&self, extension: &str, number: &str, id: &str) -> Result<(), Refusal> {
        if !crate::is_word(extension, 32) {
            return Err(Refusal::Invalid("extension"));
        }
        if !crate::is_dialable(number) {
            return Err(Refusal::Invalid("number"));
        }
        if !crate::is_word(id, 64) {
            return Err(Refusal::Invalid("id"));
        }
        let (extension, number, id) = (extension.to_owned(), number.to_owned(), id.to_owned());
        self.ask(Ask::Originate { extension, number, id }).await
    }

    /// Sends the outside party of a call on to another extension, without asking there first.
    ///
    /// # Errors
    /// [`Refusal`].
    pub async fn transfer(&self, call_key: &str, target: &str) -> Result<(), Refusal> {
        self.send(call_key, target, false).await
    }

    /// Brings a call that nobody has answered to another extension.
    ///
    /// # Errors
    /// [`Refusal`]; `Answered` where somebody was faster.
    pub async fn bring(&self, call_key: &str, target: &str) -> Result<(), Refusal> {
        self.send(call_key, target, true).await
    }

    async fn send(&self, call_key: &str, target: &str, unanswered: bool) -> Result<(), Refusal> {
        if !crate::is_dialable(target) {
            return Err(Refusal::Invalid("target"));
        }
        self.ask(Ask::Transfer {
            call_key: call_key.to_owned(),
            target: target.to_owned(),
            unanswered,
        })
        .await
    }

    async fn ask(&self, ask: Ask) -> Result<(), Refusal> {
        let (reply, answer) = oneshot::channel();
        self.asks.try_send((ask, reply)).map_err(|_| Refusal::NotConnected)?;
        match timeout(self.patience, answer).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => Err(Refusal::NotConnected),
            Err(_) => Err(Refusal::NoAnswer),
        }
    }
}

/// What a protocol wants to be done.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pub write: Vec<u8>,
    pub events: Vec<CallEvent>,
    /// The other side let us in.
    pub signed_in: bool,
    /// It answered a sign of life.
    pub alive: bool,
}

/// How a connection ends.
#[derive(Debug)]
pub(crate) enum End {
    Refused(String),
    Lost(Why),
    /// Nobody wants it any more.
    Stopped,
}

/// A telephone system's language.
pub(crate) trait Protocol: Send {
    /// A new connection: nothing of the last one's state holds, but the calls do.
    fn connected(&mut self, out: &mut Outbox);
    fn received(&mut self, piece: &[u8], at: i64, out: &mut Outbox) -> Result<(), End>;
    fn ping(&mut self, out: &mut Outbox);
    fn ask(&mut self, ask: Ask, reply: Reply, out: &mut Outbox);
    /// The connection is gone: what waits for an answer gets none.
    fn lost(&mut self);
}

/// Where to connect to.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub host: String,
    pub port: u16,
    pub timing: Timing,
}

/// The connection and its handle.
pub(crate) fn open<P: Protocol>(
    protocol: P,
    target: Target,
    wiring: Wiring,
) -> (Handle, impl Future<Output = ()> + Send + use<P>) {
    let (asks, asked) = mpsc::channel(MOST_ASKS);
    let (state, watched) = watch::channel(State::Connecting);
    let handle = Handle {
        asks,
        state: watched,
        patience: target.timing.patience,
    };
    let link = Link {
        protocol,
        target,
        wiring,
        asked,
        state,
        lost_since: None,
        steady: false,
    };
    (handle, link.run())
}

struct Link<P> {
    protocol: P,
    target: Target,
    wiring: Wiring,
    asked: mpsc::Receiver<(Ask, Reply)>,
    state: watch::Sender<State>,
    lost_since: Option<i64>,
    /// The last connection was signed in long enough to count as good.
    steady: bool,
}

impl<P: Protocol> Link<P> {
    async fn run(mut self) {
        let mut tries = 0;
        loop {
            self.state.send_replace(State::Connecting);
            self.steady = false;
            let end = self.once().await;
            self.protocol.lost();
            match end {
                End::Stopped => return,
                End::Refused(reason) => {
                    self.state.send_replace(State::Refused { reason });
                    self.turn_down(None).await;
                    return;
                }
                End::Lost(why) => {
                    tries = if self.steady { 0 } else { tries };
                    let wait = wait(tries, &self.target.timing, &self.wiring.jitter);
                    tries = tries.saturating_add(1);
                    let now = (self.wiring.clock)();
                    let since = *self.lost_since.get_or_insert(now);
                    let next_try = now.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
                    self.state.send_replace(State::Lost { since, why, next_try });
                    if !self.turn_down(Some(wait)).await {
                        return;
                    }
                }
            }
        }
    }

    /// While there is no connection: whoever asks is told so. `false` when nobody wants it any more.
    async fn turn_down(&mut self, wait: Option<Duration>) -> bool {
        let until = wait.map(|wait| Instant::now() + wait);
        loop {
            let over = async {
                match until {
                    Some(until) => sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = over => return true,
                asked = self.asked.recv() => match asked {
                    // Whoever asked and does not wait for the answer needs none.
                    Some((_, reply)) => drop(reply.send(Err(Refusal::NotConnected))),
                    None => return false,
                },
            }
        }
    }

    /// One connection, from its first octet to its end.
    async fn once(&mut self) -> End {
        let timing = self.target.timing;
        let connect = TcpStream::connect((self.target.host.as_str(), self.target.port));
        let stream = tokio::select! {
            stream = timeout(timing.connect, connect) => stream,
            () = self.wiring.sink.closed() => return End::Stopped,
        };
        let Ok(Ok(mut stream)) = stream else {
            return End::Lost(Why::NotReached);
        };
        // Requests are short and wait for nothing; a socket that cannot be told so works as well.
        stream.set_nodelay(true).ok();
        let mut out = Outbox::default();
        self.protocol.connected(&mut out);
        let mut due = Due::SignIn(Instant::now() + timing.sign_in);
        let mut signed_in = None;
        let mut buffer = vec![0; 16 * 1024];
        loop {
            if out.signed_in && signed_in.is_none() {
                signed_in = Some(Instant::now());
                self.lost_since = None;
                let since = (self.wiring.clock)();
                self.state.send_replace(State::SignedIn { since });
                due = Due::Ping(Instant::now() + timing.ping_every);
            }
            if out.alive && matches!(due, Due::Pong(_)) {
                due = Due::Ping(Instant::now() + timing.ping_every);
            }
            self.steady = signed_in.is_some_and(|since| since.elapsed() >= timing.steady);
            if let Err(end) = deliver(&self.wiring.sink, &mut stream, &mut out, timing.patience).await {
                return end;
            }
            let signing_in = matches!(due, Due::SignIn(_));
            tokio::select! {
                biased;
                asked = self.asked.recv() => match asked {
                    None => return End::Stopped,
                    Some((_, reply)) if signed_in.is_none() => drop(reply.send(Err(Refusal::NotConnected))),
                    Some((ask, reply)) => self.protocol.ask(ask, reply, &mut out),
                },
                // Whoever talks without end and does not let us in is not waited for.
                () = sleep_until(due.at()), if signing_in => return End::Lost(Why::SignInTooSlow),
                // Before the times that follow: the answer may be here, and only we were late.
                read = stream.read(&mut buffer) => {
                    let Some(piece) = read.ok().filter(|read| *read > 0).and_then(|read| buffer.get(..read)) else {
                        return End::Lost(Why::Closed);
                    };
                    if let Err(end) = self.protocol.received(piece, (self.wiring.clock)(), &mut out) {
                        // What was understood before is told all the same.
                        let delivered = deliver(&self.wiring.sink, &mut stream, &mut out, timing.patience).await;
                        return if matches!(delivered, Err(End::Stopped)) { End::Stopped } else { end };
                    }
                }
                () = sleep_until(due.at()) => {
                    if matches!(due, Due::Pong(_)) {
                        return End::Lost(Why::Silent);
                    }
                    self.protocol.ping(&mut out);
                    due = Due::Pong(Instant::now() + timing.patience);
                }
                () = self.wiring.sink.closed() => return End::Stopped,
            }
        }
    }
}

/// Passes the events on, then writes: an event is never lost to a connection that breaks.
async fn deliver(sink: &Sink, stream: &mut TcpStream, out: &mut Outbox, patience: Duration) -> Result<(), End> {
    let out = std::mem::take(out);
    if !out.events.is_empty() && sink.send(out.events).await.is_err() {
        return Err(End::Stopped);
    }
    if !out.write.is_empty() {
        match timeout(patience, stream.write_all(&out.write)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(End::Lost(Why::Closed)),
            Err(_) => return Err(End::Lost(Why::Silent)),
        }
    }
    Ok(())
}

/// What comes next if nothing else does.
#[derive(Clone, Copy)]
enum Due {
    SignIn(Instant),
    Ping(Instant),
    Pong(Instant),
}

impl Due {
    fn at(self) -> Instant {
        match self {
            Due::SignIn(at) | Due::Ping(at) | Due::Pong(at) => at,
        }
    }
}

/// The wait before a new try, after `tries` vain ones: doubled each time, and a quarter more or less.
fn wait(tries: u32, timing: &Timing, jitter: &Jitter) -> Duration {
    let first = u64::try_from(timing.first_wait.as_millis()).unwrap_or(u64::MAX).max(1);
    let longest = u64::try_from(timing.longest_wait.as_millis())
        .unwrap_or(u64::MAX)
        .max(first);
    let doubled = first
        .saturating_mul(1_u64.checked_shl(tries).unwrap_or(u64::MAX))
        .min(longest);
    let spread = (doubled / 2).max(1);
    Duration::from_millis(doubled - doubled / 4 + jitter(spread).min(spread))
}

/// The other side's own words for a refusal: short, and without anything that could be a number of somebody's.
pub(crate) fn own_words(text: &str) -> String {
    let visible = text.chars().filter(|c| !c.is_control()).take(120);
    let hidden: String = visible.map(|c| if c.is_ascii_digit() { '*' } else { c }).collect();
    if hidden.is_empty() {
        "refused".to_owned()
    } else {
        hidden
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn the_wait_doubles_to_a_minute_and_is_spread_by_a_quarter() {
        let timing = Timing::default();
        let (least, most): (Jitter, Jitter) = (Arc::new(|_| 0), Arc::new(|below| below - 1));
        let expected = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000];
        for (tries, expected) in (0..).zip(expected) {
            let (short, long) = (wait(tries, &timing, &least), wait(tries, &timing, &most));
            assert_eq!(short.as_millis(), expected * 3 / 4);
            assert!(long.as_millis() < expected * 5 / 4 && long > short);
        }
        assert_eq!(wait(u32::MAX, &timing, &least).as_millis(), 45_000);
    }
}
