//! The duty roster (COM-9, REC-4, REC-21): posts and their shifts, who is on duty, check-in, swaps, hand-over, keys. Records
//! belong to the site and stay at the post (COM-11): nothing here is ever deleted, what was wrong is cancelled and stays.

pub mod alarm;
pub mod board;
pub mod duty;
pub mod hand_over;
pub mod key;
pub mod now;
pub mod plan;
pub mod post;
pub mod swap;
pub mod tell;

use domain::access::{Action, Reach};
use domain::ids::{PostId, ShiftId, StaffId};
use domain::roster::Stretch;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use store::db::Tx;
use store::roster as db;
use store::seam::Conn;

pub use alarm::coverage_alarm;

use crate::ctx::Ctx;
use crate::error::{Error, Res};

/// Longest shift, and how far back a look at what meets an instant begins, in milliseconds.
pub const LONGEST_MS: i64 = 24 * 3_600_000;
pub(crate) const DAY_MS: i64 = 86_400_000;

/// Whether the actor may plan the roster of a post: a department's head that of the own department.
pub fn manages(ctx: &Ctx, post: &db::Post) -> bool {
    match ctx.reach(Action::ManageRoster) {
        Reach::Site | Reach::All => true,
        Reach::Department => {
            let own = ctx.staff().and_then(|s| s.department.as_ref());
            own.is_some() && own == post.department_id.as_ref()
        }
        _ => false,
    }
}

pub(crate) fn need_manage(ctx: &Ctx, post: &db::Post) -> Res<()> {
    ctx.need(Action::ManageRoster)?;
    if manages(ctx, post) {
        Ok(())
    } else {
        Err(Error::Forbidden("forbidden-roster-post"))
    }
}

pub(crate) fn need_post(c: &mut Conn, ctx: &Ctx, id: &PostId) -> Res<db::Post> {
    db::post(c, &ctx.site, id)?.ok_or(Error::NotFound)
}

pub(crate) fn need_shift(c: &mut Conn, ctx: &Ctx, id: &ShiftId) -> Res<db::Shift> {
    db::shift(c, &ctx.site, id)?
        .filter(|s| s.state == "planned")
        .ok_or(Error::NotFound)
}

/// The roster of the site has changed: what every page shows of it is read again.
pub(crate) fn changed(tx: &mut Tx, ctx: &Ctx) -> Res<()> {
    Ok(db::changed(tx, &ctx.site)?)
}

/// When a shift is.
pub fn stretch(s: &db::Shift) -> Stretch {
    Stretch {
        from: s.from_at,
        to: s.to_at,
    }
}

/// The times at which this person is away.
pub(crate) fn away(absences: &[db::Absence], staff: &StaffId) -> Vec<Stretch> {
    absences
        .iter()
        .filter(|a| a.staff_id == *staff && a.cancelled_at.is_none())
        .map(|a| Stretch {
            from: a.from_at,
            to: a.to_at,
        })
        .collect()
}

pub(crate) fn save_shift(tx: &mut Tx, s: &db::Shift) -> Res<()> {
    if db::shift_save(tx, s)? == 0 {
        return Err(Error::Conflict {
            seen: s.version - 1,
            current: s.version,
        });
    }
    Ok(())
}

pub(crate) use crate::error::same_version;

/// The date of an instant in a zone.
pub fn date_at(zone: &TimeZone, at: i64) -> Date {
    jiff::Timestamp::from_millisecond(at)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_zoned(zone.clone())
        .date()
}

/// The Monday of the week of a date.
pub fn monday(date: Date) -> Date {
    let back = i64::from(date.weekday().to_monday_zero_offset());
    date.checked_sub(jiff::Span::new().days(back)).unwrap_or(date)
}

/// A date some days later.
pub fn plus_days(date: Date, days: i32) -> Date {
    date.checked_add(jiff::Span::new().days(days)).unwrap_or(date)
}

/// 00:00 of a date.
pub fn midnight(zone: &TimeZone, date: Date) -> i64 {
    domain::roster::instant(zone, date, 0)
}
