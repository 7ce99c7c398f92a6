//! The cards of a case's page: files, the work order with its fee and signature, the callbacks.

use domain::case::{CaseState, FeeKind, Grade, LineKind, OrderStatus, sum_of};

use super::look;
use super::prices::price_words;
use super::view::{CallbackView, Fact, Loaded, OrderView, Photo, by};
use crate::page::Page;

pub(super) fn fee(p: &Page, s: &CaseState) -> String {
    let kind = p.code("fee", s.fee.kind.as_str());
    let mut parts = Vec::new();
    if let Some(cents) = s.accepted_cents().filter(|c| *c > 0) {
        parts.push(p.money(cents));
    } else if s.fee.kind == FeeKind::Paid {
        parts.push(p.money(s.fee.cents));
    }
    parts.push(kind);
    if s.fee.kind != FeeKind::Free {
        let key = match (s.accepted_cents().is_some(), s.pending_quote().is_some()) {
            (true, _) => "fee-state-accepted",
            (false, true) => "fee-state-pending",
            (false, false) => "fee-state-open",
        };
        parts.push(p.t(key));
        let owed = s.owed_cents();
        if s.accepted_cents().is_some() && s.accepted_cents() != Some(0) {
            parts.push(if owed > 0 {
                p.t1("fee-state-owed", "owed", p.money(owed))
            } else {
                p.t("fee-state-paid")
            });
        }
    }
    parts.join(" · ")
}

pub(super) fn photos(p: &Page, l: &Loaded) -> Vec<Photo> {
    let media = |id: &str| match l.files.iter().find(|(i, _)| i == id).map(|(_, mime)| mime.as_str()) {
        Some(m) if m.starts_with("audio/") => "audio",
        Some(m) if m.starts_with("image/") => "image",
        _ => "file",
    };
    l.seen
        .state
        .attachments
        .iter()
        .map(|a| Photo {
            id: a.id.as_str().to_owned(),
            media: media(a.id.as_str()),
            label: p.code("attachment", a.kind.as_str()),
            caption: format!(
                "{} {}",
                if a.caption.is_empty() {
                    p.code("attachment", a.kind.as_str())
                } else {
                    a.caption.clone()
                },
                p.time(a.at)
            ),
        })
        .collect()
}

pub(super) fn order(p: &Page, l: &Loaded) -> Option<OrderView> {
    let (s, names) = (&l.seen.state, &l.names);
    let o = s.last_order()?;
    let in_hand = s.order().is_some();
    let (state_tone, state) = if in_hand {
        (look::state_tone(s.status), p.code("state", s.status.as_str()))
    } else {
        (
            if o.status == OrderStatus::Done { "grn" } else { "" },
            p.code("order", o.status.as_str()),
        )
    };
    let mut facts = Vec::new();
    let mut add = |key: &str, value: String, tone: &'static str| {
        if !value.is_empty() {
            facts.push(Fact {
                label: p.t(key),
                value,
                href: String::new(),
                tone,
            });
        }
    };
    let worker = o
        .worker
        .as_ref()
        .map(|w| format!(" · {}", names.staff(w)))
        .unwrap_or_default();
    add(
        "order-assigned",
        format!("{}{worker}", names.department(&o.department)),
        "",
    );
    let work = s.work.iter().rev().find(|w| w.order.as_ref() == Some(&o.id));
    if let Some(w) = work {
        add("case-f-done", w.done.clone(), "");
        let material: Vec<_> = w
            .lines
            .iter()
            .filter(|x| x.kind == LineKind::Material)
            .cloned()
            .collect();
        add("order-material", price_words(p, &material), "");
        let labour = sum_of(&w.lines, LineKind::Labour);
        if labour > 0 {
            add("order-labour", p.money(labour), "");
        }
    } else if let Some(q) = s.quotes.iter().rev().find(|q| !q.superseded) {
        add(
            "order-quote",
            format!("{} · {}", p.money(q.total_cents), price_words(p, &q.lines)),
            "",
        );
    }
    add("case-fee", fee(p, s), "");
    let (signature, tone) = signature(p, s);
    add("order-signature", signature, tone);
    Some(OrderView {
        number: o.number.clone(),
        state,
        tone: state_tone,
        facts,
    })
}

/// What stands on the line of the customer's signature.
fn signature(p: &Page, s: &CaseState) -> (String, &'static str) {
    let Some(c) = s.confirmation() else {
        let voided = s
            .confirmations
            .iter()
            .any(|c| c.cycle == s.cycle && c.void_at.is_some());
        let key = match (voided, s.work().is_some()) {
            (true, _) => "sign-void",
            (false, true) => "sign-waiting",
            (false, false) => "sign-later",
        };
        return (p.t(key), "tamb");
    };
    let grade = p.code("grade", c.grade.as_str());
    match (c.grade, c.checked_by.is_some()) {
        (Grade::C, false) => (format!("{grade} · {}", p.t("sign-unchecked")), "tamb"),
        (Grade::C, true) => (
            format!("{} · {}", p.code("grade_short", "c"), p.t("sign-checked")),
            "tgrn",
        ),
        (Grade::Declined, _) => (grade, "tamb"),
        _ => (grade, "tgrn"),
    }
}

pub(super) fn callbacks(p: &Page, l: &Loaded) -> Vec<CallbackView> {
    let (s, names) = (&l.seen.state, &l.names);
    s.callbacks
        .iter()
        .enumerate()
        .rev()
        .map(|(i, c)| {
            let due = s
                .clocks
                .iter()
                .find(|k| k.code == domain::clock::ClockCode::Callback && k.cycle == c.cycle && k.is_open())
                .and_then(|k| k.due_at(p.now));
            let mut detail: Vec<String> = c.assignee.as_ref().map(|a| names.staff(a)).into_iter().collect();
            if let Some(at) = c.planned_at.filter(|_| c.end.is_none()) {
                detail.push(p.t1("callback-planned", "time", p.time(at)));
            } else if let Some(at) = due.filter(|_| c.end.is_none()) {
                detail.push(p.t1("case-by-time", "time", p.time(at)));
            }
            if let Some((counted, needed, next)) = l.tried.filter(|_| c.end.is_none()) {
                let n = format!("{counted}/{needed}");
                detail.push(p.t2("callback-tried", "n", n, "time", p.time(next)));
            }
            let state = c.end.map_or("open", |e| e.as_str());
            CallbackView {
                title: p.t2("callback-title", "n", i + 1, "state", p.code("callback", state)),
                open: c.end.is_none(),
                detail: detail.join(" · "),
                attempts: c
                    .attempts
                    .iter()
                    .map(|a| {
                        let mut parts = vec![p.time(a.at), by(p, names, &a.by), p.code("attempt", a.result.as_str())];
                        parts.extend(a.satisfaction.map(|x| p.code("satisfaction", x.as_str())));
                        parts.extend(Some(a.note.clone()).filter(|n| !n.is_empty()));
                        parts.join(" · ")
                    })
                    .collect(),
            }
        })
        .collect()
}
