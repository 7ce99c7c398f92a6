//! The rules of a case by example, by table and by chance.

mod complaint;
mod events;
mod life;
mod limits;
mod promise;
mod random;
mod refusals;
mod standard;
mod table;

use std::sync::LazyLock;

use jiff::tz::TimeZone;

use super::*;
use crate::access::{Role, Via, Who};
use crate::ids::*;
use crate::refusal::Refusal;
use crate::standard::Standard;
use crate::time::Calendars;

pub const MIN: i64 = 60_000;
pub const HOUR: i64 = 60 * MIN;
/// 2026-11-21 10:42 in Shanghai.
pub const MORNING: i64 = 1_795_228_920_000;

static STANDARD: LazyLock<Standard> = LazyLock::new(|| Standard::shipped().unwrap());
pub static CALENDARS: LazyLock<Calendars> = LazyLock::new(|| Calendars::shipped("Asia/Shanghai").unwrap());
static ZONE: LazyLock<TimeZone> = LazyLock::new(|| TimeZone::get("Asia/Shanghai").unwrap());

pub fn env(now: i64) -> Env<'static> {
    Env {
        now,
        standard: &STANDARD,
        zone: &ZONE,
        calendars: &CALENDARS,
    }
}

pub fn staff(id: &str, role: Role, department: &str) -> Who {
    Who::Staff {
        id: id.into(),
        roles: vec![role],
        department: Some(department.into()),
    }
}

pub fn chen() -> Who {
    staff("chen", Role::FrontDesk, "desk")
}

pub fn li() -> Who {
    staff("li", Role::CsHead, "desk")
}

pub fn wang() -> Who {
    staff("wang", Role::Worker, "engineering")
}

pub fn zhao() -> Who {
    staff("zhao", Role::Worker, "engineering")
}

pub fn customer() -> Who {
    Who::Customer {
        via: Via::Link,
        case: "case".into(),
    }
}

pub fn leaky_valve() -> Register {
    Register {
        case: "case".into(),
        number: "BX-20261121-0037".into(),
        kind: Kind::Request,
        channel: Channel::Phone,
        item: "repair.water.angle_valve".into(),
        place: "户内 · 主卫".into(),
        content: "主卫洗手台下方角阀持续漏水".into(),
        importance: Importance::Ordinary,
        urgency: Urgency::Urgent,
        scope: Scope::Own,
        fee: Fee {
            kind: FeeKind::Quote,
            cents: 0,
            told: true,
            accepted: None,
        },
        customer: Customer {
            name: "周晓敏".into(),
            phone: "13800006688".into(),
            address: "3-1-1201".into(),
        },
        located: Where {
            person: Some("person".into()),
            unit: Some("unit".into()),
            building: None,
        },
        identity: Some(Identity {
            name: Check::Same,
            unit: Check::Same,
            phone: Check::Same,
        }),
        anonymous_reason: None,
        appointment: None,
        wanted_by: None,
        authority_by: None,
        repeat_of: Some("earlier".into()),
        contact: Some("contact".into()),
        first_asked: None,
        happened_at: None,
        about: None,
    }
}

pub fn free() -> Register {
    Register {
        fee: Fee::FREE,
        ..leaky_valve()
    }
}

pub fn of_kind(kind: Kind) -> Register {
    Register {
        kind,
        urgency: Urgency::Normal,
        repeat_of: None,
        ..free()
    }
}

pub fn valve_lines() -> Vec<Line> {
    let line = |what: &str, kind, unit_cents| Line {
        what: what.into(),
        kind,
        quantity_milli: 1000,
        unit_cents,
    };
    vec![
        line("换角阀", LineKind::Labour, 4000),
        line("DN15 角阀", LineKind::Material, 3500),
    ]
}

/// A case with its events and a clock of its own.
#[derive(Clone)]
pub struct Desk {
    pub state: Option<CaseState>,
    pub events: Vec<Event>,
    pub now: i64,
    made: u32,
}

impl Desk {
    pub fn new() -> Self {
        Desk {
            state: None,
            events: Vec::new(),
            now: MORNING,
            made: 0,
        }
    }

    pub fn with(form: Register) -> Self {
        let mut desk = Desk::new();
        desk.ok(&chen(), Command::Register(Box::new(form)));
        desk
    }

    pub fn case(&self) -> &CaseState {
        self.state.as_ref().unwrap()
    }

    pub fn fresh(&mut self, what: &str) -> String {
        self.made += 1;
        format!("{what}{}", self.made)
    }

    /// One step at the desk's time; the kinds of the events it made.
    pub fn run(&mut self, who: &Who, command: Command) -> Result<Vec<&'static str>, Refusal> {
        let events = decide(self.state.as_ref(), &command, who, &env(self.now))?;
        for event in &events {
            // As the store reads it: with the hours of its calendars.
            advance(&mut self.state, event, &CALENDARS);
        }
        let kinds = events.iter().map(Event::kind).collect();
        self.events.extend(events);
        Ok(kinds)
    }

    #[track_caller]
    pub fn ok(&mut self, who: &Who, command: Command) -> Vec<&'static str> {
        self.now += MIN;
        self.run(who, command).unwrap()
    }

    /// The rule and what is missing.
    #[track_caller]
    pub fn no(&mut self, who: &Who, command: Command) -> (&'static str, Vec<&'static str>) {
        let refusal = self.run(who, command).unwrap_err();
        (
            refusal.rule,
            refusal.missing.iter().map(|missing| missing.key).collect(),
        )
    }

    pub fn dispatch(&mut self) -> Command {
        let order = self.fresh("order");
        Command::Dispatch {
            number: format!("LX-{order}"),
            order: order.into(),
            department: "engineering".into(),
            worker: Some("wang".into()),
            to_vendor: false,
            happened_at: None,
        }
    }

    pub fn quote(&mut self, lines: Vec<Line>) -> Command {
        Command::Quote {
            quote: self.fresh("quote").into(),
            lines,
        }
    }

    pub fn complete(&mut self, lines: Vec<Line>) -> Command {
        Command::Complete {
            done: "更换角阀，试压无渗漏".into(),
            lines,
            photos: self.case().attachments.iter().map(|a| a.id.clone()).collect(),
            no_photo_reason: Some("业主不同意拍照".into()),
            worker: None,
            callback: self.fresh("callback").into(),
            happened_at: None,
        }
    }

    pub fn confirm(&mut self, how: ConfirmHow) -> Command {
        Command::Confirm {
            confirmation: self.fresh("confirmation").into(),
            content_hash: self.case().content_hash(),
            how,
            opinion: Some(Satisfaction::VerySatisfied),
            comment: String::new(),
            happened_at: None,
        }
    }

    /// Up to the work being done, by Wang, for nothing or for an accepted quote.
    pub fn done(form: Register) -> Self {
        let priced = form.fee.kind == FeeKind::Quote;
        let mut desk = Desk::on_site(form);
        if priced {
            let quote = desk.quote(valve_lines());
            desk.ok(&wang(), quote);
            let quote = desk.case().pending_quote().unwrap().id.clone();
            desk.ok(
                &customer(),
                Command::ConsentQuote {
                    quote,
                    how: ConsentHow::Own,
                },
            );
        }
        let done = desk.complete(if priced { valve_lines() } else { vec![] });
        desk.ok(&wang(), done);
        desk
    }

    pub fn on_site(form: Register) -> Self {
        let mut desk = Desk::accepted(form);
        desk.ok(
            &wang(),
            Command::Arrive {
                worker: None,
                happened_at: None,
            },
        );
        desk
    }

    pub fn accepted(form: Register) -> Self {
        let mut desk = Desk::dispatched(form);
        desk.ok(
            &wang(),
            Command::Accept {
                worker: None,
                happened_at: None,
            },
        );
        desk
    }

    pub fn dispatched(form: Register) -> Self {
        let mut desk = Desk::with(form);
        let dispatch = desk.dispatch();
        desk.ok(&chen(), dispatch);
        desk
    }

    pub fn confirmed(form: Register) -> Self {
        let mut desk = Desk::done(form);
        let confirm = desk.confirm(ConfirmHow::Own {
            signature: Some("signature".into()),
            shown_by: None,
        });
        desk.ok(&customer(), confirm);
        desk
    }

    pub fn closed(form: Register) -> Self {
        let mut desk = Desk::confirmed(form);
        if desk.case().owed_cents() > 0 {
            desk.ok(&wang(), pay(desk.case().owed_cents()));
        }
        desk.ok(&chen(), reached(true));
        desk.ok(&chen(), Command::Close);
        desk
    }
}

pub fn pay(amount_cents: i64) -> Command {
    Command::RecordPayment {
        method: PayMethod::Code,
        amount_cents,
        receipt: Some("R-1".into()),
        happened_at: None,
    }
}

pub fn reached(solved: bool) -> Command {
    let satisfaction = Some(if solved {
        Satisfaction::Satisfied
    } else {
        Satisfaction::Dissatisfied
    });
    let answers = vec![Answer {
        question: "attitude".into(),
        answer: "好".into(),
    }];
    Command::CallbackAttempt {
        result: AttemptResult::Reached,
        satisfaction,
        solved: Some(solved),
        again_at: None,
        answers,
        note: "还在滴水".into(),
        happened_at: None,
    }
}

pub fn unreached(result: AttemptResult) -> Command {
    Command::CallbackAttempt {
        result,
        satisfaction: None,
        solved: None,
        again_at: None,
        answers: vec![],
        note: String::new(),
        happened_at: None,
    }
}

pub fn promise(what: impl Into<String>) -> Command {
    Command::Promise {
        kind: PromiseKind::Reply,
        what: what.into(),
        by: None,
        reported_to: vec!["li".into()],
    }
}

pub fn ask_extension(extension: &str, code: crate::clock::ClockCode, cycle: u32, to: i64) -> Command {
    Command::AskExtension {
        extension: extension.into(),
        code,
        cycle,
        to,
        reason: "配件明早到".into(),
        told: ToldHow::Phone,
    }
}

pub fn agree(extension: &str) -> Command {
    Command::AnswerExtension {
        extension: extension.into(),
        agree: true,
        how: ConsentHow::Own,
    }
}

pub fn approve(extension: &str) -> Command {
    Command::DecideExtension {
        extension: extension.into(),
        approve: true,
        note: String::new(),
    }
}

pub fn change(change: Change) -> Command {
    Command::Change {
        change,
        reason: "听错了".into(),
    }
}

pub fn wait(reason: crate::clock::WaitReason, until: i64) -> Command {
    Command::Wait {
        reason,
        until,
        customer_told: true,
        note: "配件在途".into(),
    }
}
