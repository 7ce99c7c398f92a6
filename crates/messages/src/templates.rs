//! Texts sent to residents (ETQ-7), read from `standards/message-templates.json` and checked when they are read; and
//! how times and money are written in them.

use crate::placeholder::{self, Piece};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::LazyLock;

/// Longest text, characters without the values: four parts of an SMS.
const MAX_CHARS: usize = 280;

static SHIPPED: LazyLock<Option<Templates>> =
    LazyLock::new(|| Templates::parse(include_str!("../../../standards/message-templates.json")).ok());

/// The templates that come with the product. `None` only if the shipped file is broken, which a test excludes.
pub fn shipped() -> Option<&'static Templates> {
    SHIPPED.as_ref()
}

/// What kind of value a placeholder takes; the caller writes it, see [`time_words`] and [`money_words`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParamKind {
    /// Free words.
    Text,
    /// Number of a case.
    Number,
    /// What a person is called, such as 王师傅.
    Person,
    /// A time in words.
    Time,
    /// An amount in words.
    Money,
    /// A link.
    Link,
    /// A confirmation code.
    Code,
    /// A number of minutes.
    Minutes,
    /// A phone number of the company.
    Phone,
}

impl ParamKind {
    /// A value to show in previews; `lang` is `zh` or `en`.
    pub fn sample(self, lang: &str) -> &'static str {
        match (self, lang) {
            (Self::Text, "en") => "water leaks in the kitchen",
            (Self::Text, _) => "厨房漏水",
            (Self::Number, _) => "BX-20261121-0037",
            (Self::Person, "en") => "Mr Wang",
            (Self::Person, _) => "王师傅",
            (Self::Time, "en") => "14:42 on 21 November",
            (Self::Time, _) => "11月21日 14:42",
            (Self::Money, _) => "¥75.00",
            (Self::Link, _) => "https://example.com/f/7k2m9",
            (Self::Code, _) => "402917",
            (Self::Minutes, _) => "10",
            (Self::Phone, _) => "400-000-0000",
        }
    }
}

/// A set of templates by their codes.
#[derive(Clone, Debug)]
pub struct Templates {
    all: BTreeMap<String, Template>,
}

/// One template in both languages.
#[derive(Clone, Debug)]
pub struct Template {
    about: String,
    required: BTreeMap<String, ParamKind>,
    optional: BTreeMap<String, ParamKind>,
    stale_after_min: Option<u32>,
    zh: Words,
    en: Words,
}

#[derive(Clone, Debug)]
struct Words {
    subject: String,
    parts: Vec<Part>,
}

/// A stretch of text that stands always, or only when all its values are known.
#[derive(Clone, Debug)]
struct Part {
    text: String,
    optional: bool,
}

/// A filled template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// A short heading, for e-mail; the same for everybody.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// What is wrong with a file of templates or with filling one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateError {
    /// Not the JSON that is expected.
    Json(String),
    /// A template (code, language) breaks a rule.
    Rule {
        /// Code of the template.
        template: String,
        /// `zh`, `en`, or empty for both.
        lang: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// There is no such template.
    Unknown(String),
    /// A required value is not given, or a value is given that the template does not know; its name.
    Param(String),
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(problem) => write!(f, "templates: {problem}"),
            Self::Rule {
                template,
                lang,
                problem,
            } => write!(f, "template {template} {lang}: {problem}"),
            Self::Unknown(code) => write!(f, "no template {code}"),
            Self::Param(name) => write!(f, "template value {name}"),
        }
    }
}

impl std::error::Error for TemplateError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    version: u32,
    #[serde(default, rename = "about")]
    _about: String,
    templates: BTreeMap<String, RawTemplate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTemplate {
    #[serde(default)]
    about: String,
    required: BTreeMap<String, ParamKind>,
    optional: BTreeMap<String, ParamKind>,
    #[serde(default)]
    stale_after_min: Option<u32>,
    zh: RawWords,
    en: RawWords,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWords {
    subject: String,
    text: String,
}

impl Templates {
    /// Reads and checks a file of templates.
    ///
    /// Checked are: every placeholder is declared, every declared one is used in both languages, optional ones stand in
    /// `[ … ]` and required ones (also) outside, links are followed by a space or the end, the length, and the wording:
    /// no exclamation marks, Chinese says 您 and uses full-width punctuation.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn parse(json: &str) -> Result<Self, TemplateError> {
        let raw: RawFile = serde_json::from_str(json).map_err(|e| TemplateError::Json(e.to_string()))?;
        if raw.version != 1 {
            return Err(TemplateError::Json(format!("version {}", raw.version)));
        }
        let all = raw
            .templates
            .into_iter()
            .map(|(code, raw)| Ok((code.clone(), Template::check(&code, raw)?)));
        Ok(Self {
            all: all.collect::<Result<_, TemplateError>>()?,
        })
    }

    /// The template of this code.
    pub fn get(&self, code: &str) -> Option<&Template> {
        self.all.get(code)
    }

    /// All templates with their codes, in the order of the codes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Template)> {
        self.all.iter().map(|(code, template)| (code.as_str(), template))
    }

    /// Fills a template. `lang` is `zh` or `en`; any other language gets `zh`.
    ///
    /// # Errors
    /// An unknown code, a missing required value, or a value with a name that the template does not know.
    pub fn render(&self, code: &str, lang: &str, params: &BTreeMap<String, String>) -> Result<Rendered, TemplateError> {
        let template = self.get(code).ok_or_else(|| TemplateError::Unknown(code.to_owned()))?;
        template.render(lang, params)
    }
}

impl Template {
    /// What it is for, in English.
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Values that must be given.
    pub fn required(&self) -> &BTreeMap<String, ParamKind> {
        &self.required
    }

    /// Values that may be given.
    pub fn optional(&self) -> &BTreeMap<String, ParamKind> {
        &self.optional
    }

    /// How long after it was written the message still makes sense, milliseconds.
    pub fn stale_after_ms(&self) -> Option<i64> {
        self.stale_after_min.map(|minutes| i64::from(minutes) * 60_000)
    }

    fn words(&self, lang: &str) -> &Words {
        if lang == "en" { &self.en } else { &self.zh }
    }

    fn render(&self, lang: &str, params: &BTreeMap<String, String>) -> Result<Rendered, TemplateError> {
        let declared = |name: &String| self.required.contains_key(name) || self.optional.contains_key(name);
        if let Some(stranger) = params.keys().find(|name| !declared(name)) {
            return Err(TemplateError::Param(stranger.clone()));
        }
        let value = |name: &str| params.get(name).map(|v| one_line(v)).filter(|v| !v.is_empty());
        let words = self.words(lang);
        let mut text = String::new();
        for part in &words.parts {
            match placeholder::fill(&part.text, value, |v| v) {
                Ok(filled) => text.push_str(&filled),
                Err(_) if part.optional => {}
                Err(name) => return Err(TemplateError::Param(name)),
            }
        }
        Ok(Rendered {
            subject: words.subject.clone(),
            text,
        })
    }

    /// The text with sample values in place of all placeholders.
    pub fn sample(&self, lang: &str) -> String {
        let all = self.required.iter().chain(&self.optional);
        let params = all
            .map(|(name, kind)| (name.clone(), kind.sample(lang).to_owned()))
            .collect();
        self.render(lang, &params)
            .map(|rendered| rendered.text)
            .unwrap_or_default()
    }

    fn check(code: &str, raw: RawTemplate) -> Result<Self, TemplateError> {
        let rule = |lang, problem: String| TemplateError::Rule {
            template: code.to_owned(),
            lang,
            problem,
        };
        let name_ok = |name: &String| placeholder::names(&format!("{{{name}}}")).eq([name.as_str()]);
        if let Some(name) = raw
            .required
            .keys()
            .chain(raw.optional.keys())
            .find(|name| !name_ok(name))
        {
            return Err(rule("", format!("{name} is not a name")));
        }
        if let Some(twice) = raw.required.keys().find(|name| raw.optional.contains_key(*name)) {
            return Err(rule("", format!("{twice} is both required and optional")));
        }
        let check = |lang, words: &RawWords| {
            check_words(&raw.required, &raw.optional, lang, words).map_err(|problem| rule(lang, problem))
        };
        let (zh, en) = (check("zh", &raw.zh)?, check("en", &raw.en)?);
        Ok(Self {
            about: raw.about,
            required: raw.required,
            optional: raw.optional,
            stale_after_min: raw.stale_after_min,
            zh,
            en,
        })
    }
}

fn check_words(
    required: &BTreeMap<String, ParamKind>,
    optional: &BTreeMap<String, ParamKind>,
    lang: &str,
    words: &RawWords,
) -> Result<Words, String> {
    if words.subject.is_empty() || placeholder::names(&words.subject).next().is_some() {
        return Err("the subject is empty or has placeholders".to_owned());
    }
    let parts = split(&words.text)?;
    let (mut always, mut sometimes) = (BTreeSet::new(), BTreeSet::new());
    let mut pieces = Vec::new();
    for part in &parts {
        let used = placeholder::names(&part.text);
        if part.optional {
            sometimes.extend(used)
        } else {
            always.extend(used)
        }
        pieces.extend(placeholder::pieces(&part.text));
        if part.optional && !placeholder::names(&part.text).any(|name| optional.contains_key(name)) {
            return Err("[ … ] without an optional value".to_owned());
        }
    }
    let undeclared = |name: &&&str| !required.contains_key(**name) && !optional.contains_key(**name);
    if let Some(name) = always.iter().chain(&sometimes).find(undeclared) {
        return Err(format!("{{{name}}} is not declared"));
    }
    if let Some(name) = required.keys().find(|name| !always.contains(name.as_str())) {
        return Err(format!("{{{name}}} is required but can be left out"));
    }
    if let Some(name) = optional
        .keys()
        .find(|name| !sometimes.contains(name.as_str()) || always.contains(name.as_str()))
    {
        return Err(format!("{{{name}}} is optional and belongs in [ … ] only"));
    }
    for (i, piece) in pieces.iter().enumerate() {
        let Piece::Name(name) = piece else { continue };
        let is_link = required.get(*name).or_else(|| optional.get(*name)) == Some(&ParamKind::Link);
        let next_ok = match pieces.get(i + 1) {
            None => true,
            Some(Piece::Text(text)) => text.starts_with(char::is_whitespace),
            Some(Piece::Name(_)) => false,
        };
        if is_link && !next_ok {
            return Err(format!("{{{name}}} is a link: a space or the end must follow"));
        }
    }
    check_wording(lang, &words.subject, &words.text)?;
    Ok(Words {
        subject: words.subject.clone(),
        parts,
    })
}

fn check_wording(lang: &str, subject: &str, text: &str) -> Result<(), String> {
    if subject.chars().chain(text.chars()).any(|c| matches!(c, '!' | '！')) {
        return Err("no exclamation marks".to_owned());
    }
    if text.chars().count() > MAX_CHARS {
        return Err(format!("longer than {MAX_CHARS} characters"));
    }
    if text.contains(['\n', '\r']) || subject.contains(['\n', '\r']) {
        return Err("one paragraph only".to_owned());
    }
    if lang == "zh" {
        if !text.contains('您') {
            return Err("您 is missing".to_owned());
        }
        if text.contains([',', ';', '?', '(', ')']) {
            return Err("Chinese takes full-width punctuation".to_owned());
        }
    }
    Ok(())
}

fn split(text: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (always, tail) = rest.split_once('[').unwrap_or((rest, ""));
        if always.contains(']') {
            return Err("] without [".to_owned());
        }
        parts.push(Part {
            text: always.to_owned(),
            optional: false,
        });
        if always.len() == rest.len() {
            break;
        }
        let (inner, after) = tail.split_once(']').ok_or("[ without ]")?;
        if inner.contains('[') {
            return Err("[ within [".to_owned());
        }
        parts.push(Part {
            text: inner.to_owned(),
            optional: true,
        });
        rest = after;
    }
    parts.retain(|part| !part.text.is_empty());
    Ok(parts)
}

/// Values are words of people: line breaks and control characters become spaces.
fn one_line(value: &str) -> String {
    let spaced: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.trim().to_owned()
}

/// Heading of an e-mail of this template, or a general one.
pub(crate) fn subject_or_default(code: &str, lang: &str) -> String {
    let general = if lang == "en" {
        "Message from your property service"
    } else {
        "物业服务通知"
    };
    let subject = shipped()
        .and_then(|all| all.get(code))
        .map(|template| template.words(lang).subject.as_str());
    subject.unwrap_or(general).to_owned()
}

/// A time as residents read it, in the site's zone: `14:42` today, `11月21日 14:42` on another day, with the year when it is
/// another one; English `14:42`, `14:42 on 21 November`, `14:42 on 3 January 2027`. Both times are unix milliseconds UTC.
/// Empty if a time is outside what a calendar holds.
pub fn time_words(at_ms: i64, now_ms: i64, zone: &jiff::tz::TimeZone, lang: &str) -> String {
    let local = |ms| jiff::Timestamp::from_millisecond(ms).map(|t| t.to_zoned(zone.clone()));
    let (Ok(at), Ok(now)) = (local(at_ms), local(now_ms)) else {
        return String::new();
    };
    let (same_day, same_year) = (at.date() == now.date(), at.year() == now.year());
    let pattern = match (lang, same_day, same_year) {
        (_, true, _) => "%H:%M",
        ("en", _, true) => "%H:%M on %-d %B",
        ("en", _, false) => "%H:%M on %-d %B %Y",
        (_, _, true) => "%-m月%-d日 %H:%M",
        (_, _, false) => "%Y年%-m月%-d日 %H:%M",
    };
    at.strftime(pattern).to_string()
}

/// An amount of money in cents as people read it: `¥75.00`.
pub fn money_words(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    format!("{sign}¥{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const CODES: [&str; 11] = [
        "bulletin",
        "callback",
        "closed",
        "code",
        "dispatched",
        "done",
        "extension",
        "quote",
        "registered",
        "reopened",
        "waiting",
    ];

    fn params(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    fn parsed(zh: &str, en: &str) -> Result<Templates, TemplateError> {
        let file = json!({ "version": 1, "templates": { "t": {
            "required": { "number": "number" }, "optional": { "link": "link" },
            "zh": { "subject": "主题", "text": zh }, "en": { "subject": "Subject", "text": en },
        }}});
        Templates::parse(&file.to_string())
    }

    #[test]
    fn the_shipped_file_is_sound() {
        let all = Templates::parse(include_str!("../../../standards/message-templates.json")).unwrap();
        assert_eq!(all.iter().map(|(code, _)| code).collect::<Vec<_>>(), CODES);
        let jargon = [
            "工单",
            "派单",
            "事件",
            "回访",
            "闭环",
            "办结",
            "业主",
            "SLA",
            "ticket",
            "case",
            "work order",
            "dispatch",
        ];
        for (code, template) in all.iter() {
            for lang in ["zh", "en"] {
                let text = template.sample(lang);
                assert!(!text.contains(['{', '}', '[', ']']), "{code} {lang}: {text}");
                assert!(!text.contains("  ") && text == text.trim(), "{code} {lang}: {text}");
                for word in jargon {
                    assert!(
                        !text.to_lowercase().contains(&word.to_lowercase()),
                        "{code} {lang}: {word}"
                    );
                }
                let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
                assert_eq!(text.contains(han), lang == "zh", "{code} {lang}: one language only");
                let required: BTreeMap<_, _> = template
                    .required()
                    .iter()
                    .map(|(n, k)| (n.clone(), k.sample(lang).to_owned()))
                    .collect();
                let short = all.render(code, lang, &required).unwrap().text;
                assert!(!short.contains("  ") && short == short.trim(), "{code} {lang}: {short}");
            }
        }
        assert!(shipped().is_some());
    }

    #[test]
    fn texts_read_well() {
        let all = shipped().unwrap();
        let full = params(&[
            ("number", "BX-20261121-0037"),
            ("promised", "11月21日 14:42"),
            ("matter", "厨房漏水"),
            ("link", "https://example.com/f/7k2m9"),
        ]);
        assert_eq!(
            all.render("registered", "zh", &full).unwrap().text,
            "您好，您反映的事项“厨房漏水”已登记，编号 BX-20261121-0037。我们会在 11月21日 14:42 前给您答复。查看进展：https://example.com/f/7k2m9"
        );
        let bare = params(&[("number", "BX-20261121-0037"), ("promised", "14:42"), ("link", "")]);
        assert_eq!(
            all.render("registered", "en", &bare).unwrap().text,
            "Hello. We have noted what you told us. Your reference number is BX-20261121-0037. We will get back to you by 14:42."
        );
    }

    #[test]
    fn values_are_checked_and_never_filled_again() {
        let all = shipped().unwrap();
        let missing = params(&[("number", "1")]);
        assert_eq!(
            all.render("registered", "zh", &missing),
            Err(TemplateError::Param("promised".into()))
        );
        let stranger = params(&[("number", "1"), ("promised", "1"), ("phone", "1")]);
        assert_eq!(
            all.render("registered", "zh", &stranger),
            Err(TemplateError::Param("phone".into()))
        );
        assert_eq!(
            all.render("nothing", "zh", &missing),
            Err(TemplateError::Unknown("nothing".into()))
        );
        let sly = params(&[("number", "1"), ("promised", "1"), ("matter", "a\r\nBcc: {number}[x]")]);
        assert!(
            all.render("registered", "en", &sly)
                .unwrap()
                .text
                .contains("told us: a  Bcc: {number}[x].")
        );
    }

    #[test]
    fn broken_rules_are_found() {
        let good_en = "Number {number}.[ {link}]";
        assert!(parsed("您的编号 {number}。[查看：{link}]", good_en).is_ok());
        for (zh, problem) in [
            ("您的编号 {number}。", "{link} is optional"),
            ("您的编号 {number}：{link}", "{link} is optional"),
            ("您的编号[{number}]。[{link}]", "without an optional value"),
            ("您的编号。[{number}，{link}]", "{number} is required"),
            ("您的编号 {number}，{other}。[{link}]", "{other} is not declared"),
            ("您的编号 {number}。[查看 {link}。]", "a space or the end"),
            ("您的编号 {number}。[查看 {link}]谢谢", "a space or the end"),
            ("编号 {number}。[{link}]", "您"),
            ("您的编号 {number}！[{link}]", "exclamation"),
            ("您的编号,{number}。[{link}]", "full-width"),
            ("您的编号 {number}。[{link}", "[ without ]"),
            ("您的编号 {number}。{link}]", "] without ["),
            ("您的编号 {number}。[[{link}]]", "[ within ["),
            ("您的编号\n{number}。[{link}]", "one paragraph"),
        ] {
            let found = parsed(zh, good_en).unwrap_err().to_string();
            assert!(found.contains(problem) && found.contains("zh"), "{zh}: {found}");
        }
        assert!(matches!(
            parsed("您 {number}[{link}]", &format!("{}{good_en}", "x".repeat(300))),
            Err(TemplateError::Rule { lang: "en", .. })
        ));
        assert!(matches!(Templates::parse("{}"), Err(TemplateError::Json(_))));
    }

    #[test]
    fn times_and_money() {
        let zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
        let ms = |s: &str| s.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let now = ms("2026-11-21T10:42:00+08:00");
        let words = |at: &str, lang| time_words(ms(at), now, &zone, lang);
        assert_eq!(words("2026-11-21T14:42:00+08:00", "zh"), "14:42");
        assert_eq!(words("2026-11-22T09:05:00+08:00", "zh"), "11月22日 09:05");
        assert_eq!(words("2026-12-31T16:30:00Z", "zh"), "2027年1月1日 00:30");
        assert_eq!(words("2026-11-22T09:05:00+08:00", "en"), "09:05 on 22 November");
        assert_eq!(words("2027-01-03T09:05:00+08:00", "en"), "09:05 on 3 January 2027");
        assert_eq!(time_words(i64::MAX, now, &zone, "zh"), "");
        assert_eq!(
            (money_words(7_500), money_words(5), money_words(-120)),
            ("¥75.00".into(), "¥0.05".into(), "-¥1.20".into())
        );
    }
}
