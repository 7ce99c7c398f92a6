//! What each list shows of a row, for the page and for Excel.

use app::ctx::Locale;
use office::sheet::{Cell as Sheet, Kind};
use store::case::{CallbackRow, CaseLine, OrderRow};
use store::contact::Contact;
use store::ontime::ClockFact;
use store::promise::{ExtensionRow, PromiseRow};

use super::List;
use super::badge::{Due, kind_class, kind_icon, state_class};
use crate::case::names::Names;
use crate::l10n::t;
use crate::when;

/// A column: heading, class, and how Excel has it.
pub struct Col {
    pub key: &'static str,
    pub class: &'static str,
    pub kind: Kind,
    pub width: f64,
}

const fn col(key: &'static str, class: &'static str, kind: Kind, width: f64) -> Col {
    Col {
        key,
        class,
        kind,
        width,
    }
}

/// The columns of a list.
pub fn cols(list: List) -> Vec<Col> {
    let number = col("col-number", "c-no", Kind::Text, 20.0);
    match list {
        List::Cases => vec![
            number,
            col("col-due", "c-sla", Kind::Text, 16.0),
            col("col-kind", "c-s", Kind::Text, 8.0),
            col("col-place", "c-m", Kind::Text, 14.0),
            col("col-content", "", Kind::Text, 46.0),
            col("col-department", "c-m", Kind::Text, 16.0),
            col("col-worker", "c-m", Kind::Text, 12.0),
            col("col-state", "c-m", Kind::Text, 10.0),
            col("col-registered", "c-m", Kind::DateTime, 17.0),
        ],
        List::Orders => vec![
            number,
            col("col-due", "c-sla", Kind::Text, 16.0),
            col("col-kind", "c-s", Kind::Text, 8.0),
            col("col-place", "c-m", Kind::Text, 14.0),
            col("col-content", "", Kind::Text, 46.0),
            col("col-department", "c-m", Kind::Text, 16.0),
            col("col-worker", "c-m", Kind::Text, 12.0),
            col("col-state", "c-m", Kind::Text, 10.0),
            col("col-issued", "c-m", Kind::DateTime, 17.0),
            col("col-fee", "c-s r", Kind::Money, 10.0),
        ],
        List::Contacts => vec![
            number,
            col("col-happened", "c-m", Kind::DateTime, 17.0),
            col("col-channel", "c-s", Kind::Text, 10.0),
            col("col-name", "c-m", Kind::Text, 12.0),
            col("col-place", "c-m", Kind::Text, 14.0),
            col("col-phone", "c-m", Kind::Text, 16.0),
            col("col-content", "", Kind::Text, 50.0),
            col("col-outcome", "c-m", Kind::Text, 12.0),
            col("col-clerk", "c-m", Kind::Text, 12.0),
        ],
        List::Callbacks => vec![
            number,
            col("col-due", "c-sla", Kind::Text, 16.0),
            col("col-kind", "c-s", Kind::Text, 8.0),
            col("col-place", "c-m", Kind::Text, 14.0),
            col("col-name", "c-m", Kind::Text, 12.0),
            col("col-content", "", Kind::Text, 46.0),
            col("col-attempts", "c-s r", Kind::Number, 8.0),
            col("col-state", "c-m", Kind::Text, 12.0),
            col("col-satisfaction", "c-m", Kind::Text, 12.0),
        ],
        List::Promises => vec![
            number,
            col("col-due", "c-sla", Kind::Text, 16.0),
            col("col-due-at", "c-m", Kind::DateTime, 17.0),
            col("col-promised", "c-s", Kind::Text, 10.0),
            col("col-customer", "c-m", Kind::Text, 20.0),
            col("col-question", "", Kind::Text, 46.0),
            col("col-made-by", "c-s", Kind::Text, 12.0),
            col("col-made-at", "c-m", Kind::DateTime, 17.0),
            col("col-progress", "c-m", Kind::Text, 28.0),
        ],
        List::Extensions => vec![
            number,
            col("col-due", "c-sla", Kind::Text, 16.0),
            col("col-clock", "c-m", Kind::Text, 12.0),
            col("col-place", "c-m", Kind::Text, 14.0),
            col("col-content", "", Kind::Text, 40.0),
            col("col-to", "c-m", Kind::DateTime, 17.0),
            col("col-asked-by", "c-m", Kind::Text, 12.0),
            col("col-agreed", "c-m", Kind::Text, 14.0),
            col("col-approver", "c-m", Kind::Text, 14.0),
            col("col-state", "c-m", Kind::Text, 12.0),
        ],
        List::Breaches => vec![
            number,
            col("col-clock", "c-m", Kind::Text, 12.0),
            col("col-result", "c-m", Kind::Text, 14.0),
            col("col-due-at", "c-m", Kind::DateTime, 17.0),
            col("col-late", "c-m", Kind::Text, 14.0),
            col("col-content", "", Kind::Text, 40.0),
            col("col-department", "c-m", Kind::Text, 16.0),
            col("col-worker", "c-m", Kind::Text, 12.0),
            col("col-excuse", "c-m", Kind::Text, 14.0),
            col("col-clause", "c-s", Kind::Text, 10.0),
        ],
    }
}

/// The columns of the sheet: those of the page, and what has no room there.
pub fn sheet_cols(list: List) -> Vec<Col> {
    let mut all = cols(list);
    if list == List::Breaches {
        // By how long a limit was passed is a number there, to be reckoned with.
        for late in all.iter_mut().filter(|c| c.key == "col-late") {
            *late = col("col-late-min", "c-m", Kind::Number, 14.0);
        }
    }
    if list == List::Contacts {
        all.push(col("col-recorded", "", Kind::DateTime, 17.0));
    }
    all
}

/// One cell.
pub enum Cell {
    Link {
        href: String,
        text: String,
    },
    Due(Due),
    Tag {
        class: &'static str,
        icon: &'static str,
        text: String,
    },
    State {
        class: &'static str,
        text: String,
    },
    /// What people wrote.
    Text(String),
    /// A text of ours.
    Own(String),
    Time {
        at: i64,
        shown: String,
        /// When it was entered, in words, if that was later.
        entered: Option<String>,
        /// Of a due time: address of the explanation, and what leads there in words.
        why: Option<(String, String)>,
    },
    Money {
        cents: Option<i64>,
        shown: String,
    },
    Number(i64),
    /// A length of time: in words on the page, in minutes in the sheet.
    Length {
        ms: Option<i64>,
        shown: String,
    },
}

/// One row.
pub struct Line {
    pub id: String,
    pub over: bool,
    /// Where the row's own step is registered; not in Excel.
    pub act: Option<String>,
    pub cells: Vec<Cell>,
    /// The cells of the columns that only the sheet has.
    pub more: Vec<Cell>,
}

impl Line {
    /// The row for Excel.
    pub fn sheet_cells(&self, _l: Locale) -> Vec<Sheet<'_>> {
        self.cells
            .iter()
            .chain(&self.more)
            .map(|c| match c {
                Cell::Link { text, .. } | Cell::Tag { text, .. } | Cell::State { text, .. } | Cell::Text(text) => {
                    Sheet::from(text.as_str())
                }
                Cell::Own(text) => Sheet::from(text.as_str()),
                Cell::Due(d) => Sheet::from(d.text.as_str()),
                Cell::Time { at, .. } => Sheet::At(*at),
                Cell::Money { cents, .. } => cents.map_or(Sheet::Empty, Sheet::Cents),
                Cell::Number(n) => Sheet::Int(*n),
                Cell::Length { ms, .. } => crate::table::minutes(*ms),
            })
            .collect()
    }
}

/// What rows need to be shown.
pub struct With<'a> {
    pub names: &'a Names,
    pub now: i64,
    pub zone: &'a str,
}

impl With<'_> {
    fn l(&self) -> Locale {
        self.names.locale
    }

    fn time(&self, at: i64) -> Cell {
        Cell::Time {
            at,
            shown: when::short(self.zone, self.now, at),
            entered: None,
            why: None,
        }
    }

    /// When it happened; with the time it was entered, if that was later (补录).
    fn happened(&self, at: i64, recorded_at: i64) -> Cell {
        Cell::Time {
            at,
            shown: when::short(self.zone, self.now, at),
            entered: when::entered(self.l(), self.zone, at, recorded_at),
            why: None,
        }
    }

    fn kind(&self, kind: &str) -> Cell {
        Cell::Tag {
            class: kind_class(kind),
            icon: kind_icon(kind),
            text: t(self.l(), &format!("kind-{kind}")),
        }
    }

    fn state(&self, family: &str, state: &str) -> Cell {
        Cell::State {
            class: state_class(state),
            text: t(self.l(), &format!("{family}-{state}")),
        }
    }

    fn due(&self, open: bool, due_at: Option<i64>, paused: bool, breached: bool) -> Due {
        if open {
            Due::open(self.l(), self.now, due_at, paused)
        } else {
            Due::over(self.l(), breached)
        }
    }
}

pub fn case(r: &CaseLine, w: &With<'_>) -> Line {
    let due = w.due(r.open, r.due_at, r.paused, r.breached);
    let due = due.explained(w.l(), r.id.as_str(), &r.number, &r.due_code, r.due_provisional);
    Line {
        id: r.id.as_str().to_owned(),
        over: due.state == "over",
        act: None,
        cells: vec![
            Cell::Link {
                href: format!("/cases/{}", r.number),
                text: r.number.clone(),
            },
            Cell::Due(due),
            w.kind(&r.kind),
            Cell::Text(r.place.clone()),
            Cell::Text(r.title.clone()),
            Cell::Text(
                r.department_id
                    .as_ref()
                    .map(|d| w.names.department(d))
                    .unwrap_or_default(),
            ),
            Cell::Text(r.worker_id.as_ref().map(|s| w.names.staff(s)).unwrap_or_default()),
            w.state("state", &r.state),
            w.time(r.registered_at),
        ],
        more: Vec::new(),
    }
}

pub fn order(r: &OrderRow, w: &With<'_>) -> Line {
    let due = w.due(r.open, r.due_at, r.paused, r.breached);
    let due = due.explained(w.l(), r.case_id.as_str(), &r.number, &r.due_code, r.due_provisional);
    let fee = match (r.fee_cents, r.fee_kind.as_str()) {
        (Some(c), _) if c > 0 => domain::money::shown(c),
        (_, kind) => t(w.l(), &format!("fee-{kind}")),
    };
    Line {
        id: r.id.as_str().to_owned(),
        over: due.state == "over",
        act: None,
        cells: vec![
            Cell::Link {
                href: format!("/cases/{}", r.case_id),
                text: r.number.clone(),
            },
            Cell::Due(due),
            w.kind(&r.kind),
            Cell::Text(r.place.clone()),
            Cell::Text(r.title.clone()),
            Cell::Text(
                r.department_id
                    .as_ref()
                    .map(|d| w.names.department(d))
                    .unwrap_or_default(),
            ),
            Cell::Text(r.worker_id.as_ref().map(|s| w.names.staff(s)).unwrap_or_default()),
            w.state("state", &r.state),
            w.time(r.issued_at),
            Cell::Money {
                cents: r.fee_cents,
                shown: fee,
            },
        ],
        more: Vec::new(),
    }
}

pub fn contact(r: &Contact, w: &With<'_>) -> Line {
    let phone = domain::phone::normalise(&r.phone)
        .map(|p| p.masked())
        .unwrap_or_default();
    Line {
        id: r.id.as_str().to_owned(),
        over: false,
        act: None,
        cells: vec![
            Cell::Link {
                href: format!("/contacts/{}", r.id),
                text: r.number.clone(),
            },
            w.happened(r.happened_at, r.recorded_at),
            Cell::Own(t(w.l(), &format!("channel-{}", r.channel))),
            Cell::Text(r.name.clone()),
            Cell::Text(r.address.clone()),
            Cell::Text(phone),
            Cell::Text(r.summary.clone()),
            w.state("outcome", &r.outcome),
            Cell::Text(r.staff_id.as_ref().map(|s| w.names.staff(s)).unwrap_or_default()),
        ],
        more: vec![w.time(r.recorded_at)],
    }
}

/// A time, or nothing.
fn maybe(w: &With<'_>, at: Option<i64>) -> Cell {
    match at.filter(|at| *at < store::case::NO_DUE) {
        Some(at) => w.time(at),
        None => Cell::Own(String::new()),
    }
}

pub fn promise(r: &PromiseRow, w: &With<'_>) -> Line {
    let due = match (r.open, r.state.as_str()) {
        (true, _) => Due::open(w.l(), w.now, Some(r.due_at), false),
        (false, "dropped") => Due::dropped(w.l()),
        (false, _) => Due::over(w.l(), r.breached),
    };
    let clock = format!("promise-{}", r.no);
    let due = due.explained(w.l(), r.case_id.as_str(), &r.case_number, &clock, r.due_provisional);
    let staff = |id: Option<&domain::ids::StaffId>| Cell::Text(id.map(|s| w.names.staff(s)).unwrap_or_default());
    let kept = r.kept_by.as_ref().map(|s| w.names.staff(s));
    let progress = match (r.first_due_at, r.first_at) {
        _ if r.kept_at.is_some() => Cell::Own(crate::l10n::tx(
            w.l(),
            "promise-kept-by",
            &[
                ("name", &kept.unwrap_or_default()),
                (
                    "time",
                    &r.kept_at.map(|at| when::short(w.zone, w.now, at)).unwrap_or_default(),
                ),
            ],
        )),
        (_, Some(at)) => Cell::Own(crate::l10n::tx(
            w.l(),
            "promise-first-given",
            &[("time", &when::short(w.zone, w.now, at))],
        )),
        (Some(at), None) => Cell::Own(crate::l10n::tx(
            w.l(),
            "promise-first-due",
            &[("time", &crate::promise::by(w.l(), w.zone, w.now, at))],
        )),
        (None, None) => Cell::Own(String::new()),
    };
    let answers = r.promised == "reply" && matches!(r.kind.as_str(), "inquiry" | "suggestion" | "praise");
    let step = if answers { "answer" } else { "keep_promise" };
    Line {
        id: r.id.clone(),
        over: due.state == "over",
        act: r.open.then(|| format!("/cases/{}/do/{step}", r.case_number)),
        more: Vec::new(),
        cells: vec![
            Cell::Link {
                href: format!("/cases/{}", r.case_number),
                text: r.case_number.clone(),
            },
            Cell::Due(due),
            Cell::Time {
                at: r.due_at,
                shown: crate::promise::by(w.l(), w.zone, w.now, r.due_at),
                entered: None,
                why: None,
            },
            Cell::Own(t(w.l(), &format!("promised-{}", r.promised))),
            Cell::Text([r.place.as_str(), &r.name].join(" ").trim().to_owned()),
            Cell::Text(r.title.clone()),
            staff(r.made_by.as_ref()),
            w.time(r.made_at),
            progress,
        ],
    }
}

pub fn extension(r: &ExtensionRow, w: &With<'_>) -> Line {
    let due = if r.open {
        Due::open(w.l(), w.now, Some(r.due_at), false)
    } else {
        Due::dropped(w.l())
    };
    let clock = format!("{}-{}", r.code, r.cycle);
    let due = due.explained(w.l(), r.case_id.as_str(), &r.case_number, &clock, false);
    let agreed = match r.agreed {
        Some(true) => crate::l10n::tx(w.l(), "extension-agreed", &[("grade", &r.grade.to_uppercase())]),
        Some(false) => t(w.l(), "extension-not-agreed"),
        None => t(w.l(), "extension-agreement-open"),
    };
    Line {
        id: r.id.as_str().to_owned(),
        over: due.state == "over",
        act: (r.open && r.approved.is_none()).then(|| format!("/cases/{}/do/approve_extension", r.case_number)),
        more: Vec::new(),
        cells: vec![
            Cell::Link {
                href: format!("/cases/{}", r.case_number),
                text: r.case_number.clone(),
            },
            // Of a request that is settled the limit itself is not over: when it was due is what was asked about.
            if r.open { Cell::Due(due) } else { w.time(r.due_at) },
            Cell::Own(t(w.l(), &format!("clock-{}", r.code))),
            Cell::Text(r.place.clone()),
            Cell::Text(r.title.clone()),
            w.time(r.to_at),
            Cell::Text(r.asked_by.as_ref().map(|s| w.names.staff(s)).unwrap_or_default()),
            Cell::Own(agreed),
            Cell::Own(t(w.l(), &format!("role-{}", r.approver))),
            w.state("extension", &r.state),
        ],
    }
}

pub fn breach(r: &ClockFact, w: &With<'_>) -> Line {
    let late = match (r.breached_at, r.due_at, r.met_at) {
        (Some(_), Some(due), Some(met)) if met > due => Some(met - due),
        (Some(at), _, None) if r.state == "overdue" => Some(w.now - at),
        _ => None,
    };
    let excuse = match (r.excuse.as_str(), r.excuse_asked.as_str()) {
        ("", "") => String::new(),
        ("", asked) => t(w.l(), &format!("excuse-{asked}")),
        (reason, _) => t(w.l(), &format!("excuse-{reason}")),
    };
    // A question to a superior has its due time in itself; the others lead to their reckoning.
    let mut due = maybe(w, r.due_at);
    if let (Cell::Time { why, .. }, Some(case), None) = (&mut due, &r.case_id, &r.consult_id) {
        let clock = format!("{}-{}", r.code, r.cycle);
        *why = Some(crate::page::why_link(w.l(), case.as_str(), &clock, &r.case_number));
    }
    let number = if r.case_number.is_empty() {
        Cell::Own(t(w.l(), "ontime-no-case"))
    } else {
        Cell::Link {
            href: format!("/cases/{}", r.case_number),
            text: r.case_number.clone(),
        }
    };
    Line {
        id: r.id.clone(),
        over: r.state == "overdue",
        act: None,
        more: Vec::new(),
        cells: vec![
            number,
            Cell::Own(t(w.l(), &format!("clock-{}", r.code))),
            w.state("fact", &r.state),
            due,
            Cell::Length {
                ms: late,
                shown: late.map_or(String::new(), |ms| crate::ontime::length(w.l(), ms)),
            },
            Cell::Text(r.title.clone()),
            Cell::Text(
                r.department_id
                    .as_ref()
                    .map(|d| w.names.department(d))
                    .unwrap_or_default(),
            ),
            Cell::Text(r.worker_id.as_ref().map(|s| w.names.staff(s)).unwrap_or_default()),
            Cell::Own(excuse),
            Cell::Own(r.clause.clone()),
        ],
    }
}

pub fn callback(r: &CallbackRow, w: &With<'_>) -> Line {
    let due = w.due(r.open, r.due_at, false, false);
    let due = due.explained(w.l(), r.case_id.as_str(), &r.case_number, "callback", r.due_provisional);
    Line {
        id: r.id.as_str().to_owned(),
        over: due.state == "over",
        act: r.open.then(|| format!("/cases/{}/do/callback", r.case_number)),
        cells: vec![
            Cell::Link {
                href: format!("/cases/{}", r.case_id),
                text: r.case_number.clone(),
            },
            Cell::Due(due),
            w.kind(&r.kind),
            Cell::Text(r.place.clone()),
            Cell::Text(r.name.clone()),
            Cell::Text(r.title.clone()),
            Cell::Number(r.attempts),
            w.state("callback", &r.state),
            Cell::Own(
                r.satisfaction
                    .as_ref()
                    .map(|s| t(w.l(), &format!("satisfaction-{s}")))
                    .unwrap_or_default(),
            ),
        ],
        more: Vec::new(),
    }
}
