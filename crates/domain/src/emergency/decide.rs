//! Commands to events, and what each event does to the state.

use super::event::{CallLine, Event, Fact, StepDue};
use super::{Call, Class, Emergency, Improvement, Line, Meeting, State, Step};
use crate::access::{Action, Reach, Who};
use crate::case::By;
use crate::ids::{CaseId, EmergencyId, StaffId};
use crate::privacy;
use crate::refusal::Refusal;

/// Whoever does not confirm within this time is taken for unreached, and the next in line is called. Milliseconds.
pub const CONFIRM_MS: i64 = 60_000;

/// The longest text of one line, in characters.
const LONGEST: usize = 4_000;

/// A new emergency. Who is called and what is to be done was looked up by the caller; the rules make nothing up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    pub emergency: EmergencyId,
    pub number: String,
    /// The call for help; a drill has none, and only a drill.
    pub case: Option<CaseId>,
    pub drill: bool,
    pub play: String,
    pub class: Class,
    pub major: bool,
    /// Who looks after it (REC-21).
    pub owner: Option<StaffId>,
    pub calls: Vec<CallLine>,
    /// Steps, with the time from now by which they are due.
    pub steps: Vec<StepDue>,
    pub place: String,
    pub phone: String,
    pub caller: String,
    pub what: String,
}

/// One step that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Open(Box<Open>),
    /// Somebody of the line comes: whoever says so themselves, or whom somebody has reached by phone.
    Confirm {
        call: usize,
        staff: StaffId,
    },
    /// Whose turn it is does not answer.
    NoAnswer {
        call: usize,
    },
    Tick {
        step: String,
        skip: bool,
        note: String,
    },
    Log {
        text: String,
    },
    /// `on_duty`: the new owner is at work (REC-21).
    Own {
        staff: StaffId,
        on_duty: bool,
    },
    End {
        how: String,
    },
    Report {
        result: String,
    },
    Meet {
        held_at: i64,
        present: Vec<StaffId>,
        analysis: String,
    },
    Improve {
        owner: StaffId,
        due_at: i64,
        what: String,
    },
    Improved {
        no: u32,
        how: String,
    },
    Close,
    /// Time ran on.
    Look,
}

impl Emergency {
    /// Whether somebody leads it: by role, or as its owner.
    pub fn led_by(&self, who: &Who) -> bool {
        who.reach(Action::LeadEmergency) >= Reach::Site || who.staff() == Some(&self.owner)
    }
}

impl Improvement {
    /// Whether somebody may say that it is done: whose it is, and who leads emergencies by role.
    pub fn told_by(&self, who: &Who) -> bool {
        who.reach(Action::LeadEmergency) >= Reach::Site || who.staff() == Some(&self.owner)
    }
}

impl Command {
    /// The right that the command needs. An owner leads without it.
    pub const fn action(&self) -> Action {
        match self {
            Command::Open(_)
            | Command::Confirm { .. }
            | Command::NoAnswer { .. }
            | Command::Tick { .. }
            | Command::Log { .. }
            | Command::Improved { .. } => Action::JoinEmergency,
            Command::Look => Action::CheckClocks,
            _ => Action::LeadEmergency,
        }
    }
}

/// The events that a command makes of an emergency; empty when there is nothing to record.
///
/// # Errors
/// The first rule in the way, with the complete list of what is lacking under it.
pub fn decide(state: Option<&Emergency>, command: &Command, who: &Who, now: i64) -> Result<Vec<Event>, Refusal> {
    let action = command.action();
    let leads = action == Action::LeadEmergency && state.is_some_and(|e| e.led_by(who));
    if who.reach(action) < Reach::Site && !leads {
        return Err(Refusal::new("refuse-role").arg("action", action));
    }
    let facts = match (state, command) {
        (None, Command::Open(form)) => open(form, now)?,
        (None, _) => return Err(Refusal::new("refuse-no-case")),
        (Some(_), Command::Open(_)) => return Err(Refusal::new("refuse-registered-already")),
        (Some(e), _) => step(e, command, who, now)?,
    };
    let by = match command {
        Command::Look => By::System {
            name: "clock".to_owned(),
        },
        _ => By::from(who),
    };
    let event = |fact| Event {
        at: now,
        by: by.clone(),
        fact,
    };
    Ok(facts.into_iter().map(event).collect())
}

/// A text, trimmed, without ID and card numbers (ETQ-4).
fn text(given: &str) -> Result<String, Refusal> {
    let given = given.trim();
    if given.chars().count() > LONGEST {
        return Err(Refusal::new("refuse-text-too-long").arg("bytes", LONGEST));
    }
    Ok(privacy::masked(given))
}

fn required(given: &str, missing: &'static str) -> Result<String, Refusal> {
    let given = text(given)?;
    if given.is_empty() {
        Err(Refusal::new("refuse-incomplete").missing([missing]))
    } else {
        Ok(given)
    }
}

fn open(form: &Open, now: i64) -> Result<Vec<Fact>, Refusal> {
    let place = required(&form.place, "missing-place").map_err(|r| r.clause("REC-17"))?;
    let Some(owner) = form.owner.clone() else {
        return Err(Refusal::new("refuse-no-owner").clause("REC-21"));
    };
    // A drill never becomes a case, and an emergency always is one: the figures rest on it.
    if form.drill == form.case.is_some() {
        return Err(Refusal::new("refuse-drill-case"));
    }
    let due = |s: &StepDue| StepDue {
        due_at: s.due_at.map(|ms| now + ms),
        ..s.clone()
    };
    Ok(vec![Fact::Opened {
        emergency: form.emergency.clone(),
        number: form.number.clone(),
        case: form.case.clone(),
        drill: form.drill,
        play: form.play.clone(),
        class: form.class,
        major: form.major,
        owner,
        calls: form.calls.clone(),
        steps: form.steps.iter().map(due).collect(),
        place,
        phone: form.phone.trim().to_owned(),
        caller: text(&form.caller)?,
        what: text(&form.what)?,
    }])
}

fn step(e: &Emergency, command: &Command, who: &Who, now: i64) -> Result<Vec<Fact>, Refusal> {
    let runs = || {
        if e.runs() {
            Ok(())
        } else {
            Err(Refusal::new("refuse-emergency-over").clause("REC-21"))
        }
    };
    let follows = || match e.state {
        State::Running => Err(Refusal::new("refuse-emergency-runs").clause("DIR-14")),
        State::After => Ok(()),
        State::Closed => Err(Refusal::new("refuse-emergency-closed").clause("DIR-14")),
    };
    let fact = match command {
        Command::Open(_) => return Ok(Vec::new()),
        Command::Confirm { call, staff } => {
            runs()?;
            return confirm(e, *call, staff, who);
        }
        Command::NoAnswer { call } => {
            runs()?;
            let found = find(e, *call)?;
            let Some(staff) = found.current().filter(|_| found.confirmed_at.is_none()) else {
                return Err(Refusal::new("refuse-call-over"));
            };
            unanswered(*call, found, staff, false)
        }
        Command::Tick { step, skip, note } => {
            runs()?;
            return tick(e, step, *skip, note);
        }
        Command::Log { text } => {
            if e.state == State::Closed {
                follows()?;
            }
            Fact::Logged {
                text: required(text, "missing-text")?,
            }
        }
        Command::Own { staff, on_duty } => {
            if e.state == State::Closed {
                follows()?;
            }
            if *staff == e.owner {
                return Err(Refusal::new("refuse-nothing-changed"));
            }
            if !on_duty {
                return Err(Refusal::new("refuse-owner-off-duty").clause("REC-21"));
            }
            Fact::OwnerNamed { owner: staff.clone() }
        }
        Command::End { how } => {
            runs()?;
            end(e, how)?
        }
        Command::Report { result } => {
            follows()?;
            Fact::Reported {
                result: required(result, "missing-emergency-report")?,
            }
        }
        Command::Meet {
            held_at,
            present,
            analysis,
        } => {
            follows()?;
            if *held_at > now {
                return Err(Refusal::new("refuse-time-in-future").arg("at", held_at));
            }
            if e.ended_at.is_some_and(|ended| *held_at < ended) {
                return Err(Refusal::new("refuse-meeting-before-end").clause("DIR-14"));
            }
            let analysis = text(analysis)?;
            let missing: Vec<_> = [
                (present.is_empty(), "missing-present"),
                (analysis.is_empty(), "missing-analysis"),
            ]
            .into_iter()
            .filter_map(|(lacks, key)| lacks.then_some(key))
            .collect();
            if !missing.is_empty() {
                return Err(Refusal::new("refuse-incomplete").clause("DIR-14").missing(missing));
            }
            Fact::Met {
                held_at: *held_at,
                present: present.clone(),
                analysis,
            }
        }
        Command::Improve { owner, due_at, what } => {
            follows()?;
            let what = required(what, "missing-improvement")?;
            if *due_at <= now {
                return Err(Refusal::new("refuse-until-past").arg("until", due_at));
            }
            Fact::Improvement {
                no: u32::try_from(e.improvements.len()).unwrap_or(u32::MAX) + 1,
                owner: owner.clone(),
                due_at: *due_at,
                what,
            }
        }
        Command::Improved { no, how } => {
            let open = e.improvements.iter().find(|i| i.no == *no && i.done_at.is_none());
            let Some(open) = open else {
                return Err(Refusal::new("refuse-improvement-done"));
            };
            if !open.told_by(who) {
                return Err(Refusal::new("refuse-not-yours").arg("action", Action::LeadEmergency));
            }
            Fact::Improved {
                no: *no,
                how: required(how, "missing-how")?,
            }
        }
        Command::Close => {
            let missing = e.missing_to_close();
            if !missing.is_empty() {
                return Err(Refusal::new("refuse-emergency-not-closable")
                    .clause("DIR-14")
                    .missing(missing));
            }
            follows()?;
            Fact::Closed
        }
        Command::Look => return Ok(look(e, now)),
    };
    Ok(vec![fact])
}

fn find(e: &Emergency, call: usize) -> Result<&Call, Refusal> {
    e.calls.get(call).ok_or_else(|| Refusal::new("refuse-call-over"))
}

fn unanswered(no: usize, call: &Call, staff: &StaffId, by_time: bool) -> Fact {
    Fact::CallUnanswered {
        call: no,
        staff: staff.clone(),
        next: call.line.get(call.turn + 1).cloned(),
        by_time,
    }
}

/// Whoever is in the line may say that they come, also before or after their turn; somebody else says it of them.
fn confirm(e: &Emergency, no: usize, staff: &StaffId, who: &Who) -> Result<Vec<Fact>, Refusal> {
    let call = find(e, no)?;
    if call.confirmed_at.is_some() {
        return Err(Refusal::new("refuse-call-over"));
    }
    if !call.line.contains(staff) {
        return Err(Refusal::new("refuse-not-in-line").clause("REC-18"));
    }
    // Who holds several posts has heard of all of them.
    let same = |(no, call): (usize, &Call)| {
        (call.confirmed_at.is_none() && call.current() == Some(staff)).then(|| Fact::CallConfirmed {
            call: no,
            staff: staff.clone(),
            own: who.staff() == Some(staff),
        })
    };
    let mut facts = vec![Fact::CallConfirmed {
        call: no,
        staff: staff.clone(),
        own: who.staff() == Some(staff),
    }];
    facts.extend(e.calls.iter().enumerate().filter(|(i, _)| *i != no).filter_map(same));
    Ok(facts)
}

fn tick(e: &Emergency, code: &str, skip: bool, note: &str) -> Result<Vec<Fact>, Refusal> {
    let Some(step) = e.steps.iter().find(|s| s.code == code) else {
        return Err(Refusal::new("refuse-no-step"));
    };
    if step.done_at.is_some() {
        // Two tick the same line in the same second: it is done once.
        return Ok(Vec::new());
    }
    let note = text(note)?;
    if note.is_empty() && (skip || step.note) {
        let key = if skip { "missing-reason" } else { "missing-body" };
        return Err(Refusal::new("refuse-incomplete").clause("REC-20").missing([key]));
    }
    Ok(vec![Fact::Ticked {
        step: code.to_owned(),
        skipped: skip,
        note,
    }])
}

fn end(e: &Emergency, how: &str) -> Result<Fact, Refusal> {
    if e.open_musts().next().is_some() {
        let codes: Vec<&str> = e.open_musts().map(|s| s.code.as_str()).collect();
        return Err(Refusal::new("refuse-emergency-steps")
            .clause("REC-17")
            .arg("n", codes.len())
            .missing(["missing-steps"]));
    }
    Ok(Fact::Ended {
        how: required(how, "missing-how")?,
    })
}

fn look(e: &Emergency, now: i64) -> Vec<Fact> {
    let mut facts = Vec::new();
    if e.runs() {
        for (no, call) in e.calls.iter().enumerate() {
            let due = call.due_at().is_some_and(|due| due <= now);
            if let Some(staff) = call.current().filter(|_| due) {
                facts.push(unanswered(no, call, staff, true));
            }
        }
        for s in e.steps.iter().filter(|s| s.done_at.is_none() && !s.told_late) {
            if let Some(due_at) = s.due_at.filter(|due| *due < now) {
                facts.push(Fact::StepLate {
                    step: s.code.clone(),
                    due_at,
                });
            }
        }
    }
    let late = |i: &&Improvement| i.done_at.is_none() && !i.told_late && i.due_at < now;
    facts.extend(
        e.improvements
            .iter()
            .filter(late)
            .map(|i| Fact::ImprovementLate { no: i.no }),
    );
    facts
}

/// Applies one event. Decides nothing: the same events make the same state, always.
pub fn apply(state: &mut Option<Emergency>, event: &Event) {
    match state {
        None => *state = opened(event),
        Some(e) => {
            on(e, event);
            log(e, event);
        }
    }
}

fn opened(event: &Event) -> Option<Emergency> {
    let Fact::Opened {
        emergency,
        number,
        case,
        drill,
        play,
        class,
        major,
        owner,
        calls,
        steps,
        place,
        phone,
        caller,
        what,
    } = event.fact.clone()
    else {
        return None;
    };
    let call = |c: CallLine| Call {
        post: c.post,
        line: c.line,
        turn: 0,
        called_at: event.at,
        confirmed_by: None,
        confirmed_at: None,
    };
    let step = |s: StepDue| Step {
        code: s.code,
        must: s.must,
        note: s.note,
        due_at: s.due_at,
        done_at: None,
        done_by: None,
        skipped: false,
        text: String::new(),
        told_late: false,
    };
    let mut e = Emergency {
        id: emergency,
        number,
        case,
        drill,
        play,
        class,
        major,
        state: State::Running,
        owner,
        opened_at: event.at,
        opened_by: event.by.clone(),
        place,
        phone,
        caller,
        what,
        calls: calls.into_iter().map(call).collect(),
        steps: steps.into_iter().map(step).collect(),
        log: Vec::new(),
        ended_at: None,
        ended_how: String::new(),
        report: None,
        reported_at: None,
        meeting: None,
        improvements: Vec::new(),
        closed_at: None,
    };
    log(&mut e, event);
    Some(e)
}

fn on(e: &mut Emergency, event: &Event) {
    let at = event.at;
    match &event.fact {
        Fact::Opened { .. } | Fact::Logged { .. } => {}
        Fact::CallConfirmed { call, staff, .. } => {
            if let Some(call) = e.calls.get_mut(*call) {
                call.confirmed_by = Some(staff.clone());
                call.confirmed_at = Some(at);
            }
        }
        Fact::CallUnanswered { call, .. } => {
            if let Some(call) = e.calls.get_mut(*call) {
                call.turn = (call.turn + 1).min(call.line.len());
                call.called_at = at;
            }
        }
        Fact::Ticked { step, skipped, note } => {
            if let Some(step) = e.steps.iter_mut().find(|s| s.code == *step) {
                step.done_at = Some(at);
                step.done_by = event.by.staff().cloned();
                step.skipped = *skipped;
                step.text = note.clone();
            }
        }
        Fact::StepLate { step, .. } => {
            if let Some(step) = e.steps.iter_mut().find(|s| s.code == *step) {
                step.told_late = true;
            }
        }
        Fact::OwnerNamed { owner } => e.owner = owner.clone(),
        Fact::Ended { how } => {
            e.state = State::After;
            e.ended_at = Some(at);
            e.ended_how = how.clone();
        }
        Fact::Reported { result } => {
            e.report = Some(result.clone());
            e.reported_at = Some(at);
        }
        Fact::Met {
            held_at,
            present,
            analysis,
        } => {
            e.meeting = Some(Meeting {
                held_at: *held_at,
                present: present.clone(),
                analysis: analysis.clone(),
            });
        }
        Fact::Improvement {
            no,
            owner,
            due_at,
            what,
        } => e.improvements.push(Improvement {
            no: *no,
            owner: owner.clone(),
            due_at: *due_at,
            what: what.clone(),
            done_at: None,
            done_by: None,
            how: String::new(),
            told_late: false,
        }),
        Fact::ImprovementLate { no } => {
            if let Some(i) = e.improvements.iter_mut().find(|i| i.no == *no) {
                i.told_late = true;
            }
        }
        Fact::Improved { no, how } => {
            if let Some(i) = e.improvements.iter_mut().find(|i| i.no == *no) {
                i.done_at = Some(at);
                i.done_by = event.by.staff().cloned();
                i.how = how.clone();
            }
        }
        Fact::Closed => {
            e.state = State::Closed;
            e.closed_at = Some(at);
        }
    }
}

/// The live log is the story itself: every event is a line of it.
fn log(e: &mut Emergency, event: &Event) {
    let post = |call: usize| {
        e.calls
            .get(call)
            .map_or_else(String::new, |c| c.post.as_str().to_owned())
    };
    let (about, staff, text) = match &event.fact {
        Fact::Opened { what, owner, .. } => (String::new(), Some(owner.clone()), what.clone()),
        Fact::CallConfirmed { call, staff, .. } => (post(*call), Some(staff.clone()), String::new()),
        Fact::CallUnanswered { call, staff, .. } => (post(*call), Some(staff.clone()), String::new()),
        Fact::Ticked { step, note, .. } => (step.clone(), None, note.clone()),
        Fact::StepLate { step, .. } => (step.clone(), None, String::new()),
        Fact::Logged { text } => (String::new(), None, text.clone()),
        Fact::OwnerNamed { owner } => (String::new(), Some(owner.clone()), String::new()),
        Fact::Ended { how } => (String::new(), None, how.clone()),
        Fact::Reported { result } => (String::new(), None, result.clone()),
        Fact::Met { analysis, .. } => (String::new(), None, analysis.clone()),
        Fact::Improvement { owner, what, .. } => (String::new(), Some(owner.clone()), what.clone()),
        Fact::Improved { how, .. } => (String::new(), None, how.clone()),
        Fact::ImprovementLate { no } => (no.to_string(), None, String::new()),
        Fact::Closed => (String::new(), None, String::new()),
    };
    let kind = match &event.fact {
        Fact::Ticked { skipped: true, .. } => "emergency_skipped",
        fact => fact.kind(),
    };
    e.log.push(Line {
        at: event.at,
        by: event.by.clone(),
        kind: kind.to_owned(),
        about,
        staff,
        text,
    });
}
