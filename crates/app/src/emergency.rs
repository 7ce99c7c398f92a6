//! Emergencies (应急处置, REC-17 to REC-21, CAL-9, DIR-14): one key opens one, with the call for help as its case. Everybody on
//! duty sees it, ticks its list and adds to its log; the timer calls the next in line when nobody confirms. A drill is the
//! same without a case, so that it is in no figure and nobody outside hears of it.

pub mod document;
mod tell;

use std::collections::HashMap;

use domain::access::{Action, Reach, Role};
use domain::case::{Channel, Importance, Kind, Status, Urgency};
use domain::emergency::{self as rules, CallLine, CallPost, Command, Emergency, Event, Fact, Open, StepDue};
use domain::ids::{CaseId, DepartmentId, EmergencyId, StaffId, UnitId};
use domain::number::Series;
use domain::refusal::Refusal;
use serde::{Deserialize, Serialize};
use store::db::Tx;
use store::emergency as db;
use store::seam::Conn;

use crate::case;
use crate::contact::{self, NewCase, NewContact};
use crate::ctx::{Actor, Ctx};
use crate::desk::Desk;
use crate::error::{Error, Fields, Res};
use crate::journal::{self, Subject};
use crate::once;
use crate::post::People;
use crate::timer;

/// The department whose head leads the repairs, by its code.
const ENGINEERING: &str = "engineering";

/// The longest line of a call tree.
const LINE: usize = 6;

/// An emergency as the form or the API gives it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewEmergency {
    /// Code of the playbook.
    pub play: String,
    /// The call for help that was registered already, by number or id; a new one is registered without.
    pub case: String,
    /// The same as practice: no case, nobody outside is told, in no figure.
    pub drill: bool,
    pub place: String,
    pub unit: Option<UnitId>,
    pub phone: String,
    pub caller: String,
    pub what: String,
}

/// An emergency with the version it was read at.
#[derive(Debug, Clone)]
pub struct Seen {
    pub state: Emergency,
    pub version: i64,
}

/// What every page shows of an emergency that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    pub state: Emergency,
    /// Names of who looks after it, in both languages.
    pub owner: (String, String),
    /// Names of the person that the last line of its log is about.
    pub last: (String, String),
}

/// Opens emergency mode. Registers the call for help with it, unless it was registered before.
///
/// # Errors
/// `Forbidden`, `Invalid` without a playbook or a place, `NotFound` for a case not visible, the `Refused` of a rule.
pub fn open(tx: &mut Tx, ctx: &Ctx, key: &str, n: &NewEmergency) -> Res<EmergencyId> {
    ctx.need(if n.drill {
        Action::LeadEmergency
    } else {
        Action::JoinEmergency
    })?;
    check(ctx, n)?;
    once::once(tx, ctx, key, n, |tx, ctx| {
        let id: EmergencyId = ctx.id();
        let (case, number) = if n.drill {
            let zone = case::zone(tx, &ctx.site)?;
            (None, case::next_number(tx, ctx, &zone, Series::Drill, ctx.now)?)
        } else {
            let (id, number) = help(tx, ctx, n)?;
            (Some(id), number)
        };
        let form = form(tx, ctx, n, id.clone(), case.clone(), number)?;
        let events = rules::decide(None, &Command::Open(Box::new(form)), &ctx.who(), ctx.now)?;
        let mut state = None;
        events.iter().for_each(|e| rules::apply(&mut state, e));
        let state = state.ok_or_else(|| Error::Internal("an emergency began without an event".into()))?;
        db::insert(tx, &row(ctx, &state, 1)?)?;
        if let Some(case) = &case {
            let begin = domain::case::Command::BeginEmergency { emergency: id.clone() };
            case::act(tx, &system(ctx), case, None, &begin)?;
        }
        after(tx, ctx, &state, &events)?;
        Ok(id)
    })
}

fn check(ctx: &Ctx, n: &NewEmergency) -> Res<()> {
    let mut f = Fields::default();
    if ctx.book.plays.play(&n.play).is_none() {
        f.add("play", "invalid-choose");
    }
    if n.place.trim().is_empty() {
        f.add("place", "required");
    }
    for (name, text, most) in [
        ("place", &n.place, 200),
        ("caller", &n.caller, 60),
        ("what", &n.what, 1_000),
    ] {
        if text.chars().count() > most {
            f.add_with(name, "invalid-too-long", vec![("most", most.to_string())]);
        }
    }
    if !n.phone.trim().is_empty() && domain::phone::normalise(&n.phone).is_err() {
        f.add("phone", "invalid-phone");
    }
    f.done()
}

/// The call for help: the one that is meant, or a new one (REC-17: recorded, and classed at once).
fn help(tx: &mut Tx, ctx: &Ctx, n: &NewEmergency) -> Res<(CaseId, String)> {
    if !n.case.trim().is_empty() {
        let seen = case::find(tx, ctx, n.case.trim())?;
        return Ok((seen.state.id, seen.state.number));
    }
    let play = ctx.book.plays.play(&n.play).ok_or(Error::NotFound)?;
    let what = n.what.trim();
    let content = if what.is_empty() {
        play.zh.clone()
    } else {
        format!("{}：{what}", play.zh)
    };
    // Who calls is asked when there is time for it; the record says so until then.
    let unknown = n.caller.trim().is_empty() && n.phone.trim().is_empty();
    let made = contact::register(
        tx,
        ctx,
        "",
        &NewContact {
            unit: n.unit.clone(),
            name: n.caller.clone(),
            phone: n.phone.clone(),
            address: n.place.clone(),
            anonymous_reason: unknown.then(|| "应急处置中，随后补登".to_owned()),
            cases: vec![NewCase {
                place: n.place.clone(),
                content,
                importance: if play.major {
                    Importance::Major
                } else {
                    Importance::Important
                },
                urgency: Urgency::Emergency,
                ..NewCase::of(Kind::Help)
            }],
            ..NewContact::of(Channel::Phone)
        },
    )?;
    let case = made.cases.into_iter().next();
    let number = made.case_numbers.into_iter().next();
    case.zip(number)
        .ok_or_else(|| Error::Internal("a contact made no case".into()))
}

/// What the playbook says, with the people of this moment.
fn form(tx: &mut Tx, ctx: &Ctx, n: &NewEmergency, id: EmergencyId, case: Option<CaseId>, number: String) -> Res<Open> {
    let play = ctx.book.plays.play(&n.play).ok_or(Error::NotFound)?;
    let people = People::of(tx, ctx)?;
    let engineering = store::site::department_by_code(tx, &ctx.site, ENGINEERING)?.map(|d| d.id);
    let calls = play
        .call
        .iter()
        .map(|c| CallLine {
            post: c.post,
            line: line(&people, c.post, engineering.as_ref()),
        })
        .collect();
    let steps = play
        .steps
        .iter()
        .map(|s| StepDue {
            code: s.code.clone(),
            must: s.must,
            note: s.note,
            due_at: s.within.map(|seconds| i64::from(seconds) * 1_000),
        })
        .collect();
    // Who opens it for a case need not see the number to pass it on.
    let said = match &case {
        Some(id) if n.phone.trim().is_empty() => case::get(tx, ctx, id)?.state.customer.phone,
        _ => n.phone.trim().to_owned(),
    };
    let phone = domain::phone::normalise(&said).map_or(said, |p| p.canonical());
    Ok(Open {
        emergency: id,
        number,
        case,
        drill: n.drill,
        play: play.code.clone(),
        class: play.class,
        major: play.major,
        owner: ctx.staff().map(|s| s.id.clone()),
        calls,
        steps,
        place: n.place.clone(),
        phone,
        caller: n.caller.clone(),
        what: n.what.clone(),
    })
}

/// Whom to reach for a post, one after the other: who holds it and is at work, who can stand in and is at work, who holds it
/// and is not, and those above.
fn line(people: &People, post: CallPost, engineering: Option<&DepartmentId>) -> Vec<StaffId> {
    let (held, stand_in, department): (Role, Role, Option<&DepartmentId>) = match post {
        CallPost::SecurityHead => (Role::SecurityHead, Role::Guard, None),
        CallPost::RepairLeader => (Role::DeptHead, Role::Worker, engineering),
        CallPost::ProjectManager => (Role::ProjectManager, Role::CsHead, None),
    };
    let mut line: Vec<StaffId> = Vec::new();
    let mut add = |found: Vec<StaffId>| {
        for id in found {
            if !line.contains(&id) {
                line.push(id);
            }
        }
    };
    add(people.at_work_as(held, department));
    // The manager is reached at any time, and nobody stands in before.
    if post == CallPost::ProjectManager {
        add(people.all_as(held, department));
    }
    let mut others = people.at_work_as(stand_in, department);
    others.truncate(2);
    add(others);
    add(people.all_as(held, department));
    add(people.all_as(Role::ProjectManager, None));
    add(people.all_as(Role::CompanyLeader, None));
    line.truncate(LINE);
    line
}

/// The product itself does it: the rules of the emergency have said yes already.
fn system(ctx: &Ctx) -> Ctx {
    Ctx {
        actor: Actor::System("emergency"),
        ..ctx.clone()
    }
}

fn row(ctx: &Ctx, e: &Emergency, version: i64) -> Res<db::EmergencyRow> {
    Ok(db::EmergencyRow {
        id: e.id.clone(),
        site_id: ctx.site.clone(),
        case_id: e.case.clone(),
        number: e.number.clone(),
        drill: e.drill,
        play: e.play.clone(),
        class: e.class.as_str().to_owned(),
        state: e.state.as_str().to_owned(),
        owner_id: e.owner.clone(),
        opened_at: e.opened_at,
        next_at: e.next_look_at(),
        doc: serde_json::to_string(e)?,
        version,
    })
}

fn read(row: db::EmergencyRow) -> Res<Seen> {
    Ok(Seen {
        state: serde_json::from_str(&row.doc)?,
        version: row.version,
    })
}

/// An emergency or a drill of the open site. Everybody who works there may follow it.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &EmergencyId) -> Res<Seen> {
    ctx.need(Action::ViewEmergency)?;
    read(db::get(c, &ctx.site, id)?.ok_or(Error::NotFound)?)
}

/// The emergency of a case, if it is one.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn of_case(c: &mut Conn, ctx: &Ctx, case: &CaseId) -> Res<Option<Seen>> {
    let found = db::of_case(c, case)?.filter(|r| r.site_id == ctx.site);
    found.map(read).transpose()
}

/// What runs now, with names, for every page of the site.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn alarms(c: &mut Conn, site: &domain::ids::SiteId) -> Res<Vec<Alarm>> {
    let rows = db::running(c, site)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let names: HashMap<StaffId, (String, String)> = store::site::staff_names(c, site)?
        .into_iter()
        .map(|n| (n.id, (n.name, n.name_en)))
        .collect();
    rows.into_iter()
        .map(|r| {
            let state = read(r)?.state;
            let owner = names.get(&state.owner).cloned().unwrap_or_default();
            let about = state.log.last().and_then(|l| l.staff.as_ref());
            let last = about.and_then(|s| names.get(s)).cloned().unwrap_or_default();
            Ok(Alarm { state, owner, last })
        })
        .collect()
}

/// A page of emergencies or of drills, newest first, and where the next one begins.
pub type Page = (Vec<Seen>, Option<(i64, String)>);

/// Emergencies, or drills, newest first.
///
/// # Errors
/// `Forbidden`.
pub fn page(c: &mut Conn, ctx: &Ctx, drill: bool, after: Option<(i64, String)>, limit: usize) -> Res<Page> {
    ctx.need(Action::ViewEmergency)?;
    let (at, id) = after.unwrap_or((i64::MAX, String::new()));
    let more = i64::try_from(limit).unwrap_or(50) + 1;
    let mut rows = db::page(c, &ctx.site, drill, at, &id, more)?;
    let more = crate::list::cut(&mut rows, limit);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|r| (r.opened_at, r.id.as_str().to_owned()));
    let seen = rows.into_iter().map(read).collect::<Res<Vec<_>>>()?;
    Ok((seen, next))
}

/// How many emergencies and how many drills there were since an instant: two figures that are never added up.
///
/// # Errors
/// `Forbidden`.
pub fn counted(c: &mut Conn, ctx: &Ctx, since: i64) -> Res<(i64, i64)> {
    ctx.need(Action::ViewEmergency)?;
    Ok((
        db::count(c, &ctx.site, false, since)?,
        db::count(c, &ctx.site, true, since)?,
    ))
}

/// Whether somebody is at work now: on duty, or the site does not say who is.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn at_work(c: &mut Conn, ctx: &Ctx, staff: &StaffId) -> Res<bool> {
    let on = store::staff::duty_since(c, staff, &ctx.site)?.is_some();
    Ok(on || !store::account::uses_duty(c, &ctx.site)?)
}

/// Names who looks after it from now on (REC-21).
///
/// # Errors
/// As [`act`]; `refuse-owner-off-duty` for somebody who is not at work.
pub fn own(tx: &mut Tx, ctx: &Ctx, id: &EmergencyId, staff: &StaffId) -> Res<Seen> {
    let here = store::site::holders(tx, &ctx.site)?.iter().any(|h| h.id == *staff);
    if !here {
        return Err(Error::field("staff", "invalid-choose"));
    }
    let on_duty = at_work(tx, ctx, staff)?;
    act(
        tx,
        ctx,
        id,
        &Command::Own {
            staff: staff.clone(),
            on_duty,
        },
    )
}

/// Does one step.
///
/// # Errors
/// `Forbidden`, `NotFound`, or the `Refused` of a rule.
pub fn act(tx: &mut Tx, ctx: &Ctx, id: &EmergencyId, cmd: &Command) -> Res<Seen> {
    ctx.need_scope(cmd.action())?;
    people(tx, ctx, cmd)?;
    let decided = |e: &Emergency| rules::decide(Some(e), cmd, &ctx.who(), ctx.now).map_err(Error::from);
    change(tx, ctx, id, &decided)
}

/// Whoever is named in a meeting or an improvement works at the site.
fn people(tx: &mut Tx, ctx: &Ctx, cmd: &Command) -> Res<()> {
    let (field, named) = match cmd {
        Command::Meet { present, .. } => ("present", present.as_slice()),
        Command::Improve { owner, .. } => ("staff", std::slice::from_ref(owner)),
        _ => return Ok(()),
    };
    let here = store::site::staff_names(tx, &ctx.site)?;
    if named.iter().all(|id| here.iter().any(|s| s.id == *id)) {
        Ok(())
    } else {
        Err(Error::field(field, "invalid-choose"))
    }
}

/// Everybody adds a line at the same time: nobody names a version, the rules are asked anew instead.
fn change(tx: &mut Tx, ctx: &Ctx, id: &EmergencyId, decided: &dyn Fn(&Emergency) -> Res<Vec<Event>>) -> Res<Seen> {
    let mut current = 0;
    for _ in 0..5 {
        let seen = read(db::get(tx, &ctx.site, id)?.ok_or(Error::NotFound)?)?;
        let events = decided(&seen.state)?;
        if events.is_empty() {
            return Ok(seen);
        }
        let mut state = Some(seen.state);
        events.iter().for_each(|e| rules::apply(&mut state, e));
        let state = state.ok_or_else(|| Error::Internal("an emergency ended in nothing".into()))?;
        let version = seen.version + 1;
        if db::save(tx, &row(ctx, &state, version)?)? == 1 {
            after(tx, ctx, &state, &events)?;
            return Ok(Seen { state, version });
        }
        current = version;
    }
    Err(Error::Conflict {
        seen: current - 1,
        current,
    })
}

/// Everything that follows: journal, the case, who is told.
fn after(tx: &mut Tx, ctx: &Ctx, e: &Emergency, events: &[Event]) -> Res<()> {
    for event in events {
        let subject = Subject {
            kind: "emergency",
            id: e.id.as_str(),
            case: e.case.as_ref().map(CaseId::as_str),
        };
        let body = serde_json::to_value(event)?;
        let fact = &event.fact;
        journal::append(tx, ctx, subject, fact.kind(), body, fact.personal_fields(), event.at);
        match (fact, &e.case) {
            (Fact::Opened { owner, .. } | Fact::OwnerNamed { owner }, Some(case)) => {
                store::roster::owner_put(tx, case, &ctx.site, owner, ctx.now, None)?;
            }
            (Fact::Ended { how }, Some(case)) => answered(tx, ctx, case, how)?,
            (Fact::Closed, Some(case)) => {
                answered(tx, ctx, case, &e.ended_how)?;
                let settle = domain::case::Command::SettleEmergency {
                    emergency: e.id.clone(),
                };
                case::act(tx, &system(ctx), case, None, &settle)?;
            }
            _ => {}
        }
    }
    tell::of(tx, ctx, e, events)
}

/// Help was given: what came of it is the answer to the call, so that nobody is asked to dispatch it or to arrive any more, and
/// it can be called back on and closed. One with an order waits for whoever has it; one that was answered and opened again waits
/// for a new answer.
fn answered(tx: &mut Tx, ctx: &Ctx, case: &CaseId, how: &str) -> Res<()> {
    let seen = case::get(tx, &system(ctx), case)?;
    if seen.state.status != Status::Registered || seen.state.answer.is_some() {
        return Ok(());
    }
    // An owner leads whatever the post, also one who may not answer cases.
    let may_answer = domain::case::may(Some(&seen.state), Action::Answer, &ctx.who()).is_ok();
    let by = if may_answer && ctx.need_scope(Action::Answer).is_ok() {
        ctx.clone()
    } else {
        system(ctx)
    };
    let answer = domain::case::Command::Answer {
        answer: how.to_owned(),
        callback: ctx.id(),
        happened_at: None,
    };
    match tx.attempt(|tx| case::act(tx, &by, case, None, &answer)) {
        // What the case still needs (a price agreed to) is its own matter: the emergency is over all the same.
        Ok(_) | Err(Error::Refused(_)) => Ok(()),
        Err(failed) => Err(failed),
    }
}

/// The shift is handed over, and with it the emergency of a case (REC-21). The hand-over's own rules have looked at who takes it.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn handed_over(tx: &mut Tx, ctx: &Ctx, case: &CaseId, owner: &StaffId) -> Res<()> {
    match of_case(tx, ctx, case)? {
        Some(seen) => name_owner(tx, ctx, &seen.state.id, owner),
        None => Ok(()),
    }
}

/// Whoever takes the shift over takes with it what the one before still looks after: an emergency is never without an owner.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn taken_over(tx: &mut Tx, ctx: &Ctx, from: &StaffId, to: &StaffId) -> Res<()> {
    for r in owned(tx, ctx, from)? {
        name_owner(tx, ctx, &r.id, to)?;
        if let Some(case) = &r.case_id {
            store::roster::owner_put(tx, case, &ctx.site, to, ctx.now, None)?;
        }
    }
    Ok(())
}

/// As it stands then: one that is over, or has this owner, stays as it is.
fn name_owner(tx: &mut Tx, ctx: &Ctx, id: &EmergencyId, owner: &StaffId) -> Res<()> {
    let named = |e: &Emergency| {
        if !e.runs() || e.owner == *owner {
            return Ok(Vec::new());
        }
        Ok(vec![Event {
            at: ctx.now,
            by: domain::case::By::from(&ctx.who()),
            fact: Fact::OwnerNamed { owner: owner.clone() },
        }])
    };
    change(tx, ctx, id, &named).map(|_| ())
}

/// The emergencies that somebody looks after now; a drill holds nobody.
fn owned(c: &mut Conn, ctx: &Ctx, staff: &StaffId) -> Res<Vec<db::EmergencyRow>> {
    let mut rows = db::running(c, &ctx.site)?;
    rows.retain(|r| r.owner_id == *staff && !r.drill);
    Ok(rows)
}

/// Shows the caller's number at once to who may see it, while the emergency runs: the first look of each person is the logged
/// act. Returns whether it is shown.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn reveal_once(tx: &mut Tx, ctx: &Ctx, id: &EmergencyId) -> Res<bool> {
    let e = get(tx, ctx, id)?.state;
    if ctx.reach(Action::RevealPhone) < Reach::Site || !e.runs() || e.phone.is_empty() {
        return Ok(false);
    }
    once::once(tx, ctx, &format!("emergency-phone-{id}"), id, |tx, ctx| {
        looked(tx, ctx, &e);
        Ok(())
    })?;
    Ok(true)
}

/// The caller's whole number, for a program; each look is on the journal.
///
/// # Errors
/// `Forbidden` for who sees the numbers of the own work alone, `NotFound`, `Refused` once it is over: from then on the number is
/// that of the case.
pub fn reveal(tx: &mut Tx, ctx: &Ctx, id: &EmergencyId) -> Res<String> {
    let e = get(tx, ctx, id)?.state;
    if ctx.reach(Action::RevealPhone) < Reach::Site {
        return Err(Error::Forbidden("forbidden-role"));
    }
    if !e.runs() {
        return Err(Refusal::new("refuse-emergency-over").clause("REC-21").into());
    }
    looked(tx, ctx, &e);
    Ok(e.phone)
}

fn looked(tx: &mut Tx, ctx: &Ctx, e: &Emergency) {
    let subject = Subject {
        kind: "emergency",
        id: e.id.as_str(),
        case: e.case.as_ref().map(CaseId::as_str),
    };
    journal::append(tx, ctx, subject, "phone_revealed", serde_json::json!({}), &[], ctx.now);
}

/// Whoever looks after an emergency does not leave: somebody else takes it first (REC-21).
///
/// # Errors
/// `refuse-owner-leaves` with the numbers.
pub(crate) fn may_leave(c: &mut Conn, ctx: &Ctx, staff: &StaffId) -> Res<()> {
    let mine: Vec<String> = owned(c, ctx, staff)?.into_iter().map(|r| r.number).collect();
    if mine.is_empty() {
        return Ok(());
    }
    let refusal = Refusal::new("refuse-owner-leaves")
        .clause("REC-21")
        .arg("numbers", mine.join(", "));
    Err(Error::Refused(Box::new(refusal)))
}

/// When the timer has something to do here next.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn next_due(c: &mut Conn) -> Res<Option<i64>> {
    Ok([db::next_due(c)?, db::next_document(c)?].into_iter().flatten().min())
}

/// Does what time has come to: the next in line is called, what is late is told. Returns how many there were.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn run_due(desk: &Desk) -> Res<usize> {
    Ok(round(desk)?.done)
}

pub(crate) fn round(desk: &Desk) -> Res<timer::Round> {
    let looked = timer::each(desk, "emergency", db::due, |tx, ctx, id| {
        act(tx, ctx, &EmergencyId::from(id), &Command::Look).map(|_| true)
    })?;
    Ok(looked + document::round(desk)?)
}
