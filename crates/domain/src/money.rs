//! Money: whole cents in, texts out. `75.00`, `¥1,265.00`, 柒拾伍元整, and what a clerk types read back.

use std::fmt;

use crate::fold::fold;

/// Largest amount that is read, in cents: 999,999,999,999.99.
pub const MAX_CENTS: i64 = 99_999_999_999_999;

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyError {
    /// Nothing was written.
    Empty,
    /// Something other than digits, a point, separators and a currency sign.
    Characters,
    /// More than two digits after the point: cents are not rounded silently.
    Decimals,
    /// Separators that do not stand between groups of three.
    Separators,
    /// Larger than [`MAX_CENTS`].
    TooLarge,
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "no amount written",
            Self::Characters => "not an amount",
            Self::Decimals => "more than two digits after the point",
            Self::Separators => "separators do not stand between groups of three",
            Self::TooLarge => "the amount is too large",
        })
    }
}

impl std::error::Error for MoneyError {}

/// `7500` → `75.00`, for fields and data.
#[must_use]
pub fn plain(cents: i64) -> String {
    let (sign, n) = (if cents < 0 { "-" } else { "" }, cents.unsigned_abs());
    format!("{sign}{}.{:02}", n / 100, n % 100)
}

/// `126500` → `¥1,265.00`, for screens and print; `-¥75.00` below zero.
#[must_use]
pub fn shown(cents: i64) -> String {
    let (sign, n) = (if cents < 0 { "-" } else { "" }, cents.unsigned_abs());
    let digits = (n / 100).to_string();
    let mut grouped = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(c);
    }
    format!("{sign}¥{grouped}.{:02}", n % 100)
}

/// Reads `75`, `75.5`, `¥1,265.00`, `７５元`, `-3.20` to cents.
///
/// # Errors
/// [`MoneyError`] says what is wrong with the text.
pub fn parse(text: &str) -> Result<i64, MoneyError> {
    let folded = fold(text);
    let mut rest = folded.trim();
    let mut negative = false;
    for sign in ["-", "¥", "RMB", "rmb", "CNY", "-"] {
        if let Some(after) = rest.strip_prefix(sign) {
            if sign == "-" && negative {
                return Err(MoneyError::Characters);
            }
            negative |= sign == "-";
            rest = after.trim_start();
        }
    }
    rest = rest.strip_suffix("元").unwrap_or(rest).trim_end();
    if rest.is_empty() {
        return Err(MoneyError::Empty);
    }
    let (whole, decimals) = rest.split_once('.').unwrap_or((rest, ""));
    if !decimals.chars().all(|c| c.is_ascii_digit()) || !whole.chars().all(|c| c.is_ascii_digit() || c == ',') {
        return Err(MoneyError::Characters);
    }
    if decimals.len() > 2 {
        return Err(MoneyError::Decimals);
    }
    if whole.is_empty() && decimals.is_empty() {
        return Err(MoneyError::Characters);
    }
    let groups: Vec<&str> = whole.split(',').collect();
    let regular =
        groups.iter().skip(1).all(|g| g.len() == 3) && groups.first().is_some_and(|g| (1..=3).contains(&g.len()));
    if groups.len() > 1 && !regular {
        return Err(MoneyError::Separators);
    }
    let digits: String = format!("{}{decimals:0<2}", groups.concat());
    let cents = digits
        .parse::<i64>()
        .ok()
        .filter(|c| *c <= MAX_CENTS)
        .ok_or(MoneyError::TooLarge)?;
    Ok(if negative { -cents } else { cents })
}

/// Capitals for receipts and work orders: 7500 → `柒拾伍元整`, 100532 → `壹仟零伍元叁角贰分`, 0 → `零元整`.
/// 整 follows 元 or 角; a gap of zeros is read as one 零; 零 stands before 分 when there is no 角.
#[must_use]
pub fn capitals(cents: i64) -> String {
    let n = cents.unsigned_abs();
    let (yuan, jiao, fen) = (n / 100, n / 10 % 10, n % 10);
    let mut out = String::new();
    if cents < 0 {
        out.push('负');
    }
    if yuan > 0 {
        out.push_str(&whole(yuan));
        out.push('元');
    } else if jiao == 0 && fen == 0 {
        out.push_str("零元");
    }
    match (jiao, fen) {
        (0, 0) => out.push('整'),
        (j, 0) => {
            out.push_str(digit(j));
            out.push_str("角整");
        }
        (0, f) => {
            if yuan > 0 {
                out.push('零');
            }
            out.push_str(digit(f));
            out.push('分');
        }
        (j, f) => {
            out.push_str(digit(j));
            out.push('角');
            out.push_str(digit(f));
            out.push('分');
        }
    }
    out
}

/// With the currency, as the form prints it: `人民币 柒拾伍元整`.
#[must_use]
pub fn capitals_rmb(cents: i64) -> String {
    format!("人民币 {}", capitals(cents))
}

fn digit(n: u64) -> &'static str {
    match n {
        1 => "壹",
        2 => "贰",
        3 => "叁",
        4 => "肆",
        5 => "伍",
        6 => "陆",
        7 => "柒",
        8 => "捌",
        9 => "玖",
        _ => "零",
    }
}

/// A whole number above zero, in sections of four digits.
fn whole(n: u64) -> String {
    const SECTIONS: [(u64, &str); 5] = [
        (1_0000_0000_0000_0000, "亿亿"),
        (1_0000_0000_0000, "万亿"),
        (1_0000_0000, "亿"),
        (1_0000, "万"),
        (1, ""),
    ];
    let mut out = String::new();
    let mut zero = false;
    for (size, name) in SECTIONS {
        let section = n / size % 1_0000;
        if section == 0 {
            zero |= !out.is_empty();
            continue;
        }
        if !out.is_empty() && (zero || section < 1000) {
            out.push('零');
        }
        zero = false;
        // 万 and 亿 of one amount share the 亿: 壹万贰仟亿, not 壹万亿贰仟亿.
        let lower = !(n / 1_0000_0000).is_multiple_of(1_0000);
        let name = if name == "万亿" && lower { "万" } else { name };
        section_into(section, &mut out);
        out.push_str(name);
    }
    out
}

fn section_into(section: u64, out: &mut String) {
    let mut gap = false;
    let mut begun = false;
    for (size, name) in [(1000, "仟"), (100, "佰"), (10, "拾"), (1, "")] {
        let d = section / size % 10;
        if d == 0 {
            gap |= begun;
            continue;
        }
        if gap {
            out.push('零');
        }
        out.push_str(digit(d));
        out.push_str(name);
        (gap, begun) = (false, true);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn written() {
        for (cents, p, s) in [
            (7500, "75.00", "¥75.00"),
            (126_500, "1265.00", "¥1,265.00"),
            (5, "0.05", "¥0.05"),
            (0, "0.00", "¥0.00"),
            (-7550, "-75.50", "-¥75.50"),
            (100_000_000, "1000000.00", "¥1,000,000.00"),
        ] {
            assert_eq!((plain(cents).as_str(), shown(cents).as_str()), (p, s));
        }
    }

    #[test]
    fn read() {
        for (text, want) in [
            ("75", Ok(7500)),
            ("75.5", Ok(7550)),
            ("75.", Ok(7500)),
            (".5", Ok(50)),
            ("¥1,265.00", Ok(126_500)),
            ("￥７５", Ok(7500)),
            ("75 元", Ok(7500)),
            ("-3.20", Ok(-320)),
            ("-¥3.20", Ok(-320)),
            ("", Err(MoneyError::Empty)),
            ("¥", Err(MoneyError::Empty)),
            ("abc", Err(MoneyError::Characters)),
            ("1.2.3", Err(MoneyError::Characters)),
            ("--1", Err(MoneyError::Characters)),
            (".", Err(MoneyError::Characters)),
            ("0.005", Err(MoneyError::Decimals)),
            ("12,65", Err(MoneyError::Separators)),
            (",100", Err(MoneyError::Separators)),
            ("1000000000000", Err(MoneyError::TooLarge)),
            ("99999999999999999999", Err(MoneyError::TooLarge)),
        ] {
            assert_eq!(parse(text), want, "{text}");
        }
    }

    #[test]
    fn in_capitals() {
        for (cents, want) in [
            (0, "零元整"),
            (5, "伍分"),
            (50, "伍角整"),
            (53, "伍角叁分"),
            (100, "壹元整"),
            (105, "壹元零伍分"),
            (150, "壹元伍角整"),
            (1000, "壹拾元整"),
            (7500, "柒拾伍元整"),
            (10_005, "壹佰元零伍分"),
            (10_050, "壹佰元伍角整"),
            (100_532, "壹仟零伍元叁角贰分"),
            (101_000, "壹仟零壹拾元整"),
            (126_500, "壹仟贰佰陆拾伍元整"),
            (1_000_000, "壹万元整"),
            (1_000_100, "壹万零壹元整"),
            (1_010_000, "壹万零壹佰元整"),
            (1_100_000, "壹万壹仟元整"),
            (10_001_000, "壹拾万零壹拾元整"),
            (10_100_000, "壹拾万壹仟元整"),
            (1_000_000_000, "壹仟万元整"),
            (10_000_000_000, "壹亿元整"),
            (10_000_100_000, "壹亿零壹仟元整"),
            (10_010_000_000, "壹亿零壹拾万元整"),
            (100_000_000_000_000, "壹万亿元整"),
            (120_000_000_000_000, "壹万贰仟亿元整"),
            (-7500, "负柒拾伍元整"),
        ] {
            assert_eq!(capitals(cents), want, "{cents}");
        }
        assert_eq!(capitals_rmb(7500), "人民币 柒拾伍元整");
    }

    proptest! {
        #[test]
        fn read_back(cents in -MAX_CENTS..=MAX_CENTS) {
            prop_assert_eq!(parse(&plain(cents)), Ok(cents));
            prop_assert_eq!(parse(&shown(cents)), Ok(cents));
        }

        #[test]
        fn capitals_of_everything(cents in any::<i64>()) {
            let text = capitals(cents);
            prop_assert!(!text.contains("零零") && !text.contains("零元") && !text.contains("零万"), "{}", text);
        }

        #[test]
        fn never_panics(text in ".{0,30}") {
            let _ = parse(&text);
        }
    }
}
