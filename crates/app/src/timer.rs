//! The timer: it sleeps until a clock of some case changes by itself or a step of its ladder is reached, then lets the rules
//! look at that case. A limit that has passed and a step that was reached become facts in the journal, and notices to those
//! who can act, each once, however often and by how many replicas it is looked at. After a stop it catches up, in slices
//! between which others write; a fact keeps the instant at which it was due.
//!
//! Only the next step of each shard is asked for, never every case. Sleep is measured against the host's clock as it is now:
//! a clock that is moved is noticed at once, and what was reached is not reached again.

use std::collections::HashMap;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::ids::{CaseId, SiteId};
use store::db::Tx;
use store::due::Due;
use store::seam::Conn;

use crate::calendar;
use crate::case::{self, SHARDS};
use crate::ctx::Ctx;
use crate::desk::Desk;
use crate::error::{Error, Res};
use crate::lease::Leases;
use crate::roster;

/// Cases handed to the writers at once; people's requests come between two slices.
const SLICE: i64 = 32;
/// Longest sleep: another replica may have made an earlier step.
const LONGEST: Duration = Duration::from_secs(20);
/// Sleep after something went wrong.
const RETRY: Duration = Duration::from_secs(5);
/// Whether the holidays of the next year are known is looked at so often (ms).
const CALENDARS: i64 = 3_600_000;
/// Shortest sleep: a case that cannot be looked at, or a clock that stands still, does not keep the processor busy.
const SHORTEST: Duration = Duration::from_millis(5);

/// Looks at every case whose clock has something to do by now. Returns how many there were.
///
/// # Errors
/// `Unavailable` while the database is away, or when a case could not be looked at.
pub fn run_due(desk: &Desk) -> Res<usize> {
    let mut work = Work::default();
    let shards: Vec<i64> = (0..SHARDS).collect();
    work.rosters.round(desk, &shards)?;
    work.calendars.round(desk, &shards)?;
    crate::emergency::run_due(desk)?;
    let looked = work.through(desk, &shards, &mut |_| Ok(true))?;
    if work.failed.is_empty() {
        Ok(looked)
    } else {
        Err(Error::Unavailable("unavailable-busy"))
    }
}

/// What came of looking at everything of one kind that time has come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Round {
    /// Of how many something became a fact.
    pub done: usize,
    /// How many could not be looked at.
    pub failed: usize,
}

impl std::ops::Add for Round {
    type Output = Round;

    fn add(self, other: Round) -> Round {
        Round {
            done: self.done + other.done,
            failed: self.failed + other.failed,
        }
    }
}

/// Rows of one kind that are read at once.
const PAGE: usize = 200;

/// Looks at everything of one kind that is due, page by page, each in a transaction of its own. One that cannot be looked at is
/// logged and stands in the way of no other.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn each(
    desk: &Desk,
    what: &'static str,
    page: fn(&mut Conn, i64, i64, &str, i64) -> store::Result<Vec<Due>>,
    look: fn(&mut Tx, &Ctx, &str) -> Res<bool>,
) -> Res<Round> {
    let mut round = Round::default();
    let mut after = (i64::MIN, String::new());
    let limit = i64::try_from(PAGE).unwrap_or(1);
    loop {
        let (now, (at, id)) = (desk.clock.now(), after.clone());
        let due = desk.read_now(move |c| Ok::<_, Error>(page(c, now, at, &id, limit)?))?;
        let full = due.len() == PAGE;
        for d in due {
            after = (d.at, d.id.clone());
            let (ctx, id) = (desk.system("timer", &d.site_id), d.id.clone());
            match desk.write_now(&ctx, move |tx, ctx| look(tx, ctx, &id)) {
                Ok(true) => round.done += 1,
                // Somebody else was at it: the next look finds it as it is then.
                Ok(false) | Err(Error::Conflict { .. }) => {}
                Err(e) => {
                    tracing::warn!(what, id = %d.id, error = %e, "the timer could not look at something");
                    round.failed += 1;
                }
            }
        }
        if !full {
            return Ok(round);
        }
    }
}

/// What is looked at beside the cases by whoever looks first; the others find it done.
struct Beside {
    what: &'static str,
    next: fn(&mut Conn) -> Res<Option<i64>>,
    round: fn(&Desk) -> Res<Round>,
}

const BESIDE: [Beside; 10] = [
    // A consultation lasts a minute or two. Its limit itself is still in time.
    Beside {
        what: "consultations",
        next: |c| Ok(store::consult::next_due(c)?.map(|due| due + 1)),
        round: crate::consult::round,
    },
    Beside {
        what: "calls",
        next: |c| Ok(store::call::next_due(c)?),
        round: crate::call::round,
    },
    Beside {
        what: "missed calls",
        next: |c| Ok(store::call::missed_next_due(c)?),
        round: crate::call::missed::round,
    },
    Beside {
        what: "visits",
        next: |c| Ok(store::visit::next_due(c)?),
        round: crate::visit::round,
    },
    Beside {
        what: "notices to residents",
        next: |c| Ok(store::bulletin::next_due(c)?),
        round: crate::bulletin::round,
    },
    Beside {
        what: "investigations",
        next: |c| Ok(store::investigation::next_due(c)?),
        round: crate::investigation::round,
    },
    Beside {
        what: "violations",
        next: |c| Ok(store::telephone::violation_next_due(c)?),
        round: crate::telephone::violation::round,
    },
    Beside {
        what: "line checks",
        next: |c| Ok(store::telephone::rules_next_due(c)?),
        round: crate::telephone::check::round,
    },
    Beside {
        what: "line faults",
        next: |c| Ok(store::telephone::fault_next_due(c)?),
        round: crate::telephone::check::faults_round,
    },
    Beside {
        what: "emergencies",
        next: crate::emergency::next_due,
        round: crate::emergency::round,
    },
];

/// What the timer remembers from one round to the next.
#[derive(Default)]
struct Work {
    /// A kind of [`BESIDE`] of which something could not be looked at rests until then; the others do not wait for it.
    rests: [Option<Instant>; BESIDE.len()],
    /// Cases that could not be looked at, and when they are tried again.
    failed: HashMap<CaseId, Instant>,
    rosters: Rosters,
    calendars: Calendars,
}

/// When each site's calendars are looked at again. A site that is new is found at the next look at any.
#[derive(Default)]
struct Calendars {
    next_at: i64,
    shards: Vec<i64>,
}

impl Calendars {
    /// Once an hour, and when another part of the work became ours: asks for the holidays that are missing at these shards' sites,
    /// and forgets what is kept no longer.
    fn round(&mut self, desk: &Desk, shards: &[i64]) -> Res<()> {
        let now = desk.clock.now();
        // A clock that was set back by more than that waits for no hour that is far away.
        let waits = now < self.next_at && self.next_at - now <= CALENDARS;
        if waits && self.shards == shards {
            return Ok(());
        }
        for site in desk.read_now(|c| Ok::<_, Error>(store::site::all(c)?))? {
            if !shards.contains(&case::shard_of(site.id.as_str())) {
                continue;
            }
            let ctx = desk.system("timer", &site.id);
            if let Err(e) = desk.write_now(&ctx, calendar::ask::look) {
                tracing::warn!(site = %site.id, error = %e, "the timer could not look at the calendars");
            }
            if let Err(e) = desk.write_now(&ctx, crate::visit::host::forget) {
                tracing::warn!(site = %site.id, error = %e, "the timer could not forget the hosts of addresses that ended");
            }
            // A new month's round of opinions opens by itself (COM-13).
            if let Err(e) = desk.write_now(&ctx, crate::opinion::sync) {
                tracing::warn!(site = %site.id, error = %e, "the timer could not open the round of opinions");
            }
        }
        (self.next_at, self.shards) = (now + CALENDARS, shards.to_vec());
        Ok(())
    }
}

/// When each site's roster is looked at again: after a change, and when something of it may have to be told. A site without a
/// roster is not among them.
#[derive(Default)]
struct Rosters {
    seen: HashMap<SiteId, RosterSeen>,
}

struct RosterSeen {
    /// Counter of the roster's changes at the last look.
    n: i64,
    next_at: i64,
}

impl Rosters {
    /// Looks at the rosters of these shards of which there may be something to tell. Returns when the next look is due.
    fn round(&mut self, desk: &Desk, shards: &[i64]) -> Res<Option<i64>> {
        let changes = desk.read_now(|c| Ok::<_, Error>(store::roster::changes(c)?))?;
        // What another replica took over is looked at anew if it comes back.
        self.seen
            .retain(|site, _| shards.contains(&case::shard_of(site.as_str())));
        for c in changes {
            if !shards.contains(&case::shard_of(c.site_id.as_str())) {
                continue;
            }
            let now = desk.clock.now();
            let before = self.seen.get(&c.site_id);
            if before.is_some_and(|s| s.n == c.n && now < s.next_at) {
                continue;
            }
            let by_time = before.is_some_and(|s| s.n == c.n);
            let ctx = desk.system("timer", &c.site_id);
            let next_at = match desk.write_now(&ctx, move |tx, ctx| roster::tell::look(tx, ctx, by_time)) {
                Ok(at) => at,
                Err(e) => {
                    tracing::warn!(site = %c.site_id, error = %e, "the timer could not look at a roster");
                    now + i64::try_from(RETRY.as_millis()).unwrap_or(0)
                }
            };
            self.seen.insert(c.site_id, RosterSeen { n: c.n, next_at });
        }
        Ok(self.seen.values().map(|s| s.next_at).min())
    }
}

impl Work {
    /// Looks at what is due beside the cases.
    fn beside(&mut self, desk: &Desk) -> Res<()> {
        for (kind, rests) in BESIDE.iter().zip(&mut self.rests) {
            if rests.is_some_and(|until| Instant::now() < until) {
                continue;
            }
            *rests = None;
            let next = kind.next;
            if desk.read_now(next)?.is_none_or(|at| at > desk.clock.now()) {
                continue;
            }
            match (kind.round)(desk) {
                Ok(Round { failed: 0, .. }) => {}
                Ok(_) => *rests = Some(Instant::now() + RETRY),
                Err(e) => {
                    tracing::warn!(what = kind.what, error = %e, "the timer could not look");
                    *rests = Some(Instant::now() + RETRY);
                }
            }
        }
        Ok(())
    }

    /// When the next of these is due. Not at once: what was to be done now is done, or rests.
    fn beside_next(&self, desk: &Desk) -> Res<Option<i64>> {
        let (now, soon) = (Instant::now(), desk.clock.now() + 1000);
        let mut first: Option<i64> = None;
        for (kind, rests) in BESIDE.iter().zip(&self.rests) {
            let next = kind.next;
            let Some(at) = desk.read_now(next)? else { continue };
            let rest = rests.map_or(0, |until| {
                i64::try_from(until.saturating_duration_since(now).as_millis()).unwrap_or(0)
            });
            let at = at.max(soon).max(soon - 1000 + rest);
            first = Some(first.map_or(at, |f| f.min(at)));
        }
        Ok(first)
    }

    /// Looks at all cases of these shards that are due, slice by slice. `goes_on` is asked between slices whether a shard is
    /// still ours.
    fn through(&mut self, desk: &Desk, shards: &[i64], goes_on: &mut dyn FnMut(i64) -> Res<bool>) -> Res<usize> {
        let mut looked = 0;
        loop {
            let mut round = 0;
            for shard in shards {
                round += self.shard(desk, *shard, goes_on)?;
            }
            looked += round;
            if round == 0 {
                return Ok(looked);
            }
        }
    }

    /// One pass over what is due in a shard.
    fn shard(&mut self, desk: &Desk, shard: i64, goes_on: &mut dyn FnMut(i64) -> Res<bool>) -> Res<usize> {
        let mut looked = 0;
        let mut after = (i64::MIN, CaseId::from(""));
        loop {
            if !goes_on(shard)? {
                return Ok(looked);
            }
            let (now, (at, id)) = (desk.clock.now(), after.clone());
            let due = desk.read_now(move |c| Ok::<_, Error>(store::case::due_steps(c, shard, now, at, &id, SLICE)?))?;
            let Some(last) = due.last() else { return Ok(looked) };
            after = (last.next_step_at.unwrap_or(i64::MAX), last.id.clone());
            let full = i64::try_from(due.len()).unwrap_or(SLICE) == SLICE;
            looked += self.slice(desk, due);
            if !full {
                return Ok(looked);
            }
        }
    }

    /// Hands a slice to the writers and waits for all of it. Each case is a transaction of its own.
    fn slice(&mut self, desk: &Desk, due: Vec<store::case::CaseDue>) -> usize {
        let (send, receive) = sync_channel(due.len());
        let mut asked = 0;
        for d in due {
            if self.failed.get(&d.id).is_some_and(|again| Instant::now() < *again) {
                continue;
            }
            asked += 1;
            let (ctx, id, send) = (desk.system("timer", &d.site_id), d.id.clone(), send.clone());
            desk.submit_write(
                ctx,
                move |tx, ctx| case::tick(tx, ctx, &id),
                move |done| {
                    let _gone = send.send((d.id, done));
                },
            );
        }
        let mut looked = 0;
        for (id, done) in receive.iter().take(asked) {
            match done {
                Ok(()) => {
                    looked += 1;
                    self.failed.remove(&id);
                }
                // Somebody else was at the case: the next look finds it as it is then.
                Err(Error::Conflict { .. }) => {}
                Err(e) => {
                    tracing::warn!(case = %id, error = %e, "the timer could not look at a case");
                    self.failed.insert(id, Instant::now() + RETRY);
                }
            }
        }
        looked
    }

    /// When the next case of these shards has something to do, in milliseconds by the host's clock.
    fn next(desk: &Desk, shards: &[i64]) -> Res<Option<i64>> {
        let next = desk.read_now(|c| Ok::<_, Error>(store::case::next_steps(c)?))?;
        Ok(next
            .into_iter()
            .filter(|n| shards.contains(&n.shard))
            .filter_map(|n| n.next_step_at)
            .min())
    }
}

#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    wake: Condvar,
}

impl Bell {
    fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.wake.notify_one();
    }

    /// Whether it rang within this time.
    fn rang_within(&self, longest: Duration) -> bool {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut rung, _) = self
            .wake
            .wait_timeout_while(rung, longest, |rung| !*rung)
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *rung)
    }
}

/// Runs until told to stop. On a thread of its own.
pub fn run(desk: &Desk, stop: &dyn Fn() -> bool) {
    run_with(desk, &mut Leases::new(desk), stop);
}

/// As [`run`], with the leases given.
pub fn run_with(desk: &Desk, leases: &mut Leases, stop: &dyn Fn() -> bool) {
    let bell = Arc::new(Bell::default());
    let ring = bell.clone();
    // Any change may have brought an earlier step.
    desk.live.listen(move |_, _| ring.ring());
    let mut work = Work::default();
    while !stop() {
        let (until, longest) = match round(desk, leases, &mut work, stop) {
            Ok(found) => found,
            Err(e) => {
                tracing::warn!(error = %e, "the timer pauses");
                (None, RETRY)
            }
        };
        // In short pieces: the product stops at once when it is told to, and a host's clock that is moved is noticed.
        let asleep = Instant::now();
        while !stop() {
            let left = longest.saturating_sub(asleep.elapsed());
            let due = until.map_or(Duration::MAX, |at| {
                let ms = at.saturating_sub(desk.clock.now()).max(0);
                Duration::from_millis(u64::try_from(ms).unwrap_or(0))
            });
            let piece = left.min(due).min(Duration::from_millis(400));
            if piece.is_zero() || bell.rang_within(piece) {
                break;
            }
        }
    }
    if let Err(e) = leases.release(desk) {
        tracing::warn!(error = %e, "the timer's leases could not be given back");
    }
}

/// One round: what is due is done. Then until when to sleep, and for how long at most.
fn round(desk: &Desk, leases: &mut Leases, work: &mut Work, stop: &dyn Fn() -> bool) -> Res<(Option<i64>, Duration)> {
    work.beside(desk)?;
    let mut shards = leases.hold(desk, Instant::now())?.to_vec();
    let roster_at = work.rosters.round(desk, &shards)?;
    work.calendars.round(desk, &shards)?;
    let mut next = Work::next(desk, &shards)?;
    if next.is_some_and(|at| at <= desk.clock.now()) {
        work.through(desk, &shards, &mut |shard| {
            Ok(!stop() && leases.hold(desk, Instant::now())?.contains(&shard))
        })?;
        shards = leases.hold(desk, Instant::now())?.to_vec();
        next = Work::next(desk, &shards)?;
    }
    let now = Instant::now();
    work.failed.retain(|_, again| now < *again + RETRY);
    if next.is_some_and(|at| at <= desk.clock.now()) {
        // Something came due meanwhile, or cannot be looked at.
        let rest = if work.failed.is_empty() { SHORTEST } else { RETRY / 5 };
        return Ok((None, rest));
    }
    // One that could not be looked at does not keep the processor busy.
    let beside_at = work.beside_next(desk)?;
    let next = [next, roster_at, beside_at].into_iter().flatten().min();
    Ok((next, LONGEST.min(leases.rest(now).max(SHORTEST))))
}
