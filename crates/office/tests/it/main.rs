//! Black-box tests of the crate, in one binary so that they share their helpers.

mod common;
mod estate;
mod lists;
mod marked;
mod scale;
mod wrong_files;
