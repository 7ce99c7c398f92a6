//! A face-to-face appointment with a customer whose identity is to be checked (ETQ-6): when, with whom, what to bring, and what
//! came of it. The outcome is the verification state of the contact.

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::refusal::Refusal;
use crate::visit::DocumentKind;

codes! {
    /// How an appointment stands.
    AppointmentState {
        Planned = "planned",
        /// The customer came.
        Kept = "kept",
        NoShow = "no_show",
        Cancelled = "cancelled",
    }
}

codes! {
    /// What is known of who a contact was.
    Verification {
        /// Nobody has asked for proof.
        NotAsked = "not_asked",
        /// An appointment is made and not yet over.
        Awaited = "awaited",
        Verified = "verified",
        /// The customer came, and the document did not fit.
        NotVerified = "not_verified",
        /// The customer did not come.
        NoShow = "no_show",
    }
}

/// What becomes of an appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Outcome {
    /// The customer came and showed a document.
    Kept {
        verified: bool,
        document: DocumentKind,
        number: String,
        #[serde(default)]
        note: String,
    },
    NoShow {
        #[serde(default)]
        note: String,
    },
    Cancel {
        reason: String,
    },
}

/// The end of an appointment as it is kept: of the document no more than its tail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub state: AppointmentState,
    pub verified: Option<bool>,
    pub document: Option<DocumentKind>,
    pub tail: String,
    pub note: String,
}

/// What comes of an outcome.
///
/// # Errors
/// `refuse-appointment-over` when it has ended, `refuse-appointment-ahead` for somebody who cannot have failed to come yet,
/// `refuse-incomplete` without the document or the reason.
pub fn end(state: AppointmentState, at: i64, outcome: &Outcome, now: i64) -> Result<Ended, Refusal> {
    if state != AppointmentState::Planned {
        return Err(Refusal::new("refuse-appointment-over").clause("ETQ-6"));
    }
    let lacks = |key| Refusal::new("refuse-incomplete").clause("ETQ-6").missing([key]);
    let text = |t: &str| crate::privacy::masked(t.trim());
    let ended = |state, note: &str| Ended {
        state,
        verified: None,
        document: None,
        tail: String::new(),
        note: text(note),
    };
    match outcome {
        Outcome::Kept {
            verified,
            document,
            number,
            note,
        } => {
            let tail = crate::visit::kept(number).ok_or_else(|| lacks("missing-visit-document"))?;
            Ok(Ended {
                verified: Some(*verified),
                document: Some(*document),
                tail,
                ..ended(AppointmentState::Kept, note)
            })
        }
        Outcome::NoShow { .. } if now < at => {
            Err(Refusal::new("refuse-appointment-ahead").clause("ETQ-6").arg("at", at))
        }
        Outcome::NoShow { note } => Ok(ended(AppointmentState::NoShow, note)),
        Outcome::Cancel { reason } if reason.trim().is_empty() => Err(lacks("missing-reason")),
        Outcome::Cancel { reason } => Ok(ended(AppointmentState::Cancelled, reason)),
    }
}

/// The verification state of a contact by its appointments, newest first; a cancelled one says nothing.
pub fn verification(all: impl IntoIterator<Item = (AppointmentState, Option<bool>)>) -> Verification {
    for (state, verified) in all {
        match (state, verified) {
            (AppointmentState::Planned, _) => return Verification::Awaited,
            (AppointmentState::Kept, Some(true)) => return Verification::Verified,
            (AppointmentState::Kept, _) => return Verification::NotVerified,
            (AppointmentState::NoShow, _) => return Verification::NoShow,
            (AppointmentState::Cancelled, _) => {}
        }
    }
    Verification::NotAsked
}

#[cfg(test)]
mod random;

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(verified: bool, number: &str) -> Outcome {
        Outcome::Kept {
            verified,
            document: DocumentKind::IdCard,
            number: number.into(),
            note: String::new(),
        }
    }

    #[test]
    fn it_ends_once_and_keeps_the_tail_alone() {
        let planned = AppointmentState::Planned;
        let done = end(planned, 100, &kept(true, "11010519491231002X"), 90).unwrap();
        assert_eq!(
            (done.state, done.verified, done.tail.as_str()),
            (AppointmentState::Kept, Some(true), "002X")
        );
        let rule = |r: Result<Ended, Refusal>| r.unwrap_err().rule;
        assert_eq!(
            rule(end(done.state, 100, &kept(true, "1234"), 200)),
            "refuse-appointment-over"
        );
        for nothing in [" ", "——", "-----"] {
            let end = end(planned, 100, &kept(true, nothing), 200);
            assert_eq!(rule(end), "refuse-incomplete", "{nothing}");
        }
        let away = Outcome::NoShow { note: String::new() };
        assert_eq!(rule(end(planned, 100, &away, 99)), "refuse-appointment-ahead");
        assert!(end(planned, 100, &away, 100).is_ok());
        assert_eq!(
            rule(end(planned, 100, &Outcome::Cancel { reason: " ".into() }, 1)),
            "refuse-incomplete"
        );
    }

    #[test]
    fn the_newest_that_was_not_cancelled_counts() {
        use AppointmentState as S;
        for (all, want) in [
            (vec![], Verification::NotAsked),
            (vec![(S::Cancelled, None)], Verification::NotAsked),
            (vec![(S::Planned, None), (S::NoShow, None)], Verification::Awaited),
            (vec![(S::Cancelled, None), (S::NoShow, None)], Verification::NoShow),
            (vec![(S::Kept, Some(true)), (S::NoShow, None)], Verification::Verified),
            (vec![(S::Kept, Some(false))], Verification::NotVerified),
        ] {
            assert_eq!(verification(all.clone()), want, "{all:?}");
        }
    }
}
