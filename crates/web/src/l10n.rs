//! Every text a person reads, in Chinese and English, from `locales/<lang>/*.ftl`. A text is a key in both languages;
//! a test compares the two sets and looks for keys that templates use and no file has.

use std::collections::HashMap;
use std::sync::LazyLock;

use app::ctx::Locale;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

include!(concat!(env!("OUT_DIR"), "/locales.rs"));

struct Language {
    bundle: FluentBundle<FluentResource>,
    /// Texts without placeholders, resolved once.
    plain: HashMap<String, String>,
}

static ZH: LazyLock<Language> = LazyLock::new(|| load("zh", ZH_FILES));
static EN: LazyLock<Language> = LazyLock::new(|| load("en", EN_FILES));

fn load(lang: &str, files: &[(&str, &str)]) -> Language {
    let id: unic_langid::LanguageIdentifier = if lang == "zh" { "zh-CN" } else { "en" }.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // The marks that isolate writing directions would show up in copied text and in tests; both languages run left to right.
    bundle.set_use_isolating(false);
    let mut keys = Vec::new();
    for (name, text) in files {
        let res = match FluentResource::try_new((*text).to_owned()) {
            Ok(r) => r,
            Err((r, errors)) => {
                tracing::error!(file = name, ?errors, "locale file has errors");
                r
            }
        };
        keys.extend(text.lines().filter_map(key_of).map(str::to_owned));
        if let Err(errors) = bundle.add_resource(res) {
            tracing::error!(file = name, ?errors, "locale keys are defined twice");
        }
    }
    let mut plain = HashMap::new();
    for key in keys {
        if let Some(p) = bundle.get_message(&key).and_then(|m| m.value()) {
            let mut errors = Vec::new();
            let text = bundle.format_pattern(p, None, &mut errors).into_owned();
            if errors.is_empty() {
                plain.insert(key, text);
            }
        }
    }
    Language { bundle, plain }
}

/// The key that a line of a locale file defines, if it defines one.
fn key_of(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    let key = key.trim_end();
    let ok = key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    ok.then_some(key)
}

/// A value for a placeholder.
pub type Arg<'a> = (&'a str, &'a str);

fn language(locale: Locale) -> &'static Language {
    match locale {
        Locale::Zh => &ZH,
        Locale::En => &EN,
    }
}

/// The text of `key`. A key without a text shows as itself in brackets, and fails the tests.
pub fn t(locale: Locale, key: &str) -> String {
    tx(locale, key, &[])
}

/// Whether `key` has a text in this language.
pub fn has(locale: Locale, key: &str) -> bool {
    language(locale).bundle.has_message(key)
}

/// The text of `key` with its placeholders filled in. Whole numbers are passed as numbers, so that plurals work.
pub fn tx(locale: Locale, key: &str, args: &[Arg<'_>]) -> String {
    let lang = language(locale);
    if let Some(text) = lang.plain.get(key) {
        return text.clone();
    }
    let Some(pattern) = lang.bundle.get_message(key).and_then(|m| m.value()) else {
        tracing::error!(key, "no text for this key");
        return format!("[{key}]");
    };
    let mut fluent = FluentArgs::new();
    for (name, value) in args {
        // A leading zero or a long run of digits is a number of something (a room, an order), not a quantity.
        let quantity = value.len() < 7 && (*value == "0" || !value.starts_with('0'));
        match value.parse::<i32>() {
            Ok(n) if quantity => fluent.set(*name, FluentValue::from(n)),
            _ => fluent.set(*name, FluentValue::from((*value).to_owned())),
        }
    }
    let mut errors = Vec::new();
    let text = lang
        .bundle
        .format_pattern(pattern, Some(&fluent), &mut errors)
        .into_owned();
    if !errors.is_empty() {
        tracing::error!(key, ?errors, "text could not be filled in");
    }
    text
}

/// All keys of a language, for the tests and for the browser's own texts.
pub fn keys(locale: Locale) -> Vec<&'static str> {
    let files = match locale {
        Locale::Zh => ZH_FILES,
        Locale::En => EN_FILES,
    };
    files
        .iter()
        .flat_map(|(_, text)| text.lines().filter_map(key_of))
        .collect()
}

/// The text in the reader's language, the other one where it is missing.
pub fn pick<'a>(en: bool, zh: &'a str, other: &'a str) -> &'a str {
    if (en && !other.is_empty()) || zh.is_empty() {
        other
    } else {
        zh
    }
}
