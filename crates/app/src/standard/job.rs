//! Long work on a standard: it goes on without the person who began it, says how far it is, can be stopped, and is finished by
//! another process when one ends in the middle. Reading is done on readers' connections; the writer is taken for some
//! milliseconds at a time.

use std::collections::BTreeMap;

use domain::access::Action;
use domain::ids::{CaseId, SiteId, StaffId, StandardId, StandardJobId};
use domain::staffing::Hour;
use domain::standard::Standard;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use store::db::Tx;
use store::seam::Conn;
use store::standard as db;
pub use store::standard::{Filter, Job, Line};

use super::{SHIPPED, get};
use crate::calendar::{self, Proposal};
use crate::ctx::{Actor, Ctx};
use crate::desk::Desk;
use crate::error::{Error, Res};
use crate::{journal, once};

/// Silence after which work counts as left alone, in milliseconds.
const SILENCE: i64 = 30_000;
/// How long the statements of one slice may take; its journal entries and the commit take as long again.
const SLICE_MS: i64 = 6;
/// Work whose rows are kept, of each kind and site.
const KEPT: usize = 8;
/// Work on the page.
const LISTED: i64 = 20;
/// Rows of one page.
pub const PAGE: i64 = 50;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// What a version would move in the open cases. Changes nothing.
    Compare,
    /// Applies the version in force to open cases.
    Apply,
    /// Runs past cases under a version. Changes nothing.
    Simulate,
}

impl What {
    /// As the database keeps it, and part of translation keys.
    pub fn code(self) -> &'static str {
        match self {
            What::Compare => "compare",
            What::Apply => "apply",
            What::Simulate => "simulate",
        }
    }

    /// What this code stands for; comparing for what is none.
    pub fn of(code: &str) -> What {
        match code {
            "apply" => What::Apply,
            "simulate" => What::Simulate,
            _ => What::Compare,
        }
    }
}

/// What the work was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Params {
    /// Range of registration of the past cases (unix milliseconds, until excluded).
    pub from: i64,
    pub until: i64,
    /// The chosen cases; empty: all of them.
    pub cases: Vec<CaseId>,
    /// Why the standard is applied.
    pub reason: String,
    /// The work is about working calendars, not about the standard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<Box<Proposal>>,
}

/// Numbers of one department, item or clock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Count {
    /// Cases in which something moves or was late.
    pub cases: i64,
    /// Clocks that were looked at.
    pub clocks: i64,
    /// Of these late as it is, and as it would be.
    pub before: i64,
    pub after: i64,
    /// Late only as it would be; late only as it is.
    pub newly: i64,
    pub no_longer: i64,
}

impl Count {
    pub(crate) fn clock(&mut self, before: bool, after: bool) {
        self.clocks += 1;
        self.before += i64::from(before);
        self.after += i64::from(after);
        self.newly += i64::from(after && !before);
        self.no_longer += i64::from(before && !after);
    }
}

/// People needed, as the work was done and as the limits would have had it: 24 hours each.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct People {
    pub done: Vec<Hour>,
    pub wanted: Vec<Hour>,
    pub jobs: i64,
}

/// What the work came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// Cases that were looked at.
    pub looked: i64,
    /// Rows that were kept.
    pub rows: i64,
    /// Cases that would change, or that changed.
    pub changed: i64,
    /// Cases that could not be changed (somebody else was at them again and again).
    pub failed: i64,
    pub all: Count,
    pub departments: BTreeMap<String, Count>,
    pub items: BTreeMap<String, Count>,
    pub codes: BTreeMap<String, Count>,
    /// Days of the range.
    pub days: i64,
    /// Of everybody (empty key) and of each department.
    pub people: BTreeMap<String, People>,
    /// Work orders without the times that are needed to count people.
    pub jobs_left_out: i64,
}

/// The parameters of work.
pub fn params_of(job: &Job) -> Params {
    serde_json::from_str(&job.params).unwrap_or_default()
}

/// What work came to so far.
pub fn summary_of(job: &Job) -> Summary {
    serde_json::from_str(&job.summary).unwrap_or_default()
}

fn right(what: What) -> Action {
    match what {
        What::Compare => Action::ManageStandard,
        What::Apply => Action::ReapplyStandard,
        What::Simulate => Action::SimulateStandard,
    }
}

/// Begins work; [`work`] does it. A repeated `key` gives the same. `of` is a version's id or `shipped`; the one in force is applied.
///
/// # Errors
/// `Forbidden`, `NotFound`; `Refused` when the open cases are being changed already, or when there is nothing to run.
pub fn begin(tx: &mut Tx, ctx: &Ctx, key: &str, what: What, of: &str, params: &Params) -> Res<(StandardJobId, String)> {
    need_for(ctx, what, params)?;
    let claim = ctx.ids.hex(8);
    let id = once::once(tx, ctx, key, &(what.code(), of, params), |tx, ctx| {
        tx.serial(&format!("standard-job/{}", ctx.site))?;
        let shown = match what {
            What::Apply => super::force(tx, ctx)?,
            _ => get(tx, ctx, of)?,
        };
        // One that is not sound cannot be worked by, so it cannot be tried either.
        shown
            .document
            .standard()
            .map_err(|_| domain::refusal::Refusal::new("refuse-standard-errors").arg("n", "1"))?;
        let running = db::jobs(tx, &ctx.site, what.code(), LISTED)?;
        let about = params.calendar.as_deref();
        if what == What::Apply && running.iter().any(|j| j.state == "running") {
            return Err(domain::refusal::Refusal::new("refuse-standard-running").into());
        }
        let row = Job {
            id: ctx.id(),
            site_id: ctx.site.clone(),
            number: db::next_job(tx, &ctx.site)?,
            kind: what.code().to_owned(),
            standard_id: match about {
                Some(_) => String::new(),
                None => shown.row.as_ref().map(|r| r.id.as_str().to_owned()).unwrap_or_default(),
            },
            label: about.map_or_else(|| shown.document.version.clone(), |p| p.change.label()),
            params: serde_json::to_string(params)?,
            state: "running".into(),
            progress: 0,
            total: 0,
            summary: "{}".into(),
            claim: claim.clone(),
            beat_at: ctx.now,
            stop_wanted: false,
            created_by: ctx.staff().map(|s| s.id.clone()),
            created_at: ctx.now,
            finished_at: None,
            version: 1,
        };
        db::job_insert(tx, &row)?;
        let chosen = params.cases.len();
        let body = match what {
            What::Apply => json!({"label": row.label, "chosen": chosen, "reason": params.reason}),
            What::Compare => json!({"label": row.label}),
            What::Simulate => json!({"label": row.label, "from": params.from, "until": params.until}),
        };
        if about.is_some() {
            if what == What::Apply {
                let body = json!({"label": row.label, "reason": params.reason});
                journal::now(
                    tx,
                    ctx,
                    "calendar",
                    &row.label,
                    "calendar_apply_started",
                    body,
                    &["reason"],
                );
            }
            return Ok(row.id);
        }
        let kind = match what {
            What::Apply => "standard_apply_started",
            What::Compare => "standard_compared",
            What::Simulate => "standard_simulated",
        };
        journal::now(tx, ctx, "standard", subject(&row), kind, body, &["reason"]);
        Ok(row.id)
    })?;
    Ok((id, claim))
}

/// What an entry of the journal about work belongs to: the version.
pub(super) fn subject(job: &Job) -> &str {
    if job.standard_id.is_empty() {
        SHIPPED
    } else {
        &job.standard_id
    }
}

/// As [`need`]; whoever keeps the calendars may do all about them.
fn need_for(ctx: &Ctx, what: What, params: &Params) -> Res<()> {
    match params.calendar {
        Some(_) => ctx.need(Action::ManageCalendar).map(|_| ()),
        None => need(ctx, what),
    }
}

/// Comparing is open to who drafts, approves or simulates.
fn need(ctx: &Ctx, what: What) -> Res<()> {
    if what == What::Compare && super::sees_drafts(ctx) {
        return Ok(());
    }
    ctx.need(right(what)).map(|_| ())
}

/// One piece of work.
///
/// # Errors
/// `NotFound`, also for who may not see drafts.
pub fn one(c: &mut Conn, ctx: &Ctx, id: &StandardJobId) -> Res<Job> {
    let job = db::job(c, &ctx.site, id)?;
    let calendar = job.as_ref().is_some_and(|job| params_of(job).calendar.is_some());
    let sees = if calendar {
        ctx.need(Action::ManageCalendar).is_ok()
    } else {
        super::sees_drafts(ctx)
    };
    if !sees {
        return Err(Error::Forbidden("forbidden-role"));
    }
    job.ok_or(Error::NotFound)
}

/// The latest work of a kind.
///
/// # Errors
/// `Forbidden`.
pub fn latest(c: &mut Conn, ctx: &Ctx, what: What) -> Res<Vec<Job>> {
    if !super::sees_drafts(ctx) {
        return Err(Error::Forbidden("forbidden-role"));
    }
    let mut jobs = db::jobs(c, &ctx.site, what.code(), LISTED)?;
    jobs.retain(|job| params_of(job).calendar.is_none());
    Ok(jobs)
}

/// A page of what work found; `filter.job` and `filter.limit` are set here.
///
/// # Errors
/// As [`one`].
pub fn rows(c: &mut Conn, ctx: &Ctx, id: &StandardJobId, filter: &Filter, limit: i64) -> Res<(Vec<Line>, Option<i64>)> {
    let job = one(c, ctx, id)?;
    let f = Filter {
        job: job.id.into_string(),
        limit: limit + 1,
        ..filter.clone()
    };
    let mut rows = db::rows(c, &f)?;
    let most = usize::try_from(limit).unwrap_or(0);
    let more = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| more).map(|r| r.no);
    Ok((rows, next))
}

/// Asks whoever works on it to stop.
///
/// # Errors
/// As [`one`]; `Forbidden` for who may not begin it.
pub fn stop(tx: &mut Tx, ctx: &Ctx, id: &StandardJobId) -> Res<()> {
    let job = one(tx, ctx, id)?;
    need_for(ctx, What::of(&job.kind), &params_of(&job))?;
    db::want_stop(tx, &ctx.site, id)?;
    Ok(())
}

/// Goes on with what was stopped; the claim for [`work`].
///
/// # Errors
/// As [`stop`]; `Refused` when it was not stopped.
pub fn go_on(tx: &mut Tx, ctx: &Ctx, id: &StandardJobId) -> Res<String> {
    let job = one(tx, ctx, id)?;
    need_for(ctx, What::of(&job.kind), &params_of(&job))?;
    let claim = ctx.ids.hex(8);
    tx.serial(&format!("standard-job/{}", ctx.site))?;
    if job.kind == "apply"
        && db::jobs(tx, &ctx.site, "apply", LISTED)?
            .iter()
            .any(|j| j.state == "running")
    {
        return Err(domain::refusal::Refusal::new("refuse-standard-running").into());
    }
    match db::go_on(tx, id, &claim, ctx.now)? {
        1 => Ok(claim),
        _ => Err(domain::refusal::Refusal::new("refuse-standard-not-stopped").into()),
    }
}

/// One who works, as long as nobody else has taken the work over.
pub(crate) struct Hand<'a> {
    pub desk: &'a Desk,
    pub ctx: &'a Ctx,
    pub job: Job,
    pub claim: String,
    /// Rows written so far.
    pub no: i64,
    pub total: i64,
    size: usize,
}

/// Whether to go on.
#[derive(PartialEq, Eq)]
pub(crate) enum Next {
    On,
    Stop,
}

impl Hand<'_> {
    pub fn ctx(&self) -> Ctx {
        Ctx {
            now: self.desk.clock.now(),
            ..self.ctx.clone()
        }
    }

    pub fn size(&self) -> usize {
        self.size
    }

    /// Runs a slice in the writer, with the claim; `f` says nothing when it is refused whole. Adapts the size of the next.
    pub fn slice<T: Send + 'static>(
        &mut self,
        done: i64,
        mut f: impl FnMut(&mut Tx, &Ctx) -> Res<T> + Send + 'static,
    ) -> Res<(Next, T)> {
        let (id, claim, clock, total) = (
            self.job.id.clone(),
            self.claim.clone(),
            self.desk.clock.clone(),
            self.total,
        );
        let (stop, out, took) = self.desk.write_now(&self.ctx(), move |tx, ctx| {
            let begun = clock.now();
            let Some(stop) = db::beat(tx, &id, &claim, done, total, ctx.now)? else {
                return Err(Error::Unavailable("standard-taken-over"));
            };
            let out = f(tx, ctx)?;
            let (live, site) = (ctx.live.clone(), ctx.site.clone());
            tx.after_commit(move || live.changed(&site));
            Ok((stop, out, clock.now() - begun))
        })?;
        if took > SLICE_MS {
            self.size = (self.size / 2).max(4);
        } else if took < SLICE_MS / 2 {
            self.size = (self.size + self.size / 4 + 1).min(400);
        }
        Ok((if stop { Next::Stop } else { Next::On }, out))
    }

    /// Writes what was found, some rows at a time.
    pub fn keep(&mut self, done: i64, rows: Vec<Line>) -> Res<Next> {
        let mut next = Next::On;
        let mut rows = rows;
        loop {
            let rest = rows.split_off(rows.len().min(self.size().max(16) * 2));
            let numbered: Vec<Line> = rows
                .into_iter()
                .zip(self.no + 1..)
                .map(|(row, no)| Line {
                    no,
                    job_id: self.job.id.clone(),
                    ..row
                })
                .collect();
            self.no += i64::try_from(numbered.len()).unwrap_or(0);
            let (n, ()) = self.slice(done, move |tx, _| {
                for row in &numbered {
                    db::row_insert(tx, row)?;
                }
                Ok(())
            })?;
            if n == Next::Stop {
                next = Next::Stop;
            }
            if rest.is_empty() {
                return Ok(next);
            }
            rows = rest;
        }
    }

    /// The end of the work.
    pub fn rest(&self, state: &'static str, summary: &Summary) -> Res<()> {
        let (id, claim, summary) = (self.job.id.clone(), self.claim.clone(), serde_json::to_string(summary)?);
        self.desk.write_now(&self.ctx(), move |tx, ctx| {
            db::rest(tx, &id, &claim, state, &summary, Some(ctx.now))?;
            let (live, site) = (ctx.live.clone(), ctx.site.clone());
            tx.after_commit(move || live.changed(&site));
            Ok(())
        })
    }

    /// The standard that the work is about.
    pub fn standard(&self) -> Res<Arc<Standard>> {
        let (book, id) = (self.ctx.book.clone(), self.job.standard_id.clone());
        if id.is_empty() {
            return Ok(book.shipped.clone());
        }
        let site = self.ctx.site.clone();
        self.desk.read_now(move |c| {
            // A draft changes: it is read as it is now, not kept.
            let row = db::get(c, &site, &StandardId::from(id.as_str()))?.ok_or(Error::NotFound)?;
            let document = domain::standard::Document::parse(&row.document).map_err(Error::internal)?;
            Ok(Arc::new(
                document.with_shipped_limits().standard().map_err(Error::internal)?,
            ))
        })
    }

    /// Removes rows, a few hundred at a time.
    fn clear(&self, job: &StandardJobId) -> Res<()> {
        loop {
            let id = job.clone();
            let n = self
                .desk
                .write_now(&self.ctx(), move |tx, _: &Ctx| Ok(db::rows_remove(tx, &id, 300)?))?;
            if n < 300 {
                return Ok(());
            }
        }
    }
}

/// Does the work with the claim of [`begin`], [`go_on`] or a take-over.
///
/// # Errors
/// `Unavailable` while the database is away: the work stays `running` and is taken up later.
pub fn work(desk: &Desk, ctx: &Ctx, id: &StandardJobId, claim: &str) -> Res<()> {
    let (site, i) = (ctx.site.clone(), id.clone());
    let (job, older) = desk.read_now(move |c| {
        let job = db::job(c, &site, &i)?.ok_or(Error::NotFound)?;
        let older = db::jobs(c, &site, &job.kind, 100)?;
        Ok::<_, Error>((job, older))
    })?;
    let what = What::of(&job.kind);
    let mut hand = Hand {
        desk,
        ctx,
        job,
        claim: claim.to_owned(),
        no: 0,
        total: 0,
        size: 24,
    };
    for old in older.iter().skip(KEPT).filter(|old| old.state != "running") {
        hand.clear(&old.id)?;
    }
    // Whatever a process left in the middle is looked at once more from the beginning; what was applied stays applied.
    let own = hand.job.id.clone();
    if what == What::Apply {
        hand.no = desk.read_now(move |c| Ok::<_, Error>(db::last_row(c, &own)?))?;
    } else {
        hand.clear(&own)?;
    }
    let about = params_of(&hand.job).calendar;
    let done = match what {
        What::Compare if about.is_some() => calendar::work::compare(&mut hand),
        What::Apply if about.is_some() => calendar::work::apply(&mut hand),
        What::Compare => super::apply::compare(&mut hand),
        What::Apply => super::apply::apply(&mut hand),
        What::Simulate => super::simulate::simulate(&mut hand),
    };
    match done {
        Ok(()) => Ok(()),
        Err(e @ Error::Unavailable(_)) => Err(e),
        Err(e) => {
            hand.rest("failed", &Summary::default())?;
            Err(e)
        }
    }
}

/// Goes on with work that a process left in the middle. Returns how many. To be called now and then.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn resume_left(desk: &Desk) -> Res<usize> {
    let silent = desk.clock.now() - SILENCE;
    let left = desk.read_now(move |c| Ok::<_, Error>(db::left(c, silent)?))?;
    let mut resumed = 0;
    for l in left {
        let claim = desk.ids.hex(8);
        let sys = desk.system("standard", &l.site_id);
        let (id, c) = (l.id.clone(), claim.clone());
        let mine = desk.write_now(&sys, move |tx, ctx| {
            Ok(db::take(tx, &id, &c, ctx.now, ctx.now - SILENCE)? == 1)
        })?;
        if mine {
            resumed += 1;
            let ctx = as_before(desk, &l.site_id, &l.id)?;
            work(desk, &ctx, &l.id, &claim)?;
        }
    }
    Ok(resumed)
}

/// Work that is taken over goes on in the name of who began it, with the rights that this person has now.
fn as_before(desk: &Desk, site: &SiteId, id: &StandardJobId) -> Res<Ctx> {
    let (s, i) = (site.clone(), id.clone());
    let begun_by = desk.read_now(move |c| {
        let job = db::job(c, &s, &i)?.ok_or(Error::NotFound)?;
        Ok::<_, Error>(job.created_by)
    })?;
    match begun_by {
        Some(staff) => in_name_of(desk, site, "standard", staff),
        None => Ok(desk.system("standard", site)),
    }
}

/// In the name of somebody with an account at the site, with the rights that this person has there; for the command line, where
/// whoever may start the product says who answers for what is done.
///
/// # Errors
/// `NotFound` when there is no such login, or it is closed.
pub fn by_login(desk: &Desk, site: &SiteId, via: &'static str, login: &str) -> Res<Ctx> {
    let login = login.to_owned();
    let account = desk.read_now(move |c| Ok::<_, Error>(store::account::by_login(c, &login)?))?;
    let staff = account.filter(|a| a.active).ok_or(Error::NotFound)?.id;
    in_name_of(desk, site, via, staff)
}

fn in_name_of(desk: &Desk, site: &SiteId, via: &'static str, staff: StaffId) -> Res<Ctx> {
    let sys = desk.system(via, site);
    let s = site.clone();
    let actor = desk.read_now(move |c| {
        let name = store::site::staff_name(c, &staff)?;
        let roles = store::account::roles_of(c, &staff)?;
        Ok::<_, Error>(name.map(|name| {
            crate::ctx::StaffActor {
                id: staff.clone(),
                name: name.name,
                name_en: name.name_en,
                roles: roles
                    .iter()
                    .filter(|r| r.site_id == s)
                    .filter_map(|r| r.role.parse().ok())
                    .collect(),
                department: None,
                session: None,
                scopes: None,
            }
        }))
    })?;
    Ok(match actor {
        Some(actor) => Ctx {
            actor: Actor::Staff(actor),
            ..sys
        },
        None => sys,
    })
}
