//! What is wrong with a standard, all of it at once and with its place: what keeps it from being worked by, and where it
//! departs from the clauses. The texts are the pages' part; here are codes and values.

use std::collections::BTreeMap;

use super::document::{ClockFile, Document, LineFile};
use super::limits::{LimitCode, Span};
use super::{ClockRule, OnReopen, Standard, StandardError, under};
use crate::case::{Importance, Kind, Urgency};
use crate::clauses::Clauses;
use crate::clock::{ClockCode, Limit};
use crate::codes::codes;
use crate::ladder;
use crate::time::{Calendars, calendars};

codes! {
    /// How grave it is.
    Grave {
        /// It cannot be worked by.
        Error = "error",
        /// It departs from a clause: possible, with a reason.
        Departure = "departure",
        /// Worth a look.
        Note = "note",
    }
}

/// Cases that something holds for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cases {
    pub kind: Kind,
    pub importance: Importance,
    pub urgency: Urgency,
}

/// Where in the document it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Place of the line, from 0.
    pub line: Option<usize>,
    /// Place of the clock in the line, from 0.
    pub clock: Option<usize>,
    /// Name of the field in the file; empty for the whole.
    pub field: &'static str,
    /// The named limit it is about.
    pub limit: Option<LimitCode>,
    /// The clock it is about.
    pub code: Option<ClockCode>,
    /// The first of the cases it holds for, where no line speaks.
    pub cases: Option<Cases>,
    /// Item prefix of these cases.
    pub item: String,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub grave: Grave,
    /// Part of a translation key: `standard-found-<code>`.
    pub code: &'static str,
    pub place: Place,
    /// Values for the text: clauses, names and numbers.
    pub args: Vec<(&'static str, String)>,
    /// The limit of the shipped standard, where this is about one that is longer.
    pub was: Option<Limit>,
    pub now: Option<Limit>,
    /// The same of a named limit.
    pub spans: Option<(Span, Span)>,
}

/// Every code there is, with its English words for an administrator who reads a log or a terminal without the pages' texts.
pub const CODES: &[(&str, &str)] = &[
    ("version-empty", "must not be empty"),
    ("version-taken", "this name of a version is used already"),
    ("attempts", "must be 1 to 20"),
    ("running", "must be minutes or hours"),
    ("year", "must be at most a year"),
    ("wait-days", "must be 1 to 366"),
    ("no-clocks", "must not be empty"),
    ("empty-item", "must not hold an empty prefix"),
    ("length", "must be more than nothing and at most a year"),
    ("clause-empty", "must name the clause or the site's own rule"),
    ("day-paused", "a limit in natural days cannot be paused"),
    ("calendar-unknown", "no calendar is called so"),
    ("calendar-needless", "this limit runs round the clock"),
    ("calendar-needed", "a limit in working time needs a calendar"),
    ("calendar-empty", "this calendar has no working time at all"),
    ("clock-twice", "is set twice in this line"),
    ("same-cases", "speaks for the same cases as another line"),
    ("no-promise", "no promise limit (REC-8)"),
    ("reopen-day", "a limit in natural days cannot go on after reopening"),
    ("reopen-own", "this clock begins anew with every round"),
    ("clock-named", "is set among the named limits"),
    ("desk-rules", "does not fit what the desk lives by"),
    ("limit-twice", "is named twice"),
    ("limit-missing", "is missing"),
    ("limit-length", "must be more than nothing and at most a year"),
    ("limit-clause", "must name its clauses"),
    ("ladder", "this ladder cannot be used"),
    ("uncovered", "no line sets a clock that a clause demands"),
    ("never-wins", "another line always wins over this one"),
    ("longer", "is longer than the clause says"),
    ("pause-added", "may be paused by more than the shipped standard allows"),
    ("limit-longer", "is longer than the clause says"),
    ("clause-unknown", "is no clause of the catalogue"),
    ("item-unknown", "no item begins so"),
];

/// The longest limit that makes sense: a year.
const LONGEST_MS: i64 = 366 * 86_400_000;

impl Found {
    pub(super) fn new(grave: Grave, code: &'static str, place: Place) -> Found {
        Found {
            grave,
            code,
            place,
            args: Vec::new(),
            was: None,
            now: None,
            spans: None,
        }
    }

    pub(super) fn arg(mut self, name: &'static str, value: impl ToString) -> Found {
        self.args.push((name, value.to_string()));
        self
    }

    /// In English, with the path in the file.
    pub fn error(&self) -> StandardError {
        let words = CODES.iter().find(|(code, _)| *code == self.code).map_or("", |(_, w)| w);
        let english = |(name, value): &(&str, String)| match (*name, value.parse::<ladder::RungWrong>()) {
            ("rung", Ok(wrong)) => wrong.english().to_owned(),
            _ => value.clone(),
        };
        let args: Vec<String> = self.args.iter().map(english).collect();
        let mut message = words.to_owned();
        if !args.is_empty() {
            message = format!("{message} ({})", args.join(", "));
        }
        StandardError {
            path: self.place.path(),
            message,
        }
    }
}

impl Place {
    pub(super) fn whole(field: &'static str) -> Place {
        Place {
            field,
            ..Place::default()
        }
    }

    fn line(line: usize, field: &'static str) -> Place {
        Place {
            line: Some(line),
            field,
            ..Place::default()
        }
    }

    fn clock(line: usize, clock: usize, code: ClockCode, field: &'static str) -> Place {
        Place {
            line: Some(line),
            clock: Some(clock),
            code: Some(code),
            field,
            ..Place::default()
        }
    }

    fn limit(limit: LimitCode) -> Place {
        Place {
            limit: Some(limit),
            field: "limits",
            ..Place::default()
        }
    }

    /// The path in the file: `lines[3].clocks[0].limit`.
    pub fn path(&self) -> String {
        let mut path = match (self.line, self.limit) {
            (Some(line), _) => format!("lines[{line}]"),
            (None, Some(limit)) => return format!("limits.{limit}"),
            (None, None) => return self.field.to_owned(),
        };
        if let Some(clock) = self.clock {
            path.push_str(&format!(".clocks[{clock}]"));
        }
        if !self.field.is_empty() {
            path.push('.');
            path.push_str(self.field);
        }
        path
    }
}

/// What keeps the document from being worked by, in the order of the file. All of these are errors.
pub(super) fn sound(doc: &Document) -> Vec<Found> {
    let mut found = Vec::new();
    let mut error = |code, place: Place| found.push(Found::new(Grave::Error, code, place));
    if doc.version.trim().is_empty() {
        error("version-empty", Place::whole("version"));
    }
    if let Some(code) = running(doc.callback.attempt_spacing) {
        error(code, Place::whole("callback.attempt_spacing"));
    }
    if doc.longest_wait_days.is_some_and(|days| !(1..=366).contains(&days)) {
        error("wait-days", Place::whole("longest_wait_days"));
    }
    doc.callback.sound(&mut found);
    if let Err((path, what)) = ladder::checked(doc.ladder.clone(), false, "ladder") {
        found.push(
            Found::new(Grave::Error, "ladder", Place::whole("ladder"))
                .arg("path", path)
                .arg("rung", what),
        );
    }
    for (l, line) in doc.lines.iter().enumerate() {
        line_sound(l, line, &mut found);
    }
    for (l, line) in doc.lines.iter().enumerate() {
        let sets_same = |other: &LineFile| {
            (line.clocks.iter()).any(|rule| other.clocks.iter().any(|theirs| theirs.code == rule.code))
        };
        let earlier = doc
            .lines
            .iter()
            .take(l)
            .position(|o| o.same_cases(line) && sets_same(o));
        if let Some(other) = earlier {
            found.push(
                Found::new(Grave::Error, "same-cases", Place::line(l, "")).arg("other", format!("lines[{other}]")),
            );
        }
    }
    for (n, limit) in doc.limits.iter().enumerate() {
        let place = Place::limit(limit.code);
        if doc.limits.iter().take(n).any(|earlier| earlier.code == limit.code) {
            found.push(Found::new(Grave::Error, "limit-twice", place.clone()));
        }
        let nothing = limit.limit.rough_ms() <= 0 && !matches!(limit.limit, Span::Customer {});
        if nothing || limit.limit.rough_ms() > LONGEST_MS {
            found.push(Found::new(Grave::Error, "limit-length", place.clone()));
        }
        if limit.clauses.iter().all(|clause| clause.trim().is_empty()) {
            found.push(Found::new(Grave::Error, "limit-clause", place));
        }
    }
    for (code, fits) in [
        (LimitCode::ConsultVisitor, "minute"),
        (LimitCode::ConsultCaller, "minute"),
        (LimitCode::CallBack, "minute hour"),
        (LimitCode::FirstAnswer, "minute hour natural_day"),
    ] {
        let unit = doc.limit(code).map(|l| l.limit.unit());
        if unit.is_some_and(|unit| !fits.split(' ').any(|f| f == unit)) {
            found.push(Found::new(Grave::Error, "desk-rules", Place::limit(code)).arg("what", fits));
        }
    }
    if let Some((_, what)) = doc.desk().fault() {
        found.push(Found::new(Grave::Error, "desk-rules", Place::whole("limits")).arg("what", what));
    }
    let standard = doc.built();
    for kind in Kind::ALL {
        for importance in Importance::ALL {
            let cases = Cases {
                kind: *kind,
                importance: *importance,
                urgency: Urgency::Normal,
            };
            if standard
                .rule(ClockCode::Promise, *kind, "", *importance, Urgency::Normal)
                .is_none()
            {
                let place = Place {
                    cases: Some(cases),
                    code: Some(ClockCode::Promise),
                    ..Place::whole("lines")
                };
                found.push(
                    Found::new(Grave::Error, "no-promise", place)
                        .arg("kind", kind)
                        .arg("importance", importance)
                        .arg("clause", "REC-8"),
                );
            }
        }
    }
    found
}

fn line_sound(l: usize, line: &LineFile, found: &mut Vec<Found>) {
    if line.clocks.is_empty() {
        found.push(Found::new(Grave::Error, "no-clocks", Place::line(l, "clocks")));
    }
    if line.items.iter().any(|prefix| prefix.trim().is_empty()) {
        found.push(Found::new(Grave::Error, "empty-item", Place::line(l, "items")));
    }
    for (c, clock) in line.clocks.iter().enumerate() {
        let mut error = |code, field| {
            let place = Place::clock(l, c, clock.code, field);
            found.push(Found::new(Grave::Error, code, place).arg("clock", clock.code));
        };
        let ms = clock.limit.rough_ms();
        if ms <= 0 || ms > LONGEST_MS {
            error("length", "limit");
        }
        if clock.clause.trim().is_empty() {
            error("clause-empty", "clause");
        }
        let day = matches!(clock.limit, Limit::NaturalDay { .. });
        if day && !clock.pausable.is_empty() {
            error("day-paused", "pausable");
        }
        match &clock.calendar {
            Some(code) if !calendars::CODES.contains(&code.as_str()) => error("calendar-unknown", "calendar"),
            Some(_) if !clock.limit.needs_calendar() => error("calendar-needless", "calendar"),
            None if clock.limit.needs_calendar() => error("calendar-needed", "calendar"),
            _ => {}
        }
        if matches!(clock.code, ClockCode::Interim | ClockCode::Consult) {
            error("clock-named", "");
        }
        if let Some(code) = clock.max_pause.and_then(running) {
            error(code, "max_pause");
        }
        if clock.reopen == OnReopen::Continue {
            if matches!(clock.code, ClockCode::Callback | ClockCode::Promise) {
                error("reopen-own", "reopen");
            } else if day {
                error("reopen-day", "reopen");
            }
        }
        if line.clocks.iter().take(c).any(|other| other.code == clock.code) {
            error("clock-twice", "");
        }
        if let Some(own) = &clock.ladder
            && let Err((path, what)) = ladder::checked(own.clone(), clock.calendar.is_some(), "ladder")
        {
            let place = Place::clock(l, c, clock.code, "ladder");
            found.push(
                Found::new(Grave::Error, "ladder", place)
                    .arg("path", path)
                    .arg("rung", what),
            );
        }
    }
}

/// Why a length is none that runs; none where it is one.
fn running(limit: Limit) -> Option<&'static str> {
    match limit {
        Limit::Minute { .. } | Limit::Hour { .. } if limit.rough_ms() > LONGEST_MS => Some("year"),
        Limit::Minute { .. } | Limit::Hour { .. } => None,
        _ => Some("running"),
    }
}

/// What a document is compared with.
pub struct Beside<'a> {
    /// What the clauses ask for: the shipped document.
    pub shipped: &'a Document,
    pub calendars: &'a Calendars,
    pub clauses: &'a Clauses,
    /// Codes of the taxonomy's items.
    pub items: &'a [&'a str],
    /// Names that other versions of the site have.
    pub taken: &'a [String],
}

/// Everything that is wrong with a document: errors first, then departures from the clauses, then notes.
pub fn look(doc: &Document, beside: &Beside<'_>) -> Vec<Found> {
    let mut found = sound(doc);
    if beside.taken.iter().any(|name| name == doc.version.trim()) {
        found.push(
            Found::new(Grave::Error, "version-taken", Place::whole("version")).arg("version", doc.version.trim()),
        );
    }
    for (l, line) in doc.lines.iter().enumerate() {
        for (c, clock) in line.clocks.iter().enumerate() {
            let empty = clock
                .calendar
                .as_deref()
                .and_then(|code| beside.calendars.newest(code))
                .and_then(|of| beside.calendars.hours(&of))
                .is_some_and(|hours| hours.is_empty());
            if empty {
                let place = Place::clock(l, c, clock.code, "calendar");
                found.push(Found::new(Grave::Error, "calendar-empty", place).arg("clock", clock.code));
            }
        }
    }
    against_the_clauses(doc, beside, &mut found);
    never_wins(doc, &mut found);
    named_limits(doc, beside, &mut found);
    words(doc, beside, &mut found);
    found.sort_by_key(|f| f.grave);
    found
}

/// The items at which one line may win over another: each prefix that is named, and none.
fn probes<'a>(docs: &[&'a Document]) -> Vec<&'a str> {
    let named = docs
        .iter()
        .flat_map(|doc| doc.lines.iter().flat_map(|line| line.items.iter().map(|i| i.trim())));
    let mut all: Vec<&str> = named.chain([""]).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn all_cases() -> impl Iterator<Item = Cases> {
    Kind::ALL.iter().flat_map(|kind| {
        Importance::ALL.iter().flat_map(move |importance| {
            Urgency::ALL.iter().map(move |urgency| Cases {
                kind: *kind,
                importance: *importance,
                urgency: *urgency,
            })
        })
    })
}

/// Where the document's winning rule stands.
struct Stand<'a> {
    place: Place,
    rule: Option<&'a ClockRule>,
}

fn stand<'a>(standard: &'a Standard, code: ClockCode, cases: Cases, item: &str) -> Stand<'a> {
    let won = standard.winner(code, cases.kind, item, cases.importance, cases.urgency);
    let clock = won.and_then(|(line, rule)| {
        let clocks = &standard.lines().get(line)?.clocks;
        clocks.iter().position(|other| other.code == rule.code)
    });
    Stand {
        place: Place {
            line: won.map(|(line, _)| line),
            clock,
            code: Some(code),
            field: if won.is_some() { "limit" } else { "lines" },
            cases: Some(cases),
            item: item.to_owned(),
            limit: None,
        },
        rule: won.map(|(_, rule)| rule),
    }
}

/// What the clauses demand is there, and where it is longer or pauses for more, that is named.
fn against_the_clauses(doc: &Document, beside: &Beside<'_>, found: &mut Vec<Found>) {
    let (mine, theirs) = (doc.built(), beside.shipped.built());
    // One finding for all the cases that meet the same two rules.
    let mut seen: BTreeMap<(&'static str, ClockCode, Option<usize>, String), (Found, usize)> = BTreeMap::new();
    for item in probes(&[doc, beside.shipped]) {
        for cases in all_cases() {
            for code in ClockCode::ALL {
                let Some((_, wanted)) = theirs.winner(*code, cases.kind, item, cases.importance, cases.urgency) else {
                    continue;
                };
                let is = stand(&mine, *code, cases, item);
                let (grave, what) = match is.rule {
                    None => (Grave::Error, "uncovered"),
                    // What is a habit of the trade is no clause's duration.
                    Some(_) if wanted.habit => continue,
                    Some(rule) if rule.limit.rough_ms() > wanted.limit.rough_ms() => (Grave::Departure, "longer"),
                    Some(rule) if rule.pausable.iter().any(|reason| !wanted.pausable.contains(reason)) => {
                        (Grave::Departure, "pause-added")
                    }
                    Some(_) => continue,
                };
                let key = (
                    what,
                    *code,
                    is.place.line,
                    format!("{} {:?}", wanted.clause, wanted.limit),
                );
                let entry = seen.entry(key).or_insert_with(|| {
                    let mut f = Found::new(grave, what, is.place.clone())
                        .arg("clock", code)
                        .arg("clause", &wanted.clause);
                    f.was = Some(wanted.limit);
                    f.now = is.rule.map(|rule| rule.limit);
                    (f, 0)
                });
                entry.1 += 1;
            }
        }
    }
    found.extend(seen.into_values().map(|(f, n)| f.arg("n", n)));
}

/// Lines that some other line always wins over: who reads them would believe what does not hold.
fn never_wins(doc: &Document, found: &mut Vec<Found>) {
    let mine = doc.built();
    let mut wins: Vec<Vec<bool>> = doc.lines.iter().map(|line| vec![false; line.clocks.len()]).collect();
    for item in probes(&[doc]) {
        for cases in all_cases() {
            for code in ClockCode::ALL {
                let won = stand(&mine, *code, cases, item).place;
                if let (Some(l), Some(c)) = (won.line, won.clock)
                    && let Some(mark) = wins.get_mut(l).and_then(|line| line.get_mut(c))
                {
                    *mark = true;
                }
            }
        }
    }
    for (l, line) in doc.lines.iter().enumerate() {
        for (c, clock) in line.clocks.iter().enumerate() {
            if wins.get(l).and_then(|line| line.get(c)) == Some(&false) {
                let place = Place::clock(l, c, clock.code, "");
                found.push(Found::new(Grave::Error, "never-wins", place).arg("clock", clock.code));
            }
        }
    }
}

/// Whether a site's limit asks for less than the clause.
fn wider(code: LimitCode, shipped: Span, mine: Span) -> bool {
    match shipped {
        // Nothing else is the customer's own time.
        Span::Customer {} => mine != shipped,
        // Time before something: being there earlier is more.
        _ if code == LimitCode::CheckIn => mine.rough_ms() < shipped.rough_ms(),
        _ => mine.rough_ms() > shipped.rough_ms(),
    }
}

fn named_limits(doc: &Document, beside: &Beside<'_>, found: &mut Vec<Found>) {
    doc.callback.departures(found);
    for shipped in &beside.shipped.limits {
        let place = Place::limit(shipped.code);
        let clause = shipped.clauses.first().cloned().unwrap_or_default();
        match doc.limit(shipped.code) {
            None => found.push(Found::new(Grave::Error, "limit-missing", place).arg("clause", clause)),
            Some(mine) if !shipped.own && wider(shipped.code, shipped.limit, mine.limit) => {
                let mut f = Found::new(Grave::Departure, "limit-longer", place).arg("clause", clause);
                f.spans = Some((shipped.limit, mine.limit));
                found.push(f);
            }
            Some(_) => {}
        }
    }
}

/// Clauses and items that nobody knows.
fn words(doc: &Document, beside: &Beside<'_>, found: &mut Vec<Found>) {
    for (l, line) in doc.lines.iter().enumerate() {
        for (c, ClockFile { clause, code, .. }) in line.clocks.iter().enumerate() {
            if !clause.trim().is_empty() && beside.clauses.get(clause.trim()).is_none() {
                let place = Place::clock(l, c, *code, "clause");
                found.push(
                    Found::new(Grave::Note, "clause-unknown", place)
                        .arg("clock", code)
                        .arg("clause", clause.trim()),
                );
            }
        }
        for prefix in &line.items {
            if !prefix.trim().is_empty() && !beside.items.iter().any(|item| under(item, prefix.trim())) {
                found.push(Found::new(Grave::Note, "item-unknown", Place::line(l, "items")).arg("item", prefix.trim()));
            }
        }
    }
}
