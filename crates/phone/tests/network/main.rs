//! The connected adapters over a real network of this machine, against a server that plays recorded sessions and against ones that
//! behave badly.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests stand outside of test functions"
)]

mod ami;
mod common;
mod esl;
