//! Instants as telephone systems write them, into unix milliseconds. By integers: a fraction is cut, never rounded.

/// Seconds that are no milliseconds: up to the year 5138.
const MOST_SECONDS: i64 = 100_000_000_000;

/// Unix seconds, with or without a fraction.
pub(crate) fn seconds(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.len() <= 18 && text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let thousandths = fraction
        .bytes()
        .chain(*b"000")
        .take(3)
        .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    (whole < MOST_SECONDS).then(|| whole * 1000 + thousandths)
}

/// Unix seconds with or without a fraction, unix milliseconds, or RFC 3339.
pub(crate) fn any(text: &str) -> Option<i64> {
    if let Some(at) = seconds(text) {
        return Some(at);
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return text
            .parse()
            .ok()
            .filter(|at| (MOST_SECONDS..MOST_SECONDS * 1000).contains(at));
    }
    let at = text.parse::<jiff::Timestamp>().ok()?.as_millisecond();
    (0..MOST_SECONDS * 1000).contains(&at).then_some(at)
}

/// Unix microseconds.
pub(crate) fn microseconds(text: &str) -> Option<i64> {
    let at: i64 = text.parse().ok()?;
    (at >= 0).then_some(at / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_an_instant_is_read() {
        for (text, expected) in [
            ("1795281164.964968", Some(1_795_281_164_964)),
            ("1795281164.9", Some(1_795_281_164_900)),
            ("1795281164", Some(1_795_281_164_000)),
            ("1795281164964", Some(1_795_281_164_964)),
            ("2026-11-21T17:12:44.964968Z", Some(1_795_281_164_964)),
            ("2026-11-22T01:12:44.964968+08:00", Some(1_795_281_164_964)),
            ("", None),
            (".5", None),
            ("-1", None),
            ("17:12:44", None),
            ("2026-11-21T17:12:44", None),
            ("99999999999999999999", None),
            ("1795281164.x", None),
            ("1e9", None),
        ] {
            assert_eq!(any(text), expected, "{text}");
        }
        assert_eq!(microseconds("1795281164964968"), Some(1_795_281_164_964));
        assert_eq!(microseconds("-5"), None);
    }
}
