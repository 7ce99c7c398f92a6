//! Every step in every state: legal (`+`) or refused (`·`), by somebody who may do it.

use super::*;
use crate::access::Action;
use crate::clock::WaitReason;

/// A free service request in each state.
fn in_state(status: Status) -> Desk {
    match status {
        Status::Registered => Desk::with(free()),
        Status::Dispatched => Desk::dispatched(free()),
        Status::Accepted => Desk::accepted(free()),
        Status::OnSite => Desk::on_site(free()),
        Status::Waiting => {
            let mut desk = Desk::on_site(free());
            desk.ok(&wang(), wait(WaitReason::Parts, desk.now + HOUR));
            desk
        }
        Status::Done => Desk::done(free()),
        Status::Confirmed => Desk::confirmed(free()),
        Status::Closed => Desk::closed(free()),
        Status::Cancelled => {
            let mut desk = Desk::with(free());
            desk.ok(
                &chen(),
                Command::Cancel {
                    reason: "客户自行解决".into(),
                    customer_informed: true,
                },
            );
            desk
        }
    }
}

/// A well-filled command for an action and somebody with the right to it. None where one needs more than a free request.
fn filled(action: Action, desk: &mut Desk) -> Option<(Who, Command)> {
    let reason = || "原因".to_owned();
    Some(match action {
        Action::Dispatch => (chen(), desk.dispatch()),
        Action::Accept => (
            wang(),
            Command::Accept {
                worker: None,
                happened_at: None,
            },
        ),
        Action::ReturnOrder => (wang(), Command::Return { reason: reason() }),
        Action::TakeBack => (chen(), Command::TakeBack { reason: reason() }),
        Action::Reassign => {
            let (department, worker) = ("engineering".into(), Some("zhao".into()));
            (
                chen(),
                Command::Reassign {
                    department,
                    worker,
                    to_vendor: false,
                    reason: reason(),
                },
            )
        }
        Action::HandOver => (
            wang(),
            Command::HandOver {
                worker: "zhao".into(),
                note: String::new(),
            },
        ),
        Action::Arrive => (
            wang(),
            Command::Arrive {
                worker: None,
                happened_at: None,
            },
        ),
        Action::Quote => (wang(), desk.quote(valve_lines())),
        Action::Wait => (chen(), wait(WaitReason::CustomerTime, desk.now + HOUR)),
        Action::Resume => (chen(), Command::Resume),
        Action::Complete => (wang(), desk.complete(vec![])),
        Action::Amend => {
            let (done, lines, photos, no_photo_reason) = ("补充".to_owned(), vec![], vec![], Some(reason()));
            (
                wang(),
                Command::Amend {
                    done,
                    lines,
                    photos,
                    no_photo_reason,
                    reason: reason(),
                },
            )
        }
        Action::Confirm => (
            customer(),
            desk.confirm(ConfirmHow::Own {
                signature: None,
                shown_by: None,
            }),
        ),
        Action::ScheduleCallback => {
            let callback = desk.fresh("callback").into();
            (
                chen(),
                Command::ScheduleCallback {
                    callback,
                    planned_at: None,
                    assignee: Some("chen".into()),
                },
            )
        }
        Action::Callback => (chen(), unreached(AttemptResult::NoAnswer)),
        Action::Close => (chen(), Command::Close),
        Action::Reopen => (
            chen(),
            Command::Reopen {
                reason: ReopenReason::Fault,
                note: reason(),
            },
        ),
        Action::Cancel => (
            chen(),
            Command::Cancel {
                reason: reason(),
                customer_informed: true,
            },
        ),
        Action::Urge => (customer(), Command::Urge { note: String::new() }),
        Action::Note => (
            chen(),
            Command::Note {
                text: reason(),
                told_customer: false,
            },
        ),
        Action::Promise => (chen(), promise(reason())),
        Action::ChangeKind => (
            chen(),
            change(Change::Kind {
                kind: Kind::Help,
                number: "QZ-20261121-0001".into(),
            }),
        ),
        Action::ChangeLevel => (
            chen(),
            change(Change::Level {
                importance: Importance::Major,
                urgency: Urgency::Normal,
            }),
        ),
        Action::ChangeFee => (
            chen(),
            change(Change::Fee(Fee {
                kind: FeeKind::Paid,
                cents: 100,
                told: true,
                accepted: Some(true),
            })),
        ),
        Action::ChangeScope => {
            let (scope, fee) = (Scope::Vendor, None);
            (chen(), change(Change::Scope { scope, fee }))
        }
        Action::ChangeItem => (chen(), change(Change::Item("repair.water.hose".into()))),
        Action::ChangePlace => (chen(), change(Change::Place("客卫".into()))),
        Action::ChangeContent => (chen(), change(Change::Content("软管漏水".into()))),
        Action::ChangeCustomer => {
            let customer = Customer {
                name: "周先生".into(),
                ..free().customer
            };
            let (located, identity) = (free().located, None);
            (
                chen(),
                change(Change::Customer {
                    customer,
                    located,
                    identity,
                    anonymous_reason: None,
                }),
            )
        }
        Action::ChangeAppointment => {
            let appointment = Appointment {
                from: desk.now + HOUR,
                to: desk.now + 2 * HOUR,
            };
            (chen(), change(Change::Appointment(Some(appointment))))
        }
        Action::JoinContact => (
            chen(),
            Command::JoinContact {
                contact: "second".into(),
            },
        ),
        Action::Attach => {
            let attachment = desk.fresh("attachment").into();
            let (file, kind, caption) = ("f".into(), AttachmentKind::Other, String::new());
            (
                customer(),
                Command::Attach {
                    attachment,
                    file,
                    kind,
                    caption,
                },
            )
        }
        _ => return None,
    })
}

/// Columns: registered, dispatched, accepted, on site, waiting, done, confirmed, closed, cancelled.
const EXPECTED: &[(Action, &str)] = &[
    (Action::Dispatch, "+········"),
    (Action::Accept, "·+·······"),
    (Action::ReturnOrder, "·++++····"),
    (Action::TakeBack, "·++······"),
    (Action::Reassign, "·++++····"),
    (Action::HandOver, "··+++····"),
    (Action::Arrive, "··+······"),
    (Action::Quote, "··+++····"),
    (Action::Wait, "++++·····"),
    (Action::Resume, "····+····"),
    (Action::Complete, "···+·····"),
    (Action::Amend, "·····++··"),
    (Action::Confirm, "·····+···"),
    (Action::ScheduleCallback, "·····++··"),
    (Action::Callback, "·····++··"),
    // Not closable before the callback, which these states lack.
    (Action::Close, "·········"),
    (Action::Reopen, "·····+++·"),
    (Action::Cancel, "+++++····"),
    (Action::Urge, "+++++++··"),
    (Action::Note, "+++++++++"),
    (Action::Promise, "+++++++··"),
    (Action::ChangeKind, "+++++····"),
    (Action::ChangeLevel, "+++++····"),
    (Action::ChangeFee, "+++++····"),
    (Action::ChangeScope, "+++++····"),
    (Action::ChangeItem, "+++++++··"),
    (Action::ChangePlace, "+++++++··"),
    (Action::ChangeContent, "+++++++··"),
    (Action::ChangeCustomer, "+++++++··"),
    (Action::ChangeAppointment, "+++++····"),
    (Action::JoinContact, "+++++++··"),
    (Action::Attach, "+++++++++"),
];

#[test]
fn every_step_in_every_state() {
    let mut wrong = Vec::new();
    for (action, expected) in EXPECTED {
        let seen: String = Status::ALL
            .iter()
            .map(|status| {
                let mut desk = in_state(*status);
                assert_eq!(desk.case().status, *status);
                let (who, command) = filled(*action, &mut desk).unwrap();
                assert_eq!(command.action(), *action);
                if desk.run(&who, command).is_ok() { '+' } else { '·' }
            })
            .collect();
        if seen != *expected {
            wrong.push(format!("{action}: {seen}, expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_offered_step_is_never_refused_and_a_refused_one_not_offered() {
    for status in Status::ALL {
        for (action, _) in EXPECTED {
            let mut desk = in_state(*status);
            let (who, command) = filled(*action, &mut desk).unwrap();
            let offers = legal_actions(desk.case(), &who, &env(desk.now));
            let offer = offers.into_iter().find(|offer| offer.action == *action).unwrap();
            match (offer.refusal, desk.run(&who, command)) {
                (None, Ok(_)) => {}
                (Some(offered), Err(refused)) => assert_eq!(offered, refused, "{action} in {status}"),
                (None, Err(refused)) => panic!("{action} in {status} was offered: {refused}"),
                (Some(offered), Ok(_)) => panic!("{action} in {status} was not offered: {offered}"),
            }
        }
    }
}
