//! What the journal says about a case, as sentences.

use app::ctx::Locale;
use domain::case::{By, Customer, Event, Fact, Fee, FeeKind};
use domain::clock::{BreachReason, ClockStart};
use domain::late::entered_late;
use serde_json::Value;
use store::journal::Entry;

use super::clocks::limit_text;
use super::names::Names;
use super::prices::price_words;
use crate::l10n::{has, t, tx};
use crate::page::Page;

pub use super::line::{Group, Line, Was};

/// The event behind an entry of a case, with erased values left empty.
pub fn event_of(entry: &Entry) -> Option<Event> {
    let mut body = entry.body.clone();
    if let Value::Object(map) = &mut body {
        map.retain(|_, v| !is_erased(v));
    }
    serde_json::from_value(body).ok()
}

fn is_erased(v: &Value) -> bool {
    v.as_object().is_some_and(|m| m.len() == 1 && m.contains_key("erased"))
}

/// Who did it.
pub fn actor(l: Locale, names: &Names, kind: &str, id: &str) -> String {
    match kind {
        "staff" => names.staff_text(id),
        "customer_link" | "resident" => t(l, "actor-customer"),
        "vendor_link" => t(l, "actor-vendor"),
        _ => t(l, "actor-system"),
    }
}

/// The line of an entry.
pub fn line(p: &Page, names: &Names, entry: &Entry) -> Line {
    let mut line = Line {
        seq: entry.seq,
        at: entry.happened_at,
        entered: entered_late(entry.happened_at, entry.recorded_at).then_some(entry.recorded_at),
        icon: "history",
        tone: "grey",
        actor: actor(p.locale, names, &entry.actor_kind, &entry.actor_id),
        text: plain(p, kind_of(entry)),
        words: String::new(),
        tag: None,
        changes: Vec::new(),
        group: Group::Step,
        ip: entry.ip.clone().unwrap_or_default(),
    };
    if entry.subject_kind == "case"
        && let Some(event) = event_of(entry)
    {
        if matches!(&event.by, By::System { .. }) {
            line.actor = t(p.locale, "actor-system");
        }
        fill(p, names, &mut line, &event);
    }
    line
}

/// What is attached to a contact is no event of a case, and has none of its values.
fn kind_of(entry: &Entry) -> &str {
    match (entry.subject_kind.as_str(), entry.kind.as_str()) {
        ("contact", "attached") => "contact_attached",
        (_, kind) => kind,
    }
}

/// The sentence of an event without placeholders, or of one that this version does not know.
fn plain(p: &Page, kind: &str) -> String {
    let key = format!("event-{kind}");
    if has(p.locale, &key) {
        tx(p.locale, &key, &[])
    } else {
        tx(p.locale, "event-other", &[("kind", kind)])
    }
}

struct Say<'a> {
    p: &'a Page,
    names: &'a Names,
}

impl Say<'_> {
    fn say(&self, key: &str, args: &[(&str, String)]) -> String {
        let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
        tx(self.p.locale, key, &args)
    }

    fn worker(&self, id: Option<&domain::ids::StaffId>) -> String {
        id.map(|w| self.say("event-part-worker", &[("worker", self.names.staff(w))]))
            .unwrap_or_default()
    }

    /// The worker, unless the sentence names that person already.
    fn other(&self, id: Option<&domain::ids::StaffId>, by: &By) -> String {
        if id.is_some() && by.staff() == id {
            String::new()
        } else {
            self.worker(id)
        }
    }

    fn clocks(&self, list: &[ClockStart]) -> String {
        let l = self.p.locale;
        let one = |c: &ClockStart| {
            let limit = c.limit.map(|x| limit_text(l, x)).unwrap_or_default();
            format!("{} {limit}", self.p.code("clock", c.code.as_str()))
                .trim()
                .to_owned()
        };
        list.iter().map(one).collect::<Vec<_>>().join(&t(l, "list-comma"))
    }

    /// A question of the callback with what the customer said (COM-12).
    fn answer(&self, a: &domain::case::Answer) -> String {
        use domain::scripts::Answer as Way;
        let l = self.p.locale;
        let q = self.names.book.scripts.questions.iter().find(|q| q.code == a.question);
        let text = q.map_or(a.question.clone(), |q| super::names::named(l, &q.zh, &q.en).to_owned());
        let said = match q.map(|q| q.answer) {
            Some(Way::Satisfaction) => self.p.code("satisfaction", &a.answer),
            Some(Way::YesNo) => t(l, if a.answer == "true" { "yes" } else { "no" }),
            _ => a.answer.clone(),
        };
        format!("{text} {said}")
    }

    fn fee(&self, f: &Fee) -> String {
        let kind = self.p.code("fee", f.kind.as_str());
        if f.kind == FeeKind::Paid {
            format!("{kind} {}", self.p.money(f.cents))
        } else {
            kind
        }
    }

    fn customer(&self, c: &Customer) -> String {
        let phone = super::view::masked(&c.phone);
        [c.name.as_str(), c.address.as_str(), phone.as_str()]
            .into_iter()
            .filter(|s| !s.is_empty())
            .collect::<Vec<_>>()
            .join(" · ")
    }

    fn appointment(&self, a: Option<domain::case::Appointment>) -> String {
        a.map_or_else(
            || t(self.p.locale, "case-none"),
            |a| format!("{} – {}", self.p.full_time(a.from), self.p.time(a.to)),
        )
    }
}

fn fill(p: &Page, names: &Names, line: &mut Line, e: &Event) {
    let s = Say { p, names };
    let key = format!("event-{}", e.kind());
    let say = |args: &[(&str, String)]| s.say(&key, args);
    let was = |key: &str, was: String, now: String| Was {
        label: p.t(key),
        was,
        now,
    };
    let mut set = |icon: &'static str, tone: &'static str, text: String, words: &str| {
        (line.icon, line.tone, line.text) = (icon, tone, text);
        words.clone_into(&mut line.words);
    };
    match &e.fact {
        Fact::Registered {
            kind,
            channel,
            content,
            repeat_of,
            urgency,
            ..
        } => {
            let args = [
                ("kind", p.code("kind", kind.as_str())),
                ("channel", p.code("channel", channel.as_str())),
            ];
            set("notes", "amb", say(&args), content);
            if repeat_of.is_some() {
                line.tag = Some(("amb", p.t("case-repeat")));
            } else if *urgency != domain::case::Urgency::Normal {
                line.tag = Some(("red", p.code("urgency", urgency.as_str())));
            }
        }
        Fact::ClocksStarted { clocks } => {
            set("clock", "grey", say(&[("clocks", s.clocks(clocks))]), "");
            line.group = Group::Clock;
        }
        Fact::ClocksRetargeted {
            changed,
            dropped,
            because,
        } => {
            let mut list = vec![s.clocks(changed)];
            list.extend(
                dropped
                    .iter()
                    .map(|c| s.say("event-part-dropped", &[("clock", p.code("clock", c.as_str()))])),
            );
            list.retain(|x| !x.is_empty());
            let args = [
                ("because", p.code("because", because.as_str())),
                ("clocks", list.join(&p.t("list-comma"))),
            ];
            set("clock", "grey", say(&args), "");
            line.group = Group::Clock;
        }
        Fact::StandardReapplied { old, new, reason } => {
            set(
                "certificate",
                "blu",
                say(&[("old", old.clone()), ("new", new.clone())]),
                reason,
            );
            line.group = Group::Clock;
        }
        Fact::CalendarReapplied { calendars, reason } => {
            let names: Vec<String> = calendars
                .iter()
                .map(|of| {
                    let version = p.t1("calendar-version", "n", of.version);
                    format!("{} {version}", p.code("calendar", &of.code))
                })
                .collect();
            set(
                "calendar",
                "blu",
                say(&[("calendars", names.join(&p.t("list-comma")))]),
                reason,
            );
            line.group = Group::Clock;
        }
        Fact::ClockBegun { code, .. } => {
            set("clock", "grey", say(&[("clock", p.code("clock", code.as_str()))]), "");
            line.group = Group::Clock;
        }
        Fact::ClockBreached {
            code,
            breached_at,
            reason,
            ..
        } => {
            let args = [
                ("clock", p.code("clock", code.as_str())),
                ("due", p.time(breached_at)),
                ("reason", p.code("breach", reason.as_str())),
            ];
            // Only a limit that ran out was due at that instant; otherwise it is when it was noted to be past.
            let text = match reason {
                BreachReason::Time => say(&args),
                _ => s.say("event-clock_breached_later", &args),
            };
            set("alarm", "red", text, "");
            line.group = Group::Clock;
        }
        Fact::RungReached {
            code,
            step,
            kind,
            reached_at,
            told,
            lacking,
            clause,
            entered_late,
            ..
        } => {
            let people: Vec<String> = told.iter().map(|t| names.staff(&t.staff)).collect();
            let args = [
                ("clock", p.code("clock", code.as_str())),
                ("step", crate::notice::step(p.locale, *step)),
                ("what", p.code("rung", kind.as_str())),
                ("people", people.join(&p.t("list-comma"))),
            ];
            let escalated = *kind == domain::ladder::RungKind::Escalation;
            let passed = *entered_late && told.is_empty();
            let text = if passed {
                s.say("event-part-rung-passed", &args)
            } else {
                say(&args)
            };
            set("bell", if escalated && !passed { "red" } else { "amb" }, text, "");
            let mut notes: Vec<String> = lacking
                .iter()
                .map(|l| {
                    p.t1(
                        &format!("lack-{}", l.why.as_str()),
                        "post",
                        p.code("post", l.post.as_str()),
                    )
                })
                .collect();
            if *entered_late {
                notes.push(p.t("notice-entered-late"));
            } else if e.at - reached_at > app::notice::LATE {
                notes.push(p.t1("event-part-late", "time", p.time(reached_at)));
            }
            if !clause.is_empty() {
                notes.push(p.t1("event-part-clause", "clause", clause));
            }
            line.words = notes.join(&p.t("list-comma"));
            line.group = Group::Clock;
        }
        Fact::Dispatched {
            number,
            department,
            worker,
            ..
        } => {
            let args = [
                ("department", names.department(department)),
                ("worker", s.worker(worker.as_ref())),
                ("number", number.clone()),
            ];
            set("send", "", say(&args), "");
        }
        Fact::Accepted { worker, .. } => set("check", "", say(&[("worker", s.other(worker.as_ref(), &e.by))]), ""),
        Fact::Returned { reason, .. } => set("arrow-back-up", "red", say(&[]), reason),
        Fact::TakenBack { reason, .. } => set("arrow-back-up", "amb", say(&[]), reason),
        Fact::Reassigned {
            from_department,
            from_worker,
            department,
            worker,
            reason,
            ..
        } => {
            let args = [
                ("department", names.department(department)),
                ("worker", s.worker(worker.as_ref())),
            ];
            set("user-plus", "amb", say(&args), reason);
            let who = |d, w: Option<&domain::ids::StaffId>| {
                w.map_or_else(
                    || names.department(d),
                    |w| format!("{} · {}", names.department(d), names.staff(w)),
                )
            };
            line.changes.push(was(
                "case-assigned",
                who(from_department, from_worker.as_ref()),
                who(department, worker.as_ref()),
            ));
        }
        Fact::HandedOver { worker, note, .. } => {
            set("users", "", say(&[("worker", names.staff(worker))]), note);
        }
        Fact::Arrived { worker, .. } => set(
            "map-pin",
            "grn",
            say(&[("worker", s.other(worker.as_ref(), &e.by))]),
            "",
        ),
        Fact::Quoted { total_cents, lines, .. } => {
            set(
                "receipt",
                "",
                say(&[("total", p.money(total_cents))]),
                &price_words(p, lines),
            );
        }
        Fact::QuoteAccepted {
            total_cents,
            grade,
            how,
            note,
            ..
        } => {
            let args = [
                ("total", p.money(total_cents)),
                ("how", p.code("consent", how.as_str())),
            ];
            set("check", "grn", say(&args), note);
            line.tag = Some(("grn", p.code("grade_short", grade.as_str())));
            line.group = Group::Talk;
        }
        Fact::QuoteRefused { how, note, .. } => {
            set("x", "red", say(&[("how", p.code("consent", how.as_str()))]), note);
            line.group = Group::Talk;
        }
        Fact::QuotesVoided { .. } => set("receipt", "amb", say(&[]), ""),
        Fact::WaitStarted {
            reason, until, note, ..
        } => {
            let args = [("reason", p.code("wait", reason.as_str())), ("until", p.time(until))];
            set("player-pause", "amb", say(&args), note);
            line.group = Group::Clock;
        }
        Fact::Resumed {} => {
            set("player-play", "", say(&[]), "");
            line.group = Group::Clock;
        }
        Fact::Completed {
            worker,
            charge_cents,
            done,
            lines,
            no_photo_reason,
            ..
        } => {
            let args = [
                ("worker", s.other(worker.as_ref(), &e.by)),
                ("charge", p.money(charge_cents)),
            ];
            let mut words = done.clone();
            for more in [price_words(p, lines), no_photo_reason.clone().unwrap_or_default()] {
                if !more.is_empty() {
                    words = format!("{words} · {more}");
                }
            }
            set("tool", "grn", say(&args), &words);
        }
        Fact::Amended {
            old_charge_cents,
            charge_cents,
            old_done,
            done,
            reason,
            ..
        } => {
            set("edit", "amb", say(&[]), reason);
            line.changes.push(was("case-f-done", old_done.clone(), done.clone()));
            if old_charge_cents != charge_cents {
                line.changes
                    .push(was("case-fee", p.money(old_charge_cents), p.money(charge_cents)));
            }
        }
        Fact::Confirmed {
            grade,
            opinion,
            comment,
            reason,
            witness,
            ..
        } => {
            let opinion = opinion.map(|o| p.code("satisfaction", o.as_str())).unwrap_or_default();
            let witness = witness
                .as_ref()
                .map(|w| s.say("event-part-witness", &[("name", names.staff(w))]));
            let words: Vec<_> = [reason.clone(), comment.clone(), opinion]
                .into_iter()
                .filter(|x| !x.is_empty())
                .collect();
            let declined = *grade == domain::case::Grade::Declined;
            let key = if declined { "event-declined" } else { key.as_str() };
            let text = s.say(key, &[("witness", witness.unwrap_or_default())]);
            set(
                "signature",
                if declined { "amb" } else { "grn" },
                text,
                &words.join(" · "),
            );
            line.tag = Some((
                if declined { "amb" } else { "grn" },
                p.code("grade_short", grade.as_str()),
            ));
        }
        Fact::SecondChecked { .. } => set("shield-check", "grn", say(&[]), ""),
        Fact::ConfirmationVoided { .. } => set("ban", "red", say(&[]), ""),
        Fact::Paid {
            method,
            amount_cents,
            receipt,
        } => {
            let args = [
                ("amount", p.money(amount_cents)),
                ("method", p.code("pay", method.as_str())),
            ];
            set("coin", "grn", say(&args), receipt.as_deref().unwrap_or_default());
        }
        Fact::PaymentVoided {
            amount_cents,
            method,
            reason,
            ..
        } => {
            let args = [
                ("amount", p.money(amount_cents)),
                ("method", p.code("pay", method.as_str())),
            ];
            set("coin", "red", say(&args), reason);
        }
        Fact::Waived { amount_cents, reason } => set("coin", "amb", say(&[("amount", p.money(amount_cents))]), reason),
        Fact::CallbackScheduled {
            planned_at, assignee, ..
        } => {
            let at = planned_at
                .map(|at| s.say("event-part-at", &[("time", p.time(at))]))
                .unwrap_or_default();
            set(
                "phone-call",
                "grey",
                say(&[("at", at), ("worker", s.worker(assignee.as_ref()))]),
                "",
            );
            line.group = Group::Talk;
        }
        Fact::CallbackAttempted {
            result,
            satisfaction,
            note,
            again_at,
            answers,
            ..
        } => {
            let again = again_at
                .map(|at| s.say("event-part-at", &[("time", p.time(at))]))
                .unwrap_or_default();
            let result = format!("{}{again}", p.code("attempt", result.as_str()));
            let mut words: Vec<String> = answers.iter().map(|a| s.answer(a)).collect();
            words.extend(Some(note.clone()).filter(|n| !n.is_empty()));
            set("phone-outgoing", "", say(&[("result", result)]), &words.join(" · "));
            line.tag = satisfaction.map(|x| ("blu", p.code("satisfaction", x.as_str())));
            line.group = Group::Talk;
        }
        Fact::CallbackEnded { end, .. } => {
            let bad = *end == domain::case::CallbackEnd::NotSolved;
            set(
                "phone-call",
                if bad { "red" } else { "grn" },
                say(&[("end", p.code("callback", end.as_str()))]),
                "",
            );
            line.group = Group::Talk;
        }
        Fact::Closed {} => set("circle-check", "grn", say(&[]), ""),
        Fact::Reopened { reason, note, .. } => {
            set(
                "rotate",
                "red",
                say(&[("reason", p.code("reopen", reason.as_str()))]),
                note,
            );
        }
        Fact::Cancelled { reason, .. } => set("circle-x", "red", say(&[]), reason),
        Fact::Urged { note } => {
            set("bell", "amb", say(&[]), note);
            line.group = Group::Talk;
        }
        Fact::Noted { told_customer, text } => {
            set("message-circle", "", say(&[]), text);
            line.tag = told_customer.then(|| ("grn", p.t("case-told")));
            line.group = Group::Talk;
        }
        Fact::Promised { what, clock, kind, .. } => {
            set("bell", "", say(&[("kind", p.code("promised", kind.as_str()))]), what);
            line.tag = clock.limit.map(|x| ("blu", limit_text(p.locale, x)));
            line.group = Group::Talk;
        }
        Fact::InterimAnswered { text } => {
            set("message-circle", "grn", say(&[]), text);
            line.group = Group::Talk;
        }
        Fact::ExtensionAsked {
            code,
            to,
            told,
            approver,
            reason,
            ..
        } => {
            let args = [
                ("clock", p.code("clock", code.as_str())),
                ("to", p.time(to)),
                ("told", p.code("told", told.as_str())),
                ("post", p.code("role", approver.as_str())),
            ];
            set("clock-pause", "amb", say(&args), reason);
            line.group = Group::Clock;
        }
        Fact::ExtensionAnswered {
            agreed,
            grade,
            how,
            note,
            ..
        } => {
            let key = if *agreed {
                "event-extension_answered"
            } else {
                "event-extension_refused"
            };
            let text = s.say(key, &[("how", p.code("consent", how.as_str()))]);
            set(
                if *agreed { "check" } else { "x" },
                if *agreed { "grn" } else { "red" },
                text,
                note,
            );
            line.tag = Some(("grn", p.code("grade_short", grade.as_str())));
            line.group = Group::Talk;
        }
        Fact::ExtensionDecided { approved, note, .. } => {
            let key = if *approved {
                "event-extension_decided"
            } else {
                "event-extension_rejected"
            };
            let text = s.say(key, &[]);
            set(
                if *approved { "check" } else { "x" },
                if *approved { "grn" } else { "red" },
                text,
                note,
            );
            line.group = Group::Clock;
        }
        Fact::ExtensionGranted { code, to, .. } => {
            let args = [("clock", p.code("clock", code.as_str())), ("to", p.time(to))];
            set("clock", "grn", say(&args), "");
            line.group = Group::Clock;
        }
        Fact::ExtensionLapsed { code, .. } => {
            set("clock", "amb", say(&[("clock", p.code("clock", code.as_str()))]), "");
            line.group = Group::Clock;
        }
        Fact::ExtensionWithdrawn { reason, .. } => {
            set("arrow-back-up", "amb", say(&[]), reason);
            line.group = Group::Clock;
        }
        Fact::ExcuseAsked {
            code,
            reason,
            approver,
            text,
            ..
        } => {
            let args = [
                ("clock", p.code("clock", code.as_str())),
                ("reason", p.code("excuse", reason.as_str())),
                ("post", p.code("role", approver.as_str())),
            ];
            set("shield-check", "amb", say(&args), text);
            line.group = Group::Clock;
        }
        Fact::ExcuseDecided {
            code, approved, note, ..
        } => {
            let (key, icon, tone) = if *approved {
                ("event-excuse_decided", "check", "grn")
            } else {
                ("event-excuse_rejected", "x", "red")
            };
            let text = s.say(key, &[("clock", p.code("clock", code.as_str()))]);
            set(icon, tone, text, note);
            line.group = Group::Clock;
        }
        Fact::BreachExcused { code, reason, text, .. } => {
            let args = [
                ("clock", p.code("clock", code.as_str())),
                ("reason", p.code("excuse", reason.as_str())),
            ];
            set("shield-check", "amb", say(&args), text);
            line.group = Group::Clock;
        }
        Fact::PromiseKept { how, .. } => {
            set("check", "grn", say(&[]), how);
            line.group = Group::Talk;
        }
        Fact::Answered { answer, .. } => {
            set("message", "grn", say(&[]), answer);
            line.group = Group::Talk;
        }
        Fact::OutsideReported {
            reported_to,
            referral,
            note,
        } => {
            let words = if note.is_empty() {
                referral.clone()
            } else {
                format!("{referral} · {note}")
            };
            set("arrow-up-right", "", say(&[("name", names.staff(reported_to))]), &words);
        }
        Fact::EmergencyBegun { .. } => {
            set("urgent", "red", say(&[]), "");
        }
        Fact::EmergencySettled { .. } => {
            set("check", "grn", say(&[]), "");
        }
        Fact::KindChanged {
            old_kind,
            old_number,
            kind,
            number,
            reason,
        } => {
            set("edit", "amb", say(&[]), reason);
            let full = |k: &domain::case::Kind, n: &str| format!("{} {n}", p.code("kind", k.as_str()));
            line.changes
                .push(was("case-kind", full(old_kind, old_number), full(kind, number)));
        }
        Fact::LevelChanged {
            old_importance,
            old_urgency,
            importance,
            urgency,
            reason,
        } => {
            set("edit", "amb", say(&[]), reason);
            let full = |i: &domain::case::Importance, u: &domain::case::Urgency| {
                format!(
                    "{} · {}",
                    p.code("importance", i.as_str()),
                    p.code("urgency", u.as_str())
                )
            };
            line.changes.push(was(
                "case-level",
                full(old_importance, old_urgency),
                full(importance, urgency),
            ));
        }
        Fact::FeeChanged { old, new, reason } => {
            set("edit", "amb", say(&[]), reason);
            line.changes.push(was("case-fee", s.fee(old), s.fee(new)));
        }
        Fact::ScopeChanged { old, new, reason } => {
            set("edit", "amb", say(&[]), reason);
            line.changes.push(was(
                "case-scope",
                p.code("scope", old.as_str()),
                p.code("scope", new.as_str()),
            ));
        }
        Fact::ItemChanged { old, new, reason } => {
            set("edit", "amb", say(&[]), reason);
            line.changes.push(was("case-item", names.item(old), names.item(new)));
        }
        Fact::PlaceChanged { old, new, reason } => {
            set("edit", "amb", say(&[]), reason);
            line.changes.push(was("case-place", old.clone(), new.clone()));
        }
        Fact::ContentChanged { old, new, reason } => {
            set("edit", "amb", say(&[]), reason);
            line.changes.push(was("case-content", old.clone(), new.clone()));
        }
        Fact::CustomerChanged { old, new, reason, .. } => {
            set("edit", "amb", say(&[]), reason);
            line.changes
                .push(was("case-customer", s.customer(old), s.customer(new)));
        }
        Fact::AppointmentChanged { old, new, reason } => {
            set("calendar-event", "amb", say(&[]), reason);
            line.changes
                .push(was("case-appointment", s.appointment(*old), s.appointment(*new)));
        }
        Fact::ContactJoined { .. } => {
            set("phone-incoming", "", say(&[]), "");
            line.group = Group::Talk;
        }
        Fact::ComplaintOpened { .. } => set("message-report", "grey", say(&[]), ""),
        Fact::ComplaintJudged {
            valid,
            nature,
            severity,
            reason,
            ..
        } => {
            let args = [
                (
                    "valid",
                    p.t(if *valid {
                        "complaint-valid-true"
                    } else {
                        "complaint-valid-false"
                    }),
                ),
                ("nature", p.code("nature", nature.as_str())),
                ("severity", p.code("importance", severity.as_str())),
            ];
            set("shield-check", if *valid { "amb" } else { "grey" }, say(&args), reason);
        }
        Fact::ComplaintAppealed { reason } => {
            set("rotate", "amb", say(&[]), reason);
            line.group = Group::Talk;
        }
        Fact::ComplaintRouted {
            to,
            department,
            why,
            reason,
            ..
        } => {
            let name = department
                .as_ref()
                .map(|d| names.department(d))
                .filter(|n| !n.is_empty());
            let args = [
                ("to", name.unwrap_or_else(|| super::complaint::place(p, names, to))),
                ("why", p.code("route-why", why.as_str())),
            ];
            set("arrow-up-right", "", say(&args), reason);
        }
        Fact::PartGiven {
            department,
            due_at,
            what,
            ..
        } => {
            let args = [("department", names.department(department)), ("due", p.time(due_at))];
            set("users", "", say(&args), what);
        }
        Fact::PartLate { no } | Fact::MeasureLate { no } => set("clock", "red", say(&[("no", no.to_string())]), ""),
        Fact::PartDone { no, result } => set("check", "grn", say(&[("no", no.to_string())]), result),
        Fact::FindingRecorded { text } => set("notes", "", say(&[]), text),
        Fact::AnswerProposed { letter, text } => {
            set("message", "", say(&[]), text);
            line.tag = letter.then(|| ("amb", p.t("complaint-letter")));
        }
        Fact::LetterDecided { agreed, note } => {
            let key = if *agreed {
                "event-complaint_letter_decided"
            } else {
                "event-complaint_letter_refused"
            };
            let text = s.say(key, &[]);
            set(
                if *agreed { "check" } else { "x" },
                if *agreed { "grn" } else { "red" },
                text,
                note,
            );
        }
        Fact::ComplaintRaised { because, reason } => {
            set(
                "arrow-up-right",
                "red",
                say(&[("because", p.code("raised", because.as_str()))]),
                reason,
            );
        }
        Fact::ComplaintInstructed { text } => set("send", "amb", say(&[]), text),
        Fact::InstructionDone { text } => set("check", "grn", say(&[]), text),
        Fact::AnswerResponded { accepted, how, note } => {
            let args = [
                (
                    "answer",
                    p.t(if *accepted {
                        "complaint-response-true"
                    } else {
                        "complaint-response-false"
                    }),
                ),
                ("how", p.code("told", how.as_str())),
            ];
            set(
                if *accepted { "check" } else { "x" },
                if *accepted { "grn" } else { "red" },
                say(&args),
                note,
            );
            line.group = Group::Talk;
        }
        Fact::OpinionNoted { opinion, hopes } => {
            set("message-circle", "grn", say(&[]), hopes);
            line.tag = Some(("blu", p.code("satisfaction", opinion.as_str())));
            line.group = Group::Talk;
        }
        Fact::CauseRecorded { text } => set("notes", "", say(&[]), text),
        Fact::MeasureSet {
            kind,
            owner,
            due_at,
            text,
            ..
        } => {
            let args = [
                ("kind", p.code("measure", kind.as_str())),
                ("name", names.staff(owner)),
                ("due", p.time(due_at)),
            ];
            set("tool", "", say(&args), text);
        }
        Fact::MeasureDone { no, result } => set("check", "grn", say(&[("no", no.to_string())]), result),
        Fact::ComplaintVerified { effective, note } => {
            let key = if *effective {
                "complaint-effective-true"
            } else {
                "complaint-effective-false"
            };
            let tone = if *effective { "grn" } else { "red" };
            set("shield-check", tone, say(&[("result", p.t(key))]), note);
        }
        Fact::ComplaintFiled { note } => set("circle-check", "grn", say(&[]), note),
        Fact::RecurrenceLooked { days, found } => {
            let n = found.len().to_string();
            let args = [("days", days.to_string()), ("n", n)];
            let key = if found.is_empty() {
                "complaint-look-none"
            } else {
                "complaint-look-found"
            };
            let text = s.say(key, &args);
            set("rotate", if found.is_empty() { "grn" } else { "red" }, text, "");
        }
        Fact::Attached { kind, caption, .. } => {
            set(
                "photo",
                "grey",
                say(&[("kind", p.code("attachment", kind.as_str()))]),
                caption,
            );
            line.group = Group::File;
        }
    }
}
