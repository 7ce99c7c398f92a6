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
        "/attachments" => 16 * 1024 * 1024,
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
    // the search box
    GET "/find" SignedIn => crate::find::hits;
    GET "/find/page" SignedIn => crate::find::results;

    // live
    GET "/live" SignedIn => crate::live::stream;
    GET "/nav" SignedIn => crate::live::nav;

    // the front desk
    GET  "/desk" May(Action::RegisterContact) => crate::desk::desk;
    POST "/desk" May(Action::RegisterContact) => crate::desk::post;
    GET  "/desk/queue" May(Action::RegisterContact) => crate::desk::queue;
    GET  "/desk/items" May(Action::RegisterContact) => crate::desk::items;
    GET  "/desk/look" May(Action::RegisterContact) => crate::desk::look;
    GET  "/desk/start" May(Action::RegisterContact) => crate::desk::start;
    POST "/desk/changed" May(Action::RegisterContact) => crate::desk::changed;
    POST "/desk/resume/{subject}" May(Action::RegisterContact) => crate::desk::resume;
    PUT  "/drafts/{kind}" SignedIn => crate::desk::put_draft;

    // cases
    GET  "/cases/{id}" May(Action::ViewCase) => crate::case::show;
    GET  "/cases/{id}/body" May(Action::ViewCase) => crate::case::body;
    GET  "/cases/{id}/timeline" May(Action::ViewCase) => crate::case::timeline;
    GET  "/cases/{id}/do/{action}" May(Action::ViewCase) => crate::case::do_page;
    POST "/cases/{id}/reveal" May(Action::RevealPhone) => crate::case::reveal;
    POST "/cases/{id}/here" May(Action::ViewCase) => crate::case::here;
    POST "/cases/{id}/{action}" May(Action::ViewCase) => crate::case::step;

    // lists
    GET  "/cases" May(Action::ViewCase) => crate::list::cases;
    GET  "/orders" May(Action::ViewCase) => crate::list::orders;
    GET  "/contacts" May(Action::ViewContacts) => crate::list::contacts;
    GET  "/callbacks" May(Action::Callback) => crate::list::callbacks;
    GET  "/export/{list}" May(Action::Export) => crate::list::export;
    POST "/bulk/{list}/urge" May(Action::Urge) => crate::list::urge;
    POST "/views/{list}" SignedIn => crate::list::save_view;
    POST "/views/{list}/{id}/remove" SignedIn => crate::list::remove_view;

    // print
    GET "/print/orders" May(Action::PrintOrder) => crate::print::orders;
    GET "/print/orders/blank" May(Action::PrintOrder) => crate::print::blank;
    GET "/orders/{number}/print" May(Action::PrintOrder) => crate::print::order;

    // the journal
    GET "/journal" May(Action::ReadJournal) => crate::journal::list;
    GET "/journal/{kind}/{id}" May(Action::ReadJournal) => crate::journal::of;
    // files
    POST "/attachments" SignedIn => crate::attachment::post;
    GET  "/files/{id}" SignedIn => crate::attachment::file;

    GET "/" SignedIn => crate::health::home;
}

#[expect(unused, reason = "not every guard is in use in every build")]
const GUARDS: [Guard; 4] = [Open, Secret, SignedIn, May(Action::ViewCase)];
