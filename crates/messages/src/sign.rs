//! Signatures and encodings: HMAC-SHA256, hex and base64, percent-encoding, comparison in constant time.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// How signature bytes are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Lower-case hexadecimal.
    #[default]
    Hex,
    /// Standard base64 with padding.
    Base64,
}

impl Encoding {
    pub(crate) fn encode(self, bytes: &[u8]) -> String {
        match self {
            Self::Hex => hex(bytes),
            Self::Base64 => STANDARD.encode(bytes),
        }
    }

    pub(crate) fn decode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Hex => unhex(text),
            Self::Base64 => STANDARD.decode(text).ok(),
        }
    }
}

pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    mac(key, message)
        .map(|mac| mac.finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

/// Whether `signature` is the HMAC of `message`, compared in constant time.
pub(crate) fn hmac_matches(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    mac(key, message).is_some_and(|mac| mac.verify_slice(signature).is_ok())
}

/// Whether two tokens are equal, in a time that says nothing about where they differ: their HMACs are compared.
pub(crate) fn same(a: &str, b: &str) -> bool {
    const KEY: &[u8] = b"compare";
    hmac_matches(KEY, a.as_bytes(), &hmac_sha256(KEY, b.as_bytes()))
}

// HMAC takes keys of any length, so `None` does not occur; callers treat it as "does not match".
fn mac(key: &[u8], message: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(message);
    Some(mac)
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .collect();
    Some(
        digits?
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |sum, d| sum * 16 + d))
            .collect(),
    )
}

/// Percent-encodes everything but unreserved characters, for query values, path parts and form bodies.
pub(crate) fn percent_encode(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, b| {
        if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(b));
        } else {
            let _ = write!(out, "%{b:02X}");
        }
        out
    })
}

/// Reads `a=1&b=2` as a query or a form body; broken escapes stay as they are.
pub(crate) fn parse_form(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (percent_decode(name), percent_decode(value))
        })
        .collect()
}

fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while let Some(&b) = bytes.get(i) {
        let escaped = (b == b'%').then(|| text.get(i + 1..i + 3).and_then(unhex)).flatten();
        match escaped {
            Some(decoded) => {
                out.extend(decoded);
                i += 3;
            }
            None => {
                out.push(if b == b'+' { b' ' } else { b });
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_known_answer() {
        // RFC 4231, test case 2.
        let sum = hmac_sha256(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(
            hex(&sum),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert!(hmac_matches(b"Jefe", b"what do ya want for nothing?", &sum));
        assert!(!hmac_matches(b"Jefe", b"what do ya want for nothing!", &sum));
        assert!(
            !hmac_matches(b"Jefe", b"what do ya want for nothing?", &sum[..16]),
            "a prefix is no signature"
        );
    }

    #[test]
    fn encodings_go_both_ways() {
        for encoding in [Encoding::Hex, Encoding::Base64] {
            assert_eq!(
                encoding.decode(&encoding.encode(&[0, 127, 255])),
                Some(vec![0, 127, 255])
            );
        }
        assert_eq!(unhex("zz"), None);
        assert_eq!(unhex("abc"), None);
        assert_eq!(unhex("é"), None);
        assert!(same("token", "token") && !same("token", "tokem") && !same("token", ""));
    }

    #[test]
    fn forms() {
        assert_eq!(percent_encode("修 +/=~"), "%E4%BF%AE%20%2B%2F%3D~");
        assert_eq!(
            parse_form("a=%E4%BF%AE+b&c&d=%zz&=x%"),
            [
                ("a".into(), "修 b".into()),
                ("c".into(), String::new()),
                ("d".into(), "%zz".into()),
                (String::new(), "x%".into()),
            ]
        );
    }
}
