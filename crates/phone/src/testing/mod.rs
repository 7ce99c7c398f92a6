//! For the tests of this and other crates: recorded sessions of Asterisk, and a server that plays them (feature `testing`).

mod replay;

pub use replay::{Cut, Play, Replay};

/// Answered after six seconds, held for three, handed on blindly to 1003, ended by the caller.
pub const ANSWERED_HOLD_TRANSFER: &str = include_str!("../../captures/answered-hold-transfer.txt");
/// Given up after seven seconds of ringing.
pub const MISSED_RINGING: &str = include_str!("../../captures/missed-ringing.txt");
/// Given up while the telephone was out of reach.
pub const MISSED_UNREACHABLE: &str = include_str!("../../captures/missed-unreachable.txt");
/// We ask for a call from 1001 to the outside; it is answered. Ends while they talk.
pub const CLICK_TO_CALL: &str = include_str!("../../captures/click-to-call.txt");
/// What a SIP proxy sent to the webhook, a JSON object a line with `wall` (unix seconds), `type` and `body`.
pub const WEBHOOKS: &str = include_str!("../../captures/webhooks.jsonl");

/// A message of a recorded session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When it came, in milliseconds from the session's own zero.
    pub at: i64,
    /// Its lines, without the empty one at the end.
    pub text: String,
}

/// A recorded session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Capture {
    pub steps: Vec<Step>,
    /// What was sent to begin it, where it did not begin by itself.
    pub request: Option<String>,
}

impl Capture {
    /// Reads a capture. What is not understood is left out.
    #[must_use]
    pub fn read(text: &str) -> Capture {
        let mut capture = Capture::default();
        for block in text.replace("\r\n", "\n").split("\n\n") {
            let Some((head, body)) = block.trim_start_matches('\n').split_once('\n') else {
                continue;
            };
            let body = body.trim_end().to_owned();
            if head.starts_with(">>>") {
                capture.request = Some(body);
            } else if let Some(at) = head.strip_prefix("### t=").and_then(crate::instant::seconds) {
                capture.steps.push(Step { at, text: body });
            }
        }
        capture
    }

    /// Every message twice, one after the other.
    #[must_use]
    pub fn doubled(&self) -> Capture {
        let steps = self
            .steps
            .iter()
            .flat_map(|step| [step.clone(), step.clone()])
            .collect();
        Capture {
            steps,
            request: self.request.clone(),
        }
    }

    /// Neighbours changed places: those at `first` and after, two by two. The instants stay where they are.
    #[must_use]
    pub fn swapped(&self, first: usize) -> Capture {
        let mut capture = self.clone();
        for pair in capture.steps.get_mut(first..).unwrap_or_default().chunks_mut(2) {
            if let [left, right] = pair {
                std::mem::swap(&mut left.text, &mut right.text);
            }
        }
        capture
    }
}

/// The value of a line `name: value`.
pub(crate) fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.trim())
}
