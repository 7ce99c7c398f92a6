//! What the desk's templates show, read in one go for the viewer.

use std::collections::BTreeSet;

use app::contact::look::{self, Card};
use app::contact::plan::{self, Suggested};
use app::ctx::{Ctx, Locale};
use app::error::Res;
use domain::case::{Channel, FeeKind, Kind, Scope};
use domain::ids::DepartmentId;
use domain::scripts::{DayPart, Fill, Moment, fill};
use store::seam::Conn;

use super::entry::Entry;
use crate::l10n::{t, tx};

/// One choice of a select.
pub struct Choice {
    pub value: String,
    pub label: String,
    pub on: bool,
}

/// A limit in the box at the bottom.
pub struct Due {
    pub label: String,
    pub at: i64,
    pub length: String,
    /// As it would run.
    clock: domain::clock::Clock,
    /// Name of the version of the service standard.
    standard: String,
}

impl Due {
    /// Why it would be due then.
    pub fn why(&self, p: &crate::page::Page) -> Vec<String> {
        crate::case::clocks::why(p, &self.standard, &self.clock, &self.clock.view(p.now))
    }

    /// It lies after the last year whose holidays are known.
    pub fn provisional(&self, p: &crate::page::Page) -> bool {
        self.clock.is_provisional(p.now)
    }
}

/// An earlier case of the same unit and item.
pub struct Earlier {
    pub id: String,
    pub number: String,
    pub title: String,
    pub at: i64,
    pub open: bool,
    pub state: String,
}

/// The lower part of the form: level, whose work, price, where to, when, and what follows.
pub struct Terms {
    pub level_hint: String,
    pub prices: Vec<Choice>,
    pub material: String,
    pub cents: i64,
    pub departments: Vec<Choice>,
    pub workers: Vec<Choice>,
    pub dues: Vec<Due>,
    pub problem: String,
    pub first_asked: String,
    pub told: String,
    pub earlier: Vec<Earlier>,
    /// What to mind with a complaint (COM-17, CSM-2); empty for other kinds.
    pub calm: String,
    /// Against whom it may be.
    pub about: Vec<Choice>,
}

/// The text to say now.
pub struct Say {
    pub text: String,
    pub lang: &'static str,
}

/// A standard answer as the desk is shown it.
pub struct Proposed {
    pub id: String,
    pub question: String,
    pub short: String,
    pub whole: String,
    /// `2026-11-08 由李慧敏核对`, or that it is unchecked.
    pub checked: String,
    pub unchecked: bool,
}

/// What is known about what is being typed (REC-6, DIR-22).
pub struct Known {
    pub answers: Vec<Proposed>,
    /// Lessons: id, title, what worked.
    pub lessons: Vec<(String, String, String)>,
    /// Who may help with what is not ours, each in a line, those that fit first.
    pub referrals: Vec<String>,
    /// How many of them fit.
    pub fitting: usize,
}

/// Everything beside the form's own fields.
pub struct Desk {
    pub known: Known,
    pub terms: Terms,
    pub card: Card,
    pub say: Say,
    /// Mass incidents that the caller may be calling about.
    pub incidents: Vec<crate::incident::Told>,
    /// Notices to residents that hold at the caller's address.
    pub bulletins: Vec<crate::bulletin::Title>,
    /// The telephone call that the form is about.
    pub call: Option<super::call::Head>,
}

fn pick<'a>(locale: Locale, zh: &'a str, en: &'a str) -> &'a str {
    if locale == Locale::En && !en.is_empty() { en } else { zh }
}

/// `30 分钟`, `4 小时`, `2 天`.
pub fn length(locale: Locale, ms: i64) -> String {
    let min = (ms + 59_999) / 60_000;
    let (key, n) = match min {
        m if m >= 2880 && m % 1440 == 0 => ("desk-days", m / 1440),
        m if m >= 60 && m % 60 == 0 => ("desk-hours", m / 60),
        m if m >= 2880 => ("desk-days", m / 1440),
        m if m >= 600 => ("desk-hours", m / 60),
        m => ("desk-minutes", m),
    };
    tx(locale, key, &[("n", &n.to_string())])
}

/// Fills in what follows from a choice: `changed` is the field that was just changed.
fn follow(
    ctx: &Ctx,
    e: &mut Entry,
    changed: &str,
    departments: &[store::site::Department],
    idle: &BTreeSet<DepartmentId>,
) -> Suggested {
    let new_matter = e.followed != e.matter();
    let old_item = e.followed.split_once('|').map_or("", |(_, item)| item);
    if new_matter
        && old_item != e.item
        && let Some(item) = ctx.book.taxonomy.item(&e.item)
    {
        e.kind = item.kind.as_str().to_owned();
    }
    e.followed = e.matter();
    let s = plan::suggest(ctx, e.kind(), &e.item, &e.content);
    if changed == "urgency" {
        e.level_set = "1".to_owned();
    }
    if e.level_set.is_empty() && !changed.is_empty() {
        e.urgency = s.level.as_ref().map_or("normal", |l| l.urgency.as_str()).to_owned();
    }
    if new_matter {
        e.scope = s.scope.as_str().to_owned();
        e.fee = s.fee.as_str().to_owned();
        e.price.clear();
        e.material.clear();
        e.told.clear();
        e.accepted.clear();
        let own = app::contact::usual_department(&s.department, departments, idle);
        e.department = own.map_or_else(String::new, |d| d.id.as_str().to_owned());
        e.worker = "auto".to_owned();
        e.repeat_of.clear();
        if let Some((zh, en)) = &s.place
            && (e.place.trim().is_empty() || e.place == e.place_was)
        {
            let place = pick(ctx.locale, zh, en);
            let address = e.address.trim();
            e.place = if address.is_empty() {
                place.to_owned()
            } else {
                format!("{address} {place}")
            };
            e.place_was = e.place.clone();
        }
    }
    match changed {
        "price" => {
            e.fee = ctx
                .book
                .prices
                .price(&e.price)
                .map_or_else(|| e.fee.clone(), |p| p.fee.as_str().to_owned())
        }
        "scope" | "department" => e.worker = "auto".to_owned(),
        _ => {}
    }
    // Another price is another question to the customer.
    if matches!(changed, "price" | "fee" | "quantity" | "material") {
        e.accepted.clear();
    }
    s
}

/// Reads what the form shows beside its fields.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn read(c: &mut Conn, ctx: &Ctx, zone: &str, e: &mut Entry, changed: &str) -> Res<Desk> {
    let new_caller = e.compared != e.caller();
    if new_caller {
        let unit = look::unit_of(c, ctx, &e.address)?;
        e.building = unit
            .as_ref()
            .map_or_else(String::new, |u| u.building_id.as_str().to_owned());
        e.unit = unit.map_or_else(String::new, |u| u.id.into_string());
        e.compared = e.caller();
    }
    let (person, unit) = (some(&e.person), some(&e.unit));
    let card = look::card(c, ctx, person.as_ref(), unit.as_ref())?;
    if new_caller {
        let id = look::compare(&card, &e.name, &e.phone, &e.address, unit.as_ref());
        e.id_name = id.name.as_str().to_owned();
        e.id_unit = id.unit.as_str().to_owned();
        e.id_phone = id.phone.as_str().to_owned();
    }
    let departments = store::site::departments(c, &ctx.site)?;
    // A department is proposed only with a new matter.
    let idle = if e.followed == e.matter() {
        BTreeSet::new()
    } else {
        app::contact::idle(c, ctx)?
    };
    let s = follow(ctx, e, changed, &departments, &idle);
    let terms = terms(c, ctx, zone, e, &s, &departments)?;
    let say = say(c, ctx, zone, e, &card)?;
    let incidents = crate::incident::for_caller(ctx, &e.address);
    let bulletins = crate::bulletin::for_caller(c, ctx, &e.address)?;
    let known = known(c, ctx, zone, e)?;
    let call = super::call::head(c, ctx, e)?;
    Ok(Desk {
        call,
        incidents,
        bulletins,
        known,
        terms,
        card,
        say,
    })
}

/// What is known under the words that were typed: answers where an answer may be all, lessons of similar cases, and referrals
/// where it is not ours.
fn known(c: &mut Conn, ctx: &Ctx, zone: &str, e: &Entry) -> Res<Known> {
    let text = [e.content.as_str(), &e.item_text].join(" \n");
    let asks = e.kind() != Kind::Help && (e.kind() != Kind::Request || e.item.is_empty());
    let mut answers = Vec::new();
    if asks && !(text.trim().is_empty() && e.item.is_empty()) {
        let names = crate::case::names::Names::load(c, ctx)?;
        // The caller's language, since it is read out.
        let l = if e.locale == "en" { Locale::En } else { Locale::Zh };
        for s in app::answer::propose(c, ctx, &text, &e.item)? {
            let unchecked = s.standing == domain::answer::Standing::Unchecked;
            let checked = if unchecked {
                t(ctx.locale, "known-unchecked")
            } else {
                let day = crate::when::date(zone, s.row.checked_at);
                tx(
                    ctx.locale,
                    "known-checked",
                    &[("day", &day), ("name", &names.staff(&s.row.checked_by))],
                )
            };
            answers.push(Proposed {
                id: s.row.id.as_str().to_owned(),
                question: spoken(l, &s.row.question, &s.row.question_en),
                short: spoken(l, &s.row.short, &s.row.short_en),
                whole: spoken(l, &s.row.whole, &s.row.whole_en),
                checked,
                unchecked,
            });
        }
    }
    let lessons = if text.trim().is_empty() && e.item.is_empty() {
        Vec::new()
    } else {
        app::lesson::propose(c, ctx, &text, &e.item)?
    };
    let lessons = lessons
        .into_iter()
        .map(|r| (r.id.into_string(), r.title, r.worked))
        .collect();
    let (mut referrals, mut fitting) = (Vec::new(), 0);
    if e.scope() == Scope::Outside && ctx.reach(domain::access::Action::ViewAnswers) > domain::access::Reach::Never {
        let best = app::referral::propose(c, ctx, &text)?;
        fitting = best.len();
        let rest = app::referral::list(c, ctx, false)?;
        let rest = rest.iter().filter(|r| !best.iter().any(|b| b.id == r.id));
        let l = if e.locale == "en" { Locale::En } else { Locale::Zh };
        referrals = best.iter().chain(rest).map(|r| app::referral::told(l, r)).collect();
    }
    Ok(Known {
        answers,
        lessons,
        referrals,
        fitting,
    })
}

/// A text in the language that is spoken, the other one when it is missing.
fn spoken(l: Locale, zh: &str, en: &str) -> String {
    if zh.is_empty() {
        en.to_owned()
    } else {
        pick(l, zh, en).to_owned()
    }
}

fn some<T: for<'a> From<&'a str>>(text: &str) -> Option<T> {
    (!text.is_empty()).then(|| T::from(text))
}

fn terms(
    c: &mut Conn,
    ctx: &Ctx,
    zone: &str,
    e: &mut Entry,
    s: &Suggested,
    departments: &[store::site::Department],
) -> Res<Terms> {
    let l = ctx.locale;
    let lines = plan::prices(ctx, &e.item);
    if e.fee_kind() == FeeKind::Paid && (e.price.is_empty() || !lines.iter().any(|p| p.code == e.price)) {
        e.price = lines
            .iter()
            .find(|p| p.fee == FeeKind::Paid)
            .map_or_else(String::new, |p| p.code.clone());
    }
    let prices = lines.iter().map(|p| Choice {
        value: p.code.clone(),
        label: format!(
            "{} {}/{}",
            pick(l, &p.zh, &p.en),
            domain::money::shown(p.labour_cents),
            pick(l, &p.unit_zh, &p.unit_en)
        ),
        on: p.code == e.price,
    });
    let prices: Vec<Choice> = prices.collect();
    let material = lines
        .iter()
        .find(|p| p.code == e.price)
        .map_or("", |p| pick(l, &p.material_zh, &p.material_en))
        .to_owned();
    let cents = plan::price(ctx, &e.price, e.units(), e.material_cents());

    let kinds: &[&str] = if e.scope() == Scope::Vendor {
        &["vendor"]
    } else {
        &["own"]
    };
    let shown: Vec<_> = departments
        .iter()
        .filter(|d| d.active && kinds.contains(&d.kind.as_str()))
        .collect();
    if !shown.iter().any(|d| d.id.as_str() == e.department) {
        let own = shown.iter().find(|d| d.code == s.department).or_else(|| shown.first());
        e.department = own.map_or_else(String::new, |d| d.id.as_str().to_owned());
        e.worker = "auto".to_owned();
    }
    let choices = shown.iter().map(|d| Choice {
        value: d.id.as_str().to_owned(),
        label: pick(l, &d.name, &d.name_en).to_owned(),
        on: d.id.as_str() == e.department,
    });
    let choices: Vec<Choice> = choices.collect();
    let mut people: Vec<_> = app::contact::workers(c, ctx)?
        .into_iter()
        .filter(|w| w.department_id.as_ref().is_some_and(|d| d.as_str() == e.department))
        // Whom a complaint is about does not work on it.
        .filter(|w| e.kind() != Kind::Complaint || w.id.as_str() != e.about)
        .collect();
    people.sort_by_key(|w| (w.on_duty_since.is_none(), w.jobs));
    if e.worker == "auto" {
        e.worker = people
            .iter()
            .find(|w| w.on_duty_since.is_some())
            .map_or_else(String::new, |w| w.id.as_str().to_owned());
    }
    let mut workers = vec![Choice {
        value: String::new(),
        label: t(l, "desk-worker-later"),
        on: e.worker.is_empty(),
    }];
    workers.extend(people.iter().map(|w| {
        let key = if w.on_duty_since.is_some() {
            "desk-worker-on"
        } else {
            "desk-worker-off"
        };
        let name = pick(l, &w.name, &w.name_en);
        Choice {
            value: w.id.as_str().to_owned(),
            label: tx(l, key, &[("name", name), ("n", &w.jobs.to_string())]),
            on: w.id.as_str() == e.worker,
        }
    }));

    let (dues, problem) = match (e.contact(zone), e.case(zone, cents, false)) {
        (Ok(n), Ok(k)) => match plan::limits(c, ctx, &n, &k)? {
            Ok(limits) => {
                let standard = ctx.book.standard(c, &ctx.site, ctx.now)?.version().to_owned();
                let dues = limits.iter().take(3).map(|x| Due {
                    label: t(l, &format!("clock-{}", x.code.as_str())),
                    at: x.due_at,
                    length: length(l, x.in_ms),
                    clock: x.clock.clone(),
                    standard: standard.clone(),
                });
                (dues.collect(), String::new())
            }
            Err(r) => (Vec::new(), crate::fail::explain(l, &r.into()).0),
        },
        _ => (Vec::new(), String::new()),
    };
    let level_hint = s.level.as_ref().map_or_else(String::new, |x| {
        let level = t(l, &format!("urgency-{}", x.urgency.as_str()));
        match x.words.first() {
            Some(w) => tx(l, "desk-level-words", &[("word", w.word), ("level", &level)]),
            None => tx(l, "desk-level-item", &[("level", &level)]),
        }
    });
    let to = choices.iter().find(|d| d.on).map_or("", |d| d.label.as_str());
    let who = people
        .iter()
        .find(|w| w.id.as_str() == e.worker)
        .map_or("", |w| pick(l, &w.name, &w.name_en));
    let told = match e.scope() {
        Scope::Outside => t(l, "role-cs_head"),
        _ if who.is_empty() => to.to_owned(),
        _ => format!("{to} · {who}"),
    };
    let earlier = match some(&e.unit) {
        Some(unit) => plan::similar(c, ctx, &unit, &e.item)?,
        None => Vec::new(),
    };
    let earlier = earlier.into_iter().map(|x| Earlier {
        id: x.id.into_string(),
        number: x.number,
        title: x.title,
        at: x.registered_at,
        open: x.open,
        state: x.state,
    });
    let (calm, about) = if e.kind() == Kind::Complaint {
        complaint(c, ctx, e)?
    } else {
        (String::new(), Vec::new())
    };
    Ok(Terms {
        calm,
        about,
        level_hint,
        prices,
        material,
        cents,
        departments: choices,
        workers,
        dues,
        problem,
        first_asked: ctx
            .staff()
            .map(|s| pick(l, &s.name, &s.name_en).to_owned())
            .unwrap_or_default(),
        told,
        earlier: earlier.collect(),
    })
}

/// What to mind with a complaint (COM-17, CSM-2), and against whom it may be.
fn complaint(c: &mut Conn, ctx: &Ctx, e: &Entry) -> Res<(String, Vec<Choice>)> {
    let l = ctx.locale;
    let phone = store::site::get(c, &ctx.site)?.map_or_else(String::new, |s| s.complaint_phone);
    let mut about = vec![Choice {
        value: String::new(),
        label: t(l, "complaint-nobody"),
        on: e.about.is_empty(),
    }];
    let mut people = store::site::staff_names(c, &ctx.site)?;
    people.sort_by(|a, b| a.name.cmp(&b.name));
    about.extend(people.into_iter().map(|s| Choice {
        on: s.id.as_str() == e.about,
        label: pick(l, &s.name, &s.name_en).to_owned(),
        value: s.id.into_string(),
    }));
    Ok((tx(l, "complaint-calm", &[("phone", &phone)]), about))
}

/// What to say now (ETQ-1, ANS-2): by channel, time of day and what the form has come to.
fn say(c: &mut Conn, ctx: &Ctx, zone: &str, e: &Entry, card: &Card) -> Res<Say> {
    let hour: i8 = crate::when::clock(zone, ctx.now)
        .get(..2)
        .and_then(|h| h.parse().ok())
        .unwrap_or(9);
    let moment = match (e.kind(), e.scope(), e.fee_kind()) {
        (Kind::Help, ..) => Moment::Emergency,
        (_, Scope::Outside, _) => Moment::OutOfScope,
        (.., FeeKind::Paid | FeeKind::Quote) if e.accepted.is_empty() && e.told.is_empty() => Moment::Fee,
        (Kind::Complaint, ..) => Moment::Calm,
        _ if !e.item.is_empty() || !e.content.is_empty() => Moment::Closing,
        _ if e.name.is_empty() && (!e.who.is_empty() || !e.address.is_empty()) => Moment::Verify,
        _ => Moment::Greeting,
    };
    script(c, ctx, e, card, moment, DayPart::of_hour(hour))
}

fn script(c: &mut Conn, ctx: &Ctx, e: &Entry, card: &Card, moment: Moment, part: DayPart) -> Res<Say> {
    let en = e.locale == "en";
    let site = store::site::get(c, &ctx.site)?;
    let site_name = site
        .map(|s| if en && !s.name_en.is_empty() { s.name_en } else { s.name })
        .unwrap_or_default();
    let staff = ctx
        .staff()
        .map(|s| {
            if en && !s.name_en.is_empty() {
                s.name_en.clone()
            } else {
                s.name.clone()
            }
        })
        .unwrap_or_default();
    let sex = card.person.as_ref().and_then(|p| match p.gender.as_str() {
        "female" | "女" => Some(domain::mask::Sex::Female),
        "male" | "男" => Some(domain::mask::Sex::Male),
        _ => None,
    });
    let name = e.name.trim();
    let name = if name.is_empty() {
        String::new()
    } else if en {
        domain::mask::addressed_en(name, sex)
    } else {
        domain::mask::addressed_zh(name, sex)
    };
    let unit = card
        .unit
        .as_ref()
        .and_then(|u| domain::room::RoomKey::parse(&u.code).ok());
    let unit = unit
        .map(|k| if en { k.display_en() } else { k.display_zh() })
        .unwrap_or_default();
    let found = ctx.book.scripts.pick(moment, e.channel(), part);
    let known = found
        .iter()
        .find(|s| s.code.ends_with(".known"))
        .filter(|_| !name.is_empty() && !unit.is_empty());
    let quoted = match (moment, e.fee_kind()) {
        (Moment::Fee, FeeKind::Quote) => found.iter().find(|s| s.code.ends_with(".quote")),
        _ => None,
    };
    let plain = found.iter().find(|s| !s.code.ends_with(".known"));
    let text = quoted.or(known).or(plain).map_or_else(String::new, |s| {
        fill(
            if en { &s.en } else { &s.zh },
            Fill {
                name: &name,
                site: &site_name,
                staff: &staff,
                unit: &unit,
            },
        )
    });
    // Nobody to address: the sentence begins without the name's comma, and with a capital.
    let bare = text.trim_start_matches(['，', ',', ' ']);
    let mut chars = bare.chars();
    let text: String = chars
        .next()
        .map(|c| c.to_uppercase().chain(chars).collect())
        .unwrap_or_default();
    Ok(Say {
        text,
        lang: if en { "en" } else { "zh-CN" },
    })
}

/// Channels with the key that starts each.
pub const CHANNELS: &[(Channel, &str, &str)] = &[
    (Channel::Phone, "Alt+P", "phone"),
    (Channel::Visit, "F10", "users"),
    (Channel::Online, "Alt+O", "message-circle"),
    (Channel::Email, "Alt+M", "mail"),
    (Channel::Letter, "Alt+L", "file-text"),
    (Channel::Hotline12345, "Alt+T", "phone-call"),
    (Channel::Round, "Alt+R", "eye"),
];

/// The first words of a call that is coming in, in both languages: who calls is not known yet (ETQ-1, ANS-2).
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn greetings(c: &mut Conn, ctx: &Ctx, zone: &str) -> Res<Vec<Say>> {
    let hour: i8 = crate::when::clock(zone, ctx.now)
        .get(..2)
        .and_then(|h| h.parse().ok())
        .unwrap_or(9);
    let of = |locale: &str| Entry {
        locale: locale.to_owned(),
        ..Entry::default()
    };
    let mut said = Vec::new();
    for locale in ["zh", "en"] {
        let part = DayPart::of_hour(hour);
        said.push(script(c, ctx, &of(locale), &Card::default(), Moment::Greeting, part)?);
    }
    Ok(said)
}

/// The last words of a conversation (ANS-8).
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn closing(c: &mut Conn, ctx: &Ctx, zone: &str, e: &Entry) -> Res<Say> {
    let hour: i8 = crate::when::clock(zone, ctx.now)
        .get(..2)
        .and_then(|h| h.parse().ok())
        .unwrap_or(9);
    let (person, unit) = (some(&e.person), some(&e.unit));
    let card = look::card(c, ctx, person.as_ref(), unit.as_ref())?;
    script(c, ctx, e, &card, Moment::Closing, DayPart::of_hour(hour))
}
