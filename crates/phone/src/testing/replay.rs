//! A server that speaks Asterisk's manager protocol and plays a recorded session.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};

use super::{Capture, field};
use crate::ami::{Message, Splitter};

/// What the server says to a challenge.
const CHALLENGE: &str = "20261121";
/// How long the play waits for somebody to listen.
const WAIT: Duration = Duration::from_secs(20);

/// Breaks the connection in the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// After so many messages of the session.
    pub after: usize,
    /// So many messages happen while nobody is connected; then the play waits until somebody is.
    pub lost: usize,
}

/// How a session is played.
#[derive(Debug, Clone)]
pub struct Play {
    pub capture: Capture,
    pub user: String,
    pub secret: String,
    /// So many times faster than it was; 0 without gaps.
    pub speed: u32,
    pub cut: Option<Cut>,
    /// Unix milliseconds of the capture's own zero: each event carries its time, as with `timestampevents = yes`.
    pub timestamps: Option<i64>,
    /// A sign of life gets no answer.
    pub deaf: bool,
}

impl Play {
    /// Without gaps and without faults, for the user `desk` with the secret `secret`.
    #[must_use]
    pub fn new(capture: Capture) -> Play {
        let (user, secret) = ("desk".to_owned(), "secret".to_owned());
        Play {
            capture,
            user,
            secret,
            speed: 0,
            cut: None,
            timestamps: None,
            deaf: false,
        }
    }
}

/// A server that plays. It ends with the runtime.
#[derive(Debug, Clone)]
pub struct Replay {
    shared: Arc<Shared>,
    port: u16,
}

#[derive(Debug)]
struct Shared {
    play: Play,
    world: Mutex<World>,
    /// How many messages were played.
    played: watch::Sender<usize>,
    /// The session's time, in milliseconds.
    now: AtomicI64,
    signed_in: AtomicUsize,
    /// Somebody signed in or asked for a call.
    stirred: Notify,
    open: watch::Sender<bool>,
    /// Connections that were let in.
    let_in: AtomicUsize,
}

#[derive(Debug, Default)]
struct World {
    /// The messages that were played, as they go out.
    said: Vec<String>,
    /// Channels that are there, by their names, with the fields of the last event that showed them.
    channels: BTreeMap<String, BTreeMap<String, String>>,
    /// What stands in the recording, and what stands there instead.
    replaced: Vec<(String, String)>,
    /// Somebody listens to the session, or has asked for it.
    begun: bool,
    /// Actions that came, other than sign-in and signs of life.
    asked: Vec<String>,
}

impl Replay {
    /// Listens on a port of this machine, 0 for any, and plays once somebody has signed in (and asked for the call, where the session
    /// began by that).
    ///
    /// # Errors
    /// If the port cannot be had.
    pub async fn start(play: Play, port: u16) -> std::io::Result<Replay> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            play,
            world: Mutex::default(),
            played: watch::Sender::new(0),
            now: AtomicI64::new(0),
            signed_in: AtomicUsize::new(0),
            stirred: Notify::new(),
            open: watch::Sender::new(true),
            let_in: AtomicUsize::new(0),
        });
        tokio::spawn(Arc::clone(&shared).play_all());
        let accepting = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // While the line is cut, whoever connects is put off.
                if *accepting.open.borrow() {
                    tokio::spawn(Arc::clone(&accepting).serve(stream));
                }
            }
        });
        Ok(Replay { shared, port })
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Waits until the whole session was played.
    pub async fn finished(&self) {
        let all = self.shared.play.capture.steps.len();
        let mut played = self.shared.played.subscribe();
        // The sender lives as long as we do.
        played.wait_for(|played| *played >= all).await.ok();
    }

    /// How often somebody was let in.
    #[must_use]
    pub fn let_in(&self) -> usize {
        self.shared.let_in.load(Ordering::SeqCst)
    }

    /// The actions that came, other than sign-in and signs of life.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.shared.world().asked.clone()
    }
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn play_all(self: Arc<Self>) {
        self.someone_listens(|shared| shared.world().begun).await;
        let mut before = self.play.capture.steps.first().map_or(0, |step| step.at);
        for (index, step) in self.play.capture.steps.iter().enumerate() {
            let gap = u64::try_from(step.at - before).unwrap_or(0);
            if let Some(gap) = gap.checked_div(u64::from(self.play.speed)).filter(|gap| *gap > 0) {
                sleep(Duration::from_millis(gap)).await;
            }
            before = step.at;
            self.now.store(step.at, Ordering::SeqCst);
            if let Some(cut) = self.play.cut {
                if index == cut.after {
                    self.open.send_replace(false);
                    self.someone_listens(|shared| shared.signed_in.load(Ordering::SeqCst) == 0)
                        .await;
                }
                if index == cut.after + cut.lost {
                    self.open.send_replace(true);
                    self.someone_listens(|shared| shared.signed_in.load(Ordering::SeqCst) > 0)
                        .await;
                }
            }
            let text = self.world().say(&step.text, self.stamp());
            self.world().said.push(text);
            self.played.send_replace(index + 1);
        }
    }

    async fn someone_listens(&self, ready: impl Fn(&Self) -> bool) {
        let waits = async {
            while !ready(self) {
                self.stirred.notified().await;
            }
        };
        // A play that nobody listens to is played all the same: the test that waits for it fails by what it did not hear.
        timeout(WAIT, waits).await.ok();
    }

    fn stamp(&self) -> Option<String> {
        let at = self.play.timestamps? + self.now.load(Ordering::SeqCst);
        Some(format!("Timestamp: {}.{:03}000\r\n", at / 1000, at % 1000))
    }

    async fn serve(self: Arc<Self>, mut stream: TcpStream) {
        let mut open = self.open.subscribe();
        let mut played = self.played.subscribe();
        let mut splitter = Splitter::default();
        let mut buffer = [0; 4096];
        let mut signed_in = false;
        let mut heard = 0;
        let mut cut = false;
        let mut reply = b"Asterisk Call Manager/9.0.0\r\n".to_vec();
        loop {
            if signed_in {
                let world = self.world();
                for text in world.said.iter().skip(heard) {
                    reply.extend_from_slice(text.as_bytes());
                }
                heard = world.said.len();
            }
            // A line that is cut brings what was said before.
            if stream.write_all(&std::mem::take(&mut reply)).await.is_err() || cut {
                break;
            }
            tokio::select! {
                biased;
                read = stream.read(&mut buffer) => {
                    let Some(piece) = read.ok().filter(|read| *read > 0).and_then(|read| buffer.get(..read)) else { break };
                    let mut messages = Vec::new();
                    if splitter.push(piece, &mut messages).is_err() {
                        break;
                    }
                    for message in messages {
                        let was = signed_in;
                        let goes_on = self.act(&message, &mut signed_in, &mut reply);
                        if signed_in && !was {
                            // What happened before is lost on whoever comes now; nothing that comes after.
                            heard = self.world().said.len();
                            self.let_in.fetch_add(1, Ordering::SeqCst);
                        }
                        if !goes_on {
                            stream.write_all(&reply).await.ok();
                            self.leave(signed_in);
                            return;
                        }
                    }
                }
                changed = played.changed() => if changed.is_err() { break },
                () = async { open.wait_for(|open| !open).await.ok(); } => cut = true,
            }
        }
        self.leave(signed_in);
    }

    fn leave(&self, signed_in: bool) {
        if signed_in {
            self.signed_in.fetch_sub(1, Ordering::SeqCst);
            self.stirred.notify_one();
        }
    }

    /// Answers an action. `false` when the connection is closed after it.
    fn act(&self, action: &Message, signed_in: &mut bool, reply: &mut Vec<u8>) -> bool {
        let id = action.get("ActionID").unwrap_or_default();
        let mut say = |text: &str| reply.extend_from_slice(text.replace("{id}", id).as_bytes());
        let name = action.get("Action").unwrap_or_default();
        match name {
            "Challenge" => say(&format!(
                "Response: Success\r\nActionID: {{id}}\r\nChallenge: {CHALLENGE}\r\n\r\n"
            )),
            "Login" => {
                if !self.may_enter(action) {
                    say("Response: Error\r\nActionID: {id}\r\nMessage: Authentication failed\r\n\r\n");
                    return false;
                }
                if !*signed_in {
                    self.signed_in.fetch_add(1, Ordering::SeqCst);
                }
                *signed_in = true;
                say("Response: Success\r\nActionID: {id}\r\nMessage: Authentication accepted\r\n\r\n");
            }
            "Ping" if self.play.deaf => {}
            "Ping" => say("Response: Success\r\nActionID: {id}\r\nPing: Pong\r\n\r\n"),
            "Logoff" => {
                say("Response: Goodbye\r\nActionID: {id}\r\n\r\n");
                return false;
            }
            _ if !*signed_in => say("Response: Error\r\nActionID: {id}\r\nMessage: Permission denied\r\n\r\n"),
            "Status" | "CoreShowChannels" => {
                say("Response: Success\r\nActionID: {id}\r\nEventList: start\r\n\r\n");
                let event = if name == "Status" { "Status" } else { "CoreShowChannel" };
                say(&self.list(event));
                let mut world = self.world();
                world.begun |= self.play.capture.request.is_none();
                drop(world);
                self.stirred.notify_one();
            }
            "Originate" => {
                self.originate(action);
                let recorded = self.play.capture.request.as_deref();
                if recorded.is_none() {
                    say("Response: Error\r\nActionID: {id}\r\nMessage: Extension does not exist.\r\n\r\n");
                }
            }
            "Redirect" => {
                self.world()
                    .asked
                    .push(text_of(action, &["Action", "Channel", "Context", "Exten"]));
                say("Response: Success\r\nActionID: {id}\r\nMessage: Redirect successful\r\n\r\n");
            }
            _ => say("Response: Error\r\nActionID: {id}\r\nMessage: Invalid/unknown command\r\n\r\n"),
        }
        true
    }

    fn may_enter(&self, action: &Message) -> bool {
        let proof = match action.get("AuthType") {
            Some("MD5") => action.get("Key") == Some(&crate::ami::answer(CHALLENGE, &self.play.secret)),
            _ => action.get("Secret") == Some(&self.play.secret),
        };
        proof && action.get("Username") == Some(&self.play.user)
    }

    fn list(&self, event: &str) -> String {
        let world = self.world();
        let mut text = String::new();
        for fields in world.channels.values() {
            text.push_str(&format!("Event: {event}\r\nActionID: {{id}}\r\n"));
            for (name, value) in fields {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
            text.push_str("\r\n");
        }
        let count = world.channels.len();
        let end = if event == "Status" {
            "StatusComplete"
        } else {
            "CoreShowChannelsComplete"
        };
        text + &format!("Event: {end}\r\nActionID: {{id}}\r\nEventList: Complete\r\nListItems: {count}\r\n\r\n")
    }

    /// The recorded call is played under the names that were asked for.
    fn originate(&self, action: &Message) {
        let mut world = self.world();
        world.asked.push(text_of(
            action,
            &[
                "Action",
                "Channel",
                "Context",
                "Exten",
                "ChannelId",
                "CallerID",
                "Events",
            ],
        ));
        if let Some(recorded) = self.play.capture.request.as_deref() {
            for name in ["ActionID", "ChannelId"] {
                if let (Some(old), Some(new)) = (field(recorded, name), action.get(name)) {
                    world.replaced.push((old.to_owned(), new.to_owned()));
                }
            }
            world.begun = true;
            self.stirred.notify_one();
        }
    }
}

impl World {
    /// A message as it goes out; the channels are kept as it leaves them.
    fn say(&mut self, recorded: &str, stamp: Option<String>) -> String {
        let mut text = recorded.to_owned();
        for (old, new) in &self.replaced {
            text = text.replace(old.as_str(), new);
        }
        let event = field(&text, "Event").unwrap_or_default().to_owned();
        if let Some(uid) = field(&text, "Uniqueid") {
            if event == "Hangup" {
                self.channels.remove(uid);
            } else if matches!(event.as_str(), "Newchannel" | "Newstate") {
                let lines = text.lines().filter_map(|line| line.split_once(':'));
                let fields = lines
                    .filter(|(name, _)| *name != "Event")
                    .map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
                self.channels.insert(uid.to_owned(), fields.collect());
            }
        }
        let mut out = String::new();
        for (index, line) in text.lines().enumerate() {
            out.push_str(line);
            out.push_str("\r\n");
            if let Some(stamp) = stamp.as_ref().filter(|_| index == 0 && !event.is_empty()) {
                out.push_str(stamp);
            }
        }
        out + "\r\n"
    }
}

/// Some fields of an action, a line each.
fn text_of(action: &Message, names: &[&str]) -> String {
    let known = names
        .iter()
        .filter_map(|name| action.get(name).map(|value| format!("{name}: {value}")));
    known.collect::<Vec<_>>().join("\n")
}
