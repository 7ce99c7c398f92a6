//! Messages to residents and staff: a use case writes them here in its own transaction, adapters deliver after the
//! commit, and what became of them comes back by a use case. What is secret in a message (a link, a code) is made when it
//! is handed to the adapter and stands in no table.

use domain::access::Action;
use domain::case::{CaseState, Event, Fact, Kind, ToldHow};
use domain::clock::ClockCode;
use domain::ids::{BulletinId, CaseId, LinkId, MessageId, SiteId, UnitId};
use serde_json::{Map, Value, json};
use store::db::Tx;
use store::message as db;
pub use store::message::{Filter, Message};
use store::seam::Conn;

use crate::case;
use crate::ctx::{Ctx, LinkPurpose, Locale};
use crate::error::{Error, Res};
use crate::journal::{self, Subject};
use crate::link;

/// How long an attempt may take before another replica tries, in milliseconds.
pub const LEASE: i64 = 180_000;

/// Which channels of a site are set up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Channels {
    pub sms: bool,
    pub email: bool,
    pub wecom: bool,
    pub dingtalk: bool,
}

impl Channels {
    /// Whether anything reaches residents.
    pub fn residents(self) -> bool {
        self.sms
    }

    /// Whether anything is set up at all.
    pub fn any(self) -> bool {
        self.sms || self.email || self.wecom || self.dingtalk
    }
}

/// The names of the channels, as they stand in the site's settings.
pub const CHANNELS: [&str; 4] = ["sms", "email", "wecom", "dingtalk"];

/// The stored settings of one channel; null when it is not set up.
pub fn config(settings: &str, channel: &str) -> Value {
    let all: Value = serde_json::from_str(settings).unwrap_or_default();
    let c = all["channels"][channel].clone();
    if c["kind"].as_str().is_none_or(|k| k == "log_only") {
        Value::Null
    } else {
        c
    }
}

fn channels_in(settings: &str) -> Channels {
    let on = |name| !config(settings, name).is_null();
    Channels {
        sms: on("sms"),
        email: on("email"),
        wecom: on("wecom"),
        dingtalk: on("dingtalk"),
    }
}

/// Which channels of a site are set up.
///
/// # Errors
/// `NotFound` when there is no such site.
pub fn channels(c: &mut Conn, site: &SiteId) -> Res<Channels> {
    Ok(channels_in(
        &store::site::get(c, site)?.ok_or(Error::NotFound)?.settings,
    ))
}

/// Whether a text message can be sent to a number.
pub fn takes_messages(phone: &str) -> bool {
    domain::phone::normalise(phone).is_ok_and(|p| p.takes_messages())
}

/// Writes the messages that the events of a case call for (ETQ-7, REC-8, STD-15). Without a channel nothing is written: the
/// pages then say so and offer the QR.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn for_events(tx: &mut Tx, ctx: &Ctx, s: &CaseState, events: &[Event]) -> Res<()> {
    let telling = events.iter().any(|e| template_of(&e.fact).is_some());
    if !telling {
        return Ok(());
    }
    let site = store::site::get(tx, &ctx.site)?.ok_or(Error::NotFound)?;
    let on = channels_in(&site.settings);
    if !on.any() {
        return Ok(());
    }
    for e in events {
        let Some(template) = template_of(&e.fact) else { continue };
        if on.residents()
            && !s.customer.phone.is_empty()
            && let Some(params) = resident_params(tx, ctx, s, &e.fact, template, &site.hotline)?
        {
            to_resident(tx, ctx, s, template, params)?;
        }
        if template == "dispatched" {
            to_staff(tx, ctx, s, on, &site.settings)?;
        }
    }
    Ok(())
}

fn template_of(f: &Fact) -> Option<&'static str> {
    Some(match f {
        Fact::Registered {
            kind: Kind::Request | Kind::Complaint | Kind::Help,
            ..
        }
        | Fact::Promised { .. } => "registered",
        Fact::Dispatched { .. } | Fact::Reassigned { .. } => "dispatched",
        Fact::WaitStarted { .. } => "waiting",
        Fact::ExtensionAsked {
            told: ToldHow::Link, ..
        } => "extension",
        Fact::Quoted { .. } => "quote",
        Fact::Completed { .. } => "done",
        Fact::Reopened { .. } => "reopened",
        Fact::Closed {} => "closed",
        _ => return None,
    })
}

fn due(s: &CaseState, code: ClockCode, now: i64) -> Option<i64> {
    s.clocks
        .iter()
        .rev()
        .find(|c| c.code == code && c.is_open())
        .and_then(|c| c.due_at(now))
}

/// The values of a template; instants as milliseconds, money as cents: they are written out in words at delivery. None
/// when there is nothing to say.
fn resident_params(
    c: &mut Conn,
    ctx: &Ctx,
    s: &CaseState,
    fact: &Fact,
    template: &str,
    hotline: &str,
) -> Res<Option<Map<String, Value>>> {
    let mut p = Map::new();
    p.insert("number".into(), json!(s.number));
    let answer = due(s, ClockCode::Promise, ctx.now)
        .or_else(|| due(s, ClockCode::Response, ctx.now))
        .or_else(|| s.due_at(ctx.now));
    match (template, fact) {
        ("registered" | "reopened", _) => {
            let Some(at) = answer else { return Ok(None) };
            p.insert("promised".into(), json!(at));
        }
        ("dispatched", _) => {
            let Some(order) = s.order() else { return Ok(None) };
            let by = s
                .appointment
                .map(|a| a.to)
                .or_else(|| due(s, ClockCode::OnSite, ctx.now))
                .or_else(|| due(s, ClockCode::Response, ctx.now))
                .or_else(|| due(s, ClockCode::Finish, ctx.now));
            let Some(by) = by else { return Ok(None) };
            let worker = match &order.worker {
                Some(w) => store::site::staff_name(c, w)?.map(|n| called(&n.name, &n.name_en)),
                None => store::site::department(c, &ctx.site, &order.department)?
                    .map(|d| json!({"zh": format!("{}师傅", d.name), "en": d.name_en})),
            };
            let Some(worker) = worker else { return Ok(None) };
            p.insert("worker".into(), worker);
            p.insert("by".into(), json!(by));
        }
        (_, Fact::WaitStarted { reason, until, .. }) => {
            p.insert(
                "reason".into(),
                json!({"key": format!("told-wait-{}", reason.as_str())}),
            );
            p.insert("until".into(), json!(until));
        }
        (_, Fact::ExtensionAsked { to, .. }) => {
            p.insert("until".into(), json!(to));
        }
        (_, Fact::Quoted { total_cents, .. }) => {
            p.insert("amount".into(), json!(total_cents));
        }
        (_, Fact::Completed { charge_cents, .. }) if *charge_cents > 0 => {
            p.insert("fee".into(), json!(charge_cents));
        }
        ("closed", _) if s.work().is_none() => return Ok(None),
        ("closed", _) if !hotline.is_empty() => {
            p.insert("phone".into(), json!(hotline));
        }
        _ => {}
    }
    Ok(Some(p))
}

/// 王师傅 in Chinese, the whole name in English.
pub fn called(name: &str, name_en: &str) -> Value {
    let en = if name_en.is_empty() { name } else { name_en };
    json!({"zh": format!("{}师傅", domain::mask::surname(name)), "en": en})
}

fn locale_of(c: &mut Conn, ctx: &Ctx, s: &CaseState) -> Res<Locale> {
    let Some(first) = s.contacts.first() else {
        return Ok(Locale::Zh);
    };
    Ok(store::contact::get(c, &ctx.site, first)?.map_or(Locale::Zh, |c| Locale::parse(&c.locale)))
}

fn to_resident(tx: &mut Tx, ctx: &Ctx, s: &CaseState, template: &str, params: Map<String, Value>) -> Res<()> {
    if template == "dispatched" {
        // Registered and sent out in one go is one message.
        db::drop_registered(tx, &s.id, ctx.now)?;
    }
    let locale = locale_of(tx, ctx, s)?;
    put(tx, ctx, Some(&s.id), "sms", &s.customer.phone, template, locale, params).map(|_| ())
}

/// A message to a household that belongs to no case. Returns its id, so that what became of it is known.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn to_household(
    tx: &mut Tx,
    ctx: &Ctx,
    to: &str,
    template: &str,
    locale: Locale,
    params: Map<String, Value>,
) -> Res<MessageId> {
    put(tx, ctx, None, "sms", to, template, locale, params)
}

#[expect(
    clippy::too_many_arguments,
    reason = "the columns of one row, named at the callers beside it"
)]
fn put(
    tx: &mut Tx,
    ctx: &Ctx,
    case: Option<&CaseId>,
    channel: &str,
    to: &str,
    template: &str,
    locale: Locale,
    params: Map<String, Value>,
) -> Res<MessageId> {
    let reachable = channel != "sms" || takes_messages(to);
    let id: MessageId = ctx.id();
    db::insert(
        tx,
        &Message {
            id: id.clone(),
            site_id: ctx.site.clone(),
            case_id: case.cloned(),
            channel: channel.to_owned(),
            recipient: to.to_owned(),
            template: template.to_owned(),
            locale: locale.code().to_owned(),
            params: Value::Object(params).to_string(),
            body: String::new(),
            state: if reachable { "queued" } else { "no_channel" }.to_owned(),
            attempts: 0,
            next_at: reachable.then_some(ctx.now),
            provider_id: String::new(),
            failure: if reachable {
                String::new()
            } else {
                "recipient".to_owned()
            },
            created_at: ctx.now,
            sent_at: None,
            delivered_at: None,
        },
    )?;
    Ok(id)
}

/// Tells the group of staff that there is a new order: no name, no phone, no words of the customer.
fn to_staff(tx: &mut Tx, ctx: &Ctx, s: &CaseState, on: Channels, settings: &str) -> Res<()> {
    let Some(order) = s.order() else { return Ok(()) };
    let department = store::site::department(tx, &ctx.site, &order.department)?;
    let item = ctx.book.taxonomy.item(&s.item);
    let all: Value = serde_json::from_str(settings).unwrap_or_default();
    let mut p = Map::new();
    p.insert("number".into(), json!(order.number));
    p.insert("kind".into(), json!({"key": format!("kind-{}", s.kind.as_str())}));
    p.insert(
        "urgency".into(),
        json!({"key": format!("urgency-{}", s.urgency.as_str())}),
    );
    p.insert(
        "item".into(),
        item.map_or(json!(""), |i| json!({"zh": i.zh, "en": i.en})),
    );
    p.insert(
        "department".into(),
        department.map_or(json!(""), |d| json!({"zh": d.name, "en": d.name_en})),
    );
    p.insert("by".into(), json!(s.due_at(ctx.now)));
    for (name, set) in [("wecom", on.wecom), ("dingtalk", on.dingtalk)] {
        if set {
            put(
                tx,
                ctx,
                Some(&s.id),
                name,
                "",
                "staff_dispatched",
                Locale::Zh,
                p.clone(),
            )?;
        }
    }
    if let Some(to) = all["alert_email"].as_str().filter(|to| on.email && !to.is_empty()) {
        put(tx, ctx, Some(&s.id), "email", to, "staff_dispatched", Locale::Zh, p)?;
    }
    Ok(())
}

/// Tells the group of staff of a notice that has to be acted on, once: codes and numbers, no name and no words of the customer.
pub(crate) fn for_notice(tx: &mut Tx, ctx: &Ctx, n: &store::notice::Notice) -> Res<()> {
    let site = store::site::get(tx, &ctx.site)?.ok_or(Error::NotFound)?;
    let on = channels_in(&site.settings);
    if !on.wecom && !on.dingtalk {
        return Ok(());
    }
    let args: Value = serde_json::from_str(&n.args)?;
    let line = n
        .case_id
        .as_ref()
        .map(|c| store::case::line(tx, &ctx.site, c))
        .transpose()?
        .flatten();
    let key = |family: &str, code: &Value| match code.as_str() {
        Some(code) => json!({"key": format!("{family}-{code}")}),
        None => json!(""),
    };
    let mut p = Map::new();
    p.insert("what".into(), key("notice", &json!(n.kind)));
    p.insert("level".into(), key("notice_level", &json!(n.level)));
    p.insert("clock".into(), key("clock", &args["code"]));
    p.insert("number".into(), json!(line.map(|l| l.number).unwrap_or_default()));
    let template = if n.case_id.is_some() {
        "staff_notice_case"
    } else {
        "staff_notice"
    };
    for (name, set) in [("wecom", on.wecom), ("dingtalk", on.dingtalk)] {
        if set {
            put(tx, ctx, n.case_id.as_ref(), name, "", template, Locale::Zh, p.clone())?;
        }
    }
    Ok(())
}

/// Queues a code for a link. The code itself is made when the message goes out.
pub(crate) fn code(tx: &mut Tx, ctx: &Ctx, s: &CaseState, link: &LinkId) -> Res<()> {
    let mut p = Map::new();
    p.insert("number".into(), json!(s.number));
    p.insert("minutes".into(), json!((link::CODE_LIFE / 60_000).to_string()));
    p.insert("_link".into(), json!(link));
    put(tx, ctx, Some(&s.id), "sms", &s.customer.phone, "code", ctx.locale, p).map(|_| ())
}

/// A message that was taken for one attempt, with everything that the adapter needs. Lives in memory only.
pub struct Outgoing {
    pub id: MessageId,
    pub site: SiteId,
    pub zone: String,
    pub channel: String,
    /// Settings of the channel; null when it was taken away meanwhile.
    pub config: Value,
    pub to: String,
    pub template: String,
    pub locale: Locale,
    pub params: Map<String, Value>,
    /// The secret of the link that belongs into the text, if one does.
    pub token: Option<String>,
    pub created_at: i64,
    /// Which attempt this is, from 1.
    pub attempt: i64,
}

/// Takes what is due, for one attempt each: nobody else gets it while the lease lasts.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn take(tx: &mut Tx, ctx: &Ctx, limit: i64) -> Res<Vec<Outgoing>> {
    let mut out = Vec::new();
    for id in db::due(tx, ctx.now, limit)? {
        if db::take(tx, &id, ctx.now, ctx.now + LEASE)? != 1 {
            continue;
        }
        let Some(m) = db::get(tx, &id)? else { continue };
        let Some(site) = store::site::get(tx, &m.site_id)? else {
            continue;
        };
        let ctx = Ctx {
            site: m.site_id.clone(),
            ..ctx.clone()
        };
        let mut params: Map<String, Value> = serde_json::from_str(&m.params)?;
        let mut token = None;
        if m.template == "code" {
            let link: Option<LinkId> = params.remove("_link").and_then(|l| l.as_str().map(LinkId::from));
            if let Some(link) = link {
                params.insert("code".into(), json!(link::code_for(tx, &ctx, &link, &m.id)?));
            }
        } else if m.template == crate::bulletin::TEMPLATE {
            let mut id = |name| {
                params
                    .remove(name)
                    .and_then(|v| v.as_str().map(str::to_owned))
                    .unwrap_or_default()
            };
            let (bulletin, unit) = (BulletinId::from(id("_bulletin")), UnitId::from(id("_unit")));
            token = crate::bulletin::token_for(tx, &ctx, &bulletin, &unit, &m.id)?;
            if token.is_none() {
                // It was withdrawn, is over or was written anew: nothing goes out, and nothing is left to be tried again.
                db::take_back(tx, &m.id)?;
                store::bulletin::not_sent(tx, &bulletin, &unit, &m.id)?;
                continue;
            }
        } else if let Some(case) = m
            .case_id
            .as_ref()
            .filter(|_| m.channel == "sms" && m.template != "closed")
        {
            let s = case::get(tx, &ctx, case)?.state;
            let sign = m.template == "done" && s.status == domain::case::Status::Done;
            let purpose = if sign { LinkPurpose::Confirm } else { LinkPurpose::Track };
            token = Some(link::make_for(tx, &ctx, &s, purpose, &m.recipient)?.token);
        }
        out.push(Outgoing {
            config: config(&site.settings, &m.channel),
            id: m.id,
            site: m.site_id,
            zone: site.zone,
            channel: m.channel,
            to: m.recipient,
            template: m.template,
            locale: Locale::parse(&m.locale),
            params,
            token,
            created_at: m.created_at,
            attempt: m.attempts,
        });
    }
    Ok(out)
}

fn journal_message(tx: &mut Tx, ctx: &Ctx, m: &Message, kind: &str, failure: &str) {
    let body = json!({"template": m.template, "channel": m.channel, "failure": failure});
    let case = m.case_id.as_ref().map(|c| c.as_str().to_owned());
    let ctx = Ctx {
        site: m.site_id.clone(),
        ..ctx.clone()
    };
    let s = Subject {
        kind: "message",
        id: m.id.as_str(),
        case: case.as_deref(),
    };
    journal::append(tx, &ctx, s, kind, body, &[], ctx.now);
}

/// The channel took a message. `shown` is its text as staff may read it: without links, and empty for codes.
///
/// # Errors
/// `NotFound`.
pub fn sent(tx: &mut Tx, ctx: &Ctx, id: &MessageId, provider: &str, shown: &str) -> Res<()> {
    let m = db::get(tx, id)?.ok_or(Error::NotFound)?;
    let shown = if m.template == "code" { "" } else { shown };
    if db::sent(tx, id, ctx.now, provider, shown)? == 1 {
        journal_message(tx, ctx, &m, "message_sent", "");
    }
    Ok(())
}

/// An attempt failed; `again_in` milliseconds from now, or never.
///
/// # Errors
/// `NotFound`.
pub fn failed(tx: &mut Tx, ctx: &Ctx, id: &MessageId, attempt: i64, why: &str, again_in: Option<i64>) -> Res<()> {
    let m = db::get(tx, id)?.ok_or(Error::NotFound)?;
    let state = match again_in {
        Some(_) => "queued",
        None if why.starts_with("no_channel") => "no_channel",
        None => "failed",
    };
    let changed = db::failed(tx, id, attempt, state, again_in.map(|ms| ctx.now + ms), why)?;
    if changed == 1 && again_in.is_none() {
        journal_message(tx, ctx, &m, "message_failed", why);
    }
    Ok(())
}

/// What a gateway says later about a message. The same report twice changes nothing.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn reported(tx: &mut Tx, ctx: &Ctx, provider: &str, at: i64, failure: Option<&str>) -> Res<()> {
    let Some(id) = db::by_provider(tx, &ctx.site, provider)? else {
        return Ok(());
    };
    let changed = match failure {
        None => db::delivered(tx, &id, at)?,
        Some(why) => db::undelivered(tx, &id, &format!("report: {why}"))?,
    };
    if changed == 1
        && let Some(m) = db::get(tx, &id)?
    {
        let kind = if failure.is_some() {
            "message_failed"
        } else {
            "message_delivered"
        };
        journal_message(tx, ctx, &m, kind, failure.unwrap_or_default());
    }
    Ok(())
}

/// Messages of the site.
///
/// # Errors
/// `Forbidden`.
pub fn list(c: &mut Conn, ctx: &Ctx, f: &Filter) -> Res<Vec<Message>> {
    ctx.need(Action::ResendMessage)?;
    let hidden = crate::hidden::Hidden::from(c, ctx)?;
    let shows = |m: &Message| m.case_id.as_ref().is_none_or(|id| hidden.shows(id.as_str()));
    Ok(db::list(
        c,
        &Filter {
            site: ctx.site.as_str().to_owned(),
            ..f.clone()
        },
    )?
    .into_iter()
    .filter(shows)
    .map(shown)
    .collect())
}

/// One message of the site.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub fn one(c: &mut Conn, ctx: &Ctx, id: &MessageId) -> Res<Message> {
    ctx.need(Action::ResendMessage)?;
    let m = db::get(c, id)?
        .filter(|m| m.site_id == ctx.site)
        .ok_or(Error::NotFound)?;
    if let Some(case) = &m.case_id
        && !crate::hidden::Hidden::from(c, ctx)?.shows(case.as_str())
    {
        return Err(Error::NotFound);
    }
    Ok(shown(m))
}

/// Whether a message that reached nobody can be tried again: not a code, which is asked for anew, and not one without a
/// number that takes messages.
pub fn can_go_again(m: &Message) -> bool {
    matches!(m.state.as_str(), "failed" | "no_channel") && m.template != "code" && m.failure != "recipient"
}

/// Messages of a case.
///
/// # Errors
/// `NotFound`.
pub fn of_case(c: &mut Conn, ctx: &Ctx, case: &CaseId) -> Res<Vec<Message>> {
    case::get(c, ctx, case)?;
    Ok(db::of_case(c, case)?.into_iter().map(shown).collect())
}

/// A message as staff see it: the number masked, values left out.
fn shown(mut m: Message) -> Message {
    m.recipient = match m.channel.as_str() {
        "sms" => domain::phone::normalise(&m.recipient).map_or_else(|_| String::new(), |p| p.masked()),
        "email" => domain::mask::email(&m.recipient),
        _ => String::new(),
    };
    m.params = String::new();
    if m.template == "code" {
        m.body = String::new();
    }
    m
}

/// Tries a message again that reached nobody.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Refused` for what is on its way or has arrived, and for codes: those are asked for anew.
pub fn again(tx: &mut Tx, ctx: &Ctx, id: &MessageId) -> Res<()> {
    ctx.need(Action::ResendMessage)?;
    let m = db::get(tx, id)?
        .filter(|m| m.site_id == ctx.site)
        .ok_or(Error::NotFound)?;
    let possible = m.template != "code" && (m.channel != "sms" || takes_messages(&m.recipient));
    if !possible || db::again(tx, id, &m.channel, ctx.now)? != 1 {
        return Err(domain::refusal::Refusal::new("refuse-message-again").into());
    }
    journal_message(tx, ctx, &m, "message_again", "");
    Ok(())
}
