//! Words that say how urgent a matter is (issue 2, point 5). A suggestion for the desk to accept, never a decision.

use serde::Serialize;

use crate::case::{Kind, Urgency};
use crate::fold::fold_char;
use crate::taxonomy::Item;

/// A level and why it is suggested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// Urgent or emergency, never normal.
    pub urgency: Urgency,
    /// Words of the text that say so, in order of place; empty if only the item does.
    pub words: Vec<Found>,
    /// The chosen item is urgent by the taxonomy.
    pub by_item: bool,
}

/// A word found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// As it stands in the list.
    pub word: &'static str,
    /// First byte in the text as given.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

/// Danger to people: REC-17 to REC-19.
const EMERGENCY: &[&str] = &[
    "困人",
    "被困",
    "困在电梯",
    "关在电梯",
    "燃气味",
    "煤气味",
    "天然气味",
    "燃气泄漏",
    "煤气泄漏",
    "天然气泄漏",
    "燃气泄露",
    "燃气异味",
    "煤气漏",
    "触电",
    "漏电伤人",
    "冒烟",
    "着火",
    "起火",
    "失火",
    "火灾",
    "爆炸",
    "晕倒",
    "昏迷",
    "心脏病",
    "救命",
    "坠楼",
    "跳楼",
    "高空坠物",
    "持刀",
    "抢劫",
    "入室盗窃",
    "打架",
    "trapped",
    "stuck in the lift",
    "stuck in the elevator",
    "gas smell",
    "smell of gas",
    "smell gas",
    "gas leak",
    "electric shock",
    "smoke",
    "on fire",
    "fire in",
    "explosion",
    "unconscious",
    "heart attack",
    "burglar",
];

/// Supply cut off or damage that grows by the minute: STD-2, STD-15.
const URGENT: &[&str] = &[
    "爆管",
    "爆裂",
    "跑水",
    "喷水",
    "漏水不止",
    "漏个不停",
    "水漫",
    "泡水",
    "淹水",
    "淹了",
    "倒灌",
    "污水外溢",
    "返水",
    "停电",
    "断电",
    "没电",
    "没有电",
    "跳闸",
    "停水",
    "断水",
    "没水",
    "没有水",
    "电线裸露",
    "漏电",
    "打火花",
    "冒火花",
    "电梯停运",
    "电梯故障",
    "门打不开",
    "反锁",
    "井盖缺失",
    "井盖丢失",
    "外墙脱落",
    "瓷砖脱落",
    "玻璃碎",
    "下沉",
    "塌陷",
    "burst pipe",
    "pipe burst",
    "flooding",
    "flooded",
    "power cut",
    "no power",
    "power is out",
    "no electricity",
    "no water",
    "water is out",
    "sparks",
    "locked out",
    "locked in",
    "sewage",
    "lift is out",
];

/// 漏水 by itself waits for its turn; with one of these in the same clause or the next it does not.
const LEAK: &[&str] = &["漏水", "渗水", "leak"];
const STRONG: &[&str] = &[
    "持续",
    "一直",
    "不停",
    "不止",
    "大量",
    "严重",
    "很大",
    "厉害",
    "哗哗",
    "积水",
    "总阀",
    "楼下",
    "badly",
    "non-stop",
    "everywhere",
];

/// Words before that turn the meaning round, and those after that say it is over.
const NOT_BEFORE: &[&str] = &[
    "没有",
    "没",
    "未",
    "无",
    "不",
    "不是",
    "并非",
    "不再",
    "不会",
    "未见",
    "未发生",
    "未发现",
    "没发现",
    "没闻",
    "没看",
    "没见",
    "不存在",
    "not ",
    "no ",
    "without ",
    "never ",
];
const NOT_AFTER: &[&str] = &[
    "已修好",
    "修好了",
    "已恢复",
    "恢复了",
    "已解决",
    "解决了",
    "已排除",
    "已停",
    "止住",
    "was fixed",
    "is fixed",
    "resolved",
    " detector",
    " alarm test",
];
/// Seeming words: what follows makes it another thing.
const OTHER_THING: &[(&str, &str)] = &[
    ("停电", "通知"),
    ("停水", "通知"),
    ("停电", "公告"),
    ("停水", "公告"),
    ("smoke", " detector"),
];
/// What is asked is not reported: 有没有停水.
const ASKED: &[&str] = &["有没有", "是不是", "会不会", "什么时候", "是否"];
/// No water on the floor is no supply cut.
const ON_THE_FLOOR: &[&str] = &["地上", "地面", "楼道", "现在", "已经"];
/// How far before a word its negation may stand, in characters: 没有出现漏水; further in English.
const BEFORE: usize = 5;
const BEFORE_LATIN: usize = 14;
/// How far after it the word that it is over may stand.
const AFTER: usize = 12;

/// Suggests a level from the words of the report and from the chosen item. `None` where nothing says more than normal.
/// In inquiries, suggestions and praise only danger to people counts: who asks about a power cut has light to read by.
#[must_use]
pub fn suggest_level(kind: Kind, text: &str, item: Option<&Item>) -> Option<Suggestion> {
    let chars: Vec<(usize, char)> = text
        .char_indices()
        .map(|(i, c)| (i, fold_char(c).to_ascii_lowercase()))
        .collect();
    let mut words = find(&chars, text.len(), EMERGENCY);
    let emergency = !words.is_empty();
    if !kind.ends_with_an_answer() {
        words.extend(find(&chars, text.len(), URGENT));
        let strong = find(&chars, text.len(), STRONG);
        words.extend(
            find(&chars, text.len(), LEAK)
                .into_iter()
                .filter(|_| !strong.is_empty()),
        );
    }
    words.sort_by_key(|f| (f.start, std::cmp::Reverse(f.end)));
    let mut kept: Vec<Found> = Vec::new();
    for word in words {
        if kept.last().is_none_or(|last| word.start >= last.end) {
            kept.push(word);
        }
    }
    let by_item = item.is_some_and(|i| i.urgent) && !kind.ends_with_an_answer();
    let dangerous_item = by_item && item.is_some_and(|i| i.kind == Kind::Help);
    let urgency = if emergency || dangerous_item {
        Urgency::Emergency
    } else {
        Urgency::Urgent
    };
    (!kept.is_empty() || by_item).then_some(Suggestion {
        urgency,
        words: kept,
        by_item,
    })
}

fn find(chars: &[(usize, char)], len: usize, list: &[&'static str]) -> Vec<Found> {
    let mut out = Vec::new();
    for word in list {
        let letters: Vec<char> = word.chars().collect();
        for at in 0..chars.len().saturating_sub(letters.len() - 1) {
            let to = at + letters.len();
            let same = chars
                .get(at..to)
                .is_some_and(|slice| slice.iter().map(|c| c.1).eq(letters.iter().copied()));
            if same && whole_word(chars, at) && means_it(chars, at, to, word) {
                let start = chars.get(at).map_or(len, |c| c.0);
                let end = chars.get(to).map_or(len, |c| c.0);
                out.push(Found { word, start, end });
            }
        }
    }
    out
}

/// A Latin word does not begin inside another one.
fn whole_word(chars: &[(usize, char)], at: usize) -> bool {
    let latin = |i: usize| chars.get(i).is_some_and(|c| c.1.is_ascii_alphabetic());
    !latin(at) || at.checked_sub(1).is_none_or(|before| !latin(before))
}

fn means_it(chars: &[(usize, char)], at: usize, to: usize, word: &str) -> bool {
    let ends_clause = |c: char| matches!(c, ',' | '.' | ';' | '!' | '?' | '。' | '、' | '\n' | ':');
    let before: String = {
        let clause: Vec<char> = chars
            .iter()
            .take(at)
            .rev()
            .map(|c| c.1)
            .take_while(|c| !ends_clause(*c))
            .collect();
        clause.into_iter().rev().collect()
    };
    let reach = if word.is_ascii() { BEFORE_LATIN } else { BEFORE };
    let near: String = before
        .chars()
        .skip(before.chars().count().saturating_sub(reach))
        .collect();
    let clause_after: String = chars
        .iter()
        .skip(to)
        .map(|c| c.1)
        .take_while(|c| !ends_clause(*c))
        .collect();
    let after: String = clause_after.chars().take(AFTER).collect();
    // The next clause counts if it begins so: 昨天停电，已恢复.
    let next: String = chars
        .iter()
        .skip(to + clause_after.chars().count() + 1)
        .map(|c| c.1)
        .take(AFTER)
        .collect();
    let next = ["现在", "目前", "现", "后来", "it "]
        .iter()
        .find_map(|w| next.trim_start().strip_prefix(w))
        .unwrap_or(next.trim_start());
    // 没水 and 没有电 are themselves the report.
    let own_negation = word.starts_with('没') || word.starts_with("no ");
    let asked = ASKED.iter().any(|a| before.contains(a))
        || (clause_after.starts_with('吗') || clause_after.starts_with("了吗"));
    let negated = NOT_BEFORE.iter().any(|n| negates(&near, n));
    let over = NOT_AFTER.iter().any(|n| after.contains(n) || next.starts_with(n));
    let other = OTHER_THING
        .iter()
        .any(|(w, next)| *w == word && clause_after.starts_with(next));
    let dry = own_negation && ON_THE_FLOOR.iter().any(|w| near.ends_with(w));
    !(asked || negated || over || other || dry)
}

/// 没有, 未 and their like within reach; a bare 不 or 无 only right before the word, since 无法 and 不停 say the opposite.
fn negates(near: &str, not: &str) -> bool {
    match not {
        "不" | "无" | "没" | "未" => {
            near.ends_with(not) || near.ends_with(&format!("{not}再")) || near.ends_with(&format!("{not}见"))
        }
        _ => near.contains(not),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::taxonomy::default_taxonomy;

    fn level(kind: Kind, text: &str) -> Option<Urgency> {
        suggest_level(kind, text, None).map(|s| s.urgency)
    }

    #[test]
    fn reports() {
        for (text, want) in [
            ("厨房水管爆管了", Some(Urgency::Urgent)),
            ("卫生间跑水", Some(Urgency::Urgent)),
            ("漏水不止", Some(Urgency::Urgent)),
            (
                "主卫洗手台下方角阀持续漏水，已关总阀，地面有积水",
                Some(Urgency::Urgent),
            ),
            ("龙头有点漏水", None),
            ("没有漏水，一直很好", None),
            ("家里停电了", Some(Urgency::Urgent)),
            ("家里没电", Some(Urgency::Urgent)),
            ("全屋没有水", Some(Urgency::Urgent)),
            ("没有停电", None),
            ("地面没有水了", None),
            ("有没有停水", None),
            ("停水了吗", None),
            ("停水通知贴在哪里", None),
            ("入户空开跳闸，全屋停电", Some(Urgency::Urgent)),
            ("2号梯困人", Some(Urgency::Emergency)),
            ("电梯停了，没有困人", None),
            ("老人被困电梯里", Some(Urgency::Emergency)),
            ("厨房有燃气味", Some(Urgency::Emergency)),
            ("没闻到燃气味", None),
            ("配电箱冒烟", Some(Urgency::Emergency)),
            ("未见冒烟", None),
            ("垃圾桶着火", Some(Urgency::Emergency)),
            ("有人触电", Some(Urgency::Emergency)),
            ("昨天停电，现在已恢复", None),
            ("爆管，已关总阀", Some(Urgency::Urgent)),
            ("without any smoke", None),
            ("请修烟感，不存在漏电", None),
            ("昨天停电已恢复", None),
            ("burst pipe in the kitchen", Some(Urgency::Urgent)),
            ("There is no power", Some(Urgency::Urgent)),
            ("Smell of gas!", Some(Urgency::Emergency)),
            ("no smoke, just dust", None),
            ("smoke detector is missing", None),
            ("换灯泡", None),
            ("", None),
        ] {
            assert_eq!(level(Kind::Request, text), want, "{text}");
        }
    }

    #[test]
    fn other_kinds() {
        assert_eq!(level(Kind::Inquiry, "明天停水，几点恢复"), None);
        assert_eq!(level(Kind::Inquiry, "门口冒烟怎么回事"), Some(Urgency::Emergency));
        assert_eq!(level(Kind::Praise, "上次爆管修得快"), None);
        assert_eq!(level(Kind::Complaint, "楼上跑水到我家"), Some(Urgency::Urgent));
    }

    #[test]
    fn words_and_items() {
        let s = suggest_level(Kind::Request, "厨房爆管，停水", None).unwrap();
        let words: Vec<&str> = s.words.iter().map(|w| w.word).collect();
        assert_eq!(words, ["爆管", "停水"]);
        assert_eq!("厨房爆管，停水".get(s.words[0].start..s.words[0].end), Some("爆管"));
        let taxonomy = default_taxonomy().unwrap();
        let trapped = taxonomy.item("help.lift.trapped").unwrap();
        let s = suggest_level(Kind::Help, "", Some(trapped)).unwrap();
        assert_eq!((s.urgency, s.by_item, s.words.len()), (Urgency::Emergency, true, 0));
        let burst = taxonomy.item("repair.water.burst").unwrap();
        assert_eq!(
            suggest_level(Kind::Request, "", Some(burst)).map(|s| s.urgency),
            Some(Urgency::Urgent)
        );
    }

    proptest! {
        #[test]
        fn never_panics(text in ".{0,60}") {
            let _ = suggest_level(Kind::Request, &text, None);
        }

        #[test]
        fn places_hold_the_words(text in "[停电水爆管没有漏，已恢复 ]{0,20}") {
            if let Some(s) = suggest_level(Kind::Request, &text, None) {
                prop_assert!(s.words.iter().all(|w| text.get(w.start..w.end) == Some(w.word)));
            }
        }
    }
}
