//! The demo's duty roster: three weeks behind, two ahead. Posts with their shifts, a rotation for each, check-ins (a few of them
//! late), hand-overs, swaps, keys, and one gap to come. Every step is the use case that the pages call, at its time.

use std::collections::VecDeque;
use std::sync::Arc;

use domain::ids::{HandOverId, PostId, ShiftId, SiteId, StaffId};
use domain::roster::{Stretch, SwapStep};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use store::db::Tx;
use store::roster as db;

use super::dice::Dice;
use super::estate::People;
use crate::ctx::{Actor, Ctx, Locale, StaffActor};
use crate::desk::Desk;
use crate::error::{Error, Res};
use crate::roster::board::Board;
use crate::roster::{duty, hand_over, key, plan, plus_days, post, stretch, swap};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Days of the past that have a roster.
pub const BEHIND: i64 = 21;
/// Days to come that have one.
const AHEAD: i32 = 15;

/// Post, the cycle its people go through, and the people. The first of each is on duty when the story ends.
const CREWS: &[(&str, &str, &str, &[&str])] = &[
    (
        "front_desk",
        "8001",
        "早 早 中 中 夜 夜 休 休",
        &["陈晓雯", "林婷婷", "徐薇", "张妍"],
    ),
    (
        "repair",
        "8021",
        "早 早 中 中 夜 夜 休 休",
        &["王建国", "孙海涛", "周德明", "罗永福"],
    ),
    (
        "control_room",
        "8041",
        "早 早 中 中 夜 夜 休 休",
        &["刘强", "马军", "胡勇", "郭涛"],
    ),
    ("main_gate", "8042", "日 夜 休 休", &["高明", "梁刚", "宋平", "唐超"]),
];

/// What happens at an instant.
#[derive(Debug, Clone)]
enum Step {
    CheckIn(ShiftId),
    Give(ShiftId),
    Accept(ShiftId),
    AskSwap { from: usize, to: usize },
    Agree,
    Approve,
    Lend(usize),
    Return,
    Away,
    Gap,
}

/// Keys that are lent, to whom, for what.
const KEYS: &[(&str, &str, &str)] = &[
    ("3 栋天台门", "安居智能 李师傅", "检修对讲天线"),
    ("地下车库配电房", "供电公司 王工", "抄表"),
    ("会所大门", "绿化组 蒋翠兰", "布置活动"),
    ("水泵房", "孙海涛", "更换压力表"),
    ("2 栋电梯机房", "电梯维保 冯志强", "月度保养"),
];

/// See the module.
pub struct Duty {
    desk: Arc<Desk>,
    site: SiteId,
    people: People,
    dice: Dice,
    now: i64,
    steps: VecDeque<(i64, Step)>,
    posts: Vec<(String, PostId)>,
    crews: Vec<Vec<StaffId>>,
    given: Vec<(ShiftId, HandOverId)>,
    swap: Option<domain::ids::SwapId>,
    lent: Vec<domain::ids::KeyLoanId>,
    /// Steps that a rule refused.
    pub refused: u64,
}

impl Duty {
    pub fn new(desk: Arc<Desk>, site: SiteId, people: People, now: i64, seed: u64) -> Duty {
        Duty {
            desk,
            site,
            people,
            dice: Dice::new(seed),
            now,
            steps: VecDeque::new(),
            posts: Vec::new(),
            crews: Vec::new(),
            given: Vec::new(),
            swap: None,
            lent: Vec::new(),
            refused: 0,
        }
    }

    fn ctx(&self, at: i64, staff: &StaffId) -> Ctx {
        let p = self.people.get(staff);
        let actor = StaffActor {
            id: staff.clone(),
            name: p.name.clone(),
            name_en: String::new(),
            roles: p.roles.clone(),
            department: p.department.clone(),
            session: None,
            scopes: None,
        };
        Ctx {
            actor: Actor::Staff(actor),
            now: at,
            locale: Locale::Zh,
            via: "web",
            ..self.desk.system("demo", &self.site)
        }
    }

    /// Everybody has read what they were told so far.
    pub fn read_all(&self, tx: &mut Tx, at: i64) -> Res<()> {
        for staff in self.people.all.keys() {
            let ctx = self.ctx(at, staff);
            crate::notice::read_up_to(tx, &ctx, &ctx.id())?;
        }
        Ok(())
    }

    fn head(&self, at: i64) -> Ctx {
        self.ctx(at, &self.people.head.clone())
    }

    /// Somebody of the demo by name.
    fn named(&self, name: &str) -> Option<StaffId> {
        self.people
            .all
            .iter()
            .find(|(_, m)| m.name == name)
            .map(|(id, _)| id.clone())
    }

    /// Sets up the posts and fills the roster, at the start of its first day; plans what happens until the story ends. Returns who
    /// sits at the front desk when.
    ///
    /// # Errors
    /// `Unavailable` while the database is away.
    pub fn begin(&mut self, tx: &mut Tx, at: i64) -> Res<Vec<(Stretch, StaffId)>> {
        let head = self.head(at);
        post::begin(tx, &head)?;
        let zone = crate::case::zone(tx, &self.site)?;
        let (first, last) = (
            crate::roster::date_at(&zone, at),
            crate::roster::date_at(&zone, self.now),
        );
        for detail in post::list(tx, &head)? {
            let Some((_, extension, cycle, names)) = CREWS.iter().find(|c| c.0 == detail.post.code) else {
                continue;
            };
            let crew: Vec<StaffId> = names.iter().filter_map(|n| self.named(n)).collect();
            let facts = post::Facts {
                extension: (*extension).to_owned(),
                ..detail.facts.clone()
            };
            post::edit(tx, &head, &detail.post.id, detail.post.version, &facts)?;
            let rotate = plan::Rotate {
                post: detail.post.id.as_str().to_owned(),
                people: crew.iter().map(|s| s.as_str().to_owned()).collect(),
                cycle: (*cycle).to_owned(),
                from: first.to_string(),
                until: plus_days(last, AHEAD).to_string(),
                start: 1 + self.start(&zone, &detail, cycle, first),
            };
            plan::rotate(tx, &head, "", &rotate)?;
            self.posts.push((detail.post.code.clone(), detail.post.id.clone()));
            self.crews.push(crew);
        }
        let window = Stretch {
            from: at,
            to: self.now + 2 * DAY,
        };
        let b = Board::of_site(tx, &self.site, window)?;
        self.plan_shifts(&b);
        self.plan_rest(at);
        let desk = self.posts.iter().find(|p| p.0 == "front_desk").map(|p| p.1.clone());
        let seats = b.shifts.iter().filter(|s| Some(&s.post_id) == desk.as_ref());
        Ok(seats.map(|s| (stretch(s), s.staff_id.clone())).collect())
    }

    /// The place of the cycle on which the first person begins, so that they are on duty when the story ends.
    fn start(&self, zone: &TimeZone, d: &post::Detail, cycle: &str, first: Date) -> usize {
        let words: Vec<&str> = cycle.split(' ').collect();
        let today = crate::roster::date_at(zone, self.now);
        for day in [today, plus_days(today, -1)] {
            for p in &d.patterns {
                let Some(span) = plan::one_span(&p.hours) else { continue };
                if domain::roster::on_date(zone, day, span).holds(self.now) {
                    let place = words.iter().position(|w| *w == p.sign).unwrap_or(0);
                    let days = day.since(first).map_or(0, |s| s.get_days());
                    let n = i32::try_from(words.len()).unwrap_or(1);
                    let place = i32::try_from(place).unwrap_or(0);
                    return usize::try_from((place - days).rem_euclid(n)).unwrap_or(0);
                }
            }
        }
        0
    }

    /// Check-ins and hand-overs of every shift that has begun by the end of the story.
    fn plan_shifts(&mut self, b: &Board) {
        let mut steps = Vec::new();
        for s in &b.shifts {
            // One in twelve comes after the ten minutes, now and then after the shift has begun.
            let early = match self.dice.within(1, 24) {
                1 => -self.dice.within(1, 6),
                2 => self.dice.within(1, 9),
                _ => self.dice.within(11, 24),
            };
            steps.push((
                s.from_at - early * MINUTE - self.dice.within(0, 50) * 1000,
                Step::CheckIn(s.id.clone()),
            ));
            steps.push((s.to_at - self.dice.within(2, 5) * MINUTE, Step::Give(s.id.clone())));
            steps.push((s.to_at + self.dice.within(7, 12) * MINUTE, Step::Accept(s.id.clone())));
        }
        self.put(steps);
    }

    fn put(&mut self, steps: Vec<(i64, Step)>) {
        let now = self.now;
        self.steps.extend(steps.into_iter().filter(|(at, _)| *at <= now));
        self.steps.make_contiguous().sort_by_key(|s| s.0);
    }

    /// Swaps, keys, absences, and the gap of next week.
    fn plan_rest(&mut self, from: i64) {
        let mut steps = Vec::new();
        if self.now - from > 12 * DAY {
            let at = self.now - 9 * DAY;
            steps.push((at, Step::AskSwap { from: 1, to: 2 }));
            steps.push((at + 3 * HOUR, Step::Agree));
            steps.push((at + 5 * HOUR, Step::Approve));
        }
        steps.push((self.now - 3 * HOUR, Step::AskSwap { from: 3, to: 2 }));
        for (i, days) in [12, 8, 5, 2].iter().enumerate() {
            steps.push((self.now - days * DAY, Step::Lend(i)));
            steps.push((self.now - days * DAY + 90 * MINUTE, Step::Return));
        }
        steps.push((self.now - 50 * MINUTE, Step::Lend(4)));
        steps.push((self.now - 26 * HOUR, Step::Away));
        steps.push((self.now - 4 * HOUR, Step::Gap));
        steps.retain(|s| s.0 > from);
        self.put(steps);
    }

    /// The next instant at which something happens.
    pub fn next(&self) -> Option<i64> {
        self.steps.front().map(|s| s.0)
    }

    /// Does what is to be done by an instant. What a rule refuses is counted and left.
    ///
    /// # Errors
    /// `Unavailable` while the database is away.
    pub fn run(&mut self, tx: &mut Tx, until: i64) -> Res<()> {
        while let Some((at, _)) = self.steps.front() {
            if *at > until {
                break;
            }
            let Some((at, step)) = self.steps.pop_front() else {
                break;
            };
            match self.step(tx, at, step) {
                Err(Error::Refused(r)) => {
                    tracing::debug!(rule = r.rule, "the demo's roster stumbled");
                    self.refused += 1;
                }
                other => other?,
            }
        }
        Ok(())
    }

    fn shift(&self, tx: &mut Tx, id: &ShiftId) -> Res<Option<db::Shift>> {
        Ok(db::shift(tx, &self.site, id)?.filter(|s| s.state == "planned"))
    }

    fn step(&mut self, tx: &mut Tx, at: i64, step: Step) -> Res<()> {
        match step {
            Step::CheckIn(id) => self.check_in(tx, at, &id),
            Step::Give(id) => self.give(tx, at, &id),
            Step::Accept(id) => self.accept(tx, at, &id),
            Step::AskSwap { from, to } => self.ask_swap(tx, at, from, to),
            Step::Agree => self.decide(tx, at, SwapStep::Agree),
            Step::Approve => self.decide(tx, at, SwapStep::Approve),
            Step::Lend(i) => self.lend(tx, at, i),
            Step::Return => match self.lent.pop() {
                Some(id) => {
                    let ctx = self.clerk(tx, at)?;
                    key::give_back(tx, &ctx, &id, 1, true, "")
                }
                None => Ok(()),
            },
            Step::Away => self.away(tx, at),
            Step::Gap => self.gap(tx, at),
        }
    }

    fn check_in(&mut self, tx: &mut Tx, at: i64, id: &ShiftId) -> Res<()> {
        let Some(s) = self.shift(tx, id)? else { return Ok(()) };
        let ctx = self.ctx(at, &s.staff_id);
        let list = duty::form(tx, &ctx, id)?.list;
        let mut f = duty::CheckIn {
            ok: list.into_iter().map(|i| i.code).collect(),
            remark: String::new(),
        };
        if self.dice.percent(6) && f.ok.len() > 1 {
            f.ok.remove(0);
            f.remark = "已报修，暂用备用设备".to_owned();
        }
        duty::check_in(tx, &ctx, "", id, &f).map(drop)
    }

    fn give(&mut self, tx: &mut Tx, at: i64, id: &ShiftId) -> Res<()> {
        let Some(s) = self.shift(tx, id)? else { return Ok(()) };
        let ctx = self.ctx(at, &s.staff_id);
        let form = hand_over::form(tx, &ctx, id)?;
        let heir = form
            .after
            .next
            .first()
            .map(|n| n.staff_id.clone())
            .or_else(|| form.after.incoming.first().cloned());
        let mut g = hand_over::Give::default();
        if let Some(heir) = heir {
            let owners = form.open.emergencies.iter();
            g.owners = owners
                .map(|e| (e.case.as_str().to_owned(), heir.as_str().to_owned()))
                .collect();
        }
        if self.dice.percent(35) {
            let notes = [
                "下午 5 栋有装修材料进场，已通知秩序维护部。",
                "快递柜 2 号柜门打不开，已报修，等厂家。",
                "明早 9 点消防维保单位到场检查，请准备钥匙。",
                "业主 3-1-1201 要求晚上 8 点后再打电话。",
            ];
            g.note = (*self.dice.pick(&notes)).to_owned();
        }
        let made = hand_over::give(tx, &ctx, "", id, &g)?;
        self.given.push((id.clone(), made));
        Ok(())
    }

    fn accept(&mut self, tx: &mut Tx, at: i64, id: &ShiftId) -> Res<()> {
        let Some(i) = self.given.iter().position(|g| g.0 == *id) else {
            return Ok(());
        };
        let (_, made) = self.given.swap_remove(i);
        let Some(s) = self.shift(tx, id)? else { return Ok(()) };
        let near = db::shifts(tx, &self.site, s.to_at - HOUR, s.to_at + HOUR)?;
        let Some(next) = near
            .into_iter()
            .find(|n| n.post_id == s.post_id && n.staff_id != s.staff_id)
        else {
            return Ok(());
        };
        let ctx = self.ctx(at, &next.staff_id);
        hand_over::answer(tx, &ctx, &made, 1, true, "")
    }

    /// A swap between two of the front desk: the first pair of shifts that fits.
    fn ask_swap(&mut self, tx: &mut Tx, at: i64, from: usize, to: usize) -> Res<()> {
        let Some(crew) = self
            .posts
            .iter()
            .position(|p| p.0 == "front_desk")
            .and_then(|i| self.crews.get(i))
        else {
            return Ok(());
        };
        let (Some(asker), Some(other)) = (crew.get(from).cloned(), crew.get(to).cloned()) else {
            return Ok(());
        };
        let ctx = self.ctx(at, &asker);
        let coming = |tx: &mut Tx, who: &StaffId| db::shifts_of(tx, &self.site, who, at + 2 * DAY, at + 7 * DAY);
        let (mine, theirs) = (coming(tx, &asker)?, coming(tx, &other)?);
        for a in &mine {
            for b in theirs.iter().filter(|b| b.day != a.day) {
                let s = swap::NewSwap {
                    shift: a.id.as_str().to_owned(),
                    other_shift: b.id.as_str().to_owned(),
                    reason: "家里有事".to_owned(),
                    ..swap::NewSwap::default()
                };
                match swap::ask(tx, &ctx, "", &s) {
                    Ok(id) => {
                        self.swap = Some(id);
                        return Ok(());
                    }
                    Err(Error::Refused(_)) => {}
                    Err(e) => return Err(e),
                }
            }
        }
        Ok(())
    }

    fn decide(&mut self, tx: &mut Tx, at: i64, step: SwapStep) -> Res<()> {
        let Some(id) = self.swap.clone() else { return Ok(()) };
        let Some(s) = db::swap(tx, &self.site, &id)? else {
            return Ok(());
        };
        let ctx = match step {
            SwapStep::Agree => self.ctx(at, &s.other_id),
            _ => self.head(at),
        };
        swap::answer(tx, &ctx, &id, s.version, step, "").map(drop)
    }

    /// Who is at the front desk then.
    fn clerk(&self, tx: &mut Tx, at: i64) -> Res<Ctx> {
        let desk = self.posts.iter().find(|p| p.0 == "front_desk").map(|p| p.1.clone());
        let on = db::shifts(tx, &self.site, at - DAY, at + 1)?;
        let who = on
            .into_iter()
            .find(|s| Some(&s.post_id) == desk.as_ref() && stretch(s).holds(at));
        Ok(who.map_or_else(|| self.head(at), |s| self.ctx(at, &s.staff_id)))
    }

    fn lend(&mut self, tx: &mut Tx, at: i64, i: usize) -> Res<()> {
        let Some((name, to, purpose)) = KEYS.get(i) else {
            return Ok(());
        };
        let l = key::NewLoan {
            post: self.posts.first().map(|p| p.1.as_str().to_owned()).unwrap_or_default(),
            key_name: (*name).to_owned(),
            lent_to: (*to).to_owned(),
            purpose: (*purpose).to_owned(),
            until: Some(at + 2 * HOUR),
        };
        let ctx = self.clerk(tx, at)?;
        let id = key::lend(tx, &ctx, "", &l)?;
        if i < 4 {
            self.lent.push(id);
        }
        Ok(())
    }

    /// Somebody of another department has leave next week: the list of absences is not empty.
    fn away(&mut self, tx: &mut Tx, at: i64) -> Res<()> {
        let Some(who) = self.named("田桂英") else {
            return Ok(());
        };
        let zone = crate::case::zone(tx, &self.site)?;
        let today = crate::roster::date_at(&zone, at);
        let a = plan::NewAbsence {
            staff: who.as_str().to_owned(),
            kind: "annual".to_owned(),
            from: plus_days(today, 4).to_string(),
            until: plus_days(today, 6).to_string(),
            note: String::new(),
        };
        plan::add_absence(tx, &self.head(at), "", &a).map(drop)
    }

    /// One late shift of next week loses its person, so that a gap can be seen before it happens.
    fn gap(&mut self, tx: &mut Tx, at: i64) -> Res<()> {
        let desk = self.posts.iter().find(|p| p.0 == "front_desk").map(|p| p.1.clone());
        let ahead = db::shifts(tx, &self.site, self.now + 4 * DAY, self.now + 6 * DAY)?;
        let zone = crate::case::zone(tx, &self.site)?;
        let evening = |s: &db::Shift| {
            let local = jiff::Timestamp::from_millisecond(s.from_at).map_or(0, |t| t.to_zoned(zone.clone()).hour());
            local == 15
        };
        let open = |s: &&db::Shift| Some(&s.post_id) == desk.as_ref() && evening(s);
        let Some(s) = ahead.iter().find(open) else {
            return Ok(());
        };
        plan::remove_shift(tx, &self.head(at), &s.id, s.version)
    }

    /// Whoever the screenshots show is at work when the story ends.
    ///
    /// # Errors
    /// `Unavailable` while the database is away.
    pub fn end(&mut self, tx: &mut Tx) -> Res<()> {
        for crew in self.crews.iter().take(3) {
            if let Some(first) = crew.first() {
                crate::account::set_duty(tx, &self.ctx(self.now, first), true)?;
            }
        }
        Ok(())
    }
}
