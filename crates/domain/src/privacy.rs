//! Finds in free text what must not be recorded: identity numbers, bank cards, social-security and bank account numbers (ETQ-4).
//! The desk warns while it is typed; what is stored all the same is stored masked.

use serde::Serialize;

use crate::fold::fold_char;
use crate::id_number;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A resident identity number; a wrong check digit does not make it harmless.
    IdNumber,
    /// 16 to 19 digits that pass the Luhn check.
    BankCard,
    /// Six digits or more right after words for a social-security number.
    SocialSecurity,
    /// Six digits or more right after words for a bank account.
    BankAccount,
    /// Only the words: somebody is about to ask for, or to write down, such a number. A reason to warn, nothing to mask.
    Wording,
}

/// One place in the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// First byte in the text as given.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

const SOCIAL: &[&str] = &[
    "社保号",
    "社保卡号",
    "社保账号",
    "社保编号",
    "社会保障号",
    "社会保障卡号",
    "社会保险号",
    "医保号",
    "医保卡号",
    "社保电脑号",
    "social security number",
    "social security no",
    "social-security number",
];
const ACCOUNT: &[&str] = &[
    "银行卡号",
    "银行账号",
    "银行帐号",
    "银行账户",
    "储蓄卡号",
    "信用卡号",
    "借记卡号",
    "开户账号",
    "收款账号",
    "bank account",
    "bank card",
    "card number",
    "account number",
];
/// Characters between the words and the number that still belong together: 卡号是：6222…
const REACH: usize = 8;

/// One character of the text, folded, with its bytes in the original.
struct At {
    c: char,
    start: usize,
    end: usize,
}

/// Everything found, in order of place; places do not overlap, except that wording is reported only where no number follows it.
#[must_use]
pub fn find(text: &str) -> Vec<Finding> {
    let chars: Vec<At> = text
        .char_indices()
        .map(|(start, c)| At {
            c: fold_char(c).to_ascii_lowercase(),
            start,
            end: start + c.len_utf8(),
        })
        .collect();
    let mut out: Vec<Finding> = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        if !is_digit(&chars, i) {
            i += 1;
            continue;
        }
        let groups = groups_from(&chars, i);
        let next = groups.last().map_or(i + 1, |g| g.1);
        out.extend(numbers_in(&chars, &groups));
        i = next;
    }
    for (words, kind) in [
        (SOCIAL, FindingKind::SocialSecurity),
        (ACCOUNT, FindingKind::BankAccount),
    ] {
        for word in words {
            find_wording(&chars, word, kind, &mut out);
        }
    }
    out.sort_by_key(|f| (f.start, std::cmp::Reverse(f.end)));
    let mut kept: Vec<Finding> = Vec::new();
    for finding in out {
        match kept.last() {
            Some(last) if finding.start < last.end => {}
            _ => kept.push(finding),
        }
    }
    kept
}

/// Whether the text holds a number that may not be stored; wording alone does not count.
#[must_use]
pub fn has_number(text: &str) -> bool {
    find(text).iter().any(|f| f.kind != FindingKind::Wording)
}

/// The text with each number's digits starred but the last four.
#[must_use]
pub fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for finding in find(text).iter().filter(|f| f.kind != FindingKind::Wording) {
        out.push_str(text.get(from..finding.start).unwrap_or_default());
        let part = text.get(finding.start..finding.end).unwrap_or_default();
        let secret = |c: char| fold_char(c).is_ascii_digit() || matches!(fold_char(c), 'x' | 'X');
        let mut left = part.chars().filter(|c| secret(*c)).count();
        for c in part.chars() {
            let hide = secret(c) && left > 4;
            left -= usize::from(secret(c));
            out.push(if hide { '*' } else { c });
        }
        from = finding.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

fn is_digit(chars: &[At], i: usize) -> bool {
    chars.get(i).is_some_and(|at| at.c.is_ascii_digit())
}

/// Runs of digits from `i` on that single spaces or dashes join. The closing x of an identity number belongs to its run.
fn groups_from(chars: &[At], i: usize) -> Vec<(usize, usize)> {
    let mut groups = Vec::new();
    let mut at = i;
    loop {
        let start = at;
        while is_digit(chars, at) {
            at += 1;
        }
        if chars.get(at).is_some_and(|c| c.c == 'x') && !chars.get(at + 1).is_some_and(|c| c.c.is_ascii_alphanumeric())
        {
            at += 1;
            groups.push((start, at));
            return groups;
        }
        groups.push((start, at));
        let joined = chars.get(at).is_some_and(|c| matches!(c.c, ' ' | '-')) && is_digit(chars, at + 1);
        if !joined {
            return groups;
        }
        at += 1;
    }
}

/// Looks at every row of neighbouring groups: `330106 19850101 0017`, `6222 0212 3456 7890 123`, or one long group.
fn numbers_in(chars: &[At], groups: &[(usize, usize)]) -> Vec<Finding> {
    let mut out = Vec::new();
    let mut first = 0;
    while first < groups.len() {
        let mut step = 1;
        for last in (first..groups.len().min(first + 6)).rev() {
            let row = groups.get(first..=last).unwrap_or_default();
            let code: String = row
                .iter()
                .flat_map(|g| chars.get(g.0..g.1).unwrap_or_default())
                .map(|at| at.c)
                .collect();
            let sizes: Vec<usize> = row.iter().map(|g| g.1 - g.0).collect();
            let Some(kind) = classify(&code.to_ascii_uppercase(), &sizes) else {
                continue;
            };
            let bounds = row
                .first()
                .zip(row.last())
                .and_then(|(a, z)| chars.get(a.0).zip(chars.get(z.1 - 1)));
            if let Some((a, z)) = bounds {
                out.push(Finding {
                    kind,
                    start: a.start,
                    end: z.end,
                });
                step = last - first + 1;
                break;
            }
        }
        first += step;
    }
    out
}

fn classify(code: &str, sizes: &[usize]) -> Option<FindingKind> {
    let id_groups = matches!(
        sizes,
        [18] | [15] | [6, 8, 4] | [6, 12] | [14, 4] | [6, 4, 4, 4] | [3, 3, 8, 4]
    );
    if id_groups && is_id(code) {
        return Some(FindingKind::IdNumber);
    }
    let by_four = sizes.len() > 1
        && sizes
            .split_last()
            .is_some_and(|(last, init)| init.iter().all(|n| *n == 4) && (1..=4).contains(last));
    let card_groups = sizes.len() == 1 || by_four || matches!(sizes, [6, 10..=13]);
    // Cards begin with 3 to 6 or 9; a trade number that begins with a year does not.
    let card =
        (16..=19).contains(&code.len()) && matches!(code.as_bytes().first(), Some(b'3'..=b'6' | b'9')) && luhn(code);
    (card_groups && card).then_some(FindingKind::BankCard)
}

fn is_id(code: &str) -> bool {
    let long = if code.len() == 15 {
        format!(
            "{}19{}0",
            code.get(..6).unwrap_or_default(),
            code.get(6..).unwrap_or_default()
        )
    } else {
        code.to_owned()
    };
    let year: Option<i32> = long.get(6..10).and_then(|y| y.parse().ok());
    long.len() == 18
        && id_number::region_exists(&long)
        && year.is_some_and(|y| (1900..=2100).contains(&y))
        && id_number::birth_date(&long).is_some()
}

fn luhn(code: &str) -> bool {
    let mut sum = 0;
    for (i, c) in code.chars().rev().enumerate() {
        let Some(digit) = c.to_digit(10) else { return false };
        sum += match (i % 2, digit) {
            (0, d) => d,
            (_, d) if d > 4 => d * 2 - 9,
            (_, d) => d * 2,
        };
    }
    sum % 10 == 0 && code.chars().any(|c| c != '0')
}

fn find_wording(chars: &[At], word: &str, kind: FindingKind, out: &mut Vec<Finding>) {
    let word: Vec<char> = word.chars().collect();
    for start in 0..chars.len().saturating_sub(word.len() - 1) {
        let here = chars.get(start..start + word.len()).unwrap_or_default();
        if !here.iter().map(|at| at.c).eq(word.iter().copied()) {
            continue;
        }
        let after = start + word.len();
        let number = (after..chars.len().min(after + REACH))
            .find(|i| is_digit(chars, *i))
            .and_then(|first| {
                let groups = groups_from(chars, first);
                let digits: usize = groups.iter().map(|g| g.1 - g.0).sum();
                (digits >= 6).then_some((first, groups.last()?.1))
            });
        let found = match number {
            Some((from, to)) => chars.get(from).zip(chars.get(to - 1)).map(|(a, z)| Finding {
                kind,
                start: a.start,
                end: z.end,
            }),
            None => here.first().zip(here.last()).map(|(a, z)| Finding {
                kind: FindingKind::Wording,
                start: a.start,
                end: z.end,
            }),
        };
        let covered = |f: &Finding| {
            out.iter()
                .any(|o| o.kind != FindingKind::Wording && o.start <= f.start && o.end >= f.end)
        };
        if let Some(found) = found.filter(|f| !covered(f)) {
            out.push(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn table() {
        for (text, kinds, shown) in [
            (
                "业主身份证 11010519491231002X，请核对",
                vec![FindingKind::IdNumber],
                "业主身份证 **************002X，请核对",
            ),
            ("110105194912310021", vec![FindingKind::IdNumber], "**************0021"),
            (
                "１１０１０５１９４９１２３１００２Ｘ",
                vec![FindingKind::IdNumber],
                "**************００２Ｘ",
            ),
            (
                "110105 19491231 002X",
                vec![FindingKind::IdNumber],
                "****** ******** 002X",
            ),
            (
                "旧证110105491231002号",
                vec![FindingKind::IdNumber],
                "旧证***********1002号",
            ),
            (
                "退款到 4111 1111 1111 1111",
                vec![FindingKind::BankCard],
                "退款到 **** **** **** 1111",
            ),
            (
                "卡6222021234567890128收",
                vec![FindingKind::BankCard],
                "卡***************0128收",
            ),
            (
                "社保号：330100123456",
                vec![FindingKind::SocialSecurity],
                "社保号：********3456",
            ),
            (
                "银行账号是 1202 0230 0990 0123",
                vec![FindingKind::BankAccount],
                "银行账号是 **** **** **** 0123",
            ),
            ("请业主提供银行卡号", vec![FindingKind::Wording], "请业主提供银行卡号"),
            (
                "Social Security Number please",
                vec![FindingKind::Wording],
                "Social Security Number please",
            ),
            (
                "电话 13800006688，单号 BX-20261121-0037，3-1-1201",
                vec![],
                "电话 13800006688，单号 BX-20261121-0037，3-1-1201",
            ),
            ("86001200 13900002046", vec![], "86001200 13900002046"),
            ("订单 2026112110420000370012", vec![], "订单 2026112110420000370012"),
            ("咨询社保怎么办", vec![], "咨询社保怎么办"),
            ("", vec![], ""),
        ] {
            let found: Vec<FindingKind> = find(text).iter().map(|f| f.kind).collect();
            assert_eq!((found, masked(text).as_str()), (kinds, shown), "{text}");
        }
    }

    #[test]
    fn several_in_one_text() {
        let text = "甲 11010519491231002X，乙 4111111111111111";
        assert_eq!(find(text).len(), 2);
        assert!(has_number(text) && !has_number("银行卡号"));
        assert!(!has_number(&masked(text)));
    }

    proptest! {
        #[test]
        fn never_panics(text in ".{0,60}") {
            prop_assert_eq!(masked(&text).chars().count(), text.chars().count());
        }

        #[test]
        fn places_are_in_order(text in "[0-9x 卡号银行-]{0,60}") {
            let found = find(&text);
            prop_assert!(found.windows(2).all(|w| w[0].end <= w[1].start));
            prop_assert!(found.iter().all(|f| text.get(f.start..f.end).is_some()));
            prop_assert_eq!(masked(&text).len(), text.len());
        }
    }
}
