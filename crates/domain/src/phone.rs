//! Telephone numbers of mainland China and abroad: one normal form on the way in, masked forms on the way out (ETQ-5).
//! A placeholder ("none") is a matter of its own: [`is_placeholder`] looks at what was written, [`normalise`] does not refuse it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::fold::fold;

/// What sort of number it is; it decides the mask and whether a text message can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneKind {
    /// Eleven digits from 13 to 19.
    Mobile,
    /// Area code and seven or eight digits: `0571-86001200`.
    Landline,
    /// Seven or eight digits without an area code.
    Local,
    /// Public numbers: 400, 800, 95xxx, 96xxx, 12345, 110. They belong to nobody and are not masked.
    Service,
    /// `+` and the country's code.
    Foreign,
}

/// A number in its normal form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Phone {
    number: String,
    extension: Option<String>,
}

/// Why a text is not a telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneError {
    /// Nothing was written.
    Empty,
    /// Letters or signs that no number has.
    Characters,
    /// Fewer digits than any number has.
    TooShort,
    /// More digits than any number has.
    TooLong,
    /// The right length, but no such numbers are given out.
    NoSuchNumber,
    /// The part after 转, ext or the last dash is not an extension of one to six digits.
    Extension,
}

impl fmt::Display for PhoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "no number written",
            Self::Characters => "contains characters that no phone number has",
            Self::TooShort => "too few digits",
            Self::TooLong => "too many digits",
            Self::NoSuchNumber => "no such number is given out",
            Self::Extension => "the extension is not readable",
        })
    }
}

impl std::error::Error for PhoneError {}

impl Phone {
    /// The form that is stored, compared and dialled: `13800006688`, `0571-86001200`, `0571-86001200-8002`, `4008001200x8002`,
    /// `+85221234567`. A dash before the extension says enough after an area code only: elsewhere it would read as one
    /// longer number.
    #[must_use]
    pub fn canonical(&self) -> String {
        match &self.extension {
            Some(ext) if self.kind() == PhoneKind::Landline => format!("{}-{ext}", self.number),
            Some(ext) => format!("{}x{ext}", self.number),
            None => self.number.clone(),
        }
    }

    /// The number without its extension.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The extension, one to six digits.
    #[must_use]
    pub fn extension(&self) -> Option<&str> {
        self.extension.as_deref()
    }

    /// Digits only, without `+`, dash and extension: the column for "last four digits or more".
    #[must_use]
    pub fn digits(&self) -> String {
        self.number.chars().filter(char::is_ascii_digit).collect()
    }

    /// Read off the normal form.
    #[must_use]
    pub fn kind(&self) -> PhoneKind {
        let n = self.number.as_str();
        if n.starts_with('+') {
            PhoneKind::Foreign
        } else if n.contains('-') {
            PhoneKind::Landline
        } else if is_mobile(n) {
            PhoneKind::Mobile
        } else if is_service(n) {
            PhoneKind::Service
        } else {
            PhoneKind::Local
        }
    }

    /// Whether a text message can be sent to it by a mainland gateway.
    #[must_use]
    pub fn takes_messages(&self) -> bool {
        self.kind() == PhoneKind::Mobile
    }

    /// For reading aloud and for screens after the logged act: `138 0000 6688`, `0571-8600 1200 转 8002`.
    #[must_use]
    pub fn grouped(&self) -> String {
        let n = &self.number;
        match self.kind() {
            PhoneKind::Mobile => format!("{} {} {}", cut(n, 0, 3), cut(n, 3, 7), cut(n, 7, 11)),
            _ => self.canonical(),
        }
    }

    /// Masked for screens: `138 **** 6688`, `0571 **** 1200`. Public numbers are shown whole.
    #[must_use]
    pub fn masked(&self) -> String {
        let n = &self.number;
        match self.kind() {
            PhoneKind::Service => n.clone(),
            PhoneKind::Mobile => format!("{} **** {}", cut(n, 0, 3), self.last(4)),
            PhoneKind::Landline => {
                let (area, _) = n.split_once('-').unwrap_or((n, ""));
                format!("{area} **** {}", self.last(4))
            }
            PhoneKind::Local => format!("**** {}", self.last(4)),
            PhoneKind::Foreign => format!("{} **** {}", cut(n, 0, 3), self.last(if n.len() < 10 { 2 } else { 4 })),
        }
    }

    /// Masked without spaces, for print: `138****6688`.
    #[must_use]
    pub fn masked_compact(&self) -> String {
        self.masked().replace(' ', "")
    }

    /// The last `count` digits (all of them if there are fewer).
    #[must_use]
    pub fn last(&self, count: usize) -> String {
        let digits = self.digits();
        digits
            .get(digits.len().saturating_sub(count)..)
            .unwrap_or_default()
            .to_owned()
    }
}

impl fmt::Display for Phone {
    /// Masked: a number printed by accident, in a log or a message, must not show itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// Brings a written number into its normal form. Folds full-width digits, spaces, dots, brackets and dashes, removes +86 and 0086,
/// keeps foreign numbers with their `+`.
///
/// # Errors
/// [`PhoneError`]. Placeholders that look like numbers pass: ask [`is_placeholder`] first where "none" must be told apart.
pub fn normalise(text: &str) -> Result<Phone, PhoneError> {
    let folded = fold(text).to_lowercase();
    let folded = folded.trim();
    let folded = ["tel:", "电话:", "手机:", "电话", "手机"]
        .iter()
        .find_map(|p| folded.strip_prefix(p))
        .unwrap_or(folded)
        .trim();
    if folded.is_empty() {
        return Err(PhoneError::Empty);
    }
    // A number column of a spreadsheet: 13800006688.0
    let folded = folded.strip_suffix(".0").unwrap_or(folded);
    let (main, mut extension) = split_extension(folded)?;
    if main
        .chars()
        .any(|c| !(c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '.' | '(' | ')' | '/')))
    {
        return Err(PhoneError::Characters);
    }
    let digits: String = main.chars().filter(char::is_ascii_digit).collect();
    if main.chars().skip(1).any(|c| c == '+') {
        return Err(PhoneError::Characters);
    }
    let abroad = if main.starts_with('+') {
        Some(digits.clone())
    } else {
        digits
            .strip_prefix("00")
            .filter(|rest| !rest.is_empty())
            .map(str::to_owned)
    };
    let number = match abroad {
        Some(full) => match full.strip_prefix("86") {
            Some(rest) if is_mobile(rest) || rest.starts_with('0') => domestic(rest, main, &mut extension)?,
            Some(rest) if is_service(rest) => rest.to_owned(),
            Some(rest) => domestic(&format!("0{rest}"), "", &mut extension)?,
            None => match full.len() {
                0..=6 => return Err(PhoneError::TooShort),
                7..=15 if !full.starts_with('0') => format!("+{full}"),
                7..=15 => return Err(PhoneError::NoSuchNumber),
                _ => return Err(PhoneError::TooLong),
            },
        },
        None => domestic(&digits, main, &mut extension)?,
    };
    Ok(Phone { number, extension })
}

/// Several numbers in one cell: `13800006688/13900002046`, `13800006688、0571-86001200`. Each part still has to be normalised.
#[must_use]
pub fn split_many(text: &str) -> Vec<String> {
    fold(text)
        .split(['/', '、', ',', ';', '|', '\n', '或'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether the text means "no number". The rule, narrow on purpose, because rows of eights and nines are sold as lucky numbers:
/// - nothing, or a word or sign for nothing (`无`, `暂无`, `-`, `/`, `0`, `n/a`);
/// - all digits the same (`11111111111`, `0000000`), or the counting row `12345678901`, `12345678910`, `1234567`, `12345678`;
/// - a mobile whose last eight digits are all zero (`13000000000`, `13800000000`);
/// - `18999999999`, which the HC community workbook prescribes for "none", and `13800138000`, the operator's own sample.
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    let folded = fold(text).trim().to_lowercase();
    let folded = folded.strip_suffix(".0").unwrap_or(&folded);
    if matches!(
        folded,
        "" | "-"
            | "--"
            | "/"
            | "\\"
            | "*"
            | "?"
            | "无"
            | "暂无"
            | "没有"
            | "未知"
            | "空"
            | "不详"
            | "n/a"
            | "na"
            | "none"
            | "null"
            | "nil"
    ) {
        return true;
    }
    if folded.chars().any(|c| c.is_alphabetic()) {
        return false;
    }
    let digits: String = folded.chars().filter(char::is_ascii_digit).collect();
    let digits = digits
        .strip_prefix("86")
        .filter(|rest| rest.len() == 11)
        .unwrap_or(&digits);
    let all_same = digits
        .chars()
        .next()
        .is_none_or(|first| digits.chars().all(|c| c == first));
    all_same
        || matches!(
            digits,
            "12345678901" | "12345678910" | "1234567890" | "1234567" | "12345678" | "18999999999" | "13800138000"
        )
        || (digits.len() == 11 && digits.starts_with('1') && digits.ends_with("00000000"))
}

fn split_extension(text: &str) -> Result<(&str, Option<String>), PhoneError> {
    for mark in ["分机号", "分机", "转", "ext.", "ext", "x", "#"] {
        if let Some((main, ext)) = text.split_once(mark) {
            let ext = ext.trim_matches(|c: char| matches!(c, ' ' | ':' | '.' | '-'));
            let good = (1..=6).contains(&ext.len()) && ext.chars().all(|c| c.is_ascii_digit());
            return if good {
                Ok((main.trim_end_matches(['-', ' ', ',']), Some(ext.to_owned())))
            } else {
                Err(PhoneError::Extension)
            };
        }
    }
    Ok((text, None))
}

/// `main` is the writing with its dashes: a third group after area code and number is an extension.
fn domestic(digits: &str, main: &str, extension: &mut Option<String>) -> Result<String, PhoneError> {
    let bare = digits
        .strip_prefix("86")
        .filter(|rest| is_mobile(rest))
        .unwrap_or(digits);
    let bare = bare.strip_prefix('0').filter(|rest| is_mobile(rest)).unwrap_or(bare);
    if is_mobile(bare) || is_service(bare) {
        return Ok(bare.to_owned());
    }
    if bare.starts_with('0') {
        let area = area_code_len(bare).ok_or(PhoneError::NoSuchNumber)?;
        let mut rest = bare.get(area..).unwrap_or_default();
        let groups: Vec<&str> = main.split('-').filter(|g| !g.trim().is_empty()).collect();
        if extension.is_none()
            && groups.len() >= 3
            && let Some(last) = groups.last()
            && let Some(subscriber) = rest.strip_suffix(last.trim())
            && (7..=8).contains(&subscriber.len())
            && (1..=6).contains(&last.trim().len())
        {
            *extension = Some(last.trim().to_owned());
            rest = subscriber;
        }
        return match rest.len() {
            0..=6 => Err(PhoneError::TooShort),
            7..=8 if is_subscriber(rest) => Ok(format!("{}-{rest}", cut(bare, 0, area))),
            7..=8 => Err(PhoneError::NoSuchNumber),
            _ => Err(PhoneError::TooLong),
        };
    }
    match bare.len() {
        0..=6 => Err(PhoneError::TooShort),
        7..=8 if is_subscriber(bare) => Ok(bare.to_owned()),
        7..=11 => Err(PhoneError::NoSuchNumber),
        _ => Err(PhoneError::TooLong),
    }
}

pub(crate) fn is_mobile(digits: &str) -> bool {
    digits.len() == 11
        && digits.starts_with('1')
        && digits.chars().all(|c| c.is_ascii_digit())
        && matches!(digits.as_bytes().get(1), Some(b'3'..=b'9'))
}

/// A subscriber number begins with neither 0 nor 1.
fn is_subscriber(digits: &str) -> bool {
    matches!(digits.as_bytes().first(), Some(b'2'..=b'9'))
}

/// 010 and 02x have three digits, all others four.
pub(crate) fn area_code_len(digits: &str) -> Option<usize> {
    match (digits.as_bytes().get(1)?, digits.as_bytes().get(2)?) {
        (b'1', b'0') | (b'2', b'0'..=b'9') => Some(3),
        (b'3'..=b'9', b'1'..=b'9') => Some(4),
        _ => None,
    }
}

fn is_service(digits: &str) -> bool {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|p| digits.starts_with(p));
    match digits.len() {
        3 => matches!(digits, "110" | "112" | "114" | "117" | "119" | "120" | "122"),
        5 => starts(&["95", "96", "100", "101", "123", "118", "116"]),
        6 => starts(&["95", "96"]),
        7..=8 => starts(&["95013", "95040", "95105"]),
        10 => starts(&["400", "800"]),
        _ => false,
    }
}

fn cut(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to.min(text.len())).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn normal_forms() {
        for (text, want, kind, masked) in [
            ("13800006688", "13800006688", PhoneKind::Mobile, "138 **** 6688"),
            ("+86 138 0000 6688", "13800006688", PhoneKind::Mobile, "138 **** 6688"),
            ("0086-138-0000-6688", "13800006688", PhoneKind::Mobile, "138 **** 6688"),
            ("8613800006688", "13800006688", PhoneKind::Mobile, "138 **** 6688"),
            ("013800006688", "13800006688", PhoneKind::Mobile, "138 **** 6688"),
            (
                "１３８００００６６８８",
                "13800006688",
                PhoneKind::Mobile,
                "138 **** 6688",
            ),
            ("138-0000-6688", "13800006688", PhoneKind::Mobile, "138 **** 6688"),
            ("13800006688.0", "13800006688", PhoneKind::Mobile, "138 **** 6688"),
            ("手机：13800006688", "13800006688", PhoneKind::Mobile, "138 **** 6688"),
            ("0571-86001200", "0571-86001200", PhoneKind::Landline, "0571 **** 1200"),
            ("0571 8600 1200", "0571-86001200", PhoneKind::Landline, "0571 **** 1200"),
            ("(0571)86001200", "0571-86001200", PhoneKind::Landline, "0571 **** 1200"),
            (
                "+86 571 86001200",
                "0571-86001200",
                PhoneKind::Landline,
                "0571 **** 1200",
            ),
            (
                "+86 0571 86001200",
                "0571-86001200",
                PhoneKind::Landline,
                "0571 **** 1200",
            ),
            ("010-66668888", "010-66668888", PhoneKind::Landline, "010 **** 8888"),
            (
                "0571-86001200-8002",
                "0571-86001200-8002",
                PhoneKind::Landline,
                "0571 **** 1200",
            ),
            (
                "0571-86001200转8002",
                "0571-86001200-8002",
                PhoneKind::Landline,
                "0571 **** 1200",
            ),
            (
                "057186001200 ext. 8002",
                "0571-86001200-8002",
                PhoneKind::Landline,
                "0571 **** 1200",
            ),
            ("86001200", "86001200", PhoneKind::Local, "**** 1200"),
            ("86001200转8002", "86001200x8002", PhoneKind::Local, "**** 1200"),
            ("２００００００转0", "2000000x0", PhoneKind::Local, "**** 0000"),
            ("400-800-1200 转 6", "4008001200x6", PhoneKind::Service, "4008001200"),
            (
                "13800006688-转-12",
                "13800006688x12",
                PhoneKind::Mobile,
                "138 **** 6688",
            ),
            (
                "+852 2123 4567 ext 12",
                "+85221234567x12",
                PhoneKind::Foreign,
                "+85 **** 4567",
            ),
            ("400-800-1200", "4008001200", PhoneKind::Service, "4008001200"),
            ("95588", "95588", PhoneKind::Service, "95588"),
            ("12345", "12345", PhoneKind::Service, "12345"),
            ("110", "110", PhoneKind::Service, "110"),
            ("+852 2123 4567", "+85221234567", PhoneKind::Foreign, "+85 **** 4567"),
            ("001 415 555 0100", "+14155550100", PhoneKind::Foreign, "+14 **** 0100"),
        ] {
            let phone = normalise(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(
                (phone.canonical().as_str(), phone.kind(), phone.masked().as_str()),
                (want, kind, masked),
                "{text}"
            );
            assert_eq!(normalise(&phone.canonical()), Ok(phone), "{text} again");
        }
    }

    #[test]
    fn refused() {
        for (text, want) in [
            ("", PhoneError::Empty),
            ("  ", PhoneError::Empty),
            ("abc", PhoneError::Characters),
            ("138a0006688", PhoneError::Characters),
            ("1380000668", PhoneError::NoSuchNumber),
            ("138000066888", PhoneError::TooLong),
            ("12345678901", PhoneError::NoSuchNumber),
            ("11111111111", PhoneError::NoSuchNumber),
            ("8002", PhoneError::TooShort),
            ("0571-8600", PhoneError::TooShort),
            ("0571-860012001", PhoneError::TooLong),
            ("0000-86001200", PhoneError::NoSuchNumber),
            ("0571-86001200转", PhoneError::Extension),
            ("+1", PhoneError::TooShort),
            ("1234567", PhoneError::NoSuchNumber),
        ] {
            assert_eq!(normalise(text).map(|p| p.canonical()), Err(want), "{text}");
        }
    }

    #[test]
    fn placeholders_and_real_ones() {
        for text in [
            "",
            "无",
            "-",
            "0",
            "N/A",
            "18999999999",
            "18999999999.0",
            "13000000000",
            "13800000000",
            "11111111111",
            "00000000",
            "12345678901",
            "+86 13000000000",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "13900000003",
            "13800006688",
            "13888888888",
            "18888888888",
            "0571-86001200",
            "12345",
            "15900000001",
            "张三",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn parts() {
        let p = normalise("13800006688").unwrap();
        assert_eq!(
            (p.last(4), p.grouped(), p.masked_compact()),
            ("6688".into(), "138 0000 6688".into(), "138****6688".into())
        );
        assert!(!format!("{p}").contains("0000"));
        assert_eq!(
            split_many("13800006688/13900002046、 0571-86001200"),
            ["13800006688", "13900002046", "0571-86001200"]
        );
    }

    proptest! {
        #[test]
        fn never_panics_and_is_stable(text in ".{0,40}") {
            let _ = is_placeholder(&text);
            if let Ok(phone) = normalise(&text) {
                prop_assert_eq!(normalise(&phone.canonical()), Ok(phone.clone()));
            }
        }

        #[test]
        fn digits_in_any_dress(text in "[+0-9０-９() \\-转x]{0,20}") {
            if let Ok(phone) = normalise(&text) {
                prop_assert_eq!(normalise(&phone.canonical()), Ok(phone.clone()));
                let (masked, whole) = (phone.masked(), phone.digits());
                prop_assert!(phone.kind() == PhoneKind::Service || !masked.contains(&whole));
            }
        }

        #[test]
        fn mobiles(second in 3u8..=9, rest in 0u32..1_000_000_000) {
            let n = format!("1{second}{rest:09}");
            prop_assert_eq!(normalise(&format!("+86-{n}")).map(|p| p.canonical()), Ok(n));
        }
    }
}
