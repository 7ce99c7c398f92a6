use super::super::event::{CallEvent, CallKind, Cause, Direction};
use super::super::fold::fold;
use super::super::measure::{
    Abandoned, HoldRule, Holds, HungUpFirst, Pressing, RingRule, Rules, SHORT_MS, Screened, ScreenedHow, Verdict,
    WAIT_MS, abandoned, hung_up_first, is_long, is_missed, meant_for, pressing, screened, wait, wait_ms,
};
use super::super::state::Call;
use super::super::sweep::sweep;
use super::{OFF, START, at, hung_up, told};
use CallKind::{Answered, Arrived, Held, HungUp, OfferEnded, Offered, Queued, Ringing, Unheld};

/// Our own clock, as many milliseconds after the call began.
fn now(ms: i64) -> i64 {
    START + OFF + ms
}

fn rang_and_answered(after_ms: i64) -> Call {
    fold(&[
        told(Arrived, 0),
        told(Ringing, 400),
        at(Answered, 400 + after_ms, "1001"),
    ])
}

#[test]
fn three_rings() {
    let (rule, strict) = (
        RingRule::default(),
        RingRule {
            strict: true,
            ..RingRule::default()
        },
    );
    assert_eq!((rule.limit_ms(), rule.amber_ms()), (15_000, 10_000));
    assert_eq!((strict.limit_ms(), strict.amber_ms()), (11_000, 10_000));
    use Verdict::{Breached, Met};
    for (ms, verdict, heard, when_strict) in [
        (0, Met, 1, Met),
        (1, Met, 1, Met),
        (5_000, Met, 1, Met),
        (5_001, Met, 2, Met),
        (6_019, Met, 2, Met),
        (10_000, Met, 2, Met),
        (10_001, Met, 3, Met),
        (11_000, Met, 3, Met),
        (11_001, Met, 3, Breached),
        (15_000, Met, 3, Breached),
        (15_001, Breached, 4, Breached),
        (61_000, Breached, 13, Breached),
    ] {
        let call = rang_and_answered(ms);
        assert_eq!(rule.verdict(&call, 0), verdict, "{ms}");
        assert_eq!(strict.verdict(&call, 0), when_strict, "{ms} strict");
        assert_eq!(rule.heard(ms), heard, "{ms}");
    }
    let other = RingRule {
        cadence_ms: 4_000,
        rings: 2,
        strict: false,
    };
    assert_eq!(
        (other.limit_ms(), other.amber_ms(), other.heard(8_001)),
        (8_000, 4_000, 3)
    );
    let none = RingRule {
        cadence_ms: 0,
        rings: 0,
        strict: true,
    };
    assert_eq!((none.limit_ms(), none.heard(-3)), (1_000, 1));
}

#[test]
fn rings_of_calls_that_nobody_answered() {
    let rule = RingRule::default();
    let ended = |events: &[CallEvent]| rule.verdict(&fold(events), i64::MAX);
    let (arrived, rings) = (told(Arrived, 0), told(Ringing, 400));
    let by_us = CallEvent {
        by_outside: Some(false),
        ..told(HungUp, 5_000)
    };
    for (name, end, want) in [
        ("gave up in time", hung_up(15_400, Cause::Cancelled), Verdict::GaveUp),
        (
            "gave up when it was late",
            hung_up(15_401, Cause::Cancelled),
            Verdict::Breached,
        ),
        ("not told why", told(HungUp, 5_000), Verdict::GaveUp),
        ("turned away", hung_up(15_400, Cause::NoAnswer), Verdict::Breached),
        ("pressed away", hung_up(2_000, Cause::Rejected), Verdict::Breached),
        ("by our side", by_us, Verdict::Breached),
        ("sent on", hung_up(5_000, Cause::Forwarded), Verdict::Unknown),
        (
            "answered elsewhere",
            hung_up(40_000, Cause::ElsewhereAnswered),
            Verdict::Unknown,
        ),
    ] {
        assert_eq!(ended(&[arrived.clone(), rings.clone(), end]), want, "{name}");
    }
    assert_eq!(
        ended(&[arrived.clone(), at(Answered, 3_000, "1001")]),
        Verdict::Unknown,
        "answered at once, and yet no ringing was told"
    );

    let live = fold(&[arrived, rings]);
    let due = now(15_400);
    assert_eq!(rule.amber_at(&live), Some(now(10_400)));
    assert_eq!(rule.verdict(&live, due), Verdict::NotYet { due });
    assert_eq!(rule.verdict(&live, due + 1), Verdict::Breached);
    assert_eq!(rule.amber_at(&rang_and_answered(1)), None);
}

#[test]
fn a_lost_end_is_never_met() {
    let rule = RingRule::default();
    for (after, want) in [(3_000, Verdict::Unknown), (15_001, Verdict::Breached)] {
        let mut call = rang_and_answered(after);
        assert!(sweep(&mut call, i64::MAX));
        assert_eq!(rule.verdict(&call, i64::MAX), want);
        assert_eq!((is_missed(&call), abandoned(&call, SHORT_MS)), (false, None));
        assert_eq!(hung_up_first(&call), Some(HungUpFirst::Unknown));
    }
    let mut rings = fold(&[told(Arrived, 0), told(Ringing, 400)]);
    assert!(sweep(&mut rings, i64::MAX));
    assert_eq!(rule.verdict(&rings, i64::MAX), Verdict::Unknown);
    assert_eq!((is_missed(&rings), abandoned(&rings, SHORT_MS)), (true, None));
    // It still rang when the time was over.
    let mut long = fold(&[told(Arrived, 0), told(Ringing, 400), at(Ringing, 16_000, "1002")]);
    assert!(sweep(&mut long, i64::MAX));
    assert_eq!(rule.verdict(&long, i64::MAX), Verdict::Breached);
}

#[test]
fn the_wait_for_a_person() {
    let verdict = |events: &[CallEvent]| wait(&fold(events), WAIT_MS, now(0));
    let answered = |ms| at(Answered, ms, "1001");
    assert_eq!(verdict(&[told(Arrived, 0), answered(60_000)]), Verdict::Met);
    assert_eq!(verdict(&[told(Arrived, 0), answered(60_001)]), Verdict::Breached);
    assert_eq!(
        verdict(&[
            told(Arrived, 0),
            told(Queued, 9_000),
            told(Queued, 30_000),
            answered(60_001)
        ]),
        Verdict::Breached,
        "no queue begins it anew"
    );
    assert_eq!(
        verdict(&[told(Queued, 9_000), told(Queued, 30_000), answered(69_000)]),
        Verdict::Met,
        "the source tells no arrival"
    );
    assert_eq!(verdict(&[told(Ringing, 0), answered(5)]), Verdict::Unknown);
    let call = fold(&[told(Arrived, 0)]);
    assert_eq!(wait(&call, WAIT_MS, now(60_000)), Verdict::NotYet { due: now(60_000) });
    assert_eq!(wait(&call, WAIT_MS, now(60_001)), Verdict::Breached);
    assert_eq!(wait_ms(&call), None);
}

#[test]
fn holds() {
    let rule = HoldRule::default();
    let call = |to: Option<i64>| {
        let mut events = vec![told(Arrived, 0), at(Answered, 1_000, "1001"), at(Held, 2_000, "1001")];
        events.extend(to.map(|ms| at(Unheld, ms, "1001")));
        fold(&events)
    };
    let verdict = |call: &Call, offers: &[i64], at: i64| match rule.verdicts(call, true, offers, now(at)) {
        Holds::Told(judged) => judged.first().map(|hold| (hold.verdict, hold.length_ms, hold.offered)),
        Holds::Unknown => None,
    };
    use Verdict::{Breached, Met, NotYet, Unknown};
    let due = now(22_000);
    assert_eq!(verdict(&call(Some(22_000)), &[], 0), Some((Met, Some(20_000), false)));
    assert_eq!(
        verdict(&call(Some(22_001)), &[], 0),
        Some((Breached, Some(20_001), false))
    );
    // Offered in it, by our own clock; not before and not after.
    assert_eq!(
        verdict(&call(Some(42_000)), &[now(18_000)], 0),
        Some((Met, Some(40_000), true))
    );
    for offer in [1_999, 42_001, 18_000 - OFF] {
        let found = verdict(&call(Some(42_000)), &[now(offer)], 0);
        assert_eq!(found, Some((Breached, Some(40_000), false)), "{offer}");
    }
    // While it goes on.
    let on = call(None);
    assert_eq!(verdict(&on, &[], 22_000), Some((NotYet { due }, Some(20_000), false)));
    assert_eq!(verdict(&on, &[], 22_001), Some((Breached, Some(20_001), false)));
    assert_eq!(verdict(&on, &[now(9_000)], 50_000), Some((Met, Some(48_000), true)));
    let Holds::Told(judged) = rule.verdicts(&on, false, &[], now(5_000)) else {
        unreachable!("one that was recorded is known, whatever the source declares")
    };
    assert_eq!(judged[0].remind_at, Some(now(17_000)));
    // Its end was lost.
    let mut lost = call(None);
    assert!(sweep(&mut lost, i64::MAX));
    assert_eq!(verdict(&lost, &[], i64::MAX / 2), Some((Unknown, None, false)));
    // None told, or not told.
    let none = rang_and_answered(1_000);
    assert_eq!(rule.verdicts(&none, true, &[], 0), Holds::Told(Vec::new()));
    assert_eq!(rule.verdicts(&none, false, &[], 0), Holds::Unknown);
}

#[test]
fn each_stretch_by_itself() {
    let call = fold(&[
        at(Answered, 0, "1001"),
        told(Held, 1_000),
        told(Unheld, 16_000),
        told(Held, 17_000),
        told(Unheld, 38_000),
    ]);
    let Holds::Told(judged) = HoldRule::default().verdicts(&call, true, &[], 0) else {
        unreachable!()
    };
    let verdicts: Vec<Verdict> = judged.iter().map(|hold| hold.verdict).collect();
    assert_eq!(verdicts, [Verdict::Met, Verdict::Breached]);
    assert_eq!(call.hold_ms(), 36_000);
}

#[test]
fn who_hung_up_first() {
    let by = |by_outside| CallEvent {
        by_outside,
        ..hung_up(9_000, Cause::Normal)
    };
    let call = |end| fold(&[told(Arrived, 0), at(Answered, 5_000, "1001"), end]);
    assert_eq!(hung_up_first(&call(by(Some(true)))), Some(HungUpFirst::Outside));
    assert_eq!(hung_up_first(&call(by(Some(false)))), Some(HungUpFirst::Ours));
    assert_eq!(hung_up_first(&call(by(None))), Some(HungUpFirst::Unknown));
    assert_eq!(hung_up_first(&fold(&[told(Arrived, 0), by(Some(true))])), None);
    assert_eq!(hung_up_first(&rang_and_answered(1)), None);
}

#[test]
fn missed_and_abandoned() {
    let ended = |rings: Option<i64>, end: CallEvent| {
        let mut events = vec![told(Arrived, 0)];
        events.extend(rings.map(|ms| told(Ringing, ms)));
        events.push(end);
        fold(&events)
    };
    for (name, call, missed, gave_up) in [
        (
            "short",
            ended(Some(400), hung_up(5_399, Cause::Cancelled)),
            true,
            Some(Abandoned::Short),
        ),
        (
            "five seconds",
            ended(Some(400), hung_up(5_400, Cause::Cancelled)),
            true,
            Some(Abandoned::Waited),
        ),
        (
            "no ringing was told",
            ended(None, hung_up(300, Cause::Cancelled)),
            true,
            Some(Abandoned::Waited),
        ),
        (
            "turned away",
            ended(Some(400), hung_up(30_000, Cause::NoAnswer)),
            true,
            None,
        ),
        ("not over", fold(&[told(Arrived, 0)]), false, None),
    ] {
        assert_eq!(
            (is_missed(&call), abandoned(&call, SHORT_MS)),
            (missed, gave_up),
            "{name}"
        );
    }
    for direction in [None, Some(Direction::Out), Some(Direction::Internal)] {
        let end = CallEvent {
            direction,
            ..told(HungUp, 5)
        };
        assert!(!is_missed(&fold(&[end])), "{direction:?}");
    }
}

#[test]
fn screening() {
    let ended = |ms, extension: &str, cause| CallEvent {
        cause: Some(cause),
        ..at(OfferEnded, ms, extension)
    };
    let call = fold(&[
        told(Arrived, 0),
        at(Offered, 0, "1001"),
        ended(15_000, "1001", Cause::NoAnswer),
        at(Offered, 15_100, "1002"),
        ended(16_000, "1002", Cause::Rejected),
        at(Offered, 16_100, "1001"),
        ended(31_000, "1001", Cause::NoAnswer),
        at(Offered, 31_100, "1003"),
        ended(31_200, "1003", Cause::Unreachable),
    ]);
    let short = |found: Vec<Screened>| -> Vec<(Option<String>, ScreenedHow)> {
        found.into_iter().map(|one| (one.extension, one.how)).collect()
    };
    let rejected = (Some("1002".to_owned()), ScreenedHow::Rejected);
    assert_eq!(short(screened(&call, |_| false)), std::slice::from_ref(&rejected));
    assert_eq!(
        short(screened(&call, |_| true)),
        [rejected, (Some("1001".to_owned()), ScreenedHow::LetRing)]
    );
}

#[test]
fn long_calls() {
    let talk = |end: Option<i64>| {
        let mut events = vec![told(Arrived, 0), at(Answered, 1_000, "1001")];
        events.extend(end.map(|ms| told(HungUp, ms)));
        fold(&events)
    };
    let limit = 600_000;
    assert_eq!(is_long(&talk(Some(601_000)), limit, 0), Some(false));
    assert_eq!(is_long(&talk(Some(601_001)), limit, 0), Some(true));
    assert_eq!(is_long(&talk(None), limit, now(601_000)), Some(false));
    assert_eq!(is_long(&talk(None), limit, now(601_001)), Some(true));
    assert_eq!(is_long(&fold(&[told(Arrived, 0)]), limit, now(900_000)), None);
    let mut lost = talk(None);
    assert!(sweep(&mut lost, i64::MAX));
    assert_eq!(is_long(&lost, limit, i64::MAX), None, "how long it was is not known");
}

#[test]
fn what_presses_is_the_hold_then_the_rings_then_the_wait() {
    let rules = Rules::default();
    let due = |events: &[CallEvent]| pressing(&fold(events), &rules);
    let at_ms = |ms: i64, near_ms: i64| Some(Pressing { due: now(ms), near_ms });
    let arrived = told(Arrived, 0);
    let rings = at(Ringing, 400, "1001");
    let answered = at(Answered, 6_400, "1001");
    assert_eq!(due(std::slice::from_ref(&arrived)), at_ms(60_000, 15_000));
    assert_eq!(due(&[arrived.clone(), rings.clone()]), at_ms(15_400, 5_000));
    let talks = [arrived.clone(), rings.clone(), answered.clone()];
    assert_eq!(due(&talks), None);
    let held = [arrived, rings.clone(), answered, at(Held, 9_000, "1001")];
    assert_eq!(due(&held), at_ms(29_000, 5_000));
    // Of a call that we make nobody is asked for anything.
    let out = CallEvent {
        direction: Some(Direction::Out),
        extension: None,
        ..rings
    };
    assert_eq!(due(&[out]), None);
}

#[test]
fn what_happened_in_a_gap_is_neither_met_nor_passed() {
    for (answer, verdict) in [(6_000, Verdict::Met), (20_000, Verdict::Breached)] {
        let events = [told(Arrived, 0), at(Ringing, 0, "1001"), at(Answered, answer, "1001")];
        assert_eq!(RingRule::default().verdict(&fold(&events), 0), verdict);
        let [arrived, rings, answered] = events;
        let late = CallEvent {
            event_id: Some("after-gap:1".to_owned()),
            ..answered
        };
        let call = fold(&[arrived, rings, late]);
        assert!(call.time_lost);
        assert_eq!(RingRule::default().verdict(&call, 0), Verdict::Unknown);
    }
}

#[test]
fn a_call_is_for_the_telephone_that_has_it_and_for_those_that_rang_before_it() {
    let arrived = told(Arrived, 0);
    let told = |rest: &[CallEvent]| {
        let mut all = vec![arrived.clone()];
        all.extend_from_slice(rest);
        fold(&all)
    };
    let of = |rest: &[CallEvent]| -> Vec<String> { meant_for(&told(rest)).into_iter().map(str::to_owned).collect() };
    assert!(of(&[]).is_empty());
    // It rings at one telephone: for that one; at several together, nobody knows.
    assert_eq!(of(&[at(Ringing, 400, "2001")]), ["2001"]);
    assert!(of(&[at(Ringing, 400, "2001"), at(Ringing, 400, "1001")]).is_empty());
    // Together, and one answers: the other one's call was not taken.
    let together = [
        at(Ringing, 400, "2001"),
        at(Ringing, 500, "1001"),
        at(Answered, 6_000, "1001"),
    ];
    assert_eq!(of(&together), ["1001"]);
    // One after the other: it was for the first.
    let on = [
        at(Ringing, 400, "2001"),
        at(OfferEnded, 15_400, "2001"),
        at(Ringing, 15_400, "1001"),
        at(Answered, 19_000, "1001"),
    ];
    assert_eq!(of(&on), ["1001", "2001"]);
    // Picked up from another telephone, of which no ringing is told there nor its end here.
    let picked_up = [at(Ringing, 400, "2001"), at(Answered, 6_000, "1001")];
    assert_eq!(of(&picked_up), ["1001", "2001"]);
    // Answered nobody knows where: where it rang then, also when all is over.
    let somewhere = [
        at(Ringing, 400, "2001"),
        super::told(Answered, 6_000),
        super::told(HungUp, 9_000),
    ];
    assert_eq!(of(&somewhere[..2]), ["2001"]);
    assert_eq!(of(&somewhere), ["2001"]);
    let ours = CallEvent {
        direction: Some(super::super::event::Direction::Out),
        ..at(Answered, 6_000, "2001")
    };
    assert!(of(&[ours]).is_empty(), "one that we make is for nobody here");
}

#[test]
fn a_telephone_that_rings_and_says_busy_was_pressed_away() {
    let busy = |events: &[CallEvent]| {
        let end = CallEvent {
            cause: Some(Cause::Busy),
            ..at(OfferEnded, 3_000, "1001")
        };
        let mut all = vec![told(Arrived, 0)];
        all.extend_from_slice(events);
        all.push(end);
        screened(&fold(&all), |_| false).len()
    };
    assert_eq!(busy(&[at(Offered, 100, "1001"), at(Ringing, 400, "1001")]), 1);
    assert_eq!(busy(&[at(Offered, 100, "1001")]), 0, "somebody talks there");
}
