//! Violations of the rules for the telephone (电话使用违规, TEL-1, TEL-4, TEL-9): recorded by administration or the head, answered by the
//! person, decided by severity by somebody without a part in it; only then on the person's record. Nobody sees those of others
//! without the right to.

use domain::access::{Action, Reach};
use domain::call::violation::{Severity, Violation, ViolationKind, ViolationMeasure, ViolationStage};
use domain::ids::{CallId, FindingId, StaffId, ViolationId};
use domain::refusal::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::db::Tx;
use store::seam::Conn;
use store::telephone as db;
pub use store::telephone::ViolationRow;

use super::{PAGE, Tell, department_of, finding, heads, narrowed, reaches, somebody, tell, text};
use crate::ctx::Ctx;
use crate::desk::Desk;
use crate::error::{Error, Res, same_version, saved};
use crate::hidden::Hidden;
use crate::notice::{self, Level};
use crate::once::once;
use crate::{case, journal, list, timer};

/// What of the list is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Waits for the answer or the decision.
    Open,
    /// On somebody's record.
    Recorded,
    /// About the viewer.
    Mine,
    All,
}

impl View {
    /// Every view, in the order of the page.
    pub const ALL: &'static [View] = &[View::Open, View::Recorded, View::Mine, View::All];

    /// Of an address; `None` for no such view.
    #[must_use]
    pub fn parse(text: &str) -> Option<View> {
        View::ALL.iter().copied().find(|v| v.code() == text)
    }

    /// As in an address.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            View::Open => "open",
            View::Recorded => "recorded",
            View::Mine => "mine",
            View::All => "all",
        }
    }
}

/// A page of the list.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    pub rows: Vec<ViolationRow>,
    pub next: Option<(i64, String)>,
}

/// One of them, with what the viewer may do now.
#[derive(Debug, Clone)]
pub struct Looked {
    pub row: ViolationRow,
    pub may_answer: bool,
    pub may_decide: bool,
}

/// What is recorded.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Recorded {
    pub kind: String,
    pub about: String,
    pub what: String,
    /// Number or id of the case that it led to; may be empty.
    pub case: String,
    /// The call it is about; may be empty.
    pub call: String,
    /// What was found by itself, if that is the reason; it is done with then.
    pub finding: String,
    /// What the call cost, in cents.
    pub cost_cents: Option<i64>,
    /// Until when the person may answer, unix milliseconds.
    pub answer_by: Option<i64>,
}

fn rules(r: &ViolationRow) -> Res<Violation> {
    Ok(Violation {
        stage: r.stage.parse().map_err(Error::internal)?,
        kind: r.kind.parse().map_err(Error::internal)?,
        about: r.about.clone(),
        recorded_by: r.recorded_by.clone(),
        answer_by: r.answer_by,
        cost_cents: r.cost_cents,
        severity: match r.severity.as_str() {
            "" => None,
            s => Some(s.parse().map_err(Error::internal)?),
        },
        decided_by: r.decided_by.clone(),
        decided_at: r.decided_at,
    })
}

/// A complaint that is hidden from somebody does not reach them by this way either.
fn shown(hidden: &Hidden, ctx: &Ctx, mut r: ViolationRow) -> Option<ViolationRow> {
    let Some(case) = &r.case_id else { return Some(r) };
    if hidden.shows(case.as_str()) {
        return Some(r);
    }
    // One's own is always seen, without the case.
    let own = ctx.staff().is_some_and(|me| me.id == r.about);
    own.then(|| {
        r.case_id = None;
        r.case_number = String::new();
        r
    })
}

/// The list, newest first. Whoever sees only the own ones gets those in every view.
///
/// # Errors
/// `Forbidden`.
pub fn list(c: &mut Conn, ctx: &Ctx, view: View, after: Option<(i64, String)>) -> Res<Listed> {
    let mut f = narrowed(ctx, Action::ViewViolations, after)?;
    if view == View::Mine {
        f.own = Some(ctx.need_staff()?.id.to_string());
        f.department = None;
    }
    (f.open, f.recorded) = (view == View::Open, view == View::Recorded);
    let mut rows = db::violations(c, &f)?;
    let more = list::cut(&mut rows, usize::try_from(PAGE).unwrap_or(30));
    let last = rows.last().filter(|_| more);
    let next = last.map(|r| (r.recorded_at, r.id.to_string()));
    let hidden = Hidden::from(c, ctx)?;
    let rows = rows.into_iter().filter_map(|r| shown(&hidden, ctx, r)).collect();
    Ok(Listed { rows, next })
}

fn row(c: &mut Conn, ctx: &Ctx, id: &ViolationId) -> Res<ViolationRow> {
    ctx.need(Action::ViewViolations)?;
    let row = db::violation(c, &ctx.site, id)?.ok_or(Error::NotFound)?;
    let hidden = Hidden::from(c, ctx)?;
    let sees = reaches(ctx, Action::ViewViolations, &row.about, row.department_id.as_ref())
        || ctx.staff().is_some_and(|me| me.id == row.recorded_by);
    Some(row)
        .filter(|_| sees)
        .filter(|r| shown(&hidden, ctx, r.clone()).is_some())
        .ok_or(Error::NotFound)
}

/// One of them: for whom it is about, who recorded it, and who sees those of the department or all.
///
/// # Errors
/// `Forbidden`, `NotFound`.
pub fn get(c: &mut Conn, ctx: &Ctx, id: &ViolationId) -> Res<Looked> {
    let row = row(c, ctx, id)?;
    let (x, me) = (rules(&row)?, &ctx.need_staff()?.id);
    let hidden = Hidden::from(c, ctx)?;
    Ok(Looked {
        may_answer: x.may_answer(me).is_ok(),
        may_decide: decides(ctx, &row) && x.may_decide(me, ctx.now).is_ok(),
        row: shown(&hidden, ctx, row).ok_or(Error::NotFound)?,
    })
}

fn decides(ctx: &Ctx, r: &ViolationRow) -> bool {
    ctx.reach(Action::DecideViolation) > Reach::Own
        && reaches(ctx, Action::DecideViolation, &r.about, r.department_id.as_ref())
}

fn say(tx: &mut Tx, ctx: &Ctx, r: &ViolationRow, kind: &str, body: Value, personal: &[&str]) {
    // Not in the story of the case: whoever reads that has no part in this.
    journal::now(tx, ctx, "violation", r.id.as_str(), kind, body, personal);
}

fn key(r: &ViolationRow, kind: &str) -> String {
    format!("violation/{}/{kind}", r.id)
}

fn hear(tx: &mut Tx, ctx: &Ctx, r: &ViolationRow, kind: &'static str, to: Vec<StaffId>, due_at: i64) -> Res<()> {
    let new = Tell {
        key: key(r, kind),
        kind,
        level: Level::Warning,
        page: format!("/hotline/violations/{}", r.id),
        to,
        due_at,
        args: &[],
    };
    tell(tx, ctx, new)
}

/// Who decides: whoever of the heads of the department and administration has no part in it, else the next one above.
fn deciders(tx: &mut Tx, ctx: &Ctx, r: &ViolationRow) -> Res<Vec<StaffId>> {
    let hidden = match &r.case_id {
        Some(case) => store::hidden::from_whom(tx, case)?,
        None => Vec::new(),
    };
    let mut but = vec![&r.about, &r.recorded_by];
    but.extend(&hidden);
    heads(tx, ctx, r.department_id.as_ref(), &but)
}

fn change(r: &mut ViolationRow, x: &Violation) {
    x.stage.as_str().clone_into(&mut r.stage);
    x.severity.map_or("", Severity::as_str).clone_into(&mut r.severity);
    r.recorded = x.is_recorded();
    r.charge_cents = x.charge_cents();
    r.open = x.stage != ViolationStage::Decided;
    r.next_at = (x.stage == ViolationStage::Asked).then_some(x.answer_by);
}

fn seen(tx: &mut Tx, ctx: &Ctx, id: &ViolationId, version: i64) -> Res<(ViolationRow, Violation)> {
    let row = row(tx, ctx, id)?;
    same_version(version, row.version)?;
    let x = rules(&row)?;
    Ok((row, x))
}

fn save(tx: &mut Tx, row: &mut ViolationRow) -> Res<()> {
    row.version += 1;
    saved(db::violation_save(tx, row)?, row.version - 1)
}

/// Records one. The person is told at once, sees what is said and answers before it is decided.
///
/// # Errors
/// `Forbidden` also about somebody whom the right does not reach, `Invalid`, `Refused` as [`Violation::record`] says and without the
/// case of a complaint; a complaint that is hidden from the person cannot be named.
pub fn record(tx: &mut Tx, ctx: &Ctx, once_key: &str, n: &Recorded) -> Res<ViolationId> {
    ctx.need(Action::RecordViolation)?;
    once(tx, ctx, once_key, n, |tx, ctx| {
        let by = ctx.need_staff()?.id.clone();
        let kind: ViolationKind = n.kind.parse().map_err(|_| Error::field("kind", "invalid-choose"))?;
        let about = somebody(tx, ctx, "about", &n.about)?;
        let department = department_of(tx, ctx, &about)?;
        if !reaches(ctx, Action::RecordViolation, &about, department.as_ref()) {
            return Err(Error::field("about", "violation-other-department"));
        }
        let answer_by = n.answer_by.ok_or_else(|| Error::field("answer_by", "invalid-time"))?;
        if n.cost_cents.is_some_and(|cents| cents < 0) {
            return Err(Error::field("cost", "invalid-money"));
        }
        let on = match n.case.trim() {
            "" => None,
            number => match case::find(tx, ctx, number) {
                Ok(seen) => Some(seen.state),
                Err(Error::NotFound) => return Err(Error::field("case", "investigation-no-case")),
                Err(e) => return Err(e),
            },
        };
        if on.as_ref().is_some_and(|case| case.hidden_from(&about)) {
            return Err(Error::field("case", "investigation-hidden"));
        }
        if kind.needs_case() && on.is_none() {
            let missing = ["missing-violation-case"];
            return Err(Refusal::new("refuse-incomplete")
                .clause("TEL-4")
                .missing(missing)
                .into());
        }
        let found = match n.finding.trim() {
            "" => None,
            id => Some(finding::open(tx, ctx, &FindingId::from(id))?),
        };
        let call = match (&found, n.call.trim()) {
            (Some(f), _) => Some(f.call_id.clone()),
            (None, "") => None,
            (None, id) => {
                // One that whoever records it does not see is none to them.
                match crate::call::get(tx, ctx, &CallId::from(id)) {
                    Ok(call) => Some(call.row.id),
                    Err(Error::NotFound | Error::Forbidden(_)) => return Err(Error::field("call", "invalid-choose")),
                    Err(e) => return Err(e),
                }
            }
        };
        let what = text("what", &n.what)?;
        let x = Violation::record(kind, &about, &by, &what, n.cost_cents, answer_by, ctx.now)?;
        let mut r = ViolationRow {
            id: ctx.id(),
            site_id: ctx.site.clone(),
            kind: kind.as_str().to_owned(),
            about: about.clone(),
            department_id: department,
            what,
            call_id: call,
            case_id: on.as_ref().map(|case| case.id.clone()),
            case_number: on.map(|case| case.number).unwrap_or_default(),
            cost_cents: x.cost_cents,
            recorded_by: by,
            recorded_at: ctx.now,
            answer_by,
            stage: String::new(),
            answer: String::new(),
            answered_at: None,
            severity: String::new(),
            measure: String::new(),
            reason: String::new(),
            decided_by: None,
            decided_at: None,
            charge_cents: None,
            recorded: false,
            open: true,
            next_at: None,
            version: 1,
        };
        change(&mut r, &x);
        db::violation_insert(tx, &r)?;
        if let Some(f) = found {
            finding::recorded(tx, ctx, f, &r.id)?;
        }
        let body = json!({"about": r.about, "what_kind": kind, "what": r.what, "call": r.call_id, "cost_cents": r.cost_cents, "answer_by": answer_by});
        say(tx, ctx, &r, "violation_recorded", body, &["what"]);
        hear(tx, ctx, &r, notice::VIOLATION_ASKED, vec![about], ctx.now)?;
        Ok(r.id)
    })
}

/// The person answers.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Invalid`, `Refused` as [`Violation::answer`] says.
pub fn answer(tx: &mut Tx, ctx: &Ctx, id: &ViolationId, version: i64, said: &str) -> Res<()> {
    let (mut r, mut x) = seen(tx, ctx, id, version)?;
    let said = text("text", said)?;
    x.answer(&ctx.need_staff()?.id, &said)?;
    let first = r.answered_at.is_none();
    change(&mut r, &x);
    (r.answer, r.answered_at) = (said, Some(ctx.now));
    save(tx, &mut r)?;
    say(
        tx,
        ctx,
        &r,
        "violation_answered",
        json!({"answer": r.answer}),
        &["answer"],
    );
    notice::settled(tx, ctx, &key(&r, notice::VIOLATION_ASKED))?;
    if first {
        let to = deciders(tx, ctx, &r)?;
        hear(tx, ctx, &r, notice::VIOLATION_WAITS, to, ctx.now)?;
    }
    Ok(())
}

/// Decides it, with a measure that fits the severity.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Conflict`, `Invalid`, `Refused` as [`Violation::decide`] and [`Severity::allows`] say.
pub fn decide(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &ViolationId,
    version: i64,
    severity: &str,
    measure: &str,
    reason: &str,
) -> Res<()> {
    ctx.need(Action::DecideViolation)?;
    let (mut r, mut x) = seen(tx, ctx, id, version)?;
    if !decides(ctx, &r) {
        return Err(Error::Forbidden("forbidden-role"));
    }
    let severity: Severity = severity
        .parse()
        .map_err(|_| Error::field("severity", "invalid-choose"))?;
    let measure = match (measure, severity.measures()) {
        // Only one fits.
        ("", [only]) => *only,
        (code, _) => code
            .parse::<ViolationMeasure>()
            .map_err(|_| Error::field("measure", "invalid-choose"))?,
    };
    let reason = text("reason", reason)?;
    x.decide(&ctx.need_staff()?.id, severity, &reason, ctx.now)?;
    severity.allows(measure)?;
    change(&mut r, &x);
    r.reason = reason;
    measure.as_str().clone_into(&mut r.measure);
    (r.decided_by, r.decided_at) = (x.decided_by.clone(), x.decided_at);
    save(tx, &mut r)?;
    let body = json!({"severity": severity, "measure": measure, "reason": r.reason, "recorded": r.recorded, "charge_cents": r.charge_cents});
    say(tx, ctx, &r, "violation_decided", body, &["reason"]);
    notice::settled(tx, ctx, &key(&r, notice::VIOLATION_ASKED))?;
    notice::settled(tx, ctx, &key(&r, notice::VIOLATION_WAITS))?;
    let to = vec![r.about.clone(), r.recorded_by.clone()];
    hear(tx, ctx, &r, notice::VIOLATION_DECIDED, to, ctx.now)
}

/// Looks at those whose time for the answer is over: whoever decides hears that they can.
///
/// # Errors
/// `Unavailable` while the database is away.
pub(crate) fn round(desk: &Desk) -> Res<timer::Round> {
    timer::each(desk, "violation", db::violation_due, |tx, ctx, id| {
        let Some(mut r) = db::violation(tx, &ctx.site, &ViolationId::from(id))? else {
            return Ok(false);
        };
        let Some(due) = r.next_at.filter(|at| *at <= ctx.now) else {
            return Ok(false);
        };
        r.next_at = None;
        save(tx, &mut r)?;
        let to = deciders(tx, ctx, &r)?;
        hear(tx, ctx, &r, notice::VIOLATION_WAITS, to, due)?;
        Ok(true)
    })
}
