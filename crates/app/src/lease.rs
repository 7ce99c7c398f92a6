//! Who does which part of the timer's work, among replicas on one database. A lease moves (`beat`) while its owner lives; the
//! others watch that by their own monotonic clock, so that no host's wall clock, moved or wrong, gives or takes a lease. That
//! nothing is done twice does not hang on leases: they only share out the work.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::ids::SiteId;
use store::lease::{self as db, Lease};

use crate::case::SHARDS;
use crate::desk::Desk;
use crate::error::{Error, Res};

/// A lease that has not moved for so long is free: its owner is gone.
pub const TTL: Duration = Duration::from_secs(10);
/// Leases are renewed so often.
pub const RENEW: Duration = Duration::from_secs(3);
/// By the wall clock a lease is given up only if it ended this long (ms) ago and was never seen to move: after a start.
const LONG_GONE: i64 = 30_000;

const SHARD: &str = "timer/";
const MEMBER: &str = "replica/";

fn shard_name(shard: i64) -> String {
    format!("{SHARD}{shard:02}")
}

/// What a look at the leases leads to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Plan {
    /// Taken, as they were seen.
    take: Vec<Lease>,
    /// Given to those who have less.
    release: Vec<String>,
    /// Replicas that are gone.
    remove: Vec<Lease>,
}

/// Each of the living gets an even part; what nobody living holds is taken, what is too much is given back.
fn plan(rows: &[Lease], me: &str, gone: impl Fn(&Lease) -> bool) -> Plan {
    let of = |prefix: &'static str| rows.iter().filter(move |l| l.name.starts_with(prefix));
    let others = of(MEMBER).filter(|l| l.owner != me && !gone(l)).count();
    let total = usize::try_from(SHARDS).unwrap_or(16);
    let fair = total.div_ceil(others + 1);
    let mine: Vec<&Lease> = of(SHARD).filter(|l| l.owner == me).collect();
    let free = of(SHARD).filter(|l| l.owner != me && (l.owner.is_empty() || gone(l)));
    Plan {
        take: free.take(fair.saturating_sub(mine.len())).cloned().collect(),
        release: mine.iter().skip(fair).map(|l| l.name.clone()).collect(),
        remove: of(MEMBER).filter(|l| l.owner != me && gone(l)).cloned().collect(),
    }
}

/// A lease as this process has watched it.
struct Watched {
    beat: i64,
    /// Since when it stands still.
    since: Instant,
    /// It was seen to move: its owner lived, whatever the wall clocks say.
    moved: bool,
}

/// The parts that this process works on.
pub struct Leases {
    me: String,
    /// The only process over its database: everything is its own, and nothing is written about it.
    alone: bool,
    seen: HashMap<String, Watched>,
    renewed: Option<Instant>,
    held: Vec<i64>,
}

impl Leases {
    /// Of a process: on SQLite it is the only one.
    pub fn new(desk: &Desk) -> Leases {
        Leases::named(desk.mark(), desk.db.is_lite())
    }

    /// With a name of its own, alone or among others.
    pub fn named(me: &str, alone: bool) -> Leases {
        Leases {
            me: me.to_owned(),
            alone,
            seen: HashMap::new(),
            renewed: None,
            held: if alone { (0..SHARDS).collect() } else { Vec::new() },
        }
    }

    /// The parts that are this process's now; renews them when it is time. `at`: the monotonic instant.
    ///
    /// # Errors
    /// `Unavailable` while the database is away.
    pub fn hold(&mut self, desk: &Desk, at: Instant) -> Res<&[i64]> {
        if self.alone || self.renewed.is_some_and(|last| at.duration_since(last) < RENEW) {
            return Ok(&self.held);
        }
        let rows = desk.read_now(|c| {
            let mut rows = db::all(c, SHARD, "timer0")?;
            rows.extend(db::all(c, MEMBER, "replica0")?);
            Ok::<_, Error>(rows)
        })?;
        for row in &rows {
            let seen = self.seen.entry(row.name.clone()).or_insert(Watched {
                beat: row.beat,
                since: at,
                moved: false,
            });
            if seen.beat != row.beat {
                *seen = Watched {
                    beat: row.beat,
                    since: at,
                    moved: true,
                };
            }
        }
        self.seen.retain(|name, _| rows.iter().any(|r| r.name == *name));
        let wall = desk.clock.now();
        let plan = plan(&rows, &self.me, |l| {
            let long_gone = l.until.saturating_add(LONG_GONE) < wall;
            self.seen
                .get(&l.name)
                .is_none_or(|w| at.duration_since(w.since) >= TTL || (!w.moved && long_gone))
        });
        let ttl = i64::try_from(TTL.as_millis()).unwrap_or(0);
        let (me, first) = (self.me.clone(), rows.len() < usize::try_from(SHARDS).unwrap_or(16));
        let ctx = desk.system("timer", &SiteId::from(crate::journal::COMPANY));
        let held = desk.write_now(&ctx, move |tx, ctx| {
            let until = ctx.now + ttl;
            let row = |name: String, owner: &str, until: i64| Lease {
                name,
                owner: owner.to_owned(),
                beat: 0,
                until,
            };
            if first {
                for shard in 0..SHARDS {
                    db::add(tx, &row(shard_name(shard), "", 0))?;
                }
            }
            db::add(tx, &row(format!("{MEMBER}{me}"), &me, until))?;
            db::renew(tx, &me, until)?;
            for l in &plan.take {
                db::take(tx, &l.name, &l.owner, l.beat, &me, until)?;
            }
            for name in &plan.release {
                db::release(tx, name, &me)?;
            }
            for l in &plan.remove {
                db::remove(tx, &l.name, l.beat)?;
            }
            let mine = db::all(tx, SHARD, "timer0")?.into_iter().filter(|l| l.owner == me);
            Ok::<_, Error>(mine.filter_map(|l| l.name.get(SHARD.len()..)?.parse().ok()).collect())
        })?;
        self.held = held;
        self.renewed = Some(at);
        Ok(&self.held)
    }

    /// How long until the leases have to be renewed.
    pub fn rest(&self, at: Instant) -> Duration {
        match self.renewed {
            _ if self.alone => Duration::MAX,
            None => Duration::ZERO,
            Some(last) => (last + RENEW).saturating_duration_since(at),
        }
    }

    /// Gives everything back, so that others go on at once.
    ///
    /// # Errors
    /// `Unavailable` while the database is away: then the others go on when the leases have run out.
    pub fn release(&mut self, desk: &Desk) -> Res<()> {
        if self.alone || self.renewed.is_none() {
            return Ok(());
        }
        self.held.clear();
        self.renewed = None;
        let me = self.me.clone();
        let ctx = desk.system("timer", &SiteId::from(crate::journal::COMPANY));
        desk.write_now(&ctx, move |tx, _| {
            db::release_all(tx, &me)?;
            let name = format!("{MEMBER}{me}");
            for row in db::all(tx, MEMBER, "replica0")? {
                if row.name == name {
                    db::remove(tx, &name, row.beat)?;
                }
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease(name: &str, owner: &str) -> Lease {
        Lease {
            name: name.into(),
            owner: owner.into(),
            beat: 1,
            until: 0,
        }
    }

    fn shards(owner: impl Fn(i64) -> &'static str) -> Vec<Lease> {
        (0..SHARDS).map(|n| lease(&shard_name(n), owner(n))).collect()
    }

    #[test]
    fn the_work_is_shared_out_evenly() {
        let alive = |_: &Lease| false;
        // The first takes all that is free.
        let free = shards(|_| "");
        assert_eq!(plan(&free, "a", alive).take.len(), 16);
        // A second one comes: the first gives half of it back.
        let mut rows = shards(|_| "a");
        rows.push(lease("replica/a", "a"));
        rows.push(lease("replica/b", "b"));
        assert_eq!(plan(&rows, "a", alive).release.len(), 8);
        assert_eq!(
            plan(&rows, "b", alive),
            Plan::default(),
            "nothing is taken from who lives"
        );
        // What was given back is taken.
        let mut rows = shards(|n| if n < 8 { "a" } else { "" });
        rows.push(lease("replica/a", "a"));
        rows.push(lease("replica/b", "b"));
        assert_eq!(plan(&rows, "b", alive).take.len(), 8);
        // Three: nobody has more than six.
        rows.push(lease("replica/c", "c"));
        assert_eq!(plan(&rows, "a", alive).release.len(), 2);
        assert_eq!(plan(&rows, "c", alive).take.len(), 6);
    }

    #[test]
    fn what_a_dead_replica_held_is_taken_over() {
        let mut rows = shards(|n| if n < 8 { "a" } else { "b" });
        rows.push(lease("replica/a", "a"));
        rows.push(lease("replica/b", "b"));
        let dead = plan(&rows, "a", |l| l.owner == "b");
        assert_eq!(dead.take.len(), 8);
        assert_eq!(dead.remove, [lease("replica/b", "b")]);
        assert!(dead.release.is_empty());
    }
}
