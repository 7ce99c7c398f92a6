use jiff::tz::TimeZone;

use super::super::event::{CallEvent, CallKind, Cause, Direction};
use super::super::figures::{Around, Board, Sums};
use super::super::fold::fold;
use super::super::measure::Rules;
use super::super::state::Call;
use super::super::sweep::sweep;
use super::{at, hung_up, told};
use crate::ids::StaffId;
use crate::share::Share;
use CallKind::{Answered, Arrived, Held, HungUp, OfferEnded, Ringing, Unheld};

const HOUR: i64 = 3_600_000;

fn person(extension: &str, _: i64) -> Option<StaffId> {
    match extension {
        "1001" => Some("li".into()),
        "1002" => Some("wang".into()),
        _ => None,
    }
}

fn answered(from: i64, after: i64, extension: &str) -> Vec<CallEvent> {
    vec![
        told(Arrived, from),
        told(Ringing, from),
        at(Answered, from + after, extension),
        told(HungUp, from + after + 120_000),
    ]
}

fn board(calls: &[(Call, Around<'_>)]) -> Board {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let mut board = Board::new(Rules::default(), &zone);
    for (call, around) in calls {
        board.add(call, *around, person, 0);
    }
    board
}

fn tells() -> Around<'static> {
    Around {
        tells_holds: true,
        ..Around::default()
    }
}

#[test]
fn calls_by_hour_and_by_person() {
    let mut calls: Vec<(Call, Around<'_>)> = vec![
        (fold(&answered(0, 3_000, "1001")), tells()),
        (fold(&answered(60_000, 15_001, "1001")), tells()),
        (fold(&answered(HOUR, 9_000, "1002")), tells()),
        (fold(&answered(HOUR, 65_000, "1009")), tells()),
    ];
    // 1001 holds too long, hands over, and 1002 holds well.
    let mut held = answered(0, 4_000, "1001");
    held.extend([
        at(Held, 10_000, "1001"),
        at(Unheld, 35_000, "1001"),
        at(Held, 40_000, "1002"),
        at(Unheld, 55_000, "1002"),
    ]);
    calls.push((fold(&held), tells()));
    // No ringing told, of a source that tells no holds.
    let silent = [told(Arrived, 0), at(Answered, 2_000, "1002"), told(HungUp, 9_000)];
    calls.push((fold(&silent), Around::default()));
    // 1002 pressed it away, the caller gave up, and was called back.
    let given_up = [
        told(Arrived, 0),
        at(Ringing, 0, "1002"),
        CallEvent {
            cause: Some(Cause::Rejected),
            ..at(OfferEnded, 2_000, "1002")
        },
        hung_up(8_000, Cause::Cancelled),
    ];
    calls.push((
        fold(&given_up),
        Around {
            called_back: true,
            ..tells()
        },
    ));
    let short = [told(Arrived, 0), told(Ringing, 0), hung_up(1_000, Cause::Cancelled)];
    calls.push((fold(&short), tells()));
    calls.push((
        fold(&[told(Arrived, 0), told(Ringing, 0), hung_up(15_000, Cause::NoAnswer)]),
        tells(),
    ));
    let mut lost = fold(&[told(Arrived, 0), told(Ringing, 0), at(Answered, 1_000, "1001")]);
    assert!(sweep(&mut lost, i64::MAX));
    calls.push((lost, tells()));
    for direction in [Direction::Out, Direction::Internal] {
        let mut other = answered(0, 1_000, "1001");
        other.iter_mut().for_each(|event| event.direction = Some(direction));
        calls.push((fold(&other), tells()));
    }

    let board = board(&calls);
    let all = &board.all;
    assert_eq!(
        (all.calls, all.met, all.breached, all.unknown, all.gave_up, all.open),
        (10, 3, 3, 2, 2, 0)
    );
    assert_eq!(all.in_rings(), Share { of: 6, hits: 3 });
    assert_eq!(
        (
            all.missed,
            all.abandoned,
            all.abandoned_short,
            all.called_back,
            all.swept
        ),
        (3, 1, 1, 1, 1)
    );
    assert_eq!((all.wait_met, all.wait_breached), (5, 2), "turned away, and 65 s");
    assert_eq!(
        (all.longest_hold_ms, all.hold_breaches, all.holds_unknown, all.screened),
        (25_000, 1, 1, 1)
    );
    // 1, 2, 3, 4, 9, 15.001, 65 s.
    assert_eq!(
        (all.mean_wait_ms(), all.p90_wait_ms()),
        (Some(99_001 / 7), Some(65_000))
    );

    let [nine, ten] = [9, 10].map(|hour| &board.hours[hour]);
    assert_eq!((nine.calls, ten.calls), (8, 2));
    assert_eq!((nine.in_rings().of, ten.in_rings().of), (4, 2));
    assert_eq!(board.hours[8], Sums::default());

    let of = |who: &str| board.people.get(&StaffId::from(who)).unwrap();
    let (li, wang) = (of("li"), of("wang"));
    assert_eq!((li.calls, li.met, li.breached, li.unknown), (4, 2, 1, 1));
    assert_eq!((wang.calls, wang.met, wang.unknown), (2, 1, 1));
    assert_eq!((li.longest_hold_ms, li.hold_breaches), (25_000, 1));
    assert_eq!(
        (wang.longest_hold_ms, wang.hold_breaches, wang.screened),
        (15_000, 0, 1)
    );
    assert_eq!(board.people.len(), 2, "who sat at 1009 is not known");
}

#[test]
fn nine_out_of_ten() {
    let calls: Vec<_> = (1..=10)
        .map(|n| (fold(&answered(0, n * 1_000, "1001")), tells()))
        .collect();
    let board = board(&calls);
    assert_eq!(board.all.p90_wait_ms(), Some(9_000));
    assert_eq!(board.all.mean_wait_ms(), Some(5_500));
    let nothing = Sums::default();
    assert_eq!((nothing.mean_wait_ms(), nothing.p90_wait_ms()), (None, None));
    assert_eq!(nothing.in_rings().percent(), None);
}

#[test]
fn a_call_that_rings_is_open() {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let mut board = Board::new(Rules::default(), &zone);
    let call = fold(&[told(Arrived, 0), told(Ringing, 0)]);
    board.add(&call, tells(), person, call.first.received + 15_000);
    assert_eq!((board.all.calls, board.all.open, board.all.in_rings().of), (1, 1, 0));
    board.add(&call, tells(), person, call.first.received + 15_001);
    assert_eq!((board.all.open, board.all.breached), (1, 1));
}
