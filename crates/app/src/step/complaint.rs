//! The steps of a complaint (COM-17 to COM-32): what the rules need to know beside them is looked up here.

use domain::access::Role;
use domain::case::complaint::{Given, Proposal, Received, Routes, Run, Step, about_a_head, propose};
use domain::case::{CaseState, Command, Event, Fact};
use domain::ids::{CaseId, StaffId};
use domain::ladder::Post;
use store::db::Tx;
use store::seam::Conn;

use super::command::clean;
use crate::case::Seen;
use crate::contact::assignable;
use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::notice::{self, Leads, Level, NewNotice};
use crate::post::{About, People};

/// Code of the management office and of the leader as places to go.
const LEADER: &str = "leader";

/// The step as a command.
pub(super) fn command(tx: &mut Tx, ctx: &Ctx, now: &Seen, step: &Step) -> Res<Command> {
    let mut given = Given::default();
    match step {
        Step::JudgeComplaint { about: Some(about), .. } => {
            assignable(tx, ctx, about).map_err(|_| Error::field("about", "invalid-worker"))?;
            given.about_a_head = is_head(tx, ctx, about)?;
        }
        Step::RouteComplaint { received, to, .. } => {
            let routes = crate::complaint_route::routes(tx, ctx)?;
            given.proposal = proposal(ctx, &routes, &now.state, *received);
            if !matches!(to.as_str(), LEADER | "") {
                let d = store::site::department_by_code(tx, &ctx.site, to)?
                    .filter(|d| d.active)
                    .ok_or_else(|| Error::field("to", "invalid-department"))?;
                let workers = crate::contact::workers(tx, ctx)?;
                let of_it = workers.iter().any(|w| w.department_id.as_ref() == Some(&d.id));
                given.takes_orders = of_it && d.kind == "own";
                given.department = Some(d.id);
            }
        }
        Step::AddPart { department, .. } => {
            store::site::department(tx, &ctx.site, department)?
                .filter(|d| d.active)
                .ok_or_else(|| Error::field("department", "invalid-department"))?;
        }
        Step::SetMeasure { owner, .. } => {
            assignable(tx, ctx, owner).map_err(|_| Error::field("owner", "invalid-worker"))?;
        }
        _ => {}
    }
    let step = step.clone().with_texts(clean);
    Ok(Command::Complaint(Box::new(Run { step, given })))
}

/// Whether somebody is one of those whose complaints are the company leader's.
fn is_head(c: &mut Conn, ctx: &Ctx, staff: &StaffId) -> Res<bool> {
    let roles = store::account::roles_of(c, staff)?;
    Ok(roles
        .iter()
        .any(|r| r.site_id == ctx.site && r.role.parse().is_ok_and(about_a_head)))
}

/// Where a complaint is proposed to go, by its judgement and category; none before it is judged.
#[must_use]
pub fn proposal(ctx: &Ctx, routes: &Routes, s: &CaseState, received: Received) -> Option<Proposal> {
    let nature = s.file()?.judgement()?.nature;
    // The office has had it and sends it on: it could not solve it.
    let unsolved = s.file()?.route().is_some_and(|route| route.received == received);
    let category = ctx.book.taxonomy.item(&s.item).and_then(|i| i.group.as_deref());
    Some(propose(routes, nature, category.unwrap_or("other"), received, unsolved))
}

/// Complaints of the same item at the same place since this one was filed.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn recurrences(c: &mut Conn, ctx: &Ctx, s: &CaseState) -> Res<Vec<CaseId>> {
    let Some(filed) = s.file().and_then(|file| file.filed.as_ref()).map(|said| said.at) else {
        return Ok(Vec::new());
    };
    let last = s
        .file()
        .and_then(|file| file.looks.last())
        .map_or(filed, |look| look.at);
    let found = match &s.located.unit {
        Some(unit) => store::case::similar(c, unit, &s.item, last, 10)?,
        None => store::case::similar_at(c, &ctx.site, last, &s.item, &crate::case::place(s), 10)?,
    };
    Ok(found.into_iter().map(|x| x.id).filter(|id| *id != s.id).collect())
}

/// What was to prevent it did not: quality and whoever answers for a measure hear of it (COM-31).
fn came_again(tx: &mut Tx, ctx: &Ctx, s: &CaseState, key: &str, days: u32, n: usize) -> Res<()> {
    let reached = People::knowing(tx, ctx, s)?.who(&[Post::Quality], &About::from(s));
    let mut to: Vec<StaffId> = reached.told.into_iter().map(|t| t.staff).collect();
    let measures = s.complaint.iter().flat_map(|file| &file.measures);
    to.extend(measures.map(|m| m.owner.clone()));
    to.sort();
    to.dedup();
    let new = NewNotice {
        key: key.to_owned(),
        kind: notice::COMPLAINT_RECURRED,
        level: Level::Warning,
        leads: Leads::Case(s.id.clone()),
        to,
        due_at: ctx.now,
        args: serde_json::Map::from_iter([
            ("number".to_owned(), serde_json::json!(s.number)),
            ("days".to_owned(), serde_json::json!(days)),
            ("n".to_owned(), serde_json::json!(n)),
        ]),
    };
    notice::raise(tx, ctx, new).map(|_| ())
}

fn key_of(s: &CaseState, what: &str, no: u32, late: bool) -> String {
    let late = if late { "/late" } else { "" };
    format!("case/{}/{what}/{no}{late}", s.id)
}

/// A part or a measure is done or fell away: nobody is asked for it any more.
fn over(tx: &mut Tx, ctx: &Ctx, s: &CaseState, what: &str, no: u32) -> Res<()> {
    notice::settled(tx, ctx, &key_of(s, what, no, false))?;
    notice::settled(tx, ctx, &key_of(s, what, no, true))
}

/// Tells a department of its part (COM-23), or that it is late with it; then the head of customer service too.
fn part(tx: &mut Tx, ctx: &Ctx, s: &CaseState, no: u32) -> Res<()> {
    let Some(part) = s.file().and_then(|f| f.parts.iter().find(|p| p.no == no)) else {
        return Ok(());
    };
    let about = About {
        department: Some(part.department.clone()),
        ..About::default()
    };
    let late = part.told_late;
    let posts: &[Post] = match late {
        true => &[Post::DeptHead, Post::CsHead],
        false => &[Post::DeptHead],
    };
    let reached = People::knowing(tx, ctx, s)?.who(posts, &about);
    let to = reached.told.into_iter().map(|t| t.staff).collect();
    let kind = match late {
        true => notice::COMPLAINT_PART_LATE,
        false => notice::COMPLAINT_PART,
    };
    due(tx, ctx, s, (key_of(s, "part", no, late), kind), (part.due_at, late), to)
}

/// Tells the head of the department that a complaint is sent to; whoever sends it there knows.
fn routed(tx: &mut Tx, ctx: &Ctx, s: &CaseState) -> Res<()> {
    let Some((no, department)) = s
        .file()
        .and_then(|f| Some((f.routes.len(), f.route()?.department.clone()?)))
    else {
        return Ok(());
    };
    let about = About {
        department: Some(department),
        ..About::default()
    };
    let me = ctx.staff().map(|s| s.id.clone());
    let reached = People::knowing(tx, ctx, s)?.who(&[Post::DeptHead], &about);
    // Where a department has no head nobody above is disturbed: they see it in their lists.
    let heads = reached.told.into_iter().filter(|t| t.instead_of.is_none());
    let to: Vec<StaffId> = heads.map(|t| t.staff).filter(|id| me.as_ref() != Some(id)).collect();
    if to.is_empty() {
        return Ok(());
    }
    let new = NewNotice {
        key: route_key(s, no),
        kind: notice::COMPLAINT_ROUTED,
        level: Level::Note,
        leads: Leads::Case(s.id.clone()),
        to,
        due_at: ctx.now,
        args: serde_json::Map::from_iter([("number".to_owned(), serde_json::json!(s.number))]),
    };
    notice::raise(tx, ctx, new).map(|_| ())
}

fn route_key(s: &CaseState, no: usize) -> String {
    format!("case/{}/routed/{no}", s.id)
}

/// Tells the owner of a measure (COM-31), or that it is late; then quality too.
fn measure(tx: &mut Tx, ctx: &Ctx, s: &CaseState, no: u32) -> Res<()> {
    let Some(measure) = s.file().and_then(|f| f.measures.iter().find(|m| m.no == no)) else {
        return Ok(());
    };
    let late = measure.told_late;
    let mut to: Vec<StaffId> = Vec::new();
    // Whoever sets their own knows; that it is late everybody hears.
    if late || measure.by.staff() != Some(&measure.owner) {
        to.push(measure.owner.clone());
    }
    if late {
        let reached = People::knowing(tx, ctx, s)?.who(&[Post::Quality], &About::default());
        to.extend(reached.told.into_iter().map(|t| t.staff));
        to.sort();
        to.dedup();
    }
    if to.is_empty() {
        return Ok(());
    }
    let kind = match late {
        true => notice::COMPLAINT_MEASURE_LATE,
        false => notice::COMPLAINT_MEASURE,
    };
    due(
        tx,
        ctx,
        s,
        (key_of(s, "measure", no, late), kind),
        (measure.due_at, late),
        to,
    )
}

fn due(
    tx: &mut Tx,
    ctx: &Ctx,
    s: &CaseState,
    (key, kind): (String, &'static str),
    (due_at, late): (i64, bool),
    to: Vec<StaffId>,
) -> Res<()> {
    let new = NewNotice {
        key,
        kind,
        level: if late { Level::Escalation } else { Level::Note },
        leads: Leads::Case(s.id.clone()),
        to,
        // What is late was so at its time, whenever the timer came.
        due_at: if late { due_at } else { ctx.now },
        args: serde_json::Map::from_iter([
            ("number".to_owned(), serde_json::json!(s.number)),
            ("at".to_owned(), serde_json::json!({ "at": due_at })),
        ]),
    };
    notice::raise(tx, ctx, new).map(|_| ())
}

/// Tells the company leader of a complaint that waits for an instruction or of a letter that waits for agreement, and settles
/// both with the leader's word (COM-21, COM-22, COM-25).
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn tell(tx: &mut Tx, ctx: &Ctx, s: &CaseState, events: &[Event]) -> Res<()> {
    let Some(file) = &s.complaint else { return Ok(()) };
    let raised = format!("case/{}/raised/{}", s.id, file.raised.len());
    let letter = format!("case/{}/letter/{}", s.id, file.proposals.len());
    let recurred = format!("case/{}/recurred/{}", s.id, file.looks.len());
    for e in events {
        let (key, kind) = match &e.fact {
            Fact::ComplaintRaised { .. } => (&raised, notice::COMPLAINT_RAISED),
            Fact::AnswerProposed { letter: true, .. } => (&letter, notice::COMPLAINT_LETTER),
            Fact::ComplaintInstructed { .. } => {
                notice::settled(tx, ctx, &raised)?;
                continue;
            }
            Fact::LetterDecided { .. } => {
                notice::settled(tx, ctx, &letter)?;
                continue;
            }
            Fact::ComplaintVerified { .. } => {
                notice::settled(tx, ctx, &recurred)?;
                continue;
            }
            Fact::ComplaintRouted { .. } => {
                notice::settled(tx, ctx, &route_key(s, file.routes.len().saturating_sub(1)))?;
                routed(tx, ctx, s)?;
                continue;
            }
            Fact::FindingRecorded { .. } => {
                notice::settled(tx, ctx, &route_key(s, file.routes.len()))?;
                continue;
            }
            Fact::PartGiven { no, .. } | Fact::PartLate { no } => {
                part(tx, ctx, s, *no)?;
                continue;
            }
            Fact::MeasureSet { no, .. } | Fact::MeasureLate { no } => {
                measure(tx, ctx, s, *no)?;
                continue;
            }
            Fact::PartDone { no, .. } => {
                over(tx, ctx, s, "part", *no)?;
                continue;
            }
            Fact::MeasureDone { no, .. } => {
                over(tx, ctx, s, "measure", *no)?;
                continue;
            }
            Fact::Cancelled { .. } | Fact::KindChanged { .. } => {
                for part in file.open_parts() {
                    over(tx, ctx, s, "part", part.no)?;
                }
                for measure in file.open_measures() {
                    over(tx, ctx, s, "measure", measure.no)?;
                }
                continue;
            }
            Fact::RecurrenceLooked { days, found } if !found.is_empty() => {
                came_again(tx, ctx, s, &recurred, *days, found.len())?;
                continue;
            }
            _ => continue,
        };
        let to = crate::promise::of_or_above(tx, ctx, s, Role::CompanyLeader, |_| true)?;
        let new = NewNotice {
            key: key.clone(),
            kind,
            level: Level::Warning,
            leads: Leads::Case(s.id.clone()),
            to,
            due_at: ctx.now,
            args: serde_json::Map::from_iter([("number".to_owned(), serde_json::json!(s.number))]),
        };
        notice::raise(tx, ctx, new)?;
    }
    Ok(())
}
