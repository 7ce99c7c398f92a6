//! Which actions the page draws, and where: the next steps in the head, the rest in the menu, what is not possible now with
//! its reason.

use domain::access::Action;
use domain::case::{CaseState, Offer, Status};

use crate::fail::refusal_text;
use crate::page::Page;

/// One action as it is drawn.
pub struct Act {
    pub action: &'static str,
    pub label: String,
    pub icon: &'static str,
    /// Why not; empty: it is open.
    pub reason: String,
    /// A key that presses it, if it has one.
    pub key: &'static str,
}

/// All actions, sorted by where they are drawn.
#[derive(Default)]
pub struct Acts {
    pub head: Vec<Act>,
    pub menu: Vec<Act>,
    pub refused: Vec<Act>,
    pub close: Option<Act>,
    pub note: Option<Act>,
    pub attach: bool,
}

impl Acts {
    /// Whether the page draws a link to this action elsewhere.
    pub fn has(&self, action: &str) -> bool {
        self.head.iter().chain(&self.menu).any(|a| a.action == action)
    }
}

fn icon(action: Action) -> &'static str {
    match action {
        Action::Dispatch => "send",
        Action::Accept | Action::ConsentQuote => "check",
        Action::ReturnOrder | Action::TakeBack => "arrow-back-up",
        Action::Reassign => "user-plus",
        Action::HandOver => "users",
        Action::Arrive => "map-pin",
        Action::Quote => "receipt",
        Action::RefuseQuote => "x",
        Action::Wait => "player-pause",
        Action::Resume => "player-play",
        Action::Complete => "tool",
        Action::Confirm => "signature",
        Action::SecondCheck => "shield-check",
        Action::RecordPayment | Action::VoidPayment | Action::WaiveFee => "coin",
        Action::ScheduleCallback | Action::GiveUpCallback => "phone-call",
        Action::Callback => "phone-outgoing",
        Action::Close => "circle-check",
        Action::Reopen => "rotate",
        Action::Cancel => "circle-x",
        Action::Urge => "bell",
        Action::Note => "message-circle",
        Action::Promise | Action::KeepPromise => "clock",
        Action::InterimAnswer => "message-circle",
        Action::AskExtension | Action::WithdrawExtension => "clock-pause",
        Action::ConsentExtension | Action::ApproveExtension => "check",
        Action::AskExcuse | Action::ExcuseBreach => "shield-check",
        Action::DecideExcuse => "check",
        Action::Answer => "message",
        Action::ReportOutside => "arrow-up-right",
        Action::JoinContact => "phone-incoming",
        Action::Attach => "paperclip",
        Action::JudgeComplaint | Action::VerifyComplaint => "shield-check",
        Action::RouteComplaint | Action::RaiseComplaint => "arrow-up-right",
        Action::FileComplaint => "circle-check",
        _ => "edit",
    }
}

/// The steps that lead on from a state, the most likely first.
fn next_steps(case: &CaseState) -> &'static [Action] {
    use Action::*;
    match case.status {
        Status::Registered => &[Dispatch, Answer, ReportOutside, Complete],
        Status::Dispatched => &[Accept, Reassign, TakeBack],
        Status::Accepted => &[Arrive, Reassign, Wait, Complete],
        Status::OnSite => &[ConsentQuote, Complete, Wait],
        Status::Waiting => &[Resume, Arrive],
        Status::Done => &[Confirm, Callback, RecordPayment],
        Status::Confirmed => &[SecondCheck, Callback, RecordPayment],
        Status::Closed | Status::Cancelled => &[Reopen],
    }
}

/// The steps of a complaint that bring about what is still lacking, in the order of its process.
fn of_complaint(case: &CaseState) -> Vec<Action> {
    let step = |key: &str| match key {
        "missing-judgement" => Some(Action::JudgeComplaint),
        "missing-route" => Some(Action::RouteComplaint),
        "missing-parts" => Some(Action::FinishPart),
        "missing-instruction" => Some(Action::InstructComplaint),
        "missing-carried-out" => Some(Action::CarryOut),
        "missing-finding" => Some(Action::RecordFinding),
        "missing-proposal" => Some(Action::ProposeAnswer),
        "missing-letter-agreed" => Some(Action::AgreeLetter),
        "missing-answer" => Some(Action::Answer),
        "missing-response" => Some(Action::RecordResponse),
        "missing-opinion" => Some(Action::NoteOpinion),
        "missing-cause" => Some(Action::RecordCause),
        "missing-prevention" | "missing-corrective-report" | "missing-preventive-report" => Some(Action::SetMeasure),
        "missing-verification" => Some(Action::VerifyComplaint),
        "missing-filing" => Some(Action::FileComplaint),
        "missing-callback" => Some(Action::Callback),
        _ => None,
    };
    let mut next: Vec<Action> = domain::case::missing_to_close(case)
        .into_iter()
        .filter_map(step)
        .collect();
    next.dedup();
    next.extend(next_steps(case));
    next
}

/// Sorts what the rules offer. What a role never does is not drawn at all.
pub fn sort(p: &Page, case: &CaseState, offers: &[Offer]) -> Acts {
    let mut acts = Acts::default();
    let next = if case.file().is_some() && case.is_open() {
        of_complaint(case)
    } else {
        next_steps(case).to_vec()
    };
    let act = |o: &Offer| Act {
        action: o.action.as_str(),
        label: p.code("action", o.action.as_str()),
        icon: icon(o.action),
        reason: o
            .refusal
            .as_ref()
            .map(|r| refusal_text(p.locale, &p.zone, r))
            .unwrap_or_default(),
        key: if o.action == Action::Note { "N" } else { "" },
    };
    let mine = |o: &&Offer| {
        let rule = o.refusal.as_ref().map(|r| r.rule);
        !matches!(rule, Some("refuse-role" | "refuse-no-complaint"))
    };
    for n in next {
        let open = offers.iter().find(|o| o.action == n && o.allowed());
        let twice = acts.head.iter().any(|h| h.action == n.as_str());
        if let Some(o) = open.filter(|_| acts.head.len() < 3 && !twice) {
            acts.head.push(act(o));
        }
    }
    for o in offers.iter().filter(mine) {
        match o.action {
            Action::Note if o.allowed() => acts.note = Some(act(o)),
            Action::Close => acts.close = Some(act(o)).filter(|_| case.is_open()),
            Action::Attach => acts.attach = o.allowed(),
            _ if acts.head.iter().any(|h| h.action == o.action.as_str()) => {}
            _ if o.allowed() => acts.menu.push(act(o)),
            _ => acts.refused.push(act(o)),
        }
    }
    acts
}
