//! The worked cases of `cases.json`: what happened, and how the limit stands when it is looked at. What a case does not want is
//! not asserted. Times without a zone are those of Shanghai.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::time::calendar::time_of_day;
use domain::time::holidays::{HolidayYear, shipped};
use domain::time::{
    Calendar, CountFrom, Cutoff, DayHours, DayTerm, DayUnit, Deadline, Due, Ending, Event, Exception, Hours, Pausable,
    Reopen, Rule, RuleChange, Shape, Step, Term, Week, What,
};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    calendars: BTreeMap<String, Entry>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    zone: String,
    weekly: Week,
    #[serde(default)]
    national: Vec<i16>,
    make_up: Option<DayHours>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    no: String,
    about: String,
    calendar: String,
    limit: String,
    #[serde(default)]
    pausable: bool,
    #[serde(default)]
    reopen: Option<Reopen>,
    #[serde(default)]
    on: Option<Shape>,
    #[serde(default)]
    short_s: i64,
    happened: Vec<String>,
    look: String,
    wants: BTreeMap<String, Value>,
}

fn at(text: &str) -> i64 {
    let stamp: jiff::Timestamp = if text.contains('T') {
        text.parse().unwrap()
    } else {
        format!("{text}+08:00").parse().unwrap()
    };
    stamp.as_millisecond()
}

/// Local times of a case are in its calendar's zone.
fn local(text: &str, hours: &Hours) -> i64 {
    let time: jiff::civil::DateTime = text.parse().unwrap();
    hours.zone().to_timestamp(time).unwrap().as_millisecond()
}

fn limit(text: &str) -> Term {
    let words: Vec<&str> = text.split(' ').collect();
    let n: i64 = words[0].parse().unwrap();
    if words[1] == "s" {
        return Term::Working { ms: n * 1_000 };
    }
    let until = words.iter().position(|w| *w == "until").map(|i| words[i + 1]);
    Term::Days(DayTerm {
        unit: match (words[1], words.get(2)) {
            ("working", _) => DayUnit::WorkingDay,
            ("natural", _) => DayUnit::NaturalDay,
            _ => DayUnit::Month,
        },
        n: u32::try_from(n).unwrap(),
        count_start_day: text.ends_with("with the first"),
        roll: true,
        cutoff: until.map_or(Cutoff::Close, |time| Cutoff::At(time_of_day(time).unwrap())),
        after_close_next_day: text.contains("after closing next day"),
    })
}

struct Table {
    hours: BTreeMap<String, Arc<Hours>>,
}

impl Table {
    fn event(&self, line: &str, hours: &Hours) -> Option<Event> {
        let (when, what) = line.split_once(" | ").unwrap();
        let words: Vec<&str> = what.split(' ').collect();
        let after = |word: &str| what.split_once(&format!("{word} ")).map(|(_, rest)| rest);
        let until = after("until").map(|text| local(text, hours));
        let reason = words.get(1).filter(|word| **word != "until").map(|r| (*r).to_owned());
        let seconds = words
            .iter()
            .position(|w| *w == "s")
            .map(|i| words[i - 1].parse::<i64>().unwrap());
        let change = RuleChange {
            term: seconds.map(|s| Term::Working { ms: s * 1_000 }),
            hours: words.get(1).and_then(|name| self.hours.get(*name)).map(Arc::clone),
            ..RuleChange::default()
        };
        let from = if what.ends_with("from now") {
            CountFrom::Change
        } else {
            CountFrom::Start
        };
        let what = match words[0] {
            "start" => What::Start {
                registered_at: None,
                paused: after("paused").map(|reason| (reason.to_owned(), None)),
            },
            "pause" => What::Pause {
                reason: reason.unwrap_or_default(),
                until,
            },
            "resume" => What::Resume { reason },
            "done" => What::Complete,
            "cancelled" => What::Cancel,
            "hung" => What::HangUp,
            "reopened" => What::Reopen { mode: None },
            "handed" => What::HandOver,
            "asked" => What::Ask,
            "answered" => What::Answer,
            "level" => What::Change { change, from },
            "published" => What::Publish { change },
            "reapplied" => What::Reapply { change, from },
            "calendar" => What::ChangeHours {
                hours: change.hours.unwrap(),
                from,
            },
            "merged" => What::Merge {
                start: local(after("merged").unwrap(), hours),
            },
            "started" => What::CorrectStart {
                to: local(after("started").unwrap(), hours),
            },
            "note" => return None,
            other => panic!("{other}"),
        };
        Some(Event {
            at: local(when, hours),
            what,
        })
    }

    fn check(&self, case: &Case) -> usize {
        let hours = &self.hours[&case.calendar];
        let rule = Rule {
            term: limit(&case.limit),
            hours: Arc::clone(hours),
            pausable: if case.pausable {
                Pausable::Always
            } else {
                Pausable::Never
            },
            most_paused_ms: None,
            reopen: case.reopen.unwrap_or(Reopen::Continue),
        };
        let events: Vec<Event> = case
            .happened
            .iter()
            .filter_map(|line| self.event(line, hours))
            .collect();
        let now = local(&case.look, hours);
        let deadline = Deadline::replay(case.on.unwrap_or(Shape::Once), rule, &events, now);
        let say = format!("{}: {}", case.no, case.about);
        let view = match deadline.view(now) {
            Ok(view) => view,
            Err(trouble) => {
                assert_eq!(case.wants.get("error"), Some(&Value::from(trouble.as_str())), "{say}");
                return 1;
            }
        };
        let instant = |value: &Value| value.as_str().map(at);
        let seconds = |ms: Option<i64>| ms.map_or(Value::Null, |ms| Value::from(ms / 1_000));
        for (field, want) in &case.wants {
            let say = format!("{say}: {field}");
            let figures = view.figures;
            match field.as_str() {
                "state" => assert_eq!(Some(view.state.as_str()), want.as_str(), "{say}"),
                "due" => assert_eq!(view.due_at, instant(want), "{say}"),
                "due_date" => assert_eq!(view.due_date.unwrap().to_string(), want.as_str().unwrap(), "{say}"),
                "due_if_resumed" => assert_eq!(view.due_if_resumed, instant(want), "{say}"),
                "breached" => assert_eq!(Some(view.breach.is_some()), want.as_bool(), "{say}"),
                "breach" => {
                    let want = want.as_str().map(|text| text.split_once(" | ").unwrap());
                    let got = view.breach.map(|b| (b.at, b.cause.as_str()));
                    assert_eq!(got, want.map(|(when, cause)| (at(when), cause)), "{say}");
                }
                "elapsed_s" => assert_eq!(&seconds(figures.map(|f| f.elapsed)), want, "{say}"),
                "paused_s" => assert_eq!(&seconds(figures.map(|f| f.paused)), want, "{say}"),
                "left_s" => assert_eq!(&seconds(figures.and_then(|f| f.remaining)), want, "{say}"),
                "provisional" => assert_eq!(figures.map(|f| f.provisional), want.as_bool(), "{say}"),
                "wait_s" => {
                    let wait = view.ended_at.unwrap() - view.start.unwrap();
                    assert_eq!(&seconds(Some(wait)), want, "{say}");
                    let counts = view.ending != Some(Ending::HungUp) || wait >= case.short_s * 1_000;
                    assert_eq!(Some(counts), case.wants["counts"].as_bool(), "{say}");
                }
                "counts" => {}
                "earlier" => self.earlier(&view.past, want, &say),
                "ladder" => {
                    for step in want.as_array().unwrap() {
                        let (n, unit) = step[0].as_str().unwrap().split_once(' ').unwrap();
                        let n = n.parse::<i64>().unwrap() * 1_000;
                        let rung = if unit == "%" {
                            Step::Share { milli: n }
                        } else {
                            Step::Working { ms: n }
                        };
                        assert_eq!(deadline.rung(rung, now), instant(&step[1]), "{say}");
                    }
                }
                other => panic!("{say}: {other}"),
            }
        }
        case.wants.len()
    }

    fn earlier(&self, past: &[domain::time::Past], want: &Value, say: &str) {
        let want = want.as_array().unwrap();
        assert_eq!(past.len(), want.len(), "{say}");
        for (past, want) in past.iter().zip(want) {
            let time = |field: &str| at(want[field].as_str().unwrap());
            assert_eq!((past.start, past.ended_at), (time("from"), time("to")), "{say}");
            assert_eq!(past.ending.as_str(), want["how"].as_str().unwrap(), "{say}");
            assert!(
                matches!(past.figures.due, Due::At { at, .. } if at == time("due")),
                "{say}"
            );
            assert_eq!(Some(past.breach.is_some()), want["breached"].as_bool(), "{say}");
            assert_eq!(
                past.figures.elapsed / 1_000,
                want["elapsed_s"].as_i64().unwrap(),
                "{say}"
            );
        }
    }
}

#[test]
fn every_worked_case_holds() {
    let file: File = serde_json::from_str(include_str!("cases.json")).unwrap();
    let national: Vec<HolidayYear> = shipped().unwrap();
    let hours = file.calendars.into_iter().map(|(name, entry)| {
        let mut calendar = Calendar {
            zone: entry.zone,
            weekly: entry.weekly,
            seasons: Vec::new(),
            exceptions: entry.exceptions,
            published_until: None,
        };
        let years: Vec<HolidayYear> = national
            .iter()
            .filter(|y| entry.national.contains(&y.year))
            .cloned()
            .collect();
        if !years.is_empty() {
            calendar.take_holidays(&years, entry.make_up.as_ref());
        }
        (name, Arc::new(Hours::new(calendar).unwrap()))
    });
    let table = Table { hours: hours.collect() };
    let asserted: usize = file.cases.iter().map(|case| table.check(case)).sum();
    assert_eq!(file.cases.len(), 86);
    assert!(asserted > 500, "{asserted}");
}
