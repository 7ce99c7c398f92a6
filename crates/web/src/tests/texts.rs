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

/// Every file below a folder that ends so.
fn files(dir: &std::path::Path, end: &str, out: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, end, out);
        } else if path.to_string_lossy().ends_with(end) {
            out.push(path);
        }
    }
}

/// A key that no file has would stand on the page in brackets.
#[test]
fn every_text_that_a_page_names_is_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut all, mut asked) = (Vec::new(), BTreeSet::new());
    files(&root.join("templates"), ".html", &mut all);
    files(&root.join("src"), ".rs", &mut all);
    for file in all.iter().filter(|f| !f.components().any(|c| c.as_os_str() == "tests")) {
        let text = std::fs::read_to_string(file).unwrap();
        for call in [
            ".t(\"",
            ".t1(\"",
            ".t2(\"",
            " t(l, \"",
            "(t(l, \"",
            " tx(l, \"",
            "t(v.locale, \"",
            "tx(p.locale, \"",
        ] {
            for part in text.split(call).skip(1) {
                let Some((key, after)) = part.split_once('"') else {
                    continue;
                };
                // A key that is put together is looked for where its parts are.
                if after.starts_with([',', ')']) && !key.contains(['{', '}']) && key.contains('-') {
                    asked.insert(key.to_owned());
                }
            }
        }
    }
    assert!(asked.len() > 500, "{}", asked.len());
    let missing: Vec<_> = asked.iter().filter(|key| !l10n::has(Locale::Zh, key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
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

/// Lists and pairs are put together with the reader's own punctuation, which stands in the locale files.
#[test]
fn nothing_is_joined_with_the_punctuation_of_one_language() {
    fn look(dir: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                look(&path, found);
            } else if path.extension().is_some_and(|x| x == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                // The committed diagrams are Chinese documents.
                let chinese = path.ends_with("src/process.rs") || path.ends_with("tests/texts.rs");
                let bad = |line: &&str| {
                    let joins = ["、", "，", "；", "："].iter().any(|c| {
                        line.contains(&format!("join(\"{c}"))
                            || line.contains(&format!("}}{c}"))
                            || line.contains(&format!("{c}{{"))
                    });
                    joins && !line.trim_start().starts_with("//") && !chinese
                };
                found.extend(
                    text.lines()
                        .filter(bad)
                        .map(|l| format!("{}: {}", path.display(), l.trim())),
                );
            }
        }
    }
    let mut found = Vec::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    look(&root.join("src"), &mut found);
    assert!(found.is_empty(), "{found:#?}");
}
