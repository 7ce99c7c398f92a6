//! Two years of a front desk: contacts and what came of them, step by step, by the people whose step it is and at the time
//! at which they would do it. Every step is the use case that the pages call; what lies in the future is not done yet, and
//! so the estate opens in the middle of its work.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;

use domain::case::{
    Answer, AttemptResult, Channel, Check, Command, ConfirmHow, Consent, ConsentHow, Fee, FeeKind, Identity,
    Importance, Kind, Line, LineKind, PayMethod, ReopenReason, Satisfaction, Scope, Status, Urgency,
};
use domain::clock::WaitReason;
use domain::ids::{CaseId, LinkId, PersonId, SiteId, StaffId, UnitId};
use domain::taxonomy::Item;
use store::db::Tx;

use super::dice::Dice;
use super::estate::People;
use super::words::{self, Words};
use crate::case;
use crate::contact::{self, NewCase, NewContact};
use crate::ctx::{Actor, Ctx, LinkPurpose, Locale, StaffActor};
use crate::desk::Desk;
use crate::error::{Error, Res};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Contacts and steps in one transaction.
const AT_ONCE: usize = 16;

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
    /// When somebody calls next, in order.
    pub calls: VecDeque<i64>,
    /// Cases made so far.
    pub cases: u64,
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
            calls: VecDeque::new(),
            cases: 0,
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

    /// Contacts of a day: more in the rain, in winter (pipes) and summer (power), fewer at weekends, most in the evening.
    pub fn day(&mut self, start: i64, month: i64, weekday: i64, per_day: i64) -> Vec<i64> {
        let season = match month {
            1 | 2 | 12 => 120,
            6..=8 => 130,
            _ => 95,
        };
        let rain = if self.dice.percent(22) { 150 } else { 100 };
        let week = if weekday >= 6 { 85 } else { 105 };
        let base = per_day * season * rain * week / 1_000_000;
        let spread = (base / 3).max(1);
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

    fn home(&mut self) -> Home {
        let last = i64::try_from(self.homes.len()).unwrap_or(1) - 1;
        let loud = i64::try_from(self.loud).unwrap_or(1).max(1);
        // A tenth of the units makes half of the cases.
        let i = if self.dice.percent(45) {
            self.dice.within(0, loud - 1)
        } else {
            self.dice.within(0, last)
        };
        self.homes[usize::try_from(i).unwrap_or(0)].clone()
    }

    fn fill(&mut self, text: &str, floor: i64) -> String {
        text.replace("{bath}", self.dice.pick::<&str>(words::BATH))
            .replace("{when}", self.dice.pick::<&str>(words::WHEN))
            .replace("{more}", self.dice.pick::<&str>(words::MORE))
            .replace("{floor}", &floor.max(2).to_string())
    }

    fn channel(&mut self) -> Channel {
        const WAYS: [(Channel, u32); 7] = [
            (Channel::Phone, 62),
            (Channel::Visit, 20),
            (Channel::Online, 12),
            (Channel::Round, 3),
            (Channel::Email, 1),
            (Channel::Letter, 1),
            (Channel::Hotline12345, 1),
        ];
        WAYS[self.dice.weighted(&WAYS.map(|w| w.1))].0
    }

    /// One contact with what comes of it.
    fn contact(&mut self, tx: &mut Tx, at: i64) -> Res<()> {
        let home = self.home();
        let clerk = self.people.clerk(at, &mut self.dice);
        let ctx = self.ctx(at, &clerk);
        let channel = self.channel();
        let mut n = NewContact {
            kind: None,
            started_at: None,
            channel,
            happened_at: self.dice.percent(3).then(|| at - 25 * MINUTE),
            person: home.person.clone(),
            unit: home.unit.clone(),
            building: None,
            name: home.name.clone(),
            phone: home.phone.clone(),
            address: home.code.clone(),
            anonymous_reason: None,
            identity: Some(Identity {
                name: Check::Same,
                unit: Check::Same,
                phone: if home.phone.is_empty() {
                    Check::Unknown
                } else {
                    Check::Same
                },
            }),
            summary: String::new(),
            external_ref: String::new(),
            locale: "zh".to_owned(),
            cases: Vec::new(),
            join: None,
            answer: None,
        };
        match self.dice.weighted(&[30, 50, 9, 4, 3, 3]) {
            0 => self.inquiry(tx, &ctx, n),
            1 => {
                let all = words::REQUESTS;
                let w = &all[self.dice.weighted(&all.iter().map(|w| w.weight).collect::<Vec<_>>())];
                self.request(tx, &ctx, n, w, home.floor)
            }
            2 => {
                let all = words::COMPLAINTS;
                let w = &all[self.dice.weighted(&all.iter().map(|w| w.weight).collect::<Vec<_>>())];
                self.other(tx, &ctx, n, w, Kind::Complaint, home.floor)
            }
            3 => {
                let (item, said, answer) = *self.dice.pick(words::SUGGESTIONS);
                n.cases = vec![self.spoken(Kind::Suggestion, item, said, Some(answer))];
                self.register(tx, &ctx, &n).map(|_| ())
            }
            4 => {
                let (item, said, answer) = *self.dice.pick(words::PRAISE);
                n.cases = vec![self.spoken(Kind::Praise, item, said, Some(answer))];
                self.register(tx, &ctx, &n).map(|_| ())
            }
            _ => {
                let all = words::HELP;
                let w = &all[self.dice.weighted(&all.iter().map(|w| w.weight).collect::<Vec<_>>())];
                self.other(tx, &ctx, n, w, Kind::Help, home.floor)
            }
        }
    }

    fn spoken(&mut self, kind: Kind, item: &str, said: &str, answer: Option<&str>) -> NewCase {
        NewCase {
            kind,
            item: item.to_owned(),
            place: String::new(),
            content: said.to_owned(),
            importance: if self.dice.percent(8) {
                Importance::Important
            } else {
                Importance::Ordinary
            },
            urgency: Urgency::Normal,
            scope: Scope::Own,
            fee: Fee::FREE,
            appointment: None,
            wanted_by: None,
            authority_by: None,
            repeat_of: None,
            department: None,
            worker: None,
            answer: answer.map(str::to_owned),
        }
    }

    fn register(&mut self, tx: &mut Tx, ctx: &Ctx, n: &NewContact) -> Res<Vec<CaseId>> {
        let made = tx.attempt(|tx| contact::register(tx, ctx, "", n))?;
        self.cases += u64::try_from(made.cases.len()).unwrap_or(0);
        Ok(made.cases)
    }

    fn inquiry(&mut self, tx: &mut Tx, ctx: &Ctx, mut n: NewContact) -> Res<()> {
        let (item, said, answer) = *self.dice.pick(words::INQUIRIES);
        if self.dice.percent(55) {
            // Most questions need no case of their own.
            n.summary = said.to_owned();
            n.answer = Some(answer.to_owned());
            return self.register(tx, ctx, &n).map(|_| ());
        }
        let at_once = self.dice.percent(70);
        n.cases = vec![self.spoken(Kind::Inquiry, item, said, at_once.then_some(answer))];
        let cases = self.register(tx, ctx, &n)?;
        if at_once {
            return Ok(());
        }
        let Some(id) = cases.first().cloned() else {
            return Ok(());
        };
        let promise = Command::Promise {
            what: "查询后回复".to_owned(),
            by: None,
        };
        tx.attempt(|tx| case::act(tx, ctx, &id, None, &promise))?;
        let later = ctx.now + self.dice.within(20, 300) * MINUTE;
        let key = self.keep(Todo {
            case: id,
            worker: None,
            words: None,
            text: answer,
            rework: false,
        });
        self.plan(later, key, Step::Answer);
        Ok(())
    }

    fn keep(&mut self, t: Todo) -> u64 {
        self.next += 1;
        self.todo.insert(self.next, t);
        self.next
    }

    fn fee(&mut self, item: &Item, w: &Words) -> Fee {
        match item.fee {
            FeeKind::Free => Fee::FREE,
            FeeKind::Quote => Fee {
                kind: FeeKind::Quote,
                cents: 0,
                told: true,
                accepted: None,
            },
            FeeKind::Paid => {
                let material = w.material.map_or(0, |m| m.1);
                Fee {
                    kind: FeeKind::Paid,
                    cents: 4000 + material,
                    told: true,
                    accepted: Some(true),
                }
            }
        }
    }

    fn request(&mut self, tx: &mut Tx, ctx: &Ctx, mut n: NewContact, w: &'static Words, floor: i64) -> Res<()> {
        let Some(item) = ctx.book.taxonomy.item(w.item).cloned() else {
            return Ok(());
        };
        let said = self.dice.pick(w.said).to_string();
        let content = self.fill(&said, floor);
        let place = self.fill(w.place, floor);
        let urgent = item.urgent || domain::text::suggest_level(Kind::Request, &content, Some(&item)).is_some();
        let department = self.people.department(&item.department);
        // Now and then nobody is named, and somebody of the department takes it.
        let worker = self.people.worker(&item.department, &mut self.dice);
        let named = !self.dice.percent(8);
        let mut c = self.spoken(Kind::Request, w.item, &content, None);
        c.place = place;
        c.urgency = if urgent { Urgency::Urgent } else { Urgency::Normal };
        c.scope = item.scope;
        c.fee = self.fee(&item, w);
        c.department = department;
        c.worker = worker.clone().filter(|_| named);
        n.cases = vec![c];
        let cases = self.register(tx, ctx, &n)?;
        let Some(id) = cases.first().cloned() else {
            return Ok(());
        };
        if self.dice.percent(2) {
            let cancel = Command::Cancel {
                reason: "业主自行处理好了".to_owned(),
                customer_informed: true,
            };
            tx.attempt(|tx| case::act(tx, ctx, &id, None, &cancel))?;
            return Ok(());
        }
        let key = self.keep(Todo {
            case: id,
            worker,
            words: Some(w),
            text: "",
            rework: false,
        });
        let quick = if urgent { 4 } else { 20 };
        let night = if self.people.is_night(ctx.now) && !urgent {
            9 * HOUR
        } else {
            0
        };
        self.plan_in(ctx.now + night, 1, quick, key, Step::Accept);
        Ok(())
    }

    /// A complaint or a call for help: to a department, done there, called back on.
    fn other(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        mut n: NewContact,
        w: &'static Words,
        kind: Kind,
        floor: i64,
    ) -> Res<()> {
        let Some(item) = ctx.book.taxonomy.item(w.item).cloned() else {
            return Ok(());
        };
        let said = self.dice.pick(w.said).to_string();
        let content = self.fill(&said, floor);
        let mut c = self.spoken(kind, w.item, &content, None);
        c.place = self.fill(w.place, floor);
        c.scope = item.scope;
        if kind == Kind::Help {
            c.urgency = Urgency::Emergency;
            c.importance = Importance::Important;
        }
        c.department = self.people.department(&item.department);
        c.worker = self.people.worker(&item.department, &mut self.dice);
        let worker = c.worker.clone();
        n.cases = vec![c];
        let cases = self.register(tx, ctx, &n)?;
        let Some(id) = cases.first().cloned() else {
            return Ok(());
        };
        let key = self.keep(Todo {
            case: id,
            worker,
            words: Some(w),
            text: "",
            rework: false,
        });
        let wait = if kind == Kind::Help {
            self.dice.within(1, 3)
        } else {
            self.dice.within(3, 40)
        };
        self.plan(ctx.now + wait * MINUTE, key, Step::Accept);
        Ok(())
    }

    fn act(&mut self, tx: &mut Tx, ctx: &Ctx, id: &CaseId, cmd: &Command) -> Res<case::Seen> {
        tx.attempt(|tx| case::act(tx, ctx, id, None, cmd))
    }

    fn step(&mut self, tx: &mut Tx, at: i64, key: u64, step: Step) -> Res<()> {
        let Some(t) = self.todo.get(&key).cloned() else {
            return Ok(());
        };
        let clerk = self.people.clerk(at, &mut self.dice);
        let desk = self.ctx(at, &clerk);
        let hands = match &t.worker {
            Some(w) => self.ctx(at, w),
            // A vendor without an account: the desk enters what it was told on the phone.
            None => desk.clone(),
        };
        match step {
            Step::Answer => {
                let answer = Command::Answer {
                    answer: t.text.to_owned(),
                    callback: desk.id(),
                    happened_at: None,
                };
                self.keep_promises(tx, &desk, &t.case)?;
                self.act(tx, &desk, &t.case, &answer)?;
                self.plan_in(at, 60, 900, key, Step::Callback);
            }
            Step::Accept => {
                self.act(
                    tx,
                    &hands,
                    &t.case,
                    &Command::Accept {
                        worker: t.worker.clone(),
                        happened_at: None,
                    },
                )?;
                // Nearly everybody comes in time; some do not.
                let late = if self.dice.percent(8) { 90 } else { 0 };
                self.plan_in(at, 6, 24 + late, key, Step::Arrive);
            }
            Step::Arrive => {
                let seen = self.act(
                    tx,
                    &hands,
                    &t.case,
                    &Command::Arrive {
                        worker: t.worker.clone(),
                        happened_at: None,
                    },
                )?;
                if seen.state.fee.kind == FeeKind::Quote && seen.state.accepted_cents().is_none() {
                    self.plan_in(at, 2, 8, key, Step::Quote);
                } else if self.dice.percent(6) {
                    self.plan_in(at, 5, 15, key, Step::Wait);
                } else {
                    self.plan_in(at, 10, 70, key, Step::Complete);
                }
            }
            Step::Quote => {
                let lines = self.lines(&t);
                self.act(
                    tx,
                    &hands,
                    &t.case,
                    &Command::Quote {
                        quote: hands.id(),
                        lines,
                    },
                )?;
                self.plan_in(at, 1, 6, key, Step::Consent);
            }
            Step::Consent => {
                let seen = case::get(tx, &desk, &t.case)?;
                let Some(quote) = seen.state.pending_quote().map(|q| q.id.clone()) else {
                    return Ok(());
                };
                let own = self.dice.percent(60);
                let (ctx, how) = if own {
                    (self.customer(at, &t.case), ConsentHow::Own)
                } else {
                    (
                        hands.clone(),
                        ConsentHow::Noted {
                            how: Consent::Spoken,
                            note: "业主当面同意".to_owned(),
                        },
                    )
                };
                self.act(tx, &ctx, &t.case, &Command::ConsentQuote { quote, how })?;
                self.plan_in(at, 10, 60, key, Step::Complete);
            }
            Step::Wait => {
                let (reason, days) = *self.dice.pick(&[
                    (WaitReason::Parts, 2),
                    (WaitReason::Parts, 1),
                    (WaitReason::CustomerTime, 1),
                    (WaitReason::ThirdParty, 1),
                ]);
                let until = at + days * DAY;
                let note = "已电话告知业主".to_owned();
                self.act(
                    tx,
                    &hands,
                    &t.case,
                    &Command::Wait {
                        reason,
                        until,
                        customer_told: true,
                        note,
                    },
                )?;
                self.plan_in(until - 400 * MINUTE, 10, 390, key, Step::Resume);
            }
            Step::Resume => {
                self.act(tx, &hands, &t.case, &Command::Resume)?;
                self.plan_in(at, 20, 70, key, Step::Complete);
            }
            Step::Complete => self.complete(tx, &hands, at, key, &t)?,
            Step::Confirm => self.confirm(tx, &hands, at, &t)?,
            Step::Pay => {
                let seen = case::get(tx, &desk, &t.case)?;
                let owed = seen.state.owed_cents();
                if owed > 0 {
                    let method =
                        *self
                            .dice
                            .pick(&[PayMethod::Code, PayMethod::Code, PayMethod::Cash, PayMethod::Transfer]);
                    let receipt = Some(format!("SJ{:08}", self.dice.within(1, 99_999_999)));
                    let pay = Command::RecordPayment {
                        method,
                        amount_cents: owed,
                        receipt,
                        happened_at: None,
                    };
                    self.act(tx, &hands, &t.case, &pay)?;
                }
            }
            Step::Callback => self.call_back(tx, &desk, at, key, &t)?,
            Step::Close => {
                self.todo.remove(&key);
                if case::get(tx, &desk, &t.case)?.state.is_open() {
                    self.act(tx, &desk, &t.case, &Command::Close)?;
                }
            }
        }
        Ok(())
    }

    fn keep_promises(&mut self, tx: &mut Tx, ctx: &Ctx, id: &CaseId) -> Res<()> {
        let seen = case::get(tx, ctx, id)?;
        let open: Vec<u32> = seen.state.open_promises().map(|p| p.no).collect();
        for no in open {
            self.act(
                tx,
                ctx,
                id,
                &Command::KeepPromise {
                    no,
                    how: "电话答复".to_owned(),
                },
            )?;
        }
        Ok(())
    }

    fn customer(&self, at: i64, id: &CaseId) -> Ctx {
        let actor = Actor::Link {
            link: LinkId::from("demo"),
            case: id.clone(),
            order: None,
            purpose: LinkPurpose::Confirm,
            via: domain::access::Via::Link,
        };
        Ctx {
            actor,
            now: at,
            via: "link",
            ..self.desk.system("demo", &self.site)
        }
    }

    fn lines(&mut self, t: &Todo) -> Vec<Line> {
        let labour = self.dice.within(4, 12) * 1000;
        let mut lines = vec![Line {
            what: "人工".to_owned(),
            kind: LineKind::Labour,
            quantity_milli: 1000,
            unit_cents: labour,
        }];
        if let Some((what, cents)) = t.words.and_then(|w| w.material) {
            lines.push(Line {
                what: what.to_owned(),
                kind: LineKind::Material,
                quantity_milli: 1000,
                unit_cents: cents,
            });
        }
        lines
    }

    fn complete(&mut self, tx: &mut Tx, hands: &Ctx, at: i64, key: u64, t: &Todo) -> Res<()> {
        let Some(w) = t.words else { return Ok(()) };
        let done = if t.rework {
            "返修：复查后重新处理，观察无异常。"
        } else {
            self.dice.pick(w.done)
        };
        let cmd = Command::Complete {
            done: done.to_owned(),
            lines: Vec::new(),
            photos: Vec::new(),
            no_photo_reason: Some("纸质留存".to_owned()),
            worker: t.worker.clone(),
            callback: hands.id(),
            happened_at: None,
        };
        let seen = self.act(tx, hands, &t.case, &cmd)?;
        let now = at + self.dice.within(2, 12) * MINUTE;
        if seen.state.kind == Kind::Request {
            self.plan(now, key, Step::Confirm);
        }
        self.plan(now + 2 * MINUTE, key, Step::Pay);
        let call = at + self.dice.within(90, 1300) * MINUTE;
        self.plan(self.people.office_hours(call), key, Step::Callback);
        Ok(())
    }

    fn confirm(&mut self, tx: &mut Tx, hands: &Ctx, at: i64, t: &Todo) -> Res<()> {
        let seen = case::get(tx, hands, &t.case)?;
        let own = self.dice.percent(82);
        let how = if own {
            ConfirmHow::Own {
                signature: None,
                shown_by: None,
            }
        } else {
            ConfirmHow::Declined {
                reason: "业主不在家，电话确认已修好".to_owned(),
                witness: self.people.witness(hands),
            }
        };
        let opinion = *self.dice.pick(&[
            Satisfaction::VerySatisfied,
            Satisfaction::VerySatisfied,
            Satisfaction::Satisfied,
            Satisfaction::Satisfied,
            Satisfaction::Neutral,
        ]);
        let cmd = Command::Confirm {
            confirmation: hands.id(),
            content_hash: seen.state.content_hash(),
            how,
            opinion: own.then_some(opinion),
            comment: String::new(),
            happened_at: None,
        };
        let ctx = if own { self.customer(at, &t.case) } else { hands.clone() };
        self.act(tx, &ctx, &t.case, &cmd)?;
        Ok(())
    }

    fn call_back(&mut self, tx: &mut Tx, desk: &Ctx, at: i64, key: u64, t: &Todo) -> Res<()> {
        let seen = case::get(tx, desk, &t.case)?;
        if seen.state.open_callback().is_none() {
            self.plan(at + 10 * MINUTE, key, Step::Close);
            return Ok(());
        }
        let answered = self.dice.percent(86);
        let solved = t.rework || self.dice.percent(95);
        let satisfaction = if solved {
            *self.dice.pick(&[
                Satisfaction::VerySatisfied,
                Satisfaction::Satisfied,
                Satisfaction::Satisfied,
                Satisfaction::Neutral,
            ])
        } else {
            Satisfaction::Dissatisfied
        };
        let cmd = Command::CallbackAttempt {
            result: if answered {
                AttemptResult::Reached
            } else {
                AttemptResult::NoAnswer
            },
            satisfaction: answered.then_some(satisfaction),
            solved: answered.then_some(solved),
            again_at: None,
            answers: if answered {
                vec![Answer {
                    question: "on_time".to_owned(),
                    answer: "准时".to_owned(),
                }]
            } else {
                Vec::new()
            },
            note: String::new(),
            happened_at: None,
        };
        self.act(tx, desk, &t.case, &cmd)?;
        if !answered {
            self.plan(at + 5 * HOUR, key, Step::Callback);
        } else if solved {
            self.plan_in(at, 1, 20, key, Step::Close);
        } else {
            self.again(tx, desk, at, key, t)?;
        }
        Ok(())
    }

    /// Not solved: the callback has reopened the case; it goes out once more.
    fn again(&mut self, tx: &mut Tx, desk: &Ctx, at: i64, key: u64, t: &Todo) -> Res<()> {
        let seen = case::get(tx, desk, &t.case)?;
        if seen.state.status != Status::Registered {
            let reopen = Command::Reopen {
                reason: ReopenReason::NotSolved,
                note: "回访反映未解决".to_owned(),
            };
            self.act(tx, desk, &t.case, &reopen)?;
        }
        let department = seen.state.last_order().map(|o| o.department.clone());
        if let Some(department) = department {
            let worker = t.worker.clone();
            tx.attempt(|tx| contact::dispatch(tx, desk, &t.case, None, &department, worker.as_ref(), None))?;
            if let Some(todo) = self.todo.get_mut(&key) {
                todo.rework = true;
            }
            self.plan_in(at, 5, 40, key, Step::Accept);
        }
        Ok(())
    }
}
