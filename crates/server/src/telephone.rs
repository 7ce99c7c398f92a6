//! Joins the adapters of the `phone` room: reads what telephone systems post, keeps a connection to each that is connected to, and hands
//! what they tell to the use case. A report is handed over until it is stored; the newest settings count within seconds.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::call::dial::{Dial, Dialled, NotDialled};
use app::call::next;
use app::call::recording::{Fetched, Found, Looked, NoSound, Sound, Wanted, is_of};
use app::call::send::{self, SendOn};
use app::call::system::{self, Connection, Kind, Parties, Telephone, Wrong};
use app::desk::Desk;
use app::error::Error;
use domain::call::event::CallEvent;
use domain::ids::PhoneSystemId;
use phone::{Handle, Plan, Secret, State, Timing, Wiring};
use serde_json::Value;
use store::call::SystemRow;

/// How often it is looked which systems are to be connected to, and which calls are to go on to another telephone.
const LOOK: Duration = Duration::from_secs(1);
/// Reports of one system that wait to be stored.
const WAITING: usize = 1_000;
/// Recordings that are read at the same time.
const RECORDINGS: usize = 2;
/// After a report could not be stored, it is tried again so much later.
const AGAIN: Duration = Duration::from_millis(500);

struct Open {
    version: i64,
    handle: Handle,
}

/// The adapters of the `phone` room.
pub struct Adapters {
    desk: Arc<Desk>,
    open: Mutex<HashMap<PhoneSystemId, Open>>,
    /// Settings that were found to be of no use, and said so once.
    unusable: Mutex<HashSet<(PhoneSystemId, i64)>>,
    /// Recordings that are read at the same time: each is held whole.
    fetching: tokio::sync::Semaphore,
}

impl Adapters {
    /// Over the running product.
    pub fn new(desk: Arc<Desk>) -> Arc<Adapters> {
        Arc::new(Adapters {
            desk,
            open: Mutex::new(HashMap::new()),
            unusable: Mutex::new(HashSet::new()),
            fetching: tokio::sync::Semaphore::new(RECORDINGS),
        })
    }

    /// Keeps the connections as they are set up, until told to stop.
    pub fn run(self: &Arc<Self>, runtime: &tokio::runtime::Handle, stop: &dyn Fn() -> bool) {
        while !stop() {
            match self.desk.read_now(|c| Ok::<_, Error>(store::call::connected(c)?)) {
                Ok(rows) => {
                    self.follow(runtime, &rows);
                    self.go_on(runtime, &rows);
                }
                Err(e) => tracing::warn!(error = %e, "telephone systems could not be read"),
            }
            std::thread::sleep(LOOK);
        }
        self.open.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn follow(self: &Arc<Self>, runtime: &tokio::runtime::Handle, rows: &[SystemRow]) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // A handle that is dropped ends its connection.
        open.retain(|id, o| rows.iter().any(|r| r.id == *id && r.version == o.version));
        let mut unusable = self.unusable.lock().unwrap_or_else(PoisonError::into_inner);
        for row in rows {
            if open.contains_key(&row.id) {
                continue;
            }
            match self.connect(runtime, row) {
                Ok(handle) => {
                    let version = row.version;
                    open.insert(row.id.clone(), Open { version, handle });
                }
                Err(e) => {
                    if unusable.insert((row.id.clone(), row.version)) {
                        tracing::warn!(system = %row.id, error = %e, "a telephone system's settings cannot be used");
                    }
                }
            }
        }
    }

    /// Calls that nobody answers go on, where a system's settings say so (TEL-5).
    fn go_on(self: &Arc<Self>, runtime: &tokio::runtime::Handle, rows: &[SystemRow]) {
        // Whatever the limit: whether there is an order at all.
        for row in rows.iter().filter(|r| next::of(r, 0).is_some()) {
            if self.connection(&row.id).is_none_or(|c| c.state != "signed_in") {
                continue;
            }
            if let Err(e) = self.send_those(runtime, row) {
                tracing::warn!(system = %row.id, error = %e, "calls could not be sent on");
            }
        }
    }

    fn send_those(self: &Arc<Self>, runtime: &tokio::runtime::Handle, row: &SystemRow) -> Result<(), Error> {
        let ctx = self.desk.system("phone", &row.site_id);
        let (asked, of) = (ctx.clone(), row.clone());
        let calls = self.desk.read_now(move |c| next::waiting(c, &asked, &of))?;
        for call in calls {
            let of = row.clone();
            let sent = match self
                .desk
                .write_now(&ctx, move |tx, ctx| next::go_on(tx, ctx, &of, &call))
            {
                Ok(Some(sent)) => sent,
                // Another replica was faster, or a report came in: it is looked at again in a second.
                Ok(None) | Err(Error::Conflict { .. }) => continue,
                Err(e) => return Err(e),
            };
            let (adapters, ctx) = (self.clone(), ctx.clone());
            runtime.spawn(async move {
                let done = adapters.send(&sent).await;
                if let Err(why) = &done
                    && *why != NotDialled::NoAnswer
                {
                    tracing::warn!(call = %sent.call, ?why, "a call was not sent on");
                    adapters
                        .desk
                        .submit_write(ctx, move |tx, ctx| send::failed(tx, ctx, &sent), |_| ());
                }
            });
        }
        Ok(())
    }

    fn connect(&self, runtime: &tokio::runtime::Handle, row: &SystemRow) -> Result<Handle, phone::BadSetting> {
        let (sink, mut told) = tokio::sync::mpsc::channel::<Vec<CallEvent>>(WAITING);
        let (clock, ids) = (self.desk.clock.clone(), self.desk.ids.clone());
        let wiring = Wiring {
            sink,
            clock: Arc::new(move || clock.now()),
            jitter: Arc::new(move |below| u64::from_str_radix(&ids.hex(4), 16).unwrap_or(0) % below.max(1)),
            open: self.open_calls(row),
        };
        let handle = match Kind::parse(&row.kind) {
            Some(Kind::Ami) => {
                let (handle, run) = phone::ami::open(ami(row), wiring)?;
                runtime.spawn(run);
                handle
            }
            _ => {
                let (handle, run) = phone::esl::open(esl(row), wiring)?;
                runtime.spawn(run);
                handle
            }
        };
        let (desk, id, site) = (self.desk.clone(), row.id.clone(), row.site_id.clone());
        runtime.spawn(async move {
            while let Some(events) = told.recv().await {
                let mut tries = 0;
                while !store_them(&desk, &site, &id, &events, tries).await {
                    tries += 1;
                    tokio::time::sleep(AGAIN).await;
                }
            }
        });
        Ok(handle)
    }

    /// Calls of a system that were open when this process began.
    fn open_calls(&self, row: &SystemRow) -> Vec<phone::OpenCall> {
        let (site, id) = (row.site_id.clone(), row.id.clone());
        let rows = self.desk.read_now(move |c| {
            let mut rows = store::call::open(c, &site)?;
            rows.retain(|r| r.system_id == id);
            Ok::<_, Error>(rows)
        });
        let rows = rows.unwrap_or_default().into_iter();
        let open = rows.filter_map(|r| {
            let doc: app::call::Doc = serde_json::from_str(&r.doc).ok()?;
            Some(phone::OpenCall {
                call_key: doc.call.key,
                direction: doc.call.direction,
                caller: doc.call.caller,
                called: doc.call.called,
                answered: doc.call.answered.is_some(),
            })
        });
        open.collect()
    }
}

/// What cannot be stored although the database is there is given up after so many tries: what comes after it counts more.
const TRIES: u32 = 3;

/// Whether the events are stored, or will never be: their system is gone, or the product cannot take them.
async fn store_them(
    desk: &Arc<Desk>,
    site: &domain::ids::SiteId,
    id: &PhoneSystemId,
    events: &[CallEvent],
    tries: u32,
) -> bool {
    let (send, done) = tokio::sync::oneshot::channel();
    let (id, events) = (id.clone(), events.to_vec());
    desk.submit_write(
        desk.system("phone", site),
        move |tx, ctx| system::told(tx, ctx, &id, &events),
        move |r| {
            let over = match r {
                Ok(_) | Err(Error::NotFound) => true,
                Err(Error::Unavailable(_) | Error::Conflict { .. }) => false,
                Err(e) => {
                    tracing::error!(error = %e, tries, "a telephone system's report could not be stored");
                    tries + 1 >= TRIES
                }
            };
            let _gone = send.send(over);
        },
    );
    done.await.unwrap_or(false)
}

fn config(row: &SystemRow) -> Value {
    serde_json::from_str(&row.config).unwrap_or_default()
}

fn text(config: &Value, name: &str) -> String {
    config.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// What is usual where nothing is set.
fn or(set: String, usual: &str) -> String {
    if set.is_empty() { usual.to_owned() } else { set }
}

fn port(config: &Value) -> u16 {
    let port = config.get("port").and_then(Value::as_u64).unwrap_or(0);
    u16::try_from(port).unwrap_or(0)
}

fn plan(config: &Value) -> Plan {
    let trunks = text(config, "trunk");
    Plan {
        trunks: trunks.split_whitespace().map(str::to_owned).collect(),
        ..Plan::default()
    }
}

fn ami(row: &SystemRow) -> phone::ami::Settings {
    let c = config(row);
    phone::ami::Settings {
        source: row.id.as_str().to_owned(),
        host: text(&c, "host"),
        port: port(&c),
        user: text(&c, "user"),
        secret: Secret::from(text(&c, "secret")),
        sign_in: phone::ami::SignIn::default(),
        plan: plan(&c),
        telephone: or(text(&c, "channel"), "PJSIP/{}"),
        context: or(text(&c, "context"), "from-internal"),
        caller_id: None,
        timing: Timing::default(),
    }
}

fn esl(row: &SystemRow) -> phone::esl::Settings {
    let c = config(row);
    phone::esl::Settings {
        source: row.id.as_str().to_owned(),
        host: text(&c, "host"),
        port: port(&c),
        password: Secret::from(text(&c, "secret")),
        plan: plan(&c),
        outside_profiles: vec!["external".to_owned()],
        telephone: or(text(&c, "channel"), "user/{}"),
        context: or(text(&c, "context"), "default"),
        caller_id: None,
        timing: Timing::default(),
    }
}

fn not_done(why: phone::Refusal) -> NotDialled {
    match why {
        phone::Refusal::NotConnected => NotDialled::NotConnected,
        phone::Refusal::NoAnswer => NotDialled::NoAnswer,
        phone::Refusal::Refused(words) => NotDialled::Refused(words),
        phone::Refusal::Invalid(field) => NotDialled::Refused(field.to_owned()),
        phone::Refusal::NoSuchCall => NotDialled::NoSuchCall,
        phone::Refusal::Answered => NotDialled::Answered,
    }
}

fn no_sound(why: phone::recording::NoSound) -> NoSound {
    use phone::recording::NoSound as Of;
    match why {
        Of::Elsewhere => NoSound::Elsewhere,
        Of::NotThere => NoSound::NotThere,
        Of::Silent => NoSound::Silent,
        Of::NotSound => NoSound::NotSound,
        Of::TooLarge => NoSound::TooLarge,
        Of::NotReached => NoSound::NotReached,
    }
}

impl Telephone for Adapters {
    fn read(
        &self,
        source: &str,
        content_type: &str,
        body: &[u8],
        now: i64,
        known: &mut dyn FnMut(&str) -> Option<Parties>,
    ) -> Result<Vec<CallEvent>, Wrong> {
        let found = phone::webhook::parse_knowing(content_type, body, now, source, |key| {
            known(key).map(|p| phone::webhook::Parties {
                direction: p.direction,
                caller: p.caller,
                called: p.called,
            })
        });
        found.map_err(|w| Wrong {
            field: w.field.to_owned(),
            why: w.why.as_str().to_owned(),
        })
    }

    fn dial<'a>(&'a self, d: &'a Dial) -> Dialled<'a> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let handle = open.get(&d.system).map(|o| o.handle.clone());
        Box::pin(async move {
            let handle = handle.ok_or(NotDialled::NotConnected)?;
            let made = handle.originate(&d.extension, &d.number, &d.key).await;
            made.map_err(not_done)
        })
    }

    fn send<'a>(&'a self, s: &'a SendOn) -> Dialled<'a> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let handle = open.get(&s.system).map(|o| o.handle.clone());
        Box::pin(async move {
            let handle = handle.ok_or(NotDialled::NotConnected)?;
            let done = if s.handed {
                handle.transfer(&s.call_key, &s.target).await
            } else {
                handle.bring(&s.call_key, &s.target).await
            };
            done.map_err(not_done)
        })
    }

    fn recordings<'a>(&'a self, w: &'a Wanted) -> Looked<'a> {
        let w = w.clone();
        Box::pin(async move {
            let look = move || phone::recording::look(&w.place, &w.reported, &w.day, |name| is_of(name, &w.key));
            let _one_of_few = self.fetching.acquire().await;
            let all = tokio::task::spawn_blocking(look)
                .await
                .map_err(|_| NoSound::NotReached)?;
            let found = |(name, sound): phone::recording::Looked| Found {
                name,
                sound: sound.map_err(no_sound),
            };
            Ok(all.map_err(no_sound)?.into_iter().map(found).collect())
        })
    }

    fn sound<'a>(&'a self, place: &'a str, name: &'a str) -> Fetched<'a> {
        let (place, name) = (place.to_owned(), name.to_owned());
        Box::pin(async move {
            let _one_of_few = self.fetching.acquire().await;
            let fetch = move || phone::recording::fetch(&place, &name);
            match tokio::task::spawn_blocking(fetch).await {
                Ok(Ok(s)) => Ok(Sound {
                    bytes: s.bytes,
                    kind: s.kind,
                }),
                Ok(Err(why)) => Err(no_sound(why)),
                Err(_) => Err(NoSound::NotReached),
            }
        })
    }

    fn connection(&self, id: &PhoneSystemId) -> Option<Connection> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let state = open.get(id)?.handle.state().borrow().clone();
        Some(match state {
            State::Connecting => Connection {
                state: "connecting",
                since: None,
                why: String::new(),
            },
            State::SignedIn { since } => Connection {
                state: "signed_in",
                since: Some(since),
                why: String::new(),
            },
            State::Refused { reason } => Connection {
                state: "refused",
                since: None,
                why: reason,
            },
            State::Lost { since, why, .. } => Connection {
                state: "lost",
                since: Some(since),
                why: why.as_str().to_owned(),
            },
        })
    }
}
