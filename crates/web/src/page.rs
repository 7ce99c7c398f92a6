//! What every page shares: language, the signed-in person, navigation, the site and the counters beside it.

use app::ctx::Locale;
pub use app::live::{Counts, Unread};
use domain::access::{Action, Reach};

use crate::assets;
use crate::gate::Viewer;
use crate::l10n;
use crate::roster::{Banner, DutyLine};
use crate::state::Web;

/// One entry of the navigation.
pub struct NavItem {
    pub href: &'static str,
    pub icon: &'static str,
    pub key: &'static str,
    pub count: Option<i64>,
    pub hot: bool,
    pub current: bool,
}

/// The common part of all pages.
pub struct Page {
    pub locale: Locale,
    pub title: String,
    pub theme: String,
    pub now: i64,
    pub path: String,
    /// Id of the signed-in account: drafts kept in the browser belong to it.
    pub user: String,
    pub staff_name: String,
    pub staff_role: String,
    pub site_name: String,
    pub zone: String,
    pub sites: Vec<(String, String, bool)>,
    pub signed_in: bool,
    pub lock_after: u32,
    pub seq: i64,
    pub counts: Counts,
    pub on_duty: Vec<DutyLine>,
    /// What the signed-in person has not read.
    pub unread: Unread,
    /// A page of staff: it carries the bell.
    pub bell: bool,
    /// Whether the signed-in person is at work now.
    pub duty: bool,
    /// Emergencies, drills and mass incidents that run.
    pub alarms: crate::emergency::Banner,
    /// Whether the viewer may open an emergency.
    pub joins: bool,
    /// Whether the viewer may ask others while a customer waits.
    pub consults: bool,
    /// What lacks in the roster, for who plans it.
    pub banner: Option<Banner>,
    /// Whether the viewer takes part in the roster.
    pub shifts: bool,
    /// Whether the viewer receives visitors.
    pub gate: bool,
    pub demo: bool,
    /// Addresses and text keys of the roster's pages that the viewer may open.
    tabs: Vec<(&'static str, &'static str)>,
    /// Near the turn of the year, for who keeps the calendars: to be asked whether next year's holidays are missing.
    pub asks_year: bool,
    nav: Vec<(&'static str, Vec<NavItem>)>,
}

/// Section heading key, and its entries: address, icon, text key, the action that opens it.
type Menu = &'static [(
    &'static str,
    &'static [(&'static str, &'static str, &'static str, Action)],
)];

const MENU: Menu = &[
    (
        "nav-desk",
        &[
            ("/desk", "headset", "nav-desk-page", Action::RegisterContact),
            ("/hotline", "phone-incoming", "nav-hotline", Action::ViewCalls),
            ("/contacts", "phone", "nav-contacts", Action::ViewContacts),
            ("/visits", "id-badge", "nav-visits", Action::ViewVisits),
            ("/cases", "notes", "nav-cases", Action::ViewCase),
            ("/orders", "clipboard-list", "nav-orders", Action::ViewCase),
            ("/callbacks", "phone-call", "nav-callbacks", Action::Callback),
            ("/calls", "phone-outgoing", "nav-calls", Action::Callback),
            ("/registers", "book", "nav-registers", Action::ViewRegisters),
            ("/opinions", "message", "nav-opinions", Action::ViewOpinions),
            ("/promises", "message-circle", "nav-promises", Action::KeepPromise),
            ("/extensions", "clock-pause", "nav-extensions", Action::AskExtension),
            (
                "/appointments",
                "calendar-event",
                "nav-appointments",
                Action::RegisterContact,
            ),
            ("/tasks", "tool", "nav-tasks", Action::Accept),
            ("/duty", "calendar", "nav-duty", Action::ViewRoster),
            ("/emergencies", "urgent", "nav-emergencies", Action::ViewEmergency),
            ("/incidents", "bolt", "nav-incidents", Action::ViewEmergency),
            ("/bulletins", "speakerphone", "nav-bulletins", Action::ViewBulletins),
        ],
    ),
    (
        "nav-manage",
        &[
            ("/ontime", "chart-bar", "nav-ontime", Action::ViewReports),
            ("/breaches", "alarm", "nav-breaches", Action::ViewReports),
            ("/households", "users", "nav-households", Action::ViewDirectory),
            ("/import", "file-import", "nav-import", Action::Import),
            (
                "/departments",
                "building-community",
                "nav-departments",
                Action::ViewCase,
            ),
            ("/standard", "certificate", "nav-standard", Action::ViewCase),
            ("/handbook", "book", "nav-handbook", Action::ViewCase),
            ("/answers", "books", "nav-answers", Action::ViewAnswers),
            (
                "/investigations",
                "scale",
                "nav-investigations",
                Action::OpenInvestigation,
            ),
            ("/messages", "send", "nav-messages", Action::ResendMessage),
            ("/journal", "history", "nav-journal", Action::ReadJournal),
            ("/staff", "user-cog", "nav-staff", Action::ManageStaff),
            ("/settings", "settings", "nav-settings", Action::ManageSite),
        ],
    ),
];

/// The roster's pages: address, text key, the action that opens them.
const ROSTER: &[(&str, &str, Action)] = &[
    ("/duty", "duty-title", Action::ViewRoster),
    ("/roster", "roster-title", Action::ViewRoster),
    ("/duty/check-ins", "check-ins-title", Action::ViewRoster),
    ("/duty/hand-overs", "hand-over-title", Action::ViewRoster),
    ("/roster/swaps", "swap-title", Action::ViewRoster),
    ("/duty/keys", "key-title", Action::ViewRoster),
    ("/roster/absences", "roster-absences", Action::ManageRoster),
    ("/roster/posts", "roster-posts", Action::ManageRoster),
];

/// What `app.js` asks for by these names; the texts are `js-…` in the locale files.
pub(crate) const SCRIPT_TEXTS: &[&str] = &[
    "left-d",
    "left-hm",
    "left-m",
    "over-d",
    "over-hm",
    "over-m",
    "over-now",
    "left-s",
    "over-s",
    "draft-saving",
    "draft-saved",
    "draft-offline",
    "draft-failed",
    "draft-restored",
    "live-connected",
    "live-reconnecting",
    "combo-count",
    "combo-none",
    "upload-queued",
    "upload-sending",
    "upload-failed",
    "upload-refused",
    "upload-done",
    "upload-remove",
    "lock-warning",
    "selected",
    "privacy-id",
    "privacy-card",
    "copied",
    "failed-server",
    "failed",
];

impl Page {
    /// A page for the viewer, with counters read beforehand.
    pub fn new(web: &Web, v: &Viewer, title_key: &str) -> Page {
        let title = l10n::t(v.locale, title_key);
        Page::titled(web, v, title)
    }

    /// A page with a title of its own, such as a case's.
    pub fn titled(web: &Web, v: &Viewer, title: String) -> Page {
        let mut p = Page::bare(web, Some(v), v.locale, &title);
        if let Some(s) = &v.session {
            p.counts = web.desk.live.counts(&s.site).seen_by(&s.actor.id);
            p.seq = v.seq;
            p.on_duty = crate::roster::duty_lines(web, v, s);
            if v.may(Action::ManageRoster) {
                p.banner = Some(crate::roster::banner(&p, v, &web.desk.live.roster(&s.site)));
            }
            p.alarms = crate::emergency::banner(web, v, &p);
            p.joins = v.may(Action::JoinEmergency);
            p.shifts = v.may(Action::ViewRoster);
            p.gate = v.may(Action::ReceiveVisitor);
            p.tabs = ROSTER.iter().filter(|t| v.may(t.2)).map(|t| (t.0, t.1)).collect();
            p.unread = web.desk.live.unread(&s.site, &s.actor.id);
            p.bell = true;
            p.duty = web.desk.live.is_on_duty(&s.site, &s.actor.id);
            p.asks_year = v.may(Action::ManageCalendar) && crate::when::turn_of_year(&p.zone, p.now);
            let held = web.desk.live.held(&s.site, &s.actor.id);
            // Figures of the whole site mislead whoever sees only a part of it.
            let whole = v.reach(Action::ViewCase) >= Reach::Site;
            p.nav = MENU
                .iter()
                .map(|(head, items)| {
                    let items = items
                        .iter()
                        .filter(|(_, _, _, action)| v.may(*action))
                        .map(|(href, icon, key, _)| {
                            let count = match *href {
                                "/desk" if whole => Some(p.counts.queue),
                                "/orders" if whole => Some(p.counts.orders),
                                "/tasks" => Some(held),
                                "/callbacks" => Some(p.counts.callbacks),
                                "/hotline" if v.may(Action::RegisterContact) => Some(p.counts.missed),
                                "/messages" => Some(p.counts.messages_failed),
                                _ => None,
                            };
                            NavItem {
                                href,
                                icon,
                                key,
                                count: count.filter(|c| *c > 0),
                                hot: *href == "/desk" && (p.counts.overdue > 0 || p.counts.news > 0),
                                current: v.path == *href
                                    || v.path.starts_with(&format!("{href}/"))
                                    || (*href == "/households" && v.path.starts_with("/people/"))
                                    || (*href == "/duty" && v.path.starts_with("/roster"))
                                    || (*href == "/answers"
                                        && ["/referrals", "/lessons", "/proposals"]
                                            .iter()
                                            .any(|page| v.path.starts_with(page)))
                                    || (*href == "/opinions" && v.path.starts_with("/opinion-lines/"))
                                    || (*href == "/calls" && v.path.starts_with("/call-lines/"))
                                    || (*href == "/standard" && v.path.starts_with("/calendar")),
                            }
                        });
                    (*head, items.collect::<Vec<_>>())
                })
                .filter(|(_, items)| !items.is_empty())
                .collect();
        }
        p
    }

    /// A page that may be shown to anybody, signed in or not.
    pub fn bare(web: &Web, v: Option<&Viewer>, locale: Locale, title: &str) -> Page {
        let session = v.and_then(|v| v.session.as_ref());
        let role = session
            .and_then(|s| s.actor.roles.first())
            .map(|r| l10n::t(locale, &format!("role-{}", r.as_str())));
        Page {
            locale,
            title: title.to_owned(),
            theme: v.map(|v| v.theme.clone()).unwrap_or_default(),
            now: v.map_or_else(|| web.desk.clock.now(), |v| v.now),
            path: v.map(|v| v.path.clone()).unwrap_or_default(),
            user: session.map(|s| s.actor.id.as_str().to_owned()).unwrap_or_default(),
            staff_name: session.map(|s| s.display_name(locale).to_owned()).unwrap_or_default(),
            staff_role: role.unwrap_or_default(),
            site_name: session.map(|s| s.site_name(locale).to_owned()).unwrap_or_default(),
            zone: session.map_or_else(|| "Asia/Shanghai".to_owned(), |s| s.zone.clone()),
            sites: session.map(|s| s.site_choices(locale)).unwrap_or_default(),
            signed_in: session.is_some(),
            lock_after: if session.is_some() { web.settings.lock_after } else { 0 },
            seq: 0,
            counts: Counts::default(),
            on_duty: Vec::new(),
            unread: Unread::default(),
            bell: false,
            duty: false,
            alarms: crate::emergency::Banner::default(),
            joins: false,
            consults: v.is_some_and(|v| v.may(Action::Consult)),
            banner: None,
            shifts: false,
            gate: false,
            tabs: Vec::new(),
            demo: web.settings.demo,
            asks_year: false,
            nav: Vec::new(),
        }
    }

    /// A text of the page's language.
    pub fn t(&self, key: &str) -> String {
        l10n::t(self.locale, key)
    }

    /// A text with one placeholder.
    pub fn t1(&self, key: &str, name: &str, value: impl std::fmt::Display) -> String {
        l10n::tx(self.locale, key, &[(name, &value.to_string())])
    }

    /// A text with two placeholders.
    pub fn t2(&self, key: &str, a: &str, av: impl std::fmt::Display, b: &str, bv: impl std::fmt::Display) -> String {
        l10n::tx(self.locale, key, &[(a, &av.to_string()), (b, &bv.to_string())])
    }

    /// The text of a code: `code("state", "on_site")` is the text of `state-on_site`.
    pub fn code(&self, family: &str, code: &str) -> String {
        l10n::t(self.locale, &format!("{family}-{code}"))
    }

    /// A text in the page's language, the other one where it is missing.
    pub fn either<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        l10n::pick(self.en(), zh, en)
    }

    /// Says of what people wrote that it is Chinese, in a page that is not: for who has it read aloud.
    pub fn lang_of(&self, text: &str) -> &'static str {
        let chinese = |c: char| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}');
        if self.en() && text.chars().any(chinese) {
            " lang=\"zh-CN\""
        } else {
            ""
        }
    }

    /// A code in words, or nothing where there is none.
    pub fn coded(&self, family: &str, code: &str) -> String {
        if code.is_empty() {
            return String::new();
        }
        l10n::t(self.locale, &format!("{family}-{code}"))
    }

    /// The texts of the browser's own script; its placeholders stay in, written `{name}`.
    pub fn script_texts(&self) -> Vec<(&'static str, String)> {
        const HOLES: &[(&str, &str)] = &[
            ("d", "{d}"),
            ("h", "{h}"),
            ("hh", "{hh}"),
            ("m", "{m}"),
            ("mm", "{mm}"),
            ("t", "{t}"),
            ("n", "{n}"),
            ("s", "{s}"),
            ("name", "{name}"),
        ];
        SCRIPT_TEXTS
            .iter()
            .map(|key| (*key, l10n::tx(self.locale, &format!("js-{key}"), HOLES)))
            .collect()
    }

    pub fn en(&self) -> bool {
        self.locale == Locale::En
    }

    pub fn lang(&self) -> &'static str {
        match self.locale {
            Locale::Zh => "zh-CN",
            Locale::En => "en",
        }
    }

    /// An icon of the sprite. The caller marks it `|safe`.
    pub fn icon(&self, name: &str) -> String {
        icon_svg(name, "i")
    }

    /// What leads from a due time to its explanation, beside it; `clock` is a clock's code, with its round behind it where there
    /// are several (`promise-2`), or `next` for the one that is due first. The caller marks it `|safe`.
    pub fn why(&self, case: &str, clock: &str, number: &str) -> String {
        let (href, words) = why_link(self.locale, case, clock, number);
        let plain = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        format!(
            "<a class=\"whylink\" href=\"{}\" aria-label=\"{}\" title=\"{1}\">{}</a>",
            plain(&href),
            plain(&words),
            self.icon("help-circle")
        )
    }

    /// A large icon of the sprite.
    pub fn icon_l(&self, name: &str) -> String {
        icon_svg(name, "i l")
    }

    /// The address of a built file.
    pub fn asset(&self, name: &str) -> &'static str {
        assets::url(name)
    }

    pub fn nav(&self) -> &[(&'static str, Vec<NavItem>)] {
        &self.nav
    }

    /// The roster's pages: address, text key, whether it is this one.
    pub fn roster_tabs(&self) -> Vec<(&'static str, &'static str, bool)> {
        let here = |href: &str| {
            self.path == href || (!matches!(href, "/duty" | "/roster") && self.path.starts_with(&format!("{href}/")))
        };
        self.tabs.iter().map(|t| (t.0, t.1, here(t.0))).collect()
    }

    /// A fresh key for a form, so that a double click makes one record.
    pub fn key(&self, web: &Web) -> String {
        web.desk.ids.secret()
    }

    /// Date and time on detail pages: today without the date.
    pub fn time(&self, at: impl std::borrow::Borrow<i64>) -> String {
        crate::when::short(&self.zone, self.now, *at.borrow())
    }

    /// `11-08`
    pub fn month_day(&self, at: impl std::borrow::Borrow<i64>) -> String {
        crate::when::date(&self.zone, *at.borrow())
            .get(5..)
            .unwrap_or_default()
            .to_owned()
    }

    /// A phone number with its middle hidden.
    pub fn masked(&self, number: &str) -> String {
        app::contact::look::masked(number)
    }

    /// Full date and time.
    pub fn full_time(&self, at: impl std::borrow::Borrow<i64>) -> String {
        crate::when::full(&self.zone, *at.borrow())
    }

    /// The time something happened, and the time it was entered if that was later.
    pub fn both_times(
        &self,
        happened_at: impl std::borrow::Borrow<i64>,
        recorded_at: impl std::borrow::Borrow<i64>,
    ) -> String {
        crate::when::both(self.locale, &self.zone, *happened_at.borrow(), *recorded_at.borrow())
    }

    /// The head's date, such as 11月21日 周六.
    pub fn today(&self) -> String {
        crate::when::today(self.locale, &self.zone, self.now)
    }

    /// Hours and minutes.
    pub fn clock(&self) -> String {
        crate::when::clock(&self.zone, self.now)
    }

    /// `¥75.00`
    pub fn money(&self, cents: impl std::borrow::Borrow<i64>) -> String {
        domain::money::shown(*cents.borrow())
    }
}

fn icon_svg(name: &str, class: &str) -> String {
    format!(
        r#"<svg class="{class}" aria-hidden="true"><use href="{}#{name}"/></svg>"#,
        assets::url("icons.svg")
    )
}

/// Address of the explanation of a due time, and what leads there in words.
pub fn why_link(locale: Locale, case: &str, clock: &str, number: &str) -> (String, String) {
    let code = clock.split('-').next().unwrap_or(clock);
    let words = if code == "next" {
        l10n::t(locale, "why-title")
    } else {
        let name = l10n::t(locale, &format!("clock-{code}"));
        l10n::tx(locale, "why-ask", &[("clock", &name), ("number", number)])
    };
    (format!("/cases/{case}/clocks/{clock}"), words)
}
