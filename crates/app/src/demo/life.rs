//! Two years of a front desk: contacts and what came of them, step by step, by the people whose step it is and at the time
//! at which they would do it. Every step is the use case that the pages call; what lies in the future is not done yet, and
//! so the estate opens in the middle of its work.

mod calls;
mod complaint;
mod hotline;
mod more;
mod steps;

pub use more::ENOUGH;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;

use domain::ids::{CaseId, PersonId, SiteId, StaffId, UnitId};
use store::db::Tx;

use super::dice::Dice;
use super::estate::People;
use super::words::Words;
use crate::ctx::{Actor, Ctx, Locale, StaffActor};
use crate::desk::Desk;
use crate::error::{Error, Res};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Contacts and steps in one transaction.
const AT_ONCE: usize = 200;

/// One household as the demo knows it.
#[derive(Clone)]
pub struct Home {
    pub unit: Option<UnitId>,
    pub code: String,
    pub person: Option<PersonId>,
    pub name: String,
    pub phone: String,
    pub floor: i64,
}

/// What is to be done with one case next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Accept,
    Arrive,
    Quote,
    Consent,
    Wait,
    Resume,
    Complete,
    Confirm,
    Pay,
    Callback,
    Close,
    Answer,
}

#[derive(Clone)]
struct Todo {
    case: CaseId,
    /// Who does the job, if it was given to somebody.
    worker: Option<StaffId>,
    words: Option<&'static Words>,
    text: &'static str,
    rework: bool,
}

/// The simulation of one site.
pub struct Life {
    desk: Arc<Desk>,
    site: SiteId,
    people: People,
    homes: Vec<Home>,
    /// Units by how often they call: a tenth makes half.
    loud: usize,
    dice: Dice,
    queue: BinaryHeap<Reverse<(i64, u64, Step)>>,
    todo: std::collections::HashMap<u64, Todo>,
    next: u64,
    seed: u64,
    /// The telephone, once it was set up.
    pbx: Option<hotline::Pbx>,
    /// When somebody calls next, in order.
    pub calls: VecDeque<i64>,
    /// Cases made so far.
    pub cases: u64,
    /// Thousandths of a contact that the days before have left.
    left_over: i64,
    /// Steps that a rule refused: the demo stumbles over them and goes on, like people do.
    pub refused: u64,
}

impl Life {
    /// A simulation over the homes of a site.
    pub fn new(desk: Arc<Desk>, site: SiteId, people: People, homes: Vec<Home>, seed: u64) -> Life {
        let loud = homes.len() / 10;
        Life {
            desk,
            site,
            people,
            homes,
            loud,
            dice: Dice::new(seed),
            queue: BinaryHeap::new(),
            todo: std::collections::HashMap::new(),
            next: 0,
            seed,
            pbx: None,
            calls: VecDeque::new(),
            cases: 0,
            left_over: 0,
            refused: 0,
        }
    }

    /// From now on the desk is held as the roster says.
    pub fn seat(&mut self, seats: Vec<(domain::roster::Stretch, StaffId)>) {
        self.people.seats = seats;
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

    /// Contacts of a day: more in the rain, in winter (pipes) and summer (power), fewer at weekends, most in the evening.
    /// `milli`: thousandths of a contact on a usual day; what is left of a day goes over to the next.
    pub fn day(&mut self, start: i64, month: i64, weekday: i64, milli: i64) -> Vec<i64> {
        let season = match month {
            1 | 2 | 12 => 120,
            6..=8 => 130,
            _ => 95,
        };
        let rain = if self.dice.percent(22) { 150 } else { 100 };
        let week = if weekday >= 6 { 85 } else { 105 };
        let due = milli * season * rain * week / 1_000_000 + self.left_over;
        let base = due.div_euclid(1000);
        self.left_over = due.rem_euclid(1000);
        let spread = (base / 3).max(i64::from(base > 1));
        let n = (base + self.dice.within(-spread, spread)).max(0);
        let mut at: Vec<i64> = (0..n)
            .map(|_| {
                let hour = [
                    (7, 6),
                    (8, 12),
                    (9, 10),
                    (10, 9),
                    (11, 7),
                    (12, 5),
                    (13, 5),
                    (14, 7),
                    (15, 7),
                    (16, 7),
                    (17, 9),
                    (18, 14),
                    (19, 16),
                    (20, 12),
                    (21, 7),
                    (22, 3),
                    (2, 1),
                ];
                let weights: Vec<u32> = hour.iter().map(|h| h.1).collect();
                let h = hour[self.dice.weighted(&weights)].0;
                start + h * HOUR + self.dice.within(0, HOUR - 1)
            })
            .collect();
        at.sort_unstable();
        at
    }

    /// Runs a handful of what happens up to `until`: contacts at their times, and the steps that fall due between them.
    /// True while there is more.
    ///
    /// # Errors
    /// `Unavailable` while the database is away. What a rule refuses is counted and left.
    pub fn run(&mut self, tx: &mut Tx, until: i64) -> Res<bool> {
        for _ in 0..AT_ONCE {
            let step = self.queue.peek().map_or(i64::MAX, |Reverse((at, _, _))| *at);
            let call = self.calls.front().copied().unwrap_or(i64::MAX);
            if step.min(call) > until {
                return Ok(false);
            }
            let done = if call <= step {
                self.calls.pop_front();
                self.contact(tx, call)
            } else if let Some(Reverse((at, id, step))) = self.queue.pop() {
                self.step(tx, at, id, step)
            } else {
                Ok(())
            };
            match done {
                Err(Error::Refused(r)) => {
                    tracing::debug!(rule = r.rule, missing = ?r.missing, args = ?r.args, "the demo stumbled");
                    self.refused += 1;
                }
                other => other?,
            }
        }
        Ok(true)
    }

    fn plan(&mut self, at: i64, id: u64, step: Step) {
        self.queue.push(Reverse((at, id, step)));
    }

    /// Plans a step some minutes after an instant.
    fn plan_in(&mut self, after: i64, from: i64, to: i64, id: u64, step: Step) {
        let at = after + self.dice.within(from, to) * MINUTE;
        self.plan(at, id, step);
    }
}
