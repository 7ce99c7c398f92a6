//! The month's satisfaction calls (CSM-4, COM-12): a sample of the month's closed cases, drawn by lot once. The seed and the
//! list it was drawn from are on the record, so that anybody can draw again and find the same.

use std::collections::HashSet;

use crate::case::AttemptResult;
use crate::codes::codes;
use crate::refusal::Refusal;
use crate::standard::callback::lot;

codes! {
    /// Where a call of the list stands.
    CallState {
        Open = "open",
        Reached = "reached",
        Refused = "refused",
        /// Tried often enough in vain; counted apart.
        Unreachable = "unreachable",
    }
}

codes! {
    /// How the record of a call was signed (COM-12).
    SignedHow {
        /// On the printed record, with a picture of it.
        Paper = "paper",
        /// The customer did not want to; with the reason.
        Declined = "declined",
    }
}

/// The largest sample of a month.
pub const MOST: u32 = 500;

/// What may be drawn: a case and the household it was for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    pub case: String,
    /// Empty where no unit is known.
    pub unit: String,
}

/// The places in `pool` that are drawn, in the order of the draw: by lot, one of each household.
#[must_use]
pub fn draw(seed: &str, pool: &[Ticket], wanted: u32) -> Vec<usize> {
    let mut order: Vec<(u64, &str, usize)> = (pool.iter().enumerate())
        .map(|(i, ticket)| (lot(&format!("{seed}/{}", ticket.case)), ticket.case.as_str(), i))
        .collect();
    order.sort_unstable();
    let mut homes = HashSet::new();
    let fresh = order.into_iter().map(|(_, _, i)| i).filter(|i| {
        let unit = pool.get(*i).map_or("", |ticket| ticket.unit.as_str());
        unit.is_empty() || homes.insert(unit.to_owned())
    });
    fresh.take(usize::try_from(wanted).unwrap_or(usize::MAX)).collect()
}

/// How large a sample is proposed: a tenth of the month, and enough that the answer says something (habit).
#[must_use]
pub fn proposed(pool: usize) -> usize {
    (pool / 10).clamp(20, 100)
}

/// Whether a sample may be drawn. It is drawn once: who draws until they like the list has no sample.
///
/// # Errors
/// `refuse-calls-drawn`, `refuse-calls-month` before the month is over, `refuse-calls-none` where nothing was closed.
pub fn may_draw(drawn: bool, over: bool, pool: usize) -> Result<(), Refusal> {
    let rule = match (drawn, over, pool) {
        (true, _, _) => "refuse-calls-drawn",
        (_, false, _) => "refuse-calls-month",
        (_, _, 0) => "refuse-calls-none",
        _ => return Ok(()),
    };
    Err(Refusal::new(rule).clause("CSM-4"))
}

/// What a call that was made does to its line. `enough` says whether the attempts are enough to stop.
#[must_use]
pub fn after(result: AttemptResult, enough: bool) -> CallState {
    match result {
        AttemptResult::Reached => CallState::Reached,
        AttemptResult::Refused => CallState::Refused,
        AttemptResult::NoAnswer | AttemptResult::WrongNumber if enough => CallState::Unreachable,
        _ => CallState::Open,
    }
}

#[cfg(test)]
mod random;

#[cfg(test)]
mod tests {
    use super::*;

    fn pool() -> Vec<Ticket> {
        (0..60)
            .map(|n| Ticket {
                case: format!("case-{n}"),
                unit: format!("unit-{}", n / 3),
            })
            .collect()
    }

    #[test]
    fn the_same_seed_draws_the_same_and_each_household_once() {
        let drawn = draw("seed", &pool(), 12);
        assert_eq!(drawn, draw("seed", &pool(), 12));
        assert_ne!(drawn, draw("another", &pool(), 12));
        let homes: HashSet<usize> = drawn.iter().map(|i| i / 3).collect();
        assert_eq!((drawn.len(), homes.len()), (12, 12));
        // More than there are: every household once.
        assert_eq!(draw("seed", &pool(), 500).len(), 20);
        // The order in which the pool is read changes nothing.
        let mut other = pool();
        other.reverse();
        let cases =
            |pool: &[Ticket], drawn: &[usize]| -> Vec<String> { drawn.iter().map(|i| pool[*i].case.clone()).collect() };
        assert_eq!(cases(&pool(), &drawn), cases(&other, &draw("seed", &other, 12)));
    }

    #[test]
    fn a_month_is_drawn_once_and_when_it_is_over() {
        let rule = |drawn, over, pool| may_draw(drawn, over, pool).map_err(|r| r.rule);
        assert_eq!(rule(false, true, 3), Ok(()));
        assert_eq!(rule(true, true, 3), Err("refuse-calls-drawn"));
        assert_eq!(rule(false, false, 3), Err("refuse-calls-month"));
        assert_eq!(rule(false, true, 0), Err("refuse-calls-none"));
    }
}
