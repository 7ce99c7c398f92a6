//! Time limits: when something is due, whether it was met, and why it is due then.
//!
//! Nothing here ticks. A clock is a handful of facts, and every figure is computed from them and an instant. Instants are
//! unix milliseconds; intervals are half-open. The rules:
//! - due is the *earliest* instant at which running time equals the target; if that is the first instant of a pause, due
//!   moves to the pause's end;
//! - done exactly when due is met; instants are compared, never elapsed seconds;
//! - while paused nothing is due and the time left is frozen, unless an instant was fixed from outside;
//! - a breach is a fact with its own instant. Nothing takes it back; a later entry of what happened in time excuses it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::ladder::Rung;
pub use crate::limit::{Limit, Target};
use crate::time::{self, CalendarRef, Calendars, DayName, FIRST_DAY, Gap, Hold, Hours, Reckoning, Term};

codes! {
    /// What a clock measures.
    ClockCode {
        /// First response to the customer (STD-1).
        Response = "response",
        /// Somebody is on site (STD-2, STD-3).
        OnSite = "on_site",
        /// The customer was told how it stands (STD-3).
        Feedback = "feedback",
        /// The work is done (STD-6, STD-15, STD-16).
        Finish = "finish",
        /// The callback after completion (CSM-3).
        Callback = "callback",
        /// A reply that was promised (REC-8).
        Promise = "promise",
        /// A first answer on the day of a promise, at least an interim one (CAL-6).
        Interim = "interim",
        /// The customer waits while somebody is asked (REC-7).
        Consult = "consult",
        /// The records of a complaint are with the quality department (COM-27).
        Filing = "filing",
        /// Somebody is given the work. A limit for ourselves: see [`crate::ladder::handling`].
        Assign = "assign",
        /// Whoever was given the work takes it. A limit for ourselves.
        Accept = "accept",
    }
}

impl ClockCode {
    /// A limit for ourselves, no promise to the customer: it climbs, and is neither due in lists nor breached.
    pub const fn is_handling(self) -> bool {
        matches!(self, ClockCode::Assign | ClockCode::Accept)
    }
}

codes! {
    /// Why a case waits.
    WaitReason {
        Parts = "parts",
        CustomerTime = "customer_time",
        Vendor = "vendor",
        Weather = "weather",
        ThirdParty = "third_party",
        Other = "other",
    }
}

codes! {
    /// Why a limit was passed.
    BreachReason {
        /// Time ran out.
        Time = "time",
        /// A change of level, item, kind or appointment moved the limit into the past.
        Change = "change",
        /// It was already past when the record was entered.
        EnteredLate = "entered_late",
    }
}

impl ClockCode {
    /// Started by an act of its own, not by the standard's line for the case.
    pub const fn on_demand(self) -> bool {
        matches!(
            self,
            ClockCode::Promise | ClockCode::Interim | ClockCode::Consult | ClockCode::Filing
        )
    }

    /// A limit that the customer may agree to move (COM-32). A first response is owed in any case.
    pub const fn extendable(self) -> bool {
        matches!(
            self,
            ClockCode::OnSite | ClockCode::Feedback | ClockCode::Finish | ClockCode::Promise
        )
    }
}

codes! {
    /// Why a breach is excused, by who is not at fault. The breach stays.
    ExcuseReason {
        /// The customer was not there, or asked for something else.
        Customer = "customer",
        /// An authority, a supplier or another company.
        ThirdParty = "third_party",
        /// Weather, power cuts and the like.
        Force = "force",
        /// Everybody was at an emergency.
        Emergency = "emergency",
        /// The record was wrong: level, item or time.
        Record = "record",
        Other = "other",
    }
}

/// An excuse: a second fact beside the breach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excuse {
    pub reason: ExcuseReason,
    pub at: i64,
}

/// More time that was agreed on before the limit passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extended {
    /// When it was due before; None while it was paused.
    pub from: Option<i64>,
    pub to: i64,
    pub at: i64,
}

codes! {
    /// Who fixed an instant that counts beside the standard's own limit.
    BoundSource { Customer = "customer", Authority = "authority" }
}

/// A stretch that does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    pub from: i64,
    /// Exclusive; open while unknown.
    pub to: Option<i64>,
    pub reason: WaitReason,
    /// Comes from an appointment, not from a wait that somebody declared: it moves with the appointment.
    #[serde(default)]
    pub planned: bool,
}

/// An instant fixed by the customer or by an outside authority. The earliest limit counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    pub at: i64,
    pub source: BoundSource,
}

/// A clock's rule and start, as an event carries them: a snapshot, untouched by later edits of the standard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockStart {
    pub code: ClockCode,
    /// Clause behind the limit; empty where only a bound set it.
    pub clause: String,
    /// None where only a bound counts.
    pub limit: Option<Limit>,
    /// None while the clock has not begun (a callback before completion).
    pub started_at: Option<i64>,
    pub target: Option<Target>,
    pub bounds: Vec<Bound>,
    pub pausable: Vec<WaitReason>,
    /// Pauses beyond this total (ms) count again.
    pub max_pause_ms: Option<i64>,
    /// Pauses known from the start.
    pub paused: Vec<Pause>,
    /// The calendar of a limit in working time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarRef>,
    /// Who is told when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ladder: Vec<Rung>,
    /// 0 for the first round, one more with each reopening; for a promise its number.
    pub cycle: u32,
    /// The round whose clock goes on here, where the standard says that reopening continues.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<u32>,
}

/// A stretch between an ending and the reopening: unlike a pause it never counts, whatever the rule allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    pub from: i64,
    /// Exclusive.
    pub to: i64,
}

/// One time limit of a case with everything that happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    pub code: ClockCode,
    pub clause: String,
    pub limit: Option<Limit>,
    pub started_at: Option<i64>,
    pub target: Option<Target>,
    pub bounds: Vec<Bound>,
    pub pausable: Vec<WaitReason>,
    pub max_pause_ms: Option<i64>,
    pub paused: Vec<Pause>,
    /// Between the end of a round and the next one that this clock went on in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rests: Vec<Rest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarRef>,
    /// The calendar's hours, given by [`Clock::attach`]; without them a limit in working time has no due time.
    #[serde(skip)]
    hours: Attached,
    /// Who is told when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ladder: Vec<Rung>,
    pub cycle: u32,
    pub met_at: Option<i64>,
    pub breached_at: Option<i64>,
    pub breach_reason: Option<BreachReason>,
    /// When it was shown that what was due had happened in time.
    pub excused_at: Option<i64>,
    /// Why the breach is excused, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excuse: Option<Excuse>,
    /// The last extension that was granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended: Option<Extended>,
    pub cancelled_at: Option<i64>,
}

/// Hours belong to the calendar that the clock names: they are no part of what the clock is.
#[derive(Debug, Clone, Default)]
struct Attached(Option<Arc<Hours>>);

impl PartialEq for Attached {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Attached {}

codes! {
    /// How a clock stands, for a badge.
    ClockState {
        NotStarted = "not_started",
        Running = "running",
        /// Little time left.
        Near = "near",
        Overdue = "overdue",
        Paused = "paused",
        Met = "met",
        /// Done, but too late.
        BreachedDone = "breached_done",
        Cancelled = "cancelled",
    }
}

codes! {
    /// Whether a stretch of time counts.
    StretchKind {
        Counted = "counted",
        Paused = "paused",
        /// Outside the working hours of the calendar.
        Closed = "closed",
    }
}

/// A stretch of a clock's time and whether it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stretch {
    pub from: i64,
    pub to: i64,
    pub kind: StretchKind,
    pub reason: Option<WaitReason>,
    /// Holidays and closures of a closed stretch, make-up days of a counted one.
    pub names: Vec<DayName>,
    /// The day on which a term in days began, which does not count.
    pub first_day: bool,
}

/// A clock as seen at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClockView {
    pub code: ClockCode,
    pub clause: String,
    pub cycle: u32,
    pub state: ClockState,
    /// None while paused or not begun.
    pub due_at: Option<i64>,
    /// Running milliseconds left, frozen while paused, negative when overdue; None when not begun.
    pub left_ms: Option<i64>,
    /// The whole limit in milliseconds.
    pub limit_ms: Option<i64>,
    /// Set when an instant fixed from outside decides, not the standard.
    pub bound_by: Option<BoundSource>,
    pub met_at: Option<i64>,
    pub breached_at: Option<i64>,
    pub breach_reason: Option<BreachReason>,
    pub excused: bool,
    /// Why, where somebody said so.
    pub excuse: Option<ExcuseReason>,
    /// When it was due before an extension.
    pub extended_from: Option<i64>,
    /// Due after the last day whose holidays are published.
    pub provisional: bool,
    pub explain: Vec<Stretch>,
}

/// What of a clock the figures count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Measured {
    /// When its result was decided: met or breached, whichever came first. What is decided stays in its month.
    pub decided_at: Option<i64>,
    /// From the start to the end on the wall clock, pauses included. None until met.
    pub natural_ms: Option<i64>,
    /// The working hours in that, without pauses. None until met, and without a calendar.
    pub working_ms: Option<i64>,
    /// Paused time on the wall clock up to the end.
    pub paused_ms: i64,
}

/// Near when at most this much is left, or a quarter of the limit if that is less.
const NEAR_MS: i64 = 15 * 60_000;

impl Clock {
    /// A clock from its rule.
    pub fn new(start: ClockStart) -> Self {
        Clock {
            code: start.code,
            clause: start.clause,
            limit: start.limit,
            started_at: start.started_at,
            target: start.target,
            bounds: start.bounds,
            pausable: start.pausable,
            max_pause_ms: start.max_pause_ms,
            paused: start.paused,
            rests: Vec::new(),
            calendar: start.calendar,
            hours: Attached::default(),
            ladder: start.ladder,
            cycle: start.cycle,
            met_at: None,
            breached_at: None,
            breach_reason: None,
            excused_at: None,
            excuse: None,
            extended: None,
            cancelled_at: None,
        }
    }

    /// Gives the clock the hours of the calendar that it names.
    pub fn attach(&mut self, calendars: &Calendars) {
        self.hours = Attached(self.calendar.as_ref().and_then(|of| calendars.hours(of)));
    }

    /// The hours of the clock's calendar, once they are attached.
    pub(crate) fn hours(&self) -> Option<&Hours> {
        self.hours.0.as_deref()
    }

    /// Runs `f` over the reckoning of a limit in working time or days. None for other limits and without the hours.
    pub(crate) fn reckon<T>(&self, f: impl FnOnce(Reckoning<'_>) -> T) -> Option<T> {
        let term = match self.target? {
            Target::Working { ms } => Term::Working { ms },
            Target::Days { term } => Term::Days(term),
            Target::Running { .. } | Target::Fixed { .. } => return None,
        };
        let (start, hours) = (self.started_at?, self.hours.0.as_ref()?);
        let gaps: Vec<Gap> = self
            .pauses()
            .into_iter()
            .map(|(from, to, _)| Gap { from, to })
            .collect();
        Some(f(Reckoning {
            hours,
            term,
            start,
            gaps: &gaps,
        }))
    }

    /// Neither met nor cancelled.
    pub fn is_open(&self) -> bool {
        self.met_at.is_none() && self.cancelled_at.is_none()
    }

    /// What does not count: pauses and, after them, the rests between rounds. The two never overlap, because done ends all
    /// pauses. A rest has no reason.
    pub(crate) fn pauses(&self) -> Vec<(i64, Option<i64>, Option<WaitReason>)> {
        let waits = self
            .declared()
            .into_iter()
            .map(|(from, to, reason)| (from, to, Some(reason)));
        if self.rests.is_empty() {
            return waits.collect();
        }
        let rests = self.rests.iter().map(|rest| (rest.from, Some(rest.to), None));
        let mut all: Vec<_> = waits.chain(rests).collect();
        all.sort_by_key(|(from, _, _)| *from);
        all
    }

    /// Pauses as they count: a union, clipped to the clock's start, cut at the longest total. Open ends stay open.
    fn declared(&self) -> Vec<(i64, Option<i64>, WaitReason)> {
        let Some(start) = self.started_at else {
            return Vec::new();
        };
        let mut raw: Vec<_> = self
            .paused
            .iter()
            .map(|p| (p.from.max(start), p.to, p.reason))
            .collect();
        raw.retain(|(from, to, _)| to.is_none_or(|to| to > *from));
        raw.sort_by_key(|(from, _, _)| *from);
        let mut merged: Vec<(i64, Option<i64>, WaitReason)> = Vec::new();
        for (from, to, reason) in raw {
            match merged.last_mut() {
                Some((_, last, _)) if last.is_none_or(|last| from <= last) => {
                    *last = last.zip(to).map(|(a, b)| a.max(b));
                }
                _ => merged.push((from, to, reason)),
            }
        }
        let Some(mut left) = self.max_pause_ms else {
            return merged;
        };
        merged.retain_mut(|(from, to, _)| {
            let end = to.map_or(from.saturating_add(left), |to| to.min(from.saturating_add(left)));
            left -= end - *from;
            *to = Some(end);
            end > *from
        });
        merged
    }

    /// The earliest outside instant.
    pub(crate) fn bound(&self) -> Option<&Bound> {
        self.bounds.iter().min_by_key(|bound| bound.at)
    }

    /// When the standard's own limit is reached, as pauses known so far leave it. None while a pause has no end.
    pub(crate) fn own_due(&self) -> Option<i64> {
        let start = self.started_at?;
        let mut left = match self.target? {
            Target::Fixed { at } => return Some(at),
            Target::Running { ms } => ms,
            Target::Working { .. } | Target::Days { .. } => return self.reckon(|r| r.due().at())?,
        };
        let mut at = start;
        for (from, to, _) in self.pauses() {
            let run = from - at;
            if left < run {
                return Some(at + left);
            }
            // Equal: the limit is reached on the first instant of the pause and moves to its end.
            left -= run;
            at = to?;
        }
        Some(at.saturating_add(left))
    }

    /// The pause that holds the clock at `now`, if it is not overdue already.
    fn pause_at(&self, now: i64) -> Option<(i64, Option<i64>, Option<WaitReason>)> {
        if matches!(self.target, None | Some(Target::Fixed { .. })) {
            return None;
        }
        self.pauses()
            .into_iter()
            .find(|(from, to, _)| *from <= now && to.is_none_or(|to| now < to))
            .filter(|(from, _, _)| self.own_due().is_none_or(|due| due >= *from))
    }

    /// When it is due, as known at `now`. None while paused (unless an outside instant counts) or not begun.
    pub fn due_at(&self, now: i64) -> Option<i64> {
        self.started_at?;
        let own = if self.pause_at(now).is_some() {
            None
        } else {
            self.own_due()
        };
        match (own, self.bound().map(|bound| bound.at)) {
            (Some(own), Some(bound)) => Some(own.min(bound)),
            (own, bound) => own.or(bound),
        }
    }

    /// Due after the last day whose holidays are published, as known at `now`.
    pub fn is_provisional(&self, now: i64) -> bool {
        let Some(due) = self.due_at(now) else { return false };
        let outside = self.bound().is_some_and(|bound| bound.at == due) && self.own_due() != Some(due);
        !outside && self.reckon(|r| r.hours.is_provisional(due)).unwrap_or(false)
    }

    /// Running time from the start to `until`, without pauses.
    fn elapsed(&self, until: i64) -> i64 {
        if let Some(ran) = self.reckon(|r| r.elapsed(until)) {
            return ran;
        }
        let Some(start) = self.started_at else { return 0 };
        let paused: i64 = self
            .pauses()
            .iter()
            .map(|(from, to, _)| (to.unwrap_or(until).min(until) - from.min(&until)).max(0))
            .sum();
        (until - start).max(0) - paused
    }

    /// An open clock whose limit has passed at `now` and whose breach is not yet a fact: the instant it was due.
    pub fn unrecorded_breach(&self, now: i64) -> Option<i64> {
        if !self.is_open() || self.breached_at.is_some() {
            return None;
        }
        self.due_at(now).filter(|due| now > *due)
    }

    /// Records the breach. The first one stays.
    pub fn breach(&mut self, at: i64, reason: BreachReason) {
        if self.breached_at.is_none() {
            self.breached_at = Some(at);
            self.breach_reason = Some(reason);
        }
    }

    /// What was due happened at `happened_at` and was recorded at `recorded_at`. The first time counts.
    pub fn meet(&mut self, happened_at: i64, recorded_at: i64) {
        if !self.is_open() || self.started_at.is_none() {
            return;
        }
        let due = self.due_at(happened_at);
        self.met_at = Some(happened_at);
        match due {
            Some(due) if happened_at > due => self.breach(due, BreachReason::Time),
            _ if self.breached_at.is_some_and(|at| at >= happened_at) => self.excused_at = Some(recorded_at),
            _ => {}
        }
    }

    /// Starts a clock that had not begun.
    pub fn begin(&mut self, started_at: i64, target: Option<Target>) {
        if self.started_at.is_none() && self.is_open() {
            self.started_at = Some(started_at);
            self.target = target;
        }
    }

    /// Holds the clock, if its rule allows this reason. A known end lets it go on by itself.
    pub fn pause(&mut self, from: i64, to: Option<i64>, reason: WaitReason) {
        if self.is_open() && self.pausable.contains(&reason) {
            self.paused.push(Pause {
                from,
                to,
                reason,
                planned: false,
            });
        }
    }

    /// Ends declared pauses that reach beyond `at`.
    pub fn resume(&mut self, at: i64) {
        for pause in &mut self.paused {
            if !pause.planned && pause.to.is_none_or(|to| to > at) {
                pause.to = Some(at.max(pause.from));
            }
        }
    }

    /// Takes over a changed rule; start, past pauses and breach stay. Pauses planned for later give way to the new ones, and
    /// a clock that an earlier change had dropped counts again.
    pub fn retarget(&mut self, rule: ClockStart, at: i64) {
        if self.met_at.is_some() {
            return;
        }
        self.cancelled_at = None;
        self.clause = rule.clause;
        // What was agreed with the customer holds as long as the limit that it moved.
        let agreed = self.extended.take().filter(|_| self.limit == rule.limit);
        self.limit = rule.limit;
        self.target = rule.target;
        if self.calendar != rule.calendar {
            self.hours = Attached::default();
            self.calendar = rule.calendar;
        }
        self.bounds = rule.bounds;
        if let Some(agreed) = agreed {
            self.target = Some(Target::Fixed { at: agreed.to });
            self.bounds
                .retain(|bound| bound.source != BoundSource::Customer || self.code != ClockCode::Finish);
            self.extended = Some(agreed);
        }
        self.ladder = rule.ladder;
        self.pausable = rule.pausable;
        self.max_pause_ms = rule.max_pause_ms;
        for pause in &mut self.paused {
            if pause.planned && pause.to.is_none_or(|to| to > at) {
                pause.to = Some(at.max(pause.from));
            }
        }
        self.paused.extend(rule.paused);
    }

    /// A clock that was met goes on in the next round, with the time that was left. The rule is the one it has now; start,
    /// breach and what did not count stay.
    pub fn go_on(&mut self, rule: ClockStart, at: i64) {
        let Some(met) = self.met_at.take() else { return };
        for pause in &mut self.paused {
            if pause.to.is_none_or(|to| to > met) {
                pause.to = Some(met.max(pause.from));
            }
        }
        if at > met {
            self.rests.push(Rest { from: met, to: at });
        }
        self.cycle = rule.cycle;
        self.excused_at = None;
        // What was agreed on was for the round that ended.
        self.extended = None;
        self.retarget(rule, at);
    }

    /// The rule of the clock as it is, read in another version of its calendar from now on.
    pub fn in_calendar(&self, calendar: CalendarRef, at: i64) -> ClockStart {
        ClockStart {
            code: self.code,
            clause: self.clause.clone(),
            limit: self.limit,
            started_at: self.started_at,
            target: self.target,
            bounds: self.bounds.clone(),
            pausable: self.pausable.clone(),
            max_pause_ms: self.max_pause_ms,
            // What an appointment holds goes on to.
            paused: self
                .paused
                .iter()
                .filter(|pause| pause.planned && pause.to.is_none_or(|to| to > at))
                .cloned()
                .collect(),
            calendar: Some(calendar),
            ladder: self.ladder.clone(),
            cycle: self.cycle,
            continues: None,
        }
    }

    /// Whether the rule is the one that the clock has already. What an appointment holds is left out: it is no part of a rule;
    /// and so is where it ends when the customer has agreed on that.
    pub fn follows(&self, rule: &ClockStart) -> bool {
        let own_end = self.started_at.is_none() || self.extended.is_some();
        self.clause == rule.clause
            && self.limit == rule.limit
            && (own_end || rule.target.is_none() || self.target == rule.target)
            && (self.extended.is_some() || self.bounds == rule.bounds)
            && self.pausable == rule.pausable
            && self.max_pause_ms == rule.max_pause_ms
            && self.ladder == rule.ladder
            && self.calendar.as_ref().map(|of| &of.code) == rule.calendar.as_ref().map(|of| &of.code)
    }

    /// Moves the limit to what the customer agreed on. Counts only if the limit had not passed at `at`, and only for later:
    /// an authority's instant stays, the customer's own gives way.
    pub fn extend(&mut self, at: i64, to: i64) {
        let from = self.due_at(at);
        let possible = self.is_open() && self.started_at.is_some() && self.breached_at.is_none() && to > at;
        if !possible || from.is_some_and(|due| at > due || to <= due) {
            return;
        }
        self.target = Some(Target::Fixed { at: to });
        self.bounds.retain(|bound| bound.source != BoundSource::Customer);
        self.extended = Some(Extended { from, to, at });
    }

    /// Excuses the breach. The breach stays, and so does the first excuse.
    pub fn forgive(&mut self, at: i64, reason: ExcuseReason) {
        if self.breached_at.is_some() && self.excuse.is_none() {
            self.excuse = Some(Excuse { reason, at });
        }
    }

    /// What the figures are made of. `office` are the hours for limits round the clock.
    pub fn measured(&self, office: Option<&Hours>) -> Measured {
        let decided_at = match (self.met_at, self.breached_at) {
            (Some(met), Some(breach)) => Some(met.min(breach)),
            (met, breach) => met.or(breach),
        };
        let (Some(start), Some(met)) = (self.started_at, self.met_at) else {
            return Measured {
                decided_at,
                ..Measured::default()
            };
        };
        let gaps: Vec<(i64, i64)> = self
            .pauses()
            .into_iter()
            .map(|(from, to, _)| (from.min(met), to.unwrap_or(met).min(met)))
            .collect();
        let hours = self.hours.0.as_deref().or(office);
        let working = hours.map(|hours| {
            let paused: i64 = gaps.iter().map(|(from, to)| hours.worked(*from, *to)).sum();
            (hours.worked(start, met) - paused).max(0)
        });
        Measured {
            decided_at,
            natural_ms: Some((met - start).max(0)),
            working_ms: working,
            paused_ms: gaps.iter().map(|(from, to)| to - from).sum(),
        }
    }

    /// The clock is of no interest any more. A breach stays.
    pub fn cancel(&mut self, at: i64) {
        if self.is_open() {
            self.cancelled_at = Some(at);
        }
    }

    /// The next instant at which this clock changes its state by itself: becomes near, due, or runs again.
    pub fn next_step_at(&self, now: i64) -> Option<i64> {
        if !self.is_open() || self.breached_at.is_some() {
            return None;
        }
        let resumes = self.pause_at(now).and_then(|(_, to, _)| to);
        let due = self.due_at(now);
        let near = due
            .zip(self.limit_ms())
            .map(|(due, limit)| match self.target {
                // A quarter of the working time is not a quarter of the night before.
                Some(Target::Working { .. }) => self
                    .reckon(|r| r.rung(time::Step::Working { ms: -near_ms(limit) }))
                    .flatten()
                    .unwrap_or(due),
                _ => due - near_ms(limit),
            })
            .filter(|near| *near > now);
        // Past due the breach itself is the step, and it is wanted at once: the first instant after due.
        let passed = due.map(|due| due.saturating_add(1));
        [resumes, near, passed].into_iter().flatten().min()
    }

    /// The whole limit in milliseconds: running time, or from start to the fixed instant.
    fn limit_ms(&self) -> Option<i64> {
        let start = self.started_at?;
        let own = self.target.and_then(|target| match target {
            Target::Running { ms } | Target::Working { ms } => Some(ms),
            Target::Fixed { at } => Some(at - start),
            Target::Days { .. } => self.own_due().map(|at| at - start),
        });
        match (own, self.bound().map(|bound| bound.at - start)) {
            (Some(own), Some(bound)) => Some(own.min(bound)),
            (own, bound) => own.or(bound),
        }
    }

    /// How the clock stands at `now`, and why.
    pub fn view(&self, now: i64) -> ClockView {
        let end = self.met_at.or(self.cancelled_at).unwrap_or(now);
        let due_at = self.due_at(end);
        let pause = self.pause_at(end);
        let bound = self
            .bound()
            .filter(|bound| due_at == Some(bound.at))
            .filter(|_| self.own_due() != due_at);
        let left_ms = self.started_at.and_then(|_| match (due_at, self.target) {
            (Some(due), _) if bound.is_some() => Some(due - end),
            (_, Some(Target::Running { ms } | Target::Working { ms })) => Some(ms - self.elapsed(end)),
            (Some(due), _) => Some(due - end),
            (None, _) => None,
        });
        let state = if let Some(met) = self.met_at {
            match (self.breached_at, self.excused_at) {
                (Some(_), None) => ClockState::BreachedDone,
                _ if due_at.is_some_and(|due| met > due) => ClockState::BreachedDone,
                _ => ClockState::Met,
            }
        } else if self.cancelled_at.is_some() {
            ClockState::Cancelled
        } else if self.started_at.is_none() {
            ClockState::NotStarted
        } else if self.breached_at.is_some() || due_at.is_some_and(|due| now > due) {
            ClockState::Overdue
        } else if due_at.is_none() || (pause.is_some() && bound.is_none()) {
            ClockState::Paused
        } else if left_ms
            .zip(self.limit_ms())
            .is_some_and(|(left, limit)| left <= near_ms(limit))
        {
            ClockState::Near
        } else {
            ClockState::Running
        };
        ClockView {
            code: self.code,
            clause: self.clause.clone(),
            cycle: self.cycle,
            state,
            due_at,
            left_ms,
            limit_ms: self.limit_ms(),
            bound_by: bound.map(|bound| bound.source),
            met_at: self.met_at,
            breached_at: self.breached_at,
            breach_reason: self.breach_reason,
            excused: self.excused_at.is_some() || self.excuse.is_some(),
            excuse: self.excuse.as_ref().map(|excuse| excuse.reason),
            extended_from: self.extended.as_ref().and_then(|extended| extended.from),
            provisional: self.is_provisional(end),
            explain: self.explain(due_at.unwrap_or(end).max(end)),
        }
    }

    /// A term in days, by its days. None without the hours.
    fn days(&self, until: i64) -> Option<Vec<Stretch>> {
        let holds: Vec<Hold> = self
            .pauses()
            .into_iter()
            .map(|(from, to, reason)| Hold {
                from,
                to,
                reason: reason.map(|r| r.as_str().to_owned()).unwrap_or_default(),
            })
            .collect();
        let hours = self.hours.0.clone()?;
        let list = self.reckon(|r| r.stretches(&holds, until))?;
        let stretch = |s: time::Stretch| {
            let kind = match s.kind {
                time::StretchKind::Counted => StretchKind::Counted,
                time::StretchKind::Paused => StretchKind::Paused,
                time::StretchKind::Closed => StretchKind::Closed,
            };
            Stretch {
                from: s.from,
                to: s.to,
                kind,
                reason: s
                    .why
                    .iter()
                    .find_map(|why| why.parse().ok())
                    .filter(|_| kind == StretchKind::Paused),
                names: match kind {
                    StretchKind::Closed => hours.named(s.from, s.to, false),
                    StretchKind::Counted => hours.named(s.from, s.to, true),
                    StretchKind::Paused => Vec::new(),
                },
                first_day: s.why.iter().any(|why| why == FIRST_DAY),
            }
        };
        Some(list.into_iter().map(stretch).collect())
    }

    /// The stretches from the start to `until`, in order and without gaps.
    fn explain(&self, until: i64) -> Vec<Stretch> {
        let Some(mut at) = self.started_at else {
            return Vec::new();
        };
        if matches!(self.target, Some(Target::Days { .. }))
            && let Some(days) = self.days(until)
        {
            return days;
        }
        let mut stretches: Vec<Stretch> = Vec::new();
        let known = self.hours.0.as_deref();
        let mut push = |from: i64, to: i64, kind: StretchKind, reason: Option<WaitReason>| {
            if to > from {
                let names = match kind {
                    StretchKind::Closed => known.map(|h| h.named(from, to, false)),
                    StretchKind::Counted => known.map(|h| h.named(from, to, true)),
                    StretchKind::Paused => None,
                };
                stretches.push(Stretch {
                    from,
                    to,
                    kind,
                    reason,
                    names: names.unwrap_or_default(),
                    first_day: false,
                });
            }
        };
        let working = matches!(self.target, Some(Target::Working { .. }));
        let hours = self.hours.0.as_deref().filter(|_| working);
        let run = |from: i64, to: i64, push: &mut dyn FnMut(i64, i64, StretchKind, Option<WaitReason>)| {
            let Some(hours) = hours else {
                push(from, to, StretchKind::Counted, None);
                return;
            };
            let mut at = from;
            for (open, close) in hours.open_between(from, to) {
                push(at, open, StretchKind::Closed, None);
                push(open, close, StretchKind::Counted, None);
                at = close;
            }
            push(at, to, StretchKind::Closed, None);
        };
        let pauses = if matches!(self.target, None | Some(Target::Fixed { .. })) {
            Vec::new()
        } else {
            self.pauses()
        };
        for (from, to, reason) in pauses {
            if from >= until {
                break;
            }
            let to = to.unwrap_or(until).min(until);
            run(at, from, &mut push);
            push(from, to, StretchKind::Paused, reason);
            at = to;
        }
        run(at, until, &mut push);
        stretches
    }
}

fn near_ms(limit: i64) -> i64 {
    (limit / 4).min(NEAR_MS)
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod tests;
