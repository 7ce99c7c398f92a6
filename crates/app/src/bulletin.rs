//! Notices to residents (公告, COM-5): drafted, published in up to four ways, corrected without rewriting, and for each unit of
//! the audience what is known of who has been reached. Messages are written in slices by the timer and go out by the outbox;
//! each carries a secret address at which the notice can be read.

use std::collections::BTreeMap;

use domain::access::{Action, Via};
use domain::bulletin::{self as rules, Audience, Bulletin, Evidence, Kind, Mark, Reached, State};
use domain::ids::{BulletinId, CaseId, EmergencyId, IncidentId, LinkId, MessageId, UnitId};
use domain::number::Series;
use domain::refusal::Refusal;
use domain::room::{RoomKey, RoomQuery};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::bulletin as db;
pub use store::bulletin::UnitLine;
use store::db::Tx;
use store::seam::Conn;

use crate::account::secret_hash;
use crate::case;
use crate::ctx::{Actor, Ctx, LinkPurpose, Locale};
use crate::desk::Desk;
use crate::error::{Error, Fields, Res, same_version, saved};
use crate::journal;
use crate::once::once;
use crate::{outbox, timer};

/// Units whose messages are written in one transaction: people's requests come between two slices.
const SLICE: i64 = 50;
/// Slices of one round of the timer.
const SLICES: usize = 40;
/// Units that are handed over, or named, at once.
pub const MOST_UNITS: usize = 500;
/// So much later (ms) the next slice is written: what else waits in the outbox comes between.
const PAUSE: i64 = 1_000;
/// The template of the message.
pub const TEMPLATE: &str = "bulletin";

/// A notice as the form gives it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewBulletin {
    /// Code of the kind.
    pub kind: String,
    pub title: String,
    pub text: String,
    /// For the whole estate.
    pub all: bool,
    /// Codes of buildings.
    pub buildings: Vec<String>,
    /// Rooms in any writing, between commas or line breaks.
    pub units: String,
    /// Boards, one a line.
    pub boards: String,
    pub file: bool,
    pub message: bool,
    /// Networks, one a line.
    pub networks: String,
    pub until: Option<i64>,
    /// What it came from: `incidents/…` or `emergencies/…`, or empty.
    pub source: String,
}

/// A notice with the version of its row.
#[derive(Debug, Clone)]
pub struct Seen {
    pub state: Bulletin,
    pub version: i64,
    /// When the timer looks at it next: to write messages, or because its time is over then.
    next_at: Option<i64>,
}

impl Seen {
    /// Whether messages are being written or go out now.
    pub fn is_sending(&self, f: &Figures, now: i64) -> bool {
        let writes = self.next_at.is_some_and(|at| at <= now + PAUSE) && f.waiting > 0;
        self.state.sends() && (writes || f.queued > 0)
    }
}

/// How many units are where. Of the message way: `waiting` for it to be written, `queued`, `out`, `failed`, without a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    pub units: i64,
    pub handed: i64,
    pub seen: i64,
    pub delivered: i64,
    pub sent: i64,
    pub unknown: i64,
    pub waiting: i64,
    pub queued: i64,
    pub out: i64,
    pub failed: i64,
    pub no_phone: i64,
}

impl Figures {
    /// Units of which somebody has been reached for certain.
    pub fn certain(&self) -> i64 {
        self.handed + self.seen + self.delivered
    }

    /// Messages that were written or are to be.
    pub fn messages(&self) -> i64 {
        self.units - self.no_phone
    }

    fn add(&mut self, c: &db::Counted) {
        let n = c.units;
        self.units += n;
        *match reached(c.handed, c.seen, &c.message) {
            Reached::Handed => &mut self.handed,
            Reached::Seen => &mut self.seen,
            Reached::Delivered => &mut self.delivered,
            Reached::Sent => &mut self.sent,
            Reached::Unknown => &mut self.unknown,
        } += n;
        *match c.message.as_str() {
            "" => &mut self.waiting,
            "queued" => &mut self.queued,
            "sent" | "delivered" => &mut self.out,
            "no_phone" => &mut self.no_phone,
            _ => &mut self.failed,
        } += n;
    }
}

/// What is known altogether and of each building, in the order of the buildings.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    pub all: Figures,
    pub buildings: Vec<(String, Figures)>,
}

fn reached(handed: bool, seen: bool, message: &str) -> Reached {
    Evidence { handed, seen, message }.reached()
}

/// What is known of a unit.
pub fn of_unit(line: &UnitLine) -> Reached {
    reached(line.handed, line.seen, &line.message)
}

/// Whether a unit belongs to one of the figures: a code of [`Reached`], of a message's state, `certain`, `not_handed`, or empty
/// for all.
pub fn fits(line: &UnitLine, figure: &str) -> bool {
    match figure {
        "" => true,
        "certain" => of_unit(line).certain(),
        "not_handed" => !line.handed,
        "waiting" => line.message.is_empty(),
        "queued" | "no_phone" => line.message == figure,
        "failed" => matches!(line.message.as_str(), "failed" | "no_channel"),
        "out" => matches!(line.message.as_str(), "sent" | "delivered"),
        other => of_unit(line).as_str() == other,
    }
}

/// The codes that [`fits`] knows.
pub const FIGURES: [&str; 13] = [
    "certain",
    "handed",
    "seen",
    "delivered",
    "sent",
    "unknown",
    "not_handed",
    "waiting",
    "queued",
    "out",
    "failed",
    "no_phone",
    "",
];

fn read(row: db::BulletinRow) -> Res<Seen> {
    Ok(Seen {
        state: serde_json::from_str(&row.doc)?,
        version: row.version,
        next_at: row.next_at,
    })
}

fn row(ctx: &Ctx, b: &Bulletin, version: i64, next_at: Option<i64>) -> Res<db::BulletinRow> {
    Ok(db::BulletinRow {
        id: b.id.clone(),
        site_id: ctx.site.clone(),
        number: b.number.clone(),
        kind: b.kind.as_str().to_owned(),
        state: b.state.as_str().to_owned(),
        open: matches!(b.state, State::Draft | State::Published),
        title: b.title.clone(),
        source: b.from.clone(),
        at: b.published.as_ref().map_or(b.created.at, |m| m.at),
        next_at: next_at.filter(|_| b.state == State::Published),
        doc: serde_json::to_string(b)?,
        version,
    })
}

/// Saves it; `sends`: messages are to be written.
fn save(tx: &mut Tx, ctx: &Ctx, seen: &Seen, sends: bool) -> Res<()> {
    keep(tx, ctx, seen, sends.then_some(ctx.now))
}

/// Saves it; `writes_at`: when messages are written next.
fn keep(tx: &mut Tx, ctx: &Ctx, seen: &Seen, writes_at: Option<i64>) -> Res<()> {
    let b = &seen.state;
    let writes = writes_at.filter(|_| b.sends());
    let next_at = [writes, b.until].into_iter().flatten().min();
    let row = row(ctx, b, seen.version + 1, next_at)?;
    saved(db::save(tx, &row)?, seen.version)
}

/// Whether units wait for their message, so that the timer goes on.
fn waits(c: &mut Conn, b: &Bulletin) -> Res<bool> {
    Ok(b.sends() && !db::to_send(c, &b.id, b.tell_from, 1)?.is_empty())
}

fn say(tx: &mut Tx, ctx: &Ctx, b: &Bulletin, kind: &str, body: Value, personal: &[&'static str]) {
    journal::now(tx, ctx, "bulletin", b.id.as_str(), kind, body, personal);
}

fn mark(ctx: &Ctx) -> Res<Mark> {
    Ok(Mark {
        at: ctx.now,
        by: ctx.need_staff()?.id.clone(),
    })
}

/// A notice of the open site.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &BulletinId) -> Res<Seen> {
    ctx.need(Action::ViewBulletins)?;
    read(db::get(c, &ctx.site, id)?.ok_or(Error::NotFound)?)
}

/// Whether the actor may publish this kind.
pub fn may_publish(ctx: &Ctx, kind: Kind) -> bool {
    rules::may_publish(ctx.reach(Action::PublishBulletin), kind)
}

fn need_publish(ctx: &Ctx, kind: Kind) -> Res<()> {
    ctx.need(Action::PublishBulletin)?;
    if may_publish(ctx, kind) {
        Ok(())
    } else {
        Err(Error::Forbidden("forbidden-bulletin-kind"))
    }
}

/// Drafts and what holds: what holds first, the newest first.
///
/// # Errors
/// `Forbidden`.
pub fn open(c: &mut Conn, ctx: &Ctx) -> Res<Vec<Seen>> {
    ctx.need(Action::ViewBulletins)?;
    let mut all = db::open(c, &ctx.site)?.into_iter().map(read).collect::<Res<Vec<_>>>()?;
    all.sort_by_key(|s| s.state.state != State::Published);
    Ok(all)
}

/// A page of notices that are over, and where the next one begins.
pub type Page = (Vec<Seen>, Option<(i64, String)>);

/// Notices that are over, newest first.
///
/// # Errors
/// `Forbidden`.
pub fn past(c: &mut Conn, ctx: &Ctx, after: Option<(i64, String)>, limit: usize) -> Res<Page> {
    ctx.need(Action::ViewBulletins)?;
    let (at, id) = after.unwrap_or((i64::MAX, String::new()));
    let mut rows = db::past(c, &ctx.site, at, &id, i64::try_from(limit).unwrap_or(50) + 1)?;
    let more = crate::list::cut(&mut rows, limit);
    let next = rows.last().filter(|_| more).map(|r| (r.at, r.id.as_str().to_owned()));
    Ok((rows.into_iter().map(read).collect::<Res<Vec<_>>>()?, next))
}

/// Notices that were made from an incident or an emergency (`incidents/…`, `emergencies/…`), newest first.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn of_source(c: &mut Conn, ctx: &Ctx, source: &str) -> Res<Vec<Bulletin>> {
    let rows = db::of_source(c, &ctx.site, source)?;
    rows.into_iter().map(|r| Ok(read(r)?.state)).collect()
}

/// What holds for a caller from this address; nothing while it names no room. For the desk.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn for_address(c: &mut Conn, ctx: &Ctx, address: &str) -> Res<Vec<Bulletin>> {
    if ctx.need(Action::ViewBulletins).is_err() {
        return Ok(Vec::new());
    }
    let Ok(key) = RoomKey::parse(address) else {
        return Ok(Vec::new());
    };
    let unit = store::directory::unit::by_match(c, &ctx.site, &key.match_key())?;
    let code = unit.map(|u| u.code).unwrap_or_default();
    let mut all = Vec::new();
    for seen in open(c, ctx)? {
        let b = seen.state;
        if b.state == State::Published && b.audience.covers(&key.building, &code) {
            all.push(b);
        }
    }
    Ok(all)
}

/// How many units have been reached.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn reach(c: &mut Conn, b: &Bulletin) -> Res<Reach> {
    let mut all = Figures::default();
    let mut by: BTreeMap<String, Figures> = BTreeMap::new();
    for counted in db::counted(c, &b.id, b.tell_from)? {
        all.add(&counted);
        by.entry(counted.building.clone()).or_default().add(&counted);
    }
    let mut buildings: Vec<_> = by.into_iter().collect();
    // 9 before 10.
    buildings.sort_by_key(|(code, _)| (code.parse::<u32>().unwrap_or(u32::MAX), code.clone()));
    Ok(Reach { all, buildings })
}

/// The units of the audience in the order of their rooms.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn units(c: &mut Conn, ctx: &Ctx, id: &BulletinId) -> Res<(Seen, Vec<UnitLine>)> {
    let seen = get(c, ctx, id)?;
    let lines = db::units(c, id, seen.state.tell_from)?;
    Ok((seen, lines))
}

fn lines(text: &str) -> Vec<String> {
    text.lines()
        .map(|l| l.trim().to_owned())
        .filter(|l| !l.is_empty())
        .collect()
}

/// Codes of the units that a text names; what is no unit here is said by name.
fn named_units(c: &mut Conn, ctx: &Ctx, text: &str, f: &mut Fields) -> Res<Vec<String>> {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    let between = |ch: char| ch.is_whitespace() || matches!(ch, ',' | '，' | '、' | ';' | '；');
    let words: Vec<&str> = text.split(between).filter(|w| !w.is_empty()).collect();
    if words.len() > MOST_UNITS {
        f.add_with("units", "invalid-bulletin-many", vec![("most", MOST_UNITS.to_string())]);
        return Ok(found);
    }
    for word in words {
        let unit = match RoomKey::parse(word) {
            Ok(key) => store::directory::unit::by_match(c, &ctx.site, &key.match_key())?,
            Err(_) => None,
        };
        match unit {
            Some(u) if !found.contains(&u.code) => found.push(u.code),
            Some(_) => {}
            None => unknown.push(word.chars().take(40).collect::<String>()),
        }
    }
    if !unknown.is_empty() {
        unknown.truncate(10);
        f.add_with("units", "invalid-bulletin-units", vec![("units", unknown.join(" "))]);
    }
    Ok(found)
}

/// What the form says, with buildings and units that the site has.
fn form(tx: &mut Tx, ctx: &Ctx, n: &NewBulletin, titled: bool) -> Res<rules::Form> {
    let mut f = Fields::default();
    if titled && n.title.trim().is_empty() {
        f.add("title", "required");
    }
    f.at_most("title", &n.title, rules::LONGEST_TITLE);
    f.at_most("text", &n.text, rules::LONGEST_TEXT);
    let kind = match n.kind.as_str() {
        "" => None,
        code => match code.parse() {
            Ok(kind) => Some(kind),
            Err(_) => {
                f.add("kind", "invalid-choose");
                None
            }
        },
    };
    let units = named_units(tx, ctx, &n.units, &mut f)?;
    f.done()?;
    let audience = if n.all {
        Audience {
            all: true,
            ..Audience::default()
        }
    } else {
        Audience {
            all: false,
            buildings: crate::incident::known(tx, ctx, &n.buildings)?,
            units,
        }
    };
    Ok(rules::Form {
        kind,
        title: n.title.clone(),
        text: n.text.clone(),
        audience,
        boards: lines(&n.boards),
        file: n.file,
        message: n.message,
        networks: lines(&n.networks),
        until: n.until,
    })
}

/// Whether what it is said to come from is there.
fn known_source(c: &mut Conn, ctx: &Ctx, source: &str) -> Res<()> {
    match source.split_once('/') {
        _ if source.is_empty() => Ok(()),
        Some(("incidents", id)) => crate::incident::get(c, ctx, &IncidentId::from(id)).map(drop),
        // A drill frightens nobody.
        Some(("emergencies", id)) => match crate::emergency::get(c, ctx, &EmergencyId::from(id))? {
            e if e.state.drill => Err(Error::NotFound),
            _ => Ok(()),
        },
        _ => Err(Error::NotFound),
    }
}

/// The draft of an incident's or an emergency's notice, as far as it is known there; an empty one for no source.
///
/// # Errors
/// `Forbidden`, `NotFound` for a source that is not there and for a drill.
pub fn begin(c: &mut Conn, ctx: &Ctx, source: &str) -> Res<NewBulletin> {
    ctx.need(Action::WriteBulletin)?;
    known_source(c, ctx, source)?;
    let new = |kind: Kind| NewBulletin {
        kind: kind.as_str().to_owned(),
        message: true,
        source: source.to_owned(),
        ..NewBulletin::default()
    };
    match source.split_once('/') {
        Some(("incidents", id)) => {
            let i = crate::incident::get(c, ctx, &IncidentId::from(id))?.state;
            Ok(NewBulletin {
                title: i.title,
                text: i.notice,
                all: i.buildings.is_empty(),
                buildings: i.buildings,
                ..new(Kind::Outage)
            })
        }
        Some(("emergencies", id)) => {
            let e = crate::emergency::get(c, ctx, &EmergencyId::from(id))?.state;
            // Neighbours read which building it is, and not at whose; where that is not known, whoever drafts it says so.
            let here = store::directory::unit::buildings(c, &ctx.site)?;
            let building = building_of(&e.place).filter(|b| here.iter().any(|x| x.code == *b));
            let place = building.as_ref().map_or_else(String::new, |b| format!("{b} 栋"));
            let play = ctx.book.plays.play(&e.play);
            Ok(NewBulletin {
                title: play.map_or_else(String::new, |x| x.zh.clone()),
                text: play.map_or_else(String::new, |x| x.neighbours.zh.replace("{place}", &place)),
                buildings: building.into_iter().collect(),
                ..new(Kind::Safety)
            })
        }
        _ => Ok(NewBulletin::default()),
    }
}

/// The building that a place in words begins with: `3-1-1201 周敏家`, `3 栋 2 单元电梯`.
fn building_of(place: &str) -> Option<String> {
    let room = |text: &str| RoomQuery::parse(text).and_then(|q| q.building);
    let words: Vec<&str> = place.split_whitespace().collect();
    (1..=words.len()).rev().find_map(|n| room(&words[..n].concat()))
}

fn said(b: &Bulletin) -> Value {
    let names = |all: &[rules::Board]| all.iter().map(|x| x.place.clone()).collect::<Vec<_>>();
    json!({
        "number": b.number, "kind": b.kind, "title": b.title, "text": b.text, "audience": b.audience,
        "boards": names(&b.ways.boards), "file": b.ways.file, "message": b.ways.message,
        "networks": b.ways.networks.iter().map(|x| x.place.clone()).collect::<Vec<_>>(), "until": b.until, "from": b.from,
    })
}

/// Writes a draft.
///
/// # Errors
/// `Forbidden`, `Invalid`, `NotFound` for a source that is not there, the `Refused` of a rule.
pub fn draft(tx: &mut Tx, ctx: &Ctx, key: &str, n: &NewBulletin) -> Res<BulletinId> {
    ctx.need(Action::WriteBulletin)?;
    let form = form(tx, ctx, n, true)?;
    known_source(tx, ctx, &n.source)?;
    once(tx, ctx, key, n, |tx, ctx| {
        let zone = case::zone(tx, &ctx.site)?;
        let number = case::next_number(tx, ctx, &zone, Series::Bulletin, ctx.now)?;
        let b = rules::draft(ctx.id(), number, n.source.clone(), form, mark(ctx)?)?;
        db::insert(tx, &row(ctx, &b, 1, None)?)?;
        say(tx, ctx, &b, "bulletin_drafted", said(&b), &["title", "text"]);
        Ok(b.id)
    })
}

/// The draft says something else.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Invalid`, `Conflict`, the `Refused` of a rule.
pub fn edit(tx: &mut Tx, ctx: &Ctx, id: &BulletinId, seen: i64, n: &NewBulletin) -> Res<()> {
    ctx.need(Action::WriteBulletin)?;
    let mut s = get(tx, ctx, id)?;
    same_version(seen, s.version)?;
    let form = form(tx, ctx, n, true)?;
    s.state.edit(form)?;
    save(tx, ctx, &s, false)?;
    say(
        tx,
        ctx,
        &s.state,
        "bulletin_changed",
        said(&s.state),
        &["title", "text"],
    );
    Ok(())
}

/// The units that its audience names are written down, so that it is known of each whether it was reached. Returns how many are
/// new.
fn spread(tx: &mut Tx, ctx: &Ctx, b: &Bulletin) -> Res<u64> {
    let mut new = 0;
    if b.audience.all {
        new += db::add_all(tx, &ctx.site, &b.id, ctx.now)?;
    }
    for building in &b.audience.buildings {
        new += db::add_building(tx, &ctx.site, &b.id, building, ctx.now)?;
    }
    for unit in &b.audience.units {
        new += db::add_unit(tx, &ctx.site, &b.id, unit, ctx.now)?;
    }
    Ok(new)
}

/// What publishing a draft would do: so many units, and so many of them with a number that takes messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Foreseen {
    pub units: i64,
    pub with_number: i64,
}

/// Counts whom a draft would go to.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn foresee(c: &mut Conn, ctx: &Ctx, b: &Bulletin) -> Res<Foreseen> {
    let rows = db::of_site(c, &ctx.site)?;
    let meant = |u: &&db::SiteUnit| b.audience.covers(&u.building, &u.code);
    let mut units: BTreeMap<&str, bool> = BTreeMap::new();
    for u in rows.iter().filter(meant) {
        let near = u.relation.parse().ok().and_then(rules::nearness).is_some();
        *units.entry(&u.code).or_default() |= near && outbox::takes_messages(&u.number);
    }
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    Ok(Foreseen {
        units: count(units.len()),
        with_number: count(units.values().filter(|has| **has).count()),
    })
}

/// It goes out: the audience is written down, and the timer begins to write the messages.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, the `Refused` of a rule.
pub fn publish(tx: &mut Tx, ctx: &Ctx, id: &BulletinId, seen: i64) -> Res<()> {
    ctx.need(Action::PublishBulletin)?;
    let mut s = get(tx, ctx, id)?;
    need_publish(ctx, s.state.kind)?;
    // Somebody published it meanwhile: that is the thing to be told, not that there is another version.
    if s.state.state == State::Draft {
        same_version(seen, s.version)?;
    }
    s.state.publish(mark(ctx)?)?;
    let units = spread(tx, ctx, &s.state)?;
    save(tx, ctx, &s, true)?;
    let mut body = said(&s.state);
    body["units"] = json!(units);
    say(tx, ctx, &s.state, "bulletin_published", body, &["title", "text"]);
    Ok(())
}

/// A new version; the old text stays to be read. `seen`: the version of the text that was corrected.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, the `Refused` of a rule.
pub fn correct(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &BulletinId,
    seen: i64,
    (title, text, why): (&str, &str, &str),
    again: bool,
) -> Res<()> {
    ctx.need(Action::PublishBulletin)?;
    let mut s = get(tx, ctx, id)?;
    need_publish(ctx, s.state.kind)?;
    same_version(seen, s.state.version)?;
    let mut f = Fields::default();
    f.at_most("title", title, rules::LONGEST_TITLE);
    f.at_most("text", text, rules::LONGEST_TEXT);
    f.done()?;
    s.state.correct(title, text, why, again, mark(ctx)?)?;
    let sends = again || waits(tx, &s.state)?;
    save(tx, ctx, &s, sends)?;
    let b = &s.state;
    let reason = b.before.last().map(|x| x.reason.clone()).unwrap_or_default();
    let body = json!({"version": b.version, "title": b.title, "text": b.text, "reason": reason, "again": again});
    say(tx, ctx, b, "bulletin_corrected", body, &["title", "text", "reason"]);
    Ok(())
}

/// More people or more ways.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Invalid`, the `Refused` of a rule.
pub fn widen(tx: &mut Tx, ctx: &Ctx, id: &BulletinId, n: &NewBulletin) -> Res<()> {
    ctx.need(Action::PublishBulletin)?;
    let mut s = get(tx, ctx, id)?;
    need_publish(ctx, s.state.kind)?;
    let more = form(tx, ctx, n, false)?;
    s.state.widen(more)?;
    let units = spread(tx, ctx, &s.state)?;
    save(tx, ctx, &s, true)?;
    let mut body = said(&s.state);
    body["units"] = json!(units);
    say(tx, ctx, &s.state, "bulletin_widened", body, &["title", "text"]);
    Ok(())
}

/// Takes it back; a draft by whoever writes them. What waits in the outbox does not go out any more.
///
/// # Errors
/// `Forbidden`, `NotFound`, the `Refused` of a rule.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, id: &BulletinId, why: &str) -> Res<()> {
    ctx.need(Action::WriteBulletin)?;
    let mut s = get(tx, ctx, id)?;
    if s.state.state != State::Draft {
        need_publish(ctx, s.state.kind)?;
    }
    s.state.withdraw(why, mark(ctx)?)?;
    save(tx, ctx, &s, false)?;
    let body = json!({"reason": s.state.reason});
    say(tx, ctx, &s.state, "bulletin_withdrawn", body, &["reason"]);
    Ok(())
}

/// It holds no more.
///
/// # Errors
/// `Forbidden`, `NotFound`, the `Refused` of a rule.
pub fn finish(tx: &mut Tx, ctx: &Ctx, id: &BulletinId) -> Res<()> {
    ctx.need(Action::PublishBulletin)?;
    let mut s = get(tx, ctx, id)?;
    need_publish(ctx, s.state.kind)?;
    s.state.finish(Some(ctx.need_staff()?.id.clone()), ctx.now)?;
    save(tx, ctx, &s, false)?;
    say(tx, ctx, &s.state, "bulletin_over", json!({}), &[]);
    Ok(())
}

/// What is done with a board or a network.
#[derive(Debug, Clone)]
pub enum Placed {
    Up,
    Down,
    /// Where it can be read.
    Out(String),
}

/// It was put up on a board, taken down, or published on a network. `place`: which of them, from 0.
///
/// # Errors
/// `Forbidden`, `NotFound`, the `Refused` of a rule.
pub fn place(tx: &mut Tx, ctx: &Ctx, id: &BulletinId, place: usize, what: &Placed) -> Res<()> {
    ctx.need(Action::DeliverBulletin)?;
    let mut s = get(tx, ctx, id)?;
    let by = mark(ctx)?;
    let kind = match what {
        Placed::Up => s.state.put_up(place, by).map(|()| "bulletin_put_up"),
        Placed::Down => s.state.take_down(place, by).map(|()| "bulletin_taken_down"),
        Placed::Out(address) => s.state.put_out(place, address, by).map(|()| "bulletin_put_out"),
    }?;
    let sends = waits(tx, &s.state)?;
    save(tx, ctx, &s, sends)?;
    let ways = &s.state.ways;
    let body = match what {
        Placed::Out(_) => ways
            .networks
            .get(place)
            .map(|n| json!({"place": n.place, "address": n.address})),
        _ => ways.boards.get(place).map(|b| json!({"place": b.place})),
    };
    say(tx, ctx, &s.state, kind, body.unwrap_or_default(), &[]);
    Ok(())
}

/// The paper was handed over to these units. Returns to how many of them for the first time.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Invalid` without a unit, the `Refused` of a rule.
pub fn hand(tx: &mut Tx, ctx: &Ctx, id: &BulletinId, units: &[UnitId]) -> Res<usize> {
    ctx.need(Action::DeliverBulletin)?;
    let by = ctx.need_staff()?.id.clone();
    let b = get(tx, ctx, id)?.state;
    b.may_hand()?;
    if units.is_empty() || units.len() > MOST_UNITS {
        return Err(Error::field("units", "invalid-bulletin-tick"));
    }
    let mut handed = Vec::new();
    for unit in units {
        if db::hand(tx, id, unit, ctx.now, &by, b.version, b.tell_from)? == 1 {
            handed.push(unit);
        }
    }
    if handed.is_empty() {
        return Err(Refusal::new("refuse-nothing-changed").into());
    }
    let n = handed.len();
    say(
        tx,
        ctx,
        &b,
        "bulletin_handed",
        json!({"units": handed, "n": n, "version": b.version}),
        &[],
    );
    Ok(n)
}

/// Whether there is somebody to write to once more: nobody was reached, and nothing goes out just now.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn may_again(c: &mut Conn, ctx: &Ctx, s: &Seen, f: &Figures) -> Res<bool> {
    let b = &s.state;
    Ok(b.sends()
        && may_publish(ctx, b.kind)
        && f.failed + f.no_phone + f.waiting > 0
        && outbox::channels(c, &ctx.site)?.residents()
        && !s.is_sending(f, ctx.now))
}

/// Writes once more to those whom nothing reached: the number is looked for anew, it may have been corrected. Returns how many
/// units wait for a message now.
///
/// # Errors
/// `Forbidden`, `NotFound`, the `Refused` of a rule.
pub fn again(tx: &mut Tx, ctx: &Ctx, id: &BulletinId) -> Res<u64> {
    ctx.need(Action::PublishBulletin)?;
    let s = get(tx, ctx, id)?;
    let b = &s.state;
    need_publish(ctx, b.kind)?;
    b.may_send()?;
    let units = db::forget_unreached(tx, id, b.tell_from)?;
    if units == 0 && !waits(tx, b)? {
        return Err(Refusal::new("refuse-nothing-changed").into());
    }
    save(tx, ctx, &s, true)?;
    say(tx, ctx, b, "bulletin_sent_again", json!({"units": units}), &[]);
    Ok(units)
}

/// Writes messages of notices that were published, slice by slice, and ends those whose time is over.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn round(desk: &Desk) -> Res<timer::Round> {
    let mut sum = timer::Round::default();
    for _ in 0..SLICES {
        let r = timer::each(desk, "bulletin", db::due, |tx, ctx, id| {
            tick(tx, ctx, &BulletinId::from(id))
        })?;
        sum = sum + r;
        if r.done == 0 || r.failed > 0 {
            break;
        }
    }
    Ok(sum)
}

/// The same for tests and the demonstration.
///
/// # Errors
/// As [`round`].
pub fn run_due(desk: &Desk) -> Res<usize> {
    Ok(round(desk)?.done)
}

/// One slice of one notice. Returns whether there was something to do.
fn tick(tx: &mut Tx, ctx: &Ctx, id: &BulletinId) -> Res<bool> {
    let Some(row) = db::get(tx, &ctx.site, id)? else {
        return Ok(false);
    };
    if row.next_at.is_none_or(|at| at > ctx.now) {
        return Ok(false);
    }
    let mut s = read(row)?;
    if let Some(over) = s.state.until.filter(|at| *at <= ctx.now) {
        s.state.finish(None, over)?;
        save(tx, ctx, &s, false)?;
        say(tx, ctx, &s.state, "bulletin_over", json!({}), &[]);
        return Ok(true);
    }
    slice(tx, ctx, &s)
}

/// Writes the messages of some units. Without a channel none is written: the page says so, and offers to go on once there is one.
fn slice(tx: &mut Tx, ctx: &Ctx, s: &Seen) -> Res<bool> {
    let b = &s.state;
    if !b.sends() || !outbox::channels(tx, &ctx.site)?.residents() {
        save(tx, ctx, s, false)?;
        return Ok(true);
    }
    // The outbox goes through what it has in its order: no more of a notice stands in it than leaves room for what others wait for.
    if db::unsent(tx, &b.id)? >= SLICE {
        keep(tx, ctx, s, Some(ctx.now + PAUSE))?;
        return Ok(false);
    }
    let units = db::to_send(tx, &b.id, b.tell_from, SLICE)?;
    let mut written = 0;
    for unit in &units {
        let message = match number_of(tx, unit)? {
            Some(to) => {
                let mut p = Map::new();
                p.insert("title".into(), json!(b.title));
                p.insert("_bulletin".into(), json!(b.id));
                p.insert("_unit".into(), json!(unit));
                written += 1;
                Some(outbox::to_household(tx, ctx, &to, TEMPLATE, Locale::Zh, p)?)
            }
            None => None,
        };
        db::queued(tx, &b.id, unit, message.as_ref(), b.version)?;
    }
    let more = i64::try_from(units.len()).unwrap_or(SLICE) == SLICE;
    keep(tx, ctx, s, more.then_some(ctx.now + PAUSE))?;
    if !units.is_empty() {
        let body = json!({"units": units.len(), "messages": written});
        say(tx, ctx, b, "bulletin_queued", body, &[]);
    }
    Ok(true)
}

/// The number of a unit that is written to: of those that take messages, whose is nearest.
fn number_of(tx: &mut Tx, unit: &UnitId) -> Res<Option<String>> {
    let all = db::numbers(tx, unit)?.into_iter();
    let near = |n: &db::Number| n.relation.parse().ok().and_then(rules::nearness);
    let nearest = all
        .filter(|n| outbox::takes_messages(&n.number))
        .filter_map(|n| Some((near(&n)?, n.number)))
        .min_by_key(|(near, _)| *near);
    Ok(nearest.map(|(_, number)| number))
}

/// The secret for one attempt to send a message; none when the notice was withdrawn or is over meanwhile, or a correction has
/// written a newer message, so that this one does not go out.
pub(crate) fn token_for(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &BulletinId,
    unit: &UnitId,
    message: &MessageId,
) -> Res<Option<String>> {
    if db::is_of_unit(tx, id, unit, message)? == 0 {
        return Ok(None);
    }
    let Some(row) = db::get(tx, &ctx.site, id)? else {
        return Ok(None);
    };
    if row.state != State::Published.as_str() {
        return Ok(None);
    }
    let token = ctx.ids.secret();
    let link = db::LinkRow {
        id: ctx.id(),
        token_hash: secret_hash(&token),
        site_id: ctx.site.clone(),
        bulletin_id: id.clone(),
        unit_id: unit.clone(),
        created_at: ctx.now,
    };
    db::link_insert(tx, &link)?;
    Ok(Some(token))
}

/// A resident at the secret address, the notice, and the context in which a look is counted.
pub struct Reader {
    pub ctx: Ctx,
    pub bulletin: Bulletin,
    pub unit: UnitId,
}

/// Finds what a secret address shows: this notice and nothing else. `base` gives instant, language and address.
///
/// # Errors
/// `NotFound` for a secret that never was one.
pub fn by_link(c: &mut Conn, base: &Ctx, token: &str) -> Res<Reader> {
    let known = (20..=64)
        .contains(&token.len())
        .then(|| db::link_by_hash(c, &secret_hash(token)))
        .transpose()?
        .flatten();
    let link = known.ok_or(Error::NotFound)?;
    let row = db::get(c, &link.site_id, &link.bulletin_id)?.ok_or(Error::NotFound)?;
    let ctx = Ctx {
        actor: Actor::Link {
            link: LinkId::from(link.id.as_str()),
            case: CaseId::from(""),
            order: None,
            purpose: LinkPurpose::Track,
            via: Via::Link,
        },
        site: link.site_id,
        via: "link",
        ..base.clone()
    };
    Ok(Reader {
        ctx,
        bulletin: read(row)?.state,
        unit: link.unit_id,
    })
}

/// Counts a look at the secret address: of each unit once. What is over, and a browser of staff, do not count.
///
/// # Errors
/// `NotFound`.
pub fn looked(tx: &mut Tx, base: &Ctx, token: &str) -> Res<()> {
    let r = by_link(tx, base, token)?;
    let b = &r.bulletin;
    if b.state == State::Published && db::seen(tx, &b.id, &r.unit, base.now, b.version, b.tell_from)? == 1 {
        let body = json!({"unit": r.unit, "version": b.version});
        say(tx, &r.ctx, b, "bulletin_seen", body, &[]);
    }
    Ok(())
}
