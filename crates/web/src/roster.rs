//! The duty roster's pages (COM-9, REC-4, REC-21): the week with its gaps, who is on duty, check-in, hand-over, swaps, keys.

mod check_in;
mod duty;
mod edit;
mod hand_over;
mod key;
mod parts;
mod post;
mod shifts;
mod swap;
mod week;

/// What other features' forms and registers share with the roster's.
pub(crate) mod form {
    pub use super::parts::{Pairs, value};
    pub use super::swap::{cursor, cursor_text};
    pub use super::week::xlsx;
}

pub use check_in::{check_in, check_in_form, export as check_ins_export, register as check_ins};
pub use duty::{asked, banner_part, duty, strip_part};
pub use edit::{
    absence_add, absence_cancel, absences, clear, copy, correct, new_shift, remove, rotate, rotate_form, shift,
    shift_add, shift_edit,
};
pub use hand_over::{
    answer as hand_over_answer, form as hand_over_form, give as hand_over_give, print as hand_over_print,
    register as hand_overs, show as hand_over_show,
};
pub use key::{back as key_back, keys, lend as key_lend};
pub use parts::{Banner, DutyLine, Pairs, banner, duty_lines, settle, strip_html, value, values};
pub use post::{
    active as post_active, add as post_add, begin, edit as post_edit, page_of as post_page, pattern_add, pattern_edit,
    posts,
};
pub use shifts::shifts;
pub use swap::{answer as swap_answer, ask as swap_ask, cursor, cursor_text, swaps};
pub use week::{export, print, week};
