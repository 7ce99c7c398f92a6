//! What every page shares: language, the signed-in person, navigation, the site and the counters beside it.

use app::ctx::Locale;
pub use app::live::Counts;
use domain::access::{Action, Reach};

use crate::assets;
use crate::gate::Viewer;
use crate::l10n;
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
    pub on_duty: Vec<(String, String)>,
    /// Whether the signed-in person is at work now.
    pub duty: bool,
    pub demo: bool,
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
            ("/contacts", "phone", "nav-contacts", Action::ViewContacts),
            ("/cases", "notes", "nav-cases", Action::ViewCase),
            ("/orders", "clipboard-list", "nav-orders", Action::ViewCase),
            ("/callbacks", "phone-call", "nav-callbacks", Action::Callback),
            ("/tasks", "tool", "nav-tasks", Action::Accept),
        ],
    ),
    (
        "nav-manage",
        &[
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
            ("/messages", "send", "nav-messages", Action::ResendMessage),
            ("/journal", "history", "nav-journal", Action::ReadJournal),
            ("/staff", "user-cog", "nav-staff", Action::ManageStaff),
            ("/settings", "settings", "nav-settings", Action::ManageSite),
        ],
    ),
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
            p.counts = web.desk.live.counts(&s.site);
            p.seq = web.desk.live.seq(&s.site);
            p.on_duty = on_duty(web, v, s);
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
            duty: false,
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

/// Name and department of who is at work, in the viewer's language.
fn on_duty(web: &Web, v: &Viewer, s: &app::account::Session) -> Vec<(String, String)> {
    let pick = |zh: String, en: String| {
        if v.locale == Locale::En && !en.is_empty() {
            en
        } else {
            zh
        }
    };
    let list = web.desk.live.on_duty(&s.site).into_iter();
    list.map(|d| (pick(d.name, d.name_en), pick(d.department, d.department_en)))
        .collect()
}

fn icon_svg(name: &str, class: &str) -> String {
    format!(
        r#"<svg class="{class}" aria-hidden="true"><use href="{}#{name}"/></svg>"#,
        assets::url("icons.svg")
    )
}
