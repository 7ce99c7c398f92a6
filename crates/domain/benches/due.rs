//! Due times per second, for a typical and for the worst calendar, beside a bare reference: adding wall milliseconds.
//!
//!     cargo bench -p domain --bench due

use std::hint::black_box;
use std::time::Instant;

use domain::time::holidays::shipped;
use domain::time::{
    Calendar, DayHours, DayTerm, DayUnit, Exception, ExceptionKind, Gap, Hours, Level, Reckoning, Term, Week,
};
use jiff::civil::date;

/// Monday 2026-03-02, 00:00 in Shanghai.
const MONDAY: i64 = 1_772_380_800_000;
const HOUR: i64 = 3_600_000;
const ROUNDS: u32 = 2_000_000;

fn typical() -> Result<Hours, Box<dyn std::error::Error>> {
    let open: DayHours = "08:30-12:00 13:30-17:30".parse()?;
    let mut calendar = Calendar::always("Asia/Shanghai");
    calendar.weekly = Week::every_day(&open);
    calendar.weekly.sat = DayHours::default();
    calendar.weekly.sun = DayHours::default();
    calendar.take_holidays(&shipped()?, None);
    Ok(Hours::new(calendar)?)
}

/// Twelve intervals a day over midnight, a closure every day, in a zone that changes its clocks.
fn worst() -> Result<Hours, Box<dyn std::error::Error>> {
    let parts: Vec<String> = (0..12)
        .map(|n| format!("{:02}:00-{:02}:30", n * 2, n * 2 + 1))
        .collect();
    let mut calendar = Calendar::always("America/New_York");
    calendar.weekly = Week::every_day(&format!("{} 23:45-01:15", parts.join(" ")).parse()?);
    calendar.exceptions = (0..1_460)
        .map(|n| Exception {
            date: date(2024, 1, 1).saturating_add(jiff::Span::new().days(n)),
            until: None,
            level: Level::Site,
            kind: ExceptionKind::Partial,
            hours: "10:10-10:20 13:05-13:06".parse().ok(),
            name: String::new(),
            name_en: String::new(),
        })
        .collect();
    Ok(Hours::new(calendar)?)
}

fn measure(name: &str, mut one: impl FnMut(i64) -> Option<i64>) {
    let mut sum = 0_i64;
    // The years are compiled before the clock starts: a service does that once.
    for n in 0..1_000 {
        sum = sum.wrapping_add(one(MONDAY + n * HOUR).unwrap_or(0));
    }
    let begun = Instant::now();
    for n in 0..ROUNDS {
        let start = MONDAY + i64::from(n % 7_000) * HOUR + i64::from(n) % 3_599_000;
        sum = sum.wrapping_add(one(black_box(start)).unwrap_or(0));
    }
    let took = begun.elapsed();
    black_box(sum);
    println!("{name:<44} {:>14.0} per s", f64::from(ROUNDS) / took.as_secs_f64());
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (typical, worst) = (typical()?, worst()?);
    let eight = Term::Working { ms: 8 * HOUR };
    let days = Term::Days(DayTerm {
        unit: DayUnit::WorkingDay,
        n: 10,
        count_start_day: false,
        roll: true,
        cutoff: domain::time::Cutoff::Close,
        after_close_next_day: false,
    });
    let due = |hours: &Hours, term, start, gaps: &[Gap]| {
        Reckoning {
            hours,
            term,
            start,
            gaps,
        }
        .due()
        .at()
    };
    let gaps = |start: i64, n: i64| -> Vec<Gap> {
        let gap = |i| Gap {
            from: start + i * 5 * HOUR,
            to: Some(start + i * 5 * HOUR + HOUR),
        };
        (0..n).map(gap).collect()
    };
    measure("reference: a sum of wall milliseconds", |start| {
        start.checked_add(8 * HOUR)
    });
    measure("typical: 8 working hours", |start| due(&typical, eight, start, &[]));
    measure("typical: 8 working hours, two pauses", |start| {
        due(&typical, eight, start, &gaps(start, 2))
    });
    measure("typical: 10 working days", |start| due(&typical, days, start, &[]));
    measure("typical: 30 days of working hours", |start| {
        due(&typical, Term::Working { ms: 225 * HOUR }, start, &[])
    });
    measure("worst: 8 working hours", |start| due(&worst, eight, start, &[]));
    measure("worst: 8 working hours, twenty pauses", |start| {
        due(&worst, eight, start, &gaps(start, 20))
    });
    measure("worst: 10 working days", |start| due(&worst, days, start, &[]));
    Ok(())
}
