//! Pauses are a union: whoever waits for parts and for the customer at the same time waits once.

/// A stretch that does not count, for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    pub from: i64,
    /// Exclusive; None while it lasts.
    pub to: Option<i64>,
    /// Code of the reason; empty if none was given.
    pub reason: String,
}

/// A stretch that does not count, whatever the reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    pub from: i64,
    /// Exclusive; None while it lasts.
    pub to: Option<i64>,
}

impl Gap {
    /// The instant lies in it.
    pub fn holds(&self, at: i64) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }
}

/// Gaps from pauses in any order, clipped to what follows `start`. Touching ones become one, empty ones vanish, and at most
/// one is open, the last.
pub fn union(pauses: impl IntoIterator<Item = (i64, Option<i64>)>, start: i64) -> Vec<Gap> {
    let mut raw: Vec<Gap> = pauses
        .into_iter()
        .map(|(from, to)| Gap {
            from: from.max(start),
            to,
        })
        .filter(|gap| gap.to.is_none_or(|to| to > gap.from))
        .collect();
    raw.sort_unstable_by_key(|gap| gap.from);
    let mut gaps: Vec<Gap> = Vec::with_capacity(raw.len());
    for gap in raw {
        match gaps.last_mut() {
            Some(last) if last.to.is_none_or(|to| gap.from <= to) => {
                last.to = last.to.zip(gap.to).map(|(a, b)| a.max(b));
            }
            _ => gaps.push(gap),
        }
    }
    gaps
}

/// Gaps cut to a longest total; what is beyond counts again.
pub(super) fn cut(gaps: &mut Vec<Gap>, most: i64) {
    let mut left = most.max(0);
    gaps.retain_mut(|gap| {
        let limit = gap.from.saturating_add(left);
        let end = gap.to.map_or(limit, |to| to.min(limit));
        left -= end - gap.from;
        gap.to = Some(end);
        end > gap.from
    });
}
