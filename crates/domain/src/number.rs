//! Human numbers of records, per site, kind and day: `BX-20261121-0037`; and the shortened ones that people type.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use crate::codes::codes;
use crate::fold::fold_code;

codes! {
    /// What a number stands for; the code is its first two letters.
    Series {
        /// 咨询.
        Inquiry = "ZX",
        /// 服务请求.
        Request = "BX",
        /// 投诉.
        Complaint = "TS",
        /// 求助.
        Help = "QZ",
        /// 建议.
        Suggestion = "JY",
        /// 表扬.
        Praise = "BY",
        /// 工作联系单.
        Order = "LX",
        /// 来电来访.
        Contact = "LF",
        /// 访客.
        Visitor = "FK",
        /// 请示报告.
        Report = "QS",
        /// 整改.
        Rectification = "ZG",
        /// 交接班.
        HandOver = "JB",
        /// 演练.
        Drill = "YL",
        /// 群体事件.
        Incident = "QT",
        /// 公告.
        Bulletin = "GG",
    }
}

/// Largest running number of one day.
pub const MAX_SEQ: u32 = 999_999;

/// A whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordNumber {
    /// What it stands for.
    pub series: Series,
    /// The site's own day on which it was given.
    pub date: Date,
    /// Running number of that day, from 1.
    pub seq: u32,
}

/// A text that is no whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberError;

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a record number like BX-20261121-0037")
    }
}

impl std::error::Error for NumberError {}

impl fmt::Display for RecordNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let d = self.date;
        write!(
            f,
            "{}-{:04}{:02}{:02}-{:04}",
            self.series,
            d.year(),
            d.month(),
            d.day(),
            self.seq
        )
    }
}

impl FromStr for RecordNumber {
    type Err = NumberError;

    /// Reads a whole number, in any case and width, with or without dashes.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let query = NumberQuery::parse(text).ok_or(NumberError)?;
        match query {
            NumberQuery {
                series: Some(series),
                date: Some(DateQuery::Day(date)),
                seq: Some(seq),
            } => Ok(Self { series, date, seq }),
            _ => Err(NumberError),
        }
    }
}

/// The part of the date that was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateQuery {
    /// Year, month and day.
    Day(Date),
    /// Month and day of any year; the newest is meant.
    MonthDay {
        /// 1 to 12.
        month: i8,
        /// 1 to 31, a day that the month has in a leap year.
        day: i8,
    },
}

impl DateQuery {
    /// Whether a number's date answers it.
    #[must_use]
    pub fn fits(self, date: Date) -> bool {
        match self {
            Self::Day(day) => day == date,
            Self::MonthDay { month, day } => date.month() == month && date.day() == day,
        }
    }
}

/// What somebody typed of a number; a part that is `None` may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberQuery {
    /// What it stands for.
    pub series: Option<Series>,
    /// When it was given.
    pub date: Option<DateQuery>,
    /// Running number.
    pub seq: Option<u32>,
}

impl NumberQuery {
    /// Reads `bx0037`, `BX-1121-37`, `20261121-37`, `0037`, `BX20261121`, the whole number. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 64 {
            return None;
        }
        let code = fold_code(text);
        let code = code.trim_start_matches('#');
        let (series, rest) = match code.get(..2).and_then(|two| two.parse::<Series>().ok()) {
            Some(series) => (Some(series), code.get(2..).unwrap_or_default()),
            None => (None, code),
        };
        let groups: Vec<&str> = rest.split(['-', '_', '.', '/']).filter(|g| !g.is_empty()).collect();
        if !groups.iter().all(|g| g.chars().all(|c| c.is_ascii_digit())) {
            return None;
        }
        let (date, seq) = match groups.as_slice() {
            [] => (None, None),
            [one] if one.len() <= 6 => (None, Some(seq_of(one)?)),
            [one] => {
                let (day, seq) = one.split_at_checked(8)?;
                (
                    Some(day_of(day)?),
                    if seq.is_empty() { None } else { Some(seq_of(seq)?) },
                )
            }
            [day, seq] => (Some(day_of(day)?), Some(seq_of(seq)?)),
            // 2026-11-21-37
            [year, month, day, seq] if year.len() == 4 => (
                Some(day_of(&format!("{year}{month:0>2}{day:0>2}"))?),
                Some(seq_of(seq)?),
            ),
            _ => return None,
        };
        let query = Self { series, date, seq };
        (query.series.is_some() || query.date.is_some() || query.seq.is_some()).then_some(query)
    }

    /// Whether a number answers the query.
    #[must_use]
    pub fn fits(&self, number: &RecordNumber) -> bool {
        self.series.is_none_or(|s| s == number.series)
            && self.date.is_none_or(|d| d.fits(number.date))
            && self.seq.is_none_or(|s| s == number.seq)
    }
}

/// The beginning of a number in the writing of numbers, when enough of one was typed to be meant: the series and at least
/// the year, `lx2026112` is `LX-2026112`, `LX 20261122 00` is `LX-20261122-00`.
#[must_use]
pub fn beginning(text: &str) -> Option<String> {
    if text.len() > 64 {
        return None;
    }
    let code = fold_code(text);
    let code = code.trim_start_matches('#');
    let series: Series = code.get(..2)?.parse().ok()?;
    let rest: String = code
        .get(2..)?
        .chars()
        .filter(|c| !matches!(c, '-' | '_' | '.' | '/' | ' '))
        .collect();
    if !(4..=14).contains(&rest.len()) || !rest.starts_with("20") || !rest.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let (day, seq) = rest.split_at(rest.len().min(8));
    let dash = if seq.is_empty() { "" } else { "-" };
    Some(format!("{series}-{day}{dash}{seq}"))
}

fn seq_of(text: &str) -> Option<u32> {
    text.parse().ok().filter(|n| (1..=MAX_SEQ).contains(n))
}

fn day_of(text: &str) -> Option<DateQuery> {
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<i8>().ok();
    match text.len() {
        8 => Date::new(text.get(..4)?.parse().ok()?, part(4..6)?, part(6..8)?)
            .ok()
            .map(DateQuery::Day),
        // 261121
        6 => Date::new(2000 + i16::from(part(0..2)?), part(2..4)?, part(4..6)?)
            .ok()
            .map(DateQuery::Day),
        3 | 4 => {
            let cut = text.len() - 2;
            let (month, day) = (part(0..cut)?, part(cut..text.len())?);
            Date::new(2024, month, day)
                .ok()
                .map(|_| DateQuery::MonthDay { month, day })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn whole_numbers() {
        let n = RecordNumber {
            series: Series::Request,
            date: date(2026, 11, 21),
            seq: 37,
        };
        assert_eq!(n.to_string(), "BX-20261121-0037");
        for text in [
            "BX-20261121-0037",
            "bx-20261121-37",
            "ＢＸ２０２６１１２１００３７",
            "BX 20261121 0037",
            "#bx-2026-11-21-37",
            "BX-261121-37",
        ] {
            assert_eq!(text.parse(), Ok(n), "{text}");
        }
        for text in [
            "BX-20261321-0037",
            "BX-0037",
            "XX-20261121-0037",
            "BX-20261121-0000",
            "",
            "BX-20261121-0037-1",
        ] {
            assert_eq!(text.parse::<RecordNumber>(), Err(NumberError), "{text}");
        }
        assert_eq!(RecordNumber { seq: 12345, ..n }.to_string(), "BX-20261121-12345");
    }

    #[test]
    fn typed() {
        let bx = Some(Series::Request);
        let day = Some(DateQuery::Day(date(2026, 11, 21)));
        let md = Some(DateQuery::MonthDay { month: 11, day: 21 });
        for (text, want) in [
            ("bx0037", Some((bx, None, Some(37)))),
            ("BX-37", Some((bx, None, Some(37)))),
            ("BX-1121-37", Some((bx, md, Some(37)))),
            ("1121-37", Some((None, md, Some(37)))),
            ("20261121-37", Some((None, day, Some(37)))),
            ("BX20261121", Some((bx, day, None))),
            ("bx", Some((bx, None, None))),
            ("0037", Some((None, None, Some(37)))),
            ("BX-1321-37", None),
            ("周晓敏", None),
            ("bx漏水", None),
            ("", None),
            ("-", None),
            ("13800006688", None),
        ] {
            let got = NumberQuery::parse(text).map(|q| (q.series, q.date, q.seq));
            assert_eq!(got, want, "{text}");
        }
    }

    #[test]
    fn beginnings() {
        for (text, want) in [
            ("LX-20261122", Some("LX-20261122")),
            ("lx2026112", Some("LX-2026112")),
            ("LX 20261122 00", Some("LX-20261122-00")),
            ("bx-20261122-0037", Some("BX-20261122-0037")),
            ("LX-37", None),
            ("LX", None),
            ("20261122", None),
            ("LX-2026漏水", None),
            ("", None),
        ] {
            assert_eq!(beginning(text).as_deref(), want, "{text}");
        }
    }

    proptest! {
        #[test]
        fn read_back(seq in 1u32..=MAX_SEQ, days in 0i32..20000, which in 0usize..11) {
            let date = date(2000, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            let number = RecordNumber { series: Series::ALL[which], date, seq };
            prop_assert_eq!(number.to_string().parse(), Ok(number));
            prop_assert!(NumberQuery::parse(&number.to_string()).is_some_and(|q| q.fits(&number)));
        }

        #[test]
        fn never_panics(text in ".{0,30}") {
            let _ = NumberQuery::parse(&text);
        }
    }
}
