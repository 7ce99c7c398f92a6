//! The table of contents of the product: every address, who may ask it, and the function that answers.
//! The guard stands beside the route, is enforced before the handler runs, and is what the access test walks over.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{MethodFilter, on};
use domain::access::Action;

use crate::state::Web;

/// Who may reach a route at all. What of its objects a person sees is the use case's part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Anyone: sign-in, health, assets.
    Open,
    /// The holder of a secret address: residents, vendors, delivery reports.
    Secret,
    /// Anyone signed in, whatever the role.
    SignedIn,
    /// A role whose reach for this action is not `Never`, at the site that is open.
    May(Action),
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub method: &'static str,
    pub path: &'static str,
    pub guard: Guard,
}

/// The largest body that a route takes, in bytes.
fn body_limit(path: &str) -> usize {
    match path {
        // A report is a line or two.
        "/cti" | "/cti/{token}" => 32 * 1024,
        "/attachments" | "/tasks/{number}/photos" | "/r/{token}/photos" | "/v/{token}/photos" => 16 * 1024 * 1024,
        // The file and the form around it.
        "/import" | "/api/v1/imports" => app::import::MOST_BYTES + 1024 * 1024,
        "/api/v1/cases/{id}/files" | "/api/v1/contacts/{id}/files" => 16 * 1024 * 1024,
        _ => 2 * 1024 * 1024,
    }
}

fn method(name: &str) -> MethodFilter {
    match name {
        "POST" => MethodFilter::POST,
        "PUT" => MethodFilter::PUT,
        "PATCH" => MethodFilter::PATCH,
        "DELETE" => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    }
}

macro_rules! contents {
    ($( $(#[$section:meta])* $method:ident $path:literal $guard:expr => $handler:path; )*) => {
        /// Every route, as the access test and the API document read it.
        pub const TABLE: &[Entry] = &[$( $(#[$section])* Entry { method: stringify!($method), path: $path, guard: $guard } ),*];

        /// The router made of the table.
        pub fn router() -> Router<Web> {
            let mut r = Router::new();
            $( $(#[$section])* { r = r.route($path, on(method(stringify!($method)), $handler).layer(DefaultBodyLimit::max(body_limit($path)))); } )*
            r
        }
    };
}

use Guard::{May, Open, Secret, SignedIn};

contents! {
    GET "/healthz" Open => crate::health::live;
    GET "/assets/{*path}" Open => crate::health::asset;
    GET "/favicon.ico" Open => crate::health::favicon;
    #[cfg(feature = "test-switch")]
    POST "/_test/clock" Open => crate::health::move_clock;

    // sign-in and set-up
    GET  "/sign-in" Open => crate::account::sign_in_page;
    POST "/sign-in" Open => crate::account::sign_in;
    POST "/sign-out" SignedIn => crate::account::sign_out;
    GET  "/set-up" Open => crate::account::set_up_page;
    POST "/set-up" Open => crate::account::set_up;
    POST "/locale" Open => crate::account::locale;

    // the screen lock and one's own account
    POST "/lock-now" SignedIn => crate::account::lock_now;
    GET  "/lock" SignedIn => crate::account::lock_page;
    POST "/unlock" SignedIn => crate::account::unlock;
    GET  "/account" SignedIn => crate::account::mine;
    GET  "/account/password" SignedIn => crate::account::password_page;
    POST "/account/password" SignedIn => crate::account::password;
    POST "/account/site" SignedIn => crate::account::open_site;
    POST "/account/duty" SignedIn => crate::account::duty;
    POST "/account/sessions/{id}/end" SignedIn => crate::account::end_session;
    POST "/account/sessions/end-others" SignedIn => crate::account::end_other_sessions;
    POST "/account/tokens" May(Action::ApiTokens) => crate::account::token_new;
    POST "/account/tokens/{id}/revoke" May(Action::ApiTokens) => crate::account::token_revoke;

    // who works here
    GET  "/staff" May(Action::ManageStaff) => crate::staff::list;
    GET  "/staff/new" May(Action::ManageStaff) => crate::staff::new_page;
    POST "/staff" May(Action::ManageStaff) => crate::staff::create;
    GET  "/staff/{id}" May(Action::ManageStaff) => crate::staff::detail;
    POST "/staff/{id}" May(Action::ManageStaff) => crate::staff::edit;
    POST "/staff/{id}/roles" May(Action::ManageStaff) => crate::staff::grant;
    POST "/staff/{id}/roles/withdraw" May(Action::ManageStaff) => crate::staff::withdraw;
    POST "/staff/{id}/deactivate" May(Action::ManageStaff) => crate::staff::deactivate;
    POST "/staff/{id}/activate" May(Action::ManageStaff) => crate::staff::activate;
    POST "/staff/{id}/password" May(Action::ManageStaff) => crate::staff::reset_password;
    POST "/staff/{id}/sign-out" May(Action::ManageStaff) => crate::staff::sign_out_everywhere;

    // the site, its departments, the machine
    GET  "/settings" May(Action::ManageSite) => crate::settings::page_of_site;
    POST "/settings" May(Action::ManageSite) => crate::settings::edit;
    POST "/settings/sites" May(Action::ManageSite) => crate::settings::add_site;
    GET  "/settings/system" May(Action::Settings) => crate::settings::system;
    GET  "/settings/complaint-routes" May(Action::ManageSite) => crate::complaint_route::show;
    POST "/settings/complaint-routes" May(Action::ManageSite) => crate::complaint_route::set;
    GET  "/settings/departments" May(Action::ManageSite) => crate::department::manage;
    POST "/settings/departments" May(Action::ManageSite) => crate::department::add;
    GET  "/settings/departments/{id}" May(Action::ManageSite) => crate::department::edit_page;
    POST "/settings/departments/{id}" May(Action::ManageSite) => crate::department::edit;
    POST "/settings/departments/{id}/active" May(Action::ManageSite) => crate::department::set_active;

    // what the desk may look up (REC-2, CSR-2, STD-8)
    GET "/departments" SignedIn => crate::department::directory;
    GET "/handbook" SignedIn => crate::handbook::standards;
    GET "/handbook/clauses" SignedIn => crate::handbook::clauses;
    GET "/handbook/scripts" SignedIn => crate::handbook::scripts;
    GET "/handbook/prices" SignedIn => crate::handbook::prices;
    GET "/handbook/prices/print" SignedIn => crate::handbook::prices_print;

    // how this works: the state diagrams, made from the rules
    GET "/handbook/processes" SignedIn => crate::process::list;
    GET "/handbook/processes/{process}" SignedIn => crate::process::show;

    // what the desk knows: standard answers, referrals, lessons; proposals for new services (REC-6, REC-12, CAL-8, DIR-22)
    GET  "/answers" May(Action::ViewAnswers) => crate::answer::list;
    GET  "/answers/new" May(Action::ManageAnswers) => crate::answer::new_page;
    POST "/answers" May(Action::ManageAnswers) => crate::answer::add;
    GET  "/answers/{id}" May(Action::ViewAnswers) => crate::answer::show;
    POST "/answers/{id}" May(Action::ManageAnswers) => crate::answer::edit;
    POST "/answers/{id}/check" May(Action::ManageAnswers) => crate::answer::check;
    POST "/answers/{id}/active" May(Action::ManageAnswers) => crate::answer::set_active;
    GET  "/referrals" May(Action::ViewAnswers) => crate::referral::list;
    POST "/referrals" May(Action::ManageAnswers) => crate::referral::add;
    POST "/referrals/usual" May(Action::ManageAnswers) => crate::referral::usual;
    GET  "/referrals/{id}" May(Action::ManageAnswers) => crate::referral::edit_page;
    POST "/referrals/{id}" May(Action::ManageAnswers) => crate::referral::edit;
    POST "/referrals/{id}/active" May(Action::ManageAnswers) => crate::referral::set_active;
    // the registers (COM-11): screen, paper, Excel, corrections
    GET  "/registers" May(Action::ViewRegisters) => crate::register::list;
    GET  "/registers/analysis" May(Action::ViewReports) => crate::communication::show;
    GET  "/registers/analysis/export" May(Action::Export) => crate::communication::export;
    GET  "/registers/{register}" May(Action::ViewRegisters) => crate::register::show;
    GET  "/registers/{register}/print" May(Action::ViewRegisters) => crate::register::print;
    GET  "/registers/{register}/export" May(Action::Export) => crate::register::export;
    GET  "/registers/{register}/correct" May(Action::CorrectRegister) => crate::register::correct_form;
    POST "/registers/{register}/correct" May(Action::CorrectRegister) => crate::register::correct;

    // the month's suggestions and praise (COM-13, COM-14)
    GET  "/opinions" May(Action::ViewOpinions) => crate::opinion::list;
    GET  "/opinions/{id}" May(Action::ViewOpinions) => crate::opinion::show;
    GET  "/opinions/{id}/print" May(Action::ViewOpinions) => crate::opinion::print;
    GET  "/opinions/{id}/export" May(Action::Export) => crate::opinion::export;
    POST "/opinions/{id}/close" May(Action::IdentifyOpinion) => crate::opinion::close;
    GET  "/opinion-lines/{id}" May(Action::ViewOpinions) => crate::opinion::line;
    POST "/opinion-lines/{id}/thank" May(Action::HandleOpinion) => crate::opinion::thank;
    POST "/opinion-lines/{id}/identify" May(Action::IdentifyOpinion) => crate::opinion::identify;
    POST "/opinion-lines/{id}/finish" May(Action::HandleOpinion) => crate::opinion::finish;
    POST "/opinion-lines/{id}/tell" May(Action::HandleOpinion) => crate::opinion::tell;
    POST "/opinion-lines/{id}/check" May(Action::CheckOpinion) => crate::opinion::check;

    // the month's satisfaction calls (CSM-4, COM-12)
    GET  "/calls" May(Action::Callback) => crate::call_round::list;
    POST "/calls/draw" May(Action::DrawCalls) => crate::call_round::draw;
    GET  "/calls/{id}" May(Action::Callback) => crate::call_round::show;
    GET  "/calls/{id}/print" May(Action::Callback) => crate::call_round::print;
    GET  "/calls/{id}/export" May(Action::Export) => crate::call_round::export;
    GET  "/call-lines/{id}" May(Action::Callback) => crate::call_round::line;
    POST "/call-lines/{id}/call" May(Action::Callback) => crate::call_round::call;
    POST "/call-lines/{id}/sign" May(Action::Callback) => crate::call_round::sign;

    GET  "/proposals" May(Action::ViewProposals) => crate::proposal::list;
    GET  "/proposals/{id}" May(Action::ViewProposals) => crate::proposal::show;
    POST "/proposals/{id}/decide" May(Action::DecideProposal) => crate::proposal::decide;
    POST "/proposals/{id}/tell" May(Action::ViewProposals) => crate::proposal::tell;
    GET  "/lessons" May(Action::ViewAnswers) => crate::lesson::list;
    GET  "/lessons/{id}" May(Action::ViewAnswers) => crate::lesson::show;
    GET  "/lessons/{id}/print" May(Action::ViewAnswers) => crate::lesson::print;
    POST "/lessons/{id}" May(Action::KeepLesson) => crate::lesson::edit;
    POST "/lessons/{id}/active" May(Action::KeepLesson) => crate::lesson::set_active;
    // whether internal reports were true (COM-24)
    GET  "/investigations" May(Action::ViewInvestigations) => crate::investigation::list;
    GET  "/investigations/new" May(Action::OpenInvestigation) => crate::investigation::new_page;
    POST "/investigations" May(Action::OpenInvestigation) => crate::investigation::open;
    GET  "/investigations/{id}" May(Action::ViewInvestigations) => crate::investigation::show;
    GET  "/investigations/{id}/print" May(Action::ViewInvestigations) => crate::investigation::print;
    POST "/investigations/{id}/answer" May(Action::AnswerInvestigation) => crate::investigation::answer;
    POST "/investigations/{id}/decide" May(Action::DecideInvestigation) => crate::investigation::decide;
    POST "/investigations/{id}/object" May(Action::AnswerInvestigation) => crate::investigation::object;
    POST "/investigations/{id}/review" May(Action::ReviewInvestigation) => crate::investigation::review;
    GET  "/cases/{id}/lesson" May(Action::KeepLesson) => crate::lesson::new_page;
    POST "/cases/{id}/lesson" May(Action::KeepLesson) => crate::lesson::keep;
    POST "/desk/take" May(Action::RegisterContact) => crate::desk::take;

    // the service standard: read by all, drafted, approved, applied and simulated by some
    GET  "/standard" SignedIn => crate::standard::in_force;
    GET  "/standard/versions" SignedIn => crate::standard::versions;
    POST "/standard/versions" May(Action::ManageStandard) => crate::standard::draft;
    POST "/standard/upload" May(Action::ManageStandard) => crate::standard::upload;
    GET  "/standard/versions/{id}" SignedIn => crate::standard::show;
    GET  "/standard/versions/{id}/file" SignedIn => crate::standard::file;
    POST "/standard/versions/{id}/file" May(Action::ManageStandard) => crate::standard::replace;
    GET  "/standard/versions/{id}/line/{line}" May(Action::ManageStandard) => crate::standard::form::line;
    POST "/standard/versions/{id}/line/{line}" May(Action::ManageStandard) => crate::standard::form::save_line;
    POST "/standard/versions/{id}/line/{line}/remove" May(Action::ManageStandard) => crate::standard::form::remove_line;
    GET  "/standard/versions/{id}/limit/{code}" May(Action::ManageStandard) => crate::standard::form::limit;
    POST "/standard/versions/{id}/limit/{code}" May(Action::ManageStandard) => crate::standard::form::save_limit;
    GET  "/standard/versions/{id}/ladder/{of}" May(Action::ManageStandard) => crate::standard::ladder::show;
    GET  "/standard/versions/{id}/ladder/{of}/{step}" May(Action::ManageStandard) => crate::standard::ladder::rung;
    POST "/standard/versions/{id}/ladder/{of}/{step}" May(Action::ManageStandard) => crate::standard::ladder::save_rung;
    POST "/standard/versions/{id}/ladder/{of}/{step}/remove" May(Action::ManageStandard) => crate::standard::ladder::remove_rung;
    GET  "/standard/versions/{id}/head" May(Action::ManageStandard) => crate::standard::form::head;
    POST "/standard/versions/{id}/head" May(Action::ManageStandard) => crate::standard::form::save_head;
    POST "/standard/versions/{id}/undo" May(Action::ManageStandard) => crate::standard::undo;
    POST "/standard/versions/{id}/check" May(Action::ManageStandard) => crate::standard::check;
    POST "/standard/versions/{id}/give-back" May(Action::ManageStandard) => crate::standard::give_back;
    POST "/standard/versions/{id}/approve" May(Action::ApproveStandard) => crate::standard::approve;
    POST "/standard/versions/{id}/drop" May(Action::ManageStandard) => crate::standard::drop_it;
    POST "/standard/versions/{id}/compare" May(Action::SimulateStandard) => crate::standard::job::compare;
    POST "/standard/apply" May(Action::ReapplyStandard) => crate::standard::job::apply;
    GET  "/standard/jobs/{job}" May(Action::SimulateStandard) => crate::standard::job::show;
    GET  "/standard/jobs/{job}/body" May(Action::SimulateStandard) => crate::standard::job::body;
    GET  "/standard/jobs/{job}/export" May(Action::Export) => crate::standard::job::export;
    POST "/standard/jobs/{job}/stop" May(Action::SimulateStandard) => crate::standard::job::stop;
    POST "/standard/jobs/{job}/go-on" May(Action::SimulateStandard) => crate::standard::job::go_on;
    GET  "/standard/simulate" May(Action::SimulateStandard) => crate::standard::job::simulation;
    POST "/standard/simulate" May(Action::SimulateStandard) => crate::standard::job::simulate;

    // the working calendars: read by all, changed by some; what a change moves is seen before it is written
    GET  "/calendar" SignedIn => crate::calendar::show;
    GET  "/calendar/ask" May(Action::ManageCalendar) => crate::calendar::ask;
    GET  "/calendar/years/{year}" SignedIn => crate::calendar::year_file;
    POST "/calendar/years" May(Action::ManageCalendar) => crate::calendar::change::import;
    GET  "/calendar/exceptions/{exception}" May(Action::ManageCalendar) => crate::calendar::change::exception_form;
    POST "/calendar/exceptions/{exception}" May(Action::ManageCalendar) => crate::calendar::change::put_exception;
    POST "/calendar/exceptions/{exception}/remove" May(Action::ManageCalendar) => crate::calendar::change::remove_exception;
    GET  "/calendar/weeks/{calendar}" May(Action::ManageCalendar) => crate::calendar::change::week_form;
    POST "/calendar/weeks/{calendar}" May(Action::ManageCalendar) => crate::calendar::change::put_week;
    GET  "/calendar/changes/{job}" May(Action::ManageCalendar) => crate::calendar::change::show;
    GET  "/calendar/changes/{job}/body" May(Action::ManageCalendar) => crate::calendar::change::body;
    POST "/calendar/changes/{job}/apply" May(Action::ManageCalendar) => crate::calendar::change::apply;
    POST "/calendar/changes/{job}/stop" May(Action::ManageCalendar) => crate::calendar::change::stop;
    POST "/calendar/changes/{job}/go-on" May(Action::ManageCalendar) => crate::calendar::change::go_on;

    // the search box
    GET "/find" SignedIn => crate::find::hits;
    GET "/find/page" SignedIn => crate::find::results;

    // the archive
    GET  "/households" May(Action::ViewDirectory) => crate::directory::households;
    GET  "/households/new" May(Action::EditDirectory) => crate::directory::new_unit_form;
    POST "/households/new" May(Action::EditDirectory) => crate::directory::new_unit;
    GET  "/households/{unit}" May(Action::ViewDirectory) => crate::directory::household;
    GET  "/households/{unit}/card" May(Action::ViewDirectory) => crate::directory::card;
    GET  "/households/{unit}/changes" May(Action::ViewDirectory) => crate::directory::changes;
    GET  "/households/{unit}/do/{act}" May(Action::EditDirectory) => crate::directory::unit_form;
    POST "/households/{unit}/do/{act}" May(Action::EditDirectory) => crate::directory::unit_act;
    GET  "/people/find" May(Action::ViewDirectory) => crate::directory::people_options;
    GET  "/people/{id}" May(Action::ViewDirectory) => crate::directory::person;
    GET  "/people/{id}/do/{act}" May(Action::EditDirectory) => crate::directory::person_form;
    POST "/people/{id}/do/{act}" May(Action::EditDirectory) => crate::directory::person_act;
    GET  "/people/{id}/merge" May(Action::MergePersons) => crate::directory::merge_form;
    POST "/people/{id}/merge" May(Action::MergePersons) => crate::directory::merge_person;
    POST "/people/{id}/merge/{merge}/undo" May(Action::MergePersons) => crate::directory::take_apart;
    POST "/people/{id}/phones/{position}/mark" May(Action::EditDirectory) => crate::directory::mark_phone;
    POST "/people/{id}/phones/{position}/reveal" May(Action::RevealPhone) => crate::directory::reveal_phone;
    POST "/people/{id}/id-number/reveal" May(Action::RevealPhone) => crate::directory::reveal_id;
    POST "/vehicles/{id}/end" May(Action::EditDirectory) => crate::directory::end_vehicle;

    // live
    GET "/live" SignedIn => crate::live::stream;
    GET "/nav" SignedIn => crate::live::nav;

    // what staff are told
    GET  "/notices" SignedIn => crate::notice::list;
    GET  "/notices/bell" SignedIn => crate::notice::bell;
    POST "/notices/read" SignedIn => crate::notice::read_all;
    POST "/notices/{id}" SignedIn => crate::notice::open;
    POST "/notices/{id}/keep" SignedIn => crate::notice::keep;

    // the front desk
    GET  "/desk" May(Action::RegisterContact) => crate::desk::desk;
    POST "/desk" May(Action::RegisterContact) => crate::desk::post;
    GET  "/desk/queue" May(Action::RegisterContact) => crate::desk::queue;
    GET  "/desk/items" May(Action::RegisterContact) => crate::desk::items;
    GET  "/desk/look" May(Action::RegisterContact) => crate::desk::look;
    GET  "/desk/start" May(Action::RegisterContact) => crate::desk::start;
    POST "/desk/changed" May(Action::RegisterContact) => crate::desk::changed;
    POST "/desk/hold" May(Action::RegisterContact) => crate::desk::hold;
    // telephone calls at the desk (COM-10, ANS-1)
    GET  "/desk/calls" May(Action::RegisterContact) => crate::hotline::calls;
    POST "/desk/calls/{id}/take" May(Action::RegisterContact) => crate::hotline::take;
    POST "/desk/calls/{id}/offer" May(Action::RegisterContact) => crate::hotline::offer;
    GET  "/desk/calls/{id}/stands" May(Action::RegisterContact) => crate::hotline::stands;
    POST "/desk/calls/{id}/over" May(Action::RegisterContact) => crate::hotline::over;
    POST "/desk/calls/{id}/pick-up" May(Action::RegisterContact) => crate::hotline::pick_up;
    GET  "/desk/calls/{id}/transfer" May(Action::RegisterContact) => crate::hotline::transfer_form;
    POST "/desk/calls/{id}/transfer" May(Action::RegisterContact) => crate::hotline::transfer;
    POST "/desk/telephone" May(Action::RegisterContact) => crate::hotline::sit;
    POST "/desk/promise" May(Action::RegisterContact) => crate::desk::promise_form;
    POST "/desk/consult" May(Action::Consult) => crate::consult::desk_form;
    POST "/desk/resume/{subject}" May(Action::RegisterContact) => crate::desk::resume;
    GET  "/contacts/{id}" May(Action::RegisterContact) => crate::contact::show;
    POST "/contacts/{id}" May(Action::RegisterContact) => crate::contact::post;
    PUT  "/drafts/{kind}" SignedIn => crate::desk::put_draft;

    // consultation while somebody waits (REC-7)
    GET  "/consults" SignedIn => crate::consult::show;
    POST "/consults" May(Action::Consult) => crate::consult::ask;
    GET  "/consults/asked" SignedIn => crate::consult::asked;
    GET  "/consults/mine" May(Action::Consult) => crate::consult::mine;
    POST "/consults/{id}/answer" May(Action::AnswerConsult) => crate::consult::answer;
    POST "/consults/{id}/away" May(Action::Consult) => crate::consult::away;

    // cases
    GET  "/cases/{id}/consult" May(Action::Consult) => crate::consult::case_form;
    GET  "/cases/{id}" May(Action::ViewCase) => crate::case::show;
    GET  "/cases/{id}/body" May(Action::ViewCase) => crate::case::body;
    GET  "/cases/{id}/timeline" May(Action::ViewCase) => crate::case::timeline;
    GET  "/cases/{id}/clocks/{clock}" May(Action::ViewCase) => crate::case::why;
    GET  "/cases/{id}/do/{action}" May(Action::ViewCase) => crate::case::do_page;
    POST "/cases/{id}/reveal" May(Action::RevealPhone) => crate::case::reveal;
    POST "/cases/{id}/here" May(Action::ViewCase) => crate::case::here;
    POST "/cases/{id}/seen" May(Action::Dispatch) => crate::case::seen;
    GET  "/cases/{id}/print/{form}" May(Action::PrintOrder) => crate::case::paper;
    GET  "/cases/{id}/{action}" May(Action::ViewCase) => crate::case::back_to_form;
    POST "/cases/{id}/{action}" May(Action::ViewCase) => crate::case::step;

    // lists
    GET  "/cases" May(Action::ViewCase) => crate::list::cases;
    GET  "/orders" May(Action::ViewCase) => crate::list::orders;
    GET  "/contacts" May(Action::ViewContacts) => crate::list::contacts;
    GET  "/callbacks" May(Action::Callback) => crate::list::callbacks;
    GET  "/promises" May(Action::KeepPromise) => crate::list::promises;
    GET  "/extensions" May(Action::ViewCase) => crate::list::extensions;
    GET  "/breaches" May(Action::ViewReports) => crate::list::breaches;
    GET  "/ontime" May(Action::ViewReports) => crate::ontime::show;
    GET  "/ontime/export" May(Action::Export) => crate::ontime::export;
    GET  "/export/{list}" May(Action::Export) => crate::list::export;
    POST "/bulk/{list}/urge" May(Action::Urge) => crate::list::urge;
    POST "/views/{list}" SignedIn => crate::list::save_view;
    POST "/views/{list}/{id}/remove" SignedIn => crate::list::remove_view;

    // print
    GET "/print/orders" May(Action::PrintOrder) => crate::print::orders;
    GET "/print/orders/blank" May(Action::PrintOrder) => crate::print::blank;
    GET "/orders/{number}/print" May(Action::PrintOrder) => crate::print::order;

    // importing an estate
    GET  "/import" May(Action::Import) => crate::import::list;
    POST "/import" May(Action::Import) => crate::import::upload;
    GET  "/import/template/{lang}" May(Action::Import) => crate::import::template;
    GET  "/import/{id}" May(Action::Import) => crate::import::show;
    GET  "/import/{id}/body" May(Action::Import) => crate::import::body;
    POST "/import/{id}/run" May(Action::Import) => crate::import::run;
    POST "/import/{id}/stop" May(Action::Import) => crate::import::stop;
    GET  "/import/{id}/refused.xlsx" May(Action::Import) => crate::import::refused;

    // the duty roster
    GET  "/roster" May(Action::ViewRoster) => crate::roster::week;
    GET  "/roster/print" May(Action::ViewRoster) => crate::roster::print;
    GET  "/roster/export" May(Action::Export) => crate::roster::export;
    POST "/roster/begin" May(Action::ManageRoster) => crate::roster::begin;
    GET  "/roster/shifts/new" May(Action::ManageRoster) => crate::roster::new_shift;
    POST "/roster/shifts" May(Action::ManageRoster) => crate::roster::shift_add;
    GET  "/roster/shifts/{id}" May(Action::ViewRoster) => crate::roster::shift;
    POST "/roster/shifts/{id}" May(Action::ManageRoster) => crate::roster::shift_edit;
    POST "/roster/shifts/{id}/remove" May(Action::ManageRoster) => crate::roster::remove;
    POST "/roster/shifts/{id}/check-in" May(Action::ManageRoster) => crate::roster::correct;
    POST "/roster/copy" May(Action::ManageRoster) => crate::roster::copy;
    GET  "/roster/rotate" May(Action::ManageRoster) => crate::roster::rotate_form;
    POST "/roster/rotate" May(Action::ManageRoster) => crate::roster::rotate;
    POST "/roster/clear" May(Action::ManageRoster) => crate::roster::clear;
    GET  "/roster/absences" May(Action::ManageRoster) => crate::roster::absences;
    POST "/roster/absences" May(Action::ManageRoster) => crate::roster::absence_add;
    POST "/roster/absences/{id}/cancel" May(Action::ManageRoster) => crate::roster::absence_cancel;
    GET  "/roster/posts" May(Action::ManageRoster) => crate::roster::posts;
    POST "/roster/posts" May(Action::ManageRoster) => crate::roster::post_add;
    GET  "/roster/posts/{id}" May(Action::ManageRoster) => crate::roster::post_page;
    POST "/roster/posts/{id}" May(Action::ManageRoster) => crate::roster::post_edit;
    POST "/roster/posts/{id}/active" May(Action::ManageRoster) => crate::roster::post_active;
    POST "/roster/posts/{id}/patterns" May(Action::ManageRoster) => crate::roster::pattern_add;
    POST "/roster/patterns/{id}" May(Action::ManageRoster) => crate::roster::pattern_edit;
    GET  "/roster/swaps" May(Action::ViewRoster) => crate::roster::swaps;
    POST "/roster/swaps" May(Action::ViewRoster) => crate::roster::swap_ask;
    POST "/roster/swaps/{id}" May(Action::ViewRoster) => crate::roster::swap_answer;
    GET  "/shifts" May(Action::ViewRoster) => crate::roster::shifts;

    // on duty: check-in, hand-over, keys (REC-4, REC-21, COM-9)
    GET  "/duty" May(Action::ViewRoster) => crate::roster::duty;
    GET  "/duty/strip" May(Action::ViewRoster) => crate::roster::strip_part;
    GET  "/duty/banner" May(Action::ManageRoster) => crate::roster::banner_part;
    GET  "/duty/asked" SignedIn => crate::roster::asked;
    GET  "/duty/check-in/{id}" May(Action::ViewRoster) => crate::roster::check_in_form;
    POST "/duty/check-in/{id}" May(Action::ViewRoster) => crate::roster::check_in;
    GET  "/duty/check-ins" May(Action::ViewRoster) => crate::roster::check_ins;
    GET  "/duty/check-ins/export" May(Action::Export) => crate::roster::check_ins_export;
    GET  "/duty/hand-over/{id}" May(Action::ViewRoster) => crate::roster::hand_over_form;
    POST "/duty/hand-over/{id}" May(Action::ViewRoster) => crate::roster::hand_over_give;
    GET  "/duty/hand-overs" May(Action::ViewRoster) => crate::roster::hand_overs;
    GET  "/duty/hand-overs/{id}" May(Action::ViewRoster) => crate::roster::hand_over_show;
    POST "/duty/hand-overs/{id}/answer" May(Action::ViewRoster) => crate::roster::hand_over_answer;
    GET  "/duty/hand-overs/{id}/print" May(Action::ViewRoster) => crate::roster::hand_over_print;
    // emergencies, drills, safety documents, mass incidents
    GET  "/emergencies" May(Action::ViewEmergency) => crate::emergency::list;
    POST "/emergencies" May(Action::JoinEmergency) => crate::emergency::create;
    GET  "/emergencies/new" May(Action::JoinEmergency) => crate::emergency::new_page;
    GET  "/emergencies/banner" SignedIn => crate::emergency::banner_part;
    GET  "/emergencies/documents" May(Action::ViewEmergency) => crate::emergency::document::list;
    POST "/emergencies/documents" May(Action::LeadEmergency) => crate::emergency::document::write;
    GET  "/emergencies/documents/new" May(Action::LeadEmergency) => crate::emergency::document::new_page;
    GET  "/emergencies/documents/{id}" May(Action::ViewEmergency) => crate::emergency::document::show;
    GET  "/emergencies/{id}" May(Action::ViewEmergency) => crate::emergency::show;
    POST "/emergencies/{id}" May(Action::JoinEmergency) => crate::emergency::act;
    GET  "/incidents" May(Action::ViewEmergency) => crate::incident::list;
    POST "/incidents" May(Action::ManageIncident) => crate::incident::create;
    GET  "/incidents/new" May(Action::ManageIncident) => crate::incident::new_page;
    GET  "/incidents/{id}" May(Action::ViewEmergency) => crate::incident::show;
    POST "/incidents/{id}" May(Action::ManageIncident) => crate::incident::change;
    POST "/incidents/{id}/join" May(Action::JoinIncident) => crate::incident::join;
    POST "/incidents/{id}/callers/{caller}" May(Action::JoinIncident) => crate::incident::tell;

    // notices to residents, and what they read by their own address (COM-5)
    GET  "/bulletins" May(Action::ViewBulletins) => crate::bulletin::list;
    POST "/bulletins" May(Action::WriteBulletin) => crate::bulletin::create;
    GET  "/bulletins/new" May(Action::WriteBulletin) => crate::bulletin::new_page;
    GET  "/bulletins/{id}" May(Action::ViewBulletins) => crate::bulletin::show;
    POST "/bulletins/{id}" May(Action::WriteBulletin) => crate::bulletin::edit;
    GET  "/bulletins/{id}/edit" May(Action::WriteBulletin) => crate::bulletin::edit_page;
    POST "/bulletins/{id}/publish" May(Action::PublishBulletin) => crate::bulletin::publish;
    POST "/bulletins/{id}/correct" May(Action::PublishBulletin) => crate::bulletin::correct;
    POST "/bulletins/{id}/widen" May(Action::PublishBulletin) => crate::bulletin::widen;
    POST "/bulletins/{id}/withdraw" May(Action::WriteBulletin) => crate::bulletin::withdraw;
    POST "/bulletins/{id}/finish" May(Action::PublishBulletin) => crate::bulletin::finish;
    POST "/bulletins/{id}/again" May(Action::PublishBulletin) => crate::bulletin::again;
    POST "/bulletins/{id}/places/{position}" May(Action::DeliverBulletin) => crate::bulletin::place;
    GET  "/bulletins/{id}/reach" May(Action::ViewBulletins) => crate::bulletin::reach_part;
    GET  "/bulletins/{id}/units" May(Action::ViewBulletins) => crate::bulletin::units;
    GET  "/bulletins/{id}/hand" May(Action::ViewBulletins) => crate::bulletin::hand_page;
    POST "/bulletins/{id}/hand" May(Action::DeliverBulletin) => crate::bulletin::hand;
    GET  "/bulletins/{id}/hand/print" May(Action::ViewBulletins) => crate::bulletin::print_list;
    GET  "/bulletins/{id}/print" May(Action::ViewBulletins) => crate::bulletin::print;
    GET  "/bulletins/{id}/export" May(Action::Export) => crate::bulletin::export;
    GET  "/n/{token}" Secret => crate::bulletin::read_page;
    POST "/n/{token}" Secret => crate::bulletin::read_seen;

    GET  "/duty/keys" May(Action::ViewRoster) => crate::roster::keys;
    POST "/duty/keys" May(Action::ViewRoster) => crate::roster::key_lend;
    POST "/duty/keys/{id}" May(Action::ViewRoster) => crate::roster::key_back;

    // visitors at the desk and at the gate, hosts by their own address (REC-5, VIS-3 to VIS-9); appointments (ETQ-6)
    GET  "/visits" May(Action::ViewVisits) => crate::visit::board;
    POST "/visits" May(Action::ReceiveVisitor) => crate::visit::begin;
    GET  "/visits/expect" May(Action::ReceiveVisitor) => crate::visit::expect_form;
    POST "/visits/expect" May(Action::ReceiveVisitor) => crate::visit::expect;
    POST "/visits/invite" May(Action::ReceiveVisitor) => crate::visit::invite;
    GET  "/visits/links/{unit}" May(Action::ReceiveVisitor) => crate::visit::links;
    POST "/visits/links/{unit}/{link}/withdraw" May(Action::ReceiveVisitor) => crate::visit::link_withdraw;
    GET  "/visits/register" May(Action::ViewVisits) => crate::visit::register;
    GET  "/visits/print" May(Action::ViewVisits) => crate::visit::print;
    GET  "/visits/export" May(Action::Export) => crate::visit::export;
    GET  "/visits/{id}" May(Action::ViewVisits) => crate::visit::show;
    POST "/visits/{id}/link" May(Action::ReceiveVisitor) => crate::visit::ask_by_link;
    POST "/visits/{id}/{act}" May(Action::ReceiveVisitor) => crate::visit::step;
    GET  "/gate" May(Action::ReceiveVisitor) => crate::visit::gate;
    GET  "/gate/{id}" May(Action::ReceiveVisitor) => crate::visit::gate_show;
    POST "/gate/{id}/{act}" May(Action::ReceiveVisitor) => crate::visit::gate_step;
    GET  "/h/{token}" Secret => crate::visit::host_show;
    POST "/h/{token}/answer" Secret => crate::visit::host_answer;
    POST "/h/{token}/announce" Secret => crate::visit::host_announce;
    POST "/h/{token}/withdraw" Secret => crate::visit::host_withdraw;
    GET  "/appointments" May(Action::RegisterContact) => crate::appointment::list;
    POST "/appointments/{id}" May(Action::RegisterContact) => crate::appointment::finish;
    GET  "/contacts/{id}/appointments" May(Action::RegisterContact) => crate::appointment::of_contact;
    POST "/contacts/{id}/appointments" May(Action::RegisterContact) => crate::appointment::make;

    // the journal
    GET "/journal" May(Action::ReadJournal) => crate::journal::list;
    GET "/journal/{kind}/{id}" May(Action::ReadJournal) => crate::journal::of;
    // files
    POST "/attachments" SignedIn => crate::attachment::post;
    GET  "/files/{id}" SignedIn => crate::attachment::file;

    // the customer's and the vendor's own pages, by a secret address
    GET  "/r/{token}" Secret => crate::link::track;
    GET  "/r/{token}/sign" Secret => crate::link::sign_page;
    POST "/r/{token}/sign" Secret => crate::link::sign;
    POST "/r/{token}/code" Secret => crate::link::code;
    POST "/r/{token}/quote" Secret => crate::link::quote;
    POST "/r/{token}/extension" Secret => crate::link::extension;
    POST "/r/{token}/urge" Secret => crate::link::urge;
    POST "/r/{token}/say" Secret => crate::link::say;
    POST "/r/{token}/not-solved" Secret => crate::link::not_solved;
    POST "/r/{token}/photos" Secret => crate::link::photos;
    GET  "/r/{token}/files/{id}" Secret => crate::link::file;
    GET  "/r/{token}/signature" Secret => crate::link::signature;
    GET  "/r/{token}/receipt" Secret => crate::link::receipt;
    GET  "/v/{token}" Secret => crate::task::vendor_show;
    POST "/v/{token}/photos" Secret => crate::task::vendor_photos;
    GET  "/v/{token}/files/{id}" Secret => crate::task::vendor_file;
    PUT  "/v/{token}/drafts/{step}" Secret => crate::task::vendor_draft;
    POST "/v/{token}/{step}" Secret => crate::task::vendor_step;

    // messages, their channels, and the links of a case
    GET  "/messages" May(Action::ResendMessage) => crate::outbox::messages;
    POST "/messages/{id}/again" May(Action::ResendMessage) => crate::outbox::send_again;
    GET  "/settings/channels" May(Action::Settings) => crate::outbox::channels;
    POST "/settings/channels/{channel}" May(Action::Settings) => crate::outbox::save_channel;
    POST "/settings/channels/{channel}/test" May(Action::Settings) => crate::outbox::test_channel;
    POST "/hooks/sms/{site}" Secret => crate::outbox::report;
    // what telephone systems tell of calls
    POST "/cti" Secret => crate::hotline::by_header;
    POST "/cti/{token}" Secret => crate::hotline::by_path;
    // the hotline
    GET  "/hotline" May(Action::ViewCalls) => crate::hotline::board;
    GET  "/hotline/now" May(Action::ViewCalls) => crate::hotline::now;
    GET  "/hotline/calls" May(Action::ViewCalls) => crate::hotline::list;
    GET  "/hotline/calls/export" May(Action::Export) => crate::hotline::export;
    GET  "/hotline/calls/{id}" May(Action::ViewCalls) => crate::hotline::show;
    GET  "/hotline/calls/{id}/recordings" May(Action::HearRecording) => crate::hotline::recordings;
    POST "/hotline/calls/{id}/recordings" May(Action::HearRecording) => crate::hotline::recording_hear;
    GET  "/hotline/recordings/{id}" May(Action::HearRecording) => crate::hotline::recording_sound;
    GET  "/hotline/missed" May(Action::ViewCalls) => crate::hotline::missed_list;
    POST "/hotline/missed/{id}" May(Action::RegisterContact) => crate::hotline::missed_done;
    POST "/hotline/missed/{id}/call" May(Action::RegisterContact) => crate::hotline::missed_call;
    POST "/hotline/missed/{id}/number" May(Action::RevealPhone) => crate::hotline::missed_reveal;
    GET  "/hotline/staffing" May(Action::ViewCalls) => crate::hotline::staffing;
    GET  "/hotline/staffing/export" May(Action::Export) => crate::hotline::staffing_export;
    GET  "/hotline/telephones" May(Action::RegisterContact) => crate::hotline::telephones;
    POST "/hotline/telephones" May(Action::ManageTelephones) => crate::hotline::telephone_put;
    // how telephones are used (TEL-1 to TEL-4, TEL-8 to TEL-10)
    GET  "/hotline/long-distance" May(Action::AskTelephone) => crate::telephone::long_distances;
    GET  "/hotline/long-distance/new" May(Action::AskTelephone) => crate::telephone::long_distance_new;
    POST "/hotline/long-distance" May(Action::AskTelephone) => crate::telephone::long_distance_ask;
    GET  "/hotline/long-distance/{id}" May(Action::AskTelephone) => crate::telephone::long_distance;
    GET  "/hotline/long-distance/{id}/print" May(Action::AskTelephone) => crate::telephone::long_distance_print;
    POST "/hotline/long-distance/{id}/approve" May(Action::DecideLongDistance) => crate::telephone::long_distance_approve;
    POST "/hotline/long-distance/{id}/refuse" May(Action::DecideLongDistance) => crate::telephone::long_distance_refuse;
    POST "/hotline/long-distance/{id}/withdraw" May(Action::AskTelephone) => crate::telephone::long_distance_withdraw;
    POST "/hotline/long-distance/{id}/end" May(Action::DecideLongDistance) => crate::telephone::long_distance_end;
    GET  "/hotline/new-telephones" May(Action::AskTelephone) => crate::telephone::new_phones;
    GET  "/hotline/new-telephones/new" May(Action::AskTelephone) => crate::telephone::new_phone_new;
    POST "/hotline/new-telephones" May(Action::AskTelephone) => crate::telephone::new_phone_ask;
    GET  "/hotline/new-telephones/{id}" May(Action::AskTelephone) => crate::telephone::new_phone;
    GET  "/hotline/new-telephones/{id}/print" May(Action::AskTelephone) => crate::telephone::new_phone_print;
    POST "/hotline/new-telephones/{id}/handle" May(Action::HandleNewPhone) => crate::telephone::new_phone_handle;
    POST "/hotline/new-telephones/{id}/decide" May(Action::DecideNewPhone) => crate::telephone::new_phone_decide;
    POST "/hotline/new-telephones/{id}/install" May(Action::HandleNewPhone) => crate::telephone::new_phone_install;
    GET  "/hotline/violations" May(Action::ViewViolations) => crate::telephone::violations;
    GET  "/hotline/violations/new" May(Action::RecordViolation) => crate::telephone::violation_new;
    POST "/hotline/violations" May(Action::RecordViolation) => crate::telephone::violation_record;
    GET  "/hotline/violations/{id}" May(Action::ViewViolations) => crate::telephone::violation;
    POST "/hotline/violations/{id}/answer" May(Action::ViewViolations) => crate::telephone::violation_answer;
    POST "/hotline/violations/{id}/decide" May(Action::DecideViolation) => crate::telephone::violation_decide;
    GET  "/hotline/findings" May(Action::RecordViolation) => crate::telephone::findings;
    POST "/hotline/findings/{id}" May(Action::RecordViolation) => crate::telephone::dismiss;
    GET  "/hotline/checks" May(Action::RegisterContact) => crate::telephone::checks;
    GET  "/hotline/checks/new" May(Action::ManageTelephones) => crate::telephone::check_new;
    POST "/hotline/checks" May(Action::ManageTelephones) => crate::telephone::check_record;
    POST "/hotline/checks/rules" May(Action::ManageTelephones) => crate::telephone::rules;
    GET  "/hotline/checks/{id}" May(Action::RegisterContact) => crate::telephone::check;
    POST "/hotline/faults/{id}/mended" May(Action::RegisterContact) => crate::telephone::mended;
    POST "/hotline/faults/{id}/charge" May(Action::ManageTelephones) => crate::telephone::charge;
    GET  "/hotline/use" May(Action::ViewCalls) => crate::telephone::used;
    GET  "/settings/phone" May(Action::Settings) => crate::hotline::systems;
    POST "/settings/phone" May(Action::Settings) => crate::hotline::system_add;
    GET  "/settings/phone/{id}" May(Action::Settings) => crate::hotline::system_show;
    POST "/settings/phone/{id}" May(Action::Settings) => crate::hotline::system_change;
    GET  "/settings/phone/{id}/heard" May(Action::Settings) => crate::hotline::system_heard;
    GET  "/settings/phone/{id}/secret" May(Action::Settings) => crate::hotline::system_old_secret;
    POST "/settings/phone/{id}/secret" May(Action::Settings) => crate::hotline::system_secret;
    GET  "/cases/{id}/links" May(Action::ViewCase) => crate::outbox::links;
    POST "/cases/{id}/links" May(Action::SendLink) => crate::outbox::make_link;
    POST "/cases/{id}/links/{link}/withdraw" May(Action::WithdrawLink) => crate::outbox::withdraw_link;
    GET  "/cases/{id}/signature/{confirmation}" May(Action::ViewCase) => crate::outbox::signature;

    // on the way
    GET  "/tasks" May(Action::Accept) => crate::task::list;
    GET  "/tasks/{number}" May(Action::Accept) => crate::task::show;
    GET  "/tasks/{number}/{step}" May(Action::Accept) => crate::task::back_to_form;
    POST "/tasks/{number}/photos" May(Action::Attach) => crate::task::photos;
    POST "/tasks/{number}/phone" May(Action::RevealPhone) => crate::task::reveal;
    POST "/tasks/{number}/link" May(Action::SendLink) => crate::task::hand_link;
    POST "/tasks/{number}/device" May(Action::Confirm) => crate::task::device_sign;
    POST "/tasks/{number}/{step}" May(Action::Accept) => crate::task::step;
    // the API
    GET  "/api/openapi.json" Open => crate::api::document;
    GET  "/api/v1/me" SignedIn => crate::api::me;
    GET  "/api/v1/contacts" May(Action::ViewContacts) => crate::api::contacts;
    POST "/api/v1/contacts" May(Action::RegisterContact) => crate::api::register;
    GET  "/api/v1/contacts/{id}" May(Action::ViewContacts) => crate::api::contact;
    POST "/api/v1/contacts/{id}/correct" May(Action::RegisterContact) => crate::api::contact_correct;
    GET  "/api/v1/contacts/{id}/cases" May(Action::ViewContacts) => crate::api::contact_cases;
    POST "/api/v1/contacts/{id}/cases" May(Action::RegisterContact) => crate::api::contact_case;
    GET  "/api/v1/contacts/{id}/files" May(Action::ViewContacts) => crate::api::contact_files;
    POST "/api/v1/contacts/{id}/files" May(Action::RegisterContact) => crate::api::attach_contact;
    POST "/api/v1/suggestions" May(Action::RegisterContact) => crate::api::suggest;
    GET  "/api/v1/cases" May(Action::ViewCase) => crate::api::cases;
    GET  "/api/v1/cases/{id}" May(Action::ViewCase) => crate::api::case;
    GET  "/api/v1/cases/{id}/offers" May(Action::ViewCase) => crate::api::offers;
    GET  "/api/v1/cases/{id}/timeline" May(Action::ViewCase) => crate::api::timeline;
    GET  "/api/v1/cases/{id}/files" May(Action::ViewCase) => crate::api::files_of_case;
    POST "/api/v1/cases/{id}/files" May(Action::Attach) => crate::api::attach_case;
    POST "/api/v1/cases/{id}/reveal" May(Action::RevealPhone) => crate::api::case_reveal;
    GET  "/api/v1/cases/{id}/links" May(Action::SendLink) => crate::api::links;
    POST "/api/v1/cases/{id}/links" May(Action::SendLink) => crate::api::make_link;
    POST "/api/v1/cases/{id}/links/{link}/withdraw" May(Action::WithdrawLink) => crate::api::withdraw_link;
    GET  "/api/v1/cases/{id}/messages" May(Action::ViewCase) => crate::api::case_messages;
    GET  "/api/v1/cases/{id}/signature/{confirmation}" May(Action::ViewCase) => crate::api::signature;
    POST "/api/v1/cases/{id}/{action}" May(Action::ViewCase) => crate::api::do_step;
    GET  "/api/v1/orders" May(Action::ViewCase) => crate::api::orders;
    GET  "/api/v1/orders/{number}" May(Action::ViewCase) => crate::api::order;
    GET  "/api/v1/orders/{number}/print" May(Action::PrintOrder) => crate::print::order;
    GET  "/api/v1/visits" May(Action::ViewVisits) => crate::api::visits;
    POST "/api/v1/visits" May(Action::ReceiveVisitor) => crate::api::visit_begin;
    GET  "/api/v1/visits/now" May(Action::ViewVisits) => crate::api::visits_now;
    POST "/api/v1/visits/expected" May(Action::ReceiveVisitor) => crate::api::visit_expect;
    GET  "/api/v1/visits/{id}" May(Action::ViewVisits) => crate::api::visit;
    POST "/api/v1/visits/{id}/steps" May(Action::ReceiveVisitor) => crate::api::visit_step;
    POST "/api/v1/visits/{id}/link" May(Action::ReceiveVisitor) => crate::api::visit_link;
    GET  "/api/v1/passes/{code}" May(Action::ReceiveVisitor) => crate::api::visit_pass;
    GET  "/api/v1/appointments" May(Action::RegisterContact) => crate::api::appointments;
    POST "/api/v1/contacts/{id}/appointments" May(Action::RegisterContact) => crate::api::appointment_make;
    POST "/api/v1/appointments/{id}/end" May(Action::RegisterContact) => crate::api::appointment_end;
    GET  "/api/v1/emergencies" May(Action::ViewEmergency) => crate::api::emergencies;
    POST "/api/v1/emergencies" May(Action::JoinEmergency) => crate::api::emergency_open;
    GET  "/api/v1/emergencies/plays" May(Action::ViewEmergency) => crate::api::emergency_plays;
    GET  "/api/v1/emergencies/{id}" May(Action::ViewEmergency) => crate::api::emergency;
    POST "/api/v1/emergencies/{id}/reveal" May(Action::RevealPhone) => crate::api::emergency_reveal;
    POST "/api/v1/emergencies/{id}/{act}" May(Action::JoinEmergency) => crate::api::emergency_act;
    GET  "/api/v1/incidents" May(Action::ViewEmergency) => crate::api::incidents;
    POST "/api/v1/incidents" May(Action::ManageIncident) => crate::api::incident_open;
    GET  "/api/v1/incidents/{id}" May(Action::ViewEmergency) => crate::api::incident;
    POST "/api/v1/incidents/{id}/change" May(Action::ManageIncident) => crate::api::incident_change;
    POST "/api/v1/incidents/{id}/join" May(Action::JoinIncident) => crate::api::incident_join;
    POST "/api/v1/incidents/{id}/reveal" May(Action::RevealPhone) => crate::api::incident_reveal;
    POST "/api/v1/incidents/{id}/callers/{caller}" May(Action::JoinIncident) => crate::api::incident_tell;
    POST "/api/v1/incidents/{id}/end" May(Action::ManageIncident) => crate::api::incident_end;
    GET  "/api/v1/answers" May(Action::ViewAnswers) => crate::api::answers;
    POST "/api/v1/answers" May(Action::ManageAnswers) => crate::api::answer_add;
    GET  "/api/v1/answers/{id}" May(Action::ViewAnswers) => crate::api::standard_answer;
    POST "/api/v1/answers/{id}" May(Action::ManageAnswers) => crate::api::answer_edit;
    POST "/api/v1/answers/{id}/check" May(Action::ManageAnswers) => crate::api::answer_check;
    POST "/api/v1/answers/{id}/active" May(Action::ManageAnswers) => crate::api::answer_active;
    GET  "/api/v1/referrals" May(Action::ViewAnswers) => crate::api::referrals;
    GET  "/api/v1/lessons" May(Action::ViewAnswers) => crate::api::lessons;
    GET  "/api/v1/lessons/{id}" May(Action::ViewAnswers) => crate::api::lesson;
    GET  "/api/v1/proposals" May(Action::ViewProposals) => crate::api::proposals;
    GET  "/api/v1/proposals/{id}" May(Action::ViewProposals) => crate::api::proposal;
    POST "/api/v1/proposals/{id}/decide" May(Action::DecideProposal) => crate::api::proposal_decide;
    POST "/api/v1/proposals/{id}/tell" May(Action::ReportOutside) => crate::api::proposal_tell;
    GET  "/api/v1/investigations" May(Action::ViewInvestigations) => crate::api::investigations;
    POST "/api/v1/investigations" May(Action::OpenInvestigation) => crate::api::investigation_open;
    GET  "/api/v1/investigations/{id}" May(Action::ViewInvestigations) => crate::api::investigation;
    POST "/api/v1/investigations/{id}/{act}" May(Action::ViewInvestigations) => crate::api::investigation_act;
    GET  "/api/v1/opinions" May(Action::ViewOpinions) => crate::api::opinions;
    GET  "/api/v1/opinions/{id}" May(Action::ViewOpinions) => crate::api::opinion;
    POST "/api/v1/opinions/{id}/{act}" May(Action::ViewOpinions) => crate::api::opinion_act;
    POST "/api/v1/opinion-rounds/{id}/close" May(Action::IdentifyOpinion) => crate::api::opinions_close;
    GET  "/api/v1/call-rounds" May(Action::Callback) => crate::api::call_rounds;
    POST "/api/v1/call-rounds" May(Action::DrawCalls) => crate::api::calls_draw;
    GET  "/api/v1/call-rounds/{id}" May(Action::Callback) => crate::api::call_round;
    POST "/api/v1/call-rounds/{id}/calls/{call}" May(Action::Callback) => crate::api::call_make;
    POST "/api/v1/call-rounds/{id}/calls/{call}/sign" May(Action::Callback) => crate::api::call_sign;
    GET  "/api/v1/calls" May(Action::ViewCalls) => crate::api::calls;
    GET  "/api/v1/calls/figures" May(Action::ViewCalls) => crate::api::call_figures;
    GET  "/api/v1/calls/{id}" May(Action::ViewCalls) => crate::api::call;
    GET  "/api/v1/missed-calls" May(Action::ViewCalls) => crate::api::missed_calls;
    GET  "/api/v1/missed-calls/{id}" May(Action::ViewCalls) => crate::api::missed_call;
    POST "/api/v1/missed-calls/{id}/close" May(Action::RegisterContact) => crate::api::missed_close;
    POST "/api/v1/missed-calls/{id}/reveal" May(Action::RevealPhone) => crate::api::missed_reveal;
    GET  "/api/v1/registers/{register}" May(Action::ViewRegisters) => crate::api::register_of;
    POST "/api/v1/registers/{register}/{id}/corrections" May(Action::CorrectRegister) => crate::api::register_correct;
    GET  "/api/v1/callbacks" May(Action::Callback) => crate::api::callbacks;
    GET  "/api/v1/export/{list}" May(Action::Export) => crate::api::export;
    GET  "/api/v1/views/{list}" May(Action::ViewCase) => crate::api::views;
    POST "/api/v1/views/{list}" May(Action::Note) => crate::api::save_view;
    POST "/api/v1/views/{list}/{id}/remove" May(Action::Note) => crate::api::remove_view;
    GET  "/api/v1/messages" May(Action::ResendMessage) => crate::api::messages;
    POST "/api/v1/messages/{id}/again" May(Action::ResendMessage) => crate::api::message_again;
    GET  "/api/v1/imports" May(Action::Import) => crate::api::imports;
    POST "/api/v1/imports" May(Action::Import) => crate::api::import_upload;
    GET  "/api/v1/imports/template/{lang}" May(Action::Import) => crate::import::template;
    GET  "/api/v1/imports/{id}" May(Action::Import) => crate::api::import;
    GET  "/api/v1/imports/{id}/rows" May(Action::Import) => crate::api::import_rows;
    GET  "/api/v1/imports/{id}/refused.xlsx" May(Action::Import) => crate::import::refused;
    POST "/api/v1/imports/{id}/run" May(Action::Import) => crate::api::import_run;
    POST "/api/v1/imports/{id}/stop" May(Action::Import) => crate::api::import_stop;
    GET  "/api/v1/notices" May(Action::ViewCase) => crate::api::notices;
    POST "/api/v1/notices/{id}/read" May(Action::ViewCase) => crate::api::notice_read;
    GET  "/api/v1/roster/now" May(Action::ViewRoster) => crate::api::roster_now;
    GET  "/api/v1/roster/shifts" May(Action::ViewRoster) => crate::api::roster_shifts;
    POST "/api/v1/roster/shifts/{id}/check-in" May(Action::ViewRoster) => crate::api::roster_check_in;
    GET  "/api/v1/find" SignedIn => crate::api::find;
    GET  "/api/v1/buildings" May(Action::ViewDirectory) => crate::api::buildings;
    POST "/api/v1/buildings" May(Action::EditDirectory) => crate::api::put_building;
    GET  "/api/v1/units" May(Action::ViewDirectory) => crate::api::units;
    POST "/api/v1/units" May(Action::EditDirectory) => crate::api::put_unit;
    GET  "/api/v1/units/{id}" May(Action::ViewDirectory) => crate::api::unit;
    GET  "/api/v1/units/{id}/changes" May(Action::ViewDirectory) => crate::api::unit_changes;
    POST "/api/v1/units/{id}/correct" May(Action::EditDirectory) => crate::api::correct_unit;
    POST "/api/v1/units/{id}/move-in" May(Action::EditDirectory) => crate::api::move_in;
    POST "/api/v1/units/{id}/change-of-tenant" May(Action::EditDirectory) => crate::api::change_of_tenant;
    POST "/api/v1/occupancies/{id}/end" May(Action::EditDirectory) => crate::api::move_out;
    POST "/api/v1/vehicles" May(Action::EditDirectory) => crate::api::put_vehicle;
    POST "/api/v1/vehicles/{id}/end" May(Action::EditDirectory) => crate::api::end_vehicle;
    POST "/api/v1/parking" May(Action::EditDirectory) => crate::api::put_parking;
    GET  "/api/v1/people" May(Action::ViewDirectory) => crate::api::people;
    POST "/api/v1/people" May(Action::EditDirectory) => crate::api::create_person;
    GET  "/api/v1/people/{id}" May(Action::ViewDirectory) => crate::api::person;
    GET  "/api/v1/people/{id}/doubles" May(Action::MergePersons) => crate::api::doubles;
    POST "/api/v1/people/{id}/merge" May(Action::MergePersons) => crate::api::merge;
    POST "/api/v1/people/{id}/merges/{merge}/undo" May(Action::MergePersons) => crate::api::take_apart;
    POST "/api/v1/people/{id}/correct" May(Action::EditDirectory) => crate::api::correct_person;
    POST "/api/v1/people/{id}/phones" May(Action::EditDirectory) => crate::api::add_phone;
    POST "/api/v1/people/{id}/phones/{position}/mark" May(Action::EditDirectory) => crate::api::mark_phone;
    POST "/api/v1/people/{id}/phones/{position}/reveal" May(Action::RevealPhone) => crate::api::reveal_phone;
    POST "/api/v1/people/{id}/id-number/reveal" May(Action::RevealPhone) => crate::api::reveal_id;
    GET  "/api/v1/departments" SignedIn => crate::api::departments;
    GET  "/api/v1/workers" May(Action::ViewCase) => crate::api::workers;
    GET  "/api/v1/taxonomy" SignedIn => crate::api::taxonomy;
    GET  "/api/v1/prices" SignedIn => crate::api::prices;
    GET  "/api/v1/standard" SignedIn => crate::api::standard;
    GET  "/api/v1/scripts" SignedIn => crate::api::scripts;
    GET  "/api/v1/journal" May(Action::ReadJournal) => crate::api::journal;
    GET  "/api/v1/files/{id}" May(Action::ViewCase) => crate::api::file;

    GET "/" SignedIn => crate::health::home;
}

#[expect(unused, reason = "not every guard is in use in every build")]
const GUARDS: [Guard; 4] = [Open, Secret, SignedIn, May(Action::ViewCase)];
