//! Promises and requests for more time: to whom a promise is reported (REC-9), and the rows their lists are made of.

use domain::access::Role;
use domain::case::{CaseState, Event, Extension, ExtensionState, Fact, PromiseKind, PromiseMade};
use domain::clock::{ClockCode, Limit};
use domain::ids::{ExtensionId, StaffId};
use serde::{Deserialize, Serialize};
use store::db::Tx;
use store::promise as db;
use store::seam::Conn;

use crate::case::{self, Reckons};
use crate::contact::NewCase;
use crate::ctx::Ctx;
use crate::error::Res;
use crate::notice::{self, Leads, Level, NewNotice};
use crate::ontime::staff;

/// A promise that is made together with the case.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPromise {
    #[serde(default)]
    pub kind: PromiseKind,
    pub what: String,
    /// The customer's own time, not later than the level allows. Unix milliseconds.
    #[serde(default)]
    pub by: Option<i64>,
}

/// The superiors a question is reported to: the heads of customer service on duty, else all of them, else the project
/// managers, else the company leader. Never who asks, nor whom a complaint is about.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn superiors(c: &mut Conn, ctx: &Ctx, about: Option<&StaffId>) -> Res<Vec<StaffId>> {
    let me = ctx.staff().map(|s| s.id.clone());
    let people = store::site::workers(c, &ctx.site)?;
    let with = |role: Role, on_duty: bool| -> Vec<StaffId> {
        let mut ids: Vec<StaffId> = people
            .iter()
            .filter(|w| w.role == role.as_str() && (!on_duty || w.on_duty_since.is_some()))
            .map(|w| w.id.clone())
            .filter(|id| Some(id) != me.as_ref() && Some(id) != about)
            .collect();
        ids.sort();
        ids.dedup();
        ids
    };
    let choices = [
        with(Role::CsHead, true),
        with(Role::CsHead, false),
        with(Role::ProjectManager, true),
        with(Role::ProjectManager, false),
        with(Role::CompanyLeader, false),
    ];
    Ok(choices.into_iter().find(|ids| !ids.is_empty()).unwrap_or_default())
}

/// By when a promise made now would be kept at the latest, and the limit behind it.
///
/// # Errors
/// `NotFound` when the site is gone.
pub fn latest(c: &mut Conn, ctx: &Ctx, kind: PromiseKind, k: &NewCase) -> Res<Option<(i64, Limit)>> {
    let standard = ctx.book.standard(c, &ctx.site, ctx.now)?;
    let limit = match kind {
        PromiseKind::CallBack => Some(standard.desk().call_back),
        PromiseKind::Reply => standard
            .promise(k.kind, &k.item, k.importance, k.urgency)
            .map(|rule| rule.limit),
    };
    Ok(due(c, ctx, limit)?.zip(limit))
}

/// When a limit that begins now ends.
///
/// # Errors
/// `NotFound` when the site is gone.
pub fn due(c: &mut Conn, ctx: &Ctx, limit: Option<Limit>) -> Res<Option<i64>> {
    let Some(limit) = limit else { return Ok(None) };
    let reckons = Reckons::of(c, ctx)?;
    let mut clock = domain::consult::clock(limit, ctx.now);
    clock.target = Some(limit.target(ctx.now, &reckons.zone));
    clock.calendar = limit
        .needs_calendar()
        .then(|| reckons.calendars.newest("office"))
        .flatten();
    clock.attach(&reckons.calendars);
    Ok(clock.due_at(ctx.now))
}

fn row(ctx: &Ctx, s: &CaseState, p: &PromiseMade) -> db::PromiseRow {
    let clock = s.clock(ClockCode::Promise, p.no);
    let first = s.clock(ClockCode::Interim, p.no);
    let due =
        |c: Option<&domain::clock::Clock>| c.and_then(|c| c.due_at(c.met_at.or(c.cancelled_at).unwrap_or(ctx.now)));
    let dropped = clock.is_some_and(|c| c.met_at.is_none() && c.cancelled_at.is_some());
    let state = match (p.kept_at, dropped) {
        (Some(_), _) => "kept",
        (None, true) => "dropped",
        (None, false) => "open",
    };
    db::PromiseRow {
        id: format!("{}:{}", s.id, p.no),
        site_id: ctx.site.clone(),
        case_id: s.id.clone(),
        no: i64::from(p.no),
        case_number: s.number.clone(),
        kind: s.kind.as_str().to_owned(),
        promised: p.kind.as_str().to_owned(),
        title: p.what.chars().take(80).collect(),
        place: case::place(s),
        name: s.customer.name.clone(),
        importance: s.importance.as_str().to_owned(),
        made_at: p.at,
        made_by: staff(&p.by),
        reported_to: p.reported_to.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(" "),
        due_at: due(clock).unwrap_or(store::case::NO_DUE),
        due_provisional: clock.is_some_and(|c| c.is_open() && c.is_provisional(ctx.now)),
        first_due_at: due(first),
        first_at: p.interim_at.or(first.and_then(|c| c.met_at)),
        kept_at: p.kept_at,
        kept_by: p.kept_by.as_ref().and_then(staff),
        state: state.to_owned(),
        open: state == "open" && s.is_open(),
        breached: clock.is_some_and(|c| c.breached_at.is_some()),
    }
}

fn extension(ctx: &Ctx, s: &CaseState, e: &Extension) -> db::ExtensionRow {
    db::ExtensionRow {
        id: e.id.clone(),
        site_id: ctx.site.clone(),
        case_id: s.id.clone(),
        case_number: s.number.clone(),
        kind: s.kind.as_str().to_owned(),
        title: case::title(ctx, s),
        place: case::place(s),
        code: e.code.as_str().to_owned(),
        cycle: i64::from(e.cycle),
        asked_at: e.at,
        asked_by: staff(&e.by),
        department_id: s.last_order().map(|o| o.department.clone()),
        due_at: e.due_at.unwrap_or(store::case::NO_DUE),
        to_at: e.to,
        told: e.told.as_str().to_owned(),
        approver: e.approver.as_str().to_owned(),
        agreed: e.agreement.as_ref().map(|a| a.agreed),
        grade: e.agreement.as_ref().map_or("", |a| a.grade.as_str()).to_owned(),
        approved: e.decision.as_ref().map(|d| d.approved),
        state: e.state.as_str().to_owned(),
        open: e.state == ExtensionState::Pending,
        ended_at: e.ended_at,
    }
}

/// Whoever holds a post at the site: those on duty, else all of them. Never who asks, nor who may not know of the case.
fn holders(c: &mut Conn, ctx: &Ctx, s: &CaseState, post: Role) -> Res<Vec<StaffId>> {
    let me = ctx.staff().map(|s| s.id.clone());
    let mut people = store::site::workers(c, &ctx.site)?;
    people.retain(|w| w.role == post.as_str() && Some(&w.id) != me.as_ref() && !s.hidden_from(&w.id));
    let on_duty: Vec<StaffId> = people
        .iter()
        .filter(|w| w.on_duty_since.is_some())
        .map(|w| w.id.clone())
        .collect();
    let mut ids = if on_duty.is_empty() {
        people.into_iter().map(|w| w.id).collect()
    } else {
        on_duty
    };
    ids.sort();
    ids.dedup();
    Ok(ids)
}

/// Whoever of a post is told of a case, else of the next one above it that has anybody who fits.
pub(crate) fn of_or_above(
    c: &mut Conn,
    ctx: &Ctx,
    s: &CaseState,
    post: Role,
    fits: impl Fn(&StaffId) -> bool,
) -> Res<Vec<StaffId>> {
    for role in domain::ladder::line_from(post) {
        let mut ids = holders(c, ctx, s, role)?;
        ids.retain(|id| fits(id));
        if !ids.is_empty() {
            return Ok(ids);
        }
    }
    Ok(Vec::new())
}

/// Tells the superior of a question that was reported (REC-9) and the post that decides of more time that is asked for
/// (COM-32), and settles both when they are over.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn tell(tx: &mut Tx, ctx: &Ctx, s: &CaseState, events: &[Event]) -> Res<()> {
    let promised = |no: u32| format!("case/{}/promised/{no}", s.id);
    let asked = |id: &ExtensionId| format!("case/{}/extension/{id}", s.id);
    let anew = |id: &ExtensionId| format!("case/{}/extension/{id}/anew", s.id);
    // Asked for again after it was refused, it is another request.
    let excuse = |code: ClockCode, cycle: u32| {
        let same = s.excuse_requests.iter().filter(|r| r.code == code && r.cycle == cycle);
        format!("case/{}/excuse/{code}/{cycle}/{}", s.id, same.count())
    };
    for e in events {
        let (key, kind, level, to) = match &e.fact {
            Fact::Promised { no, reported_to, .. } if !reported_to.is_empty() => {
                (promised(*no), notice::PROMISED, Level::Note, reported_to.clone())
            }
            Fact::ExtensionAsked {
                extension, approver, ..
            } => (
                asked(extension),
                notice::EXTENSION,
                Level::Warning,
                of_or_above(tx, ctx, s, *approver, |_| true)?,
            ),
            Fact::ExcuseAsked {
                code, cycle, approver, ..
            } => (
                excuse(*code, *cycle),
                notice::EXCUSE,
                Level::Warning,
                // Not who had a part in what was late.
                of_or_above(tx, ctx, s, *approver, |id| !domain::case::at_fault(s, id))?,
            ),
            Fact::ExcuseDecided { code, cycle, .. } | Fact::BreachExcused { code, cycle, .. } => {
                notice::settled(tx, ctx, &excuse(*code, *cycle))?;
                continue;
            }
            Fact::PromiseKept { no, .. } => {
                notice::settled(tx, ctx, &promised(*no))?;
                continue;
            }
            Fact::ExtensionDecided { extension, .. }
            | Fact::ExtensionLapsed { extension, .. }
            | Fact::ExtensionWithdrawn { extension, .. }
            | Fact::ExtensionAnswered {
                extension,
                agreed: false,
                ..
            } => {
                notice::settled(tx, ctx, &asked(extension))?;
                notice::settled(tx, ctx, &anew(extension))?;
                continue;
            }
            // Approved already, and staff noted the customer's yes after that: the post looks at it, not who noted it.
            Fact::ExtensionAnswered { extension, .. } => {
                let waits = |x: &&domain::case::Extension| x.id == *extension && x.anew && x.awaits_decision();
                let Some(x) = s.pending_extensions().find(waits) else {
                    continue;
                };
                let noted = x.agreement.as_ref().and_then(|a| a.by.staff());
                let to = of_or_above(tx, ctx, s, x.approver, |id| noted != Some(id))?;
                (anew(extension), notice::EXTENSION, Level::Warning, to)
            }
            _ => continue,
        };
        let new = NewNotice {
            key,
            kind,
            level,
            leads: Leads::Case(s.id.clone()),
            to,
            due_at: ctx.now,
            args: serde_json::Map::from_iter([("number".to_owned(), serde_json::json!(s.number))]),
        };
        notice::raise(tx, ctx, new)?;
    }
    Ok(())
}

/// Promises and requests of a case as rows.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn project(tx: &mut Tx, ctx: &Ctx, s: &CaseState) -> Res<()> {
    for p in &s.promises {
        db::put(tx, &row(ctx, s, p))?;
    }
    for e in &s.extensions {
        db::extension_put(tx, &extension(ctx, s, e))?;
    }
    Ok(())
}
