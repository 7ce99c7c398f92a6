//! Lessons (案例, DIR-22): what a closed case teaches, without the people it was about. Names, numbers, plates and rooms are
//! taken out by rule, a person looks at the result, and what still names somebody is not kept.

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::fold::fold_char;
use crate::mask::surname;
use crate::plate::{Plate, PlateKind};
use crate::refusal::Refusal;

/// The longest situation and the longest text on what worked, in characters.
pub const LONGEST: usize = 4000;

codes! {
    /// What names somebody.
    NamingKind { Name = "name", Number = "number", Plate = "plate", Room = "room" }
}

/// One place in a text that names somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Naming {
    pub kind: NamingKind,
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

/// What a lesson says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Taught {
    pub title: String,
    /// Code of an item of the taxonomy, or empty.
    pub item: String,
    /// What happened.
    pub situation: String,
    /// What worked.
    pub worked: String,
    /// The law or the clause that it turns on; may be empty.
    pub clause: String,
    /// Words to find it by, with spaces or commas between; may be empty.
    pub tags: String,
}

/// What stands in the place of what was taken out.
const fn instead(kind: NamingKind) -> &'static str {
    match kind {
        NamingKind::Name => "某住户",
        NamingKind::Number => "（号码）",
        NamingKind::Plate => "（车牌）",
        NamingKind::Room => "（房号）",
    }
}

/// How people are addressed after a surname.
const TITLES: &[&str] = &[
    "先生", "女士", "小姐", "太太", "阿姨", "叔叔", "大爷", "大妈", "奶奶", "爷爷", "师傅", "老师", "总",
];
/// First characters of plates.
const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

/// Everything that names somebody, in order, without overlaps. `names` are the people that the case knows.
pub fn find(text: &str, names: &[String]) -> Vec<Naming> {
    let mut found = Vec::new();
    for name in names.iter().map(|n| n.trim()).filter(|n| n.chars().count() >= 2) {
        let mut add = |start: usize, len: usize| {
            found.push(Naming {
                kind: NamingKind::Name,
                start,
                end: start + len,
            });
        };
        for (start, _) in text.match_indices(name) {
            add(start, name.len());
        }
        let family = surname(name);
        for (start, _) in text.match_indices(family).filter(|_| !family.is_empty()) {
            let rest = text.get(start + family.len()..).unwrap_or_default();
            if let Some(title) = TITLES.iter().find(|t| rest.starts_with(**t)) {
                add(start, family.len() + title.len());
            }
        }
    }
    numbers(text, &mut found);
    plates(text, &mut found);
    found.sort_by_key(|f| (f.start, std::cmp::Reverse(f.end)));
    let mut kept: Vec<Naming> = Vec::new();
    for f in found {
        if kept.last().is_none_or(|last| f.start >= last.end) {
            kept.push(f);
        }
    }
    kept
}

/// Runs of digits: rooms by their form, anything of seven digits or more as a number.
fn numbers(text: &str, found: &mut Vec<Naming>) {
    let chars: Vec<(usize, char)> = text.char_indices().map(|(at, c)| (at, fold_char(c))).collect();
    let at = |i: usize| chars.get(i).map(|x| x.1);
    let place = |i: usize| chars.get(i).map_or(text.len(), |x| x.0);
    let mut i = 0;
    while i < chars.len() {
        if !at(i).is_some_and(|c| c.is_ascii_digit()) {
            i += 1;
            continue;
        }
        let start = i;
        let (mut digits, mut dashes, mut words) = (0, 0, 0);
        // Digits, joined by dashes, single spaces and the words of an address.
        while let Some(c) = at(i) {
            if c.is_ascii_digit() {
                digits += 1;
                i += 1;
            } else if matches!(c, '-' | '—' | '–') && at(i + 1).is_some_and(|c| c.is_ascii_digit()) {
                dashes += 1;
                i += 1;
            } else if c == ' ' && at(i + 1).is_some_and(|c| c.is_ascii_digit()) && digits >= 3 {
                i += 1;
            } else if matches!(c, '栋' | '幢' | '座' | '室') {
                words += 1;
                i += 1;
            } else if (c, at(i + 1)) == ('单', Some('元')) || (c, at(i + 1)) == ('号', Some('楼')) {
                words += 1;
                i += 2;
            } else if c == ' ' && words > 0 && at(i + 1).is_some_and(|c| c.is_ascii_digit()) {
                i += 1;
            } else {
                break;
            }
        }
        let kind = if words > 0 || (dashes >= 2 && digits < 11) {
            Some(NamingKind::Room)
        } else {
            (digits >= 7).then_some(NamingKind::Number)
        };
        if let Some(kind) = kind {
            found.push(Naming {
                kind,
                start: place(start),
                end: place(i),
            });
        }
    }
}

/// The longest plate that begins at each province's character.
fn plates(text: &str, found: &mut Vec<Naming>) {
    for (start, _) in text.char_indices().filter(|(_, c)| PROVINCES.contains(*c)) {
        let rest = text.get(start..).unwrap_or_default();
        let ends = rest.char_indices().map(|(at, c)| start + at + c.len_utf8()).take(10);
        let plate = |end: &usize| {
            text.get(start..*end)
                .is_some_and(|t| t == t.trim() && Plate::parse(t).is_some_and(|p| p.kind() != PlateKind::Other))
        };
        if let Some(end) = ends.filter(plate).last() {
            found.push(Naming {
                kind: NamingKind::Plate,
                start,
                end,
            });
        }
    }
}

/// The text without what names somebody.
pub fn anonymised(text: &str, names: &[String]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for f in find(text, names) {
        out.push_str(text.get(from..f.start).unwrap_or_default());
        out.push_str(instead(f.kind));
        from = f.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// What is wrong with a lesson, field by field: field name and translation key.
pub fn faults(t: &Taught) -> Vec<(&'static str, &'static str)> {
    let mut out = Vec::new();
    for (name, text) in [("title", &t.title), ("situation", &t.situation), ("worked", &t.worked)] {
        if text.trim().is_empty() {
            out.push((name, "required"));
        }
    }
    for (name, text, most) in [
        ("title", &t.title, 80),
        ("situation", &t.situation, LONGEST),
        ("worked", &t.worked, LONGEST),
        ("clause", &t.clause, 200),
        ("tags", &t.tags, 200),
    ] {
        if text.chars().count() > most {
            out.push((name, "too-long"));
        }
    }
    out
}

/// Whether a lesson names nobody. What the rule finds is said, so that a person can take it out.
///
/// # Errors
/// `refuse-lesson-names` with what was found.
pub fn nameless(t: &Taught, names: &[String]) -> Result<(), Refusal> {
    let mut left: Vec<String> = Vec::new();
    for text in [&t.title, &t.situation, &t.worked, &t.clause, &t.tags] {
        for f in find(text, names) {
            let words = text.get(f.start..f.end).unwrap_or_default().trim().to_owned();
            if !left.contains(&words) {
                left.push(words);
            }
        }
    }
    if left.is_empty() {
        return Ok(());
    }
    Err(Refusal::new("refuse-lesson-names")
        .clause("DIR-22")
        .arg("what", left.join(" · ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_named_any_more() {
        let names = ["周晓敏".to_owned(), "王建国".to_owned()];
        for (was, now) in [
            ("周晓敏来电，3-1-1201 主卫漏水", "某住户来电，（房号） 主卫漏水"),
            ("周女士说 13800136688 打不通", "某住户说 （号码） 打不通"),
            ("电话 138 0013 6688，座机 0571-86001200", "电话 （号码），座机 （号码）"),
            ("3栋1单元1201室的车浙A12345占位", "（房号）的车（车牌）占位"),
            ("浙A·D12345 停在消防通道", "（车牌） 停在消防通道"),
            ("王建国更换 DN15 角阀，75 元", "某住户更换 DN15 角阀，75 元"),
            ("3-1-1201 的 2 个角阀，2026 年", "（房号） 的 2 个角阀，2026 年"),
            ("三楼楼道灯不亮，等了 15 分钟", "三楼楼道灯不亮，等了 15 分钟"),
        ] {
            assert_eq!(anonymised(was, &names), now, "{was}");
            assert_eq!(find(&anonymised(was, &names), &names), vec![], "{was}: nothing is left");
        }
    }

    #[test]
    fn a_lesson_that_names_somebody_is_not_kept() {
        let names = ["周晓敏".to_owned()];
        let t = Taught {
            title: "角阀漏水".into(),
            situation: "周晓敏家漏水".into(),
            worked: "先关总阀".into(),
            ..Taught::default()
        };
        let refusal = nameless(&t, &names).unwrap_err();
        assert_eq!((refusal.rule, refusal.clause), ("refuse-lesson-names", Some("DIR-22")));
        assert_eq!(refusal.args, vec![("what", "周晓敏".to_owned())]);
        let clean = Taught {
            situation: anonymised(&t.situation, &names),
            ..t
        };
        assert!(nameless(&clean, &names).is_ok() && faults(&clean).is_empty());
        assert_eq!(faults(&Taught::default()).len(), 3);
    }
}
