//! Delivers the outbox after the commit, on a thread of its own: takes what is due, writes it out in the receiver's
//! language, hands it to the adapter and reports back by a use case. Also the adapters as the other rooms see them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use app::channel::{Gateway, Report, ReportIn};
use app::ctx::Locale;
use app::desk::Desk;
use app::outbox::{self, Outgoing};
use domain::ids::SiteId;
use jiff::tz::TimeZone;
use messages::templates::{self, ParamKind};
use messages::{ChannelConfig, DeliveryState, Message, ReportRefused, ReportRequest, parse_report};
use serde_json::Value;

/// How many are taken at once: an attempt may last as long as the channel's timeout.
const BATCH: i64 = 8;

/// The adapters of the `messages` room.
pub struct Adapters {
    pub desk: Arc<Desk>,
}

fn parse(config: &Value) -> Result<ChannelConfig, String> {
    serde_json::from_value(config.clone()).map_err(|e| e.to_string())
}

/// A gateway with approved templates sends nothing else: the test goes by the first of them.
fn test_template(c: &ChannelConfig) -> String {
    let first = match c {
        ChannelConfig::SmsHttp(sms) => sms.templates.keys().next(),
        _ => None,
    };
    first.map_or_else(|| "test".to_owned(), |t| t.split('.').next().unwrap_or(t).to_owned())
}

/// Sample values for whatever template it is.
fn test_params() -> BTreeMap<String, String> {
    let all = templates::shipped().into_iter().flat_map(|t| t.iter());
    all.flat_map(|(_, t)| t.required().iter().chain(t.optional()))
        .map(|(name, kind)| (name.clone(), kind.sample("zh").to_owned()))
        .collect()
}

impl Gateway for Adapters {
    fn check(&self, config: &Value) -> Result<(), (String, String)> {
        let c = parse(config).map_err(|e| ("config".to_owned(), e))?;
        c.validate().map_err(|e| (e.field.to_owned(), e.problem))
    }

    fn test(&self, config: &Value, to: &str, now: i64) -> Result<(), String> {
        let c = parse(config)?;
        let text = web::l10n::t(Locale::Zh, "channel-test-text");
        let m = Message {
            id: self.desk.ids.hex(16),
            to: to.to_owned(),
            template: test_template(&c),
            lang: "zh".to_owned(),
            text,
            params: test_params(),
            at: now,
        };
        messages::deliver(&c, &m, now, &self.desk.ids.hex(16))
            .map(|_| ())
            .map_err(|e| e.to_string())
    }

    fn report(&self, config: &Value, report: &ReportIn<'_>, now: i64) -> Result<Vec<Report>, u16> {
        let Ok(ChannelConfig::SmsHttp(sms)) = parse(config) else {
            return Err(404);
        };
        let Some(settings) = &sms.report else { return Err(404) };
        let request = ReportRequest {
            headers: &report.headers,
            query: report.query,
            body: report.body,
        };
        let list = parse_report(settings, &request, now).map_err(|e| match e {
            ReportRefused::NotGenuine | ReportRefused::Stale => 401_u16,
            ReportRefused::TooLarge => 413,
            ReportRefused::NotUnderstood => 400,
        })?;
        Ok(list
            .into_iter()
            .map(|r| Report {
                provider_id: r.provider_id,
                at: r.at,
                failure: match r.state {
                    DeliveryState::Delivered => None,
                    DeliveryState::Failed(why) => Some(why),
                },
            })
            .collect())
    }
}

/// Writes a value out as people read it.
fn words(v: &Value, kind: Option<ParamKind>, o: &Outgoing, zone: &TimeZone, now: i64) -> String {
    let lang = o.locale.code();
    match (v, kind) {
        (Value::Number(n), Some(ParamKind::Money)) => templates::money_words(n.as_i64().unwrap_or(0)),
        (Value::Number(n), Some(ParamKind::Time) | None) => {
            templates::time_words(n.as_i64().unwrap_or(0), now, zone, lang)
        }
        (Value::Object(x), _) => match x.get("key").and_then(Value::as_str) {
            Some(key) => web::l10n::t(o.locale, key),
            None => x
                .get(lang)
                .or(x.get("zh"))
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
        },
        (Value::String(s), _) => s.clone(),
        (Value::Number(n), _) => n.to_string(),
        _ => String::new(),
    }
}

/// The whole message, and its text as staff may read it.
fn written(o: &Outgoing, public_url: &str, now: i64) -> Result<(Message, String), String> {
    let zone = TimeZone::get(&o.zone).unwrap_or(TimeZone::UTC);
    let lang = o.locale.code();
    let shipped = templates::shipped().ok_or("no templates")?;
    let template = shipped.get(&o.template);
    let kind = |name: &str| {
        template
            .and_then(|t| t.required().get(name).or_else(|| t.optional().get(name)))
            .copied()
    };
    let mut params: BTreeMap<String, String> = o
        .params
        .iter()
        .map(|(k, v)| (k.clone(), words(v, kind(k), o, &zone, now)))
        .collect();
    let takes_link = kind("link").is_some();
    let mut shown = params.clone();
    if let Some(token) = o.token.as_ref().filter(|_| takes_link) {
        let at = if o.template == app::bulletin::TEMPLATE {
            "n"
        } else {
            "r"
        };
        params.insert("link".to_owned(), format!("{public_url}/{at}/{token}"));
        shown.insert("link".to_owned(), format!("{public_url}/{at}/…"));
    }
    let text = |p: &BTreeMap<String, String>| match template {
        Some(_) => shipped
            .render(&o.template, lang, p)
            .map(|r| r.text)
            .map_err(|e| e.to_string()),
        None => {
            let args: Vec<(&str, &str)> = p.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            Ok(web::l10n::tx(
                o.locale,
                &format!("staff-{}", o.template.trim_start_matches("staff_")),
                &args,
            ))
        }
    };
    let (whole, shown) = (text(&params)?, text(&shown)?);
    let m = Message {
        id: o.id.as_str().to_owned(),
        to: o.to.clone(),
        template: o.template.clone(),
        lang: lang.to_owned(),
        text: whole,
        params,
        at: o.created_at,
    };
    Ok((m, shown))
}

/// One attempt, and its result on record.
fn attempt(desk: &Arc<Desk>, public_url: &str, o: &Outgoing) -> Result<(), app::error::Error> {
    let now = desk.clock.now();
    let ctx = desk.system("outbox", &o.site);
    let (id, n) = (o.id.clone(), o.attempt);
    let fail = |why: String, again: Option<i64>| {
        desk.write_now(&ctx, move |tx, ctx| outbox::failed(tx, ctx, &id, n, &why, again))
    };
    if o.config.is_null() {
        return fail("no_channel".to_owned(), None);
    }
    let (config, (message, shown)) = match (parse(&o.config), written(o, public_url, now)) {
        (Ok(c), Ok(m)) => (c, m),
        (Err(_), _) => return fail("config".to_owned(), None),
        (_, Err(e)) => {
            tracing::error!(template = o.template, error = %e, "a message could not be written");
            return fail("template_unknown".to_owned(), None);
        }
    };
    match messages::deliver(&config, &message, now, &desk.ids.hex(16)) {
        Ok(sent) => {
            let (id, provider) = (o.id.clone(), sent.provider_id.unwrap_or_default());
            desk.write_now(&ctx, move |tx, ctx| outbox::sent(tx, ctx, &id, &provider, &shown))
        }
        Err(f) => {
            let again = f
                .retryable
                .then(|| messages::backoff(u32::try_from(n).unwrap_or(u32::MAX)))
                .flatten();
            fail(f.to_string(), again)
        }
    }
}

/// Delivers what is due, once. Returns how many attempts were made.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn deliver_due(desk: &Arc<Desk>, public_url: &str) -> Result<usize, app::error::Error> {
    let sys = desk.system("outbox", &SiteId::from(String::new()));
    let now = sys.now;
    // Looked at on a reader first: an idle product does not write.
    if desk
        .read_now(move |c| Ok::<_, app::error::Error>(store::message::due(c, now, 1)?))?
        .is_empty()
    {
        return Ok(0);
    }
    let list = desk.write_now(&sys, |tx, ctx| outbox::take(tx, ctx, BATCH))?;
    for o in &list {
        attempt(desk, public_url, o)?;
    }
    Ok(list.len())
}

/// Delivers until the product stops.
pub fn run(desk: &Arc<Desk>, public_url: &str, stop: &dyn Fn() -> bool) {
    while !stop() {
        match deliver_due(desk, public_url) {
            Ok(n) if n > 0 => continue,
            Ok(_) => {}
            Err(e) => tracing::warn!(error = %e, "messages wait: the outbox could not be worked through"),
        }
        std::thread::sleep(Duration::from_millis(800));
    }
}
