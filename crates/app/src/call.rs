//! Telephone calls (电话): what telephone systems tell is kept as it came, folded into calls, and judged by the rules of the hotline
//! (COM-10, ANS-1 to ANS-8). Here: calls, who it may be that calls, and what the desk makes of them. Beside it: the systems and
//! extensions ([`system`]), and numbers that are to be called back ([`missed`]).

mod board;
pub mod card;
pub mod dial;
pub mod missed;
pub mod next;
pub(crate) mod picked_up;
mod receive;
pub mod recording;
pub mod send;
pub mod staffing;
pub mod system;

use std::collections::BTreeMap;

use domain::access::{Action, Reach};
use domain::call::event::CallEvent;
use domain::call::measure::{self, HoldRule, Holds, RingRule, Rules, Verdict};
use domain::call::next::Sent;
use domain::call::state::Call;
use domain::ids::{CallId, ContactId, StaffId};
use domain::refusal::Refusal;
use domain::standard::LimitCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::call as db;
pub use store::call::{CallLine, CallRow, Owner};
use store::db::Tx;
use store::seam::Conn;

use crate::ctx::Ctx;
use crate::error::{Error, Res, saved};
use crate::hidden::Hidden;
use crate::journal;
use crate::list::cut;

pub use board::board;
pub use receive::receive;
pub(crate) use receive::round;

/// Calls of one page of the list.
pub const PAGE: usize = 50;
/// The longest time that figures are made of, in milliseconds.
pub const LONGEST: i64 = 92 * 86_400_000;
/// Calls that figures are made of at most.
pub const MOST: usize = 50_000;

/// What is kept of a call beside its reports: the fold, and what was done at the desk.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Doc {
    pub call: Call,
    /// When a call back was offered (ANS-3), by our own clock, unix milliseconds.
    #[serde(default)]
    pub offers: Vec<i64>,
    /// Who sat at its telephones when they first rang or answered.
    #[serde(default)]
    pub seats: BTreeMap<String, StaffId>,
    /// Whether the receiving side of a transfer agreed first, as the desk recorded it (TEL-6).
    #[serde(default)]
    pub transfers: Vec<Agreed>,
    /// To which telephones it was sent while nobody had answered.
    #[serde(default)]
    pub sent: Vec<Sent>,
}

/// A transfer as the desk recorded it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    pub at: i64,
    pub by: StaffId,
    /// Who takes the call: a department, a name or an extension, in words.
    pub to: String,
    pub agreed: bool,
    /// The caller was told where to (ANS-6).
    pub told: bool,
    /// The telephone system did it; else it was done on the handset.
    #[serde(default)]
    pub by_system: bool,
}

/// A call with the version of its row.
#[derive(Debug, Clone)]
pub struct Seen {
    pub row: CallRow,
    pub doc: Doc,
}

fn read(row: CallRow) -> Res<Seen> {
    let doc = serde_json::from_str(&row.doc)?;
    Ok(Seen { row, doc })
}

/// The rules of the hotline as the standard in force sets them.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn rules(c: &mut Conn, ctx: &Ctx) -> Res<Rules> {
    let rings = match crate::standard::limit(c, ctx, LimitCode::AnswerCall)? {
        domain::standard::Span::Ring { n } => n,
        _ => RingRule::default().rings,
    };
    let hold = crate::standard::limit(c, ctx, LimitCode::Hold)?.ms();
    Ok(Rules {
        ring: RingRule {
            rings,
            ..RingRule::default()
        },
        hold: hold.map_or_else(HoldRule::default, HoldRule::of),
        ..Rules::default()
    })
}

/// The code of what is said of a limit, as lists and figures know it.
#[must_use]
pub const fn code(v: Verdict) -> &'static str {
    match v {
        Verdict::Met => "met",
        Verdict::Breached => "breached",
        Verdict::Unknown => "unknown",
        Verdict::NotYet { .. } => "open",
        Verdict::GaveUp => "gave_up",
    }
}

/// How a call stands, as it is said: one that waits and that we make is being called.
#[must_use]
pub fn state<'a>(direction: &str, stored: &'a str) -> &'a str {
    match (direction, stored) {
        ("out" | "internal", "waiting") => "calling",
        _ => stored,
    }
}

/// What is said of all holds of a call together: the worst of them; `none` where nobody was put on hold.
#[must_use]
pub fn hold_code(h: &Holds) -> &'static str {
    let all = match h {
        Holds::Unknown => return "unknown",
        Holds::Told(all) => all,
    };
    let any = |of: fn(&Verdict) -> bool| all.iter().any(|x| of(&x.verdict));
    if all.is_empty() {
        "none"
    } else if any(|v| matches!(v, Verdict::Breached)) {
        "breached"
    } else if any(|v| matches!(v, Verdict::Unknown)) {
        "unknown"
    } else if any(|v| matches!(v, Verdict::NotYet { .. })) {
        "open"
    } else {
        "met"
    }
}

/// A call.
///
/// # Errors
/// `NotFound` where it is not there or not this person's to see.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &CallId) -> Res<Seen> {
    let reach = ctx.need(Action::ViewCalls)?;
    let s = read(db::get(c, &ctx.site, id)?.ok_or(Error::NotFound)?)?;
    let mine = ctx.staff().is_some_and(|me| s.row.staff_id.as_ref() == Some(&me.id));
    // What led to a complaint about somebody is hidden from them with it.
    let shown = match &s.row.contact_id {
        Some(contact) => Hidden::from(c, ctx)?.shows_contact(contact.as_str()),
        None => true,
    };
    if shown && (reach >= Reach::Site || mine) {
        Ok(s)
    } else {
        Err(Error::NotFound)
    }
}

/// What was told of a call, in the order in which it came; what came in one report in the order in which it happens.
///
/// # Errors
/// As [`get`].
pub fn told(c: &mut Conn, ctx: &Ctx, id: &CallId) -> Res<Vec<CallEvent>> {
    get(c, ctx, id)?;
    let rows = db::events(c, id)?.into_iter();
    let mut all = rows
        .map(|e| Ok(serde_json::from_str(&e.doc)?))
        .collect::<Res<Vec<CallEvent>>>()?;
    all.sort_by_key(|e| (e.at_received, e.kind));
    Ok(all)
}

/// What is said of a call that was seen.
#[derive(Debug, Clone)]
pub struct Judged {
    /// Codes as lists know them; those of a call that goes on as they stand now.
    pub ring: String,
    pub wait: String,
    pub hold: String,
    /// Of each stretch on hold, by the rules in force.
    pub holds: Holds,
    pub rules: Rules,
}

/// Judges a call. What is said of one that is over was said by the rules that were in force then, and stays.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn judged(c: &mut Conn, ctx: &Ctx, s: &Seen) -> Res<Judged> {
    let rules = rules(c, ctx)?;
    let tells = db::system(c, &ctx.site, &s.row.system_id)?.is_some_and(|x| system::tells_holds(&x));
    let (call, row) = (&s.doc.call, &s.row);
    let holds = rules.hold.verdicts(call, tells, &s.doc.offers, ctx.now);
    let mut all = Judged {
        ring: row.ring.clone(),
        wait: row.wait.clone(),
        hold: row.hold.clone(),
        holds,
        rules,
    };
    if row.open && measure::is_judged(call) {
        all.ring = code(rules.ring.verdict(call, ctx.now)).to_owned();
        all.wait = code(measure::wait(call, rules.wait_ms, ctx.now)).to_owned();
    }
    if row.open {
        all.hold = hold_code(&all.holds).to_owned();
    }
    Ok(all)
}

/// The entry of the register that belongs to a call, where the viewer sees it.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn entry(c: &mut Conn, ctx: &Ctx, s: &Seen) -> Res<Option<store::contact::Contact>> {
    let Some(id) = &s.row.contact_id else { return Ok(None) };
    match crate::contact::get(c, ctx, id) {
        Ok(entry) => Ok(Some(entry)),
        Err(Error::NotFound | Error::Forbidden(_)) => Ok(None),
        Err(e) => Err(e),
    }
}

/// A way to look at the list of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    #[default]
    All,
    In,
    Missed,
    /// Not within three rings, within them, and not known.
    Late,
    InTime,
    Unknown,
    /// Waited for a person longer than the limit.
    Wait,
    /// On hold longer than the limit, without an offer to call back.
    Hold,
    /// Answered, and nothing was registered.
    Unregistered,
    Out,
}

impl View {
    /// Every view, in the order of the page.
    pub const ALL: [View; 10] = [
        View::All,
        View::In,
        View::Missed,
        View::Late,
        View::InTime,
        View::Unknown,
        View::Wait,
        View::Hold,
        View::Unregistered,
        View::Out,
    ];

    /// As it stands in addresses and text keys.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            View::All => "all",
            View::In => "in",
            View::Missed => "missed",
            View::Late => "late",
            View::InTime => "in_time",
            View::Unknown => "unknown",
            View::Wait => "wait",
            View::Hold => "hold",
            View::Unregistered => "unregistered",
            View::Out => "out",
        }
    }

    /// Of its code; all for what is none.
    #[must_use]
    pub fn parse(code: &str) -> View {
        View::ALL.into_iter().find(|v| v.code() == code).unwrap_or_default()
    }

    fn narrow(self, f: &mut db::CallFilter) {
        let is = |code: &str| Some(code.to_owned());
        match self {
            View::All => {}
            View::In => f.direction = is("in"),
            View::Out => f.direction = is("out"),
            View::Missed => f.missed = true,
            View::Late => f.ring = is("breached"),
            View::InTime => f.ring = is("met"),
            View::Unknown => f.ring = is("unknown"),
            View::Wait => f.wait = is("breached"),
            View::Hold => f.hold = is("breached"),
            View::Unregistered => f.unregistered = true,
        }
    }
}

/// The number of a call that the desk shows; none for one that is gone meanwhile.
///
/// # Errors
/// `Forbidden` for who registers nothing.
pub fn of_desk(c: &mut Conn, ctx: &Ctx, id: &CallId) -> Res<Option<String>> {
    ctx.need(Action::RegisterContact)?;
    Ok(db::get(c, &ctx.site, id)?.map(|row| row.number))
}

/// The call that a form of the desk is about.
///
/// # Errors
/// `Forbidden` for who registers nothing.
pub fn of_form(c: &mut Conn, ctx: &Ctx, id: &CallId) -> Res<Option<Seen>> {
    ctx.need(Action::RegisterContact)?;
    db::get(c, &ctx.site, id)?.map(read).transpose()
}

/// What a list of calls may be narrowed by, as the page's address says it.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    pub view: View,
    pub staff: String,
    pub extension: String,
    /// Whole numbers only, in any usual writing.
    pub number: String,
    /// Codes, as lists know them; beside what the view asks for.
    pub direction: String,
    pub ring: String,
    pub wait: String,
    pub hold: String,
    pub missed: bool,
    pub from: Option<i64>,
    pub until: Option<i64>,
    pub after: Option<(i64, String)>,
}

impl Ask {
    /// Narrows further than the view does. False where the two leave nothing.
    fn narrow(&self, f: &mut db::CallFilter) -> bool {
        f.missed |= self.missed;
        let pairs = [
            (&mut f.direction, &self.direction),
            (&mut f.ring, &self.ring),
            (&mut f.wait, &self.wait),
            (&mut f.hold, &self.hold),
        ];
        for (of_view, asked) in pairs.into_iter().filter(|(_, asked)| !asked.is_empty()) {
            if of_view.as_ref().is_some_and(|code| code != asked) {
                return false;
            }
            *of_view = Some(asked.clone());
        }
        true
    }
}

/// A page of calls, newest first, and where the next begins.
pub type Page = (Vec<CallLine>, Option<(i64, String)>);

/// Calls that were.
///
/// # Errors
/// `Forbidden`, `Unavailable` while the database is away.
pub fn list(c: &mut Conn, ctx: &Ctx, a: &Ask, limit: usize) -> Res<Page> {
    let reach = ctx.need(Action::ViewCalls)?;
    let some = |t: &str| (!t.trim().is_empty()).then(|| t.trim().to_owned());
    let own = (reach < Reach::Site).then(|| ctx.staff().map(|s| s.id.to_string()).unwrap_or_default());
    let number = some(&a.number).map(|n| domain::phone::normalise(&n).map_or(n, |p| p.canonical()));
    let mut f = db::CallFilter {
        site: ctx.site.to_string(),
        number,
        staff: own.or(some(&a.staff)),
        extension: some(&a.extension),
        from: a.from,
        until: a.until,
        after: a.after.clone(),
        limit: i64::try_from(limit).unwrap_or(50) + 1,
        ..db::CallFilter::default()
    };
    a.view.narrow(&mut f);
    if !a.narrow(&mut f) {
        return Ok((Vec::new(), None));
    }
    let mut rows = db::list(c, &f)?;
    let more = cut(&mut rows, limit);
    let next = rows.last().filter(|_| more).map(|r| (r.at, r.id.to_string()));
    let hidden = Hidden::from(c, ctx)?;
    rows.retain(|r| r.contact_id.as_ref().is_none_or(|k| hidden.shows_contact(k.as_str())));
    Ok((rows, next))
}

/// Calls of a time, with what is needed to add them up.
///
/// # Errors
/// `Forbidden` without the right to see those of the whole site, `Invalid` for a time that is too long or has too many.
pub fn between(c: &mut Conn, ctx: &Ctx, from: i64, until: i64) -> Res<Vec<Seen>> {
    if ctx.need(Action::ViewCalls)? < Reach::Site {
        return Err(Error::Forbidden("forbidden-role"));
    }
    if until <= from || until - from > LONGEST {
        return Err(Error::field("until", "invalid-calls-span"));
    }
    let rows = db::between(c, &ctx.site, from, until, i64::try_from(MOST).unwrap_or(0) + 1)?;
    if rows.len() > MOST {
        return Err(Error::field("until", "invalid-calls-many"));
    }
    rows.into_iter().map(read).collect()
}

/// Everybody whose number it is, the confirmed ones first.
///
/// # Errors
/// `Forbidden` without the directory.
pub fn owners(c: &mut Conn, ctx: &Ctx, number: &str) -> Res<Vec<Owner>> {
    ctx.need(Action::ViewDirectory)?;
    if number.is_empty() {
        return Ok(Vec::new());
    }
    Ok(db::owners(c, &ctx.site, number)?)
}

fn save(tx: &mut Tx, s: &Seen) -> Res<()> {
    let row = CallRow {
        doc: serde_json::to_string(&s.doc)?,
        version: s.row.version + 1,
        ..s.row.clone()
    };
    saved(db::save(tx, &row)?, s.row.version)
}

fn say(tx: &mut Tx, ctx: &Ctx, row: &CallRow, kind: &str, body: serde_json::Value, personal: &[&str]) {
    journal::now(tx, ctx, "call", row.id.as_str(), kind, body, personal);
}

/// What was registered of it belongs to this call. A call has one entry of the register; another one on the same call leaves it.
///
/// # Errors
/// `NotFound` for a call that is not there.
pub(crate) fn registered(tx: &mut Tx, ctx: &Ctx, id: &CallId, contact: &ContactId) -> Res<()> {
    let row = db::get(tx, &ctx.site, id)?.ok_or(Error::NotFound)?;
    let me = ctx.staff().map(|me| me.id.clone());
    if db::registered(tx, &ctx.site, id, contact, me.as_ref())? == 1 {
        say(tx, ctx, &row, "call_registered", json!({"contact": contact}), &[]);
    }
    Ok(())
}

/// Somebody at the desk takes up a call: whose telephone it is need not be who talks (TEL-5), but who sat there when it rang does.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn take(tx: &mut Tx, ctx: &Ctx, id: &CallId) -> Res<Seen> {
    ctx.need(Action::RegisterContact)?;
    let me = ctx.need_staff()?.id.clone();
    let s = read(db::get(tx, &ctx.site, id)?.ok_or(Error::NotFound)?)?;
    let sat = s.doc.seats.contains_key(&s.row.extension);
    if s.row.answered_at.is_some() && !sat && s.row.staff_id.as_ref() != Some(&me) {
        db::taken(tx, &ctx.site, id, &me)?;
        say(tx, ctx, &s.row, "call_taken", json!({}), &[]);
    }
    Ok(s)
}

/// A call back was offered to a caller on hold (ANS-3).
///
/// # Errors
/// `Forbidden`, `NotFound`, `refuse-call-ended`.
pub fn offered(tx: &mut Tx, ctx: &Ctx, id: &CallId) -> Res<()> {
    ctx.need(Action::RegisterContact)?;
    let s = read(db::get(tx, &ctx.site, id)?.ok_or(Error::NotFound)?)?;
    if !s.row.open {
        return Err(Refusal::new("refuse-call-ended").clause("ANS-3").into());
    }
    note_offer(tx, ctx, s)
}

/// Somebody says that a call is over whose end was not reported. What is reported later makes it anew.
///
/// # Errors
/// `Forbidden`, `NotFound`, `refuse-call-still` where something was heard of it a moment ago.
pub fn over(tx: &mut Tx, ctx: &Ctx, id: &CallId) -> Res<()> {
    ctx.need(Action::RegisterContact)?;
    ctx.need_staff()?;
    let s = read(db::get(tx, &ctx.site, id)?.ok_or(Error::NotFound)?)?;
    if !s.row.open {
        return Ok(());
    }
    if !domain::call::sweep::may_close(&s.doc.call, ctx.now) {
        return Err(Refusal::new("refuse-call-still").into());
    }
    say(tx, ctx, &s.row, "call_said_over", json!({}), &[]);
    receive::close(tx, ctx, s)
}

/// A call back was promised to the caller: that is an offer too.
///
/// # Errors
/// `NotFound` for a call that is not there.
pub(crate) fn promised(tx: &mut Tx, ctx: &Ctx, id: &CallId) -> Res<()> {
    let s = read(db::get(tx, &ctx.site, id)?.ok_or(Error::NotFound)?)?;
    note_offer(tx, ctx, s)
}

/// Offers of one call that are kept.
const MOST_OFFERS: usize = 100;

fn note_offer(tx: &mut Tx, ctx: &Ctx, mut s: Seen) -> Res<()> {
    if s.doc.offers.len() < MOST_OFFERS {
        s.doc.offers.push(ctx.now);
        save(tx, &s)?;
    }
    say(tx, ctx, &s.row, "call_back_offered", json!({}), &[]);
    Ok(())
}

/// A call is handed on: to whom, whether they agreed first, and whether the caller was told (TEL-6, ANS-6).
///
/// # Errors
/// `Forbidden`, `NotFound`, `refuse-call-ended`, `refuse-incomplete` without a target or without asking first.
pub fn transferred(tx: &mut Tx, ctx: &Ctx, id: &CallId, to: &str, agreed: bool, told: bool) -> Res<()> {
    ctx.need(Action::RegisterContact)?;
    let me = ctx.need_staff()?.id.clone();
    let mut s = read(db::get(tx, &ctx.site, id)?.ok_or(Error::NotFound)?)?;
    if !s.row.open {
        return Err(Refusal::new("refuse-call-ended").clause("TEL-6").into());
    }
    let lacking = [
        (to.trim().is_empty(), "missing-transfer-to"),
        (!agreed, "missing-transfer-agreed"),
        (!told, "missing-transfer-told"),
    ];
    let missing: Vec<&'static str> = lacking.iter().filter(|x| x.0).map(|x| x.1).collect();
    if !missing.is_empty() {
        return Err(Refusal::new("refuse-incomplete")
            .clause("TEL-6")
            .missing(missing)
            .into());
    }
    let to: String = domain::privacy::masked(to.trim()).chars().take(80).collect();
    s.doc.transfers.push(Agreed {
        at: ctx.now,
        by: me,
        to: to.clone(),
        agreed,
        told,
        by_system: false,
    });
    save(tx, &s)?;
    say(tx, ctx, &s.row, "call_transferred", json!({"to": to}), &["to"]);
    Ok(())
}
