//! A reference that counts: it looks at every tick (a second or a minute) and asks whether it is open and whether it is
//! paused. It knows nothing of the engine and imports nothing of it. Ticks count from a Monday, 00:00.

/// Usual hours per weekday, and exceptions. Times of day in ticks, an end beyond the day belongs to the next morning.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    pub weekly: [Vec<(i64, i64)>; 7],
    pub exceptions: Vec<Odd>,
}

/// An exception: `level` 0 national, 1 company, 2 site.
#[derive(Debug, Clone)]
pub struct Odd {
    pub day: i64,
    pub level: u8,
    pub kind: OddKind,
}

#[derive(Debug, Clone)]
pub enum OddKind {
    Off,
    Work(Vec<(i64, i64)>),
    Partial(i64, i64),
}

#[derive(Debug, Clone)]
pub enum Deed {
    Pause(String),
    Resume(String),
    Done,
    Reopen,
    /// A new target, and whether it counts from the change.
    Level(i64, bool),
    /// The other calendar counts.
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub due: Option<i64>,
    /// Due lies beyond the days that were looked at.
    pub beyond: bool,
    pub breach: Option<(i64, &'static str)>,
    pub elapsed: i64,
    pub paused: i64,
    pub done: bool,
}

impl Plan {
    /// Whether a tick of a day's own hours is open. Looks at every rule, every time.
    fn day_has(&self, day: i64, tick: i64) -> bool {
        let inside = |spans: &[(i64, i64)]| spans.iter().any(|(from, to)| *from <= tick && tick < *to);
        let of_day = || self.exceptions.iter().filter(|odd| odd.day == day);
        for odd in of_day() {
            if let OddKind::Partial(from, to) = odd.kind
                && from <= tick
                && tick < to
            {
                return false;
            }
        }
        for level in [2, 1, 0] {
            if of_day().any(|odd| odd.level == level && matches!(odd.kind, OddKind::Off)) {
                return false;
            }
            let mut said = false;
            for odd in of_day() {
                if let (true, OddKind::Work(spans)) = (odd.level == level, &odd.kind) {
                    said = true;
                    if inside(spans) {
                        return true;
                    }
                }
            }
            if said {
                return false;
            }
        }
        inside(&self.weekly[usize::try_from(day.rem_euclid(7)).unwrap()])
    }

    /// For every tick of the first `days` days whether it is open.
    pub fn open(&self, days: i64, ticks_a_day: i64) -> Vec<bool> {
        let mut open = Vec::new();
        for day in 0..days {
            for tick in 0..ticks_a_day {
                // A shift belongs to the day it begins on.
                open.push(self.day_has(day, tick) || self.day_has(day - 1, tick + ticks_a_day));
            }
        }
        open
    }
}

pub struct World<'a> {
    pub first: &'a [bool],
    pub other: &'a [bool],
}

struct Run<'a> {
    open: &'a [bool],
    target: i64,
    base: usize,
    /// From the base on: the tick did not count because of a pause.
    held: Vec<bool>,
    start: usize,
    count: i64,
    paused: i64,
    due: Option<usize>,
}

impl Run<'_> {
    /// One instant: is it due here?
    fn look(&mut self, at: usize, held: bool) {
        if self.due.is_none() && self.count == self.target && !held {
            self.due = Some(at);
        }
    }

    fn pass(&mut self, at: usize, held: bool) {
        if self.open[at] && held {
            self.paused += 1;
        } else if self.open[at] {
            self.count += 1;
        }
    }

    /// Counts everything again, up to and without `now`.
    fn again(&mut self, now: usize) {
        (self.count, self.paused, self.due) = (0, 0, None);
        for at in self.base..now {
            let held = self.held[at - self.start];
            self.look(at, held);
            self.pass(at, held);
        }
    }
}

/// Counts from `start` to `look` and says how it stands.
pub fn count(world: &World<'_>, start: usize, target: i64, deeds: &[(usize, Deed)], look: usize) -> Outcome {
    let mut run = Run {
        open: world.first,
        target,
        base: start,
        held: Vec::new(),
        start,
        count: 0,
        paused: 0,
        due: None,
    };
    let mut reasons: Vec<String> = Vec::new();
    let mut done: Option<usize> = None;
    let mut breach: Option<(i64, &'static str)> = None;
    let mut sealed: Option<Outcome> = None;
    let mut next = 0;
    for at in start..=look {
        let late = |due: Option<usize>| due.filter(|due| *due < at).and_then(|due| i64::try_from(due).ok());
        if done.is_none() && breach.is_none() {
            breach = late(run.due).map(|due| (due, "time"));
        }
        while let Some((_, deed)) = deeds.get(next).filter(|(when, _)| *when == at) {
            next += 1;
            match deed {
                Deed::Pause(reason) if done.is_none() && !reasons.contains(reason) => reasons.push(reason.clone()),
                Deed::Resume(reason) => reasons.retain(|r| r != reason),
                Deed::Done if done.is_none() => {
                    reasons.clear();
                    done = Some(at);
                    sealed = Some(ahead(&run, at));
                }
                Deed::Reopen if done.is_some() => {
                    done = None;
                    sealed = None;
                }
                Deed::Level(target, from_change) => {
                    run.target = *target;
                    run.base = if *from_change { at } else { start };
                    run.again(at);
                    if breach.is_none() && late(run.due).is_some() {
                        breach = i64::try_from(at).ok().map(|at| (at, "priority_change"));
                    }
                }
                Deed::Other => {
                    run.open = world.other;
                    run.base = start;
                    run.again(at);
                    if breach.is_none() && late(run.due).is_some() {
                        breach = i64::try_from(at).ok().map(|at| (at, "calendar_change"));
                    }
                }
                _ => {}
            }
        }
        let held = !reasons.is_empty() || done.is_some();
        run.look(at, held);
        if at < look {
            run.held.push(held);
            run.pass(at, held);
        }
    }
    let mut outcome = sealed.unwrap_or_else(|| {
        if reasons.is_empty() {
            ahead(&run, look)
        } else {
            Outcome {
                due: None,
                beyond: false,
                ..ahead(&run, look)
            }
        }
    });
    outcome.breach = breach;
    outcome.done = done.is_some();
    outcome
}

/// From here on nothing pauses.
fn ahead(run: &Run<'_>, now: usize) -> Outcome {
    let (mut count, mut due) = (run.count, run.due);
    let mut at = now;
    while due.is_none() {
        if count == run.target {
            due = Some(at);
        } else if at >= run.open.len() {
            break;
        } else {
            count += i64::from(run.open[at]);
            at += 1;
        }
    }
    Outcome {
        due: due.and_then(|due| i64::try_from(due).ok()),
        beyond: due.is_none(),
        breach: None,
        elapsed: run.count,
        paused: run.paused,
        done: false,
    }
}
