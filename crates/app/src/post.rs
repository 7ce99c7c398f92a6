//! Posts and the people who hold them: who is told when a post is named. A post that nobody holds, or of which nobody is at
//! work, hands what there is to the one above; that it had to is never silent.

use std::collections::HashSet;

use domain::access::Role;
use domain::case::CaseState;
use domain::ids::{DepartmentId, StaffId};
use domain::ladder::{Lack, LackKind, Post, Told};
use domain::roster::ASK_MS;
use store::roster as roster_db;
use store::seam::Conn;
use store::site::Holder;

use crate::ctx::Ctx;
use crate::error::Res;
use crate::roster;

/// The roster's post that holds the front desk, by its code: whoever is on it is the front desk, whatever their role.
const FRONT_DESK: &str = "front_desk";

/// Whose work it is about.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// Who has the order in hand.
    pub worker: Option<StaffId>,
    /// The department or vendor that has it.
    pub department: Option<DepartmentId>,
    pub first_asked: Option<StaffId>,
}

impl From<&CaseState> for About {
    fn from(s: &CaseState) -> About {
        let order = s.order();
        About {
            worker: order.and_then(|o| o.worker.clone()),
            department: order.map(|o| o.department.clone()),
            first_asked: s.first_asked.clone(),
        }
    }
}

/// Who is told, and of which posts there was nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reached {
    pub told: Vec<Told>,
    pub lacking: Vec<Lack>,
}

impl Reached {
    fn tell(&mut self, staff: &StaffId, post: Post, instead_of: Option<Post>) {
        if !self.told.iter().any(|t| t.staff == *staff) {
            self.told.push(Told {
                staff: staff.clone(),
                post,
                instead_of,
            });
        }
    }

    fn lack(&mut self, post: Post, why: LackKind) {
        let lack = Lack { post, why };
        if !self.lacking.contains(&lack) {
            self.lacking.push(lack);
        }
    }
}

/// Everybody who holds a post at the open site and who of them is at work, read once for several questions.
pub struct People {
    holders: Vec<Holder>,
    /// On a shift of the roster now and checked in; also who was not relieved.
    checked_in: HashSet<StaffId>,
    /// On a shift of the roster now, whether they came or not.
    on_shift: HashSet<StaffId>,
    /// On a shift of the roster's front desk now.
    at_desk: HashSet<StaffId>,
    /// The site says who is on duty: by a roster, or by hand. Where nobody ever did, nobody is off duty.
    uses_duty: bool,
}

/// Who holds a post for this piece of work. `Never` where the post has no meaning for it: nobody is in charge yet, no
/// department has it.
enum Held<'a> {
    Never,
    By(Vec<&'a Holder>),
}

impl People {
    /// # Errors
    /// `Unavailable` while the database is away.
    pub fn of(c: &mut Conn, ctx: &Ctx) -> Res<People> {
        let mut people = People {
            holders: store::site::holders(c, &ctx.site)?,
            checked_in: HashSet::new(),
            on_shift: HashSet::new(),
            at_desk: HashSet::new(),
            uses_duty: store::account::uses_duty(c, &ctx.site)?,
        };
        if people.uses_duty {
            people.read_roster(c, ctx)?;
        }
        Ok(people)
    }

    /// The same without whoever may not know of a case: a complaint about somebody is told to the next in line, never to them.
    ///
    /// # Errors
    /// `Unavailable` while the database is away.
    pub(crate) fn knowing(c: &mut Conn, ctx: &Ctx, s: &CaseState) -> Res<People> {
        let mut people = People::of(c, ctx)?;
        people.holders.retain(|h| !s.hidden_from(&h.id));
        Ok(people)
    }

    fn read_roster(&mut self, c: &mut Conn, ctx: &Ctx) -> Res<()> {
        // Who was not relieved stays a while after the end.
        let from = ctx.now - roster::LONGEST_MS - ASK_MS;
        let shifts = roster_db::shifts(c, &ctx.site, from, ctx.now + roster::LONGEST_MS)?;
        if shifts.is_empty() {
            return Ok(());
        }
        let absences = roster_db::absences(c, &ctx.site, from, ctx.now + 1)?;
        let desks: HashSet<_> = roster_db::posts(c, &ctx.site)?
            .into_iter()
            .filter(|p| p.active && p.code == FRONT_DESK)
            .map(|p| p.id)
            .collect();
        let by_hand: HashSet<StaffId> = self
            .holders
            .iter()
            .filter(|h| h.at_work)
            .map(|h| h.id.clone())
            .collect();
        for s in shifts {
            let came = s.checked_in_at.is_some();
            // Who has checked in and gone off duty by hand is not there any more.
            if s.ended_at.is_some() || came && !by_hand.contains(&s.staff_id) {
                continue;
            }
            let here = came && ctx.now < s.to_at + ASK_MS;
            let away = roster::away(&absences, &s.staff_id).iter().any(|a| a.holds(ctx.now));
            let on = roster::stretch(&s).holds(ctx.now) && !away;
            if !here && !on {
                continue;
            }
            if here {
                self.checked_in.insert(s.staff_id.clone());
            }
            if desks.contains(&s.post_id) {
                self.at_desk.insert(s.staff_id.clone());
            }
            self.on_shift.insert(s.staff_id);
        }
        Ok(())
    }

    /// Those of a post who are on duty: who has checked in by the roster; else who is on a shift now; else who says so by hand.
    fn at_work<'a>(&self, holders: &[&'a Holder]) -> Vec<&'a Holder> {
        let of = |there: &dyn Fn(&Holder) -> bool| holders.iter().copied().filter(|h| there(h)).collect::<Vec<_>>();
        let here = of(&|h| self.checked_in.contains(&h.id));
        if !here.is_empty() {
            return here;
        }
        let due = of(&|h| self.on_shift.contains(&h.id));
        if !due.is_empty() {
            return due;
        }
        of(&|h| h.at_work || !self.uses_duty)
    }

    /// Who holds a role, in a department if one is given.
    pub(crate) fn all_as(&self, role: Role, department: Option<&DepartmentId>) -> Vec<StaffId> {
        let held = self.in_department(role, department);
        held.into_iter().map(|h| h.id.clone()).collect()
    }

    /// Those of them who are at work now.
    pub(crate) fn at_work_as(&self, role: Role, department: Option<&DepartmentId>) -> Vec<StaffId> {
        let there = self.at_work(&self.in_department(role, department));
        there.into_iter().map(|h| h.id.clone()).collect()
    }

    fn in_department(&self, role: Role, department: Option<&DepartmentId>) -> Vec<&Holder> {
        let mut held = self.with(role);
        held.retain(|h| department.is_none_or(|d| h.department_id.as_ref() == Some(d)));
        held
    }

    fn with(&self, role: Role) -> Vec<&Holder> {
        self.holders.iter().filter(|h| h.role == role.as_str()).collect()
    }

    fn person(&self, id: Option<&StaffId>) -> Held<'_> {
        match id {
            None => Held::Never,
            Some(id) => Held::By(self.holders.iter().filter(|h| h.id == *id).take(1).collect()),
        }
    }

    fn held(&self, post: Post, about: &About) -> Held<'_> {
        let role = match post {
            Post::InCharge => return self.person(about.worker.as_ref()),
            Post::FirstAsked => return self.person(about.first_asked.as_ref()),
            Post::DeptHead => {
                let Some(department) = &about.department else {
                    return Held::Never;
                };
                let heads = [Role::DeptHead, Role::SecurityHead, Role::CsHead];
                let is_head = |h: &&Holder| {
                    h.department_id.as_ref() == Some(department) && heads.iter().any(|r| r.as_str() == h.role)
                };
                return Held::By(self.holders.iter().filter(is_head).collect());
            }
            Post::FrontDesk => {
                let desk = |h: &&Holder| h.role == Role::FrontDesk.as_str() || self.at_desk.contains(&h.id);
                return Held::By(self.holders.iter().filter(desk).collect());
            }
            Post::CsHead => Role::CsHead,
            Post::ProjectManager => Role::ProjectManager,
            Post::Quality => Role::Quality,
            Post::CompanyLeader => Role::CompanyLeader,
            Post::GeneralManager => Role::GeneralManager,
        };
        Held::By(self.with(role))
    }

    /// Adds whoever is to be told for a post: those of it who are at work; if none is, all of it and the post above as well.
    fn add(&self, named: Post, about: &About, reached: &mut Reached) {
        let mut post = Some(named);
        let mut instead_of = None;
        while let Some(now) = post {
            match self.held(now, about) {
                Held::Never => {}
                Held::By(holders) if holders.is_empty() => {
                    reached.lack(now, LackKind::Vacant);
                    instead_of = instead_of.or(Some(now));
                }
                Held::By(holders) => {
                    let at_work = if now.in_shifts() {
                        self.at_work(&holders)
                    } else {
                        holders.clone()
                    };
                    if !at_work.is_empty() {
                        at_work.iter().for_each(|h| reached.tell(&h.id, now, instead_of));
                        return;
                    }
                    // They see it when they come; somebody has to act before.
                    holders.iter().for_each(|h| reached.tell(&h.id, now, instead_of));
                    reached.lack(now, LackKind::OffDuty);
                    instead_of = instead_of.or(Some(now));
                }
            }
            post = now.above();
        }
        if reached.told.is_empty() {
            // Not even a leader: whoever there is.
            self.holders
                .iter()
                .for_each(|h| reached.tell(&h.id, named, Some(named)));
        }
    }

    /// Who is told when these posts are named, each person once.
    pub fn who(&self, posts: &[Post], about: &About) -> Reached {
        let mut reached = Reached::default();
        for post in posts {
            self.add(*post, about, &mut reached);
        }
        reached
    }
}

/// Who is told when a post is named.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn who(c: &mut Conn, ctx: &Ctx, post: Post, about: &About) -> Res<Vec<StaffId>> {
    let told = People::of(c, ctx)?.who(&[post], about).told;
    Ok(told.into_iter().map(|t| t.staff).collect())
}
