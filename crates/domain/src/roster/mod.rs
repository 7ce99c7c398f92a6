//! The duty roster (COM-9, REC-4, REC-21): who works which shift at which post, whether every hour that must be covered is,
//! who came in time, and what one shift gives over to the next. Pure: instants are unix milliseconds, stretches half-open,
//! dates those of the site's zone.

mod attend;
mod cover;
mod hand_over;
mod plan;
mod posts;
mod swap;

pub use attend::{
    ASK_MS, Attendance, BEFORE_MS, EARLIEST_MS, Item, MISSING_MS, ShiftTimes, Tick, attendance, check_ticks, late_by,
    may_check_in,
};
pub use cover::{Coverage, Gap, Stretch, gaps, held, hours_text, instant, minus, on_date, union};
pub use hand_over::{Emergency, HandOverState, NEAR_MS, Next, may_answer, may_hand_over};
pub use plan::{AbsenceKind, Place, Rest, SHORT_REST_MS, cycle_of, rotation, short_rests};
pub use posts::{PatternPlan, PostPlan, default_posts, parse};
pub use swap::{SwapState, SwapStep, SwapWho, swap_step};
