//! Who calls, what they want, and where the desk sends it.

use domain::case::{Channel, Check, Command, Fee, FeeKind, Identity, Importance, Kind, PromiseKind, Scope, Urgency};
use domain::ids::CaseId;
use domain::taxonomy::Item;
use store::db::Tx;

use super::{HOUR, Home, Life, MINUTE, Step, Todo};
use crate::case;
use crate::contact::{self, NewCase, NewContact};
use crate::ctx::Ctx;
use crate::demo::words::{self, Words};
use crate::error::{Error, Res};

impl Life {
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
    pub(super) fn contact(&mut self, tx: &mut Tx, at: i64) -> Res<()> {
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
            answer_from: None,
            call: None,
        };
        // What is written down later did not come by this call.
        if channel == Channel::Phone && n.happened_at.is_none() && !n.phone.is_empty() {
            n.call = self.call_of(tx, &ctx, &n.phone)?;
        }
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
            about: None,
            department: None,
            worker: None,
            answer: answer.map(str::to_owned),
            promise: None,
            referral: None,
            answer_from: None,
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
        let promise = crate::contact::promise(tx, ctx, PromiseKind::Reply, "查询后回复", None, None)?;
        match tx.attempt(|tx| case::act(tx, ctx, &id, None, &promise)) {
            // Who gave no name or unit gets no promise, and is answered all the same.
            Ok(_) | Err(Error::Refused(_)) => {}
            Err(e) => return Err(e),
        }
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
        // Finance and quality have nobody who takes orders: somebody there looks into it, and the desk enters what they say.
        let worker = c.worker.clone().or_else(|| self.people.anyone(&item.department));
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
}
