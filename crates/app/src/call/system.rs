//! Telephone systems (电话系统) that tell of calls, set up on a page; the telephones of the site (分机, TEL-1) and who sits at which. How a
//! system speaks is known in the `phone` room only: the server joins it as a [`Telephone`].

use domain::access::Action;
use domain::call::event::{CallEvent, Direction};
use domain::call::line::{Extension, ExtensionUse, ServiceClass};
use domain::ids::{CallId, DepartmentId, ExtensionLineId, PhoneSystemId, PostId, StaffId};
use domain::refusal::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::call as db;
pub use store::call::{ExtensionRow, SystemRow};
use store::db::Tx;
use store::seam::Conn;

use super::dial::{Dial, Dialled, NotDialled};
use super::receive;
use super::recording::{Fetched, Looked, NoSound, Wanted, is_place};
use super::send::SendOn;
use crate::account::secret_hash;
use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res, same_version, saved};
use crate::journal;
use crate::once::once;

/// A report that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The field that it is about; empty for the whole.
    pub field: String,
    /// In a few words, for whoever sets up the telephone system.
    pub why: String,
}

/// How a system stands that is connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// `connecting`, `signed_in`, `refused`, `lost`.
    pub state: &'static str,
    /// Since when, unix milliseconds.
    pub since: Option<i64>,
    /// In a few words, without secrets.
    pub why: String,
}

/// Who calls whom in a call that is known: many systems name the parties in their first report only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parties {
    pub direction: Option<Direction>,
    /// Personal.
    pub caller: Option<String>,
    /// Personal where it is an outside one.
    pub called: Option<String>,
}

/// The adapters, as the rooms above and below see them.
pub trait Telephone: Send + Sync {
    /// Reads what a telephone system sent to our address. `source` is the system's id; `known` finds a call by its key.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read(
        &self,
        source: &str,
        content_type: &str,
        body: &[u8],
        now: i64,
        known: &mut dyn FnMut(&str) -> Option<Parties>,
    ) -> Result<Vec<CallEvent>, Wrong>;
    /// How a connected system stands; None for one that is not connected to here.
    fn connection(&self, system: &PhoneSystemId) -> Option<Connection>;
    /// Rings the clerk's telephone, then calls the number. That it was taken does not say that anybody answered.
    fn dial<'a>(&'a self, _: &'a Dial) -> Dialled<'a> {
        Box::pin(async { Err(NotDialled::NotConnected) })
    }
    /// Brings a call to another telephone, without asking there first.
    fn send<'a>(&'a self, _: &'a SendOn) -> Dialled<'a> {
        Box::pin(async { Err(NotDialled::NotConnected) })
    }
    /// Looks which of a call's recordings are there, and whether there is anything to hear on them.
    fn recordings<'a>(&'a self, _: &'a Wanted) -> Looked<'a> {
        Box::pin(async { Err(NoSound::NotReached) })
    }
    /// Fetches a recording from where its system keeps them.
    fn sound<'a>(&'a self, _place: &'a str, _name: &'a str) -> Fetched<'a> {
        Box::pin(async { Err(NoSound::NotReached) })
    }
}

/// Who calls whom, of a call that is known.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn parties(c: &mut Conn, system: &PhoneSystemId, key: &str) -> Res<Option<Parties>> {
    let Some(row) = db::by_key(c, system, key)? else {
        return Ok(None);
    };
    let doc: super::Doc = serde_json::from_str(&row.doc)?;
    Ok(Some(Parties {
        direction: doc.call.direction,
        caller: doc.call.caller,
        called: doc.call.called,
    }))
}

/// How a telephone system tells of calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It posts to our address.
    Webhook,
    /// Asterisk Manager Interface.
    Ami,
    /// FreeSWITCH event socket.
    Esl,
}

impl Kind {
    /// Every kind, in the order of the page.
    pub const ALL: [Kind; 3] = [Kind::Webhook, Kind::Ami, Kind::Esl];

    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Webhook => "webhook",
            Kind::Ami => "ami",
            Kind::Esl => "esl",
        }
    }

    /// Of its code.
    #[must_use]
    pub fn parse(s: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|k| k.as_str() == s)
    }
}

/// Whether the system tells holds: its settings say so for a webhook, which may or may not; Asterisk and FreeSWITCH do.
#[must_use]
pub fn tells_holds(row: &SystemRow) -> bool {
    if row.kind != Kind::Webhook.as_str() {
        return true;
    }
    let config: Value = serde_json::from_str(&row.config).unwrap_or_default();
    config.get("holds").and_then(Value::as_bool).unwrap_or(false)
}

/// A telephone system as the form gives it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewSystem {
    pub name: String,
    pub kind: String,
    /// A webhook's secret may stand in the address.
    pub in_path: bool,
    /// A webhook tells holds.
    pub holds: bool,
    /// Of a system that is connected to.
    pub host: String,
    pub port: String,
    pub user: String,
    /// Empty keeps what was set.
    pub secret: String,
    /// The number at which the estate is called, and the queue; for click to call and for telling incoming from outgoing.
    pub trunk: String,
    /// How a telephone of the site is called there, `PJSIP/{}`, and the context of its numbers. Empty: what is usual.
    pub channel: String,
    pub context: String,
    /// Telephones to which an unanswered call is sent on, one after the other (TEL-5). Empty where the system does that by itself.
    pub next: String,
    /// Where its recordings are: a folder of this machine, or the beginning of their addresses. Empty: none are listened to here.
    pub recordings: String,
    pub active: bool,
}

const DEFAULT_PORTS: [(Kind, u16); 2] = [(Kind::Ami, 5038), (Kind::Esl, 8021)];

fn config(n: &NewSystem, kind: Kind, before: &Value, f: &mut Fields) -> Value {
    f.at_most("recordings", &n.recordings, 300);
    let recordings = n.recordings.trim();
    if !recordings.is_empty() && !is_place(recordings) {
        f.add("recordings", "invalid-recordings");
    }
    if kind == Kind::Webhook {
        return json!({"holds": n.holds, "recordings": recordings});
    }
    if kind == Kind::Ami && !recordings.is_empty() && !recordings.starts_with('/') {
        // Asterisk does not say how a recording is called: it is found by its name, in a folder.
        f.add("recordings", "invalid-recordings-folder");
    }
    let word = |t: &str| t.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    f.at_most("context", &n.context, 80);
    if !word(n.context.trim()) {
        f.add("context", "invalid-context");
    }
    let channel = n.channel.trim();
    f.at_most("channel", channel, 80);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@{}".contains(c);
    if !channel.is_empty() && (channel.matches("{}").count() != 1 || !channel.chars().all(plain)) {
        f.add("channel", "invalid-telephone-channel");
    }
    f.at_most("next", &n.next, 300);
    let next = n.next.split_whitespace().collect::<Vec<_>>().join(" ");
    f.at_most("host", &n.host, 200);
    f.at_most("user", &n.user, 100);
    f.at_most("secret", &n.secret, 200);
    f.at_most("trunk", &n.trunk, 100);
    let default = DEFAULT_PORTS.iter().find(|x| x.0 == kind).map_or(0, |x| x.1);
    let port = match n.port.trim() {
        "" => Some(default),
        text => text.parse().ok().filter(|p| *p > 0),
    };
    if port.is_none() {
        f.add("port", "invalid-port");
    }
    if n.host.trim().is_empty() {
        f.add("host", "required");
    }
    if kind == Kind::Ami && n.user.trim().is_empty() {
        f.add("user", "required");
    }
    // A password goes to the host that it was given for, and to no other.
    let same_host = before.get("host").and_then(Value::as_str) == Some(n.host.trim());
    let secret = match n.secret.as_str() {
        "" if !same_host => "",
        "" => before.get("secret").and_then(Value::as_str).unwrap_or_default(),
        new => new,
    };
    if secret.is_empty() {
        f.add("secret", "required");
    }
    json!({"host": n.host.trim(), "port": port, "user": n.user.trim(), "secret": secret, "trunk": n.trunk.trim(),
           "next": next, "recordings": recordings, "channel": channel, "context": n.context.trim()})
}

/// A telephone system that was just set up, with the secret of its address, which is shown once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MadeSystem {
    pub id: PhoneSystemId,
    pub secret: Option<String>,
}

fn named(tx: &mut Tx, ctx: &Ctx, id: Option<&PhoneSystemId>, n: &NewSystem, f: &mut Fields) -> Res<()> {
    if n.name.trim().is_empty() {
        f.add("name", "required");
    }
    f.at_most("name", &n.name, 60);
    let same = |s: &SystemRow| s.name == n.name.trim() && Some(&s.id) != id;
    if db::systems(tx, &ctx.site)?.iter().any(same) {
        f.add("name", "invalid-taken");
    }
    let known = db::extensions(tx, &ctx.site)?;
    if n.next
        .split_whitespace()
        .any(|t| !known.iter().any(|x| x.active && x.number == t))
    {
        f.add("next", "invalid-next");
    }
    Ok(())
}

/// Sets up a telephone system.
///
/// # Errors
/// `Forbidden`, `Invalid`.
pub fn add(tx: &mut Tx, ctx: &Ctx, key: &str, n: &NewSystem) -> Res<MadeSystem> {
    ctx.need(Action::Settings)?;
    let kind = Kind::parse(&n.kind).ok_or_else(|| Error::field("kind", "invalid-choose"))?;
    let mut f = Fields::default();
    let config = config(n, kind, &Value::Null, &mut f);
    f.done()?;
    let mut secret = None;
    // Not the secret itself: what is kept of a repeated request would hold it. A form that comes twice shows it once.
    let id = once(tx, ctx, key, &n.name, |tx, ctx| {
        let mut f = Fields::default();
        named(tx, ctx, None, n, &mut f)?;
        f.done()?;
        let new = (kind == Kind::Webhook).then(|| ctx.ids.secret());
        let row = SystemRow {
            id: ctx.id(),
            site_id: ctx.site.clone(),
            name: n.name.trim().to_owned(),
            kind: kind.as_str().to_owned(),
            token_hash: new.as_deref().map(secret_hash),
            in_path: n.in_path && kind == Kind::Webhook,
            config: config.to_string(),
            active: true,
            heard_at: None,
            created_at: ctx.now,
            version: 1,
        };
        db::system_insert(tx, &row)?;
        say(tx, ctx, &row, "phone_system_added");
        secret = new;
        Ok(row.id)
    })?;
    Ok(MadeSystem { id, secret })
}

fn say(tx: &mut Tx, ctx: &Ctx, row: &SystemRow, kind: &str) {
    let body = json!({"name": row.name, "kind": row.kind, "in_path": row.in_path, "active": row.active});
    journal::now(tx, ctx, "phone_system", row.id.as_str(), kind, body, &[]);
}

/// A telephone system.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &PhoneSystemId) -> Res<SystemRow> {
    ctx.need(Action::Settings)?;
    db::system(c, &ctx.site, id)?.ok_or(Error::NotFound)
}

/// Whether a telephone system tells of calls here.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn is_there(c: &mut Conn, ctx: &Ctx) -> Res<bool> {
    Ok(db::systems(c, &ctx.site)?.iter().any(|s| s.active))
}

/// Every telephone system of the site.
///
/// # Errors
/// `Forbidden`.
pub fn all(c: &mut Conn, ctx: &Ctx) -> Res<Vec<SystemRow>> {
    ctx.need(Action::Settings)?;
    Ok(db::systems(c, &ctx.site)?)
}

/// Changes the settings of one; its kind stays.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Invalid`.
pub fn change(tx: &mut Tx, ctx: &Ctx, id: &PhoneSystemId, seen: i64, n: &NewSystem) -> Res<()> {
    let row = get(tx, ctx, id)?;
    same_version(seen, row.version)?;
    let kind = Kind::parse(&row.kind).ok_or_else(|| Error::Internal("kind of a telephone system".into()))?;
    let before: Value = serde_json::from_str(&row.config)?;
    let mut f = Fields::default();
    named(tx, ctx, Some(id), n, &mut f)?;
    let config = config(n, kind, &before, &mut f);
    f.done()?;
    let new = SystemRow {
        name: n.name.trim().to_owned(),
        in_path: n.in_path && kind == Kind::Webhook,
        config: config.to_string(),
        active: n.active,
        version: row.version + 1,
        ..row
    };
    saved(db::system_save(tx, &new)?, seen)?;
    say(tx, ctx, &new, "phone_system_changed");
    Ok(())
}

/// A new secret for a webhook; the one before is worth nothing from now on. It is shown once.
///
/// # Errors
/// `Forbidden`, `Conflict` for a page that was sent before, `NotFound` for a system that is connected to.
pub fn new_secret(tx: &mut Tx, ctx: &Ctx, id: &PhoneSystemId, seen: i64) -> Res<String> {
    let row = get(tx, ctx, id)?;
    same_version(seen, row.version)?;
    if row.kind != Kind::Webhook.as_str() {
        return Err(Error::NotFound);
    }
    let secret = ctx.ids.secret();
    let new = SystemRow {
        token_hash: Some(secret_hash(&secret)),
        version: row.version + 1,
        ..row
    };
    saved(db::system_save(tx, &new)?, new.version - 1)?;
    say(tx, ctx, &new, "phone_system_secret");
    Ok(secret)
}

/// The telephone system whose secret this is. `in_path`: it stood in the address, which only some may.
///
/// # Errors
/// `NotFound` for what is no secret of an active system, and for one in the address of a system that sends it in a header.
pub fn by_secret(c: &mut Conn, secret: &str, in_path: bool) -> Res<SystemRow> {
    let known = (20..=64)
        .contains(&secret.len())
        .then(|| db::system_by_hash(c, &secret_hash(secret)))
        .transpose()?
        .flatten();
    known
        .filter(|s| s.active && (s.in_path || !in_path))
        .ok_or(Error::NotFound)
}

/// The last calls that a system told of, newest first: what whoever sets it up watches.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn heard(c: &mut Conn, ctx: &Ctx, id: &PhoneSystemId) -> Res<Vec<db::CallRow>> {
    get(c, ctx, id)?;
    Ok(db::last_of(c, id)?)
}

/// Stores what a system told, as that system.
///
/// # Errors
/// `NotFound` for a system that is gone or off, `Unavailable` while the database is away.
pub fn told(tx: &mut Tx, ctx: &Ctx, id: &PhoneSystemId, events: &[CallEvent]) -> Res<Vec<CallId>> {
    let row = db::system(tx, &ctx.site, id)?
        .filter(|s| s.active)
        .ok_or(Error::NotFound)?;
    receive(tx, ctx, &row, events)
}

/// A telephone as the form gives it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewExtension {
    pub number: String,
    pub owner: String,
    /// The post at which it stands: an owner or a post is needed (TEL-1).
    pub post: String,
    pub department: String,
    pub purpose: String,
    pub class: String,
    pub place: String,
    pub active: bool,
}

pub(crate) fn checked(tx: &mut Tx, ctx: &Ctx, n: &NewExtension) -> Res<Extension> {
    let some = |t: &str| (!t.trim().is_empty()).then(|| t.trim().to_owned());
    let mut f = Fields::default();
    f.at_most("place", &n.place, 100);
    let purpose = n.purpose.parse().unwrap_or(ExtensionUse::Staff);
    let class = match n.class.parse::<ServiceClass>() {
        Ok(class) => class,
        Err(_) => ServiceClass::Local,
    };
    let owner = some(&n.owner).map(StaffId::from);
    if let Some(who) = &owner
        && !store::site::workers(tx, &ctx.site)?.iter().any(|w| w.id == *who)
    {
        f.add("owner", "invalid-choose");
    }
    let post = some(&n.post).map(PostId::from);
    if let Some(id) = &post
        && !store::roster::posts(tx, &ctx.site)?
            .iter()
            .any(|p| p.active && p.id == *id)
    {
        f.add("post", "invalid-choose");
    }
    let department = some(&n.department).map(DepartmentId::from);
    if let Some(id) = &department
        && !store::site::departments(tx, &ctx.site)?.iter().any(|d| d.id == *id)
    {
        f.add("department", "invalid-choose");
    }
    f.done()?;
    let extension = Extension {
        number: n.number.trim().to_owned(),
        owner,
        post,
        department,
        purpose,
        class,
        place: n.place.trim().to_owned(),
    };
    Ok(extension)
}

/// How long somebody who sat down at a telephone counts as sitting there, in milliseconds (habit: a shift and what follows it). Who signs
/// out or goes off duty does not sit any more.
const SEAT_LASTS: i64 = 12 * 3_600_000;

/// A telephone with whoever sits there now: a seat of long ago is none.
#[must_use]
pub(crate) fn seated(row: ExtensionRow, now: i64) -> ExtensionRow {
    let lasts = row.seat_at.is_some_and(|at| now - at < SEAT_LASTS);
    ExtensionRow {
        seat_id: row.seat_id.filter(|_| lasts),
        seat_at: row.seat_at.filter(|_| lasts),
        ..row
    }
}

/// Every telephone of the site, in the order of their numbers.
///
/// # Errors
/// `Forbidden`.
pub fn extensions(c: &mut Conn, ctx: &Ctx) -> Res<Vec<ExtensionRow>> {
    ctx.need(Action::RegisterContact)?;
    lines(c, ctx)
}

/// As [`extensions`], for whoever it is.
pub(super) fn lines(c: &mut Conn, ctx: &Ctx) -> Res<Vec<ExtensionRow>> {
    let rows = db::extensions(c, &ctx.site)?.into_iter();
    Ok(rows.map(|row| seated(row, ctx.now)).collect())
}

/// Enters a telephone, or changes the one with this number (`seen` its version).
///
/// # Errors
/// `Forbidden`, `Invalid`, `Conflict`, the `Refused` of a rule (TEL-1, TEL-2).
pub fn put_extension(tx: &mut Tx, ctx: &Ctx, seen: Option<i64>, n: &NewExtension) -> Res<ExtensionLineId> {
    ctx.need(Action::ManageTelephones)?;
    let x = checked(tx, ctx, n)?;
    x.check()?;
    let before = db::extension_by_number(tx, &ctx.site, &x.number)?;
    match (&before, seen) {
        (Some(row), Some(seen)) => same_version(seen, row.version)?,
        (Some(_), None) => return Err(Error::field("number", "invalid-taken")),
        (None, Some(_)) => return Err(Error::NotFound),
        (None, None) => {}
    }
    let row = ExtensionRow {
        id: before.as_ref().map_or_else(|| ctx.id(), |b| b.id.clone()),
        site_id: ctx.site.clone(),
        number: x.number.clone(),
        owner_id: x.owner.clone(),
        department_id: x.department.clone(),
        purpose: x.purpose.as_str().to_owned(),
        class: x.class.as_str().to_owned(),
        place: x.place.clone(),
        seat_id: before.as_ref().and_then(|b| b.seat_id.clone()).filter(|_| n.active),
        seat_at: before.as_ref().and_then(|b| b.seat_at).filter(|_| n.active),
        active: n.active || before.is_none(),
        version: before.as_ref().map_or(1, |b| b.version + 1),
        post_id: x.post.clone(),
    };
    let kind = match &before {
        None => {
            crate::telephone::begin(tx, ctx)?;
            db::extension_insert(tx, &row)?;
            "extension_added"
        }
        Some(_) => {
            saved(db::extension_save(tx, &row)?, row.version - 1)?;
            "extension_changed"
        }
    };
    let body = json!({
        "number": row.number, "owner": row.owner_id, "post": row.post_id, "department": row.department_id, "purpose": row.purpose,
        "class": row.class, "place": row.place, "active": row.active,
    });
    journal::now(tx, ctx, "extension", row.id.as_str(), kind, body, &[]);
    Ok(row.id)
}

/// Somebody sits down at a telephone, or at none with an empty number: calls that are answered there are theirs.
///
/// # Errors
/// `Forbidden`, `refuse-no-extension-line` where there is none with this number.
pub fn sit(tx: &mut Tx, ctx: &Ctx, number: &str) -> Res<()> {
    ctx.need(Action::RegisterContact)?;
    let me = ctx.need_staff()?.id.clone();
    db::stand_up(tx, &ctx.site, &me)?;
    let number = number.trim();
    if number.is_empty() {
        journal::now(tx, ctx, "staff", me.as_str(), "telephone_left", json!({}), &[]);
        return Ok(());
    }
    let row = db::extension_by_number(tx, &ctx.site, number)?.filter(|x| x.active);
    let row = row.ok_or_else(|| Refusal::new("refuse-no-extension-line").clause("TEL-1"))?;
    // Nobody loses the telephone at which they talk.
    let other = seated(row.clone(), ctx.now).seat_id.is_some_and(|who| who != me);
    let talks = |r: &db::CallRow| serde_json::from_str::<super::Doc>(&r.doc).is_ok_and(|d| d.call.talks_at(number));
    if other && db::open(tx, &ctx.site)?.iter().any(talks) {
        return Err(Refusal::new("refuse-telephone-talks").clause("TEL-5").into());
    }
    let new = ExtensionRow {
        seat_id: Some(me.clone()),
        seat_at: Some(ctx.now),
        version: row.version + 1,
        ..row
    };
    saved(db::extension_save(tx, &new)?, new.version - 1)?;
    let body = json!({"extension": new.number});
    journal::now(tx, ctx, "staff", me.as_str(), "telephone_taken", body, &[]);
    Ok(())
}
