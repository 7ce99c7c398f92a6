//! The running product: database, files, clock, documents in force and what is live. Everything that is shared by
//! requests, timers and the command line.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use domain::ids::SiteId;
use store::db::{Db, Tx};
use store::seam::Conn;

use crate::book::Book;
use crate::call::system::Telephone;
use crate::channel::Gateway;
use crate::ctx::{Actor, Clock, Ctx, Entropy, Ids, Locale};
use crate::error::{Error, Res};
use crate::files::Files;
use crate::live::{Counts, Live, OnDuty};

/// See the module.
pub struct Desk {
    pub db: Db,
    pub files: Files,
    pub clock: Arc<dyn Clock>,
    pub ids: Ids,
    pub live: Arc<Live>,
    /// The folder that holds everything which is not in PostgreSQL.
    pub dir: PathBuf,
    book: RwLock<Arc<Book>>,
    set_up_code: Mutex<Option<String>>,
    gateway: OnceLock<Arc<dyn Gateway>>,
    telephone: OnceLock<Arc<dyn Telephone>>,
    /// Tells this process from other replicas.
    mark: String,
}

/// How long the threads wait before they look whether the product stops.
const WAIT: std::time::Duration = std::time::Duration::from_millis(500);

impl Desk {
    /// Opens the product over a database that is migrated already.
    ///
    /// # Errors
    /// `Internal` when the folder cannot be used.
    pub fn open(db: Db, dir: &Path, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Res<Arc<Desk>> {
        let book = Arc::new(Book::shipped()?);
        let ids = Ids(entropy);
        let desk = Desk {
            mark: ids.hex(8),
            db,
            files: Files::open(&dir.join("files"))?,
            clock,
            ids,
            live: Arc::new(Live::default()),
            dir: dir.to_owned(),
            book: RwLock::new(book),
            set_up_code: Mutex::new(None),
            gateway: OnceLock::new(),
            telephone: OnceLock::new(),
        };
        Ok(Arc::new(desk))
    }

    /// The documents in force.
    pub fn book(&self) -> Arc<Book> {
        self.book.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A context for a named part of the product, at the present instant.
    pub fn system(&self, name: &'static str, site: &SiteId) -> Ctx {
        Ctx {
            actor: Actor::System(name),
            site: site.clone(),
            now: self.clock.now(),
            ids: self.ids.clone(),
            locale: Locale::Zh,
            ip: String::new(),
            via: name,
            book: self.book(),
            live: self.live.clone(),
        }
    }

    /// Runs a use case that writes; `reply` is called after the commit is on disk.
    pub fn submit_write<T, F>(&self, ctx: Ctx, mut f: F, reply: impl FnOnce(Res<T>) + Send + 'static)
    where
        T: Send + 'static,
        F: FnMut(&mut Tx, &Ctx) -> Res<T> + Send + 'static,
    {
        self.db.submit(move |tx| f(tx, &ctx), reply);
    }

    /// Runs a question on a reader.
    pub fn submit_read<T, F>(&self, ctx: Ctx, mut f: F, reply: impl FnOnce(Res<T>) + Send + 'static)
    where
        T: Send + 'static,
        F: FnMut(&mut Conn, &Ctx) -> Res<T> + Send + 'static,
    {
        self.db.submit_read(move |c| f(c, &ctx), reply);
    }

    /// Runs a use case and waits for it. Never from an async thread.
    ///
    /// # Errors
    /// What the use case says.
    pub fn write_now<T, F>(&self, ctx: &Ctx, f: F) -> Res<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx, &Ctx) -> Res<T> + Send + 'static,
    {
        let (send, receive) = std::sync::mpsc::sync_channel(1);
        self.submit_write(ctx.clone(), f, move |r| {
            let _gone = send.send(r);
        });
        receive
            .recv()
            .unwrap_or(Err(Error::Unavailable("unavailable-stopping")))
    }

    /// Runs a question and waits for it. Never from an async thread.
    ///
    /// # Errors
    /// What the question says.
    pub fn read_now<T, F>(&self, f: F) -> Res<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Res<T> + Send + 'static,
    {
        self.db.read(f)
    }

    /// Reads the counters of a site again. Returns whether they changed.
    ///
    /// # Errors
    /// `Unavailable` while the database is away.
    pub fn recount(&self, site: &SiteId) -> Res<bool> {
        let (s, now) = (site.clone(), self.clock.now());
        let known = self.live.roster(site);
        let (counts, on_duty, held, unread, seq, (roster, alarms, incidents)) = self.read_now(move |c| {
            let counts = Counts {
                queue: store::site::count_open(c, &s)?,
                overdue: store::site::count_overdue(c, &s, now)?,
                orders: store::site::count_orders(c, &s)?,
                callbacks: store::site::count_callbacks(c, &s)?,
                messages_failed: store::site::count_failed(c, &s)?,
                news: store::site::count_news(c, &s)?,
                missed: store::call::count_missed(c, &s)?,
                hidden: store::hidden::open(c, &s, now)?,
            };
            let duty = store::site::on_duty(c, &s)?;
            let duty = duty
                .into_iter()
                .map(|d| OnDuty {
                    id: d.id,
                    name: d.name,
                    name_en: d.name_en,
                    department: d.department.unwrap_or_default(),
                    department_en: d.department_en.unwrap_or_default(),
                })
                .collect::<Vec<_>>();
            let held = store::site::held(c, &s)?.into_iter().map(|h| (h.id, h.jobs)).collect();
            let unread = crate::notice::unread(c, &s)?;
            let n = store::roster::change(c, &s)?.unwrap_or(0);
            let roster = if known.fresh(n, now) {
                known.clone()
            } else {
                Arc::new(crate::roster::now::Now::read(c, &s, n, now)?)
            };
            let seq = store::site::seq(c, &s)?.unwrap_or(0);
            let alarms = Arc::new(crate::emergency::alarms(c, &s)?);
            let incidents = Arc::new(crate::incident::ongoing(c, &s)?);
            let now = (roster, alarms, incidents);
            Ok::<_, Error>((counts, duty, held, unread, seq, now))
        })?;
        let standing = crate::live::Standing {
            counts,
            on_duty,
            held,
            unread,
            roster,
            alarms,
            incidents,
        };
        Ok(self.live.set(site, seq, standing))
    }

    /// Follows the commits until the product stops, those of other processes too: reads counters again where something
    /// changed and tells everyone who is looking. Runs on a thread of its own, and makes one more to listen.
    pub fn follow(&self, stop: &(dyn Fn() -> bool + Sync)) {
        std::thread::scope(|threads| {
            let hear = std::thread::Builder::new().name("hear".into());
            if let Err(e) = hear.spawn_scoped(threads, || self.hear(stop)) {
                tracing::error!(error = %e, "what other processes write is not heard");
            }
            self.count_and_tell(stop);
        });
    }

    fn count_and_tell(&self, stop: &dyn Fn() -> bool) {
        while !stop() {
            for (site, mine) in self.live.wait(WAIT) {
                if let Err(e) = self.recount(&site) {
                    tracing::warn!(error = %e, "counters could not be read");
                }
                if mine {
                    self.db.tell(&self.mark, site.as_str(), self.live.seq(&site));
                }
            }
        }
    }

    /// Tells this process from other replicas; another one with each start.
    pub fn mark(&self) -> &str {
        &self.mark
    }

    /// Hears what other processes write to the same database (replicas, an import on the command line) until the product
    /// stops, so that who is looking here sees it too.
    fn hear(&self, stop: &dyn Fn() -> bool) {
        let mut watch = self.db.watch(&self.mark);
        while !stop() {
            for heard in watch.next(WAIT) {
                let site = SiteId::from(heard.site);
                // A notice may tell of what has no number of its own (a limit that passed); a look finds only numbers.
                if heard.noticed || heard.seq > self.live.seq(&site) {
                    self.live.heard(&site);
                }
            }
        }
    }

    /// Joins the adapters that deliver messages; the first ones stay.
    pub fn set_gateway(&self, gateway: Arc<dyn Gateway>) {
        let _first = self.gateway.set(gateway);
    }

    /// The adapters that deliver messages.
    ///
    /// # Errors
    /// `Unavailable` where none were joined.
    pub fn gateway(&self) -> Res<Arc<dyn Gateway>> {
        self.gateway
            .get()
            .cloned()
            .ok_or(Error::Unavailable("unavailable-gateway"))
    }

    /// Joins the adapters that speak with telephone systems; the first ones stay.
    pub fn set_telephone(&self, telephone: Arc<dyn Telephone>) {
        let _first = self.telephone.set(telephone);
    }

    /// The adapters that speak with telephone systems.
    ///
    /// # Errors
    /// `Unavailable` where none were joined.
    pub fn telephone(&self) -> Res<Arc<dyn Telephone>> {
        self.telephone
            .get()
            .cloned()
            .ok_or(Error::Unavailable("unavailable-telephone"))
    }

    /// The code that the first administrator has to give; made on first use.
    pub fn set_up_code(&self) -> String {
        let mut code = self.set_up_code.lock().unwrap_or_else(PoisonError::into_inner);
        code.get_or_insert_with(|| self.ids.hex(4)).clone()
    }

    /// Whether this is the set-up code.
    pub fn set_up_code_fits(&self, code: &str) -> bool {
        !code.is_empty() && self.set_up_code() == code.to_lowercase()
    }
}
