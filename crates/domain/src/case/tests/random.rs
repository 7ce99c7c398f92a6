//! Random commands by random people: never a panic, never an impossible case, and the events alone make the same state.

use proptest::prelude::*;

use super::complaint::{leader, quality};
use super::*;
use crate::access::Action;
use crate::clock::WaitReason;
use crate::random::readable;

fn person() -> impl Strategy<Value = Who> {
    let link = |order: u8| Who::VendorLink {
        case: "case".into(),
        order: format!("order{order}").into(),
    };
    prop_oneof![
        4 => Just(chen()),
        4 => Just(wang()),
        2 => Just(li()),
        1 => Just(zhao()),
        3 => Just(customer()),
        1 => Just(Who::Customer { via: Via::Code, case: "case".into() }),
        1 => Just(Who::Customer { via: Via::Link, case: "another".into() }),
        1 => (1u8..9).prop_map(link),
        1 => Just(Who::System { name: "timer".into() }),
        1 => prop::sample::select(Role::ALL).prop_map(|role| staff("any", role, "engineering")),
    ]
}

/// What a step is made of; ids and hashes are filled in from the case when it runs.
#[derive(Debug, Clone)]
struct Step {
    who: Who,
    /// Goes on with the case, by somebody who may, instead of doing anything by anybody.
    forward: bool,
    what: u8,
    pick: u8,
    yes: bool,
    text: String,
    cents: i64,
    back: Option<i64>,
    minutes: i64,
}

fn step() -> impl Strategy<Value = Step> {
    (
        person(),
        prop::bool::weighted(0.6),
        0u8..50,
        any::<u8>(),
        prop::bool::weighted(0.8),
        prop_oneof![9 => Just("说明".to_owned()), 1 => Just(" ".to_owned()), 1 => ".{0,12}"],
        prop_oneof![4 => 1i64..20_000, 1 => Just(0), 1 => any::<i64>()],
        prop_oneof![6 => Just(None), 2 => (0i64..90).prop_map(Some), 1 => (-30i64..0).prop_map(Some)],
        prop_oneof![6 => 0i64..40, 1 => 100i64..3000, 1 => -5i64..0],
    )
        .prop_map(|(who, forward, what, pick, yes, text, cents, back, minutes)| Step {
            who,
            forward,
            what,
            pick,
            yes,
            text,
            cents,
            back,
            minutes,
        })
}

fn of<T: Copy>(all: &[T], pick: u8) -> T {
    all[usize::from(pick) % all.len()]
}

fn form(step: &Step) -> Register {
    let fees = [
        Fee::FREE,
        Fee {
            kind: FeeKind::Paid,
            cents: step.cents,
            told: true,
            accepted: Some(step.yes),
        },
        Fee {
            kind: FeeKind::Quote,
            cents: 0,
            told: step.yes,
            accepted: None,
        },
    ];
    Register {
        kind: if step.yes {
            Kind::Request
        } else {
            of(Kind::ALL, step.pick)
        },
        item: ["repair.lift.noise", "repair.power.light_road", "x"][usize::from(step.pick) % 3].into(),
        urgency: of(Urgency::ALL, step.pick / 3),
        importance: of(Importance::ALL, step.pick / 9),
        scope: if step.yes {
            Scope::Own
        } else {
            of(Scope::ALL, step.pick)
        },
        fee: fees[usize::from(step.pick) % 3],
        happened_at: step.back.map(|minutes| MORNING - minutes * MIN),
        wanted_by: step.pick.is_multiple_of(7).then_some(MORNING + 3 * HOUR),
        ..leaky_valve()
    }
}

fn command(step: &Step, desk: &mut Desk) -> Command {
    let text = || step.text.clone();
    let now = desk.now;
    let happened_at = step.back.map(|minutes| now - minutes * MIN);
    let worker = step
        .pick
        .is_multiple_of(5)
        .then(|| StaffId::from(if step.yes { "wang" } else { "zhao" }));
    let Some(case) = desk.state.clone() else {
        return Command::Register(Box::new(form(step)));
    };
    let lines = || {
        let kind = of(LineKind::ALL, step.pick);
        vec![Line {
            what: text(),
            kind,
            quantity_milli: 1000,
            unit_cents: step.cents,
        }]
    };
    let photos: Vec<_> = case
        .attachments
        .iter()
        .take(usize::from(step.pick % 3))
        .map(|a| a.id.clone())
        .collect();
    let quote = case
        .pending_quote()
        .or(case.quotes.last())
        .map_or("none".into(), |quote| quote.id.clone());
    let how = |own: bool| {
        if own {
            ConsentHow::Own
        } else {
            ConsentHow::Noted {
                how: of(&[Consent::Phone, Consent::Paper], step.pick),
                note: text(),
            }
        }
    };
    let own = matches!(step.who, Who::Customer { .. }) == step.yes;
    match step.what {
        0 => Command::Register(Box::new(form(step))),
        1..=3 => {
            let order = desk.fresh("order");
            Command::Dispatch {
                number: format!("LX-{order}"),
                order: order.into(),
                department: "engineering".into(),
                worker: worker.or(Some("wang".into())),
                to_vendor: case.scope == Scope::Vendor,
                happened_at,
            }
        }
        4..=6 => Command::Accept { worker, happened_at },
        7 => Command::Return { reason: text() },
        8 => Command::TakeBack { reason: text() },
        9 => Command::Reassign {
            department: "engineering".into(),
            worker,
            to_vendor: case.scope == Scope::Vendor,
            reason: text(),
        },
        10 => Command::HandOver {
            worker: "zhao".into(),
            note: text(),
        },
        11..=13 => Command::Arrive { worker, happened_at },
        14 | 15 => Command::Quote {
            quote: desk.fresh("quote").into(),
            lines: lines(),
        },
        16 => Command::ConsentQuote { quote, how: how(own) },
        17 => Command::RefuseQuote { quote, how: how(own) },
        18 => Command::Wait {
            reason: of(WaitReason::ALL, step.pick),
            until: now + i64::from(step.pick) * MIN,
            customer_told: step.yes,
            note: text(),
        },
        19 => Command::Resume,
        20..=22 => Command::Complete {
            done: text(),
            lines: if step.pick.is_multiple_of(2) { vec![] } else { lines() },
            photos,
            no_photo_reason: step.yes.then(text),
            worker,
            callback: desk.fresh("callback").into(),
            happened_at,
        },
        23 => Command::Amend {
            done: text(),
            lines: lines(),
            photos,
            no_photo_reason: Some(text()),
            reason: text(),
        },
        24 | 25 => {
            let how = match (own, step.pick % 3) {
                (true, _) => ConfirmHow::Own {
                    signature: None,
                    shown_by: None,
                },
                (_, 0) => ConfirmHow::Device { signature: "s".into() },
                (_, 1) => ConfirmHow::Declined {
                    reason: text(),
                    witness: of(&["li", "wang", "chen"], step.pick).into(),
                },
                _ => ConfirmHow::Paper {
                    photo: photos.first().cloned().unwrap_or("none".into()),
                },
            };
            desk.confirm(how)
        }
        26 => Command::SecondCheck,
        27 => pay(if step.yes { case.owed_cents() } else { step.cents }),
        28 => Command::WaiveFee { reason: text() },
        29 => Command::ScheduleCallback {
            callback: desk.fresh("callback").into(),
            planned_at: happened_at,
            assignee: worker,
        },
        30 => match of(AttemptResult::ALL, step.pick) {
            AttemptResult::Reached => reached(step.yes),
            result => unreached(result),
        },
        31 => ending(step),
        32 => Command::Cancel {
            reason: text(),
            customer_informed: step.yes,
        },
        33 => Command::Promise {
            kind: of(PromiseKind::ALL, step.pick),
            what: text(),
            by: happened_at.map(|at| at + HOUR),
            reported_to: vec!["li".into()],
        },
        38..=42 => more_time(step, desk, own),
        43..=49 => super::complaint::some_step(&case, step.pick, step.yes, &step.text, now),
        34 => Command::KeepPromise {
            no: u32::from(step.pick % 3),
            how: text(),
        },
        35 => Command::Answer {
            answer: text(),
            callback: desk.fresh("callback").into(),
            happened_at,
        },
        36 => Command::Change {
            change: some_change(step, now),
            reason: text(),
        },
        _ => Command::Attach {
            attachment: desk.fresh("attachment").into(),
            file: "file".into(),
            kind: of(AttachmentKind::ALL, step.pick),
            caption: text(),
        },
    }
}

/// More time asked for, answered and decided; interim answers; excuses.
fn more_time(step: &Step, desk: &mut Desk, own: bool) -> Command {
    let case = desk.case().clone();
    let clocks: Vec<_> = case.clocks.iter().map(|clock| (clock.code, clock.cycle)).collect();
    let (code, cycle) = clocks
        .get(usize::from(step.pick) % clocks.len().max(1))
        .copied()
        .unwrap_or((crate::clock::ClockCode::Finish, 0));
    let extension = case.extensions.last().map_or_else(|| "none".into(), |e| e.id.clone());
    match step.pick % 6 {
        0 | 1 if extension.as_str() == "none" || !step.yes => Command::AskExtension {
            extension: desk.fresh("extension").into(),
            code,
            cycle,
            to: desk.now + step.minutes * 20 * MIN + HOUR,
            reason: step.text.clone(),
            told: ToldHow::Phone,
        },
        0..=2 => Command::AnswerExtension {
            extension,
            agree: step.yes,
            how: if own {
                ConsentHow::Own
            } else {
                ConsentHow::Noted {
                    how: Consent::Phone,
                    note: step.text.clone(),
                }
            },
        },
        3 => Command::DecideExtension {
            extension,
            approve: step.yes,
            note: step.text.clone(),
        },
        4 => Command::InterimAnswer {
            text: step.text.clone(),
            happened_at: None,
        },
        _ if step.minutes % 3 == 0 => Command::AskExcuse {
            code,
            cycle,
            reason: of(crate::clock::ExcuseReason::ALL, step.pick),
            text: step.text.clone(),
        },
        _ if step.minutes % 3 == 1 => Command::DecideExcuse {
            code,
            cycle,
            approve: step.yes,
            note: step.text.clone(),
        },
        _ => Command::ExcuseBreach {
            code,
            cycle,
            reason: of(crate::clock::ExcuseReason::ALL, step.pick),
            text: step.text.clone(),
        },
    }
}

fn ending(step: &Step) -> Command {
    match step.pick % 4 {
        0 => Command::Close,
        1 => Command::Reopen {
            reason: of(ReopenReason::ALL, step.pick),
            note: step.text.clone(),
        },
        2 => Command::GiveUpCallback,
        _ => Command::CheckClocks,
    }
}

/// The step that comes next in a life, and somebody who may take it.
fn ahead(case: &CaseState, step: &Step) -> (u8, Who) {
    let priced = case.accepted_cents().is_some();
    match case.status {
        Status::Registered if case.kind == Kind::Complaint && step.yes => {
            (43, if step.pick.is_multiple_of(3) { leader() } else { chen() })
        }
        Status::Done | Status::Confirmed if case.kind == Kind::Complaint && step.yes => {
            (43, if step.pick.is_multiple_of(3) { quality() } else { chen() })
        }
        Status::Registered if case.kind == Kind::Request => (1, chen()),
        Status::Registered => (of(&[1, 20, 33, 35], step.pick), chen()),
        Status::Dispatched => (4, wang()),
        Status::Accepted => (11, wang()),
        Status::OnSite if case.pending_quote().is_some() => (of(&[16, 16, 17], step.pick), customer()),
        Status::OnSite if !priced => (14, wang()),
        Status::OnSite => (of(&[18, 20, 20, 14, 37], step.pick), wang()),
        Status::Waiting => (19, chen()),
        Status::Done => (24, if step.yes { customer() } else { wang() }),
        Status::Confirmed => (
            of(&[26, 27, 28, 30, 31, 34, 23], step.pick),
            if step.yes { chen() } else { li() },
        ),
        Status::Closed | Status::Cancelled => (31, li()),
    }
}

fn some_change(step: &Step, now: i64) -> Change {
    match step.pick % 9 {
        0 => Change::Kind {
            kind: of(Kind::ALL, step.pick / 9),
            number: "ZX-1".into(),
        },
        1 => Change::Level {
            importance: of(Importance::ALL, step.pick / 9),
            urgency: of(Urgency::ALL, step.pick / 27),
        },
        2 => Change::Fee(form(step).fee),
        3 => Change::Scope {
            scope: of(Scope::ALL, step.pick / 9),
            fee: step.pick.is_multiple_of(2).then(|| form(step).fee),
        },
        4 => Change::Item(form(step).item),
        5 => Change::Place(step.text.clone()),
        6 => Change::Content(step.text.clone()),
        7 => Change::Customer {
            customer: Customer {
                name: step.text.clone(),
                ..Customer::default()
            },
            located: Where::default(),
            identity: None,
            anonymous_reason: step.yes.then(|| step.text.clone()),
        },
        _ => Change::Appointment(Some(Appointment {
            from: now,
            to: now + i64::from(step.pick) * MIN,
        })),
    }
}

/// What no sequence of steps may bring about.
fn sound(case: &CaseState) -> Result<(), String> {
    let must = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_owned()) };
    let in_hand = case
        .orders
        .iter()
        .filter(|o| matches!(o.status, OrderStatus::Issued | OrderStatus::Accepted))
        .count();
    must(in_hand <= 1, "two orders in hand")?;
    let works = matches!(case.status, Status::Dispatched | Status::Accepted | Status::OnSite);
    must(!works || in_hand == 1, "at work without an order")?;
    let over = matches!(
        case.status,
        Status::Closed | Status::Cancelled | Status::Done | Status::Confirmed
    );
    must(!over || in_hand == 0, "over with an order in hand")?;
    must(
        (case.status == Status::Waiting) == case.waiting.is_some(),
        "waiting and not waiting",
    )?;
    must(
        (case.status == Status::Closed) == case.closed_at.is_some(),
        "closed and not closed",
    )?;
    must(
        case.status != Status::Confirmed || case.confirmation().is_some(),
        "confirmed without a confirmation",
    )?;
    must(
        case.paid_cents() >= 0 && case.charged_cents() >= 0,
        "money below nothing",
    )?;
    let within = case
        .accepted_cents()
        .is_none_or(|accepted| case.charged_cents() <= accepted);
    must(within, "charged more than accepted")?;
    must(
        case.open_callback().is_none() || case.is_open(),
        "a callback on a closed case",
    )?;
    for confirmation in &case.confirmations {
        let own = matches!(confirmation.by, By::Customer { .. });
        let grade_own = matches!(confirmation.grade, Grade::A | Grade::B);
        must(own == grade_own, "a grade that is not the signer's")?;
        must(
            confirmation
                .witness
                .as_ref()
                .is_none_or(|w| Some(w) != confirmation.by.staff()),
            "own witness",
        )?;
    }
    if let Some(order) = case.order() {
        must(
            case.scope != Scope::Outside && order.to_vendor == (case.scope == Scope::Vendor),
            "an order in hand on the wrong side",
        )?;
    }
    if let Some(confirmation) = case.confirmation() {
        must(
            confirmation.content_hash == case.content_hash(),
            "a signature on other content",
        )?;
    }
    if case.status == Status::Closed
        && case.kind == Kind::Request
        && case.scope != Scope::Outside
        && case.has_customer()
    {
        must(case.confirmation().is_some(), "closed without a signature")?;
        must(
            case.callback().and_then(|c| c.end).is_some(),
            "closed without a callback",
        )?;
        must(case.owed_cents() <= 0, "closed unpaid")?;
    }
    if case.status == Status::Closed && case.file().is_some_and(|file| file.judgement().is_none_or(|j| j.valid)) {
        let file = case
            .file()
            .map(|file| (file.filed.is_some(), file.open_parts().count()));
        must(file == Some((true, 0)), "a complaint closed without its records")?;
        let who = case
            .file()
            .and_then(|file| file.verifications.iter().rev().find(|v| v.effective));
        let own = who.and_then(|v| v.by.staff()).is_some_and(|id| case.did.contains(id));
        must(!own, "verified by who did it")?;
    }
    for callback in &case.callbacks {
        for attempt in &callback.attempts {
            must(attempt.by.staff().is_some(), "a callback by nobody")?;
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_people_do_anything(steps in prop::collection::vec(step(), 1..70)) {
        let mut desk = Desk::new();
        for step in &steps {
            desk.now += step.minutes * MIN;
            let before = desk.state.clone();
            let step = &match &desk.state {
                Some(case) if step.forward => {
                    let (what, who) = ahead(case, step);
                    Step { what, who, back: None, ..step.clone() }
                }
                None => Step { who: chen(), ..step.clone() },
                _ => step.clone(),
            };
            let command = command(step, &mut desk);
            let offered = before.as_ref().map(|case| legal_actions(case, &step.who, &env(desk.now)));
            let outcome = desk.run(&step.who, command.clone());
            if let (Some(offers), Ok(_)) = (&offered, &outcome) {
                let offer = offers.iter().find(|offer| offer.action == command.action());
                prop_assert!(offer.is_none_or(Offer::allowed), "done but not offered: {:?}", command);
            }
            if let Err(refusal) = &outcome {
                prop_assert_eq!(&before, &desk.state);
                prop_assert_eq!(readable(refusal), Ok(()));
            }
            let Some(case) = &desk.state else { continue };
            if let Err(what) = sound(case) {
                prop_assert!(false, "{}: {:?}", what, command);
            }
            if let Some(before) = &before {
                for (old, new) in before.clocks.iter().zip(&case.clocks) {
                    prop_assert!(old.breached_at.is_none() || old.breached_at == new.breached_at, "a breach undone");
                    prop_assert!(old.excuse.is_none() || old.excuse == new.excuse, "an excuse undone");
                    let moved = new.extended.as_ref().filter(|_| old.extended != new.extended);
                    prop_assert!(
                        moved.is_none_or(|moved| old.breached_at.is_none() && moved.from.is_none_or(|due| moved.at <= due)),
                        "more time after the limit"
                    );
                }
            }
            for clock in &case.clocks {
                let _ = (clock.view(desk.now), clock.next_step_at(desk.now));
            }
        }
        prop_assert_eq!(&replay(&desk.events, &CALENDARS), &desk.state);
        // Run again under the standard it had, the same limits are passed and kept; applied again it moves nothing.
        let until = desk.events.iter().map(|event| event.at).chain([desk.now]).max().unwrap_or(desk.now);
        let again = rerun(&desk.events, &env(until));
        let ran = |case: &Option<CaseState>| case.as_ref().map(|case| outcomes(case, until));
        prop_assert_eq!(ran(&again), ran(&replay(&desk.events, &CALENDARS)));
        if let Some(case) = replay(&desk.events, &CALENDARS) {
            prop_assert_eq!(moved(&case, &env(until)), vec![]);
        }
        let json = serde_json::to_string(&desk.events).unwrap();
        let read: Vec<Event> = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&replay(&read, &CALENDARS), &desk.state);
        let row = serde_json::to_string(&desk.state).unwrap();
        prop_assert_eq!(serde_json::from_str::<Option<CaseState>>(&row).unwrap(), desk.state);
    }
}

#[test]
fn only_cases_are_decided_here() {
    let mut desk = Desk::new();
    assert_eq!(desk.no(&chen(), Command::Close).0, "refuse-no-case");
    desk.ok(&chen(), Command::Register(Box::new(free())));
    assert_eq!(
        desk.no(&chen(), Command::Register(Box::new(free()))).0,
        "refuse-registered-already"
    );
    assert!(!Action::ON_CASE.contains(&Action::RegisterCase));
}
