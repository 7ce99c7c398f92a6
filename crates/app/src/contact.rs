//! Contacts (来电来访): what came in by phone, visit, letter or otherwise, and what came of it: answered on the spot, one or
//! more cases, or joined to an open one.

pub mod correct;
pub mod look;
pub mod plan;

use std::collections::BTreeSet;

use domain::access::{Action, Reach, takes_work};
use domain::case::{
    Appointment, Channel, Check, Command, Customer, Fee, Identity, Importance, Kind, PromiseKind, Register, Scope,
    Urgency, Where,
};
use domain::communication::TalkOutcome;
use domain::ids::{AnswerId, BuildingId, CallId, CaseId, ContactId, DepartmentId, OrderId, PersonId, StaffId, UnitId};
use domain::number::Series;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::contact as db;
use store::db::Tx;
use store::seam::Conn;

use crate::attachment;
use crate::case;
use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res};
use crate::journal;
use crate::once;
use crate::promise::NewPromise;

/// The department that does what nobody else takes, by its code.
const CUSTOMER_SERVICE: &str = "customer_service";

/// One case of a contact as the form or the API gives it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCase {
    pub kind: Kind,
    #[serde(default)]
    pub item: String,
    #[serde(default)]
    pub place: String,
    #[serde(default)]
    pub content: String,
    #[serde(default = "ordinary")]
    pub importance: Importance,
    #[serde(default = "normal")]
    pub urgency: Urgency,
    #[serde(default = "own")]
    pub scope: Scope,
    #[serde(default = "free")]
    pub fee: Fee,
    #[serde(default)]
    pub appointment: Option<Appointment>,
    #[serde(default)]
    pub wanted_by: Option<i64>,
    #[serde(default)]
    pub authority_by: Option<i64>,
    #[serde(default)]
    pub repeat_of: Option<CaseId>,
    /// The member of staff whom a complaint is about: does not see it.
    #[serde(default)]
    pub about: Option<StaffId>,
    /// Dispatch at once to this department…
    #[serde(default)]
    pub department: Option<DepartmentId>,
    /// … and worker.
    #[serde(default)]
    pub worker: Option<StaffId>,
    /// Answered on the spot with these words: an inquiry, suggestion or praise ends with it.
    #[serde(default)]
    pub answer: Option<String>,
    /// It cannot be answered now: a reply, or a call back, is promised (REC-8, CAL-3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise: Option<NewPromise>,
    /// What is not our service: who helps instead. With it the report to the head is made at once (REC-12 C, CAL-8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<String>,
    /// The standard answer that the answer was taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_from: Option<AnswerId>,
}

impl NewCase {
    /// An empty case of a kind, as usual in everything else.
    pub fn of(kind: Kind) -> NewCase {
        NewCase {
            kind,
            item: String::new(),
            place: String::new(),
            content: String::new(),
            importance: ordinary(),
            urgency: normal(),
            scope: own(),
            fee: free(),
            appointment: None,
            wanted_by: None,
            authority_by: None,
            repeat_of: None,
            about: None,
            department: None,
            worker: None,
            answer: None,
            promise: None,
            referral: None,
            answer_from: None,
        }
    }
}

fn ordinary() -> Importance {
    Importance::Ordinary
}
fn normal() -> Urgency {
    Urgency::Normal
}
fn own() -> Scope {
    Scope::Own
}
fn free() -> Fee {
    Fee::FREE
}

/// A contact as the form or the API gives it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewContact {
    pub channel: Channel,
    /// When it happened, if it is entered later. Unix milliseconds.
    #[serde(default)]
    pub happened_at: Option<i64>,
    /// When the call or visit began, as the desk took it with the first key (REC-5). Unix milliseconds.
    #[serde(default)]
    pub started_at: Option<i64>,
    /// What it was about, when no case is made of it.
    #[serde(default)]
    pub kind: Option<Kind>,
    #[serde(default)]
    pub person: Option<PersonId>,
    #[serde(default)]
    pub unit: Option<UnitId>,
    #[serde(default)]
    pub building: Option<BuildingId>,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub phone: String,
    #[serde(default)]
    pub address: String,
    #[serde(default)]
    pub anonymous_reason: Option<String>,
    #[serde(default)]
    pub identity: Option<Identity>,
    /// What it was about, in a line.
    #[serde(default)]
    pub summary: String,
    /// The number of a 12345 transfer or a letter.
    #[serde(default)]
    pub external_ref: String,
    /// Language the caller spoke: `zh` or `en`.
    #[serde(default)]
    pub locale: String,
    /// Cases that came of it.
    #[serde(default)]
    pub cases: Vec<NewCase>,
    /// An open case that it is about.
    #[serde(default)]
    pub join: Option<CaseId>,
    /// Answered on the spot without a case of its own.
    #[serde(default)]
    pub answer: Option<String>,
    /// The standard answer that the answer was taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_from: Option<AnswerId>,
    /// The telephone call that it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallId>,
}

impl NewContact {
    /// An empty contact of a channel.
    pub fn of(channel: Channel) -> NewContact {
        NewContact {
            channel,
            happened_at: None,
            started_at: None,
            kind: None,
            person: None,
            unit: None,
            building: None,
            name: String::new(),
            phone: String::new(),
            address: String::new(),
            anonymous_reason: None,
            identity: None,
            summary: String::new(),
            external_ref: String::new(),
            locale: String::new(),
            cases: Vec::new(),
            join: None,
            answer: None,
            answer_from: None,
            call: None,
        }
    }

    /// When it happened: as written on paper, or when it began at the desk.
    pub fn at(&self) -> Option<i64> {
        self.happened_at.or(self.started_at)
    }
}

/// What was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Registered {
    pub contact: ContactId,
    pub number: String,
    pub cases: Vec<CaseId>,
    pub case_numbers: Vec<String>,
}

/// The most cases that one contact makes.
const MOST_CASES: usize = 10;

/// The series of a kind's numbers.
pub fn series(kind: Kind) -> Series {
    match kind {
        Kind::Inquiry => Series::Inquiry,
        Kind::Request => Series::Request,
        Kind::Complaint => Series::Complaint,
        Kind::Help => Series::Help,
        Kind::Suggestion => Series::Suggestion,
        Kind::Praise => Series::Praise,
    }
}

/// Registers a contact and what came of it, in one transaction: all of it or nothing. The same key twice is one record.
///
/// # Errors
/// `Invalid` fields, `Refused` rules (REC-10, REC-13, REC-14, …), `NotFound` for an unknown case to join.
pub fn register(tx: &mut Tx, ctx: &Ctx, key: &str, n: &NewContact) -> Res<Registered> {
    ctx.need(Action::RegisterContact)?;
    check(ctx, n)?;
    here(tx, ctx, n.person.as_ref(), n.unit.as_ref(), n.building.as_ref())?;
    for earlier in n.cases.iter().filter_map(|c| c.repeat_of.as_ref()) {
        case::get(tx, ctx, earlier)?;
    }
    once::once(tx, ctx, key, n, |tx, ctx| {
        let made = write(tx, ctx, n)?;
        // Photos taken during the call go with the case, or stay with the contact that has none.
        let subject = match made.cases.first() {
            Some(case) => attachment::Subject::Case(case.clone()),
            None => attachment::Subject::Contact(made.contact.clone()),
        };
        attachment::adopt(tx, ctx, key, &subject)?;
        crate::consult::adopt(tx, ctx, key, &made)?;
        Ok(made)
    })
}

/// Refuses people, units and buildings of another site: they are not there.
///
/// # Errors
/// `NotFound`.
pub fn here(
    c: &mut Conn,
    ctx: &Ctx,
    person: Option<&PersonId>,
    unit: Option<&UnitId>,
    building: Option<&BuildingId>,
) -> Res<()> {
    use store::directory::{person as people, unit as units};
    let there = person.map_or(Ok(true), |p| Ok::<_, Error>(people::get(c, &ctx.site, p)?.is_some()))?
        && unit.map_or(Ok(true), |u| Ok::<_, Error>(units::get(c, &ctx.site, u)?.is_some()))?
        && building.map_or(Ok(true), |b| {
            Ok::<_, Error>(units::building(c, &ctx.site, b)?.is_some())
        })?;
    if there { Ok(()) } else { Err(Error::NotFound) }
}

fn check(ctx: &Ctx, n: &NewContact) -> Res<()> {
    let mut f = Fields::default();
    if n.started_at.is_some_and(|at| at > ctx.now) {
        f.add("happened_at", "invalid-future");
    }
    if n.happened_at.is_some_and(|at| at > ctx.now) {
        f.add("happened_at", "invalid-future");
    }
    if n.happened_at.is_some_and(|at| at < ctx.now - 366 * 86_400_000) {
        f.add("happened_at", "invalid-long-ago");
    }
    if !n.phone.trim().is_empty() && domain::phone::normalise(&n.phone).is_err() {
        f.add("phone", "invalid-phone");
    }
    if n.cases.len() > MOST_CASES {
        f.add("cases", "invalid-too-many-cases");
    }
    if n.cases.is_empty() && n.join.is_none() && n.answer.as_deref().is_none_or(|a| a.trim().is_empty()) {
        f.add("answer", "invalid-no-outcome");
    }
    if n.cases.is_empty() && n.summary.trim().is_empty() {
        f.add("content", "required");
    }
    for (name, text, most) in [
        ("name", &n.name, 60),
        ("address", &n.address, 200),
        ("summary", &n.summary, 4000),
    ] {
        if text.chars().count() > most {
            f.add_with(name, "invalid-too-long", vec![("most", most.to_string())]);
        }
    }
    n.cases.iter().for_each(|c| check_fields(ctx, c, &mut f));
    let known = !(n.name.trim().is_empty() && n.phone.trim().is_empty() && n.address.trim().is_empty());
    if n.cases.is_empty() && !known && n.anonymous_reason.as_deref().is_none_or(|r| r.trim().is_empty()) {
        f.add("anonymous_reason", "invalid-anonymous");
    }
    f.done()
}

fn check_fields(ctx: &Ctx, c: &NewCase, f: &mut Fields) {
    if c.content.chars().count() > 4000 {
        f.add_with("content", "invalid-too-long", vec![("most", "4000".to_owned())]);
    }
    if !c.item.is_empty() && ctx.book.taxonomy.item(&c.item).is_none() {
        f.add("item", "invalid-item");
    }
}

fn check_case(ctx: &Ctx, c: &NewCase) -> Res<()> {
    let mut f = Fields::default();
    check_fields(ctx, c, &mut f);
    f.done()
}

/// Whether a form was registered already: a draft of it that arrives late is not kept.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn was_registered(c: &mut Conn, ctx: &Ctx, key: &str) -> Res<bool> {
    let (kind, id) = ctx.actor_ref();
    Ok(!key.is_empty() && store::account::idempotent(c, &format!("{kind}:{id}"), key)?.is_some())
}

fn write(tx: &mut Tx, ctx: &Ctx, n: &NewContact) -> Res<Registered> {
    let zone = case::zone(tx, &ctx.site)?;
    let happened_at = n.at().unwrap_or(ctx.now);
    let id: ContactId = ctx.id();
    let number = case::next_number(tx, ctx, &zone, Series::Contact, happened_at)?;
    let staff = ctx.staff();
    // Who is known need not say the number again: the archive's first one is kept with the record.
    let phone = match (&n.person, n.phone.trim()) {
        (Some(p), "") => crate::directory::usable_phone(tx, p)?
            .map(|p| p.number)
            .unwrap_or_default(),
        (_, said) => domain::phone::normalise(said)
            .map(|p| p.canonical())
            .unwrap_or_default(),
    };
    // ID and card numbers are never kept in a record (ETQ-4).
    let clean = |t: &str| domain::privacy::masked(t.trim());
    let customer = Customer {
        name: clean(&n.name),
        phone: phone.clone(),
        address: n.address.trim().to_owned(),
    };
    let kind = n.cases.first().map(|c| c.kind).or(n.kind).map_or("", Kind::as_str);
    let summary = match n.cases.first() {
        Some(c) if n.summary.trim().is_empty() => clean(&c.content),
        _ => clean(&n.summary),
    };
    let answer = n
        .answer
        .as_deref()
        .or_else(|| n.cases.iter().find_map(|c| c.answer.as_deref()))
        .unwrap_or_default();
    let outcome = if !n.cases.is_empty() {
        if n.cases.iter().all(|c| c.answer.is_some()) {
            TalkOutcome::Answered
        } else {
            TalkOutcome::Case
        }
    } else if n.join.is_some() {
        TalkOutcome::Joined
    } else {
        TalkOutcome::Answered
    };
    let check = n.identity.unwrap_or(Identity {
        name: Check::Unknown,
        unit: Check::Unknown,
        phone: Check::Unknown,
    });
    let row = db::Contact {
        id: id.clone(),
        site_id: ctx.site.clone(),
        number: number.clone(),
        channel: n.channel.as_str().to_owned(),
        happened_at,
        recorded_at: ctx.now,
        staff_id: staff.map(|s| s.id.clone()),
        department_id: staff.and_then(|s| s.department.clone()),
        person_id: n.person.clone(),
        unit_id: n.unit.clone(),
        name: customer.name.clone(),
        phone,
        address: customer.address.clone(),
        anonymous_reason: n.anonymous_reason.clone().unwrap_or_default(),
        identity_check: serde_json::to_string(&check)?,
        kind: kind.to_owned(),
        summary,
        answer: clean(answer),
        outcome: outcome.as_str().to_owned(),
        external_ref: n.external_ref.trim().to_owned(),
        locale: if n.locale == "en" { "en" } else { "zh" }.to_owned(),
        version: 1,
    };
    db::insert(tx, &row)?;
    let body = json!({
        "number": number, "channel": n.channel, "kind": kind, "outcome": outcome, "person": n.person, "unit": n.unit,
        "name": row.name, "phone": row.phone, "address": row.address, "summary": row.summary, "answer": row.answer,
        "anonymous_reason": row.anonymous_reason, "identity": check, "external_ref": row.external_ref,
    });
    let personal = [
        "name",
        "phone",
        "address",
        "summary",
        "answer",
        "anonymous_reason",
        "external_ref",
    ];
    let subject = journal::Subject {
        kind: "contact",
        id: id.as_str(),
        case: None,
    };
    journal::append(tx, ctx, subject, "contact_registered", body, &personal, happened_at);
    index(tx, ctx, &row)?;

    if let Some(call) = &n.call {
        crate::call::registered(tx, ctx, call, &id)?;
        let calls_back = |k: &NewCase| k.promise.as_ref().is_some_and(|p| p.kind == PromiseKind::CallBack);
        if n.cases.iter().any(calls_back) {
            crate::call::promised(tx, ctx, call)?;
        }
    }
    if let Some(from) = &n.answer_from {
        crate::answer::used(tx, ctx, from, None)?;
    }
    let mut made = Registered {
        contact: id.clone(),
        number,
        cases: Vec::new(),
        case_numbers: Vec::new(),
    };
    if let Some(join) = &n.join {
        let done = case::act(tx, ctx, join, None, &Command::JoinContact { contact: id.clone() })?;
        db::link(tx, &id, join)?;
        made.cases.push(join.clone());
        made.case_numbers.push(done.state.number);
    }
    for c in &n.cases {
        let seen = begin(tx, ctx, n, c, &customer, Some(check), &id)?;
        db::link(tx, &id, &seen.state.id)?;
        if let Some(from) = &c.answer_from {
            crate::answer::used(tx, ctx, from, Some(&seen.state.id))?;
        }
        made.cases.push(seen.state.id);
        made.case_numbers.push(seen.state.number);
    }
    crate::call::picked_up::tell(tx, ctx, n, &made)?;
    Ok(made)
}

/// Whom a complaint is about; nothing else is about anybody.
pub fn about(c: &NewCase) -> Option<&StaffId> {
    c.about.as_ref().filter(|_| c.kind == Kind::Complaint)
}

fn begin(
    tx: &mut Tx,
    ctx: &Ctx,
    n: &NewContact,
    c: &NewCase,
    customer: &Customer,
    check: Option<Identity>,
    contact: &ContactId,
) -> Res<case::Seen> {
    let located = Where {
        person: n.person.clone(),
        unit: n.unit.clone(),
        building: n.building.clone(),
    };
    if let Some(p) = &c.promise {
        // Said before anything else that lacks, since it is what the promise lacks.
        domain::case::reachable(p.kind, customer, &located)?;
    }
    if let Some(about) = about(c) {
        match assignable(tx, ctx, about) {
            Err(Error::Invalid(_)) => return Err(Error::field("about", "invalid-worker")),
            other => other?,
        }
    }
    let zone = case::zone(tx, &ctx.site)?;
    let happened_at = n.at().unwrap_or(ctx.now);
    let number = case::next_number(tx, ctx, &zone, series(c.kind), happened_at)?;
    let register = Register {
        case: ctx.id(),
        number,
        kind: c.kind,
        channel: n.channel,
        item: c.item.clone(),
        place: c.place.trim().to_owned(),
        content: domain::privacy::masked(c.content.trim()),
        importance: c.importance,
        urgency: c.urgency,
        scope: c.scope,
        fee: c.fee,
        customer: customer.clone(),
        located,
        identity: check,
        anonymous_reason: n.anonymous_reason.clone().filter(|r| !r.trim().is_empty()),
        appointment: c.appointment,
        wanted_by: c.wanted_by,
        authority_by: c.authority_by,
        repeat_of: c.repeat_of.clone(),
        contact: Some(contact.clone()),
        first_asked: ctx.staff().map(|s| s.id.clone()),
        about: about(c).cloned(),
        happened_at: n.at(),
    };
    let register = Command::Register(Box::new(register));
    // Each step is decided on what the one before has left: what was said at the desk is on record whole, or not at all.
    let mut steps = Vec::new();
    if let Some(p) = &c.promise {
        steps.push(promise(tx, ctx, p.kind, &p.what, p.by, about(c))?);
    }
    steps.extend(outside(tx, ctx, c)?);
    match (said(ctx, n, c), &c.department) {
        (Some(answer), _) => steps.push(answer),
        (None, Some(department)) => {
            steps.push(dispatching(tx, ctx, department, c.worker.as_ref(), n.happened_at)?);
        }
        (None, None) => {}
    }
    let mut seen = case::begin(tx, ctx, &register, steps.first())?;
    for cmd in steps.iter().skip(1) {
        seen = case::act(tx, ctx, &seen.state.id, None, cmd)?;
    }
    Ok(seen)
}

/// The report to the head with the referral that was given on the spot, as a command. What is answered as not ours has one
/// (CAL-8); what is only recorded gets it on its page.
fn outside(tx: &mut Tx, ctx: &Ctx, c: &NewCase) -> Res<Option<Command>> {
    if c.scope != Scope::Outside {
        return Ok(None);
    }
    let Some(referral) = c.referral.as_deref().map(str::trim).filter(|r| !r.is_empty()) else {
        return match given_answer(c) {
            Some(_) => Err(domain::refusal::Refusal::new("refuse-incomplete")
                .clause("CAL-8")
                .missing(["missing-referral"])
                .into()),
            None => Ok(None),
        };
    };
    let head = crate::promise::superiors(tx, ctx, about(c))?.into_iter().next();
    let head = head
        .or_else(|| ctx.staff().map(|s| s.id.clone()))
        .ok_or(Error::NotFound)?;
    Ok(Some(Command::ReportOutside {
        reported_to: head,
        referral: domain::privacy::masked(referral),
        note: String::new(),
    }))
}

fn given_answer(c: &NewCase) -> Option<&str> {
    c.answer.as_deref().map(str::trim).filter(|a| !a.is_empty())
}

/// The answer that was given on the spot, as a command.
fn said(ctx: &Ctx, n: &NewContact, c: &NewCase) -> Option<Command> {
    let answer = given_answer(c)?;
    Some(Command::Answer {
        answer: domain::privacy::masked(answer),
        callback: ctx.id(),
        happened_at: n.happened_at,
    })
}

/// A promise as a command: a question that cannot be answered is reported to the superior (REC-9).
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn promise(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: PromiseKind,
    what: &str,
    by: Option<i64>,
    about: Option<&StaffId>,
) -> Res<Command> {
    let reported_to = match kind {
        PromiseKind::Reply => crate::promise::superiors(tx, ctx, about)?,
        PromiseKind::CallBack => Vec::new(),
    };
    Ok(Command::Promise {
        kind,
        what: domain::privacy::masked(what.trim()),
        by,
        reported_to,
    })
}

/// Dispatches a case: issues the work order with its number (REC-12, REC-15).
///
/// # Errors
/// `Invalid` for a department of another site, `Refused` by the rules.
pub fn dispatch(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &CaseId,
    seen: Option<i64>,
    department: &DepartmentId,
    worker: Option<&StaffId>,
    happened_at: Option<i64>,
) -> Res<case::Seen> {
    let cmd = dispatching(tx, ctx, department, worker, happened_at)?;
    case::act(tx, ctx, id, seen, &cmd)
}

/// A dispatch as a command, with the number of the order.
fn dispatching(
    tx: &mut Tx,
    ctx: &Ctx,
    department: &DepartmentId,
    worker: Option<&StaffId>,
    happened_at: Option<i64>,
) -> Res<Command> {
    let d = store::site::department(tx, &ctx.site, department)?
        .filter(|d| d.active && d.kind != "outside")
        .ok_or_else(|| Error::field("department", "invalid-department"))?;
    if let Some(w) = worker {
        fits(tx, ctx, w, &d.id)?;
    }
    let zone = case::zone(tx, &ctx.site)?;
    let order: OrderId = ctx.id();
    let number = case::next_number(tx, ctx, &zone, Series::Order, happened_at.unwrap_or(ctx.now))?;
    Ok(Command::Dispatch {
        order,
        number,
        department: d.id,
        worker: worker.cloned(),
        to_vendor: d.kind == "vendor",
        happened_at,
    })
}

/// Refuses somebody who does not work at this site, or no longer.
///
/// # Errors
/// `Invalid`.
pub fn assignable(tx: &mut Tx, ctx: &Ctx, worker: &StaffId) -> Res<()> {
    let works = store::account::roles_of(tx, worker)?
        .iter()
        .any(|r| r.site_id == ctx.site);
    let active = store::account::is_active(tx, worker)?.unwrap_or(false);
    if works && active {
        Ok(())
    } else {
        Err(Error::field("worker", "invalid-worker"))
    }
}

/// Everybody to whom work can be given, one line a person and department, by name.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn workers(c: &mut Conn, ctx: &Ctx) -> Res<Vec<store::site::Worker>> {
    let mut list = store::site::workers(c, &ctx.site)?;
    list.retain(|w| w.role.parse().is_ok_and(takes_work));
    list.dedup_by(|a, b| a.id == b.id && a.department_id == b.department_id);
    Ok(list)
}

/// The departments that have people of whom nobody does orders: finance and quality look into things and work on none.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn idle(c: &mut Conn, ctx: &Ctx) -> Res<BTreeSet<DepartmentId>> {
    let everybody = store::site::workers(c, &ctx.site)?;
    let works: BTreeSet<&DepartmentId> = everybody
        .iter()
        .filter(|w| w.role.parse().is_ok_and(takes_work))
        .filter_map(|w| w.department_id.as_ref())
        .collect();
    let staffed = everybody.iter().filter_map(|w| w.department_id.as_ref());
    Ok(staffed.filter(|d| !works.contains(d)).cloned().collect())
}

/// Where an order goes unless somebody chooses: the department of the item, or customer service where nobody there takes it,
/// so that it does not lie with people who cannot accept it.
#[must_use]
pub fn usual_department<'a>(
    code: &str,
    departments: &'a [store::site::Department],
    idle: &BTreeSet<DepartmentId>,
) -> Option<&'a store::site::Department> {
    let of_item = departments.iter().find(|d| d.code == code)?;
    if !idle.contains(&of_item.id) {
        return Some(of_item);
    }
    let desk = departments.iter().find(|d| d.active && d.code == CUSTOMER_SERVICE);
    desk.or(Some(of_item))
}

/// Refuses a worker who is not of the department that gets the order: a role there, or one without a department, that
/// may do orders.
///
/// # Errors
/// `Invalid` on the field `worker`.
pub fn fits(tx: &mut Tx, ctx: &Ctx, worker: &StaffId, department: &DepartmentId) -> Res<()> {
    assignable(tx, ctx, worker)?;
    let fits = store::account::roles_of(tx, worker)?.iter().any(|r| {
        r.site_id == ctx.site
            && r.role.parse().is_ok_and(takes_work)
            && r.department_id.as_ref().is_none_or(|d| d == department)
    });
    if fits {
        Ok(())
    } else {
        Err(Error::field("worker", "invalid-worker-department"))
    }
}

/// Reads a contact that the actor may see; what is not visible is not there.
///
/// # Errors
/// `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &ContactId) -> Res<db::Contact> {
    let row = match db::get(c, &ctx.site, id)? {
        Some(row) => row,
        // People know the number, `LF-20261122-0001`, and case pages link by it.
        None => db::by_number(c, &ctx.site, &id.as_str().to_uppercase())?.ok_or(Error::NotFound)?,
    };
    let mine = ctx.staff().is_some_and(|s| row.staff_id.as_ref() == Some(&s.id));
    let visible = match ctx.reach(Action::ViewContacts) {
        // Whoever took it down sees it again, to add a photo or a case.
        Reach::Never | Reach::Own => mine,
        Reach::Department => {
            mine || ctx
                .staff()
                .is_some_and(|s| s.department.is_some() && s.department == row.department_id)
        }
        Reach::Site | Reach::All => true,
    };
    let visible = visible || crate::call::picked_up::was_told(c, ctx, &row.id)?;
    let visible = visible && crate::hidden::Hidden::from(c, ctx)?.shows_contact(row.id.as_str());
    if visible { Ok(row) } else { Err(Error::NotFound) }
}

/// Puts a contact's words into the index.
pub(crate) fn index(tx: &mut Tx, ctx: &Ctx, row: &db::Contact) -> Res<()> {
    let mut tokens = domain::tokens::index_tokens(&[row.summary.as_str(), &row.name, &row.address].join(" \n"));
    tokens.push(row.number.to_lowercase().replace('-', ""));
    Ok(store::search::put(
        tx,
        ctx.site.as_str(),
        "contact",
        row.id.as_str(),
        row.happened_at,
        &tokens,
    )?)
}
