//! The one function that makes search tokens for both databases, and the pinyin keys of names (issue 2, point 3).
//! Tokens hold only letters, digits and ideographs, all lower case, so that neither engine's tokenizer cuts them again.

use pinyin::{Pinyin, ToPinyin, ToPinyinMulti};

use crate::fold::{fold_char, is_han, is_invisible};

/// Longest Latin or digit token, in characters; what is longer is cut alike when indexed and when asked for.
const MAX_TOKEN: usize = 40;
/// Most keys one name gets.
const MAX_KEYS: usize = 10;

/// Tokens under which a text is found, each once, in order of appearance: Chinese characters singly and in adjacent pairs, Latin
/// words and digits whole (`DN15` as `dn15`, `dn` and `15`).
#[must_use]
pub fn index_tokens(text: &str) -> Vec<String> {
    collect(text, true)
}

/// Tokens that a query asks for, all of which must be met: pairs only for two or more adjacent Chinese characters, the single one
/// for one; Latin words and digits whole. Every token is one that [`index_tokens`] makes of a text containing the query.
#[must_use]
pub fn query_tokens(text: &str) -> Vec<String> {
    collect(text, false)
}

fn collect(text: &str, index: bool) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    let mut out = Vec::new();
    let mut push = |token: String| {
        if !token.is_empty() && seen.insert(token.clone()) {
            out.push(token);
        }
    };
    for run in runs(text) {
        match run {
            Run::Cjk(chars) => {
                if index || chars.len() == 1 {
                    chars.iter().for_each(|c| push(c.to_string()));
                }
                for pair in chars.windows(2) {
                    push(pair.iter().collect());
                }
            }
            Run::Word(word) => {
                push(word.chars().take(MAX_TOKEN).collect());
                if index {
                    for part in parts(&word) {
                        push(part.chars().take(MAX_TOKEN).collect());
                    }
                }
            }
        }
    }
    out
}

enum Run {
    Cjk(Vec<char>),
    Word(String),
}

fn is_cjk(c: char) -> bool {
    is_han(c) || matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{ac00}'..='\u{d7a3}')
}

fn runs(text: &str) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    let mut joined = false;
    for c in text.chars() {
        // Combining accents disappear, so that e + ´ is the e that the table below makes of é.
        if is_invisible(c) || matches!(c, '\u{300}'..='\u{36f}') {
            continue;
        }
        let c = fold_char(c);
        if is_cjk(c) {
            match out.last_mut() {
                Some(Run::Cjk(chars)) if joined => chars.push(c),
                _ => out.push(Run::Cjk(vec![c])),
            }
            joined = true;
        } else if c.is_alphanumeric() && !matches!(c, '\u{2460}'..='\u{24ff}') {
            let lower = c.to_lowercase().map(plain_letter).filter(|c| c.is_alphanumeric());
            match out.last_mut() {
                Some(Run::Word(word)) if joined => word.extend(lower),
                _ => out.push(Run::Word(lower.collect())),
            }
            joined = true;
        } else {
            joined = false;
        }
    }
    out
}

/// Letters and digits of a mixed word apart; nothing for an unmixed one.
fn parts(word: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut last = None;
    for c in word.chars() {
        let digit = c.is_ascii_digit();
        match out.last_mut() {
            Some(part) if last == Some(digit) => part.push(c),
            _ => out.push(c.to_string()),
        }
        last = Some(digit);
    }
    if out.len() > 1 { out } else { Vec::new() }
}

/// Latin letters without their accents: SQLite's tokenizer removes them by itself, PostgreSQL does not.
fn plain_letter(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'è'..='ë' | 'ē' | 'ę' | 'ě' => 'e',
        'ì'..='ï' | 'ī' | 'ǐ' => 'i',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ō' | 'ǒ' => 'o',
        'š' | 'ś' => 's',
        'ù'..='ü' | 'ū' | 'ů' | 'ǔ' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' => 'u',
        'ý' | 'ÿ' => 'y',
        'ž' | 'ź' | 'ż' => 'z',
        _ => c,
    }
}

/// Surnames read otherwise than the same character elsewhere.
const SURNAMES: &[(&str, &[&str])] = &[
    ("单于", &["chan", "yu"]),
    ("尉迟", &["yu", "chi"]),
    ("万俟", &["mo", "qi"]),
    ("长孙", &["zhang", "sun"]),
    ("澹台", &["tan", "tai"]),
    ("令狐", &["ling", "hu"]),
    ("宿", &["su"]),
    ("单", &["shan"]),
    ("仇", &["qiu"]),
    ("曾", &["zeng"]),
    ("解", &["xie"]),
    ("区", &["ou"]),
    ("查", &["zha"]),
    ("朴", &["piao"]),
    ("盖", &["ge"]),
    ("缪", &["miao"]),
    ("翟", &["zhai"]),
    ("任", &["ren"]),
    ("华", &["hua"]),
    ("乐", &["yue"]),
    ("覃", &["qin"]),
    ("尹", &["yin"]),
    ("员", &["yun"]),
    ("冼", &["xian"]),
    ("洗", &["xian"]),
    ("召", &["shao"]),
    ("折", &["she"]),
    ("种", &["chong"]),
    ("重", &["chong"]),
    ("秘", &["bi"]),
    ("繁", &["po"]),
    ("晁", &["chao"]),
    ("逄", &["pang"]),
    ("訾", &["zi"]),
    ("燕", &["yan"]),
    ("臧", &["zang"]),
    ("藏", &["zang"]),
    ("郇", &["xun"]),
    ("隗", &["wei"]),
    ("纪", &["ji"]),
    ("葛", &["ge"]),
    ("卜", &["bu"]),
    ("牟", &["mou"]),
    ("车", &["che"]),
    ("沈", &["shen"]),
    ("石", &["shi"]),
    ("祭", &["zhai"]),
    ("粘", &["nian"]),
    ("褚", &["chu"]),
    ("柏", &["bai"]),
    ("谌", &["chen"]),
    ("俞", &["yu"]),
    ("洪", &["hong"]),
    ("於", &["yu"]),
    ("阚", &["kan"]),
    ("万", &["wan"]),
    ("贾", &["jia"]),
    ("尉", &["wei"]),
    ("宁", &["ning"]),
    ("干", &["gan"]),
    ("都", &["du"]),
    ("幺", &["yao"]),
    ("哈", &["ha"]),
    ("过", &["guo"]),
    ("应", &["ying"]),
    ("占", &["zhan"]),
    ("相", &["xiang"]),
    ("长", &["zhang"]),
];

/// Characters of given names that are read in two ways: the usual one there, and the other that people type.
const GIVEN: &[(char, &str, &str)] = &[
    ('长', "chang", "zhang"),
    ('晟', "sheng", "cheng"),
    ('隽', "jun", "juan"),
    ('茜', "qian", "xi"),
    ('莘', "xin", "shen"),
    ('筠', "yun", "jun"),
    ('乐', "le", "yue"),
    ('朝', "chao", "zhao"),
    ('柏', "bai", "bo"),
    ('重', "chong", "zhong"),
    ('行', "xing", "hang"),
    ('颉', "jie", "xie"),
    ('藏', "cang", "zang"),
    ('娜', "na", "nuo"),
    ('盛', "sheng", "cheng"),
    ('芮', "rui", "ruo"),
];

/// Plain readings of a character, the usual one first, as typed on a keyboard (`lv` for ü). Empty for what is not an ideograph.
#[must_use]
pub fn readings(c: char) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for reading in c
        .to_pinyin()
        .into_iter()
        .chain(c.to_pinyin_multi().into_iter().flatten())
    {
        let typed = typed_form(reading);
        if !out.contains(&typed) {
            out.push(typed);
        }
    }
    out
}

/// ü is typed as v after l and n; after j, q, x and y it is written u anyway.
fn typed_form(reading: Pinyin) -> String {
    let umlaut = reading
        .with_tone()
        .chars()
        .any(|c| matches!(c, 'ü' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ'));
    let plain = reading.plain().replace('ü', "v");
    if umlaut && !plain.contains('v') {
        plain.replacen('u', "v", 1)
    } else {
        plain
    }
}

/// Syllables of a name: ideographs by their reading (surnames by the surname's), Latin words whole.
fn syllables(name: &str, as_surname: bool) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = name;
    if as_surname && let Some((surname, sounds)) = SURNAMES.iter().find(|(s, _)| name.starts_with(s)) {
        out.extend(sounds.iter().map(|s| (*s).to_owned()));
        rest = name.strip_prefix(surname).unwrap_or_default();
    }
    for run in runs(rest) {
        match run {
            Run::Cjk(chars) => {
                for c in chars {
                    // The first character of a name is its surname: its usual reading counts, not a given name's.
                    let given = GIVEN.iter().find(|(g, ..)| *g == c && !out.is_empty());
                    let sound = given.map(|g| g.1.to_owned()).or_else(|| readings(c).into_iter().next());
                    out.extend(sound);
                }
            }
            Run::Word(word) => out.push(word),
        }
    }
    out
}

/// Pinyin of a name without spaces or tones: 周晓敏 → `zhouxiaomin`, 单雄信 → `shanxiongxin`.
#[must_use]
pub fn pinyin_full(name: &str) -> String {
    syllables(name.trim(), true).concat()
}

/// First letters of the pinyin of a name: 周晓敏 → `zxm`.
#[must_use]
pub fn pinyin_initials(name: &str) -> String {
    initials(&syllables(name.trim(), true))
}

fn initials(syllables: &[String]) -> String {
    syllables.iter().filter_map(|s| s.chars().next()).collect()
}

/// Keys under which a name is found by its beginning: full pinyin and initials, once more for the other reading of a surname or of
/// a given name's character (who types `dan` for 单 finds her too), `lu` beside `lv`, and the given name alone. At most ten, each
/// once, the best first.
#[must_use]
pub fn name_keys(name: &str) -> Vec<String> {
    let name = name.trim();
    let best = syllables(name, true);
    let mut variants = vec![best.clone(), syllables(name, false)];
    for (at, c) in name.chars().enumerate().skip(1) {
        // Only where syllables and characters run together: pure Chinese names.
        if let Some((_, _, other)) = GIVEN.iter().find(|(g, ..)| *g == c)
            && best.len() == name.chars().count()
        {
            let mut variant = best.clone();
            if let Some(slot) = variant.get_mut(at) {
                *slot = (*other).to_owned();
            }
            variants.push(variant);
        }
    }
    if best.iter().any(|s| matches!(s.as_str(), "lv" | "lve" | "nv" | "nve")) && !name.is_ascii() {
        variants.push(best.iter().map(|s| s.replace("lv", "lu").replace("nv", "nu")).collect());
    }
    let mut out: Vec<String> = variants.iter().flat_map(|v| [v.concat(), initials(v)]).collect();
    if let [_, tail @ ..] = best.as_slice()
        && (tail.len() > 1 || name.is_ascii())
    {
        out.insert(2, tail.concat());
    }
    let mut seen = std::collections::HashSet::new();
    out.retain(|key| !key.is_empty() && seen.insert(key.clone()));
    out.truncate(MAX_KEYS);
    out
}

/// How well typed letters spell a Chinese text, by full pinyin, by initials or by both mixed (`wsjls`, `weisjian`); lower is better.
/// 0 when the text begins so, 1 when a part of it does, 2 + the characters left out when some are skipped (`wsls` for 卫生间漏水).
/// `None` if the letters do not spell it. All readings of a character count.
#[must_use]
pub fn pinyin_distance(typed: &str, text: &str) -> Option<u32> {
    let typed: Vec<char> = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '\'')
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if typed.is_empty() || typed.len() > MAX_TOKEN || !typed.iter().all(char::is_ascii_alphanumeric) {
        return None;
    }
    let sounds: Vec<Vec<String>> = text
        .chars()
        .map(fold_char)
        .filter(|c| c.is_alphanumeric())
        .map(|c| {
            if is_han(c) {
                readings(c)
            } else {
                vec![c.to_lowercase().collect()]
            }
        })
        .collect();
    if typed.len()
        > sounds
            .iter()
            .map(|s| s.iter().map(String::len).max().unwrap_or(0))
            .sum()
    {
        return None;
    }
    if spells(&typed, &sounds, false).is_some() {
        return Some(0);
    }
    for start in 1..sounds.len() {
        if typed.len() > 1 && spells(&typed, sounds.get(start..).unwrap_or_default(), false).is_some() {
            return Some(1);
        }
    }
    // Skipping makes almost anything match: only from the first character on, and for three letters or more.
    (typed.len() >= 3)
        .then(|| spells(&typed, &sounds, true))
        .flatten()
        .map(|skipped| 2 + skipped)
}

/// Fewest characters skipped to spell `typed` from the first sound on.
fn spells(typed: &[char], sounds: &[Vec<String>], skip: bool) -> Option<u32> {
    // best[i]: fewest skipped so that the first i letters are spelt by the sounds looked at so far.
    let mut best: Vec<Option<u32>> = vec![None; typed.len() + 1];
    let mut done: Option<u32> = None;
    for (at, options) in sounds.iter().enumerate() {
        let mut next: Vec<Option<u32>> = vec![None; typed.len() + 1];
        let mut offer = |i: usize, cost: u32| {
            if let Some(slot) = next.get_mut(i)
                && slot.is_none_or(|old| cost < old)
            {
                *slot = Some(cost);
            }
        };
        for i in 0..typed.len() {
            let start = if at == 0 && i == 0 {
                Some(0)
            } else {
                best.get(i).copied().flatten()
            };
            let Some(cost) = start else { continue };
            for option in options {
                let rest = typed.get(i..).unwrap_or_default();
                let common = option.chars().zip(rest).take_while(|(a, b)| a == *b).count();
                let whole = common == option.len();
                // A whole syllable, its first letter (or zh, ch, sh), or a syllable still being typed at the end.
                let two = common >= 2 && matches!(option.get(..2), Some("zh" | "ch" | "sh"));
                let end = i + common == typed.len();
                for n in [common, 1, 2] {
                    if n >= 1 && n <= common && (n == 1 || (n == 2 && two) || (n == common && (whole || end))) {
                        offer(i + n, cost);
                    }
                }
            }
            if skip && i > 0 {
                offer(i, cost + 1);
            }
        }
        if let Some(cost) = next.get(typed.len()).copied().flatten() {
            done = Some(done.map_or(cost, |old| old.min(cost)));
        }
        best = next;
    }
    done
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn indexed() {
        assert_eq!(
            index_tokens("厨房水管漏水"),
            ["厨", "房", "水", "管", "漏", "厨房", "房水", "水管", "管漏", "漏水"]
        );
        assert_eq!(
            index_tokens("更换ＤＮ15角阀 × 1"),
            ["更", "换", "更换", "dn15", "dn", "15", "角", "阀", "角阀", "1"]
        );
        assert_eq!(index_tokens("BX-20261121-0037"), ["bx", "20261121", "0037"]);
        assert_eq!(index_tokens("Café cafe\u{301}, Kitchen"), ["cafe", "kitchen"]);
        assert_eq!(index_tokens("，。！ 😀"), Vec::<String>::new());
    }

    #[test]
    fn asked() {
        assert_eq!(query_tokens("漏水"), ["漏水"]);
        assert_eq!(query_tokens("漏水管"), ["漏水", "水管"]);
        assert_eq!(query_tokens("漏"), ["漏"]);
        assert_eq!(query_tokens("厨房 水"), ["厨房", "水"]);
        assert_eq!(query_tokens("DN15"), ["dn15"]);
    }

    #[test]
    fn names() {
        for (name, full, short) in [
            ("周晓敏", "zhouxiaomin", "zxm"),
            ("单雄信", "shanxiongxin", "sxx"),
            ("仇英", "qiuying", "qy"),
            ("曾国强", "zengguoqiang", "zgq"),
            ("解晓东", "xiexiaodong", "xxd"),
            ("区志明", "ouzhiming", "ozm"),
            ("查良镛", "zhaliangyong", "zly"),
            ("任静", "renjing", "rj"),
            ("翟天临", "zhaitianlin", "ztl"),
            ("尉迟恭", "yuchigong", "ycg"),
            ("欧阳娜娜", "ouyangnana", "oynn"),
            ("吕丽", "lvli", "ll"),
            ("长孙无忌", "zhangsunwuji", "zswj"),
            ("John Smith", "johnsmith", "js"),
            ("", "", ""),
        ] {
            assert_eq!(
                (pinyin_full(name).as_str(), pinyin_initials(name).as_str()),
                (full, short),
                "{name}"
            );
        }
        let keys = name_keys("单晓敏");
        assert!(
            keys.iter().any(|k| k == "shanxiaomin") && keys.iter().any(|k| k == "danxiaomin"),
            "{keys:?}"
        );
        assert!(
            keys.iter().any(|k| k == "sxm") && keys.iter().any(|k| k == "dxm") && keys.iter().any(|k| k == "xiaomin")
        );
        assert!(name_keys("吕丽").contains(&"luli".to_owned()));
        assert!(name_keys("John Smith").contains(&"smith".to_owned()));
        let keys = name_keys("张长乐");
        assert_eq!(keys.first().map(String::as_str), Some("zhangchangle"));
        assert!(
            keys.contains(&"zhangchangyue".to_owned()) && keys.contains(&"zcl".to_owned()),
            "{keys:?}"
        );
        assert_eq!(name_keys("王敏"), ["wangmin", "wm"]);
        assert!(name_keys("").is_empty());
    }

    #[test]
    fn spelling() {
        for (typed, text, want) in [
            ("wsjls", "卫生间漏水", Some(0)),
            ("weishengjian", "卫生间漏水", Some(0)),
            ("weisjls", "卫生间漏水", Some(0)),
            ("ls", "卫生间漏水", Some(1)),
            ("loushui", "卫生间漏水", Some(1)),
            ("wsls", "卫生间漏水", Some(3)),
            ("kongtiao", "空调不制冷", Some(0)),
            ("xyz", "卫生间漏水", None),
            ("", "卫生间漏水", None),
            ("漏水", "卫生间漏水", None),
        ] {
            assert_eq!(pinyin_distance(typed, text), want, "{typed} {text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_contained_is_found(before in "[厨房a1 ]{0,4}", query in "[漏水管b2 ]{1,6}", after in "[修好c3 ]{0,4}") {
            let text = format!("{before} {query} {after}");
            let index = index_tokens(&text);
            for token in query_tokens(&query) {
                prop_assert!(index.contains(&token), "{} in {:?}", token, index);
            }
        }

        #[test]
        fn tokens_survive_a_tokenizer(text in ".{0,60}") {
            for token in index_tokens(&text).iter().chain(&query_tokens(&text)) {
                prop_assert!(!token.is_empty() && token.chars().all(char::is_alphanumeric), "{}", token);
                prop_assert_eq!(query_tokens(token).last().map(String::len), Some(token.len()));
            }
            name_keys(&text).iter().for_each(|key| assert!(!key.is_empty()));
            let _ = pinyin_distance(&text, &text);
        }
    }
}
