//! Records that were entered after the event (补录): a call that was written on paper at 09:50 and came into the product at
//! 10:20 keeps both times, and everywhere that shows one of them shows the other too.

/// What is entered within this time after it happened was entered while it lasted: a clerk writes while the caller speaks.
/// Milliseconds.
pub const LIVE_MS: i64 = 15 * 60_000;

/// Whether something was entered afterwards, so that both times are shown. Both in unix milliseconds.
pub const fn entered_late(happened_at: i64, recorded_at: i64) -> bool {
    recorded_at.saturating_sub(happened_at) > LIVE_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_an_hour_counts_as_live() {
        let at = 1_795_312_200_000;
        for (minutes, late) in [
            (-5, false),
            (0, false),
            (1, false),
            (15, false),
            (16, true),
            (30, true),
            (1_440, true),
        ] {
            assert_eq!(entered_late(at, at + minutes * 60_000), late, "{minutes} minutes");
        }
        assert!(entered_late(at, at + LIVE_MS + 1));
        // Clocks that are far apart do not wrap around.
        assert!(entered_late(i64::MIN, i64::MAX));
    }
}
