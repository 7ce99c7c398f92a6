//! Consultation (请示, REC-7): the desk asks the superior or another department while a visitor or a caller waits. The wait has
//! a clock of its own; what becomes of the question is on record, also when nobody is there to be asked.

use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::clock::{BreachReason, Clock, ClockCode, ClockStart, Limit, Target};
use crate::codes::codes;
use crate::ids::{DepartmentId, StaffId};
use crate::refusal::Refusal;

codes! {
    /// How a consultation stands.
    ConsultState {
        /// The customer waits.
        Waiting = "waiting",
        Answered = "answered",
        /// Who was asked cannot answer now: a promise takes its place (REC-8).
        Cannot = "cannot",
        /// Nobody of those who could be asked was on duty.
        Nobody = "nobody",
        /// The desk went on without an answer.
        Unanswered = "unanswered",
    }
}

/// Who is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// Whoever holds this post.
    Post(Role),
    /// Whoever works there.
    Department(DepartmentId),
}

/// The posts that the desk asks as its superiors, the next one first.
pub const SUPERIORS: &[Role] = &[Role::CsHead, Role::ProjectManager];

/// A question with its clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consult {
    pub by: StaffId,
    pub asked: Asked,
    pub state: ConsultState,
    pub clock: Clock,
}

impl Consult {
    /// A question asked at `now`; `reachable` is how many of those asked are on duty. With nobody there is no wait.
    ///
    /// # Errors
    /// `refuse-incomplete` without a question.
    pub fn ask(
        by: StaffId,
        asked: Asked,
        question: &str,
        limit: Limit,
        reachable: usize,
        now: i64,
    ) -> Result<Consult, Refusal> {
        if question.trim().is_empty() {
            return Err(Refusal::new("refuse-incomplete")
                .clause("REC-7")
                .missing(["missing-question"]));
        }
        let state = if reachable == 0 {
            ConsultState::Nobody
        } else {
            ConsultState::Waiting
        };
        let mut clock = clock(limit, now);
        if state == ConsultState::Nobody {
            clock.cancel(now);
        }
        Ok(Consult {
            by,
            asked,
            state,
            clock,
        })
    }

    /// Whether somebody in these posts, or of this department, is asked.
    pub fn asks(&self, id: &StaffId, roles: &[Role], department: Option<&DepartmentId>) -> bool {
        let meant = match &self.asked {
            Asked::Post(post) => roles.contains(post),
            Asked::Department(asked) => department == Some(asked),
        };
        meant && self.by != *id
    }

    /// The answer, or that there is none now. One that comes after the limit is taken too: the breach stays.
    ///
    /// # Errors
    /// `refuse-consult-over` when it was answered or given up, `refuse-not-asked` for who was not asked, `refuse-incomplete`
    /// for an empty answer.
    pub fn answer(
        &mut self,
        (id, roles, department): (&StaffId, &[Role], Option<&DepartmentId>),
        answer: Option<&str>,
        now: i64,
    ) -> Result<(), Refusal> {
        if self.state != ConsultState::Waiting {
            return Err(Refusal::new("refuse-consult-over").clause("REC-7"));
        }
        if !self.asks(id, roles, department) {
            return Err(Refusal::new("refuse-not-asked").clause("REC-7"));
        }
        if answer.is_some_and(|answer| answer.trim().is_empty()) {
            return Err(Refusal::new("refuse-incomplete")
                .clause("REC-7")
                .missing(["missing-answer"]));
        }
        self.look(now);
        self.clock.meet(now, now);
        self.state = match answer {
            Some(_) => ConsultState::Answered,
            None => ConsultState::Cannot,
        };
        Ok(())
    }

    /// The desk goes on without an answer. A limit that has passed stays passed.
    ///
    /// # Errors
    /// `refuse-consult-over`.
    pub fn give_up(&mut self, now: i64) -> Result<(), Refusal> {
        if self.state != ConsultState::Waiting {
            return Err(Refusal::new("refuse-consult-over").clause("REC-7"));
        }
        self.look(now);
        self.clock.cancel(now);
        self.state = ConsultState::Unanswered;
        Ok(())
    }

    /// Makes a fact of a limit that has passed. Returns whether it did.
    pub fn look(&mut self, now: i64) -> bool {
        match self.clock.unrecorded_breach(now) {
            Some(due) => {
                self.clock.breach(due, BreachReason::Time);
                true
            }
            None => false,
        }
    }
}

/// The clock of a question asked at `at`.
pub fn clock(limit: Limit, at: i64) -> Clock {
    Clock::new(ClockStart {
        code: ClockCode::Consult,
        clause: "REC-7".to_owned(),
        limit: Some(limit),
        started_at: Some(at),
        target: match limit {
            Limit::Minute { n } => Some(Target::Running {
                ms: i64::from(n) * 60_000,
            }),
            _ => None,
        },
        bounds: Vec::new(),
        pausable: Vec::new(),
        max_pause_ms: None,
        paused: Vec::new(),
        calendar: None,
        ladder: Vec::new(),
        cycle: 0,
        continues: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: i64 = 1_795_228_920_000;

    fn asked(minutes: u32) -> Consult {
        let asked = Asked::Post(Role::CsHead);
        Consult::ask("chen".into(), asked, "能否减免？", Limit::Minute { n: minutes }, 1, AT).unwrap()
    }

    fn li() -> (StaffId, Vec<Role>) {
        ("li".into(), vec![Role::CsHead])
    }

    #[test]
    fn the_limit_itself_is_in_time_and_the_next_instant_is_not() {
        for (minutes, after, breached) in [
            (1, 59_999, false),
            (1, 60_000, false),
            (1, 60_001, true),
            (2, 60_001, false),
            (2, 120_000, false),
            (2, 120_001, true),
        ] {
            let (id, roles) = li();
            let mut consult = asked(minutes);
            consult.answer((&id, &roles, None), Some("可以"), AT + after).unwrap();
            assert_eq!(consult.state, ConsultState::Answered);
            assert_eq!(
                consult.clock.breached_at.is_some(),
                breached,
                "{minutes} min, {after} ms"
            );
            assert_eq!(consult.clock.met_at, Some(AT + after));
        }
    }

    #[test]
    fn a_breach_stays_whatever_comes_then() {
        let mut consult = asked(1);
        assert!(!consult.look(AT + 60_000));
        assert!(consult.look(AT + 61_000) && !consult.look(AT + 99_000));
        assert_eq!(consult.clock.breached_at, Some(AT + 60_000));
        let mut given_up = consult.clone();
        given_up.give_up(AT + 120_000).unwrap();
        assert_eq!(given_up.clock.breached_at, Some(AT + 60_000));
        let (id, roles) = li();
        consult.answer((&id, &roles, None), None, AT + 120_000).unwrap();
        assert_eq!(
            (consult.state, consult.clock.breached_at),
            (ConsultState::Cannot, Some(AT + 60_000))
        );
    }

    #[test]
    fn nobody_on_duty_is_no_wait() {
        let asked = Asked::Department("engineering".into());
        let consult = Consult::ask("chen".into(), asked, "?", Limit::Minute { n: 1 }, 0, AT).unwrap();
        assert_eq!(consult.state, ConsultState::Nobody);
        assert_eq!(consult.clock.unrecorded_breach(AT + 999_999), None);
    }

    #[test]
    fn only_who_is_asked_answers_once_and_with_words() {
        let (id, roles) = li();
        let rule = |r: Result<(), Refusal>| r.unwrap_err().rule;
        let desk = (&StaffId::from("chen"), &[Role::FrontDesk][..], None);
        assert_eq!(rule(asked(1).answer(desk, Some("x"), AT)), "refuse-not-asked");
        let own = (&StaffId::from("chen"), &[Role::CsHead][..], None);
        assert_eq!(rule(asked(1).answer(own, Some("x"), AT)), "refuse-not-asked");
        assert_eq!(
            rule(asked(1).answer((&id, &roles, None), Some(" "), AT)),
            "refuse-incomplete"
        );
        let mut consult = asked(1);
        consult.answer((&id, &roles, None), Some("x"), AT).unwrap();
        assert_eq!(
            rule(consult.answer((&id, &roles, None), Some("y"), AT)),
            "refuse-consult-over"
        );
        assert_eq!(rule(consult.give_up(AT)), "refuse-consult-over");
        let empty = Consult::ask(
            "c".into(),
            Asked::Post(Role::CsHead),
            " ",
            Limit::Minute { n: 1 },
            1,
            AT,
        );
        assert_eq!(empty.unwrap_err().rule, "refuse-incomplete");
    }
}
