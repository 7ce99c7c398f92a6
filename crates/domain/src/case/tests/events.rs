//! What the journal relies on: stable JSON, and personal values in keys of their own.

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use crate::clock::WaitReason;

/// One event of every kind, from real lives.
fn one_of_each() -> BTreeMap<&'static str, Event> {
    let mut lives = vec![Desk::closed(leaky_valve())];
    let mut desk = Desk::with(free());
    let level = Change::Level {
        importance: Importance::Major,
        urgency: Urgency::Normal,
    };
    let customer_known = Change::Customer {
        customer: Customer {
            name: "周先生".into(),
            ..free().customer
        },
        located: free().located,
        identity: None,
        anonymous_reason: None,
    };
    let scope = |scope| Change::Scope { scope, fee: None };
    for one in [
        level,
        Change::Kind {
            kind: Kind::Complaint,
            number: "TS-1".into(),
        },
        scope(Scope::Vendor),
        scope(Scope::Own),
        Change::Fee(Fee {
            kind: FeeKind::Paid,
            cents: 900,
            told: true,
            accepted: Some(true),
        }),
        Change::Item("repair.lift.noise".into()),
        Change::Place("客卫".into()),
        Change::Content("滴水".into()),
        customer_known,
        Change::Appointment(Some(Appointment {
            from: desk.now + HOUR,
            to: desk.now + 2 * HOUR,
        })),
    ] {
        desk.ok(&chen(), change(one));
    }
    desk.ok(
        &chen(),
        Command::JoinContact {
            contact: "second".into(),
        },
    );
    desk.ok(&customer(), Command::Urge { note: "快点".into() });
    desk.ok(
        &chen(),
        Command::Note {
            text: "已回电".into(),
            told_customer: true,
        },
    );
    desk.ok(&chen(), promise("查"));
    desk.ok(
        &chen(),
        Command::KeepPromise {
            no: 1,
            how: "电话".into(),
        },
    );
    desk.ok(&chen(), promise("再查"));
    desk.ok(
        &chen(),
        Command::InterimAnswer {
            text: "已问工程部".into(),
            happened_at: None,
        },
    );
    // Of three requests one is taken back, one granted, and one comes to nothing.
    let to = desk.now + 200 * HOUR;
    let finish = crate::clock::ClockCode::Finish;
    desk.ok(&chen(), ask_extension("e1", finish, 0, to));
    let (extension, reason) = ("e1".into(), "改主意".into());
    desk.ok(&chen(), Command::WithdrawExtension { extension, reason });
    desk.ok(&chen(), ask_extension("e2", finish, 0, to));
    desk.ok(&customer(), agree("e2"));
    desk.ok(
        &staff("pm", crate::access::Role::ProjectManager, "office"),
        approve("e2"),
    );
    desk.ok(&chen(), ask_extension("e3", crate::clock::ClockCode::Promise, 2, to));
    desk.ok(&chen(), wait(WaitReason::ThirdParty, desk.now + HOUR));
    desk.ok(&chen(), Command::Resume);
    for end in [
        Command::Return {
            reason: "不属".into()
        },
        Command::TakeBack {
            reason: "派错".into()
        },
    ] {
        let dispatch = desk.dispatch();
        desk.ok(&chen(), dispatch);
        desk.ok(&chen(), end);
    }
    desk.now += 96 * HOUR;
    desk.ok(&Who::System { name: "timer".into() }, Command::CheckClocks);
    let (promise_clock, cycle, reason) = (
        crate::clock::ClockCode::Promise,
        2,
        crate::clock::ExcuseReason::ThirdParty,
    );
    let pm = staff("pm2", crate::access::Role::ProjectManager, "office");
    for approve in [false, true] {
        desk.ok(
            &chen(),
            Command::AskExcuse {
                code: promise_clock,
                cycle,
                reason,
                text: "燃气公司未复".into(),
            },
        );
        if approve {
            break;
        }
        desk.ok(
            &pm,
            Command::DecideExcuse {
                code: promise_clock,
                cycle,
                approve,
                note: "请先催燃气公司".into(),
            },
        );
    }
    desk.ok(
        &pm,
        Command::ExcuseBreach {
            code: crate::clock::ClockCode::Promise,
            cycle: 2,
            reason: crate::clock::ExcuseReason::ThirdParty,
            text: "燃气公司未复".into(),
        },
    );
    desk.ok(
        &chen(),
        Command::Cancel {
            reason: "自行解决".into(),
            customer_informed: true,
        },
    );
    lives.push(desk);
    let mut desk = Desk::on_site(leaky_valve());
    let quote = desk.quote(valve_lines());
    desk.ok(&wang(), quote);
    let quote = desk.case().pending_quote().unwrap().id.clone();
    desk.ok(
        &customer(),
        Command::RefuseQuote {
            quote,
            how: ConsentHow::Own,
        },
    );
    desk.ok(
        &wang(),
        Command::HandOver {
            worker: "zhao".into(),
            note: "换班".into(),
        },
    );
    let (department, worker) = ("engineering".into(), Some("wang".into()));
    desk.ok(
        &chen(),
        Command::Reassign {
            department,
            worker,
            to_vendor: false,
            reason: "近".into(),
        },
    );
    let quote = desk.quote(valve_lines());
    desk.ok(
        &wang(),
        Command::Accept {
            worker: None,
            happened_at: None,
        },
    );
    desk.ok(&wang(), quote);
    desk.ok(&chen(), change(scope(Scope::Vendor)));
    lives.push(desk);
    let mut desk = Desk::done(leaky_valve());
    let (attachment, file, caption) = ("form".into(), "file".into(), "签字".into());
    desk.ok(
        &wang(),
        Command::Attach {
            attachment,
            file,
            kind: AttachmentKind::PaperForm,
            caption,
        },
    );
    let confirm = desk.confirm(ConfirmHow::Paper { photo: "form".into() });
    desk.ok(&wang(), confirm);
    desk.ok(&li(), Command::SecondCheck);
    desk.ok(&wang(), pay(100));
    desk.ok(
        &chen(),
        Command::VoidPayment {
            payment: 0,
            reason: "录错".into(),
        },
    );
    desk.ok(
        &li(),
        Command::WaiveFee {
            reason: "补偿".into()
        },
    );
    let amend = Command::Amend {
        done: "更正".into(),
        lines: vec![],
        photos: vec!["form".into()],
        no_photo_reason: None,
        reason: "漏写".into(),
    };
    desk.ok(&wang(), amend);
    desk.ok(&chen(), reached(false));
    lives.push(desk);
    let mut desk = Desk::with(of_kind(Kind::Help));
    let system = Who::System {
        name: "emergency".into(),
    };
    desk.ok(&system, Command::BeginEmergency { emergency: "e".into() });
    desk.ok(&system, Command::SettleEmergency { emergency: "e".into() });
    lives.push(desk);
    let mut desk = Desk::with(Register {
        scope: Scope::Outside,
        ..of_kind(Kind::Inquiry)
    });
    desk.ok(
        &chen(),
        Command::ReportOutside {
            reported_to: "li".into(),
            referral: "96777".into(),
            note: "歉".into(),
        },
    );
    desk.ok(
        &chen(),
        Command::Answer {
            answer: "找燃气公司".into(),
            callback: "c".into(),
            happened_at: None,
        },
    );
    lives.push(desk);
    let mut desk = Desk::with(free());
    desk.now += HOUR;
    desk.ok(&Who::System { name: "timer".into() }, Command::CheckClocks);
    lives.push(desk);
    lives.extend(super::complaint::lives());
    lives
        .into_iter()
        .flat_map(|desk| desk.events)
        .map(|event| (event.kind(), event))
        .collect()
}

#[test]
fn every_kind_of_event_is_made_and_read_back() {
    let mut events = one_of_each();
    let mut applied = Desk::with(free());
    super::standard::apply_strict(&mut applied);
    events.extend(applied.events.into_iter().map(|event| (event.kind(), event)));
    let mut closed = Desk::with(Register {
        importance: Importance::Important,
        ..of_kind(Kind::Complaint)
    });
    super::standard::apply_closure(&mut closed);
    events.extend(closed.events.into_iter().map(|event| (event.kind(), event)));
    for kind in Fact::KINDS {
        let event = events.get(kind).unwrap_or_else(|| panic!("no life makes {kind}"));
        let json = serde_json::to_value(event).unwrap();
        assert_eq!(json["type"], *kind);
        assert_eq!(serde_json::from_value::<Event>(json).unwrap(), *event);
    }
    assert_eq!(events.len(), Fact::KINDS.len());
}

#[test]
fn personal_values_can_be_taken_out_of_every_event() {
    for (kind, event) in one_of_each() {
        let mut json = serde_json::to_value(&event).unwrap();
        let Value::Object(fields) = &mut json else {
            panic!("{kind} is no object")
        };
        for key in event.personal_fields() {
            assert!(fields.remove(*key).is_some(), "{kind} has no {key}");
        }
        let erased: Event = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(erased.kind(), kind);
        // What is left holds codes, ids, numbers and instants: no word of anybody.
        let text = json.to_string();
        assert!(text.is_ascii(), "{kind}: {text}");
        assert!(
            !text.contains("13800006688") && !text.contains("3-1-1201"),
            "{kind}: {text}"
        );
    }
}

#[test]
fn a_life_without_its_personal_values_still_replays() {
    let desk = Desk::closed(leaky_valve());
    let erased: Vec<Event> = desk
        .events
        .iter()
        .map(|event| {
            let mut json = serde_json::to_value(event).unwrap();
            for key in event.personal_fields() {
                json.as_object_mut().unwrap().remove(*key);
            }
            serde_json::from_value(json).unwrap()
        })
        .collect();
    let case = replay(&erased, &CALENDARS).unwrap();
    assert_eq!(case.customer, Customer::default());
    assert_eq!(
        (case.status, case.paid_cents(), case.clocks.len()),
        (Status::Closed, 7500, desk.case().clocks.len())
    );
}
