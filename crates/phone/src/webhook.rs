//! The webhook that connectors of many telephone systems already speak (the generic CTI contract of Zammad): a form or JSON, one
//! report at a time. No network here: the web room receives it, checks the token and answers.
//!
//! | event | fields besides `event` and `callId` | becomes |
//! |---|---|---|
//! | `newCall` | `from`, `to`, `direction` (in, out); `user` or `user[]`, `queue` | Arrived; Queued; Offered to each extension |
//! | `answer` | `answeringNumber`; `from`, `to`, `direction` as in all that follow | Answered |
//! | `hangup` | `cause`, `by` | HungUp |
//! | `ringing` | `extension` | Ringing |
//! | `ringEnd` | `extension`, `cause` (`rejected`, `noAnswer`, …): one telephone stopped, the call goes on | OfferEnded |
//! | `hold`, `unhold` | `extension` | Held, Unheld |
//! | `transfer` | `target`, `mode` (blind, attended), `extension` | Transferred |
//! | `recording` | `recording`: an address or a file name | RecordingReady |
//!
//! All take `ts`, when it happened (unix seconds, unix milliseconds or RFC 3339), and `eventId`, by which a repeat is known.
//! The first three are Zammad's own; the rest are what its contract does not tell and the clauses ask for. A call that was
//! not picked up may send its `hangup` again and again, as SIP repeats what was not confirmed.

mod fields;
#[cfg(test)]
mod tests;

use domain::call::event::{CallEvent, CallKind, Cause, Direction, TransferMode};

use crate::{Capabilities, Plan, instant};
use fields::Fields;

/// Longest body, in octets.
pub const LARGEST_BODY: usize = 16 * 1024;
/// Longest name of a call or a report, in characters; Zammad's own limit is the same.
const LONGEST_ID: usize = 250;
/// Longest number or extension.
const LONGEST_NUMBER: usize = 64;
/// Longest name of a queue.
const LONGEST_NAME: usize = 128;
/// Longest address of a recording.
const LONGEST_ADDRESS: usize = 1024;

/// What a source by webhook tells. Zammad's contract knows three events only; `extended` if this connector was set up to send the
/// others as well.
#[must_use]
pub const fn capabilities(extended: bool) -> Capabilities {
    Capabilities {
        rings: extended,
        holds: extended,
        hung_up_by: extended,
        dial: false,
        hold: false,
        transfer: false,
        pick_up: false,
        recording: extended,
    }
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Missing,
    TooLong,
    /// A line break or the like.
    Control,
    /// None of the words that this field knows.
    Unknown,
    /// Not of the form that this field has.
    Malformed,
    /// Given twice.
    Twice,
}

impl Why {
    /// The text code, as used in translation keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Why::Missing => "missing",
            Why::TooLong => "too_long",
            Why::Control => "control",
            Why::Unknown => "unknown",
            Why::Malformed => "malformed",
            Why::Twice => "twice",
        }
    }
}

/// A report that cannot be taken: the web answers 422 and names the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrong {
    /// Name of the field; `body` and `content-type` for the whole.
    pub field: &'static str,
    pub why: Why,
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.field, self.why.as_str())
    }
}

impl std::error::Error for Wrong {}

/// Who calls whom in a call that is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parties {
    pub direction: Option<Direction>,
    /// Personal.
    pub caller: Option<String>,
    /// Personal where it is an outside one.
    pub called: Option<String>,
}

/// Reads one report. `at_received` is our own clock in unix milliseconds, `source` the name under which the connector was set up.
///
/// # Errors
/// [`Wrong`].
pub fn parse(content_type: &str, body: &[u8], at_received: i64, source: &str) -> Result<Vec<CallEvent>, Wrong> {
    parse_knowing(content_type, body, at_received, source, |_| None)
}

/// Reads one report, for a desk that can look the call up by its key: many connectors name the parties in `newCall` only, and without
/// them `by` does not say who hung up.
///
/// # Errors
/// [`Wrong`].
pub fn parse_knowing(
    content_type: &str,
    body: &[u8],
    at_received: i64,
    source: &str,
    known: impl FnOnce(&str) -> Option<Parties>,
) -> Result<Vec<CallEvent>, Wrong> {
    let fields = Fields::read(content_type, body)?;
    let event = fields.need("event", LONGEST_NAME)?;
    let call_key = fields.need("callId", LONGEST_ID)?;
    let kind = match event {
        "newCall" => CallKind::Arrived,
        "ringing" => CallKind::Ringing,
        "ringEnd" => CallKind::OfferEnded,
        "answer" => CallKind::Answered,
        "hold" => CallKind::Held,
        "unhold" => CallKind::Unheld,
        "transfer" => CallKind::Transferred,
        "hangup" => CallKind::HungUp,
        "recording" => CallKind::RecordingReady,
        _ => {
            return Err(Wrong {
                field: "event",
                why: Why::Unknown,
            });
        }
    };
    let mut report = CallEvent::new(source, call_key, kind, at_received);
    report.event_id = fields.text("eventId", LONGEST_ID)?.map(str::to_owned);
    report.at_source = match fields.text("ts", LONGEST_NUMBER)? {
        Some(ts) => Some(instant::any(ts).ok_or(Wrong {
            field: "ts",
            why: Why::Malformed,
        })?),
        None => None,
    };
    report.direction = direction(&fields)?;
    report.caller = fields.text("from", LONGEST_NUMBER)?.map(str::to_owned);
    report.called = fields.text("to", LONGEST_NUMBER)?.map(str::to_owned);
    report.queue = fields.text("queue", LONGEST_NAME)?.map(str::to_owned);
    let extension = fields.text("extension", LONGEST_NUMBER)?;
    let extension = extension.or(fields.text("answeringNumber", LONGEST_NUMBER)?);
    // Anything else is somebody's number: an agent's mobile, or the outside party that was called.
    let inside = Plan::default();
    report.extension = extension.filter(|x| inside.is_extension(x)).map(str::to_owned);
    match kind {
        CallKind::Arrived => return new_call(&fields, report),
        CallKind::HungUp => {
            report.cause = cause(&fields)?;
            if let Some(by) = fields.text("by", LONGEST_NUMBER)? {
                let known = known(call_key).unwrap_or_default();
                report.by_outside = by_outside(by, &report, &known);
            }
            // This contract tells of the end of a call, never of that of one telephone's part in it.
            report.extension = None;
        }
        // One telephone stopped ringing, the call goes on: pressed away, or left to the next (ANS-5).
        CallKind::OfferEnded => report.cause = cause(&fields)?,
        CallKind::Transferred => {
            report.target = Some(of_sip(fields.need("target", LONGEST_ADDRESS)?).to_owned());
            report.transfer_mode = match fields.text("mode", LONGEST_NAME)? {
                Some("blind") => Some(TransferMode::Blind),
                Some("attended") => Some(TransferMode::Attended),
                Some(_) => {
                    return Err(Wrong {
                        field: "mode",
                        why: Why::Unknown,
                    });
                }
                None => None,
            };
        }
        CallKind::RecordingReady => report.recording = Some(fields.need("recording", LONGEST_ADDRESS)?.to_owned()),
        _ => {}
    }
    Ok(vec![report])
}

/// A call that begins says where it goes as well.
fn new_call(fields: &Fields, mut report: CallEvent) -> Result<Vec<CallEvent>, Wrong> {
    // A hidden number is an empty one, and a call all the same.
    for field in ["from", "to"] {
        if !fields.has(field) {
            return Err(Wrong {
                field,
                why: Why::Missing,
            });
        }
    }
    let direction = report.direction.ok_or(Wrong {
        field: "direction",
        why: Why::Missing,
    })?;
    // Mostly the names of people; the telephones among them are what an event can say.
    let plan = Plan::default();
    let mut extensions: Vec<_> = fields
        .users(LONGEST_NAME)?
        .into_iter()
        .filter(|user| plan.is_extension(user))
        .collect();
    extensions.dedup();
    if direction == Direction::Out {
        report.extension = report
            .extension
            .or_else(|| extensions.first().map(|&extension| extension.to_owned()));
        return Ok(vec![report]);
    }
    let also = |kind: CallKind, name: String| {
        let mut event = report.clone();
        event.kind = kind;
        // Two of one name would be one.
        event.event_id = report.event_id.as_ref().map(|id| format!("{id}/{name}"));
        event
    };
    let mut events = vec![report.clone()];
    if report.queue.is_some() {
        events.push(also(CallKind::Queued, "queued".to_owned()));
    }
    for extension in extensions {
        let mut offered = also(CallKind::Offered, format!("offered/{extension}"));
        offered.extension = Some(extension.to_owned());
        events.push(offered);
    }
    Ok(events)
}

fn direction(fields: &Fields) -> Result<Option<Direction>, Wrong> {
    Ok(match fields.text("direction", LONGEST_NAME)? {
        Some("in") => Some(Direction::In),
        Some("out") => Some(Direction::Out),
        Some(_) => {
            return Err(Wrong {
                field: "direction",
                why: Why::Unknown,
            });
        }
        None => None,
    })
}

fn cause(fields: &Fields) -> Result<Option<Cause>, Wrong> {
    Ok(Some(match fields.text("cause", LONGEST_NAME)? {
        Some("normalClearing" | "NORMAL_CLEARING" | "16") => Cause::Normal,
        Some("busy" | "userBusy" | "USER_BUSY" | "17") => Cause::Busy,
        Some("cancel" | "originatorCancel" | "ORIGINATOR_CANCEL") => Cause::Cancelled,
        Some("noAnswer" | "NO_ANSWER" | "timeout" | "18" | "19") => Cause::NoAnswer,
        Some("congestion" | "34") => Cause::Congestion,
        Some("notFound") => Cause::Unreachable,
        Some("rejected" | "CALL_REJECTED" | "21") => Cause::Rejected,
        Some("forwarded") => Cause::Forwarded,
        // A word that is not known says that it ended, and not why: a call that is over must not ring on.
        Some(_) | None => return Ok(None),
    }))
}

/// Whether it was the outside party, by its number. Without that number only our own side can be recognised.
fn by_outside(by: &str, report: &CallEvent, known: &Parties) -> Option<bool> {
    let caller = report.caller.as_deref().or(known.caller.as_deref());
    let called = report.called.as_deref().or(known.called.as_deref());
    let (outside, ours) = match report.direction.or(known.direction)? {
        Direction::In => (caller, called),
        Direction::Out => (called, caller),
        Direction::Internal => return None,
    };
    if outside.is_some_and(|outside| same_number(by, outside)) {
        return Some(true);
    }
    let is_ours = ours.is_some_and(|ours| same_number(by, ours)) || report.extension.as_deref() == Some(by);
    // A call has two sides: whoever is not the outside party is ours.
    (is_ours || outside.is_some()).then_some(false)
}

/// The same number, however it is written: a clerk must not be blamed for a country code.
fn same_number(one: &str, other: &str) -> bool {
    let canonical = |text: &str| domain::phone::normalise(text).ok().map(|phone| phone.canonical());
    one == other || canonical(one).is_some_and(|one| Some(one) == canonical(other))
}

/// The number in a SIP address such as `<sip:1003@pbx.example;transport=udp>`, or the text itself.
fn of_sip(text: &str) -> &str {
    let address = text.split_once("sip:").or_else(|| text.split_once("sips:"));
    let Some((_, rest)) = address else { return text };
    let end = rest.find(['@', ';', '>', '?']).unwrap_or(rest.len());
    rest.get(..end).filter(|user| !user.is_empty()).unwrap_or(text)
}
