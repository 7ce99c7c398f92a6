//! Leases: who does a piece of work that only one replica should do. They share the work out; that nothing is done twice
//! is the business of unique keys and versions, so a lease that two believe to hold does no harm.

use crate::seam::{row, sql};

row! {
    /// A lease. An empty owner: free.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Lease {
        pub name: String, pub owner: String,
        /// Moves with each renewal.
        pub beat: i64,
        /// When it ends by the owner's own clock.
        pub until: i64,
    }
}

sql! {
    /// Every lease whose name begins so, in the order of names; `end` is the first name that does not.
    pub fn all(from: &str, end: &str) -> Vec<Lease> {
        "SELECT ", Lease::COLS, " FROM lease WHERE name >= $1 AND name < $2 ORDER BY name"
    }
    /// Adds a lease that is not there yet, or leaves it.
    pub fn add(row: &Lease) { insert "lease" "ON CONFLICT (name) DO NOTHING" }
    /// Renews everything that an owner holds.
    pub fn renew(owner: &str, until: i64) -> u64 {
        "UPDATE lease SET beat = beat + 1, until = $2 WHERE owner = $1"
    }
    /// Takes a lease that has not moved since it was seen: 1 for whoever was first, 0 for everybody else.
    pub fn take(name: &str, seen_owner: &str, seen_beat: i64, owner: &str, until: i64) -> u64 {
        "UPDATE lease SET owner = $4, beat = beat + 1, until = $5 WHERE name = $1 AND owner = $2 AND beat = $3"
    }
    /// Gives a lease back.
    pub fn release(name: &str, owner: &str) -> u64 {
        "UPDATE lease SET owner = '', beat = beat + 1, until = 0 WHERE name = $1 AND owner = $2"
    }
    /// Gives everything back that an owner holds.
    pub fn release_all(owner: &str) -> u64 {
        "UPDATE lease SET owner = '', beat = beat + 1, until = 0 WHERE owner = $1"
    }
    /// Removes a lease that has not moved since it was seen.
    pub fn remove(name: &str, beat: i64) -> u64 { "DELETE FROM lease WHERE name = $1 AND beat = $2" }
}
