//! Small text helpers shared by reading and writing: folding widths, cleaning cells, numbers and dates as people write
//! them.

use domain::fold::{fold, fold_char, is_invisible};

fn unwanted(c: char) -> bool {
    is_invisible(c) || (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
}

/// The text of a cell without invisible characters and without space at its ends.
pub(crate) fn clean(text: &str) -> String {
    if text.chars().any(unwanted) {
        text.chars()
            .filter(|c| !unwanted(*c))
            .collect::<String>()
            .trim()
            .to_owned()
    } else {
        text.trim().to_owned()
    }
}

/// Whether a person wrote "nothing" with a sign or a word.
pub(crate) fn means_none(text: &str) -> bool {
    matches!(
        text,
        "" | "-"
            | "--"
            | "—"
            | "——"
            | "/"
            | "\\"
            | "无"
            | "暂无"
            | "没有"
            | "空"
            | "N/A"
            | "n/a"
            | "NA"
            | "none"
            | "None"
            | "null"
            | "NULL"
    )
}

/// Digits only, with full-width digits folded.
pub(crate) fn digits(text: &str) -> String {
    text.chars().map(fold_char).filter(char::is_ascii_digit).collect()
}

/// A number with at most two decimals as hundredths: `94.56` → 9456. Units such as ㎡ and thousands commas are allowed.
pub(crate) fn hundredths(text: &str) -> Option<i64> {
    let folded = fold(text).to_lowercase();
    let compact: String = folded.chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    let plain = ["平方米", "平米", "平方", "㎡", "m²", "m2", "sqm", "元"]
        .iter()
        .find_map(|unit| compact.strip_suffix(unit))
        .unwrap_or(&compact);
    let number: f64 = plain.parse().ok()?;
    // In range for the conversion, not a NaN, and no unit is larger.
    (0.0..1e9).contains(&number).then(|| (number * 100.0).round() as i64)
}

/// A day as people write it (`2024-3-5`, `2024/03/05`, `2024.3.5`, `2024年3月5日`, `20240305`, a time behind it allowed)
/// as `YYYY-MM-DD`.
pub(crate) fn day(text: &str) -> Option<String> {
    let folded = fold(text);
    let first = folded.split(['T', ' ']).find(|part| !part.is_empty())?;
    let numbers: Vec<&str> = first
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .collect();
    if first
        .chars()
        .any(|c| !c.is_ascii_digit() && !matches!(c, '-' | '/' | '.' | '年' | '月' | '日' | '号'))
    {
        return None;
    }
    let (year, month, date) = match numbers.as_slice() {
        [whole] if whole.len() == 8 => (whole.get(..4)?, whole.get(4..6)?, whole.get(6..)?),
        [y, m, d] if y.len() == 4 => (*y, *m, *d),
        _ => return None,
    };
    let date = jiff::civil::Date::new(year.parse().ok()?, month.parse().ok()?, date.parse().ok()?).ok()?;
    (1900..=2200).contains(&date.year()).then(|| date.to_string())
}

/// Parts of a cell that holds several values.
pub(crate) fn several(text: &str) -> Vec<String> {
    text.split(['/', '、', ',', '，', ';', '；', '\n', '|', '#'])
        .map(clean)
        .filter(|part| !means_none(part))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas() {
        for (text, value) in [
            ("94.56", Some(9456)),
            ("94.56㎡", Some(9456)),
            ("122", Some(12200)),
            ("122 m2", Some(12200)),
            ("88m²", Some(8800)),
            ("1,024.5 平方米", Some(102_450)),
            ("９０", Some(9000)),
            ("about 90", None),
            ("-3", None),
        ] {
            assert_eq!(hundredths(text), value, "{text}");
        }
    }

    #[test]
    fn days() {
        for (text, value) in [
            ("2024-3-5", Some("2024-03-05")),
            ("2024/03/05", Some("2024-03-05")),
            ("2024年3月5日", Some("2024-03-05")),
            ("20240305", Some("2024-03-05")),
            ("2024-03-05 10:00:00", Some("2024-03-05")),
            ("2024-02-30", None),
            ("3月5日", None),
            ("soon", None),
        ] {
            assert_eq!(day(text).as_deref(), value, "{text}");
        }
    }

    #[test]
    fn cells_are_cleaned() {
        assert_eq!(clean("\u{feff} 张三\u{200b}\u{3000}"), "张三");
        assert_eq!(digits("１３９-0000 0003"), "13900000003");
        assert_eq!(several("13900000003/13900000004、无"), ["13900000003", "13900000004"]);
    }
}
