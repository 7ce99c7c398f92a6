//! A case as its page shows it.

use app::ctx::Ctx;
use app::error::Res;
use app::{case, step};
use domain::access::Action;
use domain::case::{
    CaseState, Check, FeeKind, Grade, Importance, Kind, LineKind, OrderStatus, Scope, Status, Urgency,
    may, missing_to_close, sum_of,
};
use domain::ids::CaseId;
use store::journal::Entry;
use store::seam::Conn;

use super::clocks::{self, ClockLine};
use super::look;
use super::names::Names;
use super::offers::{Acts, sort};
use super::sentence::{self, Group, Line, price_words};
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

/// How many lines of the timeline a page shows at first.
pub const LINES: usize = 40;

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
    if let Some(id) = &s.repeat_of
        && let Some(line) = store::case::line(c, &ctx.site, id)?
    {
        related.push((line.number, line.title));
    }
    if let (Some(unit), false) = (&s.located.unit, s.item.is_empty()) {
        for x in store::case::similar(c, unit, &s.item, s.registered_at - 90 * 86_400_000, 6)? {
            if x.id != s.id && !related.iter().any(|(n, _)| *n == x.number) {
                related.push((x.number, x.title));
            }
        }
    }
    let contacts = store::contact::of_case(c, &s.id)?.into_iter().map(|k| (k.number, k.channel)).collect();
    let reveal = may(Some(s), Action::RevealPhone, &ctx.who()).is_ok();
    let files = store::attachment::of(c, &ctx.site, "case", s.id.as_str())?;
    let files = files.into_iter().map(|f| (f.id.into_string(), f.mime)).collect();
    let seq = entries.first().map_or(0, |e| e.seq);
    let names = Names::load(c, ctx)?;
    Ok(Loaded { offers, seq, names, entries, related, files, contacts, reveal, seen })
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
}

/// A phone number as screens show it.
pub fn masked(phone: &str) -> String {
    domain::phone::normalise(phone).map_or_else(|_| if phone.is_empty() { String::new() } else { "****".to_owned() }, |p| p.masked())
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
    let first = s.content.split(['。', '\n', '；', ';']).find(|x| !x.trim().is_empty()).unwrap_or_default().trim();
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
        let missing: Vec<String> =
            if s.is_open() { missing_to_close(s).into_iter().map(|k| p.t(k)).collect() } else { Vec::new() };
        View {
            id: s.id.clone(),
            number: s.number.clone(),
            title: title(&l.names, s),
            seq: l.seq,
            kind: (look::kind_tone(s.kind), look::kind_icon(s.kind), p.code("kind", s.kind.as_str())),
            tags: tags(p, s),
            state: (look::state_tone(s.status), p.code("state", s.status.as_str())),
            missing_count: missing.len(),
            missing,
            steps: steps(p, l),
            content: s.content.clone(),
            customer: s.customer.name.clone(),
            phone: if emergency(l) { whole(&s.customer.phone) } else { masked(&s.customer.phone) },
            reveal: l.reveal && !s.customer.phone.is_empty() && !emergency(l),
            facts: facts(p, l),
            photos: photos(p, l),
            clocks: clocks::lines(p, s),
            order: order(p, l),
            callbacks: callbacks(p, l),
            acts: sort(p, s, &l.offers),
            waiting: waiting(p, s),
            upload: if s.work().is_some() { "photo_after" } else { "photo_before" },
        }
    }
}

fn waiting(p: &Page, s: &CaseState) -> String {
    let Some(w) = &s.waiting else { return String::new() };
    let args = [("reason", p.code("wait", w.reason.as_str())), ("until", p.time(w.until))];
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

fn by(p: &Page, names: &Names, by: &domain::case::By) -> String {
    by.staff().map_or_else(|| p.t("actor-system"), |id| names.staff(id))
}

fn steps(p: &Page, l: &Loaded) -> Vec<StepView> {
    let (s, names) = (&l.seen.state, &l.names);
    let order = s.orders.iter().rev().find(|o| o.cycle == s.cycle && o.status != OrderStatus::Returned && o.status != OrderStatus::TakenBack);
    let visit = s.kind == Kind::Request && s.scope != Scope::Outside;
    let work = s.work().filter(|w| w.cycle == s.cycle);
    let settled = matches!(s.status, Status::Done | Status::Confirmed | Status::Closed);
    // Label, detail, done.
    let mut list: Vec<(&str, String, bool)> =
        vec![("step-registered", format!("{} {}", p.time(s.registered_at), by(p, names, &s.registered_by)), true)];
    if visit || order.is_some() {
        let detail = order.map(|o| format!("{} {}", p.time(o.issued_at), names.department(&o.department))).unwrap_or_default();
        list.push(("step-dispatched", detail, order.is_some()));
        let arrived = order.and_then(|o| o.arrived_at.map(|at| (o.issued_at, at)));
        let detail = arrived.map(|(from, at)| {
            let used = clocks::duration(p.locale, at - from, false);
            tx(p.locale, "step-took", &[("time", &p.time(at)), ("took", &used)])
        });
        let worker = order.and_then(|o| o.worker.as_ref()).map(|w| names.staff(w)).unwrap_or_default();
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
    let label = if s.status == Status::Cancelled { "step-cancelled" } else { "step-closed" };
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
            list.push(Fact { label: p.t(key), value, href, tone });
        }
    };
    add("case-unit", s.customer.address.clone(), s.located.unit.as_ref().map(|u| format!("/households/{u}")).unwrap_or_default(), "");
    if let Some(id) = &s.identity {
        let check = |key: &str, c: Check| format!("{}{}", p.t(key), p.code("check", c.as_str()));
        let all = [id.name, id.unit, id.phone];
        let (text, tone) = if all.iter().all(|c| *c == Check::Same) {
            (p.t("case-identity-same"), "tgrn")
        } else if all.iter().all(|c| *c == Check::Unknown) {
            (p.code("check", "unknown"), "")
        } else {
            let list = [check("case-id-name", id.name), check("case-id-unit", id.unit), check("case-id-phone", id.phone)];
            (list.join(&p.t("list-comma")), if all.contains(&Check::Differs) { "tamb" } else { "" })
        };
        add("case-identity", text, String::new(), tone);
    }
    add("case-place", s.place.clone(), String::new(), "");
    add("case-item", if s.item.is_empty() { String::new() } else { names.item(&s.item) }, String::new(), "");
    add("case-first-asked", s.first_asked.as_ref().map(|f| names.staff(f)).unwrap_or_default(), String::new(), "");
    add("case-fee", fee(p, s), String::new(), "");
    if let Some(a) = s.appointment {
        add("case-appointment", format!("{} – {}", p.time(a.from), p.time(a.to)), String::new(), "");
    }
    if let Some(at) = s.wanted_by.or(s.authority_by) {
        add("case-wanted-by", p.time(at), String::new(), "");
    }
    add("case-channel", p.code("channel", s.channel.as_str()), String::new(), "");
    for (number, _) in &l.contacts {
        add("case-contact", number.clone(), format!("/contacts/{number}"), "");
    }
    for (number, _) in &l.related {
        add("case-related", number.clone(), format!("/cases/{number}"), "");
    }
    if s.happened_at < s.registered_at - 60_000 {
        add("case-happened", p.full_time(s.happened_at), String::new(), "");
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

fn fee(p: &Page, s: &CaseState) -> String {
    let kind = p.code("fee", s.fee.kind.as_str());
    let mut parts = Vec::new();
    if let Some(cents) = s.accepted_cents().filter(|c| *c > 0) {
        parts.push(p.money(cents));
    } else if s.fee.kind == FeeKind::Paid {
        parts.push(p.money(s.fee.cents));
    }
    parts.push(kind);
    if s.fee.kind != FeeKind::Free {
        let key = match (s.accepted_cents().is_some(), s.pending_quote().is_some()) {
            (true, _) => "fee-state-accepted",
            (false, true) => "fee-state-pending",
            (false, false) => "fee-state-open",
        };
        parts.push(p.t(key));
        let owed = s.owed_cents();
        if s.accepted_cents().is_some() && s.accepted_cents() != Some(0) {
            parts.push(if owed > 0 { p.t1("fee-state-owed", "owed", p.money(owed)) } else { p.t("fee-state-paid") });
        }
    }
    parts.join(" · ")
}

fn photos(p: &Page, l: &Loaded) -> Vec<Photo> {
    let media = |id: &str| match l.files.iter().find(|(i, _)| i == id).map(|(_, mime)| mime.as_str()) {
        Some(m) if m.starts_with("audio/") => "audio",
        Some(m) if m.starts_with("image/") => "image",
        _ => "file",
    };
    l.seen
        .state
        .attachments
        .iter()
        .map(|a| Photo {
            id: a.id.as_str().to_owned(),
            media: media(a.id.as_str()),
            label: p.code("attachment", a.kind.as_str()),
            caption: format!("{} {}", if a.caption.is_empty() { p.code("attachment", a.kind.as_str()) } else { a.caption.clone() }, p.time(a.at)),
        })
        .collect()
}

fn order(p: &Page, l: &Loaded) -> Option<OrderView> {
    let (s, names) = (&l.seen.state, &l.names);
    let o = s.last_order()?;
    let in_hand = s.order().is_some();
    let (state_tone, state) = if in_hand {
        (look::state_tone(s.status), p.code("state", s.status.as_str()))
    } else {
        (if o.status == OrderStatus::Done { "grn" } else { "" }, p.code("order", o.status.as_str()))
    };
    let mut facts = Vec::new();
    let mut add = |key: &str, value: String, tone: &'static str| {
        if !value.is_empty() {
            facts.push(Fact { label: p.t(key), value, href: String::new(), tone });
        }
    };
    let worker = o.worker.as_ref().map(|w| format!(" · {}", names.staff(w))).unwrap_or_default();
    add("order-assigned", format!("{}{worker}", names.department(&o.department)), "");
    let work = s.work.iter().rev().find(|w| w.order.as_ref() == Some(&o.id));
    if let Some(w) = work {
        add("case-f-done", w.done.clone(), "");
        let material: Vec<_> = w.lines.iter().filter(|x| x.kind == LineKind::Material).cloned().collect();
        add("order-material", price_words(p, &material), "");
        let labour = sum_of(&w.lines, LineKind::Labour);
        if labour > 0 {
            add("order-labour", p.money(labour), "");
        }
    } else if let Some(q) = s.quotes.iter().rev().find(|q| !q.superseded) {
        add("order-quote", format!("{} · {}", p.money(q.total_cents), price_words(p, &q.lines)), "");
    }
    add("case-fee", fee(p, s), "");
    let (signature, tone) = signature(p, s);
    add("order-signature", signature, tone);
    Some(OrderView { number: o.number.clone(), state, tone: state_tone, facts })
}

/// What stands on the line of the customer's signature.
fn signature(p: &Page, s: &CaseState) -> (String, &'static str) {
    let Some(c) = s.confirmation() else {
        let voided = s.confirmations.iter().any(|c| c.cycle == s.cycle && c.void_at.is_some());
        let key = match (voided, s.work().is_some()) {
            (true, _) => "sign-void",
            (false, true) => "sign-waiting",
            (false, false) => "sign-later",
        };
        return (p.t(key), "tamb");
    };
    let grade = p.code("grade", c.grade.as_str());
    match (c.grade, c.checked_by.is_some()) {
        (Grade::C, false) => (format!("{grade} · {}", p.t("sign-unchecked")), "tamb"),
        (Grade::C, true) => (format!("{} · {}", p.code("grade_short", "c"), p.t("sign-checked")), "tgrn"),
        (Grade::Declined, _) => (grade, "tamb"),
        _ => (grade, "tgrn"),
    }
}

fn callbacks(p: &Page, l: &Loaded) -> Vec<CallbackView> {
    let (s, names) = (&l.seen.state, &l.names);
    s.callbacks
        .iter()
        .enumerate()
        .rev()
        .map(|(i, c)| {
            let due = s
                .clocks
                .iter()
                .find(|k| k.code == domain::clock::ClockCode::Callback && k.cycle == c.cycle && k.is_open())
                .and_then(|k| k.due_at(p.now));
            let mut detail: Vec<String> = c.assignee.as_ref().map(|a| names.staff(a)).into_iter().collect();
            if let Some(at) = c.planned_at.filter(|_| c.end.is_none()) {
                detail.push(p.t1("callback-planned", "time", p.time(at)));
            } else if let Some(at) = due.filter(|_| c.end.is_none()) {
                detail.push(p.t1("case-by-time", "time", p.time(at)));
            }
            let state = c.end.map_or("open", |e| e.as_str());
            CallbackView {
                title: p.t2("callback-title", "n", i + 1, "state", p.code("callback", state)),
                open: c.end.is_none(),
                detail: detail.join(" · "),
                attempts: c
                    .attempts
                    .iter()
                    .map(|a| {
                        let mut parts = vec![p.time(a.at), by(p, names, &a.by), p.code("attempt", a.result.as_str())];
                        parts.extend(a.satisfaction.map(|x| p.code("satisfaction", x.as_str())));
                        parts.extend(Some(a.note.clone()).filter(|n| !n.is_empty()));
                        parts.join(" · ")
                    })
                    .collect(),
            }
        })
        .collect()
}

/// The timeline with its filters.
pub struct Timeline {
    pub id: String,
    pub number: String,
    pub lines: Vec<Line>,
    /// Whether lines of other days need their dates.
    pub days: bool,
    pub show: &'static str,
    pub counts: [usize; 4],
    /// Number before which the next lines stand.
    pub next: Option<i64>,
}

impl Timeline {
    /// Code, text key and count of each filter.
    pub fn filters(&self) -> [(&'static str, &'static str, usize); 4] {
        let [all, talk, clock, file] = self.counts;
        [("all", "show-all", all), ("talk", "show-talk", talk), ("clock", "show-clock", clock), ("file", "show-file", file)]
    }
}

/// The filter of a query value.
pub fn filter(show: &str) -> (&'static str, Option<Group>) {
    match show {
        "talk" => ("talk", Some(Group::Talk)),
        "clock" => ("clock", Some(Group::Clock)),
        "file" => ("file", Some(Group::File)),
        _ => ("all", None),
    }
}

/// Lines of the entries that were read, newest first.
pub fn timeline(
    p: &Page,
    names: &Names,
    case: (&str, &str),
    entries: &[Entry],
    show: &str,
    most: usize,
) -> Timeline {
    let (show, group) = filter(show);
    let all: Vec<Line> = entries.iter().map(|e| sentence::line(p, names, e)).collect();
    let count = |g: Group| all.iter().filter(|x| x.group == g).count();
    let counts = [all.len(), count(Group::Talk), count(Group::Clock), count(Group::File)];
    let full = entries.len() >= 200;
    let mut lines: Vec<Line> = all.into_iter().filter(|x| group.is_none_or(|g| x.group == g)).collect();
    let more = lines.len() > most || full;
    lines.truncate(most);
    let last = lines.last().map(|x| x.seq).or(entries.last().map(|e| e.seq));
    let days = lines.iter().any(|x| p.time(x.at).len() > 5);
    let (id, number) = (case.0.to_owned(), case.1.to_owned());
    Timeline { id, number, days, next: last.filter(|_| more), lines, show, counts }
}

/// What others recorded since a form was opened.
pub fn since(p: &Page, names: &Names, entries: &[Entry]) -> Vec<Line> {
    entries.iter().filter(|e| step::matters(&e.kind)).map(|e| sentence::line(p, names, e)).collect()
}
