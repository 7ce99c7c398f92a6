//! Resident identity numbers (18 digits with a check digit, 15 of the old kind): reading, checking, masking (VIS-4, ETQ-5).

use std::fmt;

use jiff::civil::Date;

use crate::fold::fold_code;

/// A number that passed every check, in its 18-digit form.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdNumber(String);

/// Why a text is not a resident identity number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdError {
    /// Nothing was written.
    Empty,
    /// Neither 15 nor 18 characters.
    Length,
    /// A character other than a digit (or the last X).
    Characters,
    /// The first two digits name no province.
    Region,
    /// The birth date does not exist.
    BirthDate,
    /// The last character does not fit the others: mistyped or invented.
    Checksum,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "no number written",
            Self::Length => "not 18 (or 15) characters",
            Self::Characters => "contains characters that no identity number has",
            Self::Region => "the first two digits name no province",
            Self::BirthDate => "contains no possible birth date",
            Self::Checksum => "the check digit does not fit",
        })
    }
}

impl std::error::Error for IdError {}

impl IdNumber {
    /// Reads and checks a number; one of 15 digits is brought into the form of 18.
    ///
    /// # Errors
    /// [`IdError`], the first check that fails.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let code = fold_code(text).replace('-', "");
        match code.len() {
            0 => return Err(IdError::Empty),
            15 | 18 => {}
            _ => return Err(IdError::Length),
        }
        let body = code.strip_suffix('X').filter(|_| code.len() == 18).unwrap_or(&code);
        if !body.chars().all(|c| c.is_ascii_digit()) {
            return Err(IdError::Characters);
        }
        let whole = if code.len() == 15 {
            let (region, rest) = code.split_at(6);
            let seventeen = format!("{region}19{rest}");
            let check = check_digit(&seventeen).ok_or(IdError::Characters)?;
            format!("{seventeen}{check}")
        } else {
            code
        };
        if !region_exists(&whole) {
            return Err(IdError::Region);
        }
        if birth_date(&whole).is_none() {
            return Err(IdError::BirthDate);
        }
        let (first, last) = whole.split_at(17);
        if check_digit(first).map(String::from).as_deref() != Some(last) {
            return Err(IdError::Checksum);
        }
        Ok(Self(whole))
    }

    /// The 18 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The birth date that the number holds.
    #[must_use]
    pub fn birth_date(&self) -> Option<Date> {
        birth_date(&self.0)
    }

    /// `true` for a woman, `false` for a man, as the 17th digit says.
    #[must_use]
    pub fn is_female(&self) -> bool {
        self.0.as_bytes().get(16).is_some_and(|b| (b - b'0').is_multiple_of(2))
    }

    /// See [`mask`].
    #[must_use]
    pub fn masked(&self) -> String {
        mask(&self.0)
    }
}

impl fmt::Debug for IdNumber {
    /// Masked, so that no log shows it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdNumber({})", self.masked())
    }
}

/// The first three and the last four characters, the rest stars: `330***********102X`. Nine characters or fewer are all stars.
/// Works for any document's number.
#[must_use]
pub fn mask(text: &str) -> String {
    let chars: Vec<char> = text.trim().chars().collect();
    let n = chars.len();
    chars
        .iter()
        .enumerate()
        .map(|(i, c)| if n > 9 && (i < 3 || i + 4 >= n) { *c } else { '*' })
        .collect()
}

/// Whether the text means "no number". The rule:
/// - nothing, or a word or sign for nothing;
/// - all characters the same (`111111111111111111`, which the HC community workbook prescribes), or a counting row;
/// - the sample 110101 1990-03-07 of that workbook, when its check digit is wrong: with a right one it may be a person's.
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    let code = fold_code(text);
    if matches!(
        code.as_str(),
        "" | "-" | "/" | "0" | "无" | "暂无" | "没有" | "未知" | "不详" | "N/A" | "NA" | "NONE" | "NULL"
    ) {
        return true;
    }
    let same = code
        .chars()
        .next()
        .is_some_and(|first| code.chars().all(|c| c == first));
    let digits = code.strip_suffix('X').unwrap_or(&code);
    let counting =
        digits.len() >= 6 && ("1234567890".repeat(2).starts_with(digits) || "0123456789".repeat(2).starts_with(digits));
    let sample = code.starts_with("11010119900307") && IdNumber::parse(&code).is_err();
    same || counting || sample
}

/// Province codes of GB/T 2260, by their first two digits.
pub(crate) fn region_exists(number: &str) -> bool {
    matches!(
        number.get(..2).and_then(|two| two.parse::<u8>().ok()),
        Some(11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83)
    )
}

/// The date at its place in a number of 18 characters; `None` if there is no such day between 1850 and 2150.
pub(crate) fn birth_date(number: &str) -> Option<Date> {
    let year = number.get(6..10)?.parse().ok().filter(|y| (1850..=2150).contains(y))?;
    Date::new(
        year,
        number.get(10..12)?.parse().ok()?,
        number.get(12..14)?.parse().ok()?,
    )
    .ok()
}

/// ISO 7064 MOD 11-2 over the first 17 digits.
fn check_digit(first: &str) -> Option<char> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    if first.len() != WEIGHTS.len() {
        return None;
    }
    let mut sum = 0;
    for (c, weight) in first.chars().zip(WEIGHTS) {
        sum += c.to_digit(10)? * weight;
    }
    "10X98765432".chars().nth(usize::try_from(sum % 11).ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn table() {
        for (text, want) in [
            ("11010519491231002X", Ok("11010519491231002X")),
            ("11010519491231002x", Ok("11010519491231002X")),
            ("１１０１０５１９４９１２３１００２Ｘ", Ok("11010519491231002X")),
            ("110105 19491231 002X", Ok("11010519491231002X")),
            ("110105491231002", Ok("11010519491231002X")),
            ("110105194912310021", Err(IdError::Checksum)),
            ("110101199003071002", Err(IdError::Checksum)),
            ("990105194912310021", Err(IdError::Region)),
            ("110105194913310021", Err(IdError::BirthDate)),
            ("1101051949123100", Err(IdError::Length)),
            ("11010519491231X02X", Err(IdError::Characters)),
            ("", Err(IdError::Empty)),
        ] {
            assert_eq!(
                IdNumber::parse(text).as_ref().map(IdNumber::as_str).map_err(|e| *e),
                want,
                "{text}"
            );
        }
    }

    #[test]
    fn what_it_holds() {
        let id = IdNumber::parse("11010519491231002X").unwrap();
        assert_eq!(id.birth_date(), Date::new(1949, 12, 31).ok());
        assert!(id.is_female());
        assert_eq!(id.masked(), "110***********002X");
        assert_eq!(format!("{id:?}"), "IdNumber(110***********002X)");
        assert_eq!(mask("E12345"), "******");
    }

    #[test]
    fn placeholders() {
        for text in [
            "",
            "无",
            "111111111111111111",
            "000000000000000000",
            "123456789012345678",
            "12345678901234567X",
            "110101199003071003",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["11010519491231002X", "110105194912310021", "330106198501010000"] {
            assert!(!is_placeholder(text), "{text}");
        }
        // The workbook's sample rows run 1002, 1003 …; the one whose check digit happens to fit is not called a placeholder.
        let valid: Vec<u32> = (1002..1012)
            .filter(|n| !is_placeholder(&format!("11010119900307{n}")))
            .collect();
        assert!(valid.len() <= 1, "{valid:?}");
    }

    proptest! {
        #[test]
        fn never_panics(text in ".{0,24}") {
            let _ = IdNumber::parse(&text);
            let _ = is_placeholder(&text);
            prop_assert_eq!(mask(&text).chars().count(), text.trim().chars().count());
        }

        #[test]
        fn one_wrong_digit_is_found(at in 0usize..17, add in 1u8..10) {
            let mut bytes = b"11010519491231002X".to_vec();
            bytes[at] = b'0' + (bytes[at] - b'0' + add) % 10;
            prop_assert!(IdNumber::parse(std::str::from_utf8(&bytes).unwrap()).is_err());
        }
    }
}
