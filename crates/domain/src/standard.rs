//! The service standard (服务标准): which clocks a case gets and how long they are. Durations live in its file, not in code.
//!
//! A line says for which cases it speaks (kind, importance, urgency, item prefixes; what is not named is any) and which clocks
//! it sets. For each clock the most specific line wins: the longest item prefix first, then the most criteria.

use serde::Deserialize;

use crate::case::{Importance, Kind, Urgency};
use crate::clock::{ClockCode, Limit, WaitReason};
use crate::desk_rules::DeskRules;
use crate::ladder::{self, Rung, RungFile};
use crate::time::calendars;

/// The standard a site works by, read from its file and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standard {
    version: String,
    lines: Vec<Line>,
    callback: CallbackRule,
    longest_wait_ms: i64,
    desk: DeskRules,
    ladder: Vec<Rung>,
}

/// When a callback may be given up as unreachable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallbackRule {
    /// Attempts without success that are needed, 1 to 20.
    pub attempts: u32,
    /// Least time between two attempts that both count (ms).
    pub spacing_ms: i64,
}

/// One clock that the standard asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRule {
    pub code: ClockCode,
    pub limit: Limit,
    pub clause: String,
    pub pausable: Vec<WaitReason>,
    /// Pauses beyond this total (ms) count again.
    pub max_pause_ms: Option<i64>,
    /// Code of the working calendar; only for limits in working time and days of a calendar.
    pub calendar: Option<String>,
    /// Who is told when: the rule's own ladder, or the file's.
    pub ladder: Vec<Rung>,
    /// The duration is a habit of the trade; the clause asks for the step, not for the time.
    pub habit: bool,
}

/// For which cases (what is not named is any) which clocks are set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub kinds: Vec<Kind>,
    pub importance: Vec<Importance>,
    pub urgency: Vec<Urgency>,
    pub items: Vec<String>,
    pub clocks: Vec<ClockRule>,
}

/// What is wrong with a standard's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandardError {
    /// Where: `lines[3].clocks[0].limit`, or empty for the whole file.
    pub path: String,
    /// What, in English, for an administrator.
    pub message: String,
}

impl std::fmt::Display for StandardError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

impl std::error::Error for StandardError {}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    callback: CallbackFile,
    /// Days; a wait has to be looked at again by then.
    longest_wait_days: Option<u32>,
    /// Consultation, calls back, first answers, more time.
    #[serde(default)]
    desk: DeskRules,
    /// Who is told when, for clocks that have no ladder of their own.
    #[serde(default)]
    ladder: Vec<RungFile>,
    lines: Vec<LineFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CallbackFile {
    unreachable_after_attempts: u32,
    attempt_spacing: Limit,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineFile {
    #[serde(default)]
    kinds: Vec<Kind>,
    #[serde(default)]
    importance: Vec<Importance>,
    #[serde(default)]
    urgency: Vec<Urgency>,
    #[serde(default)]
    items: Vec<String>,
    clocks: Vec<ClockFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockFile {
    code: ClockCode,
    limit: Limit,
    clause: String,
    #[serde(default)]
    pausable: Vec<WaitReason>,
    max_pause: Option<Limit>,
    /// `office` or `desk`.
    calendar: Option<String>,
    /// Instead of the file's own ladder; empty: nobody is told.
    ladder: Option<Vec<RungFile>>,
    #[serde(default)]
    habit: bool,
}

/// How long work may wait for one reason where the file does not say.
const LONGEST_WAIT_DAYS: u32 = 90;

/// The longest limit that makes sense: a year.
const LONGEST_MS: i64 = 366 * 86_400_000;

impl Standard {
    /// The standard shipped with the product (STD-1, 2, 3, 6, 15, 16, CSM-3, REC-8).
    ///
    /// # Errors
    /// Never for the file as shipped; a test reads it.
    pub fn shipped() -> Result<Self, StandardError> {
        Self::parse(include_str!("../../../standards/service-standard.json"))
    }

    /// Reads a standard's file.
    ///
    /// # Errors
    /// Says where the file is not a standard: unknown words, an empty or overlong limit, a running pause limit in days, two lines
    /// for exactly the same cases that set the same clock, no promise limit for a level (REC-8).
    pub fn parse(text: &str) -> Result<Self, StandardError> {
        let file: File = serde_json::from_str(text).map_err(|e| error("", &e.to_string()))?;
        if file.version.trim().is_empty() {
            return Err(error("version", "must not be empty"));
        }
        let callback = CallbackRule {
            attempts: file.callback.unreachable_after_attempts,
            spacing_ms: running_ms(file.callback.attempt_spacing, "callback.attempt_spacing")?,
        };
        if !(1..=20).contains(&callback.attempts) {
            return Err(error("callback.unreachable_after_attempts", "must be 1 to 20"));
        }
        let wait_days = file.longest_wait_days.unwrap_or(LONGEST_WAIT_DAYS);
        if !(1..=366).contains(&wait_days) {
            return Err(error("longest_wait_days", "must be 1 to 366"));
        }
        if let Some((path, message)) = file.desk.fault() {
            return Err(error(path, message));
        }
        let ladder = rungs(file.ladder, false, "ladder")?;
        let mut lines = Vec::with_capacity(file.lines.len());
        for (l, line) in file.lines.into_iter().enumerate() {
            lines.push(checked_line(line, &ladder, &format!("lines[{l}]"))?);
        }
        for (l, line) in lines.iter().enumerate() {
            let earlier = lines[..l]
                .iter()
                .position(|other| other.same_cases(line) && other.sets_same_clock(line));
            if let Some(other) = earlier {
                return Err(error(
                    &format!("lines[{l}]"),
                    &format!("speaks for the same cases as lines[{other}]"),
                ));
            }
        }
        let standard = Standard {
            version: file.version,
            lines,
            callback,
            longest_wait_ms: i64::from(wait_days) * 86_400_000,
            desk: file.desk,
            ladder,
        };
        for kind in Kind::ALL {
            for importance in Importance::ALL {
                if standard
                    .rule(ClockCode::Promise, *kind, "", *importance, Urgency::Normal)
                    .is_none()
                {
                    let what = format!("no promise limit for {kind}, {importance} (REC-8)");
                    return Err(error("lines", &what));
                }
            }
        }
        Ok(standard)
    }

    /// All lines, in the order of the file: for the handbook (CSR-2).
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Version of the file, kept with what was decided by it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How far ahead the work may be put off (ms).
    pub fn longest_wait_ms(&self) -> i64 {
        self.longest_wait_ms
    }

    /// When a callback may be given up.
    pub fn callback(&self) -> CallbackRule {
        self.callback
    }

    /// What the desk lives by while a customer waits (REC-7, CAL-3, CAL-6, COM-32).
    pub fn desk(&self) -> &DeskRules {
        &self.desk
    }

    /// The clocks a case gets, one per code. Promises are made one by one: see [`Standard::promise`].
    pub fn clocks_for(&self, kind: Kind, item: &str, importance: Importance, urgency: Urgency) -> Vec<&ClockRule> {
        ClockCode::ALL
            .iter()
            .filter(|code| !code.on_demand() && !code.is_handling())
            .filter_map(|code| self.rule(*code, kind, item, importance, urgency))
            .collect()
    }

    /// The limit of a promised reply (REC-8).
    pub fn promise(&self, kind: Kind, item: &str, importance: Importance, urgency: Urgency) -> Option<&ClockRule> {
        self.rule(ClockCode::Promise, kind, item, importance, urgency)
    }

    /// The limit for ourselves until somebody is given the work, or takes it.
    pub fn handling(
        &self,
        code: ClockCode,
        kind: Kind,
        item: &str,
        importance: Importance,
        urgency: Urgency,
    ) -> Option<&ClockRule> {
        self.rule(code, kind, item, importance, urgency)
    }

    /// The ladder of clocks that have none of their own.
    pub fn ladder(&self) -> &[Rung] {
        &self.ladder
    }

    /// The most specific line's rule. Between equals the shortest limit counts.
    fn rule(&self, code: ClockCode, kind: Kind, item: &str, imp: Importance, urg: Urgency) -> Option<&ClockRule> {
        self.lines
            .iter()
            .filter_map(|line| line.fits(kind, item, imp, urg).map(|weight| (weight, line)))
            .flat_map(|(weight, line)| line.clocks.iter().map(move |rule| (weight, rule)))
            .filter(|(_, rule)| rule.code == code)
            .max_by_key(|(weight, rule)| (*weight, -rule.limit.rough_ms()))
            .map(|(_, rule)| rule)
    }
}

impl Line {
    /// How specifically this line speaks for a case; None if it does not.
    fn fits(&self, kind: Kind, item: &str, importance: Importance, urgency: Urgency) -> Option<(usize, usize)> {
        let fits = (self.kinds.is_empty() || self.kinds.contains(&kind))
            && (self.importance.is_empty() || self.importance.contains(&importance))
            && (self.urgency.is_empty() || self.urgency.contains(&urgency));
        let prefix = if self.items.is_empty() {
            Some(0)
        } else {
            self.items
                .iter()
                .filter(|prefix| under(item, prefix))
                .map(String::len)
                .max()
        };
        let named = [
            !self.kinds.is_empty(),
            !self.importance.is_empty(),
            !self.urgency.is_empty(),
        ];
        prefix
            .filter(|_| fits)
            .map(|length| (length, named.into_iter().filter(|named| *named).count()))
    }

    fn same_cases(&self, other: &Line) -> bool {
        fn set<T: Ord + Clone>(list: &[T]) -> Vec<T> {
            let mut list = list.to_vec();
            list.sort();
            list.dedup();
            list
        }
        set(&self.kinds) == set(&other.kinds)
            && set(&self.importance) == set(&other.importance)
            && set(&self.urgency) == set(&other.urgency)
            && set(&self.items) == set(&other.items)
    }

    fn sets_same_clock(&self, other: &Line) -> bool {
        self.clocks
            .iter()
            .any(|rule| other.clocks.iter().any(|theirs| theirs.code == rule.code))
    }
}

/// Whether an item code lies under a prefix: `repair.lift` holds `repair.lift.stuck`, not `repair.lifting`.
fn under(item: &str, prefix: &str) -> bool {
    item.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || !rest.starts_with(|c: char| c.is_alphanumeric()))
}

fn checked_line(line: LineFile, default: &[Rung], path: &str) -> Result<Line, StandardError> {
    if line.clocks.is_empty() {
        return Err(error(&format!("{path}.clocks"), "must not be empty"));
    }
    if line.items.iter().any(|prefix| prefix.trim().is_empty()) {
        return Err(error(&format!("{path}.items"), "must not hold an empty prefix"));
    }
    let mut clocks: Vec<ClockRule> = Vec::with_capacity(line.clocks.len());
    for (c, clock) in line.clocks.into_iter().enumerate() {
        let path = format!("{path}.clocks[{c}]");
        let ms = clock.limit.rough_ms();
        if ms <= 0 || ms > LONGEST_MS {
            return Err(error(
                &format!("{path}.limit"),
                "must be more than nothing and at most a year",
            ));
        }
        if clock.clause.trim().is_empty() {
            return Err(error(
                &format!("{path}.clause"),
                "must name the clause or the site's own rule",
            ));
        }
        if matches!(clock.limit, Limit::NaturalDay { .. }) && !clock.pausable.is_empty() {
            return Err(error(
                &format!("{path}.pausable"),
                "a limit in natural days cannot be paused",
            ));
        }
        match &clock.calendar {
            Some(code) if !calendars::CODES.contains(&code.as_str()) => {
                return Err(error(
                    &format!("{path}.calendar"),
                    &format!("no calendar is called {code:?}"),
                ));
            }
            Some(_) if !clock.limit.needs_calendar() => {
                return Err(error(&format!("{path}.calendar"), "this limit runs round the clock"));
            }
            None if clock.limit.needs_calendar() => {
                return Err(error(
                    &format!("{path}.calendar"),
                    "a limit in working time needs a calendar",
                ));
            }
            _ => {}
        }
        if matches!(clock.code, ClockCode::Interim | ClockCode::Consult) {
            return Err(error(&path, "is set under \"desk\""));
        }
        if clocks.iter().any(|other| other.code == clock.code) {
            return Err(error(&path, &format!("sets {} twice", clock.code)));
        }
        let max_pause_ms = clock
            .max_pause
            .map(|limit| running_ms(limit, &format!("{path}.max_pause")))
            .transpose()?;
        let ladder = match clock.ladder {
            Some(own) => rungs(own, clock.calendar.is_some(), &format!("{path}.ladder"))?,
            None => default.to_vec(),
        };
        let ClockFile {
            code,
            limit,
            clause,
            pausable,
            calendar,
            habit,
            ..
        } = clock;
        clocks.push(ClockRule {
            code,
            limit,
            clause,
            pausable,
            max_pause_ms,
            calendar,
            ladder,
            habit,
        });
    }
    let LineFile {
        kinds,
        importance,
        urgency,
        items,
        ..
    } = line;
    Ok(Line {
        kinds,
        importance,
        urgency,
        items,
        clocks,
    })
}

fn rungs(file: Vec<RungFile>, calendar: bool, path: &str) -> Result<Vec<Rung>, StandardError> {
    ladder::checked(file, calendar, path).map_err(|(path, message)| error(&path, &message))
}

fn running_ms(limit: Limit, path: &str) -> Result<i64, StandardError> {
    match limit {
        Limit::Minute { .. } | Limit::Hour { .. } if limit.rough_ms() > LONGEST_MS => {
            Err(error(path, "must be at most a year"))
        }
        Limit::Minute { .. } | Limit::Hour { .. } => Ok(limit.rough_ms()),
        _ => Err(error(path, "must be minutes or hours")),
    }
}

fn error(path: &str, message: &str) -> StandardError {
    StandardError {
        path: path.to_owned(),
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(code: ClockCode, kind: Kind, item: &str, imp: Importance, urg: Urgency) -> Option<(Limit, String)> {
        let standard = Standard::shipped().unwrap();
        standard
            .rule(code, kind, item, imp, urg)
            .map(|rule| (rule.limit, rule.clause.clone()))
    }

    #[test]
    fn the_shipped_standard_says_what_the_clauses_say() {
        use {ClockCode as C, Importance as I, Kind as K, Urgency as U};
        let (minute, hour, day) = (
            |n| Limit::Minute { n },
            |n| Limit::Hour { n },
            |n| Limit::NaturalDay { n },
        );
        for (code, kind, item, imp, urg, expected) in [
            (
                C::Response,
                K::Inquiry,
                "",
                I::Ordinary,
                U::Normal,
                Some((hour(4), "STD-1")),
            ),
            (
                C::Response,
                K::Help,
                "",
                I::Major,
                U::Emergency,
                Some((hour(4), "STD-1")),
            ),
            (
                C::OnSite,
                K::Request,
                "",
                I::Ordinary,
                U::Urgent,
                Some((minute(30), "STD-2")),
            ),
            (
                C::OnSite,
                K::Request,
                "",
                I::Ordinary,
                U::Emergency,
                Some((minute(30), "STD-2")),
            ),
            (C::OnSite, K::Request, "", I::Ordinary, U::Normal, None),
            (
                C::OnSite,
                K::Complaint,
                "",
                I::Ordinary,
                U::Normal,
                Some((hour(1), "STD-3")),
            ),
            (
                C::Feedback,
                K::Complaint,
                "",
                I::Ordinary,
                U::Normal,
                Some((hour(4), "STD-3")),
            ),
            (
                C::Finish,
                K::Complaint,
                "",
                I::Ordinary,
                U::Normal,
                Some((hour(8), "STD-6")),
            ),
            (
                C::Finish,
                K::Request,
                "repair.lift.stuck",
                I::Ordinary,
                U::Normal,
                Some((minute(30), "STD-15")),
            ),
            (C::Finish, K::Request, "repair.lift.stuck", I::Major, U::Normal, None),
            (
                C::Finish,
                K::Request,
                "repair.power.light_corridor",
                I::Ordinary,
                U::Normal,
                Some((hour(8), "STD-16")),
            ),
            (
                C::Finish,
                K::Request,
                "repair.power.light_corridor",
                I::Important,
                U::Normal,
                Some((hour(48), "STD-16")),
            ),
            (
                C::Callback,
                K::Request,
                "",
                I::Ordinary,
                U::Normal,
                Some((hour(24), "CSM-3")),
            ),
            (C::Callback, K::Praise, "", I::Ordinary, U::Normal, None),
            (
                C::Promise,
                K::Inquiry,
                "",
                I::Ordinary,
                U::Normal,
                Some((day(0), "REC-8")),
            ),
            (
                C::Promise,
                K::Complaint,
                "",
                I::Important,
                U::Normal,
                Some((day(2), "REC-8")),
            ),
            (C::Promise, K::Request, "", I::Major, U::Normal, Some((day(3), "REC-8"))),
        ] {
            let seen = limit(code, kind, item, imp, urg);
            let expected = expected.map(|(limit, clause): (Limit, &str)| (limit, clause.to_owned()));
            assert_eq!(seen, expected, "{code} {kind} {imp} {urg}");
        }
    }

    const HEAD: &str = r#"{"version":"1","callback":{"unreachable_after_attempts":3,"attempt_spacing":{"unit":"hour","n":2}},"lines":["#;
    const PROMISE: &str = r#"{"clocks":[{"code":"promise","limit":{"unit":"natural_day","n":0},"clause":"REC-8"}]}"#;

    fn with(lines: &str) -> Result<Standard, StandardError> {
        Standard::parse(&format!("{HEAD}{PROMISE}{lines}]}}"))
    }

    #[test]
    fn the_most_specific_line_wins() {
        let clock = |n| format!(r#""clocks":[{{"code":"finish","limit":{{"unit":"hour","n":{n}}},"clause":"X"}}]"#);
        let standard = with(&format!(
            r#",{{{}}},{{"kinds":["request"],"urgency":["urgent"],{}}},{{"items":["a.b"],{}}},{{"items":["a"],"kinds":["request"],{}}}"#,
            clock(1), clock(2), clock(3), clock(4)
        ))
        .unwrap();
        let finish = |kind, item, urgency| {
            standard
                .rule(ClockCode::Finish, kind, item, Importance::Ordinary, urgency)
                .unwrap()
                .limit
        };
        assert_eq!(finish(Kind::Help, "z", Urgency::Normal), Limit::Hour { n: 1 });
        assert_eq!(finish(Kind::Request, "z", Urgency::Urgent), Limit::Hour { n: 2 });
        assert_eq!(finish(Kind::Request, "a.b.c", Urgency::Urgent), Limit::Hour { n: 3 });
        assert_eq!(finish(Kind::Request, "a.bc", Urgency::Urgent), Limit::Hour { n: 4 });
        assert_eq!(finish(Kind::Request, "ab", Urgency::Normal), Limit::Hour { n: 1 });
    }

    #[test]
    fn errors_say_where_and_what() {
        let finish = r#"{"code":"finish","limit":{"unit":"hour","n":1},"clause":"X"}"#;
        for (lines, path, word) in [
            (r#",{"clocks":[]}"#.to_owned(), "lines[1].clocks", "empty"),
            (r#",{"items":[" "],"clocks":[]}"#.to_owned(), "lines[1].clocks", "empty"),
            (format!(r#",{{"items":[""],"clocks":[{finish}]}}"#), "lines[1].items", "empty prefix"),
            (format!(r#",{{"clocks":[{finish},{finish}]}}"#), "lines[1].clocks[1]", "finish twice"),
            (format!(r#",{{"clocks":[{finish}]}},{{"clocks":[{finish}]}}"#), "lines[2]", "same cases as lines[1]"),
            (r#",{"clocks":[{"code":"finish","limit":{"unit":"hour","n":0},"clause":"X"}]}"#.to_owned(),
             "lines[1].clocks[0].limit", "nothing"),
            (r#",{"clocks":[{"code":"finish","limit":{"unit":"hour","n":1},"clause":" "}]}"#.to_owned(),
             "lines[1].clocks[0].clause", "clause"),
            (r#",{"clocks":[{"code":"finish","limit":{"unit":"natural_day","n":1},"clause":"X","pausable":["parts"]}]}"#.to_owned(),
             "lines[1].clocks[0].pausable", "paused"),
            (r#",{"clocks":[{"code":"lunch","limit":{"unit":"hour","n":1},"clause":"X"}]}"#.to_owned(), "", "lunch"),
            (r#",{"colour":1,"clocks":[]}"#.to_owned(), "", "colour"),
        ] {
            let failed = with(&lines).unwrap_err();
            assert_eq!(failed.path, path, "{failed}");
            assert!(failed.message.contains(word), "{failed}");
        }
        let missing = Standard::parse(&format!("{HEAD}]}}")).unwrap_err();
        assert!(missing.message.contains("REC-8"), "{missing}");
    }
}
