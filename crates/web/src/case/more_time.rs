//! Promises, requests for more time and excuses of a case, as its page shows them.

use domain::case::ExtensionState;
use domain::clock::ClockCode;

use super::view::{ExtensionView, Loaded, PromiseView, by};
use crate::l10n::tx;
use crate::page::Page;

/// Promises, newest first: by when, to whom it was reported, the first answer, and how it was kept.
pub(super) fn promises(p: &Page, l: &Loaded) -> Vec<PromiseView> {
    let (s, names) = (&l.seen.state, &l.names);
    let view = |m: &domain::case::PromiseMade| {
        let clock = s.clock(ClockCode::Promise, m.no);
        let due = clock.and_then(|c| c.due_at(c.met_at.or(c.cancelled_at).unwrap_or(p.now)));
        let breached = clock.is_some_and(|c| c.breached_at.is_some());
        let (state, tone) = match (m.kept_at, breached) {
            (Some(_), false) => ("kept", "grn"),
            (Some(_), true) => ("kept_late", "red"),
            (None, true) => ("broken", "red"),
            (None, false) if clock.is_some_and(|c| c.cancelled_at.is_some()) => ("dropped", ""),
            (None, false) => ("open", "amb"),
        };
        let mut lines = vec![format!(
            "{} · {} · {}",
            p.code("promised", m.kind.as_str()),
            by(p, names, &m.by),
            p.time(m.at)
        )];
        if !m.reported_to.is_empty() {
            let people: Vec<String> = m.reported_to.iter().map(|id| names.staff(id)).collect();
            lines.push(p.t1("promise-reported", "names", people.join(&p.t("list-comma"))));
        }
        let first = s.clock(ClockCode::Interim, m.no);
        match (m.interim_at, first.and_then(|c| c.due_at(c.met_at.unwrap_or(p.now)))) {
            (Some(at), _) => lines.push(p.t1("promise-first-given", "time", p.time(at))),
            (None, Some(due)) if m.kept_at.is_none() => {
                let text = crate::promise::by(p.locale, &p.zone, p.now, due);
                lines.push(p.t1("promise-first-due", "time", text));
            }
            _ => {}
        }
        if let (Some(at), Some(how)) = (m.kept_at, &m.how) {
            let who = m.kept_by.as_ref().map(|b| by(p, names, b)).unwrap_or_default();
            lines.push(format!("{} {who} · {how}", p.time(at)));
        }
        PromiseView {
            clock: format!("promise-{}", m.no),
            what: m.what.clone(),
            state: p.code("promise-state", state),
            tone,
            by: due.map_or_else(String::new, |due| crate::promise::by(p.locale, &p.zone, p.now, due)),
            lines,
        }
    };
    s.promises.iter().rev().map(view).collect()
}

/// Requests for more time, newest first, refused and lapsed ones too.
pub(super) fn extensions(p: &Page, l: &Loaded) -> Vec<ExtensionView> {
    let (s, names) = (&l.seen.state, &l.names);
    let view = |e: &domain::case::Extension| {
        let mut lines = vec![format!(
            "{} · {} · {}",
            by(p, names, &e.by),
            p.time(e.at),
            p.code("told", e.told.as_str())
        )];
        lines.push(match &e.agreement {
            Some(a) => {
                let key = if a.agreed {
                    "extension-agreed"
                } else {
                    "extension-not-agreed"
                };
                let said = tx(p.locale, key, &[("grade", &a.grade.as_str().to_uppercase())]);
                let parts = [said, p.code("consent", a.how.as_str()), p.time(a.at), a.note.clone()];
                parts
                    .iter()
                    .filter(|x| !x.is_empty())
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(" · ")
            }
            None => p.t("extension-agreement-open"),
        });
        lines.push(match &e.decision {
            Some(d) => {
                let key = if d.approved {
                    "extension-approved"
                } else {
                    "extension-rejected"
                };
                let parts = [p.t(key), by(p, names, &d.by), p.time(d.at), d.note.clone()];
                parts
                    .iter()
                    .filter(|x| !x.is_empty())
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(" · ")
            }
            None => p.t1("extension-decides", "post", p.code("role", e.approver.as_str())),
        });
        let from = e.due_at.map(|at| p.full_time(at)).unwrap_or_default();
        ExtensionView {
            clock: p.code("clock", e.code.as_str()),
            times: format!("{from} → {}", p.full_time(e.to)),
            state: p.code("extension", e.state.as_str()),
            tone: match e.state {
                ExtensionState::Granted => "grn",
                ExtensionState::Pending => "amb",
                ExtensionState::Rejected | ExtensionState::Declined => "red",
                ExtensionState::Lapsed | ExtensionState::Withdrawn => "",
            },
            reason: e.reason.clone(),
            open: e.state == ExtensionState::Pending,
            lines,
        }
    };
    s.extensions.iter().rev().map(view).collect()
}

/// Requests for an excuse, newest first: what was asked, by whom, and what came of it.
pub(super) fn excuse_requests(p: &Page, l: &Loaded) -> Vec<ExtensionView> {
    let (s, names) = (&l.seen.state, &l.names);
    let view = |r: &domain::case::ExcuseRequest| {
        let asked = [p.code("excuse", r.reason.as_str()), by(p, names, &r.by), p.time(r.at)];
        let word = match &r.decision {
            Some(d) => {
                let key = if d.approved {
                    "excuse-approved"
                } else {
                    "excuse-rejected"
                };
                let parts = [p.t(key), by(p, names, &d.by), p.time(d.at), d.note.clone()];
                let parts: Vec<String> = parts.into_iter().filter(|x| !x.is_empty()).collect();
                parts.join(" · ")
            }
            None => p.t1("extension-decides", "post", p.code("role", r.approver.as_str())),
        };
        let (state, tone) = match r.decision.as_ref().map(|d| d.approved) {
            None => ("asked", "amb"),
            Some(true) => ("approved", "grn"),
            Some(false) => ("rejected", "red"),
        };
        ExtensionView {
            clock: p.code("clock", r.code.as_str()),
            times: String::new(),
            state: p.code("excuse", state),
            tone,
            reason: r.text.clone(),
            open: r.decision.is_none(),
            lines: vec![asked.join(" · "), word],
        }
    };
    s.excuse_requests.iter().rev().map(view).collect()
}

/// Excuses: which limit, why, and who said so.
pub(super) fn excuses(p: &Page, l: &Loaded) -> Vec<String> {
    let (s, names) = (&l.seen.state, &l.names);
    let line = |x: &domain::case::ExcuseMade| {
        let reason = s
            .clock(x.code, x.cycle)
            .and_then(|c| c.excuse.as_ref())
            .map(|e| p.code("excuse", e.reason.as_str()))
            .unwrap_or_default();
        let parts = [
            p.code("clock", x.code.as_str()),
            reason,
            x.text.clone(),
            by(p, names, &x.by),
            p.time(x.at),
        ];
        parts
            .iter()
            .filter(|x| !x.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join(" · ")
    };
    s.excuses.iter().rev().map(line).collect()
}
