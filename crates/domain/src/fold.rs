//! Folding of what people type before it is read: full-width forms, dashes, Chinese numerals.
//! Every parser of this crate folds with these functions, so that no two of them read the same keystrokes differently.

/// One character with its width folded: full-width ASCII, the ideographic space and the many dashes become ASCII.
#[must_use]
pub fn fold_char(c: char) -> char {
    match c {
        '\u{3000}' | '\u{00a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{2500}' => '-',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{ffe5}' => '¥',
        _ => c,
    }
}

/// The text with every character folded by [`fold_char`]. Zero-width characters are dropped.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().filter(|c| !is_invisible(*c)).map(fold_char).collect()
}

/// Folded and without any white space, in ASCII upper case: the form in which codes are compared.
#[must_use]
pub fn fold_code(text: &str) -> String {
    fold(text)
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// Characters that are not seen but are pasted along from chats and web pages.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

/// Chinese ideograph (unified, extensions, compatibility, 〇).
#[must_use]
pub fn is_han(c: char) -> bool {
    let block = matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}' | '〇');
    // The blocks have places that hold no character yet; a tokenizer would not keep those.
    block && c.is_alphanumeric()
}

/// One of the characters [`zh_numeral`] reads.
#[must_use]
pub fn is_zh_numeral(c: char) -> bool {
    zh_digit(c).is_some() || matches!(c, '十' | '百')
}

fn zh_digit(c: char) -> Option<u32> {
    Some(match c {
        '零' | '〇' => 0,
        '一' | '壹' => 1,
        '二' | '两' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

/// Reads a Chinese numeral as the digits it stands for: 十二 → `12`, 一百零三 → `103`, 一二零一 → `1201`.
/// `None` when the text is empty, longer than eight characters or not a numeral.
#[must_use]
pub fn zh_numeral(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    if chars.is_empty() || chars.len() > 8 {
        return None;
    }
    if let Some(digits) = chars.iter().map(|c| zh_digit(*c)).collect::<Option<Vec<u32>>>() {
        return Some(digits.iter().map(u32::to_string).collect());
    }
    let (mut total, mut last) = (0u32, None);
    for c in chars {
        match c {
            '十' | '百' => {
                let unit = if c == '十' { 10 } else { 100 };
                if total % (unit * 10) != 0 && total < unit * 10 && total > 0 {
                    return None;
                }
                total += last.take().unwrap_or(1) * unit;
            }
            _ => {
                let digit = zh_digit(c)?;
                if last.is_some_and(|l| l != 0) {
                    return None;
                }
                last = Some(digit);
            }
        }
    }
    Some((total + last.unwrap_or(0)).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_width_dashes_and_invisible() {
        assert_eq!(fold("３－１—１２０１\u{200b}　室"), "3-1-1201 室");
        assert_eq!(fold_code(" bx－００３７ "), "BX-0037");
    }

    #[test]
    fn numerals() {
        for (text, want) in [
            ("三", "3"),
            ("十", "10"),
            ("十二", "12"),
            ("二十", "20"),
            ("二十一", "21"),
            ("一百零三", "103"),
            ("一百二十", "120"),
            ("一二零一", "1201"),
            ("〇九", "09"),
        ] {
            assert_eq!(zh_numeral(text).as_deref(), Some(want), "{text}");
        }
        for text in ["", "三栋", "十十", "一二十"] {
            assert_eq!(zh_numeral(text), None, "{text}");
        }
    }
}
