//! From the file's words to the engine's.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde_json::Value;

use super::super::Deadline;
use super::super::calendar::{
    Calendar, DAY_S, DayHours, Exception, ExceptionKind, Level, Span, Week, day_number, time_of_day,
};
use super::super::event::{CountFrom, Event, Pausable, Reopen, Rule, RuleChange, Shape, What};
use super::super::hours::Hours;
use super::super::reckon::Step;
use super::super::term::{Cutoff, DayTerm, DayUnit, Term};
use super::{CheckFile, Ready};

/// The first of these fields that is there and not null.
fn field<'a>(value: &'a Value, names: &[&str]) -> Option<&'a Value> {
    names.iter().find_map(|name| value.get(name)).filter(|v| !v.is_null())
}

fn text<'a>(value: &'a Value, names: &[&str]) -> Option<&'a str> {
    field(value, names).and_then(Value::as_str)
}

/// Seconds, perhaps with a fraction, as milliseconds.
fn millis(value: &Value) -> Option<i64> {
    const MOST: i64 = i64::MAX / 4_000;
    if let Some(whole) = value.as_i64() {
        return whole.clamp(-MOST, MOST).checked_mul(1_000);
    }
    let seconds = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "clamped to whole numbers before"
    )]
    let ms = (seconds * 1_000.0).round().clamp(-(MOST as f64), MOST as f64) as i64;
    Some(ms)
}

// Calendars

pub(super) fn hours(value: &Value) -> Result<Arc<Hours>, String> {
    let calendar = calendar(value)?;
    Hours::new(calendar).map(Arc::new).map_err(|e| e.to_string())
}

fn calendar(value: &Value) -> Result<Calendar, String> {
    let mut weekly = Week::default();
    if let Some(Value::Object(days)) = value.get("weekly") {
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        for (name, intervals) in days {
            let name = name.to_ascii_lowercase();
            let at = names.iter().position(|day| name.starts_with(day));
            let at = at.ok_or_else(|| format!("{name:?} is no day of the week"))?;
            if let Some(day) = weekly.days_mut().into_iter().nth(at) {
                *day = DayHours::new(spans(intervals)?);
            }
        }
    }
    let mut exceptions = Vec::new();
    for entry in value.get("exceptions").and_then(Value::as_array).into_iter().flatten() {
        exceptions.extend(exception(entry)?);
    }
    let mut seen: Vec<Exception> = Vec::with_capacity(exceptions.len());
    for entry in exceptions {
        if !seen.contains(&entry) {
            seen.push(entry);
        }
    }
    Ok(Calendar {
        zone: text(value, &["tz", "zone", "timezone"])
            .unwrap_or("Asia/Shanghai")
            .to_owned(),
        weekly,
        seasons: Vec::new(),
        exceptions: seen,
        published_until: text(value, &["published_until"]).map(date).transpose()?,
    })
}

fn spans(value: &Value) -> Result<Vec<Span>, String> {
    let mut list = Vec::new();
    for pair in value.as_array().into_iter().flatten() {
        let times: Vec<&str> = pair
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let &[from, to] = times.as_slice() else {
            return Err(format!("{pair} is not an interval"));
        };
        list.push(Span::new(time_of_day(from)?, time_of_day(to)?)?);
    }
    Ok(list)
}

fn exception(entry: &Value) -> Result<Vec<Exception>, String> {
    let level = match text(entry, &["level"]).unwrap_or("national") {
        "national" => Level::National,
        "company" => Level::Company,
        "project" | "site" => Level::Site,
        other => return Err(format!("{other:?} is no level of a calendar")),
    };
    let kind = match text(entry, &["kind", "type"]).unwrap_or("off") {
        "off" | "closed" => ExceptionKind::Off,
        "work" | "on" => ExceptionKind::Work,
        kind if kind.starts_with("partial") => ExceptionKind::Partial,
        other => return Err(format!("{other:?} is no kind of exception")),
    };
    let listed = entry
        .get("hours")
        .filter(|hours| !hours.is_null())
        .map(spans)
        .transpose()?;
    let hours = match (kind, text(entry, &["from"]), text(entry, &["to"])) {
        (ExceptionKind::Off, ..) => None,
        (_, Some(from), Some(to)) if listed.is_none() => {
            Some(DayHours::new(vec![Span::new(time_of_day(from)?, time_of_day(to)?)?]))
        }
        _ => listed.map(DayHours::new),
    };
    let first = text(entry, &["date", "from_date", "date_from", "start_date", "first"]);
    let until = text(entry, &["until", "to_date", "date_to", "end_date", "last"])
        .map(date)
        .transpose()?;
    let mut dates: Vec<Date> = first.map(date).transpose()?.into_iter().collect();
    for day in entry.get("dates").and_then(Value::as_array).into_iter().flatten() {
        dates.push(date(day.as_str().unwrap_or_default())?);
    }
    if dates.is_empty() {
        return Err(format!("{entry} has no date"));
    }
    let make = |date| Exception {
        date,
        until,
        level,
        kind,
        hours: hours.clone(),
        name: text(entry, &["name", "reason"]).unwrap_or_default().to_owned(),
        name_en: String::new(),
    };
    Ok(dates.into_iter().map(make).collect())
}

fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| format!("{text:?} is not a date"))
}

/// An instant; without an offset it is a wall time of the calendar's zone.
pub(super) fn instant(text: &str, hours: &Hours) -> Result<i64, String> {
    if let Ok(stamp) = text.parse::<Timestamp>() {
        return Ok(stamp.as_millisecond());
    }
    let midnight = ["T24:00:00", "T24:00", " 24:00:00", " 24:00"];
    if let Some(day) = midnight.iter().find_map(|end| text.strip_suffix(end)) {
        return Ok(hours.instant(day_number(date(day)?), DAY_S));
    }
    let local: DateTime = text.parse().map_err(|_| format!("{text:?} is not a time"))?;
    let stamp = hours
        .zone()
        .to_timestamp(local)
        .map_err(|_| format!("{text:?} is out of range"))?;
    Ok(stamp.as_millisecond())
}

// Rules

fn term(value: &Value) -> Result<Option<Term>, String> {
    if let Some(ms) = field(value, &["target_s", "target"]).and_then(millis) {
        let kind = text(value, &["unit", "time", "counts"]).unwrap_or_default();
        return Ok(Some(if kind.contains("wall") || kind.contains("natural") {
            Term::Wall { ms }
        } else {
            Term::Working { ms }
        }));
    }
    if let Some(ms) = field(value, &["target_wall_s", "target_natural_s", "wall_s", "natural_s"]).and_then(millis) {
        return Ok(Some(Term::Wall { ms }));
    }
    let Some(unit) = text(value, &["unit"]) else {
        return Ok(None);
    };
    let n = field(value, &["n"]).and_then(Value::as_u64);
    let n = n
        .and_then(|n| u32::try_from(n).ok())
        .ok_or_else(|| format!("a term in {unit} needs a number n"))?;
    let length = |seconds: i64| i64::from(n).saturating_mul(seconds * 1_000);
    let (unit, n) = match unit.trim_end_matches('s') {
        "working_day" | "workday" | "business_day" => (DayUnit::WorkingDay, n),
        "natural_day" | "calendar_day" | "day" => (DayUnit::NaturalDay, n),
        "week" => (DayUnit::NaturalDay, n.saturating_mul(7)),
        "month" => (DayUnit::Month, n),
        "year" => (DayUnit::Month, n.saturating_mul(12)),
        "working_hour" => return Ok(Some(Term::Working { ms: length(3_600) })),
        "working_minute" => return Ok(Some(Term::Working { ms: length(60) })),
        "hour" | "natural_hour" => return Ok(Some(Term::Wall { ms: length(3_600) })),
        "minute" | "natural_minute" => return Ok(Some(Term::Wall { ms: length(60) })),
        other => return Err(format!("{other:?} is no unit of a term")),
    };
    let flag = |names: &[&str]| field(value, names).and_then(Value::as_bool);
    let counted = flag(&["exclude_start_day"]).map(|excluded| !excluded);
    let counted = counted
        .or(flag(&["count_start_day", "include_start_day"]))
        .unwrap_or(false);
    let roll = match field(value, &["roll"]) {
        Some(Value::Bool(roll)) => *roll,
        Some(Value::String(word)) => !matches!(word.as_str(), "stay" | "stays" | "none" | "no" | "never" | "keep"),
        _ => true,
    };
    let cutoff = match text(value, &["cutoff", "cut_off"]) {
        Some(time) if time.contains(':') => Cutoff::At(time_of_day(time)?),
        Some("midnight") => Cutoff::At(DAY_S),
        _ => Cutoff::Close,
    };
    Ok(Some(Term::Days(DayTerm {
        unit,
        n,
        count_start_day: counted,
        roll,
        cutoff,
        after_close_next_day: flag(&["after_close_next_day"]).unwrap_or(false),
    })))
}

fn pausable(value: &Value) -> Option<Pausable> {
    match field(value, &["pausable"])? {
        Value::Bool(true) => Some(Pausable::Always),
        Value::Bool(false) => Some(Pausable::Never),
        Value::Array(reasons) => {
            let reasons = reasons.iter().filter_map(Value::as_str).map(str::to_owned);
            Some(Pausable::For(reasons.collect()))
        }
        _ => None,
    }
}

fn reopen(value: &Value, names: &[&str]) -> Option<Reopen> {
    text(value, names)?.parse().ok()
}

fn change(file: &CheckFile, event: &Value) -> Result<RuleChange, String> {
    let parts = event.get("policy").filter(|policy| policy.is_object()).unwrap_or(event);
    let hours = field(event, &["calendar"]).or_else(|| field(parts, &["calendar"]));
    let most = field(parts, &["max_pause_s"]).and_then(millis);
    Ok(RuleChange {
        term: term(parts)?,
        hours: hours.map(|name| find_hours(file, name)).transpose()?,
        pausable: pausable(parts),
        most_paused_ms: most.map(Some),
        reopen: reopen(parts, &["reopen"]),
    })
}

fn find_hours(file: &CheckFile, name: &Value) -> Result<Arc<Hours>, String> {
    match name {
        Value::String(name) => match file.calendars.get(name) {
            Some(Ok(hours)) => Ok(Arc::clone(hours)),
            Some(Err(why)) => Err(format!("calendar {name:?}: {why}")),
            None => Err(format!("there is no calendar {name:?}")),
        },
        Value::Object(_) => hours(name),
        other => Err(format!("{other} is no calendar")),
    }
}

// Cases

/// What ends a limit of this name.
#[derive(Clone, Copy, PartialEq)]
enum Ends {
    Response,
    Resolution,
    Either,
}

struct Reader<'a> {
    file: &'a CheckFile,
    hours: Arc<Hours>,
    shape: Shape,
    ends: Ends,
    /// Reopening continues a response that was given: it stays given.
    keeps_response: bool,
    /// A team's limit begins with the first assignment, if there is one.
    ignores_created: bool,
    started: bool,
    team: Option<String>,
}

pub(super) fn case(file: &CheckFile, index: usize) -> Result<Ready, String> {
    let case = file.cases.get(index).ok_or("there is no such case")?;
    let hours = find_hours(file, field(case, &["calendar"]).ok_or("it names no calendar")?)?;
    let policy = field(case, &["policy"]).ok_or("it has no policy")?;
    let clock = text(policy, &["clock"]).unwrap_or_default();
    let rule = Rule {
        term: term(policy)?.ok_or("its policy has neither target_s nor a unit")?,
        hours: Arc::clone(&hours),
        pausable: pausable(policy).unwrap_or(if text(policy, &["unit"]).is_some() {
            Pausable::Never
        } else {
            Pausable::Always
        }),
        most_paused_ms: field(policy, &["max_pause_s"]).and_then(millis),
        reopen: reopen(policy, &["reopen"]).unwrap_or(Reopen::Continue),
    };
    let mut raw: Vec<(i64, &Value)> = Vec::new();
    for event in case.get("events").and_then(Value::as_array).into_iter().flatten() {
        let at = text(event, &["at"]).ok_or_else(|| format!("{event} has no time"))?;
        raw.push((instant(at, &hours)?, event));
    }
    raw.sort_by_key(|(at, _)| *at);
    let last = raw.last().map(|(at, _)| *at);
    let now = text(case, &["evaluate_at"])
        .map(|time| instant(time, &hours))
        .transpose()?;
    let now = now.or(last).ok_or("it does not say when it is looked at")?;
    let has = |names: &[&str]| {
        raw.iter()
            .any(|(_, e)| text(e, &["type"]).is_some_and(|t| names.contains(&t)))
    };
    let begins = has(&[
        "created",
        "accepted",
        "assigned",
        "ring",
        "registered",
        "registered_late",
    ]);
    let shape = if clock == "update" || (!begins && has(&["resident_message"])) {
        Shape::Rounds
    } else if clock.contains("ola") || clock.starts_with("team") {
        Shape::Team
    } else {
        Shape::Once
    };
    let ends = match clock {
        "legal_term" => Ends::Either,
        _ if clock.contains("response") || clock.contains("answer") => Ends::Response,
        _ => Ends::Resolution,
    };
    let mut reader = Reader {
        file,
        hours: Arc::clone(&hours),
        shape,
        ends,
        keeps_response: ends == Ends::Response && rule.reopen == Reopen::Continue,
        ignores_created: shape == Shape::Team && has(&["assigned", "transfer"]),
        started: false,
        team: None,
    };
    let mut events = Vec::new();
    for (at, event) in &raw {
        let registers = text(event, &["type"]).is_some_and(|kind| kind.starts_with("registered"));
        let begun = events.iter_mut().find_map(|event: &mut Event| match &mut event.what {
            What::Start { registered_at, .. } => Some(registered_at),
            _ => None,
        });
        match begun {
            // The registration as an event of its own, after what it registers.
            Some(registered_at) if registers => *registered_at = Some(*at),
            _ => events.extend(reader.event(*at, event)?),
        }
    }
    let steps = field(case, &["ladder"]).or_else(|| field(policy, &["ladder"]));
    let ladder = steps.and_then(Value::as_array).into_iter().flatten();
    Ok(Ready {
        id: file.id(index),
        description: text(case, &["description"]).unwrap_or_default().to_owned(),
        deadline: Deadline::replay(shape, rule, &events, now),
        hours,
        now,
        ladder: ladder.map(|step| (step.clone(), self::step(step))).collect(),
        short_abandon_ms: field(policy, &["short_abandon_s"]).and_then(millis).unwrap_or(0),
        is_call: has(&["ring"]),
    })
}

impl Reader<'_> {
    fn time(&self, event: &Value, names: &[&str]) -> Result<Option<i64>, String> {
        text(event, names).map(|time| instant(time, &self.hours)).transpose()
    }

    fn event(&mut self, at: i64, event: &Value) -> Result<Option<Event>, String> {
        let kind = text(event, &["type"]).unwrap_or_default();
        let what = match kind {
            "created" if self.ignores_created => return Ok(None),
            "created" | "registered" | "registered_late" => return self.created(at, event).map(Some),
            "accepted" | "ring" => return self.created(at, event).map(Some),
            "assigned" | "transfer" => match self.assigned(kind, event) {
                Some(what) => what,
                None => return Ok(None),
            },
            "pause" => What::Pause {
                reason: text(event, &["reason"]).unwrap_or_default().to_owned(),
                until: self.time(event, &["until"])?,
            },
            "resume" => What::Resume {
                reason: text(event, &["reason"]).map(str::to_owned),
            },
            "respond" | "responded" | "answered" if self.shape == Shape::Rounds => What::Answer,
            "respond" | "responded" | "answered" if self.ends != Ends::Resolution => What::Complete,
            "agent_message" if self.shape == Shape::Rounds => What::Answer,
            "agent_message" if self.ends == Ends::Response => What::Complete,
            "resident_message" if self.shape == Shape::Rounds => What::Ask,
            "resolve" | "resolved" | "complete" | "completed" | "close" | "closed" => What::Complete,
            "cancel" | "cancelled" => What::Cancel,
            "caller_hung_up" | "hung_up" => What::HangUp,
            "reopen" | "reopened" => {
                let mode = reopen(event, &["mode", "reopen"]);
                if self.keeps_response && mode != Some(Reopen::NewCycle) {
                    return Ok(None);
                }
                What::Reopen { mode }
            }
            "priority" => What::Change {
                change: change(self.file, event)?,
                from: count_from(event),
            },
            "policy_edited" => What::Publish {
                change: change(self.file, event)?,
            },
            "policy_reapplied" => What::Reapply {
                change: change(self.file, event)?,
                from: count_from(event),
            },
            "calendar_changed" => match field(event, &["calendar", "to"]) {
                Some(name) => What::ChangeHours {
                    hours: find_hours(self.file, name)?,
                    from: count_from(event),
                },
                None => return Ok(None),
            },
            "merge_from" => match self.time(event, &["start", "from", "created_at"])? {
                Some(start) => What::Merge { start },
                None => return Ok(None),
            },
            "start_corrected" => match self.time(event, &["to", "start"])? {
                Some(to) => What::CorrectStart { to },
                None => return Ok(None),
            },
            "extend" | "extended" | "extension" => match self.time(event, &["to", "until", "due_at"])? {
                Some(to) => What::Extend { to },
                None => return Ok(None),
            },
            "excuse" | "excused" => What::Excuse,
            _ => return Ok(None),
        };
        Ok(Some(Event { at, what }))
    }

    fn created(&mut self, at: i64, event: &Value) -> Result<Event, String> {
        let entered = self.time(event, &["registered_at", "entered_at", "recorded_at"])?;
        let happened = self.time(event, &["contact_at", "occurred_at", "start"])?;
        let (start, registered) = match (happened, entered) {
            (Some(happened), entered) => (happened.min(at), entered.unwrap_or(at).max(at)),
            // Whichever way round the two are given, it cannot be entered before it happened.
            (None, Some(entered)) => (at.min(entered), at.max(entered)),
            (None, None) => (at, at),
        };
        let until = self.time(event, &["paused_until", "until"])?;
        let paused = match event.get("paused") {
            Some(Value::String(reason)) => Some((reason.clone(), until)),
            Some(Value::Bool(true)) => Some((text(event, &["reason"]).unwrap_or_default().to_owned(), until)),
            _ => None,
        };
        self.started = true;
        Ok(Event {
            at: start,
            what: What::Start {
                registered_at: Some(registered),
                paused,
            },
        })
    }

    /// A transfer leaves the customer's limit alone; a team's own begins with it.
    fn assigned(&mut self, kind: &str, event: &Value) -> Option<What> {
        let start = What::Start {
            registered_at: None,
            paused: None,
        };
        let team = text(event, &["team", "to", "department"]).map(str::to_owned);
        if !self.started && (self.shape == Shape::Team || kind == "assigned") {
            self.started = true;
            self.team = team;
            return Some(start);
        }
        let same = team.is_some() && team == self.team;
        if self.shape != Shape::Team || same || (kind == "assigned" && team.is_none()) {
            return None;
        }
        self.team = team;
        Some(What::HandOver)
    }
}

fn count_from(event: &Value) -> CountFrom {
    text(event, &["mode"])
        .and_then(|mode| mode.parse().ok())
        .unwrap_or(CountFrom::Start)
}

/// A step: a share of the limit, or an offset after due in working or in natural time.
fn step(value: &Value) -> Option<Step> {
    let Value::Object(fields) = value else { return None };
    if let Some(percent) = field(value, &["pct", "percent"]).and_then(millis) {
        // A percent times a thousand is what a second times a thousand is.
        return Some(Step::Share { milli: percent });
    }
    let natural = |word: &str| {
        ["natural", "wall", "247", "24x7", "calendar_time"]
            .iter()
            .any(|n| word.contains(n))
    };
    let said = fields.iter().any(|(name, v)| match v {
        Value::Bool(yes) => *yes && natural(name),
        Value::String(word) => name != "at" && natural(word),
        Value::Number(_) => natural(name),
        _ => false,
    });
    let (_, offset) = fields
        .iter()
        .find(|(name, v)| v.is_number() && (name.contains("offset") || natural(name)))?;
    let ms = millis(offset)?;
    Some(if said {
        Step::Natural { ms }
    } else {
        Step::Working { ms }
    })
}
