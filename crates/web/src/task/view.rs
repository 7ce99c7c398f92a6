//! An order as the person on the way sees it.

use app::case::Seen;
use app::ctx::{Ctx, Locale};
use app::error::Res;
use domain::access::Action;
use domain::case::{AttachmentKind, CaseState, FeeKind, Grade, Offer, OrderStatus, Status, may};
use domain::clock::WaitReason;
use domain::room::RoomKey;
use store::seam::Conn;
use store::task::Place;

use super::{Fields, Shown};
use crate::link::view_parts::{lines, statement};
use crate::page::Page;
use crate::state::Web;
use crate::when;

/// The steps that have a screen of their own.
pub const STEPS: [&str; 8] = ["return", "wait", "quote", "consent", "done", "pay", "sign", "place"];

/// A deadline pill.
pub struct Due {
    pub class: &'static str,
    pub at: i64,
    pub near: i64,
    pub text: String,
    /// The holidays of that time are not published yet.
    pub provisional: bool,
}

/// The pill of an instant: near in the last quarter of its time, at most a quarter of an hour before.
pub fn due(p: &Page, at: Option<i64>, from: i64) -> Option<Due> {
    let at = at?;
    let near = ((at - from).max(0) / 4).min(15 * 60_000);
    let left = at - p.now;
    let class = if left <= 0 {
        "over"
    } else if left <= near {
        "near"
    } else {
        "ok"
    };
    Some(Due {
        class,
        at,
        near,
        text: crate::when::left(p.locale, left).0,
        provisional: false,
    })
}

/// A place in the reader's writing: `3 栋 1 单元 1201` for a unit, the words otherwise.
pub fn written(locale: Locale, place: &str) -> String {
    match RoomKey::parse(place) {
        Ok(k) if locale == Locale::En => k.display_en(),
        Ok(k) => k.display_zh(),
        Err(_) => place.to_owned(),
    }
}

/// What is read for the pages of an order.
pub struct Loaded {
    pub seen: Seen,
    pub offers: Vec<Offer>,
    pub place: Option<Place>,
    pub care: Vec<String>,
    pub hotline: String,
    pub reveal: bool,
    pub link: bool,
    pub vendor: bool,
    pub witnesses: Vec<(String, String)>,
    /// A message can reach the resident: a channel is set up and there is a number.
    pub sends: bool,
    /// The site's own address, for the way there.
    pub site_address: String,
    /// What the resident is to the unit: a code.
    pub relation: String,
}

/// Reads an order by its number.
///
/// # Errors
/// `NotFound`.
pub fn load(c: &mut Conn, ctx: &Ctx, number: &str) -> Res<Loaded> {
    let seen = app::task::of_order(c, ctx, number)?;
    of(c, ctx, seen)
}

/// Reads what belongs to a case's order.
///
/// # Errors
/// `NotFound`.
pub fn of(c: &mut Conn, ctx: &Ctx, seen: Seen) -> Res<Loaded> {
    let s = &seen.state;
    let offers = app::case::offers(c, ctx, s)?;
    let place = app::task::place(c, ctx, &s.id)?;
    let care = place
        .iter()
        .flat_map(|x| [x.care_note.clone(), x.preference.clone()])
        .filter(|t| !t.trim().is_empty())
        .collect();
    let site = store::site::get(c, &ctx.site)?;
    let en = ctx.locale == Locale::En;
    let vendor = ctx.staff().is_none();
    let witnesses = if vendor || s.status != Status::Done {
        Vec::new()
    } else {
        store::site::staff_names(c, &ctx.site)?
            .into_iter()
            .filter(|n| !s.did.contains(&n.id) && ctx.staff().is_none_or(|me| me.id != n.id))
            .map(|n| {
                (
                    n.id.as_str().to_owned(),
                    if en && !n.name_en.is_empty() { n.name_en } else { n.name },
                )
            })
            .collect()
    };
    let who = ctx.who();
    Ok(Loaded {
        reveal: may(Some(s), Action::RevealPhone, &who).is_ok() && !s.customer.phone.is_empty(),
        link: may(Some(s), Action::SendLink, &who).is_ok(),
        sends: app::outbox::channels(c, &ctx.site)?.residents() && app::outbox::takes_messages(&s.customer.phone),
        site_address: site.as_ref().map(|s| s.address.clone()).unwrap_or_default(),
        relation: relation(c, s)?,
        hotline: site.map(|s| s.hotline).unwrap_or_default(),
        offers,
        place,
        care,
        vendor,
        witnesses,
        seen,
    })
}

/// What the customer is to the unit now.
fn relation(c: &mut Conn, s: &CaseState) -> Res<String> {
    let (Some(unit), Some(person)) = (&s.located.unit, &s.located.person) else {
        return Ok(String::new());
    };
    let here = store::directory::occupancy::of_unit(c, unit)?;
    Ok(here
        .into_iter()
        .find(|o| o.until_on.is_none() && o.person_id == *person)
        .map(|o| o.relation)
        .unwrap_or_default())
}

impl Loaded {
    fn open(&self, a: Action) -> bool {
        self.offers.iter().any(|o| o.action == a && o.allowed())
    }
}

/// A button.
pub struct Button {
    pub step: &'static str,
    pub icon: &'static str,
    pub text: &'static str,
    /// Does it at once; otherwise its screen opens.
    pub form: bool,
}

/// The price.
#[derive(Default)]
pub struct FeeView {
    pub shown: bool,
    pub tone: &'static str,
    pub word: String,
    pub lines: Vec<(String, String)>,
    pub total: String,
}

impl FeeView {
    /// Whether there is more to show than its kind.
    pub fn more(&self) -> bool {
        !self.lines.is_empty() || !self.total.is_empty()
    }
}

/// The page of an order.
pub struct Order {
    pub base: String,
    pub files: String,
    pub key: String,
    pub version: i64,
    pub number: String,
    /// Where the note is kept while it is typed, and what was typed.
    pub draft_url: String,
    pub note: String,
    /// Why there is nothing to do on this order any more.
    pub over: Option<String>,
    pub vendor: bool,
    pub desk: String,
    pub kind: String,
    pub urgent: Option<String>,
    pub state: String,
    pub due: Option<Due>,
    /// Why it is due then.
    pub why: Vec<String>,
    pub paused: bool,
    pub address: String,
    pub spot: String,
    pub customer: String,
    pub relation: String,
    /// A price waits for an answer and no message can carry it.
    pub tell: bool,
    pub location: String,
    pub content: String,
    pub appointment: Option<String>,
    pub waiting: Option<String>,
    pub care: Vec<String>,
    pub phone: String,
    pub can_reveal: bool,
    pub revealed: Option<String>,
    pub fee: FeeView,
    pub can_quote: bool,
    pub can_consent: bool,
    pub can_pay: bool,
    pub can_photo: bool,
    pub can_note: bool,
    pub photos: Vec<(String, String)>,
    pub done: Option<String>,
    pub sign_tone: &'static str,
    pub sign_word: String,
    pub main: Option<Button>,
    pub side: Vec<Button>,
}

/// The photos of the work and the resident's own.
fn photos(p: &Page, s: &CaseState, kinds: &[AttachmentKind]) -> Vec<(String, String)> {
    s.attachments
        .iter()
        .filter(|a| kinds.contains(&a.kind))
        .map(|a| {
            let key = match a.kind {
                AttachmentKind::PhotoBefore => "photo-before",
                AttachmentKind::PhotoAfter => "photo-after",
                AttachmentKind::PaperForm => "task-paper-photo",
                _ => "photo-other",
            };
            (a.id.as_str().to_owned(), p.t(key))
        })
        .collect()
}

fn fee(p: &Page, s: &CaseState) -> FeeView {
    let show = |tone, key: &str, list, total: Option<i64>| FeeView {
        shown: true,
        tone,
        word: p.t(key),
        lines: list,
        total: total.map(|c| p.money(c)).unwrap_or_default(),
    };
    if let Some(q) = s.pending_quote() {
        return show("amb", "task-fee-asked", lines(&q.lines), Some(q.total_cents));
    }
    if let Some(q) = s.quotes.iter().rev().find(|q| q.accepted.is_some() && !q.superseded) {
        let (tone, key) = if q.accepted == Some(true) {
            ("grn", "task-fee-yes")
        } else {
            ("red", "task-fee-no")
        };
        return show(tone, key, lines(&q.lines), Some(q.total_cents));
    }
    match s.fee.kind {
        FeeKind::Free => show("grn", "fee-free", Vec::new(), None),
        FeeKind::Paid if s.fee.accepted == Some(true) => show("grn", "task-fee-yes", Vec::new(), Some(s.fee.cents)),
        FeeKind::Paid => show("amb", "fee-paid", Vec::new(), Some(s.fee.cents)),
        FeeKind::Quote => show("amb", "fee-quote", Vec::new(), None),
    }
}

fn buttons(l: &Loaded) -> (Option<Button>, Vec<Button>) {
    let b = |step, icon, text, form| Button { step, icon, text, form };
    let s = &l.seen.state;
    let main = if l.open(Action::Accept) {
        Some(b("accept", "circle-check", "task-accept", true))
    } else if s.status == Status::Waiting && l.open(Action::Resume) {
        Some(b("resume", "player-play", "task-resume", true))
    } else if l.open(Action::Arrive) {
        Some(b("arrive", "map-pin", "task-arrive", true))
    } else if l.open(Action::Complete) {
        Some(b("done", "circle-check", "task-complete", false))
    } else if l.open(Action::Quote) && s.pending_quote().is_none() {
        Some(b("quote", "receipt", "task-quote-do", false))
    } else if l.open(Action::ConsentQuote) {
        Some(b("consent", "receipt", "task-consent-do", false))
    } else if l.open(Action::Confirm) {
        Some(b("sign", "signature", "task-sign-do", false))
    } else {
        None
    };
    let mut side = Vec::new();
    if l.open(Action::Wait) && s.status != Status::Dispatched {
        side.push(b("wait", "player-pause", "task-wait", false));
    }
    if l.open(Action::ReturnOrder) {
        side.push(b("return", "arrow-back-up", "task-return", false));
    }
    (main, side)
}

/// Building, entrance, room, floor and lift, as far as they are known.
fn place_words(p: &Page, l: &Loaded) -> Vec<(String, String)> {
    let s = &l.seen.state;
    let mut out = Vec::new();
    if let Some(x) = &l.place {
        let name = if x.building_name.is_empty() {
            &x.building
        } else {
            &x.building_name
        };
        out.push((p.t("place-building"), name.clone()));
        if !x.entrance.is_empty() {
            out.push((p.t("place-entrance"), x.entrance.clone()));
        }
        if let Some(f) = x.floor {
            let of = x.floors.map(|n| format!(" / {n}")).unwrap_or_default();
            out.push((p.t("place-floor"), format!("{f}{of}")));
        }
        out.push((p.t("place-room"), x.room.clone()));
        if let Some(lift) = x.has_lift {
            out.push((
                p.t("place-lift"),
                p.t(if lift { "place-lift-yes" } else { "place-lift-no" }),
            ));
        }
    } else {
        out.push((p.t("place-address"), s.customer.address.clone()));
    }
    if !s.place.is_empty() {
        out.push((p.t("place-spot"), s.place.clone()));
    }
    out
}

fn numbers(s: &CaseState) -> String {
    s.last_order().map_or_else(|| s.number.clone(), |o| o.number.clone())
}

fn address(p: &Page, s: &CaseState) -> String {
    written(
        p.locale,
        if s.customer.address.is_empty() {
            &s.place
        } else {
            &s.customer.address
        },
    )
}

/// What was just done, in words.
pub fn notice(p: &Page, l: &Loaded, said: &str) -> Option<String> {
    if said == "quote" && !l.sends {
        return Some(p.t("task-said-quote-unsent"));
    }
    matches!(
        said,
        "connect"
            | "note"
            | "accept"
            | "arrive"
            | "quote"
            | "wait"
            | "resume"
            | "done"
            | "pay"
            | "device"
            | "paper"
            | "declined"
            | "consent"
    )
    .then(|| p.t(&format!("task-said-{said}")))
}

impl Order {
    pub fn new(p: &Page, web: &Web, l: &Loaded, shown: Shown<'_>) -> Order {
        let s = &l.seen.state;
        let (main, side) = buttons(l);
        let clock = s
            .clocks
            .iter()
            .filter(|c| c.is_open())
            .filter_map(|c| c.due_at(p.now))
            .min();
        let from = s.last_order().map_or(s.registered_at, |o| o.issued_at);
        let running = s.status != Status::Waiting && s.is_open();
        let first = crate::case::clocks::first(p, s).filter(|_| running);
        let (sign_tone, sign_word) = match s.confirmation() {
            Some(c) if c.grade == Grade::Declined => ("amb", p.code("grade_short", "declined")),
            Some(c) => (
                "grn",
                p.t1("task-signed", "grade", p.code("grade_short", c.grade.as_str())),
            ),
            None => ("amb", p.t("task-unsigned")),
        };
        let request = s.is_open() && s.work().is_none();
        // The order that the address names; the case may have gone out again since.
        let asked = s
            .orders
            .iter()
            .find(|o| shown.base.ends_with(&format!("/{}", o.number)));
        let ended = asked.filter(|o| matches!(o.status, OrderStatus::TakenBack | OrderStatus::Returned));
        let over = ended.map(|o| {
            let why = o.end_reason.as_deref().unwrap_or_default();
            p.t1(&format!("task-over-{}", o.status), "reason", why)
        });
        let (main, side) = if over.is_some() {
            (None, Vec::new())
        } else {
            (main, side)
        };
        let number = asked.map_or_else(|| numbers(s), |o| o.number.clone());
        Order {
            key: p.key(web),
            version: l.seen.version,
            draft_url: draft_url(l, &shown.base, "note", &number),
            number,
            note: shown.fields.get("note").cloned().unwrap_or_default(),
            over: over.clone(),
            vendor: l.vendor,
            desk: l.hotline.clone(),
            kind: p.code("kind", s.kind.as_str()),
            urgent: (s.urgency.as_str() != "normal").then(|| p.code("urgency", s.urgency.as_str())),
            state: ended.map_or_else(
                || p.code("state", s.status.as_str()),
                |o| p.code("order", o.status.as_str()),
            ),
            due: due(
                p,
                clock.filter(|_| s.status != Status::Waiting && s.is_open() && over.is_none()),
                from,
            )
            .map(|due| Due {
                provisional: first.as_ref().is_some_and(|c| c.provisional),
                ..due
            }),
            why: first.map(|c| c.why).unwrap_or_default(),
            paused: s.status == Status::Waiting,
            address: address(p, s),
            spot: s.place.clone(),
            customer: s.customer.name.clone(),
            relation: l.relation.clone(),
            tell: s.pending_quote().is_some() && !l.sends && l.link && over.is_none(),
            location: place_words(p, l)
                .into_iter()
                .map(|(k, v)| format!("{k} {v}"))
                .collect::<Vec<_>>()
                .join(" · "),
            content: s.content.clone(),
            appointment: s.appointment.map(|a| {
                p.t2(
                    "task-appointment",
                    "from",
                    when::short(&p.zone, p.now, a.from),
                    "to",
                    when::clock(&p.zone, a.to),
                )
            }),
            waiting: s.waiting.as_ref().map(|w| {
                p.t2(
                    "task-waiting",
                    "reason",
                    p.code("wait", w.reason.as_str()),
                    "until",
                    when::short(&p.zone, p.now, w.until),
                )
            }),
            care: l.care.clone(),
            phone: domain::phone::normalise(&s.customer.phone).map_or_else(|_| String::new(), |n| n.masked()),
            can_reveal: l.reveal,
            revealed: shown.revealed,
            fee: fee(p, s),
            can_quote: l.open(Action::Quote) && request && over.is_none(),
            can_consent: l.open(Action::ConsentQuote) && !l.vendor,
            can_pay: l.open(Action::RecordPayment) && s.work().is_some() && over.is_none(),
            can_photo: l.open(Action::Attach) && request && s.order().is_some_and(|o| o.accepted_at.is_some()),
            can_note: l.open(Action::Note) && s.is_open() && over.is_none(),
            photos: photos(
                p,
                s,
                &[
                    AttachmentKind::PhotoBefore,
                    AttachmentKind::PhotoAfter,
                    AttachmentKind::Other,
                    AttachmentKind::Chat,
                ],
            ),
            done: s.work().map(|w| w.done.clone()),
            sign_tone,
            sign_word,
            main,
            side,
            base: shown.base,
            files: shown.files,
        }
    }
}

/// A link as a picture and in letters.
pub struct Qr {
    pub svg: String,
    pub url: String,
}

impl Qr {
    /// # Errors
    /// `Internal` when the address is too long.
    pub fn new(p: &Page, url: &str) -> Res<Qr> {
        let svg = office::qr::qr_svg(url, &p.t("task-sign-qr")).map_err(|_| app::error::Error::internal("QR"))?;
        Ok(Qr {
            svg,
            url: url.to_owned(),
        })
    }
}

/// The way to the building in a map, and the address it looks for; nothing while the site has no address.
fn map(p: &Page, l: &Loaded) -> Option<(String, String)> {
    if l.site_address.trim().is_empty() {
        return None;
    }
    let building = l.place.as_ref().map_or("", |x| {
        if x.building_name.is_empty() {
            x.building.as_str()
        } else {
            x.building_name.as_str()
        }
    });
    let address = format!("{} {} {building}", l.site_address.trim(), p.site_name);
    let address = address.trim().to_owned();
    let url = format!(
        "https://uri.amap.com/search?keyword={}",
        crate::gate::encode(&address).replace('/', "%2F")
    );
    Some((url, address))
}

/// The screen of one step.
pub struct StepView {
    pub step: String,
    pub base: String,
    pub files: String,
    pub key: String,
    pub version: i64,
    pub number: String,
    pub address: String,
    pub button: String,
    pub reasons: Vec<(&'static str, String)>,
    pub rows: Vec<usize>,
    pub amount: String,
    pub owed_plain: String,
    pub quote: String,
    pub photos: Vec<(String, String)>,
    pub papers: Vec<(String, String)>,
    pub place: Vec<(String, String)>,
    pub content_hash: String,
    pub statement: String,
    pub rates: Vec<(&'static str, &'static str, String)>,
    pub witnesses: Vec<(String, String)>,
    pub can_link: bool,
    pub qr: Option<Qr>,
    pub map: Option<(String, String)>,
    /// What the rows come to.
    pub total: String,
    draft_url: String,
    bad: Vec<String>,
    fields: Fields,
}

/// Where a form is kept while it is typed: with the account, or with the link of who has none.
fn draft_url(l: &Loaded, base: &str, step: &str, number: &str) -> String {
    if l.vendor {
        format!("{base}/drafts/{step}")
    } else {
        format!("/drafts/task-{step}?subject={number}")
    }
}

impl StepView {
    /// # Errors
    /// `Internal` when an address is too long for a QR.
    pub fn new(p: &Page, web: &Web, l: &Loaded, shown: Shown<'_>) -> Res<StepView> {
        let s = &l.seen.state;
        let step = shown.step;
        let cents = match step {
            "consent" => s.pending_quote().map_or(0, |q| q.total_cents),
            "pay" => s.owed_cents(),
            _ => s.accepted_cents().unwrap_or(0),
        };
        let qr = shown.link.as_ref().map(|url| Qr::new(p, url)).transpose()?;
        Ok(StepView {
            key: p.key(web),
            version: l.seen.version,
            number: numbers(s),
            address: address(p, s),
            button: p.t(&format!("task-do-{step}")),
            reasons: WaitReason::ALL
                .iter()
                .map(|r| (r.as_str(), p.code("wait", r.as_str())))
                .collect(),
            rows: if step == "quote" {
                (1..=4).collect()
            } else {
                (1..=3).collect()
            },
            amount: p.money(cents),
            owed_plain: domain::money::plain(cents),
            quote: s.pending_quote().map(|q| q.id.as_str().to_owned()).unwrap_or_default(),
            photos: photos(p, s, &[AttachmentKind::PhotoAfter]),
            papers: photos(p, s, &[AttachmentKind::PaperForm]),
            place: place_words(p, l),
            content_hash: s.content_hash(),
            statement: statement(p, s),
            rates: crate::link::RATES
                .map(|(code, _, icon)| (code, icon, p.code("satisfaction", code)))
                .into(),
            witnesses: l.witnesses.clone(),
            can_link: l.link && s.status == Status::Done,
            qr,
            map: map(p, l),
            total: p.money(super::form::total(&shown.fields)),
            bad: shown.bad,
            fields: shown.fields,
            step: step.to_owned(),
            draft_url: draft_url(l, &shown.base, step, &numbers(s)),
            base: shown.base,
            files: shown.files,
        })
    }

    /// Where the form is kept while it is typed.
    pub fn draft_url(&self) -> &str {
        &self.draft_url
    }

    /// What was typed before.
    pub fn f(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// Whether this field of a numbered row was refused.
    pub fn bad(&self, name: &str, i: impl std::fmt::Display) -> bool {
        self.bad.contains(&format!("{name}{i}"))
    }

    /// What was typed before in a numbered row.
    pub fn fi(&self, name: &str, i: impl std::fmt::Display) -> &str {
        self.fields.get(&format!("{name}{i}")).map_or("", String::as_str)
    }
}
