//! A visit as pages show it.

use app::visit::{Seen, Visit, VisitAct, VisitState};
use domain::visit::{Changed, Need, needs};
use serde_json::Value;
use store::journal::Entry;

use crate::case::names::Names;
use crate::fail::Fail;
use crate::form::{Errors, Typed};
use crate::page::Page;
use crate::roster::Pairs;
use crate::state::Web;
use crate::when;

/// A visit in a list.
pub struct Line {
    pub id: String,
    pub number: String,
    pub name: String,
    pub company: String,
    pub people: u32,
    pub plate: String,
    pub reason: String,
    pub host: String,
    pub place: String,
    pub arrived: String,
    /// With its date, for paper.
    pub arrived_full: String,
    pub inside: String,
    pub left: String,
    pub until: String,
    pub window: String,
    pub badge: String,
    /// Where the badge is: out, back, or none was given.
    pub badge_state: String,
    pub document: String,
    pub state: String,
    pub tone: &'static str,
    pub overdue: bool,
    /// Danger or a sign of crime was reported of this visitor: which.
    pub alarm: String,
    /// Security has not said yet what is to be done about it.
    pub alarmed: bool,
    pub answer: String,
    pub by: String,
    /// When the host's answer is due, while it is awaited.
    pub due: Option<i64>,
    pub erased: bool,
}

/// The colour of a state's dot.
pub fn tone(v: &Visit) -> &'static str {
    match v.state {
        VisitState::Arrived => "amb",
        VisitState::Inside if v.overdue_at.is_some() => "red",
        VisitState::Inside => "grn",
        VisitState::Expected => "blu",
        VisitState::TurnedAway => "red",
        VisitState::Left | VisitState::Withdrawn | VisitState::Lapsed => "",
    }
}

/// The host's word, in words.
pub fn answer(p: &Page, v: &Visit) -> String {
    match (&v.answer, v.waiting()) {
        (_, Some(ask)) if ask.silent_at.is_some() => p.t1("visit-host-silent", "time", p.time(ask.at)),
        (_, Some(ask)) => p.t1("visit-host-waiting", "time", p.time(ask.at)),
        (Some(a), None) => {
            let key = if a.yes { "visit-host-yes" } else { "visit-host-no" };
            p.t2(key, "time", p.time(a.at), "how", p.code("visit-way", a.how.as_str()))
        }
        (None, None) => p.t("visit-host-not-asked"),
    }
}

fn document(p: &Page, v: &Visit) -> String {
    v.document.as_ref().map_or_else(String::new, |d| {
        p.t2(
            "visit-document-shown",
            "kind",
            p.code("visit-document", d.kind.as_str()),
            "tail",
            if d.tail.is_empty() { "…" } else { &d.tail },
        )
    })
}

fn window(p: &Page, v: &Visit) -> String {
    match (v.expected_from, v.expected_until) {
        (Some(from), Some(until)) => format!("{} – {}", p.time(from), p.time(until)),
        _ => String::new(),
    }
}

/// One line of a list.
pub fn line(p: &Page, names: &Names, s: &Seen) -> Line {
    let v = &s.visit;
    let d = &v.particulars;
    let at = |t: Option<i64>| t.map(|t| p.time(t)).unwrap_or_default();
    let badge_state = match (v.badge.is_empty(), v.badge_out) {
        (true, _) => String::new(),
        (_, true) => p.t("visit-badge-is-out"),
        (_, false) => p.t("visit-badge-is-back"),
    };
    Line {
        id: s.id.as_str().to_owned(),
        number: v.number.clone(),
        name: d.name.clone(),
        company: d.company.clone(),
        people: d.people,
        plate: domain::plate::Plate::parse(&d.plate).map_or_else(|| d.plate.clone(), |x| x.shown()),
        reason: d.reason.clone(),
        host: d.host.clone(),
        place: d.place.clone(),
        arrived: at(v.arrived_at),
        arrived_full: v.arrived_at.map(|t| p.full_time(t)).unwrap_or_default(),
        inside: at(v.in_at),
        left: at(v.left_at),
        until: at(v.inside_until),
        window: window(p, v),
        badge: v.badge.clone(),
        badge_state,
        document: document(p, v),
        state: p.code("visit-state", v.state.as_str()),
        tone: tone(v),
        overdue: v.overdue_at.is_some() && v.state == VisitState::Inside,
        alarm: v
            .alarms
            .last()
            .map(|a| p.code("visit-alarm", a.kind.as_str()))
            .unwrap_or_default(),
        alarmed: v.alarmed(),
        answer: answer(p, v),
        by: if v.received_by.is_empty() {
            String::new()
        } else {
            names.staff_text(&v.received_by)
        },
        due: v.waiting().filter(|a| a.silent_at.is_none()).map(|a| a.due_at),
        erased: v.erased_at.is_some(),
    }
}

/// What is still needed, in words: of the particulars only what is lacking.
fn need(p: &Page, v: &Visit, n: Need) -> String {
    if n != Need::Particulars {
        return p.code("visit-need", n.as_str());
    }
    let missing: Vec<String> = v.particulars.missing().into_iter().map(|key| p.t(key)).collect();
    p.t1("visit-need-particulars", "missing", missing.join(&p.t("list-comma")))
}

/// One thing that happened.
pub struct Happened {
    pub at: String,
    pub who: String,
    pub text: String,
    pub words: String,
    /// Field, what it was, what it is.
    pub changes: Vec<(String, String, String)>,
}

fn happened(p: &Page, names: &Names, e: &Entry) -> Happened {
    let words = [
        "note",
        "reason",
        "what",
        "text",
        "accompanied_by",
        "reported_to",
        "caller",
        "police_number",
    ];
    let words: Vec<String> = words
        .iter()
        .filter_map(|k| e.body.get(*k).and_then(Value::as_str))
        .filter(|t| !t.is_empty())
        .map(str::to_owned)
        .collect();
    let changes = e.body.get("changes").cloned().unwrap_or_default();
    let changes: Vec<Changed> = serde_json::from_value(changes).unwrap_or_default();
    Happened {
        at: p.full_time(e.happened_at),
        who: match e.actor_kind.as_str() {
            "staff" => names.staff_text(&e.actor_id),
            "customer_link" => p.t("visit-by-host"),
            _ => p.t("visit-by-itself"),
        },
        text: p.t(&format!("event-{}", e.kind)),
        words: words.join(" · "),
        changes: changes
            .into_iter()
            .map(|c| (p.code("visit-f", &c.field), c.was, c.now))
            .collect(),
    }
}

/// A visit with everything a page needs.
pub struct VisitView {
    pub id: String,
    pub l: Line,
    pub v: Visit,
    pub history: Vec<Happened>,
    /// May look people up.
    pub directory: bool,
    pub said: String,
    /// Fingerprint of the particulars that the form was made from.
    pub seen: String,
    /// The pass, while it is good: digits in two groups, picture.
    pub pass: Option<(String, String)>,
    pub due: Option<Due>,
    /// Name, reason, host or unit is lacking.
    pub incomplete: bool,
    /// What is still needed before the visitor may come in, as text.
    pub needs: Vec<String>,
    /// The key of the page's forms, each with its act behind it.
    pub key: String,
    /// What was typed into the form that was refused, and why it was.
    pub t: Typed,
    /// The same of the particulars, when they were sent with another step.
    pub d: Typed,
    /// What stands in the way, above the forms.
    pub above: Vec<String>,
    acts: Vec<VisitAct>,
}

/// The countdown of the host's answer.
pub struct Due {
    pub at: i64,
    pub near: i64,
    pub class: &'static str,
    pub text: String,
}

impl VisitView {
    /// Puts the view together. `may`: whether the viewer receives visitors, sees the directory; and what was just done.
    ///
    /// # Errors
    /// `Internal` when no picture can be made of a pass.
    pub fn new(
        p: &Page,
        web: &Web,
        names: &Names,
        s: Seen,
        history: Vec<Entry>,
        (receives, directory, said): (bool, bool, &str),
    ) -> Result<VisitView, Fail> {
        let acts = VisitAct::ALL
            .iter()
            .copied()
            .filter(|a| receives && s.may(*a))
            .collect();
        let pass = match s.visit.pass_code.as_deref().filter(|_| receives) {
            Some(code) => {
                let url = format!("{}/gate?code={code}", web.settings.public_url);
                let svg = office::qr::qr_svg(&url, &p.t("visit-pass"))
                    .map_err(|_| Fail(app::error::Error::internal("QR")))?;
                Some((grouped(code), svg))
            }
            None => None,
        };
        let l = line(p, names, &s);
        let due = l.due.map(|at| Due {
            at,
            near: 60_000,
            class: if at < p.now { "over" } else { "ok" },
            text: when::clock(&p.zone, at),
        });
        const SAID: &[&str] = &["begun", "expected", "entered", "left", "asked", "answered", "saved"];
        Ok(VisitView {
            id: s.id.as_str().to_owned(),
            l,
            history: history.iter().map(|e| happened(p, names, e)).collect(),
            directory,
            said: if SAID.contains(&said) {
                p.t(&format!("visit-said-{said}"))
            } else {
                String::new()
            },
            seen: app::visit::fingerprint(&s.visit.particulars),
            pass,
            due,
            incomplete: s.visit.incomplete(),
            needs: needs(&s.visit).into_iter().map(|n| need(p, &s.visit, n)).collect(),
            key: p.key(web),
            t: Typed::default(),
            d: Typed::default(),
            above: Vec::new(),
            v: s.visit,
            acts,
        })
    }

    /// The form that was refused, with its reasons: those of its fields beside them, the others above the page.
    pub fn refused(&mut self, act: &str, f: &Pairs, e: &Errors) {
        const BESIDE: &[&str] = &[
            "name",
            "host",
            "unit",
            "reason",
            "company",
            "plate",
            "people",
            "note",
            "number",
            "badge",
            "accompanied_by",
            "reported_to",
            "what",
            "from",
            "text",
            "called_at",
            "caller",
            "police_number",
        ];
        self.t = Typed::new(act, f, e);
        if act == "describe" {
            self.d = self.t.clone();
        } else if let Some(own) = super::act::beside(act, f) {
            self.d = Typed::new("describe", &own, e);
        }
        self.above = e.other(BESIDE).into_iter().map(str::to_owned).collect();
    }

    /// Reasons of the particulars.
    pub fn errors(&self) -> Errors {
        self.d.errors_of("describe")
    }

    /// Whether an act makes sense now and the viewer may do it.
    pub fn may(&self, act: &str) -> bool {
        self.acts.iter().any(|a| a.as_str() == act)
    }

    /// Whether this is the document that was shown.
    pub fn documents(&self) -> Vec<(&'static str, bool)> {
        let shown = self.v.document.as_ref().map(|d| d.kind);
        domain::visit::DocumentKind::ALL
            .iter()
            .map(|k| (k.as_str(), shown == Some(*k)))
            .collect()
    }
}

/// `1234 5678`
pub fn grouped(code: &str) -> String {
    match code.split_at_checked(4) {
        Some((a, b)) => format!("{a} {b}"),
        None => code.to_owned(),
    }
}
