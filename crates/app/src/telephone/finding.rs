//! What calls that are over show by themselves (TEL-2, TEL-9, TEL-10): it is written down beside the call, and somebody says whether it
//! was a violation. How often telephones were out of reach or held a line for long is counted from the same.

use domain::access::{Action, Reach};
use domain::call::finding::{self, Beside, FindingKind};
use domain::call::line::{Reach as Dialled, ServiceClass, class_needed};
use domain::ids::{FindingId, StaffId, ViolationId};
use domain::refusal::Refusal;
use serde_json::json;
use store::call::CallRow;
use store::db::Tx;
use store::seam::Conn;
use store::telephone as db;
pub use store::telephone::{CountRow, FindingRow};

use super::{PAGE, habits, long_distance, rules, text};
use crate::call::Doc;
use crate::ctx::Ctx;
use crate::error::{Error, Res, same_version, saved};
use crate::{journal, list};

/// Telephones are looked back on for so long, in milliseconds: seven days.
pub const BACK_MS: i64 = 7 * 86_400_000;
/// Single calls that the page of telephones out of reach and long calls shows of each.
const SINGLE: i64 = 50;

/// Writes down what a call that is over shows. `again`: it was over before, and more was told of it since.
pub(crate) fn look(tx: &mut Tx, ctx: &Ctx, row: &CallRow, doc: &Doc, again: bool) -> Res<()> {
    let (call, site) = (&doc.call, habits(&rules(tx, ctx)?));
    let telephone = finding::telephone(call).unwrap_or_default();
    let dialled = site.dialled(call);
    let (mut class, mut owner, mut covered) = (None, None, false);
    if let Some(dialled) = &dialled {
        let x = store::call::extension_by_number(tx, &ctx.site, telephone)?;
        class = x.as_ref().and_then(|x| x.class.parse::<ServiceClass>().ok());
        owner = x.and_then(|x| x.owner_id);
        let far = matches!(
            class_needed(dialled, &site.numbering),
            Ok(Dialled::National | Dialled::International)
        );
        if far {
            let (at, talked) = (call.first.received, call.answered.is_some());
            covered = long_distance::cover(tx, ctx, &row.id, dialled, telephone, at, talked)?;
        }
    }
    let beside = Beside {
        class,
        covered,
        tells_ringing: !finding::unreached(call, true).is_empty() && tells_ringing(tx, row)?,
    };
    let found = finding::found(call, beside, &site, ctx.now);
    if again {
        // What was told since may show otherwise.
        for old in db::findings_of(tx, &row.id)?.into_iter().filter(|f| f.open) {
            let still = |f: &finding::Finding| f.kind.as_str() == old.kind && f.telephone == old.telephone;
            if !found.iter().any(still) {
                db::finding_drop(tx, &old.id)?;
            }
        }
    }
    for f in found {
        let sat = doc.seats.get(&f.telephone).cloned();
        let staff_id = match (sat, f.telephone == telephone) {
            (Some(sat), _) => Some(sat),
            (None, true) if row.staff_id.is_some() => row.staff_id.clone(),
            (None, true) if owner.is_some() => owner.clone(),
            (None, _) => owner_of(tx, ctx, &f.telephone)?,
        };
        let new = FindingRow {
            id: ctx.id(),
            site_id: ctx.site.clone(),
            call_id: row.id.clone(),
            kind: f.kind.as_str().to_owned(),
            telephone: f.telephone,
            staff_id,
            reach: f.reach.map_or("", Dialled::as_str).to_owned(),
            talk_ms: call.talk_ms(),
            at: row.at,
            open: true,
            done_at: None,
            done_by: None,
            reason: String::new(),
            violation_id: None,
            version: 1,
        };
        db::finding_insert(tx, &new)?;
    }
    Ok(())
}

/// Whether a telephone system tells when telephones ring: it has of one of its last calls. Connectors that speak the contract of three
/// events only do not.
fn tells_ringing(tx: &mut Tx, row: &CallRow) -> Res<bool> {
    let last = store::call::last_of(tx, &row.system_id)?;
    Ok(last.iter().any(|call| call.ringing_at.is_some()))
}

fn owner_of(tx: &mut Tx, ctx: &Ctx, telephone: &str) -> Res<Option<StaffId>> {
    let x = store::call::extension_by_number(tx, &ctx.site, telephone)?;
    Ok(x.and_then(|x| x.owner_id))
}

/// What waits to be looked at, newest first, and where the next page begins; with what was looked at last.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    pub open: Vec<FindingRow>,
    pub next: Option<(i64, String)>,
    pub done: Vec<FindingRow>,
}

/// Keeps those about people whom the right to record reaches.
fn keep(c: &mut Conn, ctx: &Ctx, rows: &mut Vec<FindingRow>) -> Res<()> {
    if ctx.reach(Action::RecordViolation) >= Reach::Site {
        return Ok(());
    }
    let mine = ctx.need_staff()?.department.clone();
    let held = store::site::holders(c, &ctx.site)?;
    let ours = |s: &StaffId| {
        held.iter()
            .any(|h| h.id == *s && h.department_id.is_some() && h.department_id == mine)
    };
    rows.retain(|r| r.staff_id.as_ref().is_some_and(ours));
    Ok(())
}

/// The list of what was found.
///
/// # Errors
/// `Forbidden` without the right to record violations.
pub fn list(c: &mut Conn, ctx: &Ctx, after: Option<(i64, String)>) -> Res<Listed> {
    ctx.need(Action::RecordViolation)?;
    let (at, id) = after.unwrap_or((i64::MAX, String::new()));
    let mut open = db::findings_open(c, &ctx.site, at, &id, PAGE + 1)?;
    let more = list::cut(&mut open, usize::try_from(PAGE).unwrap_or(30));
    let last = open.last().filter(|_| more);
    let next = last.map(|r| (r.at, r.id.to_string()));
    let mut done = db::findings_done(c, &ctx.site, PAGE)?;
    keep(c, ctx, &mut open)?;
    keep(c, ctx, &mut done)?;
    Ok(Listed { open, next, done })
}

/// One that waits.
///
/// # Errors
/// `Forbidden`, `NotFound`, `refuse-finding-done`.
pub fn open(c: &mut Conn, ctx: &Ctx, id: &FindingId) -> Res<FindingRow> {
    ctx.need(Action::RecordViolation)?;
    let mut rows: Vec<_> = db::finding(c, &ctx.site, id)?.into_iter().collect();
    keep(c, ctx, &mut rows)?;
    let row = rows.pop().ok_or(Error::NotFound)?;
    if !row.open {
        return Err(Refusal::new("refuse-finding-done").clause("TEL-4").into());
    }
    Ok(row)
}

fn save(tx: &mut Tx, ctx: &Ctx, mut row: FindingRow) -> Res<()> {
    row.open = false;
    row.done_at = Some(ctx.now);
    row.done_by = ctx.staff().map(|me| me.id.clone());
    row.version += 1;
    saved(db::finding_save(tx, &row)?, row.version - 1)
}

/// It was recorded as a violation.
pub(super) fn recorded(tx: &mut Tx, ctx: &Ctx, row: FindingRow, violation: &ViolationId) -> Res<()> {
    let row = FindingRow {
        violation_id: Some(violation.clone()),
        ..row
    };
    save(tx, ctx, row)
}

/// It was no violation, because.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `refuse-finding-done`, `refuse-finding-own`, `refuse-incomplete` without a reason.
pub fn dismiss(tx: &mut Tx, ctx: &Ctx, id: &FindingId, version: i64, reason: &str) -> Res<()> {
    let row = open(tx, ctx, id)?;
    same_version(version, row.version)?;
    if row.staff_id.as_ref() == Some(&ctx.need_staff()?.id) {
        return Err(Refusal::new("refuse-finding-own").clause("TEL-4").into());
    }
    let reason = text("reason", reason)?;
    if reason.is_empty() {
        let missing = ["missing-finding-reason"];
        return Err(Refusal::new("refuse-incomplete")
            .clause("TEL-4")
            .missing(missing)
            .into());
    }
    let body = json!({"call": row.call_id, "what_kind": row.kind, "reason": reason});
    journal::now(tx, ctx, "finding", id.as_str(), "finding_dismissed", body, &["reason"]);
    save(tx, ctx, FindingRow { reason, ..row })
}

/// Telephones out of reach and long calls of the last seven days.
#[derive(Debug, Clone, Default)]
pub struct Used {
    pub from: i64,
    /// Longer calls are long, in milliseconds.
    pub long_ms: i64,
    pub silent: Vec<CountRow>,
    pub silent_calls: Vec<FindingRow>,
    pub long: Vec<CountRow>,
    pub long_calls: Vec<FindingRow>,
}

/// How telephones were used in the last seven days (TEL-10).
///
/// # Errors
/// `Forbidden` without the right to see calls of the whole site.
pub fn used(c: &mut Conn, ctx: &Ctx) -> Res<Used> {
    if ctx.need(Action::ViewCalls)? < Reach::Site {
        return Err(Error::Forbidden("forbidden-role"));
    }
    let from = ctx.now - BACK_MS;
    let (silent, long) = (FindingKind::Unreachable.as_str(), FindingKind::LongCall.as_str());
    Ok(Used {
        from,
        long_ms: rules(c, ctx)?.long_ms,
        silent: db::finding_counts(c, &ctx.site, silent, from)?,
        silent_calls: db::findings_since(c, &ctx.site, silent, from, SINGLE)?,
        long: db::finding_counts(c, &ctx.site, long, from)?,
        long_calls: db::findings_since(c, &ctx.site, long, from, SINGLE)?,
    })
}
