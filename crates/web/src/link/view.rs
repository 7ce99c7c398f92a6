//! A case as its customer sees it.

use app::case::Seen;
use app::ctx::{Ctx, LinkPurpose, Locale};
use app::error::{Error, Res};
use app::link::{LinkState, code_possible, open, urged_at};
use domain::case::{AttachmentKind, By, CaseState, Confirmation, FeeKind, Grade, Line, Status};
use domain::clock::ClockCode;
use domain::ids::LinkId;
use domain::room::RoomKey;
use store::seam::Conn;

use super::{SiteHead, look, site_head};
use crate::l10n::{t, tx};
use crate::page::Page;
use crate::state::Web;
use crate::when;

/// Who comes. No phone: calls go through the service centre.
#[derive(Clone)]
pub struct Crew {
    pub initial: String,
    pub name: String,
    pub department: String,
    pub no: String,
    /// 王师傅
    pub called: String,
}

/// Everything that is read for a page.
pub struct Loaded {
    pub head: SiteHead,
    pub seen: Seen,
    pub link: LinkId,
    pub expires_at: i64,
    pub used: bool,
    /// The link was made to sign with.
    pub signs: bool,
    pub crew: Option<Crew>,
    pub urged: bool,
    pub code: bool,
    pub matter: String,
    pub gender: String,
}

/// Reads what the holder of a secret may see.
///
/// # Errors
/// `NotFound`, `Forbidden` with the reason why the link is over.
pub fn load(c: &mut Conn, base: &Ctx, token: &str) -> Res<Loaded> {
    let h = look(open(c, base, token)?)?;
    if h.purpose == LinkPurpose::Vendor {
        return Err(Error::NotFound);
    }
    let ctx = &h.ctx;
    let head = site_head(c, &ctx.site, ctx.locale)?;
    let seen = app::case::get(c, ctx, &h.link.case_id)?;
    let s = &seen.state;
    let en = ctx.locale == Locale::En;
    let mut crew = None;
    if let Some(o) = s.order().or_else(|| s.last_order().filter(|_| s.work().is_some())) {
        let department = store::site::department(c, &ctx.site, &o.department)?;
        let department = department.map_or(String::new(), |d| {
            if en && !d.name_en.is_empty() { d.name_en } else { d.name }
        });
        if let Some(w) = &o.worker
            && let Some(n) = store::site::staff_name(c, w)?
        {
            let called = app::outbox::called(&n.name, &n.name_en);
            let name = if en && !n.name_en.is_empty() { n.name_en } else { n.name };
            crew = Some(Crew {
                initial: name.chars().next().map(String::from).unwrap_or_default(),
                name,
                department,
                no: n.employee_no,
                called: called[if en { "en" } else { "zh" }]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
            });
        }
    }
    let item = ctx.book.taxonomy.item(&s.item);
    let matter = item.map_or_else(
        || app::case::title(ctx, s),
        |i| if en { i.en.clone() } else { i.zh.clone() },
    );
    let gender = match &s.located.person {
        Some(p) => store::link::gender(c, p)?.unwrap_or_default(),
        None => String::new(),
    };
    Ok(Loaded {
        urged: urged_at(c, ctx, &s.id)?.is_some(),
        code: code_possible(c, ctx, s)?,
        link: h.link.id,
        expires_at: h.link.expires_at,
        used: h.state == LinkState::Used,
        signs: h.purpose == LinkPurpose::Confirm,
        head,
        crew,
        matter,
        gender,
        seen,
    })
}

/// One point of the way.
pub struct Step {
    /// `done`, `now`, `todo`.
    pub state: &'static str,
    pub text: String,
    pub time: Option<String>,
    pub amount: Option<String>,
    pub detail: Option<String>,
}

/// A price to agree to.
pub struct QuoteView {
    pub id: String,
    pub lines: Vec<(String, String)>,
    pub total: String,
}

/// More time that is asked for.
pub struct ExtensionView {
    pub id: String,
    pub reason: String,
    pub to: String,
    pub was: Option<String>,
}

/// What it costs and what came in.
pub struct Money {
    pub charge: String,
    pub paid: String,
    pub owed: String,
}

/// The signature of this round.
pub struct SignedView {
    pub grade: String,
    pub when: String,
    pub picture: bool,
}

/// The page.
pub struct Track {
    pub token: String,
    pub key: String,
    pub number: String,
    pub tail: String,
    pub customer: String,
    pub matter: String,
    pub address: String,
    pub headline: String,
    pub eta: Option<String>,
    pub sub: Option<String>,
    pub day: String,
    pub crew: Option<Crew>,
    pub steps: Vec<Step>,
    pub quote: Option<QuoteView>,
    pub extension: Option<ExtensionView>,
    /// More time was agreed on: until when.
    pub extended: Option<String>,
    pub done: String,
    pub materials: Vec<(String, String)>,
    /// Id and caption.
    pub photos: Vec<(String, String)>,
    pub money: Option<Money>,
    pub signed: Option<SignedView>,
    pub staff: bool,
    /// Looking only: a browser of staff, or a link that has done its work.
    pub locked: bool,
    pub can_act: bool,
    pub can_sign: bool,
    pub can_urge: bool,
    pub can_photo: bool,
    pub can_reopen: bool,
    pub urged: bool,
    pub expires: String,
    /// Tone, icon and words of what was just done.
    pub notice: Option<(&'static str, &'static str, String)>,
}

/// The lines of a price: what and how many, and the amount.
pub fn lines(list: &[Line]) -> Vec<(String, String)> {
    list.iter()
        .map(|l| {
            let many = if l.quantity_milli == 1000 {
                String::new()
            } else {
                let q = format!("{}.{:03}", l.quantity_milli / 1000, l.quantity_milli % 1000);
                format!(" × {}", q.trim_end_matches('0').trim_end_matches('.'))
            };
            let cents = l.unit_cents.saturating_mul(l.quantity_milli) / 1000;
            let amount = if cents == 0 {
                String::new()
            } else {
                domain::money::shown(cents)
            };
            (format!("{}{many}", l.what), amount)
        })
        .collect()
}

/// The address as the household writes it.
pub fn address(locale: Locale, s: &CaseState) -> String {
    let text = if s.customer.address.is_empty() {
        &s.place
    } else {
        &s.customer.address
    };
    match RoomKey::parse(text) {
        Ok(k) if locale == Locale::En => k.display_en(),
        Ok(k) => k.display_zh(),
        Err(_) => text.clone(),
    }
}

/// An open limit that is due at this instant waits for the holidays of that year.
fn provisional(s: &CaseState, at: i64, now: i64) -> bool {
    let mut open = s.clocks.iter().filter(|c| c.is_open());
    open.any(|c| c.due_at(now) == Some(at) && c.is_provisional(now))
}

fn due(s: &CaseState, code: ClockCode, now: i64) -> Option<i64> {
    s.clocks
        .iter()
        .rev()
        .find(|c| c.code == code && c.is_open())
        .and_then(|c| c.due_at(now))
}

/// The photos that the customer may see: of the work, and the own ones.
pub fn photos(locale: Locale, s: &CaseState) -> Vec<(String, String)> {
    s.attachments
        .iter()
        .filter(|a| shown(a))
        .map(|a| {
            let key = match a.kind {
                AttachmentKind::PhotoBefore => "photo-before",
                AttachmentKind::PhotoAfter => "photo-after",
                _ => "photo-yours",
            };
            (a.id.as_str().to_owned(), t(locale, key))
        })
        .collect()
}

/// Whether an attachment is for the customer's eyes.
pub fn shown(a: &domain::case::Attachment) -> bool {
    matches!(a.kind, AttachmentKind::PhotoBefore | AttachmentKind::PhotoAfter) || matches!(a.by, By::Customer { .. })
}

fn addressed(locale: Locale, name: &str, gender: &str) -> String {
    let sex = match gender {
        "female" | "女" => Some(domain::mask::Sex::Female),
        "male" | "男" => Some(domain::mask::Sex::Male),
        _ => None,
    };
    match locale {
        Locale::Zh => domain::mask::addressed_zh(name, sex),
        Locale::En => domain::mask::addressed_en(name, sex),
    }
}

/// Hours and minutes today, the day with it otherwise.
pub fn at(p: &Page, ms: i64) -> String {
    if when::date(&p.zone, ms) == when::date(&p.zone, p.now) {
        when::clock(&p.zone, ms)
    } else {
        when::resident(p.locale, &p.zone, ms)
    }
}

/// Headline, the promised time in large, and a line under it.
fn head(p: &Page, s: &CaseState, crew: Option<&Crew>) -> (String, Option<String>, Option<String>) {
    let who = crew.map_or_else(|| p.t("track-worker"), |c| c.called.clone());
    let status = match s.status {
        Status::Waiting => "waiting",
        Status::Dispatched | Status::Accepted => "coming",
        other => other.as_str(),
    };
    let headline = p.t1(&format!("track-head-{status}"), "who", &who);
    let (key, time) = match s.status {
        Status::Registered => (
            "track-eta-answer",
            due(s, ClockCode::Promise, p.now).or(due(s, ClockCode::Response, p.now)),
        ),
        Status::Dispatched | Status::Accepted => (
            "track-eta-come",
            s.appointment
                .map(|a| a.to)
                .or(due(s, ClockCode::OnSite, p.now))
                .or(due(s, ClockCode::Response, p.now))
                .or(due(s, ClockCode::Finish, p.now)),
        ),
        Status::OnSite => ("track-eta-finish", due(s, ClockCode::Finish, p.now)),
        Status::Waiting => ("track-eta-resume", s.waiting.as_ref().map(|w| w.until)),
        _ => ("", None),
    };
    let late = time.is_some_and(|t| t < p.now);
    let eta = time.map(|t| {
        if late {
            p.t1("track-eta-was", "time", at(p, t))
        } else {
            let mark = if provisional(s, t, p.now) {
                format!(" ({})", p.t("due-provisional"))
            } else {
                String::new()
            };
            p.t1(key, "time", at(p, t) + &mark)
        }
    });
    let sub = if late {
        Some(p.t("track-late"))
    } else {
        match s.status {
            Status::Waiting => s
                .waiting
                .as_ref()
                .map(|w| p.t(&format!("told-wait-{}", w.reason.as_str()))),
            Status::OnSite => s
                .order()
                .and_then(|o| o.arrived_at)
                .map(|a| p.t1("track-arrived-at", "time", at(p, a))),
            Status::Done => s.work().map(|w| p.t1("track-done-at", "time", at(p, w.at))),
            _ => None,
        }
    };
    (headline, eta, sub)
}

fn point(state: &'static str, text: String, time: Option<String>) -> Step {
    Step {
        state,
        text,
        time,
        amount: None,
        detail: None,
    }
}

/// The way of the present round.
fn steps(p: &Page, s: &CaseState) -> Vec<Step> {
    let mut out = Vec::new();
    let time = |ms: i64| Some(at(p, ms));
    if s.cycle == 0 {
        out.push(point("done", p.t("track-step-registered"), time(s.registered_at)));
    } else {
        out.push(point("done", p.t("track-step-again"), time(s.round_started_at)));
    }
    let order = s.last_order().filter(|o| o.cycle == s.cycle);
    let went = !matches!(s.status, Status::Registered);
    if let Some(o) = order.filter(|_| went) {
        out.push(point("done", p.t("track-step-dispatched"), time(o.issued_at)));
        match o.arrived_at {
            Some(a) => out.push(point("done", p.t("track-step-arrived"), time(a))),
            None if s.work().is_none() && s.is_open() => out.push(point("now", p.t("track-step-coming"), None)),
            None => {}
        }
    } else if s.status == Status::Registered {
        out.push(point("now", p.t("track-step-arranging"), None));
    }
    fee_step(p, s, &mut out);
    work_steps(p, s, order.and_then(|o| o.arrived_at), &mut out);
    out
}

fn fee_step(p: &Page, s: &CaseState, out: &mut Vec<Step>) {
    if let Some(q) = s.pending_quote() {
        let mut x = point("now", p.t("track-step-fee-ask"), None);
        x.amount = Some(p.money(q.total_cents));
        out.push(x);
    } else if let Some(q) = s.accepted_quote() {
        let mut x = point("done", p.t("track-step-fee"), None);
        x.amount = Some(p.money(q.total_cents));
        x.detail = Some(
            lines(&q.lines)
                .into_iter()
                .map(|(w, a)| format!("{w} {a}"))
                .collect::<Vec<_>>()
                .join(" · "),
        );
        out.push(x);
    } else if s.fee.kind == FeeKind::Paid {
        let mut x = point("done", p.t("track-step-fee"), None);
        x.amount = Some(p.money(s.fee.cents));
        out.push(x);
    } else if s.fee.kind == FeeKind::Quote && s.is_open() && s.work().is_none() {
        out.push(point("todo", p.t("track-step-fee-later"), None));
    }
}

fn work_steps(p: &Page, s: &CaseState, arrived: Option<i64>, out: &mut Vec<Step>) {
    let time = |ms: i64| Some(at(p, ms));
    let request = s.kind == domain::case::Kind::Request;
    let working = p.t(if request {
        "track-step-working"
    } else {
        "track-step-handling"
    });
    match (s.status, s.work()) {
        (Status::Cancelled, _) => {
            out.push(point("now", p.t("track-step-cancelled"), s.cancelled_at.and_then(time)));
            return;
        }
        (Status::Waiting, _) => {
            let mut x = point(
                "now",
                p.t("track-step-waiting"),
                s.waiting.as_ref().and_then(|w| time(w.since)),
            );
            x.detail = s
                .waiting
                .as_ref()
                .map(|w| p.t(&format!("told-wait-{}", w.reason.as_str())));
            out.push(x);
        }
        (Status::OnSite, _) => {
            let state = if s.pending_quote().is_some() { "todo" } else { "now" };
            out.push(point(state, working, arrived.and_then(time)));
        }
        (_, Some(w)) => out.push(point("done", p.t("track-step-done"), time(w.at))),
        _ => out.push(point("todo", working, None)),
    }
    let signed = s.confirmation();
    match signed {
        Some(c) if c.grade == Grade::Declined => out.push(point("done", p.t("track-step-declined"), time(c.at))),
        Some(c) => out.push(point("done", p.t("track-step-signed"), time(c.at))),
        None if s.status == Status::Done => out.push(point("now", p.t("track-step-sign"), None)),
        None if s.status == Status::Closed => {}
        None => out.push(point("todo", p.t("track-step-sign"), None)),
    }
    match signed.and_then(|c| c.opinion) {
        Some(o) => {
            let mut x = point("done", p.t("track-step-rated"), None);
            x.detail = Some(p.code("satisfaction", o.as_str()));
            out.push(x);
        }
        None if s.is_open() && signed.is_none() => out.push(point("todo", p.t("track-step-rate"), None)),
        None => {}
    }
    if let Some(at) = s.closed_at {
        out.push(point("done", p.t("track-step-closed"), time(at)));
    }
}

fn signed(p: &Page, c: &Confirmation) -> SignedView {
    let key = match c.grade {
        Grade::A => "signed-by-code",
        Grade::B => "signed-by-you",
        Grade::C => "signed-checked",
        Grade::Declined => "signed-declined",
    };
    SignedView {
        grade: p.t(key),
        when: when::resident(p.locale, &p.zone, c.at),
        picture: c.signature.is_some(),
    }
}

fn notice(p: &Page, s: &CaseState, said: &str) -> Option<(&'static str, &'static str, String)> {
    let (tone, icon) = match said {
        // "We start now" is no news once the work is done.
        "quote-yes" | "quote-no" if s.work().is_some() => return None,
        "urged" | "said" | "photo" | "quote-yes" | "quote-no" | "signed" | "extension-yes" | "extension-no" => {
            ("grn", "circle-check")
        }
        "reopened" => ("blu", "refresh"),
        "urge-soon" | "changed" => ("", "info-circle"),
        _ => return None,
    };
    Some((tone, icon, p.t(&format!("said-{said}"))))
}

impl Track {
    pub fn new(p: &Page, web: &Web, l: &Loaded, token: &str, staff: bool, said: &str) -> Track {
        let s = &l.seen.state;
        let (headline, eta, sub) = head(p, s, l.crew.as_ref());
        let locked = staff || l.used;
        let open = s.is_open();
        let charge = s
            .work()
            .map(|w| w.charge_cents)
            .or_else(|| s.accepted_cents())
            .unwrap_or(0);
        let can_reopen = !locked && matches!(s.status, Status::Done | Status::Confirmed | Status::Closed);
        Track {
            token: token.to_owned(),
            key: p.key(web),
            number: s.number.clone(),
            tail: s.number.rsplit('-').next().unwrap_or_default().to_owned(),
            customer: addressed(p.locale, &s.customer.name, &l.gender),
            matter: l.matter.clone(),
            address: address(p.locale, s),
            headline,
            eta,
            sub,
            day: when::today(p.locale, &p.zone, s.round_started_at),
            crew: l.crew.clone().filter(|_| open && s.work().is_none()),
            steps: steps(p, s),
            quote: s.pending_quote().map(|q| QuoteView {
                id: q.id.as_str().to_owned(),
                lines: lines(&q.lines),
                total: p.money(q.total_cents),
            }),
            extension: s
                .pending_extensions()
                .find(|e| e.agreement.is_none())
                .map(|e| ExtensionView {
                    id: e.id.as_str().to_owned(),
                    reason: e.reason.clone(),
                    to: when::resident(p.locale, &p.zone, e.to),
                    was: e.due_at.map(|due| when::resident(p.locale, &p.zone, due)),
                }),
            extended: s
                .clocks
                .iter()
                .filter(|c| c.is_open())
                .filter_map(|c| c.extended.as_ref())
                .map(|e| when::resident(p.locale, &p.zone, e.to))
                .next_back(),
            done: s
                .work()
                .map(|w| w.done.clone())
                .or_else(|| s.answer.clone())
                .unwrap_or_default(),
            materials: s.work().map(|w| lines(&w.lines)).unwrap_or_default(),
            photos: photos(p.locale, s),
            money: (charge > 0).then(|| Money {
                charge: p.money(charge),
                paid: p.money(s.paid_cents()),
                owed: p.money(s.owed_cents().max(0)),
            }),
            signed: s.confirmation().map(|c| signed(p, c)),
            staff,
            locked,
            can_sign: !locked && s.status == Status::Done,
            can_act: !locked && (open || can_reopen),
            can_urge: !locked && open && !l.urged && s.work().is_none(),
            can_photo: !locked && open,
            can_reopen,
            urged: l.urged && open,
            expires: when::resident(p.locale, &p.zone, l.expires_at),
            notice: notice(p, s, said),
        }
    }
}

/// What the customer declares with the signature.
pub fn statement(p: &Page, s: &CaseState) -> String {
    let cents = s.work().map_or(0, |w| w.charge_cents);
    let what = if s.kind == domain::case::Kind::Request {
        "request"
    } else {
        "other"
    };
    if cents > 0 {
        tx(
            p.locale,
            &format!("sign-statement-{what}-fee"),
            &[("amount", &p.money(cents))],
        )
    } else {
        p.t(&format!("sign-statement-{what}"))
    }
}
