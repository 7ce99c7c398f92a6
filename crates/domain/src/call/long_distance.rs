//! A request for long distance (长途申请单, TEL-2): whoever has no such line asks for one number, once or until a day; it is approved, and
//! a line is assigned.

use serde::{Deserialize, Serialize};

use super::line::{Numbering, Reach, class_needed, dialled_digits};
use crate::access::Role;
use crate::codes::codes;
use crate::ids::StaffId;
use crate::refusal::Refusal;

/// The longest time for which one may be asked for: a year (habit).
pub const LONGEST_MS: i64 = 366 * 86_400_000;

codes! {
    /// Where it stands.
    LongDistanceState {
        /// Waits for a decision.
        Asked = "asked",
        /// The number may be called on the assigned line.
        Approved = "approved",
        Refused = "refused",
        /// It was for one call, and that was made.
        Used = "used",
        /// Whoever asked does not need it any more.
        Withdrawn = "withdrawn",
        /// Whoever decides ended it before its time.
        Ended = "ended",
    }
}

/// For how long it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum Span {
    OneCall,
    /// Until an instant, unix milliseconds, not including it.
    Until {
        at: i64,
    },
}

/// A request as its rules see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LongDistance {
    pub state: LongDistanceState,
    pub by: StaffId,
    /// The digits to be dialled. Personal.
    pub number: String,
    /// National or international.
    pub reach: Reach,
    pub span: Span,
    /// Who decided, and by which post.
    pub decided_by: Option<StaffId>,
    pub decided_as: Option<Role>,
    /// The extension from which the call is made.
    pub line: Option<String>,
}

fn refuse(rule: &'static str) -> Refusal {
    Refusal::new(rule).clause("TEL-2")
}

impl LongDistance {
    /// Asks for one.
    ///
    /// # Errors
    /// `refuse-incomplete` without a number, a reason or, where it is for a time, a day to come; `refuse-dialled-number`; `refuse-paid-line`
    /// (TEL-9); `refuse-long-distance-local` for a number that needs none; `refuse-long-distance-span` beyond [`LONGEST_MS`].
    pub fn ask(
        by: &StaffId,
        number: &str,
        why: &str,
        span: Span,
        numbering: &Numbering,
        now: i64,
    ) -> Result<LongDistance, Refusal> {
        let past = matches!(span, Span::Until { at } if at <= now);
        let lacking = [
            (number.trim().is_empty(), "missing-phone"),
            (why.trim().is_empty(), "missing-reason"),
            (past, "missing-until"),
        ];
        let missing: Vec<&'static str> = lacking
            .iter()
            .filter(|(lacks, _)| *lacks)
            .map(|(_, key)| *key)
            .collect();
        if !missing.is_empty() {
            return Err(refuse("refuse-incomplete").missing(missing));
        }
        let reach = match class_needed(number, numbering)? {
            Reach::Paid => return Err(Refusal::new("refuse-paid-line").clause("TEL-9")),
            Reach::Local => return Err(refuse("refuse-long-distance-local")),
            reach => reach,
        };
        if matches!(span, Span::Until { at } if at > now.saturating_add(LONGEST_MS)) {
            return Err(refuse("refuse-long-distance-span"));
        }
        Ok(LongDistance {
            state: LongDistanceState::Asked,
            by: by.clone(),
            number: dialled_digits(number)?,
            reach,
            span,
            decided_by: None,
            decided_as: None,
            line: None,
        })
    }

    /// Whether it can be decided by this person.
    ///
    /// # Errors
    /// `refuse-long-distance-decided`, `refuse-long-distance-own` for whoever asked.
    pub fn may_decide(&self, by: &StaffId) -> Result<(), Refusal> {
        if self.state != LongDistanceState::Asked {
            return Err(refuse("refuse-long-distance-decided"));
        }
        if *by == self.by {
            return Err(refuse("refuse-long-distance-own"));
        }
        Ok(())
    }

    /// Approved, with the line on which the call is made.
    ///
    /// # Errors
    /// As [`LongDistance::may_decide`]; `refuse-incomplete` without a line.
    pub fn approve(&mut self, by: &StaffId, post: Role, line: &str) -> Result<(), Refusal> {
        self.may_decide(by)?;
        if line.trim().is_empty() {
            return Err(refuse("refuse-incomplete").missing(["missing-line"]));
        }
        self.line = Some(line.trim().to_owned());
        self.decided(by, post, LongDistanceState::Approved);
        Ok(())
    }

    /// Not approved.
    ///
    /// # Errors
    /// As [`LongDistance::may_decide`]; `refuse-incomplete` without a reason.
    pub fn refuse(&mut self, by: &StaffId, post: Role, reason: &str) -> Result<(), Refusal> {
        self.may_decide(by)?;
        if reason.trim().is_empty() {
            return Err(refuse("refuse-incomplete").missing(["missing-reason"]));
        }
        self.decided(by, post, LongDistanceState::Refused);
        Ok(())
    }

    fn decided(&mut self, by: &StaffId, post: Role, state: LongDistanceState) {
        self.state = state;
        self.decided_by = Some(by.clone());
        self.decided_as = Some(post);
    }

    /// Taken back by whoever asked, before a decision or after.
    ///
    /// # Errors
    /// `refuse-long-distance-not-yours`; `refuse-nothing-changed` where nothing is left of it.
    pub fn withdraw(&mut self, by: &StaffId) -> Result<(), Refusal> {
        if *by != self.by {
            return Err(refuse("refuse-long-distance-not-yours"));
        }
        match self.state {
            LongDistanceState::Asked | LongDistanceState::Approved => {
                self.state = LongDistanceState::Withdrawn;
                Ok(())
            }
            _ => Err(Refusal::new("refuse-nothing-changed")),
        }
    }

    /// Ended before its time by whoever decides, with a reason.
    ///
    /// # Errors
    /// `refuse-nothing-changed` where nothing is left of it; `refuse-incomplete` without a reason.
    pub fn end(&mut self, reason: &str, now: i64) -> Result<(), Refusal> {
        if self.state != LongDistanceState::Approved || self.is_over(now) {
            return Err(Refusal::new("refuse-nothing-changed"));
        }
        if reason.trim().is_empty() {
            return Err(refuse("refuse-incomplete").missing(["missing-reason"]));
        }
        self.state = LongDistanceState::Ended;
        Ok(())
    }

    /// Whether its time has passed, whatever was decided.
    #[must_use]
    pub fn is_over(&self, now: i64) -> bool {
        matches!(self.span, Span::Until { at } if now >= at)
    }

    /// Whether it covers a call to this number on this line.
    ///
    /// # Errors
    /// `refuse-dialled-number`; `refuse-long-distance-open` without an approval, `refuse-long-distance-used`, `refuse-long-distance-over` after its
    /// time, `refuse-long-distance-number` and `refuse-long-distance-line` for others than were approved.
    pub fn covers(&self, dialled: &str, line: &str, now: i64) -> Result<(), Refusal> {
        match self.state {
            LongDistanceState::Approved => {}
            LongDistanceState::Used => return Err(refuse("refuse-long-distance-used")),
            _ => return Err(refuse("refuse-long-distance-open")),
        }
        if self.is_over(now) {
            return Err(refuse("refuse-long-distance-over"));
        }
        if dialled_digits(dialled)? != self.number {
            return Err(refuse("refuse-long-distance-number"));
        }
        if self.line.as_deref() != Some(line.trim()) {
            return Err(refuse("refuse-long-distance-line"));
        }
        Ok(())
    }

    /// A call was made on it.
    ///
    /// # Errors
    /// As [`LongDistance::covers`].
    pub fn call(&mut self, dialled: &str, line: &str, now: i64) -> Result<(), Refusal> {
        self.covers(dialled, line, now)?;
        if self.span == Span::OneCall {
            self.state = LongDistanceState::Used;
        }
        Ok(())
    }
}
