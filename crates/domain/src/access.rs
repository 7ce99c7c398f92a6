//! Who may do what: one table, role by action. Everything that asks for a right asks here.
//!
//! A system administrator keeps accounts and settings and sees no resident's data without another role. A vendor sees its own
//! orders. A customer and a vendor's link are not roles: what they may do stands in [`CUSTOMER_ACTIONS`] and
//! [`VENDOR_LINK_ACTIONS`].

use crate::codes::codes;
use crate::ids::{CaseId, DepartmentId, OrderId, StaffId};

codes! {
    /// What a member of staff is, in the order of the table's columns.
    Role {
        FrontDesk = "front_desk",
        Worker = "worker",
        CsHead = "cs_head",
        DeptHead = "dept_head",
        Guard = "guard",
        SecurityHead = "security_head",
        ProjectManager = "project_manager",
        Quality = "quality",
        Finance = "finance",
        Administration = "administration",
        CompanyLeader = "company_leader",
        GeneralManager = "general_manager",
        Vendor = "vendor",
        Sysadmin = "sysadmin",
    }
}

codes! {
    /// How far a right reaches. Later ones include earlier ones.
    Reach {
        Never = "never",
        /// What one is working on, or was the first to be asked about (DIR-9).
        Own = "own",
        /// What one's department is working on, and own.
        Department = "department",
        /// Everything at the sites one belongs to.
        Site = "site",
        /// Every site of the company.
        All = "all",
    }
}

codes! {
    /// Everything a person does.
    Action {
        RegisterContact = "register_contact",
        ViewContacts = "view_contacts",
        RegisterCase = "register_case",
        ViewCase = "view_case",
        ViewDirectory = "view_directory",
        EditDirectory = "edit_directory",
        MergePersons = "merge_persons",
        RevealPhone = "reveal_phone",
        Dispatch = "dispatch",
        TakeBack = "take_back",
        Reassign = "reassign",
        Accept = "accept",
        ReturnOrder = "return_order",
        HandOver = "hand_over",
        Arrive = "arrive",
        Quote = "quote",
        ConsentQuote = "consent_quote",
        RefuseQuote = "refuse_quote",
        Wait = "wait",
        Resume = "resume",
        Complete = "complete",
        Amend = "amend",
        Confirm = "confirm",
        SecondCheck = "second_check",
        RecordPayment = "record_payment",
        /// Takes back a payment that was recorded wrongly; the old one stays to be seen.
        VoidPayment = "void_payment",
        WaiveFee = "waive_fee",
        ScheduleCallback = "schedule_callback",
        Callback = "callback",
        GiveUpCallback = "give_up_callback",
        Close = "close",
        Reopen = "reopen",
        Cancel = "cancel",
        Urge = "urge",
        Note = "note",
        Promise = "promise",
        KeepPromise = "keep_promise",
        /// Tells the customer how it stands while the answer is awaited.
        InterimAnswer = "interim_answer",
        AskExtension = "ask_extension",
        /// Notes the customer's word on waiting longer; the customer gives it by the own link.
        ConsentExtension = "consent_extension",
        /// Decides on more time: the post that the standard names, and those above it.
        ApproveExtension = "approve_extension",
        WithdrawExtension = "withdraw_extension",
        /// Asks that a breach be excused: who worked on it, or the desk.
        AskExcuse = "ask_excuse",
        /// Decides on such a request: the post that the standard names, and those above it, not at fault.
        DecideExcuse = "decide_excuse",
        /// Both in one step, by who may decide and had no part in it.
        ExcuseBreach = "excuse_breach",
        /// Asks the superior or another department while the customer waits (REC-7).
        Consult = "consult",
        /// Answers such a question.
        AnswerConsult = "answer_consult",
        Answer = "answer",
        ReportOutside = "report_outside",
        ChangeKind = "change_kind",
        ChangeLevel = "change_level",
        ChangeFee = "change_fee",
        ChangeScope = "change_scope",
        ChangeItem = "change_item",
        ChangePlace = "change_place",
        ChangeContent = "change_content",
        ChangeCustomer = "change_customer",
        ChangeAppointment = "change_appointment",
        JoinContact = "join_contact",
        /// Receives visitors: registers, asks the host, lets in, sees out (VIS-3 to VIS-9).
        ReceiveVisitor = "receive_visitor",
        /// Sees who is inside and the register of visitors.
        ViewVisits = "view_visits",
        Attach = "attach",
        /// Records limits that have passed; done by the timer alone.
        CheckClocks = "check_clocks",
        SendLink = "send_link",
        WithdrawLink = "withdraw_link",
        PrintOrder = "print_order",
        ResendMessage = "resend_message",
        Import = "import",
        Export = "export",
        ViewReports = "view_reports",
        ReadJournal = "read_journal",
        ManageStaff = "manage_staff",
        ManageSite = "manage_site",
        /// Drafts versions of the service standard, checks and compares them.
        ManageStandard = "manage_standard",
        /// Approves a version that somebody else has drafted, and says from when it holds.
        ApproveStandard = "approve_standard",
        /// Applies the standard in force to open cases that were registered under another.
        ReapplyStandard = "reapply_standard",
        /// Runs past cases under a standard, to see who would have been late.
        SimulateStandard = "simulate_standard",
        /// Sees the roster and takes part in it: own shifts, check-in, swaps, hand-over, keys.
        ViewRoster = "view_roster",
        /// Plans the roster of the posts in reach: shifts, absences, swaps, posts.
        ManageRoster = "manage_roster",
        /// Follows emergencies, drills and mass incidents.
        ViewEmergency = "view_emergency",
        /// Opens an emergency, ticks its list, adds to its log.
        JoinEmergency = "join_emergency",
        /// Ends an emergency, names its owner, reports, holds the meeting, closes; leads drills.
        LeadEmergency = "lead_emergency",
        /// Opens a mass incident, changes what callers are told, ends it.
        ManageIncident = "manage_incident",
        /// Joins a caller to a mass incident and tells them when it is over.
        JoinIncident = "join_incident",
        /// Changes working calendars: hours, closures, the years' holidays; applies the change to limits that run.
        ManageCalendar = "manage_calendar",
        /// Whether a complaint is valid, what kind and how serious (COM-28).
        JudgeComplaint = "judge_complaint",
        /// Notes that the customer does not agree with "not valid".
        AppealComplaint = "appeal_complaint",
        /// Sends a complaint to who handles it (COM-18 to COM-21).
        RouteComplaint = "route_complaint",
        /// Gives a supporting department its part (COM-23).
        AddPart = "add_part",
        FinishPart = "finish_part",
        RecordFinding = "record_finding",
        ProposeAnswer = "propose_answer",
        /// The company leader's word on an answer by letter (COM-22).
        AgreeLetter = "agree_letter",
        /// Takes to the leader what the department cannot solve (COM-25).
        RaiseComplaint = "raise_complaint",
        InstructComplaint = "instruct_complaint",
        CarryOut = "carry_out",
        /// Notes what the customer says to the answer.
        RecordResponse = "record_response",
        /// Opinion, thanks, hopes and suggestions (COM-26).
        NoteOpinion = "note_opinion",
        RecordCause = "record_cause",
        /// A corrective or preventive measure (COM-31).
        SetMeasure = "set_measure",
        FinishMeasure = "finish_measure",
        /// Checks what was done, by somebody who had no part in it (COM-14).
        VerifyComplaint = "verify_complaint",
        /// Takes the records in (COM-27).
        FileComplaint = "file_complaint",
        /// Looks up standard answers, referrals and lessons.
        ViewAnswers = "view_answers",
        /// Writes, checks and withdraws standard answers and referrals.
        ManageAnswers = "manage_answers",
        /// Keeps, edits and withdraws lessons of the case library (DIR-22).
        KeepLesson = "keep_lesson",
        /// Draws the sample of a month's satisfaction calls (CSM-4).
        DrawCalls = "draw_calls",
        /// Sees the months' rounds of suggestions and praise (COM-13).
        ViewOpinions = "view_opinions",
        /// Thanks who gave an opinion, notes what was done, tells the result.
        HandleOpinion = "handle_opinion",
        /// Says what comes of an opinion, and closes the round.
        IdentifyOpinion = "identify_opinion",
        /// Checks how opinions were handled (COM-14).
        CheckOpinion = "check_opinion",
        /// Opens the registers: those of the own post, or of the site (COM-11).
        ViewRegisters = "view_registers",
        /// Corrects an entry of a register; the old text stays.
        CorrectRegister = "correct_register",
        /// Sees proposals for new services and notes that the customer was told (REC-12).
        ViewProposals = "view_proposals",
        /// Decides on a proposal for a new service.
        DecideProposal = "decide_proposal",
        /// Sees investigations into internal reports: one's own, or all (COM-24).
        ViewInvestigations = "view_investigations",
        /// Answers what is said of the own report, and objects to the outcome.
        AnswerInvestigation = "answer_investigation",
        /// Has an internal report looked into.
        OpenInvestigation = "open_investigation",
        /// Finds the outcome.
        DecideInvestigation = "decide_investigation",
        /// Has the last word when the person does not agree.
        ReviewInvestigation = "review_investigation",
        /// Reads notices to residents and who has been reached (COM-5).
        ViewBulletins = "view_bulletins",
        /// Drafts notices to residents.
        WriteBulletin = "write_bulletin",
        /// Publishes, corrects, widens and withdraws them; the head of security those that concern safety.
        PublishBulletin = "publish_bulletin",
        /// Hands them over on paper, puts them up and takes them down.
        DeliverBulletin = "deliver_bulletin",
        /// Calls of the hotline, their figures, and numbers to be called back.
        ViewCalls = "view_calls",
        /// Listens to recordings of calls, on record each time.
        HearRecording = "hear_recording",
        /// The telephones of the site and what they may dial (TEL-1, TEL-2).
        ManageTelephones = "manage_telephones",
        /// Asks for long distance or a new telephone, and sees what was asked: one's own, or more (TEL-2, TEL-8).
        AskTelephone = "ask_telephone",
        /// Decides on a request for long distance and assigns the line.
        DecideLongDistance = "decide_long_distance",
        /// Says what a new telephone takes, and puts it in.
        HandleNewPhone = "handle_new_phone",
        /// Decides on a new telephone.
        DecideNewPhone = "decide_new_phone",
        /// Sees violations of the rules for the telephone and answers the own ones (TEL-4).
        ViewViolations = "view_violations",
        /// Records a violation, and says of what was found that it is none.
        RecordViolation = "record_violation",
        /// Decides on one with its severity.
        DecideViolation = "decide_violation",
        Settings = "settings",
        Backup = "backup",
        ApiTokens = "api_tokens",
    }
}

impl Action {
    /// Every action on a case that is decided by `case::decide`, in the order in which a page lists them.
    pub const ON_CASE: &'static [Action] = &[
        Action::Dispatch,
        Action::Answer,
        Action::ReportOutside,
        Action::Accept,
        Action::ReturnOrder,
        Action::TakeBack,
        Action::Reassign,
        Action::HandOver,
        Action::Arrive,
        Action::Quote,
        Action::ConsentQuote,
        Action::RefuseQuote,
        Action::Wait,
        Action::Resume,
        Action::Complete,
        Action::Amend,
        Action::Confirm,
        Action::SecondCheck,
        Action::RecordPayment,
        Action::VoidPayment,
        Action::WaiveFee,
        Action::ScheduleCallback,
        Action::Callback,
        Action::GiveUpCallback,
        Action::Close,
        Action::Reopen,
        Action::Cancel,
        Action::Urge,
        Action::Note,
        Action::Promise,
        Action::KeepPromise,
        Action::InterimAnswer,
        Action::AskExtension,
        Action::ConsentExtension,
        Action::ApproveExtension,
        Action::WithdrawExtension,
        Action::AskExcuse,
        Action::DecideExcuse,
        Action::ExcuseBreach,
        Action::JudgeComplaint,
        Action::AppealComplaint,
        Action::RouteComplaint,
        Action::AddPart,
        Action::FinishPart,
        Action::RecordFinding,
        Action::ProposeAnswer,
        Action::AgreeLetter,
        Action::RaiseComplaint,
        Action::InstructComplaint,
        Action::CarryOut,
        Action::RecordResponse,
        Action::NoteOpinion,
        Action::RecordCause,
        Action::SetMeasure,
        Action::FinishMeasure,
        Action::VerifyComplaint,
        Action::FileComplaint,
        Action::ChangeKind,
        Action::ChangeLevel,
        Action::ChangeFee,
        Action::ChangeScope,
        Action::ChangeItem,
        Action::ChangePlace,
        Action::ChangeContent,
        Action::ChangeCustomer,
        Action::ChangeAppointment,
        Action::JoinContact,
        Action::Attach,
    ];

    /// A step of a complaint's own process (COM-17 to COM-32).
    pub const fn of_complaint(self) -> bool {
        use Action::*;
        matches!(
            self,
            JudgeComplaint
                | AppealComplaint
                | RouteComplaint
                | AddPart
                | FinishPart
                | RecordFinding
                | ProposeAnswer
                | AgreeLetter
                | RaiseComplaint
                | InstructComplaint
                | CarryOut
                | RecordResponse
                | NoteOpinion
                | RecordCause
                | SetMeasure
                | FinishMeasure
                | VerifyComplaint
                | FileComplaint
        )
    }

    /// Done by whoever holds the work order; being the first asked is not enough.
    pub const fn needs_the_order(self) -> bool {
        use Action::*;
        matches!(
            self,
            Accept | ReturnOrder | HandOver | Arrive | Quote | Wait | Resume | Complete | Amend
        )
    }
}

/// What a resident does by the link to the own case.
pub const CUSTOMER_ACTIONS: &[Action] = &[
    Action::ViewCase,
    Action::ConsentQuote,
    Action::RefuseQuote,
    Action::Confirm,
    Action::Reopen,
    Action::Urge,
    Action::Note,
    Action::Attach,
    Action::ConsentExtension,
];

/// What a vendor without an account does by the link for one order.
pub const VENDOR_LINK_ACTIONS: &[Action] = &[
    Action::ViewCase,
    Action::Accept,
    Action::ReturnOrder,
    Action::Arrive,
    Action::Quote,
    Action::Wait,
    Action::Resume,
    Action::Complete,
    Action::Note,
    Action::Attach,
];

/// What the product does by itself: imports, the exchange's calls, messages from outside, the timer.
pub const SYSTEM_ACTIONS: &[Action] = &[
    Action::RegisterContact,
    Action::RegisterCase,
    Action::ViewCase,
    Action::Note,
    Action::Attach,
    Action::JoinContact,
    Action::JoinEmergency,
    Action::CheckClocks,
];

/// One group of actions with the same rights.
struct Row(&'static [Action], [Reach; 14]);

const N: Reach = Reach::Never;
const O: Reach = Reach::Own;
const D: Reach = Reach::Department;
const S: Reach = Reach::Site;
const A: Reach = Reach::All;

use Action as Do;

/// The table. Columns: front desk, worker, head of customer service, department head, guard, head of security, project
/// manager, quality, finance, administration, company leader, general manager, vendor, system administrator.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    // Reception                                            desk work cs   dept grd  sec  pm   qual fin  adm  lead gm   vend sys
    Row(&[Do::RegisterContact, Do::RegisterCase],           [S,  S,   S,   S,   S,   S,   S,   S,   S,   S,   S,   S,   N,   N]),
    Row(&[Do::ViewContacts],                                [S,  N,   S,   D,   O,   S,   S,   A,   N,   S,   A,   A,   N,   N]),
    Row(&[Do::ViewCase],                                    [S,  D,   S,   D,   O,   S,   S,   A,   S,   S,   A,   A,   O,   N]),
    Row(&[Do::JoinContact],                                 [S,  N,   S,   D,   O,   S,   S,   N,   N,   N,   N,   N,   N,   N]),
    Row(&[Do::Answer, Do::Promise, Do::KeepPromise, Do::InterimAnswer],
                                                            [S,  O,   S,   D,   O,   S,   S,   N,   S,   S,   A,   A,   N,   N]),
    Row(&[Do::Consult],                                     [S,  N,   S,   D,   O,   S,   S,   N,   N,   N,   N,   N,   N,   N]),
    Row(&[Do::AnswerConsult],                               [S,  D,   S,   D,   D,   S,   S,   S,   S,   S,   A,   A,   N,   N]),
    Row(&[Do::ReportOutside],                               [S,  N,   S,   N,   N,   N,   S,   N,   N,   N,   N,   N,   N,   N]),
    Row(&[Do::Note, Do::Attach],                            [S,  D,   S,   D,   O,   S,   S,   A,   S,   S,   A,   A,   O,   N]),
    Row(&[Do::Urge],                                        [S,  N,   S,   D,   O,   S,   S,   A,   N,   S,   A,   A,   N,   N]),
    // Visitors
    Row(&[Do::ReceiveVisitor],                              [S,  N,   S,   N,   S,   S,   S,   N,   N,   S,   N,   N,   N,   N]),
    Row(&[Do::ViewVisits],                                  [S,  N,   S,   N,   S,   S,   S,   A,   N,   S,   A,   A,   N,   N]),
    // Corrections
    Row(&[Do::ChangeItem, Do::ChangePlace, Do::ChangeContent, Do::ChangeCustomer, Do::ChangeAppointment],
                                                            [S,  N,   S,   D,   O,   S,   S,   N,   N,   N,   N,   N,   N,   N]),
    Row(&[Do::ChangeKind, Do::ChangeLevel, Do::ChangeScope, Do::ChangeFee],
                                                            [S,  N,   S,   D,   N,   S,   S,   N,   N,   N,   N,   N,   N,   N]),
    // The work order
    Row(&[Do::Dispatch, Do::TakeBack, Do::Reassign],        [S,  N,   S,   D,   N,   S,   S,   N,   N,   N,   N,   N,   N,   N]),
    Row(&[Do::Accept, Do::ReturnOrder, Do::Arrive, Do::Wait, Do::Resume, Do::Complete],
                                                            [S,  O,   S,   D,   O,   D,   S,   N,   N,   O,   N,   N,   O,   N]),
    Row(&[Do::HandOver],                                    [S,  O,   S,   D,   O,   D,   S,   N,   N,   O,   N,   N,   O,   N]),
    Row(&[Do::Quote],                                       [S,  O,   S,   D,   N,   N,   S,   N,   N,   N,   N,   N,   O,   N]),
    Row(&[Do::ConsentQuote, Do::RefuseQuote],               [S,  O,   S,   D,   N,   N,   S,   N,   N,   N,   N,   N,   O,   N]),
    Row(&[Do::Amend],                                       [S,  O,   S,   D,   O,   D,   S,   N,   N,   O,   N,   N,   O,   N]),
    Row(&[Do::PrintOrder],                                  [S,  O,   S,   D,   O,   D,   S,   A,   S,   S,   A,   A,   O,   N]),
    // More time, and what was too late
    Row(&[Do::AskExtension, Do::WithdrawExtension],         [S,  O,   S,   D,   O,   S,   S,   N,   N,   O,   N,   N,   N,   N]),
    Row(&[Do::ConsentExtension],                            [S,  O,   S,   D,   O,   S,   S,   N,   N,   N,   N,   N,   N,   N]),
    Row(&[Do::ApproveExtension],                            [N,  N,   S,   N,   N,   N,   S,   N,   N,   N,   A,   A,   N,   N]),
    Row(&[Do::AskExcuse],                                   [S,  O,   S,   D,   O,   S,   S,   N,   N,   O,   N,   N,   N,   N]),
    Row(&[Do::DecideExcuse, Do::ExcuseBreach],              [N,  N,   S,   N,   N,   N,   S,   N,   N,   N,   A,   A,   N,   N]),
    // The customer's word
    Row(&[Do::Confirm],                                     [S,  O,   S,   D,   O,   D,   S,   N,   N,   O,   N,   N,   O,   N]),
    Row(&[Do::SecondCheck],                                 [S,  N,   S,   D,   N,   D,   S,   A,   S,   N,   A,   A,   N,   N]),
    Row(&[Do::SendLink, Do::WithdrawLink],                  [S,  O,   S,   D,   N,   S,   S,   N,   N,   N,   N,   N,   N,   N]),
    Row(&[Do::ScheduleCallback, Do::Callback, Do::GiveUpCallback],
                                                            [S,  N,   S,   D,   N,   S,   S,   A,   N,   N,   A,   A,   N,   N]),
    // Complaints
    Row(&[Do::JudgeComplaint, Do::AppealComplaint, Do::RouteComplaint, Do::AddPart],
                                                            [S,  N,   S,   D,   N,   S,   S,   A,   N,   N,   A,   A,   N,   N]),
    Row(&[Do::FinishPart, Do::RecordFinding, Do::ProposeAnswer, Do::RaiseComplaint, Do::CarryOut, Do::RecordCause,
          Do::SetMeasure, Do::FinishMeasure],               [S,  O,   S,   D,   O,   S,   S,   A,   S,   S,   A,   A,   N,   N]),
    Row(&[Do::AgreeLetter, Do::InstructComplaint],          [N,  N,   N,   N,   N,   N,   N,   N,   N,   N,   A,   A,   N,   N]),
    Row(&[Do::RecordResponse, Do::NoteOpinion],             [S,  N,   S,   D,   N,   S,   S,   A,   S,   S,   A,   A,   N,   N]),
    Row(&[Do::VerifyComplaint, Do::FileComplaint],          [N,  N,   N,   N,   N,   N,   N,   A,   N,   N,   A,   A,   N,   N]),
    // Money
    Row(&[Do::RecordPayment, Do::VoidPayment],              [S,  O,   S,   N,   N,   N,   S,   N,   S,   N,   N,   N,   N,   N]),
    Row(&[Do::WaiveFee],                                    [N,  N,   S,   N,   N,   N,   S,   N,   S,   N,   A,   A,   N,   N]),
    // The end, and back again
    Row(&[Do::Close, Do::Cancel],                           [S,  N,   S,   D,   N,   S,   S,   N,   N,   N,   N,   N,   N,   N]),
    Row(&[Do::Reopen],                                      [S,  N,   S,   D,   N,   S,   S,   A,   N,   N,   A,   A,   N,   N]),
    // The directory
    Row(&[Do::ViewDirectory],                               [S,  N,   S,   S,   N,   S,   S,   A,   S,   S,   A,   A,   N,   N]),
    Row(&[Do::RevealPhone],                                 [S,  O,   S,   D,   O,   S,   S,   A,   S,   S,   A,   A,   O,   N]),
    Row(&[Do::EditDirectory],                               [S,  N,   S,   N,   N,   N,   S,   N,   N,   S,   N,   N,   N,   N]),
    Row(&[Do::MergePersons, Do::Import],                    [N,  N,   S,   N,   N,   N,   S,   N,   N,   S,   N,   N,   N,   N]),
    // Emergencies and mass incidents
    Row(&[Do::ViewEmergency, Do::JoinEmergency],            [S,  S,   S,   S,   S,   S,   S,   A,   S,   S,   A,   A,   N,   N]),
    Row(&[Do::LeadEmergency],                               [S,  N,   S,   S,   N,   S,   S,   N,   N,   N,   A,   A,   N,   N]),
    Row(&[Do::ManageIncident],                              [S,  N,   S,   S,   N,   S,   S,   N,   N,   N,   A,   A,   N,   N]),
    Row(&[Do::JoinIncident],                                [S,  N,   S,   N,   N,   N,   S,   N,   N,   N,   N,   N,   N,   N]),
    // Notices to residents. Security publishes what concerns safety: what its department works on
    Row(&[Do::ViewBulletins],                               [S,  S,   S,   S,   S,   S,   S,   A,   S,   S,   A,   A,   N,   N]),
    Row(&[Do::WriteBulletin],                               [S,  N,   S,   N,   N,   S,   S,   N,   N,   S,   N,   N,   N,   N]),
    Row(&[Do::PublishBulletin],                             [N,  N,   S,   N,   N,   D,   S,   N,   N,   S,   N,   N,   N,   N]),
    Row(&[Do::DeliverBulletin],                             [S,  S,   S,   S,   S,   S,   S,   N,   N,   S,   N,   N,   N,   N]),
    // The hotline. Administration keeps the telephones (TEL-8)
    Row(&[Do::ViewCalls],                                   [S,  O,   S,   D,   O,   S,   S,   A,   N,   S,   A,   A,   N,   N]),
    Row(&[Do::HearRecording],                               [N,  N,   S,   N,   N,   N,   S,   A,   N,   N,   A,   A,   N,   N]),
    Row(&[Do::ManageTelephones],                            [N,  N,   N,   N,   N,   N,   S,   N,   N,   S,   N,   A,   N,   N]),
    // Whose head decides: that of the department, or administration. A new telephone goes from post to post
    Row(&[Do::AskTelephone],                                [O,  O,   D,   D,   O,   D,   S,   A,   O,   S,   A,   A,   N,   N]),
    Row(&[Do::DecideLongDistance],                          [N,  N,   D,   D,   N,   D,   S,   N,   N,   S,   A,   A,   N,   N]),
    Row(&[Do::HandleNewPhone],                              [N,  N,   N,   N,   N,   N,   N,   N,   N,   S,   N,   N,   N,   N]),
    Row(&[Do::DecideNewPhone],                              [N,  N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   A,   N,   N]),
    Row(&[Do::ViewViolations],                              [O,  O,   D,   D,   O,   D,   S,   A,   O,   S,   A,   A,   N,   N]),
    Row(&[Do::RecordViolation, Do::DecideViolation],        [N,  N,   D,   D,   N,   D,   S,   N,   N,   S,   A,   A,   N,   N]),
    // Oversight
    Row(&[Do::Export],                                      [N,  N,   S,   D,   N,   S,   S,   A,   S,   S,   A,   A,   N,   N]),
    Row(&[Do::ViewReports],                                 [S,  N,   S,   D,   N,   S,   S,   A,   S,   S,   A,   A,   N,   N]),
    Row(&[Do::ReadJournal],                                 [N,  N,   S,   N,   N,   N,   S,   A,   N,   N,   A,   A,   N,   N]),
    Row(&[Do::ResendMessage],                               [S,  N,   S,   N,   N,   N,   S,   N,   N,   S,   N,   N,   N,   A]),
    // Keeping house
    Row(&[Do::ViewRoster],                                  [S,  S,   S,   S,   S,   S,   S,   A,   S,   S,   A,   A,   N,   N]),
    Row(&[Do::ManageRoster],                                [N,  N,   S,   D,   N,   D,   S,   N,   N,   N,   N,   N,   N,   N]),
    Row(&[Do::ManageStandard],                              [N,  N,   S,   N,   N,   N,   S,   N,   N,   N,   A,   A,   N,   N]),
    Row(&[Do::ApproveStandard, Do::ReapplyStandard],        [N,  N,   N,   N,   N,   N,   S,   N,   N,   N,   A,   A,   N,   N]),
    Row(&[Do::SimulateStandard],                            [N,  N,   S,   N,   N,   N,   S,   A,   N,   N,   A,   A,   N,   N]),
    Row(&[Do::ManageCalendar],                              [N,  N,   S,   N,   N,   N,   S,   N,   N,   S,   A,   A,   N,   N]),
    // What the desk knows
    Row(&[Do::ViewAnswers],                                 [S,  S,   S,   S,   S,   S,   S,   A,   S,   S,   A,   A,   N,   N]),
    Row(&[Do::ManageAnswers],                               [N,  N,   S,   N,   N,   N,   S,   N,   N,   S,   N,   N,   N,   N]),
    Row(&[Do::KeepLesson],                                  [N,  N,   S,   D,   N,   S,   S,   A,   N,   N,   A,   A,   N,   N]),
    Row(&[Do::ViewProposals],                               [S,  N,   S,   N,   N,   N,   S,   A,   N,   N,   A,   A,   N,   N]),
    Row(&[Do::DrawCalls],                                   [N,  N,   S,   N,   N,   N,   S,   A,   N,   N,   A,   A,   N,   N]),
    Row(&[Do::ViewOpinions],                                [S,  N,   S,   S,   N,   S,   S,   A,   N,   S,   A,   A,   N,   N]),
    Row(&[Do::HandleOpinion],                               [S,  N,   S,   S,   N,   S,   S,   N,   N,   S,   A,   A,   N,   N]),
    Row(&[Do::IdentifyOpinion],                             [N,  N,   S,   N,   N,   N,   S,   N,   N,   N,   A,   A,   N,   N]),
    Row(&[Do::CheckOpinion],                                [N,  N,   N,   N,   N,   N,   N,   A,   N,   N,   N,   N,   N,   N]),
    Row(&[Do::ViewRegisters],                               [S,  D,   S,   D,   D,   S,   S,   A,   D,   S,   A,   A,   N,   N]),
    Row(&[Do::CorrectRegister],                             [S,  N,   S,   D,   N,   S,   S,   N,   D,   S,   N,   N,   N,   N]),
    Row(&[Do::DecideProposal],                              [N,  N,   S,   N,   N,   N,   S,   N,   N,   N,   A,   A,   N,   N]),
    // Whether internal reports were true
    Row(&[Do::ViewInvestigations, Do::AnswerInvestigation], [O,  O,   O,   O,   O,   O,   S,   A,   O,   O,   A,   A,   N,   N]),
    Row(&[Do::OpenInvestigation],                           [N,  N,   S,   S,   N,   S,   S,   A,   N,   N,   A,   A,   N,   N]),
    Row(&[Do::DecideInvestigation],                         [N,  N,   N,   N,   N,   N,   S,   A,   N,   N,   A,   A,   N,   N]),
    Row(&[Do::ReviewInvestigation],                         [N,  N,   N,   N,   N,   N,   N,   N,   N,   N,   A,   A,   N,   N]),
    Row(&[Do::ManageStaff, Do::ManageSite],                 [N,  N,   N,   N,   N,   N,   S,   N,   N,   S,   N,   N,   N,   A]),
    Row(&[Do::Settings, Do::Backup],                        [N,  N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   A]),
    Row(&[Do::ApiTokens],                                   [O,  O,   O,   O,   O,   O,   O,   O,   O,   O,   O,   O,   N,   A]),
    Row(&[Do::CheckClocks],                                 [N,  N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   N,   N]),
];

/// How far a role's right to an action reaches.
pub fn allowed(role: Role, action: Action) -> Reach {
    let row = TABLE.iter().find(|Row(actions, _)| actions.contains(&action));
    row.map_or(Reach::Never, |Row(_, reach)| reach[role as usize])
}

/// Whether work can be given to somebody in this role: only who may accept it. Finance, quality and the system's
/// administrators do no orders.
pub fn takes_work(role: Role) -> bool {
    allowed(role, Action::Accept) > Reach::Never
}

codes! {
    /// The page that somebody finds after signing in.
    Home {
        Desk = "/desk",
        Orders = "/orders",
        Cases = "/cases",
        Tasks = "/tasks",
        Settings = "/settings",
        Account = "/account",
    }
}

/// The first page of a post: the desk for who answers the phone, the own list for who does the work, the lists for who
/// oversees it. Of several roles the one nearest to the desk counts.
pub fn home(roles: &[Role]) -> Home {
    let of = |role: &Role| match role {
        Role::FrontDesk | Role::CsHead => Home::Desk,
        Role::DeptHead | Role::SecurityHead => Home::Orders,
        Role::ProjectManager
        | Role::Quality
        | Role::Finance
        | Role::Administration
        | Role::CompanyLeader
        | Role::GeneralManager => Home::Cases,
        Role::Worker | Role::Guard | Role::Vendor => Home::Tasks,
        Role::Sysadmin => Home::Settings,
    };
    roles.iter().map(of).min().unwrap_or(Home::Account)
}

/// The farthest reach of several roles.
pub fn reach(roles: &[Role], action: Action) -> Reach {
    roles
        .iter()
        .map(|role| allowed(*role, action))
        .max()
        .unwrap_or(Reach::Never)
}

/// Whether somebody with the roles `held` may give, change or take away `role`: nobody makes anyone mightier than they are.
/// A system administrator grants all; a project manager and the administration only what stays within a site, and the
/// administration not its own superior.
pub fn may_grant(held: &[Role], role: Role) -> bool {
    let company = matches!(
        role,
        Role::Sysadmin | Role::GeneralManager | Role::CompanyLeader | Role::Quality
    );
    held.contains(&Role::Sysadmin)
        || (held.contains(&Role::ProjectManager) && !company)
        || (held.contains(&Role::Administration) && !company && role != Role::ProjectManager)
}

codes! {
    /// What a personal token of the API opens, as far as its owner's roles do: `cases:read`, `cases:write`.
    Area {
        Contacts = "contacts",
        Cases = "cases",
        Directory = "directory",
        Messages = "messages",
        Reports = "reports",
        Journal = "journal",
        Company = "company",
    }
}

impl Action {
    /// The area an action belongs to, and whether it changes anything there.
    pub const fn area(self) -> (Area, bool) {
        use Action::*;
        match self {
            ViewContacts | ViewVisits | ViewRegisters | ViewCalls | HearRecording => (Area::Contacts, false),
            RegisterContact | JoinContact | ReceiveVisitor | CorrectRegister => (Area::Contacts, true),
            ViewCase | PrintOrder | ViewProposals | ViewInvestigations | ViewOpinions | ViewEmergency => {
                (Area::Cases, false)
            }
            ViewDirectory => (Area::Directory, false),
            RevealPhone | EditDirectory | MergePersons | Import => (Area::Directory, true),
            SendLink | WithdrawLink | ResendMessage => (Area::Messages, true),
            ViewReports | Export | SimulateStandard => (Area::Reports, false),
            ReadJournal => (Area::Journal, false),
            ViewRoster | ViewAnswers => (Area::Company, false),
            ManageStaff | ManageSite | ManageStandard | ApproveStandard | ReapplyStandard | ManageRoster
            | ManageCalendar | ManageAnswers | Settings | Backup | ApiTokens => (Area::Company, true),
            _ => (Area::Cases, true),
        }
    }
}

/// Whether a token with these scopes may do an action at all. Writing includes reading.
pub fn scope_allows(scopes: &[String], action: Action) -> bool {
    let (area, writes) = action.area();
    scopes.iter().any(|s| {
        s.split_once(':')
            .is_some_and(|(a, right)| a == area.as_str() && (right == "write" || (right == "read" && !writes)))
    })
}

codes! {
    /// How a customer proved to be the customer.
    Via {
        /// A secret link opened outside any staff session.
        Link = "link",
        /// A code sent to the verified number.
        Code = "code",
        /// A secret link, opened from an address and with a browser that a member of staff also signed in with.
        Shared = "shared",
        /// A secret link that a member of staff saw, made at the desk or shown as a QR: who holds it may be anybody.
        Shown = "shown",
    }
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Somebody with an account, vendors' contacts included.
    Staff {
        id: StaffId,
        roles: Vec<Role>,
        department: Option<DepartmentId>,
    },
    /// The customer of one case.
    Customer { via: Via, case: CaseId },
    /// A vendor without an account, for one order.
    VendorLink { case: CaseId, order: OrderId },
    /// A named part of the product: `timer`, `import`, `pbx`.
    System { name: String },
}

impl Who {
    /// The account, if it is one.
    pub fn staff(&self) -> Option<&StaffId> {
        match self {
            Who::Staff { id, .. } => Some(id),
            _ => None,
        }
    }

    /// How far this person's right to an action reaches. A customer and a vendor's link reach their own case only.
    pub fn reach(&self, action: Action) -> Reach {
        let own = |list: &[Action]| {
            if list.contains(&action) {
                Reach::Own
            } else {
                Reach::Never
            }
        };
        match self {
            Who::Staff { roles, .. } => reach(roles, action),
            Who::Customer { .. } => own(CUSTOMER_ACTIONS),
            Who::VendorLink { .. } => own(VENDOR_LINK_ACTIONS),
            Who::System { .. } if SYSTEM_ACTIONS.contains(&action) => Reach::All,
            Who::System { .. } => Reach::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_grants_more_than_they_are() {
        use Role::*;
        for role in Role::ALL {
            assert!(may_grant(&[Sysadmin], *role), "{role}");
            for held in Role::ALL
                .iter()
                .filter(|h| !matches!(h, Sysadmin | ProjectManager | Administration))
            {
                assert!(!may_grant(&[*held], *role), "{held} grants {role}");
            }
        }
        assert!(may_grant(&[ProjectManager], FrontDesk) && may_grant(&[ProjectManager], ProjectManager));
        assert!(!may_grant(&[ProjectManager], Sysadmin) && !may_grant(&[ProjectManager], GeneralManager));
        assert!(!may_grant(&[Administration], ProjectManager) && may_grant(&[Administration], Worker));
        for (who, action) in Role::ALL.iter().flat_map(|w| [(*w, Action::ManageStaff)]) {
            let grants = Role::ALL.iter().any(|r| may_grant(&[who], *r));
            assert_eq!(grants, allowed(who, action) != Reach::Never, "{who}");
        }
    }

    #[test]
    fn work_goes_to_who_may_accept_it() {
        use Role::*;
        let takes: Vec<_> = Role::ALL.iter().copied().filter(|r| takes_work(*r)).collect();
        let expected = [
            FrontDesk,
            Worker,
            CsHead,
            DeptHead,
            Guard,
            SecurityHead,
            ProjectManager,
            Administration,
            Vendor,
        ];
        assert_eq!(takes, expected);
    }

    #[test]
    fn everybody_starts_where_their_work_is() {
        use Role::*;
        for (roles, page) in [
            (&[FrontDesk][..], "/desk"),
            (&[Sysadmin, CsHead], "/desk"),
            (&[DeptHead, Worker], "/orders"),
            (&[SecurityHead], "/orders"),
            (&[Finance], "/cases"),
            (&[Quality], "/cases"),
            (&[GeneralManager], "/cases"),
            (&[Worker], "/tasks"),
            (&[Guard], "/tasks"),
            (&[Vendor], "/tasks"),
            (&[Sysadmin], "/settings"),
            (&[], "/account"),
        ] {
            assert_eq!(home(roles).as_str(), page, "{roles:?}");
        }
    }

    #[test]
    fn scopes_open_their_area_alone() {
        let scopes = |s: &str| s.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert!(scope_allows(&scopes("cases:read"), Action::ViewCase));
        assert!(!scope_allows(&scopes("cases:read"), Action::Dispatch));
        assert!(
            scope_allows(&scopes("cases:write"), Action::ViewCase)
                && scope_allows(&scopes("cases:write"), Action::Close)
        );
        assert!(!scope_allows(&scopes("contacts:write"), Action::ViewCase));
        assert!(!scope_allows(&[], Action::ViewCase) && !scope_allows(&scopes("cases"), Action::ViewCase));
        assert!(!scope_allows(&scopes("cases:admin"), Action::ViewCase));
    }

    #[test]
    fn every_action_stands_in_the_table_once() {
        for action in Action::ALL {
            let rows = TABLE.iter().filter(|Row(actions, _)| actions.contains(action)).count();
            assert_eq!(rows, 1, "{action}");
        }
        assert_eq!(Role::ALL.len(), 14);
        for (place, role) in Role::ALL.iter().enumerate() {
            assert_eq!(*role as usize, place, "{role}");
        }
    }

    #[test]
    fn a_system_administrator_sees_no_resident() {
        let house = [
            "manage_staff",
            "manage_site",
            "settings",
            "backup",
            "api_tokens",
            "resend_message",
        ];
        for action in Action::ALL {
            let may = allowed(Role::Sysadmin, *action) > Reach::Never;
            assert_eq!(may, house.contains(&action.as_str()), "{action}");
        }
    }

    #[test]
    fn a_vendor_reaches_own_orders_only() {
        for action in Action::ALL {
            assert!(allowed(Role::Vendor, *action) <= Reach::Own, "{action}");
        }
    }

    #[test]
    fn a_fee_is_waived_only_by_those_who_may_grant_it() {
        let grantors: Vec<_> = Role::ALL
            .iter()
            .filter(|role| allowed(**role, Action::WaiveFee) > Reach::Never)
            .map(|r| r.as_str())
            .collect();
        assert_eq!(
            grantors,
            [
                "cs_head",
                "project_manager",
                "finance",
                "company_leader",
                "general_manager"
            ]
        );
    }

    #[test]
    fn several_roles_add_up() {
        assert_eq!(
            reach(&[Role::Sysadmin, Role::DeptHead], Action::Dispatch),
            Reach::Department
        );
        assert_eq!(reach(&[], Action::ViewCase), Reach::Never);
    }
}
