//! The web room: router, pages, live updates and the JSON API. Handlers parse, call one use case and show its outcome;
//! no rule lives here.

pub mod assets;
pub mod import;
pub mod l10n;
pub mod routes;
pub mod state;

mod account;
mod answer;
mod api;
mod appointment;
mod attachment;
mod bulletin;
mod calendar;
mod call_round;
mod case;
mod communication;
mod complaint_route;
mod consult;
mod contact;
mod department;
mod desk;
mod directory;
mod emergency;
mod fail;
mod find;
mod form;
mod gate;
mod handbook;
mod health;
mod hotline;
mod incident;
mod investigation;
mod journal;
mod lesson;
mod link;
mod list;
mod live;
mod notice;
mod ontime;
mod opinion;
mod outbox;
mod page;
mod print;
mod process;
mod promise;
mod proposal;
mod referral;
mod register;
mod roster;
mod settings;
mod shown;
mod staff;
pub mod standard;
mod table;
mod task;
mod telephone;
mod visit;
mod when;

#[cfg(test)]
mod tests;

use axum::Router;
use axum::middleware::from_fn_with_state;

pub use live::stop;
pub use state::{Settings, Web};

/// The whole product as one service.
pub fn service(web: Web) -> Router {
    live::start(&web);
    routes::router()
        .fallback(health::nothing)
        .layer(from_fn_with_state(web.clone(), gate::gate))
        .with_state(web)
}
