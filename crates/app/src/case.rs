//! Cases: every step of a case's life is `act`: load, look whether it is visible, decide, apply, save, journal, index,
//! tell. The rules are the domain's; the rooms above only fill in commands.

use std::sync::Arc;

use domain::access::{Action, Reach};
use domain::case::{
    By, CaseState, Command, Env, Event, Fact, Offer, OrderStatus, Status, advance, decide, legal_actions, may,
};
use domain::ids::{CaseId, SiteId};
use domain::number::{RecordNumber, Series};
use domain::standard::Standard;
use domain::time::Calendars;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use store::case as db;
use store::db::Tx;
use store::seam::Conn;

use crate::ctx::{Actor, Ctx};
use crate::error::{Error, Res};
use crate::journal::{self, Subject};
use crate::notice;
use crate::outbox;

/// A case with the version it was read at.
#[derive(Debug, Clone)]
pub struct Seen {
    pub state: CaseState,
    pub version: i64,
    /// Version of the last change that was more than time running on: whoever saw that one saw all that people did.
    pub acted: i64,
}

/// Parts that the timer's work is cut into.
pub const SHARDS: i64 = 16;

/// The part that a case belongs to.
fn shard(id: &CaseId) -> i64 {
    shard_of(id.as_str())
}

/// The part that an id belongs to.
pub(crate) fn shard_of(id: &str) -> i64 {
    let sum = id
        .bytes()
        .fold(0u32, |sum, b| sum.wrapping_mul(31).wrapping_add(u32::from(b)));
    i64::from(sum) % SHARDS
}

/// Time ran on; nobody did anything.
fn is_time(e: &Event) -> bool {
    matches!(
        e.fact,
        Fact::ClockBreached { .. }
            | Fact::RungReached { .. }
            | Fact::RecurrenceLooked { .. }
            | Fact::PartLate { .. }
            | Fact::MeasureLate { .. }
    )
}

/// The zone of the open site.
///
/// # Errors
/// `NotFound` when there is no such site.
pub fn zone(c: &mut Conn, site: &SiteId) -> Res<TimeZone> {
    let s = store::site::get(c, site)?.ok_or(Error::NotFound)?;
    TimeZone::get(&s.zone).map_err(Error::internal)
}

/// How the open site reckons time: its zone, its working calendars and its service standard.
pub(crate) struct Reckons {
    pub zone: TimeZone,
    pub calendars: Arc<Calendars>,
    pub standard: Arc<Standard>,
}

impl Reckons {
    /// By the standard in force now: for what begins.
    ///
    /// # Errors
    /// `NotFound` when there is no such site.
    pub fn of(c: &mut Conn, ctx: &Ctx) -> Res<Reckons> {
        let standard = ctx.book.standard(c, &ctx.site, ctx.now)?;
        Self::by(c, ctx, standard)
    }

    /// By the standard that a case was registered under: an open case keeps it until another is applied to it.
    ///
    /// # Errors
    /// `NotFound` when there is no such site.
    pub fn of_case(c: &mut Conn, ctx: &Ctx, case: &CaseState) -> Res<Reckons> {
        let standard = ctx.book.standard_named(c, &ctx.site, &case.standard, ctx.now)?;
        Self::by(c, ctx, standard)
    }

    /// By this standard.
    ///
    /// # Errors
    /// `NotFound` when there is no such site.
    pub fn by(c: &mut Conn, ctx: &Ctx, standard: Arc<Standard>) -> Res<Reckons> {
        let s = store::site::get(c, &ctx.site)?.ok_or(Error::NotFound)?;
        Ok(Reckons {
            zone: TimeZone::get(&s.zone).map_err(Error::internal)?,
            calendars: ctx.book.calendars(c, &s.id, &s.zone)?,
            standard,
        })
    }

    /// What the rules need to know beside the case.
    pub fn env<'a>(&'a self, ctx: &'a Ctx) -> Env<'a> {
        Env {
            now: ctx.now,
            standard: &self.standard,
            zone: &self.zone,
            calendars: &self.calendars,
        }
    }
}

/// The next number of a series on the site's present day.
///
/// # Errors
/// `Internal` for a day outside the calendar.
pub fn next_number(tx: &mut Tx, ctx: &Ctx, zone: &TimeZone, series: Series, at: i64) -> Res<String> {
    let date = Timestamp::from_millisecond(at)
        .map_err(Error::internal)?
        .to_zoned(zone.clone())
        .date();
    let n = store::site::next_number(tx, &ctx.site, series.as_str(), &date.to_string())?;
    let seq = u32::try_from(n).map_err(Error::internal)?;
    Ok(RecordNumber { series, date, seq }.to_string())
}

/// Reads a case that the actor may see; what is not visible is not there.
///
/// # Errors
/// `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &CaseId) -> Res<Seen> {
    let row = db::doc(c, &ctx.site, id)?.ok_or(Error::NotFound)?;
    let mut state: CaseState = serde_json::from_str(&row.doc)?;
    if state.clocks.iter().any(|clock| clock.calendar.is_some()) {
        state.attach(&Reckons::by(c, ctx, ctx.book.shipped.clone())?.calendars);
    }
    let visible = match &ctx.actor {
        Actor::Staff(_) => may(Some(&state), Action::ViewCase, &ctx.who()).is_ok(),
        Actor::Link { case, .. } => case == id,
        Actor::System(_) => true,
    };
    if visible {
        Ok(Seen {
            state,
            version: row.version,
            acted: row.acted,
        })
    } else {
        Err(Error::NotFound)
    }
}

/// The case of a number (`BX-20261121-0037`) or an id.
///
/// # Errors
/// `NotFound`.
pub fn find(c: &mut Conn, ctx: &Ctx, key: &str) -> Res<Seen> {
    if let Some(id) = db::id_by_number(c, &ctx.site, key)? {
        return get(c, ctx, &id);
    }
    match get(c, ctx, &CaseId::from(key)) {
        Err(Error::NotFound) if key.contains('-') => by_old_number(c, ctx, key),
        found => found,
    }
}

/// A number that the case had as another kind is found by the index: it stands on papers and in messages.
fn by_old_number(c: &mut Conn, ctx: &Ctx, number: &str) -> Res<Seen> {
    let tokens = [number.to_lowercase().replace('-', "")];
    let q = store::search::Query {
        site: ctx.site.as_str(),
        kinds: &["case"],
        tokens: &tokens,
        prefix: false,
        before: None,
        limit: 5,
    };
    for hit in store::search::find(c, &q)? {
        let found = get(c, ctx, &CaseId::from(hit.subject_id.as_str()));
        if found
            .as_ref()
            .is_ok_and(|s| s.state.old_numbers.iter().any(|n| n == number))
        {
            return found;
        }
    }
    Err(Error::NotFound)
}

/// Shows the number at once where somebody may be in danger: the first look of each person is the logged act.
///
/// # Errors
/// As [`reveal_phone`].
pub fn reveal_once(tx: &mut Tx, ctx: &Ctx, id: &CaseId) -> Res<()> {
    crate::once::once(tx, ctx, &format!("emergency-{id}"), id, |tx, ctx| {
        reveal_phone(tx, ctx, id).map(|_| ())
    })
}

/// What may be done with a case now, and why not the rest.
///
/// # Errors
/// `NotFound` when the site is gone.
pub fn offers(c: &mut Conn, ctx: &Ctx, state: &CaseState) -> Res<Vec<Offer>> {
    Ok(legal_actions(
        state,
        &ctx.who(),
        &Reckons::of_case(c, ctx, state)?.env(ctx),
    ))
}

/// How far the open callback's attempts to reach somebody are: those that count, those needed, from when the next counts.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn tried(c: &mut Conn, ctx: &Ctx, state: &CaseState) -> Res<Option<(u32, u32, i64)>> {
    let Some(open) = state.open_callback() else {
        return Ok(None);
    };
    let reckons = Reckons::of_case(c, ctx, state)?;
    let env = reckons.env(ctx);
    let rule = env.standard.callback();
    let tried = open.tried(rule, env.zone);
    Ok(tried.next_counts_at.map(|next| (tried.counted, rule.attempts, next)))
}

/// Does one step. `seen` is the version the person looked at: when somebody else was faster, nothing is done.
///
/// # Errors
/// `NotFound` when not visible, `Conflict`, or the `Refused` of a rule.
pub fn act(tx: &mut Tx, ctx: &Ctx, id: &CaseId, seen: Option<i64>, cmd: &Command) -> Res<Seen> {
    ctx.need_scope(cmd.action())?;
    // Whoever named no version did not look: if the timer (or another replica) was faster, the rules are asked once more.
    let tries = if seen.is_some() { 1 } else { 5 };
    let mut current = 0;
    for _ in 0..tries {
        let now = get(tx, ctx, id)?;
        if let Some(seen) = seen.filter(|s| *s != now.version) {
            return Err(Error::Conflict {
                seen,
                current: now.version,
            });
        }
        let (next, events) = decided(tx, ctx, now, cmd)?;
        let row = row(tx, ctx, &next)?;
        if db::save(tx, &row)? == 1 {
            after(tx, ctx, &next.state, &events)?;
            return Ok(next);
        }
        current = next.version;
    }
    Err(Error::Conflict {
        seen: current - 1,
        current,
    })
}

/// What the rules make of a command: the case as it will be, and the events.
fn decided(tx: &mut Tx, ctx: &Ctx, now: Seen, cmd: &Command) -> Res<(Seen, Vec<Event>)> {
    let reckons = match cmd {
        Command::ReapplyStandard { .. } => Reckons::of(tx, ctx)?,
        _ => Reckons::of_case(tx, ctx, &now.state)?,
    };
    let mut events = decide(Some(&now.state), cmd, &ctx.who(), &reckons.env(ctx))?;
    notice::name_who(tx, ctx, &now.state, &mut events)?;
    let mut state = Some(now.state);
    for e in &events {
        advance(&mut state, e, &reckons.calendars);
    }
    let state = state.ok_or_else(|| Error::Internal("a case ended in nothing".into()))?;
    let version = now.version + 1;
    let acted = if events.iter().all(is_time) { now.acted } else { version };
    Ok((Seen { state, version, acted }, events))
}

/// Lets the clocks of a case be looked at: a limit that has passed becomes a fact, and lists learn what is due now. When
/// nothing has happened the version stays, so that nobody who fills in a form is disturbed.
///
/// # Errors
/// `NotFound`, or `Conflict` when somebody else was at the case at the same moment.
pub fn tick(tx: &mut Tx, ctx: &Ctx, id: &CaseId) -> Res<()> {
    let now = get(tx, ctx, id)?;
    if domain::case::complaint::looks_due(&now.state, ctx.now).is_some() {
        let found = crate::step::recurrences(tx, ctx, &now.state)?;
        return act(tx, ctx, id, Some(now.version), &Command::LookAgain { found }).map(|_| ());
    }
    let reckons = Reckons::of_case(tx, ctx, &now.state)?;
    if !decide(Some(&now.state), &Command::CheckClocks, &ctx.who(), &reckons.env(ctx))?.is_empty() {
        return act(tx, ctx, id, Some(now.version), &Command::CheckClocks).map(|_| ());
    }
    let (due_at, due_code, due_provisional) = due(&now.state, ctx.now);
    let due_at = now.state.is_open().then_some(due_at);
    // Nothing was to be done now: whatever the rules say, the next look is not at once.
    let next = now
        .state
        .next_look_at(&reckons.env(ctx))
        .map(|at| at.max(ctx.now + AGAIN));
    if db::set_due(tx, &ctx.site, id, now.version, next, due_at, &due_code, due_provisional)? != 1 {
        return Err(Error::Conflict {
            seen: now.version,
            current: now.version + 1,
        });
    }
    project(tx, ctx, &now.state, &[])?;
    let (live, site) = (ctx.live.clone(), ctx.site.clone());
    tx.after_commit(move || live.changed(&site));
    Ok(())
}

/// After a look that found nothing the next one is at least this much later (ms).
const AGAIN: i64 = 1_000;

/// Somebody at the desk has seen what came in. Who dispatches nothing looks without clearing the mark.
///
/// # Errors
/// `NotFound`.
pub fn news_seen(tx: &mut Tx, ctx: &Ctx, id: &CaseId) -> Res<()> {
    get(tx, ctx, id)?;
    if !sees_news(ctx) || db::clear_news(tx, &ctx.site, id)? == 0 {
        return Ok(());
    }
    let (live, site) = (ctx.live.clone(), ctx.site.clone());
    tx.after_commit(move || live.changed(&site));
    Ok(())
}

/// Whether the actor is one of those for whom news are marked: who dispatches for the whole site.
pub fn sees_news(ctx: &Ctx) -> bool {
    ctx.reach(Action::Dispatch) >= Reach::Site
}

/// Shows the customer's whole phone number: one act, in the journal.
///
/// # Errors
/// `NotFound`, `Refused` for who may not reveal numbers, `Invalid` when there is no number.
pub fn reveal_phone(tx: &mut Tx, ctx: &Ctx, id: &CaseId) -> Res<String> {
    let now = get(tx, ctx, id)?;
    may(Some(&now.state), Action::RevealPhone, &ctx.who())?;
    let phone = now.state.customer.phone;
    if phone.is_empty() {
        return Err(Error::NotFound);
    }
    let subject = Subject {
        kind: "case",
        id: id.as_str(),
        case: Some(id.as_str()),
    };
    journal::append(tx, ctx, subject, "phone_revealed", serde_json::json!({}), &[], ctx.now);
    Ok(domain::phone::normalise(&phone).map_or(phone, |p| p.grouped()))
}

/// Begins a case and does the first steps with it (dispatched, promised, answered at once): one record is written, and each step
/// is decided on what the one before has left.
///
/// # Errors
/// The `Refused` of a rule.
pub fn begin(tx: &mut Tx, ctx: &Ctx, register: &Command, then: Option<&Command>) -> Res<Seen> {
    let reckons = Reckons::of(tx, ctx)?;
    let mut events = decide(None, register, &ctx.who(), &reckons.env(ctx))?;
    let mut state = None;
    for e in &events {
        advance(&mut state, e, &reckons.calendars);
    }
    let state = state.ok_or_else(|| Error::Internal("a case began without an event".into()))?;
    let mut seen = Seen {
        state,
        version: 1,
        acted: 1,
    };
    if let Some(cmd) = then {
        ctx.need_scope(cmd.action())?;
        let (next, more) = decided(tx, ctx, seen, cmd)?;
        seen = next;
        events.extend(more);
    }
    let row = row(tx, ctx, &seen)?;
    db::insert(tx, &row)?;
    after(tx, ctx, &seen.state, &events)?;
    Ok(seen)
}

/// Everything that follows a change: projections, journal, words, messages.
fn after(tx: &mut Tx, ctx: &Ctx, state: &CaseState, events: &[Event]) -> Res<()> {
    project(tx, ctx, state, events)?;
    let mut words = false;
    for e in events {
        let body = serde_json::to_value(e)?;
        let subject = Subject {
            kind: "case",
            id: state.id.as_str(),
            case: Some(state.id.as_str()),
        };
        // A limit that passed is nobody's act, whoever's step brought it to light.
        let clock = matches!(e.by, By::System { .. }).then(|| Ctx {
            actor: Actor::System("clock"),
            ..ctx.clone()
        });
        journal::append(
            tx,
            clock.as_ref().unwrap_or(ctx),
            subject,
            e.kind(),
            body,
            e.personal_fields(),
            e.when(),
        );
        words |= matches!(
            e.fact,
            Fact::Registered { .. }
                | Fact::ContentChanged { .. }
                | Fact::ItemChanged { .. }
                | Fact::PlaceChanged { .. }
                | Fact::CustomerChanged { .. }
                | Fact::KindChanged { .. }
        );
    }
    if words {
        index(tx, ctx, state)?;
    }
    if let Some(news) = events.iter().rev().find_map(Event::news) {
        db::set_news(tx, &ctx.site, &state.id, ctx.now, news.as_str())?;
    }
    notice::for_events(tx, ctx, state, events)?;
    if events.iter().any(|e| matches!(e.fact, Fact::Registered { .. })) {
        crate::incident::look(tx, ctx, state)?;
    }
    crate::promise::tell(tx, ctx, state, events)?;
    crate::step::tell(tx, ctx, state, events)?;
    crate::proposal::for_events(tx, ctx, state, events)?;
    outbox::for_events(tx, ctx, state, events)
}

/// Puts a case's words into the index.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn index(tx: &mut Tx, ctx: &Ctx, s: &CaseState) -> Res<()> {
    let item = ctx.book.taxonomy.item(&s.item);
    let text = [
        s.content.as_str(),
        &s.place,
        &s.customer.name,
        &s.customer.address,
        item.map_or("", |i| i.zh.as_str()),
        item.map_or("", |i| i.en.as_str()),
    ]
    .join(" \n");
    let mut tokens = domain::tokens::index_tokens(&text);
    tokens.extend(
        s.old_numbers
            .iter()
            .chain([&s.number])
            .map(|n| n.to_lowercase().replace('-', "")),
    );
    Ok(store::search::put(
        tx,
        ctx.site.as_str(),
        "case",
        s.id.as_str(),
        s.registered_at,
        &tokens,
    )?)
}

/// A short line that says what the case is about: the first sentence of the content, or the item's name.
pub fn title(ctx: &Ctx, s: &CaseState) -> String {
    let first = s
        .content
        .split(['。', '\n', '；', ';'])
        .find(|t| !t.trim().is_empty())
        .unwrap_or_default()
        .trim();
    if first.is_empty() {
        return ctx
            .book
            .taxonomy
            .item(&s.item)
            .map_or_else(String::new, |i| i.zh.clone());
    }
    let mut short: String = first.chars().take(40).collect();
    if first.chars().count() > 40 {
        short.push('…');
    }
    short
}

/// Where it is, as lists show it: the unit in the console's writing, or the place in words.
pub fn place(s: &CaseState) -> String {
    let unit = s.located.unit.is_some() || domain::room::RoomKey::parse(&s.customer.address).is_ok();
    if unit || s.place.is_empty() {
        s.customer.address.clone()
    } else {
        s.place.clone()
    }
}

/// The open clock that is due first, when, and whether that is provisional; `NO_DUE` while nothing runs.
fn due(s: &CaseState, now: i64) -> (i64, String, bool) {
    s.clocks
        .iter()
        .filter(|c| c.is_open())
        .filter_map(|c| {
            let at = c.due_at(now)?;
            Some((at, c.code.as_str().to_owned(), c.is_provisional(now)))
        })
        .min()
        .unwrap_or((db::NO_DUE, String::new(), false))
}

/// The row of a case: the document and its projection.
fn row(c: &mut Conn, ctx: &Ctx, seen: &Seen) -> Res<db::CaseRow> {
    let Seen {
        state: s,
        version,
        acted,
    } = seen;
    let next_step_at = s.next_look_at(&Reckons::of_case(c, ctx, s)?.env(ctx));
    let open = s.is_open();
    let order = s.last_order();
    let (due_at, due_code, due_provisional) = due(s, ctx.now);
    let callback = s
        .callbacks
        .iter()
        .rev()
        .find_map(|c| c.attempts.iter().rev().find(|a| a.solved.is_some()));
    let opinion = callback
        .and_then(|a| a.satisfaction)
        .or_else(|| s.confirmation().and_then(|c| c.opinion));
    Ok(db::CaseRow {
        id: s.id.clone(),
        site_id: ctx.site.clone(),
        number: s.number.clone(),
        kind: s.kind.as_str().to_owned(),
        item: s.item.clone(),
        title: title(ctx, s),
        urgency: s.urgency.as_str().to_owned(),
        importance: s.importance.as_str().to_owned(),
        scope: s.scope.as_str().to_owned(),
        fee_kind: s.fee.kind.as_str().to_owned(),
        fee_cents: s.work().map(|w| w.charge_cents).or_else(|| s.accepted_cents()),
        state: s.status.as_str().to_owned(),
        open,
        unit_id: s.located.unit.clone(),
        building: building(s),
        place: place(s),
        person_id: s.located.person.clone(),
        name: s.customer.name.clone(),
        phone: s.customer.phone.clone(),
        // A complaint without an order lies with the department that leads it.
        department_id: order
            .map(|o| o.department.clone())
            .or_else(|| s.file()?.route()?.department.clone()),
        worker_id: order.and_then(|o| o.worker.clone()),
        first_asked_id: s.first_asked.clone(),
        repeat_of: s.repeat_of.clone(),
        happened_at: s.happened_at,
        registered_at: s.registered_at,
        updated_at: ctx.now,
        due_at: open.then_some(due_at),
        due_code,
        due_provisional: open && due_provisional,
        next_step_at,
        paused: s.status == Status::Waiting,
        breached: s.clocks.iter().any(|c| c.breached_at.is_some()),
        reopened: i64::from(s.reopened),
        rework: i64::from(s.rework),
        done_at: s.work().map(|w| w.at),
        closed_at: s.closed_at.or(s.cancelled_at),
        satisfaction: opinion.map(|o| o.as_str().to_owned()),
        solved: callback.and_then(|a| a.solved),
        doc: serde_json::to_string(s)?,
        version: *version,
        shard: shard(&s.id),
        acted: *acted,
    })
}

/// The building's code out of the address, for "what is open in this building".
pub(crate) fn building(s: &CaseState) -> String {
    domain::room::RoomKey::parse(&s.customer.address).map_or_else(|_| String::new(), |k| k.building)
}

/// Orders and callbacks as rows, those that the events touched.
fn project(tx: &mut Tx, ctx: &Ctx, s: &CaseState, events: &[Event]) -> Res<()> {
    crate::hidden::project(tx, ctx, s, events)?;
    let registered = events.iter().any(|e| matches!(e.fact, Fact::Registered { .. }));
    crate::ontime::project(tx, ctx, s, registered)?;
    crate::promise::project(tx, ctx, s)?;
    if registered && s.orders.is_empty() && s.callbacks.is_empty() {
        return Ok(());
    }
    let (due_at, due_code, due_provisional) = due(s, ctx.now);
    let last = s.last_order().map(|o| o.id.clone());
    let earlier = s.orders.len().saturating_sub(2);
    // Only the order in hand and the one before can change.
    for o in s.orders.iter().skip(earlier) {
        let current = Some(&o.id) == last.as_ref();
        let state = if current && o.ended_at.is_none_or(|_| o.status == OrderStatus::Done) {
            s.status.as_str().to_owned()
        } else {
            o.status.as_str().to_owned()
        };
        // What went back is on nobody's list any more; the case waits at the desk.
        let back = matches!(o.status, OrderStatus::TakenBack | OrderStatus::Returned);
        let open = current && s.is_open() && !back;
        db::order_put(
            tx,
            &db::OrderRow {
                id: o.id.clone(),
                site_id: ctx.site.clone(),
                case_id: s.id.clone(),
                number: o.number.clone(),
                kind: s.kind.as_str().to_owned(),
                item: s.item.clone(),
                title: title(ctx, s),
                place: place(s),
                urgency: s.urgency.as_str().to_owned(),
                department_id: Some(o.department.clone()),
                worker_id: o.worker.clone(),
                state,
                open,
                fee_kind: s.fee.kind.as_str().to_owned(),
                fee_cents: s.work().map(|w| w.charge_cents).or_else(|| s.accepted_cents()),
                due_at: Some(if open { due_at } else { db::NO_DUE }),
                due_code: due_code.clone(),
                due_provisional: open && due_provisional,
                paused: current && s.status == Status::Waiting,
                breached: current && s.clocks.iter().any(|c| c.breached_at.is_some()),
                issued_at: o.issued_at,
                done_at: s
                    .work
                    .iter()
                    .rev()
                    .find(|w| w.order.as_ref() == Some(&o.id))
                    .map(|w| w.at),
            },
        )?;
    }
    if let Some(b) = s.callbacks.last() {
        let made = b.attempts.iter().rev().find(|a| a.solved.is_some());
        let clock = s
            .clocks
            .iter()
            .rev()
            .find(|c| c.code == domain::clock::ClockCode::Callback && c.cycle == b.cycle);
        let provisional = clock.is_some_and(|c| c.is_open() && c.is_provisional(ctx.now));
        let clock = clock.and_then(|c| c.due_at(ctx.now));
        db::callback_put(
            tx,
            &db::CallbackRow {
                id: b.id.clone(),
                site_id: ctx.site.clone(),
                case_id: s.id.clone(),
                case_number: s.number.clone(),
                title: title(ctx, s),
                place: place(s),
                name: s.customer.name.clone(),
                kind: s.kind.as_str().to_owned(),
                state: b.end.map_or("open", |e| e.as_str()).to_owned(),
                open: b.end.is_none() && s.is_open(),
                due_at: Some(clock.or(b.planned_at).unwrap_or(db::NO_DUE)),
                due_provisional: provisional && b.end.is_none(),
                next_try_at: b.attempts.last().and_then(|a| a.again_at),
                attempts: i64::try_from(b.attempts.len()).unwrap_or(0),
                created_at: s
                    .work
                    .iter()
                    .rev()
                    .find(|w| w.cycle == b.cycle)
                    .map_or(s.registered_at, |w| w.at),
                closed_at: b.ended_at,
                satisfaction: made.and_then(|a| a.satisfaction).map(|x| x.as_str().to_owned()),
                solved: made.and_then(|a| a.solved),
            },
        )?;
    }
    Ok(())
}

/// Whether the actor sees every case of the site, or only a part: lists narrow themselves by it.
pub fn list_reach(ctx: &Ctx) -> Reach {
    ctx.reach(Action::ViewCase)
}
