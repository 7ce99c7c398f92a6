//! The clocks of a case in words: what is left, by when, and why it is due then.

use app::ctx::Locale;
use domain::case::CaseState;
use domain::clock::{Clock, ClockCode, ClockState, ClockView, Limit, StretchKind};

use crate::l10n::{t, tx};
use crate::page::Page;

/// Milliseconds.
const MINUTE: i64 = 60_000;

/// One clock on the card.
pub struct ClockLine {
    pub code: ClockCode,
    pub label: String,
    /// 30 分钟内, or 14:42 前.
    pub limit: String,
    /// Class of the pill.
    pub class: &'static str,
    pub icon: &'static str,
    pub text: String,
    /// Unix milliseconds, for the countdown in the browser; none where nothing runs.
    pub due: Option<i64>,
    pub near_ms: i64,
    /// 0 to 100.
    pub progress: i64,
    pub bar: &'static str,
    /// Due after the last day whose holidays are published.
    pub provisional: bool,
    pub why: Vec<String>,
    /// Beside the breach, not instead of it.
    pub excuse: String,
    /// It was moved, with the customer's agreement.
    pub extended: bool,
}

/// A length of time in words: 2 天 3 时, 3 时 24 分, 15 分. Minutes are rounded up while there is time and down when it is over.
pub fn duration(locale: Locale, ms: i64, up: bool) -> String {
    let min = if up {
        (ms.max(0) + 59_999) / 60_000
    } else {
        ms.max(0) / 60_000
    };
    let (d, h, m) = (min / 1440, min / 60 % 24, min % 60);
    let [d_, h_, m_] = [d, h, m].map(|n| n.to_string());
    let args = [("d", d_.as_str()), ("h", h_.as_str()), ("m", m_.as_str())];
    tx(
        locale,
        if d > 0 {
            "time-d"
        } else if h > 0 {
            "time-hm"
        } else {
            "time-m"
        },
        &args,
    )
}

/// Time left or over, in words.
pub fn left(locale: Locale, ms: i64) -> String {
    let text = duration(locale, ms.abs(), ms > 0);
    tx(
        locale,
        if ms > 0 { "time-left" } else { "time-over" },
        &[("time", &text)],
    )
}

/// A limit as the standard states it.
pub fn limit_text(locale: Locale, limit: Limit) -> String {
    let (key, n) = match limit {
        Limit::Minute { n } => ("limit-minute", n),
        Limit::Hour { n } => ("limit-hour", n),
        Limit::NaturalDay { n: 0 } => ("limit-today", 0),
        Limit::NaturalDay { n } => ("limit-day", n),
        Limit::WorkingMinute { n } => ("limit-working-minute", n),
        Limit::WorkingHour { n } => ("limit-working-hour", n),
        Limit::WorkingDay { n } => ("limit-working-day", n),
        Limit::Month { n } => ("limit-month", n),
    };
    tx(locale, key, &[("n", &n.to_string())])
}

/// The clocks of the present round and the promises, what is due first, first.
pub fn lines(p: &Page, case: &CaseState) -> Vec<ClockLine> {
    let mut list: Vec<(&Clock, ClockView)> = case
        .clocks
        .iter()
        .filter(|c| c.code.on_demand() || c.cycle == case.cycle)
        .map(|c| (c, c.view(p.now)))
        .filter(|(_, v)| v.state != ClockState::Cancelled)
        .collect();
    list.sort_by_key(|(c, _)| c.code);
    list.into_iter().map(|(c, v)| line(p, case, c, &v)).collect()
}

/// One clock by its code, and its round where one is named (`finish`, `promise-2`); the running or else the last of that code.
/// `next` is the one that is due first.
pub fn one(p: &Page, case: &CaseState, key: &str) -> Option<ClockLine> {
    if key == "next" {
        return first(p, case);
    }
    let (code, cycle) = match key.rsplit_once('-') {
        Some((code, cycle)) => (code, cycle.parse::<u32>().ok()),
        None => (key, None),
    };
    let code: ClockCode = code.parse().ok()?;
    let mine = |c: &&Clock| c.code == code && cycle.is_none_or(|n| c.cycle == n);
    let open = case.clocks.iter().filter(mine).find(|c| c.is_open());
    let c = open.or_else(|| case.clocks.iter().rev().find(mine))?;
    Some(line(p, case, c, &c.view(p.now)))
}

/// The clock that is due first, explained.
pub fn first(p: &Page, case: &CaseState) -> Option<ClockLine> {
    let due = |c: &&Clock| c.due_at(p.now).unwrap_or(i64::MAX);
    let c = case.clocks.iter().filter(|c| c.is_open()).min_by_key(due)?;
    c.due_at(p.now)?;
    Some(line(p, case, c, &c.view(p.now)))
}

fn line(p: &Page, case: &CaseState, c: &Clock, v: &ClockView) -> ClockLine {
    let l = p.locale;
    let limit_ms = v.limit_ms.unwrap_or(0);
    let used = v.left_ms.map_or(0, |left| limit_ms - left);
    // What runs on the screen is the time to the due instant; in working time that is more than what is left to work.
    let to_due = v.due_at.map_or(0, |due| due - v.met_at.unwrap_or(p.now));
    let progress = if limit_ms > 0 {
        (used * 100 / limit_ms).clamp(0, 100)
    } else {
        0
    };
    let due_text = |at: i64| tx(l, "case-by-time", &[("time", &p.time(at))]);
    let (class, icon, bar, text) = match v.state {
        ClockState::Met => (
            "met",
            "check",
            "",
            tx(l, "case-met", &[("time", &duration(l, used, false))]),
        ),
        ClockState::BreachedDone => ("over", "alarm", "over", p.code("clock_state", "breached_done")),
        ClockState::Overdue => ("over", "alarm", "over", left(l, to_due.min(0))),
        ClockState::Near => ("near", "clock", "near", left(l, to_due)),
        ClockState::Running => ("ok", "clock", "blu", left(l, to_due)),
        ClockState::Paused | ClockState::NotStarted | ClockState::Cancelled => {
            ("hold", "player-pause", "gry", p.code("clock_state", v.state.as_str()))
        }
    };
    let limit = match (c.limit, v.due_at) {
        (_, Some(due)) if matches!(v.state, ClockState::Running | ClockState::Near | ClockState::Overdue) => {
            due_text(due)
        }
        (Some(limit), _) if c.code == ClockCode::Callback && v.state == ClockState::NotStarted => {
            tx(l, "case-after-done", &[("limit", &limit_text(l, limit))])
        }
        (Some(limit), _) => limit_text(l, limit),
        (None, Some(due)) => due_text(due),
        (None, None) => String::new(),
    };
    let running = matches!(v.state, ClockState::Running | ClockState::Near | ClockState::Overdue);
    let label = match case
        .promises
        .iter()
        .find(|m| c.code == ClockCode::Promise && m.no == c.cycle)
    {
        Some(m) => tx(l, "case-promise-clock", &[("what", &short(&m.what))]),
        None => p.code("clock", c.code.as_str()),
    };
    ClockLine {
        code: c.code,
        label,
        limit,
        class,
        icon,
        text,
        due: v.due_at.filter(|_| running),
        near_ms: (limit_ms / 4).min(15 * 60_000),
        progress: if v.state == ClockState::NotStarted { 0 } else { progress },
        bar,
        provisional: v.provisional && running,
        why: why(p, &case.standard, c, v),
        excuse: v
            .excuse
            .map(|reason| tx(l, "case-excused", &[("reason", &p.code("excuse", reason.as_str()))]))
            .unwrap_or_default(),
        extended: c.extended.is_some(),
    }
}

fn short(text: &str) -> String {
    let mut s: String = text.chars().take(16).collect();
    if text.chars().count() > 16 {
        s.push('…');
    }
    s
}

/// Why it is due then: where it began, the limit and its clause, what counted and what did not.
pub fn why(p: &Page, standard: &str, c: &Clock, v: &ClockView) -> Vec<String> {
    let l = p.locale;
    let mut out = Vec::new();
    if let Some(limit) = c.limit {
        let args = [
            ("limit", limit_text(l, limit)),
            ("clause", c.clause.clone()),
            ("version", standard.to_owned()),
        ];
        let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
        out.push(tx(l, "why-limit", &args));
    }
    match c.started_at {
        Some(at) => out.push(tx(l, "why-start", &[("time", &p.full_time(at))])),
        None => out.push(t(l, "why-not-started")),
    }
    for s in &v.explain {
        let key = match s.kind {
            StretchKind::Counted => "why-counted",
            StretchKind::Paused => "why-paused",
            StretchKind::Closed => "why-closed",
        };
        let names: Vec<&str> = s
            .names
            .iter()
            .map(|n| if l == Locale::En { n.en.as_str() } else { n.zh.as_str() })
            .collect();
        let key = match (s.kind, names.is_empty()) {
            (_, _) if s.first_day => "why-first-day",
            (StretchKind::Closed, false) => "why-closed-named",
            (StretchKind::Counted, false) => "why-counted-named",
            _ => key,
        };
        let reason = s.reason.map(|r| p.code("wait", r.as_str())).unwrap_or_default();
        let args = [
            ("from", p.time(s.from)),
            ("to", p.time(s.to)),
            // As the two instants read, which are shown without seconds.
            ("time", duration(l, (s.to / MINUTE - s.from / MINUTE) * MINUTE, false)),
            ("reason", reason),
            ("names", names.join(&t(l, "list-comma"))),
        ];
        let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
        out.push(tx(l, key, &args));
    }
    if let Some(met) = v.met_at {
        out.push(tx(l, "why-met", &[("time", &p.full_time(met))]));
    }
    if let Some(source) = v.bound_by {
        out.push(tx(l, "why-bound", &[("source", &p.code("bound", source.as_str()))]));
    }
    if let Some(from) = v.extended_from {
        out.push(tx(l, "why-extended", &[("time", &p.full_time(from))]));
    }
    if let (Some(reason), Some(at)) = (v.excuse, v.breached_at) {
        let args = [("time", p.full_time(at)), ("reason", p.code("excuse", reason.as_str()))];
        let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
        out.push(tx(l, "why-forgiven", &args));
    }
    match (v.breached_at, v.breach_reason, v.excused && v.excuse.is_none()) {
        (Some(at), _, true) => out.push(tx(l, "why-excused", &[("time", &p.full_time(at))])),
        (Some(at), Some(reason), false) => {
            let reason = p.code("breach", reason.as_str());
            out.push(tx(
                l,
                "why-breached",
                &[("time", &p.full_time(at)), ("reason", &reason)],
            ));
        }
        _ => {}
    }
    if let Some(due) = v.due_at {
        out.push(tx(l, "why-due", &[("time", &p.full_time(due))]));
        if v.provisional {
            out.push(t(l, "why-provisional"));
        }
    }
    out
}
