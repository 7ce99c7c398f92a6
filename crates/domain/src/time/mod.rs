//! Time limits that hold: when something is due in a working calendar, whether it was met, and why it is due then.
//!
//! Nothing here ticks and nothing reads a clock: a limit is a list of what happened, and everything else follows from it and
//! an instant. Instants are unix milliseconds, intervals half-open. `docs/TIME.md` states the rules.
//!
//! - [`Calendar`] is what people write and import ([`holidays`]); [`Hours`] is the same made fast.
//! - [`Term`] is a length of time as a rule states it; [`Deadline`] is one limit with everything that happened to it.
//! - [`Deadline::view`] says how it stands, [`Deadline::explain`] shows each stretch, [`Deadline::rung`] the steps of a ladder.

pub mod calendar;
pub mod calendars;
pub mod check;
mod cycle;
mod date_text;
mod deadline;
mod event;
mod explain;
pub mod holidays;
mod hours;
mod pause;
mod reckon;
mod term;

pub use calendar::{Calendar, Day, DayHours, DayKind, DayName, Exception, ExceptionKind, Level, Season, Span, Week};
pub use calendars::{CalendarRef, Calendars, Own, Plan};
pub use cycle::{Breach, Figures, Past};
pub use deadline::{Deadline, REASON_ENDED, State, Trouble, View};
pub use event::{BreachCause, CountFrom, Ending, Event, Pausable, Reopen, Rule, RuleChange, Shape, What};
pub use explain::{FIRST_DAY, Stretch, StretchKind};
pub use hours::Hours;
pub use pause::{Gap, Hold, union};
pub use reckon::{Due, Reckoning, Step};
pub use term::{Cutoff, DayTerm, DayUnit, Term};
