//! A case as its page shows it.

use app::case;
use app::ctx::Ctx;
use app::error::Res;
use domain::access::Action;
use domain::case::{CaseState, Check, Importance, Kind, OrderStatus, Scope, Status, Urgency, may, missing_to_close};
use domain::ids::CaseId;
use store::journal::Entry;
use store::seam::Conn;

use super::cards::{callbacks, fee, order, photos};
use super::clocks::{self, ClockLine};
use super::look;
use super::names::Names;
use super::offers::{Acts, sort};
use crate::l10n::tx;
use crate::page::Page;

/// A label and what stands beside it.
pub struct Fact {
    pub label: String,
    pub value: String,
    pub href: String,
    pub tone: &'static str,
}

/// One step of the bar.
pub struct StepView {
    pub label: String,
    pub detail: String,
    pub class: &'static str,
}

/// A picture or another file.
pub struct Photo {
    pub id: String,
    /// `image`, `audio`, or anything else.
    pub media: &'static str,
    pub label: String,
    pub caption: String,
}

/// The work order's card.
pub struct OrderView {
    pub number: String,
    pub state: String,
    pub tone: &'static str,
    pub facts: Vec<Fact>,
}

/// One callback of the card.
pub struct CallbackView {
    pub title: String,
    pub open: bool,
    pub detail: String,
    pub attempts: Vec<String>,
}

/// Everything that is read for a page.
pub struct Loaded {
    pub seen: case::Seen,
    pub seq: i64,
    pub names: Names,
    pub offers: Vec<domain::case::Offer>,
    pub entries: Vec<Entry>,
    pub related: Vec<(String, String)>,
    /// Id and media type of the files.
    pub files: Vec<(String, String)>,
    pub contacts: Vec<(String, String)>,
    pub reveal: bool,
    pub consults: Vec<store::consult::ConsultRow>,
    pub consult: bool,
    pub lesson: Option<domain::ids::LessonId>,
    /// Whether the viewer has reports looked into (COM-24).
    pub checks_reports: bool,
    /// Whether the viewer keeps lessons.
    pub teaches: bool,
    /// Who looks after an open emergency on this shift (REC-21).
    pub owner: Option<domain::ids::StaffId>,
    /// The viewer may open an emergency.
    pub joins: bool,
    /// Attempts of the open callback that count, those needed, from when the next counts.
    pub tried: Option<(u32, u32, i64)>,
}

/// Where the emergency of a call for help is, or is opened (REC-17).
fn emergency_link(l: &Loaded) -> Option<(String, bool)> {
    let s = &l.seen.state;
    let new = s.kind == Kind::Help && s.is_open();
    match &s.emergency {
        _ if !l.joins => None,
        Some(mark) => Some((format!("/emergencies/{}", mark.id), true)),
        None => new.then(|| (format!("/emergencies/new?case={}", s.number), false)),
    }
}

/// Reads a case with what its page needs.
///
/// # Errors
/// `NotFound` for what the viewer does not see.
pub fn load(c: &mut Conn, ctx: &Ctx, key: &str) -> Res<Loaded> {
    let seen = case::find(c, ctx, key)?;
    let s = &seen.state;
    let offers = case::offers(c, ctx, s)?;
    let entries = store::journal::for_case(c, ctx.site.as_str(), s.id.as_str(), i64::MAX, 200)?;
    let mut related = Vec::new();
    let hidden = app::hidden::Hidden::from(c, ctx)?;
    if let Some(id) = s.repeat_of.as_ref().filter(|id| hidden.shows(id.as_str()))
        && let Some(line) = store::case::line(c, &ctx.site, id)?
    {
        related.push((line.number, line.title));
    }
    if let (Some(unit), false) = (&s.located.unit, s.item.is_empty()) {
        for x in store::case::similar(c, unit, &s.item, s.registered_at - 90 * 86_400_000, 6)? {
            if hidden.shows(x.id.as_str()) && x.id != s.id && !related.iter().any(|(n, _)| *n == x.number) {
                related.push((x.number, x.title));
            }
        }
    }
    let contacts = store::contact::of_case(c, &s.id)?
        .into_iter()
        .map(|k| (k.number, k.id.as_str().to_owned()))
        .collect();
    let reveal = may(Some(s), Action::RevealPhone, &ctx.who()).is_ok();
    let files = store::attachment::of(c, &ctx.site, "case", s.id.as_str())?;
    let files = files.into_iter().map(|f| (f.id.into_string(), f.mime)).collect();
    let seq = entries.first().map_or(0, |e| e.seq);
    let names = Names::load(c, ctx)?;
    let consults = store::consult::of_case(c, &s.id)?;
    let owner = if s.is_open() {
        app::roster::hand_over::owner_of(c, ctx, &s.id)?
    } else {
        None
    };
    Ok(Loaded {
        tried: case::tried(c, ctx, s)?,
        consults,
        consult: ctx.reach(Action::Consult) > domain::access::Reach::Never,
        lesson: app::lesson::of_case(c, ctx, &s.id)?.map(|r| r.id),
        checks_reports: ctx.reach(Action::OpenInvestigation) > domain::access::Reach::Never,
        teaches: ctx.reach(Action::KeepLesson) > domain::access::Reach::Never,
        owner,
        joins: ctx.reach(Action::JoinEmergency) > domain::access::Reach::Never,
        offers,
        seq,
        names,
        entries,
        related,
        files,
        contacts,
        reveal,
        seen,
    })
}

/// The page's view of a case.
pub struct View {
    pub id: CaseId,
    pub number: String,
    pub title: String,
    pub seq: i64,
    pub kind: (&'static str, &'static str, String),
    pub tags: Vec<(&'static str, String)>,
    pub state: (&'static str, String),
    pub missing: Vec<String>,
    pub missing_count: usize,
    pub steps: Vec<StepView>,
    pub content: String,
    pub customer: String,
    pub phone: String,
    pub reveal: bool,
    pub facts: Vec<Fact>,
    pub photos: Vec<Photo>,
    pub clocks: Vec<ClockLine>,
    pub order: Option<OrderView>,
    pub callbacks: Vec<CallbackView>,
    pub acts: Acts,
    pub waiting: String,
    /// What a file that is taken in on the page shows.
    pub upload: &'static str,
    pub promises: Vec<PromiseView>,
    pub extensions: Vec<ExtensionView>,
    /// Requests for an excuse.
    pub excuse_requests: Vec<ExtensionView>,
    /// Excuses, each in a line.
    pub excuses: Vec<String>,
    pub consults: Vec<crate::consult::Question>,
    /// Whether the viewer may ask somebody about it (REC-7).
    pub consult: bool,
    /// The emergency of a call for help, or where one is opened; whether there is one.
    pub emergency: Option<(String, bool)>,
    /// The process of a complaint.
    pub complaint: Option<super::complaint::ComplaintView>,
    /// Where a report on it is looked into.
    pub check_report: Option<String>,
    /// Where its lesson is, or where one is made of it (DIR-22): address and text key.
    pub lesson: Option<(String, &'static str)>,
}

/// One promise of the card.
pub struct PromiseView {
    /// Its clock in an address: `promise-2`.
    pub clock: String,
    pub what: String,
    pub state: String,
    pub tone: &'static str,
    pub by: String,
    pub lines: Vec<String>,
}

/// One request for more time.
pub struct ExtensionView {
    pub clock: String,
    pub times: String,
    pub state: String,
    pub tone: &'static str,
    pub reason: String,
    pub open: bool,
    pub lines: Vec<String>,
}

/// A phone number as screens show it.
pub fn masked(phone: &str) -> String {
    domain::phone::normalise(phone).map_or_else(
        |_| {
            if phone.is_empty() {
                String::new()
            } else {
                "****".to_owned()
            }
        },
        |p| p.masked(),
    )
}

fn whole(phone: &str) -> String {
    domain::phone::normalise(phone).map_or_else(|_| phone.to_owned(), |p| p.grouped())
}

/// Somebody may be in danger, so the number is shown at once to who may see it at all; the first look is logged.
pub fn emergency(l: &Loaded) -> bool {
    let s = &l.seen.state;
    l.reveal && s.is_open() && s.urgency == Urgency::Emergency && !s.customer.phone.is_empty()
}

/// What the case is about, in a line.
pub fn title(names: &Names, s: &CaseState) -> String {
    let first = s
        .content
        .split(['。', '\n', '；', ';'])
        .find(|x| !x.trim().is_empty())
        .unwrap_or_default()
        .trim();
    if first.is_empty() {
        return names.item(&s.item);
    }
    let mut short: String = first.chars().take(40).collect();
    if first.chars().count() > 40 {
        short.push('…');
    }
    short
}

impl View {
    /// Makes the view of what was read.
    pub fn new(p: &Page, l: &Loaded) -> View {
        let s = &l.seen.state;
        let missing: Vec<String> = if s.is_open() {
            missing_to_close(s).into_iter().map(|k| p.t(k)).collect()
        } else {
            Vec::new()
        };
        View {
            id: s.id.clone(),
            number: s.number.clone(),
            title: title(&l.names, s),
            seq: l.seq,
            kind: (
                look::kind_tone(s.kind),
                look::kind_icon(s.kind),
                p.code("kind", s.kind.as_str()),
            ),
            tags: tags(p, s),
            state: (look::state_tone(s.status), p.code("state", s.status.as_str())),
            missing_count: missing.len(),
            missing,
            steps: steps(p, l),
            content: s.content.clone(),
            customer: s.customer.name.clone(),
            phone: if emergency(l) {
                whole(&s.customer.phone)
            } else {
                masked(&s.customer.phone)
            },
            reveal: l.reveal && !s.customer.phone.is_empty() && !emergency(l),
            facts: facts(p, l),
            photos: photos(p, l),
            clocks: clocks::lines(p, s),
            order: order(p, l),
            callbacks: callbacks(p, l),
            acts: sort(p, s, &l.offers),
            waiting: waiting(p, s),
            upload: if s.work().is_some() {
                "photo_after"
            } else {
                "photo_before"
            },
            promises: super::more_time::promises(p, l),
            extensions: super::more_time::extensions(p, l),
            excuse_requests: super::more_time::excuse_requests(p, l),
            excuses: super::more_time::excuses(p, l),
            consults: l
                .consults
                .iter()
                .map(|r| crate::consult::question(p, &l.names, r))
                .collect(),
            consult: l.consult && s.is_open(),
            emergency: emergency_link(l),
            complaint: super::complaint::view(p, l),
            check_report: l
                .checks_reports
                .then(|| format!("/investigations/new?case={}", s.number)),
            lesson: match &l.lesson {
                Some(id) => Some((format!("/lessons/{id}"), "lesson-see")),
                None => (l.teaches && s.status == Status::Closed)
                    .then(|| (format!("/cases/{}/lesson", s.number), "lesson-keep")),
            },
        }
    }
}

fn waiting(p: &Page, s: &CaseState) -> String {
    let Some(w) = &s.waiting else { return String::new() };
    let args = [
        ("reason", p.code("wait", w.reason.as_str())),
        ("until", p.time(w.until)),
    ];
    let args: Vec<(&str, &str)> = args.iter().map(|(k, v)| (*k, v.as_str())).collect();
    tx(p.locale, "case-waiting", &args)
}

fn tags(p: &Page, s: &CaseState) -> Vec<(&'static str, String)> {
    let mut tags = Vec::new();
    if s.urgency != Urgency::Normal {
        tags.push(("red", p.code("urgency", s.urgency.as_str())));
    }
    if s.importance != Importance::Ordinary {
        tags.push(("red", p.code("importance", s.importance.as_str())));
    }
    if s.repeat_of.is_some() {
        tags.push(("amb", p.t("case-repeat")));
    }
    if s.reopened > 0 {
        tags.push(("amb", p.t1("case-reopened", "n", s.reopened)));
    }
    if s.scope != Scope::Own {
        tags.push(("", p.code("scope", s.scope.as_str())));
    }
    tags
}

/// Who did it.
pub(super) fn by(p: &Page, names: &Names, by: &domain::case::By) -> String {
    by.staff().map_or_else(|| p.t("actor-system"), |id| names.staff(id))
}

/// When it came in and who took it; what was entered later says so.
fn registered(p: &Page, names: &Names, s: &CaseState) -> String {
    let who = by(p, names, &s.registered_by);
    match crate::when::entered(p.locale, &p.zone, s.happened_at, s.registered_at) {
        Some(later) => format!("{} {who} · {later}", p.time(s.happened_at)),
        None => format!("{} {who}", p.time(s.registered_at)),
    }
}

fn steps(p: &Page, l: &Loaded) -> Vec<StepView> {
    let (s, names) = (&l.seen.state, &l.names);
    let order = s
        .orders
        .iter()
        .rev()
        .find(|o| o.cycle == s.cycle && o.status != OrderStatus::Returned && o.status != OrderStatus::TakenBack);
    let visit = s.kind == Kind::Request && s.scope != Scope::Outside;
    let work = s.work().filter(|w| w.cycle == s.cycle);
    let settled = matches!(s.status, Status::Done | Status::Confirmed | Status::Closed);
    // Label, detail, done.
    let mut list: Vec<(&str, String, bool)> = vec![("step-registered", registered(p, names, s), true)];
    if visit || order.is_some() {
        let detail = order
            .map(|o| format!("{} {}", p.time(o.issued_at), names.department(&o.department)))
            .unwrap_or_default();
        list.push(("step-dispatched", detail, order.is_some()));
        let arrived = order.and_then(|o| o.arrived_at.map(|at| (o.issued_at, at)));
        let detail = arrived.map(|(from, at)| {
            let used = clocks::duration(p.locale, at - from, false);
            tx(p.locale, "step-took", &[("time", &p.time(at)), ("took", &used)])
        });
        let worker = order
            .and_then(|o| o.worker.as_ref())
            .map(|w| names.staff(w))
            .unwrap_or_default();
        list.push(("step-arrived", detail.unwrap_or(worker), arrived.is_some()));
    }
    let worked = work.map(|w| {
        let who = w.worker.as_ref().map(|x| names.staff(x)).unwrap_or_default();
        format!("{} {who}", p.time(w.at))
    });
    let label = if visit { "step-repaired" } else { "step-handled" };
    let answered = s.answer.is_some() && settled;
    list.push((label, worked.unwrap_or_default(), work.is_some() || answered));
    if visit {
        let c = s.confirmation();
        let detail = c.map_or_else(|| p.t("step-confirm-hint"), |c| p.code("grade_short", c.grade.as_str()));
        list.push(("step-confirmed", detail, c.is_some()));
    }
    if visit || s.callback().is_some() {
        let end = s.callback().and_then(|c| c.end);
        let detail = end.map_or_else(|| p.t("step-callback-hint"), |e| p.code("callback", e.as_str()));
        list.push(("step-callback", detail, end.is_some()));
    }
    let ended = s.closed_at.or(s.cancelled_at);
    let label = if s.status == Status::Cancelled {
        "step-cancelled"
    } else {
        "step-closed"
    };
    list.push((label, ended.map(|at| p.time(at)).unwrap_or_default(), ended.is_some()));
    let now = list.iter().position(|(_, _, done)| !done);
    let closed = !s.is_open();
    list.into_iter()
        .enumerate()
        .map(|(i, (label, detail, done))| StepView {
            label: p.t(label),
            detail,
            class: match (done, now == Some(i)) {
                (true, _) => "done",
                (false, true) if !closed => "now",
                _ => "",
            },
        })
        .collect()
}

fn facts(p: &Page, l: &Loaded) -> Vec<Fact> {
    let (s, names) = (&l.seen.state, &l.names);
    let mut list = Vec::new();
    let mut add = |key: &str, value: String, href: String, tone: &'static str| {
        if !value.is_empty() {
            list.push(Fact {
                label: p.t(key),
                value,
                href,
                tone,
            });
        }
    };
    add(
        "case-unit",
        s.customer.address.clone(),
        s.located
            .unit
            .as_ref()
            .map(|u| format!("/households/{u}"))
            .unwrap_or_default(),
        "",
    );
    if let Some(id) = &s.identity {
        let check = |key: &str, c: Check| format!("{}{}", p.t(key), p.code("check", c.as_str()));
        let all = [id.name, id.unit, id.phone];
        let (text, tone) = if all.iter().all(|c| *c == Check::Same) {
            (p.t("case-identity-same"), "tgrn")
        } else if all.iter().all(|c| *c == Check::Unknown) {
            (p.code("check", "unknown"), "")
        } else {
            let list = [
                check("case-id-name", id.name),
                check("case-id-unit", id.unit),
                check("case-id-phone", id.phone),
            ];
            (
                list.join(&p.t("list-comma")),
                if all.contains(&Check::Differs) { "tamb" } else { "" },
            )
        };
        add("case-identity", text, String::new(), tone);
    }
    add("case-place", s.place.clone(), String::new(), "");
    add(
        "case-item",
        if s.item.is_empty() {
            String::new()
        } else {
            names.item(&s.item)
        },
        String::new(),
        "",
    );
    add(
        "case-first-asked",
        s.first_asked.as_ref().map(|f| names.staff(f)).unwrap_or_default(),
        String::new(),
        "",
    );
    if let Some(owner) = &l.owner {
        add("case-duty-owner", names.staff(owner), String::new(), "");
    }
    add("case-fee", fee(p, s), String::new(), "");
    if let Some(a) = s.appointment {
        add(
            "case-appointment",
            format!("{} – {}", p.time(a.from), p.time(a.to)),
            String::new(),
            "",
        );
    }
    if let Some(at) = s.wanted_by.or(s.authority_by) {
        add("case-wanted-by", p.time(at), String::new(), "");
    }
    add("case-channel", p.code("channel", s.channel.as_str()), String::new(), "");
    for (number, id) in &l.contacts {
        add("case-contact", number.clone(), format!("/contacts/{id}"), "");
    }
    for (number, _) in &l.related {
        add("case-related", number.clone(), format!("/cases/{number}"), "");
    }
    if domain::late::entered_late(s.happened_at, s.registered_at) {
        let times = p.both_times(s.happened_at, s.registered_at);
        add("case-happened", times, String::new(), "");
    }
    if let Some(reason) = s.anonymous_reason.as_ref().filter(|_| s.anonymous) {
        add("case-anonymous", reason.clone(), String::new(), "");
    }
    if !s.old_numbers.is_empty() {
        add("case-old-number", s.old_numbers.join(", "), String::new(), "");
    }
    if let Some(o) = &s.outside {
        add("case-referral", o.referral.clone(), String::new(), "");
    }
    list
}
