use super::super::line::{Reach, ServiceClass};
use super::super::long_distance::{LONGEST_MS, LongDistance, LongDistanceState, Span};
use super::super::new_phone::{ForWhom, NewPhone, NewPhoneState};
use super::super::violation::{ANSWER_MS, LONGEST_ANSWER_MS, Severity, Violation, ViolationKind, ViolationStage};
use super::lines::{hangzhou, staff};
use crate::access::Role;
use crate::ids::StaffId;
use crate::refusal::Refusal;

const NOW: i64 = 1_000_000;
const DAY: i64 = 86_400_000;

fn rule<T>(outcome: Result<T, Refusal>) -> &'static str {
    outcome.err().map_or("", |refusal| refusal.rule)
}

fn missing<T>(outcome: Result<T, Refusal>) -> Vec<&'static str> {
    outcome
        .err()
        .map(|refusal| refusal.missing.iter().map(|m| m.key).collect())
        .unwrap_or_default()
}

fn people() -> [StaffId; 3] {
    ["li", "chen", "wang"].map(StaffId::from)
}

fn asked(span: Span) -> LongDistance {
    let [li, ..] = people();
    LongDistance::ask(&li, "010-66668888", "联系总部", span, &hangzhou(), NOW).unwrap()
}

#[test]
fn what_is_asked_for() {
    let [li, ..] = people();
    let ask = |number: &str, why: &str, span| LongDistance::ask(&li, number, why, span, &hangzhou(), NOW);
    assert_eq!(
        missing(ask(" ", "", Span::Until { at: NOW })),
        ["missing-phone", "missing-reason", "missing-until"]
    );
    assert_eq!(rule(ask("abc", "联系", Span::OneCall)), "refuse-dialled-number");
    assert_eq!(
        rule(ask("86001200", "联系", Span::OneCall)),
        "refuse-long-distance-local"
    );
    assert_eq!(rule(ask("010 16812345", "联系", Span::OneCall)), "refuse-paid-line");
    let too_long = Span::Until {
        at: NOW + LONGEST_MS + 1,
    };
    assert_eq!(rule(ask("01066668888", "联系", too_long)), "refuse-long-distance-span");
    let request = asked(Span::OneCall);
    assert_eq!(
        (request.state, request.number.as_str(), request.reach),
        (LongDistanceState::Asked, "01066668888", Reach::National)
    );
}

#[test]
fn one_call_on_the_assigned_line() {
    let [li, chen, wang] = people();
    let mut request = asked(Span::OneCall);
    let post = Role::ProjectManager;
    assert_eq!(
        rule(request.covers("01066668888", "8001", NOW)),
        "refuse-long-distance-open"
    );
    assert_eq!(rule(request.approve(&li, post, "8001")), "refuse-long-distance-own");
    assert_eq!(missing(request.approve(&chen, post, " ")), ["missing-line"]);
    assert_eq!(request, asked(Span::OneCall), "a refusal changes nothing");
    request.approve(&chen, post, "8001").unwrap();
    assert_eq!(
        (request.decided_as, request.line.as_deref()),
        (Some(post), Some("8001"))
    );
    assert_eq!(
        rule(request.approve(&wang, post, "8002")),
        "refuse-long-distance-decided"
    );
    assert_eq!(
        rule(request.call("01066668889", "8001", NOW)),
        "refuse-long-distance-number"
    );
    assert_eq!(
        rule(request.call("01066668888", "8002", NOW)),
        "refuse-long-distance-line"
    );
    assert_eq!(rule(request.call("x", "8001", NOW)), "refuse-dialled-number");
    request.call("010 6666 8888", "8001", NOW).unwrap();
    assert_eq!(request.state, LongDistanceState::Used);
    assert_eq!(
        rule(request.call("01066668888", "8001", NOW)),
        "refuse-long-distance-used"
    );
    assert_eq!(rule(request.withdraw(&li)), "refuse-nothing-changed");
}

#[test]
fn until_a_day() {
    let [li, chen, _] = people();
    let mut request = asked(Span::Until { at: NOW + DAY });
    request.approve(&chen, Role::GeneralManager, "8001").unwrap();
    for at in [NOW, NOW + DAY - 1] {
        request.call("01066668888", "8001", at).unwrap();
    }
    assert_eq!(
        rule(request.call("01066668888", "8001", NOW + DAY)),
        "refuse-long-distance-over"
    );
    assert_eq!(rule(request.withdraw(&chen)), "refuse-long-distance-not-yours");
    request.withdraw(&li).unwrap();
    assert_eq!(
        rule(request.covers("01066668888", "8001", NOW)),
        "refuse-long-distance-open"
    );

    let mut request = asked(Span::OneCall);
    assert_eq!(missing(request.refuse(&chen, Role::DeptHead, "")), ["missing-reason"]);
    request.refuse(&chen, Role::DeptHead, "可以发邮件").unwrap();
    assert_eq!(
        rule(request.covers("01066668888", "8001", NOW)),
        "refuse-long-distance-open"
    );
    assert_eq!(rule(request.withdraw(&li)), "refuse-nothing-changed");
}

#[test]
fn one_that_is_approved_can_be_ended_with_a_reason() {
    let [_, chen, _] = people();
    let mut request = asked(Span::Until { at: NOW + DAY });
    assert_eq!(rule(request.end("-", NOW)), "refuse-nothing-changed", "not decided yet");
    request.approve(&chen, Role::Administration, "8001").unwrap();
    assert_eq!(missing(request.end(" ", NOW)), ["missing-reason"]);
    assert_eq!(
        rule(request.end("-", NOW + DAY)),
        "refuse-nothing-changed",
        "it was over"
    );
    request.end("项目结束", NOW).unwrap();
    assert_eq!(
        rule(request.covers("01066668888", "8001", NOW)),
        "refuse-long-distance-open"
    );
    assert_eq!(rule(request.end("再次", NOW)), "refuse-nothing-changed");
}

#[test]
fn a_measure_fits_the_severity() {
    use super::super::violation::ViolationMeasure as M;
    let fits = |severity: Severity| {
        M::ALL
            .iter()
            .copied()
            .filter(|m| severity.allows(*m).is_ok())
            .collect::<Vec<_>>()
    };
    assert_eq!(fits(Severity::None), [M::Nothing]);
    assert_eq!(fits(Severity::Minor), [M::Talk]);
    assert_eq!(fits(Severity::Serious), [M::Warning, M::Discipline]);
    assert_eq!(fits(Severity::Grave), [M::Discipline]);
    assert_eq!(rule(Severity::Grave.allows(M::Talk)), "refuse-violation-measure");
    assert!(ViolationKind::Complaint.needs_case() && !ViolationKind::Delay.needs_case());
}

#[test]
fn a_new_phone_goes_from_post_to_post() {
    let [li, chen, wang] = people();
    let (office, manager) = ([Role::FrontDesk, Role::Administration], [Role::GeneralManager]);
    let ask = |place, why| {
        let whom = ForWhom::Department("engineering".into());
        NewPhone::ask(&li, whom, ServiceClass::Local, place, why)
    };
    assert_eq!(missing(ask("", " ")), ["missing-place", "missing-reason"]);
    let mut phone = ask("工程部", "新办公室").unwrap();
    let step = "refuse-new-phone-step";
    // Nothing out of turn, and nothing by another post.
    assert_eq!(rule(phone.decide(&wang, &manager, true, "")), step);
    assert_eq!(rule(phone.install(&chen, &office, &staff("8010"))), step);
    assert_eq!(rule(phone.handle(&wang, &manager, "一条线")), "refuse-new-phone-post");
    assert_eq!(missing(phone.handle(&chen, &office, "")), ["missing-what-it-takes"]);
    phone.handle(&chen, &office, "一条线，月租 20 元").unwrap();
    assert_eq!(rule(phone.handle(&chen, &office, "再来")), step);
    let refusal = phone.decide(&chen, &office, true, "").unwrap_err();
    assert_eq!(
        (refusal.rule, refusal.args),
        ("refuse-new-phone-post", vec![("post", "general_manager".to_owned())])
    );
    assert_eq!(missing(phone.decide(&wang, &manager, false, " ")), ["missing-reason"]);
    let mut refused = phone.clone();
    refused.decide(&wang, &manager, false, "共用即可").unwrap();
    assert_eq!(
        rule(refused.install(&chen, &office, &staff("8010"))),
        "refuse-new-phone-over"
    );
    phone.decide(&wang, &manager, true, "").unwrap();
    assert_eq!(
        rule(phone.install(&chen, &manager, &staff("8010"))),
        "refuse-new-phone-post"
    );
    assert_eq!(rule(phone.install(&chen, &office, &staff("x"))), "refuse-line-number");
    let mut fax = staff("8010");
    fax.purpose = super::super::line::ExtensionUse::Fax;
    fax.class = ServiceClass::International;
    assert_eq!(rule(phone.install(&chen, &office, &fax)), "refuse-new-phone-class");
    phone.install(&chen, &office, &staff("8010")).unwrap();
    assert_eq!(
        (phone.state, phone.extension.as_deref()),
        (NewPhoneState::Installed, Some("8010"))
    );
    assert_eq!(rule(phone.may_step(&office)), "refuse-new-phone-over");
}

fn recorded(kind: ViolationKind, cost: Option<i64>) -> Violation {
    let [li, chen, _] = people();
    Violation::record(kind, &li, &chen, "8001 拨打 16812345", cost, NOW + ANSWER_MS, NOW).unwrap()
}

#[test]
fn nobody_is_judged_unheard() {
    let [li, chen, wang] = people();
    let record = |by: &StaffId, what: &str, answer_by| {
        Violation::record(ViolationKind::PrivateCall, &li, by, what, None, answer_by, NOW)
    };
    assert_eq!(rule(record(&li, "私人电话", NOW + ANSWER_MS)), "refuse-violation-own");
    assert_eq!(missing(record(&chen, " ", NOW + ANSWER_MS)), ["missing-violation-what"]);
    for wrong in [NOW + ANSWER_MS - 1, NOW + LONGEST_ANSWER_MS + 1] {
        assert_eq!(rule(record(&chen, "私人电话", wrong)), "refuse-violation-time");
    }
    let mut violation = recorded(ViolationKind::PrivateCall, None);
    let late = NOW + ANSWER_MS;
    assert_eq!(
        rule(violation.decide(&wang, Severity::Minor, "初次", late - 1)),
        "refuse-violation-unheard"
    );
    for involved in [&li, &chen] {
        assert_eq!(
            rule(violation.decide(involved, Severity::Minor, "初次", late)),
            "refuse-violation-involved"
        );
    }
    assert_eq!(rule(violation.answer(&wang, "不是我")), "refuse-violation-not-yours");
    assert_eq!(missing(violation.answer(&li, "")), ["missing-violation-answer"]);
    // Silence until the time is over is an answer too.
    assert!(violation.may_decide(&wang, late).is_ok());
    violation.answer(&li, "家里有急事").unwrap();
    violation.answer(&li, "家里有急事，只说了一分钟").unwrap();
    assert_eq!(violation.stage, ViolationStage::Answered);
    assert_eq!(
        missing(violation.decide(&wang, Severity::None, " ", NOW)),
        ["missing-violation-reason"]
    );
    violation.decide(&wang, Severity::None, "急事，简短", NOW).unwrap();
    assert!(!violation.is_recorded());
    assert_eq!(rule(violation.answer(&li, "谢谢")), "refuse-violation-decided");
    assert_eq!(
        rule(violation.decide(&wang, Severity::Grave, "再想", late)),
        "refuse-violation-decided"
    );
}

#[test]
fn a_paid_line_is_charged_and_brings_discipline() {
    let [li, _, wang] = people();
    let decided = |kind, cost, severity| {
        let mut violation = recorded(kind, cost);
        violation.answer(&li, "误拨").unwrap();
        let outcome = violation.decide(&wang, severity, "话单为证", NOW);
        outcome.map(|()| (violation.is_recorded(), violation.charge_cents()))
    };
    let paid = ViolationKind::PaidLine;
    assert_eq!(decided(paid, Some(1_500), Severity::Serious), Ok((true, Some(1_500))));
    assert_eq!(decided(paid, Some(-1), Severity::Grave), Ok((true, None)));
    assert_eq!(decided(paid, Some(1_500), Severity::None), Ok((false, None)));
    assert_eq!(
        rule(decided(paid, Some(1_500), Severity::Minor)),
        "refuse-violation-severity"
    );
    let private = ViolationKind::PrivateCall;
    assert_eq!(decided(private, Some(1_500), Severity::Minor), Ok((false, None)));
    assert_eq!(decided(private, Some(1_500), Severity::Serious), Ok((true, None)));
    for kind in ViolationKind::ALL {
        assert!(kind.clause().starts_with("TEL-"));
    }
}
