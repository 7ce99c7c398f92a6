//! What each list shows of a row, for the page and for Excel.

use app::ctx::Locale;
use office::sheet::{Cell as Sheet, Kind};
use store::case::{CallbackRow, CaseLine, OrderRow};
use store::contact::Contact;

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
    }
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
    },
    Money {
        cents: Option<i64>,
        shown: String,
    },
    Number(i64),
}

/// One row.
pub struct Line {
    pub id: String,
    pub over: bool,
    /// Where the row's own step is registered; not in Excel.
    pub act: Option<String>,
    pub cells: Vec<Cell>,
}

impl Line {
    /// The row for Excel.
    pub fn sheet_cells(&self, _l: Locale) -> Vec<Sheet<'_>> {
        self.cells
            .iter()
            .map(|c| match c {
                Cell::Link { text, .. } | Cell::Tag { text, .. } | Cell::State { text, .. } | Cell::Text(text) => {
                    Sheet::from(text.as_str())
                }
                Cell::Own(text) => Sheet::from(text.as_str()),
                Cell::Due(d) => Sheet::from(d.text.as_str()),
                Cell::Time { at, .. } => Sheet::At(*at),
                Cell::Money { cents, .. } => cents.map_or(Sheet::Empty, Sheet::Cents),
                Cell::Number(n) => Sheet::Int(*n),
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
            w.time(r.happened_at),
            Cell::Own(t(w.l(), &format!("channel-{}", r.channel))),
            Cell::Text(r.name.clone()),
            Cell::Text(r.address.clone()),
            Cell::Text(phone),
            Cell::Text(r.summary.clone()),
            w.state("outcome", &r.outcome),
            Cell::Text(r.staff_id.as_ref().map(|s| w.names.staff(s)).unwrap_or_default()),
        ],
    }
}

pub fn callback(r: &CallbackRow, w: &With<'_>) -> Line {
    let due = w.due(r.open, r.due_at, false, false);
    let due = due.explained(w.l(), r.case_id.as_str(), &r.case_number, "callback", false);
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
    }
}
