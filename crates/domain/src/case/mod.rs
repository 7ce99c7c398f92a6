//! The case (事件): its life from registering to closing, as pure rules.
//!
//! `decide` turns a command into events or a refusal, `apply` turns events into state, `legal_actions` says beforehand what
//! `decide` would not refuse. Events are kept for good, so what they are called and what they hold does not change.
//!
//! ```text
//! registered → dispatched → accepted → on_site ⇄ waiting → done → confirmed → closed
//!      ↑___ returned, taken back ___|                        |________________|→ reopened → registered
//! ```

mod after;
mod apply;
mod close;
mod command;
pub mod complaint;
mod decide;
mod event;
mod explore;
mod extend;
mod gate;
mod money;
mod plan;
mod reapply;
mod record;
mod rerun;
mod state;
mod steps;
mod timing;
mod values;

pub use apply::{advance, apply, replay};
pub use close::missing_to_close;
pub use command::{Change, Command, ConfirmHow, ConsentHow, Register};
pub use decide::{Env, decide};
pub use event::{By, Event, Fact};
pub use explore::{process, process_code};
pub use extend::{askable, at_fault, excusable, extendable};
pub use gate::{Offer, legal_actions, may};
pub use money::sum_of;
pub use reapply::{Moved, has_older_calendar, moved, moved_by_calendar};
pub use record::reachable;
pub use rerun::{Job, Outcome, jobs, outcomes, rerun};
pub use state::{
    Agreement, Attachment, Attempt, Callback, CaseState, Confirmation, Consent, Decision, ExcuseMade, ExcuseRequest,
    Extension, Order, OutsideReport, Payment, PromiseMade, Quote, Waiting, Waiver, WorkDone,
};
pub use values::*;

#[cfg(test)]
mod tests;
