//! A signature as it is kept: a drawing made by the server out of plain numbers, or a name written out by who cannot draw.

use serde::Deserialize;

use crate::error::{Error, Res};
use crate::files::Files;

/// Longest path, in characters: a long signature with many strokes.
const MOST: usize = 40_000;
/// The shortest path that counts as drawn; a dot is no signature.
const LEAST: usize = 24;

/// What `sign.js` hands over.
#[derive(Deserialize)]
struct Drawn {
    w: f64,
    h: f64,
    d: String,
}

/// A file that lies beside the database and waits for its row.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub hash: String,
    pub size: i64,
}

/// The type of all signatures.
pub const MIME: &str = "image/svg+xml";

fn path_ok(d: &str) -> bool {
    d.starts_with('M')
        && d.bytes()
            .all(|b| matches!(b, b'M' | b'L' | b'Q' | b'0'..=b'9' | b'.' | b' ' | b'-'))
}

/// The drawing of a path as the browser sends it (COM-30). Nothing of a browser's markup gets in: only numbers do.
///
/// # Errors
/// `Invalid` for anything but a path of lines and curves of a sensible size.
pub fn drawing(json: &str) -> Res<String> {
    let bad = || Error::field("signature", "invalid-signature");
    if json.len() > MOST + 200 {
        return Err(Error::field("signature", "invalid-signature-long"));
    }
    let s: Drawn = serde_json::from_str(json).map_err(|_| bad())?;
    let size = |v: f64| (20.0..=4000.0).contains(&v);
    if !size(s.w) || !size(s.h) || s.d.len() > MOST || !path_ok(&s.d) {
        return Err(bad());
    }
    if s.d.len() < LEAST {
        return Err(Error::field("signature", "sign-needed"));
    }
    Ok(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}"><path d="{}" fill="none" stroke="#16202e" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/></svg>"##,
        s.w.round(),
        s.h.round(),
        s.d
    ))
}

/// The name as somebody wrote it who cannot draw.
///
/// # Errors
/// `Invalid` when it is no name.
pub fn typed(name: &str) -> Res<String> {
    let name = name.trim();
    let count = name.chars().count();
    if !(2..=40).contains(&count) || name.chars().any(char::is_control) {
        return Err(Error::field("typed_name", "invalid-typed-name"));
    }
    let safe: String = name
        .chars()
        .map(|c| match c {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            c => c.to_string(),
        })
        .collect();
    Ok(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 340 128"><text x="20" y="78" font-size="40" fill="#16202e" textLength="{}" lengthAdjust="spacingAndGlyphs">{safe}</text></svg>"##,
        (count * 42).min(300)
    ))
}

/// Stores what was drawn or, if nothing was, typed. Before the transaction.
///
/// # Errors
/// `Invalid` when there is neither, or it is no signature; `Unavailable` when the disk is full.
pub fn prepare(files: &Files, drawn: &str, name: &str) -> Res<Prepared> {
    let svg = match (drawn.trim(), name.trim()) {
        ("", "") => return Err(Error::field("signature", "sign-needed")),
        ("", name) => typed(name)?,
        (drawn, _) => drawing(drawn)?,
    };
    Ok(Prepared {
        hash: files.put(svg.as_bytes())?,
        size: i64::try_from(svg.len()).map_err(Error::internal)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_get_in() {
        let ok = r#"{"w":340,"h":160,"d":"M12 30Q14.5 31 20 40L30 50M1 2L3 4"}"#;
        assert!(drawing(ok).unwrap().contains("M12 30Q14.5"));
        for bad in [
            r#"{"w":340,"h":160,"d":"M12 30\"/><script>alert(1)</script><path d=\"M1 1"}"#,
            r#"{"w":340,"h":160,"d":"12 30 L 40 50 L 60 70 L 80 90"}"#,
            r#"{"w":0,"h":160,"d":"M12 30Q14.5 31 20 40L30 50M1 2L3 4"}"#,
            "<svg/>",
            "",
        ] {
            assert!(drawing(bad).is_err(), "{bad}");
        }
        assert!(
            drawing(r#"{"w":340,"h":160,"d":"M1 1L1.1 1"}"#).is_err(),
            "a dot is no signature"
        );
        assert!(drawing(&format!(r#"{{"w":340,"h":160,"d":"M1 1{}"}}"#, "L1 1".repeat(20_000))).is_err());
    }

    #[test]
    fn a_typed_name_is_text() {
        let svg = typed("周<b>晓敏").unwrap();
        assert!(svg.contains("周&lt;b&gt;晓敏"), "{svg}");
        assert!(typed(" ").is_err());
    }
}
