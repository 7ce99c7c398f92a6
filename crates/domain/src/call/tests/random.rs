use proptest::prelude::*;

use super::super::event::{CallEvent, CallKind, Cause, Direction, TransferMode};
use super::super::fold::{fold, fold_all};
use super::super::measure::{self, Holds, Rules, Verdict};
use super::super::state::{Call, ClockUsed, Stamp};
use super::super::sweep::sweep;
use super::{OFF, START};

fn some(of: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop::sample::select(of)).prop_map(|text| text.map(str::to_owned))
}

/// Any report of one call, within a minute; `timed` have a time of their source, with few instants so that many fall together.
fn event(timed: bool) -> impl Strategy<Value = CallEvent> {
    let names = (
        some(&["a", "b", "c"]),
        some(&["1001", "1002"]),
        some(&["1001", "1003", "138"]),
        prop::option::weighted(0.2, 0..8_u32),
    );
    let codes = (
        prop::sample::select(CallKind::ALL),
        prop::option::of(prop::sample::select(Cause::ALL)),
        prop::option::of(prop::sample::select(Direction::ALL)),
        prop::option::of(prop::sample::select(TransferMode::ALL)),
        prop::option::weighted(0.2, any::<bool>()),
    );
    let times = (
        0..60_i64,
        0..60_000_i64,
        if timed {
            Just(true).boxed()
        } else {
            any::<bool>().boxed()
        },
    );
    (names, codes, times).prop_map(|(names, codes, (second, received, told))| CallEvent {
        leg_key: names.0,
        extension: names.1,
        target: names.2,
        event_id: names.3.map(|n| format!("e{n}")),
        cause: codes.1,
        direction: codes.2,
        transfer_mode: codes.3,
        by_outside: codes.4,
        at_source: told.then_some(START + second * 1_000),
        recording: (codes.0 == CallKind::RecordingReady).then(|| format!("{second}.wav")),
        ..CallEvent::new("pbx", "call-1", codes.0, START + OFF + received)
    })
}

fn reports() -> impl Strategy<Value = Vec<CallEvent>> {
    any::<bool>().prop_flat_map(|timed| prop::collection::vec(event(timed), 1..40))
}

/// Without what our own clock says.
fn by_source_only(mut call: Call) -> Call {
    let wipe = |stamp: &mut Stamp| stamp.received = 0;
    wipe(&mut call.first);
    wipe(&mut call.last);
    let plain = [&mut call.arrived, &mut call.queued, &mut call.first_ringing];
    plain.into_iter().flatten().for_each(wipe);
    for leg in &mut call.legs {
        let own = [&mut leg.offered, &mut leg.ringing, &mut leg.answered];
        own.into_iter().flatten().for_each(wipe);
        leg.ended.iter_mut().for_each(|end| wipe(&mut end.when));
    }
    let answers = [&mut call.answered, &mut call.late_answer];
    answers.into_iter().flatten().for_each(|answer| wipe(&mut answer.when));
    for hold in &mut call.holds {
        wipe(&mut hold.from);
        hold.to.iter_mut().for_each(wipe);
    }
    call.transfers.iter_mut().for_each(|transfer| wipe(&mut transfer.when));
    call.ended.iter_mut().for_each(|end| wipe(&mut end.when));
    call
}

fn in_order(stamps: &[Option<Stamp>]) -> bool {
    let told: Vec<i64> = stamps.iter().flatten().map(|stamp| stamp.at).collect();
    told.is_sorted()
}

/// What holds of every call.
fn sound(call: &Call) -> Result<(), &'static str> {
    let must = |holds: bool, what| if holds { Ok(()) } else { Err(what) };
    let (answered, ended) = (call.answered.as_ref().map(|a| a.when), call.ended.map(|e| e.when));
    for start in [call.arrived, call.queued, call.first_ringing] {
        must(in_order(&[start, answered, ended]), "a start after the answer")?;
    }
    must(
        call.late_answer
            .as_ref()
            .is_none_or(|late| in_order(&[ended, Some(late.when)])),
        "a late answer before the end",
    )?;
    for leg in &call.legs {
        let end = leg.ended.map(|end| end.when);
        must(
            in_order(&[leg.offered, leg.ringing, leg.answered, end, ended]),
            "a leg out of order",
        )?;
        must(ended.is_none() || end.is_some(), "a leg after the end")?;
        must(leg.key.is_some() || leg.extension.is_some(), "a leg of nobody")?;
    }
    let mut before = answered;
    for hold in &call.holds {
        must(
            in_order(&[before, Some(hold.from), hold.to, ended]),
            "a hold out of order",
        )?;
        must(
            hold.to.is_some() || ended.is_none() || call.swept,
            "a hold after the end",
        )?;
        before = hold.to;
    }
    must(
        call.talk_ms().is_none_or(|ms| ms >= call.hold_ms()),
        "more hold than talk",
    )?;
    for length in [call.talk_ms(), measure::ringing_ms(call), measure::wait_ms(call)] {
        must(length.is_none_or(|ms| ms >= 0), "a negative length")?;
    }
    must(
        call.transfers.iter().all(|t| in_order(&[Some(t.when), ended])),
        "handed over after the end",
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_and_duplicates_change_nothing(
        (events, mixed) in reports().prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle())),
        again in prop::collection::vec((any::<prop::sample::Index>(), 0..100_000_i64), 0..10),
        cut in any::<prop::sample::Index>(),
    ) {
        let call = fold(&events);
        prop_assert_eq!(&call, &fold(&mixed));
        let mut twice = mixed.clone();
        for (which, later) in again {
            let mut copy = which.get(&events).clone();
            // Sent again: only a source that names or times its reports can be told so.
            if copy.event_id.is_some() || copy.at_source.is_some() {
                copy.at_received += later;
            }
            twice.push(copy);
        }
        prop_assert_eq!(&call, &fold(&twice));
        // In two parts, whichever comes first.
        let (front, back) = events.split_at(cut.index(events.len()));
        prop_assert_eq!(&call, &fold(&[back, front].concat()));
        prop_assert_eq!(fold_all(&events), vec![call]);
    }

    #[test]
    fn with_times_of_the_source_the_arrival_of_reports_is_nothing(
        events in prop::collection::vec(event(true), 1..40),
        received in prop::collection::vec(0..1_000_000_i64, 40),
    ) {
        let mut otherwise = events.clone();
        for (event, at) in otherwise.iter_mut().zip(received) {
            event.at_received = at;
        }
        let call = fold(&events);
        prop_assert_eq!(call.clock, ClockUsed::Source);
        prop_assert_eq!(by_source_only(call), by_source_only(fold(&otherwise)));
    }

    #[test]
    fn every_call_is_sound_and_none_is_lost(events in reports(), now in 0..100_000_i64) {
        let mut call = fold(&events);
        prop_assert_eq!((call.source.as_str(), call.key.as_str()), ("pbx", "call-1"));
        if let Err(what) = sound(&call) {
            prop_assert!(false, "{}: {:#?}", what, call);
        }
        let json = serde_json::to_string(&call).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Call>(&json).unwrap(), &call);
        // Its rules speak of it at any time.
        let (rules, now) = (Rules::default(), START + OFF + now);
        let holds = rules.hold.verdicts(&call, true, &[now], now);
        prop_assert!(matches!(holds, Holds::Told(judged) if judged.iter().all(|hold| hold.length_ms >= Some(0))));
        let talks = call.answered.is_some();
        prop_assert_eq!(measure::is_long(&call, 60_000, now).is_some(), talks);

        let open = call.ended.is_none();
        prop_assert_eq!(sweep(&mut call, i64::MAX), open);
        prop_assert_eq!(call.swept, open);
        let once = call.clone();
        prop_assert!(!sweep(&mut call, i64::MAX));
        prop_assert_eq!(&call, &once);
        if let Err(what) = sound(&call) {
            prop_assert!(false, "swept: {}: {:#?}", what, call);
        }
        if call.swept {
            prop_assert_ne!(rules.ring.verdict(&call, now), Verdict::Met);
            prop_assert_ne!(measure::wait(&call, rules.wait_ms, now), Verdict::Met);
        }
    }
}
