//! What comes of a case, step by step, by the people whose step it is.

use domain::case::{
    Answer, AttemptResult, Command, ConfirmHow, Consent, ConsentHow, FeeKind, Kind, Line, LineKind, PayMethod,
    ReopenReason, Satisfaction, Status,
};
use domain::clock::WaitReason;
use domain::ids::{CaseId, LinkId};
use store::db::Tx;

use super::{DAY, HOUR, Life, MINUTE, Step, Todo};
use crate::case;
use crate::contact;
use crate::ctx::{Actor, Ctx, LinkPurpose};
use crate::error::Res;

impl Life {
    /// Without a savepoint: a step is refused before it writes anything.
    fn act(&mut self, tx: &mut Tx, ctx: &Ctx, id: &CaseId, cmd: &Command) -> Res<case::Seen> {
        case::act(tx, ctx, id, None, cmd)
    }

    pub(super) fn step(&mut self, tx: &mut Tx, at: i64, key: u64, step: Step) -> Res<()> {
        let Some(t) = self.todo.get(&key).cloned() else {
            return Ok(());
        };
        let clerk = self.people.clerk(at, &mut self.dice);
        let desk = self.ctx(at, &clerk);
        let hands = match &t.worker {
            Some(w) if self.people.takes_orders(w) => self.ctx(at, w),
            // A vendor without an account, a department without orders: the desk enters what it was told on the phone.
            _ => desk.clone(),
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
            Step::Complete => {
                self.before_answer(tx, &desk, &t.case)?;
                self.complete(tx, &hands, at, key, &t)?;
            }
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
                    self.before_close(tx, &desk, &t.case)?;
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
        if seen.state.open_callback().is_none() {
            // Nobody has to be called: the one who registered it closes it.
            self.plan_in(at, 10, 45, key, Step::Close);
            return Ok(());
        }
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
            // Who looks into it in a department without orders is not whom an order can be given to.
            let worker = t.worker.clone().filter(|w| self.people.takes_orders(w));
            tx.attempt(|tx| contact::dispatch(tx, desk, &t.case, None, &department, worker.as_ref(), None))?;
            if let Some(todo) = self.todo.get_mut(&key) {
                todo.rework = true;
            }
            self.plan_in(at, 5, 40, key, Step::Accept);
        }
        Ok(())
    }
}
