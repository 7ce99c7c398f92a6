//! The words of the archive (CSM-7): how a person belongs to a unit, what a unit is used for, how a place is held.

use crate::codes::codes;
use crate::fold::fold;

codes! {
    /// How a person belongs to a unit.
    Relation {
        Owner = "owner",
        CoOwner = "co_owner",
        Family = "family",
        Tenant = "tenant",
        Contact = "contact",
        /// Housekeeper, carer.
        Helper = "helper",
    }
}

codes! {
    /// What a unit is used for now.
    Usage {
        OwnUse = "own_use",
        Let = "let",
        Vacant = "vacant",
        FittingOut = "fitting_out",
        Unsold = "unsold",
        Business = "business",
    }
}

codes! {
    /// Why somebody no longer belongs to a unit.
    Ended {
        MovedOut = "moved_out",
        Sold = "sold",
        LeaseEnded = "lease_ended",
        Died = "died",
        /// Entered by mistake.
        Mistake = "mistake",
    }
}

codes! {
    /// How a parking place is held.
    Tenure {
        Owned = "owned",
        Rented = "rented",
    }
}

/// The code of a usage as estates write it (自住, 已出租, 空置 …); what is none of these stays as written.
#[must_use]
pub fn usage(text: &str) -> String {
    let text = fold(text).trim().to_owned();
    let known: &[(&str, Usage)] = &[
        ("自住", Usage::OwnUse),
        ("自用", Usage::OwnUse),
        ("入住", Usage::OwnUse),
        ("出租", Usage::Let),
        ("租", Usage::Let),
        ("空置", Usage::Vacant),
        ("空关", Usage::Vacant),
        ("未入住", Usage::Vacant),
        ("装修", Usage::FittingOut),
        ("未售", Usage::Unsold),
        ("商", Usage::Business),
    ];
    if let Ok(code) = text.parse::<Usage>() {
        return code.as_str().to_owned();
    }
    // 未入住 holds 入住: the longest word decides.
    let best = known
        .iter()
        .filter(|(w, _)| text.contains(w))
        .max_by_key(|(w, _)| w.len());
    best.map_or(text.clone(), |(_, u)| u.as_str().to_owned())
}

/// `female`, `male` or nothing, as people write it.
#[must_use]
pub fn gender(text: &str) -> &'static str {
    match fold(text).trim().to_lowercase().as_str() {
        "女" | "female" | "f" | "女士" => "female",
        "男" | "male" | "m" | "先生" => "male",
        _ => "",
    }
}

/// The keys a name is found by: itself and its given part as written, and everything that is typed in letters.
#[must_use]
pub fn name_keys(name: &str) -> Vec<String> {
    let whole = folded_name(name);
    let mut keys = vec![whole.clone()];
    let chars: Vec<char> = whole.chars().collect();
    for from in 1..chars.len().saturating_sub(1).min(4) {
        let part: String = chars.iter().skip(from).collect();
        if part.chars().all(crate::fold::is_han) {
            keys.push(part);
        }
    }
    keys.extend(crate::tokens::name_keys(name));
    let mut seen = std::collections::HashSet::new();
    keys.retain(|k| !k.is_empty() && seen.insert(k.clone()));
    keys
}

/// A name as it is compared: folded, lower case, without blanks.
#[must_use]
pub fn folded_name(name: &str) -> String {
    fold(name)
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '\'')
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_estates() {
        for (text, code) in [
            ("自住", "own_use"),
            ("已出租", "let"),
            ("未入住", "vacant"),
            ("已入住", "own_use"),
            ("vacant", "vacant"),
            ("办公", "办公"),
            ("", ""),
        ] {
            assert_eq!(usage(text), code, "{text}");
        }
        assert_eq!((gender("女"), gender("Male"), gender("?")), ("female", "male", ""));
    }

    #[test]
    fn names_are_found_in_every_way() {
        let keys = name_keys("周晓敏");
        for k in ["周晓敏", "晓敏", "zhouxiaomin", "zxm", "xiaomin"] {
            assert!(keys.iter().any(|x| x == k), "{k} in {keys:?}");
        }
        assert!(name_keys("John O'Neil").contains(&"johnoneil".to_owned()));
    }
}
