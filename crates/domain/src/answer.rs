//! Standard answers (标准答案, REC-6, COM-6): a question that is asked again and again, with the one sentence that is spoken and
//! the whole text behind it. Each was looked at by somebody at some time, and asks to be looked at again.

use serde::{Deserialize, Serialize};

use crate::codes::codes;
use crate::data_error::DataError;
use crate::fold::is_han;
use crate::refusal::Refusal;

/// The longest question, in characters.
pub const LONGEST_QUESTION: usize = 120;
/// The longest spoken sentence, in characters: it is read out in one breath.
pub const LONGEST_SHORT: usize = 120;
/// The longest whole text, in characters.
pub const LONGEST_FULL: usize = 4000;
/// After so many days an answer asks to be looked at again, unless it says otherwise.
pub const RECHECK_DAYS: i64 = 90;
/// Milliseconds of a day.
pub const DAY: i64 = 86_400_000;

codes! {
    /// How far an answer can be relied on.
    Standing {
        /// Looked at lately.
        Good = "good",
        /// Not looked at for longer than it should be: still shown, with a warning.
        Unchecked = "unchecked",
        /// Holds from a later time on.
        NotYet = "not_yet",
        /// Held until an earlier time.
        Over = "over",
        /// Taken out of use.
        Withdrawn = "withdrawn",
    }
}

impl Standing {
    /// The desk is offered it.
    pub const fn is_offered(self) -> bool {
        matches!(self, Standing::Good | Standing::Unchecked)
    }
}

/// What a standard answer says. The other language may be left out; then the first is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Said {
    /// Code of an item of the taxonomy, or empty.
    pub item: String,
    /// As customers ask it.
    pub question: String,
    pub question_en: String,
    /// The one sentence that is spoken.
    pub short: String,
    pub short_en: String,
    /// Everything that is to know; may be empty.
    pub full: String,
    pub full_en: String,
    /// From when it holds, unix milliseconds.
    pub valid_from: Option<i64>,
    /// Until when it holds, unix milliseconds, excluded.
    pub valid_until: Option<i64>,
    /// Days after which it is to be looked at again, 1 to 3650.
    pub recheck_days: i64,
}

/// Times of an answer, by which its standing is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    pub active: bool,
    pub valid_from: Option<i64>,
    pub valid_until: Option<i64>,
    /// When it is to be looked at again, unix milliseconds.
    pub check_due_at: i64,
}

/// How far an answer can be relied on at an instant.
pub fn standing(t: &Times, now: i64) -> Standing {
    if !t.active {
        Standing::Withdrawn
    } else if t.valid_from.is_some_and(|at| at > now) {
        Standing::NotYet
    } else if t.valid_until.is_some_and(|at| at <= now) {
        Standing::Over
    } else if t.check_due_at <= now {
        Standing::Unchecked
    } else {
        Standing::Good
    }
}

/// When an answer that was looked at is to be looked at again.
pub const fn check_due(checked_at: i64, recheck_days: i64) -> i64 {
    checked_at + recheck_days * DAY
}

/// Whether a text is one sentence: nothing follows its end.
pub fn one_sentence(text: &str) -> bool {
    let text = text.trim();
    let ends = |c: char| matches!(c, '。' | '！' | '？' | '!' | '?' | '；' | '\n');
    let mut rest = text.trim_end_matches(|c: char| ends(c) || c == '.');
    // A point ends an English sentence only where a space follows it: 2.8 元 and 9.30 are no ends.
    while let Some(at) = rest.find(ends) {
        if !rest.get(at..).unwrap_or_default().trim_matches(ends).trim().is_empty() {
            return false;
        }
        rest = rest.get(..at).unwrap_or_default();
    }
    !rest.contains(". ")
}

/// What is wrong with an answer, field by field: field name and translation key.
pub fn faults(said: &Said) -> Vec<(&'static str, &'static str)> {
    let mut out = Vec::new();
    if said.question.trim().is_empty() && said.question_en.trim().is_empty() {
        out.push(("question", "required"));
    }
    if said.short.trim().is_empty() && said.short_en.trim().is_empty() {
        out.push(("short", "required"));
    }
    for (name, text, most) in [
        ("question", &said.question, LONGEST_QUESTION),
        ("question_en", &said.question_en, LONGEST_QUESTION * 2),
        ("short", &said.short, LONGEST_SHORT),
        ("short_en", &said.short_en, LONGEST_SHORT * 2),
        ("full", &said.full, LONGEST_FULL),
        ("full_en", &said.full_en, LONGEST_FULL * 2),
    ] {
        if text.chars().count() > most {
            out.push((name, "too-long"));
        }
    }
    for (name, text) in [("short", &said.short), ("short_en", &said.short_en)] {
        if !one_sentence(text) {
            out.push((name, "answer-one-sentence"));
        }
    }
    if !(1..=3650).contains(&said.recheck_days) {
        out.push(("recheck_days", "answer-recheck-range"));
    }
    if let (Some(from), Some(until)) = (said.valid_from, said.valid_until)
        && from >= until
    {
        out.push(("valid_until", "answer-until-before"));
    }
    out
}

/// Whether an answer may be marked as looked at: what is withdrawn is not.
///
/// # Errors
/// `refuse-answer-withdrawn`.
pub fn may_check(t: &Times) -> Result<(), Refusal> {
    if t.active {
        Ok(())
    } else {
        Err(Refusal::new("refuse-answer-withdrawn"))
    }
}

codes! {
    /// What sort of help a referral is (CAL-8).
    ReferralKind {
        Emergency = "emergency",
        /// The city and its offices.
        City = "city",
        /// Water, power, gas, heat.
        Supply = "supply",
        Telecom = "telecom",
        /// Craftsmen, movers, household services.
        Trade = "trade",
        Other = "other",
    }
}

/// Somebody outside who helps, as it ships with the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsualReferral {
    pub kind: ReferralKind,
    pub zh: String,
    pub en: String,
    pub phone: String,
    pub hours_zh: String,
    pub hours_en: String,
    pub helps_zh: String,
    pub helps_en: String,
}

/// The referrals that new sites begin with: numbers that hold in all of mainland China.
///
/// # Errors
/// None in a tested build.
pub fn usual_referrals() -> Result<Vec<UsualReferral>, DataError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        referrals: Vec<UsualReferral>,
    }
    let file: File = serde_json::from_str(include_str!("../../../standards/referrals.json"))?;
    Ok(file.referrals)
}

/// Words that say nothing about the matter.
const EMPTY_WORDS: &[&str] = &[
    "请问", "什么", "么办", "么样", "怎么", "可以", "我们", "你们", "咨询", "一下", "业主", "住户", "客户", "需要",
    "没有", "是否", "能否", "能不", "不能", "如何", "哪里", "这个", "那个", "小区", "来电", "想问", "the", "and",
    "for", "how", "what", "can", "please", "our", "you", "is", "to", "of", "in", "it", "do", "my",
];

/// Words of pinyin cover so many characters at most.
const PINYIN_RUN: usize = 4;

/// The words under which a thing is proposed while somebody types: pairs of Chinese characters, Latin words, and of what is
/// `spoken` (a question, a title) the pinyin and the initials of two to four characters together.
pub fn known_words(spoken: &str, rest: &str) -> Vec<String> {
    let mut words = asked_words(&[spoken, rest].join(" \n"));
    let mut run: Vec<String> = Vec::new();
    let mut sounds = |run: &mut Vec<String>| {
        for from in 0..run.len() {
            for to in from + 2..=(from + PINYIN_RUN).min(run.len()) {
                let part = run.get(from..to).unwrap_or_default();
                words.push(part.concat());
                words.push(part.iter().filter_map(|s| s.chars().next()).collect());
            }
        }
        run.clear();
    };
    for c in spoken.chars() {
        match crate::tokens::readings(c).into_iter().next() {
            Some(sound) if is_han(c) => run.push(sound),
            _ => sounds(&mut run),
        }
    }
    sounds(&mut run);
    words.sort_unstable();
    words.dedup();
    words
}

/// The words of what was typed.
pub fn asked_words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = crate::tokens::index_tokens(text)
        .into_iter()
        .filter(|w| w.chars().count() >= 2 && !EMPTY_WORDS.contains(&w.as_str()))
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sentence_is_spoken_in_one_breath() {
        for (text, one) in [
            ("停车月卡每月 300 元，在前台办理。", true),
            ("停车月卡每月 300 元", true),
            ("每平方米 2.8 元。", true),
            ("可以。请带身份证。", false),
            ("Bring the receipt. We refund it.", false),
            ("The fee is 2.80 yuan a month.", true),
            ("", true),
            ("好的！？", true),
        ] {
            assert_eq!(one_sentence(text), one, "{text}");
        }
    }

    #[test]
    fn what_is_typed_meets_what_is_known() {
        let known = known_words("停车月卡怎么办理", "每月 300 元");
        for typed in ["停车卡多少钱一个月", "tingche", "tcyk", "月卡", "yueka"] {
            assert!(asked_words(typed).iter().any(|w| known.contains(w)), "{typed}");
        }
        for typed in ["请问怎么办", "漏水", "ls", ""] {
            assert!(!asked_words(typed).iter().any(|w| known.contains(w)), "{typed}");
        }
        assert!(usual_referrals().unwrap().len() > 10);
    }

    #[test]
    fn where_an_answer_stands() {
        let t = Times {
            active: true,
            valid_from: Some(10),
            valid_until: Some(100),
            check_due_at: 50,
        };
        assert_eq!(standing(&t, 9), Standing::NotYet);
        assert_eq!(standing(&t, 10), Standing::Good);
        assert_eq!(standing(&t, 50), Standing::Unchecked);
        assert_eq!(standing(&t, 100), Standing::Over);
        assert_eq!(standing(&Times { active: false, ..t }, 20), Standing::Withdrawn);
        assert!(may_check(&t).is_ok() && may_check(&Times { active: false, ..t }).is_err());
    }

    #[test]
    fn what_is_wrong_is_said_field_by_field() {
        let good = Said {
            question: "停车月卡多少钱".into(),
            short: "每月 300 元，在前台办理。".into(),
            recheck_days: RECHECK_DAYS,
            ..Said::default()
        };
        assert_eq!(faults(&good), vec![]);
        assert_eq!(
            faults(&Said::default()),
            vec![
                ("question", "required"),
                ("short", "required"),
                ("recheck_days", "answer-recheck-range")
            ]
        );
        let bad = Said {
            short: "可以。请带身份证。".into(),
            valid_from: Some(2),
            valid_until: Some(2),
            ..good
        };
        assert_eq!(
            faults(&bad),
            vec![("short", "answer-one-sentence"), ("valid_until", "answer-until-before")]
        );
    }
}
