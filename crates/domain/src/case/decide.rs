//! Commands to events. The order of things: may this person do this now (`gate`), is what was filled in complete and true,
//! what follows from it (clocks, callback, a void confirmation), which limits have passed.

use jiff::tz::TimeZone;

use super::apply::advance;
use super::command::Command;
use super::complaint;
use super::event::{By, Event, Fact};
use super::gate::gate;
use super::plan;
use super::state::CaseState;
use super::values::Because;
use super::{after, extend, reapply, record, steps};
use crate::access::Who;
use crate::clock::BreachReason;
use crate::ladder::Reached;
use crate::refusal::Refusal;
use crate::standard::{ClockRule, Standard};
use crate::time::{CalendarRef, Calendars};

/// What the rules need to know beside the case.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// Unix milliseconds.
    pub now: i64,
    /// The site's service standard.
    pub standard: &'a Standard,
    /// The site's zone.
    pub zone: &'a TimeZone,
    /// The site's working calendars.
    pub calendars: &'a Calendars,
}

impl Env<'_> {
    /// The calendar that a limit which starts now is read in; none for limits round the clock.
    pub(super) fn calendar_of(&self, rule: &ClockRule) -> Option<CalendarRef> {
        rule.calendar.as_deref().and_then(|code| self.calendars.newest(code))
    }
}

/// The events that a command makes of a case, in order; empty when there is nothing to record.
///
/// # Errors
/// The first rule in the way, with the complete list of what is lacking under that rule.
pub fn decide(state: Option<&CaseState>, command: &Command, who: &Who, env: &Env<'_>) -> Result<Vec<Event>, Refusal> {
    debug_assert!(
        state.is_none_or(CaseState::is_attached),
        "a case whose clocks lack their calendars would miss its breaches"
    );
    gate(state, command.action(), who, env)?;
    let mut draft = Draft {
        case: state.cloned(),
        events: Vec::new(),
        who,
        by: By::from(who),
        env: *env,
        happened_at: None,
    };
    draft.record_breaches(|due| (due, BreachReason::Time));
    extend::lapse(&mut draft);
    if let Command::Register(form) = command {
        record::register(&mut draft, form)?;
    } else {
        let case = state.ok_or_else(|| Refusal::new("refuse-no-case"))?;
        run(&mut draft, case, command)?;
        draft.void_what_changed();
    }
    let late = match command {
        Command::Register(_) => BreachReason::EnteredLate,
        _ => BreachReason::Change,
    };
    // What only this command moved into the past is breached now, not earlier.
    draft.record_breaches(|_| (env.now, late));
    extend::lapse(&mut draft);
    if matches!(command, Command::CheckClocks) {
        draft.climb();
        complaint::late(&mut draft);
    }
    Ok(draft.events)
}

/// `case` is the case as it was before the command.
fn run(draft: &mut Draft<'_>, case: &CaseState, command: &Command) -> Result<(), Refusal> {
    match command {
        Command::Register(_) => Err(Refusal::new("refuse-registered-already")),
        Command::Dispatch {
            order,
            number,
            department,
            worker,
            to_vendor,
            happened_at,
        } => {
            draft.happened(*happened_at)?;
            steps::dispatch(draft, case, (order, number), (department, worker.as_ref()), *to_vendor)
        }
        Command::Accept { worker, happened_at } => {
            draft.happened(*happened_at)?;
            steps::accept(draft, case, worker.as_ref())
        }
        Command::Return { reason } => steps::return_order(draft, case, reason),
        Command::TakeBack { reason } => steps::take_back(draft, case, reason),
        Command::Reassign {
            department,
            worker,
            to_vendor,
            reason,
        } => steps::reassign(draft, case, (department, worker.as_ref()), *to_vendor, reason),
        Command::HandOver { worker, note } => steps::hand_over(draft, case, worker, note),
        Command::Arrive { worker, happened_at } => {
            draft.happened(*happened_at)?;
            steps::arrive(draft, case, worker.as_ref())
        }
        Command::Quote { quote, lines } => steps::quote(draft, case, quote, lines),
        Command::ConsentQuote { quote, how } => steps::answer_quote(draft, case, quote, how, true),
        Command::RefuseQuote { quote, how } => steps::answer_quote(draft, case, quote, how, false),
        Command::Wait {
            reason,
            until,
            customer_told,
            note,
        } => steps::wait(draft, case, *reason, *until, *customer_told, note),
        Command::Resume => draft.emit(Fact::Resumed {}),
        Command::Complete {
            done,
            lines,
            photos,
            no_photo_reason,
            worker,
            callback,
            happened_at,
        } => {
            draft.happened(*happened_at)?;
            let form = steps::Done {
                done,
                lines,
                photos,
                no_photo_reason: no_photo_reason.as_deref(),
            };
            steps::complete(draft, case, &form, worker.as_ref(), callback)
        }
        Command::Amend {
            done,
            lines,
            photos,
            no_photo_reason,
            reason,
        } => {
            let form = steps::Done {
                done,
                lines,
                photos,
                no_photo_reason: no_photo_reason.as_deref(),
            };
            steps::amend(draft, case, &form, reason)
        }
        Command::Confirm {
            confirmation,
            content_hash,
            how,
            opinion,
            comment,
            happened_at,
        } => {
            draft.happened(*happened_at)?;
            after::confirm(draft, case, (confirmation, content_hash), how, *opinion, comment)
        }
        Command::SecondCheck => after::second_check(draft, case),
        Command::RecordPayment {
            method,
            amount_cents,
            receipt,
            happened_at,
        } => {
            draft.happened(*happened_at)?;
            after::pay(draft, case, *method, *amount_cents, receipt.as_deref())
        }
        Command::VoidPayment { payment, reason } => after::void_payment(draft, case, *payment, reason),
        Command::WaiveFee { reason } => after::waive(draft, case, reason),
        Command::ScheduleCallback {
            callback,
            planned_at,
            assignee,
        } => after::schedule_callback(draft, case, callback, *planned_at, assignee.as_ref()),
        Command::CallbackAttempt {
            result,
            satisfaction,
            solved,
            again_at,
            answers,
            note,
            happened_at,
        } => {
            draft.happened(*happened_at)?;
            let said = after::Said {
                satisfaction: *satisfaction,
                solved: *solved,
                again_at: *again_at,
                answers,
                note,
            };
            after::attempt(draft, case, *result, &said)
        }
        Command::GiveUpCallback => after::give_up(draft, case),
        Command::Close => draft.emit(Fact::Closed {}),
        Command::Reopen { reason, note } => after::reopen(draft, case, *reason, note),
        Command::Cancel {
            reason,
            customer_informed,
        } => after::cancel(draft, case, reason, *customer_informed),
        Command::Urge { note } => record::urge(draft, note),
        Command::Note { text, told_customer } => record::note(draft, text, *told_customer),
        Command::Promise {
            kind,
            what,
            by,
            reported_to,
        } => record::promise(draft, case, *kind, what, *by, reported_to),
        Command::InterimAnswer { text, happened_at } => {
            draft.happened(*happened_at)?;
            record::interim(draft, text)
        }
        Command::AskExtension {
            extension,
            code,
            cycle,
            to,
            reason,
            told,
        } => extend::ask(draft, case, extension, (*code, *cycle), *to, reason, *told),
        Command::AnswerExtension { extension, agree, how } => extend::answer(draft, extension, *agree, how),
        Command::DecideExtension {
            extension,
            approve,
            note,
        } => extend::decide(draft, extension, *approve, note),
        Command::WithdrawExtension { extension, reason } => extend::withdraw(draft, extension, reason),
        Command::AskExcuse {
            code,
            cycle,
            reason,
            text,
        } => extend::ask_excuse(draft, case, (*code, *cycle), *reason, text),
        Command::DecideExcuse {
            code,
            cycle,
            approve,
            note,
        } => extend::decide_excuse(draft, (*code, *cycle), *approve, note),
        Command::ExcuseBreach {
            code,
            cycle,
            reason,
            text,
        } => extend::excuse(draft, (*code, *cycle), *reason, text),
        Command::KeepPromise { no, how } => record::keep_promise(draft, case, *no, how),
        Command::Answer {
            answer,
            callback,
            happened_at,
        } => {
            draft.happened(*happened_at)?;
            after::answer(draft, case, answer, callback)
        }
        Command::ReportOutside {
            reported_to,
            referral,
            note,
        } => record::report_outside(draft, case, reported_to, referral, note),
        Command::Change { change, reason } => record::change(draft, case, change, reason),
        Command::JoinContact { contact } => record::join(draft, case, contact),
        Command::Attach {
            attachment,
            file,
            kind,
            caption,
        } => record::attach(draft, case, (attachment, file), *kind, caption),
        Command::BeginEmergency { emergency } => record::begin_emergency(draft, case, emergency),
        Command::SettleEmergency { emergency } => record::settle_emergency(draft, case, emergency),
        Command::Complaint(step) => complaint::run(draft, case, step),
        Command::LookAgain { found } => complaint::looked(draft, case, found),
        Command::CheckClocks => Ok(()),
        Command::ReapplyStandard { reason } => reapply::reapply(draft, case, reason),
        Command::ReapplyCalendar { reason } => reapply::recalendar(draft, case, reason),
    }
}

/// The events so far and the case as they leave it.
pub(super) struct Draft<'a> {
    pub case: Option<CaseState>,
    pub events: Vec<Event>,
    pub who: &'a Who,
    pub by: By,
    pub env: Env<'a>,
    pub happened_at: Option<i64>,
}

impl Draft<'_> {
    /// Records one more event. Always `Ok`, so that it can end a step.
    pub fn emit(&mut self, fact: Fact) -> Result<(), Refusal> {
        self.push(fact, self.by.clone(), self.happened_at);
        Ok(())
    }

    pub(super) fn push(&mut self, fact: Fact, by: By, happened_at: Option<i64>) {
        let event = Event {
            at: self.env.now,
            happened_at,
            by,
            fact,
        };
        advance(&mut self.case, &event, self.env.calendars);
        self.events.push(event);
    }

    /// The time on the paper, if it was entered later: not in the future, not before the step before.
    pub fn happened(&mut self, at: Option<i64>) -> Result<(), Refusal> {
        let Some(at) = at.filter(|at| *at != self.env.now) else {
            return Ok(());
        };
        if at > self.env.now {
            return Err(Refusal::new("refuse-time-in-future").arg("at", at));
        }
        if let Some(earlier) = self
            .case
            .as_ref()
            .map(|case| case.last_step_at)
            .filter(|earlier| at < *earlier)
        {
            return Err(Refusal::new("refuse-time-order").arg("at", at).arg("earlier", earlier));
        }
        self.happened_at = Some(at);
        Ok(())
    }

    /// When the command's step happened.
    pub fn when(&self) -> i64 {
        self.happened_at.unwrap_or(self.env.now)
    }

    /// Starts the clocks of the round that has just begun.
    pub fn start_clocks(&mut self) -> Result<(), Refusal> {
        let clocks = self
            .case
            .as_ref()
            .map(|case| plan::clocks(case, case.round_started_at, &self.env));
        match clocks {
            Some(clocks) if !clocks.is_empty() => self.emit(Fact::ClocksStarted { clocks }),
            _ => Ok(()),
        }
    }

    /// Gives the clocks the limits of the case as it is after a change.
    pub fn retarget(&mut self, before: &CaseState, because: Because) -> Result<(), Refusal> {
        let Some(after) = &self.case else { return Ok(()) };
        let plan::Retarget { changed, dropped } = plan::retarget(before, after, &self.env);
        if changed.is_empty() && dropped.is_empty() {
            return Ok(());
        }
        self.emit(Fact::ClocksRetargeted {
            changed,
            dropped,
            because,
        })
    }

    /// A confirmation holds only for what was signed.
    fn void_what_changed(&mut self) {
        let Some(case) = &self.case else { return };
        let Some(confirmation) = case.confirmation() else {
            return;
        };
        if confirmation.content_hash != case.content_hash() {
            let confirmation = confirmation.id.clone();
            self.push(Fact::ConfirmationVoided { confirmation }, self.by.clone(), None);
        }
    }

    /// Makes facts of the steps of ladders that time has come to.
    fn climb(&mut self) {
        let Some(case) = &self.case else { return };
        let registered_at = case.registered_at;
        let reached = case.reached(&self.env);
        // What was reached before the case was entered (补录): the highest step of each limit speaks for those below it.
        let highest = |code, cycle| {
            let before = reached
                .iter()
                .filter(|r| r.code == code && r.cycle == cycle && r.at <= registered_at);
            before.map(|r| r.at).max()
        };
        for Reached { code, cycle, rung, at } in &reached {
            let (code, cycle, at) = (*code, *cycle, *at);
            let entered_late = at <= registered_at;
            let silent = entered_late && highest(code, cycle) != Some(at);
            let fact = Fact::RungReached {
                code,
                cycle,
                step: rung.at,
                kind: rung.kind,
                reached_at: at,
                to: if silent { Vec::new() } else { rung.to.clone() },
                clause: rung.clause.clone(),
                told: Vec::new(),
                lacking: Vec::new(),
                entered_late,
            };
            let by = By::System {
                name: "clock".to_owned(),
            };
            self.push(fact, by, None);
        }
    }

    /// Makes facts of limits that have passed. `fact` gets the instant it was due.
    fn record_breaches(&mut self, fact: impl Fn(i64) -> (i64, BreachReason)) {
        let Some(case) = &self.case else { return };
        let passed: Vec<_> = case
            .clocks
            .iter()
            .filter_map(|clock| Some((clock.code, clock.cycle, clock.unrecorded_breach(self.env.now)?)))
            .collect();
        for (code, cycle, due) in passed {
            let (breached_at, reason) = fact(due);
            let by = By::System {
                name: "clock".to_owned(),
            };
            self.push(
                Fact::ClockBreached {
                    code,
                    cycle,
                    breached_at,
                    reason,
                },
                by,
                None,
            );
        }
    }
}

/// Longest text that is taken, in bytes.
const LONGEST_TEXT: usize = 20_000;

/// A text that may be empty, trimmed.
pub(super) fn text(given: &str) -> Result<String, Refusal> {
    let given = given.trim();
    if given.len() > LONGEST_TEXT {
        return Err(Refusal::new("refuse-text-too-long").arg("bytes", LONGEST_TEXT));
    }
    Ok(given.to_owned())
}

/// A text that must be there, trimmed.
pub(super) fn required(given: &str, missing: &'static str) -> Result<String, Refusal> {
    let given = text(given)?;
    if given.is_empty() {
        Err(incomplete([missing]))
    } else {
        Ok(given)
    }
}

/// What was filled in is not complete.
pub(super) fn incomplete(missing: impl IntoIterator<Item = &'static str>) -> Refusal {
    Refusal::new("refuse-incomplete").missing(missing)
}
