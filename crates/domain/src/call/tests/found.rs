use super::super::event::{CallEvent, CallKind, Cause, Direction};
use super::super::finding::{Beside, FindingKind, Habits, found, telephone, unreached};
use super::super::fold::fold;
use super::super::line::ServiceClass;
use super::super::line_check::{CheckResult, FaultCause, LONGEST_MS, LineFault, check_interval, next_check};
use super::super::state::Call;
use super::lines::hangzhou;
use super::{at, hung_up, told};
use crate::ids::StaffId;

fn out(to: &str, talk_ms: Option<i64>) -> Call {
    let dialled = |e: CallEvent| CallEvent {
        direction: Some(Direction::Out),
        caller: Some("8001".into()),
        called: Some(to.into()),
        ..e
    };
    let mut events = vec![dialled(at(CallKind::Arrived, 0, "8001"))];
    if let Some(ms) = talk_ms {
        events.push(dialled(at(CallKind::Answered, 4_000, "8001")));
        events.push(dialled(hung_up(4_000 + ms, Cause::Normal)));
    } else {
        events.push(dialled(hung_up(9_000, Cause::NoAnswer)));
    }
    fold(&events)
}

fn beside(class: Option<ServiceClass>, covered: bool) -> Beside {
    Beside {
        class,
        covered,
        tells_ringing: true,
    }
}

#[test]
fn what_an_outgoing_call_shows() {
    use FindingKind::{LongCall, LongDistance, PaidLine};
    let habits = Habits {
        numbering: hangzhou(),
        outside: "9".into(),
        ..Habits::default()
    };
    let (local, national) = (Some(ServiceClass::Local), Some(ServiceClass::National));
    let minute = Some(60_000);
    type Line<'a> = (&'a str, Option<i64>, Option<ServiceClass>, bool, &'a [FindingKind]);
    let table: &[Line<'_>] = &[
        ("86001200", minute, local, false, &[]),
        ("010-66668888", minute, local, false, &[LongDistance]),
        ("9 010-66668888", minute, local, false, &[LongDistance]),
        ("010-66668888", minute, local, true, &[]),
        ("010-66668888", minute, national, false, &[]),
        ("0086166668888001", minute, None, false, &[]),
        // Nobody answered: it cost nothing and reached nobody. A paid line is not even tried.
        ("010-66668888", None, local, false, &[]),
        ("16812345", None, national, true, &[PaidLine]),
        ("16812345", Some(700_000), None, true, &[PaidLine, LongCall]),
        ("86001200", Some(600_000), local, false, &[]),
        ("86001200", Some(600_001), local, false, &[LongCall]),
    ];
    for (to, talk, class, covered, want) in table {
        let call = out(to, *talk);
        assert_eq!(telephone(&call), Some("8001"), "{to}");
        let kinds: Vec<_> = found(&call, beside(*class, *covered), &habits, 0)
            .iter()
            .map(|f| f.kind)
            .collect();
        assert_eq!(&kinds[..], *want, "{to} {talk:?}");
    }
    let goes_on = fold(&[CallEvent {
        direction: Some(Direction::Out),
        called: Some("16812345".into()),
        ..at(CallKind::Answered, 0, "8001")
    }]);
    assert!(
        found(&goes_on, beside(local, false), &habits, i64::MAX).is_empty(),
        "not before its end"
    );
}

#[test]
fn a_telephone_that_does_not_ring_when_it_is_asked() {
    let ended = |ms, extension: &str, cause| CallEvent {
        cause: Some(cause),
        ..at(CallKind::OfferEnded, ms, extension)
    };
    let base = || vec![told(CallKind::Arrived, 0), at(CallKind::Offered, 100, "8001")];
    let with = |more: Vec<CallEvent>| {
        let call = fold(&base().into_iter().chain(more).collect::<Vec<_>>());
        unreached(&call, true).len()
    };
    assert_eq!(
        with(vec![
            ended(300, "8001", Cause::Unreachable),
            hung_up(9_000, Cause::Cancelled)
        ]),
        1
    );
    assert_eq!(
        with(vec![
            ended(9_000, "8001", Cause::NoAnswer),
            hung_up(9_000, Cause::NoAnswer)
        ]),
        1
    );
    assert_eq!(
        with(vec![hung_up(20_000, Cause::Cancelled)]),
        1,
        "asked for 20 s and silent"
    );
    assert_eq!(
        with(vec![hung_up(2_000, Cause::Cancelled)]),
        0,
        "the caller had hardly called"
    );
    let silent = fold(
        &base()
            .into_iter()
            .chain([hung_up(20_000, Cause::Cancelled)])
            .collect::<Vec<_>>(),
    );
    assert!(
        unreached(&silent, false).is_empty(),
        "a source that does not tell ringing"
    );
    for cause in [Cause::Busy, Cause::Rejected] {
        assert_eq!(
            with(vec![ended(9_000, "8001", cause), hung_up(9_000, Cause::NoAnswer)]),
            0
        );
    }
    let rang = vec![at(CallKind::Ringing, 200, "8001"), hung_up(30_000, Cause::Cancelled)];
    assert_eq!(with(rang), 0);
    let elsewhere = vec![
        at(CallKind::Ringing, 200, "8002"),
        at(CallKind::Answered, 3_000, "8002"),
        hung_up(90_000, Cause::Normal),
    ];
    assert_eq!(with(elsewhere), 0, "somebody else was faster");
}

#[test]
fn a_fault_is_mended_by_somebody_and_damage_is_charged() {
    let [li, chen] = ["li", "chen"].map(StaffId::from);
    let missing = |e: crate::refusal::Refusal| e.missing.iter().map(|m| m.key).collect::<Vec<_>>();
    assert_eq!(
        missing(LineFault::find(" ", FaultCause::Wear, &StaffId::from(""), Some(5), 5).unwrap_err()),
        ["missing-fault-what", "missing-fault-mender", "missing-fault-by"]
    );
    let far = LineFault::find("杂音", FaultCause::Wear, &li, Some(6 + LONGEST_MS), 5);
    assert_eq!(far.unwrap_err().rule, "refuse-check-mend");
    let find = |cause| LineFault::find("听筒摔坏", cause, &li, Some(1_000), 5).unwrap();
    let mut fault = find(FaultCause::Damage);
    assert_eq!(
        fault.mend(&chen, false, "换听筒", 9).unwrap_err().rule,
        "refuse-fault-not-yours"
    );
    assert_eq!(
        missing(fault.mend(&li, false, "", 9).unwrap_err()),
        ["missing-fault-done"]
    );
    fault.mend(&li, false, "换听筒", 9).unwrap();
    assert_eq!(
        fault.mend(&chen, true, "换听筒", 9).unwrap_err().rule,
        "refuse-fault-mended"
    );
    assert_eq!(
        missing(fault.charge(None, Some(0), " ").unwrap_err()),
        ["missing-charge-to", "missing-charge", "missing-reason"]
    );
    fault.charge(Some(&chen), Some(4_500), "本人承认").unwrap();
    assert_eq!(
        (fault.charged_to.as_ref(), fault.charge_cents),
        (Some(&chen), Some(4_500))
    );
    assert_eq!(fault.may_charge().unwrap_err().rule, "refuse-fault-charged");
    assert_eq!(
        find(FaultCause::Wear).may_charge().unwrap_err().rule,
        "refuse-fault-no-damage"
    );
    assert_eq!(next_check(1_000, 2), 1_000 + 2 * 86_400_000);
    for (days, fine) in [(0, false), (1, true), (366, true), (367, false)] {
        assert_eq!(check_interval(days).is_ok(), fine, "{days}");
    }
    assert_eq!(CheckResult::ALL.len(), 2);
}
