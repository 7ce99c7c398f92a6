//! The rules: pure functions and types. No async, no input or output, no SQL and no clock of its own; everything else may
//! use it.

pub mod access;
pub mod case;
pub mod clauses;
pub mod clock;
pub mod codes;
pub mod consult;
pub mod data_error;
pub mod departments;
pub mod desk_rules;
pub mod directory;
pub mod emergency;
pub mod fold;
pub mod id_number;
pub mod ids;
pub mod incident;
pub mod ladder;
pub mod late;
mod limit;
pub mod mask;
pub mod money;
pub mod number;
pub mod phone;
pub mod plate;
pub mod price_list;
pub mod privacy;
pub mod refusal;
pub mod room;
pub mod roster;
pub mod scripts;
pub mod staffing;
pub mod standard;
pub mod taxonomy;
pub mod text;
pub mod time;
pub mod tokens;
