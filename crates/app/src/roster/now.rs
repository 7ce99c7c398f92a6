//! Who is on duty now and what lacks soon, for every page: read after a change of the roster, kept in memory, looked at with
//! the present instant. No query is asked for it.

use domain::ids::{DepartmentId, HandOverId, PostId, ShiftId, SiteId, StaffId};
use domain::roster::{ASK_MS, Attendance, Gap, ShiftTimes, Stretch, attendance};
use store::roster as db;
use store::seam::Conn;

use super::DAY_MS;
use super::board::Board;
use crate::error::Res;

/// How far ahead gaps are announced, in milliseconds (COM-9).
pub const AHEAD_MS: i64 = 7 * DAY_MS;
/// Read again after this long, so that the window moves on where nothing changes.
const STALE_MS: i64 = 3_600_000;

/// A shift with the person's names.
#[derive(Debug, Clone, PartialEq)]
pub struct ShiftNow {
    pub id: ShiftId,
    pub staff: StaffId,
    pub name: String,
    pub name_en: String,
    pub times: ShiftTimes,
}

impl ShiftNow {
    pub fn attendance(&self, now: i64) -> Attendance {
        attendance(&self.times, now)
    }
}

/// A post with its shifts of these days and the gaps of the next.
#[derive(Debug, Clone, PartialEq)]
pub struct PostNow {
    pub id: PostId,
    pub name: String,
    pub name_en: String,
    pub extension: String,
    pub department: Option<DepartmentId>,
    /// Must be held at every hour.
    pub always: bool,
    pub shifts: Vec<ShiftNow>,
    pub gaps: Vec<Gap>,
}

impl PostNow {
    /// Shifts that are on now. Somebody who handed over is gone; somebody who nobody has relieved is still there.
    pub fn on(&self, now: i64) -> impl Iterator<Item = &ShiftNow> {
        self.shifts.iter().filter(move |s| {
            let stays = s.times.checked_in.is_some() && s.times.ended.is_none() && now < s.times.at.to + ASK_MS;
            let on = s.times.at.holds(now) && s.times.ended.is_none_or(|e| now < e);
            (on && !s.times.absent) || (stays && now >= s.times.at.to)
        })
    }

    /// The shifts that begin next, all that begin at the same instant.
    pub fn next(&self, now: i64) -> Vec<&ShiftNow> {
        let coming = || self.shifts.iter().filter(|s| s.times.at.from > now && !s.times.absent);
        let first = coming().map(|s| s.times.at.from).min();
        coming().filter(|s| Some(s.times.at.from) == first).collect()
    }

    /// The gap at this instant, if there is one.
    pub fn gap(&self, now: i64) -> Option<&Gap> {
        self.gaps.iter().find(|g| g.at.holds(now))
    }

    /// Gaps that have not ended and begin within [`AHEAD_MS`].
    pub fn gaps_ahead(&self, now: i64) -> impl Iterator<Item = &Gap> {
        self.gaps
            .iter()
            .filter(move |g| g.at.to > now && g.at.from < now + AHEAD_MS)
    }
}

/// A hand-over that nobody has accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    pub id: HandOverId,
    pub number: String,
    pub post: PostId,
    pub giver: StaffId,
    pub objected: bool,
    pub given_at: i64,
    /// Until when the next shift lasts: so long its people are asked to accept.
    pub next_until: i64,
}

/// See the module.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Now {
    /// Counter of the roster's changes when it was read.
    pub n: i64,
    pub read_at: i64,
    pub posts: Vec<PostNow>,
    pub waiting: Vec<Waiting>,
}

impl Now {
    /// Whether it still holds: nothing was changed since, and the window has not moved far.
    pub fn fresh(&self, n: i64, now: i64) -> bool {
        self.n == n && (n == 0 || (self.read_at..self.read_at + STALE_MS).contains(&now))
    }

    /// Reads it.
    ///
    /// # Errors
    /// `Unavailable` while the database is away.
    pub fn read(c: &mut Conn, site: &SiteId, n: i64, now: i64) -> Res<Now> {
        if n == 0 {
            return Ok(Now::default());
        }
        let window = Stretch {
            from: now - DAY_MS,
            to: now + 2 * AHEAD_MS,
        };
        let b = Board::of_site(c, site, window)?;
        let ahead = Stretch { from: now, ..window };
        let posts = b.posts.iter().map(|p| PostNow {
            id: p.post.id.clone(),
            name: p.post.name.clone(),
            name_en: p.post.name_en.clone(),
            extension: p.post.extension.clone(),
            department: p.post.department_id.clone(),
            always: p.coverage.is_always(),
            shifts: b
                .of_post(&p.post.id)
                .map(|s| ShiftNow {
                    id: s.id.clone(),
                    staff: s.staff_id.clone(),
                    name: b.name(&s.staff_id, false).to_owned(),
                    name_en: b.name(&s.staff_id, true).to_owned(),
                    times: b.times(s),
                })
                .collect(),
            gaps: b.gaps(p, ahead),
        });
        let waiting = db::hand_overs_open(c, site)?.into_iter().map(|h| Waiting {
            id: h.id,
            number: h.number,
            post: h.post_id,
            giver: h.giver_id,
            objected: h.state == "objected",
            given_at: h.given_at,
            next_until: h.next_until,
        });
        Ok(Now {
            n,
            read_at: now,
            posts: posts.collect(),
            waiting: waiting.collect(),
        })
    }

    pub fn post(&self, id: &PostId) -> Option<&PostNow> {
        self.posts.iter().find(|p| p.id == *id)
    }

    /// Shifts of people who should be there and are not.
    pub fn missing(&self, now: i64) -> impl Iterator<Item = (&PostNow, &ShiftNow)> {
        let all = self.posts.iter().flat_map(|p| p.shifts.iter().map(move |s| (p, s)));
        all.filter(move |(_, s)| matches!(s.attendance(now), Attendance::Due | Attendance::Missing))
    }
}
