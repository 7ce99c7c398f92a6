//! Time limits from outside: worked cases, laws that hold for any case, and a naive reference.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod file;
mod holidays;
mod laws;
mod naive;
mod semantics;
mod table;
