//! Every code, event, refusal and missing thing that the rules know has a text in both languages.

use std::collections::BTreeSet;
use std::path::Path;

use app::ctx::Locale;
use domain::access::{Action, Role};
use domain::case::*;
use domain::clock::{BoundSource, BreachReason, ClockCode, ClockState, StretchKind, WaitReason};

use crate::l10n::{has, keys};

fn need(missing: &mut Vec<String>, key: &str) {
    for (name, locale) in [("zh", Locale::Zh), ("en", Locale::En)] {
        if !has(locale, key) {
            missing.push(format!("{name}: {key}"));
        }
    }
}

macro_rules! families {
    ($missing:ident: $($family:literal $kind:ty),+ $(,)?) => {$(
        for code in <$kind>::ALL {
            need(&mut $missing, &format!("{}-{code}", $family));
        }
    )+};
}

#[test]
fn every_code_has_both_texts() {
    let mut missing = Vec::new();
    families! { missing:
        "kind" Kind, "state" Status, "urgency" Urgency, "importance" Importance, "scope" Scope, "fee" FeeKind,
        "channel" Channel, "satisfaction" Satisfaction, "grade" Grade, "grade_short" Grade, "attempt" AttemptResult,
        "callback" CallbackEnd, "reopen" ReopenReason, "attachment" AttachmentKind, "check" Check, "pay" PayMethod,
        "line" LineKind, "because" Because, "order" OrderStatus, "consent" Consent, "clock" ClockCode,
        "clock_state" ClockState, "wait" WaitReason, "breach" BreachReason, "bound" BoundSource, "stretch" StretchKind,
        "action" Action, "role" Role,
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_event_has_both_texts() {
    let mut missing = Vec::new();
    for kind in Fact::KINDS {
        need(&mut missing, &format!("event-{kind}"));
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// The keys that stand as literals in the sources of the rules and the use cases.
fn literals(dir: &Path, prefixes: &[&str], found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            literals(&path, prefixes, found);
        } else if path.extension().is_some_and(|x| x == "rs")
            && !path
                .components()
                .any(|c| c.as_os_str() == "tests" || c.as_os_str() == "tests.rs")
        {
            let text = std::fs::read_to_string(&path).unwrap();
            let words = text.split('"').filter(|w| prefixes.iter().any(|p| w.starts_with(p)));
            found.extend(
                words
                    .filter(|w| {
                        w.chars()
                            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
                    })
                    .map(str::to_owned),
            );
        }
    }
}

#[test]
fn every_refusal_and_everything_missing_has_both_texts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = BTreeSet::new();
    literals(&root.join("domain/src"), &["refuse-", "missing-"], &mut found);
    assert!(found.len() > 70, "{}", found.len());
    let mut missing = Vec::new();
    found.iter().for_each(|key| need(&mut missing, key));
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn both_languages_have_the_same_keys() {
    let (zh, en): (BTreeSet<_>, BTreeSet<_>) = (
        keys(Locale::Zh).into_iter().collect(),
        keys(Locale::En).into_iter().collect(),
    );
    let only: Vec<_> = zh.symmetric_difference(&en).collect();
    assert!(only.is_empty(), "{only:?}");
    for (name, locale) in [("zh", Locale::Zh), ("en", Locale::En)] {
        let all = keys(locale);
        let one: BTreeSet<_> = all.iter().collect();
        let mut twice: Vec<_> = one
            .iter()
            .filter(|k| all.iter().filter(|x| x == *k).count() > 1)
            .collect();
        twice.sort();
        assert!(twice.is_empty(), "{name} defines twice: {twice:?}");
    }
}

/// Keys that the templates and the code of this feature use.
#[test]
fn every_key_in_use_has_both_texts() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let prefixes = [
        "case-",
        "step-",
        "why-",
        "limit-",
        "time-",
        "fee-state-",
        "order-",
        "sign-v",
        "sign-w",
        "sign-l",
        "sign-u",
        "sign-c",
        "callback-",
        "form-",
        "conflict-",
        "hint-",
        "confirm-",
        "worker-",
        "journal-",
        "show-",
        "actor-",
        "event-part-",
        "event-declined",
        "line-",
        "invalid-",
    ];
    let mut found = BTreeSet::new();
    literals(&here.join("src/case"), &prefixes, &mut found);
    for dir in ["templates/case", "templates/journal"] {
        for entry in std::fs::read_dir(here.join(dir)).unwrap().flatten() {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            for call in ["p.t(\"", "p.t1(\"", "p.t2(\""] {
                found.extend(
                    text.split(call)
                        .skip(1)
                        .filter_map(|x| x.split('"').next())
                        .map(str::to_owned),
                );
            }
        }
    }
    found.retain(|k| !k.ends_with('-'));
    let mut missing = Vec::new();
    found.iter().for_each(|key| need(&mut missing, key));
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Every field of every form has a label: the names stand as literals in `fields`.
#[test]
fn every_field_has_a_label() {
    let text = [include_str!("fields.rs"), include_str!("corrections.rs")].concat();
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for call in ["self.f(\"", "coded(\"", "self.people(\"", "self.satisfaction(\""] {
        names.extend(text.split(call).skip(1).filter_map(|x| x.split('"').next()));
    }
    let mut missing = Vec::new();
    names
        .iter()
        .for_each(|n| need(&mut missing, &format!("case-f-{}", n.replace('_', "-"))));
    assert!(missing.is_empty(), "{missing:#?}");
}
