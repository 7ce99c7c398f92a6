//! A standard in words: for whom a line speaks, how long its limit is, what is wrong and what differs.

use app::book::Book;
use app::error::Res;
use domain::case::Kind;
use domain::clauses::Clauses;
use domain::clock::{ClockCode, Limit};
use domain::ladder::{Rung, RungFile};
use domain::standard::compare::What;
use domain::standard::edit::At;
use domain::standard::{
    Ask, CallbackFile, ClockFile, Difference, Document, Found, LineFile, NamedLimit, OnReopen, Place, Span, under,
};

use crate::case::clocks::limit_text;
use crate::case::names::named;
use crate::l10n::tx;
use crate::page::Page;

/// Codes joined as people read a list.
fn listed(p: &Page, family: &str, codes: impl Iterator<Item = &'static str>) -> String {
    let words: Vec<String> = codes.map(|code| p.code(family, code)).collect();
    words.join(&p.t("word-comma"))
}

/// Kinds of a line; empty for all of them.
pub fn kinds(p: &Page, l: &LineFile) -> String {
    listed(p, "kind", l.kinds.iter().map(|k| k.as_str()))
}

/// Levels of importance of a line; empty for all of them.
pub fn importance(p: &Page, l: &LineFile) -> String {
    listed(p, "importance", l.importance.iter().map(|k| k.as_str()))
}

/// Levels of urgency of a line; empty for all of them.
pub fn urgency(p: &Page, l: &LineFile) -> String {
    listed(p, "urgency", l.urgency.iter().map(|k| k.as_str()))
}

/// What one item prefix stands for: an item, or a whole trade or group.
pub fn item(p: &Page, book: &Book, prefix: &str) -> String {
    let t = &book.taxonomy;
    if let Some(item) = t.item(prefix) {
        return named(p.locale, &item.zh, &item.en).to_owned();
    }
    let mut of = t.items.iter().filter(|i| under(&i.code, prefix));
    match of.next().and_then(|first| t.group(first)) {
        Some(group) => p.t1("standard-all-of", "group", named(p.locale, &group.zh, &group.en)),
        None => prefix.to_owned(),
    }
}

/// The items of a line: the first ones, and all of them for a look.
pub fn items(p: &Page, book: &Book, l: &LineFile) -> (String, String) {
    let all: Vec<String> = l.items.iter().map(|prefix| item(p, book, prefix)).collect();
    let whole = all.join(&p.t("word-comma"));
    if all.len() <= 3 {
        return (whole.clone(), whole);
    }
    let first = all.iter().take(2).cloned().collect::<Vec<_>>().join(&p.t("word-comma"));
    (p.t2("standard-items-more", "items", first, "n", all.len()), whole)
}

/// Everything that a line speaks for, in one line.
pub fn whom(p: &Page, book: &Book, l: &LineFile) -> String {
    let parts: Vec<String> = [kinds(p, l), importance(p, l), urgency(p, l), items(p, book, l).0]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() {
        p.t("handbook-all")
    } else {
        parts.join(" · ")
    }
}

/// A limit of a clock.
pub fn limit(p: &Page, limit: Limit) -> String {
    limit_text(p.locale, limit)
}

/// A named limit's length.
pub fn span(p: &Page, span: Span) -> String {
    span_text(p.locale, span)
}

/// As [`span`], in a language.
pub fn span_text(l: app::ctx::Locale, span: Span) -> String {
    let n = |key: &str, n: u32| tx(l, key, &[("n", &n.to_string())]);
    match span {
        Span::Customer {} => crate::l10n::t(l, "standard-span-customer"),
        Span::NaturalDay { n: 0 } => crate::l10n::t(l, "limit-today"),
        Span::AtOnce { n: s } if s % 60 == 0 => n("standard-span-at_once-min", s / 60),
        other => n(&format!("standard-span-{}", other.unit()), other.n()),
    }
}

/// What may pause a clock, and for how long at most.
pub fn pause(p: &Page, c: &ClockFile) -> String {
    let mut words = listed(p, "wait", c.pausable.iter().map(|w| w.as_str()));
    if let Some(most) = c.max_pause.filter(|_| !words.is_empty()) {
        words = p.t2("standard-pause-most", "reasons", words, "most", length(p, most));
    }
    words
}

/// A length without "within".
pub fn length(p: &Page, limit: Limit) -> String {
    match limit {
        Limit::Minute { n } => p.t1("standard-span-minute", "n", n),
        Limit::Hour { n } => p.t1("standard-span-hour", "n", n),
        other => limit_text(p.locale, other),
    }
}

/// The calendar of a clock: round the clock where it has none.
pub fn calendar(p: &Page, c: &ClockFile) -> String {
    match (&c.calendar, c.limit) {
        (Some(code), _) if matches!(code.as_str(), "office" | "desk") => p.code("calendar", code),
        (Some(code), _) => code.clone(),
        (None, Limit::NaturalDay { .. }) => p.t("calendar-natural"),
        (None, _) => p.t("calendar-round"),
    }
}

/// What reopening does; nothing to say for clocks that have no choice.
pub fn reopen(p: &Page, c: &ClockFile) -> String {
    if matches!(c.code, ClockCode::Callback | ClockCode::Promise) {
        return String::new();
    }
    p.code("reopen_mode", c.reopen.as_str())
}

/// Who is told when, one line a step.
/// A step of a ladder as the file writes it, sound or not.
pub fn rung(p: &Page, file: &RungFile) -> String {
    let posts: Vec<String> = file.to.iter().map(|post| p.code("post", post.as_str())).collect();
    let step = file
        .at()
        .map_or_else(String::new, |at| crate::notice::step(p.locale, at));
    let posts = posts.join(&p.t("list-comma"));
    let args = [
        ("step", step),
        ("what", p.code("rung", file.kind.as_str())),
        ("posts", posts),
    ];
    let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
    tx(p.locale, "ladder-line", &args)
}

/// Every clause with its text, to choose from.
///
/// # Errors
/// `Internal` when the catalogue cannot be read.
pub fn clause_list(p: &Page) -> Res<Vec<(String, String)>> {
    let all = super::clauses()?.clauses.iter();
    let text = |c: &domain::clauses::Clause| if p.en() { c.en.clone() } else { c.zh.clone() };
    Ok(all.map(|c| (c.id.clone(), text(c))).collect())
}

/// The steps of a ladder in one line.
fn steps(p: &Page, rungs: &[Rung]) -> String {
    if rungs.is_empty() {
        return p.t("standard-ladder-none");
    }
    let lines: Vec<String> = rungs.iter().map(|r| crate::notice::ladder_line(p, r)).collect();
    lines.join(&p.t("word-semicolon"))
}

pub fn ladder(p: &Page, doc: &Document, c: &ClockFile) -> Vec<String> {
    c.rungs(doc).iter().map(|r| crate::notice::ladder_line(p, r)).collect()
}

/// The text of a clause, for a look; empty for a site's own rule.
pub fn clause(p: &Page, clauses: &Clauses, id: &str) -> String {
    clauses
        .get(id)
        .map(|c| if p.en() { c.en.clone() } else { c.zh.clone() })
        .unwrap_or_default()
}

/// One row of the table.
pub struct Row {
    /// Place in the address: `3-0`.
    pub at: String,
    /// Number on the page, from 1.
    pub n: usize,
    pub kinds: String,
    pub importance: String,
    pub urgency: String,
    pub items: String,
    pub items_all: String,
    pub clock: String,
    pub limit: String,
    pub calendar: String,
    pub pause: String,
    pub reopen: String,
    /// Who is told when.
    pub ladder: Vec<String>,
    pub habit: bool,
    pub clause: String,
    pub clause_text: String,
    /// Differs from the version it was drafted from.
    pub differs: bool,
}

/// A named limit on the page.
pub struct LimitRow {
    pub code: &'static str,
    pub name: String,
    pub limit: String,
    /// Clauses with their texts.
    pub clauses: Vec<(String, String)>,
    pub own: bool,
    pub differs: bool,
}

/// Rows of a document, those that differ from `base` marked.
pub fn rows(p: &Page, book: &Book, clauses: &Clauses, doc: &Document, base: Option<&Document>) -> Vec<Row> {
    doc.rows()
        .enumerate()
        .map(|(i, ((l, c), line, clock))| {
            let (items, items_all) = items(p, book, line);
            let as_before = base.is_none_or(|base| {
                base.rows()
                    .any(|(_, other, theirs)| other.same_cases(line) && theirs == clock)
            });
            Row {
                at: format!("{l}-{c}"),
                n: i + 1,
                kinds: kinds(p, line),
                importance: importance(p, line),
                urgency: urgency(p, line),
                items,
                items_all,
                clock: p.code("clock", clock.code.as_str()),
                limit: limit(p, clock.limit),
                calendar: calendar(p, clock),
                pause: pause(p, clock),
                reopen: reopen(p, clock),
                ladder: ladder(p, doc, clock),
                habit: clock.habit,
                clause: clock.clause.clone(),
                clause_text: clause(p, clauses, &clock.clause),
                differs: !as_before,
            }
        })
        .collect()
}

/// Named limits of a document.
pub fn limits(p: &Page, clauses: &Clauses, doc: &Document, base: Option<&Document>) -> Vec<LimitRow> {
    doc.limits
        .iter()
        .map(|l| LimitRow {
            code: l.code.as_str(),
            name: p.code("standard-limit", l.code.as_str()),
            limit: span(p, l.limit),
            clauses: l
                .clauses
                .iter()
                .map(|id| (id.clone(), clause(p, clauses, id)))
                .collect(),
            own: l.own,
            differs: base.is_some_and(|base| base.limit(l.code) != Some(l)),
        })
        .collect()
}

/// One thing that was found, ready to read.
pub struct FoundRow {
    pub grave: &'static str,
    pub place: String,
    /// The row of the page it is about (`3-0`), to go there.
    pub at: Option<String>,
    pub text: String,
}

fn place(p: &Page, book: &Book, doc: &Document, place: &Place) -> (String, Option<String>) {
    if let Some(code) = place.limit {
        return (p.code("standard-limit", code.as_str()), None);
    }
    let at: Option<At> = place.line.map(|l| (l, place.clock.unwrap_or(0)));
    if let Some((l, c)) = at {
        let n = doc.rows().position(|(here, _, _)| here == (l, c)).map_or(l, |n| n) + 1;
        let whom = doc.lines.get(l).map(|line| whom(p, book, line)).unwrap_or_default();
        let row = p.t2("standard-place-row", "n", n, "whom", whom);
        return (row, Some(format!("{l}-{c}")));
    }
    if let Some(cases) = place.cases {
        let words = [
            p.code("kind", cases.kind.as_str()),
            p.code("importance", cases.importance.as_str()),
            p.code("urgency", cases.urgency.as_str()),
        ];
        let mut words = words.join(" · ");
        if !place.item.is_empty() {
            words = format!("{words} · {}", item(p, book, &place.item));
        }
        return (words, None);
    }
    let key = match place.field {
        "version" => "standard-version-name",
        "longest_wait_days" => "standard-wait-days",
        field if field.starts_with("callback") => "standard-callback",
        _ => "standard-whole",
    };
    (p.t(key), None)
}

/// Whom a callback asks, and when it is over without an answer.
pub fn callback(p: &Page, c: &CallbackFile) -> String {
    let n = c.unreachable_after_attempts.to_string();
    let minutes = c.attempt_spacing.minutes().to_string();
    let days = c.attempt_days.to_string();
    let args = [("n", n.as_str()), ("minutes", &minutes), ("days", &days)];
    let mut said = vec![tx(p.locale, "standard-callback-is", &args)];
    for kind in Kind::ALL {
        let name = p.code("kind", kind.as_str());
        match c.asks(*kind) {
            (Ask::Always, _) => {}
            (Ask::Sample, percent) => said.push(p.t2("standard-asks-sample", "kind", name, "percent", percent)),
            (Ask::UnlessRated, _) => said.push(p.t1("standard-asks-unless_rated", "kind", name)),
        }
    }
    said.join(&p.t("word-semicolon"))
}

/// What was found, in the words of the page.
pub fn found(p: &Page, book: &Book, doc: &Document, all: &[Found]) -> Vec<FoundRow> {
    all.iter()
        .map(|f| {
            let (place, at) = place(p, book, doc, &f.place);
            FoundRow {
                grave: f.grave.as_str(),
                place,
                at,
                text: sentence(p, book, doc, f),
            }
        })
        .collect()
}

/// The sentence of one thing that was found.
pub fn sentence(p: &Page, book: &Book, doc: &Document, f: &Found) -> String {
    let mut args: Vec<(&str, String)> = Vec::new();
    for (name, value) in &f.args {
        let shown = match *name {
            "clock" => p.code("clock", value),
            "kind" => p.code("kind", value),
            "importance" => p.code("importance", value),
            "item" => item(p, book, value),
            "rung" => p.code("standard-rung", value),
            // `lines[3]` of the file is a row of the page.
            "other" => {
                let line = value
                    .trim_start_matches("lines[")
                    .trim_end_matches(']')
                    .parse::<usize>();
                let n = line.ok().and_then(|l| doc.rows().position(|(at, _, _)| at.0 == l));
                n.map_or_else(|| value.clone(), |n| (n + 1).to_string())
            }
            _ => value.clone(),
        };
        args.push((name, shown));
    }
    if let Some(was) = f.was {
        args.push(("was", limit(p, was)));
    }
    if let Some(now) = f.now {
        args.push(("now", limit(p, now)));
    }
    if let Some((was, now)) = f.spans {
        args.push(("was", span(p, was)));
        args.push(("now", span(p, now)));
    }
    let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
    tx(p.locale, &format!("standard-found-{}", f.code), &args)
}

/// The sentence of one thing that was found, for a terminal: items by their codes.
pub fn plain(l: app::ctx::Locale, f: &Found) -> String {
    let mut args: Vec<(&str, String)> = Vec::new();
    for (name, value) in &f.args {
        let shown = match *name {
            "clock" | "kind" | "importance" => crate::l10n::t(l, &format!("{name}-{value}")),
            "rung" => crate::l10n::t(l, &format!("standard-rung-{value}")),
            _ => value.clone(),
        };
        args.push((name, shown));
    }
    if let Some(was) = f.was {
        args.push(("was", limit_text(l, was)));
    }
    if let Some(now) = f.now {
        args.push(("now", limit_text(l, now)));
    }
    if let Some((was, now)) = f.spans {
        args.push(("was", span_text(l, was)));
        args.push(("now", span_text(l, now)));
    }
    let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
    tx(l, &format!("standard-found-{}", f.code), &args)
}

/// The sentence of a rule that says no, outside a page.
pub fn refusal(l: app::ctx::Locale, r: &domain::refusal::Refusal) -> String {
    crate::fail::refusal_text(l, "UTC", r)
}

/// One difference between two versions, ready to read.
pub struct DiffRow {
    pub mark: &'static str,
    pub what: String,
    pub clock: String,
    pub before: String,
    pub after: String,
}

/// A clock's rule in one line.
fn rule(p: &Page, c: &ClockFile) -> String {
    let mut parts = vec![limit(p, c.limit)];
    if c.calendar.is_some() {
        parts.push(calendar(p, c));
    }
    let pause = pause(p, c);
    if !pause.is_empty() {
        parts.push(p.t1("standard-may-pause", "reasons", pause));
    }
    if c.reopen == OnReopen::Continue {
        parts.push(reopen(p, c));
    }
    if let Some(own) = &c.ladder {
        parts.push(format!("{} {}", p.t("handbook-ladder"), steps(p, &c.own_rungs(own))));
    }
    parts.push(c.clause.clone());
    parts.join(" · ")
}

fn named_limit(p: &Page, l: &NamedLimit) -> String {
    format!("{} · {}", span(p, l.limit), l.clauses.join(&p.t("word-comma")))
}

/// What differs, in the words of the page.
pub fn differences(p: &Page, book: &Book, all: &[Difference]) -> Vec<DiffRow> {
    let text = |value: Option<String>| value.unwrap_or_default();
    all.iter()
        .map(|d| {
            let (what, clock, before, after) = match &d.what {
                What::Clock { cases, before, after } => (
                    whom(p, book, cases),
                    after
                        .as_ref()
                        .or(before.as_ref())
                        .map(|c| p.code("clock", c.code.as_str()))
                        .unwrap_or_default(),
                    text(before.as_ref().map(|c| rule(p, c))),
                    text(after.as_ref().map(|c| rule(p, c))),
                ),
                What::Limit { before, after } => (
                    p.t("standard-limits"),
                    after
                        .as_ref()
                        .or(before.as_ref())
                        .map(|l| p.code("standard-limit", l.code.as_str()))
                        .unwrap_or_default(),
                    text(before.as_ref().map(|l| named_limit(p, l))),
                    text(after.as_ref().map(|l| named_limit(p, l))),
                ),
                What::Callback { before, after } => (
                    p.t("standard-callback"),
                    String::new(),
                    callback(p, before),
                    callback(p, after),
                ),
                What::Ladder { before, after } => {
                    let say = |rungs: &Vec<Rung>| steps(p, rungs);
                    (p.t("handbook-ladder"), String::new(), say(before), say(after))
                }
                What::Wait { before, after } => {
                    let say = |days: &Option<u32>| p.t1("standard-days", "n", days.unwrap_or(90));
                    (p.t("standard-wait-days"), String::new(), say(before), say(after))
                }
            };
            DiffRow {
                mark: d.mark.as_str(),
                what,
                clock,
                before,
                after,
            }
        })
        .collect()
}

/// The items that a form offers: groups first, each with its items. Value, name, whether it is chosen.
pub struct Group {
    pub name: String,
    pub whole: (String, String, bool),
    pub items: Vec<(String, String, bool)>,
    /// Something of it is chosen: it stands open.
    pub open: bool,
}

/// Trades of repairs, groups of complaints, and the topics of each other kind.
pub fn groups(p: &Page, book: &Book, chosen: &[String]) -> Vec<Group> {
    let t = &book.taxonomy;
    let mut out: Vec<Group> = Vec::new();
    let is = |code: &str| chosen.iter().any(|c| c == code);
    for i in &t.items {
        let mut parts = i.code.splitn(3, '.');
        let (first, second, third) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let prefix = match (second, third) {
            (Some(second), Some(_)) => format!("{first}.{second}"),
            _ => first.to_owned(),
        };
        let kind = p.code("kind", kind_of(&i.code, i.kind).as_str());
        let name = match t.group(i) {
            Some(g) if third.is_some() => format!("{kind} / {}", named(p.locale, &g.zh, &g.en)),
            _ => kind,
        };
        let entry = (i.code.clone(), named(p.locale, &i.zh, &i.en).to_owned(), is(&i.code));
        match out.iter_mut().find(|g| g.whole.0 == prefix) {
            Some(g) => g.items.push(entry),
            None => out.push(Group {
                whole: (prefix.clone(), p.t1("standard-all-of", "group", &name), is(&prefix)),
                name,
                items: vec![entry],
                open: false,
            }),
        }
    }
    for g in &mut out {
        g.open = g.whole.2 || g.items.iter().any(|i| i.2);
    }
    out
}

/// The kind by the first word of an item's code: `repair` belongs to service requests.
fn kind_of(code: &str, otherwise: Kind) -> Kind {
    match code.split('.').next() {
        Some("repair") => Kind::Request,
        Some(word) => word.parse().unwrap_or(otherwise),
        None => otherwise,
    }
}

#[cfg(test)]
mod tests {
    use app::ctx::Locale;
    use domain::ladder::RungWrong;
    use domain::standard::{LimitCode, OnReopen, Span, check};

    use crate::l10n::has;

    #[test]
    fn everything_of_a_standard_has_a_text_in_both_languages() {
        for l in [Locale::Zh, Locale::En] {
            let need = |key: String| assert!(has(l, &key), "{key}");
            for (code, _) in check::CODES {
                need(format!("standard-found-{code}"));
            }
            for code in LimitCode::ALL {
                need(format!("standard-limit-{code}"));
            }
            for unit in Span::UNITS {
                need(format!("standard-span-{unit}"));
                need(format!("standard-unit-{unit}"));
            }
            for mode in OnReopen::ALL {
                need(format!("reopen_mode-{}", mode.as_str()));
            }
            for stand in app::standard::Stand::ALL {
                need(format!("standard-state-{}", stand.code()));
            }
            for grave in check::Grave::ALL {
                need(format!("standard-grave-{grave}"));
            }
            for mark in domain::standard::Mark::ALL {
                need(format!("standard-mark-{mark}"));
            }
            for wrong in RungWrong::ALL {
                need(format!("standard-rung-{wrong}"));
            }
            for step in [
                "added",
                "changed",
                "removed",
                "limit",
                "head",
                "file",
                "rung",
                "rung_gone",
            ] {
                need(format!("standard-step-{step}"));
            }
            for state in ["running", "stopped", "done", "failed"] {
                need(format!("standard-job-{state}"));
            }
            for kind in ["compare", "apply", "simulate"] {
                need(format!("standard-job-kind-{kind}"));
            }
        }
    }
}
