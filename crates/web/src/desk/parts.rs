//! The pieces of the desk's page: what each template is given, and the small questions it asks.

use app::contact;
use app::error::Error;
use app::queue::{Counts, Line, Tab};
use askama::Template;
use domain::case::{FeeKind, Kind, Scope};

use super::entry::Entry;
use super::view::{self, CHANNELS, Desk};
use crate::fail::Fail;
use crate::page::Page;

/// A parked form.
pub(super) struct Parked {
    pub subject: String,
    pub label: String,
    pub at: i64,
}

pub(super) struct Queue {
    pub tab: Tab,
    pub counts: Counts,
    /// Cases with something that nobody has looked at.
    pub news: i64,
    /// Requests for more time that wait for the viewer's decision.
    pub extensions: i64,
    pub lines: Vec<Line>,
    pub parked: Vec<Parked>,
}

/// What has just been made, shown in place.
pub(super) struct Made {
    pub contact: String,
    pub contact_number: String,
    pub cases: Vec<MadeCase>,
    pub say: view::Say,
}

/// One case of it.
pub(super) struct MadeCase {
    pub number: String,
    pub kind: String,
    pub order: String,
    pub state: String,
    pub to: String,
    pub due_at: Option<i64>,
    /// The sentence for the customer, if something was promised.
    pub promised: Option<String>,
    pub outside: bool,
    /// Who helps instead, once it was reported.
    pub referred: Option<String>,
    pub joined: bool,
}

#[derive(Template)]
#[template(path = "desk/queue.html")]
pub(super) struct QueueView {
    pub p: Page,
    pub q: Queue,
}

#[derive(Template)]
#[template(path = "desk/page.html")]
pub(super) struct DeskPage {
    pub p: Page,
    pub strip: String,
    pub q: String,
    pub reg: String,
    /// The key of the one-key form for a visitor.
    pub key: String,
}

#[derive(Template)]
#[template(path = "desk/reg.html")]
pub(super) struct RegView {
    pub p: Page,
    pub e: Entry,
    pub d: Desk,
    pub made: Option<Made>,
    pub errors: Vec<(String, String)>,
    pub rest: Vec<String>,
    pub draft_at: i64,
    pub notice: String,
    pub files: Vec<app::attachment::Attachment>,
}

#[derive(Template)]
#[template(path = "desk/terms.html")]
pub(super) struct TermsView<'a> {
    pub p: &'a Page,
    pub e: &'a Entry,
    pub d: &'a Desk,
    pub errors: &'a [(String, String)],
}

#[derive(Template)]
#[template(path = "desk/who.html")]
pub(super) struct WhoView<'a> {
    pub p: &'a Page,
    pub e: &'a Entry,
    pub d: &'a Desk,
}

#[derive(Template)]
#[template(path = "desk/changed.html")]
pub(super) struct ChangedView {
    pub p: Page,
    pub e: Entry,
    pub d: Desk,
    pub errors: Vec<(String, String)>,
    /// A candidate was picked: name and unit are filled in.
    pub picked: bool,
    /// The item has changed the kind.
    pub kinds: bool,
    /// The item has brought its place.
    pub place: bool,
}

#[derive(Template)]
#[template(path = "desk/items.html")]
pub(super) struct ItemsView {
    pub p: Page,
    pub items: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "desk/look.html")]
pub(super) struct LookView {
    pub p: Page,
    pub found: Vec<contact::look::Found>,
}

#[derive(Template)]
#[template(path = "desk/start.html")]
pub(super) struct StartView {
    pub p: Page,
    pub at: i64,
}

pub(super) fn render(t: &impl Template) -> Result<String, Fail> {
    t.render().map_err(|e| Fail(Error::internal(e)))
}

impl RegView {
    fn error(&self, name: &str) -> Option<&str> {
        error_in(&self.errors, name)
    }
    fn who(&self) -> String {
        WhoView {
            p: &self.p,
            e: &self.e,
            d: &self.d,
        }
        .render()
        .unwrap_or_default()
    }
    fn terms(&self) -> String {
        TermsView {
            p: &self.p,
            e: &self.e,
            d: &self.d,
            errors: &self.errors,
        }
        .render()
        .unwrap_or_default()
    }
    fn kinds(&self) -> &'static [Kind] {
        Kind::ALL
    }
    /// When it began, as hours and minutes.
    fn started(&self) -> String {
        self.e
            .started_at
            .parse()
            .map_or_else(|_| String::new(), |at: i64| self.p.time(at))
    }
    fn channels(&self) -> &'static [(domain::case::Channel, &'static str, &'static str)] {
        CHANNELS
    }
}

impl WhoView<'_> {
    fn checks(&self) -> [(&'static str, &str, &'static str); 3] {
        [
            ("id_name", &self.e.id_name, "desk-name"),
            ("id_unit", &self.e.id_unit, "desk-unit"),
            ("id_phone", &self.e.id_phone, "desk-phone"),
        ]
    }
}

impl ChangedView {
    fn error(&self, name: &str) -> Option<&str> {
        error_in(&self.errors, name)
    }
    fn kinds(&self) -> &'static [Kind] {
        Kind::ALL
    }
    fn who(&self) -> String {
        WhoView {
            p: &self.p,
            e: &self.e,
            d: &self.d,
        }
        .render()
        .unwrap_or_default()
    }
    fn terms(&self) -> String {
        TermsView {
            p: &self.p,
            e: &self.e,
            d: &self.d,
            errors: &self.errors,
        }
        .render()
        .unwrap_or_default()
    }
}

impl TermsView<'_> {
    fn error(&self, name: &str) -> Option<&str> {
        error_in(self.errors, name)
    }
    fn paid(&self) -> bool {
        self.e.fee_kind() == FeeKind::Paid
    }
    fn outside(&self) -> bool {
        self.e.scope() == Scope::Outside
    }
}

impl QueueView {
    fn tabs(&self) -> Vec<(&'static str, i64, bool)> {
        Tab::ALL
            .iter()
            .zip(self.q.counts)
            .map(|(t, n)| (t.code(), n, *t == self.q.tab))
            .collect()
    }
    fn left(&self, due: impl std::borrow::Borrow<i64>) -> (String, &'static str) {
        crate::when::left(self.p.locale, due.borrow() - self.p.now)
    }
}

fn error_in<'a>(errors: &'a [(String, String)], name: &str) -> Option<&'a str> {
    errors.iter().find(|(n, _)| n == name).map(|(_, t)| t.as_str())
}

impl Page {
    /// Colour and icon of a kind's tag.
    pub fn kind_tag(&self, kind: &str) -> (&'static str, &'static str) {
        match kind {
            "complaint" => ("vio", "message-report"),
            "inquiry" => ("tea", "help-circle"),
            "help" => ("red", "lifebuoy"),
            "suggestion" | "praise" => ("grn", "star"),
            _ => ("blu", "tool"),
        }
    }
}
