//! The roster of a stretch of time, read in one go: posts, patterns, shifts, who is away; and what lacks.

use std::collections::HashMap;

use domain::access::Action;
use domain::ids::{PostId, SiteId, StaffId};
use domain::roster::{Attendance, Coverage, Gap, Item, ShiftTimes, Stretch, attendance, gaps, held, minus};
use jiff::tz::TimeZone;
use store::roster as db;
use store::seam::Conn;

use super::{LONGEST_MS, away, stretch};
use crate::case;
use crate::ctx::Ctx;
use crate::error::Res;

/// A post with what belongs to it.
#[derive(Debug, Clone)]
pub struct PostOf {
    pub post: db::Post,
    pub coverage: Coverage,
    /// In force, in order.
    pub patterns: Vec<db::Pattern>,
    pub checklist: Vec<Item>,
}

/// When a post must be held. Hours that cannot be read ask for nothing: they are checked on the way in.
pub fn coverage(p: &db::Post) -> Coverage {
    Coverage {
        workdays: p.workdays.parse().unwrap_or_default(),
        weekend: p.weekend.parse().unwrap_or_default(),
        needed: u32::try_from(p.needed).unwrap_or(0),
    }
}

/// The opening checklist of a post.
pub fn checklist(p: &db::Post) -> Vec<Item> {
    serde_json::from_str(&p.checklist).unwrap_or_default()
}

/// See the module.
pub struct Board {
    pub zone: TimeZone,
    pub window: Stretch,
    /// Posts in use, in order.
    pub posts: Vec<PostOf>,
    /// Planned shifts that meet the window, in order.
    pub shifts: Vec<db::Shift>,
    pub absences: Vec<db::Absence>,
    pub names: HashMap<StaffId, (String, String)>,
}

impl Board {
    /// Reads the roster of a site.
    ///
    /// # Errors
    /// `NotFound` when there is no such site.
    pub fn of_site(c: &mut Conn, site: &SiteId, window: Stretch) -> Res<Board> {
        let zone = case::zone(c, site)?;
        let mut patterns = db::patterns(c, site)?;
        let mut posts = Vec::new();
        for post in db::posts(c, site)?.into_iter().filter(|p| p.active) {
            let (own, rest): (Vec<_>, Vec<_>) = patterns.into_iter().partition(|p| p.post_id == post.id);
            patterns = rest;
            posts.push(PostOf {
                coverage: coverage(&post),
                checklist: checklist(&post),
                patterns: own.into_iter().filter(|p| p.active).collect(),
                post,
            });
        }
        let mut shifts = db::shifts(c, site, window.from - LONGEST_MS, window.to)?;
        shifts.retain(|s| stretch(s).meets(&window));
        let names = store::site::staff_names(c, site)?
            .into_iter()
            .map(|n| (n.id, (n.name, n.name_en)))
            .collect();
        Ok(Board {
            absences: db::absences(c, site, window.from - LONGEST_MS, window.to + LONGEST_MS)?,
            zone,
            window,
            posts,
            shifts,
            names,
        })
    }

    /// Reads the roster of the open site.
    ///
    /// # Errors
    /// `Forbidden` for who takes no part in it.
    pub fn read(c: &mut Conn, ctx: &Ctx, window: Stretch) -> Res<Board> {
        ctx.need(Action::ViewRoster)?;
        Board::of_site(c, &ctx.site, window)
    }

    pub fn post(&self, id: &PostId) -> Option<&PostOf> {
        self.posts.iter().find(|p| p.post.id == *id)
    }

    /// The person's name in one of the two languages.
    pub fn name(&self, id: &StaffId, en: bool) -> &str {
        match self.names.get(id) {
            Some((_, name)) if en && !name.is_empty() => name,
            Some((name, _)) => name,
            None => "",
        }
    }

    /// Whether the person of a shift is away when it begins.
    pub fn absent(&self, s: &db::Shift) -> bool {
        away(&self.absences, &s.staff_id).iter().any(|a| a.holds(s.from_at))
    }

    /// What decides how a shift stands.
    pub fn times(&self, s: &db::Shift) -> ShiftTimes {
        ShiftTimes {
            at: stretch(s),
            checked_in: s.checked_in_at,
            ended: s.ended_at,
            absent: self.absent(s),
        }
    }

    pub fn attendance(&self, s: &db::Shift, now: i64) -> Attendance {
        attendance(&self.times(s), now)
    }

    /// When people are at a post: their shifts without the times at which they are away.
    fn held(&self, post: &PostId) -> Vec<Stretch> {
        let parts = self.shifts.iter().filter(|s| s.post_id == *post).flat_map(|s| {
            minus(stretch(s), &away(&self.absences, &s.staff_id))
                .into_iter()
                .map(|part| (s.staff_id.as_str(), part))
        });
        held(parts)
    }

    /// What lacks at a post within a part of the window (COM-9).
    pub fn gaps(&self, p: &PostOf, within: Stretch) -> Vec<Gap> {
        let demand = p.coverage.demand(&self.zone, within);
        gaps(&demand, p.coverage.needed, &self.held(&p.post.id))
    }

    /// Shifts of a post, in order.
    pub fn of_post<'a>(&'a self, post: &'a PostId) -> impl Iterator<Item = &'a db::Shift> {
        self.shifts.iter().filter(move |s| s.post_id == *post)
    }
}
