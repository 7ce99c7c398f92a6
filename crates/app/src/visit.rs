//! Visitors (访客, VIS-3 to VIS-9, REC-5): one key begins a record, the host is asked, the document looked at, a badge goes out and
//! comes back. What says who somebody was is deleted after the time that the standard sets; the chain of the journal stays whole.

pub mod host;

use domain::access::{Action, Reach, Role};
use domain::clock::Limit;
use domain::ids::{PersonId, StaffId, UnitId, VisitId};
use domain::number::Series;
use domain::refusal::Refusal;
use domain::register::Register;
use domain::room::RoomKey;
use domain::standard::{LimitCode, Span};
pub use domain::visit::{Command, Visit, VisitAct, VisitState};
use domain::visit::{Env, Fact, HostWay, Particulars, apply, decide, gate, look, next_step_at};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::db::Tx;
use store::seam::Conn;
use store::visit as db;

use crate::case;
use crate::ctx::Ctx;
use crate::desk::Desk;
use crate::error::{Error, Fields, Res, same_version, saved};
use crate::journal::{self, Subject};
use crate::notice::{self, Leads, Level, NewNotice};
use crate::once::once;
use crate::timer;

/// Rows of one page of the register.
pub const PAGE: i64 = 40;
/// The most that a board shows of one kind.
const MOST: i64 = 300;
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// Characters of a search in the register.
const LONGEST_SEARCH: usize = 60;
/// From when a visitor came to when what is kept of them begins to count, at the most: the register looks no further back.
const LONGEST_STAY: i64 = 30 * DAY;
/// A pass is good for so long at the most, in milliseconds, and begins no later than so much ahead.
const LONGEST_PASS: i64 = 7 * DAY;
const FARTHEST_PASS: i64 = 60 * DAY;

/// A visitor as the desk, the gate or a program gives it. Everything may be filled in later.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Who {
    pub name: String,
    /// The visitor's own firm or office.
    pub company: String,
    pub reason: String,
    pub plate: String,
    /// Head count; 0 is taken as 1.
    pub people: u32,
    /// Whom they come to see.
    pub host: String,
    /// The host of the directory.
    pub person: Option<PersonId>,
    /// The unit in any writing, or a place of the office.
    pub unit: String,
}

/// A visitor who is expected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Expected {
    #[serde(flatten)]
    pub who: Who,
    /// The window in which the pass is good, unix milliseconds.
    pub from: Option<i64>,
    pub until: Option<i64>,
    /// The host wants the visitor led (VIS-6).
    pub accompany: bool,
}

/// A visit with the version that was read.
#[derive(Debug, Clone)]
pub struct Seen {
    pub id: VisitId,
    pub visit: Visit,
    pub version: i64,
}

impl Seen {
    /// What may be done now, each with the reason where it may not.
    pub fn acts(&self) -> Vec<(VisitAct, Option<Refusal>)> {
        let all = VisitAct::ALL.iter();
        all.map(|a| (*a, gate(&self.visit, *a).err())).collect()
    }

    /// Whether an act makes sense now.
    pub fn may(&self, act: VisitAct) -> bool {
        gate(&self.visit, act).is_ok()
    }
}

/// Who is inside, who waits, who is expected, and badges that are out.
#[derive(Debug, Clone, Default)]
pub struct Board {
    pub inside: Vec<Seen>,
    pub waiting: Vec<Seen>,
    pub expected: Vec<Seen>,
    /// Badges of visitors who have left without giving them back.
    pub badges: Vec<Seen>,
}

/// What the register is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Query {
    pub state: String,
    /// Part of a name, a plate or a whole number.
    pub q: String,
    pub from: Option<i64>,
    pub until: Option<i64>,
    pub after: Option<(i64, String)>,
}

fn seen(row: db::VisitRow) -> Res<Seen> {
    Ok(Seen {
        visit: serde_json::from_str(&row.doc)?,
        id: row.id,
        version: row.version,
    })
}

/// What the rules need to know now.
fn env(c: &mut Conn, ctx: &Ctx) -> Res<Env> {
    let zone = case::zone(c, &ctx.site)?;
    let keep = match crate::standard::limit(c, ctx, LimitCode::VisitKept)? {
        Span::Month { n } => Limit::NaturalDay { n: n * 31 },
        Span::WorkingDay { n } => Limit::NaturalDay { n: n * 2 },
        other => other.as_limit().unwrap_or(Limit::NaturalDay { n: 90 }),
    };
    let keep_until = match keep.target(ctx.now, &zone) {
        domain::clock::Target::Fixed { at } => at,
        domain::clock::Target::Running { ms } => ctx.now + ms,
        _ => ctx.now + 90 * DAY,
    };
    Ok(Env {
        now: ctx.now,
        host_ms: crate::standard::limit(c, ctx, LimitCode::HostAnswer)?
            .ms()
            .unwrap_or(5 * MINUTE),
        inside_ms: crate::standard::limit(c, ctx, LimitCode::VisitInside)?
            .ms()
            .unwrap_or(DAY / 2),
        keep_until,
        security: security(c, ctx)?,
    })
}

fn holders(c: &mut Conn, ctx: &Ctx, roles: &[Role]) -> Res<Vec<StaffId>> {
    let mut people = store::site::workers(c, &ctx.site)?;
    people.retain(|w| roles.iter().any(|r| r.as_str() == w.role));
    if people.iter().any(|w| w.on_duty_since.is_some()) {
        people.retain(|w| w.on_duty_since.is_some());
    }
    let mut ids: Vec<StaffId> = people.into_iter().map(|w| w.id).collect();
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// Security: the guards and their head who are on duty, else all of them.
fn security(c: &mut Conn, ctx: &Ctx) -> Res<Vec<StaffId>> {
    holders(c, ctx, &[Role::Guard, Role::SecurityHead])
}

fn unit_of(c: &mut Conn, ctx: &Ctx, text: &str, p: &mut Particulars) -> Res<()> {
    let text = text.trim();
    if let (true, Some(person)) = (text.is_empty(), &p.person) {
        let many = store::directory::occupancy::Many {
            ids: vec![person.as_str().to_owned()],
        };
        if let Some(home) = store::directory::occupancy::of_people(c, &many)?.into_iter().next() {
            (p.unit, p.place) = (Some(home.unit_id), home.code);
        }
        return Ok(());
    }
    match RoomKey::parse(text) {
        Ok(key) => {
            let unit = store::directory::unit::by_match(c, &ctx.site, &key.match_key())?
                .ok_or_else(|| Error::field("unit", "visit-no-such-unit"))?;
            (p.unit, p.place) = (Some(unit.id), unit.code);
        }
        // Not a room: an office, the club house.
        Err(_) => text.clone_into(&mut p.place),
    }
    Ok(())
}

/// What was given, checked and in the writing in which it is kept.
///
/// # Errors
/// `Invalid` for a field that is too long, a unit that is not there or a host of another site.
fn resolve(c: &mut Conn, ctx: &Ctx, w: &Who) -> Res<Particulars> {
    let mut f = Fields::default();
    for (name, value, most) in [
        ("name", &w.name, 60),
        ("company", &w.company, 80),
        ("reason", &w.reason, 200),
        ("plate", &w.plate, 20),
        ("host", &w.host, 60),
        ("unit", &w.unit, 80),
    ] {
        if value.chars().count() > most {
            f.add_with(name, "invalid-too-long", vec![("most", most.to_string())]);
        }
    }
    if w.people > 200 {
        f.add("people", "visit-people-range");
    }
    f.done()?;
    let clean = |t: &str| domain::privacy::masked(t.trim());
    let plate = w.plate.trim();
    let mut p = Particulars {
        name: clean(&w.name),
        company: clean(&w.company),
        reason: clean(&w.reason),
        plate: domain::plate::Plate::parse(plate).map_or_else(|| plate.to_owned(), |p| p.as_str().to_owned()),
        people: w.people.max(1),
        host: clean(&w.host),
        ..Particulars::default()
    };
    if let Some(id) = &w.person {
        let person = store::directory::person::get(c, &ctx.site, id)?
            .ok_or_else(|| Error::field("host", "visit-no-such-host"))?;
        if p.host.is_empty() {
            p.host = person.name;
        }
        p.person = Some(person.id);
    }
    unit_of(c, ctx, &w.unit, &mut p)?;
    Ok(p)
}

fn row_of(ctx: &Ctx, id: &VisitId, v: &Visit, version: i64, inside_ms: i64) -> Res<db::VisitRow> {
    Ok(db::VisitRow {
        id: id.clone(),
        site_id: ctx.site.clone(),
        number: v.number.clone(),
        state: v.state.as_str().to_owned(),
        unit_id: v.particulars.unit.clone(),
        at: v.at(),
        name: v.particulars.name.clone(),
        plate: v.particulars.plate.clone(),
        badge: v.badge_out.then(|| v.badge.clone()),
        pass_code: v.pass_code.clone(),
        overdue: v.overdue_at.is_some() && v.state == VisitState::Inside,
        doc: serde_json::to_string(v)?,
        next_at: next_step_at(v, inside_ms),
        version,
    })
}

/// The fields of a fact as the journal keeps them: never the code of a pass.
fn body_of(fact: &Fact) -> Res<Value> {
    let mut body = serde_json::to_value(fact)?;
    if let Some(m) = body.as_object_mut() {
        m.remove("fact");
        m.remove("code");
        if matches!(fact, Fact::PoliceCalled { .. })
            && let Some(n) = m.remove("number")
        {
            m.insert("police_number".into(), n);
        }
    }
    Ok(body)
}

/// Applies what happened and journals it.
fn happen(tx: &mut Tx, ctx: &Ctx, id: &VisitId, v: &mut Visit, facts: &[Fact]) -> Res<()> {
    let by = ctx.staff().map(|s| s.id.as_str().to_owned()).unwrap_or_default();
    for fact in facts {
        apply(v, fact, ctx.now, &by);
        let subject = Subject {
            kind: "visit",
            id: id.as_str(),
            case: None,
        };
        let mut body = body_of(fact)?;
        if let Some(m) = body.as_object_mut() {
            m.insert("visit".into(), json!(v.number));
        }
        // The window of an announcement is no word of anybody.
        let personal: Vec<&str> = Fact::PERSONAL
            .iter()
            .copied()
            .filter(|k| *k != "from" || matches!(fact, Fact::Instructed { .. }))
            .collect();
        journal::append(tx, ctx, subject, fact.kind(), body, &personal, ctx.now);
        tell(tx, ctx, id, v, fact)?;
        if *fact == Fact::Erased {
            store::journal::erase_owner(tx, ctx.now, "visit", id.as_str())?;
            db::links_erase(tx, id)?;
            crate::register::erase(tx, ctx, Register::Visitors, id.as_str())?;
            for n in 1..=v.alarms.len() {
                notice::forget_words(tx, ctx, &alarm_key(id, n), &["what"])?;
            }
        }
    }
    Ok(())
}

fn silent_key(id: &VisitId, v: &Visit) -> String {
    format!("visit/{id}/silent/{}", v.asks.len())
}

fn alarm_key(id: &VisitId, n: usize) -> String {
    format!("visit/{id}/alarm/{n}")
}

/// Who raised an alarm and the post that they hold now, by which security knows the gate; in both languages.
fn reporter(c: &mut Conn, ctx: &Ctx) -> Res<Value> {
    let Some(who) = ctx.staff() else {
        return Ok(Value::Null);
    };
    // Any number but none reads the roster as it is.
    let now = crate::roster::now::Now::read(c, &ctx.site, 1, ctx.now)?;
    let post = now.posts.iter().find(|p| p.on(ctx.now).any(|s| s.staff == who.id));
    let english = |en: &str, zh: &str| if en.is_empty() { zh } else { en }.to_owned();
    let mut zh = vec![who.name.clone()];
    let mut en = vec![english(&who.name_en, &who.name)];
    if let Some(post) = post {
        zh.insert(0, post.name.clone());
        en.insert(0, english(&post.name_en, &post.name));
    }
    Ok(json!({"zh": zh.join(" "), "en": en.join(" ")}))
}

fn answered_keys(id: &VisitId) -> String {
    format!("visit/{id}/answered/")
}

/// Tells those who have to act.
fn tell(tx: &mut Tx, ctx: &Ctx, id: &VisitId, v: &Visit, fact: &Fact) -> Res<()> {
    let asker = v.asks.last().map(|a| a.by.clone()).filter(|by| !by.is_empty());
    let desk = [asker, Some(v.received_by.clone()).filter(|by| !by.is_empty())];
    let mut desk: Vec<StaffId> = desk.into_iter().flatten().map(StaffId::from).collect();
    desk.dedup();
    let mut args = serde_json::Map::from_iter([("number".to_owned(), json!(v.number))]);
    let (key, kind, level, to, due_at) = match fact {
        Fact::HostSilent { due_at } => (silent_key(id, v), notice::VISIT_SILENT, Level::Warning, desk, *due_at),
        Fact::HostAnswered { how, .. } => {
            notice::settled(tx, ctx, &silent_key(id, v))?;
            if *how != HostWay::Link {
                return Ok(());
            }
            // A host who says otherwise has the last word.
            notice::settled_under(tx, ctx, &answered_keys(id))?;
            let key = format!("{}{}", answered_keys(id), ctx.now);
            (key, notice::VISIT_ANSWERED, Level::Warning, desk, ctx.now)
        }
        Fact::Overdue { due_at } => {
            let to = holders(tx, ctx, &[Role::FrontDesk, Role::Guard])?;
            (
                format!("visit/{id}/overdue"),
                notice::VISIT_OVERDUE,
                Level::Warning,
                to,
                *due_at,
            )
        }
        Fact::AlarmRaised { kind, what, told } => {
            // Whoever runs there must not have to open a page first: where, what, and to whom the visitor wanted.
            let about = [v.number.as_str(), v.particulars.place.as_str()];
            let about: Vec<&str> = about.into_iter().filter(|t| !t.is_empty()).collect();
            args.insert("number".into(), json!(about.join(" · ")));
            args.insert("from".into(), reporter(tx, ctx)?);
            args.insert("sign".into(), json!({"key": format!("visit-alarm-{}", kind.as_str())}));
            args.insert("what".into(), json!(what));
            let key = alarm_key(id, v.alarms.len());
            (key, notice::VISIT_ALARM, Level::Urgent, told.clone(), ctx.now)
        }
        Fact::Instructed { .. } => {
            for n in 1..=v.alarms.len() {
                notice::settled(tx, ctx, &alarm_key(id, n))?;
            }
            return Ok(());
        }
        Fact::Entered { .. } => return notice::settled_under(tx, ctx, &answered_keys(id)),
        Fact::Left { .. } => return notice::settled(tx, ctx, &format!("visit/{id}/overdue")),
        Fact::TurnedAway { .. } | Fact::ReceptionRefused { .. } | Fact::Withdrawn { .. } | Fact::Lapsed { .. } => {
            notice::settled_under(tx, ctx, &answered_keys(id))?;
            return notice::settled(tx, ctx, &silent_key(id, v));
        }
        _ => return Ok(()),
    };
    let new = NewNotice {
        key,
        kind,
        level,
        leads: Leads::Thing(format!("/visits/{id}")),
        to,
        due_at,
        args,
    };
    notice::raise(tx, ctx, new)?;
    Ok(())
}

fn create(tx: &mut Tx, ctx: &Ctx, facts: &[Fact], inside_ms: i64) -> Res<VisitId> {
    let zone = case::zone(tx, &ctx.site)?;
    let number = case::next_number(tx, ctx, &zone, Series::Visitor, ctx.now)?;
    let (id, mut v): (VisitId, _) = (ctx.id(), Visit::new(number));
    // The row first: what is told leads to it.
    for fact in facts {
        apply(&mut v, fact, ctx.now, "");
    }
    db::insert(tx, &row_of(ctx, &id, &v, 1, inside_ms)?)?;
    let mut v = Visit::new(v.number);
    happen(tx, ctx, &id, &mut v, facts)?;
    db::save(tx, &row_of(ctx, &id, &v, 2, inside_ms)?)?;
    Ok(id)
}

/// Begins a record: the visitor is greeted at once, and this is the time of arrival (REC-5). Nothing else need be known yet.
///
/// # Errors
/// `Forbidden`; `Invalid` for a field that cannot be taken.
pub fn register(tx: &mut Tx, ctx: &Ctx, key: &str, who: &Who) -> Res<VisitId> {
    ctx.need(Action::ReceiveVisitor)?;
    ctx.need_staff()?;
    let particulars = Box::new(resolve(tx, ctx, who)?);
    once(tx, ctx, key, who, |tx, ctx| {
        let env = env(tx, ctx)?;
        let fact = Fact::Registered {
            particulars,
            erase_at: env.keep_until,
        };
        create(tx, ctx, &[fact], env.inside_ms)
    })
}

/// A pass code of eight digits that no other pass of the site has now.
fn code(tx: &mut Tx, ctx: &Ctx) -> Res<String> {
    for _ in 0..20 {
        let mut bytes = [0u8; 8];
        ctx.ids.0.fill(&mut bytes);
        let code = format!("{:08}", u64::from_le_bytes(bytes) % 100_000_000);
        if db::by_pass(tx, &ctx.site, &code)?.is_none() {
            return Ok(code);
        }
    }
    Err(Error::Internal("no pass code is free".into()))
}

/// The window of a pass, checked.
fn window(ctx: &Ctx, e: &Expected) -> Res<(i64, i64)> {
    let (from, until) = (e.from.unwrap_or(ctx.now), e.until);
    let Some(until) = until.filter(|u| *u > ctx.now && *u > from) else {
        return Err(Error::field("until", "visit-until-later"));
    };
    if until - from > LONGEST_PASS {
        return Err(Error::field("until", "visit-window-long"));
    }
    if from > ctx.now + FARTHEST_PASS {
        return Err(Error::field("from", "visit-window-far"));
    }
    Ok((from, until))
}

fn announced(tx: &mut Tx, ctx: &Ctx, p: Particulars, e: &Expected, by_host: bool) -> Res<VisitId> {
    let (from, until) = window(ctx, e)?;
    if p.name.is_empty() {
        return Err(Error::field("name", "required"));
    }
    let env = env(tx, ctx)?;
    let fact = Fact::Announced {
        particulars: Box::new(p),
        from,
        until,
        code: code(tx, ctx)?,
        by_host,
        accompany: e.accompany,
        // A pass may begin weeks ahead; what is kept is counted from when it ends.
        erase_at: env.keep_until + (until - ctx.now),
    };
    create(tx, ctx, &[fact], env.inside_ms)
}

/// A host has told the desk of a visitor: a pass for the gate.
///
/// # Errors
/// `Forbidden`; `Invalid` without the visitor's name, the host and a window to come.
pub fn expect(tx: &mut Tx, ctx: &Ctx, key: &str, e: &Expected) -> Res<VisitId> {
    ctx.need(Action::ReceiveVisitor)?;
    ctx.need_staff()?;
    let p = resolve(tx, ctx, &e.who)?;
    let mut f = Fields::default();
    for (name, value) in [("name", &p.name), ("host", &p.host), ("unit", &p.place)] {
        if value.is_empty() {
            f.add(name, "required");
        }
    }
    f.done()?;
    once(tx, ctx, key, e, |tx, ctx| announced(tx, ctx, p, e, false))
}

/// A visit by its id or number.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &VisitId) -> Res<Seen> {
    ctx.need(Action::ViewVisits)?;
    let row = match db::get(c, &ctx.site, id)? {
        Some(row) => row,
        None => db::by_number(c, &ctx.site, &id.as_str().to_uppercase())?.ok_or(Error::NotFound)?,
    };
    seen(row)
}

/// The expected visitor of a pass code, as it was read out or scanned. None for a code that is not good.
///
/// # Errors
/// `Forbidden`.
pub fn by_code(c: &mut Conn, ctx: &Ctx, code: &str) -> Res<Option<Seen>> {
    ctx.need(Action::ReceiveVisitor)?;
    let digits: String = domain::fold::fold_code(code)
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    db::by_pass(c, &ctx.site, &digits)?.map(seen).transpose()
}

/// Takes a step. The rules say whether it may be; the version is the one that was seen, if the asker has one.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, the `Refused` of a rule.
pub fn act(tx: &mut Tx, ctx: &Ctx, id: &VisitId, version: Option<i64>, cmd: &Command) -> Res<Seen> {
    ctx.need(Action::ReceiveVisitor)?;
    ctx.need_staff()?;
    // By the own link, or announced beforehand: that is the host's own word, which staff cannot give in their name (VIS-5).
    if let Command::HostAnswer {
        how: HostWay::Link | HostWay::Announced,
        ..
    } = cmd
    {
        return Err(Error::field("how", "invalid-choose"));
    }
    step(tx, ctx, id, version, cmd)
}

fn step(tx: &mut Tx, ctx: &Ctx, id: &VisitId, version: Option<i64>, cmd: &Command) -> Res<Seen> {
    let old = db::get(tx, &ctx.site, id)?.ok_or(Error::NotFound)?;
    let mut s = seen(old)?;
    same_version(version.unwrap_or(s.version), s.version)?;
    let env = env(tx, ctx)?;
    let facts = decide(&s.visit, cmd, &env)?;
    if facts.is_empty() {
        return Ok(s);
    }
    if let Some(Fact::Entered { badge, .. }) = facts.first()
        && let Some(other) = db::by_badge(tx, &ctx.site, badge)?
    {
        return Err(Refusal::new("refuse-visit-badge-out")
            .clause("VIS-3")
            .arg("visit", other.number)
            .into());
    }
    happen(tx, ctx, id, &mut s.visit, &facts)?;
    s.version += 1;
    saved(
        db::save(tx, &row_of(ctx, id, &s.visit, s.version, env.inside_ms)?)?,
        s.version - 1,
    )?;
    Ok(s)
}

/// Fills in what is known of the visitor, or corrects it; the old values stay on the journal.
///
/// # Errors
/// As [`act`]; `Invalid` for a field that cannot be taken.
pub fn describe(tx: &mut Tx, ctx: &Ctx, id: &VisitId, was: Option<&str>, who: &Who) -> Res<Seen> {
    ctx.need(Action::ReceiveVisitor)?;
    let now = get(tx, ctx, id)?;
    // The host may have answered meanwhile; only another hand in the same fields is in the way.
    if was.is_some_and(|w| w != fingerprint(&now.visit.particulars)) {
        return Err(Error::Conflict {
            seen: now.version - 1,
            current: now.version,
        });
    }
    let particulars = Box::new(resolve(tx, ctx, who)?);
    act(tx, ctx, &now.id, None, &Command::Describe { particulars })
}

/// Fills in what was typed beside a step that is about to be taken: `typed` is what the form was made from, and what stands in it.
/// Whoever calls security, the police or help is not held up by a unit that is written wrongly or by another hand in the same
/// fields: then the step goes on without it.
///
/// # Errors
/// As [`describe`].
pub fn describe_beside(tx: &mut Tx, ctx: &Ctx, id: &VisitId, act: VisitAct, typed: Option<&(String, Who)>) -> Res<()> {
    let Some((was, who)) = typed else { return Ok(()) };
    let urgent = matches!(act, VisitAct::Alarm | VisitAct::Police | VisitAct::Help);
    match resolve(tx, ctx, who) {
        // Nothing was typed: what another hand has filled in meanwhile stays.
        Ok(given) if fingerprint(&given) == *was => return Ok(()),
        Err(Error::Invalid(_)) if urgent => return Ok(()),
        given => drop(given?),
    }
    if urgent && fingerprint(&get(tx, ctx, id)?.visit.particulars) != *was {
        return Ok(());
    }
    match describe(tx, ctx, id, Some(was), who) {
        Err(Error::Refused(_)) if urgent => Ok(()),
        done => done.map(|_| ()),
    }
}

/// Says whether particulars are still those that a form was made from.
pub fn fingerprint(p: &Particulars) -> String {
    let text = serde_json::to_string(p).unwrap_or_default();
    crate::account::secret_hash(&text).chars().take(16).collect()
}

/// Registers a call for help with what is known of the visit filled in (VIS-7, VIS-9), once. Returns its number.
///
/// # Errors
/// As [`act`]; what registering says.
pub fn help(tx: &mut Tx, ctx: &Ctx, id: &VisitId) -> Res<String> {
    ctx.need(Action::ReceiveVisitor)?;
    let s = get(tx, ctx, id)?;
    gate(&s.visit, VisitAct::Help)?;
    let v = &s.visit;
    let crime = !v.police.is_empty() || v.alarms.iter().any(|a| a.kind == domain::visit::AlarmKind::Crime);
    let said = v.alarms.iter().map(|a| a.what.as_str());
    let said = said.chain(v.police.iter().map(|p| p.what.as_str()));
    let mut content = vec![v.number.as_str()];
    content.extend(said.filter(|t| !t.is_empty()));
    // Whoever receives at the gate calls for help; who may not give out work leaves that to the desk, which sees it at once.
    let department = match ctx.reach(Action::Dispatch) >= Reach::Site {
        true => store::site::department_by_code(tx, &ctx.site, "security")?.map(|d| d.id),
        false => None,
    };
    let new: crate::contact::NewContact = serde_json::from_value(json!({
        "channel": "visit", "unit": v.particulars.unit, "address": v.particulars.place, "anonymous_reason": v.number,
        "cases": [{
            "kind": "help", "item": if crime { "help.crime" } else { "help.other" }, "place": v.particulars.place,
            "content": content.join(" · "), "urgency": "emergency", "department": department,
        }],
    }))?;
    let made = crate::contact::register(tx, ctx, "", &new)?;
    let (Some(case), Some(number)) = (made.cases.first(), made.case_numbers.first()) else {
        return Err(Error::Internal("no case was made".into()));
    };
    let cmd = Command::Help {
        case: case.clone(),
        number: number.clone(),
    };
    act(tx, ctx, &s.id, None, &cmd)?;
    Ok(number.clone())
}

/// Whether what says who came is deleted.
pub(crate) fn is_erased(c: &mut Conn, ctx: &Ctx, id: &VisitId) -> Res<bool> {
    let row = db::get(c, &ctx.site, id)?.ok_or(Error::NotFound)?;
    Ok(seen(row)?.visit.erased_at.is_some())
}

/// Who is inside, who waits at the desk, who is expected, and badges that are not back.
///
/// # Errors
/// `Forbidden`.
pub fn board(c: &mut Conn, ctx: &Ctx) -> Res<Board> {
    ctx.need(Action::ViewVisits)?;
    let mut of = |state: VisitState| -> Res<Vec<Seen>> {
        let rows = db::in_state(c, &ctx.site, state.as_str(), MOST)?;
        rows.into_iter().map(seen).collect()
    };
    let (mut inside, waiting, expected) = (
        of(VisitState::Inside)?,
        of(VisitState::Arrived)?,
        of(VisitState::Expected)?,
    );
    // Of whom security has to say what is to be done stands first, then who should have left.
    inside.sort_by_key(|s| (!s.visit.alarmed(), s.visit.overdue_at.is_none(), s.visit.in_at));
    let badges = db::badges_out(c, &ctx.site, MOST)?;
    let badges: Res<Vec<Seen>> = badges.into_iter().map(seen).collect();
    let badges = badges?
        .into_iter()
        .filter(|s| s.visit.state != VisitState::Inside)
        .collect();
    Ok(Board {
        inside,
        waiting,
        expected,
        badges,
    })
}

/// One page of the register, newest first, and where the next begins.
///
/// # Errors
/// `Forbidden`.
pub fn register_of(c: &mut Conn, ctx: &Ctx, q: &Query, limit: i64) -> Res<(Vec<Seen>, Option<(i64, String)>)> {
    ctx.need(Action::ViewVisits)?;
    let words = q.q.trim();
    if words.chars().count() > LONGEST_SEARCH {
        let mut f = Fields::default();
        f.add_with("q", "invalid-too-long", vec![("most", LONGEST_SEARCH.to_string())]);
        f.done()?;
    }
    if words.to_uppercase().starts_with("FK-") {
        let row = db::by_number(c, &ctx.site, &words.to_uppercase())?;
        return Ok((row.map(seen).transpose()?.into_iter().collect(), None));
    }
    let like = |t: String| (!t.is_empty()).then(|| format!("%{}%", t.replace(['%', '_'], "")));
    let plate: String = domain::fold::fold_code(words);
    let is_plate = plate.chars().any(|c| c.is_ascii_digit());
    // Who somebody was is kept for a time only: there is nothing to find before it.
    let kept = match words.is_empty() {
        true => None,
        false => Some(ctx.now - (env(c, ctx)?.keep_until - ctx.now) - LONGEST_STAY),
    };
    let f = db::Filter {
        site: ctx.site.as_str().to_owned(),
        state: Some(q.state.clone()).filter(|s| !s.is_empty()),
        from: q.from.max(kept),
        until: q.until,
        name: like(words.to_owned()).filter(|_| !is_plate),
        plate: like(plate).filter(|_| is_plate),
        after: q.after.clone(),
        limit: limit + 1,
    };
    let mut rows = db::list(c, &f)?;
    let more = crate::list::cut(&mut rows, usize::try_from(limit).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).map(|r| (r.at, r.id.as_str().to_owned()));
    let rows: Res<Vec<Seen>> = rows.into_iter().map(seen).collect();
    Ok((rows?, next))
}

/// Writes down that the register was taken away as a file.
///
/// # Errors
/// `Forbidden` without the right to export.
pub fn exported(tx: &mut Tx, ctx: &Ctx, q: &Query, rows: i64) -> Res<()> {
    ctx.need(Action::Export)?;
    ctx.need(Action::ViewVisits)?;
    let body = json!({"list": "visits", "filter": serde_json::to_value(q)?, "rows": rows});
    journal::now(tx, ctx, "list", "visits", "exported", body, &["filter"]);
    Ok(())
}

/// Writes down that a page of the register was taken away on paper.
///
/// # Errors
/// `Forbidden` without the right to see visits.
pub fn printed(tx: &mut Tx, ctx: &Ctx, q: &Query, rows: i64) -> Res<()> {
    ctx.need(Action::ViewVisits)?;
    let body = json!({"list": "visits", "paper": true, "filter": serde_json::to_value(q)?, "rows": rows});
    journal::now(tx, ctx, "list", "visits", "exported", body, &["filter"]);
    Ok(())
}

/// What happened to a visit, newest first, with the old values of what was corrected.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn history(c: &mut Conn, ctx: &Ctx, id: &VisitId) -> Res<Vec<store::journal::Entry>> {
    let s = get(c, ctx, id)?;
    Ok(store::journal::for_subject(
        c,
        ctx.site.as_str(),
        "visit",
        s.id.as_str(),
        i64::MAX,
        100,
    )?)
}

/// Makes facts of what has changed by itself: hosts who did not answer, visitors who did not leave or come, what is kept no
/// longer. Returns how many visits there were.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn run_due(desk: &Desk) -> Res<usize> {
    Ok(round(desk)?.done)
}

pub(crate) fn round(desk: &Desk) -> Res<timer::Round> {
    timer::each(desk, "visit", db::passed, |tx, ctx, id| {
        tick(tx, ctx, &VisitId::from(id)).map(|()| true)
    })
}

fn tick(tx: &mut Tx, ctx: &Ctx, id: &VisitId) -> Res<()> {
    let Some(row) = db::get(tx, &ctx.site, id)? else {
        return Ok(());
    };
    let mut s = seen(row)?;
    let env = env(tx, ctx)?;
    let facts = look(&s.visit, &env);
    happen(tx, ctx, id, &mut s.visit, &facts)?;
    s.version += 1;
    saved(
        db::save(tx, &row_of(ctx, id, &s.visit, s.version, env.inside_ms)?)?,
        s.version - 1,
    )
}

/// The unit that a text names, for links of a unit.
fn named_unit(c: &mut Conn, ctx: &Ctx, text: &str) -> Res<(UnitId, String)> {
    let mut p = Particulars::default();
    unit_of(c, ctx, text, &mut p)?;
    p.unit
        .map(|u| (u, p.place))
        .ok_or_else(|| Error::field("unit", "visit-no-such-unit"))
}
