//! What is said: greetings, holding, transfer and closing in both languages (ETQ-1, ANS-2, ANS-8), and what a callback asks.
//! The desk shows them with the names filled in; nothing here speaks by itself.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::case::{Channel, Kind, Satisfaction};
use crate::codes::codes;
use crate::data_error::DataError;
use crate::fold::is_han;

codes! {
    /// When in the conversation.
    Moment {
        /// First words.
        Greeting = "greeting",
        /// Name, unit and phone are checked (ETQ-2, VIS-1).
        Verify = "verify",
        /// Before the caller is put on hold (ETQ-3, ANS-3).
        Hold = "hold",
        /// Back from hold.
        Resume = "resume",
        /// Before a transfer (ANS-6).
        Transfer = "transfer",
        /// A callback is promised (REC-8, CAL-3).
        Promise = "promise",
        /// The price is told (REC-13).
        Fee = "fee",
        /// Not our service: apology and referral (REC-12, CAL-8).
        OutOfScope = "out_of_scope",
        /// A complainant is calmed (CSM-2).
        Calm = "calm",
        /// A call for help (REC-17).
        Emergency = "emergency",
        /// Nothing about others is told (ANS-7).
        Privacy = "privacy",
        /// First words of an outgoing call (CAL-4).
        Outgoing = "outgoing",
        /// Last words: anything else, and thanks (ANS-8).
        Closing = "closing",
    }
}

codes! {
    /// Time of day, for the greeting.
    DayPart {
        /// 5:00 to 11:59.
        Morning = "morning",
        /// 12:00 to 17:59.
        Afternoon = "afternoon",
        /// 18:00 to 4:59.
        Evening = "evening",
    }
}

impl DayPart {
    /// Part of the day of an hour from 0 to 23 in the site's zone.
    #[must_use]
    pub const fn of_hour(hour: i8) -> Self {
        match hour {
            5..=11 => Self::Morning,
            12..=17 => Self::Afternoon,
            _ => Self::Evening,
        }
    }
}

/// One text to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Stays the same when the text changes.
    pub code: String,
    /// When in the conversation.
    pub moment: Moment,
    /// Channels it is for; empty: all.
    #[serde(default)]
    pub channels: Vec<Channel>,
    /// Time of day it is for; none: any.
    #[serde(default)]
    pub part: Option<DayPart>,
    /// Chinese, with `{name} {site} {staff} {unit}` where they are known.
    pub zh: String,
    /// English, with the same.
    pub en: String,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Yes or no.
    YesNo,
    /// The four steps: 很满意, 满意, 一般, 不满意.
    Satisfaction,
    /// Own words.
    Text,
}

/// One question of a callback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// `solved`, `satisfaction`, `attitude` …
    pub code: String,
    /// Kinds of case it is asked for; empty: all.
    #[serde(default)]
    pub kinds: Vec<Kind>,
    /// How it is answered.
    pub answer: Answer,
    /// A callback without it is not complete.
    #[serde(default)]
    pub required: bool,
    /// Chinese wording.
    pub zh: String,
    /// English wording.
    pub en: String,
}

/// One step of satisfaction in the words that are read out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Which step.
    pub code: Satisfaction,
    /// Chinese wording.
    pub zh: String,
    /// English wording.
    pub en: String,
}

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scripts {
    /// Version of the preset.
    pub version: String,
    /// Texts to say.
    pub scripts: Vec<Script>,
    /// Questions of a callback, in the order in which they are asked.
    pub questions: Vec<Question>,
    /// The four steps, best first.
    pub satisfaction: Vec<Step>,
}

/// What is filled in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fill<'a> {
    /// How the customer is addressed: 周女士.
    pub name: &'a str,
    /// The site: 滨江翠园.
    pub site: &'a str,
    /// Who speaks: 陈晓雯.
    pub staff: &'a str,
    /// The unit: 3 栋 1 单元 1201.
    pub unit: &'a str,
}

const PLACEHOLDERS: [&str; 4] = ["name", "site", "staff", "unit"];

impl Scripts {
    /// The texts for a moment, the most fitting first: made for this channel and time of day, then for either, then for any.
    #[must_use]
    pub fn pick(&self, moment: Moment, channel: Channel, part: DayPart) -> Vec<&Script> {
        let mut found: Vec<&Script> = self
            .scripts
            .iter()
            .filter(|s| s.moment == moment)
            .filter(|s| s.channels.is_empty() || s.channels.contains(&channel))
            .filter(|s| s.part.is_none_or(|p| p == part))
            .collect();
        found.sort_by_key(|s| (s.channels.is_empty(), s.part.is_none()));
        found
    }

    /// The questions for a kind of case, in order.
    pub fn questions_for(&self, kind: Kind) -> impl Iterator<Item = &Question> {
        self.questions
            .iter()
            .filter(move |q| q.kinds.is_empty() || q.kinds.contains(&kind))
    }
}

/// Fills the names in. What is not known yet is left out together with the space before it; nothing is filled in twice.
#[must_use]
pub fn fill(text: &str, with: Fill<'_>) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((key, tail)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            break;
        };
        let value = match key {
            "name" => with.name,
            "site" => with.site,
            "staff" => with.staff,
            "unit" => with.unit,
            _ => "",
        };
        if value.is_empty() {
            out.truncate(out.trim_end_matches(' ').len());
        }
        out.push_str(value);
        rest = tail;
        // Nobody to address: the sentence begins after the comma.
        if key == "name" && value.is_empty() && out.is_empty() {
            rest = tail
                .strip_prefix('，')
                .or_else(|| tail.strip_prefix(", "))
                .unwrap_or(tail);
        }
    }
    out.push_str(rest);
    let nameless = with.name.is_empty() && text.starts_with("{name}");
    match out.chars().next() {
        Some(first) if nameless && first.is_ascii_lowercase() => {
            out.replace_range(..1, &first.to_ascii_uppercase().to_string());
            out
        }
        _ => out,
    }
}

/// Reads and checks a file of scripts.
///
/// # Errors
/// [`DataError`] with the code of the entry that is wrong: an empty text, a wrong language, an unknown placeholder, a code used twice.
pub fn parse(json: &str) -> Result<Scripts, DataError> {
    let file: Scripts = serde_json::from_str(json)?;
    let mut codes = HashSet::new();
    let texts = file
        .scripts
        .iter()
        .map(|s| (&s.code, &s.zh, &s.en))
        .chain(file.questions.iter().map(|q| (&q.code, &q.zh, &q.en)));
    for (code, zh, en) in texts {
        if code.trim().is_empty() || !codes.insert(code.as_str()) {
            return Err(DataError::at(code, "the code is empty or used twice"));
        }
        if !zh.chars().any(is_han) {
            return Err(DataError::at(code, "no Chinese text"));
        }
        if en.trim().is_empty() || en.chars().any(is_han) {
            return Err(DataError::at(code, "no English text"));
        }
        for text in [zh, en] {
            for piece in text.split('{').skip(1) {
                let key = piece.split_once('}').map(|(key, _)| key).unwrap_or(piece);
                if !PLACEHOLDERS.contains(&key) {
                    return Err(DataError::at(code, format!("unknown placeholder {key:?}")));
                }
            }
        }
    }
    if !file
        .satisfaction
        .iter()
        .map(|s| s.code)
        .eq(Satisfaction::ALL.iter().copied())
    {
        return Err(DataError::at(
            "satisfaction",
            "the four steps must be there once each, best first",
        ));
    }
    if let Some(step) = file
        .satisfaction
        .iter()
        .find(|s| s.zh.trim().is_empty() || s.en.trim().is_empty())
    {
        return Err(DataError::at(step.code.as_str(), "every field must be filled in"));
    }
    Ok(file)
}

/// The scripts that new sites begin with.
///
/// # Errors
/// None in a tested build; see [`parse`].
pub fn default_scripts() -> Result<Scripts, DataError> {
    parse(include_str!("../../../standards/scripts.json"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STEPS: &str = r#"{"code":"very_satisfied","zh":"很满意","en":"Very satisfied"},{"code":"satisfied","zh":"满意","en":"Satisfied"},
        {"code":"neutral","zh":"一般","en":"Neutral"},{"code":"dissatisfied","zh":"不满意","en":"Dissatisfied"}"#;

    #[test]
    fn shipped() {
        let file = default_scripts().unwrap();
        for moment in Moment::ALL {
            for channel in Channel::ALL
                .iter()
                .filter(|c| matches!(c, Channel::Phone | Channel::Visit | Channel::Online))
            {
                for part in DayPart::ALL {
                    assert!(
                        !file.pick(*moment, *channel, *part).is_empty(),
                        "{moment} {channel} {part}"
                    );
                }
            }
        }
        for kind in Kind::ALL {
            let codes: Vec<&str> = file.questions_for(*kind).map(|q| q.code.as_str()).collect();
            assert!(
                codes.contains(&"solved") && codes.contains(&"satisfaction"),
                "{kind}: {codes:?}"
            );
        }
        let greeting = file.pick(Moment::Greeting, Channel::Phone, DayPart::Morning);
        let with = Fill {
            name: "周女士",
            site: "滨江翠园",
            staff: "陈晓雯",
            unit: "",
        };
        let text = fill(&greeting[0].zh, with);
        assert!(
            text.contains("早上好") && text.contains("滨江翠园") && text.contains("陈晓雯") && !text.contains('{'),
            "{text}"
        );
        assert!(greeting[0].en.starts_with("Good morning"));
    }

    #[test]
    fn filling() {
        let with = Fill {
            name: "Ms Zhou",
            site: "{staff}",
            staff: "Chen",
            unit: "",
        };
        assert_eq!(
            fill("Hello {name}, {site} here, {staff}.", with),
            "Hello Ms Zhou, {staff} here, Chen."
        );
        assert_eq!(fill("Is it {unit}?", with), "Is it?");
        assert_eq!(fill("a { b", with), "a { b");
    }

    #[test]
    fn times_of_day() {
        for (hour, part) in [
            (0, "evening"),
            (4, "evening"),
            (5, "morning"),
            (11, "morning"),
            (12, "afternoon"),
            (17, "afternoon"),
            (18, "evening"),
        ] {
            assert_eq!(DayPart::of_hour(hour).as_str(), part);
        }
    }

    #[test]
    fn refused() {
        let file = |s: &str| format!(r#"{{"version":"1","scripts":[{s}],"questions":[],"satisfaction":[{STEPS}]}}"#);
        let good = r#"{"code":"a","moment":"greeting","zh":"您好{name}","en":"Hello {name}"}"#;
        assert!(parse(&file(good)).is_ok());
        for (from, to, reason) in [
            ("Hello {name}", "Hello {nmae}", "a: unknown placeholder \"nmae\""),
            ("您好{name}", "Hi", "a: no Chinese text"),
            ("Hello {name}", "您好", "a: no English text"),
        ] {
            assert_eq!(parse(&file(&good.replace(from, to))).unwrap_err().to_string(), reason);
        }
        assert!(parse(&file(&format!("{good},{good}"))).is_err());
        assert!(parse(&file(&good.replace("greeting", "hello"))).is_err());
        assert_eq!(
            parse(&file(good).replace("\"neutral\"", "\"satisfied\""))
                .unwrap_err()
                .place,
            "satisfaction"
        );
    }

    proptest! {
        #[test]
        fn never_panics(text in "[a-z{} ]{0,30}", name in ".{0,6}") {
            let _ = fill(&text, Fill { name: &name, ..Fill::default() });
        }
    }
}
