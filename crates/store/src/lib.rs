//! Persistence on SQLite and PostgreSQL: migrations, one module per aggregate, the journal, the search index.
//!
//! `db` runs closures as transactions, `seam` is the one place that knows two engines (and says how a module is written),
//! `migrate` makes the schema, `journal` is the spine of everything that happened, `search` finds words. Synchronous
//! throughout: async code uses `Db::submit`.

pub mod account;
pub mod answer;
pub mod appointment;
pub mod attachment;
pub mod bulletin;
pub mod calendar;
pub mod call;
pub mod call_round;
pub mod case;
pub mod check;
pub mod communication;
pub mod complaint_route;
pub mod consult;
pub mod contact;
pub mod db;
pub mod desk;
pub mod directory;
pub mod due;
pub mod dump;
pub mod emergency;
pub mod hidden;
pub mod house;
mod ids;
pub mod import;
pub mod incident;
pub mod investigation;
pub mod journal;
pub mod lease;
pub mod lesson;
pub mod link;
pub mod message;
pub mod migrate;
pub mod notice;
pub mod ontime;
pub mod opinion;
pub mod promise;
pub mod proposal;
pub mod register;
pub mod roster;
pub mod seam;
pub mod search;
pub mod site;
pub mod staff;
pub mod standard;
mod statistics;
pub mod task;
pub mod telephone;
pub mod view;
pub mod visit;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use db::{Db, DbUrl, Options, Tx};
pub use seam::{Conn, Error, ErrorKind, Result};

/// The statements of every module with a `sql!` block. A test finds modules that are missing here.
const MODULES: &[&[seam::Statement]] = &[
    account::STATEMENTS,
    appointment::STATEMENTS,
    answer::STATEMENTS,
    attachment::STATEMENTS,
    bulletin::STATEMENTS,
    calendar::STATEMENTS,
    call::STATEMENTS,
    call_round::STATEMENTS,
    case::STATEMENTS,
    consult::STATEMENTS,
    contact::STATEMENTS,
    db::tx::statements::STATEMENTS,
    db::watch::statements::STATEMENTS,
    hidden::STATEMENTS,
    house::STATEMENTS,
    desk::STATEMENTS,
    directory::find::STATEMENTS,
    directory::occupancy::STATEMENTS,
    directory::person::STATEMENTS,
    directory::thing::STATEMENTS,
    directory::unit::STATEMENTS,
    emergency::STATEMENTS,
    import::STATEMENTS,
    incident::STATEMENTS,
    journal::STATEMENTS,
    lease::STATEMENTS,
    lesson::STATEMENTS,
    link::STATEMENTS,
    message::STATEMENTS,
    migrate::STATEMENTS,
    notice::STATEMENTS,
    register::STATEMENTS,
    roster::STATEMENTS,
    ontime::STATEMENTS,
    opinion::STATEMENTS,
    promise::STATEMENTS,
    investigation::STATEMENTS,
    communication::STATEMENTS,
    complaint_route::STATEMENTS,
    proposal::STATEMENTS,
    search::STATEMENTS,
    site::STATEMENTS,
    task::STATEMENTS,
    telephone::STATEMENTS,
    staff::STATEMENTS,
    standard::STATEMENTS,
    statistics::STATEMENTS,
    view::STATEMENTS,
    visit::STATEMENTS,
];

/// Every statement of the store.
pub(crate) fn statements() -> impl Iterator<Item = &'static seam::Statement> {
    MODULES.iter().flat_map(|m| m.iter())
}

#[cfg(test)]
mod tests;
