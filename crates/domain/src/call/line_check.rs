//! Checks of lines and telephones (线路检查, TEL-3): on a schedule, each telephone with its result; a fault has somebody who mends it by a
//! day, and damage is charged.

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::ids::StaffId;
use crate::refusal::Refusal;

/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;
/// Days from one check to the next where the site says nothing else (habit).
pub const EVERY_DAYS: i64 = 30;
/// Days that a site may set.
pub const EVERY_RANGE: std::ops::RangeInclusive<i64> = 1..=366;
/// So long after it was due a check that nobody made is told once more, in milliseconds: three natural days (habit).
pub const LATE_MS: i64 = 3 * DAY_MS;
/// The longest time for mending, in milliseconds: half a year (habit).
pub const LONGEST_MS: i64 = 183 * DAY_MS;

codes! {
    /// What a check finds at a telephone.
    CheckResult {
        Fine = "fine",
        Fault = "fault",
    }
}

codes! {
    /// Where a fault comes from.
    FaultCause {
        Wear = "wear",
        /// Somebody damaged it: it is charged.
        Damage = "damage",
        Unknown = "unknown",
    }
}

fn refuse(rule: &'static str) -> Refusal {
    Refusal::new(rule).clause("TEL-3")
}

/// When the next check is due after one, unix milliseconds.
#[must_use]
pub fn next_check(last: i64, every_days: i64) -> i64 {
    last.saturating_add(every_days.saturating_mul(DAY_MS))
}

/// Whether a number of days can be set.
///
/// # Errors
/// `refuse-check-interval` outside of [`EVERY_RANGE`].
pub fn check_interval(every_days: i64) -> Result<(), Refusal> {
    if EVERY_RANGE.contains(&every_days) {
        Ok(())
    } else {
        Err(refuse("refuse-check-interval"))
    }
}

/// A fault as its rules see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineFault {
    pub cause: FaultCause,
    pub mender: StaffId,
    /// By when, unix milliseconds.
    pub mend_by: i64,
    pub mended_at: Option<i64>,
    pub charged_to: Option<StaffId>,
    /// In cents.
    pub charge_cents: Option<i64>,
}

impl LineFault {
    /// A fault that a check found.
    ///
    /// # Errors
    /// `refuse-incomplete` without what is wrong or without a time to come; `refuse-check-mend` beyond [`LONGEST_MS`].
    pub fn find(
        what: &str,
        cause: FaultCause,
        mender: &StaffId,
        mend_by: Option<i64>,
        now: i64,
    ) -> Result<LineFault, Refusal> {
        let lacking = [
            (what.trim().is_empty(), "missing-fault-what"),
            (mender.as_str().is_empty(), "missing-fault-mender"),
            (mend_by.is_none_or(|at| at <= now), "missing-fault-by"),
        ];
        let missing: Vec<&'static str> = lacking.iter().filter(|x| x.0).map(|x| x.1).collect();
        let Some(mend_by) = mend_by.filter(|_| missing.is_empty()) else {
            return Err(refuse("refuse-incomplete").missing(missing));
        };
        if mend_by > now.saturating_add(LONGEST_MS) {
            return Err(refuse("refuse-check-mend"));
        }
        Ok(LineFault {
            cause,
            mender: mender.clone(),
            mend_by,
            mended_at: None,
            charged_to: None,
            charge_cents: None,
        })
    }

    /// Whether it can be said to be mended, before it is: by whoever mends it, or by who keeps the telephones.
    ///
    /// # Errors
    /// `refuse-fault-mended`, `refuse-fault-not-yours`.
    pub fn may_mend(&self, by: &StaffId, keeps: bool) -> Result<(), Refusal> {
        if self.mended_at.is_some() {
            return Err(refuse("refuse-fault-mended"));
        }
        if !keeps && *by != self.mender {
            return Err(refuse("refuse-fault-not-yours"));
        }
        Ok(())
    }

    /// It is mended.
    ///
    /// # Errors
    /// As [`LineFault::may_mend`]; `refuse-incomplete` without what was done.
    pub fn mend(&mut self, by: &StaffId, keeps: bool, what: &str, now: i64) -> Result<(), Refusal> {
        self.may_mend(by, keeps)?;
        if what.trim().is_empty() {
            return Err(refuse("refuse-incomplete").missing(["missing-fault-done"]));
        }
        self.mended_at = Some(now);
        Ok(())
    }

    /// Whether it can be charged, before it is.
    ///
    /// # Errors
    /// `refuse-fault-no-damage` for what nobody damaged, `refuse-fault-charged` twice.
    pub fn may_charge(&self) -> Result<(), Refusal> {
        if self.cause != FaultCause::Damage {
            return Err(refuse("refuse-fault-no-damage"));
        }
        if self.charged_to.is_some() {
            return Err(refuse("refuse-fault-charged"));
        }
        Ok(())
    }

    /// The damage is charged to somebody.
    ///
    /// # Errors
    /// As [`LineFault::may_charge`]; `refuse-incomplete` without a person, an amount above nothing or a reason.
    pub fn charge(&mut self, to: Option<&StaffId>, cents: Option<i64>, why: &str) -> Result<(), Refusal> {
        self.may_charge()?;
        let lacking = [
            (to.is_none(), "missing-charge-to"),
            (cents.is_none_or(|c| c <= 0), "missing-charge"),
            (why.trim().is_empty(), "missing-reason"),
        ];
        let missing: Vec<&'static str> = lacking.iter().filter(|x| x.0).map(|x| x.1).collect();
        if !missing.is_empty() {
            return Err(refuse("refuse-incomplete").missing(missing));
        }
        self.charged_to = to.cloned();
        self.charge_cents = cents;
        Ok(())
    }
}
