//! Several processes over one database: what one writes, those who look at another hear.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use domain::access::Role;
use store::testing::{options, urls_for_both};
use store::{Db, DbUrl};

use crate::desk::Desk;
use crate::error::Error;
use crate::journal;
use crate::testing::World;

/// A second process's desk, following, over the same database.
struct Other {
    desk: Arc<Desk>,
    stop: Arc<AtomicBool>,
    follow: Option<std::thread::JoinHandle<()>>,
    heard: mpsc::Receiver<(domain::ids::SiteId, i64)>,
}

fn other(w: &World, url: &DbUrl, dir: &std::path::Path) -> Other {
    let db = Db::open_with(url.clone(), options()).unwrap();
    let entropy = Arc::new(crate::testing::Counting::from(99));
    let desk = Desk::open(db, dir, w.clock.clone(), entropy).unwrap();
    let (send, heard) = mpsc::channel();
    desk.live.listen(move |site, seq| {
        let _gone = send.send((site.clone(), seq));
    });
    let stop = Arc::new(AtomicBool::new(false));
    let follow = {
        let (desk, stop) = (desk.clone(), stop.clone());
        std::thread::spawn(move || desk.follow(&|| stop.load(Ordering::SeqCst)))
    };
    Other {
        desk,
        stop,
        follow: Some(follow),
        heard,
    }
}

impl Other {
    /// How long it took until the number was heard of.
    fn hears(&self, w: &World, seq: i64) -> Duration {
        let start = Instant::now();
        loop {
            let (site, n) = self.heard.recv_timeout(Duration::from_secs(5)).expect("heard in time");
            if site == w.site && n >= seq {
                return start.elapsed();
            }
        }
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(t) = self.follow.take() {
            let _ended = t.join();
        }
    }
}

/// Something happens at the site; its number.
fn write(w: &World) -> i64 {
    w.desk
        .write_now(&w.ctx(Role::FrontDesk), |tx, ctx| {
            let about = journal::Subject {
                kind: "site",
                id: ctx.site.as_str(),
                case: None,
            };
            journal::append(tx, ctx, about, "site_changed", serde_json::json!({}), &[], ctx.now);
            Ok::<_, Error>(())
        })
        .unwrap();
    let site = w.site.clone();
    w.desk
        .read_now(move |c| Ok(store::site::seq(c, &site)?))
        .unwrap()
        .unwrap()
}

#[test]
fn what_one_process_writes_the_other_hears_within_two_seconds() {
    urls_for_both(true, |url| {
        let w = World::new(&Db::open_with(url.clone(), options()).unwrap());
        let dir = store::testing::TempDir::new();
        let there = other(&w, url, &dir.0);
        there.hears(&w, write(&w));
        // This process only writes, as the command line does: the look each second finds it.
        let took = there.hears(&w, write(&w));
        assert!(took < Duration::from_secs(2), "{took:?}");
        assert!(there.desk.live.seq(&w.site) >= 1);
    });
}

#[test]
fn a_replica_that_says_so_is_heard_at_once_and_after_a_lost_connection() {
    urls_for_both(true, |url| {
        let DbUrl::Postgres(pg) = url else { return };
        let w = World::new(&Db::open_with(url.clone(), options()).unwrap());
        let dir = store::testing::TempDir::new();
        let there = other(&w, url, &dir.0);
        there.hears(&w, write(&w));
        let stop = Arc::new(AtomicBool::new(false));
        let follow = {
            let (desk, stop) = (w.desk.clone(), stop.clone());
            std::thread::spawn(move || desk.follow(&|| stop.load(Ordering::SeqCst)))
        };
        // The best of some: other tests may hold the machine for a moment.
        let best = |n: usize| (0..n).map(|_| there.hears(&w, write(&w))).min().unwrap();
        let took = best(5);
        assert!(took < Duration::from_millis(500), "told, not looked for: {took:?}");
        // Every connection that listens is cut; it comes back by itself.
        store::testing::cut_listeners(pg);
        let took = there.hears(&w, write(&w));
        assert!(took < Duration::from_secs(4), "{took:?}");
        let took = best(5);
        assert!(took < Duration::from_millis(500), "listening again: {took:?}");
        stop.store(true, Ordering::SeqCst);
        follow.join().unwrap();
    });
}
