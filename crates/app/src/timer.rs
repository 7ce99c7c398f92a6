//! The timer: it sleeps until a clock of some case changes by itself, then lets the rules look at that case. A limit that
//! has passed becomes a fact in the journal, once, however often and by how many replicas it is looked at; after a stop it
//! catches up, and the fact keeps the instant at which it was due.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use domain::ids::CaseId;

use crate::case;
use crate::desk::Desk;
use crate::error::{Error, Res};

/// Cases looked at in one go.
const BATCH: i64 = 200;
/// Longest sleep: another replica may have made an earlier step.
const LONGEST: Duration = Duration::from_secs(20);
/// Sleep after something went wrong.
const RETRY: Duration = Duration::from_secs(5);

/// Looks at every case whose clock has something to do by now. Returns how many there were.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn run_due(desk: &Desk) -> Res<usize> {
    let mut looked = 0;
    let mut failed: Vec<CaseId> = Vec::new();
    loop {
        let now = desk.clock.now();
        let due = desk.read_now(move |c| Ok(store::case::due_steps(c, now, BATCH)?))?;
        let due: Vec<_> = due.into_iter().filter(|d| !failed.contains(&d.id)).collect();
        if due.is_empty() {
            return if failed.is_empty() {
                Ok(looked)
            } else {
                Err(Error::Unavailable("unavailable-busy"))
            };
        }
        for d in due {
            let ctx = desk.system("timer", &d.site_id);
            let id = d.id.clone();
            match desk.write_now(&ctx, move |tx, ctx| case::tick(tx, ctx, &id)) {
                Ok(()) => looked += 1,
                // Somebody else was at the case: the next look finds it as it is now.
                Err(Error::Conflict { .. }) => {}
                Err(e) => {
                    tracing::warn!(case = %d.id, error = %e, "the timer could not look at a case");
                    failed.push(d.id);
                }
            }
        }
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
    let bell = Arc::new(Bell::default());
    let ring = bell.clone();
    // Any change may have brought an earlier step.
    desk.live.listen(move |_, _| ring.ring());
    while !stop() {
        let due = run_due(desk).and_then(|_| crate::consult::run_due(desk));
        let mut sleep = match due.and_then(|_| until_next(desk)) {
            Ok(sleep) => sleep,
            Err(e) => {
                tracing::warn!(error = %e, "the timer pauses");
                RETRY
            }
        };
        // In short pieces, so that the product stops at once when it is told to.
        while !stop() && !sleep.is_zero() {
            let piece = sleep.min(Duration::from_millis(400));
            sleep -= piece;
            if bell.rang_within(piece) {
                break;
            }
        }
    }
}

fn until_next(desk: &Desk) -> Res<Duration> {
    let next = desk.read_now(|c| {
        let consult = store::consult::next_due(c)?.map(|due| due + 1);
        let case = store::case::next_step(c)?;
        Ok::<_, Error>(case.into_iter().chain(consult).min())
    })?;
    let ms = next.map_or(i64::MAX, |next| next.saturating_sub(desk.clock.now()));
    Ok(Duration::from_millis(u64::try_from(ms).unwrap_or(0)).clamp(Duration::from_millis(5), LONGEST))
}
