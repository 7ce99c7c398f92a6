//! Daily house-keeping: what has served its time is removed, a slice at a time.

use crate::ctx::Ctx;
use crate::desk::Desk;
use crate::error::Res;
use domain::ids::SiteId;
use store::house as db;

const DAY: i64 = 86_400_000;
/// Answers to repeated requests are remembered this long, in milliseconds.
pub const ANSWERS: i64 = 30 * DAY;
/// Ended sessions are kept this long, so that the last sign-in and its address can be looked up.
pub const SESSIONS: i64 = 90 * DAY;
/// Sign-in failures are forgotten after minutes; their rows go after a day.
pub const FAILURES: i64 = DAY;
/// A draft that nobody touched for this long is given up.
pub const DRAFTS: i64 = 90 * DAY;
/// Notices are kept this long; that they were raised stays in the journal.
pub const NOTICES: i64 = 400 * DAY;
/// Rows removed in one transaction.
const SLICE: i64 = 500;

/// What a round has removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    pub answers: u64,
    pub failures: u64,
    pub sessions: u64,
    pub drafts: u64,
    pub notices: u64,
}

/// One round of house-keeping. Safe to run on several replicas at once.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn tidy(desk: &Desk) -> Res<Removed> {
    let ctx = desk.system("house", &SiteId::from(crate::journal::COMPANY));
    type Step = fn(&mut store::Conn, i64, i64) -> store::Result<u64>;
    let all = |step: Step, before: i64| -> Res<u64> {
        let mut sum = 0;
        loop {
            let n = desk.write_now(&ctx, move |tx, _: &Ctx| Ok(step(tx, before, SLICE)?))?;
            sum += n;
            if n < SLICE as u64 {
                return Ok(sum);
            }
        }
    };
    Ok(Removed {
        answers: all(db::answers, ctx.now - ANSWERS)?,
        failures: all(db::failures, ctx.now - FAILURES)?,
        sessions: all(db::sessions, ctx.now - SESSIONS)?,
        drafts: all(db::drafts, ctx.now - DRAFTS)? + all(db::link_drafts, ctx.now - DRAFTS)?,
        notices: all(
            |c, before, limit| {
                store::notice::forget_to(c, before, limit)?;
                store::notice::forget(c, before, limit)
            },
            ctx.now - NOTICES,
        )?,
    })
}
