//! Whole lives of cases.

use super::*;
use crate::access::Action;
use crate::clock::WaitReason;

#[test]
fn a_repair_from_the_call_to_the_archive() {
    let mut desk = Desk::new();
    assert_eq!(
        desk.ok(&chen(), Command::Register(Box::new(leaky_valve()))),
        ["registered", "clocks_started"]
    );
    assert_eq!(desk.case().first_asked, Some("chen".into()), "DIR-9");
    let dispatch = desk.dispatch();
    assert_eq!(desk.ok(&chen(), dispatch), ["dispatched"]);
    desk.ok(
        &wang(),
        Command::Accept {
            worker: None,
            happened_at: None,
        },
    );
    desk.ok(
        &wang(),
        Command::Arrive {
            worker: None,
            happened_at: None,
        },
    );
    assert_eq!(desk.no(&wang(), Command::Close).0, "refuse-role");
    let done = desk.complete(vec![]);
    assert_eq!(
        desk.no(&wang(), done.clone()),
        ("refuse-price-open", vec!["missing-quote"])
    );
    let quote = desk.quote(valve_lines());
    desk.ok(&wang(), quote);
    assert_eq!(desk.no(&wang(), done).0, "refuse-quote-pending");
    let quote = desk.case().pending_quote().unwrap().id.clone();
    desk.ok(
        &customer(),
        Command::ConsentQuote {
            quote,
            how: ConsentHow::Own,
        },
    );
    desk.ok(&wang(), wait(WaitReason::Parts, desk.now + 2 * HOUR));
    desk.ok(&wang(), Command::Resume);
    let attach = Command::Attach {
        attachment: "photo".into(),
        file: "file".into(),
        kind: AttachmentKind::PhotoAfter,
        caption: String::new(),
    };
    desk.ok(&wang(), attach);
    let done = desk.complete(vec![]);
    assert_eq!(
        desk.ok(&wang(), done),
        ["completed", "clock_begun", "callback_scheduled"]
    );
    assert_eq!(
        desk.case().owed_cents(),
        7500,
        "lines without a price charge what was accepted"
    );
    assert_eq!(
        desk.no(&chen(), Command::Close),
        (
            "refuse-not-closable",
            vec!["missing-signature", "missing-payment", "missing-callback"]
        )
    );
    let confirm = desk.confirm(ConfirmHow::Own {
        signature: Some("signature".into()),
        shown_by: None,
    });
    desk.ok(&customer(), confirm);
    assert_eq!(desk.case().confirmation().unwrap().grade, Grade::B);
    desk.ok(&wang(), pay(7500));
    assert_eq!(
        desk.ok(&chen(), reached(true)),
        ["callback_attempted", "callback_ended"]
    );
    desk.ok(&chen(), Command::Close);
    assert_eq!(desk.case().status, Status::Closed);
    assert!(
        desk.case()
            .clocks
            .iter()
            .all(|clock| clock.met_at.is_some() && clock.breached_at.is_none())
    );
    assert_eq!(replay(&desk.events, &CALENDARS), desk.state);
}

#[test]
fn not_solved_opens_the_case_again_and_a_rework_gets_a_new_order() {
    let mut desk = Desk::confirmed(free());
    let kinds = desk.ok(&chen(), reached(false));
    assert_eq!(
        kinds,
        ["callback_attempted", "callback_ended", "reopened", "clocks_started"]
    );
    let case = desk.case();
    assert_eq!(
        (case.status, case.cycle, case.reopened, case.rework),
        (Status::Registered, 1, 1, 1)
    );
    assert!(case.confirmation().is_none(), "a signature counts for its own round");
    let dispatch = desk.dispatch();
    desk.ok(&chen(), dispatch);
    assert_eq!(desk.case().orders.len(), 2);
    desk.ok(
        &wang(),
        Command::Accept {
            worker: None,
            happened_at: None,
        },
    );
    desk.ok(
        &wang(),
        Command::Arrive {
            worker: None,
            happened_at: None,
        },
    );
    let done = desk.complete(vec![]);
    desk.ok(&wang(), done);
    assert_eq!(
        desk.no(&chen(), Command::Close).1,
        ["missing-signature", "missing-callback"],
        "everything is needed again"
    );
}

#[test]
fn a_resident_says_not_solved_after_closing() {
    let mut desk = Desk::closed(free());
    let reopen = |reason| Command::Reopen {
        reason,
        note: String::new(),
    };
    assert_eq!(
        desk.no(&customer(), reopen(ReopenReason::Fault)).0,
        "refuse-customer-reopens-unsolved"
    );
    assert_eq!(
        desk.no(&chen(), reopen(ReopenReason::Fault)),
        ("refuse-incomplete", vec!["missing-reason"])
    );
    desk.ok(&customer(), reopen(ReopenReason::NotSolved));
    assert_eq!(desk.case().status, Status::Registered);
    assert_eq!(desk.case().closed_at, None);
}

#[test]
fn an_answered_inquiry_closes_at_once_when_we_know_who_asked() {
    let answer = || Command::Answer {
        answer: "周六上午开放".into(),
        callback: "callback".into(),
        happened_at: None,
    };
    let mut desk = Desk::with(of_kind(Kind::Inquiry));
    assert_eq!(desk.ok(&chen(), answer()), ["answered", "closed"]);
    let nameless = Customer {
        name: String::new(),
        ..leaky_valve().customer
    };
    let mut desk = Desk::with(Register {
        customer: nameless,
        ..of_kind(Kind::Inquiry)
    });
    assert_eq!(desk.ok(&chen(), answer()), ["answered"]);
    assert_eq!(
        desk.no(&chen(), Command::Close),
        ("refuse-not-closable", vec!["missing-name"])
    );
    let mut desk = Desk::with(free());
    assert_eq!(desk.no(&chen(), answer()).0, "refuse-request-needs-order");
    // A complaint has a process of its own before that.
    let mut desk = Desk::with(of_kind(Kind::Complaint));
    assert_eq!(
        desk.no(&chen(), answer()),
        ("refuse-complaint-order", vec!["missing-judgement"])
    );
}

#[test]
fn what_is_nobodys_service_is_referred_not_dispatched() {
    let mut desk = Desk::with(Register {
        scope: Scope::Outside,
        ..free()
    });
    let dispatch = desk.dispatch();
    assert_eq!(desk.no(&chen(), dispatch).0, "refuse-outside-not-dispatched");
    assert_eq!(
        desk.no(&chen(), Command::Close),
        ("refuse-not-closable", vec!["missing-referral"])
    );
    let report = |referral: &str| Command::ReportOutside {
        reported_to: "li".into(),
        referral: referral.into(),
        note: "已致歉".into(),
    };
    assert_eq!(
        desk.no(&chen(), report(" ")),
        ("refuse-incomplete", vec!["missing-referral"])
    );
    desk.ok(&chen(), report("燃气公司 96777"));
    desk.ok(&chen(), Command::Close);
}

#[test]
fn a_vendor_without_an_account_works_by_the_link_of_one_order() {
    let mut desk = Desk::with(Register {
        scope: Scope::Vendor,
        ..free()
    });
    let Command::Dispatch { order, number, .. } = desk.dispatch() else {
        unreachable!()
    };
    let dispatch = |to_vendor| Command::Dispatch {
        order: order.clone(),
        number: number.clone(),
        department: "lift-firm".into(),
        worker: None,
        to_vendor,
        happened_at: None,
    };
    assert_eq!(desk.no(&chen(), dispatch(false)).0, "refuse-scope-is-vendor");
    desk.ok(&chen(), dispatch(true));
    let link = Who::VendorLink {
        case: "case".into(),
        order: order.clone(),
    };
    let other = Who::VendorLink {
        case: "case".into(),
        order: "other".into(),
    };
    let accept = || Command::Accept {
        worker: None,
        happened_at: None,
    };
    assert_eq!(desk.no(&other, accept()).0, "refuse-not-yours");
    desk.ok(&link, accept());
    desk.ok(
        &link,
        Command::Arrive {
            worker: None,
            happened_at: None,
        },
    );
    let done = desk.complete(vec![]);
    desk.ok(&link, done);
    let confirm = desk.confirm(ConfirmHow::Own {
        signature: None,
        shown_by: None,
    });
    assert_eq!(desk.no(&link, confirm).0, "refuse-role");
}

#[test]
fn a_returned_order_comes_back_with_its_reason() {
    let mut desk = Desk::accepted(free());
    desk.ok(&wang(), wait(WaitReason::Vendor, desk.now + HOUR));
    assert_eq!(
        desk.ok(
            &wang(),
            Command::Return {
                reason: "不属工程".into()
            }
        ),
        ["resumed", "returned"]
    );
    let case = desk.case();
    assert_eq!(
        (case.status, case.returned, case.waiting.is_none()),
        (Status::Registered, 1, true)
    );
    assert_eq!(case.orders[0].end_reason.as_deref(), Some("不属工程"));
    assert_eq!(
        desk.no(
            &wang(),
            Command::Accept {
                worker: None,
                happened_at: None
            }
        )
        .0,
        "refuse-not-yours"
    );
    let dispatch = desk.dispatch();
    desk.ok(&chen(), dispatch);
    desk.ok(
        &chen(),
        Command::TakeBack {
            reason: "派错".into()
        },
    );
    assert_eq!(desk.case().returned, 1, "taking back is not returning");
}

#[test]
fn reassigned_work_is_accepted_anew_and_handed_over_work_goes_on() {
    let mut desk = Desk::on_site(free());
    desk.ok(
        &wang(),
        Command::HandOver {
            worker: "zhao".into(),
            note: "换班".into(),
        },
    );
    assert_eq!(desk.case().status, Status::OnSite);
    let done = desk.complete(vec![]);
    assert_eq!(desk.no(&wang(), done).0, "refuse-not-yours");
    let reassign = |worker: &str| Command::Reassign {
        department: "engineering".into(),
        worker: Some(worker.into()),
        to_vendor: false,
        reason: "离得近".into(),
    };
    assert_eq!(desk.no(&chen(), reassign("zhao")).0, "refuse-nothing-changed");
    desk.ok(&chen(), reassign("sun"));
    assert_eq!(desk.case().status, Status::Dispatched);
    assert!(
        desk.case().did.contains(&"wang".into()),
        "who did some of it stays known"
    );
}

#[test]
fn the_wrong_kind_becomes_the_right_one_without_loss() {
    let mut desk = Desk::with(of_kind(Kind::Inquiry));
    desk.ok(&chen(), promise("问工程部"));
    let to_complaint = Change::Kind {
        kind: Kind::Complaint,
        number: "TS-20261121-0002".into(),
    };
    assert_eq!(
        desk.ok(&chen(), change(to_complaint)),
        ["kind_changed", "complaint_opened", "clocks_retargeted"]
    );
    let case = desk.case();
    assert_eq!(case.number, "TS-20261121-0002");
    assert_eq!(case.old_numbers, ["BX-20261121-0037"]);
    assert_eq!((case.promises.len(), case.contacts.len()), (1, 1));
    let codes: Vec<_> = case.clocks.iter().map(|clock| clock.code.as_str()).collect();
    assert_eq!(
        codes,
        ["response", "promise", "on_site", "feedback", "finish", "callback"]
    );
}

#[test]
fn a_page_can_draw_what_is_open_and_what_is_lacking() {
    let desk = Desk::done(leaky_valve());
    let offers = legal_actions(desk.case(), &chen(), &env(desk.now));
    assert_eq!(offers.len(), Action::ON_CASE.len());
    let close = offers.iter().find(|offer| offer.action == Action::Close).unwrap();
    let refusal = close.refusal.clone().unwrap();
    assert_eq!(refusal.missing.len(), 3);
    assert!(
        offers
            .iter()
            .find(|offer| offer.action == Action::Callback)
            .unwrap()
            .allowed()
    );
    let by_wang = legal_actions(desk.case(), &wang(), &env(desk.now));
    assert!(
        !by_wang
            .iter()
            .find(|offer| offer.action == Action::Callback)
            .unwrap()
            .allowed()
    );
}

/// Work of a vendor's that went to a department: the order is taken back, and the customer is asked for the fee anew.
#[test]
fn a_changed_scope_takes_the_order_back_and_asks_for_the_fee_again() {
    let to = |scope, fee| change(Change::Scope { scope, fee });
    let paid = |told, accepted| Fee {
        kind: FeeKind::Paid,
        cents: 6_000,
        told,
        accepted,
    };
    let vendor = |desk: &mut Desk, to_vendor| {
        let Command::Dispatch { order, number, .. } = desk.dispatch() else {
            unreachable!()
        };
        Command::Dispatch {
            order,
            number,
            department: "lift-firm".into(),
            worker: None,
            to_vendor,
            happened_at: None,
        }
    };
    for status in [Status::Dispatched, Status::Accepted, Status::OnSite, Status::Waiting] {
        let form = Register {
            fee: paid(true, Some(true)),
            ..leaky_valve()
        };
        let mut desk = match status {
            Status::Dispatched => Desk::dispatched(form),
            Status::Accepted => Desk::accepted(form),
            _ => Desk::on_site(form),
        };
        if status == Status::Waiting {
            desk.ok(&wang(), wait(WaitReason::Parts, desk.now + HOUR));
        }
        let out = desk.case().order().unwrap().id.clone();
        desk.ok(&chen(), to(Scope::Vendor, None));
        let case = desk.case();
        assert_eq!(
            (case.status, case.scope),
            (Status::Registered, Scope::Vendor),
            "{status}"
        );
        assert!(case.order().is_none() && case.waiting.is_none());
        let order = case.orders.iter().find(|order| order.id == out).unwrap();
        assert_eq!(order.status, OrderStatus::TakenBack);
        assert_eq!(
            order.end_reason.as_deref(),
            Some("听错了"),
            "with the reason that was given"
        );
        assert_eq!(case.fee, paid(false, None), "the price of the list, told by nobody");
        // To nobody until the customer has been asked, and then to the vendor alone.
        let send = vendor(&mut desk, true);
        assert_eq!(
            desk.no(&chen(), send),
            (
                "refuse-fee-not-accepted",
                vec!["missing-fee-told", "missing-fee-accepted"]
            )
        );
        desk.ok(&chen(), change(Change::Fee(paid(true, Some(true)))));
        let send = vendor(&mut desk, false);
        assert_eq!(desk.no(&chen(), send).0, "refuse-scope-is-vendor");
        let send = vendor(&mut desk, true);
        desk.ok(&chen(), send);
        assert!(desk.case().order().unwrap().to_vendor);
        // Nor back to a department under the same order.
        let back = Command::Reassign {
            department: "engineering".into(),
            worker: None,
            to_vendor: false,
            reason: "更近".into(),
        };
        assert_eq!(desk.no(&chen(), back).0, "refuse-scope-is-vendor");
    }
}

#[test]
fn a_changed_scope_can_bring_the_new_price_with_it() {
    let mut desk = Desk::accepted(free());
    let told = Fee {
        kind: FeeKind::Quote,
        cents: 0,
        told: true,
        accepted: None,
    };
    let (scope, fee) = (Scope::Vendor, Some(told));
    desk.ok(&chen(), change(Change::Scope { scope, fee }));
    assert_eq!(desk.case().fee, told);
    // A price that cannot be is refused, and nothing was done.
    let (scope, fee) = (Scope::Own, Some(Fee { cents: 100, ..told }));
    assert_eq!(
        desk.no(&chen(), change(Change::Scope { scope, fee })).0,
        "refuse-fee-amount"
    );
    assert_eq!(desk.case().scope, Scope::Vendor);
}

#[test]
fn a_quote_does_not_hold_for_the_other_side() {
    let mut desk = Desk::on_site(leaky_valve());
    let quote = desk.quote(valve_lines());
    desk.ok(&wang(), quote);
    let pending = desk.case().pending_quote().unwrap().id.clone();
    let yes = Command::ConsentQuote {
        quote: pending,
        how: ConsentHow::Own,
    };
    desk.ok(&customer(), yes);
    assert_eq!(desk.case().accepted_cents(), Some(7_500));
    let (scope, fee) = (Scope::Vendor, None);
    desk.ok(&chen(), change(Change::Scope { scope, fee }));
    assert_eq!(desk.case().accepted_cents(), None, "the vendor's price is not known");
    assert!(desk.case().pending_quote().is_none() && !desk.case().fee.told);
}

#[test]
fn an_order_that_went_back_gives_no_right_to_go_on() {
    for back in [
        (
            chen(),
            Command::TakeBack {
                reason: "派错".into()
            },
        ),
        (
            wang(),
            Command::Return {
                reason: "不会修".into(),
            },
        ),
    ] {
        let mut desk = Desk::accepted(free());
        let (who, command) = back;
        desk.ok(&who, command);
        let until = desk.now + HOUR;
        assert_eq!(desk.no(&wang(), wait(WaitReason::Parts, until)).0, "refuse-not-yours");
        for action in [Action::RevealPhone, Action::SendLink] {
            let may = may(Some(desk.case()), action, &wang());
            assert!(may.is_err(), "{action}");
        }
        // What there was can still be read, and the desk goes on with it.
        assert!(may(Some(desk.case()), Action::ViewCase, &wang()).is_ok());
        let dispatch = desk.dispatch();
        desk.ok(&chen(), dispatch);
    }
}
