//! The ladder (升级阶梯): who hears of a time limit when, from the first reminder to the company's leader.
//!
//! A rung says *when* (a share of the limit, or an offset before or after due, in natural or working time), *who* by post,
//! and *what* it is: a warning while there is time, an escalation once there is none. The ladder is a part of the service
//! standard and of the snapshot that a clock carries. What has been reached is a fact of the case and is never repeated.
//!
//! While a clock is paused nobody is told anything: its rungs move with the pause, those after due as well. A bound set by
//! the customer or an authority is not paused, and its rungs go by the wall clock.
//!
//! Work that nobody has been given ([`ClockCode::Assign`]) or nobody has taken ([`ClockCode::Accept`]) climbs too. These are
//! limits for ourselves, no promise to a customer: they follow from where the case stands and from the standard in force,
//! they colour no list and make no breach.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::case::{CaseState, Env, OrderStatus, Status};
use crate::clock::{Clock, ClockCode, ClockStart, Target};
use crate::codes::codes;
use crate::ids::StaffId;
use crate::limit::Limit;
use crate::time::Step;

codes! {
    /// Whom a rung names: a post, not a person.
    Post {
        /// Whoever has the work order in hand.
        InCharge = "in_charge",
        /// Who was asked first and stays answerable (DIR-9).
        FirstAsked = "first_asked",
        /// The front desk.
        FrontDesk = "front_desk",
        /// The head of the department that has the order.
        DeptHead = "dept_head",
        CsHead = "cs_head",
        ProjectManager = "project_manager",
        /// The quality department (COM-18, COM-27).
        Quality = "quality",
        CompanyLeader = "company_leader",
        GeneralManager = "general_manager",
    }
}

impl Post {
    /// The post that is told instead when nobody holds this one or nobody of it is at work. None above the top.
    pub const fn above(self) -> Option<Post> {
        Some(match self {
            Post::InCharge => Post::DeptHead,
            Post::FirstAsked => Post::FrontDesk,
            Post::FrontDesk | Post::DeptHead => Post::CsHead,
            Post::CsHead => Post::ProjectManager,
            Post::ProjectManager | Post::Quality => Post::CompanyLeader,
            Post::CompanyLeader => Post::GeneralManager,
            Post::GeneralManager => return None,
        })
    }

    /// Works in shifts: whoever holds it can only act while on duty. Those above are reached at any time.
    pub const fn in_shifts(self) -> bool {
        matches!(
            self,
            Post::InCharge | Post::FirstAsked | Post::FrontDesk | Post::DeptHead | Post::CsHead
        )
    }
}

/// The roles that decide for a post, from it upwards: what nobody of it may decide goes to the next one.
pub fn line_from(post: Role) -> Vec<Role> {
    const LINE: [Role; 4] = [
        Role::CsHead,
        Role::ProjectManager,
        Role::CompanyLeader,
        Role::GeneralManager,
    ];
    let from = LINE.iter().position(|role| *role == post);
    let own = from.is_none().then_some(post);
    let above = match (from, post) {
        (Some(at), _) => at,
        // Quality answers to the company, not to the site.
        (None, Role::Quality) => 2,
        (None, _) => 0,
    };
    own.into_iter().chain(LINE.into_iter().skip(above)).collect()
}

codes! {
    /// What a rung is.
    RungKind {
        /// There is time left.
        Warning = "warning",
        /// It goes to somebody who can do more.
        Escalation = "escalation",
    }
}

/// A length beside due, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Offset {
    /// More than 0, at most 366 days.
    pub ms: i64,
    /// Of the clock's working time; else by the wall clock.
    pub working: bool,
}

/// When a rung is reached. Its text (`80%`, `-30m`, `+60m`, `+240wm`) is its name within a ladder: minutes, `w` for working time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum When {
    /// A share of the limit, 1 to 500; 100 is due.
    Percent(u32),
    Before(Offset),
    After(Offset),
}

impl When {
    /// Reached only once the limit has passed: a step done exactly when due is in time.
    pub const fn is_late(self) -> bool {
        matches!(self, When::Percent(100..) | When::After(_))
    }

    const fn in_working_time(self) -> bool {
        match self {
            When::Percent(_) => false,
            When::Before(offset) | When::After(offset) => offset.working,
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, offset) = match self {
            When::Percent(n) => return write!(f, "{n}%"),
            When::Before(offset) => ('-', offset),
            When::After(offset) => ('+', offset),
        };
        let unit = if offset.working { "wm" } else { "m" };
        write!(f, "{sign}{}{unit}", offset.ms / MINUTE)
    }
}

/// A text that is no rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoRung(String);

impl fmt::Display for NoRung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a step of a ladder: {:?}", self.0)
    }
}

impl std::error::Error for NoRung {}

impl FromStr for When {
    type Err = NoRung;

    fn from_str(text: &str) -> Result<Self, NoRung> {
        let bad = || NoRung(text.to_owned());
        if let Some(n) = text.strip_suffix('%') {
            return n.parse().map(When::Percent).map_err(|_| bad());
        }
        let offset = |rest: &str| {
            let rest = rest.strip_suffix('m')?;
            let (n, working) = rest.strip_suffix('w').map_or((rest, false), |n| (n, true));
            let ms = n.parse::<u32>().ok().map(|n| i64::from(n) * MINUTE)?;
            Some(Offset { ms, working })
        };
        match (text.strip_prefix('-'), text.strip_prefix('+')) {
            (Some(rest), _) => offset(rest).map(When::Before).ok_or_else(bad),
            (_, Some(rest)) => offset(rest).map(When::After).ok_or_else(bad),
            _ => Err(bad()),
        }
    }
}

/// One step of a ladder. As text: `80% warning in_charge,first_asked DIR-9*`; the star marks a time that no clause states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Rung {
    pub at: When,
    pub kind: RungKind,
    pub to: Vec<Post>,
    /// Clause that says who is answerable; empty where there is none.
    pub clause: String,
    /// The time is a habit of the trade, no clause states it.
    pub habit: bool,
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.at, self.kind)?;
        for (i, post) in self.to.iter().enumerate() {
            write!(f, "{}{post}", if i == 0 { "" } else { "," })?;
        }
        write!(f, " {}{}", self.clause, if self.habit { "*" } else { "" })
    }
}

impl FromStr for Rung {
    type Err = NoRung;

    fn from_str(text: &str) -> Result<Self, NoRung> {
        let bad = || NoRung(text.to_owned());
        let mut parts = text.splitn(4, ' ');
        let mut part = || parts.next().ok_or_else(bad);
        let (at, kind, to, clause) = (part()?, part()?, part()?, part()?);
        let habit = clause.strip_suffix('*');
        Ok(Rung {
            at: at.parse()?,
            kind: kind.parse().map_err(|_| bad())?,
            to: to
                .split(',')
                .map(|post| post.parse().map_err(|_| bad()))
                .collect::<Result<_, _>>()?,
            clause: habit.unwrap_or(clause).to_owned(),
            habit: habit.is_some(),
        })
    }
}

macro_rules! as_text {
    ($($name:ident),+) => {$(
        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = NoRung;
            fn try_from(text: String) -> Result<Self, NoRung> {
                text.parse()
            }
        }
    )+};
}
as_text!(When, Rung);

const MINUTE: i64 = 60_000;

/// A rung as the standard's file writes it: `percent`, `before` or `after`, one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RungFile {
    /// A share of the limit, 1 to 500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u32>,
    /// Minutes or hours before due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Limit>,
    /// Minutes or hours after due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Limit>,
    pub to: Vec<Post>,
    #[serde(rename = "as")]
    pub kind: RungKind,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub clause: String,
    /// No clause states the time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub habit: bool,
}

impl RungFile {
    /// When it is reached; none where that cannot be read.
    pub fn at(&self) -> Option<When> {
        when(self).ok()
    }
}

codes! {
    /// Why a ladder cannot be used.
    RungWrong {
        /// More steps than anybody reads.
        Many = "many",
        /// An offset that is neither minutes nor hours.
        Unit = "unit",
        /// An offset of nothing, or of more than a year.
        Length = "length",
        /// A share that is not 1 to 500.
        Percent = "percent",
        /// Not exactly one of share, before, after.
        When = "when",
        /// Working time beside a limit without a calendar.
        Calendar = "calendar",
        /// Nobody is told.
        Post = "post",
        /// Neither a clause nor a habit.
        Clause = "clause",
        /// Two steps at the same time.
        Twice = "twice",
    }
}

/// Most rungs of one ladder.
const MOST: usize = 16;
/// The longest offset: a year.
const LONGEST: i64 = 366 * 86_400_000;

impl RungWrong {
    /// In English, for who reads a log or a terminal without the pages' texts.
    pub const fn english(self) -> &'static str {
        match self {
            RungWrong::Many => "must have at most 16 steps",
            RungWrong::Unit => "must be minutes or hours",
            RungWrong::Length => "must be more than nothing and at most a year",
            RungWrong::Percent => "must be 1 to 500",
            RungWrong::When => "must have one of percent, before, after",
            RungWrong::Calendar => "working time needs a limit with a calendar",
            RungWrong::Post => "must name a post",
            RungWrong::Clause => "must name the clause, or say that it is a habit",
            RungWrong::Twice => "comes at the same time as another",
        }
    }
}

/// When a rung of the file is reached.
fn when(rung: &RungFile) -> Result<When, (&'static str, RungWrong)> {
    let offset = |limit: Limit, field| {
        let (n, unit, working) = match limit {
            Limit::Minute { n } => (n, MINUTE, false),
            Limit::Hour { n } => (n, 60 * MINUTE, false),
            Limit::WorkingMinute { n } => (n, MINUTE, true),
            Limit::WorkingHour { n } => (n, 60 * MINUTE, true),
            _ => return Err((field, RungWrong::Unit)),
        };
        let ms = i64::from(n) * unit;
        if ms == 0 || ms > LONGEST {
            return Err((field, RungWrong::Length));
        }
        Ok(Offset { ms, working })
    };
    match (rung.percent, rung.before, rung.after) {
        (Some(n @ 1..=500), None, None) => Ok(When::Percent(n)),
        (Some(_), None, None) => Err((".percent", RungWrong::Percent)),
        (None, Some(limit), None) => offset(limit, ".before").map(When::Before),
        (None, None, Some(limit)) => offset(limit, ".after").map(When::After),
        _ => Err(("", RungWrong::When)),
    }
}

/// Reads a ladder of the file. `calendar`: the limit is read in a working calendar.
///
/// # Errors
/// Where (`ladder[2].after`) and what is wrong.
pub(crate) fn checked(file: Vec<RungFile>, calendar: bool, path: &str) -> Result<Vec<Rung>, (String, RungWrong)> {
    let mut rungs: Vec<Rung> = Vec::with_capacity(file.len());
    if file.len() > MOST {
        return Err((path.to_owned(), RungWrong::Many));
    }
    for (r, rung) in file.into_iter().enumerate() {
        let at = |field: &str| format!("{path}[{r}]{field}");
        let when = when(&rung).map_err(|(field, wrong)| (at(field), wrong))?;
        if when.in_working_time() && !calendar {
            return Err((at(""), RungWrong::Calendar));
        }
        if rung.to.is_empty() {
            return Err((at(".to"), RungWrong::Post));
        }
        if rung.clause.trim().is_empty() && !rung.habit {
            return Err((at(".clause"), RungWrong::Clause));
        }
        if rungs.iter().any(|other| other.at == when) {
            return Err((at(""), RungWrong::Twice));
        }
        rungs.push(Rung {
            at: when,
            kind: rung.kind,
            to: rung.to,
            clause: rung.clause.trim().to_owned(),
            habit: rung.habit,
        });
    }
    Ok(rungs)
}

/// Puts a step into a ladder of the file, in the place of another or as a new one; the steps stand in the order in which they are
/// usually reached. `Ok(false)` when there is no step at that place.
///
/// # Errors
/// What would be wrong with the ladder: then it is left as it is.
pub(crate) fn put(
    ladder: &mut Vec<RungFile>,
    step: Option<usize>,
    rung: RungFile,
    calendar: bool,
) -> Result<bool, RungWrong> {
    let mut new = ladder.clone();
    match step {
        Some(n) => match new.get_mut(n) {
            Some(old) => *old = rung,
            None => return Ok(false),
        },
        None => new.push(rung),
    }
    // A share below the whole, before due, due, after it, a share above the whole.
    new.sort_by_key(|rung| match when(rung) {
        Ok(When::Percent(n)) if n < 100 => (0, i64::from(n)),
        Ok(When::Before(offset)) => (1, -offset.ms),
        Ok(When::After(offset)) => (3, offset.ms),
        Ok(When::Percent(n)) if n > 100 => (4, i64::from(n)),
        _ => (2, 0),
    });
    checked(new.clone(), calendar, "ladder").map_err(|(_, wrong)| wrong)?;
    *ladder = new;
    Ok(true)
}

/// A rung that was reached: it is not reached again, whatever happens to the clock or to the host's time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Climbed {
    pub code: ClockCode,
    pub cycle: u32,
    pub step: When,
}

/// Since when a case stands where it stands, while nobody has been given the work or nobody has taken it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stand {
    /// One more with each time that the work is given, given on or comes back.
    pub no: u32,
    /// When that was recorded; unix milliseconds.
    pub since: i64,
}

/// Somebody who was told, and as what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub staff: StaffId,
    pub post: Post,
    /// The post below, of which there was nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<Post>,
}

codes! {
    /// Why a post could not be told.
    LackKind {
        /// Nobody holds it at the site.
        Vacant = "vacant",
        /// Nobody who holds it is at work.
        OffDuty = "off_duty",
    }
}

/// A post of which there was nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lack {
    pub post: Post,
    pub why: LackKind,
}

/// A rung that is reached now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    pub code: ClockCode,
    pub cycle: u32,
    pub rung: Rung,
    /// When it was reached: earlier than now when nobody looked at that time.
    pub at: i64,
}

impl Clock {
    /// When a step of the ladder is reached, as known at `now`. None while the clock is paused, not begun or over, and for a
    /// warning that would lie before the start.
    pub fn rung_at(&self, step: When, now: i64) -> Option<i64> {
        if !self.is_open() {
            return None;
        }
        let start = self.started_at?;
        let bound = self.bound().map(|bound| bound.at);
        let own = self.own_due();
        let bound = bound.filter(|bound| own.is_none_or(|own| *bound <= own));
        if bound.is_none() && self.held_at(now).is_some() {
            return None;
        }
        let due = bound.or(own)?;
        let at = match step {
            When::Percent(100) => due,
            When::Percent(n) => {
                let share = |whole: i64| i64::try_from(i128::from(whole) * i128::from(n) / 100).ok();
                match (bound, self.target) {
                    (None, Some(Target::Running { ms })) => self.run_on(start, share(ms)?)?,
                    (None, Some(Target::Working { .. } | Target::Days { .. })) => {
                        let milli = i64::from(n) * 1000;
                        self.reckon(|r| r.rung(Step::Share { milli }))??
                    }
                    _ => start.checked_add(share(due - start)?)?,
                }
            }
            When::Before(Offset { ms, working: false }) => due.checked_sub(ms)?,
            When::After(Offset { ms, working: false }) if bound.is_some() => due.checked_add(ms)?,
            When::After(Offset { ms, working: false }) => self.run_on(due, ms)?,
            When::Before(Offset { ms, .. }) => match bound {
                Some(bound) => self.hours()?.back(bound, ms)?,
                None => self.reckon(|r| r.rung(Step::Working { ms: -ms }))??,
            },
            When::After(Offset { ms, .. }) => match bound {
                Some(bound) => self.hours()?.reach(bound, ms)?,
                None => self.reckon(|r| r.rung(Step::Working { ms }))??,
            },
        };
        if step.is_late() {
            // Due itself is in time.
            return at.checked_add(1);
        }
        Some(at).filter(|at| *at > start)
    }

    /// The end of the pause that holds the clock at `now`, before or after due: None when it runs, `Some(None)` while the
    /// end is not known.
    fn held_at(&self, now: i64) -> Option<Option<i64>> {
        if matches!(self.target, None | Some(Target::Fixed { .. })) {
            return None;
        }
        self.pauses()
            .into_iter()
            .find(|(from, to, _)| *from <= now && to.is_none_or(|to| now < to))
            .map(|(_, to, _)| to)
    }

    /// When `ms` of running time have passed since `from`. None while a pause has no end.
    fn run_on(&self, from: i64, ms: i64) -> Option<i64> {
        let (mut at, mut left) = (from, ms);
        if !matches!(self.target, None | Some(Target::Fixed { .. })) {
            for (from, to, _) in self.pauses() {
                if to.is_some_and(|to| to <= at) {
                    continue;
                }
                let run = (from - at).max(0);
                if left < run {
                    break;
                }
                left -= run;
                at = to?;
            }
        }
        at.checked_add(left)
    }

    fn waits<'a>(&'a self, climbed: &'a [Climbed]) -> impl Iterator<Item = &'a Rung> {
        self.ladder.iter().filter(move |rung| {
            !climbed
                .iter()
                .any(|c| c.code == self.code && c.cycle == self.cycle && c.step == rung.at)
        })
    }

    /// The rungs that are reached by `now` and have not been, in the order of their instants.
    pub fn reached(&self, climbed: &[Climbed], now: i64) -> Vec<Reached> {
        let mut reached: Vec<Reached> = self
            .waits(climbed)
            .filter_map(|rung| {
                Some(Reached {
                    code: self.code,
                    cycle: self.cycle,
                    rung: rung.clone(),
                    at: self.rung_at(rung.at, now).filter(|at| *at <= now)?,
                })
            })
            .collect();
        reached.sort_by_key(|reached| reached.at);
        reached
    }

    /// The next instant at which somebody is to be told, or at which that can be said again; it may have passed already.
    pub fn next_rung_at(&self, climbed: &[Climbed], now: i64) -> Option<i64> {
        if !self.is_open() {
            return None;
        }
        let mut waits = self.waits(climbed).peekable();
        waits.peek()?;
        let resumes = self.held_at(now).flatten();
        waits.filter_map(|rung| self.rung_at(rung.at, now)).chain(resumes).min()
    }
}

/// The limit for ourselves that runs where the case stands: until somebody is given the work, until somebody takes it.
pub fn handling(case: &CaseState, env: &Env<'_>) -> Option<Clock> {
    let code = case.waits_for()?;
    let rule = env
        .standard
        .handling(code, case.kind, &case.item, case.importance, case.urgency)?;
    let since = match case.stand.since {
        0 => case.last_step_at,
        since => since,
    };
    let mut clock = Clock::new(ClockStart {
        code,
        clause: rule.clause.clone(),
        limit: Some(rule.limit),
        started_at: Some(since),
        target: Some(rule.limit.target(since, env.zone)),
        bounds: Vec::new(),
        pausable: Vec::new(),
        max_pause_ms: None,
        paused: Vec::new(),
        calendar: rule.calendar.as_deref().and_then(|code| env.calendars.newest(code)),
        ladder: rule.ladder.clone(),
        cycle: case.stand.no,
        continues: None,
    });
    clock.attach(env.calendars);
    Some(clock)
}

impl CaseState {
    /// What a case waits for at our own hands: that somebody is given the work, or takes it.
    pub fn waits_for(&self) -> Option<ClockCode> {
        match self.status {
            Status::Registered => Some(ClockCode::Assign),
            Status::Dispatched if self.order().is_some_and(|order| order.status == OrderStatus::Issued) => {
                Some(ClockCode::Accept)
            }
            _ => None,
        }
    }

    /// The rungs that are reached by now and of which nobody has been told, in the order of their instants.
    pub fn reached(&self, env: &Env<'_>) -> Vec<Reached> {
        let own = handling(self, env);
        let mut reached: Vec<Reached> = self
            .clocks
            .iter()
            .chain(&own)
            .flat_map(|clock| clock.reached(&self.climbed, env.now))
            .collect();
        reached.sort_by_key(|reached| reached.at);
        reached
    }

    /// When the timer has to look again: a clock changes its state by itself, or somebody is to be told.
    pub fn next_look_at(&self, env: &Env<'_>) -> Option<i64> {
        let own = handling(self, env);
        self.clocks
            .iter()
            .chain(&own)
            .filter_map(|clock| clock.next_rung_at(&self.climbed, env.now))
            .chain(self.next_step_at(env.now))
            .chain(crate::case::complaint::look_at(self))
            .min()
    }
}

#[cfg(test)]
#[path = "ladder_tests.rs"]
mod tests;
