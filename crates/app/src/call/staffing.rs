//! How many people the telephone needs in each hour of the week, from the calls of past weeks, beside what the roster plans
//! (REC-4, COM-10). The formulas are Erlang C and, with measured patience, Erlang A.

use domain::access::{Action, Reach};
use domain::call::event::Direction;
use domain::call::staffing::{Counts, Patience, Target};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use store::roster as roster_db;
use store::seam::Conn;

use super::between;
use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::roster::LONGEST_MS;

/// Weeks that can be looked back upon.
pub const MOST_WEEKS: i64 = 12;
/// Seconds that are written after a call where nobody says otherwise.
pub const WRAP_UP_S: u32 = 30;
/// A call of which no length is known is reckoned with so many seconds.
const UNMEASURED_S: f64 = 180.0;
/// The code of the roster's post that answers the telephone.
const FRONT_DESK: &str = "front_desk";
const HOUR: i64 = 3_600_000;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// Whole weeks before today, 1 to [`MOST_WEEKS`].
    pub weeks: i64,
    /// Share of all calls in per cent, 50 to 99.
    pub share: u32,
    /// Seconds after each call until the next can be taken, 0 to 600.
    pub wrap_up_s: u32,
}

impl Default for Ask {
    fn default() -> Ask {
        Ask {
            weeks: 4,
            share: 95,
            wrap_up_s: WRAP_UP_S,
        }
    }
}

/// An hour of the week.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Hour {
    /// Calls on average.
    pub calls: f64,
    /// People needed where callers wait without end, and with the measured patience; None where nobody could be enough.
    pub endless: Option<u32>,
    pub patient: Option<u32>,
    /// Whole people whom the roster plans at the front desk in this hour of the coming seven days.
    pub planned: u32,
}

impl Hour {
    /// People needed, with callers as patient as they are; None where nobody calls or nobody could be enough.
    #[must_use]
    pub fn needed(&self) -> Option<u32> {
        self.patient.filter(|_| self.calls > 0.0)
    }

    /// Fewer are planned than are needed.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.calls > 0.0 && self.patient.is_none_or(|n| n > self.planned)
    }
}

/// What is needed, and everything that it was made from.
#[derive(Debug, Clone)]
pub struct Staffing {
    pub ask: Ask,
    pub from: Date,
    /// The day after the last.
    pub until: Date,
    pub calls: u32,
    /// Mean time of a call in seconds, of how many, and with the work after it.
    pub talk_s: f64,
    pub talks: u32,
    pub handling_s: f64,
    /// Seconds within which a call is to be answered.
    pub within_s: f64,
    pub patience: Patience,
    /// From Monday, from midnight.
    pub week: Box<[[Hour; 24]; 7]>,
    /// The roster of the coming days plans somebody at the front desk.
    pub rostered: bool,
}

/// How many people are needed.
///
/// # Errors
/// `Forbidden` without the right to see the calls of the whole site, `Invalid` for what is out of range.
pub fn staffing(c: &mut Conn, ctx: &Ctx, zone: &TimeZone, ask: Ask) -> Res<Staffing> {
    if ctx.need(Action::ViewCalls)? < Reach::Site {
        return Err(Error::Forbidden("forbidden-role"));
    }
    let ranges = [
        ((1..=MOST_WEEKS).contains(&ask.weeks), "weeks", "invalid-weeks"),
        ((50..=99).contains(&ask.share), "share", "invalid-share"),
        (ask.wrap_up_s <= 600, "wrap_up", "invalid-wrap-up"),
    ];
    for (fine, field, why) in ranges {
        if !fine {
            return Err(Error::field(field, why));
        }
    }
    let clock = |_| Error::Internal("a date out of range".into());
    let now = jiff::Timestamp::from_millisecond(ctx.now).map_err(clock)?;
    let today = now.to_zoned(zone.clone()).date();
    let from = today.checked_sub(ask.weeks.weeks()).map_err(clock)?;
    let start = |day: Date| Ok::<i64, Error>(day.to_zoned(zone.clone()).map_err(clock)?.timestamp().as_millisecond());
    let calls = between(c, ctx, start(from)?, start(today)?)?;

    let mut counts = Counts::new(from, today, zone);
    let mut patience = Patience::default();
    let (mut talked_ms, mut talks, mut all) = (0_i64, 0_u32, 0_u32);
    for s in calls.iter().filter(|s| s.doc.call.direction == Some(Direction::In)) {
        counts.add(s.row.at);
        patience.add(&s.doc.call);
        all += 1;
        if let Some(ms) = s.doc.call.talk_ms().filter(|_| !s.doc.call.swept) {
            talked_ms = talked_ms.saturating_add(ms);
            talks += 1;
        }
    }
    let seconds = |ms: i64| i32::try_from(ms / 1_000).map_or(f64::from(i32::MAX), f64::from);
    let talk_s = if talks > 0 {
        seconds(talked_ms) / f64::from(talks)
    } else {
        UNMEASURED_S
    };
    let handling_s = talk_s + f64::from(ask.wrap_up_s);
    let rings = super::rules(c, ctx)?.ring;
    let target = Target {
        share: f64::from(ask.share) / 100.0,
        within_s: seconds(rings.limit_ms()),
    };
    let endless = counts.needed(handling_s, None, target);
    let patient = match patience.mean_s() {
        Some(mean) => counts.needed(handling_s, Some(mean), target),
        None => endless,
    };
    let (planned, rostered) = planned(c, ctx, zone, today)?;
    let week = std::array::from_fn(|day| {
        std::array::from_fn(|hour| {
            let weekday = jiff::civil::Weekday::from_monday_zero_offset(i8::try_from(day).unwrap_or(0));
            Hour {
                calls: weekday.ok().and_then(|d| counts.per_hour(d, hour)).unwrap_or(0.0),
                endless: at(&endless, day, hour),
                patient: at(&patient, day, hour),
                planned: at(&planned, day, hour),
            }
        })
    });
    Ok(Staffing {
        ask,
        from,
        until: today,
        calls: all,
        talk_s,
        talks,
        handling_s,
        within_s: target.within_s,
        patience,
        week: Box::new(week),
        rostered,
    })
}

fn at<T: Copy + Default>(of: &[[T; 24]; 7], day: usize, hour: usize) -> T {
    of.get(day)
        .and_then(|hours| hours.get(hour))
        .copied()
        .unwrap_or_default()
}

/// Whole people at the front desk in each hour of the coming seven days, and whether there is anybody.
fn planned(c: &mut Conn, ctx: &Ctx, zone: &TimeZone, today: Date) -> Res<([[u32; 24]; 7], bool)> {
    let clock = |_| Error::Internal("a date out of range".into());
    let posts = roster_db::posts(c, &ctx.site)?.into_iter();
    let desks: Vec<_> = posts
        .filter(|p| p.active && p.code == FRONT_DESK)
        .map(|p| p.id)
        .collect();
    let begin = today.to_zoned(zone.clone()).map_err(clock)?;
    let from = begin.timestamp().as_millisecond();
    let until = begin.checked_add(7.days()).map_err(clock)?.timestamp().as_millisecond();
    let shifts = roster_db::shifts(c, &ctx.site, from - LONGEST_MS, until)?;
    let shifts: Vec<_> = shifts.into_iter().filter(|s| desks.contains(&s.post_id)).collect();
    let mut people = [[0_u32; 24]; 7];
    for begins in (0..7 * 25).map(|n| from + n * HOUR).take_while(|at| *at < until) {
        let Ok(instant) = jiff::Timestamp::from_millisecond(begins) else {
            continue;
        };
        let wall = instant.to_zoned(zone.clone());
        // Shifts that follow each other within the hour are one person.
        let part = |s: &roster_db::Shift| (s.to_at.min(begins + HOUR) - s.from_at.max(begins)).max(0);
        let n = u32::try_from(shifts.iter().map(part).sum::<i64>() / HOUR).unwrap_or(u32::MAX);
        let day = usize::try_from(wall.weekday().to_monday_zero_offset()).unwrap_or(0);
        let hour = usize::try_from(wall.hour()).unwrap_or(0);
        if let Some(slot) = people.get_mut(day).and_then(|hours| hours.get_mut(hour)) {
            *slot = n;
        }
    }
    Ok((people, !shifts.is_empty()))
}
