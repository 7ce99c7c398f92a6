//! Another version and the open cases: what it would move, and moving it.

use std::sync::Arc;

use domain::case::{CaseState, Command, Env, Moved, moved};
use domain::ids::{CaseId, StandardJobId};
use domain::standard::Standard;
use domain::time::Calendars;
use jiff::tz::TimeZone;
use serde_json::json;
use store::db::Tx;
use store::seam::Conn;
use store::standard as db;

use super::job::{Hand, Line, Next, Summary, params_of, subject, summary_of};
use crate::case::{self, Reckons};
use crate::ctx::Ctx;
use crate::error::{Error, Res};
use crate::journal;

/// Cases that a reader looks at in one go.
pub(crate) const LOOK: usize = 400;

/// The limits of a site at work: what is needed to look at a case under a standard.
#[derive(Clone)]
pub(super) struct Rules {
    pub standard: Arc<Standard>,
    pub calendars: Arc<Calendars>,
    pub zone: TimeZone,
}

impl Rules {
    pub fn of(hand: &Hand<'_>) -> Res<Rules> {
        let standard = hand.standard()?;
        let ctx = hand.ctx();
        let reckons = hand.desk.read_now(move |c| Reckons::by(c, &ctx, standard.clone()))?;
        Ok(Rules {
            standard: reckons.standard,
            calendars: reckons.calendars,
            zone: reckons.zone,
        })
    }

    pub fn env(&self, now: i64) -> Env<'_> {
        Env {
            now,
            standard: &self.standard,
            zone: &self.zone,
            calendars: &self.calendars,
        }
    }
}

/// An open case with the one who has it.
pub(crate) struct Looked {
    pub state: CaseState,
    department: String,
    worker: String,
}

pub(crate) fn look(c: &mut Conn, ctx: &Ctx, id: &CaseId, calendars: &Calendars) -> Res<Option<Looked>> {
    let Some(held) = db::held(c, &ctx.site, id)? else {
        return Ok(None);
    };
    let mut state: CaseState = serde_json::from_str(&held.doc)?;
    state.attach(calendars);
    Ok(Some(Looked {
        state,
        department: held.department_id.unwrap_or_default(),
        worker: held.worker_id.unwrap_or_default(),
    }))
}

pub(crate) fn rows(looked: &Looked, moves: &[Moved], done: bool) -> Vec<Line> {
    let s = &looked.state;
    moves
        .iter()
        .map(|m| Line {
            job_id: "".into(),
            no: 0,
            case_id: s.id.clone(),
            number: s.number.clone(),
            kind: s.kind.as_str().to_owned(),
            item: s.item.clone(),
            department_id: looked.department.clone(),
            worker_id: looked.worker.clone(),
            code: m.code.as_str().to_owned(),
            before_at: m.before,
            after_at: m.after,
            met_at: None,
            late_before: false,
            late_after: m.late,
            done,
        })
        .collect()
}

pub(crate) fn count(summary: &mut Summary, looked: &Looked, moves: &[Moved]) {
    if moves.is_empty() {
        return;
    }
    summary.changed += 1;
    let department = summary.departments.entry(looked.department.clone()).or_default();
    department.cases += 1;
    for m in moves {
        department.clock(false, m.late);
        summary.all.clock(false, m.late);
        summary
            .codes
            .entry(m.code.as_str().to_owned())
            .or_default()
            .clock(false, m.late);
    }
    summary.all.cases += 1;
    summary.rows += i64::try_from(moves.len()).unwrap_or(0);
}

/// The cases that were chosen, or all that are open.
fn wanted(hand: &Hand<'_>) -> Res<Vec<CaseId>> {
    let chosen = params_of(&hand.job).cases;
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    let site = hand.ctx.site.clone();
    hand.desk.read_now(move |c| Ok::<_, Error>(db::open_cases(c, &site)?))
}

pub(crate) fn len(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// What the version would move, case by case, on readers' connections.
pub(super) fn compare(hand: &mut Hand<'_>) -> Res<()> {
    let (rules, ids) = (Rules::of(hand)?, wanted(hand)?);
    hand.total = len(ids.len());
    let mut summary = Summary::default();
    let mut looked_at = 0;
    for slice in ids.chunks(LOOK) {
        let (mine, ctx, r) = (slice.to_vec(), hand.ctx(), rules.clone());
        let seen = hand.desk.read_now(move |c| {
            let mut out = Vec::new();
            for id in &mine {
                if let Some(looked) = look(c, &ctx, id, &r.calendars)? {
                    let moves = moved(&looked.state, &r.env(ctx.now));
                    out.push((looked, moves));
                }
            }
            Ok::<_, Error>(out)
        })?;
        let mut found = Vec::new();
        for (looked, moves) in &seen {
            summary.looked += 1;
            count(&mut summary, looked, moves);
            found.extend(rows(looked, moves, false));
        }
        looked_at += slice.len();
        if hand.keep(len(looked_at), found)? == Next::Stop && looked_at < ids.len() {
            return hand.rest("stopped", &summary);
        }
    }
    hand.rest("done", &summary)
}

/// Applies the version in force, a few cases at a time: each case is whole before and after, whoever works at it meanwhile.
pub(super) fn apply(hand: &mut Hand<'_>) -> Res<()> {
    let (rules, ids) = (Rules::of(hand)?, wanted(hand)?);
    let params = params_of(&hand.job);
    hand.total = len(ids.len());
    // What an earlier run of the same work has done is done; these cases are found as they should be.
    let mut summary = summary_of(&hand.job);
    summary.looked = 0;
    let mut at = 0;
    while at < ids.len() {
        let to = (at + hand.size()).min(ids.len());
        let (mine, r, reason) = (
            ids.get(at..to).unwrap_or_default().to_vec(),
            rules.clone(),
            params.reason.clone(),
        );
        let (job, first) = (hand.job.id.clone(), hand.no);
        let (next, (mut part, n)) = hand.slice(len(to), move |tx, ctx| {
            let mut part = Summary::default();
            let mut no = first;
            for id in &mine {
                part.looked += 1;
                let Some(looked) = look(tx, ctx, id, &r.calendars)? else {
                    continue;
                };
                let moves = moved(&looked.state, &r.env(ctx.now));
                if !looked.state.is_open() || (moves.is_empty() && looked.state.standard == r.standard.version()) {
                    continue;
                }
                let cmd = Command::ReapplyStandard { reason: reason.clone() };
                effect(tx, ctx, (&job, &mut no), &cmd, (&looked, &moves), &mut part)?;
            }
            Ok((part, no))
        })?;
        hand.no = n;
        add(&mut summary, &mut part);
        at = to;
        if next == Next::Stop && at < ids.len() {
            hand.rest("stopped", &summary)?;
            return ended(hand, &summary, true);
        }
    }
    hand.rest("done", &summary)?;
    ended(hand, &summary, false)
}

/// Does a command of such a work to one case and writes down what it moved; `no` is the number of the last line.
///
/// # Errors
/// `Unavailable` while the database is away. A case that has closed meanwhile is left, one that somebody else has is counted.
pub(crate) fn effect(
    tx: &mut Tx,
    ctx: &Ctx,
    (job, no): (&StandardJobId, &mut i64),
    cmd: &Command,
    (looked, moves): (&Looked, &[Moved]),
    part: &mut Summary,
) -> Res<()> {
    let id = &looked.state.id;
    match tx.attempt(|tx| case::act(tx, ctx, id, None, cmd).map(|_| ())) {
        Ok(()) => {
            count(part, looked, moves);
            for row in rows(looked, moves, true) {
                *no += 1;
                let (job_id, no) = (job.clone(), *no);
                db::row_insert(tx, &Line { no, job_id, ..row })?;
            }
            Ok(())
        }
        // Closed or given another level a moment ago: there is nothing to do any more.
        Err(Error::Refused(_) | Error::NotFound) => Ok(()),
        Err(Error::Conflict { .. }) => {
            part.failed += 1;
            Ok(())
        }
        Err(e) => Err(e),
    }
}

pub(crate) fn add(sum: &mut Summary, part: &mut Summary) {
    let plus = |a: &mut super::job::Count, b: &super::job::Count| {
        a.cases += b.cases;
        a.clocks += b.clocks;
        a.before += b.before;
        a.after += b.after;
        a.newly += b.newly;
        a.no_longer += b.no_longer;
    };
    sum.looked += part.looked;
    sum.rows += part.rows;
    sum.changed += part.changed;
    sum.failed += part.failed;
    plus(&mut sum.all, &part.all);
    for (key, count) in &part.departments {
        plus(sum.departments.entry(key.clone()).or_default(), count);
    }
    for (key, count) in &part.codes {
        plus(sum.codes.entry(key.clone()).or_default(), count);
    }
}

/// The one entry about the whole; each case has its own.
fn ended(hand: &Hand<'_>, summary: &Summary, stopped: bool) -> Res<()> {
    let job = hand.job.clone();
    let body = json!({
        "label": job.label, "looked": summary.looked, "changed": summary.changed, "failed": summary.failed, "stopped": stopped,
    });
    hand.desk.write_now(&hand.ctx(), move |tx, ctx| {
        journal::now(
            tx,
            ctx,
            "standard",
            subject(&job),
            "standard_applied",
            body.clone(),
            &[],
        );
        Ok(())
    })
}
