//! Telephone calls (电话): what a telephone system reports of a call in neutral words, and what follows from it. The adapters of the
//! `phone` room make these events; they are stored as they came and never changed; everything else is folded from them.

pub mod event;
pub mod figures;
pub mod finding;
pub mod fold;
pub mod line;
pub mod line_check;
pub mod long_distance;
pub mod measure;
pub mod new_phone;
pub mod next;
pub mod staffing;
pub mod state;
pub mod sweep;
pub mod violation;

#[cfg(test)]
mod tests;
