//! The page of a case: how it stands, what happened, by when, and every step that is open to the viewer, each with its form.

mod act;
mod cards;
pub mod clocks;
pub mod complaint;
mod corrections;
mod fields;
mod form;
mod hands;
mod line;
pub mod look;
mod more_time;
pub mod names;
mod offers;
mod page;
mod paper;
mod parse;
mod presence;
mod prices;
pub mod sentence;
mod story;
mod view;

#[cfg(test)]
mod tests;

pub use act::{do_page, outgoing, step};
pub use page::{back_to_form, body, here, reveal, seen, show, timeline, why};
pub use paper::paper;
