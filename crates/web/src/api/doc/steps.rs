//! The steps of a case as programs send them: one address for each action.

use domain::access::Action;

/// One step: its action, what it does in a line, and its fields in the short writing of `schema`.
pub struct StepDoc {
    pub action: Action,
    pub summary: &'static str,
    pub fields: &'static str,
}

const fn step(action: Action, summary: &'static str, fields: &'static str) -> StepDoc {
    StepDoc {
        action,
        summary,
        fields,
    }
}

/// All steps. Files are attached by their own address.
pub const STEPS: &[StepDoc] = &[
    step(
        Action::Dispatch,
        "Dispatch: issues a work order (REC-12, REC-15)",
        "department*:id worker:id? happened_at:at?",
    ),
    step(Action::Accept, "Accept the work order", "worker:id? happened_at:at?"),
    step(
        Action::ReturnOrder,
        "Send the work order back with a reason",
        "reason*:text",
    ),
    step(Action::TakeBack, "Take a wrong dispatch back", "reason*:text"),
    step(
        Action::Reassign,
        "Give the order to another department or worker",
        "department*:id worker:id? reason*:text",
    ),
    step(
        Action::HandOver,
        "Hand the order over to a colleague",
        "worker*:id note:text",
    ),
    step(Action::Arrive, "Arrive at the customer's", "worker:id? happened_at:at?"),
    step(Action::Quote, "Name a price on site (REC-14)", "lines*:Line[]"),
    step(
        Action::ConsentQuote,
        "Note that the customer accepts the quote",
        "quote*:id how*:consent note:text",
    ),
    step(
        Action::RefuseQuote,
        "Note that the customer refuses the quote",
        "quote*:id how*:consent note:text",
    ),
    step(
        Action::Wait,
        "Let the work wait",
        "reason*:wait_reason until*:at customer_told*:bool note:text",
    ),
    step(Action::Resume, "Go on after waiting", ""),
    step(
        Action::Complete,
        "The work is done",
        "done*:text lines:Line[] photos:id[] no_photo_reason:text? worker:id? happened_at:at?",
    ),
    step(
        Action::Amend,
        "Correct what was recorded as done",
        "done*:text lines:Line[] photos:id[] no_photo_reason:text? reason*:text",
    ),
    step(
        Action::Confirm,
        "Record a confirmation on paper, on the worker's device, or that it was declined (grades C and declined: the customer's own word comes by the customer's link)",
        "content_hash*:text how*:Confirmed opinion:satisfaction? comment:text happened_at:at?",
    ),
    step(
        Action::SecondCheck,
        "Check a confirmation of grade C as a second person",
        "",
    ),
    step(
        Action::RecordPayment,
        "Record money that came in",
        "method*:pay_method amount_cents*:cents receipt:text? happened_at:at?",
    ),
    step(
        Action::VoidPayment,
        "Take back a payment that was recorded wrongly; it stays in the record. payment: its place there, from 0",
        "payment*:int reason*:text",
    ),
    step(Action::WaiveFee, "Waive what is still owed", "reason*:text"),
    step(
        Action::ScheduleCallback,
        "Plan the callback",
        "planned_at:at? assignee:id?",
    ),
    step(
        Action::Callback,
        "Record an attempt to call back",
        "result*:attempt satisfaction:satisfaction? solved:bool? again_at:at? answers:Answer[] note:text happened_at:at?",
    ),
    step(Action::GiveUpCallback, "End the callback as unreachable", ""),
    step(Action::Close, "Close the case", ""),
    step(Action::Reopen, "Reopen the case", "reason*:reopen_reason note*:text"),
    step(
        Action::Cancel,
        "Cancel the case",
        "reason*:text customer_informed*:bool",
    ),
    step(Action::Urge, "Urge", "note:text"),
    step(Action::Note, "Write a note", "text*:text told_customer:bool"),
    step(
        Action::Promise,
        "Promise a reply (REC-8), or a call back (CAL-3). by: the customer's own time, not later than the level allows",
        "kind:promised what*:text by:at?",
    ),
    step(
        Action::InterimAnswer,
        "Tell the customer how it stands while the answer is awaited (CAL-6)",
        "text*:text happened_at:at?",
    ),
    step(
        Action::AskExtension,
        "Ask for more time on a limit, before it passes (COM-32)",
        "code*:clock cycle:int to*:at reason*:text told*:told",
    ),
    step(
        Action::ConsentExtension,
        "Note the customer's word on more time (grade C: the customer's own comes by the customer's link)",
        "extension*:id agree*:bool how*:consent note:text",
    ),
    step(
        Action::ApproveExtension,
        "Decide on more time, as the post that the standard names",
        "extension*:id approve*:bool note:text",
    ),
    step(
        Action::WithdrawExtension,
        "Withdraw a request for more time",
        "extension*:id reason*:text",
    ),
    step(
        Action::AskExcuse,
        "Ask that a passed limit be excused; the post that the standard names decides",
        "code*:clock cycle:int reason*:excuse text*:text",
    ),
    step(
        Action::DecideExcuse,
        "Decide on such a request, as that post and without a part in what was late. note: needed to refuse",
        "code*:clock cycle:int approve*:bool note:text",
    ),
    step(
        Action::ExcuseBreach,
        "Excuse a passed limit in one step, as who may decide and had no part in it; the breach stays",
        "code*:clock cycle:int reason*:excuse text*:text",
    ),
    step(Action::KeepPromise, "The promised reply was given", "no*:int how*:text"),
    step(Action::Answer, "Answer", "answer*:text happened_at:at?"),
    step(
        Action::ReportOutside,
        "Report what is nobody's service (REC-12 C)",
        "reported_to*:id referral*:text note:text",
    ),
    step(
        Action::ChangeKind,
        "Turn the case into another kind",
        "kind*:kind reason*:text",
    ),
    step(
        Action::ChangeLevel,
        "Change the level",
        "importance*:importance urgency*:urgency reason*:text",
    ),
    step(
        Action::ChangeFee,
        "Change the fee agreed at reception",
        "fee*:Fee reason*:text",
    ),
    step(
        Action::ChangeScope,
        "Change whose work it is. An order that is out is taken back; fee: the price as it is now told, without it the fee is asked for again (REC-12 to REC-14)",
        "scope*:scope fee:Fee? reason*:text",
    ),
    step(Action::ChangeItem, "Change the item", "item*:text reason*:text"),
    step(Action::ChangePlace, "Change the place", "place*:text reason*:text"),
    step(
        Action::ChangeContent,
        "Change the content",
        "content*:text reason*:text",
    ),
    step(
        Action::ChangeCustomer,
        "Change the customer's particulars",
        "customer*:Customer located:Where identity:Identity? anonymous_reason:text? reason*:text",
    ),
    step(
        Action::ChangeAppointment,
        "Change the appointment",
        "appointment*:Appointment? reason*:text",
    ),
    step(
        Action::JoinContact,
        "Join a contact to the case, by its number or id",
        "contact*:text",
    ),
    step(
        Action::JudgeComplaint,
        "Judge a complaint: valid or not, what kind, how serious, whom it is about (COM-28)",
        "valid*:bool nature*:nature severity*:importance about:id? reason*:text told:told?",
    ),
    step(
        Action::AppealComplaint,
        "Note that the customer does not agree that a complaint is not valid",
        "reason*:text",
    ),
    step(
        Action::RouteComplaint,
        "Send a complaint to who handles it: leader, or the code of a department (COM-18 to COM-21, COM-28, COM-29)",
        "received*:received to*:text reason:text",
    ),
    step(
        Action::AddPart,
        "Give a supporting department its part (COM-23)",
        "department*:id what*:text due_at*:at",
    ),
    step(Action::FinishPart, "A part is done", "no*:int result*:text"),
    step(Action::RecordFinding, "Record what was found out", "text*:text"),
    step(
        Action::ProposeAnswer,
        "Propose how to answer; a letter needs the company leader (COM-22)",
        "text*:text letter*:bool",
    ),
    step(
        Action::AgreeLetter,
        "The company leader's word on a letter (COM-22)",
        "agree*:bool note:text",
    ),
    step(
        Action::RaiseComplaint,
        "Take to the leader what cannot be solved (COM-25)",
        "reason*:text",
    ),
    step(
        Action::InstructComplaint,
        "The leader's instruction (COM-25)",
        "text*:text",
    ),
    step(Action::CarryOut, "It was done as instructed (COM-25)", "text*:text"),
    step(
        Action::RecordResponse,
        "What the customer says to the answer; not accepted goes to the leader",
        "accepted*:bool how*:told note:text",
    ),
    step(
        Action::NoteOpinion,
        "Opinion asked for, thanks given, hopes noted (COM-26)",
        "opinion*:satisfaction thanked*:bool hopes:text",
    ),
    step(Action::RecordCause, "Record the cause (COM-31)", "text*:text"),
    step(
        Action::SetMeasure,
        "Set a corrective or preventive measure with its owner and time (COM-31)",
        "kind*:measure_kind facts:text text*:text owner*:id due_at*:at",
    ),
    step(
        Action::FinishMeasure,
        "A measure was carried out",
        "no*:int result*:text",
    ),
    step(
        Action::VerifyComplaint,
        "Check what was done, as somebody who had no part in it (COM-14)",
        "effective*:bool note*:text",
    ),
    step(Action::FileComplaint, "Take the records in (COM-27)", "note:text"),
];
