//! Black-box tests of the crate, in one binary so that they share their helpers.
//! Each module says `cfg(test)` for the lint that allows `unwrap` in tests only.

#[cfg(test)]
mod common;
#[cfg(test)]
mod estate;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod marked;
#[cfg(test)]
mod scale;
#[cfg(test)]
mod template;
#[cfg(test)]
mod wrong_files;
