//! The texts as a whole: each key once, the same keys in both languages, and everything that the browser's script asks for.

use std::collections::BTreeSet;

use app::ctx::Locale;

use crate::l10n;
use crate::page::SCRIPT_TEXTS;

#[test]
fn no_key_stands_twice_and_none_in_one_language_only() {
    let [zh, en] = [Locale::Zh, Locale::En].map(|l| {
        let all = l10n::keys(l);
        let once: BTreeSet<&str> = all.iter().copied().collect();
        let mut seen = BTreeSet::new();
        let twice: Vec<_> = all.iter().filter(|k| !seen.insert(**k)).collect();
        assert!(twice.is_empty(), "{l:?}: {twice:?}");
        once
    });
    let odd: Vec<_> = zh.symmetric_difference(&en).collect();
    assert!(odd.is_empty(), "{odd:?}");
}

/// A name that the page does not carry is an empty text on the screen.
#[test]
fn the_script_finds_every_text_it_asks_for() {
    let script = concat!(
        include_str!("../../assets/app.js"),
        include_str!("../../assets/sign.js")
    );
    let mut asked: BTreeSet<String> = BTreeSet::new();
    for part in script
        .split(" t('")
        .chain(script.split("(t('"))
        .chain(script.split("!t('"))
        .skip(1)
    {
        let Some(name) = part.split('\'').next() else { continue };
        if part[name.len()..].starts_with("')") || part[name.len()..].starts_with("',") {
            asked.insert(name.to_owned());
        }
    }
    let families: [(&str, &[&str]); 5] = [
        ("left", &["d", "hm", "m"]),
        ("over", &["d", "hm", "m"]),
        ("draft", &["saving", "saved", "offline", "failed", "restored"]),
        ("upload", &["queued", "sending", "failed", "refused", "done"]),
        ("privacy", &["id", "card"]),
    ];
    for (family, members) in families {
        asked.extend(members.iter().map(|m| format!("{family}-{m}")));
    }
    assert!(asked.contains("copied") && asked.contains("lock-warning"), "{asked:?}");
    let missing: Vec<_> = asked.iter().filter(|k| !SCRIPT_TEXTS.contains(&k.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
    for key in SCRIPT_TEXTS {
        assert!(l10n::has(Locale::Zh, &format!("js-{key}")), "js-{key}");
    }
}
