//! Whatever the journal may hold has words in both languages.

use std::path::Path;

use app::ctx::Locale;

use crate::l10n::has;

/// The sources of the use cases, tests left out.
fn sources(dir: &Path, out: &mut String) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            sources(&path, out);
        } else if name.ends_with(".rs") && name != "journal.rs" {
            out.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_event_subject_and_way_has_words() {
    let all = domain::case::Fact::KINDS.iter().chain(domain::emergency::Fact::KINDS);
    let keys = (all.chain(app::journal::KINDS))
        .map(|k| format!("event-{k}"))
        .chain(app::journal::SUBJECTS.iter().map(|s| format!("subject-{s}")))
        .chain(["event-contact_attached".to_owned()]);
    let lacking: Vec<String> = keys
        .flat_map(|key| [(Locale::Zh, key.clone()), (Locale::En, key)])
        .filter(|(l, key)| !has(*l, key))
        .map(|(l, key)| format!("{} {key}", l.code()))
        .collect();
    assert!(lacking.is_empty(), "the journal has no words for {lacking:#?}");
}

#[test]
fn the_list_of_events_is_what_is_written() {
    let mut text = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/src"), &mut text);
    let unused: Vec<_> = app::journal::KINDS
        .iter()
        .filter(|k| !text.contains(&format!("\"{k}\"")))
        .collect();
    assert!(unused.is_empty(), "nobody writes {unused:?}");
    // The other way round: a kind or a subject that stands in a call. What is chosen elsewhere is caught when it is written.
    for (call, kind, subject) in [("now", 4, Some(2)), ("company", 4, Some(2)), ("append", 3, None)] {
        for (at, head) in text.match_indices(&format!("journal::{call}(")) {
            let args = arguments(&text[at + head.len()..]);
            let word = |n: usize| args.get(n).and_then(|a| a.strip_prefix('"')?.strip_suffix('"'));
            if let Some(k) = word(kind) {
                let known =
                    app::journal::KINDS.contains(&k) || (call != "company" && domain::case::Fact::KINDS.contains(&k));
                assert!(known, "{k} is not in journal::KINDS");
            }
            if let Some(s) = subject.and_then(word) {
                assert!(app::journal::SUBJECTS.contains(&s), "{s} is not in journal::SUBJECTS");
            }
        }
    }
}

/// The arguments of a call, from behind its bracket.
fn arguments(text: &str) -> Vec<String> {
    let (mut args, mut depth, mut quoted) = (vec![String::new()], 0, false);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted && depth == 0 => break,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                args.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = args.last_mut() {
            last.push(c);
        }
    }
    args.into_iter().map(|a| a.trim().to_owned()).collect()
}
