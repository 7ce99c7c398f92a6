//! Checks of lines and telephones (线路检查, TEL-3): due every so many days, made telephone by telephone; a fault has somebody who mends it
//! by a day; damage is charged. What is due and late is told to administration.

use domain::access::{Action, Role};
use domain::call::line_check::{CheckResult, FaultCause, LATE_MS, LineFault, next_check};
use domain::ids::{LineCheckId, LineFaultId, StaffId};
use domain::refusal::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::db::Tx;
use store::seam::Conn;
use store::telephone as db;
pub use store::telephone::{CheckRow, FaultRow, RulesRow};

use super::{Tell, begin, rules as site_rules, somebody, tell, text, whoever};
use crate::ctx::Ctx;
use crate::desk::Desk;
use crate::error::{Error, Res, same_version, saved};
use crate::notice::{self, Level};
use crate::once::once;
use crate::{journal, timer};

/// Checks and faults that the page shows.
const SHOWN: i64 = 50;
/// The longest name of a line that is no telephone of the register, in characters.
const LONGEST_NAME: usize = 60;

/// One telephone as somebody looked at it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LookedAt {
    /// Its number, or a line in words.
    pub telephone: String,
    /// Empty: nobody looked.
    pub result: String,
    pub what: String,
    pub cause: String,
    pub mender: String,
    /// By when, unix milliseconds.
    pub mend_by: Option<i64>,
}

/// A check as the form gives it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewCheck {
    pub lines: Vec<LookedAt>,
    pub note: String,
}

/// The page of the checks.
#[derive(Debug, Clone)]
pub struct Checks {
    pub rules: RulesRow,
    pub checks: Vec<CheckRow>,
    /// To be mended, the most urgent first.
    pub open: Vec<FaultRow>,
    /// Mended, newest first.
    pub mended: Vec<FaultRow>,
}

fn rules(f: &FaultRow) -> Res<LineFault> {
    Ok(LineFault {
        cause: f.cause.parse().map_err(Error::internal)?,
        mender: f.mender.clone(),
        mend_by: f.mend_by,
        mended_at: f.mended_at,
        charged_to: f.charged_to.clone(),
        charge_cents: f.charge_cents,
    })
}

/// Whether the viewer may say that a fault is mended, and charge it.
pub fn may(ctx: &Ctx, f: &FaultRow) -> (bool, bool) {
    let keeps = ctx.need(Action::ManageTelephones).is_ok();
    let Ok(x) = rules(f) else { return (false, false) };
    let mends = ctx.staff().is_some_and(|me| x.may_mend(&me.id, keeps).is_ok());
    (mends, keeps && x.may_charge().is_ok())
}

/// What was checked and found.
///
/// # Errors
/// `Forbidden`.
pub fn all(c: &mut Conn, ctx: &Ctx) -> Res<Checks> {
    ctx.need(Action::RegisterContact)?;
    let faults = db::faults(c, &ctx.site, SHOWN)?;
    Ok(Checks {
        rules: site_rules(c, ctx)?,
        checks: db::checks(c, &ctx.site, SHOWN)?,
        open: db::faults_open(c, &ctx.site)?,
        mended: faults.into_iter().filter(|f| !f.open).collect(),
    })
}

/// One check with its faults.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &LineCheckId) -> Res<(CheckRow, Vec<FaultRow>)> {
    ctx.need(Action::RegisterContact)?;
    let row = db::check(c, &ctx.site, id)?.ok_or(Error::NotFound)?;
    let faults = db::faults_of(c, id)?;
    Ok((row, faults))
}

/// A fault.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn fault(c: &mut Conn, ctx: &Ctx, id: &LineFaultId) -> Res<FaultRow> {
    ctx.need(Action::RegisterContact)?;
    db::fault(c, &ctx.site, id)?.ok_or(Error::NotFound)
}

fn due_key(due: i64, kind: &str) -> String {
    format!("line_check/{due}/{kind}")
}

/// A check that was due is made or is due at another time.
pub(super) fn settle(tx: &mut Tx, ctx: &Ctx, due: i64) -> Res<()> {
    notice::settled(tx, ctx, &due_key(due, notice::LINE_CHECK_DUE))?;
    notice::settled(tx, ctx, &due_key(due, notice::LINE_CHECK_LATE))
}

fn fault_key(f: &FaultRow, kind: &str) -> String {
    format!("line_fault/{}/{kind}", f.id)
}

fn hear(
    tx: &mut Tx,
    ctx: &Ctx,
    f: &FaultRow,
    kind: &'static str,
    level: Level,
    to: Vec<StaffId>,
    due_at: i64,
) -> Res<()> {
    let new = Tell {
        key: fault_key(f, kind),
        kind,
        level,
        page: format!("/hotline/checks#f-{}", f.id),
        to,
        due_at,
        args: &[("telephone", f.telephone.as_str())],
    };
    tell(tx, ctx, new)
}

fn say(tx: &mut Tx, ctx: &Ctx, f: &FaultRow, kind: &str, body: Value, personal: &[&str]) {
    journal::now(tx, ctx, "line_fault", f.id.as_str(), kind, body, personal);
}

/// Records a check: the next one is due so many days later.
///
/// # Errors
/// `Forbidden`, `Invalid` with the field of the telephone, `refuse-incomplete` where nothing was looked at, `Refused` as
/// [`LineFault::find`] says.
pub fn record(tx: &mut Tx, ctx: &Ctx, once_key: &str, n: &NewCheck) -> Res<LineCheckId> {
    ctx.need(Action::ManageTelephones)?;
    once(tx, ctx, once_key, n, |tx, ctx| {
        let me = ctx.need_staff()?.id.clone();
        let (mut fine, mut faults) = (Vec::new(), Vec::new());
        let id: LineCheckId = ctx.id();
        for line in &n.lines {
            let name = line.telephone.trim();
            let Ok(result) = line.result.parse::<CheckResult>() else {
                continue;
            };
            if name.is_empty() || name.chars().count() > LONGEST_NAME {
                return Err(Error::field("other", "invalid-line-name"));
            }
            if result == CheckResult::Fine {
                fine.push(name.to_owned());
                continue;
            }
            let what = text("what", &line.what)?;
            let cause = line.cause.parse().unwrap_or(FaultCause::Unknown);
            let mender = match line.mender.trim() {
                "" => StaffId::from(""),
                who => somebody(tx, ctx, "mender", who)?,
            };
            let x = LineFault::find(&what, cause, &mender, line.mend_by, ctx.now)?;
            faults.push(FaultRow {
                id: ctx.id(),
                site_id: ctx.site.clone(),
                check_id: id.clone(),
                telephone: name.to_owned(),
                what,
                cause: cause.as_str().to_owned(),
                found_at: ctx.now,
                mender: x.mender,
                mend_by: x.mend_by,
                mended_at: None,
                mended_by: None,
                done: String::new(),
                charged_to: None,
                charge_cents: None,
                charge_why: String::new(),
                charged_at: None,
                charged_by: None,
                open: true,
                next_at: Some(x.mend_by),
                version: 1,
            });
        }
        let looked = fine.len() + faults.len();
        if looked == 0 {
            let missing = ["missing-check-lines"];
            return Err(Refusal::new("refuse-incomplete")
                .clause("TEL-3")
                .missing(missing)
                .into());
        }
        begin(tx, ctx)?;
        let site = site_rules(tx, ctx)?;
        let row = CheckRow {
            id,
            site_id: ctx.site.clone(),
            at: ctx.now,
            by_id: me,
            due_at: site.check_due_at,
            looked: i64::try_from(looked).unwrap_or(i64::MAX),
            faults: i64::try_from(faults.len()).unwrap_or(i64::MAX),
            telephones: serde_json::to_string(&fine)?,
            note: text("note", &n.note)?,
            version: 1,
        };
        db::check_insert(tx, &row)?;
        for f in &faults {
            db::fault_insert(tx, f)?;
            hear(
                tx,
                ctx,
                f,
                notice::LINE_FAULT,
                Level::Note,
                vec![f.mender.clone()],
                ctx.now,
            )?;
        }
        settle(tx, ctx, site.check_due_at)?;
        let due = next_check(ctx.now, site.check_days);
        schedule(tx, &site, due, Some(due))?;
        let of: Vec<_> = faults
            .iter()
            .map(|f| json!({"telephone": f.telephone, "what": f.what, "mender": f.mender, "mend_by": f.mend_by}))
            .collect();
        let body = json!({"fine": fine, "faults": of, "due_at": row.due_at, "next": due});
        journal::now(tx, ctx, "line_check", row.id.as_str(), "line_checked", body, &[]);
        Ok(row.id)
    })
}

fn schedule(tx: &mut Tx, site: &RulesRow, due: i64, next_at: Option<i64>) -> Res<()> {
    let (home, outside, paid) = (site.home.as_str(), site.outside.as_str(), site.paid.as_str());
    let (long, days) = (site.long_ms, site.check_days);
    let rows = db::rules_save(
        tx,
        &site.site_id,
        site.version,
        home,
        outside,
        paid,
        long,
        days,
        due,
        next_at,
    )?;
    saved(rows, site.version)
}

fn seen(tx: &mut Tx, ctx: &Ctx, id: &LineFaultId, version: i64) -> Res<(FaultRow, LineFault)> {
    let row = fault(tx, ctx, id)?;
    same_version(version, row.version)?;
    let x = rules(&row)?;
    Ok((row, x))
}

fn save(tx: &mut Tx, f: &mut FaultRow) -> Res<()> {
    f.version += 1;
    saved(db::fault_save(tx, f)?, f.version - 1)
}

/// A fault is mended: said by whoever mends it, or by who keeps the telephones.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Refused` as [`LineFault::mend`] says.
pub fn mended(tx: &mut Tx, ctx: &Ctx, id: &LineFaultId, version: i64, what: &str) -> Res<()> {
    let (mut f, mut x) = seen(tx, ctx, id, version)?;
    let (me, what) = (ctx.need_staff()?.id.clone(), text("done", what)?);
    x.mend(&me, ctx.need(Action::ManageTelephones).is_ok(), &what, ctx.now)?;
    (f.mended_at, f.mended_by, f.done) = (x.mended_at, Some(me), what);
    (f.open, f.next_at) = (false, None);
    save(tx, &mut f)?;
    let body = json!({"telephone": f.telephone, "done": f.done, "late": ctx.now > f.mend_by});
    say(tx, ctx, &f, "line_fault_mended", body, &[]);
    notice::settled(tx, ctx, &fault_key(&f, notice::LINE_FAULT))?;
    notice::settled(tx, ctx, &fault_key(&f, notice::LINE_FAULT_LATE))
}

/// Damage is charged to somebody, who is told.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Invalid`, `Refused` as [`LineFault::charge`] says.
pub fn charge(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &LineFaultId,
    version: i64,
    to: &str,
    cents: Option<i64>,
    why: &str,
) -> Res<()> {
    ctx.need(Action::ManageTelephones)?;
    let (mut f, mut x) = seen(tx, ctx, id, version)?;
    let to = match to.trim() {
        "" => None,
        who => Some(somebody(tx, ctx, "to", who)?),
    };
    let why = text("why", why)?;
    x.charge(to.as_ref(), cents, &why)?;
    (f.charged_to, f.charge_cents, f.charge_why) = (x.charged_to, x.charge_cents, why);
    (f.charged_at, f.charged_by) = (Some(ctx.now), Some(ctx.need_staff()?.id.clone()));
    save(tx, &mut f)?;
    let body = json!({"telephone": f.telephone, "to": f.charged_to, "cents": f.charge_cents, "why": f.charge_why});
    say(tx, ctx, &f, "line_fault_charged", body, &["why"]);
    let told = f.charged_to.iter().cloned().collect();
    hear(tx, ctx, &f, notice::LINE_DAMAGE, Level::Note, told, ctx.now)
}

/// Tells administration of checks that are due and of those that nobody made in time.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn round(desk: &Desk) -> Res<timer::Round> {
    timer::each(desk, "line check", db::rules_due, |tx, ctx, _| {
        let Some(site) = db::rules(tx, &ctx.site)? else {
            return Ok(false);
        };
        let Some(at) = site.next_at.filter(|at| *at <= ctx.now) else {
            return Ok(false);
        };
        let due = site.check_due_at;
        let late = at > due;
        let (kind, level) = if late {
            (notice::LINE_CHECK_LATE, Level::Escalation)
        } else {
            (notice::LINE_CHECK_DUE, Level::Warning)
        };
        let next_at = (!late).then(|| due.saturating_add(LATE_MS));
        schedule(tx, &site, due, next_at)?;
        let new = Tell {
            key: due_key(due, kind),
            kind,
            level,
            page: "/hotline/checks".to_owned(),
            to: whoever(tx, ctx, Role::Administration, &[])?,
            due_at: at,
            args: &[],
        };
        tell(tx, ctx, new)?;
        Ok(true)
    })
}

/// Tells whoever mends a fault and administration that it is late.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn faults_round(desk: &Desk) -> Res<timer::Round> {
    timer::each(desk, "line fault", db::fault_due, |tx, ctx, id| {
        let Some(mut f) = db::fault(tx, &ctx.site, &LineFaultId::from(id))? else {
            return Ok(false);
        };
        let Some(due) = f.next_at.filter(|at| *at <= ctx.now) else {
            return Ok(false);
        };
        f.next_at = None;
        save(tx, &mut f)?;
        let mut to = whoever(tx, ctx, Role::Administration, &[])?;
        if !to.contains(&f.mender) {
            to.push(f.mender.clone());
        }
        hear(tx, ctx, &f, notice::LINE_FAULT_LATE, Level::Escalation, to, due)?;
        Ok(true)
    })
}
