//! Vehicle plates: one normal form for searching, a shown form and a masked one.

use serde::{Deserialize, Serialize};

use crate::fold::{fold_code, is_han};

/// What sort of plate it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlateKind {
    /// Province, letter and five characters: 浙A8K112.
    Ordinary,
    /// Province, letter and six characters: 浙AD12345.
    NewEnergy,
    /// Police, learner's, trailer, Hong Kong and Macau, consulate: the last character is a word.
    Special,
    /// Foreign, temporary or older plates: kept as written, without marks.
    Other,
}

/// A plate in its normal form: upper case, no spaces, no dots.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Plate(String);

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
const LAST_WORDS: &str = "警学挂港澳领使试超";

impl Plate {
    /// Folds width and case, removes spaces, dots and dashes. `None` if nothing but marks remains, if it is a word for "none",
    /// or longer than 12 characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let code: String = fold_code(text)
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || is_han(*c))
            .collect();
        let length = code.chars().count();
        let none = matches!(
            code.as_str(),
            "无" | "无牌" | "无车" | "暂无" | "没有" | "未上牌" | "NONE" | "NA" | "0"
        );
        (!none && (2..=12).contains(&length)).then_some(Self(code))
    }

    /// The normal form: `浙A8K112`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Which sort it is, by its pattern.
    #[must_use]
    pub fn kind(&self) -> PlateKind {
        let chars: Vec<char> = self.0.chars().collect();
        let [province, letter, serial @ ..] = chars.as_slice() else {
            return PlateKind::Other;
        };
        if !PROVINCES.contains(*province) || !letter.is_ascii_uppercase() {
            return PlateKind::Other;
        }
        // The letters I and O are not given out.
        let plain = |c: &char| c.is_ascii_digit() || (c.is_ascii_uppercase() && !matches!(c, 'I' | 'O'));
        match serial {
            [_, _, _, _, _] if serial.iter().all(plain) => PlateKind::Ordinary,
            [first @ .., last] if first.len() == 4 && first.iter().all(plain) && LAST_WORDS.contains(*last) => {
                PlateKind::Special
            }
            // A small car has its energy letter first, a large one last.
            [a, _, _, _, _, z] if serial.iter().all(plain) && (a.is_ascii_uppercase() || z.is_ascii_uppercase()) => {
                PlateKind::NewEnergy
            }
            _ => PlateKind::Other,
        }
    }

    /// With the usual dot: `浙A·8K112`; other plates as they are.
    #[must_use]
    pub fn shown(&self) -> String {
        self.dotted(|_, _, c| c)
    }

    /// The first two and the last character of the serial remain: `浙A·8K**2`, `浙A·D1***5`.
    #[must_use]
    pub fn masked(&self) -> String {
        self.dotted(|i, n, c| if i < 2 || i + 1 == n { c } else { '*' })
    }

    fn dotted(&self, each: impl Fn(usize, usize, char) -> char) -> String {
        let head = if self.kind() == PlateKind::Other { 0 } else { 2 };
        let n = self.0.chars().count() - head;
        let mut out: String = self.0.chars().take(head).collect();
        if head > 0 {
            out.push('·');
        }
        out.extend(self.0.chars().skip(head).enumerate().map(|(i, c)| each(i, n, c)));
        out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn table() {
        for (text, normal, kind, shown, masked) in [
            ("浙A8K112", "浙A8K112", PlateKind::Ordinary, "浙A·8K112", "浙A·8K**2"),
            ("浙a·8k112", "浙A8K112", PlateKind::Ordinary, "浙A·8K112", "浙A·8K**2"),
            (
                "浙 A - 8K112",
                "浙A8K112",
                PlateKind::Ordinary,
                "浙A·8K112",
                "浙A·8K**2",
            ),
            (
                "浙Ａ８Ｋ１１２",
                "浙A8K112",
                PlateKind::Ordinary,
                "浙A·8K112",
                "浙A·8K**2",
            ),
            (
                "浙AD12345",
                "浙AD12345",
                PlateKind::NewEnergy,
                "浙A·D12345",
                "浙A·D1***5",
            ),
            (
                "浙A12345D",
                "浙A12345D",
                PlateKind::NewEnergy,
                "浙A·12345D",
                "浙A·12***D",
            ),
            ("浙A1234警", "浙A1234警", PlateKind::Special, "浙A·1234警", "浙A·12**警"),
            ("粤Z1234港", "粤Z1234港", PlateKind::Special, "粤Z·1234港", "粤Z·12**港"),
            ("B-MW 123", "BMW123", PlateKind::Other, "BMW123", "BM***3"),
            ("临12345", "临12345", PlateKind::Other, "临12345", "临1***5"),
        ] {
            let plate = Plate::parse(text).unwrap();
            assert_eq!((plate.as_str(), plate.kind()), (normal, kind), "{text}");
            assert_eq!(
                (plate.shown().as_str(), plate.masked().as_str()),
                (shown, masked),
                "{text}"
            );
            assert_eq!(Plate::parse(&plate.shown()), Some(plate), "{text} again");
        }
        for text in ["", " · ", "无", "无牌", "1", "一二三四五六七八九十一二三"] {
            assert_eq!(Plate::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_is_stable(text in ".{0,16}") {
            if let Some(plate) = Plate::parse(&text) {
                let _ = plate.masked();
                prop_assert_eq!(Plate::parse(&plate.shown()), Some(plate));
            }
        }
    }
}
