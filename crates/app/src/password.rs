//! Passwords: argon2id, slow on purpose, and at most two at a time, so that a flood of sign-ins cannot take the memory.

use std::sync::{Condvar, Mutex, PoisonError};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use crate::ctx::Ids;
use crate::error::{Error, Res};

/// Shortest password that is taken, in characters.
pub const MIN_LENGTH: usize = 10;

static SLOTS: (Mutex<u8>, Condvar) = (Mutex::new(2), Condvar::new());

fn slot<T>(f: impl FnOnce() -> T) -> T {
    let mut free = SLOTS.0.lock().unwrap_or_else(PoisonError::into_inner);
    while *free == 0 {
        free = SLOTS.1.wait(free).unwrap_or_else(PoisonError::into_inner);
    }
    *free -= 1;
    drop(free);
    let out = f();
    *SLOTS.0.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    SLOTS.1.notify_one();
    out
}

/// The hash that is stored for a password.
///
/// # Errors
/// `Internal` when the hasher fails.
pub fn hash(ids: &Ids, password: &str) -> Res<String> {
    let mut salt = [0u8; 16];
    ids.0.fill(&mut salt);
    slot(|| Argon2::default().hash_password_with_salt(password.as_bytes(), &salt))
        .map(|h: argon2::password_hash::phc::PasswordHash| h.to_string())
        .map_err(Error::internal)
}

/// Whether the password fits the stored hash. An unknown login is checked against a hash of nothing, so that it takes as long.
pub fn verify(stored: Option<&str>, password: &str) -> bool {
    const NOTHING: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c2Fuc2hlbmdub25vbmU$E9d7Bq1cX1jOQ0x3ZtVdHk5m0p3yqgk0u8l7sZr2i4E";
    let Ok(parsed) = PasswordHash::new(stored.unwrap_or(NOTHING)) else {
        return false;
    };
    slot(|| Argon2::default().verify_password(password.as_bytes(), &parsed)).is_ok() && stored.is_some()
}

/// Why a new password cannot be taken, as a translation key.
pub fn weakness(password: &str, login: &str) -> Option<&'static str> {
    let distinct = password.chars().collect::<std::collections::HashSet<_>>().len();
    if password.chars().count() < MIN_LENGTH {
        Some("password-too-short")
    } else if password.len() > 256 {
        Some("password-too-long")
    } else if distinct < 5 || (!login.is_empty() && password.to_lowercase().contains(&login.to_lowercase())) {
        Some("password-too-simple")
    } else {
        None
    }
}
