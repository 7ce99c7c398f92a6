//! What must be told about the roster without anybody looking: a gap that begins within a day, and a shift that has begun with
//! nobody there (COM-9, REC-4). Computed; whoever sends notices raises them once for each key.

use domain::access::Role;
use domain::ids::{DepartmentId, PostId, ShiftId, StaffId};
use domain::roster::{Attendance, MISSING_MS, Stretch};
use store::seam::Conn;

use super::DAY_MS;
use super::board::Board;
use crate::ctx::Ctx;
use crate::error::Res;

/// A gap is told so long before it begins, in milliseconds.
pub const TOLD_MS: i64 = DAY_MS;

/// What is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The post is not held for this stretch, or by too few.
    Gap { at: Stretch, present: u32, needed: u32 },
    /// Ten minutes after the beginning this person had not checked in.
    NobodyHere { shift: ShiftId, staff: StaffId, from: i64 },
}

/// One alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// The same for the same fact, whenever and by whichever replica it is computed.
    pub key: String,
    pub post: PostId,
    pub post_name: String,
    pub post_name_en: String,
    pub department: Option<DepartmentId>,
    pub what: What,
    /// From when on it is to be told, unix milliseconds; not later than now.
    pub since: i64,
    /// Who can act on it: the head of customer service, the project manager, the head of the post's department.
    pub to: Vec<StaffId>,
}

/// What is to be told now, and when to look again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alarms {
    pub now: Vec<Alarm>,
    /// The next instant at which something may have to be told, if the roster stays as it is. At the latest in an hour.
    pub next_at: i64,
}

fn heads_of(workers: &[store::site::Worker], department: Option<&DepartmentId>) -> Vec<StaffId> {
    let acts = |w: &&store::site::Worker| match w.role.parse() {
        Ok(Role::CsHead | Role::ProjectManager) => true,
        Ok(Role::DeptHead | Role::SecurityHead) => department.is_some() && w.department_id.as_ref() == department,
        _ => false,
    };
    let mut to: Vec<StaffId> = workers.iter().filter(acts).map(|w| w.id.clone()).collect();
    to.sort();
    to.dedup();
    to
}

/// Who can act on the roster of a department's posts.
pub(super) fn heads(c: &mut Conn, ctx: &Ctx, department: Option<&DepartmentId>) -> Res<Vec<StaffId>> {
    Ok(heads_of(&store::site::workers(c, &ctx.site)?, department))
}

/// Computes what is to be told about the site's roster at the present instant.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn coverage_alarm(c: &mut Conn, ctx: &Ctx) -> Res<Alarms> {
    // From a fixed instant, so that a gap that is on keeps its beginning, and with it its key, from one look to the next; one that
    // lasts for days is told anew each day.
    let window = Stretch {
        from: ctx.now.div_euclid(DAY_MS) * DAY_MS - DAY_MS,
        to: ctx.now + TOLD_MS + DAY_MS,
    };
    let b = Board::of_site(c, &ctx.site, window)?;
    let workers = store::site::workers(c, &ctx.site)?;
    let heads = |department: Option<&DepartmentId>| heads_of(&workers, department);
    let mut out = Alarms {
        now: Vec::new(),
        next_at: ctx.now + 3_600_000,
    };
    for p in &b.posts {
        let department = p.post.department_id.as_ref();
        let alarm = |key: String, what: What, since: i64| Alarm {
            key,
            post: p.post.id.clone(),
            post_name: p.post.name.clone(),
            post_name_en: p.post.name_en.clone(),
            department: department.cloned(),
            what,
            since,
            to: heads(department),
        };
        for g in b.gaps(p, window).into_iter().filter(|g| g.at.to > ctx.now) {
            let told = g.at.from - TOLD_MS;
            if told > ctx.now {
                out.next_at = out.next_at.min(told);
                continue;
            }
            // It is over, or shorter, then.
            out.next_at = out.next_at.min(g.at.to);
            let key = format!("gap:{}:{}:{}", p.post.id, g.at.from, g.present);
            let what = What::Gap {
                at: g.at,
                present: g.present,
                needed: g.needed,
            };
            out.now.push(alarm(key, what, told));
        }
        for s in b.of_post(&p.post.id) {
            match b.attendance(s, ctx.now) {
                Attendance::Missing => {
                    let what = What::NobodyHere {
                        shift: s.id.clone(),
                        staff: s.staff_id.clone(),
                        from: s.from_at,
                    };
                    out.next_at = out.next_at.min(s.to_at);
                    let key = format!("missing:{}:{}", s.id, s.staff_id);
                    out.now.push(alarm(key, what, s.from_at + MISSING_MS));
                }
                Attendance::Planned | Attendance::Asked | Attendance::Due => {
                    out.next_at = out.next_at.min(s.from_at + MISSING_MS);
                }
                _ => {}
            }
        }
    }
    Ok(out)
}
