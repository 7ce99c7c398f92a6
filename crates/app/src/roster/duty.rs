//! Coming to the shift (REC-4): who is asked to check in, the check-in itself with its checklist, one's own shifts, and the
//! register of who came when.

use domain::access::{Action, Reach};
use domain::ids::{ShiftId, StaffId};
use domain::roster::{
    ASK_MS, Attendance, BEFORE_MS, EARLIEST_MS, Item, ShiftTimes, Stretch, Tick, check_ticks, late_by, may_check_in,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::account as accounts;
use store::db::Tx;
use store::roster as db;
use store::seam::Conn;

use super::board::{Board, checklist};
use super::{DAY_MS, LONGEST_MS, away, changed, need_manage, need_post, need_shift, same_version, save_shift, stretch};
use crate::ctx::Ctx;
use crate::error::{Error, Fields, Res};
use crate::journal;
use crate::once::once;

fn times(c: &mut Conn, ctx: &Ctx, s: &db::Shift) -> Res<ShiftTimes> {
    let absences = db::absences(c, &ctx.site, s.from_at, s.to_at)?;
    Ok(ShiftTimes {
        at: stretch(s),
        checked_in: s.checked_in_at,
        ended: s.ended_at,
        absent: away(&absences, &s.staff_id).iter().any(|a| a.holds(s.from_at)),
    })
}

/// A shift of the signed-in person with its post.
#[derive(Debug, Clone)]
pub struct Own {
    pub shift: db::Shift,
    pub post: db::Post,
    pub attendance: Attendance,
    /// May check in now.
    pub open: bool,
}

/// One's own shifts that have not ended, or ended within the last day and were not handed over, in order.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn mine(c: &mut Conn, ctx: &Ctx, days: i64) -> Res<Vec<Own>> {
    let me = ctx.need_staff()?.id.clone();
    if ctx.reach(Action::ViewRoster) == Reach::Never {
        return Ok(Vec::new());
    }
    let mut out = Vec::new();
    for shift in db::shifts_of(
        c,
        &ctx.site,
        &me,
        ctx.now - LONGEST_MS - DAY_MS,
        ctx.now + days * DAY_MS,
    )? {
        let kept = shift.checked_in_at.is_some() && shift.ended_at.is_none() && ctx.now < shift.to_at + DAY_MS / 2;
        if shift.to_at <= ctx.now && !kept {
            continue;
        }
        let post = need_post(c, ctx, &shift.post_id)?;
        let t = times(c, ctx, &shift)?;
        out.push(Own {
            attendance: domain::roster::attendance(&t, ctx.now),
            open: may_check_in(&t, ctx.now).is_ok(),
            shift,
            post,
        });
    }
    Ok(out)
}

/// The shift that the signed-in person is asked to check in to now: it begins within the hour, or has begun.
///
/// # Errors
/// `Unavailable` while the database is away.
pub fn asked(c: &mut Conn, ctx: &Ctx) -> Res<Option<Own>> {
    let all = mine(c, ctx, 1)?;
    Ok(all.into_iter().find(|o| {
        matches!(o.attendance, Attendance::Asked | Attendance::Due | Attendance::Missing)
            && ctx.now >= o.shift.from_at - ASK_MS
    }))
}

/// The form of a check-in: the shift, its post and the things to look at.
#[derive(Debug, Clone)]
pub struct Form {
    pub own: Own,
    pub list: Vec<Item>,
}

/// # Errors
/// `NotFound` for somebody else's shift.
pub fn form(c: &mut Conn, ctx: &Ctx, id: &ShiftId) -> Res<Form> {
    ctx.need(Action::ViewRoster)?;
    let me = ctx.need_staff()?.id.clone();
    let shift = need_shift(c, ctx, id)?;
    if shift.staff_id != me {
        return Err(Error::NotFound);
    }
    let post = need_post(c, ctx, &shift.post_id)?;
    let t = times(c, ctx, &shift)?;
    let list = checklist(&post);
    Ok(Form {
        own: Own {
            attendance: domain::roster::attendance(&t, ctx.now),
            open: may_check_in(&t, ctx.now).is_ok(),
            shift,
            post,
        },
        list,
    })
}

/// What was found on coming to the post.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckIn {
    /// Codes of what is in order.
    pub ok: Vec<String>,
    pub remark: String,
}

/// Checks in to one's own shift, and with it is on duty. Returns by how many milliseconds it was late, measured against ten
/// minutes before the beginning (REC-4).
///
/// # Errors
/// `Refused` too early, over, done already, away, or with something of the checklist left open without a remark.
pub fn check_in(tx: &mut Tx, ctx: &Ctx, key: &str, id: &ShiftId, f: &CheckIn) -> Res<i64> {
    once(tx, ctx, key, &(id, f), |tx, ctx| {
        let Form { own, list } = form(tx, ctx, id)?;
        let t = times(tx, ctx, &own.shift)?;
        may_check_in(&t, ctx.now)?;
        if f.remark.chars().count() > 400 {
            return Err(Error::field("remark", "too-long"));
        }
        let ticks: Vec<Tick> = list
            .iter()
            .map(|i| Tick {
                code: i.code.clone(),
                ok: f.ok.contains(&i.code),
            })
            .collect();
        check_ticks(&list, &ticks, &f.remark)?;
        let late = late_by(own.shift.from_at, ctx.now);
        let new = db::Shift {
            checked_in_at: Some(ctx.now),
            checked_by: Some(own.shift.staff_id.clone()),
            late_ms: Some(late),
            ticks: serde_json::to_string(&ticks)?,
            remark: domain::privacy::masked(f.remark.trim()),
            version: own.shift.version + 1,
            ..own.shift
        };
        save_shift(tx, &new)?;
        let not: Vec<&str> = ticks.iter().filter(|t| !t.ok).map(|t| t.code.as_str()).collect();
        let body = json!({"post": new.post_id, "begins": new.from_at, "late": late, "not_in_order": not, "remark": new.remark});
        journal::now(tx, ctx, "shift", id.as_str(), "checked_in", body, &["remark"]);
        crate::account::set_duty(tx, ctx, true)?;
        changed(tx, ctx)?;
        Ok(late)
    })
}

/// A check-in that is entered for somebody else: forgotten, or the machine was down.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Correction {
    /// When the person came, unix milliseconds; nothing: they never came, the check-in was a mistake.
    pub at: Option<i64>,
    pub reason: String,
}

/// Enters or corrects a check-in, with a reason. The old value stays in the journal.
///
/// # Errors
/// `Invalid` without a reason or with a time that cannot be; `Forbidden` for who does not plan the post's roster, and for one's
/// own shift.
pub fn correct(tx: &mut Tx, ctx: &Ctx, id: &ShiftId, version: i64, f: &Correction) -> Res<()> {
    ctx.need(Action::ManageRoster)?;
    let old = need_shift(tx, ctx, id)?;
    let post = need_post(tx, ctx, &old.post_id)?;
    need_manage(ctx, &post)?;
    let me = ctx.need_staff()?.id.clone();
    if me == old.staff_id {
        return Err(Error::Forbidden("forbidden-check-in-own"));
    }
    same_version(version, old.version)?;
    let mut bad = Fields::default();
    if f.reason.trim().is_empty() {
        bad.add("reason", "required");
    } else if f.reason.chars().count() > 400 {
        bad.add("reason", "too-long");
    }
    let possible = Stretch {
        from: old.from_at - EARLIEST_MS,
        to: old.to_at.min(ctx.now + 1),
    };
    if f.at.is_some_and(|at| !possible.holds(at)) {
        bad.add("at", "roster-check-in-time");
    }
    bad.done()?;
    let new = db::Shift {
        checked_in_at: f.at,
        checked_by: f.at.map(|_| me),
        late_ms: f.at.map(|at| late_by(old.from_at, at)),
        remark: domain::privacy::masked(f.reason.trim()),
        version: version + 1,
        ..old.clone()
    };
    save_shift(tx, &new)?;
    // Whoever is at the post now is on duty, and whoever is not is not.
    if stretch(&new).holds(ctx.now) {
        match f.at {
            Some(at) => {
                accounts::duty_on(tx, &new.staff_id, &ctx.site, at)?;
                accounts::duty_used(tx, &ctx.site, at)?;
            }
            None => {
                crate::emergency::may_leave(tx, ctx, &new.staff_id)?;
                accounts::duty_off(tx, &new.staff_id, &ctx.site)?;
            }
        }
    }
    let body = json!({"staff": new.staff_id, "was": old.checked_in_at, "now": f.at, "late": new.late_ms, "reason": new.remark});
    journal::now(tx, ctx, "shift", id.as_str(), "check_in_corrected", body, &["reason"]);
    changed(tx, ctx)
}

/// A shift for its page, to whoever may see it.
///
/// # Errors
/// `NotFound`.
pub fn shift(c: &mut Conn, ctx: &Ctx, id: &ShiftId) -> Res<(db::Shift, db::Post, Attendance)> {
    ctx.need(Action::ViewRoster)?;
    let shift = need_shift(c, ctx, id)?;
    let post = need_post(c, ctx, &shift.post_id)?;
    let t = times(c, ctx, &shift)?;
    let a = domain::roster::attendance(&t, ctx.now);
    Ok((shift, post, a))
}

/// What the register of check-ins is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ask {
    pub post: String,
    pub staff: String,
    /// `late`, `missed`, or empty for all.
    pub view: String,
    pub from: Option<i64>,
    pub until: Option<i64>,
    pub after: Option<(i64, String)>,
}

/// How far the viewer sees who came when: everybody's for who plans the site's roster or oversees it, the department's for its
/// head, else one's own.
pub fn register_reach(ctx: &Ctx) -> Reach {
    let oversees = ctx.reach(Action::ViewReports) == Reach::All || ctx.reach(Action::ManageStaff) >= Reach::Site;
    match ctx.reach(Action::ManageRoster) {
        _ if oversees && ctx.reach(Action::ViewRoster) != Reach::Never => Reach::Site,
        Reach::Never if ctx.reach(Action::ViewRoster) == Reach::Never => Reach::Never,
        Reach::Never => Reach::Own,
        reach => reach,
    }
}

/// One page of the register: shifts whose people should have checked in by now, newest first, and where the next page begins.
///
/// # Errors
/// `Forbidden` for who takes no part in the roster.
pub fn register(c: &mut Conn, ctx: &Ctx, a: &Ask, limit: i64) -> Res<(Vec<db::Shift>, Option<(i64, String)>)> {
    let me = ctx.need_staff()?;
    ctx.need(Action::ViewRoster)?;
    let some = |t: &str| (!t.is_empty()).then(|| t.to_owned());
    let mut f = db::ShiftFilter {
        site: ctx.site.as_str().to_owned(),
        post: some(&a.post),
        staff: some(&a.staff),
        department: None,
        late: a.view == "late",
        missed: a.view == "missed",
        from: a.from.unwrap_or(0),
        until: a.until.unwrap_or(i64::MAX).min(ctx.now + BEFORE_MS),
        after: a.after.clone(),
        limit: limit + 1,
    };
    match register_reach(ctx) {
        Reach::Site | Reach::All => {}
        Reach::Department => f.department = Some(me.department.as_ref().map_or("", |d| d.as_str()).to_owned()),
        _ => f.staff = Some(me.id.as_str().to_owned()),
    }
    let mut rows = db::register(c, &f)?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    let next = rows
        .last()
        .filter(|_| more)
        .map(|s| (s.from_at, s.id.as_str().to_owned()));
    Ok((rows, next))
}

/// Notes that the register or the roster was exported.
///
/// # Errors
/// `Forbidden` without the right to export.
pub fn exported(tx: &mut Tx, ctx: &Ctx, list: &str, a: &Ask, rows: i64) -> Res<()> {
    ctx.need(Action::Export)?;
    let body = json!({"list": list, "filter": serde_json::to_value(a)?, "rows": rows});
    journal::now(tx, ctx, "list", list, "exported", body, &[]);
    Ok(())
}

/// Everybody who is on a shift that matters at an instant, with the board they stand on: the last day and the next.
///
/// # Errors
/// `Forbidden` for who takes no part in the roster.
pub fn around(c: &mut Conn, ctx: &Ctx) -> Res<Board> {
    Board::read(
        c,
        ctx,
        Stretch {
            from: ctx.now - DAY_MS,
            to: ctx.now + 2 * DAY_MS,
        },
    )
}

/// Whether somebody has another shift that is on now, beside one.
pub(crate) fn on_another(c: &mut Conn, ctx: &Ctx, staff: &StaffId, but: &ShiftId) -> Res<bool> {
    let has = db::shifts_of(c, &ctx.site, staff, ctx.now - LONGEST_MS, ctx.now + 1)?;
    Ok(has
        .iter()
        .any(|s| s.id != *but && stretch(s).holds(ctx.now) && s.checked_in_at.is_some() && s.ended_at.is_none()))
}
