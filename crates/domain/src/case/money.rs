//! Sums of quotes and bills, in cents. Never overflows: what does not fit is refused.

use super::values::{Line, LineKind};
use crate::refusal::Refusal;

/// Most lines of one quote or bill.
const MOST_LINES: usize = 200;
/// Largest amount of one line or bill, in cents: ten million yuan.
pub(super) const MOST_CENTS: i64 = 1_000_000_000;

/// What a line comes to, rounded half up to the cent; None out of range.
pub(super) fn amount(line: &Line) -> Option<i64> {
    let in_range = (1..=1_000_000_000).contains(&line.quantity_milli) && (0..=MOST_CENTS).contains(&line.unit_cents);
    // At most 10^9 × 10^9: fits.
    let cents = (line.quantity_milli.checked_mul(line.unit_cents)? + 500) / 1000;
    (in_range && cents <= MOST_CENTS).then_some(cents)
}

/// What lines come to.
pub(super) fn total(lines: &[Line]) -> Result<i64, Refusal> {
    let wrong = || Refusal::new("refuse-price-lines");
    if lines.len() > MOST_LINES || lines.iter().any(|line| line.what.trim().is_empty()) {
        return Err(wrong());
    }
    let mut sum = 0;
    for line in lines {
        sum += amount(line).ok_or_else(wrong)?;
        if sum > MOST_CENTS {
            return Err(wrong());
        }
    }
    Ok(sum)
}

/// What lines of one kind come to, for a form that shows labour and material apart. Lines out of range count nothing.
pub fn sum_of(lines: &[Line], kind: LineKind) -> i64 {
    lines.iter().filter(|line| line.kind == kind).filter_map(amount).sum()
}
