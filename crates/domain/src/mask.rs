//! What others may see of a person: names on residents' pages and boards, e-mail addresses (ETQ-5, ANS-7).
//! Phones, plates and identity numbers mask themselves in their own modules.

use crate::fold::is_han;
use crate::tokens::pinyin_full;

/// How a person is addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 女士, Ms.
    Female,
    /// 先生, Mr.
    Male,
}

const DOUBLE_SURNAMES: &[&str] = &[
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "长孙", "宇文", "夏侯",
    "轩辕", "端木", "澹台", "万俟", "单于", "南宫", "呼延", "西门", "独孤", "闻人", "申屠", "淳于", "太史", "濮阳",
    "公冶", "钟离", "赫连", "司空",
];

/// Words by which a name is recognised as an organisation's.
const ORGANISATIONS: &[&str] = &[
    "公司",
    "中心",
    "商行",
    "店",
    "厂",
    "银行",
    "学校",
    "幼儿园",
    "委员会",
    "居委会",
    "派出所",
    "事务所",
];

/// The surname: one character, or two of the list, or the last word of a Latin name. Empty for an empty name.
#[must_use]
pub fn surname(name: &str) -> &str {
    let name = name.trim();
    if let Some(double) = DOUBLE_SURNAMES
        .iter()
        .find(|s| name.starts_with(**s) && name.chars().count() > 2)
    {
        return name.get(..double.len()).unwrap_or(name);
    }
    match name.chars().next() {
        Some(first) if is_han(first) => name.get(..first.len_utf8()).unwrap_or(name),
        Some(_) => name.split_whitespace().next_back().unwrap_or(name),
        None => "",
    }
}

/// Whether the name is an organisation's: it is shown whole, and not addressed by a surname.
#[must_use]
pub fn is_organisation(name: &str) -> bool {
    let name = name.trim();
    let lower = name.to_lowercase();
    (name.chars().count() >= 4 && ORGANISATIONS.iter().any(|word| name.contains(word)))
        || [" ltd", " inc", " co.", " llc", " gmbh", "company"]
            .iter()
            .any(|word| lower.contains(word))
}

/// For residents' pages, in Chinese: 周女士, 周先生, 周住户 when the sex is not known; 住户 without a name.
#[must_use]
pub fn addressed_zh(name: &str, sex: Option<Sex>) -> String {
    if is_organisation(name) {
        return name.trim().to_owned();
    }
    let title = match sex {
        Some(Sex::Female) => "女士",
        Some(Sex::Male) => "先生",
        None => "住户",
    };
    let surname = surname(name);
    let gap = if surname.is_ascii() && !surname.is_empty() {
        " "
    } else {
        ""
    };
    if surname.is_empty() {
        "住户".to_owned()
    } else {
        format!("{surname}{gap}{title}")
    }
}

/// For residents' pages, in English: `Ms Zhou`, `Mr Zhou`, `Resident Zhou`; `Resident` without a name.
#[must_use]
pub fn addressed_en(name: &str, sex: Option<Sex>) -> String {
    if is_organisation(name) {
        return name.trim().to_owned();
    }
    let title = match sex {
        Some(Sex::Female) => "Ms",
        Some(Sex::Male) => "Mr",
        None => "Resident",
    };
    let surname = surname(name);
    let latin = if surname.chars().next().is_some_and(is_han) {
        surname_pinyin(name, surname)
    } else {
        surname.to_owned()
    };
    if latin.is_empty() {
        "Resident".to_owned()
    } else {
        format!("{title} {latin}")
    }
}

/// The surname's reading as part of the whole name (单 is Shan), first letter large.
fn surname_pinyin(name: &str, surname: &str) -> String {
    let given = name.trim().strip_prefix(surname).unwrap_or_default();
    let full = pinyin_full(surname);
    let full = if full.is_empty() { pinyin_full(given) } else { full };
    let mut chars = full.chars();
    chars
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + chars.as_str())
        .unwrap_or_default()
}

/// For boards and lists that others read over the shoulder: 周晓敏 → `周**`, 欧阳娜娜 → `欧阳**`, John Smith → `J*** S****`.
#[must_use]
pub fn name_stars(name: &str) -> String {
    let name = name.trim();
    if is_organisation(name) {
        return name.to_owned();
    }
    if name.chars().next().is_some_and(is_han) {
        let surname = surname(name);
        let hidden = name.chars().count() - surname.chars().count();
        return format!("{surname}{}", "*".repeat(hidden));
    }
    let word = |w: &str| {
        w.chars()
            .enumerate()
            .map(|(i, c)| if i == 0 { c } else { '*' })
            .collect::<String>()
    };
    name.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

/// `z***@example.com`: the first character and the host. What is not an address becomes stars.
#[must_use]
pub fn email(address: &str) -> String {
    match address.trim().rsplit_once('@') {
        Some((user, host)) if !user.is_empty() && !host.is_empty() => {
            let first: String = user.chars().take(1).collect();
            format!("{first}***@{host}")
        }
        _ => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names() {
        for (name, sex, zh, en, stars) in [
            ("周晓敏", Some(Sex::Female), "周女士", "Ms Zhou", "周**"),
            ("吴强", Some(Sex::Male), "吴先生", "Mr Wu", "吴*"),
            ("单雄信", None, "单住户", "Resident Shan", "单**"),
            ("欧阳娜娜", Some(Sex::Female), "欧阳女士", "Ms Ouyang", "欧阳**"),
            ("尉迟恭", Some(Sex::Male), "尉迟先生", "Mr Yuchi", "尉迟*"),
            ("John Smith", Some(Sex::Male), "Smith 先生", "Mr Smith", "J*** S****"),
            (
                "杭州恒泽物业服务有限公司",
                None,
                "杭州恒泽物业服务有限公司",
                "杭州恒泽物业服务有限公司",
                "杭州恒泽物业服务有限公司",
            ),
            (" ", None, "住户", "Resident", ""),
            ("周", None, "周住户", "Resident Zhou", "周"),
        ] {
            assert_eq!(addressed_zh(name, sex), zh);
            assert_eq!(addressed_en(name, sex), en);
            assert_eq!(name_stars(name), stars);
        }
    }

    #[test]
    fn addresses() {
        assert_eq!(email("zhou@example.com"), "z***@example.com");
        assert_eq!(email("nonsense"), "***");
        assert_eq!(email("@example.com"), "***");
    }

    proptest! {
        #[test]
        fn never_panics(name in ".{0,20}") {
            let _ = (addressed_zh(&name, None), addressed_en(&name, None), name_stars(&name), email(&name));
        }
    }
}
